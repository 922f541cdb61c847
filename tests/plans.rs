//! Plans in words, of queries of every kind.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::table;
use relata::{
    Column, Comparison, Database, Expr, Filter, Index, Part, Relation, Schema, Type, alias, asc, case,
    coalesce, col, concat, count, desc, lit, rel, row,
};

/// Shops with sales in them.
fn shops() -> Database {
    let schema = Schema::new()
        .table(table("shops").column(Column::text("city").nullable()))
        .table(
            table("sales")
                .column(Column::integer("shop_id"))
                .column(Column::integer("amount"))
                .column(Column::text("what"))
                .column(Column::date("day").nullable())
                .index(Index::on(["shop_id", "amount"]).ordered()),
        )
        .relation(Relation::one("sales", "shop", "shops").from(["shop_id"]).to(["id"]))
        .relation(Relation::many("shops", "sales", "sales"));
    let db = Database::new(schema).unwrap();
    db.insert_many("shops", vec![row! { city: "Bern" }, row! { city: "Ulm" }, row! {}]).unwrap();
    let sale = |n: i64| row! { shop_id: 1 + n % 3, amount: n, what: "tea" };
    db.insert_many("sales", (0..90).map(sale).collect()).unwrap();
    db
}

/// What is left to ask of the pairs of two tables, in words.
fn told(filter: Filter) -> String {
    let plan = shops().from("shops").cross_join("sales").filter(filter).explain().unwrap();
    plan.lines().find_map(|line| line.strip_prefix("  where ")).unwrap_or(&plan).to_owned()
}

#[test]
fn conditions_over_two_tables_are_told_with_all_that_they_compute() {
    let sum = || col("shops.id") + col("amount");
    let either = || coalesce([col("city"), col("what")]);
    let asked: Vec<(Filter, &str)> = vec![
        (sum().gt(3), "(shops.id + sales.amount) > 3"),
        (
            (sum() * 2 - 1).lte(lit(10) / col("shops.id")),
            "(((shops.id + sales.amount) * 2) - 1) <= (10 / shops.id)",
        ),
        (
            (sum() % 2).eq(0).or(sum().ne(4)),
            "((shops.id + sales.amount) % 2) = 0 or (shops.id + sales.amount) <> 4",
        ),
        (
            sum().eq(0).or(sum().gt(1).and(sum().lt(5))),
            "(shops.id + sales.amount) = 0 or ((shops.id + sales.amount) > 1 and (shops.id + sales.amount) < 5)",
        ),
        (
            !sum().eq(0).or(sum().eq(1)),
            "not ((shops.id + sales.amount) = 0 or (shops.id + sales.amount) = 1)",
        ),
        (
            sum().is_null().or(sum().is_not_null()),
            "(shops.id + sales.amount) is null or not (shops.id + sales.amount) is null",
        ),
        (sum().is_in([1, 2]), "(shops.id + sales.amount) in (1, 2)"),
        (sum().not_in([1, 2]), "not (shops.id + sales.amount) in (1, 2)"),
        (sum().between(1, 2), "(shops.id + sales.amount) >= 1 and (shops.id + sales.amount) <= 2"),
        (concat([col("city"), col("what")]).like("a%"), r#"concat(shops.city, sales.what) like "a%""#),
        (concat([col("city"), col("what")]).ilike("_b"), r#"concat(shops.city, sales.what) ilike "_b""#),
        (either().lower().length().gte(2), "length(lower(coalesce(shops.city, sales.what))) >= 2"),
        (col("city").upper().trim().eq(col("what")), "trim(upper(shops.city)) = sales.what"),
        (either().substring(2, 3).eq("x"), r#"substring(coalesce(shops.city, sales.what), 2, 3) = "x""#),
        (
            (Expr::from(col("day")).part(Part::Year) + col("shops.id")).eq(2024),
            "(year(sales.day) + shops.id) = 2024",
        ),
        (sum().cast(Type::Text).eq("7"), r#"(shops.id + sales.amount)::text = "7""#),
        (
            case(sum().gt(1), lit("much")).when(sum().eq(1), "one").otherwise("none").eq(col("what")),
            r#"case when (shops.id + sales.amount) > 1 then "much" when (shops.id + sales.amount) = 1 then "one" else "none" end = sales.what"#,
        ),
        (
            rel("shops.sales").some(col("amount").gt(3)).or(sum().eq(1)),
            "shops: some sales (amount > 3) or (shops.id + sales.amount) = 1",
        ),
    ];
    for (filter, expected) in asked {
        assert_eq!(told(filter), expected);
    }
}

#[test]
fn set_operations_orders_and_pages_are_told() {
    let db = shops();
    let of = |what: &str| db.from("sales").filter(col("what").eq(what)).columns(["amount"]);
    let united = of("tea").union(of("salt")).except_all(of("rice"));
    assert_eq!(
        united.order_by(desc("amount").nulls_last()).offset(1).limit(2).explain().unwrap().trim_end(),
        [
            "exceptAll of these, ordered by amount desc nulls last, without the first 1, first 2",
            "  union of these",
            r#"    sales: scan of 90 rows, where what = "tea", expects about 9 rows"#,
            r#"    sales: scan of 90 rows, where what = "salt", expects about 9 rows"#,
            r#"  sales: scan of 90 rows, where what = "rice", expects about 9 rows"#,
        ]
        .join("\n")
    );
    assert_eq!(
        of("tea").order_by(desc("amount")).order_by(asc("day").nulls_first()).limit(3).explain().unwrap().trim_end(),
        [
            r#"sales: scan of 90 rows, where what = "tea", first 3 by amount desc, day nulls first, expects about 3 rows"#,
        ]
        .join("\n")
    );
    assert_eq!(
        of("tea").distinct().order_by(asc("amount")).offset(3).explain().unwrap().trim_end(),
        [
            r#"sales: scan of 90 rows, where what = "tea", expects 9 rows"#,
            "  distinct, ordered by amount, without the first 3",
        ]
        .join("\n")
    );
}

#[test]
fn groups_are_told_by_their_keys_and_what_is_made_of_them() {
    let db = shops();
    let groups = db.from("shops").left_join("sales", rel("shops.sales"));
    let groups = groups.group_by(["city"]).group_by_value(col("amount") % lit(2)).value("city", col("city"));
    let groups = groups.value("n", count()).value("most", col("amount").max());
    let large = count().gt(1).and((col("amount").sum() + lit(1)).gt(2));
    let groups = groups.having(large).order_by(desc("n")).order_by(asc("city")).limit(2);
    assert_eq!(
        groups.explain().unwrap().trim_end(),
        [
            "shops: scan of 3 rows, expects 3 rows",
            "  left join sales: from shops adjacent sales by shop_id, expects about 90 rows",
            "  grouped by shops.city, sales.amount % 2 into count(*), max(sales.amount), sum(sales.amount), having count(*) > 1 and (sum(sales.amount) + 1) > 2, ordered by count(*) desc, shops.city, first 2",
        ]
        .join("\n")
    );
}

#[test]
fn joins_are_told_by_how_rows_find_each_other() {
    let db = shops();
    let other = col("shops.id").eq(col("other.amount")).and((col("other.id") + col("shops.id")).gt(3));
    let lone =
        db.from("shops").semi_join("sales", rel("shops.sales")).anti_join(alias("sales", "other"), other);
    assert_eq!(
        lone.explain().unwrap().trim_end(),
        [
            "shops: scan of 3 rows, expects 3 rows",
            "  semi join sales: from shops adjacent sales by shop_id, expects about 3 rows",
            "  anti join other: hash of other.amount = shops.id, scan of 90 rows, on (other.id + shops.id) > 3, expects about 0 rows",
        ]
        .join("\n")
    );
    assert_eq!(
        db.from("shops").full_join("sales", col("shops.id").eq(col("shop_id"))).explain().unwrap().trim_end(),
        [
            "shops: scan of 3 rows, expects 3 rows",
            "  full join sales: from shops adjacent sales by shop_id, expects about 90 rows",
        ]
        .join("\n")
    );
}

#[test]
fn nested_queries_are_told_by_their_indexes_relations_and_computed_values() {
    let db = shops();
    let sales = |filter: Filter| db.query("sales").filter(filter);
    let large = rel("sales").sum("amount").filter(col("amount").gt(2)).test(Comparison::Lt, 9);
    let busy = rel("sales").count().test(Comparison::Gt, 3).or(large);
    let told = |plan: relata::Result<String>, expected: &str| assert_eq!(plan.unwrap().trim_end(), expected);
    told(
        sales(rel("shop").is(col("city").eq("Ulm"))).explain(),
        r#"sales: scan of 90 rows, where some shop (city = "Ulm"), expects about 45 rows"#,
    );
    told(
        db.query("shops").filter(busy).explain(),
        "shops: scan of 3 rows, where count of sales > 3 or sum of sales.amount (amount > 2) < 9, expects about 2 rows",
    );
    let of_one = col("shop_id").eq(1).and(col("amount").gt(5));
    told(
        sales(of_one).order_by(asc("amount")).explain(),
        "sales: by index sales_shop_id_amount_idx (shop_id = 1 and amount > 5), ordered by amount, expects 28 rows",
    );
    told(
        sales(col("shop_id").is_in([1, 2])).explain(),
        "sales: scan of 90 rows, where shop_id in (1, 2), expects about 18 rows",
    );
    told(
        sales(col("shop_id").gt(2)).explain(),
        "sales: by index sales_shop_id_amount_idx (shop_id > 2), expects 30 rows",
    );
    told(
        sales((col("amount") + lit(1)).gt(5).and(col("what").like("a\\%_%"))).explain(),
        r#"sales: scan of 90 rows, where (amount + 1) > 5 and what like "a\\%_%", expects about 8 rows"#,
    );
    told(
        sales(col("id").eq(3)).follow("shop").follow("sales").explain(),
        "sales: each row once that sales leads to from shops (each row once that shop leads to from sales (by primary key (id = 3))), expects 30 rows",
    );
    let latest =
        db.query("shops").include("sales", |sales| sales.order_by(desc("day").nulls_last()).limit(2));
    told(latest.value("twice", col("id") * lit(2)).explain(), &["shops: scan of 3 rows, twice = id * 2, expects 3 rows", "  sales: adjacent sales by shop_id, first 2 per parent by day desc nulls last, expects about 6 rows"].join("\n"));
}
