//! Names of a level resolved once, for loops.

use super::row::{RowView, index_of, not_included, not_selected};
use crate::column::{ColumnView, DataView};
use crate::error::Result;
use crate::id::Slot;
use crate::plan::{Include, Level};
use crate::store::Store;
use crate::value::{Type, ValueRef};
use std::sync::Arc;

/// The columns and relations of one level of a result.
///
/// ```
/// # use relata::{Column, Database, ForeignKey, Relation, Schema, Table, row};
/// # let db = Database::new(Schema::new()
/// #     .table(Table::new("authors").column(Column::integer("id")).column(Column::text("name"))
/// #         .primary_key(["id"]))
/// #     .table(Table::new("books").column(Column::integer("id")).column(Column::text("title"))
/// #         .column(Column::integer("author_id")).primary_key(["id"])
/// #         .foreign_key(ForeignKey::new(["author_id"], "authors")))
/// #     .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]))
/// #     .relation(Relation::many("authors", "books", "books")))?;
/// # db.insert("authors", row! { id: 1, name: "Frank" })?;
/// # db.insert("books", row! { id: 7, title: "Dune", author_id: 1 })?;
/// let page = db.query("authors").include("books", |books| books).all()?;
/// let books = page.shape().relation("books")?;
/// let title = books.shape().column("title")?;
/// for author in &page {
///     for book in author.rows(books) {
///         assert_eq!(title.text(book), Some("Dune"));
///     }
/// }
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Shape<'p> {
    store: &'p Arc<Store>,
    level: &'p Level,
}

impl<'p> Shape<'p> {
    pub(crate) fn new(store: &'p Arc<Store>, level: &'p Level) -> Shape<'p> {
        Shape { store, level }
    }

    /// The cells of a column, or an extra. O(1).
    ///
    /// # Errors
    /// `invalid_query` for a name that the query doesn't give.
    pub fn column(self, name: &str) -> Result<Cells<'p>> {
        let info = self.store.catalog().table(self.level.table);
        let source = match info.column_ids.get(name).filter(|id| self.level.columns.contains(id)) {
            Some(id) => Source::Column(self.store.table(self.level.table).column(*id).view()),
            None => match self.level.extras.iter().position(|extra| extra.name == name) {
                Some(extra) => Source::Extra(extra),
                None => return Err(not_selected(self.store, self.level, name)),
            },
        };
        Ok(Cells { level: self.level, source })
    }

    /// What is included under a name. O(includes).
    ///
    /// # Errors
    /// `invalid_query` when the query didn't include it.
    pub fn relation(self, name: &str) -> Result<Nested<'p>> {
        match index_of(self.level, name) {
            Some(index) => Ok(Nested { store: self.store, level: self.level, index }),
            None => Err(not_included(self.level, name)),
        }
    }

    /// The names and types of its columns in declared order, then of its extras.
    pub fn columns(self) -> impl DoubleEndedIterator<Item = (&'p str, &'p Type)> {
        let info = self.store.catalog().table(self.level.table);
        let columns = self.level.columns.iter().map(|id| info.column(*id));
        let extras =
            self.level.extras.iter().map(|extra| (extra.name.as_str(), extra.computed.column_type()));
        columns.map(|column| (column.name.as_str(), &column.ty)).chain(extras)
    }

    /// What is included, in the order asked.
    pub fn relations(self) -> impl ExactSizeIterator<Item = Nested<'p>> + DoubleEndedIterator {
        let all = self.level.includes.len() + usize::from(self.level.recursion.is_some());
        (0..all).map(move |index| Nested { store: self.store, level: self.level, index })
    }

    /// The table its rows are of.
    pub fn table(self) -> &'p str {
        &self.store.catalog().table(self.level.table).name
    }
}

/// What is included with the rows of a level.
#[derive(Clone, Copy)]
pub struct Nested<'p> {
    store: &'p Arc<Store>,
    pub(super) level: &'p Level,
    pub(super) index: usize,
}

impl<'p> Nested<'p> {
    fn include(self) -> Option<&'p Include> {
        self.level.includes.get(self.index)
    }

    /// Its name in the result.
    pub fn name(self) -> &'p str {
        let again = || self.level.recursion.as_ref().map_or("", |again| again.name.as_str());
        self.include().map_or_else(again, |include| include.name.as_str())
    }

    /// Whether it leads to many rows.
    pub fn is_many(self) -> bool {
        let again = || self.level.recursion.as_ref().is_some_and(|again| again.many);
        self.include().map_or_else(again, |include| include.many)
    }

    /// Whether it is repeated from the rows it finds: then the shape of its rows has it again.
    pub fn is_recursive(self) -> bool {
        self.shape().level.recursion.as_ref().is_some_and(|again| again.name == self.name())
    }

    /// The columns and relations of its rows; along a polymorphic relation of those of its first table.
    pub fn shape(self) -> Shape<'p> {
        Shape::new(self.store, self.include().map_or(self.level, |include| &include.level))
    }

    /// The columns and relations of its rows for each table that they can be of. O(1).
    pub fn shapes(self) -> impl Iterator<Item = Shape<'p>> {
        let all = self.include().into_iter().flat_map(|first| std::iter::once(first).chain(&first.others));
        all.map(move |include| Shape::new(self.store, &include.level))
    }
}

/// The cells of one column of a level, for a loop over its rows.
///
/// A row of another level gives null, as a type that the column doesn't hold gives `None`.
#[derive(Clone, Copy)]
pub struct Cells<'p> {
    level: &'p Level,
    source: Source<'p>,
}

#[derive(Clone, Copy)]
enum Source<'p> {
    Column(ColumnView<'p>),
    Extra(usize),
}

impl<'p> Cells<'p> {
    /// The row's cell. O(1).
    #[inline]
    pub fn get<'r>(&self, row: RowView<'r>) -> ValueRef<'r>
    where
        'p: 'r,
    {
        match &self.source {
            _ if !std::ptr::eq(self.level, row.level) => ValueRef::Null,
            Source::Column(view) => view.get(row.slot()),
            Source::Extra(extra) => row.extra(*extra),
        }
    }

    /// The row's cell of a text, JSON or enum column. O(1).
    #[inline]
    pub fn text(&self, row: RowView<'_>) -> Option<&'p str> {
        let (view, slot) = self.at(row)?;
        text(view, slot)
    }

    /// The row's cell of an integer column of any width, or its aggregate that is one. O(1).
    #[inline]
    pub fn integer(&self, row: RowView<'_>) -> Option<i64> {
        match self.at(row) {
            Some((view, slot)) => integer(view, slot),
            None => self.aggregate(row).as_i64(),
        }
    }

    /// The row's cell of a float column, or its aggregate that is one. O(1).
    #[inline]
    pub fn float(&self, row: RowView<'_>) -> Option<f64> {
        match self.at(row) {
            Some((view, slot)) => float(view, slot),
            None => self.aggregate(row).as_f64(),
        }
    }

    /// The row's cell of a boolean column. O(1).
    #[inline]
    pub fn boolean(&self, row: RowView<'_>) -> Option<bool> {
        let (view, slot) = self.at(row)?;
        boolean(view, slot)
    }

    #[inline(always)]
    fn at(&self, row: RowView<'_>) -> Option<(&ColumnView<'p>, Slot)> {
        match &self.source {
            Source::Column(view) if std::ptr::eq(self.level, row.level) => Some((view, row.slot())),
            _ => None,
        }
    }

    // Apart, as what follows: reading a plain column stays small enough to be inlined.
    #[inline(never)]
    fn aggregate<'r>(&self, row: RowView<'r>) -> ValueRef<'r>
    where
        'p: 'r,
    {
        self.get(row)
    }
}

/// The text of a cell, read without making a value.
#[inline(always)]
pub(super) fn text<'a>(view: &ColumnView<'a>, slot: Slot) -> Option<&'a str> {
    match &view.data {
        DataView::Text(v) if view.nulls.is_none() => match v.near(slot.index()) {
            None => any_text(view, slot),
            text => text,
        },
        _ => any_text(view, slot),
    }
}

/// The text of a cell that may be null, or an enum's.
#[inline(never)]
fn any_text<'a>(view: &ColumnView<'a>, slot: Slot) -> Option<&'a str> {
    match &view.data {
        _ if view.is_null(slot) => None,
        DataView::Text(v) | DataView::Json(v) => Some(v.at(slot.index())),
        _ => view.get(slot).as_str(),
    }
}

/// The integer of a cell, read without making a value.
#[inline(always)]
pub(super) fn integer(view: &ColumnView<'_>, slot: Slot) -> Option<i64> {
    match &view.data {
        DataView::Integer(v) if view.nulls.is_none() => match v.near(slot.index()) {
            None => any_integer(view, slot),
            cell => cell,
        },
        _ => any_integer(view, slot),
    }
}

/// The integer of a cell that may be null, or of less width.
#[inline(never)]
fn any_integer(view: &ColumnView<'_>, slot: Slot) -> Option<i64> {
    match &view.data {
        _ if view.is_null(slot) => None,
        DataView::Integer(v) => Some(v.at(slot.index())),
        DataView::Int(v) => Some(v.at(slot.index()).into()),
        DataView::Smallint(v) => Some(v.at(slot.index()).into()),
        _ => None,
    }
}

/// The number of a float cell, read without making a value.
#[inline]
pub(super) fn float(view: &ColumnView<'_>, slot: Slot) -> Option<f64> {
    match &view.data {
        DataView::Float(v) if !view.is_null(slot) => Some(v.at(slot.index())),
        _ => None,
    }
}

/// The truth of a boolean cell, read without making a value.
#[inline]
pub(super) fn boolean(view: &ColumnView<'_>, slot: Slot) -> Option<bool> {
    match &view.data {
        DataView::Boolean(v) if !view.is_null(slot) => Some(v.at(slot.index())),
        _ => None,
    }
}
