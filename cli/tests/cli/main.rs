//! The command, run as a user runs it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod data;
mod demo;
mod exits;
mod files;
mod hostile;
mod query;
mod run;
mod samples;
mod support;
mod waiting;
