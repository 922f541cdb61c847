//! Adding rows.

use super::Writer;
use super::version::refuse_version;
use crate::catalog::TableInfo;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{Slot, TableId};
use crate::store::Change;
use crate::value::{Row, Value};
use std::sync::Arc;

/// Slots are 32 bits wide, and the last one means none.
pub(super) const MAX_SLOTS: usize = u32::MAX as usize - 1;

impl Writer<'_> {
    /// Adds rows in order; gives where they stand. O(rows x (columns + indexes)).
    pub(crate) fn insert(&mut self, table: TableId, rows: &[Row]) -> Result<Vec<Slot>> {
        let catalog = Arc::clone(&self.catalog);
        let info = catalog.table(table);
        if let Some(slots) = self.insert_batch(info, rows) {
            return Ok(slots);
        }
        let mut slots = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let slot = match row.nested().next() {
                None => refuse_version(info, row)
                    .and_then(|()| self.complete(info, row))
                    .and_then(|values| self.add_new(info, values)),
                Some(_) => {
                    self.stand_in_row(at, rows.len());
                    self.insert_along(info, row)
                }
            };
            slots.push(slot.map_err(|error| error.in_row(at, rows.len()))?);
        }
        Ok(slots)
    }

    /// Adds one row that has a value of the right type for every column.
    pub(super) fn add(&mut self, info: &TableInfo, row: &[Value]) -> Result<Slot> {
        self.refuse_taken(info, row)?;
        if self.store.table(info.id).bound() >= MAX_SLOTS {
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "slots", allowed: MAX_SLOTS as u64 }));
        }
        let Some(slot) = self.store.apply(Change::Insert { table: info.id, row }) else {
            return Err(Error::new(ErrorKind::Corrupt { reason: "an added row has no place".into() }));
        };
        self.leave_open(info, slot);
        if !info.upkeep.is_empty() {
            self.owe(info, slot, 1, None);
        }
        if !info.counters.is_empty() {
            self.owe_itself(info, slot, None);
        }
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
