//! A loaded database is the saved one in every answer.

use crate::common::{rows, sound};
use crate::random::{database, past};
use proptest::prelude::*;
use relata::{Action, Column, Database, Relation, Rows, Schema, Table, col, row};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_every_next_key_and_every_byte_is_the_same(past in past()) {
        let db = database(&past);
        let bytes = db.snapshot().to_bytes().unwrap();
        let schema = db.catalog().schema().clone();
        for loaded in [
            Database::from_bytes(&bytes).unwrap(),
            Database::builder(schema.clone()).build_from_bytes(&bytes).unwrap(),
        ] {
            prop_assert_eq!(loaded.check(), vec![]);
            prop_assert_eq!(&loaded.snapshot().to_bytes().unwrap(), &bytes);
            for table in &schema.tables {
                prop_assert_eq!(rows(&loaded, &table.name), rows(&db, &table.name));
            }
            for relation in &schema.relations {
                let walk = |db: &Database| {
                    let page = db.query(&relation.source).include(&relation.name, |q| q).all().unwrap();
                    serde_json::to_string(&page).unwrap()
                };
                prop_assert_eq!(walk(&loaded), walk(&db));
            }
            for table in &schema.tables {
                let add = |db: &Database| db.fork().insert(&table.name, row! {}).map_err(|error| error.to_string());
                prop_assert_eq!(add(&loaded), add(&db));
            }
        }
    }
}

fn notes() -> Schema {
    Schema::new().table(
        Table::new("notes")
            .column(Column::integer("id").generated())
            .column(Column::text("body").nullable())
            .primary_key(["id"]),
    )
}

#[test]
fn identities_go_on_after_rows_and_rollbacks_that_are_gone() {
    let db = Database::new(notes()).unwrap();
    db.insert_many("notes", vec![row! {}, row! {}, row! {}]).unwrap();
    db.delete("notes", Rows::All).unwrap();
    let mut tx = db.begin().unwrap();
    tx.insert("notes", row! {}).unwrap();
    tx.rollback();
    let loaded = Database::from_bytes(&db.snapshot().to_bytes().unwrap()).unwrap();
    loaded.insert("notes", row! {}).unwrap();
    assert_eq!(rows(&loaded, "notes"), r#"[{"id":5,"body":null}]"#);
}

#[test]
fn equal_rows_give_equal_bytes_whatever_their_past() {
    let straight = Database::new(notes()).unwrap();
    straight.insert_many("notes", (1..=4000).map(|id| row! { id: id * 2, body: "x" }).collect()).unwrap();
    let winding = Database::new(notes()).unwrap();
    winding
        .insert_many("notes", (1..=8000).map(|id| row! { id: id, body: "long".repeat(9) }).collect())
        .unwrap();
    for id in (1..=8000).step_by(2) {
        winding.delete("notes", col("id").eq(id)).unwrap();
    }
    winding.update("notes", Rows::All, row! { body: "x" }).unwrap();
    assert_eq!(winding.snapshot().to_bytes().unwrap(), straight.snapshot().to_bytes().unwrap());
}

#[test]
fn a_snapshot_is_saved_as_it_was_and_a_fork_as_it_is() {
    let db = Database::new(notes()).unwrap();
    db.insert("notes", row! { body: "first" }).unwrap();
    let snapshot = db.snapshot();
    let fork = db.fork();
    db.insert("notes", row! { body: "second" }).unwrap();
    fork.insert("notes", row! { body: "forked" }).unwrap();
    let bodies =
        |bytes: Vec<u8>| crate::common::column(&Database::from_bytes(&bytes).unwrap(), "notes", "body");
    assert_eq!(bodies(snapshot.to_bytes().unwrap()), r#""first""#);
    assert_eq!(bodies(fork.snapshot().to_bytes().unwrap()), r#""first","forked""#);
}

#[test]
fn counters_and_touched_times_are_as_they_were_and_kept_up_from_there() {
    let schema = Schema::new()
        .table(
            crate::common::table("users")
                .column(Column::integer("posts_count").default(0))
                .column(Column::timestamptz("updated_at").nullable()),
        )
        .table(crate::common::table("posts").column(Column::integer("user_id")))
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]).touch())
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"));
    let at = |text: &'static str| move || text.parse().unwrap();
    let db = Database::builder(schema.clone()).clock(at("2024-01-01T00:00:00Z")).build().unwrap();
    db.insert("users", row! {}).unwrap();
    db.insert("posts", row! { user_id: 1 }).unwrap();
    let bytes = db.snapshot().to_bytes().unwrap();
    let loaded =
        Database::builder(schema).clock(at("2025-01-01T00:00:00Z")).build_from_bytes(&bytes).unwrap();
    assert_eq!(rows(&loaded, "users"), r#"[{"id":1,"posts_count":1,"updated_at":"2024-01-01T00:00:00Z"}]"#);
    loaded.insert("posts", row! { user_id: 1 }).unwrap();
    assert_eq!(rows(&loaded, "users"), r#"[{"id":1,"posts_count":2,"updated_at":"2025-01-01T00:00:00Z"}]"#);
    sound(&loaded);
}

#[test]
fn a_file_is_written_read_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.relata");
    let db = crate::common::library(Action::Cascade);
    db.insert("authors", row! { name: "Ann" }).unwrap();
    db.save(&path).unwrap();
    let loaded = Database::from_file(&path).unwrap();
    loaded.insert("books", row! { title: "A", author_id: 1 }).unwrap();
    loaded.snapshot().save(&path).unwrap();
    let again = Database::from_file(&path).unwrap();
    assert_eq!(rows(&again, "books"), r#"[{"id":1,"title":"A","author_id":1}]"#);
    let mut written = Vec::new();
    again.snapshot().write_to(&mut written).unwrap();
    assert_eq!(written, std::fs::read(&path).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_path_that_cant_be_read_or_written_is_named() {
    let error = Database::from_file("/nowhere/a.relata").unwrap_err();
    assert_eq!(crate::common::kind(&error), "io");
    assert!(error.to_string().starts_with("/nowhere/a.relata: "), "{error}");
    let error = Database::new(notes()).unwrap().save("/nowhere/a.relata").unwrap_err();
    assert!(error.to_string().starts_with("/nowhere/a.relata: "), "{error}");
}

#[test]
fn a_writer_that_fails_says_why() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no more room"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let db = Database::new(notes()).unwrap();
    assert_eq!(db.snapshot().write_to(Full).unwrap_err().to_string(), "no more room");
}
