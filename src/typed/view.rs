//! Where the cells of typed rows are.

use super::field::{Cell, Field};
use crate::column::Column;
use crate::id::{ColumnId, Slot, TableId};
use crate::plan::{Include, Level};
use crate::store::Store;
use crate::value::ValueRef;
use crate::view::{Found, FoundLevel, Page, RowRef, RowView};
use std::sync::Arc;

/// A place in a snapshot, and in a result when it's of one: what every derived row wraps.
#[derive(Clone, Copy)]
pub struct View<'p> {
    store: &'p Arc<Store>,
    columns: &'p [Column],
    table: TableId,
    slot: Slot,
    at: usize,
    /// `None` for a row that no query gave.
    found: Option<(&'p Level, &'p FoundLevel)>,
}

impl<'p> View<'p> {
    #[inline]
    pub(super) fn of_query(row: RowView<'p>) -> View<'p> {
        let (store, level, found, at) = row.parts();
        let slot = found.slots.get(at).copied().unwrap_or_default();
        View {
            store,
            columns: store.table(level.table).columns(),
            table: level.table,
            slot,
            at,
            found: Some((level, found)),
        }
    }

    #[inline]
    pub(super) fn of_row(row: RowRef<'p>) -> View<'p> {
        let (store, table, slot) = row.parts();
        View::in_table(store.table(table).columns(), store, table, slot)
    }

    /// A row of a table whose columns are looked up already, for a loop.
    #[inline]
    pub(super) fn in_table(
        columns: &'p [Column],
        store: &'p Arc<Store>,
        table: TableId,
        slot: Slot,
    ) -> View<'p> {
        View { store, columns, table, slot, at: 0, found: None }
    }

    #[inline]
    pub(super) fn row(self) -> RowRef<'p> {
        RowRef::new(self.store, self.table, self.slot)
    }

    /// Reads the cell of the column at `place`. O(1).
    #[inline]
    pub fn read<T: Field>(self, place: usize) -> T::Ref<'p> {
        T::read(Cell::new(&self.columns[place], self.slot))
    }

    /// An owned copy of the cell of the column at `place`.
    pub fn own<T: Field>(self, place: usize) -> T {
        T::own(self.read::<T>(place))
    }

    /// The rows of the include at `place`; none when there is no such include.
    #[inline]
    pub(super) fn many(self, place: usize) -> Views<'p> {
        let include = self
            .found
            .and_then(|(level, found)| Some((level.includes.get(place)?, found.includes.get(place)?)));
        let Some((include, found)) = include else { return Views { slots: &[], first: 0, like: self } };
        let range = found.range(self.at);
        let slots = found.rows.slots.get(range.clone()).unwrap_or_default();
        let level = &include.level;
        let columns = self.store.table(level.table).columns();
        let like = View { columns, table: level.table, found: Some((level, &found.rows)), ..self };
        Views { slots, first: range.start, like }
    }

    /// The row of the include at `place`.
    #[inline]
    pub(super) fn one(self, place: usize) -> Option<View<'p>> {
        let (level, found) = self.found?;
        let (level, found) = (&level.includes.get(place)?.level, &found.includes.get(place)?.rows);
        let slot = found.slots.get(self.at)?.some()?;
        let columns = self.store.table(level.table).columns();
        Some(View { columns, table: level.table, slot, found: Some((level, found)), ..self })
    }

    /// The row of the include at `place`, along a key that isn't null and is kept whole: it's there.
    #[inline]
    pub(super) fn required(self, place: usize) -> View<'p> {
        self.one(place).unwrap_or_else(|| self.nobody(place))
    }

    /// In the place of a row that should be there: one of the same table, with defaults for cells.
    #[cold]
    fn nobody(self, place: usize) -> View<'p> {
        let include = self.found.and_then(|(level, _)| level.includes.get(place));
        let table = include.map_or(self.table, |include| include.level.table);
        View::in_table(self.store.table(table).columns(), self.store, table, Slot::NONE)
    }

    /// Whether it is of a row at all.
    #[inline]
    pub(super) fn is_there(self) -> bool {
        !self.slot.is_none()
    }

    /// The rows that a recursive include found from this one; `None` where it ends here.
    pub(super) fn deeper(self) -> Option<Views<'p>> {
        let (level, found) = self.found?;
        level.recursion.as_ref()?;
        let range = found.deeper.range(self.at)?;
        let slots = found.slots.get(range.clone()).unwrap_or_default();
        Some(Views { slots, first: range.start, like: self })
    }

    /// The row of the polymorphic include at `place`, and the place of its table among those the relation
    /// leads to.
    pub(super) fn branch(self, place: usize) -> Option<(usize, View<'p>)> {
        let (level, found) = self.found?;
        let (include, found) = (level.includes.get(place)?, found.includes.get(place)?);
        let includes = std::iter::once(include).chain(&include.others);
        let all = includes.zip(std::iter::once(found).chain(&found.others));
        let leads = |(at, (include, found)): (usize, (&'p Include, &'p Found))| {
            let slot = found.rows.slots.get(self.at)?.some()?;
            let table = include.level.table;
            let columns = self.store.table(table).columns();
            Some((at, View { columns, table, slot, found: Some((&include.level, &found.rows)), ..self }))
        };
        all.enumerate().find_map(leads)
    }

    /// The count at `place`.
    #[inline]
    pub(super) fn count(self, place: usize) -> i64 {
        self.total(place).as_i64().unwrap_or_default()
    }

    /// What was made of rows, at `place`.
    #[inline]
    pub(super) fn total(self, place: usize) -> ValueRef<'p> {
        let made = self.found.and_then(|(_, found)| found.extras.get(place));
        made.map_or(ValueRef::Null, |made| made.get(self.at))
    }

    /// The names and cells of its columns.
    pub(super) fn values(self) -> impl ExactSizeIterator<Item = (&'p str, ValueRef<'p>)> {
        let info = self.store.catalog().table(self.table);
        // Those that were asked for; all, of a row that no query gave.
        let asked = self.found.map(|(level, _)| level.columns.as_slice());
        let len = asked.map_or(info.columns().len(), <[ColumnId]>::len);
        (0..len).map(move |at| {
            let id = asked.and_then(|asked| asked.get(at).copied()).unwrap_or(ColumnId::new(at));
            (info.column(id).name(), self.columns[id.index()].get(self.slot))
        })
    }

    /// The names of what was made of rows, and what it is.
    pub(super) fn totals(self) -> impl Iterator<Item = (&'p str, ValueRef<'p>)> {
        let extras = self.found.map_or(&[][..], |(level, _)| &level.extras);
        extras.iter().enumerate().map(move |(place, extra)| (extra.name.as_str(), self.total(place)))
    }

    /// What is included, by name; what a recursive include found from this row comes last.
    pub(super) fn nested(self) -> impl Iterator<Item = (&'p str, Nested<'p>)> {
        let includes = self.found.map_or(&[][..], |(level, _)| &level.includes);
        let included = includes.iter().enumerate().map(move |(place, include)| {
            let nested = match include.many {
                true => Nested::Many(self.many(place)),
                false if include.others.is_empty() => Nested::One(self.one(place)),
                false => Nested::One(self.branch(place).map(|(_, row)| row)),
            };
            (include.name.as_str(), nested)
        });
        let recursion = self.found.and_then(|(level, _)| level.recursion.as_ref());
        let deeper = recursion.and_then(|recursion| {
            let views = self.deeper()?;
            let nested = if recursion.many { Nested::Many(views) } else { Nested::One(views.get(0)) };
            Some((recursion.name.as_str(), nested))
        });
        included.chain(deeper)
    }
}

/// What is included under a name.
#[derive(PartialEq)]
pub(super) enum Nested<'p> {
    One(Option<View<'p>>),
    Many(Views<'p>),
}

/// Some rows of a result, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Views<'p> {
    slots: &'p [Slot],
    /// The place of the first slot among those of its level.
    first: usize,
    /// What the rows have in common.
    like: View<'p>,
}

impl<'p> Views<'p> {
    /// All rows of a page; `None` for a page without rows.
    pub(super) fn of_page(page: &'p Page) -> Option<Views<'p>> {
        let like = View::of_query(page.first()?);
        let (_, found) = like.found?;
        Some(Views { slots: &found.slots, first: 0, like })
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<View<'p>> {
        let slot = *self.slots.get(at)?;
        Some(View { slot, at: self.first + at, ..self.like })
    }
}

impl<'p> Iterator for Views<'p> {
    type Item = View<'p>;

    #[inline]
    fn next(&mut self) -> Option<View<'p>> {
        let (slot, rest) = self.slots.split_first()?;
        let view = View { slot: *slot, at: self.first, ..self.like };
        self.slots = rest;
        self.first += 1;
        Some(view)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.slots.len(), Some(self.slots.len()))
    }

    #[inline]
    fn nth(&mut self, rows: usize) -> Option<View<'p>> {
        let rows = rows.min(self.slots.len());
        self.slots = self.slots.get(rows..).unwrap_or_default();
        self.first += rows;
        self.next()
    }
}

impl<'p> DoubleEndedIterator for Views<'p> {
    #[inline]
    fn next_back(&mut self) -> Option<View<'p>> {
        let (slot, rest) = self.slots.split_last()?;
        self.slots = rest;
        Some(View { slot: *slot, at: self.first + rest.len(), ..self.like })
    }
}

impl ExactSizeIterator for Views<'_> {}
