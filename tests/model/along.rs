//! Writing along relations, naively.

use super::link::{Join, Link, link};
use super::rules::{fit, truth};
use super::step::{Act, Given, Which};
use super::write::{Changes, Refusal};
use super::{Model, cells, matches};
use relata::{Action, Relation, Value};

/// A relation from one row.
struct Along {
    relation: Relation,
    link: Link,
    target: usize,
    source: u64,
}

impl Model {
    /// Writes along a relation of the row with a key.
    pub(super) fn update_along(
        &mut self,
        relation: usize,
        key: &[Value],
        acts: &[Act],
    ) -> Result<usize, Refusal> {
        let relation = self.schema.relations[relation].clone();
        let table = self.table(&relation.source);
        let named = self.named(table, &Which::Key(key.to_vec()))?;
        for source in &named {
            let along = self.along(&relation, *source);
            if let Link::Parent(join) = along.link.clone() {
                let (set, claim, leaving) = self.parent(&along, &join, acts)?;
                if !set.is_empty() {
                    self.assign(table, &[*source], &set)?;
                }
                self.settle(&along, claim, leaving)?;
            } else {
                acts.iter().try_for_each(|act| self.below(&along, act))?;
            }
        }
        Ok(named.len())
    }

    /// Adds a row, and writes along a relation of it.
    pub(super) fn insert_along(
        &mut self,
        relation: usize,
        given: &Given,
        acts: &[Act],
    ) -> Result<usize, Refusal> {
        let relation = self.schema.relations[relation].clone();
        let table = self.table(&relation.source);
        let columns = self.schema.tables[table].columns.clone();
        given.iter().try_for_each(|(at, value)| fit(&columns[*at], value).map(drop))?;
        // No row has this number: nothing leads to it or from it.
        let mut along = self.along(&relation, u64::MAX);
        if let Link::Parent(join) = along.link.clone() {
            let (set, claim, leaving) = self.parent(&along, &join, acts)?;
            let row = self.complete(table, &merged(given, set, &columns)?)?;
            along.source = self.next;
            self.add(table, row)?;
            self.settle(&along, claim, leaving)?;
        } else {
            let row = self.complete(table, given)?;
            along.source = self.next;
            self.add(table, row)?;
            acts.iter().try_for_each(|act| self.below(&along, act))?;
        }
        Ok(1)
    }

    fn along(&self, relation: &Relation, source: u64) -> Along {
        let (link, target) = (link(&self.schema, relation).unwrap(), self.table(&relation.target));
        Along { relation: relation.clone(), link, target, source }
    }

    /// What the only act makes of the key that the row holds: the cells, the row it must lead to, and
    /// the row that goes.
    fn parent(
        &mut self,
        along: &Along,
        join: &Join,
        acts: &[Act],
    ) -> Result<(Given, Option<u64>, Option<u64>), Refusal> {
        match &acts[0] {
            Act::Rows(rows) => match self.meant(along, &rows[0])? {
                Some(known) => {
                    self.change_known(along, known, &rows[0])?;
                    Ok((Given::new(), None, None))
                }
                None => {
                    let made = self.make(along, &self.new_row(along, &rows[0]), Given::new())?;
                    Ok((self.keys_of(join, made)?, Some(made), None))
                }
            },
            Act::Create(row) => {
                let made = self.make(along, row, Given::new())?;
                Ok((self.keys_of(join, made)?, Some(made), None))
            }
            Act::Connect(keys) => {
                let found = self.found(along.target, &keys[0])?;
                Ok((self.keys_of(join, found)?, Some(found), None))
            }
            Act::Disconnect(keys) => {
                self.member(along, &keys[0])?;
                Ok((self.no_keys(join)?, None, None))
            }
            Act::Delete(keys) => {
                let gone = self.member(along, &keys[0])?;
                Ok((self.no_keys(join).unwrap_or_default(), None, Some(gone)))
            }
            other => unreachable!("{other:?}"),
        }
    }

    /// Ends a write of a parent, when the row holds its key.
    fn settle(&mut self, along: &Along, claim: Option<u64>, leaving: Option<u64>) -> Result<(), Refusal> {
        if let Some(gone) = leaving.filter(|gone| self.row(along.target, *gone).is_some()) {
            self.delete(along.target, &[gone])?;
        }
        claim.map_or(Ok(()), |row| self.claim(along, row))
    }

    fn below(&mut self, along: &Along, act: &Act) -> Result<(), Refusal> {
        match act {
            Act::Rows(rows) => rows.iter().try_for_each(|row| match self.meant(along, row)? {
                Some(known) => self.change_known(along, known, row),
                None => self.create(along, &self.new_row(along, row)),
            }),
            Act::Create(row) => self.create(along, row),
            Act::Connect(keys) => keys.iter().try_for_each(|key| {
                let found = self.found(along.target, key)?;
                self.attach(along, found)
            }),
            Act::Disconnect(keys) | Act::Remove(keys) => {
                let rows = keys.iter().map(|key| self.member(along, key)).collect::<Result<Vec<_>, _>>()?;
                self.detach(along, &once(rows), matches!(act, Act::Remove(_)))
            }
            Act::Set(keys) | Act::Replace(keys) => {
                let wanted = keys.iter().map(|key| self.found(along.target, key));
                let wanted = once(wanted.collect::<Result<Vec<_>, _>>()?);
                let members = self.members(along);
                let gone: Vec<u64> = members.iter().copied().filter(|row| !wanted.contains(row)).collect();
                self.detach(along, &gone, matches!(act, Act::Replace(_)))?;
                let missing: Vec<u64> = wanted.into_iter().filter(|row| !members.contains(row)).collect();
                missing.into_iter().try_for_each(|row| self.attach(along, row))
            }
            Act::Delete(keys) => keys.iter().try_for_each(|key| {
                let gone = self.member(along, key)?;
                if let Link::Junction { .. } = along.link {
                    self.detach(along, &[gone], false)?;
                }
                self.delete(along.target, &[gone])
            }),
        }
    }

    /// The row of the relation that a row of nested attributes changes; none for a new one.
    fn meant(&self, along: &Along, row: &Given) -> Result<Option<u64>, Refusal> {
        let table = &self.schema.tables[along.target];
        row.iter().try_for_each(|(at, value)| fit(&table.columns[*at], value).map(drop))?;
        let above = match &along.link {
            Link::Children(join) => self.keys_of(join, along.source)?,
            Link::Parent(_) | Link::Junction { .. } => Given::new(),
        };
        let (mut key, mut own, mut by_hand) = (Vec::new(), false, false);
        for at in self.places(along.target, &table.primary_key) {
            let named = |(other, _): &&(usize, Value)| *other == at;
            let from_above = above.iter().find(named);
            let from_row = row.iter().find(named).filter(|(_, value)| !value.is_null());
            if from_above.is_none() {
                own |= from_row.is_some();
                by_hand |= !has_default(&table.columns[at]);
            }
            let Some((_, value)) = from_row.or(from_above) else { return Ok(None) };
            key.push(value.clone());
        }
        if !own {
            return Ok(None);
        }
        match self.named(along.target, &Which::Key(key))?.first() {
            Some(row) if self.leads(along, *row) => Ok(Some(*row)),
            None if by_hand => Ok(None),
            _ => Err("not_found"),
        }
    }

    /// Changes a row of the relation, its key aside.
    fn change_known(&mut self, along: &Along, known: u64, row: &Given) -> Result<(), Refusal> {
        let table = self.schema.tables[along.target].clone();
        let keys = self.places(along.target, &table.primary_key);
        let set = row.iter().filter(|(at, _)| !keys.contains(at));
        let set: Given = set
            .map(|(at, value)| Ok((*at, fit(&table.columns[*at], value)?)))
            .collect::<Result<Given, Refusal>>()?;
        if set.is_empty() { Ok(()) } else { self.assign(along.target, &[known], &set) }
    }

    /// A row without a key that is null and needn't be given.
    fn new_row(&self, along: &Along, row: &Given) -> Given {
        let table = &self.schema.tables[along.target];
        let keys = self.places(along.target, &table.primary_key);
        let given = |(at, value): &&(usize, Value)| {
            !(value.is_null() && keys.contains(at) && has_default(&table.columns[*at]))
        };
        row.iter().filter(given).cloned().collect()
    }

    fn create(&mut self, along: &Along, row: &Given) -> Result<(), Refusal> {
        let keys = match &along.link {
            Link::Children(join) => self.keys_of(join, along.source)?,
            Link::Parent(_) | Link::Junction { .. } => Given::new(),
        };
        let made = self.make(along, row, keys)?;
        if self.joints(along, made).is_empty() {
            self.join(along, made)?;
        }
        self.claim(along, made)
    }

    /// Adds a row of the target that gets some keys too.
    fn make(&mut self, along: &Along, row: &Given, keys: Given) -> Result<u64, Refusal> {
        let columns = self.schema.tables[along.target].columns.clone();
        row.iter().try_for_each(|(at, value)| fit(&columns[*at], value).map(drop))?;
        let row = self.complete(along.target, &merged(row, keys, &columns)?)?;
        let made = self.next;
        self.add(along.target, row)?;
        Ok(made)
    }

    fn attach(&mut self, along: &Along, to: u64) -> Result<(), Refusal> {
        match along.link.clone() {
            Link::Children(join) if !self.holds(&join, to, along.source) => {
                let keys = self.keys_of(&join, along.source)?;
                self.assign(join.child, &[to], &keys)?;
            }
            Link::Junction { .. } if self.joints(along, to).is_empty() => self.join(along, to)?,
            Link::Parent(_) | Link::Children(_) | Link::Junction { .. } => {}
        }
        self.claim(along, to)
    }

    /// Adds the row of a junction that joins two rows.
    fn join(&mut self, along: &Along, to: u64) -> Result<(), Refusal> {
        let Link::Junction { near, far, .. } = &along.link else { return Ok(()) };
        let mut given = self.keys_of(near, along.source)?;
        for (at, value) in self.keys_of(far, to)? {
            given.retain(|(other, _)| *other != at);
            given.push((at, value));
        }
        let row = self.complete(near.child, &given)?;
        self.add(near.child, row)
    }

    fn detach(&mut self, along: &Along, rows: &[u64], as_dependent: bool) -> Result<(), Refusal> {
        if rows.is_empty() {
            return Ok(());
        }
        match &along.link {
            Link::Parent(_) => Ok(()),
            Link::Junction { near, .. } => {
                let joints: Vec<u64> = rows.iter().flat_map(|row| self.joints(along, *row)).collect();
                self.delete(near.child, &joints)
            }
            Link::Children(join) if as_dependent && self.goes_with_its_key(join) => {
                self.delete(join.child, rows)
            }
            Link::Children(join) => {
                let (columns, values): (Vec<_>, Vec<_>) = self.no_keys(join)?.into_iter().unzip();
                let changes: Changes = rows.iter().map(|row| (*row, values.clone())).collect();
                self.change(join.child, &columns, changes)
            }
        }
    }

    fn goes_with_its_key(&self, join: &Join) -> bool {
        let columns = &self.schema.tables[join.child].columns;
        join.columns.iter().all(|at| !columns[*at].nullable)
            && self.keys().iter().any(|key| {
                let pairs = |columns: &[usize], references: &[usize]| {
                    let mut pairs: Vec<_> = columns.iter().copied().zip(references.iter().copied()).collect();
                    pairs.sort_unstable();
                    pairs
                };
                (key.child, key.parent) == (join.child, join.parent)
                    && pairs(&key.columns, &key.references) == pairs(&join.columns, &join.references)
                    && key.on_delete == Action::Cascade
            })
    }

    /// What a child holds of its parent.
    fn keys_of(&self, join: &Join, parent: u64) -> Result<Given, Refusal> {
        let row = self.row(join.parent, parent).ok_or("not_found")?;
        let columns = &self.schema.tables[join.child].columns;
        let values = cells(row, &join.references);
        let fitted =
            join.columns.iter().zip(&values).map(|(at, value)| Ok((*at, fit(&columns[*at], value)?)));
        let fitted = fitted.collect::<Result<Given, Refusal>>()?;
        let is_missing = fitted.iter().any(|(_, value)| value.is_null());
        if is_missing { Err("not_null_violation") } else { Ok(fitted) }
    }

    /// What a child holds without a parent.
    fn no_keys(&self, join: &Join) -> Result<Given, Refusal> {
        let columns = &self.schema.tables[join.child].columns;
        let nullable = join.columns.iter().filter(|at| columns[**at].nullable);
        let keys: Given = nullable.map(|at| (*at, Value::Null)).collect();
        if keys.is_empty() { Err("not_null_violation") } else { Ok(keys) }
    }

    fn holds(&self, join: &Join, child: u64, parent: u64) -> bool {
        match (self.row(join.child, child), self.row(join.parent, parent)) {
            (Some(child), Some(parent)) => {
                matches(&cells(child, &join.columns), &cells(parent, &join.references))
            }
            _ => false,
        }
    }

    /// The rows that join the source with another row: of a junction, or the child itself.
    fn joints(&self, along: &Along, to: u64) -> Vec<u64> {
        match &along.link {
            Link::Parent(join) => Vec::from_iter(self.holds(join, along.source, to).then_some(to)),
            Link::Children(join) => Vec::from_iter(self.holds(join, to, along.source).then_some(to)),
            Link::Junction { near, far, filter } => {
                let columns = &self.schema.tables[near.child].columns;
                let passes = |row: &[Value]| {
                    filter.as_ref().is_none_or(|filter| truth(columns, filter, row) == Some(true))
                };
                let rows = self.tables[near.child].rows.iter().filter(|(number, row)| {
                    self.holds(near, *number, along.source) && self.holds(far, *number, to) && passes(row)
                });
                rows.map(|(number, _)| *number).collect()
            }
        }
    }

    fn leads(&self, along: &Along, to: u64) -> bool {
        let columns = &self.schema.tables[along.target].columns;
        let passes = |row: &Vec<Value>| {
            along.relation.filter.as_ref().is_none_or(|filter| truth(columns, filter, row) == Some(true))
        };
        self.row(along.target, to).is_some_and(passes) && !self.joints(along, to).is_empty()
    }

    fn claim(&self, along: &Along, to: u64) -> Result<(), Refusal> {
        if self.leads(along, to) { Ok(()) } else { Err("invalid_query") }
    }

    /// The rows a relation leads to, each once: in insertion order, or in that of the junction's rows.
    fn members(&self, along: &Along) -> Vec<u64> {
        let all = self.tables[along.target].rows.iter().map(|(number, _)| *number);
        let mut rows: Vec<u64> = all.filter(|row| self.leads(along, *row)).collect();
        rows.sort_by_key(|row| self.joints(along, *row)[0]);
        rows
    }

    fn found(&self, table: usize, key: &[Value]) -> Result<u64, Refusal> {
        self.named(table, &Which::Key(key.to_vec()))?.first().copied().ok_or("not_found")
    }

    fn member(&self, along: &Along, key: &[Value]) -> Result<u64, Refusal> {
        let found = self.found(along.target, key)?;
        if self.leads(along, found) { Ok(found) } else { Err("not_found") }
    }
}

fn has_default(column: &relata::Column) -> bool {
    column.generated || column.default.is_some()
}

fn once(rows: Vec<u64>) -> Vec<u64> {
    let mut met = Vec::new();
    rows.into_iter().for_each(|row| {
        if !met.contains(&row) {
            met.push(row)
        }
    });
    met
}

/// What a row gives, and the keys it gets; it may give the same.
fn merged(row: &Given, keys: Given, columns: &[relata::Column]) -> Result<Given, Refusal> {
    let mut merged = row.clone();
    for (at, value) in keys {
        match row.iter().find(|(other, _)| *other == at) {
            Some((_, given)) if fit(&columns[at], given)? != value => return Err("invalid_query"),
            Some(_) => merged.retain(|(other, _)| *other != at),
            None => {}
        }
        merged.push((at, value));
    }
    Ok(merged)
}
