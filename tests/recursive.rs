//! Includes that are repeated from the rows they find.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{kind, table};
use relata::{Column, Database, ForeignKey, Query, Relation, Schema, col, desc, row};

/// Categories in a tree, things in categories, and friends of friends.
fn catalogue() -> Database {
    let schema = Schema::new()
        .table(
            table("categories")
                .column(Column::text("name"))
                .column(Column::integer("parent_id").nullable())
                .foreign_key(ForeignKey::new(["parent_id"], "categories")),
        )
        .table(table("things").column(Column::integer("category_id")))
        .table(table("friends").column(Column::integer("of_id")).column(Column::integer("is_id")))
        .relation(
            Relation::one("categories", "parent", "categories").from(["parent_id"]).to(["id"]).alias("tree"),
        )
        .relation(Relation::many("categories", "children", "categories").alias("tree"))
        .relation(Relation::one("things", "category", "categories").from(["category_id"]).to(["id"]))
        .relation(Relation::many("categories", "things", "things"))
        .relation(Relation::many("categories", "friends", "categories").from(["id"]).to(["id"]).through(
            "friends",
            ["of_id"],
            ["is_id"],
        ));
    let db = Database::new(schema).unwrap();
    let parents = [None, Some(1i64), Some(1), Some(2), Some(2), Some(4), None];
    for (parent, name) in parents.into_iter().zip(["root", "a", "b", "aa", "ab", "aaa", "alone"]) {
        db.insert("categories", row! { name: name, parent_id: parent }).unwrap();
    }
    db
}

fn json(query: Query<relata::Snapshot>) -> String {
    let page = query.all().unwrap();
    let text = serde_json::to_string(&page).unwrap();
    assert_eq!(serde_json::to_string(&page.to_owned_rows()).unwrap(), text);
    text
}

fn roots(db: &Database) -> Query<relata::Snapshot> {
    db.query("categories").filter(col("id").eq(1)).columns(["id"])
}

#[test]
fn a_tree_is_included_until_its_leaves() {
    let db = catalogue();
    let found = json(roots(&db).include("children", |c| c.columns(["id"]).recursive()));
    assert_eq!(
        found,
        r#"[{"id":1,"children":[{"id":2,"children":[{"id":4,"children":[{"id":6,"children":[]}]},{"id":5,"children":[]}]},{"id":3,"children":[]}]}]"#
    );
}

#[test]
fn a_depth_ends_it_and_rows_of_the_last_level_are_not_loaded_further() {
    let db = catalogue();
    let two = roots(&db).include("children", |c| c.columns(["id"]).recursive_to(2));
    let found = r#"[{"id":1,"children":[{"id":2,"children":[{"id":4},{"id":5}]},{"id":3,"children":[]}]}]"#;
    assert_eq!(json(two.clone()), found);
    let one = json(roots(&db).include("children", |c| c.columns(["id"]).recursive_to(1)));
    assert_eq!(one, json(roots(&db).include("children", |c| c.columns(["id"]))));

    let page = two.all().unwrap();
    let second = page.first().unwrap().many("children").unwrap().first().unwrap();
    let third = second.many("children").unwrap().first().unwrap();
    assert!(second.is_loaded("children") && !third.is_loaded("children"));
    let error = third.many("children").unwrap_err();
    assert_eq!(error.to_string(), "`children` was not loaded for this row: the recursion ends here");
}

#[test]
fn filters_orders_limits_and_other_includes_hold_at_every_level() {
    let db = catalogue();
    db.insert_many("things", vec![row! { category_id: 4 }, row! { category_id: 5 }]).unwrap();
    let found = json(roots(&db).include("children", |c| {
        c.columns(["id"])
            .filter(col("name").ne("b"))
            .order_by(desc("id"))
            .limit(1)
            .count_of("n", "children")
            .include("things", |t| t.columns(["id"]))
            .recursive()
    }));
    assert_eq!(
        found,
        r#"[{"id":1,"children":[{"id":2,"n":2,"things":[],"children":[{"id":5,"n":0,"things":[{"id":2}],"children":[]}]}]}]"#
    );
}

#[test]
fn a_relation_to_one_row_is_followed_up_to_null() {
    let db = catalogue();
    let found = json(
        db.query("categories")
            .filter(col("id").is_in([6, 7]))
            .columns(["id"])
            .include("parent", |p| p.columns(["id"]).recursive()),
    );
    assert_eq!(
        found,
        r#"[{"id":6,"parent":{"id":4,"parent":{"id":2,"parent":{"id":1,"parent":null}}}},{"id":7,"parent":null}]"#
    );
}

#[test]
fn a_row_that_stands_above_itself_is_given_but_not_entered_again() {
    let db = catalogue();
    let pairs = [(1, 2), (2, 1), (2, 3), (3, 3)];
    db.insert_many("friends", pairs.map(|(of, is)| row! { of_id: of, is_id: is }).to_vec()).unwrap();
    let found = json(roots(&db).include("friends", |f| f.columns(["id"]).recursive()));
    assert_eq!(
        found,
        r#"[{"id":1,"friends":[{"id":2,"friends":[{"id":1},{"id":3,"friends":[{"id":3}]}]}]}]"#
    );

    db.update("categories", col("id").eq(1), row! { parent_id: 6 }).unwrap();
    let found = json(roots(&db).include("parent", |p| p.columns(["id"]).recursive()));
    assert_eq!(
        found,
        r#"[{"id":1,"parent":{"id":6,"parent":{"id":4,"parent":{"id":2,"parent":{"id":1}}}}}]"#
    );
}

#[test]
fn every_parent_has_its_own_tree_and_a_recursion_can_be_nested() {
    let db = catalogue();
    db.insert_many("things", vec![row! { category_id: 6 }, row! { category_id: 2 }, row! { category_id: 6 }])
        .unwrap();
    let up = |c: Query| c.columns(["id"]).include("parent", |p| p.columns(["id"]).recursive_to(2));
    let found = json(db.query("things").columns(["id"]).include("category", up));
    assert_eq!(
        found,
        r#"[{"id":1,"category":{"id":6,"parent":{"id":4,"parent":{"id":2}}}},{"id":2,"category":{"id":2,"parent":{"id":1,"parent":null}}},{"id":3,"category":{"id":6,"parent":{"id":4,"parent":{"id":2}}}}]"#
    );
}

#[test]
fn streamed_prepared_and_printed_it_is_the_same() {
    let db = catalogue();
    let query = roots(&db).include("children", |c| c.columns(["id"]).recursive());
    let mut streamed = Vec::new();
    query.each(|row| streamed.push(serde_json::to_string(&row).unwrap())).unwrap();
    assert_eq!(format!("[{}]", streamed.join(",")), json(query.clone()));
    let prepared = query.prepare().unwrap();
    let mut by_key = prepared.by_key();
    let row = by_key.get(&[1.into()]).unwrap().unwrap();
    assert_eq!(format!("[{}]", serde_json::to_string(&row).unwrap()), json(query.clone()));
    let page = query.all().unwrap();
    assert_eq!(
        page.tree().to_string(),
        "id 1\n└─ children: 2\n   ├─ id 2\n   │  └─ children: 2\n   │     ├─ id 4\n   │     │  └─ children: 1\n   \
         │     │     └─ id 6\n   │     │        └─ children: none\n   │     └─ id 5\n   │        └─ children: \
         none\n   └─ id 3\n      └─ children: none\n"
    );
    assert_eq!(page.total_rows(), 6);
    let (children, id) = (page.shape().relation("children").unwrap(), page.shape().column("id").unwrap());
    let deeper = children.shape().relation("children").unwrap();
    assert_eq!((deeper.name(), deeper.is_many()), ("children", true));
    assert!(children.is_recursive() && deeper.is_recursive());
    let inner = deeper.shape().column("id").unwrap();
    let first = page.first().unwrap();
    assert_eq!(id.integer(first), Some(1));
    let ids: Vec<_> = first
        .rows(children)
        .iter()
        .flat_map(|row| row.rows(deeper).iter().map(|row| inner.integer(row).unwrap()).collect::<Vec<_>>())
        .collect();
    assert_eq!(ids, [4, 5]);
}

#[test]
fn what_means_nothing_is_refused() {
    let db = catalogue();
    let refused = |query: Query<relata::Snapshot>| {
        let error = query.all().unwrap_err();
        (error.path().to_string(), error.to_string())
    };
    assert_eq!(
        refused(db.query("categories").include("things", |t| t.recursive())),
        (
            "with.things.recursive".into(),
            "`things` can't be recursive: it leads from `categories` to `things`".into()
        )
    );
    assert_eq!(
        refused(db.query("categories").recursive()).1,
        "`recursive` belongs to an include, or after `follow`"
    );
    assert_eq!(
        refused(db.query("categories").include("children", |c| c.recursive_to(0))).1,
        "expected a number of levels from 1, found 0"
    );
    let twice = db.query("categories").include("children", |c| c.include("children", |c| c).recursive());
    assert_eq!(refused(twice).1, "two parts of the result are named `children`");
    let deep = db.query("categories").include("children", |c| c.recursive_to(257)).all().unwrap_err();
    assert_eq!(kind(&deep), "limit_exceeded");
}

#[test]
fn a_chain_of_a_million_rows_is_refused_and_a_part_of_it_given() {
    let db = catalogue().fork();
    db.delete("categories", col("id").gt(0)).unwrap();
    let mut rows =
        (1..=1_000_000i64).map(|id| row! { id: id, name: "", parent_id: (id > 1).then(|| id - 1) });
    db.load(|loader| rows.try_for_each(|row| loader.push("categories", &row))).unwrap();
    let error = roots(&db).include("children", |c| c.recursive()).all().unwrap_err();
    assert_eq!(error.to_string(), "more than 256: the limit `recursion_depth`");
    let page = roots(&db).include("children", |c| c.columns(["id"]).recursive_to(256)).all().unwrap();
    assert_eq!(page.total_rows(), 257);
    let (text, shown, tree) =
        (serde_json::to_string(&page).unwrap(), format!("{page:?}"), page.tree().to_string());
    assert!(text.contains(r#""id":257}"#) && shown.contains("id: 257") && tree.contains("id 257"));
    let owned = page.to_owned_rows();
    assert_eq!(serde_json::to_string(&owned).unwrap(), text);
    assert!(format!("{owned:?}").contains("257") && owned == owned.clone());
    let below = db.query("categories").filter(col("id").eq(1)).follow("children").recursive();
    assert_eq!(below.count().unwrap(), 999_999);
    let up = db.query("categories").filter(col("id").eq(200)).include("parent", |p| p.recursive());
    assert_eq!(up.all().unwrap().total_rows(), 200);
}

#[test]
fn recursions_inside_each_other_are_as_deep_together_as_one_may_be() {
    let db = catalogue();
    db.delete("categories", col("id").eq(6)).unwrap();
    let chain = |range: std::ops::RangeInclusive<i64>| {
        let rows = range.clone().map(|id| {
            let parent = (id > *range.start()).then(|| id - 1);
            row! { id: id, name: "", parent_id: parent }
        });
        rows.collect::<Vec<_>>()
    };
    db.insert_many("categories", chain(1000..=1199)).unwrap();
    let nested = |levels: u64| {
        let inner = move |c: Query| {
            c.columns(["id"]).include("parent", move |p| p.columns(["id"]).recursive_to(levels))
        };
        let query = db.query("categories").filter(col("id").eq(1000)).columns(["id"]);
        query.include("children", |c| inner(c).recursive_to(levels)).all()
    };
    assert!(format!("{:#?}", nested(120).unwrap().to_owned_rows()).contains("1120"));
    let error = nested(150).unwrap_err();
    assert_eq!(kind(&error), "limit_exceeded");
}

#[test]
fn a_chain_of_relations_back_to_its_table_is_repeated_too() {
    let id = |name: &str| table(name).column(Column::integer("up_id").nullable());
    let schema = Schema::new()
        .table(id("nodes"))
        .relation(Relation::one("nodes", "up", "nodes").from(["up_id"]).to(["id"]).alias("tree"))
        .relation(Relation::many("nodes", "down", "nodes").alias("tree"))
        .relation(Relation::many("nodes", "grandchildren", "nodes").through_relations(["down", "down"]));
    let db = Database::new(schema).unwrap();
    let rows = (1..=6i64).map(|id| row! { up_id: (id > 1).then(|| id - 1) });
    db.insert_many("nodes", rows.collect()).unwrap();
    let query = db.query("nodes").filter(col("id").eq(1)).columns(["id"]);
    let found = json(query.include("grandchildren", |g| g.columns(["id"]).recursive()));
    assert_eq!(
        found,
        r#"[{"id":1,"grandchildren":[{"id":3,"grandchildren":[{"id":5,"grandchildren":[]}]}]}]"#
    );
    let one = db.query("nodes").filter(col("id").eq(1));
    let far = one.follow("grandchildren").follow("grandchildren").columns(["id"]);
    assert_eq!(json(far), r#"[{"id":5}]"#);
}

#[test]
fn recursion_as_json() {
    let db = catalogue();
    let found = db
        .query_json(
            r#"{"findMany": "categories", "where": {"id": 1}, "columns": ["id"],
                "with": {"below": {"relation": "children", "columns": ["id"], "recursive": 2}}}"#,
        )
        .unwrap();
    assert_eq!(found, r#"[{"id":1,"below":[{"id":2,"below":[{"id":4},{"id":5}]},{"id":3,"below":[]}]}]"#);
    let found = db
        .query_json(
            r#"{"findFirst": "categories", "where": {"id": 4}, "select": {"id": true,
                "parent": {"select": {"id": true}, "recursive": true}}}"#,
        )
        .unwrap();
    assert_eq!(found, r#"{"id":4,"parent":{"id":2,"parent":{"id":1,"parent":null}}}"#);
    let error = |text| db.query_json(text).unwrap_err().to_string();
    assert_eq!(
        error(r#"{"findMany": "categories", "with": {"children": {"recursive": "deep"}}}"#),
        "expected true, false or a number of levels, found \"deep\""
    );
    assert!(error(r#"{"findMany": "categories", "recursive": true}"#).contains("`recursive`"));
    let error =
        db.query_json(r#"{"findMany": "categories", "with": {"things": {"recursive": true}}}"#).unwrap_err();
    assert_eq!(error.position(), Some((1, 61)));
}
