//! Adding rows.

use super::Writer;
use super::batch::Common;
use super::hooks::Hook;
use super::normalise::{given_twice, require_all, resolve_ref};
use super::version::refuse_version;
use crate::catalog::{DefaultInfo, TableInfo};
use crate::error::{Error, ErrorKind, Result};
use crate::id::{Slot, TableId};
use crate::store::Change;
use crate::value::{Row, Value};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::sync::Arc;

/// Slots are 32 bits wide, and the last one means none.
pub(super) const MAX_SLOTS: usize = u32::MAX as usize - 1;

/// The columns that most tables have no more of.
pub(super) const USUAL: usize = 12;

impl Writer<'_> {
    /// Adds rows in order; gives where they stand. O(rows x (columns + indexes)).
    pub(crate) fn insert(&mut self, table: TableId, rows: &[Row]) -> Result<Vec<Slot>> {
        let catalog = Arc::clone(&self.catalog);
        let info = catalog.table(table);
        if let Some(slots) = self.insert_batch(info, rows, Common::default(), |_, _| true) {
            return Ok(slots.map(Slot::new).collect());
        }
        let mut slots = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let slot = match row.nested().next() {
                None => refuse_version(info, row).and_then(|()| self.add_given(info, row)),
                Some(_) => {
                    self.stand_in_row(at, rows.len());
                    self.insert_along(info, row)
                }
            };
            slots.push(slot.map_err(|error| error.in_row(at, rows.len()))?);
        }
        Ok(slots)
    }

    /// Whether hooks run around the inserts of a table.
    pub(super) fn is_watched(&self, table: TableId) -> bool {
        self.runs(table, Hook::BeforeInsert) || self.notes(table, Hook::AfterInsert)
    }

    /// Adds one row as it is given.
    fn add_given(&mut self, info: &TableInfo, row: &Row) -> Result<Slot> {
        if self.is_watched(info.id) {
            let values = self.complete(info, row)?;
            return self.add_new(info, values);
        }
        let mut given: SmallVec<[Option<Cow<'_, Value>>; USUAL]> = SmallVec::new();
        given.resize_with(info.columns.len(), || None);
        for (place, (name, input)) in row.iter().enumerate() {
            let (column, value) = resolve_ref(info, place, name, input)?;
            match given.get_mut(column.index()) {
                Some(Some(_)) => return Err(given_twice(name)),
                Some(cell) => *cell = Some(value),
                None => {}
            }
        }
        for (column, cell) in info.columns.iter().zip(&mut given) {
            match cell {
                Some(value) => {
                    if let (true, Value::Integer(given)) = (column.generated, &**value) {
                        self.store.table_mut(info.id).pass_identity(*given);
                    }
                }
                None if column.generated => *cell = Some(Cow::Owned(self.identity(info, column)?)),
                None => {
                    *cell = Some(match &column.default {
                        Some(DefaultInfo::Constant(value)) => Cow::Borrowed(value),
                        _ => Cow::Owned(self.default_of(column)),
                    });
                }
            }
        }
        let row: SmallVec<[&Value; USUAL]> = given.iter().flatten().map(Cow::as_ref).collect();
        require_all(info, row.iter().copied())?;
        self.add(info, &row)
    }

    /// Adds one row that has a value of the right type for every column.
    pub(super) fn add(&mut self, info: &TableInfo, row: &[&Value]) -> Result<Slot> {
        self.refuse_taken(info, row)?;
        if self.store.table(info.id).bound() >= MAX_SLOTS {
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "slots", allowed: MAX_SLOTS as u64 }));
        }
        let Some(slot) = self.store.apply(Change::Insert { table: info.id, row }).added else {
            return Err(Error::new(ErrorKind::Corrupt { reason: "an added row has no place".into() }));
        };
        self.leave_open(info, slot);
        if !info.upkeep.is_empty() {
            self.owe(info, slot, 1, None);
        }
        self.owe_adopters(info, slot.index()..slot.index() + 1);
        self.run_checks(info, slot, None)?;
        Ok(slot)
    }
}

impl Error {
    /// This error about the row at `index` of `count` given ones.
    pub(super) fn in_row(self, index: usize, count: usize) -> Error {
        let error = if count > 1 { self.at(index) } else { self };
        error.at("values")
    }
}
