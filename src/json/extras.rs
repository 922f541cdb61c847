//! Values beside the columns: `{"n": {"$count": "posts"}, "total": {"$sum": {"lines": "amount"}}}`.

use super::options::{Options, entries, invalid, name, shape};
use super::select::filter;
use crate::error::{Error, QueryMistake};
use crate::expr::Expr;
use crate::filter::{Aggregate, Function, rel};
use crate::query::Extra;
use crate::value::Literal;
use ecow::{EcoString, eco_format};

const OPTIONS: [&str; 8] = ["$count", "$sum", "$avg", "$min", "$max", "$countDistinct", "$list", "where"];

/// What is made of rows along relations, and what of each row itself.
pub(super) type Both = (Vec<Extra>, Vec<(EcoString, Expr)>);

pub(super) fn extras(literal: Literal) -> Result<Both, Error> {
    let entries = entries(literal, "an object like {\"n\": {\"$count\": \"posts\"}}")?;
    let (mut extras, mut values) = (Vec::new(), Vec::new());
    for (name, value) in entries {
        if is_expression(&value) {
            let expr = Expr::from_literal(&value).map_err(|error| error.at(&name))?;
            values.push((name, expr));
        } else {
            let what = extra(value).map_err(|error| error.at(&name))?;
            extras.push(Extra { name, what });
        }
    }
    Ok((extras, values))
}

/// An object of one function: aggregates along relations begin with a `$`.
fn is_expression(literal: &Literal) -> bool {
    match literal {
        Literal::Object(entries) => match entries.as_slice() {
            [(word, _)] => word != "where" && !word.starts_with('$'),
            _ => false,
        },
        _ => false,
    }
}

fn extra(literal: Literal) -> Result<Aggregate, Error> {
    const EXPECTED: &str = "{\"$count\": \"posts\"} or {\"$sum\": {\"lines\": \"amount\"}}";
    if !matches!(literal, Literal::Object(_)) {
        return Err(shape(EXPECTED, &literal));
    }
    let mut options = Options::of(literal, &OPTIONS)?;
    let condition = options.take("where");
    let mut found = OPTIONS.iter().filter_map(|option| Some((*option, options.take(option)?)));
    match (found.next(), found.next()) {
        (Some(("$count", counted)), None) => count(counted, condition),
        (Some((option, along)), None) => {
            let what = total(option, along).map_err(|error| error.at(option))?;
            Ok(match condition.map(filter).transpose().map_err(|error| error.at("where"))?.flatten() {
                Some(filter) => what.filter(filter),
                None => what,
            })
        }
        (Some((first, _)), Some((second, _))) => {
            let found = eco_format!("`{first}` and `{second}`");
            Err(invalid(QueryMistake::Shape { expected: "one aggregate".into(), found }).at(second))
        }
        (None, _) => {
            Err(invalid(QueryMistake::Shape { expected: EXPECTED.into(), found: "no aggregate".into() }))
        }
    }
}

/// `{"$count": "posts", "where": {...}}`, or the filter beside the relation's name.
fn count(counted: Literal, condition: Option<Literal>) -> Result<Aggregate, Error> {
    let (relation, condition, at) = match counted {
        Literal::Text(relation) => (relation, condition, None),
        Literal::Object(mut entries) if entries.len() == 1 && condition.is_none() => {
            let (relation, value) = entries.pop().unwrap_or_default();
            let at = Some(relation.clone());
            (relation, (value != Literal::Boolean(true)).then_some(value), at)
        }
        other => {
            return Err(
                shape("a relation's name, or {\"posts\": {...}} with its filter", &other).at("$count")
            );
        }
    };
    let filter = condition.map(filter).transpose().map_err(|error| match &at {
        Some(relation) => error.at(relation).at("$count"),
        None => error.at("where"),
    })?;
    let count = rel(relation).count();
    Ok(match filter.flatten() {
        Some(filter) => count.filter(filter),
        None => count,
    })
}

/// A relation and a column of its target.
fn total(option: &str, along: Literal) -> Result<Aggregate, Error> {
    const EXPECTED: &str = "a relation and a column, like {\"lines\": \"amount\"}";
    let (relation, column): (EcoString, Literal) = match along {
        Literal::Object(mut entries) if entries.len() == 1 => entries.pop().unwrap_or_default(),
        other => return Err(shape(EXPECTED, &other)),
    };
    let column = name(column, "a column's name").map_err(|error| error.at(&relation))?;
    let function =
        Function::ALL.into_iter().find(|function| option.strip_prefix('$') == Some(function.word()));
    Ok(match function {
        Some(Function::Sum) | None => rel(relation).sum(column),
        Some(Function::Avg) => rel(relation).avg(column),
        Some(Function::Min) => rel(relation).min(column),
        Some(Function::Max) => rel(relation).max(column),
        Some(Function::CountDistinct) => rel(relation).count_distinct(column),
        Some(Function::List) => rel(relation).list(column),
    })
}
