//! Cells of some rows, column by column.

use super::{Data, Vector};
use crate::column::chunked::{Chunks, ROWS};
use crate::column::spans::{Segment, SpansView};
use crate::column::{ColumnView, DataView};
use crate::id::Slot;
use crate::value::Type;
use std::borrow::Cow;

/// Fewer rows than this aren't worth looking whether they follow each other.
const RUN_MIN: usize = 16;

/// The cells of a column at some slots; null where there is no row. `ty` is the column's. O(slots).
pub(crate) fn gather<'a>(column: ColumnView<'a>, ty: &Type, slots: &[Slot]) -> Vector<'a> {
    let data = match column.data {
        DataView::Boolean(v) => Data::Boolean(fixed(v, slots, |v| v)),
        DataView::Smallint(v) => Data::Integer(fixed(v, slots, i64::from)),
        DataView::Int(v) => Data::Integer(fixed(v, slots, i64::from)),
        DataView::Integer(v) => Data::Integer(fixed(v, slots, |v| v)),
        DataView::Float(v) => Data::Float(fixed(v, slots, |v| v)),
        DataView::Decimal(v) => Data::Decimal(fixed(v, slots, |v| v)),
        DataView::Text(v) => Data::Text(spans(v, slots)),
        DataView::Json(v) => Data::Json(spans(v, slots)),
        DataView::Bytes(v) => Data::Bytes(spans(v, slots)),
        DataView::Date(v) => Data::Date(fixed(v, slots, |v| v)),
        DataView::Timestamp(v) => Data::Timestamp(fixed(v, slots, |v| v)),
        DataView::Timestamptz(v) => Data::Timestamptz(fixed(v, slots, |v| v)),
        DataView::Uuid(v) => Data::Uuid(fixed(v, slots, |v| v)),
        DataView::Enum(v, labels) => {
            let labels = if let Type::Enum(same) = ty { same.clone() } else { labels.into() };
            Data::Label(fixed(v, slots, |v| v), labels)
        }
    };
    let missing = slots.iter().any(|slot| slot.is_none());
    let nulls = (missing || column.nulls.is_some())
        .then(|| slots.iter().map(|slot| slot.is_none() || column.is_null(*slot)).collect());
    Vector { data, nulls }
}

fn fixed<T: Copy + Default, U>(cells: Chunks<'_, T>, slots: &[Slot], value: impl Fn(T) -> U) -> Vec<U> {
    let Some(first) = run(slots) else {
        return slots.iter().map(|slot| value(cells.at(slot.index()))).collect();
    };
    // Neighbouring rows are copied chunk by chunk.
    let (mut at, end) = (first, first + slots.len());
    let mut out = Vec::with_capacity(slots.len());
    while at < end {
        let stop = end.min((at / ROWS + 1) * ROWS);
        let chunk = cells.chunk(at / ROWS);
        match chunk.get(at % ROWS..at % ROWS + stop - at) {
            Some(run) => out.extend(run.iter().map(|cell| value(*cell))),
            None => out.extend((at..stop).map(|at| value(cells.at(at)))),
        }
        at = stop;
    }
    out
}

/// The first of slots that follow each other.
fn run(slots: &[Slot]) -> Option<usize> {
    let first = slots.first()?.index();
    let follow = slots.iter().zip(first..).all(|(slot, at)| slot.index() == at);
    (follow && slots.len() >= RUN_MIN).then_some(first)
}

fn spans<'a, S: Segment>(cells: SpansView<'a, S>, slots: &[Slot]) -> Vec<Cow<'a, S::Cell>>
where
    S::Cell: ToOwned,
{
    slots.iter().map(|slot| Cow::Borrowed(cells.at(slot.index()))).collect()
}
