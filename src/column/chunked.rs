//! A copy-on-write vector in chunks: what every fixed-width column is made of.
//!
//! # Glossary
//!
//! - *chunk*: `N` neighbouring cells behind one `Arc`.
//! - *spine*: the vector of chunks, itself behind an `Arc`.
//! - *view*: the spine as a slice, taken once outside a loop.
//! - *blank*: the all-default chunk that stands in for every released one.
//!
//! # Invariants
//!
//! 1. The spine holds exactly `len.div_ceil(N)` chunks.
//! 2. Cells of the last chunk at and past `len` hold `T::default()`, so a look-up there needs no
//!    comparison with `len`.
//! 3. Two vectors that hold the same `Arc` at one position hold the same cells there. A write goes
//!    through `Arc::make_mut`, which copies the chunk first when anyone else holds it.

use super::held::{COUNTS, Held};
use std::fmt;
use std::sync::Arc;

/// Rows in a chunk of a column.
pub(crate) const ROWS: usize = 1024;

/// A copy-on-write vector in chunks of `N` cells. A clone costs two reference counts.
pub(crate) struct Chunked<T, const N: usize = ROWS> {
    chunks: Arc<Vec<Arc<[T; N]>>>,
    blank: Option<Arc<[T; N]>>,
    len: usize,
}

impl<T: Copy + Default, const N: usize> Chunked<T, N> {
    /// An empty vector. O(1).
    pub(crate) fn new() -> Self {
        const { assert!(N.is_power_of_two()) };
        Self { chunks: Arc::default(), blank: None, len: 0 }
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
        (index < self.len).then(|| self.view().at(index))
    }

    /// The chunks as slices, to be taken once outside a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> Chunks<'_, T, N> {
        Chunks { chunks: &self.chunks, len: self.len }
    }

    /// Appends a cell. O(1) amortised; the first write after a clone copies the spine and one chunk.
    #[inline]
    pub(crate) fn push(&mut self, cell: T) {
        let at = self.len % N;
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.last_mut() {
            Some(last) if at > 0 => Arc::make_mut(last)[at] = cell,
            _ => {
                let mut fresh = [T::default(); N];
                fresh[0] = cell;
                chunks.push(Arc::new(fresh));
            }
        }
        self.len += 1;
    }

    /// Overwrites the cell at `index`, which must exist. O(1), or one chunk copied after a clone.
    #[inline]
    pub(crate) fn set(&mut self, index: usize, cell: T) {
        debug_assert!(index < self.len, "cell {index} of {}", self.len);
        if index < self.len {
            Arc::make_mut(&mut Arc::make_mut(&mut self.chunks)[index / N])[index % N] = cell;
        }
    }

    /// Appends many cells with one uniqueness check a chunk. O(n).
    pub(crate) fn extend_from_slice(&mut self, mut cells: &[T]) {
        let chunks = Arc::make_mut(&mut self.chunks);
        while !cells.is_empty() {
            let at = self.len % N;
            let (now, later) = cells.split_at(cells.len().min(N - at));
            match chunks.last_mut() {
                Some(last) if at > 0 => Arc::make_mut(last)[at..at + now.len()].copy_from_slice(now),
                _ => {
                    let mut fresh = [T::default(); N];
                    fresh[..now.len()].copy_from_slice(now);
                    chunks.push(Arc::new(fresh));
                }
            }
            self.len += now.len();
            cells = later;
        }
    }

    /// Appends what an iterator gives, with one uniqueness check a chunk. O(n).
    pub(crate) fn extend(&mut self, cells: impl IntoIterator<Item = T>) {
        let mut cells = cells.into_iter();
        while let Some(cell) = cells.next() {
            self.push(cell);
            let at = self.len % N;
            let Some(last) = Arc::make_mut(&mut self.chunks).last_mut() else { return };
            if at > 0 {
                self.len += fill(&mut Arc::make_mut(last)[at..], &mut cells);
            }
        }
    }

    /// Grows or shrinks to `len` cells; new ones hold `cell`. O(chunks): whole new chunks are one
    /// chunk, shared until written to.
    pub(crate) fn resize(&mut self, len: usize, cell: T) {
        if len <= self.len {
            return self.truncate(len);
        }
        let at = self.len % N;
        if at > 0 {
            let stop = N.min(at + len - self.len);
            if let Some(last) = Arc::make_mut(&mut self.chunks).last_mut() {
                Arc::make_mut(last)[at..stop].fill(cell);
            }
            self.len += stop - at;
        }
        if len - self.len >= N {
            let whole = Arc::new([cell; N]);
            let chunks = (len - self.len) / N;
            Arc::make_mut(&mut self.chunks).extend(std::iter::repeat_n(whole, chunks));
            self.len += chunks * N;
        }
        self.extend(std::iter::repeat_n(cell, len - self.len));
    }

    /// Drops the cells at and past `len`. O(chunks dropped), and one chunk copied after a clone.
    pub(crate) fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        let chunks = Arc::make_mut(&mut self.chunks);
        chunks.truncate(len.div_ceil(N));
        let at = len % N;
        if at > 0
            && let Some(last) = chunks.last_mut()
        {
            let stop = N.min(at + self.len - len);
            Arc::make_mut(last)[at..stop].fill(T::default());
        }
        self.len = len;
    }

    /// Turns every cell of a chunk into `T::default()` and gives its memory back. O(1) when no clone
    /// shares the spine.
    pub(crate) fn release(&mut self, chunk: usize) {
        if let Some(place) = Arc::make_mut(&mut self.chunks).get_mut(chunk) {
            *place = Arc::clone(self.blank.get_or_insert_with(|| Arc::new([T::default(); N])));
        }
    }

    /// Whether both hold the very same chunk, so its cells are equal. O(1).
    pub(crate) fn shares_chunk(&self, other: &Self, chunk: usize) -> bool {
        match (self.chunks.get(chunk), other.chunks.get(chunk)) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether neither was written to since one was cloned from the other. O(1).
    pub(crate) fn shares_all(&self, other: &Self) -> bool {
        self.len == other.len && Arc::ptr_eq(&self.chunks, &other.chunks)
    }

    /// Bytes on the heap; a chunk that stands in several places counts once. O(chunks · log).
    pub(crate) fn memory(&self) -> Held {
        let mut chunks: Vec<_> = self.chunks.iter().chain(&self.blank).collect();
        chunks.sort_unstable_by_key(|chunk| Arc::as_ptr(chunk));
        let alike = chunks.chunk_by(|a, b| Arc::ptr_eq(a, b));
        let one = |places: &[&Arc<[T; N]>]| {
            let held = places.first().map_or(0, |chunk| Arc::strong_count(chunk));
            Held::own(size_of::<[T; N]>() + COUNTS).shared_if(held > places.len())
        };
        let spine = Held::own(self.chunks.capacity() * size_of::<Arc<[T; N]>>());
        (alike.map(one).sum::<Held>() + spine).behind(&self.chunks)
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
        Self { chunks: Arc::clone(&self.chunks), blank: self.blank.clone(), len: self.len }
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

/// The chunks of a [`Chunked`] as slices.
pub(crate) struct Chunks<'a, T, const N: usize = ROWS> {
    chunks: &'a [Arc<[T; N]>],
    len: usize,
}

impl<T, const N: usize> Clone for Chunks<'_, T, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, const N: usize> Copy for Chunks<'_, T, N> {}

impl<T, const N: usize> fmt::Debug for Chunks<'_, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").field("len", &self.len).finish_non_exhaustive()
    }
}

impl<'a, T: Copy + Default, const N: usize> Chunks<'a, T, N> {
    /// The cell at `index`, `T::default()` past the end. O(1).
    #[inline(always)]
    pub(crate) fn at(self, index: usize) -> T {
        match self.chunks.get(index / N) {
            Some(chunk) => chunk[index % N],
            None => T::default(),
        }
    }

    /// The cells of a chunk, without those past the end; empty past the last chunk. O(1).
    #[inline]
    pub(crate) fn chunk(self, chunk: usize) -> &'a [T] {
        match self.chunks.get(chunk) {
            Some(cells) => &cells[..N.min(self.len - chunk * N)],
            None => &[],
        }
    }

    /// All cells from `start` on.
    pub(crate) fn iter(self, start: usize) -> impl Iterator<Item = T> + use<'a, T, N> {
        let rest = (start / N + 1..self.chunks.len()).flat_map(move |chunk| self.chunk(chunk));
        self.chunk(start / N).iter().skip(start % N).chain(rest).copied()
    }

    /// The number of cells. O(1).
    #[cfg(test)]
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.len
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
        Resize(usize, u32),
        Truncate(usize),
        Release(usize),
        Fork,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => any::<u32>().prop_map(Step::Push),
            2 => (0..100usize, any::<u32>()).prop_map(|(i, v)| Step::Set(i, v)),
            2 => vec(any::<u32>(), 0..20).prop_map(Step::Slice),
            2 => vec(any::<u32>(), 0..20).prop_map(Step::Extend),
            1 => (0..60usize, any::<u32>()).prop_map(|(n, v)| Step::Resize(n, v)),
            1 => (0..60usize).prop_map(Step::Truncate),
            1 => (0..8usize).prop_map(Step::Release),
            1 => Just(Step::Fork),
        ]
    }

    fn check(cells: &Chunked<u32, N>, model: &[u32]) {
        let view = cells.view();
        let chunks: Vec<u32> = (0..=model.len() / N).flat_map(|c| view.chunk(c)).copied().collect();
        assert_eq!(chunks, model);
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
                    Step::Resize(n, v) => { cells.resize(n, v); model.resize(n, v); }
                    Step::Truncate(n) => { cells.truncate(n); model.truncate(n); }
                    Step::Release(c) => {
                        cells.release(c);
                        model.iter_mut().skip(c * N).take(N).for_each(|v| *v = 0);
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
    fn released_and_filled_chunks_count_once() {
        let mut cells = Chunked::<u64>::collect(0..100 * ROWS as u64);
        let full = cells.memory().all;
        assert!(full > 100 * ROWS * 8);
        (0..100).for_each(|c| cells.release(c));
        assert!(cells.memory().all < full / 50);
        cells.set(5, 9);
        assert_eq!((cells.get(4), cells.get(5), cells.get(ROWS + 5)), (Some(0), Some(9), Some(0)));
        let mut wide = Chunked::<u64>::new();
        wide.resize(1_000_000, 7);
        assert!(wide.memory().all < 60_000);
        assert_eq!(wide.get(999_999), Some(7));
    }
}
