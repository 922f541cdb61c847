//! Values, types, defaults and identities.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, rows, sound, table};
use relata::{Column, Database, Json, Row, Rows, Schema, Table, Value, col, row};

fn one_column(column: Column) -> Database {
    Database::new(Schema::new().table(table("t").column(column))).unwrap()
}

fn refused(db: &Database, row: Row) -> String {
    let before = rows(db, "t");
    let error = db.insert("t", row).unwrap_err();
    assert_eq!(rows(db, "t"), before, "a refused insert changed something");
    format!("{} {error}", kind(&error))
}

#[test]
fn a_value_of_the_wrong_type_is_refused_and_names_its_column() {
    let db = one_column(Column::integer("year"));
    assert_eq!(
        refused(&db, row! { year: "soon" }),
        r#"type_mismatch expected integer for t.year, found "soon""#
    );
    let db = one_column(Column::text("name"));
    assert_eq!(refused(&db, row! { name: 7 }), "type_mismatch expected text for t.name, found 7");
    let db = one_column(Column::boolean("done"));
    assert_eq!(refused(&db, row! { done: 1 }), "type_mismatch expected boolean for t.done, found 1");
}

#[test]
fn integers_keep_to_their_width() {
    for (column, greatest) in [
        (Column::smallint("n"), i64::from(i16::MAX)),
        (Column::int("n"), i64::from(i32::MAX)),
        (Column::integer("n"), i64::MAX),
    ] {
        let db = one_column(column);
        db.insert("t", row! { n: greatest }).unwrap();
        if greatest < i64::MAX {
            assert!(refused(&db, row! { n: greatest + 1 }).starts_with("out_of_range"));
            assert!(refused(&db, row! { n: -greatest - 2 }).starts_with("out_of_range"));
        }
    }
}

#[test]
fn an_integer_is_taken_where_a_float_or_decimal_loses_nothing() {
    let db = one_column(Column::float("x"));
    db.insert("t", row! { x: 3 }).unwrap();
    assert!(refused(&db, row! { x: (1i64 << 53) + 1 }).starts_with("out_of_range"));
    let db = one_column(Column::decimal("x"));
    db.insert("t", row! { x: i64::MAX }).unwrap();
    assert_eq!(column(&db, "t", "x"), r#""9223372036854775807""#);
}

#[test]
fn decimals_keep_their_scale_and_their_digits() {
    let db = one_column(Column::decimal("price"));
    for text in ["0.10", "12345678901234567890.12345678", "-7", "100"] {
        let value: Value = relata::Type::Decimal.read_text(text).unwrap();
        db.insert("t", row! { price: value }).unwrap();
    }
    assert_eq!(column(&db, "t", "price"), r#""0.10","12345678901234567890.12345678","-7","100""#);
}

#[test]
fn an_enum_takes_its_labels_and_nothing_else() {
    let db = one_column(Column::enumeration("status", ["draft", "sent"]));
    db.insert("t", row! { status: "sent" }).unwrap();
    assert_eq!(
        refused(&db, row! { status: "lost" }),
        r#"type_mismatch expected enum (draft, sent) for t.status, found "lost""#,
    );
}

#[test]
fn a_column_is_not_null_unless_declared_so() {
    let db = one_column(Column::text("name"));
    assert_eq!(refused(&db, row! {}), "not_null_violation t.name must have a value");
    assert_eq!(refused(&db, row! { name: None::<&str> }), "not_null_violation t.name must have a value");
    let db = one_column(Column::text("name").nullable());
    db.insert("t", row! {}).unwrap();
    assert_eq!(column(&db, "t", "name"), "null");
}

#[test]
fn a_default_fills_an_absent_column_but_not_a_null() {
    let db = one_column(Column::text("name").nullable().default("nobody"));
    db.insert("t", row! {}).unwrap();
    db.insert("t", row! { name: None::<&str> }).unwrap();
    assert_eq!(column(&db, "t", "name"), r#""nobody",null"#);
}

#[test]
fn defaults_take_time_and_ids_from_the_database() {
    let schema = Schema::new().table(
        Table::new("events")
            .column(Column::uuid("id").default_uuid())
            .column(Column::date("day").default_now())
            .column(Column::timestamp("local").default_now())
            .column(Column::timestamptz("at").default_now())
            .primary_key(["id"]),
    );
    let db = Database::builder(schema)
        .clock(|| "2024-02-29T23:59:59.5Z".parse().unwrap())
        .ids(|| uuid::Uuid::from_u128(7))
        .build()
        .unwrap();
    db.insert("events", row! {}).unwrap();
    assert_eq!(
        rows(&db, "events"),
        r#"[{"id":"00000000-0000-0000-0000-000000000007","day":"2024-02-29","local":"2024-02-29T23:59:59.5","at":"2024-02-29T23:59:59.5Z"}]"#,
    );
}

#[test]
fn an_identity_counts_from_one_and_never_goes_back() {
    let db = one_column(Column::text("name").unique());
    let first = db.insert("t", row! { name: "a" }).unwrap();
    assert_eq!(first.to_string(), "1");
    db.delete("t", first).unwrap();
    // The refused row uses up 2.
    assert_eq!(db.insert("t", row! { name: "b" }).unwrap().to_string(), "2");
    assert_eq!(kind(&db.insert("t", row! { name: "b" }).unwrap_err()), "unique_violation");
    assert_eq!(db.insert("t", row! { name: "c" }).unwrap().to_string(), "4");
    sound(&db);
}

#[test]
fn a_key_given_by_hand_moves_the_identity_past_it() {
    let db = one_column(Column::text("name").nullable());
    db.insert("t", row! { id: 10 }).unwrap();
    db.insert("t", row! { id: 3 }).unwrap();
    assert_eq!(db.insert("t", row! {}).unwrap().to_string(), "11");
    assert_eq!(column(&db, "t", "id"), "10,3,11", "insertion order");
    sound(&db);
}

#[test]
fn an_identity_that_no_longer_fits_is_out_of_range() {
    let schema =
        Schema::new().table(Table::new("t").column(Column::smallint("id").generated()).primary_key(["id"]));
    let db = Database::new(schema).unwrap();
    db.insert("t", row! { id: i16::MAX }).unwrap();
    assert_eq!(kind(&db.insert("t", row! {}).unwrap_err()), "out_of_range");
}

#[test]
fn the_greatest_identity_is_not_given_twice() {
    let db = one_column(Column::text("name").nullable());
    let last = db.insert("t", row! { id: i64::MAX }).unwrap();
    db.delete("t", last).unwrap();
    let error = db.insert("t", row! {}).unwrap_err();
    assert_eq!(error.to_string(), "9223372036854775808 is out of range for integer for t.id");
    db.insert("t", row! { id: 1 }).unwrap();
    sound(&db);
}

#[test]
fn the_least_integer_is_out_of_range_as_a_float() {
    let db = one_column(Column::float("x"));
    assert!(refused(&db, row! { x: i64::MIN }).starts_with("out_of_range"));
}

#[test]
fn dates_and_times_print_as_they_are_read() {
    let schema = Schema::new().table(
        table("t")
            .column(Column::date("d"))
            .column(Column::timestamp("ts"))
            .column(Column::timestamptz("tz"))
            .column(Column::bytes("b"))
            .column(Column::json("j")),
    );
    let db = Database::new(schema).unwrap();
    let read = |ty: relata::Type, text: &str| ty.read_text(text).unwrap();
    db.insert(
        "t",
        Row::new()
            .set("d", read(relata::Type::Date, "9999-12-31"))
            .set("ts", read(relata::Type::Timestamp, "2021-01-31T09:30:00"))
            .set("tz", read(relata::Type::Timestamptz, "2021-01-31T09:30:00.25+02:00"))
            .set("b", &b"\x00\xff"[..])
            .set("j", Json::parse(r#"{"b":[1,2.50],"a":null}"#).unwrap()),
    )
    .unwrap();
    assert_eq!(
        rows(&db, "t"),
        r#"[{"id":1,"d":"9999-12-31","ts":"2021-01-31T09:30:00","tz":"2021-01-31T07:30:00.25Z","b":"AP8=","j":{"a":null,"b":[1,2.5]}}]"#,
    );
    for (ty, text) in [
        (relata::Type::Date, "2021-02-30"),
        (relata::Type::Date, "2021-01-31T00:00:00"),
        (relata::Type::Timestamp, "2021-01-31T09:30:00Z"),
        (relata::Type::Timestamptz, "2021-01-31T09:30:00"),
    ] {
        assert_eq!(kind(&ty.read_text(text).unwrap_err()), "type_mismatch", "{ty} {text}");
    }
}

#[test]
fn an_unknown_column_names_its_neighbour() {
    let db = one_column(Column::text("name"));
    let error = db.insert("t", row! { nmae: "x" }).unwrap_err();
    assert_eq!(kind(&error), "unknown_column");
    assert!(format!("{error:#}").contains("did you mean `name`? there are: id, name"), "{error:#}");
    let error = db.insert("tt", row! {}).unwrap_err();
    assert_eq!(error.to_string(), "no table `tt`");
}

#[test]
fn an_update_that_changes_nothing_is_fine_and_counts_its_rows() {
    let db = one_column(Column::text("name"));
    db.insert("t", row! { name: "a" }).unwrap();
    assert_eq!(db.update("t", col("name").eq("a"), row! { name: "a" }).unwrap(), 1);
    assert_eq!(db.update("t", Rows::All, row! { name: "b" }).unwrap(), 1);
    assert_eq!(kind(&db.update("t", Rows::All, row! {}).unwrap_err()), "invalid_query");
    assert_eq!(column(&db, "t", "name"), r#""b""#);
}

#[test]
fn values_of_every_kind_have_one_order_and_numbers_one_among_them() {
    let decimal = |text: &str| relata::Type::Decimal.read_text(text).unwrap();
    let read = |ty: relata::Type, text: &str| ty.read_text(text).unwrap();
    let ascending = [
        Value::Boolean(false),
        Value::Boolean(true),
        Value::Float(f64::NEG_INFINITY),
        decimal("-1.5"),
        Value::Integer(-1),
        Value::Float(0.25),
        decimal("0.5"),
        Value::Integer(2),
        Value::Float(2.5),
        decimal("3.5"),
        Value::Float(1e300),
        Value::Float(f64::INFINITY),
        Value::Float(f64::NAN),
        Value::from("a"),
        Value::from("b"),
        Value::from(&b"\x00"[..]),
        read(relata::Type::Date, "2024-02-29"),
        read(relata::Type::Timestamp, "2024-02-29T10:00:00"),
        read(relata::Type::Timestamptz, "2024-02-29T10:00:00Z"),
        read(relata::Type::Uuid, "00000000-0000-0000-0000-000000000007"),
        Value::Json(Json::parse("[1]").unwrap()),
        Value::Null,
    ];
    for (i, one) in ascending.iter().enumerate() {
        for (j, other) in ascending.iter().enumerate() {
            assert_eq!(one.cmp(other), i.cmp(&j), "{one:?} {other:?}");
            assert_eq!(one.partial_cmp(other), Some(i.cmp(&j)));
        }
    }
    let mut mixed: Vec<Value> = ascending.iter().rev().cloned().collect();
    mixed.sort();
    assert_eq!(mixed, ascending);
    // Equal numbers are one in a set, whatever they are kept as.
    let same = [Value::Integer(2), Value::Float(2.0), decimal("2.00")];
    assert_eq!(same.iter().collect::<std::collections::HashSet<_>>().len(), 1);
    let all: std::collections::HashSet<_> = ascending.iter().chain(&ascending).collect();
    assert_eq!(all.len(), ascending.len());
    let kinds: Vec<_> = ascending.iter().map(|value| value.as_ref().kind()).collect();
    assert_eq!(
        [
            kinds[0], kinds[3], kinds[4], kinds[5], kinds[13], kinds[15], kinds[16], kinds[17], kinds[18],
            kinds[19]
        ],
        [
            "boolean",
            "decimal",
            "integer",
            "float",
            "text",
            "bytes",
            "date",
            "timestamp",
            "timestamptz",
            "uuid"
        ]
    );
}

#[test]
fn text_that_is_no_value_of_its_type_is_refused_and_cut_short() {
    use relata::Type;
    for (ty, text, name) in [
        (Type::Boolean, "yes", "type_mismatch"),
        (Type::Float, "fast", "type_mismatch"),
        (Type::Float, "infinity", "type_mismatch"),
        (Type::Float, "1e999", "out_of_range"),
        (Type::Decimal, "ten", "type_mismatch"),
        (Type::Decimal, "1e40", "out_of_range"),
        (Type::Bytes, "?", "type_mismatch"),
        (Type::Uuid, "7", "type_mismatch"),
        (Type::enumeration(["a"]), "b", "type_mismatch"),
        (Type::Json, "1e999", "out_of_range"),
    ] {
        assert_eq!(kind(&ty.read_text(text).unwrap_err()), name, "{ty} {text}");
    }
    let long = Type::Integer.read_text(&"é".repeat(500)).unwrap_err().to_string();
    assert!(long.ends_with('…') && long.chars().count() < 150, "{long}");
    assert_eq!(Type::Text.read(&relata::Literal::Null).unwrap(), Value::Null);
    let list = relata::Literal::List(Vec::new());
    assert_eq!(kind(&Type::Text.read(&list).unwrap_err()), "type_mismatch");
}

#[test]
fn keys_and_what_is_given_print_as_they_are_written() {
    let key = relata::Key::from(("A", 2, true));
    assert_eq!(key.to_string(), "(A, 2, true)");
    assert_eq!(relata::Key::from(&key), key);
    assert_eq!(serde_json::to_string(&key).unwrap(), r#"["A",2,true]"#);
    assert_eq!(serde_json::to_string(&relata::Key::from(7)).unwrap(), "7");
    let given = row! { a: "x", b: relata::placeholder("name"), c: row! { d: 1 } };
    assert_eq!(given.to_string(), r#"{a: "x", b: $name, c: {d: 1}}"#);
    assert_eq!(format!("{given:?}"), given.to_string());
    let json = Json::parse(r#"{"b": 1, "a": [true]}"#).unwrap();
    assert_eq!(
        (json.to_string(), format!("{json:?}")),
        (r#"{"a":[true],"b":1}"#.into(), r#"{"a":[true],"b":1}"#.into())
    );
}

#[test]
fn rows_are_no_value_of_a_column() {
    let db = one_column(Column::integer("year"));
    assert_eq!(refused(&db, row! { year: row! { x: 1 } }), "unknown_relation no relation `year` on `t`");
    // A filter that is given rows is refused when it's asked, and printed until then.
    let filter = col("year").eq(relata::Input::from(row! { x: 1 }));
    assert!(filter.to_string().contains("x: 1"), "{filter}");
    assert_eq!(kind(&db.query("t").filter(filter).all().unwrap_err()), "type_mismatch");
}

#[test]
fn a_literal_keeps_its_digits_through_another_format() {
    use relata::Literal;
    let text = r#"{"a":[null,true,-1,18446744073709551615,0.5,"x"],"b":{}}"#;
    let literal: Literal = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&literal).unwrap(), text);
    let items = literal.get("a").unwrap();
    assert_eq!((items.kind(), literal.kind(), items.get("a")), ("a list", "an object", None));
    let Literal::List(items) = items else { panic!("{items:?}") };
    let kinds: Vec<_> = items.iter().map(Literal::kind).collect();
    assert_eq!(kinds, ["null", "a boolean", "a number", "a number", "a number", "a text"]);
    let found: Option<Literal> = serde_json::from_str("null").unwrap();
    assert_eq!(found, None);
    // A document held as a value reads as the literal that it is.
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::from_value::<Literal>(value).unwrap(), literal);
}
