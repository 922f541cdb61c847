//! What differs between two states.
//!
//! Chunks that two states share hold the same rows, so only the others are read. What is left of
//! both sides is matched by primary key; rows of a table without one are matched whole, so that
//! there is no updating them.

mod compare;
mod serial;
mod show;

pub(crate) use compare::compare_rows;

use crate::value::{Key, Value};
use ecow::EcoString;
use std::sync::Arc;

/// Rows inserted, updated and deleted between two states. Made by
/// [`Snapshot::diff`](crate::Snapshot::diff).
///
/// Tables stand in declared order and rows by primary key, so that the same difference prints the
/// same text on every run. It can be applied to another database with
/// [`apply`](Diff::apply).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Diff {
    pub(crate) tables: Vec<TableDiff>,
}

/// What differs in one table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDiff {
    pub(crate) name: EcoString,
    pub(crate) columns: Arc<[EcoString]>,
    /// Where the key's columns stand; none for a table without a primary key.
    pub(crate) key: Arc<[usize]>,
    pub(crate) rows: Vec<RowDiff>,
}

/// What differs in one row.
#[derive(Clone, Debug)]
pub struct RowDiff {
    pub(crate) key: Key,
    /// Its place among those added together with it.
    pub(crate) place: usize,
    pub(crate) change: RowChange,
}

/// The place is no part of what differs.
impl PartialEq for RowDiff {
    fn eq(&self, other: &RowDiff) -> bool {
        (&self.key, &self.change) == (&other.key, &other.change)
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum RowChange {
    /// It was added: its values, in column order.
    Inserted(Vec<Value>),
    /// Some of its values were replaced.
    Updated(Vec<CellDiff>),
    /// It was taken away: the values it had, in column order.
    Deleted(Vec<Value>),
}

/// A value that was replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct CellDiff {
    /// The column.
    pub column: EcoString,
    /// What it was.
    pub before: Value,
    /// What it is.
    pub after: Value,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The tables in which anything differs, in declared order.
    pub fn tables(&self) -> &[TableDiff] {
        &self.tables
    }

    /// What differs in the table of this name, if anything does.
    pub fn table(&self, name: &str) -> Option<&TableDiff> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The difference the other way round: what undoes this one.
    #[must_use]
    pub fn reversed(&self) -> Diff {
        let mut back = self.clone();
        for row in back.tables.iter_mut().flat_map(|table| &mut table.rows) {
            row.change = match std::mem::replace(&mut row.change, RowChange::Updated(Vec::new())) {
                RowChange::Inserted(values) => RowChange::Deleted(values),
                RowChange::Deleted(values) => RowChange::Inserted(values),
                RowChange::Updated(mut cells) => {
                    for cell in &mut cells {
                        std::mem::swap(&mut cell.before, &mut cell.after);
                    }
                    RowChange::Updated(cells)
                }
            };
        }
        back
    }
}

impl TableDiff {
    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The table's columns, in declared order: those of the values of its rows.
    pub fn columns(&self) -> &[EcoString] {
        &self.columns
    }

    /// What differs, by primary key.
    pub fn rows(&self) -> &[RowDiff] {
        &self.rows
    }
}

impl RowDiff {
    /// The row's primary key; no values in a table without one.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What became of it.
    pub fn change(&self) -> &RowChange {
        &self.change
    }
}
