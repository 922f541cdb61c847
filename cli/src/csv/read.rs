//! Records out of bytes.

use memchr::memchr;
use std::fmt;
use std::io::{self, BufRead, Read};

/// Reads records one at a time. A record that is refused doesn't end the file: the next one begins
/// on the next line.
pub(crate) struct Reader<R> {
    input: R,
    /// The lines of the record that is being read.
    raw: Vec<u8>,
    /// How many lines have been read.
    lines: u64,
    /// How many bytes have been read.
    bytes: u64,
    /// How many bytes a record may have.
    record_bytes_max: usize,
}

/// The fields of a record.
#[derive(Debug, Default)]
pub(crate) struct Record {
    bytes: Vec<u8>,
    fields: Vec<Field>,
    line: u64,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    end: usize,
    quoted: bool,
}

/// Why there is no record.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A quote inside a field that doesn't begin with one.
    StrayQuote,
    /// Something between the end of a quoted field and the next comma.
    AfterQuote,
    /// A quoted field that doesn't end.
    OpenQuote,
    /// More bytes than a record may have.
    TooLong(usize),
    /// The file couldn't be read on.
    Io(io::Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::StrayQuote => {
                f.write_str("a quote inside an unquoted field: quote the field and double the quote")
            }
            Fault::AfterQuote => {
                f.write_str("text after a closing quote: double the quotes inside a quoted field")
            }
            Fault::OpenQuote => f.write_str("a quote is opened here and never closed"),
            Fault::TooLong(max) => write!(f, "a record of more than {max} bytes: is a quote left open?"),
            Fault::Io(error) => error.fmt(f),
        }
    }
}

impl Record {
    /// The line it begins in, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The fields: `None` for one that is empty and not quoted.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let starts = std::iter::once(0).chain(self.fields.iter().map(|field| field.end));
        starts.zip(&self.fields).map(|(start, field)| {
            let bytes = self.bytes.get(start..field.end).unwrap_or_default();
            (field.quoted || !bytes.is_empty()).then_some(bytes)
        })
    }

    fn push(&mut self, quoted: bool) {
        self.fields.push(Field { end: self.bytes.len(), quoted });
    }
}

impl<R: BufRead> Reader<R> {
    pub(crate) fn new(input: R, record_bytes_max: usize) -> Reader<R> {
        Reader { input, raw: Vec::new(), lines: 0, bytes: 0, record_bytes_max }
    }

    /// How many bytes have been read.
    pub(crate) fn position(&self) -> u64 {
        self.bytes
    }

    /// Puts the next record into `record`; `false` at the end. The record's line is right after a
    /// fault too.
    pub(crate) fn read(&mut self, record: &mut Record) -> Result<bool, Fault> {
        record.bytes.clear();
        record.fields.clear();
        record.line = self.lines + 1;
        self.raw.clear();
        if !self.next_line()? {
            return Ok(false);
        }
        let mut at = if self.lines == 1 && self.raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        while let Some(next) = self.field(record, at)? {
            at = next;
        }
        Ok(true)
    }

    /// Reads one line more of this record; `false` at the end of the file.
    fn next_line(&mut self) -> Result<bool, Fault> {
        let left = self.record_bytes_max.saturating_sub(self.raw.len());
        let most = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(1);
        let read = (&mut self.input).take(most).read_until(b'\n', &mut self.raw).map_err(Fault::Io)?;
        self.bytes += read as u64;
        self.lines += u64::from(read > 0);
        if self.raw.len() > self.record_bytes_max {
            return Err(Fault::TooLong(self.record_bytes_max));
        }
        Ok(read > 0)
    }

    /// Reads the field that begins at `at`; gives where the next one begins, if one does.
    fn field(&mut self, record: &mut Record, at: usize) -> Result<Option<usize>, Fault> {
        if self.raw.get(at) == Some(&b'"') {
            return self.quoted_field(record, at + 1);
        }
        let rest = self.raw.get(at..).unwrap_or_default();
        let rest = rest.strip_suffix(b"\n").unwrap_or(rest);
        let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
        let comma = memchr(b',', rest);
        let field = rest.get(..comma.unwrap_or(rest.len())).unwrap_or_default();
        if memchr(b'"', field).is_some() {
            return Err(Fault::StrayQuote);
        }
        record.bytes.extend_from_slice(field);
        record.push(false);
        Ok(comma.map(|comma| at + comma + 1))
    }

    /// As [`Reader::field`], for what stands behind an opening quote.
    fn quoted_field(&mut self, record: &mut Record, mut at: usize) -> Result<Option<usize>, Fault> {
        loop {
            let rest = self.raw.get(at..).unwrap_or_default();
            let Some(quote) = memchr(b'"', rest) else {
                record.bytes.extend_from_slice(rest);
                at = self.raw.len();
                if !self.next_line()? {
                    return Err(Fault::OpenQuote);
                }
                continue;
            };
            record.bytes.extend_from_slice(rest.get(..quote).unwrap_or_default());
            at += quote + 1;
            if self.raw.get(at) != Some(&b'"') {
                break;
            }
            record.bytes.push(b'"');
            at += 1;
        }
        record.push(true);
        match self.raw.get(at..).unwrap_or_default() {
            b"" | b"\n" | b"\r\n" | b"\r" => Ok(None),
            [b',', ..] => Ok(Some(at + 1)),
            _ => Err(Fault::AfterQuote),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Fields = Vec<Option<String>>;

    /// Every record with its line, or the fault there.
    fn read_all(text: &str) -> Vec<(u64, Result<Fields, String>)> {
        let mut reader = Reader::new(text.as_bytes(), 1000);
        let mut record = Record::default();
        let mut out = Vec::new();
        loop {
            let fields = |record: &Record| {
                record.iter().map(|field| field.map(|f| String::from_utf8_lossy(f).into_owned())).collect()
            };
            match reader.read(&mut record) {
                Ok(false) => return out,
                Ok(true) => out.push((record.line(), Ok(fields(&record)))),
                Err(fault) => out.push((record.line(), Err(fault.to_string()))),
            }
        }
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn an_empty_field_is_null_and_a_quoted_one_is_text() {
        assert_eq!(read_all("a,,\"\",\n"), [(1, Ok(vec![some("a"), None, some(""), None]))]);
        assert_eq!(read_all("\"\"\n\n"), [(1, Ok(vec![some("")])), (2, Ok(vec![None]))]);
    }

    #[test]
    fn a_record_knows_the_line_it_begins_in() {
        let records = read_all("\u{feff}a,b\r\n\"x\ny\",\"say \"\"hi\"\"\"\r\nlast,1");
        assert_eq!(
            records,
            [
                (1, Ok(vec![some("a"), some("b")])),
                (2, Ok(vec![some("x\ny"), some("say \"hi\"")])),
                (4, Ok(vec![some("last"), some("1")])),
            ]
        );
    }

    #[test]
    fn broken_quotes_are_refused_and_reading_goes_on() {
        let records = read_all("5\" pipe\n\"a\"b\nfine\n\"open\nfor ever");
        let lines: Vec<_> = records.iter().map(|(line, record)| (*line, record.is_ok())).collect();
        assert_eq!(lines, [(1, false), (2, false), (3, true), (4, false)]);
    }

    #[test]
    fn a_record_has_a_limit() {
        let long = format!("\"{}\n{}\"", "x".repeat(600), "y".repeat(600));
        assert!(read_all(&long)[0].1.as_ref().is_err_and(|fault| fault.contains("1000 bytes")));
    }

    proptest! {
        /// The two readers agree on whatever the usual writer writes.
        #[test]
        fn the_csv_crate_reads_the_same(
            records in prop::collection::vec(prop::collection::vec("[ab ,\"\n\r]{0,5}", 3), 1..8)
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for record in &records {
                writer.write_record(record).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let ours: Vec<Vec<String>> = read_all(&text)
                .into_iter()
                .map(|(_, fields)| fields.unwrap().into_iter().map(Option::unwrap_or_default).collect())
                .collect();
            prop_assert_eq!(&ours, &records);
        }

        /// What is written is read as it was, nulls and empty texts told apart.
        #[test]
        fn what_is_written_is_read_again(
            records in prop::collection::vec(
                prop::collection::vec(prop::option::of("[ab ,\"\n\r]{0,5}"), 1..4), 1..8)
        ) {
            let mut text = Vec::new();
            for record in &records {
                super::super::write_record(&mut text, record.iter().map(Option::as_deref)).unwrap();
            }
            let read = read_all(std::str::from_utf8(&text).unwrap());
            let fields: Vec<_> = read.into_iter().map(|(_, fields)| fields.unwrap()).collect();
            prop_assert_eq!(fields, records);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a,\"\r\n]{0,40}") {
            read_all(&text);
        }
    }
}
