//! What the behaviour tests share.

#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "each test file uses a part of it")]

use relata::{Action, Column, Database, Error, ForeignKey, Relation, Schema, Table};

/// The rows of a table as JSON, in insertion order.
pub(crate) fn rows(db: &Database, table: &str) -> String {
    serde_json::to_string(&db.query(table).all().unwrap()).unwrap()
}

/// One column of a table as JSON values, in insertion order.
pub(crate) fn column(db: &Database, table: &str, column: &str) -> String {
    let page = db.query(table).columns([column]).all().unwrap();
    let text = serde_json::to_string(&page).unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let cells: Vec<String> = rows.iter().map(|row| row[column].to_string()).collect();
    cells.join(",")
}

/// The kind of an error, as JSON documents name it.
pub(crate) fn kind(error: &Error) -> &'static str {
    error.kind().name()
}

/// Asserts that nothing is wrong with a database.
#[track_caller]
pub(crate) fn sound(db: &Database) {
    assert_eq!(db.check(), []);
}

/// A table with a generated `id` as its primary key.
pub(crate) fn table(name: &str) -> Table {
    Table::new(name).column(Column::integer("id").generated()).primary_key(["id"])
}

/// Authors and books; a book goes with its author as `action` says.
pub(crate) fn library(action: Action) -> Database {
    let key = ForeignKey::new(["author_id"], "authors").on_delete(action).on_update(action);
    let books = table("books")
        .column(Column::text("title"))
        .column(Column::integer("author_id").nullable())
        .foreign_key(key);
    let schema = Schema::new()
        .table(
            table("authors").column(Column::text("name")).column(Column::text("email").nullable().unique()),
        )
        .table(books)
        .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]))
        .relation(Relation::many("authors", "books", "books"));
    Database::new(schema).unwrap()
}
