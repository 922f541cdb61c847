//! What is wrong with the rows of a folder, by file and line.

use super::folder::CsvFile;
use crate::failure::counted;
use crate::output::Output;
use relata::{Error, ErrorKind, TableId};
use std::path::Path;

/// As many are kept and shown; the others are counted.
const SHOWN_MAX: usize = 50;

/// Kept in the order of tables and lines.
#[derive(Default)]
pub(crate) struct Violations {
    first: Vec<Violation>,
    count: usize,
}

struct Violation {
    /// Files that are for no table come first.
    table: Option<TableId>,
    line: u64,
    text: String,
}

impl Violations {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Notes what is wrong at a line of a file.
    pub(super) fn note(&mut self, file: &CsvFile, line: u64, error: Error) {
        let place = format!("{}:{line}", file.path.display());
        self.keep(Some(file.table), line, &place, &error);
    }

    /// Notes what is wrong with a file.
    pub(super) fn note_file(&mut self, path: &Path, error: Error) {
        self.keep(None, 0, &path.display().to_string(), &error);
    }

    /// Notes what has no place.
    pub(super) fn note_whole(&mut self, error: Error) {
        self.keep(None, 0, "the data", &error);
    }

    /// The text is made for the ones that are shown only: millions of rows may be wrong.
    fn keep(&mut self, table: Option<TableId>, line: u64, place: &str, error: &Error) {
        self.count += 1;
        let key = (table, line);
        let at = self.first.partition_point(|other| (other.table, other.line) <= key);
        if at >= SHOWN_MAX {
            return;
        }
        let text = match error.kind() {
            ErrorKind::UnknownTable { .. } | ErrorKind::UnknownColumn { .. } => format!("{place}: {error:#}"),
            ErrorKind::Io { reason, .. } => format!("{place}: {reason}"),
            _ => format!("{place}: {error}"),
        };
        self.first.insert(at, Violation { table, line, text });
        self.first.truncate(SHOWN_MAX);
    }

    /// Says all that is wrong on standard error.
    pub(crate) fn report(&self, output: &mut Output) {
        let mistakes = counted(self.count, "mistake");
        output.complain("error:", format_args!("the data has {mistakes}; nothing was loaded"));
        for violation in &self.first {
            output.complain_more(format_args!("  {}", violation.text));
        }
        if self.count > self.first.len() {
            output.complain_more(format_args!("  and {} more", self.count - self.first.len()));
        }
    }
}
