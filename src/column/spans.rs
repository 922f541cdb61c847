//! Text and bytes: one 8-byte span a cell, into shared append-only segments.
//!
//! # Glossary
//!
//! - *segment*: a long `String` or `Vec<u8>` that many cells are slices of. Only the open one grows.
//! - *span*: segment, offset and length of a cell. The empty cell has no bytes and no segment.
//! - *long cell*: one of 256 KiB or more; it has an allocation of its own. No length is refused.
//! - *dead bytes*: bytes of a segment that no cell refers to any more.
//! - *buried*: a cell that is never read again; its bytes are dead, though its span still says where they were.
//! - *sweep*: one walk of [`Spans::reclaim`] over all cells, in steps.
//!
//! # Invariants
//!
//! 1. Bytes that a span refers to never change, here or in a clone: segments are appended to only
//!    while nobody else holds them.
//! 2. The dead bytes of a segment are those that no span of this vector covers but those of buried cells, so a
//!    segment that is dead to its whole length is dropped at once.
//! 3. Nothing is appended to a segment marked for evacuation, so one sweep empties it.
//! 4. A segment number is used again only after no span refers to it but those of buried cells. Two clones that
//!    share a chunk of spans therefore read equal cells from it.

mod heap;
mod segment;

use crate::column::bits::Bits;
use crate::column::chunked::{Chunked, Chunks, ROWS};
use crate::column::held::Held;
use heap::{Heap, Resolver};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use heap::Span;
pub(crate) use segment::Segment;

/// A copy-on-write vector of text or bytes. A clone costs three reference counts.
pub(crate) struct Spans<S> {
    spans: Chunked<Span>,
    heap: Arc<Heap<S>>,
    /// Where the sweep goes on, if one is under way.
    sweep: Option<usize>,
    /// Which cells are buried, if any: a bit is written, and copied after a clone, for less than a span.
    buried: Option<Box<Bits>>,
}

impl<S: Segment> Spans<S> {
    /// An empty vector. O(1).
    pub(crate) fn new() -> Self {
        Self { spans: Chunked::new(), heap: Arc::new(Heap::new()), sweep: None, buried: None }
    }

    /// Gathers cells into few large segments. O(bytes).
    #[cfg(test)]
    pub(crate) fn collect<'c>(cells: impl IntoIterator<Item = &'c S::Cell>) -> Self {
        let mut all = Self::new();
        all.extend(cells);
        all
    }

    /// The number of cells. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The cell at `index`, empty past the end. For a single cell: a loop takes a view. O(1).
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> &S::Cell {
        self.heap.at(self.spans.at(index))
    }

    /// The cells, to be taken once outside a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> SpansView<'_, S> {
        SpansView { spans: self.spans.view(), heap: self.heap.resolver() }
    }

    /// Appends a cell. O(bytes) amortised; the first write after a clone copies a segment of at most
    /// 32 KiB or opens a new one.
    pub(crate) fn push(&mut self, cell: &S::Cell) {
        self.spans.push(Arc::make_mut(&mut self.heap).add(cell));
    }

    /// Appends many cells with one uniqueness check a chunk. O(bytes).
    pub(crate) fn extend<'c>(&mut self, cells: impl IntoIterator<Item = &'c S::Cell>) {
        let heap = Arc::make_mut(&mut self.heap);
        self.spans.extend(cells.into_iter().map(|cell| heap.add(cell)));
    }

    /// Appends the cells that lie end to end in `all` and end at these places. O(bytes), without looking
    /// at the heap for each cell.
    pub(crate) fn extend_packed(&mut self, all: &S::Cell, mut ends: &[usize]) {
        let heap = Arc::make_mut(&mut self.heap);
        let mut from = 0;
        while let Some(first) = ends.first() {
            // A piece is shorter than a long cell; a cell that isn't is a piece of its own.
            let (piece, later) = ends.split_at(ends.partition_point(|end| end - from < heap::LONG).max(1));
            let to = piece.last().map_or(*first, |end| *end);
            let mut start = from;
            let cells = piece.iter().map(|end| std::mem::replace(&mut start, *end)..*end);
            match heap.add_all(S::part(all, from, to)) {
                Some(whole) => {
                    self.spans.extend(cells.map(|cell| whole.part(cell.start - from..cell.end - from)));
                }
                None => self.spans.extend(cells.map(|cell| heap.add(S::part(all, cell.start, cell.end)))),
            }
            (ends, from) = (later, to);
        }
    }

    /// Overwrites the cell at `index`, which must exist; the old bytes become dead. O(bytes).
    pub(crate) fn set(&mut self, index: usize, cell: &S::Cell) {
        debug_assert!(index < self.len(), "cell {index} of {}", self.len());
        let Some(old) = self.spans.get(index) else { return };
        let was_buried = self.buried.as_mut().is_some_and(|buried| buried.unset(index));
        let heap = Arc::make_mut(&mut self.heap);
        if !was_buried {
            heap.bury(old);
        }
        self.spans.set(index, heap.add(cell));
    }

    /// Makes the cell at `index`, which must exist, empty; its bytes become dead. O(1).
    pub(crate) fn clear(&mut self, index: usize) {
        self.set(index, S::EMPTY);
    }

    /// Takes cells that are never read again out of use, which must exist and weren't before; their bytes become
    /// dead. O(n).
    pub(crate) fn bury_all(&mut self, indices: impl Iterator<Item = usize> + Clone) {
        let (spans, buried) = (self.spans.view(), self.buried.get_or_insert_default());
        let mut burial = Arc::make_mut(&mut self.heap).burial();
        indices.clone().for_each(|index| burial.add(spans.at(index)));
        burial.end();
        buried.grow(self.spans.len());
        buried.set_all(indices);
    }

    /// Grows with empty cells, or shrinks. O(chunks) to grow, O(cells dropped) to shrink.
    #[cfg(test)]
    pub(crate) fn resize(&mut self, len: usize) {
        self.truncate(len);
        self.spans.grow(len);
    }

    /// Drops the cells at and past `len`. O(cells dropped).
    pub(crate) fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.drop_bytes(len..self.len());
            self.spans.truncate(len);
            if let Some(buried) = &mut self.buried {
                buried.truncate(len);
            }
        }
    }

    /// Empties every cell of a chunk and gives its memory back. O(cells of a chunk).
    pub(crate) fn release(&mut self, chunk: usize) {
        let end = |chunk: usize| self.len().min(chunk.saturating_mul(ROWS));
        let cells = end(chunk)..end(chunk + 1);
        self.drop_bytes(cells.clone());
        self.spans.release(chunk);
        if let Some(buried) = &mut self.buried {
            let all: Vec<usize> = buried.ones(cells).collect();
            buried.clear_all(all.into_iter());
        }
    }

    /// Takes the bytes of cells out of use whose spans are about to go.
    fn drop_bytes(&mut self, cells: Range<usize>) {
        let (spans, is_buried) = (self.spans.view(), among(self.buried.as_deref()));
        let mut burial = Arc::make_mut(&mut self.heap).burial();
        cells.filter(|index| !is_buried(*index)).for_each(|index| burial.add(spans.at(index)));
        burial.end();
    }

    /// Whether [`reclaim`](Spans::reclaim) may have something to do. O(1).
    #[inline]
    pub(crate) fn wants_reclaim(&self) -> bool {
        self.sweep.is_some() || self.heap.dead() >= self.worth()
    }

    /// How many bytes a sweep has to free.
    fn worth(&self) -> usize {
        (self.len() / 4).max(256)
    }

    /// Moves cells out of segments that are more than half dead, so that those can be dropped. Walks
    /// at most `rows` cells and says whether the sweep needs more steps. Cells never change by it.
    ///
    /// A sweep begins only when it frees at least a byte for every four cells it walks. O(rows +
    /// bytes moved), and O(1) when nothing is due.
    pub(crate) fn reclaim(&mut self, rows: usize) -> bool {
        if !self.wants_reclaim() {
            return false;
        }
        let worth = self.worth();
        if self.sweep.is_none() && !Arc::make_mut(&mut self.heap).mark(worth) {
            return false;
        }
        let from = self.sweep.unwrap_or(0);
        let to = self.len().min(from.saturating_add(rows));
        let (spans, is_buried) = (self.spans.view(), among(self.buried.as_deref()));
        let leaves = |(index, span): &(usize, Span)| self.heap.is_leaving(*span) && !is_buried(*index);
        let leaving: Vec<(usize, Span)> =
            (from..to).map(|index| (index, spans.at(index))).filter(leaves).collect();
        if !leaving.is_empty() {
            let heap = Arc::make_mut(&mut self.heap);
            let moved = heap.relocate(leaving.iter().map(|(_, span)| *span));
            self.spans
                .each_mut(leaving.iter().map(|(index, _)| *index).zip(moved), |cell, span| *cell = span);
        }
        self.sweep = (to < self.len()).then_some(to);
        self.sweep.is_some()
    }

    /// Bytes of segments and of long cells that cells refer to. O(segments).
    #[cfg(test)]
    fn live_bytes(&self) -> usize {
        self.heap.bytes() - self.heap.dead()
    }

    /// Bytes of segments that no cell refers to. O(1).
    #[cfg(test)]
    pub(crate) fn dead_bytes(&self) -> usize {
        self.heap.dead()
    }

    /// Whether both hold the very same chunk, so its cells are equal. O(1).
    pub(crate) fn shares_chunk(&self, other: &Self, chunk: usize) -> bool {
        self.spans.shares_chunk(&other.spans, chunk)
    }

    /// Whether neither was written to since one was cloned from the other. O(1).
    pub(crate) fn shares_all(&self, other: &Self) -> bool {
        self.spans.shares_all(&other.spans)
    }

    /// Bytes on the heap. O(chunks · log + segments).
    pub(crate) fn memory(&self) -> Held {
        let buried = |buried: &Bits| buried.memory() + Held::own(size_of::<Bits>());
        let heap = (self.heap.memory() + Held::own(size_of::<Heap<S>>())).behind(&self.heap);
        self.spans.memory() + heap + self.buried.as_deref().map_or(Held::default(), buried)
    }
}

/// Which cells are among the buried ones.
fn among(buried: Option<&Bits>) -> impl Fn(usize) -> bool {
    let buried = buried.map(Bits::view);
    move |index| buried.is_some_and(|buried| buried.at(index))
}

impl<S> Clone for Spans<S> {
    fn clone(&self) -> Self {
        let (heap, buried) = (Arc::clone(&self.heap), self.buried.clone());
        Self { spans: self.spans.clone(), heap, sweep: self.sweep, buried }
    }
}

impl<S: Segment> Default for Spans<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Spans<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spans").field("spans", &self.spans).finish_non_exhaustive()
    }
}

/// The cells of a [`Spans`].
pub(crate) struct SpansView<'a, S: Segment> {
    spans: Chunks<'a, Span>,
    heap: Resolver<'a, S>,
}

impl<S: Segment> Clone for SpansView<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Segment> Copy for SpansView<'_, S> {}

impl<S: Segment> fmt::Debug for SpansView<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpansView").field("spans", &self.spans).finish_non_exhaustive()
    }
}

impl<'a, S: Segment> SpansView<'a, S> {
    /// The cell at `index`, empty past the end. O(1).
    #[inline(always)]
    pub(crate) fn at(self, index: usize) -> &'a S::Cell {
        self.resolve(self.span(index))
    }

    /// The cell at `index`, where that takes nothing but loads; nothing is said of any other. O(1).
    #[inline(always)]
    pub(crate) fn near(&self, index: usize) -> Option<&'a S::Cell> {
        self.heap.near(self.spans.near(index)?)
    }

    /// Where the cell at `index` is, to be resolved later: a gather that only collects spans doesn't
    /// wait for the bytes. O(1).
    #[inline(always)]
    pub(crate) fn span(self, index: usize) -> Span {
        self.spans.at(index)
    }

    /// The bytes of spans taken from this view. Where all are in one segment, that is asked once. O(spans).
    #[inline(always)]
    pub(crate) fn resolve_all<U>(self, spans: &[Span], out: &mut Vec<U>, value: impl Fn(&'a S::Cell) -> U) {
        match self.heap.only(spans) {
            Some(first) => out.extend(spans.iter().map(|span| value(span.of::<S>(first)))),
            None => out.extend(spans.iter().map(|span| value(self.resolve(*span)))),
        }
    }

    /// The first and the last byte of a span taken from this view in one, for who only wants them near. O(1).
    #[inline(always)]
    pub(crate) fn ends(self, span: Span) -> u8 {
        self.heap.ends(span)
    }

    /// The bytes of a span taken from this view. O(1).
    #[inline(always)]
    pub(crate) fn resolve(self, span: Span) -> &'a S::Cell {
        self.heap.resolve(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[derive(Clone, Debug)]
    enum Step {
        Push(String),
        Extend(Vec<String>),
        Set(usize, String),
        Clear(usize),
        Truncate(usize),
        Resize(usize),
        Release,
        BuryAll(BTreeSet<usize>),
        Reclaim(usize),
        Fork,
    }

    fn text() -> impl Strategy<Value = String> {
        (0..6u8, 0..80usize, any::<char>()).prop_map(|(kind, n, c)| match kind {
            0 => String::new(),
            1 => String::from(c).repeat(n * 200),
            _ => String::from(c).repeat(n),
        })
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => text().prop_map(Step::Push),
            1 => vec(text(), 0..20).prop_map(Step::Extend),
            4 => (0..200usize, text()).prop_map(|(i, t)| Step::Set(i, t)),
            3 => (0..200usize).prop_map(Step::Clear),
            1 => (0..200usize).prop_map(Step::Truncate),
            1 => (0..100usize).prop_map(Step::Resize),
            1 => Just(Step::Release),
            2 => btree_set(0..200usize, 0..60).prop_map(Step::BuryAll),
            4 => (0..50usize).prop_map(Step::Reclaim),
            2 => Just(Step::Fork),
        ]
    }

    /// The cells as they have to be; `None` for those that are buried.
    type Model = Vec<Option<String>>;

    fn check(cells: &Spans<String>, model: &Model) {
        let (view, is_buried) = (cells.view(), among(cells.buried.as_deref()));
        for (i, text) in model.iter().enumerate() {
            assert_eq!(is_buried(i), text.is_none());
            if let Some(text) = text {
                assert_eq!((view.at(i), cells.at(i)), (text.as_str(), text.as_str()));
            }
        }
        assert_eq!(view.at(model.len()), "");
        let bytes = model.iter().flatten().map(String::len).sum::<usize>();
        assert_eq!(cells.live_bytes(), bytes);
        assert!(cells.memory().all >= bytes + cells.dead_bytes());
    }

    proptest! {
        #[test]
        fn behaves_as_a_vector_of_text_in_every_fork(
            bulk in vec(text(), 0..100),
            steps in vec(step(), 0..120),
        ) {
            let mut cells = Spans::<String>::collect(bulk.iter().map(String::as_str));
            let mut model: Model = bulk.into_iter().map(Some).collect();
            let mut forks = Vec::new();
            let all = |texts: Vec<String>| texts.into_iter().map(Some);
            for step in steps {
                match step {
                    Step::Push(t) => { cells.push(&t); model.push(Some(t)); }
                    Step::Extend(ts) => { cells.extend(ts.iter().map(String::as_str)); model.extend(all(ts)); }
                    Step::Set(i, t) if i < model.len() => { cells.set(i, &t); model[i] = Some(t); }
                    Step::Clear(i) if i < model.len() => { cells.clear(i); model[i] = Some(String::new()); }
                    Step::Set(..) | Step::Clear(_) => {}
                    Step::Truncate(n) => { cells.truncate(n); model.truncate(n); }
                    Step::Resize(n) => { cells.resize(n); model.resize(n, Some(String::new())); }
                    Step::Release => { cells.release(0); model.fill(Some(String::new())); }
                    Step::BuryAll(mut at) => {
                        at.retain(|i| model.get(*i).is_some_and(Option::is_some));
                        cells.bury_all(at.iter().copied());
                        at.into_iter().for_each(|i| model[i] = None);
                    }
                    Step::Reclaim(rows) => { cells.reclaim(rows); }
                    Step::Fork => forks.push((cells.clone(), model.clone())),
                }
                check(&cells, &model);
            }
            forks.iter().for_each(|(cells, model)| check(cells, model));
        }
    }

    fn finish(cells: &mut Spans<String>) {
        while cells.reclaim(1000) {}
    }

    #[test]
    fn memory_comes_down_after_a_mass_clear() {
        let texts: Vec<String> = (0..50_000).map(|i| format!("cell number {i:>50}")).collect();
        let mut cells = Spans::<String>::collect(texts.iter().map(String::as_str));
        let full = cells.memory().all;
        (0..50_000).filter(|i| i % 10 != 0).for_each(|i| cells.clear(i));
        finish(&mut cells);
        // Spans stay; of the bytes a tenth does, in a segment that may have doubled.
        assert!(cells.memory().all < 50_000 * 8 + full / 4, "{} of {full}", cells.memory().all);
        assert_eq!(cells.dead_bytes(), 0);
        assert!((0..50_000).step_by(10).all(|i| cells.view().at(i) == texts[i]));
        (0..50).for_each(|chunk| cells.release(chunk.min(48)));
        assert!(cells.memory().all < 20_000, "{}", cells.memory().all);
    }

    #[test]
    fn overwriting_one_cell_over_and_over_stays_small() {
        let mut cells = Spans::<String>::collect(["a", "b"]);
        for round in 0..100_000 {
            cells.set(0, &format!("value {round}"));
            cells.reclaim(64);
        }
        assert_eq!((cells.view().at(0), cells.view().at(1)), ("value 99999", "b"));
        assert!(cells.memory().all < 20_000, "{}", cells.memory().all);
    }

    #[test]
    fn a_fork_before_every_write_leaves_few_segments() {
        let mut cells = Spans::<String>::new();
        let mut fork = cells.clone();
        for round in 0..20_000 {
            cells.push(&format!("value {round:>40}"));
            fork.clone_from(&cells);
        }
        assert!(cells.memory().all < 20_000 * (46 + 8) * 2, "{}", cells.memory().all);
        assert_eq!(fork.view().at(19_999).trim_end(), format!("value {:>40}", 19_999));
    }

    #[test]
    fn long_cells_have_their_own_allocation() {
        let long = vec![7u8; 3 << 20];
        let mut cells = Spans::<Vec<u8>>::collect([&long[..], &[1, 2], &long[..1 << 18]]);
        assert_eq!((cells.view().at(0), cells.view().at(1)), (&long[..], &[1u8, 2][..]));
        assert_eq!(cells.view().at(2).len(), 1 << 18);
        let full = cells.memory().all;
        cells.clear(0);
        assert!(cells.memory().all < full - (3 << 20) + 100);
        cells.push(&long);
        assert_eq!(cells.view().at(3), long);
    }
}
