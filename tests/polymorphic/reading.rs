//! Includes, filters, walks and chains along polymorphic relations.

use super::*;

#[test]
fn a_polymorphic_include_gives_each_row_its_target() {
    let db = db();
    db.insert_many(
        "comments",
        vec![comment("a", "photos", 1), comment("b", "posts", 1), comment("c", "posts", 9)],
    )
    .unwrap();
    db.insert("comments", row! { body: "d" }).unwrap();
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "comments", "columns": ["body"], "with": {"commentable": {"columns": ["title"]}}}"#
        ),
        r#"[{"body":"a","commentable":{"title":"F1"}},{"body":"b","commentable":{"title":"P1"}},{"body":"c","commentable":null},{"body":"d","commentable":null}]"#
    );
    let page = db.query("comments").include("commentable", |target| target).all().unwrap();
    let tables: Vec<_> =
        page.iter().map(|row| row.one("commentable").unwrap().map(|one| one.table())).collect();
    assert_eq!(tables, [Some("photos"), Some("posts"), None, None]);
    let nested = page.shape().relation("commentable").unwrap();
    assert_eq!(nested.shapes().map(|shape| shape.table()).collect::<Vec<_>>(), ["posts", "photos"]);
    let ids: Vec<_> =
        page.iter().map(|row| row.row(nested).map(|one| one.get::<i64>("id").unwrap())).collect();
    assert_eq!(ids, [Some(1), Some(1), None, None]);
    assert_eq!(page.total_rows(), 6);
    sound(&db);
}

#[test]
fn the_other_side_leads_to_rows_of_its_own_type_only() {
    let db = db();
    db.insert_many(
        "comments",
        vec![comment("a", "photos", 1), comment("b", "posts", 1), comment("c", "posts", 1)],
    )
    .unwrap();
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "posts", "columns": ["title"], "with": {"comments": {"columns": ["body"]}}}"#
        ),
        r#"[{"title":"P1","comments":[{"body":"b"},{"body":"c"}]},{"title":"P2","comments":[]}]"#
    );
    let snapshot = db.snapshot();
    let walk = |name: &str, key: i64| -> Vec<String> {
        let row = snapshot.get(name, key).unwrap().unwrap();
        row.many("comments").unwrap().map(|row| row.get::<&str>("body").unwrap().to_owned()).collect()
    };
    assert_eq!((walk("posts", 1), walk("photos", 1)), (vec!["b".into(), "c".into()], vec!["a".into()]));
    let comment = snapshot.get("comments", 1).unwrap().unwrap();
    let target = comment.one("commentable").unwrap().unwrap();
    assert_eq!((target.table().name(), target.get::<&str>("title").unwrap()), ("photos", "F1"));
}

#[test]
fn each_type_has_nested_reads_of_its_own() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "photos", 1), comment("b", "posts", 1)]).unwrap();
    let with = |on: &str| {
        json(
            &db,
            &format!(r#"{{"findMany": "comments", "columns": ["body"], "with": {{"commentable": {on}}}}}"#),
        )
    };
    assert_eq!(
        with(
            r#"{"on": {"posts": {"columns": ["title"], "with": {"user": {"columns": ["name"]}}}, "photos": {"columns": ["url"], "extras": {"n": {"$count": "comments"}}}}}"#
        ),
        r#"[{"body":"a","commentable":{"url":"u","n":1}},{"body":"b","commentable":{"title":"P1","user":{"name":"Ann"}}}]"#
    );
    assert_eq!(
        with(r#"{"columns": ["title"], "on": {"posts": {"where": {"title": "P2"}}}}"#),
        r#"[{"body":"a","commentable":{"title":"F1"}},{"body":"b","commentable":null}]"#
    );
}

#[test]
fn a_nested_relation_may_be_missing_on_some_types_but_not_on_all() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "photos", 1), comment("b", "posts", 1)]).unwrap();
    let page = db
        .query("comments")
        .columns(["body"])
        .include("commentable", |target| {
            target.columns(["url"]).include("user", |user| user.columns(["name"]))
        })
        .all()
        .unwrap();
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        r#"[{"body":"a","commentable":{"url":"u"}},{"body":"b","commentable":{"user":{"name":"Ann"}}}]"#
    );
    let error =
        db.query("comments").include("commentable", |c| c.include("author", |a| a)).all().unwrap_err();
    assert_eq!(error.to_string(), "no relation `author` on `commentable`");
    assert!(format!("{error:#}").contains("comments, user"), "{error:#}");
    let error = db.query("comments").include("commentable", |c| c.columns(["nope"])).all().unwrap_err();
    assert_eq!(error.to_string(), "no column `nope` on `commentable`");
    let error =
        db.query("comments").include("commentable", |c| c.on_table("users", |u| u)).all().unwrap_err();
    assert_eq!(error.to_string(), "`commentable` doesn't lead to `users`");
    let error = db.query("posts").include("user", |c| c.on_table("users", |u| u)).all().unwrap_err();
    assert_eq!(error.to_string(), "`on` `users` stands where no relation leads to several tables");
}

#[test]
fn rows_are_filtered_by_what_a_polymorphic_relation_leads_to() {
    let db = db();
    db.insert_many(
        "comments",
        vec![
            comment("a", "photos", 1),
            comment("b", "posts", 1),
            comment("c", "posts", 2),
            comment("d", "posts", 9),
        ],
    )
    .unwrap();
    let bodies = |filter: &str| {
        let text = format!(
            r#"{{"findMany": "comments", "columns": ["body"], "where": {{"commentable": {filter}}}}}"#
        );
        json(&db, &text).replace(r#"{"body":"#, "").replace(['"', '}', '[', ']'], "")
    };
    assert_eq!(bodies("true"), "a,b,c");
    assert_eq!(bodies("false"), "d");
    assert_eq!(bodies("null"), "d");
    assert_eq!(bodies(r#"{"posts": true}"#), "b,c");
    assert_eq!(bodies(r#"{"posts": {}}"#), "b,c");
    assert_eq!(bodies(r#"{"posts": {"title": "P1"}}"#), "b");
    assert_eq!(bodies(r#"{"posts": {"title": "P1"}, "photos": {"title": "F1"}}"#), "a,b");
    assert_eq!(bodies(r#"{"isNot": {"posts": {"user": {"name": "Ann"}}}}"#), "a,c,d");
    assert_eq!(bodies(r#"{"is": null}"#), "d");
    assert_eq!(bodies(r#"{"NOT": {"photos": true}}"#), "b,c,d");
    assert_eq!(
        bodies(r#"{"title": "P1"}"#),
        "`commentable` doesn't lead to `title`\n    at: $.where.commentable.title (1:82)\n    help: it leads to: posts, photos"
    );
    let error = db.query("comments").filter(rel("commentable").is(col("title").eq("P1"))).all().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`commentable` leads to rows of several tables, and this is for none of them"
    );
    let error = db.query("posts").filter(rel("user").is(on_table("users", None))).all().unwrap_err();
    assert_eq!(error.to_string(), "`on` `users` stands where no relation leads to several tables");
    let filter = rel("commentable").is(on_table("posts", col("title").eq("P2")).or(on_table("photos", None)));
    assert_eq!(db.query("comments").filter(filter).count().unwrap(), 2);
    assert_eq!(
        db.query("comments").filter(rel("commentable").is_not(on_table("posts", None))).count().unwrap(),
        2
    );
    assert_eq!(db.query("comments").filter(rel("commentable").exists()).count().unwrap(), 3);
    let page = db.query("comments").columns(["body"]).count_of("n", "commentable").all().unwrap();
    assert_eq!(page.iter().map(|row| row.get::<i64>("n").unwrap()).sum::<i64>(), 3);
    assert_eq!(db.query("posts").filter(rel("comments").some(col("body").eq("c"))).count().unwrap(), 1);
}

#[test]
fn chains_go_through_polymorphic_relations_both_ways() {
    let mut schema = schema();
    schema = schema
        .table(
            table("taggings")
                .column(Column::integer("tag_id"))
                .column(Column::text("taggable_type"))
                .column(Column::integer("taggable_id")),
        )
        .table(table("tags").column(Column::text("name")))
        .relation(Relation::belongs_to("taggings", "tag"))
        .relation(Relation::polymorphic("taggings", "taggable"))
        .relation(Relation::has_many("tags", "taggings"))
        .relation(Relation::has_many("posts", "taggings").as_("taggable"))
        .relation(Relation::has_many("photos", "taggings").as_("taggable"))
        .relation(Relation::has_many("posts", "tags").through_relations(["taggings"]))
        .relation(
            Relation::has_many("tags", "posts")
                .through_relations(["taggings"])
                .through_source("taggable")
                .source_type("posts"),
        )
        .relation(Relation::many("tags", "photos", "photos").through_relations(["taggings", "taggable"]))
        .relation(Relation::has_many("users", "comments").through_relations(["posts"]));
    let again = Schema::from_json(&schema.to_json()).unwrap();
    assert_eq!(again.to_json(), schema.to_json());
    let db = seeded(schema);
    db.insert_many("tags", vec![row! { name: "x" }, row! { name: "y" }]).unwrap();
    let tagging = |tag: i64, kind: &str, id: i64| row! { tag_id: tag, taggable_type: kind, taggable_id: id };
    db.insert_many("taggings", vec![tagging(1, "posts", 1), tagging(1, "photos", 2), tagging(2, "posts", 1)])
        .unwrap();
    db.insert_many("comments", vec![comment("a", "posts", 1), comment("b", "photos", 1)]).unwrap();
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "tags", "columns": ["name"], "with": {"posts": {"columns": ["title"]}, "photos": {"columns": ["title"]}}}"#
        ),
        r#"[{"name":"x","posts":[{"title":"P1"}],"photos":[{"title":"F2"}]},{"name":"y","posts":[{"title":"P1"}],"photos":[]}]"#
    );
    assert_eq!(
        json(&db, r#"{"findMany": "posts", "columns": ["id"], "with": {"tags": {"columns": ["name"]}}}"#),
        r#"[{"id":1,"tags":[{"name":"x"},{"name":"y"}]},{"id":2,"tags":[]}]"#
    );
    assert_eq!(
        json(&db, r#"{"findMany": "users", "columns": [], "with": {"comments": {"columns": ["body"]}}}"#),
        r#"[{"comments":[{"body":"a"}]}]"#
    );
    assert_eq!(
        json(&db, r#"{"count": "tags", "where": {"posts": {"some": {"user": {"name": "Ann"}}}}}"#),
        "2"
    );
    sound(&db);
}

#[test]
fn a_key_and_a_label_find_children_by_their_parent() {
    let db = db();
    for i in 0..200 {
        db.insert("comments", comment("x", if i % 2 == 0 { "posts" } else { "photos" }, 1 + i % 3 / 2))
            .unwrap();
    }
    let filter = col("commentable_id").eq(2).and(col("commentable_type").eq("posts"));
    let query = db.query("comments").filter(filter);
    assert!(query.clone().explain().unwrap().contains("children of posts"), "{}", query.explain().unwrap());
    let expected = (0..200).filter(|i| i % 2 == 0 && 1 + i % 3 / 2 == 2).count() as u64;
    let filter = col("commentable_id").eq(2).and(col("commentable_type").eq("posts"));
    assert_eq!(db.query("comments").filter(filter).count().unwrap(), expected);
    assert!(db.query("comments").filter(col("commentable_id").eq(2)).count().unwrap() > expected);
}

#[test]
fn a_lazy_walk_leads_to_the_table_that_the_row_says() {
    let db = db();
    let bodies = [comment("a", "posts", 1), comment("b", "photos", 2), comment("c", "photos", 9)];
    db.insert_many("comments", bodies.into()).unwrap();
    let snapshot = db.snapshot();
    let titles = |id: i64| {
        let comment = snapshot.get("comments", id).unwrap().unwrap();
        let page = comment.relation("commentable").unwrap().all().unwrap();
        page.iter()
            .map(|row| (row.table().to_owned(), row.get::<String>("title").unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(titles(1), [("posts".into(), "P1".into())]);
    assert_eq!(titles(2), [("photos".into(), "F2".into())]);
    assert_eq!(titles(3), []);
}

#[test]
fn what_needs_one_table_is_refused_where_there_are_several() {
    let db = db();
    let refused = "`commentable` leads to rows of several tables, and this is for none of them";
    let error = db.query("comments").follow("commentable").all().unwrap_err();
    assert_eq!(error.to_string(), refused);
    let newest = rel("commentable").max("title");
    let error = db.query("comments").aggregate("newest", newest).all().unwrap_err();
    assert_eq!(error.to_string(), refused);
    let error = db.query("comments").include("commentable", |target| target.recursive()).all().unwrap_err();
    assert!(error.to_string().contains("commentable"), "{error}");
    sound(&db);
}

#[test]
fn a_row_that_has_none_of_the_columns_gives_its_key() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "photos", 1), comment("b", "posts", 2)]).unwrap();
    let page =
        db.query("comments").columns(["body"]).include("commentable", |target| target.columns(["url"]));
    assert_eq!(
        serde_json::to_string(&page.all().unwrap()).unwrap(),
        r#"[{"body":"a","commentable":{"url":"u"}},{"body":"b","commentable":{"id":2}}]"#
    );
}

#[test]
fn conditions_on_the_row_it_leads_to_are_joined_and_turned_round() {
    let db = db();
    let on = [comment("a", "photos", 1), comment("b", "posts", 1), comment("c", "posts", 2)];
    db.insert_many("comments", on.to_vec()).unwrap();
    db.insert("comments", row! { body: "d" }).unwrap();
    let post = |title: &str| on_table("posts", col("title").eq(title));
    let bodies = |filter: relata::Filter| -> Vec<String> {
        let page = db.query("comments").filter(rel("commentable").is(filter)).all().unwrap();
        page.iter().map(|row| row.get::<String>("body").unwrap()).collect()
    };
    assert_eq!(bodies(post("P1")), ["b"]);
    assert_eq!(bodies(post("P1").or(on_table("photos", None))), ["a", "b"]);
    assert_eq!(bodies(post("P1").or(post("P2")).or(on_table("photos", None))), ["a", "b", "c"]);
    assert_eq!(bodies(on_table("posts", None).and(!post("P1"))), ["c"]);
    assert_eq!(bodies(on_table("posts", None).and(post("P2"))), ["c"]);
    let words = rel("commentable").is(post("P1").or(on_table("photos", None))).to_string();
    assert_eq!(words, r#"{"commentable":{"is":{"OR":[{"posts":{"title":{"eq":"P1"}}},{"photos":true}]}}}"#);
    let asked = |filter: &str| {
        json(
            &db,
            &format!(
                r#"{{"findMany": "comments", "columns": ["body"], "where": {{"commentable": {filter}}}}}"#
            ),
        )
    };
    assert_eq!(asked(r#"{"posts": true}"#), r#"[{"body":"b"},{"body":"c"}]"#);
    assert_eq!(asked(r#"{"posts": false}"#), r#"[{"body":"a"},{"body":"d"}]"#);
    assert_eq!(asked(r#"{"is": {}}"#), r#"[{"body":"a"},{"body":"b"},{"body":"c"}]"#);
    assert_eq!(asked(r#"{"is": null}"#), r#"[{"body":"d"}]"#);
    assert_eq!(asked("{}"), r#"[{"body":"a"},{"body":"b"},{"body":"c"}]"#);
    let shape = "expected a filter for each table, found 7";
    assert!(asked(r#"{"is": 7}"#).starts_with(shape));
    assert!(asked(r#"{"AND": [null]}"#).starts_with("a filter without a value would match everything"));
    let users = asked(r#"{"users": true}"#);
    assert!(
        users.starts_with("`commentable` doesn't lead to `users`\n    at: $.where.commentable.users"),
        "{users}"
    );
    assert!(users.ends_with("help: it leads to: posts, photos"), "{users}");
}
