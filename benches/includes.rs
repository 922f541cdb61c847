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

criterion_group! { name = benches; config = support::criterion(); targets = small, whole }
criterion_main!(benches);
