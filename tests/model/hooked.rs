//! Hooks of the database, and the same naively: one sets a column of new rows, one logs them, two refuse.

use super::step::place;
use super::write::{Changes, Refusal};
use super::{Model, cells};
use relata::{Builder, Input, Row, Schema, Table, Value};

// What new rows get that give nothing; what no row may change to; what no row may be destroyed with.
const FILLED: i64 = 2;
const FROZEN: i64 = 5;
const KEPT: i64 = 4;

/// The table that hooks write to.
const LOG: &str = "log";

/// What hooks of a table look at: only some tables have it.
fn watched(table: &Table) -> Option<usize> {
    table.columns.iter().position(|column| column.name == "v" && column.nullable)
}

/// A database with hooks.
pub fn hooked(schema: &Schema, mut builder: Builder) -> Builder {
    let logs = schema.tables.iter().any(|table| table.name == LOG);
    for table in schema.tables.iter().filter(|table| watched(table).is_some()) {
        let name = table.name.as_str();
        builder = builder
            .before_insert(name, |event| match event.after().unwrap().value("v")?.is_null() {
                true => event.set("v", FILLED),
                false => Ok(()),
            })
            .before_update(name, |event| match event.after().unwrap().get::<Option<i64>>("v")? {
                Some(FROZEN) => Err(event.refuse("frozen")),
                _ => Ok(()),
            })
            .before_destroy(name, |event| match event.before().unwrap().get::<Option<i64>>("v")? {
                Some(KEPT) => Err(event.refuse("kept")),
                _ => Ok(()),
            });
        if logs {
            let line = |name: &str| -> Row { [("line".into(), Input::from(name))].into_iter().collect() };
            let line = line(name);
            builder = builder.after_insert(name, move |event| event.insert(LOG, line.clone()).map(drop));
        }
    }
    builder
}

impl Model {
    fn watched(&self, table: usize) -> Option<usize> {
        watched(&self.schema.tables[table]).filter(|_| self.hooks)
    }

    /// What the hook before it makes of a new row.
    pub(super) fn before_insert(&mut self, table: usize, row: &mut [Value]) {
        let Some(at) = self.watched(table) else { return };
        if row[at].is_null() {
            row[at] = FILLED.into();
        }
        self.logged.push(table);
    }

    /// Whether the hook before it lets rows change.
    pub(super) fn before_update(
        &self,
        table: usize,
        columns: &[usize],
        changes: &Changes,
    ) -> Result<(), Refusal> {
        let Some(at) = self.watched(table) else { return Ok(()) };
        let is_frozen = |(row, values): &(u64, Vec<Value>)| {
            let Some(held) = self.row(table, *row) else { return false };
            let new = columns.iter().position(|column| *column == at).map_or(&held[at], |at| &values[at]);
            !super::write::same(&cells(held, columns), values) && *new == Value::from(FROZEN)
        };
        if changes.iter().any(is_frozen) { Err("refused") } else { Ok(()) }
    }

    /// Whether the hook before it lets rows be destroyed.
    pub(super) fn before_destroy(&self, table: usize, rows: &[u64]) -> Result<(), Refusal> {
        let Some(at) = self.watched(table) else { return Ok(()) };
        let is_kept = |row: &u64| self.row(table, *row).is_some_and(|row| row[at] == Value::from(KEPT));
        if rows.iter().any(is_kept) { Err("refused") } else { Ok(()) }
    }

    /// What the hooks after them write of new rows.
    pub(super) fn log(&mut self) {
        let logged = std::mem::take(&mut self.logged);
        let Some(log) = self.schema.tables.iter().position(|table| table.name == LOG) else { return };
        let at = place(&self.schema.tables[log], "line");
        for table in logged {
            let mut row = vec![Value::Null; self.schema.tables[log].columns.len()];
            row[at] = self.schema.tables[table].name.as_str().into();
            self.tables[log].rows.push((self.next, row));
            self.next += 1;
        }
    }
}
