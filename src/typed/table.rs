//! Typed rows without a query: got by key, walked from row to row.

use super::database::Snapshot;
use super::key::{KeyOf, Take, by_one, in_blocks};
use super::model::{FieldsOf, Model, RowOf};
use super::polymorphic::{OneOf, Polymorphic, PolymorphicRelation, Shown};
use super::relation::{Related, Relation};
use super::view::View;
use crate::column::Column;
use crate::error::Result;
use crate::id::TableId;
use crate::value::KeyRef;
use crate::view::{RowRef, RowRefs, TableRef, Walker};
use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;

impl Snapshot {
    /// The rows of a model without a query: got by key, walked from row to row.
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
    /// # let frank = db.insert(NewAuthor { name: "Frank".into() })?;
    /// # db.insert(NewBook { author_id: frank, title: "Dune".into() })?;
    /// let snapshot = db.snapshot();
    /// let authors = snapshot.rows_of::<Author>()?;
    /// let books = authors.walk(|a| a.books())?;
    /// for author in authors.iter() {
    ///     for book in books.from(author) {
    ///         assert_eq!((author.name(), book.title()), ("Frank", "Dune"));
    ///     }
    /// }
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_table` when the database isn't made of `M`.
    pub fn rows_of<M: Model>(&self) -> Result<Table<'_, M>> {
        self.require::<M>()?;
        Ok(Table { table: self.snapshot.table(M::TABLE)?, model: PhantomData })
    }
}

/// The rows of one model in a snapshot. Made by [`Snapshot::rows_of`].
pub struct Table<'s, M> {
    table: TableRef<'s>,
    model: PhantomData<fn() -> M>,
}

impl<M> Clone for Table<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Table<'_, M> {}

impl<'s, M: Model> Table<'s, M> {
    /// How many rows there are. O(1).
    pub fn len(self) -> usize {
        self.table.len()
    }

    /// Whether there are no rows. O(1).
    pub fn is_empty(self) -> bool {
        self.table.is_empty()
    }

    /// The row with this key. O(1), without allocating for one integer.
    #[inline]
    pub fn get<K: KeyOf<M>>(self, key: K) -> Option<M::Row<'s, M::Bare>> {
        by_one(key, K::lend, K::key, |key| self.table.get(key)).map(|row| M::row(View::of_row(row)))
    }

    /// The rows with these keys, in their order. O(keys), and several times faster than one by one where
    /// rows are far apart in memory.
    ///
    /// ```
    /// # use relata::typed::{Database, Id, Model};
    /// # #[derive(Model)] struct User { #[relata(key, generated)] id: Id<User>, name: String }
    /// # let db = Database::new::<User>()?;
    /// # db.insert_many(["Ann", "Bob"].map(NewUser::new))?;
    /// let snapshot = db.snapshot();
    /// let found = snapshot.rows_of::<User>()?.get_many([2, 7, 1].map(Id::new));
    /// let names: Vec<_> = found.into_iter().map(|user| user.map(|user| user.name())).collect();
    /// assert_eq!(names, [Some("Bob"), None, Some("Ann")]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn get_many<K: KeyOf<M>>(self, keys: impl IntoIterator<Item = K>) -> Vec<Option<RowIn<'s, M>>> {
        let mut gathered =
            Gathered { look_up: |keys: Vec<KeyRef<'_>>| self.table.get_many(keys), found: Vec::new() };
        let shown = in_blocks(keys, K::lend, K::key, &mut gathered);
        debug_assert!(shown.is_ok(), "gathering doesn't fail");
        gathered.rows::<M>()
    }

    /// The same rows, by name.
    pub fn untyped(self) -> TableRef<'s> {
        self.table
    }

    /// The rows, in insertion order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = M::Row<'s, M::Bare>> {
        self.table.iter().map(|row| M::row(View::of_row(row)))
    }

    /// A relation to walk along, resolved once for a loop: a [`Walk`], or along a polymorphic relation a
    /// [`WalkOneOf`].
    ///
    /// # Errors
    /// None of a database that is made of `M`.
    pub fn walk<W: Walkable<M>>(self, relation: impl FnOnce(FieldsOf<M>) -> W) -> Result<W::Walk<'s>> {
        relation(M::fields()).walk(self.table)
    }
}

/// Rows that are looked up block by block.
pub(super) struct Gathered<'s, F> {
    pub(super) look_up: F,
    pub(super) found: Vec<Option<RowRef<'s>>>,
}

impl<'s, F> Gathered<'s, F> {
    /// The rows of `M` that were found.
    pub(super) fn rows<M: Model>(self) -> Vec<Option<RowIn<'s, M>>> {
        self.found.into_iter().map(|row| row.map(View::of_row).map(M::row)).collect()
    }
}

impl<'s, F: for<'k> FnMut(Vec<KeyRef<'k>>) -> Vec<Option<RowRef<'s>>>> Take for &mut Gathered<'s, F> {
    fn take<'k>(&mut self, keys: impl Iterator<Item = KeyRef<'k>>) -> Result<()> {
        let rows = (self.look_up)(keys.collect());
        self.found.extend(rows);
        Ok(())
    }
}

/// A relation of `M` that can be walked along from row to row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be walked along",
    label = "give a relation of `{M}` that nothing else is asked of",
    note = "a walk leads to all rows: filter or limit what it gives, or ask a query"
)]
pub trait Walkable<M: Model> {
    /// It, resolved.
    type Walk<'s>;
    /// Resolves it.
    ///
    /// # Errors
    /// A relation that isn't there.
    #[doc(hidden)]
    fn walk(self, table: TableRef<'_>) -> Result<Self::Walk<'_>>;
}

impl<R: Relation> Walkable<R::Source> for Related<R> {
    type Walk<'s> = Walk<'s, R>;

    fn walk(self, table: TableRef<'_>) -> Result<Walk<'_, R>> {
        let walker = table.relation(R::NAME)?;
        Ok(Walk { columns: walker.target().columns(), walker, relation: PhantomData })
    }
}

impl<R: PolymorphicRelation> Walkable<R::Source> for OneOf<R> {
    type Walk<'s> = WalkOneOf<'s, R>;

    fn walk(self, table: TableRef<'_>) -> Result<WalkOneOf<'_, R>> {
        let walker = table.relation(R::NAME)?;
        let tables = R::Targets::tables().into_iter().map(|name| table.other(name));
        Ok(WalkOneOf { walker, tables: tables.collect::<Result<_>>()?, relation: PhantomData })
    }
}

/// A polymorphic relation resolved once, to walk along from many rows. Made by [`Table::walk`].
///
/// ```
/// use relata::typed::{Database, Id, Model, Polymorphic};
/// # #[derive(Model)] struct Post { #[relata(key, generated)] id: Id<Post>, title: String }
/// # #[derive(Model)] struct Photo { #[relata(key, generated)] id: Id<Photo>, url: String }
/// #[derive(Polymorphic)]
/// enum Subject {
///     Post(Post),
///     Photo(Photo),
/// }
/// # #[derive(Model)]
/// # struct Comment {
/// #     #[relata(key, generated)] id: Id<Comment>,
/// #     subject_type: SubjectType,
/// #     #[relata(polymorphic(subject: Subject))] subject_id: i64,
/// # }
/// # let db = Database::new::<(Post, Photo, Comment)>()?;
/// # let photo = db.insert(NewPhoto::new("/1"))?;
/// # db.insert(NewComment::new(SubjectType::Photo, *photo.get()))?;
/// let snapshot = db.snapshot();
/// let comments = snapshot.rows_of::<Comment>()?;
/// let subject = comments.walk(|c| c.subject())?;
/// for comment in comments.iter() {
///     match subject.one(comment) {
///         Some(SubjectRow::Post(post)) => println!("{}", post.title()),
///         Some(SubjectRow::Photo(photo)) => assert_eq!(photo.url(), "/1"),
///         None => println!("about nothing"),
///     }
/// }
/// # Ok::<(), relata::Error>(())
/// ```
pub struct WalkOneOf<'s, R> {
    walker: Walker<'s>,
    /// The tables it leads to, in the order of the variants.
    tables: Vec<TableId>,
    relation: PhantomData<fn() -> R>,
}

impl<'s, R: PolymorphicRelation> WalkOneOf<'s, R> {
    /// The row it leads to from `row`; `None` where it leads nowhere. O(1).
    pub fn one(&self, row: impl RowOf<'s, Model = R::Source>) -> Option<ShownRow<'s, R::Targets>>
    where
        R::Targets: Shown<<R::Targets as Polymorphic>::Bare>,
    {
        let found = self.walker.one(row.view().row())?;
        let (_, table, _) = found.parts();
        let place = self.tables.iter().position(|other| *other == table)?;
        R::Targets::show(place, View::of_row(found))
    }
}

/// A row of one of the models of `U`, with nothing included.
type ShownRow<'s, U> = <U as Shown<<U as Polymorphic>::Bare>>::Row<'s>;

impl<R: PolymorphicRelation> fmt::Debug for WalkOneOf<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", R::Source::NAME, R::NAME)
    }
}

impl<M: Model> fmt::Debug for Table<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("model", &M::NAME).field("rows", &self.len()).finish()
    }
}

/// A relation resolved once, to walk along from many rows. Made by [`Table::walk`].
pub struct Walk<'s, R> {
    walker: Walker<'s>,
    columns: &'s [Column],
    relation: PhantomData<fn() -> R>,
}

impl<'s, R: Relation> Walk<'s, R> {
    /// The rows it leads to from `row`, in the relation's order. O(rows), and along keys without
    /// allocating.
    #[inline]
    pub fn from(&self, row: impl RowOf<'s, Model = R::Source>) -> Walked<'s, R::Target> {
        Walked { refs: self.walker.many(row.view().row()), columns: self.columns, model: PhantomData }
    }

    /// The first row it leads to from `row`. O(1) along keys.
    #[inline]
    pub fn one(&self, row: impl RowOf<'s, Model = R::Source>) -> Option<RowIn<'s, R::Target>> {
        self.walker.one(row.view().row()).map(|row| typed::<R::Target>(row, self.columns))
    }
}

impl<R: Relation> fmt::Debug for Walk<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", R::Source::NAME, R::NAME)
    }
}

/// A row of `M` with nothing included.
type RowIn<'s, M> = <M as Model>::Row<'s, <M as Model>::Bare>;

/// A row of a table whose columns are looked up already.
#[inline]
fn typed<'s, M: Model>(row: RowRef<'s>, columns: &'s [Column]) -> RowIn<'s, M> {
    let (store, table, slot) = row.parts();
    M::row(View::in_table(columns, store, table, slot))
}

/// The rows that a typed relation leads to from one row.
#[derive(Clone)]
pub struct Walked<'s, M> {
    refs: RowRefs<'s>,
    columns: &'s [Column],
    model: PhantomData<fn() -> M>,
}

impl<'s, M: Model> Iterator for Walked<'s, M> {
    type Item = RowIn<'s, M>;

    #[inline]
    fn next(&mut self) -> Option<RowIn<'s, M>> {
        self.refs.next().map(|row| typed::<M>(row, self.columns))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.refs.size_hint()
    }
}

impl<M: Model> DoubleEndedIterator for Walked<'_, M> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.refs.next_back().map(|row| typed::<M>(row, self.columns))
    }
}

impl<M: Model> ExactSizeIterator for Walked<'_, M> {}
impl<M: Model> FusedIterator for Walked<'_, M> {}

impl<M> fmt::Debug for Walked<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.refs.clone()).finish()
    }
}
