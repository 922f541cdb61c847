//! Schemas out of documents: one walk that notes every mistake.

use super::link::UPDATED_AT;
use super::shape::{At, Notes, Options};
use super::{
    Action, Check, Column, CounterCache, DefaultValue, Dependent, ForeignKey, Index, Relation, Schema, Table,
    Through, Unique,
};
use crate::error::{Error, ErrorKind, Result, SchemaReason};
use crate::filter::{Direction, Filter, Nulls, OrderBy};
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
    let known = ["columns", "primaryKey", "unique", "indexes", "checks", "foreignKeys"];
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
    table
}

fn read_column(notes: &mut Notes, at: &At, name: &EcoString, value: &Literal) -> Option<Column> {
    let known = ["type", "nullable", "default", "generated", "unique"];
    let options = notes.options(at, Some(value), &known);
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
    if table.is_none() && references.get("table").is_none() && options.get("references").is_some() {
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

fn read_relation(
    notes: &mut Notes,
    at: &At,
    source: &EcoString,
    name: &EcoString,
    value: &Literal,
) -> Relation {
    let known = [
        "one",
        "many",
        "from",
        "to",
        "through",
        "alias",
        "where",
        "orderBy",
        "optional",
        "counterCache",
        "touch",
        "dependent",
        "nested",
    ];
    let options = notes.options(at, Some(value), &known);
    let (many, target) = match (options.get("one"), options.get("many")) {
        (Some(one), None) => (false, notes.text(&at.key("one"), Some(one))),
        (None, Some(many)) => (true, notes.text(&at.key("many"), Some(many))),
        (one, _) => {
            let expected = if one.is_some() { "only one of `one` and `many`" } else { "`one` or `many`" };
            notes.shape(at, expected, Some(value));
            (false, None)
        }
    };
    let target = target.unwrap_or_default();
    let chain = options.get("through").and_then(|value| read_chain(notes, &at.key("through"), value));
    let junction = options.get("through").filter(|_| chain.is_none());
    let relation = if many {
        Relation::many(source.clone(), name.clone(), target)
    } else {
        Relation::one(source.clone(), name.clone(), target)
    };
    Relation {
        from: notes.names(&at.key("from"), options.get("from")),
        to: notes.names(&at.key("to"), options.get("to")),
        through: junction.map(|value| read_through(notes, &at.key("through"), value)),
        chain: chain.unwrap_or_default(),
        alias: notes.text(&at.key("alias"), options.get("alias")),
        filter: options.get("where").cloned().map(Filter::Document),
        order_by: read_order(notes, &at.key("orderBy"), options.get("orderBy")),
        optional: options.get("optional").map(|value| notes.flag(&at.key("optional"), Some(value))),
        counter_cache: options
            .get("counterCache")
            .and_then(|value| read_counter(notes, &at.key("counterCache"), value)),
        dependent: options
            .get("dependent")
            .and_then(|value| read_dependent(notes, &at.key("dependent"), value)),
        touch: options.get("touch").and_then(|value| read_touch(notes, &at.key("touch"), value)),
        nested: options.get("nested").map(|value| super::nested::read(notes, &at.key("nested"), value)),
        ..relation
    }
}

/// A column, or an object with a column and a filter.
fn read_counter(notes: &mut Notes, at: &At, value: &Literal) -> Option<CounterCache> {
    if let Literal::Text(column) = value {
        return Some(CounterCache { column: column.clone(), filter: None });
    }
    if !matches!(value, Literal::Object(_)) {
        notes.shape(at, "a column, or an object with `column` and `where`", Some(value));
        return None;
    }
    let options = notes.options(at, Some(value), &["column", "where"]);
    if options.get("column").is_none() {
        notes.shape(&at.key("column"), "the name of the column", None);
    }
    let column = notes.text(&at.key("column"), options.get("column"))?;
    Some(CounterCache { column, filter: options.get("where").cloned().map(Filter::Document) })
}

fn read_dependent(notes: &mut Notes, at: &At, value: &Literal) -> Option<Dependent> {
    let word = if let Literal::Text(text) = value { text.as_str() } else { "" };
    let dependent = Dependent::from_word(word);
    if dependent.is_none() {
        notes.shape(at, "destroy, delete, nullify or restrict", Some(value));
    }
    dependent
}

/// True for the usual column, or a column.
fn read_touch(notes: &mut Notes, at: &At, value: &Literal) -> Option<EcoString> {
    match value {
        Literal::Boolean(touch) => touch.then(|| UPDATED_AT.into()),
        Literal::Text(column) => Some(column.clone()),
        other => {
            notes.shape(at, "true or a column", Some(other));
            None
        }
    }
}

/// The relations of a chain; `None` for what isn't a list.
fn read_chain(notes: &mut Notes, at: &At, value: &Literal) -> Option<Vec<EcoString>> {
    let Literal::List(items) = value else { return None };
    if items.is_empty() {
        notes.shape(at, "a list of at least one relation", Some(value));
    }
    Some(notes.names(at, Some(value)))
}

fn read_through(notes: &mut Notes, at: &At, value: &Literal) -> Through {
    if !matches!(value, Literal::Object(_)) {
        notes.shape(at, "an object with `table`, `from` and `to`, or a list of relations", Some(value));
        return Through::default();
    }
    let options = notes.options(at, Some(value), &["table", "from", "to"]);
    let table = notes.text(&at.key("table"), options.get("table"));
    if options.get("table").is_none() {
        notes.shape(&at.key("table"), "the name of the junction", None);
    }
    Through {
        table: table.unwrap_or_default(),
        from: notes.names(&at.key("from"), options.get("from")),
        to: notes.names(&at.key("to"), options.get("to")),
    }
}

/// `{"a": "desc"}`, a list of such, or `{"a": {"direction": "desc", "nulls": "last"}}`.
fn read_order(notes: &mut Notes, at: &At, value: Option<&Literal>) -> Vec<OrderBy> {
    let mut order = Vec::new();
    match value {
        None => {}
        Some(Literal::List(items)) => {
            for (i, item) in items.iter().enumerate() {
                let at = at.index(i);
                let parts = notes.map(&at, Some(item));
                order.extend(read_order_parts(notes, &at, parts));
            }
        }
        other => {
            let parts = notes.map(at, other);
            order.extend(read_order_parts(notes, at, parts));
        }
    }
    order
}

fn read_order_parts(notes: &mut Notes, at: &At, parts: Options<'_>) -> Vec<OrderBy> {
    let mut order = Vec::new();
    for (name, value) in parts.iter() {
        let at = at.key(name);
        let (direction, nulls) = match value {
            Literal::Object(_) => {
                let options = notes.options(&at, Some(value), &["direction", "nulls"]);
                let nulls = options.get("nulls").and_then(|value| read_nulls(notes, &at.key("nulls"), value));
                (options.get("direction"), nulls)
            }
            other => (Some(other), None),
        };
        let direction = direction.map_or(Direction::Asc, |value| read_direction(notes, &at, value));
        order.push(OrderBy { name: name.clone(), direction, nulls });
    }
    order
}

fn read_direction(notes: &mut Notes, at: &At, value: &Literal) -> Direction {
    match value {
        Literal::Text(word) if word == "asc" => Direction::Asc,
        Literal::Text(word) if word == "desc" => Direction::Desc,
        other => {
            notes.shape(at, "asc or desc", Some(other));
            Direction::Asc
        }
    }
}

fn read_nulls(notes: &mut Notes, at: &At, value: &Literal) -> Option<Nulls> {
    match value {
        Literal::Text(word) if word == "first" => Some(Nulls::First),
        Literal::Text(word) if word == "last" => Some(Nulls::Last),
        other => {
            notes.shape(at, "first or last", Some(other));
            None
        }
    }
}
