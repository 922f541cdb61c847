//! Typed queries.

use super::asked::Asked;
use super::condition::{Assign, Condition, Order};
use super::database::Snapshot;
use super::group::Groups;
use super::include::{Inclusion, Place};
use super::join::Join;
use super::model::{FieldsOf, Model};
use super::page::{First, Page};
use super::pick::Picks;
use super::prepared::{Entire, Prepared};
use super::projection::{Selected, Selection};
use super::scope::{Group, Inside, Tuple, Ungrouped};
use super::side::Inner;
use crate::document::Limits;
use crate::error::{Error, ErrorKind, Result};
use crate::exec;
use crate::query::Query as Untyped;
use std::fmt;
use std::marker::PhantomData;

/// A query of the model `M`; `I` is what is included. Made by
/// [`Database::query`](super::Database::query) and [`Snapshot::query`].
///
/// The documented order of calls is filter, include, order_by, limit, then one that answers; any order
/// means the same.
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct Query<M: Model, I = <M as Model>::Bare> {
    source: Snapshot,
    asked: Asked,
    marker: PhantomData<fn() -> (M, I)>,
}

impl<M: Model> Query<M> {
    pub(super) fn on(source: Snapshot) -> Query<M> {
        Query { source, asked: Asked::whole(), marker: PhantomData }
    }
}

impl<M: Model, I> Query<M, I> {
    /// Keeps rows that match; several filters must all hold.
    pub fn filter(mut self, filter: impl FnOnce(FieldsOf<M>) -> Condition<M>) -> Self {
        self.asked.filter::<M>(filter);
        self
    }

    /// Gives the rows along a relation with each row, or how many there are.
    pub fn include<N, F>(mut self, nested: F) -> Query<M, <N::Relation as Place<I, N::State>>::Placed>
    where
        N: Inclusion<M>,
        F: FnOnce(FieldsOf<M>) -> N,
        N::Relation: Place<I, N::State>,
    {
        self.asked.include(nested(M::fields()));
        Query { source: self.source, asked: self.asked, marker: PhantomData }
    }

    /// Orders by this, after what the query is ordered by already. Without an order, rows come in
    /// insertion order.
    pub fn order_by(mut self, order: impl FnOnce(FieldsOf<M>) -> Order<M>) -> Self {
        self.asked.order_by::<M>(order);
        self
    }

    /// Gives at most this many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.asked.select.limit = Some(rows);
        self
    }

    /// Leaves out this many rows first.
    pub fn offset(mut self, rows: u64) -> Self {
        self.asked.select.offset = rows;
        self
    }

    /// Starts after the row with these values of the ordering columns: `.after(|b| b.id().at(last))`.
    pub fn after(mut self, cursor: impl FnOnce(FieldsOf<M>) -> Assign<M>) -> Self {
        self.asked.select.cursor = Some(cursor(M::fields()).into_row());
        self
    }

    /// Gives these parts only: one, a tuple of them, or with [`select_as`](Query::select_as) a struct. A part
    /// is a column, a relation, [parts of its rows](super::Related::select), or what is made of them.
    ///
    /// ```
    /// # use relata::typed::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # struct Book { #[relata(key, generated)] id: Id<Book>, title: String, year: i32 }
    /// # let db = Database::new::<Book>()?;
    /// # db.insert(NewBook { title: "Dune".into(), year: 1965 })?;
    /// let page = db.query::<Book>().select(|b| (b.title(), b.year())).all()?;
    /// assert_eq!(page.iter().collect::<Vec<_>>(), [("Dune", 1965)]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn select<S: Selection<M>>(self, columns: impl FnOnce(FieldsOf<M>) -> S) -> Selected<M, S> {
        Selected::new(self.source, self.asked, columns(M::fields()))
    }

    /// Makes one row of all rows that are equal in these columns: one, or a tuple of them. A limit, offset,
    /// cursor or `distinct` of the query is refused: those of the groups come after.
    pub fn group_by<K: Picks<Tuple>>(
        self,
        keys: impl FnOnce(<M as Model>::FieldsIn<Inside<Tuple>>) -> K,
    ) -> Groups<(Inner<M>,), K::Keys<Group>> {
        self.into_join().group_by(keys)
    }

    /// One row made of all that match: `.aggregate(|b| (count(), b.pages().sum()))`.
    ///
    /// # Errors
    /// As [`all`](Query::all), `invalid_query` where a limit, offset, cursor or `distinct` leaves rows out, and `out_of_range` for a sum that its type can't hold.
    pub fn aggregate<P: Picks<Group>>(
        self,
        pick: impl FnOnce(<M as Model>::FieldsIn<Inside<Ungrouped>>) -> P,
    ) -> Result<P::Owned> {
        self.into_join().aggregate(pick)
    }

    fn into_join(self) -> Join<(Inner<M>,)> {
        let source = self.source.clone();
        Join::of_query(source, self.into_untyped())
    }

    /// The rows, with everything included.
    ///
    /// # Errors
    /// `unknown_table` when the database isn't made of `M`, and a cursor that doesn't fit the order.
    pub fn all(self) -> Result<Page<M, I>> {
        let (snapshot, query) = self.bind()?;
        Ok(Page::new(exec::all(snapshot.store(), &query, Limits::none())?))
    }

    /// The first row.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn first(self) -> Result<Option<First<M, I>>> {
        let (snapshot, query) = self.bind()?;
        Ok(First::of(Page::new(exec::first(snapshot.store(), &query, Limits::none())?)))
    }

    /// The first row.
    ///
    /// # Errors
    /// As [`all`](Query::all), and `not_found` when there is none.
    pub fn one(self) -> Result<First<M, I>> {
        let missing = || {
            Error::new(ErrorKind::NotFound {
                table: M::TABLE.into(),
                columns: Vec::new(),
                values: Vec::new(),
            })
        };
        self.first()?.ok_or_else(missing)
    }

    /// Shows each row in order with everything included, a few at a time in buffers that are used again:
    /// faster than [`all`](Query::all), in no more memory than a few rows take.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn each(self, show: impl FnMut(M::Row<'_, I>)) -> Result<()> {
        self.prepare()?.each(show)
    }

    /// This query with its names resolved and its access chosen, to be answered many times.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn prepare(self) -> Result<Prepared<M, Entire<I>>> {
        let source = self.source.clone();
        Prepared::new(&source, &self.into_untyped(), Entire::new())
    }

    /// How many rows the query gives: limit, offset, cursor and distinct hold, and nothing is included. O(1)
    /// to O(rows that match); a cursor and distinct cost as much as [`all`](Query::all).
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn count(self) -> Result<u64> {
        let (snapshot, query) = self.bind()?;
        exec::count(snapshot.store(), &query, Limits::none())
    }

    /// Whether the query gives any row. O(rows up to the first).
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn exists(self) -> Result<bool> {
        let (snapshot, query) = self.bind()?;
        exec::exists(snapshot.store(), &query, Limits::none())
    }

    /// In words: how the rows are found and how many are expected.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn explain(self) -> Result<String> {
        let (snapshot, query) = self.bind()?;
        exec::explain(snapshot.store(), &query)
    }

    /// The query by name, bound to nothing.
    pub fn into_untyped(self) -> Untyped {
        let mut query = Untyped::of(M::TABLE);
        query.select = self.asked.select;
        query
    }

    pub(super) fn into_parts(self) -> (Snapshot, Asked) {
        (self.source, self.asked)
    }

    fn bind(self) -> Result<(crate::db::Snapshot, Untyped)> {
        self.source.require::<M>()?;
        let snapshot = self.source.untyped().clone();
        Ok((snapshot, self.into_untyped()))
    }
}

impl<M: Model, I> Clone for Query<M, I> {
    fn clone(&self) -> Self {
        Query { source: self.source.clone(), asked: self.asked.clone(), marker: PhantomData }
    }
}

impl<M: Model, I> fmt::Debug for Query<M, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(M::NAME).field("select", &self.asked.select).finish()
    }
}
