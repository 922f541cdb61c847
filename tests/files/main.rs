//! Saved databases: what comes back, what is refused, and that the bytes stay what they are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod damage;
mod golden;
mod hostile;
mod interrupted;
#[path = "../model/mod.rs"]
mod model;
mod random;
mod round_trip;
mod schemas;
mod seal;
mod types;
