//! What models declare against what a schema has.
//!
//! Each part is put in words on both sides, and words are compared: what a mistake says is what differs.

use super::definition::Declared;
use crate::catalog::{Catalog, ColumnInfo, Edge, Hop, IndexKind, RelationInfo, TableInfo};
use crate::error::{Error, ErrorKind, Result, SchemaMistake, SchemaReason};
use crate::id::{ColumnId, ForeignKeyId};
use ecow::{EcoString, eco_format};

/// Refuses a schema that isn't as the models declare it. More tables, relations and constraints are
/// fine, and so are more columns at the end that an insert may leave out.
///
/// # Errors
/// `invalid_schema` with every difference.
pub(super) fn compare(declared: &Declared, found: &Catalog) -> Result<()> {
    let declared = Catalog::try_from(declared.schema())?;
    let mut mistakes = Vec::new();
    for table in declared.tables() {
        match found.table_id(table.name()) {
            Ok(id) => {
                let both = Both { declared: &declared, found, left: table, right: found.table(id) };
                both.columns(&mut mistakes);
                both.constraints(&mut mistakes);
                both.relations(&mut mistakes);
            }
            Err(_) => {
                let known = found.tables().map(|table| table.name.clone()).collect();
                let reason = SchemaReason::UnknownTable { name: table.name.clone(), known };
                mistakes.push(SchemaMistake { table: Some(table.name.clone()), item: None, reason });
            }
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::InvalidSchema { mistakes })) }
}

/// A table as a model declares it and as it is.
struct Both<'a> {
    declared: &'a Catalog,
    found: &'a Catalog,
    left: &'a TableInfo,
    right: &'a TableInfo,
}

impl Both<'_> {
    fn note(&self, mistakes: &mut Vec<SchemaMistake>, item: &str, declared: EcoString, found: EcoString) {
        if declared != found {
            let (table, item) = (Some(self.left.name.clone()), Some(item.into()));
            mistakes.push(SchemaMistake { table, item, reason: SchemaReason::Differs { declared, found } });
        }
    }

    fn columns(&self, mistakes: &mut Vec<SchemaMistake>) {
        for column in self.left.columns() {
            let found = self.right.column_id(column.name()).map(|id| self.right.column(id));
            let words = match found {
                Ok(found) if found.id() != column.id() => {
                    eco_format!("{} in place {}", in_words(found), found.id().index() + 1)
                }
                Ok(found) => in_words(found),
                Err(_) => "no such column".into(),
            };
            let mut own = in_words(column);
            if found.is_ok_and(|found| found.id() != column.id()) {
                own = eco_format!("{own} in place {}", column.id().index() + 1);
            }
            self.note(mistakes, column.name(), own, words);
        }
        let more = self.right.columns().iter().filter(|column| self.left.column_id(column.name()).is_err());
        for column in more.filter(|column| !column.is_nullable() && !column.has_default()) {
            self.note(mistakes, column.name(), "no such column".into(), in_words(column));
        }
    }

    fn constraints(&self, mistakes: &mut Vec<SchemaMistake>) {
        let key = |table: &TableInfo| eco_format!("primary key ({})", names(table, table.primary_key()));
        self.note(mistakes, "primary key", key(self.left), key(self.right));
        for index in self.left.indexes().iter().filter(|index| index.kind() == IndexKind::Unique) {
            let mut columns: Vec<_> = index.columns().iter().map(|id| self.left.column(*id).name()).collect();
            columns.sort_unstable();
            let is_there = self.right.indexes().iter().filter(|other| other.is_unique()).any(|other| {
                let mut others: Vec<_> =
                    other.columns().iter().map(|id| self.right.column(*id).name()).collect();
                others.sort_unstable();
                others == columns
            });
            if !is_there {
                let declared = eco_format!("unique ({})", names(self.left, index.columns()));
                self.note(mistakes, index.name(), declared, "no such constraint".into());
            }
        }
        for id in self.left.foreign_keys() {
            let declared = key_in_words(self.declared, *id);
            let found = || self.right.foreign_keys().iter().map(|id| key_in_words(self.found, *id));
            if !found().any(|found| found == declared) {
                let columns = |catalog: &Catalog, id| {
                    let edge = catalog.foreign_key_edge(id);
                    names(catalog.table(edge.child()), edge.child_columns())
                };
                let same =
                    |other: &&ForeignKeyId| columns(self.found, **other) == columns(self.declared, *id);
                let near = self.right.foreign_keys().iter().find(same);
                let near = near.map_or("no such key".into(), |other| key_in_words(self.found, *other));
                self.note(mistakes, self.declared.foreign_key(*id).name(), declared, near);
            }
        }
    }

    fn relations(&self, mistakes: &mut Vec<SchemaMistake>) {
        for relation in self.left.relations() {
            let declared = relation_in_words(self.declared, relation);
            let found = match self.right.relation_id(relation.name()) {
                Ok(id) => relation_in_words(self.found, self.right.relation(id)),
                Err(_) => "no such relation".into(),
            };
            self.note(mistakes, relation.name(), declared, found);
        }
    }
}

/// `text nullable`.
fn in_words(column: &ColumnInfo) -> EcoString {
    let mut words = eco_format!("{}", column.column_type());
    for (is, word) in [
        (column.is_nullable(), " nullable"),
        (column.is_generated(), " generated"),
        (column.default.is_some(), " with default"),
        (column.counter.is_some(), " counter"),
    ] {
        words.push_str(if is { word } else { "" });
    }
    words
}

/// `foreign key books (author_id) to authors (id), on delete cascade, on update no_action`.
fn key_in_words(catalog: &Catalog, id: ForeignKeyId) -> EcoString {
    let key = catalog.foreign_key(id);
    let mut words = eco_format!(
        "foreign key {}, on delete {}, on update {}",
        edge_in_words(catalog, catalog.foreign_key_edge(id)),
        key.on_delete().word(),
        key.on_update().word()
    );
    words.push_str(if key.is_deferrable() { ", deferrable" } else { "" });
    words
}

/// `books (author_id) to authors (id)`.
fn edge_in_words(catalog: &Catalog, edge: &Edge) -> EcoString {
    let (child, parent) = (catalog.table(edge.child()), catalog.table(edge.parent()));
    let (from, to) = (names(child, edge.child_columns()), names(parent, edge.parent_columns()));
    eco_format!("{} ({from}) to {} ({to})", child.name(), parent.name())
}

/// `many books along books (author_id) to authors (id)`.
fn relation_in_words(catalog: &Catalog, relation: &RelationInfo) -> EcoString {
    let target = catalog.table(relation.target());
    let mut words = eco_format!("{} {}", if relation.is_many() { "many" } else { "one" }, target.name());
    for hop in &relation.hops {
        words.push_str(" along ");
        words.push_str(&match hop {
            Hop::ToParent(edge) => edge_in_words(catalog, catalog.edge(*edge)),
            Hop::ToChildren(edge) => eco_format!("{} backwards", edge_in_words(catalog, catalog.edge(*edge))),
            Hop::Lookup { from, table, index } => {
                let (source, table) = (catalog.table(relation.source()), catalog.table(*table));
                let to = names(table, table.index(*index).columns());
                eco_format!("({}) to {} ({to})", names(source, from), table.name())
            }
            Hop::Along { source, relation, .. } => {
                let source = catalog.table(*source);
                eco_format!("{}.{}", source.name(), source.relation(*relation).name())
            }
        });
    }
    words.push_str(if relation.filter.is_some() { ", filtered" } else { "" });
    if !relation.order_by.is_empty() {
        let columns: Vec<_> =
            relation.order_by.iter().map(|order| target.column(order.column).name()).collect();
        words.push_str(&eco_format!(", ordered by {}", columns.join(", ")));
    }
    words
}

fn names(table: &TableInfo, columns: &[ColumnId]) -> String {
    columns.iter().map(|id| table.column(*id).name()).collect::<Vec<_>>().join(", ")
}
