//! What the row along a polymorphic relation is asked: of which table it is, and what it holds.

use super::Predicate;
use super::document::{connective, filter as filter_document};
use super::operator::shape;
use super::resolve::{Scope, all, any, negate, quantify};
use super::test::mistake;
use crate::catalog::RelationInfo;
use crate::error::{ErrorKind, QueryMistake, Result};
use crate::filter::{Filter, Quantifier};
use crate::value::Literal;
use ecow::EcoString;

/// The predicate of the source of a polymorphic relation; `None` when nothing is asked.
pub(super) fn filter(scope: Scope<'_>, relation: &RelationInfo, asked: &Filter) -> Result<Option<Predicate>> {
    let list = |step: &str, filters: &[Filter]| -> Result<Vec<Predicate>> {
        let mut parts = Vec::with_capacity(filters.len());
        for (i, one) in filters.iter().enumerate() {
            let part = scope.deeper().and_then(|scope| filter(scope, relation, one));
            parts.extend(part.map_err(|error| error.at(i).at(step))?);
        }
        Ok(parts)
    };
    match asked {
        Filter::And(filters) => Ok(all(list("AND", filters)?)),
        Filter::Or(filters) => Ok(any(list("OR", filters)?)),
        Filter::Not(inner) => {
            let inner = scope.deeper().and_then(|scope| filter(scope, relation, inner));
            Ok(inner.map_err(|error| error.at("NOT"))?.map(negate))
        }
        Filter::On { table, filter } => {
            let member = member(scope, relation, table)?;
            let inner = match filter {
                Some(filter) => scope.along(member)?.filter(filter).map_err(|error| error.at(table))?,
                None => None,
            };
            quantify(member, Quantifier::Some, inner).map(Some)
        }
        Filter::Document(literal) => entries(scope, relation, literal),
        Filter::Column { .. } | Filter::Expr { .. } | Filter::Aggregate { .. } | Filter::Relation { .. } => {
            Err(unnamed(scope, relation))
        }
    }
}

/// What a document asks: a filter for each table the row may be of, or `is` or `isNot` of such.
pub(super) fn document(
    scope: Scope<'_>,
    relation: &RelationInfo,
    literal: &Literal,
) -> Result<Option<Predicate>> {
    let Literal::Object(asked) = literal else { return entries(scope, relation, literal) };
    if asked.is_empty() || !asked.iter().all(|(key, _)| matches!(key.as_str(), "is" | "isNot")) {
        return entries(scope, relation, literal);
    }
    let mut parts = Vec::with_capacity(asked.len());
    for (key, value) in asked {
        let there = || quantify(relation, Quantifier::Some, None);
        let found = match value {
            Literal::Null => there().map(negate),
            value => match entries(scope, relation, value).map_err(|error| error.at(key))? {
                Some(asked) => Ok(asked),
                None => there(),
            },
        };
        parts.push(if key == "is" { found? } else { negate(found?) });
    }
    Ok(all(parts))
}

/// The tables of one object are alternatives; `AND`, `OR` and `NOT` hold besides.
fn entries(scope: Scope<'_>, relation: &RelationInfo, literal: &Literal) -> Result<Option<Predicate>> {
    let found = match literal {
        Literal::Object(found) => found,
        Literal::Null => return Err(mistake(QueryMistake::AbsentFilter)),
        other => return Err(shape("a filter for each table", other)),
    };
    let (mut parts, mut tables) = (Vec::new(), Vec::new());
    for (key, value) in found {
        if matches!(key.as_str(), "AND" | "OR" | "NOT") {
            let inside = |scope: Scope<'_>, item: &Literal| entries(scope, relation, item);
            let part = scope.deeper().and_then(|scope| connective(scope, key, value, inside));
            parts.extend(part.map_err(|error| error.at(key))?);
        } else {
            tables.push(on_table(scope, relation, key, value).map_err(|error| error.at(key))?);
        }
    }
    parts.extend(any(tables));
    Ok(all(parts))
}

fn on_table(
    scope: Scope<'_>,
    relation: &RelationInfo,
    table: &EcoString,
    value: &Literal,
) -> Result<Predicate> {
    let member = member(scope, relation, table)?;
    match value {
        Literal::Boolean(true) => quantify(member, Quantifier::Some, None),
        Literal::Boolean(false) => quantify(member, Quantifier::None, None),
        value => quantify(member, Quantifier::Some, filter_document(scope.along(member)?, value)?),
    }
}

fn member<'a>(scope: Scope<'a>, relation: &RelationInfo, table: &EcoString) -> Result<&'a RelationInfo> {
    let found = scope.catalog.table_ids.get(table).and_then(|id| relation.member(*id));
    match found {
        Some(member) => Ok(scope.table.relation(member.relation)),
        None if scope.table.column_ids.contains_key(table) => Err(unnamed(scope, relation)),
        None => {
            let known = scope.catalog.member_tables(relation);
            let (relation, table) = (relation.name.clone(), table.clone());
            Err(ErrorKind::InvalidQuery(QueryMistake::NotAmongTypes { relation, table, known }).into())
        }
    }
}

fn unnamed(scope: Scope<'_>, relation: &RelationInfo) -> crate::error::Error {
    let known = scope.catalog.member_tables(relation);
    mistake(QueryMistake::PolymorphicFilter { relation: relation.name.clone(), known })
}
