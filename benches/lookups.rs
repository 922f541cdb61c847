//! Rows by primary key and by a unique text.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use relata::Value;
use std::hint::black_box;
use support::{Blog, Keys, SIZES, email};

fn point(c: &mut Criterion) {
    let mut group = c.benchmark_group("point lookup");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let snapshot = blog.db.snapshot();
        let posts = snapshot.table("posts").unwrap();
        let (title, score) = (posts.column("title").unwrap(), posts.column("score").unwrap());
        let mut keys = Keys::new(blog.posts);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let post = posts.get(keys.draw()).unwrap();
                black_box((title.text(post), score.integer(post)));
            });
        });
    }
}

fn unique(c: &mut Criterion) {
    let mut group = c.benchmark_group("unique lookup");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let snapshot = blog.db.snapshot();
        let by_email = snapshot.table("users").unwrap().unique(["email"]).unwrap();
        let emails: Vec<Value> = (1..=blog.users).map(|user| email(user).into()).collect();
        let mut keys = Keys::new(blog.users);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let key = emails.get(keys.draw() as usize - 1).unwrap();
                black_box(by_email.get(std::slice::from_ref(key)));
            });
        });
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = point, unique }
criterion_main!(benches);
