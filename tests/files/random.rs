//! Databases with a past, made from a seed.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "each user takes a part of it")]

use crate::model::run::run;
use crate::model::shape::{SHAPES, schema};
use crate::model::step::{Step, seed};
use proptest::collection::vec;
use proptest::prelude::*;
use relata::Database;

/// A shape, how its foreign keys act, and steps as bytes.
pub type Past = (u8, [u8; 6], Vec<Vec<u8>>);

pub fn past() -> impl Strategy<Value = Past> {
    (0..SHAPES, any::<[u8; 6]>(), vec(vec(any::<u8>(), 0..24), 0..40))
}

/// The database that this past leads to.
pub fn database((shape, actions, steps): &Past) -> Database {
    let schema = schema(*shape, *actions);
    let mut db = Database::new(schema.clone()).unwrap();
    for step in seed(&schema).into_iter().chain(steps.iter().map(|bytes| Step::decode(&schema, bytes))) {
        match step {
            Step::Fork => db = db.fork(),
            step => {
                let _ = run(&db, &schema, &step);
            }
        }
    }
    db
}

/// Databases from the numbers 0, 1, 2, ...: the same on every run.
pub fn numbered(number: u64) -> Database {
    let mut state = number;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let actions = std::array::from_fn(|_| byte());
    let steps = (0..byte() % 8).map(|_| (0..byte() % 24).map(|_| byte()).collect()).collect();
    database(&((number % u64::from(SHAPES)) as u8, actions, steps))
}
