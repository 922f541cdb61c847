//! One runner for many engines: Relata by its Rust interface, by documents and by models, a naive model,
//! SQLite and PostgreSQL take the same random steps and must say and hold the same.
//!
//! A *case* is a schema, random or fixed, with random secondary indexes, random rows, and *steps*:
//! statements, steps of transactions and nested queries that belong to no engine. Each [engine](engine::Engine)
//! writes them in its own way; servers are asked one statement a level and parent, and the answers are put
//! together here. Whatever differs is made smaller, and reported as a schema and a script that `relata run`
//! repeats. `tests/by_design.rs` has what is different by design. The [flat] mode compares joins and groups.
#![forbid(unsafe_code)]

pub mod built;
pub mod case;
pub mod document;
pub mod engine;
pub mod flat;
pub mod generate;
pub mod json;
pub mod naive;
pub mod report;
pub mod rng;
pub mod run;
pub mod schema;
pub mod schemas;
pub mod server;
pub mod shrink;
pub mod sql;
pub mod tree;
pub mod typed;
pub mod untyped;
pub mod value;
