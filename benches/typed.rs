//! The typed layer against the same work by name.
//!
//! An include is measured together with the walk over what it found, since what one reads ahead the other has
//! to wait for. It's asked for whole rows, whose cells are all read ahead by name and none of them by type,
//! and for nothing but the columns that the walk reads, where both read the same ahead.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that fails has to stop")]
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relata::typed::{Database, Id, Model};
use relata::{Cells, Nested, Query, RowView, Shape, Value, col, desc};
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

/// What is read of a user's comments by name.
struct Named<'p> {
    posts: Nested<'p>,
    comments: Nested<'p>,
    author: Nested<'p>,
    body: Cells<'p>,
    name: Cells<'p>,
}

impl<'p> Named<'p> {
    fn new(users: Shape<'p>) -> Named<'p> {
        let posts = users.relation("posts").unwrap();
        let comments = posts.shape().relation("comments").unwrap();
        let author = comments.shape().relation("author").unwrap();
        let (body, name) = (comments.shape().column("body"), author.shape().column("name"));
        Named { posts, comments, author, body: body.unwrap(), name: name.unwrap() }
    }

    /// The bytes of every comment's text and of its author's name.
    fn bytes(&self, user: RowView<'p>) -> usize {
        let bytes = |comment: RowView<'p>| {
            let name = comment.row(self.author).and_then(|author| self.name.text(author));
            self.body.text(comment).map_or(0, str::len) + name.map_or(0, str::len)
        };
        user.rows(self.posts).iter().flat_map(|post| post.rows(self.comments)).map(bytes).sum()
    }
}

/// What is given of users and posts, of comments and of authors: everything, or what is read.
type Given = [fn(Query) -> Query; 3];

const FORMS: [(&str, Given); 2] = [
    ("by name", [|all| all; 3]),
    (
        "by name, columns",
        [
            |rows| rows.columns([""; 0]),
            |comments| comments.columns(["body"]),
            |author| author.columns(["name"]),
        ],
    ),
];

/// A user, the five best posts, their comments and authors, by key.
fn small(c: &mut Criterion) {
    let mut group = c.benchmark_group("typed include, one user");
    for size in SIZES {
        let (blog, db) = blog(size);
        for (form, [own, of_post, of_comment]) in FORMS {
            let best = |posts: Query| {
                let posts = own(posts).filter(col("published").eq(true)).order_by(desc("score")).limit(5);
                posts.include("comments", |comments| of_post(comments).include("author", of_comment))
            };
            let users = own(Query::of("users")).include("posts", best);
            let prepared = users.on(&db.untyped().snapshot()).prepare().unwrap();
            let named = Named::new(prepared.shape());
            let mut by_key = prepared.by_key();
            let mut keys = Keys::new(blog.users);
            group.bench_function(BenchmarkId::new(form, size), |b| {
                b.iter(|| named.bytes(by_key.get(&[Value::from(keys.draw())]).unwrap().unwrap()));
            });
        }
        let best = |u: UserFields| {
            u.posts().filter(|p| p.published().eq(true)).order_by(|p| p.score().desc()).limit(5)
        };
        let prepared = db
            .query::<User>()
            .include(|u| best(u).include(|p| p.comments().include(|c| c.author())))
            .prepare()
            .unwrap();
        let mut by_key = prepared.by_key();
        let mut keys = Keys::new(blog.users);
        group.bench_function(BenchmarkId::new("typed", size), |b| {
            b.iter(|| {
                let user = by_key.get(Id::new(keys.draw())).unwrap().unwrap();
                let comments = user.posts().into_iter().flat_map(|post| post.comments());
                comments.map(|comment| comment.body().len() + comment.author().name().len()).sum::<usize>()
            });
        });
        let prepared = db
            .query::<User>()
            .select(|u| {
                best(u).select(|p| p.comments().select(|c| (c.body(), c.author().select(|u| u.name()))))
            })
            .prepare()
            .unwrap();
        let mut by_key = prepared.by_key();
        let mut keys = Keys::new(blog.users);
        group.bench_function(BenchmarkId::new("typed, columns", size), |b| {
            b.iter(|| {
                let posts = by_key.get(Id::new(keys.draw())).unwrap().unwrap();
                posts.flatten().map(|(body, name)| body.len() + name.map_or(0, str::len)).sum::<usize>()
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
        for (form, [own, of_post, of_comment]) in FORMS {
            let users = own(Query::of("users")).include("posts", |posts| {
                let comments = |comments| of_post(comments).include("author", of_comment);
                own(posts).include("comments", comments)
            });
            let prepared = users.on(&db.untyped().snapshot()).prepare().unwrap();
            let named = Named::new(prepared.shape());
            group.bench_function(BenchmarkId::new(form, size), |b| {
                b.iter(|| {
                    let mut bytes = 0;
                    prepared.each(|user| bytes += named.bytes(user)).unwrap();
                    bytes
                });
            });
        }
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
                    bytes += comments
                        .map(|comment| comment.body().len() + comment.author().name().len())
                        .sum::<usize>();
                });
                rows.unwrap();
                bytes
            });
        });
        let prepared = db
            .query::<User>()
            .select(|u| {
                let comments =
                    |p: PostFields| p.comments().select(|c| (c.body(), c.author().select(|u| u.name())));
                u.posts().select(comments)
            })
            .prepare()
            .unwrap();
        group.bench_function(BenchmarkId::new("typed, columns", size), |b| {
            b.iter(|| {
                let mut bytes = 0;
                let rows = prepared.each(|posts| {
                    let comments = posts.flatten();
                    bytes +=
                        comments.map(|(body, name)| body.len() + name.map_or(0, str::len)).sum::<usize>();
                });
                rows.unwrap();
                bytes
            });
        });
    }
}

/// Walking a page that is there.
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
        let named = Named::new(page.untyped().shape());
        group.bench_function(BenchmarkId::new("by name", size), |b| {
            b.iter(|| page.untyped().iter().map(|user| named.bytes(user)).sum::<usize>());
        });
        group.bench_function(BenchmarkId::new("typed", size), |b| {
            b.iter(|| {
                let comments = page.iter().flat_map(|user| user.posts()).flat_map(|post| post.comments());
                comments.map(|comment| comment.body().len() + comment.author().name().len()).sum::<usize>()
            });
        });
    }
}

criterion_group! { name = benches; config = support::criterion(); targets = walk, to_one, small, whole, page }
criterion_main!(benches);
