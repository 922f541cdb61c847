//! Queries that give parts of rows only.

use super::asked::Asked;
use super::chosen::Chosen;
use super::column::Col;
use super::computed::Computed;
use super::database::Snapshot;
use super::field::Field;
use super::include::{Inclusion, State};
use super::model::Model;
use super::polymorphic::{OneOf, PolymorphicRelation};
use super::prepared::{Prepared, Reads};
use super::relation::{Related, Relation};
use super::view::{View, Views};
use crate::document::Limits;
use crate::error::Result;
use crate::exec;
use crate::query::Query as Untyped;
use crate::view;
use serde::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// One part of what a query gives instead of whole rows: a [`Col`], a relation, parts of its rows by
/// [`Related::select`](super::Related::select), or what is made of them by `count` or `sum`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected of `{M}`",
    label = "give a column of `{M}`, a relation, or its `.count()` or `.sum(...)`"
)]
pub trait Selectable<M: Model> {
    /// What a row gives, texts borrowed.
    type Ref<'p>;
    /// What a row gives, owned.
    type Owned;
    /// Where it is found.
    #[doc(hidden)]
    type Place: Copy;
    /// How many includes it is.
    #[doc(hidden)]
    const ROWS: usize;
    /// How many values made of rows it is.
    #[doc(hidden)]
    const COUNTS: usize;
    /// Asks for it.
    #[doc(hidden)]
    fn ask(self, asked: &mut Asked) -> Self::Place;
    /// Reads it of a row, where it's the include at place `rows` or the value at place `counts`.
    #[doc(hidden)]
    fn read(place: Self::Place, view: View<'_>, rows: usize, counts: usize) -> Self::Ref<'_>;
    /// An owned copy of what was read.
    #[doc(hidden)]
    fn own(read: Self::Ref<'_>) -> Self::Owned;
}

/// What a query gives instead of whole rows: one [`Selectable`], or a tuple of up to 12.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected of `{M}`",
    label = "give a column of `{M}`, or a tuple of up to 12"
)]
pub trait Selection<M: Model>: 'static {
    /// What a row gives, texts borrowed.
    type Ref<'p>;
    /// What a row gives, owned.
    type Owned;
    /// Where its parts are found.
    #[doc(hidden)]
    type Places: Copy;
    /// Asks for its parts.
    #[doc(hidden)]
    fn ask(self, asked: &mut Asked) -> Self::Places;
    /// Reads a row.
    #[doc(hidden)]
    fn read(places: Self::Places, view: View<'_>) -> Self::Ref<'_>;
    /// An owned copy of what was read.
    #[doc(hidden)]
    fn own(read: Self::Ref<'_>) -> Self::Owned;
}

impl<M: Model, T: Field> Selectable<M> for Col<M, T> {
    type Ref<'p> = T::Ref<'p>;
    type Owned = T;
    type Place = usize;
    const ROWS: usize = 0;
    const COUNTS: usize = 0;

    fn ask(self, asked: &mut Asked) -> usize {
        asked.pick(self.name);
        self.place
    }

    #[inline]
    fn read(place: usize, view: View<'_>, _: usize, _: usize) -> T::Ref<'_> {
        view.read::<T>(place)
    }

    fn own(read: T::Ref<'_>) -> T {
        T::own(read)
    }
}

/// Declares what can be included to be a part too, and each of them alone a selection.
macro_rules! parts {
    ($([$($bounds:tt)*] $part:ty: $source:ty;)*) => {$(
        impl<$($bounds)*> Selectable<$source> for $part
        where
            $part: Inclusion<$source>,
        {
            type Ref<'p> = <<$part as Inclusion<$source>>::State as State>::Given<'p>;
            type Owned = <<$part as Inclusion<$source>>::State as State>::Owned;
            type Place = ();
            const ROWS: usize = <$part as Inclusion<$source>>::State::ROWS;
            const COUNTS: usize = <$part as Inclusion<$source>>::State::COUNTS;

            fn ask(self, asked: &mut Asked) {
                self.add_to(asked);
            }

            #[inline]
            fn read(_: (), view: View<'_>, rows: usize, counts: usize) -> Self::Ref<'_> {
                <$part as Inclusion<$source>>::State::given(view, rows, counts)
            }

            fn own(read: Self::Ref<'_>) -> Self::Owned {
                <$part as Inclusion<$source>>::State::own(read)
            }
        }

        alone! { [$($bounds)*] $part: $source; }
    )*};
}

/// Declares that a part alone is a selection.
macro_rules! alone {
    ($([$($bounds:tt)*] $part:ty: $source:ty;)*) => {$(
        impl<$($bounds)*> Selection<$source> for $part
        where
            $part: Selectable<$source> + 'static,
        {
            type Ref<'p> = <$part as Selectable<$source>>::Ref<'p>;
            type Owned = <$part as Selectable<$source>>::Owned;
            type Places = <$part as Selectable<$source>>::Place;

            fn ask(self, asked: &mut Asked) -> Self::Places {
                Selectable::ask(self, asked)
            }

            #[inline]
            fn read(places: Self::Places, view: View<'_>) -> Self::Ref<'_> {
                <$part as Selectable<$source>>::read(places, view, 0, 0)
            }

            fn own(read: Self::Ref<'_>) -> Self::Owned {
                <$part as Selectable<$source>>::own(read)
            }
        }
    )*};
}

pub(super) use alone;

parts! {
    [R: Relation, I, X] Related<R, I, X>: R::Source;
    [R: Relation, P] Chosen<R, P>: R::Source;
    [R: Relation, T] Computed<R::Source, T, R>: R::Source;
    [R: PolymorphicRelation, I] OneOf<R, I>: R::Source;
}

alone! { [M: Model, T: Field] Col<M, T>: M; }

/// Declares tuples of parts.
macro_rules! tuples {
    ($(($($name:ident $at:tt),*))*) => {$(
        impl<M: Model, $($name: Selectable<M> + 'static),*> Selection<M> for ($($name,)*) {
            type Ref<'p> = ($($name::Ref<'p>,)*);
            type Owned = ($($name::Owned,)*);
            type Places = ($($name::Place,)*);

            fn ask(self, asked: &mut Asked) -> Self::Places {
                ($(self.$at.ask(asked),)*)
            }

            #[inline]
            fn read(places: Self::Places, view: View<'_>) -> Self::Ref<'_> {
                let (mut rows, mut counts) = (0, 0);
                let read = ($({
                    let at = (rows, counts);
                    (rows, counts) = (rows + $name::ROWS, counts + $name::COUNTS);
                    $name::read(places.$at, view, at.0, at.1)
                },)*);
                let _ = (rows, counts);
                read
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

/// A query that gives parts of rows only. Made by [`Query::select`](super::Query::select).
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct Selected<M: Model, S: Selection<M>> {
    source: Snapshot,
    asked: Asked,
    places: S::Places,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, S: Selection<M>> Selected<M, S> {
    pub(super) fn new(source: Snapshot, mut asked: Asked, selection: S) -> Selected<M, S> {
        asked.leave_only(Vec::new());
        let places = selection.ask(&mut asked);
        Selected { source, asked, places, model: PhantomData }
    }

    /// Keeps the first of the rows that are equal in all of these columns.
    pub fn distinct(mut self) -> Self {
        self.asked.distinct();
        self
    }

    /// The parts of all rows.
    ///
    /// # Errors
    /// As [`Query::all`](super::Query::all), and `invalid_query` for two parts under one name.
    pub fn all(self) -> Result<Projection<M, S>> {
        let page = answer::<M>(&self.source, self.asked)?;
        Ok(Projection { page, places: self.places, model: PhantomData })
    }

    /// Shows the parts of each row in order, a few rows at a time in buffers that are used again: faster
    /// than [`all`](Selected::all), in no more memory than a few rows take.
    ///
    /// # Errors
    /// As [`all`](Selected::all).
    pub fn each(self, show: impl FnMut(S::Ref<'_>)) -> Result<()> {
        self.prepare()?.each(show)
    }

    /// This query with its names resolved and its access chosen, to be answered many times, by key too. Only
    /// what is selected is read, and ahead of its use: the fastest way to some parts of many rows.
    ///
    /// ```
    /// # use relata::typed::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # struct Book { #[relata(key, generated)] id: Id<Book>, title: String, year: i32 }
    /// # let db = Database::new::<Book>()?;
    /// # db.insert_many([NewBook::new("Dune", 1965), NewBook::new("Emma", 1815)])?;
    /// let books = db.query::<Book>().select(|b| (b.title(), b.year())).prepare()?;
    /// let mut found = Vec::new();
    /// books.by_key().each([2, 1].map(Id::new), |book| found.extend(book.map(|(title, _)| title.to_owned())))?;
    /// assert_eq!(found, ["Emma", "Dune"]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`all`](Selected::all).
    pub fn prepare(self) -> Result<Prepared<M, Reading<M, S>>> {
        let reads = Reading { places: self.places, model: PhantomData };
        Prepared::new(&self.source, &query::<M>(self.asked), reads)
    }

    /// The parts of the first row.
    ///
    /// # Errors
    /// As [`all`](Selected::all).
    pub fn first(mut self) -> Result<Option<S::Owned>> {
        self.asked.limit_to_first();
        Ok(self.all()?.to_vec().into_iter().next())
    }
}

impl<M: Model, S: Selection<M>> fmt::Debug for Selected<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(M::NAME).field("select", &self.asked.select).finish()
    }
}

pub(super) fn answer<M: Model>(source: &Snapshot, asked: Asked) -> Result<view::Page> {
    source.require::<M>()?;
    exec::all(source.untyped().store(), &query::<M>(asked), Limits::none())
}

fn query<M: Model>(asked: Asked) -> Untyped {
    let mut query = Untyped::of(M::TABLE);
    query.select = asked.select;
    query
}

/// The parts of a row that a [`Prepared`] query reads.
pub struct Reading<M: Model, S: Selection<M>> {
    places: S::Places,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, S: Selection<M>> Clone for Reading<M, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model, S: Selection<M>> Copy for Reading<M, S> {}

impl<M: Model, S: Selection<M>> Reads<M> for Reading<M, S> {
    type Ref<'p> = S::Ref<'p>;
    type Page = Projection<M, S>;

    #[inline]
    fn read(self, view: View<'_>) -> S::Ref<'_> {
        S::read(self.places, view)
    }

    fn page(self, page: view::Page) -> Projection<M, S> {
        Projection { page, places: self.places, model: PhantomData }
    }
}

/// Parts of the rows that answer a query, over the snapshot they were found in.
pub struct Projection<M: Model, S: Selection<M>> {
    page: view::Page,
    places: S::Places,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, S: Selection<M>> Projection<M, S> {
    /// The rows, texts borrowed.
    pub fn iter(&self) -> impl Iterator<Item = S::Ref<'_>> {
        let views = Views::of_page(&self.page).into_iter().flatten();
        views.map(|view| S::read(self.places, view))
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

/// A list of objects: columns in declared order, what is made of rows, relations as they were selected.
impl<M: Model, S: Selection<M>> Serialize for Projection<M, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> std::result::Result<T::Ok, T::Error> {
        self.page.serialize(serializer)
    }
}

impl<M: Model, S: Selection<M>> fmt::Debug for Projection<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.page.fmt(f)
    }
}
