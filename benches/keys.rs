//! Keys that somebody chose so that they collide, beside random ones: how many times as long their
//! insertion takes. Run with `cargo bench --bench keys`; every line's ratio should stay below 3.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a measurement, not a library")]

use relata::{Column, Database, Schema, Table, Value};
use std::time::{Duration, Instant};

const ROWS: i64 = 100_000;
const ROUNDS: usize = 7;

/// A table with a unique key and another column that is only indexed.
fn open(ty: fn(&str) -> Column) -> Database {
    let table = Table::new("t").column(ty("key")).column(ty("other")).primary_key(["key"]).index(["other"]);
    Database::new(Schema::new().table(table)).unwrap()
}

fn insert(ty: fn(&str) -> Column, keys: &[Value]) -> Duration {
    let db = open(ty);
    let mut rows = Vec::with_capacity(keys.len());
    rows.extend(keys.iter().map(|key| relata::Row::new().set("key", key.clone()).set("other", key.clone())));
    let start = Instant::now();
    for row in rows {
        db.insert("t", row).unwrap();
    }
    start.elapsed()
}

/// A number that looks random.
fn mixed(n: i64) -> i64 {
    let n = (n as u64).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((n ^ n >> 31).wrapping_mul(0x94D0_49BB_1331_11EB) ^ n >> 29) as i64
}

/// A key from its number, and its name.
type Keys<T> = (&'static str, fn(i64) -> T);

fn main() {
    let whole: [Keys<i64>; 8] = [
        ("random", mixed),
        ("one after the other", |n| n),
        ("backwards from the top", |n| i64::MAX - n),
        ("multiples of 2^10", |n| n << 10),
        ("multiples of 2^32", |n| n << 32),
        ("multiples of 2^46", |n| n << 46),
        ("the same low and high bits", |n| n << 20 | 0x7F00_0000_0000_0FFF),
        ("multiples of 2^64 / golden ratio", |n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64)),
    ];
    let keys = whole.map(|(name, key)| (name, (0..ROWS).map(|n| Value::from(key(n))).collect::<Vec<_>>()));
    compare("integers", |name: &str| Column::integer(name), &keys);
    let texts: [Keys<String>; 5] = [
        ("random", |n| format!("{:016x}", mixed(n))),
        ("one after the other", |n| format!("{n:016}")),
        ("all but the last eight equal", |n| format!("{}{n:08}", "a".repeat(8))),
        ("all but the first eight equal", |n| format!("{n:08}{}", "a".repeat(8))),
        ("bits of two letters", |n| (0..17).map(|bit| if n >> bit & 1 == 1 { "Aa" } else { "BB" }).collect()),
    ];
    let keys = texts.map(|(name, key)| (name, (0..ROWS).map(|n| Value::from(key(n))).collect::<Vec<_>>()));
    compare("texts", |name: &str| Column::text(name), &keys);
}

/// The least of some rounds each, taken in turn.
fn compare(what: &str, ty: fn(&str) -> Column, keys: &[(&str, Vec<Value>)]) {
    let mut least = vec![Duration::MAX; keys.len()];
    for _ in 0..ROUNDS {
        for (least, (_, keys)) in least.iter_mut().zip(keys) {
            *least = insert(ty, keys).min(*least);
        }
    }
    for (took, (name, _)) in least.iter().zip(keys) {
        let ratio = took.as_secs_f64() / least[0].as_secs_f64();
        println!("{what}, {name}: {:.0?} a row, {ratio:.2} times random", *took / ROWS as u32);
    }
}
