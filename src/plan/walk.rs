//! Plans of queries that start from other rows: of one row's relation, and of sets followed to sets.

use super::{Access, Plan, level, mistake, one_table, recursion};
use crate::catalog::RelationInfo;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::{RelationId, Slot, TableId};
use crate::query::{Columns, Distinct, Query, Select};
use crate::store::Store;

/// How often a query may go on to the rows of a relation.
const FOLLOWS_MAX: usize = 64;

impl Plan {
    /// Resolves a query of the rows that a relation leads to from one row.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub(crate) fn along<S>(
        store: &Store,
        query: &Query<S>,
        from: (TableId, RelationId, Slot),
    ) -> Result<Plan> {
        let (source, id, slot) = from;
        let relation = store.catalog().table(source).relation(id);
        following(store, &query.select, |select| {
            recursion::none(select)?;
            let mut root = level::resolve(store.catalog(), relation.target, select, Some(relation))?;
            root.filter.extend(relation.filter.clone());
            let expected = fan_out(store, relation);
            let unbound = root.unbound();
            let access = Access::Along { source, relation: id, from: slot };
            Ok(Plan { root, access, expected, unbound, way: None })
        })
    }
}

/// The plan of a query, by that of what it starts with.
pub(super) fn following(
    store: &Store,
    select: &Select,
    first: impl FnOnce(&Select) -> Result<Plan>,
) -> Result<Plan> {
    let follows = &select.follows;
    let Some(start) = follows.first() else { return first(select) };
    if follows.len() > FOLLOWS_MAX {
        let allowed = FOLLOWS_MAX as u64;
        return Err(Error::new(ErrorKind::LimitExceeded { limit: "follow", allowed }).at("follow"));
    }
    let catalog = store.catalog();
    gives_nothing(&start.select)?;
    let mut plan = first(&start.select)?;
    for (at, follow) in follows.iter().enumerate() {
        let next = follows.get(at + 1).map(|follow| &follow.select);
        let step = |plan: Plan| {
            let info = catalog.table(plan.root.table);
            let relation = info.relation(info.relation_id(&follow.relation)?);
            one_table(catalog, relation)?;
            next.map_or(Ok(()), gives_nothing)?;
            let next = next.unwrap_or(select);
            let root = level::resolve(catalog, relation.target, next, None)?;
            let levels = recursion::levels(catalog, next, relation)?.unwrap_or(Some(1));
            let rows = plan.expected.saturating_mul(fan_out(store, relation));
            let rows = if levels == Some(1) { rows } else { usize::MAX };
            let expected = rows.min(store.table(relation.target).row_count());
            let unbound = plan.unbound.clone().or(root.unbound());
            let access = Access::Reached { from: Box::new(plan), relation: relation.id, levels };
            Ok(Plan { root, access, expected, unbound, way: None })
        };
        plan = step(plan).map_err(|error: Error| error.at(&follow.relation).at(at).at("follow"))?;
    }
    Ok(plan)
}

/// What rows give that are followed on from would be lost.
fn gives_nothing(select: &Select) -> Result<()> {
    let belongs = "after the last `follow`";
    let option = match (&select.columns, &select.distinct) {
        _ if !select.includes.is_empty() => "with",
        // Here they say which rows are equal.
        (_, Some(Distinct::Selected)) | (Columns::All, _) => return Ok(()),
        _ => "columns",
    };
    Err(mistake(QueryMistake::Misplaced { option, belongs }).at(option))
}

/// About how many rows a relation leads to from one.
fn fan_out(store: &Store, relation: &RelationInfo) -> usize {
    if !relation.many {
        return 1;
    }
    let (source, target) =
        (store.table(relation.source).row_count(), store.table(relation.target).row_count());
    target.div_ceil(source.max(1))
}
