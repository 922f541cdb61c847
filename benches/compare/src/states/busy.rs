//! Reads alone and beside a thread that writes without a pause, one row a transaction.
//!
//! A read is a state of its own and one row by key: a snapshot in Relata, a transaction of one prepared
//! statement in SQLite.

use super::files::back_up;
use super::line::Line;
use super::{Folder, fresh, time};
use crate::relata::{Relata, comment};
use crate::sqlite::Sqlite;
use crate::workload::*;
use relata::Database;
use rusqlite::{Connection, config::DbConfig, params};
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

const LOOKS: usize = 100_000;
/// More than a writer gets done.
const WRITES: usize = 3_000_000;
/// A reader beside a writer takes states in WAL, in a file that is memory.
const PRAGMAS: &str = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY;
    PRAGMA foreign_keys=ON; PRAGMA mmap_size=2147418112; PRAGMA cache_size=-1000000;";

pub fn lines(relata: &Relata, sqlite: &Sqlite, d: &Data, rounds: usize) -> Vec<Line> {
    let posts: Vec<i64> =
        (0..LOOKS).map(|i| d.comments.post_id[i * 7919 % d.comments.post_id.len()]).collect();
    let db = relata.database();
    let answer = sum(db, &posts);
    let ours = |db: &Database| time(|| assert_eq!(sum(db, &posts), answer)) / LOOKS as f64;
    let theirs = |db: &Connection| time(|| assert_eq!(selected(db, &posts), answer)) / LOOKS as f64;
    let snapshots =
        |db: &Database| time(|| (0..LOOKS).for_each(|_| drop(black_box(db.snapshot())))) / LOOKS as f64;

    let folder = Folder::new();
    let path = folder.path("wal");
    back_up(&sqlite.db, &path);
    let (wal, mut writing) = (opened(&path), opened(&path));
    // Relata's rows have no counter to keep here.
    writing.execute_batch("DROP TRIGGER comments_ai;").unwrap();

    let mut found = vec![
        Line::relata("snapshot", rounds, || snapshots(db)),
        Line::both("read of a row, alone", rounds, || ours(db), || theirs(&sqlite.db)),
        Line::sqlite("read of a row, alone, WAL", rounds, || theirs(&wal)),
    ];
    let (busy, given) = (db.fork(), fresh(d, 0, WRITES));
    let [mut snapshot, mut read, mut write] =
        ["snapshot, beside a writer", "read of a row, beside a writer", "write of a row, beside a reader"]
            .map(Line::new);
    let (mut at, mut at_wal) = (0, 0);
    for _ in 0..rounds {
        let insert = |rows: &mut dyn Iterator<Item = CommentRow>| {
            rows.for_each(|c| _ = busy.insert("comments", comment(&c)).unwrap());
        };
        let (taken, _) = beside(&given, &mut at, insert, || snapshots(&busy));
        snapshot.push(taken, None);
        let (relata, relata_wrote) = beside(&given, &mut at, insert, || ours(&busy));
        let own = &mut writing;
        let insert = move |rows: &mut dyn Iterator<Item = CommentRow>| {
            let mut into = own.prepare("INSERT INTO comments VALUES(?,?,?,?,?)").unwrap();
            rows.for_each(|c| {
                _ = into.execute(params![c.id, c.post_id, c.author_id, c.body, c.created_at]).unwrap();
            });
        };
        let (sqlite, sqlite_wrote) = beside(&given, &mut at_wal, insert, || theirs(&wal));
        read.push(relata, Some(sqlite));
        write.push(relata_wrote, Some(sqlite_wrote));
    }
    let stored = wal.query_row("SELECT count(*) FROM comments", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(stored as usize, d.comments.id.len() + at_wal);
    assert_eq!(busy.query("comments").count().unwrap() as usize, d.comments.id.len() + at);
    found.extend([snapshot, read, write]);
    found
}

/// What `read` gives while a thread writes from `at` on, and the nanoseconds of one of its writes.
fn beside(
    given: &Comments,
    at: &mut usize,
    write: impl FnOnce(&mut dyn Iterator<Item = CommentRow>) + Send,
    read: impl FnOnce() -> f64,
) -> (f64, f64) {
    let (is_over, written) = (&AtomicBool::new(false), &AtomicUsize::new(0));
    let from = *at;
    thread::scope(|threads| {
        let writer = threads.spawn(move || {
            let mut rows = (from..WRITES).take_while(|row| {
                written.store(row - from, Ordering::Relaxed);
                !is_over.load(Ordering::Relaxed)
            });
            let start = Instant::now();
            write(&mut (&mut rows).map(|row| given.row(row)));
            start.elapsed().as_secs_f64() * 1e9
        });
        while written.load(Ordering::Relaxed) == 0 && !writer.is_finished() {
            thread::yield_now();
        }
        let taken = read();
        assert!(!writer.is_finished(), "the writer wrote all along");
        is_over.store(true, Ordering::Relaxed);
        let wrote = writer.join().unwrap();
        let rows = written.load(Ordering::Relaxed);
        *at += rows;
        (taken, wrote / rows as f64)
    })
}

fn sum(db: &Database, posts: &[i64]) -> i64 {
    let read = |id: &i64| {
        let snapshot = db.snapshot();
        snapshot.get("posts", *id).unwrap().unwrap().get::<i64>("created_at").unwrap()
    };
    posts.iter().map(read).fold(0, i64::wrapping_add)
}

fn selected(db: &Connection, posts: &[i64]) -> i64 {
    let mut read = db.prepare_cached("SELECT created_at FROM posts WHERE id = ?").unwrap();
    posts.iter().map(|id| read.query_row([id], |row| row.get(0)).unwrap()).fold(0, i64::wrapping_add)
}

fn opened(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.execute_batch(PRAGMAS).unwrap();
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).unwrap();
    db
}
