//! Relata by documents: each step is a request of a session, as `relata run` reads them from a script.

use crate::case::Rows;
use crate::document;
use crate::engine::{Engine, Kind, Ran, Result, Verdict};
use crate::schema::Schema;
use crate::tree::{Control, Query, Statement};
use crate::untyped::refused;
use crate::value::Value;
use relata::json::{Limits, Request, ResultDocument, Session, read};
use relata::{Database, Error, Literal};

/// A session on a database.
pub struct Json<'d> {
    schema: &'d Schema,
    database: &'d Database,
    session: Session<'d>,
    limits: Limits,
}

impl<'d> Json<'d> {
    /// An empty database with a schema.
    pub fn new(schema: &'d Schema, database: &'d Database) -> Json<'d> {
        Json { schema, database, session: Session::new(database), limits: Limits::none() }
    }

    fn request(&mut self, text: &str) -> std::result::Result<String, Error> {
        let request = Request::parse(&self.database.catalog(), text, &self.limits)?;
        let answer = self.session.answer(&request, &self.limits)?;
        let line = serde_json::to_string(&ResultDocument(&answer)).unwrap_or_default();
        Ok(line)
    }

    /// What a line holds as its result.
    fn result(&mut self, text: &str) -> Result<std::result::Result<Literal, Error>> {
        match self.request(text) {
            Ok(line) => {
                let answer = read(&line, &self.limits).map_err(|error| error.to_string())?;
                let result = answer.get("result").cloned();
                result.map(Ok).ok_or_else(|| format!("no result in {line}"))
            }
            Err(error) => Ok(Err(error)),
        }
    }
}

impl Engine for Json<'_> {
    fn kind(&self) -> Kind {
        Kind::Json
    }

    fn run(&mut self, statement: &Statement) -> Result<Ran> {
        let asked = document::statement(self.schema, statement).to_string();
        let table = match statement {
            Statement::Insert(table, _)
            | Statement::Update(table, ..)
            | Statement::Upsert(table, ..)
            | Statement::Delete(table, _) => self.schema.table(table),
        };
        let generated = table.columns.iter().find(|column| column.generated).map(|column| column.name);
        let key = |row: &Literal| match row.get(generated?)? {
            Literal::Number(number) => number.parse().ok(),
            _ => None,
        };
        Ok(match self.result(&asked)? {
            Ok(Literal::List(rows)) => {
                Ran { verdict: Verdict::Done(rows.len() as u64), keys: rows.iter().filter_map(key).collect() }
            }
            Ok(Literal::Number(count)) => Verdict::Done(count.parse().unwrap_or_default()).into(),
            Ok(row) => Ran { verdict: Verdict::Done(1), keys: key(&row).into_iter().collect() },
            Err(error) => refused(&error)?.into(),
        })
    }

    fn control(&mut self, control: Control) -> Result<Verdict> {
        match self.result(&document::control(control).to_string())? {
            Ok(_) => Ok(Verdict::Done(0)),
            Err(error) => refused(&error),
        }
    }

    fn ask(&mut self, query: &Query) -> Result<Option<String>> {
        let line = self.request(&document::query(self.schema, query).to_string());
        let line = line.map_err(|error| format!("{error} (at {})", error.path()))?;
        let answer = line.strip_prefix("{\"result\":").and_then(|rest| rest.strip_suffix('}'));
        answer.map(|answer| Some(answer.to_owned())).ok_or(line)
    }

    fn dump(&mut self) -> Result<Rows> {
        let mut all = Rows::new();
        for table in &self.schema.tables {
            let found = self.result(&format!("{{\"findMany\":\"{}\"}}", table.name))?;
            let Literal::List(rows) = found.map_err(|error| error.to_string())? else {
                return Err(format!("{} isn't a list", table.name));
            };
            let cell = |row: &Literal, name: &str, kind| {
                row.get(name).map_or(Value::Null, |cell| Value::of_document(cell, kind))
            };
            let row = |row: &Literal| {
                table.columns.iter().map(|column| cell(row, column.name, column.kind)).collect()
            };
            all.push((table.name, rows.iter().map(row).collect()));
        }
        Ok(all)
    }

    fn check(&mut self) -> Option<String> {
        let found = self.session.snapshot().check();
        (!found.is_empty()).then(|| format!("{found:?}"))
    }

    fn draws_keys(&self) -> bool {
        true
    }
}
