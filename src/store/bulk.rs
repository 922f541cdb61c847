//! Adding very many rows at once: cells first, then indexes and adjacency in one go.

use super::{Store, child_keys};
use crate::catalog::Edge;
use crate::column::staged::Staged;
use crate::id::{Slot, TableId};
use crate::table::Taken;
use crate::value::Value;
use std::sync::Arc;

impl Store {
    /// Adds rows without indexing them. [`index_from`](Store::index_from) has to follow before
    /// anything is read. O(rows x columns).
    pub(crate) fn append(&mut self, table: TableId, rows: &[Vec<Value>]) {
        self.table_mut(table).append_many(rows);
    }

    /// As [`append`](Store::append), for rows that wait column by column.
    pub(crate) fn append_staged(&mut self, table: TableId, columns: &mut [Staged], rows: usize) {
        self.table_mut(table).append_staged(columns, rows);
    }

    /// Indexes and links every row from slot `starts[table]` on; gives those with taken keys, by
    /// table. O(rows) for hash indexes and edges, O(rows log rows) for ordered ones.
    pub(crate) fn index_from(&mut self, starts: &[usize]) -> Vec<Vec<Taken>> {
        let catalog = self.shared_catalog();
        let mut taken = Vec::with_capacity(starts.len());
        for (info, start) in catalog.tables.iter().zip(starts) {
            let bound = self.table(info.id).bound();
            taken.push(match *start == bound {
                true => Vec::new(),
                false => self.table_mut(info.id).index_rows(*start..bound),
            });
        }
        for edge in &catalog.edges {
            self.link_from(edge, starts);
        }
        taken
    }

    fn link_from(&mut self, edge: &Edge, starts: &[usize]) {
        let start_of = |table: TableId| starts.get(table.index()).copied().unwrap_or_default();
        let (children, parents) = (&self.tables[edge.child.index()], &self.tables[edge.parent.index()]);
        let (first, first_parent) = (start_of(edge.child), start_of(edge.parent));
        if first == children.bound() && first_parent == parents.bound() {
            return;
        }
        let keys = child_keys(children, edge);
        let adjacency = Arc::make_mut(&mut self.edges[edge.id.index()]);
        if first == 0 {
            let of = parents.find_rows(edge.parent_index, &keys, children.bound());
            adjacency.build(&keys, parents.bound(), of, |child| children.is_live(child));
            return;
        }
        let parent_keys = parents.keys(&edge.parent_columns);
        for parent in first_parent..parents.bound() {
            adjacency.adopt(&keys, &parent_keys, Slot::new(parent));
        }
        for child in first..children.bound() {
            let child = Slot::new(child);
            adjacency.attach(&keys, child, parents.find_row(edge.parent_index, &keys, child));
        }
    }
}
