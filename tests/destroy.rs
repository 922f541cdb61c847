//! Destroying rows: dependents, and what they leave to foreign keys.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, sound, table};
use relata::{
    Action, Catalog, Column, Database, Dependent, ErrorKind, ForeignKey, Key, Relation, Rows, Schema, Table,
    col, row,
};

fn key(name: &str) -> Column {
    Column::integer(name).nullable()
}

fn up(source: &str, name: &str, target: &str, column: &str) -> Relation {
    Relation::one(source, name, target).from([column]).to(["id"])
}

/// Users of posts of comments. What becomes of a user's posts is given; comments go with their post.
fn blog(posts: Relation) -> Schema {
    Schema::new()
        .table(table("users").column(Column::integer("posts_count").default(0)))
        .table(
            table("posts")
                .column(key("user_id"))
                .column(Column::boolean("draft").default(false))
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Restrict)),
        )
        .table(table("comments").column(key("post_id")))
        .relation(up("posts", "user", "users", "user_id"))
        .relation(up("comments", "post", "posts", "post_id"))
        .relation(posts.counter_cache("posts_count"))
        .relation(Relation::many("posts", "comments", "comments").dependent(Dependent::Destroy))
}

fn posts() -> Relation {
    Relation::many("users", "posts", "posts")
}

/// Two users with posts 1, 2 and 3; a comment on each.
fn open(schema: Schema) -> Database {
    let db = Database::new(schema).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    for (user, draft) in [(1, false), (1, true), (2, false)] {
        db.insert("posts", row! { user_id: user, draft: draft }).unwrap();
    }
    for post in [1, 2, 3] {
        db.insert("comments", row! { post_id: post }).unwrap();
    }
    db
}

fn left(db: &Database) -> String {
    sound(db);
    ["users", "posts", "comments"].map(|table| column(db, table, "id")).join(" | ")
}

#[test]
fn destroyed_dependents_are_destroyed_with_their_own() {
    let db = open(blog(posts().dependent(Dependent::Destroy)));
    assert_eq!(db.destroy("users", Key::from(1)).unwrap(), 1);
    assert_eq!(left(&db), "2 | 3 | 3");
    assert_eq!(db.destroy("users", Rows::All).unwrap(), 1);
    assert_eq!(left(&db), " |  | ");
}

#[test]
fn deleted_dependents_leave_theirs_to_foreign_keys() {
    let db = open(blog(posts().dependent(Dependent::Delete)));
    db.destroy("users", Key::from(1)).unwrap();
    // Comments have no foreign key: they point nowhere now.
    assert_eq!(left(&db), "2 | 3 | 1,2,3");
}

#[test]
fn nullified_dependents_stay_without_the_key() {
    let db = open(blog(posts().dependent(Dependent::Nullify)));
    db.destroy("users", Key::from(1)).unwrap();
    assert_eq!(
        (left(&db), column(&db, "posts", "user_id")),
        ("2 | 1,2,3 | 1,2,3".into(), "null,null,2".into())
    );
}

#[test]
fn restricting_dependents_refuse_and_nothing_changes() {
    let db = open(blog(posts().dependent(Dependent::Restrict)));
    let error = db.destroy("users", Rows::All).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "can't change or delete users 1: 2 rows of posts refer to it (1, 2 by user_id)\n    \
         help: delete them first, or declare another action on `posts`"
    );
    assert_eq!(left(&db), "1,2 | 1,2,3 | 1,2,3");
    db.delete("posts", col("user_id").eq(1)).unwrap();
    db.destroy("users", Key::from(1)).unwrap();
    assert_eq!(left(&db), "2 | 3 | 1,2,3");
}

#[test]
fn delete_alone_lets_only_foreign_keys_act() {
    let db = open(blog(posts().dependent(Dependent::Destroy)));
    assert_eq!(kind(&db.delete("users", Key::from(1)).unwrap_err()), "restrict_violation");
    db.delete("posts", Rows::All).unwrap();
    assert_eq!(left(&db), "1,2 |  | 1,2,3");
}

#[test]
fn a_restrict_below_a_destroyed_dependent_refuses_it_all() {
    let tables = Schema { relations: Vec::new(), ..blog(posts()) };
    let schema = tables
        .relation(up("posts", "user", "users", "user_id"))
        .relation(up("comments", "post", "posts", "post_id"))
        .relation(posts().dependent(Dependent::Destroy))
        .relation(Relation::many("posts", "comments", "comments").dependent(Dependent::Restrict));
    let db = open(schema);
    db.delete("comments", col("post_id").eq(1)).unwrap();
    assert_eq!(kind(&db.destroy("users", Key::from(1)).unwrap_err()), "restrict_violation");
    assert_eq!(left(&db), "1,2 | 1,2,3 | 2,3");
}

#[test]
fn friends_of_a_destroyed_user_lose_the_right_rows_of_the_junction() {
    let friends = |name: &str, from: &str, to: &str| {
        Relation::many("users", name, "users")
            .from(["id"])
            .through("friends", [from], [to])
            .to(["id"])
            .dependent(Dependent::Delete)
    };
    let schema = Schema::new()
        .table(table("users"))
        .table(Table::new("friends").column(Column::integer("a")).column(Column::integer("b")))
        .relation(friends("likes", "a", "b").alias("likes"))
        .relation(friends("liked_by", "b", "a").alias("liked_by"));
    let db = Database::new(schema).unwrap();
    db.insert_many("users", vec![row! {}, row! {}, row! {}]).unwrap();
    for (a, b) in [(1, 2), (2, 1), (2, 3), (3, 2), (1, 1)] {
        db.insert("friends", row! { a: a, b: b }).unwrap();
    }
    db.destroy("users", Key::from(1)).unwrap();
    assert_eq!((column(&db, "friends", "a"), column(&db, "users", "id")), ("2,3".into(), "2,3".into()));
    sound(&db);
}

#[test]
fn what_a_destroy_sets_off_can_be_told() {
    let catalog = Catalog::try_from(blog(posts().dependent(Dependent::Destroy))).unwrap();
    assert_eq!(
        catalog.explain_writes("users").unwrap(),
        "deleting users\n  is refused while there are posts by user_id\n\
         destroying users\n  destroys posts along posts\n    counts users.posts_count\n    \
         destroys comments along comments\n"
    );
}

#[test]
fn a_filter_of_the_relation_limits_its_dependents() {
    let schema = blog(posts()).relation(
        Relation::many("users", "drafts", "posts")
            .filter(col("draft").eq(true))
            .dependent(Dependent::Destroy),
    );
    let db = open(schema.clone());
    // The published post is left, and the foreign key refuses.
    assert_eq!(kind(&db.destroy("users", Key::from(1)).unwrap_err()), "restrict_violation");
    assert_eq!(left(&db), "1,2 | 1,2,3 | 1,2,3");
    db.update("posts", col("id").eq(1), row! { user_id: 2 }).unwrap();
    db.destroy("users", Key::from(1)).unwrap();
    assert_eq!(left(&db), "2 | 1,3 | 1,3");
}

#[test]
fn dependents_act_in_declared_order() {
    let drafts = || Relation::many("users", "drafts", "posts").filter(col("draft").eq(true));
    let first = blog(posts().alias("x")); // Only to have the tables.
    let tables = Schema { relations: Vec::new(), ..first };
    let base = |one: Relation, two: Relation| {
        open(tables.clone().relation(up("posts", "user", "users", "user_id")).relation(one).relation(two))
    };
    let db = base(drafts().dependent(Dependent::Destroy), posts().dependent(Dependent::Restrict));
    db.update("posts", col("id").eq(1), row! { user_id: 2 }).unwrap();
    db.destroy("users", Key::from(1)).unwrap();
    let db = base(posts().dependent(Dependent::Restrict), drafts().dependent(Dependent::Destroy));
    db.update("posts", col("id").eq(1), row! { user_id: 2 }).unwrap();
    assert_eq!(kind(&db.destroy("users", Key::from(1)).unwrap_err()), "restrict_violation");
    let db = base(posts().dependent(Dependent::Nullify), drafts().dependent(Dependent::Restrict));
    db.destroy("users", Key::from(1)).unwrap();
}

#[test]
fn a_has_one_takes_its_row_only() {
    let tables = Schema { relations: Vec::new(), ..blog(posts()) };
    let schema = tables
        .relation(up("comments", "post", "posts", "post_id"))
        .relation(Relation::one("posts", "comment", "comments").dependent(Dependent::Destroy));
    let db = open(schema);
    db.insert("comments", row! { post_id: 1 }).unwrap();
    db.destroy("posts", Key::from(1)).unwrap();
    assert_eq!(left(&db), "1,2 | 2,3 | 2,3,4");
}

#[test]
fn a_parent_goes_after_the_row_that_holds_its_key() {
    let tables = Schema { relations: Vec::new(), ..blog(posts()) };
    let schema = |dependent| {
        tables
            .clone()
            .relation(up("posts", "user", "users", "user_id").dependent(dependent))
            .relation(up("comments", "post", "posts", "post_id").dependent(Dependent::Destroy))
    };
    let db = open(schema(Dependent::Destroy));
    db.destroy("comments", Key::from(3)).unwrap();
    assert_eq!(left(&db), "1 | 1,2 | 1,2");
    // The user still has another post.
    assert_eq!(kind(&db.destroy("comments", Key::from(1)).unwrap_err()), "restrict_violation");
    assert_eq!(left(&db), "1 | 1,2 | 1,2");
    db.destroy("comments", Rows::All).unwrap();
    assert_eq!(left(&db), " |  | ");
}

#[test]
fn rows_that_destroy_each_other_go_from_either_end() {
    let schema = Schema::new()
        .table(table("a").column(key("b_id")))
        .table(table("b"))
        .relation(up("a", "b", "b", "b_id").dependent(Dependent::Destroy))
        .relation(Relation::many("b", "a_s", "a").dependent(Dependent::Destroy));
    for start in ["a", "b"] {
        let db = Database::new(schema.clone()).unwrap();
        db.insert_many("b", vec![row! {}, row! {}]).unwrap();
        db.insert_many("a", vec![row! { b_id: 1 }, row! { b_id: 1 }, row! { b_id: 2 }]).unwrap();
        db.destroy(start, Key::from(1)).unwrap();
        assert_eq!((column(&db, "a", "id"), column(&db, "b", "id")), ("3".into(), "2".into()), "{start}");
        sound(&db);
    }
}

#[test]
fn a_junction_loses_its_rows_and_the_target_stays() {
    let schema = |groups: Relation| {
        Schema::new()
            .table(table("users"))
            .table(
                table("groups")
                    .column(Column::boolean("open").default(true))
                    .column(Column::integer("size").default(0)),
            )
            .table(Table::new("members").column(Column::integer("user_id")).column(key("group_id")))
            .relation(up("members", "user", "users", "user_id"))
            .relation(up("members", "group", "groups", "group_id"))
            .relation(Relation::many("users", "memberships", "members"))
            .relation(Relation::many("groups", "members", "members").counter_cache("size"))
            .relation(groups.dependent(Dependent::Destroy))
    };
    let through = || {
        Relation::many("users", "groups", "groups")
            .from(["id"])
            .through("members", ["user_id"], ["group_id"])
            .to(["id"])
    };
    let chain = Relation::many("users", "groups", "groups").through_relations(["memberships", "group"]);
    let filtered = through().filter(col("open").eq(true));
    for (groups, expected) in [(through(), "2"), (chain, "2"), (filtered, "1,1,2")] {
        let db = Database::new(schema(groups)).unwrap();
        db.insert_many("users", vec![row! {}, row! {}]).unwrap();
        db.insert_many("groups", vec![row! {}, row! { open: false }]).unwrap();
        for (user, group) in [(1, Some(1)), (1, Some(1)), (1, Some(2)), (1, None), (2, Some(2))] {
            db.insert("members", row! { user_id: user, group_id: group }).unwrap();
        }
        db.destroy("users", Key::from(1)).unwrap();
        assert_eq!(column(&db, "members", "user_id"), expected);
        assert_eq!(db.query("groups").count().unwrap(), 2);
        sound(&db);
    }
}

#[test]
fn a_tree_of_a_million_rows_is_destroyed() {
    let schema = Schema::new().table(table("nodes").column(key("up"))).relation(
        Relation::many("nodes", "below", "nodes").from(["id"]).to(["up"]).dependent(Dependent::Destroy),
    );
    let db = Database::new(schema).unwrap();
    let last = 1_000_000;
    db.load(|loader| {
        let nodes = loader.table("nodes")?;
        for id in 1..=last {
            let up = (id > 1).then(|| relata::Value::from(id - 1));
            loader.push_values(nodes, vec![Some(id.into()), up])?;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(db.destroy("nodes", Key::from(2)).unwrap(), 1);
    assert_eq!(column(&db, "nodes", "id"), "1");
}

#[test]
fn what_stays_is_counted_and_touched() {
    let schema = Schema::new()
        .table(table("users"))
        .table(
            table("topics")
                .column(Column::integer("posts_count").default(0))
                .column(Column::timestamptz("updated_at").nullable()),
        )
        .table(table("posts").column(key("user_id")).column(key("topic_id")))
        .relation(up("posts", "user", "users", "user_id"))
        .relation(up("posts", "topic", "topics", "topic_id").touch())
        .relation(Relation::many("topics", "posts", "posts").counter_cache("posts_count"))
        .relation(Relation::many("users", "posts", "posts").dependent(Dependent::Destroy));
    let db = Database::builder(schema).clock(|| "2020-01-01T00:00:00Z".parse().unwrap()).build().unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    db.insert_many("topics", vec![row! {}, row! {}]).unwrap();
    let quiet = db.without_touching();
    for (user, topic) in [(1, 1), (1, 1), (2, 1), (2, 2)] {
        quiet.insert("posts", row! { user_id: user, topic_id: topic }).unwrap();
    }
    db.destroy("users", Key::from(1)).unwrap();
    assert_eq!(column(&db, "topics", "posts_count"), "1,1");
    assert_eq!(column(&db, "topics", "updated_at"), r#""2020-01-01T00:00:00Z",null"#);
    sound(&db);
}

#[test]
fn a_statement_destroys_as_a_document_and_in_a_script() {
    let schema = blog(posts().dependent(Dependent::Destroy));
    let written = schema.to_json();
    assert!(written.contains(r#""dependent": "destroy""#), "{written}");
    let db = open(Schema::from_json(&written).unwrap());
    let script = r#"{"destroy": "users", "where": {"id": 1}} {"destroy": "users"} {"check": true}"#;
    let answers = db.run_json(script).unwrap();
    let lines: Vec<&str> = answers.lines().collect();
    assert_eq!((lines[0], lines[2]), (r#"{"result":1}"#, r#"{"result":{"violations":[]}}"#));
    assert!(lines[1].contains("no filter says which rows are meant"), "{}", lines[1]);
    assert_eq!(left(&db), "2 | 3 | 3");
}

#[test]
fn a_dependent_that_cant_act_is_a_mistake() {
    let words = r#"{"tables": {"a": {"columns": {"id": {"type": "int"}}}},
        "relations": {"a": {"b": {"many": "a", "dependent": "explode"}}}}"#;
    let error = Schema::from_json(words).unwrap_err().to_string();
    assert!(error.ends_with("expected destroy, delete, nullify or restrict, found \"explode\""), "{error}");
    let schema = Schema::new()
        .table(table("users").column(Column::integer("kind")))
        .table(table("posts").column(Column::integer("user_id")).column(Column::integer("kind")))
        .relation(up("posts", "user", "users", "user_id").dependent(Dependent::Nullify))
        .relation(Relation::many("users", "posts", "posts").dependent(Dependent::Nullify))
        .relation(
            Relation::many("users", "alike", "posts")
                .from(["kind"])
                .to(["kind"])
                .alias("k")
                .dependent(Dependent::Destroy),
        );
    let error = Catalog::try_from(schema).unwrap_err();
    let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error}") };
    let shown: Vec<String> =
        mistakes.iter().map(|mistake| format!("{mistake} | {}", mistake.help())).collect();
    assert_eq!(
        shown,
        [
            "users.posts: `nullify` on `posts.user_id`, which isn't nullable | \
             declare `posts.user_id` nullable, or another dependent",
            "users.alike: dependents are children, rows of a junction or a parent, which these aren't | \
             declare it on the relation to the rows that are to go",
            "posts.user: `nullify` fits relations to rows that hold this table's key only | \
             declare destroy or delete",
        ]
    );
}

#[test]
fn a_has_one_takes_every_dependent() {
    let tables = Schema { relations: Vec::new(), ..blog(posts()) };
    let open = |dependent| {
        open(
            tables
                .clone()
                .relation(up("comments", "post", "posts", "post_id"))
                .relation(Relation::one("posts", "comment", "comments").dependent(dependent)),
        )
    };
    for dependent in [Dependent::Destroy, Dependent::Delete] {
        let db = open(dependent);
        db.destroy("posts", Key::from(1)).unwrap();
        assert_eq!(left(&db), "1,2 | 2,3 | 2,3", "{dependent:?}");
    }
    let db = open(Dependent::Nullify);
    db.destroy("posts", Key::from(1)).unwrap();
    assert_eq!(
        (left(&db), column(&db, "comments", "post_id")),
        ("1,2 | 2,3 | 1,2,3".into(), "null,2,3".into())
    );
    let db = open(Dependent::Restrict);
    assert_eq!(kind(&db.destroy("posts", Key::from(1)).unwrap_err()), "restrict_violation");
    db.delete("comments", Key::from(1)).unwrap();
    db.destroy("posts", Key::from(1)).unwrap();
    assert_eq!(left(&db), "1,2 | 2,3 | 2,3");
}

#[test]
fn a_parent_that_is_deleted_along_leaves_its_own_dependents() {
    let tables = Schema { relations: Vec::new(), ..blog(posts()) };
    let schema = tables
        .relation(up("comments", "post", "posts", "post_id").dependent(Dependent::Delete))
        .relation(Relation::many("posts", "comments", "comments").dependent(Dependent::Destroy));
    let db = open(schema);
    db.insert("comments", row! { post_id: 3 }).unwrap();
    db.destroy("comments", Key::from(3)).unwrap();
    // A destroyed post would have taken its other comment along.
    assert_eq!(left(&db), "1,2 | 1,2 | 1,2,4");
}

/// Teams of users with posts and badges, and groups by way of members; everything goes with a user.
fn everything() -> Schema {
    Schema::new()
        .table(table("teams").column(Column::timestamptz("updated_at").nullable()))
        .table(table("users").column(key("team_id")))
        .table(table("posts").column(key("user_id")))
        .table(table("badges").column(key("user_id")))
        .table(table("groups"))
        .table(table("members").column(key("user_id")).column(key("group_id")))
        .relation(up("users", "team", "teams", "team_id").dependent(Dependent::Destroy))
        .relation(up("posts", "user", "users", "user_id"))
        .relation(up("badges", "user", "users", "user_id"))
        .relation(
            Relation::many("users", "groups", "groups")
                .from(["id"])
                .through("members", ["user_id"], ["group_id"])
                .to(["id"])
                .dependent(Dependent::Destroy),
        )
        .relation(Relation::many("users", "badges", "badges").dependent(Dependent::Destroy))
        .relation(Relation::many("users", "posts", "posts").dependent(Dependent::Destroy))
}

/// What hooks say of a destroy, until one refuses.
fn destroyed(refuses: Option<&'static str>) -> (Database, relata::Result<u64>, Vec<String>) {
    use std::sync::{Arc, Mutex};
    let said = Arc::new(Mutex::new(Vec::new()));
    let mut builder = Database::builder(everything());
    for name in ["teams", "users", "posts", "badges", "members"] {
        let (before, after) = (Arc::clone(&said), Arc::clone(&said));
        builder = builder
            .before_destroy(name, move |event| {
                before.lock().unwrap().push(format!("before {name}"));
                if refuses == Some(name) { Err(event.refuse("no")) } else { Ok(()) }
            })
            .after_commit(name, move |event| {
                after.lock().unwrap().push(format!("committed {}", event.table()));
            });
    }
    let db = builder.build().unwrap();
    db.insert("teams", row! {}).unwrap();
    db.insert("users", row! { team_id: 1 }).unwrap();
    for table in ["badges", "posts"] {
        db.insert(table, row! { user_id: 1 }).unwrap();
    }
    db.insert("groups", row! {}).unwrap();
    db.insert("members", row! { user_id: 1, group_id: 1 }).unwrap();
    said.lock().unwrap().clear();
    let done = db.destroy("users", Key::from(1));
    let lines = said.lock().unwrap().clone();
    (db, done, lines)
}

#[test]
fn a_destroy_goes_to_children_as_declared_then_junctions_then_parents_and_commits_last() {
    let (db, done, said) = destroyed(None);
    assert_eq!(done.unwrap(), 1);
    let order = ["users", "badges", "posts", "members", "teams"];
    let expected: Vec<String> = ["before", "committed"]
        .iter()
        .flat_map(|when| order.iter().map(move |table| format!("{when} {table}")))
        .collect();
    assert_eq!(said, expected);
    assert_eq!(db.query("groups").count().unwrap(), 1);
    sound(&db);
}

#[test]
fn a_veto_of_the_last_undoes_what_went_before_it() {
    let (db, done, said) = destroyed(Some("teams"));
    assert_eq!(kind(&done.unwrap_err()), "refused");
    assert_eq!(said.last().unwrap(), "before teams");
    for table in ["teams", "users", "posts", "badges", "members", "groups"] {
        assert_eq!(db.query(table).count().unwrap(), 1, "{table}");
    }
    sound(&db);
}

#[test]
fn what_a_destroy_sets_off_at_every_kind_of_relation_can_be_told() {
    let words = Catalog::try_from(everything()).unwrap().explain_writes("users").unwrap();
    assert_eq!(
        words,
        "destroying users\n  destroys badges along badges\n  destroys posts along posts\n  \
         destroys members along groups\n  destroys teams along team\n"
    );
    let cleared = blog(posts().dependent(Dependent::Nullify));
    let words = Catalog::try_from(cleared).unwrap().explain_writes("users").unwrap();
    assert!(words.contains("destroying users\n  clears posts along posts\n"), "{words}");
}
