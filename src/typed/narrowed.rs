//! Parts of related rows, selected with a row.

use super::asked::Asked;
use super::include::Kind;
use super::model::FieldsOf;
use super::model::{Model, Of};
use super::projection::{Selectable, Selection, alone};
use super::relation::{Related, Relation};
use super::view::{View, Views};
use std::fmt;
use std::marker::PhantomData;

impl<R: Relation, I, X> Related<R, I, X> {
    /// In a [`select`](super::Query::select): parts of its rows only, one or a tuple of them, in turn columns or
    /// relations. They come as an iterator, or of a relation to one row as an `Option`.
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
    /// #     year: i32,
    /// # }
    /// # let db = Database::new::<(Author, Book)>()?;
    /// # let frank = db.insert(NewAuthor::new("Frank"))?;
    /// # db.insert_many([NewBook::new(frank, "Dune", 1965), NewBook::new(frank, "Soul Catcher", 1972)])?;
    /// let page = db
    ///     .query::<Author>()
    ///     .select(|a| (a.name(), a.books().count().named("written"), a.books().select(|b| (b.title(), b.year()))))
    ///     .all()?;
    /// for (name, written, books) in page.iter() {
    ///     assert_eq!((name, written), ("Frank", 2));
    ///     assert_eq!(books.collect::<Vec<_>>(), [("Dune", 1965), ("Soul Catcher", 1972)]);
    /// }
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn select<S: Selection<R::Target>>(
        mut self,
        parts: impl FnOnce(FieldsOf<R::Target>) -> S,
    ) -> Narrowed<R, S> {
        self.asked.leave_only(Vec::new());
        let places = parts(R::Target::fields()).ask(&mut self.asked);
        Narrowed { asked: self.asked, places, relation: PhantomData }
    }
}

/// Parts of the rows along a relation. Made by [`Related::select`].
#[must_use = "it does nothing until it's selected"]
pub struct Narrowed<R: Relation, S: Selection<R::Target>> {
    asked: Asked,
    places: S::Places,
    relation: Of<R>,
}

impl<R: Relation, S: Selection<R::Target>> Selectable<R::Source> for Narrowed<R, S> {
    type Ref<'p> = <R::Kind as Kind>::Narrowed<'p, R::Target, S>;
    type Owned = <R::Kind as Kind>::Owned<R::Target, S>;
    type Place = S::Places;
    const ROWS: usize = 1;
    const COUNTS: usize = 0;

    fn ask(self, asked: &mut Asked) -> S::Places {
        asked.place_rows(R::PLACE, R::NAME, self.asked);
        self.places
    }

    #[inline]
    fn read(places: S::Places, view: View<'_>, rows: usize, _: usize) -> Self::Ref<'_> {
        R::Kind::narrow::<R::Target, S>(view, rows, places)
    }

    fn own(read: Self::Ref<'_>) -> Self::Owned {
        R::Kind::own::<R::Target, S>(read)
    }
}

alone! { [R: Relation, S: Selection<R::Target>] Narrowed<R, S>: R::Source; }

impl<R: Relation, S: Selection<R::Target>> fmt::Debug for Narrowed<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(R::NAME).field("select", &self.asked.select).finish()
    }
}

/// Iterates over parts of related rows.
pub struct Parts<'p, M: Model, S: Selection<M>> {
    views: Views<'p>,
    places: S::Places,
    model: Of<M>,
}

impl<'p, M: Model, S: Selection<M>> Parts<'p, M, S> {
    #[inline]
    pub(super) fn new(views: Views<'p>, places: S::Places) -> Parts<'p, M, S> {
        Parts { views, places, model: PhantomData }
    }
}

impl<M: Model, S: Selection<M>> Clone for Parts<'_, M, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model, S: Selection<M>> Copy for Parts<'_, M, S> {}

impl<'p, M: Model, S: Selection<M>> Iterator for Parts<'p, M, S> {
    type Item = S::Ref<'p>;

    #[inline]
    fn next(&mut self) -> Option<S::Ref<'p>> {
        self.views.next().map(|view| S::read(self.places, view))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.views.size_hint()
    }
}

impl<M: Model, S: Selection<M>> DoubleEndedIterator for Parts<'_, M, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.views.next_back().map(|view| S::read(self.places, view))
    }
}

impl<M: Model, S: Selection<M>> ExactSizeIterator for Parts<'_, M, S> {}
impl<M: Model, S: Selection<M>> std::iter::FusedIterator for Parts<'_, M, S> {}

impl<M: Model, S: Selection<M>> fmt::Debug for Parts<'_, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.views.fmt(f)
    }
}
