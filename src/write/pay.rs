//! Paying what rows are owed, at the end of a statement: counters and touches.
//!
//! A column is settled after the other, and each cell written once. Cells that no index has are numbers all the
//! way; those that one has are changed as any other write changes them.

use super::Writer;
use super::normalise::time_as;
use super::upkeep::{Due, What, counted};
use crate::catalog::TableInfo;
use crate::column::number::number;
use crate::column::time::instant_to_micros;
use crate::delta::{Cells, Keeps, Kept};
use crate::error::Result;
use crate::id::{ColumnId, Slot, TableId};
use crate::store::Change;
use crate::value::{Type, Value, round_instant};
use hashbrown::HashSet;
use smallvec::smallvec;
use std::mem;
use std::sync::Arc;

/// What all that is owed comes to, a column after the other.
#[derive(Default)]
struct Settled {
    /// Cells that no index has.
    cells: Keeps,
    /// Cells that one has.
    indexed: Keeps,
    /// Which of all of them a check may read.
    checked: Vec<(TableId, Slot, ColumnId)>,
}

impl Writer<'_> {
    /// Pays all that is owed, a column after the other.
    pub(super) fn pay(&mut self) -> Result<()> {
        if self.dues.is_empty() {
            return Ok(());
        }
        self.pass_touches_on();
        let mut settled = Settled::default();
        self.take_dues(&mut settled)?;
        self.keep(&mut settled, |_, _| true)
    }

    /// Has every counter of every row count anew; gives how many rows had a wrong one.
    pub(crate) fn rebuild_counters(&mut self) -> Result<usize> {
        self.owe_everything();
        let mut settled = Settled::default();
        self.take_dues(&mut settled)?;
        let all = settled.cells.iter().chain(&settled.indexed);
        let mut rows: Vec<(TableId, Slot)> = all.map(|kept| (kept.table, kept.slot)).collect();
        rows.sort_unstable();
        rows.dedup();
        self.keep(&mut settled, |_, _| true)?;
        Ok(rows.len())
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
            if info.column(*column).indexed {
                parents.extend((first..self.store.table(info.id).bound()).map(Slot::new));
            } else {
                self.count_new(info, *column, first)?;
            }
            let due = |slot| Due { table: info.id, slot, column: *column, what: What::Count };
            let dues: Vec<Due> = parents.into_iter().map(due).collect();
            self.dues.extend(dues);
        }
        let mut settled = Settled::default();
        self.take_dues(&mut settled)?;
        self.keep(&mut settled, |_, slot| slot.index() < first)
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

    /// What all that is owed comes to; cells that hold it already are left out.
    fn take_dues(&mut self, settled: &mut Settled) -> Result<()> {
        // They come in runs that are in order, by what noted them.
        self.dues.sort();
        self.look_at_clock();
        settled.cells.reserve(self.dues.len());
        for dues in self.dues.chunk_by(|a, b| (a.table, a.column) == (b.table, b.column)) {
            self.settle(dues, settled)?;
        }
        self.dues.clear();
        Ok(())
    }

    /// Reads the clock where a row that is there is owed the time. Before any cell is read: the processor
    /// reads many cells at once, but not across a look at the clock.
    fn look_at_clock(&mut self) {
        let is_owed = |due: &Due| due.what == What::Touch && self.store.table(due.table).is_live(due.slot);
        if self.dues.iter().any(is_owed) {
            self.now();
        }
    }

    /// The time as the column of these dues holds it, where they are touches of rows that are there.
    fn time_of(&self, dues: &[Due]) -> Option<i64> {
        let due = dues.first().filter(|due| due.what == What::Touch)?;
        match &self.catalog.table(due.table).column(due.column).ty {
            Type::Timestamptz => round_instant(self.now?).map(instant_to_micros),
            ty => number(&time_as(ty, self.now?)),
        }
    }

    /// What is owed to a column of some rows, and what each comes to.
    fn settle(&self, dues: &[Due], settled: &mut Settled) -> Result<()> {
        let Some(Due { table, column, .. }) = dues.first().copied() else { return Ok(()) };
        let (store, info, time) = (&*self.store, self.catalog.table(table), self.time_of(dues));
        let (rows, described) = (store.table(table), info.column(column));
        let (held, counter) = (rows.column(column), described.counter.as_deref());
        let is_narrow = matches!(described.ty, Type::Smallint | Type::Int);
        let has_checks = !info.checks.is_empty();
        let Settled { cells, indexed, checked } = settled;
        let cells = if described.indexed { indexed } else { cells };
        let mut more = 0_i64;
        for (at, due) in dues.iter().enumerate() {
            let slot = due.slot;
            if let What::Add(by) = due.what {
                more = more.saturating_add(by);
            }
            // Dues of one cell are in the order of what is owed: sums, then counts and touches.
            if dues.get(at + 1).is_some_and(|next| next.slot == slot) {
                continue;
            }
            let more = mem::take(&mut more);
            if !rows.is_live(slot) {
                continue;
            }
            let before = held.number(slot);
            let after = match due.what {
                What::Touch => time,
                What::Count => counter.map(|counter| counted(store, counter, slot)),
                What::Add(_) => Some(before.unwrap_or_default().saturating_add(more)),
            };
            if before == after {
                continue;
            }
            if let (true, Some(number)) = (is_narrow, after) {
                let fitted = described.ty.accept(Value::Integer(number));
                fitted.map_err(|error| error.for_column(&info.name, &described.name))?;
            }
            cells.push(Kept { table, column, slot, number: after });
            if has_checks {
                checked.push((table, slot, column));
            }
        }
        Ok(())
    }

    /// Writes what was owed, each column of a row once, and checks the rows that `checks` says of.
    fn keep(&mut self, settled: &mut Settled, checks: impl Fn(TableId, Slot) -> bool) -> Result<()> {
        let Settled { cells, indexed, checked } = settled;
        if !indexed.is_empty() {
            self.keep_indexed(indexed);
        }
        if !cells.is_empty() {
            self.store.keep(cells);
        }
        checked.sort_unstable();
        for (table, slot, column) in checked.iter().copied().filter(|(table, slot, _)| checks(*table, *slot))
        {
            self.run_checks(self.catalog.table(table), slot, Some(&[column]))?;
        }
        Ok(())
    }

    /// Writes what was owed to columns that indexes have.
    fn keep_indexed(&mut self, cells: &[Kept]) {
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
                let parent = self.store.edge(upkeep.edge).parent(slot);
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
