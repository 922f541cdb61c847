//! Statements on one state, whether or not a transaction is around them.

use super::{Outcome, snapshot};
use crate::error::Result;
use crate::exec;
use crate::id::{Slot, TableId};
use crate::statement::{Rows, Statement};
use crate::store::{Draft, Published, Store};
use crate::value::{Key, Row};
use crate::view::Page;
use crate::write::{Environment, OpenKey, Writer};
use std::sync::Arc;

/// What the statements of a transaction leave for the next one and for its commit.
#[derive(Default)]
pub(super) struct Pending {
    /// Deferred foreign keys that matched nothing, in the order in which they were met.
    pub(super) open: Vec<OpenKey>,
    /// The one reading of the clock.
    now: Option<jiff::Timestamp>,
}

/// The state that statements change.
pub(super) enum State<'s> {
    /// The one that everybody reads; whoever has it has the writers' turn.
    Published(&'s Published<Store>),
    /// That of a transaction.
    Own(&'s mut Arc<Store>),
}

impl State<'_> {
    fn draft(&mut self) -> Draft<'_> {
        match self {
            State::Published(published) => Draft::of(published),
            State::Own(store) => Draft::own(Arc::make_mut(store)),
        }
    }

    fn look(&self) -> Arc<Store> {
        match self {
            State::Published(published) => published.read(),
            State::Own(store) => Arc::clone(store),
        }
    }
}

/// Where statements are carried out, one at a time, each all or nothing.
pub(super) struct Scope<'s> {
    pub(super) state: State<'s>,
    pub(super) environment: &'s Environment,
    /// None when each statement is a transaction of its own.
    pub(super) pending: Option<&'s mut Pending>,
    /// Whether rows touch their parents.
    pub(super) touching: bool,
}

impl Scope<'_> {
    pub(super) fn insert(&mut self, table: &str, rows: &[Row]) -> Result<Vec<Key>> {
        self.statement(|writer| {
            let table = writer.store().catalog().table_id(table)?;
            let slots = writer.insert(table, rows)?;
            Ok(keys(writer.store(), table, slots))
        })
    }

    pub(super) fn upsert(&mut self, table: &str, rows: &[Row]) -> Result<Vec<Key>> {
        self.statement(|writer| {
            let table = writer.store().catalog().table_id(table)?;
            let slots = writer.upsert(table, rows, None, None)?;
            Ok(keys(writer.store(), table, slots))
        })
    }

    pub(super) fn update(&mut self, table: &str, rows: &Rows, set: &Row) -> Result<u64> {
        self.change_named(table, rows, |writer, table, slots| writer.update(table, slots, set))
    }

    pub(super) fn delete(&mut self, table: &str, rows: &Rows) -> Result<u64> {
        self.change_named(table, rows, |writer, table, slots| writer.delete(table, slots))
    }

    pub(super) fn destroy(&mut self, table: &str, rows: &Rows) -> Result<u64> {
        self.change_named(table, rows, |writer, table, slots| writer.destroy(table, slots))
    }

    /// Carries out a statement given as data.
    pub(super) fn execute(&mut self, statement: &Statement) -> Result<Outcome> {
        match statement {
            Statement::Insert { table, rows } => {
                self.change(table, |writer, table| writer.insert(table, rows)).map(Outcome::Rows)
            }
            Statement::Upsert { table, rows, on, set } => {
                let upsert =
                    |writer: &mut Writer<'_>, table| writer.upsert(table, rows, on.as_deref(), set.as_ref());
                self.change(table, upsert).map(Outcome::Rows)
            }
            Statement::Update { table, rows, set } => self.update(table, rows, set).map(Outcome::Count),
            Statement::Delete { table, rows } => self.delete(table, rows).map(Outcome::Count),
            Statement::Destroy { table, rows } => self.destroy(table, rows).map(Outcome::Count),
            Statement::Check => Ok(Outcome::Violations(snapshot::check(&self.state.look()))),
        }
    }

    /// Counts every counter anew; gives how many rows had a wrong one.
    pub(super) fn rebuild_counters(&mut self) -> Result<usize> {
        let owed = |writer: &mut Writer<'_>| {
            writer.owe_everything();
            Ok(())
        };
        self.kept(owed).map(|((), rows)| rows)
    }

    /// Writes rows of a table and answers with them.
    fn change(
        &mut self,
        table: &str,
        write: impl FnOnce(&mut Writer<'_>, TableId) -> Result<Vec<Slot>>,
    ) -> Result<Page> {
        let written = self.statement(|writer| {
            let table = writer.store().catalog().table_id(table)?;
            Ok((table, write(writer, table)?))
        });
        written.map(|(table, slots)| Page::from_slots(self.state.look(), table, slots))
    }

    /// Writes the rows that are named; gives how many there were.
    fn change_named(
        &mut self,
        table: &str,
        rows: &Rows,
        write: impl FnOnce(&mut Writer<'_>, TableId, Vec<Slot>) -> Result<()>,
    ) -> Result<u64> {
        self.statement(|writer| {
            let store = writer.store();
            let id = store.catalog().table_id(table)?;
            let slots = match rows {
                Rows::All => exec::slots(store, id, None)?,
                Rows::Where(filter) => {
                    exec::slots(store, id, Some(filter)).map_err(|error| error.at("where"))?
                }
                Rows::Key(key) => snapshot::find(store, table, key)?.into_iter().collect(),
            };
            let count = slots.len() as u64;
            write(writer, id, slots)?;
            Ok(count)
        })
    }

    /// Runs one statement. When it refuses or panics, the store is as it was before.
    pub(super) fn statement<T>(&mut self, run: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<T> {
        self.kept(run).map(|(answer, _)| answer)
    }

    /// As [`statement`](Scope::statement), with how many rows were kept up at its end.
    fn kept<T>(&mut self, run: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<(T, usize)> {
        let now = self.pending.as_ref().and_then(|pending| pending.now);
        let mut draft = self.state.draft();
        if self.pending.is_none() {
            compact(&mut draft);
        }
        let mut writer = Writer::new(draft, self.environment).at(now).touching(self.touching);
        let done = run(&mut writer).and_then(|answer| Ok((answer, writer.finish()?)));
        if let Some(pending) = &mut self.pending {
            pending.now = writer.clock_reading();
        }
        let (answer, (deferred, kept)) = done?;
        match &mut self.pending {
            Some(pending) => pending.open.extend(deferred),
            None => writer.verify(&deferred)?,
        }
        writer.commit();
        Ok((answer, kept))
    }

    /// Verifies the foreign keys that were deferred.
    pub(super) fn verify(&mut self) -> Result<()> {
        match &self.pending {
            Some(pending) if !pending.open.is_empty() => {
                Writer::new(self.state.draft(), self.environment).verify(&pending.open)
            }
            _ => Ok(()),
        }
    }
}

/// Gives a bounded number of deleted rows' places back. Nobody may hold a slot, so it's done before a
/// statement or transaction begins.
pub(super) fn compact(draft: &mut Draft<'_>) {
    /// How many rows are moved each time.
    const STEP: usize = 256;
    if draft.wants_compacting() {
        draft.compact(STEP);
    }
}

fn keys(store: &Store, table: TableId, slots: Vec<Slot>) -> Vec<Key> {
    let info = store.info(table);
    let columns = info.primary_key.map_or(&[][..], |index| &info.index(index).columns);
    let table = store.table(table);
    let key = |slot| columns.iter().map(|id| table.column(*id).get(slot).to_value()).collect();
    slots.into_iter().map(key).collect()
}
