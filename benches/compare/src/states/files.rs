//! Saving and loading: Relata's files beside SQLite's serialise and its backup API.

use super::line::Line;
use super::{Folder, time};
use crate::relata::Relata;
use crate::sqlite::Sqlite;
use crate::workload::*;
use relata::Database;
use rusqlite::backup::Backup;
use rusqlite::{Connection, MAIN_DB, serialize};
use std::path::Path;
use std::time::Duration;

/// Measures, and compares what was loaded with what was saved.
pub fn lines(relata: &mut Relata, sqlite: &mut Sqlite, rounds: usize) -> Vec<Line> {
    let folder = Folder::new();
    let (ours, theirs) = (folder.path("relata"), folder.path("sqlite"));
    let db = relata.database().clone();
    let whole = sqlite.digest().unwrap();
    assert!(relata.digest().unwrap().agrees(&whole));

    let bytes = db.snapshot().to_bytes().unwrap();
    let image = serialized(&mut sqlite.db).to_vec();
    let sizes = [bytes.len(), image.len()];
    let found = vec![
        Line::both(
            "save to memory",
            rounds,
            || time(|| db.snapshot().to_bytes().unwrap()),
            || time(|| serialized(&mut sqlite.db)),
        ),
        Line::both(
            "save to a path",
            rounds,
            || time(|| db.save(&ours).unwrap()),
            || time(|| back_up(&sqlite.db, &theirs)),
        ),
        Line::both(
            "load from memory",
            rounds,
            || time(|| Database::from_bytes(&bytes).unwrap()),
            || time(|| deserialized(&image)),
        ),
        Line::both(
            "load from memory, both checked",
            rounds,
            || time(|| Database::from_bytes(&bytes).unwrap()),
            || time(|| checked(deserialized(&image))),
        ),
        Line::both(
            "load from a path",
            rounds,
            || time(|| Database::from_file(&ours).unwrap()),
            || time(|| restored(&theirs)),
        ),
    ];
    for loaded in [Database::from_bytes(&bytes).unwrap(), Database::from_file(&ours).unwrap()] {
        assert!(loaded.snapshot().to_bytes().unwrap() == bytes, "relata loads what it saved");
    }
    for loaded in [deserialized(&image), restored(&theirs)] {
        assert_eq!(Sqlite::over(loaded).digest().unwrap(), whole, "sqlite loads what it saved");
    }
    found.into_iter().map(|line| line.moving(sizes)).collect()
}

fn serialized(db: &mut Connection) -> serialize::Data<'_> {
    db.serialize(MAIN_DB).unwrap()
}

/// SQLite wants bytes that it allocated itself, so that a copy of them is part of loading.
fn deserialized(image: &[u8]) -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    db.deserialize_read_exact(MAIN_DB, image, image.len(), false).unwrap();
    db
}

/// Checked as far as Relata checks whatever it loads: pages, indexes, foreign keys.
fn checked(db: Connection) -> Connection {
    let found: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(found, "ok");
    assert!(!db.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
    db
}

/// To a new file, neither journaled nor synced.
pub fn back_up(db: &Connection, path: &Path) {
    _ = std::fs::remove_file(path);
    let mut to = Connection::open(path).unwrap();
    to.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;")
        .unwrap();
    copy(db, &mut to);
}

fn restored(path: &Path) -> Connection {
    let mut to = Connection::open_in_memory().unwrap();
    copy(&Connection::open(path).unwrap(), &mut to);
    to
}

fn copy(from: &Connection, to: &mut Connection) {
    Backup::new(from, to).unwrap().run_to_completion(i32::MAX, Duration::ZERO, None).unwrap();
}
