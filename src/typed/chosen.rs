//! Included rows of which only some columns are given.

use super::asked::Asked;
use super::include::{Inclusion, Kind, State};
use super::model::{Model, Of};
use super::project::Project;
use super::relation::Relation;
use super::view::{View, Views};
use std::fmt;
use std::marker::PhantomData;

/// A relation whose rows are included as structs. Made by [`Related::select_as`](super::Related::select_as).
///
/// ```
/// use relata::typed::{Database, Id, Model, Project};
/// # #[derive(Model)]
/// # #[relata(has_many(books: Book::author))]
/// # struct Author { #[relata(key, generated)] id: Id<Author>, name: String }
/// # #[derive(Model)]
/// # struct Book {
/// #     #[relata(key, generated)] id: Id<Book>,
/// #     #[relata(belongs_to(author: Author))] author_id: Id<Author>,
/// #     title: String,
/// # }
/// #[derive(Project, Debug, PartialEq)]
/// #[relata(of = Book)]
/// struct Title {
///     title: String,
/// }
/// # let db = Database::new::<(Author, Book)>()?;
/// # let frank = db.insert(NewAuthor::new("Frank"))?;
/// # db.insert(NewBook::new(frank, "Dune"))?;
/// let page = db.query::<Author>().include(|a| a.books().select_as::<Title>()).all()?;
/// let titles: Vec<Title> = page.first().unwrap().books().collect();
/// assert_eq!(titles, [Title { title: "Dune".into() }]);
/// # Ok::<(), relata::Error>(())
/// ```
#[must_use = "a relation does nothing until it's included"]
pub struct Chosen<R, P> {
    asked: Asked,
    marker: Of<(R, P)>,
}

impl<R, P> Chosen<R, P> {
    pub(super) fn new(asked: Asked) -> Chosen<R, P> {
        Chosen { asked, marker: PhantomData }
    }
}

impl<R: Relation, P: Project<R::Target>> Inclusion<R::Source> for Chosen<R, P> {
    type Relation = R;
    type State = <R::Kind as Kind>::Chosen<R::Target, P>;

    fn add_to(self, asked: &mut Asked) {
        asked.place_rows(R::PLACE, R::NAME, self.asked);
    }
}

impl<R: Relation, P> fmt::Debug for Chosen<R, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(R::NAME).field("select", &self.asked.select).finish()
    }
}

/// The state of a relation to many rows that was included as structs.
pub struct ManyChosen<M, P>(Of<(M, P)>);

/// The state of a relation to one row that was included as a struct.
pub struct MaybeChosen<M, P>(Of<(M, P)>);

impl<M: Model, P: Project<M>> State for ManyChosen<M, P> {
    const ROWS: usize = 1;
    const COUNTS: usize = 0;
    type Given<'p> = Choices<'p, M, P>;
    type Owned = Vec<P>;

    fn given(view: View<'_>, rows: usize, _: usize) -> Choices<'_, M, P> {
        Choices { views: view.many(rows), marker: PhantomData }
    }

    fn own(given: Choices<'_, M, P>) -> Vec<P> {
        given.collect()
    }
}

impl<M: Model, P: Project<M>> State for MaybeChosen<M, P> {
    const ROWS: usize = 1;
    const COUNTS: usize = 0;
    type Given<'p> = Option<P>;
    type Owned = Option<P>;

    fn given(view: View<'_>, rows: usize, _: usize) -> Option<P> {
        view.one(rows).map(P::project)
    }

    fn own(given: Option<P>) -> Option<P> {
        given
    }
}

/// Iterates over included rows as structs.
pub struct Choices<'p, M, P> {
    views: Views<'p>,
    marker: Of<(M, P)>,
}

impl<M: Model, P: Project<M>> Iterator for Choices<'_, M, P> {
    type Item = P;

    fn next(&mut self) -> Option<P> {
        self.views.next().map(P::project)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.views.size_hint()
    }
}

impl<M: Model, P: Project<M>> DoubleEndedIterator for Choices<'_, M, P> {
    fn next_back(&mut self) -> Option<P> {
        self.views.next_back().map(P::project)
    }
}

impl<M: Model, P: Project<M>> ExactSizeIterator for Choices<'_, M, P> {}
impl<M: Model, P: Project<M>> std::iter::FusedIterator for Choices<'_, M, P> {}

impl<M, P> fmt::Debug for Choices<'_, M, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.views.fmt(f)
    }
}
