//! Verifies everything that must hold of a store: what its structures promise each other.

use super::Store;
use crate::catalog::{Edge, TableInfo};
use crate::id::{ColumnId, Slot};
use crate::index::Index;
use crate::table::Table;
use crate::value::Value;
use ecow::EcoString;
use serde::{Serialize, Serializer};
use std::fmt;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

/// Something that must hold and doesn't.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Violation {
    /// A table counts other rows than it has.
    RowCount {
        /// The table.
        table: EcoString,
        /// What it counts.
        counted: usize,
        /// What it has.
        found: usize,
    },
    /// An index lacks a row, has one too many or has one in the wrong place.
    Index {
        /// The table.
        table: EcoString,
        /// The index.
        index: EcoString,
        /// The primary key of the row, or its position where there is none.
        row: Vec<Value>,
    },
    /// Two rows have one key in a unique index.
    Unique {
        /// The table.
        table: EcoString,
        /// The constraint.
        constraint: EcoString,
        /// The key.
        values: Vec<Value>,
    },
    /// A child isn't where its key says it is.
    Adjacency {
        /// The child's table.
        table: EcoString,
        /// The parent's table.
        parent: EcoString,
        /// The primary key of the child, or its position where there is none.
        row: Vec<Value>,
    },
    /// A row has no place of its own in insertion order, or a list of children shows another order.
    Order {
        /// The table.
        table: EcoString,
        /// The primary key of the row, or its position where there is none.
        row: Vec<Value>,
    },
    /// A foreign key matches no row.
    ForeignKey {
        /// The table.
        table: EcoString,
        /// The constraint.
        constraint: EcoString,
        /// The key.
        values: Vec<Value>,
    },
    /// A column that isn't nullable is null.
    NotNull {
        /// The table.
        table: EcoString,
        /// The column.
        column: EcoString,
        /// The primary key of the row, or its position where there is none.
        row: Vec<Value>,
    },
    /// A counter holds another number than there are rows.
    Counter {
        /// The table.
        table: EcoString,
        /// The counter's column.
        column: EcoString,
        /// The primary key of the row, or its position where there is none.
        row: Vec<Value>,
        /// What it holds.
        held: Value,
        /// What there is.
        counted: i64,
    },
    /// A check constraint is false.
    Check {
        /// The table.
        table: EcoString,
        /// The constraint.
        constraint: EcoString,
        /// The primary key of the row, or its position where there is none.
        row: Vec<Value>,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::RowCount { table, counted, found } => {
                write!(f, "{table} counts {counted} rows and has {found}")
            }
            Violation::Index { table, index, row } => write!(f, "{table} {row:?} is misplaced in {index}"),
            Violation::Unique { table, constraint, values } => {
                write!(f, "{table} has two rows with {values:?} under {constraint}")
            }
            Violation::Adjacency { table, parent, row } => {
                write!(f, "{table} {row:?} isn't linked with {parent} as its key says")
            }
            Violation::Order { table, row } => write!(f, "{table} {row:?} is out of insertion order"),
            Violation::ForeignKey { table, constraint, values } => {
                write!(f, "{table} has {values:?}, which matches nothing ({constraint})")
            }
            Violation::Counter { table, column, row, held, counted } => {
                write!(f, "{table} {row:?} has {held:?} in {column}, and counts {counted}")
            }
            Violation::NotNull { table, column, row } => write!(f, "{table} {row:?} has no {column}"),
            Violation::Check { table, constraint, row } => write!(f, "{table} {row:?} breaks {constraint}"),
        }
    }
}

/// As its message.
impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Store {
    /// Everything that must hold of rows, indexes, adjacency, uniqueness and foreign keys and
    /// doesn't. O(rows x (indexes + edges)).
    pub(crate) fn check(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        for info in &self.catalog().tables {
            let table = self.table(info.id);
            let live: Vec<Slot> = table.live().ones(0..table.bound()).map(Slot::new).collect();
            if live.len() != table.row_count() {
                let (counted, live) = (table.row_count(), live.len());
                found.push(Violation::RowCount { table: info.name.clone(), counted, found: live });
            }
            found.extend(
                table.misranked().into_iter().map(|slot| Violation::Order {
                    table: info.name.clone(),
                    row: row_name(info, table, slot),
                }),
            );
            check_nulls(info, table, &live, &mut found);
            for (index, described) in table.indexes().iter().zip(&info.indexes) {
                check_index(info, &described.name, table, index, &live, &mut found);
            }
        }
        for edge in &self.catalog().edges {
            self.check_edge(edge, &mut found);
        }
        found
    }

    /// What names a row in a message: its primary key, or its position.
    pub(crate) fn row_name(&self, info: &TableInfo, slot: Slot) -> Vec<Value> {
        row_name(info, self.table(info.id), slot)
    }

    fn check_edge(&self, edge: &Edge, found: &mut Vec<Violation>) {
        let (children, parents) = (self.table(edge.child), self.table(edge.parent));
        let (child_info, parent_info) = (self.info(edge.child), self.info(edge.parent));
        let (keys, adjacency) = (self.child_keys(edge), self.edge(edge.id));
        let orphans: std::collections::BTreeSet<Slot> = adjacency.orphans().collect();
        let mut wrong = |child: Slot| {
            let row = row_name(child_info, children, child);
            let (table, parent) = (child_info.name.clone(), parent_info.name.clone());
            found.push(Violation::Adjacency { table, parent, row });
        };
        for child in children.live().ones(0..children.bound()).map(Slot::new) {
            let expected = parents.find_row(edge.parent_index, &keys, child);
            let parent = adjacency.parents().at(child.index()).some();
            let listed = parent.is_none_or(|p| adjacency.children().of(p).binary_search(&child).is_ok());
            let waits = expected.is_none() && !keys.has_null(child);
            if parent != expected || !listed || orphans.contains(&child) != waits {
                wrong(child);
            }
        }
        let ranks = children.ranks().filter(|_| adjacency.shows_order());
        let mut unordered = Vec::new();
        let strangers = orphans.iter().copied().filter(|child| !children.is_live(*child));
        strangers.for_each(&mut wrong);
        for parent in (0..parents.bound()).map(Slot::new) {
            let list = adjacency.children().of(parent);
            let ascending = list.windows(2).all(|pair| pair[0] < pair[1]);
            let stale = |child: &&Slot| {
                !ascending || !children.is_live(**child) || adjacency.parents().at(child.index()) != parent
            };
            list.iter().filter(stale).for_each(|child| wrong(*child));
            if ranks.is_some_and(|ranks| !ranks.are_in_order(list)) {
                unordered.extend_from_slice(list);
            }
        }
        found.extend(unordered.into_iter().map(|child| Violation::Order {
            table: child_info.name.clone(),
            row: row_name(child_info, children, child),
        }));
        for key in self.catalog().foreign_keys.iter().filter(|key| key.edge == edge.id) {
            for child in orphans.iter().filter(|child| children.is_live(**child)) {
                let (table, constraint) = (child_info.name.clone(), key.name.clone());
                found.push(Violation::ForeignKey { table, constraint, values: keys.values(*child) });
            }
        }
    }
}

fn row_name(info: &TableInfo, table: &Table, slot: Slot) -> Vec<Value> {
    match info.primary_key {
        Some(index) => table.keys(table.index(index).columns()).values(slot),
        None => vec![Value::from(u32::try_from(slot.index()).unwrap_or(u32::MAX))],
    }
}

fn check_nulls(info: &TableInfo, table: &Table, live: &[Slot], found: &mut Vec<Violation>) {
    let required = info.columns.iter().enumerate().filter(|(_, column)| !column.nullable);
    for (at, column) in required {
        let view = table.column(ColumnId::new(at)).view();
        for slot in live.iter().filter(|slot| view.is_null(**slot)) {
            let row = row_name(info, table, *slot);
            found.push(Violation::NotNull { table: info.name.clone(), column: column.name.clone(), row });
        }
    }
}

fn check_index(
    info: &TableInfo,
    name: &EcoString,
    table: &Table,
    index: &Index,
    live: &[Slot],
    found: &mut Vec<Violation>,
) {
    let keys = table.keys(index.columns());
    let mut held = index.slots();
    if !index.is_ordered() {
        held.sort_unstable();
    }
    let mut misplaced = |slot: Slot| {
        let row = row_name(info, table, slot);
        found.push(Violation::Index { table: info.name.clone(), index: name.clone(), row });
    };
    if index.is_ordered() {
        let pairs = held.iter().zip(held.iter().skip(1));
        pairs.filter(|(a, b)| keys.compare_rows(**a, **b).is_ge()).for_each(|(_, b)| misplaced(*b));
        held.sort_unstable();
    }
    held.windows(2).filter(|pair| pair[0] == pair[1]).for_each(|pair| misplaced(pair[0]));
    let expected = live.iter().copied().filter(|slot| index.is_ordered() || !keys.has_null(*slot));
    let expected: Vec<Slot> = expected.collect();
    held.iter().filter(|slot| expected.binary_search(slot).is_err()).for_each(|slot| misplaced(*slot));
    let lost = expected.iter().filter(|slot| !index.holds(table.columns(), **slot));
    let lost: Vec<Slot> = lost.copied().collect();
    lost.into_iter().for_each(&mut misplaced);
    if index.is_unique() {
        let mut sorted = expected;
        sorted.sort_unstable_by(|a, b| keys.compare_rows(*a, *b));
        for (a, b) in sorted.iter().zip(sorted.iter().skip(1)) {
            if keys.equals_row(*a, &keys, *b) {
                let (table, constraint) = (info.name.clone(), name.clone());
                found.push(Violation::Unique { table, constraint, values: keys.values(*a) });
            }
        }
    }
}
