//! Relata, SQLite and PostgreSQL agree about flat queries.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

use relata_differential::flat::run::explore;
use relata_differential::server::Dialect;
use relata_differential::server::Server;

#[test]
fn random_flat_queries_give_the_same_as_sqlite() {
    let mut engine = Server::new(Dialect::Sqlite).unwrap();
    let summary = explore(&mut engine, 4_000, 11).unwrap();
    assert!(summary.difference.is_none(), "{}", summary.difference.unwrap_or_default());
    assert!(summary.found * 2 > summary.queries, "too few queries find anything: {summary:?}");
}

#[test]
fn random_flat_queries_give_the_same_as_postgresql() {
    let mut engine = match Server::new(Dialect::Postgres) {
        Ok(engine) => engine,
        Err(error) => return eprintln!("skipped: {error}; run it by differential/postgres.sh"),
    };
    let summary = explore(&mut engine, 1_000, 12).unwrap();
    assert!(summary.difference.is_none(), "{}", summary.difference.unwrap_or_default());
}
