//! Random rollbacks, of whole transactions and to savepoints, of refused statements and panics: what was
//! there before is there again.
//!
//! `RELATA_LAWS_CASES` sets how many rollbacks there are, `RELATA_LAWS_SEED` which.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod common;

use common::table;
use relata::{
    Action, Column, Database, Error, ForeignKey, Key, Relation, Result, Schema, Snapshot, Transaction, asc,
    col, row,
};
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Numbers in no order, the same ones for a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed ^ (mixed >> 29)) % sides as u64) as i64
    }
}

/// Takes JSON text into a hash.
struct Hashed(DefaultHasher);

impl io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The hash of every row, in order, and of what is along each relation; nothing is wrong with any.
fn hash(state: &Snapshot) -> u64 {
    let mut hashed = Hashed(DefaultHasher::new());
    serde_json::to_writer(&mut hashed, &state.query("users").include("posts", |posts| posts).all().unwrap())
        .unwrap();
    serde_json::to_writer(&mut hashed, &state.query("posts").order_by(asc("score")).all().unwrap()).unwrap();
    serde_json::to_writer(&mut hashed, &state.query("posts").include("user", |user| user).all().unwrap())
        .unwrap();
    assert_eq!(state.check(), []);
    hashed.0.finish()
}

/// Users and posts with every kind of index and of upkeep.
fn blog() -> Database {
    let users = table("users")
        .column(Column::text("name").unique())
        .column(Column::integer("posts_count").default(0))
        .column(Column::timestamptz("updated_at").nullable());
    let posts = table("posts")
        .column(Column::integer("user_id").nullable())
        .column(Column::text("title"))
        .column(Column::integer("score"))
        .ordered_index("score")
        .index("title")
        .foreign_key(
            ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade).on_update(Action::Cascade),
        );
    let schema = Schema::new()
        .table(users)
        .table(posts)
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]).touch())
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"));
    let tick = std::sync::atomic::AtomicI64::new(0);
    let now = move || {
        let second = tick.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        jiff::Timestamp::from_second(second).unwrap()
    };
    Database::builder(schema).clock(now).build().unwrap()
}

/// One random statement, which may be refused.
fn statement(tx: &mut Transaction<'_>, dice: &mut Dice) -> Result<()> {
    let (user, score) = (dice.roll(30), dice.roll(100));
    match dice.roll(12) {
        0 | 1 => tx.insert("users", row! { name: format!("user {user}") }).map(drop),
        2..=5 => {
            let owner = any(tx, "users", user);
            tx.insert("posts", row! { user_id: owner, title: format!("title {}", score % 7), score: score })
                .map(drop)
        }
        6 => tx.update("posts", col("score").lt(score / 4), row! { score: score }).map(drop),
        7 => {
            let owner = any(tx, "users", user);
            tx.update("posts", col("score").eq(score), row! { user_id: owner }).map(drop)
        }
        8 => match any(tx, "users", user) {
            Some(key) => tx.update("users", Key::from(key), row! { id: key + 1_000 + score }).map(drop),
            None => Ok(()),
        },
        9 => match any(tx, "users", user) {
            Some(key) => tx.delete("users", Key::from(key)).map(drop),
            None => Ok(()),
        },
        10 => tx.delete("posts", col("score").gt(85)).map(drop),
        _ => tx
            .upsert("users", row! { name: format!("user {user}"), updated_at: None::<jiff::Timestamp> })
            .map(drop),
    }
}

/// The key of some row.
fn any(tx: &Transaction<'_>, table: &str, at: i64) -> Option<i64> {
    let page = tx.query(table).offset(at as u64 / 3).limit(1).all().unwrap();
    page.iter().next().map(|row| row.get("id").unwrap())
}

/// Random statements with savepoints; gives how often it went back to one.
fn go_on(tx: &mut Transaction<'_>, dice: &mut Dice) -> u64 {
    let mut marks: Vec<(String, u64)> = Vec::new();
    let mut back = 0;
    for at in 0..2 + dice.roll(5) {
        // A refused statement has changed nothing; the transaction goes on.
        let _ = statement(tx, dice);
        match dice.roll(4) {
            0 => {
                let name = at.to_string();
                tx.savepoint(name.as_str());
                marks.push((name, hash(&tx.snapshot())));
            }
            1 if !marks.is_empty() => {
                let at = dice.roll(marks.len() as i64) as usize;
                tx.rollback_to(&marks[at].0).unwrap();
                assert_eq!(hash(&tx.snapshot()), marks[at].1, "a savepoint isn't what it was");
                marks.truncate(at + 1);
                back += 1;
            }
            _ => {}
        }
    }
    back
}

/// Ends in one of the ways in which a transaction is rolled back.
fn undone(db: &Database, dice: &mut Dice) -> u64 {
    let mut back = 1;
    match dice.roll(5) {
        // Dropped without a word.
        0 => back += go_on(&mut db.begin().unwrap(), dice),
        1 => {
            let mut tx = db.begin().unwrap();
            back += go_on(&mut tx, dice);
            tx.rollback();
        }
        2 => {
            let refused: Result<()> = db.transaction(|tx| {
                back += go_on(tx, dice);
                tx.insert("posts", row! { user_id: -1, title: "nobody's", score: 1 }).map(drop)
            });
            assert!(refused.is_err());
        }
        3 => {
            let broken = catch_unwind(AssertUnwindSafe(|| {
                db.transaction(|tx| -> Result<(), Error> {
                    back += go_on(tx, dice);
                    std::panic::panic_any("on purpose");
                })
            }));
            assert!(broken.is_err());
        }
        // A single statement whose last row is refused.
        _ => {
            let mut rows: Vec<_> = (0..dice.roll(4)).map(|n| row! { title: "t", score: n }).collect();
            rows.push(row! { user_id: -1, title: "nobody's", score: 1 });
            assert!(db.insert_many("posts", rows).is_err());
        }
    }
    back
}

#[test]
fn whatever_is_rolled_back_was_never_there() {
    let wanted = given("RELATA_LAWS_CASES").unwrap_or(500);
    let seed = given("RELATA_LAWS_SEED").unwrap_or(1);
    let (db, mut dice) = (blog(), Dice(seed));
    let hook = take_hook();
    set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<&str>() != Some(&"on purpose") {
            hook(info);
        }
    }));
    let (mut done, mut commits) = (0, 0);
    while done < wanted {
        let before = hash(&db.snapshot());
        done += undone(&db, &mut dice);
        assert_eq!(hash(&db.snapshot()), before, "after {done} rollbacks, of seed {seed}");
        if dice.roll(3) == 0 {
            let mut tx = db.begin().unwrap();
            done += go_on(&mut tx, &mut dice);
            if tx.query("posts").count().unwrap() > 40 {
                tx.delete("posts", col("score").lt(70)).unwrap();
            }
            if tx.query("users").count().unwrap() > 15 {
                tx.delete("users", col("posts_count").lt(2)).unwrap();
            }
            tx.commit().unwrap();
            commits += 1;
        }
    }
    println!("{done} rollbacks between {commits} commits, of seed {seed}");
    assert!(db.query("posts").count().unwrap() > 0);
}
