//! Smaller cases that still differ.

mod query;

use crate::case::{Case, Step};
use crate::run::{Difference, run};
use crate::tree::Statement;
use std::time::Instant;

/// How many cases are tried at most, ...
const TRIES: usize = 3_000;

/// ... and for how long.
const SECONDS: u64 = 60;

/// The smallest case that greedy steps lead to, and how it differs.
pub fn shrink(case: Case, difference: Difference) -> (Case, Difference) {
    let mut best = Best { case, difference, tries: 0, start: Instant::now() };
    if let Some(last) = best.difference.step {
        best.case.steps.truncate(last + 1);
    }
    while best.tries < TRIES {
        let before = best.tries;
        let shrunk = best.drop_steps() | best.drop_rows() | best.simplify() | best.drop_indexes();
        if !shrunk || best.tries == before {
            break;
        }
    }
    (best.case, best.difference)
}

struct Best {
    case: Case,
    difference: Difference,
    tries: usize,
    start: Instant,
}

impl Best {
    /// Takes a case if it still differs.
    fn take(&mut self, case: Case) -> bool {
        self.tries += 1;
        if self.tries > TRIES || self.start.elapsed().as_secs() > SECONDS {
            return false;
        }
        match run(&case) {
            // The harness itself failing isn't what was found.
            Err(difference) if difference.asked != "the harness" => {
                (self.case, self.difference) = (case, *difference);
                true
            }
            _ => false,
        }
    }

    fn drop_steps(&mut self) -> bool {
        let mut shrunk = false;
        for at in (0..self.case.steps.len().saturating_sub(1)).rev() {
            let mut case = self.case.clone();
            case.steps.remove(at);
            shrunk |= self.take(case);
        }
        shrunk
    }

    /// Drops rows, many at once while that works.
    fn drop_rows(&mut self) -> bool {
        let mut shrunk = false;
        for table in (0..self.case.rows.len()).rev() {
            let mut size = self.case.rows[table].1.len();
            while size > 0 {
                let mut from = self.case.rows[table].1.len();
                while from > 0 {
                    let start = from.saturating_sub(size);
                    let mut case = self.case.clone();
                    case.rows[table].1.drain(start..from);
                    shrunk |= self.take(case);
                    from = start;
                }
                size /= 2;
            }
        }
        shrunk
    }

    fn simplify(&mut self) -> bool {
        let mut shrunk = false;
        while let Some(step) = self.case.steps.last() {
            let smaller: Vec<Step> = match step {
                Step::Query(query) => query::smaller(query).into_iter().map(Step::Query).collect(),
                Step::Fork => Vec::new(),
                Step::Statement(statement) => smaller(statement).into_iter().map(Step::Statement).collect(),
            };
            let found = smaller.into_iter().any(|step| {
                let mut case = self.case.clone();
                case.steps.pop();
                case.steps.push(step);
                self.take(case)
            });
            if !found {
                break;
            }
            shrunk = true;
        }
        shrunk
    }

    fn drop_indexes(&mut self) -> bool {
        let mut shrunk = false;
        for table in 0..self.case.schema.tables.len() {
            for at in (0..self.case.schema.tables[table].indexes.len()).rev() {
                let mut case = self.case.clone();
                case.schema.tables[table].indexes.remove(at);
                shrunk |= self.take(case);
            }
        }
        shrunk
    }
}

/// The statement with a part less.
fn smaller(statement: &Statement) -> Vec<Statement> {
    match statement {
        Statement::Insert(table, rows) if rows.len() > 1 => {
            let without = |at| rows.iter().enumerate().filter(move |(other, _)| *other != at);
            let without = |at| without(at).map(|(_, row)| row.clone()).collect();
            (0..rows.len()).map(|at| Statement::Insert(table, without(at))).collect()
        }
        Statement::Update(table, which, set) => {
            let filters = which.iter().flat_map(query::smaller_filters);
            let mut all: Vec<Statement> =
                filters.map(|filter| Statement::Update(table, Some(filter), set.clone())).collect();
            for at in (0..set.len()).filter(|_| set.len() > 1) {
                let mut set = set.clone();
                set.remove(at);
                all.push(Statement::Update(table, which.clone(), set));
            }
            all
        }
        Statement::Delete(table, Some(which)) => query::smaller_filters(which)
            .into_iter()
            .map(|filter| Statement::Delete(table, Some(filter)))
            .collect(),
        _ => Vec::new(),
    }
}
