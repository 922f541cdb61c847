//! Reading cells ahead of whoever needs them: loads of a column don't wait for each other.

use super::chunked::Chunks;
use super::spans::{Segment, SpansView};
use super::{Column, DataView};
use crate::id::Slot;
use std::hint::black_box;

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
            DataView::Text(v) | DataView::Json(v) => spans(v, slots, |cell| cell.as_bytes()),
            DataView::Bytes(v) => spans(v, slots, |cell| cell),
        }
    }
}

fn fixed<T: Copy + Default>(cells: Chunks<'_, T>, slots: &[Slot]) {
    for slot in slots {
        black_box(cells.at(slot.index()));
    }
}

fn spans<S: Segment>(cells: SpansView<'_, S>, slots: &[Slot], bytes: impl Fn(&S::Cell) -> &[u8]) {
    for slot in slots {
        black_box(cells.span(slot.index()));
    }
    for slot in slots {
        let cell = bytes(cells.at(slot.index()));
        black_box((cell.first(), cell.last()));
    }
}
