//! Touches: a parent gets the time when a child comes, changes or goes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, sound, table};
use relata::{
    Action, Catalog, Column, Database, ErrorKind, ForeignKey, Relation, Rows, Schema, Value, col, row,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that goes on by a second with each reading.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn readings(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn time(name: &str) -> Column {
    Column::timestamptz(name).nullable()
}

fn up(source: &str, name: &str, target: &str, column: &str) -> Relation {
    Relation::one(source, name, target).from([column]).to(["id"])
}

/// Sites of users of posts of comments: each touches the one above, posts another column too.
fn open() -> (Database, Clock) {
    let cascade = |column: &str, table: &str| ForeignKey::new([column], table).on_delete(Action::Cascade);
    let schema = Schema::new()
        .table(table("sites").column(Column::date("updated_at").nullable()))
        .table(
            table("users")
                .column(Column::integer("site_id").nullable())
                .column(time("updated_at"))
                .column(Column::timestamp("posted_at").nullable())
                .column(Column::integer("posts_count").default(0)),
        )
        .table(
            table("posts")
                .column(Column::integer("user_id").nullable())
                .column(Column::text("title").default(""))
                .column(time("updated_at"))
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::SetNull)),
        )
        .table(
            table("comments")
                .column(Column::integer("post_id"))
                .column(Column::integer("user_id").nullable())
                .foreign_key(cascade("post_id", "posts")),
        )
        .relation(up("users", "site", "sites", "site_id").touch())
        .relation(up("posts", "user", "users", "user_id").touch())
        .relation(up("posts", "poster", "users", "user_id").touch_column("posted_at").alias("p"))
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"))
        .relation(up("comments", "post", "posts", "post_id").touch());
    let clock = Clock::default();
    let seconds = clock.clone();
    let tick = move || {
        jiff::Timestamp::from_second(1_000_000_000 + seconds.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    };
    let db = Database::builder(schema).clock(tick).build().unwrap();
    let quiet = db.without_touching();
    quiet.insert_many("sites", vec![row! {}, row! {}]).unwrap();
    quiet.insert_many("users", vec![row! { site_id: 1 }, row! { site_id: 2 }]).unwrap();
    quiet.insert_many("posts", vec![row! { user_id: 1 }, row! { user_id: 1 }]).unwrap();
    quiet.insert("comments", row! { post_id: 1, user_id: 2 }).unwrap();
    assert_eq!(clock.readings(), 0);
    (db, clock)
}

/// Which rows of a table have been touched, by the seconds of their `updated_at`; `-` for never.
fn touched(db: &Database, table: &str) -> String {
    sound(db);
    let cells = column(db, table, "updated_at");
    let second = |cell: &str| match cell {
        "null" => "-".to_owned(),
        other => other.trim_end_matches("Z\"")[other.len() - 4..].to_owned(),
    };
    cells.split(',').map(second).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_child_that_comes_changes_or_goes_touches_its_parent() {
    let (db, clock) = open();
    db.insert("posts", row! { user_id: 2 }).unwrap();
    assert_eq!((touched(&db, "users"), clock.readings()), ("- 40".into(), 1));
    db.update("posts", col("id").eq(3), row! { title: "x" }).unwrap();
    assert_eq!(touched(&db, "users"), "- 41");
    db.delete("posts", col("id").eq(3)).unwrap();
    assert_eq!((touched(&db, "users"), clock.readings()), ("- 42".into(), 3));
    assert_eq!(column(&db, "users", "posted_at"), r#"null,"2001-09-09T01:46:42""#);
}

#[test]
fn touches_go_on_to_the_top_once() {
    let (db, clock) = open();
    db.update("comments", Rows::All, row! { user_id: 1 }).unwrap();
    assert_eq!((touched(&db, "posts"), touched(&db, "users")), ("40 -".into(), "40 -".into()));
    assert_eq!(column(&db, "sites", "updated_at"), r#""2001-09-09",null"#);
    assert_eq!(clock.readings(), 1);
}

#[test]
fn both_parents_are_touched_when_a_child_moves() {
    let (db, _) = open();
    db.update("posts", col("id").eq(1), row! { user_id: 2 }).unwrap();
    assert_eq!((touched(&db, "users"), touched(&db, "posts")), ("40 40".into(), "- -".into()));
    assert_eq!(column(&db, "users", "posts_count"), "1,1");
    db.update("posts", col("id").eq(1), row! { user_id: Value::Null }).unwrap();
    assert_eq!(touched(&db, "users"), "40 41");
}

#[test]
fn an_update_that_changes_nothing_touches_nothing() {
    let (db, clock) = open();
    db.update("posts", Rows::All, row! { title: "" }).unwrap();
    db.update("posts", Rows::All, row! { user_id: 1 }).unwrap();
    assert_eq!((touched(&db, "users"), clock.readings()), ("- -".into(), 0));
}

#[test]
fn many_children_read_the_clock_once() {
    let (db, clock) = open();
    db.insert_many("posts", (0..50).map(|at| row! { user_id: 1 + at % 2 }).collect()).unwrap();
    assert_eq!((touched(&db, "users"), clock.readings()), ("40 40".into(), 1));
    assert_eq!(column(&db, "users", "posts_count"), "27,25");
}

#[test]
fn a_touch_and_a_counter_of_one_relation_are_one_change_of_the_parent() {
    let (db, clock) = open();
    let before = db.snapshot();
    db.insert_many("posts", vec![row! { user_id: 1 }, row! { user_id: 1 }]).unwrap();
    let diff = before.diff(&db.snapshot()).unwrap().to_string();
    let changes: Vec<&str> = diff.lines().filter(|line| line.trim().starts_with('~')).collect();
    let user = "  ~ 1: updated_at null -> 2001-09-09T01:46:40Z, posted_at null -> 2001-09-09T01:46:40, posts_count 2 -> 4";
    assert_eq!(changes, ["  ~ 1: updated_at null -> 2001-09-09", user]);
    assert_eq!(clock.readings(), 1);
}

#[test]
fn what_foreign_keys_take_along_touches_too() {
    let (db, _) = open();
    // The comment goes with its post, and the post's user is left.
    db.delete("posts", col("id").eq(1)).unwrap();
    assert_eq!((touched(&db, "users"), column(&db, "users", "posts_count")), ("40 -".into(), "1,0".into()));
    let (db, _) = open();
    // The user goes; its posts lose it, which touches nobody that is left but the site.
    db.delete("users", col("id").eq(1)).unwrap();
    assert_eq!((touched(&db, "users"), touched(&db, "posts")), ("-".into(), "- -".into()));
    assert_eq!(column(&db, "sites", "updated_at"), r#""2001-09-09",null"#);
}

#[test]
fn a_handle_without_touching_keeps_counters_only() {
    let (db, clock) = open();
    db.without_touching().insert("posts", row! { user_id: 1 }).unwrap();
    assert_eq!((touched(&db, "users"), column(&db, "users", "posts_count")), ("- -".into(), "3,0".into()));
    assert_eq!(clock.readings(), 0);
}

#[test]
fn a_load_touches_nothing() {
    let (db, clock) = open();
    db.load(|loader| loader.push("posts", &row! { user_id: 1 })).unwrap();
    assert_eq!((touched(&db, "users"), clock.readings()), ("- -".into(), 0));
    assert_eq!(column(&db, "users", "posts_count"), "3,0");
}

#[test]
fn a_refused_statement_touches_nothing() {
    let (db, _) = open();
    db.insert_many("posts", vec![row! { user_id: 1 }, row! { user_id: 9 }]).unwrap_err();
    assert_eq!(touched(&db, "users"), "- -");
}

#[test]
fn touches_in_a_circle_end() {
    let schema = Schema::new()
        .table(table("nodes").column(Column::integer("up").nullable()).column(time("updated_at")))
        .relation(up("nodes", "above", "nodes", "up").touch());
    let db = Database::builder(schema).clock(|| "2020-01-01T00:00:09Z".parse().unwrap()).build().unwrap();
    db.without_touching()
        .insert_many("nodes", vec![row! { up: 2 }, row! { up: 3 }, row! { up: 1 }, row! { up: 4 }, row! {}])
        .unwrap();
    db.update("nodes", col("id").eq(5), row! { up: 1 }).unwrap();
    assert_eq!(touched(&db, "nodes"), "09 09 09 - -");
}

#[test]
fn a_touch_that_cant_be_made_is_a_mistake() {
    let schema = Schema::new()
        .table(table("users").column(Column::text("name")).column(time("at").unique()))
        .table(table("posts").column(Column::integer("user_id")).column(time("updated_at")))
        .relation(up("posts", "a", "users", "user_id").touch().alias("a"))
        .relation(up("posts", "b", "users", "user_id").touch_column("name").alias("b"))
        .relation(up("posts", "c", "users", "user_id").touch_column("at").filter(col("id").gt(3)).alias("c"))
        .relation(up("posts", "d", "users", "user_id").touch_column("at"))
        .relation(Relation::many("users", "posts", "posts").touch());
    let error = Catalog::try_from(schema).unwrap_err();
    let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error}") };
    let shown: Vec<String> =
        mistakes.iter().map(|mistake| format!("{mistake} | {}", mistake.help())).collect();
    let relation = "a touch goes from a row to its parent, where this doesn't lead | \
        declare it on a relation to one row whose key this table holds, without filter";
    assert_eq!(
        shown,
        [
            format!("users.posts: {relation}"),
            "posts.a: no column `updated_at` on `users` | there are: id, name, at".into(),
            "posts.b: a touch writes a time, and `name` is text | declare it date, timestamp or timestamptz"
                .into(),
            format!("posts.c: {relation}"),
            "posts.d: `at` is kept up, and part of a unique constraint, foreign key or relation | \
             use a column of its own"
                .into(),
        ]
    );
}

#[test]
fn a_document_declares_touches_in_both_forms() {
    let text = r#"{
        "tables": {
            "users": {"columns": {"id": {"type": "integer"}, "updated_at": {"type": "timestamp", "nullable": true},
                                  "seen": {"type": "date", "nullable": true}}, "primaryKey": "id"},
            "posts": {"columns": {"user_id": {"type": "integer"}}}
        },
        "relations": {"posts": {
            "a": {"one": "users", "from": "user_id", "to": "id", "touch": true},
            "b": {"one": "users", "from": "user_id", "to": "id", "touch": "seen"},
            "c": {"one": "users", "from": "user_id", "to": "id", "touch": false}
        }}
    }"#;
    let schema = Schema::from_json(text).unwrap();
    let touches: Vec<_> = schema.relations.iter().map(|relation| relation.touch.as_deref()).collect();
    assert_eq!(touches, [Some("updated_at"), Some("seen"), None]);
    assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), schema);
    assert!(Catalog::try_from(schema).is_ok());
    let error = Schema::from_json(&text.replace("\"seen\"}", "7}")).unwrap_err();
    assert!(error.to_string().ends_with("touch: expected true or a column, found 7"), "{error}");
}

#[test]
fn rows_written_along_a_relation_touch_their_parents_once() {
    let (db, clock) = open();
    // Of the first user's posts one is changed and one is made; the second user loses none.
    let posts = [row! { id: 1, title: "new" }, row! { title: "more" }];
    db.update("users", relata::Key::from(1), row! { posts: posts }).unwrap();
    assert_eq!(clock.readings(), 1);
    assert_eq!(column(&db, "users", "updated_at"), r#""2001-09-09T01:46:40Z",null"#);
    assert_eq!(column(&db, "users", "posts_count"), "3,0");
    // Both parents of a post that is connected to another one.
    db.relation("users", 2, "posts").unwrap().add(1).unwrap();
    assert_eq!(column(&db, "users", "updated_at"), r#""2001-09-09T01:46:41Z","2001-09-09T01:46:41Z""#);
    assert_eq!((column(&db, "users", "posts_count"), clock.readings()), ("2,1".into(), 2));
    // What is connected already isn't written.
    db.update("users", relata::Key::from(2), row! { posts: relata::nested::connect(1) }).unwrap();
    assert_eq!(clock.readings(), 2);
    sound(&db);
}

#[test]
fn a_transaction_touches_each_parent_with_one_time() {
    let (db, clock) = open();
    db.transaction(|tx| {
        tx.insert("posts", row! { user_id: 1 })?;
        tx.update("posts", col("id").eq(1), row! { title: "x" })?;
        tx.update("comments", Rows::All, row! { user_id: 1 })?;
        tx.delete("posts", col("id").eq(2))
    })
    .unwrap();
    assert_eq!((touched(&db, "users"), touched(&db, "posts")), ("40 -".into(), "40 -".into()));
    assert_eq!((clock.readings(), column(&db, "users", "posts_count")), (1, "2,0".into()));
    // What is rolled back has touched nobody.
    let refused: relata::Result<()> = db.transaction(|tx| {
        tx.insert("posts", row! { user_id: 2 })?;
        tx.insert("posts", row! { user_id: 9 }).map(drop)
    });
    assert!(refused.is_err());
    assert_eq!(touched(&db, "users"), "40 -");
}

#[test]
fn a_handle_without_touching_has_transactions_without_touching() {
    let (db, clock) = open();
    db.without_touching().transaction(|tx| tx.insert("posts", row! { user_id: 1 })).unwrap();
    assert_eq!((touched(&db, "users"), clock.readings()), ("- -".into(), 0));
    db.insert("posts", row! { user_id: 2 }).unwrap();
    assert_eq!(touched(&db, "users"), "- 40");
}

#[test]
fn an_upsert_and_a_destroy_touch_as_their_parts_do() {
    let (db, _) = open();
    db.upsert("posts", row! { id: 1, user_id: 2 }).unwrap();
    assert_eq!(touched(&db, "users"), "40 40");
    db.upsert("posts", row! { id: 1, user_id: 2 }).unwrap();
    assert_eq!(touched(&db, "users"), "40 40");
    db.destroy("posts", col("id").eq(1)).unwrap();
    assert_eq!((touched(&db, "users"), column(&db, "users", "posts_count")), ("40 41".into(), "1,0".into()));
}
