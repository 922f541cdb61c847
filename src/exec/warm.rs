//! Reading ahead: the cells of a block of rows, column by column, before anybody asks for them row by
//! row. The loads of a column don't wait for each other, those of a row do.

use crate::column::chunked::Chunks;
use crate::column::spans::{Segment, SpansView};
use crate::column::{Column, DataView};
use crate::id::Slot;
use crate::plan::Level;
use crate::store::Store;
use crate::view::FoundLevel;
use std::hint::black_box;

/// Reads every cell of the rows of a block. Recursion is as deep as includes nest.
pub(super) fn warm(store: &Store, level: &Level, found: &FoundLevel) {
    let rows = store.table(level.table);
    for column in &level.columns {
        read(rows.column(*column), &found.slots);
    }
    for (include, nested) in level.includes.iter().zip(&found.includes) {
        warm(store, &include.level, &nested.rows);
    }
}

fn read(column: &Column, slots: &[Slot]) {
    match column.view().data {
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
