//! Snapshots and forks, memory and reclaimed space.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, library, rows, sound, table};
use relata::{Action, Column, Database, Rows, Schema, col, row};

#[test]
fn writing_to_either_side_of_a_fork_never_shows_in_the_other() {
    let db = library(Action::Cascade);
    db.insert("authors", row! { name: "Ann" }).unwrap();
    db.insert("books", row! { title: "One", author_id: 1 }).unwrap();
    let (snapshot, fork) = (db.snapshot(), db.fork());
    let second = fork.fork();

    fork.update("authors", Rows::All, row! { name: "Forked" }).unwrap();
    fork.insert("books", row! { title: "Two", author_id: 1 }).unwrap();
    db.delete("authors", Rows::All).unwrap();
    drop(db);

    assert_eq!(column(&fork, "books", "title"), r#""One","Two""#);
    assert_eq!(column(&second, "authors", "name"), r#""Ann""#);
    assert_eq!(snapshot.query("books").count().unwrap(), 1);
    for db in [&fork, &second, &snapshot.fork()] {
        sound(db);
    }
}

#[test]
fn insertion_order_survives_deletes_and_reuse_of_keys() {
    let db = Database::new(Schema::new().table(table("t").column(Column::text("name")))).unwrap();
    for n in 0..3_000 {
        db.insert("t", row! { name: format!("row {n}") }).unwrap();
    }
    db.delete("t", col("id").between(2, 2_999)).unwrap();
    db.insert("t", row! { id: 5, name: "back again" }).unwrap();
    assert_eq!(column(&db, "t", "id"), "1,3000,5");
    sound(&db);
}

#[test]
fn deleted_space_is_given_back() {
    let db = Database::new(Schema::new().table(table("t").column(Column::text("name")))).unwrap();
    let fill = |from: i64| {
        let rows = (from..from + 20_000).map(|n| row! { name: format!("a text of some length {n}") });
        db.insert_many("t", rows.collect()).unwrap();
    };
    fill(0);
    let held = |db: &Database| db.memory().iter().map(|m| m.data + m.index + m.overhead).sum::<usize>();
    let full = held(&db);
    for round in 1..20 {
        db.delete("t", Rows::All).unwrap();
        fill(round * 20_000);
    }
    db.delete("t", col("id").gt(19 * 20_000 + 10)).unwrap();
    for _ in 0..100 {
        db.update("t", Rows::All, row! { name: "short" }).unwrap();
        db.update("t", Rows::All, row! { name: "other" }).unwrap();
    }
    assert!(held(&db) < full / 2, "{} of {full} bytes are still held", held(&db));
    assert_eq!(db.query("t").count().unwrap(), 10);
    sound(&db);
}

#[test]
fn memory_is_reported_by_table_and_by_use() {
    let db = library(Action::Cascade);
    for n in 0..2_000 {
        db.insert("authors", row! { name: format!("author {n}") }).unwrap();
    }
    let memory = db.memory();
    assert_eq!(memory.iter().map(|m| m.table.as_str()).collect::<Vec<_>>(), ["authors", "books"]);
    assert_eq!((memory[0].rows, memory[1].rows), (2_000, 0));
    assert!(memory[0].data > 2_000 * 8 && memory[0].index > 0, "{memory:?}");
    assert_eq!(memory[0].overhead, 0);
}

#[test]
fn memory_is_shared_until_it_is_written() {
    let db = library(Action::Cascade);
    db.insert_many("authors", (0..20_000).map(|n| row! { name: format!("author {n}") }).collect()).unwrap();
    let books = |n: i64| row! { title: format!("book {n}"), author_id: 1 + n % 20_000 };
    db.insert_many("books", (0..20_000).map(books).collect()).unwrap();
    let own = |db: &Database| -> Vec<usize> { db.memory().iter().map(|m| m.total() - m.shared).collect() };
    let all: Vec<usize> = db.memory().iter().map(|m| m.total()).collect();
    assert_eq!(own(&db), all);

    let fork = db.fork();
    assert_eq!((own(&db), own(&fork)), (vec![0, 0], vec![0, 0]));
    fork.update("authors", col("id").eq(1), row! { name: "Ann" }).unwrap();
    let written = own(&fork);
    assert!(0 < written[0] && written[0] < all[0] / 4, "{written:?} of {all:?}");
    assert_eq!(written[1], 0, "nothing was written to books");
    assert!(own(&db)[0] < all[0] / 4);

    let snapshot = fork.snapshot();
    let held = snapshot.memory();
    assert_eq!(held, fork.memory());
    assert!(held.iter().all(|m| m.shared == m.total()), "the fork has it too");
    drop(fork);
    let authors = &snapshot.memory()[0];
    assert!(authors.shared < authors.total(), "nobody else has what was written");
    let fork = snapshot.fork();
    drop((snapshot, db));
    assert_eq!(own(&fork), fork.memory().iter().map(|m| m.total()).collect::<Vec<_>>());
}

#[test]
fn a_panic_in_the_clock_leaves_the_store_as_it_was_and_usable() {
    let schema = Schema::new().table(table("t").column(Column::timestamptz("at").default_now()));
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let db = Database::builder(schema)
        .clock(move || {
            assert!(calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 0, "the clock is broken");
            jiff::Timestamp::UNIX_EPOCH
        })
        .build()
        .unwrap();
    let rows_of = |db: &Database| rows(db, "t");
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.insert_many("t", vec![row! { at: jiff::Timestamp::UNIX_EPOCH }, row! {}])
    }));
    assert!(broken.is_err());
    assert_eq!(rows_of(&db), "[]");
    db.insert("t", row! {}).unwrap();
    assert_eq!(column(&db, "t", "id"), "3");
    sound(&db);
}

#[test]
fn handles_and_snapshots_go_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Database>();
    shared::<relata::Snapshot>();
}

#[test]
fn an_index_that_was_not_written_to_stays_shared_with_the_rows_of_each_key() {
    let numbers = table("t").column(Column::integer("kind")).column(Column::integer("n")).index(["kind"]);
    let db = Database::new(Schema::new().table(numbers)).unwrap();
    db.insert_many("t", (0..20_000i64).map(|n| row! { kind: n % 4, n: n }).collect()).unwrap();
    let fork = db.fork();
    fork.update("t", col("id").eq(1), row! { n: -1 }).unwrap();
    let memory = &fork.memory()[0];
    let own = memory.total() - memory.shared;
    assert!(own < 20_000 * 2, "{own} of {}", memory.total());
}
