//! What happened to a file on its way: every flipped bit and every missing end is noticed.
//!
//! `RELATA_DAMAGE_FILES` sets how many files are damaged in every way there is.

use crate::common::kind;
use crate::random::numbered;
use relata::{Database, Error};

fn files() -> u64 {
    std::env::var("RELATA_DAMAGE_FILES").ok().and_then(|text| text.parse().ok()).unwrap_or(7)
}

#[track_caller]
fn refused(bytes: &[u8]) -> Error {
    let error = Database::from_bytes(bytes).unwrap_err();
    assert_eq!(kind(&error), "corrupt", "{error}");
    error
}

#[test]
fn every_flipped_bit_is_refused() {
    for file in 0..files() {
        let mut bytes = numbered(file).snapshot().to_bytes().unwrap();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            refused(&bytes);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(Database::from_bytes(&bytes).is_ok());
    }
}

#[test]
fn every_truncation_is_refused_and_so_is_whatever_comes_after_the_end() {
    for file in 0..files() {
        let mut bytes = numbered(file).snapshot().to_bytes().unwrap();
        for end in 0..bytes.len() {
            refused(&bytes[..end]);
        }
        bytes.push(0);
        refused(&bytes);
    }
}

#[test]
fn a_refusal_names_the_part_and_the_place() {
    let bytes = numbered(0).snapshot().to_bytes().unwrap();
    let after = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        refused(&bytes).to_string()
    };
    let end = bytes.len();
    assert_eq!(refused(b"").to_string(), "corrupt file: header at byte 0: it isn't a saved database");
    assert_eq!(
        refused(b"{\"tables\": {\"t\": {\"columns\": {}}}}").to_string(),
        "corrupt file: header at byte 0: it isn't a saved database"
    );
    assert_eq!(refused(&bytes[..20]).to_string(), "corrupt file: header at byte 0: it ends after 20 bytes");
    assert_eq!(
        after(&|bytes| bytes[8] = 2),
        "corrupt file: header at byte 8: it is of format 2, and this build reads format 1"
    );
    assert_eq!(
        after(&|bytes| bytes[9] = 3),
        "corrupt file: header at byte 8: it is of format 769, and this build reads format 1"
    );
    assert_eq!(after(&|bytes| bytes[20] ^= 1), "corrupt file: header at byte 28: its checksum doesn't hold");
    assert_eq!(
        after(&|bytes| bytes[50] ^= 1),
        "corrupt file: block at byte 32: its checksum doesn't hold, or bytes are missing"
    );
    assert_eq!(
        after(&|bytes| bytes[end - 24] ^= 1),
        format!(
            "corrupt file: total length at byte {}: it isn't the number of bytes there are, {end}",
            end - 24
        )
    );
    assert_eq!(
        after(&|bytes| bytes[end - 1] ^= 1),
        format!("corrupt file: whole file at byte {}: its checksum doesn't hold", end - 16)
    );
}
