//! Filters as JSON documents write them.
//!
//! Keys are columns, relations, extras, or `AND`, `OR`, `NOT`; several are joined by and. `NOT`
//! takes a filter, or a list of which none may hold. Where a word could be a quantifier or a name
//! of the target, it is the quantifier: `{"posts": {"some": {"some": 1}}}` still reaches a column
//! that is named `some`.

use super::Predicate;
use super::operator::{OPERATORS, members, operand, operator, shape};
use super::polymorphic;
use super::resolve::{Scope, all, any, fits, negate, quantify};
use super::test::{Subject, mistake, test};
use crate::catalog::RelationInfo;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::expr::Expr;
use crate::filter::{Aggregate, Comparison, Operand, Quantifier, Test};
use crate::value::{Input, Literal, Type};
use ecow::EcoString;

/// The predicate of a filter document; `None` when it asks nothing.
pub(super) fn filter(scope: Scope<'_>, literal: &Literal) -> Result<Option<Predicate>> {
    let entries = match literal {
        Literal::Object(entries) => entries,
        Literal::Null => return Err(mistake(QueryMistake::AbsentFilter)),
        other => return Err(shape("a filter object", other)),
    };
    let mut parts = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        parts.extend(entry(scope, key, value).map_err(|error| error.at(key))?);
    }
    Ok(all(parts))
}

fn entry(scope: Scope<'_>, key: &EcoString, value: &Literal) -> Result<Option<Predicate>> {
    if matches!(key.as_str(), "AND" | "OR" | "NOT") {
        return connective(scope.deeper()?, key, value, filter);
    }
    if key == "$expr" {
        return expression(scope, value);
    }
    if let Some(id) = scope.table.column_ids.get(key) {
        return column(scope, &Subject::Column(scope.table.column(*id)), value);
    }
    if let Some(id) = scope.table.relation_ids.get(key) {
        return relation(scope, scope.table.relation(*id), value);
    }
    match (scope.extras)(key) {
        Some(computed) => column(scope, &Subject::from(computed), value),
        None => Err(unknown(scope, key, value)),
    }
}

/// `AND`, `OR` or `NOT` of whatever `read` makes of their members.
pub(super) fn connective<'a>(
    scope: Scope<'a>,
    word: &str,
    value: &Literal,
    read: impl Fn(Scope<'a>, &Literal) -> Result<Option<Predicate>>,
) -> Result<Option<Predicate>> {
    let parts = members(word, value, |item| read(scope, item))?;
    Ok(match word {
        "AND" => all(parts),
        "OR" => any(parts),
        _ => any(parts).map(negate),
    })
}

/// What an expression is asked: `[expression, test]`.
fn expression(scope: Scope<'_>, value: &Literal) -> Result<Option<Predicate>> {
    match value {
        Literal::List(items) if items.len() == 2 => {
            let subject = match Aggregate::from_literal(&items[0]) {
                Some(of) => scope.aggregate(&of).map(Subject::from),
                None => Expr::from_literal(&items[0]).and_then(|expr| scope.computed(&expr)),
            };
            let subject = subject.map_err(|error| error.at(0))?;
            column(scope, &subject, &items[1]).map_err(|error| error.at(1))
        }
        other => Err(shape("a list of an expression and a test", other)),
    }
}

/// What a column or count is asked: a bare value, or operators.
fn column(scope: Scope<'_>, subject: &Subject<'_>, value: &Literal) -> Result<Option<Predicate>> {
    match value {
        Literal::Null => test(scope, subject, &Test::Null(false)).map(Some),
        Literal::Object(entries) => operators(scope, subject, entries, value),
        Literal::List(_) if *subject.column_type() == Type::Json => Err(ambiguous(value)),
        Literal::List(_) => Err(shape("a value or operators (`in` takes a list)", value)),
        Literal::Boolean(_) | Literal::Number(_) | Literal::Text(_) => {
            let operand = Operand::Input(Input::Literal(value.clone()));
            test(scope, subject, &Test::Compare(Comparison::Eq, operand)).map(Some)
        }
    }
}

fn operators(
    scope: Scope<'_>,
    subject: &Subject<'_>,
    entries: &[(EcoString, Literal)],
    value: &Literal,
) -> Result<Option<Predicate>> {
    let json = *subject.column_type() == Type::Json;
    if json && entries.iter().any(|(key, _)| !OPERATORS.contains(&key.as_str())) {
        return Err(ambiguous(value));
    }
    if entries.is_empty() {
        return Err(mistake(QueryMistake::AbsentFilter));
    }
    if let ([(key, _)], false) = (entries, json)
        && matches!(key.as_str(), "column" | "$" | "$expr")
    {
        let operand = operand(value, json)?;
        return test(scope, subject, &Test::Compare(Comparison::Eq, operand)).map(Some);
    }
    let mut parts = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let part = if matches!(key.as_str(), "AND" | "OR" | "NOT") {
            let inside = |scope: Scope<'_>, item: &Literal| column(scope, subject, item);
            scope.deeper().and_then(|scope| connective(scope, key, value, inside))
        } else {
            operator(key, value, json).and_then(|asked| test(scope, subject, &asked)).map(Some)
        };
        parts.extend(part.map_err(|error| error.at(key))?);
    }
    Ok(all(parts))
}

/// What rows along a relation are asked.
fn relation(scope: Scope<'_>, relation: &RelationInfo, value: &Literal) -> Result<Option<Predicate>> {
    let there = |quantifier| quantify(relation, quantifier, None).map(Some);
    match value {
        Literal::Boolean(true) => there(Quantifier::Some),
        Literal::Boolean(false) => there(Quantifier::None),
        Literal::Null if !relation.many => there(Quantifier::None),
        Literal::Null => Err(mistake(QueryMistake::AbsentFilter)),
        Literal::Object(_) if relation.is_polymorphic() => {
            match polymorphic::document(scope, relation, value)? {
                None => there(Quantifier::Some),
                asked => Ok(asked),
            }
        }
        Literal::Object(entries) => {
            let quantifiers = entries.iter().filter(|(key, _)| Quantifier::from_word(key).is_some()).count();
            if quantifiers == 0 || quantifiers < entries.len() {
                let inner = filter(scope.along(relation)?, value)?;
                return quantify(relation, Quantifier::Some, inner).map(Some);
            }
            let mut parts = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                parts.push(quantified(scope, relation, key, value).map_err(|error| error.at(key))?);
            }
            Ok(all(parts))
        }
        other => Err(shape("true, false or a filter object", other)),
    }
}

fn quantified(scope: Scope<'_>, relation: &RelationInfo, word: &str, value: &Literal) -> Result<Predicate> {
    let quantifier = Quantifier::from_word(word).unwrap_or(Quantifier::Some);
    fits(relation, quantifier)?;
    match (quantifier, value) {
        (Quantifier::Is, Literal::Null) => quantify(relation, Quantifier::None, None),
        (Quantifier::IsNot, Literal::Null) => quantify(relation, Quantifier::Some, None),
        (Quantifier::Every, value) => {
            let inner = filter(scope.along(relation)?, value)?;
            let absent = || mistake(QueryMistake::AbsentFilter);
            Ok(Predicate::Every(relation.id, Box::new(inner.ok_or_else(absent)?)))
        }
        _ => quantify(relation, quantifier, filter(scope.along(relation)?, value)?),
    }
}

/// A key that names nothing: a relation when it's given what only a relation takes.
fn unknown(scope: Scope<'_>, name: &EcoString, value: &Literal) -> Error {
    let relational = match value {
        Literal::Object(entries) => {
            !entries.is_empty() && entries.iter().all(|(key, _)| !OPERATORS.contains(&key.as_str()))
        }
        _ => false,
    };
    let table = scope.table.name.clone();
    let relations = scope.table.relation_names().into_iter();
    let kind = if relational {
        ErrorKind::UnknownRelation { table, name: name.clone(), known: relations.collect() }
    } else {
        let columns = scope.table.columns.iter().map(|column| column.name.clone());
        let words = ["AND", "OR", "NOT"].into_iter().filter(|word| word.eq_ignore_ascii_case(name));
        let known = columns.chain(relations).chain(words.map(EcoString::from)).collect();
        ErrorKind::UnknownColumn { table, name: name.clone(), known }
    };
    Error::new(kind)
}

/// A document where operators could stand too.
fn ambiguous(found: &Literal) -> Error {
    shape("operators (a json column is compared with a document by `eq`)", found)
}
