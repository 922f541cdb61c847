//! The shared conformance cases, where they are there.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is wrong")]
#![allow(clippy::print_stdout, reason = "whoever lacks the cases should be told")]

use relata::json::{Limits, read};
use relata::{Database, Literal, Schema};
use std::path::Path;

fn cases() -> Option<Literal> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/relational.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(read(&text, &Limits::none()).unwrap()),
        Err(error) => {
            println!("no conformance cases: {} ({error})", path.display());
            None
        }
    }
}

fn entries(literal: &Literal) -> &[(impl AsRef<str> + use<>, Literal)] {
    match literal {
        Literal::Object(entries) => entries,
        other => panic!("an object is expected: {other}"),
    }
}

/// A database with the rows of a fixture, inserted in the order of the document.
fn filled(schema: &Schema, fixture: &Literal) -> Database {
    let db = Database::new(schema.clone()).unwrap();
    for (table, rows) in entries(fixture) {
        let insert = format!(r#"{{"insert": "{}", "values": {rows}}}"#, table.as_ref());
        let answer = db.run_json(&insert).unwrap();
        assert!(answer.starts_with(r#"{"result":"#), "{answer}");
    }
    assert_eq!(db.run_json(r#"{"check": true}"#).unwrap(), "{\"result\":{\"violations\":[]}}\n");
    db
}

#[test]
fn every_relational_case_is_answered_as_expected() {
    let Some(document) = cases() else { return };
    let part = |literal: &Literal, key: &str| literal.get(key).unwrap_or(&Literal::Null).clone();
    let schema = Schema::try_from(&part(&document, "schema")).unwrap();
    let fixtures = part(&document, "fixtures");
    let Literal::List(cases) = part(&document, "cases") else { panic!("cases are a list") };
    assert!(!cases.is_empty());
    let mut failures = Vec::new();
    for case in &cases {
        let (Literal::Text(name), Literal::Text(fixture)) = (part(case, "name"), part(case, "fixture"))
        else {
            panic!("a case has a name and a fixture: {case}")
        };
        let db = filled(&schema, &part(&fixtures, &fixture));
        let expected = part(case, "expect").to_string();
        match db.query_json(&part(case, "query").to_string()) {
            Ok(answer) if answer == expected => {}
            Ok(answer) => failures.push(format!("{name}:\n  expected {expected}\n  found    {answer}")),
            Err(error) => failures.push(format!("{name}: {error:#}")),
        }
    }
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}
