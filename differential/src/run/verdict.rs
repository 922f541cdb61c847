//! How statements went, and whether that is the same.

use crate::sql::Verdict;
use crate::tree::Statement;
use relata::Literal;

/// A row that a statement answered with: the only one, or one of a list.
pub(super) fn stored_row(answer: &Literal, at: usize) -> Option<&Literal> {
    match answer.get("result")? {
        Literal::List(rows) => rows.get(at),
        row @ Literal::Object(_) => Some(row),
        _ => None,
    }
}

/// How Relata's answer says that a statement went.
pub(super) fn verdict(answer: &Literal) -> Verdict {
    match (answer.get("result"), answer.get("error").and_then(|error| error.get("kind"))) {
        (Some(Literal::List(rows)), _) => Verdict::Done(rows.len() as u64),
        (Some(Literal::Number(count)), _) => Verdict::Done(count.parse().unwrap_or_default()),
        (Some(_), _) => Verdict::Done(1),
        (None, Some(Literal::Text(kind))) if kind == "restrict_violation" => {
            Verdict::Refused("foreign_key_violation".into())
        }
        (None, Some(Literal::Text(kind))) => Verdict::Refused(kind.to_string()),
        (None, _) => Verdict::Refused("nothing".into()),
    }
}

/// Which of several violations is named first is compared where only one can be.
pub(super) fn agree(statement: &Statement, relata: &Verdict, sqlite: &Verdict) -> bool {
    let single = match statement {
        Statement::Insert(_, rows) => rows.len() == 1,
        Statement::Delete(..) => true,
        _ => false,
    };
    match (relata, sqlite) {
        (Verdict::Refused(relata), Verdict::Refused(_)) if !single => relata.ends_with("_violation"),
        (Verdict::Refused(relata), Verdict::Refused(sqlite)) => {
            rank(relata) <= rank(sqlite) && rank(relata) < 4
        }
        (relata, sqlite) => relata == sqlite,
    }
}

/// SQLite names the first of these that a row breaks; Relata may go in another order.
fn rank(kind: &str) -> usize {
    let order = ["foreign_key_violation", "unique_violation", "check_violation", "not_null_violation"];
    order.iter().position(|other| *other == kind).unwrap_or(order.len())
}
