//! Rows of a snapshot without a query: got by key, walked from row to row.

use super::lazy::not_loaded;
use super::row::{wrong_read, wrong_read_as};
use super::walker::{RowRefs, TableCells, Walker};
use crate::catalog::TableInfo;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::{IndexId, Slot, TableId};
use crate::store::Store;
use crate::table::Table;
use crate::value::{FromValue, KeyRef, ValueRef};
use std::fmt;
use std::sync::Arc;

/// The rows of one table of a snapshot.
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
/// let snapshot = db.snapshot();
/// let books = snapshot.table("books")?;
/// let dune = books.get(7).unwrap();
/// assert_eq!(dune.one("author")?.unwrap().get::<&str>("name")?, "Frank");
///
/// // In a loop, resolve names once.
/// let (author, name) = (books.relation("author")?, snapshot.table("authors")?.column("name")?);
/// assert!(books.iter().filter_map(|book| author.one(book)).all(|author| name.text(author) == Some("Frank")));
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct TableRef<'s> {
    store: &'s Arc<Store>,
    rows: &'s Table,
    info: &'s TableInfo,
}

impl<'s> TableRef<'s> {
    pub(crate) fn new(store: &'s Arc<Store>, id: TableId) -> TableRef<'s> {
        TableRef { store, rows: store.table(id), info: store.catalog().table(id) }
    }

    /// The table's name.
    pub fn name(self) -> &'s str {
        &self.info.name
    }

    /// Which table of the same state has this name.
    ///
    /// # Errors
    /// `unknown_table`.
    #[cfg(feature = "typed")]
    pub(crate) fn other(self, name: &str) -> Result<TableId> {
        self.store.catalog().table_id(name)
    }

    /// How many rows there are. O(1).
    pub fn len(self) -> usize {
        self.rows.row_count()
    }

    /// Whether there are no rows. O(1).
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The row with this primary key; `None` when there is none, or the table has no primary key.
    /// O(1), without allocating.
    #[inline]
    pub fn get<'k>(self, key: impl Into<KeyRef<'k>>) -> Option<RowRef<'s>> {
        self.rows.find(self.info.primary_key?, key).map(|slot| self.row(slot))
    }

    /// The rows with these primary keys, in their order. O(keys), and several times faster than one by
    /// one where rows are far apart in memory.
    pub fn get_many<'k, K: Into<KeyRef<'k>>>(
        self,
        keys: impl IntoIterator<Item = K>,
    ) -> Vec<Option<RowRef<'s>>> {
        self.find_many(self.info.primary_key, keys)
    }

    fn find_many<'k, K: Into<KeyRef<'k>>>(
        self,
        index: Option<IndexId>,
        keys: impl IntoIterator<Item = K>,
    ) -> Vec<Option<RowRef<'s>>> {
        let keys: Vec<KeyRef<'k>> = keys.into_iter().map(Into::into).collect();
        let mut slots = Vec::with_capacity(keys.len());
        match index {
            Some(index) => self.rows.find_many(index, &keys, &mut slots),
            None => slots.resize(keys.len(), Slot::NONE),
        }
        slots.into_iter().map(|slot| slot.some().map(|slot| self.row(slot))).collect()
    }

    /// A unique constraint to look rows up by, resolved once.
    ///
    /// # Errors
    /// `unknown_column`, and `invalid_query` for columns that aren't unique in this order.
    pub fn unique<'n>(self, columns: impl IntoIterator<Item = &'n str>) -> Result<UniqueRef<'s>> {
        let columns: Vec<_> =
            columns.into_iter().map(|name| self.info.column_id(name)).collect::<Result<_>>()?;
        match self.info.unique_index(&columns).filter(|index| index.columns == columns) {
            Some(index) => Ok(UniqueRef { table: self, index: index.id }),
            None => {
                let known = self.info.indexes.iter().filter(|index| index.is_unique());
                let known = known.map(|index| self.info.column_names(&index.columns)).collect();
                let (table, columns) = (self.info.name.clone(), self.info.column_names(&columns));
                Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::NotUnique { table, columns, known })))
            }
        }
    }

    /// The cells of a column, resolved once.
    ///
    /// # Errors
    /// `unknown_column`.
    pub fn column(self, name: &str) -> Result<TableCells<'s>> {
        Ok(TableCells::new(self.rows.column(self.info.column_id(name)?).view(), self.info.id))
    }

    /// A relation to walk along, resolved once.
    ///
    /// # Errors
    /// `unknown_relation`; `invalid_query` where the database loads strictly.
    pub fn relation(self, name: &str) -> Result<Walker<'s>> {
        let relation = self.info.relation(self.info.relation_id(name)?);
        if self.store.is_strict() {
            return Err(not_loaded(self.info, name, &[]));
        }
        Ok(Walker::new(self.store, relation))
    }

    /// The rows, in insertion order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = RowRef<'s>> {
        self.rows.in_order().map(move |slot| self.row(slot))
    }

    #[inline]
    fn row(self, slot: Slot) -> RowRef<'s> {
        RowRef { store: self.store, table: self.info.id, slot }
    }
}

/// A unique constraint of a table, to look rows up by.
#[derive(Clone, Copy)]
pub struct UniqueRef<'s> {
    table: TableRef<'s>,
    index: IndexId,
}

impl<'s> UniqueRef<'s> {
    pub(crate) fn index(self) -> IndexId {
        self.index
    }

    /// The row with these values. O(1).
    #[inline]
    pub fn get<'k>(self, key: impl Into<KeyRef<'k>>) -> Option<RowRef<'s>> {
        self.table.rows.find(self.index, key).map(|slot| self.table.row(slot))
    }

    /// The rows with these values, in their order. O(keys), as [`TableRef::get_many`].
    pub fn get_many<'k, K: Into<KeyRef<'k>>>(
        self,
        keys: impl IntoIterator<Item = K>,
    ) -> Vec<Option<RowRef<'s>>> {
        self.table.find_many(Some(self.index), keys)
    }
}

/// A row of a snapshot. Its relations are walked when asked for, without a query.
#[derive(Clone, Copy)]
pub struct RowRef<'s> {
    pub(super) store: &'s Arc<Store>,
    pub(super) table: TableId,
    pub(super) slot: Slot,
}

impl<'s> RowRef<'s> {
    #[inline]
    pub(crate) fn new(store: &'s Arc<Store>, table: TableId, slot: Slot) -> RowRef<'s> {
        RowRef { store, table, slot }
    }

    /// Where it is.
    #[cfg(feature = "typed")]
    #[inline]
    pub(crate) fn parts(self) -> (&'s Arc<Store>, TableId, Slot) {
        (self.store, self.table, self.slot)
    }

    fn info(self) -> &'s TableInfo {
        self.store.catalog().table(self.table)
    }

    /// The table it's of.
    pub fn table(self) -> TableRef<'s> {
        TableRef::new(self.store, self.table)
    }

    /// The cell of a column. O(1).
    ///
    /// # Errors
    /// `unknown_column`.
    pub fn value(self, name: &str) -> Result<ValueRef<'s>> {
        let column = self.info().column_id(name)?;
        Ok(self.store.table(self.table).column(column).get(self.slot))
    }

    /// The cell of a column as a Rust type; null only as an `Option`. O(1).
    ///
    /// # Errors
    /// `unknown_column`, and `invalid_query` for a cell that the type can't hold.
    pub fn get<T: FromValue<'s>>(self, name: &str) -> Result<T> {
        let value = self.value(name)?;
        T::from_value(value).ok_or_else(|| wrong_read::<T>(name, value))
    }

    /// The names and cells of all columns, in declared order.
    pub fn values(self) -> impl ExactSizeIterator<Item = (&'s str, ValueRef<'s>)> + DoubleEndedIterator {
        let rows = self.store.table(self.table);
        let cell = move |column: &'s crate::catalog::ColumnInfo| {
            (column.name.as_str(), rows.column(column.id).get(self.slot))
        };
        self.info().columns.iter().map(cell)
    }

    /// The row a to-one relation leads to. O(1) along a key.
    ///
    /// # Errors
    /// `unknown_relation`, and `invalid_query` for one that leads to many rows.
    pub fn one(self, name: &str) -> Result<Option<RowRef<'s>>> {
        let walker = self.table().relation(name)?;
        if walker.is_many() {
            return Err(wrong_read_as(name, "many rows", "one row"));
        }
        Ok(walker.one(self))
    }

    /// The rows a to-many relation leads to. O(rows).
    ///
    /// # Errors
    /// `unknown_relation`, and `invalid_query` for one that leads to one row.
    pub fn many(self, name: &str) -> Result<RowRefs<'s>> {
        let walker = self.table().relation(name)?;
        if !walker.is_many() {
            return Err(wrong_read_as(name, "one row", "many rows"));
        }
        Ok(walker.many(self))
    }
}

impl PartialEq for RowRef<'_> {
    /// Whether both are the same row of the same snapshot.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.store, other.store) && (self.table, self.slot) == (other.table, other.slot)
    }
}

impl Eq for RowRef<'_> {}

impl fmt::Display for RowRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, (name, value)) in self.values().enumerate() {
            write!(f, "{}{name}: {value:?}", if at == 0 { "" } else { ", " })?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for RowRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for RowRef<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.values())
    }
}
