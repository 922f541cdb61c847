//! Reading cells ahead of whoever needs them: loads of a column don't wait for each other.

use super::chunked::Chunks;
use super::spans::{Segment, Span, SpansView};
use super::{Column, DataView};
use crate::id::Slot;
use std::hint::black_box;

/// Spans that are read before the bytes of the first of them.
const AHEAD: usize = 32;

impl Column {
    /// Reads the cells at these slots, so that they are near when they are asked for one by one. O(slots).
    pub(crate) fn read_ahead(&self, slots: &[Slot]) {
        match self.view().data {
            DataView::Boolean(v) => fixed(v, slots),
            DataView::Smallint(v) => fixed(v, slots),
            DataView::Int(v) | DataView::Date(v) => fixed(v, slots),
            DataView::Integer(v) | DataView::Timestamp(v) | DataView::Timestamptz(v) => fixed(v, slots),
            DataView::Float(v) => fixed(v, slots),
            DataView::Decimal(v) => fixed(v, slots),
            DataView::Uuid(v) => fixed(v, slots),
            DataView::Enum(v, _) => fixed(v, slots),
            DataView::Text(v) | DataView::Json(v) => spans(v, slots),
            DataView::Bytes(v) => spans(v, slots),
        }
    }
}

fn fixed<T: Copy + Default>(cells: Chunks<'_, T>, slots: &[Slot]) {
    for slot in slots {
        black_box(cells.at(slot.index()));
    }
}

fn spans<S: Segment>(cells: SpansView<'_, S>, slots: &[Slot]) {
    let (mut found, mut ends) = ([Span::default(); AHEAD], 0);
    for block in slots.chunks(AHEAD) {
        for (span, slot) in found.iter_mut().zip(block) {
            *span = cells.span(slot.index());
        }
        ends ^= found.iter().take(block.len()).fold(0, |ends, span| ends ^ cells.ends(*span));
    }
    black_box(ends);
}
