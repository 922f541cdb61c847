//! The difference of two states, and making it in a third.

use super::{Database, Snapshot, Transaction};
use crate::diff::Diff;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use std::sync::Arc;

impl Snapshot {
    /// What it takes to come from this state to another one: rows inserted, updated column by column,
    /// and deleted. Only chunks are read that the two don't share.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, col, row};
    /// # let db = Database::new(Schema::new().table(Table::new("users")
    /// #     .column(Column::integer("id").generated()).column(Column::text("name")).primary_key(["id"])))?;
    /// # db.insert_many("users", vec![row! { name: "Ann" }, row! { name: "Bob" }])?;
    /// let before = db.snapshot();
    /// db.update("users", col("name").eq("Ann"), row! { name: "Anne" })?;
    /// db.delete("users", col("name").eq("Bob"))?;
    /// db.insert("users", row! { name: "Cid" })?;
    /// let diff = before.diff(&db.snapshot())?;
    /// assert_eq!(diff.to_string(), r#"users
    ///   ~ 1: name "Ann" -> "Anne"
    ///   - 2: name "Bob"
    ///   + 3: name "Cid""#);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_query` when the two have different schemas.
    pub fn diff(&self, after: &Snapshot) -> Result<Diff> {
        let (mine, theirs) = (self.store().shared_catalog(), after.store().shared_catalog());
        if !Arc::ptr_eq(&mine, &theirs) && mine.schema() != theirs.schema() {
            let (expected, found) = ("a state of the same schema".into(), "one of another".into());
            return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::Shape { expected, found })));
        }
        Ok(Diff::between(self.store(), after.store()))
    }
}

impl Diff {
    /// Makes the same changes in a database, all or nothing. Foreign keys set nothing off: what they
    /// did is in the difference. Rows that come are added in the order they had.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, col, row};
    /// # let db = Database::new(Schema::new().table(Table::new("users")
    /// #     .column(Column::integer("id").generated()).column(Column::text("name")).primary_key(["id"])))?;
    /// # db.insert("users", row! { name: "Ann" })?;
    /// let (before, fork) = (db.snapshot(), db.fork());
    /// fork.update("users", col("id").eq(1), row! { name: "Anne" })?;
    /// let diff = before.diff(&fork.snapshot())?;
    /// diff.apply(&db)?;
    /// assert!(db.snapshot().diff(&fork.snapshot())?.is_empty());
    ///
    /// let again = diff.apply(&db).unwrap_err();
    /// assert_eq!(again.to_string(), "the difference doesn't fit: users 1 has another name");
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `conflict` with every row that isn't what the difference expects: one to insert that is there,
    /// one to change or delete that isn't, or holds something else. `unknown_table` and
    /// `invalid_query` where the tables differ, and whatever constraint refuses the whole. Then
    /// nothing has changed.
    pub fn apply(&self, db: &Database) -> Result<()> {
        db.write(|scope| scope.statement(|writer| writer.transfer(self)))
    }
}

impl Transaction<'_> {
    /// Makes the changes of a difference here, as one statement; see [`Diff::apply`].
    ///
    /// # Errors
    /// As [`Diff::apply`].
    pub fn apply(&mut self, diff: &Diff) -> Result<()> {
        self.scope().statement(|writer| writer.transfer(diff))
    }
}
