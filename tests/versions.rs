//! Optimistic locking by a version column.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, rows, sound, table};
use relata::{
    Action, Column, Database, ErrorKind, ForeignKey, Relation, Row, Rows, Schema, Statement, Table, col, row,
};

fn posts() -> Table {
    table("posts")
        .column(Column::text("title"))
        .column(Column::integer("author_id").nullable())
        .column(Column::integer("comments_count").default(0))
        .column(Column::timestamptz("updated_at").nullable())
        .column(Column::integer("lock_version").default(0))
        .foreign_key(ForeignKey::new(["author_id"], "authors").on_delete(Action::SetNull))
        .version("lock_version")
}

fn schema() -> Schema {
    let comments = table("comments")
        .column(Column::integer("post_id"))
        .foreign_key(ForeignKey::new(["post_id"], "posts").on_delete(Action::Cascade));
    Schema::new()
        .table(table("authors"))
        .table(posts())
        .table(comments)
        .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]).touch())
        .relation(Relation::many("posts", "comments", "comments").counter_cache("comments_count"))
}

fn seeded() -> Database {
    let db = Database::new(schema()).unwrap();
    db.insert("authors", row! {}).unwrap();
    db.insert("posts", row! { title: "One", author_id: 1 }).unwrap();
    db.insert("posts", row! { title: "Two" }).unwrap();
    db
}

fn versions(db: &Database) -> String {
    column(db, "posts", "lock_version")
}

#[test]
fn a_version_starts_at_0_and_counts_changes_that_are_changes() {
    let db = seeded();
    assert_eq!(versions(&db), "0,0");
    db.update("posts", col("id").eq(1), row! { title: "Uno" }).unwrap();
    db.update("posts", col("id").eq(1), row! { title: "Uno" }).unwrap();
    assert_eq!(versions(&db), "1,0");
    db.update("posts", Rows::All, row! { title: "Uno" }).unwrap();
    assert_eq!(versions(&db), "1,1");
    db.upsert("posts", row! { id: 2, title: "Due" }).unwrap();
    assert_eq!(versions(&db), "1,2");
    let words = db.catalog().explain_writes("posts").unwrap();
    assert!(words.contains("changing posts\n  raises posts.lock_version\n"), "{words}");
    sound(&db);
}

#[test]
fn counters_and_touches_leave_it_and_foreign_keys_raise_it() {
    let db = seeded();
    db.insert("comments", row! { post_id: 1 }).unwrap();
    assert_eq!(column(&db, "posts", "comments_count"), "1,0");
    assert_eq!(versions(&db), "0,0");
    db.delete("authors", Rows::All).unwrap();
    assert_eq!(column(&db, "posts", "author_id"), "null,null");
    assert_eq!(versions(&db), "1,0");
    sound(&db);
}

#[test]
fn a_stale_update_changes_nothing_and_tells_both_versions() {
    let db = seeded();
    db.update("posts", col("id").eq(1), row! { title: "Uno", lock_version: 0 }).unwrap();
    let before = rows(&db, "posts");
    let error = db.update("posts", col("id").eq(1), row! { title: "Eins", lock_version: 0 }).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "posts 1 is at version 1 by now, not 0\n    at: $.set.lock_version\n    \
         help: read the row again, then repeat the change"
    );
    let conflict =
        ErrorKind::Conflict { table: "posts".into(), key: vec![1.into()], expected: 0, found: Some(1) };
    assert_eq!(error.kind(), &conflict);
    assert_eq!(rows(&db, "posts"), before);
    // One row of several is enough.
    assert_eq!(
        kind(&db.update("posts", Rows::All, row! { title: "All", lock_version: 0 }).unwrap_err()),
        "conflict"
    );
    assert_eq!(rows(&db, "posts"), before);
    sound(&db);
}

#[test]
fn deletes_and_destroys_and_updates_state_the_version_that_was_read() {
    let db = seeded();
    let first = || Rows::from(col("id").eq(1));
    db.update("posts", first().at_version(0), row! { title: "Uno" }).unwrap();
    for stale in [
        db.update("posts", first().at_version(0), row! { title: "Eins" }),
        db.delete("posts", first().at_version(0)),
        db.destroy("posts", first().at_version(2)),
        db.delete("posts", Rows::All.at_version(0)),
        db.delete("posts", first().at_version(1).at_version(0)),
    ] {
        assert_eq!(kind(&stale.unwrap_err()), "conflict");
    }
    assert_eq!(column(&db, "posts", "title"), r#""Uno","Two""#);
    db.transaction(|tx| tx.delete("posts", first().at_version(1))).unwrap();
    let statement = Statement::Destroy { table: "posts".into(), rows: Rows::All.at_version(0) };
    db.execute(&statement).unwrap();
    assert_eq!(rows(&db, "posts"), "[]");
    sound(&db);
}

#[test]
fn a_row_that_is_gone_is_stale_too() {
    let db = seeded();
    let key = relata::Key::from(2);
    db.delete("posts", key.clone()).unwrap();
    let gone = db.delete("posts", Rows::from(key.clone()).at_version(0)).unwrap_err();
    assert_eq!(gone.to_string(), "posts 2 was expected at version 0 and is gone");
    let gone = db.update("posts", key.clone(), row! { title: "Zwei", lock_version: 0 }).unwrap_err();
    assert_eq!(gone.to_string(), "a row of posts was expected at version 0 and is gone");
    // Who states no version finds no row, as ever.
    assert_eq!(db.update("posts", key, row! { title: "Zwei" }).unwrap(), 0);
}

#[test]
fn nobody_writes_a_version_by_hand() {
    let db = seeded();
    let given = |row: Row| db.insert("posts", row).unwrap_err().to_string();
    let refused = "`lock_version` can't be written by hand: it counts the changes of its row";
    assert_eq!(given(row! { title: "Three", lock_version: 7 }), refused);
    assert_eq!(
        db.upsert("posts", row! { id: 1, title: "x", lock_version: 0 }).unwrap_err().to_string(),
        refused
    );
    let alone = db.update("posts", Rows::All, row! { lock_version: 0 }).unwrap_err();
    assert_eq!(alone.to_string(), "no column is given a value");
    let null = db.update("posts", Rows::All, row! { title: "x", lock_version: None::<i64> }).unwrap_err();
    assert_eq!(kind(&null), "not_null_violation");
    let none = db.delete("comments", Rows::All.at_version(0)).unwrap_err();
    assert_eq!(none.to_string(), "`comments` has no version column");
    assert_eq!(versions(&db), "0,0");
}

#[test]
fn a_load_and_a_difference_bring_versions_as_they_are() {
    let db = seeded();
    db.load(|loader| loader.push("posts", &row! { id: 9, title: "Nine", lock_version: 4 })).unwrap();
    assert_eq!(versions(&db), "0,0,4");
    let (before, fork) = (db.snapshot(), db.fork());
    fork.update("posts", Rows::All, row! { title: "Same" }).unwrap();
    before.diff(&fork.snapshot()).unwrap().apply(&db).unwrap();
    assert_eq!(versions(&db), "1,1,5");
    sound(&db);
}

#[test]
fn a_version_that_can_grow_no_more_refuses_the_change() {
    let small = table("t").column(Column::integer("n")).column(Column::smallint("version").default(0));
    let db = Database::new(Schema::new().table(small.version("version"))).unwrap();
    db.load(|loader| loader.push("t", &row! { n: 1, version: 32_767 })).unwrap();
    assert_eq!(kind(&db.update("t", Rows::All, row! { n: 2 }).unwrap_err()), "out_of_range");
    assert_eq!(rows(&db, "t"), r#"[{"id":1,"n":1,"version":32767}]"#);
    sound(&db);
}

#[test]
fn a_column_that_cannot_count_changes_is_a_mistake_of_the_schema() {
    let mistake = |table: Table| Database::new(Schema::new().table(table)).unwrap_err().to_string();
    let says = |found: &str| {
        format!(
            "the schema has a mistake: t.v: the version `v` must be an integer, not null and 0 by default; it {found}"
        )
    };
    assert_eq!(mistake(table("t").column(Column::text("v")).version("v")), says("is text"));
    assert_eq!(mistake(table("t").column(Column::integer("v")).version("v")), says("has no default"));
    let nullable = Column::integer("v").default(0).nullable();
    assert_eq!(mistake(table("t").column(nullable).version("v")), says("is nullable"));
    assert!(mistake(table("t").version("v")).contains("no column `v` on `t`"));
    let unique = table("t").column(Column::integer("v").default(0).unique()).version("v");
    assert!(mistake(unique).contains("`v` is kept up, and part of a unique constraint"));
}

#[cfg(feature = "json")]
#[test]
fn documents_declare_versions_and_state_them() {
    use relata::json::{Limits, Request, Session};
    let text = serde_json::to_string(&schema()).unwrap();
    assert!(text.contains(r#""version":"lock_version""#));
    assert_eq!(serde_json::to_string(&Schema::from_json(&text).unwrap()).unwrap(), text);

    let db = seeded();
    let (catalog, limits) = (db.catalog(), Limits::default());
    let mut session = Session::new(&db);
    let mut run = |text: &str| {
        let answer = Request::parse(&catalog, text, &limits).and_then(|r| session.answer(&r, &limits));
        match answer {
            Ok(answer) => serde_json::to_string(&answer).unwrap(),
            Err(error) => serde_json::to_string(&relata::json::ErrorDocument(&error)).unwrap(),
        }
    };
    assert_eq!(
        run(r#"{"update": "posts", "where": {"id": 1}, "set": {"title": "Uno"}, "ifVersion": 0}"#),
        "1"
    );
    let stale = run(r#"{"delete": "posts", "where": {"id": 1}, "ifVersion": 0}"#);
    assert!(
        stale.starts_with(
            r#"{"error":{"kind":"conflict","table":"posts","values":[1],"expected":0,"found":1,"help""#
        ),
        "{stale}"
    );
    assert_eq!(
        run(r#"{"update": "posts", "where": {"id": 1}, "set": {"title": "x", "lock_version": 1}}"#),
        "1"
    );
    assert_eq!(run(r#"{"destroy": "posts", "all": true, "ifVersion": 2}"#).matches("conflict").count(), 1);
    assert_eq!(run(r#"{"destroy": "posts", "where": {"id": 1}, "ifVersion": 2}"#), "1");
    assert!(run(r#"{"delete": "posts", "all": true, "ifVersion": -1}"#).contains("out_of_range"));
}

#[test]
fn the_greatest_version_refuses_the_change_too() {
    let large = table("t").column(Column::integer("n")).column(Column::integer("version").default(0));
    let db = Database::new(Schema::new().table(large.version("version"))).unwrap();
    db.load(|loader| loader.push("t", &row! { n: 1, version: i64::MAX })).unwrap();
    let error = db.update("t", Rows::All, row! { n: 2 }).unwrap_err();
    assert!(error.to_string().contains("9223372036854775808"), "{error}");
}
