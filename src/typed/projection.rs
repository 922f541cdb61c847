//! Queries that give some columns only.

use super::asked::Asked;
use super::column::Col;
use super::database::Snapshot;
use super::field::Field;
use super::model::Model;
use super::query::Query;
use super::view::{View, Views};
use crate::document::Limits;
use crate::error::Result;
use crate::exec;
use crate::query::Query as Untyped;
use crate::view;
use serde::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// Columns that a query gives instead of whole rows: one [`Col`], or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected of a `{M}`",
    label = "give a column of `{M}`, or a tuple of up to 12"
)]
pub trait Selection<M: Model>: Clone {
    /// What a row gives, texts borrowed.
    type Ref<'p>;
    /// What a row gives, owned.
    type Owned;
    /// The names of the columns.
    #[doc(hidden)]
    fn columns(&self) -> Vec<&'static str>;
    /// Reads a row.
    #[doc(hidden)]
    fn read<'p>(&self, view: View<'p>) -> Self::Ref<'p>;
    /// An owned copy of what was read.
    #[doc(hidden)]
    fn own(read: Self::Ref<'_>) -> Self::Owned;
}

impl<M: Model, T: Field> Selection<M> for Col<M, T> {
    type Ref<'p> = T::Ref<'p>;
    type Owned = T;

    fn columns(&self) -> Vec<&'static str> {
        vec![self.name]
    }

    fn read<'p>(&self, view: View<'p>) -> T::Ref<'p> {
        view.read::<T>(self.place)
    }

    fn own(read: T::Ref<'_>) -> T {
        T::own(read)
    }
}

/// Declares tuples of columns.
macro_rules! tuples {
    ($(($($name:ident $at:tt),*))*) => {$(
        impl<M: Model, $($name: Field),*> Selection<M> for ($(Col<M, $name>,)*) {
            type Ref<'p> = ($($name::Ref<'p>,)*);
            type Owned = ($($name,)*);

            fn columns(&self) -> Vec<&'static str> {
                vec![$(self.$at.name),*]
            }

            fn read<'p>(&self, view: View<'p>) -> Self::Ref<'p> {
                ($(view.read::<$name>(self.$at.place),)*)
            }

            fn own(read: Self::Ref<'_>) -> Self::Owned {
                ($($name::own(read.$at),)*)
            }
        }
    )*};
}

/// Calls a macro with the letters and places of tuples of up to 12.
macro_rules! arities {
    ($declare:ident) => {
        $declare! {
            (A 0)
            (A 0, B 1)
            (A 0, B 1, C 2)
            (A 0, B 1, C 2, D 3)
            (A 0, B 1, C 2, D 3, E 4)
            (A 0, B 1, C 2, D 3, E 4, F 5)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
        }
    };
}

pub(super) use arities;

arities!(tuples);

/// A query that gives some columns only. Made by [`Query::select`](super::Query::select).
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct Selected<M: Model, S> {
    source: Snapshot,
    asked: Asked,
    selection: S,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, S: Selection<M>> Selected<M, S> {
    pub(super) fn new(source: Snapshot, asked: Asked, selection: S) -> Selected<M, S> {
        Selected { source, asked, selection, model: PhantomData }
    }

    /// Keeps the first of the rows that are equal in all of these columns.
    pub fn distinct(mut self) -> Self {
        self.asked.distinct();
        self
    }

    /// The columns of all rows.
    ///
    /// # Errors
    /// As [`Query::all`](super::Query::all).
    pub fn all(self) -> Result<Projection<M, S>> {
        let page = answer::<M>(&self.source, self.asked)?;
        Ok(Projection { page, selection: self.selection, model: PhantomData })
    }

    /// The columns of the first row.
    ///
    /// # Errors
    /// As [`Query::all`](super::Query::all).
    pub fn first(mut self) -> Result<Option<S::Owned>> {
        self.asked.limit_to_first();
        Ok(self.all()?.to_vec().into_iter().next())
    }
}

impl<M: Model, S> fmt::Debug for Selected<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(M::NAME).field("select", &self.asked.select).finish()
    }
}

fn answer<M: Model>(source: &Snapshot, asked: Asked) -> Result<view::Page> {
    source.require::<M>()?;
    let mut query = Untyped::of(M::TABLE);
    query.select = asked.select;
    exec::all(source.untyped().store(), &query, Limits::none())
}

/// Some columns of the rows that answer a query, over the snapshot they were found in.
pub struct Projection<M, S> {
    page: view::Page,
    selection: S,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, S: Selection<M>> Projection<M, S> {
    /// The rows, texts borrowed.
    pub fn iter(&self) -> impl Iterator<Item = S::Ref<'_>> {
        let views = Views::of_page(&self.page).into_iter().flat_map(Views::iter);
        views.map(|view| self.selection.read(view))
    }

    /// Owned copies. O(cells).
    pub fn to_vec(&self) -> Vec<S::Owned> {
        self.iter().map(S::own).collect()
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

/// A list of objects, columns in declared order.
impl<M, S> Serialize for Projection<M, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> std::result::Result<T::Ok, T::Error> {
        self.page.serialize(serializer)
    }
}

impl<M, S> fmt::Debug for Projection<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.page.fmt(f)
    }
}

/// A struct with some fields of the model `M`. `#[derive(Project)]` makes it one.
///
/// ```
/// use relata::typed::{Database, Id, Model, Project};
///
/// #[derive(Model)]
/// struct Book {
///     #[relata(key, generated)]
///     id: Id<Book>,
///     title: String,
///     year: i32,
/// }
///
/// #[derive(Project, Debug, PartialEq)]
/// #[relata(of = Book)]
/// struct Title {
///     title: String,
/// }
///
/// let db = Database::new::<Book>()?;
/// db.insert(NewBook { title: "Dune".into(), year: 1965 })?;
/// let titles: Vec<Title> = db.query::<Book>().select_as()?;
/// assert_eq!(titles, [Title { title: "Dune".into() }]);
/// # Ok::<(), relata::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't made of columns of `{M}`",
    note = "add `#[derive(Project)]` and `#[relata(of = {M})]` to it"
)]
pub trait Project<M: Model>: Sized {
    /// The names of the columns.
    #[doc(hidden)]
    fn columns() -> Vec<&'static str>;
    /// An owned copy of a row's cells.
    #[doc(hidden)]
    fn project(view: View<'_>) -> Self;
}

impl<M: Model, I> Query<M, I> {
    /// Each row as a struct that has some of the fields: see [`Project`].
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn select_as<P: Project<M>>(self) -> Result<Vec<P>> {
        let (source, mut asked) = self.into_parts();
        asked.leave_only(P::columns());
        let page = answer::<M>(&source, asked)?;
        let views = Views::of_page(&page).into_iter().flat_map(Views::iter);
        Ok(views.map(P::project).collect())
    }
}
