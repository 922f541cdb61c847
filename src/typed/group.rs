//! Groups of rows, and what is made of each.

use super::condition::{Condition, Order};
use super::database::Snapshot;
use super::model::Of;
use super::pick::{Picked, Picks};
use super::scope::{Group, Ungrouped};
use super::side::{Places, Sides};
use crate::error::{Error, ErrorKind, Result};
use crate::flat::FlatQuery;
use std::fmt;
use std::marker::PhantomData;

/// Groups of rows. Made by [`Join::group_by`](super::Join::group_by) and
/// [`Query::group_by`](super::Query::group_by).
///
/// Closures are given what rows are grouped by, and the fields of each table, whose columns a group gives
/// through an aggregate only.
///
/// ```
/// use relata::typed::{Database, Id, Model, Project, count};
/// # #[derive(Model)]
/// # struct Book { #[relata(key, generated)] id: Id<Book>, year: i32, pages: i32 }
/// # let db = Database::new::<Book>()?;
/// # db.insert_many([NewBook::new(1965, 412), NewBook::new(1815, 474), NewBook::new(1965, 100)])?;
/// let years = db
///     .query::<Book>()
///     .group_by(|b| b.year())
///     .having(|_, b| b.pages().max().gt(400))
///     .order_by(|year, _| year.desc())
///     .select(|year, b| (year, count(), b.pages().sum()))
///     .all()?;
/// assert_eq!(years, [(1965, 2, Some(512)), (1815, 1, Some(474))]);
///
/// // A struct whose columns are named.
/// #[derive(Project, Debug, PartialEq)]
/// struct Year {
///     year: i32,
///     books: i64,
/// }
/// let years = db.query::<Book>().group_by(|b| b.year()).select(|year, _| YearColumns { year, books: count() });
/// assert_eq!(years.first()?, Some(Year { year: 1965, books: 2 }));
/// # Ok::<(), relata::Error>(())
/// ```
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct Groups<S, K> {
    source: Snapshot,
    query: Result<FlatQuery>,
    places: Places,
    keys: K,
    sides: Of<S>,
}

impl<S: Sides, K: Clone> Groups<S, K> {
    pub(super) fn new(source: Snapshot, query: Result<FlatQuery>, places: Places, keys: K) -> Groups<S, K> {
        Groups { source, query, places, keys, sides: PhantomData }
    }

    /// Keeps groups that match; several filters must all hold.
    pub fn having(mut self, filter: impl FnOnce(K, S::Fields<Ungrouped>) -> Condition<Group>) -> Self {
        let filter = filter(self.keys.clone(), S::fields(&self.places)).into_filter();
        self.query = self.query.map(|query| query.having(filter));
        self
    }

    /// Orders by this, after what the groups are ordered by already. Without an order, groups come as their
    /// first rows do.
    pub fn order_by(mut self, order: impl FnOnce(K, S::Fields<Ungrouped>) -> Order<Group>) -> Self {
        let order = order(self.keys.clone(), S::fields(&self.places)).into_flat();
        if let Ok(query) = &mut self.query {
            query.order_by.push(order);
        }
        self
    }

    /// Gives at most this many groups.
    pub fn limit(mut self, groups: u64) -> Self {
        self.query = self.query.map(|query| query.limit(groups));
        self
    }

    /// Leaves out this many groups first.
    pub fn offset(mut self, groups: u64) -> Self {
        self.query = self.query.map(|query| query.offset(groups));
        self
    }

    /// What a group gives: what it's grouped by, aggregates, a tuple of up to 12 of these, or the columns
    /// of a struct that derives [`Project`](super::Project).
    pub fn select<P: Picks<Group>>(
        self,
        pick: impl FnOnce(K, S::Fields<Ungrouped>) -> P,
    ) -> Picked<Group, P> {
        let picks = pick(self.keys, S::fields(&self.places));
        Picked::new(self.source, self.query, &picks)
    }
}

impl<S: Sides> Groups<S, ()> {
    /// What all rows together give.
    pub(super) fn whole<P: Picks<Group>>(
        mut self,
        pick: impl FnOnce(S::Fields<Ungrouped>) -> P,
    ) -> Result<P::Owned> {
        let picks = pick(S::fields(&self.places));
        self.query = self.query.and_then(|mut query| {
            if query.limit.is_some() || query.offset > 0 {
                return Err(Error::misplaced(if query.limit.is_some() { "limit" } else { "offset" }));
            }
            // There is one row to order.
            query.order_by.clear();
            Ok(query)
        });
        let found = Picked::new(self.source, self.query, &picks).first()?;
        found.ok_or_else(|| {
            Error::new(ErrorKind::NotFound {
                table: "groups".into(),
                columns: Vec::new(),
                values: Vec::new(),
            })
        })
    }
}

impl<S, K> fmt::Debug for Groups<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}
