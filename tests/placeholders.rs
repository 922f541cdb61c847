//! Prepared queries with placeholders.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::kind;
use relata::{Action, Database, Type, col, placeholder, rel, row};

fn library() -> Database {
    let db = common::library(Action::Cascade);
    db.insert_many("authors", vec![row! { name: "Ann", email: "ann@x.org" }, row! { name: "Bob" }]).unwrap();
    let books = (0..100).map(|i| row! { title: format!("T{i}"), author_id: 1 + i % 2 });
    db.insert_many("books", books.collect::<Vec<_>>()).unwrap();
    db
}

#[test]
fn placeholders_take_the_types_of_what_they_are_compared_with() {
    let db = library();
    let query = db
        .query("authors")
        .filter(
            rel("books")
                .some(col("title").like(placeholder("title")))
                .and(col("id").is_in([placeholder("id")])),
        )
        .include("books", |books| books.filter(col("id").lt(placeholder("id"))))
        .prepare()
        .unwrap();
    let types = [("title".into(), Type::Text), ("id".into(), Type::Integer)];
    assert_eq!(query.placeholders(), types);
    let page = query.bind(row! { title: "T3%", id: 2 }).unwrap().all().unwrap();
    assert_eq!(page.iter().map(|row| row.many("books").unwrap().len()).collect::<Vec<_>>(), [0]);
    let page = query.bind(row! { title: "T30", id: 2 }).unwrap().all().unwrap();
    assert!(page.is_empty());
}

#[test]
fn the_access_is_chosen_by_the_values() {
    let db = library();
    let query = db.query("authors").filter(col("id").eq(placeholder("id"))).prepare().unwrap();
    assert!(query.explain().contains("where id = $id"), "{}", query.explain());
    let bound = query.bind(row! { id: 2 }).unwrap();
    assert!(bound.explain().starts_with("authors: by primary key (id = 2)"), "{}", bound.explain());
    let flat =
        db.from("authors").filter(col("id").eq(placeholder("id"))).columns(["name"]).prepare().unwrap();
    assert!(flat.explain(row! { id: 2 }).unwrap().starts_with("authors: by primary key (id = 2)"));
}

#[test]
fn a_null_compares_as_unknown() {
    let db = library();
    let query = db.query("authors").filter(col("email").eq(placeholder("email"))).prepare().unwrap();
    assert!(query.bind(row! { email: None::<&str> }).unwrap().all().unwrap().is_empty());
    assert_eq!(query.bind(row! { email: "ann@x.org" }).unwrap().all().unwrap().len(), 1);
}

#[test]
fn placeholders_stand_in_joins_selections_and_groups() {
    let db = library();
    let query = db
        .from("authors")
        .inner_join("books", rel("books"))
        .filter(col("books.id").lte(placeholder("last")))
        .group_by(["authors.id"])
        .select([("name", col("name").append(placeholder("mark"))), ("n", relata::count())])
        .having(col("n").gt(placeholder("least")))
        .prepare()
        .unwrap();
    let page = query.run(row! { last: 5, mark: "!", least: 2 }).unwrap();
    assert_eq!(page.to_string(), r#"{name: "Ann!", n: 3}"#);
    assert_eq!(query.placeholders().map(|(name, _)| name).collect::<Vec<_>>(), ["last", "least", "mark"]);
}

#[test]
fn what_is_missing_unknown_or_of_another_type_is_refused() {
    let db = library();
    let query = db.query("authors").filter(col("id").eq(placeholder("id"))).prepare().unwrap();
    let refused = |values| format!("{:#}", query.bind(values).unwrap_err());
    assert_eq!(
        refused(row! {}),
        "the placeholder `id` has no value\n    help: prepare the query, and give `id` a value when it runs"
    );
    assert_eq!(refused(row! { id: 1, ip: 2 }), "no placeholder `ip` in this query\n    help: there are: id");
    assert_eq!(refused(row! { id: "x" }), "expected integer, found \"x\"\n    at: $.id");
    for error in
        [query.all().unwrap_err(), db.delete("authors", col("id").eq(placeholder("id"))).unwrap_err()]
    {
        assert_eq!(kind(&error), "invalid_query");
    }
    assert!(db.insert("authors", row! { name: placeholder("name") }).is_err());
    let untyped = db.from("authors").value("x", placeholder("x")).prepare().unwrap_err();
    assert_eq!(untyped.to_string(), "nothing tells the type of the placeholder `x`");
}
