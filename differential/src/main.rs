//! `cargo run --release -p relata-differential -- --queries 100000 --seed 1`
#![forbid(unsafe_code)]

use relata_differential::report::{explore, repeat};
use std::io::{self, Write};
use std::process::ExitCode;

const USAGE: &str = "usage: relata-differential [--queries N] [--seed N] | --case SEED";

enum Task {
    Explore { queries: usize, seed: u64 },
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
    let (mut queries, mut seed) = (10_000, 1);
    while let Some(option) = arguments.next() {
        let value = arguments.next()?;
        match option.as_str() {
            "--queries" => queries = value.parse().ok()?,
            "--seed" => seed = value.parse().ok()?,
            "--case" => return value.parse().ok().map(Task::Repeat),
            _ => return None,
        }
    }
    Some(Task::Explore { queries, seed })
}
