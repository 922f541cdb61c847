//! The operators of filter documents.

use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::expr::Expr;
use crate::filter::{Comparison, Operand, Test};
use crate::value::{Input, Literal};
use ecow::EcoString;

/// The operators of a column, in the order they are documented.
pub(super) const OPERATORS: [&str; 19] = [
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "notIn",
    "like",
    "ilike",
    "notLike",
    "notIlike",
    "between",
    "notBetween",
    "isNull",
    "isNotNull",
    "AND",
    "OR",
    "NOT",
];

/// One operator with what it's given.
pub(crate) fn operator(name: &EcoString, value: &Literal, json: bool) -> Result<Test> {
    if let Some(comparison) = Comparison::from_word(name) {
        return operand(value, json).map(|operand| Test::Compare(comparison, operand));
    }
    let like = |insensitive, negated| {
        let pattern = input(value, json);
        Ok(Test::Like { pattern, insensitive, negated })
    };
    match name.as_str() {
        "in" | "notIn" => match value {
            Literal::List(items) => {
                Ok(Test::In(items.iter().map(|item| input(item, json)).collect(), name == "notIn"))
            }
            // Among nothing known: unknown, as with every operator.
            Literal::Null => Ok(Test::Compare(Comparison::Eq, Operand::Input(Input::Literal(Literal::Null)))),
            other => Err(shape("a list", other)),
        },
        "like" => like(false, false),
        "ilike" => like(true, false),
        "notLike" => like(false, true),
        "notIlike" => like(true, true),
        "between" | "notBetween" => match value {
            Literal::List(items) => match items.as_slice() {
                [least, greatest] => {
                    Ok(Test::Between(input(least, json), input(greatest, json), name == "notBetween"))
                }
                _ => Err(shape("a list of two values", value)),
            },
            other => Err(shape("a list of two values", other)),
        },
        "isNull" | "isNotNull" => match value {
            Literal::Boolean(wanted) => Ok(Test::Null((name == "isNotNull") == *wanted)),
            other => Err(shape("true or false", other)),
        },
        _ => {
            let known = OPERATORS.iter().map(|&operator| operator.into()).collect();
            Err(Error::new(ErrorKind::UnknownOption { name: name.clone(), known }))
        }
    }
}

/// A value, `{"column": "name"}`, `{"$expr": ...}` or `{"$": "placeholder"}`; on a json column a value
/// whatever it is.
pub(crate) fn operand(value: &Literal, json: bool) -> Result<Operand> {
    if let Literal::Object(entries) = value
        && let [(key, given)] = entries.as_slice()
        && !json
    {
        match (key.as_str(), given) {
            ("column", Literal::Text(name)) => return Ok(Operand::Column(name.clone())),
            ("$expr", given) => {
                let expr = Expr::from_literal(given).map_err(|error| error.at("$expr"))?;
                return Ok(expr.into());
            }
            _ => {}
        }
    }
    Ok(Operand::Input(input(value, json)))
}

/// A value, or `{"$": "placeholder"}`.
fn input(value: &Literal, json: bool) -> Input {
    match value {
        Literal::Object(entries) if !json => match entries.as_slice() {
            [(key, Literal::Text(name))] if key == "$" => Input::Placeholder(name.clone()),
            _ => Input::Literal(value.clone()),
        },
        _ => Input::Literal(value.clone()),
    }
}

/// The error of a value of another shape.
pub(crate) fn shape(expected: &str, found: &Literal) -> Error {
    let (expected, found) = (expected.into(), found.shown());
    Error::new(ErrorKind::InvalidQuery(QueryMistake::Shape { expected, found }))
}

/// What `read` makes of the members of an `AND`, `OR` or `NOT`.
pub(crate) fn members<T>(
    word: &str,
    value: &Literal,
    read: impl Fn(&Literal) -> Result<Option<T>>,
) -> Result<Vec<T>> {
    match value {
        Literal::List(items) => {
            let mut parts = Vec::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                parts.extend(read(item).map_err(|error| error.at(at))?);
            }
            Ok(parts)
        }
        Literal::Null => Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::AbsentFilter))),
        other if word == "OR" => Err(shape("a list of filters", other)),
        other => Ok(read(other)?.into_iter().collect()),
    }
}
