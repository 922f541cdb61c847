//! Counter caches: a column of the parent always equals the number of its children.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod declaring;
mod keys;

use common::{column, kind, rows, sound, table};
use relata::{
    Action, Catalog, Column, Database, ErrorKind, ForeignKey, Key, Relation, Rows, Schema, Statement, Table,
    col, nested, rel, row,
};

fn count(name: &str) -> Column {
    Column::integer(name).default(0)
}

/// Users with posts, of which all and the published ones are counted.
fn blog(action: Action) -> Schema {
    let key = ForeignKey::new(["user_id"], "users").on_delete(action).on_update(action);
    Schema::new()
        .table(table("users").column(count("posts_count")).column(count("published_count")))
        .table(
            table("posts")
                .column(Column::integer("user_id").nullable().default(2))
                .column(Column::boolean("published").default(false))
                .column(Column::text("title").default(""))
                .foreign_key(key),
        )
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"))
        .relation(
            Relation::many("users", "published", "posts")
                .counter_cache_where("published_count", col("published").eq(true)),
        )
}

/// Three users; the first has posts 1 and 2, the second post 3; only 2 is published.
fn open(action: Action) -> Database {
    let db = Database::new(blog(action)).unwrap();
    db.insert_many("users", vec![row! {}, row! {}, row! {}]).unwrap();
    for (user, published) in [(1, false), (1, true), (2, false)] {
        db.insert("posts", row! { user_id: user, published: published }).unwrap();
    }
    db
}

/// The counters of all users: of posts, and of published ones.
#[track_caller]
fn counts(db: &Database) -> (String, String) {
    sound(db);
    (column(db, "users", "posts_count"), column(db, "users", "published_count"))
}

fn pair(posts: &str, published: &str) -> (String, String) {
    (posts.into(), published.into())
}

#[test]
fn inserts_and_deletes_are_counted() {
    let db = open(Action::Cascade);
    assert_eq!(counts(&db), pair("2,1,0", "1,0,0"));
    db.insert_many("posts", vec![row! { user_id: 3, published: true }, row! { user_id: 3 }]).unwrap();
    assert_eq!(counts(&db), pair("2,1,2", "1,0,1"));
    db.delete("posts", col("published").eq(true)).unwrap();
    assert_eq!(counts(&db), pair("1,1,1", "0,0,0"));
    db.delete("posts", Rows::All).unwrap();
    assert_eq!(counts(&db), pair("0,0,0", "0,0,0"));
}

#[test]
fn reassignment_takes_one_from_the_old_parent_and_gives_one_to_the_new() {
    let db = open(Action::Cascade);
    db.update("posts", col("id").eq(2), row! { user_id: 3 }).unwrap();
    assert_eq!(counts(&db), pair("1,1,1", "0,0,1"));
    db.update("posts", Rows::All, row! { user_id: 2 }).unwrap();
    assert_eq!(counts(&db), pair("0,3,0", "0,1,0"));
}

#[test]
fn assigning_null_and_back_counts_once() {
    let db = open(Action::Cascade);
    db.update("posts", col("id").eq(2), row! { user_id: relata::Value::Null }).unwrap();
    assert_eq!(counts(&db), pair("1,1,0", "0,0,0"));
    db.update("posts", col("id").eq(2), row! { user_id: 1 }).unwrap();
    assert_eq!(counts(&db), pair("2,1,0", "1,0,0"));
}

#[test]
fn a_change_that_isnt_one_counts_nothing() {
    let db = open(Action::Cascade);
    db.update("posts", Rows::All, row! { title: "x" }).unwrap();
    db.update("posts", col("user_id").eq(1), row! { user_id: 1 }).unwrap();
    assert_eq!(counts(&db), pair("2,1,0", "1,0,0"));
}

#[test]
fn a_child_that_enters_or_leaves_the_filter_is_counted() {
    let db = open(Action::Cascade);
    db.update("posts", Rows::All, row! { published: true }).unwrap();
    assert_eq!(counts(&db), pair("2,1,0", "2,1,0"));
    db.update("posts", col("id").eq(1), row! { published: false, user_id: 3 }).unwrap();
    assert_eq!(counts(&db), pair("1,1,1", "1,1,0"));
    db.update("posts", col("id").eq(1), row! { published: true, user_id: 2 }).unwrap();
    assert_eq!(counts(&db), pair("1,2,0", "1,2,0"));
}

#[test]
fn what_foreign_keys_do_on_delete_is_counted() {
    for (action, expected) in [
        (Action::Cascade, pair("1,0", "0,0")),
        (Action::SetNull, pair("1,0", "0,0")),
        (Action::SetDefault, pair("3,0", "1,0")),
    ] {
        let db = open(action);
        db.delete("users", col("id").eq(1)).unwrap();
        assert_eq!(counts(&db), expected, "{action:?}");
    }
    for action in [Action::Restrict, Action::NoAction] {
        let db = open(action);
        assert!(db.delete("users", col("id").eq(1)).is_err());
        assert_eq!(counts(&db), pair("2,1,0", "1,0,0"), "{action:?}");
    }
}

#[test]
fn what_foreign_keys_do_on_update_is_counted() {
    for (action, expected) in [
        (Action::Cascade, pair("2,1,0", "1,0,0")),
        (Action::SetNull, pair("0,1,0", "0,0,0")),
        (Action::SetDefault, pair("0,3,0", "0,1,0")),
    ] {
        let db = open(action);
        db.update("users", col("id").eq(1), row! { id: 9 }).unwrap();
        assert_eq!(counts(&db), expected, "{action:?}");
    }
}

#[test]
fn upserts_are_counted() {
    let db = open(Action::Cascade);
    db.upsert("posts", row! { id: 1, user_id: 3, published: true }).unwrap();
    db.upsert("posts", row! { id: 9, user_id: 3 }).unwrap();
    assert_eq!(counts(&db), pair("1,1,2", "1,0,1"));
}

#[test]
fn a_refused_statement_leaves_counters_as_they_were() {
    let db = open(Action::Restrict);
    let posts = vec![row! { user_id: 1, published: true }, row! { user_id: 99 }];
    assert_eq!(kind(&db.insert_many("posts", posts).unwrap_err()), "foreign_key_violation");
    assert!(db.update("posts", Rows::All, row! { user_id: 99 }).is_err());
    assert_eq!(counts(&db), pair("2,1,0", "1,0,0"));
}

#[test]
fn a_load_counts_new_and_old_parents() {
    let db = open(Action::Cascade);
    db.load(|loader| {
        for user in [1, 4, 4] {
            loader.push("posts", &row! { user_id: user, published: true })?;
        }
        let mut posts = loader.rows("posts", ["user_id"])?;
        posts.push(&[relata::ValueRef::Integer(4)])?;
        drop(posts);
        loader.push("users", &row! { id: 4 })
    })
    .unwrap();
    assert_eq!(counts(&db), pair("3,1,0,3", "2,0,0,2"));
}

#[test]
fn forks_count_apart() {
    let db = open(Action::Cascade);
    let fork = db.fork();
    fork.insert("posts", row! { user_id: 1 }).unwrap();
    assert_eq!((counts(&db).0, counts(&fork).0), ("2,1,0".into(), "3,1,0".into()));
}

#[test]
fn a_user_cant_write_a_counter() {
    let db = open(Action::Cascade);
    let error = db.insert("users", row! { posts_count: 3 }).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "`posts_count` can't be written by hand: it counts the rows of `users.posts`\n    \
         at: $.values.posts_count\n    \
         help: leave `posts_count` out: it follows the rows, and `rebuild_counters` counts them anew"
    );
    assert!(db.update("users", Rows::All, row! { posts_count: 2 }).is_err());
    assert!(db.upsert("users", row! { id: 1, posts_count: 2 }).is_err());
    assert!(db.load(|loader| loader.push("users", &row! { posts_count: 0 })).is_err());
    assert!(db.load(|loader| loader.rows("users", ["posts_count"]).map(drop)).is_err());
    let by_place = |loader: &mut relata::Loader<'_>| {
        let users = loader.table("users")?;
        loader.push_values(users, vec![Some(7.into()), Some(0.into())])
    };
    assert!(db.load(by_place).is_err());
    assert_eq!(counts(&db), pair("2,1,0", "1,0,0"));
}

#[test]
fn two_counters_of_one_parent_count_their_own_children_only() {
    let people = table("people").column(count("written")).column(count("edited"));
    let books =
        table("books").column(Column::integer("author_id")).column(Column::integer("editor_id").nullable());
    let schema = Schema::new()
        .table(people)
        .table(books)
        .relation(Relation::one("books", "author", "people").from(["author_id"]).to(["id"]).alias("a"))
        .relation(Relation::one("books", "editor", "people").from(["editor_id"]).to(["id"]).alias("e"))
        .relation(Relation::many("people", "wrote", "books").alias("a").counter_cache("written"))
        .relation(Relation::many("people", "edits", "books").alias("e").counter_cache("edited"));
    let db = Database::new(schema).unwrap();
    db.insert_many("people", vec![row! {}, row! {}]).unwrap();
    db.insert("books", row! { author_id: 1, editor_id: 2 }).unwrap();
    db.insert("books", row! { author_id: 1, editor_id: 1 }).unwrap();
    assert_eq!(rows(&db, "people"), r#"[{"id":1,"written":2,"edited":1},{"id":2,"written":0,"edited":1}]"#);
    db.update("books", Rows::All, row! { editor_id: 2 }).unwrap();
    assert_eq!(rows(&db, "people"), r#"[{"id":1,"written":2,"edited":0},{"id":2,"written":0,"edited":2}]"#);
    sound(&db);
}

#[test]
fn a_filter_of_the_relation_counts_too() {
    let schema = Schema::new()
        .table(table("users").column(count("n")))
        .table(
            table("posts")
                .column(Column::integer("user_id"))
                .column(Column::integer("a"))
                .column(Column::integer("b")),
        )
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(
            Relation::many("users", "posts", "posts")
                .filter(col("a").eq(1))
                .counter_cache_where("n", col("b").eq(1)),
        );
    let db = Database::new(schema).unwrap();
    db.insert("users", row! {}).unwrap();
    for (a, b) in [(1, 1), (1, 0), (0, 1)] {
        db.insert("posts", row! { user_id: 1, a: a, b: b }).unwrap();
    }
    assert_eq!(column(&db, "users", "n"), "1");
    db.update("posts", Rows::All, row! { a: 1 }).unwrap();
    assert_eq!(column(&db, "users", "n"), "2");
    sound(&db);
}

#[test]
fn a_composite_key_counts_as_a_tuple() {
    let schema = Schema::new()
        .table(
            Table::new("seats")
                .column(Column::integer("hall"))
                .column(Column::integer("seat"))
                .column(count("n"))
                .primary_key(["hall", "seat"]),
        )
        .table(
            table("bookings")
                .column(Column::integer("hall").nullable())
                .column(Column::integer("seat").nullable()),
        )
        .relation(Relation::one("bookings", "at", "seats").from(["hall", "seat"]).to(["hall", "seat"]))
        .relation(Relation::many("seats", "bookings", "bookings").counter_cache("n"));
    let db = Database::new(schema).unwrap();
    for (hall, seat) in [(1, 1), (1, 2), (2, 1)] {
        db.insert("seats", row! { hall: hall, seat: seat }).unwrap();
    }
    for (hall, seat) in [(Some(1), Some(2)), (Some(1), None), (Some(2), Some(2)), (Some(1), Some(2))] {
        db.insert("bookings", row! { hall: hall, seat: seat }).unwrap();
    }
    assert_eq!(column(&db, "seats", "n"), "0,2,0");
    sound(&db);
}

#[test]
fn a_check_on_a_counter_refuses_the_child_that_is_one_too_many() {
    let schema = Schema::new()
        .table(table("rooms").column(Column::smallint("taken").default(0)).check("full", col("taken").lte(2)))
        .table(table("guests").column(Column::integer("room_id")))
        .relation(Relation::one("guests", "room", "rooms").from(["room_id"]).to(["id"]))
        .relation(Relation::many("rooms", "guests", "guests").counter_cache("taken"));
    let db = Database::new(schema).unwrap();
    db.insert("rooms", row! {}).unwrap();
    db.insert_many("guests", vec![row! { room_id: 1 }, row! { room_id: 1 }]).unwrap();
    assert_eq!(kind(&db.insert("guests", row! { room_id: 1 }).unwrap_err()), "check_violation");
    let more = db.load(|loader| loader.push("guests", &row! { room_id: 1 })).unwrap_err();
    assert_eq!((more.problems.len(), more.problems[0].row), (1, None));
    assert_eq!((db.query("guests").count().unwrap(), column(&db, "rooms", "taken")), (2, "2".into()));
    sound(&db);
}

#[test]
fn a_row_that_is_loaded_with_one_child_too_many_is_told_once() {
    for is_indexed in [false, true] {
        let rooms =
            table("rooms").column(Column::smallint("taken").default(0)).check("full", col("taken").lte(2));
        let schema = Schema::new()
            .table(if is_indexed { rooms.ordered_index(["taken"]) } else { rooms })
            .table(table("guests").column(Column::integer("room_id")))
            .relation(Relation::one("guests", "room", "rooms").from(["room_id"]).to(["id"]))
            .relation(Relation::many("rooms", "guests", "guests").counter_cache("taken"));
        let db = Database::new(schema).unwrap();
        db.insert("rooms", row! {}).unwrap();
        let crowded = db.load(|loader| {
            loader.push("rooms", &row! { id: 2 })?;
            (0..3).try_for_each(|_| loader.push("guests", &row! { room_id: 2 }))
        });
        let crowded = crowded.unwrap_err();
        let told = crowded.problems.iter().map(|problem| (problem.row, kind(&problem.error)));
        assert_eq!(told.collect::<Vec<_>>(), [(Some(0), "check_violation")]);
    }
}

#[test]
fn nothing_is_to_be_rebuilt_when_all_is_well() {
    let db = open(Action::Cascade);
    assert_eq!(db.rebuild_counters().unwrap(), 0);
    assert_eq!(counts(&db), pair("2,1,0", "1,0,0"));
}

#[test]
fn counters_can_be_filtered_and_ordered_by() {
    let db = open(Action::Cascade);
    assert_eq!(db.query("users").filter(col("posts_count").gte(1)).count().unwrap(), 2);
    assert_eq!(
        db.update("users", rel("posts").exists(), row! { id: 7 }).unwrap_err().kind().name(),
        "unique_violation"
    );
}

#[test]
fn the_answer_of_an_insert_shows_what_it_counted() {
    let schema = Schema::new()
        .table(table("nodes").column(Column::integer("up").nullable()).column(count("n")))
        .relation(Relation::many("nodes", "below", "nodes").from(["id"]).to(["up"]).counter_cache("n"));
    let db = Database::new(schema).unwrap();
    let rows = vec![row! {}, row! { up: 1 }];
    let statement = Statement::Insert { table: "nodes".into(), rows };
    let relata::Outcome::Rows(page) = db.execute(&statement).unwrap() else { panic!("no rows") };
    assert_eq!(serde_json::to_string(&page).unwrap(), r#"[{"id":1,"up":null,"n":1},{"id":2,"up":1,"n":0}]"#);
}

#[test]
fn what_is_rolled_back_or_undone_is_counted_back() {
    let db = Database::builder(blog(Action::Cascade)).history(10).build().unwrap();
    db.insert_many("users", vec![row! {}, row! {}, row! {}]).unwrap();
    db.insert_many("posts", vec![row! { user_id: 1 }, row! { user_id: 1, published: true }]).unwrap();
    let refused: relata::Result<()> = db.transaction(|tx| {
        tx.update("posts", Rows::All, row! { user_id: 2, published: true })?;
        assert_eq!(tx.query("users").filter(col("posts_count").eq(2)).pluck::<i64>(["id"])?, [2]);
        tx.savepoint("before");
        tx.delete("users", Key::from(2))?;
        tx.rollback_to("before")?;
        assert_eq!(tx.query("users").filter(col("published_count").eq(2)).pluck::<i64>(["id"])?, [2]);
        tx.insert("posts", row! { user_id: 99 }).map(drop)
    });
    assert!(refused.is_err());
    assert_eq!(counts(&db), pair("2,0,0", "1,0,0"));
    db.delete("users", Key::from(1)).unwrap();
    assert!(db.undo().unwrap());
    assert_eq!(counts(&db), pair("2,0,0", "1,0,0"));
    assert!(db.redo().unwrap());
    assert_eq!(counts(&db), pair("0,0", "0,0"));
}

#[test]
fn bulk_writes_of_many_rows_are_counted() {
    let db = open(Action::Cascade);
    let posts = (0..300).map(|at| row! { user_id: 1 + at % 3, published: at % 2 == 0 }).collect();
    db.insert_many("posts", posts).unwrap();
    assert_eq!(counts(&db), pair("102,101,100", "51,50,50"));
    db.update("posts", col("user_id").eq(1), row! { user_id: 2, published: false }).unwrap();
    assert_eq!(counts(&db), pair("0,203,100", "0,50,50"));
    db.delete("posts", col("published").eq(true)).unwrap();
    assert_eq!(counts(&db), pair("0,153,50", "0,0,0"));
    db.destroy("posts", col("user_id").eq(3)).unwrap();
    assert_eq!(counts(&db), pair("0,153,0", "0,0,0"));
}

#[test]
fn nobody_writes_a_counter_along_a_relation_or_by_a_verb() {
    let db = open(Action::Cascade);
    let refused = |set: relata::Row| {
        let error = db.update("posts", Key::from(1), set).unwrap_err();
        format!("{error} @ {}", error.path())
    };
    let by_hand = "`posts_count` can't be written by hand: it counts the rows of `users.posts`";
    assert_eq!(
        refused(row! { user: row! { id: 1, posts_count: 9 } }),
        format!("{by_hand} @ set.user.posts_count")
    );
    assert_eq!(
        refused(row! { user: nested::update(nested::Pick::All, row! { posts_count: 9 }) }),
        format!("{by_hand} @ set.user.update[0].data.posts_count")
    );
    assert_eq!(
        refused(row! { user: nested::create(row! { posts_count: 9 }) }),
        format!("{by_hand} @ set.user.create[0].posts_count")
    );
    assert!(db.find_or_create_by("users", row! { id: 9 }, row! { posts_count: 1 }).is_err());
    assert_eq!(counts(&db), pair("2,1,0", "1,0,0"));
}

#[test]
fn a_load_counts_in_a_column_that_is_ordered_by() {
    let schema = Schema::new()
        .table(table("users").column(count("posts_count")).ordered_index(["posts_count"]))
        .table(
            table("posts")
                .column(Column::integer("user_id").nullable())
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"));
    let db = Database::new(schema).unwrap();
    db.insert_many("users", (1..=8).map(|id| row! { id: id }).collect()).unwrap();
    db.insert_many("posts", vec![row! { user_id: 2 }, row! { user_id: 2 }, row! { user_id: 3 }]).unwrap();
    let loaded = db.load(|loader| {
        loader.rows("users", ["id"])?.push(&[70_000.into()])?;
        loader.rows("posts", ["id", "user_id"])?.push(&[4.into(), 70_000.into()])
    });
    assert_eq!(loaded.unwrap(), 2);
    assert_eq!(db.check(), []);
    let most = db.query("users").order_by(relata::desc("posts_count")).limit(3);
    assert_eq!(most.pluck::<i64>(["id"]).unwrap(), [2, 3, 70_000]);
}

#[test]
fn counts_and_times_that_rows_are_found_by_are_each_their_own() {
    let users = table("users")
        .column(count("posts_count"))
        .column(count("likes_count"))
        .column(Column::timestamptz("seen_at").nullable())
        .ordered_index(["posts_count"])
        .ordered_index(["likes_count"])
        .ordered_index(["seen_at"]);
    let child = |name: &str| table(name).column(Column::integer("user_id").nullable());
    let up = |source: &str| Relation::one(source, "user", "users").from(["user_id"]).to(["id"]);
    let schema = Schema::new()
        .table(users)
        .table(child("posts"))
        .table(child("likes"))
        .relation(up("posts").touch_column("seen_at"))
        .relation(up("likes"))
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"))
        .relation(Relation::many("users", "likes", "likes").counter_cache("likes_count"));
    let clock = || "2024-02-29T12:30:00Z".parse().unwrap();
    let db = Database::builder(schema).clock(clock).build().unwrap();
    db.insert_many("users", (1..=2).map(|id| row! { id: id }).collect()).unwrap();
    db.insert_many("posts", vec![row! { user_id: 1 }, row! { user_id: 1 }]).unwrap();
    db.insert("likes", row! { user_id: 2 }).unwrap();
    let seen = "\"2024-02-29T12:30:00Z\"";
    let held = |name: &str| column(&db, "users", name);
    assert_eq!((held("posts_count"), held("likes_count")), ("2,0".into(), "0,1".into()));
    assert_eq!(held("seen_at"), format!("{seen},null"));
    let last = db.query("users").order_by(relata::asc("seen_at")).pluck::<i64>(["id"]).unwrap();
    assert_eq!(last, [1, 2]);
    sound(&db);
}
