//! Typed models: what a user writes and sees.
#![cfg(feature = "typed")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops where something is wrong")]

mod aggregates;
mod blog;
#[cfg(feature = "json")]
mod conformance;
mod flat;
mod includes;
mod keys;
mod look_ups;
mod operators;
mod polymorphic;
mod queries;
mod recursion;
mod schema;
mod selections;
mod sets;
mod shown;
mod types;
mod writes;
