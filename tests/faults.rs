//! Expressions that fail inside filters: every way to answer gives the error, and none leaves it behind.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{kind, table};
use relata::{
    Column, Database, Error, Filter, ForeignKey, Relation, Schema, col, lit, placeholder, rel, row,
};

/// Two users with two posts each; dividing by `zero` fails.
fn blog() -> Database {
    let schema = Schema::new()
        .table(table("users").column(Column::text("email").unique()).column(Column::int("zero")))
        .table(
            table("posts")
                .column(Column::int("zero"))
                .column(Column::integer("user_id"))
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts"));
    let db = Database::new(schema).unwrap();
    db.insert_many("users", vec![row! { email: "a", zero: 0 }, row! { email: "b", zero: 0 }]).unwrap();
    let post = |user| row! { zero: 0, user_id: user };
    db.insert_many("posts", vec![post(1), post(1), post(2), post(2)]).unwrap();
    db
}

fn failing() -> Filter {
    (lit(1) / col("zero")).eq(1)
}

/// The error is the one that was caused, and the next query of the thread has none.
#[track_caller]
fn fails<T>(db: &Database, found: Result<T, Error>) {
    assert_eq!(found.err().map(|error| kind(&error)), Some("division_by_zero"));
    assert_eq!(db.query("users").filter(col("email").eq("a")).all().unwrap().len(), 1);
    assert_eq!(db.from("users").all().unwrap().len(), 2);
}

#[test]
fn nested_reads_give_the_error_of_a_filter() {
    let db = blog();
    for filter in [failing(), rel("posts").some(failing()), rel("posts").none(failing())] {
        let query = db.query("users").filter(filter);
        fails(&db, query.all());
        fails(&db, query.first());
        fails(&db, query.count());
        fails(&db, query.exists());
        fails(&db, query.each(|_| {}));
        fails(&db, query.pluck::<i64>(["id"]));
        fails(&db, query.clone().order_by(relata::desc("email")).limit(1).all());
        let prepared = query.prepare().unwrap();
        fails(&db, prepared.all());
        fails(&db, prepared.each(|_| {}));
        let mut by_key = prepared.by_key();
        // Nothing is left behind where nothing was given.
        assert_eq!(db.query("posts").count().unwrap(), 4);
        fails(&db, by_key.get(1).map(|_| ()));
        fails(&db, by_key.get(1).map(|_| ()));
        fails(&db, by_key.each([1, 2], |_| {}));
        fails(&db, by_key.each([1, 2], |_| {}));
        fails(&db, prepared.by_unique(["email"]).unwrap().each(["a", "b"], |_| {}));
        assert!(query.explain().is_ok());
        assert_eq!(db.query("posts").count().unwrap(), 4);
    }
}

#[test]
fn includes_and_walks_give_the_error_of_a_filter() {
    let db = blog();
    let query = db.query("users").include("posts", |posts| posts.filter(failing()));
    fails(&db, query.all());
    fails(&db, query.each(|_| {}));
    let prepared = query.prepare().unwrap();
    fails(&db, prepared.by_key().get(1).map(|_| ()));
    fails(&db, prepared.by_key().each([1], |_| {}));
    let snapshot = db.snapshot();
    let user = snapshot.get("users", 1).unwrap().unwrap();
    let posts = || user.relation("posts").unwrap().filter(failing());
    fails(&db, posts().all());
    fails(&db, posts().count());
    fails(&db, posts().exists());
    fails(&db, posts().first());
    fails(&db, db.delete("users", failing()));
    fails(&db, db.update("users", failing(), row! { zero: 1 }));
}

#[test]
fn flat_reads_give_the_error_of_a_filter_a_join_and_an_output() {
    let db = blog();
    let users = || db.from("users");
    let asked = (lit(1) / col("posts.zero")).eq(1);
    let filtered = || users().inner_join("posts", rel("posts")).filter(asked.clone());
    for query in [
        users().filter(failing()),
        filtered(),
        users().left_join("posts", asked.clone()),
        users().semi_join("posts", asked.clone()),
        users().filter(rel("posts").some(failing())),
        users().select([("x", lit(1) / col("zero"))]),
        users().filter(failing()).group_by(["email"]).columns(["email"]),
        users().columns(["email"]).union(filtered().columns(["email"])),
    ] {
        fails(&db, query.all());
        fails(&db, query.each(|_| {}));
        fails(&db, query.count());
    }
    let bound = users().filter((lit(1) / col("zero")).eq(placeholder("x"))).prepare().unwrap();
    fails(&db, bound.run(row! { x: 1 }));
}
