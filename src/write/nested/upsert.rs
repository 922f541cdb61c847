//! Upserts of rows that are written along their relations.

use super::{Gift, Place, Taking, Writer, cells};
use crate::catalog::{DefaultInfo, IndexInfo, TableInfo};
use crate::error::{Error, Result};
use crate::id::{ColumnId, Slot};
use crate::value::{Row, Value};
use std::sync::Arc;

impl Writer<'_> {
    /// Adds one of some rows, or changes the one in its way; writes along the relations of whichever it
    /// is.
    pub(in crate::write) fn upsert_along(
        &mut self,
        info: &TableInfo,
        (row, at, count): (&Row, usize, usize),
        arbiters: &[&IndexInfo],
        set: Option<&Row>,
    ) -> Result<Slot> {
        let catalog = Arc::clone(&self.catalog);
        let place = Place::top(&catalog, info.id);
        let in_row = |error: Error| error.in_row(at, count);
        self.stand_in_row(at, count);
        let given = cells(place, row, Taking::All).map_err(in_row)?;
        let value = |column: &ColumnId| {
            let default = || match &info.column(*column).default {
                Some(DefaultInfo::Constant(value)) => Some(value.clone()),
                _ => None,
            };
            given.get(column.index()).cloned().flatten().or_else(default)
        };
        let find = |index: &&IndexInfo| {
            let key: Option<Vec<Value>> = index.columns.iter().map(value).collect();
            self.store.table(info.id).find(index.id, &key?)
        };
        let Some(slot) = arbiters.iter().find_map(find) else {
            return self.add_along(place, row, Taking::All, Gift::default()).map_err(in_row);
        };
        match set {
            Some(set) => {
                self.trail.clear();
                self.inside("set", |writer| writer.change_along(place, slot, set, Taking::All))?;
            }
            None => self.change_along(place, slot, row, Taking::All).map_err(in_row)?,
        }
        Ok(slot)
    }
}
