//! Requests answered.

use super::error::ErrorDocument;
use super::locate::place;
use super::options::invalid;
use super::request::Request;
use super::script::{ScriptItem, script};
use super::session::Session;
use crate::db::{Database, Outcome, Snapshot, key_columns};
use crate::document::Limits;
use crate::error::{Error, ErrorKind, QueryMistake, TransactionMistake};
use crate::exec;
use crate::flat::{self, FlatPage};
use crate::query::Query;
use crate::store::Violation;
use crate::value::Value;
use crate::view::Page;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// What a request is answered with. Serialises as the document it is.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// A list of rows.
    Rows(Page),
    /// The one row of a page, or null.
    Row(Page),
    /// How many rows match, or were named by a write.
    Count(u64),
    /// Whether any row matches.
    Exists(bool),
    /// Joined, grouped or united rows.
    Flat(FlatPage),
    /// The values of columns; a row's are a list where there are several.
    Values {
        /// The values, row by row.
        rows: Vec<Vec<Value>>,
        /// Whether each row is one value.
        single: bool,
        /// Whether only the first row is given, or null.
        first: bool,
    },
    /// What a check found: `{"violations": []}` when all is well.
    Violations(Vec<Violation>),
    /// A step of a transaction was taken: `true`.
    Done,
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Answer::Rows(page) => page.serialize(serializer),
            Answer::Row(page) => page.iter().next().serialize(serializer),
            Answer::Count(count) => serializer.serialize_u64(*count),
            Answer::Exists(exists) => serializer.serialize_bool(*exists),
            Answer::Flat(page) => page.serialize(serializer),
            Answer::Values { rows, single, first: true } => match rows.first() {
                Some(row) => Cells { row, single: *single }.serialize(serializer),
                None => serializer.serialize_unit(),
            },
            Answer::Values { rows, single, first: false } => {
                serializer.collect_seq(rows.iter().map(|row| Cells { row, single: *single }))
            }
            Answer::Done => serializer.serialize_bool(true),
            Answer::Violations(violations) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("violations", violations)?;
                map.end()
            }
        }
    }
}

/// The values of a row: one, or a list.
struct Cells<'a> {
    row: &'a [Value],
    single: bool,
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.row {
            [value] if self.single => value.serialize(serializer),
            values => values.serialize(serializer),
        }
    }
}

/// The answer to a request.
///
/// ```
/// use relata::json::{Limits, Request, answer};
/// # use relata::{Column, Database, Schema, Table};
/// # let db = Database::new(Schema::new().table(Table::new("users")
/// #     .column(Column::integer("id").generated()).column(Column::text("name")).primary_key(["id"])))?;
/// let limits = Limits::default();
/// let text = r#"{"insert": "users", "values": {"name": "Ann"}}"#;
/// let request = Request::parse(&db.catalog(), text, &limits)?;
/// let answer = answer(&db, &request, &limits)?;
/// assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"id":1,"name":"Ann"}"#);
/// # Ok::<(), relata::Error>(())
/// ```
///
/// # Errors
/// Whatever the query or statement meets, and `limit_exceeded` for more rows than `limits` allow;
/// then nothing has changed. `invalid_query` for a step of a transaction: that takes a [`Session`].
pub fn answer(db: &Database, request: &Request, limits: &Limits) -> Result<Answer, Error> {
    match request {
        Request::Statement { statement, single } => Ok(executed(db.execute(statement)?, *single)),
        _ => read(&db.snapshot(), request, limits),
    }
}

/// What a statement came to, as an answer.
pub(super) fn executed(outcome: Outcome, single: bool) -> Answer {
    match outcome {
        Outcome::Rows(page) if single => Answer::Row(page),
        Outcome::Rows(page) => Answer::Rows(page),
        Outcome::Count(count) => Answer::Count(count),
        Outcome::Violations(violations) => Answer::Violations(violations),
    }
}

/// The answer to a query; a statement is refused.
pub(super) fn read(snapshot: &Snapshot, request: &Request, limits: &Limits) -> Result<Answer, Error> {
    let limits = *limits;
    let page = |query: &Query| exec::all(snapshot.store(), query, limits);
    match request {
        Request::FindMany(query) => page(query).map(Answer::Rows),
        Request::FindFirst(query) => page(query).map(Answer::Row),
        Request::Count(query) => exec::count(snapshot.store(), query, limits).map(Answer::Count),
        Request::Exists(query) => exec::exists(snapshot.store(), query, limits).map(Answer::Exists),
        Request::Pluck { query, columns, single, first } => {
            let rows = match columns.as_slice() {
                [] => exec::pluck(snapshot.store(), query, &key_columns(snapshot, query.table())?, limits),
                columns => exec::pluck(snapshot.store(), query, columns, limits),
            };
            Ok(Answer::Values { rows: rows?, single: *single, first: *first })
        }
        Request::Flat(query) => flat::answer(snapshot.store(), query, limits).map(Answer::Flat),
        Request::Statement { .. } => {
            let expected = "a query".into();
            Err(invalid(QueryMistake::Shape { expected, found: "a statement".into() }))
        }
        Request::Control(control) => {
            Err(Error::from(TransactionMistake::NoSession { step: control.method() }).at(control.method()))
        }
    }
}

/// An answer as a line of a script's results: `{"result": ...}`.
///
/// ```
/// use relata::json::{Limits, ResultDocument, answer, script};
/// # use relata::{Database, Schema};
/// # let db = Database::new(Schema::new())?;
/// let (catalog, limits) = (db.catalog(), Limits::default());
/// for item in script(&catalog, r#"{"check": true}"#, &limits)? {
///     let answer = answer(&db, item.request().unwrap(), &limits)?;
///     let line = serde_json::to_string(&ResultDocument(&answer)).unwrap();
///     assert_eq!(line, r#"{"result":{"violations":[]}}"#);
/// }
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ResultDocument<'a>(pub &'a Answer);

impl Serialize for ResultDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("result", self.0)?;
        map.end()
    }
}

impl Snapshot {
    /// The answer to a query in JSON, as JSON. Statements are refused.
    ///
    /// # Errors
    /// As [`query_json_within`](Snapshot::query_json_within) with the default [`Limits`].
    pub fn query_json(&self, text: &str) -> Result<String, Error> {
        self.query_json_within(text, &Limits::default())
    }

    /// The answer to a query in JSON, as JSON, within limits. Statements are refused.
    ///
    /// # Errors
    /// `parse`, `limit_exceeded`, and everything that can be wrong with a query, with line and column.
    pub fn query_json_within(&self, text: &str, limits: &Limits) -> Result<String, Error> {
        let request = Request::parse(self.catalog(), text, limits)?;
        let answer = read(self, &request, limits).map_err(|error| place(text, error))?;
        written(&answer)
    }
}

impl Database {
    /// The answer to a query in JSON, as JSON. Statements are refused.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("users")
    /// #     .column(Column::integer("id").generated()).column(Column::text("name")).primary_key(["id"])))?;
    /// db.insert("users", row! { name: "Ann" })?;
    /// let answer = db.query_json(r#"{"findMany": "users", "where": {"name": {"like": "A%"}}}"#)?;
    /// assert_eq!(answer, r#"[{"id":1,"name":"Ann"}]"#);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`query_json_within`](Database::query_json_within) with the default [`Limits`].
    pub fn query_json(&self, text: &str) -> Result<String, Error> {
        self.snapshot().query_json(text)
    }

    /// The answer to a query in JSON, as JSON, within limits. Statements are refused.
    ///
    /// # Errors
    /// `parse`, `limit_exceeded`, and everything that can be wrong with a query, with line and column.
    pub fn query_json_within(&self, text: &str, limits: &Limits) -> Result<String, Error> {
        self.snapshot().query_json_within(text, limits)
    }

    /// Runs a script of statements and queries in JSON and gives a line for each:
    /// `{"result": ...}` or `{"error": ...}`. An error doesn't end the script; a transaction that is
    /// still open at its end is rolled back.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table};
    /// # let db = Database::new(Schema::new().table(Table::new("users")
    /// #     .column(Column::integer("id").generated()).column(Column::text("name")).primary_key(["id"])))?;
    /// let lines = db.run_json(r#"
    ///     {"insert": "users", "values": [{"name": "Ann"}, {"name": "Bob"}]}
    ///     {"delete": "users", "where": {"nmae": "Bob"}}
    ///     {"count": "users"}
    /// "#)?;
    /// let lines: Vec<_> = lines.lines().collect();
    /// assert_eq!(lines[0], r#"{"result":[{"id":1,"name":"Ann"},{"id":2,"name":"Bob"}]}"#);
    /// assert!(lines[1].contains("$.where.nmae (3:43)"));
    /// assert_eq!(lines[2], r#"{"result":2}"#);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`run_json_within`](Database::run_json_within) with the default [`Limits`].
    pub fn run_json(&self, text: &str) -> Result<String, Error> {
        self.run_json_within(text, &Limits::default())
    }

    /// Runs a script in JSON within limits; see [`run_json`](Database::run_json).
    ///
    /// # Errors
    /// `limit_exceeded` when the script has too many bytes; whatever else is refused stands in the
    /// lines.
    pub fn run_json_within(&self, text: &str, limits: &Limits) -> Result<String, Error> {
        let catalog = self.catalog();
        let mut lines = String::new();
        let mut session = Session::new(self);
        for item in script(&catalog, text, limits)? {
            lines += &line(&mut session, &item, limits).or_else(|error| written(&ErrorDocument(&error)))?;
            lines.push('\n');
        }
        Ok(lines)
    }
}

fn line(session: &mut Session<'_>, item: &ScriptItem<'_>, limits: &Limits) -> Result<String, Error> {
    match item.request() {
        Err(error) => written(&ErrorDocument(error)),
        Ok(request) => match session.answer(request, limits) {
            Ok(answer) => written(&ResultDocument(&answer)),
            Err(error) => written(&ErrorDocument(&item.place(error))),
        },
    }
}

/// A document as text. What is stored has been checked, so that it can be written.
fn written(document: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(document).map_err(|error| {
        Error::new(ErrorKind::Corrupt { reason: ecow::eco_format!("a value can't be written: {error}") })
    })
}
