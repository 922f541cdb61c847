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

impl Statement {
    /// The table it begins with; none for a check.
    pub fn table(&self) -> Option<&str> {
        match self {
            Statement::Insert { table, .. }
            | Statement::Update { table, .. }
            | Statement::Upsert { table, .. }
            | Statement::Delete { table, .. }
            | Statement::Destroy { table, .. }
            | Statement::FindOrCreate { table, .. } => Some(table),
            Statement::Check => None,
        }
    }
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
    /// These, all of which must be at this version; see [`at_version`](Rows::at_version).
    AtVersion(Box<Rows>, i64),
}

impl Rows {
    /// These rows, as they were read at this version: a write is refused as a `conflict` when one of
    /// them has another by now, or when there is none of them any more. For tables with a
    /// [`version`](crate::Table::version) column.
    ///
    /// ```
    /// # use relata::{Column, Database, Rows, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("posts")
    /// #     .column(Column::integer("id").generated()).column(Column::text("title"))
    /// #     .column(Column::integer("lock_version").default(0)).primary_key(["id"]).version("lock_version")))?;
    /// let key = db.insert("posts", row! { title: "Draft" })?;
    /// db.update("posts", key.clone(), row! { title: "Final" })?;
    /// let read_before = Rows::from(key.clone()).at_version(0);
    /// assert_eq!(db.delete("posts", read_before).unwrap_err().kind().name(), "conflict");
    /// db.delete("posts", Rows::from(key).at_version(1))?;
    /// # Ok::<(), relata::Error>(())
    /// ```
    #[must_use]
    pub fn at_version(self, version: i64) -> Rows {
        Rows::AtVersion(Box::new(self), version)
    }
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
