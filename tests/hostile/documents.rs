//! Text that is no document, or more of one than anybody needs.

use crate::{answered, ask, asked, crowd, refused, shown};
use relata::json::{Limits, utf8};

#[test]
fn deep_documents_stop_at_the_limit_wherever_they_stand() {
    let db = crowd(2);
    for depth in [64, 100, 10_000, 1_000_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let objects = format!("{}1{}", r#"{"AND":"#.repeat(depth), "}".repeat(depth));
        for text in [
            format!(r#"{{"insert": "users", "values": {{"name": "a", "data": {open}{close}}}}}"#),
            format!(r#"{{"findMany": "users", "where": {{"data": {open}{close}}}}}"#),
            format!(r#"{{"findMany": "users", "where": {objects}}}"#),
            format!(r#"{{"findMany": "users", "limit": {open}{close}}}"#),
            format!(r#"{{"from": "users", "select": {{"a": {objects}}}}}"#),
            format!(r#"{{"insert": {open}{close}}}"#),
        ] {
            refused(&db, &text, "depth");
        }
    }
}

#[test]
fn a_stored_document_may_be_as_deep_as_the_request_allows_and_not_deeper() {
    let db = crowd(2);
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let insert = |name: &str, depth: usize| {
        format!(r#"{{"insert": "users", "values": {{"name": "{name}", "data": {}}}}}"#, nested(depth))
    };
    let limits = Limits::default().depth(10);
    // The request and its values are two levels.
    for (name, depth) in [("below", 7), ("at", 8)] {
        assert!(asked(&db, &insert(name, depth), &limits).unwrap().contains(&nested(depth)));
    }
    assert_eq!(asked(&db, &insert("above", 9), &limits), Err("depth".into()));
}

#[test]
fn more_values_and_bytes_than_allowed_are_refused_whatever_they_are() {
    let db = crowd(2);
    let zeros = |n: usize| vec!["0"; n].join(",");
    // The request, the table's name, the filter, the operator's object and the list are values too.
    let list = |n: usize| format!(r#"{{"count": "users", "where": {{"id": {{"in": [{}]}}}}}}"#, zeros(n));
    let limits = Limits::default().nodes(1_000);
    for n in [994, 995] {
        assert_eq!(asked(&db, &list(n), &limits), Ok("0".into()));
    }
    assert_eq!(asked(&db, &list(996), &limits), Err("nodes".into()));
    assert_eq!(ask(&db, &list(99_995)), Ok("0".into()));
    refused(&db, &list(99_996), "nodes");
    refused(&db, &list(1_000_000), "nodes");
    let text = list(3);
    for (bytes, expected) in [
        (text.len() + 1, Ok("0".into())),
        (text.len(), Ok("0".into())),
        (text.len() - 1, Err("bytes".into())),
    ] {
        assert_eq!(asked(&db, &text, &Limits::default().bytes(bytes)), expected);
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_place() {
    for bytes in [&b"{\"count\": \"us\xffers\"}"[..], b"\xc0\x80", b"\xed\xa0\x80", b"[\"\xf4\x90\x80\x80\"]"]
    {
        let error = utf8(bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.kind().name(), "parse");
        assert!(error.position().is_some());
    }
}

#[test]
fn nul_and_odd_characters_are_text_in_values_and_unknown_in_names() {
    let db = crowd(2);
    refused(&db, "{\"count\": \"users\0\"}", "parse");
    refused(&db, r#"{"count": "users\u0000"}"#, "unknown_table");
    refused(&db, r#"{"count": "users", "where": {"id\u0000": 1}}"#, "unknown_column");
    refused(&db, r#"{"findMany": "users", "with": {"posts\u0000": true}}"#, "unknown_relation");
    refused(&db, r#"{"insert": "users", "values": {"name": "\ud800"}}"#, "parse");
    let name = r#""a\u0000b\u202e\ufeff\uffff""#;
    let stored = ask(&db, &format!(r#"{{"insert": "users", "values": {{"name": {name}}}}}"#)).unwrap();
    assert!(stored.contains(r#"a\u0000b"#), "{stored}");
    answered(&db, &format!(r#"{{"count": "users", "where": {{"name": {name}}}}}"#), "1");
    answered(&db, r#"{"count": "users", "where": {"name": {"like": "a\u0000%"}}}"#, "1");
}

#[test]
fn a_key_given_twice_is_refused_at_every_level() {
    let db = crowd(2);
    for text in [
        r#"{"count": "users", "count": "posts"}"#,
        r#"{"count": "users", "where": {"id": 1, "id": 2}}"#,
        r#"{"delete": "users", "where": {"id": 1}, "where": {}}"#,
        r#"{"insert": "users", "values": {"name": "a", "name": "b"}}"#,
        r#"{"insert": "users", "values": {"name": "a", "data": {"x": 1, "\u0078": 2}}}"#,
        r#"{"findMany": "users", "with": {"posts": true, "posts": true}}"#,
    ] {
        refused(&db, text, "parse");
    }
    let many: Vec<String> = (0..50_000).map(|n| format!(r#""k{}": 0"#, n % 49_999)).collect();
    refused(&db, &format!(r#"{{"insert": "users", "values": {{{}}}}}"#, many.join(",")), "parse");
}

#[test]
fn a_script_of_many_refusals_changes_nothing_and_ends() {
    let db = crowd(2);
    let before = shown(&db);
    let script = r#"{"begin": true} {"insert": "posts", "values": {"title": "x", "user_id": 9}}
        {"savepoint": "a"} {"rollback": "b"} {"commit": 1} {"rollback": true} {"commit": true} "#
        .repeat(500);
    let lines = db.run_json(&script).unwrap();
    assert_eq!(lines.lines().count(), 3_500);
    assert_eq!(lines.lines().filter(|line| line.contains("error")).count(), 4 * 500);
    assert_eq!(shown(&db), before);
    // What stays open is rolled back, however many savepoints there are.
    let open = format!(r#"{{"begin": true}} {}"#, r#"{"savepoint": "a"}"#.repeat(10_000));
    assert_eq!(db.run_json(&open).unwrap().lines().count(), 10_001);
    assert_eq!(shown(&db), before);
}
