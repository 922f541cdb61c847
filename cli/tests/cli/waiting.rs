//! What somebody sees who waits at a terminal.
#![cfg(target_os = "linux")]

use crate::support::Folder;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// Longer than what is over too soon to be shown.
const LATE: Duration = Duration::from_millis(1300);

/// A pipe that is given its text late; `None` where none can be made.
fn slow(path: PathBuf, text: Vec<u8>) -> Option<()> {
    if !Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()) {
        println!("skipped: there is no `mkfifo` to make a slow file");
        return None;
    }
    // Left behind when nobody reads.
    thread::spawn(move || -> std::io::Result<()> {
        // Opened as soon as somebody reads, who then waits.
        let mut pipe = std::fs::File::options().write(true).open(path)?;
        thread::sleep(LATE);
        pipe.write_all(&text)
    });
    Some(())
}

/// What the command shows at a terminal; `None` where none can be made.
fn at_a_terminal(args: &[&str]) -> Option<String> {
    let words = [env!("CARGO_BIN_EXE_relata")].into_iter().chain(args.iter().copied());
    let line = words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let Ok(child) = command.spawn() else {
        println!("skipped: there is no `script` to make a terminal");
        return None;
    };
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}");
    Some(shown)
}

#[test]
fn how_far_the_loading_of_a_folder_is() {
    let folder = Folder::new(&[("authors.csv", "name\nFrank\n")]);
    let rows: String = (0..2000).map(|id| format!("{id},Title\n")).collect();
    let books = format!("id,title\n{rows}").into_bytes();
    let Some(()) = slow(folder.path("data/books.csv"), books) else { return };
    let (schema, data) = (folder.text("schema.json"), folder.text("data"));
    let args = ["query", "--schema", &schema, "--data", &data, r#"{"count": "books"}"#];
    let Some(shown) = at_a_terminal(&args) else { return };
    assert!(shown.contains("loading") && shown.contains("checking"), "{shown:?}");
    // The bar is taken away before the answer.
    assert!(shown.ends_with("2000\r\n"), "{shown:?}");
}

#[test]
fn how_far_the_reading_of_a_saved_file_is() {
    let folder = Folder::library();
    let file = folder.text("library.relata");
    assert_eq!(folder.relata("save", &[&file]).ok(), "");
    let bytes = std::fs::read(Path::new(&file)).unwrap();
    let Some(()) = slow(folder.path("slow.relata"), bytes) else { return };
    let Some(shown) = at_a_terminal(&["load", &folder.text("slow.relata")]) else { return };
    assert!(shown.contains("loading"), "{shown:?}");
    assert!(shown.contains("2 tables, 2 relations, 5 rows"), "{shown:?}");
}

#[test]
fn nothing_where_it_is_over_soon_or_nobody_waits() {
    let folder = Folder::library();
    let (schema, data) = (folder.text("schema.json"), folder.text("data"));
    let args = ["query", "--schema", &schema, "--data", &data, r#"{"count": "books"}"#];
    let Some(shown) = at_a_terminal(&args) else { return };
    assert_eq!(shown, "3\r\n");
}
