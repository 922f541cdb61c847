//! Counts the instructions of the hot paths under callgrind, and compares them with a file. Counts repeat
//! where times don't.
//!
//!     cargo run --release             # fails where a path got dearer
//!     cargo run --release -- --renew  # writes the file anew
//!
//! The hash keys of a database are random, which moves the counts by far less than the tolerance.

mod counts;
mod paths;
#[path = "../../support/blog.rs"]
#[allow(dead_code, reason = "a part of what benchmarks share")]
mod support;

use counts::{Counts, is_here, measure};
use std::process::ExitCode;

/// What was counted last, with the compiler that it was counted with.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.txt");

/// How far a path may be from its count, in hundredths of it.
const TOLERANCE: u64 = 10;

fn main() -> ExitCode {
    let flag = |name: &str| std::env::args().any(|arg| arg == name);
    if flag("--measured") {
        paths::run();
        return ExitCode::SUCCESS;
    }
    if !is_here("valgrind") {
        println!("valgrind isn't here: skipped");
        return ExitCode::SUCCESS;
    }
    let found = measure(paths::PATHS);
    if flag("--renew") {
        std::fs::write(FILE, found.to_string()).unwrap();
        print!("{found}");
        return ExitCode::SUCCESS;
    }
    let expected: Counts = std::fs::read_to_string(FILE).unwrap_or_default().parse().unwrap();
    if expected.compiler != found.compiler {
        println!("expected counts are of {}, these of {}", expected.compiler, found.compiler);
    }
    if report(&expected, &found) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints both counts of each path; whether all are within the tolerance.
fn report(expected: &Counts, found: &Counts) -> bool {
    println!("{:<20}{:>12}{:>12}{:>9}", "instructions each", "expected", "found", "change");
    let (mut dearer, mut cheaper) = (Vec::new(), Vec::new());
    for (name, found) in &found.each {
        let Some((_, expected)) = expected.each.iter().find(|(other, _)| other == name) else {
            println!("{name:<20}{:>12}{found:>12}{:>9}  new", "-", "-");
            dearer.push(name.as_str());
            continue;
        };
        let change = *found as f64 * 100.0 / *expected as f64 - 100.0;
        let mut mark = "";
        if found * 100 > expected * (100 + TOLERANCE) {
            dearer.push(name);
            mark = "  dearer";
        } else if found * (100 + TOLERANCE) < expected * 100 {
            cheaper.push(name.as_str());
            mark = "  cheaper";
        }
        println!("{name:<20}{expected:>12}{found:>12}{change:>+8.1}%{mark}");
    }
    let renew = "renew the file: (cd benches/instructions && cargo run --release -- --renew)";
    if !cheaper.is_empty() {
        println!("cheaper by more than {TOLERANCE} %: {}; {renew}", cheaper.join(", "));
    }
    if !dearer.is_empty() {
        eprintln!("dearer by more than {TOLERANCE} %: {}; if that is meant, {renew}", dearer.join(", "));
    }
    dearer.is_empty()
}
