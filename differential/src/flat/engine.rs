//! The engines that are asked in SQL.

use super::Dialect;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::io::{BufRead, BufReader, Error, Result, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A row as texts.
pub type Row = Vec<Option<String>>;

/// An engine with the tables of a case.
pub enum Engine {
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

impl Engine {
    /// An engine of a dialect; PostgreSQL as the environment of `psql` says.
    ///
    /// # Errors
    /// Where it can't be reached.
    pub fn new(dialect: Dialect) -> Result<Engine> {
        match dialect {
            Dialect::Sqlite => {
                let connection = Connection::open_in_memory().map_err(Error::other)?;
                connection.execute_batch("PRAGMA case_sensitive_like = ON").map_err(Error::other)?;
                Ok(Engine::Sqlite(connection))
            }
            Dialect::Postgres => {
                let null = format!("null={NULL}");
                let mut child = Command::new("psql")
                    .args(["-X", "-q", "-A", "-t", "-F", "\u{1f}", "-P", &null, "-v", "ON_ERROR_STOP=0"])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()?;
                let missing = || Error::other("psql has no pipes");
                let input = child.stdin.take().ok_or_else(missing)?;
                let output = BufReader::new(child.stdout.take().ok_or_else(missing)?);
                let mut engine = Engine::Postgres(Box::new(Client { child, input, output }));
                engine.execute("SET client_min_messages = error")?;
                match engine.ask("SELECT 1")?.as_slice() {
                    [_] => Ok(engine),
                    _ => Err(Error::other("psql reached no server")),
                }
            }
        }
    }

    /// Its dialect.
    pub fn dialect(&self) -> Dialect {
        match self {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Carries statements out.
    ///
    /// # Errors
    /// Where it refuses them.
    pub fn execute(&mut self, sql: &str) -> Result<()> {
        match self {
            Engine::Sqlite(connection) => connection.execute_batch(sql).map_err(Error::other),
            Engine::Postgres(client) => writeln!(client.input, "{sql};"),
        }
    }

    /// The rows of a query.
    ///
    /// # Errors
    /// Where it refuses the query.
    pub fn ask(&mut self, sql: &str) -> Result<Vec<Row>> {
        match self {
            Engine::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql).map_err(Error::other)?;
                let columns = statement.column_count();
                let rows = statement.query_map([], |row| {
                    (0..columns)
                        .map(|at| {
                            Ok(match row.get_ref(at)? {
                                ValueRef::Null => None,
                                ValueRef::Integer(v) => Some(v.to_string()),
                                ValueRef::Real(v) => Some(v.to_string()),
                                ValueRef::Text(v) | ValueRef::Blob(v) => {
                                    Some(String::from_utf8_lossy(v).into_owned())
                                }
                            })
                        })
                        .collect()
                });
                rows.and_then(Iterator::collect).map_err(Error::other)
            }
            Engine::Postgres(client) => client.ask(sql),
        }
    }
}

impl Client {
    fn ask(&mut self, sql: &str) -> Result<Vec<Row>> {
        writeln!(self.input, "{sql};\n\\echo {END} :ERROR")?;
        self.input.flush()?;
        let mut rows = Vec::new();
        let mut line = String::new();
        loop {
            line.clear();
            if self.output.read_line(&mut line)? == 0 {
                return Err(Error::other("psql has gone"));
            }
            let text = line.strip_suffix('\n').unwrap_or(&line);
            if let Some(failed) = text.strip_prefix(END) {
                return if failed.trim() == "true" {
                    Err(Error::other("PostgreSQL refuses this"))
                } else {
                    Ok(rows)
                };
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
