//! Nested attributes, naively.

use super::Model;
use super::along::{Along, has_default};
use super::link::Link;
use super::rules::{fit, truth};
use super::step::{Given, Which};
use super::write::Refusal;
use relata::{NestedAttributes, RejectIf, Value};

/// What a row of nested attributes means.
pub(super) enum Meaning {
    Skip,
    Create,
    Update(u64),
    Destroy(u64),
}

impl Model {
    /// Refuses more rows than the relation allows.
    pub(super) fn within_limit(&self, along: &Along, rows: usize) -> Result<(), Refusal> {
        let limit = along.relation.nested.as_ref().and_then(|rules| rules.limit);
        if limit.is_some_and(|limit| rows > limit) { Err("limit_exceeded") } else { Ok(()) }
    }

    pub(super) fn meaning(
        &self,
        along: &Along,
        (row, mark): &(Given, Option<bool>),
    ) -> Result<Meaning, Refusal> {
        let rules = along.relation.nested.clone().unwrap_or_default();
        let goes = *mark == Some(true);
        if goes && !rules.allow_destroy {
            return Err("invalid_query");
        }
        if !goes && self.is_rejected(along, &rules, row)? {
            return Ok(Meaning::Skip);
        }
        let (known, gives_key) = self.meant(along, row, goes)?;
        let known = known.or_else(|| self.current(along).filter(|_| rules.update_only && !gives_key));
        Ok(match known {
            Some(row) if goes => Meaning::Destroy(row),
            Some(row) => Meaning::Update(row),
            None if goes => Meaning::Skip,
            None => Meaning::Create,
        })
    }

    fn is_rejected(&self, along: &Along, rules: &NestedAttributes, row: &Given) -> Result<bool, Refusal> {
        let columns = &self.schema.tables[along.target].columns;
        let is_blank = |value: &Value| match value {
            Value::Text(text) => text.trim().is_empty(),
            other => other.is_null(),
        };
        match &rules.reject_if {
            None => Ok(false),
            Some(RejectIf::AllBlank) => Ok(row.iter().all(|(_, value)| is_blank(value))),
            Some(RejectIf::Where(filter)) => {
                let mut given = vec![Value::Null; columns.len()];
                for (at, value) in row {
                    given[*at] = fit(&columns[*at], value)?;
                }
                Ok(truth(columns, filter, &given) == Some(true))
            }
        }
    }

    /// The one row a relation leads to.
    fn current(&self, along: &Along) -> Option<u64> {
        let source = self.row(self.table(&along.relation.source), along.source)?;
        let found = match &along.relation.polymorphic {
            Some(_) => self.polymorphic(&along.relation, source, Some(&along.relation.target)),
            None => self.walk_from(&along.relation, source),
        };
        let rows = &self.tables[along.target].rows;
        rows.iter().find(|(_, row)| Some(row) == found.first()).map(|(number, _)| *number)
    }

    /// The row of the relation that a row of nested attributes means by its key, and whether it gives one.
    fn meant(&self, along: &Along, row: &Given, goes: bool) -> Result<(Option<u64>, bool), Refusal> {
        let table = &self.schema.tables[along.target];
        row.iter().try_for_each(|(at, value)| fit(&table.columns[*at], value).map(drop))?;
        let has_source = self.row(self.table(&along.relation.source), along.source).is_some();
        let above = match &along.link {
            Link::Children(join) if has_source => self.keys_of(join, along.source)?,
            Link::Children(_) => return Err("not_found"),
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
            let Some((_, value)) = from_row.or(from_above) else { return Ok((None, false)) };
            key.push(value.clone());
        }
        if !own {
            return Ok((None, false));
        }
        match self.named(along.target, &Which::Key(key))?.first() {
            Some(row) if self.leads(along, *row) => Ok((Some(*row), true)),
            None if by_hand && !goes => Ok((None, true)),
            _ => Err("not_found"),
        }
    }

    /// Changes a row of the relation, its key aside.
    pub(super) fn change_known(&mut self, along: &Along, known: u64, row: &Given) -> Result<(), Refusal> {
        let table = self.schema.tables[along.target].clone();
        let keys = self.places(along.target, &table.primary_key);
        let set = row.iter().filter(|(at, _)| !keys.contains(at));
        let set: Given = set
            .map(|(at, value)| Ok((*at, fit(&table.columns[*at], value)?)))
            .collect::<Result<Given, Refusal>>()?;
        if set.is_empty() { Ok(()) } else { self.assign(along.target, &[known], &set) }
    }

    /// A row without a key that is null and needn't be given.
    pub(super) fn new_row(&self, along: &Along, row: &Given) -> Given {
        let table = &self.schema.tables[along.target];
        let keys = self.places(along.target, &table.primary_key);
        let given = |(at, value): &&(usize, Value)| {
            !(value.is_null() && keys.contains(at) && has_default(&table.columns[*at]))
        };
        row.iter().filter(given).cloned().collect()
    }
}
