//! Any bytes as comma-separated values: records or faults, each with its line, and what the usual reader
//! reads where the two agree by design.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../cli/src/csv/read.rs"]
mod read;
#[path = "../../cli/src/csv/write.rs"]
mod write;

use read::{Fault, Reader, Record};
use write::write_record;

/// How many bytes a record may have.
const RECORD_MAX: usize = 1 << 12;

type Fields = Vec<Option<Vec<u8>>>;

fuzz_target!(|bytes: &[u8]| {
    let Some(records) = all_of(bytes) else { return };
    same_as_usual(bytes, &records);
    // What is written is read as it was, nulls and empty texts told apart.
    let mut written = Vec::new();
    for record in &records {
        let fields = record.iter().map(|field| field.as_ref().map(|field| std::str::from_utf8(field)));
        let Ok(fields) = fields.map(Option::transpose).collect::<Result<Vec<_>, _>>() else { return };
        if fields == [None] || fields.first().is_some_and(|field| field.is_some_and(starts_with_mark)) {
            return;
        }
        write_record(&mut written, fields).unwrap();
    }
    if written.len() < RECORD_MAX {
        assert_eq!(all_of(&written), Some(records));
    }
});

fn starts_with_mark(text: &str) -> bool {
    text.starts_with('\u{feff}')
}

/// All records; `None` where one is refused. Reading goes on after a fault, line by line up to the end.
fn all_of(bytes: &[u8]) -> Option<Vec<Fields>> {
    let (mut reader, mut record) = (Reader::new(bytes, RECORD_MAX), Record::default());
    let (mut records, mut sound, mut line) = (Vec::new(), true, 0);
    loop {
        match reader.read(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                assert_eq!(record.iter().count(), record.len());
                records.push(record.iter().map(|field| field.map(<[u8]>::to_vec)).collect());
            }
            Err(fault) => {
                assert!(!matches!(fault, Fault::Io(_)) && !fault.to_string().is_empty());
                sound = false;
            }
        }
        assert!(record.line() > line);
        line = record.line();
    }
    assert_eq!(reader.position(), bytes.len() as u64);
    sound.then_some(records)
}

/// By design the two differ in empty lines and carriage returns without a line feed.
fn same_as_usual(bytes: &[u8], records: &[Fields]) {
    let lone = |at: usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    if records.iter().any(|record| record.as_slice() == [None]) || (0..bytes.len()).any(lone) {
        return;
    }
    let mut usual = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let usual: Vec<Vec<Vec<u8>>> =
        usual.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
    let ours: Vec<Vec<Vec<u8>>> = records
        .iter()
        .map(|record| record.iter().map(|field| field.clone().unwrap_or_default()).collect())
        .collect();
    assert_eq!(ours, usual);
}
