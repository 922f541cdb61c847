//! The places of deleted rows are given back, and nothing shows of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, library, rows, sound};
use relata::{Action, Database, Rows, col, row};

fn held(db: &Database) -> usize {
    db.memory().iter().map(|m| m.data + m.overhead).sum()
}

/// Authors and a book of each, of which most are deleted here and there.
fn thinned(action: Action) -> Database {
    let db = library(action);
    let names = (0..6_000).map(|n| row! { name: format!("author number {n}"), email: format!("{n}@x.org") });
    db.insert_many("authors", names.collect()).unwrap();
    let books = (0..6_000).map(|n| row! { title: format!("book number {n}"), author_id: 6_000 - n });
    db.insert_many("books", books.collect()).unwrap();
    let gone: Vec<i64> = (1..=6_000).filter(|id| id % 7 != 0).collect();
    db.delete("authors", col("id").is_in(gone)).unwrap();
    db
}

/// Statements that change nothing to speak of, each with its step of cleaning up.
fn let_it_settle(db: &Database) {
    for n in 0..60 {
        db.update("authors", col("id").eq(7), row! { name: format!("step {n}") }).unwrap();
    }
    db.update("authors", col("id").eq(7), row! { name: "author number 6" }).unwrap();
}

#[test]
fn rows_keep_order_keys_and_relations_while_space_is_given_back() {
    let db = thinned(Action::Cascade);
    let before = (rows(&db, "authors"), rows(&db, "books"), held(&db));
    let include = |db: &Database| {
        let page =
            db.query("authors").include("books", |books| books.include("author", |a| a)).all().unwrap();
        serde_json::to_string(&page).unwrap()
    };
    let (seen, snapshot) = (include(&db), db.snapshot());
    let_it_settle(&db);
    assert_eq!((rows(&db, "authors"), rows(&db, "books")), (before.0, before.1));
    assert_eq!(include(&db), seen);
    assert!(held(&db) < before.2 / 2, "{} of {} bytes are still held", held(&db), before.2);
    assert_eq!(db.memory().iter().map(|m| m.overhead).sum::<usize>(), 0);
    assert_eq!(include(&snapshot.fork()), seen, "a snapshot keeps its own places");
    sound(&db);
    sound(&snapshot.fork());
}

#[test]
fn writes_go_on_in_the_middle_of_a_sweep() {
    let db = thinned(Action::SetNull);
    for n in 0..20 {
        db.insert("authors", row! { name: format!("late {n}") }).unwrap();
        db.delete("authors", col("id").eq(7 * (n + 1))).unwrap();
        let refused =
            db.insert_many("books", vec![row! { title: "kept out" }, row! { title: "x", author_id: -1 }]);
        assert!(refused.is_err());
        sound(&db);
    }
    assert!(column(&db, "authors", "id").ends_with("6018,6019,6020"));
    db.delete("authors", Rows::All).unwrap();
    let_it_settle(&db);
    assert_eq!((rows(&db, "authors").as_str(), db.query("books").count().unwrap()), ("[]", 6_000));
    sound(&db);
}

#[test]
fn deferred_keys_of_a_transaction_outlive_a_sweep_that_waits() {
    let db = thinned(Action::Cascade);
    db.transaction(|tx| {
        for n in 0..30 {
            tx.insert("authors", row! { name: format!("late {n}") })?;
        }
        tx.savepoint("a");
        tx.delete("authors", col("id").lt(1_000))?;
        tx.rollback_to("a")
    })
    .unwrap();
    assert_eq!(db.query("authors").count().unwrap(), 6_000 / 7 + 30);
    sound(&db);
}

#[test]
fn lists_of_children_give_back_the_places_of_those_that_are_gone() {
    let db = library(Action::Cascade);
    db.insert_many("authors", (0..2_000).map(|n| row! { name: format!("{n}") }).collect()).unwrap();
    // One author of four has half of the books.
    let of = |author: i64| if author % 4 == 0 { 28 } else { 9 };
    let authors = (1..=2_000).flat_map(|author| std::iter::repeat_n(author, of(author)));
    let books = authors.map(|author| row! { title: "t", author_id: author });
    db.insert_many("books", books.collect()).unwrap();
    let index = |db: &Database| db.memory()[1].index;
    let before = index(&db);
    let gone: Vec<i64> = (1..=2_000).filter(|author| author % 4 != 0).collect();
    db.delete("books", col("author_id").is_in(gone)).unwrap();
    assert!(before - index(&db) > 150_000, "{} of {before}", index(&db));
    sound(&db);
}

#[test]
fn links_of_rows_that_are_gone_go_with_them() {
    let db = library(Action::Cascade);
    db.insert_many("authors", (0..10).map(|n| row! { name: format!("{n}") }).collect()).unwrap();
    let books = (0..20_000).map(|n| row! { title: "t", author_id: 1 + n % 10 });
    db.insert_many("books", books.collect()).unwrap();
    db.delete("books", col("id").gt(1_000)).unwrap();
    let_it_settle(&db);
    let index = db.memory()[1].index;
    assert!(index < 70_000, "{index}");
    sound(&db);
}

#[test]
fn long_texts_of_rows_that_are_gone_go_while_the_rows_beside_them_stay() {
    let db = library(Action::Cascade);
    let name = |n: usize| row! { name: "x".repeat(if n.is_multiple_of(3) { 600 } else { 20 }) };
    db.insert_many("authors", (1..=4_000).map(name).collect()).unwrap();
    let before = held(&db);
    let gone: Vec<i64> = (1..=4_000).filter(|id| id % 3 == 0).collect();
    db.delete("authors", col("id").is_in(gone)).unwrap();
    let_it_settle(&db);
    let after = held(&db);
    assert!(after + 600 * 1_000 < before, "{after} of {before}");
    sound(&db);
}
