//! Writes that go deep or wide.

use crate::{answered, ask, asked, crowd, refused, shown};
use relata::json::Limits;

/// A user whose staff has staff, so many levels below it.
fn staffed(depth: usize) -> String {
    let (open, close) = (r#"{"name": "NAME", "staff": "#.repeat(depth), "}".repeat(depth));
    let mut text = format!(r#"{{"insert": "users", "values": {open}{{"name": "NAME"}}{close}}}"#);
    let mut at = 0;
    while text.contains("NAME") {
        text = text.replacen("NAME", &format!("n{at}"), 1);
        at += 1;
    }
    text
}

#[test]
fn nested_rows_go_as_deep_as_allowed_and_not_deeper() {
    let limits = Limits::default().depth(127);
    for (depth, expected) in
        [(62, None), (63, None), (64, None), (65, Some("nested_depth")), (100, Some("nested_depth"))]
    {
        let db = crowd(2);
        assert_eq!(asked(&db, &staffed(depth), &limits).err().as_deref(), expected, "{depth}");
        let users = if expected.is_none() { 3 + depth } else { 2 };
        answered(&db, r#"{"count": "users"}"#, &users.to_string());
    }
}

#[test]
fn one_request_writes_as_many_rows_as_allowed_nested_ones_counted() {
    let db = crowd(2);
    let posts = |n: usize| vec![r#"{"title": "x"}"#; n].join(",");
    let insert = |name: &str, n: usize| {
        format!(r#"{{"insert": "users", "values": {{"name": "{name}", "posts": [{}]}}}}"#, posts(n))
    };
    let limits = Limits::default().rows(100);
    assert!(asked(&db, &insert("below", 98), &limits).is_ok());
    assert!(asked(&db, &insert("at", 99), &limits).is_ok());
    assert_eq!(asked(&db, &insert("above", 100), &limits), Err("rows".into()));
}

#[test]
fn a_bulk_whose_last_row_is_wrong_leaves_nothing() {
    let db = crowd(2);
    let mut rows: Vec<String> = (0..5_000).map(|n| format!(r#"{{"name": "x{n}"}}"#)).collect();
    rows.push(r#"{"name": "user 1"}"#.into());
    refused(&db, &format!(r#"{{"insert": "users", "values": [{}]}}"#, rows.join(",")), "unique_violation");
    rows.pop();
    rows.push(r#"{"name": "z", "boss_id": 99}"#.into());
    refused(
        &db,
        &format!(r#"{{"insert": "users", "values": [{}]}}"#, rows.join(",")),
        "foreign_key_violation",
    );
}

#[test]
fn long_lists_of_keys_to_connect_are_looked_up() {
    let db = crowd(50);
    let keys: Vec<String> = (1..=50).map(|n| n.to_string()).collect();
    let set = format!(
        r#"{{"update": "users", "where": {{"id": 1}}, "set": {{"staff": {{"set": [{}]}}}}}}"#,
        keys[1..].join(",")
    );
    answered(&db, &set, "1");
    answered(&db, r#"{"count": "users", "where": {"boss_id": 1}}"#, "49");
    let missing: Vec<String> = (1..20_000).map(|n| (n + 100).to_string()).collect();
    let before = shown(&db);
    let text = format!(
        r#"{{"update": "users", "where": {{"id": 1}}, "set": {{"staff": {{"connect": [{}]}}}}}}"#,
        missing.join(",")
    );
    refused(&db, &text, "not_found");
    assert_eq!(shown(&db), before);
}

#[test]
fn a_write_without_rows_named_writes_none() {
    let db = crowd(2);
    for text in [
        r#"{"delete": "users"}"#,
        r#"{"delete": "users", "where": {}}"#,
        r#"{"delete": "users", "where": null}"#,
        r#"{"delete": "users", "where": {"AND": []}}"#,
        r#"{"delete": "users", "where": {"AND": [{}, {"AND": []}]}}"#,
        r#"{"delete": "users", "where": {"id": {}}}"#,
        r#"{"update": "users", "where": {}, "set": {"age": 1}}"#,
        r#"{"destroy": "users", "where": {"OR": []}, "all": true}"#,
    ] {
        assert!(ask(&db, text).is_err(), "{text}");
    }
    answered(&db, r#"{"count": "users"}"#, "2");
}
