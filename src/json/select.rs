//! What a query asks of one level: columns, filter, includes, extras, order and page.

use super::extras::extras;
use super::follow::follow;
use super::options::{
    Options, Spelled, amount, boolean, count, entries, invalid, name, names, placeholder, relation_count,
    shape, unknown,
};
use crate::catalog::{Catalog, RelationInfo, TableInfo};
use crate::error::{Error, QueryMistake};
use crate::filter::{Direction, Filter, Nulls, OrderBy};
use crate::query::{Amount, Columns, Depth, Distinct, Include, Query, Select, Unbound};
use crate::value::{Input, Literal, Row};
use ecow::EcoString;

/// The options of a query, Drizzle's names first.
pub(super) const OPTIONS: [&str; 14] = [
    "columns", "where", "with", "extras", "orderBy", "limit", "offset", "cursor", "distinct", "follow",
    "select", "include", "take", "skip",
];

/// Those of a query for one row: without a limit.
pub(super) const FIRST_OPTIONS: [&str; 12] = [
    "columns", "where", "with", "extras", "orderBy", "offset", "cursor", "distinct", "follow", "select",
    "include", "skip",
];

/// Those of a query for a number.
pub(super) const COUNT_OPTIONS: [&str; 2] = ["where", "follow"];

/// Those of an include.
const INCLUDE_OPTIONS: [&str; 16] = [
    "columns",
    "where",
    "with",
    "extras",
    "orderBy",
    "limit",
    "offset",
    "cursor",
    "distinct",
    "recursive",
    "relation",
    "on",
    "select",
    "include",
    "take",
    "skip",
];

/// The query of a table with these options, of those that are `known`.
pub(super) fn query(
    catalog: &Catalog,
    table: EcoString,
    mut options: Options,
    known: &[&'static str],
) -> Result<Query, Error> {
    let info = catalog.table_id(&table).ok().map(|id| catalog.table(id));
    let scope = Scope { catalog, table: info };
    let select = match options.take("follow") {
        Some(steps) => follow(scope, options, steps, known)?,
        None => select(scope, options)?,
    };
    Ok(Query { source: Unbound, table, select })
}

/// The table that a level is about; none when the schema doesn't know it, which is reported when
/// the query is planned.
#[derive(Clone, Copy)]
pub(super) struct Scope<'c> {
    catalog: &'c Catalog,
    table: Option<&'c TableInfo>,
}

impl<'c> Scope<'c> {
    fn relation(self, name: &str) -> Option<&'c RelationInfo> {
        let table = self.table?;
        table.relation_id(name).ok().map(|id| table.relation(id))
    }

    /// What a relation leads to.
    pub(super) fn along(self, relation: &str) -> Scope<'c> {
        let one = self.relation(relation).filter(|relation| !relation.is_polymorphic());
        let table = one.map(|relation| self.catalog.table(relation.target()));
        Scope { table, ..self }
    }
}

/// Recursion is bounded by the depth of the document.
pub(super) fn select(scope: Scope<'_>, mut options: Options) -> Result<Select, Error> {
    let mut select = Select::default();
    match options.take_either("columns", "select")? {
        Some(("columns", value)) => select.columns = columns(value).map_err(|error| error.at("columns"))?,
        Some((_, value)) => {
            (select.columns, select.includes) =
                selection(scope, value).map_err(|error| error.at("select"))?;
        }
        None => {}
    }
    if let Some(value) = options.take("where") {
        select.filters.extend(filter(value).map_err(|error| error.at("where"))?);
    }
    if let Some((spelling, value)) = options.take_either("with", "include")? {
        select.includes.extend(includes(scope, value).map_err(|error| error.at(spelling))?);
    }
    if let Some(value) = options.take("extras") {
        (select.extras, select.values) = extras(value).map_err(|error| error.at("extras"))?;
    }
    if let Some(value) = options.take("orderBy") {
        select.order_by = order_by(value).map_err(|error| error.at("orderBy"))?;
    }
    if let Some(amount) = whole(options.take_either("limit", "take")?)? {
        (select.limit, select.limit_given) = amount.parts();
    }
    if let Some(amount) = whole(options.take_either("offset", "skip")?)? {
        let (offset, given) = amount.parts();
        (select.offset, select.offset_given) = (offset.unwrap_or(0), given);
    }
    select.cursor = options.take("cursor").map(cursor).transpose().map_err(|error| error.at("cursor"))?;
    if let Some(value) = options.take("distinct") {
        select.distinct = distinct(value).map_err(|error| error.at("distinct"))?;
    }
    if let Some(value) = options.take("recursive") {
        select.recursive = recursive(&value).map_err(|error| error.at("recursive"))?;
    }
    Ok(select)
}

fn whole(option: Spelled) -> Result<Option<Amount>, Error> {
    option.map(|(spelling, value)| amount(&value).map_err(|error| error.at(spelling))).transpose()
}

/// Any `true` picks, only `false` omits, and nothing at all picks nothing.
fn columns(literal: Literal) -> Result<Columns, Error> {
    let entries = match literal {
        Literal::List(items) => return names(items).map(Columns::Pick),
        other => entries(other, "an object like {\"id\": true}, or a list of names")?,
    };
    let mut switches = Vec::with_capacity(entries.len());
    for (column, value) in entries {
        let on = boolean(&value).map_err(|error| error.at(&column))?;
        switches.push((column, on));
    }
    Ok(picked(switches, false))
}

/// The columns that are switched on; when none is, and nothing else is asked for, all that aren't
/// switched off.
fn picked(switches: Vec<(EcoString, bool)>, more: bool) -> Columns {
    let picks = more || switches.is_empty() || switches.iter().any(|(_, on)| *on);
    let kept = switches.into_iter().filter(|(_, on)| *on == picks).map(|(column, _)| column).collect();
    if picks { Columns::Pick(kept) } else { Columns::Omit(kept) }
}

/// Prisma's `select`: columns, and relations among them.
fn selection(scope: Scope<'_>, literal: Literal) -> Result<(Columns, Vec<Include>), Error> {
    let Literal::Object(entries) = literal else { return Ok((columns(literal)?, Vec::new())) };
    let mut switches = Vec::new();
    let mut includes = Vec::new();
    for (name, value) in entries {
        match value {
            Literal::Boolean(on) if name != "_count" && scope.relation(&name).is_none() => {
                switches.push((name, on))
            }
            value => includes.extend(include(scope, name, value)?),
        }
    }
    let columns = picked(switches, !includes.is_empty());
    Ok((columns, includes))
}

fn includes(scope: Scope<'_>, literal: Literal) -> Result<Vec<Include>, Error> {
    let entries = entries(literal, "an object like {\"posts\": true}")?;
    let includes = entries.into_iter().map(|(name, value)| include(scope, name, value).transpose());
    includes.flatten().collect()
}

fn include(scope: Scope<'_>, name: EcoString, literal: Literal) -> Result<Option<Include>, Error> {
    if name == "_count" {
        return Err(relation_count().at(&name));
    }
    let include = match literal {
        Literal::Boolean(false) => Ok(None),
        Literal::Boolean(true) => Ok(Some((name.clone(), Select::default()))),
        Literal::Object(_) => nested(scope, &name, literal).map(Some),
        other => Err(shape("true, false or an object of options", &other)),
    };
    let include = include.map_err(|error| error.at(&name))?;
    Ok(include.map(|(relation, select)| Include { name, relation, select }))
}

/// The relation an include follows, its name unless it says otherwise, and what it asks there.
fn nested(scope: Scope<'_>, include: &EcoString, literal: Literal) -> Result<(EcoString, Select), Error> {
    let mut options = Options::of(literal, &INCLUDE_OPTIONS)?;
    let relation = match options.take("relation") {
        Some(value) => name(value, "a relation's name").map_err(|error| error.at("relation"))?,
        None => include.clone(),
    };
    let tables = options.take("on").map(|value| on(scope, value)).transpose();
    let tables = tables.map_err(|error| error.at("on"))?;
    let mut select = select(scope.along(&relation), options)?;
    select.on = tables.unwrap_or_default();
    Ok((relation, select))
}

/// What is asked of the rows of each table, along a polymorphic relation.
fn on(scope: Scope<'_>, literal: Literal) -> Result<Vec<(EcoString, Select)>, Error> {
    let entries = entries(literal, "an object like {\"posts\": {\"with\": {...}}}")?;
    let one = |(table, value): (EcoString, Literal)| {
        let info = scope.catalog.table_id(&table).ok().map(|id| scope.catalog.table(id));
        let asked = match value {
            Literal::Boolean(true) => Ok(Select::default()),
            value => Options::of(value, &OPTIONS)
                .and_then(|options| select(Scope { table: info, ..scope }, options)),
        };
        asked.map(|select| (table.clone(), select)).map_err(|error| error.at(&table))
    };
    entries.into_iter().map(one).collect()
}

/// A filter; `{}` asks nothing.
pub(super) fn filter(literal: Literal) -> Result<Option<Filter>, Error> {
    match literal {
        Literal::Null => Err(invalid(QueryMistake::AbsentFilter)),
        Literal::Object(entries) if entries.is_empty() => Ok(None),
        Literal::Object(_) => Ok(Some(Filter::Document(literal))),
        other => Err(shape("an object of columns and relations", &other)),
    }
}

const ORDER: &str = "an object like {\"name\": \"asc\"}, or a list of such";

pub(super) fn order_by(literal: Literal) -> Result<Vec<OrderBy>, Error> {
    let Literal::List(items) = literal else { return keys(literal) };
    let mut order = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        order.extend(keys(item).map_err(|error| error.at(at))?);
    }
    Ok(order)
}

fn keys(literal: Literal) -> Result<Vec<OrderBy>, Error> {
    let keys = entries(literal, ORDER)?.into_iter().map(|(name, value)| match way(value) {
        Ok((direction, nulls)) => Ok(OrderBy { name, direction, nulls }),
        Err(error) => Err(error.at(&name)),
    });
    keys.collect()
}

/// `"desc"`, or an object that says where nulls go too.
pub(super) fn way(literal: Literal) -> Result<(Direction, Option<Nulls>), Error> {
    let Literal::Object(_) = literal else { return Ok((direction(literal)?, None)) };
    if literal.get("_count").is_some() {
        return Err(relation_count().at("_count"));
    }
    let mut options = Options::of(literal, &["direction", "nulls"])?;
    let direction =
        options.take("direction").map(direction).transpose().map_err(|error| error.at("direction"))?;
    let nulls = options.take("nulls").map(nulls).transpose().map_err(|error| error.at("nulls"))?;
    Ok((direction.unwrap_or_default(), nulls))
}

fn direction(literal: Literal) -> Result<Direction, Error> {
    match name(literal, "\"asc\" or \"desc\"")?.as_str() {
        "asc" => Ok(Direction::Asc),
        "desc" => Ok(Direction::Desc),
        other => Err(unknown(other, &["asc", "desc"])),
    }
}

fn nulls(literal: Literal) -> Result<Nulls, Error> {
    match name(literal, "\"first\" or \"last\"")?.as_str() {
        "first" => Ok(Nulls::First),
        "last" => Ok(Nulls::Last),
        other => Err(unknown(other, &["first", "last"])),
    }
}

fn cursor(literal: Literal) -> Result<Row, Error> {
    match row(literal)? {
        row if row.is_empty() => Err(shape("a column and its value", &Literal::Object(Vec::new()))),
        row => Ok(row.iter().map(opened).collect()),
    }
}

/// A value that may be a placeholder.
fn opened((column, input): (&EcoString, &Input)) -> (EcoString, Input) {
    let name = match input {
        Input::Literal(literal) => placeholder(literal),
        _ => None,
    };
    (column.clone(), name.map_or_else(|| input.clone(), Input::Placeholder))
}

fn distinct(literal: Literal) -> Result<Option<Distinct>, Error> {
    match literal {
        Literal::Boolean(on) => Ok(on.then_some(Distinct::Selected)),
        Literal::List(items) if !items.is_empty() => names(items).map(|columns| Some(Distinct::On(columns))),
        other => Err(shape("true, false or a list of columns", &other)),
    }
}

/// A switch, or a number of levels.
fn recursive(literal: &Literal) -> Result<Option<Depth>, Error> {
    match literal {
        Literal::Boolean(on) => Ok(on.then_some(Depth::Exhausted)),
        Literal::Number(_) => count(literal).map(|levels| Some(Depth::Levels(levels))),
        other => Err(shape("true, false or a number of levels", other)),
    }
}

/// Columns and what they are given.
pub(super) fn row(literal: Literal) -> Result<Row, Error> {
    let entries = entries(literal, "an object of columns and values")?;
    Ok(entries.into_iter().map(|(column, value)| (column, Input::Literal(value))).collect())
}
