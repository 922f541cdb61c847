//! Relata and SQLite, asked the same.
//!
//! A *case* is a schema with random secondary indexes, random rows, and *steps*: queries and
//! statements that belong to neither engine. Relata gets them as JSON documents or by its builder;
//! SQLite gets plain SQL, one statement a level and parent, and the answers are put together here.
//! Whatever differs is made smaller, and reported with everything that repeats it.
#![forbid(unsafe_code)]

pub mod built;
pub mod case;
pub mod document;
pub mod flat;
pub mod generate;
pub mod model;
pub mod report;
pub mod rng;
pub mod run;
pub mod schemas;
pub mod shrink;
pub mod sql;
pub mod tree;
pub mod value;
