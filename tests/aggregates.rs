//! Values made of the rows along a relation: selected, filtered on, ordered by.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{kind, table};
use relata::{
    Aggregate, Column, Database, Filter, Literal, Query, Relation, Schema, Snapshot, Value, asc, col, desc,
    rel, row,
};

/// Three orders; the third has no lines, the second a line without an amount.
fn shop() -> Database {
    let schema = Schema::new()
        .table(table("orders").column(Column::text("name")))
        .table(
            table("lines")
                .column(Column::integer("order_id"))
                .column(Column::decimal("amount").nullable())
                .column(Column::smallint("pieces"))
                .column(Column::integer("big").default(0))
                .column(Column::float("weight").nullable())
                .column(Column::text("title"))
                .column(Column::date("day").nullable())
                .column(Column::enumeration("size", ["small", "large", "huge"]).nullable())
                .column(Column::boolean("gift").default(false)),
        )
        .table(table("tags").column(Column::int("points")))
        .table(table("order_tags").column(Column::integer("order_id")).column(Column::integer("tag_id")))
        .relation(Relation::one("lines", "order", "orders").from(["order_id"]).to(["id"]))
        .relation(Relation::many("orders", "lines", "lines"))
        .relation(Relation::many("orders", "tags", "tags").from(["id"]).to(["id"]).through(
            "order_tags",
            ["order_id"],
            ["tag_id"],
        ));
    let db = Database::new(schema).unwrap();
    db.run_json(
        r#"[{"insert": "orders", "values": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
            {"insert": "lines", "values": [
                {"order_id": 1, "amount": "9.90", "pieces": 3, "weight": 1.5, "title": "pen", "day": "2024-01-02", "size": "huge"},
                {"order_id": 1, "amount": "0.105", "pieces": 1, "weight": 0.5, "title": "ink", "day": "2023-05-05", "size": "large"},
                {"order_id": 2, "amount": "30", "pieces": 2, "title": "bag", "size": "small"},
                {"order_id": 2, "amount": null, "pieces": 4, "title": "hat"}]},
            {"insert": "tags", "values": [{"points": 5}, {"points": 7}]},
            {"insert": "order_tags", "values": [{"order_id": 1, "tag_id": 1}, {"order_id": 1, "tag_id": 2}, {"order_id": 1, "tag_id": 1}]}]"#,
    )
    .unwrap();
    db
}

fn values(db: &Database, what: Aggregate) -> Vec<String> {
    let page = db.query("orders").aggregate("x", what).all().unwrap();
    page.iter().map(|row| serde_json::to_string(&row.value("x").unwrap()).unwrap()).collect()
}

fn ids(query: Query<Snapshot>) -> Vec<i64> {
    query.all().unwrap().iter().map(|row| row.get("id").unwrap()).collect()
}

#[test]
fn sums_and_means_are_exact_and_null_of_nothing() {
    let db = shop();
    assert_eq!(values(&db, rel("lines").sum("amount")), [r#""10.005""#, r#""30""#, "null"]);
    assert_eq!(
        values(&db, rel("lines").avg("amount")),
        [r#""5.0025000000000000""#, r#""30.0000000000000000""#, "null"]
    );
    assert_eq!(values(&db, rel("lines").sum("pieces")), ["4", "6", "null"]);
    assert_eq!(
        values(&db, rel("lines").avg("pieces")),
        [r#""2.0000000000000000""#, r#""3.0000000000000000""#, "null"]
    );
    assert_eq!(values(&db, rel("lines").sum("weight")), ["2.0", "null", "null"]);
    assert_eq!(values(&db, rel("lines").avg("weight")), ["1.0", "null", "null"]);
    assert_eq!(values(&db, rel("lines").count()), ["2", "2", "0"]);
}

#[test]
fn different_values_are_counted_and_all_are_listed_in_the_order_of_the_rows() {
    let db = shop();
    assert_eq!(values(&db, rel("lines").count_distinct("pieces")), ["2", "2", "0"]);
    assert_eq!(values(&db, rel("tags").count_distinct("points")), ["2", "0", "0"]);
    assert_eq!(values(&db, rel("tags").list("points")), ["[5,7,5]", "null", "null"]);
    assert_eq!(values(&db, rel("lines").list("title")), [r#"["pen","ink"]"#, r#"["bag","hat"]"#, "null"]);
    let some = db.query("orders").aggregate("n", rel("tags").count_distinct("points"));
    assert_eq!(ids(some.clone().filter(col("n").eq(0))), [2, 3]);
    assert_eq!(ids(some.order_by(desc("n")).limit(1)), [1]);
    let found = db.query_json(
        r#"{"findFirst": "orders", "columns": ["id"],
            "extras": {"n": {"$countDistinct": {"tags": "points"}}, "all": {"$list": {"tags": "points"}}}}"#,
    );
    assert_eq!(found.unwrap(), r#"{"id":1,"n":2,"all":[5,7,5]}"#);
}

#[test]
fn the_least_and_the_greatest_keep_their_type() {
    let db = shop();
    assert_eq!(values(&db, rel("lines").min("title")), [r#""ink""#, r#""bag""#, "null"]);
    assert_eq!(values(&db, rel("lines").max("title")), [r#""pen""#, r#""hat""#, "null"]);
    assert_eq!(values(&db, rel("lines").min("day")), [r#""2023-05-05""#, "null", "null"]);
    assert_eq!(values(&db, rel("lines").max("amount")), [r#""9.90""#, r#""30""#, "null"]);
    // Labels in the order they are declared in.
    assert_eq!(values(&db, rel("lines").min("size")), [r#""large""#, r#""small""#, "null"]);
}

#[test]
fn only_rows_that_match_count_and_a_row_reached_twice_counts_twice() {
    let db = shop();
    let dear = || col("amount").gt(Literal::Number("1".into()));
    assert_eq!(values(&db, rel("lines").sum("pieces").filter(dear())), ["3", "2", "null"]);
    let both = rel("lines").count().filter(dear()).filter(col("pieces").lt(3));
    assert_eq!(values(&db, both), ["0", "1", "0"]);
    assert_eq!(values(&db, rel("tags").sum("points")), ["17", "null", "null"]);
}

#[test]
fn they_are_filtered_on_like_columns() {
    let db = shop();
    let with = |filter: Filter| {
        ids(db
            .query("orders")
            .aggregate("total", rel("lines").sum("amount"))
            .aggregate("size", rel("lines").max("size"))
            .filter(filter))
    };
    assert_eq!(with(col("total").gt(20)), [2]);
    assert_eq!(with(!col("total").gt(20)), [1]);
    assert_eq!(with(col("total").is_null()), [3]);
    assert_eq!(with(col("total").is_not_null()), [1, 2]);
    assert_eq!(with(col("total").between(10, 30)), [1, 2]);
    assert_eq!(with(col("total").is_in([30, 31])), [2]);
    assert_eq!(with(col("total").not_in([Some(30), None])), [0i64; 0]);
    assert_eq!(with(col("size").gt("large")), [1]);
    assert_eq!(with(col("total").lt(20).or(col("name").eq("c"))), [1, 3]);
    assert_eq!(
        db.query("orders")
            .aggregate("total", rel("lines").sum("amount"))
            .filter(col("total").gt(1))
            .count()
            .unwrap(),
        2
    );
}

#[test]
fn they_order_and_a_cursor_goes_on_after_one() {
    let db = shop();
    let by = |order| db.query("orders").aggregate("total", rel("lines").sum("amount")).order_by(order);
    assert_eq!(ids(by(asc("total"))), [1, 2, 3]);
    assert_eq!(ids(by(desc("total"))), [3, 2, 1]);
    assert_eq!(ids(by(desc("total").nulls_last()).limit(2)), [2, 1]);
    assert_eq!(ids(by(asc("total")).after(row! { total: Literal::Number("10.0050".into()) })), [2, 3]);
    let ties = db.query("orders").aggregate("n", rel("lines").max("gift_count"));
    assert_eq!(kind(&ties.all().unwrap_err()), "unknown_column");
    let sized = db.query("orders").aggregate("size", rel("lines").max("size")).order_by(asc("size"));
    assert_eq!(ids(sized), [2, 1, 3]);
}

#[test]
fn inside_an_include_they_are_each_row_s_own() {
    let db = shop();
    let page = db
        .query("lines")
        .columns(["id"])
        .include("order", |order| order.columns(["id"]).aggregate("top", rel("lines").max("pieces")))
        .all()
        .unwrap();
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        r#"[{"id":1,"order":{"id":1,"top":3}},{"id":2,"order":{"id":1,"top":3}},{"id":3,"order":{"id":2,"top":4}},{"id":4,"order":{"id":2,"top":4}}]"#
    );
    let shape = db.query("orders").aggregate("w", rel("lines").sum("weight")).all().unwrap();
    let (w, first) = (shape.shape().column("w").unwrap(), shape.first().unwrap());
    assert_eq!((w.float(first), first.get::<f64>("w").unwrap()), (Some(2.0), 2.0));
    assert_eq!(shape.shape().columns().last().unwrap().1.to_string(), "float");
}

#[test]
fn a_sum_that_does_not_fit_is_an_error_but_can_be_compared() {
    let db = shop();
    db.update("lines", col("order_id").eq(1), row! { big: i64::MAX }).unwrap();
    let big = || db.query("orders").aggregate("big", rel("lines").sum("big"));
    let error = big().all().unwrap_err();
    assert_eq!((kind(&error), error.path().to_string()), ("out_of_range", "extras.big".into()));
    assert_eq!(ids(big().filter(col("big").lt(i64::MAX))), [2]);
    assert_eq!(big().filter(col("big").gt(0)).count().unwrap(), 1);
    let mean = db.query("orders").aggregate("mean", rel("lines").avg("big")).first().unwrap();
    assert_eq!(mean.first().unwrap().value("mean").unwrap().to_value(), Value::Decimal(i64::MAX.into()));
}

#[test]
fn what_has_no_such_aggregate_is_refused() {
    let db = shop();
    let refused = |what: Aggregate| db.query("orders").aggregate("x", what).all().unwrap_err().to_string();
    assert_eq!(refused(rel("lines").sum("title")), "there is no sum of `title`, which is text");
    assert_eq!(refused(rel("lines").max("gift")), "there is no max of `gift`, which is boolean");
    let like = db.query("orders").aggregate("t", rel("lines").min("title")).filter(col("t").like("a%"));
    assert!(like.all().unwrap_err().to_string().contains("`like` doesn't fit `min`"));
}

#[test]
fn aggregates_as_json() {
    let db = shop();
    let found = db
        .query_json(
            r#"{"findMany": "orders", "columns": ["id"], "where": {"total": {"gte": 10}}, "orderBy": {"total": "desc"},
                "extras": {"total": {"$sum": {"lines": "amount"}},
                           "few": {"$avg": {"lines": "pieces"}, "where": {"pieces": {"lt": 4}}},
                           "n": {"$count": "lines"}, "last": {"$max": {"lines": "day"}}}}"#,
        )
        .unwrap();
    assert_eq!(
        found,
        r#"[{"id":2,"total":"30","few":"2.0000000000000000","n":2,"last":null},{"id":1,"total":"10.005","few":"2.0000000000000000","n":2,"last":"2024-01-02"}]"#
    );
    let error = |text: &str| {
        let error = db.query_json(text).unwrap_err();
        format!("{error} at {}", error.path())
    };
    assert_eq!(
        error(r#"{"findMany": "orders", "extras": {"x": {"$sum": {"lines": "title"}}}}"#),
        "there is no sum of `title`, which is text at extras.x"
    );
    assert_eq!(
        error(r#"{"findMany": "orders", "extras": {"x": {"$sum": "lines"}}}"#),
        "expected a relation and a column, like {\"lines\": \"amount\"}, found \"lines\" at extras.x.$sum"
    );
    assert!(
        error(r#"{"findMany": "orders", "extras": {"x": {"$sum": {"lines": "big"}, "$count": "lines"}}}"#)
            .starts_with("expected one aggregate, found `$count` and `$sum`")
    );
    assert!(
        error(r#"{"findMany": "orders", "extras": {"x": {"$sun": {"lines": "big"}}}}"#).contains("`$sun`")
    );
}

#[test]
fn a_plan_names_them() {
    let db = shop();
    let query = db.query("orders").aggregate("total", rel("lines").sum("amount")).filter(col("total").gt(5));
    assert_eq!(
        query.explain().unwrap(),
        "orders: scan of 3 rows, where sum of lines.amount > 5, total = sum of lines.amount, expects about 1 row\n"
    );
}
