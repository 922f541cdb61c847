//! Where flat queries differ from PostgreSQL and SQLite by design: the list of `docs/flat.md`, line by line.
//! Random queries keep away from these.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

use relata::{Column, Database, Schema, Table, row};
use relata_differential::server::Dialect;
use relata_differential::server::Server;

/// What is different, the expression of Relata's document, its answer or the kind of its error, the other's
/// expression and answer; over one row with n = 7, big = the greatest integer and t = "Öl".
type Difference = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

const FROM_POSTGRESQL: [Difference; 5] = [
    (
        "the sum of `integer` values is an `integer`, not a decimal",
        r#"{"divide": [{"sum": "big"}, 2]}"#,
        "4611686018427387903",
        "sum(big) / 2",
        Some("4611686018427387904"),
    ),
    (
        "`upper(\"ß\")` is `SS`, as Unicode has it",
        r#"{"upper": {"value": "ß"}}"#,
        "\"SS\"",
        "upper('ß')",
        Some("ß"),
    ),
    (
        "texts of timestamps are those of documents, with a `T`",
        r#"{"cast": [{"cast": [{"value": "2021-01-31T09:30:00"}, "timestamp"]}, "text"]}"#,
        "\"2021-01-31T09:30:00\"",
        "timestamp '2021-01-31T09:30:00'::text",
        Some("2021-01-31 09:30:00"),
    ),
    (
        "parts of dates are integers, and a second has no fraction",
        r#"{"second": {"cast": [{"value": "2021-01-31T09:30:05.5"}, "timestamp"]}}"#,
        "5",
        "extract(second from timestamp '2021-01-31T09:30:05.5')",
        Some("5.500000"),
    ),
    (
        "decimals have at most 28 digits",
        r#"{"multiply": [{"cast": [{"value": "79228162514264337593543950335"}, "decimal"]}, 10]}"#,
        "out_of_range",
        "79228162514264337593543950335::numeric * 10",
        Some("792281625142643375935439503350"),
    ),
];

const FROM_SQLITE: [Difference; 7] = [
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

fn pinned(differences: &[Difference], theirs: Option<&mut Server>) {
    let schema = Schema::new().table(
        Table::new("x").column(Column::int("n")).column(Column::integer("big")).column(Column::text("t")),
    );
    let db = Database::new(schema).unwrap();
    db.insert("x", row! { n: 7, big: i64::MAX, t: "Öl" }).unwrap();
    for (what, document, ours, ..) in differences {
        let text = format!(r#"{{"from": "x", "select": {{"v": {document}}}}}"#);
        match db.query_json(&text) {
            Ok(answer) => assert_eq!(answer, format!(r#"[{{"v":{ours}}}]"#), "{what}"),
            Err(error) => assert_eq!(error.kind().name(), *ours, "{what}: {error}"),
        }
    }
    let Some(engine) = theirs else { return };
    engine.execute("CREATE TEMPORARY TABLE x (n int, big bigint, t text)").unwrap();
    engine.execute(&format!("INSERT INTO x VALUES (7, {}, 'Öl')", i64::MAX)).unwrap();
    for (what, _, _, sql, theirs) in differences {
        let found = engine.ask(&format!("SELECT {sql} FROM x")).unwrap();
        assert_eq!(found, [[theirs.map(str::to_owned)]], "{what}");
    }
}

#[test]
fn each_difference_from_sqlite_is_as_it_is_listed() {
    pinned(&FROM_SQLITE, Some(&mut Server::new(Dialect::Sqlite).unwrap()));
}

#[test]
fn each_difference_from_postgresql_is_as_it_is_listed() {
    let mut engine = Server::new(Dialect::Postgres);
    if let Err(error) = &engine {
        eprintln!("skipped: {error}; run it by differential/postgres.sh");
    }
    pinned(&FROM_POSTGRESQL, engine.as_mut().ok());
}

#[test]
fn the_page_lists_each_of_them() {
    let page = include_str!("../../docs/flat.md").to_lowercase();
    for (what, ..) in FROM_POSTGRESQL.iter().chain(&FROM_SQLITE) {
        assert!(page.contains(&format!("- {}", what.to_lowercase())), "docs/flat.md says nothing of: {what}");
    }
}
