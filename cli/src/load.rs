//! A folder of CSV files into a database, all or nothing.

mod file;
mod folder;
mod header;
mod lines;
mod violations;

pub(crate) use violations::Violations;

use crate::failure::Failure;
use crate::output::Output;
use crate::progress::Progress;
use file::{Target, load_file};
use folder::CsvFile;
use lines::Lines;
use relata::{Database, Error, ErrorKind, LoadProblem};
use std::collections::HashMap;
use std::path::Path;

/// Loads `<table>.csv` for each table; gives how many rows there were. A table without a file stays
/// empty.
pub(crate) fn folder(
    database: &Database,
    folder: &Path,
    record_bytes_max: usize,
    output: &mut Output,
) -> Result<usize, Failure> {
    let catalog = database.catalog();
    let (files, mut violations) = folder::list(&catalog, folder)?;
    if files.is_empty() && violations.is_empty() {
        output.note(format_args!("note: no .csv file in {}", folder.display()))?;
    }
    for table in catalog.tables().filter(|table| !files.iter().any(|file| file.table == table.id())) {
        let name = table.name();
        output.detail(format_args!("note: no {name}.csv in {}: {name} is empty", folder.display()))?;
    }
    let mut progress = Progress::new(files.iter().map(|file| file.bytes).sum());
    let mut loaded: HashMap<&str, Loaded<'_>> = HashMap::new();
    let rows = database.load(|loader| {
        for file in &files {
            let table = catalog.table(file.table);
            let mut target =
                Target { table, file, loader, violations: &mut violations, progress: &mut progress };
            let (lines, is_whole) = load_file(&mut target, record_bytes_max);
            loaded.insert(table.name(), Loaded { file, lines, is_whole });
        }
        progress.stage("checking");
        Ok(())
    });
    progress.finish();
    if let Err(refused) = &rows {
        for problem in &refused.problems {
            note(&mut violations, &loaded, problem);
        }
    }
    match rows {
        Ok(rows) if violations.is_empty() => Ok(rows),
        _ => Err(Failure::Data(violations)),
    }
}

/// What came of a file.
struct Loaded<'f> {
    file: &'f CsvFile,
    lines: Lines,
    /// Whether no row of it was refused.
    is_whole: bool,
}

/// Notes a constraint that was broken at the row's file and line. What refers to a row that may have
/// been refused itself isn't noted: that mistake is named once, where it was made.
fn note(violations: &mut Violations, loaded: &HashMap<&str, Loaded<'_>>, problem: &LoadProblem) {
    if let ErrorKind::ForeignKeyViolation { references, .. } = problem.error.kind()
        && loaded.get(references.as_str()).is_some_and(|parent| !parent.is_whole)
    {
        return;
    }
    let place = problem.table.as_deref().and_then(|table| loaded.get(table)).zip(problem.row);
    match place {
        Some((table, row)) => violations.note(table.file, table.lines.of(row), copy(&problem.error)),
        None => violations.note_whole(copy(&problem.error)),
    }
}

/// The error again, without its path: file and line say where it is.
fn copy(error: &Error) -> Error {
    Error::new(error.kind().clone())
}
