//! Includes that are repeated from the rows they find.

use super::{Level, RECURSION_DEPTH_MAX, Recursion, mistake};
use crate::catalog::{Catalog, RelationInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::query::{Depth, Select};
use ecow::EcoString;

/// How an include is repeated, if it is.
pub(super) fn of(
    catalog: &Catalog,
    name: &EcoString,
    select: &Select,
    relation: &RelationInfo,
    level: &Level,
) -> Result<Option<Recursion>> {
    let Some(levels) = levels(catalog, select, relation)? else { return Ok(None) };
    let taken = level.columns.iter().any(|id| catalog.table(level.table).column(*id).name == *name)
        || level.extras.iter().any(|extra| extra.name == *name)
        || level.includes.iter().any(|inner| inner.name == *name);
    if taken {
        return Err(mistake(QueryMistake::DuplicateName { name: name.clone() }).at("recursive"));
    }
    if levels.is_some_and(|levels| levels > RECURSION_DEPTH_MAX) {
        return Err(too_deep().at("recursive"));
    }
    Ok(Some(Recursion { name: name.clone(), many: relation.many, levels }))
}

/// Whether a relation is repeated, and then how often at most.
pub(super) fn levels(
    catalog: &Catalog,
    select: &Select,
    relation: &RelationInfo,
) -> Result<Option<Option<usize>>> {
    let Some(depth) = select.recursive else { return Ok(None) };
    if relation.source != relation.target {
        let table = |table| catalog.table(table).name.clone();
        let (source, target) = (table(relation.source), table(relation.target));
        let wrong = QueryMistake::NotRecursive { relation: relation.name.clone(), source, target };
        return Err(mistake(wrong).at("recursive"));
    }
    match depth {
        Depth::Exhausted => Ok(Some(None)),
        Depth::Levels(0) => {
            let (expected, found) = ("a number of levels from 1".into(), "0".into());
            Err(mistake(QueryMistake::Shape { expected, found }).at("recursive"))
        }
        Depth::Levels(levels) => Ok(Some(Some(usize::try_from(levels).unwrap_or(usize::MAX)))),
    }
}

/// Refuses to repeat what no relation leads to.
pub(super) fn none(select: &Select) -> Result<()> {
    if select.recursive.is_none() {
        return Ok(());
    }
    let belongs = "to an include, or after `follow`";
    Err(mistake(QueryMistake::Misplaced { option: "recursive", belongs }).at("recursive"))
}

/// Refuses to repeat an include whose rows are of several tables.
pub(super) fn never(catalog: &Catalog, relation: &RelationInfo, select: &Select) -> Result<()> {
    if select.recursive.is_none() {
        return Ok(());
    }
    let source = catalog.table(relation.source).name.clone();
    let target = catalog.member_tables(relation).join(" or ").into();
    let wrong = QueryMistake::NotRecursive { relation: relation.name.clone(), source, target };
    Err(mistake(wrong).at("recursive"))
}

/// The error of a recursion that has too many levels.
pub(crate) fn too_deep() -> Error {
    let allowed = RECURSION_DEPTH_MAX as u64;
    Error::new(ErrorKind::LimitExceeded { limit: "recursion_depth", allowed })
}
