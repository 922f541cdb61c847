//! Schemas out of documents: one walk that notes every mistake.

use super::relation::read_relation;
use super::shape::{At, Notes};
use super::{Action, Check, Column, DefaultValue, ForeignKey, Index, Schema, Table, Unique};
use crate::error::{Error, ErrorKind, Result, SchemaReason};
use crate::filter::Filter;
use crate::value::{Input, Literal, Type};
use ecow::EcoString;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;

impl TryFrom<&Literal> for Schema {
    type Error = Error;

    /// The schema a document describes.
    ///
    /// # Errors
    /// `invalid_schema` with every part that has another shape, and every option there isn't.
    fn try_from(document: &Literal) -> Result<Schema> {
        let mut notes = Notes::default();
        let schema = read_schema(&mut notes, document);
        if notes.mistakes.is_empty() {
            return Ok(schema);
        }
        Err(Error::new(ErrorKind::InvalidSchema { mistakes: notes.mistakes }))
    }
}

fn read_schema(notes: &mut Notes, document: &Literal) -> Schema {
    let root = At::default();
    let options = notes.options(&root, Some(document), &["tables", "relations"]);
    let mut schema = Schema::default();
    let at = root.key("tables");
    for (name, value) in notes.map(&at, options.get("tables")).iter() {
        schema.tables.push(read_table(notes, &at.table(name), name, value));
    }
    let at = root.key("relations");
    for (source, relations) in notes.map(&at, options.get("relations")).iter() {
        let at = at.table(source);
        for (name, value) in notes.map(&at, Some(relations)).iter() {
            schema.relations.push(read_relation(notes, &at.item(name), source, name, value));
        }
    }
    schema
}

fn read_table(notes: &mut Notes, at: &At, name: &EcoString, value: &Literal) -> Table {
    let known = ["columns", "primaryKey", "unique", "indexes", "checks", "foreignKeys", "version"];
    let options = notes.options(at, Some(value), &known);
    let mut table = Table::new(name.clone());
    let place = at.key("columns");
    for (name, value) in notes.map(&place, options.get("columns")).iter() {
        table.columns.extend(read_column(notes, &place.item(name), name, value));
    }
    table.primary_key = notes.names(&at.key("primaryKey"), options.get("primaryKey"));
    let place = at.key("unique");
    for (i, value) in notes.list(&place, options.get("unique")).iter().enumerate() {
        let index = read_index(notes, &place.index(i), value, &["name", "columns"]);
        table.unique.push(Unique { name: index.name, columns: index.columns });
    }
    let place = at.key("indexes");
    for (i, value) in notes.list(&place, options.get("indexes")).iter().enumerate() {
        let known = ["name", "columns", "ordered", "unique"];
        table.indexes.push(read_index(notes, &place.index(i), value, &known));
    }
    table.checks = read_checks(notes, &at.key("checks"), options.get("checks"));
    let place = at.key("foreignKeys");
    for (i, value) in notes.list(&place, options.get("foreignKeys")).iter().enumerate() {
        table.foreign_keys.push(read_foreign_key(notes, &place.index(i), value));
    }
    table.version = notes.text(&at.key("version"), options.get("version"));
    table
}

fn read_column(notes: &mut Notes, at: &At, name: &EcoString, value: &Literal) -> Option<Column> {
    let known = ["type", "nullable", "default", "generated", "unique"];
    let options = notes.options(at, Some(value), &known);
    if !matches!(value, Literal::Object(_)) {
        return None;
    }
    let ty = read_type(notes, &at.key("type"), options.get("type"));
    let nullable = notes.flag(&at.key("nullable"), options.get("nullable"));
    let generated = notes.flag(&at.key("generated"), options.get("generated"));
    let unique = notes.flag(&at.key("unique"), options.get("unique"));
    let default = options.get("default").and_then(read_default);
    Some(Column { nullable, default, generated, unique, ..Column::new(name.clone(), ty?) })
}

fn read_type(notes: &mut Notes, at: &At, value: Option<&Literal>) -> Option<Type> {
    let ty = match value {
        Some(Literal::Text(name)) => match type_named(name) {
            Some(ty) => ty,
            None => {
                notes.note(at, SchemaReason::UnknownType { name: name.clone() });
                return None;
            }
        },
        Some(Literal::Object(_)) => {
            let options = notes.options(at, value, &["enum"]);
            let at = at.key("enum");
            let labels = notes.list(&at, options.get("enum")).iter().enumerate();
            Type::enumeration(
                labels.filter_map(|(i, label)| notes.text(&at.index(i), Some(label))).collect::<Vec<_>>(),
            )
        }
        other => {
            notes.shape(at, "the name of a type or {\"enum\": [...]}", other);
            return None;
        }
    };
    Some(ty)
}

fn type_named(name: &str) -> Option<Type> {
    let name: StrDeserializer<'_, serde::de::value::Error> = name.into_deserializer();
    Type::deserialize(name).ok()
}

/// A null default is as good as none.
fn read_default(value: &Literal) -> Option<DefaultValue> {
    if let Literal::Object(entries) = value
        && let [(key, Literal::Boolean(true))] = entries.as_slice()
    {
        match key.as_str() {
            "now" => return Some(DefaultValue::Now),
            "uuid" => return Some(DefaultValue::Uuid),
            _ => {}
        }
    }
    (*value != Literal::Null).then(|| DefaultValue::Constant(Input::Literal(value.clone())))
}

/// A name, a list of names, or an object of options.
fn read_index(notes: &mut Notes, at: &At, value: &Literal, known: &[&str]) -> Index {
    if !matches!(value, Literal::Object(_)) {
        return Index::on(notes.names(at, Some(value)));
    }
    let options = notes.options(at, Some(value), known);
    Index {
        name: notes.text(&at.key("name"), options.get("name")),
        columns: notes.names(&at.key("columns"), options.get("columns")),
        ordered: notes
            .flag(&at.key("ordered"), options.get("ordered").filter(|_| known.contains(&"ordered"))),
        unique: notes.flag(&at.key("unique"), options.get("unique").filter(|_| known.contains(&"unique"))),
    }
}

/// A list of filters and of `{"name", "where"}`, or an object of filters by name.
fn read_checks(notes: &mut Notes, at: &At, value: Option<&Literal>) -> Vec<Check> {
    if let Some(Literal::Object(entries)) = value {
        let named = |(name, filter): &(EcoString, Literal)| Check {
            name: Some(name.clone()),
            filter: Filter::Document(filter.clone()),
        };
        return entries.iter().map(named).collect();
    }
    let mut checks = Vec::new();
    for (i, value) in notes.list(at, value).iter().enumerate() {
        let parts = ["name", "where"];
        let named = match value {
            Literal::Object(entries) => {
                value.get("where").is_some() && entries.iter().all(|(key, _)| parts.contains(&key.as_str()))
            }
            _ => false,
        };
        let at = at.index(i);
        checks.push(if named {
            let options = notes.options(&at, Some(value), &parts);
            let filter = options.get("where").cloned().unwrap_or_default();
            Check { name: notes.text(&at.key("name"), options.get("name")), filter: Filter::Document(filter) }
        } else {
            Check { name: None, filter: Filter::Document(value.clone()) }
        });
    }
    checks
}

fn read_foreign_key(notes: &mut Notes, at: &At, value: &Literal) -> ForeignKey {
    let known = ["name", "columns", "references", "onDelete", "onUpdate", "deferrable"];
    let options = notes.options(at, Some(value), &known);
    let place = at.key("references");
    let references = notes.options(&place, options.get("references"), &["table", "columns"]);
    let table = notes.text(&place.key("table"), references.get("table"));
    if matches!(options.get("references"), Some(Literal::Object(_))) && references.get("table").is_none() {
        notes.shape(&place.key("table"), "the name of a table", None);
    }
    ForeignKey {
        name: notes.text(&at.key("name"), options.get("name")),
        columns: notes.names(&at.key("columns"), options.get("columns")),
        table: table.unwrap_or_default(),
        references: notes.names(&place.key("columns"), references.get("columns")),
        on_delete: read_action(notes, &at.key("onDelete"), options.get("onDelete")),
        on_update: read_action(notes, &at.key("onUpdate"), options.get("onUpdate")),
        deferrable: notes.flag(&at.key("deferrable"), options.get("deferrable")),
    }
}

fn read_action(notes: &mut Notes, at: &At, value: Option<&Literal>) -> Action {
    let Some(value) = value else { return Action::default() };
    let word = if let Literal::Text(text) = value { text.replace(" ", "_") } else { EcoString::new() };
    Action::from_word(&word).unwrap_or_else(|| {
        notes.shape(at, "restrict, no_action, cascade, set_null or set_default", Some(value));
        Action::default()
    })
}
