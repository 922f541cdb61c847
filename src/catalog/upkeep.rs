//! What each write of each table keeps up in the rows above it: counters and touched times.

use super::chains;
use super::filters::Used;
use super::inflect::camel;
use super::mistakes::{Mistakes, Site};
use super::relations::{Entry, Relations};
use super::{Catalog, ColumnInfo, CounterInfo, DefaultInfo, ForeignKeyInfo, Hop, RelationInfo, Upkeep};
use crate::error::{SchemaReason, UpkeepMistake};
use crate::id::{ColumnId, EdgeId, RelationId, TableId};
use crate::predicate::Predicate;
use crate::schema::{CounterCache, UPDATED_AT};
use crate::value::{Type, Value};
use ecow::{EcoString, eco_format};

/// Finds the counters and touches of all relations, which have their hops and filters by now.
pub(super) fn resolve(catalog: &mut Catalog, relations: &Relations, mistakes: &mut Mistakes) {
    let mut kept: Vec<(usize, TableId, ColumnId)> = Vec::new();
    for (place, entry) in relations.0.iter().enumerate() {
        let relation = &entry.relation;
        let site = Site::item(&relation.source, &relation.name);
        let mut note = |reason| mistakes.note(site, reason);
        if let Some(cache) = &relation.counter_cache
            && let Some(column) = counter(catalog, relations, entry, cache, &mut note)
        {
            kept.push((place, entry.source, column));
        }
        if let Some(name) = &relation.touch {
            for id in catalog.table(entry.source).relation(entry.id).ways() {
                let touched = touch(catalog, (entry.source, id), name, &mut note);
                kept.extend(touched.map(|(table, column)| (place, table, column)));
            }
        }
    }
    for (place, table, column) in &kept {
        if is_key(catalog, *table, *column) {
            let column = catalog.table(*table).column(*column).name.clone();
            note(relations, *place, UpkeepMistake::KeptKey { column }, mistakes);
        }
    }
    for (place, table, column) in &kept {
        let Some(counter) = &catalog.table(*table).column(*column).counter else { continue };
        let child = catalog.edge(counter.edge).child;
        let read = counter
            .reads
            .iter()
            .find(|read| kept.iter().any(|(_, table, column)| (*table, column) == (child, *read)));
        if let Some(read) = read {
            let column = catalog.table(child).column(*read).name.clone();
            note(relations, *place, UpkeepMistake::CounterFilterKept { column }, mistakes);
        }
    }
}

fn note(relations: &Relations, place: usize, mistake: UpkeepMistake, mistakes: &mut Mistakes) {
    let Some(Entry { relation, .. }) = relations.0.get(place) else { return };
    mistakes.note(Site::item(&relation.source, &relation.name), SchemaReason::Upkeep(mistake));
}

type Note<'n> = &'n mut dyn FnMut(SchemaReason);

/// The column of this name, or a mistake.
fn column(catalog: &Catalog, table: TableId, name: &EcoString, note: Note<'_>) -> Option<ColumnId> {
    let info = catalog.table(table);
    let id = info.column_ids.get(name).copied();
    if id.is_none() {
        let known = info.columns.iter().map(|column| column.name.clone()).collect();
        note(SchemaReason::UnknownColumn { table: info.name.clone(), name: name.clone(), known });
    }
    id
}

/// The column of a counter, which is noted in it and with the counted table.
fn counter(
    catalog: &mut Catalog,
    relations: &Relations,
    entry: &Entry,
    cache: &CounterCache,
    note: Note<'_>,
) -> Option<ColumnId> {
    let mut refuse = |mistake| note(SchemaReason::Upkeep(mistake));
    let info = catalog.table(entry.source).relation(entry.id);
    let Some(edge) = children(catalog, info, cache) else {
        // A relation without hops has a mistake of its own.
        if !info.hops.is_empty() || !info.many {
            refuse(UpkeepMistake::CounterRelation);
        }
        return None;
    };
    if info.source_filter.is_some() {
        let other = entry.reverse_of.and_then(|other| relations.0.get(other));
        let other = other.map(|other| chains::name(catalog, (other.source, other.id)));
        refuse(UpkeepMistake::CounterSource { other: other.unwrap_or_default() });
    }
    let (target, relation, own) = (info.target, info.id, info.filter.clone());
    let column = column(catalog, entry.source, &cache.column, note)?;
    let described = catalog.table(entry.source).column(column);
    let mut refuse = |mistake| note(SchemaReason::Upkeep(mistake));
    if let Some(found) = unfit(described) {
        let column = described.name.clone();
        refuse(UpkeepMistake::CounterColumn { column, found });
    }
    if let Some(counter) = &described.counter {
        let first = catalog.table(entry.source).relation(counter.relation).name.clone();
        refuse(UpkeepMistake::CounterTwice { column: described.name.clone(), first });
        return None;
    }
    let asked = cache.filter.as_ref().map(|filter| super::filters::plain(catalog, target, filter));
    let asked = match asked.transpose() {
        Ok(asked) => asked.filter(|asked| *asked != Predicate::And(Vec::new())),
        Err(error) => {
            let error = error.at("where").at("counterCache");
            let why = Box::new(error.kind().clone());
            note(SchemaReason::Filter { at: eco_format!("{}", error.path()), why });
            return None;
        }
    };
    let filter = match (own, asked) {
        (Some(own), Some(asked)) => Some(Predicate::And(vec![own, asked])),
        (own, asked) => own.or(asked),
    };
    let mut used = Used::default();
    if let Some(filter) = &filter {
        used.collect(catalog, target, filter);
    }
    if let Some((table, relation)) = used.relations.first() {
        let relation = catalog.table(*table).relation(*relation).name.clone();
        refuse(UpkeepMistake::CounterFilterRelation { relation });
    }
    let counter = CounterInfo { relation, edge, filter, reads: used.columns };
    catalog.tables[entry.source.index()].columns[column.index()].counter = Some(Box::new(counter));
    catalog.tables[entry.source.index()].counters.push(column);
    upkeep(catalog, edge).counters.push(column);
    Some(column)
}

/// The table and column of a touch, which is noted with the table whose rows touch.
fn touch(
    catalog: &mut Catalog,
    (source, id): (TableId, RelationId),
    name: &EcoString,
    note: Note<'_>,
) -> Option<(TableId, ColumnId)> {
    let info = catalog.table(source).relation(id);
    let edge = match info.hops.as_slice() {
        [Hop::ToParent(edge)] if !info.many && info.filter.is_none() && info.source_filter.is_none() => *edge,
        // A relation without hops has a mistake of its own.
        hops => {
            if !hops.is_empty() {
                note(SchemaReason::Upkeep(UpkeepMistake::TouchRelation));
            }
            return None;
        }
    };
    let target = info.target;
    let written = catalog.table(target);
    let camel = camel(name);
    let usual = name == UPDATED_AT && !written.column_ids.contains_key(name);
    let name = if usual && written.column_ids.contains_key(&camel) { &camel } else { name };
    let column = column(catalog, target, name, note)?;
    let described = catalog.table(target).column(column);
    if !matches!(described.ty, Type::Date | Type::Timestamp | Type::Timestamptz) {
        let (column, column_type) = (described.name.clone(), eco_format!("{}", described.ty));
        note(SchemaReason::Upkeep(UpkeepMistake::TouchColumn { column, column_type }));
        return None;
    }
    let upkeep = upkeep(catalog, edge);
    if !upkeep.touches.contains(&column) {
        upkeep.touches.push(column);
    }
    Some((target, column))
}

/// The edge whose children a relation leads to, or leads to one row of the target for each of which.
fn children(catalog: &Catalog, relation: &RelationInfo, cache: &CounterCache) -> Option<EdgeId> {
    match relation.hops.as_slice() {
        [Hop::ToChildren(edge)] if relation.many => Some(*edge),
        [Hop::ToChildren(near), Hop::ToParent(far)] if relation.many => {
            let all = relation.filter.is_none() && cache.filter.is_none() && !relation.distinct;
            (all && is_guarded(catalog, *far)).then_some(*near)
        }
        _ => None,
    }
}

/// Whether every child along an edge has a parent at the end of every statement.
fn is_guarded(catalog: &Catalog, id: EdgeId) -> bool {
    let edge = catalog.edge(id);
    let child = catalog.table(edge.child);
    let required = edge.child_columns.iter().all(|column| !child.column(*column).nullable);
    let enforced = |key: &ForeignKeyInfo| key.edge == id && !key.deferrable;
    required && edge.discriminator.is_none() && catalog.foreign_keys.iter().any(enforced)
}

/// Why a column can't hold a count, of rows or of changes.
pub(super) fn unfit(column: &ColumnInfo) -> Option<EcoString> {
    let zero = matches!(&column.default, Some(DefaultInfo::Constant(Value::Integer(0))));
    if !column.ty.is_integer() {
        Some(eco_format!("is {}", column.ty))
    } else if column.nullable {
        Some("is nullable".into())
    } else if column.generated {
        Some("is generated".into())
    } else if !zero {
        Some(if column.default.is_some() { "has another default" } else { "has no default" }.into())
    } else {
        None
    }
}

/// What is kept up along an edge.
fn upkeep(catalog: &mut Catalog, id: EdgeId) -> &mut Upkeep {
    let edge = catalog.edge(id);
    let (child, parent) = (edge.child, edge.parent);
    let list = &mut catalog.tables[child.index()].upkeep;
    let at = list.iter().position(|upkeep| upkeep.edge == id).unwrap_or_else(|| {
        list.push(Upkeep { edge: id, parent, counters: Vec::new(), touches: Vec::new() });
        list.len() - 1
    });
    &mut list[at]
}

/// Whether rows are found by a column.
pub(super) fn is_key(catalog: &Catalog, table: TableId, column: ColumnId) -> bool {
    let info = catalog.table(table);
    let has = |columns: &[ColumnId]| columns.contains(&column);
    info.indexes.iter().any(|index| index.is_unique() && has(&index.columns))
        || info.child_edges.iter().any(|edge| has(&catalog.edge(*edge).reference_columns()))
        || info.parent_edges.iter().any(|edge| has(&catalog.edge(*edge).parent_columns))
}
