//! Answers to writes: the rows, with the relations that were written along.

use crate::catalog::{Catalog, RelationInfo, TableInfo};
use crate::error::Result;
use crate::exec;
use crate::id::Slot;
use crate::plan::INCLUDE_DEPTH_MAX;
use crate::query::{Include, Query, Select};
use crate::store::Store;
use crate::value::Row;
use crate::view::Page;
use std::sync::Arc;

/// Rows as stored. What the given rows wrote along relations is included, at every depth, in the order
/// in which it was named.
pub(super) fn page(store: &Arc<Store>, info: &TableInfo, rows: &[&Row], slots: Vec<Slot>) -> Result<Page> {
    let includes = includes(store.catalog(), info, rows, 0);
    if includes.is_empty() {
        return Ok(Page::from_slots(Arc::clone(store), info.id, slots));
    }
    let mut query = Query::of(info.name.clone());
    query.select.includes = includes;
    exec::page_of(store, &query, slots)
}

/// Rows that were passed over may lie deeper than any that are written.
fn includes(catalog: &Catalog, info: &TableInfo, rows: &[&Row], depth: usize) -> Vec<Include> {
    if depth == INCLUDE_DEPTH_MAX {
        return Vec::new();
    }
    let mut named: Vec<(&RelationInfo, Vec<&Row>)> = Vec::new();
    for (name, write) in rows.iter().flat_map(|row| row.nested()) {
        let Some(relation) = info.written_relation(name) else { continue };
        let at = named.iter().position(|(other, _)| other.id == relation.id).unwrap_or_else(|| {
            named.push((relation, Vec::new()));
            named.len() - 1
        });
        if let Some((_, inner)) = named.get_mut(at) {
            write.rows(&mut |row| inner.push(row));
        }
    }
    let include = |(relation, inner): (&RelationInfo, Vec<&Row>)| Include {
        name: relation.name.clone(),
        relation: relation.name.clone(),
        select: Select {
            includes: includes(catalog, catalog.table(relation.target), &inner, depth + 1),
            ..Select::default()
        },
    };
    named.into_iter().map(include).collect()
}
