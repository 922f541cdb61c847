//! Orders of rows, and sort keys that tell most rows apart without reading their cells.

use crate::catalog::OrderInfo;
use crate::column::{ColumnView, DataView};
use crate::id::Slot;
use crate::table::Table;
use crate::value::{Value, ValueRef};
use std::cmp::Ordering;

/// A row to be sorted: where its first key places it, as far as 64 bits tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) key: u64,
    pub(crate) slot: Slot,
    /// The place it had before, which decides between equals.
    pub(crate) place: u32,
    /// 1 for a value, 0 or 2 for a null that comes before or after all values.
    pub(crate) rank: u8,
}

impl Entry {
    #[inline]
    pub(crate) fn coarse(&self, other: &Entry) -> Ordering {
        (self.rank, self.key).cmp(&(other.rank, other.key))
    }
}

/// How one key orders rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placing {
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

impl Placing {
    pub(crate) fn of(order: &OrderInfo) -> Placing {
        Placing { descending: order.descending, nulls_first: order.nulls_first }
    }

    /// An ascending order as this one.
    #[inline]
    pub(crate) fn turn(self, order: Ordering) -> Ordering {
        if self.descending { order.reverse() } else { order }
    }

    #[inline]
    fn null_rank(self) -> u8 {
        if self.nulls_first { 0 } else { 2 }
    }

    /// The order of two cells that may be null, the values' order given.
    #[inline]
    pub(crate) fn order(self, a_null: bool, b_null: bool, values: impl FnOnce() -> Ordering) -> Ordering {
        let rank = |null| if null { self.null_rank() } else { 1 };
        match (a_null, b_null) {
            (false, false) => self.turn(values()),
            _ => rank(a_null).cmp(&rank(b_null)),
        }
    }
}

/// Appends an entry for each slot; the first has the place `place`. Says whether the keys tell
/// everything. The column's type is matched once.
pub(crate) fn of_column(
    column: ColumnView<'_>,
    placing: Placing,
    slots: &[Slot],
    place: usize,
    out: &mut Vec<Entry>,
) -> bool {
    let mut push = |key: &dyn Fn(usize) -> u64| append(column, placing, slots, place, out, key);
    match column.data {
        DataView::Boolean(v) => push(&|at| v.at(at).into()),
        DataView::Smallint(v) => push(&|at| signed(v.at(at).into())),
        DataView::Int(v) | DataView::Date(v) => push(&|at| signed(v.at(at).into())),
        DataView::Integer(v) | DataView::Timestamp(v) | DataView::Timestamptz(v) => {
            append(column, placing, slots, place, out, |at| signed(v.at(at)));
        }
        DataView::Float(v) => push(&|at| float(v.at(at))),
        DataView::Enum(v, _) => push(&|at| v.at(at).into()),
        DataView::Uuid(v) => push(&|at| (v.at(at) >> 64) as u64),
        DataView::Text(v) | DataView::Json(v) => push(&|at| start(v.at(at).as_bytes())),
        DataView::Bytes(v) => push(&|at| start(v.at(at))),
        DataView::Decimal(_) => push(&|_| 0),
    }
    !matches!(
        column.data,
        DataView::Uuid(_) | DataView::Text(_) | DataView::Json(_) | DataView::Bytes(_) | DataView::Decimal(_)
    )
}

/// Appends an entry for each count.
pub(crate) fn of_counts(counts: &[i64], descending: bool, slots: &[Slot], out: &mut Vec<Entry>) {
    out.extend(slots.iter().zip(counts).enumerate().map(|(place, (slot, count))| {
        let key = if descending { !signed(*count) } else { signed(*count) };
        Entry { key, slot: *slot, place: place as u32, rank: 1 }
    }));
}

/// Appends an entry for each value; their keys tell only where nulls go.
pub(crate) fn of_values(values: &[Value], placing: Placing, slots: &[Slot], out: &mut Vec<Entry>) {
    out.extend(slots.iter().zip(values).enumerate().map(|(place, (slot, value))| {
        let rank = if value.is_null() { placing.null_rank() } else { 1 };
        Entry { key: 0, slot: *slot, place: place as u32, rank }
    }));
}

#[inline(always)]
fn append(
    column: ColumnView<'_>,
    placing: Placing,
    slots: &[Slot],
    place: usize,
    out: &mut Vec<Entry>,
    key: impl Fn(usize) -> u64,
) {
    let flip = if placing.descending { u64::MAX } else { 0 };
    out.extend(slots.iter().enumerate().map(|(at, slot)| {
        let place = (place + at) as u32;
        if column.is_null(*slot) {
            return Entry { key: 0, slot: *slot, place, rank: placing.null_rank() };
        }
        Entry { key: key(slot.index()) ^ flip, slot: *slot, place, rank: 1 }
    }));
}

/// The same order, unsigned.
#[inline(always)]
fn signed(value: i64) -> u64 {
    value as u64 ^ 1 << 63
}

/// The same order, unsigned: `-0 = 0`, `NaN` above all.
#[inline(always)]
fn float(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The first eight bytes.
#[inline(always)]
fn start(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = bytes.len().min(8);
    first[..len].copy_from_slice(&bytes[..len]);
    u64::from_be_bytes(first)
}

/// The order of two cells of a column, neither null: enums as declared, everything else by value.
pub(crate) fn compare_cells(column: ColumnView<'_>, a: Slot, b: Slot) -> Ordering {
    let (i, j) = (a.index(), b.index());
    match column.data {
        DataView::Enum(v, _) => v.at(i).cmp(&v.at(j)),
        DataView::Text(v) => v.at(i).cmp(v.at(j)),
        DataView::Integer(v) | DataView::Timestamp(v) | DataView::Timestamptz(v) => v.at(i).cmp(&v.at(j)),
        _ => column.get(a).cmp(&column.get(b)),
    }
}

/// The order of a cell against a value of the column's type, neither null.
pub(crate) fn compare_value(column: ColumnView<'_>, slot: Slot, value: ValueRef<'_>) -> Ordering {
    match (column.data, value) {
        (DataView::Enum(v, labels), ValueRef::Text(label)) => {
            let place = labels.iter().position(|other| other == label).unwrap_or(labels.len());
            usize::from(v.at(slot.index())).cmp(&place)
        }
        _ => column.get(slot).cmp(&value),
    }
}

/// Brings rows of a table into an order, equals as they are. O(rows x log).
pub(crate) fn sort_rows(table: &Table, order: &[OrderInfo], slots: &mut [Slot]) {
    let key = |order: &OrderInfo| (table.column(order.column).view(), Placing::of(order));
    let keys: Vec<(ColumnView<'_>, Placing)> = order.iter().map(key).collect();
    slots.sort_by(|a, b| {
        let orders = keys.iter().map(|(column, placing)| compare_placed(*column, *placing, *a, *b));
        orders.fold(Ordering::Equal, Ordering::then)
    });
}

/// The order of two cells of a column that may be null.
pub(crate) fn compare_placed(column: ColumnView<'_>, placing: Placing, a: Slot, b: Slot) -> Ordering {
    placing.order(column.is_null(a), column.is_null(b), || compare_cells(column, a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_order_as_values_do(a: f64, b: f64, i: i64, j: i64, s: String, t: String) {
            let floats = ValueRef::Float(a).cmp(&ValueRef::Float(b));
            prop_assert_eq!(float(a).cmp(&float(b)), floats);
            prop_assert_eq!(signed(i).cmp(&signed(j)), i.cmp(&j));
            let (x, y) = (start(s.as_bytes()), start(t.as_bytes()));
            prop_assert!(x == y || x.cmp(&y) == s.cmp(&t));
        }
    }

    #[test]
    fn zeros_are_equal_and_nothing_is_above_nan() {
        assert_eq!(float(-0.0), float(0.0));
        assert!(float(f64::NAN) > float(f64::INFINITY));
        assert!(float(f64::NEG_INFINITY) < float(f64::MIN));
        assert_eq!(float(f64::NAN), float(-f64::NAN));
    }
}
