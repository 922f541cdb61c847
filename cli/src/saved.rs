//! Saved files, and `relata load`, which tells what is in one.

use crate::args::LoadArgs;
use crate::check::shape;
use crate::failure::{Failure, counted, unreadable};
use crate::output::{Output, Tone};
use crate::progress::Progress;
use crate::source::{Source, name};
use relata::{Database, Schema};
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// Bytes that are read between two looks at the clock.
const PIECE: u64 = 1 << 20;

pub(crate) fn run(args: &LoadArgs, output: &mut Output) -> Result<(), Failure> {
    let database = Source::new(args.limits.limits()).saved(&args.path, &args.schemas)?;
    let ok = output.paint.tone(Tone::Good, "ok");
    output.line(format_args!("{ok}: {}, {}", shape(&database), counted(rows(&database), "row")))?;
    let counts = counts(&database);
    let wide = counts.iter().map(|(table, _)| table.chars().count()).max().unwrap_or_default();
    for (table, rows) in counts {
        output.line(format_args!("  {table:<wide$}  {}", counted(rows, "row")))?;
    }
    Ok(())
}

/// How many rows there are in all tables.
pub(crate) fn rows(database: &Database) -> usize {
    counts(database).iter().map(|(_, rows)| rows).sum()
}

fn counts(database: &Database) -> Vec<(String, usize)> {
    let snapshot = database.snapshot();
    let tables = snapshot.catalog().tables();
    tables
        .map(|info| (info.name().to_owned(), snapshot.table(info.name()).map_or(0, |table| table.len())))
        .collect()
}

/// The database of a saved file, of its own schema or of this one.
pub(crate) fn open(
    path: &Path,
    input: io::Result<impl Read>,
    schema: Option<Schema>,
) -> Result<Database, Failure> {
    // A size is only for showing progress, and pipes have none.
    let mut progress = Progress::new(fs::metadata(path).map_or(0, |metadata| metadata.len()));
    let bytes = input.and_then(|input| read(input, &mut progress));
    let bytes = bytes.map_err(|error| unreadable(path, &error))?;
    let loaded = progress.during("checking", || match schema {
        None => Database::from_bytes(&bytes),
        Some(schema) => Database::builder(schema).build_from_bytes(&bytes),
    });
    progress.finish();
    loaded.map_err(|error| Failure::Refused(Some(name(path)), error))
}

fn read(mut input: impl Read, progress: &mut Progress) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while input.by_ref().take(PIECE).read_to_end(&mut bytes)? > 0 {
        progress.within_file(bytes.len() as u64);
    }
    Ok(bytes)
}
