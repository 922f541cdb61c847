//! Very many rows under one parent. What is quadratic in them doesn't end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, sound, table};
use relata::{Action, Column, Database, ForeignKey, Rows, Schema, Table, col, row};

const CHILDREN: i64 = 30_000;

fn crowd(action: Action) -> Database {
    let key = ForeignKey::new(["parent"], "parents").on_delete(action).on_update(action);
    let children = table("children")
        .column(Column::integer("parent").nullable())
        .column(Column::text("name"))
        .column(Column::integer("kind"))
        .index("kind")
        .ordered_index("name")
        .foreign_key(key);
    let parents = Table::new("parents").column(Column::integer("id")).primary_key(["id"]);
    let db = Database::new(Schema::new().table(parents).table(children)).unwrap();
    db.load(|loader| {
        loader.push("parents", &row! { id: 1 })?;
        loader.push("parents", &row! { id: 2 })?;
        let children = loader.table("children")?;
        (0..CHILDREN).try_for_each(|n| {
            let row = vec![
                None,
                Some(1.into()),
                Some(format!("child {}", n * 7919 % CHILDREN).into()),
                Some(3.into()),
            ];
            loader.push_values(children, row)
        })
    })
    .unwrap();
    db
}

#[test]
fn all_children_can_go_while_their_parent_stays() {
    let db = crowd(Action::Restrict);
    assert_eq!(kind(&db.delete("parents", col("id").eq(1)).unwrap_err()), "restrict_violation");
    assert_eq!(db.delete("children", col("id").gt(10)).unwrap(), CHILDREN as u64 - 10);
    sound(&db);
    assert_eq!(db.delete("children", Rows::All).unwrap(), 10);
    db.delete("parents", Rows::All).unwrap();
    sound(&db);
}

#[test]
fn all_children_go_with_their_parent() {
    let db = crowd(Action::Cascade);
    let fork = db.fork();
    assert_eq!(db.delete("parents", col("id").eq(1)).unwrap(), 1);
    assert_eq!(db.query("children").count().unwrap(), 0);
    sound(&db);
    assert_eq!(fork.query("children").count().unwrap(), CHILDREN as u64);
    sound(&fork);
}

#[test]
fn all_children_come_back_when_their_delete_is_refused() {
    let db = crowd(Action::NoAction);
    assert_eq!(kind(&db.delete("parents", Rows::All).unwrap_err()), "foreign_key_violation");
    assert_eq!(db.query("children").filter(col("parent").eq(1)).count().unwrap(), CHILDREN as u64);
    sound(&db);
}

#[test]
fn all_children_follow_a_changed_key() {
    let db = crowd(Action::Cascade);
    db.update("parents", col("id").eq(1), row! { id: 9 }).unwrap();
    assert_eq!(db.query("children").filter(col("parent").eq(9)).count().unwrap(), CHILDREN as u64);
    sound(&db);
    // Refused at the very end: all of it is undone.
    assert_eq!(kind(&db.update("parents", col("id").eq(9), row! { id: 2 }).unwrap_err()), "unique_violation");
    db.update("children", Rows::All, row! { parent: 2 }).unwrap();
    assert_eq!(
        kind(&db.update("children", Rows::All, row! { parent: 7 }).unwrap_err()),
        "foreign_key_violation"
    );
    assert_eq!(db.query("children").filter(col("parent").eq(2)).count().unwrap(), CHILDREN as u64);
    sound(&db);
}

#[test]
fn all_children_stay_without_their_parent() {
    let db = crowd(Action::SetNull);
    db.delete("parents", col("id").eq(1)).unwrap();
    assert_eq!(db.query("children").filter(col("parent").is_null()).count().unwrap(), CHILDREN as u64);
    assert_eq!(column(&db, "parents", "id"), "2");
    sound(&db);
}
