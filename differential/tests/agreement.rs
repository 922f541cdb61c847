//! Relata and SQLite agree.

use relata_differential::report::explore;

#[test]
fn random_queries_and_statements_give_the_same_on_both() {
    let summary = explore(2_000, 7);
    assert!(summary.difference.is_none(), "{summary}\n{}", summary.difference.as_deref().unwrap_or_default());
}
