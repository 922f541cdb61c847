//! Many cases, and what is said about them.

use crate::case::{Case, Step};
use crate::rng::Rng;
use crate::run::{Difference, Tally, run};
use crate::shrink::shrink;
use crate::{document, generate, schemas};
use std::fmt::{self, Write};
use std::time::Instant;

/// Queries in one case.
const QUERIES: usize = 40;

/// What many cases came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What all cases came to together.
    pub tally: Tally,
    /// Schemas to choose from.
    pub schemas: usize,
    /// How long it took.
    pub seconds: f64,
    /// The first case that differs, made small, in words.
    pub difference: Option<String>,
}

/// Asks so many queries, and changes with them.
pub fn explore(queries: usize, seed: u64) -> Summary {
    let start = Instant::now();
    let schemas = schemas::all();
    let mut seeds = Rng::new(seed);
    let mut summary =
        Summary { tally: Tally::default(), schemas: schemas.len(), seconds: 0.0, difference: None };
    while summary.tally.queries < queries && summary.difference.is_none() {
        let case = generate::case(&schemas, seeds.bits(), QUERIES);
        match run(&case) {
            Ok(tally) => summary.tally.add(tally),
            Err(difference) => summary.difference = Some(describe(case, *difference)),
        }
    }
    summary.seconds = start.elapsed().as_secs_f64();
    summary
}

/// Repeats one case by the seed that a difference was reported with.
pub fn repeat(seed: u64) -> Option<String> {
    let case = generate::case(&schemas::all(), seed, QUERIES);
    run(&case).err().map(|difference| describe(case, *difference))
}

/// The case, made small, with everything that repeats it.
fn describe(case: Case, difference: Difference) -> String {
    let (case, difference) = shrink(case, difference);
    let mut text = String::new();
    // Writing to a String can't fail.
    let _ = write(&mut text, &case, &difference);
    text
}

fn write(text: &mut String, case: &Case, difference: &Difference) -> fmt::Result {
    let how = if case.loaded { "loaded" } else { "inserted" };
    writeln!(text, "difference: schema {}, case {}, rows {how} at first", case.schema.name, case.seed)?;
    writeln!(text, "\nschema:\n{}", document::schema(&case.schema))?;
    writeln!(text, "\nscript:")?;
    difference.script.iter().try_for_each(|line| writeln!(text, "{line}"))?;
    let builder = |step: &Step| matches!(step, Step::Query(query) if query.built);
    let by = if case.steps.last().is_some_and(builder) { " (by the builder)" } else { "" };
    writeln!(text, "\nasked{by}:\n{}", difference.asked)?;
    writeln!(text, "\nrelata:\n{}\n\nsqlite:\n{}", difference.relata, difference.sqlite)
}

impl Tally {
    fn add(&mut self, other: Tally) {
        let Tally { queries, found, too_long, statements, done } = other;
        self.queries += queries;
        self.found += found;
        self.too_long += too_long;
        self.statements += statements;
        self.done += done;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary {
            tally: Tally { queries, found, too_long, statements, done },
            schemas,
            seconds,
            difference,
        } = self;
        let differences = usize::from(difference.is_some());
        write!(
            f,
            "{queries} queries ({found} found rows, {too_long} more too long) and {statements} statements ({done} carried out) \
             over {schemas} schemas in {seconds:.1} s: {differences} differences"
        )
    }
}
