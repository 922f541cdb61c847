//! Relations, resolved from both ends.
//!
//! A relation is *declared* when it has columns, a *chain* when it follows other relations, and else
//! *bare*: a bare one takes its columns from the one declared relation of its target that leads back
//! under the same alias.

use super::build::Build;
use super::infer::Named;
use super::mistakes::Site;
use super::{Hop, RelationInfo, polymorphic};
use crate::error::{AssociationMistake, SchemaReason};
use crate::id::{ColumnId, RelationId, TableId};
use crate::schema::{Relation, RelationKind, Schema, Through};
use ecow::EcoString;

/// The relations of a schema while their ends are found.
pub(super) struct Relations(pub(super) Vec<Entry>);

/// A relation of the schema.
pub(super) struct Entry {
    /// Its definition, with everything that its name tells.
    pub(super) relation: Relation,
    pub(super) source: TableId,
    pub(super) id: RelationId,
    /// `None` when there is no such table, and for a polymorphic relation.
    pub(super) target: Option<TableId>,
    pub(super) ends: Ends,
    /// The entry this one is the bare reverse side of.
    pub(super) reverse_of: Option<usize>,
}

/// The columns at both ends of a relation.
pub(super) enum Ends {
    /// Not given.
    Bare,
    /// Given, but wrong.
    Broken,
    Declared(Join),
    /// By way of other relations.
    Chain,
    /// By a type column and a key, to one of several tables.
    Polymorphic,
    /// The other side of a polymorphic relation.
    As,
}

#[derive(Clone)]
pub(super) struct Join {
    from: Vec<ColumnId>,
    through: Option<(TableId, Vec<ColumnId>, Vec<ColumnId>)>,
    to: Vec<ColumnId>,
}

impl Relations {
    /// Gives every relation of a known table its id, and finds the columns it names.
    pub(super) fn declare(build: &mut Build, schema: &Schema) -> Relations {
        let mut entries = Vec::with_capacity(schema.relations.len());
        for declared in &schema.relations {
            let site = Site::item(&declared.source, &declared.name);
            let Some(source) = build.find_table(site, &declared.source) else { continue };
            build.check_relation_name(site, source, declared);
            let Named { relation, whole } = build.named(site, schema, declared);
            let leads = relation.polymorphic.is_none() && (whole || !relation.target.is_empty());
            let target = if leads { build.find_table(site, &relation.target) } else { None };
            let ends = match &relation.polymorphic {
                Some(_) => {
                    polymorphic::check_options(build, site, &relation);
                    if whole { Ends::Polymorphic } else { Ends::Broken }
                }
                None if !whole => Ends::Broken,
                None if relation.as_.is_some() => {
                    polymorphic::check_as(build, site, &relation);
                    Ends::As
                }
                None => build.ends(site, source, target, &relation),
            };
            let id = build.push_relation(source, target, &relation);
            if relation.polymorphic.is_some() {
                build.polymorphic.insert((source, id));
            }
            entries.push(Entry { relation, source, id, target, ends, reverse_of: None });
        }
        Relations(entries)
    }

    /// Finds the hops of all relations, those of bare ones from the other side.
    pub(super) fn resolve(&mut self, build: &mut Build) {
        for entry in &self.0 {
            let relation = &entry.relation;
            if let (Ends::Declared(join), Some(target)) = (&entry.ends, entry.target) {
                let hops = build.hops(entry.source, join, target, !relation.many);
                build.finish_relation(entry, hops, relation.filter.is_some(), relation);
                self.check_alias(build, entry);
                self.check_inverse(build, entry);
            }
        }
        for i in 0..self.0.len() {
            let entry = &self.0[i];
            let (Ends::Bare, Some(target)) = (&entry.ends, entry.target) else { continue };
            let Some(other) = self.find_reverse(build, entry, target) else { continue };
            let relation = &entry.relation;
            let declared = &self.0[other];
            if let Ends::Declared(join) = &declared.ends {
                let hops = build.hops_back(declared, join, entry.source);
                let filtered = relation.filter.is_some() || declared.relation.filter.is_some();
                build.finish_relation(entry, hops, filtered, relation);
                self.0[i].reverse_of = Some(other);
            }
        }
    }

    /// The declared relation that a bare one is the reverse side of, or a mistake.
    fn find_reverse(&self, build: &mut Build, entry: &Entry, target: TableId) -> Option<usize> {
        let relation = &entry.relation;
        let back: Vec<usize> = (0..self.0.len())
            .filter(|i| {
                let other = &self.0[*i];
                let declared = matches!(other.ends, Ends::Broken | Ends::Declared(_));
                // Whoever holds a key leads to one row.
                let fits = !matches!(relation.kind, Some(RelationKind::HasOne | RelationKind::HasMany));
                declared
                    && (fits || !other.relation.many)
                    && other.source == target
                    && other.target == Some(entry.source)
            })
            .collect();
        let declaration = |i: &usize| &self.0[*i].relation;
        if let Some(inverse) = &relation.inverse {
            let found = back.iter().copied().find(|i| declaration(i).name == *inverse);
            if found.is_none() {
                let known = back.iter().map(|i| declaration(i).name.clone()).collect();
                let (target, name) = (relation.target.clone(), inverse.clone());
                let mistake = AssociationMistake::Inverse { target, name, known };
                let site = Site::item(&relation.source, &relation.name);
                build.mistakes.note(site, SchemaReason::Association(mistake));
            }
            return found;
        }
        if let Some(named) = back.iter().find(|i| declaration(i).inverse.as_ref() == Some(&relation.name)) {
            return Some(*named);
        }
        let (same, others): (Vec<usize>, Vec<usize>) = back
            .into_iter()
            .filter(|i| declaration(i).inverse.is_none())
            .partition(|i| declaration(i).alias == relation.alias);
        if let [one] = same.as_slice() {
            return Some(*one);
        }
        let name = |i: &usize| declaration(i).name.clone();
        let (target, alias) = (relation.target.clone(), relation.alias.clone());
        let reason = if same.is_empty() {
            let others = others.iter().filter(|i| declaration(i).alias.is_some()).map(name).collect();
            SchemaReason::MissingReverse { target, source: relation.source.clone(), alias, others }
        } else {
            SchemaReason::AmbiguousReverse { target, candidates: same.iter().map(name).collect(), alias }
        };
        build.mistakes.note(Site::item(&relation.source, &relation.name), reason);
        None
    }

    /// The inverse of a declared relation must lead back.
    fn check_inverse(&self, build: &mut Build, entry: &Entry) {
        let relation = &entry.relation;
        let Some(inverse) = &relation.inverse else { return };
        let back: Vec<&Entry> = self
            .0
            .iter()
            .filter(|other| Some(other.source) == entry.target && other.target == Some(entry.source))
            .collect();
        if !back.iter().any(|other| other.relation.name == *inverse) {
            let known = back.iter().map(|other| other.relation.name.clone()).collect();
            let (target, name) = (relation.target.clone(), inverse.clone());
            let mistake = AssociationMistake::Inverse { target, name, known };
            build
                .mistakes
                .note(Site::item(&relation.source, &relation.name), SchemaReason::Association(mistake));
        }
    }

    /// Two declared sides of one alias must both go through a junction, or neither.
    fn check_alias(&self, build: &mut Build, entry: &Entry) {
        let relation = &entry.relation;
        if relation.alias.is_none() || relation.through.is_some() {
            return;
        }
        let other = self.0.iter().find(|other| {
            let declared = &other.relation;
            Some(other.source) == entry.target
                && other.target == Some(entry.source)
                && declared.alias == relation.alias
                && declared.through.is_some()
        });
        if let Some(other) = other {
            let other = other.relation.name.clone();
            let site = Site::item(&relation.source, &relation.name);
            build.mistakes.note(site, SchemaReason::ThroughMismatch { other });
        }
    }
}

impl RelationInfo {
    /// A relation that leads nowhere yet.
    pub(super) fn new(
        id: RelationId,
        name: EcoString,
        source: TableId,
        target: TableId,
        many: bool,
    ) -> RelationInfo {
        RelationInfo {
            id,
            name,
            source,
            target,
            many,
            hops: Vec::new(),
            parts: Vec::new(),
            filter: None,
            source_filter: None,
            order_by: Vec::new(),
            distinct: false,
            optional: true,
            members: Vec::new(),
            link: None,
            scope: Vec::new(),
            nested: None,
        }
    }
}

impl Build {
    fn check_relation_name(&mut self, site: Site<'_>, source: TableId, relation: &Relation) {
        let table = self.table(source);
        let taken = table.relation_ids.contains_key(&relation.name);
        if table.column_ids.contains_key(&relation.name) {
            self.mistakes.note(site, SchemaReason::LikeColumn);
        }
        if taken {
            let name = relation.name.clone();
            self.mistakes.note(site, SchemaReason::Duplicate { what: "relation", name });
        }
        if relation.name.trim().is_empty() {
            self.mistakes.note(site, SchemaReason::EmptyName { what: "relation" });
        }
    }

    /// A relation that leads nowhere yet.
    fn push_relation(&mut self, source: TableId, target: Option<TableId>, relation: &Relation) -> RelationId {
        let table = self.table_mut(source);
        let id = RelationId::new(table.relations.len());
        table.relation_ids.entry(relation.name.clone()).or_insert(id);
        let name = relation.name.clone();
        let mut info = RelationInfo::new(id, name, source, target.unwrap_or(source), relation.many);
        info.distinct = relation.distinct;
        table.relations.push(info);
        id
    }

    fn ends(
        &mut self,
        site: Site<'_>,
        source: TableId,
        target: Option<TableId>,
        relation: &Relation,
    ) -> Ends {
        if !relation.chain.is_empty() {
            if !relation.from.is_empty() || !relation.to.is_empty() || relation.through.is_some() {
                self.mistakes.note(site, SchemaReason::ChainWithColumns);
            }
            return Ends::Chain;
        }
        let reason = match (relation.from.is_empty(), relation.to.is_empty(), &relation.through) {
            (true, true, None) => return Ends::Bare,
            (false, false, _) => None,
            (true, true, Some(_)) => Some(SchemaReason::ThroughWithoutColumns),
            (false, true, _) => Some(SchemaReason::OneSided { given: "from", missing: "to" }),
            (true, false, _) => Some(SchemaReason::OneSided { given: "to", missing: "from" }),
        };
        let whole = reason.is_none();
        reason.into_iter().for_each(|reason| self.mistakes.note(site, reason));
        let junction = relation.through.as_ref().map(|through| self.find_table(site, &through.table));
        let tables: Vec<_> = [Some(source), target, junction.flatten()].into_iter().flatten().collect();
        let from = self.find_columns(site, source, &relation.from, &tables);
        let to = target.and_then(|target| self.find_columns(site, target, &relation.to, &tables));
        let through = match (&relation.through, junction) {
            (Some(through), Some(junction)) => match self.through(site, junction, through, &tables) {
                Some(through) => Some(through),
                None => return Ends::Broken,
            },
            _ => None,
        };
        let (Some(from), Some(to), Some(target), true) = (from, to, target, whole) else {
            return Ends::Broken;
        };
        let joinable = match &through {
            None => self.joinable(site, (source, &from), (target, &to)),
            Some((junction, near, far)) => {
                let near = self.joinable(site, (source, &from), (*junction, near));
                self.joinable(site, (*junction, far), (target, &to)) && near
            }
        };
        if joinable { Ends::Declared(Join { from, through, to }) } else { Ends::Broken }
    }

    fn through(
        &mut self,
        site: Site<'_>,
        junction: Option<TableId>,
        through: &Through,
        tables: &[TableId],
    ) -> Option<(TableId, Vec<ColumnId>, Vec<ColumnId>)> {
        let mut whole = true;
        for (missing, columns) in [("from", &through.from), ("to", &through.to)] {
            if columns.is_empty() {
                let table = through.table.clone();
                self.mistakes.note(site, SchemaReason::ThroughOneSide { table, missing });
                whole = false;
            }
        }
        let junction = junction?;
        let from = self.find_columns(site, junction, &through.from, tables);
        let to = self.find_columns(site, junction, &through.to, tables);
        if whole { Some((junction, from?, to?)) } else { None }
    }

    fn hops(&mut self, source: TableId, join: &Join, target: TableId, to_one: bool) -> Vec<Hop> {
        match &join.through {
            None => vec![self.hop((source, &join.from), (target, &join.to), to_one)],
            Some((junction, near, far)) => vec![
                self.hop((source, &join.from), (*junction, near), false),
                self.hop((*junction, far), (target, &join.to), true),
            ],
        }
    }

    /// The hops of a declared relation, backwards: from its target to its source.
    fn hops_back(&mut self, declared: &Entry, join: &Join, target: TableId) -> Vec<Hop> {
        let source = declared.source;
        let hops = self.table(source).relation(declared.id).hops.clone();
        match (&join.through, hops.as_slice()) {
            (None, [hop]) => vec![self.hop_back(hop, (source, &join.from), (target, &join.to))],
            (Some((junction, near, far)), [first, second]) => vec![
                self.hop_back(second, (*junction, far), (target, &join.to)),
                self.hop_back(first, (source, &join.from), (*junction, near)),
            ],
            _ => Vec::new(),
        }
    }

    pub(super) fn finish_relation(
        &mut self,
        entry: &Entry,
        hops: Vec<Hop>,
        filtered: bool,
        relation: &Relation,
    ) {
        let certain = !relation.many && !filtered && self.is_certain(&hops);
        let info = &mut self.table_mut(entry.source).relations[entry.id.index()];
        info.hops = hops;
        info.optional = relation.optional.unwrap_or(!certain);
    }

    /// Whether hops lead somewhere from every row: one to a parent that a required foreign key
    /// guarantees.
    fn is_certain(&self, hops: &[Hop]) -> bool {
        let [Hop::ToParent(id)] = hops else { return false };
        let edge = &self.edges[id.index()];
        let child = self.table(edge.child);
        self.foreign_keys.iter().any(|key| key.edge == *id)
            && edge.child_columns.iter().all(|column| !child.column(*column).nullable)
    }
}
