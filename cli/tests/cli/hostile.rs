//! CSV files that mean harm: refused with file and line, and what was loaded before stays out.

use crate::support::{Folder, relata};

/// What `check` says of an authors file of these bytes, under a limit of bytes for a record.
#[track_caller]
fn refused(bytes: &[u8], limit: usize) -> String {
    let folder = Folder::new(&[]);
    std::fs::write(folder.path("data/authors.csv"), bytes).unwrap();
    let why = folder.relata("check", &[&format!("--limit-bytes={limit}")]).refused();
    assert!(why.contains("authors.csv:") && why.len() < 20_000, "{why:.500}");
    why
}

#[test]
fn a_quote_left_open_stops_at_the_bytes_of_a_record() {
    let mut file = b"id,name\n1,\"".to_vec();
    file.resize(4 << 20, b'x');
    assert!(refused(&file, 1 << 16).contains("authors.csv:2: a record of more than 65536 bytes"));
    // Line breaks inside it don't help.
    let lines = [&b"id,name\n1,\""[..], &b"x\n".repeat(1 << 20)].concat();
    assert!(refused(&lines, 1 << 16).contains("authors.csv:2: a record of more than 65536 bytes"));
}

#[test]
fn a_record_has_as_many_bytes_as_allowed_and_not_one_more() {
    let schema = crate::support::SCHEMA.len();
    for (spare, code) in [(1, 0), (0, 0)] {
        let name = "x".repeat(schema);
        let folder = Folder::new(&[("authors.csv", &format!("name\n{name}\n"))]);
        let limit = format!("--limit-bytes={}", schema + 1 + spare);
        assert_eq!(folder.relata("check", &[&limit]).code, code);
    }
    let above = [&b"name\n"[..], &b"x".repeat(schema + 1), b"\n"].concat();
    assert!(refused(&above, schema + 1).contains("authors.csv:2: a record of more than"));
}

#[test]
fn records_and_headers_of_many_fields_are_refused() {
    assert!(refused(b"id,name\n1", 1 << 20).contains("authors.csv:2"));
    let wide = [&b"id,name\n"[..], &b",".repeat(1 << 19)].concat();
    assert!(refused(&wide, 1 << 20).contains("expected 2 fields as in the header, found 524289"));
    let header: String = (0..20_000).map(|column| format!("c{column},")).collect();
    assert!(refused(header.as_bytes(), 1 << 20).contains("no column `c0`"));
    let twice = ["id"; 20_000].join(",");
    assert!(refused(twice.as_bytes(), 1 << 20).contains("names `id` twice"));
}

#[test]
fn nul_bad_utf8_and_numbers_beyond_range_are_text_or_refused() {
    let folder = Folder::new(&[("authors.csv", "id,name\n1,a\0b\n")]);
    assert_eq!(
        folder.relata("query", &[r#"{"pluck": "authors", "columns": "name"}"#]).ok(),
        "[\"a\\u0000b\"]\n"
    );
    for (cell, expected) in [
        ("9223372036854775808", "authors.csv:3"),
        ("-9223372036854775809", "authors.csv:3"),
        ("1e5", "authors.csv:3"),
        ("\0", "authors.csv:3"),
    ] {
        assert!(
            refused(format!("id,name\n1,a\n{cell},b\n").as_bytes(), 1 << 20).contains(expected),
            "{cell}"
        );
    }
    assert!(refused(b"id,name\n1,\xed\xa0\x80\n", 1 << 20).contains("authors.csv:2: this is no UTF-8"));
    assert!(refused(b"id\xff,name\n1,a\n", 1 << 20).contains("authors.csv:1: this is no UTF-8"));
}

#[test]
fn a_million_mistakes_are_counted_and_few_are_shown() {
    let file = [&b"id,name\n"[..], &b"x,\n".repeat(100_000)].concat();
    let why = refused(&file, 1 << 20);
    assert!(why.lines().count() < 100, "{}", why.lines().count());
}

#[test]
fn what_a_query_comes_by_can_be_bounded() {
    let folder = Folder::library();
    let (schema, data) = (folder.text("schema.json"), folder.text("data"));
    let cross = r#"{"from": "books", "crossJoin": {"b": "books"}, "select": {"n": {"count": true}}}"#;
    let run = relata(&["query", "--schema", &schema, "--data", &data, "--limit-work=3", cross]);
    assert!(run.refused().contains("the limit `work`"));
}
