//! Where Relata differs from SQLite in flat queries by design; random queries keep away from these.
//! Against PostgreSQL they are the same, but for the sum of 64-bit integers, which isn't a decimal here.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{Column, Database, Schema, Table, row};
use relata_differential::flat::Dialect;
use relata_differential::flat::engine::Engine;

/// What is different, the expression of Relata's document, its answer or the kind of its error, SQLite's
/// expression and answer; over one row with n = 7, big = the greatest integer and t = "Öl".
const DIFFERENCES: [(&str, &str, &str, &str, Option<&str>); 7] = [
    ("division by zero is refused", r#"{"divide": ["n", 0]}"#, "division_by_zero", "n / 0", None),
    (
        "integer overflow is refused and never becomes a float",
        r#"{"add": ["big", 1]}"#,
        "out_of_range",
        "typeof(big + 1)",
        Some("real"),
    ),
    (
        "the mean of integers is an exact decimal",
        r#"{"avg": "n"}"#,
        "\"7.0000000000000000\"",
        "avg(n)",
        Some("7"),
    ),
    ("letters beyond ASCII have cases", r#"{"lower": "t"}"#, "\"öl\"", "lower(t)", Some("Öl")),
    (
        "a position before the first is one before the text",
        r#"{"substring": ["t", -1, 3]}"#,
        "\"Ö\"",
        "substr(t, -1, 3)",
        Some("l"),
    ),
    (
        "what can't be cast is refused",
        r#"{"cast": ["t", "integer"]}"#,
        "type_mismatch",
        "CAST(t AS integer)",
        Some("0"),
    ),
    (
        "a cast to an integer rounds",
        r#"{"cast": [{"cast": [{"divide": [{"cast": ["n", "decimal"]}, 4]}, "float"]}, "int"]}"#,
        "2",
        "CAST(n / 4.0 AS integer)",
        Some("1"),
    ),
];

#[test]
fn each_difference_is_as_it_is_listed() {
    let schema = Schema::new().table(
        Table::new("x").column(Column::int("n")).column(Column::integer("big")).column(Column::text("t")),
    );
    let db = Database::new(schema).unwrap();
    db.insert("x", row! { n: 7, big: i64::MAX, t: "Öl" }).unwrap();
    let mut sqlite = Engine::new(Dialect::Sqlite).unwrap();
    sqlite.execute("CREATE TABLE x (n int, big bigint, t text)").unwrap();
    sqlite.execute(&format!("INSERT INTO x VALUES (7, {}, 'Öl')", i64::MAX)).unwrap();
    for (what, document, ours, sql, theirs) in DIFFERENCES {
        let text = format!(r#"{{"from": "x", "select": {{"v": {document}}}}}"#);
        match db.query_json(&text) {
            Ok(answer) => assert_eq!(answer, format!(r#"[{{"v":{ours}}}]"#), "{what}"),
            Err(error) => assert_eq!(error.kind().name(), ours, "{what}: {error}"),
        }
        let found = sqlite.ask(&format!("SELECT {sql} FROM x")).unwrap();
        assert_eq!(found, [[theirs.map(str::to_owned)]], "{what}");
    }
}
