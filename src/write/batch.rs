//! Many new rows at once: cells column by column, keys and links one index after the other.
//!
//! Rows that are written along a relation are one too: each gets the key of the row above.
//!
//! A batch with anything wrong in it leaves no trace: the rows are written one by one then, so that what
//! refuses them is what refuses the first row that can't stay.

use super::Writer;
use super::insert::MAX_SLOTS;
use super::normalise::refuse_counter;
use super::version::refuse_version;
use crate::catalog::{ColumnInfo, DefaultInfo, TableInfo};
use crate::column::staged::Staged;
use crate::id::{ColumnId, ForeignKeyId, Slot};
use crate::value::{Input, Row, Value, ValueRef};
use ecow::EcoString;
use std::ops::Range;

/// Fewer rows than this are no batch.
const FEW: usize = 4;

/// What every row of a batch gets beside what it gives.
#[derive(Clone, Copy, Default)]
pub(super) struct Common<'c> {
    /// Columns that no row gives.
    pub(super) keys: &'c [(ColumnId, Value)],
    /// Columns of those rows that don't give them.
    pub(super) usual: &'c [(ColumnId, Value)],
    /// Whether no row gives its primary key, but for what's in `keys`.
    pub(super) keyless: bool,
}

/// Where the cell of a column comes from.
#[derive(Clone, Copy)]
enum Source<'c> {
    /// What the row gives at this place.
    Given(usize),
    /// What every row gets.
    Common(&'c Value),
    Default,
}

/// Where each column of a row comes from. Neighbours mostly name the same columns.
#[derive(Default)]
struct Layout<'c> {
    names: Vec<EcoString>,
    /// By column.
    sources: Vec<Source<'c>>,
}

impl<'c> Layout<'c> {
    fn fits(&self, row: &Row) -> bool {
        self.names.len() == row.len()
            && self.names.iter().zip(row.iter()).all(|(name, (other, _))| name == other)
    }

    /// The layout of a row, unless something is wrong with its names.
    fn of(info: &TableInfo, row: &Row, common: Common<'c>) -> Option<Layout<'c>> {
        let mut sources = vec![Source::Default; info.columns.len()];
        for (at, (name, _)) in row.iter().enumerate() {
            let column = info.column_id(name).ok()?;
            refuse_counter(info.column(column)).ok()?;
            if common.keyless && info.primary_key().contains(&column) {
                return None;
            }
            let source = sources.get_mut(column.index())?;
            match source {
                Source::Default => *source = Source::Given(at),
                _ => return None,
            }
        }
        for (column, value) in common.keys {
            let source = sources.get_mut(column.index())?;
            match source {
                Source::Default => *source = Source::Common(value),
                _ => return None,
            }
        }
        for (column, value) in common.usual {
            let source = sources.get_mut(column.index())?;
            if let Source::Default = source {
                *source = Source::Common(value);
            }
        }
        refuse_version(info, row).ok()?;
        Some(Layout { names: row.iter().map(|(name, _)| name.clone()).collect(), sources })
    }
}

impl Writer<'_> {
    /// Adds rows in order as one change; gives where they stand. `None`, and no change, when something is
    /// wrong with them, when one may not stay, or when only one after the other shows the same.
    /// O(cells + rows x (indexes + edges)).
    pub(super) fn insert_batch(
        &mut self,
        info: &TableInfo,
        rows: &[Row],
        common: Common<'_>,
        stays: impl Fn(&Self, Slot) -> bool,
    ) -> Option<Range<usize>> {
        if rows.len() < FEW || !self.takes_batches(info, rows.len()) {
            return None;
        }
        let sequence = self.store.table(info.id).sequence();
        let slots = self.add_batch(info, rows, common, stays);
        if slots.is_none() && self.store.table(info.id).sequence() != sequence {
            self.store.table_mut(info.id).rewind_identity(sequence);
        }
        slots
    }

    fn takes_batches(&self, info: &TableInfo, rows: usize) -> bool {
        // A row may be the parent of a later one, and is touched then; but not of an earlier one.
        let is_own = info.child_edges.iter().any(|id| self.catalog.edge(*id).parent == info.id);
        // Ids that somebody hands out are asked for once a row.
        let asks = |column: &ColumnInfo| matches!(column.default, Some(DefaultInfo::Uuid));
        let is_asking = self.environment.is_given && info.columns.iter().any(asks);
        let bound = self.store.table(info.id).bound().saturating_add(rows);
        !self.is_watched(info.id) && !is_own && !is_asking && bound <= MAX_SLOTS
    }

    fn add_batch(
        &mut self,
        info: &TableInfo,
        rows: &[Row],
        common: Common<'_>,
        stays: impl Fn(&Self, Slot) -> bool,
    ) -> Option<Range<usize>> {
        let staged = |column: &ColumnInfo| Staged::with_room(&column.ty, column.nullable, rows.len());
        let mut columns: Vec<Staged> = info.columns.iter().map(staged).collect();
        let mut layout = Layout::default();
        for row in rows {
            if layout.names.is_empty() || !layout.fits(row) {
                layout = Layout::of(info, row, common)?;
            }
            for ((column, staged), source) in info.columns.iter().zip(&mut columns).zip(&layout.sources) {
                match source {
                    Source::Given(place) => self.stage_given(info, column, staged, &row.at(*place)?.1)?,
                    Source::Common(value) if value.is_null() && !column.nullable => return None,
                    Source::Common(value) => staged.push_value(&column.ty, value),
                    Source::Default => self.stage_default(info, column, staged)?,
                }
            }
        }
        let mark = self.store.mark();
        let first = self.store.append(info.id, &mut columns, rows.len())?.index();
        let slots = first..first + rows.len();
        let passes =
            |slot| (info.checks.is_empty() || self.run_checks(info, slot, None).is_ok()) && stays(self, slot);
        if !slots.clone().map(Slot::new).all(passes) {
            self.store.rollback_to(mark);
            return None;
        }
        let is_open = |key: &ForeignKeyId| {
            let parents = self.store.edge(self.catalog.foreign_key(*key).edge).parents();
            slots.clone().any(|at| parents.at(at).is_none())
        };
        if info.outgoing.iter().any(is_open) {
            slots.clone().for_each(|at| self.leave_open(info, Slot::new(at)));
        }
        self.owe_for_new(info, slots.clone());
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
