//! Differences of two states, and making them in a third.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod model;

use common::{column, kind, library, rows, sound, table};
use model::run::run;
use model::shape::{SHAPES, schema};
use model::step::{Step, seed};
use proptest::collection::vec;
use proptest::prelude::*;
use relata::{
    Action, Column, ConflictReason, Database, Diff, ErrorKind, Relation, RowChange, Rows, Schema, Snapshot,
    Table, Value, col, row,
};
use std::collections::BTreeMap;

/// Two authors with a book each.
fn seeded() -> Database {
    let db = library(Action::Cascade);
    db.insert_many("authors", vec![row! { name: "Ann" }, row! { name: "Bob" }]).unwrap();
    let books = vec![row! { title: "One", author_id: 1 }, row! { title: "Two", author_id: 2 }];
    db.insert_many("books", books).unwrap();
    db
}

fn diff(before: &Database, after: &Database) -> Diff {
    before.snapshot().diff(&after.snapshot()).unwrap()
}

#[test]
fn a_difference_names_rows_by_key_and_values_by_column() {
    let (db, fork) = (seeded(), seeded().fork());
    assert_eq!(diff(&db, &fork).to_string(), "no difference");
    assert!(diff(&db, &fork).is_empty());
    fork.insert("authors", row! { id: 9, name: "Cid \"C\"" }).unwrap();
    fork.update("authors", col("id").eq(1), row! { name: "Anne", email: "a@x.org" }).unwrap();
    fork.delete("authors", col("id").eq(2)).unwrap();
    let found = diff(&db, &fork);
    let text = r#"authors
  ~ 1: name "Ann" -> "Anne", email null -> "a@x.org"
  - 2: name "Bob", email null
  + 9: name "Cid \"C\"", email null
books
  - 2: title "Two", author_id 2"#;
    assert_eq!(found.to_string(), text);
    let document = concat!(
        r#"{"authors":{"inserted":[{"id":9,"name":"Cid \"C\"","email":null}],"updated":[{"key":{"id":1},"#,
        r#""cells":{"name":{"before":"Ann","after":"Anne"},"email":{"before":null,"after":"a@x.org"}}}],"#,
        r#""deleted":[{"id":2,"name":"Bob","email":null}]},"#,
        r#""books":{"deleted":[{"id":2,"title":"Two","author_id":2}]}}"#
    );
    assert_eq!(serde_json::to_string(&found).unwrap(), document);
    let books = found.table("books").unwrap();
    assert_eq!((books.name(), books.columns().len(), books.rows().len()), ("books", 3, 1));
    assert_eq!(books.rows()[0].key().values(), [Value::from(2)]);
    assert!(matches!(books.rows()[0].change(), RowChange::Deleted(values) if values.len() == 3));
    assert_eq!(found.tables().len(), 2);
}

#[test]
fn a_change_that_was_taken_back_is_no_difference() {
    let (db, fork) = (seeded(), seeded().fork());
    fork.update("authors", Rows::All, row! { name: "Eve" }).unwrap();
    fork.update("authors", col("id").eq(1), row! { name: "Ann" }).unwrap();
    fork.update("authors", col("id").eq(2), row! { name: "Bob" }).unwrap();
    // The same row at another place.
    fork.delete("books", col("id").eq(1)).unwrap();
    fork.insert("books", row! { id: 1, title: "One", author_id: 1 }).unwrap();
    assert_eq!(diff(&db, &fork).to_string(), "no difference");
}

#[test]
fn rows_without_a_primary_key_are_matched_whole_and_counted() {
    let words = Table::new("words").column(Column::text("word")).column(Column::decimal("weight").nullable());
    let db = Database::new(Schema::new().table(words)).unwrap();
    let word = |word: &str| row! { word: word };
    db.insert_many("words", vec![word("a"), word("b"), word("a"), word("a")]).unwrap();
    let fork = db.fork();
    fork.delete("words", col("word").eq("a")).unwrap();
    fork.insert_many("words", vec![word("c"), word("a")]).unwrap();
    let found = diff(&db, &fork);
    assert_eq!(
        found.to_string(),
        "words\n  - word \"a\", weight null\n  - word \"a\", weight null\n  + word \"c\", weight null"
    );
    found.apply(&db).unwrap();
    assert_eq!(column(&db, "words", "word"), r#""b","a","c""#);
    let error = found.apply(&db).unwrap_err();
    assert_eq!(error.to_string(), "the difference doesn't fit: words (\"a\", null) isn't there");
    assert!(matches!(error.kind(), ErrorKind::Conflicts { conflicts } if conflicts.len() == 1));
    sound(&db);
}

#[test]
fn a_composite_key_names_a_row_as_a_tuple() {
    let seats = Table::new("seats")
        .column(Column::text("hall"))
        .column(Column::integer("number"))
        .column(Column::boolean("taken"))
        .primary_key(["hall", "number"]);
    let db = Database::new(Schema::new().table(seats)).unwrap();
    db.insert("seats", row! { hall: "A", number: 7, taken: false }).unwrap();
    let fork = db.fork();
    fork.update("seats", Rows::All, row! { taken: true }).unwrap();
    fork.insert("seats", row! { hall: "A", number: 3, taken: true }).unwrap();
    let text = "seats\n  + (\"A\", 3): taken true\n  ~ (\"A\", 7): taken false -> true";
    assert_eq!(diff(&db, &fork).to_string(), text);
}

#[test]
fn a_decimals_scale_is_a_difference() {
    let db = Database::new(Schema::new().table(table("t").column(Column::decimal("price")))).unwrap();
    db.insert("t", row! { price: "1.0".parse::<rust_decimal::Decimal>().unwrap() }).unwrap();
    let fork = db.fork();
    fork.update("t", Rows::All, row! { price: "1.00".parse::<rust_decimal::Decimal>().unwrap() }).unwrap();
    assert_eq!(diff(&db, &fork).to_string(), "t\n  ~ 1: price 1.0 -> 1.00");
}

#[test]
fn applying_makes_the_other_state_and_reversing_takes_it_back() {
    let db = seeded();
    let (target, fork, before) = (db.fork(), db.fork(), rows(&db, "authors"));
    fork.delete("authors", col("id").eq(2)).unwrap();
    fork.insert_many("authors", vec![row! { id: 30, name: "C" }, row! { id: 20, name: "D" }]).unwrap();
    fork.update("books", Rows::All, row! { author_id: 30 }).unwrap();
    let found = diff(&db, &fork);
    found.apply(&target).unwrap();
    assert_eq!(rows(&target, "authors"), rows(&fork, "authors"));
    assert_eq!(rows(&target, "books"), rows(&fork, "books"));
    // A key that came with the difference isn't given again.
    assert_eq!(target.fork().insert("authors", row! { name: "E" }).unwrap().to_string(), "31");
    sound(&target);
    found.reversed().apply(&target).unwrap();
    assert_eq!(rows(&target, "authors"), before);
    assert!(diff(&db, &target).is_empty());
    assert_eq!(found.reversed().reversed(), found);
    sound(&target);
}

#[test]
fn rows_of_a_difference_may_swap_unique_values_and_refer_to_each_other() {
    let db = seeded();
    db.update("authors", col("id").eq(1), row! { email: "a" }).unwrap();
    db.update("authors", col("id").eq(2), row! { email: "b" }).unwrap();
    let fork = db.fork();
    fork.update("authors", col("id").eq(1), row! { email: "c", name: "Ada" }).unwrap();
    fork.update("authors", col("id").eq(2), row! { email: "a" }).unwrap();
    fork.update("authors", col("id").eq(1), row! { email: "b" }).unwrap();
    diff(&db, &fork).apply(&db).unwrap();
    assert_eq!(column(&db, "authors", "email"), r#""b","a""#);
    sound(&db);
}

#[test]
fn every_conflict_is_listed_and_nothing_changes() {
    let db = seeded();
    let fork = db.fork();
    fork.insert("authors", row! { id: 3, name: "Cid" }).unwrap();
    fork.update("authors", col("id").eq(1), row! { name: "Anne" }).unwrap();
    fork.delete("books", col("id").eq(2)).unwrap();
    let found = diff(&db, &fork);
    db.insert("authors", row! { id: 3, name: "Dan" }).unwrap();
    db.update("authors", col("id").eq(1), row! { name: "Ada" }).unwrap();
    db.delete("books", col("id").eq(2)).unwrap();
    let before = rows(&db, "authors");
    let error = found.apply(&db).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "the difference doesn't fit in 3 rows, the first: authors 1 has another name\
         \n  authors 1 has another name\n  authors 3 is there already\n  books 2 isn't there\
         \n    help: compare with the rows as they are, then apply again"
    );
    assert_eq!(kind(&error), "conflict");
    let ErrorKind::Conflicts { conflicts } = error.kind() else { panic!("{error:?}") };
    assert_eq!(conflicts[0].reason, ConflictReason::Differs { columns: vec!["name".into()] });
    assert_eq!((rows(&db, "authors"), column(&db, "books", "id")), (before, "1".into()));
}

#[test]
fn a_row_that_others_refer_to_now_doesnt_go() {
    let db = seeded();
    let fork = db.fork();
    fork.delete("authors", col("id").eq(2)).unwrap();
    let found = diff(&db, &fork);
    db.insert("books", row! { title: "Three", author_id: 2 }).unwrap();
    let error = found.apply(&db).unwrap_err();
    assert_eq!(error.to_string(), "books.author_id = 2 would match no row of authors");
    assert_eq!(db.query("books").count().unwrap(), 3);
    sound(&db);
}

#[test]
fn a_difference_is_applied_in_a_transaction_as_one_statement() {
    let db = seeded();
    let fork = db.fork();
    fork.insert("authors", row! { name: "Cid" }).unwrap();
    let found = diff(&db, &fork);
    let mut tx = db.begin().unwrap();
    tx.apply(&found).unwrap();
    assert_eq!(kind(&tx.apply(&found).unwrap_err()), "conflict");
    assert!(tx.snapshot().diff(&fork.snapshot()).unwrap().is_empty());
    tx.rollback();
    assert_eq!(diff(&db, &fork), found);
}

#[test]
fn states_of_different_schemas_have_no_difference_to_tell() {
    let other = Database::new(Schema::new().table(table("authors"))).unwrap();
    let error = seeded().snapshot().diff(&other.snapshot()).unwrap_err();
    assert_eq!(error.to_string(), "expected a state of the same schema, found one of another");
    let fork = seeded();
    fork.insert("authors", row! { name: "Cid" }).unwrap();
    let error = diff(&seeded(), &fork).apply(&other).unwrap_err();
    assert_eq!(error.to_string(), "expected rows of authors with id, found id, name, email");
}

#[test]
fn a_difference_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Diff>();
}

/// The rows of every table by what they are matched by, as text.
fn dump(of: &Snapshot) -> BTreeMap<String, Vec<String>> {
    let table = |info: &relata::catalog::TableInfo| {
        let table = of.table(info.name()).unwrap();
        let row = |row: relata::RowRef<'_>| {
            format!("{:?}", row.values().map(|(_, value)| value.to_value()).collect::<Vec<_>>())
        };
        let mut rows: Vec<String> = table.iter().map(row).collect();
        rows.sort();
        (info.name().to_owned(), rows)
    };
    of.catalog().tables().map(table).collect()
}

/// `RELATA_LAWS_CASES` sets how many pairs of states are tried.
fn cases() -> u32 {
    std::env::var("RELATA_LAWS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(256)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_difference_leads_from_any_state_to_any_other_and_back(
        shape in 0..SHAPES,
        actions in any::<[u8; 6]>(),
        common in vec(vec(any::<u8>(), 0..24), 0..10),
        left in vec(vec(any::<u8>(), 0..24), 0..12),
        right in vec(vec(any::<u8>(), 0..24), 0..12),
    ) {
        let schema = schema(shape, actions);
        let db = Database::new(schema.clone()).unwrap();
        let go = |db: &Database, steps: &[Vec<u8>]| {
            for bytes in steps {
                let _ = run(db, &schema, &Step::decode(&schema, bytes));
            }
        };
        for step in seed(&schema) {
            let _ = run(&db, &schema, &step);
        }
        go(&db, &common);
        let fork = db.fork();
        go(&db, &left);
        go(&fork, &right);
        let (from, to) = (db.snapshot(), fork.snapshot());
        let there = from.diff(&to).unwrap();
        prop_assert_eq!(there.is_empty(), dump(&from) == dump(&to), "{}", there);
        prop_assert_eq!(&to.diff(&from).unwrap(), &there.reversed());
        let target = from.fork();
        prop_assert!(there.apply(&target).is_ok(), "{}: {:?}", there, there.apply(&target));
        prop_assert_eq!(dump(&target.snapshot()), dump(&to));
        prop_assert_eq!(target.check(), vec![]);
        prop_assert!(there.reversed().apply(&target).is_ok());
        prop_assert_eq!(dump(&target.snapshot()), dump(&from));
        prop_assert_eq!(target.check(), vec![]);
        // A row without a key may have a twin, so that another can come or go.
        let mut rows = there.tables().iter().flat_map(|table| table.rows());
        if rows.any(|row| !row.key().values().is_empty()) {
            prop_assert!(there.apply(&to.fork()).is_err());
        }
    }
}

#[test]
fn counters_come_with_the_difference_and_stay_right() {
    let schema = Schema::new()
        .table(table("users").column(Column::integer("posts_count").default(0)))
        .table(table("posts").column(Column::integer("user_id")))
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"));
    let db = Database::new(schema).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    db.insert("posts", row! { user_id: 1 }).unwrap();
    let (before, other) = (db.snapshot(), db.fork());
    db.insert("posts", row! { user_id: 2 }).unwrap();
    db.update("posts", col("id").eq(1), row! { user_id: 2 }).unwrap();
    before.diff(&db.snapshot()).unwrap().apply(&other).unwrap();
    assert_eq!(column(&other, "users", "posts_count"), "0,2");
    sound(&other);
}
