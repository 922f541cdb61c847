//! Joins: kinds, conditions, relations, aliases, names and orders.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{kind, table};
use relata::{
    Column, Database, FlatPage, ForeignKey, Relation, Schema, Table, alias, asc, col, desc, rel, row,
};

fn json(page: &FlatPage) -> String {
    serde_json::to_string(page).unwrap()
}

/// Users, posts, and tags of posts by a junction. Ann has two posts, Bob one, Cid none; one post has
/// no author.
fn blog() -> Database {
    let schema = Schema::new()
        .table(table("users").column(Column::text("name")).column(Column::int("age").nullable()))
        .table(
            table("posts")
                .column(Column::text("title").nullable())
                .column(Column::integer("user_id").nullable())
                .column(Column::int("likes"))
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .table(table("tags").column(Column::text("title")))
        .table(
            Table::new("post_tags")
                .column(Column::integer("post_id"))
                .column(Column::integer("tag_id"))
                .primary_key(["post_id", "tag_id"])
                .foreign_key(ForeignKey::new(["post_id"], "posts"))
                .foreign_key(ForeignKey::new(["tag_id"], "tags")),
        )
        .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]).optional(true))
        .relation(Relation::many("users", "posts", "posts"))
        .relation(Relation::many("posts", "tags", "tags").from(["id"]).to(["id"]).through(
            "post_tags",
            ["post_id"],
            ["tag_id"],
        ))
        .relation(Relation::many("tags", "posts", "posts"));
    let db = Database::new(schema).unwrap();
    let users = vec![row! { name: "Ann", age: 30 }, row! { name: "Bob" }, row! { name: "Cid", age: 20 }];
    db.insert_many("users", users).unwrap();
    db.insert_many(
        "posts",
        vec![
            row! { title: "Hello", user_id: 1, likes: 3 },
            row! { title: None::<&str>, user_id: 2, likes: 0 },
            row! { title: "Again", user_id: 1, likes: 5 },
            row! { title: "Stray", likes: 1 },
        ],
    )
    .unwrap();
    db.insert_many("tags", vec![row! { title: "rust" }, row! { title: "db" }, row! { title: "idle" }])
        .unwrap();
    db.insert_many(
        "post_tags",
        vec![row! { post_id: 1, tag_id: 2 }, row! { post_id: 1, tag_id: 1 }, row! { post_id: 3, tag_id: 1 }],
    )
    .unwrap();
    db
}

const PAIR: [(&str, &str); 2] = [("name", "users.name"), ("title", "posts.title")];

fn pairs(query: relata::FlatQuery<relata::Snapshot>) -> String {
    json(&query.select(PAIR.map(|(name, of)| (name, col(of)))).all().unwrap())
}

fn on() -> relata::Filter {
    col("users.id").eq(col("posts.user_id"))
}

#[test]
fn an_inner_join_gives_what_matches_in_the_order_of_both_sides() {
    let db = blog();
    assert_eq!(
        pairs(db.from("users").inner_join("posts", on())),
        r#"[{"name":"Ann","title":"Hello"},{"name":"Ann","title":"Again"},{"name":"Bob","title":null}]"#
    );
    assert_eq!(
        pairs(db.from("posts").inner_join("users", on())),
        r#"[{"name":"Ann","title":"Hello"},{"name":"Bob","title":null},{"name":"Ann","title":"Again"}]"#
    );
}

#[test]
fn a_left_join_keeps_rows_without_a_match_and_a_right_join_the_other_side() {
    let db = blog();
    assert_eq!(
        pairs(db.from("users").left_join("posts", on())),
        r#"[{"name":"Ann","title":"Hello"},{"name":"Ann","title":"Again"},{"name":"Bob","title":null},{"name":"Cid","title":null}]"#
    );
    assert_eq!(
        pairs(db.from("users").right_join("posts", on())),
        r#"[{"name":"Ann","title":"Hello"},{"name":"Ann","title":"Again"},{"name":"Bob","title":null},{"name":null,"title":"Stray"}]"#
    );
    assert_eq!(
        pairs(db.from("users").full_join("posts", on())),
        r#"[{"name":"Ann","title":"Hello"},{"name":"Ann","title":"Again"},{"name":"Bob","title":null},{"name":"Cid","title":null},{"name":null,"title":"Stray"}]"#
    );
}

#[test]
fn whole_rows_come_nested_by_table_and_a_side_is_null_only_where_nothing_matched() {
    let db = blog();
    let page = db.from("users").left_join("posts", on()).all().unwrap();
    let rows: Vec<_> =
        page.iter().map(|row| row.row("posts").unwrap().map(|post| post.to_string())).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[2].as_deref(), Some("{id: 2, title: null, user_id: 2, likes: 0}"));
    assert_eq!(rows[3], None);
    assert_eq!(
        serde_json::to_string(&page.get(3).unwrap()).unwrap(),
        r#"{"users":{"id":3,"name":"Cid","age":20},"posts":null}"#
    );
    let owned = page.to_owned_rows();
    assert_eq!(serde_json::to_string(&owned).unwrap(), json(&page));
    assert_eq!(page.first().map(|row| row.to_owned_row()), owned.first().cloned());
    // The first column of the joined table being null doesn't make the row missing.
    let db = Database::new(
        Schema::new()
            .table(Table::new("a").column(Column::integer("k")))
            .table(Table::new("b").column(Column::text("first").nullable()).column(Column::integer("k"))),
    )
    .unwrap();
    db.insert("a", row! { k: 1 }).unwrap();
    db.insert("b", row! { k: 1 }).unwrap();
    let page = db.from("a").left_join("b", col("a.k").eq(col("b.k"))).all().unwrap();
    assert_eq!(json(&page), r#"[{"a":{"k":1},"b":{"first":null,"k":1}}]"#);
}

#[test]
fn a_cross_join_gives_each_with_each() {
    let db = blog();
    let page =
        db.from("users").cross_join("tags").columns(["users.name", "tags.title"]).limit(4).all().unwrap();
    assert_eq!(
        json(&page),
        r#"[{"name":"Ann","title":"rust"},{"name":"Ann","title":"db"},{"name":"Ann","title":"idle"},{"name":"Bob","title":"rust"}]"#
    );
    assert_eq!(db.from("users").cross_join("tags").count().unwrap(), 9);
}

#[test]
fn an_equality_in_the_filter_is_the_key_of_a_cross_join() {
    let db = blog();
    let matching = col("users.id").eq(col("posts.user_id"));
    let crossed = || db.from("users").cross_join("posts").filter(matching.clone());
    let plan = crossed().explain().unwrap();
    assert!(plan.contains("adjacent posts by user_id") && !plan.contains("each with each"), "{plan}");
    let joined = db.from("users").inner_join("posts", matching.clone());
    assert_eq!(json(&crossed().all().unwrap()), json(&joined.all().unwrap()));
    // By any columns of one type; what can fail is asked of the pairs that are left.
    let titles = || db.from("posts").cross_join("tags").filter(col("posts.title").eq(col("tags.title")));
    let plan = titles().explain().unwrap();
    assert!(plan.contains("hash of tags.title = posts.title"), "{plan}");
    assert_eq!(titles().count().unwrap(), 0);
    let likes = crossed().filter(col("posts.likes").eq(col("users.age") - 27)).columns(["name", "title"]);
    assert_eq!(json(&likes.all().unwrap()), r#"[{"name":"Ann","title":"Hello"}]"#);
}

#[test]
fn a_null_equals_no_null_where_the_filter_joins() {
    let db = blog();
    let authors = db.from("posts").cross_join(alias("posts", "other"));
    let authors = authors.filter(col("posts.user_id").eq(col("other.user_id"))).columns(["posts.id"]);
    assert!(authors.explain().unwrap().contains("hash of other.user_id = posts.user_id"));
    assert_eq!(json(&authors.all().unwrap()), r#"[{"id":1},{"id":1},{"id":2},{"id":3},{"id":3}]"#);
}

#[test]
fn an_equality_in_the_filter_joins_what_an_inner_join_adds_and_nothing_that_may_be_missing() {
    let db = blog();
    let equal = || col("users.id").eq(col("tags.id"));
    let with = |query: relata::FlatQuery<relata::Snapshot>| query.columns(["posts.id", "tags.title"]);
    // After a side that may be missing: a row without an author is beside no tag.
    let inner = with(db.from("posts").left_join("users", rel("author")).cross_join("tags").filter(equal()));
    assert!(inner.explain().unwrap().contains("hash of tags.id = users.id"), "{}", inner.explain().unwrap());
    let found = r#"[{"id":1,"title":"rust"},{"id":2,"title":"db"},{"id":3,"title":"rust"}]"#;
    assert_eq!(json(&inner.all().unwrap()), found);
    // Of a side that may be missing, and before one that is kept, it is asked in the end.
    let left = with(
        db.from("posts")
            .inner_join("users", rel("author"))
            .left_join("tags", col("tags.id").gt(0))
            .filter(equal()),
    );
    assert!(left.explain().unwrap().contains("where users.id = tags.id"), "{}", left.explain().unwrap());
    assert_eq!(json(&left.all().unwrap()), found);
    let right = db.from("users").cross_join("tags").filter(equal());
    let right = with(right.right_join("posts", col("posts.user_id").eq(col("users.id"))));
    assert!(right.explain().unwrap().contains("where users.id = tags.id"), "{}", right.explain().unwrap());
    assert_eq!(right.count().unwrap(), 3);
}

#[test]
fn semi_and_anti_joins_keep_each_row_once() {
    let db = blog();
    let names = |query: relata::FlatQuery<relata::Snapshot>| json(&query.columns(["name"]).all().unwrap());
    assert_eq!(names(db.from("users").semi_join("posts", on())), r#"[{"name":"Ann"},{"name":"Bob"}]"#);
    assert_eq!(names(db.from("users").anti_join("posts", on())), r#"[{"name":"Cid"}]"#);
    assert_eq!(
        names(db.from("users").semi_join("posts", on().and(col("posts.likes").gt(4)))),
        r#"[{"name":"Ann"}]"#
    );
    // What was only asked about can't be named afterwards.
    let error = db.from("users").semi_join("posts", on()).columns(["posts.title"]).all().unwrap_err();
    assert_eq!(error.to_string(), "no table `posts` in this query");
}

#[test]
fn tags_of_a_post_and_posts_with_a_tag() {
    let db = blog();
    let tags = db
        .from("posts")
        .inner_join("tags", rel("posts.tags"))
        .filter(col("posts.id").eq(1))
        .columns(["tags.title"])
        .all()
        .unwrap();
    assert_eq!(json(&tags), r#"[{"title":"rust"},{"title":"db"}]"#);
    let by_hand = db
        .from("posts")
        .inner_join("post_tags", col("posts.id").eq(col("post_tags.post_id")))
        .inner_join("tags", col("post_tags.tag_id").eq(col("tags.id")))
        .filter(col("tags.title").eq("rust"))
        .select([("post", col("posts.title"))])
        .all()
        .unwrap();
    assert_eq!(json(&by_hand), r#"[{"post":"Hello"},{"post":"Again"}]"#);
    let along = db
        .from("tags")
        .left_join("posts", rel("posts"))
        .select([("tag", col("tags.title")), ("post", col("posts.title"))])
        .all()
        .unwrap();
    assert_eq!(
        json(&along),
        r#"[{"tag":"rust","post":"Hello"},{"tag":"rust","post":"Again"},{"tag":"db","post":"Hello"},{"tag":"idle","post":null}]"#
    );
}

#[test]
fn two_columns_under_one_name_are_refused() {
    let db = blog();
    let query = db.from("posts").inner_join("tags", rel("tags"));
    let error = query.clone().columns(["posts.title", "tags.title"]).all().unwrap_err();
    assert_eq!(error.to_string(), "two parts of the result are named `title`");
    assert_eq!(error.path().to_string(), "select.title");
    let named =
        query.select([("post", col("posts.title")), ("tag", col("tags.title"))]).limit(1).all().unwrap();
    assert_eq!(json(&named), r#"[{"post":"Hello","tag":"rust"}]"#);
}

#[test]
fn a_name_that_several_tables_have_needs_its_table() {
    let db = blog();
    let query = db.from("posts").inner_join("tags", rel("tags"));
    let error = query.clone().columns(["title"]).all().unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "`title` is a column of several tables\n    at: $.select.title\n    help: write one of posts.title, tags.title"
    );
    let error = query.clone().filter(col("nope").eq(1)).all().unwrap_err();
    assert_eq!(kind(&error), "unknown_column");
    let error = query.clone().filter(col("users.id").eq(1)).all().unwrap_err();
    assert_eq!(error.to_string(), "no table `users` in this query");
    assert_eq!(query.filter(col("likes").gt(3)).columns(["likes"]).all().unwrap().len(), 1);
}

#[test]
fn a_table_joins_itself_under_an_alias() {
    let db = blog();
    let twins = db
        .from(alias("posts", "a"))
        .inner_join(
            alias("posts", "b"),
            col("a.user_id").eq(col("b.user_id")).and(col("a.id").lt(col("b.id"))),
        )
        .select([("a", col("a.id")), ("b", col("b.id"))])
        .all()
        .unwrap();
    assert_eq!(json(&twins), r#"[{"a":1,"b":3}]"#);
    let error = db.from("posts").cross_join("posts").all().unwrap_err();
    assert_eq!(error.to_string(), "two tables of the query are named `posts`");
}

#[test]
fn further_conditions_belong_to_the_match_and_not_to_the_result() {
    let db = blog();
    assert_eq!(
        pairs(db.from("users").left_join("posts", on().and(col("posts.likes").gt(3)))),
        r#"[{"name":"Ann","title":"Again"},{"name":"Bob","title":null},{"name":"Cid","title":null}]"#
    );
    assert_eq!(
        pairs(db.from("users").left_join("posts", on()).filter(col("posts.likes").gt(3))),
        r#"[{"name":"Ann","title":"Again"}]"#
    );
    // A condition about the left side leaves rows of the left side alone.
    assert_eq!(
        pairs(db.from("users").left_join("posts", on().and(col("users.age").gt(25)))),
        r#"[{"name":"Ann","title":"Hello"},{"name":"Ann","title":"Again"},{"name":"Bob","title":null},{"name":"Cid","title":null}]"#
    );
    assert_eq!(
        pairs(db.from("users").right_join("posts", on().and(col("posts.likes").gt(3)))),
        r#"[{"name":"Ann","title":"Again"},{"name":null,"title":"Hello"},{"name":null,"title":null},{"name":null,"title":"Stray"}]"#
    );
}

#[test]
fn a_filter_of_the_side_that_a_right_join_keeps_is_asked_of_unmatched_rows_too() {
    let db = blog();
    let query = db.from("users").right_join("posts", on()).filter(col("posts.likes").lt(3));
    assert_eq!(pairs(query), r#"[{"name":"Bob","title":null},{"name":null,"title":"Stray"}]"#);
    let query = db.from("users").full_join("posts", on()).filter(col("posts.id").is_null());
    assert_eq!(pairs(query), r#"[{"name":"Cid","title":null}]"#);
}

#[test]
fn joins_follow_joins_and_missing_rows_match_nothing() {
    let db = blog();
    let page = db
        .from("users")
        .left_join("posts", rel("posts"))
        .left_join("tags", rel("posts.tags"))
        .select([("n", col("users.name")), ("p", col("posts.id")), ("t", col("tags.title"))])
        .all()
        .unwrap();
    assert_eq!(
        json(&page),
        r#"[{"n":"Ann","p":1,"t":"rust"},{"n":"Ann","p":1,"t":"db"},{"n":"Ann","p":3,"t":"rust"},{"n":"Bob","p":2,"t":null},{"n":"Cid","p":null,"t":null}]"#
    );
}

#[test]
fn a_composite_key_matches_as_a_tuple() {
    let schema = Schema::new()
        .table(Table::new("a").column(Column::integer("x")).column(Column::integer("y").nullable()))
        .table(Table::new("b").column(Column::integer("x")).column(Column::integer("y").nullable()));
    let db = Database::new(schema).unwrap();
    db.insert_many("a", vec![row! { x: 1, y: 1 }, row! { x: 1, y: 2 }, row! { x: 1 }]).unwrap();
    db.insert_many("b", vec![row! { x: 1, y: 2 }, row! { x: 2, y: 1 }, row! { x: 1 }]).unwrap();
    let both = col("a.x").eq(col("b.x")).and(col("a.y").eq(col("b.y")));
    let page = db.from("a").inner_join("b", both).all().unwrap();
    assert_eq!(json(&page), r#"[{"a":{"x":1,"y":2},"b":{"x":1,"y":2}}]"#);
}

#[test]
fn filters_choose_another_order_of_joins_and_rows_come_as_declared() {
    let db = blog();
    let many: Vec<_> = (0..200).map(|i| row! { title: "x", user_id: 1 + i % 3, likes: i }).collect();
    db.insert_many("posts", many).unwrap();
    let query = db
        .from("posts")
        .inner_join("users", rel("author"))
        .filter(col("users.name").eq("Cid").and(col("likes").lt(9)))
        .columns(["posts.id", "users.name"]);
    let plan = query.explain().unwrap();
    assert!(plan.starts_with("users: scan of 3 rows, where name = \"Cid\""), "{plan}");
    assert!(plan.contains("inner join posts: from users adjacent posts by user_id"), "{plan}");
    let ids: Vec<i64> = query.all().unwrap().column("id").unwrap();
    assert_eq!(ids, [7, 10, 13]);
}

#[test]
fn orders_go_by_columns_of_the_result_or_of_the_tables() {
    let db = blog();
    let query = db.from("users").left_join("posts", on());
    let titles = |query: relata::FlatQuery<relata::Snapshot>| {
        let page = query.select([("t", col("posts.title"))]).all().unwrap();
        page.column::<Option<String>>("t")
            .unwrap()
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect::<Vec<_>>()
    };
    assert_eq!(titles(query.clone().order_by(desc("likes")).limit(3)), ["", "Again", "Hello"]);
    assert_eq!(titles(query.clone().order_by(asc("t")).limit(2)), ["Again", "Hello"]);
    assert_eq!(titles(query.clone().order_by(desc("t").nulls_last()).offset(1).limit(1)), ["Again"]);
}

#[test]
fn explain_analyze_tells_rows_and_time_by_the_injected_clock() {
    use std::sync::atomic::{AtomicI64, Ordering};
    static NOW: AtomicI64 = AtomicI64::new(0);
    let schema = blog().catalog().schema().clone();
    let clock = || relata_clock(NOW.fetch_add(1_000, Ordering::Relaxed));
    fn relata_clock(nanos: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_nanosecond(nanos.into()).unwrap()
    }
    let db = Database::builder(schema).clock(clock).build().unwrap();
    db.insert("users", row! { name: "Ann" }).unwrap();
    let query = db.from("users").left_join("posts", rel("posts"));
    assert_eq!(
        query.explain().unwrap(),
        "users: scan of 1 row, expects 1 row\n  left join posts: from users adjacent posts by user_id, expects about 1 row\n"
    );
    let analyzed = query.explain_analyze().unwrap();
    assert!(analyzed.contains("expects 1 row, found 1 row in 1.0 µs\n"), "{analyzed}");
    assert!(analyzed.contains("left join posts") && analyzed.contains("total: found 1 row in"), "{analyzed}");
    // A nested query is measured level by level.
    db.insert("posts", row! { title: "Hello", likes: 0, user_id: 1 }).unwrap();
    let nested = db.query("users").include("posts", |posts| posts.include("tags", |tags| tags));
    let analyzed = nested.explain_analyze().unwrap();
    let lines: Vec<&str> = analyzed.lines().collect();
    let ends = ["users: ", "  posts: ", "    tags: ", "total: "].iter().zip([
        ", found 1 row in 1.0 µs",
        ", found 1 row in 1.0 µs",
        ", found 0 rows in 1.0 µs",
        "found 1 row in 7.0 µs",
    ]);
    assert_eq!(lines.len(), 4, "{analyzed}");
    for (line, (start, end)) in lines.iter().zip(ends) {
        assert!(line.starts_with(start) && line.ends_with(end), "{analyzed}");
    }
}

#[test]
fn rows_are_shown_one_by_one_as_they_are_given_at_once() {
    let db = blog();
    let posts = || db.from("posts").left_join("users", rel("author"));
    let selected = || posts().select([("title", col("title").upper()), ("name", col("name").into())]);
    for query in [
        posts(),
        selected(),
        selected().offset(1).limit(1),
        selected().limit(0),
        selected().offset(9),
        selected().order_by(desc("title")).limit(2),
        selected().distinct(),
        posts().group_by(["users.id"]).select([("n", relata::count())]),
        db.from("posts").columns(["title"]).offset(1).limit(1),
        db.from("posts").columns(["title"]).union_all(db.from("tags").columns(["title"])),
    ] {
        let mut shown = Vec::new();
        query.each(|row| shown.push(row.to_string())).unwrap();
        let all: Vec<String> = query.all().unwrap().iter().map(|row| row.to_string()).collect();
        assert_eq!(shown, all);
    }
    let mut pages = Vec::new();
    let titles = selected().each_block(|page| {
        pages.extend(page.column::<Option<&str>>("title")?.into_iter().map(|title| title.map(str::to_owned)));
        Ok(std::ops::ControlFlow::Continue(()))
    });
    titles.unwrap();
    let all = selected().all().unwrap();
    assert_eq!(pages, all.column::<Option<String>>("title").unwrap());
    let refused = selected().each_block(|page| {
        page.column::<i64>("name")?;
        Ok(std::ops::ControlFlow::Continue(()))
    });
    assert!(refused.unwrap_err().to_string().ends_with("holds text, not i64"));
    let mut first = None;
    let until = posts().prepare().unwrap().each_until(|row| {
        first = Some(row.row("posts").unwrap().is_some());
        std::ops::ControlFlow::Break(())
    });
    until.unwrap();
    assert_eq!(first, Some(true));
}
