//! Which row a nested write means.

use super::common::{column, rows, sound, table};
use super::{refusal, up};
use relata::{Action, Column, Database, ForeignKey, Key, Relation, Schema, Table, col, nested, row};

#[test]
fn every_parent_that_is_given_has_to_be_one_that_its_relation_leads_to() {
    let key = |column: &str| Column::integer(column).nullable();
    let schema = Schema::new()
        .table(table("people").column(Column::text("role")))
        .table(table("books").column(key("author_id")).column(key("editor_id")))
        .relation(up("books", "author", "people", "author_id").filter(col("role").eq("author")))
        .relation(up("books", "editor", "people", "editor_id").filter(col("role").eq("editor")));
    let db = Database::new(schema).unwrap();
    db.insert_many("people", ["author", "editor"].map(|role| row! { role: role }).to_vec()).unwrap();
    let book = |author: i64, editor: i64| {
        db.insert("books", row! { author: nested::connect(author), editor: nested::connect(editor) })
    };
    assert!(refusal(book(2, 2)).ends_with(" @ values.author"));
    assert!(refusal(book(1, 1)).ends_with(" @ values.editor"));
    book(1, 2).unwrap();
    assert_eq!(
        (column(&db, "books", "author_id"), column(&db, "books", "editor_id")),
        ("1".into(), "2".into())
    );
}

#[test]
fn an_upsert_with_rows_below_finds_the_row_in_its_way_by_what_columns_are_by_default() {
    let schema = Schema::new()
        .table(table("shops").column(Column::text("name").default("main").unique()))
        .table(table("orders").column(Column::integer("shop_id")))
        .relation(up("orders", "shop", "shops", "shop_id"))
        .relation(Relation::many("shops", "orders", "orders"));
    let db = Database::new(schema).unwrap();
    for _ in 0..2 {
        db.upsert("shops", row! { orders: [row! {}] }).unwrap();
    }
    assert_eq!((column(&db, "shops", "id"), column(&db, "orders", "shop_id")), ("1".into(), "1,1".into()));
}

#[test]
fn a_key_that_is_the_parents_own_says_nothing_of_which_row_is_meant() {
    let settings = Table::new("settings")
        .column(Column::integer("user_id"))
        .column(Column::text("theme"))
        .column(Column::integer("size").default(1))
        .primary_key(["user_id"])
        .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade));
    let schema = Schema::new()
        .table(table("users"))
        .table(settings)
        .relation(up("settings", "user", "users", "user_id"))
        .relation(Relation::one("users", "settings", "settings"));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { settings: row! { theme: "a", size: 5 } }).unwrap();
    db.update("users", Key::from(1), row! { settings: row! { user_id: 1, theme: "b" } }).unwrap();
    assert_eq!(rows(&db, "settings"), r#"[{"user_id":1,"theme":"b","size":1}]"#);
    sound(&db);
}
