//! Relations to a parent: the row holds the key, so that they are written before it.

use super::attributes::Meaning;
use super::pick::only;
use super::{Along, Opened, Taking, Writer, give};
use crate::catalog::{Link, TableInfo};
use crate::error::{Error, NestedMistake, Result};
use crate::id::Slot;
use crate::nested::{Pick, Verb, Verbs, Write};
use crate::value::Row;
use ecow::EcoString;

impl Writer<'_> {
    /// Writes along a relation to a parent, and gives the opened row the key it holds then.
    pub(super) fn write_parent<'r, 'c>(
        &mut self,
        name: &'r EcoString,
        along: Along<'c>,
        write: &'r Write,
        opened: &mut Opened<'r, 'c>,
    ) -> Result<()> {
        match write {
            Write::On(table, write) => {
                self.inside(table, |writer| writer.write_parent(name, along, write, opened))
            }
            Write::Row(row) => self.parent_attributes(name, along, row, opened),
            Write::Rows(rows) => match only(along, rows)? {
                Some(row) => self.inside(0, |writer| writer.parent_attributes(name, along, row, opened)),
                None => Ok(()),
            },
            Write::Verbs(Verbs(verbs)) => verbs.iter().try_for_each(|verb| {
                self.inside(verb.word(), |writer| writer.parent_verb(name, along, verb, opened))
            }),
        }
    }

    fn parent_attributes<'r, 'c>(
        &mut self,
        name: &'r EcoString,
        along: Along<'c>,
        row: &Row,
        opened: &mut Opened<'r, 'c>,
    ) -> Result<()> {
        match self.meaning(along, row)? {
            Meaning::Skip => Ok(()),
            Meaning::Create => {
                let slot = self.make(along, row, Taking::New, &[])?;
                self.take_parent(name, along, slot, opened)
            }
            Meaning::Update(slot) => self.change_along(along.target, slot, row, Taking::Known),
            Meaning::Destroy(slot) => {
                self.leave_parent(along, opened)?;
                opened.leaving.push((along.target.table.id, slot, true));
                Ok(())
            }
        }
    }

    fn parent_verb<'r, 'c>(
        &mut self,
        name: &'r EcoString,
        along: Along<'c>,
        verb: &Verb,
        opened: &mut Opened<'r, 'c>,
    ) -> Result<()> {
        let first = |error: Error| error.at(0);
        match verb {
            Verb::Create(rows) => {
                let Some(row) = only(along, rows)? else { return Ok(()) };
                let slot = self.inside(0, |writer| writer.make(along, row, Taking::All, &[]))?;
                self.take_parent(name, along, slot, opened)
            }
            Verb::Connect(picks) => {
                let Some(pick) = only(along, picks)? else { return Ok(()) };
                let slot = self.found(along.target, pick).map_err(first)?;
                self.take_parent(name, along, slot, opened)
            }
            Verb::ConnectOrCreate(items) => {
                let Some((pick, row)) = only(along, items)? else { return Ok(()) };
                let slot = self.inside(0, |writer| writer.connected_or_made(along, pick, row))?;
                self.take_parent(name, along, slot, opened)
            }
            Verb::Replace(picks) => match (only(along, picks)?, self.current(along)) {
                (None, None) => Ok(()),
                (None, Some(_)) => self.leave_parent(along, opened),
                (Some(pick), _) => {
                    let slot = self.found(along.target, pick).map_err(first)?;
                    self.take_parent(name, along, slot, opened)
                }
            },
            Verb::Disconnect(picks) | Verb::Remove(picks) => {
                let Some(pick) = only(along, picks)? else { return Ok(()) };
                self.member(along, pick).map_err(first)?;
                self.leave_parent(along, opened)
            }
            Verb::Update(items) => {
                let Some((pick, row)) = only(along, items)? else { return Ok(()) };
                let slot = self.member(along, pick).map_err(first)?;
                self.inside(0, |writer| writer.change_each(along, vec![slot], "data", row))
            }
            Verb::Upsert(items) => {
                let Some((pick, create, update)) = only(along, items)? else { return Ok(()) };
                if let Some(slot) = self.upserted(along, pick).map_err(first)? {
                    return self.inside(0, |writer| writer.change_each(along, vec![slot], "update", update));
                }
                let make = |writer: &mut Self| writer.make(along, create, Taking::All, &[]);
                let slot = self.inside(0, |writer| writer.inside("create", make))?;
                self.take_parent(name, along, slot, opened)
            }
            Verb::Delete(picks) => {
                let Some(pick) = only(along, picks)? else { return Ok(()) };
                let slot = self.member(along, pick).map_err(first)?;
                // Without a key to let go of, what becomes of the row is the foreign key's matter.
                if self.is_optional(along) {
                    self.leave_parent(along, opened)?;
                }
                opened.leaving.push((along.target.table.id, slot, false));
                Ok(())
            }
            Verb::CreateMany { .. } | Verb::Set(_) | Verb::UpdateMany(_) | Verb::DeleteMany(_) => {
                let (verb, relation) = (verb.word(), along.name());
                Err(NestedMistake::WrongVerb { verb, relation, many: false }.into())
            }
        }
    }

    /// The row that is meant, or a new one when it isn't there.
    pub(super) fn connected_or_made(&mut self, along: Along<'_>, pick: &Pick, row: &Row) -> Result<Slot> {
        match self.seek(along.target, pick).map_err(|error| error.at("where"))?.slot {
            Some(slot) => Ok(slot),
            None => self.inside("create", |writer| writer.make(along, row, Taking::All, &[])),
        }
    }

    /// Gives an opened row the key of a parent.
    fn take_parent<'r, 'c>(
        &mut self,
        name: &'r EcoString,
        along: Along<'c>,
        slot: Slot,
        opened: &mut Opened<'r, 'c>,
    ) -> Result<()> {
        let Link::Parent(edge) = along.link else { return Ok(()) };
        let edge = along.target.catalog.edge(*edge);
        let keys = self.keys_of(edge, slot)?;
        opened.claims.retain(|(_, other, _)| other.relation.id != along.relation.id);
        opened.claims.push((name, along, slot));
        give(self.source_of(along), &mut opened.values, &keys, along.relation)
    }

    /// Takes the key of a parent from an opened row.
    fn leave_parent(&mut self, along: Along<'_>, opened: &mut Opened<'_, '_>) -> Result<()> {
        let Link::Parent(edge) = along.link else { return Ok(()) };
        let keys = self.no_keys(along.target.catalog.edge(*edge))?;
        give(self.source_of(along), &mut opened.values, &keys, along.relation)
    }

    fn source_of<'c>(&self, along: Along<'c>) -> super::Place<'c> {
        let table: &TableInfo = along.target.catalog.table(along.relation.source);
        super::Place { table, ..along.target }
    }

    /// Whether the row can be without this parent.
    fn is_optional(&self, along: Along<'_>) -> bool {
        match along.link {
            Link::Parent(edge) => self.no_keys(along.target.catalog.edge(*edge)).is_ok(),
            Link::Children(_) | Link::Junction(_) => true,
        }
    }
}
