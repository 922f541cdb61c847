//! How much memory a store holds.

use super::Store;
use ecow::EcoString;

/// What one table holds, in bytes. What a fork shares with its original is counted in both.
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
}

impl Store {
    /// What each table holds, in declared order. O(chunks).
    pub(crate) fn memory(&self) -> Vec<TableMemory> {
        let tables = self.catalog().tables.iter().zip(&self.tables);
        let one = tables.map(|(info, table)| {
            let (cells, own) = table.memory();
            let edges: usize = info.child_edges.iter().map(|id| self.edge(*id).memory()).sum();
            let dead = table.bound() - table.row_count();
            let overhead = cells.checked_div(table.bound()).unwrap_or_default() * dead;
            TableMemory {
                table: info.name.clone(),
                rows: table.row_count(),
                data: cells - overhead,
                index: own + edges,
                overhead,
            }
        });
        one.collect()
    }
}
