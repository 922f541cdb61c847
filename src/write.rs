//! Statements: rows in, constraints kept, all or nothing.
//!
//! A [`Writer`] carries one statement out. It makes its changes through the store's gateway and
//! logs them; whoever began it undoes the log when it refuses. Cascades run over explicit queues,
//! so that their depth is bounded by memory and not by the stack.
//!
//! The order of a statement: values by type and default, hooks before the write, not null, unique, the
//! change itself with what foreign keys set off, checks, at the end the foreign keys that were left
//! open, the counters and touched times of the rows above, and then hooks after the write.

mod batch;
mod block;
mod constraint;
mod delete;
mod destroy;
mod doomed;
mod hooked;
mod hooks;
mod insert;
mod load;
mod nested;
mod normalise;
mod pay;
#[cfg(test)]
mod tests;
mod transfer;
mod update;
mod upkeep;
mod upsert;
mod version;

pub use hooks::Hook;

pub(crate) use block::Block;
pub(crate) use hooks::{Hooks, Images, Within};
pub(crate) use load::Loading;
pub(crate) use normalise::resolve;
pub(crate) use upkeep::counted;

use crate::catalog::{Catalog, TableInfo};
use crate::error::{Path, Result, Step};
use crate::id::{ForeignKeyId, Slot};
use crate::store::{Draft, Store};
use hooks::Written;
use std::sync::Arc;
use upkeep::Dues;
use uuid::Uuid;

/// What a statement takes from outside the store: both can be replaced for tests.
pub(crate) struct Environment {
    /// The time, read at most once a transaction.
    pub(crate) clock: Box<dyn Fn() -> jiff::Timestamp + Send + Sync>,
    /// A new id for each call.
    pub(crate) ids: Box<dyn Fn() -> Uuid + Send + Sync>,
    /// Whether either of them is code of the user of the database.
    pub(crate) is_given: bool,
    /// What runs around the writes of rows; none where nothing does.
    pub(crate) hooks: Option<Box<dyn Hooks>>,
}

/// One statement being carried out.
pub(crate) struct Writer<'s> {
    store: Draft<'s>,
    catalog: Arc<Catalog>,
    environment: &'s Arc<Environment>,
    /// The time of the transaction, once it was asked for.
    now: Option<jiff::Timestamp>,
    /// Foreign keys that matched nothing when they were looked at.
    open: Vec<OpenKey>,
    /// What rows above the written ones are owed.
    dues: Dues,
    /// Whether rows touch their parents.
    touching: bool,
    /// Rows that hooks after their write or after the commit want to know of.
    written: Vec<Written>,
    /// How many of them were shown to the hooks after their write.
    shown: usize,
    /// How many hooks what is written now was asked for by, one inside the other.
    depth: usize,
    /// Where in the statement the row stands that is being written along relations.
    trail: Vec<Step>,
    /// Where rows stand whose foreign keys matched nothing when they were written.
    origins: Vec<(OpenKey, Path)>,
}

/// A row's foreign key that has to match by the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenKey {
    key: ForeignKeyId,
    child: Slot,
    /// Whether it matched until its parent went or changed.
    bereft: bool,
}

impl OpenKey {
    /// The key of a row whose parent went or changed.
    fn bereft(key: ForeignKeyId, child: Slot) -> OpenKey {
        OpenKey { key, child, bereft: true }
    }
}

impl<'s> Writer<'s> {
    /// A statement on a state.
    pub(crate) fn new(store: Draft<'s>, environment: &'s Arc<Environment>) -> Writer<'s> {
        Writer {
            catalog: store.shared_catalog(),
            store,
            environment,
            now: None,
            open: Vec::new(),
            dues: Dues::new(),
            touching: true,
            written: Vec::new(),
            shown: 0,
            depth: 0,
            trail: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// The same statement in a transaction whose clock was read already, if it was.
    pub(crate) fn at(self, now: Option<jiff::Timestamp>) -> Writer<'s> {
        Writer { now, ..self }
    }

    /// The time, if anything has asked for it.
    pub(crate) fn clock_reading(&self) -> Option<jiff::Timestamp> {
        self.now
    }

    /// This statement, whose rows touch their parents or don't.
    pub(crate) fn touching(self, touching: bool) -> Writer<'s> {
        Writer { touching, ..self }
    }

    /// Ends the statement: every foreign key that was left open must match by now, what is owed is
    /// paid, and hooks see what was written; then the same for what they wrote. Gives the deferrable
    /// keys that don't match, which have until the commit.
    pub(crate) fn finish(&mut self) -> Result<Vec<OpenKey>> {
        let mut deferred = Vec::new();
        loop {
            self.close(&mut deferred)?;
            self.pay()?;
            if !self.run_after()? {
                return Ok(deferred);
            }
        }
    }

    /// Looks at the foreign keys that were left open.
    fn close(&mut self, deferred: &mut Vec<OpenKey>) -> Result<()> {
        for open in std::mem::take(&mut self.open) {
            let key = self.catalog.foreign_key(open.key);
            if self.store.is_orphan(key.edge, open.child) {
                match key.deferrable {
                    true => deferred.push(open),
                    false => return Err(self.foreign_key_violation(open)),
                }
            }
        }
        Ok(())
    }

    /// Ends a transaction: its deferred foreign keys must match by now.
    pub(crate) fn verify(&self, deferred: &[OpenKey]) -> Result<()> {
        let is_open =
            |open: &&OpenKey| self.store.is_orphan(self.catalog.foreign_key(open.key).edge, open.child);
        match deferred.iter().find(is_open) {
            Some(open) => Err(self.foreign_key_violation(*open)),
            None => Ok(()),
        }
    }

    /// The state as it is now.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Makes what was done the state that is read.
    pub(crate) fn commit(mut self) {
        self.store.commit();
    }

    fn now(&mut self) -> jiff::Timestamp {
        match self.now {
            Some(now) => now,
            None => {
                // It's the caller's code: readers don't wait for it.
                if self.environment.is_given {
                    self.store.step_aside();
                }
                *self.now.insert((self.environment.clock)())
            }
        }
    }

    fn new_uuid(&mut self) -> Uuid {
        if self.environment.is_given {
            self.store.step_aside();
        }
        (self.environment.ids)()
    }

    /// Remembers the foreign keys of a written row that match nothing yet.
    fn leave_open(&mut self, info: &TableInfo, slot: Slot) {
        for key in &info.outgoing {
            if self.store.is_orphan(self.catalog.foreign_key(*key).edge, slot) {
                self.open.push(OpenKey { key: *key, child: slot, bereft: false });
            }
        }
    }
}
