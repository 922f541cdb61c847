//! One state of a database, to be read.

use super::Database;
use super::builder::Settings;
use crate::catalog::{Catalog, TableInfo};
use crate::document::Limits;
use crate::error::Result;
use crate::eval;
use crate::exec::{self, Prepared};
use crate::id::Slot;
use crate::query::Query;
use crate::store::{Store, TableMemory, Violation};
use crate::value::{Key, Value};
use crate::view::{Page, RowRef, RowView, TableRef};
use crate::write::{Environment, counted};
use std::fmt;
use std::sync::Arc;

/// The rows of a database at one moment. Cheap to clone, and safe to keep: writes don't show in it.
#[derive(Clone)]
pub struct Snapshot {
    store: Arc<Store>,
    pub(super) environment: Arc<Environment>,
    settings: Settings,
}

impl Snapshot {
    pub(super) fn new(store: Arc<Store>, environment: Arc<Environment>, settings: Settings) -> Snapshot {
        Snapshot { store, environment, settings }
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The validated schema. O(1).
    pub fn catalog(&self) -> &Catalog {
        self.store.catalog()
    }

    /// A query of a table, to be answered from this state.
    pub fn query(&self, table: &str) -> Query<Snapshot> {
        Query::of(table).bind(self.clone())
    }

    /// The rows of a table without a query: got by key, walked from row to row, with columns and
    /// relations resolved once for a loop.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, Value, row};
    /// # let db = Database::new(Schema::new().table(Table::new("notes")
    /// #     .column(Column::integer("id").generated()).column(Column::text("body")).primary_key(["id"])))?;
    /// db.insert("notes", row! { body: "Milk" })?;
    /// let snapshot = db.snapshot();
    /// let notes = snapshot.table("notes")?;
    /// let body = notes.column("body")?;
    /// let note = notes.get(1).unwrap();
    /// assert_eq!(body.text(note), Some("Milk"));
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_table`.
    pub fn table(&self, name: &str) -> Result<TableRef<'_>> {
        Ok(TableRef::new(&self.store, self.catalog().table_id(name)?))
    }

    /// The row with this primary key. O(1).
    ///
    /// # Errors
    /// `unknown_table`; `type_mismatch` for a key of another type or number of values.
    pub fn get(&self, table: &str, key: impl Into<Key>) -> Result<Option<RowRef<'_>>> {
        let id = self.catalog().table_id(table)?;
        let slot = find(&self.store, table, &key.into())?;
        Ok(slot.map(|slot| RowRef::new(&self.store, id, slot)))
    }

    /// An independent database that starts from this state; see [`Database::fork`]. O(1).
    #[must_use = "a fork that nobody holds is gone"]
    pub fn fork(&self) -> Database {
        Database::with(Arc::clone(&self.store), Arc::clone(&self.environment), self.settings)
    }

    /// Everything that must hold and doesn't. O(rows x (indexes + edges)).
    pub fn check(&self) -> Vec<Violation> {
        check(&self.store)
    }

    /// How much memory each table holds, in declared order, and how much of it other states hold too:
    /// the database that this was taken of, as long as nothing is written. O(chunks).
    pub fn memory(&self) -> Vec<TableMemory> {
        self.store.memory(Arc::strong_count(&self.store) > 1)
    }
}

/// Everything that must hold of a state and doesn't.
pub(super) fn check(store: &Store) -> Vec<Violation> {
    let mut found = store.check();
    for info in store.catalog().tables() {
        let table = store.table(info.id);
        check_counters(store, info, &mut found);
        for check in &info.checks {
            let slots = table.live().ones(0..table.bound()).map(Slot::new);
            let broken =
                slots.filter(|slot| eval::matches(store, info.id, &check.predicate, *slot) == Some(false));
            found.extend(broken.map(|slot| Violation::Check {
                table: info.name.clone(),
                constraint: check.name.clone(),
                row: store.row_name(info, slot),
            }));
        }
    }
    found
}

fn check_counters(store: &Store, info: &TableInfo, found: &mut Vec<Violation>) {
    let table = store.table(info.id);
    for column in &info.counters {
        let described = info.column(*column);
        let Some(counter) = &described.counter else { continue };
        for slot in table.live().ones(0..table.bound()).map(Slot::new) {
            let held = table.column(*column).get(slot).to_value();
            let counted = counted(store, counter, slot);
            if held != Value::Integer(counted) {
                let row = store.row_name(info, slot);
                let (table, column) = (info.name.clone(), described.name.clone());
                found.push(Violation::Counter { table, column, row, held, counted });
            }
        }
    }
}

/// The slot of the row with this primary key.
pub(super) fn find(store: &Store, table: &str, key: &Key) -> Result<Option<Slot>> {
    let info = store.info(store.catalog().table_id(table)?);
    let (index, values) = info.typed_key(key)?;
    Ok(store.table(info.id).find(index, values.as_slice()))
}

impl Query {
    /// This query, to be answered from a state of a database.
    pub fn on(self, snapshot: &Snapshot) -> Query<Snapshot> {
        self.bind(snapshot.clone())
    }
}

impl Query<Snapshot> {
    /// The rows, with everything included.
    ///
    /// # Errors
    /// Names that don't exist, values of the wrong type, and whatever else makes a query mean nothing.
    pub fn all(&self) -> Result<Page> {
        exec::all(self.source.store(), self, Limits::none())
    }

    /// The first row as a page of one or none; a limit of the query is taken as 1.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn first(&self) -> Result<Page> {
        exec::first(self.source.store(), self, Limits::none())
    }

    /// Shows each row in order with everything included, a few at a time in buffers that are used
    /// again: faster than [`all`](Query::all), in no more memory than a few rows take.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn each(&self, show: impl FnMut(RowView<'_>)) -> Result<()> {
        self.prepare()?.each(show)
    }

    /// This query with its names resolved and its access chosen, to be answered many times.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn prepare(&self) -> Result<Prepared> {
        exec::prepare(self.source.store(), self, Limits::none())
    }

    /// How many rows the query gives: limit, offset, cursor and distinct hold, and nothing is included. O(1)
    /// to O(rows that match); a cursor and distinct cost as much as [`all`](Query::all).
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn count(&self) -> Result<u64> {
        exec::count(self.source.store(), self, Limits::none())
    }

    /// Whether the query gives any row. O(rows up to the first).
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn exists(&self) -> Result<bool> {
        exec::exists(self.source.store(), self, Limits::none())
    }

    /// In words: how the rows are found and how many are expected.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn explain(&self) -> Result<String> {
        exec::explain(self.source.store(), self)
    }

    /// Answers the query, and tells in words how many rows each level has found and how long it took by
    /// the database's clock.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn explain_analyze(&self) -> Result<String> {
        let clock = || (self.source.environment.clock)().as_nanosecond();
        exec::analyze(self.source.store(), self, &clock)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self.catalog().tables();
        f.debug_map()
            .entries(tables.map(|info| (info.name(), self.store.table(info.id).row_count())))
            .finish()
    }
}
