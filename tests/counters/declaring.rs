//! How counters are declared, and what is told of those that can't be.

use super::*;

/// Every mistake of a schema, as `message | help`.
fn mistakes(schema: Schema) -> Vec<String> {
    let error = Catalog::try_from(schema).unwrap_err();
    let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error}") };
    mistakes.iter().map(|mistake| format!("{mistake} | {}", mistake.help())).collect()
}

fn shop(columns: Vec<Column>) -> Schema {
    let users = columns.into_iter().fold(table("users"), Table::column);
    Schema::new()
        .table(users)
        .table(table("posts").column(Column::integer("user_id")).column(count("likes")))
        .table(table("likes").column(Column::integer("post_id")))
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::one("likes", "post", "posts").from(["post_id"]).to(["id"]))
        .relation(Relation::many("posts", "liked", "likes").counter_cache("likes"))
}

/// Posts of users, who count them in columns that the relation from the posts names.
fn declared_below(user: Relation) -> Schema {
    Schema::new()
        .table(table("users").column(count("posts_count")).column(count("published_count")))
        .table(
            table("posts")
                .column(Column::integer("user_id").nullable())
                .column(Column::boolean("published").default(false)),
        )
        .relation(user)
}

#[test]
fn a_counter_column_must_be_able_to_count() {
    let columns = vec![
        Column::text("a").default("0"),
        Column::integer("b").default(0).nullable(),
        Column::integer("c"),
        Column::integer("d").default(1),
    ];
    let posts = |name: &str| Relation::many("users", name, "posts");
    let schema = ["a", "b", "c", "d", "e"]
        .iter()
        .fold(shop(columns), |schema, name| schema.relation(posts(&format!("{name}s")).counter_cache(*name)));
    let must = |column: &str, it: &str| {
        format!(
            "users.{column}s: the counter `{column}` must be an integer, not null and 0 by default; it {it} | \
             declare `Column::integer(\"{column}\").default(0)`"
        )
    };
    assert_eq!(
        mistakes(schema),
        [
            must("a", "is text"),
            must("b", "is nullable"),
            must("c", "has no default"),
            must("d", "has another default"),
            "users.es: no column `e` on `users` | there are: id, a, b, c, d".into(),
        ]
    );
}

#[test]
fn one_counter_declared_twice_is_a_mistake() {
    let schema = shop(vec![count("n")])
        .relation(Relation::many("users", "posts", "posts").counter_cache("n"))
        .relation(Relation::many("users", "others", "posts").counter_cache("n"));
    assert_eq!(
        mistakes(schema),
        ["users.others: `n` counts the rows of `posts` already | give each relation a column of its own"]
    );
}

#[test]
fn a_counter_counts_children_by_their_own_columns() {
    let schema = shop(vec![count("n"), count("m"), count("k")])
        .relation(Relation::many("users", "posts", "posts"))
        .relation(
            Relation::many("users", "likes", "likes")
                .through_relations(["posts", "liked"])
                .counter_cache("n"),
        )
        .relation(Relation::one("users", "first", "posts").counter_cache("n"))
        .relation(Relation::many("users", "popular", "posts").counter_cache_where("m", col("likes").gt(1)))
        .relation(Relation::many("users", "liked", "posts").counter_cache_where("k", rel("liked").exists()));
    let relation = "a counter cache counts the children of a row, which this isn't | declare it on a relation \
        to many rows that hold this table's key, or that a junction joins with it whose key to them is \
        required, or without filter on the relation to the one row whose key this table holds";
    assert_eq!(
        mistakes(schema),
        [
            format!("users.likes: {relation}"),
            format!("users.first: {relation}"),
            "users.liked: a counter sees the counted row only, not the relation `liked` | \
             use columns of the counted table only"
                .into(),
            "users.popular: the counter's filter reads `likes`, which is kept up itself | use another column"
                .into(),
        ]
    );
}

#[test]
fn rows_arent_found_by_a_counter() {
    let schema = shop(vec![count("n").unique()])
        .relation(Relation::many("users", "posts", "posts").counter_cache("n"));
    assert_eq!(
        mistakes(schema),
        ["users.posts: `n` is kept up, and part of a unique constraint, foreign key or relation | \
          use a column of its own"]
    );
}

#[test]
fn a_document_declares_counters_in_both_forms() {
    let text = r#"{
        "tables": {
            "users": {"columns": {"id": {"type": "integer"}, "a": {"type": "integer", "default": 0},
                                  "b": {"type": "int", "default": 0}}, "primaryKey": "id"},
            "posts": {"columns": {"user_id": {"type": "integer"}, "open": {"type": "boolean"}}}
        },
        "relations": {
            "posts": {"user": {"one": "users", "from": "user_id", "to": "id"}},
            "users": {
                "posts": {"many": "posts", "counterCache": "a"},
                "drafts": {"many": "posts", "counterCache": {"column": "b", "where": {"open": false}}}
            }
        }
    }"#;
    let schema = Schema::from_json(text).unwrap();
    assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), schema);
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { id: 1 }).unwrap();
    db.insert_many("posts", vec![row! { user_id: 1, open: true }, row! { user_id: 1, open: false }]).unwrap();
    assert_eq!(rows(&db, "users"), r#"[{"id":1,"a":2,"b":1}]"#);
    let wrong = text.replace(r#""a"}"#, "1}");
    let error = format!("{:#}", Schema::from_json(&wrong).unwrap_err());
    assert!(
        error.contains("expected true, a column, or an object with `column` and `where`, found 1"),
        "{error}"
    );
    let unnamed = Schema::from_json(&text.replace(r#""column": "b", "#, "")).unwrap();
    let error = Catalog::try_from(unnamed).unwrap_err().to_string();
    assert!(error.contains("looked for `drafts_count`, `draftsCount` on `users`"), "{error}");
}

#[test]
fn what_writes_set_off_can_be_told() {
    let catalog = Catalog::try_from(blog(Action::SetNull)).unwrap();
    assert_eq!(
        catalog.explain_writes("users").unwrap(),
        "deleting users\n  sets to null posts by user_id\n    counts users.posts_count\n    \
         counts users.published_count\n"
    );
    assert_eq!(
        catalog.explain_writes("posts").unwrap(),
        "writing posts\n  counts users.posts_count\n  counts users.published_count\n"
    );
    assert!(catalog.explain_writes("likes").is_err());
}

#[test]
fn a_counter_may_be_declared_on_the_relation_to_the_parent_as_rails_does() {
    let user = || Relation::belongs_to("posts", "user");
    let editor = || Relation::belongs_to("posts", "editor").target("users").from(["user_id"]);
    let text = r#"{
        "tables": {
            "users": {"columns": {"id": {"type": "integer", "generated": true},
                "posts_count": {"type": "integer", "default": 0},
                "published_count": {"type": "integer", "default": 0}}, "primaryKey": "id"},
            "posts": {"columns": {"id": {"type": "integer", "generated": true},
                "user_id": {"type": "integer", "nullable": true},
                "published": {"type": "boolean", "default": false}}, "primaryKey": "id"}
        },
        "relations": {"posts": {
            "user": {"belongsTo": true, "counterCache": true},
            "editor": {"belongsTo": "users", "from": "user_id",
                "counterCache": {"column": "published_count", "where": {"published": true}}}
        }}
    }"#;
    let declared = declared_below(user().counted())
        .relation(editor().counter_cache_where("published_count", col("published").eq(true)));
    for schema in [declared, Schema::from_json(text).unwrap()] {
        let db = Database::new(schema).unwrap();
        db.insert_many("users", vec![row! {}, row! {}]).unwrap();
        db.insert_many("posts", vec![row! { user_id: 1 }, row! { user_id: 1, published: true }, row! {}])
            .unwrap();
        assert_eq!(counts(&db), pair("2,0", "1,0"));
        db.update("posts", col("published").eq(true), row! { user_id: 2 }).unwrap();
        db.update("posts", col("user_id").is_null(), row! { user: nested::connect(2) }).unwrap();
        assert_eq!(counts(&db), pair("1,2", "0,1"));
        db.delete("users", Key::from(2)).unwrap();
        db.insert("users", row! { id: 2 }).unwrap();
        assert_eq!(counts(&db), pair("1,2", "0,1"));
        let error = db.update("users", Rows::All, row! { posts_count: 0 }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`posts_count` can't be written by hand: it counts the rows of `posts`"
        );
        assert_eq!(db.rebuild_counters().unwrap(), 0);
        let words = db.catalog().explain_writes("posts").unwrap();
        assert_eq!(words, "writing posts\n  counts users.posts_count\n  counts users.published_count\n");
    }
}

#[test]
fn a_polymorphic_parent_counts_by_the_relation_to_it() {
    let target = |name: &str| table(name).column(count("notes_count"));
    let schema = |photos: Table| {
        Schema::new()
            .table(target("posts"))
            .table(photos)
            .table(table("notes").column(Column::text("on_type")).column(Column::integer("on_id")))
            .relation(Relation::polymorphic("notes", "on").types(["posts", "photos"]).counted())
    };
    let db = Database::new(schema(target("photos"))).unwrap();
    db.insert("posts", row! {}).unwrap();
    db.insert("photos", row! {}).unwrap();
    db.insert_many("notes", vec![row! { on_type: "posts", on_id: 1 }; 2]).unwrap();
    db.update("notes", Key::from(1), row! { on_type: "photos" }).unwrap();
    assert_eq!(
        (column(&db, "posts", "notes_count"), column(&db, "photos", "notes_count")),
        ("1".into(), "1".into())
    );
    sound(&db);
    assert_eq!(
        mistakes(schema(table("photos"))),
        [
            "notes.on: no counter column is found by name: looked for `notes_count`, `notesCount` on `photos` | \
          name it; there are: id"
        ]
    );
}

#[test]
fn a_counter_stands_on_one_of_two_sides_and_each_mistake_is_told_once() {
    let user = || Relation::belongs_to("posts", "user");
    let both = declared_below(user().counted()).relation(Relation::has_many("users", "posts").counted());
    assert_eq!(
        mistakes(both),
        [
            "users.posts: `posts_count` counts the rows of `posts` already | give each relation a column of its own"
        ]
    );
    let relation = "posts.user: a counter cache counts the children of a row, which this isn't | declare it on a \
        relation to many rows that hold this table's key, or that a junction joins with it whose key to them is \
        required, or without filter on the relation to the one row whose key this table holds";
    assert_eq!(mistakes(declared_below(user().counted().filter(col("id").gt(3)))), [relation]);
    assert_eq!(
        mistakes(declared_below(user().counter_cache("n"))),
        ["posts.user: no column `n` on `users` | there are: id, posts_count, published_count"]
    );
    let unread = declared_below(user().counter_cache_where("posts_count", col("nothing").eq(1)));
    assert_eq!(
        mistakes(unread),
        [
            "posts.user: counterCache.where.nothing: no column `nothing` on `posts` | there are: id, user_id, published"
        ]
    );
}
