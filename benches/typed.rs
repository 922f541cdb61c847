//! The typed layer against the same work by name.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relata::typed::{Database, Id, Model};
use relata::{Value, col, desc};
use std::hint::black_box;
use support::{Blog, Keys, SIZES};

#[derive(Model)]
#[relata(has_many(posts: Post::user))]
struct User {
    #[relata(key, generated)]
    id: Id<User>,
    name: String,
    #[relata(unique)]
    email: String,
}

#[derive(Model)]
#[relata(has_many(comments: Comment::post))]
struct Post {
    #[relata(key, generated)]
    id: Id<Post>,
    #[relata(belongs_to(user: User, on_delete = cascade))]
    user_id: Id<User>,
    title: String,
    published: bool,
    score: i64,
}

#[derive(Model)]
struct Comment {
    #[relata(key, generated)]
    id: Id<Comment>,
    #[relata(belongs_to(post: Post, on_delete = cascade))]
    post_id: Id<Post>,
    #[relata(belongs_to(author: User, on_delete = cascade))]
    author_id: Id<User>,
    body: String,
}

type Models = (User, Post, Comment);

fn blog(posts: i64) -> (Blog, Database) {
    let blog = Blog::new(posts).unwrap();
    let db = Database::over::<Models>(blog.db.clone()).unwrap();
    (blog, db)
}

/// The scores of a user's posts.
fn walk(c: &mut Criterion) {
    let mut group = c.benchmark_group("typed walk");
    for size in SIZES {
        let (blog, db) = blog(size);
        let snapshot = db.snapshot();
        let mut keys = Keys::new(blog.users);
        let users = snapshot.untyped().table("users").unwrap();
        let (of_user, score) = (
            users.relation("posts").unwrap(),
            snapshot.untyped().table("posts").unwrap().column("score").unwrap(),
        );
        group.bench_function(BenchmarkId::new("by name", size), |b| {
            b.iter(|| {
                let user = users.get(&[Value::from(keys.draw())]).unwrap();
                of_user.many(user).filter_map(|post| score.integer(post)).sum::<i64>()
            });
        });
        let mut keys = Keys::new(blog.users);
        let users = snapshot.rows_of::<User>().unwrap();
        let posts = users.walk(|u| u.posts()).unwrap();
        group.bench_function(BenchmarkId::new("typed", size), |b| {
            b.iter(|| {
                let user = users.get(Id::new(keys.draw())).unwrap();
                posts.from(user).map(|post| post.score()).sum::<i64>()
            });
        });
    }
}

/// The name of a comment's author.
fn to_one(c: &mut Criterion) {
    let mut group = c.benchmark_group("typed walk to one");
    for size in SIZES {
        let (blog, db) = blog(size);
        let snapshot = db.snapshot();
        let mut keys = Keys::new(blog.comments);
        let comments = snapshot.untyped().table("comments").unwrap();
        let (author, name) = (
            comments.relation("author").unwrap(),
            snapshot.untyped().table("users").unwrap().column("name").unwrap(),
        );
        group.bench_function(BenchmarkId::new("by name", size), |b| {
            b.iter(|| {
                let comment = comments.get(&[Value::from(keys.draw())]).unwrap();
                author.one(comment).and_then(|author| name.text(author)).map_or(0, str::len)
            });
        });
        let mut keys = Keys::new(blog.comments);
        let comments = snapshot.rows_of::<Comment>().unwrap();
        let author = comments.walk(|c| c.author()).unwrap();
        group.bench_function(BenchmarkId::new("typed", size), |b| {
            b.iter(|| {
                let comment = comments.get(Id::new(keys.draw())).unwrap();
                author.one(comment).map_or(0, |author| author.name().len())
            });
        });
    }
}

/// A user, the five best posts, their comments and authors, by key.
fn small(c: &mut Criterion) {
    let mut group = c.benchmark_group("typed include, one user");
    for size in SIZES {
        let (blog, db) = blog(size);
        let prepared = db
            .untyped()
            .query("users")
            .include("posts", |posts| {
                posts
                    .filter(col("published").eq(true))
                    .order_by(desc("score"))
                    .limit(5)
                    .include("comments", |comments| comments.include("author", |author| author))
            })
            .prepare()
            .unwrap();
        let posts = prepared.shape().relation("posts").unwrap();
        let comments = posts.shape().relation("comments").unwrap();
        let author = comments.shape().relation("author").unwrap();
        let name = author.shape().column("name").unwrap();
        let mut by_key = prepared.by_key();
        let mut keys = Keys::new(blog.users);
        group.bench_function(BenchmarkId::new("by name", size), |b| {
            b.iter(|| {
                let user = by_key.get(&[Value::from(keys.draw())]).unwrap().unwrap();
                let comments = user.rows(posts).iter().flat_map(|post| post.rows(comments));
                comments.filter_map(|comment| name.text(comment.row(author)?)).map(str::len).sum::<usize>()
            });
        });
        let prepared = db
            .query::<User>()
            .include(|u| {
                u.posts()
                    .filter(|p| p.published().eq(true))
                    .order_by(|p| p.score().desc())
                    .limit(5)
                    .include(|p| p.comments().include(|c| c.author()))
            })
            .prepare()
            .unwrap();
        let mut by_key = prepared.by_key();
        let mut keys = Keys::new(blog.users);
        group.bench_function(BenchmarkId::new("typed", size), |b| {
            b.iter(|| {
                let user = by_key.get(Id::new(keys.draw())).unwrap().unwrap();
                let comments = user.posts().into_iter().flat_map(|post| post.comments());
                black_box(comments.map(|comment| comment.author().name().len()).sum::<usize>())
            });
        });
    }
}

/// Everybody with posts, comments and authors, streamed; a row is a comment.
fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("typed include, everybody");
    for size in SIZES {
        let (blog, db) = blog(size);
        group.throughput(Throughput::Elements(blog.comments as u64));
        let prepared = db
            .untyped()
            .query("users")
            .include("posts", |posts| {
                posts.include("comments", |comments| comments.include("author", |author| author))
            })
            .prepare()
            .unwrap();
        let posts = prepared.shape().relation("posts").unwrap();
        let comments = posts.shape().relation("comments").unwrap();
        let body = comments.shape().column("body").unwrap();
        group.bench_function(BenchmarkId::new("by name", size), |b| {
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
        let prepared = db
            .query::<User>()
            .include(|u| u.posts().include(|p| p.comments().include(|c| c.author())))
            .prepare()
            .unwrap();
        group.bench_function(BenchmarkId::new("typed", size), |b| {
            b.iter(|| {
                let mut bytes = 0;
                let rows = prepared.each(|user| {
                    let comments = user.posts().into_iter().flat_map(|post| post.comments());
                    bytes += comments.map(|comment| comment.body().len()).sum::<usize>();
                });
                rows.unwrap();
                bytes
            });
        });
    }
}

/// Walking a page that is there: every comment's text and its author's name.
fn page(c: &mut Criterion) {
    let mut group = c.benchmark_group("typed page walked");
    for size in SIZES {
        let (blog, db) = blog(size);
        group.throughput(Throughput::Elements(blog.comments as u64));
        let page = db
            .query::<User>()
            .include(|u| u.posts().include(|p| p.comments().include(|c| c.author())))
            .all()
            .unwrap();
        let shape = page.untyped().shape();
        let posts = shape.relation("posts").unwrap();
        let comments = posts.shape().relation("comments").unwrap();
        let author = comments.shape().relation("author").unwrap();
        let (body, name) = (comments.shape().column("body").unwrap(), author.shape().column("name").unwrap());
        group.bench_function(BenchmarkId::new("by name", size), |b| {
            b.iter(|| {
                let mut bytes = 0;
                for user in page.untyped() {
                    for comment in user.rows(posts).iter().flat_map(|post| post.rows(comments)) {
                        bytes += body.text(comment).map_or(0, str::len);
                        bytes += comment.row(author).and_then(|author| name.text(author)).map_or(0, str::len);
                    }
                }
                bytes
            });
        });
        group.bench_function(BenchmarkId::new("typed", size), |b| {
            b.iter(|| {
                let mut bytes = 0;
                for user in &page {
                    for comment in user.posts().into_iter().flat_map(|post| post.comments()) {
                        bytes += comment.body().len() + comment.author().name().len();
                    }
                }
                bytes
            });
        });
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = walk, to_one, small, whole, page }
criterion_main!(benches);
