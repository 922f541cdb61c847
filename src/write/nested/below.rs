//! Relations to children and along junctions: they are written after the row.

use super::link::How;
use super::pick::only;
use super::{Along, Taking, Writer};
use crate::catalog::Link;
use crate::error::{ErrorKind, NestedMistake, Result};
use crate::id::Slot;
use crate::nested::{Pick, Verb, Verbs, Write};
use crate::value::{Row, Value};
use hashbrown::HashSet;

impl Writer<'_> {
    /// Writes along a relation whose rows hold the row's key, or are joined with it.
    pub(super) fn write_below(&mut self, along: Along<'_>, write: &Write) -> Result<()> {
        match write {
            Write::Row(row) => self.write_attributes(along, std::slice::from_ref(row), false),
            Write::Rows(rows) => self.write_attributes(along, rows, true),
            Write::Verbs(Verbs(verbs)) => verbs
                .iter()
                .try_for_each(|verb| self.verb(along, verb).map_err(|error| error.at(verb.word()))),
        }
    }

    fn verb(&mut self, along: Along<'_>, verb: &Verb) -> Result<()> {
        if !along.relation.many {
            fits_one(along, verb)?;
        }
        match verb {
            Verb::Create(rows) => self.create_each(along, rows, false),
            Verb::CreateMany { rows, skip_duplicates } => self.create_each(along, rows, *skip_duplicates),
            Verb::Connect(picks) => each(picks, |pick| {
                let slot = self.found(along.target, pick)?;
                self.attach(along, slot)
            }),
            Verb::ConnectOrCreate(items) => each(items, |(pick, row)| {
                match self.seek(along.target, pick).map_err(|error| error.at("where"))?.slot {
                    Some(slot) => self.attach(along, slot),
                    None => {
                        self.create(along, row, Taking::All).map(drop).map_err(|error| error.at("create"))
                    }
                }
            }),
            Verb::Disconnect(picks) => self.remove_each(along, picks, How::Disconnect),
            Verb::Remove(picks) => self.remove_each(along, picks, How::Dependent),
            Verb::Set(picks) => self.leave_exactly(along, picks, How::Disconnect),
            Verb::Replace(picks) => self.leave_exactly(along, picks, How::Dependent),
            Verb::Update(items) => each(items, |(pick, row)| {
                let slot = self.member(along, pick).map_err(|error| error.at("where"))?;
                self.change_along(along.target, slot, row, Taking::All).map_err(|error| error.at("data"))
            }),
            Verb::UpdateMany(items) => each(items, |(pick, row)| {
                let rows = self.matching(along, pick).map_err(|error| error.at("where"))?;
                let change = |slot: Slot| self.change_along(along.target, slot, row, Taking::All);
                rows.into_iter().try_for_each(change).map_err(|error| error.at("data"))
            }),
            Verb::Upsert(items) => {
                each(items, |(pick, create, update)| match self.upserted(along, pick)? {
                    Some(slot) => self
                        .change_along(along.target, slot, update, Taking::All)
                        .map_err(|error| error.at("update")),
                    None => {
                        self.create(along, create, Taking::All).map(drop).map_err(|error| error.at("create"))
                    }
                })
            }
            Verb::Delete(picks) => each(picks, |pick| {
                let slot = self.member(along, pick)?;
                self.delete_members(along, vec![slot])
            }),
            Verb::DeleteMany(picks) => each(picks, |pick| {
                let rows = self.matching(along, pick)?;
                self.delete_members(along, rows)
            }),
        }
    }

    fn create_each(&mut self, along: Along<'_>, rows: &[Row], skip_duplicates: bool) -> Result<()> {
        each(rows, |row| {
            if skip_duplicates && self.is_duplicate(along, row)? {
                return Ok(());
            }
            self.create(along, row, Taking::All).map(drop)
        })
    }

    /// Whether another row has the unique values that a row gives, with those the relation gives it.
    fn is_duplicate(&self, along: Along<'_>, row: &Row) -> Result<bool> {
        let info = along.target.table;
        let mut given = super::cells(along.target, row, Taking::All)?;
        if let (Link::Children(edge), Some(source)) = (along.link, along.source) {
            let keys = self.keys_of(along.target.catalog.edge(*edge), source)?;
            super::give(along.target, &mut given, &keys, along.relation)?;
        }
        Ok(info.indexes.iter().filter(|index| index.is_unique()).any(|index| {
            let cell = |id: &crate::id::ColumnId| given.get(id.index()).cloned().flatten();
            let key: Option<Vec<Value>> = index.columns.iter().map(cell).collect();
            key.is_some_and(|key| self.store.table(info.id).find(index.id, &key).is_some())
        }))
    }

    /// The row of the relation that an upsert changes.
    pub(super) fn upserted(&self, along: Along<'_>, pick: &Pick) -> Result<Option<Slot>> {
        match self.member(along, pick) {
            Ok(slot) => Ok(Some(slot)),
            Err(error) if matches!(error.kind(), ErrorKind::NotRelated { .. }) => Ok(None),
            Err(error) => Err(error.at("where")),
        }
    }

    /// Takes rows out of the relation, when all of them are known to be in it.
    fn remove_each(&mut self, along: Along<'_>, picks: &[Pick], how: How) -> Result<()> {
        let (mut rows, mut met) = (Vec::with_capacity(picks.len()), HashSet::new());
        each(picks, |pick| {
            let slot = self.member(along, pick)?;
            if met.insert(slot) {
                rows.push(slot);
            }
            Ok(())
        })?;
        self.detach(along, rows, how)
    }

    /// Leaves exactly these rows in the relation; those that are in it already stay as they are.
    fn leave_exactly(&mut self, along: Along<'_>, picks: &[Pick], how: How) -> Result<()> {
        let mut wanted = Vec::with_capacity(picks.len());
        each(picks, |pick| {
            wanted.push(self.found(along.target, pick)?);
            Ok(())
        })?;
        let members = self.members(along);
        let keep: HashSet<Slot> = wanted.iter().copied().collect();
        let gone = members.iter().copied().filter(|slot| !keep.contains(slot)).collect();
        self.detach(along, gone, how)?;
        let mut there: HashSet<Slot> = members.into_iter().collect();
        wanted.retain(|slot| there.insert(*slot));
        wanted.into_iter().try_for_each(|slot| self.attach(along, slot))
    }
}

/// Does something with each item; an error says with which.
fn each<T>(items: &[T], mut run: impl FnMut(&T) -> Result<()>) -> Result<()> {
    items.iter().enumerate().try_for_each(|(at, item)| run(item).map_err(|error| error.at(at)))
}

/// Refuses verbs about many rows, and several rows, where a relation leads to one.
fn fits_one(along: Along<'_>, verb: &Verb) -> Result<()> {
    match verb {
        Verb::Create(rows) => only(along, rows).map(drop),
        Verb::Connect(picks)
        | Verb::Disconnect(picks)
        | Verb::Delete(picks)
        | Verb::Remove(picks)
        | Verb::Replace(picks) => only(along, picks).map(drop),
        Verb::ConnectOrCreate(items) | Verb::Update(items) => only(along, items).map(drop),
        Verb::Upsert(items) => only(along, items).map(drop),
        Verb::CreateMany { .. } | Verb::Set(_) | Verb::UpdateMany(_) | Verb::DeleteMany(_) => {
            let (verb, relation) = (verb.word(), along.name());
            Err(NestedMistake::WrongVerb { verb, relation, many: false }.into())
        }
    }
}
