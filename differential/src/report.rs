//! Many cases, and what is said about them.

use crate::case::{Case, Step};
use crate::document;
use crate::generate::{self, Mix};
use crate::rng::Rng;
use crate::run::{Bench, Difference, Tally, run_with};
use crate::shrink::shrink;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// What is wanted of a run.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Statements and steps of transactions, at least.
    pub operations: usize,
    /// Queries, at least.
    pub queries: usize,
    /// Where random choices begin.
    pub seed: u64,
}

/// What many cases came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What all cases came to together.
    pub tally: Tally,
    /// How long it took.
    pub seconds: f64,
    /// The first case that differs, made small.
    pub report: Option<Report>,
}

/// A case that differs, and how it's repeated.
#[derive(Clone, Debug)]
pub struct Report {
    /// What repeats it as it was found.
    pub seed: u64,
    /// The schema as a document.
    pub schema: String,
    /// The script of what led there, with what is asked last.
    pub script: String,
    /// What each engine says to the last line.
    pub difference: Difference,
}

/// How many steps a case has.
const STEPS: usize = 220;

/// How often a run says how far it is.
const PAUSE: Duration = Duration::from_secs(20);

impl Wanted {
    /// What a case of this run has: of each kind as is wanted in all.
    pub fn mix(self) -> Mix {
        let all = (self.operations + self.queries).max(1);
        let queries = STEPS * self.queries / all;
        let queries = if self.queries > 0 { queries.max(1) } else { 0 };
        // Statements change what is asked, so that there are some even where only queries are wanted.
        Mix {
            operations: (STEPS - queries).max(STEPS / 10),
            queries,
            fixed: if self.operations == 0 { 60 } else { 10 },
        }
    }
}

/// Runs cases until there were so many operations and queries; says now and then how far it is.
pub fn explore(wanted: Wanted, bench: &mut Bench, progress: &mut dyn FnMut(&Tally)) -> Summary {
    let start = Instant::now();
    let mut said = start;
    let mut seeds = Rng::new(wanted.seed);
    let mut summary = Summary { tally: Tally::default(), seconds: 0.0, report: None };
    while summary.report.is_none()
        && (summary.tally.operations < wanted.operations || summary.tally.queries < wanted.queries)
    {
        match once(seeds.bits(), wanted.mix(), bench) {
            Ok(tally) => summary.tally.add(tally),
            Err(report) => summary.report = Some(*report),
        }
        if said.elapsed() > PAUSE {
            said = Instant::now();
            progress(&summary.tally);
        }
    }
    summary.seconds = start.elapsed().as_secs_f64();
    summary
}

/// Runs the case of a seed.
///
/// # Errors
/// How it differs, made small.
pub fn once(seed: u64, mix: Mix, bench: &mut Bench) -> Result<Tally, Box<Report>> {
    let (mut case, mut steps) = generate::case(seed, mix);
    let mut made: Vec<Step> = Vec::new();
    let schema = case.schema.clone();
    let outcome = run_with(&case, bench, &mut |rows| {
        let step = steps.next(&schema, rows);
        made.extend(step.clone());
        step
    });
    outcome.map_err(|difference| {
        case.steps = made;
        let (case, difference) = shrink(case, *difference, bench);
        Box::new(Report::new(&case, difference))
    })
}

impl Report {
    fn new(case: &Case, difference: Difference) -> Report {
        let schema = document::schema(&case.schema).to_string();
        let mut script = difference.script.join("\n");
        if difference.script.last().is_none_or(|last| *last != difference.asked) {
            script.push_str(&format!("\n{}", difference.asked));
        }
        Report { seed: case.seed, schema, script: script.trim_start().to_owned() + "\n", difference }
    }

    /// Writes the schema and the script to a folder, for `relata run --schema schema.json script.json`.
    ///
    /// # Errors
    /// Where the folder can't be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("schema.json"), &self.schema)?;
        std::fs::write(folder.join("script.json"), &self.script)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "difference in the case of `--case {}`\n\nschema.json:\n{}", self.seed, self.schema)?;
        writeln!(f, "\nscript.json:\n{}\nto its last line", self.script)?;
        let said = &self.difference.said;
        said.iter().try_for_each(|(kind, said)| writeln!(f, "  {kind}: {}", said.replace('\n', "\n    ")))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { cases, operations, done, left_out, queries, found, too_long } = self;
        write!(
            f,
            "{operations} operations ({done} carried out, {left_out} more left out) and {queries} queries \
             ({found} found rows, {too_long} more too long) in {cases} cases"
        )
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differences = usize::from(self.report.is_some());
        write!(f, "{} in {:.1} s: {differences} differences", self.tally, self.seconds)
    }
}
