//! A small database that has something of everything, for targets to run documents on.
//!
//! Run a target from the project's folder with its seeds and the words of the documents:
//!
//! ```text
//! cargo +nightly fuzz run --sanitizer none json_query fuzz/corpus/json_query fuzz/seeds/json_query \
//!     -- -dict=fuzz/json.dict -max_total_time=60
//! ```

use relata::Database;
use relata::Error;
use relata::Schema;
use relata::json::{ErrorDocument, Limits, read};
use std::sync::OnceLock;

const SCHEMA: &str = include_str!("sample.schema.json");
const ROWS: &str = include_str!("sample.script.json");

/// A fork of the sample.
pub fn sample() -> Database {
    static SAMPLE: OnceLock<Database> = OnceLock::new();
    let build = || {
        let db = Database::new(Schema::from_json(SCHEMA).unwrap()).unwrap();
        let lines = db.run_json(ROWS).unwrap();
        assert!(!lines.contains("\"error\""), "{lines}");
        db
    };
    SAMPLE.get_or_init(build).fork()
}

/// Limits that keep a single run short.
pub fn limits() -> Limits {
    Limits::default().bytes(1 << 16).nodes(10_000).rows(2_000)
}

/// Answers are JSON.
pub fn assert_json(text: &str) {
    assert!(read(text, &Limits::none()).is_ok(), "{text}");
}

/// Errors can be shown in every form.
pub fn show(error: &Error) {
    assert!(!error.to_string().is_empty());
    assert!(!format!("{error:#} {error:?}").is_empty());
    assert_json(&serde_json::to_string(&ErrorDocument(error)).unwrap());
}
