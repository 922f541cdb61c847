//! Answers to writes: the rows, with the relations that were written along.

use crate::catalog::{Catalog, RelationInfo, TableInfo};
use crate::error::Result;
use crate::exec;
use crate::id::Slot;
use crate::nested::Write;
use crate::plan::INCLUDE_DEPTH_MAX;
use crate::query::{Include, Query, Select};
use crate::store::Store;
use crate::value::Row;
use crate::view::Page;
use ecow::EcoString;
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
    let mut named: Vec<(&RelationInfo, Vec<&Write>)> = Vec::new();
    for (name, write) in rows.iter().flat_map(|row| row.nested()) {
        let Some(relation) = info.written_relation(name) else { continue };
        match named.iter_mut().find(|(other, _)| other.id == relation.id) {
            Some((_, writes)) => writes.push(write),
            None => named.push((relation, vec![write])),
        }
    }
    let select = |target: &TableInfo, writes: &[&Write]| {
        let mut inner: Vec<&Row> = Vec::new();
        writes.iter().for_each(|write| write.rows(&mut |row| inner.push(row)));
        Select { includes: includes(catalog, target, &inner, depth + 1), ..Select::default() }
    };
    let include = |(relation, writes): (&RelationInfo, Vec<&Write>)| {
        let is_on = |table: &str, write: &&Write| matches!(write, Write::On(on, _) if on == table);
        let on = relation.members.iter().map(|member| {
            let target = catalog.table(member.target);
            let there: Vec<&Write> =
                writes.iter().copied().filter(|write| is_on(&target.name, write)).collect();
            (target.name.clone(), select(target, &there))
        });
        let on: Vec<(EcoString, Select)> = on.collect();
        let all = match on.is_empty() {
            true => select(catalog.table(relation.target), &writes),
            false => Select::default(),
        };
        let (name, relation) = (relation.name.clone(), relation.name.clone());
        Include { name, relation, select: Select { on, ..all } }
    };
    named.into_iter().map(include).collect()
}
