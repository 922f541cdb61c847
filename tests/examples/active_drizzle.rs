//! ActiveDrizzle's page on associations: names in camel case, from which tables and keys are inferred.

use crate::{ask, open, run};
use relata::{Column, Database, Key, Relation, Schema, Table, col, desc, row};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

fn id(name: &str) -> Table {
    Table::new(name).column(Column::integer("id").generated()).primary_key(["id"])
}

const PRESS: &str = r#"{
    "tables": {
        "users": {"columns": {"id": {"type": "integer", "generated": true}, "name": {"type": "text"},
            "postsCount": {"type": "integer", "default": 0}}, "primaryKey": ["id"]},
        "profiles": {"columns": {"id": {"type": "integer", "generated": true}, "userId": {"type": "integer"},
            "bio": {"type": "text", "nullable": true}}, "primaryKey": ["id"]},
        "posts": {"columns": {"id": {"type": "integer", "generated": true}, "title": {"type": "text"},
            "userId": {"type": "integer"}, "published": {"type": "boolean", "default": false}},
            "primaryKey": ["id"],
            "foreignKeys": [{"columns": ["userId"], "references": {"table": "users"}}]},
        "comments": {"columns": {"id": {"type": "integer", "generated": true}, "body": {"type": "text"},
            "postId": {"type": "integer"}}, "primaryKey": ["id"]},
        "tags": {"columns": {"id": {"type": "integer", "generated": true}, "name": {"type": "text"}},
            "primaryKey": ["id"]},
        "posts_tags": {"columns": {"postId": {"type": "integer"}, "tagId": {"type": "integer"}}}
    },
    "relations": {
        "users": {
            "posts": {"hasMany": true, "counterCache": true},
            "profile": {"hasOne": true}
        },
        "posts": {
            "user": {"belongsTo": true},
            "comments": {"hasMany": true, "dependent": "destroy"},
            "tags": {"manyToMany": true, "through": {"table": "posts_tags"}}
        }
    }
}"#;

/// Ida has two posts, one of them published, and a profile; Jon has one post; Kay has nothing.
fn press() -> Database {
    let db = open(PRESS);
    run(
        &db,
        r#"[
        {"insert": "users", "values": [{"name": "Ida"}, {"name": "Jon"}, {"name": "Kay"}]},
        {"insert": "profiles", "values": {"userId": 1, "bio": "writes"}},
        {"insert": "posts", "values": [{"title": "Tides", "userId": 1, "published": true},
            {"title": "Sand", "userId": 2, "published": true}, {"title": "Draft", "userId": 1}]},
        {"insert": "comments", "values": [{"body": "more", "postId": 1}, {"body": "less", "postId": 2},
            {"body": "why", "postId": 1}]},
        {"insert": "tags", "values": [{"name": "sea"}, {"name": "moon"}]},
        {"insert": "posts_tags", "values": [{"postId": 1, "tagId": 2}, {"postId": 1, "tagId": 1},
            {"postId": 2, "tagId": 1}]}
    ]"#,
    );
    db
}

#[test]
fn belongs_to_finds_its_table_and_key_by_its_name_lazily_and_included() {
    let db = press();
    let snapshot = db.snapshot();
    let post = snapshot.get("posts", 2).unwrap().unwrap();
    let user = post.relation("user").unwrap().all().unwrap();
    assert_eq!(serde_json::to_string(&user).unwrap(), r#"[{"id":2,"name":"Jon","postsCount":1}]"#);
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "posts", "columns": {"title": true}, "with": {"user": {"columns": {"name": true}}}}"#
        ),
        r#"[{"title":"Tides","user":{"name":"Ida"}},{"title":"Sand","user":{"name":"Jon"}},{"title":"Draft","user":{"name":"Ida"}}]"#,
    );
}

#[test]
fn belongs_to_and_has_many_take_another_key_and_table() {
    let db = open(
        r#"{
        "tables": {
            "users": {"columns": {"id": {"type": "integer", "generated": true}, "name": {"type": "text"}},
                "primaryKey": ["id"]},
            "posts": {"columns": {"id": {"type": "integer", "generated": true}, "authorId": {"type": "integer"},
                "creatorId": {"type": "integer"}}, "primaryKey": ["id"]}
        },
        "relations": {
            "posts": {
                "author": {"belongsTo": "users", "from": ["authorId"]},
                "creator": {"belongsTo": "users", "from": ["creatorId"]}
            },
            "users": {
                "authoredPosts": {"hasMany": "posts", "to": ["authorId"]},
                "createdPosts": {"hasMany": "posts", "to": ["creatorId"]}
            }
        }
    }"#,
    );
    run(
        &db,
        r#"[{"insert": "users", "values": [{"name": "Ida"}, {"name": "Jon"}]},
        {"insert": "posts", "values": [{"authorId": 1, "creatorId": 2}, {"authorId": 1, "creatorId": 1}]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "users", "columns": {"name": true}, "with": {
            "authoredPosts": {"columns": {"id": true}}, "createdPosts": {"columns": {"id": true}}}}"#
        ),
        r#"[{"name":"Ida","authoredPosts":[{"id":1},{"id":2}],"createdPosts":[{"id":2}]},{"name":"Jon","authoredPosts":[],"createdPosts":[{"id":1}]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findFirst": "posts", "columns": {"id": true}, "with": {"author": true, "creator": true}}"#
        ),
        r#"{"id":1,"author":{"id":1,"name":"Ida"},"creator":{"id":2,"name":"Jon"}}"#,
    );
}

#[test]
fn touch_gives_an_order_the_time_of_its_line_items_changes() {
    let schema = Schema::new()
        .table(id("orders").column(Column::timestamptz("updatedAt").nullable()))
        .table(id("line_items").column(Column::integer("orderId")).column(Column::int("quantity").default(1)))
        .relation(Relation::belongs_to("line_items", "order").touch());
    let hour = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&hour);
    let now = move || jiff::Timestamp::from_second(clock.load(Ordering::Relaxed) * 3600).unwrap();
    let db = Database::builder(schema).clock(now).build().unwrap();
    db.insert_many("orders", vec![row! {}, row! {}]).unwrap();
    let times = || ask(&db, r#"{"findMany": "orders", "columns": {"updatedAt": true}}"#);
    hour.store(1, Ordering::Relaxed);
    db.insert("line_items", row! { orderId: 2 }).unwrap();
    assert_eq!(times(), r#"[{"updatedAt":null},{"updatedAt":"1970-01-01T01:00:00Z"}]"#);
    hour.store(2, Ordering::Relaxed);
    db.update("line_items", Key::from(1), row! { quantity: 1 }).unwrap();
    assert_eq!(times(), r#"[{"updatedAt":null},{"updatedAt":"1970-01-01T01:00:00Z"}]"#);
    db.update("line_items", Key::from(1), row! { quantity: 5 }).unwrap();
    assert_eq!(times(), r#"[{"updatedAt":null},{"updatedAt":"1970-01-01T02:00:00Z"}]"#);
}

#[test]
fn a_polymorphic_belongs_to_gives_a_post_or_a_video_by_its_type_column() {
    let db = open(
        r#"{
        "tables": {
            "posts": {"columns": {"id": {"type": "integer", "generated": true}, "title": {"type": "text"}},
                "primaryKey": ["id"]},
            "videos": {"columns": {"id": {"type": "integer", "generated": true}, "length": {"type": "int"}},
                "primaryKey": ["id"]},
            "comments": {"columns": {"id": {"type": "integer", "generated": true}, "body": {"type": "text"},
                "commentableId": {"type": "integer"}, "commentableType": {"type": "text"}}, "primaryKey": ["id"]}
        },
        "relations": {
            "comments": {"commentable": {"one": {"Post": "posts", "Video": "videos"}}},
            "posts": {"comments": {"hasMany": true, "as": "commentable"}},
            "videos": {"comments": {"hasMany": true, "as": "commentable"}}
        }
    }"#,
    );
    run(
        &db,
        r#"[{"insert": "posts", "values": {"title": "Tides"}}, {"insert": "videos", "values": {"length": 90}},
        {"insert": "comments", "values": [{"body": "a", "commentableType": "Video", "commentableId": 1},
            {"body": "b", "commentableType": "Post", "commentableId": 1},
            {"body": "c", "commentableType": "Video", "commentableId": 1}]}]"#,
    );
    assert_eq!(
        ask(&db, r#"{"findMany": "comments", "columns": {"body": true}, "with": {"commentable": true}}"#),
        r#"[{"body":"a","commentable":{"id":1,"length":90}},{"body":"b","commentable":{"id":1,"title":"Tides"}},{"body":"c","commentable":{"id":1,"length":90}}]"#,
    );
    assert_eq!(
        ask(&db, r#"{"findMany": "videos", "with": {"comments": {"columns": {"body": true}}}}"#),
        r#"[{"id":1,"length":90,"comments":[{"body":"a"},{"body":"c"}]}]"#,
    );
    let snapshot = db.snapshot();
    let comment = snapshot.get("comments", 2).unwrap().unwrap();
    assert_eq!(comment.one("commentable").unwrap().unwrap().get::<&str>("title").unwrap(), "Tides");
}

#[test]
fn has_many_is_filtered_ordered_and_limited_before_it_is_loaded() {
    let db = press();
    let snapshot = db.snapshot();
    let ida = snapshot.get("users", 1).unwrap().unwrap();
    let titles = |query: relata::Query<relata::Along<'_>>| {
        serde_json::to_string(&query.columns(["title"]).all().unwrap()).unwrap()
    };
    let posts = || ida.relation("posts").unwrap();
    assert_eq!(titles(posts()), r#"[{"title":"Tides"},{"title":"Draft"}]"#);
    assert_eq!(
        titles(posts().filter(col("published").eq(true)).order_by(desc("id")).limit(5)),
        r#"[{"title":"Tides"}]"#
    );
    assert_eq!(titles(posts().order_by(desc("id")).limit(1)), r#"[{"title":"Draft"}]"#);
}

#[test]
fn dependent_destroy_takes_the_comments_of_a_destroyed_post() {
    let db = press();
    assert_eq!(run(&db, r#"{"destroy": "posts", "where": {"id": 1}}"#), ["1"]);
    assert_eq!(ask(&db, r#"{"findMany": "comments", "columns": {"body": true}}"#), r#"[{"body":"less"}]"#);
}

#[test]
fn a_counter_cache_counts_posts_as_they_come_move_and_go() {
    let db = press();
    let counts = || ask(&db, r#"{"findMany": "users", "columns": {"postsCount": true}}"#);
    assert_eq!(counts(), r#"[{"postsCount":2},{"postsCount":1},{"postsCount":0}]"#);
    run(&db, r#"{"update": "posts", "where": {"title": "Draft"}, "set": {"userId": 3}}"#);
    assert_eq!(counts(), r#"[{"postsCount":1},{"postsCount":1},{"postsCount":1}]"#);
    run(
        &db,
        r#"[{"delete": "posts", "where": {"id": 2}}, {"insert": "posts", "values": {"title": "x", "userId": 3}}]"#,
    );
    assert_eq!(counts(), r#"[{"postsCount":1},{"postsCount":0},{"postsCount":2}]"#);
}

#[test]
fn has_many_through_appointments_leads_from_doctors_to_patients() {
    let db = open(
        r#"{
        "tables": {
            "doctors": {"columns": {"id": {"type": "integer", "generated": true}}, "primaryKey": ["id"]},
            "patients": {"columns": {"id": {"type": "integer", "generated": true}}, "primaryKey": ["id"]},
            "appointments": {"columns": {"id": {"type": "integer", "generated": true},
                "doctorId": {"type": "integer"}, "patientId": {"type": "integer"}}, "primaryKey": ["id"]}
        },
        "relations": {
            "doctors": {"appointments": {"hasMany": true},
                "patients": {"hasMany": true, "through": "appointments"},
                "everyPatient": {"hasMany": "patients", "through": "appointments", "source": "patient", "distinct": true}},
            "appointments": {"doctor": {"belongsTo": true}, "patient": {"belongsTo": true}}
        }
    }"#,
    );
    run(
        &db,
        r#"[{"insert": "doctors", "values": [{}, {}]}, {"insert": "patients", "values": [{}, {}, {}]},
        {"insert": "appointments", "values": [{"doctorId": 1, "patientId": 3}, {"doctorId": 1, "patientId": 1},
            {"doctorId": 1, "patientId": 3}]}]"#,
    );
    assert_eq!(
        ask(&db, r#"{"findMany": "doctors", "with": {"patients": true, "everyPatient": true}}"#),
        r#"[{"id":1,"patients":[{"id":3},{"id":1},{"id":3}],"everyPatient":[{"id":3},{"id":1}]},{"id":2,"patients":[],"everyPatient":[]}]"#,
    );
}

#[test]
fn has_one_gives_a_profile_or_null() {
    assert_eq!(
        ask(
            &press(),
            r#"{"findMany": "users", "columns": {"name": true}, "with": {"profile": {"columns": {"bio": true}}}}"#
        ),
        r#"[{"name":"Ida","profile":{"bio":"writes"}},{"name":"Jon","profile":null},{"name":"Kay","profile":null}]"#,
    );
}

#[test]
fn has_and_belongs_to_many_joins_posts_and_tags_by_a_table_without_a_model() {
    let db = press();
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "posts", "columns": {"title": true}, "with": {"tags": {"columns": {"name": true}}}}"#
        ),
        r#"[{"title":"Tides","tags":[{"name":"moon"},{"name":"sea"}]},{"title":"Sand","tags":[{"name":"sea"}]},{"title":"Draft","tags":[]}]"#,
    );
}

#[test]
fn several_relations_are_included_beside_a_filter_and_an_order() {
    assert_eq!(
        ask(
            &press(),
            r#"{"findMany": "posts", "columns": {"title": true}, "where": {"published": true},
            "orderBy": {"id": "desc"}, "with": {"user": {"columns": {"name": true}}, "comments": {"columns": {"body": true}}}}"#
        ),
        r#"[{"title":"Sand","user":{"name":"Jon"},"comments":[{"body":"less"}]},{"title":"Tides","user":{"name":"Ida"},"comments":[{"body":"more"},{"body":"why"}]}]"#,
    );
}

#[test]
fn an_include_inside_an_include_leads_from_orders_by_line_items_to_products() {
    let schema = Schema::new()
        .table(id("orders"))
        .table(id("products").column(Column::text("name")))
        .table(id("lineItems").column(Column::integer("orderId")).column(Column::integer("productId")))
        .relation(Relation::has_many("orders", "lineItems"))
        .relation(Relation::belongs_to("lineItems", "order"))
        .relation(Relation::belongs_to("lineItems", "product"));
    let db = Database::new(schema).unwrap();
    db.insert_many("orders", vec![row! {}, row! {}]).unwrap();
    db.insert_many("products", vec![row! { name: "rope" }, row! { name: "oar" }]).unwrap();
    let lines = [(1, 2), (2, 2), (1, 1)].map(|(order, product)| row! { orderId: order, productId: product });
    db.insert_many("lineItems", lines.to_vec()).unwrap();
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "orders", "with": {"lineItems": {"columns": {}, "with": {"product": {"columns": {"name": true}}}}}}"#
        ),
        r#"[{"id":1,"lineItems":[{"product":{"name":"oar"}},{"product":{"name":"rope"}}]},{"id":2,"lineItems":[{"product":{"name":"oar"}}]}]"#,
    );
}
