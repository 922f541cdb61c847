//! Counters and touches: what rows above the written ones are owed.
//!
//! # Glossary
//!
//! - *due*: something that a column of a row is owed. Dues are noted with each write and paid at the
//!   end of the statement (see `pay`), so that a row is written once however many children came or went.
//!
//! A counter of all children is read off their list. One with a filter adds up what each write makes
//! of it, and counts anew only where the list itself has changed hands: that of a new parent which
//! adopts orphans, or of one whose key has changed.

use super::Writer;
use crate::catalog::{CounterInfo, TableInfo};
use crate::eval::{TRUE, truth};
use crate::id::{ColumnId, Slot, TableId};
use crate::store::Store;
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::Arc;

/// What a column of a row is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    pub(super) table: TableId,
    pub(super) column: ColumnId,
    pub(super) slot: Slot,
    pub(super) what: What,
}

/// What is owed in a statement: mostly little.
pub(super) type Dues = SmallVec<[Due; 4]>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// This much more.
    Add(i64),
    /// The number of its children.
    Count,
    /// The time.
    Touch,
}

/// How many children a counter counts under a row. O(1) without a filter, else O(children).
pub(crate) fn counted(store: &Store, counter: &CounterInfo, slot: Slot) -> i64 {
    let edge = store.edge(counter.edge);
    let count = match &counter.filter {
        None => edge.count(slot),
        Some(filter) => {
            let child = store.catalog().edge(counter.edge).child;
            edge.children().of(slot).iter().filter(|slot| truth(store, child, filter, **slot) == TRUE).count()
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
            let parent = store.edge(upkeep.edge).parent(slot);
            if parent.is_none() {
                continue;
            }
            let moves = changed.is_none_or(|changed| catalog.edge(upkeep.edge).is_read_from(changed));
            let table = upkeep.parent;
            if moves {
                for column in &upkeep.counters {
                    note(dues, Due { table, slot: parent, column: *column, what: What::Count });
                }
            }
            for column in &upkeep.filtered {
                let Some(counter) = &catalog.table(table).column(*column).counter else { continue };
                let counts = |filter| truth(store, info.id, filter, slot) == TRUE;
                if (moves || hits(&counter.reads)) && counter.filter.as_ref().is_some_and(counts) {
                    note(dues, Due { table, slot: parent, column: *column, what: What::Add(by) });
                }
            }
            if *touching {
                for column in &upkeep.touches {
                    note(dues, Due { table, slot: parent, column: *column, what: What::Touch });
                }
            }
        }
    }

    /// Notes that the counters of a row have to count anew whose children find it by a column that changed.
    pub(super) fn owe_rekeyed(&mut self, info: &TableInfo, slot: Slot, changed: &[ColumnId]) {
        for column in &info.counters {
            let Some(counter) = &info.column(*column).counter else { continue };
            let keys = &self.catalog.edge(counter.edge).parent_columns;
            if keys.iter().any(|key| changed.contains(key)) {
                note(&mut self.dues, Due { table: info.id, slot, column: *column, what: What::Count });
            }
        }
    }

    /// Notes that new rows have to count what they have adopted. O(rows).
    pub(super) fn owe_adopters(&mut self, info: &TableInfo, slots: Range<usize>) {
        for column in &info.counters {
            let Some(counter) = &info.column(*column).counter else { continue };
            let children = self.store.edge(counter.edge).children();
            let adopters = slots.clone().map(Slot::new).filter(|slot| children.count(*slot) > 0);
            let due = |slot| Due { table: info.id, slot, column: *column, what: What::Count };
            self.dues.extend(adopters.map(due));
        }
    }

    /// Notes what the parents of new rows are owed, and what the rows are themselves. O(rows log rows).
    pub(super) fn owe_for_new(&mut self, info: &TableInfo, slots: Range<usize>) {
        self.owe_for_rows(info, slots.clone().map(Slot::new), 1, |_, _| true);
        self.owe_adopters(info, slots);
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
                self.owe_each(above.id, &found, *column, What::Count);
            }
            for column in &upkeep.filtered {
                let counter = above.column(*column).counter.as_ref();
                let Some(filter) = counter.and_then(|counter| counter.filter.as_ref()) else { continue };
                for slot in slots.clone() {
                    let parent = self.store.edge(upkeep.edge).parent(slot);
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
