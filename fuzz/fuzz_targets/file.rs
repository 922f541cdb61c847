//! Any bytes as a saved database: as they are, and with the checksums that make them worth reading.

#![no_main]

use libfuzzer_sys::fuzz_target;
use relata::{Database, Schema};
use relata_fuzz::show;
use seal::{blocks, seal};

#[path = "../../tests/files/seal.rs"]
mod seal;

fuzz_target!(|bytes: &[u8]| {
    for file in [bytes.to_vec(), seal(&blocks(bytes))] {
        let db = match Database::from_bytes(&file) {
            Ok(db) => db,
            Err(error) => {
                show(&error);
                continue;
            }
        };
        assert_eq!(db.check(), []);
        let saved = db.snapshot().to_bytes().unwrap();
        let schema = Schema::from_saved(&saved).unwrap();
        let again = Database::builder(schema).build_from_bytes(&saved).unwrap();
        assert_eq!(again.snapshot().to_bytes().unwrap(), saved);
    }
});
