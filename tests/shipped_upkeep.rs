//! Mistakes that other systems have shipped in what writes set off, each by its name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, rows, sound, table};
use relata::{
    Action, Catalog, Column, Database, Dependent, ForeignKey, Key, Relation, Schema, Table, col, row,
};

fn key(name: &str) -> Column {
    Column::integer(name).nullable()
}

fn up(source: &str, name: &str, target: &str, column: &str) -> Relation {
    Relation::one(source, name, target).from([column]).to(["id"])
}

#[test]
fn a_self_referencing_row_that_goes_or_moves_is_taken_from_its_parents_counter_once() {
    let nodes = table("nodes").column(key("parent_id")).column(Column::integer("count").default(0));
    let schema = Schema::new()
        .table(nodes)
        .relation(up("nodes", "parent", "nodes", "parent_id").alias("tree"))
        .relation(Relation::many("nodes", "children", "nodes").alias("tree").counter_cache("count"));
    let db = Database::new(schema).unwrap();
    db.insert_many("nodes", vec![row! {}, row! {}]).unwrap();
    db.insert_many("nodes", vec![row! { parent_id: 1 }; 3]).unwrap();
    db.delete("nodes", Key::from(3)).unwrap();
    assert_eq!(column(&db, "nodes", "count"), "2,0,0,0");
    db.destroy("nodes", Key::from(4)).unwrap();
    assert_eq!(column(&db, "nodes", "count"), "1,0,0");
    db.update("nodes", Key::from(5), row! { parent_id: 2 }).unwrap();
    assert_eq!(column(&db, "nodes", "count"), "0,1,0");
    sound(&db);
}

#[test]
fn one_counter_can_not_be_declared_twice_so_that_it_counts_double() {
    let schema = |more: Relation| {
        Schema::new()
            .table(table("users").column(Column::integer("posts_count").default(0)))
            .table(table("posts").column(key("user_id")))
            .relation(up("posts", "user", "users", "user_id"))
            .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"))
            .relation(more)
    };
    let twice = Relation::many("users", "all_posts", "posts").counter_cache("posts_count");
    let below = up("posts", "writer", "users", "user_id").alias("w").counter_cache("posts_count");
    for more in [twice, below] {
        assert_eq!(kind(&Catalog::try_from(schema(more)).unwrap_err()), "invalid_schema");
    }
}

#[test]
fn a_filtered_through_relation_is_not_answered_by_the_unfiltered_one_beside_it() {
    let schema = Schema::new()
        .table(table("doctors"))
        .table(table("patients"))
        .table(
            table("visits")
                .column(key("doctor_id"))
                .column(key("patient_id"))
                .column(Column::boolean("paid")),
        )
        .relation(up("visits", "doctor", "doctors", "doctor_id"))
        .relation(up("visits", "patient", "patients", "patient_id"))
        .relation(Relation::many("doctors", "visits", "visits"))
        .relation(Relation::many("doctors", "paid", "visits").filter(col("paid").eq(true)))
        .relation(Relation::many("doctors", "patients", "patients").through_relations(["visits", "patient"]))
        .relation(Relation::many("doctors", "payers", "patients").through_relations(["paid", "patient"]));
    let db = Database::new(schema).unwrap();
    db.insert("doctors", row! {}).unwrap();
    db.insert_many("patients", vec![row! {}, row! {}]).unwrap();
    let visits =
        [(1, false), (2, true)].map(|(patient, paid)| row! { doctor_id: 1, patient_id: patient, paid: paid });
    db.insert_many("visits", visits.to_vec()).unwrap();
    let both = [("patients", "payers"), ("payers", "patients")];
    for (first, second) in both {
        let page = db.query("doctors").include(first, |q| q).include(second, |q| q).all().unwrap();
        let doctor = page.one().unwrap();
        let ids = |name: &str| -> Vec<i64> {
            doctor.many(name).unwrap().iter().map(|row| row.get("id").unwrap()).collect()
        };
        assert_eq!((ids("patients"), ids("payers")), (vec![1, 2], vec![2]));
    }
}

#[test]
fn two_rows_that_destroy_each_other_are_both_gone_once_from_either_end() {
    let schema = Schema::new()
        .table(table("cars").column(key("engine_id")))
        .table(table("engines").column(key("car_id")))
        .relation(up("cars", "engine", "engines", "engine_id").alias("e").dependent(Dependent::Destroy))
        .relation(up("engines", "car", "cars", "car_id").alias("c").dependent(Dependent::Destroy));
    for start in ["cars", "engines"] {
        let db = Database::new(schema.clone()).unwrap();
        db.insert_many("cars", vec![row! { engine_id: 1 }, row! {}]).unwrap();
        db.insert_many("engines", vec![row! { car_id: 1 }, row! { car_id: 2 }]).unwrap();
        assert_eq!(db.destroy(start, Key::from(1)).unwrap(), 1);
        assert_eq!((column(&db, "cars", "id"), column(&db, "engines", "id")), ("2".into(), "2".into()));
        sound(&db);
    }
}

/// Users of posts of comments, each destroyed with what is above it; a comment with a reply stays.
fn threads() -> Database {
    let cascade = |column: &str, table: &str| ForeignKey::new([column], table).on_delete(Action::Cascade);
    let schema = Schema::new()
        .table(table("users").column(Column::integer("loud_count").default(0)))
        .table(table("posts").column(key("user_id")).foreign_key(cascade("user_id", "users")))
        .table(
            table("comments")
                .column(key("post_id"))
                .column(Column::boolean("loud").default(false))
                .foreign_key(cascade("post_id", "posts")),
        )
        .table(table("replies").column(key("comment_id")))
        .relation(up("posts", "user", "users", "user_id"))
        .relation(
            Relation::many("users", "posts", "posts")
                .dependent(Dependent::Destroy)
                .counter_cache_where("loud_count", col("id").gt(1_000)),
        )
        .relation(up("comments", "post", "posts", "post_id"))
        .relation(Relation::many("posts", "comments", "comments").dependent(Dependent::Destroy))
        .relation(up("replies", "comment", "comments", "comment_id"))
        .relation(Relation::many("comments", "replies", "replies").dependent(Dependent::Restrict));
    let db = Database::new(schema).unwrap();
    db.insert_many("users", vec![row! {}, row! {}]).unwrap();
    db.insert_many("posts", vec![row! { user_id: 1 }, row! { user_id: 1 }]).unwrap();
    db.insert_many("comments", vec![row! { post_id: 1 }, row! { post_id: 2 }]).unwrap();
    db.insert("replies", row! { comment_id: 2 }).unwrap();
    db
}

#[test]
fn a_restrict_far_below_leaves_neither_orphans_nor_a_destroy_half_done() {
    let db = threads();
    let all = || ["users", "posts", "comments", "replies"].map(|table| rows(&db, table));
    let before = all();
    assert_eq!(kind(&db.destroy("users", Key::from(1)).unwrap_err()), "restrict_violation");
    assert_eq!(all(), before);
    db.delete("replies", Key::from(1)).unwrap();
    db.destroy("users", Key::from(1)).unwrap();
    assert_eq!(all(), [r#"[{"id":2,"loud_count":0}]"#, "[]", "[]", "[]"]);
    sound(&db);
}

#[test]
fn a_restrict_looks_at_the_rows_and_not_at_a_counter_that_counts_none_of_them() {
    let users = table("users").column(Column::integer("loud_count").default(0));
    let schema = |restrict: bool| {
        let posts =
            Relation::many("users", "posts", "posts").counter_cache_where("loud_count", col("loud").eq(true));
        let key = ForeignKey::new(["user_id"], "users").on_delete(Action::Restrict);
        let held =
            table("posts").column(Column::integer("user_id")).column(Column::boolean("loud").default(false));
        Schema::new()
            .table(users.clone())
            .table(if restrict { held } else { held.foreign_key(key) })
            .relation(up("posts", "user", "users", "user_id"))
            .relation(if restrict { posts.dependent(Dependent::Restrict) } else { posts })
    };
    for by_dependent in [true, false] {
        let db = Database::new(schema(by_dependent)).unwrap();
        db.insert("users", row! {}).unwrap();
        db.insert("posts", row! { user_id: 1 }).unwrap();
        assert_eq!(column(&db, "users", "loud_count"), "0");
        assert_eq!(kind(&db.destroy("users", Key::from(1)).unwrap_err()), "restrict_violation");
    }
}

#[test]
fn an_include_over_a_composite_key_pairs_tuples_and_gives_no_cross_product() {
    let schema = Schema::new()
        .table(
            Table::new("rooms")
                .column(Column::integer("house"))
                .column(Column::integer("number"))
                .primary_key(["house", "number"]),
        )
        .table(table("beds").column(Column::integer("house")).column(Column::integer("room")))
        .relation(Relation::one("beds", "room_of", "rooms").from(["house", "room"]).to(["house", "number"]))
        .relation(Relation::many("rooms", "beds", "beds"));
    let db = Database::new(schema).unwrap();
    for (house, number) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        db.insert("rooms", row! { house: house, number: number }).unwrap();
        db.insert("beds", row! { house: house, room: number }).unwrap();
    }
    let page = db.query("rooms").include("beds", |beds| beds.columns(["id"])).all().unwrap();
    let json = serde_json::to_string(&page).unwrap();
    assert_eq!(
        json,
        r#"[{"house":1,"number":1,"beds":[{"id":1}]},{"house":1,"number":2,"beds":[{"id":2}]},{"house":2,"number":1,"beds":[{"id":3}]},{"house":2,"number":2,"beds":[{"id":4}]}]"#
    );
    let page = db.query("beds").filter(col("id").eq(3)).include("room_of", |room| room).all().unwrap();
    let json = serde_json::to_string(&page).unwrap();
    assert_eq!(json, r#"[{"id":3,"house":2,"room":1,"room_of":{"house":2,"number":1}}]"#);
}

#[test]
fn find_or_create_from_several_threads_makes_one_row() {
    let db = Database::new(Schema::new().table(table("tags").column(Column::text("name")))).unwrap();
    let find = || {
        (0..20).map(|at| db.find_or_create_by("tags", row! { name: format!("tag {at}") }, row! {}).unwrap())
    };
    let keys = std::thread::scope(|threads| {
        let all: Vec<_> = (0..4).map(|_| threads.spawn(|| find().collect::<Vec<Key>>())).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(keys.iter().all(|one| *one == keys[0]), "{keys:?}");
    assert_eq!(db.query("tags").count().unwrap(), 20);
    sound(&db);
}

#[test]
fn upserts_of_one_key_from_several_threads_make_one_row_and_lose_no_change() {
    let schema = Schema::new().table(
        table("tags")
            .column(Column::text("name").unique())
            .column(Column::integer("lock_version").default(0))
            .column(Column::text("by").default(""))
            .version("lock_version"),
    );
    let db = Database::new(schema).unwrap();
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let db = &db;
            threads.spawn(move || {
                for at in 0..25 {
                    db.upsert("tags", row! { name: "red", by: format!("{thread} {at}") }).unwrap();
                }
            });
        }
    });
    // The first made the row, and each of the others changed it.
    assert_eq!((column(&db, "tags", "id"), column(&db, "tags", "lock_version")), ("1".into(), "99".into()));
    sound(&db);
}
