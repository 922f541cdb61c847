//! All engines agree.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

use relata_differential::engine::Kind;
use relata_differential::report::{Summary, Wanted, explore};
use relata_differential::run::Bench;

fn found(kinds: &[Kind], wanted: Wanted) -> Summary {
    let summary = explore(wanted, &mut Bench::new(kinds).unwrap(), &mut |_| ());
    let report = summary.report.as_ref().map(ToString::to_string);
    assert!(summary.report.is_none(), "{summary}\n{}", report.unwrap_or_default());
    summary
}

const HERE: [Kind; 5] = [Kind::Untyped, Kind::Json, Kind::Typed, Kind::Naive, Kind::Sqlite];

#[test]
fn random_operations_over_random_schemas_come_to_the_same_everywhere() {
    let tally = found(&HERE, Wanted { operations: 3_000, queries: 300, seed: 7 }).tally;
    assert!(tally.done * 2 > tally.operations, "too few are carried out: {tally}");
    assert!(tally.found * 2 > tally.queries, "too few find anything: {tally}");
    assert!(tally.left_out * 10 < tally.operations, "too many are left out: {tally}");
}

#[test]
fn random_queries_mostly_over_fixed_schemas_give_the_same_everywhere() {
    let tally = found(&HERE, Wanted { operations: 0, queries: 800, seed: 7 }).tally;
    assert!(tally.found * 2 > tally.queries, "too few find anything: {tally}");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let wanted = Wanted { operations: 600, queries: 60, seed: 3 };
    let run = || found(&HERE, wanted).tally.to_string();
    assert_eq!(run(), run());
}

#[test]
fn postgresql_comes_to_the_same() {
    let kinds = [Kind::Untyped, Kind::Json, Kind::Naive, Kind::Postgres];
    if let Err(error) = Bench::new(&kinds) {
        return eprintln!("skipped: {error}; run it by differential/postgres.sh");
    }
    found(&kinds, Wanted { operations: 1_000, queries: 100, seed: 5 });
}
