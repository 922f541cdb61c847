//! Counters of rows whose own keys change, come late or go.

use crate::common::{column, rows, sound, table};
use crate::count;
use relata::{Action, Column, Database, ForeignKey, Relation, Rows, Schema, col, row};

#[test]
fn a_self_referencing_counter_moves_once() {
    let nodes =
        table("nodes").column(Column::integer("parent_id").nullable()).column(count("children_count"));
    let schema = Schema::new()
        .table(nodes.foreign_key(ForeignKey::new(["parent_id"], "nodes").on_delete(Action::Cascade)))
        .relation(Relation::one("nodes", "parent", "nodes").from(["parent_id"]).to(["id"]))
        .relation(
            Relation::many("nodes", "children", "nodes")
                .from(["id"])
                .to(["parent_id"])
                .counter_cache("children_count"),
        );
    let db = Database::new(schema).unwrap();
    let check = |expected: &str| {
        sound(&db);
        assert_eq!(column(&db, "nodes", "children_count"), expected);
    };
    // The first refers to itself, the second to a row that comes later in the statement.
    db.insert_many("nodes", vec![row! { parent_id: 1 }, row! { parent_id: 3 }, row! { parent_id: 1 }])
        .unwrap();
    check("2,0,1");
    db.update("nodes", col("id").eq(3), row! { parent_id: 2 }).unwrap();
    check("1,1,1");
    db.update("nodes", col("id").eq(1), row! { parent_id: relata::Value::Null }).unwrap();
    check("0,1,1");
    db.update("nodes", col("id").eq(3), row! { parent_id: 1 }).unwrap();
    check("1,0,1");
    db.delete("nodes", col("id").eq(2)).unwrap();
    check("1,0");
    db.delete("nodes", Rows::All).unwrap();
    check("");
}

#[test]
fn a_row_that_loses_its_key_beside_one_of_its_children_counts_anew() {
    let nodes = table("nodes")
        .column(Column::text("code").nullable().unique())
        .column(Column::text("above").nullable())
        .column(Column::boolean("open").default(true))
        .column(count("open_count"));
    let schema = Schema::new()
        .table(nodes)
        .relation(Relation::one("nodes", "parent", "nodes").from(["above"]).to(["code"]))
        .relation(
            Relation::many("nodes", "children", "nodes")
                .from(["code"])
                .to(["above"])
                .counter_cache_where("open_count", col("open").eq(true)),
        );
    let db = Database::new(schema).unwrap();
    db.insert("nodes", row! { code: "a" }).unwrap();
    for code in ["b", "c"] {
        db.insert("nodes", row! { code: code, above: "a" }).unwrap();
    }
    assert_eq!(column(&db, "nodes", "open_count"), "2,0,0");
    // The parent and one of its children, which isn't counted any more either.
    let set = row! { code: None::<String>, open: false };
    db.update("nodes", col("id").lte(2), set).unwrap();
    assert_eq!(column(&db, "nodes", "open_count"), "0,0,0");
    sound(&db);
}

#[test]
fn a_new_parent_starts_with_the_orphans_it_adopts() {
    let schema = Schema::new()
        .table(table("users").column(count("posts_count")).column(count("good_count")))
        .table(table("posts").column(Column::integer("user_id")).column(Column::integer("stars")))
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"))
        .relation(
            Relation::many("users", "good", "posts").filter(col("stars").gt(3)).counter_cache("good_count"),
        );
    let db = Database::new(schema).unwrap();
    for (user, stars) in [(5, 5), (5, 1), (6, 4), (5, 4)] {
        db.insert("posts", row! { user_id: user, stars: stars }).unwrap();
    }
    db.insert("users", row! { id: 5 }).unwrap();
    assert_eq!(rows(&db, "users"), r#"[{"id":5,"posts_count":3,"good_count":2}]"#);
    // Without a foreign key, children stay where they are when their parent's key changes or goes.
    db.update("users", col("id").eq(5), row! { id: 6 }).unwrap();
    assert_eq!(rows(&db, "users"), r#"[{"id":6,"posts_count":1,"good_count":1}]"#);
    db.delete("users", Rows::All).unwrap();
    db.insert("users", row! { id: 5 }).unwrap();
    assert_eq!(rows(&db, "users"), r#"[{"id":5,"posts_count":3,"good_count":2}]"#);
    sound(&db);
}
