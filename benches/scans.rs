//! Filters that read a whole table.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relata::{col, desc, rel};
use std::hint::black_box;
use support::{Blog, SIZES};

/// How many rows pass, and the first hundred of them in an order.
fn filter(c: &mut Criterion) {
    let mut group = c.benchmark_group("scan with filter");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let posts = blog.db.query("posts").filter(col("published").eq(true).and(col("score").gt(500)));
        let best = posts.clone().order_by(desc("score")).order_by(desc("id")).limit(100);
        group.throughput(Throughput::Elements(blog.posts as u64));
        group.bench_function(BenchmarkId::new("count", size), |b| b.iter(|| posts.count().unwrap()));
        group.bench_function(BenchmarkId::new("top", size), |b| {
            b.iter(|| black_box(best.all().unwrap().len()))
        });
    }
}

/// Users with a good post.
fn relation(c: &mut Criterion) {
    let mut group = c.benchmark_group("relation filter");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let good = col("published").eq(true).and(col("score").gt(990));
        let users = blog.db.query("users").filter(rel("posts").some(good));
        group.throughput(Throughput::Elements(blog.posts as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| b.iter(|| users.all().unwrap().len()));
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = filter, relation }
criterion_main!(benches);
