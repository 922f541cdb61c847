//! Text into literals.

use proptest::prelude::*;
use relata::json::{Limits, read, utf8};
use relata::{Error, ErrorKind, Literal};

fn fault(text: &str) -> String {
    let error = read(text, &Limits::default()).unwrap_err();
    let (line, column) = error.position().unwrap();
    assert!(
        matches!(error.kind(), ErrorKind::Parse { line: l, column: c, .. } if (*l, *c) == (line, column))
    );
    format!("{error} ({line}:{column})")
}

fn round(text: &str) -> String {
    read(text, &Limits::default()).unwrap().to_string()
}

#[test]
fn every_kind_of_value_is_read_in_the_order_written() {
    let text = r#" { "b" : null , "a" : [ true , false , { } , [ ] ] , "c" : "x" , "d" : -1.50e+2 } "#;
    assert_eq!(round(text), r#"{"b":null,"a":[true,false,{},[]],"c":"x","d":-1.50e+2}"#);
}

#[test]
fn numbers_keep_every_digit() {
    for number in ["9007199254740993", "0.1000", "123456789012345678901234567890.123456789", "-0", "1E400"] {
        assert_eq!(read(number, &Limits::default()).unwrap(), Literal::Number(number.into()));
    }
}

#[test]
fn escapes_are_resolved() {
    let literal = read(r#""\u00e9\ud83d\ude00\n\"\\\/""#, &Limits::default()).unwrap();
    assert_eq!(literal, Literal::Text("é😀\n\"\\/".into()));
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let cases = [
        ("", "expected a value, found the end (1:1)"),
        ("{\"a\": NaN}", "expected a value, found `NaN` (1:7)"),
        ("{\"a\": -Infinity}", "this is no number as JSON writes them (1:7)"),
        ("[1,\n 02]", "this is no number as JSON writes them (2:2)"),
        ("[1.]", "this is no number as JSON writes them (1:2)"),
        ("[1 2]", "expected `,` or `]`, found `2` (1:4)"),
        ("[1,]", "expected a value, found `]` (1:4)"),
        ("[1", "expected `,` or `]`, found the end (1:3)"),
        ("{\"a\": 1,}", "expected a key in quotes, found `}` (1:9)"),
        ("{a: 1}", "expected a key in quotes, found `a` (1:2)"),
        ("{'a': 1}", "expected a key in quotes, found `'` (1:2)"),
        ("{\"a\" 1}", "expected `:`, found `1` (1:6)"),
        ("{\"a\": 1", "expected `,` or `}`, found the end (1:8)"),
        ("{} {}", "expected the end, found `{` (1:4)"),
        ("\"é\" x", "expected the end, found `x` (1:5)"),
        ("[\"abc]", "the text that begins here has no end (1:2)"),
        ("\"a\\", "the text that begins here has no end (1:1)"),
        ("\"a\nb\"", "a line break or tab inside a text is written `\\n` or `\\t` (1:3)"),
        ("\"\\x\"", "an escape in this text means nothing (1:1)"),
        ("\"\\ud800\"", "an escape in this text means nothing (1:1)"),
    ];
    for (text, message) in cases {
        assert_eq!(fault(text), message, "{text}");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_at_the_second() {
    assert_eq!(fault("{\"a\": 1,\n  \"b\": 2, \"a\": 3}"), "`a` stands twice in one object (2:11)");
    let wide: Vec<_> = (0..200).map(|i| format!("\"k{i}\": {i}")).collect();
    assert_eq!(
        fault(&format!("{{{},\n\"k0\": 0}}", wide.join(","))),
        "`k0` stands twice in one object (2:1)"
    );
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_eq!(round("\u{feff}[1]"), "[1]");
    assert_eq!(fault("\u{feff}[1"), "expected `,` or `]`, found the end (1:3)");
}

#[test]
fn bytes_that_are_no_utf8_are_refused_with_their_place() {
    let error = utf8(b"{\n \"\xc3\xa9\xff\"", &Limits::default()).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.position()), ("this is no UTF-8", Some((2, 4))));
    assert_eq!(utf8(b"[1]", &Limits::default()).unwrap(), "[1]");
}

/// Texts near JSON: pieces of it in any order.
fn near_json() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"\\n\"", "\"\\q\"", "\"é", "1", "-", "0", "01",
        "1.5", ".5", "1e5", "1e", "true", "false", "null", "nul", " ", "\n", "\t", "\u{1}", "\\", "é",
    ]);
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

/// Any JSON at all.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let scalar = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    scalar.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_takes_is_taken_and_what_it_refuses_is_refused(text in near_json()) {
        let theirs = serde_json::from_str::<Literal>(&text);
        let ours = read(&text, &Limits::default());
        // Digits are kept here, so a number may be greater than any double.
        let too_great = theirs.as_ref().is_err_and(|error| error.to_string().starts_with("number out of range"));
        prop_assume!(!too_great);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}: {:?}", text, ours.map_err(|error: Error| error.to_string()));
    }

    #[test]
    fn any_document_reads_back_as_it_was(value in json(), pretty in any::<bool>()) {
        let compact = serde_json::to_string(&value).unwrap();
        let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { compact.clone() };
        prop_assert_eq!(round(&text), compact);
    }
}
