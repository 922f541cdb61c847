//! Counters and touches: what rows above the written ones are owed.
//!
//! # Glossary
//!
//! - *due*: something that a column of a row is owed. Dues are noted with each write and paid at the
//!   end of the statement, so that a row is written once however many children came or went.
//! - *paid*: a row with dues gets new values for all of them in one change.
//!
//! A counter of all children is read off their list. One with a filter adds up what each write makes
//! of it, and counts anew only where the list itself has changed hands: that of a new parent which
//! adopts orphans, or of one whose key has changed.

use super::Writer;
use crate::catalog::{CounterInfo, TableInfo};
use crate::column::number::number;
use crate::delta::{Cells, Kept};
use crate::error::Result;
use crate::eval::{TRUE, truth};
use crate::id::{ColumnId, Slot, TableId};
use crate::store::{Change, Store};
use crate::value::{Type, Value};
use hashbrown::HashSet;
use smallvec::{SmallVec, smallvec};
use std::ops::Range;
use std::sync::Arc;

/// What a column of a row is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    table: TableId,
    column: ColumnId,
    slot: Slot,
    what: What,
}

/// What is owed in a statement: mostly little.
pub(super) type Dues = SmallVec<[Due; 4]>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// This much more.
    Add(i64),
    /// The number of its children.
    Count,
    /// The time.
    Touch,
}

/// How many children a counter counts under a row. O(1) without a filter, else O(children).
pub(crate) fn counted(store: &Store, counter: &CounterInfo, slot: Slot) -> i64 {
    let children = store.edge(counter.edge).children();
    let count = match &counter.filter {
        None => children.count(slot),
        Some(filter) => {
            let child = store.catalog().edge(counter.edge).child;
            children.of(slot).iter().filter(|slot| truth(store, child, filter, **slot) == TRUE).count()
        }
    };
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Writer<'_> {
    /// Notes what a row's parents are owed: with -1 before the row changes, with 1 after it came or
    /// changed. With `changed`, only these columns of it do.
    pub(super) fn owe(&mut self, info: &TableInfo, slot: Slot, by: i64, changed: Option<&[ColumnId]>) {
        let Writer { store, catalog, dues, touching, .. } = self;
        let hits = |columns: &[ColumnId]| {
            changed.is_none_or(|changed| columns.iter().any(|column| changed.contains(column)))
        };
        for upkeep in &info.upkeep {
            let parent = store.edge(upkeep.edge).parents().at(slot.index());
            if parent.is_none() {
                continue;
            }
            let moves = changed.is_none_or(|changed| catalog.edge(upkeep.edge).is_read_from(changed));
            let above = catalog.table(upkeep.parent);
            for column in &upkeep.counters {
                let Some(counter) = &above.column(*column).counter else { continue };
                let what = match &counter.filter {
                    None if moves => What::Count,
                    Some(filter) if moves || hits(&counter.reads) => {
                        if truth(store, info.id, filter, slot) != TRUE {
                            continue;
                        }
                        What::Add(by)
                    }
                    _ => continue,
                };
                note(dues, Due { table: above.id, slot: parent, column: *column, what });
            }
            if *touching {
                for column in &upkeep.touches {
                    note(dues, Due { table: above.id, slot: parent, column: *column, what: What::Touch });
                }
            }
        }
    }

    /// Notes that the counters of a row have to count anew: it's new, or with `changed`, these
    /// columns of it are.
    pub(super) fn owe_itself(&mut self, info: &TableInfo, slot: Slot, changed: Option<&[ColumnId]>) {
        for column in &info.counters {
            let Some(counter) = &info.column(*column).counter else { continue };
            let adopts = match changed {
                None => self.store.edge(counter.edge).children().count(slot) > 0,
                Some(changed) => {
                    let keys = &self.catalog.edge(counter.edge).parent_columns;
                    keys.iter().any(|key| changed.contains(key))
                }
            };
            if adopts {
                note(&mut self.dues, Due { table: info.id, slot, column: *column, what: What::Count });
            }
        }
    }

    /// Has the counters of a table count what a load brought: new rows from `start` of their table on.
    /// The checks of new rows are the load's.
    pub(super) fn count_loaded(&mut self, info: &TableInfo, start: impl Fn(TableId) -> usize) -> Result<()> {
        let catalog = Arc::clone(&self.catalog);
        let first = start(info.id);
        for column in &info.counters {
            let Some(counter) = &info.column(*column).counter else { continue };
            let child = catalog.edge(counter.edge).child;
            let edge = self.store.edge(counter.edge);
            let above = (start(child)..self.store.table(child).bound()).map(|at| edge.parents().at(at));
            let mut parents: Vec<Slot> = above.filter(|slot| slot.index() < first).collect();
            parents.sort_unstable();
            parents.dedup();
            if is_indexed(info, *column) {
                parents.extend((first..self.store.table(info.id).bound()).map(Slot::new));
            } else {
                self.count_new(info, *column, first)?;
            }
            let due = |slot| Due { table: info.id, slot, column: *column, what: What::Count };
            let dues: Vec<Due> = parents.into_iter().map(due).collect();
            self.dues.extend(dues);
        }
        let cells = self.take_dues()?;
        self.keep(cells, |_, slot| slot.index() < first)
    }

    /// Writes what a counter of the rows of a load counts. Nobody has read them, no index has the column, and
    /// what undoes the load drops them whole.
    fn count_new(&mut self, info: &TableInfo, column: ColumnId, first: usize) -> Result<()> {
        let described = info.column(column);
        let Some(counter) = &described.counter else { return Ok(()) };
        for slot in (first..self.store.table(info.id).bound()).map(Slot::new) {
            let count = counted(&self.store, counter, slot);
            if self.store.table(info.id).column(column).get(slot).as_i64() != Some(count) {
                let fitted = described.ty.accept(Value::Integer(count));
                let fitted = fitted.map_err(|error| error.for_column(&info.name, &described.name))?;
                self.store.write_loaded(info.id, slot, column, &fitted);
            }
        }
        Ok(())
    }

    /// Notes that every counter of every row has to count anew.
    fn owe_everything(&mut self) {
        let catalog = Arc::clone(&self.catalog);
        for info in catalog.tables.iter().filter(|info| !info.counters.is_empty()) {
            let live = self.store.table(info.id).live().ones(0..usize::MAX).map(Slot::new);
            let dues = live.flat_map(|slot| {
                let due =
                    move |column: &ColumnId| Due { table: info.id, slot, column: *column, what: What::Count };
                info.counters.iter().map(due)
            });
            self.dues.extend(dues);
        }
    }

    /// Notes what the parents of new rows are owed, and what the rows are themselves. O(rows log rows).
    pub(super) fn owe_for_new(&mut self, info: &TableInfo, slots: Range<usize>) {
        self.owe_for_rows(info, slots.clone().map(Slot::new), 1, |_, _| true);
        if !info.counters.is_empty() {
            slots.map(Slot::new).for_each(|slot| self.owe_itself(info, slot, None));
        }
    }

    /// Notes what the parents of rows are owed that have come, or with -1 are about to go: those of the
    /// parents that `stays` says of. The same as row by row, noted once a parent. O(rows log rows).
    pub(super) fn owe_for_rows(
        &mut self,
        info: &TableInfo,
        slots: impl Iterator<Item = Slot> + Clone,
        by: i64,
        stays: impl Fn(TableId, Slot) -> bool,
    ) {
        let catalog = Arc::clone(&self.catalog);
        for upkeep in &info.upkeep {
            let above = catalog.table(upkeep.parent);
            let parents = self.store.edge(upkeep.edge).parents().at_all(slots.clone().map(Slot::index));
            // Neighbours are often siblings.
            let mut last = Slot::NONE;
            let mut found: Vec<Slot> = Vec::new();
            for parent in parents {
                if parent != last {
                    last = parent;
                    found.extend(parent.some().filter(|parent| stays(above.id, *parent)));
                }
            }
            found.sort_unstable();
            found.dedup();
            if found.is_empty() {
                continue;
            }
            for column in &upkeep.counters {
                let counter = above.column(*column).counter.as_ref();
                let Some(filter) = counter.and_then(|counter| counter.filter.as_ref()) else {
                    self.owe_each(above.id, &found, *column, What::Count);
                    continue;
                };
                for slot in slots.clone() {
                    let parent = self.store.edge(upkeep.edge).parents().at(slot.index());
                    if found.binary_search(&parent).is_ok()
                        && truth(&self.store, info.id, filter, slot) == TRUE
                    {
                        let what = What::Add(by);
                        note(&mut self.dues, Due { table: above.id, slot: parent, column: *column, what });
                    }
                }
            }
            if self.touching {
                for column in &upkeep.touches {
                    self.owe_each(above.id, &found, *column, What::Touch);
                }
            }
        }
    }

    fn owe_each(&mut self, table: TableId, slots: &[Slot], column: ColumnId, what: What) {
        self.dues.extend(slots.iter().map(|slot| Due { table, slot: *slot, column, what }));
    }

    /// Pays all that is owed, a column after the other.
    pub(super) fn pay(&mut self) -> Result<()> {
        if self.dues.is_empty() {
            return Ok(());
        }
        self.pass_touches_on();
        let cells = self.take_dues()?;
        self.keep(cells, |_, _| true)
    }

    /// Has every counter of every row count anew; gives how many rows had a wrong one.
    pub(crate) fn rebuild_counters(&mut self) -> Result<usize> {
        self.owe_everything();
        let cells = self.take_dues()?;
        let mut rows: Vec<(TableId, Slot)> = cells.iter().map(|kept| (kept.table, kept.slot)).collect();
        rows.sort_unstable();
        rows.dedup();
        self.keep(cells, |_, _| true)?;
        Ok(rows.len())
    }

    /// What all that is owed comes to, a column after the other; cells that hold it already are left out.
    fn take_dues(&mut self) -> Result<Vec<Kept>> {
        let mut dues = std::mem::take(&mut self.dues);
        // They come in runs that are in order, by what noted them.
        dues.sort();
        let mut cells = Vec::with_capacity(dues.len());
        for dues in dues.chunk_by(|a, b| (a.table, a.column) == (b.table, b.column)) {
            let time = self.time_of(dues);
            self.settle_dues(dues, time, &mut cells)?;
        }
        Ok(cells)
    }

    /// Writes what was owed, each column of a row once, and checks the rows that `checks` says of.
    fn keep(&mut self, mut cells: Vec<Kept>, checks: impl Fn(TableId, Slot) -> bool) -> Result<()> {
        if cells.is_empty() {
            return Ok(());
        }
        let is_checked = |kept: &&Kept| !self.catalog.table(kept.table).checks.is_empty();
        let checked = cells.iter().filter(is_checked).map(|kept| (kept.table, kept.slot, kept.column));
        let mut checked: Vec<(TableId, Slot, ColumnId)> = checked.collect();
        let is_read = |kept: &mut Kept| is_indexed(self.catalog.table(kept.table), kept.column);
        if cells.iter_mut().any(is_read) {
            let read = cells.extract_if(.., is_read).collect();
            self.keep_indexed(read);
        }
        if !cells.is_empty() {
            self.store.apply(Change::Keep(cells));
        }
        checked.sort_unstable();
        for (table, slot, column) in checked.into_iter().filter(|(table, slot, _)| checks(*table, *slot)) {
            self.run_checks(self.catalog.table(table), slot, Some(&[column]))?;
        }
        Ok(())
    }

    /// Writes what was owed to columns that indexes have.
    fn keep_indexed(&mut self, cells: Vec<Kept>) {
        let catalog = Arc::clone(&self.catalog);
        for cells in cells.chunk_by(|a, b| (a.table, a.column) == (b.table, b.column)) {
            let Some(Kept { table, column, .. }) = cells.first().copied() else { continue };
            let ty = &catalog.table(table).column(column).ty;
            let time = if ty.is_integer() { Value::Null } else { self.time(ty) };
            let value = |number: Option<i64>| match number {
                Some(number) if ty.is_integer() => Value::Integer(number),
                _ => time.clone(),
            };
            let rows = cells.iter().map(|kept| (kept.slot, smallvec![value(kept.number)])).collect();
            self.store.apply(Change::Update(Cells { table, columns: vec![column], rows }));
        }
    }

    /// The time as a column holds it, where rows that are there are owed it: for others the clock isn't read.
    fn time_of(&mut self, dues: &[Due]) -> Option<i64> {
        let Due { table, column, what, .. } = dues.first().copied()?;
        let rows = self.store.table(table);
        if what != What::Touch || !dues.iter().any(|due| rows.is_live(due.slot)) {
            return None;
        }
        let ty = self.catalog.table(table).column(column).ty.clone();
        number(&self.time(&ty))
    }

    /// What is owed to a column of some rows, and what each comes to.
    fn settle_dues(&self, dues: &[Due], time: Option<i64>, cells: &mut Vec<Kept>) -> Result<()> {
        let Some(Due { table, column, .. }) = dues.first().copied() else { return Ok(()) };
        let info = self.catalog.table(table);
        let described = info.column(column);
        let rows = self.store.table(table);
        let held = rows.column(column);
        for dues in dues.chunk_by(|a, b| a.slot == b.slot) {
            let Some(Due { slot, what, .. }) = dues.last().copied() else { continue };
            if !rows.is_live(slot) {
                continue;
            }
            let before = held.number(slot);
            // Dues of one cell are in the order of what is owed: sums, then counts and touches.
            let after = match (what, &described.counter) {
                (What::Touch, _) => time,
                (What::Count, Some(counter)) => Some(counted(&self.store, counter, slot)),
                _ => {
                    let sum = dues.iter().fold(0i64, |sum, due| match due.what {
                        What::Add(by) => sum.saturating_add(by),
                        _ => sum,
                    });
                    Some(before.unwrap_or_default().saturating_add(sum))
                }
            };
            if before == after {
                continue;
            }
            if let (Type::Smallint | Type::Int, Some(number)) = (&described.ty, after) {
                let fitted = described.ty.accept(Value::Integer(number));
                fitted.map_err(|error| error.for_column(&info.name, &described.name))?;
            }
            cells.push(Kept { table, column, slot, number: after });
        }
        Ok(())
    }

    /// Touches of touched rows, up to the top. A row that is met twice isn't followed twice.
    fn pass_touches_on(&mut self) {
        let passes =
            |table: TableId| self.catalog.table(table).upkeep.iter().any(|up| !up.touches.is_empty());
        let touched = self.dues.iter().filter(|due| due.what == What::Touch && passes(due.table));
        let mut queue: Vec<(TableId, Slot)> = touched.map(|due| (due.table, due.slot)).collect();
        if queue.is_empty() {
            return;
        }
        let catalog = Arc::clone(&self.catalog);
        let mut seen: HashSet<(TableId, Slot)> = HashSet::new();
        while let Some((table, slot)) = queue.pop() {
            if !seen.insert((table, slot)) || !self.store.table(table).is_live(slot) {
                continue;
            }
            self.store.make_way(seen.len());
            for upkeep in catalog.table(table).upkeep.iter().filter(|upkeep| !upkeep.touches.is_empty()) {
                let parent = self.store.edge(upkeep.edge).parents().at(slot.index());
                if parent.is_none() {
                    continue;
                }
                let due = |column: &ColumnId| Due {
                    table: upkeep.parent,
                    slot: parent,
                    column: *column,
                    what: What::Touch,
                };
                self.dues.extend(upkeep.touches.iter().map(due));
                queue.push((upkeep.parent, parent));
            }
        }
    }
}

/// Whether an index has to learn of a column's changes.
fn is_indexed(info: &TableInfo, column: ColumnId) -> bool {
    info.indexes.iter().any(|index| index.columns.contains(&column))
}

/// Adds a due to a list. Children of one parent mostly come one after the other.
fn note(dues: &mut Dues, due: Due) {
    if let Some(last) = dues.last_mut()
        && (last.table, last.slot, last.column) == (due.table, due.slot, due.column)
    {
        match (last.what, due.what) {
            (What::Add(sum), What::Add(by)) => return last.what = What::Add(sum.saturating_add(by)),
            (before, what) if before == what => return,
            _ => {}
        }
    }
    dues.push(due);
}
