//! What runs after a commit.

use super::Database;
use super::hooks::{Registry, Running};
use crate::catalog::{Catalog, TableInfo};
use crate::view::RowImage;
use crate::write::Images;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The write of a row that is committed, as a hook after the commit sees it.
pub struct CommitEvent<'c> {
    database: &'c Database,
    catalog: &'c Catalog,
    images: &'c Images,
}

impl<'c> CommitEvent<'c> {
    /// The database, to be read and written as by anybody. What is written runs its own hooks before this
    /// one goes on; too many deep is `limit_exceeded`.
    pub fn database(&self) -> &'c Database {
        self.database
    }

    /// The table of the row.
    pub fn table(&self) -> &'c str {
        &self.info().name
    }

    /// The row before the write; none for one that was new.
    pub fn before(&self) -> Option<RowImage<'c>> {
        self.images.before.as_deref().map(|values| RowImage::new(self.info(), values))
    }

    /// The row after the write; none for one that went.
    pub fn after(&self) -> Option<RowImage<'c>> {
        self.images.after.as_deref().map(|values| RowImage::new(self.info(), values))
    }

    /// The row: after the write, or before it where it went.
    pub fn row(&self) -> RowImage<'c> {
        let values = self.images.after.as_deref().or(self.images.before.as_deref());
        RowImage::new(self.info(), values.unwrap_or_default())
    }

    fn info(&self) -> &'c TableInfo {
        self.catalog.table(self.images.table)
    }
}

impl fmt::Debug for CommitEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("CommitEvent");
        shown.field("table", &self.table());
        shown.field("before", &self.before()).field("after", &self.after()).finish()
    }
}

/// A closure for after the commit, and how many of the rows that are committed come before it.
pub(super) type Then<'d> = (usize, Box<dyn FnOnce() + 'd>);

/// Runs what is for after a commit, in order: all of it, also when some of it panics. The first panic
/// goes on at the end.
pub(super) fn run(database: &Database, rows: &[Images], closures: Vec<Then<'_>>) {
    let mut panicked = None;
    let mut attempt = |run: &mut dyn FnMut()| {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
            panicked.get_or_insert(panic);
        }
    };
    let mut closures = closures.into_iter().peekable();
    let catalog = (!rows.is_empty()).then(|| database.catalog());
    for at in 0..=rows.len() {
        while let Some((_, then)) = closures.next_if(|(before, _)| *before <= at) {
            let mut then = Some(then);
            attempt(&mut || then.take().into_iter().for_each(|then| then()));
        }
        let hooks = Registry::of(&database.shared.environment);
        let (Some(images), Some(hooks), Some(catalog)) = (rows.get(at), hooks, &catalog) else { continue };
        let event = CommitEvent { database, catalog, images };
        let _running = Running::begin();
        hooks.commits(images.table).iter().for_each(|hook| attempt(&mut || hook(&event)));
    }
    if let Some(panic) = panicked {
        resume_unwind(panic);
    }
}
