//! Going back to earlier states, and forth again.
//!
//! A step is what was committed together: a statement, a transaction or a load. The state before
//! each step is kept whole, which costs the chunks that the step has replaced.

use super::{Database, Snapshot};
use crate::error::{Error, ErrorKind, QueryMistake, Result, TransactionMistake};
use crate::store::{Published, Store};
use ecow::EcoString;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// The states that a database can go to.
pub(super) struct History {
    /// How many steps can be undone.
    pub(super) limit: usize,
    states: Mutex<States>,
    kept: Mutex<Vec<(EcoString, Snapshot)>>,
}

#[derive(Default)]
struct States {
    /// Before each step, oldest first.
    past: VecDeque<Arc<Store>>,
    /// What was undone, newest last.
    future: Vec<Arc<Store>>,
}

impl History {
    pub(super) fn new(limit: usize) -> History {
        History { limit, states: Mutex::default(), kept: Mutex::default() }
    }

    /// The state before a step, to be given to [`record`](History::record) after it.
    pub(super) fn before(&self, published: &Published<Store>) -> Option<Arc<Store>> {
        (self.limit > 0).then(|| published.read())
    }

    /// Remembers a step that changed any row; what was undone before it can't be redone.
    pub(super) fn record(&self, before: Option<Arc<Store>>, after: &Store) {
        let Some(before) = before.filter(|before| !before.shares_all(after)) else {
            return;
        };
        let mut states = self.states.lock();
        states.future.clear();
        states.past.push_back(before);
        if states.past.len() > self.limit {
            states.past.pop_front();
        }
    }
}

impl States {
    fn back(&mut self, current: Arc<Store>) -> Option<Arc<Store>> {
        let then = self.past.pop_back()?;
        self.future.push(current);
        Some(then)
    }

    fn forth(&mut self, current: Arc<Store>) -> Option<Arc<Store>> {
        let then = self.future.pop()?;
        self.past.push_back(current);
        Some(then)
    }
}

impl Database {
    /// Takes the last step back: a statement, a whole transaction or a load. Gives whether there was
    /// one left. Identities don't go back. O(tables).
    ///
    /// ```
    /// # use relata::{Column, Database, Rows, Schema, Table, row};
    /// let schema = Schema::new().table(Table::new("notes")
    ///     .column(Column::integer("id").generated()).column(Column::text("body")).primary_key(["id"]));
    /// let db = Database::builder(schema).history(100).build()?;
    /// db.insert("notes", row! { body: "Milk" })?;
    /// db.delete("notes", Rows::All)?;
    /// assert!(db.undo()?);
    /// assert_eq!(db.query("notes").count()?, 1);
    /// assert!(db.redo()?);
    /// assert_eq!(db.query("notes").count()?, 0);
    /// assert!(!db.redo()?);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_query` for a database that keeps no [`history`](crate::Builder::history), and in a
    /// thread that has a transaction open.
    pub fn undo(&self) -> Result<bool> {
        self.travel(States::back)
    }

    /// Makes the step again that was last taken back. Gives whether there was one: any new write
    /// forgets them. O(tables).
    ///
    /// # Errors
    /// As [`undo`](Database::undo).
    pub fn redo(&self) -> Result<bool> {
        self.travel(States::forth)
    }

    /// Makes the rows of a snapshot those of this database, as one step: a way back to any moment
    /// that was kept. Identities don't go back. O(tables).
    ///
    /// # Errors
    /// `invalid_query` for a snapshot of another schema, and in a thread that has a transaction open.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<()> {
        let _turn = self.turn()?;
        let current = self.shared.published.read();
        if current.catalog().schema() != snapshot.catalog().schema() {
            let (expected, found) = ("a state of the same schema".into(), "one of another".into());
            return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::Shape { expected, found })));
        }
        let mut then = Arc::clone(snapshot.store());
        Store::pass_identities(&mut then, &current);
        self.shared.publish(then);
        Ok(())
    }

    /// Keeps the rows as they are now under a name, in place of what that name had. O(1).
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("notes")
    /// #     .column(Column::integer("id").generated()).primary_key(["id"])))?;
    /// db.keep("empty");
    /// db.insert("notes", row! {})?;
    /// assert_eq!(db.kept("empty")?.query("notes").count()?, 0);
    /// let error = db.kept("full").unwrap_err();
    /// assert_eq!(format!("{error:#}"), "no snapshot `full` is kept\n    help: there are: empty");
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn keep(&self, name: impl Into<EcoString>) {
        let (name, snapshot) = (name.into(), self.snapshot());
        let mut kept = self.shared.history.kept.lock();
        kept.retain(|(other, _)| *other != name);
        kept.push((name, snapshot));
    }

    /// The rows that were kept under a name, to be asked any query. O(kept).
    ///
    /// # Errors
    /// `invalid_query` for a name that nothing is kept under.
    pub fn kept(&self, name: &str) -> Result<Snapshot> {
        let kept = self.shared.history.kept.lock();
        match kept.iter().find(|(other, _)| other == name) {
            Some((_, snapshot)) => Ok(snapshot.clone()),
            None => {
                let known = kept.iter().map(|(name, _)| name.clone()).collect();
                Err(TransactionMistake::UnknownSnapshot { name: name.into(), known }.into())
            }
        }
    }

    /// Lets go of what was kept under a name; gives whether there was such.
    pub fn forget(&self, name: &str) -> bool {
        let mut kept = self.shared.history.kept.lock();
        let before = kept.len();
        kept.retain(|(other, _)| other != name);
        kept.len() < before
    }

    fn travel(&self, go: impl FnOnce(&mut States, Arc<Store>) -> Option<Arc<Store>>) -> Result<bool> {
        let history = &self.shared.history;
        if history.limit == 0 {
            return Err(TransactionMistake::NoHistory.into());
        }
        let _turn = self.turn()?;
        let current = self.shared.published.read();
        let Some(mut then) = go(&mut history.states.lock(), Arc::clone(&current)) else { return Ok(false) };
        Store::pass_identities(&mut then, &current);
        drop(self.shared.published.publish(then));
        Ok(true)
    }
}
