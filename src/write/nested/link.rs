//! Bringing rows into a relation and taking them out of it.

use super::{Along, Cell, Gift, Taking, Writer};
use crate::catalog::{Edge, Junction, Link};
use crate::error::{Error, ErrorKind, Result};
use crate::eval::{self, TRUE, truth};
use crate::id::{Slot, TableId};
use crate::predicate::Predicate;
use crate::schema::{Action, Dependent};
use crate::value::{Row, Value};
use hashbrown::HashSet;

/// How rows are taken out of a relation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// They stay and lose the key.
    Disconnect,
    /// As the relation's `dependent` says. Without one they lose the key, and where they can't be
    /// without it they go if the foreign key cascades.
    Dependent,
}

impl Writer<'_> {
    /// What a child along an edge holds of its parent: the one place where a child gets its key.
    pub(super) fn keys_of(&self, edge: &Edge, parent: Slot) -> Result<Vec<Cell>> {
        let above = self.catalog.table(edge.parent);
        if !self.store.table(edge.parent).is_live(parent) {
            let columns = above.column_names(above.primary_key());
            let (table, values) = (above.name.clone(), self.key_of(above, parent));
            return Err(Error::new(ErrorKind::NotFound { table, columns, values }));
        }
        let values = self.inherited(edge, parent)?;
        if let Some((column, _)) = edge.parent_columns.iter().zip(&values).find(|(_, value)| value.is_null())
        {
            let (table, column) = (above.name.clone(), above.column(*column).name.clone());
            return Err(Error::new(ErrorKind::NotNullViolation { table, column }));
        }
        let kind = edge.discriminator.iter().map(|kind| (kind.column, kind.label.clone()));
        Ok(edge.child_columns.iter().copied().zip(values).chain(kind).collect())
    }

    /// What a child along an edge holds when it has no parent.
    pub(super) fn no_keys(&self, edge: &Edge) -> Result<Vec<Cell>> {
        let info = self.catalog.table(edge.child);
        let nullable = edge.reference_columns().into_iter().filter(|id| info.column(*id).nullable);
        let keys: Vec<Cell> = nullable.map(|id| (id, Value::Null)).collect();
        match (keys.is_empty(), edge.child_columns.first()) {
            (true, Some(column)) => {
                let (table, column) = (info.name.clone(), info.column(*column).name.clone());
                Err(Error::new(ErrorKind::NotNullViolation { table, column }))
            }
            _ => Ok(keys),
        }
    }

    /// Whether a relation leads to a row.
    pub(super) fn leads(&self, along: Along<'_>, to: Slot) -> bool {
        let (Some(source), target) = (along.source, along.target.table.id) else { return false };
        let joined = match along.link {
            Link::Parent(edge) => self.store.edge(*edge).parent(source) == to,
            Link::Children(edge) => self.store.edge(*edge).parent(to) == source,
            Link::Junction(junction) => !self.joints(junction, source, to).is_empty(),
        };
        joined
            && self.store.table(target).is_live(to)
            && self.passes(along.relation.source, &along.relation.source_filter, source)
            && self.passes(target, &along.relation.filter, to)
    }

    pub(super) fn passes(&self, table: TableId, filter: &Option<Predicate>, slot: Slot) -> bool {
        filter.as_ref().is_none_or(|filter| truth(&self.store, table, filter, slot) == TRUE)
    }

    /// The one row a relation leads to.
    pub(super) fn current(&self, along: Along<'_>) -> Option<Slot> {
        eval::along(&self.store, along.relation, along.source?).first().copied()
    }

    /// Lets readers go on where many rows have to be looked at to know whom a relation leads to. Each row
    /// of a junction is looked for among the others.
    pub(super) fn make_way_along(&mut self, along: Along<'_>) {
        let Some(source) = along.source else { return };
        let rows = match along.link {
            Link::Parent(_) => 1,
            Link::Children(edge) => self.store.edge(*edge).count(source),
            Link::Junction(junction) => {
                let rows = self.store.edge(junction.near).count(source);
                rows.saturating_mul(rows)
            }
        };
        self.store.make_way(rows);
    }

    /// All rows a relation leads to, each once, in insertion order or in that of the junction's rows.
    pub(super) fn members(&self, along: Along<'_>) -> Vec<Slot> {
        let Some(source) = along.source else { return Vec::new() };
        let mut rows: Vec<Slot> = match along.link {
            Link::Parent(_) => self.current(along).into_iter().collect(),
            Link::Children(edge) => self.store.children_of(*edge, source).collect(),
            Link::Junction(junction) => {
                let targets = self.store.edge(junction.far).parents();
                let rows = self.store.children_of(junction.near, source);
                rows.map(|row| targets.at(row.index())).filter(|slot| !slot.is_none()).collect()
            }
        };
        let mut met = HashSet::new();
        rows.retain(|slot| met.insert(*slot) && self.leads(along, *slot));
        rows
    }

    /// The rows of a junction that join two rows. O(the fewer of theirs).
    fn joints(&self, junction: &Junction, source: Slot, to: Slot) -> Vec<Slot> {
        let (near, far) = (self.store.edge(junction.near), self.store.edge(junction.far));
        let rows = match near.count(source) < far.count(to) {
            true => self.store.children_of(junction.near, source),
            false => self.store.children_of(junction.far, to),
        };
        let joins = |row: &Slot| {
            near.parent(*row) == source
                && far.parent(*row) == to
                && self.passes(junction.table, &junction.filter, *row)
        };
        rows.filter(joins).collect()
    }

    /// Brings a row that is there into a relation. One that is in it already stays as it is.
    pub(super) fn attach(&mut self, along: Along<'_>, to: Slot) -> Result<()> {
        let Some(source) = along.source else { return Ok(()) };
        if !along.relation.many {
            let mut others = self.members(along);
            others.retain(|other| *other != to);
            self.detach(along, others, How::Dependent)?;
        }
        // Rows that had to make room for others may have taken it along.
        if !self.store.table(along.target.table.id).is_live(to) {
            let info = along.target.table;
            let (table, columns) = (info.name.clone(), info.column_names(info.primary_key()));
            return Err(Error::new(ErrorKind::NotFound { table, columns, values: self.key_of(info, to) }));
        }
        match along.link {
            Link::Parent(_) => {}
            Link::Children(edge) => {
                let edge = along.target.catalog.edge(*edge);
                if self.store.edge(edge.id).parent(to) != source {
                    let keys = self.keys_of(edge, source)?;
                    self.assign(edge.child, vec![to], keys)?;
                }
            }
            Link::Junction(junction) => {
                if self.joints(junction, source, to).is_empty() {
                    self.join(along, junction, source, to)?;
                }
            }
        }
        self.claim(along, to)
    }

    /// Adds the row of a junction that joins two rows.
    fn join(&mut self, along: Along<'_>, junction: &Junction, source: Slot, to: Slot) -> Result<()> {
        let catalog = along.target.catalog;
        let info = catalog.table(junction.table);
        let mut values: Vec<Option<Value>> = vec![None; info.columns.len()];
        let keys = [
            junction.scope.clone(),
            self.keys_of(catalog.edge(junction.near), source)?,
            self.keys_of(catalog.edge(junction.far), to)?,
        ];
        for (column, value) in keys.into_iter().flatten() {
            if let Some(place) = values.get_mut(column.index()) {
                *place = Some(value);
            }
        }
        let row = self.fill(info, values)?;
        self.add_new(info, row).map(drop)
    }

    /// Makes a row of a relation.
    pub(super) fn create(&mut self, along: Along<'_>, row: &Row, taking: Taking) -> Result<Slot> {
        let Some(source) = along.source else { return self.make(along, row, taking, &[]) };
        if !along.relation.many {
            let others = self.members(along);
            self.detach(along, others, How::Dependent)?;
        }
        let slot = match along.link {
            Link::Children(edge) => {
                let keys = self.keys_of(along.target.catalog.edge(*edge), source)?;
                self.make(along, row, taking, &keys)?
            }
            Link::Parent(_) => self.make(along, row, taking, &[])?,
            Link::Junction(junction) => {
                let slot = self.make(along, row, taking, &[])?;
                // It may have joined itself, from its own end of the junction.
                if self.joints(junction, source, slot).is_empty() {
                    self.join(along, junction, source, slot)?;
                }
                slot
            }
        };
        self.claim(along, slot)?;
        Ok(slot)
    }

    /// Adds a row of the table a relation leads to.
    pub(super) fn make(
        &mut self,
        along: Along<'_>,
        row: &Row,
        taking: Taking,
        keys: &[Cell],
    ) -> Result<Slot> {
        self.add_along(along.target, row, taking, Gift { keys, relation: Some(along.relation) })
    }

    /// Takes rows out of a relation.
    pub(super) fn detach(&mut self, along: Along<'_>, rows: Vec<Slot>, how: How) -> Result<()> {
        let Some(source) = along.source.filter(|_| !rows.is_empty()) else { return Ok(()) };
        let catalog = along.target.catalog;
        let dependents = &catalog.table(along.relation.source).dependents;
        let dependent = dependents.iter().find(|dependent| dependent.relation == along.relation.id);
        let dependent = dependent.map(|dependent| dependent.action);
        match along.link {
            Link::Parent(_) => Ok(()),
            Link::Junction(junction) => {
                let joints = rows.iter().flat_map(|row| self.joints(junction, source, *row)).collect();
                match dependent {
                    Some(Dependent::Destroy) => self.destroy(junction.table, joints),
                    _ => self.delete(junction.table, joints),
                }
            }
            Link::Children(edge) => {
                let edge = catalog.edge(*edge);
                match (how, dependent) {
                    (How::Dependent, Some(Dependent::Destroy)) => self.destroy(edge.child, rows),
                    (How::Dependent, Some(Dependent::Delete)) => self.delete(edge.child, rows),
                    (How::Dependent, _) if self.goes_with_its_key(edge) => self.delete(edge.child, rows),
                    _ => {
                        let keys = self.no_keys(edge)?;
                        self.assign(edge.child, rows, keys)
                    }
                }
            }
        }
    }

    /// Whether a child can't be without its parent, and its foreign key says that it goes with it.
    fn goes_with_its_key(&self, edge: &Edge) -> bool {
        let info = self.catalog.table(edge.child);
        let key = info.outgoing.iter().map(|id| self.catalog.foreign_key(*id));
        edge.child_columns.iter().all(|id| !info.column(*id).nullable)
            && key.into_iter().any(|key| key.edge == edge.id && key.on_delete == Action::Cascade)
    }

    /// Deletes rows of a relation from their table.
    pub(super) fn delete_members(&mut self, along: Along<'_>, rows: Vec<Slot>) -> Result<()> {
        if let Link::Junction(_) = along.link {
            self.detach(along, rows.clone(), How::Disconnect)?;
        }
        self.delete(along.target.table.id, rows)
    }
}
