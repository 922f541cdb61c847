//! Cells as whole numbers: what counts and what tells the time is written without a value for each cell.

use super::bits::Bits;
use super::chunked::Chunked;
use super::{Column, Data, time};
use crate::delta::Kept;
use crate::id::Slot;
use crate::value::Value;
use std::hint::black_box;

/// A whole number or a time as a column holds it; `None` for null and for everything else.
pub(crate) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(v) => Some(*v),
        Value::Date(v) => Some(time::date_to_days(*v).into()),
        Value::Timestamp(v) => Some(time::timestamp_to_micros(*v)),
        Value::Timestamptz(v) => Some(time::instant_to_micros(*v)),
        _ => None,
    }
}

impl Column {
    /// The number at `slot`, `None` for a null and in a column of another kind. O(1).
    pub(crate) fn number(&self, slot: Slot) -> Option<i64> {
        if self.is_null(slot) { None } else { self.whole(slot) }
    }

    /// Reads the number at `slot`, null or not, so that it is near when it is asked for. O(1).
    pub(crate) fn number_ahead(&self, slot: Slot) {
        black_box(self.whole(slot));
    }

    /// What stands at `slot`, which for a null means nothing.
    #[inline]
    fn whole(&self, slot: Slot) -> Option<i64> {
        let at = slot.index();
        match &self.data {
            Data::Smallint(v) => Some(v.at(at).into()),
            Data::Int(v) | Data::Date(v) => Some(v.at(at).into()),
            Data::Integer(v) | Data::Timestamp(v) | Data::Timestamptz(v) => Some(v.at(at)),
            _ => None,
        }
    }

    /// Puts numbers that fit into cells of a column of whole numbers or times, and what those held in their
    /// place; `None` is null. O(cells).
    pub(crate) fn exchange(&mut self, cells: &mut [Kept]) {
        let nulls = self.nulls.as_mut();
        match &mut self.data {
            Data::Smallint(v) => exchange(v, nulls, cells),
            Data::Int(v) | Data::Date(v) => exchange(v, nulls, cells),
            Data::Integer(v) | Data::Timestamp(v) | Data::Timestamptz(v) => exchange(v, nulls, cells),
            _ => {}
        }
    }
}

fn exchange<T: Copy + Default + Into<i64> + TryFrom<i64>>(
    column: &mut Chunked<T>,
    mut nulls: Option<&mut Bits>,
    cells: &mut [Kept],
) {
    let mut exchange = |cell: &mut T, kept: &mut Kept| {
        let before = (*cell).into();
        *cell = kept.number.and_then(|number| T::try_from(number).ok()).unwrap_or_default();
        let was_null =
            nulls.as_mut().is_some_and(|nulls| nulls.replace(kept.slot.index(), kept.number.is_none()));
        kept.number = (!was_null).then_some(before);
    };
    // A counter of one row, which most statements change.
    if let [kept] = cells {
        if let Some(cell) = column.get_mut(kept.slot.index()) {
            exchange(cell, kept);
        }
        return;
    }
    column.each_mut(cells.iter_mut().map(|kept| (kept.slot.index(), kept)), exchange);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ColumnId, TableId};
    use crate::value::Type;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exchanging_is_setting_and_exchanging_again_undoes_it(
            held in vec(proptest::option::of(any::<i16>()), 1..3000),
            given in vec((any::<prop::sample::Index>(), proptest::option::of(any::<i16>())), 0..40),
        ) {
            for ty in [Type::Smallint, Type::Int, Type::Integer, Type::Date, Type::Timestamp, Type::Timestamptz] {
                let value = |number: Option<i16>| match (number.map(i64::from), &ty) {
                    (None, _) => Value::Null,
                    (Some(v), Type::Date) => Value::Date(time::days_to_date(v as i32)),
                    (Some(v), Type::Timestamp) => Value::Timestamp(time::micros_to_timestamp(v)),
                    (Some(v), Type::Timestamptz) => Value::Timestamptz(time::micros_to_instant(v)),
                    (Some(v), _) => Value::Integer(v),
                };
                let mut column = Column::new(&ty, true);
                held.iter().for_each(|v| column.push(&value(*v)));
                let mut model = column.clone();
                let before = column.clone();
                let mut cells: Vec<Kept> = Vec::new();
                for (at, v) in &given {
                    let slot = Slot::new(at.index(held.len()));
                    if cells.iter().all(|other| other.slot != slot) {
                        model.set(slot, &value(*v));
                        let (table, column) = (TableId::new(0), ColumnId::new(0));
                        cells.push(Kept { table, column, slot, number: number(&value(*v)) });
                    }
                }
                let same = |a: &Column, b: &Column| {
                    (0..held.len()).map(Slot::new).all(|at| {
                        a.get(at) == b.get(at) && a.number(at) == number(&b.get(at).to_value())
                    })
                };
                column.exchange(&mut cells);
                prop_assert!(same(&column, &model));
                column.exchange(&mut cells);
                prop_assert!(same(&column, &before));
            }
        }
    }
}
