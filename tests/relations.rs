//! What relations promise to whoever reads along them, in every way there is to read.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{kind, library, sound, table};
use relata::{
    Action, Column, Database, Dependent, ErrorKind, ForeignKey, Key, Relation, RowRef, RowView, Schema,
    Table, alias, asc, col, desc, nested, rel, row,
};

fn json(page: &relata::Page) -> String {
    serde_json::to_string(page).unwrap()
}

#[test]
fn a_foreign_key_without_a_relation_is_not_walked_and_the_error_lists_what_is() {
    let schema = Schema::new()
        .table(table("users"))
        .table(
            table("posts")
                .column(Column::integer("user_id"))
                .column(Column::integer("editor_id").nullable())
                .foreign_key(ForeignKey::new(["user_id"], "users"))
                .foreign_key(ForeignKey::new(["editor_id"], "users")),
        )
        .relation(Relation::belongs_to("posts", "editor").target("users"));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! {}).unwrap();
    db.insert("posts", row! { user_id: 1 }).unwrap();
    for error in [
        db.query("posts").include("user", |q| q).all().unwrap_err(),
        db.query("posts").filter(rel("user").exists()).all().unwrap_err(),
        db.snapshot().get("posts", 1).unwrap().unwrap().one("user").unwrap_err(),
        db.update("posts", Key::from(1), row! { user: nested::connect(1) }).unwrap_err(),
    ] {
        let ErrorKind::UnknownRelation { table, name, known } = error.kind() else { panic!("{error:?}") };
        assert_eq!(
            (table.as_str(), name.as_str(), known.as_slice()),
            ("posts", "user", &["editor".into()][..])
        );
    }
    // The key guards writes all the same.
    assert_eq!(kind(&db.insert("posts", row! { user_id: 9 }).unwrap_err()), "foreign_key_violation");
}

#[test]
fn a_relation_without_a_foreign_key_tolerates_rows_that_point_nowhere() {
    let schema = Schema::new()
        .table(table("users"))
        .table(table("posts").column(Column::integer("user_id")))
        .relation(Relation::belongs_to("posts", "user"))
        .relation(Relation::has_many("users", "posts"));
    let db = Database::new(schema).unwrap();
    db.insert("posts", row! { user_id: 7 }).unwrap();
    let read = || json(&db.query("posts").include("user", |user| user).all().unwrap());
    assert_eq!(read(), r#"[{"id":1,"user_id":7,"user":null}]"#);
    db.insert("users", row! { id: 7 }).unwrap();
    assert_eq!(read(), r#"[{"id":1,"user_id":7,"user":{"id":7}}]"#);
    db.delete("users", Key::from(7)).unwrap();
    assert_eq!(read(), r#"[{"id":1,"user_id":7,"user":null}]"#);
    sound(&db);
}

/// Shelves with boxes, whose relation up leads to open shelves only.
fn shelves() -> Database {
    let schema = Schema::new()
        .table(table("shelves").column(Column::boolean("open")))
        .table(table("boxes").column(Column::integer("shelf_id")).column(Column::integer("size")))
        .relation(
            Relation::belongs_to("boxes", "shelf").target("shelves").filter(col("open").eq(true)).alias("on"),
        )
        .relation(Relation::many("shelves", "boxes", "boxes").alias("on").order_by(desc("size")));
    let db = Database::new(schema).unwrap();
    db.insert_many("shelves", vec![row! { open: true }, row! { open: false }]).unwrap();
    for (shelf, size) in [(1, 5), (2, 6), (1, 9), (1, 7)] {
        db.insert("boxes", row! { shelf_id: shelf, size: size }).unwrap();
    }
    db
}

#[test]
fn a_filter_is_one_of_the_target_and_the_other_side_starts_from_rows_it_is_true_of() {
    let db = shelves();
    let boxes =
        db.query("boxes").columns(["id"]).include("shelf", |shelf| shelf.columns(["id"])).all().unwrap();
    assert_eq!(
        json(&boxes),
        r#"[{"id":1,"shelf":{"id":1}},{"id":2,"shelf":null},{"id":3,"shelf":{"id":1}},{"id":4,"shelf":{"id":1}}]"#
    );
    let shelves = db.query("shelves").columns(["id"]).include("boxes", |boxes| boxes.columns(["size"])).all();
    assert_eq!(
        json(&shelves.unwrap()),
        r#"[{"id":1,"boxes":[{"size":9},{"size":7},{"size":5}]},{"id":2,"boxes":[]}]"#
    );
    let counted = db.query("shelves").columns(["id"]).count_of("n", "boxes").all().unwrap();
    assert_eq!(json(&counted), r#"[{"id":1,"n":3},{"id":2,"n":0}]"#);
    let ids = |filter| db.query("shelves").filter(filter).pluck::<i64>(["id"]).unwrap();
    assert_eq!((ids(rel("boxes").exists()), ids(rel("boxes").absent())), (vec![1], vec![2]));
    assert_eq!(db.query("boxes").filter(rel("shelf").absent()).pluck::<i64>(["id"]).unwrap(), [2]);
}

#[test]
fn a_query_s_filter_joins_that_of_the_relation_and_its_order_takes_the_place() {
    let db = shelves();
    let sizes = |query: fn(relata::Query) -> relata::Query| {
        json(&db.query("shelves").columns(["id"]).include("boxes", query).limit(1).all().unwrap())
    };
    assert_eq!(
        sizes(|boxes| boxes.columns(["size"]).filter(col("size").lt(9)).order_by(asc("size"))),
        r#"[{"id":1,"boxes":[{"size":5},{"size":7}]}]"#
    );
    assert_eq!(sizes(|boxes| boxes.columns(["size"]).limit(1)), r#"[{"id":1,"boxes":[{"size":9}]}]"#);
    let shut =
        db.query("boxes").columns(["id"]).include("shelf", |shelf| shelf.filter(col("open").eq(false)));
    assert_eq!(json(&shut.limit(2).all().unwrap()), r#"[{"id":1,"shelf":null},{"id":2,"shelf":null}]"#);
}

#[test]
fn each_quantifier_asks_what_it_says_and_a_to_one_is_asked_by_is() {
    let db = library(Action::Cascade);
    for name in ["Ann", "Bob", "Cy"] {
        db.insert("authors", row! { name: name }).unwrap();
    }
    for (title, author) in [("a", Some(1)), ("b", Some(1)), ("a", Some(2)), ("c", None)] {
        db.insert("books", row! { title: title, author_id: author }).unwrap();
    }
    let authors = |filter| db.query("authors").filter(filter).pluck::<i64>(["id"]).unwrap();
    let a = || col("title").eq("a");
    assert_eq!(authors(rel("books").some(a())), [1, 2]);
    assert_eq!(authors(rel("books").every(a())), [2, 3]);
    assert_eq!(authors(rel("books").none(a())), [3]);
    let books = |filter| db.query("books").filter(filter).pluck::<i64>(["id"]).unwrap();
    let ann = || col("name").eq("Ann");
    assert_eq!(books(rel("author").is(ann())), [1, 2]);
    // What leads nowhere isn't one that is.
    assert_eq!(books(rel("author").is_not(ann())), [3, 4]);
}

/// Every kind of relation between a few tables.
fn everything() -> Schema {
    let key = |name: &str| Column::integer(name).nullable();
    Schema::new()
        .table(table("users").column(key("boss_id")).column(Column::integer("v")))
        .table(table("posts").column(key("user_id")).column(Column::integer("v")))
        .table(table("profiles").column(key("user_id").unique()))
        .table(table("tags").column(Column::integer("v")))
        .table(Table::new("posts_tags").column(key("post_id")).column(key("tag_id")))
        .table(table("notes").column(Column::text("on_type").nullable()).column(key("on_id")))
        .relation(Relation::belongs_to("users", "boss").target("users"))
        .relation(Relation::has_many("users", "staff").target("users").inverse("boss"))
        .relation(Relation::belongs_to("posts", "user"))
        .relation(Relation::has_many("users", "posts"))
        .relation(
            Relation::many("users", "recent", "posts").from(["id"]).to(["user_id"]).filter(col("v").gt(2)),
        )
        .relation(Relation::many("users", "sorted", "posts").from(["id"]).to(["user_id"]).order_by(desc("v")))
        .relation(Relation::one("users", "first", "posts").from(["id"]).to(["user_id"]))
        .relation(Relation::one("users", "best", "posts").from(["id"]).to(["user_id"]).order_by(desc("v")))
        .relation(Relation::belongs_to("profiles", "user"))
        .relation(Relation::has_one("users", "profile"))
        .relation(Relation::many_to_many("posts", "tags"))
        .relation(Relation::many_to_many("tags", "posts"))
        .relation(Relation::has_many("users", "tags").through_relations(["posts"]))
        .relation(Relation::has_many("users", "topics").through_relations(["posts", "tags"]).distinct())
        .relation(Relation::has_many("profiles", "colleagues").through_relations(["user", "staff"]))
        .relation(Relation::polymorphic("notes", "on"))
        .relation(Relation::has_many("posts", "notes").as_("on"))
        .relation(Relation::has_many("tags", "notes").as_("on").dependent(Dependent::Destroy))
        .relation(Relation::has_many("users", "notes").through_relations(["posts", "notes"]))
}

fn filled() -> Database {
    let db = Database::new(everything()).unwrap();
    for (boss, v) in [(None, 1), (Some(1), 2), (Some(1), 3), (Some(3), 4), (Some(5), 5)] {
        db.insert("users", row! { boss_id: boss, v: v }).unwrap();
    }
    for (user, v) in [(Some(2), 3), (Some(1), 1), (Some(2), 5), (None, 4), (Some(1), 4), (Some(2), 2)] {
        db.insert("posts", row! { user_id: user, v: v }).unwrap();
    }
    for user in [Some(3), Some(1), None, Some(2)] {
        db.insert("profiles", row! { user_id: user }).unwrap();
    }
    db.insert_many("tags", vec![row! { v: 3 }, row! { v: 1 }, row! { v: 2 }]).unwrap();
    let joined = [(1, 2), (1, 1), (3, 2), (5, 3), (1, 2), (2, 2), (4, 1)];
    for (post, tag) in joined {
        db.insert("posts_tags", row! { post_id: post, tag_id: tag }).unwrap();
    }
    db.insert("posts_tags", row! { post_id: 3 }).unwrap();
    for (on, id) in [("posts", 1), ("tags", 1), ("posts", 3), ("posts", 1), ("tags", 9), ("none", 1)] {
        db.insert("notes", row! { on_type: on, on_id: id }).unwrap();
    }
    db
}

/// Pairs of the keys of a row and of those a relation leads to from it.
type Pairs = Vec<(i64, i64)>;

fn id(row: &RowView<'_>) -> i64 {
    row.get("id").unwrap()
}

fn included(db: &Database, source: &str, name: &str, many: bool) -> Pairs {
    let page = db.query(source).include(name, |to| to).all().unwrap();
    let from = |row: RowView<'_>| -> Pairs {
        let to: Vec<i64> = match many {
            true => row.many(name).unwrap().iter().map(|to| id(&to)).collect(),
            false => row.one(name).unwrap().iter().map(id).collect(),
        };
        to.into_iter().map(|to| (id(&row), to)).collect()
    };
    page.iter().flat_map(from).collect()
}

fn walked(db: &Database, source: &str, name: &str, many: bool) -> Pairs {
    let state = db.snapshot();
    let key = |row: &RowRef<'_>| row.get::<i64>("id").unwrap();
    let from = |row: RowRef<'_>| -> Pairs {
        let to: Vec<i64> = match many {
            true => row.many(name).unwrap().map(|to| key(&to)).collect(),
            false => row.one(name).unwrap().iter().map(key).collect(),
        };
        to.into_iter().map(|to| (key(&row), to)).collect()
    };
    state.table(source).unwrap().iter().flat_map(from).collect()
}

fn joined(db: &Database, source: &str, name: &str, target: &str) -> Pairs {
    let query = db.from(source).inner_join(alias(target, "to_"), rel(name));
    let page = query.select([("a", col(format!("{source}.id"))), ("b", col("to_.id"))]).all().unwrap();
    page.column::<i64>("a").unwrap().into_iter().zip(page.column::<i64>("b").unwrap()).collect()
}

#[test]
fn an_include_a_walk_a_flat_join_plucked_paths_and_counts_agree_along_every_kind_of_relation() {
    let db = filled();
    for relation in everything().relations.iter().filter(|relation| relation.polymorphic.is_none()) {
        let (source, name) = (relation.source.as_str(), relation.name.as_str());
        let catalog = db.catalog();
        let info = catalog.table(catalog.table_id(source).unwrap());
        let target = catalog.table(info.relation(info.relation_id(name).unwrap()).target()).name().to_owned();
        let included = included(&db, source, name, relation.many);
        assert!(!included.is_empty(), "{source}.{name}");
        assert_eq!(walked(&db, source, name, relation.many), included, "{source}.{name}");
        let sorted = |mut pairs: Pairs| {
            pairs.sort_unstable();
            pairs
        };
        assert_eq!(sorted(joined(&db, source, name, &target)), sorted(included.clone()), "{source}.{name}");
        let path = format!("{name}.id");
        let plucked: Vec<(i64, Option<i64>)> = db.query(source).pluck(["id", path.as_str()]).unwrap();
        let plucked = plucked.into_iter().filter_map(|(from, to)| Some((from, to?))).collect();
        assert_eq!(sorted(plucked), sorted(included.clone()), "{source}.{name}");
        if relation.many {
            let counted: Vec<(i64, i64)> = db.query(source).count_of("n", name).pluck(["id", "n"]).unwrap();
            for (from, count) in counted {
                let there = included.iter().filter(|(other, _)| *other == from).count() as i64;
                assert_eq!(count, there, "{source}.{name} of {from}");
            }
        }
        let some: Vec<i64> = db.query(source).filter(rel(name).exists()).pluck(["id"]).unwrap();
        let mut starts: Vec<i64> = included.iter().map(|(from, _)| *from).collect();
        starts.dedup();
        assert_eq!(some, starts, "{source}.{name}");
    }
}
