//! Foreign keys: what they refuse and what they set off.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, library, rows, sound, table};
use relata::{Action, Column, Database, ForeignKey, Rows, Schema, Table, col, row};

/// Offerings by course and semester, and grades that refer to them by both.
fn school(action: Action) -> Database {
    let offerings = Table::new("offerings")
        .column(Column::integer("course"))
        .column(Column::text("semester"))
        .primary_key(["course", "semester"]);
    let key = ForeignKey::new(["course", "semester"], "offerings").on_delete(action).on_update(action);
    let grades = table("grades")
        .column(Column::integer("course").nullable())
        .column(Column::text("semester").nullable())
        .foreign_key(key);
    let db = Database::new(Schema::new().table(offerings).table(grades)).unwrap();
    for (course, semester) in [(1, "s1"), (1, "s2"), (2, "s1")] {
        db.insert("offerings", row! { course: course, semester: semester }).unwrap();
    }
    db
}

#[test]
fn a_composite_key_matches_as_a_tuple_never_column_by_column() {
    let db = school(Action::NoAction);
    db.insert("grades", row! { course: 2, semester: "s1" }).unwrap();
    // Each half exists, the pair doesn't.
    let error = db.insert("grades", row! { course: 2, semester: "s2" }).unwrap_err();
    assert_eq!(error.to_string(), r#"grades.(course, semester) = (2, "s2") matches no row of offerings"#);
    assert_eq!(error.kind().constraint(), Some("grades_course_semester_fkey"));
    assert_eq!(db.query("grades").count().unwrap(), 1);
    sound(&db);
}

#[test]
fn a_null_in_a_composite_key_means_no_reference() {
    let db = school(Action::NoAction);
    db.insert("grades", row! { course: 99 }).unwrap();
    db.insert("grades", row! { semester: "never" }).unwrap();
    db.insert("grades", row! {}).unwrap();
    sound(&db);
}

#[test]
fn deleting_one_composite_parent_touches_only_its_own_children() {
    let db = school(Action::Cascade);
    for (course, semester) in [(1, "s1"), (1, "s2"), (2, "s1"), (1, "s1")] {
        db.insert("grades", row! { course: course, semester: semester }).unwrap();
    }
    db.delete("offerings", col("course").eq(1).and(col("semester").eq("s1"))).unwrap();
    assert_eq!(column(&db, "grades", "id"), "2,3");
    sound(&db);
}

#[test]
fn a_missing_parent_is_named_with_what_to_do() {
    let db = library(Action::NoAction);
    let error = db.insert("books", row! { title: "Lost", author_id: 42 }).unwrap_err();
    assert_eq!(kind(&error), "foreign_key_violation");
    assert_eq!(error.kind().values(), [relata::Value::from(42)]);
    assert!(format!("{error:#}").contains("help: insert authors 42 first"), "{error:#}");
    assert_eq!(rows(&db, "books"), "[]");
    sound(&db);
}

#[test]
fn rows_of_one_statement_may_refer_to_each_other_in_any_order() {
    let people = Table::new("people")
        .column(Column::integer("id"))
        .column(Column::integer("boss_id").nullable())
        .primary_key(["id"])
        .foreign_key(ForeignKey::new(["boss_id"], "people"));
    let db = Database::new(Schema::new().table(people)).unwrap();
    db.insert_many("people", vec![row! { id: 1, boss_id: 2 }, row! { id: 2, boss_id: 2 }]).unwrap();
    assert_eq!(kind(&db.insert("people", row! { id: 3, boss_id: 4 }).unwrap_err()), "foreign_key_violation");
    // Both go in one statement, though each is referred to.
    assert_eq!(db.delete("people", Rows::All).unwrap(), 2);
    sound(&db);
}

fn shelf(action: Action) -> Database {
    let db = library(action);
    for name in ["Ann", "Bob"] {
        db.insert("authors", row! { name: name }).unwrap();
    }
    for (title, author) in [("A1", 1), ("B1", 2), ("A2", 1)] {
        db.insert("books", row! { title: title, author_id: author }).unwrap();
    }
    db
}

#[test]
fn restrict_and_no_action_refuse_a_delete_that_leaves_children() {
    for (action, expected) in
        [(Action::Restrict, "restrict_violation"), (Action::NoAction, "foreign_key_violation")]
    {
        let db = shelf(action);
        let before = (rows(&db, "authors"), rows(&db, "books"));
        let error = db.delete("authors", col("id").eq(1)).unwrap_err();
        assert_eq!(kind(&error), expected);
        assert_eq!((rows(&db, "authors"), rows(&db, "books")), before);
        sound(&db);
        db.delete("books", col("author_id").eq(1)).unwrap();
        db.delete("authors", col("id").eq(1)).unwrap();
        sound(&db);
    }
}

#[test]
fn a_restrict_violation_counts_and_names_the_rows_in_the_way() {
    let db = shelf(Action::Restrict);
    let error = db.delete("authors", col("id").eq(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "can't change or delete authors 1: 2 rows of books refer to it (1, 3 by author_id)",
    );
}

#[test]
fn cascade_takes_the_children_along() {
    let db = shelf(Action::Cascade);
    assert_eq!(db.delete("authors", col("id").eq(1)).unwrap(), 1, "cascaded rows don't count");
    assert_eq!(column(&db, "books", "title"), r#""B1""#);
    sound(&db);
}

#[test]
fn set_null_lets_the_children_stay() {
    let db = shelf(Action::SetNull);
    db.delete("authors", col("id").eq(1)).unwrap();
    assert_eq!(column(&db, "books", "author_id"), "null,2,null");
    sound(&db);
}

#[test]
fn set_default_needs_the_default_to_exist() {
    let key = ForeignKey::new(["author_id"], "authors").on_delete(Action::SetDefault);
    let schema = Schema::new()
        .table(table("authors"))
        .table(table("books").column(Column::integer("author_id").default(1)).foreign_key(key));
    let db = Database::new(schema).unwrap();
    db.insert_many("authors", vec![row! {}, row! {}]).unwrap();
    db.insert("books", row! { author_id: 2 }).unwrap();
    db.delete("authors", col("id").eq(2)).unwrap();
    assert_eq!(column(&db, "books", "author_id"), "1");
    let error = db.delete("authors", col("id").eq(1)).unwrap_err();
    assert_eq!(error.to_string(), "books.author_id = 1 would match no row of authors");
    assert_eq!(column(&db, "authors", "id"), "1");
    sound(&db);
}

#[test]
fn a_default_that_is_the_key_which_goes_is_no_parent() {
    let key = ForeignKey::new(["author_id"], "authors").on_update(Action::SetDefault);
    let schema = Schema::new()
        .table(table("authors"))
        .table(table("books").column(Column::integer("author_id").default(1)).foreign_key(key));
    let db = Database::new(schema).unwrap();
    db.insert("authors", row! {}).unwrap();
    db.insert("books", row! {}).unwrap();
    // The book holds the default already; nothing of it changes.
    let error = db.update("authors", col("id").eq(1), row! { id: 5 }).unwrap_err();
    assert_eq!(kind(&error), "foreign_key_violation");
    assert_eq!(column(&db, "authors", "id"), "1");
    sound(&db);
}

#[test]
fn a_changed_key_cascades_sets_null_or_is_refused() {
    for (action, expected) in [(Action::Cascade, "9,2,9"), (Action::SetNull, "null,2,null")] {
        let db = shelf(action);
        db.update("authors", col("id").eq(1), row! { id: 9 }).unwrap();
        assert_eq!(column(&db, "books", "author_id"), expected);
        sound(&db);
    }
    for (action, expected) in
        [(Action::Restrict, "restrict_violation"), (Action::NoAction, "foreign_key_violation")]
    {
        let db = shelf(action);
        assert_eq!(kind(&db.update("authors", col("id").eq(1), row! { id: 9 }).unwrap_err()), expected);
        assert_eq!(column(&db, "authors", "id"), "1,2");
        db.update("authors", col("id").eq(1), row! { id: 1, name: "Same key" }).unwrap();
        sound(&db);
    }
}

#[test]
fn an_update_to_a_missing_parent_is_refused() {
    let db = shelf(Action::NoAction);
    assert_eq!(
        kind(&db.update("books", col("id").eq(1), row! { author_id: 77 }).unwrap_err()),
        "foreign_key_violation"
    );
    db.update("books", col("id").eq(1), row! { author_id: 2 }).unwrap();
    db.update("books", col("id").eq(2), row! { author_id: None::<i64> }).unwrap();
    assert_eq!(column(&db, "books", "author_id"), "2,null,1");
    sound(&db);
}

#[test]
fn a_changed_key_has_to_fit_the_column_that_follows_it() {
    let key = ForeignKey::new(["wide"], "wides").on_update(Action::Cascade);
    let schema = Schema::new()
        .table(Table::new("wides").column(Column::integer("id")).primary_key(["id"]))
        .table(table("narrows").column(Column::smallint("wide")).foreign_key(key));
    let db = Database::new(schema).unwrap();
    db.insert("wides", row! { id: 7 }).unwrap();
    db.insert("narrows", row! { wide: 7 }).unwrap();
    let error = db.update("wides", Rows::All, row! { id: 70_000 }).unwrap_err();
    assert_eq!(kind(&error), "out_of_range");
    assert!(error.to_string().contains("narrows.wide"), "{error}");
    db.update("wides", Rows::All, row! { id: 30_000 }).unwrap();
    assert_eq!(column(&db, "narrows", "wide"), "30000");
    sound(&db);
}

fn people(action: Action) -> Database {
    let people = Table::new("people")
        .column(Column::integer("id"))
        .column(Column::integer("boss_id").nullable())
        .primary_key(["id"])
        .foreign_key(ForeignKey::new(["boss_id"], "people").on_delete(action).on_update(action));
    Database::new(Schema::new().table(people)).unwrap()
}

#[test]
fn a_row_that_refers_to_itself_can_change_its_key_and_go() {
    for action in [Action::Restrict, Action::NoAction] {
        let db = people(action);
        db.insert("people", row! { id: 1, boss_id: 1 }).unwrap();
        db.update("people", Rows::All, row! { id: 2, boss_id: 2 }).unwrap();
        assert!(db.update("people", Rows::All, row! { id: 3 }).is_err());
        assert_eq!(column(&db, "people", "boss_id"), "2");
        db.delete("people", Rows::All).unwrap();
        sound(&db);
    }
}

#[test]
fn a_row_that_comes_to_hold_a_key_as_it_goes_follows_it() {
    let db = people(Action::Cascade);
    db.insert("people", row! { id: 5 }).unwrap();
    db.update("people", Rows::All, row! { id: 6, boss_id: 5 }).unwrap();
    assert_eq!((column(&db, "people", "id"), column(&db, "people", "boss_id")), ("6".into(), "6".into()));
    sound(&db);
}

#[test]
fn a_restrict_looks_at_what_the_keys_before_it_left() {
    let keys = |first: Action, second: Action| {
        let books = table("books")
            .column(Column::integer("author_id"))
            .column(Column::integer("editor_id"))
            .foreign_key(ForeignKey::new(["author_id"], "people").on_delete(first))
            .foreign_key(ForeignKey::new(["editor_id"], "people").on_delete(second));
        let db = Database::new(Schema::new().table(table("people")).table(books)).unwrap();
        db.insert("people", row! {}).unwrap();
        db.insert("books", row! { author_id: 1, editor_id: 1 }).unwrap();
        db.delete("people", Rows::All)
    };
    assert_eq!(keys(Action::Cascade, Action::Restrict).unwrap(), 1);
    assert_eq!(kind(&keys(Action::Restrict, Action::Cascade).unwrap_err()), "restrict_violation");
    assert_eq!(keys(Action::NoAction, Action::Cascade).unwrap(), 1);
}

#[test]
fn keys_that_share_a_column_let_go_of_it_once() {
    let part = |name: &str| {
        Table::new(name)
            .column(Column::integer("tenant"))
            .column(Column::integer("id"))
            .primary_key(["tenant", "id"])
    };
    let key =
        |column: &str, table: &str, action| ForeignKey::new(["tenant", column], table).on_delete(action);
    let tenants = Table::new("tenants").column(Column::integer("id")).primary_key(["id"]);
    let tenant = || ForeignKey::new(["tenant"], "tenants").on_delete(Action::Cascade);
    let pairs = table("pairs")
        .column(Column::integer("tenant").nullable().default(2))
        .column(Column::integer("left").nullable())
        .column(Column::integer("right").nullable().default(2))
        .foreign_key(key("left", "lefts", Action::SetNull))
        .foreign_key(key("right", "rights", Action::SetDefault));
    let schema = Schema::new()
        .table(tenants)
        .table(part("lefts").foreign_key(tenant()))
        .table(part("rights").foreign_key(tenant()))
        .table(pairs);
    let db = Database::new(schema).unwrap();
    db.insert("tenants", row! { id: 1 }).unwrap();
    for name in ["lefts", "rights"] {
        db.insert(name, row! { tenant: 1, id: 1 }).unwrap();
    }
    db.insert("pairs", row! { tenant: 1, left: 1, right: 1 }).unwrap();
    // Both sides go. The first key takes the tenant from the pair: the second refers to nothing then.
    db.delete("tenants", Rows::All).unwrap();
    assert_eq!(rows(&db, "pairs"), r#"[{"id":1,"tenant":null,"left":null,"right":1}]"#);
    sound(&db);
}

#[test]
fn a_diamond_and_a_cycle_visit_each_row_once() {
    let cascade = |column: &str, to: &str| ForeignKey::new([column], to).on_delete(Action::Cascade);
    let schema = Schema::new()
        .table(table("a").column(Column::integer("d_id").nullable()).foreign_key(cascade("d_id", "d")))
        .table(table("b").column(Column::integer("a_id")).foreign_key(cascade("a_id", "a")))
        .table(table("c").column(Column::integer("a_id")).foreign_key(cascade("a_id", "a")))
        .table(
            table("d")
                .column(Column::integer("b_id"))
                .column(Column::integer("c_id"))
                .foreign_key(cascade("b_id", "b"))
                .foreign_key(cascade("c_id", "c")),
        );
    let db = Database::new(schema).unwrap();
    for _ in 0..2 {
        db.insert("a", row! {}).unwrap();
    }
    for a in [1, 2] {
        db.insert("b", row! { a_id: a }).unwrap();
        db.insert("c", row! { a_id: a }).unwrap();
        db.insert("d", row! { b_id: a, c_id: a }).unwrap();
    }
    db.update("a", col("id").eq(1), row! { d_id: 1 }).unwrap();
    db.delete("a", col("id").eq(1)).unwrap();
    for name in ["a", "b", "c", "d"] {
        assert_eq!(column(&db, name, "id"), "2", "{name}");
    }
    sound(&db);
}

#[test]
fn a_restrict_deep_in_a_cascade_undoes_nothing_because_nothing_was_done() {
    let schema = Schema::new()
        .table(table("users"))
        .table(
            table("posts")
                .column(Column::integer("user_id"))
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade)),
        )
        .table(
            table("comments")
                .column(Column::integer("post_id"))
                .foreign_key(ForeignKey::new(["post_id"], "posts").on_delete(Action::Restrict)),
        );
    let db = Database::new(schema).unwrap();
    db.insert("users", row! {}).unwrap();
    db.insert("posts", row! { user_id: 1 }).unwrap();
    db.insert("comments", row! { post_id: 1 }).unwrap();
    assert_eq!(kind(&db.delete("users", Rows::All).unwrap_err()), "restrict_violation");
    assert_eq!(db.query("posts").count().unwrap(), 1);
    sound(&db);
}

#[test]
fn a_chain_of_a_million_rows_cascades() {
    let node = Table::new("nodes")
        .column(Column::integer("id"))
        .column(Column::integer("parent_id").nullable())
        .primary_key(["id"])
        .foreign_key(ForeignKey::new(["parent_id"], "nodes").on_delete(Action::Cascade));
    let db = Database::new(Schema::new().table(node)).unwrap();
    let last = 1_000_000;
    db.load(|loader| {
        let nodes = loader.table("nodes")?;
        for id in 0..last {
            let parent = (id > 0).then(|| relata::Value::from(id - 1));
            loader.push_values(nodes, vec![Some(id.into()), parent])?;
        }
        Ok(())
    })
    .unwrap();
    db.insert("nodes", row! { id: last }).unwrap();
    assert_eq!(db.delete("nodes", col("id").eq(0)).unwrap(), 1);
    assert_eq!(column(&db, "nodes", "id"), last.to_string());
    sound(&db);
}

#[test]
fn a_key_that_matches_nothing_is_told_without_a_place_where_one_row_is_given() {
    let db = library(Action::Cascade);
    let error = db.insert("books", row! { title: "x", author_id: 9 }).unwrap_err();
    assert_eq!((kind(&error), error.path().to_string()), ("foreign_key_violation", String::new()));
}
