//! Inserts and cascades, each on a fork of its own.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relata::{Key, Row, row};
use support::{Blog, Keys, SIZES};

/// Statements on one fork: the first touch of each chunk is a part of it.
const BATCH: usize = 1_000;

fn comments(blog: &Blog) -> Vec<Row> {
    let (mut posts, mut users) = (Keys::new(blog.posts), Keys::new(blog.users));
    let row = |_| row! { post_id: posts.draw(), author_id: users.draw(), body: "I still beg to differ." };
    (0..BATCH).map(row).collect()
}

fn insert(c: &mut Criterion) {
    let mut group = c.benchmark_group("insert");
    group.throughput(Throughput::Elements(BATCH as u64));
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let fresh = || (blog.db.fork(), comments(&blog));
        group.bench_function(BenchmarkId::new("one by one", size), |b| {
            b.iter_batched(
                fresh,
                |(db, rows)| {
                    rows.into_iter().for_each(|row| _ = db.insert("comments", row).unwrap());
                    db
                },
                BatchSize::LargeInput,
            );
        });
        group.bench_function(BenchmarkId::new("one batch", size), |b| {
            b.iter_batched(
                fresh,
                |(db, rows)| {
                    db.insert_many("comments", rows).unwrap();
                    db
                },
                BatchSize::LargeInput,
            );
        });
    }
}

/// A user with posts, their comments and tags, and with comments on others' posts.
fn cascade(c: &mut Criterion) {
    const USERS: i64 = 50;
    let mut group = c.benchmark_group("cascade");
    group.throughput(Throughput::Elements(USERS as u64));
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter_batched(
                || blog.db.fork(),
                |db| {
                    (1..=USERS).for_each(|user| assert_eq!(db.delete("users", Key::from(user)).unwrap(), 1));
                    db
                },
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = insert, cascade }
criterion_main!(benches);
