//! Relations that find their tables and columns by name, and what is said when they don't.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{column, sound, table};
use relata::{Catalog, Column, Database, ErrorKind, ForeignKey, Relation, Schema, Table, asc, col, row};

/// Every mistake of a schema with what to do about it.
fn mistakes(schema: Schema) -> Vec<String> {
    let error = Catalog::try_from(schema).unwrap_err();
    let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error}") };
    mistakes.iter().map(|mistake| format!("{mistake} | {}", mistake.help())).collect()
}

fn json(db: &Database, text: &str) -> String {
    db.query_json(text).unwrap_or_else(|error| format!("{error:#}"))
}

/// Declared with nothing but names and kinds.
fn shop() -> Schema {
    Schema::new()
        .table(
            table("people").column(Column::text("name")).column(Column::integer("orders_count").default(0)),
        )
        .table(
            table("orders")
                .column(Column::integer("person_id"))
                .column(Column::timestamptz("updated_at").nullable()),
        )
        .table(
            table("line_items")
                .column(Column::integer("order_id"))
                .column(Column::integer("category_id").nullable()),
        )
        .table(table("categories").column(Column::text("name")))
        .table(table("profiles").column(Column::integer("person_id").unique()))
        .table(table("statuses").column(Column::text("name")))
        .table(
            Table::new("orders_statuses")
                .column(Column::integer("order_id"))
                .column(Column::integer("status_id")),
        )
        .relation(Relation::has_many("people", "orders").counted())
        .relation(Relation::has_one("people", "profile"))
        .relation(Relation::belongs_to("profiles", "person"))
        .relation(Relation::belongs_to("orders", "person"))
        .relation(Relation::has_many("orders", "line_items"))
        .relation(Relation::belongs_to("line_items", "order").touch())
        .relation(Relation::belongs_to("line_items", "category"))
        .relation(Relation::has_many("categories", "line_items"))
        .relation(Relation::has_and_belongs_to_many("orders", "statuses"))
        .relation(Relation::many_to_many("statuses", "orders"))
        .relation(Relation::has_many("people", "line_items").through_relations(["orders"]))
        .relation(Relation::has_many("categories", "orders").through_relations(["line_items"]).distinct())
}

fn filled(schema: Schema) -> Database {
    let db = Database::new(schema).unwrap();
    db.insert("people", row! { name: "Ann" }).unwrap();
    db.insert("profiles", row! { person_id: 1 }).unwrap();
    db.insert_many("orders", vec![row! { person_id: 1 }, row! { person_id: 1 }]).unwrap();
    db.insert_many("categories", vec![row! { name: "Toys" }]).unwrap();
    let item = |order: i64| row! { order_id: order, category_id: 1 };
    db.insert_many("line_items", vec![item(2), item(1), item(2)]).unwrap();
    db.insert_many("statuses", vec![row! { name: "paid" }, row! { name: "sent" }]).unwrap();
    db.insert_many(
        "orders_statuses",
        vec![row! { order_id: 1, status_id: 2 }, row! { order_id: 1, status_id: 1 }],
    )
    .unwrap();
    db
}

#[test]
fn names_tell_tables_keys_junctions_and_counters() {
    let again = Schema::from_json(&shop().to_json()).unwrap();
    assert_eq!(again.to_json(), shop().to_json());
    let db = filled(again);
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "people", "with": {"profile": {"with": {"person": {"columns": ["name"]}}}, "orders": {"columns": ["id"], "with": {"line_items": {"columns": ["id"]}}}}}"#
        ),
        concat!(
            r#"[{"id":1,"name":"Ann","orders_count":2,"profile":{"id":1,"person_id":1,"person":{"name":"Ann"}},"#,
            r#""orders":[{"id":1,"line_items":[{"id":2}]},{"id":2,"line_items":[{"id":1},{"id":3}]}]}]"#
        )
    );
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "orders", "columns": ["id"], "with": {"statuses": {"columns": ["name"]}, "person": {"columns": ["name"]}}}"#
        ),
        concat!(
            r#"[{"id":1,"statuses":[{"name":"sent"},{"name":"paid"}],"person":{"name":"Ann"}},"#,
            r#"{"id":2,"statuses":[],"person":{"name":"Ann"}}]"#
        )
    );
    assert_eq!(
        json(&db, r#"{"findMany": "people", "columns": [], "with": {"line_items": {"columns": ["id"]}}}"#),
        r#"[{"line_items":[{"id":2},{"id":1},{"id":3}]}]"#
    );
    assert!(!column(&db, "orders", "updated_at").contains("null"));
    sound(&db);
}

#[test]
fn documents_name_kinds_too() {
    let text = r#"{
        "tables": {
            "users": {"columns": {"id": {"type": "integer"}, "postsCount": {"type": "integer", "default": 0},
                "updatedAt": {"type": "timestamptz", "nullable": true}}, "primaryKey": ["id"]},
            "posts": {"columns": {"id": {"type": "integer"}, "userId": {"type": "integer"}}, "primaryKey": ["id"]},
            "tags": {"columns": {"id": {"type": "integer"}}, "primaryKey": ["id"]},
            "tagsPosts": {"columns": {"tagId": {"type": "integer"}, "postId": {"type": "integer"}}}
        },
        "relations": {
            "users": {"posts": {"hasMany": true, "counterCache": true}, "first": {"hasOne": "posts"},
                "tags": {"hasMany": true, "through": "posts", "distinct": true}},
            "posts": {"user": {"belongsTo": true, "touch": true}, "writer": {"belongsTo": "users", "from": "userId"},
                "tags": {"manyToMany": true}},
            "tags": {"posts": {"hasAndBelongsToMany": "posts"}}
        }
    }"#;
    let schema = Schema::from_json(text).unwrap();
    assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), schema);
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { id: 1 }).unwrap();
    db.insert_many("posts", vec![row! { id: 1, userId: 1 }, row! { id: 2, userId: 1 }]).unwrap();
    db.insert_many("tags", vec![row! { id: 7 }, row! { id: 8 }]).unwrap();
    let join = |tag: i64, post: i64| row! { tagId: tag, postId: post };
    db.insert_many("tagsPosts", vec![join(8, 1), join(7, 2), join(8, 2)]).unwrap();
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "users", "columns": ["postsCount"], "with": {"tags": true, "first": true}}"#
        ),
        r#"[{"postsCount":2,"tags":[{"id":8},{"id":7}],"first":{"id":1,"userId":1}}]"#
    );
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "posts", "columns": ["id"], "with": {"writer": {"columns": ["id"]}, "tags": true}}"#
        ),
        r#"[{"id":1,"writer":{"id":1},"tags":[{"id":8}]},{"id":2,"writer":{"id":1},"tags":[{"id":7},{"id":8}]}]"#
    );
    assert!(!column(&db, "users", "updatedAt").contains("null"));
    sound(&db);
}

#[test]
fn every_name_can_be_given_instead() {
    let schema = Schema::new()
        .table(table("people").column(Column::integer("wrote").default(0)))
        .table(table("essays").column(Column::integer("writer")).column(Column::integer("reader_no")))
        .table(Table::new("marks").column(Column::integer("essay")).column(Column::integer("label")))
        .table(table("labels"))
        .relation(Relation::belongs_to("essays", "author").target("people").from(["writer"]))
        .relation(Relation::belongs_to("essays", "reader").target("people").from(["reader_no"]).to(["id"]))
        .relation(
            Relation::has_many("people", "written").target("essays").inverse("author").counter_cache("wrote"),
        )
        .relation(Relation::has_many("people", "read").target("essays").to(["reader_no"]))
        .relation(Relation::many_to_many("essays", "labels").through("marks", ["essay"], ["label"]));
    let db = Database::new(schema).unwrap();
    db.insert_many("people", vec![row! {}, row! {}]).unwrap();
    db.insert("essays", row! { writer: 1, reader_no: 2 }).unwrap();
    assert_eq!(column(&db, "people", "wrote"), "1,0");
    let ids = |name: &str| {
        json(&db, &format!(r#"{{"findMany": "people", "columns": ["id"], "where": {{"{name}": true}}}}"#))
    };
    assert_eq!((ids("written"), ids("read")), (r#"[{"id":1}]"#.into(), r#"[{"id":2}]"#.into()));
    sound(&db);
}

#[test]
fn a_single_foreign_key_tells_what_a_name_does_not() {
    let schema = Schema::new()
        .table(table("users"))
        .table(
            table("posts")
                .column(Column::integer("written_by"))
                .foreign_key(ForeignKey::new(["written_by"], "users")),
        )
        .relation(Relation::belongs_to("posts", "author").target("users"))
        .relation(Relation::has_many("users", "posts"));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! {}).unwrap();
    db.insert("posts", row! { written_by: 1 }).unwrap();
    assert_eq!(json(&db, r#"{"count": "users", "where": {"posts": {"author": {"id": 1}}}}"#), "1");
}

#[test]
fn a_bare_side_without_a_fitting_name_takes_the_columns_of_the_other() {
    let schema = Schema::new()
        .table(table("users"))
        .table(table("posts").column(Column::integer("by")))
        .relation(Relation::belongs_to("posts", "author").target("users").from(["by"]))
        .relation(Relation::has_many("users", "posts"));
    assert!(Catalog::try_from(schema).is_ok());
}

#[test]
fn an_inverse_tells_two_relations_apart_from_either_side() {
    let schema = Schema::new()
        .table(table("users"))
        .table(table("posts").column(Column::integer("author_id")).column(Column::integer("editor_id")))
        .relation(Relation::belongs_to("posts", "author").target("users").inverse("written"))
        .relation(Relation::belongs_to("posts", "editor").target("users"))
        .relation(Relation::many("users", "written", "posts"))
        .relation(Relation::many("users", "edited", "posts").inverse("editor"));
    let again = Schema::from_json(&schema.to_json()).unwrap();
    assert_eq!(again.to_json(), schema.to_json());
    let db = Database::new(again).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    db.insert("posts", row! { author_id: 1, editor_id: 2 }).unwrap();
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "users", "extras": {"w": {"$count": "written"}, "e": {"$count": "edited"}}}"#
        ),
        r#"[{"id":1,"w":1,"e":0},{"id":2,"w":0,"e":1}]"#
    );
    let schema = Schema::new()
        .table(table("users"))
        .table(table("posts").column(Column::integer("user_id")))
        .relation(Relation::belongs_to("posts", "user").inverse("texts"))
        .relation(Relation::has_many("users", "posts"));
    assert_eq!(
        mistakes(schema),
        ["posts.user: its inverse `texts` is no relation of `users` that leads back | there are: posts"]
    );
}

#[test]
fn composite_keys_are_found_column_by_column() {
    let schema = Schema::new()
        .table(
            Table::new("regions")
                .column(Column::text("country"))
                .column(Column::integer("code"))
                .primary_key(["country", "code"]),
        )
        .table(table("towns").column(Column::text("region_country")).column(Column::integer("region_code")))
        .relation(Relation::belongs_to("towns", "region"))
        .relation(Relation::has_many("regions", "towns"));
    let db = Database::new(schema).unwrap();
    db.insert_many("regions", vec![row! { country: "a", code: 1 }, row! { country: "a", code: 2 }]).unwrap();
    db.insert("towns", row! { region_country: "a", region_code: 2 }).unwrap();
    assert_eq!(
        json(&db, r#"{"findMany": "regions", "columns": ["code"], "with": {"towns": {"columns": ["id"]}}}"#),
        r#"[{"code":1,"towns":[]},{"code":2,"towns":[{"id":1}]}]"#
    );
}

#[test]
fn a_self_join_is_told_apart_by_the_relations_name() {
    let schema = Schema::new()
        .table(table("users"))
        .table(
            Table::new("friendships").column(Column::integer("user_id")).column(Column::integer("friend_id")),
        )
        .relation(Relation::many_to_many("users", "friends").target("users").through_table("friendships"));
    let db = Database::new(schema).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    db.insert("friendships", row! { user_id: 1, friend_id: 2 }).unwrap();
    assert_eq!(
        json(&db, r#"{"findMany": "users", "with": {"friends": true}}"#),
        r#"[{"id":1,"friends":[{"id":2}]},{"id":2,"friends":[]}]"#
    );
}

#[test]
fn what_is_not_found_by_name_says_what_was_looked_for() {
    let schema = Schema::new()
        .table(table("users").column(Column::integer("n")))
        .table(table("posts").column(Column::integer("n")))
        .table(table("posts_tags"))
        .table(table("tags"))
        .relation(Relation::belongs_to("users", "person"))
        .relation(Relation::has_many("users", "posts").counted())
        .relation(Relation::has_one("users", "post"))
        .relation(Relation::has_many("tags", "users"))
        .relation(Relation::belongs_to("posts", "user"))
        .relation(Relation::belongs_to("posts", "a").target("user"))
        .relation(Relation::many_to_many("posts", "tags"))
        .relation(Relation::many_to_many("posts", "users"))
        .relation(Relation::has_many("tags", "posts").inverse("tag"));
    assert_eq!(
        mistakes(schema),
        [
            "users.person: no table is found by name: looked for `people`, `person` | \
             name it; there are: users, posts, posts_tags, tags",
            "users.posts: no counter column is found by name: looked for `posts_count`, `postsCount` on `users` | \
             name it; there are: id, n",
            "posts.user: no foreign key is found by name: looked for `user_id`, `userId` on `posts` | \
             name it; there are: id, n",
            "posts.a: no table `user` | did you mean `users`? there are: users, posts, posts_tags, tags",
            "posts.tags: no foreign key is found by name: looked for `post_id`, `postId`, `posts_id`, `postsId` \
             on `posts_tags` | name it; there are: id",
            "posts.users: no junction is found by name: looked for `posts_users`, `postsUsers`, `users_posts`, \
             `usersPosts` | name it; there are: users, posts, posts_tags, tags",
            "tags.users: no foreign key is found by name: looked for `tag_id`, `tagId`, `tags_id`, `tagsId` \
             on `users` | name it; there are: id, n",
            "tags.posts: its inverse `tag` is no relation of `posts` that leads back | there are none",
        ]
    );
}

#[test]
fn mistakes_of_polymorphic_relations_are_reported_together() {
    let schema = Schema::new()
        .table(table("posts"))
        .table(table("photos"))
        .table(Table::new("keyless").column(Column::integer("n")))
        .table(
            table("notes")
                .column(Column::text("a_type"))
                .column(Column::integer("a_id"))
                .column(Column::integer("b_type"))
                .column(Column::integer("b_id"))
                .column(Column::new("c_type", relata::Type::enumeration(["post"])))
                .column(Column::text("c_id"))
                .column(Column::integer("post_id")),
        )
        .relation(
            Relation::polymorphic("notes", "a")
                .types(["posts", "posts", "keyless", "nope"])
                .filter(col("n").gt(1)),
        )
        .relation(Relation::polymorphic("notes", "b").types(["posts"]))
        .relation(Relation::polymorphic("notes", "c").types(["posts", "photos"]).order_by(asc("id")))
        .relation(Relation::polymorphic("notes", "d"))
        .relation(Relation::polymorphic("notes", "e").types(["posts"]))
        .relation(Relation::polymorphic("notes", "f").types(["posts"]).from(["a_type"]))
        .relation(Relation::belongs_to("notes", "post"))
        .relation(Relation::has_many("photos", "notes").as_("a"))
        .relation(Relation::has_many("posts", "notes").as_("post"))
        .relation(Relation::has_many("photos", "mixed").target("notes").as_("a").alias("x"))
        .relation(Relation::has_many("photos", "others").target("notes").as_("g"))
        .relation(Relation::many("posts", "ends", "photos").through_relations(["notes", "a"]))
        .relation(Relation::many("posts", "fine", "notes").through_source("x").source_type("posts"));
    assert_eq!(
        mistakes(schema),
        [
            "posts.fine: `source` is given without `through` | give `through`, or leave out `source`",
            "posts.fine: `sourceType` is given without `through` | give `through`, or leave out `sourceType`",
            "posts.notes: `notes.post` isn't polymorphic | declare that one polymorphic, or leave out `as`",
            "posts.ends: `through` doesn't say to which table `notes.a` leads | \
             end a chain with it and give `sourceType`, and go on from there; it leads to: posts",
            "photos.mixed: `as` takes its columns from the other side, and leads to rows that hold a type and a key | \
             leave the others out, or `as`",
            "photos.notes: `notes.a` doesn't lead to `photos` | list the table there; it leads to: posts",
            "photos.mixed: `notes.a` doesn't lead to `photos` | list the table there; it leads to: posts",
            "photos.others: no type column is found by name: looked for `g_type`, `gType` on `notes` | \
             name it; there are: id, a_type, a_id, b_type, b_id, c_type, c_id, post_id",
            "notes.a: a polymorphic relation has no `where` | \
             leave it out, or declare it on the relations `as` this one",
            "notes.c: a polymorphic relation has no `orderBy` | \
             leave it out, or declare it on the relations `as` this one",
            "notes.d: a polymorphic relation leads to no table | \
             list its tables, or declare relations `as` this one",
            "notes.e: no type column is found by name: looked for `e_type`, `eType` on `notes` | \
             name it; there are: id, a_type, a_id, b_type, b_id, c_type, c_id, post_id",
            "notes.a: `posts` stands twice among its types | list it once",
            "notes.a: it references the primary key of `keyless`, which has none | name the columns it references",
            "notes.a: no table `nope` | did you mean `notes`? there are: posts, photos, keyless, notes",
            "notes.b: a type column holds labels, and `b_type` is integer | declare it text or enum",
            "notes.c: `notes.c_id` is text and `posts.id` is integer: they can't be joined | give both columns one type",
            "notes.c: `c_type` has no label `photos`, `photo`, `Photo` | \
             say which label stands for which table; there are: post",
            "notes.f: a polymorphic relation needs a type column and a key, and has 1 in all | \
             give the type column first, then the columns of the key",
        ]
    );
}

#[test]
fn a_chain_says_to_which_table_a_polymorphic_relation_leads() {
    let schema = Schema::new()
        .table(table("posts"))
        .table(table("photos"))
        .table(table("notes").column(Column::text("on_type")).column(Column::integer("on_id")))
        .relation(Relation::polymorphic("notes", "on"))
        .relation(Relation::has_many("posts", "notes").as_("on"))
        .relation(Relation::has_many("photos", "notes").as_("on"))
        .relation(Relation::many("photos", "middle", "notes").through_relations(["notes", "on", "notes"]))
        .relation(
            Relation::many("photos", "typed", "notes").through_relations(["notes"]).source_type("posts"),
        );
    assert_eq!(
        mistakes(schema),
        [
            "photos.middle: `through` doesn't say to which table `notes.on` leads | \
             end a chain with it and give `sourceType`, and go on from there; it leads to: posts, photos",
            "photos.typed: `sourceType` is for a chain that ends with a polymorphic relation | leave out `sourceType`",
        ]
    );
}

#[test]
fn a_polymorphic_nullify_needs_both_columns_nullable() {
    let schema = Schema::new()
        .table(table("posts"))
        .table(table("notes").column(Column::text("on_type")).column(Column::integer("on_id").nullable()))
        .relation(Relation::has_many("posts", "notes").as_("on").dependent(relata::Dependent::Nullify));
    assert_eq!(
        mistakes(schema),
        ["posts.notes: `nullify` on `notes.on_type`, which isn't nullable | \
          declare `notes.on_type` nullable, or another dependent"]
    );
}

/// Groups that count their members through the junction, and a member twice.
fn clubs(required: bool) -> Schema {
    let member = Column::integer("user_id");
    Schema::new()
        .table(table("users"))
        .table(table("clubs").column(Column::integer("users_count").default(0)))
        .table(
            table("clubs_users")
                .column(Column::integer("club_id"))
                .column(if required { member } else { member.nullable() })
                .foreign_key(ForeignKey::new(["club_id"], "clubs").on_delete(relata::Action::Cascade))
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(relata::Action::Cascade)),
        )
        .relation(Relation::many_to_many("clubs", "users").counted())
        .relation(Relation::many_to_many("users", "clubs").distinct())
}

#[test]
fn a_counter_counts_the_rows_of_a_junction_on_every_path() {
    let db = Database::new(clubs(true)).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    db.insert_many("clubs", vec![row! {}, row! {}]).unwrap();
    let join = |club: i64, user: i64| row! { club_id: club, user_id: user };
    db.insert_many("clubs_users", vec![join(1, 1), join(1, 2), join(1, 1)]).unwrap();
    assert_eq!(column(&db, "clubs", "users_count"), "3,0");
    db.update("clubs_users", col("id").eq(1), row! { club_id: 2 }).unwrap();
    assert_eq!(column(&db, "clubs", "users_count"), "2,1");
    db.delete("users", col("id").eq(1)).unwrap();
    assert_eq!(column(&db, "clubs", "users_count"), "1,0");
    assert_eq!(
        json(&db, r#"{"findMany": "clubs", "extras": {"n": {"$count": "users"}}}"#),
        r#"[{"id":1,"users_count":1,"n":1},{"id":2,"users_count":0,"n":0}]"#
    );
    db.load(|load| load.push("clubs_users", &join(2, 2))).unwrap();
    assert_eq!(column(&db, "clubs", "users_count"), "1,1");
    sound(&db);
}

#[test]
fn a_counter_along_a_junction_needs_a_required_key() {
    assert_eq!(
        mistakes(clubs(false)),
        ["clubs.users: a counter cache counts the children of a row, which this isn't | \
          declare it on a relation to many rows that hold this table's key, or that a \
          junction joins with it whose key to them is required, or without filter on the relation to the \
          one row whose key this table holds"]
    );
}

#[test]
fn a_distinct_relation_has_each_row_once_in_every_way_to_read_it() {
    let db = Database::new(clubs(true)).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    db.insert_many("clubs", vec![row! {}, row! {}]).unwrap();
    let join = |club: i64, user: i64| row! { club_id: club, user_id: user };
    db.insert_many("clubs_users", vec![join(2, 1), join(1, 1), join(2, 1)]).unwrap();
    let ids = r#"{"findMany": "users", "with": {"clubs": {"columns": ["id"]}}, "extras": {"n": {"$count": "clubs"}}}"#;
    assert_eq!(json(&db, ids), r#"[{"id":1,"n":2,"clubs":[{"id":2},{"id":1}]},{"id":2,"n":0,"clubs":[]}]"#);
    let snapshot = db.snapshot();
    let user = snapshot.get("users", 1).unwrap().unwrap();
    let walked: Vec<i64> = user.many("clubs").unwrap().map(|club| club.get("id").unwrap()).collect();
    assert_eq!(walked, [2, 1]);
    assert_eq!(
        json(&db, r#"{"findMany": "users", "extras": {"n": {"$count": "clubs"}}, "where": {"n": 2}}"#),
        r#"[{"id":1,"n":2}]"#
    );
    assert_eq!(
        json(
            &db,
            r#"{"findFirst": "users", "with": {"clubs": {"columns": ["id"], "limit": 1, "offset": 1}}}"#
        ),
        r#"{"id":1,"clubs":[{"id":1}]}"#
    );
}
