//! The engines that are asked in SQL: SQLite in this process, PostgreSQL by its own client.

use crate::engine::{Reason, Verdict};
use crate::value::Value;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSql, ValueRef};
use rusqlite::{Connection, ErrorCode, ffi, params_from_iter};
use std::io::{BufRead, BufReader, Error, Result, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The dialect that SQL is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A row as texts.
pub type Row = Vec<Option<String>>;

/// A server with the tables of a case.
pub enum Server {
    /// SQLite in memory.
    Sqlite(Connection),
    /// PostgreSQL by its own client.
    Postgres(Box<Client>),
}

/// A `psql` that is asked by its standard input.
pub struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What comes after the rows of each answer.
const END: &str = "\u{4}end";

/// Stands for null in a row.
const NULL: &str = "\u{5}";

/// Says what PostgreSQL's letters are in lower case: without a locale it knows of ASCII only.
const FOLD: &str = "CREATE OR REPLACE FUNCTION pg_temp.fold(text) RETURNS text \
     LANGUAGE sql IMMUTABLE AS $$SELECT lower($1 COLLATE \"und-x-icu\") COLLATE \"C\"$$";

impl Server {
    /// A server of a dialect; PostgreSQL as the environment of `psql` says.
    ///
    /// # Errors
    /// Where it can't be reached.
    pub fn new(dialect: Dialect) -> Result<Server> {
        match dialect {
            Dialect::Sqlite => {
                let connection = Connection::open_in_memory().map_err(Error::other)?;
                connection.set_prepared_statement_cache_capacity(256);
                connection
                    .create_scalar_function("fold", 1, FunctionFlags::SQLITE_DETERMINISTIC, |context| {
                        Ok(context.get::<Option<String>>(0)?.map(|text| text.to_lowercase()))
                    })
                    .map_err(Error::other)?;
                let set = "PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON";
                connection.execute_batch(set).map_err(Error::other)?;
                Ok(Server::Sqlite(connection))
            }
            Dialect::Postgres => {
                let null = format!("null={NULL}");
                let mut child = Command::new("psql")
                    .args(["-X", "-q", "-A", "-t", "-F", "\u{1f}", "-P", &null, "-v", "ON_ERROR_STOP=0"])
                    .args(["-v", "ON_ERROR_ROLLBACK=on"])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::null())
                    .spawn()?;
                let missing = || Error::other("psql has no pipes");
                let input = child.stdin.take().ok_or_else(missing)?;
                let output = BufReader::new(child.stdout.take().ok_or_else(missing)?);
                let mut server = Server::Postgres(Box::new(Client { child, input, output }));
                server.execute("SET client_min_messages = error")?;
                server.execute(FOLD)?;
                match server.ask("SELECT 1")?.as_slice() {
                    [_] => Ok(server),
                    _ => Err(Error::other("psql reached no server")),
                }
            }
        }
    }

    /// Its dialect.
    pub fn dialect(&self) -> Dialect {
        match self {
            Server::Sqlite(_) => Dialect::Sqlite,
            Server::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Carries statements out.
    ///
    /// # Errors
    /// Where SQLite refuses them; PostgreSQL isn't waited for.
    pub fn execute(&mut self, sql: &str) -> Result<()> {
        match self {
            Server::Sqlite(connection) => connection.execute_batch(sql).map_err(Error::other),
            Server::Postgres(client) => writeln!(client.input, "{sql};"),
        }
    }

    /// Carries one statement out and says how it went; `count` is what is said where it's done.
    ///
    /// # Errors
    /// Where it fails for another reason than a constraint.
    pub fn run(&mut self, sql: &str, count: u64) -> Result<Verdict> {
        match self {
            Server::Sqlite(connection) => match connection.execute(sql, []) {
                Ok(_) => Ok(Verdict::Done(count)),
                Err(rusqlite::Error::SqliteFailure(failure, _))
                    if failure.code == ErrorCode::ConstraintViolation =>
                {
                    Ok(Verdict::Refused(reason(failure.extended_code).into()))
                }
                Err(other) => Err(Error::other(other)),
            },
            Server::Postgres(client) => {
                client.say(sql)?;
                let state = client.rows(&mut Vec::new())?;
                let reason = match state.as_deref() {
                    None => return Ok(Verdict::Done(count)),
                    Some("23502") => Reason::NotNull,
                    Some("23505") => Reason::Unique,
                    Some("23503" | "23001") => Reason::ForeignKey,
                    Some("23514") => Reason::Check,
                    Some(other) => return Err(Error::other(format!("PostgreSQL says {other} to {sql}"))),
                };
                Ok(Verdict::Refused(reason.into()))
            }
        }
    }

    /// The rows of a query.
    ///
    /// # Errors
    /// Where it refuses the query.
    pub fn ask(&mut self, sql: &str) -> Result<Vec<Row>> {
        self.ask_with(sql, &[])
    }

    /// The rows of a query in which `?1` and so on stand for values.
    ///
    /// # Errors
    /// Where it refuses the query.
    pub fn ask_with(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        match self {
            Server::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql).map_err(Error::other)?;
                let columns = statement.column_count();
                let rows = statement.query_map(params_from_iter(values.iter().map(parameter)), |row| {
                    (0..columns).map(|at| Ok(text(row.get_ref(at)?))).collect()
                });
                rows.and_then(Iterator::collect).map_err(Error::other)
            }
            Server::Postgres(client) => {
                client.say(&filled(sql, values))?;
                let mut rows = Vec::new();
                match client.rows(&mut rows)? {
                    None => Ok(rows),
                    Some(state) => Err(Error::other(format!("PostgreSQL says {state} to {sql}"))),
                }
            }
        }
    }
}

impl Client {
    fn say(&mut self, sql: &str) -> Result<()> {
        writeln!(self.input, "{sql};\n\\echo {END} :ERROR :SQLSTATE")?;
        self.input.flush()
    }

    /// Reads an answer to its end; where the server refuses, the state it gives as the reason.
    fn rows(&mut self, rows: &mut Vec<Row>) -> Result<Option<String>> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.output.read_line(&mut line)? == 0 {
                return Err(Error::other("psql has gone"));
            }
            let text = line.strip_suffix('\n').unwrap_or(&line);
            if let Some(end) = text.strip_prefix(END) {
                return Ok(end.trim().strip_prefix("true").map(|state| state.trim().to_owned()));
            }
            let cell = |cell: &str| (cell != NULL).then(|| cell.to_owned());
            rows.push(text.split('\u{1f}').map(cell).collect());
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // The client ends with its input; it is waited for so that it leaves nothing behind.
        let _ = self.input.write_all(b"\\q\n");
        let _ = self.input.flush();
        let _ = self.child.wait();
    }
}

/// The SQL with values in their places, outside of quoted texts.
fn filled(sql: &str, values: &[Value]) -> String {
    let mut out = String::new();
    for (at, part) in sql.split('\'').enumerate() {
        if at > 0 {
            out.push('\'');
        }
        let mut part = part.to_owned();
        // Every other part stands between quotes. The greatest number first: `?1` begins `?10`.
        if at % 2 == 0 {
            for (place, value) in values.iter().enumerate().rev() {
                part = part.replace(&format!("?{}", place + 1), &value.sql());
            }
        }
        out.push_str(&part);
    }
    out
}

fn text(cell: ValueRef<'_>) -> Option<String> {
    match cell {
        ValueRef::Null => None,
        ValueRef::Integer(v) => Some(v.to_string()),
        ValueRef::Real(v) => Some(v.to_string()),
        ValueRef::Text(v) | ValueRef::Blob(v) => Some(String::from_utf8_lossy(v).into_owned()),
    }
}

/// A cell as SQLite holds it.
fn parameter(value: &Value) -> Box<dyn ToSql> {
    match value {
        Value::Null => Box::new(rusqlite::types::Null),
        Value::Float(value) => Box::new(*value),
        Value::Text(value) => Box::new(value.clone()),
        other => Box::new(other.sql().parse::<i64>().unwrap_or_default()),
    }
}

fn reason(code: i32) -> Reason {
    match code {
        ffi::SQLITE_CONSTRAINT_NOTNULL => Reason::NotNull,
        ffi::SQLITE_CONSTRAINT_CHECK => Reason::Check,
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Reason::Unique,
        _ => Reason::ForeignKey,
    }
}
