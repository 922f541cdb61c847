//! Relations that lead to one of several tables, from both ends.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, rows, sound, table};
use relata::{
    Action, Column, Database, Dependent, ForeignKey, Relation, Schema, Type, Value, col, on_table, rel, row,
};

/// Posts and photos with comments, and what the comments keep up in them.
fn schema() -> Schema {
    let target = |name: &str| {
        table(name)
            .column(Column::text("title"))
            .column(Column::integer("comments_count").default(0))
            .column(Column::timestamptz("updated_at").nullable())
    };
    Schema::new()
        .table(table("users").column(Column::text("name")))
        .table(
            target("posts")
                .column(Column::integer("user_id").nullable())
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .table(target("photos").column(Column::text("url").nullable()))
        .table(
            table("comments")
                .column(Column::text("body"))
                .column(Column::text("commentable_type").nullable())
                .column(Column::integer("commentable_id").nullable()),
        )
        .relation(Relation::belongs_to("posts", "user"))
        .relation(Relation::has_many("users", "posts"))
        .relation(Relation::polymorphic("comments", "commentable").touch())
        .relation(Relation::has_many("posts", "comments").as_("commentable").counted())
        .relation(Relation::has_many("photos", "comments").as_("commentable").counted())
}

fn db() -> Database {
    seeded(schema())
}

fn seeded(schema: Schema) -> Database {
    let clock = std::sync::atomic::AtomicI64::new(0);
    let tick = move || {
        let seconds = clock.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        jiff::Timestamp::from_second(seconds).unwrap()
    };
    let db = Database::builder(schema).clock(tick).build().unwrap();
    db.insert("users", row! { name: "Ann" }).unwrap();
    db.insert_many("posts", vec![row! { title: "P1", user_id: 1 }, row! { title: "P2" }]).unwrap();
    db.insert_many("photos", vec![row! { title: "F1", url: "u" }, row! { title: "F2" }]).unwrap();
    db
}

fn comment(body: &str, kind: &str, id: i64) -> relata::Row {
    row! { body: body, commentable_type: kind, commentable_id: id }
}

fn json(db: &Database, text: &str) -> String {
    db.query_json(text).unwrap_or_else(|error| format!("{error:#}"))
}

fn key(id: i64) -> relata::Filter {
    col("id").eq(id)
}

fn counts(db: &Database) -> String {
    format!("{} {}", column(db, "posts", "comments_count"), column(db, "photos", "comments_count"))
}

#[test]
fn a_polymorphic_include_gives_each_row_its_target() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "photos", 1), comment("b", "posts", 1), comment("c", "posts", 9)])
        .unwrap();
    db.insert("comments", row! { body: "d" }).unwrap();
    assert_eq!(
        json(&db, r#"{"findMany": "comments", "columns": ["body"], "with": {"commentable": {"columns": ["title"]}}}"#),
        r#"[{"body":"a","commentable":{"title":"F1"}},{"body":"b","commentable":{"title":"P1"}},{"body":"c","commentable":null},{"body":"d","commentable":null}]"#
    );
    let page = db.query("comments").include("commentable", |target| target).all().unwrap();
    let tables: Vec<_> = page.iter().map(|row| row.one("commentable").unwrap().map(|one| one.table())).collect();
    assert_eq!(tables, [Some("photos"), Some("posts"), None, None]);
    let nested = page.shape().relation("commentable").unwrap();
    assert_eq!(nested.shapes().map(|shape| shape.table()).collect::<Vec<_>>(), ["posts", "photos"]);
    let ids: Vec<_> = page.iter().map(|row| row.row(nested).map(|one| one.get::<i64>("id").unwrap())).collect();
    assert_eq!(ids, [Some(1), Some(1), None, None]);
    assert_eq!(page.total_rows(), 6);
    sound(&db);
}

#[test]
fn the_other_side_leads_to_rows_of_its_own_type_only() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "photos", 1), comment("b", "posts", 1), comment("c", "posts", 1)])
        .unwrap();
    assert_eq!(
        json(&db, r#"{"findMany": "posts", "columns": ["title"], "with": {"comments": {"columns": ["body"]}}}"#),
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
        json(&db, &format!(r#"{{"findMany": "comments", "columns": ["body"], "with": {{"commentable": {on}}}}}"#))
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
        .include("commentable", |target| target.columns(["url"]).include("user", |user| user.columns(["name"])))
        .all()
        .unwrap();
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        r#"[{"body":"a","commentable":{"url":"u"}},{"body":"b","commentable":{"user":{"name":"Ann"}}}]"#
    );
    let error = db.query("comments").include("commentable", |c| c.include("author", |a| a)).all().unwrap_err();
    assert_eq!(error.to_string(), "no relation `author` on `commentable`");
    assert!(format!("{error:#}").contains("comments, user"), "{error:#}");
    let error = db.query("comments").include("commentable", |c| c.columns(["nope"])).all().unwrap_err();
    assert_eq!(error.to_string(), "no column `nope` on `commentable`");
    let error = db.query("comments").include("commentable", |c| c.on_table("users", |u| u)).all().unwrap_err();
    assert_eq!(error.to_string(), "`commentable` doesn't lead to `users`");
    let error = db.query("posts").include("user", |c| c.on_table("users", |u| u)).all().unwrap_err();
    assert_eq!(error.to_string(), "`on` `users` stands where no relation leads to several tables");
}

#[test]
fn rows_are_filtered_by_what_a_polymorphic_relation_leads_to() {
    let db = db();
    db.insert_many(
        "comments",
        vec![comment("a", "photos", 1), comment("b", "posts", 1), comment("c", "posts", 2), comment("d", "posts", 9)],
    )
    .unwrap();
    let bodies = |filter: &str| {
        let text = format!(r#"{{"findMany": "comments", "columns": ["body"], "where": {{"commentable": {filter}}}}}"#);
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
    assert_eq!(error.to_string(), "`commentable` leads to rows of several tables, and this is for none of them");
    let error = db.query("posts").filter(rel("user").is(on_table("users", None))).all().unwrap_err();
    assert_eq!(error.to_string(), "`on` `users` stands where no relation leads to several tables");
    let filter = rel("commentable").is(on_table("posts", col("title").eq("P2")).or(on_table("photos", None)));
    assert_eq!(db.query("comments").filter(filter).count().unwrap(), 2);
    assert_eq!(db.query("comments").filter(rel("commentable").is_not(on_table("posts", None))).count().unwrap(), 2);
    assert_eq!(db.query("comments").filter(rel("commentable").exists()).count().unwrap(), 3);
    let page = db.query("comments").columns(["body"]).count_of("n", "commentable").all().unwrap();
    assert_eq!(page.iter().map(|row| row.get::<i64>("n").unwrap()).sum::<i64>(), 3);
    assert_eq!(db.query("posts").filter(rel("comments").some(col("body").eq("c"))).count().unwrap(), 1);
}

#[test]
fn a_counter_follows_a_change_of_the_polymorphic_type() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "posts", 1), comment("b", "posts", 1)]).unwrap();
    assert_eq!(counts(&db), "2,0 0,0");
    db.update("comments", key(1), row! { commentable_type: "photos" }).unwrap();
    assert_eq!(counts(&db), "1,0 1,0");
    db.update("comments", key(1), row! { commentable_id: 2 }).unwrap();
    assert_eq!(counts(&db), "1,0 0,1");
    db.update("comments", key(1), row! { commentable_type: "users" }).unwrap();
    assert_eq!(counts(&db), "1,0 0,0");
    db.update("comments", key(1), row! { commentable_type: "posts" }).unwrap();
    assert_eq!(counts(&db), "1,1 0,0");
    sound(&db);
    db.update("comments", col("id").gt(0), row! { commentable_type: Value::Null }).unwrap();
    assert_eq!(counts(&db), "0,0 0,0");
    sound(&db);
}

#[test]
fn both_targets_are_touched_when_only_the_type_changes() {
    let db = db();
    db.insert("comments", comment("a", "posts", 1)).unwrap();
    let touched = |table: &str| column(&db, table, "updated_at");
    let (posts, photos) = (touched("posts"), touched("photos"));
    assert!(posts.starts_with("\"1970") && photos.starts_with("null"), "{posts} {photos}");
    db.update("comments", key(1), row! { commentable_type: "photos" }).unwrap();
    assert_ne!((touched("posts"), touched("photos")), (posts.clone(), photos.clone()));
    assert_ne!(touched("posts"), posts);
    assert!(touched("photos").starts_with("\"1970"));
    let before = touched("posts");
    db.delete("comments", key(1)).unwrap();
    assert_eq!(touched("posts"), before);
    sound(&db);
}

#[test]
fn children_wait_for_their_target_by_type_and_key() {
    let db = db();
    db.insert("comments", comment("early", "photos", 7)).unwrap();
    db.insert("posts", row! { id: 7, title: "P7" }).unwrap();
    assert_eq!(db.query("comments").filter(rel("commentable").exists()).count().unwrap(), 0);
    db.insert("photos", row! { id: 7, title: "F7" }).unwrap();
    assert_eq!(counts(&db), "0,0,0 0,0,1");
    db.delete("photos", key(7)).unwrap();
    db.update("comments", key(1), row! { commentable_type: "posts" }).unwrap();
    assert_eq!(counts(&db), "0,0,1 0,0");
    sound(&db);
}

fn with_dependent(dependent: Dependent) -> Database {
    let mut schema = schema();
    for relation in schema.relations.iter_mut().filter(|relation| relation.as_.is_some()) {
        relation.dependent = Some(dependent);
    }
    let db = seeded(schema);
    db.insert_many("comments", vec![comment("a", "posts", 1), comment("b", "photos", 1), comment("c", "posts", 2)])
        .unwrap();
    db
}

#[test]
fn dependents_are_those_of_the_type() {
    let db = with_dependent(Dependent::Destroy);
    db.destroy("posts", key(1)).unwrap();
    assert_eq!(column(&db, "comments", "body"), r#""b","c""#);
    sound(&db);
    let db = with_dependent(Dependent::Restrict);
    let error = db.destroy("posts", key(1)).unwrap_err();
    assert_eq!(kind(&error), "restrict_violation");
    db.update("comments", key(1), row! { commentable_type: "photos" }).unwrap();
    db.destroy("posts", key(1)).unwrap();
    sound(&db);
}

#[test]
fn a_polymorphic_nullify_clears_id_and_type() {
    let db = with_dependent(Dependent::Nullify);
    db.destroy("posts", key(1)).unwrap();
    assert_eq!(
        rows(&db, "comments"),
        concat!(
            r#"[{"id":1,"body":"a","commentable_type":null,"commentable_id":null},"#,
            r#"{"id":2,"body":"b","commentable_type":"photos","commentable_id":1},"#,
            r#"{"id":3,"body":"c","commentable_type":"posts","commentable_id":2}]"#
        )
    );
    assert_eq!(counts(&db), "1 1,0");
    sound(&db);
}

#[test]
fn a_row_takes_its_polymorphic_target_along() {
    let mut schema = schema();
    schema.relations[2].dependent = Some(Dependent::Destroy);
    let db = seeded(schema);
    db.insert_many("comments", vec![comment("a", "photos", 2), comment("b", "posts", 1)]).unwrap();
    db.destroy("comments", key(1)).unwrap();
    assert_eq!((column(&db, "photos", "id"), column(&db, "posts", "id")), ("1".into(), "1,2".into()));
    sound(&db);
}

#[test]
fn a_rollback_a_load_and_an_undo_keep_polymorphic_links_right() {
    let db = db();
    db.insert("comments", comment("a", "posts", 1)).unwrap();
    let before = (counts(&db), rows(&db, "comments"));
    let refused: relata::Result<()> = db.transaction(|tx| {
        tx.update("comments", key(1), row! { commentable_type: "photos" })?;
        tx.delete("posts", key(1))?;
        tx.insert("posts", row! { title: "no such", user_id: 42 }).map(drop)
    });
    assert!(refused.is_err());
    assert_eq!((counts(&db), rows(&db, "comments")), before);
    sound(&db);
    db.load(|load| {
        load.push("comments", &comment("b", "photos", 2))?;
        load.push("photos", &row! { title: "F3" })?;
        load.push("comments", &comment("c", "photos", 3))
    })
    .unwrap();
    assert_eq!(counts(&db), "1,0 0,1,1");
    sound(&db);
}

#[test]
fn a_polymorphic_relation_without_a_match_is_tolerated_unless_required() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "nothing", 1), comment("b", "posts", 99)]).unwrap();
    sound(&db);
    let mut schema = schema();
    schema.relations[2].optional = Some(false);
    let db = seeded(schema);
    let refused = |row| kind(&db.insert("comments", row).unwrap_err());
    assert_eq!(refused(comment("a", "nothing", 1)), "check_violation");
    assert_eq!(refused(row! { body: "a" }), "check_violation");
    assert_eq!(refused(row! { body: "a", commentable_type: "posts" }), "check_violation");
    assert_eq!(refused(comment("b", "posts", 99)), "foreign_key_violation");
    db.insert("comments", comment("c", "posts", 1)).unwrap();
    let other = db.update("comments", col("body").eq("c"), row! { commentable_type: "x" });
    assert_eq!(kind(&other.unwrap_err()), "check_violation");
    assert_eq!(kind(&db.delete("posts", key(1)).unwrap_err()), "foreign_key_violation");
    db.delete("photos", key(1)).unwrap();
    sound(&db);
}

/// Columns and labels of a user's own choice.
#[test]
fn types_columns_and_labels_can_be_given() {
    let labels = Type::enumeration(["Post", "Photo"]);
    let schema = Schema::new()
        .table(table("posts"))
        .table(table("photos"))
        .table(table("notes").column(Column::new("kind", labels)).column(Column::integer("of")))
        .relation(
            Relation::polymorphic("notes", "subject").from(["kind", "of"]).types(["posts"]).type_label("Photo", "photos"),
        )
        .relation(Relation::many("posts", "notes", "notes").as_("subject"))
        .relation(Relation::one("photos", "note", "notes").as_("subject"));
    let again = Schema::from_json(&schema.to_json()).unwrap();
    assert_eq!(again.to_json(), schema.to_json());
    for schema in [schema, again] {
        let db = Database::new(schema).unwrap();
        db.insert("posts", row! {}).unwrap();
        db.insert("photos", row! {}).unwrap();
        db.insert_many("notes", vec![row! { kind: "Photo", of: 1 }, row! { kind: "Post", of: 1 }]).unwrap();
        assert_eq!(
            json(&db, r#"{"findMany": "photos", "with": {"note": {"with": {"subject": true}}}}"#),
            r#"[{"id":1,"note":{"id":1,"kind":"Photo","of":1,"subject":{"id":1}}}]"#
        );
        assert_eq!(
            json(&db, r#"{"findMany": "posts", "with": {"notes": {"columns": ["kind"]}}}"#),
            r#"[{"id":1,"notes":[{"kind":"Post"}]}]"#
        );
        sound(&db);
    }
}

#[test]
fn documents_declare_polymorphic_relations_in_every_form() {
    let text = |relation: &str| {
        format!(
            r#"{{"tables": {{
                "posts": {{"columns": {{"id": {{"type": "integer"}}}}, "primaryKey": ["id"]}},
                "photos": {{"columns": {{"id": {{"type": "integer"}}}}, "primaryKey": ["id"]}},
                "comments": {{"columns": {{"commentableType": {{"type": "text"}}, "commentableId": {{"type": "integer"}}}}}}
            }}, "relations": {{
                "comments": {{"commentable": {relation}}},
                "posts": {{"comments": {{"many": "comments", "as": "commentable"}}}},
                "photos": {{"comments": {{"hasMany": true, "as": "commentable"}}}}
            }}}}"#
        )
    };
    for (relation, label) in [
        (r#"{"polymorphic": true}"#, "photos"),
        (r#"{"belongsTo": true, "polymorphic": true}"#, "photos"),
        (r#"{"one": ["posts", "photos"]}"#, "photos"),
        (r#"{"one": {"Post": "posts", "Photo": "photos"}, "from": ["commentableType", "commentableId"]}"#, "Photo"),
        (r#"{"belongsTo": true, "polymorphic": {"Post": "posts", "Photo": "photos"}}"#, "Photo"),
    ] {
        let schema = Schema::from_json(&text(relation)).unwrap();
        assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), schema);
        let db = Database::new(schema).unwrap();
        db.insert("photos", row! { id: 3 }).unwrap();
        db.insert("comments", row! { commentableType: label, commentableId: 3 }).unwrap();
        let answer = json(&db, r#"{"findMany": "comments", "columns": {}, "with": {"commentable": true}}"#);
        assert_eq!(answer, r#"[{"commentable":{"id":3}}]"#, "{relation}");
        assert_eq!(json(&db, r#"{"count": "photos", "where": {"comments": true}}"#), "1");
    }
}

#[test]
fn the_other_side_needs_no_declaration_of_the_polymorphic_one() {
    let schema = Schema::new()
        .table(table("posts"))
        .table(
            table("comments").column(Column::text("commentable_type")).column(Column::integer("commentable_id")),
        )
        .relation(Relation::has_many("posts", "comments").as_("commentable"));
    let db = Database::new(schema).unwrap();
    db.insert("posts", row! {}).unwrap();
    db.insert_many(
        "comments",
        vec![row! { commentable_type: "posts", commentable_id: 1 }, row! { commentable_type: "x", commentable_id: 1 }],
    )
    .unwrap();
    assert_eq!(json(&db, r#"{"findMany": "posts", "extras": {"n": {"$count": "comments"}}}"#), r#"[{"id":1,"n":1}]"#);
    sound(&db);
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
    db.insert_many("taggings", vec![tagging(1, "posts", 1), tagging(1, "photos", 2), tagging(2, "posts", 1)]).unwrap();
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
    assert_eq!(json(&db, r#"{"count": "tags", "where": {"posts": {"some": {"user": {"name": "Ann"}}}}}"#), "2");
    sound(&db);
}

#[test]
fn writes_along_polymorphic_relations_are_explained() {
    let mut schema = schema();
    schema.relations[3].dependent = Some(Dependent::Destroy);
    schema.relations[4].dependent = Some(Dependent::Nullify);
    let db = seeded(schema);
    let explain = |table: &str| db.catalog().explain_writes(table).unwrap();
    assert_eq!(
        explain("comments"),
        "writing comments\n  counts posts.comments_count\n  touches posts.updated_at\n  \
         counts photos.comments_count\n  touches photos.updated_at\n"
    );
    assert!(explain("posts").contains("destroys comments along comments"), "{}", explain("posts"));
    assert!(explain("photos").contains("clears comments along comments"), "{}", explain("photos"));
    let plan = db.query("comments").include("commentable", |target| target).explain().unwrap();
    assert!(plan.contains("the posts row of commentable_id with commentable_type = \"posts\""), "{plan}");
    assert!(plan.contains("the photos row of commentable_id with commentable_type = \"photos\""), "{plan}");
}

#[test]
fn a_key_and_a_label_find_children_by_their_parent() {
    let db = db();
    for i in 0..200 {
        db.insert("comments", comment("x", if i % 2 == 0 { "posts" } else { "photos" }, 1 + i % 3 / 2)).unwrap();
    }
    let filter = col("commentable_id").eq(2).and(col("commentable_type").eq("posts"));
    let query = db.query("comments").filter(filter);
    assert!(query.clone().explain().unwrap().contains("children of posts"), "{}", query.explain().unwrap());
    let expected =
        (0..200).filter(|i| i % 2 == 0 && 1 + i % 3 / 2 == 2).count() as u64;
    let filter = col("commentable_id").eq(2).and(col("commentable_type").eq("posts"));
    assert_eq!(db.query("comments").filter(filter).count().unwrap(), expected);
    assert_eq!(db.query("comments").filter(col("commentable_id").eq(2)).count().unwrap() > expected, true);
}

#[test]
fn a_cascade_below_a_polymorphic_target_is_exact() {
    let mut schema = schema();
    schema.tables[1].foreign_keys[0].on_delete = Action::Cascade;
    let db = seeded(schema);
    db.insert_many("comments", vec![comment("a", "posts", 1), comment("b", "photos", 1)]).unwrap();
    db.delete("users", key(1)).unwrap();
    assert_eq!((counts(&db), db.query("comments").count().unwrap()), ("0 1,0".into(), 2));
    db.insert("posts", row! { id: 1, title: "again" }).unwrap();
    assert_eq!(column(&db, "posts", "comments_count"), "0,1");
    sound(&db);
}
