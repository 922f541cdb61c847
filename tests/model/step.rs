//! Random operations, decoded from bytes: a shorter or smaller list of bytes is a simpler operation.

use super::act::{Act, along};
use relata::{Column, Filter, Row, Schema, Table, Type, Value, col};

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
    /// Writes along a relation, by its place, of the row with this primary key; of a polymorphic one
    /// along that to the table of a type.
    UpdateAlong {
        relation: usize,
        on: Option<usize>,
        key: Vec<Value>,
        acts: Vec<Act>,
    },
    /// Adds a row and writes along a relation of it.
    InsertAlong {
        relation: usize,
        on: Option<usize>,
        row: Given,
        acts: Vec<Act>,
    },
    Fork,
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
    /// These, each of which was read at a version.
    At(Box<Which>, i64),
}

#[derive(Clone, Copy, Debug)]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Gte,
}

/// Choices taken from bytes; zeros when they run out.
pub struct Choices<'b>(pub std::slice::Iter<'b, u8>);

impl Choices<'_> {
    pub fn below(&mut self, bound: usize) -> usize {
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
        let kind = choices.below(46);
        let at = choices.below(schema.tables.len());
        let table = &schema.tables[at];
        match kind {
            0..=10 => Step::Insert { table: at, rows: rows(&mut choices, table) },
            11..=17 => {
                Step::Update { table: at, which: read(&mut choices, table), set: set(&mut choices, table) }
            }
            21..=23 => Step::Destroy { table: at, which: read(&mut choices, table) },
            18..=20 => Step::Delete { table: at, which: read(&mut choices, table) },
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

/// A primary key.
pub(super) fn key(choices: &mut Choices<'_>, table: &Table) -> Vec<Value> {
    let columns = table.primary_key.iter().map(|name| &table.columns[place(table, name)]);
    columns.map(|column| value(column, choices.below(64))).collect()
}

fn rows(choices: &mut Choices<'_>, table: &Table) -> Vec<Given> {
    let count = [1, 1, 1, 2, 3, 0][choices.below(6)];
    (0..count).map(|_| given(choices, table)).collect()
}

/// A new row: most columns are given, a generated one seldom.
pub(super) fn given(choices: &mut Choices<'_>, table: &Table) -> Given {
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
pub(super) fn set(choices: &mut Choices<'_>, table: &Table) -> Given {
    let mut set = Given::new();
    for _ in 0..[1, 1, 2, 3][choices.below(4)] {
        let at = choices.below(table.columns.iter().filter(|column| !is_time(column)).count());
        let choice = choices.below(64);
        if set.iter().all(|(other, _)| *other != at) && !is_counter(&table.columns[at]) {
            set.push((at, value(&table.columns[at], choice)));
        }
    }
    set
}

/// Whether only the store writes a column.
pub(super) fn is_counter(column: &Column) -> bool {
    column.name.starts_with("count_") || is_time(column)
}

fn is_time(column: &Column) -> bool {
    column.name.starts_with("touched_")
}

/// Rows as somebody read them, perhaps some time ago.
fn read(choices: &mut Choices<'_>, table: &Table) -> Which {
    let rows = which(choices, table);
    match table.version.is_some() && choices.below(3) == 2 {
        true => Which::At(Box::new(rows), choices.below(4) as i64),
        false => rows,
    }
}

pub(super) fn which(choices: &mut Choices<'_>, table: &Table) -> Which {
    let kind = choices.below(12);
    let at = choices.below(table.columns.iter().filter(|column| !is_time(column)).count());
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
pub(super) fn value(column: &Column, choice: usize) -> Value {
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

impl Which {
    /// As the database takes it.
    pub fn rows(&self, table: &Table) -> relata::Rows {
        let name = |at: &usize| table.columns[*at].name.clone();
        let filter: Filter = match self {
            Which::All => return relata::Rows::All,
            Which::Key(key) => return relata::Rows::Key(key.iter().cloned().collect()),
            Which::At(which, version) => return which.rows(table).at_version(*version),
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
