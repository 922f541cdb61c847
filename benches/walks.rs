//! From row to row without a query.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use support::{Blog, Keys, SIZES};

/// The name of the author of a comment's post.
fn to_one(c: &mut Criterion) {
    let mut group = c.benchmark_group("to-one walk");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let snapshot = blog.db.snapshot();
        let (comments, posts) = (snapshot.table("comments").unwrap(), snapshot.table("posts").unwrap());
        let (post, user) = (comments.relation("post").unwrap(), posts.relation("user").unwrap());
        let name = snapshot.table("users").unwrap().column("name").unwrap();
        let mut keys = Keys::new(blog.comments);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let comment = comments.get(keys.draw()).unwrap();
                let user = user.one(post.one(comment).unwrap()).unwrap();
                black_box(name.text(user));
            });
        });
    }
}

/// The scores of a user's posts.
fn to_many(c: &mut Criterion) {
    let mut group = c.benchmark_group("to-many walk");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let snapshot = blog.db.snapshot();
        let users = snapshot.table("users").unwrap();
        let of_user = users.relation("posts").unwrap();
        let score = snapshot.table("posts").unwrap().column("score").unwrap();
        let mut keys = Keys::new(blog.users);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let user = users.get(keys.draw()).unwrap();
                of_user.many(user).filter_map(|post| score.integer(post)).sum::<i64>()
            });
        });
    }
}

/// The tags of a post, through the junction.
fn many_to_many(c: &mut Criterion) {
    let mut group = c.benchmark_group("many-to-many");
    for size in SIZES {
        let blog = Blog::new(size).unwrap();
        let snapshot = blog.db.snapshot();
        let posts = snapshot.table("posts").unwrap();
        let tags = posts.relation("tags").unwrap();
        let name = snapshot.table("tags").unwrap().column("name").unwrap();
        let mut keys = Keys::new(blog.posts);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                let post = posts.get(keys.draw()).unwrap();
                tags.many(post).filter_map(|tag| name.text(tag)).map(str::len).sum::<usize>()
            });
        });
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = to_one, to_many, many_to_many }
criterion_main!(benches);
