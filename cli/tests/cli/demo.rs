//! `relata demo`: its main lines, the same on every run.

use crate::support::relata;

#[test]
fn the_demo_shows_schema_include_refusals_fork_and_cascade() {
    let text = relata(&["demo"]).ok();
    for line in [
        "memberships  organization_id* integer, user_id* integer, role enum (owner, member)",
        "    tags          many tags through invoices_tags",
        "name \"Lighthouse Studio\"",
        "   └─ id 2  number \"L-002\"  status \"sent\"  issued_on 2026-01-31",
        "      │  └─ description \"train to Hamburg\"  quantity 2  unit_price 89.90",
        "error: line_items.invoice_id = 42 matches no row of invoices",
        "    help: insert invoices 42 first",
        "L-002  paid    L-002  sent",
        "comments            4      1",
    ] {
        assert!(text.lines().any(|found| found.trim_end().ends_with(line)), "{line}\nisn't in\n{text}");
    }
    assert!(!text.contains('\x1b'));
    assert_eq!(text, relata(&["demo"]).stdout);
}

#[test]
fn without_arguments_there_is_the_demo_and_a_hint() {
    let run = relata::<&str>(&[]);
    assert_eq!((run.code, run.stdout), (0, relata(&["demo"]).stdout));
    assert!(run.stderr.contains("relata --help"), "{}", run.stderr);
}
