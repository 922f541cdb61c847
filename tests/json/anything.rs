//! Whatever stands in a request, it is answered or refused with its place, and does no harm.

use crate::answers::library;
use proptest::prelude::*;
use relata::json::{Limits, Request, read};
use relata::{Database, Literal};

const WORDS: [&str; 45] = [
    "findMany",
    "findFirst",
    "count",
    "insert",
    "update",
    "upsert",
    "delete",
    "destroy",
    "check",
    "begin",
    "commit",
    "savepoint",
    "rollback",
    "columns",
    "where",
    "with",
    "extras",
    "orderBy",
    "limit",
    "offset",
    "cursor",
    "distinct",
    "select",
    "include",
    "take",
    "skip",
    "values",
    "set",
    "on",
    "all",
    "relation",
    "$count",
    "_count",
    "AND",
    "OR",
    "NOT",
    "eq",
    "in",
    "some",
    "every",
    "is",
    "direction",
    "nulls",
    "between",
    "isNull",
];

const NAMES: [&str; 10] =
    ["authors", "books", "author", "id", "name", "title", "year", "price", "notes", "author_id"];

fn literal() -> impl Strategy<Value = Literal> {
    let scalar = prop_oneof![
        4 => prop::sample::select(NAMES.to_vec()).prop_map(|name| Literal::Text(name.into())),
        1 => prop::sample::select(vec!["asc", "desc", "first", "", "%a%"]).prop_map(|word| Literal::Text(word.into())),
        2 => prop::sample::select(vec!["0", "1", "2", "-1", "1.5", "1e9", "99999999999999999999"])
            .prop_map(|number| Literal::Number(number.into())),
        2 => any::<bool>().prop_map(Literal::Boolean),
        1 => Just(Literal::Null),
    ];
    scalar.prop_recursive(5, 40, 4, |inner| {
        let key = prop_oneof![
            prop::sample::select(WORDS.to_vec()),
            prop::sample::select(NAMES.to_vec()),
        ];
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(Literal::List),
            4 => prop::collection::btree_map(key, inner, 0..4)
                .prop_map(|map| Literal::Object(map.into_iter().map(|(key, value)| (key.into(), value)).collect())),
        ]
    })
}

/// A request whose method and table are right, and whose options may be anything.
fn request() -> impl Strategy<Value = Literal> {
    let method = prop::sample::select(WORDS[..7].to_vec());
    let option = prop::sample::select(WORDS[8..27].to_vec());
    let options = prop::collection::btree_map(option, literal(), 0..4);
    (method, prop::sample::select(vec!["authors", "books"]), options).prop_map(|(method, table, options)| {
        let options = options.into_iter().map(|(key, value)| (key.into(), value));
        Literal::Object(
            std::iter::once((method.into(), Literal::Text(table.into()))).chain(options).collect(),
        )
    })
}

/// Runs a request and checks what must hold of any.
fn run(db: &Database, text: &str) -> Result<(), TestCaseError> {
    let lines = db.run_json(text).unwrap();
    prop_assert_eq!(lines.lines().count(), 1, "{}", text);
    let line = read(&lines, &Limits::none()).unwrap();
    match line.get("error") {
        Some(error) => {
            let Some(Literal::Text(at)) = error.get("at") else { panic!("{text}: {error}") };
            prop_assert!(at.starts_with('$') && at.ends_with(')'), "{}: {}", text, at);
            prop_assert!(error.get("message").is_some());
        }
        None => prop_assert!(line.get("result").is_some()),
    }
    prop_assert_eq!(db.check(), vec![]);
    Ok(())
}

proptest! {
    #[test]
    fn any_object_is_answered_or_refused_with_its_place(request in request()) {
        run(&library(), &request.to_string())?;
    }

    #[test]
    fn any_value_is_refused_or_is_a_request(literal in literal()) {
        let db = library();
        let text = literal.to_string();
        let parsed = Request::parse(&db.catalog(), &text, &Limits::default());
        prop_assert!(parsed.is_ok() || db.query_json(&text).unwrap_err().position().is_some());
    }

    #[test]
    fn a_request_cut_off_anywhere_is_refused_with_its_place(request in request(), share in 0.0..1.0_f64) {
        let text = request.to_string();
        let cut = (text.len() as f64 * share) as usize;
        let Some(text) = text.get(..cut) else { return Ok(()) };
        let error = library().query_json(text).unwrap_err();
        prop_assert!(error.position().is_some(), "{}: {}", text, error);
    }
}

#[test]
fn the_deepest_includes_and_filters_are_answered_or_refused() {
    let db = library();
    for depth in 1..60 {
        let include =
            "{\"with\": {\"author\": {\"with\": {\"books\": ".repeat(depth) + "true" + &"}}}}".repeat(depth);
        let text = include.replacen("{\"with\"", "{\"findMany\": \"books\", \"with\"", 1);
        let limits = Limits::none().rows(100);
        if let Err(error) = db.query_json_within(&text, &limits) {
            assert_eq!(error.kind().name(), "limit_exceeded", "{error:#}");
        }
        let filter = "{\"NOT\": ".repeat(2 * depth) + "{\"id\": 1}" + &"}".repeat(2 * depth);
        let answer = db.query_json_within(&format!("{{\"count\": \"books\", \"where\": {filter}}}"), &limits);
        assert!(answer.is_ok_and(|count| count == "1") || depth > 30, "{depth}");
    }
}
