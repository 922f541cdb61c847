//! Strict loading: what wasn't included isn't walked.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::library;
use relata::{Action, Builder, Column, Database, Relation, Schema, Snapshot, Table, row};

fn schema() -> Schema {
    let id = |name: &str| Table::new(name).column(Column::integer("id").generated()).primary_key(["id"]);
    Schema::new()
        .table(id("users"))
        .table(id("posts").column(Column::integer("user_id")))
        .table(id("comments").column(Column::integer("post_id")))
        .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts"))
        .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
        .relation(Relation::many("posts", "comments", "comments"))
}

fn filled(builder: Builder) -> Database {
    let db = builder.build().unwrap();
    db.insert("users", row! {}).unwrap();
    db.insert("posts", row! { user_id: 1 }).unwrap();
    db.insert("comments", row! { post_id: 1 }).unwrap();
    db
}

#[test]
fn the_error_names_the_include_to_add_by_its_path() {
    let db = filled(Database::builder(schema()));
    let page = db.query("users").include("posts", |p| p).strict_loading().all().unwrap();
    let user = page.first().unwrap();
    let post = user.many("posts").unwrap().first().unwrap();
    let error = post.relation("comments").unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "`comments` was not included on this row of `posts`, and loading is strict\n    \
         at: $.with.posts.with.comments\n    \
         help: add `comments` to the query's `with`, where the path leads"
    );
    // What was included can be asked anew.
    assert_eq!(user.relation("posts").unwrap().count().unwrap(), 1);
}

#[test]
fn a_query_without_it_walks_freely() {
    let db = filled(Database::builder(schema()));
    let page = db.query("users").all().unwrap();
    assert_eq!(page.first().unwrap().relation("posts").unwrap().count().unwrap(), 1);
}

#[test]
fn an_include_can_be_strict_alone_and_a_traversal_stays_strict() {
    let db = filled(Database::builder(schema()));
    let page = db.query("users").include("posts", |p| p.strict_loading()).all().unwrap();
    let user = page.first().unwrap();
    assert!(user.relation("posts").is_ok());
    assert!(user.many("posts").unwrap().first().unwrap().relation("comments").is_err());
    let page = db.query("users").strict_loading().follow("posts").all().unwrap();
    assert!(page.first().unwrap().relation("comments").is_err());
}

#[test]
fn a_strict_database_refuses_every_walk_that_no_query_included() {
    let db = filled(Database::builder(schema()).strict_loading());
    let check = |snapshot: Snapshot| {
        let user = snapshot.get("users", 1).unwrap().unwrap();
        for error in [
            user.many("posts").err().unwrap(),
            user.relation("posts").unwrap_err(),
            snapshot.table("users").unwrap().relation("posts").err().unwrap(),
        ] {
            assert_eq!(error.path().to_string(), "with.posts");
        }
        let page = snapshot.query("users").include("posts", |p| p).all().unwrap();
        let post = page.first().unwrap().many("posts").unwrap().first().unwrap();
        let error = post.relation("comments").unwrap_err();
        assert_eq!(error.path().to_string(), "with.posts.with.comments");
        assert_eq!(snapshot.query("users").follow("posts").count().unwrap(), 1);
    };
    check(db.snapshot());
    check(db.fork().snapshot());
    db.transaction(|tx| tx.insert("users", row! {})).unwrap();
    check(db.snapshot());
    let unknown = db.query("users").all().unwrap().first().unwrap().relation("pots").unwrap_err();
    assert_eq!(unknown.kind().name(), "unknown_relation");
}

#[test]
fn what_a_query_reads_itself_is_never_refused() {
    let db = library(Action::Cascade);
    db.insert("authors", row! { name: "Ann" }).unwrap();
    let page = db.query("authors").count_of("n", "books").strict_loading().all().unwrap();
    assert_eq!(page.first().unwrap().get::<i64>("n").unwrap(), 0);
}
