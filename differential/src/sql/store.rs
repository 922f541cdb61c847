//! A database in SQLite.

use super::filter::{check, condition};
use crate::model::{Column, Schema, Table};
use crate::tree::{Filter, Statement};
use crate::value::{Kind, Value};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Error, ErrorCode, Result, ffi};

/// The column that numbers rows in insertion order.
pub(super) const SEQ: &str = "seq$";

/// A schema in SQLite.
pub struct Sqlite<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// The database.
    pub connection: Connection,
}

/// How a statement went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Carried out; so many rows were named.
    Done(u64),
    /// Refused, for the kind of reason that errors in documents have.
    Refused(String),
}

impl<'a> Sqlite<'a> {
    /// The empty tables of a schema.
    ///
    /// # Errors
    /// Where SQLite doesn't take them.
    pub fn new(schema: &'a Schema) -> Result<Sqlite<'a>> {
        let connection = Connection::open_in_memory()?;
        connection.set_prepared_statement_cache_capacity(256);
        connection.create_scalar_function("fold", 1, FunctionFlags::SQLITE_DETERMINISTIC, |context| {
            Ok(context.get::<Option<String>>(0)?.map(|text| text.to_lowercase()))
        })?;
        connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON")?;
        for table in &schema.tables {
            connection.execute_batch(&create(schema, table))?;
        }
        connection.execute_batch(&indexes(schema))?;
        Ok(Sqlite { schema, connection })
    }

    /// Carries out a statement.
    ///
    /// # Errors
    /// Where it fails for another reason than a constraint.
    pub fn run(&self, statement: &Statement) -> Result<Verdict> {
        let sql = match statement {
            Statement::Insert(table, rows) => insert(self.schema.table(table), rows),
            Statement::Update(table, which, set) => self.update(table, which.as_ref(), set),
            Statement::Upsert(table, row, on) => upsert(self.schema.table(table), row, on),
            Statement::Delete(table, which) => {
                format!("DELETE FROM \"{table}\" AS t0{}", self.named(table, which.as_ref()))
            }
        };
        let named = match statement {
            Statement::Update(table, which, _) | Statement::Delete(table, which) => {
                Some(self.count(table, which.as_ref())?)
            }
            _ => None,
        };
        match self.connection.execute(&sql, []) {
            Ok(rows) => Ok(Verdict::Done(named.unwrap_or(rows as u64))),
            Err(Error::SqliteFailure(failure, _)) if failure.code == ErrorCode::ConstraintViolation => {
                Ok(Verdict::Refused(reason(failure.extended_code).into()))
            }
            Err(other) => Err(other),
        }
    }

    fn count(&self, table: &'static str, which: Option<&Filter>) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM \"{table}\" AS t0{}", self.named(table, which));
        self.connection.query_row(&sql, [], |row| row.get::<_, u32>(0)).map(u64::from)
    }

    fn named(&self, table: &'static str, which: Option<&Filter>) -> String {
        let condition = which.and_then(|filter| condition(self.schema, table, filter));
        condition.map(|sql| format!(" WHERE {sql}")).unwrap_or_default()
    }

    fn update(&self, table: &'static str, which: Option<&Filter>, set: &[(&'static str, Value)]) -> String {
        let info = self.schema.table(table);
        let set: Vec<String> = set.iter().flat_map(|(name, value)| assign(info, name, value)).collect();
        format!("UPDATE \"{table}\" AS t0 SET {}{}", set.join(", "), self.named(table, which))
    }
}

fn assign(table: &Table, name: &str, value: &Value) -> Vec<String> {
    let kind = table.columns[table.place(name)].kind;
    let cells = kind.sqlite_columns(name).into_iter().zip(value.sqlite_cells(kind));
    cells.map(|(column, cell)| format!("{column} = {cell}")).collect()
}

/// What a new row has in a column.
fn initial(column: &Column, given: Option<&Value>) -> Vec<String> {
    given.or(column.default.as_ref()).unwrap_or(&Value::Null).sqlite_cells(column.kind)
}

fn insert(table: &Table, rows: &[Vec<Option<Value>>]) -> String {
    let columns: Vec<String> =
        table.columns.iter().flat_map(|column| column.kind.sqlite_columns(column.name)).collect();
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells =
                table.columns.iter().zip(row).flat_map(|(column, given)| initial(column, given.as_ref()));
            format!("({})", cells.collect::<Vec<_>>().join(", "))
        })
        .collect();
    format!("INSERT INTO \"{}\" ({}) VALUES {}", table.name, columns.join(", "), rows.join(", "))
}

fn upsert(table: &Table, row: &[Option<Value>], on: &[&str]) -> String {
    let insert = insert(table, std::slice::from_ref(&row.to_vec()));
    let given = table.columns.iter().zip(row).filter(|(_, given)| given.is_some());
    let set = given.flat_map(|(column, _)| column.kind.sqlite_columns(column.name));
    let set: Vec<String> = set.map(|name| format!("{name} = excluded.{name}")).collect();
    let on: Vec<String> = on.iter().map(|name| format!("\"{name}\"")).collect();
    format!("{insert} ON CONFLICT ({}) DO UPDATE SET {}", on.join(", "), set.join(", "))
}

/// The kind that an error document names.
fn reason(code: i32) -> &'static str {
    match code {
        ffi::SQLITE_CONSTRAINT_NOTNULL => "not_null_violation",
        ffi::SQLITE_CONSTRAINT_CHECK => "check_violation",
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => "unique_violation",
        _ => "foreign_key_violation",
    }
}

/// Indexes under every relation: long tables would take for ever without.
fn indexes(schema: &Schema) -> String {
    let mut wanted: Vec<(&str, &Vec<&str>)> = Vec::new();
    for relation in &schema.relations {
        wanted.push((relation.target, &relation.to));
        wanted.extend(relation.through.iter().flat_map(|(table, near, far)| [(*table, near), (*table, far)]));
    }
    for table in &schema.tables {
        wanted.extend(table.links.iter().map(|link| (table.name, &link.columns)));
    }
    wanted.sort_unstable();
    wanted.dedup();
    let create = wanted.iter().enumerate().map(|(at, (table, columns))| {
        let columns: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
        format!("CREATE INDEX i{at} ON \"{table}\" ({});", columns.join(", "))
    });
    create.collect()
}

fn create(schema: &Schema, table: &Table) -> String {
    let list = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        names.join(", ")
    };
    let mut parts = vec![format!("\"{SEQ}\" INTEGER PRIMARY KEY AUTOINCREMENT")];
    for column in &table.columns {
        let affinity = match column.kind {
            Kind::Text => "TEXT",
            Kind::Float => "REAL",
            _ => "INTEGER",
        };
        let required = if column.nullable { "" } else { " NOT NULL" };
        let default =
            column.default.as_ref().map(|value| format!(" DEFAULT {}", value.sql())).unwrap_or_default();
        let mut cells = column.kind.sqlite_columns(column.name).into_iter();
        parts.extend(cells.next().map(|name| format!("{name} {affinity}{required}{default}")));
        parts.extend(cells.map(|name| format!("{name} INTEGER")));
    }
    for columns in table.unique.iter().chain([&table.key]).filter(|columns| !columns.is_empty()) {
        parts.push(format!("UNIQUE ({})", list(columns)));
    }
    let checks = table.checks.iter().filter_map(|filter| check(schema, table.name, filter));
    parts.extend(checks.map(|check| format!("CHECK ({check})")));
    for link in &table.links {
        let Some((on_delete, on_update)) = link.actions else { continue };
        let (columns, references) = (list(&link.columns), list(&link.references));
        let actions = format!("ON DELETE {on_delete} ON UPDATE {on_update}").replace('_', " ");
        parts.push(format!("FOREIGN KEY ({columns}) REFERENCES \"{}\" ({references}) {actions}", link.table));
    }
    format!("CREATE TABLE \"{}\" ({})", table.name, parts.join(", "))
}
