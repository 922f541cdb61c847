//! Nested attributes: rows that are made, changed or destroyed by what they give.

use super::link::How;
use super::pick::{not_related, only};
use super::{Along, Cell, DESTROY, Taking, Writer, cells};
use crate::catalog::{Link, RejectInfo};
use crate::error::{Error, ErrorKind, NestedMistake, QueryMistake, Result};
use crate::eval::{TRUE, truth_of};
use crate::id::Slot;
use crate::value::{Input, Literal, Row, Value};

/// What a row of nested attributes means.
pub(super) enum Meaning {
    Skip,
    Create,
    Update(Slot),
    Destroy(Slot),
}

impl Writer<'_> {
    /// Writes rows of nested attributes; in a list they are told apart by their place.
    pub(super) fn write_attributes(&mut self, along: Along<'_>, rows: &[Row], list: bool) -> Result<()> {
        if let Some(limit) = along.relation.nested.as_ref().and_then(|nested| nested.limit)
            && rows.len() > limit
        {
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "limit", allowed: limit as u64 }));
        }
        if !along.relation.many {
            only(along, rows)?;
        }
        if list && self.create_together(along, rows, Taking::New) {
            return Ok(());
        }
        self.store.make_way(rows.len());
        for (at, row) in rows.iter().enumerate() {
            match list {
                true => self.inside(at, |writer| writer.write_attribute(along, row))?,
                false => self.write_attribute(along, row)?,
            }
        }
        Ok(())
    }

    fn write_attribute(&mut self, along: Along<'_>, row: &Row) -> Result<()> {
        match self.meaning(along, row)? {
            Meaning::Skip => Ok(()),
            Meaning::Create => self.create(along, row, Taking::New).map(drop),
            Meaning::Update(slot) => self.change_along(along.target, slot, row, Taking::Known),
            Meaning::Destroy(slot) => match along.link {
                // Of a junction it's the joining rows that go.
                Link::Junction(_) => self.detach(along, vec![slot], How::Dependent),
                Link::Children(_) | Link::Parent(_) => self.destroy(along.target.table.id, vec![slot]),
            },
        }
    }

    /// What a row means, by its mark, its key and the rules of the relation. Changes nothing.
    pub(super) fn meaning(&self, along: Along<'_>, row: &Row) -> Result<Meaning> {
        let rules = along.relation.nested.as_deref();
        let destroy = marked(along, row)?;
        if destroy && !rules.is_some_and(|rules| rules.allow_destroy) {
            return Err(Error::from(NestedMistake::DestroyNotAllowed { relation: along.name() }).at(DESTROY));
        }
        let reject = rules.and_then(|rules| rules.reject_if.as_ref()).filter(|_| !destroy);
        if let Some(reject) = reject
            && is_rejected(along, row, reject)?
        {
            return Ok(Meaning::Skip);
        }
        let known = match self.key_given(along, row)? {
            Some(key) => self.by_key(along, key, destroy)?,
            None if rules.is_some_and(|rules| rules.update_only) => self.current(along),
            None => None,
        };
        Ok(match (known, destroy) {
            (Some(slot), true) => Meaning::Destroy(slot),
            (Some(slot), false) => Meaning::Update(slot),
            (None, true) => Meaning::Skip,
            (None, false) => Meaning::Create,
        })
    }

    /// The primary key that a row gives, with what the relation gives of it; `None` when it gives none
    /// of it or not all.
    fn key_given(&self, along: Along<'_>, row: &Row) -> Result<Option<GivenKey>> {
        let info = along.target.table;
        let given = cells(along.target, row, Taking::New)?;
        let above: Vec<Cell> = match (along.link, along.source) {
            (Link::Children(edge), Some(source)) => self.keys_of(along.target.catalog.edge(*edge), source)?,
            _ => Vec::new(),
        };
        let (mut values, mut own, mut by_hand) = (Vec::new(), false, false);
        for column in info.primary_key() {
            let from_above = above.iter().find(|(other, _)| other == column).map(|(_, value)| value);
            let from_row =
                given.get(column.index()).and_then(Option::as_ref).filter(|value| !value.is_null());
            own |= from_row.is_some() && from_above.is_none();
            by_hand |= from_above.is_none() && !info.column(*column).has_default();
            match from_row.or(from_above) {
                Some(value) => values.push(value.clone()),
                None => return Ok(None),
            }
        }
        Ok(own.then_some(GivenKey { values, by_hand }))
    }

    /// The row of the relation with a key. Where keys are given by hand, one that nobody has is for a
    /// new row.
    fn by_key(&self, along: Along<'_>, key: GivenKey, destroy: bool) -> Result<Option<Slot>> {
        let info = along.target.table;
        let found = info.primary_key.and_then(|index| self.store.table(info.id).find(index, &key.values));
        match found {
            Some(slot) if self.leads(along, slot) => Ok(Some(slot)),
            None if key.by_hand && !destroy => Ok(None),
            _ => Err(not_related(along, info.primary_key(), key.values)),
        }
    }
}

/// A primary key that a row of nested attributes gives.
struct GivenKey {
    values: Vec<Value>,
    /// Whether a new row would have to give it too.
    by_hand: bool,
}

/// Whether a row is marked to go.
fn marked(along: Along<'_>, row: &Row) -> Result<bool> {
    if along.target.table.column_ids.contains_key(DESTROY) {
        return Ok(false);
    }
    match row.iter().find(|(name, _)| *name == DESTROY).map(|(_, input)| input) {
        None => Ok(false),
        Some(Input::Value(Value::Boolean(marked)) | Input::Literal(Literal::Boolean(marked))) => Ok(*marked),
        Some(other) => {
            let (expected, found) = ("true or false".into(), ecow::eco_format!("{other}"));
            let mistake = QueryMistake::Shape { expected, found };
            Err(Error::new(ErrorKind::InvalidQuery(mistake)).at(DESTROY))
        }
    }
}

fn is_rejected(along: Along<'_>, row: &Row, reject: &RejectInfo) -> Result<bool> {
    match reject {
        RejectInfo::AllBlank => {
            Ok(row.iter().filter(|(name, _)| *name != DESTROY).all(|(_, input)| is_blank(input)))
        }
        RejectInfo::Where(asked) => {
            let given = cells(along.target, row, Taking::New)?;
            let given: Vec<Value> = given.into_iter().map(Option::unwrap_or_default).collect();
            Ok(truth_of(along.target.table, asked, &given) == TRUE)
        }
    }
}

/// Null, false, text without a letter, and nothing along a relation.
fn is_blank(input: &Input) -> bool {
    match input {
        Input::Value(Value::Null | Value::Boolean(false))
        | Input::Literal(Literal::Null | Literal::Boolean(false)) => true,
        Input::Value(Value::Text(text)) | Input::Literal(Literal::Text(text)) => text.trim().is_empty(),
        Input::Literal(Literal::List(items)) => items.is_empty(),
        Input::Literal(Literal::Object(entries)) => entries.is_empty(),
        Input::Nested(write) => write.is_empty(),
        Input::Value(_) | Input::Literal(_) | Input::Placeholder(_) => false,
    }
}
