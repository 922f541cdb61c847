//! Both engines, side by side.

use super::generate::{self, query, rows};
use super::write::{document, finish, is_writable, sql};
use super::{Query, TABLES};
use crate::rng::Rng;
use crate::server::{Row, Server};
use relata::{Column, Database, Index, Relation, Schema, Table, row};
use serde_json::Value;
use std::fmt::Write;
use std::io::{Error, Result};

/// Queries in one case.
const QUERIES: usize = 100;

/// What many queries came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Queries that were compared, ...
    pub queries: usize,
    /// ... and those that had rows.
    pub found: usize,
    /// The first that differs, with everything that repeats it.
    pub difference: Option<String>,
}

/// Asks so many queries of Relata and of an engine.
///
/// # Errors
/// Where the engine refuses what it is asked, or can't be reached.
pub fn explore(engine: &mut Server, queries: usize, seed: u64) -> Result<Summary> {
    let mut seeds = Rng::new(seed);
    let mut summary = Summary::default();
    while summary.queries < queries && summary.difference.is_none() {
        case(engine, seeds.bits(), queries - summary.queries, &mut summary)?;
    }
    Ok(summary)
}

fn case(engine: &mut Server, seed: u64, most: usize, summary: &mut Summary) -> Result<()> {
    let mut rng = Rng::new(seed);
    let rows = rows(&mut rng);
    let db = database(&mut rng, &rows).map_err(|error| Error::other(error.to_string()))?;
    for (table, rows) in TABLES.iter().zip(&rows) {
        engine.execute(&create(table, rows))?;
    }
    let mut asked = 0;
    while asked < QUERIES.min(most) && summary.difference.is_none() {
        let query = query(&mut rng, engine.dialect());
        let writable = match &query {
            Query::Select(select) => is_writable(select),
            Query::Set(_, left, right) => is_writable(left) && is_writable(right),
        };
        if !writable {
            continue;
        }
        asked += 1;
        let (text, sql) = (finish(&document(&query)), sql(&query, engine.dialect()));
        let mut theirs = engine.ask(&sql).map_err(|error| Error::other(format!("{error}\n{sql}")))?;
        let ours = db.query_json(&text).map_err(|error| format!("{error:#}")).and_then(|text| answer(&text));
        let agree = match &ours {
            Ok(ours) => {
                let mut ours = ours.clone();
                if !query.is_ordered() {
                    ours.sort();
                    theirs.sort();
                }
                ours == theirs
            }
            Err(_) => false,
        };
        summary.queries += 1;
        summary.found += usize::from(!theirs.is_empty());
        if !agree {
            let plan = relata::json::Request::parse(&db.catalog(), &text, &relata::json::Limits::default());
            let plan = match plan {
                Ok(relata::json::Request::Flat(query)) => {
                    query.on(&db.snapshot()).explain().unwrap_or_default()
                }
                _ => String::new(),
            };
            summary.difference = Some(format!(
                "case {seed}\n\nrows:\n{}\nasked:\n{text}\n\n{sql}\n\nplan:\n{plan}\nrelata:\n{ours:?}\n\nthe other:\n{theirs:?}",
                shown(&rows)
            ));
        }
    }
    Ok(())
}

fn shown(rows: &[Vec<generate::Row>]) -> String {
    let mut out = String::new();
    for (table, rows) in TABLES.iter().zip(rows) {
        for (row, id) in rows.iter().zip(1..) {
            // Writing to a String can't fail.
            let _ = writeln!(out, "{table} {id}: {row:?}");
        }
    }
    out
}

/// The tables in Relata, with indexes that a coin chooses.
fn database(rng: &mut Rng, rows: &[Vec<generate::Row>]) -> relata::Result<Database> {
    let mut schema = Schema::new();
    for table in TABLES {
        let mut table = Table::new(table)
            .column(Column::integer("id"))
            .column(Column::integer("k").nullable())
            .column(Column::int("n").nullable())
            .column(Column::int("m"))
            .column(Column::text("t").nullable())
            .primary_key(["id"]);
        if rng.chance(40) {
            table = table.index(Index::on(["n"]));
        }
        if rng.chance(40) {
            table = table.index(Index::on(["m", "n"]).ordered());
        }
        schema = schema.table(table);
    }
    for (at, table) in TABLES.iter().enumerate() {
        let next = TABLES[(at + 1) % TABLES.len()];
        schema = schema.relation(Relation::one(*table, "up", next).from(["k"]).to(["id"]).optional(true));
        schema = schema.relation(Relation::many(next, "down", *table));
    }
    let db = Database::new(schema)?;
    for (table, rows) in TABLES.iter().zip(rows) {
        let rows = rows.iter().zip(1i64..).map(|((k, n, m, t), id)| {
            row! { id: id, k: *k, n: *n, m: *m, t: *t }
        });
        db.insert_many(table, rows.collect::<Vec<_>>())?;
    }
    Ok(db)
}

fn create(table: &str, rows: &[generate::Row]) -> String {
    let number = |number: &Option<i64>| number.map_or("NULL".to_owned(), |number| number.to_string());
    let mut sql = format!(
        "DROP TABLE IF EXISTS {table}; CREATE TABLE {table} (id bigint PRIMARY KEY, k bigint, n int, m int, t text)"
    );
    for ((k, n, m, t), id) in rows.iter().zip(1..) {
        let t = t.map_or("NULL".to_owned(), |text| format!("'{text}'"));
        sql.push_str(&format!("; INSERT INTO {table} VALUES ({id}, {}, {}, {m}, {t})", number(k), number(n)));
    }
    sql
}

/// The rows of an answer as texts, in the order of their columns.
fn answer(text: &str) -> std::result::Result<Vec<Row>, String> {
    let rows: Vec<serde_json::Map<String, Value>> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let cells = |row: serde_json::Map<String, Value>| {
        (0..row.len())
            .map(|at| match row.get(&format!("x{at}")) {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            })
            .collect()
    };
    Ok(rows.into_iter().map(cells).collect())
}
