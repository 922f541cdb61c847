//! Writing along relations, naively.

use super::act::{Act, target};
use super::attributes::Meaning;
use super::link::{Join, Link, link_on};
use super::rules::{fit, truth};
use super::step::{Given, Which};
use super::write::Refusal;
use super::{Model, cells, matches};
use relata::{Action, Dependent, Relation, Value};

/// A relation from one row.
pub(super) struct Along {
    pub(super) relation: Relation,
    pub(super) link: Link,
    pub(super) target: usize,
    pub(super) source: u64,
}

/// What becomes of a row's key, and of the row it led to.
#[derive(Default)]
struct Parent {
    set: Given,
    /// The row that it must lead to in the end.
    claim: Option<u64>,
    deleted: Option<u64>,
    destroyed: Option<u64>,
}

impl Model {
    /// Writes along a relation of the row with a key.
    pub(super) fn update_along(
        &mut self,
        (relation, on): (usize, Option<usize>),
        key: &[Value],
        acts: &[Act],
    ) -> Result<usize, Refusal> {
        let relation = self.schema.relations[relation].clone();
        let table = self.table(&relation.source);
        let named = self.named(table, &Which::Key(key.to_vec()))?;
        for source in &named {
            let along = self.along((&relation, on), *source);
            if let Link::Parent(join) = along.link.clone() {
                let parent = self.parent(&along, &join, acts)?;
                if !parent.set.is_empty() {
                    self.assign(table, &[*source], &parent.set)?;
                }
                self.settle(&along, &parent)?;
            } else {
                acts.iter().try_for_each(|act| self.below(&along, act))?;
            }
        }
        Ok(named.len())
    }

    /// Adds a row, and writes along a relation of it.
    pub(super) fn insert_along(
        &mut self,
        (relation, on): (usize, Option<usize>),
        given: &Given,
        acts: &[Act],
    ) -> Result<usize, Refusal> {
        let relation = self.schema.relations[relation].clone();
        let table = self.table(&relation.source);
        let columns = self.schema.tables[table].columns.clone();
        given.iter().try_for_each(|(at, value)| fit(&columns[*at], value).map(drop))?;
        // No row has this number: nothing leads to it or from it.
        let mut along = self.along((&relation, on), u64::MAX);
        if let Link::Parent(join) = along.link.clone() {
            let parent = self.parent(&along, &join, acts)?;
            let row = self.complete(table, &merged(given, parent.set.clone(), &columns)?)?;
            along.source = self.next;
            self.add(table, row)?;
            self.settle(&along, &parent)?;
        } else {
            let row = self.complete(table, given)?;
            along.source = self.next;
            self.add(table, row)?;
            acts.iter().try_for_each(|act| self.below(&along, act))?;
        }
        Ok(1)
    }

    fn along(&self, (relation, on): (&Relation, Option<usize>), source: u64) -> Along {
        let name = target(relation, on);
        let link = link_on(&self.schema, relation, on).unwrap();
        let relation = Relation { target: name.into(), ..relation.clone() };
        Along { target: self.table(name), relation, link, source }
    }

    /// What the only act makes of the key that the row holds.
    fn parent(&mut self, along: &Along, join: &Join, acts: &[Act]) -> Result<Parent, Refusal> {
        let nothing = Parent::default();
        let made = match &acts[0] {
            Act::Rows(rows) => {
                self.within_limit(along, rows.len())?;
                match self.meaning(along, &rows[0])? {
                    Meaning::Skip => return Ok(nothing),
                    Meaning::Update(known) => {
                        self.change_known(along, known, &rows[0].0)?;
                        return Ok(nothing);
                    }
                    Meaning::Destroy(gone) => {
                        return Ok(Parent { set: self.no_keys(join)?, destroyed: Some(gone), ..nothing });
                    }
                    Meaning::Create => self.make(along, &self.new_row(along, &rows[0].0), Given::new())?,
                }
            }
            Act::Create(row) => self.make(along, row, Given::new())?,
            Act::Connect(keys) => self.found(along.target, &keys[0])?,
            Act::ConnectOrCreate(key, row) => match self.sought(along.target, key)? {
                Some(found) => found,
                None => self.make(along, row, Given::new())?,
            },
            Act::Update(key, set) => {
                let known = self.member(along, key)?;
                self.rewrite(along, &[known], set)?;
                return Ok(nothing);
            }
            Act::Upsert(key, row, set) => match self.upserted(along, key)? {
                Some(known) => {
                    self.rewrite(along, &[known], set)?;
                    return Ok(nothing);
                }
                None => self.make(along, row, Given::new())?,
            },
            Act::Disconnect(keys) => {
                self.member(along, &keys[0])?;
                return Ok(Parent { set: self.no_keys(join)?, ..nothing });
            }
            Act::Delete(keys) => {
                let deleted = Some(self.member(along, &keys[0])?);
                return Ok(Parent { set: self.no_keys(join).unwrap_or_default(), deleted, ..nothing });
            }
            other => unreachable!("{other:?}"),
        };
        Ok(Parent { set: self.keys_of(join, made)?, claim: Some(made), ..nothing })
    }

    /// Ends a write of a parent, when the row holds its key.
    fn settle(&mut self, along: &Along, parent: &Parent) -> Result<(), Refusal> {
        let is_there = |model: &Model, row: &u64| model.row(along.target, *row).is_some();
        if let Some(gone) = parent.deleted.filter(|gone| is_there(self, gone)) {
            self.delete(along.target, &[gone])?;
        }
        if let Some(gone) = parent.destroyed.filter(|gone| is_there(self, gone)) {
            self.destroy(along.target, &[gone])?;
        }
        parent.claim.map_or(Ok(()), |row| self.claim(along, row))
    }

    fn below(&mut self, along: &Along, act: &Act) -> Result<(), Refusal> {
        match act {
            Act::Rows(rows) => {
                self.within_limit(along, rows.len())?;
                rows.iter().try_for_each(|row| match self.meaning(along, row)? {
                    Meaning::Skip => Ok(()),
                    Meaning::Create => self.create(along, &self.new_row(along, &row.0)),
                    Meaning::Update(known) => self.change_known(along, known, &row.0),
                    Meaning::Destroy(gone) => match along.link {
                        Link::Junction { .. } => self.detach(along, &[gone], true),
                        Link::Parent(_) | Link::Children(_) => self.destroy(along.target, &[gone]),
                    },
                })
            }
            Act::Create(row) => self.create(along, row),
            Act::CreateMany(rows, skips) => {
                rows.iter().try_for_each(|row| match *skips && self.is_duplicate(along, row)? {
                    true => Ok(()),
                    false => self.create(along, row),
                })
            }
            Act::ConnectOrCreate(key, row) => match self.sought(along.target, key)? {
                Some(found) => self.attach(along, found),
                None => self.create(along, row),
            },
            Act::Update(key, set) => {
                let known = self.member(along, key)?;
                self.rewrite(along, &[known], set)
            }
            Act::UpdateMany(which, set) => {
                let rows = self.matching(along, which)?;
                self.rewrite(along, &rows, set)
            }
            Act::Upsert(key, row, set) => match self.upserted(along, key)? {
                Some(known) => self.rewrite(along, &[known], set),
                None => self.create(along, row),
            },
            Act::DeleteMany(which) => {
                let rows = self.matching(along, which)?;
                self.delete_members(along, &rows)
            }
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
                self.delete_members(along, &[gone])
            }),
        }
    }

    fn delete_members(&mut self, along: &Along, rows: &[u64]) -> Result<(), Refusal> {
        if let Link::Junction { .. } = along.link {
            self.detach(along, rows, false)?;
        }
        // Where a table joins itself, the row that joined may have been one of them.
        let left: Vec<u64> =
            rows.iter().copied().filter(|row| self.row(along.target, *row).is_some()).collect();
        self.delete(along.target, &left)
    }

    /// Changes rows of the relation, one after the other.
    fn rewrite(&mut self, along: &Along, rows: &[u64], set: &Given) -> Result<(), Refusal> {
        let columns = &self.schema.tables[along.target].columns;
        let set = set.iter().map(|(at, value)| Ok((*at, fit(&columns[*at], value)?)));
        let set = set.collect::<Result<Given, Refusal>>()?;
        match set.is_empty() {
            true => Ok(()),
            false => rows.iter().try_for_each(|row| self.assign(along.target, &[*row], &set)),
        }
    }

    /// The rows of the relation that are meant.
    fn matching(&self, along: &Along, which: &Which) -> Result<Vec<u64>, Refusal> {
        if let Which::Key(key) = which {
            return Ok(vec![self.member(along, key)?]);
        }
        let named = self.named(along.target, which)?;
        Ok(self.members(along).into_iter().filter(|row| named.contains(row)).collect())
    }

    /// The row of the relation with a key, which an upsert changes.
    fn upserted(&self, along: &Along, key: &[Value]) -> Result<Option<u64>, Refusal> {
        Ok(self.sought(along.target, key)?.filter(|row| self.leads(along, *row)))
    }

    /// Whether another row has the unique values that a row gives, with those the relation gives it.
    fn is_duplicate(&self, along: &Along, row: &Given) -> Result<bool, Refusal> {
        let columns = &self.schema.tables[along.target].columns;
        let keys = match &along.link {
            Link::Children(join) => self.keys_of(join, along.source)?,
            Link::Parent(_) | Link::Junction { .. } => Given::new(),
        };
        let given = merged(row, keys, columns)?;
        let given = given.iter().map(|(at, value)| Ok((*at, fit(&columns[*at], value)?)));
        let given = given.collect::<Result<Given, Refusal>>()?;
        let cell = |at: &usize| given.iter().find(|(other, _)| other == at).map(|(_, value)| value.clone());
        Ok(self.unique(along.target).iter().any(|columns| {
            let key: Option<Vec<Value>> = columns.iter().map(cell).collect();
            key.is_some_and(|key| !self.holders(along.target, columns, &key).is_empty())
        }))
    }

    fn create(&mut self, along: &Along, row: &Given) -> Result<(), Refusal> {
        self.make_room(along, None)?;
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

    /// Takes what a relation to one row leads to out of it, but for the row that comes.
    fn make_room(&mut self, along: &Along, to: Option<u64>) -> Result<(), Refusal> {
        if along.relation.many {
            return Ok(());
        }
        let others: Vec<u64> = self.members(along).into_iter().filter(|row| Some(*row) != to).collect();
        self.detach(along, &others, true)
    }

    fn attach(&mut self, along: &Along, to: u64) -> Result<(), Refusal> {
        self.make_room(along, Some(to))?;
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
                match along.relation.dependent {
                    Some(Dependent::Destroy) => self.destroy(near.child, &joints),
                    _ => self.delete(near.child, &joints),
                }
            }
            Link::Children(join) if as_dependent && along.relation.dependent == Some(Dependent::Destroy) => {
                self.destroy(join.child, rows)
            }
            Link::Children(join) if as_dependent && along.relation.dependent == Some(Dependent::Delete) => {
                self.delete(join.child, rows)
            }
            Link::Children(join) if as_dependent && self.goes_with_its_key(join) => {
                self.delete(join.child, rows)
            }
            Link::Children(join) => {
                let keys = self.no_keys(join)?;
                self.assign(join.child, rows, &keys)
            }
        }
    }

    fn goes_with_its_key(&self, join: &Join) -> bool {
        let columns = &self.schema.tables[join.child].columns;
        join.label.is_none()
            && join.columns.iter().all(|at| !columns[*at].nullable)
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
    pub(super) fn keys_of(&self, join: &Join, parent: u64) -> Result<Given, Refusal> {
        let row = self.row(join.parent, parent).ok_or("not_found")?;
        let columns = &self.schema.tables[join.child].columns;
        let values = cells(row, &join.references);
        let fitted =
            join.columns.iter().zip(&values).map(|(at, value)| Ok((*at, fit(&columns[*at], value)?)));
        let fitted = fitted.collect::<Result<Given, Refusal>>()?;
        let is_missing = fitted.iter().any(|(_, value)| value.is_null());
        let keyed = fitted.into_iter().chain(join.label.clone()).collect();
        if is_missing { Err("not_null_violation") } else { Ok(keyed) }
    }

    /// What a child holds without a parent.
    fn no_keys(&self, join: &Join) -> Result<Given, Refusal> {
        let columns = &self.schema.tables[join.child].columns;
        let held = join.columns.iter().copied().chain(join.label.iter().map(|(at, _)| *at));
        let keys: Given = held.filter(|at| columns[*at].nullable).map(|at| (at, Value::Null)).collect();
        if keys.is_empty() { Err("not_null_violation") } else { Ok(keys) }
    }

    pub(super) fn holds(&self, join: &Join, child: u64, parent: u64) -> bool {
        match (self.row(join.child, child), self.row(join.parent, parent)) {
            (Some(child), Some(parent)) => {
                matches(&cells(child, &join.columns), &cells(parent, &join.references))
                    && join.label.as_ref().is_none_or(|(at, label)| child[*at] == *label)
            }
            _ => false,
        }
    }

    /// The rows that join the source with another row: of a junction, or the child itself.
    fn joints(&self, along: &Along, to: u64) -> Vec<u64> {
        match &along.link {
            Link::Parent(join) => Vec::from_iter(self.holds(join, along.source, to).then_some(to)),
            Link::Children(join) => Vec::from_iter(self.holds(join, to, along.source).then_some(to)),
            Link::Junction { near, far, filter, .. } => {
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

    pub(super) fn leads(&self, along: &Along, to: u64) -> bool {
        let columns = &self.schema.tables[along.target].columns;
        let reached = match &along.link {
            Link::Junction { reached, .. } => reached.as_ref(),
            Link::Parent(_) | Link::Children(_) => None,
        };
        let passes = |row: &Vec<Value>| {
            let mut filters = along.relation.filter.iter().chain(reached);
            filters.all(|filter| truth(columns, filter, row) == Some(true))
        };
        let starts = self.row(self.table(&along.relation.source), along.source).is_some_and(|row| {
            let reversed = is_reversed(&along.relation);
            !reversed || self.leads_back(self.declared(&along.relation).0, row)
        });
        starts && self.row(along.target, to).is_some_and(passes) && !self.joints(along, to).is_empty()
    }

    fn claim(&self, along: &Along, to: u64) -> Result<(), Refusal> {
        if self.leads(along, to) { Ok(()) } else { Err("invalid_query") }
    }

    /// The rows a relation leads to, each once: in insertion order, or in that of the junction's rows.
    pub(super) fn members(&self, along: &Along) -> Vec<u64> {
        let all = self.tables[along.target].rows.iter().map(|(number, _)| *number);
        let mut rows: Vec<u64> = all.filter(|row| self.leads(along, *row)).collect();
        rows.sort_by_key(|row| self.joints(along, *row)[0]);
        rows
    }

    fn sought(&self, table: usize, key: &[Value]) -> Result<Option<u64>, Refusal> {
        Ok(self.named(table, &Which::Key(key.to_vec()))?.first().copied())
    }

    fn found(&self, table: usize, key: &[Value]) -> Result<u64, Refusal> {
        self.sought(table, key)?.ok_or("not_found")
    }

    fn member(&self, along: &Along, key: &[Value]) -> Result<u64, Refusal> {
        let found = self.found(along.target, key)?;
        if self.leads(along, found) { Ok(found) } else { Err("not_found") }
    }
}

/// Whether a relation takes its columns from the other side.
fn is_reversed(relation: &Relation) -> bool {
    relation.from.is_empty() && relation.chain.is_empty() && relation.as_.is_none()
}

pub(super) fn has_default(column: &relata::Column) -> bool {
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
