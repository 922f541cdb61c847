//! Relata by its Rust interface, without models.

use crate::built;
use crate::case::Rows;
use crate::engine::{Engine, Kind as EngineKind, Ran, Reason, Result, Verdict};
use crate::schema::Schema;
use crate::tree::{Control, Query, Statement};
use crate::value::{Kind, Value};
use relata::{Database, Error, Outcome, Page, Snapshot, Transaction, ValueRef};

/// A database, the transaction that is open on it, and what it has left behind.
pub struct Untyped<'d> {
    schema: &'d Schema,
    database: &'d Database,
    transaction: Option<Transaction<'d>>,
    /// Whether rows at first are a load.
    loads: bool,
    /// Forks, and their rows at that time.
    left: Vec<(Database, Rows)>,
}

impl<'d> Untyped<'d> {
    /// An empty database with a schema.
    pub fn new(schema: &'d Schema, database: &'d Database, loads: bool) -> Untyped<'d> {
        Untyped { schema, database, transaction: None, loads, left: Vec::new() }
    }

    /// The transaction that is open, if any.
    pub fn open(&mut self) -> Option<&mut Transaction<'d>> {
        self.transaction.as_mut()
    }

    fn snapshot(&self) -> Snapshot {
        match &self.transaction {
            Some(transaction) => transaction.snapshot(),
            None => self.database.snapshot(),
        }
    }
}

impl Engine for Untyped<'_> {
    fn kind(&self) -> EngineKind {
        EngineKind::Untyped
    }

    fn fill(&mut self, rows: &Rows) -> Result<()> {
        let schema = self.schema;
        if !self.loads {
            let given = |row: &Vec<Value>| row.iter().cloned().map(Some).collect::<Vec<_>>();
            for (table, rows) in rows {
                let rows = rows.iter().map(|row| built::row(schema, table, &given(row))).collect();
                self.database.insert_many(table, rows).map_err(|error| error.to_string())?;
            }
            return Ok(());
        }
        let loaded = self.database.load(|loader| {
            for (table, rows) in rows {
                for row in rows {
                    let row: Vec<Option<Value>> = row.iter().cloned().map(Some).collect();
                    loader.push(table, &built::row(schema, table, &row))?;
                }
            }
            Ok(())
        });
        loaded.map(drop).map_err(|error| error.to_string())
    }

    fn run(&mut self, statement: &Statement) -> Result<Ran> {
        let done = built::statement(self.schema, statement);
        let done = match &mut self.transaction {
            Some(transaction) => transaction.execute(&done),
            None => self.database.execute(&done),
        };
        match done {
            Ok(Outcome::Rows(page)) => {
                let verdict = Verdict::Done(page.len() as u64);
                Ok(Ran { verdict, keys: keys(self.schema, &page) })
            }
            Ok(Outcome::Count(count)) => Ok(Verdict::Done(count).into()),
            Ok(other) => Err(format!("{other:?}")),
            Err(error) => refused(&error).map(Ran::from),
        }
    }

    fn control(&mut self, control: Control) -> Result<Verdict> {
        if control == Control::Begin {
            self.transaction = Some(self.database.begin().map_err(|error| error.to_string())?);
            return Ok(Verdict::Done(0));
        }
        let Some(mut transaction) = self.transaction.take() else { return Err("nothing is open".into()) };
        match control {
            Control::Begin => {}
            Control::Savepoint(name) => transaction.savepoint(name),
            Control::RollbackTo(name) => {
                transaction.rollback_to(name).map_err(|error| error.to_string())?;
            }
            Control::Rollback => {
                transaction.rollback();
                return Ok(Verdict::Done(0));
            }
            Control::Commit => {
                return match transaction.commit() {
                    Ok(()) => Ok(Verdict::Done(0)),
                    Err(error) => refused(&error),
                };
            }
        }
        self.transaction = Some(transaction);
        Ok(Verdict::Done(0))
    }

    fn ask(&mut self, query: &Query) -> Result<Option<String>> {
        let answer = built::answer(&self.snapshot(), self.schema, query);
        answer.map(Some).map_err(|error| error.to_string())
    }

    fn dump(&mut self) -> Result<Rows> {
        rows(self.schema, &self.snapshot())
    }

    fn check(&mut self) -> Option<String> {
        let found = match &self.transaction {
            Some(transaction) => transaction.check(),
            None => self.database.check(),
        };
        if !found.is_empty() {
            return Some(format!("{found:?}"));
        }
        for (left, before) in &self.left {
            let (now, found) = (rows(self.schema, &left.snapshot()), left.check());
            if now.as_ref() != Ok(before) || !found.is_empty() {
                return Some(format!(
                    "a fork that was left behind has {now:?} and not {before:?}; {found:?}"
                ));
            }
        }
        None
    }

    fn fork(&mut self) -> Result<()> {
        let fork = self.snapshot().fork();
        let now = rows(self.schema, &fork.snapshot())?;
        self.left.push((fork, now));
        Ok(())
    }

    fn draws_keys(&self) -> bool {
        true
    }
}

/// The verdict that an error is.
///
/// # Errors
/// Where no constraint refuses.
pub fn refused(error: &Error) -> Result<Verdict> {
    match Reason::of_kind(error.kind().name()) {
        Some(reason) => Ok(Verdict::Refused(reason.into())),
        None => Err(format!("{}: {error}", error.kind().name())),
    }
}

/// The generated keys of the rows that a statement gives.
fn keys(schema: &Schema, page: &Page) -> Vec<i64> {
    let Some(first) = page.iter().next() else { return Vec::new() };
    let generated = schema.table(first.table()).columns.iter().find(|column| column.generated);
    let Some(column) = generated else { return Vec::new() };
    page.iter().filter_map(|row| row.get::<i64>(column.name).ok()).collect()
}

/// All rows of a state.
///
/// # Errors
/// Where a table isn't there.
pub fn rows(schema: &Schema, snapshot: &Snapshot) -> Result<Rows> {
    let mut all = Rows::new();
    for table in &schema.tables {
        let held = snapshot.table(table.name).map_err(|error| error.to_string())?;
        let rows = held.iter().map(|row| {
            row.values().zip(&table.columns).map(|((_, cell), column)| value(cell, column.kind)).collect()
        });
        all.push((table.name, rows.collect()));
    }
    Ok(all)
}

fn value(cell: ValueRef<'_>, kind: Kind) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Boolean(value) => Value::Boolean(value),
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Float(value) => Value::Float(value),
        ValueRef::Decimal(value) => Value::Decimal {
            units: i64::try_from(value.mantissa()).unwrap_or_default(),
            scale: value.scale(),
        },
        ValueRef::Text(value) if kind == Kind::Text => Value::Text(value.to_owned()),
        other => {
            let text = serde_json::to_string(&other).unwrap_or_default();
            match kind {
                Kind::Labels { labels, .. } => Value::of_label(text.trim_matches('"'), labels),
                _ => Value::Text(text),
            }
        }
    }
}
