//! `relata run`: a line for each statement.

use crate::support::{Folder, Run, relata_with};

/// Runs a script on an empty library.
fn script(more: &[&str], text: &str) -> Run {
    let folder = Folder::new(&[]);
    let schema = folder.text("schema.json");
    let mut args = vec!["run", "--schema", &schema];
    args.extend(more);
    args.push("-");
    relata_with(text, &args)
}

const SCRIPT: &str = r#"
{"insert": "authors", "values": {"name": "Frank"}}
{"insert": "books", "values": {"id": 1, "title": "Dune", "author_id": 7}}
{"count": "authors"}
"#;

#[test]
fn every_statement_is_answered_on_a_line_and_an_error_doesnt_end_the_script() {
    let lines = script(&[], SCRIPT).ok();
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines[0], r#"{"result":{"id":1,"name":"Frank","born":null,"motto":null}}"#);
    assert!(
        lines[1].starts_with(r#"{"error":{"kind":"foreign_key_violation","table":"books","#),
        "{}",
        lines[1]
    );
    assert_eq!(lines[2], r#"{"result":1}"#);
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_strict_script_stops_at_the_first_error() {
    let run = script(&["--strict"], SCRIPT);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 2));
    assert!(run.stderr.starts_with("error: standard input:3: books.author_id = 7 "), "{}", run.stderr);
}

#[test]
fn a_script_that_cant_be_read_fails_though_its_other_statements_run() {
    let run = script(&[], "{\"count\": \"books\"}\n{\"count\" \"books\"}\n{\"check\": true}\n");
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines[0], r#"{"result":0}"#);
    assert!(lines[1].contains(r#""kind":"parse""#), "{}", lines[1]);
    assert_eq!(lines[2], r#"{"result":{"violations":[]}}"#);
    assert_eq!(run.code, 1);
    assert!(run.stderr.starts_with("error: standard input:2: the script can't be read"), "{}", run.stderr);
}

#[test]
fn a_script_may_be_a_list_in_a_file_and_start_from_data() {
    let folder = Folder::library();
    let text = r#"[{"delete": "books", "where": {"author": {"name": "Frank"}}}, {"count": "books"}]"#;
    std::fs::write(folder.path("script.json"), text).unwrap();
    let lines = folder.relata("run", &[&folder.text("script.json")]).ok();
    assert_eq!(lines, "{\"result\":1}\n{\"result\":2}\n");
}

#[test]
fn an_empty_script_says_nothing() {
    assert_eq!(script(&[], " \n").ok(), "");
}

#[test]
fn a_script_of_too_many_bytes_isnt_begun() {
    let why = script(&["--limit-bytes", "2000"], &SCRIPT.repeat(20)).refused();
    assert!(why.contains("the limit `bytes`"), "{why}");
}

#[test]
fn a_script_that_ends_inside_a_transaction_rolls_back_and_says_so() {
    let insert = r#"{"insert": "authors", "values": {"name": "Frank"}}"#;
    let run = script(&[], &format!("{{\"begin\": true}}\n{insert}\n{{\"count\": \"authors\"}}\n"));
    assert!(run.stdout.starts_with("{\"result\":true}\n"), "{}", run.stdout);
    assert!(run.stdout.ends_with("{\"result\":1}\n"), "{}", run.stdout);
    let note = "standard input: the script ended inside a transaction, which was rolled back\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, note));
    let run = script(&["--strict"], "{\"begin\": true}\n{\"begin\": true}\n{\"commit\": true}\n");
    assert_eq!((run.code, run.stdout.lines().count()), (1, 2));
    assert!(run.stderr.starts_with(note) && run.stderr.contains("is open already"), "{}", run.stderr);
    let done = script(&[], &format!("{{\"begin\": true}} {insert} {{\"commit\": true}}")).ok();
    assert!(done.ends_with("{\"result\":true}\n"), "{done}");
}
