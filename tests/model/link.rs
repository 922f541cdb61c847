//! How rows are written along relations, found naively.

use super::step::{place, unique};
use relata::{Filter, ForeignKey, Relation, Schema, Table, Value};

/// Whether tables and columns are all named: other relations are left to the tests of behaviour.
fn is_plain(relation: &Relation) -> bool {
    relation.kind.is_none() && relation.polymorphic.is_none()
}

/// How a relation joins its two rows, by column places.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a model has few relations")]
pub enum Link {
    /// The source holds the key of the target.
    Parent(Join),
    /// The target holds the key of the source.
    Children(Join),
    /// Rows of a table hold both: the source's key, and the target's. Only some of those rows may join, and
    /// only some of the target be reached.
    Junction { near: Join, far: Join, filter: Option<Filter>, reached: Option<Filter> },
}

/// Children and the parent whose key they hold.
#[derive(Clone, Debug)]
pub struct Join {
    pub child: usize,
    pub columns: Vec<usize>,
    pub parent: usize,
    pub references: Vec<usize>,
    /// The type column of a polymorphic key, and what stands in it for the parent's table.
    pub label: Option<(usize, Value)>,
}

/// Columns of a table.
type Side<'s> = (&'s Table, Vec<String>);

fn texts(names: &[impl ToString]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}

/// How rows are written along a relation; none for one that is for reading only.
pub fn link(schema: &Schema, relation: &Relation) -> Option<Link> {
    if !is_plain(relation) {
        return None;
    }
    if relation.as_.is_some() {
        return Some(Link::Children(polymorphic(schema, relation)));
    }
    if !relation.chain.is_empty() {
        return chain(schema, relation);
    }
    if !relation.from.is_empty() {
        return declared(schema, relation, !relation.many);
    }
    let other = reversed(schema, relation).unwrap();
    match declared(schema, other, !other.many)? {
        Link::Parent(join) => Some(Link::Children(join)),
        Link::Children(join) => (!relation.many).then_some(Link::Parent(join)),
        Link::Junction { near, far, filter, reached } => {
            Some(Link::Junction { near: far, far: near, filter, reached })
        }
    }
}

/// How rows are written along a relation; of a polymorphic one along that to the table of this type.
pub fn link_on(schema: &Schema, relation: &Relation, on: Option<usize>) -> Option<Link> {
    let (Some(on), Some(polymorphic)) = (on, &relation.polymorphic) else { return link(schema, relation) };
    let at = |name: &str| schema.tables.iter().position(|table| table.name == name).unwrap();
    let one = &polymorphic.types[on];
    let (child, parent) = (at(&relation.source), at(&one.table));
    let held: Vec<usize> = relation.from.iter().map(|name| place(&schema.tables[child], name)).collect();
    let key = schema.tables[parent].primary_key.iter();
    let references = key.map(|name| place(&schema.tables[parent], name)).collect();
    let label = Some((held[0], super::walk::label(one).into()));
    Some(Link::Parent(Join { child, columns: held[1..].to_vec(), parent, references, label }))
}

/// The relation from which another takes its columns.
fn reversed<'s>(schema: &'s Schema, relation: &Relation) -> Option<&'s Relation> {
    let is_bare = relation.from.is_empty() && relation.chain.is_empty() && relation.as_.is_none();
    schema.relations.iter().filter(|_| is_bare).find(|other| {
        !other.from.is_empty()
            && (&other.source, &other.target, &other.alias)
                == (&relation.target, &relation.source, &relation.alias)
    })
}

/// The join of a relation to rows whose polymorphic relation leads to its source.
fn polymorphic(schema: &Schema, relation: &Relation) -> Join {
    let at = |name: &str| schema.tables.iter().position(|table| table.name == name).unwrap();
    let (parent, child) = (at(&relation.source), at(&relation.target));
    let named =
        |other: &&Relation| other.source == relation.target && Some(&other.name) == relation.as_.as_ref();
    let other = schema.relations.iter().find(named).unwrap();
    let mut types = other.polymorphic.iter().flat_map(|polymorphic| &polymorphic.types);
    let one = types.find(|one| one.table == relation.source).unwrap();
    let held: Vec<usize> = other.from.iter().map(|name| place(&schema.tables[child], name)).collect();
    let key = schema.tables[parent].primary_key.iter();
    Join {
        child,
        columns: held[1..].to_vec(),
        parent,
        references: key.map(|name| place(&schema.tables[parent], name)).collect(),
        label: Some((held[0], super::walk::label(one).into())),
    }
}

fn chain(schema: &Schema, relation: &Relation) -> Option<Link> {
    let [first, last] = relation.chain.as_slice() else { return None };
    let named = |source: &str, name: &str| {
        schema.relations.iter().find(|other| other.source == source && other.name == name).unwrap()
    };
    let first = named(&relation.source, first);
    if !is_plain(first) {
        return None;
    }
    let last = named(&first.target, last);
    // A part that doesn't start from all rows makes the chain one for reading.
    if [first, last].iter().any(|part| reversed(schema, part).is_some_and(|other| other.filter.is_some())) {
        return None;
    }
    match (link(schema, first)?, link(schema, last)?) {
        (Link::Children(near), Link::Parent(far)) if first.many => {
            Some(Link::Junction { near, far, filter: first.filter.clone(), reached: last.filter.clone() })
        }
        _ => None,
    }
}

fn declared(schema: &Schema, relation: &Relation, to_one: bool) -> Option<Link> {
    let table = |name: &str| schema.tables.iter().find(|table| table.name == name).unwrap();
    let from = (table(&relation.source), texts(&relation.from));
    let to = (table(&relation.target), texts(&relation.to));
    let Some(through) = &relation.through else {
        return match hop(schema, &from, &to, to_one)? {
            (join, true) => (!relation.many).then_some(Link::Parent(join)),
            (join, false) => Some(Link::Children(join)),
        };
    };
    let junction = table(&through.table);
    let near = hop(schema, &from, &(junction, texts(&through.from)), false)?;
    let far = hop(schema, &(junction, texts(&through.to)), &to, true)?;
    match (near, far) {
        ((near, false), (far, true)) => Some(Link::Junction { near, far, filter: None, reached: None }),
        _ => None,
    }
}

/// The join from one side to the other, and whether it goes to the parent.
fn hop(schema: &Schema, from: &Side<'_>, to: &Side<'_>, to_parent: bool) -> Option<(Join, bool)> {
    let is_unique = |side: &Side<'_>| unique(side.0).iter().any(|columns| sorted(columns) == sorted(&side.1));
    let (from_unique, to_unique) = (is_unique(from), is_unique(to));
    let to_parent = match from_unique && to_unique {
        true => is_guarded(from, to) || (to_parent && !is_guarded(to, from)),
        false => to_unique,
    };
    let join = |child: &Side<'_>, parent: &Side<'_>| {
        let at = |table: &Table| schema.tables.iter().position(|other| other.name == table.name).unwrap();
        let places = |side: &Side<'_>| side.1.iter().map(|name| place(side.0, name)).collect();
        Join {
            child: at(child.0),
            columns: places(child),
            parent: at(parent.0),
            references: places(parent),
            label: None,
        }
    };
    match (to_parent, from_unique) {
        (true, _) => Some((join(from, to), true)),
        (false, true) => Some((join(to, from), false)),
        (false, false) => None,
    }
}

/// Whether a foreign key is over these pairs of columns.
fn is_guarded(child: &Side<'_>, parent: &Side<'_>) -> bool {
    child
        .0
        .foreign_keys
        .iter()
        .any(|key| key.table == parent.0.name && pairs(key, parent.0) == joined(child, parent))
}

fn pairs(key: &ForeignKey, parent: &Table) -> Vec<(String, String)> {
    let references = if key.references.is_empty() { &parent.primary_key } else { &key.references };
    let mut pairs: Vec<_> = texts(&key.columns).into_iter().zip(texts(references)).collect();
    pairs.sort();
    pairs
}

fn joined(child: &Side<'_>, parent: &Side<'_>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = child.1.iter().cloned().zip(parent.1.iter().cloned()).collect();
    pairs.sort();
    pairs
}
