//! Any bytes as a schema: a schema that can be read is written and read again the same, and one that
//! is valid makes a database.

#![no_main]

use libfuzzer_sys::fuzz_target;
use relata::json::utf8;
use relata::{Database, Schema, row};
use relata_fuzz::{assert_json, limits, show};

fuzz_target!(|bytes: &[u8]| {
    let limits = limits();
    let Ok(text) = utf8(bytes, &limits) else { return };
    let schema = match Schema::from_json(text) {
        Ok(schema) => schema,
        Err(error) => return show(&error),
    };
    let written = schema.to_json();
    assert_json(&written);
    assert_eq!(Schema::from_json(&written).unwrap(), schema);
    match Database::new(schema.clone()) {
        Ok(db) => {
            for table in &schema.tables {
                let _ = db.insert(&table.name, row! {});
                let _ = db.query(&table.name).all().unwrap();
            }
            assert_eq!(db.check(), []);
        }
        Err(error) => show(&error),
    }
});
