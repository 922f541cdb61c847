//! Smaller cases that still differ.

mod query;

use crate::case::{Case, Step};
use crate::run::{Bench, Difference, run};
use crate::tree::Statement;
use std::time::Instant;

/// How many cases are tried at most, ...
const TRIES: usize = 5_000;

/// ... and for how long.
const SECONDS: u64 = 60;

/// The smallest case that greedy steps lead to, and how it differs; compared after each step.
pub fn shrink(case: Case, difference: Difference, bench: &mut Bench) -> (Case, Difference) {
    let stride = std::mem::replace(&mut bench.stride, 1);
    let mut best = Best { case, difference, bench, tries: 0, start: Instant::now() };
    // Compared after each step it differs earlier.
    best.take(best.case.clone());
    best.cut();
    while best.tries < TRIES {
        let before = best.tries;
        let shrunk = best.drop_steps()
            | best.drop_rows()
            | best.simplify()
            | best.drop_indexes()
            | best.drop_declared();
        if !shrunk || best.tries == before {
            break;
        }
    }
    best.bench.stride = stride;
    (best.case, best.difference)
}

struct Best<'b> {
    case: Case,
    difference: Difference,
    bench: &'b mut Bench,
    tries: usize,
    start: Instant,
}

impl Best<'_> {
    /// Takes a case if it still differs.
    fn take(&mut self, case: Case) -> bool {
        self.tries += 1;
        if self.tries > TRIES || self.start.elapsed().as_secs() > SECONDS {
            return false;
        }
        match run(&case, self.bench) {
            // The harness itself failing isn't what was found.
            Err(difference) if difference.is_broken == self.difference.is_broken => {
                (self.case, self.difference) = (case, *difference);
                self.cut();
                true
            }
            _ => false,
        }
    }

    /// Leaves out what comes after the difference.
    fn cut(&mut self) {
        if let Some(last) = self.difference.step {
            self.case.steps.truncate(last + 1);
        }
    }

    /// Drops steps, many at once while that works.
    fn drop_steps(&mut self) -> bool {
        let mut shrunk = false;
        let mut size = self.case.steps.len();
        while size > 0 {
            let mut to = self.case.steps.len();
            while to > 0 {
                let from = to.saturating_sub(size);
                let mut case = self.case.clone();
                case.steps.drain(from..to);
                shrunk |= self.take(case);
                to = from.min(self.case.steps.len());
            }
            size /= 2;
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

    /// Makes steps smaller, from the last on.
    fn simplify(&mut self) -> bool {
        let mut shrunk = false;
        let mut at = self.case.steps.len();
        while at > 0 {
            at = (at - 1).min(self.case.steps.len().saturating_sub(1));
            while let Some(step) = self.case.steps.get(at) {
                let smaller: Vec<Step> = match step {
                    Step::Query(query) => query::smaller(query).into_iter().map(Step::Query).collect(),
                    Step::Statement(statement) => {
                        smaller(statement).into_iter().map(Step::Statement).collect()
                    }
                    Step::Fork | Step::Control(_) => Vec::new(),
                };
                let found = smaller.into_iter().any(|step| {
                    let mut case = self.case.clone();
                    case.steps[at] = step;
                    self.take(case)
                });
                if !found {
                    break;
                }
                shrunk = true;
            }
        }
        shrunk
    }

    /// Drops constraints, foreign keys and relations.
    fn drop_declared(&mut self) -> bool {
        let mut shrunk = false;
        for table in 0..self.case.schema.tables.len() {
            let parts = self.case.schema.tables[table].clone();
            for at in (0..parts.links.len()).rev() {
                shrunk |= self.without(|case| drop(case.schema.tables[table].links.remove(at)));
            }
            for at in (0..parts.checks.len()).rev() {
                shrunk |= self.without(|case| drop(case.schema.tables[table].checks.remove(at)));
            }
        }
        // Not those that are asked about.
        let asked = format!("{:?}", self.case.steps);
        for at in (0..self.case.schema.relations.len()).rev() {
            if asked.contains(&format!("{:?}", self.case.schema.relations[at].name)) {
                continue;
            }
            shrunk |= self.without(|case| drop(case.schema.relations.remove(at)));
        }
        shrunk
    }

    /// Takes the case without a part, if what remains is a schema at all.
    fn without(&mut self, change: impl FnOnce(&mut Case)) -> bool {
        let mut case = self.case.clone();
        change(&mut case);
        self.take(case)
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
