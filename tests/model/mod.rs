//! A naive database: rows in vectors, everything found by looking at every row. Written from
//! `semantics.md` and the documentation of the public interface; it shares no code with the store.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "each user takes a part of it")]

pub mod act;
mod along;
mod attributes;
pub mod compare;
mod destroy;
pub mod hooked;
mod link;
pub mod random;
mod rules;
pub mod run;
pub mod shape;
pub mod step;
mod upkeep;
mod walk;
mod write;

use relata::{Schema, Table, Value};
use step::place;

/// The rows of one table, in insertion order, each with a number of its own.
#[derive(Clone, Debug, Default)]
struct Rows {
    rows: Vec<(u64, Vec<Value>)>,
    /// The greatest key that was generated or given.
    sequence: i64,
}

/// A database, naively.
#[derive(Clone, Debug)]
pub struct Model {
    schema: Schema,
    tables: Vec<Rows>,
    /// The number of the next row.
    next: u64,
    /// The time.
    time: Value,
    /// What the statement has touched so far.
    touched: Vec<upkeep::Touch>,
    /// Whether hooks run.
    hooks: bool,
    /// The tables of new rows that hooks are still to be shown.
    logged: Vec<usize>,
}

/// A foreign key of the schema, by places.
#[derive(Clone, Debug)]
struct Key {
    child: usize,
    columns: Vec<usize>,
    parent: usize,
    references: Vec<usize>,
    on_delete: relata::Action,
    on_update: relata::Action,
    deferrable: bool,
}

impl Model {
    /// A database without rows, with hooks or without.
    pub fn new(schema: Schema, hooks: bool) -> Model {
        let tables = schema.tables.iter().map(|_| Rows::default()).collect();
        Model { schema, tables, next: 0, time: Value::Null, touched: Vec::new(), hooks, logged: Vec::new() }
    }

    /// Takes everything back to an earlier state of this model, but for generated keys.
    pub fn go_back_to(&mut self, earlier: &Model) {
        let gone = std::mem::replace(self, earlier.clone());
        (self.next, self.time) = (gone.next, gone.time);
        for (rows, gone) in self.tables.iter_mut().zip(gone.tables) {
            rows.sequence = gone.sequence;
        }
    }

    /// A table's rows, in insertion order.
    pub fn rows(&self, table: usize) -> Vec<Vec<Value>> {
        self.tables[table].rows.iter().map(|(_, row)| row.clone()).collect()
    }

    fn table(&self, name: &str) -> usize {
        self.schema.tables.iter().position(|table| table.name == name).unwrap()
    }

    fn places(&self, table: usize, names: &[impl AsRef<str>]) -> Vec<usize> {
        names.iter().map(|name| place(&self.schema.tables[table], name.as_ref())).collect()
    }

    /// The row with this number, if it is there.
    fn row(&self, table: usize, number: u64) -> Option<&Vec<Value>> {
        self.tables[table].rows.iter().find(|(other, _)| *other == number).map(|(_, row)| row)
    }

    /// The foreign keys of the schema: by table, then as declared.
    fn keys(&self) -> Vec<Key> {
        let of_table = |(child, table): (usize, &Table)| -> Vec<Key> {
            let key = |key: &relata::ForeignKey| {
                let parent = self.table(&key.table);
                let names = if key.references.is_empty() {
                    &self.schema.tables[parent].primary_key
                } else {
                    &key.references
                };
                Key {
                    child,
                    columns: self.places(child, &key.columns),
                    parent,
                    references: self.places(parent, names),
                    on_delete: key.on_delete,
                    on_update: key.on_update,
                    deferrable: key.deferrable,
                }
            };
            table.foreign_keys.iter().map(key).collect()
        };
        self.schema.tables.iter().enumerate().flat_map(of_table).collect()
    }

    /// The numbers of the rows whose cells at `columns` equal `key`; none for a key with a null.
    fn holders(&self, table: usize, columns: &[usize], key: &[Value]) -> Vec<u64> {
        let rows = self.tables[table].rows.iter();
        rows.filter(|(_, row)| matches(&cells(row, columns), key)).map(|(number, _)| *number).collect()
    }
}

/// The cells of a row at these places.
fn cells(row: &[Value], columns: &[usize]) -> Vec<Value> {
    columns.iter().map(|at| row[*at].clone()).collect()
}

/// Whether two keys match: as tuples, and never with a null.
fn matches(a: &[Value], b: &[Value]) -> bool {
    a == b && !a.iter().any(Value::is_null)
}
