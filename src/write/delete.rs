//! Taking rows away, with what foreign keys set off.
//!
//! First everything that has to go is found, over an explicit stack and in the order in which
//! PostgreSQL would meet it: one foreign key after the other, and all that a key sets off before the
//! next. A `restrict` looks at the rows that aren't on their way out when its turn comes; nothing
//! has changed when it refuses. Then all of it goes at once, and only then are the rows changed that
//! stay behind.

use super::doomed::{Doomed, Family};
use super::hooks::Hook;
use super::{OpenKey, Writer};
use crate::catalog::ForeignKeyInfo;
use crate::delta::{Cells, Values};
use crate::error::Result;
use crate::id::{ColumnId, ForeignKeyId, Slot, TableId};
use crate::schema::Action;
use crate::store::{Change, Left};
use crate::value::Value;
use smallvec::smallvec;
use std::sync::Arc;

impl Writer<'_> {
    /// Takes rows away with whatever foreign keys say goes or changes with them; those that are gone already,
    /// with what was deleted before them, are passed over. O(rows touched), whatever the depth.
    pub(crate) fn delete(&mut self, table: TableId, mut slots: Vec<Slot>) -> Result<()> {
        slots.retain(|slot| self.store.table(table).is_live(*slot));
        let slots = self.before_going(Hook::BeforeDelete, table, slots)?;
        let gone = self.going(Hook::AfterDelete, table, &slots);
        let mut doomed = Doomed::default();
        doomed.meet(table, slots.into_iter());
        self.remove(doomed)?;
        gone.into_iter().for_each(|images| self.note(Hook::AfterDelete, images));
        Ok(())
    }

    /// Takes condemned rows away, and what foreign keys say goes or changes with them.
    pub(super) fn remove(&mut self, mut doomed: Doomed) -> Result<()> {
        self.condemn(&mut doomed)?;
        if doomed.rows.is_empty() {
            return Ok(());
        }
        let catalog = Arc::clone(&self.catalog);
        let rows = doomed.take_rows();
        for (table, slots) in &rows {
            // Parents that go as well are owed nothing.
            let stays = |table, parent| !doomed.has(table, parent);
            self.owe_for_rows(catalog.table(*table), slots.iter().copied(), -1, stays);
        }
        let left = self.store.apply(Change::Delete(rows)).left;
        self.leave_left_open(&doomed.referred, &left);
        for (key, children) in doomed.bereft {
            self.release(key, children)?;
        }
        Ok(())
    }

    /// Remembers the foreign keys of rows that have lost their parents, in the order in which those were met.
    fn leave_left_open(&mut self, referred: &[(ForeignKeyId, Vec<Slot>)], left: &[Left]) {
        for (id, parents) in referred {
            let edge = self.catalog.foreign_key(*id).edge;
            let Some(Left { children, .. }) = left.iter().find(|left| left.edge == edge) else { continue };
            for parent in parents {
                let from = children.partition_point(|(other, _)| other < parent);
                let theirs = children.iter().skip(from).take_while(|(other, _)| other == parent);
                self.open.extend(theirs.map(|(_, child)| OpenKey::bereft(*id, *child)));
            }
        }
    }

    /// Finds all that goes with the condemned. Changes nothing.
    fn condemn(&mut self, doomed: &mut Doomed) -> Result<()> {
        let catalog = Arc::clone(&self.catalog);
        // Rows that nothing refers to lead nowhere.
        let leads = |(table, _): &&(TableId, _)| !catalog.table(*table).incoming.is_empty();
        let met = doomed.rows.iter().rev().filter(leads);
        let mut stack: Vec<Family> =
            met.map(|(table, slots)| Family { table: *table, slots: slots.clone(), next: 0 }).collect();
        while let Some(mut family) = stack.pop() {
            let keys = &catalog.table(family.table).incoming;
            let Some(key) = keys.get(family.next) else { continue };
            family.next += 1;
            self.store.make_way(doomed.len());
            let met = self.follow(catalog.foreign_key(*key), &family.slots, doomed)?;
            // A family whose last key this was isn't kept: a chain takes no room on the stack.
            if family.next < keys.len() {
                stack.push(family);
            }
            stack.extend(met);
        }
        Ok(())
    }

    /// What one foreign key makes of the children of rows that go: those that go too.
    fn follow(
        &mut self,
        key: &ForeignKeyInfo,
        slots: &[Slot],
        doomed: &mut Doomed,
    ) -> Result<Option<Family>> {
        let child = self.catalog.edge(key.edge).child;
        let children = |slot: &Slot| self.store.children_of(key.edge, *slot);
        let all = slots.iter().flat_map(children);
        match key.on_delete {
            Action::Cascade => {
                let lists = self.store.edge(key.edge).children();
                let mut met = Vec::with_capacity(slots.iter().map(|slot| lists.count(*slot)).sum());
                met.extend(all);
                return Ok(doomed.meet(child, met.into_iter()));
            }
            Action::Restrict => {
                for slot in slots {
                    let stays = |other: &Slot| !doomed.has(child, *other);
                    let left: Vec<Slot> = children(slot).filter(stays).collect();
                    if !left.is_empty() {
                        let edge = self.catalog.edge(key.edge);
                        let values = self.store.table(edge.parent).keys(&edge.parent_columns).values(*slot);
                        return Err(self.restrict_along(&key.name, edge, values, &left));
                    }
                }
            }
            Action::NoAction => doomed.referred.push((key.id, slots.to_vec())),
            Action::SetNull | Action::SetDefault => {
                let left: Vec<Slot> = all.filter(|slot| !doomed.has(child, *slot)).collect();
                if !left.is_empty() {
                    doomed.bereft.push((key.id, left));
                }
            }
        }
        Ok(None)
    }

    /// Takes a key from the rows that are still there and whose parent by it went.
    fn release(&mut self, key: ForeignKeyId, mut children: Vec<Slot>) -> Result<()> {
        let catalog = Arc::clone(&self.catalog);
        let key = catalog.foreign_key(key);
        let edge = catalog.edge(key.edge);
        // Another key over some of the same columns may have taken this one along.
        children.retain(|child| self.store.is_orphan(edge.id, *child));
        if children.is_empty() {
            return Ok(());
        }
        let values = self.orphaned_values(key, key.on_delete, &children);
        let rows = children.into_iter().map(|child| (child, values.clone())).collect();
        self.change(Cells { table: edge.child, columns: edge.child_columns.clone(), rows })
    }

    /// What a key's columns become in `children` under `set_null` and `set_default`.
    pub(super) fn orphaned_values(
        &mut self,
        key: &ForeignKeyInfo,
        action: Action,
        children: &[Slot],
    ) -> Values {
        let catalog = Arc::clone(&self.catalog);
        let edge = catalog.edge(key.edge);
        if action != Action::SetDefault {
            return smallvec![Value::Null; edge.child_columns.len()];
        }
        // Some may hold the default already: no change of theirs will tell that nothing has it.
        self.open.extend(children.iter().map(|child| OpenKey::bereft(key.id, *child)));
        let info = catalog.table(edge.child);
        let default = |column: &ColumnId| self.default_of(info.column(*column));
        edge.child_columns.iter().map(default).collect()
    }
}
