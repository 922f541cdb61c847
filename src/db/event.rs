//! What a hook around a write sees and does.

use super::Snapshot;
use super::builder::Settings;
use super::scope::{keys, named, stated};
use crate::catalog::{Catalog, TableInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::{Slot, TableId};
use crate::query::Query;
use crate::statement::Rows;
use crate::value::{Input, Key, Row};
use crate::view::RowImage;
use crate::write::{Hook, Images, Within, Writer, resolve};
use ecow::EcoString;
use std::fmt;
use std::sync::Arc;

/// The write of a row, as a hook before or after it sees it.
///
/// What it reads and writes is the state of the statement: what that has done so far is there, and
/// nobody else sees it. Before hooks see counters and touched times as they were before the statement,
/// after hooks as they are.
pub struct HookEvent<'e> {
    statement: &'e mut (dyn Within + 'e),
    catalog: Arc<Catalog>,
    hook: Hook,
    images: &'e mut Images,
}

impl<'e> HookEvent<'e> {
    pub(super) fn new(
        statement: &'e mut (dyn Within + 'e),
        catalog: Arc<Catalog>,
        hook: Hook,
        images: &'e mut Images,
    ) -> HookEvent<'e> {
        HookEvent { statement, catalog, hook, images }
    }

    /// The table of the row.
    pub fn table(&self) -> &str {
        &self.info().name
    }

    /// When this is.
    pub fn hook(&self) -> Hook {
        self.hook
    }

    /// The row before the write; none for one that is new.
    pub fn before(&self) -> Option<RowImage<'_>> {
        self.images.before.as_deref().map(|values| RowImage::new(self.info(), values))
    }

    /// The row after the write, with what hooks have set; none for one that goes.
    pub fn after(&self) -> Option<RowImage<'_>> {
        self.images.after.as_deref().map(|values| RowImage::new(self.info(), values))
    }

    /// The row: after the write, or before it where it goes.
    pub fn row(&self) -> RowImage<'_> {
        let values = self.images.after.as_deref().or(self.images.before.as_deref());
        RowImage::new(self.info(), values.unwrap_or_default())
    }

    /// Whether the write gives a column another value. Each column of a row that comes or goes has one.
    ///
    /// # Errors
    /// `unknown_column`.
    pub fn changes(&self, column: &str) -> Result<bool> {
        let at = self.info().column_id(column)?.index();
        match (&self.images.before, &self.images.after) {
            (Some(before), Some(after)) => Ok(before.get(at) != after.get(at)),
            _ => Ok(true),
        }
    }

    /// Gives a column of the row another value than the statement does.
    ///
    /// # Errors
    /// `invalid_query` in any hook but `before_insert` and `before_update`, and for a column that is
    /// generated, counts rows or changes; `unknown_column`, `type_mismatch` and `out_of_range`.
    pub fn set(&mut self, column: &str, input: impl Into<Input>) -> Result<()> {
        let catalog = Arc::clone(&self.catalog);
        let info = catalog.table(self.images.table);
        let refuse = |why| {
            let (hook, column) = (self.hook.name(), column.into());
            Err(ErrorKind::InvalidQuery(QueryMistake::HookSets { hook, column, why }).into())
        };
        if !matches!(self.hook, Hook::BeforeInsert | Hook::BeforeUpdate) {
            return refuse("only `before_insert` and `before_update` can");
        }
        let (id, value) = resolve(info, usize::MAX, &column.into(), &input.into())?;
        if info.column(id).generated {
            return refuse("it's generated");
        }
        if info.version == Some(id) {
            return refuse("it counts the changes of its row");
        }
        if let Some(cell) = self.images.after.as_mut().and_then(|values| values.get_mut(id.index())) {
            *cell = value;
            self.images.set.push(id);
        }
        Ok(())
    }

    /// An error that refuses the statement in these words, to be returned by the hook.
    #[must_use = "a hook refuses by returning it"]
    pub fn refuse(&self, reason: impl Into<EcoString>) -> Error {
        let (table, hook) = (self.info().name.clone(), self.hook.name());
        Error::new(ErrorKind::Refused { table, hook, reason: reason.into() })
    }

    /// A query of a table, to be answered from the state of the statement now. O(tables).
    pub fn query(&self, table: &str) -> Query<Snapshot> {
        let store = Arc::new(self.statement.store().clone());
        Snapshot::new(store, Arc::clone(self.statement.environment()), Settings::default()).query(table)
    }

    /// Adds a row as a part of the statement; see [`Database::insert`](crate::Database::insert).
    ///
    /// # Errors
    /// Whatever refuses it, and `limit_exceeded` when hooks write that were set off by writes of hooks,
    /// too many deep. Then it has changed nothing; the statement goes on unless the hook returns it.
    pub fn insert(&mut self, table: &str, row: Row) -> Result<Key> {
        self.change(table, |writer, id| writer.insert(id, std::slice::from_ref(&row)))
    }

    /// Adds a row, or changes the one in its way, as a part of the statement; see
    /// [`Database::upsert`](crate::Database::upsert).
    ///
    /// # Errors
    /// As [`insert`](HookEvent::insert).
    pub fn upsert(&mut self, table: &str, row: Row) -> Result<Key> {
        self.change(table, |writer, id| writer.upsert(id, std::slice::from_ref(&row), None, None))
    }

    /// Changes rows as a part of the statement; see [`Database::update`](crate::Database::update).
    ///
    /// # Errors
    /// As [`insert`](HookEvent::insert).
    pub fn update(&mut self, table: &str, rows: impl Into<Rows>, set: Row) -> Result<u64> {
        self.change_named(table, &rows.into(), |writer, id, slots| writer.update(id, slots, &set))
    }

    /// Deletes rows as a part of the statement; see [`Database::delete`](crate::Database::delete).
    ///
    /// # Errors
    /// As [`insert`](HookEvent::insert).
    pub fn delete(&mut self, table: &str, rows: impl Into<Rows>) -> Result<u64> {
        self.change_named(table, &rows.into(), |writer, id, slots| writer.delete(id, slots))
    }

    /// Destroys rows as a part of the statement; see [`Database::destroy`](crate::Database::destroy).
    ///
    /// # Errors
    /// As [`insert`](HookEvent::insert).
    pub fn destroy(&mut self, table: &str, rows: impl Into<Rows>) -> Result<u64> {
        self.change_named(table, &rows.into(), |writer, id, slots| writer.destroy(id, slots))
    }

    fn info(&self) -> &TableInfo {
        self.catalog.table(self.images.table)
    }

    fn change(
        &mut self,
        table: &str,
        write: impl Fn(&mut Writer<'_>, TableId) -> Result<Vec<Slot>>,
    ) -> Result<Key> {
        let id = self.catalog.table_id(table)?;
        let mut found = Vec::new();
        self.statement.nested(&mut |writer| {
            let slots = write(writer, id)?;
            found = keys(writer.store(), writer.store().info(id), &slots);
            Ok(())
        })?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    fn change_named(
        &mut self,
        table: &str,
        rows: &Rows,
        write: impl Fn(&mut Writer<'_>, TableId, Vec<Slot>) -> Result<()>,
    ) -> Result<u64> {
        let id = self.catalog.table_id(table)?;
        let (rows, versions) = stated(rows);
        let mut count = 0;
        self.statement.nested(&mut |writer| {
            let slots = named(writer.store(), id, rows)?;
            count = slots.len() as u64;
            writer.expect_versions(id, &slots, &versions, rows)?;
            write(writer, id, slots)
        })?;
        Ok(count)
    }
}

impl fmt::Debug for HookEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("HookEvent");
        shown.field("hook", &self.hook).field("table", &self.table());
        shown.field("before", &self.before()).field("after", &self.after()).finish()
    }
}
