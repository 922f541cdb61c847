//! Order, distinct, offset and limit of what a query has found.

use super::plan::Planned;
use super::resolve::Key;
use crate::error::Result;
use crate::eval::order::Placing;
use crate::eval::vector::{Batch, Vector, evaluate};
use crate::value::Value;
use std::cmp::Ordering;
use std::collections::HashSet;

/// A part of an order with its values.
struct Placed<'a> {
    values: Vector<'a>,
    placing: Placing,
}

/// The places of the rows that a query gives, in its order; `None` when that's all as they are. O(rows),
/// and O(rows x log) where they are ordered.
///
/// # Errors
/// What an expression of the order fails with.
pub(super) fn places(planned: &Planned, batch: &Batch<'_, '_>) -> Result<Option<Vec<u32>>> {
    let (offset, needed, rows) = (planned.offset, planned.needed(), batch.len);
    if planned.order.is_empty() {
        if offset == 0 && needed >= rows {
            return Ok(None);
        }
        let to = needed.min(rows);
        return Ok(Some((offset.min(to) as u32..to as u32).collect()));
    }
    let mut places = sorted(&planned.order, batch, needed)?;
    places.truncate(needed);
    places.drain(..offset.min(places.len()));
    Ok(Some(places))
}

/// The places of the first rows in order; equals stay as they come.
fn sorted(order: &[Key], batch: &Batch<'_, '_>, needed: usize) -> Result<Vec<u32>> {
    let mut keys = Vec::with_capacity(order.len());
    for key in order {
        let placing = Placing { descending: key.descending, nulls_first: key.nulls_first };
        keys.push(Placed { values: evaluate(&key.scalar, batch)?, placing });
    }
    if let [Placed { values, placing }] = keys.as_slice()
        && values.is_whole()
        && values.nulls.is_none()
    {
        return Ok(whole(values, *placing, batch.len, needed));
    }
    let compare = |a: &u32, b: &u32| {
        let (i, j) = (*a as usize, *b as usize);
        let orders = keys.iter().map(|key| {
            let values = &key.values;
            key.placing.order(values.is_null(i), values.is_null(j), || values.compare(i, values, j))
        });
        orders.fold(Ordering::Equal, Ordering::then).then(a.cmp(b))
    };
    Ok(first((0..batch.len as u32).collect(), needed, compare))
}

/// By one integer: pairs of it and the place, so that the vector is read once.
fn whole(values: &Vector<'_>, placing: Placing, rows: usize, needed: usize) -> Vec<u32> {
    let key = |row: usize| {
        let value = values.whole(row).unwrap_or_default();
        if placing.descending { !value } else { value }
    };
    let pairs: Vec<(i64, u32)> = (0..rows).map(|row| (key(row), row as u32)).collect();
    first(pairs, needed, Ord::cmp).into_iter().map(|(_, place)| place).collect()
}

fn first<T: Copy>(mut all: Vec<T>, needed: usize, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    if needed < all.len() / 2 {
        all.select_nth_unstable_by(needed, &compare);
        all.truncate(needed);
    }
    all.sort_unstable_by(compare);
    all
}

/// The places of the first of rows that are equal in all columns.
pub(super) fn distinct(columns: &[Vec<Value>], rows: usize) -> Vec<u32> {
    let mut seen: HashSet<Vec<&Value>> = HashSet::with_capacity(rows);
    (0..rows as u32).filter(|row| seen.insert(row_of(columns, *row as usize))).collect()
}

/// One row of some columns.
pub(super) fn row_of(columns: &[Vec<Value>], row: usize) -> Vec<&Value> {
    columns.iter().filter_map(|column| column.get(row)).collect()
}

/// The values at some places.
pub(super) fn pick(column: Vec<Value>, places: &[u32]) -> Vec<Value> {
    places.iter().map(|at| column.get(*at as usize).cloned().unwrap_or_default()).collect()
}
