//! Any bytes as a query: answered or refused, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use relata::json::{Request, utf8};
use relata_fuzz::{assert_json, limits, sample, show};

fuzz_target!(|bytes: &[u8]| {
    let limits = limits();
    let text = match utf8(bytes, &limits) {
        Ok(text) => text,
        Err(error) => return show(&error),
    };
    let db = sample();
    match db.query_json_within(text, &limits) {
        Ok(answer) => assert_json(&answer),
        Err(error) => show(&error),
    }
    if let Ok(Request::FindMany(query)) = Request::parse(&db.catalog(), text, &limits) {
        let _ = query.on(&db.snapshot()).explain();
    }
});
