//! Includes that are repeated from the rows they find.

use super::{Level, RECURSION_DEPTH_MAX, Recursion, mistake};
use crate::catalog::{Catalog, RelationInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::query::{self, Depth};

/// How an include is repeated, if it is.
pub(super) fn of(
    catalog: &Catalog,
    include: &query::Include,
    relation: &RelationInfo,
    level: &Level,
) -> Result<Option<Recursion>> {
    let Some(depth) = include.select.recursive else { return Ok(None) };
    if relation.source != relation.target {
        let name = |table| catalog.table(table).name.clone();
        let (source, target) = (name(relation.source), name(relation.target));
        let wrong = QueryMistake::NotRecursive { relation: relation.name.clone(), source, target };
        return Err(mistake(wrong).at("recursive"));
    }
    let taken = level.columns.iter().any(|id| catalog.table(level.table).column(*id).name == include.name)
        || level.extras.iter().any(|extra| extra.name == include.name)
        || level.includes.iter().any(|inner| inner.name == include.name);
    if taken {
        return Err(mistake(QueryMistake::DuplicateName { name: include.name.clone() }).at("recursive"));
    }
    let levels = match depth {
        Depth::Exhausted => None,
        Depth::Levels(0) => {
            let (expected, found) = ("a number of levels from 1".into(), "0".into());
            return Err(mistake(QueryMistake::Shape { expected, found }).at("recursive"));
        }
        Depth::Levels(levels) => match usize::try_from(levels) {
            Ok(levels) if levels <= RECURSION_DEPTH_MAX => Some(levels),
            _ => return Err(too_deep().at("recursive")),
        },
    };
    Ok(Some(Recursion { name: include.name.clone(), many: relation.many, levels }))
}

/// The error of a recursion that has too many levels.
pub(crate) fn too_deep() -> Error {
    let allowed = RECURSION_DEPTH_MAX as u64;
    Error::new(ErrorKind::LimitExceeded { limit: "recursion_depth", allowed })
}
