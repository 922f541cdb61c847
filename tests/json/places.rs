//! Where in the text the part that an error is about stands.

use relata::json::locate;
use relata::{Error, ErrorKind, Path, Step};

/// The path of an error made by going out from the innermost step.
fn path(steps: &[Step]) -> Path {
    let error = Error::new(ErrorKind::Corrupt { reason: "".into() });
    steps.iter().rev().fold(error, |error, step| error.at(step.clone())).path().clone()
}

macro_rules! path {
    ($($step:expr),*) => { path(&[$(Step::from($step)),*]) };
}

#[test]
fn a_path_leads_to_its_value() {
    let text = "{\"where\": {\"year\": {\"gte\": \"soon\"},\n  \"é\": 1, \"AND\": [{}, {\"a\": 2}]}}";
    assert_eq!(locate(text, &path!["where", "year", "gte"]), Some((1, 28)));
    assert_eq!(locate(text, &path!["where", "é"]), Some((2, 8)));
    assert_eq!(locate(text, &path!["where", "AND", 1, "a"]), Some((2, 29)));
    assert_eq!(locate(text, &path![]), Some((1, 1)));
}

#[test]
fn a_path_that_leads_nowhere_ends_at_the_innermost_part_there_is() {
    let text = r#"{"where": {"a": 1}}"#;
    assert_eq!(locate(text, &path!["where", "b", "c"]), Some((1, 11)));
    assert_eq!(locate(text, &path!["with", "posts"]), Some((1, 1)));
    assert_eq!(locate(text, &path!["where", "a", 3]), Some((1, 17)));
}

#[test]
fn a_path_finds_the_other_spelling() {
    let text = r#"{"include": {"posts": {"take": 1, "skip": 2, "select": {"id": 3}}}}"#;
    assert_eq!(locate(text, &path!["with", "posts", "limit"]), Some((1, 32)));
    assert_eq!(locate(text, &path!["with", "posts", "offset"]), Some((1, 43)));
    assert_eq!(locate(text, &path!["with", "posts", "columns", "id"]), Some((1, 63)));
}

#[test]
fn a_relation_is_found_beside_the_columns_of_a_select() {
    let text = r#"{"include": {"a": 1}, "select": {"posts": {"take": 1}}}"#;
    assert_eq!(locate(text, &path!["with", "posts", "limit"]), Some((1, 52)));
    assert_eq!(locate(text, &path!["with", "a"]), Some((1, 19)));
}

#[test]
fn an_only_item_may_stand_without_its_list() {
    let text = r#"{"values": {"year": "soon"}, "columns": ["id", "nmae"]}"#;
    assert_eq!(locate(text, &path!["values", 0, "year"]), Some((1, 21)));
    assert_eq!(locate(text, &path!["columns", "nmae"]), Some((1, 48)));
}

#[test]
fn text_that_is_no_json_has_no_places_but_does_no_harm() {
    assert_eq!(locate("", &path!["a"]), None);
    for text in ["{", "{\"a\"", "{\"a\": [1,,", "[\"", "}{"] {
        let _ = locate(text, &path!["a", 1, "b"]);
    }
}
