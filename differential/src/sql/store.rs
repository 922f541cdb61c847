//! A database behind a server.

use super::answer;
use super::filter::{check, condition};
use crate::case::Rows;
use crate::engine::{Engine, Kind as EngineKind, Ran, Result, Verdict};
use crate::schema::{Column, Link, Schema, Table};
use crate::server::{Dialect, Server};
use crate::tree::{Control, Filter, Query, Statement};
use crate::value::{Kind, Value};
use std::io::Error;

/// The column that numbers rows in insertion order.
pub(super) const SEQ: &str = "seq$";

/// A schema on a server.
pub struct Sql<'a> {
    schema: &'a Schema,
    server: &'a mut Server,
    /// What reads all rows of each table.
    dumps: Vec<String>,
    /// Whether a transaction is open.
    is_open: bool,
}

/// The savepoint before a statement.
const BEFORE: &str = "before$";

fn broken(error: Error) -> String {
    error.to_string()
}

impl<'a> Sql<'a> {
    /// The empty tables of a schema, in the place of what the server had.
    ///
    /// # Errors
    /// Where the server doesn't take them.
    pub fn new(schema: &'a Schema, server: &'a mut Server) -> Result<Sql<'a>> {
        let dialect = server.dialect();
        match server {
            Server::Sqlite(_) => *server = Server::new(dialect).map_err(broken)?,
            Server::Postgres(_) => {
                // Several commands at once: a client that waits for each would take far longer.
                let anew = "ROLLBACK; DROP SCHEMA IF EXISTS relata_case CASCADE; CREATE SCHEMA relata_case; \
                            SET search_path = relata_case";
                server.execute(anew).map_err(broken)?;
            }
        }
        let mut create: Vec<String> =
            schema.tables.iter().map(|table| create(schema, dialect, table)).collect();
        create.push(indexes(schema));
        if dialect == Dialect::Postgres {
            // Triggers fire in the order in which keys were declared.
            create.extend(schema.tables.iter().flat_map(|table| {
                foreign_keys(table).map(|key| format!("ALTER TABLE \"{}\" ADD {key}", table.name))
            }));
        }
        let create: Vec<String> = create.into_iter().filter(|sql| !sql.is_empty()).collect();
        server.execute(&create.join(";")).map_err(broken)?;
        let dumps = schema.tables.iter().map(|table| {
            let columns: Vec<String> =
                table.columns.iter().flat_map(|column| column.kind.sqlite_columns(column.name)).collect();
            format!("SELECT {} FROM \"{}\" ORDER BY \"{SEQ}\"", columns.join(", "), table.name)
        });
        Ok(Sql { schema, dumps: dumps.collect(), server, is_open: false })
    }

    /// Carries out a statement. One that SQLite refuses in a transaction leaves deferred keys counted as
    /// open that it has taken back, unless a savepoint is gone back to.
    fn whole(&mut self, sql: &str, count: u64) -> std::io::Result<Verdict> {
        if !self.is_open || self.server.dialect() != Dialect::Sqlite {
            return self.server.run(sql, count);
        }
        self.server.execute(&format!("SAVEPOINT \"{BEFORE}\""))?;
        let verdict = self.server.run(sql, count)?;
        if let Verdict::Refused(_) = verdict {
            self.server.execute(&format!("ROLLBACK TO \"{BEFORE}\""))?;
        }
        self.server.execute(&format!("RELEASE \"{BEFORE}\""))?;
        Ok(verdict)
    }

    fn count(&mut self, table: &'static str, which: Option<&Filter>) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM \"{table}\" AS t0{}", self.named(table, which));
        let rows = self.server.ask(&sql).map_err(broken)?;
        let count = rows.first().and_then(|row| row.first()?.as_ref()?.parse().ok());
        count.ok_or_else(|| format!("no count for {sql}"))
    }

    fn named(&self, table: &'static str, which: Option<&Filter>) -> String {
        let dialect = self.server.dialect();
        let condition = which.and_then(|filter| condition(self.schema, dialect, table, filter));
        condition.map(|sql| format!(" WHERE {sql}")).unwrap_or_default()
    }

    fn update(&self, table: &'static str, which: Option<&Filter>, set: &[(&'static str, Value)]) -> String {
        let info = self.schema.table(table);
        let set: Vec<String> = set.iter().flat_map(|(name, value)| assign(info, name, value)).collect();
        format!("UPDATE \"{table}\" AS t0 SET {}{}", set.join(", "), self.named(table, which))
    }
}

impl Engine for Sql<'_> {
    fn kind(&self) -> EngineKind {
        match self.server.dialect() {
            Dialect::Sqlite => EngineKind::Sqlite,
            Dialect::Postgres => EngineKind::Postgres,
        }
    }

    fn run(&mut self, statement: &Statement) -> Result<Ran> {
        let (sql, count) = match statement {
            Statement::Insert(table, rows) => (insert(self.schema.table(table), rows), rows.len() as u64),
            Statement::Update(table, which, set) => {
                (self.update(table, which.as_ref(), set), self.count(table, which.as_ref())?)
            }
            Statement::Upsert(table, row, on) => (upsert(self.schema.table(table), row, on), 1),
            Statement::Delete(table, which) => {
                let sql = format!("DELETE FROM \"{table}\" AS t0{}", self.named(table, which.as_ref()));
                (sql, self.count(table, which.as_ref())?)
            }
        };
        self.whole(&sql, count).map(Ran::from).map_err(|error| format!("{error} of {sql}"))
    }

    fn control(&mut self, control: Control) -> Result<Verdict> {
        let sql = match control {
            Control::Begin => "BEGIN".to_owned(),
            Control::Savepoint(name) => format!("SAVEPOINT {name}"),
            Control::RollbackTo(name) => format!("ROLLBACK TO {name}"),
            Control::Rollback => "ROLLBACK".to_owned(),
            Control::Commit => "COMMIT".to_owned(),
        };
        let verdict = self.server.run(&sql, 0).map_err(broken)?;
        self.is_open = !matches!(control, Control::Rollback | Control::Commit);
        // SQLite leaves the transaction open where a commit is refused.
        if verdict != Verdict::Done(0) && self.server.dialect() == Dialect::Sqlite {
            self.server.run("ROLLBACK", 0).map_err(broken)?;
        }
        Ok(verdict)
    }

    fn ask(&mut self, query: &Query) -> Result<Option<String>> {
        let answer = answer(self.server, self.schema, query).map_err(broken)?;
        Ok(answer.map(|answer| answer.to_string()))
    }

    /// Where rows of a table point to others and are pointed to, SQLite mistakes which parents an upsert has to
    /// look for: it takes rows that point nowhere, and refuses some that are changed to what they are.
    fn leaves_out(&self, statement: &Statement) -> bool {
        let Statement::Upsert(name, ..) = statement else { return false };
        let points = self.schema.table(name).links.iter().any(|link| link.actions.is_some());
        let leads_here = |link: &Link| link.table == *name && link.actions.is_some();
        let is_pointed_to = self.schema.tables.iter().any(|table| table.links.iter().any(leads_here));
        self.server.dialect() == Dialect::Sqlite && points && is_pointed_to
    }

    fn dump(&mut self) -> Result<Rows> {
        let mut all = Rows::new();
        for (table, sql) in self.schema.tables.iter().zip(&self.dumps) {
            let read = |row: crate::server::Row| {
                let mut at = 0;
                table.columns.iter().map(|column| Value::of_texts(&row, column.kind, &mut at)).collect()
            };
            let rows = self.server.ask(sql).map_err(broken)?;
            all.push((table.name, rows.into_iter().map(read).collect()));
        }
        Ok(all)
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
    format!("{insert} ON CONFLICT ({}) DO UPDATE SET {}", list(on), set.join(", "))
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
    let create = wanted
        .iter()
        .enumerate()
        .map(|(at, (table, columns))| format!("CREATE INDEX i{at} ON \"{table}\" ({})", list(columns)));
    create.collect::<Vec<_>>().join(";")
}

/// What follows the columns of a table, or `ADD`, for each foreign key.
fn foreign_keys(table: &Table) -> impl Iterator<Item = String> + '_ {
    table.links.iter().filter_map(|link| {
        let (on_delete, on_update) = link.actions?;
        let (columns, references) = (list(&link.columns), list(&link.references));
        let actions = format!("ON DELETE {on_delete} ON UPDATE {on_update}").replace('_', " ");
        let until = if link.deferrable { " DEFERRABLE INITIALLY DEFERRED" } else { "" };
        Some(format!("FOREIGN KEY ({columns}) REFERENCES \"{}\" ({references}) {actions}{until}", link.table))
    })
}

fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}

fn create(schema: &Schema, dialect: Dialect, table: &Table) -> String {
    let postgres = dialect == Dialect::Postgres;
    let number =
        if postgres { "bigint GENERATED ALWAYS AS IDENTITY" } else { "INTEGER PRIMARY KEY AUTOINCREMENT" };
    let mut parts = vec![format!("\"{SEQ}\" {number}")];
    for column in &table.columns {
        let affinity = match (column.kind, postgres) {
            (Kind::Text, true) => "text COLLATE \"C\"",
            (Kind::Text, false) => "TEXT",
            (Kind::Float, true) => "double precision",
            (Kind::Float, false) => "REAL",
            (_, true) => "bigint",
            (_, false) => "INTEGER",
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
    let checks = table.checks.iter().filter_map(|filter| check(schema, dialect, table.name, filter));
    parts.extend(checks.map(|check| format!("CHECK ({check})")));
    if !postgres {
        parts.extend(foreign_keys(table));
    }
    format!("CREATE TABLE \"{}\" ({})", table.name, parts.join(", "))
}
