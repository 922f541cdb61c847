//! How rows are written along relations.

use super::filters::Used;
use super::mistakes::{Mistakes, Site};
use super::relations::Relations;
use super::{Catalog, Hop, Junction, Link, NestedInfo, RejectInfo, RelationInfo};
use crate::error::{Error, ErrorKind, NestedReason, QueryMistake, SchemaReason};
use crate::filter::Filter;
use crate::id::{RelationId, TableId};
use crate::predicate::Predicate;
use crate::schema::{NestedAttributes, RejectIf};
use ecow::eco_format;

/// Finds for every relation how rows are written along it, when all have their hops and filters.
pub(super) fn resolve(catalog: &mut Catalog, relations: &Relations, mistakes: &mut Mistakes) {
    for entry in &relations.0 {
        let ways = catalog.table(entry.source).relation(entry.id).ways();
        let site = Site::item(&entry.relation.source, &entry.relation.name);
        for (at, id) in ways.into_iter().enumerate() {
            let info = catalog.table(entry.source).relation(id);
            let link = link(catalog, info);
            let scope = info.filter.as_ref().map(Predicate::equalities).unwrap_or_default();
            let declared = entry.relation.nested.clone();
            let (is_whole, is_many, read_only) = (!info.hops.is_empty(), info.many, link.is_none());
            let nested = declared.map(|declared| {
                let mut note = |reason| mistakes.note(site, reason);
                // A relation without hops has a mistake of its own.
                if read_only && is_whole {
                    note(SchemaReason::Nested(NestedReason::ReadOnly));
                }
                if declared.update_only && is_many && at == 0 {
                    note(SchemaReason::Nested(NestedReason::UpdateOnlyMany));
                }
                rules(catalog, (entry.source, id), &declared, &mut note)
            });
            let info = &mut catalog.tables[entry.source.index()].relations[id.index()];
            info.link = link;
            info.scope = scope;
            info.nested = nested.map(Box::new);
        }
    }
}

/// How rows are written along a relation; `None` for one that is for reading.
fn link(catalog: &Catalog, relation: &RelationInfo) -> Option<Link> {
    let parts: Vec<&RelationInfo> =
        relation.parts.iter().map(|(table, id)| catalog.table(*table).relation(*id)).collect();
    let joint = |near, far, first: Option<&RelationInfo>| {
        let filter = first.and_then(|first| first.filter.clone());
        let scope = filter.as_ref().map(Predicate::equalities).unwrap_or_default();
        Some(Link::Junction(Junction { near, far, table: catalog.edge(near).child, filter, scope }))
    };
    match (relation.hops.as_slice(), parts.as_slice()) {
        ([Hop::ToParent(edge)], _) if !relation.many => Some(Link::Parent(*edge)),
        ([Hop::ToChildren(edge)], _) => Some(Link::Children(*edge)),
        ([Hop::ToChildren(near), Hop::ToParent(far)], _) => joint(*near, *far, None),
        (_, [first, last]) if first.source_filter.is_none() && last.source_filter.is_none() => {
            // A filter of the junction's rows makes the first part a hop of its own.
            match (first.hops.as_slice(), last.hops.as_slice()) {
                ([Hop::ToChildren(near)], [Hop::ToParent(far)]) if first.many => {
                    joint(*near, *far, Some(first))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// A filter that asks nothing would pass over every row.
fn rejecting(catalog: &Catalog, relation: &RelationInfo, filter: &Filter) -> Result<Predicate, Error> {
    let predicate = super::filters::plain(catalog, relation.target, filter)?;
    match predicate == Predicate::And(Vec::new()) {
        true => Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::AbsentFilter))),
        false => Ok(predicate),
    }
}

fn rules(
    catalog: &Catalog,
    (source, id): (TableId, RelationId),
    declared: &NestedAttributes,
    note: &mut dyn FnMut(SchemaReason),
) -> NestedInfo {
    let info = catalog.table(source).relation(id);
    let reject_if = match &declared.reject_if {
        None => None,
        Some(RejectIf::AllBlank) => Some(RejectInfo::AllBlank),
        Some(RejectIf::Where(filter)) => match rejecting(catalog, info, filter) {
            Ok(predicate) => {
                let mut used = Used::default();
                used.collect(catalog, info.target, &predicate);
                if let Some((table, relation)) = used.relations.first() {
                    let relation = catalog.table(*table).relation(*relation).name.clone();
                    note(SchemaReason::Nested(NestedReason::RejectRelation { relation }));
                }
                Some(RejectInfo::Where(predicate))
            }
            Err(error) => {
                let error = error.at("rejectIf").at("nested");
                let why = Box::new(error.kind().clone());
                note(SchemaReason::Filter { at: eco_format!("{}", error.path()), why });
                None
            }
        },
    };
    let NestedAttributes { allow_destroy, limit, update_only, .. } = *declared;
    NestedInfo { allow_destroy, limit, update_only, reject_if }
}
