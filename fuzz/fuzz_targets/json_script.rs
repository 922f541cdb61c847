//! Any bytes as a script: every line an answer or an error, and all that must hold does after it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use relata::json::utf8;
use relata_fuzz::{assert_json, limits, sample, show};

fuzz_target!(|bytes: &[u8]| {
    let limits = limits();
    let Ok(text) = utf8(bytes, &limits) else { return };
    let db = sample();
    let before = db.snapshot();
    let count = before.query("posts").count().unwrap();
    match db.run_json_within(text, &limits) {
        Ok(lines) => lines.lines().for_each(assert_json),
        Err(error) => show(&error),
    }
    assert_eq!(db.check(), []);
    // What a script does shows in nothing that was there before.
    assert_eq!(before.query("posts").count().unwrap(), count);
});
