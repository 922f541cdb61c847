//! Files that were written once: they stay readable, and today's bytes are the same.
//!
//! `RELATA_WRITE_GOLDEN=1` writes them anew, for a new version of the format.

use crate::common::{library, rows, sound};
use crate::types;
use relata::{Action, Database, Schema, col, row};
use std::path::Path;

/// Compares with the file of this name, which is loaded as well.
#[track_caller]
fn golden(name: &str, db: &Database) -> Database {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/golden").join(name);
    let bytes = db.snapshot().to_bytes().unwrap();
    if std::env::var_os("RELATA_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &bytes).unwrap();
    }
    let stored = std::fs::read(&path).unwrap();
    assert!(stored == bytes, "{name} is written in other bytes");
    let loaded = Database::from_bytes(&stored).unwrap();
    assert!(db.snapshot().diff(&loaded.snapshot()).unwrap().is_empty());
    sound(&loaded);
    loaded
}

#[test]
fn a_database_without_tables() {
    golden("empty.relata", &Database::new(Schema::new()).unwrap());
}

#[test]
fn values_of_every_type() {
    let db = Database::new(types::schema()).unwrap();
    db.insert("values", types::values(types::FIRST)).unwrap();
    db.insert("values", types::values(types::LAST)).unwrap();
    db.insert("values", types::plain(types::LAST)).unwrap();
    golden("types.relata", &db);
}

#[test]
fn rows_with_a_past() {
    let db = library(Action::SetNull);
    db.insert_many("authors", vec![row! { name: "Ann", email: "ann@x.org" }, row! { name: "Ben" }]).unwrap();
    db.insert_many(
        "books",
        (1..=20).map(|at| row! { title: format!("Book {at}"), author_id: at % 2 + 1 }).collect(),
    )
    .unwrap();
    db.delete("authors", col("id").eq(1)).unwrap();
    db.delete("books", col("id").eq(20)).unwrap();
    let loaded = golden("library.relata", &db);
    assert_eq!(rows(&loaded, "authors"), r#"[{"id":2,"name":"Ben","email":null}]"#);
    assert_eq!(loaded.insert("books", row! { title: "Next" }).unwrap().values()[0], 21.into());
}
