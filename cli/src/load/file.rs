//! The rows of one file.

use super::Violations;
use super::folder::CsvFile;
use super::header::Header;
use super::lines::Lines;
use crate::csv::{Fault, Reader, Record};
use crate::failure::unreadable;
use crate::progress::Progress;
use crate::source::malformed;
use relata::catalog::TableInfo;
use relata::{Error, Loader, Value};
use std::fs::File;
use std::io::BufReader;

/// Progress is told every so many records.
const RECORDS_UNTOLD: u32 = 1024;

/// Where the rows of a file go, and what is wrong with them.
pub(super) struct Target<'a, 'l> {
    pub(super) table: &'a TableInfo,
    pub(super) file: &'a CsvFile,
    pub(super) loader: &'a mut Loader<'l>,
    pub(super) violations: &'a mut Violations,
    pub(super) progress: &'a mut Progress,
}

/// Hands the rows of a file to the loader. Gives the line of each row that was taken, and whether
/// all of them were.
pub(super) fn load_file(target: &mut Target<'_, '_>, record_bytes_max: usize) -> (Lines, bool) {
    let before = target.violations.count();
    let mut lines = Lines::default();
    match File::open(&target.file.path) {
        Ok(file) => {
            let mut reader = Reader::new(BufReader::with_capacity(1 << 16, file), record_bytes_max);
            target.read(&mut reader, &mut lines);
            target.progress.file_done(target.file.bytes);
        }
        Err(error) => target.violations.note_file(&target.file.path, unreadable(&target.file.path, &error)),
    }
    (lines, target.violations.count() == before)
}

impl Target<'_, '_> {
    fn read(&mut self, reader: &mut Reader<BufReader<File>>, lines: &mut Lines) {
        let mut record = Record::default();
        let Some(header) = self.header(reader, &mut record) else { return };
        let mut untold = 0;
        loop {
            match reader.read(&mut record) {
                Ok(false) => return,
                Ok(true) if is_blank(&record) && header.columns.len() > 1 => {}
                Ok(true) => match self.push(&header, &record) {
                    Ok(()) => lines.push(record.line()),
                    Err(error) => self.violations.note(self.file, record.line(), error),
                },
                Err(fault) => {
                    if !self.fault(&record, &fault) {
                        return;
                    }
                }
            }
            untold += 1;
            if untold == RECORDS_UNTOLD {
                self.progress.within_file(reader.position());
                untold = 0;
            }
        }
    }

    /// The header, when the rows below it can be read.
    fn header(&mut self, reader: &mut Reader<BufReader<File>>, record: &mut Record) -> Option<Header> {
        match reader.read(record) {
            Ok(true) => match Header::read(self.table, record) {
                Ok(header) => return Some(header),
                Err(errors) => {
                    for error in errors {
                        self.violations.note(self.file, 1, error);
                    }
                }
            },
            Ok(false) => {
                let error = malformed("the file is empty: its first line names the columns");
                self.violations.note(self.file, 1, error);
            }
            Err(fault) => {
                self.fault(record, &fault);
            }
        }
        None
    }

    /// Notes a fault; whether reading can go on after it.
    fn fault(&mut self, record: &Record, fault: &Fault) -> bool {
        let error = match fault {
            Fault::Io(error) => unreadable(&self.file.path, error),
            fault => malformed(fault.to_string()),
        };
        self.violations.note(self.file, record.line(), error);
        matches!(fault, Fault::StrayQuote | Fault::AfterQuote)
    }

    fn push(&mut self, header: &Header, record: &Record) -> Result<(), Error> {
        if record.len() != header.columns.len() {
            let (expected, found) = (header.columns.len(), record.len());
            return Err(malformed(format!("expected {expected} fields as in the header, found {found}")));
        }
        let mut values = vec![None; self.table.columns().len()];
        for (field, at) in record.iter().zip(&header.columns) {
            if let (Some(value), Some(column)) = (values.get_mut(*at), self.table.columns().get(*at)) {
                let read = |bytes| column.column_type().read_text(text(bytes)?);
                let given = field.map_or(Ok(Value::Null), read);
                *value = Some(given.map_err(|error| error.for_column(self.table.name(), column.name()))?);
            }
        }
        self.loader.push_values(self.table.id(), values).map_err(|error| super::copy(&error))
    }
}

/// Whether a record is an empty line: in a file of one column that is a null, in others nothing.
fn is_blank(record: &Record) -> bool {
    record.len() == 1 && record.iter().all(|field| field.is_none())
}

/// A field's bytes as the text they should be.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes)
        .map_err(|_| malformed(format!("this is no UTF-8: {:?}", String::from_utf8_lossy(bytes))))
}
