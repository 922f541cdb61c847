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
        self.make_way_along(along);
        match write {
            Write::On(table, write) => self.inside(table, |writer| writer.write_below(along, write)),
            Write::Row(row) => self.write_attributes(along, std::slice::from_ref(row), false),
            Write::Rows(rows) => self.write_attributes(along, rows, true),
            Write::Verbs(Verbs(verbs)) => {
                verbs.iter().try_for_each(|verb| self.inside(verb.word(), |writer| writer.verb(along, verb)))
            }
        }
    }

    fn verb(&mut self, along: Along<'_>, verb: &Verb) -> Result<()> {
        if !along.relation.many {
            fits_one(along, verb)?;
        }
        match verb {
            Verb::Create(rows) => self.create_each(along, rows, false),
            Verb::CreateMany { rows, skip_duplicates } => self.create_each(along, rows, *skip_duplicates),
            Verb::Connect(picks) => self.each(picks, |writer, pick| {
                let slot = writer.found(along.target, pick)?;
                writer.attach(along, slot)
            }),
            Verb::ConnectOrCreate(items) => self.each(items, |writer, (pick, row)| {
                match writer.seek(along.target, pick).map_err(|error| error.at("where"))?.slot {
                    Some(slot) => writer.attach(along, slot),
                    None => {
                        writer.inside("create", |writer| writer.create(along, row, Taking::All)).map(drop)
                    }
                }
            }),
            Verb::Disconnect(picks) => self.remove_each(along, picks, How::Disconnect),
            Verb::Remove(picks) => self.remove_each(along, picks, How::Dependent),
            Verb::Set(picks) => self.leave_exactly(along, picks, How::Disconnect),
            Verb::Replace(picks) => self.leave_exactly(along, picks, How::Dependent),
            Verb::Update(items) => self.each(items, |writer, (pick, row)| {
                let slot = writer.member(along, pick).map_err(|error| error.at("where"))?;
                writer.change_each(along, vec![slot], "data", row)
            }),
            Verb::UpdateMany(items) => self.each(items, |writer, (pick, row)| {
                let rows = writer.matching(along, pick).map_err(|error| error.at("where"))?;
                writer.change_each(along, rows, "data", row)
            }),
            Verb::Upsert(items) => {
                self.each(items, |writer, (pick, create, update)| match writer.upserted(along, pick)? {
                    Some(slot) => writer.change_each(along, vec![slot], "update", update),
                    None => {
                        writer.inside("create", |writer| writer.create(along, create, Taking::All)).map(drop)
                    }
                })
            }
            Verb::Delete(picks) => self.each(picks, |writer, pick| {
                let slot = writer.member(along, pick)?;
                writer.delete_members(along, vec![slot])
            }),
            Verb::DeleteMany(picks) => self.each(picks, |writer, pick| {
                let rows = writer.matching(along, pick)?;
                writer.delete_members(along, rows)
            }),
        }
    }

    /// Does something with each item; an error says with which.
    fn each<T>(&mut self, items: &[T], mut run: impl FnMut(&mut Self, &T) -> Result<()>) -> Result<()> {
        self.store.make_way(items.len());
        let mut items = items.iter().enumerate();
        items.try_for_each(|(at, item)| self.inside(at, |writer| run(writer, item)))
    }

    /// Changes rows by what is given under a word.
    pub(super) fn change_each(
        &mut self,
        along: Along<'_>,
        rows: Vec<Slot>,
        word: &str,
        row: &Row,
    ) -> Result<()> {
        self.inside(word, |writer| {
            let change = |slot: Slot| writer.change_along(along.target, slot, row, Taking::All);
            rows.into_iter().try_for_each(change)
        })
    }

    fn create_each(&mut self, along: Along<'_>, rows: &[Row], skip_duplicates: bool) -> Result<()> {
        if !skip_duplicates && self.create_together(along, rows, Taking::All) {
            return Ok(());
        }
        self.each(rows, |writer, row| {
            if skip_duplicates && writer.is_duplicate(along, row)? {
                return Ok(());
            }
            writer.create(along, row, Taking::All).map(drop)
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
    pub(super) fn upserted(&mut self, along: Along<'_>, pick: &Pick) -> Result<Option<Slot>> {
        match self.member(along, pick) {
            Ok(slot) => Ok(Some(slot)),
            Err(error) if matches!(error.kind(), ErrorKind::NotRelated { .. }) => Ok(None),
            Err(error) => Err(error.at("where")),
        }
    }

    /// Takes rows out of the relation, when all of them are known to be in it.
    fn remove_each(&mut self, along: Along<'_>, picks: &[Pick], how: How) -> Result<()> {
        let (mut rows, mut met) = (Vec::with_capacity(picks.len()), HashSet::new());
        self.each(picks, |writer, pick| {
            let slot = writer.member(along, pick)?;
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
        self.each(picks, |writer, pick| {
            wanted.push(writer.found(along.target, pick)?);
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
