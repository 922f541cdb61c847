//! The files of a folder, and the tables they are for.

use super::Violations;
use crate::failure::{Failure, unreadable};
use crate::source::malformed;
use relata::{Catalog, TableId};
use std::fs;
use std::path::{Path, PathBuf};

/// A file with the rows of a table.
pub(super) struct CsvFile {
    pub(super) path: PathBuf,
    pub(super) table: TableId,
    pub(super) bytes: u64,
}

/// The CSV files of a folder in the order of their tables, and those that are for none.
pub(super) fn list(catalog: &Catalog, folder: &Path) -> Result<(Vec<CsvFile>, Violations), Failure> {
    let refused = |error| Failure::from(unreadable(folder, &error));
    let mut files = Vec::new();
    let mut violations = Violations::default();
    for entry in fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            continue;
        }
        let name = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
        match catalog.table_id(&name) {
            Ok(table) => {
                // A size is only for showing progress.
                let bytes = fs::metadata(&path).map(|metadata| metadata.len()).unwrap_or(0);
                files.push(CsvFile { path, table, bytes });
            }
            Err(error) => violations.note_file(&path, error),
        }
    }
    files.sort_by(|a, b| (a.table, &a.path).cmp(&(b.table, &b.path)));
    files.dedup_by(|later, first| {
        let is_second = later.table == first.table;
        if is_second {
            let text = format!("{} is for the same table", first.path.display());
            violations.note_file(&later.path, malformed(text));
        }
        is_second
    });
    Ok((files, violations))
}
