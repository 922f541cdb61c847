//! One row of a page, and the rows of an include.

use super::rows::{Found, Level as FoundLevel};
use super::shape::{Cells, Nested, Shape};
use crate::catalog::TableInfo;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::{ColumnId, Slot};
use crate::plan::{Include, Level};
use crate::store::Store;
use crate::value::{FromValue, ValueRef};
use ecow::EcoString;
use std::iter::FusedIterator;
use std::ops::Range;
use std::sync::Arc;

/// One row of a result. It borrows its cells from the snapshot; copying it is free.
///
/// By name, a cell costs a search among the row's columns. In a loop over many rows, resolve names
/// once through a [`Shape`].
#[derive(Clone, Copy)]
pub struct RowView<'p> {
    pub(super) store: &'p Arc<Store>,
    pub(super) level: &'p Level,
    pub(super) found: &'p FoundLevel,
    pub(super) at: usize,
}

impl<'p> RowView<'p> {
    #[inline]
    pub(crate) fn new(
        store: &'p Arc<Store>,
        level: &'p Level,
        found: &'p FoundLevel,
        at: usize,
    ) -> RowView<'p> {
        RowView { store, level, found, at }
    }

    /// Where it is.
    #[cfg(feature = "typed")]
    #[inline]
    pub(crate) fn parts(self) -> (&'p Arc<Store>, &'p Level, &'p FoundLevel, usize) {
        (self.store, self.level, self.found, self.at)
    }

    #[inline]
    pub(super) fn slot(self) -> Slot {
        self.found.slots.get(self.at).copied().unwrap_or_default()
    }

    pub(super) fn info(self) -> &'p TableInfo {
        self.store.catalog().table(self.level.table)
    }

    /// The table the row is of.
    pub fn table(self) -> &'p str {
        &self.info().name
    }

    /// The cell or extra named `name`, as a Rust type; null only as an `Option`. O(columns).
    ///
    /// # Errors
    /// `invalid_query` for a name that the query doesn't give, and for a cell that the type can't
    /// hold.
    pub fn get<T: FromValue<'p>>(self, name: &str) -> Result<T> {
        let value = self.value(name)?;
        T::from_value(value).ok_or_else(|| wrong_read::<T>(name, value))
    }

    /// The cell or extra named `name`. O(columns).
    ///
    /// # Errors
    /// `invalid_query` for a name that the query doesn't give.
    pub fn value(self, name: &str) -> Result<ValueRef<'p>> {
        if let Some(column) = self.info().column_ids.get(name).filter(|id| self.level.columns.contains(id)) {
            return Ok(self.column(*column));
        }
        match self.level.extras.iter().position(|extra| extra.name == name) {
            Some(extra) => Ok(self.extra(extra)),
            None => Err(not_selected(self.store, self.level, name)),
        }
    }

    /// The cell under a handle. O(1). A handle of another level gives null.
    #[inline]
    pub fn cell(self, cells: Cells<'p>) -> ValueRef<'p> {
        cells.get(self)
    }

    /// The rows included under `name`. O(includes).
    ///
    /// # Errors
    /// `invalid_query` when the query didn't include it, or it leads to one row.
    pub fn many(self, name: &str) -> Result<RowViews<'p>> {
        match self.included(name)? {
            (true, rows) => Ok(rows),
            (false, _) => Err(wrong_read_as(name, "one row", "many rows")),
        }
    }

    /// The row included under `name`; `None` when there is none. O(includes).
    ///
    /// # Errors
    /// `invalid_query` when the query didn't include it, or it leads to many rows.
    pub fn one(self, name: &str) -> Result<Option<RowView<'p>>> {
        match self.included(name)? {
            (true, _) => Err(wrong_read_as(name, "many rows", "one row")),
            (false, rows) => Ok(rows.first()),
        }
    }

    /// Whether rows were included under `name` for this row: not when the query didn't, and not where
    /// a recursive include ends. O(includes).
    pub fn is_loaded(self, name: &str) -> bool {
        self.included(name).is_ok()
    }

    /// The rows included under a handle; for a to-one the row there is. O(1). A handle of another
    /// level gives none, and so does one of a recursive include that ends at this row.
    #[inline]
    pub fn rows(self, nested: Nested<'p>) -> RowViews<'p> {
        match self.plain(nested) {
            Some((include, found)) => self.rows_in(include, found),
            None => self.any_rows(nested),
        }
    }

    /// What is included under a handle of this level, where it leads to one table and isn't this level again.
    #[inline(always)]
    fn plain(self, nested: Nested<'p>) -> Option<(&'p Include, &'p Found)> {
        if !std::ptr::eq(nested.level, self.level) {
            return None;
        }
        let (include, found) =
            (self.level.includes.get(nested.index)?, self.found.includes.get(nested.index)?);
        include.others.is_empty().then_some((include, found))
    }

    // Apart, so that all other reading stays small enough to be inlined.
    #[inline(never)]
    fn any_rows(self, nested: Nested<'p>) -> RowViews<'p> {
        let loaded = if std::ptr::eq(nested.level, self.level) { self.loaded(nested.index) } else { None };
        loaded.map_or_else(|| self.none(), |(_, _, rows)| rows)
    }

    /// The row included under a handle of a to-one; `None` when there is none, and for a handle of
    /// another level. O(1).
    #[inline]
    pub fn row(self, nested: Nested<'p>) -> Option<RowView<'p>> {
        match self.plain(nested) {
            Some((include, found)) if !include.many => {
                let is_there = found.rows.slots.get(self.at).is_some_and(|slot| !slot.is_none());
                is_there.then(|| RowView::new(self.store, &include.level, &found.rows, self.at))
            }
            _ => self.rows(nested).first(),
        }
    }

    /// The columns and relations of this row, to be resolved once for many.
    pub fn shape(self) -> Shape<'p> {
        Shape::new(self.store, self.level)
    }

    /// The names and values of its columns in declared order, then of its extras.
    pub fn values(self) -> impl ExactSizeIterator<Item = (&'p str, ValueRef<'p>)> + DoubleEndedIterator {
        let columns = self.level.columns.len();
        (0..columns + self.level.extras.len()).map(move |at| match self.level.columns.get(at) {
            Some(id) => (self.info().column(*id).name.as_str(), self.column(*id)),
            None => (self.level.extras[at - columns].name.as_str(), self.extra(at - columns)),
        })
    }

    /// The names of what is included, in the order asked, each with its rows; and whether it leads to
    /// many.
    pub fn includes(
        self,
    ) -> impl ExactSizeIterator<Item = (&'p str, bool, RowViews<'p>)> + DoubleEndedIterator {
        let loaded = self.level.includes.len() + usize::from(self.found.deeper.range(self.at).is_some());
        (0..loaded).map(move |index| self.loaded(index).unwrap_or(("", true, self.none())))
    }

    #[inline]
    pub(super) fn column(self, id: ColumnId) -> ValueRef<'p> {
        self.store.table(self.level.table).column(id).get(self.slot())
    }

    pub(super) fn extra(self, extra: usize) -> ValueRef<'p> {
        self.found.extras.get(extra).map_or(ValueRef::Null, |cells| cells.get(self.at))
    }

    fn included(self, name: &str) -> Result<(bool, RowViews<'p>)> {
        let index = index_of(self.level, name).ok_or_else(|| not_included(self.level, name))?;
        let ends = || mistake(QueryMistake::RecursionEnds { relation: name.into() });
        self.loaded(index).map(|(_, many, rows)| (many, rows)).ok_or_else(ends)
    }

    /// What is included at a place, by name, whether to many, and rows; after the includes comes the
    /// level itself where it's recursive.
    #[inline]
    fn loaded(self, index: usize) -> Option<(&'p str, bool, RowViews<'p>)> {
        let Some(include) = self.level.includes.get(index) else { return self.deeper(index) };
        let found = self.found.includes.get(index)?;
        Some((include.name.as_str(), include.many, self.rows_of(include, found)))
    }

    fn deeper(self, index: usize) -> Option<(&'p str, bool, RowViews<'p>)> {
        let recursion = self.level.recursion.as_ref().filter(|_| index == self.level.includes.len())?;
        let rows = self.found.deeper.range(self.at)?;
        Some((recursion.name.as_str(), recursion.many, self.same_level(rows)))
    }

    fn same_level(self, rows: Range<usize>) -> RowViews<'p> {
        RowViews { store: self.store, level: self.level, found: self.found, from: rows.start, to: rows.end }
    }

    fn none(self) -> RowViews<'p> {
        self.same_level(0..0)
    }

    /// The table that the row leads to, where the relation is polymorphic.
    #[inline]
    fn branch(self, include: &'p Include, found: &'p Found) -> (&'p Include, &'p Found) {
        if include.others.is_empty() { (include, found) } else { self.other_branch(include, found) }
    }

    fn other_branch(self, include: &'p Include, found: &'p Found) -> (&'p Include, &'p Found) {
        let leads = |found: &Found| found.rows.slots.get(self.at).is_some_and(|slot| !slot.is_none());
        let mut others = include.others.iter().zip(&found.others);
        match others.find(|(_, other)| leads(other)) {
            Some(other) if !leads(found) => other,
            _ => (include, found),
        }
    }

    #[inline]
    fn rows_of(self, include: &'p Include, found: &'p Found) -> RowViews<'p> {
        let (include, found) = self.branch(include, found);
        self.rows_in(include, found)
    }

    /// The rows of an include to one table.
    #[inline(always)]
    fn rows_in(self, include: &'p Include, found: &'p Found) -> RowViews<'p> {
        let range = match (include.many, found.rows.slots.get(self.at)) {
            (true, _) => found.range(self.at),
            (false, Some(slot)) if !slot.is_none() => self.at..self.at + 1,
            (false, _) => 0..0,
        };
        RowViews {
            store: self.store,
            level: &include.level,
            found: &found.rows,
            from: range.start,
            to: range.end,
        }
    }
}

/// The place of what is included under a name.
pub(super) fn index_of(level: &Level, name: &str) -> Option<usize> {
    let include = level.includes.iter().position(|include| include.name == name);
    let again = || level.recursion.as_ref().filter(|recursion| recursion.name == name);
    include.or_else(|| again().map(|_| level.includes.len()))
}

/// Some rows of a result, one after the other: a page's, or those included with one row.
#[derive(Clone, Copy)]
pub struct RowViews<'p> {
    store: &'p Arc<Store>,
    level: &'p Level,
    found: &'p FoundLevel,
    from: usize,
    to: usize,
}

impl<'p> RowViews<'p> {
    /// All rows of the outermost level.
    pub(super) fn all(store: &'p Arc<Store>, level: &'p Level, found: &'p FoundLevel) -> RowViews<'p> {
        RowViews { store, level, found, from: 0, to: found.slots.len() }
    }

    /// How many there are. O(1).
    #[inline]
    pub fn len(self) -> usize {
        self.to - self.from
    }

    /// Whether there are none. O(1).
    #[inline]
    pub fn is_empty(self) -> bool {
        self.from == self.to
    }

    /// The row at a place, from 0. O(1).
    #[inline]
    pub fn get(self, at: usize) -> Option<RowView<'p>> {
        (at < self.len()).then(|| RowView::new(self.store, self.level, self.found, self.from + at))
    }

    /// The first row. O(1).
    #[inline]
    pub fn first(self) -> Option<RowView<'p>> {
        self.get(0)
    }

    /// The rows, from both ends.
    #[inline]
    pub fn iter(self) -> RowViewsIter<'p> {
        RowViewsIter(self)
    }

    /// The columns and relations of these rows.
    pub fn shape(self) -> Shape<'p> {
        Shape::new(self.store, self.level)
    }
}

impl<'p> IntoIterator for RowViews<'p> {
    type Item = RowView<'p>;
    type IntoIter = RowViewsIter<'p>;

    #[inline]
    fn into_iter(self) -> RowViewsIter<'p> {
        self.iter()
    }
}

/// Iterates over [`RowViews`].
#[derive(Clone)]
pub struct RowViewsIter<'p>(RowViews<'p>);

impl<'p> Iterator for RowViewsIter<'p> {
    type Item = RowView<'p>;

    #[inline]
    fn next(&mut self) -> Option<RowView<'p>> {
        let row = self.0.first()?;
        self.0.from += 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }

    fn nth(&mut self, n: usize) -> Option<RowView<'p>> {
        self.0.from = self.0.from.saturating_add(n).min(self.0.to);
        self.next()
    }
}

impl DoubleEndedIterator for RowViewsIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let row = self.0.get(self.0.len().checked_sub(1)?)?;
        self.0.to -= 1;
        Some(row)
    }
}

impl ExactSizeIterator for RowViewsIter<'_> {}
impl FusedIterator for RowViewsIter<'_> {}

/// The names of a level's columns and extras.
pub(super) fn selected(store: &Store, level: &Level) -> Vec<EcoString> {
    let columns = store.catalog().column_names(level.table, &level.columns);
    columns.into_iter().chain(level.extras.iter().map(|extra| extra.name.clone())).collect()
}

pub(super) fn not_selected(store: &Store, level: &Level, name: &str) -> Error {
    mistake(QueryMistake::NotSelected { name: name.into(), selected: selected(store, level) })
}

pub(super) fn not_included(level: &Level, name: &str) -> Error {
    let again = level.recursion.iter().map(|recursion| recursion.name.clone());
    let included = level.includes.iter().map(|include| include.name.clone()).chain(again).collect();
    mistake(QueryMistake::NotIncluded { relation: name.into(), included })
}

pub(super) fn wrong_read<T>(name: &str, value: ValueRef<'_>) -> Error {
    wrong_read_as(name, value.kind(), short_name(std::any::type_name::<T>()))
}

pub(super) fn wrong_read_as(name: &str, holds: &'static str, wanted: &'static str) -> Error {
    mistake(QueryMistake::WrongRead { name: name.into(), holds, wanted })
}

/// A type's name without the path of a plain type.
fn short_name(name: &'static str) -> &'static str {
    if name.contains('<') { name } else { name.rsplit("::").next().unwrap_or(name) }
}

fn mistake(mistake: QueryMistake) -> Error {
    Error::new(ErrorKind::InvalidQuery(mistake))
}
