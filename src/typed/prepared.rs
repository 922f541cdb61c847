//! Typed queries that were resolved once, and look-ups of many rows.

use super::database::Snapshot;
use super::key::{KeyOf, Take, by_one, in_blocks};
use super::model::{Model, Of};
use super::page::Page;
use super::unique::{Columns, ValuesOf};
use super::view::View;
use crate::document::Limits;
use crate::error::Result;
use crate::exec;
use crate::query::Query;
use crate::value::KeyRef;
use crate::view;
use std::fmt;
use std::marker::PhantomData;

/// What a query gives of its rows: all of each, or the parts that were selected.
pub trait Reads<M: Model>: Copy {
    /// What a row gives.
    type Ref<'p>;
    /// All rows.
    type Page;
    /// Reads a row.
    #[doc(hidden)]
    fn read(self, view: View<'_>) -> Self::Ref<'_>;
    /// All rows of an answer.
    #[doc(hidden)]
    fn page(self, page: view::Page) -> Self::Page;
}

/// The whole of a row, with what `I` says is included.
pub struct Entire<I>(Of<I>);

impl<I> Entire<I> {
    pub(super) fn new() -> Entire<I> {
        Entire(PhantomData)
    }
}

impl<I> Clone for Entire<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for Entire<I> {}

impl<M: Model, I> Reads<M> for Entire<I> {
    type Ref<'p> = M::Row<'p, I>;
    type Page = Page<M, I>;

    #[inline]
    fn read(self, view: View<'_>) -> M::Row<'_, I> {
        M::row(view)
    }

    fn page(self, page: view::Page) -> Page<M, I> {
        Page::new(page)
    }
}

/// A typed query with its names resolved and its access chosen, for one snapshot. Made by
/// [`Query::prepare`](super::Query::prepare) and [`Selected::prepare`](super::Selected::prepare).
pub struct Prepared<M: Model, W = Entire<<M as Model>::Bare>> {
    prepared: exec::Prepared,
    reads: W,
    model: Of<M>,
}

impl<M: Model, W: Reads<M>> Prepared<M, W> {
    /// Resolves a query.
    ///
    /// # Errors
    /// As [`Query::all`](super::Query::all).
    pub(super) fn new(source: &Snapshot, query: &Query, reads: W) -> Result<Prepared<M, W>> {
        source.require::<M>()?;
        let prepared = exec::prepare(source.untyped().store(), query, Limits::none())?;
        Ok(Prepared { prepared, reads, model: PhantomData })
    }

    /// All rows, with everything included.
    ///
    /// # Errors
    /// None of a query that could be prepared.
    pub fn all(&self) -> Result<W::Page> {
        Ok(self.reads.page(self.prepared.all()?))
    }

    /// Shows each row in order, a few at a time in buffers that are used again.
    ///
    /// # Errors
    /// None of a query that could be prepared.
    pub fn each(&self, mut show: impl FnMut(W::Ref<'_>)) -> Result<()> {
        self.prepared.each(|row| show(self.reads.read(View::of_query(row))))
    }

    /// Answers the query for one row after the other, got by primary key, in buffers that are used again.
    /// The query's filter and includes hold; its order, limit and the rest don't matter.
    pub fn by_key(&self) -> ByKey<'_, M, W> {
        ByKey(Found { by_key: self.prepared.by_key(), reads: self.reads, model: PhantomData })
    }

    /// As [`by_key`](Prepared::by_key), by the columns of a unique constraint: one, or a tuple of them.
    ///
    /// ```
    /// # use relata::typed::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # struct User { #[relata(key, generated)] id: Id<User>, #[relata(unique)] email: String }
    /// # let db = Database::new::<User>()?;
    /// # db.insert_many(["ann@x.org", "bob@x.org"].map(NewUser::new))?;
    /// let users = db.query::<User>().prepare()?;
    /// let mut ids = Vec::new();
    /// users.by_unique(|u| u.email())?.each(["bob@x.org", "cid@x.org"], |user| {
    ///     ids.push(user.map(|user| user.id()));
    /// })?;
    /// assert_eq!(ids, [Some(Id::new(2)), None]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_query` for columns that aren't unique in this order.
    pub fn by_unique<C: Columns<M>>(
        &self,
        columns: impl FnOnce(super::FieldsOf<M>) -> C,
    ) -> Result<ByUnique<'_, M, C, W>> {
        let by_key = self.prepared.by_unique(columns(M::fields()).names())?;
        Ok(ByUnique { found: Found { by_key, reads: self.reads, model: PhantomData }, columns: PhantomData })
    }
}

impl<M: Model, W> fmt::Debug for Prepared<M, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.prepared.fmt(f)
    }
}

/// Rows found by their values, whichever these are.
struct Found<'q, M, W> {
    by_key: exec::ByKey<'q>,
    reads: W,
    model: Of<M>,
}

impl<M: Model, W: Reads<M>> Found<'_, M, W> {
    #[inline]
    fn get(&mut self, key: KeyRef<'_>) -> Result<Option<W::Ref<'_>>> {
        let reads = self.reads;
        Ok(self.by_key.get(key)?.map(|row| reads.read(View::of_query(row))))
    }
}

/// Found rows that are shown block by block.
struct Shown<'f, 'q, M, W, F> {
    found: &'f mut Found<'q, M, W>,
    show: F,
}

impl<M: Model, W: Reads<M>, F: FnMut(Option<W::Ref<'_>>)> Take for Shown<'_, '_, M, W, F> {
    #[inline]
    fn take<'k>(&mut self, keys: impl Iterator<Item = KeyRef<'k>>) -> Result<()> {
        let reads = self.found.reads;
        let show = &mut self.show;
        self.found.by_key.each(keys, |row| show(row.map(|row| reads.read(View::of_query(row)))))
    }
}

/// A [`Prepared`] query answered by primary key. Made by [`Prepared::by_key`].
pub struct ByKey<'q, M: Model, W = Entire<<M as Model>::Bare>>(Found<'q, M, W>);

impl<M: Model, W: Reads<M>> ByKey<'_, M, W> {
    /// The row with this key and all that is included; `None` when there is none, or it doesn't pass the
    /// filter. O(rows included).
    ///
    /// # Errors
    /// None of a query that could be prepared.
    pub fn get<K: KeyOf<M>>(&mut self, key: K) -> Result<Option<W::Ref<'_>>> {
        by_one(key, K::lend, K::key, |key| self.0.get(key))
    }

    /// Shows the row of each key with all that is included, in the order of the keys; `None` for a key
    /// without a row, or whose row doesn't pass the filter. O(rows included), and several times faster than
    /// one by one where rows are far apart in memory.
    ///
    /// ```
    /// # use relata::typed::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # #[relata(has_many(books: Book::author))]
    /// # struct Author { #[relata(key, generated)] id: Id<Author>, name: String }
    /// # #[derive(Model)]
    /// # struct Book {
    /// #     #[relata(key, generated)] id: Id<Book>,
    /// #     #[relata(belongs_to(author: Author))] author_id: Id<Author>,
    /// # }
    /// # let db = Database::new::<(Author, Book)>()?;
    /// # let frank = db.insert(NewAuthor::new("Frank"))?;
    /// # let mary = db.insert(NewAuthor::new("Mary"))?;
    /// # db.insert(NewBook::new(frank))?;
    /// let authors = db.query::<Author>().include(|a| a.books()).prepare()?;
    /// let mut found = Vec::new();
    /// authors.by_key().each([mary, Id::new(9), frank], |author| {
    ///     found.push(author.map(|author| (author.name().to_owned(), author.books().len())));
    /// })?;
    /// assert_eq!(found, [Some(("Mary".into(), 0)), None, Some(("Frank".into(), 1))]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// None of a query that could be prepared.
    pub fn each<K: KeyOf<M>>(
        &mut self,
        keys: impl IntoIterator<Item = K>,
        show: impl FnMut(Option<W::Ref<'_>>),
    ) -> Result<()> {
        in_blocks(keys, K::lend, K::key, Shown { found: &mut self.0, show })
    }
}

/// A [`Prepared`] query answered by the columns `C` of a unique constraint. Made by
/// [`Prepared::by_unique`].
pub struct ByUnique<'q, M: Model, C, W = Entire<<M as Model>::Bare>> {
    found: Found<'q, M, W>,
    columns: Of<C>,
}

impl<M: Model, C: Columns<M>, W: Reads<M>> ByUnique<'_, M, C, W> {
    /// The row with these values: one, or a tuple for several columns. As [`ByKey::get`].
    ///
    /// # Errors
    /// None of a query that could be prepared.
    pub fn get<V: ValuesOf<C>>(&mut self, values: V) -> Result<Option<W::Ref<'_>>> {
        by_one(values, V::lend, V::key, |key| self.found.get(key))
    }

    /// Shows the row of each of these values. As [`ByKey::each`].
    ///
    /// # Errors
    /// None of a query that could be prepared.
    pub fn each<V: ValuesOf<C>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
        show: impl FnMut(Option<W::Ref<'_>>),
    ) -> Result<()> {
        in_blocks(values, V::lend, V::key, Shown { found: &mut self.found, show })
    }
}

impl<M: Model, W> fmt::Debug for ByKey<'_, M, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByKey").field("model", &M::NAME).finish_non_exhaustive()
    }
}

impl<M: Model, C, W> fmt::Debug for ByUnique<'_, M, C, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByUnique").field("model", &M::NAME).finish_non_exhaustive()
    }
}
