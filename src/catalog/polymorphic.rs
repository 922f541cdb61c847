//! Polymorphic relations: one member for each table they lead to, and the relations `as` them.
//!
//! A member is a relation of its own, along an edge whose discriminator is the type column: a row's
//! key means a row of the member's table only where its label stands there. So everything that edges
//! keep up (adjacency, counters, touches, dependents) holds for polymorphic relations too.

use super::build::Build;
use super::infer::declared;
use super::inflect::{class, singular};
use super::mistakes::Site;
use super::relations::{Ends, Relations};
use super::{ColumnInfo, Discriminator, ForeignKeyInfo, Hop, Member, RelationInfo};
use crate::error::{AssociationMistake, SchemaReason};
use crate::id::{ColumnId, EdgeId, ForeignKeyId, RelationId, TableId};
use crate::schema::{Action, Relation, RelationKind, Schema};
use crate::value::{Type, Value};
use ecow::{EcoString, eco_format};

/// The columns of the source that a polymorphic relation reads.
struct Reference {
    kind: ColumnId,
    key: Vec<ColumnId>,
}

/// A polymorphic relation that must lead somewhere, for the check that sees to it.
pub(super) struct Required {
    pub(super) table: TableId,
    pub(super) relation: EcoString,
    pub(super) kind: ColumnId,
    pub(super) key: Vec<ColumnId>,
    /// What may stand in the type column.
    pub(super) labels: Vec<Value>,
}

/// Notes the options of a polymorphic relation that mean nothing.
pub(super) fn check_options(build: &mut Build, site: Site<'_>, relation: &Relation) {
    let options = [
        ("many", relation.many),
        ("hasOne", relation.kind == Some(RelationKind::HasOne)),
        ("target", !relation.target.is_empty()),
        ("through", relation.through.is_some() || !relation.chain.is_empty()),
        ("as", relation.as_.is_some()),
        ("inverse", relation.inverse.is_some()),
        ("alias", relation.alias.is_some()),
        ("where", relation.filter.is_some()),
        ("orderBy", !relation.order_by.is_empty()),
        ("distinct", relation.distinct),
    ];
    for (option, _) in options.iter().filter(|(_, given)| *given) {
        let mistake = AssociationMistake::PolymorphicOption { option };
        build.mistakes.note(site, SchemaReason::Association(mistake));
    }
}

/// Notes what a relation `as` another can't have.
pub(super) fn check_as(build: &mut Build, site: Site<'_>, relation: &Relation) {
    let columns = !relation.from.is_empty() || !relation.to.is_empty() || relation.through.is_some();
    let misplaced = matches!(relation.kind, Some(RelationKind::BelongsTo | RelationKind::ManyToMany));
    if columns || misplaced || relation.alias.is_some() {
        build.mistakes.note(site, SchemaReason::Association(AssociationMistake::As));
    }
}

/// Gives polymorphic relations their members, and the relations `as` them their hops.
pub(super) fn link(build: &mut Build, relations: &Relations, schema: &Schema) {
    for entry in relations.0.iter().filter(|entry| matches!(entry.ends, Ends::Polymorphic)) {
        link_one(build, entry.source, entry.id, &entry.relation);
    }
    for entry in relations.0.iter().filter(|entry| matches!(entry.ends, Ends::As)) {
        let Some(target) = entry.target else { continue };
        let name = entry.relation.as_.clone().unwrap_or_default();
        let site = Site::item(&entry.relation.source, &entry.relation.name);
        let edge = match declared(schema, &entry.relation.target, &name) {
            Some(_) => member_edge(build, site, entry.source, (target, &name)),
            None => implied_edge(build, site, (entry.source, &entry.relation.source), (target, &name)),
        };
        if let Some(edge) = edge {
            let filtered = entry.relation.filter.is_some();
            build.finish_relation(entry, vec![Hop::ToChildren(edge)], filtered, &entry.relation);
        }
    }
}

/// The edge of the member of a declared relation that leads to `source`.
fn member_edge(
    build: &mut Build,
    site: Site<'_>,
    source: TableId,
    (target, name): (TableId, &EcoString),
) -> Option<EdgeId> {
    let table = build.table(target);
    let relation = table.relation(*table.relation_ids.get(name)?);
    let full = eco_format!("{}.{name}", table.name);
    let mistake = match relation.member(source) {
        Some(member) => match table.relation(member.relation).hops.as_slice() {
            [Hop::ToParent(edge)] => return Some(*edge),
            _ => return None,
        },
        // A polymorphic relation without members has a mistake of its own.
        None if relation.members.is_empty() && build.polymorphic.contains(&(target, relation.id)) => {
            return None;
        }
        None if relation.members.is_empty() => AssociationMistake::NotPolymorphic { relation: full },
        None => {
            let known = relation.members.iter().map(|one| build.table(one.target).name.clone()).collect();
            let table = build.table(source).name.clone();
            AssociationMistake::NotAmongTypes { relation: full, table, known }
        }
    };
    build.mistakes.note(site, SchemaReason::Association(mistake));
    None
}

/// The edge of a polymorphic relation that the target doesn't declare, by the columns of its name.
fn implied_edge(
    build: &mut Build,
    site: Site<'_>,
    (source, source_name): (TableId, &EcoString),
    (target, name): (TableId, &EcoString),
) -> Option<EdgeId> {
    let columns = match build.polymorphic_columns(target, name) {
        Ok(columns) => columns,
        Err(reason) => {
            build.mistakes.note(site, reason);
            return None;
        }
    };
    let reference = reference(build, site, target, &columns)?;
    let label = label(build, site, target, reference.kind, (None, source_name))?;
    edge(build, site, target, &reference, (source, &[]), &label)
}

fn link_one(build: &mut Build, source: TableId, id: RelationId, relation: &Relation) {
    let site = Site::item(&relation.source, &relation.name);
    let Some(reference) = reference(build, site, source, &relation.from) else { return };
    let types = relation.polymorphic.iter().flat_map(|polymorphic| &polymorphic.types);
    let (mut members, mut labels): (Vec<Member>, Vec<Value>) = (Vec::new(), Vec::new());
    let mut edges = Vec::new();
    for one in types {
        let Some(target) = build.find_table(site, &one.table) else { continue };
        let Some(value) = label(build, site, source, reference.kind, (one.label.as_ref(), &one.table)) else {
            continue;
        };
        let text: EcoString = value.as_ref().as_str().unwrap_or_default().into();
        let twice = if members.iter().any(|member| member.target == target) {
            Some(&one.table)
        } else {
            members.iter().find(|member| member.label == text).map(|member| &member.label)
        };
        if let Some(name) = twice.cloned() {
            build.mistakes.note(site, SchemaReason::Association(AssociationMistake::TypeTwice { name }));
            continue;
        }
        let Some(edge) = edge(build, site, source, &reference, (target, &relation.to), &value) else {
            continue;
        };
        let name = eco_format!("{} on {}", relation.name, one.table);
        let relation = push_member(build, source, target, name, edge);
        members.push(Member { label: text, target, relation });
        labels.push(value);
        edges.push(edge);
    }
    build.table_mut(source).relations[id.index()].optional = relation.optional.unwrap_or(true);
    build.table_mut(source).relations[id.index()].members = members;
    if relation.optional == Some(false) {
        require(build, source, &relation.name, reference, labels, edges);
    }
}

/// The relation to one of the tables.
fn push_member(
    build: &mut Build,
    source: TableId,
    target: TableId,
    name: EcoString,
    edge: EdgeId,
) -> RelationId {
    let relations = &mut build.table_mut(source).relations;
    let id = RelationId::new(relations.len());
    let mut info = RelationInfo::new(id, name, source, target, false);
    info.hops = vec![Hop::ToParent(edge)];
    relations.push(info);
    id
}

/// A key of each edge, and a check that one of the labels is there with a key.
fn require(
    build: &mut Build,
    table: TableId,
    relation: &EcoString,
    reference: Reference,
    mut labels: Vec<Value>,
    edges: Vec<EdgeId>,
) {
    for edge in edges {
        let (name, columns) = {
            let info = build.table(table);
            (info.name.clone(), info.column_names(&reference.key))
        };
        let name = build.names[table.index()].name(None, &name, &columns, "fkey");
        let id = ForeignKeyId::new(build.foreign_keys.len());
        let (on_delete, on_update) = (Action::NoAction, Action::NoAction);
        build.foreign_keys.push(ForeignKeyInfo { id, name, edge, on_delete, on_update, deferrable: false });
        let parent = build.edges[edge.index()].parent;
        build.table_mut(table).outgoing.push(id);
        build.table_mut(parent).incoming.push(id);
    }
    labels.sort_unstable();
    let Reference { kind, key } = reference;
    build.required.push(Required { table, relation: relation.clone(), kind, key, labels });
}

/// The columns of a polymorphic relation, the type column first.
fn reference(build: &mut Build, site: Site<'_>, source: TableId, names: &[EcoString]) -> Option<Reference> {
    let columns = build.find_columns(site, source, names, &[])?;
    let [kind, key @ ..] = columns.as_slice() else { return None };
    if key.is_empty() {
        let mistake = AssociationMistake::TypeColumns { columns: columns.len() };
        build.mistakes.note(site, SchemaReason::Association(mistake));
        return None;
    }
    let column = build.table(source).column(*kind);
    if !matches!(column.ty, Type::Text | Type::Enum(_)) {
        let (column, column_type) = (column.name.clone(), eco_format!("{}", column.ty));
        let mistake = AssociationMistake::TypeColumn { column, column_type };
        build.mistakes.note(site, SchemaReason::Association(mistake));
        return None;
    }
    Some(Reference { kind: *kind, key: key.to_vec() })
}

/// What stands for a table in the type column.
fn label(
    build: &mut Build,
    site: Site<'_>,
    source: TableId,
    kind: ColumnId,
    (given, table): (Option<&EcoString>, &EcoString),
) -> Option<Value> {
    let column: &ColumnInfo = build.table(source).column(kind);
    let Type::Enum(labels) = &column.ty else { return Some(Value::Text(given.unwrap_or(table).clone())) };
    let looked_for = match given {
        Some(label) => vec![label.clone()],
        None => vec![table.clone(), singular(table), class(&singular(table))],
    };
    if let Some(label) = looked_for.iter().find(|label| labels.contains(label)) {
        return Some(Value::Text(label.clone()));
    }
    let (column, known) = (column.name.clone(), labels.iter().cloned().collect());
    let mistake = AssociationMistake::TypeLabel { column, looked_for, known };
    build.mistakes.note(site, SchemaReason::Association(mistake));
    None
}

/// The edge from rows with a label to one table: to the columns `to`, or its primary key.
fn edge(
    build: &mut Build,
    site: Site<'_>,
    source: TableId,
    reference: &Reference,
    (target, to): (TableId, &[EcoString]),
    label: &Value,
) -> Option<EdgeId> {
    let columns = match to {
        [] => build.table(target).primary_key().to_vec(),
        names => build.find_columns(site, target, names, &[])?,
    };
    if columns.is_empty() {
        let table = build.table(target).name.clone();
        build.mistakes.note(site, SchemaReason::NoPrimaryKey { table });
        return None;
    }
    if !build.joinable(site, (source, &reference.key), (target, &columns)) {
        return None;
    }
    let discriminator = Discriminator { column: reference.kind, label: label.clone() };
    let edge = build.edge_where((source, &reference.key), (target, &columns), Some(discriminator));
    if edge.is_none() {
        let reason = build.not_unique(target, &columns);
        build.mistakes.note(site, reason);
    }
    edge
}
