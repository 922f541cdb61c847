//! Primary keys, unique constraints, checks and upserts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, rows, sound, table};
use relata::{Column, Database, Index, Rows, Schema, Statement, Table, col, row};

fn emails() -> Database {
    let db = Database::new(
        Schema::new().table(
            table("users")
                .column(Column::text("email").nullable().unique())
                .column(Column::text("name").nullable()),
        ),
    )
    .unwrap();
    for email in ["a", "b", "c"] {
        db.insert("users", row! { email: email }).unwrap();
    }
    db
}

#[test]
fn a_taken_unique_value_is_refused_and_says_whose_it_is() {
    let db = emails();
    let error = db.insert("users", row! { email: "b" }).unwrap_err();
    assert_eq!(error.to_string(), r#"users.email = "b" already belongs to users 2"#);
    assert_eq!(error.kind().constraint(), Some("users_email_key"));
    assert_eq!(error.kind().columns(), ["email"]);
    let error = db.insert("users", row! { id: 3 }).unwrap_err();
    assert_eq!(error.to_string(), "users.id = 3 is taken already");
    assert_eq!(error.kind().constraint(), Some("users_pkey"));
    sound(&db);
}

#[test]
fn nulls_are_distinct_from_each_other() {
    let db = emails();
    db.insert("users", row! { email: None::<&str> }).unwrap();
    db.insert("users", row! {}).unwrap();
    assert_eq!(db.query("users").count().unwrap(), 5);
    sound(&db);
}

#[test]
fn a_batch_is_all_or_nothing() {
    let db = emails();
    let error = db.insert_many("users", vec![row! { email: "d" }, row! { email: "a" }]).unwrap_err();
    assert_eq!(kind(&error), "unique_violation");
    let error = db.insert_many("users", vec![row! { email: "e" }, row! { email: "e" }]).unwrap_err();
    assert_eq!(kind(&error), "unique_violation");
    assert_eq!(column(&db, "users", "email"), r#""a","b","c""#);
    sound(&db);
}

#[test]
fn an_update_gives_no_two_rows_one_key() {
    let schema = Schema::new().table(Table::new("t").column(Column::integer("id")).primary_key(["id"]));
    let db = Database::new(schema).unwrap();
    db.insert_many("t", vec![row! { id: 1 }, row! { id: 2 }]).unwrap();
    assert_eq!(kind(&db.update("t", Rows::All, row! { id: 7 }).unwrap_err()), "unique_violation");
    assert_eq!(column(&db, "t", "id"), "1,2");
    assert_eq!(kind(&db.update("t", col("id").eq(1), row! { id: 2 }).unwrap_err()), "unique_violation");
    db.update("t", col("id").eq(1), row! { id: 3 }).unwrap();
    assert_eq!(column(&db, "t", "id"), "3,2", "an update keeps the row's place");
    sound(&db);
}

#[test]
fn a_composite_key_is_compared_as_a_tuple() {
    let schema = Schema::new().table(
        Table::new("offerings")
            .column(Column::integer("course"))
            .column(Column::text("semester"))
            .primary_key(["course", "semester"]),
    );
    let db = Database::new(schema).unwrap();
    db.insert("offerings", row! { course: 1, semester: "s1" }).unwrap();
    db.insert("offerings", row! { course: 1, semester: "s2" }).unwrap();
    db.insert("offerings", row! { course: 2, semester: "s1" }).unwrap();
    let error = db.insert("offerings", row! { course: 1, semester: "s2" }).unwrap_err();
    assert_eq!(error.to_string(), r#"offerings.(course, semester) = (1, "s2") is taken already"#);
    assert!(db.snapshot().get("offerings", (2, "s1")).unwrap().is_some());
    assert!(db.snapshot().get("offerings", (2, "s2")).unwrap().is_none());
    sound(&db);
}

#[test]
fn a_unique_index_over_several_columns_lets_nulls_pass() {
    let schema = Schema::new().table(
        table("t")
            .column(Column::integer("a").nullable())
            .column(Column::integer("b").nullable())
            .index(Index::on(["a", "b"]).unique()),
    );
    let db = Database::new(schema).unwrap();
    db.insert("t", row! { a: 1, b: 1 }).unwrap();
    db.insert("t", row! { a: 1 }).unwrap();
    db.insert("t", row! { a: 1 }).unwrap();
    assert_eq!(kind(&db.insert("t", row! { a: 1, b: 1 }).unwrap_err()), "unique_violation");
    sound(&db);
}

#[test]
fn a_check_refuses_what_it_is_false_of_and_passes_null() {
    let db = Database::new(
        Schema::new().table(
            table("items")
                .column(Column::integer("price").nullable())
                .check("items_price_check", col("price").gte(0)),
        ),
    )
    .unwrap();
    db.insert("items", row! { price: 0 }).unwrap();
    db.insert("items", row! {}).unwrap();
    let error = db.insert("items", row! { price: -1 }).unwrap_err();
    assert_eq!(error.to_string(), "check `items_price_check` doesn't hold: items.price = -1");
    assert_eq!(kind(&error), "check_violation");
    assert_eq!(kind(&db.update("items", Rows::All, row! { price: -5 }).unwrap_err()), "check_violation");
    assert_eq!(column(&db, "items", "price"), "0,null");
    sound(&db);
}

#[test]
fn a_check_can_compare_two_columns() {
    let db = Database::new(
        Schema::new().table(
            table("spans")
                .column(Column::integer("start"))
                .column(Column::integer("end"))
                .check("ordered", col("start").lte_column("end")),
        ),
    )
    .unwrap();
    db.insert("spans", row! { start: 1, end: 1 }).unwrap();
    assert_eq!(kind(&db.insert("spans", row! { start: 2, end: 1 }).unwrap_err()), "check_violation");
}

#[test]
fn an_upsert_changes_the_row_in_the_way_by_any_unique_constraint() {
    let db = emails();
    let key = db.upsert("users", row! { email: "b", name: "Bea" }).unwrap();
    assert_eq!(key.to_string(), "2");
    let key = db.upsert("users", row! { email: "z", name: "Zoe" }).unwrap();
    let stored = rows(&db, "users");
    assert!(stored.contains(&format!(r#"{{"id":{key},"email":"z","name":"Zoe"}}"#)), "{stored}");
    assert!(stored.contains(r#"{"id":2,"email":"b","name":"Bea"}"#), "{stored}");
    sound(&db);
}

#[test]
fn an_upsert_can_name_its_unique_columns_and_what_to_set() {
    let db = emails();
    let upsert = |on: &str| Statement::Upsert {
        table: "users".into(),
        rows: vec![row! { email: "a", name: "new" }],
        on: Some(vec![on.into()]),
        set: Some(row! { name: "old" }),
    };
    db.execute(&upsert("email")).unwrap();
    assert_eq!(column(&db, "users", "name"), r#""old",null,null"#);
    assert_eq!(kind(&db.execute(&upsert("id")).unwrap_err()), "unique_violation");
    let error = db.execute(&upsert("name")).unwrap_err();
    assert_eq!(error.to_string(), "(name) is not unique on `users`");
    assert!(format!("{error:#}").contains("these are unique: (id), (email)"), "{error:#}");
    sound(&db);
}

#[test]
fn a_row_is_found_by_its_key_until_it_goes() {
    let db = emails();
    assert!(db.snapshot().get("users", 2).unwrap().is_some());
    assert_eq!(db.delete("users", relata::Key::from(2)).unwrap(), 1);
    assert_eq!(db.delete("users", relata::Key::from(2)).unwrap(), 0);
    assert!(db.snapshot().get("users", 2).unwrap().is_none());
    assert_eq!(kind(&db.snapshot().get("users", "2").err().unwrap()), "type_mismatch");
    sound(&db);
}

#[test]
fn keys_far_apart_are_found_as_well() {
    let schema = Schema::new().table(Table::new("t").column(Column::integer("id")).primary_key(["id"]));
    let db = Database::new(schema).unwrap();
    let ids = [0, -5, i64::MAX, i64::MIN, 1 << 40, 7];
    for id in ids {
        db.insert("t", row! { id: id }).unwrap();
    }
    for id in ids {
        assert!(db.snapshot().get("t", id).unwrap().is_some(), "{id}");
        assert_eq!(kind(&db.insert("t", row! { id: id }).unwrap_err()), "unique_violation");
    }
    sound(&db);
}

#[test]
fn labels_are_found_in_the_order_in_which_they_are_declared() {
    let tasks = table("tasks")
        .column(Column::enumeration("priority", ["low", "middle", "high"]).nullable())
        .ordered_index(["priority"]);
    let db = Database::new(Schema::new().table(tasks)).unwrap();
    for priority in [Some("high"), None, Some("low"), Some("middle"), Some("low"), Some("high")] {
        db.insert("tasks", row! { priority: priority }).unwrap();
    }
    let ids = |query: relata::Query<relata::Snapshot>| query.pluck::<i64>(["id"]).unwrap();
    let all = || db.query("tasks");
    assert_eq!(ids(all().order_by(relata::asc("priority"))), [3, 5, 4, 1, 6, 2]);
    assert_eq!(ids(all().filter(col("priority").gt("low"))), [1, 4, 6]);
    assert_eq!(ids(all().filter(col("priority").lte("middle"))), [3, 4, 5]);
    assert_eq!(ids(all().filter(col("priority").eq("middle"))), [4]);
    db.update("tasks", col("priority").eq("middle"), row! { priority: "high" }).unwrap();
    assert_eq!(ids(all().order_by(relata::desc("priority")).limit(4)), [2, 1, 4, 6]);
    // However many have none.
    db.insert_many("tasks", (0..40).map(|_| row! {}).collect()).unwrap();
    assert_eq!(ids(all().filter(col("priority").gt("low"))), [1, 4, 6]);
    assert_eq!(ids(all().filter(col("priority").lte("low"))), [3, 5]);
    sound(&db);
}

#[test]
fn an_explanation_tells_how_many_rows_a_key_leads_to() {
    let tasks = table("tasks").column(Column::text("kind")).index(["kind"]);
    let db = Database::new(Schema::new().table(tasks)).unwrap();
    let kinds = ["a", "b", "a", "a", "c"].map(|kind| row! { kind: kind });
    db.insert_many("tasks", kinds.to_vec()).unwrap();
    let explained = db.query("tasks").filter(col("kind").eq("a")).explain().unwrap();
    assert_eq!(explained, "tasks: by index tasks_kind_idx (kind = \"a\"), expects 3 rows\n");
}
