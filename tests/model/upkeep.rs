//! What rows above the written ones are owed: counts, found anew by walking, and touched times.

use super::link::{Link, link_on};
use super::rules::truth;
use super::step::place;
use super::{Model, cells};
use relata::{CounterCache, Relation, Value};

/// A column that is owed the time: a table, a row by its number, a column.
pub(super) type Touch = (usize, u64, usize);

impl Model {
    /// Sets the time that touched rows get.
    pub fn set_time(&mut self, time: Value) {
        self.time = time;
    }

    /// Brings every counter to what a walk of its relation finds.
    pub(super) fn count_children(&mut self) {
        for relation in self.schema.relations.clone() {
            let Some(counter) = &relation.counter_cache else { continue };
            if !relation.many {
                self.count_from_below(&relation, counter);
                continue;
            }
            let (source, target) = (self.table(&relation.source), self.table(&relation.target));
            let at = place(&self.schema.tables[source], &counter.column);
            let columns = self.schema.tables[target].columns.clone();
            let counts = |row: &Vec<Value>| {
                counter.filter.as_ref().is_none_or(|filter| truth(&columns, filter, row) == Some(true))
            };
            let walked = self.walk(&relation);
            for ((_, row), children) in self.tables[source].rows.iter_mut().zip(walked) {
                row[at] = (children.iter().filter(|child| counts(child)).count() as i64).into();
            }
        }
    }

    /// The same for a relation that leads from the counted rows to the one that counts them.
    fn count_from_below(&mut self, relation: &Relation, counter: &CounterCache) {
        let types = relation.polymorphic.as_ref().map_or(0, |polymorphic| polymorphic.types.len());
        let ways = if types == 0 { vec![None] } else { (0..types).map(Some).collect() };
        for on in ways {
            let Some(Link::Parent(join)) = link_on(&self.schema, relation, on) else { unreachable!() };
            let at = place(&self.schema.tables[join.parent], &counter.column);
            let columns = &self.schema.tables[join.child].columns;
            let counts = |row: &[Value]| {
                counter.filter.as_ref().is_none_or(|filter| truth(columns, filter, row) == Some(true))
            };
            let count = |parent: u64| {
                let rows = self.tables[join.child].rows.iter();
                rows.filter(|(child, row)| self.holds(&join, *child, parent) && counts(row)).count() as i64
            };
            let parents = self.tables[join.parent].rows.iter().map(|(number, _)| *number);
            let counted: Vec<i64> = parents.map(count).collect();
            for ((_, row), count) in self.tables[join.parent].rows.iter_mut().zip(counted) {
                row[at] = count.into();
            }
        }
    }

    /// Notes that what a row belongs to is touched.
    pub(super) fn touch_from(&mut self, table: usize, number: u64) {
        let touches = self.touches_from(table, number);
        self.touched.extend(touches);
    }

    /// Gives the time to what was touched in a statement, and to all it belongs to.
    pub(super) fn touch_all(&mut self) {
        let mut touched = std::mem::take(&mut self.touched);
        let mut at = 0;
        while let Some((table, number, _)) = touched.get(at).copied() {
            at += 1;
            if self.row(table, number).is_some() {
                for touch in self.touches_from(table, number) {
                    if !touched.contains(&touch) {
                        touched.push(touch);
                    }
                }
            }
        }
        let now = self.time.clone();
        for (table, number, column) in touched {
            if let Some((_, row)) = self.tables[table].rows.iter_mut().find(|(other, _)| *other == number) {
                row[column] = now.clone();
            }
        }
    }

    fn touches_from(&self, table: usize, number: u64) -> Vec<Touch> {
        let name = &self.schema.tables[table].name;
        let touching = self.schema.relations.iter().filter(|one| one.source == *name && one.touch.is_some());
        let Some(row) = self.row(table, number) else { return Vec::new() };
        touching.flat_map(|relation| self.touched_along(relation, table, row)).collect()
    }

    fn touched_along(&self, relation: &Relation, table: usize, row: &[Value]) -> Vec<Touch> {
        let from = cells(row, &self.places(table, &relation.from));
        let touched = |target: usize, to: &[usize], key: &[Value]| -> Vec<Touch> {
            let column = place(&self.schema.tables[target], relation.touch.as_ref().unwrap());
            self.holders(target, to, key).into_iter().map(|number| (target, number, column)).collect()
        };
        let Some(polymorphic) = &relation.polymorphic else {
            let target = self.table(&relation.target);
            return touched(target, &self.places(target, &relation.to), &from);
        };
        let here = polymorphic.types.iter().filter(|one| from[0] == Value::from(super::walk::label(one)));
        let along = here.flat_map(|one| {
            let target = self.table(&one.table);
            touched(target, &self.places(target, &self.schema.tables[target].primary_key), &from[1..])
        });
        along.collect()
    }
}
