//! Values beside the columns: how many rows there are along a relation, and what is made of them.

use super::{Extra, Key};
use crate::catalog::{Catalog, TableInfo};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::filter::{Direction, Nulls, OrderBy};
use crate::predicate::{Computed, aggregate, computed};
use crate::query;
use ecow::EcoString;

/// The extras of a level.
pub(super) fn resolve(catalog: &Catalog, table: &TableInfo, extras: &[query::Extra]) -> Result<Vec<Extra>> {
    let resolve = |extra: &query::Extra| {
        let computed = aggregate(catalog, table, &extra.what)?;
        Ok(Extra { name: extra.name.clone(), computed })
    };
    extras.iter().map(|extra| resolve(extra).map_err(|error: Error| error.at(&extra.name))).collect()
}

/// What is computed from the rows of a level.
pub(super) fn values(
    catalog: &Catalog,
    table: &TableInfo,
    values: &[(EcoString, Expr)],
) -> Result<Vec<Extra>> {
    let resolve = |(name, expr): &(EcoString, Expr)| {
        let scalar = computed(catalog, table.id, expr).map_err(|error| error.at(name))?;
        Ok(Extra { name: name.clone(), computed: Computed::Value(Box::new(scalar)) })
    };
    values.iter().map(resolve).collect()
}

/// The order by an extra.
pub(super) fn key(extra: &Extra, order: &OrderBy) -> Key {
    let (name, descending) = (extra.name.clone(), order.direction == Direction::Desc);
    match &extra.computed {
        Computed::Value(scalar) => {
            let nulls_first = order.nulls.map_or(descending, |nulls| nulls == Nulls::First);
            Key::Value { name, scalar: scalar.clone(), descending, nulls_first }
        }
        Computed::Count(counted) => Key::Count { name, counted: counted.clone(), descending },
        Computed::Total(total) => {
            let nulls_first = order.nulls.map_or(descending, |nulls| nulls == Nulls::First);
            Key::Total { name, total: Box::new(total.clone()), descending, nulls_first }
        }
    }
}
