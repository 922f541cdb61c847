//! Predicates over rows.
//!
//! # Glossary
//!
//! - *truth*: false, unknown or true as 0, 1 and 2, so that *and* is the least, *or* the greatest
//!   and *not* what is left of two.
//! - *term*: one part of a predicate's outermost *and*.
//! - *node*: a part of a predicate with its columns and operands looked up, for many rows.
//! - *batch*: at most 1,024 rows that a node answers for at once: a chunk of the table, or slots.
//! - *whole*: a relation filter answered for every row of its source at once, from the target's end.
//!
//! One row is answered straight from the [`Predicate`]; many rows are answered column by column, so
//! that a column's type is matched once a batch.

mod cells;
pub(crate) mod fault;
mod given;
mod node;
pub(crate) mod order;
mod reach;
mod row;
mod semi;
mod stored;
mod tester;
mod total;
mod valued;
pub(crate) mod vector;
mod walk;
mod whole;
mod words;

pub(crate) use given::truth_of;
pub(crate) use reach::reach;
pub(crate) use row::{along, truth};
pub(crate) use semi::Counter;
pub(crate) use tester::{Tester, ones};
pub(crate) use total::{Totals, compare_totals, list};
pub(crate) use valued::Valued;
pub(crate) use walk::{Flat, Route, Walk};

use crate::filter::Comparison;
use crate::id::{Slot, TableId};
use crate::predicate::Predicate;
use crate::store::Store;
use std::cmp::Ordering;

/// Not true of the row.
pub(crate) const FALSE: u8 = 0;
/// Neither true nor false of the row: a null was compared.
pub(crate) const UNKNOWN: u8 = 1;
/// True of the row.
pub(crate) const TRUE: u8 = 2;

/// Whether a predicate is true of one row; `None` when that is unknown. O(predicate), and the rows
/// that its relations lead to.
pub(crate) fn matches(store: &Store, table: TableId, predicate: &Predicate, slot: Slot) -> Option<bool> {
    match truth(store, table, predicate, slot) {
        FALSE => Some(false),
        UNKNOWN => None,
        _ => Some(true),
    }
}

/// Whether a comparison holds of an order.
#[inline]
pub(crate) fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Eq => order.is_eq(),
        Comparison::Ne => order.is_ne(),
        Comparison::Gt => order.is_gt(),
        Comparison::Gte => order.is_ge(),
        Comparison::Lt => order.is_lt(),
        Comparison::Lte => order.is_le(),
    }
}
