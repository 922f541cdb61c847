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

    fn walk_from(&self, relation: &Relation, row: &[Value]) -> Vec<Vec<Value>> {
        let source = self.table(&relation.source);
        let target = self.table(&relation.target);
        let mut order_by = relation.order_by.clone();
        let mut found = match relation.chain.is_empty() {
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
            rows = rows.iter().flat_map(|row| self.walk_from(part, row)).collect();
            order = if part.many { self.own_order(part) } else { Vec::new() };
            table = part.target.clone();
        }
        (rows, order)
    }

    /// The order of a relation's rows, that of the last part of a chain included.
    fn own_order(&self, relation: &Relation) -> Vec<OrderBy> {
        let mut order = relation.order_by.clone();
        let mut table = relation.source.clone();
        let mut last = None;
        for name in &relation.chain {
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
