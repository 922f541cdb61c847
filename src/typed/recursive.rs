//! Includes that are repeated from the rows they find.

use super::asked::Asked;
use super::include::{Inclusion, Kind, State};
use super::model::{Model, Of};
use super::relation::{Related, Relation};
use super::view::{View, Views};
use crate::query::Depth;
use serde::{Serialize, Serializer};
use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::ops::Deref;

/// Of a relation that leads to rows of its own model.
#[diagnostic::on_unimplemented(
    message = "this relation doesn't lead back to its own model",
    label = "there's nothing to repeat"
)]
pub trait Circular: Relation {}

#[diagnostic::do_not_recommend]
impl<R: Relation<Target = <R as Relation>::Source>> Circular for R {}

impl<R: Relation, I, X> Related<R, I, X> {
    /// Repeats the include from the rows it finds, until there are no more. Filter, order, limit and what is
    /// included hold at every level.
    ///
    /// A row that stands above itself already isn't entered again. More than 256 levels are refused.
    ///
    /// ```
    /// use relata::typed::{Database, Id, Model, Nodes};
    /// #[derive(Model)]
    /// #[relata(has_many(children: Category::parent))]
    /// struct Category {
    ///     #[relata(key, generated)]
    ///     id: Id<Category>,
    ///     #[relata(belongs_to(parent: Category))]
    ///     parent_id: Option<Id<Category>>,
    ///     name: String,
    /// }
    /// # let db = Database::new::<Category>()?;
    /// # let books = db.insert(NewCategory::new("books"))?;
    /// # let novels = db.insert(NewCategory::new("novels").parent_id(books))?;
    /// # db.insert(NewCategory::new("crime").parent_id(novels))?;
    /// fn print(categories: Nodes<'_, Category>, depth: usize) {
    ///     for category in categories {
    ///         println!("{:depth$}{}", "", category.name());
    ///         print(category.deeper().unwrap_or_default(), depth + 2);
    ///     }
    /// }
    /// let roots = db.query::<Category>().filter(|c| c.parent_id().is_null());
    /// let page = roots.include(|c| c.children().recursive()).all()?;
    /// let novels = page.first().unwrap().children().first().unwrap();
    /// assert_eq!(novels.deeper().unwrap().first().unwrap().name(), "crime");
    /// print(page.first().unwrap().children(), 0);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn recursive(self) -> Recursive<R, I>
    where
        R: Circular,
    {
        self.repeated(Depth::Exhausted)
    }

    /// As [`recursive`](Related::recursive), for this many levels: 1 is the include alone. Of none the query
    /// is refused.
    pub fn recursive_to(self, levels: u64) -> Recursive<R, I>
    where
        R: Circular,
    {
        self.repeated(Depth::Levels(levels))
    }

    fn repeated(mut self, depth: Depth) -> Recursive<R, I> {
        self.asked.select.recursive = Some(depth);
        Recursive { asked: self.asked, marker: PhantomData }
    }
}

/// A relation whose include is repeated. Made by [`Related::recursive`].
#[must_use = "a relation does nothing until it's included"]
pub struct Recursive<R: Relation, I> {
    asked: Asked,
    marker: Of<(R, I)>,
}

impl<R: Relation, I> Inclusion<R::Source> for Recursive<R, I> {
    type Relation = R;
    type State = <R::Kind as Kind>::Recursive<R::Target, I>;

    fn add_to(self, asked: &mut Asked) {
        asked.place_rows(R::PLACE, R::NAME, self.asked);
    }
}

impl<R: Relation, I> fmt::Debug for Recursive<R, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(R::NAME).field("select", &self.asked.select).finish()
    }
}

/// The state of a relation to many rows that was included again and again.
pub struct ManyNodes<M, I>(Of<(M, I)>);

/// The state of a relation to one row that was included again and again.
pub struct MaybeNode<M, I>(Of<(M, I)>);

impl<M: Model, I> State for ManyNodes<M, I> {
    const ROWS: usize = 1;
    const COUNTS: usize = 0;
    type Given<'p> = Nodes<'p, M, I>;
    type Owned = Vec<M>;

    fn given(view: View<'_>, rows: usize, _: usize) -> Nodes<'_, M, I> {
        Nodes { views: Some(view.many(rows)), marker: PhantomData }
    }

    fn own(given: Nodes<'_, M, I>) -> Vec<M> {
        given.iter().map(|node| M::read(node.view)).collect()
    }
}

impl<M: Model, I> State for MaybeNode<M, I> {
    const ROWS: usize = 1;
    const COUNTS: usize = 0;
    type Given<'p> = Option<Node<'p, M, I>>;
    type Owned = Option<M>;

    fn given(view: View<'_>, rows: usize, _: usize) -> Option<Node<'_, M, I>> {
        view.one(rows).map(Node::new)
    }

    fn own(given: Option<Node<'_, M, I>>) -> Option<M> {
        given.map(|node| M::read(node.view))
    }
}

/// The rows that a recursive include found from one row. `I` is what else is included with them.
pub struct Nodes<'p, M: Model, I = <M as Model>::Bare> {
    views: Option<Views<'p>>,
    marker: Of<(M, I)>,
}

impl<'p, M: Model, I> Nodes<'p, M, I> {
    /// How many there are, those further down aside. O(1).
    pub fn len(self) -> usize {
        self.views.map_or(0, |views| views.len())
    }

    /// Whether there are none. O(1).
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The row at a place, from 0. O(1).
    pub fn get(self, at: usize) -> Option<Node<'p, M, I>> {
        self.views?.get(at).map(Node::new)
    }

    /// The first row. O(1).
    pub fn first(self) -> Option<Node<'p, M, I>> {
        self.get(0)
    }

    /// The rows, from both ends.
    pub fn iter(self) -> NodesIter<'p, M, I> {
        NodesIter(self)
    }
}

impl<M: Model, I> Clone for Nodes<'_, M, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model, I> Copy for Nodes<'_, M, I> {}

/// No rows.
impl<M: Model, I> Default for Nodes<'_, M, I> {
    fn default() -> Self {
        Nodes { views: None, marker: PhantomData }
    }
}

impl<M: Model, I> fmt::Debug for Nodes<'_, M, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<M: Model, I> Serialize for Nodes<'_, M, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'p, M: Model, I> IntoIterator for Nodes<'p, M, I> {
    type Item = Node<'p, M, I>;
    type IntoIter = NodesIter<'p, M, I>;

    fn into_iter(self) -> NodesIter<'p, M, I> {
        self.iter()
    }
}

/// Iterates over [`Nodes`].
pub struct NodesIter<'p, M: Model, I>(Nodes<'p, M, I>);

impl<'p, M: Model, I> Iterator for NodesIter<'p, M, I> {
    type Item = Node<'p, M, I>;

    fn next(&mut self) -> Option<Node<'p, M, I>> {
        self.0.views.as_mut()?.next().map(Node::new)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl<M: Model, I> DoubleEndedIterator for NodesIter<'_, M, I> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.views.as_mut()?.next_back().map(Node::new)
    }
}

impl<M: Model, I> ExactSizeIterator for NodesIter<'_, M, I> {}
impl<M: Model, I> FusedIterator for NodesIter<'_, M, I> {}

/// A row that a recursive include found: the row, which it gives by `Deref`, and what was found from it.
pub struct Node<'p, M: Model, I = <M as Model>::Bare> {
    view: View<'p>,
    row: M::Row<'p, I>,
}

impl<'p, M: Model, I> Node<'p, M, I> {
    fn new(view: View<'p>) -> Node<'p, M, I> {
        Node { view, row: M::row(view) }
    }

    /// The row.
    pub fn row(self) -> M::Row<'p, I> {
        self.row
    }

    /// The rows that the relation leads to from this one; `None` where the recursion ends here: at the last
    /// level, and at a row that stands above itself.
    pub fn deeper(self) -> Option<Nodes<'p, M, I>> {
        self.view.deeper().map(|views| Nodes { views: Some(views), marker: PhantomData })
    }
}

impl<M: Model, I> Clone for Node<'_, M, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model, I> Copy for Node<'_, M, I> {}

impl<'p, M: Model, I> Deref for Node<'p, M, I> {
    type Target = M::Row<'p, I>;

    fn deref(&self) -> &M::Row<'p, I> {
        &self.row
    }
}

impl<M: Model, I> fmt::Debug for Node<'_, M, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view.debug(f, M::NAME)
    }
}

impl<'q, M: Model, I> PartialEq<Node<'q, M, I>> for Node<'_, M, I> {
    fn eq(&self, other: &Node<'q, M, I>) -> bool {
        self.view == other.view
    }
}

impl<M: Model, I> Serialize for Node<'_, M, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view.serialize(serializer)
    }
}
