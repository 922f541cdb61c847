//! Filter documents over several sources.
//!
//! As in any filter document, keys are columns, relations, or `AND`, `OR`, `NOT`; with several
//! tables a name is written `table.column`. `{"$expr": [expression, test]}` asks an expression.

use super::condition::{COMPUTED, ask, rows, unknown};
use super::resolve::Resolver;
use super::{Scalar, What};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::expr::Expr;
use crate::filter::{Aggregate, Comparison, Filter, Operand, Test};
use crate::predicate::operator::{self, shape};
use crate::value::{Input, Literal, Type};
use ecow::EcoString;

/// What a filter document asks; `None` when it asks nothing.
pub(super) fn filter(resolver: Resolver<'_>, literal: &Literal) -> Result<Option<Scalar>> {
    let entries = match literal {
        Literal::Object(entries) => entries,
        Literal::Null => return Err(mistake(QueryMistake::AbsentFilter)),
        other => return Err(shape("a filter object", other)),
    };
    let mut parts = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        parts.extend(entry(resolver, key, value).map_err(|error| error.at(key))?);
    }
    Ok(Scalar::all(parts))
}

fn entry(resolver: Resolver<'_>, key: &EcoString, value: &Literal) -> Result<Option<Scalar>> {
    match key.as_str() {
        "AND" | "OR" | "NOT" => return connective(resolver.deeper()?, key, value, filter),
        "$expr" => return asked(resolver, value),
        _ => {}
    }
    match resolver.of(&Expr::Column(key.clone()), None) {
        Ok(of) => tests(resolver, (&of, key), value),
        Err(error) => {
            let inner = |name: &str| Filter::Document(Literal::Object(vec![(name.into(), value.clone())]));
            match rows(resolver.names, key, inner) {
                Ok(Some(scalar)) => Ok(Some(scalar)),
                Ok(None) if matches!(error.kind(), ErrorKind::UnknownColumn { .. }) => {
                    Err(unpathed(unknown(resolver.names, key)))
                }
                Ok(None) => Err(unpathed(error)),
                // The relation's own path begins with its name, which the key has given already.
                Err(error) => Err(unpathed(error)),
            }
        }
    }
}

/// The error without its first step, which the caller puts there.
fn unpathed(error: Error) -> Error {
    let steps: Vec<_> = error.path().steps().skip(1).cloned().collect();
    let fresh = Error::new(error.kind().clone());
    steps.into_iter().rev().fold(fresh, Error::at)
}

/// `[expression, test]`.
fn asked(resolver: Resolver<'_>, value: &Literal) -> Result<Option<Scalar>> {
    match value {
        Literal::List(items) if items.len() == 2 => {
            if let Some(of) = Aggregate::from_literal(&items[0]) {
                let again = |name: &str| {
                    let of = Literal::from(&of.along(name));
                    let asked = Literal::List(vec![of, items[1].clone()]);
                    Filter::Document(Literal::Object(vec![("$expr".into(), asked)]))
                };
                let found = rows(resolver.names, &of.relation, again).map_err(unpathed)?;
                return match found {
                    Some(scalar) => Ok(Some(scalar)),
                    None => Err(unknown(resolver.names, &of.relation).at(0)),
                };
            }
            let expr = Expr::from_literal(&items[0]).map_err(|error| error.at(0))?;
            let of = resolver.of(&expr, None).map_err(|error| error.at(0))?;
            tests(resolver, (&of, COMPUTED), &items[1]).map_err(|error| error.at(1))
        }
        other => Err(shape("a list of an expression and a test", other)),
    }
}

/// `AND`, `OR` or `NOT` of whatever `read` makes of their members.
fn connective<'a>(
    resolver: Resolver<'a>,
    word: &str,
    value: &Literal,
    read: impl Fn(Resolver<'a>, &Literal) -> Result<Option<Scalar>>,
) -> Result<Option<Scalar>> {
    let parts = operator::members(word, value, |item| read(resolver, item))?;
    Ok(match word {
        "AND" => Scalar::all(parts),
        "OR" => Scalar::any(parts),
        _ => Scalar::any(parts).map(Scalar::negated),
    })
}

/// What something is asked, which goes with its name in errors: a bare value, another column, or operators.
fn tests(resolver: Resolver<'_>, asked: (&Scalar, &str), value: &Literal) -> Result<Option<Scalar>> {
    let (of, called) = asked;
    let json = of.ty == Type::Json;
    let one = |test: Test| ask(resolver, of.clone(), &test, called).map(Some);
    match value {
        Literal::Null => Ok(Some(Scalar::condition(What::IsNull(Box::new(of.clone()))))),
        Literal::Object(entries) => {
            if let (false, [(key, _)]) = (json, entries.as_slice())
                && matches!(key.as_str(), "column" | "$" | "$expr")
            {
                return one(Test::Compare(Comparison::Eq, operator::operand(value, json)?));
            }
            if entries.is_empty() {
                return Err(mistake(QueryMistake::AbsentFilter));
            }
            let mut parts = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let part = if matches!(key.as_str(), "AND" | "OR" | "NOT") {
                    let inside = |resolver: Resolver<'_>, item: &Literal| tests(resolver, asked, item);
                    resolver.deeper().and_then(|resolver| connective(resolver, key, value, inside))
                } else {
                    operator::operator(key, value, json).and_then(one)
                };
                parts.extend(part.map_err(|error| error.at(key))?);
            }
            Ok(Scalar::all(parts))
        }
        Literal::List(_) => Err(shape("a value or operators (`in` takes a list)", value)),
        bare => one(Test::Compare(Comparison::Eq, Operand::Input(Input::Literal(bare.clone())))),
    }
}

fn mistake(mistake: QueryMistake) -> Error {
    Error::new(ErrorKind::InvalidQuery(mistake))
}
