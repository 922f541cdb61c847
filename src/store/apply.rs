//! The gateway: every row change and its undoing.

use super::{Store, child_keys};
use crate::catalog::{Catalog, Discriminator, Edge};
use crate::delta::{Cells, Delta, Keeps, Kept, Log, Values};
use crate::id::{ColumnId, EdgeId, IndexId, Slot, TableId};
use crate::index::adjacency::Adjacency;
use crate::index::key::KeyView;
use crate::table::Table;
use crate::value::Value;
use smallvec::SmallVec;
use std::sync::Arc;

/// A change to rows. Its values are of their columns' types; constraints are checked by the caller,
/// before or after, and a refusal undoes the log.
pub(crate) enum Change<'c> {
    /// Adds a row with a value for every column.
    Insert {
        /// The table.
        table: TableId,
        /// The values, in column order.
        row: &'c [&'c Value],
    },
    /// Replaces cells of some rows together, so that rows can swap unique values.
    Update(Cells),
    /// Takes rows away together: each once.
    Delete(Vec<(TableId, Vec<Slot>)>),
}

/// The parents of a row, in the order of the edges that lead from its table.
type Parents = SmallVec<[Option<Slot>; 4]>;

/// What came of a change.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Where an added row stands.
    pub(crate) added: Option<Slot>,
    /// Rows that are still there and whose parent by an edge was taken away.
    pub(crate) left: Vec<Left>,
}

/// Rows that have lost their parents.
#[derive(Debug)]
pub(crate) struct Left {
    /// By which edge.
    pub(crate) edge: EdgeId,
    /// Each parent with a child of it, both ascending.
    pub(crate) children: Vec<(Slot, Slot)>,
}

impl Store {
    /// Makes a change and logs how to undo it.
    pub(crate) fn apply(&mut self, change: Change<'_>, log: &mut Log) -> Applied {
        match change {
            Change::Insert { table, row } => {
                let found = self.parents_of_new(table, row);
                let slot = self.table_mut(table).push(row);
                self.link_new(table, slot, &found);
                log.push(Delta::Inserted { table, first: slot, rows: 1 });
                return Applied { added: Some(slot), left: Vec::new() };
            }
            Change::Update(cells) => {
                let catalog = self.shared_catalog();
                let before = self.write(&catalog, &cells);
                log.push(Delta::Updated(before));
            }
            Change::Delete(mut rows) => {
                let catalog = self.shared_catalog();
                for (_, slots) in rows.iter_mut().filter(|(_, slots)| !slots.is_sorted()) {
                    slots.sort_unstable();
                }
                let left = self.remove(&catalog, &rows);
                log.push(Delta::Deleted(rows));
                return Applied { added: None, left };
            }
        }
        Applied::default()
    }

    /// The parents that a new row has among the rows that are there, one for each edge that leads from it. What
    /// they are going to get is read: the processor fetches all that at once here, and one after the other
    /// between the atomic operations of writing.
    fn parents_of_new(&self, table: TableId, row: &[&Value]) -> Parents {
        let info = self.catalog.table(table);
        let found: Parents = info.child_edges.iter().map(|id| self.parent_of_new(*id, row)).collect();
        for upkeep in &info.upkeep {
            let place = info.child_edges.iter().position(|id| *id == upkeep.edge);
            let Some(parent) = place.and_then(|at| found.get(at).copied().flatten()) else { continue };
            let above = self.table(upkeep.parent);
            let kept = [&upkeep.counters, &upkeep.filtered, &upkeep.touches];
            kept.into_iter().flatten().for_each(|column| above.column(*column).number_ahead(parent));
        }
        for (id, parent) in info.child_edges.iter().zip(&found) {
            parent.iter().for_each(|parent| self.edge(*id).read_ahead(*parent));
        }
        found
    }

    fn parent_of_new(&self, edge: EdgeId, row: &[&Value]) -> Option<Slot> {
        let edge = self.catalog.edge(edge);
        let means_another = |kind: &Discriminator| row.get(kind.column.index()) != Some(&&kind.label);
        if edge.discriminator.as_ref().is_some_and(means_another) {
            return None;
        }
        self.table(edge.parent).find_values(edge.parent_index, row, &edge.child_columns)
    }

    /// Takes a change back, whose cells are among those `kept` by its log. Changes made since must have been
    /// undone.
    pub(super) fn undo(&mut self, delta: &Delta, kept: &[Kept]) {
        let catalog = self.shared_catalog();
        match delta {
            Delta::Inserted { table, first, rows } => {
                let first = first.index();
                self.remove(&catalog, &[(*table, (first..first + rows).map(Slot::new).collect())]);
                self.table_mut(*table).truncate(first);
                for edge in &catalog.table(*table).child_edges {
                    self.edge_mut(*edge).truncate(first);
                }
            }
            Delta::Updated(before) => {
                self.write(&catalog, before);
            }
            Delta::Kept(before) => {
                self.exchange(&mut Keeps::from_slice(kept.get(before.clone()).unwrap_or_default()));
            }
            Delta::Deleted(rows) => {
                for (table, slots) in rows {
                    let table = self.table_mut(*table);
                    slots.iter().for_each(|slot| table.revive(*slot));
                }
                for (table, slots) in rows {
                    slots.iter().for_each(|slot| self.link(&catalog, *table, *slot));
                }
            }
        }
    }

    /// Puts numbers into cells that no index and no edge reads, and what those held in their place.
    pub(super) fn exchange(&mut self, all: &mut [Kept]) {
        for cells in all.chunk_by_mut(|a, b| a.table == b.table) {
            let Some(first) = cells.first() else { continue };
            let table = self.table_mut(first.table);
            for cells in cells.chunk_by_mut(|a, b| a.column == b.column) {
                let Some(first) = cells.first() else { continue };
                table.exchange(first.column, cells);
            }
        }
    }

    fn edge_mut(&mut self, id: EdgeId) -> &mut Adjacency {
        Arc::make_mut(&mut self.edges[id.index()])
    }

    /// Gives a new row the parents that were found for it, and its children.
    fn link_new(&mut self, table: TableId, slot: Slot, found: &Parents) {
        let Store { catalog, tables, edges, .. } = self;
        let info = catalog.table(table);
        for (id, parent) in info.child_edges.iter().zip(found) {
            match parent {
                Some(parent) => Arc::make_mut(&mut edges[id.index()]).attach_to(*parent, slot),
                // It may be its own.
                None => attach(tables, edges, catalog.edge(*id), slot),
            }
        }
        for id in &info.parent_edges {
            adopt(tables, edges, catalog.edge(*id), slot);
        }
    }

    /// Finds the parents of a row that was brought back, and gives it its children.
    pub(super) fn link(&mut self, catalog: &Catalog, table: TableId, slot: Slot) {
        let Store { tables, edges, .. } = self;
        link(catalog, tables, edges, table, slot);
    }

    /// Takes a row from its parents, and its children from it: they wait for its key.
    pub(super) fn unlink(&mut self, catalog: &Catalog, table: TableId, slot: Slot) {
        let info = catalog.table(table);
        for edge in info.child_edges.iter().map(|id| catalog.edge(*id)) {
            let (keys, _) = ends(&self.tables, edge);
            Arc::make_mut(&mut self.edges[edge.id.index()]).detach(&keys, slot);
        }
        for edge in info.parent_edges.iter().map(|id| catalog.edge(*id)) {
            let (keys, _) = ends(&self.tables, edge);
            Arc::make_mut(&mut self.edges[edge.id.index()]).abandon(&keys, slot);
        }
    }

    pub(super) fn adopt(&mut self, edge: &Edge, parent: Slot) {
        let Store { tables, edges, .. } = self;
        adopt(tables, edges, edge, parent);
    }

    /// Replaces cells and keeps indexes and adjacency right; gives the cells that were there.
    fn write(&mut self, catalog: &Catalog, cells: &Cells) -> Cells {
        let info = catalog.table(cells.table);
        let touches = |columns: &[ColumnId]| columns.iter().any(|id| cells.columns.contains(id));
        let indexes: SmallVec<[IndexId; 4]> =
            info.indexes.iter().filter(|index| touches(&index.columns)).map(|index| index.id).collect();
        let child_edges: SmallVec<[&Edge; 4]> = info
            .child_edges
            .iter()
            .map(|id| catalog.edge(*id))
            .filter(|e| e.is_read_from(&cells.columns))
            .collect();
        let parent_edges: SmallVec<[&Edge; 4]> = info
            .parent_edges
            .iter()
            .map(|id| catalog.edge(*id))
            .filter(|e| touches(&e.parent_columns))
            .collect();

        for (slot, _) in &cells.rows {
            for edge in &child_edges {
                let (keys, _) = ends(&self.tables, edge);
                Arc::make_mut(&mut self.edges[edge.id.index()]).detach(&keys, *slot);
            }
        }
        for (slot, _) in &cells.rows {
            for edge in &parent_edges {
                let (keys, _) = ends(&self.tables, edge);
                Arc::make_mut(&mut self.edges[edge.id.index()]).abandon(&keys, *slot);
            }
        }
        let table = self.table_mut(cells.table);
        for (slot, _) in &cells.rows {
            indexes.iter().for_each(|index| table.unindex_row_in(*index, *slot));
        }
        let rows =
            cells.rows.iter().map(|(slot, values)| (*slot, replace(table, *slot, &cells.columns, values)));
        let before = Cells { table: cells.table, columns: cells.columns.clone(), rows: rows.collect() };
        for (slot, _) in &cells.rows {
            indexes.iter().for_each(|index| table.index_row_in(*index, *slot));
        }
        for (slot, _) in &cells.rows {
            let Store { tables, edges, .. } = self;
            child_edges.iter().for_each(|edge| attach(tables, edges, edge, *slot));
        }
        for (slot, _) in &cells.rows {
            parent_edges.iter().for_each(|edge| self.adopt(edge, *slot));
        }
        before
    }

    /// Takes rows away, whose slots ascend. Rows whose parent goes with them aren't taken out of its list one by
    /// one: the list goes whole. Nothing is written to where nothing changes. Gives the rows that lose their
    /// parents and stay.
    fn remove(&mut self, catalog: &Catalog, rows: &[(TableId, Vec<Slot>)]) -> Vec<Left> {
        for (table, slots) in rows {
            self.table_mut(*table).kill(slots);
        }
        for (table, slots) in rows {
            for id in &catalog.table(*table).child_edges {
                let (keys, parents) = ends(&self.tables, catalog.edge(*id));
                let live = parents.live();
                let edge = &mut self.edges[id.index()];
                let lingering = edge.lingering(slots, |parent| live.at(parent.index()));
                if !lingering.is_empty() {
                    Arc::make_mut(edge).forget(&keys, lingering);
                }
            }
        }
        let mut all = Vec::new();
        for (table, slots) in rows {
            for id in &catalog.table(*table).parent_edges {
                let edge = catalog.edge(*id);
                let (keys, _) = ends(&self.tables, edge);
                let live = self.tables[edge.child.index()].live();
                let edge = &mut self.edges[id.index()];
                let (parents, left) = edge.bereft(slots, |child| live.at(child.index()));
                if !parents.is_empty() {
                    Arc::make_mut(edge).abandon_all(&keys, &parents, &left);
                }
                if !left.is_empty() {
                    all.push(Left { edge: *id, children: left });
                }
            }
        }
        all
    }
}

fn link(catalog: &Catalog, tables: &[Arc<Table>], edges: &mut [Arc<Adjacency>], table: TableId, slot: Slot) {
    let info = catalog.table(table);
    for id in &info.child_edges {
        attach(tables, edges, catalog.edge(*id), slot);
    }
    for id in &info.parent_edges {
        adopt(tables, edges, catalog.edge(*id), slot);
    }
}

fn attach(tables: &[Arc<Table>], edges: &mut [Arc<Adjacency>], edge: &Edge, child: Slot) {
    let (keys, parents) = ends(tables, edge);
    let parent = parents.find_row(edge.parent_index, &keys, child);
    Arc::make_mut(&mut edges[edge.id.index()]).attach(&keys, child, parent);
}

fn adopt(tables: &[Arc<Table>], edges: &mut [Arc<Adjacency>], edge: &Edge, parent: Slot) {
    if edges[edge.id.index()].orphan_count() == 0 {
        return;
    }
    let (keys, parents) = ends(tables, edge);
    let parent_keys = parents.keys(&edge.parent_columns);
    Arc::make_mut(&mut edges[edge.id.index()]).adopt(&keys, &parent_keys, parent);
}

/// The key cells of an edge's children, and the table of its parents.
pub(super) fn ends<'t>(tables: &'t [Arc<Table>], edge: &'t Edge) -> (KeyView<'t>, &'t Table) {
    (child_keys(&tables[edge.child.index()], edge), &tables[edge.parent.index()])
}

/// Writes a row's cells and gives those that were there.
fn replace(table: &mut Table, slot: Slot, columns: &[ColumnId], values: &[Value]) -> Values {
    let write = |(column, value): (&ColumnId, &Value)| {
        let before = table.column(*column).get(slot).to_value();
        table.set(slot, *column, value);
        before
    };
    columns.iter().zip(values).map(write).collect()
}
