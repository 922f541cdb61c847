//! What must hold of rows.

use super::step::{Comparison, Which, place, unique};
use super::{Model, cells, matches};
use relata::{Column, DefaultValue, Filter, Input, Operand, Test, Type, Value};

impl Model {
    /// Whether a row shares the key of a unique constraint with another one.
    pub(super) fn is_taken(&self, table: usize, number: u64, row: &[Value]) -> bool {
        self.unique(table).iter().any(|columns| {
            let mut holders = self.holders(table, columns, &cells(row, columns));
            holders.retain(|other| *other != number);
            !holders.is_empty()
        })
    }

    /// The unique constraints of a table, by places.
    pub(super) fn unique(&self, table: usize) -> Vec<Vec<usize>> {
        unique(&self.schema.tables[table]).iter().map(|names| self.places(table, names)).collect()
    }

    /// Whether every check of the table is true or unknown of a row.
    pub(super) fn passes_checks(&self, table: usize, row: &[Value]) -> bool {
        let table = &self.schema.tables[table];
        table.checks.iter().all(|check| truth(&table.columns, &check.filter, row) != Some(false))
    }

    /// Whether every foreign key of every row matches or has a null; before a transaction is over,
    /// deferrable ones needn't.
    pub fn foreign_keys_hold(&self, is_over: bool) -> bool {
        self.keys().iter().filter(|key| is_over || !key.deferrable).all(|key| {
            self.tables[key.child].rows.iter().all(|(_, row)| {
                let held = cells(row, &key.columns);
                held.iter().any(Value::is_null)
                    || !self.holders(key.parent, &key.references, &held).is_empty()
            })
        })
    }

    /// The rows that are meant, or why that can't be said.
    pub(super) fn named(&self, table: usize, which: &Which) -> Result<Vec<u64>, &'static str> {
        let described = &self.schema.tables[table];
        match which {
            Which::Compare(at, _, value) => fit(&described.columns[*at], value).map(drop)?,
            Which::Key(key) => {
                let columns = self.places(table, &described.primary_key);
                for (at, value) in columns.iter().zip(key) {
                    fit(&described.columns[*at], value)?;
                }
            }
            Which::At(which, version) => {
                let rows = self.named(table, which)?;
                let at = place(described, described.version.as_ref().unwrap());
                let read = Value::from(*version);
                let is_stale = |row: &u64| self.row(table, *row).unwrap()[at] != read;
                return if rows.is_empty() || rows.iter().any(is_stale) { Err("conflict") } else { Ok(rows) };
            }
            Which::All | Which::Null(_) => {}
        }
        let meant = |row: &[Value]| match which {
            Which::All | Which::At(..) => true,
            Which::Null(at) => row[*at].is_null(),
            Which::Key(key) => matches(&cells(row, &self.places(table, &described.primary_key)), key),
            Which::Compare(at, comparison, value) => {
                let (cell, value) = (&row[*at], value);
                !cell.is_null()
                    && !value.is_null()
                    && match comparison {
                        Comparison::Eq => cell == value,
                        Comparison::Ne => cell != value,
                        Comparison::Lt => cell < value,
                        Comparison::Gte => cell >= value,
                    }
            }
        };
        let rows = self.tables[table].rows.iter().filter(|(_, row)| meant(row));
        Ok(rows.map(|(number, _)| *number).collect())
    }
}

/// Whether a filter is true of a row; `None` when that is unknown. Only what the shapes use.
pub(super) fn truth(columns: &[Column], filter: &Filter, row: &[Value]) -> Option<bool> {
    let Filter::Column { name, test: Test::Compare(comparison, Operand::Input(Input::Value(value))) } =
        filter
    else {
        unreachable!("{filter:?}")
    };
    let cell = &row[columns.iter().position(|column| column.name == *name).unwrap()];
    if cell.is_null() || value.is_null() {
        return None;
    }
    Some(match comparison {
        relata::Comparison::Eq => cell == value,
        relata::Comparison::Ne => cell != value,
        relata::Comparison::Gt => cell > value,
        relata::Comparison::Gte => cell >= value,
        relata::Comparison::Lt => cell < value,
        relata::Comparison::Lte => cell <= value,
    })
}

/// A value as a column holds it, if it fits. Random values are of the right kind, but for width.
pub(super) fn fit(column: &Column, value: &Value) -> Result<Value, &'static str> {
    match (&column.ty, value) {
        (Type::Smallint, Value::Integer(v)) if i16::try_from(*v).is_err() => Err("out_of_range"),
        (Type::Decimal, Value::Integer(v)) => Ok(Value::Decimal((*v).into())),
        _ => Ok(value.clone()),
    }
}

/// What a column gets when nothing is given: a constant, or null.
pub(super) fn default(column: &Column) -> Value {
    match &column.default {
        Some(DefaultValue::Constant(Input::Value(value))) => fit(column, value).unwrap(),
        None => Value::Null,
        other => unreachable!("{other:?}"),
    }
}
