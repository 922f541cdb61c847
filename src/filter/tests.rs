//! Filters and orders as documents.

use super::{Filter, asc, col, desc, rel};
use crate::value::{Literal, Value};

#[test]
fn a_filter_prints_as_its_document() {
    let cases: [(Filter, &str); 9] = [
        (col("a").eq(1), r#"{"a":{"eq":1}}"#),
        (col("a").gt_column("b"), r#"{"a":{"gt":{"column":"b"}}}"#),
        (col("a").not_in(["x"]), r#"{"a":{"notIn":["x"]}}"#),
        (col("a").ilike("x%"), r#"{"a":{"ilike":"x%"}}"#),
        (
            col("a").is_null().or(col("b").is_not_null()),
            r#"{"OR":[{"a":{"isNull":true}},{"b":{"isNotNull":true}}]}"#,
        ),
        (!col("a").between(1, 2), r#"{"NOT":{"a":{"between":[1,2]}}}"#),
        (rel("a").exists(), r#"{"a":true}"#),
        (rel("a").absent(), r#"{"a":false}"#),
        (rel("a").is_not(col("b").lt(1.5)), r#"{"a":{"isNot":{"b":{"lt":1.5}}}}"#),
    ];
    for (filter, text) in cases {
        assert_eq!(filter.to_string(), text);
        assert_eq!(serde_json::to_string(&filter).unwrap(), text);
    }
}

#[test]
fn chains_of_one_connective_stay_flat() {
    let filter = col("a").eq(1).and(col("b").eq(2)).and(col("c").eq(3));
    assert!(matches!(filter, Filter::And(parts) if parts.len() == 3));
    let mixed = col("a").eq(1).or(col("b").eq(2)).and(col("c").eq(3));
    assert!(matches!(mixed, Filter::And(parts) if parts.len() == 2));
}

#[test]
fn an_order_prints_its_nulls_only_when_they_are_placed() {
    assert_eq!(Literal::from(&asc("a")).to_string(), r#"{"a":"asc"}"#);
    assert_eq!(
        Literal::from(&desc("a").nulls_last()).to_string(),
        r#"{"a":{"direction":"desc","nulls":"last"}}"#
    );
}

#[test]
fn a_value_is_written_so_that_its_type_reads_it_back() {
    use crate::value::Type;
    let cases = [
        (Type::Float, Value::from(1.0)),
        (Type::Float, Value::from(f64::NAN)),
        (Type::Decimal, Value::Decimal("1.50".parse().unwrap())),
        (Type::Integer, Value::from(i64::MAX)),
        (Type::Date, Type::Date.read_text("2021-01-31").unwrap()),
        (Type::Timestamptz, Type::Timestamptz.read_text("2021-01-31T09:30:00Z").unwrap()),
        (Type::Bytes, Value::from(vec![1u8, 2])),
        (Type::Json, Type::Json.read_text(r#"{"a":[1,null]}"#).unwrap()),
    ];
    for (ty, value) in cases {
        let read = ty.read(&Literal::from(&value)).unwrap();
        assert_eq!(read.to_string(), value.to_string());
    }
}
