//! Adding rows, or changing those that stand in their way.

use super::Writer;
use super::normalise::require_all;
use super::version::refuse_version;
use crate::catalog::{IndexInfo, IndexKind, TableInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::{ColumnId, Slot, TableId};
use crate::value::{Row, Value};
use ecow::EcoString;
use std::sync::Arc;

impl Writer<'_> {
    /// Adds each row, or changes the one that has its values under a unique constraint: the one over
    /// the columns `on`, or any. The row in the way gets `set`, or everything the new row gives.
    /// Gives where the rows stand. O(rows x (columns + indexes)).
    pub(crate) fn upsert(
        &mut self,
        table: TableId,
        rows: &[Row],
        on: Option<&[EcoString]>,
        set: Option<&Row>,
    ) -> Result<Vec<Slot>> {
        let catalog = Arc::clone(&self.catalog);
        let info = catalog.table(table);
        let arbiters = arbiters(info, on)?;
        let nested = set.is_some_and(|set| set.nested().next().is_some());
        let plain = set.filter(|_| !nested);
        let columns =
            plain.map(|set| self.assignments(info, set).map_err(|error| error.at("set"))).transpose()?;
        let mut slots = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            if nested || row.nested().next().is_some() {
                slots.push(self.upsert_along(info, (row, at, rows.len()), &arbiters, set)?);
                continue;
            }
            let slot = self.upsert_one(info, row, &arbiters, columns.as_deref());
            slots.push(slot.map_err(|error| error.in_row(at, rows.len()))?);
        }
        Ok(slots)
    }

    fn upsert_one(
        &mut self,
        info: &TableInfo,
        row: &Row,
        arbiters: &[&IndexInfo],
        set: Option<&[(ColumnId, Value)]>,
    ) -> Result<Slot> {
        refuse_version(info, row)?;
        let values = self.complete(info, row)?;
        let all: Vec<&Value> = values.iter().collect();
        let find = |index: &&IndexInfo| self.store.table(info.id).find_values(index.id, &all, &index.columns);
        let Some(slot) = arbiters.iter().find_map(find) else { return self.add_new(info, values) };
        require_all(info, &values)?;
        let set = match set {
            Some(set) => set.to_vec(),
            None => given(info, row, &values)?,
        };
        self.assign(info.id, vec![slot], set)?;
        Ok(slot)
    }
}

/// The columns a row gives, with their values.
fn given(info: &TableInfo, row: &Row, values: &[Value]) -> Result<Vec<(ColumnId, Value)>> {
    let one = |name: &EcoString| {
        let column = info.column_id(name)?;
        Ok((column, values.get(column.index()).cloned().unwrap_or_default()))
    };
    row.iter().map(|(name, _)| one(name)).collect()
}

/// The unique indexes that decide whether a row stands in the way.
fn arbiters<'i>(info: &'i TableInfo, on: Option<&[EcoString]>) -> Result<Vec<&'i IndexInfo>> {
    let unique: Vec<&IndexInfo> =
        info.indexes.iter().filter(|i| matches!(i.kind, IndexKind::Primary | IndexKind::Unique)).collect();
    let Some(on) = on else { return Ok(unique) };
    let ids = on.iter().map(|name| info.column_id(name)).collect::<Result<Vec<ColumnId>>>();
    let ids = ids.map_err(|error| error.at("on"))?;
    let same = |index: &&&IndexInfo| {
        index.columns.len() == ids.len() && index.columns.iter().all(|id| ids.contains(id))
    };
    match unique.iter().find(same) {
        Some(index) => Ok(vec![index]),
        None => {
            let names =
                |index: &&IndexInfo| index.columns.iter().map(|id| info.column(*id).name.clone()).collect();
            let mistake = QueryMistake::NotUnique {
                table: info.name.clone(),
                columns: on.to_vec(),
                known: unique.iter().map(names).collect(),
            };
            Err(Error::new(ErrorKind::InvalidQuery(mistake)).at("on"))
        }
    }
}
