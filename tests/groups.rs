//! Groups and aggregates.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{kind, table};
use relata::{
    Column, Database, Expr, FlatPage, FlatQuery, ForeignKey, Relation, Schema, Snapshot, Table, Type, asc,
    case, col, count, desc, lit, rel, row,
};

fn json(page: &FlatPage) -> String {
    serde_json::to_string(page).unwrap()
}

/// Sales of two shops; the third has none.
fn sales() -> Database {
    let schema = Schema::new()
        .table(table("shops").column(Column::text("name")).column(Column::text("city")))
        .table(
            table("sales")
                .column(Column::integer("shop_id"))
                .column(Column::text("item"))
                .column(Column::int("amount").nullable())
                .column(Column::decimal("price"))
                .column(Column::float("weight"))
                .column(Column::date("day"))
                .foreign_key(ForeignKey::new(["shop_id"], "shops")),
        )
        .relation(Relation::many("shops", "sales", "sales").from(["id"]).to(["shop_id"]));
    let db = Database::new(schema).unwrap();
    db.insert_many(
        "shops",
        vec![
            row! { name: "North", city: "Bern" },
            row! { name: "South", city: "Basel" },
            row! { name: "Empty", city: "Bern" },
        ],
    )
    .unwrap();
    let sale = |shop: i64, item: &str, amount: Option<i32>, price: &str, weight: f64, day: &str| {
        row! { shop_id: shop, item: item, amount: amount, price: price.parse::<rust_decimal::Decimal>().unwrap(),
        weight: weight, day: day.parse::<jiff::civil::Date>().unwrap() }
    };
    db.insert_many(
        "sales",
        vec![
            sale(2, "tea", Some(4), "1.10", 0.5, "2024-03-01"),
            sale(1, "tea", Some(1), "1.00", 0.25, "2024-01-31"),
            sale(1, "pie", None, "3.50", 1.0, "2024-02-29"),
            sale(2, "tea", Some(2), "1.20", 0.5, "2023-12-31"),
        ],
    )
    .unwrap();
    db
}

#[test]
fn groups_come_in_the_order_of_their_first_rows() {
    let db = sales();
    let page = db
        .from("sales")
        .group_by(["shop_id"])
        .select([("shop", col("shop_id").into()), ("n", count()), ("amount", col("amount").sum())])
        .all()
        .unwrap();
    assert_eq!(json(&page), r#"[{"shop":2,"n":2,"amount":6},{"shop":1,"n":2,"amount":1}]"#);
}

#[test]
fn every_aggregate_leaves_nulls_out_but_the_count_of_rows_and_the_list() {
    let db = sales();
    let amount = || col("amount");
    let page = db
        .from("sales")
        .select([
            ("rows", count()),
            ("count", amount().count()),
            ("distinct", col("item").count_distinct()),
            ("sum", amount().sum()),
            ("avg", amount().avg()),
            ("min", amount().min()),
            ("max", col("day").max()),
            ("list", amount().list()),
            ("total", (col("price") * coalesced()).sum()),
            ("mean_price", col("price").avg()),
            ("weight", col("weight").sum()),
            ("least_item", col("item").min()),
        ])
        .all()
        .unwrap();
    assert_eq!(
        json(&page),
        concat!(
            r#"[{"rows":4,"count":3,"distinct":2,"sum":7,"avg":"2.3333333333333333","min":1,"max":"2024-03-01","#,
            r#""list":[4,1,null,2],"total":"7.80","mean_price":"1.7000000000000000","weight":2.25,"least_item":"pie"}]"#
        )
    );
    fn coalesced() -> Expr {
        col("amount").or_else(0)
    }
}

#[test]
fn of_nothing_a_count_is_zero_and_everything_else_null() {
    let db = sales();
    let nothing = db.from("sales").filter(col("id").lt(0));
    let page = nothing
        .clone()
        .select([("n", count()), ("sum", col("amount").sum()), ("list", col("item").list())])
        .all()
        .unwrap();
    assert_eq!(json(&page), r#"[{"n":0,"sum":null,"list":null}]"#);
    let page = nothing.group_by(["shop_id"]).select([("n", count())]).all().unwrap();
    assert_eq!(json(&page), "[]");
}

#[test]
fn groups_of_a_join_count_the_other_side_and_are_kept_by_having() {
    let db = sales();
    let query = db.from("shops").left_join("sales", rel("sales")).group_by(["shops.id"]).select([
        ("name", col("shops.name").into()),
        ("n", col("sales.id").count()),
        ("items", col("item").count_distinct()),
    ]);
    assert_eq!(
        json(&query.clone().all().unwrap()),
        r#"[{"name":"North","n":2,"items":2},{"name":"South","n":2,"items":1},{"name":"Empty","n":0,"items":0}]"#
    );
    let kept = query.clone().having(col("n").gt(0).and(col("items").lt(2))).all().unwrap();
    assert_eq!(json(&kept), r#"[{"name":"South","n":2,"items":1}]"#);
    let kept = query.clone().having(col("amount").max().gt(3)).all().unwrap();
    assert_eq!(json(&kept), r#"[{"name":"South","n":2,"items":1}]"#);
    let ordered = query.order_by(desc("items")).order_by(asc("name")).limit(2).all().unwrap();
    assert_eq!(ordered.column::<String>("name").unwrap(), ["North", "South"]);
}

#[test]
fn a_column_beside_aggregates_has_to_be_grouped_by_or_belong_to_a_grouped_key() {
    let db = sales();
    let query = db.from("shops").inner_join("sales", rel("sales")).group_by(["shops.city"]);
    let error = query.clone().select([("name", col("shops.name"))]).all().unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "`shops.name` is neither grouped by nor aggregated\n    at: $.select.name\n    help: group by `shops.name`, or aggregate it"
    );
    let page = query.select([("city", col("city").upper()), ("n", count())]).all().unwrap();
    assert_eq!(json(&page), r#"[{"city":"BERN","n":2},{"city":"BASEL","n":2}]"#);
    // The primary key among the keys tells all other columns of its table.
    let page = db
        .from("shops")
        .group_by(["id"])
        .select([("city", col("city")), ("name", col("name"))])
        .all()
        .unwrap();
    assert_eq!(page.len(), 3);
}

#[test]
fn groups_go_by_expressions_and_by_names_of_the_result() {
    let db = sales();
    let page = db
        .from("sales")
        .group_by_value(col("day").year())
        .select([("year", col("day").year()), ("n", count())])
        .order_by(asc("year"))
        .all()
        .unwrap();
    assert_eq!(json(&page), r#"[{"year":2023,"n":1},{"year":2024,"n":3}]"#);
    let size = case(col("price").gt(2), "dear").otherwise("cheap");
    let page = db.from("sales").group_by(["size"]).select([("size", size), ("n", count())]).all().unwrap();
    assert_eq!(json(&page), r#"[{"size":"cheap","n":3},{"size":"dear","n":1}]"#);
}

#[test]
fn aggregates_can_be_computed_with_and_stand_nowhere_else() {
    let db = sales();
    let page = db
        .from("sales")
        .select([
            ("ratio", col("amount").sum() * lit(100) / count()),
            ("any", col("amount").max() - col("amount").min()),
        ])
        .all()
        .unwrap();
    assert_eq!(json(&page), r#"[{"ratio":175,"any":3}]"#);
    let error = db.from("sales").filter(col("amount").sum().gt(1)).all().unwrap_err();
    assert_eq!(error.to_string(), "an aggregate can't stand here");
    let error = db.from("sales").select([("x", (col("amount").sum() + 1).sum())]).all().unwrap_err();
    assert_eq!(error.to_string(), "an aggregate can't stand here");
    let error = db.from("sales").group_by(["item"]).all().unwrap_err();
    assert_eq!(error.to_string(), "the rows have no named columns");
    let error = db.from("sales").select([("x", col("item").sum())]).all().unwrap_err();
    assert_eq!(error.to_string(), "`sum` doesn't fit text");
}

#[test]
fn a_sum_is_exact_or_refused() {
    let schema = Schema::new().table(table("t").column(Column::integer("n")));
    let db = Database::new(schema).unwrap();
    db.insert_many("t", vec![row! { n: i64::MAX }, row! { n: i64::MAX }, row! { n: -i64::MAX }]).unwrap();
    let sum = |query: relata::FlatQuery<relata::Snapshot>, of: Expr| query.select([("sum", of)]).all();
    // On the way it may be greater than what the type holds.
    assert_eq!(json(&sum(db.from("t"), col("n").sum()).unwrap()), format!("[{{\"sum\":{}}}]", i64::MAX));
    let positive = db.from("t").filter(col("n").gt(0));
    let error = sum(positive.clone(), col("n").sum()).unwrap_err();
    assert_eq!(
        (kind(&error), error.to_string().as_str()),
        ("out_of_range", "18446744073709551614 is out of range for integer")
    );
    let exact = sum(positive, col("n").cast(Type::Decimal).sum()).unwrap();
    assert_eq!(json(&exact), r#"[{"sum":"18446744073709551614"}]"#);
}

#[test]
fn distinct_rows_are_the_first_of_their_kind() {
    let db = sales();
    let query = db.from("sales").columns(["item", "shop_id"]).distinct();
    assert_eq!(
        json(&query.clone().all().unwrap()),
        r#"[{"item":"tea","shop_id":2},{"item":"tea","shop_id":1},{"item":"pie","shop_id":1}]"#
    );
    let ordered = query.clone().order_by(asc("item")).order_by(asc("shop_id")).limit(2).all().unwrap();
    assert_eq!(json(&ordered), r#"[{"item":"pie","shop_id":1},{"item":"tea","shop_id":1}]"#);
    let error = query.order_by(asc("price")).all().unwrap_err();
    assert_eq!(error.to_string(), "the result has no column `\"price\"`");
}

#[test]
fn keys_of_a_whole_table_are_counted_as_rows_are() {
    let schema = Schema::new()
        .table(
            Table::new("users")
                .column(Column::integer("id").generated())
                .column(Column::text("email").nullable().unique())
                .primary_key(["id"]),
        )
        .table(
            Table::new("posts")
                .column(Column::integer("id").generated())
                .column(Column::integer("user_id").nullable())
                .column(Column::text("tag").nullable())
                .primary_key(["id"])
                .index(["tag"]),
        )
        .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]));
    let db = Database::new(schema).unwrap();
    let users = [row! { email: "a" }, row! { email: None::<&str> }, row! { email: "b" }];
    db.insert_many("users", users.into_iter().collect()).unwrap();
    // Without a foreign key, rows may point nowhere: 7 and 8 are keys of no user.
    for (user, tag) in [
        (Some(1), Some("x")),
        (Some(1), None),
        (Some(7), Some("x")),
        (Some(8), Some("y")),
        (Some(7), None),
        (None, None),
    ] {
        db.insert("posts", row! { user_id: user, tag: tag }).unwrap();
    }
    let distinct = |table: &str, column: &str| {
        let counted = |query: FlatQuery<Snapshot>| query.value("n", col(column).count_distinct());
        let whole = counted(db.from(table));
        let plan = whole.explain().unwrap();
        assert!(plan.contains("counted by keys without reading rows"), "{plan}");
        let read = counted(db.from(table).filter(col("id").gt(0)));
        assert!(!read.explain().unwrap().contains("counted by keys"));
        assert_eq!(json(&whole.all().unwrap()), json(&read.all().unwrap()));
        json(&whole.all().unwrap())
    };
    assert_eq!(distinct("posts", "user_id"), r#"[{"n":3}]"#);
    assert_eq!(distinct("posts", "tag"), r#"[{"n":2}]"#);
    assert_eq!(distinct("posts", "id"), r#"[{"n":6}]"#);
    assert_eq!(distinct("users", "email"), r#"[{"n":2}]"#);
    db.delete("posts", col("id").eq(4)).unwrap();
    db.insert("users", row! { id: 7 }).unwrap();
    assert_eq!(distinct("posts", "user_id"), r#"[{"n":2}]"#);
    assert_eq!(distinct("posts", "tag"), r#"[{"n":1}]"#);
}

#[test]
fn an_aggregate_of_an_empty_table_is_counted_by_keys_too() {
    let db =
        Database::new(Schema::new().table(Table::new("t").column(Column::integer("id")).primary_key(["id"])))
            .unwrap();
    let columns = [("rows", count()), ("ids", col("id").count()), ("kinds", col("id").count_distinct())];
    let page = db.from("t").select(columns).all().unwrap();
    assert_eq!(json(&page), r#"[{"rows":0,"ids":0,"kinds":0}]"#);
}
