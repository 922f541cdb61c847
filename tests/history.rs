//! Undoing, redoing and kept snapshots.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod model;

use common::{column, kind, library, rows, sound, table};
use model::run::run;
use model::shape::{SHAPES, schema};
use model::step::{Step, seed};
use proptest::collection::vec;
use proptest::prelude::*;
use relata::{Action, Column, Database, Error, Result, Rows, Schema, col, row};

fn notes(history: usize) -> Database {
    let schema = Schema::new().table(table("notes").column(Column::text("body")));
    Database::builder(schema).history(history).build().unwrap()
}

fn bodies(db: &Database) -> String {
    column(db, "notes", "body")
}

#[test]
fn a_statement_that_changes_nothing_is_no_step_whatever_is_cleaned_up_before_it() {
    let db = notes(10);
    db.insert_many("notes", (0..2_000).map(|_| row! { body: "a" }).collect()).unwrap();
    db.delete("notes", col("id").gt(10).and(col("id").lt(1_990))).unwrap();
    for _ in 0..5 {
        assert_eq!(db.update("notes", col("id").eq(0), row! { body: "b" }).unwrap(), 0);
    }
    assert!(db.undo().unwrap());
    assert_eq!(db.query("notes").count().unwrap(), 2_000);
    sound(&db);
}

#[test]
fn steps_are_undone_one_by_one_and_made_again() {
    let db = notes(10);
    db.insert("notes", row! { body: "a" }).unwrap();
    db.update("notes", Rows::All, row! { body: "b" }).unwrap();
    db.delete("notes", Rows::All).unwrap();
    assert!(db.undo().unwrap());
    assert_eq!(bodies(&db), r#""b""#);
    assert!(db.undo().unwrap() && db.undo().unwrap());
    assert_eq!(bodies(&db), "");
    assert!(!db.undo().unwrap());
    assert!(db.redo().unwrap() && db.redo().unwrap());
    assert_eq!(bodies(&db), r#""b""#);
    // A new write forgets what was undone.
    assert_eq!(db.insert("notes", row! { body: "c" }).unwrap().to_string(), "2");
    assert!(!db.redo().unwrap());
    assert!(db.undo().unwrap());
    assert_eq!(bodies(&db), r#""b""#);
    // The key isn't given again.
    assert_eq!(db.insert("notes", row! { body: "d" }).unwrap().to_string(), "3");
    sound(&db);
}

#[test]
fn a_transaction_and_a_load_are_one_step_each_and_what_changes_nothing_is_none() {
    let db = notes(10);
    db.transaction(|tx| {
        tx.insert("notes", row! { body: "a" })?;
        tx.insert("notes", row! { body: "b" })
    })
    .unwrap();
    db.load(|loader| {
        loader.push("notes", &row! { body: "c" })?;
        loader.push("notes", &row! { body: "d" })
    })
    .unwrap();
    db.delete("notes", col("id").eq(99)).unwrap();
    db.update("notes", col("id").eq(1), row! { id: 1, body: "a" }).unwrap();
    assert!(db.insert("notes", row! { id: 1, body: "taken" }).is_err());
    let _: Result<()> = db.transaction(|tx| {
        tx.delete("notes", Rows::All)?;
        tx.rollback_to("nothing")
    });
    db.transaction(|_| Ok(())).unwrap();
    db.undo().unwrap();
    assert_eq!(bodies(&db), r#""a","b""#);
    db.undo().unwrap();
    assert_eq!(bodies(&db), "");
    assert!(!db.undo().unwrap());
    sound(&db);
}

#[test]
fn no_more_steps_are_kept_than_were_asked_for() {
    let db = notes(2);
    for body in ["a", "b", "c"] {
        db.insert("notes", row! { body: body }).unwrap();
    }
    assert_eq!([db.undo().unwrap(), db.undo().unwrap(), db.undo().unwrap()], [true, true, false]);
    assert_eq!(bodies(&db), r#""a""#);
    let error = notes(0).undo().unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "this database keeps no history\n    help: build the database with `history`"
    );
    assert_eq!(kind(&error), "invalid_query");
}

#[test]
fn a_fork_has_a_history_of_its_own() {
    let db = notes(5);
    db.insert("notes", row! { body: "a" }).unwrap();
    let fork = db.fork();
    assert!(!fork.undo().unwrap());
    fork.insert("notes", row! { body: "b" }).unwrap();
    assert!(db.undo().unwrap() && fork.undo().unwrap() && !fork.undo().unwrap());
    assert_eq!((bodies(&db), bodies(&fork)), (String::new(), r#""a""#.into()));
}

#[test]
fn a_thread_with_a_transaction_open_undoes_nothing() {
    let db = notes(5);
    db.insert("notes", row! { body: "a" }).unwrap();
    let tx = db.begin().unwrap();
    let errors: [Error; 3] =
        [db.undo().unwrap_err(), db.redo().unwrap_err(), db.restore(&db.snapshot()).unwrap_err()];
    assert!(errors.iter().all(|error| error.to_string().starts_with("this thread is writing already")));
    drop(tx);
    assert!(db.undo().unwrap());
}

#[test]
fn kept_snapshots_answer_queries_and_are_a_way_back() {
    let db = notes(5);
    db.keep("empty");
    db.insert("notes", row! { body: "a" }).unwrap();
    db.keep("one");
    db.insert("notes", row! { body: "b" }).unwrap();
    assert_eq!(db.kept("one").unwrap().query("notes").count().unwrap(), 1);
    let diff = db.kept("empty").unwrap().diff(&db.kept("one").unwrap()).unwrap();
    assert_eq!(diff.to_string(), "notes\n  + 1: body \"a\"");
    db.restore(&db.kept("one").unwrap()).unwrap();
    assert_eq!(bodies(&db), r#""a""#);
    db.undo().unwrap();
    assert_eq!(bodies(&db), r#""a","b""#);
    db.keep("one");
    assert_eq!(db.kept("one").unwrap().query("notes").count().unwrap(), 2);
    assert!(db.forget("one") && !db.forget("one"));
    assert_eq!(db.kept("one").unwrap_err().help().unwrap(), "there are: empty");
    db.restore(&db.kept("empty").unwrap()).unwrap();
    assert_eq!(db.insert("notes", row! { body: "c" }).unwrap().to_string(), "3");
    sound(&db);
    let other = library(Action::Cascade).snapshot();
    assert_eq!(kind(&db.restore(&other).unwrap_err()), "invalid_query");
}

/// `RELATA_LAWS_CASES` sets how many sequences are tried.
fn cases() -> u32 {
    std::env::var("RELATA_LAWS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(128)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undoing_and_redoing_lead_through_the_same_states(
        shape in 0..SHAPES,
        actions in any::<[u8; 6]>(),
        steps in vec((0..5u8, vec(any::<u8>(), 0..24)), 10..40),
    ) {
        let schema = schema(shape, actions);
        let db = Database::builder(schema.clone()).history(1_000).build().unwrap();
        let dump = |db: &Database| -> String {
            schema.tables.iter().map(|table| rows(db, &table.name)).collect()
        };
        let (mut past, mut future): (Vec<String>, Vec<String>) = (vec![dump(&db)], Vec::new());
        let begin = seed(&schema).into_iter().map(Some);
        let steps = begin.chain(steps.iter().map(|(kind, bytes)| match kind {
            0 | 1 => None,
            _ => Some(Step::decode(&schema, bytes)),
        }));
        for (at, step) in steps.enumerate() {
            let last = past[past.len() - 1].clone();
            match step {
                None if at % 3 > 0 => {
                    prop_assert_eq!(db.undo().unwrap(), past.len() > 1);
                    if past.len() > 1 {
                        future.extend(past.pop());
                    }
                }
                None => {
                    prop_assert_eq!(db.redo().unwrap(), !future.is_empty());
                    past.extend(future.pop());
                }
                Some(step) => {
                    let done = run(&db, &schema, &step).is_ok_and(|rows| rows > 0);
                    if dump(&db) != last {
                        past.push(dump(&db));
                        future.clear();
                    } else if done && db.undo().unwrap() {
                        // Rows may have been changed and changed back, which is a step that can't be seen.
                        let is_hidden = dump(&db) == last;
                        prop_assert!(db.redo().unwrap());
                        if is_hidden {
                            return Ok(());
                        }
                    }
                }
            }
            prop_assert_eq!(&dump(&db), &past[past.len() - 1]);
            prop_assert_eq!(db.check(), vec![]);
        }
    }
}
