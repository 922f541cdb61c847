//! The bytes behind a column of spans: append-only segments, and long cells apart.

use super::Segment;
use crate::column::held::{COUNTS, Held};
use crate::column::spine::{Spine, SpineView};
use std::ops::Range;
use std::sync::Arc;

const LENGTH_BITS: u32 = 18;
const OFFSET_BITS: u32 = 28;

/// A cell of this length has an allocation of its own; shorter ones live in segments.
pub(super) const LONG: usize = (1 << LENGTH_BITS) - 1;

/// A segment that reached this many bytes takes no more.
const SEGMENT: usize = 4 << 20;

/// The same for segments written in bulk. An offset fits even when the last cell passes it.
const BULK: usize = (1 << OFFSET_BITS) - (1 << LENGTH_BITS);

/// The last segment number, which none has: cells in it are on their way to another one.
const PENDING: usize = (1 << (u64::BITS - OFFSET_BITS - LENGTH_BITS)) - 1;

/// The number before it, which none has either: cells in it have an allocation of their own. So a look-up
/// that finds no segment is all that tells them from others.
const APART: usize = PENDING - 1;

/// A shared segment up to this long is copied rather than left behind.
const COPY: usize = 32 << 10;

/// Where the bytes of a cell are: segment, offset and length, in one word. The default is the empty
/// cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span(u64);

impl Span {
    fn new(segment: usize, offset: usize, length: usize) -> Self {
        Self((segment as u64) << (OFFSET_BITS + LENGTH_BITS) | (offset as u64) << LENGTH_BITS | length as u64)
    }

    /// The cell with an allocation of its own at this position.
    fn long(place: usize) -> Self {
        Self((APART as u64) << (OFFSET_BITS + LENGTH_BITS) | place as u64)
    }

    /// A piece of a cell that lies in a segment.
    #[inline]
    pub(super) fn part(self, bytes: Range<usize>) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        Self::new(self.segment(), self.offset() + bytes.start, bytes.len())
    }

    #[inline(always)]
    fn segment(self) -> usize {
        (self.0 >> (OFFSET_BITS + LENGTH_BITS)) as usize
    }

    #[inline(always)]
    fn offset(self) -> usize {
        (self.0 >> LENGTH_BITS) as usize & ((1 << OFFSET_BITS) - 1)
    }

    /// The cell, in the first segment, which this is. O(1).
    #[inline(always)]
    pub(super) fn of<S: Segment>(self, first: &S::Cell) -> &S::Cell {
        // There is no segment in the word that would have to be masked out.
        let offset = (self.0 >> LENGTH_BITS) as usize;
        S::inner(first, offset, offset + self.length())
    }

    #[inline(always)]
    fn length(self) -> usize {
        self.0 as usize & LONG
    }

    #[inline(always)]
    fn is_long(self) -> bool {
        self.segment() == APART
    }

    fn long_place(self) -> usize {
        self.0 as usize & ((1 << (OFFSET_BITS + LENGTH_BITS)) - 1)
    }

    /// Whether the cell is empty. O(1).
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// One segment, how many of its bytes no cell uses, and whether its cells are being moved away.
#[derive(Clone, Default)]
pub(super) struct Part<S> {
    bytes: Arc<S>,
    dead: usize,
    leaving: bool,
}

/// Segments and long cells.
#[derive(Clone)]
pub(super) struct Heap<S> {
    parts: Spine<Part<S>>,
    /// The segment that short cells are appended to; past the end before the first one.
    open: usize,
    /// Segments without bytes, to be used again.
    vacant: Vec<u32>,
    long: Vec<Option<Arc<S>>>,
    long_vacant: Vec<usize>,
    dead: usize,
    /// A segment became more than half dead since the last marking.
    due: bool,
}

impl<S: Segment> Heap<S> {
    pub(super) fn new() -> Self {
        Self {
            parts: Spine::default(),
            open: 0,
            vacant: Vec::new(),
            long: Vec::new(),
            long_vacant: Vec::new(),
            dead: 0,
            due: false,
        }
    }

    pub(super) fn resolver(&self) -> Resolver<'_, S> {
        let first = self.parts.get(0).map_or(S::EMPTY, |part| part.bytes.whole());
        Resolver { first, parts: self.parts.view(), heap: self }
    }

    /// The cell of a span that [`Resolver::near`] doesn't find. Apart, so that all other reading stays small.
    #[inline(never)]
    fn far(&self, span: Span) -> &S::Cell {
        if span.is_long() {
            let bytes = self.long.get(span.long_place()).and_then(Option::as_ref);
            return bytes.map_or(S::EMPTY, |bytes| bytes.whole());
        }
        let bytes = self.parts.get(span.segment()).map_or(S::EMPTY, |part| part.bytes.whole());
        S::part(bytes, span.offset(), span.offset() + span.length())
    }

    /// The cell of a span. For a single one: a loop takes a resolver. O(1).
    #[inline(always)]
    pub(super) fn at(&self, span: Span) -> &S::Cell {
        match self.parts.near(span.segment()) {
            Some(part) if !span.is_long() => {
                S::part(part.bytes.whole(), span.offset(), span.offset() + span.length())
            }
            _ => self.far(span),
        }
    }

    pub(super) fn dead(&self) -> usize {
        self.dead
    }

    /// Stores the bytes of a cell. O(bytes) amortised.
    pub(super) fn add(&mut self, cell: &S::Cell) -> Span {
        match S::size(cell) {
            0 => Span::default(),
            size if size >= LONG => self.add_long(cell),
            size => self.append(cell, size, SEGMENT),
        }
    }

    /// Stores many cells that lie end to end, to be taken apart by [`Span::part`]; `None`, and no
    /// change, when they have to be stored one by one. Segments written so are few and long. O(bytes).
    pub(super) fn add_all(&mut self, cells: &S::Cell) -> Option<Span> {
        match S::size(cells) {
            0 => Some(Span::default()),
            size if size >= LONG => None,
            size => Some(self.append(cells, size, BULK)).filter(|span| !span.is_long()),
        }
    }

    fn append(&mut self, cell: &S::Cell, size: usize, limit: usize) -> Span {
        // The more segments there are, the longer are those worth copying: their number stays small
        // even when a fork precedes every write.
        let copied = COPY << (self.parts.len() >> 10).min(7);
        if let Some(part) = self.parts.get_mut(self.open)
            && !part.leaving
        {
            let offset = S::size(part.bytes.whole());
            if offset < limit {
                let unique = Arc::get_mut(&mut part.bytes);
                if let Some(bytes) = unique {
                    bytes.append(cell);
                    return Span::new(self.open, offset, size);
                }
                if offset <= copied {
                    let mut bytes = S::with_capacity((offset + size).next_power_of_two());
                    bytes.append(part.bytes.whole());
                    bytes.append(cell);
                    part.bytes = Arc::new(bytes);
                    return Span::new(self.open, offset, size);
                }
            }
        }
        let mut bytes = S::with_capacity(size.next_power_of_two());
        bytes.append(cell);
        match self.install(bytes) {
            Some(segment) => Span::new(segment, 0, size),
            None => self.add_long(cell),
        }
    }

    /// Opens a segment with these bytes; `None` when every segment number is taken.
    fn install(&mut self, bytes: S) -> Option<usize> {
        self.close();
        let part = Part { bytes: Arc::new(bytes), dead: 0, leaving: false };
        let vacant = self.vacant.pop().map(|place| place as usize);
        let place = vacant.unwrap_or(self.parts.len());
        match self.parts.get_mut(place) {
            Some(old) => *old = part,
            None if place >= APART => return None,
            None => self.parts.push(part),
        }
        self.open = place;
        Some(place)
    }

    /// Gives back the room of a segment that takes no more bytes.
    fn close(&mut self) {
        if let Some(part) = self.parts.get_mut(self.open)
            && let Some(bytes) = Arc::get_mut(&mut part.bytes)
        {
            bytes.shrink();
            if S::size(bytes.whole()) == 0 {
                self.vacant.push(self.open as u32);
            }
        }
    }

    fn add_long(&mut self, cell: &S::Cell) -> Span {
        let mut bytes = S::with_capacity(S::size(cell));
        bytes.append(cell);
        let place = self.long_vacant.pop().unwrap_or(self.long.len());
        match self.long.get_mut(place) {
            Some(vacant) => *vacant = Some(Arc::new(bytes)),
            None => self.long.push(Some(Arc::new(bytes))),
        }
        Span::long(place)
    }

    /// Takes the bytes of a cell out of use. O(1).
    pub(super) fn bury(&mut self, span: Span) {
        if span.is_long() {
            if self.long.get_mut(span.long_place()).and_then(Option::take).is_some() {
                self.long_vacant.push(span.long_place());
            }
            return;
        }
        self.bury_bytes(span.segment(), span.length());
    }

    /// Takes the bytes of many cells out of use.
    pub(super) fn burial(&mut self) -> Burial<'_, S> {
        Burial { heap: self, segment: 0, bytes: 0 }
    }

    /// Takes so many bytes of a segment out of use.
    fn bury_bytes(&mut self, place: usize, size: usize) {
        let Some(part) = self.parts.get_mut(place).filter(|_| size > 0) else { return };
        part.dead += size;
        self.dead += size;
        let all = S::size(part.bytes.whole());
        if part.dead >= all {
            // No cell refers to it any more, whatever the sweep has seen.
            self.dead -= part.dead;
            *part = Part { bytes: Arc::default(), dead: 0, leaving: false };
            if place != self.open {
                self.vacant.push(place as u32);
            }
        } else if part.dead > all / 2 {
            self.due = true;
        }
    }

    /// Marks the segments that are more than half dead, if that frees at least `worth` bytes.
    /// O(segments) when something became due, else O(1).
    pub(super) fn mark(&mut self, worth: usize) -> bool {
        if !self.due || self.dead < worth {
            return false;
        }
        self.due = false;
        let sparse = |part: &Part<S>| part.dead > S::size(part.bytes.whole()) / 2;
        if self.parts.iter().filter(|part| sparse(part)).map(|part| part.dead).sum::<usize>() < worth {
            return false;
        }
        for place in 0..self.parts.len() {
            let leaving = self.parts.get(place).is_some_and(sparse);
            if self.parts.get(place).is_some_and(|part| part.leaving != leaving)
                && let Some(part) = self.parts.get_mut(place)
            {
                part.leaving = leaving;
            }
        }
        true
    }

    /// Whether the cell is to be moved to another segment. O(1).
    #[inline]
    pub(super) fn is_leaving(&self, span: Span) -> bool {
        !span.is_empty() && !span.is_long() && self.parts.get(span.segment()).is_some_and(|part| part.leaving)
    }

    /// Moves the bytes of cells that aren't long to the open segment, many at once; gives where they are then.
    /// O(bytes).
    pub(super) fn relocate(&mut self, cells: impl Iterator<Item = Span> + Clone) -> Vec<Span> {
        let mut moved = Vec::with_capacity(cells.size_hint().0);
        let (mut piece, mut gathered) = (S::with_capacity(0), 0);
        for span in cells.clone() {
            if gathered + span.length() >= LONG {
                self.settle_in(&piece, &mut moved);
                piece = S::with_capacity(LONG);
                gathered = 0;
            }
            // Where it is in the piece, until that has a place.
            moved.push(Span::new(PENDING, gathered, span.length()));
            piece.append(self.resolver().resolve(span));
            gathered += span.length();
        }
        self.settle_in(&piece, &mut moved);
        let mut burial = self.burial();
        cells.for_each(|span| burial.add(span));
        burial.end();
        moved
    }

    /// Stores a piece, and says so of the cells in it.
    fn settle_in(&mut self, piece: &S, moved: &mut [Span]) {
        let whole = self.add_all(piece.whole());
        for cell in moved.iter_mut().rev().take_while(|cell| cell.segment() == PENDING) {
            let bytes = cell.offset()..cell.offset() + cell.length();
            *cell = match whole {
                Some(whole) => whole.part(bytes),
                None => self.add(S::part(piece.whole(), bytes.start, bytes.end)),
            };
        }
    }

    /// Bytes of all segments and long cells. O(both).
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        let size = |bytes: &Arc<S>| S::size(bytes.whole());
        self.parts.iter().map(|part| size(&part.bytes)).sum::<usize>()
            + self.long.iter().flatten().map(size).sum::<usize>()
    }

    pub(super) fn memory(&self) -> Held {
        let counted = |bytes: &Arc<S>| Held::own(bytes.capacity() + size_of::<S>() + COUNTS).behind(bytes);
        let places = self.long.capacity() * size_of::<Option<Arc<S>>>()
            + self.vacant.capacity() * size_of::<u32>()
            + self.long_vacant.capacity() * size_of::<usize>();
        let parts = self.parts.memory(|part| counted(&part.bytes));
        parts + self.long.iter().flatten().map(counted).sum() + Held::own(places)
    }
}

/// Cells on their way out of use: those of one segment that follow each other are counted together.
pub(super) struct Burial<'h, S> {
    heap: &'h mut Heap<S>,
    segment: usize,
    bytes: usize,
}

impl<S: Segment> Burial<'_, S> {
    /// Takes the bytes of a cell out of use, now or at the [`end`](Burial::end). O(1).
    #[inline]
    pub(super) fn add(&mut self, span: Span) {
        if span.segment() != self.segment {
            self.turn_to(span);
        }
        if !span.is_long() {
            self.bytes += span.length();
        }
    }

    #[cold]
    fn turn_to(&mut self, span: Span) {
        if span.is_long() {
            self.heap.bury(span);
        } else if !span.is_empty() {
            self.heap.bury_bytes(self.segment, std::mem::take(&mut self.bytes));
            self.segment = span.segment();
        }
    }

    /// Takes out of use what was put off.
    pub(super) fn end(self) {
        self.heap.bury_bytes(self.segment, self.bytes);
    }
}

/// Turns spans into cells; taken once outside a loop.
pub(super) struct Resolver<'a, S: Segment> {
    first: &'a S::Cell,
    parts: SpineView<'a, Part<S>>,
    heap: &'a Heap<S>,
}

impl<S: Segment> Clone for Resolver<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Segment> Copy for Resolver<'_, S> {}

impl<'a, S: Segment> Resolver<'a, S> {
    #[inline(always)]
    pub(super) fn resolve(self, span: Span) -> &'a S::Cell {
        match self.near(span) {
            Some(cell) => cell,
            None => self.heap.far(span),
        }
    }

    /// The cell of a span, where it's neither a long one nor in a patch.
    #[inline(always)]
    pub(super) fn near(&self, span: Span) -> Option<&'a S::Cell> {
        let segment = span.segment();
        // What was loaded in bulk is in the first segment: a predicted branch instead of two loads.
        let bytes = if segment == 0 { self.first } else { self.parts.near(segment)?.bytes.whole() };
        Some(S::part(bytes, span.offset(), span.offset() + span.length()))
    }

    /// The first segment, where all of these cells are in it. O(spans), many at a time.
    #[inline(always)]
    pub(super) fn only(self, spans: &[Span]) -> Option<&'a S::Cell> {
        let all = Span(spans.iter().fold(0, |all, span| all | span.0));
        (all.segment() == 0).then_some(self.first)
    }

    /// The first and the last byte of a cell in one; anything for a long one and one of a patch.
    #[inline(always)]
    pub(super) fn ends(self, span: Span) -> u8 {
        let segment = span.segment();
        let part = || self.parts.near(segment).map_or(S::EMPTY, |part| part.bytes.whole());
        let bytes = S::bytes(if segment == 0 { self.first } else { part() });
        let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
        byte(span.offset()) ^ byte(span.offset() + span.length().saturating_sub(1))
    }
}
