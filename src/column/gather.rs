//! Cells of many rows at once: copied piece by piece where rows follow each other, and read in loads that
//! don't wait for each other where they don't.

use super::chunked::{Chunks, ROWS};
use super::spans::{Segment, Span, SpansView};
use crate::id::Slot;

/// Fewer rows than this aren't worth looking whether they follow each other.
const RUN_MIN: usize = 16;

/// Cells that are read before the first of them is looked at.
const AHEAD: usize = 32;

/// Spans that are read before the first of their bytes are.
const TEXTS: usize = 256;

impl<T: Copy + Default> Chunks<'_, T> {
    /// Appends what `value` makes of the cell at each slot, of `T::default()` where there is none. O(slots).
    #[inline]
    pub(crate) fn gather<U>(self, slots: &[Slot], out: &mut Vec<U>, value: impl Fn(T) -> U) {
        match run(slots) {
            Some(first) => self.pieces(first, slots.len(), |there, missing| {
                out.extend(there.iter().map(|cell| value(*cell)));
                out.extend((0..missing).map(|_| value(T::default())));
            }),
            None => out.extend(slots.iter().map(|slot| value(self.at(slot.index())))),
        }
    }

    /// As [`gather`](Chunks::gather), of the cells as they are: those that follow each other are moved at once.
    #[inline]
    pub(crate) fn copy(self, slots: &[Slot], out: &mut Vec<T>) {
        match run(slots) {
            Some(first) => self.pieces(first, slots.len(), |there, missing| {
                out.extend_from_slice(there);
                out.resize(out.len() + missing, T::default());
            }),
            None => out.extend(slots.iter().map(|slot| self.at(slot.index()))),
        }
    }

    /// Shows so many cells from `first` on, chunk by chunk: those that are there, and how many aren't.
    #[inline]
    fn pieces(self, first: usize, len: usize, mut show: impl FnMut(&[T], usize)) {
        let (mut at, end) = (first, first + len);
        while at < end {
            let stop = end.min((at / ROWS + 1) * ROWS);
            let cells = self.chunk(at / ROWS);
            let there = cells.get(at % ROWS..cells.len().min(at % ROWS + stop - at)).unwrap_or_default();
            show(there, stop - at - there.len());
            at = stop;
        }
    }

    /// Shows the cells at these slots, some at a time, until they are refused. O(slots).
    ///
    /// # Errors
    /// What `show` refuses.
    #[inline]
    pub(crate) fn try_blocks<E>(
        self,
        slots: &[Slot],
        mut show: impl FnMut(&[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut block = [T::default(); AHEAD];
        if let Some(first) = run(slots) {
            let (mut at, end) = (first, first + slots.len());
            while at < end {
                let stop = end.min((at / ROWS + 1) * ROWS);
                let Some(cells) = self.chunk(at / ROWS).get(at % ROWS..at % ROWS + stop - at) else { break };
                show(cells)?;
                at = stop;
            }
            return slots.get(at - first..).map_or(Ok(()), |left| self.scattered(left, &mut block, show));
        }
        self.scattered(slots, &mut block, show)
    }

    #[inline]
    fn scattered<E>(
        self,
        slots: &[Slot],
        block: &mut [T; AHEAD],
        mut show: impl FnMut(&[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        slots.chunks(AHEAD).try_for_each(|slots| {
            for (cell, slot) in block.iter_mut().zip(slots) {
                *cell = self.at(slot.index());
            }
            show(block.get(..slots.len()).unwrap_or_default())
        })
    }
}

impl<'a, S: Segment> SpansView<'a, S> {
    /// Appends what `value` makes of the cell at each slot. O(slots).
    #[inline]
    pub(crate) fn gather<U>(self, slots: &[Slot], out: &mut Vec<U>, value: impl Fn(&'a S::Cell) -> U) {
        out.reserve(slots.len());
        let mut spans = [Span::default(); TEXTS];
        for slots in slots.chunks(TEXTS) {
            let spans = self.spans_at(slots, &mut spans);
            self.resolve_all(spans, out, &value);
        }
    }

    /// Shows the cell at each slot until one is refused. O(slots).
    ///
    /// # Errors
    /// What `show` refuses.
    #[inline]
    pub(crate) fn try_each<E>(
        self,
        slots: &[Slot],
        mut show: impl FnMut(&'a S::Cell) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut spans, mut cells) = ([Span::default(); AHEAD], [S::EMPTY; AHEAD]);
        slots.chunks(AHEAD).try_for_each(|slots| {
            let spans = self.spans_at(slots, &mut spans);
            // To cut a text out is to look at its ends: these are near before the first cell is shown.
            for (cell, span) in cells.iter_mut().zip(spans) {
                *cell = self.resolve(*span);
            }
            cells.iter().take(spans.len()).try_for_each(|cell| show(cell))
        })
    }

    /// The spans at no more slots than there is room: loads that wait for nothing.
    #[inline]
    fn spans_at<'s>(self, slots: &[Slot], room: &'s mut [Span]) -> &'s [Span] {
        for (span, slot) in room.iter_mut().zip(slots) {
            *span = self.span(slot.index());
        }
        room.get(..slots.len()).unwrap_or_default()
    }
}

/// The first of slots that follow each other.
#[inline]
fn run(slots: &[Slot]) -> Option<usize> {
    let (first, last) = (slots.first()?.index(), slots.last()?.index());
    if slots.len() < RUN_MIN || last.checked_sub(first) != Some(slots.len() - 1) {
        return None;
    }
    // Without a way out in the middle, many are compared at a time.
    let strays =
        slots.iter().zip(first as u32..).fold(0, |strays, (slot, at)| strays | (slot.index() as u32 ^ at));
    (strays == 0).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::chunked::Chunked;
    use crate::column::spans::Spans;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn many_cells_are_those_read_one_by_one(
            len in 0..3 * ROWS,
            released in 0..4usize,
            from in 0..3 * ROWS,
            strays in vec((0..100usize, 0..4 * ROWS), 0..3),
            rows in 0..600usize,
        ) {
            let mut cells: Chunked<i64> = Chunked::collect((0..len as i64).map(|cell| cell + 1));
            cells.release(released);
            let texts: Spans<String> = {
                let texts: Vec<String> = (0..len).map(|at| "x".repeat(at % 7)).collect();
                Spans::collect(texts.iter().map(String::as_str))
            };
            let mut slots: Vec<Slot> = (from..from + rows).map(Slot::new).collect();
            for (place, slot) in strays {
                if let Some(place) = slots.get_mut(place) {
                    *place = if slot == 0 { Slot::NONE } else { Slot::new(slot) };
                }
            }
            let expected: Vec<i64> = slots.iter().map(|slot| cells.view().at(slot.index())).collect();
            let (mut gathered, mut shown) = (vec![7], Vec::new());
            let (mut read, mut lengths) = (Vec::new(), Vec::new());
            cells.view().gather(&slots, &mut gathered, |cell| cell);
            prop_assert_eq!(&gathered[1..], expected.as_slice());
            let mut copied = vec![7];
            cells.view().copy(&slots, &mut copied);
            prop_assert_eq!(&copied, &gathered);
            let some = rows / 2;
            let refused = cells.view().try_blocks(&slots, |cells| {
                shown.extend_from_slice(cells);
                if shown.len() > some { Err(()) } else { Ok(()) }
            });
            prop_assert_eq!(refused.is_err(), rows > some);
            prop_assert_eq!(&shown, &expected[..shown.len()]);
            prop_assert!(refused.is_err() || shown.len() == rows);
            texts.view().try_each(&slots, |text| { read.push(text.len()); Ok::<_, ()>(()) }).unwrap();
            let expected: Vec<usize> = slots.iter().map(|slot| texts.view().at(slot.index()).len()).collect();
            prop_assert_eq!(&read, &expected);
            texts.view().gather(&slots, &mut lengths, str::len);
            prop_assert_eq!(lengths, expected);
        }
    }
}
