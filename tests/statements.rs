//! What statements name, and what they say when they are refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, sound, table};
use relata::{Column, Database, Filter, Rows, Schema, Statement, col, row};

fn letters() -> Database {
    let db =
        Database::new(Schema::new().table(table("letters").column(Column::text("letter").unique()))).unwrap();
    db.insert_many("letters", ["a", "b", "c"].map(|letter| row! { letter: letter }).to_vec()).unwrap();
    db
}

#[test]
fn a_filter_that_asks_nothing_names_no_rows() {
    let db = letters();
    for filter in [Filter::And(vec![]), Filter::Or(vec![]), Filter::And(vec![Filter::Or(vec![])])] {
        let error = db.delete("letters", filter.clone()).unwrap_err();
        assert_eq!((kind(&error), error.path().to_string().as_str()), ("invalid_query", "where"));
        assert_eq!(kind(&db.update("letters", filter, row! { letter: "z" }).unwrap_err()), "invalid_query");
    }
    assert_eq!(column(&db, "letters", "letter"), r#""a","b","c""#);
    assert_eq!(db.delete("letters", Rows::All).unwrap(), 3);
    sound(&db);
}

#[test]
fn a_refused_row_of_several_is_named_by_its_place() {
    let db = letters();
    let rows = vec![row! { letter: "d" }, row! { letter: 5 }];
    let error = db.insert_many("letters", rows.clone()).unwrap_err();
    assert_eq!(error.path().to_string(), "values[1].letter");
    let upsert = Statement::Upsert { table: "letters".into(), rows, on: None, set: None };
    let error = db.execute(&upsert).unwrap_err();
    assert_eq!(error.path().to_string(), "values[1].letter");
    let taken = Statement::Upsert {
        table: "letters".into(),
        rows: vec![row! { id: 1, letter: "b" }],
        on: Some(vec!["id".into()]),
        set: None,
    };
    let error = db.execute(&taken).unwrap_err();
    assert_eq!((kind(&error), error.path().to_string().as_str()), ("unique_violation", "values"));
    sound(&db);
}

#[test]
fn a_refused_statement_leaves_no_trace() {
    let db = letters();
    let before = serde_json::to_string(&db.query("letters").all().unwrap()).unwrap();
    for _ in 0..3 {
        // The second row is refused when the first stands already.
        let rows = vec![row! { letter: "new" }, row! { letter: "a" }];
        assert_eq!(kind(&db.insert_many("letters", rows).unwrap_err()), "unique_violation");
        sound(&db);
    }
    assert_eq!(serde_json::to_string(&db.query("letters").all().unwrap()).unwrap(), before);
    assert_eq!(db.query("letters").filter(col("letter").eq("new")).count().unwrap(), 0);
    db.insert("letters", row! { letter: "new" }).unwrap();
    sound(&db);
}

#[test]
fn a_statement_tells_the_table_it_begins_with() {
    let (rows, set) = (Rows::All, row! { letter: "z" });
    let delete = Statement::Delete { table: "letters".into(), rows: rows.clone() };
    let update = Statement::Update { table: "words".into(), rows, set };
    assert_eq!((delete.table(), update.table()), (Some("letters"), Some("words")));
    assert_eq!(Statement::Check.table(), None);
}
