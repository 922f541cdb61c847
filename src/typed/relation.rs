//! Typed relations: what closures filter by, count and include.

use super::asked::Asked;
use super::chosen::Chosen;
use super::column::Col;
use super::computed::{Computed, Ranked, Summed};
use super::condition::{Assign, Condition, Order};
use super::field::Field;
use super::include::{Complete, Extent, Inclusion, Part, Place};
use super::model::{FieldsOf, Model, Of};
use super::project::Project;
use super::scope::At;
use crate::filter::Of::{Column, Rows};
use crate::filter::{Filter, Function, Quantifier};
use std::fmt;
use std::marker::PhantomData;

/// A relation of a model. A derived model has a type for each.
pub trait Relation: Sized + 'static {
    /// The model it starts from.
    type Source: Model;
    /// The model it leads to.
    type Target: Model;
    /// How many rows it leads to: [`ToMany`], [`ToOne`] or [`ToMaybe`].
    type Kind: super::include::Kind;
    /// Its name.
    const NAME: &'static str;
    /// Its place among the relations of its model.
    const PLACE: usize;
}

/// Of a relation that leads to any number of rows.
#[derive(Clone, Copy, Debug)]
pub struct ToMany;

/// Of a relation that leads to exactly one row: its key can't be null and is kept whole.
#[derive(Clone, Copy, Debug)]
pub struct ToOne;

/// Of a relation that leads to one row or none.
#[derive(Clone, Copy, Debug)]
pub struct ToMaybe;

/// Of the kinds that lead to one row at most.
#[diagnostic::on_unimplemented(
    message = "this relation leads to many rows",
    label = "ask it `some`, `every` or `none`"
)]
pub trait Single {}

/// Of the kind that leads to many rows.
#[diagnostic::on_unimplemented(
    message = "this relation leads to one row",
    label = "ask it `is` or `is_not`; it has no order, limit or count"
)]
pub trait Several {}

impl Several for ToMany {}
impl Single for ToOne {}
impl Single for ToMaybe {}

/// A relation of a model, to be included, counted or asked about.
///
/// `I` is what is included with its rows, and `X` whether it gives all of them ([`Complete`]) or only some
/// ([`Part`]).
#[must_use = "a relation does nothing until it's included or asked about"]
pub struct Related<R: Relation, I = <<R as Relation>::Target as Model>::Bare, X = Complete> {
    pub(super) asked: Asked,
    /// The table it starts from, where that's one of a join.
    pub(super) at: At,
    marker: Of<(R, I, X)>,
}

impl<R: Relation> Related<R> {
    pub(super) fn new(at: At) -> Related<R> {
        Related { asked: Asked::whole(), at, marker: PhantomData }
    }
}

impl<R: Relation, I, X> Related<R, I, X> {
    /// The same, when its type says something else.
    fn turned<J, Y>(self) -> Related<R, J, Y> {
        Related { asked: self.asked, at: self.at, marker: PhantomData }
    }

    /// Keeps rows that match; several filters must all hold. For each parent.
    pub fn filter(
        mut self,
        filter: impl FnOnce(FieldsOf<R::Target>) -> Condition<R::Target>,
    ) -> Related<R, I, Part> {
        self.asked.filter::<R::Target>(filter);
        self.turned()
    }

    /// Gives what `nested` leads to with each of its rows.
    pub fn include<N, F>(mut self, nested: F) -> Related<R, <N::Relation as Place<I, N::State>>::Placed, X>
    where
        N: Inclusion<R::Target>,
        F: FnOnce(FieldsOf<R::Target>) -> N,
        N::Relation: Place<I, N::State>,
    {
        self.asked.include(nested(R::Target::fields()));
        self.turned()
    }

    /// Gives each row as a struct that has some of the fields: see [`Project`].
    pub fn select_as<P: Project<R::Target>>(mut self) -> Chosen<R, P> {
        self.asked.leave_only(P::columns());
        Chosen::new(self.asked)
    }

    /// There is a row along the relation.
    pub fn exists(self) -> Condition<R::Source> {
        self.quantify(Quantifier::Some, None)
    }

    /// There is no row along the relation.
    pub fn absent(self) -> Condition<R::Source> {
        self.quantify(Quantifier::None, None)
    }

    fn quantify(self, quantifier: Quantifier, asked: Option<Condition<R::Target>>) -> Condition<R::Source> {
        let filter = asked.map(|condition| Box::new(condition.into_filter()));
        Condition::new(Filter::Relation { name: R::NAME.into(), quantifier, filter })
    }

    fn ask(
        self,
        quantifier: Quantifier,
        asked: impl FnOnce(FieldsOf<R::Target>) -> Condition<R::Target>,
    ) -> Condition<R::Source> {
        let condition = asked(R::Target::fields());
        self.quantify(quantifier, Some(condition))
    }
}

/// Of relations to many rows.
impl<R: Relation, I, X> Related<R, I, X> {
    /// At least one row along the relation matches.
    pub fn some(self, asked: impl FnOnce(FieldsOf<R::Target>) -> Condition<R::Target>) -> Condition<R::Source>
    where
        R::Kind: Several,
    {
        self.ask(Quantifier::Some, asked)
    }

    /// Every row along the relation matches; so it does when there are none.
    pub fn every(
        self,
        asked: impl FnOnce(FieldsOf<R::Target>) -> Condition<R::Target>,
    ) -> Condition<R::Source>
    where
        R::Kind: Several,
    {
        self.ask(Quantifier::Every, asked)
    }

    /// No row along the relation matches.
    pub fn none(self, asked: impl FnOnce(FieldsOf<R::Target>) -> Condition<R::Target>) -> Condition<R::Source>
    where
        R::Kind: Several,
    {
        self.ask(Quantifier::None, asked)
    }

    /// Orders by this, after what it's ordered by already. For each parent.
    pub fn order_by(mut self, order: impl FnOnce(FieldsOf<R::Target>) -> Order<R::Target>) -> Self
    where
        R::Kind: Several,
    {
        self.asked.order_by::<R::Target>(order);
        self
    }

    /// Gives at most this many rows for each parent.
    pub fn limit(mut self, rows: u64) -> Related<R, I, Part>
    where
        R::Kind: Several,
    {
        self.asked.select.limit = Some(rows);
        self.turned()
    }

    /// Leaves out this many rows first, for each parent.
    pub fn offset(mut self, rows: u64) -> Related<R, I, Part>
    where
        R::Kind: Several,
    {
        self.asked.select.offset = rows;
        self.turned()
    }

    /// Starts after the row with these values of the ordering columns, for each parent.
    pub fn after(
        mut self,
        cursor: impl FnOnce(FieldsOf<R::Target>) -> Assign<R::Target>,
    ) -> Related<R, I, Part>
    where
        R::Kind: Several,
    {
        self.asked.select.cursor = Some(cursor(R::Target::fields()).into_row());
        self.turned()
    }
}

/// What is made of the rows along a relation to many: to be included, compared, or ordered by. Filters hold;
/// a limit, an offset or a cursor is refused, and an order says nothing.
impl<R: Relation, I, X> Related<R, I, X> {
    // The kind is a parameter so that the compiler finds the method first, and then says what is wrong with it.

    /// How many rows there are.
    pub fn count<K: Several>(self) -> Computed<R::Source, i64, R>
    where
        R: Relation<Kind = K>,
    {
        Computed::along(self.asked.into_aggregate(R::NAME, Rows))
    }

    /// The sum of a column's values; `None` of none.
    pub fn sum<K: Several, T: Field<Scalar: Summed>>(
        self,
        column: impl FnOnce(FieldsOf<R::Target>) -> Col<R::Target, T>,
    ) -> Computed<R::Source, Option<<T::Scalar as Summed>::Sum>, R>
    where
        R: Relation<Kind = K>,
    {
        self.total(Function::Sum, column)
    }

    /// The mean of a column's values; `None` of none.
    pub fn avg<K: Several, T: Field<Scalar: Summed>>(
        self,
        column: impl FnOnce(FieldsOf<R::Target>) -> Col<R::Target, T>,
    ) -> Computed<R::Source, Option<<T::Scalar as Summed>::Mean>, R>
    where
        R: Relation<Kind = K>,
    {
        self.total(Function::Avg, column)
    }

    /// The least value of a column; `None` of none.
    pub fn min<K: Several, T: Field<Scalar: Ranked>>(
        self,
        column: impl FnOnce(FieldsOf<R::Target>) -> Col<R::Target, T>,
    ) -> Computed<R::Source, Option<T::Scalar>, R>
    where
        R: Relation<Kind = K>,
    {
        self.total(Function::Min, column)
    }

    /// The greatest value of a column; `None` of none.
    pub fn max<K: Several, T: Field<Scalar: Ranked>>(
        self,
        column: impl FnOnce(FieldsOf<R::Target>) -> Col<R::Target, T>,
    ) -> Computed<R::Source, Option<T::Scalar>, R>
    where
        R: Relation<Kind = K>,
    {
        self.total(Function::Max, column)
    }

    fn total<T, U>(
        self,
        function: Function,
        column: impl FnOnce(FieldsOf<R::Target>) -> Col<R::Target, T>,
    ) -> Computed<R::Source, U, R> {
        let of = Column(function, column(R::Target::fields()).named());
        Computed::along(self.asked.into_aggregate(R::NAME, of))
    }
}

/// Of relations to one row.
impl<R: Relation, I, X> Related<R, I, X> {
    /// The row it leads to matches.
    pub fn is(self, asked: impl FnOnce(FieldsOf<R::Target>) -> Condition<R::Target>) -> Condition<R::Source>
    where
        R::Kind: Single,
    {
        self.ask(Quantifier::Is, asked)
    }

    /// The row it leads to doesn't match, or there is none.
    pub fn is_not(
        self,
        asked: impl FnOnce(FieldsOf<R::Target>) -> Condition<R::Target>,
    ) -> Condition<R::Source>
    where
        R::Kind: Single,
    {
        self.ask(Quantifier::IsNot, asked)
    }
}

impl<R: Relation, I, X: Extent> Inclusion<R::Source> for Related<R, I, X> {
    type Relation = R;
    type State = <R::Kind as super::include::Kind>::State<R::Target, I, X>;

    fn add_to(self, asked: &mut Asked) {
        asked.place_rows(R::PLACE, R::NAME, self.asked);
    }
}

impl<R: Relation, I, X> fmt::Debug for Related<R, I, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(R::NAME).field("select", &self.asked.select).finish()
    }
}
