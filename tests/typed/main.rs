//! Typed models: what a user writes and sees.
#![cfg(feature = "typed")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops where something is wrong")]

mod blog;
#[cfg(feature = "json")]
mod conformance;
mod includes;
mod polymorphic;
mod queries;
mod schema;
mod types;
mod writes;
