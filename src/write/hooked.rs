//! The writes of rows with the hooks around them.
//!
//! A hook may have changed or deleted any row, also one that the statement was still to write: what
//! was found before hooks ran is looked at again after them.

use super::hooks::{Hook, Images};
use super::insert::USUAL;
use super::normalise::require_all;
use super::update::identical;
use super::version::Set;
use super::{Writer, doomed::Family};
use crate::catalog::TableInfo;
use crate::error::Result;
use crate::id::{Slot, TableId};
use crate::value::Value;
use smallvec::SmallVec;

impl Writer<'_> {
    /// Adds a row that has a value of the right type, or null, for every column.
    pub(super) fn add_new(&mut self, info: &TableInfo, mut values: Vec<Value>) -> Result<Slot> {
        if self.runs(info.id, Hook::BeforeInsert) {
            let mut images = Images::new(info.id, None, Some(values));
            self.run_hook(Hook::BeforeInsert, &mut images)?;
            values = images.after.unwrap_or_default();
        }
        require_all(info, &values)?;
        let slot = self.add(info, &values.iter().collect::<SmallVec<[&Value; USUAL]>>())?;
        if self.notes(info.id, Hook::AfterInsert) {
            self.note(Hook::AfterInsert, Images::new(info.id, None, Some(values)));
        }
        Ok(slot)
    }

    /// Gives each of the rows these values, and what hooks make of them. Rows that would stay as they
    /// are run no hook.
    pub(super) fn assign_each(&mut self, info: &TableInfo, slots: Vec<Slot>, set: &Set) -> Result<()> {
        let mut rows: Vec<(Slot, Set)> = Vec::with_capacity(slots.len());
        for slot in slots {
            if !self.changes(info, slot, set) {
                continue;
            }
            let mut set = set.clone();
            if self.runs(info.id, Hook::BeforeUpdate) {
                self.before_update(info, slot, &mut set)?;
            }
            rows.push((slot, set));
        }
        rows.retain(|(slot, set)| self.changes(info, *slot, set));
        let cells = self.together(info, rows);
        let before: Vec<(Slot, Vec<Value>)> = match self.notes(info.id, Hook::AfterUpdate) {
            true => cells.rows.iter().map(|(slot, _)| (*slot, self.image(info.id, *slot))).collect(),
            false => Vec::new(),
        };
        self.change(cells)?;
        for (slot, before) in before {
            let after = self.image(info.id, slot);
            self.note(Hook::AfterUpdate, Images::new(info.id, Some(before), Some(after)));
        }
        Ok(())
    }

    fn before_update(&mut self, info: &TableInfo, slot: Slot, set: &mut Set) -> Result<()> {
        let before = self.image(info.id, slot);
        let mut after = before.clone();
        for (column, value) in &*set {
            if let Some(cell) = after.get_mut(column.index()) {
                cell.clone_from(value);
            }
        }
        let mut images = Images::new(info.id, Some(before), Some(after));
        self.run_hook(Hook::BeforeUpdate, &mut images)?;
        let after = images.after.unwrap_or_default();
        for column in images.set {
            let value = after.get(column.index()).cloned().unwrap_or_default();
            match set.iter_mut().find(|(other, _)| *other == column) {
                Some((_, given)) => *given = value,
                None => set.push((column, value)),
            }
        }
        Ok(())
    }

    /// Whether a row is there and these values aren't what it holds.
    fn changes(&self, info: &TableInfo, slot: Slot, set: &Set) -> bool {
        let table = self.store.table(info.id);
        let differs = |(column, value): &(_, Value)| {
            let held = table.column(*column).get(slot).to_value();
            !identical(&held, value)
        };
        table.is_live(slot) && set.iter().any(differs)
    }

    /// Runs the hooks before rows go; gives those rows that are there after them.
    pub(super) fn before_going(
        &mut self,
        hook: Hook,
        table: TableId,
        mut slots: Vec<Slot>,
    ) -> Result<Vec<Slot>> {
        if !self.runs(table, hook) {
            return Ok(slots);
        }
        for slot in &slots {
            if self.store.table(table).is_live(*slot) {
                let mut images = Images::new(table, Some(self.image(table, *slot)), None);
                self.run_hook(hook, &mut images)?;
            }
        }
        slots.retain(|slot| self.store.table(table).is_live(*slot));
        Ok(slots)
    }

    /// As [`before_going`](Writer::before_going), for a family that is to be destroyed.
    pub(super) fn before_destroy(&mut self, family: Option<Family>) -> Result<Option<Family>> {
        let Some(Family { table, slots, next }) = family else { return Ok(None) };
        let slots = self.before_going(Hook::BeforeDestroy, table, slots)?;
        Ok(Some(Family { table, slots, next }))
    }

    /// The images of rows that are about to go, where anybody wants to know of them.
    pub(super) fn going(&self, hook: Hook, table: TableId, slots: &[Slot]) -> Vec<Images> {
        if !self.notes(table, hook) {
            return Vec::new();
        }
        let live = slots.iter().filter(|slot| self.store.table(table).is_live(**slot));
        live.map(|slot| Images::new(table, Some(self.image(table, *slot)), None)).collect()
    }
}
