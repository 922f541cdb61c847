//! What each write of each table keeps up in the rows above it: counters and touched times.

use super::chains;
use super::filters::Used;
use super::inflect::{camel, joined};
use super::mistakes::{Mistakes, Site};
use super::relations::{Entry, Relations};
use super::{Catalog, ColumnInfo, CounterInfo, DefaultInfo, ForeignKeyInfo, Hop, RelationInfo, Upkeep};
use crate::error::{AssociationMistake, SchemaReason, UpkeepMistake};
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
        for id in catalog.table(entry.source).relation(entry.id).ways() {
            let Some(cache) = &relation.counter_cache else { continue };
            let counted = counter(catalog, relations, (entry, id), cache, &mut note);
            kept.extend(counted.map(|(table, column)| (place, table, column)));
        }
        if let Some(name) = &relation.touch {
            for id in catalog.table(entry.source).relation(entry.id).ways() {
                let touched = touch(catalog, (entry.source, id), name, &mut note);
                kept.extend(touched.map(|(table, column)| (place, table, column)));
            }
        }
    }
    // What a row is about to owe is then in the order in which it's paid.
    catalog.tables.iter_mut().for_each(|info| info.upkeep.sort_by_key(|upkeep| upkeep.parent));
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

/// The table and column of a counter, which is noted in it and with the counted table.
fn counter(
    catalog: &mut Catalog,
    relations: &Relations,
    (entry, id): (&Entry, RelationId),
    cache: &CounterCache,
    note: Note<'_>,
) -> Option<(TableId, ColumnId)> {
    let mut refuse = |mistake| note(SchemaReason::Upkeep(mistake));
    let info = catalog.table(entry.source).relation(id);
    let above = to_parent(info);
    let Some(edge) = above.or_else(|| children(catalog, info, cache)) else {
        // A relation without hops has a mistake of its own.
        if !info.hops.is_empty() {
            refuse(UpkeepMistake::CounterRelation);
        }
        return None;
    };
    if info.source_filter.is_some() {
        let other = entry.reverse_of.and_then(|other| relations.0.get(other));
        let other = other.map(|other| chains::name(catalog, (other.source, other.id)));
        refuse(UpkeepMistake::CounterSource { other: other.unwrap_or_default() });
    }
    let own = info.filter.clone();
    let (child, parent) = (catalog.edge(edge).child, catalog.edge(edge).parent);
    let counted = catalog.table(child).name.clone();
    let what = if above.is_some() { counted.clone() } else { info.full_name(catalog) };
    let column = match cache.column.is_empty() {
        true => counter_by_name(catalog, parent, &counted, note)?,
        false => column(catalog, parent, &cache.column, note)?,
    };
    let described = catalog.table(parent).column(column);
    let mut refuse = |mistake| note(SchemaReason::Upkeep(mistake));
    if let Some(found) = unfit(described) {
        let column = described.name.clone();
        refuse(UpkeepMistake::CounterColumn { column, found });
    }
    if let Some(counter) = &described.counter {
        let first = counter.what.rsplit('.').next().unwrap_or_default().into();
        refuse(UpkeepMistake::CounterTwice { column: described.name.clone(), first });
        return None;
    }
    let (filter, reads) = counting(catalog, child, (own, cache), note)?;
    let is_filtered = filter.is_some();
    let counter = CounterInfo { what, edge, filter, reads };
    let info = &mut catalog.tables[parent.index()];
    info.columns[column.index()].counter = Some(Box::new(counter));
    info.counters.push(column);
    let upkeep = upkeep(catalog, edge);
    if is_filtered { &mut upkeep.filtered } else { &mut upkeep.counters }.push(column);
    Some((parent, column))
}

/// What a counter asks of the rows that it counts, and the columns it reads of them.
fn counting(
    catalog: &Catalog,
    child: TableId,
    (own, cache): (Option<Predicate>, &CounterCache),
    note: Note<'_>,
) -> Option<(Option<Predicate>, Vec<ColumnId>)> {
    let asked = cache.filter.as_ref().map(|filter| super::filters::plain(catalog, child, filter));
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
        used.collect(catalog, child, filter);
    }
    if let Some((table, relation)) = used.relations.first() {
        let relation = catalog.table(*table).relation(*relation).name.clone();
        note(SchemaReason::Upkeep(UpkeepMistake::CounterFilterRelation { relation }));
    }
    Some((filter, used.columns))
}

/// The column of a parent that counts its children when the relation to it doesn't name one.
fn counter_by_name(catalog: &Catalog, parent: TableId, child: &str, note: Note<'_>) -> Option<ColumnId> {
    let info = catalog.table(parent);
    let mut looked_for = joined(child, "count").to_vec();
    looked_for.dedup();
    let found = looked_for.iter().find_map(|name| info.column_ids.get(name).copied());
    if found.is_none() {
        let known = info.columns.iter().map(|column| column.name.clone()).collect();
        let (what, table) = ("counter column", Some(info.name.clone()));
        let mistake = AssociationMistake::Inference { what, looked_for, table, known };
        note(SchemaReason::Association(mistake));
    }
    found
}

/// The table and column of a touch, which is noted with the table whose rows touch.
fn touch(
    catalog: &mut Catalog,
    (source, id): (TableId, RelationId),
    name: &EcoString,
    note: Note<'_>,
) -> Option<(TableId, ColumnId)> {
    let info = catalog.table(source).relation(id);
    let Some(edge) = to_parent(info) else {
        // A relation without hops has a mistake of its own.
        if !info.hops.is_empty() {
            note(SchemaReason::Upkeep(UpkeepMistake::TouchRelation));
        }
        return None;
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

/// The edge along which a relation leads from every row to its parent.
fn to_parent(relation: &RelationInfo) -> Option<EdgeId> {
    match relation.hops.as_slice() {
        [Hop::ToParent(edge)] if !relation.many => {
            (relation.filter.is_none() && relation.source_filter.is_none()).then_some(*edge)
        }
        _ => None,
    }
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
        let (counters, filtered, touches) = (Vec::new(), Vec::new(), Vec::new());
        list.push(Upkeep { edge: id, parent, counters, filtered, touches });
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
