//! Changing rows, with what foreign keys set off.

use super::hooks::Hook;
use super::normalise::require;
use super::version::Set;
use super::{OpenKey, Writer};
use crate::catalog::{Edge, ForeignKeyInfo, TableInfo};
use crate::delta::{Cells, Values};
use crate::error::Result;
use crate::id::{ColumnId, ForeignKeyId, Slot, TableId};
use crate::schema::Action;
use crate::store::Change;
use crate::value::{Row, Value};
use std::sync::Arc;

/// Rows whose referenced key has changed, each with the key it had: those who hold that key have to
/// follow.
struct Moved {
    key: ForeignKeyId,
    rows: Vec<(Slot, Vec<Value>)>,
}

impl Writer<'_> {
    /// Gives rows new values. O(rows x (columns + touched indexes)) and what cascades.
    pub(crate) fn update(&mut self, table: TableId, slots: Vec<Slot>, set: &Row) -> Result<()> {
        let catalog = Arc::clone(&self.catalog);
        if set.nested().next().is_some() {
            self.store.make_way(slots.len());
            let change = |writer: &mut Self, slot| writer.update_along(catalog.table(table), slot, set);
            return self.inside("set", |writer| slots.into_iter().try_for_each(|slot| change(writer, slot)));
        }
        let set = self.assignments(catalog.table(table), set).map_err(|error| error.at("set"))?;
        self.assign(table, slots, set).map_err(|error| error.at("set"))
    }

    /// Gives each of the rows the same values.
    pub(super) fn assign(&mut self, table: TableId, slots: Vec<Slot>, mut set: Set) -> Result<()> {
        let catalog = Arc::clone(&self.catalog);
        let info = catalog.table(table);
        self.take_version(info, &slots, &mut set)?;
        for (column, value) in &set {
            let column = info.column(*column);
            if let (true, Value::Integer(given)) = (column.generated && !slots.is_empty(), value) {
                self.store.table_mut(table).pass_identity(*given);
            }
        }
        if self.runs(table, Hook::BeforeUpdate) || self.notes(table, Hook::AfterUpdate) {
            return self.assign_each(info, slots, &set);
        }
        let (columns, values): (Vec<ColumnId>, Values) = set.into_iter().unzip();
        let rows = slots.into_iter().map(|slot| (slot, values.clone())).collect();
        self.change(Cells { table, columns, rows })
    }

    /// Rows with cells for different columns as one change: what one leaves out, it keeps.
    pub(super) fn together(&self, info: &TableInfo, rows: Vec<(Slot, Set)>) -> Cells {
        let mut columns: Vec<ColumnId> =
            rows.iter().flat_map(|(_, set)| set).map(|(column, _)| *column).collect();
        columns.sort_unstable();
        columns.dedup();
        let table = self.store.table(info.id);
        let whole = |(slot, set): (Slot, Set)| {
            let cell = |column: &ColumnId| match set.iter().find(|(other, _)| other == column) {
                Some((_, value)) => value.clone(),
                None => table.column(*column).get(slot).to_value(),
            };
            (slot, columns.iter().map(cell).collect())
        };
        let rows = rows.into_iter().map(whole).collect();
        Cells { table: info.id, columns, rows }
    }

    /// Makes a change and all that foreign keys set off, over a stack: one foreign key after the
    /// other, and all that a key sets off before the next.
    pub(super) fn change(&mut self, cells: Cells) -> Result<()> {
        let mut stack = self.change_once(cells)?;
        while let Some(moved) = stack.pop() {
            if let Some(cells) = self.lead(moved)? {
                stack.extend(self.change_once(cells)?);
            }
        }
        Ok(())
    }

    /// Makes one change; gives what it moved for the foreign keys that reference the table, the first
    /// of them last.
    fn change_once(&mut self, mut cells: Cells) -> Result<Vec<Moved>> {
        let catalog = Arc::clone(&self.catalog);
        let info = catalog.table(cells.table);
        self.store.make_way(cells.rows.len());
        // A change that isn't a change sets nothing off.
        let table = self.store.table(cells.table);
        let is_same = |slot: Slot, (id, value): (&ColumnId, &Value)| {
            table.column(*id).get(slot).compare_exactly(value.as_ref()).is_eq()
        };
        let columns = &cells.columns;
        cells.rows.retain(|(slot, values)| !columns.iter().zip(values).all(|cell| is_same(*slot, cell)));
        if cells.rows.is_empty() {
            return Ok(Vec::new());
        }
        for (_, values) in &cells.rows {
            for (id, value) in cells.columns.iter().zip(values) {
                require(info, info.column(*id), value)?;
            }
        }
        self.raise_versions(info, &mut cells)?;
        self.refuse_shared(info, &cells)?;
        let moved = self.moved(info, &cells);
        let columns = cells.columns.clone();
        let slots: Vec<Slot> = cells.rows.iter().map(|(slot, _)| *slot).collect();
        if !info.upkeep.is_empty() {
            slots.iter().for_each(|slot| self.owe(info, *slot, -1, Some(&columns)));
        }
        self.store.apply(Change::Update(cells));
        for slot in slots {
            if !info.upkeep.is_empty() {
                self.owe(info, slot, 1, Some(&columns));
            }
            self.owe_rekeyed(info, slot, &columns);
            self.leave_open(info, slot);
            self.run_checks(info, slot, Some(&columns))?;
        }
        Ok(moved)
    }

    /// The rows whose referenced key a change is about to replace.
    fn moved(&self, info: &TableInfo, cells: &Cells) -> Vec<Moved> {
        let mut all = Vec::new();
        for key in info.incoming.iter().rev() {
            let columns = &self.catalog.foreign_key_edge(*key).parent_columns;
            if !columns.iter().any(|id| cells.columns.contains(id)) {
                continue;
            }
            let keys = self.store.table(info.id).keys(columns);
            let differs = |old: &[Value], new: &[Value]| {
                let cell =
                    |id: &ColumnId| cells.columns.iter().position(|c| c == id).and_then(|at| new.get(at));
                columns.iter().zip(old).any(|(id, old)| cell(id).is_some_and(|new| new != old))
            };
            let rows = cells.rows.iter().filter(|(slot, _)| !keys.has_null(*slot));
            let rows = rows.map(|(slot, new)| (*slot, keys.values(*slot), new));
            let rows = rows.filter(|(_, old, new)| differs(old, new)).map(|(slot, old, _)| (slot, old));
            let rows: Vec<(Slot, Vec<Value>)> = rows.collect();
            if !rows.is_empty() {
                all.push(Moved { key: *key, rows });
            }
        }
        all
    }

    /// What the rows become that hold the keys which moved.
    fn lead(&mut self, moved: Moved) -> Result<Option<Cells>> {
        let catalog = Arc::clone(&self.catalog);
        let key: &ForeignKeyInfo = catalog.foreign_key(moved.key);
        let edge = catalog.edge(key.edge);
        let mut rows = Vec::new();
        for (parent, old) in moved.rows {
            let children = self.store.holders(edge, &old);
            let values = match key.on_update {
                _ if children.is_empty() => continue,
                Action::Cascade => self.inherited(edge, parent)?,
                Action::SetNull | Action::SetDefault => self.orphaned_values(key, key.on_update, &children),
                Action::Restrict => return Err(self.restrict_along(&key.name, edge, old, &children)),
                Action::NoAction => {
                    self.open.extend(children.into_iter().map(|child| OpenKey::bereft(key.id, child)));
                    continue;
                }
            };
            rows.extend(children.into_iter().map(|child| (child, values.clone())));
        }
        let cells = Cells { table: edge.child, columns: edge.child_columns.clone(), rows };
        Ok((!cells.rows.is_empty()).then_some(cells))
    }

    /// What children of `parent` hold along an edge. Their column may be narrower than its.
    pub(super) fn inherited(&self, edge: &Edge, parent: Slot) -> Result<Values> {
        let info = self.catalog.table(edge.child);
        let values = self.store.table(edge.parent).keys(&edge.parent_columns).values(parent);
        let columns = edge.child_columns.iter().map(|id| info.column(*id));
        let fitted = columns.zip(values).map(|(column, value)| {
            column.ty.accept(value).map_err(|error| error.for_column(&info.name, &column.name))
        });
        fitted.collect()
    }
}

/// Whether a write would change nothing that can be seen: a decimal's scale can be.
pub(super) fn identical(a: &Value, b: &Value) -> bool {
    a.as_ref().compare_exactly(b.as_ref()).is_eq()
}
