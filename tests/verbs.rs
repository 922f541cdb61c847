//! Verbs: what is created, connected and taken away along the relations of a row.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, rows, sound, table};
use relata::nested::{self, Pick};
use relata::{Action, Column, Database, ForeignKey, Key, Relation, Row, Schema, Table, col, row};

/// Users with posts, which can be without a user, a badge, which can't, and groups.
fn open() -> Database {
    let key = |column: &str, to: &str| ForeignKey::new([column], to).on_delete(Action::Cascade);
    let schema = Schema::new()
        .table(
            table("users")
                .column(Column::text("name").nullable())
                .column(Column::text("email").nullable().unique())
                .column(Column::integer("posts_count").default(0)),
        )
        .table(
            table("posts")
                .column(Column::text("title").default(""))
                .column(Column::text("slug").nullable().unique())
                .column(Column::integer("user_id").nullable())
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .table(
            table("badges")
                .column(Column::text("label").default(""))
                .column(Column::integer("user_id").unique())
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .table(table("groups").column(Column::text("name").default("").unique()))
        .table(
            Table::new("members")
                .column(Column::integer("user_id"))
                .column(Column::integer("group_id"))
                .column(Column::text("role").default("plain"))
                .primary_key(["user_id", "group_id"])
                .foreign_key(key("user_id", "users"))
                .foreign_key(key("group_id", "groups")),
        )
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"))
        .relation(Relation::one("badges", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::one("users", "badge", "badges"))
        .relation(
            Relation::many("users", "groups", "groups")
                .from(["id"])
                .through("members", ["user_id"], ["group_id"])
                .to(["id"]),
        )
        .relation(Relation::many("groups", "users", "users"));
    let db = Database::new(schema).unwrap();
    for (name, email) in [("Ann", "ann@x.org"), ("Bob", "bob@x.org")] {
        db.insert("users", row! { name: name, email: email }).unwrap();
    }
    for (title, user) in [("a", Some(1)), ("b", Some(1)), ("c", Some(2)), ("d", None)] {
        db.insert("posts", row! { title: title, slug: title, user_id: user }).unwrap();
    }
    for name in ["x", "y", "z"] {
        db.insert("groups", row! { name: name }).unwrap();
    }
    db.insert("members", row! { user_id: 1, group_id: 1 }).unwrap();
    db
}

/// Updates the first user.
fn ann(db: &Database, set: Row) -> relata::Result<u64> {
    db.update("users", Key::from(1), set)
}

fn refusal(result: relata::Result<impl Sized>) -> String {
    let Err(error) = result else { panic!("nothing was refused") };
    format!("{}: {error} @ {}", kind(&error), error.path())
}

fn posts(db: &Database) -> String {
    sound(db);
    column(db, "posts", "user_id")
}

fn groups(db: &Database, user: i64) -> String {
    sound(db);
    let page = db.query("users").filter(col("id").eq(user)).include("groups", |g| g.columns(["id"])).all();
    let ids: Vec<String> = page.unwrap().to_owned_rows()[0]
        .rows("groups")
        .iter()
        .map(|row| row.value("id").unwrap().to_string())
        .collect();
    ids.join(",")
}

#[test]
fn create_and_connect_fill_the_key_of_children() {
    let db = open();
    ann(&db, row! { posts: nested::create(row! { title: "e" }).connect([3, 4]) }).unwrap();
    assert_eq!(posts(&db), "1,1,1,1,1");
    assert_eq!(column(&db, "users", "posts_count"), "5,0");
    // What is connected already stays as it is; a unique column names a row too.
    ann(&db, row! { posts: nested::connect(1).connect(col("slug").eq("c")) }).unwrap();
    assert_eq!(posts(&db), "1,1,1,1,1");
    let cy = row! { name: "Cy", posts: nested::connect([1, 2]) };
    db.insert("users", cy).unwrap();
    assert_eq!(column(&db, "users", "posts_count"), "3,0,2");
}

#[test]
fn connect_needs_a_row_that_is_there_and_a_unique_filter() {
    let db = open();
    let error = ann(&db, row! { posts: nested::connect([3, 9]) });
    assert_eq!(refusal(error), "not_found: no row has posts.id = 9 @ set.posts.connect[1]");
    assert_eq!(posts(&db), "1,1,2,null");
    let error = ann(&db, row! { posts: nested::connect(col("title").eq("c")) });
    assert_eq!(refusal(error), "invalid_query: (title) is not unique on `posts` @ set.posts.connect[0]");
    let error = ann(&db, row! { posts: nested::connect(col("slug").eq("c").and(col("title").eq("no"))) });
    assert_eq!(refusal(error), "not_found: no row has posts.slug = \"c\" @ set.posts.connect[0]");
    let error = ann(&db, row! { posts: nested::connect(Pick::All) });
    assert!(refusal(error).starts_with("invalid_query: expected a key or a filter"));
}

#[test]
fn connect_or_create_does_either() {
    let db = open();
    let slug = |slug: &str| col("slug").eq(slug);
    let given = |slug: &str| row! { title: slug, slug: slug };
    let verbs = nested::connect_or_create(slug("c"), given("c")).connect_or_create(slug("new"), given("new"));
    ann(&db, row! { posts: verbs }).unwrap();
    assert_eq!(posts(&db), "1,1,1,null,1");
    let user = nested::connect_or_create(col("email").eq("bob@x.org"), row! { email: "bob@x.org" });
    db.insert("posts", row! { user: user }).unwrap();
    let user = nested::connect_or_create(col("email").eq("cy@x.org"), row! { email: "cy@x.org" });
    db.insert("posts", row! { user: user }).unwrap();
    assert_eq!(posts(&db), "1,1,1,null,1,2,3");
}

#[test]
fn disconnect_empties_the_key_and_refuses_where_it_is_required() {
    let db = open();
    ann(&db, row! { posts: nested::disconnect([1, 2]) }).unwrap();
    assert_eq!(posts(&db), "null,null,2,null");
    assert_eq!(column(&db, "users", "posts_count"), "0,1");
    let error = ann(&db, row! { posts: nested::disconnect(3) });
    assert_eq!(
        refusal(error),
        "not_found: no row of `users.posts` has posts.id = 3 @ set.posts.disconnect[0]"
    );
    ann(&db, row! { badge: nested::create(row! {}) }).unwrap();
    let error = ann(&db, row! { badge: nested::disconnect(Pick::All) });
    assert_eq!(refusal(error), "not_null_violation: badges.user_id must have a value @ set.badge.disconnect");
    let error = db.update("badges", Key::from(1), row! { user: nested::disconnect(Pick::All) });
    assert!(refusal(error).starts_with("not_null_violation: badges.user_id"));
    db.update("posts", Key::from(3), row! { user: nested::disconnect(Pick::All) }).unwrap();
    assert_eq!(posts(&db), "null,null,null,null");
    let error = db.update("posts", Key::from(3), row! { user: nested::disconnect(Pick::All) });
    assert_eq!(refusal(error), "not_found: `posts.user` leads to no row @ set.user.disconnect[0]");
}

#[test]
fn set_leaves_exactly_these() {
    let db = open();
    ann(&db, row! { posts: nested::set([2, 4]) }).unwrap();
    assert_eq!(posts(&db), "null,1,2,1");
    ann(&db, row! { groups: nested::set([2, 3, 2]) }).unwrap();
    assert_eq!(groups(&db, 1), "2,3");
    let error = ann(&db, row! { posts: nested::set([1, 9]) });
    assert_eq!(refusal(error), "not_found: no row has posts.id = 9 @ set.posts.set[1]");
    assert_eq!(posts(&db), "null,1,2,1");
    ann(&db, row! { posts: nested::set(Vec::<i64>::new()), groups: nested::set(Vec::<i64>::new()) }).unwrap();
    assert_eq!((posts(&db), groups(&db, 1)), ("null,null,2,null".into(), "".into()));
    let error = ann(&db, row! { badge: nested::set(1) });
    assert_eq!(
        refusal(error),
        "invalid_query: `set` doesn't fit `users.badge`, which leads to one row @ set.badge.set"
    );
}

#[test]
fn update_changes_rows_of_the_relation_only() {
    let db = open();
    ann(&db, row! { posts: nested::update(1, row! { title: "A", user: nested::update(Pick::All, row! { name: "Anna" }) }) })
        .unwrap();
    assert_eq!(
        (column(&db, "posts", "title"), column(&db, "users", "name")),
        (r#""A","b","c","d""#.into(), r#""Anna","Bob""#.into())
    );
    let error = ann(&db, row! { posts: nested::update(3, row! { title: "stolen" }) });
    assert_eq!(
        refusal(error),
        "not_found: no row of `users.posts` has posts.id = 3 @ set.posts.update[0].where"
    );
    let error = ann(&db, row! { posts: nested::update(1, row! { titel: "x" }) });
    assert_eq!(
        refusal(error),
        "unknown_column: no column `titel` on `posts` @ set.posts.update[0].data.titel"
    );
    ann(&db, row! { posts: nested::update_many(col("title").ne("A"), row! { title: "B" }) }).unwrap();
    assert_eq!(column(&db, "posts", "title"), r#""A","B","c","d""#);
    ann(&db, row! { posts: nested::update_many(Pick::All, row! { title: "all" }) }).unwrap();
    assert_eq!(column(&db, "posts", "title"), r#""all","all","c","d""#);
    sound(&db);
}

#[test]
fn upsert_changes_a_row_of_the_relation_or_makes_one() {
    let db = open();
    let upsert = |slug: &str| {
        nested::upsert(col("slug").eq(slug), row! { slug: slug, title: "made" }, row! { title: "changed" })
    };
    ann(&db, row! { posts: upsert("a").upsert(9, row! { title: "nine" }, row! {}) }).unwrap();
    assert_eq!(column(&db, "posts", "title"), r#""changed","b","c","d","nine""#);
    // Somebody else's isn't of the relation, and a new one can't have its slug.
    assert!(refusal(ann(&db, row! { posts: upsert("c") })).starts_with("unique_violation"));
    let badge = || nested::upsert(Pick::All, row! { label: "made" }, row! { label: "changed" });
    ann(&db, row! { badge: badge() }).unwrap();
    assert_eq!(column(&db, "badges", "label"), r#""made""#);
    ann(&db, row! { badge: badge() }).unwrap();
    assert_eq!(column(&db, "badges", "label"), r#""changed""#);
    db.update("posts", Key::from(4), row! { user: nested::upsert(Pick::All, row! { name: "Cy" }, row! {}) })
        .unwrap();
    assert_eq!(posts(&db), "1,1,2,3,1");
}

#[test]
fn delete_takes_rows_of_the_relation_from_their_table() {
    let db = open();
    ann(&db, row! { posts: nested::delete(1) }).unwrap();
    assert_eq!(column(&db, "posts", "id"), "2,3,4");
    let error = ann(&db, row! { posts: nested::delete(3) });
    assert!(refusal(error).starts_with("not_found: no row of `users.posts` has posts.id = 3"));
    ann(&db, row! { posts: nested::delete_many(col("title").like("%")), groups: nested::delete(1) }).unwrap();
    assert_eq!(
        (column(&db, "posts", "id"), column(&db, "groups", "id"), rows(&db, "members")),
        ("3,4".into(), "2,3".into(), "[]".into())
    );
    assert!(
        refusal(ann(&db, row! { posts: nested::delete_many(relata::Filter::And(vec![])) }))
            .starts_with("invalid_query: no filter says which rows are meant")
    );
    // A parent goes when the row has let go of it.
    db.update("posts", Key::from(3), row! { user: nested::delete(Pick::All) }).unwrap();
    assert_eq!((posts(&db), column(&db, "users", "id")), ("null,null".into(), "1".into()));
}

#[test]
fn create_many_may_pass_over_duplicates() {
    let db = open();
    let new = || [row! { slug: "a" }, row! { slug: "new" }, row! { slug: "new" }];
    assert!(
        refusal(ann(&db, row! { posts: nested::create_many(new(), false) })).starts_with("unique_violation")
    );
    ann(&db, row! { posts: nested::create_many(new(), true) }).unwrap();
    assert_eq!(posts(&db), "1,1,2,null,1");
}

#[test]
fn a_has_one_gives_way_to_the_one_that_is_connected_or_created() {
    let db = open();
    ann(&db, row! { badge: nested::create(row! { label: "first" }) }).unwrap();
    db.update("users", Key::from(2), row! { badge: nested::create(row! { label: "second" }) }).unwrap();
    // A badge can't be without a user, and nothing says that it may go.
    let error = ann(&db, row! { badge: nested::connect(2) });
    assert_eq!(refusal(error), "not_null_violation: badges.user_id must have a value @ set.badge.connect[0]");
    ann(&db, row! { badge: nested::connect(1) }).unwrap();
    let error = ann(&db, row! { badge: nested::connect([1, 2]) });
    assert_eq!(
        refusal(error),
        "invalid_query: `users.badge` leads to one row, and 2 are given @ set.badge.connect"
    );
    ann(&db, row! { badge: nested::delete(Pick::All).connect(2) }).unwrap();
    assert_eq!(rows(&db, "badges"), r#"[{"id":2,"label":"second","user_id":1}]"#);
    sound(&db);
}

#[test]
fn verbs_are_done_in_order_and_all_or_none() {
    let db = open();
    let before = (posts(&db), groups(&db, 1));
    let verbs = nested::disconnect([1, 2]).create(row! { title: "e" }).connect(9);
    assert!(ann(&db, row! { name: "x", groups: nested::set([2]), posts: verbs }).is_err());
    assert_eq!((posts(&db), groups(&db, 1)), before);
    assert_eq!(column(&db, "users", "name"), r#""Ann","Bob""#);
}

#[test]
fn an_update_of_several_rows_writes_along_each() {
    let db = open();
    assert_eq!(db.update("users", relata::Rows::All, row! { groups: nested::connect([2, 3]) }).unwrap(), 2);
    assert_eq!((groups(&db, 1), groups(&db, 2)), ("1,2,3".into(), "2,3".into()));
}

#[test]
fn a_junction_joins_once_from_either_end() {
    let db = open();
    ann(&db, row! { groups: nested::connect([1, 1, 2]).connect(2) }).unwrap();
    db.update("groups", Key::from(2), row! { users: nested::connect([1, 2]) }).unwrap();
    assert_eq!((groups(&db, 1), groups(&db, 2)), ("1,2".into(), "2".into()));
    db.update("groups", Key::from(2), row! { users: nested::disconnect(1) }).unwrap();
    assert_eq!((groups(&db, 1), groups(&db, 2)), ("1".into(), "2".into()));
    assert_eq!(column(&db, "members", "role"), r#""plain","plain""#);
}

#[test]
fn a_scoped_junction_writes_rows_with_its_scope() {
    let schema = Schema::new()
        .table(table("users"))
        .table(table("groups"))
        .table(
            table("members")
                .column(Column::integer("user_id"))
                .column(Column::integer("group_id"))
                .column(Column::text("role").default("plain")),
        )
        .relation(Relation::one("members", "group", "groups").from(["group_id"]).to(["id"]))
        .relation(
            Relation::many("users", "leads", "members")
                .from(["id"])
                .to(["user_id"])
                .filter(col("role").eq("lead")),
        )
        .relation(Relation::many("users", "led", "groups").through_relations(["leads", "group"]))
        .relation(Relation::many("users", "members", "members").from(["id"]).to(["user_id"]))
        .relation(Relation::many("users", "groups", "groups").through_relations(["members", "group"]));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { groups: [row! {}, row! {}], led: nested::connect(2).create(row! {}) }).unwrap();
    assert_eq!(
        (column(&db, "members", "group_id"), column(&db, "members", "role")),
        ("1,2,2,3".into(), r#""plain","plain","lead","lead""#.into())
    );
    // Only what the scope joins is taken apart.
    db.update("users", Key::from(1), row! { led: nested::set([3]) }).unwrap();
    assert_eq!(column(&db, "members", "group_id"), "1,2,3");
    db.update("users", Key::from(1), row! { groups: nested::disconnect(3) }).unwrap();
    assert_eq!(column(&db, "members", "group_id"), "1,2");
    sound(&db);
}

#[test]
fn composite_keys_are_connected_as_a_tuple() {
    let schema = Schema::new()
        .table(
            Table::new("shelves")
                .column(Column::text("room"))
                .column(Column::integer("number"))
                .primary_key(["room", "number"]),
        )
        .table(
            table("books")
                .column(Column::text("room").nullable())
                .column(Column::integer("shelf").nullable())
                .foreign_key(ForeignKey::new(["room", "shelf"], "shelves")),
        )
        .relation(Relation::one("books", "on", "shelves").from(["room", "shelf"]).to(["room", "number"]))
        .relation(Relation::many("shelves", "books", "books"));
    let db = Database::new(schema).unwrap();
    db.insert("shelves", row! { room: "a", number: 1, books: [row! {}, row! {}] }).unwrap();
    db.insert("shelves", row! { room: "a", number: 2, books: nested::connect(2) }).unwrap();
    db.insert("books", row! { on: nested::connect(("a", 1)) }).unwrap();
    let by_columns = col("number").eq(2).and(col("room").eq("a"));
    db.insert("books", row! { on: nested::connect(by_columns) }).unwrap();
    assert_eq!(
        (column(&db, "books", "room"), column(&db, "books", "shelf")),
        (r#""a","a","a","a""#.into(), "1,2,1,2".into())
    );
    db.update("shelves", Key::from(("a", 2)), row! { books: nested::disconnect(4) }).unwrap();
    assert_eq!(
        (column(&db, "books", "room"), column(&db, "books", "shelf")),
        (r#""a","a","a",null"#.into(), "1,2,1,null".into())
    );
    sound(&db);
}

#[test]
fn verbs_print_as_documents_write_them() {
    let verbs =
        nested::connect([1, 2]).update(col("slug").eq("a"), row! { title: "A" }).delete_many(Pick::All);
    let row = row! { name: "Ann", posts: verbs, badge: row! { label: "x" } };
    assert_eq!(
        row.to_string(),
        r#"{name: "Ann", posts: {connect: [1, 2], update: [{where: {"slug":{"eq":"a"}}, data: {title: "A"}}], deleteMany: [true]}, badge: {label: "x"}}"#,
    );
}

#[test]
fn the_many_forms_are_for_relations_to_many() {
    let db = open();
    ann(&db, row! { badge: nested::create(row! { label: "first" }) }).unwrap();
    let title = || row! { label: "x" };
    for (verbs, word) in [
        (nested::create_many([row! {}], false), "createMany"),
        (nested::update_many(Pick::All, title()), "updateMany"),
        (nested::delete_many(Pick::All), "deleteMany"),
    ] {
        let error = refusal(ann(&db, row! { badge: verbs }));
        let path = format!("which leads to one row @ set.badge.{word}");
        assert!(error.starts_with(&format!("invalid_query: `{word}` doesn't fit")), "{error}");
        assert!(error.ends_with(&path), "{error}");
    }
    let user = db.update("badges", Key::from(1), row! { user: nested::update_many(Pick::All, row! {}) });
    assert!(refusal(user).starts_with("invalid_query: `updateMany` doesn't fit `badges.user`"));
    assert_eq!(rows(&db, "badges"), r#"[{"id":1,"label":"first","user_id":1}]"#);
}

#[test]
fn verbs_along_a_relation_to_one_row_change_connect_and_make_it() {
    let db = open();
    let label = |label: &str| row! { label: label };
    ann(&db, row! { badge: nested::connect_or_create(9, label("made")) }).unwrap();
    ann(&db, row! { badge: nested::connect_or_create(1, label("not made")) }).unwrap();
    assert_eq!(rows(&db, "badges"), r#"[{"id":1,"label":"made","user_id":1}]"#);
    ann(&db, row! { badge: nested::update(Pick::All, label("changed")) }).unwrap();
    // Of the one row that is there any filter can be asked.
    ann(&db, row! { badge: nested::update(col("label").eq("changed"), label("again")) }).unwrap();
    let error = ann(&db, row! { badge: nested::update(col("label").eq("other"), label("x")) });
    assert!(refusal(error).starts_with("not_found: no row of `users.badge` has badges.label = \"other\""));
    assert_eq!(column(&db, "badges", "label"), r#""again""#);
    let user = nested::connect_or_create(col("email").eq("bob@x.org"), row! { email: "new@x.org" });
    db.update("badges", Key::from(1), row! { user: user }).unwrap();
    db.update("badges", Key::from(1), row! { user: nested::update(Pick::All, row! { name: "Bobby" }) })
        .unwrap();
    assert_eq!(
        (column(&db, "badges", "user_id"), column(&db, "users", "name")),
        ("2".into(), r#""Ann","Bobby""#.into())
    );
    sound(&db);
}

#[test]
fn the_many_forms_reach_over_a_junction() {
    let db = open();
    ann(&db, row! { groups: nested::create_many([row! { name: "x" }, row! { name: "new" }], true) }).unwrap();
    assert_eq!(groups(&db, 1), "1,4");
    ann(&db, row! { groups: nested::update_many(col("name").ne("new"), row! { name: "renamed" }) }).unwrap();
    assert_eq!(column(&db, "groups", "name"), r#""renamed","y","z","new""#);
    ann(&db, row! { groups: nested::delete_many(col("name").eq("new")) }).unwrap();
    assert_eq!((groups(&db, 1), column(&db, "groups", "id")), ("1".into(), "1,2,3".into()));
    ann(&db, row! { groups: nested::delete_many(Pick::All) }).unwrap();
    assert_eq!((rows(&db, "members"), column(&db, "groups", "id")), ("[]".into(), "2,3".into()));
    sound(&db);
}

#[test]
fn a_row_that_went_with_the_one_that_joined_it_is_deleted_once() {
    let schema = Schema::new()
        .table(table("users"))
        .table(table("groups"))
        .table(table("members").column(Column::integer("user_id")).column(Column::integer("group_id")))
        .relation(
            Relation::one("members", "group", "groups")
                .from(["group_id"])
                .to(["id"])
                .dependent(relata::Dependent::Delete),
        )
        .relation(
            Relation::many("users", "groups", "groups")
                .from(["id"])
                .through("members", ["user_id"], ["group_id"])
                .to(["id"])
                .dependent(relata::Dependent::Destroy),
        )
        .relation(Relation::many("groups", "users", "users"));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! {}).unwrap();
    db.insert_many("groups", vec![row! {}, row! {}, row! {}]).unwrap();
    let member = |group: i64| row! { user_id: 1, group_id: group };
    db.insert_many("members", vec![member(1), member(2), member(3)]).unwrap();
    ann(&db, row! { groups: nested::delete(1) }).unwrap();
    ann(&db, row! { groups: nested::delete_many(col("id").eq(2)) }).unwrap();
    assert_eq!((column(&db, "groups", "id"), column(&db, "members", "group_id")), ("3".into(), "3".into()));
    sound(&db);
}

#[test]
fn an_upsert_whose_filter_means_nothing_makes_no_row() {
    let db = open();
    let upsert = nested::upsert(col("titel").eq("a"), row! { title: "made" }, row! {});
    assert_eq!(refusal(ann(&db, row! { posts: upsert })).split(':').next(), Some("unknown_column"),);
    assert_eq!(column(&db, "posts", "id"), "1,2,3,4");
}

#[test]
fn a_row_that_cannot_be_without_its_parent_goes_with_it() {
    let schema = Schema::new()
        .table(table("users"))
        .table(
            table("badges")
                .column(Column::integer("user_id"))
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade)),
        )
        .relation(Relation::one("badges", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "badges", "badges"));
    let db = Database::new(schema).unwrap();
    db.insert("badges", row! { user: row! {} }).unwrap();
    db.update("badges", Key::from(1), row! { user: nested::delete(Pick::All) }).unwrap();
    assert_eq!((rows(&db, "users"), rows(&db, "badges")), ("[]".into(), "[]".into()));
    sound(&db);
}
