//! Unique constraints, checks, and what a violation says.

use super::{OpenKey, Writer};
use crate::catalog::{Edge, IndexInfo, IndexKind, TableInfo};
use crate::delta::Cells;
use crate::error::{Error, ErrorKind, Path, Result, Step};
use crate::eval;
use crate::id::{ColumnId, Slot};
use crate::value::Value;
use ecow::EcoString;
use hashbrown::HashSet;
use std::collections::HashMap;

/// How many referring rows a restrict violation names.
const SAMPLE: usize = 3;

fn names(info: &TableInfo, columns: &[ColumnId]) -> Vec<EcoString> {
    columns.iter().map(|id| info.column(*id).name.clone()).collect()
}

pub(super) fn is_unique(index: &&IndexInfo) -> bool {
    matches!(index.kind, IndexKind::Primary | IndexKind::Unique)
}

impl Writer<'_> {
    /// Refuses a new row whose unique values belong to another one. O(unique indexes).
    pub(super) fn refuse_taken(&self, info: &TableInfo, row: &[&Value]) -> Result<()> {
        let table = self.store.table(info.id);
        for index in info.indexes.iter().filter(is_unique) {
            if let Some(taken) = table.find_values(index.id, row, &index.columns) {
                return Err(self.unique_violation(info, index, taken));
            }
        }
        Ok(())
    }

    /// Refuses an update after which two rows would share unique values. Rows of the update may
    /// swap theirs. O(rows x touched unique indexes).
    pub(super) fn refuse_shared(&self, info: &TableInfo, cells: &Cells) -> Result<()> {
        let table = self.store.table(info.id);
        let touched = |index: &&IndexInfo| index.columns.iter().any(|id| cells.columns.contains(id));
        let mut changing: Option<HashSet<Slot>> = None;
        for index in info.indexes.iter().filter(is_unique).filter(touched) {
            let mut given: HashMap<Vec<Value>, Slot> = HashMap::new();
            for (slot, values) in &cells.rows {
                let cell = |id: &ColumnId| match cells.columns.iter().position(|column| column == id) {
                    Some(at) => values.get(at).cloned().unwrap_or_default(),
                    None => table.column(*id).get(*slot).to_value(),
                };
                let key: Vec<Value> = index.columns.iter().map(cell).collect();
                if key.iter().any(Value::is_null) {
                    continue;
                }
                if let Some(taken) = table.find(index.id, key.as_slice()).filter(|taken| taken != slot) {
                    let changing =
                        changing.get_or_insert_with(|| cells.rows.iter().map(|(slot, _)| *slot).collect());
                    if !changing.contains(&taken) {
                        return Err(self.unique_violation(info, index, taken));
                    }
                }
                if cells.rows.len() > 1 && given.insert(key.clone(), *slot).is_some() {
                    return Err(Error::new(ErrorKind::UniqueViolation {
                        table: info.name.clone(),
                        constraint: index.name.clone(),
                        columns: names(info, &index.columns),
                        values: key,
                        existing: Vec::new(),
                    }));
                }
            }
        }
        Ok(())
    }

    pub(super) fn unique_violation(&self, info: &TableInfo, index: &IndexInfo, taken: Slot) -> Error {
        let keys = self.store.table(info.id).keys(&index.columns);
        Error::new(ErrorKind::UniqueViolation {
            table: info.name.clone(),
            constraint: index.name.clone(),
            columns: names(info, &index.columns),
            values: keys.values(taken),
            existing: self.key_of(info, taken),
        })
    }

    /// The primary key of a row, empty where the table has none.
    pub(super) fn key_of(&self, info: &TableInfo, slot: Slot) -> Vec<Value> {
        match info.primary_key {
            Some(index) => self.store.table(info.id).keys(&info.index(index).columns).values(slot),
            None => Vec::new(),
        }
    }

    /// Refuses a written row that a check is false of; null passes. With `changed`, only checks that
    /// read one of these columns are run.
    pub(super) fn run_checks(
        &self,
        info: &TableInfo,
        slot: Slot,
        changed: Option<&[ColumnId]>,
    ) -> Result<()> {
        for check in &info.checks {
            if changed.is_some_and(|changed| !check.columns.iter().any(|id| changed.contains(id))) {
                continue;
            }
            if eval::matches(&self.store, info.id, &check.predicate, slot) == Some(false) {
                return Err(Error::new(ErrorKind::CheckViolation {
                    table: info.name.clone(),
                    constraint: check.name.clone(),
                    columns: names(info, &check.columns),
                    values: self.store.table(info.id).keys(&check.columns).values(slot),
                }));
            }
        }
        Ok(())
    }

    /// A child whose foreign key matches nothing.
    pub(super) fn foreign_key_violation(&self, open: OpenKey) -> Error {
        let key = self.catalog.foreign_key(open.key);
        let edge = self.catalog.edge(key.edge);
        let (children, parents) = (self.catalog.table(edge.child), self.catalog.table(edge.parent));
        let same = |(other, _): &&(OpenKey, Path)| (other.key, other.child) == (open.key, open.child);
        let origin = self.origins.iter().rev().find(same);
        let steps = origin.iter().flat_map(|(_, path)| path.steps().rev().cloned());
        let column = edge.child_columns.first().filter(|_| edge.child_columns.len() == 1 && origin.is_some());
        let steps = column.map(|id| Step::from(&children.column(*id).name)).into_iter().chain(steps);
        let error = Error::new(ErrorKind::ForeignKeyViolation {
            table: children.name.clone(),
            constraint: key.name.clone(),
            columns: names(children, &edge.child_columns),
            values: self.store.child_keys(edge).values(open.child),
            references: parents.name.clone(),
            referenced: names(parents, &edge.parent_columns),
            bereft: open.bereft,
        });
        steps.fold(error, Error::at)
    }

    /// A parent, by its referenced values, that `children` still refer to along an edge, which a foreign
    /// key or relation of this name forbids.
    pub(super) fn restrict_along(
        &self,
        constraint: &EcoString,
        edge: &Edge,
        values: Vec<Value>,
        children: &[Slot],
    ) -> Error {
        let (referrer, info) = (self.catalog.table(edge.child), self.catalog.table(edge.parent));
        Error::new(ErrorKind::RestrictViolation {
            table: info.name.clone(),
            values,
            constraint: constraint.clone(),
            referrer: referrer.name.clone(),
            columns: names(referrer, &edge.child_columns),
            count: children.len(),
            sample: children.iter().take(SAMPLE).map(|child| self.key_of(referrer, *child)).collect(),
        })
    }
}
