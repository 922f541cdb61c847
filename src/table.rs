//! The rows of one table: columns, live bits and indexes.
//!
//! # Glossary
//!
//! - *slot*: a row's position in every column. Slots ascend in insertion order, unless rows were laid out
//!   otherwise (see `ranks`); a sweep between two statements may move rows down, in the order they lie in.
//! - *live*: a slot whose row is there. A deleted row's cells stay until its transaction is over,
//!   so that undoing a delete only has to set a bit and index the row again.
//! - *bound*: the first slot that no row has had.

mod layout;
mod ranks;
mod sweep;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

pub(crate) use ranks::RanksView;

use crate::catalog::TableInfo;
use crate::column::Column;
use crate::column::bits::{Bits, BitsView};
use crate::column::chunked::ROWS;
use crate::column::held::Held;
use crate::column::staged::Staged;
use crate::delta::Kept;
use crate::id::{ColumnId, IndexId, Slot};
use crate::index::Index;
use crate::index::key::KeyView;
use crate::index::keyed::HashKeys;
use crate::index::ordered::OrderedIter;
use crate::value::{KeyRef, Type, Value};
use ranks::Ranks;
use std::ops::{Bound, Range};
use sweep::Sweep;

/// A row whose key belongs to another one in a unique index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// The index.
    pub(crate) index: IndexId,
    /// The row.
    pub(crate) slot: Slot,
    /// The row that had the key before.
    pub(crate) by: Slot,
}

/// The rows of one table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    live: Bits,
    rows: usize,
    indexes: Vec<Index>,
    /// The greatest key the identity has given or passed. It never goes back.
    sequence: i64,
    /// How far rows have been moved over the places of deleted ones.
    sweep: Option<Sweep>,
    /// Insertion order, where rows don't lie in it.
    ranks: Option<Ranks>,
}

impl Table {
    /// An empty table as the catalog describes it.
    pub(crate) fn new(info: &TableInfo, state: HashKeys) -> Table {
        let indexes = info.indexes.iter().map(|index| {
            let types: Vec<&Type> =
                index.columns.iter().filter_map(|id| info.columns.get(id.index())).map(|c| &c.ty).collect();
            Index::new(index, &types, state)
        });
        Table {
            columns: info.columns.iter().map(|column| Column::new(&column.ty, column.nullable)).collect(),
            live: Bits::new(),
            rows: 0,
            indexes: indexes.collect(),
            sequence: 0,
            sweep: None,
            ranks: None,
        }
    }

    /// The cells of a column. Ids come from the catalog the table was made by.
    #[inline]
    pub(crate) fn column(&self, id: ColumnId) -> &Column {
        &self.columns[id.index()]
    }

    /// All columns, in declared order.
    #[inline]
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Which slots have a row.
    #[inline]
    pub(crate) fn live(&self) -> BitsView<'_> {
        self.live.view()
    }

    /// Whether `slot` has a row. O(1).
    #[inline]
    pub(crate) fn is_live(&self, slot: Slot) -> bool {
        self.live.get(slot.index())
    }

    /// How many rows there are. O(1).
    pub(crate) fn row_count(&self) -> usize {
        self.rows
    }

    /// The first slot that no row has had; all rows lie before it.
    pub(crate) fn bound(&self) -> usize {
        self.live.len()
    }

    /// Whether both have the very same rows in this chunk. O(columns).
    pub(crate) fn shares_chunk(&self, other: &Table, chunk: usize) -> bool {
        self.live.shares_chunk(&other.live, chunk)
            && self.columns.iter().zip(&other.columns).all(|(a, b)| a.shares_chunk(b, chunk))
    }

    /// Whether no row of either was written since one was cloned from the other. O(columns).
    pub(crate) fn shares_all(&self, other: &Table) -> bool {
        self.live.shares_all(&other.live)
            && self.columns.iter().zip(&other.columns).all(|(a, b)| a.shares_all(b))
    }

    /// The cells of some columns, for a loop.
    pub(crate) fn keys(&self, columns: &[ColumnId]) -> KeyView<'_> {
        KeyView::new(&self.columns, columns)
    }

    /// An index of this table. Ids come from the catalog the table was made by.
    #[inline]
    pub(crate) fn index(&self, id: IndexId) -> &Index {
        &self.indexes[id.index()]
    }

    /// All indexes, in the catalog's order.
    pub(crate) fn indexes(&self) -> &[Index] {
        &self.indexes
    }

    /// The row with this key in a unique index; none for a key with a null. O(1).
    #[inline]
    pub(crate) fn find<'k>(&self, index: IndexId, key: impl Into<KeyRef<'k>>) -> Option<Slot> {
        self.index(index).find(&self.columns, key.into())
    }

    /// The rows with these keys in a unique index, or [`Slot::NONE`]. O(keys).
    pub(crate) fn find_many(&self, index: IndexId, keys: &[KeyRef<'_>], found: &mut Vec<Slot>) {
        self.index(index).find_many(&self.columns, keys, found);
    }

    /// The row whose key in a unique index equals another row's; none for a key with a null. O(1).
    #[inline]
    pub(crate) fn find_row(&self, index: IndexId, other: &KeyView<'_>, at: Slot) -> Option<Slot> {
        self.index(index).find_row(&self.columns, other, at)
    }

    /// As [`find_row`](Table::find_row) for the rows at these slots of another table, with
    /// [`Slot::NONE`] where there is none. O(rows).
    pub(crate) fn find_rows(&self, index: IndexId, other: &KeyView<'_>, slots: Range<usize>) -> Vec<Slot> {
        self.index(index).find_rows(&self.columns, other, slots)
    }

    /// The row that has, in a unique index, the key which `row` of some table has in the columns `ids`. O(1).
    #[inline]
    pub(crate) fn find_values(&self, index: IndexId, row: &[&Value], ids: &[ColumnId]) -> Option<Slot> {
        self.index(index).find_values(&self.columns, row, ids)
    }

    /// The rows with this key, in insertion order. O(result).
    pub(crate) fn group(&self, index: IndexId, key: &[Value]) -> Vec<Slot> {
        let mut found = self.index(index).group(&self.columns, key);
        if let Some(ranks) = self.ranks() {
            ranks.arrange(&mut found);
        }
        found
    }

    /// How many rows have this key. O(1) expected, O(log n) in an ordered index.
    pub(crate) fn group_count(&self, index: IndexId, key: &[Value]) -> usize {
        self.index(index).group_count(&self.columns, key)
    }

    /// The rows in a range of an ordered index, in its order. O(log n + result).
    pub(crate) fn range(
        &self,
        index: IndexId,
        prefix: &[Value],
        lower: Bound<&Value>,
        upper: Bound<&Value>,
    ) -> OrderedIter<'_> {
        self.index(index).range(&self.columns, prefix, lower, upper)
    }

    /// The next value of the identity, which is used up by asking; none past the last integer.
    pub(crate) fn next_identity(&mut self) -> Option<i64> {
        let next = self.sequence.checked_add(1)?;
        self.sequence = next;
        Some(next)
    }

    /// The greatest key the identity has given or passed.
    pub(crate) fn sequence(&self) -> i64 {
        self.sequence
    }

    /// Takes back the keys past `to`, which no row has got.
    pub(crate) fn rewind_identity(&mut self, to: i64) {
        self.sequence = to;
    }

    /// Moves the identity past a key that was given by hand.
    pub(crate) fn pass_identity(&mut self, given: i64) {
        self.sequence = self.sequence.max(given);
    }

    /// Adds a row at the end. Amortised O(columns + indexes).
    pub(crate) fn push(&mut self, row: &[&Value]) -> Slot {
        let slot = self.append(row);
        self.index_row(slot);
        slot
    }

    /// Adds a row at the end without indexing it; [`index_row`](Table::index_row) has to follow.
    pub(crate) fn append(&mut self, row: &[&Value]) -> Slot {
        let slot = Slot::new(self.live.len());
        for (column, value) in self.columns.iter_mut().zip(row) {
            column.push(value);
        }
        self.live.push(true);
        self.rows += 1;
        self.rank_new();
        slot
    }

    /// Ranks the newest rows, where rows have ranks.
    #[inline]
    fn rank_new(&mut self) {
        if let Some(ranks) = &mut self.ranks {
            ranks.grow(self.live.len());
        }
    }

    /// Adds many rows at the end without indexing them. O(rows x columns).
    pub(crate) fn append_many(&mut self, rows: &[Vec<Value>]) {
        static NULL: Value = Value::Null;
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.extend(rows, |row| row.get(at).unwrap_or(&NULL));
        }
        self.live.extend(rows.iter().map(|_| true));
        self.rows += rows.len();
        self.rank_new();
    }

    /// Adds rows that wait column by column, without indexing them. O(cells).
    pub(crate) fn append_staged(&mut self, columns: &mut [Staged], rows: usize) {
        for (column, staged) in self.columns.iter_mut().zip(columns) {
            column.take_staged(staged);
        }
        self.live.extend(std::iter::repeat_n(true, rows));
        self.rows += rows;
        self.rank_new();
    }

    /// Adds the row at `slot` to every index.
    pub(crate) fn index_row(&mut self, slot: Slot) {
        for index in &mut self.indexes {
            index.insert(&self.columns, slot);
        }
    }

    /// Adds the rows at these slots to every index, one index at a time. Gives those whose key an
    /// earlier row has in a unique index, with that row; they aren't added to it.
    pub(crate) fn index_rows(&mut self, slots: Range<usize>) -> Vec<Taken> {
        let mut all = Vec::new();
        for (at, index) in self.indexes.iter_mut().enumerate() {
            index.insert_new(&self.columns, slots.clone(), |slot, by| {
                all.push(Taken { index: IndexId::new(at), slot, by });
            });
        }
        all
    }

    /// Adds the row at `slot` to one index.
    pub(crate) fn index_row_in(&mut self, index: IndexId, slot: Slot) {
        if let Some(index) = self.indexes.get_mut(index.index()) {
            index.insert(&self.columns, slot);
        }
    }

    /// Takes the row at `slot` out of one index; its cells still hold the key.
    pub(crate) fn unindex_row_in(&mut self, index: IndexId, slot: Slot) {
        if let Some(index) = self.indexes.get_mut(index.index()) {
            index.remove(&self.columns, slot);
        }
    }

    /// Takes the rows at these slots away, each once, one index after the other; their cells stay.
    pub(crate) fn kill(&mut self, slots: &[Slot]) {
        for index in &mut self.indexes {
            index.remove_all(&self.columns, slots);
        }
        self.live.clear_all(slots.iter().map(|slot| slot.index()));
        self.rows -= slots.len();
    }

    /// Brings a row back whose cells are still there.
    pub(crate) fn revive(&mut self, slot: Slot) {
        self.live.set(slot.index(), true);
        self.rows += 1;
        self.index_row(slot);
    }

    /// Drops the places of rows from `bound` on, which are there and indexed no more. O(columns + dropped).
    pub(crate) fn truncate(&mut self, bound: usize) {
        self.live.truncate(bound);
        if let Some(ranks) = &mut self.ranks {
            ranks.withdraw(bound);
        }
        for column in &mut self.columns {
            column.truncate(bound);
        }
    }

    /// Drops the newest rows, of which `taken` are in all indexes but those it says. O(rows x indexes).
    pub(crate) fn withdraw(&mut self, slots: Range<usize>, taken: &[Taken]) {
        for (at, index) in self.indexes.iter_mut().enumerate() {
            for slot in slots.clone().map(Slot::new) {
                let place = |taken: &Taken| (taken.index.index(), taken.slot).cmp(&(at, slot));
                if taken.binary_search_by(place).is_err() {
                    index.remove(&self.columns, slot);
                }
            }
        }
        self.rows -= slots.len();
        self.truncate(slots.start);
    }

    /// Writes one cell; indexes over it are the caller's.
    pub(crate) fn set(&mut self, slot: Slot, column: ColumnId, value: &Value) {
        if let Some(column) = self.columns.get_mut(column.index()) {
            column.set(slot, value);
        }
    }

    /// Puts numbers into cells of a column that no index is over, and what those held in their place.
    pub(crate) fn exchange(&mut self, column: ColumnId, cells: &mut [Kept]) {
        if let Some(column) = self.columns.get_mut(column.index()) {
            column.exchange(cells);
        }
    }

    /// Frees what deleted rows leave behind, whose slots ascend, once nothing can bring them back.
    /// O(rows x columns).
    pub(crate) fn bury(&mut self, slots: &[Slot]) {
        let live = self.live.view();
        let chunk_of = |slot: &Slot| slot.index() / ROWS;
        // Chunks without any row go whole, each once.
        let is_vacant = |chunk: usize| {
            let words = chunk * ROWS / 64..(chunk + 1) * ROWS / 64;
            (chunk + 1) * ROWS <= live.len() && words.into_iter().all(|word| live.word(word) == 0)
        };
        // Mostly the neighbours of the row tell.
        let is_left = |rows: &[Slot]| rows.first().is_some_and(|slot| live.word(slot.index() / 64) != 0);
        let (mut chunks, mut left) = (Vec::new(), Vec::new());
        for rows in slots.chunk_by(|a, b| chunk_of(a) == chunk_of(b)) {
            match rows.first().map(chunk_of).filter(|chunk| !is_left(rows) && is_vacant(*chunk)) {
                Some(chunk) => chunks.push(chunk),
                None => left.extend_from_slice(rows),
            }
        }
        for column in &mut self.columns {
            if !left.is_empty() {
                column.bury_all(left.iter().copied());
            }
            chunks.iter().for_each(|chunk| column.release(*chunk));
        }
    }

    /// Whether [`reclaim`](Table::reclaim) may have something to do. O(columns).
    pub(crate) fn wants_reclaim(&self) -> bool {
        self.columns.iter().any(Column::wants_reclaim)
    }

    /// Moves what deleted texts leave behind out of the way: at most `rows` cells a column.
    pub(crate) fn reclaim(&mut self, rows: usize) {
        for column in &mut self.columns {
            column.reclaim(rows);
        }
    }

    /// What is held by cells and by indexes.
    pub(crate) fn memory(&self) -> (Held, Held) {
        let data = self.columns.iter().map(Column::memory).sum::<Held>() + self.live.memory();
        let ranks = self.ranks.as_ref().map_or(Held::default(), Ranks::memory);
        (data, self.indexes.iter().map(Index::memory).sum::<Held>() + ranks)
    }
}
