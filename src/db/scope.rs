//! Statements on one state, whether or not a transaction is around them.

use super::{Outcome, named, snapshot};
use crate::catalog::TableInfo;
use crate::error::{Error, ErrorKind, Result, Step};
use crate::exec;
use crate::filter::{Comparison, Filter, Operand, Test};
use crate::id::{Slot, TableId};
use crate::statement::{Rows, Statement};
use crate::store::{Draft, Published, Store};
use crate::value::{Input, Key, Row};
use crate::write::{Environment, Images, OpenKey, Writer};
use ecow::EcoString;
use std::sync::Arc;

/// What the statements of a transaction leave for the next one and for its commit.
#[derive(Default)]
pub(super) struct Pending {
    /// Deferred foreign keys that matched nothing, in the order in which they were met.
    pub(super) open: Vec<OpenKey>,
    /// Rows that were written, for the hooks after the commit.
    pub(super) written: Vec<Images>,
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
    pub(super) environment: &'s Arc<Environment>,
    /// None when each statement is a transaction of its own.
    pub(super) pending: Option<&'s mut Pending>,
    /// Whether rows touch their parents.
    pub(super) touching: bool,
}

impl Scope<'_> {
    pub(super) fn insert(&mut self, table: &str, rows: &[Row]) -> Result<Vec<Key>> {
        self.keyed(table, |writer, table| writer.insert(table, rows))
    }

    pub(super) fn upsert(&mut self, table: &str, rows: &[Row]) -> Result<Vec<Key>> {
        self.keyed(table, |writer, table| writer.upsert(table, rows, None, None))
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

    /// Changes the row with this key, which has to be there.
    pub(super) fn update_one(&mut self, table: &str, key: &Key, set: &Row) -> Result<()> {
        self.statement(|writer| {
            let (id, slot) = row_of(writer.store(), table, key)?;
            writer.update(id, vec![slot], set)
        })
    }

    /// Makes a row of a relation of the row with this key; gives its own key.
    pub(super) fn create_along(&mut self, table: &str, key: &Key, relation: &str, row: &Row) -> Result<Key> {
        self.statement(|writer| {
            let (id, slot) = row_of(writer.store(), table, key)?;
            let (target, made) = writer.create_one(id, slot, relation, row)?;
            Ok(key_of(writer.store(), target, made))
        })
    }

    /// A row ready to be added to a relation of the row with this key.
    pub(super) fn build(&mut self, table: &str, key: &Key, relation: &str, row: Row) -> Result<Row> {
        self.statement(|writer| {
            let (id, slot) = row_of(writer.store(), table, key)?;
            writer.build(id, slot, relation, row)
        })
    }

    pub(super) fn find_or_create_by(&mut self, table: &str, by: &Row, values: &Row) -> Result<Key> {
        self.statement(|writer| {
            let (id, slot) = find_or_create(writer, table, by, values)?;
            Ok(key_of(writer.store(), id, slot))
        })
    }

    /// Carries out a statement given as data.
    pub(super) fn execute(&mut self, statement: &Statement) -> Result<Outcome> {
        match statement {
            Statement::Insert { table, rows } => {
                let (id, slots) = self.written(table, |writer, table| writer.insert(table, rows))?;
                self.page(id, rows.iter().collect(), slots)
            }
            Statement::Upsert { table, rows, on, set } => {
                let upsert =
                    |writer: &mut Writer<'_>, table| writer.upsert(table, rows, on.as_deref(), set.as_ref());
                let (id, slots) = self.written(table, upsert)?;
                self.page(id, rows.iter().chain(set).collect(), slots)
            }
            Statement::FindOrCreate { table, by, values } => {
                let (id, slot) = self.statement(|writer| find_or_create(writer, table, by, values))?;
                self.page(id, vec![values], vec![slot])
            }
            Statement::Update { table, rows, set } => self.update(table, rows, set).map(Outcome::Count),
            Statement::Delete { table, rows } => self.delete(table, rows).map(Outcome::Count),
            Statement::Destroy { table, rows } => self.destroy(table, rows).map(Outcome::Count),
            Statement::Check => Ok(Outcome::Violations(snapshot::check(&self.state.look()))),
        }
    }

    /// Counts every counter anew; gives how many rows had a wrong one.
    pub(super) fn rebuild_counters(&mut self) -> Result<usize> {
        self.statement(|writer| writer.rebuild_counters())
    }

    /// Writes rows of a table; gives where those stand that are there right after. Hooks, and deletes along
    /// their relations, may have taken some away.
    fn written(
        &mut self,
        table: &str,
        write: impl FnOnce(&mut Writer<'_>, TableId) -> Result<Vec<Slot>>,
    ) -> Result<(TableId, Vec<Slot>)> {
        let (id, mut slots) = self.statement(|writer| {
            let id = writer.store().catalog().table_id(table)?;
            Ok((id, write(writer, id)?))
        })?;
        let store = self.state.look();
        slots.retain(|slot| store.table(id).is_live(*slot));
        Ok((id, slots))
    }

    /// Writes rows of a table; gives the key of each.
    fn keyed(
        &mut self,
        table: &str,
        write: impl FnOnce(&mut Writer<'_>, TableId) -> Result<Vec<Slot>>,
    ) -> Result<Vec<Key>> {
        self.statement(|writer| {
            let id = writer.store().catalog().table_id(table)?;
            let slots = write(writer, id)?;
            Ok(keys(writer.store(), writer.store().info(id), &slots))
        })
    }

    /// The answer to a write: rows, with what `given` wrote along relations.
    fn page(&self, table: TableId, given: Vec<&Row>, slots: Vec<Slot>) -> Result<Outcome> {
        let store = self.state.look();
        named::page(&store, store.info(table), &given, slots).map(Outcome::Rows)
    }

    /// Writes the rows that are named; gives how many there were.
    fn change_named(
        &mut self,
        table: &str,
        rows: &Rows,
        write: impl FnOnce(&mut Writer<'_>, TableId, Vec<Slot>) -> Result<()>,
    ) -> Result<u64> {
        let (rows, versions) = stated(rows);
        self.statement(|writer| {
            let id = writer.store().catalog().table_id(table)?;
            let slots = named(writer.store(), id, rows)?;
            let count = slots.len() as u64;
            writer.expect_versions(id, &slots, &versions, rows)?;
            write(writer, id, slots)?;
            Ok(count)
        })
    }

    /// Runs one statement. When it refuses or panics, the store is as it was before.
    pub(super) fn statement<T>(&mut self, run: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<T> {
        let now = self.pending.as_ref().and_then(|pending| pending.now);
        let writer = Writer::new(self.state.draft(), self.environment).at(now);
        let mut writer = writer.touching(self.touching);
        let done = run(&mut writer).and_then(|answer| Ok((answer, writer.finish()?)));
        if let Some(pending) = &mut self.pending {
            pending.now = writer.clock_reading();
        }
        let (answer, deferred) = done?;
        let written = writer.take_committed();
        match &mut self.pending {
            Some(pending) => {
                pending.open.extend(deferred);
                pending.written.extend(written);
            }
            None => writer.verify(&deferred)?,
        }
        writer.commit();
        Ok(answer)
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
pub(super) fn compact(published: &Published<Store>) {
    /// How many rows are moved each time.
    const STEP: usize = 256;
    if published.look(Store::wants_compacting) {
        let mut draft = Draft::of(published);
        draft.compact(STEP);
        draft.commit();
    }
}

/// The row with this key, which has to be there.
fn row_of(store: &Store, table: &str, key: &Key) -> Result<(TableId, Slot)> {
    let id = store.catalog().table_id(table)?;
    let slot = snapshot::find(store, table, key)?;
    let info = store.info(id);
    let missing = || ErrorKind::NotFound {
        table: info.name.clone(),
        columns: info.column_names(info.primary_key()),
        values: key.values().to_vec(),
    };
    Ok((id, slot.ok_or_else(missing)?))
}

/// The first row with these values, or a new one; gives where it stands.
fn find_or_create(writer: &mut Writer<'_>, table: &str, by: &Row, values: &Row) -> Result<(TableId, Slot)> {
    let id = writer.store().catalog().table_id(table)?;
    let filter = Filter::And(by.iter().map(|(name, input)| equals(name, input)).collect());
    let found = exec::slots(writer.store(), id, Some(&filter)).map_err(|error| at_value(error, by))?;
    if let Some(slot) = found.first() {
        return Ok((id, *slot));
    }
    let row = by.iter().chain(values.iter()).map(|(name, input)| (name.clone(), input.clone())).collect();
    let slots = writer.insert(id, &[row])?;
    Ok((id, slots.first().copied().unwrap_or(Slot::NONE)))
}

/// What is wrong with a row that was looked for, at the value that was given for it.
fn at_value(error: Error, by: &Row) -> Error {
    let given =
        |step: &Step| by.iter().find(|(name, _)| *step == Step::from(*name)).map(|(name, _)| name.clone());
    let name = error.path().steps().find_map(given);
    match name {
        Some(name) => Error::new(error.kind().clone()).at(&name).at("where"),
        None => error.at("where"),
    }
}

/// The rows that are meant, and the versions they are stated to be at.
pub(super) fn stated(mut rows: &Rows) -> (&Rows, Vec<i64>) {
    let mut versions = Vec::new();
    while let Rows::AtVersion(inner, version) = rows {
        versions.push(*version);
        rows = inner;
    }
    (rows, versions)
}

/// Where the rows are that are meant, in insertion order.
pub(super) fn named(store: &Store, id: TableId, rows: &Rows) -> Result<Vec<Slot>> {
    match rows {
        Rows::All => exec::slots(store, id, None),
        Rows::Where(filter) => exec::slots(store, id, Some(filter)).map_err(|error| error.at("where")),
        Rows::Key(key) => Ok(snapshot::find(store, &store.info(id).name, key)?.into_iter().collect()),
        Rows::AtVersion(inner, _) => named(store, id, inner),
    }
}

fn key_of(store: &Store, table: TableId, slot: Slot) -> Key {
    keys(store, store.info(table), &[slot]).into_iter().next().unwrap_or_default()
}

/// The primary keys of rows that are there, or were until just now.
pub(super) fn keys(store: &Store, info: &TableInfo, slots: &[Slot]) -> Vec<Key> {
    let columns = info.primary_key.map_or(&[][..], |index| &info.index(index).columns);
    let table = store.table(info.id);
    let key = |slot: &Slot| columns.iter().map(|id| table.column(*id).get(*slot).to_value()).collect();
    slots.iter().map(key).collect()
}

/// That a column has a value; null is one.
fn equals(name: &EcoString, input: &Input) -> Filter {
    let test = match input.is_null() {
        true => Test::Null(false),
        false => Test::Compare(Comparison::Eq, Operand::Input(input.clone())),
    };
    Filter::Column { name: name.clone(), test }
}
