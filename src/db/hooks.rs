//! Hooks as a database is built with them.

use super::committed::CommitEvent;
use super::event::HookEvent;
use super::{Builder, Database};
use crate::catalog::Catalog;
use crate::error::{Error, ErrorKind, Result};
use crate::id::TableId;
use crate::write::{Environment, Hook, Hooks, Images, Within};
use ecow::EcoString;
use std::any::Any;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How deep writes of hooks may set off hooks that write, unless something else is asked for.
const DEPTH_MAX: usize = 32;

type RowHook = Box<dyn Fn(&mut HookEvent<'_>) -> Result<()> + Send + Sync>;
type CommitHook = Box<dyn Fn(&CommitEvent<'_>) + Send + Sync>;

/// Hooks by the names of their tables, in declared order.
pub(super) struct Declared {
    rows: Vec<(EcoString, Hook, RowHook)>,
    commits: Vec<(EcoString, CommitHook)>,
    depth_max: usize,
}

/// Hooks by table.
pub(super) struct Registry {
    rows: HashMap<(TableId, Hook), Vec<RowHook>>,
    commits: HashMap<TableId, Vec<CommitHook>>,
    /// The names of the tables whose statements can come to a row that has hooks.
    reached: HashSet<EcoString>,
    depth_max: usize,
}

impl Default for Declared {
    fn default() -> Declared {
        Declared { rows: Vec::new(), commits: Vec::new(), depth_max: DEPTH_MAX }
    }
}

impl Declared {
    /// The hooks by table, if there are any.
    pub(super) fn resolve(self, catalog: &Catalog) -> Result<Option<Registry>> {
        if self.rows.is_empty() && self.commits.is_empty() {
            return Ok(None);
        }
        let mut rows: HashMap<(TableId, Hook), Vec<RowHook>> = HashMap::new();
        for (table, hook, run) in self.rows {
            rows.entry((catalog.table_id(&table)?, hook)).or_default().push(run);
        }
        let mut commits: HashMap<TableId, Vec<CommitHook>> = HashMap::new();
        for (table, run) in self.commits {
            commits.entry(catalog.table_id(&table)?).or_default().push(run);
        }
        let hooked = rows.keys().map(|(table, _)| *table).chain(commits.keys().copied()).collect();
        let reached = connected(catalog, hooked);
        Ok(Some(Registry { rows, commits, reached, depth_max: self.depth_max }))
    }
}

/// The names of the tables that keys and relations connect with these, over any number of others.
/// O(tables x (keys + relations)).
fn connected(catalog: &Catalog, mut found: HashSet<TableId>) -> HashSet<EcoString> {
    let edges = catalog.edges.iter().map(|edge| (edge.child, edge.parent));
    let relations = catalog.tables.iter().flat_map(|info| &info.relations);
    let pairs: Vec<_> = edges.chain(relations.map(|relation| (relation.source, relation.target))).collect();
    loop {
        let before = found.len();
        for (one, other) in &pairs {
            if found.contains(one) || found.contains(other) {
                found.extend([*one, *other]);
            }
        }
        if found.len() == before {
            return found.into_iter().map(|table| catalog.table(table).name.clone()).collect();
        }
    }
}

impl Registry {
    /// The hooks of a database, if it has any.
    pub(super) fn of(environment: &Environment) -> Option<&Registry> {
        let hooks: &dyn Any = environment.hooks.as_deref()?;
        hooks.downcast_ref()
    }

    /// The hooks after the commit of a row of a table, in declared order.
    pub(super) fn commits(&self, table: TableId) -> &[CommitHook] {
        self.commits.get(&table).map_or(&[], Vec::as_slice)
    }
}

impl Hooks for Registry {
    fn has(&self, table: TableId, hook: Hook) -> bool {
        match hook {
            Hook::AfterCommit => self.commits.contains_key(&table),
            _ => self.rows.contains_key(&(table, hook)),
        }
    }

    fn can_run(&self, table: &str) -> bool {
        self.reached.contains(table)
    }

    fn depth_max(&self) -> usize {
        self.depth_max
    }

    fn run(&self, statement: &mut dyn Within, hook: Hook, images: &mut Images) -> Result<()> {
        let _running = Running::begin();
        let catalog = statement.store().shared_catalog();
        for run in self.rows.get(&(images.table, hook)).into_iter().flatten() {
            run(&mut HookEvent::new(&mut *statement, Arc::clone(&catalog), hook, images))?;
        }
        Ok(())
    }
}

thread_local! {
    /// How many hooks are running in this thread, one inside the other, of whatever database.
    static RUNNING: Cell<usize> = const { Cell::new(0) };
}

/// A hook that is running.
pub(super) struct Running;

impl Running {
    pub(super) fn begin() -> Running {
        RUNNING.set(RUNNING.get() + 1);
        Running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(RUNNING.get().saturating_sub(1));
    }
}

impl Database {
    /// Refuses a write by a hook that was set off, over any number of others, by writes of hooks: also
    /// where each wrote to a fork, or after the commit.
    pub(super) fn refuse_deep(&self) -> Result<()> {
        match Registry::of(&self.shared.environment) {
            Some(hooks) if RUNNING.get() > hooks.depth_max => {
                let allowed = hooks.depth_max as u64;
                Err(Error::new(ErrorKind::LimitExceeded { limit: "hook_depth", allowed }))
            }
            _ => Ok(()),
        }
    }
}

/// Declares a method for each hook around a write.
macro_rules! row_hooks {
    ($($name:ident => $hook:ident, $words:literal;)*) => {$(
        #[doc = $words]
        ///
        /// See [`hooks`](crate::guide::hooks). What it refuses or panics at undoes the whole statement.
        pub fn $name(
            mut self,
            table: impl Into<EcoString>,
            hook: impl Fn(&mut HookEvent<'_>) -> Result<()> + Send + Sync + 'static,
        ) -> Builder {
            self.hooks.rows.push((table.into(), Hook::$hook, Box::new(hook)));
            self
        }
    )*};
}

/// Hooks: code that runs around writes of a table's rows, in the order of its declaration.
///
/// ```
/// use relata::{Column, Database, Schema, Table, row};
/// let schema = Schema::new()
///     .table(Table::new("users").column(Column::integer("id").generated())
///         .column(Column::text("email").unique()).primary_key(["id"]))
///     .table(Table::new("log").column(Column::text("line")));
/// let db = Database::builder(schema)
///     .before_insert("users", |event| {
///         let email: String = event.row().get("email")?;
///         if !email.contains('@') {
///             return Err(event.refuse("an address has an @"));
///         }
///         event.set("email", email.to_lowercase())
///     })
///     .after_insert("users", |event| {
///         let line = format!("welcome {}", event.row());
///         event.insert("log", row! { line: line }).map(drop)
///     })
///     .build()?;
/// db.insert("users", row! { email: "Ann@X.org" })?;
/// assert_eq!(
///     serde_json::to_string(&db.query("log").all()?).unwrap(),
///     r#"[{"line":"welcome {id: 1, email: \"ann@x.org\"}"}]"#,
/// );
/// let refused = db.insert("users", row! { email: "ann" }).unwrap_err();
/// assert_eq!(refused.to_string(), "before_insert of users refused: an address has an @");
/// # Ok::<(), relata::Error>(())
/// ```
impl Builder {
    row_hooks! {
        before_insert => BeforeInsert, "Runs `hook` before a row is added by an insert or upsert. It may set columns.";
        after_insert => AfterInsert, "Runs `hook` at the end of a statement for each row it has added.";
        before_update => BeforeUpdate, "Runs `hook` before a row is changed by an update or upsert. It may set columns. A row that would stay as it is runs none.";
        after_update => AfterUpdate, "Runs `hook` at the end of a statement for each row it has changed.";
        before_delete => BeforeDelete, "Runs `hook` before a row is deleted that a delete names.";
        after_delete => AfterDelete, "Runs `hook` at the end of a statement for each row that its delete named.";
        before_destroy => BeforeDestroy, "Runs `hook` before a row is destroyed, by name or as a dependent, and before its own dependents are looked for.";
        after_destroy => AfterDestroy, "Runs `hook` at the end of a statement for each row it has destroyed.";
    }

    /// Runs `hook` after the commit of each row that a statement wrote: of those that the hooks around
    /// writes are run for. It runs in the order of the writes, outside of any lock, and never for what
    /// was rolled back; it can't refuse any more. When one panics, the commit stands, the others are
    /// run, and then the panic goes on.
    ///
    /// ```
    /// use relata::{Column, Database, Schema, Table, row};
    /// use std::sync::{Arc, Mutex};
    /// let said = Arc::new(Mutex::new(Vec::new()));
    /// let ears = Arc::clone(&said);
    /// let schema = Schema::new().table(Table::new("users").column(Column::text("name")));
    /// let db = Database::builder(schema)
    ///     .after_commit("users", move |event| ears.lock().unwrap().push(event.row().to_string()))
    ///     .build()?;
    /// db.transaction(|tx| {
    ///     tx.savepoint("a");
    ///     tx.insert("users", row! { name: "Ann" })?;
    ///     tx.rollback_to("a")?;
    ///     tx.insert("users", row! { name: "Bob" })
    /// })?;
    /// assert_eq!(*said.lock().unwrap(), [r#"{name: "Bob"}"#]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn after_commit(
        mut self,
        table: impl Into<EcoString>,
        hook: impl Fn(&CommitEvent<'_>) + Send + Sync + 'static,
    ) -> Builder {
        self.hooks.commits.push((table.into(), Box::new(hook)));
        self
    }

    /// How deep writes of hooks may set off hooks that write: 32 unless something else is asked for.
    /// Beyond that a write is refused as `limit_exceeded`.
    pub fn hook_depth(mut self, most: usize) -> Builder {
        self.hooks.depth_max = most;
        self
    }
}
