//! What a relation leaves to its name: tables, columns, junctions and sources.
//!
//! Whatever is found is written into a copy of the definition, so that the steps after this one see
//! nothing but tables and columns. What is given is never looked for.

mod chain;
mod junction;

use super::build::Build;
use super::inflect::{camel, joined, plural, singular, snake};
use super::mistakes::Site;
use crate::error::{AssociationMistake, SchemaReason};
use crate::id::TableId;
use crate::schema::{CounterCache, Relation, RelationKind, Schema};
use ecow::EcoString;

/// A relation with everything in it that its name tells; not `whole` when something wasn't found.
pub(super) struct Named {
    pub(super) relation: Relation,
    pub(super) whole: bool,
}

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
        // A counter of a parent is looked for when its table is known.
        let unnamed = |counter: &&mut CounterCache| counter.column.is_empty();
        let Some(counter) = relation.counter_cache.as_mut().filter(unnamed).filter(|_| relation.many) else {
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
}

/// The relation of this name that a schema declares.
pub(in crate::catalog) fn declared<'s>(schema: &'s Schema, table: &str, name: &str) -> Option<&'s Relation> {
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

fn push_new(names: &mut Vec<EcoString>, name: EcoString) {
    if !names.contains(&name) {
        names.push(name);
    }
}
