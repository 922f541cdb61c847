//! Rows that lie beside their siblings: everything shows them in insertion order all the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{kind, sound};
use proptest::prelude::*;
use relata::{
    Action, Column, Database, Dependent, ForeignKey, HookEvent, Index, Key, Query, Relation, Row, Rows,
    Schema, Snapshot, Table, asc, col, count, desc, nested, rel, row,
};
use std::sync::{Arc, Mutex};

fn id() -> Column {
    Column::integer("id").generated()
}

fn schema() -> Schema {
    let key = |column: &str, table: &str, action| ForeignKey::new([column], table).on_delete(action);
    Schema::new()
        .table(Table::new("users").column(id()).column(Column::int("few")).primary_key(["id"]))
        .table(
            Table::new("posts")
                .column(id())
                .column(Column::integer("user_id").nullable())
                .column(Column::text("title"))
                .column(Column::integer("comments_count").default(0))
                .primary_key(["id"])
                .index(Index::on(["title"]))
                .foreign_key(key("user_id", "users", Action::SetNull)),
        )
        .table(
            Table::new("comments")
                .column(id())
                .column(Column::integer("post_id"))
                .column(Column::integer("author_id").nullable())
                .column(Column::integer("answers_id").nullable())
                .column(Column::int("stars"))
                .primary_key(["id"])
                .index(Index::on(["stars"]).ordered())
                .foreign_key(key("post_id", "posts", Action::Cascade))
                .foreign_key(key("author_id", "users", Action::Cascade)),
        )
        .table(
            Table::new("marks")
                .column(Column::integer("post_id"))
                .column(Column::integer("user_id"))
                .foreign_key(key("post_id", "posts", Action::Cascade))
                .foreign_key(key("user_id", "users", Action::Cascade)),
        )
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts"))
        .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
        .relation(Relation::many("posts", "comments", "comments").counter_cache("comments_count"))
        .relation(Relation::one("posts", "first", "comments").from(["id"]).to(["post_id"]).alias("first"))
        .relation(Relation::one("comments", "author", "users").from(["author_id"]).to(["id"]))
        .relation(Relation::many("users", "comments", "comments"))
        .relation(
            Relation::one("comments", "answered", "comments").from(["answers_id"]).to(["id"]).alias("answer"),
        )
        .relation(Relation::many("comments", "answers", "comments").alias("answer"))
        .relation(Relation::one("marks", "post", "posts").from(["post_id"]).to(["id"]).alias("mark"))
        .relation(Relation::one("marks", "user", "users").from(["user_id"]).to(["id"]).alias("marker"))
        .relation(Relation::many("users", "marked", "posts").from(["id"]).to(["id"]).through(
            "marks",
            ["user_id"],
            ["post_id"],
        ))
        .relation(Relation::many("users", "heard", "comments").through_relations(["posts", "comments"]))
}

/// What a step does to a database; numbers say to which rows.
#[derive(Clone, Debug)]
enum Step {
    Insert(&'static str, i64, i64),
    InsertMany(&'static str, i64, usize),
    Update(i64, i64, i64),
    Rename(i64, i64),
    Delete(&'static str, i64),
    DeleteMany(i64, i64),
    Undone(Box<Step>),
    Fork,
    Cluster(&'static str, &'static str),
}

const CLUSTERS: [(&str, &str); 7] = [
    ("posts", "user"),
    ("comments", "post"),
    ("comments", "author"),
    ("comments", "answered"),
    ("comments", "post"),
    ("marks", "post"),
    ("marks", "user"),
];

fn table() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["users", "posts", "comments", "comments", "marks"])
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..60i64;
    let simple = prop_oneof![
        4 => (table(), n.clone(), n.clone()).prop_map(|(t, a, b)| Step::Insert(t, a, b)),
        2 => (table(), n.clone(), 1..40usize).prop_map(|(t, a, n)| Step::InsertMany(t, a, n)),
        4 => (n.clone(), n.clone(), n.clone()).prop_map(|(at, a, b)| Step::Update(at, a, b)),
        1 => (n.clone(), n.clone()).prop_map(|(at, to)| Step::Rename(at, to)),
        3 => (table(), n.clone()).prop_map(|(t, at)| Step::Delete(t, at)),
        1 => (n.clone(), 1..60i64).prop_map(|(from, n)| Step::DeleteMany(from, n)),
    ];
    let undone = simple.clone().prop_map(|step| Step::Undone(Box::new(step)));
    prop_oneof![
        14 => simple,
        3 => undone,
        1 => Just(Step::Fork),
        4 => prop::sample::select(CLUSTERS.to_vec()).prop_map(|(table, by)| Step::Cluster(table, by)),
    ]
}

fn fresh(table: &str, a: i64, b: i64) -> Row {
    match table {
        "users" => row! { few: (a % 4) as i32 },
        "posts" if b % 5 == 0 => row! { user_id: relata::Value::Null, title: "none" },
        "posts" => row! { user_id: 1 + a % 9, title: format!("t{}", b % 4) },
        "comments" if b % 3 == 0 => {
            row! { post_id: 1 + a % 30, answers_id: 1 + b % 50, stars: (a % 5) as i32 }
        }
        "comments" => row! { post_id: 1 + a % 30, author_id: 1 + b % 9, stars: (b % 5) as i32 },
        _ => row! { post_id: 1 + a % 30, user_id: 1 + b % 9 },
    }
}

/// Does a step and says what came of it; clustering is done where `clusters` says.
fn take(db: &mut Database, step: &Step, clusters: bool) -> String {
    let said = |result: relata::Result<String>| result.unwrap_or_else(|error| kind(&error).to_owned());
    let one = |key: Key| format!("{key:?}");
    match step {
        Step::Insert(table, a, b) => said(db.insert(table, fresh(table, *a, *b)).map(one)),
        Step::InsertMany(table, a, n) => {
            let rows = (0..*n as i64).map(|at| fresh(table, a * 7 + at * 11, a + at * 3)).collect();
            said(db.insert_many(table, rows).map(|keys| format!("{keys:?}")))
        }
        Step::Update(at, a, b) => {
            let set = match b % 3 {
                0 => row! { post_id: 1 + a % 30 },
                1 => row! { author_id: 1 + a % 9, stars: (b % 5) as i32 },
                _ => row! { post_id: 1 + a % 30, answers_id: 1 + b % 50 },
            };
            let rows = col("id").gt(*at).and(col("id").lt(at + 4));
            said(db.update("comments", rows, set).map(|n| n.to_string()))
        }
        // Comments wait for the row that they answer, and go to the one that takes its key.
        Step::Rename(at, to) => {
            said(db.update("comments", Key::from(*at), row! { id: 1_000 + to }).map(|n| n.to_string()))
        }
        Step::Delete(table @ "marks", at) => {
            said(db.delete(table, col("post_id").eq(*at)).map(|n| n.to_string()))
        }
        Step::Delete(table, at) => said(db.delete(table, Key::from(*at)).map(|n| n.to_string())),
        Step::DeleteMany(from, n) => {
            let rows = col("id").gte(*from).and(col("id").lt(from + n));
            said(db.delete("comments", rows).map(|n| n.to_string()))
        }
        Step::Undone(step) => {
            let before = db.snapshot();
            let mut said = String::new();
            let result = db.transaction(|tx| {
                let mut fork = tx.snapshot().fork();
                said = take(&mut fork, step, clusters);
                if let Step::Delete("comments", at) = **step {
                    tx.delete("comments", Key::from(at))?;
                }
                tx.insert("comments", row! { post_id: -5, stars: 1 }).map(drop)
            });
            assert!(result.is_err());
            assert!(before.diff(&db.snapshot()).unwrap().is_empty());
            said
        }
        Step::Fork => {
            *db = db.fork();
            String::new()
        }
        Step::Cluster(table, by) if clusters => {
            db.compact_by(table, by).unwrap();
            String::new()
        }
        Step::Cluster(..) => String::new(),
    }
}

type Ask = fn(Query<Snapshot>) -> Query<Snapshot>;

/// What everything that shows rows shows of them.
fn shown(db: &Database) -> Vec<String> {
    let queries: [(&str, Ask); 17] = [
        ("comments", |query| query),
        ("comments", |query| query.limit(7).offset(2)),
        ("comments", |query| query.filter(col("stars").gt(2)).limit(5)),
        ("comments", |query| query.filter(col("stars").eq(2))),
        ("comments", |query| query.order_by(desc("stars"))),
        ("comments", |query| query.order_by(asc("stars")).limit(6)),
        ("comments", |query| query.order_by(desc("author_id")).limit(9)),
        ("comments", |query| query.columns(["stars"]).distinct()),
        ("comments", |query| query.filter(rel("author").is(col("few").eq(1)))),
        ("posts", |query| query.filter(col("title").eq("t1")).include("comments", |c| c.limit(2))),
        ("posts", |query| query.include("comments", |c| c.include("answers", |a| a)).include("first", |c| c)),
        ("posts", |query| query.include("comments", |c| c.order_by(desc("stars")).limit(2).offset(1))),
        ("users", |query| query.include("marked", |posts| posts.include("first", |first| first))),
        ("users", |query| query.include("heard", |c| c.filter(col("stars").lt(3)).limit(3))),
        ("users", |query| query.include("comments", |c| c.include("answered", |a| a))),
        ("users", |query| query.follow("posts").follow("comments")),
        ("marks", |query| query.include("post", |post| post)),
    ];
    let text = |page: &relata::Page| serde_json::to_string(page).unwrap();
    let mut all: Vec<String> =
        queries.iter().map(|(table, ask)| text(&ask(db.query(table)).all().unwrap())).collect();
    let recursive = db.query("comments").include("answers", |answers| answers.recursive()).all().unwrap();
    all.push(text(&recursive));
    let flat = |query: relata::FlatQuery<Snapshot>| format!("{:?}", query.all().unwrap().to_string());
    all.push(flat(
        db.from("comments")
            .inner_join("posts", rel("post"))
            .value("a", col("comments.id"))
            .value("b", col("posts.id")),
    ));
    all.push(flat(
        db.from("posts")
            .left_join("comments", rel("comments"))
            .value("a", col("posts.id"))
            .value("b", col("comments.id")),
    ));
    all.push(flat(
        db.from("comments")
            .full_join("users", rel("author"))
            .value("a", col("comments.id"))
            .value("b", col("users.id"))
            .limit(40),
    ));
    all.push(flat(db.from("comments").group_by(["stars"]).value("s", col("stars")).value("n", count())));
    let snapshot = db.snapshot();
    let comments = snapshot.table("comments").unwrap();
    all.push(comments.iter().map(|row| format!("{row}")).collect());
    all.push(comments.iter().rev().map(|row| format!("{row}")).collect());
    for table in ["posts", "users"] {
        for row in snapshot.table(table).unwrap().iter() {
            let lazy = row.relation("comments").unwrap().limit(3).all().unwrap();
            all.push(text(&lazy));
            all.push(row.many("comments").unwrap().map(|row| format!("{row}")).collect());
        }
    }
    for user in snapshot.table("users").unwrap().iter() {
        all.push(user.many("marked").unwrap().rev().map(|row| format!("{row}")).collect());
        all.push(user.many("heard").unwrap().map(|row| format!("{row}")).collect());
    }
    all.push(format!("{:?}", db.query("comments").pluck::<i64>(["id"]).unwrap()));
    all
}

fn seeded() -> Database {
    let db = Database::new(schema()).unwrap();
    for (table, rows) in [("users", 9), ("posts", 30), ("comments", 50), ("marks", 20)] {
        take(&mut db.clone(), &Step::InsertMany(table, 3, rows), false);
    }
    db
}

#[track_caller]
fn alike(plain: &Database, laid: &Database) {
    sound(laid);
    for (at, (a, b)) in shown(plain).iter().zip(&shown(laid)).enumerate() {
        assert_eq!(a, b, "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_clustered_database_answers_and_is_written_as_any_other(steps in prop::collection::vec(step(), 1..24)) {
        let (mut plain, mut laid) = (seeded(), seeded());
        let (start, start_laid) = (plain.snapshot(), laid.snapshot());
        for step in &steps {
            prop_assert_eq!(take(&mut plain, step, false), take(&mut laid, step, true));
            sound(&laid);
        }
        alike(&plain, &laid);
        let (diff, diff_laid) =
            (start.diff(&plain.snapshot()).unwrap(), start_laid.diff(&laid.snapshot()).unwrap());
        prop_assert_eq!(diff.to_string(), diff_laid.to_string());
        #[cfg(feature = "files")]
        {
            let bytes = laid.snapshot().to_bytes().unwrap();
            prop_assert!(bytes == plain.snapshot().to_bytes().unwrap());
            alike(&plain, &Database::from_bytes(&bytes).unwrap());
        }
    }
}

#[test]
fn clustering_is_a_step_that_can_be_undone_and_that_snapshots_dont_see() {
    let db = Database::builder(schema()).history(3).build().unwrap();
    take(&mut db.clone(), &Step::InsertMany("users", 1, 9), false);
    take(&mut db.clone(), &Step::InsertMany("posts", 1, 30), false);
    take(&mut db.clone(), &Step::InsertMany("comments", 1, 40), false);
    let (before, fork) = (db.snapshot(), db.fork());
    db.compact_by("comments", "post").unwrap();
    sound(&db);
    assert!(before.diff(&db.snapshot()).unwrap().is_empty());
    assert_eq!(before.check(), []);
    db.delete("comments", col("id").lt(9)).unwrap();
    db.undo().unwrap();
    alike(&fork, &db);
    db.undo().unwrap();
    alike(&fork, &db);
}

#[test]
fn rows_that_move_over_the_places_of_deleted_ones_keep_their_order() {
    let (plain, laid) = (seeded(), seeded());
    for db in [&plain, &laid] {
        let rows = (0..5_000i64).map(|at| fresh("comments", at * 7, 1 + at * 3)).collect();
        db.insert_many("comments", rows).unwrap();
    }
    laid.compact_by("comments", "author").unwrap();
    laid.compact_by("comments", "post").unwrap();
    for db in [&plain, &laid] {
        db.delete("comments", (col("id") % 4).gt(0)).unwrap();
        // Each statement moves some rows.
        for at in 0..200 {
            db.insert("comments", fresh("comments", at, at)).unwrap();
            if at % 20 == 0 {
                sound(db);
            }
        }
        for at in 0..40 {
            db.delete("comments", (col("id") % 40).eq(at)).unwrap();
            let rows = (0..120i64).map(|n| fresh("comments", at + n, n)).collect();
            db.insert_many("comments", rows).unwrap();
        }
    }
    alike(&plain, &laid);
}

#[test]
fn only_a_relation_by_the_tables_own_key_says_where_its_rows_lie() {
    let db = seeded();
    let error = db.compact_by("users", "posts").unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "`users` can't be clustered by `posts`, which isn't by a key of its own\n    help: declare a relation to one row on the side that holds the key",
    );
    let error = db.compact_by("posts", "comments").unwrap_err();
    assert!(format!("{error:#}").ends_with("help: there are: user"), "{error:#}");
    assert_eq!(kind(&db.compact_by("posts", "nobody").unwrap_err()), "unknown_relation");
    assert_eq!(kind(&db.compact_by("nothing", "user").unwrap_err()), "unknown_table");
}

/// What hooks hear of the rows of `table`, one after the other, where its rows lie by `relation` or where
/// they came in.
fn heard(schema: Schema, (table, relation): (&'static str, &str), run: fn(&Database)) -> [Vec<String>; 2] {
    [false, true].map(|clusters| {
        let said = Arc::new(Mutex::new(Vec::new()));
        let hear = || {
            let ears = Arc::clone(&said);
            move |event: &mut HookEvent<'_>| {
                ears.lock().unwrap().push(event.row().to_string());
                Ok(())
            }
        };
        let builder = Database::builder(schema.clone()).before_update(table, hear());
        let db = builder.before_delete(table, hear()).before_destroy(table, hear()).build().unwrap();
        db.insert_many("users", vec![row! {}, row! {}]).unwrap();
        db.insert_many("posts", [2, 1, 2].map(|user| row! { user_id: user, tag_id: 1 }).to_vec()).unwrap();
        if clusters {
            db.compact_by(table, relation).unwrap();
        }
        db.update("posts", Key::from(2), row! { user_id: 2 }).unwrap();
        said.lock().unwrap().clear();
        run(&db);
        sound(&db);
        said.lock().unwrap().clone()
    })
}

/// Users with posts, by which users have tags too; what becomes of posts whose user is destroyed.
fn tagged(dependent: Dependent) -> Schema {
    let posts = Table::new("posts").column(id()).column(Column::integer("user_id").nullable());
    Schema::new()
        .table(Table::new("users").column(id()).primary_key(["id"]))
        .table(Table::new("tags").column(id()).primary_key(["id"]))
        .table(posts.column(Column::integer("tag_id")).primary_key(["id"]))
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").dependent(dependent))
        .relation(Relation::one("posts", "tag", "tags").from(["tag_id"]).to(["id"]))
        .relation(Relation::many("tags", "posts", "posts"))
        .relation(Relation::many("users", "tags", "tags").from(["id"]).to(["id"]).through(
            "posts",
            ["user_id"],
            ["tag_id"],
        ))
}

#[test]
fn hooks_run_for_rows_in_the_order_they_came_in_wherever_they_lie() {
    type Way = (&'static str, fn(&Database));
    let ways: [Way; 6] = [
        ("an update", |db| _ = db.update("posts", Rows::All, row! { tag_id: 2 }).unwrap()),
        ("a delete", |db| _ = db.delete("posts", col("id").gt(0)).unwrap()),
        ("a destroy", |db| _ = db.destroy("posts", col("user_id").eq(2)).unwrap()),
        ("dependents", |db| _ = db.destroy("users", Key::from(2)).unwrap()),
        ("a collection", |db| db.relation("users", 2, "posts").unwrap().clear().unwrap()),
        ("rows that join the same two", |db| {
            db.insert("tags", row! {}).unwrap();
            db.update("users", Key::from(2), row! { tags: nested::disconnect(1) }).unwrap();
        }),
    ];
    for (way, run) in ways {
        let [plain, laid] = heard(tagged(Dependent::Destroy), ("posts", "user"), run);
        assert_eq!(plain.len(), 3, "{way}");
        assert_eq!(laid, plain, "{way}");
    }
}

#[test]
fn rows_that_have_waited_for_their_parent_are_shown_in_the_order_they_came_in() {
    let db = Database::new(tagged(Dependent::Destroy)).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    db.insert_many("posts", [2, 1, 2].map(|user| row! { user_id: user, tag_id: 1 }).to_vec()).unwrap();
    db.compact_by("posts", "user").unwrap();
    db.insert("tags", row! {}).unwrap();
    sound(&db);
    let tags = db.query("tags").include("posts", |posts| posts.columns(["id"])).all().unwrap();
    assert_eq!(serde_json::to_string(&tags).unwrap(), r#"[{"id":1,"posts":[{"id":1},{"id":2},{"id":3}]}]"#);
}

#[test]
fn a_refusal_names_rows_in_the_order_they_came_in_wherever_they_lie() {
    let told = |clusters: bool| {
        let db = Database::new(tagged(Dependent::Restrict)).unwrap();
        db.insert_many("users", vec![row! {}, row! {}]).unwrap();
        db.insert_many("posts", [2, 1, 2].map(|user| row! { user_id: user, tag_id: 1 }).to_vec()).unwrap();
        if clusters {
            db.compact_by("posts", "user").unwrap();
        }
        db.update("posts", Key::from(2), row! { user_id: 2 }).unwrap();
        db.destroy("users", Key::from(2)).unwrap_err().to_string()
    };
    assert!(told(false).contains("1, 2, 3"), "{}", told(false));
    assert_eq!(told(true), told(false));
}
