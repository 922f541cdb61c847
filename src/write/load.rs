//! Bulk loading: rows first, every constraint when all of them are there.

use super::insert::MAX_SLOTS;
use super::normalise::{refuse_counter, require, require_all};
use super::{Environment, OpenKey, Writer};
use crate::catalog::{ColumnInfo, TableInfo};
use crate::column::staged::Staged;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{Slot, TableId};
use crate::store::{Draft, Store};
use crate::table::Taken;
use crate::value::{Row, Value, ValueRef};
use std::sync::Arc;

/// Rows kept back until their columns are written in one go.
const BLOCK: usize = 1024;

/// A load under way, on a store of its own that nobody else sees.
pub(crate) struct Loading<'e> {
    store: Store,
    environment: &'e Arc<Environment>,
    /// Where each table's new rows start.
    starts: Vec<usize>,
    waiting: Vec<Vec<Vec<Value>>>,
}

/// A row that can't stay, and why.
pub(crate) struct LoadProblem {
    pub(crate) table: TableId,
    /// Which of the rows given for the table, from 0; none for a row that was there before.
    pub(crate) row: Option<usize>,
    pub(crate) error: Error,
}

impl<'e> Loading<'e> {
    /// A load on top of what `store` holds.
    pub(crate) fn new(store: Store, environment: &'e Arc<Environment>) -> Loading<'e> {
        let starts: Vec<usize> =
            store.catalog().tables.iter().map(|info| store.table(info.id).bound()).collect();
        let waiting = starts.iter().map(|_| Vec::new()).collect();
        Loading { store, environment, starts, waiting }
    }

    /// The store, as far as it is loaded; its indexes lag behind.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Takes a row by column names.
    pub(crate) fn push_row(&mut self, table: TableId, row: &Row) -> Result<()> {
        let catalog = self.store.shared_catalog();
        let info = catalog.table(table);
        let values = self.writer().complete(info, row)?;
        require_all(info, &values)?;
        self.keep(table, values)
    }

    /// Takes a row by column position; what isn't given is generated or by default.
    pub(crate) fn push_values(&mut self, table: TableId, values: Vec<Option<Value>>) -> Result<()> {
        let catalog = self.store.shared_catalog();
        let info = catalog.table(table);
        if values.len() > info.columns.len() {
            let expected = ecow::eco_format!("at most {} values for {}", info.columns.len(), info.name);
            let found = ecow::eco_format!("{}", values.len());
            return Err(Error::new(ErrorKind::TypeMismatch { expected, found, column: None }));
        }
        let typed = info.columns.iter().zip(values).map(|(column, value)| {
            let accept = |value| {
                refuse_counter(column)?;
                column.ty.accept(value).map_err(|error| error.for_column(&info.name, &column.name))
            };
            value.map(accept).transpose()
        });
        let mut values = typed.collect::<Result<Vec<Option<Value>>>>()?;
        values.resize(info.columns.len(), None);
        let values = self.writer().fill(info, values)?;
        require_all(info, &values)?;
        self.keep(table, values)
    }

    /// The value of a column that a row doesn't give.
    pub(super) fn not_given(&mut self, info: &TableInfo, column: &ColumnInfo) -> Result<Value> {
        if column.generated {
            return self.writer().identity(info, column);
        }
        let value = self.writer().default_of(column);
        require(info, column, &value).map(|()| value)
    }

    /// Moves an identity past a value that a row gives.
    pub(super) fn pass_identity(&mut self, table: TableId, given: ValueRef<'_>) {
        if let ValueRef::Integer(given) = given {
            self.store.table_mut(table).pass_identity(given);
        }
    }

    /// Writes the rows of a table that were kept back.
    pub(super) fn write_waiting(&mut self, table: TableId) {
        if let Some(waiting) = self.waiting.get_mut(table.index()).filter(|waiting| !waiting.is_empty()) {
            self.store.append(table, waiting);
            waiting.clear();
        }
    }

    /// Writes a block of rows that waits column by column.
    pub(super) fn append_staged(&mut self, table: TableId, columns: &mut [Staged], rows: usize) {
        self.store.append_staged(table, columns, rows);
    }

    fn writer(&mut self) -> Writer<'_> {
        Writer::new(Draft::own(&mut self.store), self.environment)
    }

    fn keep(&mut self, table: TableId, values: Vec<Value>) -> Result<()> {
        let Some(waiting) = self.waiting.get_mut(table.index()) else { return Ok(()) };
        if self.store.table(table).bound().saturating_add(waiting.len()) >= MAX_SLOTS {
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "slots", allowed: MAX_SLOTS as u64 }));
        }
        waiting.push(values);
        if waiting.len() == BLOCK {
            self.write_waiting(table);
        }
        Ok(())
    }

    /// Indexes and links what was loaded and verifies every constraint of the new rows.
    /// O(rows x (indexes + edges + checks)).
    ///
    /// # Errors
    /// Every row that can't stay, by table and then by row.
    pub(crate) fn finish(mut self) -> Result<(Store, usize), Vec<LoadProblem>> {
        let catalog = self.store.shared_catalog();
        catalog.tables.iter().for_each(|info| self.write_waiting(info.id));
        let taken = self.store.index_from(&self.starts);
        let mut problems = self.count_children();
        let mut rows = 0;
        for (info, taken) in catalog.tables.iter().zip(taken) {
            rows += self.store.table(info.id).bound() - self.start_of(info.id);
            self.verify(info.id, taken, &mut problems);
        }
        if problems.is_empty() { Ok((self.store, rows)) } else { Err(problems) }
    }

    /// Brings the counters of the new rows, and of the parents of new rows, to what they count. A load
    /// touches nothing: it brings rows as they are. O(new rows).
    fn count_children(&mut self) -> Vec<LoadProblem> {
        let catalog = self.store.shared_catalog();
        let mut problems = Vec::new();
        for info in catalog.tables.iter().filter(|info| !info.counters.is_empty()) {
            let starts = &self.starts;
            let start = |table: TableId| starts.get(table.index()).copied().unwrap_or_default();
            let mut writer = Writer::new(Draft::own(&mut self.store), self.environment);
            match writer.count_loaded(info, start) {
                Ok(()) => writer.commit(),
                Err(error) => problems.push(LoadProblem { table: info.id, row: None, error }),
            }
        }
        problems
    }

    fn start_of(&self, table: TableId) -> usize {
        self.starts.get(table.index()).copied().unwrap_or_default()
    }

    fn verify(&mut self, table: TableId, taken: Vec<Taken>, problems: &mut Vec<LoadProblem>) {
        let catalog = self.store.shared_catalog();
        let info = catalog.table(table);
        let start = self.start_of(table);
        let first = problems.len();
        let bound = self.store.table(table).bound();
        let writer = Writer::new(Draft::own(&mut self.store), self.environment);
        let mut refuse = |slot: Slot, error: Error| {
            problems.push(LoadProblem { table, row: slot.index().checked_sub(start), error });
        };
        for Taken { index, slot, by } in taken {
            refuse(slot, writer.unique_violation(info, info.index(index), by));
        }
        for key in &info.outgoing {
            let edge = catalog.foreign_key(*key).edge;
            let mut orphans: Vec<Slot> = writer.store.edge(edge).orphans().collect();
            orphans.retain(|slot| slot.index() >= start);
            orphans.sort_unstable();
            for slot in orphans {
                refuse(slot, writer.foreign_key_violation(OpenKey { key: *key, child: slot, bereft: false }));
            }
        }
        if !info.checks.is_empty() {
            for slot in (start..bound).map(Slot::new) {
                if let Err(error) = writer.run_checks(info, slot, None) {
                    refuse(slot, error);
                }
            }
        }
        if let Some(new) = problems.get_mut(first..) {
            new.sort_by_key(|problem| problem.row);
        }
    }
}
