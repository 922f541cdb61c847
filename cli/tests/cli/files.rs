//! Saved files: `relata save`, `relata load`, and `--file` in place of a folder.

use crate::support::{Folder, command, relata, relata_with};
use std::io::Write;

/// A library with rows, saved as `library.relata`.
fn saved() -> (Folder, String) {
    let folder = Folder::library();
    let file = folder.text("library.relata");
    assert_eq!(folder.relata("save", &[&file]).ok(), "");
    (folder, file)
}

#[test]
fn what_is_saved_is_told_and_asked() {
    let (_folder, file) = saved();
    assert_eq!(
        relata(&["load", &file]).ok(),
        "ok: 2 tables, 2 relations, 5 rows\n  authors  2 rows\n  books    3 rows\n"
    );
    assert_eq!(relata(&["check", "--file", &file]).ok(), "ok: 2 tables, 2 relations, 5 rows\n");
    let query = r#"{"findMany": "books", "columns": ["title"], "with": {"author": {"columns": ["name"]}}, "limit": 1}"#;
    assert_eq!(
        relata(&["query", "--file", &file, query]).ok(),
        "[{\"title\":\"Dune\",\"author\":{\"name\":\"Frank\"}}]\n"
    );
}

#[test]
fn a_script_starts_from_a_file_and_its_outcome_is_saved() {
    let (folder, file) = saved();
    let out = folder.text("after.relata");
    let script = r#"{"insert": "authors", "values": {"name": "Ann"}} {"delete": "books", "all": true}"#;
    let lines = relata_with(script, &["run", "--file", &file, "--save", &out, "-"]).ok();
    assert!(lines.starts_with("{\"result\":{\"id\":3,\"name\":\"Ann\""), "{lines}");
    let told = |file: &str| relata(&["load", file]).ok();
    assert!(told(&out).ends_with("authors  3 rows\n  books    0 rows\n"), "{}", told(&out));
    assert!(told(&file).ends_with("authors  2 rows\n  books    3 rows\n"), "{}", told(&file));
}

#[test]
fn a_script_that_stops_saves_nothing() {
    let (folder, file) = saved();
    let out = folder.text("after.relata");
    let script = r#"{"delete": "books", "all": true} {"delete": "shelves", "all": true}"#;
    let run = relata_with(script, &["run", "--strict", "--file", &file, "--save", &out, "-"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!folder.path("after.relata").exists());
    let run = relata_with(script, &["run", "--file", &file, "--save", &out, "-"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(folder.path("after.relata").exists());
}

#[test]
fn a_file_goes_through_pipes() {
    let (folder, file) = saved();
    let (schema, data) = (folder.text("schema.json"), folder.text("data"));
    let output = command(&["save", "--schema", &schema, "--data", &data, "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, std::fs::read(&file).unwrap());
    let mut child = command(&["load", "-"]).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&output.stdout).unwrap();
    let told = child.wait_with_output().unwrap();
    assert!(told.stdout.starts_with(b"ok: 2 tables"), "{told:?}");
}

#[test]
fn a_file_is_compared_with_the_schema_that_is_given() {
    let (folder, file) = saved();
    let schema = folder.text("schema.json");
    assert!(relata(&["load", "--schema", &schema, &file]).ok().starts_with("ok: "));
    let text = std::fs::read_to_string(&schema).unwrap();
    let newer = text.replace("\"motto\": {", "\"likes\": {\"type\": \"int\", \"default\": 0}, \"motto\": {");
    std::fs::write(folder.path("newer.json"), &newer).unwrap();
    let out = folder.text("newer.relata");
    relata(&["save", "--schema", &folder.text("newer.json"), "--file", &file, &out]).ok();
    let query = r#"{"findFirst": "authors", "columns": ["name", "likes"]}"#;
    assert_eq!(relata(&["query", "--file", &out, query]).ok(), "{\"name\":\"Frank\",\"likes\":0}\n");
    let other = text.replace("\"year\": {\"type\": \"int\"", "\"year\": {\"type\": \"integer\"");
    std::fs::write(folder.path("other.json"), other).unwrap();
    let why = relata(&["load", "--schema", &folder.text("other.json"), &file]).refused();
    assert_eq!(
        why,
        format!(
            "error: {file}: the file was written for another schema: books.year int -> integer\n    help: load it with the schema it has, and copy what is needed\n"
        )
    );
}

#[test]
fn a_broken_file_is_named_with_the_place() {
    let (folder, file) = saved();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[40] ^= 4;
    std::fs::write(folder.path("broken.relata"), &bytes).unwrap();
    let broken = folder.text("broken.relata");
    let why = relata(&["check", "--file", &broken]).refused();
    let place = "block at byte 32: its checksum doesn't hold, or bytes are missing";
    assert_eq!(why, format!("error: {broken}: corrupt file: {place}\n"));
    let schema = folder.text("schema.json");
    let why = relata(&["load", &schema]).refused();
    assert!(why.contains("it isn't a saved database"), "{why}");
    let why = relata(&["load", "/nowhere/a.relata"]).refused();
    assert_eq!(why, "error: /nowhere/a.relata: no such file or directory\n");
}

#[test]
fn a_save_that_fails_leaves_what_was_there() {
    let (folder, file) = saved();
    let before = std::fs::read(&file).unwrap();
    std::fs::write(folder.path("data/books.csv"), "id\nx\n").unwrap();
    folder.relata("save", &[&file]).refused();
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let library = Folder::library();
    let why = library.relata("save", &["/nowhere/a.relata"]).refused();
    assert!(why.starts_with("error: /nowhere/a.relata: "), "{why}");
}

#[test]
fn a_file_and_a_folder_together_are_a_usage_error() {
    let (folder, file) = saved();
    let run = folder.relata("query", &["--file", &file, "{}"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_eq!(relata(&["query", "{}"]).code, 2);
    assert_eq!(relata(&["save", "--schema", "s.json"]).code, 2);
}
