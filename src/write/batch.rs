//! Many new rows at once: cells column by column, keys and links one index after the other.
//!
//! A batch with anything wrong in it leaves no trace: the rows are written one by one then, so that what
//! refuses them is what refuses the first row that can't stay.

use super::Writer;
use super::hooks::Hook;
use super::insert::MAX_SLOTS;
use super::normalise::refuse_counter;
use super::version::refuse_version;
use crate::catalog::{ColumnInfo, DefaultInfo, TableInfo};
use crate::column::staged::Staged;
use crate::id::Slot;
use crate::value::{Input, Row, ValueRef};
use ecow::EcoString;

/// Fewer rows than this are no batch.
const FEW: usize = 16;

/// Which of a row's places each column is given by. Neighbours mostly name the same columns.
#[derive(Default)]
struct Layout {
    names: Vec<EcoString>,
    /// By column.
    places: Vec<Option<usize>>,
}

impl Layout {
    fn fits(&self, row: &Row) -> bool {
        self.names.len() == row.len()
            && self.names.iter().zip(row.iter()).all(|(name, (other, _))| name == other)
    }

    /// The layout of a row, unless something is wrong with its names.
    fn of(info: &TableInfo, row: &Row) -> Option<Layout> {
        let mut places = vec![None; info.columns.len()];
        for (at, (name, _)) in row.iter().enumerate() {
            let column = info.column_id(name).ok()?;
            refuse_counter(info.column(column)).ok()?;
            let place = places.get_mut(column.index()).filter(|place| place.is_none())?;
            *place = Some(at);
        }
        refuse_version(info, row).ok()?;
        Some(Layout { names: row.iter().map(|(name, _)| name.clone()).collect(), places })
    }
}

impl Writer<'_> {
    /// Adds rows in order as one change; gives where they stand. `None`, and no change, when something is
    /// wrong with them or only one after the other shows the same. O(cells + rows x (indexes + edges)).
    pub(super) fn insert_batch(&mut self, info: &TableInfo, rows: &[Row]) -> Option<Vec<Slot>> {
        if rows.len() < FEW || !self.takes_batches(info, rows.len()) {
            return None;
        }
        let sequence = self.store.table(info.id).sequence();
        let slots = self.add_batch(info, rows);
        if slots.is_none() && self.store.table(info.id).sequence() != sequence {
            self.store.table_mut(info.id).rewind_identity(sequence);
        }
        slots
    }

    fn takes_batches(&self, info: &TableInfo, rows: usize) -> bool {
        let is_watched = self.runs(info.id, Hook::BeforeInsert) || self.notes(info.id, Hook::AfterInsert);
        // A row may be the parent of a later one, and is touched then; but not of an earlier one.
        let is_own = info.child_edges.iter().any(|id| self.catalog.edge(*id).parent == info.id);
        // Ids that somebody hands out are asked for once a row.
        let asks = |column: &ColumnInfo| matches!(column.default, Some(DefaultInfo::Uuid));
        let is_asking = self.environment.is_given && info.columns.iter().any(asks);
        let bound = self.store.table(info.id).bound().saturating_add(rows);
        !is_watched && !is_own && !is_asking && bound <= MAX_SLOTS
    }

    fn add_batch(&mut self, info: &TableInfo, rows: &[Row]) -> Option<Vec<Slot>> {
        let mut columns: Vec<Staged> =
            info.columns.iter().map(|column| Staged::new(&column.ty, column.nullable)).collect();
        let mut layout = Layout::default();
        for row in rows {
            if layout.names.is_empty() || !layout.fits(row) {
                layout = Layout::of(info, row)?;
            }
            for ((column, staged), place) in info.columns.iter().zip(&mut columns).zip(&layout.places) {
                match place.and_then(|place| row.at(place)) {
                    Some((_, input)) => self.stage_given(info, column, staged, input)?,
                    None => self.stage_default(info, column, staged)?,
                }
            }
        }
        let mark = self.store.mark();
        let first = self.store.append(info.id, &mut columns, rows.len())?.index();
        let slots: Vec<Slot> = (first..first + rows.len()).map(Slot::new).collect();
        if !info.checks.is_empty() && !slots.iter().all(|slot| self.run_checks(info, *slot, None).is_ok()) {
            self.store.rollback_to(mark);
            return None;
        }
        if info.outgoing.iter().any(|key| {
            let parents = self.store.edge(self.catalog.foreign_key(*key).edge).parents();
            slots.iter().any(|slot| parents.at(slot.index()).is_none())
        }) {
            slots.iter().for_each(|slot| self.leave_open(info, *slot));
        }
        self.owe_for_new(info, first..first + rows.len());
        Some(slots)
    }

    /// Keeps back what a row gives a column.
    fn stage_given(
        &mut self,
        info: &TableInfo,
        column: &ColumnInfo,
        staged: &mut Staged,
        input: &Input,
    ) -> Option<()> {
        let read;
        let value = match input {
            Input::Value(value) => value.as_ref(),
            // Null is no JSON text, whatever the type.
            Input::Literal(_) if input.is_null() => ValueRef::Null,
            Input::Literal(_) => {
                read = input.resolve(&column.ty).ok()?;
                read.as_ref()
            }
            Input::Placeholder(_) | Input::Nested(_) => return None,
        };
        if value.is_null() && !column.nullable {
            return None;
        }
        staged.push(&column.ty, value).ok()?;
        if let (true, Some(given)) = (column.generated, value.as_i64())
            && given > self.store.table(info.id).sequence()
        {
            self.store.table_mut(info.id).pass_identity(given);
        }
        Some(())
    }

    /// Keeps back what a column gets that a row doesn't name.
    fn stage_default(&mut self, info: &TableInfo, column: &ColumnInfo, staged: &mut Staged) -> Option<()> {
        let made;
        let value = match &column.default {
            _ if column.generated => {
                made = self.identity(info, column).ok()?;
                &made
            }
            Some(DefaultInfo::Constant(value)) => value,
            _ => {
                made = self.default_of(column);
                &made
            }
        };
        if value.is_null() && !column.nullable {
            return None;
        }
        staged.push_value(&column.ty, value);
        Some(())
    }
}
