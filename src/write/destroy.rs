//! Destroying rows: with their dependents, and then what foreign keys say.
//!
//! First everything that goes is found over an explicit stack, relation by relation: a `restrict`
//! looks at the rows that are there when its turn comes, those on their way out apart. Then rows that
//! stay let go of their parents, and at last all of the others go at once, as in a delete.

use super::Writer;
use super::doomed::{Doomed, Family};
use super::hooks::{Hook, Images};
use crate::catalog::{DependentInfo, RelationInfo, Way};
use crate::delta::{Cells, Values};
use crate::error::Result;
use crate::eval::{TRUE, along, truth};
use crate::id::{EdgeId, Slot, TableId};
use crate::schema::Dependent;
use crate::value::Value;
use hashbrown::HashSet;
use smallvec::smallvec;
use std::sync::Arc;

/// What a destroy comes to.
#[derive(Default)]
struct Plan {
    doomed: Doomed,
    /// Children that stay and lose their parent, in the order they were met.
    released: Vec<(EdgeId, Vec<Slot>)>,
    free: HashSet<(EdgeId, Slot)>,
    /// What is destroyed, in the order it was met.
    destroyed: Vec<(TableId, Vec<Slot>)>,
}

impl Plan {
    fn destroy(&mut self, family: Option<&Family>) {
        self.destroyed.extend(family.map(|family| (family.table, family.slots.clone())));
    }
}

/// Whether a relation leads to all children along its edge, in insertion order.
fn is_plain(relation: &RelationInfo) -> bool {
    relation.many
        && relation.filter.is_none()
        && relation.source_filter.is_none()
        && relation.order_by.is_empty()
}

impl Writer<'_> {
    /// Takes rows away with their dependents, and with whatever foreign keys say goes or changes with
    /// any of them. A row that is met twice goes once. O(rows touched), whatever the depth.
    pub(crate) fn destroy(&mut self, table: TableId, slots: Vec<Slot>) -> Result<()> {
        let catalog = Arc::clone(&self.catalog);
        let mut plan = Plan::default();
        let first = plan.doomed.meet(table, slots.into_iter());
        let mut stack = Vec::from_iter(self.before_destroy(first)?);
        plan.destroy(stack.first());
        while let Some(mut family) = stack.pop() {
            let info = catalog.table(family.table);
            let Some(dependent) = info.dependents.get(family.next) else { continue };
            family.next += 1;
            self.store.make_way(plan.doomed.len());
            let met = self.depend(info.relation(dependent.relation), dependent, &family.slots, &mut plan)?;
            // A family whose last dependents these were isn't kept: a chain takes no room on the stack.
            if family.next < info.dependents.len() {
                stack.push(family);
            }
            let met = self.before_destroy(met)?;
            plan.destroy(met.as_ref());
            stack.extend(met);
        }
        let Plan { mut doomed, released, destroyed, .. } = plan;
        if self.environment.hooks.is_some() {
            doomed.forget_gone(&self.store);
        }
        let gone: Vec<Images> = destroyed
            .iter()
            .flat_map(|(table, slots)| self.going(Hook::AfterDestroy, *table, slots))
            .collect();
        for (id, mut children) in released {
            let edge = catalog.edge(id);
            // A hook may have given a child another parent, or one of another type.
            let lost = |child: &Slot| match self.store.edge(id).parent(*child).some() {
                Some(parent) => doomed.has(edge.parent, parent),
                None => edge.discriminator.is_none(),
            };
            let stays = |child: &Slot| self.store.table(edge.child).is_live(*child);
            children.retain(|child| !doomed.has(edge.child, *child) && stays(child) && lost(child));
            let columns = edge.reference_columns();
            let values: Values = smallvec![Value::Null; columns.len()];
            let rows = children.into_iter().map(|child| (child, values.clone())).collect();
            self.change(Cells { table: edge.child, columns, rows })?;
        }
        self.remove(doomed)?;
        gone.into_iter().for_each(|images| self.note(Hook::AfterDestroy, images));
        Ok(())
    }

    /// What one relation makes of the rows along it: those whose own dependents are next.
    fn depend(
        &self,
        relation: &RelationInfo,
        dependent: &DependentInfo,
        slots: &[Slot],
        plan: &mut Plan,
    ) -> Result<Option<Family>> {
        let (table, edge) = match dependent.way {
            Way::Children(edge) => (relation.target, Some(edge)),
            Way::Junction(near, _) => (self.catalog.edge(near).child, Some(near)),
            Way::Parent => (relation.target, None),
        };
        let mut rows: Vec<Slot> = Vec::new();
        for slot in slots {
            let first = rows.len();
            match dependent.way {
                Way::Junction(near, far) => self.junction_rows(relation, (near, far), *slot, &mut rows),
                Way::Children(edge) if is_plain(relation) => rows.extend(self.store.children_of(edge, *slot)),
                Way::Children(_) | Way::Parent => rows.extend(along(&self.store, relation, *slot)),
            }
            if let (Dependent::Restrict, Some(edge)) = (dependent.action, edge) {
                let stays = |row: &Slot| !plan.doomed.has(table, *row) && !plan.free.contains(&(edge, *row));
                let left: Vec<Slot> = rows.drain(first..).filter(stays).collect();
                if !left.is_empty() {
                    let edge = self.catalog.edge(edge);
                    let values = self.store.table(edge.parent).keys(&edge.parent_columns).values(*slot);
                    return Err(self.restrict_along(&relation.name, edge, values, &left));
                }
            }
        }
        match (dependent.action, edge) {
            (Dependent::Destroy, _) => Ok(plan.doomed.meet(table, rows.into_iter())),
            (Dependent::Delete, _) => {
                plan.doomed.meet(table, rows.into_iter());
                Ok(None)
            }
            (Dependent::Nullify, Some(edge)) => {
                rows.retain(|row| plan.free.insert((edge, *row)));
                plan.released.push((edge, rows));
                Ok(None)
            }
            (Dependent::Nullify | Dependent::Restrict, _) => Ok(None),
        }
    }

    /// The rows of a junction that join `slot` with a row of the relation; without a filter also those
    /// that join it with nothing.
    fn junction_rows(
        &self,
        relation: &RelationInfo,
        (near, far): (EdgeId, EdgeId),
        slot: Slot,
        rows: &mut Vec<Slot>,
    ) {
        let targets = self.store.edge(far).parents();
        let passes = |table, filter: &Option<_>, slot: Slot| match filter {
            Some(filter) => !slot.is_none() && truth(&self.store, table, filter, slot) == TRUE,
            None => true,
        };
        if passes(relation.source, &relation.source_filter, slot) {
            let joined = self.store.children_of(near, slot);
            rows.extend(
                joined.filter(|row| passes(relation.target, &relation.filter, targets.at(row.index()))),
            );
        }
    }
}
