//! Random operations, decoded from bytes: a shorter or smaller list of bytes is a simpler operation.

use super::link::{Link, link};
use relata::nested::{Pick, Verb, Verbs};
use relata::{Column, Filter, Input, Row, Schema, Table, Type, Value, col};

/// A cell that is given: a column by its place, and what.
pub type Given = Vec<(usize, Value)>;

/// One operation on a database. Tables and columns are meant by their place in the schema.
#[derive(Clone, Debug)]
pub enum Step {
    Insert {
        table: usize,
        rows: Vec<Given>,
    },
    Update {
        table: usize,
        which: Which,
        set: Given,
    },
    Delete {
        table: usize,
        which: Which,
    },
    Destroy {
        table: usize,
        which: Which,
    },
    Upsert {
        table: usize,
        rows: Vec<Given>,
        on: Option<usize>,
        set: Option<Given>,
    },
    Load {
        rows: Vec<(usize, Given)>,
        route: Route,
    },
    /// Writes along a relation, by its place, of the row with this primary key.
    UpdateAlong {
        relation: usize,
        key: Vec<Value>,
        acts: Vec<Act>,
    },
    /// Adds a row and writes along a relation of it.
    InsertAlong {
        relation: usize,
        row: Given,
        acts: Vec<Act>,
    },
    Fork,
}

/// What is done along a relation, to rows by their primary keys.
#[derive(Clone, Debug)]
pub enum Act {
    /// Nested attributes; alone.
    Rows(Vec<Given>),
    Create(Given),
    Connect(Vec<Vec<Value>>),
    Disconnect(Vec<Vec<Value>>),
    Remove(Vec<Vec<Value>>),
    Set(Vec<Vec<Value>>),
    Replace(Vec<Vec<Value>>),
    Delete(Vec<Vec<Value>>),
}

/// How rows are given to a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    ByName,
    ByPlace,
    /// As borrowed values of named columns.
    Borrowed,
}

/// Which rows an operation means.
#[derive(Clone, Debug)]
pub enum Which {
    All,
    /// Those whose cell compares so with a value.
    Compare(usize, Comparison, Value),
    /// Those whose cell is null.
    Null(usize),
    /// The one with this primary key.
    Key(Vec<Value>),
}

#[derive(Clone, Copy, Debug)]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Gte,
}

/// Choices taken from bytes; zeros when they run out.
struct Choices<'b>(std::slice::Iter<'b, u8>);

impl Choices<'_> {
    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % bound.max(1)
    }
}

/// Some rows to begin with: those of one number refer to each other. Some of them may be refused.
pub fn seed(schema: &Schema) -> Vec<Step> {
    let mut steps = Vec::new();
    for number in 0..5 {
        for (at, table) in schema.tables.iter().enumerate() {
            let columns = table.columns.iter().enumerate();
            let all = columns
                .filter(|(_, column)| !column.generated && !is_counter(column))
                .map(|(at, column)| (at, value(column, number)));
            let all: Given = all.collect();
            let required = all.iter().filter(|(at, _)| !table.columns[*at].nullable).cloned().collect();
            let rows = |given| Step::Insert { table: at, rows: vec![given] };
            steps.extend([rows(all), rows(required)]);
        }
    }
    steps
}

impl Step {
    /// The operation that `bytes` stand for over a schema.
    pub fn decode(schema: &Schema, bytes: &[u8]) -> Step {
        let mut choices = Choices(bytes.iter());
        let kind = choices.below(44);
        let at = choices.below(schema.tables.len());
        let table = &schema.tables[at];
        match kind {
            0..=10 => Step::Insert { table: at, rows: rows(&mut choices, table) },
            11..=17 => {
                Step::Update { table: at, which: which(&mut choices, table), set: set(&mut choices, table) }
            }
            21..=23 => Step::Destroy { table: at, which: which(&mut choices, table) },
            18..=20 => Step::Delete { table: at, which: which(&mut choices, table) },
            24..=26 => {
                let on = choices.below(3);
                let set = (choices.below(3) == 2).then(|| set(&mut choices, table));
                let rows = rows(&mut choices, table);
                Step::Upsert { table: at, rows, on: on.checked_sub(1), set }
            }
            27..=29 => {
                let mut rows = Vec::new();
                for _ in 0..=choices.below(6) {
                    let at = choices.below(schema.tables.len());
                    rows.push((at, given(&mut choices, &schema.tables[at])));
                }
                let route = [Route::ByName, Route::ByPlace, Route::Borrowed][choices.below(3)];
                Step::Load { rows, route }
            }
            32.. => along(schema, &mut choices).unwrap_or(Step::Fork),
            _ => Step::Fork,
        }
    }
}

/// A write along one of the relations that are written.
fn along(schema: &Schema, choices: &mut Choices<'_>) -> Option<Step> {
    let table = |name: &str| schema.tables.iter().find(|table| table.name == name).unwrap();
    let is_written = |relation: &relata::Relation| {
        let is_keyed = |name: &str| !table(name).primary_key.is_empty();
        link(schema, relation).is_some() && is_keyed(&relation.source) && is_keyed(&relation.target)
    };
    let written = schema.relations.iter().enumerate().filter(|(_, relation)| is_written(relation));
    let written: Vec<_> = written.collect();
    let (at, relation) = *written.get(choices.below(written.len()))?;
    let (source, target) = (table(&relation.source), table(&relation.target));
    let link = link(schema, relation)?;
    let inserts = choices.below(3) == 0;
    let count = if let Link::Parent(_) = link { 1 } else { 1 + choices.below(2) };
    let acts = match choices.below(3) {
        0 => vec![attributes(choices, target, &link)],
        _ => (0..count).map(|_| act(choices, target, &link, inserts)).collect(),
    };
    Some(match inserts {
        true => {
            let mut row = given(choices, source);
            if let Link::Parent(join) = &link {
                row.retain(|(at, _)| !join.columns.contains(at) || choices.below(8) == 7);
            }
            Step::InsertAlong { relation: at, row, acts }
        }
        false => Step::UpdateAlong { relation: at, key: key(choices, source), acts },
    })
}

fn act(choices: &mut Choices<'_>, target: &Table, link: &Link, inserts: bool) -> Act {
    let is_parent = matches!(link, Link::Parent(_));
    let kind = choices.below(if inserts { 3 } else { 8 });
    let count = if is_parent { 1 } else { [1, 2, 3, 0][choices.below(4)] };
    let mut keys = || (0..count).map(|_| key(choices, target)).collect();
    match kind {
        0 | 1 => Act::Connect(keys()),
        3 => Act::Disconnect(keys()),
        4 => Act::Delete(keys()),
        5 if !is_parent => Act::Set(keys()),
        6 if !is_parent => Act::Replace(keys()),
        7 if !is_parent => Act::Remove(keys()),
        _ => {
            let mut row = given(choices, target);
            if let Link::Children(join) = link {
                row.retain(|(at, _)| !join.columns.contains(at) || choices.below(8) == 7);
            }
            Act::Create(row)
        }
    }
}

/// Rows with a key or without one.
fn attributes(choices: &mut Choices<'_>, target: &Table, link: &Link) -> Act {
    let count = if let Link::Parent(_) = link { 1 } else { 1 + choices.below(3) };
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
        row
    };
    Act::Rows((0..count).map(|_| row(choices)).collect())
}

/// A primary key.
fn key(choices: &mut Choices<'_>, table: &Table) -> Vec<Value> {
    let columns = table.primary_key.iter().map(|name| &table.columns[place(table, name)]);
    columns.map(|column| value(column, choices.below(64))).collect()
}

fn rows(choices: &mut Choices<'_>, table: &Table) -> Vec<Given> {
    let count = [1, 1, 1, 2, 3, 0][choices.below(6)];
    (0..count).map(|_| given(choices, table)).collect()
}

/// A new row: most columns are given, a generated one seldom.
fn given(choices: &mut Choices<'_>, table: &Table) -> Given {
    let mut given = Given::new();
    for (at, column) in table.columns.iter().enumerate().filter(|(_, column)| !is_counter(column)) {
        let choice = choices.below(8);
        if if column.generated { choice == 7 } else { choice > 0 } {
            let choice = choices.below(64);
            given.push((at, value(column, choice)));
        }
    }
    given
}

/// What an update writes: seldom more than two columns.
fn set(choices: &mut Choices<'_>, table: &Table) -> Given {
    let mut set = Given::new();
    for _ in 0..[1, 1, 2, 3][choices.below(4)] {
        let at = choices.below(table.columns.len());
        let choice = choices.below(64);
        if set.iter().all(|(other, _)| *other != at) && !is_counter(&table.columns[at]) {
            set.push((at, value(&table.columns[at], choice)));
        }
    }
    set
}

/// Whether only the store writes a column.
fn is_counter(column: &Column) -> bool {
    column.name.starts_with("count_")
}

fn which(choices: &mut Choices<'_>, table: &Table) -> Which {
    let kind = choices.below(12);
    let at = choices.below(table.columns.len());
    let mut of = |at: usize| {
        let choice = choices.below(64);
        value(&table.columns[at], choice)
    };
    match kind {
        0..=3 => Which::Compare(at, Comparison::Eq, of(at)),
        4 | 5 => Which::Compare(at, Comparison::Lt, of(at)),
        6 => Which::Compare(at, Comparison::Gte, of(at)),
        7 => Which::Compare(at, Comparison::Ne, of(at)),
        8 => Which::Null(at),
        9 | 10 if !table.primary_key.is_empty() => {
            let places = table.primary_key.iter().map(|name| place(table, name));
            Which::Key(places.map(&mut of).collect())
        }
        _ => Which::All,
    }
}

/// The place of a column in its table.
pub fn place(table: &Table, name: &str) -> usize {
    table.columns.iter().position(|column| column.name == name).unwrap()
}

/// One of few values for a column, so that keys meet; now and then null.
fn value(column: &Column, choice: usize) -> Value {
    if choice == 63 || (choice % 8 == 7 && column.nullable) {
        return Value::Null;
    }
    match column.ty {
        Type::Text => ["a", "b", "c", "", "ab"][choice % 5].into(),
        Type::Decimal => {
            let text = ["1", "1.0", "2", "2.50", "2.5", "0.00", "0"][choice % 7];
            column.ty.read_text(text).unwrap()
        }
        Type::Float => [0.0, -0.0, 1.5, f64::NAN, -1.0][choice % 5].into(),
        // Now and then one that is far from the others, and too wide for a narrow column.
        Type::Integer if choice % 16 == 8 => 70_000.into(),
        Type::Integer if choice == 41 => (-5).into(),
        _ => Value::from(1 + choice as i64 % 6),
    }
}

/// A row by column names.
pub fn row(table: &Table, given: &Given) -> Row {
    let cells = given.iter().map(|(at, value)| (table.columns[*at].name.clone(), value.clone().into()));
    cells.collect()
}

/// A row of a relation's source, given acts along it.
pub fn along_row(schema: &Schema, relation: usize, given: &Given, acts: &[Act]) -> Row {
    let relation = &schema.relations[relation];
    let table = |name: &str| schema.tables.iter().find(|table| table.name == name).unwrap();
    row(table(&relation.source), given).set(relation.name.clone(), write(table(&relation.target), acts))
}

/// Acts as the database takes them.
fn write(target: &Table, acts: &[Act]) -> Input {
    if let [Act::Rows(rows)] = acts {
        return rows.iter().map(|given| row(target, given)).collect::<Vec<_>>().into();
    }
    let picks = |keys: &[Vec<Value>]| -> Vec<Pick> {
        keys.iter().map(|key| Pick::Key(key.iter().cloned().collect())).collect()
    };
    let verb = |act: &Act| match act {
        Act::Rows(_) => unreachable!("{act:?}"),
        Act::Create(given) => Verb::Create(vec![row(target, given)]),
        Act::Connect(keys) => Verb::Connect(picks(keys)),
        Act::Disconnect(keys) => Verb::Disconnect(picks(keys)),
        Act::Remove(keys) => Verb::Remove(picks(keys)),
        Act::Set(keys) => Verb::Set(picks(keys)),
        Act::Replace(keys) => Verb::Replace(picks(keys)),
        Act::Delete(keys) => Verb::Delete(picks(keys)),
    };
    acts.iter().map(verb).collect::<Verbs>().into()
}

impl Which {
    /// As the database takes it.
    pub fn rows(&self, table: &Table) -> relata::Rows {
        let name = |at: &usize| table.columns[*at].name.clone();
        let filter: Filter = match self {
            Which::All => return relata::Rows::All,
            Which::Key(key) => return relata::Rows::Key(key.iter().cloned().collect()),
            Which::Null(at) => col(name(at)).is_null(),
            Which::Compare(at, comparison, value) => {
                let (col, value) = (col(name(at)), value.clone());
                match comparison {
                    Comparison::Eq => col.eq(value),
                    Comparison::Ne => col.ne(value),
                    Comparison::Lt => col.lt(value),
                    Comparison::Gte => col.gte(value),
                }
            }
        };
        relata::Rows::Where(filter)
    }
}

/// The unique constraints of a table by their columns: the primary key, unique columns, the others.
pub fn unique(table: &Table) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    if !table.primary_key.is_empty() {
        all.push(texts(&table.primary_key));
    }
    all.extend(
        table.columns.iter().filter(|column| column.unique).map(|column| vec![column.name.to_string()]),
    );
    all.extend(table.unique.iter().map(|unique| texts(&unique.columns)));
    all.extend(table.indexes.iter().filter(|index| index.unique).map(|index| texts(&index.columns)));
    all
}

/// The columns by which a row stands in the way of an upsert: those of a unique constraint when
/// there is one at this place, else some column.
pub fn arbiter(table: &Table, at: usize) -> Vec<String> {
    let other = || vec![table.columns[at % table.columns.len()].name.to_string()];
    unique(table).get(at).cloned().unwrap_or_else(other)
}

fn texts(names: &[impl ToString]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
