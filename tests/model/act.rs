//! Random writes along relations.

use super::link::{Link, link, link_on};
use super::step::{Choices, Given, Step, Which, given, key, place, row, set, which};
use relata::nested::{Pick, Verb, Verbs, Write, on_table};
use relata::{Input, Relation, Row, Schema, Table, Value};

/// What is done along a relation, to rows by their primary keys.
#[derive(Clone, Debug)]
pub enum Act {
    /// Nested attributes, each perhaps with a mark that says whether it goes; alone.
    Rows(Vec<(Given, Option<bool>)>),
    Create(Given),
    /// Rows, and whether those are passed over whose unique values are taken.
    CreateMany(Vec<Given>, bool),
    Connect(Vec<Vec<Value>>),
    ConnectOrCreate(Vec<Value>, Given),
    Disconnect(Vec<Vec<Value>>),
    Remove(Vec<Vec<Value>>),
    Set(Vec<Vec<Value>>),
    Replace(Vec<Vec<Value>>),
    Update(Vec<Value>, Given),
    UpdateMany(Which, Given),
    /// A key, the row to be made, and what changes.
    Upsert(Vec<Value>, Given, Given),
    Delete(Vec<Vec<Value>>),
    DeleteMany(Which),
}

/// A write along one of the relations that are written.
pub(super) fn along(schema: &Schema, choices: &mut Choices<'_>) -> Option<Step> {
    let table = |name: &str| schema.tables.iter().find(|table| table.name == name).unwrap();
    let is_written = |relation: &relata::Relation| {
        let is_keyed = |name: &str| !table(name).primary_key.is_empty();
        let leads = match &relation.polymorphic {
            Some(polymorphic) => polymorphic.types.iter().all(|one| is_keyed(&one.table)),
            None => link(schema, relation).is_some() && is_keyed(&relation.target),
        };
        leads && is_keyed(&relation.source)
    };
    let written = schema.relations.iter().enumerate().filter(|(_, relation)| is_written(relation));
    let written: Vec<_> = written.collect();
    let (at, relation) = *written.get(choices.below(written.len()))?;
    let on = relation.polymorphic.as_ref().map(|polymorphic| choices.below(polymorphic.types.len()));
    let (source, target) = (table(&relation.source), table(target(relation, on)));
    let link = link_on(schema, relation, on)?;
    let inserts = choices.below(3) == 0;
    let count = if let Link::Parent(_) = link { 1 } else { 1 + choices.below(2) };
    let acts = match choices.below(3) {
        0 => vec![attributes(choices, target, &link, relation.many)],
        _ => (0..count).map(|_| act(choices, target, (&link, relation.many), inserts)).collect(),
    };
    Some(match inserts {
        true => {
            let mut row = given(choices, source);
            if let Link::Parent(join) = &link {
                let is_held = |at: &usize| {
                    join.columns.contains(at) || join.label.as_ref().is_some_and(|(label, _)| label == at)
                };
                row.retain(|(at, _)| !is_held(at) || choices.below(8) == 7);
            }
            Step::InsertAlong { relation: at, on, row, acts }
        }
        false => Step::UpdateAlong { relation: at, on, key: key(choices, source), acts },
    })
}

fn act(choices: &mut Choices<'_>, target: &Table, (link, many): (&Link, bool), inserts: bool) -> Act {
    let is_parent = matches!(link, Link::Parent(_));
    let kind = choices.below(if inserts { 5 } else { 14 });
    let count = if many { [1, 2, 3, 0][choices.below(4)] } else { 1 };
    let new = |choices: &mut Choices<'_>| {
        let mut row = given(choices, target);
        if let Link::Children(join) = link {
            row.retain(|(at, _)| !join.columns.contains(at) || choices.below(8) == 7);
        }
        row
    };
    let mut keys = |count| (0..count).map(|_| key(choices, target)).collect();
    match kind {
        0 | 1 => Act::Connect(keys(count)),
        3 => Act::ConnectOrCreate(key(choices, target), new(choices)),
        4 if many => {
            let skips = choices.below(2) == 1;
            Act::CreateMany((0..count).map(|_| new(choices)).collect(), skips)
        }
        5 => Act::Disconnect(keys(count)),
        6 => Act::Delete(keys(count)),
        7 if many => Act::Set(keys(count)),
        8 if !is_parent => Act::Replace(keys(count)),
        9 if !is_parent => Act::Remove(keys(count)),
        10 => Act::Update(key(choices, target), set(choices, target)),
        11 if many => Act::UpdateMany(which(choices, target), set(choices, target)),
        12 => Act::Upsert(key(choices, target), new(choices), set(choices, target)),
        13 if many => Act::DeleteMany(which(choices, target)),
        _ => Act::Create(new(choices)),
    }
}

/// Rows with a key or without one.
fn attributes(choices: &mut Choices<'_>, target: &Table, link: &Link, many: bool) -> Act {
    let count = if many { 1 + choices.below(3) } else { 1 };
    let held = |at: usize| matches!(link, Link::Children(join) if join.columns.contains(&at));
    let row = |choices: &mut Choices<'_>| {
        let mut row = given(choices, target);
        row.retain(|(at, _)| !held(*at) || choices.below(8) == 7);
        if choices.below(2) == 1 {
            let places = target.primary_key.iter().map(|name| place(target, name));
            for (at, value) in places.zip(key(choices, target)).filter(|(at, _)| !held(*at)) {
                row.retain(|(other, _)| *other != at);
                row.push((at, value));
            }
        }
        (row, [None, None, Some(true), None, Some(false), Some(true)][choices.below(6)])
    };
    Act::Rows((0..count).map(|_| row(choices)).collect())
}

/// The table that a relation leads to; of a polymorphic one that of this type.
pub(super) fn target(relation: &Relation, on: Option<usize>) -> &str {
    match (on, &relation.polymorphic) {
        (Some(on), Some(polymorphic)) => &polymorphic.types[on].table,
        _ => &relation.target,
    }
}

/// A row of a relation's source, given acts along it.
pub fn along_row(
    schema: &Schema,
    (relation, on): (usize, Option<usize>),
    given: &Given,
    acts: &[Act],
) -> Row {
    let relation = &schema.relations[relation];
    let table = |name: &str| schema.tables.iter().find(|table| table.name == name).unwrap();
    let name = target(relation, on);
    let write = write(table(name), acts);
    let write: Input = if on.is_some() { on_table(name, write).into() } else { write.into() };
    row(table(&relation.source), given).set(relation.name.clone(), write)
}

/// Acts as the database takes them.
fn write(target: &Table, acts: &[Act]) -> Write {
    let row = |given: &Given| row(target, given);
    if let [Act::Rows(rows)] = acts {
        let marked = |(given, mark): &(Given, Option<bool>)| match mark {
            Some(mark) => row(given).set("_destroy", *mark),
            None => row(given),
        };
        return Write::Rows(rows.iter().map(marked).collect());
    }
    let pick = |key: &Vec<Value>| Pick::Key(key.iter().cloned().collect());
    let picks = |keys: &[Vec<Value>]| -> Vec<Pick> { keys.iter().map(pick).collect() };
    let some = |which: &Which| match which.rows(target) {
        relata::Rows::All => Pick::All,
        relata::Rows::Key(key) => Pick::Key(key),
        relata::Rows::Where(filter) => Pick::Where(filter),
        other => unreachable!("{other:?}"),
    };
    let verb = |act: &Act| match act {
        Act::Rows(_) => unreachable!("{act:?}"),
        Act::Create(given) => Verb::Create(vec![row(given)]),
        Act::CreateMany(rows, skip_duplicates) => {
            Verb::CreateMany { rows: rows.iter().map(row).collect(), skip_duplicates: *skip_duplicates }
        }
        Act::Connect(keys) => Verb::Connect(picks(keys)),
        Act::ConnectOrCreate(key, given) => Verb::ConnectOrCreate(vec![(pick(key), row(given))]),
        Act::Disconnect(keys) => Verb::Disconnect(picks(keys)),
        Act::Remove(keys) => Verb::Remove(picks(keys)),
        Act::Set(keys) => Verb::Set(picks(keys)),
        Act::Replace(keys) => Verb::Replace(picks(keys)),
        Act::Update(key, set) => Verb::Update(vec![(pick(key), row(set))]),
        Act::UpdateMany(which, set) => Verb::UpdateMany(vec![(some(which), row(set))]),
        Act::Upsert(key, new, set) => Verb::Upsert(vec![(pick(key), row(new), row(set))]),
        Act::Delete(keys) => Verb::Delete(picks(keys)),
        Act::DeleteMany(which) => Verb::DeleteMany(vec![some(which)]),
    };
    acts.iter().map(verb).collect::<Verbs>().into()
}
