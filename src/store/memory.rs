//! How much memory a store holds.

use super::Store;
use crate::column::held::Held;
use ecow::EcoString;
use std::sync::Arc;

/// What one table holds, in bytes. What a fork shares with its original is counted in both, and said
/// to be [`shared`](TableMemory::shared).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableMemory {
    /// The table.
    pub table: EcoString,
    /// How many rows it has.
    pub rows: usize,
    /// Cells of rows that are there.
    pub data: usize,
    /// Indexes and adjacency: of the table's own keys and of the edges it is the child of.
    pub index: usize,
    /// Cells of deleted rows that weren't reclaimed yet.
    pub overhead: usize,
    /// How many of all these bytes another state holds as well: a snapshot, a fork or what it was forked
    /// from, a kept step. The others are its own.
    pub shared: usize,
}

impl TableMemory {
    /// All bytes that the table holds.
    pub fn total(&self) -> usize {
        self.data + self.index + self.overhead
    }
}

impl Store {
    /// What each table holds, in declared order; `is_shared` says whether somebody else has the whole
    /// state. O(chunks).
    pub(crate) fn memory(&self, is_shared: bool) -> Vec<TableMemory> {
        let tables = self.catalog().tables.iter().zip(&self.tables);
        let one = tables.map(|(info, table)| {
            let is_other = is_shared || Arc::strong_count(table) > 1;
            let (cells, own) = table.memory();
            let edges = info.child_edges.iter().filter_map(|id| self.edges.get(id.index()));
            let edges: Held = edges.map(|edge| edge.memory().behind(edge)).sum();
            let index = own.shared_if(is_other) + edges.shared_if(is_shared);
            let dead = table.bound() - table.row_count();
            let overhead = cells.all.checked_div(table.bound()).unwrap_or_default() * dead;
            TableMemory {
                table: info.name.clone(),
                rows: table.row_count(),
                data: cells.all - overhead,
                index: index.all,
                overhead,
                shared: cells.shared_if(is_other).shared() + index.shared(),
            }
        });
        one.collect()
    }
}
