//! Requests that mean harm: each is answered, or refused with a typed error, at a cost that limits
//! bound, and nothing has changed.
//!
//! With `RELATA_HOSTILE_TIMES` set and `--nocapture`, how long each takes is printed.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "times and answers are printed for whoever asks")]

#[path = "../common/mod.rs"]
mod common;
mod documents;
mod filters;
mod flat;
mod host;
mod includes;
mod numbers;
mod writes;

use common::table;
use relata::json::{ErrorDocument, Limits};
use relata::{Action, Column, Database, ForeignKey, Relation, Row, Schema, Table, row};
use std::time::Instant;

const TABLES: [&str; 4] = ["users", "posts", "groups", "members"];

fn schema() -> Schema {
    let users = table("users")
        .column(Column::text("name").unique())
        .column(Column::smallint("age").nullable())
        .column(Column::int("rank").nullable())
        .column(Column::float("weight").nullable())
        .column(Column::decimal("score").nullable())
        .column(Column::date("born").nullable())
        .column(Column::timestamptz("seen").nullable())
        .column(Column::uuid("uid").nullable())
        .column(Column::bytes("photo").nullable())
        .column(Column::json("data").nullable())
        .column(Column::integer("boss_id").nullable())
        .foreign_key(ForeignKey::new(["boss_id"], "users").on_delete(Action::SetNull));
    let posts = table("posts")
        .column(Column::text("title"))
        .column(Column::integer("user_id"))
        .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade));
    let members = Table::new("members")
        .column(Column::integer("user_id"))
        .column(Column::integer("group_id"))
        .primary_key(["user_id", "group_id"])
        .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade))
        .foreign_key(ForeignKey::new(["group_id"], "groups").on_delete(Action::Cascade));
    Schema::new()
        .table(users)
        .table(posts)
        .table(table("groups").column(Column::text("name")))
        .table(members)
        .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts"))
        .relation(Relation::one("users", "boss", "users").from(["boss_id"]).to(["id"]).alias("boss"))
        .relation(Relation::many("users", "staff", "users").alias("boss"))
        .relation(
            Relation::many("users", "groups", "groups")
                .from(["id"])
                .through("members", ["user_id"], ["group_id"])
                .to(["id"]),
        )
        .relation(
            Relation::many("groups", "users", "users")
                .from(["id"])
                .through("members", ["group_id"], ["user_id"])
                .to(["id"]),
        )
}

/// So many users with two posts each, all in one group; each is the boss of the next and the last of
/// the first.
fn crowd(users: i64) -> Database {
    crowd_read_by(1, users)
}

/// As [`crowd`], with so many threads for whatever can be read in parts.
fn crowd_read_by(threads: usize, users: i64) -> Database {
    let db = Database::builder(schema()).read_threads(threads).read_threads_above(1).build().unwrap();
    let names = (1..=users).map(|n| row! { name: format!("user {n}") }).collect();
    db.insert_many("users", names).unwrap();
    db.load(|loader| {
        for user in 1..=users {
            loader.push("posts", &row! { title: "a", user_id: user })?;
            loader.push("posts", &row! { title: "b", user_id: user })?;
        }
        loader.push("groups", &row! { name: "all" })?;
        (1..=users).try_for_each(|user| loader.push("members", &row! { user_id: user, group_id: 1 }))
    })
    .unwrap();
    for user in 1..=users {
        db.update("users", relata::col("id").eq(user % users + 1), Row::new().set("boss_id", user)).unwrap();
    }
    db
}

/// The state as text.
fn shown(db: &Database) -> String {
    TABLES.map(|table| common::rows(db, table)).join("\n")
}

/// What a request came to: the answer, or the error's kind, or the limit that it passed. An error
/// has changed nothing.
fn asked(db: &Database, text: &str, limits: &Limits) -> Result<String, String> {
    let before = (db.snapshot(), shown(db));
    let start = Instant::now();
    let line = db.run_json_within(text, limits).unwrap_or_else(|error| error_line(&error));
    if std::env::var_os("RELATA_HOSTILE_TIMES").is_some() {
        println!("{:>9.3} ms  {:>9} bytes  {text:.100}", start.elapsed().as_secs_f64() * 1e3, text.len());
    }
    assert_eq!(db.check(), []);
    if let Some(answer) = line.trim_end().strip_prefix(r#"{"result":"#) {
        return Ok(answer.strip_suffix('}').unwrap().into());
    }
    assert_eq!(shown(db), before.1);
    assert!(before.0.diff(&db.snapshot()).unwrap().is_empty());
    let error: serde_json::Value = serde_json::from_str(&line).unwrap();
    let part = |name: &str| error["error"][name].as_str().unwrap_or_default().to_owned();
    assert!(part("message").len() < 1_000, "{line}");
    match part("message").split_once("the limit `") {
        Some((_, limit)) => Err(limit.trim_end_matches('`').into()),
        None => Err(part("kind")),
    }
}

fn error_line(error: &relata::Error) -> String {
    serde_json::to_string(&ErrorDocument(error)).unwrap()
}

fn ask(db: &Database, text: &str) -> Result<String, String> {
    asked(db, text, &Limits::default())
}

/// The error that a request is refused with under the default limits.
#[track_caller]
fn refused(db: &Database, text: &str, expected: &str) {
    let found = ask(db, text);
    assert_eq!(found.as_ref().err().map(String::as_str), Some(expected), "{:.200}\n{found:.300?}", text);
}

#[track_caller]
fn answered(db: &Database, text: &str, expected: &str) {
    assert_eq!(ask(db, text).as_deref(), Ok(expected), "{text:.200}");
}
