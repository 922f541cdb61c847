//! Which rows come after a cursor.

use crate::column::ColumnView;
use crate::eval::compare_totals;
use crate::eval::order::{Placing, compare_value};
use crate::id::Slot;
use crate::value::{Type, Value};
use std::cmp::Ordering;

/// A key of the order with the cursor's value.
pub(super) enum Mark<'a> {
    Column { column: ColumnView<'a>, placing: Placing, value: &'a Value },
    Computed { ty: &'a Type, placing: Placing, value: &'a Value },
}

/// Whether a row comes strictly after the cursor. `computed` gives the row's value under the key at a
/// place, where that is no column.
pub(super) fn is_after(marks: &[Mark<'_>], slot: Slot, computed: impl Fn(usize) -> Value) -> bool {
    for (nth, mark) in marks.iter().enumerate() {
        let order = match mark {
            Mark::Column { column, placing, value } => {
                placing.order(column.is_null(slot), value.is_null(), || {
                    compare_value(*column, slot, value.as_ref())
                })
            }
            Mark::Computed { ty, placing, value } => {
                let found = computed(nth);
                placing.order(found.is_null(), value.is_null(), || compare_totals(ty, &found, value))
            }
        };
        if order != Ordering::Equal {
            return order == Ordering::Greater;
        }
    }
    false
}
