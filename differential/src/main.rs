//! `cargo run --release -p relata-differential -- --help` says what there is.
#![forbid(unsafe_code)]

use relata_differential::engine::{KINDS, Kind};
use relata_differential::flat::{self, Dialect};
use relata_differential::report::{Report, Summary, Wanted, explore, once};
use relata_differential::run::Bench;
use relata_differential::server::Server;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

const HELP: &str = "\
Gives random schemas, rows, writes, transactions and nested queries to several engines, which must agree.

  relata-differential --operations 10000000 --queries 1000000 --seed 1
  relata-differential --engines untyped,json,model,sqlite,postgres    (by differential/postgres.sh)
  relata-differential --case 1234567890                               (one case again, made small)
  relata-differential --flat postgres --queries 100000                (joins, groups and set operations)

Options:
  --operations N   statements and steps of transactions, at least (default 20000)
  --queries N      nested queries, at least (default 2000); with --flat, flat queries
  --seed N         where random choices begin (default 1)
  --engines LIST   untyped, json, typed, model, sqlite, postgres (default: all but postgres)
  --every N        compare all rows after so many operations (default 8)
  --case SEED      the case of a report; with the options of the run that reported it
  --save FOLDER    where schema.json and script.json of a difference go, for `relata run`
  --flat DIALECT   sqlite or postgres

Progress goes to standard error. Exit codes: 0 all agree, 1 a difference, 2 usage.
";

struct Options {
    wanted: Wanted,
    kinds: Vec<Kind>,
    stride: usize,
    case: Option<u64>,
    folder: Option<PathBuf>,
    flat: Option<Dialect>,
}

fn main() -> io::Result<ExitCode> {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        write!(out, "{HELP}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let options = match options(arguments.into_iter()) {
        Ok(options) => options,
        Err(wrong) => {
            writeln!(err, "{wrong}\n    help: --help says what there is")?;
            return Ok(ExitCode::from(2));
        }
    };
    if let Some(dialect) = options.flat {
        return flat_queries(&mut out, options.wanted, dialect);
    }
    let mut bench = Bench::new(&options.kinds)?;
    bench.stride = options.stride;
    let start = Instant::now();
    let report = match options.case {
        Some(seed) => once(seed, options.wanted.mix(), &mut bench).err().map(|report| *report),
        None => {
            let Summary { tally, seconds, report } = explore(options.wanted, &mut bench, &mut |tally| {
                // Progress that can't be shown isn't worth an end.
                let _ = writeln!(err, "{:.0} s: {tally}", start.elapsed().as_secs_f64());
            });
            let summary = Summary { tally, seconds, report };
            writeln!(out, "{summary} (seed {})", options.wanted.seed)?;
            summary.report
        }
    };
    let Some(report) = report else { return Ok(ExitCode::SUCCESS) };
    show(&mut out, &report, options.folder)?;
    Ok(ExitCode::FAILURE)
}

fn show(out: &mut impl Write, report: &Report, folder: Option<PathBuf>) -> io::Result<()> {
    writeln!(out, "{report}")?;
    if let Some(folder) = folder {
        report.save(&folder)?;
        let folder = folder.display();
        writeln!(out, "repeat: relata run --schema {folder}/schema.json {folder}/script.json")?;
    }
    Ok(())
}

fn flat_queries(out: &mut impl Write, wanted: Wanted, dialect: Dialect) -> io::Result<ExitCode> {
    let start = Instant::now();
    let summary = flat::run::explore(&mut Server::new(dialect)?, wanted.queries, wanted.seed)?;
    let (asked, found, seconds) = (summary.queries, summary.found, start.elapsed().as_secs_f64());
    let differences = usize::from(summary.difference.is_some());
    writeln!(
        out,
        "{asked} flat queries ({found} found rows) against {dialect:?} in {seconds:.1} s: {differences} differences (seed {})",
        wanted.seed
    )?;
    let Some(difference) = summary.difference else { return Ok(ExitCode::SUCCESS) };
    writeln!(out, "{difference}")?;
    Ok(ExitCode::FAILURE)
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let wanted = Wanted { operations: 20_000, queries: 2_000, seed: 1 };
    let kinds = KINDS.iter().map(|(_, kind)| *kind).filter(|kind| *kind != Kind::Postgres).collect();
    let mut options = Options { wanted, kinds, stride: 8, case: None, folder: None, flat: None };
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("`{option}` wants a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("`{option}` wants a number, not `{value}`"));
        match option.as_str() {
            "--operations" => options.wanted.operations = number()? as usize,
            "--queries" => options.wanted.queries = number()? as usize,
            "--seed" => options.wanted.seed = number()?,
            "--every" => options.stride = number()?.max(1) as usize,
            "--case" => options.case = Some(number()?),
            "--save" => options.folder = Some(PathBuf::from(value)),
            "--flat" if value == "sqlite" => options.flat = Some(Dialect::Sqlite),
            "--flat" if value == "postgres" => options.flat = Some(Dialect::Postgres),
            "--engines" => {
                let named = |name: &str| Kind::named(name).ok_or_else(|| format!("no engine `{name}`"));
                options.kinds = value.split(',').map(named).collect::<Result<_, _>>()?;
            }
            _ => return Err(format!("no option `{option}` with `{value}`")),
        }
    }
    // Typed answers to one schema only, and nothing can be compared with itself.
    if options.kinds.iter().filter(|kind| **kind != Kind::Typed).count() < 2 {
        return Err("`--engines` wants two or more that take every schema: all but typed do".into());
    }
    Ok(options)
}
