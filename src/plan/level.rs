//! Names to ids, level by level.

use super::polymorphic::Shared;
use super::{Extra, INCLUDE_DEPTH_MAX, Include, Key, Level, Open, extras, mistake, opened, recursion};
use crate::catalog::{Catalog, OrderInfo, RelationInfo, TableInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::filter::{Direction, OrderBy};
use crate::id::{ColumnId, TableId};
use crate::predicate::{Predicate, resolve as predicate};
use crate::query::{self, Columns, Distinct, Select};
use crate::value::{Input, Row, Type, Value};
use ecow::EcoString;

/// The level that `select` asks of the rows of `table`: those along a relation where there is one.
pub(super) fn resolve(
    catalog: &Catalog,
    table: TableId,
    select: &Select,
    relation: Option<&RelationInfo>,
) -> Result<Level> {
    Scope { catalog, table: catalog.table(table), above: &[], strict: false }.level(select, relation)
}

/// Where names are looked up, and among which includes that is.
#[derive(Clone, Copy)]
struct Scope<'a> {
    catalog: &'a Catalog,
    table: &'a TableInfo,
    above: &'a [EcoString],
    strict: bool,
}

impl Scope<'_> {
    /// Recursion is as deep as includes may nest.
    fn level(mut self, select: &Select, relation: Option<&RelationInfo>) -> Result<Level> {
        self.strict |= select.strict;
        let columns = self.columns(&select.columns).map_err(|error| error.at("columns"))?;
        let mut extras =
            extras::resolve(self.catalog, self.table, &select.extras).map_err(|error| error.at("extras"))?;
        let values = extras::values(self.catalog, self.table, &select.values);
        extras.extend(values.map_err(|error| error.at("extras"))?);
        let mut includes = Vec::with_capacity(select.includes.len());
        for include in &select.includes {
            includes.push(self.include(include).map_err(|error| error.at(&include.name).at("with"))?);
        }
        self.check_names(&columns, &extras, &includes)?;
        let unshown = extras::resolve(self.catalog, self.table, &select.unshown);
        let named: Vec<Extra> =
            extras.iter().cloned().chain(unshown.map_err(|error| error.at("orderBy"))?).collect();
        let mut order =
            self.order(&select.order_by, relation, &named).map_err(|error| error.at("orderBy"))?;
        let (mut limit, mut offset) = (select.limit, select.offset);
        let mut open = Vec::new();
        if let Some(given) = &select.limit_given {
            let known = opened(given, Open::Limit, &mut open).map_err(|error| error.at("limit"))?;
            limit = known.or(limit);
        }
        if let Some(given) = &select.offset_given {
            let known = opened(given, Open::Offset, &mut open).map_err(|error| error.at("offset"))?;
            offset = known.unwrap_or(offset);
        }
        let cursor = match &select.cursor {
            Some(cursor) => {
                let values = self.cursor(cursor, &mut order, &mut open);
                Some(values.map_err(|error| error.at("cursor"))?)
            }
            None => None,
        };
        let distinct = match &select.distinct {
            Some(Distinct::Selected) => Some(columns.clone()),
            Some(Distinct::On(names)) => Some(self.column_ids(names).map_err(|error| error.at("distinct"))?),
            None => None,
        };
        let mut limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        if relation.is_some_and(|relation| !relation.many) {
            limit = Some(limit.unwrap_or(1).min(1));
        }
        Ok(Level {
            table: self.table.id,
            columns,
            filter: self.filters(select, &extras).map_err(|error| error.at("where"))?,
            order,
            cursor,
            distinct,
            limit,
            offset: usize::try_from(offset).unwrap_or(usize::MAX),
            open,
            extras,
            includes,
            recursion: None,
            strict: self.strict,
            sparing: select.sparing,
            at: self.above.to_vec(),
        })
    }

    /// The columns a level gives, in declared order.
    fn columns(self, columns: &Columns) -> Result<Vec<ColumnId>> {
        let all = self.table.columns.iter().map(|column| column.id);
        match columns {
            Columns::All => Ok(all.collect()),
            Columns::Pick(names) => {
                let picked = self.column_ids(names)?;
                Ok(all.filter(|id| picked.contains(id)).collect())
            }
            Columns::Omit(names) => {
                let omitted = self.column_ids(names)?;
                Ok(all.filter(|id| !omitted.contains(id)).collect())
            }
        }
    }

    fn column_ids(self, names: &[EcoString]) -> Result<Vec<ColumnId>> {
        names.iter().map(|name| self.table.column_id(name).map_err(|error| error.at(name))).collect()
    }

    fn include(self, include: &query::Include) -> Result<Include> {
        let relation = self.table.relation(self.table.relation_id(&include.relation)?);
        if self.above.len() == INCLUDE_DEPTH_MAX {
            let allowed = INCLUDE_DEPTH_MAX as u64;
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "include_depth", allowed }));
        }
        if relation.is_polymorphic() {
            recursion::never(self.catalog, relation, &include.select)?;
            return self.include_polymorphic(include, relation);
        }
        if let Some((table, _)) = include.select.on.first() {
            return Err(mistake(QueryMistake::OnOutside { table: table.clone() }).at(table).at("on"));
        }
        self.include_one(&include.name, relation, &include.select)
    }

    /// What is included along a relation to one table.
    fn include_one(self, name: &EcoString, relation: &RelationInfo, select: &Select) -> Result<Include> {
        if !select.follows.is_empty() {
            let belongs = "to the outermost query";
            return Err(mistake(QueryMistake::Misplaced { option: "follow", belongs }));
        }
        let above: Vec<EcoString> = self.above.iter().chain([name]).cloned().collect();
        let inner = Scope { table: self.catalog.table(relation.target), above: &above, ..self };
        let mut level = inner.level(select, Some(relation))?;
        level.recursion = recursion::of(self.catalog, name, select, relation, &level)?;
        let (name, many) = (name.clone(), relation.many);
        Ok(Include { name, relation: relation.id, many, level, others: Vec::new() })
    }

    /// What is included along a polymorphic relation, table by table.
    fn include_polymorphic(self, include: &query::Include, relation: &RelationInfo) -> Result<Include> {
        let shared = Shared::new(self.catalog, relation, &include.select)?;
        let mut all = Vec::with_capacity(relation.members.len());
        for member in &relation.members {
            let table = self.catalog.table(member.target);
            let select = shared.on(table);
            all.push(self.include_one(&include.name, self.table.relation(member.relation), &select)?);
        }
        all.reverse();
        let Some(mut first) = all.pop() else {
            return Err(mistake(QueryMistake::NothingSelected));
        };
        all.reverse();
        first.others = all;
        Ok(first)
    }

    /// Every name of the result stands once, and there is at least one.
    fn check_names(self, columns: &[ColumnId], extras: &[Extra], includes: &[Include]) -> Result<()> {
        if columns.is_empty() && extras.is_empty() && includes.is_empty() {
            return Err(mistake(QueryMistake::NothingSelected).at("columns"));
        }
        let selected = |name: &EcoString| columns.iter().any(|id| self.table.column(*id).name == *name);
        let duplicate =
            |name: &EcoString| mistake(QueryMistake::DuplicateName { name: name.clone() }).at(name);
        for (at, extra) in extras.iter().enumerate() {
            if selected(&extra.name) || extras[..at].iter().any(|other| other.name == extra.name) {
                return Err(duplicate(&extra.name).at("extras"));
            }
        }
        for (at, include) in includes.iter().enumerate() {
            let taken = selected(&include.name)
                || extras.iter().any(|extra| extra.name == include.name)
                || includes[..at].iter().any(|other| other.name == include.name);
            if taken {
                return Err(duplicate(&include.name).at("with"));
            }
        }
        Ok(())
    }

    /// What all filters ask, its outermost terms apart.
    fn filters(self, select: &Select, extras: &[Extra]) -> Result<Vec<Predicate>> {
        let computed =
            |name: &str| extras.iter().find(|e| e.name == name).map(|extra| extra.computed.clone());
        let mut terms = Vec::new();
        for filter in &select.filters {
            match predicate(self.catalog, self.table.id, filter, &computed)? {
                Predicate::And(parts) => terms.extend(parts),
                term => terms.push(term),
            }
        }
        Ok(terms)
    }

    /// The query's order, then the relation's own.
    fn order(self, order: &[OrderBy], relation: Option<&RelationInfo>, extras: &[Extra]) -> Result<Vec<Key>> {
        let mut keys: Vec<Key> = Vec::with_capacity(order.len());
        for part in order {
            keys.push(self.key(part, extras)?);
        }
        keys.extend(relation.into_iter().flat_map(|relation| &relation.order_by).copied().map(Key::Column));
        // A column that orders already has nothing to add further on.
        let mut kept: Vec<Key> = Vec::with_capacity(keys.len());
        for key in keys {
            if !kept.iter().any(|other| other.same_subject(&key)) {
                kept.push(key);
            }
        }
        Ok(kept)
    }

    fn key(self, part: &OrderBy, extras: &[Extra]) -> Result<Key> {
        match self.table.order(part) {
            Ok(order) => Ok(Key::Column(order)),
            Err(unknown) => match extras.iter().find(|extra| extra.name == part.name) {
                Some(extra) => Ok(extras::key(extra, part)),
                None => Err(unknown),
            },
        }
    }

    /// A value for each key. Without an order, the cursor's columns ascending become the order.
    fn cursor(self, cursor: &Row, order: &mut Vec<Key>, open: &mut Vec<Open>) -> Result<Vec<Value>> {
        if order.is_empty() {
            for (name, _) in cursor.iter() {
                let column = self.table.column_id(name).map_err(|error| error.at(name))?;
                order.push(Key::Column(OrderInfo::new(column, Direction::Asc, None)));
            }
        }
        let names: Vec<EcoString> = order.iter().map(|key| key.name(self.table)).collect();
        let fits =
            cursor.len() == names.len() && names.iter().all(|name| cursor.iter().any(|(c, _)| c == name));
        if !fits || names.is_empty() {
            let cursor = cursor.iter().map(|(name, _)| name.clone()).collect();
            return Err(mistake(QueryMistake::CursorColumns { order: names, cursor }));
        }
        let value = |(place, (key, name)): (usize, (&Key, &EcoString))| {
            let Some((_, input)) = cursor.iter().find(|(column, _)| *column == name) else {
                return Ok(Value::Null);
            };
            let ty = match key {
                Key::Column(order) => &self.table.column(order.column).ty,
                Key::Count { .. } => &Type::Integer,
                Key::Total { total, .. } => &total.ty,
                Key::Value { scalar, .. } => &scalar.ty,
            };
            if let Input::Placeholder(given) = input {
                open.push(Open::Cursor { place, name: given.clone(), ty: ty.clone() });
                return Ok(Value::Null);
            }
            let read = input.resolve(ty).map_err(|error| match key {
                Key::Column(_) => error.for_column(&self.table.name, name),
                _ => error,
            });
            read.map_err(|error| error.at(name))
        };
        order.iter().zip(&names).enumerate().map(value).collect()
    }
}

impl Key {
    fn same_subject(&self, other: &Key) -> bool {
        match (self, other) {
            (Key::Column(a), Key::Column(b)) => a.column == b.column,
            (Key::Count { name: a, .. }, Key::Count { name: b, .. })
            | (Key::Total { name: a, .. }, Key::Total { name: b, .. })
            | (Key::Value { name: a, .. }, Key::Value { name: b, .. }) => a == b,
            _ => false,
        }
    }

    /// The column's name, or the extra's.
    pub(super) fn name(&self, table: &TableInfo) -> EcoString {
        match self {
            Key::Column(order) => table.column(order.column).name.clone(),
            Key::Count { name, .. } | Key::Total { name, .. } | Key::Value { name, .. } => name.clone(),
        }
    }

    pub(crate) fn is_descending(&self) -> bool {
        match self {
            Key::Column(order) => order.descending,
            Key::Count { descending, .. } | Key::Total { descending, .. } | Key::Value { descending, .. } => {
                *descending
            }
        }
    }
}
