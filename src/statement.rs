//! Statements by name: plain data that a database executes all or nothing.

use crate::filter::Filter;
use crate::value::{Key, Row};
use ecow::EcoString;

/// A change, or a check that all is well.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Statement {
    /// Adds rows.
    Insert {
        /// The table.
        table: EcoString,
        /// The rows, in insertion order.
        rows: Vec<Row>,
    },
    /// Changes rows.
    Update {
        /// The table.
        table: EcoString,
        /// Which rows.
        rows: Rows,
        /// The columns to change, and to what.
        set: Row,
    },
    /// Adds rows, or changes those that stand in their way.
    Upsert {
        /// The table.
        table: EcoString,
        /// The rows.
        rows: Vec<Row>,
        /// The unique columns by which a row stands in the way; `None` for any.
        on: Option<Vec<EcoString>>,
        /// What to change of a row in the way; `None` for everything the new row gives.
        set: Option<Row>,
    },
    /// Finds the first row that has some values, or adds one that has them.
    FindOrCreate {
        /// The table.
        table: EcoString,
        /// The values it has; a null is one too.
        by: Row,
        /// What a new row gets beside them.
        values: Row,
    },
    /// Removes rows; foreign keys act.
    Delete {
        /// The table.
        table: EcoString,
        /// Which rows.
        rows: Rows,
    },
    /// Removes rows with their dependents; then foreign keys act.
    Destroy {
        /// The table.
        table: EcoString,
        /// Which rows.
        rows: Rows,
    },
    /// Verifies everything that must hold.
    Check,
}

/// Which rows of a table a statement means. There is no way to mean all by leaving something out.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// Every row.
    All,
    /// Those that match.
    Where(Filter),
    /// The one with this primary key, if it's there.
    Key(Key),
}

impl From<Key> for Rows {
    fn from(key: Key) -> Rows {
        Rows::Key(key)
    }
}

impl From<Filter> for Rows {
    fn from(filter: Filter) -> Rows {
        Rows::Where(filter)
    }
}
