//! How much memory refusing a file takes. Alone in its process: the counter counts all threads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "model/mod.rs"]
mod model;
#[path = "files/random.rs"]
mod random;
#[path = "files/seal.rs"]
mod seal;

use peak_alloc::PeakAlloc;
use random::numbered;
use relata::{Column, Database, Schema, Table, row};
use seal::{blocks, seal};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// A few less than the parts that a schema in a file may have.
const PARTS: usize = 24_900;

/// Asserts that these bytes are refused within twice their number and 16 MiB, their own included.
#[track_caller]
fn refused(bytes: &[u8]) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let error = Database::from_bytes(bytes).map(|_| ()).unwrap_err();
    let taken = ALLOCATOR.peak_usage().saturating_sub(before) + bytes.len();
    assert!(taken <= 2 * bytes.len() + (16 << 20), "{taken} for {} bytes: {error}", bytes.len());
}

/// Damages that are spread over a file.
fn damage(bytes: &[u8], ways: usize) {
    let mut damaged = bytes.to_vec();
    for way in 0..ways {
        let bit = bytes.len() * 8 / ways * way;
        damaged[bit / 8] ^= 1 << (bit % 8);
        refused(&damaged);
        damaged[bit / 8] ^= 1 << (bit % 8);
        refused(&bytes[..bit / 8]);
    }
}

/// A varint of bincode that takes nine bytes, in place of a smaller one at the same place.
fn huge(number: u64) -> Vec<u8> {
    [&[253][..], &number.to_le_bytes()].concat()
}

/// Schemas of about as many parts as a file may have, of each kind of part.
fn crowded() -> [String; 4] {
    let many = |count: usize, part: fn(usize) -> String| (0..count).map(part).collect::<Vec<_>>().join(",");
    let table = |rest: String| {
        format!(r#"{{"tables":{{"t":{{"columns":{{"a":{{"type":"int"}}}},"primaryKey":["a"]{rest}}}}}"#)
    };
    let tables = many(PARTS / 4, |at| format!(r#""{at}":{{"columns":{{"a":{{"type":"int"}}}}}}"#));
    let columns = many(PARTS / 2, |at| format!(r#""{at}":{{"type":"int"}}"#));
    let relations = many(PARTS / 6, |at| format!(r#""{at}":{{"one":"t","from":["a"],"to":["a"]}}"#));
    let indexes = many(PARTS / 2 - 9, |_| r#"["a"]"#.to_owned());
    [
        format!(r#"{{"tables":{{{tables}}}}}"#),
        format!(r#"{{"tables":{{"t":{{"columns":{{{columns}}}}}}}}}"#),
        format!(r#"{},"relations":{{"t":{{{relations}}}}}}}"#, table(String::new())),
        format!("{}}}", table(format!(r#","indexes":[{indexes}]"#))),
    ]
}

#[test]
fn refusing_a_file_takes_no_more_than_twice_its_bytes_and_a_little() {
    for file in 0..100 {
        damage(&numbered(file).snapshot().to_bytes().unwrap(), 64);
    }
    let table = Table::new("t")
        .column(Column::integer("id").generated())
        .column(Column::text("text").nullable())
        .column(Column::bytes("bytes"))
        .primary_key(["id"]);
    let db = Database::new(Schema::new().table(table)).unwrap();
    let row = |at: usize| row! { text: "x".repeat(at % 40), bytes: vec![0; 3] };
    db.insert_many("t", (0..60_000).map(row).collect()).unwrap();
    let whole = db.snapshot().to_bytes().unwrap();
    damage(&whole, 64);
    // Lengths and numbers of rows that promise more than there is, under checksums that hold.
    let whole = blocks(&whole);
    for number in [1 << 20, 1 << 31, u64::from(u32::MAX) - 2, 1 << 40, u64::MAX] {
        for (block, at, width) in
            [(0, 0, 3), (1, 2, 3), (2, 0, 3), (3, 0, 3), (3, 4, 3), (4, 0, 3), (4, 4, 3)]
        {
            let mut blocks = whole.clone();
            blocks[block].splice(at..at + width, huge(number));
            refused(&seal(&blocks));
        }
    }
    // A document of very many parts costs a limit and not memory.
    let document = format!("[{}0]", "0,".repeat(2 << 20));
    let length = (document.len() as u32).to_le_bytes();
    refused(&seal(&[[&[252][..], &length, document.as_bytes()].concat()]));
    // Sound schemas of very many small parts, refused for what comes after them.
    for document in crowded() {
        let db = Database::new(Schema::from_json(&document).unwrap()).unwrap();
        let mut blocks = blocks(&db.snapshot().to_bytes().unwrap());
        blocks.push(Vec::new());
        refused(&seal(&blocks));
    }
    // Rows that are refused when all of them are there.
    let mut last = whole;
    let ids = last.iter().rposition(|block| block.len() > 8 && block[3] == 0 && block[4] == 0).unwrap_or(2);
    let end = last[ids].len();
    last[ids].copy_within(end - 16..end - 8, end - 8);
    refused(&seal(&last));
}
