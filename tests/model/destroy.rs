//! Destroying rows, naively: relation by relation, each to its end, and then as a delete.

use super::Model;
use relata::{Dependent, Relation, Value};

type Refusal = &'static str;

/// What a destroy comes to.
#[derive(Default)]
struct Plan {
    /// Rows that go, in the order in which they were met, each with its table.
    doomed: Vec<(usize, u64)>,
    /// Rows that stay and lose their key, by relation.
    released: Vec<(Relation, Vec<u64>)>,
}

impl Model {
    /// Takes rows away with their dependents.
    pub(super) fn destroy(&mut self, table: usize, rows: &[u64]) -> Result<(), Refusal> {
        let mut plan = Plan::default();
        self.depend(table, rows, &mut plan)?;
        let Plan { doomed, released } = plan;
        for (relation, rows) in released {
            let target = self.table(&relation.target);
            let columns = self.reference(&relation);
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
        for relation in self.dependents(table) {
            let target = self.table(&relation.target);
            let mut found = Vec::new();
            for row in &new {
                let along = self.numbers_along(&relation, table, *row);
                if relation.dependent == Some(Dependent::Restrict) {
                    if along.iter().any(|row| !plan.doomed.contains(&(target, *row))) {
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
                Some(Dependent::Nullify) => plan.released.push((relation, found)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The relations of a table that have dependents: those to rows that hold its key come first.
    fn dependents(&self, table: usize) -> Vec<Relation> {
        let name = &self.schema.tables[table].name;
        let own = self.schema.relations.iter().filter(|one| one.source == *name && one.dependent.is_some());
        let mut all: Vec<Relation> = own.cloned().collect();
        all.sort_by_key(|relation| !relation.many && !relation.from.is_empty());
        all
    }

    /// The numbers of the rows along a relation. Each row of its target has a key that tells it apart.
    fn numbers_along(&self, relation: &Relation, table: usize, row: u64) -> Vec<u64> {
        let Some(from) = self.row(table, row) else { return Vec::new() };
        let rows = &self.tables[self.table(&relation.target)].rows;
        let number =
            |found: &Vec<Value>| rows.iter().find(|(_, row)| row == found).map(|(number, _)| *number);
        self.walk_from(relation, from).iter().filter_map(number).collect()
    }

    /// The columns of the target by which its rows belong to the source.
    fn reference(&self, relation: &Relation) -> Vec<usize> {
        let target = self.table(&relation.target);
        let named = |other: &&Relation| {
            other.source == relation.target
                && match &relation.as_ {
                    Some(name) => other.name == *name,
                    None => other.target == relation.source && !other.from.is_empty() && !other.many,
                }
        };
        let other = self.schema.relations.iter().find(named).unwrap();
        self.places(target, &other.from)
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
