//! Readers beside a writer: who sees what, and who waits for whom.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, library, sound, table};
use jiff::Timestamp;
use relata::{Action, Column, Database, ForeignKey, Relation, Rows, Schema, col, nested, row};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

/// Teams and players: a player touches the team, whose counter counts players.
fn league(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Database {
    let teams = table("teams")
        .column(Column::text("name").unique())
        .column(Column::integer("players_count").default(0))
        .column(Column::timestamptz("updated_at").nullable());
    let players = table("players")
        .column(Column::integer("team_id").nullable())
        .column(Column::text("name").unique())
        .foreign_key(ForeignKey::new(["team_id"], "teams").on_delete(Action::Cascade));
    let schema = Schema::new()
        .table(teams)
        .table(players)
        .relation(Relation::one("players", "team", "teams").from(["team_id"]).to(["id"]).touch())
        .relation(Relation::many("teams", "players", "players").counter_cache("players_count"));
    let db = Database::builder(schema).clock(clock).build().unwrap();
    let touchless = db.without_touching();
    touchless.insert("teams", row! { name: "Reds" }).unwrap();
    touchless.insert("players", row! { team_id: 1, name: "Ann" }).unwrap();
    db
}

/// A clock that says when it's read, and doesn't go on until it's told to.
fn held_clock() -> (impl Fn() -> Timestamp + Send + Sync, Receiver<()>, Sender<()>) {
    let ((asked, is_asked), (go, goes)) = (channel(), channel());
    let both = Mutex::new((asked, goes));
    let clock = move || {
        let both = both.lock().unwrap();
        both.0.send(()).unwrap();
        both.1.recv().unwrap();
        Timestamp::UNIX_EPOCH
    };
    (clock, is_asked, go)
}

#[test]
fn a_reader_goes_on_in_the_middle_of_a_statement_and_sees_what_was_before_it() {
    let (clock, asked, go) = held_clock();
    let db = league(clock);
    let before = (column(&db, "players", "name"), column(&db, "teams", "players_count"));
    thread::scope(|threads| {
        // The row is there and linked when the clock is read for the touch.
        let writer = threads.spawn(|| db.insert("players", row! { team_id: 1, name: "Bob" }).unwrap());
        asked.recv().unwrap();
        let during = db.fork();
        assert_eq!((column(&during, "players", "name"), column(&during, "teams", "players_count")), before);
        sound(&during);
        during.without_touching().insert("players", row! { team_id: 1, name: "Eve" }).unwrap();
        go.send(()).unwrap();
        assert_eq!(writer.join().unwrap().to_string(), "2");
    });
    assert_eq!(column(&db, "players", "name"), r#""Ann","Bob""#);
    assert_eq!(column(&db, "teams", "players_count"), "2");
    sound(&db);
}

#[test]
fn readers_take_any_number_of_states_while_one_statement_and_one_transaction_are_held() {
    const READS: usize = 10_000;
    let (clock, asked, go) = held_clock();
    let db = league(clock);
    let count = |db: &Database| db.query("players").count().unwrap();
    let readers = |expected: u64| {
        let read =
            || (0..READS).filter(|_| db.snapshot().query("players").count().unwrap() == expected).count();
        thread::scope(|threads| [(); 2].map(|()| threads.spawn(read)).map(|reader| reader.join().unwrap()))
    };
    thread::scope(|threads| {
        let writer = threads.spawn(|| db.insert("players", row! { team_id: 1, name: "Bob" }).unwrap());
        asked.recv().unwrap();
        assert_eq!(readers(1), [READS; 2]);
        go.send(()).unwrap();
        writer.join().unwrap();
    });
    let mut held = db.begin().unwrap();
    held.insert("players", row! { name: "Cid" }).unwrap();
    assert_eq!((readers(2), held.query("players").count().unwrap()), ([READS; 2], 3));
    held.commit().unwrap();
    assert_eq!(count(&db), 3);
    sound(&db);
}

#[test]
fn a_reader_goes_on_beside_a_statement_that_deletes_or_updates() {
    let (clock, asked, go) = held_clock();
    let db = league(clock);
    db.without_touching().insert("teams", row! { name: "Blues" }).unwrap();
    thread::scope(|threads| {
        let writer =
            threads.spawn(|| db.update("players", Rows::All, row! { team_id: 2, name: "Anne" }).unwrap());
        asked.recv().unwrap();
        assert_eq!(column(&db, "players", "name"), r#""Ann""#);
        assert_eq!(db.query("teams").filter(col("players_count").eq(1)).count().unwrap(), 1);
        go.send(()).unwrap();
        writer.join().unwrap();
        assert_eq!(
            (column(&db, "players", "name"), column(&db, "teams", "players_count")),
            (r#""Anne""#.into(), "0,1".into())
        );

        let writer = threads.spawn(|| db.delete("players", Rows::All).unwrap());
        asked.recv().unwrap();
        assert_eq!(column(&db, "players", "team_id"), "2");
        sound(&db);
        go.send(()).unwrap();
        writer.join().unwrap();
    });
    assert_eq!(column(&db, "teams", "players_count"), "0,0");
    sound(&db);
}

#[test]
fn a_reader_goes_on_beside_a_statement_that_writes_along_relations() {
    let (clock, asked, go) = held_clock();
    let db = league(clock);
    let rows = |db: &Database| (column(db, "teams", "name"), column(db, "players", "name"));
    let before = rows(&db);
    thread::scope(|threads| {
        let writer = threads.spawn(|| {
            let players = nested::connect(1).create(vec![row! { name: "Bob" }, row! { name: "Cid" }]);
            db.insert("teams", row! { name: "Blues", players: players }).unwrap()
        });
        // Rows above and below are there when the clock is read for the touch.
        asked.recv().unwrap();
        assert_eq!(rows(&db), before);
        sound(&db.fork());
        go.send(()).unwrap();
        writer.join().unwrap();
    });
    assert_eq!(rows(&db), (r#""Reds","Blues""#.into(), r#""Ann","Bob","Cid""#.into()));
    assert_eq!(column(&db, "teams", "players_count"), "0,3");
    sound(&db);
}

#[test]
fn the_clock_may_read_the_database_that_asks_it() {
    let db: Arc<OnceLock<Database>> = Arc::default();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (asked, noted) = (Arc::clone(&db), Arc::clone(&seen));
    let _ = db.set(league(move || {
        if let Some(db) = asked.get() {
            noted.lock().unwrap().push(db.query("players").count().unwrap());
        }
        Timestamp::UNIX_EPOCH
    }));
    let db = db.get().unwrap();
    db.insert("players", row! { team_id: 1, name: "Bob" }).unwrap();
    db.insert("players", row! { team_id: 1, name: "Cid" }).unwrap();
    assert_eq!(*seen.lock().unwrap(), [1, 2]);
    sound(db);
}

#[test]
fn what_is_refused_or_panics_beside_readers_leaves_nothing_but_used_keys() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let db = league(move || {
        assert!(counted.fetch_add(1, Ordering::Relaxed) != 0, "the clock is broken");
        Timestamp::UNIX_EPOCH
    });
    let before = db.snapshot();
    let broken = catch_unwind(AssertUnwindSafe(|| db.insert("players", row! { team_id: 1, name: "Bob" })));
    assert!(broken.is_err());
    assert!(before.diff(&db.snapshot()).unwrap().is_empty());
    let rows = (0..2_000).map(|n| row! { name: format!("player {}", n % 1_999) }).collect();
    assert_eq!(kind(&db.insert_many("players", rows).unwrap_err()), "unique_violation");
    assert!(before.diff(&db.snapshot()).unwrap().is_empty());
    sound(&db);
    assert_eq!(db.insert("players", row! { team_id: 1, name: "Bob" }).unwrap().to_string(), "2003");
    sound(&db);
}

#[test]
fn a_long_statement_never_shows_by_halves() {
    let db = library(Action::Cascade);
    db.insert("authors", row! { name: "Ann" }).unwrap();
    let books: Vec<_> = (0..3_000).map(|_| row! { title: "a", author_id: 1 }).collect();
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        let reader = threads.spawn(|| {
            let mut looks = 0;
            while !done.load(Ordering::Relaxed) {
                let books = db.query("books").columns(["title"]).all().unwrap();
                assert!([0, 3_000].contains(&books.len()), "{} books", books.len());
                let mut titles = books.iter().map(|book| book.get::<&str>("title").unwrap().to_owned());
                let first = titles.next();
                assert!(titles.all(|title| Some(title) == first), "half of an update shows");
                looks += 1;
            }
            looks
        });
        for round in 0..10 {
            db.insert_many("books", books.clone()).unwrap();
            db.update("books", Rows::All, row! { title: format!("round {round}") }).unwrap();
            db.delete("books", Rows::All).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    sound(&db);
}

#[test]
fn no_writer_starves() {
    const EACH: u32 = 300;
    let db = Database::new(Schema::new().table(table("t").column(Column::integer("by")))).unwrap();
    let done: Vec<AtomicU32> = (0..4).map(|_| AtomicU32::new(0)).collect();
    let all = || done.iter().all(|count| count.load(Ordering::Relaxed) >= EACH);
    thread::scope(|threads| {
        for (by, count) in done.iter().enumerate() {
            let (db, all) = (&db, &all);
            threads.spawn(move || {
                // Whoever is done goes on, to stand in the way of those who aren't.
                while !all() && count.load(Ordering::Relaxed) < 1_000 * EACH {
                    let by = by as i64;
                    match by {
                        0 => _ = db.insert("t", row! { by: by }).unwrap(),
                        1 => db.transaction(|tx| tx.insert("t", row! { by: by })).map(drop).unwrap(),
                        2 => {
                            _ = db
                                .execute(&relata::Statement::Insert {
                                    table: "t".into(),
                                    rows: vec![row! { by: by }],
                                })
                                .unwrap()
                        }
                        _ => db.begin().unwrap().rollback(),
                    }
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let counts: Vec<u32> = done.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    assert!(all(), "some writer was passed over: {counts:?}");
    for (by, count) in counts.iter().enumerate().take(3) {
        assert_eq!(db.query("t").filter(col("by").eq(by as i64)).count().unwrap(), u64::from(*count));
    }
    sound(&db);
}

#[test]
fn writers_wait_for_a_transaction_no_longer_than_they_say_and_readers_not_at_all() {
    let db = library(Action::Cascade);
    let mut held = db.begin().unwrap();
    held.insert("authors", row! { name: "Ann" }).unwrap();
    thread::scope(|threads| {
        let other = threads.spawn(|| {
            assert_eq!(db.query("authors").count().unwrap(), 0);
            let refused = db.begin_within(Duration::from_millis(5)).map(drop).unwrap_err();
            (kind(&refused), refused.to_string())
        });
        assert_eq!(other.join().unwrap(), ("busy", "other writers aren't done after 5ms".into()));
    });
    held.commit().unwrap();
    assert!(db.begin_within(Duration::from_millis(5)).is_ok());
}
