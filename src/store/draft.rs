//! One statement on a state: what it has changed so far, and how to take it back.

use super::published::{Published, Working};
use super::{Applied, Change, Store};
use crate::column::staged::Staged;
use crate::delta::{Kept, Log};
use crate::id::{Slot, TableId};
use std::ops::{Deref, DerefMut};

/// How much is done in place, in rows and links between them: what a reader may have to wait for.
const SHORT: usize = 2_048;

/// How many numbers are put into cells in the time of a row or link.
const LIGHT: usize = 8;

/// A state that a statement is changing. Dropped without a [`commit`](Draft::commit), everything is
/// as it was before; identities don't go back.
#[derive(Debug)]
pub(crate) struct Draft<'s> {
    store: Working<'s, Store>,
    log: Log,
    /// How much was done that an undoing would have to take back.
    done: usize,
}

impl<'s> Draft<'s> {
    /// A statement on the state that is read.
    pub(crate) fn of(published: &'s Published<Store>) -> Draft<'s> {
        Draft { store: published.work(), log: Log::default(), done: 0 }
    }

    /// A statement on a state that nobody else sees.
    pub(crate) fn own(store: &'s mut Store) -> Draft<'s> {
        Draft { store: Working::own(store), log: Log::default(), done: 0 }
    }

    /// Makes a change that can be undone.
    pub(crate) fn apply(&mut self, change: Change<'_>) -> Applied {
        if self.store.may_be_in_place() {
            let work = self.work_of(&change);
            self.make_way(work);
            self.done += work;
        }
        let Draft { store, log, .. } = self;
        store.apply(change, log)
    }

    /// Adds rows that wait column by column; gives where the first stands. `None`, and no change, when a
    /// unique key of theirs is taken. O(cells + rows x (indexes + edges)).
    pub(crate) fn append(&mut self, table: TableId, columns: &mut [Staged], rows: usize) -> Option<Slot> {
        if self.store.may_be_in_place() {
            let edges = &self.catalog().table(table).parent_edges;
            let waiting: usize = edges.iter().map(|id| self.edge(*id).orphan_count()).sum();
            self.make_way(rows + waiting);
            self.done += rows + waiting;
        }
        let Draft { store, log, .. } = self;
        store.add_staged(table, columns, rows, log)
    }

    /// Puts numbers into cells that no index and no edge reads; those of a column stand together. O(cells).
    pub(crate) fn keep(&mut self, cells: &mut [Kept]) {
        if self.store.may_be_in_place() {
            let work = cells.len() / LIGHT;
            self.make_way(work);
            self.done += work;
        }
        let Draft { store, log, .. } = self;
        store.exchange(cells);
        log.push_kept(cells);
    }

    /// How many changes were made: a place to come back to.
    pub(crate) fn mark(&self) -> usize {
        self.log.len()
    }

    /// Undoes the changes since a mark, newest first.
    pub(crate) fn rollback_to(&mut self, mark: usize) {
        let Draft { store, log, .. } = self;
        log.take_back(mark, |delta, kept| store.undo(delta, kept));
    }

    /// To be called before this many rows are looked at or changed: readers aren't kept out for so
    /// long, nor while one waits.
    pub(crate) fn make_way(&mut self, work: usize) {
        if self.done.saturating_add(work) > SHORT && self.store.may_be_in_place() || self.store.is_awaited() {
            self.let_readers_in();
        }
    }

    /// Lets readers go on with the state before the statement. To be called before anything that may
    /// take its time, such as code of the caller. O([`SHORT`]), when readers are kept out.
    pub(crate) fn let_readers_in(&mut self) {
        let Draft { store, log, .. } = self;
        store.go_apart(|before| before.undo_all(log));
    }

    /// As [`let_readers_in`](Draft::let_readers_in), when something was written.
    pub(crate) fn step_aside(&mut self) {
        if self.store.is_in_place() {
            self.let_readers_in();
        }
    }

    /// Publishes what was done, after a bounded piece of cleaning up.
    pub(crate) fn commit(&mut self) {
        let deltas = self.log.end();
        if !deltas.is_empty() {
            self.store.settle(&deltas);
        }
        drop(self.store.commit());
        self.done = 0;
    }

    /// How many rows a change writes or links anew, at most.
    fn work_of(&self, change: &Change<'_>) -> usize {
        let catalog = self.catalog();
        let children = |table: TableId, slots: &mut dyn Iterator<Item = Slot>| {
            let edges = &catalog.table(table).parent_edges;
            slots.map(|slot| edges.iter().map(|id| self.edge(*id).count(slot)).sum::<usize>()).sum()
        };
        match change {
            Change::Insert { table, .. } => {
                let edges = &catalog.table(*table).parent_edges;
                1 + edges.iter().map(|id| self.edge(*id).orphan_count()).sum::<usize>()
            }
            Change::Update(cells) => {
                let mut edges = catalog.table(cells.table).parent_edges.iter().map(|id| catalog.edge(*id));
                let rekeys = edges.any(|e| e.parent_columns.iter().any(|id| cells.columns.contains(id)));
                let slots = &mut cells.rows.iter().map(|(slot, _)| *slot);
                cells.rows.len() + if rekeys { children(cells.table, slots) } else { 0 }
            }
            Change::Delete(rows) => {
                let one = |(table, slots): &(TableId, Vec<Slot>)| {
                    slots.len() + children(*table, &mut slots.iter().copied())
                };
                rows.iter().map(one).sum()
            }
        }
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        let Draft { store, log, .. } = self;
        store.abandon(|store| store.undo_all(log), Store::pass_identities);
    }
}

impl Deref for Draft<'_> {
    type Target = Store;

    #[inline]
    fn deref(&self) -> &Store {
        &self.store
    }
}

impl DerefMut for Draft<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Store {
        &mut self.store
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::published::Writes;
    use super::super::sync::QUIET;
    use super::*;
    use crate::catalog::Catalog;
    use crate::delta::Cells;
    use crate::id::ColumnId;
    use crate::schema::{Column, Relation, Schema, Table};
    use crate::value::Value;
    use std::sync::Arc;

    const PARENTS: TableId = TableId::new(0);
    const CHILDREN: TableId = TableId::new(1);
    const LONG: i64 = SHORT as i64 + 1;

    /// No rows, of tables whose children may wait for their parents.
    fn empty() -> Published<Store> {
        published(Writes::default())
    }

    fn published(writes: Writes) -> Published<Store> {
        let schema = Schema::new()
            .table(Table::new("parents").column(Column::integer("id")).primary_key(["id"]))
            .table(Table::new("children").column(Column::integer("parent_id")))
            .relation(Relation::one("children", "parent", "parents").from(["parent_id"]).to(["id"]));
        Published::new(Arc::new(Store::new(Arc::new(Catalog::try_from(schema).unwrap()))), writes)
    }

    fn insert(draft: &mut Draft<'_>, table: TableId, key: i64) -> Slot {
        draft.apply(Change::Insert { table, row: &[&Value::from(key)] }).added.unwrap()
    }

    fn fill(published: &Published<Store>, table: TableId, keys: impl Iterator<Item = i64>) {
        let mut draft = Draft::of(published);
        keys.for_each(|key| _ = insert(&mut draft, table, key));
        draft.commit();
    }

    /// How many rows a reader sees, who would wait for ever in this thread if it had to wait at all.
    fn seen(published: &Published<Store>, table: TableId) -> usize {
        let state = published.read();
        assert!(state.check().is_empty());
        state.table(table).row_count()
    }

    #[test]
    fn a_statement_steps_aside_when_it_turns_out_long() {
        let published = empty();
        let mut draft = Draft::of(&published);
        (1..=LONG).for_each(|key| _ = insert(&mut draft, PARENTS, key));
        assert_eq!(seen(&published, PARENTS), 0);
        draft.commit();
        drop(draft);
        assert_eq!(seen(&published, PARENTS), SHORT + 1);
    }

    #[test]
    fn one_change_that_is_long_is_made_apart() {
        let published = empty();
        fill(&published, PARENTS, 1..=LONG);
        let mut draft = Draft::of(&published);
        let rows: Vec<Slot> = (0..=SHORT).map(Slot::new).collect();
        draft.apply(Change::Delete(vec![(PARENTS, rows)]));
        assert_eq!(seen(&published, PARENTS), SHORT + 1);
        drop(draft);
        assert_eq!(seen(&published, PARENTS), SHORT + 1);
    }

    #[test]
    fn a_row_that_is_linked_to_many_counts_as_many() {
        let published = empty();
        fill(&published, CHILDREN, (1..=LONG).map(|_| 7));
        let mut draft = Draft::of(&published);
        insert(&mut draft, PARENTS, 7);
        assert_eq!(seen(&published, PARENTS), 0);
        draft.commit();
        drop(draft);
        let mut draft = Draft::of(&published);
        draft.apply(Change::Delete(vec![(PARENTS, vec![Slot::new(0)])]));
        assert_eq!((seen(&published, PARENTS), draft.table(PARENTS).row_count()), (1, 0));
    }

    #[test]
    fn a_statement_that_is_given_up_leaves_what_was_before_and_the_keys_it_used() {
        let published = empty();
        fill(&published, PARENTS, 1..=2);
        for rows in [1, LONG] {
            let mut draft = Draft::of(&published);
            (0..rows).for_each(|at| _ = insert(&mut draft, PARENTS, 10 + at));
            draft.table_mut(PARENTS).pass_identity(rows);
            drop(draft);
            assert_eq!(seen(&published, PARENTS), 2);
            assert_eq!(published.read().table(PARENTS).sequence(), rows);
        }
    }

    #[test]
    fn after_a_read_of_another_thread_a_counted_number_of_statements_keep_nobody_out() {
        let published = empty();
        let in_place = |keys: std::ops::Range<i64>| {
            let one = |key: i64| {
                let mut draft = Draft::of(&published);
                insert(&mut draft, PARENTS, key);
                let in_place = draft.store.is_in_place();
                draft.commit();
                in_place
            };
            keys.filter(|key| one(*key)).count()
        };
        let reads =
            || std::thread::scope(|threads| threads.spawn(|| seen(&published, PARENTS)).join().unwrap());
        const MANY: i64 = QUIET as i64;
        // What is read by the writing thread itself never changes how it writes.
        assert_eq!(in_place(0..10), 10);
        assert_eq!(seen(&published, PARENTS), 10);
        assert_eq!(in_place(10..20), 10);
        for round in 1..4 {
            let from = 10 * MANY * round;
            assert_eq!(reads(), seen(&published, PARENTS));
            assert_eq!(in_place(from..from + MANY), 0);
            assert_eq!(in_place(from + MANY..from + MANY + 5), 5);
            reads();
            assert_eq!(in_place(from + MANY + 5..from + MANY + 6), 0);
        }
    }

    #[test]
    fn where_readers_never_wait_no_statement_keeps_them_out() {
        let published = published(Writes::Apart);
        for key in 0..2 * QUIET as i64 {
            let mut draft = Draft::of(&published);
            insert(&mut draft, PARENTS, key);
            // This thread would wait for itself for ever.
            assert_eq!(seen(&published, PARENTS), key as usize);
            draft.commit();
        }
    }

    #[test]
    fn a_statement_in_place_steps_aside_before_its_next_change_when_a_reader_comes() {
        let published = empty();
        let mut draft = Draft::of(&published);
        insert(&mut draft, PARENTS, 1);
        assert!(draft.store.is_in_place());
        std::thread::scope(|threads| {
            let reader = threads.spawn(|| seen(&published, PARENTS));
            while !draft.store.is_awaited() {
                std::thread::yield_now();
            }
            insert(&mut draft, PARENTS, 2);
            assert_eq!(reader.join().unwrap(), 0);
        });
        draft.commit();
        drop(draft);
        assert_eq!(seen(&published, PARENTS), 2);
    }

    #[test]
    fn what_was_done_since_a_mark_is_undone_alone_in_place_and_apart() {
        let published = empty();
        for steps_aside in [false, true] {
            let before = seen(&published, PARENTS);
            let mut draft = Draft::of(&published);
            draft.rollback_to(draft.mark());
            insert(&mut draft, PARENTS, 10 + before as i64);
            let mark = draft.mark();
            insert(&mut draft, CHILDREN, 10 + before as i64);
            if steps_aside {
                draft.step_aside();
                assert_eq!(seen(&published, PARENTS), before);
            }
            draft.rollback_to(mark);
            assert_eq!(
                (draft.table(PARENTS).row_count(), draft.table(CHILDREN).row_count()),
                (before + 1, 0)
            );
            draft.commit();
            drop(draft);
            assert_eq!((seen(&published, PARENTS), seen(&published, CHILDREN)), (before + 1, 0));
        }
    }

    /// Children of nobody, all at once.
    fn append(draft: &mut Draft<'_>, rows: usize) {
        let mut cells = Staged::with_room(&crate::value::Type::Integer, false, rows);
        (0..rows).for_each(|_| cells.push_value(&crate::value::Type::Integer, &Value::from(9)));
        draft.append(CHILDREN, &mut [cells], rows).unwrap();
    }

    #[test]
    fn so_many_rows_are_written_in_place_and_not_one_more_however_they_come() {
        let ways: [fn(&mut Draft<'_>, usize); 3] = [
            |draft, rows| (0..rows).for_each(|key| _ = insert(draft, PARENTS, key as i64 + 10_000)),
            |draft, rows| append(draft, rows),
            |draft, rows| {
                let cells = |at| (Slot::new(at), smallvec::smallvec![Value::from(7)]);
                let rows = (0..rows).map(cells).collect();
                draft.apply(Change::Update(Cells { table: CHILDREN, columns: vec![ColumnId::new(0)], rows }));
            },
        ];
        for (at, way) in ways.into_iter().enumerate() {
            for (parts, in_place) in
                [(vec![SHORT], true), (vec![SHORT + 1], false), (vec![SHORT / 2; 3], false)]
            {
                let published = empty();
                // Who waits for a parent would count too.
                fill(&published, CHILDREN, (0..2 * LONG).filter(|_| at == 2));
                let mut draft = Draft::of(&published);
                parts.iter().for_each(|rows| way(&mut draft, *rows));
                assert_eq!(draft.store.is_in_place(), in_place, "{parts:?}");
            }
        }
    }

    #[test]
    fn a_thread_that_begins_to_write_may_read_between_its_statements() {
        let published = empty();
        let write = || {
            for key in 0..10 {
                let mut draft = Draft::of(&published);
                insert(&mut draft, PARENTS, key);
                assert!(draft.store.is_in_place());
                draft.commit();
                drop(draft);
                assert_eq!(seen(&published, PARENTS), key as usize + 1);
            }
        };
        std::thread::scope(|threads| threads.spawn(write).join().unwrap());
    }
}
