//! Adding very many rows at once: cells first, then indexes and adjacency in one go.

use super::apply::ends;
use super::{Store, child_keys};
use crate::catalog::Edge;
use crate::column::staged::Staged;
use crate::delta::{Delta, Log};
use crate::id::{ColumnId, Slot, TableId};
use crate::table::Taken;
use crate::value::Value;
use std::ops::Range;
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

    /// Adds rows that wait column by column, indexes and links them; gives where the first stands. `None`,
    /// and no change, when a unique key of theirs is taken. O(cells + rows x (indexes + edges)).
    pub(super) fn add_staged(
        &mut self,
        id: TableId,
        columns: &mut [Staged],
        rows: usize,
        log: &mut Log,
    ) -> Option<Slot> {
        let catalog = self.shared_catalog();
        let table = self.table_mut(id);
        let slots = table.bound()..table.bound() + rows;
        table.append_staged(columns, rows);
        let taken = table.index_rows(slots.clone());
        if !taken.is_empty() {
            table.withdraw(slots, &taken);
            return None;
        }
        let info = catalog.table(id);
        for edge in &info.child_edges {
            self.attach_rows(catalog.edge(*edge), slots.clone());
        }
        for edge in &info.parent_edges {
            slots.clone().for_each(|slot| self.adopt(catalog.edge(*edge), Slot::new(slot)));
        }
        let first = Slot::new(slots.start);
        log.push(Delta::Inserted { table: id, first, rows });
        Some(first)
    }

    fn attach_rows(&mut self, edge: &Edge, slots: Range<usize>) {
        let (keys, parents) = ends(&self.tables, edge);
        let found = parents.find_rows(edge.parent_index, &keys, slots.clone());
        Arc::make_mut(&mut self.edges[edge.id.index()]).attach_rows(&keys, slots.start, &found);
    }

    /// Writes a cell of a row that came with the load and that nobody has read yet.
    pub(crate) fn write_loaded(&mut self, table: TableId, slot: Slot, column: ColumnId, value: &Value) {
        self.table_mut(table).set(slot, column, value);
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

    pub(super) fn link_from(&mut self, edge: &Edge, starts: &[usize]) {
        let start_of = |table: TableId| starts.get(table.index()).copied().unwrap_or_default();
        let (children, parents) = (&self.tables[edge.child.index()], &self.tables[edge.parent.index()]);
        let (first, first_parent) = (start_of(edge.child), start_of(edge.parent));
        if first == children.bound() && first_parent == parents.bound() {
            return;
        }
        let keys = child_keys(children, edge);
        let adjacency = Arc::make_mut(&mut self.edges[edge.id.index()]);
        if first == 0 {
            let mut of = parents.find_rows(edge.parent_index, &keys, 0..children.bound());
            if children.row_count() < of.len() {
                let dead =
                    of.iter_mut().enumerate().filter(|(child, _)| !children.is_live(Slot::new(*child)));
                dead.for_each(|(_, parent)| *parent = Slot::NONE);
            }
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
