//! Sets followed to sets, and lazy walks from one row.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{kind, table};
use relata::{Column, Database, ForeignKey, Query, Relation, Schema, Snapshot, asc, col, desc, rel, row};

/// Three users; posts 1 to 4, comments on them, tags.
fn blog() -> Database {
    let schema = Schema::new()
        .table(table("users").column(Column::text("name")))
        .table(
            table("posts")
                .column(Column::integer("user_id"))
                .column(Column::int("year"))
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .table(
            table("comments")
                .column(Column::integer("post_id"))
                .column(Column::integer("user_id").nullable())
                .foreign_key(ForeignKey::new(["post_id"], "posts"))
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .table(table("tags").column(Column::text("name")))
        .table(table("post_tags").column(Column::integer("post_id")).column(Column::integer("tag_id")))
        .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts"))
        .relation(
            Relation::many("users", "recent", "posts")
                .from(["id"])
                .to(["user_id"])
                .alias("recent")
                .filter(col("year").gt(2020))
                .order_by(desc("year")),
        )
        .relation(
            Relation::one("users", "latest", "posts")
                .from(["id"])
                .to(["user_id"])
                .alias("latest")
                .order_by(desc("year")),
        )
        .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
        .relation(Relation::many("posts", "comments", "comments"))
        .relation(Relation::one("comments", "author", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("posts", "tags", "tags").from(["id"]).to(["id"]).through(
            "post_tags",
            ["post_id"],
            ["tag_id"],
        ))
        .relation(Relation::many("tags", "posts", "posts"));
    let db = Database::new(schema).unwrap();
    db.insert_many("users", ["Ann", "Bob", "Cleo"].map(|name| row! { name: name }).to_vec()).unwrap();
    let posts = [(2, 2019), (1, 2021), (1, 2024), (2, 2022)];
    db.insert_many("posts", posts.map(|(user, year)| row! { user_id: user, year: year }).to_vec()).unwrap();
    let comments = [(3, Some(3)), (2, Some(2)), (2, Some(3)), (1, Some(1)), (3, None)];
    let comments = comments.map(|(post, user): (i64, Option<i64>)| row! { post_id: post, user_id: user });
    db.insert_many("comments", comments.to_vec()).unwrap();
    db.insert_many("tags", ["red", "blue"].map(|name| row! { name: name }).to_vec()).unwrap();
    let tagged = [(2, 1), (2, 2), (3, 1), (2, 1)];
    db.insert_many("post_tags", tagged.map(|(post, tag)| row! { post_id: post, tag_id: tag }).to_vec())
        .unwrap();
    db
}

fn ids(page: relata::Result<relata::Page>) -> Vec<i64> {
    page.unwrap().iter().map(|row| row.get("id").unwrap()).collect()
}

fn ann(db: &Database) -> Query<Snapshot> {
    db.query("users").filter(col("name").eq("Ann"))
}

#[test]
fn each_row_is_reached_once_and_comes_in_insertion_order() {
    let db = blog();
    assert_eq!(ids(ann(&db).follow("posts").follow("comments").all()), [1, 2, 3, 5]);
    assert_eq!(ids(ann(&db).follow("posts").follow("comments").follow("author").all()), [2, 3]);
    assert_eq!(ids(db.query("comments").order_by(desc("id")).follow("post").all()), [1, 2, 3]);
    assert_eq!(ids(db.query("posts").follow("tags").all()), [1, 2]);
    assert_eq!(ids(db.query("tags").follow("posts").all()), [2, 3]);
    assert_eq!(ids(ann(&db).limit(0).follow("posts").all()), [0i64; 0]);
}

#[test]
fn every_set_on_the_way_has_its_own_filter_order_and_limit() {
    let db = blog();
    let latest = ann(&db).follow("posts").order_by(desc("year")).limit(1);
    assert_eq!(ids(latest.clone().all()), [3]);
    assert_eq!(ids(latest.follow("comments").all()), [1, 5]);
    let late = db.query("users").follow("posts").filter(col("year").gt(2021));
    assert_eq!(ids(late.clone().follow("comments").filter(col("user_id").is_null()).all()), [5]);
    assert_eq!((late.clone().count().unwrap(), late.exists().unwrap()), (2, true));
    let ordered = db.query("users").follow("posts").order_by(desc("year")).offset(1).limit(2);
    assert_eq!(ids(ordered.all()), [4, 2]);
    assert_eq!(
        ids(db.query("users").follow("posts").order_by(asc("id")).after(row! { id: 2 }).all()),
        [3, 4]
    );
    assert_eq!(ids(db.query("users").follow("posts").distinct_on(["user_id"]).all()), [1, 2]);
}

#[test]
fn what_is_reached_includes_like_any_query() {
    let db = blog();
    let page = ann(&db)
        .follow("posts")
        .columns(["id"])
        .count_of("n", "comments")
        .include("tags", |t| t.columns(["name"]).limit(1))
        .all()
        .unwrap();
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        r#"[{"id":2,"n":2,"tags":[{"name":"red"}]},{"id":3,"n":2,"tags":[{"name":"red"}]}]"#
    );
}

#[test]
fn a_relation_is_followed_with_its_own_filter_and_one_to_a_row_with_its_order() {
    let db = blog();
    assert_eq!(ids(db.query("users").follow("recent").all()), [2, 3, 4]);
    assert_eq!(ids(db.query("users").follow("latest").all()), [3, 4]);
    assert_eq!(ids(db.query("users").follow("latest").filter(col("year").lt(2023)).all()), [4]);
}

#[test]
fn a_million_rows_are_followed_without_repeating_any() {
    let db = blog().fork();
    let many = (0..100_000i64).map(|at| row! { user_id: 1 + at % 3, year: 2000 + at % 20 });
    db.insert_many("posts", many.collect()).unwrap();
    let reached = db.query("posts").follow("author").follow("posts");
    assert_eq!(reached.count().unwrap(), 100_004);
    assert_eq!(reached.follow("author").count().unwrap(), 3);
}

#[test]
fn a_relation_is_followed_again_and_again_until_nothing_is_new() {
    let schema = Schema::new()
        .table(table("nodes").column(Column::integer("up_id").nullable()))
        .table(table("leaves").column(Column::integer("node_id")))
        .relation(Relation::one("nodes", "up", "nodes").from(["up_id"]).to(["id"]).alias("tree"))
        .relation(Relation::many("nodes", "down", "nodes").alias("tree"))
        .relation(Relation::one("leaves", "node", "nodes").from(["node_id"]).to(["id"]))
        .relation(Relation::many("nodes", "leaves", "leaves"));
    let db = Database::new(schema).unwrap();
    // A tree 5 > 1 > 2 > 3, 1 > 4, and a cycle 6 > 7 > 6.
    let ups = [Some(5i64), Some(1), Some(2), Some(1), None, Some(7), Some(6)];
    db.insert_many("nodes", ups.map(|up| row! { up_id: up }).to_vec()).unwrap();
    db.insert_many("leaves", [3i64, 4, 7].map(|node| row! { node_id: node }).to_vec()).unwrap();
    let from = |id: i64| db.query("nodes").filter(col("id").eq(id));
    assert_eq!(ids(from(5).follow("down").recursive().all()), [1, 2, 3, 4]);
    assert_eq!(ids(from(5).follow("down").recursive_to(2).all()), [1, 2, 4]);
    assert_eq!(ids(from(3).follow("up").recursive().all()), [1, 2, 5]);
    assert_eq!(ids(from(6).follow("down").recursive().all()), [6, 7]);
    assert_eq!(ids(from(5).follow("down").recursive().follow("leaves").all()), [1, 2]);
    // The filter is asked of all that were reached: it doesn't cut the way.
    assert_eq!(ids(from(5).follow("down").recursive().filter(col("id").gt(2)).all()), [3, 4]);
    let text = r#"{"findMany": "nodes", "where": {"id": 5},
        "follow": [{"down": {"recursive": true, "where": {"leaves": true}}}, {"leaves": {"columns": ["id"]}}]}"#;
    assert_eq!(db.query_json(text).unwrap(), r#"[{"id":1},{"id":2}]"#);
    assert_eq!(
        db.query_json(r#"{"count": "nodes", "where": {"id": 5}, "follow": {"down": {"recursive": 2}}}"#)
            .unwrap(),
        "3"
    );
    let error = from(1).follow("leaves").recursive().all().unwrap_err();
    assert_eq!(error.path().to_string(), "follow[0].leaves.recursive");
}

#[test]
fn a_prepared_traversal_answers_by_key_only_for_what_it_reaches() {
    let db = blog();
    let prepared = ann(&db).follow("posts").columns(["id"]).prepare().unwrap();
    assert_eq!(ids(prepared.all()), [2, 3]);
    let mut by_key = prepared.by_key();
    assert!(by_key.get(&[1.into()]).unwrap().is_none());
    assert_eq!(by_key.get(&[3.into()]).unwrap().unwrap().to_string(), "{id: 3}");
}

#[test]
fn a_prepared_query_by_key_keeps_to_its_whole_filter() {
    let db = blog();
    let prepared = db.query("posts").filter(col("user_id").eq(1)).prepare().unwrap();
    let mut by_key = prepared.by_key();
    assert!(by_key.get(&[1.into()]).unwrap().is_none());
    assert!(by_key.get(&[2.into()]).unwrap().is_some());
}

#[test]
fn a_step_that_means_nothing_is_refused_with_its_path() {
    let db = blog();
    let refused = |query: Query<Snapshot>| {
        let error = query.all().unwrap_err();
        (kind(&error), error.path().to_string())
    };
    assert_eq!(
        refused(ann(&db).follow("posts").follow("pots")),
        ("unknown_relation", "follow[1].pots".into())
    );
    let wrong = ann(&db).follow("posts").filter(col("yaer").eq(1));
    assert_eq!(refused(wrong), ("unknown_column", "follow[0].posts.where.yaer".into()));
    let lost = ann(&db).include("posts", |p| p).follow("posts");
    assert_eq!(refused(lost), ("invalid_query", "with".into()));
    assert_eq!(refused(ann(&db).columns(["id"]).follow("posts")), ("invalid_query", "columns".into()));
    let inside = ann(&db).include("posts", |p| p.follow("comments"));
    assert_eq!(inside.all().unwrap_err().to_string(), "`follow` belongs to the outermost query");
    let long = (0..65).fold(ann(&db), |query, at| query.follow(if at % 2 == 0 { "posts" } else { "author" }));
    assert_eq!(refused(long), ("limit_exceeded", "follow".into()));
}

#[test]
fn a_plan_says_how_it_walks() {
    let db = blog();
    assert_eq!(
        ann(&db).follow("posts").filter(col("year").gt(2020)).explain().unwrap(),
        "posts: each row once that posts leads to from users (scan of 3 rows, where name = \"Ann\"), where \
         year > 2020, expects about 1 row\n"
    );
    let snapshot = db.snapshot();
    let user = snapshot.get("users", 1).unwrap().unwrap();
    assert_eq!(
        user.relation("recent").unwrap().limit(1).explain().unwrap(),
        "posts: recent of one row of users, where year > 2020, first 1 by year desc, expects about 1 row\n"
    );
}

#[test]
fn traversal_as_json() {
    let db = blog();
    let ask = |text: &str| db.query_json(text).unwrap();
    let found =
        r#"{"findMany": "users", "where": {"name": "Ann"}, "follow": ["posts", "comments", "author"]}"#;
    assert_eq!(ask(found), r#"[{"id":2,"name":"Bob"},{"id":3,"name":"Cleo"}]"#);
    let filtered = r#"{"findMany": "users", "follow": [
        {"posts": {"where": {"year": {"gt": 2020}}, "orderBy": {"year": "desc"}, "limit": 2}},
        {"comments": {"columns": ["id"], "with": {"author": {"columns": ["name"]}}, "limit": 1}}]}"#;
    assert_eq!(ask(filtered), r#"[{"id":1,"author":{"name":"Cleo"}}]"#);
    assert_eq!(ask(r#"{"findFirst": "users", "follow": "posts"}"#), r#"{"id":1,"user_id":2,"year":2019}"#);
    let count = r#"{"count": "users", "where": {"id": 1}, "follow": ["posts", {"comments": {"where": {"user_id": 3}}}]}"#;
    assert_eq!(ask(count), "2");

    let error = |text: &str| {
        let error = db.query_json(text).unwrap_err();
        format!("{} at {} {:?}", error, error.path(), error.position().unwrap())
    };
    assert_eq!(
        error(r#"{"findMany": "users", "columns": ["id"], "follow": "posts"}"#),
        "`columns` belongs in the last step of `follow` at columns (1, 34)"
    );
    assert!(error(r#"{"findMany": "users", "follow": ["pots"]}"#).ends_with("at follow[0].pots (1, 34)"));
    assert!(error(r#"{"count": "users", "follow": [{"posts": {"limit": 3}}]}"#).contains("`limit`"));
    assert!(error(r#"{"findMany": "users", "follow": []}"#).contains("expected a relation's name"));
    assert!(
        error(r#"{"findMany": "users", "follow": [{"posts": {"with": {}}}, "author"]}"#).contains("`with`")
    );
}

#[test]
fn a_relation_of_a_row_is_asked_before_it_is_read() {
    let db = blog();
    let snapshot = db.snapshot();
    let user = snapshot.get("users", 1).unwrap().unwrap();
    let posts = || user.relation("posts").unwrap();
    assert_eq!(ids(posts().all()), [2, 3]);
    assert_eq!(ids(posts().filter(col("year").gt(2022)).all()), [3]);
    assert_eq!(ids(posts().order_by(desc("year")).limit(1).all()), [3]);
    assert_eq!(posts().filter(rel("tags").some(col("name").eq("blue"))).count().unwrap(), 1);
    assert!(!posts().filter(col("year").lt(2000)).exists().unwrap());
    assert_eq!(ids(posts().first()), [2]);
    assert_eq!((ids(posts().limit(1).all()), posts().limit(1).count().unwrap()), (vec![2], 1));
    assert_eq!(ids(user.relation("recent").unwrap().all()), [3, 2]);
    assert_eq!(ids(posts().follow("comments").filter(col("user_id").eq(3)).all()), [1, 3]);
    let with = posts().include("comments", |c| c.columns(["id"])).columns(["id"]).offset(1).all().unwrap();
    assert_eq!(serde_json::to_string(&with).unwrap(), r#"[{"id":3,"comments":[{"id":1},{"id":5}]}]"#);

    let post = snapshot.get("posts", 2).unwrap().unwrap();
    assert_eq!(ids(post.relation("tags").unwrap().all()), [1, 2, 1]);
    assert_eq!(ids(post.relation("tags").unwrap().distinct().all()), [1, 2]);
    assert_eq!(post.relation("tags").unwrap().count().unwrap(), 3);
    assert_eq!(ids(post.relation("author").unwrap().all()), [1]);
    assert!(post.relation("author").unwrap().filter(col("name").eq("Bob")).all().unwrap().is_empty());
    assert_eq!(user.relation("latest").unwrap().count().unwrap(), 1);
    let nobody = snapshot.get("comments", 5).unwrap().unwrap();
    assert_eq!(nobody.relation("author").unwrap().count().unwrap(), 0);
    let error = user.relation("pots").unwrap_err();
    assert!(format!("{error:#}").contains("did you mean `posts`?"));
}

#[test]
fn a_row_of_a_result_is_walked_on_from_too() {
    let db = blog();
    let page = db.query("users").include("posts", |p| p).all().unwrap();
    let bob = page.get(1).unwrap();
    assert_eq!(ids(bob.relation("posts").unwrap().order_by(desc("id")).all()), [4, 1]);
    let post = bob.many("posts").unwrap().first().unwrap();
    assert_eq!(ids(post.relation("comments").unwrap().all()), [4]);
    // Later writes don't show.
    db.delete("comments", col("id").eq(4)).unwrap();
    assert_eq!(ids(post.relation("comments").unwrap().all()), [4]);
}
