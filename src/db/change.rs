//! Writing: one statement at a time, all or nothing.

use super::scope::{Scope, State, compact};
use super::{Database, Shared};
use crate::error::Result;
use crate::statement::{Rows, Statement};
use crate::store::Violation;
use crate::value::{Key, Row};
use crate::view::Page;

/// What a statement answers.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The rows of an insert or upsert, as stored.
    Rows(Page),
    /// How many rows the filter of an update, delete or destroy named; cascaded ones apart.
    Count(u64),
    /// What a check found.
    Violations(Vec<Violation>),
}

impl Database {
    /// Adds a row and gives its primary key. O(columns + indexes). Rows of its relations may be given in
    /// it and are written with it; see [`nested`](crate::nested).
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn insert(&self, table: &str, row: Row) -> Result<Key> {
        let keys = self.write_to(table, |scope| scope.insert(table, std::slice::from_ref(&row)))?;
        Ok(keys.into_iter().next().unwrap_or_default())
    }

    /// Adds rows in order, all or none, and gives their primary keys.
    ///
    /// # Errors
    /// Whatever constraint refuses one of them; then nothing has changed.
    pub fn insert_many(&self, table: &str, rows: Vec<Row>) -> Result<Vec<Key>> {
        self.write_to(table, |scope| scope.insert(table, &rows))
    }

    /// Adds a row, or changes the one that has its values under any unique constraint. Gives the
    /// primary key.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("users")
    /// #     .column(Column::integer("id").generated()).column(Column::text("email").unique())
    /// #     .column(Column::text("name")).primary_key(["id"])))?;
    /// let ann = db.upsert("users", row! { email: "ann@x.org", name: "Ann" })?;
    /// let same = db.upsert("users", row! { email: "ann@x.org", name: "Anne" })?;
    /// assert_eq!(ann, same);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn upsert(&self, table: &str, row: Row) -> Result<Key> {
        let rows = [row];
        let keys = self.write_to(table, |scope| scope.upsert(table, &rows))?;
        Ok(keys.into_iter().next().unwrap_or_default())
    }

    /// The primary key of the first row that has the values of `by`, which needn't be unique; when there
    /// is none, of a new one with them and with `values`. Nothing comes between.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("users")
    /// #     .column(Column::integer("id").generated()).column(Column::text("email").unique())
    /// #     .column(Column::text("name")).primary_key(["id"])))?;
    /// let ann = db.find_or_create_by("users", row! { email: "ann@x.org" }, row! { name: "Ann" })?;
    /// let same = db.find_or_create_by("users", row! { email: "ann@x.org" }, row! { name: "Other" })?;
    /// assert_eq!(ann, same);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_query` for an empty `by`, and whatever constraint refuses the new row; then nothing has
    /// changed.
    pub fn find_or_create_by(&self, table: &str, by: Row, values: Row) -> Result<Key> {
        self.write(|scope| scope.find_or_create_by(table, &by, &values))
    }

    /// Changes the rows that a filter or key names. Gives how many there were.
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn update(&self, table: &str, rows: impl Into<Rows>, set: Row) -> Result<u64> {
        let rows = rows.into();
        self.write_to(table, |scope| scope.update(table, &rows, &set))
    }

    /// Takes away the rows that a filter or key names; foreign keys act. Gives how many were named,
    /// those apart that went with them.
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn delete(&self, table: &str, rows: impl Into<Rows>) -> Result<u64> {
        let rows = rows.into();
        self.write_to(table, |scope| scope.delete(table, &rows))
    }

    /// Takes away the rows that a filter or key names, with their dependents: the relations that say
    /// what becomes of their rows ([`Relation::dependent`](crate::Relation::dependent)), and what foreign
    /// keys say of all that goes. First those that hold the row's key, in declared order, then rows of
    /// junctions, then what the row holds the key of. Gives how many were named, those apart that went
    /// with them. [`delete`](Database::delete) lets foreign keys alone act.
    ///
    /// # Errors
    /// `restrict_violation` when a dependent forbids it, and whatever constraint refuses it; then
    /// nothing has changed.
    pub fn destroy(&self, table: &str, rows: impl Into<Rows>) -> Result<u64> {
        let rows = rows.into();
        self.write_to(table, |scope| scope.destroy(table, &rows))
    }

    /// Carries out a statement given as data.
    ///
    /// # Errors
    /// Whatever the statement meets; then nothing has changed.
    pub fn execute(&self, statement: &Statement) -> Result<Outcome> {
        match statement.table() {
            None => Ok(Outcome::Violations(self.check())),
            Some(table) => self.write_to(table, |scope| scope.execute(statement)),
        }
    }

    /// Carries out one statement as a transaction of its own. Where hooks may run, it's one for the hooks
    /// after the commit too.
    pub(super) fn write<T>(&self, run: impl FnOnce(&mut Scope<'_>) -> Result<T>) -> Result<T> {
        match self.shared.environment.hooks {
            None => self.write_in_place(run),
            Some(_) => self.transaction(|transaction| run(&mut transaction.scope())),
        }
    }

    /// Carries out one statement that begins with this table.
    fn write_to<T>(&self, table: &str, run: impl FnOnce(&mut Scope<'_>) -> Result<T>) -> Result<T> {
        match &self.shared.environment.hooks {
            Some(hooks) if hooks.can_run(table) => self.write(run),
            _ => self.write_in_place(run),
        }
    }

    fn write_in_place<T>(&self, run: impl FnOnce(&mut Scope<'_>) -> Result<T>) -> Result<T> {
        let _turn = self.turn()?;
        let Shared { published, environment, history, .. } = &*self.shared;
        compact(published);
        let before = history.before(published);
        let state = State::Published(published);
        let answer = run(&mut Scope { state, environment, pending: None, touching: self.touching })?;
        if before.is_some() {
            history.record(before, &published.read());
        }
        Ok(answer)
    }

    /// Counts every counter anew; gives how many rows had a wrong one. None has, unless rows came from
    /// outside or Relata itself is at fault. O(counters x rows).
    ///
    /// # Errors
    /// `check_violation` when a check refuses what is counted; then nothing has changed.
    pub fn rebuild_counters(&self) -> Result<usize> {
        self.write(|scope| scope.rebuild_counters())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::id::{ColumnId, Slot};
    use crate::row;
    use crate::schema::{Column, Relation, Schema, Table};
    use crate::value::Value;
    use std::sync::Arc;

    #[test]
    fn a_counter_that_drifts_is_found_and_counted_anew() {
        let table = |name| Table::new(name).column(Column::integer("id").generated()).primary_key(["id"]);
        let schema = Schema::new()
            .table(table("users").column(Column::integer("n").default(0)))
            .table(table("posts").column(Column::integer("user_id")))
            .relation(
                Relation::many("users", "posts", "posts").from(["id"]).to(["user_id"]).counter_cache("n"),
            );
        let db = Database::new(schema).unwrap();
        db.insert_many("users", vec![row! {}, row! {}]).unwrap();
        db.insert("posts", row! { user_id: 2 }).unwrap();
        let users = db.catalog().table_id("users").unwrap();
        let mut store = db.shared.published.read();
        Arc::make_mut(&mut store).table_mut(users).set(Slot::new(1), ColumnId::new(1), &Value::Integer(7));
        db.shared.published.publish(store);
        let shown: Vec<String> = db.check().iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["users [2] has 7 in n, and counts 1"]);
        assert_eq!(db.rebuild_counters().unwrap(), 1);
        assert_eq!((db.check(), db.rebuild_counters().unwrap()), (vec![], 0));
    }
}
