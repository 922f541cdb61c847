//! States in the user's hands, at three sizes: snapshots, forks, transactions, differences, reads
//! beside a writer, files. SQLite stands beside what it has an equal of: a fork is a whole copy there.

mod busy;
mod files;
mod line;

use crate::relata::Relata;
use crate::sqlite::Sqlite;
use crate::workload::*;
use line::Line;
use std::path::PathBuf;
use std::time::Instant;

const SIZES: [f64; 3] = [0.01, 0.1, 1.0];
const TRANSACTIONS: [usize; 3] = [1, 100, 100_000];

/// A folder in memory where the system has one, so that no disk is measured; it goes with this value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let memory = PathBuf::from("/dev/shm");
        let root = if memory.is_dir() { memory } else { std::env::temp_dir() };
        let folder = root.join(format!("relata-compare-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Comments that aren't there yet, on posts and by users that are; `from` of others like them are made
/// elsewhere.
fn fresh(d: &Data, from: usize, rows: usize) -> Comments {
    let (mut all, last) = (Comments::default(), d.comments.id[d.comments.id.len() - 1]);
    for i in from..from + rows {
        let like = d.comments.row(i * 7919 % d.comments.id.len());
        all.id.push(last + 1 + i as i64);
        all.post_id.push(like.post_id);
        all.author_id.push(like.author_id);
        all.body.push(like.body);
        all.created_at.push(like.created_at);
    }
    all
}

/// Nanoseconds, without those of dropping what was made.
fn time<T>(run: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let made = run();
    let taken = start.elapsed();
    drop(made);
    taken.as_secs_f64() * 1e9
}

/// Forks, and writes to them.
fn writes(relata: &mut Relata, sqlite: &mut Sqlite, d: &Data, rounds: usize) -> Vec<Line> {
    let one = fresh(d, 0, 1);
    let forked = |peer: &mut dyn Peer| time(|| peer.fork().unwrap());
    let first = |peer: &mut dyn Peer| {
        let mut fork = peer.fork().unwrap();
        time(|| assert_eq!(fork.w10_each(&one), Some(1)))
    };
    let mut found = vec![
        Line::both("fork", rounds, || forked(relata), || forked(sqlite)),
        Line::both("first write after a fork", rounds, || first(relata), || first(sqlite)),
    ];
    for rows in TRANSACTIONS {
        let given = fresh(d, 1, rows);
        let write = |peer: &mut dyn Peer| {
            let mut fork = peer.fork().unwrap();
            // The first write after a fork is measured apart.
            fork.w10_each(&one);
            time(|| assert_eq!(fork.transaction(&given), Some(rows as u64))) / rows as f64
        };
        let name = format!("transaction of {rows} (per row)");
        found.push(Line::both(name, rounds, || write(relata), || write(sqlite)));
    }
    found
}

/// What changed in 100 posts, spread over all.
fn difference(relata: &Relata, d: &Data, rounds: usize) -> Line {
    let (before, after) = (relata.database().snapshot(), relata.database().fork());
    let count = d.posts().count();
    let posts = || d.posts().step_by((count / 100).max(1)).take(100);
    for post in posts() {
        after.update("posts", relata::Key::from(post.id), relata::row! { created_at: 1 }).unwrap();
    }
    let after = after.snapshot();
    let found = before.diff(&after).unwrap();
    assert_eq!(found.tables().iter().map(|table| table.rows().len()).sum::<usize>(), posts().count());
    Line::relata("diff after 100 changes", rounds, || time(|| before.diff(&after).unwrap()))
}

/// Measures and prints.
pub fn run(scale: f64, rounds: usize) {
    for size in SIZES {
        let d = Data::generate(scale * size);
        let (mut relata, mut sqlite) = (Relata::load(&d), Sqlite::load(&d));
        println!("{} rows, {rounds} rounds: median of one; ratio: sqlite's time over relata's", d.rows());
        println!("{}", Line::head());
        let print = |lines: Vec<Line>| lines.iter().for_each(|line| println!("{line}"));
        print(busy::lines(&relata, &sqlite, &d, rounds));
        print(vec![difference(&relata, &d, rounds)]);
        print(writes(&mut relata, &mut sqlite, &d, rounds));
        print(files::lines(&mut relata, &mut sqlite, rounds));
        println!();
    }
}
