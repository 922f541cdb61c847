//! All rows of a database in one state, and the only way to change them.
//!
//! A clone shares every chunk with its original: that is what a snapshot and a fork are. A change
//! copies the chunks it touches, when someone else still holds them.
//!
//! # Invariants
//!
//! 1. Every index holds exactly the live rows of its table (but for keys with nulls).
//! 2. Every edge's adjacency is right for the live rows of both its ends.
//! 3. Only [`apply`](Store::apply) and [`undo`](Store::undo) change a row.

mod apply;
mod bulk;
mod check;
mod cluster;
mod compact;
mod draft;
mod memory;
mod published;
mod sync;

pub use check::Violation;
pub use memory::TableMemory;

use crate::catalog::{Catalog, Edge, TableInfo};
use crate::delta::{Delta, Log};
use crate::id::{EdgeId, Slot, TableId};
use crate::index::adjacency::Adjacency;
use crate::index::key::KeyView;
use crate::index::keyed::HashKeys;
use crate::table::Table;
use crate::value::Value;
use smallvec::SmallVec;
use std::sync::Arc;

pub(crate) use apply::{Applied, Change, Left};
pub(crate) use draft::Draft;
pub(crate) use published::{Published, Writes};

/// The rows of every table, in one state.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    catalog: Arc<Catalog>,
    tables: Vec<Arc<Table>>,
    edges: Vec<Arc<Adjacency>>,
    /// Whether rows are walked only along what a query included.
    strict: bool,
    threads: Threads,
}

/// How many threads may answer one query, and how many rows it has to come to for that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threads {
    pub(crate) count: usize,
    pub(crate) above: usize,
}

impl Default for Threads {
    fn default() -> Threads {
        // Starting a thread and joining it takes 10 to 20 µs, in which one thread finds a thousand rows or two.
        // What is split costs that many times over, so that a late start on a busy machine costs little.
        Threads { count: 1, above: 1 << 15 }
    }
}

/// The key cells of an edge's children, those with another label taken for null.
fn child_keys<'t>(children: &'t Table, edge: &'t Edge) -> KeyView<'t> {
    let keys = children.keys(&edge.child_columns);
    match &edge.discriminator {
        None => keys,
        Some(kind) => keys.only(children.columns().get(kind.column.index()), &kind.label),
    }
}

impl Store {
    /// Empty tables.
    pub(crate) fn new(catalog: Arc<Catalog>) -> Store {
        let state = HashKeys::random();
        let tables = catalog.tables.iter().map(|info| Arc::new(Table::new(info, state))).collect();
        let edges = catalog.edges.iter().map(|_| Arc::new(Adjacency::new(state))).collect();
        Store { catalog, tables, edges, strict: false, threads: Threads::default() }
    }

    /// This store, whose rows are walked only along what a query included if `strict`.
    pub(crate) fn strict_loading(self, strict: bool) -> Store {
        Store { strict, ..self }
    }

    /// Whether rows are walked only along what a query included.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    /// This store, whose queries may be answered by so many threads.
    pub(crate) fn read_threads(self, threads: Threads) -> Store {
        Store { threads, ..self }
    }

    /// How many threads may answer one query, and when.
    #[inline]
    pub(crate) fn threads(&self) -> Threads {
        self.threads
    }

    /// The schema this store keeps to.
    #[inline]
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The schema, to be kept beside a borrow of the store.
    pub(crate) fn shared_catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    /// A table's rows. Ids come from the store's catalog.
    #[inline]
    pub(crate) fn table(&self, id: TableId) -> &Table {
        &self.tables[id.index()]
    }

    /// Who belongs to whom along an edge. Ids come from the store's catalog.
    #[inline]
    pub(crate) fn edge(&self, id: EdgeId) -> &Adjacency {
        &self.edges[id.index()]
    }

    /// A table's rows, to be changed; copies its spine when it's shared.
    pub(crate) fn table_mut(&mut self, id: TableId) -> &mut Table {
        Arc::make_mut(&mut self.tables[id.index()])
    }

    /// The key cells of an edge's children.
    pub(crate) fn child_keys<'s>(&'s self, edge: &'s Edge) -> KeyView<'s> {
        child_keys(self.table(edge.child), edge)
    }

    /// Whether a child's key along an edge has no null and matches no parent. O(1).
    pub(crate) fn is_orphan(&self, edge: EdgeId, child: Slot) -> bool {
        if !self.edge(edge).parent(child).is_none() {
            return false;
        }
        let info = self.catalog.edge(edge);
        self.table(info.child).is_live(child) && !self.child_keys(info).has_null(child)
    }

    /// The children that hold a key without nulls along an edge, in insertion order; whether or not a
    /// parent has it. O(them).
    pub(crate) fn holders(&self, edge: &Edge, key: &[Value]) -> Vec<Slot> {
        let parent = self.table(edge.parent).find(edge.parent_index, key);
        let mut found = self.edge(edge.id).holders(&self.child_keys(edge), parent, key);
        self.table(edge.child).arrange(&mut found);
        found
    }

    /// A table's description.
    pub(crate) fn info(&self, id: TableId) -> &TableInfo {
        self.catalog.table(id)
    }

    /// Undoes everything in the log, newest first.
    pub(crate) fn undo_all(&mut self, log: &Log) {
        log.iter().rev().for_each(|delta| self.undo(delta, log.kept()));
    }

    /// Whether no row of either was written since one was cloned from the other. O(columns).
    pub(crate) fn shares_all(&self, other: &Store) -> bool {
        self.tables.iter().zip(&other.tables).all(|(a, b)| Arc::ptr_eq(a, b) || a.shares_all(b))
    }

    /// Moves every identity past what an abandoned state of the same tables has given, so that no key
    /// is given twice. O(tables), and copies nothing when there is nothing to move.
    pub(crate) fn pass_identities(store: &mut Arc<Store>, abandoned: &Store) {
        for (at, gone) in abandoned.tables.iter().enumerate() {
            let id = TableId::new(at);
            if gone.sequence() > store.table(id).sequence() {
                Arc::make_mut(store).table_mut(id).pass_identity(gone.sequence());
            }
        }
    }

    /// Lets go of what undoing the changes could have brought back, and does a bounded piece of cleaning up.
    /// O(rows changed).
    pub(crate) fn settle(&mut self, deltas: &[Delta]) {
        /// How many cells or lists a statement cleans up for each row that it changed.
        const STEP: usize = 64;
        let Store { catalog, tables, edges, .. } = self;
        let mut changed: SmallVec<[(TableId, usize); 4]> = SmallVec::new();
        let mut count = |table: TableId, rows: usize| match changed.iter_mut().find(|(id, _)| *id == table) {
            Some((_, changed)) => *changed += rows,
            None => changed.push((table, rows)),
        };
        for delta in deltas {
            match delta {
                Delta::Inserted { table, rows, .. } => count(*table, *rows),
                Delta::Updated(cells) => count(cells.table, cells.rows.len()),
                // Numbers and times leave nothing behind.
                Delta::Kept(_) => {}
                Delta::Deleted(rows) => {
                    for (table, slots) in rows {
                        count(*table, slots.len());
                        Arc::make_mut(&mut tables[table.index()]).bury(slots);
                    }
                }
            }
        }
        for (id, rows) in changed {
            let info = catalog.table(id);
            let table = &mut tables[info.id.index()];
            if table.wants_reclaim() {
                Arc::make_mut(table).reclaim(STEP.saturating_mul(rows));
            }
            for edge in info.child_edges.iter().chain(&info.parent_edges) {
                let edge = &mut edges[edge.index()];
                if edge.wants_reclaim() {
                    Arc::make_mut(edge).reclaim(STEP.saturating_mul(rows));
                }
            }
        }
    }
}
