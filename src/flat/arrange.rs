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
pub(super) fn sorted(order: &[Key], batch: &Batch<'_, '_>, needed: usize) -> Result<Vec<u32>> {
    let mut keys = Vec::with_capacity(order.len());
    for key in order {
        keys.push(Placed { values: evaluate(&key.scalar, batch)?, placing: placing(key) });
    }
    if let [head, rest @ ..] = keys.as_slice()
        && head.values.is_whole()
    {
        return Ok(by_whole(head, rest, batch.len, needed));
    }
    Ok(first((0..batch.len as u32).collect(), needed, |a, b| compare(&keys, *a, *b)))
}

/// The order of two rows by keys, equals as they come.
fn compare(keys: &[Placed<'_>], a: u32, b: u32) -> Ordering {
    let (i, j) = (a as usize, b as usize);
    let orders = keys.iter().map(|key| {
        let values = &key.values;
        key.placing.order(values.is_null(i), values.is_null(j), || values.compare(i, values, j))
    });
    orders.fold(Ordering::Equal, Ordering::then).then(a.cmp(&b))
}

/// By an integer first, which is read once: its rank among nulls, itself, and the place.
fn by_whole(head: &Placed<'_>, rest: &[Placed<'_>], rows: usize, needed: usize) -> Vec<u32> {
    let Placed { values, placing } = head;
    let entry = |row: usize| {
        let (rank, key) = ranked(values, *placing, row);
        (rank, key, row as u32)
    };
    let entries: Vec<(u8, i64, u32)> = (0..rows).map(entry).collect();
    let order = |a: &(u8, i64, u32), b: &(u8, i64, u32)| {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| compare(rest, a.2, b.2))
    };
    first(entries, needed, order).into_iter().map(|(_, _, place)| place).collect()
}

/// Where an integer comes in an order: its rank among nulls, and itself as it ascends.
#[inline]
fn ranked(values: &Vector<'_>, placing: Placing, row: usize) -> (u8, i64) {
    match values.whole(row) {
        Some(value) => (1, if placing.descending { !value } else { value }),
        None => (if placing.nulls_first { 0 } else { 2 }, 0),
    }
}

/// The value in the first part of an order that no row may come after to be among the first.
pub(super) struct Bar<'p> {
    head: &'p Key,
    at: (u8, i64),
}

impl<'p> Bar<'p> {
    /// The bar of the only row of a batch; `None` for an order that isn't by an integer first.
    ///
    /// # Errors
    /// What the order's expression fails with.
    pub(super) fn new(head: &'p Key, batch: &Batch<'_, '_>) -> Result<Option<Bar<'p>>> {
        let values = evaluate(&head.scalar, batch)?;
        let at = |head: &Key| ranked(&values, placing(head), 0);
        Ok(values.is_whole().then(|| Bar { head, at: at(head) }))
    }

    /// The places of the rows that don't come after it. O(rows).
    ///
    /// # Errors
    /// As [`new`](Bar::new).
    pub(super) fn passed(&self, batch: &Batch<'_, '_>) -> Result<Vec<u32>> {
        let values = evaluate(&self.head.scalar, batch)?;
        let placing = placing(self.head);
        if let (Some(cells), 1) = (values.wholes(), self.at.0)
            && cells.len() == batch.len
        {
            let turn = if placing.descending { -1i64 } else { 0 };
            let passed = |(_, cell): &(u32, &i64)| **cell ^ turn <= self.at.1;
            return Ok((0u32..).zip(cells).filter(passed).map(|(at, _)| at).collect());
        }
        let passed = |row: &u32| ranked(&values, placing, *row as usize) <= self.at;
        Ok((0..batch.len as u32).filter(passed).collect())
    }
}

fn placing(key: &Key) -> Placing {
    Placing { descending: key.descending, nulls_first: key.nulls_first }
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
