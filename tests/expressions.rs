//! Expressions: types, nulls, overflow, texts, times and casts.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{kind, table};
use relata::{
    Column, Database, Error, Expr, Part, Relation, Schema, Type, Value, case, coalesce, col, concat, lit,
    rel, row,
};

/// One row with a column of each type, and one of nulls.
fn things() -> Database {
    let schema = Schema::new()
        .table(
            table("things")
                .column(Column::smallint("small").nullable())
                .column(Column::int("int").nullable())
                .column(Column::integer("long").nullable())
                .column(Column::float("float").nullable())
                .column(Column::decimal("dec").nullable())
                .column(Column::text("text").nullable())
                .column(Column::new("mood", Type::enumeration(["sad", "glad"])).nullable())
                .column(Column::boolean("flag").nullable())
                .column(Column::date("day").nullable())
                .column(Column::timestamp("at").nullable())
                .column(Column::timestamptz("moment").nullable()),
        )
        .relation(Relation::one("things", "itself", "things").from(["id"]).to(["id"]));
    let db = Database::new(schema).unwrap();
    db.insert_many(
        "things",
        vec![
            row! {
                small: 7, int: 2_000_000_000, long: 9_000_000_000_000i64, float: 2.5,
                dec: "1.10".parse::<rust_decimal::Decimal>().unwrap(), text: "  Straße ", mood: "glad", flag: true,
                day: "2024-02-29".parse::<jiff::civil::Date>().unwrap(),
                at: "2024-12-30T23:59:58.5".parse::<jiff::civil::DateTime>().unwrap(),
                moment: "2024-01-01T00:30:00Z".parse::<jiff::Timestamp>().unwrap()
            },
            row! {},
        ],
    )
    .unwrap();
    db
}

fn both(expr: impl Into<Expr>) -> Result<(Value, Value), Error> {
    let page = things().from("things").value("x", expr).all()?;
    let values: Vec<Value> = page.column("x")?;
    Ok((values[0].clone(), values[1].clone()))
}

fn first(expr: impl Into<Expr>) -> String {
    format!("{:?}", both(expr).unwrap().0)
}

fn fails(expr: impl Into<Expr>) -> String {
    both(expr).unwrap_err().to_string()
}

#[test]
fn arithmetic_keeps_the_wider_type_and_is_null_of_null() {
    assert_eq!(first(col("small") + 1), "8");
    assert_eq!(first(col("small") / 2), "3");
    assert_eq!(first(col("small") % -4), "3");
    assert_eq!(first(lit(-7) / col("small")), "-1");
    assert_eq!(first(col("long") * 1000), "9000000000000000");
    assert_eq!(first(col("dec") + col("small")), "8.10");
    assert_eq!(first(col("dec") * col("dec")), "1.2100");
    assert_eq!(first(col("dec") / 3), "0.36666666666666666667");
    assert_eq!(first(col("dec") * 1.5), "1.6500000000000001");
    assert_eq!(first(col("float") * col("dec")), "2.75");
    assert_eq!(first(col("float") - 1), "1.5");
    assert_eq!(first((col("small") - 10).abs()), "3");
    assert_eq!(both(col("small") + 1).unwrap().1, Value::Null);
    assert_eq!(both(lit(None::<i64>) + col("small")).unwrap().0, Value::Null);
}

#[test]
fn overflow_and_division_by_zero_are_refused() {
    assert_eq!(fails(col("int") + col("int")), "2000000000 + 2000000000 is out of range for int");
    assert_eq!(fails(col("long") * col("long")), "9000000000000 * 9000000000000 is out of range for integer");
    assert_eq!(first(col("int").cast(Type::Integer) + col("int")), "4000000000");
    assert_eq!(fails(col("small") / 0), "division by zero");
    assert_eq!(fails(col("dec") % lit(0)), "division by zero");
    assert_eq!(fails(col("float") / 0.0), "division by zero");
    assert!(fails(col("float") * 1e308).ends_with("is out of range for float"));
    let error = both(col("int") / (col("small") - 7)).unwrap_err();
    assert_eq!(kind(&error), "division_by_zero");
}

#[test]
fn texts_go_by_character() {
    assert_eq!(first(col("text").trim().upper()), r#""STRASSE""#);
    assert_eq!(first(col("text").lower()), r#""  straße ""#);
    assert_eq!(first(col("text").length()), "9");
    assert_eq!(first(col("text").trim_start()), r#""Straße ""#);
    assert_eq!(first(col("text").trim_end()), r#""  Straße""#);
    assert_eq!(first(col("text").substring(3, 3)), r#""Str""#);
    assert_eq!(first(col("text").substring_from(7)), r#""ße ""#);
    assert_eq!(first(col("text").substring(-1, 5)), r#""  S""#);
    assert_eq!(fails(col("text").substring(2, -1)), "a length of -1 is out of range for a substring");
    assert_eq!(first(concat([col("mood").into(), lit("-"), lit(None::<&str>)])), r#""glad-""#);
    assert_eq!(both(col("mood").append("!")).unwrap(), (Value::from("glad!"), Value::Null));
    assert_eq!(both(concat([col("mood").into(), lit("!")])).unwrap().1, Value::from("!"));
}

#[test]
fn coalesce_and_case_take_the_first_that_fits_and_ask_no_further() {
    assert_eq!(both(coalesce([col("small").into(), lit(-1)])).unwrap(), (Value::from(7), Value::from(-1)));
    assert_eq!(both(col("small").or_else(col("long"))).unwrap().1, Value::Null);
    let safe = case(col("small").eq(7), lit(0)).otherwise(lit(1) / (col("small") - 7));
    assert_eq!(both(safe).unwrap(), (Value::from(0), Value::Null));
    let word = case(col("flag").eq(true), "yes").when(col("flag").is_null(), "unknown").otherwise("no");
    assert_eq!(both(word).unwrap(), (Value::from("yes"), Value::from("unknown")));
    assert_eq!(both(case(col("small").gt(100), "x")).unwrap().0, Value::Null);
    // A condition that is false keeps what follows from being asked.
    let query = things();
    let query = query.from("things").filter(col("small").ne(7).and((lit(1) / (col("small") - 7)).gt(0)));
    assert_eq!(query.count().unwrap(), 0);
}

#[test]
fn parts_of_dates_and_times() {
    let part = |name: &str, part| first(col(name).part(part));
    assert_eq!(first(col("day").year()), "2024");
    assert_eq!(first(col("day").month()), "2");
    assert_eq!(first(col("day").day()), "29");
    assert_eq!(part("day", Part::Quarter), "1");
    assert_eq!(part("day", Part::DayOfYear), "60");
    assert_eq!(part("day", Part::DayOfWeek), "4");
    assert_eq!(part("at", Part::Week), "1");
    assert_eq!(part("at", Part::Hour), "23");
    assert_eq!(part("at", Part::Second), "58");
    assert_eq!(part("moment", Part::Minute), "30");
    assert_eq!(fails(col("day").part(Part::Hour)), "`hour` doesn't fit date");
    assert_eq!(fails(col("text").year()), "`year` doesn't fit text");
}

#[test]
fn casts_round_as_postgresql_does_and_refuse_what_does_not_fit() {
    assert_eq!(first(col("float").cast(Type::Int)), "2");
    assert_eq!(first((col("float") + 1).cast(Type::Int)), "4");
    assert_eq!(first((col("dec") + lit("0.40").cast(Type::Decimal)).cast(Type::Int)), "2");
    assert_eq!(first(col("float").cast(Type::Decimal)), "2.5");
    assert_eq!(first(col("dec").cast(Type::Text)), r#""1.10""#);
    assert_eq!(first(col("flag").cast(Type::Int)), "1");
    assert_eq!(first(col("day").cast(Type::Timestamp)), "2024-02-29T00:00:00");
    assert_eq!(first(col("at").cast(Type::Date)), "2024-12-30");
    assert_eq!(first(col("moment").cast(Type::Timestamp)), "2024-01-01T00:30:00");
    assert_eq!(first(col("mood").cast(Type::Text).upper()), r#""GLAD""#);
    assert_eq!(first(lit("sad").cast(Type::enumeration(["sad", "glad"]))), r#""sad""#);
    assert_eq!(fails(col("long").cast(Type::Int)), "9000000000000 is out of range for int");
    assert_eq!(fails(col("text").cast(Type::Int)), r#"expected int, found "  Straße ""#);
    assert_eq!(fails(col("day").cast(Type::Int)), "a cast doesn't fit date and int");
}

#[test]
fn types_that_do_not_go_together_are_refused_when_the_query_is_built() {
    let db = things();
    let prepare =
        |expr: Expr| db.from("things").value("x", expr).prepare().map(|_| ()).unwrap_err().to_string();
    assert_eq!(prepare(col("text") + 1), "`add` doesn't fit text and int");
    assert_eq!(prepare(col("small").lower()), "`lower` doesn't fit smallint");
    assert_eq!(prepare(coalesce([col("small"), col("text")])), "`coalesce` doesn't fit smallint and text");
    assert_eq!(prepare(coalesce([col("small").into(), lit("x")])), r#"expected smallint, found "x""#);
    let filter = db.from("things").filter(col("small").lower().eq("x"));
    assert_eq!(filter.all().unwrap_err().to_string(), "`lower` doesn't fit smallint");
    let filter = db.from("things").filter(col("day").eq(col("text")));
    assert_eq!(filter.all().unwrap_err().to_string(), "`eq` doesn't fit date and text");
}

#[test]
fn filters_of_nested_queries_and_of_writes_ask_expressions() {
    let db = things();
    assert_eq!(db.query("things").filter(col("mood").length().gt(3)).count().unwrap(), 1);
    assert_eq!(db.query("things").filter((col("small") * 2).eq(14)).count().unwrap(), 1);
    assert_eq!(db.query("things").filter(!(col("small") * 2).eq(14)).count().unwrap(), 0);
    assert_eq!(
        db.query("things").filter(rel("itself").is(col("text").trim().lower().like("str%"))).count().unwrap(),
        1
    );
    assert_eq!(db.query("things").filter(col("long").gt(col("int") + 1)).count().unwrap(), 1);
    let zero = || (lit(1) / (col("small") - 7)).eq(1);
    assert_eq!(kind(&db.query("things").filter(zero()).all().unwrap_err()), "division_by_zero");
    assert_eq!(kind(&db.query("things").filter(zero()).count().unwrap_err()), "division_by_zero");
    assert_eq!(
        kind(&db.query("things").filter(rel("itself").is(zero())).exists().unwrap_err()),
        "division_by_zero"
    );
    assert_eq!(kind(&db.delete("things", zero()).unwrap_err()), "division_by_zero");
    // The failure is over with the query that had it.
    assert_eq!(db.query("things").count().unwrap(), 2);
    assert_eq!(db.query("things").filter(zero().and(col("id").eq(2))).count().unwrap(), 0);
    assert_eq!(db.delete("things", col("mood").length().eq(4)).unwrap(), 1);
    let plan = db.query("things").filter((col("small") * 2).eq(14)).explain().unwrap();
    assert!(plan.contains("where (small * 2) = 14"), "{plan}");
}

#[test]
fn expressions_are_extras_of_nested_queries_that_filters_and_orders_can_name() {
    let db = things();
    let page = db
        .query("things")
        .columns(["id"])
        .value("double", col("small") * 2)
        .value("name", col("text").trim().or_else("?"))
        .include("itself", |itself| itself.columns(["id"]).value("next", col("id") + 1))
        .filter(col("double").eq(14).or(col("double").is_null()))
        .order_by(relata::desc("double").nulls_last())
        .all()
        .unwrap();
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        r#"[{"id":1,"double":14,"name":"Straße","itself":{"id":1,"next":2}},{"id":2,"double":null,"name":"?","itself":{"id":2,"next":3}}]"#
    );
    let error = db.query("things").value("x", lit(1) / (col("small") - 7)).all().unwrap_err();
    assert_eq!(kind(&error), "division_by_zero");
    let error = db
        .query("things")
        .value("x", lit(1) / (col("small") - 7))
        .order_by(relata::asc("x"))
        .all()
        .unwrap_err();
    assert_eq!(kind(&error), "division_by_zero");
    let error = db.query("things").value("id", col("small") + 1).all().unwrap_err();
    assert_eq!(error.to_string(), "two parts of the result are named `id`");
    let error = db.query("things").value("x", col("small").lower()).all().unwrap_err();
    assert_eq!((error.path().to_string().as_str(), kind(&error)), ("extras.x", "invalid_query"));
    let page = db
        .query("things")
        .columns(["id"])
        .value("k", col("id") * -1)
        .order_by(relata::asc("k"))
        .after(row! { k: -2 })
        .all();
    assert_eq!(page.unwrap().to_string(), "{id: 1, k: -1}");
}

#[test]
fn a_schema_takes_no_expressions() {
    let schema = Schema::new().table(table("t").column(Column::int("n")).check("wide", col("n").abs().gt(1)));
    let error = Database::new(schema).unwrap_err();
    assert!(error.to_string().contains("a schema can't have an expression"), "{error}");
}
