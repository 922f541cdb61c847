//! Upserts of rows that are written along their relations.

use super::{Gift, Place, Taking, Writer, cells};
use crate::catalog::{DefaultInfo, IndexInfo, TableInfo};
use crate::error::Result;
use crate::id::{ColumnId, Slot};
use crate::value::{Row, Value};
use std::sync::Arc;

impl Writer<'_> {
    /// Adds a row, or changes the one in its way; writes along the relations of whichever it is.
    pub(in crate::write) fn upsert_along(
        &mut self,
        info: &TableInfo,
        row: &Row,
        arbiters: &[&IndexInfo],
        set: Option<&Row>,
    ) -> Result<Slot> {
        let catalog = Arc::clone(&self.catalog);
        let place = Place::top(&catalog, info.id);
        let given = cells(place, row, Taking::All)?;
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
            return self.add_along(place, row, Taking::All, Gift::default());
        };
        match set {
            Some(set) => {
                self.change_along(place, slot, set, Taking::All).map_err(|error| error.at("set"))?;
            }
            None => self.change_along(place, slot, row, Taking::All)?,
        }
        Ok(slot)
    }
}
