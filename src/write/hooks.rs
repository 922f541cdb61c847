//! Code of the user's that runs around the writes of rows.
//!
//! # Glossary
//!
//! - *hook*: a moment at which code can run, and the code.
//! - *image*: a row's values at one moment.
//! - *written*: a row whose write is done, to be shown to the hooks after it.
//!
//! Hooks before a write run when its row's turn comes, those after it at the end of the statement,
//! when foreign keys hold and counters count. Either may write: such a write is a part of the
//! statement, and undone alone when it is refused. No write is under way while a hook runs, so the
//! log and what is owed stand for all that has been done; but rows that were found before may be gone.

use super::upkeep::Dues;
use super::{Environment, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::id::{ColumnId, Slot, TableId};
use crate::store::Store;
use crate::value::Value;
use std::any::Any;
use std::sync::Arc;

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hook {
    /// Before a row is added. It may set columns.
    BeforeInsert,
    /// At the end of a statement that has added a row.
    AfterInsert,
    /// Before a row is changed. It may set columns.
    BeforeUpdate,
    /// At the end of a statement that has changed a row.
    AfterUpdate,
    /// Before a row is deleted.
    BeforeDelete,
    /// At the end of a statement that has deleted a row.
    AfterDelete,
    /// Before a row is destroyed, and before its dependents are looked for.
    BeforeDestroy,
    /// At the end of a statement that has destroyed a row.
    AfterDestroy,
    /// After the commit of a row that was written.
    AfterCommit,
}

impl Hook {
    /// Its name, like `before_insert`.
    pub fn name(self) -> &'static str {
        match self {
            Hook::BeforeInsert => "before_insert",
            Hook::AfterInsert => "after_insert",
            Hook::BeforeUpdate => "before_update",
            Hook::AfterUpdate => "after_update",
            Hook::BeforeDelete => "before_delete",
            Hook::AfterDelete => "after_delete",
            Hook::BeforeDestroy => "before_destroy",
            Hook::AfterDestroy => "after_destroy",
            Hook::AfterCommit => "after_commit",
        }
    }
}

/// The hooks of a database.
pub(crate) trait Hooks: Any + Send + Sync {
    /// Whether a table has any of this kind. O(1).
    fn has(&self, table: TableId, hook: Hook) -> bool;

    /// Whether a statement on the table of this name can come to a row that has any. O(1).
    fn can_run(&self, table: &str) -> bool;

    /// How deep writes of hooks may set off hooks that write.
    fn depth_max(&self) -> usize;

    /// Runs those of a row, in declared order, up to the first that refuses.
    fn run(&self, statement: &mut dyn Within, hook: Hook, row: &mut Images) -> Result<()>;
}

/// A row before and after its write.
#[derive(Clone, Debug)]
pub(crate) struct Images {
    pub(crate) table: TableId,
    /// None for a row that is new.
    pub(crate) before: Option<Vec<Value>>,
    /// None for a row that goes.
    pub(crate) after: Option<Vec<Value>>,
    /// The columns that hooks have set.
    pub(crate) set: Vec<ColumnId>,
}

impl Images {
    pub(super) fn new(table: TableId, before: Option<Vec<Value>>, after: Option<Vec<Value>>) -> Images {
        Images { table, before, after, set: Vec::new() }
    }
}

/// A row whose write is done.
pub(super) struct Written {
    /// The hook after it.
    hook: Hook,
    images: Images,
    /// How many hooks the write was made through, one inside the other.
    depth: usize,
}

/// A statement as a hook in it sees it.
pub(crate) trait Within {
    /// The rows as they are now.
    fn store(&self) -> &Store;

    /// What the statement takes from outside.
    fn environment(&self) -> &Arc<Environment>;

    /// Writes as a part of the statement, all or nothing.
    fn nested(&mut self, run: &mut dyn FnMut(&mut Writer<'_>) -> Result<()>) -> Result<()>;
}

impl Within for Writer<'_> {
    fn store(&self) -> &Store {
        &self.store
    }

    fn environment(&self) -> &Arc<Environment> {
        self.environment
    }

    fn nested(&mut self, run: &mut dyn FnMut(&mut Writer<'_>) -> Result<()>) -> Result<()> {
        let allowed = self.environment.hooks.as_ref().map_or(0, |hooks| hooks.depth_max());
        if self.depth >= allowed {
            return Err(Error::new(ErrorKind::LimitExceeded {
                limit: "hook_depth",
                allowed: allowed as u64,
            }));
        }
        let nested = Nested::begin(self);
        run(nested.writer)?;
        nested.keep();
        Ok(())
    }
}

/// Writes of a hook that aren't over: undone unless they're kept.
struct Nested<'w, 's> {
    writer: &'w mut Writer<'s>,
    /// What was done before, and how long the lists were.
    mark: usize,
    open: usize,
    written: usize,
    /// What was owed before.
    dues: Dues,
    is_kept: bool,
}

impl<'w, 's> Nested<'w, 's> {
    fn begin(writer: &'w mut Writer<'s>) -> Nested<'w, 's> {
        writer.depth += 1;
        let dues = std::mem::take(&mut writer.dues);
        let (mark, open, written) = (writer.store.mark(), writer.open.len(), writer.written.len());
        Nested { writer, mark, open, written, dues, is_kept: false }
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Nested<'_, '_> {
    fn drop(&mut self) {
        let writer = &mut *self.writer;
        writer.depth -= 1;
        let owed = std::mem::replace(&mut writer.dues, std::mem::take(&mut self.dues));
        if self.is_kept {
            writer.dues.extend(owed);
        } else {
            writer.store.rollback_to(self.mark);
            writer.open.truncate(self.open);
            writer.written.truncate(self.written);
        }
    }
}

impl Writer<'_> {
    /// Whether rows of a table have hooks of this kind. O(1).
    pub(super) fn runs(&self, table: TableId, hook: Hook) -> bool {
        self.environment.hooks.as_ref().is_some_and(|hooks| hooks.has(table, hook))
    }

    /// Whether anybody wants to know of a row that was written, at the end of the statement or after
    /// the commit.
    pub(super) fn notes(&self, table: TableId, after: Hook) -> bool {
        let hooks = self.environment.hooks.as_ref();
        hooks.is_some_and(|hooks| hooks.has(table, after) || hooks.has(table, Hook::AfterCommit))
    }

    pub(super) fn run_hook(&mut self, hook: Hook, images: &mut Images) -> Result<()> {
        let environment = self.environment;
        let Some(hooks) = &environment.hooks else { return Ok(()) };
        // It's the caller's code: readers don't wait for it.
        self.store.step_aside();
        hooks.run(self, hook, images)
    }

    /// A row's values as they are now.
    pub(super) fn image(&self, table: TableId, slot: Slot) -> Vec<Value> {
        self.store.table(table).columns().iter().map(|column| column.get(slot).to_value()).collect()
    }

    /// Notes a row that was written, for the hooks after it.
    pub(super) fn note(&mut self, hook: Hook, images: Images) {
        self.written.push(Written { hook, images, depth: self.depth });
    }

    /// Shows the rows that were written to the hooks after them, in the order of the writes; gives
    /// whether there were any new ones.
    pub(super) fn run_after(&mut self) -> Result<bool> {
        let (first, end) = (self.shown, self.written.len());
        self.shown = end;
        for at in first..end {
            let Some(Written { hook, images, depth }) = self.written.get_mut(at) else { break };
            let nothing = Images::new(images.table, None, None);
            let (hook, mut shown) = (*hook, std::mem::replace(images, nothing));
            let outer = std::mem::replace(&mut self.depth, *depth);
            let done = self.run_hook(hook, &mut shown);
            self.depth = outer;
            if let Some(written) = self.written.get_mut(at) {
                written.images = shown;
            }
            done?;
        }
        Ok(end > first)
    }

    /// The rows that were written and that hooks after the commit want to know of, in the order of the
    /// writes.
    pub(crate) fn take_committed(&mut self) -> Vec<Images> {
        let written = std::mem::take(&mut self.written);
        let images = written.into_iter().map(|written| written.images);
        images.filter(|images| self.runs(images.table, Hook::AfterCommit)).collect()
    }
}
