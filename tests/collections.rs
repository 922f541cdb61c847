//! Collections: the rows along a relation of one row, and find-or-create.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, rows, sound, table};
use relata::{
    Action, Column, Database, Dependent, ForeignKey, Key, Relation, Schema, Statement, Table, col, row,
};

/// Users with posts of which comments hold the key, a profile, and groups by way of members.
fn schema(posts: Option<Dependent>, required: bool, action: Action) -> Schema {
    let key = |name: &str| if required { Column::integer(name) } else { Column::integer(name).nullable() };
    let mut many = Relation::many("users", "posts", "posts").counter_cache("posts_count");
    let mut one = Relation::one("users", "profile", "profiles");
    if let Some(dependent) = posts {
        (many, one) = (many.dependent(dependent), one.dependent(dependent));
    }
    Schema::new()
        .table(table("users").column(Column::integer("posts_count").default(0)))
        .table(
            table("posts")
                .column(Column::text("kind").default("note"))
                .column(key("user_id"))
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(action)),
        )
        .table(table("comments").column(Column::integer("post_id").nullable()))
        .table(
            table("profiles")
                .column(Column::text("bio").default(""))
                .column(key("user_id").unique())
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(action)),
        )
        .table(table("groups"))
        .table(
            table("members")
                .column(Column::integer("user_id"))
                .column(Column::integer("group_id"))
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade))
                .foreign_key(ForeignKey::new(["group_id"], "groups").on_delete(Action::Cascade)),
        )
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(many)
        .relation(
            Relation::many("users", "ads", "posts").from(["id"]).to(["user_id"]).filter(col("kind").eq("ad")),
        )
        .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
        .relation(Relation::many("posts", "comments", "comments").dependent(Dependent::Destroy))
        .relation(Relation::one("profiles", "user", "users").from(["user_id"]).to(["id"]))
        .relation(one)
        .relation(
            Relation::many("users", "groups", "groups")
                .from(["id"])
                .through("members", ["user_id"], ["group_id"])
                .to(["id"]),
        )
        .relation(Relation::many("groups", "users", "users"))
        .relation(Relation::many("users", "comments", "comments").through_relations(["posts", "comments"]))
}

/// Two users; posts 1, 2 and 3 of the first and 4 of the second, each with a comment; three groups.
fn open(schema: Schema) -> Database {
    let db = Database::new(schema).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    for user in [1, 1, 1, 2] {
        db.insert("posts", row! { user_id: user, }).unwrap();
    }
    for post in [1, 2, 3, 4] {
        db.insert("comments", row! { post_id: post }).unwrap();
    }
    db.insert_many("groups", vec![row! {}, row! {}, row! {}]).unwrap();
    db
}

fn plain() -> Database {
    open(schema(None, false, Action::NoAction))
}

fn state(db: &Database) -> String {
    sound(db);
    format!(
        "posts {} of {}, comments {}, counts {}",
        column(db, "posts", "id"),
        column(db, "posts", "user_id"),
        column(db, "comments", "id"),
        column(db, "users", "posts_count")
    )
}

fn refusal(result: relata::Result<impl Sized>) -> String {
    let Err(error) = result else { panic!("nothing was refused") };
    format!("{}: {error}", kind(&error))
}

#[test]
fn rows_are_added_by_their_keys() {
    let db = plain();
    db.relation("users", 1, "posts").unwrap().add([4, 1]).unwrap();
    assert_eq!(state(&db), "posts 1,2,3,4 of 1,1,1,1, comments 1,2,3,4, counts 4,0");
    let error = db.relation("users", 2, "posts").unwrap().add([1, 9]);
    assert_eq!(refusal(error), "not_found: no row has posts.id = 9");
    assert_eq!(state(&db), "posts 1,2,3,4 of 1,1,1,1, comments 1,2,3,4, counts 4,0");
    let error = db.relation("users", 7, "posts").unwrap().add(1);
    assert_eq!(refusal(error), "not_found: no row has users.id = 7");
}

#[test]
fn removing_honours_the_dependent() {
    let remove = |schema: Schema| {
        let db = open(schema);
        db.relation("users", 1, "posts").unwrap().remove([1, 3]).map(|()| state(&db))
    };
    let with = |dependent| schema(Some(dependent), false, Action::NoAction);
    let destroyed = "posts 2,4 of 1,2, comments 2,4, counts 1,1";
    let nullified = "posts 1,2,3,4 of null,1,null,2, comments 1,2,3,4, counts 1,1";
    assert_eq!(remove(with(Dependent::Destroy)).unwrap(), destroyed);
    assert_eq!(remove(with(Dependent::Delete)).unwrap(), "posts 2,4 of 1,2, comments 1,2,3,4, counts 1,1");
    assert_eq!(remove(with(Dependent::Nullify)).unwrap(), nullified);
    assert_eq!(remove(with(Dependent::Restrict)).unwrap(), nullified);
    assert_eq!(remove(schema(None, false, Action::Cascade)).unwrap(), nullified);
    // A row that can't be without its key goes where its foreign key says so, and else refuses.
    assert_eq!(
        remove(schema(None, true, Action::Cascade)).unwrap(),
        "posts 2,4 of 1,2, comments 1,2,3,4, counts 1,1"
    );
    let error = remove(schema(None, true, Action::NoAction));
    assert_eq!(refusal(error), "not_null_violation: posts.user_id must have a value");
}

#[test]
fn only_rows_of_the_collection_are_removed() {
    let db = plain();
    let error = db.relation("users", 1, "posts").unwrap().remove([1, 4]);
    assert_eq!(refusal(error), "not_found: no row of `users.posts` has posts.id = 4");
    assert_eq!(state(&db), "posts 1,2,3,4 of 1,1,1,2, comments 1,2,3,4, counts 3,1");
    db.relation("users", 1, "posts").unwrap().clear().unwrap();
    assert_eq!(state(&db), "posts 1,2,3,4 of null,null,null,2, comments 1,2,3,4, counts 0,1");
}

#[test]
fn replacing_writes_only_the_difference() {
    let db = plain();
    let before = db.snapshot();
    db.relation("users", 1, "posts").unwrap().replace([2, 4, 2]).unwrap();
    assert_eq!(state(&db), "posts 1,2,3,4 of null,1,null,1, comments 1,2,3,4, counts 2,0");
    let difference = before.diff(&db.snapshot()).unwrap().to_string();
    assert!(!difference.contains("posts 2"), "{difference}");
    db.relation("users", 1, "groups").unwrap().replace([1, 2]).unwrap();
    db.relation("users", 1, "groups").unwrap().replace([2, 3]).unwrap();
    // The row that joins with group 2 is the one that did.
    assert_eq!(
        (column(&db, "members", "id"), column(&db, "members", "group_id")),
        ("2,3".into(), "2,3".into())
    );
}

#[test]
fn replacing_with_unknown_keys_changes_nothing() {
    let db = plain();
    let error = db.relation("users", 1, "posts").unwrap().replace([2, 99]);
    assert_eq!(refusal(error), "not_found: no row has posts.id = 99");
    assert_eq!(state(&db), "posts 1,2,3,4 of 1,1,1,2, comments 1,2,3,4, counts 3,1");
}

#[test]
fn building_fills_in_the_key_and_the_scope_and_writes_nothing() {
    let db = plain();
    let built = db.relation("users", 2, "ads").unwrap().build(row! { id: 40 }).unwrap();
    assert_eq!(built, row! { id: 40, user_id: 2, kind: "ad" });
    assert_eq!(db.query("posts").count().unwrap(), 4);
    db.insert("posts", built).unwrap();
    let own = db.relation("users", 2, "ads").unwrap().build(row! { kind: "note" }).unwrap();
    assert_eq!(own, row! { kind: "note", user_id: 2 });
    let key = db.relation("users", 1, "ads").unwrap().create(row! {}).unwrap();
    assert_eq!(key, Key::from(41));
    assert_eq!(column(&db, "posts", "kind"), r#""note","note","note","note","ad","ad""#);
    sound(&db);
}

#[test]
fn assigning_a_has_one_lets_the_old_row_go_and_the_same_row_be() {
    for (dependent, required, left) in [
        (None, false, r#"[{"id":1,"bio":"","user_id":null},{"id":2,"bio":"","user_id":1}]"#),
        (
            Some(Dependent::Nullify),
            false,
            r#"[{"id":1,"bio":"","user_id":null},{"id":2,"bio":"","user_id":1}]"#,
        ),
        (Some(Dependent::Destroy), true, r#"[{"id":2,"bio":"","user_id":1}]"#),
        (Some(Dependent::Delete), true, r#"[{"id":2,"bio":"","user_id":1}]"#),
    ] {
        let db = open(schema(dependent, required, Action::NoAction));
        db.insert_many("profiles", vec![row! { user_id: 1 }, row! { user_id: 2 }]).unwrap();
        let before = db.snapshot();
        db.relation("users", 1, "profile").unwrap().replace(1).unwrap();
        assert!(before.diff(&db.snapshot()).unwrap().is_empty());
        db.relation("users", 1, "profile").unwrap().replace(2).unwrap();
        assert_eq!(rows(&db, "profiles"), left);
        sound(&db);
    }
}

#[test]
fn a_new_has_one_that_fails_keeps_the_old() {
    let db = open(schema(Some(Dependent::Destroy), true, Action::NoAction));
    db.relation("users", 1, "profile").unwrap().create(row! { bio: "old" }).unwrap();
    let error = db.relation("users", 1, "profile").unwrap().create(row! { bio: 3 });
    assert!(refusal(error).starts_with("type_mismatch"));
    let error = db.relation("users", 1, "profile").unwrap().replace(9);
    assert_eq!(refusal(error), "not_found: no row has profiles.id = 9");
    assert_eq!(rows(&db, "profiles"), r#"[{"id":1,"bio":"old","user_id":1}]"#);
    db.relation("users", 1, "profile").unwrap().create(row! { bio: "new" }).unwrap();
    assert_eq!(rows(&db, "profiles"), r#"[{"id":2,"bio":"new","user_id":1}]"#);
    sound(&db);
}

#[test]
fn a_parent_is_assigned_created_and_cleared() {
    let db = plain();
    let mut user = db.relation("posts", 1, "user").unwrap();
    user.replace(2).unwrap();
    assert_eq!(column(&db, "posts", "user_id"), "2,1,1,2");
    assert_eq!(user.create(row! {}).unwrap(), Key::from(3));
    assert_eq!(column(&db, "posts", "user_id"), "3,1,1,2");
    user.clear().unwrap();
    user.clear().unwrap();
    assert_eq!(state(&db), "posts 1,2,3,4 of null,1,1,2, comments 1,2,3,4, counts 2,1,0");
}

#[test]
fn junction_rows_come_and_go_and_targets_stay() {
    let db = plain();
    let mut groups = db.relation("users", 1, "groups").unwrap();
    groups.add([1, 2, 1]).unwrap();
    groups.add(2).unwrap();
    db.relation("groups", 2, "users").unwrap().add(2).unwrap();
    assert_eq!(
        (column(&db, "members", "user_id"), column(&db, "members", "group_id")),
        ("1,1,2".into(), "1,2,2".into())
    );
    groups.remove(2).unwrap();
    assert_eq!(
        (column(&db, "members", "user_id"), column(&db, "groups", "id")),
        ("1,2".into(), "1,2,3".into())
    );
    groups.clear().unwrap();
    assert_eq!(
        (column(&db, "members", "user_id"), column(&db, "groups", "id")),
        ("2".into(), "1,2,3".into())
    );
    sound(&db);
}

#[test]
fn a_nested_through_relation_is_for_reading_only() {
    let db = plain();
    let error = db.relation("users", 1, "comments");
    assert_eq!(
        refusal(error),
        "invalid_query: `users.comments` is for reading: it's neither one join to one table nor two through a junction"
    );
    assert!(refusal(db.relation("users", 1, "coments")).starts_with("unknown_relation"));
}

#[test]
fn collections_are_written_inside_a_transaction() {
    let db = plain();
    let refused = db.transaction(|tx| {
        tx.relation("users", 1, "posts")?.remove([1, 2])?;
        tx.relation("users", 2, "posts")?.add([1, 2])?;
        assert_eq!(tx.query("posts").filter(col("user_id").eq(2)).count()?, 3);
        tx.relation("users", 2, "posts")?.remove(3)
    });
    assert!(refusal(refused).starts_with("not_found"));
    assert_eq!(state(&db), "posts 1,2,3,4 of 1,1,1,2, comments 1,2,3,4, counts 3,1");
    db.transaction(|tx| tx.relation("users", 2, "posts")?.replace([1, 2])).unwrap();
    assert_eq!(state(&db), "posts 1,2,3,4 of 2,2,1,null, comments 1,2,3,4, counts 1,2");
}

#[test]
fn find_or_create_finds_the_first_or_makes_one() {
    let schema = Schema::new().table(
        Table::new("tags")
            .column(Column::integer("id").generated())
            .column(Column::text("name"))
            .column(Column::text("shade").nullable())
            .column(Column::integer("weight").default(1))
            .primary_key(["id"]),
    );
    let db = Database::new(schema).unwrap();
    let find = |shade: Option<&str>, weight: i64| {
        db.find_or_create_by("tags", row! { name: "red", shade: shade }, row! { weight: weight }).unwrap()
    };
    assert_eq!([find(Some("dark"), 5), find(Some("dark"), 6)], [Key::from(1), Key::from(1)]);
    assert_eq!([find(None, 7), find(None, 8)], [Key::from(2), Key::from(2)]);
    assert_eq!(column(&db, "tags", "weight"), "5,7");
    assert!(refusal(db.find_or_create_by("tags", row! {}, row! { name: "x" })).starts_with("invalid_query"));
    assert!(refusal(db.find_or_create_by("tags", row! { nmae: "x" }, row! {})).starts_with("unknown_column"));
    assert!(
        refusal(db.find_or_create_by("tags", row! { shade: "x" }, row! {})).starts_with("not_null_violation")
    );
    let statement =
        Statement::FindOrCreate { table: "tags".into(), by: row! { name: "red" }, values: row! {} };
    let relata::Outcome::Rows(page) = db.execute(&statement).unwrap() else { panic!() };
    assert_eq!(serde_json::to_string(&page).unwrap(), r#"[{"id":1,"name":"red","shade":"dark","weight":5}]"#);
    let made = db.transaction(|tx| tx.find_or_create_by("tags", row! { name: "blue" }, row! {})).unwrap();
    // A refused row has used a key up.
    assert_eq!(made, Key::from(4));
}

#[test]
fn clearing_and_replacing_honour_the_dependent_too() {
    for (dependent, left) in [
        (Dependent::Destroy, "posts 4 of 2, comments 4, counts 0,1"),
        (Dependent::Delete, "posts 4 of 2, comments 1,2,3,4, counts 0,1"),
        (Dependent::Nullify, "posts 1,2,3,4 of null,null,null,2, comments 1,2,3,4, counts 0,1"),
    ] {
        let db = open(schema(Some(dependent), false, Action::NoAction));
        db.relation("users", 1, "posts").unwrap().clear().unwrap();
        assert_eq!(state(&db), left, "{dependent:?}");
    }
    let db = open(schema(Some(Dependent::Destroy), false, Action::NoAction));
    db.relation("users", 1, "posts").unwrap().replace([3, 4]).unwrap();
    assert_eq!(state(&db), "posts 3,4 of 1,1, comments 3,4, counts 2,0");
}

#[test]
fn a_collection_of_a_filtered_relation_holds_its_rows_only() {
    let db = plain();
    let ads = || db.relation("users", 1, "ads").unwrap();
    ads().create(row! {}).unwrap();
    let error = ads().remove(1);
    assert_eq!(refusal(error), "not_found: no row of `users.ads` has posts.id = 1");
    let error = ads().add(4);
    assert_eq!(
        refusal(error),
        "invalid_query: the row isn't one that `users.ads` leads to: its filter doesn't hold"
    );
    ads().clear().unwrap();
    assert_eq!(state(&db), "posts 1,2,3,4,5 of 1,1,1,2,null, comments 1,2,3,4, counts 3,1");
}

#[test]
fn a_collection_prints_as_the_relation_and_the_row_it_is_of() {
    assert_eq!(format!("{:?}", plain().relation("users", 2, "posts").unwrap()), "users.posts of 2");
}
