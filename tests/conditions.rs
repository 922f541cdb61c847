//! Conditions of rows of several tables: three-valued, and what may fail is asked only where it decides.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{kind, table};
use relata::{
    Column, Database, Expr, Filter, Relation, Schema, Type, Value, case, coalesce, col, lit, rel, row,
};

const NUMBERS: [Option<i64>; 4] = [None, Some(0), Some(1), Some(2)];

/// Every number and null in `a.x` and in `b.y`; each row of `b` below the row of `a` of its place.
fn numbers() -> Database {
    let schema = Schema::new()
        .table(table("a").column(Column::integer("x").nullable()))
        .table(table("b").column(Column::integer("y").nullable()).column(Column::integer("a_id")))
        .relation(Relation::one("b", "above", "a").from(["a_id"]).to(["id"]))
        .relation(Relation::many("a", "below", "b"));
    let db = Database::new(schema).unwrap();
    db.insert_many("a", NUMBERS.map(|x| row! { x: x }).to_vec()).unwrap();
    db.insert_many("b", (1..).zip(NUMBERS).map(|(id, y)| row! { y: y, a_id: id }).collect()).unwrap();
    db
}

type Pair = (Option<i64>, Option<i64>);

/// The pairs of all rows that pass.
fn passing(filter: Filter) -> Result<Vec<Pair>, String> {
    let page = numbers().from("a").cross_join("b").filter(filter).columns(["a.x", "b.y"]).all();
    let page = page.map_err(|error| kind(&error).to_owned())?;
    let (x, y) = (page.column::<Option<i64>>("x").unwrap(), page.column::<Option<i64>>("y").unwrap());
    Ok(x.into_iter().zip(y).collect())
}

/// The pairs of which `truth` says so; it gives none where it isn't known.
fn pairs(truth: impl Fn(Option<i64>, Option<i64>) -> Option<bool>) -> Result<Vec<Pair>, String> {
    let all = NUMBERS.into_iter().flat_map(|x| NUMBERS.map(|y| (x, y)));
    Ok(all.filter(|(x, y)| truth(*x, *y) == Some(true)).collect())
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn not(a: Option<bool>) -> Option<bool> {
    a.map(|a| !a)
}

fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    not(both(not(a), not(b)))
}

fn compare(a: Option<i64>, b: Option<i64>, holds: fn(&i64, &i64) -> bool) -> Option<bool> {
    Some(holds(&a?, &b?))
}

#[test]
fn connectives_of_conditions_over_two_tables_are_three_valued() {
    let sum = || col("a.x") + col("b.y");
    let same = |x, y| compare(x, y, i64::eq);
    let large = |x: Option<i64>, y: Option<i64>| Some(x? + y? > 2);
    assert_eq!(
        passing(col("a.x").eq(col("b.y")).or(sum().gt(2))),
        pairs(|x, y| either(same(x, y), large(x, y)))
    );
    assert_eq!(
        passing(col("a.x").eq(col("b.y")).and(sum().gt(2))),
        pairs(|x, y| both(same(x, y), large(x, y)))
    );
    assert_eq!(
        passing(!(col("a.x").eq(col("b.y")).or(sum().gt(2)))),
        pairs(|x, y| not(either(same(x, y), large(x, y))))
    );
    assert_eq!(passing(sum().is_null()), pairs(|x, y| Some(x.is_none() || y.is_none())));
    assert_eq!(passing(sum().between(1, 2)), pairs(|x, y| Some((1..=2).contains(&(x? + y?)))));
    assert_eq!(passing(sum().is_in([0, 4])), pairs(|x, y| Some([0, 4].contains(&(x? + y?)))));
    assert_eq!(passing(sum().not_in([0, 4])), pairs(|x, y| Some(![0, 4].contains(&(x? + y?)))));
    let chosen = case(col("a.x").gt(col("b.y")), col("a.x")).otherwise(col("b.y"));
    let larger = |x: Option<i64>, y| if compare(x, y, i64::gt) == Some(true) { x } else { y };
    assert_eq!(passing(chosen.eq(1)), pairs(|x, y| same(larger(x, y), Some(1))));
}

#[test]
fn what_may_fail_is_asked_only_of_rows_that_are_open() {
    let sixth = || lit(6) / col("a.x") + col("b.y");
    let large = |x: Option<i64>, y: Option<i64>| Some(6 / x? + y? > 4);
    assert_eq!(passing(sixth().gt(4)), Err("division_by_zero".into()));
    assert_eq!(
        passing(col("a.x").ne(0).and(sixth().gt(4))),
        pairs(|x, y| if x == Some(0) { Some(false) } else { large(x, y) })
    );
    assert_eq!(
        passing(col("a.x").eq(0).or(sixth().gt(4))),
        pairs(|x, y| if x == Some(0) { Some(true) } else { large(x, y) })
    );
    let third = col("a.x").eq(0).and(col("b.y").eq(1));
    assert_eq!(passing(third.or(sixth().gt(4))), Err("division_by_zero".into()));
}

#[test]
fn rows_along_relations_are_asked_beside_columns_of_other_tables() {
    let below = || rel("a.below").some(col("y").gte(1));
    let has_below = |x: Option<i64>| Some(x >= Some(1));
    assert_eq!(
        passing(below().or(col("a.x").lt(col("b.y")))),
        pairs(|x, y| either(has_below(x), compare(x, y, i64::lt)))
    );
    assert_eq!(
        passing((!below()).and((col("a.x") + col("b.y")).gte(1))),
        pairs(|x, y| both(not(has_below(x)), Some(x? + y? >= 1)))
    );
}

#[test]
fn a_row_that_is_missing_has_no_rows_along_relations() {
    let db = numbers();
    let query = db.from("a").left_join("b", (col("b.id") + lit(2)).eq(col("a.id")));
    let lone = rel("b.above").is(col("x").is_null()).or((col("a.id") + col("b.id")).is_null());
    let page = query.filter(lone).columns(["a.id"]).all().unwrap();
    assert_eq!(page.column::<i64>("id").unwrap(), [1, 2, 3]);
}

/// A row of each type, and one of nulls.
fn things() -> Database {
    let schema = Schema::new().table(
        table("things")
            .column(Column::boolean("flag").nullable())
            .column(Column::smallint("small").nullable())
            .column(Column::float("float").nullable())
            .column(Column::decimal("decimal").nullable())
            .column(Column::text("text").nullable())
            .column(Column::bytes("bytes").nullable())
            .column(Column::date("day").nullable())
            .column(Column::timestamp("at").nullable())
            .column(Column::timestamptz("moment").nullable())
            .column(Column::uuid("uuid").nullable())
            .column(Column::new("mood", Type::enumeration(["sad", "glad"])).nullable()),
    );
    let db = Database::new(schema).unwrap();
    let given = NAMES.into_iter().zip(values()).fold(row! {}, |row, (name, value)| row.set(name, value));
    db.insert_many("things", vec![given, row! {}]).unwrap();
    db
}

const NAMES: [&str; 11] =
    ["flag", "small", "float", "decimal", "text", "bytes", "day", "at", "moment", "uuid", "mood"];

fn values() -> [Value; 11] {
    [
        Value::Boolean(true),
        Value::Integer(7),
        Value::Float(2.5),
        Value::Decimal("1.10".parse().unwrap()),
        Value::Text("ab".into()),
        Value::from(vec![1u8, 2]),
        Value::Date("2024-02-29".parse().unwrap()),
        Value::Timestamp("2024-12-30T23:59:58.5".parse().unwrap()),
        Value::Timestamptz("2024-01-01T00:30:00Z".parse().unwrap()),
        Value::Uuid("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()),
        Value::Text("glad".into()),
    ]
}

#[test]
fn values_of_every_type_go_through_joins_and_expressions_as_they_are() {
    let db = things();
    for (name, value) in NAMES.into_iter().zip(values()) {
        let of = |table: &str| col(format!("{table}.{name}"));
        let found = |expr: Expr| -> Vec<Value> {
            let query = db
                .from("things")
                .left_join(relata::alias("things", "next"), (col("things.id") + lit(1)).eq(col("next.id")));
            query.value("x", expr).all().unwrap().column("x").unwrap()
        };
        // The second row is the next of the first; nothing is the next of the second.
        assert_eq!(found(coalesce([of("next"), of("things")])), [value.clone(), Value::Null], "{name}");
        assert_eq!(
            found(case(of("next").is_null(), of("things")).otherwise(of("next"))),
            [value.clone(), Value::Null]
        );
        assert_eq!(
            found(coalesce([of("next").into(), lit(value.clone())])),
            [value.clone(), value.clone()],
            "{name}"
        );
    }
}
