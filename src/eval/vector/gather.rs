//! Cells of some rows, column by column.

use super::{Data, Vector};
use crate::column::chunked::Chunks;
use crate::column::spans::{Segment, SpansView};
use crate::column::{ColumnView, DataView};
use crate::id::Slot;
use crate::value::Type;
use std::borrow::Cow;

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
    let missing = Slot::any_none(slots);
    let nulls = (missing || column.nulls.is_some())
        .then(|| slots.iter().map(|slot| slot.is_none() || column.is_null(*slot)).collect());
    Vector { data, nulls }
}

fn fixed<T: Copy + Default, U>(cells: Chunks<'_, T>, slots: &[Slot], value: impl Fn(T) -> U) -> Vec<U> {
    let mut out = Vec::with_capacity(slots.len());
    cells.gather(slots, &mut out, value);
    out
}

fn spans<'a, S: Segment>(cells: SpansView<'a, S>, slots: &[Slot]) -> Vec<Cow<'a, S::Cell>>
where
    S::Cell: ToOwned,
{
    let mut out = Vec::with_capacity(slots.len());
    cells.gather(slots, &mut out, Cow::Borrowed);
    out
}
