//! Transactions and savepoints.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, library, rows, sound, table};
use relata::{
    Action, Column, Database, Error, ErrorKind, ForeignKey, QueryMistake, Result, Rows, Schema, Table,
    Transaction, TransactionMistake, col, row,
};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

/// A library with an author and a book.
fn seeded() -> Database {
    let db = library(Action::Cascade);
    db.insert("authors", row! { name: "Ann" }).unwrap();
    db.insert("books", row! { title: "One", author_id: 1 }).unwrap();
    db
}

fn names(tx: &Transaction<'_>) -> String {
    serde_json::to_string(&tx.query("authors").columns(["name"]).all().unwrap()).unwrap()
}

fn mistake(error: &Error) -> &TransactionMistake {
    match error.kind() {
        ErrorKind::InvalidQuery(QueryMistake::Transaction(mistake)) => mistake,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_commit_shows_everything_at_once_and_nothing_before() {
    let db = seeded();
    let mut tx = db.begin().unwrap();
    tx.insert("authors", row! { name: "Bob" }).unwrap();
    tx.update("books", Rows::All, row! { author_id: 2 }).unwrap();
    tx.delete("authors", col("id").eq(1)).unwrap();
    assert_eq!(names(&tx), r#"[{"name":"Bob"}]"#);
    assert_eq!(tx.check(), []);
    assert_eq!(column(&db, "authors", "name"), r#""Ann""#);
    let before = db.snapshot();
    tx.commit().unwrap();
    assert_eq!(column(&db, "authors", "name"), r#""Bob""#);
    assert_eq!(rows(&db, "books"), r#"[{"id":1,"title":"One","author_id":2}]"#);
    assert_eq!(rows(&before.fork(), "books"), r#"[{"id":1,"title":"One","author_id":1}]"#);
    sound(&db);
}

#[test]
fn every_verb_works_inside() {
    let db = seeded();
    let keys = db.transaction(|tx| {
        let bob = tx.upsert("authors", row! { name: "Bob", email: "b@x.org" })?;
        let same = tx.upsert("authors", row! { name: "Bobby", email: "b@x.org" })?;
        assert_eq!(bob, same);
        assert_eq!(tx.snapshot().get("authors", bob.clone()).unwrap().unwrap().values().count(), 3);
        assert_eq!(tx.update("authors", bob, row! { name: "Rob" })?, 1);
        assert_eq!(tx.catalog().tables().count(), 2);
        tx.insert_many("books", vec![row! { title: "Two" }, row! { title: "Three" }])
    });
    assert_eq!(keys.unwrap().len(), 2);
    assert_eq!(column(&db, "authors", "name"), r#""Ann","Rob""#);
    sound(&db);
}

#[test]
fn an_error_or_a_drop_rolls_everything_back_but_generated_keys() {
    let db = seeded();
    let before = format!("{}{}", rows(&db, "authors"), rows(&db, "books"));
    let now = || format!("{}{}", rows(&db, "authors"), rows(&db, "books"));
    let refused = db.transaction(|tx| {
        tx.insert("books", row! { title: "Two", author_id: 1 })?;
        tx.delete("authors", Rows::All)?;
        tx.insert("books", row! { title: "Three", author_id: 1 })
    });
    assert_eq!(kind(&refused.unwrap_err()), "foreign_key_violation");
    assert_eq!(now(), before);
    let mut tx = db.begin().unwrap();
    tx.update("authors", Rows::All, row! { name: "Eve" }).unwrap();
    drop(tx);
    let mut tx = db.begin().unwrap();
    tx.delete("books", Rows::All).unwrap();
    tx.rollback();
    assert_eq!(now(), before);
    sound(&db);
    // Keys 2 and 3 were given inside.
    assert_eq!(db.insert("books", row! { title: "Four" }).unwrap().to_string(), "4");
}

#[test]
fn a_refused_statement_undoes_itself_only() {
    let db = seeded();
    db.transaction(|tx| {
        tx.insert("authors", row! { name: "Bob" })?;
        let many = vec![row! { title: "Two", author_id: 2 }, row! { title: "Lost", author_id: 9 }];
        assert_eq!(kind(&tx.insert_many("books", many).unwrap_err()), "foreign_key_violation");
        tx.insert("books", row! { title: "Three", author_id: 2 })
    })
    .unwrap();
    assert_eq!(column(&db, "books", "title"), r#""One","Three""#);
    sound(&db);
}

#[test]
fn savepoints_nest_and_hide_older_ones_of_their_name() {
    let db = seeded();
    let mut tx = db.begin().unwrap();
    tx.savepoint("a");
    tx.insert("authors", row! { name: "Bob" }).unwrap();
    tx.savepoint("b");
    tx.insert("authors", row! { name: "Cid" }).unwrap();
    tx.savepoint("a");
    tx.insert("authors", row! { name: "Dan" }).unwrap();
    tx.rollback_to("a").unwrap();
    assert_eq!(names(&tx), r#"[{"name":"Ann"},{"name":"Bob"},{"name":"Cid"}]"#);
    tx.rollback_to("a").unwrap();
    tx.release("a").unwrap();
    tx.rollback_to("b").unwrap();
    assert_eq!(names(&tx), r#"[{"name":"Ann"},{"name":"Bob"}]"#);
    tx.rollback_to("a").unwrap();
    assert_eq!(names(&tx), r#"[{"name":"Ann"}]"#);
    let gone = tx.rollback_to("b").unwrap_err();
    assert_eq!(format!("{gone:#}"), "no savepoint `b`\n    help: there are: a");
    assert_eq!(kind(&gone), "invalid_query");
    tx.release("a").unwrap();
    let none = tx.release("a").unwrap_err();
    assert!(matches!(mistake(&none), TransactionMistake::UnknownSavepoint { known, .. } if known.is_empty()));
    assert_eq!(tx.insert("authors", row! { name: "Eve" }).unwrap().to_string(), "5");
    tx.commit().unwrap();
    assert_eq!(column(&db, "authors", "name"), r#""Ann","Eve""#);
    sound(&db);
}

#[test]
fn a_nested_transaction_undoes_itself_only_and_sees_no_savepoint_of_its_outer_one() {
    let db = seeded();
    db.transaction(|tx| {
        tx.savepoint("outer");
        tx.insert("authors", row! { name: "Bob" })?;
        let inner: Result<()> = tx.transaction(|tx| {
            tx.insert("authors", row! { name: "Cid" })?;
            tx.savepoint("inner");
            tx.transaction(|tx| tx.insert("authors", row! { name: "Dan" }).map(|_| ()))?;
            tx.rollback_to("outer")
        });
        let error = inner.unwrap_err();
        assert!(
            matches!(mistake(&error), TransactionMistake::UnknownSavepoint { known, .. } if known == &["inner"])
        );
        assert_eq!(names(tx), r#"[{"name":"Ann"},{"name":"Bob"}]"#);
        assert!(tx.release("inner").is_err());
        tx.transaction(|tx| tx.insert("authors", row! { name: "Eve" }))?;
        Ok(())
    })
    .unwrap();
    assert_eq!(column(&db, "authors", "name"), r#""Ann","Bob","Eve""#);
    sound(&db);
}

#[test]
fn a_panic_rolls_back_its_scope_and_leaves_the_store_usable() {
    let db = seeded();
    let before = rows(&db, "authors");
    let broken = catch_unwind(AssertUnwindSafe(|| {
        db.transaction(|tx| -> Result<()> {
            tx.delete("authors", Rows::All)?;
            panic!("on purpose")
        })
    }));
    assert!(broken.is_err());
    assert_eq!(rows(&db, "authors"), before);
    db.transaction(|tx| {
        tx.insert("authors", row! { name: "Bob" })?;
        let inner = catch_unwind(AssertUnwindSafe(|| {
            tx.transaction(|tx| -> Result<()> {
                tx.insert("authors", row! { name: "Cid" })?;
                tx.savepoint("left open");
                panic!("on purpose")
            })
        }));
        assert!(inner.is_err() && tx.release("left open").is_err());
        tx.insert("authors", row! { name: "Dan" })
    })
    .unwrap();
    assert_eq!(column(&db, "authors", "name"), r#""Ann","Bob","Dan""#);
    sound(&db);
}

/// Two tables whose rows need each other.
fn couples() -> Database {
    let side = |name: &str, other: &str| {
        Table::new(name)
            .column(Column::integer("id"))
            .column(Column::integer("other"))
            .primary_key(["id"])
            .foreign_key(ForeignKey::new(["other"], other).deferrable())
    };
    Database::new(Schema::new().table(side("left", "right")).table(side("right", "left"))).unwrap()
}

#[test]
fn deferrable_keys_hold_at_the_commit_and_others_at_each_statement() {
    let db = couples();
    assert_eq!(kind(&db.insert("left", row! { id: 1, other: 1 }).unwrap_err()), "foreign_key_violation");
    db.transaction(|tx| {
        tx.insert("left", row! { id: 1, other: 1 })?;
        tx.transaction(|tx| tx.insert("right", row! { id: 1, other: 1 }))
    })
    .unwrap();
    let mut tx = db.begin().unwrap();
    tx.insert("left", row! { id: 2, other: 7 }).unwrap();
    tx.delete("right", Rows::All).unwrap();
    let error = tx.commit().unwrap_err();
    assert_eq!(error.to_string(), "left.other = 7 matches no row of right");
    assert_eq!(rows(&db, "left"), r#"[{"id":1,"other":1}]"#);
    sound(&db);

    let mut tx = db.begin().unwrap();
    tx.savepoint("a");
    tx.insert("left", row! { id: 2, other: 7 }).unwrap();
    tx.rollback_to("a").unwrap();
    tx.delete("left", Rows::All).unwrap();
    tx.delete("right", Rows::All).unwrap();
    tx.commit().unwrap();
    assert_eq!(rows(&db, "left"), "[]");
    sound(&db);
}

#[test]
fn a_transaction_reads_the_clock_once() {
    let ticks = AtomicI64::new(0);
    let schema = Schema::new().table(table("t").column(Column::timestamptz("at").default_now()));
    let clock = move || jiff::Timestamp::from_second(ticks.fetch_add(1, Ordering::Relaxed)).unwrap();
    let db = Database::builder(schema).clock(clock).build().unwrap();
    for _ in 0..2 {
        db.transaction(|tx| {
            tx.insert("t", row! {})?;
            tx.insert("t", row! {})
        })
        .unwrap();
    }
    db.insert("t", row! {}).unwrap();
    let at = |second: u8| format!(r#""1970-01-01T00:00:0{second}Z""#);
    assert_eq!(column(&db, "t", "at"), [at(0), at(0), at(1), at(1), at(2)].join(","));
}

#[test]
fn what_is_for_after_the_commit_runs_in_order_and_never_for_what_was_rolled_back() {
    let db = seeded();
    let said = RefCell::new(Vec::new());
    let say = |word: &'static str| {
        let said = &said;
        move || said.borrow_mut().push(word)
    };
    db.transaction(|tx| {
        tx.after_commit(say("first"));
        tx.savepoint("a");
        tx.after_commit(say("undone"));
        tx.rollback_to("a")?;
        let _ = tx.transaction(|tx| -> Result<()> {
            tx.after_commit(say("failed"));
            tx.rollback_to("nothing")
        });
        tx.transaction(|tx| {
            tx.after_commit(say("second"));
            Ok(())
        })?;
        // The turn is free by then.
        tx.after_commit(|| drop(db.insert("authors", row! { name: "Bob" })));
        assert!(said.borrow().is_empty());
        Ok(())
    })
    .unwrap();
    let mut tx = db.begin().unwrap();
    tx.after_commit(say("dropped"));
    drop(tx);
    assert_eq!(*said.borrow(), ["first", "second"]);
    assert_eq!(column(&db, "authors", "name"), r#""Ann","Bob""#);
}

#[test]
fn a_thread_that_would_wait_for_itself_is_told_so() {
    let db = seeded();
    let mut tx = db.begin().unwrap();
    let errors = [
        db.insert("authors", row! { name: "Bob" }).unwrap_err(),
        db.begin().map(|_| ()).unwrap_err(),
        db.begin_within(Duration::from_secs(9)).map(|_| ()).unwrap_err(),
        db.transaction(|_| Ok(())).unwrap_err(),
    ];
    for error in &errors {
        assert_eq!(mistake(error), &TransactionMistake::HeldByThisThread);
    }
    assert!(db.load(|_| Ok(())).is_err());
    // Reading, and writing to a fork, wait for nobody.
    db.fork().insert("authors", row! { name: "Bob" }).unwrap();
    assert_eq!(column(&db, "authors", "name"), r#""Ann""#);
    tx.insert("authors", row! { name: "Cid" }).unwrap();
    tx.commit().unwrap();
    db.insert("authors", row! { name: "Dan" }).unwrap();
}

#[test]
fn a_writer_that_waits_too_long_is_told_so() {
    let db = seeded();
    let held = db.begin().unwrap();
    let late = std::thread::scope(|threads| {
        let wait = || db.begin_within(Duration::from_millis(5)).map(|_| ()).unwrap_err();
        threads.spawn(wait).join().unwrap()
    });
    assert_eq!(kind(&late), "busy");
    drop(held);
    db.begin_within(Duration::from_millis(5)).unwrap().rollback();
}

#[test]
fn every_write_waits_no_longer_than_its_timeout_and_changes_nothing_then() {
    const SHORT: Duration = Duration::from_millis(1);
    let schema = Schema::new().table(table("t").column(Column::text("name").unique()));
    let db = Database::builder(schema).history(5).timeout(SHORT).build().unwrap();
    db.insert("t", row! { name: "a" }).unwrap();
    let before = db.snapshot();
    db.insert("t", row! { name: "b" }).unwrap();
    let (fork, after) = (db.fork(), db.snapshot());
    let hasty = db.with_timeout(2 * SHORT);
    let mut held = db.begin().unwrap();
    held.insert("t", row! { name: "held" }).unwrap();
    std::thread::scope(|threads| {
        let writes = || {
            [
                db.insert("t", row! { name: "c" }).map(drop),
                db.insert_many("t", (0..20).map(|n| row! { name: format!("c{n}") }).collect()).map(drop),
                db.upsert("t", row! { name: "a" }).map(drop),
                db.update("t", Rows::All, row! { name: "d" }).map(drop),
                db.delete("t", Rows::All).map(drop),
                db.destroy("t", Rows::All).map(drop),
                db.find_or_create_by("t", row! { name: "e" }, row! {}).map(drop),
                db.transaction(|tx| tx.insert("t", row! { name: "f" })).map(drop),
                db.begin().map(drop),
                db.undo().map(drop),
                db.redo().map(drop),
                db.restore(&before),
                after.diff(&before).unwrap().apply(&db),
                db.rebuild_counters().map(drop),
            ]
        };
        for refused in threads.spawn(writes).join().unwrap() {
            let error = refused.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Busy { waited, .. } if *waited == SHORT), "{error:?}");
        }
        let load = threads.spawn(|| db.load(|_| Ok(())).unwrap_err().problems.len());
        assert_eq!(load.join().unwrap(), 1);
        let chosen = threads.spawn(|| hasty.insert("t", row! { name: "c" }).unwrap_err().to_string());
        assert_eq!(chosen.join().unwrap(), "other writers aren't done after 2ms");
        // A fork has turns of its own, and waits as long.
        let forked = threads.spawn(|| {
            fork.insert("t", row! { name: "c" }).unwrap();
            let _held = fork.begin().unwrap();
            std::thread::scope(|inner| {
                inner.spawn(|| kind(&fork.begin().map(drop).unwrap_err())).join().unwrap()
            })
        });
        assert_eq!(forked.join().unwrap(), "busy");
    });
    assert!(after.diff(&db.snapshot()).unwrap().is_empty());
    held.rollback();
    hasty.insert("t", row! { name: "c" }).unwrap();
    assert_eq!(column(&db, "t", "name"), r#""a","b","c""#);
    sound(&db);
}

#[test]
fn readers_see_whole_commits_only_while_writers_transfer() {
    let accounts = Table::new("accounts")
        .column(Column::integer("id"))
        .column(Column::integer("cents"))
        .primary_key(["id"])
        .check("covered", col("cents").gte(0));
    let db = Database::new(Schema::new().table(accounts)).unwrap();
    db.insert_many("accounts", (0..4).map(|id| row! { id: id, cents: 100 }).collect()).unwrap();
    let cents = |of: &relata::Snapshot| -> Vec<i64> {
        let table = of.table("accounts").unwrap();
        let cents = table.column("cents").unwrap();
        table.iter().map(|row| cents.integer(row).unwrap()).collect()
    };
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let writers: Vec<_> = (0..2)
            .map(|seed: i64| {
                let (db, cents) = (&db, &cents);
                threads.spawn(move || {
                    for round in seed..seed + 400 {
                        let (from, to) = (round % 4, (round * 7 + 1) % 4);
                        let _ = db.transaction(|tx| {
                            let now = cents(&tx.snapshot());
                            tx.update(
                                "accounts",
                                col("id").eq(from),
                                row! { cents: now[from as usize] - 30 },
                            )?;
                            let now = cents(&tx.snapshot());
                            tx.update("accounts", col("id").eq(to), row! { cents: now[to as usize] + 30 })
                        });
                    }
                })
            })
            .collect();
        let reader = threads.spawn(|| {
            let mut states = 0;
            while !done.load(Ordering::Relaxed) {
                assert_eq!(cents(&db.snapshot()).iter().sum::<i64>(), 400);
                states += 1;
            }
            states
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    sound(&db);
}

#[test]
fn a_reader_never_waits_for_an_open_transaction() {
    let db = seeded();
    let mut tx = db.begin().unwrap();
    tx.insert("authors", row! { name: "Bob" }).unwrap();
    let seen = std::thread::scope(|threads| threads.spawn(|| rows(&db, "authors")).join().unwrap());
    assert_eq!(seen, r#"[{"id":1,"name":"Ann","email":null}]"#);
    tx.commit().unwrap();
}

#[test]
fn no_writer_starves_beside_one_that_never_rests() {
    let db = seeded();
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let busy = threads.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                db.transaction(|tx| tx.update("authors", Rows::All, row! { name: "busy" })).unwrap();
            }
        });
        for _ in 0..50 {
            db.begin_within(Duration::from_secs(20)).unwrap().commit().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        busy.join().unwrap();
    });
}

#[test]
fn a_panic_in_the_clock_undoes_the_statement_and_the_transaction_goes_on() {
    let schema = Schema::new().table(table("t").column(Column::timestamptz("at").default_now()));
    let is_broken = std::sync::Arc::new(AtomicBool::new(true));
    let switch = std::sync::Arc::clone(&is_broken);
    let clock = move || {
        assert!(!switch.load(Ordering::Relaxed), "the clock is broken");
        jiff::Timestamp::UNIX_EPOCH
    };
    let db = Database::builder(schema).clock(clock).build().unwrap();
    let mut tx = db.begin().unwrap();
    tx.insert("t", row! { at: jiff::Timestamp::UNIX_EPOCH }).unwrap();
    let rows_given = vec![row! { at: jiff::Timestamp::UNIX_EPOCH }, row! {}];
    let broken = catch_unwind(AssertUnwindSafe(|| tx.insert_many("t", rows_given)));
    assert!(broken.is_err());
    assert_eq!((tx.query("t").count().unwrap(), tx.check()), (1, vec![]));
    is_broken.store(false, Ordering::Relaxed);
    tx.insert("t", row! {}).unwrap();
    tx.commit().unwrap();
    assert_eq!(column(&db, "t", "id"), "1,4");
    sound(&db);
}

#[test]
fn rows_are_destroyed_inside() {
    let db = seeded();
    db.insert("authors", row! { name: "Bob" }).unwrap();
    let mut tx = db.begin().unwrap();
    assert_eq!(tx.destroy("authors", col("id").lte(9)).unwrap(), 2);
    assert_eq!(tx.destroy("authors", col("id").lte(9)).unwrap(), 0);
    assert_eq!(tx.query("books").count().unwrap(), 0);
    tx.rollback();
    assert_eq!(column(&db, "authors", "id"), "1,2");
}

#[test]
fn a_check_inside_tells_the_deferred_keys_that_match_nothing_yet() {
    let books = table("books")
        .column(Column::integer("author_id"))
        .foreign_key(ForeignKey::new(["author_id"], "authors").deferrable());
    let db = Database::new(Schema::new().table(table("authors")).table(books)).unwrap();
    let mut tx = db.begin().unwrap();
    tx.insert("books", row! { author_id: 7 }).unwrap();
    let found: Vec<String> = tx.check().iter().map(ToString::to_string).collect();
    assert_eq!(found, ["books has [7], which matches nothing (books_author_id_fkey)"]);
    tx.insert("authors", row! { id: 7 }).unwrap();
    assert_eq!(tx.check(), []);
    tx.commit().unwrap();
    sound(&db);
}

#[test]
fn what_is_debugged_shows_how_many_rows_there_are() {
    let db = seeded();
    let shown = r#"{"authors": 1, "books": 1}"#;
    assert_eq!((format!("{db:?}"), format!("{:?}", db.snapshot())), (shown.into(), shown.into()));
    let mut tx = db.begin().unwrap();
    tx.delete("books", Rows::All).unwrap();
    assert_eq!(format!("{tx:?}"), r#"{"authors": 1, "books": 0}"#);
}
