//! Union, intersection and difference.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::table;
use relata::{Column, Database, FlatQuery, Schema, Snapshot, col, desc, row};

/// Letters of two lists: a, b, b, b, null, null against b, b, c, null.
fn letters() -> Database {
    let list = |name: &str| table(name).column(Column::text("letter").nullable()).column(Column::int("n"));
    let db = Database::new(Schema::new().table(list("x")).table(list("y"))).unwrap();
    let fill = |name: &str, letters: &[Option<&str>]| {
        for letter in letters {
            db.insert(name, row! { letter: *letter, n: 1 }).unwrap();
        }
    };
    fill("x", &[Some("a"), Some("b"), Some("b"), Some("b"), None, None]);
    fill("y", &[Some("b"), Some("b"), Some("c"), None]);
    db
}

fn show(query: FlatQuery<Snapshot>) -> String {
    let page = query.all().unwrap();
    let letters: Vec<Option<&str>> = page.column("letter").unwrap();
    letters.into_iter().map(|letter| letter.unwrap_or("-")).collect()
}

#[test]
fn each_operation_and_its_all_form() {
    let db = letters();
    let (x, y) = (db.from("x").columns(["letter"]), db.from("y").columns(["letter"]));
    assert_eq!(show(x.clone().union(y.clone())), "ab-c");
    assert_eq!(show(x.clone().union_all(y.clone())), "abbb--bbc-");
    assert_eq!(show(x.clone().intersect(y.clone())), "b-");
    assert_eq!(show(x.clone().intersect_all(y.clone())), "bb-");
    assert_eq!(show(x.clone().except(y.clone())), "a");
    assert_eq!(show(x.clone().except_all(y.clone())), "ab-");
    assert_eq!(show(y.except(x)), "c");
}

#[test]
fn orders_and_limits_are_of_the_whole_and_each_query_keeps_its_own() {
    let db = letters();
    let (x, y) = (db.from("x").columns(["letter"]), db.from("y").columns(["letter"]));
    assert_eq!(show(x.clone().union(y.clone()).order_by(desc("letter")).limit(3)), "-cb");
    assert_eq!(show(x.clone().limit(1).union_all(y.order_by(desc("letter")).limit(2))), "a-c");
    let error = x.clone().union(x).order_by(desc("n")).all().unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "the result has no column `n`\n    at: $.orderBy.n\n    help: there are: letter"
    );
}

#[test]
fn the_queries_give_as_many_columns_of_types_that_go_together() {
    let db = letters();
    let (x, y) = (db.from("x").columns(["letter"]), db.from("y").columns(["letter", "n"]));
    let error = x.clone().union(y).all().unwrap_err();
    assert_eq!(error.to_string(), "(letter text) and (letter text, n int) don't have the same columns");
    let error = x.clone().union(db.from("x").columns(["n"])).all().unwrap_err();
    assert_eq!(error.to_string(), "(letter text) and (n int) don't have the same columns");
    let error = x.clone().union(db.from("x")).all().unwrap_err();
    assert_eq!(error.to_string(), "the rows have no named columns");
    let error = x.clone().union(x.clone()).filter(col("letter").eq("a")).all().unwrap_err();
    assert_eq!(error.to_string(), "united rows take an order, a limit and an offset only");
    // The wider of two numbers' types holds both.
    let numbers = db.from("x").columns(["n"]).union(db.from("y").select([("m", col("n") * 1.5)]));
    let page = numbers.all().unwrap();
    assert_eq!(serde_json::to_string(&page).unwrap(), r#"[{"n":1.0},{"n":1.5}]"#);
}

#[test]
fn operations_nest() {
    let db = letters();
    let letters = |table: &str| db.from(table).columns(["letter"]);
    let both = letters("x").intersect(letters("y"));
    assert_eq!(show(letters("x").union(letters("y")).except(both)), "ac");
}
