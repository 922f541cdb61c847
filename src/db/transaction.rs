//! Several statements as one.
//!
//! A transaction holds the writers' turn and works on a state of its own, which shares every chunk
//! it doesn't write with the published one. A commit publishes that state whole; a rollback drops
//! it. A savepoint is the state at that moment. Only identities outlive a rollback: they are moved
//! past whatever was given.

use super::committed::{self, Then};
use super::scope::{Pending, Scope, State, compact};
use super::turn::Turn;
use super::{Database, Outcome, Snapshot};
use crate::catalog::Catalog;
use crate::error::{Result, TransactionMistake};
use crate::query::Query;
use crate::statement::{Rows, Statement};
use crate::store::{Store, Violation};
use crate::value::{Key, Row};
use crate::write::Environment;
use ecow::EcoString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Statements that are committed together or not at all.
///
/// Its reads see its writes; everybody else sees the last commit and waits for nothing. Other
/// writers wait until it is over. Dropped without a [`commit`](Transaction::commit), it rolls back:
/// rows, their order, indexes and relations are as they were; identities don't go back. A refused
/// statement undoes itself only, and the transaction goes on.
///
/// Foreign keys declared [`deferrable`](crate::ForeignKey::deferrable) have until the commit; all
/// others hold at each statement's end. The clock is read at most once.
///
/// ```
/// # use relata::{Column, Database, Schema, Table, col, row};
/// # let db = Database::new(Schema::new().table(Table::new("accounts").column(Column::text("owner"))
/// #     .column(Column::integer("cents")).primary_key(["owner"]).check("covered", col("cents").gte(0))))?;
/// # db.insert_many("accounts", vec![row! { owner: "ann", cents: 100 }, row! { owner: "bob", cents: 0 }])?;
/// let mut tx = db.begin()?;
/// tx.update("accounts", col("owner").eq("bob"), row! { cents: 70 })?;
/// tx.savepoint("half");
/// assert!(tx.update("accounts", col("owner").eq("ann"), row! { cents: -1 }).is_err());
/// tx.update("accounts", col("owner").eq("ann"), row! { cents: 0 })?;
/// tx.rollback_to("half")?;
/// tx.update("accounts", col("owner").eq("ann"), row! { cents: 30 })?;
///
/// let untouched = col("cents").eq(100);
/// assert_eq!(tx.query("accounts").filter(untouched.clone()).count()?, 0);
/// assert_eq!(db.query("accounts").filter(untouched).count()?, 1); // until the commit
/// tx.commit()?;
/// # Ok::<(), relata::Error>(())
/// ```
#[must_use = "a transaction that nobody commits is rolled back"]
pub struct Transaction<'d> {
    database: &'d Database,
    /// `None` once it was passed on.
    turn: Option<Turn<'d>>,
    store: Arc<Store>,
    pending: Pending,
    savepoints: Vec<Savepoint>,
    /// Savepoints before this one belong to whoever opened the nested transaction.
    floor: usize,
    after: Vec<Then<'d>>,
    is_committed: bool,
}

/// What there was when it was set.
struct Savepoint {
    /// `None` for one that a nested transaction has set.
    name: Option<EcoString>,
    store: Arc<Store>,
    /// How many deferred keys there were, ...
    open: usize,
    /// ... how many closures for after the commit, ...
    after: usize,
    /// ... and how many rows for the hooks after it.
    written: usize,
}

impl Database {
    /// Runs statements as one: committed when `run` gives `Ok`, rolled back when it gives an error or
    /// panics.
    ///
    /// ```
    /// # use relata::{Column, Database, Error, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("notes")
    /// #     .column(Column::integer("id").generated()).column(Column::text("body").unique()).primary_key(["id"])))?;
    /// db.transaction(|tx| {
    ///     tx.insert("notes", row! { body: "Milk" })?;
    ///     tx.insert("notes", row! { body: "Bread" })
    /// })?;
    /// let refused = db.transaction(|tx| {
    ///     tx.insert("notes", row! { body: "Salt" })?;
    ///     tx.insert("notes", row! { body: "Milk" })
    /// });
    /// assert!(refused.is_err());
    /// assert_eq!(db.query("notes").count()?, 2);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// What `run` gives, and as [`begin`](Database::begin) and [`commit`](Transaction::commit).
    pub fn transaction<'d, T>(&'d self, run: impl FnOnce(&mut Transaction<'d>) -> Result<T>) -> Result<T> {
        let mut transaction = self.begin()?;
        let answer = run(&mut transaction)?;
        transaction.commit()?;
        Ok(answer)
    }

    /// Begins a transaction, when the writers before it are done. It belongs to this thread.
    ///
    /// # Errors
    /// `invalid_query` when this thread has a transaction of this database open, for whose end it
    /// would wait for ever; `busy` when a [timeout](Database::with_timeout) is over.
    pub fn begin(&self) -> Result<Transaction<'_>> {
        self.refuse_deep()?;
        Ok(Transaction::new(self, self.turn()?))
    }

    /// As [`begin`](Database::begin), but waits no longer than this.
    ///
    /// ```
    /// # use relata::{Database, Schema};
    /// # use std::time::Duration;
    /// # let db = Database::new(Schema::new())?;
    /// let held = db.begin()?;
    /// let waited = std::thread::scope(|threads| {
    ///     let other = threads.spawn(|| db.begin_within(Duration::from_millis(1)).map(|_| ()));
    ///     other.join().unwrap()
    /// });
    /// assert_eq!(waited.unwrap_err().to_string(), "other writers aren't done after 1ms");
    /// # drop(held);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`begin`](Database::begin), and `busy` when other writers took longer.
    pub fn begin_within(&self, longest: Duration) -> Result<Transaction<'_>> {
        self.refuse_deep()?;
        Ok(Transaction::new(self, self.shared.turns.take(Some(longest))?))
    }
}

impl<'d> Transaction<'d> {
    fn new(database: &'d Database, turn: Turn<'d>) -> Transaction<'d> {
        let published = &database.shared.published;
        compact(published);
        Transaction {
            database,
            turn: Some(turn),
            store: published.read(),
            pending: Pending::default(),
            savepoints: Vec::new(),
            floor: 0,
            after: Vec::new(),
            is_committed: false,
        }
    }

    /// Adds a row and gives its primary key; see [`Database::insert`].
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn insert(&mut self, table: &str, row: Row) -> Result<Key> {
        let keys = self.scope().insert(table, &[row])?;
        Ok(keys.into_iter().next().unwrap_or_default())
    }

    /// Adds rows in order, all or none, and gives their primary keys.
    ///
    /// # Errors
    /// Whatever constraint refuses one of them; then nothing has changed.
    pub fn insert_many(&mut self, table: &str, rows: Vec<Row>) -> Result<Vec<Key>> {
        self.scope().insert(table, &rows)
    }

    /// Adds a row, or changes the one in its way; see [`Database::upsert`].
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn upsert(&mut self, table: &str, row: Row) -> Result<Key> {
        let keys = self.scope().upsert(table, &[row])?;
        Ok(keys.into_iter().next().unwrap_or_default())
    }

    /// The first row with some values, or a new one; see [`Database::find_or_create_by`].
    ///
    /// # Errors
    /// Whatever constraint refuses the new row; then nothing has changed.
    pub fn find_or_create_by(&mut self, table: &str, by: Row, values: Row) -> Result<Key> {
        self.scope().find_or_create_by(table, &by, &values)
    }

    /// Changes the rows that a filter or key names. Gives how many there were.
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn update(&mut self, table: &str, rows: impl Into<Rows>, set: Row) -> Result<u64> {
        self.scope().update(table, &rows.into(), &set)
    }

    /// Takes away the rows that a filter or key names; see [`Database::delete`].
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn delete(&mut self, table: &str, rows: impl Into<Rows>) -> Result<u64> {
        self.scope().delete(table, &rows.into())
    }

    /// Takes away the rows that a filter or key names, with their dependents; see
    /// [`Database::destroy`].
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn destroy(&mut self, table: &str, rows: impl Into<Rows>) -> Result<u64> {
        self.scope().destroy(table, &rows.into())
    }

    /// Carries out a statement given as data.
    ///
    /// # Errors
    /// Whatever the statement meets; then nothing has changed.
    pub fn execute(&mut self, statement: &Statement) -> Result<Outcome> {
        self.scope().execute(statement)
    }

    /// The rows as this transaction sees them now. O(1).
    pub fn snapshot(&self) -> Snapshot {
        self.database.snapshot_of(Arc::clone(&self.store))
    }

    /// A query of a table, to be answered from the rows as this transaction sees them now.
    pub fn query(&self, table: &str) -> Query<Snapshot> {
        self.snapshot().query(table)
    }

    /// The validated schema. O(1).
    pub fn catalog(&self) -> &Catalog {
        self.store.catalog()
    }

    /// Everything that must hold and doesn't, deferred foreign keys that match nothing yet among it.
    pub fn check(&self) -> Vec<Violation> {
        self.snapshot().check()
    }

    /// Marks this moment, so that [`rollback_to`](Transaction::rollback_to) can come back to it. A
    /// name that is there already hides the older savepoint until this one is released. O(1).
    pub fn savepoint(&mut self, name: impl Into<EcoString>) {
        self.mark(Some(name.into()));
    }

    /// Undoes everything since a savepoint, which stays; those set after it are gone. O(tables).
    ///
    /// # Errors
    /// `invalid_query` for a savepoint that isn't there, or that was set outside of the nested
    /// transaction.
    pub fn rollback_to(&mut self, name: &str) -> Result<()> {
        let at = self.find(name)?;
        self.restore(at);
        Ok(())
    }

    /// Forgets a savepoint and those set after it; what was done since stays done. O(1).
    ///
    /// # Errors
    /// As [`rollback_to`](Transaction::rollback_to).
    pub fn release(&mut self, name: &str) -> Result<()> {
        let at = self.find(name)?;
        self.savepoints.truncate(at);
        Ok(())
    }

    /// Runs statements as one inside this transaction: when `run` gives an error or panics, what was
    /// done in it is undone, and nothing else.
    ///
    /// ```
    /// # use relata::{Column, Database, Error, ErrorKind, Result, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("notes")
    /// #     .column(Column::integer("id").generated()).column(Column::text("body").unique()).primary_key(["id"])))?;
    /// db.transaction(|tx| {
    ///     tx.insert("notes", row! { body: "Milk" })?;
    ///     let inner = tx.transaction(|tx| {
    ///         tx.insert("notes", row! { body: "Salt" })?;
    ///         tx.insert("notes", row! { body: "Milk" })
    ///     });
    ///     assert!(inner.is_err());
    ///     tx.insert("notes", row! { body: "Bread" })
    /// })?;
    /// assert_eq!(db.query("notes").count()?, 2);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// What `run` gives.
    pub fn transaction<T>(&mut self, run: impl FnOnce(&mut Transaction<'d>) -> Result<T>) -> Result<T> {
        let nested = Nested::begin(self);
        let answer = run(nested.outer)?;
        nested.keep();
        Ok(answer)
    }

    /// Runs `then` after the commit, in the order in which these were given, when other writers can go
    /// on; never when what it stands beside is rolled back. Hooks after the commit of rows that were
    /// written before run before it. When one panics, the commit stands, the rest are run, and then the
    /// panic goes on.
    pub fn after_commit(&mut self, then: impl FnOnce() + 'd) {
        self.after.push((self.pending.written.len(), Box::new(then)));
    }

    /// Publishes everything at once. O(deferred keys).
    ///
    /// # Errors
    /// `foreign_key_violation` for a deferred foreign key that matches nothing; then everything is
    /// rolled back.
    pub fn commit(mut self) -> Result<()> {
        self.scope().verify()?;
        self.database.shared.publish(Arc::clone(&self.store));
        self.is_committed = true;
        let after = std::mem::take(&mut self.after);
        let (database, written) = (self.database, std::mem::take(&mut self.pending.written));
        drop(self);
        committed::run(database, &written, after);
        Ok(())
    }

    /// Undoes everything; so does dropping it. O(tables).
    pub fn rollback(self) {}

    pub(super) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    pub(super) fn environment(&self) -> &'d Arc<Environment> {
        &self.database.shared.environment
    }

    /// Goes on from another state, which came of this one.
    pub(super) fn replace(&mut self, store: Store) {
        self.store = Arc::new(store);
    }

    pub(super) fn scope(&mut self) -> Scope<'_> {
        let environment = self.environment();
        let touching = self.database.touching;
        Scope { state: State::Own(&mut self.store), environment, pending: Some(&mut self.pending), touching }
    }

    fn mark(&mut self, name: Option<EcoString>) {
        let (open, written) = (self.pending.open.len(), self.pending.written.len());
        let (store, after) = (Arc::clone(&self.store), self.after.len());
        self.savepoints.push(Savepoint { name, store, open, after, written });
    }

    /// The newest savepoint of this name.
    fn find(&self, name: &str) -> Result<usize> {
        let own = self.savepoints.get(self.floor..).unwrap_or_default();
        let at = own.iter().rposition(|savepoint| savepoint.name.as_deref() == Some(name));
        at.map(|at| self.floor + at).ok_or_else(|| {
            let known = own.iter().filter_map(|savepoint| savepoint.name.clone()).collect();
            TransactionMistake::UnknownSavepoint { name: name.into(), known }.into()
        })
    }

    /// Goes back to a savepoint, which stays.
    fn restore(&mut self, at: usize) {
        let Some(savepoint) = self.savepoints.get(at) else { return };
        let abandoned = std::mem::replace(&mut self.store, Arc::clone(&savepoint.store));
        Store::pass_identities(&mut self.store, &abandoned);
        self.pending.open.truncate(savepoint.open);
        self.after.truncate(savepoint.after);
        self.pending.written.truncate(savepoint.written);
        self.savepoints.truncate(at + 1);
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        self.savepoints.clear();
        if !self.is_committed {
            self.database.shared.published.change(|current| Store::pass_identities(current, &self.store));
        }
        if let Some(turn) = self.turn.take() {
            turn.pass_on();
        }
    }
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}

/// A nested transaction that isn't over: it's undone unless it's kept.
struct Nested<'t, 'd> {
    outer: &'t mut Transaction<'d>,
    /// The savepoint it began with.
    at: usize,
    /// The floor of the one around it.
    floor: usize,
    is_kept: bool,
}

impl<'t, 'd> Nested<'t, 'd> {
    fn begin(outer: &'t mut Transaction<'d>) -> Nested<'t, 'd> {
        let (at, floor) = (outer.savepoints.len(), outer.floor);
        outer.mark(None);
        outer.floor = at;
        Nested { outer, at, floor, is_kept: false }
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Nested<'_, '_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.outer.restore(self.at);
        }
        self.outer.savepoints.truncate(self.at);
        self.outer.floor = self.floor;
    }
}
