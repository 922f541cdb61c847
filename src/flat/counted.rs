//! Aggregates of a whole table that indexes know: how many rows, and how many keys.

use super::names::{Aggregated, Kind};
use super::plan::Joins;
use crate::expr::AggregateFunction;
use crate::id::{ColumnId, Slot, TableId};
use crate::predicate::Predicate;
use crate::scalar::What;
use crate::store::Store;
use crate::value::{Type, Value};

/// The aggregates of a query that asks nothing of its only table's rows but their number and that of
/// keys which an index or edge holds apart; `None` for any other query. O(parents) along an edge, O(1)
/// otherwise.
pub(super) fn columns(store: &Store, joins: &Joins) -> Option<Vec<Vec<Value>>> {
    let group = joins.group.as_ref()?;
    let ([place], [scan]) = (joins.sources.as_slice(), joins.scans.as_slice()) else { return None };
    let whole = group.keys.is_empty() && joins.filter.is_empty() && joins.steps.is_empty();
    if !whole || !matches!(&scan.predicate, Predicate::And(terms) if terms.is_empty()) {
        return None;
    }
    let counts = group.aggregates.iter().map(|each| count(store, place.table, each));
    counts.map(|count| Some(vec![Value::Integer(i64::try_from(count?).ok()?)])).collect()
}

fn count(store: &Store, table: TableId, aggregated: &Aggregated) -> Option<usize> {
    let rows = store.table(table).row_count();
    let column = match aggregated.of.as_ref().map(|of| (&of.what, &of.ty)) {
        None => None,
        // Floats that are equal may differ in their bits.
        Some((What::Column { column, .. }, ty)) if *ty != Type::Float => Some(*column),
        Some(_) => return None,
    };
    match (aggregated.kind, column) {
        (Kind::Aggregate(AggregateFunction::Count), None) => Some(rows),
        (Kind::Aggregate(AggregateFunction::Count), Some(column)) => {
            (!store.table(table).column(column).is_nullable()).then_some(rows)
        }
        (Kind::Aggregate(AggregateFunction::CountDistinct), Some(column)) => keys(store, table, column),
        _ => None,
    }
}

/// How many values a column has, not counting null.
fn keys(store: &Store, table: TableId, column: ColumnId) -> Option<usize> {
    let info = store.catalog().table(table);
    let mut own = info.indexes.iter().filter(|index| index.columns == [column]);
    if let Some(keys) = own.find_map(|index| store.table(table).index(index.id).key_count()) {
        return Some(keys);
    }
    let edges = store.catalog().edges.iter();
    let mut edges = edges.filter(|edge| edge.child == table && edge.child_columns == [column]);
    // Of a polymorphic relation only the rows of one type are on an edge.
    let edge = edges.find(|edge| edge.discriminator.is_none())?;
    let adjacency = store.edge(edge.id);
    let children = adjacency.children();
    let parents = (0..store.table(edge.parent).bound()).filter(|at| children.count(Slot::new(*at)) > 0);
    Some(parents.count() + adjacency.orphan_keys())
}
