//! Making a difference of two states in a third.
//!
//! The difference has everything that foreign keys set off when it came about, so nothing is set
//! off again: rows go, change and come as it says, and constraints are verified over the whole.

use super::normalise::require;
use super::version::Set;
use super::{OpenKey, Writer};
use crate::catalog::TableInfo;
use crate::diff::{CellDiff, Diff, RowChange, RowDiff, TableDiff, compare_rows};
use crate::error::{Conflict, ConflictReason, Error, ErrorKind, QueryMistake, Result};
use crate::id::{ColumnId, Slot, TableId};
use crate::store::Change;
use crate::value::Value;
use std::sync::Arc;

/// What a difference comes to in this state.
#[derive(Default)]
struct Plan {
    deleted: Vec<(TableId, Vec<Slot>)>,
    updated: Vec<(TableId, Vec<(Slot, Set)>)>,
    /// In the order in which they came.
    inserted: Vec<(TableId, Vec<Vec<Value>>)>,
    conflicts: Vec<Conflict>,
}

impl Writer<'_> {
    /// Makes the same changes as a difference does. O(rows of the difference); in tables without a
    /// primary key from which rows go, O(rows of the table x log).
    ///
    /// # Errors
    /// `conflict` with every row that isn't as the difference expects, before anything changes; then
    /// whatever constraint refuses the whole.
    pub(crate) fn transfer(&mut self, diff: &Diff) -> Result<()> {
        let plan = self.plan(diff)?;
        if !plan.conflicts.is_empty() {
            return Err(ErrorKind::Conflicts { conflicts: plan.conflicts }.into());
        }
        for (table, slots) in &plan.deleted {
            self.bereave(*table, slots.iter().copied());
        }
        if !plan.deleted.is_empty() {
            self.store.apply(Change::Delete(plan.deleted));
        }
        let catalog = Arc::clone(&self.catalog);
        for (table, rows) in plan.updated {
            self.replace(catalog.table(table), rows)?;
        }
        for (table, rows) in plan.inserted {
            let info = catalog.table(table);
            for row in rows {
                let cells = info.columns.iter().zip(&row);
                cells.clone().try_for_each(|(column, value)| require(info, column, value))?;
                self.pass_identities(info, cells.map(|(column, value)| (column.generated, value)));
                self.add(info, &row.iter().collect::<Vec<&Value>>())?;
            }
        }
        // Counters and touched times are among the cells of the difference.
        self.dues.clear();
        Ok(())
    }

    /// Leaves the keys of all children of rows open that go or change theirs.
    fn bereave(&mut self, table: TableId, slots: impl Iterator<Item = Slot> + Clone) {
        let catalog = Arc::clone(&self.catalog);
        for key in &catalog.table(table).incoming {
            let edge = catalog.foreign_key(*key).edge;
            let children = slots.clone().flat_map(|slot| self.store.children_of(edge, slot));
            self.open.extend(children.map(|child| OpenKey::bereft(*key, child)));
        }
    }

    /// Changes rows of a table together, so that they can swap unique values.
    fn replace(&mut self, info: &TableInfo, rows: Vec<(Slot, Set)>) -> Result<()> {
        let cells = self.together(info, rows);
        let columns = cells.columns.clone();
        for (_, values) in &cells.rows {
            let cells = columns.iter().map(|id| info.column(*id)).zip(values);
            cells.clone().try_for_each(|(column, value)| require(info, column, value))?;
            self.pass_identities(info, cells.map(|(column, value)| (column.generated, value)));
        }
        self.refuse_shared(info, &cells)?;
        let slots: Vec<Slot> = cells.rows.iter().map(|(slot, _)| *slot).collect();
        self.bereave(info.id, slots.iter().copied());
        self.store.apply(Change::Update(cells));
        for slot in slots {
            self.leave_open(info, slot);
            self.run_checks(info, slot, Some(&columns))?;
        }
        Ok(())
    }

    fn pass_identities<'v>(&mut self, info: &TableInfo, cells: impl Iterator<Item = (bool, &'v Value)>) {
        for cell in cells {
            if let (true, Value::Integer(given)) = cell {
                self.store.table_mut(info.id).pass_identity(*given);
            }
        }
    }

    /// Finds the rows that are meant and everything that stands in the way.
    fn plan(&self, diff: &Diff) -> Result<Plan> {
        let mut plan = Plan::default();
        for table in &diff.tables {
            let info = self.catalog.table(self.catalog.table_id(&table.name)?);
            if !table.columns_are(info) {
                return Err(other_columns(info, table));
            }
            let mut found = Rows::default();
            match info.primary_key {
                Some(_) => self.plan_by_key(info, table, &mut found)?,
                None => self.plan_whole(info, table, &mut found)?,
            }
            found.inserted.sort_by_key(|(place, _)| *place);
            if !found.deleted.is_empty() {
                plan.deleted.push((info.id, found.deleted));
            }
            if !found.updated.is_empty() {
                plan.updated.push((info.id, found.updated));
            }
            plan.inserted.push((info.id, found.inserted.into_iter().map(|(_, row)| row).collect()));
            plan.conflicts.extend(found.conflicts);
        }
        Ok(plan)
    }

    fn plan_by_key(&self, info: &TableInfo, table: &TableDiff, found: &mut Rows) -> Result<()> {
        let Some(index) = info.primary_key.map(|id| info.index(id)) else { return Ok(()) };
        for row in &table.rows {
            let key = index.columns.iter().map(|id| info.column(*id)).zip(row.key.values());
            let key =
                key.map(|(column, value)| column.ty.accept(value.clone())).collect::<Result<Vec<_>>>()?;
            let slot = self.store.table(info.id).find(index.id, key.as_slice());
            let reason = match (&row.change, slot) {
                (RowChange::Inserted(_), Some(_)) => Some(ConflictReason::Exists),
                (RowChange::Inserted(values), None) => {
                    found.inserted.push((row.place, typed(info, values)?));
                    None
                }
                (_, None) => Some(ConflictReason::Missing),
                (RowChange::Deleted(values), Some(slot)) => {
                    found.deleted.push(slot);
                    let all = (0..values.len()).map(ColumnId::new).zip(values);
                    self.differs(info, slot, all)
                }
                (RowChange::Updated(cells), Some(slot)) => {
                    let columns = cells.iter().map(|cell| info.column_id(&cell.column));
                    let columns = columns.collect::<Result<Vec<_>>>()?;
                    let before = columns.iter().copied().zip(cells.iter().map(|cell| &cell.before));
                    let differs = self.differs(info, slot, before);
                    let set = columns.iter().zip(cells).map(|(id, CellDiff { after, .. })| {
                        Ok((*id, info.column(*id).ty.accept(after.clone())?))
                    });
                    found.updated.push((slot, set.collect::<Result<Vec<_>>>()?));
                    differs
                }
            };
            let conflict = |reason| Conflict { table: info.name.clone(), key, reason };
            found.conflicts.extend(reason.map(conflict));
        }
        Ok(())
    }

    /// Those of some cells of a row that hold another value.
    fn differs<'v>(
        &self,
        info: &TableInfo,
        slot: Slot,
        cells: impl Iterator<Item = (ColumnId, &'v Value)>,
    ) -> Option<ConflictReason> {
        let table = self.store.table(info.id);
        let other = |(id, value): &(ColumnId, &Value)| {
            table.column(*id).get(slot).compare_exactly(value.as_ref()).is_ne()
        };
        let columns: Vec<_> = cells.filter(other).map(|(id, _)| info.column(id).name.clone()).collect();
        (!columns.is_empty()).then_some(ConflictReason::Differs { columns })
    }

    /// In a table without a primary key, of rows that are all alike the oldest go.
    fn plan_whole(&self, info: &TableInfo, table: &TableDiff, found: &mut Rows) -> Result<()> {
        let mut wanted: Vec<&Vec<Value>> = Vec::new();
        for RowDiff { change, place, .. } in &table.rows {
            match change {
                RowChange::Inserted(values) => found.inserted.push((*place, typed(info, values)?)),
                RowChange::Deleted(values) => wanted.push(values),
                RowChange::Updated(_) => {}
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        wanted.sort_by(|a, b| compare_rows(a, b));
        let mut taken = vec![0; wanted.len()];
        let rows = self.store.table(info.id);
        let all: Vec<ColumnId> = (0..info.columns.len()).map(ColumnId::new).collect();
        let keys = rows.keys(&all);
        for slot in rows.in_order() {
            let values = keys.values(slot);
            let first = wanted.partition_point(|row| compare_rows(row, &values).is_lt());
            let Some(count) = taken.get_mut(first) else { continue };
            if wanted.get(first + *count).is_some_and(|row| compare_rows(row, &values).is_eq()) {
                *count += 1;
                found.deleted.push(slot);
            }
        }
        for (at, row) in wanted.iter().enumerate() {
            let first = wanted.partition_point(|other| compare_rows(other, row).is_lt());
            if taken.get(first).is_some_and(|count| at >= first + count) {
                let (table, key) = (info.name.clone(), row.to_vec());
                found.conflicts.push(Conflict { table, key, reason: ConflictReason::Missing });
            }
        }
        Ok(())
    }
}

/// What a difference comes to in one table.
#[derive(Default)]
struct Rows {
    deleted: Vec<Slot>,
    updated: Vec<(Slot, Set)>,
    inserted: Vec<(usize, Vec<Value>)>,
    conflicts: Vec<Conflict>,
}

/// A row's values as its columns take them.
fn typed(info: &TableInfo, values: &[Value]) -> Result<Vec<Value>> {
    let cells = info.columns.iter().zip(values);
    let accept = cells.map(|(column, value)| {
        column.ty.accept(value.clone()).map_err(|error| error.for_column(&info.name, &column.name))
    });
    accept.collect()
}

fn other_columns(info: &TableInfo, table: &TableDiff) -> Error {
    let names: Vec<&str> = info.columns.iter().map(|column| column.name.as_str()).collect();
    let expected = ecow::eco_format!("rows of {} with {}", info.name, names.join(", "));
    let found = ecow::eco_format!("{}", table.columns.join(", "));
    Error::new(ErrorKind::InvalidQuery(QueryMistake::Shape { expected, found }))
}
