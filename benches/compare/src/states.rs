//! States in the user's hands, at three sizes: snapshots, forks, transactions, differences, and reads
//! beside a writer. SQLite stands beside what it has an equal of: a fork is a whole copy there.

use crate::relata::Relata;
use crate::sqlite::Sqlite;
use crate::workload::*;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const SIZES: [f64; 3] = [0.01, 0.1, 1.0];
const TRANSACTIONS: [usize; 3] = [1, 100, 100_000];

/// Nanoseconds of one operation, by peer, where it has an equal.
type Times = (String, [Option<f64>; 2]);

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

/// The median over `rounds` of what `run` measures.
fn median(rounds: usize, mut run: impl FnMut() -> Duration) -> f64 {
    let mut all: Vec<f64> = (0..rounds.max(1)).map(|_| run().as_secs_f64() * 1e9).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn time<T>(run: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let made = run();
    let taken = start.elapsed();
    drop(made);
    taken
}

/// What any peer that forks can do.
fn writes(peer: &mut dyn Peer, d: &Data, rounds: usize) -> Vec<(String, f64)> {
    let one = fresh(d, 0, 1);
    let mut found = vec![("fork".into(), median(rounds, || time(|| peer.fork())))];
    let first = median(rounds, || {
        let mut fork = peer.fork().unwrap();
        time(|| fork.w10_each(&one))
    });
    found.push(("first write after a fork".into(), first));
    for rows in TRANSACTIONS {
        let given = fresh(d, 1, rows);
        let taken = median(rounds, || {
            let mut fork = peer.fork().unwrap();
            // The first write after a fork is measured apart.
            fork.w10_each(&one);
            time(|| assert_eq!(fork.transaction(&given), Some(rows as u64)))
        });
        found.push((format!("transaction of {rows} (per row)"), taken / rows as f64));
    }
    found
}

/// What only Relata has: states that readers hold.
fn reads(peer: &Relata, d: &Data, rounds: usize) -> Vec<(String, f64)> {
    const LOOKS: usize = 100_000;
    let db = peer.database();
    let each = |run: &dyn Fn(usize)| median(rounds, || time(|| (0..LOOKS).for_each(run))) / LOOKS as f64;
    let posts: Vec<i64> = (0..LOOKS).map(|i| d.comments.post_id[i * 7919 % d.comments.post_id.len()]).collect();
    let row = |db: &relata::Database, i: usize| {
        let snapshot = db.snapshot();
        black_box(snapshot.get("posts", posts[i]).unwrap().unwrap().get::<i64>("created_at").unwrap());
    };
    let mut found = vec![("snapshot".into(), each(&|_| drop(black_box(db.snapshot()))))];
    found.push(("read of a row, alone".into(), each(&|i| row(db, i))));
    let (busy, is_over) = (db.fork(), AtomicBool::new(false));
    let given = fresh(d, 0, 2_000_000);
    thread::scope(|threads| {
        threads.spawn(|| {
            let wanted = given.iter().take_while(|_| !is_over.load(Ordering::Relaxed));
            wanted.for_each(|c| _ = busy.insert("comments", crate::relata::comment(&c)).unwrap());
        });
        found.push(("snapshot, beside a writer".into(), each(&|_| drop(black_box(busy.snapshot())))));
        found.push(("read of a row, beside a writer".into(), each(&|i| row(&busy, i))));
        is_over.store(true, Ordering::Relaxed);
    });
    let (before, after) = (db.snapshot(), db.fork());
    for post in posts.iter().step_by(LOOKS / 100) {
        after.update("posts", relata::Key::from(*post), relata::row! { created_at: 1 }).unwrap();
    }
    let after = after.snapshot();
    found.push(("diff after 100 changes".into(), median(rounds, || time(|| before.diff(&after).unwrap()))));
    found
}

/// Measures and prints.
pub fn run(scale: f64, rounds: usize) {
    for size in SIZES {
        let d = Data::generate(scale * size);
        let mut relata = Relata::load(&d);
        let mut lines: Vec<Times> =
            reads(&relata, &d, rounds).into_iter().map(|(name, ns)| (name, [Some(ns), None])).collect();
        let ours = writes(&mut relata, &d, rounds);
        drop(relata);
        let theirs = writes(&mut Sqlite::load(&d), &d, rounds);
        lines.extend(ours.into_iter().zip(theirs).map(|((name, a), (_, b))| (name, [Some(a), Some(b)])));
        println!("{} rows, {rounds} rounds: median time of one", d.rows());
        println!("{:34}{:>14}{:>14}", "", "relata", "sqlite");
        for (name, times) in lines {
            let show = |ns: Option<f64>| match ns {
                None => "-".into(),
                Some(ns) if ns < 1e4 => format!("{ns:.1} ns"),
                Some(ns) if ns < 1e7 => format!("{:.1} us", ns / 1e3),
                Some(ns) => format!("{:.1} ms", ns / 1e6),
            };
            println!("{name:34}{:>14}{:>14}", show(times[0]), show(times[1]));
        }
        println!();
    }
}
