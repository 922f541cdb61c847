//! Documents from strangers.

use crate::catalog;
use relata::json::{Limits, Request, read, script};
use relata::{ErrorKind, Literal};
use std::fmt::Write;

/// A limit, what it allows, and where it was passed.
type Passed = (&'static str, u64, Option<(usize, usize)>);

/// The limit that a text passes, or `None` when it's read.
fn passed(text: &str, limits: &Limits) -> Option<Passed> {
    let error = read(text, limits).err()?;
    match error.kind() {
        ErrorKind::LimitExceeded { limit, allowed } => Some((limit, *allowed, error.position())),
        other => panic!("{other}"),
    }
}

#[test]
fn a_text_may_have_as_many_bytes_as_allowed_and_not_one_more() {
    assert_eq!(passed("[10]", &Limits::default().bytes(4)), None);
    assert_eq!(passed("[10]", &Limits::default().bytes(3)), Some(("bytes", 3, None)));
}

#[test]
fn a_document_may_be_as_deep_as_allowed_and_not_deeper() {
    let limits = Limits::default().depth(3);
    assert_eq!(passed("[[1], {\"a\": []}]", &limits), None);
    assert_eq!(passed("[[1],\n {\"a\": [[]]}]", &limits), Some(("depth", 3, Some((2, 9)))));
    assert_eq!(passed("7", &Limits::default().depth(0)), None);
}

#[test]
fn brackets_inside_texts_are_no_depth() {
    assert_eq!(passed(r#"["[[[[\"[[[["]"#, &Limits::default().depth(1)), None);
}

#[test]
fn a_document_may_have_as_many_values_as_allowed_and_not_one_more() {
    assert_eq!(passed("[1, {\"a\": 2}]", &Limits::default().nodes(4)), None);
    assert_eq!(passed("[1, {\"a\": 2}]", &Limits::default().nodes(3)), Some(("nodes", 3, Some((1, 6)))));
    assert_eq!(passed("[\",\",\n1, 2,3]", &Limits::default().nodes(3)), Some(("nodes", 3, Some((2, 4)))));
    assert_eq!(passed("[\",\",\n1, 2,3]", &Limits::default().nodes(5)), None);
    let long = format!("[\"{}\",\n1, 2, {{\"a\": [[]]}}]", "[{,".repeat(100));
    assert_eq!(passed(&long, &Limits::default().nodes(3)), Some(("nodes", 3, Some((2, 4)))));
    assert_eq!(passed(&long, &Limits::default().nodes(7).depth(3)), Some(("depth", 3, Some((2, 14)))));
    assert_eq!(passed(&long, &Limits::default().nodes(7).depth(4)), None);
}

#[test]
fn without_limits_depth_still_ends_where_the_stack_could() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let limits = Limits::none();
    assert_eq!(passed(&nested(Limits::DEPTH_MAX), &limits), None);
    let deeper = passed(&nested(Limits::DEPTH_MAX + 1), &limits.depth(usize::MAX));
    assert_eq!(deeper.map(|(limit, ..)| limit), Some("depth"));
}

#[test]
fn the_deepest_document_can_be_printed_and_stored() {
    let depth = Limits::DEPTH_MAX;
    let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let literal = read(&text, &Limits::none()).unwrap();
    assert_eq!(literal.to_string(), text);
    let json = relata::Json::from_literal(&literal).unwrap();
    assert_eq!(serde_json::to_string(&json).unwrap(), text);
}

#[test]
fn one_request_may_write_as_many_rows_as_allowed() {
    let text = r#"{"insert": "users", "values": [{"name": "a"}, {"name": "b"}]}"#;
    assert!(Request::parse(&catalog(), text, &Limits::default().rows(2)).is_ok());
    let error = Request::parse(&catalog(), text, &Limits::default().rows(1)).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "more than 1: the limit `rows`\n    at: $.values (1:31)\n    help: raise `rows` if that is meant"
    );
}

#[test]
fn limits_but_bytes_hold_for_each_request_of_a_script() {
    let catalog = catalog();
    let text = "{\"count\": \"users\"}\n".repeat(5);
    let limits = Limits::default().nodes(2);
    assert!(script(&catalog, &text, &limits).unwrap().all(|item| item.request().is_ok()));
    let error = script(&catalog, &text, &limits.bytes(text.len() - 1)).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::LimitExceeded { limit: "bytes", .. }));
}

#[test]
fn a_bomb_is_refused_long_before_its_end() {
    let size = 32 << 20;
    let deep = "[".repeat(size);
    let deep_objects = "{\"a\":".repeat(size / 5);
    let hidden = format!("{{\"findMany\": \"users\", \"where\": {}", "{\"NOT\":".repeat(size / 7));
    let many = format!("[{}]", "0,".repeat(size / 2));
    let limits = Limits::default().bytes(2 * size).nodes(10_000);
    for bomb in [&deep, &deep_objects, &hidden, &many] {
        // Nothing of what follows this place is read: the last of them has no end.
        let (_, _, place) = passed(bomb, &limits).unwrap();
        assert!(place.is_some_and(|(line, column)| line == 1 && column < 80_000), "{place:?}");
    }
}

#[test]
fn an_object_of_a_hundred_thousand_keys_and_a_text_of_megabytes_sixty_lists_deep_are_read() {
    let mut wide = String::from("{\"\": 0");
    (0..100_000).for_each(|key| write!(wide, ",\"{key}\":0").unwrap());
    wide.push('}');
    let Literal::Object(fields) = read(&wide, &Limits::none()).unwrap() else { panic!("no object") };
    assert_eq!(fields.len(), 100_001);
    let long = format!("{}\"{}\"{}", "[".repeat(60), "x".repeat(4 << 20), "]".repeat(60));
    assert_eq!(read(&long, &Limits::default()).unwrap().to_string(), long);
}

#[test]
fn each_of_ten_thousand_mistakes_of_a_script_is_told_in_a_few_words_and_at_its_place() {
    let catalog = catalog();
    // What never ends is one mistake.
    for (line, mistakes) in
        [("{]\n", 10_000), ("{\"a\" 1}\n", 10_000), ("{\"count\": 1}\n", 10_000), ("[[[[\n", 1)]
    {
        let mut told = 0;
        for item in script(&catalog, &line.repeat(10_000), &Limits::default()).unwrap() {
            told += 1;
            let error = item.request().unwrap_err();
            assert!(error.to_string().len() < 200, "{error}");
            assert_eq!(item.line(), told, "{line}");
        }
        assert_eq!(told, mistakes, "{line}");
    }
}

#[test]
fn the_default_limits_let_a_bulk_insert_through() {
    let rows: Vec<_> =
        (0..20_000).map(|i| format!("{{\"id\": {i}, \"name\": \"user {i}\", \"age\": 30}}")).collect();
    let text = format!("{{\"insert\": \"users\", \"values\": [{}]}}", rows.join(","));
    assert!(Request::parse(&catalog(), &text, &Limits::default()).is_ok());
    assert!(matches!(read("[]", &Limits::default()), Ok(Literal::List(items)) if items.is_empty()));
}
