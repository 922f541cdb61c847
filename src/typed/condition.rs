//! Conditions, orders and assignments that know their model.

use super::nested::join;
use crate::expr::Expr;
use crate::filter::{Aggregate, Direction, Filter, Nulls, OrderBy};
use crate::flat::FlatOrder;
use crate::value::{Input, Row, Value};
use ecow::{EcoString, eco_format};
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
    by: By,
    direction: Direction,
    nulls: Option<Nulls>,
    model: PhantomData<fn() -> M>,
}

/// What is ordered by.
#[derive(Debug)]
enum By {
    Name(EcoString),
    Value(Expr),
    Along(Aggregate),
}

impl<M> Order<M> {
    fn new(by: By, direction: Direction) -> Order<M> {
        Order { by, direction, nulls: None, model: PhantomData }
    }

    pub(super) fn by_name(name: EcoString, direction: Direction) -> Order<M> {
        Order::new(By::Name(name), direction)
    }

    pub(super) fn by_value(expr: Expr, direction: Direction) -> Order<M> {
        Order::new(By::Value(expr), direction)
    }

    pub(super) fn along(aggregate: Aggregate, direction: Direction) -> Order<M> {
        Order::new(By::Along(aggregate), direction)
    }

    /// The order by name, and what its name stands for when it's no column.
    pub(super) fn into_order(self) -> (OrderBy, Option<Aggregate>) {
        let (name, aggregate) = match self.by {
            By::Name(name) => (name, None),
            By::Value(expr) => (eco_format!("{expr}"), None),
            By::Along(aggregate) => (aggregate.name(), Some(aggregate)),
        };
        (OrderBy { name, direction: self.direction, nulls: self.nulls }, aggregate)
    }

    /// The order of a flat query.
    pub(super) fn into_flat(self) -> FlatOrder {
        let expr = match self.by {
            By::Name(name) => Expr::Column(name),
            By::Value(expr) => expr,
            By::Along(aggregate) => Expr::Column(aggregate.name()),
        };
        FlatOrder { expr, direction: self.direction, nulls: self.nulls }
    }

    /// This order, nulls before all values.
    pub fn nulls_first(self) -> Order<M> {
        Order { nulls: Some(Nulls::First), ..self }
    }

    /// This order, nulls after all values.
    pub fn nulls_last(self) -> Order<M> {
        Order { nulls: Some(Nulls::Last), ..self }
    }
}

impl<M> fmt::Debug for Order<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.by, self.direction)
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

    /// What an order calls it, given a value.
    pub(super) fn named(name: EcoString, value: Value) -> Assign<M> {
        Assign { row: Row::new().set(name, value), model: PhantomData }
    }

    /// What is done along a relation.
    pub(super) fn written(relation: &'static str, write: impl Into<Input>) -> Assign<M> {
        Assign { row: Row::new().set(relation, write), model: PhantomData }
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
