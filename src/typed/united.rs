//! Union, intersection and difference of selected rows.

use super::condition::Order;
use super::database::Snapshot;
use super::model::Of;
use super::pick::{Picked, Picks, each};
use super::scope::Whole;
use crate::error::Result;
use crate::flat::FlatQuery;
use std::fmt;
use std::marker::PhantomData;

/// Rows of several queries put together. Made by [`Picked::union`] and its like.
///
/// Each query keeps its own order and limit; those given here are of the whole. All are asked of the
/// snapshot of the first.
///
/// ```
/// use relata::typed::{Database, Id, Model};
/// # #[derive(Model)] struct Author { #[relata(key, generated)] id: Id<Author>, name: String }
/// # #[derive(Model)] struct Editor { #[relata(key, generated)] id: Id<Editor>, name: String }
/// # let db = Database::new::<(Author, Editor)>()?;
/// # db.insert_many(["Frank", "Mary"].map(NewAuthor::new))?;
/// # db.insert_many(["Mary", "Ann"].map(NewEditor::new))?;
/// let authors = || db.from::<Author>().select(|a| a.name());
/// let editors = || db.from::<Editor>().select(|e| e.name());
/// assert_eq!(authors().union(editors()).order_by(|name| name.asc()).all()?, ["Ann", "Frank", "Mary"]);
/// assert_eq!(authors().intersect(editors()).all()?, ["Mary"]);
/// assert_eq!(authors().except(editors()).first()?, Some("Frank".to_owned()));
/// assert_eq!(authors().union_all(editors()).count()?, 4);
/// # Ok::<(), relata::Error>(())
/// ```
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct United<O, P> {
    source: Snapshot,
    query: Result<FlatQuery>,
    picks: Of<(O, P)>,
}

/// What can be united with other rows: [`Picked`] columns, or rows that were [`United`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't what rows are united with",
    label = "select columns of it: `.select(...)`"
)]
pub trait Unites {
    /// What a row gives, owned.
    type Row;
    /// The query by name.
    #[doc(hidden)]
    fn into_flat(self) -> Result<FlatQuery>;
}

impl<O, P: Picks<O>> Unites for Picked<O, P> {
    type Row = P::Owned;

    fn into_flat(self) -> Result<FlatQuery> {
        self.query
    }
}

impl<O, P: Picks<O>> Unites for United<O, P> {
    type Row = P::Owned;

    fn into_flat(self) -> Result<FlatQuery> {
        self.query
    }
}

/// Rows of the same columns: as many, of the same types, in the same order.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` can't be put together with rows of `{T}`",
    label = "gives rows of `{Self}`, and the query before it rows of `{T}`",
    note = "select as many columns on both sides, of the same types, in the same order"
)]
pub trait Alike<T> {}

#[diagnostic::do_not_recommend]
impl<T> Alike<T> for T {}

/// Declares the operations, of what was selected and of what was united.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl<O, P: Picks<O>> Picked<O, P> {$(
            $(#[$doc])*
            pub fn $name<U: Unites<Row: Alike<P::Owned>>>(self, other: U) -> United<O, P> {
                let query = self.query.and_then(|query| Ok(query.$name(other.into_flat()?)));
                United { source: self.source, query, picks: PhantomData }
            }
        )*}

        impl<O, P: Picks<O>> United<O, P> {$(
            $(#[$doc])*
            pub fn $name<U: Unites<Row: Alike<P::Owned>>>(self, other: U) -> United<O, P> {
                let query = self.query.and_then(|query| Ok(query.$name(other.into_flat()?)));
                United { query, ..self }
            }
        )*}
    };
}

operations! {
    /// The rows of either query, each once, in the order they come. O(rows).
    union;
    /// The rows of this query and then of the other. O(rows).
    union_all;
    /// The rows that both queries give, each once. O(rows).
    intersect;
    /// The rows that both queries give, as often as both do. O(rows).
    intersect_all;
    /// The rows that the other query doesn't give, each once. O(rows).
    except;
    /// The rows that the other query doesn't give as often, as often as is left. O(rows).
    except_all;
}

impl<O, P: Picks<O>> United<O, P> {
    /// Orders by this, after what the rows are ordered by already; the closure is given what was selected.
    pub fn order_by(mut self, order: impl FnOnce(P::Keys<Whole>) -> Order<Whole>) -> Self {
        let order = order(P::outputs()).into_flat();
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

    /// All rows, owned.
    ///
    /// # Errors
    /// As [`Picked::all`].
    pub fn all(self) -> Result<Vec<P::Owned>> {
        let mut all = Vec::new();
        self.each(|row| all.push(P::own(row)))?;
        Ok(all)
    }

    /// The first row, owned.
    ///
    /// # Errors
    /// As [`Picked::all`].
    pub fn first(mut self) -> Result<Option<P::Owned>> {
        if let Ok(query) = &mut self.query {
            query.limit = Some(query.limit.unwrap_or(1).min(1));
        }
        Ok(self.all()?.pop())
    }

    /// Shows each row in order, texts borrowed.
    ///
    /// # Errors
    /// As [`Picked::all`].
    pub fn each(self, show: impl FnMut(P::Ref<'_>)) -> Result<()> {
        each::<O, P>(&self.source, self.query?, show)
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// As [`Picked::all`].
    pub fn count(self) -> Result<u64> {
        self.query?.on(self.source.untyped()).count()
    }
}

impl<O, P> fmt::Debug for United<O, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}
