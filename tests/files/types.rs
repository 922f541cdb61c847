//! Values of every type, at their ends, and columns of many blocks.

use crate::common::{rows, sound};
use relata::{Column, Database, Json, Row, Schema, Table, Type, Value, row};

/// A table with a nullable and, but for the key, a plain column of every type.
pub(crate) fn schema() -> Schema {
    let types = [
        ("boolean", Type::Boolean),
        ("smallint", Type::Smallint),
        ("int", Type::Int),
        ("integer", Type::Integer),
        ("float", Type::Float),
        ("decimal", Type::Decimal),
        ("text", Type::Text),
        ("bytes", Type::Bytes),
        ("date", Type::Date),
        ("timestamp", Type::Timestamp),
        ("timestamptz", Type::Timestamptz),
        ("uuid", Type::Uuid),
        ("json", Type::Json),
        ("enum", Type::enumeration(["red", "green", "blue"])),
    ];
    let mut table = Table::new("values").column(Column::integer("id").generated()).primary_key(["id"]);
    for (name, ty) in types {
        table = table.column(Column::new(format!("{name}_or_null"), ty.clone()).nullable());
        table = table.column(Column::new(name, ty));
    }
    Schema::new().table(table.ordered_index(["text"]))
}

/// A row with these values in the columns that are never null.
pub(crate) fn plain(texts: [&str; 14]) -> Row {
    let schema = schema();
    let columns = schema.tables[0].columns.iter().skip(2).step_by(2);
    columns.zip(texts).fold(row! {}, |row, (column, text)| match column.ty {
        Type::Json => row.set(column.name.clone(), Value::Json(Json::parse(text).unwrap())),
        _ => row.set(column.name.clone(), column.ty.read_text(text).unwrap()),
    })
}

/// The same values in the columns that may be null too.
pub(crate) fn values(texts: [&str; 14]) -> Row {
    let plain = plain(texts);
    let cells: Vec<_> = plain.iter().map(|(name, cell)| (format!("{name}_or_null"), cell.clone())).collect();
    cells.into_iter().fold(plain, |row, (name, cell)| row.set(name, cell))
}

pub(crate) const FIRST: [&str; 14] = [
    "false",
    "-32768",
    "-2147483648",
    "-9223372036854775808",
    "-Infinity",
    "-79228162514264337593543950335",
    "",
    "",
    "-009999-01-01",
    "-009999-01-01T00:00:00",
    "-009999-01-02T01:59:59Z",
    "00000000-0000-0000-0000-000000000000",
    "null",
    "red",
];

pub(crate) const LAST: [&str; 14] = [
    "true",
    "32767",
    "2147483647",
    "9223372036854775807",
    "NaN",
    "0.0000000000000000000000000001",
    "\u{10ffff}é\0",
    "AP8=",
    "9999-12-31",
    "9999-12-31T23:59:59.999999",
    "9999-12-30T22:00:00.999999Z",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "{\"a\":[1.50,{\"b\":null}]}",
    "blue",
];

#[test]
fn the_ends_of_every_type_and_nulls_come_back() {
    let db = Database::new(schema()).unwrap();
    db.insert("values", values(FIRST)).unwrap();
    db.insert("values", values(LAST)).unwrap();
    db.insert("values", plain(LAST)).unwrap();
    let mut zeros = FIRST;
    (zeros[4], zeros[5]) = ("-0", "-0.00");
    db.insert("values", values(zeros)).unwrap();
    let bytes = db.snapshot().to_bytes().unwrap();
    let loaded = Database::from_bytes(&bytes).unwrap();
    let debug = |db: &Database| format!("{:?}", db.query("values").all().unwrap().to_owned_rows());
    assert_eq!(debug(&loaded), debug(&db));
    assert_eq!(loaded.snapshot().to_bytes().unwrap(), bytes);
    sound(&loaded);
}

#[test]
fn more_rows_than_a_block_and_texts_longer_than_one_come_back() {
    let table = Table::new("t")
        .column(Column::integer("id").generated())
        .column(Column::text("short").nullable())
        .column(Column::text("long"))
        .column(Column::bytes("raw"))
        .primary_key(["id"]);
    let db = Database::new(Schema::new().table(table)).unwrap();
    db.load(|loader| {
        for at in 0..40_000usize {
            let long = match at {
                7 | 20_000 => "é".repeat(700_000),
                8..100 => "ab".repeat(at * 40),
                _ => String::new(),
            };
            let short = (at % 3 > 0).then(|| at.to_string());
            loader.push("t", &row! { short: short, long: long, raw: vec![at as u8; at % 5] })?;
        }
        Ok(())
    })
    .unwrap();
    let bytes = db.snapshot().to_bytes().unwrap();
    let loaded = Database::from_bytes(&bytes).unwrap();
    assert!(rows(&loaded, "t") == rows(&db, "t"));
    assert!(loaded.snapshot().to_bytes().unwrap() == bytes);
    sound(&loaded);
}
