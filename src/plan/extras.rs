//! Values beside the columns: how many rows there are along a relation, and what is made of them.

use super::{Extra, Key, mistake, one_table};
use crate::catalog::{Catalog, ColumnInfo, TableInfo};
use crate::error::{Error, QueryMistake, Result};
use crate::expr::Expr;
use crate::filter::{Direction, Function, Nulls, Of, OrderBy};
use crate::predicate::{
    Computed, Predicate, RelationCount, RelationTotal, computed, no_extras, resolve as predicate,
};
use crate::query;
use crate::value::Type;
use ecow::{EcoString, eco_format};

/// The extras of a level.
pub(super) fn resolve(catalog: &Catalog, table: &TableInfo, extras: &[query::Extra]) -> Result<Vec<Extra>> {
    let resolve = |extra: &query::Extra| {
        let relation = table.relation(table.relation_id(&extra.what.relation)?);
        if extra.what.filter.is_some() || extra.what.of != Of::Rows {
            one_table(catalog, relation)?;
        }
        let filter = match &extra.what.filter {
            Some(filter) => {
                let asked = predicate(catalog, relation.target, filter, &no_extras);
                Some(asked.map_err(|error| error.at("where"))?)
            }
            None => None,
        };
        let filter = filter.filter(|filter| *filter != Predicate::And(Vec::new()));
        let rows = RelationCount { relation: relation.id, filter };
        let computed = match &extra.what.of {
            Of::Rows => Computed::Count(rows),
            Of::Column(function, name) => {
                let target = catalog.table(relation.target);
                let column = target.column(target.column_id(name)?);
                let ty = type_of(*function, column)?;
                Computed::Total(RelationTotal { rows, function: *function, column: column.id(), ty })
            }
        };
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

/// What an aggregate of a column comes to.
fn type_of(function: Function, column: &ColumnInfo) -> Result<Type> {
    let ty = column.column_type();
    match (function, ty) {
        (Function::Sum, Type::Smallint | Type::Int | Type::Integer) => Ok(Type::Integer),
        (Function::Avg, Type::Smallint | Type::Int | Type::Integer) => Ok(Type::Decimal),
        (Function::Sum | Function::Avg, Type::Float | Type::Decimal) => Ok(ty.clone()),
        (Function::CountDistinct, _) => Ok(Type::Integer),
        (Function::List, _) => Ok(Type::Json),
        (Function::Min | Function::Max, ty) if !matches!(ty, Type::Boolean | Type::Json) => Ok(ty.clone()),
        _ => {
            let (column, column_type) = (column.name().into(), eco_format!("{ty}"));
            let function = function.word();
            Err(mistake(QueryMistake::WrongAggregate { function, column, column_type }))
        }
    }
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
