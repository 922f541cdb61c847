//! What concerns a whole database: forks and bulk loads.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relata::{Key, row};
use support::{Blog, SIZES};

fn fork(c: &mut Criterion) {
    let mut group = c.benchmark_group("fork");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        group.bench_function(BenchmarkId::new("alone", size), |b| b.iter(|| blog.db.fork()));
        let rename =
            |db: &relata::Database| db.update("users", Key::from(7), row! { name: "Nobody" }).unwrap();
        group.bench_function(BenchmarkId::new("first write after it", size), |b| {
            b.iter_batched_ref(|| blog.db.fork(), |db| rename(db), BatchSize::SmallInput);
        });
    }
}

fn load(c: &mut Criterion) {
    let mut group = c.benchmark_group("bulk load");
    for size in SIZES {
        let blog = Blog::empty(size).unwrap();
        group.throughput(Throughput::Elements(blog.rows()));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter_batched(
                || Blog::empty(size).unwrap(),
                |blog| {
                    blog.fill().unwrap();
                    blog
                },
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = fork, load }
criterion_main!(benches);
