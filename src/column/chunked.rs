//! A copy-on-write vector in chunks: what every fixed-width column is made of.
//!
//! # Glossary
//!
//! - *chunk*: `N` neighbouring cells behind one `Arc`. One that is all `T::default()` may be absent.
//! - *spine*: the chunks that are full.
//! - *tail*: the chunk after them, which cells are appended to. It isn't in the spine, so that
//!   appending after a clone copies one chunk and nothing else.
//! - *view*: spine and tail, taken once outside a loop.
//!
//! # Invariants
//!
//! 1. The spine holds exactly `len / N` chunks; the tail has the other `len % N` cells.
//! 2. Cells of the tail at and past `len` hold `T::default()`, so a look-up there needs no comparison
//!    with `len`.
//! 3. Two vectors that hold the same `Arc` at one position hold the same cells there. A write goes
//!    through `Arc::make_mut`, which copies the chunk first when anyone else holds it.

use super::held::{COUNTS, Held};
use super::spine::{Spine, SpineView};
use std::fmt;
use std::sync::Arc;

/// Rows in a chunk of a column.
pub(crate) const ROWS: usize = 1024;

/// A copy-on-write vector in chunks of `N` cells. A clone costs two reference counts.
pub(crate) struct Chunked<T, const N: usize = ROWS> {
    spine: Spine<Chunk<T, N>>,
    tail: Chunk<T, N>,
    len: usize,
}

type Chunk<T, const N: usize> = Option<Arc<[T; N]>>;

impl<T: Copy + Default, const N: usize> Chunked<T, N> {
    /// An empty vector. O(1).
    pub(crate) fn new() -> Self {
        const { assert!(N.is_power_of_two()) };
        Self { spine: Spine::default(), tail: None, len: 0 }
    }

    /// Gathers cells without an atomic operation for each. O(n).
    pub(crate) fn collect(cells: impl IntoIterator<Item = T>) -> Self {
        let mut all = Self::new();
        all.extend(cells);
        all
    }

    /// The number of cells. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The cell at `index`, `None` past the end. O(1).
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<T> {
        (index < self.len).then(|| self.at(index))
    }

    /// The cell at `index`, the default past the end. For a single cell: a loop takes a view. O(1).
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> T {
        let chunk = match self.spine.near(index / N) {
            None if index / N == self.len / N => &self.tail,
            None => &None,
            Some(chunk) => chunk,
        };
        match chunk {
            Some(chunk) => chunk[index % N],
            None => self.far(index),
        }
    }

    /// The chunks, to be taken once outside a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> Chunks<'_, T, N> {
        // A vector that is all tail is read as if it was one full chunk: past its end are defaults.
        let is_short = self.len < N && self.spine.len() == 0;
        let spine =
            if is_short { self.spine.view_of(std::slice::from_ref(&self.tail)) } else { self.spine.view() };
        Chunks { spine, whole: self }
    }

    /// Appends a cell. O(1) amortised; the first write after a clone copies one chunk.
    #[inline]
    pub(crate) fn push(&mut self, cell: T) {
        let at = self.len % N;
        owned(&mut self.tail)[at] = cell;
        self.advance(1);
    }

    /// Counts cells that were written to the tail, and begins a new one when it's full.
    #[inline]
    fn advance(&mut self, cells: usize) {
        self.len += cells;
        if self.len.is_multiple_of(N) {
            self.spine.push(self.tail.take());
        }
    }

    /// Overwrites the cell at `index`, which must exist. O(1), or one chunk copied after a clone.
    #[inline]
    pub(crate) fn set(&mut self, index: usize, cell: T) {
        debug_assert!(index < self.len, "cell {index} of {}", self.len);
        if let Some(place) = self.get_mut(index) {
            *place = cell;
        }
    }

    /// The cell at `index`, to be changed; `None` past the end. O(1), or one chunk copied after a clone.
    #[inline]
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        let chunk = self.spine.get_mut(index / N).unwrap_or(&mut self.tail);
        Some(&mut owned(chunk)[index % N])
    }

    /// Changes the cells at these indices, which must exist, each by what comes with it. Neighbours of one
    /// chunk that follow each other share a uniqueness check. O(n), and the touched chunks copied after a
    /// clone.
    pub(crate) fn each_mut<P>(
        &mut self,
        items: impl Iterator<Item = (usize, P)>,
        mut change: impl FnMut(&mut T, P),
    ) {
        let len = self.len;
        let mut items = items.filter(|(index, _)| *index < len);
        let Some(mut item) = items.next() else { return };
        let (mut chunks, tail) = (self.spine.edit(), &mut self.tail);
        loop {
            let chunk = item.0 / N;
            let cells = owned(chunks.get_mut(chunk).unwrap_or(tail));
            loop {
                change(&mut cells[item.0 % N], item.1);
                let Some(next) = items.next() else { return };
                item = next;
                if item.0 / N != chunk {
                    break;
                }
            }
        }
    }

    /// Appends many cells with one uniqueness check a chunk. O(n).
    pub(crate) fn extend_from_slice(&mut self, mut cells: &[T]) {
        while !cells.is_empty() {
            let at = self.len % N;
            let (now, later) = cells.split_at(cells.len().min(N - at));
            owned(&mut self.tail)[at..at + now.len()].copy_from_slice(now);
            self.advance(now.len());
            cells = later;
        }
    }

    /// Appends what an iterator gives, with one uniqueness check a chunk. O(n).
    pub(crate) fn extend(&mut self, cells: impl IntoIterator<Item = T>) {
        let mut cells = cells.into_iter();
        while let Some(cell) = cells.next() {
            let at = self.len % N;
            let tail = owned(&mut self.tail);
            tail[at] = cell;
            let filled = fill(&mut tail[at + 1..], &mut cells);
            self.advance(1 + filled);
        }
    }

    /// Grows to `len` cells, if there are fewer; new ones hold `T::default()`. O(chunks added).
    pub(crate) fn grow(&mut self, len: usize) {
        while self.spine.len() < len / N {
            self.spine.push(self.tail.take());
        }
        self.len = self.len.max(len);
    }

    /// Drops the cells at and past `len`. O(chunks dropped), and one chunk copied after a clone.
    pub(crate) fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        let (chunk, at) = (len / N, len % N);
        let mut filled = self.len - chunk * N;
        if chunk < self.spine.len() {
            self.tail = self.spine.get_mut(chunk).and_then(Option::take);
            self.spine.truncate(chunk);
            filled = N;
        }
        if at == 0 {
            self.tail = None;
        } else if self.tail.is_some() {
            owned(&mut self.tail)[at..filled].fill(T::default());
        }
        self.len = len;
    }

    /// Turns every cell of a chunk into `T::default()` and gives its memory back. O(1).
    pub(crate) fn release(&mut self, chunk: usize) {
        if chunk < self.spine.len() {
            self.spine.get_mut(chunk).and_then(Option::take);
        } else if chunk == self.spine.len() {
            self.tail = None;
        }
    }

    /// The cell at `index` where no full chunk of an unpatched spine has it: of the tail, of a patch, or none.
    /// Apart, so that all other reading stays small.
    #[inline(never)]
    fn far(&self, index: usize) -> T {
        self.chunk(index / N).map_or_else(T::default, |chunk| chunk[index % N])
    }

    fn chunk(&self, chunk: usize) -> Option<&Arc<[T; N]>> {
        let is_tail = chunk == self.spine.len();
        if is_tail { self.tail.as_ref() } else { self.spine.get(chunk).and_then(Option::as_ref) }
    }

    /// Whether both hold the very same chunk, so its cells are equal. O(1).
    pub(crate) fn shares_chunk(&self, other: &Self, chunk: usize) -> bool {
        same(self.chunk(chunk), other.chunk(chunk))
    }

    /// Whether neither was written to since one was cloned from the other. O(1).
    pub(crate) fn shares_all(&self, other: &Self) -> bool {
        self.len == other.len
            && self.spine.shares_all(&other.spine)
            && same(self.tail.as_ref(), other.tail.as_ref())
    }

    /// Bytes on the heap. O(chunks).
    pub(crate) fn memory(&self) -> Held {
        let one = |chunk: &Chunk<T, N>| {
            let held = |chunk| Held::own(size_of::<[T; N]>() + COUNTS).behind(chunk);
            chunk.as_ref().map_or(Held::default(), held)
        };
        self.spine.memory(one) + one(&self.tail)
    }
}

/// The cells of a chunk, to be written to. One chunk copied when it's shared.
#[inline]
fn owned<T: Copy + Default, const N: usize>(chunk: &mut Chunk<T, N>) -> &mut [T; N] {
    Arc::make_mut(chunk.get_or_insert_with(|| Arc::new([T::default(); N])))
}

/// Whether both are one chunk, or both absent.
fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// Writes what the iterator gives until the cells are full; returns how many were written. O(n).
fn fill<T>(cells: &mut [T], from: &mut impl Iterator<Item = T>) -> usize {
    let mut filled = 0;
    for (cell, value) in cells.iter_mut().zip(from) {
        *cell = value;
        filled += 1;
    }
    filled
}

impl<T, const N: usize> Clone for Chunked<T, N> {
    fn clone(&self) -> Self {
        Self { spine: self.spine.clone(), tail: self.tail.clone(), len: self.len }
    }
}

impl<T: Copy + Default, const N: usize> Default for Chunked<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> fmt::Debug for Chunked<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunked").field("len", &self.len).finish_non_exhaustive()
    }
}

/// The chunks of a [`Chunked`].
pub(crate) struct Chunks<'a, T, const N: usize = ROWS> {
    spine: SpineView<'a, Chunk<T, N>>,
    whole: &'a Chunked<T, N>,
}

impl<T, const N: usize> Clone for Chunks<'_, T, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, const N: usize> Copy for Chunks<'_, T, N> {}

impl<T, const N: usize> fmt::Debug for Chunks<'_, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").field("len", &self.whole.len).finish_non_exhaustive()
    }
}

impl<'a, T: Copy + Default, const N: usize> Chunks<'a, T, N> {
    /// The cell at `index`, `T::default()` past the end. O(1).
    #[inline(always)]
    pub(crate) fn at(self, index: usize) -> T {
        match self.near(index) {
            Some(cell) => cell,
            None => self.whole.far(index),
        }
    }

    /// The cell at `index`, where a full chunk of an unpatched spine has it; nothing is said of any other. O(1).
    #[inline(always)]
    pub(crate) fn near(&self, index: usize) -> Option<T> {
        match self.spine.near(index / N) {
            Some(Some(chunk)) => Some(chunk[index % N]),
            _ => None,
        }
    }

    /// The cells of a chunk, without those past the end; none of a chunk that was released, and past
    /// the last one. O(1).
    #[inline]
    pub(crate) fn chunk(self, chunk: usize) -> &'a [T] {
        if chunk == self.whole.len / N {
            return self.whole.tail.as_ref().map_or(&[], |tail| &tail[..self.whole.len % N]);
        }
        match self.spine.get(chunk) {
            Some(Some(cells)) => &cells[..],
            _ => &[],
        }
    }

    /// The cells at these indices, `T::default()` past the end. A chunk is looked up once for neighbours.
    #[inline]
    pub(crate) fn at_all<I: Iterator<Item = usize>>(
        self,
        indices: I,
    ) -> impl Iterator<Item = T> + use<'a, I, T, N> {
        let (mut chunk, mut cells) = (usize::MAX, &[][..]);
        indices.map(move |index| {
            if index / N != chunk {
                chunk = index / N;
                cells = self.chunk(chunk);
            }
            cells.get(index % N).copied().unwrap_or_default()
        })
    }

    /// All cells from `start` on.
    #[inline]
    pub(crate) fn iter(self, start: usize) -> impl Iterator<Item = T> + use<'a, T, N> {
        let cells = move |chunk: usize, from: usize| {
            let cells = self.chunk(chunk);
            let end = N.min(self.whole.len.saturating_sub(chunk * N));
            (from..end).map(move |at| cells.get(at).copied().unwrap_or_default())
        };
        let rest = (start / N + 1..self.whole.len.div_ceil(N)).flat_map(move |chunk| cells(chunk, 0));
        cells(start / N, start % N).chain(rest)
    }

    /// The number of cells. O(1).
    #[cfg(test)]
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.whole.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const N: usize = 8;

    #[derive(Clone, Debug)]
    enum Step {
        Push(u32),
        Set(usize, u32),
        Slice(Vec<u32>),
        Extend(Vec<u32>),
        Grow(usize),
        Truncate(usize),
        Release(usize),
        Each(Vec<usize>, u32),
        Fork,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => any::<u32>().prop_map(Step::Push),
            2 => (0..100usize, any::<u32>()).prop_map(|(i, v)| Step::Set(i, v)),
            2 => vec(any::<u32>(), 0..20).prop_map(Step::Slice),
            2 => vec(any::<u32>(), 0..20).prop_map(Step::Extend),
            1 => (0..60usize).prop_map(Step::Grow),
            1 => (0..60usize).prop_map(Step::Truncate),
            1 => (0..8usize).prop_map(Step::Release),
            2 => (vec(0..100usize, 0..20), any::<u32>()).prop_map(|(at, v)| Step::Each(at, v)),
            1 => Just(Step::Fork),
        ]
    }

    fn check(cells: &Chunked<u32, N>, model: &[u32]) {
        let view = cells.view();
        for (chunk, cells) in model.chunks(N).enumerate() {
            let found = view.chunk(chunk);
            assert!(found == cells || found.is_empty() && cells.iter().all(|cell| *cell == 0));
        }
        assert!(view.iter(0).eq(model.iter().copied()));
        assert!(view.iter(N + 3).eq(model.iter().skip(N + 3).copied()));
        let leaps = (0..2 * model.len()).map(|at| at * 7 / 3);
        assert!(view.at_all(leaps.clone()).eq(leaps.map(|at| model.get(at).copied().unwrap_or_default())));
        for index in 0..model.len() + 2 * N {
            assert_eq!(cells.get(index), model.get(index).copied());
            assert_eq!(view.at(index), model.get(index).copied().unwrap_or_default());
        }
    }

    proptest! {
        #[test]
        fn behaves_as_a_vector_in_every_fork(steps in vec(step(), 0..60)) {
            let (mut cells, mut model) = (Chunked::<u32, N>::new(), Vec::new());
            let mut forks = Vec::new();
            for step in steps {
                match step {
                    Step::Push(v) => { cells.push(v); model.push(v); }
                    Step::Set(i, v) if i < model.len() => { cells.set(i, v); model[i] = v; }
                    Step::Set(..) => {}
                    Step::Slice(vs) => { cells.extend_from_slice(&vs); model.extend(vs); }
                    Step::Extend(vs) => { cells.extend(vs.iter().copied()); model.extend(vs); }
                    Step::Grow(n) => { cells.grow(n); model.resize(n.max(model.len()), 0); }
                    Step::Truncate(n) => { cells.truncate(n); model.truncate(n); }
                    Step::Release(c) => {
                        cells.release(c);
                        model.iter_mut().skip(c * N).take(N).for_each(|v| *v = 0);
                    }
                    Step::Each(at, v) => {
                        let with = |i| v.wrapping_add(i as u32);
                        cells.each_mut(at.iter().map(|i| (*i, with(*i))), |cell, v| *cell ^= v);
                        at.into_iter().for_each(|i| model.get_mut(i).into_iter().for_each(|cell| *cell ^= with(i)));
                    }
                    Step::Fork => forks.push((cells.clone(), model.clone())),
                }
                check(&cells, &model);
            }
            for (cells, model) in forks {
                check(&cells, &model);
            }
        }
    }

    #[test]
    fn a_write_after_a_clone_copies_one_chunk() {
        let old = Chunked::<u32>::collect(0..10 * ROWS as u32);
        let mut new = old.clone();
        new.set(3 * ROWS + 7, 1);
        let shared: Vec<usize> = (0..11).filter(|c| !new.shares_chunk(&old, *c)).collect();
        assert_eq!(shared, [3]);
    }

    #[test]
    fn chunks_without_cells_take_no_memory() {
        let mut cells = Chunked::<u64>::collect(0..100 * ROWS as u64);
        let full = cells.memory().all;
        assert!(full > 100 * ROWS * 8);
        (0..100).for_each(|c| cells.release(c));
        assert!(cells.memory().all < full / 50);
        cells.set(5, 9);
        assert_eq!((cells.get(4), cells.get(5), cells.get(ROWS + 5)), (Some(0), Some(9), Some(0)));
        let mut wide = Chunked::<u64>::new();
        wide.grow(1_000_000);
        assert!(wide.memory().all < 20_000);
        wide.set(999_999, 7);
        assert_eq!((wide.get(999_998), wide.get(999_999)), (Some(0), Some(7)));
    }
}
