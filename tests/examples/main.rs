//! The examples by which other systems explain associations, each asked here of rows of our own.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is wrong")]

mod active_drizzle;
mod drizzle;
mod drizzle_filters;
mod farming_labs;
mod nested_attributes;

use relata::{Database, Schema};

/// A database over the schema of a document.
fn open(schema: &str) -> Database {
    Database::new(Schema::from_json(schema).unwrap()).unwrap()
}

/// Runs a script of which nothing is refused, and gives its answers.
#[track_caller]
fn run(db: &Database, script: &str) -> Vec<String> {
    let answers = db.run_json(script).unwrap();
    assert!(!answers.contains("{\"error\":"), "{answers}");
    assert_eq!(db.check(), []);
    let inner = |line: &str| line.strip_prefix("{\"result\":").unwrap().strip_suffix('}').unwrap().to_owned();
    answers.lines().map(inner).collect()
}

/// The answer to a query.
#[track_caller]
fn ask(db: &Database, query: &str) -> String {
    db.query_json(query).unwrap()
}

/// What a statement is refused with, and where.
#[track_caller]
fn refused(db: &Database, statement: &str) -> String {
    let answer = db.run_json(statement).unwrap();
    assert!(answer.starts_with("{\"error\":"), "{answer}");
    assert_eq!(db.check(), []);
    answer
}
