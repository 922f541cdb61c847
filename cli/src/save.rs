//! `relata save`: rows and their schema as one file.

use crate::args::SaveArgs;
use crate::failure::Failure;
use crate::load;
use crate::output::Output;
use crate::progress::Progress;
use crate::source::Source;
use relata::Database;
use std::path::Path;

const STDOUT: &str = "-";

pub(crate) fn run(args: &SaveArgs, output: &mut Output) -> Result<(), Failure> {
    let limits = args.limits.limits();
    let database = Source::new(limits).database(&args.schema)?;
    if let Some(folder) = &args.data {
        load::folder(&database, folder, limits.bytes, output)?;
    }
    to(&database, &args.out, output)
}

/// Saves a database to a file or to standard output.
pub(crate) fn to(database: &Database, path: &Path, output: &mut Output) -> Result<(), Failure> {
    if path == Path::new(STDOUT) {
        return database.snapshot().write_to(output.writer()).map_err(|error| match error.downcast() {
            Ok(refused) => Failure::Refused(None, refused),
            Err(error) => Failure::Write(error),
        });
    }
    let mut progress = Progress::new(0);
    let saved = progress.during("saving", || database.save(path));
    progress.finish();
    Ok(saved?)
}
