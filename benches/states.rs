//! States in the user's hands: snapshots, forks, transactions, differences, and reads beside a writer.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relata::{Database, Key, Row, row};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use support::{Blog, Keys};

/// Posts in a blog; about eight rows to a post.
const SIZES: [i64; 3] = [1_000, 30_000, 300_000];

fn blogs() -> Vec<(i64, Blog)> {
    SIZES.iter().map(|size| (*size, Blog::new(*size).unwrap())).collect()
}

fn score(db: &Database, post: i64, score: i64) {
    assert_eq!(db.update("posts", Key::from(post), row! { score: score }).unwrap(), 1);
}

fn comment(post: i64) -> Row {
    row! { post_id: post, author_id: 1, body: "I still beg to differ." }
}

fn states(c: &mut Criterion) {
    let blogs = blogs();
    let mut group = c.benchmark_group("snapshot");
    for (size, blog) in &blogs {
        group.bench_function(BenchmarkId::from_parameter(size), |b| b.iter(|| blog.db.snapshot()));
    }
    group.finish();
    let mut group = c.benchmark_group("fork");
    for (size, blog) in &blogs {
        group.bench_function(BenchmarkId::from_parameter(size), |b| b.iter(|| blog.db.fork()));
    }
    group.finish();
    let mut group = c.benchmark_group("first write after a fork");
    for (size, blog) in &blogs {
        let mut posts = Keys::new(blog.posts);
        group.bench_function(BenchmarkId::new("update", size), |b| {
            b.iter_batched_ref(|| blog.db.fork(), |db| score(db, posts.draw(), -1), BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("insert", size), |b| {
            let fresh = || (blog.db.fork(), Some(comment(posts.draw())));
            let insert = |(db, row): &mut (Database, Option<Row>)| db.insert("comments", row.take().unwrap());
            b.iter_batched_ref(fresh, |given| insert(given).unwrap(), BatchSize::SmallInput);
        });
    }
    group.finish();
    let mut group = c.benchmark_group("diff after 100 changes");
    for (size, blog) in &blogs {
        let (before, after, mut posts) = (blog.db.snapshot(), blog.db.fork(), Keys::new(blog.posts));
        (0..100).for_each(|n| score(&after, posts.draw(), -n));
        let after = after.snapshot();
        group.bench_function(BenchmarkId::from_parameter(size), |b| b.iter(|| before.diff(&after).unwrap()));
    }
}

fn transactions(c: &mut Criterion) {
    let blog = Blog::new(SIZES[1]).unwrap();
    let mut group = c.benchmark_group("transaction");
    for rows in [1, 100, 100_000] {
        group.throughput(Throughput::Elements(rows));
        for commits in [true, false] {
            let name = if commits { "committed" } else { "rolled back" };
            group.bench_function(BenchmarkId::new(name, rows), |b| {
                let fresh = || {
                    let mut posts = Keys::new(blog.posts);
                    (blog.db.fork(), (0..rows).map(|_| comment(posts.draw())).collect::<Vec<_>>())
                };
                let run = |(db, rows): &mut (Database, Vec<Row>)| {
                    let mut tx = db.begin().unwrap();
                    rows.drain(..).for_each(|row| _ = tx.insert("comments", row).unwrap());
                    if commits { tx.commit().unwrap() } else { tx.rollback() }
                };
                b.iter_batched_ref(fresh, run, BatchSize::LargeInput);
            });
        }
    }
}

/// Point reads from a snapshot each, alone and beside a writer that never rests.
fn readers(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    type Write = fn(&Database, i64);
    let write: [(&str, Write); 4] = [
        ("alone", |_, _| thread::yield_now()),
        ("beside inserts", |db, n| _ = db.insert("comments", comment(1 + n % 1_000)).unwrap()),
        ("beside a long update", |db, n| {
            _ = db.update("posts", relata::Rows::All, row! { score: n }).unwrap();
        }),
        ("beside transactions", |db, n| {
            db.transaction(|tx| {
                (0..100).try_for_each(|at| tx.insert("comments", comment(1 + (n + at) % 1_000)).map(drop))
            })
            .unwrap();
        }),
    ];
    for (name, write) in write {
        let blog = Blog::new(SIZES[1]).unwrap();
        let mut posts = Keys::new(blog.posts);
        let is_over = AtomicBool::new(name == "alone");
        thread::scope(|threads| {
            threads.spawn(|| {
                for n in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    write(&blog.db, n);
                }
            });
            group.bench_function(BenchmarkId::new("snapshot", name), |b| b.iter(|| blog.db.snapshot()));
            group.bench_function(BenchmarkId::new("row", name), |b| {
                b.iter(|| {
                    let snapshot = blog.db.snapshot();
                    let row = snapshot.get("posts", posts.draw()).unwrap().unwrap();
                    black_box(row.get::<i64>("score").unwrap())
                });
            });
            is_over.store(true, Ordering::Relaxed);
        });
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = states, transactions, readers }
criterion_main!(benches);
