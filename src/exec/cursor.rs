//! Which rows come after a cursor.

use crate::column::ColumnView;
use crate::eval::order::{Placing, compare_value};
use crate::id::Slot;
use crate::value::Value;
use std::cmp::Ordering;

/// A key of the order with the cursor's value.
pub(super) enum Mark<'a> {
    Column { column: ColumnView<'a>, placing: Placing, value: &'a Value },
    Count { descending: bool, value: &'a Value },
}

/// Whether a row comes strictly after the cursor. `counts` gives the row's counts, one a key that is
/// a count, in their order.
pub(super) fn is_after(marks: &[Mark<'_>], slot: Slot, counts: impl Fn(usize) -> i64) -> bool {
    let mut nth = 0;
    for mark in marks {
        let order = match mark {
            Mark::Column { column, placing, value } => {
                placing.order(column.is_null(slot), value.is_null(), || {
                    compare_value(*column, slot, value.as_ref())
                })
            }
            Mark::Count { descending, value } => {
                let count = counts(nth);
                nth += 1;
                let placing = Placing { descending: *descending, nulls_first: *descending };
                placing
                    .order(false, value.is_null(), || count.cmp(&value.as_ref().as_i64().unwrap_or_default()))
            }
        };
        if order != Ordering::Equal {
            return order == Ordering::Greater;
        }
    }
    false
}
