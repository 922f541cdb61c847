//! A request is data: what it can set off is what the host has registered, and nothing else.

use crate::{ask, schema, shown};
use relata::Database;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Calls of the host's code, by kind: clock, ids, hook.
#[derive(Default)]
struct Calls([AtomicUsize; 3]);

impl Calls {
    fn count(&self) -> [usize; 3] {
        [0, 1, 2].map(|at| self.0[at].load(Ordering::Relaxed))
    }

    fn add(&self, at: usize) {
        self.0[at].fetch_add(1, Ordering::Relaxed);
    }
}

fn watched() -> (Database, Arc<Calls>) {
    let calls = Arc::new(Calls::default());
    let (clock, ids, hook) = (calls.clone(), calls.clone(), calls.clone());
    let db = Database::builder(schema())
        .clock(move || {
            clock.add(0);
            jiff::Timestamp::UNIX_EPOCH
        })
        .ids(move || {
            ids.add(1);
            uuid::Uuid::nil()
        })
        .before_insert("posts", move |_| {
            hook.add(2);
            Ok(())
        })
        .build()
        .unwrap();
    (db, calls)
}

#[test]
fn words_of_a_request_name_nothing_but_what_the_schema_and_the_language_have() {
    let (db, calls) = watched();
    ask(&db, r#"{"insert": "users", "values": {"name": "Ann"}}"#).unwrap();
    let (before, state) = (calls.count(), shown(&db));
    for (text, expected) in [
        (r#"{"call": "clock"}"#, "unknown_option"),
        (r#"{"hook": "posts"}"#, "unknown_option"),
        (r#"{"load": "/etc/passwd"}"#, "unknown_option"),
        (r#"{"save": "/tmp/x"}"#, "unknown_option"),
        (r#"{"findMany": "/etc/passwd"}"#, "unknown_table"),
        (r#"{"findMany": "users; drop table users"}"#, "unknown_table"),
        (r#"{"from": "users", "select": {"x": {"system": "ls"}}}"#, "unknown_option"),
        (r#"{"from": "users", "select": {"x": {"now": true}}}"#, "unknown_option"),
        (r#"{"from": "users", "select": {"x": {"$": "clock"}}}"#, "invalid_query"),
        (r#"{"findMany": "users", "where": {"name": {"$function": "f"}}}"#, "unknown_option"),
        (r#"{"findMany": "users", "where": {"name": {"regex": "(a+)+$"}}}"#, "unknown_option"),
        (r#"{"findMany": "users", "hooks": true}"#, "unknown_option"),
    ] {
        assert_eq!(ask(&db, text), Err(expected.into()), "{text}");
    }
    assert_eq!((calls.count(), shown(&db)), (before, state));
}

#[test]
fn reading_calls_nobody_and_writing_only_whom_the_schema_says() {
    let (db, calls) = watched();
    ask(&db, r#"{"insert": "users", "values": {"name": "Ann"}}"#).unwrap();
    let before = calls.count();
    for text in [
        r#"{"findMany": "users", "with": {"posts": true}, "where": {"posts": {"none": {"id": 1}}}}"#,
        r#"{"from": "users", "leftJoin": {"posts": true}, "select": {"n": {"count": true}}}"#,
        r#"{"pluck": "users", "columns": ["name", "posts.title"]}"#,
        r#"{"check": true}"#,
        r#"{"update": "users", "where": {"id": 1}, "set": {"name": "Bob"}}"#,
    ] {
        ask(&db, text).unwrap();
    }
    assert_eq!(calls.count(), before);
    ask(&db, r#"{"insert": "users", "values": {"name": "Cid", "posts": [{"title": "a"}, {"title": "b"}]}}"#)
        .unwrap();
    assert_eq!(calls.count(), [before[0], before[1], before[2] + 2]);
}
