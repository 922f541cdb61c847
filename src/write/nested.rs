//! Rows written along the relations of a row.
//!
//! # Glossary
//!
//! - *along*: a relation that is written, from one row of its source.
//! - *opened*: a row whose parents are written, so that it can get their keys, and whose other
//!   relations aren't yet.
//! - *claim*: a row that a relation must lead to when all is written.
//!
//! The parents of a row are written before it, because it holds their keys, and all else after it.
//! Depth is bounded, so that a row can't exhaust the stack.

mod attributes;
mod below;
mod collection;
mod link;
mod parent;
mod pick;
mod siblings;
mod upsert;

use super::Writer;
use super::normalise::{given_twice, resolve};
use super::version::refuse_version;
use crate::catalog::{Catalog, Link, RelationInfo, TableInfo};
use crate::error::{Error, ErrorKind, NestedMistake, Path, Result, Step};
use crate::id::{ColumnId, Slot, TableId};
use crate::nested::Write;
use crate::value::{Input, Row, Value};
use ecow::EcoString;
use std::sync::Arc;

/// How deep rows may be written inside each other.
const DEPTH_MAX: usize = 64;

/// What marks a row of nested attributes that is to go.
const DESTROY: &str = "_destroy";

/// A column's value.
type Cell = (ColumnId, Value);

/// A table that is written, and how deep inside the statement that is.
#[derive(Clone, Copy)]
struct Place<'c> {
    catalog: &'c Catalog,
    table: &'c TableInfo,
    depth: usize,
}

/// A relation that is written, from one row of its source.
#[derive(Clone, Copy)]
struct Along<'c> {
    relation: &'c RelationInfo,
    link: &'c Link,
    /// The table it leads to.
    target: Place<'c>,
    /// `None` while the row isn't written yet.
    source: Option<Slot>,
}

/// What of a row counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taking {
    /// Everything.
    All,
    /// A new row of nested attributes: no mark, and no key that is null.
    New,
    /// Such a row that is there already: neither mark nor key.
    Known,
}

/// What a new row gets beside what it gives.
#[derive(Clone, Copy, Default)]
struct Gift<'g> {
    /// By what it belongs to the row above.
    keys: &'g [Cell],
    /// The relation it's made along: what its filter asks is given where the row says nothing.
    relation: Option<&'g RelationInfo>,
}

/// A row that waits to be written itself.
struct Opened<'r, 'c> {
    /// For each column what it gets.
    values: Vec<Option<Value>>,
    /// Relations to write when the row is there.
    below: Vec<(&'r EcoString, Along<'c>, &'r Write)>,
    /// What relations to parents must lead to when it is.
    claims: Vec<(&'r EcoString, Along<'c>, Slot)>,
    /// Parents that go when the row has let go of them, and whether with their dependents.
    leaving: Vec<(TableId, Slot, bool)>,
}

impl<'c> Place<'c> {
    fn top(catalog: &'c Catalog, table: TableId) -> Place<'c> {
        Place { catalog, table: catalog.table(table), depth: 0 }
    }

    /// The relation of this name, from a row.
    fn along(self, name: &str, on: &[&EcoString], source: Option<Slot>) -> Result<Along<'c>> {
        let (relation, link) = self.table.writable(self.catalog, name, on)?;
        let target = Place { table: self.catalog.table(relation.target), depth: self.depth + 1, ..self };
        Ok(Along { relation, link, target, source })
    }
}

impl Along<'_> {
    /// The relation after its table, as errors show it.
    fn name(&self) -> EcoString {
        self.relation.full_name(self.target.catalog)
    }
}

impl Writer<'_> {
    /// Adds a row and writes along its relations. O(rows written, and those they replace).
    pub(super) fn insert_along(&mut self, info: &TableInfo, row: &Row) -> Result<Slot> {
        let catalog = Arc::clone(&self.catalog);
        self.add_along(Place::top(&catalog, info.id), row, Taking::All, Gift::default())
    }

    /// Changes a row and writes along its relations.
    pub(super) fn update_along(&mut self, info: &TableInfo, slot: Slot, set: &Row) -> Result<()> {
        let catalog = Arc::clone(&self.catalog);
        self.change_along(Place::top(&catalog, info.id), slot, set, Taking::All)
    }

    /// Does something one step further in: an error has the step in its path, and so has a foreign key
    /// that matches nothing in the end.
    pub(super) fn inside<T>(
        &mut self,
        step: impl Into<Step>,
        run: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let step = step.into();
        self.trail.push(step.clone());
        let done = run(self);
        self.trail.pop();
        done.map_err(|error| error.at(step))
    }

    /// The next row is one of those given as `values`.
    pub(super) fn stand_in_row(&mut self, at: usize, count: usize) {
        self.trail = vec![Step::from("values")];
        self.trail.extend((count > 1).then_some(Step::from(at)));
    }

    /// Remembers where the row stands whose foreign keys were left open since there were so many.
    fn note_origins(&mut self, before: usize) {
        let left = self.open.get(before..).unwrap_or_default();
        if left.is_empty() {
            return;
        }
        let path: Path = self.trail.iter().cloned().collect();
        self.origins.extend(left.iter().map(|open| (*open, path.clone())));
    }

    fn add_along(&mut self, place: Place<'_>, row: &Row, taking: Taking, gift: Gift<'_>) -> Result<Slot> {
        refuse_version(place.table, row)?;
        let mut opened = self.open(place, None, row, taking)?;
        if let Some(relation) = gift.relation {
            give(place, &mut opened.values, gift.keys, relation)?;
            for (column, value) in &relation.scope {
                if let Some(given) = opened.values.get_mut(column.index()) {
                    given.get_or_insert_with(|| value.clone());
                }
            }
        }
        let values = self.fill(place.table, std::mem::take(&mut opened.values))?;
        let before = self.open.len();
        let slot = self.add_new(place.table, values)?;
        self.note_origins(before);
        self.write_rest(place.table.id, slot, opened)?;
        Ok(slot)
    }

    /// Changes a row, unless it is gone: what is written along another may have taken it along.
    fn change_along(&mut self, place: Place<'_>, slot: Slot, row: &Row, taking: Taking) -> Result<()> {
        if !self.store.table(place.table.id).is_live(slot) {
            return Ok(());
        }
        let mut opened = self.open(place, Some(slot), row, taking)?;
        if !self.store.table(place.table.id).is_live(slot) {
            return Ok(());
        }
        let values = std::mem::take(&mut opened.values).into_iter().enumerate();
        let set: Vec<Cell> = values.filter_map(|(at, value)| Some((ColumnId::new(at), value?))).collect();
        if !set.is_empty() {
            let before = self.open.len();
            self.assign(place.table.id, vec![slot], set)?;
            self.note_origins(before);
        }
        self.write_rest(place.table.id, slot, opened)
    }

    /// Reads a row and writes its parents.
    fn open<'r, 'c>(
        &mut self,
        place: Place<'c>,
        source: Option<Slot>,
        row: &'r Row,
        taking: Taking,
    ) -> Result<Opened<'r, 'c>> {
        if place.depth > DEPTH_MAX {
            let allowed = DEPTH_MAX as u64;
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "nested_depth", allowed }));
        }
        let values = cells(place, row, taking)?;
        let mut opened = Opened { values, below: Vec::new(), claims: Vec::new(), leaving: Vec::new() };
        let mut met = Vec::new();
        let mut parents = Vec::new();
        for (name, write) in row.nested() {
            let along = place.along(name, &write.on(), source).map_err(|error| error.at(name))?;
            let declared = place.table.written_relation(name).map(|relation| relation.id);
            if met.contains(&declared) {
                return Err(given_twice(name));
            }
            met.push(declared);
            match along.link {
                Link::Parent(_) => parents.push((name, along, write)),
                Link::Children(_) | Link::Junction(_) => opened.below.push((name, along, write)),
            }
        }
        for (name, along, write) in parents {
            self.inside(name, |writer| writer.write_parent(name, along, write, &mut opened))?;
        }
        Ok(opened)
    }

    /// Writes what waited for a row.
    fn write_rest(&mut self, own: TableId, slot: Slot, opened: Opened<'_, '_>) -> Result<()> {
        for (table, parent, destroy) in opened.leaving {
            if self.store.table(table).is_live(parent) {
                match destroy {
                    true => self.destroy(table, vec![parent])?,
                    false => self.delete(table, vec![parent])?,
                }
            }
        }
        // Its parent may have taken it along.
        if !self.store.table(own).is_live(slot) {
            return Ok(());
        }
        for (name, along, write) in opened.below {
            let along = Along { source: Some(slot), ..along };
            self.inside(name, |writer| writer.write_below(along, write))?;
        }
        for (name, along, parent) in opened.claims {
            let along = Along { source: Some(slot), ..along };
            self.claim(along, parent).map_err(|error| error.at(name))?;
        }
        Ok(())
    }

    /// Refuses a row that its relation doesn't lead to.
    fn claim(&self, along: Along<'_>, slot: Slot) -> Result<()> {
        match self.leads(along, slot) {
            true => Ok(()),
            false => Err(NestedMistake::OutsideRelation { relation: along.name() }.into()),
        }
    }
}

/// Gives a row the columns that a relation is along; it may give the same.
fn give(
    place: Place<'_>,
    values: &mut [Option<Value>],
    keys: &[Cell],
    relation: &RelationInfo,
) -> Result<()> {
    for (column, value) in keys {
        let Some(given) = values.get_mut(column.index()) else { continue };
        if given.as_ref().is_some_and(|given| given != value) {
            let column = place.table.column(*column).name.clone();
            let relation = relation.full_name(place.catalog);
            return Err(Error::from(NestedMistake::KeyGiven { column: column.clone(), relation }).at(&column));
        }
        *given = Some(value.clone());
    }
    Ok(())
}

/// What a row gives each column.
fn cells(place: Place<'_>, row: &Row, taking: Taking) -> Result<Vec<Option<Value>>> {
    let info = place.table;
    let mut values: Vec<Option<Value>> = vec![None; info.columns.len()];
    for (at, (name, input)) in row.iter().enumerate() {
        if matches!(input, Input::Nested(_)) || (taking != Taking::All && name == DESTROY) {
            continue;
        }
        let (column, value) = resolve(info, at, name, input)?;
        let is_key = info.primary_key().contains(&column);
        match taking {
            Taking::Known if is_key => continue,
            Taking::New if is_key && value.is_null() && info.column(column).has_default() => continue,
            Taking::All | Taking::New | Taking::Known => {}
        }
        match values.get_mut(column.index()) {
            Some(Some(_)) => return Err(given_twice(name)),
            Some(place) => *place = Some(value),
            None => {}
        }
    }
    Ok(values)
}
