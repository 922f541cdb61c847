//! What a schema may say, and what it's told when it says something else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod catalog;
mod documents;
mod properties;
mod relations;
mod tables;

use relata::{Catalog, Column, Error, ErrorKind, ForeignKey, Relation, Schema, Table};

/// A table of integer columns whose first is the primary key.
fn table(name: &str, columns: &[&str]) -> Table {
    let table = columns.iter().fold(Table::new(name), |table, column| table.column(Column::integer(*column)));
    table.primary_key(columns.iter().take(1).copied())
}

fn users_and_posts() -> Schema {
    Schema::new().table(table("users", &["id", "age"])).table(table("posts", &["id", "user_id"]))
}

/// Every mistake of a schema, as `message | help`.
fn mistakes(schema: Schema) -> Vec<String> {
    Catalog::try_from(schema).map_or_else(|error| shown(&error), |_| Vec::new())
}

fn shown(error: &Error) -> Vec<String> {
    match error.kind() {
        ErrorKind::InvalidSchema { mistakes } => {
            mistakes.iter().map(|mistake| format!("{mistake} | {}", mistake.help())).collect()
        }
        _ => vec![error.to_string()],
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_schema() {
    let schema = Schema::new()
        .table(
            Table::new("a").column(Column::text("x").generated()).foreign_key(ForeignKey::new(["x"], "bb")),
        )
        .table(Table::new("b").column(Column::integer("y")).primary_key(["z"]))
        .relation(Relation::many("a", "x", "b"));
    let error = Catalog::try_from(schema).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the schema has 5 mistakes, the first: a.x: a generated column can't be text"
    );
    let lines = format!("{error:#}");
    assert!(lines.contains("a.a_x_fkey: no table `bb`\n    help: did you mean `b`?"), "{lines}");
    assert_eq!(error.kind().name(), "invalid_schema");
}

#[test]
fn parts_merge_unless_they_differ() {
    let users = || Schema::new().table(table("users", &["id", "age"]));
    let posts =
        || users_and_posts().relation(Relation::many("users", "posts", "posts").from(["id"]).to(["user_id"]));
    let merged = users().merge(posts()).unwrap();
    assert_eq!((merged.tables.len(), merged.relations.len()), (2, 1));
    let other = Schema::new()
        .table(table("users", &["id"]))
        .relation(Relation::many("users", "posts", "posts").alias("x"));
    assert_eq!(
        shown(&posts().merge(other).unwrap_err()),
        [
            "users: this table is declared differently in two parts | declare it in one part only",
            "users.posts: this relation is declared differently in two parts | declare it in one part only",
        ]
    );
}
