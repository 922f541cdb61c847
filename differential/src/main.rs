//! `cargo run --release -p relata-differential -- --queries 100000 --seed 1`, and with `--flat sqlite` or
//! `--flat postgres` for flat queries; `differential/postgres.sh` gives a command a server.
#![forbid(unsafe_code)]

use relata_differential::flat::engine::Engine;
use relata_differential::flat::{self, Dialect};
use relata_differential::report::{explore, repeat};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str =
    "usage: relata-differential [--queries N] [--seed N] [--flat sqlite|postgres] | --case SEED";

enum Task {
    Explore { queries: usize, seed: u64 },
    Flat { queries: usize, seed: u64, dialect: Dialect },
    Repeat(u64),
}

fn main() -> io::Result<ExitCode> {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let Some(task) = task(std::env::args().skip(1)) else {
        writeln!(err, "{USAGE}")?;
        return Ok(ExitCode::from(2));
    };
    let difference = match task {
        Task::Explore { queries, seed } => {
            let summary = explore(queries, seed);
            writeln!(out, "{summary} (seed {seed})")?;
            summary.difference
        }
        Task::Flat { queries, seed, dialect } => {
            let start = Instant::now();
            let summary = flat::run::explore(&mut Engine::new(dialect)?, queries, seed)?;
            let (asked, found, seconds) = (summary.queries, summary.found, start.elapsed().as_secs_f64());
            let differences = usize::from(summary.difference.is_some());
            writeln!(
                out,
                "{asked} flat queries ({found} found rows) against {dialect:?} in {seconds:.1} s: {differences} differences (seed {seed})"
            )?;
            summary.difference
        }
        Task::Repeat(seed) => repeat(seed),
    };
    match difference {
        Some(difference) => {
            writeln!(out, "{difference}")?;
            Ok(ExitCode::FAILURE)
        }
        None => Ok(ExitCode::SUCCESS),
    }
}

fn task(mut arguments: impl Iterator<Item = String>) -> Option<Task> {
    let (mut queries, mut seed, mut flat) = (10_000, 1, None);
    while let Some(option) = arguments.next() {
        let value = arguments.next()?;
        match option.as_str() {
            "--queries" => queries = value.parse().ok()?,
            "--seed" => seed = value.parse().ok()?,
            "--flat" if value == "sqlite" => flat = Some(Dialect::Sqlite),
            "--flat" if value == "postgres" => flat = Some(Dialect::Postgres),
            "--case" => return value.parse().ok().map(Task::Repeat),
            _ => return None,
        }
    }
    Some(match flat {
        Some(dialect) => Task::Flat { queries, seed, dialect },
        None => Task::Explore { queries, seed },
    })
}
