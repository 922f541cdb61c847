//! Results of flat queries.

use super::cells::{Cells, stored};
use super::plan::{Planned, Steps};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::{Slot, TableId};
use crate::store::Store;
use crate::value::{FromValue, Type, Value, ValueRef};
use crate::view::{Owned, OwnedRow, RowRef};
use ecow::EcoString;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;

/// What a query has found.
#[derive(Default)]
pub(super) struct Found {
    /// The columns of the result; none where whole rows are given.
    pub(super) cells: Vec<Cells>,
    /// The rows of each source, where cells or whole rows are read from them.
    pub(super) slots: Vec<Vec<Slot>>,
    pub(super) len: usize,
}

impl Found {
    /// All cells as values, column by column.
    pub(super) fn into_values(self, store: &Store) -> Vec<Vec<Value>> {
        let (slots, len) = (self.slots, self.len);
        let value = |cells: Cells| match cells {
            Cells::Values(values) => values,
            stored => (0..len).map(|at| stored.at(store, &slots, at).to_value()).collect(),
        };
        self.cells.into_iter().map(value).collect()
    }
}

/// The table of each source of a query, and its name; none of united rows.
fn sources(planned: &Planned) -> Vec<(EcoString, TableId, bool)> {
    match &planned.body {
        Steps::Select(joins) => {
            joins.sources.iter().map(|place| (place.name.clone(), place.table, place.visible)).collect()
        }
        Steps::Set(..) => Vec::new(),
    }
}

fn wrong_read<T>(name: &str, value: ValueRef<'_>) -> Error {
    let wanted = std::any::type_name::<T>();
    let mistake = QueryMistake::WrongRead { name: name.into(), holds: value.kind(), wanted };
    Error::new(ErrorKind::InvalidQuery(mistake))
}

/// The rows of a flat query, over the snapshot it was asked of.
///
/// With a selection each row is its columns; without one it is a row of each table, or none where that
/// side of a join is missing. Serialises as a list of objects.
#[derive(Clone)]
pub struct FlatPage {
    store: Arc<Store>,
    columns: Vec<(EcoString, Type)>,
    cells: Vec<Cells>,
    /// The sources in declared order: name, table, and place among them.
    sources: Vec<(EcoString, TableId, usize)>,
    slots: Vec<Vec<Slot>>,
    len: usize,
}

impl FlatPage {
    pub(super) fn new(store: Arc<Store>, planned: &Planned, found: Found) -> FlatPage {
        let Found { cells, slots, len } = found;
        let shown = sources(planned).into_iter().enumerate().filter(|(_, (_, _, visible))| *visible);
        let sources = shown.map(|(at, (name, table, _))| (name, table, at)).collect();
        FlatPage { store, columns: planned.columns.clone(), cells, sources, slots, len }
    }

    /// Other rows of the same query in the place of these; gives the vectors of their slots back.
    pub(super) fn refill(&mut self, found: Found) -> Vec<Vec<Slot>> {
        let Found { cells, slots, len } = found;
        (self.cells, self.len) = (cells, len);
        std::mem::replace(&mut self.slots, slots)
    }

    /// Reads all cells, so that they are near when they are asked for one by one. O(cells).
    pub(super) fn read_ahead(&self) {
        for cells in &self.cells {
            if let Cells::Stored { source, table, column } = cells
                && let Some(slots) = self.slots.get(*source)
            {
                self.store.table(*table).column(*column).read_ahead(slots);
            }
        }
    }

    /// How many rows there are. O(1).
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows. O(1).
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The row at a place, from 0. O(1).
    pub fn get(&self, at: usize) -> Option<FlatRow<'_>> {
        (at < self.len).then_some(FlatRow { page: self, at })
    }

    /// The first row. O(1).
    pub fn first(&self) -> Option<FlatRow<'_>> {
        self.get(0)
    }

    /// The rows, from both ends.
    pub fn iter(&self) -> FlatRows<'_> {
        FlatRows { page: self, from: 0, to: self.len }
    }

    /// The names and types of the columns; none where rows of tables are given.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&str, &Type)> + DoubleEndedIterator {
        self.columns.iter().map(|(name, ty)| (name.as_str(), ty))
    }

    /// All values of a column, as a Rust type. O(rows).
    ///
    /// # Errors
    /// `invalid_query` for a name that isn't there, and for a value that the type can't hold.
    pub fn column<'p, T: FromValue<'p>>(&'p self, name: &str) -> Result<Vec<T>> {
        let at = self.columns.iter().position(|(column, _)| column == name);
        self.taken(at.ok_or_else(|| self.not_selected(name))?, T::from_value, T::of_integer(), T::of_text())
    }

    /// All values of the column at a place, as what `take` makes of them. O(rows).
    ///
    /// # Errors
    /// `invalid_query` for a place that isn't there, and for a value of which `take` makes nothing.
    #[cfg(feature = "typed")]
    #[inline]
    pub(crate) fn column_at<'p, T>(
        &'p self,
        at: usize,
        take: impl Fn(ValueRef<'p>) -> Option<T>,
    ) -> Result<Vec<T>> {
        self.taken(at, take, None, None)
    }

    #[inline]
    fn taken<'p, T>(
        &'p self,
        at: usize,
        take: impl Fn(ValueRef<'p>) -> Option<T>,
        of_integer: Option<fn(i64) -> T>,
        of_text: Option<fn(&'p str) -> T>,
    ) -> Result<Vec<T>> {
        let cells = self.cells.get(at).ok_or_else(|| self.not_selected(""))?;
        let values = match cells {
            Cells::Values(values) => {
                let read = |value: ValueRef<'p>| take(value).ok_or(value);
                values.iter().map(|value| read(value.as_ref())).collect()
            }
            Cells::Stored { source, table, column } => {
                let slots = self.slots.get(*source).map_or(&[][..], Vec::as_slice);
                stored(self.store.table(*table).column(*column).view(), slots, take, of_integer, of_text)
            }
        };
        let name = || self.columns.get(at).map_or("", |(name, _)| name.as_str());
        values.map_err(|value| wrong_read::<T>(name(), value))
    }

    /// An owned copy of everything; a table's row under the table's name. O(cells).
    pub fn to_owned_rows(&self) -> Vec<OwnedRow> {
        self.iter().map(FlatRow::to_owned_row).collect()
    }

    fn not_selected(&self, name: &str) -> Error {
        let columns = self.columns.iter().map(|(name, _)| name.clone());
        let rows = self.sources.iter().filter(|_| self.columns.is_empty()).map(|(name, ..)| name.clone());
        let selected = columns.chain(rows).collect();
        Error::new(ErrorKind::InvalidQuery(QueryMistake::NotSelected { name: name.into(), selected }))
    }
}

/// One row of a [`FlatPage`]. Copying it is free.
#[derive(Clone, Copy)]
pub struct FlatRow<'p> {
    page: &'p FlatPage,
    at: usize,
}

impl<'p> FlatRow<'p> {
    /// The value of a column, as a Rust type; null only as an `Option`. O(columns).
    ///
    /// # Errors
    /// `invalid_query` for a name that isn't there, and for a value that the type can't hold.
    pub fn get<T: FromValue<'p>>(self, name: &str) -> Result<T> {
        let value = self.value(name)?;
        T::from_value(value).ok_or_else(|| wrong_read::<T>(name, value))
    }

    /// The value of a column. O(columns).
    ///
    /// # Errors
    /// `invalid_query` for a name that isn't there.
    pub fn value(self, name: &str) -> Result<ValueRef<'p>> {
        let at = self.page.columns.iter().position(|(column, _)| column == name);
        at.map(|at| self.cell(at)).ok_or_else(|| self.page.not_selected(name))
    }

    /// The value of the column at a place, from 0; null past the last. O(1).
    #[inline]
    pub fn cell(self, column: usize) -> ValueRef<'p> {
        let page = self.page;
        match page.cells.get(column) {
            Some(cells) => cells.at(&page.store, &page.slots, self.at),
            None => ValueRef::Null,
        }
    }

    /// The names and values of the columns, in the order selected.
    pub fn values(self) -> impl ExactSizeIterator<Item = (&'p str, ValueRef<'p>)> + DoubleEndedIterator {
        let columns = self.page.columns.iter().enumerate();
        columns.map(move |(at, (name, _))| (name.as_str(), self.cell(at)))
    }

    /// The row of a table, by its name or alias; `None` where that side of a join is missing. O(tables).
    ///
    /// # Errors
    /// `invalid_query` for a name that isn't there, or where the query selects columns.
    pub fn row(self, name: &str) -> Result<Option<RowRef<'p>>> {
        let found = self.rows().find(|(source, _)| *source == name);
        found.map(|(_, row)| row).ok_or_else(|| self.page.not_selected(name))
    }

    /// The names of the tables, in declared order, each with its row.
    pub fn rows(self) -> impl Iterator<Item = (&'p str, Option<RowRef<'p>>)> {
        let page = self.page;
        page.sources.iter().filter(|_| page.columns.is_empty()).map(move |(name, table, source)| {
            let slot =
                page.slots.get(*source).and_then(|slots| slots.get(self.at)).and_then(|slot| slot.some());
            (name.as_str(), slot.map(|slot| RowRef::new(&page.store, *table, slot)))
        })
    }

    /// The table at a place among those shown, and where its row is.
    #[cfg(feature = "typed")]
    pub(crate) fn side(self, at: usize) -> Option<(&'p Arc<Store>, TableId, Slot)> {
        let (_, table, source) = self.page.sources.get(at)?;
        let slot = self.page.slots.get(*source).and_then(|slots| slots.get(self.at));
        Some((&self.page.store, *table, slot.copied().unwrap_or_default()))
    }

    /// An owned copy. O(cells).
    pub fn to_owned_row(self) -> OwnedRow {
        let values = self.values().map(|(name, value)| (name.into(), Owned::Value(value.to_value())));
        let rows = self.rows().map(|(name, row)| {
            let owned = row.map(|row| {
                let cells = row.values();
                cells.map(|(name, value)| (name.into(), Owned::Value(value.to_value()))).collect()
            });
            (name.into(), Owned::One(owned))
        });
        values.chain(rows).collect()
    }
}

/// Iterates over the rows of a [`FlatPage`].
#[derive(Clone)]
pub struct FlatRows<'p> {
    page: &'p FlatPage,
    from: usize,
    to: usize,
}

impl<'p> Iterator for FlatRows<'p> {
    type Item = FlatRow<'p>;

    fn next(&mut self) -> Option<FlatRow<'p>> {
        if self.from == self.to {
            return None;
        }
        self.from += 1;
        Some(FlatRow { page: self.page, at: self.from - 1 })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.to - self.from, Some(self.to - self.from))
    }
}

impl DoubleEndedIterator for FlatRows<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.from == self.to {
            return None;
        }
        self.to -= 1;
        Some(FlatRow { page: self.page, at: self.to })
    }
}

impl ExactSizeIterator for FlatRows<'_> {}
impl FusedIterator for FlatRows<'_> {}

impl<'p> IntoIterator for &'p FlatPage {
    type Item = FlatRow<'p>;
    type IntoIter = FlatRows<'p>;

    fn into_iter(self) -> FlatRows<'p> {
        self.iter()
    }
}

impl Serialize for FlatRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.values() {
            map.serialize_entry(name, &value)?;
        }
        for (name, row) in self.rows() {
            map.serialize_entry(name, &row)?;
        }
        map.end()
    }
}

impl Serialize for FlatPage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len))?;
        for row in self {
            list.serialize_element(&row)?;
        }
        list.end()
    }
}

/// `{name: "Ann", posts: 2}`.
impl fmt::Display for FlatRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        let mut between = "";
        for (name, value) in self.values() {
            write!(f, "{between}{name}: {value:?}")?;
            between = ", ";
        }
        for (name, row) in self.rows() {
            match row {
                Some(row) => write!(f, "{between}{name}: {row}")?,
                None => write!(f, "{between}{name}: null")?,
            }
            between = ", ";
        }
        f.write_str("}")
    }
}

/// Each row on a line.
impl fmt::Display for FlatPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, row) in self.iter().enumerate() {
            write!(f, "{}{row}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for FlatRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for FlatPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
