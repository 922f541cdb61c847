//! Cells of a result: where they are, and how they are read.

use crate::column::{ColumnView, DataView};
use crate::id::{ColumnId, Slot, TableId};
use crate::store::Store;
use crate::value::{Value, ValueRef};

/// The cells of a column of the result.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    /// They stand in the rows of a source.
    Stored {
        source: usize,
        table: TableId,
        column: ColumnId,
    },
    Values(Vec<Value>),
}

impl Cells {
    /// The cell of a row; `slots` are the rows of each source.
    #[inline]
    pub(super) fn at<'p>(&'p self, store: &'p Store, slots: &[Vec<Slot>], at: usize) -> ValueRef<'p> {
        match self {
            Cells::Values(values) => values.get(at).map(Value::as_ref).unwrap_or_default(),
            Cells::Stored { source, table, column } => {
                match slots.get(*source).and_then(|slots| slots.get(at)).and_then(|slot| slot.some()) {
                    Some(slot) => store.table(*table).column(*column).get(slot),
                    None => ValueRef::Null,
                }
            }
        }
    }
}

/// What `take` makes of the cells of a column at some slots, or the first of which it makes nothing;
/// `of_integer` and `of_text` refuse none. The column's type is matched once. O(slots).
#[inline]
pub(super) fn stored<'p, T>(
    view: ColumnView<'p>,
    slots: &[Slot],
    take: impl Fn(ValueRef<'p>) -> Option<T>,
    of_integer: Option<fn(i64) -> T>,
    of_text: Option<fn(&'p str) -> T>,
) -> Result<Vec<T>, ValueRef<'p>> {
    let mut all = Vec::with_capacity(slots.len());
    /// Reads every cell, where all are there and none is null.
    macro_rules! read {
        ($cells:expr, $value:expr) => {
            $cells.try_blocks(slots, |cells| {
                cells.iter().try_for_each(|cell| {
                    let value: ValueRef<'p> = $value(*cell);
                    take(value).ok_or(value).map(|value| all.push(value))
                })
            })?
        };
    }
    let whole = view.nulls.is_none() && !Slot::any_none(slots);
    match view.data {
        DataView::Integer(cells) if whole => match of_integer {
            Some(value) => cells.gather(slots, &mut all, value),
            None => read!(cells, ValueRef::Integer),
        },
        DataView::Int(cells) if whole => read!(cells, |cell: i32| ValueRef::Integer(cell.into())),
        DataView::Float(cells) if whole => read!(cells, ValueRef::Float),
        DataView::Boolean(cells) if whole => read!(cells, ValueRef::Boolean),
        DataView::Decimal(cells) if whole => read!(cells, ValueRef::Decimal),
        DataView::Text(cells) if whole => match of_text {
            Some(value) => cells.gather(slots, &mut all, value),
            None => cells.try_each(slots, |text| {
                let value = ValueRef::Text(text);
                take(value).ok_or(value).map(|value| all.push(value))
            })?,
        },
        _ => {
            for slot in slots {
                let value = if slot.is_none() { ValueRef::Null } else { view.get(*slot) };
                all.push(take(value).ok_or(value)?);
            }
        }
    }
    Ok(all)
}
