//! Conditions, orders and assignments that know their model.

use super::nested::join;
use crate::filter::{Filter, Nulls, OrderBy};
use crate::nested::Verbs;
use crate::value::{Input, Row, Value};
use ecow::EcoString;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Not;

/// Which rows of `M` are meant. Made by comparing a [`Col`](super::Col), or by asking a relation.
#[must_use = "a condition keeps nothing until a query is given it"]
pub struct Condition<M> {
    filter: Filter,
    model: PhantomData<fn() -> M>,
}

impl<M> Condition<M> {
    pub(super) fn new(filter: Filter) -> Condition<M> {
        Condition { filter, model: PhantomData }
    }

    /// A condition by name, which the compiler doesn't check: names and values are checked when the query
    /// runs.
    pub fn untyped(filter: Filter) -> Condition<M> {
        Condition::new(filter)
    }

    /// The condition by name.
    pub fn into_filter(self) -> Filter {
        self.filter
    }

    /// Both hold.
    pub fn and(self, other: Condition<M>) -> Condition<M> {
        Condition::new(self.filter.and(other.filter))
    }

    /// One of the two holds.
    pub fn or(self, other: Condition<M>) -> Condition<M> {
        Condition::new(self.filter.or(other.filter))
    }

    /// All of these hold; an empty list is ignored.
    pub fn all(conditions: impl IntoIterator<Item = Condition<M>>) -> Condition<M> {
        Condition::new(Filter::all(conditions.into_iter().map(Condition::into_filter)))
    }

    /// One of these holds; an empty list is ignored.
    pub fn any(conditions: impl IntoIterator<Item = Condition<M>>) -> Condition<M> {
        Condition::new(Filter::any(conditions.into_iter().map(Condition::into_filter)))
    }
}

/// The opposite; of what is unknown it is unknown too.
impl<M> Not for Condition<M> {
    type Output = Condition<M>;

    fn not(self) -> Condition<M> {
        Condition::new(!self.filter)
    }
}

impl<M> Clone for Condition<M> {
    fn clone(&self) -> Condition<M> {
        Condition::new(self.filter.clone())
    }
}

impl<M> fmt::Debug for Condition<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.filter, f)
    }
}

/// One part of an order of the rows of `M`. Made by [`Col::asc`](super::Col::asc) and
/// [`Col::desc`](super::Col::desc).
#[must_use = "an order does nothing until a query is given it"]
pub struct Order<M> {
    order: OrderBy,
    model: PhantomData<fn() -> M>,
}

impl<M> Order<M> {
    pub(super) fn new(order: OrderBy) -> Order<M> {
        Order { order, model: PhantomData }
    }

    pub(super) fn into_order(self) -> OrderBy {
        self.order
    }

    /// This order, nulls before all values.
    pub fn nulls_first(self) -> Order<M> {
        Order::new(OrderBy { nulls: Some(Nulls::First), ..self.order })
    }

    /// This order, nulls after all values.
    pub fn nulls_last(self) -> Order<M> {
        Order::new(OrderBy { nulls: Some(Nulls::Last), ..self.order })
    }
}

impl<M> fmt::Debug for Order<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.order.fmt(f)
    }
}

/// Columns of `M` and what they are given. Made by [`Col::set`](super::Col::set) and
/// [`Col::at`](super::Col::at); several are joined by [`and`](Assign::and).
#[must_use = "an assignment changes nothing by itself"]
pub struct Assign<M> {
    row: Row,
    model: PhantomData<fn() -> M>,
}

impl<M> Assign<M> {
    pub(super) fn new(column: &'static str, value: Value) -> Assign<M> {
        Assign { row: Row::new().set(column, value), model: PhantomData }
    }

    /// What is done along a relation.
    pub(super) fn along(relation: &'static str, verbs: Verbs) -> Assign<M> {
        Assign { row: Row::new().set(relation, verbs), model: PhantomData }
    }

    /// Both.
    pub fn and(self, other: Assign<M>) -> Assign<M> {
        Assign::all([self, other])
    }

    /// All of these.
    pub fn all(assigns: impl IntoIterator<Item = Assign<M>>) -> Assign<M> {
        let mut all: Vec<(EcoString, Input)> = Vec::new();
        for (name, input) in assigns.into_iter().flat_map(|assign| assign.row.into_pairs()) {
            let input = match all.iter_mut().find(|(other, _)| *other == name) {
                Some((_, first)) => join(first, input),
                None => Some(input),
            };
            all.extend(input.map(|input| (name, input)));
        }
        Assign { row: all.into_iter().collect(), model: PhantomData }
    }

    pub(super) fn into_row(self) -> Row {
        self.row
    }
}

impl<M> fmt::Debug for Assign<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.row.fmt(f)
    }
}
