//! Relations by way of other relations.
//!
//! A part that is nothing but joins lends its hops; any other is a hop of its own, so that its
//! filters, its order and its being to-one hold where it stands in the chain.

use super::build::cycle;
use super::mistakes::{Mistakes, Site};
use super::relations::{Entry, Relations};
use super::{Catalog, Hop, OrderInfo, RelationInfo};
use crate::error::{AssociationMistake, SchemaReason};
use crate::id::{RelationId, TableId};
use crate::predicate::Predicate;
use ecow::{EcoString, eco_format};
use std::collections::{HashMap, HashSet};

/// A relation and the table it starts from.
type Part = (TableId, RelationId);

/// Gives every chain its hops. The filters and orders of all relations are resolved by now.
pub(super) fn link(catalog: &mut Catalog, relations: &Relations, mistakes: &mut Mistakes) {
    let mut chains: HashMap<Part, Vec<Part>> = HashMap::new();
    let mut order = Vec::new();
    for entry in &relations.0 {
        if entry.relation.chain.is_empty() {
            continue;
        }
        if let Some(parts) = parts(catalog, entry, mistakes) {
            chains.insert((entry.source, entry.id), parts);
            order.push((entry.source, entry.id));
        }
    }
    let mut broken = note_cycles(catalog, &chains, &order, mistakes);
    let mut linked: HashSet<Part> = HashSet::new();
    // A chain is linked after the chains among its parts.
    let mut stack: Vec<Part> = order.into_iter().rev().filter(|chain| !broken.contains(chain)).collect();
    while let Some(chain) = stack.last().copied() {
        let Some(parts) = chains.get(&chain).filter(|_| !linked.contains(&chain)) else {
            stack.pop();
            continue;
        };
        if parts.iter().any(|part| broken.contains(part)) {
            broken.insert(chain);
            stack.pop();
            continue;
        }
        let waits = |part: &&Part| chains.contains_key(part) && !linked.contains(*part);
        let before: Vec<Part> = parts.iter().filter(waits).copied().collect();
        if before.is_empty() {
            join(catalog, relations, chain, parts);
            linked.insert(chain);
            stack.pop();
        }
        stack.extend(before);
    }
}

/// The relations a chain names, or mistakes.
fn parts(catalog: &Catalog, entry: &Entry, mistakes: &mut Mistakes) -> Option<Vec<Part>> {
    let relation = &entry.relation;
    let site = Site::item(&relation.source, &relation.name);
    let mut table = entry.source;
    let mut parts = Vec::with_capacity(relation.chain.len());
    for (at, name) in relation.chain.iter().enumerate() {
        let info = catalog.table(table);
        let Some(part) = info.relation_ids.get(name) else {
            let known = info.relation_names();
            let table = info.name.clone();
            mistakes.note(site, SchemaReason::UnknownRelation { table, name: name.clone(), known });
            return None;
        };
        let info = info.relation(*part);
        let last = at + 1 == relation.chain.len();
        let part = match (info.is_polymorphic(), last) {
            (false, false) => info,
            (false, true) => {
                if relation.source_type.is_some() {
                    mistakes.note(site, SchemaReason::Association(AssociationMistake::SourceType));
                }
                info
            }
            (true, _) => match member(catalog, entry, info, last) {
                Ok(part) => part,
                Err(mistake) => {
                    mistakes.note(site, SchemaReason::Association(mistake));
                    return None;
                }
            },
        };
        parts.push((table, part.id));
        table = part.target;
    }
    let target = entry.target?;
    if table != target {
        let (ends, target) = (catalog.table(table).name.clone(), catalog.table(target).name.clone());
        mistakes.note(site, SchemaReason::ChainEnd { ends, target });
        return None;
    }
    Some(parts)
}

/// The relation to one of the tables of a polymorphic part: only the last part can say to which.
fn member<'c>(
    catalog: &'c Catalog,
    entry: &Entry,
    part: &'c RelationInfo,
    last: bool,
) -> Result<&'c RelationInfo, AssociationMistake> {
    let wanted = match &entry.relation.source_type {
        _ if !last => None,
        Some(name) => catalog.table_ids.get(name).copied(),
        None => entry.target,
    };
    let member = wanted.and_then(|table| part.member(table));
    member.map(|member| catalog.table(part.source).relation(member.relation)).ok_or_else(|| {
        let relation = name(catalog, (part.source, part.id));
        let known = part.members.iter().map(|one| catalog.table(one.target).name.clone()).collect();
        AssociationMistake::ThroughPolymorphic { relation, known }
    })
}

/// Notes chains that need themselves; gives all of them.
fn note_cycles(
    catalog: &Catalog,
    chains: &HashMap<Part, Vec<Part>>,
    order: &[Part],
    mistakes: &mut Mistakes,
) -> HashSet<Part> {
    let mut reported = HashSet::new();
    for start in order {
        if reported.contains(start) {
            continue;
        }
        if let Some(ring) = cycle(*start, |chain| chains.get(&chain).cloned().unwrap_or_default()) {
            let relations: Vec<EcoString> = ring.iter().map(|part| name(catalog, *part)).collect();
            let table = catalog.table(start.0);
            let site = Site::item(&table.name, &table.relation(start.1).name);
            mistakes.note(site, SchemaReason::ChainCycle { relations });
            reported.extend(ring);
        }
    }
    reported
}

pub(super) fn name(catalog: &Catalog, (table, relation): Part) -> EcoString {
    let table = catalog.table(table);
    eco_format!("{}.{}", table.name, table.relation(relation).name)
}

/// Puts a chain together from its parts, which are whole.
fn join(catalog: &mut Catalog, relations: &Relations, chain: Part, parts: &[Part]) {
    let mut hops: Vec<Hop> = Vec::with_capacity(parts.len());
    let mut last: (Option<Predicate>, Vec<OrderInfo>) = Default::default();
    let mut certain = true;
    for (at, (table, id)) in parts.iter().enumerate() {
        let part = catalog.table(*table).relation(*id);
        certain &= !part.many && !part.optional;
        let ends = at + 1 == parts.len();
        let open = part.source_filter.is_none() && (part.many || is_single(catalog, part));
        let plain = part.filter.is_none() && part.order_by.is_empty();
        if open && !part.distinct && (plain || ends) {
            hops.extend_from_slice(&part.hops);
            if ends {
                // Among one row there is no order to keep.
                let order = if part.many { part.order_by.clone() } else { Vec::new() };
                last = (part.filter.clone(), order);
            }
        } else {
            hops.push(Hop::Along { source: *table, relation: *id, target: part.target });
        }
    }
    let declared = relations.0.iter().find(|entry| (entry.source, entry.id) == chain);
    let declared = declared.and_then(|entry| entry.relation.optional);
    let info = &mut catalog.tables[chain.0.index()].relations[chain.1.index()];
    info.optional = declared.unwrap_or(info.many || info.filter.is_some() || !certain);
    info.hops = hops;
    info.parts = parts.to_vec();
    info.filter = match (last.0, info.filter.take()) {
        (Some(inner), Some(own)) => Some(Predicate::And(vec![inner, own])),
        (inner, own) => inner.or(own),
    };
    // The chain's own order comes first, and that of its last part breaks ties.
    info.order_by.extend(last.1);
}

/// Whether hops lead from a row to one row at most.
fn is_single(catalog: &Catalog, relation: &RelationInfo) -> bool {
    relation.hops.iter().all(|hop| match hop {
        Hop::ToParent(_) => true,
        Hop::ToChildren(edge) => {
            let edge = catalog.edge(*edge);
            let columns = edge.reference_columns();
            let unique = |index: &super::IndexInfo| {
                index.is_unique() && index.columns.iter().all(|column| columns.contains(column))
            };
            catalog.table(edge.child).indexes.iter().any(unique)
        }
        Hop::Along { source, relation, .. } => !catalog.table(*source).relation(*relation).many,
        Hop::Lookup { .. } => false,
    })
}
