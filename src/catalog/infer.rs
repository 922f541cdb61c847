//! What a relation leaves to its name: tables, columns, junctions and sources.
//!
//! Whatever is found is written into a copy of the definition, so that the steps after this one see
//! nothing but tables and columns. What is given is never looked for.

use super::build::Build;
use super::inflect::{camel, joined, plural, singular, snake};
use super::mistakes::Site;
use crate::error::{AssociationMistake, SchemaReason};
use crate::id::TableId;
use crate::schema::{Relation, RelationKind, Schema, Through};
use ecow::{EcoString, eco_format};

/// A relation whose name is all that is needed no more. `whole` is false when a mistake was noted.
pub(super) struct Named {
    pub(super) relation: Relation,
    pub(super) whole: bool,
}

/// How many chains are followed one inside the other by name. Deeper ones name their target.
const CHAIN_DEPTH_MAX: usize = 8;

impl Build {
    /// A relation with everything in it that its name tells, or mistakes.
    pub(super) fn named(&mut self, site: Site<'_>, schema: &Schema, relation: &Relation) -> Named {
        let mut named = Named { relation: relation.clone(), whole: true };
        let asked = relation.kind.is_some() || relation.as_.is_some() || relation.polymorphic.is_some();
        let result = match &relation.polymorphic {
            Some(_) => self.name_polymorphic(schema, &mut named.relation),
            None if !relation.chain.is_empty() => self.name_chain(schema, &mut named.relation),
            None if asked => self.name_ends(schema, &mut named.relation),
            None => Ok(()),
        };
        let result = result.and_then(|()| self.name_counter(&mut named.relation));
        let options = [("source", &relation.through_source), ("sourceType", &relation.source_type)];
        for (option, _) in options.iter().filter(|(_, given)| given.is_some() && relation.chain.is_empty()) {
            let mistake = AssociationMistake::SourceWithoutChain { option };
            self.mistakes.note(site, SchemaReason::Association(mistake));
        }
        if let Err(reason) = result {
            self.mistakes.note(site, reason);
            named.whole = false;
        }
        named
    }

    fn name_counter(&self, relation: &mut Relation) -> Result<(), SchemaReason> {
        let Some(counter) = relation.counter_cache.as_mut().filter(|counter| counter.column.is_empty())
        else {
            return Ok(());
        };
        let Some(source) = self.table_ids.get(&relation.source) else { return Ok(()) };
        let names = joined(&relation.name, "count");
        counter.column = self.column_among(*source, names.to_vec(), "counter column")?;
        Ok(())
    }

    fn name_ends(&self, schema: &Schema, relation: &mut Relation) -> Result<(), SchemaReason> {
        if relation.target.is_empty() {
            relation.target = self.target_by_name(relation)?;
        }
        let (Some(source), Some(target)) =
            (self.table_ids.get(&relation.source).copied(), self.table_ids.get(&relation.target).copied())
        else {
            return Ok(());
        };
        if let Some(inverse) = &relation.inverse
            && let Some(other) = declared(schema, &relation.target, inverse)
            && other.polymorphic.is_some()
        {
            relation.as_ = Some(inverse.clone());
        }
        if relation.as_.is_some() {
            return Ok(());
        }
        match relation.kind {
            None => Ok(()),
            Some(RelationKind::BelongsTo) => self.name_parent(source, target, relation),
            Some(RelationKind::HasOne | RelationKind::HasMany) => {
                self.name_children(schema, source, target, relation)
            }
            Some(RelationKind::ManyToMany) => self.name_junction(source, target, relation),
        }
    }

    /// The table that a relation's name means.
    fn target_by_name(&self, relation: &Relation) -> Result<EcoString, SchemaReason> {
        let looked_for = table_names(relation);
        match looked_for.iter().find(|name| self.table_ids.contains_key(*name)) {
            Some(name) => Ok(name.clone()),
            None => Err(self.no_table("table", looked_for)),
        }
    }

    fn no_table(&self, what: &'static str, looked_for: Vec<EcoString>) -> SchemaReason {
        let known = self.tables.iter().map(|table| table.name.clone()).collect();
        let table = None;
        SchemaReason::Association(AssociationMistake::Inference { what, looked_for, table, known })
    }

    fn no_column(&self, what: &'static str, table: TableId, looked_for: Vec<EcoString>) -> SchemaReason {
        let info = self.table(table);
        let known = info.columns.iter().map(|column| column.name.clone()).collect();
        let table = Some(info.name.clone());
        SchemaReason::Association(AssociationMistake::Inference { what, looked_for, table, known })
    }

    fn column_among(
        &self,
        table: TableId,
        mut names: Vec<EcoString>,
        what: &'static str,
    ) -> Result<EcoString, SchemaReason> {
        names.dedup();
        match names.iter().find(|name| self.table(table).column_ids.contains_key(*name)) {
            Some(name) => Ok(name.clone()),
            None => Err(self.no_column(what, table, names)),
        }
    }

    /// The names of a table's primary key.
    fn key_names(&self, table: TableId) -> Result<Vec<EcoString>, SchemaReason> {
        let info = self.table(table);
        match info.primary_key() {
            [] => Err(SchemaReason::NoPrimaryKey { table: info.name.clone() }),
            columns => Ok(info.column_names(columns)),
        }
    }

    /// The columns of `holder` that hold the key `keys` of what one of `bases` names: `user_id` or
    /// `userId` for `user` and `id`. Otherwise what was looked for.
    fn holding(
        &self,
        holder: TableId,
        bases: &[EcoString],
        keys: &[EcoString],
    ) -> Result<Vec<EcoString>, Vec<EcoString>> {
        let columns = &self.table(holder).column_ids;
        let mut looked_for = Vec::new();
        for base in bases {
            let found = keys.iter().map(|key| {
                let mut names = joined(base, key).to_vec();
                if keys.len() == 1 {
                    names.extend(joined(base, "id"));
                }
                let name = names.iter().find(|name| columns.contains_key(*name)).cloned();
                names.into_iter().for_each(|name| push_new(&mut looked_for, name));
                name
            });
            let found: Vec<Option<EcoString>> = found.collect();
            if let Some(found) = found.into_iter().collect::<Option<Vec<EcoString>>>() {
                return Ok(found);
            }
        }
        Err(looked_for)
    }

    /// The columns of the only foreign key from one table to another, pairwise with those it references.
    fn only_key(&self, child: TableId, parent: TableId) -> Option<(Vec<EcoString>, Vec<EcoString>)> {
        let edges = self.foreign_keys.iter().map(|key| &self.edges[key.edge.index()]);
        let mut edges = edges.filter(|edge| (edge.child, edge.parent) == (child, parent));
        let (edge, None) = (edges.next()?, edges.next()) else { return None };
        let names = |table: TableId, columns: &[_]| self.table(table).column_names(columns);
        Some((names(child, &edge.child_columns), names(parent, &edge.parent_columns)))
    }

    fn name_parent(
        &self,
        source: TableId,
        target: TableId,
        relation: &mut Relation,
    ) -> Result<(), SchemaReason> {
        let to = match relation.to.as_slice() {
            [] => self.key_names(target)?,
            given => given.to_vec(),
        };
        if relation.from.is_empty() {
            let found = self.holding(source, std::slice::from_ref(&relation.name), &to);
            match (found, self.only_key(source, target)) {
                (Ok(from), _) => relation.from = from,
                (Err(_), Some((from, references))) if relation.to.is_empty() => {
                    (relation.from, relation.to) = (from, references);
                    return Ok(());
                }
                (Err(looked_for), _) => return Err(self.no_column("foreign key", source, looked_for)),
            }
        }
        relation.to = to;
        Ok(())
    }

    fn name_children(
        &self,
        schema: &Schema,
        source: TableId,
        target: TableId,
        relation: &mut Relation,
    ) -> Result<(), SchemaReason> {
        let bare = relation.from.is_empty() && relation.to.is_empty();
        if relation.through.is_some() || (bare && (relation.inverse.is_some() || relation.alias.is_some())) {
            return Ok(());
        }
        let from = match relation.from.as_slice() {
            [] => self.key_names(source)?,
            given => given.to_vec(),
        };
        if relation.to.is_empty() {
            let bases = [singular(&relation.source), relation.source.clone()];
            match (self.holding(target, &bases, &from), self.only_key(target, source)) {
                (Ok(to), _) => relation.to = to,
                (Err(_), Some((to, references))) if bare => {
                    (relation.to, relation.from) = (to, references);
                    return Ok(());
                }
                // The other side says by which columns.
                (Err(_), _) if bare && self.leads_back(schema, relation) => return Ok(()),
                (Err(looked_for), _) => return Err(self.no_column("foreign key", target, looked_for)),
            }
        }
        relation.from = from;
        Ok(())
    }

    /// Whether a relation of the target to one row of the source is declared.
    fn leads_back(&self, schema: &Schema, relation: &Relation) -> bool {
        schema.relations.iter().any(|other| {
            let declared = !other.from.is_empty() || other.kind == Some(RelationKind::BelongsTo);
            let target = if other.target.is_empty() { self.target_by_name(other).ok() } else { None };
            declared
                && other.polymorphic.is_none()
                && other.source == relation.target
                && target.as_ref().unwrap_or(&other.target) == &relation.source
        })
    }

    fn name_junction(
        &self,
        source: TableId,
        target: TableId,
        relation: &mut Relation,
    ) -> Result<(), SchemaReason> {
        let ends = relation.from.is_empty() && relation.to.is_empty();
        if relation.through.is_none() && ends && (relation.alias.is_some() || relation.inverse.is_some()) {
            return Ok(());
        }
        let mut through = relation.through.clone().unwrap_or_default();
        if through.table.is_empty() {
            let names = junction_names(&relation.source, &relation.target);
            let Some(name) = names.iter().find(|name| self.table_ids.contains_key(*name)) else {
                return Err(self.no_table("junction", names));
            };
            through.table = name.clone();
        }
        let Some(junction) = self.table_ids.get(&through.table).copied() else {
            // That there is no such table is noted with the other names.
            (relation.from, relation.to) = (Vec::new(), Vec::new());
            relation.through = Some(Through { from: Vec::new(), to: Vec::new(), ..through });
            return Err(self.unknown_table(&relation.through));
        };
        if relation.from.is_empty() {
            relation.from = self.key_names(source)?;
        }
        if relation.to.is_empty() {
            relation.to = self.key_names(target)?;
        }
        let missing = |looked_for| self.no_column("foreign key", junction, looked_for);
        if through.from.is_empty() {
            let bases = [singular(&relation.source), relation.source.clone()];
            through.from = self.holding(junction, &bases, &relation.from).map_err(missing)?;
        }
        if through.to.is_empty() {
            let bases = [singular(&relation.name), singular(&relation.target), relation.target.clone()];
            let found = self.holding(junction, &bases, &relation.to).map_err(missing)?;
            if found == through.from {
                return Err(missing(joined(&bases[0], "id").to_vec()));
            }
            through.to = found;
        }
        relation.through = Some(through);
        Ok(())
    }

    fn unknown_table(&self, through: &Option<Through>) -> SchemaReason {
        let name = through.as_ref().map(|through| through.table.clone()).unwrap_or_default();
        let known = self.tables.iter().map(|table| table.name.clone()).collect();
        SchemaReason::UnknownTable { name, known }
    }

    fn name_polymorphic(&self, schema: &Schema, relation: &mut Relation) -> Result<(), SchemaReason> {
        let Some(source) = self.table_ids.get(&relation.source).copied() else { return Ok(()) };
        if let Some(polymorphic) = relation.polymorphic.as_mut().filter(|one| one.types.is_empty()) {
            for other in &schema.relations {
                let leads_back = other.as_.as_ref() == Some(&relation.name)
                    && self.target_of(schema, other, 0).as_ref() == Some(&relation.source);
                if leads_back && !polymorphic.types.iter().any(|one| one.table == other.source) {
                    let table = other.source.clone();
                    polymorphic.types.push(crate::schema::PolymorphicType { label: None, table });
                }
            }
            if polymorphic.types.is_empty() {
                return Err(SchemaReason::Association(AssociationMistake::NoTypes));
            }
        }
        if relation.from.is_empty() {
            relation.from = self.polymorphic_columns(source, &relation.name)?;
        }
        Ok(())
    }

    /// The type column and the key column of a polymorphic relation of this name.
    pub(super) fn polymorphic_columns(
        &self,
        table: TableId,
        name: &str,
    ) -> Result<Vec<EcoString>, SchemaReason> {
        let kind = self.column_among(table, joined(name, "type").to_vec(), "type column")?;
        let key = self.column_among(table, joined(name, "id").to_vec(), "foreign key")?;
        Ok(vec![kind, key])
    }

    /// Gives a chain its last part and its target, as far as names lead.
    fn name_chain(&self, schema: &Schema, relation: &mut Relation) -> Result<(), SchemaReason> {
        let end = self.chain_end(schema, &relation.source, &relation.chain, None, 0);
        if let Some(source) = relation.through_source.take() {
            relation.chain.push(source);
        } else if let Some(end) = end
            && (relation.target != end)
        {
            let names = [relation.name.clone(), singular(&relation.name), plural(&relation.name)];
            if let Some(name) = names.into_iter().find(|name| declared(schema, &end, name).is_some()) {
                relation.chain.push(name);
            }
        }
        if relation.target.is_empty() && relation.kind.is_some() {
            let (chain, kind) = (&relation.chain, relation.source_type.as_ref());
            let end = self.chain_end(schema, &relation.source, chain, kind, 0);
            relation.target = match end {
                Some(end) => end,
                None => self.target_by_name(relation)?,
            };
        }
        Ok(())
    }

    /// The table that relations lead to one after the other.
    fn chain_end(
        &self,
        schema: &Schema,
        source: &EcoString,
        chain: &[EcoString],
        source_type: Option<&EcoString>,
        depth: usize,
    ) -> Option<EcoString> {
        let mut table = source.clone();
        for (at, name) in chain.iter().enumerate() {
            let part = declared(schema, &table, name)?;
            table = match (&part.polymorphic, at + 1 == chain.len()) {
                (Some(_), true) => source_type?.clone(),
                (Some(_), false) => return None,
                (None, _) => self.target_of(schema, part, depth + 1)?,
            };
        }
        Some(table)
    }

    /// The table that a relation of the schema leads to.
    fn target_of(&self, schema: &Schema, relation: &Relation, depth: usize) -> Option<EcoString> {
        if !relation.target.is_empty() {
            return Some(relation.target.clone());
        }
        if depth > CHAIN_DEPTH_MAX || relation.polymorphic.is_some() {
            return None;
        }
        if relation.chain.is_empty() {
            return self.target_by_name(relation).ok();
        }
        let source = relation.through_source.iter().cloned();
        let mut chain: Vec<EcoString> = relation.chain.iter().cloned().chain(source).collect();
        let kind = relation.source_type.as_ref();
        let end = self.chain_end(schema, &relation.source, &chain, kind, depth)?;
        let names = [relation.name.clone(), singular(&relation.name), plural(&relation.name)];
        match names.into_iter().find(|name| declared(schema, &end, name).is_some()) {
            Some(name) if relation.through_source.is_none() => {
                chain.push(name);
                self.chain_end(schema, &relation.source, &chain, kind, depth)
            }
            _ => Some(end),
        }
    }
}

/// The relation of this name that a schema declares.
pub(super) fn declared<'s>(schema: &'s Schema, table: &str, name: &str) -> Option<&'s Relation> {
    schema.relations.iter().find(|relation| relation.source == table && relation.name == name)
}

/// The names that the table of a relation may have, the likeliest first.
fn table_names(relation: &Relation) -> Vec<EcoString> {
    let name = &relation.name;
    let forms = if relation.many {
        [name.clone(), plural(name), singular(name)]
    } else {
        [plural(name), name.clone(), singular(name)]
    };
    let mut names = Vec::new();
    for form in forms {
        [form.clone(), snake(&form), camel(&form)].into_iter().for_each(|name| push_new(&mut names, name));
    }
    names
}

/// The names that the junction of two tables may have.
fn junction_names(source: &EcoString, target: &EcoString) -> Vec<EcoString> {
    let (first, second) = if source <= target { (source, target) } else { (target, source) };
    let mut names = Vec::new();
    for (first, second) in [(first, second), (second, first)] {
        let both = joined(first, second);
        let plain = eco_format!("{first}_{second}");
        [plain].into_iter().chain(both).for_each(|name| push_new(&mut names, name));
    }
    names
}

fn push_new(names: &mut Vec<EcoString>, name: EcoString) {
    if !names.contains(&name) {
        names.push(name);
    }
}
