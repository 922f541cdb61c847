//! What goes or changes with a row that is destroyed.

use super::mistakes::{Mistakes, Site};
use super::relations::Relations;
use super::{Catalog, DependentInfo, Hop, RelationInfo, Way};
use crate::error::{SchemaReason, UpkeepMistake};
use crate::id::RelationId;
use crate::schema::Dependent;

/// Finds the dependents of all tables: what holds their keys in declared order, then junctions, then
/// what they hold the key of.
pub(super) fn resolve(catalog: &mut Catalog, relations: &Relations, mistakes: &mut Mistakes) {
    for entry in &relations.0 {
        let relation = &entry.relation;
        let Some(action) = relation.dependent else { continue };
        let site = Site::item(&relation.source, &relation.name);
        for id in catalog.table(entry.source).relation(entry.id).ways() {
            match dependent(catalog.table(entry.source).relation(id), catalog, action) {
                Ok(Some(dependent)) => catalog.tables[entry.source.index()].dependents.push(dependent),
                Ok(None) => {}
                Err(mistake) => {
                    mistakes.note(site, SchemaReason::Upkeep(mistake));
                    break;
                }
            }
        }
    }
    for table in &mut catalog.tables {
        table.dependents.sort_by_key(|dependent| match dependent.way {
            Way::Children(_) => 0,
            Way::Junction(..) => 1,
            Way::Parent => 2,
        });
    }
}

/// `None` for a relation that has a mistake of its own.
fn dependent(
    relation: &RelationInfo,
    catalog: &Catalog,
    action: Dependent,
) -> Result<Option<DependentInfo>, UpkeepMistake> {
    let Some(way) = way(relation)? else { return Ok(None) };
    let fits = match way {
        Way::Children(_) => true,
        Way::Junction(..) | Way::Parent => matches!(action, Dependent::Destroy | Dependent::Delete),
    };
    if !fits {
        return Err(UpkeepMistake::DependentAction { action: action.word() });
    }
    if let (Way::Children(edge), Dependent::Nullify) = (way, action) {
        let edge = catalog.edge(edge);
        let child = catalog.table(edge.child);
        let columns = edge.reference_columns();
        let required = columns.iter().map(|id| child.column(*id)).find(|column| !column.nullable);
        if let Some(column) = required {
            let column = ecow::eco_format!("{}.{}", child.name, column.name);
            return Err(UpkeepMistake::DependentNullify { column });
        }
    }
    Ok(Some(DependentInfo { relation: relation.id, action, way }))
}

impl RelationInfo {
    /// The relations by which it leads anywhere: its members, or itself.
    pub(super) fn ways(&self) -> Vec<RelationId> {
        match self.members.as_slice() {
            [] => vec![self.id],
            members => members.iter().map(|member| member.relation).collect(),
        }
    }
}

fn way(relation: &RelationInfo) -> Result<Option<Way>, UpkeepMistake> {
    match relation.hops.as_slice() {
        [] => Ok(None),
        [Hop::ToChildren(edge)] => Ok(Some(Way::Children(*edge))),
        [Hop::ToChildren(near), Hop::ToParent(far)] => Ok(Some(Way::Junction(*near, *far))),
        [Hop::ToParent(_)] => Ok(Some(Way::Parent)),
        _ => Err(UpkeepMistake::DependentRelation),
    }
}
