//! Many rows that go in one statement: the same as one after the other, and all undone by a rollback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{rows, sound, table};
use proptest::collection::vec;
use proptest::prelude::*;
use relata::{
    Action, Column, Comparison, Database, Dependent, ForeignKey, Key, Relation, Row, Schema, Table, col, rel,
    row,
};

const TABLES: [&str; 5] = ["users", "posts", "comments", "tags", "posts_tags"];

/// Comments refer to posts by a relation alone: those of a deleted post wait for one with its key.
fn schema() -> Schema {
    let count = |name: &str| Column::integer(name).default(0);
    let up =
        |from: &str, name: &str, to: &str, key: &str| Relation::one(from, name, to).from([key]).to(["id"]);
    let cascade = |key: &str, to: &str| ForeignKey::new([key], to).on_delete(Action::Cascade);
    Schema::new()
        .table(
            table("users")
                .column(Column::text("name"))
                .column(count("comments_count"))
                .column(Column::timestamptz("updated_at").nullable()),
        )
        .table(
            table("posts")
                .column(Column::integer("user_id").nullable())
                .column(Column::text("slug").nullable().unique())
                .column(Column::integer("score"))
                .column(count("comments_count"))
                .column(Column::smallint("good_count").default(0))
                .index(["score"])
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::SetNull)),
        )
        .table(
            table("comments")
                .column(Column::integer("post_id").nullable())
                .column(Column::integer("author_id"))
                .column(Column::text("body"))
                .column(Column::integer("score"))
                .foreign_key(cascade("author_id", "users")),
        )
        .table(
            table("seals")
                .column(Column::integer("post_id"))
                .foreign_key(ForeignKey::new(["post_id"], "posts").on_delete(Action::NoAction)),
        )
        .table(table("tags").column(Column::integer("score")))
        .table(
            Table::new("posts_tags")
                .column(Column::integer("post_id"))
                .column(Column::integer("tag_id"))
                .primary_key(["post_id", "tag_id"])
                .foreign_key(cascade("post_id", "posts"))
                .foreign_key(cascade("tag_id", "tags")),
        )
        .relation(up("posts", "user", "users", "user_id").touch())
        .relation(Relation::many("users", "posts", "posts").dependent(Dependent::Destroy))
        .relation(up("comments", "post", "posts", "post_id"))
        .relation(
            Relation::many("posts", "comments", "comments")
                .counter_cache("comments_count")
                .dependent(Dependent::Destroy),
        )
        .relation(
            Relation::many("posts", "good", "comments").counter_cache_where("good_count", col("score").gt(2)),
        )
        .relation(up("comments", "author", "users", "author_id"))
        .relation(Relation::many("users", "comments", "comments").counter_cache("comments_count"))
        .relation(Relation::many("posts", "tags", "tags").from(["id"]).to(["id"]).through(
            "posts_tags",
            ["post_id"],
            ["tag_id"],
        ))
        .relation(Relation::many("tags", "posts", "posts"))
}

/// So many posts under a few users, comments of theirs on these and others, and two tags each.
fn filled(posts: usize, dice: &[u8]) -> Database {
    let db = Database::builder(schema()).clock(|| "2024-05-01T10:00:00Z".parse().unwrap()).build().unwrap();
    let users = 7;
    let roll = |n: usize, sides: usize| usize::from(dice[n % dice.len()]).wrapping_add(n * 31) % sides;
    let at = |n: usize| i64::try_from(n).unwrap();
    let user = |n: usize| row! { name: format!("user {n}") };
    db.insert_many("users", (0..users).map(user).collect()).unwrap();
    let tag = |n: usize| row! { score: at(n % 5) };
    db.insert_many("tags", (0..6).map(tag).collect()).unwrap();
    let post = |n: usize| {
        let user = Some(1 + at(roll(n, users))).filter(|_| roll(n + 1, 9) > 0);
        let slug = Some(format!("post {n}")).filter(|_| roll(n + 2, 3) > 0);
        row! { user_id: user, slug: slug, score: at(roll(n + 3, 5)) }
    };
    db.insert_many("posts", (0..posts).map(post).collect()).unwrap();
    let comment = |n: usize| {
        // Some wait for posts that aren't there, some for none.
        let post = Some(1 + at(roll(n, posts + 5))).filter(|_| roll(n + 1, 11) > 0);
        let author = 1 + at(roll(n + 2, users));
        row! { post_id: post, author_id: author, body: format!("comment {n}"), score: at(roll(n + 3, 5)) }
    };
    db.insert_many("comments", (0..4 * posts).map(comment).collect()).unwrap();
    let joined = |n: usize| {
        let (post, tag) = (1 + at(n), at(roll(n, 6)));
        [row! { post_id: post, tag_id: 1 + tag }, row! { post_id: post, tag_id: 1 + (tag + 1) % 6 }]
    };
    db.insert_many("posts_tags", (0..posts).flat_map(joined).collect::<Vec<Row>>()).unwrap();
    db
}

fn keys(db: &Database, table: &str, score: i64) -> Vec<Key> {
    let page = db.query(table).filter(col("score").eq(score)).columns(["id"]).all().unwrap();
    let id = page.shape().column("id").unwrap();
    page.iter().map(|row| Key::from(id.integer(row).unwrap())).collect()
}

/// What the rows of a relation say of each row: by a filter that is asked of all rows at once, and by them.
#[track_caller]
fn agree(db: &Database) {
    let by_filter = db.query("tags").filter(rel("posts").some(col("score").lt(9))).count().unwrap();
    let page = db.query("tags").include("posts", |posts| posts).all().unwrap();
    let posts = page.shape().relation("posts").unwrap();
    assert_eq!(by_filter, page.iter().filter(|tag| !tag.rows(posts).is_empty()).count() as u64);
    let counted = db.query("tags").filter(rel("posts").count().test(Comparison::Gt, 20)).count().unwrap();
    assert_eq!(counted, page.iter().filter(|tag| tag.rows(posts).len() > 20).count() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn rows_that_go_together_leave_what_they_leave_one_by_one(
        posts in prop_oneof![5 => 0..40usize, 1 => 600..1100usize],
        dice in vec(any::<u8>(), 7..50),
        steps in vec((0..5u8, 0..5i64), 1..6),
    ) {
        let together = filled(posts, &dice);
        let apart = together.fork();
        for (kind, score) in steps {
            let before = together.snapshot();
            let table = ["posts", "posts", "comments", "tags", "users"][usize::from(kind)];
            let named = match table {
                "users" => col("id").lte(score),
                _ => col("score").eq(score),
            };
            let keys = match table {
                "users" => (1..=score).map(Key::from).collect(),
                _ => keys(&apart, table, score),
            };
            let mut given_up = together.begin().unwrap();
            if kind == 0 {
                given_up.delete(table, named.clone()).unwrap();
            } else {
                given_up.destroy(table, named.clone()).unwrap();
            }
            given_up.rollback();
            prop_assert!(before.diff(&together.snapshot()).unwrap().is_empty());
            sound(&together);
            drop(before);
            if let (1.., Some(post)) = (2 - i64::from(kind), keys.last()) {
                let seal = together.insert("seals", row! { post_id: post }).unwrap();
                let before = serde_json::to_string(&TABLES.map(|table| rows(&together, table))).unwrap();
                let refused = if kind == 0 {
                    together.delete(table, named.clone())
                } else {
                    together.destroy(table, named.clone())
                };
                prop_assert_eq!(common::kind(&refused.unwrap_err()), "foreign_key_violation");
                let after = serde_json::to_string(&TABLES.map(|table| rows(&together, table))).unwrap();
                prop_assert_eq!(before, after);
                sound(&together);
                together.delete("seals", seal).unwrap();
            }
            if kind == 0 {
                together.delete(table, named).unwrap();
                keys.into_iter().for_each(|key| _ = apart.delete(table, key).unwrap());
            } else {
                together.destroy(table, named).unwrap();
                keys.into_iter().for_each(|key| _ = apart.destroy(table, key).unwrap());
            }
            for table in TABLES {
                prop_assert_eq!(rows(&together, table), rows(&apart, table));
            }
            sound(&together);
            sound(&apart);
            agree(&together);
            // A post with the key of one that went gets the comments that waited for it.
            for db in [&together, &apart] {
                db.upsert("posts", row! { id: 3 + score, score: score }).unwrap();
                sound(db);
            }
        }
    }
}

/// A refused statement takes back rows that are gone already, in place and apart.
#[test]
fn a_delete_that_a_later_key_refuses_leaves_every_row() {
    let refers = |key: &str, action: Action| ForeignKey::new([key], "users").on_delete(action);
    for posts in [3, 2_000] {
        let schema = Schema::new()
            .table(table("users").column(Column::text("name")))
            .table(
                table("posts")
                    .column(Column::integer("user_id"))
                    .column(Column::text("title"))
                    .foreign_key(refers("user_id", Action::Cascade)),
            )
            .table(
                table("seals")
                    .column(Column::integer("user_id"))
                    .foreign_key(refers("user_id", Action::NoAction)),
            );
        let db = Database::new(schema).unwrap();
        let user = db.insert("users", row! { name: "Ann" }).unwrap();
        let post = |n: usize| row! { user_id: &user, title: format!("post {n}") };
        db.insert_many("posts", (0..posts).map(post).collect()).unwrap();
        db.insert("seals", row! { user_id: &user }).unwrap();
        let before = db.snapshot();
        let error = db.delete("users", user.clone()).unwrap_err();
        assert_eq!(common::kind(&error), "foreign_key_violation");
        assert!(before.diff(&db.snapshot()).unwrap().is_empty());
        sound(&db);
        assert_eq!(db.delete("seals", Key::from(1)).unwrap(), 1);
        assert_eq!(db.delete("users", user).unwrap(), 1);
        assert_eq!(db.query("posts").count().unwrap(), 0);
        sound(&db);
    }
}
