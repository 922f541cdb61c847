//! Which rows a verb means.

use super::{Along, Place, Writer};
use crate::error::{Error, ErrorKind, NestedMistake, QueryMistake, Result};
use crate::eval::{TRUE, truth};
use crate::filter::Filter;
use crate::id::{ColumnId, Slot};
use crate::nested::Pick;
use crate::predicate::{self, Predicate, no_extras};
use crate::value::Value;

/// A row that was looked up.
pub(super) struct Sought {
    columns: Vec<ColumnId>,
    values: Vec<Value>,
    pub(super) slot: Option<Slot>,
}

impl Writer<'_> {
    /// Looks one row of a table up. O(1), and what else the filter asks of it.
    pub(super) fn seek(&mut self, place: Place<'_>, pick: &Pick) -> Result<Sought> {
        let info = place.table;
        match pick {
            Pick::Key(key) => {
                let (index, values) = info.typed_key(key)?;
                let slot = self.store.table(info.id).find(index, &values);
                Ok(Sought { columns: info.primary_key().to_vec(), values, slot })
            }
            Pick::Where(filter) => {
                let asked = self.asked(place, filter)?;
                let given = asked.equalities();
                let value = |column: &ColumnId| {
                    let found = given.iter().find(|(other, value)| other == column && !value.is_null());
                    found.map(|(_, value)| value.clone())
                };
                let key = info.indexes.iter().filter(|index| index.is_unique()).find_map(|index| {
                    let values: Option<Vec<Value>> = index.columns.iter().map(value).collect();
                    Some((index, values?))
                });
                let Some((index, values)) = key else {
                    let columns: Vec<ColumnId> = given.into_iter().map(|(column, _)| column).collect();
                    return Err(not_unique(place, &columns));
                };
                let slot = self.store.table(info.id).find(index.id, &values);
                let slot = slot.filter(|slot| truth(&self.store, info.id, &asked, *slot) == TRUE);
                Ok(Sought { columns: index.columns.clone(), values, slot })
            }
            Pick::All => {
                let mistake =
                    QueryMistake::Shape { expected: "a key or a filter".into(), found: "all rows".into() };
                Err(ErrorKind::InvalidQuery(mistake).into())
            }
        }
    }

    /// What a filter asks; one that asks nothing names no rows.
    fn asked(&mut self, place: Place<'_>, filter: &Filter) -> Result<Predicate> {
        let asked = predicate::resolve(place.catalog, place.table.id, filter, &no_extras)?;
        // Nobody knows how many rows it looks at.
        if asked.asks_along() {
            self.store.let_readers_in();
        }
        match asked == Predicate::And(Vec::new()) {
            true => Err(ErrorKind::InvalidQuery(QueryMistake::NoRowsNamed).into()),
            false => Ok(asked),
        }
    }

    /// The row that is meant, which has to be there.
    pub(super) fn found(&mut self, place: Place<'_>, pick: &Pick) -> Result<Slot> {
        let sought = self.seek(place, pick)?;
        sought.slot.ok_or_else(|| {
            let (table, columns) = (place.table.name.clone(), place.table.column_names(&sought.columns));
            Error::new(ErrorKind::NotFound { table, columns, values: sought.values })
        })
    }

    /// The row that is meant, which the relation has to lead to.
    pub(super) fn member(&mut self, along: Along<'_>, pick: &Pick) -> Result<Slot> {
        if let (Pick::All, false) = (pick, along.relation.many) {
            return self.current(along).ok_or_else(|| not_related(along, &[], Vec::new()));
        }
        // Of one row that is known any filter can be asked.
        if let (Pick::Where(filter), false) = (pick, along.relation.many) {
            let asked = self.asked(along.target, filter)?;
            let current = self.current(along);
            let fits = |slot: &Slot| truth(&self.store, along.target.table.id, &asked, *slot) == TRUE;
            let (columns, values): (Vec<ColumnId>, Vec<Value>) = asked.equalities().into_iter().unzip();
            return current.filter(fits).ok_or_else(|| not_related(along, &columns, values));
        }
        let sought = self.seek(along.target, pick)?;
        let member = sought.slot.filter(|slot| self.leads(along, *slot));
        member.ok_or_else(|| not_related(along, &sought.columns, sought.values))
    }

    /// Those rows of a relation that are meant.
    pub(super) fn matching(&mut self, along: Along<'_>, pick: &Pick) -> Result<Vec<Slot>> {
        match pick {
            Pick::All => Ok(self.members(along)),
            Pick::Key(_) => self.member(along, pick).map(|slot| vec![slot]),
            Pick::Where(filter) => {
                let asked = self.asked(along.target, filter)?;
                let mut rows = self.members(along);
                rows.retain(|slot| truth(&self.store, along.target.table.id, &asked, *slot) == TRUE);
                Ok(rows)
            }
        }
    }
}

pub(super) fn not_related(along: Along<'_>, columns: &[ColumnId], values: Vec<Value>) -> Error {
    let table = along.target.table;
    Error::new(ErrorKind::NotRelated {
        relation: along.name(),
        table: table.name.clone(),
        columns: table.column_names(columns),
        values,
    })
}

fn not_unique(place: Place<'_>, columns: &[ColumnId]) -> Error {
    let info = place.table;
    let unique = info.indexes.iter().filter(|index| index.is_unique());
    Error::new(ErrorKind::InvalidQuery(QueryMistake::NotUnique {
        table: info.name.clone(),
        columns: info.column_names(columns),
        known: unique.map(|index| info.column_names(&index.columns)).collect(),
    }))
}

/// The only item for a relation that leads to one row; none when none is given.
pub(super) fn only<'i, T>(along: Along<'_>, items: &'i [T]) -> Result<Option<&'i T>> {
    match items {
        [] => Ok(None),
        [item] => Ok(Some(item)),
        _ => Err(NestedMistake::OneRow { relation: along.name(), given: items.len() }.into()),
    }
}
