//! Destroying rows, naively: relation by relation, each to its end, and then as a delete.

use super::link::{Join, Link, link};
use super::rules::truth;
use super::{Model, cells};
use relata::{Dependent, Relation, Value};

type Refusal = &'static str;

/// What a destroy comes to.
#[derive(Default)]
struct Plan {
    /// Rows that go, in the order in which they were met, each with its table.
    doomed: Vec<(usize, u64)>,
    /// Rows that stay and lose their key: a table, the columns, the rows.
    released: Vec<(usize, Vec<usize>, Vec<u64>)>,
}

impl Model {
    /// Takes rows away with their dependents.
    pub(super) fn destroy(&mut self, table: usize, rows: &[u64]) -> Result<(), Refusal> {
        let mut plan = Plan::default();
        self.depend(table, rows, &mut plan)?;
        let Plan { doomed, released } = plan;
        for (target, columns, rows) in released {
            let stays = rows.into_iter().filter(|row| !doomed.contains(&(target, *row)));
            let changes = stays.map(|row| (row, vec![Value::Null; columns.len()])).collect();
            self.change(target, &columns, changes)?;
        }
        self.delete_all(doomed)
    }

    /// Finds what goes or stays behind with these rows.
    fn depend(&self, table: usize, rows: &[u64], plan: &mut Plan) -> Result<(), Refusal> {
        let mut new: Vec<u64> = Vec::new();
        for row in rows {
            if !plan.doomed.contains(&(table, *row)) {
                plan.doomed.push((table, *row));
                new.push(*row);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        self.before_destroy(table, &new)?;
        for relation in self.dependents(table) {
            let (target, columns) = match self.link(&relation) {
                Some(Link::Junction { near, .. }) => (near.child, None),
                Some(Link::Children(join)) => (join.child, Some(held(&join))),
                _ => (self.table(&relation.target), None),
            };
            let mut found = Vec::new();
            for row in &new {
                let along = self.numbers_along(&relation, table, *row);
                if relation.dependent == Some(Dependent::Restrict) {
                    let is_free = |row: &u64| {
                        plan.doomed.contains(&(target, *row))
                            || plan.released.iter().any(|(at, released, rows)| {
                                (*at, Some(released)) == (target, columns.as_ref()) && rows.contains(row)
                            })
                    };
                    if !along.iter().all(is_free) {
                        return Err("restrict_violation");
                    }
                } else {
                    found.extend(along);
                }
            }
            match relation.dependent {
                Some(Dependent::Destroy) => self.depend(target, &found, plan)?,
                Some(Dependent::Delete) => {
                    for row in found {
                        if !plan.doomed.contains(&(target, row)) {
                            plan.doomed.push((target, row));
                        }
                    }
                }
                Some(Dependent::Nullify) => plan.released.push((target, columns.unwrap(), found)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The relations of a table that have dependents: first those to rows that hold its key, then
    /// those along junctions, then those to rows whose key it holds, one for each table.
    fn dependents(&self, table: usize) -> Vec<Relation> {
        let name = &self.schema.tables[table].name;
        let own = self.schema.relations.iter().filter(|one| one.source == *name && one.dependent.is_some());
        let mut all: Vec<Relation> = Vec::new();
        for relation in own {
            match &relation.polymorphic {
                None => all.push(relation.clone()),
                Some(polymorphic) => all.extend(
                    polymorphic
                        .types
                        .iter()
                        .map(|one| Relation { target: one.table.clone(), ..relation.clone() }),
                ),
            }
        }
        all.sort_by_key(|relation| match self.link(relation) {
            Some(Link::Children(_)) => 0,
            Some(Link::Junction { .. }) => 1,
            _ => 2,
        });
        all
    }

    fn link(&self, relation: &Relation) -> Option<Link> {
        link(&self.schema, relation)
    }

    /// The numbers of the rows along a relation, or of the junction's rows along it. Each row of its
    /// target has a key that tells it apart.
    fn numbers_along(&self, relation: &Relation, table: usize, number: u64) -> Vec<u64> {
        let Some(from) = self.row(table, number) else { return Vec::new() };
        if let Some(Link::Junction { near, far, .. }) = self.link(relation) {
            return self.joining(relation, from, &near, &far);
        }
        let found = match &relation.polymorphic {
            Some(_) => self.polymorphic(relation, from, Some(&relation.target)),
            None => self.walk_from(relation, from),
        };
        let rows = &self.tables[self.table(&relation.target)].rows;
        let number =
            |found: &Vec<Value>| rows.iter().find(|(_, row)| row == found).map(|(number, _)| *number);
        found.iter().filter_map(number).collect()
    }

    /// The rows of a junction that join a row with one along a relation; without a filter also those
    /// that join it with nothing.
    fn joining(&self, relation: &Relation, from: &[Value], near: &Join, far: &Join) -> Vec<u64> {
        if relation.from.is_empty() && !self.leads_back(self.declared(relation).0, from) {
            return Vec::new();
        }
        let columns = &self.schema.tables[far.parent].columns;
        let mut rows = self.holders(near.child, &near.columns, &cells(from, &near.references));
        rows.retain(|row| {
            let Some(filter) = &relation.filter else { return true };
            let key = cells(self.row(near.child, *row).unwrap(), &far.columns);
            let targets = self.holders(far.parent, &far.references, &key);
            targets.iter().any(|to| truth(columns, filter, self.row(far.parent, *to).unwrap()) == Some(true))
        });
        rows
    }

    /// Takes rows of several tables away, in the order given, as a delete of each does.
    fn delete_all(&mut self, doomed: Vec<(usize, u64)>) -> Result<(), Refusal> {
        let mut gone = doomed.clone();
        let mut bereft = Vec::new();
        for group in doomed.chunk_by(|a, b| a.0 == b.0) {
            let Some((table, _)) = group.first() else { continue };
            let rows: Vec<u64> = group.iter().map(|(_, row)| *row).collect();
            self.condemn_below(*table, &rows, &mut gone, &mut bereft)?;
        }
        self.take_away(&gone, bereft)
    }
}

/// The columns by which a child belongs to its parent.
fn held(join: &Join) -> Vec<usize> {
    let mut columns: Vec<usize> = join.label.iter().map(|(at, _)| *at).collect();
    columns.extend(&join.columns);
    columns
}
