//! Histories of appends: writers append to lists, readers read all of them, and what every one saw is
//! held against the final state.
//!
//! `RELATA_LAWS_CASES` sets how many transactions there are, `RELATA_LAWS_SEED` which.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod common;

use common::{sound, table};
use relata::{Column, Database, Error, ForeignKey, Relation, Row, Schema, Snapshot, row};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const WRITERS: usize = 2;
const READERS: usize = 2;
const LISTS: i64 = 5;
/// Transactions of one database; histories of it are held in memory.
const ROUND: u64 = 400;

fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Numbers in no order, the same ones for a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 29)) % sides
    }
}

/// What a state holds: the transaction of each append, in order.
#[derive(Debug, PartialEq)]
struct Seen(Vec<i64>);

/// A transaction, as its writer saw it.
struct Done {
    transaction: i64,
    appends: usize,
    is_committed: bool,
    /// What was there before it.
    before: Option<Seen>,
}

/// What a reader saw.
struct Look {
    /// How many transactions of each writer were over before it looked.
    over: [usize; WRITERS],
    seen: Seen,
}

fn lists() -> Database {
    let lists = table("lists").column(Column::integer("length").default(0));
    let appends = table("appends")
        .column(Column::integer("list_id"))
        .column(Column::integer("by"))
        .column(Column::text("name").nullable().unique())
        .foreign_key(ForeignKey::new(["list_id"], "lists"));
    let schema = Schema::new()
        .table(lists)
        .table(appends)
        .relation(Relation::one("appends", "list", "lists").from(["list_id"]).to(["id"]))
        .relation(Relation::many("lists", "appends", "appends").counter_cache("length"));
    let db = Database::new(schema).unwrap();
    db.insert_many("lists", (0..LISTS).map(|_| row! {}).collect()).unwrap();
    db
}

/// Reads a state; its two tables have to agree.
fn look(state: &Snapshot) -> Seen {
    let mut lengths: HashMap<i64, i64> = HashMap::new();
    let appends = state.query("appends").columns(["list_id", "by"]).all().unwrap();
    let mut seen = Vec::with_capacity(appends.len());
    for append in &appends {
        *lengths.entry(append.get("list_id").unwrap()).or_default() += 1;
        seen.push(append.get("by").unwrap());
    }
    for list in &state.query("lists").all().unwrap() {
        let id: i64 = list.get("id").unwrap();
        let length: i64 = list.get("length").unwrap();
        assert_eq!(length, lengths.get(&id).copied().unwrap_or_default(), "the length of list {id} is torn");
    }
    Seen(seen)
}

/// One transaction: several statements, one, or a long one; committed, refused or rolled back.
fn write(db: &Database, transaction: i64, dice: &mut Dice) -> Done {
    let kind = dice.roll(200);
    let appends = if kind == 0 { 600 } else { 1 + dice.roll(3) as usize };
    let mut append = || row! { list_id: 1 + dice.roll(LISTS as u64) as i64, by: transaction };
    let mut rows: Vec<Row> = (0..appends).map(|_| append()).collect();
    let mut before = None;
    let is_committed = match kind {
        // The last row of a statement is refused: by a key that is taken, or one that matches nothing.
        0..10 => {
            let last = if kind.is_multiple_of(2) { 99 } else { 1 };
            rows.push(row! { list_id: last, by: transaction });
            db.insert_many("appends", rows).is_ok()
        }
        10..100 => db.insert_many("appends", rows).is_ok(),
        _ => {
            let done = db.transaction(|tx| {
                if kind.is_multiple_of(8) {
                    before = Some(look(&tx.snapshot()));
                }
                for row in rows {
                    tx.insert("appends", row)?;
                    if kind.is_multiple_of(5) {
                        tx.savepoint("here");
                        tx.delete("appends", relata::Rows::All)?;
                        tx.rollback_to("here")?;
                    }
                }
                // Any error will do for a rollback.
                if kind.is_multiple_of(3) {
                    tx.insert("appends", row! { list_id: 99 }).map(drop)
                } else {
                    Ok(())
                }
            });
            let done: Result<(), Error> = done;
            done.is_ok()
        }
    };
    let appends = if kind < 10 && is_committed { appends + 1 } else { appends };
    Done { transaction, appends, is_committed, before }
}

/// Runs writers and readers on a database and holds what they saw against what came of it; gives how
/// many looks the readers took.
fn round(seed: u64) -> usize {
    let db = lists();
    let over: [AtomicUsize; WRITERS] = Default::default();
    let writing = AtomicUsize::new(WRITERS);
    let write_all = |writer: usize| {
        let mut dice = Dice(seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(writer as u64));
        let first = (writer as u64 * ROUND) as i64;
        let one = |at| {
            let done = write(&db, first + at, &mut dice);
            over[writer].fetch_add(1, Ordering::Release);
            done
        };
        let all: Vec<Done> = (0..(ROUND / WRITERS as u64) as i64).map(one).collect();
        writing.fetch_sub(1, Ordering::Release);
        all
    };
    let read_all = || {
        let mut all = Vec::new();
        while writing.load(Ordering::Acquire) > 0 {
            let over = over.each_ref().map(|count| count.load(Ordering::Acquire));
            all.push(Look { over, seen: look(&db.snapshot()) });
        }
        all
    };
    let (write_all, read_all) = (&write_all, &read_all);
    let (done, looks) = thread::scope(|threads| {
        let writers: [_; WRITERS] = std::array::from_fn(|at| threads.spawn(move || write_all(at)));
        let readers: [_; READERS] = std::array::from_fn(|_| threads.spawn(read_all));
        (writers.map(|writer| writer.join().unwrap()), readers.map(|reader| reader.join().unwrap()))
    });
    let last = look(&db.snapshot()).0;
    sound(&db);
    let ends = check_writers(&last, &done);
    looks.iter().for_each(|looks| check_reader(&last, &ends, &done, looks));
    looks.iter().map(Vec::len).sum()
}

/// Every committed transaction is there, in one piece and once; none that was rolled back is; each has
/// read what was there before it. Gives where each one ends.
fn check_writers(last: &[i64], done: &[Vec<Done>; WRITERS]) -> HashMap<i64, usize> {
    let mut ends = HashMap::new();
    let mut at = 0;
    for piece in last.chunk_by(|a, b| a == b) {
        assert!(ends.insert(piece[0], at + piece.len()).is_none(), "{} is torn in two", piece[0]);
        at += piece.len();
    }
    for one in done.iter().flatten() {
        let end = ends.get(&one.transaction).copied();
        match one.is_committed {
            true => {
                let end = end.unwrap_or_else(|| panic!("{} is lost", one.transaction));
                let start = end - one.appends;
                assert!(
                    last[start..end].iter().all(|by| *by == one.transaction),
                    "{} is torn",
                    one.transaction
                );
                if let Some(before) = &one.before {
                    assert_eq!(before.0, last[..start], "{} has read another state", one.transaction);
                }
            }
            false => assert_eq!(end, None, "{} was rolled back and is there", one.transaction),
        }
    }
    let order = done.each_ref().map(|all| all.iter().filter_map(|one| ends.get(&one.transaction)));
    assert!(order.into_iter().all(|ends| ends.is_sorted()), "a writer's transactions have changed places");
    ends
}

/// Each look is a beginning of the final state that ends where a transaction does, has all that was
/// over before, and nothing is missing that the one before it had.
fn check_reader(last: &[i64], ends: &HashMap<i64, usize>, done: &[Vec<Done>; WRITERS], looks: &[Look]) {
    let mut known = 0;
    for Look { over, seen: Seen(seen) } in looks {
        assert_eq!(seen[..], last[..seen.len().min(last.len())], "a reader has seen what never was");
        let end = seen.last().map_or(0, |by| ends[by]);
        assert_eq!(end, seen.len(), "a reader has seen a part of a transaction");
        assert!(seen.len() >= known, "a reader has lost what it had seen");
        known = seen.len();
        for (all, over) in done.iter().zip(over) {
            let before = all.iter().take(*over).filter_map(|one| ends.get(&one.transaction));
            let must = before.max().copied().unwrap_or_default();
            assert!(seen.len() >= must, "a reader has missed what was committed");
        }
    }
}

#[test]
fn no_read_is_torn_lost_or_of_what_never_was() {
    let transactions = given("RELATA_LAWS_CASES").unwrap_or(2_000);
    let seed = given("RELATA_LAWS_SEED").unwrap_or(1);
    let rounds = transactions.div_ceil(ROUND);
    let looks: usize = (0..rounds).map(|at| round(seed + at)).sum();
    println!("{} transactions, {looks} looks, seeds {seed} to {}", rounds * ROUND, seed + rounds - 1);
    assert!(looks as u64 > rounds);
}
