//! Relations, walked by nested loops.

use super::rules::truth;
use super::{Model, cells, matches};
use relata::{Direction, Nulls, OrderBy, Relation, Value};
use std::cmp::Ordering;

impl Model {
    /// The rows a relation leads to from each row of its source, in order.
    pub fn walk(&self, relation: &Relation) -> Vec<Vec<Vec<Value>>> {
        let rows = &self.tables[self.table(&relation.source)].rows;
        rows.iter().map(|(_, row)| self.walk_from(relation, row)).collect()
    }

    pub(super) fn walk_from(&self, relation: &Relation, row: &[Value]) -> Vec<Vec<Value>> {
        let source = self.table(&relation.source);
        if relation.polymorphic.is_some() {
            return self.polymorphic(relation, row, None);
        }
        let target = self.table(&relation.target);
        let mut order_by = relation.order_by.clone();
        let mut found = match relation.chain.is_empty() {
            true if relation.as_.is_some() => self.remarking(relation, row),
            true => match self.declared(relation) {
                (declared, false) => self.forwards(declared, source, row),
                (declared, true) => self.backwards(declared, row),
            },
            false => {
                let (rows, order) = self.follow(relation, row);
                order_by.extend(order);
                rows
            }
        };
        let columns = &self.schema.tables[target].columns;
        found.retain(|other| {
            relation.filter.as_ref().is_none_or(|filter| truth(columns, filter, other) == Some(true))
        });
        if relation.distinct {
            let mut seen = Vec::new();
            found.retain(|row| {
                !seen.contains(row) && {
                    seen.push(row.clone());
                    true
                }
            });
        }
        for order in order_by.iter().rev() {
            let at = self.places(target, &[&order.name])[0];
            found.sort_by(|a, b| compare(order, &a[at], &b[at]));
        }
        found.truncate(if relation.many { usize::MAX } else { 1 });
        found
    }

    /// The rows along a chain, part by part, and the order of its last part.
    fn follow(&self, relation: &Relation, row: &[Value]) -> (Vec<Vec<Value>>, Vec<OrderBy>) {
        let mut rows = vec![row.to_vec()];
        let mut table = relation.source.clone();
        let mut order = Vec::new();
        for name in &relation.chain {
            let named = |part: &&Relation| part.source == table && part.name == *name;
            let part = self.schema.relations.iter().find(named).unwrap();
            if part.polymorphic.is_some() {
                let target = relation.source_type.as_ref().unwrap_or(&relation.target);
                rows = rows.iter().flat_map(|row| self.polymorphic(part, row, Some(target))).collect();
                (order, table) = (Vec::new(), target.clone());
                continue;
            }
            rows = rows.iter().flat_map(|row| self.walk_from(part, row)).collect();
            order = if part.many { self.own_order(part) } else { Vec::new() };
            table = part.target.clone();
        }
        (rows, order)
    }

    /// The row along a polymorphic relation, or of one of its tables only.
    fn polymorphic(&self, relation: &Relation, row: &[Value], only: Option<&str>) -> Vec<Vec<Value>> {
        let places = self.places(self.table(&relation.source), &relation.from);
        let types = &relation.polymorphic.as_ref().unwrap().types;
        let here = types.iter().filter(|one| Value::from(label(one)) == row[places[0]]);
        let here = here.filter(|one| only.is_none_or(|only| one.table == *only));
        let found = here.flat_map(|one| {
            let target = self.table(&one.table);
            let key = self.places(target, &self.schema.tables[target].primary_key);
            self.find(target, &key, &cells(row, &places[1..]))
        });
        found.collect()
    }

    /// The rows whose polymorphic relation leads to this one.
    fn remarking(&self, relation: &Relation, row: &[Value]) -> Vec<Vec<Value>> {
        let named =
            |other: &&Relation| other.source == relation.target && Some(&other.name) == relation.as_.as_ref();
        let other = self.schema.relations.iter().find(named).unwrap();
        let mut types = other.polymorphic.iter().flat_map(|polymorphic| &polymorphic.types);
        let label = label(types.find(|one| one.table == relation.source).unwrap());
        let (source, target) = (self.table(&relation.source), self.table(&relation.target));
        let mut key = vec![Value::from(label)];
        key.extend(cells(row, &self.places(source, &self.schema.tables[source].primary_key)));
        self.find(target, &self.places(target, &other.from), &key)
    }

    /// The order of a relation's rows, that of the last part of a chain included.
    fn own_order(&self, relation: &Relation) -> Vec<OrderBy> {
        let mut order = relation.order_by.clone();
        let mut table = relation.source.clone();
        let mut last = None;
        for name in &relation.chain {
            if last.is_some_and(|part: &Relation| part.polymorphic.is_some()) {
                break;
            }
            last = self.schema.relations.iter().find(|part| part.source == table && part.name == *name);
            table = last.unwrap().target.clone();
        }
        order.extend(last.filter(|part| part.many).map(|part| self.own_order(part)).unwrap_or_default());
        order
    }

    /// The relation that has the columns, and whether it is the other side.
    fn declared<'a>(&'a self, relation: &'a Relation) -> (&'a Relation, bool) {
        if !relation.from.is_empty() {
            return (relation, false);
        }
        let reverse = self.schema.relations.iter().find(|other| {
            !other.from.is_empty()
                && (&other.source, &other.target, &other.alias)
                    == (&relation.target, &relation.source, &relation.alias)
        });
        (reverse.unwrap(), true)
    }

    /// The rows of the target whose `to` equals the row's `from`, by way of the junction's rows.
    fn forwards(&self, relation: &Relation, source: usize, row: &[Value]) -> Vec<Vec<Value>> {
        let from = cells(row, &self.places(source, &relation.from));
        let target = self.table(&relation.target);
        let to = self.places(target, &relation.to);
        let Some(through) = &relation.through else { return self.find(target, &to, &from) };
        let junction = self.table(&through.table);
        let near = self.find(junction, &self.places(junction, &through.from), &from);
        let far = self.places(junction, &through.to);
        near.iter().flat_map(|row| self.find(target, &to, &cells(row, &far))).collect()
    }

    /// The same from the target to the source.
    fn backwards(&self, relation: &Relation, row: &[Value]) -> Vec<Vec<Value>> {
        let (source, target) = (self.table(&relation.source), self.table(&relation.target));
        let from = self.places(source, &relation.from);
        let key = cells(row, &self.places(target, &relation.to));
        let Some(through) = &relation.through else { return self.find(source, &from, &key) };
        let junction = self.table(&through.table);
        let near = self.find(junction, &self.places(junction, &through.to), &key);
        let far = self.places(junction, &through.from);
        near.iter().flat_map(|row| self.find(source, &from, &cells(row, &far))).collect()
    }

    fn find(&self, table: usize, columns: &[usize], key: &[Value]) -> Vec<Vec<Value>> {
        let rows = self.tables[table].rows.iter().map(|(_, row)| row);
        rows.filter(|row| matches(&cells(row, columns), key)).cloned().collect()
    }
}

/// What stands in the type column for a table.
fn label(one: &relata::PolymorphicType) -> &str {
    one.label.as_deref().unwrap_or(&one.table)
}

/// Nulls last ascending and first descending, unless it's said otherwise.
fn compare(order: &OrderBy, a: &Value, b: &Value) -> Ordering {
    let descending = order.direction == Direction::Desc;
    let first = order.nulls.map_or(descending, |nulls| nulls == Nulls::First);
    let null = if first { Ordering::Less } else { Ordering::Greater };
    match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => null,
        (false, true) => null.reverse(),
        (false, false) if descending => b.cmp(a),
        (false, false) => a.cmp(b),
    }
}
