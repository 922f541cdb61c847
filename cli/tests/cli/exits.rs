//! Exit codes, and what goes to which stream.

use crate::support::{Folder, command, relata, relata_with};
use std::io::Read;

#[test]
fn a_command_line_that_cant_be_understood_exits_with_2() {
    for args in [&["qurey"][..], &["query"], &["check", "--schema"], &["demo", "--color", "perhaps"]] {
        let run = relata(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.starts_with("error:"), "{}", run.stderr);
    }
}

#[test]
fn standard_input_for_two_things_is_a_usage_error() {
    let run = relata_with("{}", &["run", "--schema", "-", "-"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("read only once"), "{}", run.stderr);
}

#[test]
fn help_leads_with_examples() {
    for args in [
        &["--help"][..],
        &["query", "--help"],
        &["run", "-h"],
        &["check", "-h"],
        &["save", "-h"],
        &["load", "-h"],
        &["demo", "-h"],
    ] {
        let help = relata(args).ok();
        let (examples, usage) = (help.find("Example"), help.find("Usage:"));
        assert!(examples.is_some() && examples < usage, "{help}");
    }
}

#[test]
fn a_file_that_isnt_there_is_named() {
    let why = relata(&["check", "--schema", "/nowhere/shop.json"]).refused();
    assert_eq!(why, "error: /nowhere/shop.json: no such file or directory\n");
}

#[test]
fn every_mistake_of_a_schema_is_listed() {
    let schema = r#"{"tables": {
        "users": {"columns": {"id": {"type": "integr"}}, "primaryKey": ["ident"]},
        "posts": {"columns": {"id": {"type": "integer", "nulable": true}}}}}"#;
    let run = relata_with(schema, &["check", "--schema", "-"]);
    let why = run.refused();
    assert!(why.contains("standard input"), "{why}");
    for part in ["did you mean `integer`?", "did you mean `nullable`?"] {
        assert!(why.contains(part), "{part} in {why}");
    }
    let schema = schema.replace("integr\"", "integer\"").replace("nulable", "nullable");
    let why = relata_with(&schema, &["check", "--schema", "-"]).refused();
    assert!(why.contains("no column `ident` on `users`"), "{why}");
}

#[test]
fn a_schema_that_is_no_json_says_where() {
    let why = relata_with("{\"tables\":\n  oops}", &["check", "--schema", "-"]).refused();
    assert!(why.contains("at: 2:3"), "{why}");
}

#[test]
fn a_schema_may_come_in_parts() {
    let folder = Folder::new(&[]);
    let more = r#"{"tables": {"shelves": {"columns": {"id": {"type": "integer"}}}}}"#;
    std::fs::write(folder.path("more.json"), more).unwrap();
    let (schema, more) = (folder.text("schema.json"), folder.text("more.json"));
    let ok = relata(&["check", "--schema", &schema, "--schema", &more]).ok();
    assert_eq!(ok, "ok: 3 tables, 2 relations\n");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new(&[]);
    let rows: String = (0..50_000).map(|id| format!("{id},a name that takes up some room\n")).collect();
    std::fs::write(folder.path("data/authors.csv"), format!("id,name\n{rows}")).unwrap();
    let (schema, data) = (folder.text("schema.json"), folder.text("data"));
    let query = r#"{"findMany": "authors"}"#;
    let mut child = command(&["query", "--schema", &schema, "--data", &data, query]).spawn().unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let folder = Folder::library();
    assert!(!relata(&["demo"]).ok().contains('\x1b'));
    assert!(relata(&["demo", "--color", "always"]).ok().contains('\x1b'));
    let error = folder.relata("query", &["--color", "always", "{}"]).refused();
    assert!(error.starts_with("\x1b["), "{error}");
}

#[test]
fn completions_name_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(relata(&["completions", shell]).ok().contains("schema"), "{shell}");
    }
}
