//! Nested includes: one user's, and everybody's.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relata::{Query, col, desc};
use std::hint::black_box;
use support::{Blog, Keys, SIZES};

fn with_comments(posts: Query) -> Query {
    posts.columns(["title"]).include("comments", |comments| {
        comments.columns(["body"]).include("author", |author| author.columns(["name"]))
    })
}

/// A user, the five best posts, their comments and authors: planned once, answered by key.
fn small(c: &mut Criterion) {
    let mut group = c.benchmark_group("nested include, one user");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let best = |posts: Query| {
            with_comments(posts.filter(col("published").eq(true)).order_by(desc("score")).limit(5))
        };
        let prepared = blog.db.query("users").include("posts", best).prepare().unwrap();
        let mut by_key = prepared.by_key();
        let mut keys = Keys::new(blog.users);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let user = by_key.get(keys.draw()).unwrap().unwrap();
                black_box(user.many("posts").unwrap().len());
            });
        });
    }
}

/// Every user with posts, comments and authors; a row is a comment.
fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("nested include, everybody");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let prepared = blog.db.query("users").include("posts", with_comments).prepare().unwrap();
        let posts = prepared.shape().relation("posts").unwrap();
        let comments = posts.shape().relation("comments").unwrap();
        let body = comments.shape().column("body").unwrap();
        group.throughput(Throughput::Elements(blog.comments as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let mut bytes = 0;
                let rows = prepared.each(|user| {
                    let comments = user.rows(posts).iter().flat_map(|post| post.rows(comments));
                    bytes += comments.filter_map(|comment| body.text(comment)).map(str::len).sum::<usize>();
                });
                rows.unwrap();
                bytes
            });
        });
    }
}

/// Every user with posts, comments and authors as one page, found by one thread and by two; a row is a comment.
fn page(c: &mut Criterion) {
    let mut group = c.benchmark_group("nested include, everybody, one page");
    for threads in [1, 2] {
        let blog = Blog::read_by(SIZES[1], threads).unwrap();
        blog.fill().unwrap();
        group.throughput(Throughput::Elements(blog.comments as u64));
        let prepared = blog.db.query("users").include("posts", with_comments).prepare().unwrap();
        group.bench_function(BenchmarkId::new("threads", threads), |b| {
            b.iter(|| prepared.all().unwrap().len());
        });
    }
}

/// The same walk over rows that lie as they were inserted, and beside their siblings; a row is a comment.
fn clustered(c: &mut Criterion) {
    let mut group = c.benchmark_group("nested include, everybody, by layout");
    let blog = Blog::new(SIZES[1] * 4).unwrap();
    group.throughput(Throughput::Elements(blog.comments as u64));
    for laid in ["as inserted", "clustered"] {
        if laid == "clustered" {
            blog.db.compact_by("posts", "user").unwrap();
            blog.db.compact_by("comments", "post").unwrap();
        }
        let prepared = blog.db.query("users").include("posts", with_comments).prepare().unwrap();
        let posts = prepared.shape().relation("posts").unwrap();
        let comments = posts.shape().relation("comments").unwrap();
        let body = comments.shape().column("body").unwrap();
        group.bench_function(BenchmarkId::from_parameter(laid), |b| {
            b.iter(|| {
                let mut bytes = 0;
                let rows = prepared.each(|user| {
                    let comments = user.rows(posts).iter().flat_map(|post| post.rows(comments));
                    bytes += comments.filter_map(|comment| body.text(comment)).map(str::len).sum::<usize>();
                });
                rows.unwrap();
                bytes
            });
        });
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = small, whole, page, clustered }
criterion_main!(benches);
