//! Typed models: what a user writes and sees.
#![cfg(feature = "typed")]
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is wrong"
)]

mod blog;
mod includes;
mod queries;
mod schema;
mod types;
mod writes;
