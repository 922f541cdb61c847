//! Foreign keys and the edges under them.

use super::build::{Build, Columns, cycle};
use super::mistakes::Site;
use super::{Discriminator, Edge, ForeignKeyInfo, IndexInfo};
use crate::error::SchemaReason;
use crate::id::{ColumnId, EdgeId, ForeignKeyId, TableId};
use crate::schema::{Action, ForeignKey, Schema};
use ecow::EcoString;
use std::collections::HashSet;

impl Build {
    pub(super) fn foreign_keys(&mut self, schema: &Schema) {
        for (i, table) in schema.tables.iter().enumerate() {
            for key in &table.foreign_keys {
                let name = self.names[i].name(key.name.as_ref(), &table.name, &key.columns, "fkey");
                self.foreign_key(Site::item(&table.name, &name), TableId::new(i), key);
            }
        }
        self.required_cycles();
    }

    fn foreign_key(&mut self, site: Site<'_>, child: TableId, key: &ForeignKey) {
        if key.columns.is_empty() {
            self.mistakes.note(site, SchemaReason::NoColumnsNamed);
        }
        let parent = self.find_table(site, &key.table);
        let others: Vec<_> = parent.into_iter().filter(|parent| *parent != child).collect();
        let columns = self.find_columns(site, child, &key.columns, &others);
        let references = parent.and_then(|parent| self.referenced(site, child, parent, key));
        if let Some(columns) = &columns {
            self.check_actions(site, child, columns, key);
        }
        let (Some(parent), Some(columns), Some(references)) = (parent, columns, references) else { return };
        if columns.is_empty() || !self.joinable(site, (child, &columns), (parent, &references)) {
            return;
        }
        match self.edge((child, &columns), (parent, &references)) {
            Some(edge) => {
                let id = ForeignKeyId::new(self.foreign_keys.len());
                let name = site.item.cloned().unwrap_or_default();
                let (on_delete, on_update, deferrable) = (key.on_delete, key.on_update, key.deferrable);
                self.foreign_keys.push(ForeignKeyInfo { id, name, edge, on_delete, on_update, deferrable });
                self.table_mut(child).outgoing.push(id);
                self.table_mut(parent).incoming.push(id);
            }
            None => {
                let reason = self.not_unique(parent, &references);
                self.mistakes.note(site, reason);
            }
        }
    }

    /// The mistake of columns that should be unique.
    pub(super) fn not_unique(&self, table: TableId, columns: &[ColumnId]) -> SchemaReason {
        let table = self.table(table);
        let unique = table.indexes.iter().filter(|index| index.is_unique());
        SchemaReason::NotUnique {
            table: table.name.clone(),
            columns: table.column_names(columns),
            known: unique.map(|index| table.column_names(&index.columns)).collect(),
        }
    }

    /// The columns a foreign key references: those named, or the primary key.
    fn referenced(
        &mut self,
        site: Site<'_>,
        child: TableId,
        parent: TableId,
        key: &ForeignKey,
    ) -> Option<Vec<ColumnId>> {
        if !key.references.is_empty() {
            let others: Vec<_> = [child].into_iter().filter(|child| *child != parent).collect();
            return self.find_columns(site, parent, &key.references, &others);
        }
        let table = self.table(parent);
        if table.primary_key.is_none() {
            let table = table.name.clone();
            self.mistakes.note(site, SchemaReason::NoPrimaryKey { table });
            return None;
        }
        Some(table.primary_key().to_vec())
    }

    fn check_actions(&mut self, site: Site<'_>, child: TableId, columns: &[ColumnId], key: &ForeignKey) {
        let acts = |action: Action| key.on_delete == action || key.on_update == action;
        let mut reasons = Vec::new();
        for column in columns.iter().map(|id| self.table(child).column(*id)).filter(|column| !column.nullable)
        {
            let name = &column.name;
            if acts(Action::SetNull) {
                reasons.push(SchemaReason::SetNull { column: name.clone() });
            }
            if acts(Action::SetDefault) && column.default.is_none() {
                reasons.push(SchemaReason::SetDefault { column: name.clone() });
            }
        }
        reasons.into_iter().for_each(|reason| self.mistakes.note(site, reason));
    }

    /// The edge by which these columns of a child find their parent; `None` when the parent's
    /// columns aren't unique.
    pub(super) fn edge(&mut self, child: Columns<'_>, parent: Columns<'_>) -> Option<EdgeId> {
        self.edge_where(child, parent, None)
    }

    /// As [`edge`](Build::edge), for children that hold a label besides.
    pub(super) fn edge_where(
        &mut self,
        child: Columns<'_>,
        parent: Columns<'_>,
        discriminator: Option<Discriminator>,
    ) -> Option<EdgeId> {
        let index = self.table(parent.0).unique_index(parent.1)?;
        let edge = Edge {
            id: EdgeId::new(self.edges.len()),
            child: child.0,
            child_columns: aligned(index, parent.1, child.1),
            parent: parent.0,
            parent_columns: index.columns.clone(),
            parent_index: index.id,
            discriminator,
        };
        if let Some(same) = self.edges.iter().find(|other| other.same_as(&edge)) {
            return Some(same.id);
        }
        let id = edge.id;
        self.edges.push(edge);
        self.table_mut(child.0).child_edges.push(id);
        self.table_mut(parent.0).parent_edges.push(id);
        Some(id)
    }

    /// Whether a foreign key guards this way from child to parent.
    pub(super) fn is_guarded(&self, child: Columns<'_>, parent: Columns<'_>) -> bool {
        let Some(index) = self.table(parent.0).unique_index(parent.1) else { return false };
        let columns = aligned(index, parent.1, child.1);
        self.foreign_keys.iter().map(|key| &self.edges[key.edge.index()]).any(|edge| {
            (edge.child, edge.parent, edge.parent_index) == (child.0, parent.0, index.id)
                && edge.child_columns == columns
        })
    }

    /// Notes tables each of which needs a row of the next before it can have one.
    fn required_cycles(&mut self) {
        let required = |table: TableId| -> Vec<TableId> {
            let keys = self.table(table).outgoing.iter().map(|id| &self.foreign_keys[id.index()]);
            keys.filter(|key| !key.deferrable)
                .map(|key| &self.edges[key.edge.index()])
                .filter(|edge| edge.parent != table)
                .filter(|edge| edge.child_columns.iter().all(|id| !self.table(table).column(*id).nullable))
                .map(|edge| edge.parent)
                .collect()
        };
        let mut reported: HashSet<TableId> = HashSet::new();
        let mut rings: Vec<Vec<EcoString>> = Vec::new();
        for table in self.tables.iter().map(|table| table.id) {
            if reported.contains(&table) {
                continue;
            }
            if let Some(ring) = cycle(table, required) {
                rings.push(ring.iter().map(|id| self.table(*id).name.clone()).collect());
                reported.extend(ring);
            }
        }
        for tables in rings {
            let first = tables.first().cloned().unwrap_or_default();
            self.mistakes.note(Site::table(&first), SchemaReason::RequiredCycle { tables });
        }
    }
}

impl Edge {
    fn same_as(&self, other: &Edge) -> bool {
        (self.child, self.parent, self.parent_index) == (other.child, other.parent, other.parent_index)
            && self.child_columns == other.child_columns
            && self.discriminator == other.discriminator
    }
}

/// The columns that are joined with an index's, in its order: `columns` are pairwise those of
/// `others`, which are the index's in some order.
pub(super) fn aligned(index: &IndexInfo, columns: &[ColumnId], others: &[ColumnId]) -> Vec<ColumnId> {
    let partner = |wanted: &ColumnId| {
        columns.iter().zip(others).find(|(column, _)| *column == wanted).map(|(_, other)| *other)
    };
    index.columns.iter().filter_map(partner).collect()
}
