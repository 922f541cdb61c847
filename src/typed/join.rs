//! Rows of several models side by side.

use super::condition::{Condition, Order};
use super::database::{Database, Snapshot};
use super::group::Groups;
use super::model::{Model, Of};
use super::pick::{Picked, Picks};
use super::relation::{Related, Relation};
use super::scope::{At, Group, Inside, Tuple, Ungrouped};
use super::side::{Beside, Inner, Outer, Places, Sides};
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::flat::{FlatPage, FlatQuery, JoinKind, On, alias};
use crate::query::Query;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// What closures about a joined table are given.
pub(super) type Beyond<M> = <M as Model>::FieldsIn<Inside<Tuple>>;

impl Database {
    /// A flat query from a model: its rows beside those of other models, grouped, computed. By name it's
    /// [`untyped().from`](crate::Database::from).
    pub fn from<M: Model>(&self) -> Join<(Inner<M>,)> {
        self.snapshot().from()
    }
}

impl Snapshot {
    /// A flat query from a model: its rows beside those of other models, grouped, computed. By name it's
    /// [`untyped().from`](crate::Snapshot::from).
    pub fn from<M: Model>(&self) -> Join<(Inner<M>,)> {
        Join::new(self.clone(), Vec::new())
    }
}

/// Rows of several models side by side. Made by [`Database::from`].
///
/// A join goes along a relation, `|u| u.posts()`, on which more can be asked by [`Related::on`]; or by an
/// `_on` method on any condition over the tables so far and the new one. A table can stand in it twice.
/// Closures are given the fields of the one table, or a tuple of those of each; the columns of a table
/// whose row may be missing are those of an `Option`.
///
/// ```
/// use relata::typed::{Database, Id, Model};
/// # #[derive(Model)]
/// # #[relata(has_many(books: Book::author))]
/// # struct Author { #[relata(key, generated)] id: Id<Author>, name: String }
/// # #[derive(Model)]
/// # struct Book {
/// #     #[relata(key, generated)] id: Id<Book>,
/// #     #[relata(belongs_to(author: Author))] author_id: Id<Author>,
/// #     title: String,
/// # }
/// # let db = Database::new::<(Author, Book)>()?;
/// # let frank = db.insert(NewAuthor::new("Frank"))?;
/// # db.insert(NewAuthor::new("Mary"))?;
/// # db.insert(NewBook::new(frank, "Dune"))?;
/// let page = db.from::<Author>().left_join(|a| a.books()).all()?;
/// let rows: Vec<_> = page.iter().map(|(author, book)| (author.name(), book.map(|b| b.title()))).collect();
/// assert_eq!(rows, [("Frank", Some("Dune")), ("Mary", None)]);
///
/// // Any condition, the same table twice, and some columns only.
/// let pairs = db
///     .from::<Author>()
///     .inner_join_on::<Author>(|a, other| a.id().lt(other.id()))
///     .select(|(a, other)| (a.name(), other.name()))
///     .all()?;
/// assert_eq!(pairs, [("Frank".to_owned(), "Mary".to_owned())]);
/// # Ok::<(), relata::Error>(())
/// ```
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct Join<S> {
    source: Snapshot,
    query: Result<FlatQuery>,
    places: Places,
    sides: Of<S>,
}

impl<M: Model> Join<(Inner<M>,)> {
    fn new(source: Snapshot, filters: Vec<Filter>) -> Join<(Inner<M>,)> {
        let name = At::joined(M::TABLE, 1, 2).source();
        let query = filters.into_iter().fold(FlatQuery::of(alias(M::TABLE, name)), FlatQuery::filter);
        let query = source.require::<M>().map(|()| query);
        Join { source, query, places: Places { shown: vec![1], next: 2 }, sides: PhantomData }
    }

    /// The rows that a query's filters let through.
    pub(super) fn of_query(source: Snapshot, query: Query) -> Join<(Inner<M>,)> {
        let left_out = query.select.leaves_out();
        let mut join = Join::new(source, query.select.filters);
        if let Some(option) = left_out {
            join.query = join.query.and(Err(Error::misplaced(option)));
        }
        join
    }
}

/// Which rows a join puts side by side: those that a relation leads to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't what a join goes along",
    label = "give a relation that nothing else is asked of",
    note = "what a join asks besides is said by `.on(...)`: `|u| u.posts().on(|p| p.score().gt(3))`",
    note = "a polymorphic relation is joined toward one of its models: `|c| c.subject().to::<Post>()`"
)]
pub trait Along {
    /// The relation.
    type Relation: Relation;
    /// Where it starts, and what else is asked.
    #[doc(hidden)]
    fn parts(self) -> (At, Option<Filter>);
}

impl<R: Relation> Along for Related<R> {
    type Relation = R;

    fn parts(self) -> (At, Option<Filter>) {
        (self.at, None)
    }
}

impl<R: Relation> Related<R> {
    /// In a join: what is asked of the rows along the relation besides. It belongs to the match: it takes
    /// no row from a side that is kept.
    pub fn on(self, asked: impl FnOnce(Beyond<R::Target>) -> Condition<Tuple>) -> Matching<R> {
        Matching::asking::<R::Target>(self.at, asked)
    }
}

/// A relation with what a join asks besides. Made by [`Related::on`].
#[derive(Debug)]
#[must_use = "it does nothing until it's joined along"]
pub struct Matching<R> {
    at: At,
    filter: Filter,
    relation: Of<R>,
}

impl<R> Matching<R> {
    pub(super) fn asking<M: Model>(at: At, asked: impl FnOnce(Beyond<M>) -> Condition<Tuple>) -> Matching<R> {
        let beyond = M::fields_in(at.following(M::TABLE));
        Matching { at, filter: asked(beyond).into_filter(), relation: PhantomData }
    }
}

impl<R: Relation> Along for Matching<R> {
    type Relation = R;

    fn parts(self) -> (At, Option<Filter>) {
        (self.at, Some(self.filter))
    }
}

/// The model that a relation leads to.
type TargetOf<L> = <<L as Along>::Relation as Relation>::Target;

/// Declares the joins, along a relation and on a condition.
macro_rules! joins {
    ($($(#[$doc:meta])* $along:ident, $on:ident, $kind:ident: $left:ty, $right:ident;)*) => {$(
        $(#[$doc])*
        pub fn $along<L: Along>(
            self,
            along: impl FnOnce(S::Fields<Tuple>) -> L,
        ) -> Join<<$left as Beside<$right<TargetOf<L>>>>::With>
        where
            $left: Beside<$right<TargetOf<L>>>,
        {
            self.join_along(JoinKind::$kind, along)
        }

        $(#[$doc])*
        /// The condition is over the tables so far and the new one.
        pub fn $on<M: Model>(
            self,
            on: impl FnOnce(S::Fields<Tuple>, Beyond<M>) -> Condition<Tuple>,
        ) -> Join<<$left as Beside<$right<M>>>::With>
        where
            $left: Beside<$right<M>>,
        {
            self.join_on::<M, _>(JoinKind::$kind, on)
        }
    )*};
}

impl<S: Sides> Join<S> {
    joins! {
        /// Puts rows beside those that match.
        inner_join, inner_join_on, Inner: S, Inner;
        /// Puts rows beside those that match, and none beside those that nothing matches.
        left_join, left_join_on, Left: S, Outer;
        /// Gives every row of the new table, beside those that match it or none.
        right_join, right_join_on, Right: S::Outer, Inner;
        /// Gives every row of either side, beside those that match it or none.
        full_join, full_join_on, Full: S::Outer, Outer;
    }

    /// Puts every row of another table beside every row.
    pub fn cross_join<M: Model>(self) -> Join<S::With>
    where
        S: Beside<Inner<M>>,
    {
        self.join::<M, _>(JoinKind::Inner, On::Always, true)
    }

    /// Keeps rows that match some row along a relation, each once.
    pub fn semi_join<L: Along>(self, along: impl FnOnce(S::Fields<Tuple>) -> L) -> Join<S> {
        self.join_along(JoinKind::Semi, along)
    }

    /// Keeps rows that match some row of another table, each once.
    pub fn semi_join_on<M: Model>(
        self,
        on: impl FnOnce(S::Fields<Tuple>, Beyond<M>) -> Condition<Tuple>,
    ) -> Join<S> {
        self.join_on::<M, _>(JoinKind::Semi, on)
    }

    /// Keeps rows that match no row along a relation.
    pub fn anti_join<L: Along>(self, along: impl FnOnce(S::Fields<Tuple>) -> L) -> Join<S> {
        self.join_along(JoinKind::Anti, along)
    }

    /// Keeps rows that match no row of another table.
    pub fn anti_join_on<M: Model>(
        self,
        on: impl FnOnce(S::Fields<Tuple>, Beyond<M>) -> Condition<Tuple>,
    ) -> Join<S> {
        self.join_on::<M, _>(JoinKind::Anti, on)
    }

    fn join_along<L: Along, T>(self, kind: JoinKind, along: impl FnOnce(S::Fields<Tuple>) -> L) -> Join<T> {
        let (at, filter) = along(S::fields(&self.places)).parts();
        let relation = at.named(L::Relation::NAME);
        let on = match filter {
            Some(filter) => On::Matching(relation, filter),
            None => On::Relation(relation),
        };
        self.join::<TargetOf<L>, T>(kind, on, !matches!(kind, JoinKind::Semi | JoinKind::Anti))
    }

    fn join_on<M: Model, T>(
        self,
        kind: JoinKind,
        on: impl FnOnce(S::Fields<Tuple>, Beyond<M>) -> Condition<Tuple>,
    ) -> Join<T> {
        let next = self.places.next;
        let beyond = M::fields_in(At::joined(M::TABLE, next, next.saturating_add(1)));
        let on = On::Filter(on(S::fields(&self.places), beyond).into_filter());
        self.join::<M, T>(kind, on, !matches!(kind, JoinKind::Semi | JoinKind::Anti))
    }

    fn join<M: Model, T>(mut self, kind: JoinKind, on: On, is_shown: bool) -> Join<T> {
        let place = self.places.next;
        self.places.next = place.saturating_add(1);
        if is_shown {
            self.places.shown.push(place);
        }
        let table = alias(M::TABLE, At::joined(M::TABLE, place, self.places.next).source());
        let known = self.source.require::<M>();
        let query = self.query.and_then(|query| known.map(|()| query.join(kind, table, on)));
        Join { source: self.source, query, places: self.places, sides: PhantomData }
    }

    /// Keeps rows that match; several filters must all hold.
    pub fn filter(mut self, filter: impl FnOnce(S::Fields<Tuple>) -> Condition<Tuple>) -> Self {
        let filter = filter(S::fields(&self.places)).into_filter();
        self.query = self.query.map(|query| query.filter(filter));
        self
    }

    /// Orders by this, after what the query is ordered by already. Without an order, rows come as those of
    /// the first table were inserted, for each of them as those of the second were, and so on.
    pub fn order_by(mut self, order: impl FnOnce(S::Fields<Tuple>) -> Order<Tuple>) -> Self {
        let order = order(S::fields(&self.places)).into_flat();
        if let Ok(query) = &mut self.query {
            query.order_by.push(order);
        }
        self
    }

    /// Gives at most this many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.query = self.query.map(|query| query.limit(rows));
        self
    }

    /// Leaves out this many rows first.
    pub fn offset(mut self, rows: u64) -> Self {
        self.query = self.query.map(|query| query.offset(rows));
        self
    }

    /// Gives these columns only: one, a tuple of up to 12, or those of a struct that derives
    /// [`Project`](super::Project).
    pub fn select<P: Picks<Tuple>>(self, pick: impl FnOnce(S::Fields<Tuple>) -> P) -> Picked<Tuple, P> {
        let picks = pick(S::fields(&self.places));
        Picked::new(self.source, self.query, &picks)
    }

    /// Makes one row of all that are equal in these columns: one, or a tuple of them.
    pub fn group_by<K: Picks<Tuple>>(
        self,
        keys: impl FnOnce(S::Fields<Tuple>) -> K,
    ) -> Groups<S, K::Keys<Group>> {
        let keys = keys(S::fields(&self.places));
        let mut query = self.query;
        for expr in keys.exprs() {
            query = query.map(|query| query.group_by_value(expr));
        }
        Groups::new(self.source, query, self.places, keys.keys())
    }

    /// One row made of all: `.aggregate(|b| (count(), b.pages().sum()))`.
    ///
    /// # Errors
    /// As [`all`](Join::all).
    pub fn aggregate<P: Picks<Group>>(
        self,
        pick: impl FnOnce(S::Fields<Ungrouped>) -> P,
    ) -> Result<P::Owned> {
        let groups = Groups::<S, ()>::new(self.source, self.query, self.places, ());
        groups.whole(pick)
    }

    /// The rows of each table, side by side.
    ///
    /// # Errors
    /// `unknown_table` when the database isn't made of one of the models.
    pub fn all(self) -> Result<Tuples<S>> {
        Ok(Tuples { page: self.query?.on(self.source.untyped()).all()?, sides: PhantomData })
    }

    /// Shows the rows of each table side by side, one tuple after the other: in no more memory than a block
    /// of them, unless they are ordered.
    ///
    /// # Errors
    /// As [`all`](Join::all).
    pub fn each(self, mut show: impl FnMut(S::Row<'_>)) -> Result<()> {
        self.query?.on(self.source.untyped()).each(|row| {
            if let Some(row) = S::row(row) {
                show(row);
            }
        })
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// As [`all`](Join::all).
    pub fn count(self) -> Result<u64> {
        self.query?.on(self.source.untyped()).count()
    }

    /// In words: how rows are found and joined, and how many are expected.
    ///
    /// # Errors
    /// As [`all`](Join::all).
    pub fn explain(self) -> Result<String> {
        self.query?.on(self.source.untyped()).explain()
    }

    /// The query by name, bound to nothing. A table is named by its place: `users#1`.
    ///
    /// # Errors
    /// As [`all`](Join::all).
    pub fn into_untyped(self) -> Result<FlatQuery> {
        self.query
    }
}

impl<S> fmt::Debug for Join<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}

/// Rows of several tables side by side, over the snapshot they were found in. Made by [`Join::all`].
pub struct Tuples<S> {
    page: FlatPage,
    sides: Of<S>,
}

impl<S: Sides> Tuples<S> {
    /// The rows: of one table the row, of several a tuple, with an `Option` for each that may be missing.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = S::Row<'_>> {
        self.page.iter().filter_map(S::row)
    }

    /// The row at a place, from 0. O(1).
    pub fn get(&self, at: usize) -> Option<S::Row<'_>> {
        self.page.get(at).and_then(S::row)
    }

    /// The first row. O(1).
    pub fn first(&self) -> Option<S::Row<'_>> {
        self.get(0)
    }

    /// How many rows there are. O(1).
    pub fn len(&self) -> usize {
        self.page.len()
    }

    /// Whether there are no rows. O(1).
    pub fn is_empty(&self) -> bool {
        self.page.is_empty()
    }
}

impl<S> Clone for Tuples<S> {
    fn clone(&self) -> Self {
        Tuples { page: self.page.clone(), sides: PhantomData }
    }
}

impl<S> fmt::Debug for Tuples<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.page.fmt(f)
    }
}

/// A list of rows, each of several tables as a list.
impl<S: Sides> Serialize for Tuples<S>
where
    for<'p> S::Row<'p>: Serialize,
{
    fn serialize<T: Serializer>(&self, serializer: T) -> std::result::Result<T::Ok, T::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        self.iter().try_for_each(|row| list.serialize_element(&row))?;
        list.end()
    }
}
