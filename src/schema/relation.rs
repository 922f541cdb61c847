//! Relations out of documents.

use super::link::UPDATED_AT;
use super::shape::{At, Notes, Options};
use super::{CounterCache, Dependent, Polymorphic, PolymorphicType, Relation, RelationKind, Through};
use crate::filter::{Direction, Filter, Nulls, OrderBy};
use crate::value::Literal;
use ecow::EcoString;

/// The options of a relation.
const OPTIONS: [&str; 24] = [
    "one",
    "many",
    "belongsTo",
    "hasOne",
    "hasMany",
    "manyToMany",
    "hasAndBelongsToMany",
    "polymorphic",
    "as",
    "from",
    "to",
    "through",
    "source",
    "sourceType",
    "inverse",
    "alias",
    "where",
    "orderBy",
    "distinct",
    "optional",
    "counterCache",
    "touch",
    "dependent",
    "nested",
];

/// The options that say what a relation is, with whether it leads to many rows.
const KINDS: [(&str, bool, Option<RelationKind>); 7] = [
    ("one", false, None),
    ("many", true, None),
    ("belongsTo", false, Some(RelationKind::BelongsTo)),
    ("hasOne", false, Some(RelationKind::HasOne)),
    ("hasMany", true, Some(RelationKind::HasMany)),
    ("manyToMany", true, Some(RelationKind::ManyToMany)),
    ("hasAndBelongsToMany", true, Some(RelationKind::ManyToMany)),
];

pub(super) fn read_relation(
    notes: &mut Notes,
    at: &At,
    source: &EcoString,
    name: &EcoString,
    value: &Literal,
) -> Relation {
    let options = notes.options(at, Some(value), &OPTIONS);
    let bare = Relation::new(source.clone(), name.clone(), EcoString::new(), false);
    let relation = read_target(notes, at, options, value, bare);
    let through = options.get("through");
    let chain = through.and_then(|value| read_chain(notes, &at.key("through"), value));
    let junction = through.filter(|_| chain.is_none());
    let through = junction.map(|value| {
        let many_to_many = relation.kind == Some(RelationKind::ManyToMany);
        read_through(notes, &at.key("through"), value, many_to_many)
    });
    Relation {
        as_: notes.text(&at.key("as"), options.get("as")),
        from: notes.names(&at.key("from"), options.get("from")),
        to: notes.names(&at.key("to"), options.get("to")),
        through,
        chain: chain.unwrap_or_default(),
        through_source: notes.text(&at.key("source"), options.get("source")),
        source_type: notes.text(&at.key("sourceType"), options.get("sourceType")),
        inverse: notes.text(&at.key("inverse"), options.get("inverse")),
        alias: notes.text(&at.key("alias"), options.get("alias")),
        filter: options.get("where").cloned().map(Filter::Document),
        order_by: read_order(notes, &at.key("orderBy"), options.get("orderBy")),
        distinct: notes.flag(&at.key("distinct"), options.get("distinct")),
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

/// What a relation is and where it leads.
fn read_target(
    notes: &mut Notes,
    at: &At,
    options: Options<'_>,
    value: &Literal,
    mut relation: Relation,
) -> Relation {
    let polymorphic = options.get("polymorphic");
    let given: Vec<_> = KINDS.iter().filter_map(|kind| Some((kind, options.get(kind.0)?))).collect();
    match given.as_slice() {
        [((key, many, kind), value)] => {
            (relation.many, relation.kind) = (*many, *kind);
            let at = at.key(key);
            match value {
                Literal::Boolean(true) if kind.is_some() || polymorphic.is_some() => {}
                Literal::Object(_) | Literal::List(_) if !many => {
                    relation.polymorphic = read_types(notes, &at, value);
                }
                value => relation.target = notes.text(&at, Some(value)).unwrap_or_default(),
            }
        }
        [] if polymorphic.is_some() || !matches!(value, Literal::Object(_)) => {}
        [] => notes.shape(at, "`one`, `many`, `belongsTo`, `hasOne`, `hasMany` or `manyToMany`", Some(value)),
        _ => notes.shape(at, "only one of `one`, `many` and the kinds", Some(value)),
    }
    match polymorphic {
        None | Some(Literal::Boolean(false)) => {}
        Some(Literal::Boolean(true)) => {
            relation.polymorphic.get_or_insert_with(Polymorphic::default);
        }
        Some(value) => relation.polymorphic = read_types(notes, &at.key("polymorphic"), value),
    }
    if relation.polymorphic.is_some() && relation.kind.is_none() && !relation.many {
        relation.kind = Some(RelationKind::BelongsTo);
    }
    relation
}

/// Tables by what stands in the type column, or a list of tables and of such objects.
fn read_types(notes: &mut Notes, at: &At, value: &Literal) -> Option<Polymorphic> {
    let mut types = Vec::new();
    match value {
        Literal::List(items) => {
            for (i, item) in items.iter().enumerate() {
                let at = at.index(i);
                match item {
                    Literal::Object(entries) => types.extend(read_labels(notes, &at, entries)),
                    item => {
                        let table = notes.text(&at, Some(item));
                        types.extend(table.map(|table| PolymorphicType { label: None, table }));
                    }
                }
            }
        }
        Literal::Object(entries) => types = read_labels(notes, at, entries),
        other => {
            notes.shape(at, "true, a list of tables, or an object of tables by type", Some(other));
            return None;
        }
    }
    if types.is_empty() {
        notes.shape(at, "at least one table", None);
    }
    Some(Polymorphic { types })
}

fn read_labels(notes: &mut Notes, at: &At, entries: &[(EcoString, Literal)]) -> Vec<PolymorphicType> {
    let one = |(label, table): &(EcoString, Literal)| {
        let table = notes.text(&at.key(label), Some(table))?;
        Some(PolymorphicType { label: Some(label.clone()).filter(|label| *label != table), table })
    };
    entries.iter().filter_map(one).collect()
}

/// True for the column of the relation's name, a column, or an object with a column and a filter.
fn read_counter(notes: &mut Notes, at: &At, value: &Literal) -> Option<CounterCache> {
    match value {
        Literal::Text(column) => return Some(CounterCache { column: column.clone(), filter: None }),
        Literal::Boolean(counts) => {
            return counts.then(|| CounterCache { column: EcoString::new(), filter: None });
        }
        Literal::Object(_) => {}
        other => {
            notes.shape(at, "true, a column, or an object with `column` and `where`", Some(other));
            return None;
        }
    }
    let options = notes.options(at, Some(value), &["column", "where"]);
    let column = notes.text(&at.key("column"), options.get("column")).unwrap_or_default();
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

/// The relations of a chain; `None` for what is neither a name nor a list.
fn read_chain(notes: &mut Notes, at: &At, value: &Literal) -> Option<Vec<EcoString>> {
    if let Literal::Text(name) = value {
        return Some(vec![name.clone()]);
    }
    let Literal::List(items) = value else { return None };
    if items.is_empty() {
        notes.shape(at, "a list of at least one relation", Some(value));
    }
    Some(notes.names(at, Some(value)))
}

fn read_through(notes: &mut Notes, at: &At, value: &Literal, inferred: bool) -> Through {
    if !matches!(value, Literal::Object(_)) {
        notes.shape(at, "an object with `table`, `from` and `to`, a relation or a list of them", Some(value));
        return Through::default();
    }
    let options = notes.options(at, Some(value), &["table", "from", "to"]);
    let table = notes.text(&at.key("table"), options.get("table"));
    if options.get("table").is_none() && !inferred {
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
