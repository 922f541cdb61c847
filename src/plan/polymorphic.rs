//! What an include of a polymorphic relation asks of each of its tables.

use super::mistake;
use crate::catalog::{Catalog, RelationInfo, TableInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::query::{Columns, Select};
use ecow::EcoString;

/// What is asked of all tables. What only some of them have is asked of those.
pub(super) struct Shared<'s>(&'s Select);

impl<'s> Shared<'s> {
    /// # Errors
    /// `unknown_relation` and `unknown_column` for what is on none of the tables, and `invalid_query` for
    /// a table that the relation doesn't lead to.
    pub(super) fn new(catalog: &Catalog, relation: &RelationInfo, select: &'s Select) -> Result<Shared<'s>> {
        let tables = || relation.members.iter().map(|member| catalog.table(member.target));
        let unknown = |step: &str, relational: bool, name: &EcoString| {
            let table = relation.name.clone();
            let of = |info: &TableInfo| {
                let columns = info.columns.iter().map(|column| column.name.clone());
                if relational { info.relation_names() } else { columns.collect() }
            };
            let mut known: Vec<EcoString> = tables().flat_map(of).collect();
            known.sort_unstable();
            known.dedup();
            let name = name.clone();
            let error = Error::new(match relational {
                true => ErrorKind::UnknownRelation { table, name: name.clone(), known },
                false => ErrorKind::UnknownColumn { table, name: name.clone(), known },
            });
            Err(error.at(&name).at(step))
        };
        let has_relation = |name: &EcoString| tables().any(|table| table.relation_ids.contains_key(name));
        for include in &select.includes {
            if !has_relation(&include.relation) {
                return unknown("with", true, &include.relation);
            }
        }
        for extra in &select.extras {
            if !has_relation(&extra.what.relation) {
                return unknown("extras", true, &extra.what.relation);
            }
        }
        if let Columns::Pick(names) | Columns::Omit(names) = &select.columns {
            let missing = |name: &&EcoString| !tables().any(|table| table.column_ids.contains_key(*name));
            if let Some(name) = names.iter().find(missing) {
                return unknown("columns", false, name);
            }
        }
        for (table, _) in &select.on {
            if !tables().any(|info| info.name == *table) {
                let (relation, known) = (relation.name.clone(), catalog.member_tables(relation));
                let wrong = QueryMistake::NotAmongTypes { relation, table: table.clone(), known };
                return Err(mistake(wrong).at(table).at("on"));
            }
        }
        Ok(Shared(select))
    }

    /// What is asked of one of the tables: of all, and of it.
    pub(super) fn on(&self, table: &TableInfo) -> Select {
        let mut select = Select { on: Vec::new(), ..self.0.clone() };
        let has_relation = |name: &EcoString| table.relation_ids.contains_key(name);
        select.includes.retain(|include| has_relation(&include.relation));
        select.extras.retain(|extra| has_relation(&extra.what.relation));
        if let Columns::Pick(names) | Columns::Omit(names) = &mut select.columns {
            names.retain(|name| table.column_ids.contains_key(name));
        }
        for (_, own) in self.0.on.iter().filter(|(name, _)| *name == table.name) {
            let own = own.clone();
            if own.columns != Columns::All {
                select.columns = own.columns;
            }
            select.filters.extend(own.filters);
            select.includes.extend(own.includes);
            select.extras.extend(own.extras);
            select.order_by.splice(0..0, own.order_by);
            select.unshown.extend(own.unshown);
            if own.limit.is_some() || own.limit_given.is_some() {
                (select.limit, select.limit_given) = (own.limit, own.limit_given);
            }
            select.sparing |= own.sparing;
            select.offset = select.offset.max(own.offset);
            select.offset_given = own.offset_given.or(select.offset_given);
            select.cursor = own.cursor.or(select.cursor);
            select.distinct = own.distinct.or(select.distinct);
        }
        // A table that has none of the columns that were picked still gives the row, by its key.
        if let Columns::Pick(names) = &mut select.columns
            && names.is_empty()
            && select.includes.is_empty()
            && select.extras.is_empty()
        {
            names.extend(table.column_names(table.primary_key()));
        }
        select
    }
}
