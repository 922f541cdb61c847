//! Transactions in scripts.

#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, library, sound};
use relata::json::{Answer, Control, Limits, Request, Session, answer};
use relata::{Action, Column, Database, ForeignKey, Schema, Table};

/// The lines that a script over an empty library answers.
fn run(db: &Database, text: &str) -> Vec<String> {
    db.run_json(text).unwrap().lines().map(str::to_owned).collect()
}

const TRUE: &str = r#"{"result":true}"#;

#[test]
fn a_committed_transaction_stays_and_a_rolled_back_one_is_gone() {
    let db = library(Action::Cascade);
    let lines = run(
        &db,
        r#"
        {"begin": true}
        {"insert": "authors", "values": {"name": "Ann"}}
        {"commit": true}
        {"begin": true}
        {"insert": "authors", "values": {"name": "Bob"}}
        {"count": "authors"}
        {"rollback": true}
        {"count": "authors"}
        "#,
    );
    assert_eq!((&*lines[0], &*lines[2], &*lines[3], &*lines[6]), (TRUE, TRUE, TRUE, TRUE));
    assert_eq!((&*lines[5], &*lines[7]), (r#"{"result":2}"#, r#"{"result":1}"#));
    assert_eq!(column(&db, "authors", "name"), r#""Ann""#);
    sound(&db);
}

#[test]
fn a_rollback_to_a_savepoint_undoes_what_came_after_it() {
    let db = library(Action::Cascade);
    let lines = run(
        &db,
        r#"[
        {"begin": true},
        {"insert": "authors", "values": {"name": "Ann"}},
        {"savepoint": "a"},
        {"delete": "authors", "all": true},
        {"savepoint": "b"},
        {"rollback": "a"},
        {"rollback": "b"},
        {"commit": true}
        ]"#,
    );
    assert_eq!((&*lines[2], &*lines[5], &*lines[7]), (TRUE, TRUE, TRUE));
    assert_eq!(
        lines[6],
        r#"{"error":{"kind":"invalid_query","at":"$.rollback (8:22)","help":"there are: a","message":"no savepoint `b`"}}"#
    );
    assert_eq!(column(&db, "authors", "name"), r#""Ann""#);
}

#[test]
fn a_refused_statement_undoes_itself_only_and_the_transaction_goes_on() {
    let db = library(Action::Cascade);
    let lines = run(
        &db,
        r#"
        {"begin": true}
        {"insert": "authors", "values": {"name": "Ann"}}
        {"insert": "books", "values": [{"title": "One", "author_id": 1}, {"title": "Lost", "author_id": 9}]}
        {"oops": true}
        {"insert": "books", "values": {"title": "Two", "author_id": 1}}
        {"commit": true}
        "#,
    );
    assert!(lines[2].contains("foreign_key_violation") && lines[3].contains("unknown_option"), "{lines:?}");
    assert_eq!(lines[5], TRUE);
    assert_eq!(column(&db, "books", "title"), r#""Two""#);
    sound(&db);
}

#[test]
fn a_transaction_that_is_open_at_the_end_is_rolled_back() {
    let db = library(Action::Cascade);
    run(&db, r#"{"begin": true} {"insert": "authors", "values": {"name": "Ann"}}"#);
    assert_eq!(run(&db, r#"{"count": "authors"}"#), [r#"{"result":0}"#]);
}

#[test]
fn steps_that_mean_nothing_are_told_so() {
    let db = library(Action::Cascade);
    let message = |text: &str| {
        let lines = run(&db, text);
        let last: serde_json::Value = serde_json::from_str(lines.last().unwrap()).unwrap();
        assert_eq!(last["error"]["kind"], "invalid_query", "{text}");
        format!("{}; {}", last["error"]["message"].as_str().unwrap(), last["error"]["help"])
    };
    assert_eq!(message(r#"{"commit": true}"#), r#"`commit` without an open transaction; "begin one first""#);
    assert_eq!(
        message(r#"{"rollback": true}"#),
        r#"`rollback` without an open transaction; "begin one first""#
    );
    assert!(message(r#"{"rollback": "a"}"#).starts_with("`rollback` without an open transaction"));
    assert!(message(r#"{"savepoint": "a"}"#).starts_with("`savepoint` without an open transaction"));
    let twice = r#"{"begin": true} {"begin": true}"#;
    assert_eq!(message(twice), r#"a transaction is open already; "use a savepoint: they nest""#);
    let over = r#"{"begin": true} {"commit": true} {"commit": true}"#;
    assert!(message(over).starts_with("`commit` without an open transaction"));
    for shape in [r#"{"begin": 1}"#, r#"{"commit": "a"}"#, r#"{"savepoint": true}"#, r#"{"rollback": false}"#]
    {
        assert!(message(shape).starts_with("expected "), "{shape}");
    }
    assert!(message(r#"{"begin": true, "commit": true}"#).starts_with("expected one method"));
}

#[test]
fn a_refused_commit_ends_the_transaction_and_undoes_it() {
    let rows =
        Table::new("rows").column(Column::integer("id")).column(Column::integer("next")).primary_key(["id"]);
    let schema = Schema::new().table(rows.foreign_key(ForeignKey::new(["next"], "rows").deferrable()));
    let db = Database::new(schema).unwrap();
    let text = r#"
        {"begin": true}
        {"insert": "rows", "values": {"id": 1, "next": 2}}
        {"commit": true}
        {"commit": true}
        {"begin": true}
        {"insert": "rows", "values": {"id": 1, "next": 2}}
        {"insert": "rows", "values": {"id": 2, "next": 1}}
        {"commit": true}
        {"count": "rows"}"#;
    let lines = run(&db, text);
    assert!(lines[2].contains("foreign_key_violation") && lines[2].contains("(4:9)"), "{}", lines[2]);
    assert!(lines[3].contains("without an open transaction"), "{}", lines[3]);
    assert_eq!((&*lines[7], &*lines[8]), (TRUE, r#"{"result":2}"#));
}

#[test]
fn a_step_without_a_session_is_refused() {
    let db = library(Action::Cascade);
    let limits = Limits::default();
    let begin = Request::parse(&db.catalog(), r#"{"begin": true}"#, &limits).unwrap();
    assert_eq!((begin.table(), &begin), (None, &Request::Control(Control::Begin)));
    let error = answer(&db, &begin, &limits).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "`begin` without a session to keep it\n    at: $.begin\n    help: use a session or a script"
    );
    assert!(db.query_json(r#"{"begin": true}"#).is_err());
}

#[test]
fn a_session_sees_its_own_writes_and_rolls_back_when_it_is_dropped() {
    let db = library(Action::Cascade);
    let limits = Limits::default();
    let mut session = Session::new(&db);
    let ask = |session: &mut Session<'_>, text: &str| {
        session.answer(&Request::parse(&db.catalog(), text, &limits).unwrap(), &limits).unwrap()
    };
    assert!(matches!(ask(&mut session, r#"{"begin": true}"#), Answer::Done));
    ask(&mut session, r#"{"insert": "authors", "values": {"name": "Ann"}}"#);
    assert!(session.is_in_transaction());
    assert!(matches!(ask(&mut session, r#"{"count": "authors"}"#), Answer::Count(1)));
    assert!(matches!(ask(&mut session, r#"{"check": true}"#), Answer::Violations(none) if none.is_empty()));
    drop(session);
    assert_eq!(db.query("authors").count().unwrap(), 0);
    db.begin().unwrap().rollback();
}
