//! Flat queries as documents.
//!
//! `{"from": "users", "leftJoin": {"posts": {"on": ...}}, "select": ..., "where": ..., "groupBy": ...}`:
//! joins are made in the order they are written.

use super::options::{Options, amount, boolean, entries, invalid, name, other_form, shape, unknown};
use super::select::{filter, order_by, way};
use crate::error::{Error, ErrorKind, QueryMistake};
use crate::expr::Expr;
use crate::flat::{FlatQuery, JOINS_MAX, On, SETS_DEPTH_MAX, SetOperation, Source, joined_as};
use crate::plan::COLUMNS_MAX;
use crate::value::Literal;
use ecow::EcoString;

/// The options of a flat query.
pub(super) const OPTIONS: [&str; 16] = [
    "select",
    "innerJoin",
    "leftJoin",
    "rightJoin",
    "fullJoin",
    "crossJoin",
    "semiJoin",
    "antiJoin",
    "where",
    "groupBy",
    "having",
    "distinct",
    "orderBy",
    "limit",
    "offset",
    "from",
];

/// The options of a set operation.
pub(super) const SET_OPTIONS: [&str; 3] = ["orderBy", "limit", "offset"];

/// The flat query that a document stands for, `from` among its entries.
pub(super) fn query(mut entries: Vec<(EcoString, Literal)>) -> Result<FlatQuery, Error> {
    if let Some((key, _)) = entries.iter().find(|(key, _)| !OPTIONS.contains(&key.as_str())) {
        if let Some(error) = other_form([key]) {
            return Err(error);
        }
        return Err(unknown(key, &OPTIONS).at(key));
    }
    let place = entries.iter().position(|(key, _)| key == "from");
    let from = place.map(|at| entries.remove(at).1).unwrap_or_default();
    let mut query = FlatQuery::of(source(from).map_err(|error| error.at("from"))?);
    let mut rest = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        query = match key.as_str() {
            "crossJoin" | "innerJoin" | "leftJoin" | "rightJoin" | "fullJoin" | "semiJoin" | "antiJoin" => {
                joins(query, &key, value).map_err(|error| error.at(&key))?
            }
            _ => {
                rest.push((key, value));
                query
            }
        };
    }
    let mut options = Options::of(Literal::Object(rest), &OPTIONS)?;
    if let Some(value) = options.take("select") {
        query = select(query, value).map_err(|error| error.at("select"))?;
    }
    if let Some(value) = options.take("where") {
        query = filter(value).map_err(|error| error.at("where"))?.into_iter().fold(query, FlatQuery::filter);
    }
    if let Some(value) = options.take("groupBy") {
        query = group_by(query, value).map_err(|error| error.at("groupBy"))?;
    }
    if let Some(value) = options.take("having") {
        query = filter(value).map_err(|error| error.at("having"))?.into_iter().fold(query, FlatQuery::having);
    }
    if let Some(value) = options.take("distinct")
        && boolean(&value).map_err(|error| error.at("distinct"))?
    {
        query = query.distinct();
    }
    page(query, &mut options)
}

/// A set operation on the queries of a list, from the first on.
pub(super) fn set(operation: SetOperation, value: Literal, mut options: Options) -> Result<FlatQuery, Error> {
    page(members(operation, value, 0)?, &mut options)
}

fn members(operation: SetOperation, value: Literal, depth: usize) -> Result<FlatQuery, Error> {
    let word = operation.word();
    let queries = match value {
        Literal::List(items) if items.len() >= 2 => items,
        other => return Err(shape("a list of at least two queries", &other).at(word)),
    };
    // The first two are the innermost.
    let last = depth + queries.len();
    if last > SETS_DEPTH_MAX + 1 {
        return Err(exceeded("set_depth", SETS_DEPTH_MAX).at(word));
    }
    let mut all: Option<FlatQuery> = None;
    for (at, item) in queries.into_iter().enumerate() {
        let next = member(item, last - at.max(1)).map_err(|error| error.at(at).at(word))?;
        all = Some(match all {
            Some(before) => before.set(operation, next),
            None => next,
        });
    }
    all.ok_or_else(|| shape("a list of at least two queries", &Literal::List(Vec::new())))
}

/// A flat query, or a set operation inside another. Recursion is bounded.
fn member(literal: Literal, depth: usize) -> Result<FlatQuery, Error> {
    let mut all = entries(literal, "a query like {\"from\": \"users\"}")?;
    let operation = SetOperation::ALL.iter().find(|(_, word)| all.iter().any(|(key, _)| key == word));
    let Some((operation, word)) = operation else {
        return if all.iter().any(|(key, _)| key == "from") {
            query(all)
        } else {
            Err(invalid(QueryMistake::Shape { expected: "a query with `from`".into(), found: "none".into() }))
        };
    };
    let place = all.iter().position(|(key, _)| key == word);
    let value = place.map(|at| all.remove(at).1).unwrap_or_default();
    let mut options = Options::of(Literal::Object(all), &SET_OPTIONS)?;
    page(members(*operation, value, depth)?, &mut options)
}

/// A table's name, or `{"alias": "table"}`.
fn source(literal: Literal) -> Result<Source, Error> {
    match literal {
        Literal::Text(name) => Ok(Source { name, table: None }),
        Literal::Object(entries) if entries.len() == 1 => match entries.into_iter().next() {
            Some((alias, Literal::Text(table))) => Ok(Source { name: alias, table: Some(table) }),
            Some((alias, other)) => Err(shape("a table's name", &other).at(&alias)),
            None => Err(shape("a table's name, or {\"alias\": \"table\"}", &Literal::Null)),
        },
        other => Err(shape("a table's name, or {\"alias\": \"table\"}", &other)),
    }
}

/// Refuses more parts than a query may have, before anything is made of them.
fn few(parts: usize, limit: &'static str, allowed: usize) -> Result<(), Error> {
    if parts > allowed { Err(exceeded(limit, allowed)) } else { Ok(()) }
}

fn exceeded(limit: &'static str, allowed: usize) -> Error {
    Error::new(ErrorKind::LimitExceeded { limit, allowed: allowed as u64 })
}

/// One join or several of a kind: `{"posts": {"on": ...}}`, or a list of such.
fn joins(mut query: FlatQuery, word: &str, value: Literal) -> Result<FlatQuery, Error> {
    match value {
        Literal::List(items) => {
            few(items.len(), "joins", JOINS_MAX)?;
            for (at, item) in items.into_iter().enumerate() {
                query = joins_of(query, word, item).map_err(|error| error.at(at))?;
            }
            Ok(query)
        }
        other => joins_of(query, word, other),
    }
}

fn joins_of(mut query: FlatQuery, word: &str, value: Literal) -> Result<FlatQuery, Error> {
    let joined = match value {
        Literal::Text(table) if word == "crossJoin" => vec![(table, Literal::Boolean(true))],
        other => entries(other, "an object like {\"posts\": {\"on\": ...}}")?,
    };
    few(joined.len(), "joins", JOINS_MAX)?;
    for (alias, value) in joined {
        let (source, on) = join(word, &alias, value).map_err(|error| error.at(&alias))?;
        query = joined_as(query, word, source, on);
    }
    Ok(query)
}

/// `true` for the relation of that name, a text for another relation, or an object that says more.
fn join(word: &str, alias: &EcoString, value: Literal) -> Result<(Source, On), Error> {
    let plain = Source { name: alias.clone(), table: None };
    let cross = word == "crossJoin";
    match value {
        Literal::Boolean(true) if cross => Ok((plain, On::Always)),
        Literal::Boolean(true) => Ok((plain, On::Relation(alias.clone()))),
        Literal::Text(table) if cross => Ok((Source { table: Some(table), ..plain }, On::Always)),
        Literal::Text(relation) => Ok((plain, On::Relation(relation))),
        Literal::Object(_) => {
            let mut options = Options::of(value, &["table", "on", "relation"])?;
            let table = options.take("table").map(|value| name(value, "a table's name")).transpose();
            let table = table.map_err(|error| error.at("table"))?;
            let relation = options.take("relation").map(|value| name(value, "a relation's name")).transpose();
            let relation = relation.map_err(|error| error.at("relation"))?;
            let source = Source { table, ..plain };
            match (options.take("on"), relation) {
                (Some(value), relation) => {
                    let filter = filter(value).map_err(|error| error.at("on"))?;
                    let filter = filter.ok_or_else(|| invalid(QueryMistake::AbsentFilter).at("on"))?;
                    Ok((
                        source,
                        relation.map_or(On::Filter(filter.clone()), |name| On::Matching(name, filter)),
                    ))
                }
                (None, Some(relation)) => Ok((source, On::Relation(relation))),
                (None, None) if cross => Ok((source, On::Always)),
                (None, None) => {
                    let (expected, found) = ("`on` or `relation`".into(), "neither".into());
                    Err(invalid(QueryMistake::Shape { expected, found }))
                }
            }
        }
        other => Err(shape("true, a relation's name, or an object with `on`", &other)),
    }
}

/// A list of columns, or an object of names and expressions; `true` picks the column of that name.
fn select(mut query: FlatQuery, value: Literal) -> Result<FlatQuery, Error> {
    match value {
        Literal::List(items) => {
            few(items.len(), "columns", COLUMNS_MAX)?;
            for (at, item) in items.into_iter().enumerate() {
                let column = name(item, "a column's name").map_err(|error| error.at(at))?;
                query = query.columns([column.as_str()]);
            }
        }
        other => {
            let values = entries(other, "a list of columns, or an object of expressions")?;
            few(values.len(), "columns", COLUMNS_MAX)?;
            for (output, value) in values {
                let expr = match &value {
                    Literal::Boolean(true) => Ok(Expr::Column(output.clone())),
                    value => Expr::from_literal(value),
                };
                query = query.value(output.clone(), expr.map_err(|error| error.at(&output))?);
            }
        }
    }
    Ok(query)
}

/// A column, or a list of columns and expressions.
fn group_by(mut query: FlatQuery, value: Literal) -> Result<FlatQuery, Error> {
    let keys = match value {
        Literal::List(items) => items,
        single => vec![single],
    };
    few(keys.len(), "columns", COLUMNS_MAX)?;
    for (at, key) in keys.iter().enumerate() {
        query = query.group_by_value(Expr::from_literal(key).map_err(|error| error.at(at))?);
    }
    Ok(query)
}

/// Order, limit and offset. An order by an expression is `{"$expr": ..., "direction": "desc"}`.
fn page(mut query: FlatQuery, options: &mut Options) -> Result<FlatQuery, Error> {
    if let Some(value) = options.take("orderBy") {
        query = ordered(query, value).map_err(|error| error.at("orderBy"))?;
    }
    if let Some(value) = options.take("limit") {
        query = query.limit(amount(&value).map_err(|error| error.at("limit"))?);
    }
    if let Some(value) = options.take("offset") {
        query = query.offset(amount(&value).map_err(|error| error.at("offset"))?);
    }
    Ok(query)
}

fn ordered(mut query: FlatQuery, value: Literal) -> Result<FlatQuery, Error> {
    let items = match value {
        Literal::List(items) => items,
        single => vec![single],
    };
    few(items.len(), "columns", COLUMNS_MAX)?;
    for (at, item) in items.into_iter().enumerate() {
        query = match item.get("$expr") {
            Some(expr) => {
                let expr = Expr::from_literal(expr).map_err(|error| error.at("$expr").at(at))?;
                let rest = match item {
                    Literal::Object(entries) => {
                        entries.into_iter().filter(|(key, _)| key != "$expr").collect()
                    }
                    _ => Vec::new(),
                };
                let (direction, nulls) = way(Literal::Object(rest)).map_err(|error| error.at(at))?;
                query.ordered_by(expr, direction, nulls)
            }
            None => {
                order_by(item).map_err(|error| error.at(at))?.into_iter().fold(query, FlatQuery::order_by)
            }
        };
    }
    Ok(query)
}
