//! Schemas as documents.

use super::filter::filter;
use super::query::order;
use crate::schema::{Column, Link, Relation, Schema, Table};
use crate::value::{names, object, text};
use relata::Literal;

/// The document of a schema. What a bare relation can infer is left out.
pub fn schema(schema: &Schema) -> Literal {
    let tables = schema.tables.iter().map(|info| (info.name, table(schema, info)));
    let relations = schema.tables.iter().map(|info| {
        let relations = schema.relations_of(info.name);
        (info.name, object(relations.map(|info| (info.name, relation(schema, info)))))
    });
    object([("tables", object(tables)), ("relations", object(relations))])
}

fn table(schema: &Schema, table: &Table) -> Literal {
    let mut entries = vec![("columns", object(table.columns.iter().map(|info| (info.name, column(info)))))];
    if !table.key.is_empty() {
        entries.push(("primaryKey", names(&table.key)));
    }
    let unique = table.unique.iter().map(|columns| names(columns));
    entries.push(("unique", Literal::List(unique.collect())));
    let indexes = table.indexes.iter().map(|(columns, ordered)| {
        object([("columns", names(columns)), ("ordered", Literal::Boolean(*ordered))])
    });
    entries.push(("indexes", Literal::List(indexes.collect())));
    let checks = table.checks.iter().map(|check| filter(schema, table.name, check));
    entries.push(("checks", Literal::List(checks.collect())));
    let keys = table.links.iter().filter_map(foreign_key);
    entries.push(("foreignKeys", Literal::List(keys.collect())));
    object(entries)
}

fn column(column: &Column) -> Literal {
    let mut entries = vec![("type", column.kind.document())];
    if column.nullable {
        entries.push(("nullable", Literal::Boolean(true)));
    }
    if column.generated {
        entries.push(("generated", Literal::Boolean(true)));
    }
    if let Some(default) = &column.default {
        entries.push(("default", default.document(column.kind)));
    }
    object(entries)
}

fn foreign_key(link: &Link) -> Option<Literal> {
    let (on_delete, on_update) = link.actions?;
    let references = object([("table", text(link.table)), ("columns", names(&link.references))]);
    Some(object([
        ("columns", names(&link.columns)),
        ("references", references),
        ("onDelete", text(on_delete)),
        ("onUpdate", text(on_update)),
        ("deferrable", Literal::Boolean(link.deferrable)),
    ]))
}

fn relation(schema: &Schema, relation: &Relation) -> Literal {
    let mut entries = vec![(if relation.many { "many" } else { "one" }, text(relation.target))];
    if !relation.bare {
        entries.push(("from", names(&relation.from)));
        if let Some((table, from, to)) = &relation.through {
            let through = object([("table", text(table)), ("from", names(from)), ("to", names(to))]);
            entries.push(("through", through));
        }
        entries.push(("to", names(&relation.to)));
    }
    if let Some(alias) = relation.alias {
        entries.push(("alias", text(alias)));
    }
    if let Some(own) = &relation.filter {
        entries.push(("where", filter(schema, relation.target, own)));
    }
    if !relation.order.is_empty() {
        entries.push(("orderBy", order(&relation.order)));
    }
    object(entries)
}
