//! Relations that lead to one of several tables, from both ends.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod declaring;
mod joins;
mod reading;
mod writing;

use common::{column, kind, rows, sound, table};
use relata::{
    Action, Column, Database, Dependent, ForeignKey, Relation, Schema, Table, Type, Value, col, nested,
    on_table, rel, row,
};

/// Posts and photos with comments, and what the comments keep up in them.
fn schema() -> Schema {
    let target = |name: &str| {
        table(name)
            .column(Column::text("title"))
            .column(Column::integer("comments_count").default(0))
            .column(Column::timestamptz("updated_at").nullable())
    };
    Schema::new()
        .table(table("users").column(Column::text("name")))
        .table(
            target("posts")
                .column(Column::integer("user_id").nullable())
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .table(target("photos").column(Column::text("url").nullable()))
        .table(
            table("comments")
                .column(Column::text("body"))
                .column(Column::text("commentable_type").nullable())
                .column(Column::integer("commentable_id").nullable()),
        )
        .relation(Relation::belongs_to("posts", "user"))
        .relation(Relation::has_many("users", "posts"))
        .relation(Relation::polymorphic("comments", "commentable").touch())
        .relation(Relation::has_many("posts", "comments").as_("commentable").counted())
        .relation(Relation::has_many("photos", "comments").as_("commentable").counted())
}

fn db() -> Database {
    seeded(schema())
}

fn seeded(schema: Schema) -> Database {
    let clock = std::sync::atomic::AtomicI64::new(0);
    let tick = move || {
        let seconds = clock.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        jiff::Timestamp::from_second(seconds).unwrap()
    };
    let db = Database::builder(schema).clock(tick).build().unwrap();
    db.insert("users", row! { name: "Ann" }).unwrap();
    db.insert_many("posts", vec![row! { title: "P1", user_id: 1 }, row! { title: "P2" }]).unwrap();
    db.insert_many("photos", vec![row! { title: "F1", url: "u" }, row! { title: "F2" }]).unwrap();
    db
}

fn comment(body: &str, kind: &str, id: i64) -> relata::Row {
    row! { body: body, commentable_type: kind, commentable_id: id }
}

fn json(db: &Database, text: &str) -> String {
    db.query_json(text).unwrap_or_else(|error| format!("{error:#}"))
}

fn key(id: i64) -> relata::Filter {
    col("id").eq(id)
}

fn counts(db: &Database) -> String {
    format!("{} {}", column(db, "posts", "comments_count"), column(db, "photos", "comments_count"))
}
