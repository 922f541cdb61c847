//! Giving back the places of deleted rows, in bounded steps.

use super::Store;
use crate::catalog::TableInfo;
use crate::id::{Slot, TableId};
use std::sync::Arc;

impl Store {
    /// Whether [`compact`](Store::compact) has something to do. O(tables).
    pub(crate) fn wants_compacting(&self) -> bool {
        self.tables.iter().any(|table| table.wants_sweep())
    }

    /// Moves rows over the places of deleted ones in tables where those are the most: about `budget`
    /// rows and children of theirs in all. Rows keep their order. Nobody may hold a slot meanwhile.
    pub(crate) fn compact(&mut self, budget: usize) {
        let catalog = self.shared_catalog();
        let mut left = budget;
        for info in &catalog.tables {
            while self.table(info.id).wants_sweep() {
                if left == 0 {
                    return;
                }
                left = left.saturating_sub(self.compact_one(info));
            }
        }
    }

    /// Moves one row, or ends the sweep; gives how much work that was.
    fn compact_one(&mut self, info: &TableInfo) -> usize {
        let Some((from, to)) = self.table_mut(info.id).next_move() else {
            self.end_sweep(info.id);
            return 1;
        };
        let children = info.parent_edges.iter().map(|id| self.edge(*id).count(from));
        let work = 1 + children.sum::<usize>();
        self.relocate(info, from, to);
        work
    }

    fn end_sweep(&mut self, table: TableId) {
        self.table_mut(table).end_sweep();
        let bound = self.table(table).bound();
        let catalog = self.shared_catalog();
        for edge in &catalog.table(table).child_edges {
            Arc::make_mut(&mut self.edges[edge.index()]).truncate(bound);
        }
    }

    /// Gives a row another slot: its parents and children know it by that from then on.
    fn relocate(&mut self, info: &TableInfo, from: Slot, to: Slot) {
        let catalog = self.shared_catalog();
        self.unlink(&catalog, info.id, from);
        self.table_mut(info.id).move_row(from, to);
        self.link(&catalog, info.id, to);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::delta::Log;
    use crate::schema;
    use crate::store::Change;
    use crate::value::Value;

    #[test]
    fn a_step_moves_no_more_rows_than_it_may() {
        let table = schema::Table::new("t").column(schema::Column::integer("n"));
        let catalog = Catalog::try_from(schema::Schema::new().table(table)).unwrap();
        let (table, mut log) = (TableId::new(0), Log::default());
        let mut store = Store::new(Arc::new(catalog));
        for n in 0..3000 {
            store.apply(Change::Insert { table, row: &[&Value::from(n)] }, &mut log);
        }
        store.apply(Change::Delete(vec![(table, (0..2000).map(Slot::new).collect())]), &mut log);
        let mut steps = 0;
        while store.wants_compacting() {
            store.compact(100);
            steps += 1;
            let moved = store.table(table).live().ones(0..1000).count();
            assert_eq!(moved, 1000.min(100 * steps));
        }
        assert_eq!((steps, store.table(table).bound()), (11, 1000));
    }
}
