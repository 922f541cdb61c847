//! Both engines, side by side.

mod verdict;

use crate::case::{Case, Step};
use crate::model::{Schema, Table};
use crate::sql::{self, Sqlite, Verdict};
use crate::tree::{Method, Query, Select, Statement};
use crate::value::Value;
use crate::{built, document};
use relata::json::{Limits, read};
use relata::{Database, Input, Literal, Row};
use std::fmt::Display;
use verdict::{agree, stored_row, verdict};

/// Above all keys and all values there are: what a refused row is given for a generated key.
const UNUSED: i64 = 1_000_000_000;

/// Where the engines don't agree.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The step it's about; `None` when it's about the rows at first.
    pub step: Option<usize>,
    /// What it is about, as Relata is asked.
    pub asked: String,
    /// What Relata says.
    pub relata: String,
    /// What SQLite says.
    pub sqlite: String,
    /// Everything that Relata was given before, a document a line.
    pub script: Vec<String>,
}

/// Both engines with the same rows.
struct Pair<'a> {
    schema: &'a Schema,
    db: Database,
    sqlite: Sqlite<'a>,
    script: Vec<String>,
    /// The greatest key that a table has ever had in its generated column.
    greatest: Vec<i64>,
    /// Databases that were forked, and their rows at that time.
    left: Vec<(Database, Vec<String>)>,
    tally: Tally,
}

/// What a case came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Queries, ...
    pub queries: usize,
    /// ... and those whose answer had a row in it, or a count that isn't 0.
    pub found: usize,
    /// Queries with more rows than are compared.
    pub too_long: usize,
    /// Statements, ...
    pub statements: usize,
    /// ... and those that were carried out.
    pub done: usize,
}

/// What went wrong in the harness itself, in words.
fn broken(error: impl Display) -> Difference {
    let (asked, sqlite) = ("the harness".to_owned(), error.to_string());
    Difference { step: None, asked, relata: String::new(), sqlite, script: Vec::new() }
}

/// Carries out a case.
///
/// # Errors
/// The first difference.
pub fn run(case: &Case) -> Result<Tally, Box<Difference>> {
    let mut pair = Pair::new(&case.schema).map_err(Box::new)?;
    pair.fill(case).map_err(Box::new)?;
    for (at, step) in case.steps.iter().enumerate() {
        let outcome = match step {
            Step::Query(query) => pair.query(query),
            Step::Statement(statement) => pair.statement(statement),
            Step::Fork => pair.fork(),
        };
        outcome.map_err(|difference| Box::new(Difference { step: Some(at), ..difference }))?;
    }
    pair.compare_left().map_err(Box::new)?;
    Ok(pair.tally)
}

impl<'a> Pair<'a> {
    fn new(schema: &'a Schema) -> Result<Pair<'a>, Difference> {
        let document = document::schema(schema);
        let declared = relata::Schema::try_from(&document).and_then(Database::new);
        let db = declared.map_err(|error| broken(format!("{}: {error:?}", schema.name)))?;
        let sqlite = Sqlite::new(schema).map_err(broken)?;
        let greatest = vec![0; schema.tables.len()];
        Ok(Pair {
            schema,
            db,
            sqlite,
            script: Vec::new(),
            greatest,
            left: Vec::new(),
            tally: Tally::default(),
        })
    }

    /// Gives SQLite the proposed rows one by one, and Relata those that it took.
    fn fill(&mut self, case: &Case) -> Result<(), Difference> {
        let mut taken: Vec<(&Table, Vec<Vec<Option<Value>>>)> = Vec::new();
        for (name, rows) in &case.rows {
            let table = self.schema.table(name);
            let mut kept = Vec::new();
            for row in rows {
                let row: Vec<Option<Value>> = row.iter().cloned().map(Some).collect();
                let insert = Statement::Insert(table.name, vec![row.clone()]);
                if matches!(self.sqlite.run(&insert).map_err(broken)?, Verdict::Done(_)) {
                    kept.push(row);
                }
            }
            self.script.push(document::insert(table, &kept).to_string());
            taken.push((table, kept));
        }
        let refused = if case.loaded {
            self.load(&taken)
        } else {
            let script = self.script.join("\n");
            let lines = self.db.run_json(&script).map_err(broken)?;
            lines.lines().find(|line| line.starts_with("{\"error\"")).map(str::to_owned)
        };
        for (table, rows) in &taken {
            rows.iter().for_each(|row| self.pass(table, row));
        }
        match refused {
            Some(error) => Err(self.differs("the rows at first", error, "taken")),
            None => self.compare_rows("the rows at first"),
        }
    }

    fn load(&self, taken: &[(&Table, Vec<Vec<Option<Value>>>)]) -> Option<String> {
        let loaded = self.db.load(|loader| {
            for (table, rows) in taken {
                for row in rows {
                    let cells = table.columns.iter().zip(row).filter_map(|(column, value)| {
                        let literal = value.as_ref()?.document(column.kind);
                        Some((column.name.into(), Input::Literal(literal)))
                    });
                    loader.push(table.name, &cells.collect::<Row>())?;
                }
            }
            Ok(())
        });
        loaded.err().map(|error| error.to_string())
    }

    /// Notes the keys of a new row.
    fn pass(&mut self, table: &Table, row: &[Option<Value>]) {
        let at = self.schema.tables.iter().position(|other| other.name == table.name);
        let keys = table.columns.iter().zip(row).filter(|(column, _)| column.generated);
        for (_, value) in keys {
            if let (Some(Value::Integer(key)), Some(greatest)) =
                (value, at.and_then(|at| self.greatest.get_mut(at)))
            {
                *greatest = (*greatest).max(*key);
            }
        }
    }

    fn differs(&self, asked: &str, relata: impl Into<String>, sqlite: impl Into<String>) -> Difference {
        let (asked, script) = (asked.to_owned(), self.script.clone());
        Difference { step: None, asked, relata: relata.into(), sqlite: sqlite.into(), script }
    }

    fn query(&mut self, query: &Query) -> Result<(), Difference> {
        match self.same(query)? {
            Some(found) => {
                self.tally.queries += 1;
                self.tally.found += usize::from(found);
            }
            None => self.tally.too_long += 1,
        }
        Ok(())
    }

    /// Asks both; whether there was something to be found, or `None` when it's too much to compare.
    fn same(&self, query: &Query) -> Result<Option<bool>, Difference> {
        let expected = sql::answer(&self.sqlite.connection, self.schema, query).map_err(broken)?;
        let Some(expected) = expected.map(|answer| answer.to_string()) else { return Ok(None) };
        let asked = document::query(self.schema, query).to_string();
        let given = if query.built {
            built::answer(&self.db, self.schema, query)
        } else {
            self.db.query_json(&asked)
        };
        let given = given.unwrap_or_else(|error| format!("refused: {error} (at {})", error.path()));
        if given == expected {
            return Ok(Some(!matches!(expected.as_str(), "[]" | "null" | "0")));
        }
        let asked = if query.built { format!("built: {asked}") } else { asked };
        Err(self.differs(&asked, given, expected))
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Difference> {
        let asked = document::statement(self.schema, statement).to_string();
        let answer = self.db.run_json(&asked).map_err(broken)?;
        let answer = read(answer.trim_end(), &Limits::none()).map_err(broken)?;
        let given = verdict(&answer);
        let statement = self.with_keys(statement, &answer, &asked)?;
        let expected = self.sqlite.run(&statement).map_err(broken)?;
        self.script.push(asked.clone());
        self.tally.statements += 1;
        self.tally.done += usize::from(matches!(expected, Verdict::Done(_)));
        if !agree(&statement, &given, &expected) {
            return Err(self.differs(&asked, answer.to_string(), format!("{expected:?}")));
        }
        self.compare_rows(&asked)
    }

    /// The statement with the keys that Relata generated; where it refused, with unused ones.
    fn with_keys(
        &mut self,
        statement: &Statement,
        answer: &Literal,
        asked: &str,
    ) -> Result<Statement, Difference> {
        let mut statement = statement.clone();
        let (name, rows) = match &mut statement {
            Statement::Insert(name, rows) => (*name, rows.as_mut_slice()),
            Statement::Upsert(name, row, _) => (*name, std::slice::from_mut(row)),
            _ => return Ok(statement),
        };
        let upsert = asked.starts_with("{\"upsert\"");
        let schema = self.schema;
        let table = schema.table(name);
        let place = schema.tables.iter().position(|other| other.name == name).unwrap_or_default();
        for (at, row) in rows.iter_mut().enumerate() {
            let generated = table.columns.iter().position(|column| column.generated);
            if let Some(column) = generated.filter(|column| row[*column].is_none()) {
                let stored = stored_row(answer, at).and_then(|row| row.get(table.columns[column].name));
                let unused = UNUSED + at as i64;
                let key = match stored {
                    Some(Literal::Number(number)) => number.parse().unwrap_or(unused),
                    _ => unused,
                };
                if stored.is_some() && key <= self.greatest[place] && !upsert {
                    return Err(self.differs(asked, format!("the key {key}, which isn't new"), "a new key"));
                }
                row[column] = Some(Value::Integer(key));
            }
            if stored_row(answer, at).is_some() {
                self.pass(table, &row.clone());
            }
        }
        Ok(statement)
    }

    fn fork(&mut self) -> Result<(), Difference> {
        let rows = contents(self.schema, &self.db).map_err(broken)?;
        let fork = self.db.fork();
        self.left.push((std::mem::replace(&mut self.db, fork), rows));
        Ok(())
    }

    /// Whether what was forked still has the rows that it had then.
    fn compare_left(&self) -> Result<(), Difference> {
        for (db, before) in &self.left {
            let now = contents(self.schema, db).map_err(broken)?;
            let violations = db.check();
            if now != *before || !violations.is_empty() {
                let relata = format!("{} {violations:?}", now.join("\n"));
                return Err(self.differs("what was forked", relata, before.join("\n")));
            }
        }
        Ok(())
    }

    /// Whether both have the same rows, and Relata finds nothing wrong with its own.
    fn compare_rows(&self, asked: &str) -> Result<(), Difference> {
        let violations = self.db.check();
        if !violations.is_empty() {
            return Err(self.differs(asked, format!("violations: {violations:?}"), "none"));
        }
        for table in &self.schema.tables {
            let query =
                Query { table: table.name, method: Method::Many, select: Select::default(), built: false };
            self.same(&query).map_err(|difference| {
                let asked = format!("{asked}, and then all rows of {}", table.name);
                Difference { asked, ..difference }
            })?;
        }
        Ok(())
    }
}

/// All rows of all tables.
fn contents(schema: &Schema, db: &Database) -> Result<Vec<String>, relata::Error> {
    schema.tables.iter().map(|table| db.query_json(&format!("{{\"findMany\":\"{}\"}}", table.name))).collect()
}
