//! The hot paths, over data that is the same in every run. Each is a function that isn't inlined, so that
//! its instructions can be told from those of what prepares it.

use crate::support::{Blog, Keys, email};
use relata::{
    Cells, Database, Key, Nested, Prepared, Query, Row, TableCells, TableRef, UniqueRef, Value, Walker, col,
    desc, rel, row,
};
use std::hint::black_box;

const POSTS: i64 = 5_000;
const LOOKUPS: usize = 1_000;
const INSERTS: usize = 500;
const USERS: i64 = 20;
const FORKS: i64 = 50;

/// The paths and how many operations of each are run.
pub(crate) const PATHS: &[(&str, u64)] = &[
    ("point_get", LOOKUPS as u64),
    ("unique_text", LOOKUPS as u64),
    ("unique_texts", LOOKUPS as u64),
    ("to_one_walk", LOOKUPS as u64),
    ("to_many_walk", LOOKUPS as u64),
    ("include_one", LOOKUPS as u64),
    ("include_all", 4 * POSTS as u64),
    ("scan_filter", POSTS as u64),
    ("relation_filter", POSTS as u64),
    ("insert_each", INSERTS as u64),
    ("insert_batch", INSERTS as u64),
    ("cascade", USERS as u64),
    ("fork_and_write", FORKS as u64),
];

pub(crate) fn run() {
    let blog = Blog::new(POSTS).unwrap();
    reads(&blog);
    includes(&blog);
    scan_filter(&blog.db);
    relation_filter(&blog.db);
    let (mut posts, mut users) = (Keys::new(blog.posts), Keys::new(blog.users));
    let row = |_| row! { post_id: posts.draw(), author_id: users.draw(), body: "I still beg to differ." };
    let rows: Vec<Row> = (0..INSERTS).map(row).collect();
    let (each, batch) = (blog.db.fork(), blog.db.fork());
    insert_each(&each, rows.clone());
    insert_batch(&batch, rows);
    cascade(&blog.db.fork());
    fork_and_write(&blog.db);
}

fn reads(blog: &Blog) {
    let keys = |bound| {
        let mut keys = Keys::new(bound);
        (0..LOOKUPS).map(|_| keys.draw()).collect::<Vec<i64>>()
    };
    let snapshot = blog.db.snapshot();
    let table = |name| snapshot.table(name).unwrap();
    let (users, posts, comments) = (table("users"), table("posts"), table("comments"));
    let (title, score) = (posts.column("title").unwrap(), posts.column("score").unwrap());
    point_get(posts, &keys(blog.posts), title, score);
    let emails: Vec<Value> = keys(blog.users).into_iter().map(|user| email(user).into()).collect();
    let by_email = users.unique(["email"]).unwrap();
    unique_text(by_email, &emails);
    unique_texts(by_email, &emails);
    let (author, name) = (comments.relation("author").unwrap(), users.column("name").unwrap());
    to_one_walk(comments, &keys(blog.comments), &author, name);
    to_many_walk(users, &keys(blog.users), &users.relation("posts").unwrap(), score);
}

#[inline(never)]
fn point_get(posts: TableRef<'_>, keys: &[i64], title: TableCells<'_>, score: TableCells<'_>) {
    for key in keys {
        let post = posts.get(*key).unwrap();
        black_box((title.text(post), score.integer(post)));
    }
}

#[inline(never)]
fn unique_text(by_email: UniqueRef<'_>, emails: &[Value]) {
    for email in emails {
        black_box(by_email.get(std::slice::from_ref(email)));
    }
}

#[inline(never)]
fn unique_texts(by_email: UniqueRef<'_>, emails: &[Value]) {
    black_box(by_email.get_many(emails.iter().map(std::slice::from_ref)));
}

#[inline(never)]
fn to_one_walk(comments: TableRef<'_>, keys: &[i64], author: &Walker<'_>, name: TableCells<'_>) {
    for key in keys {
        let comment = comments.get(*key).unwrap();
        black_box(author.one(comment).and_then(|author| name.text(author)));
    }
}

#[inline(never)]
fn to_many_walk(users: TableRef<'_>, keys: &[i64], posts: &Walker<'_>, score: TableCells<'_>) {
    for key in keys {
        let user = users.get(*key).unwrap();
        black_box(posts.many(user).filter_map(|post| score.integer(post)).sum::<i64>());
    }
}

fn includes(blog: &Blog) {
    let best = |posts: Query| {
        let posts = posts.filter(col("published").eq(true)).order_by(desc("score")).limit(5);
        posts.include("comments", |comments| comments.include("author", |author| author))
    };
    let one = blog.db.query("users").include("posts", best).prepare().unwrap();
    let mut keys = Keys::new(blog.users);
    let keys: Vec<i64> = (0..LOOKUPS).map(|_| keys.draw()).collect();
    include_one(&one, &keys, Handles::new(&one));
    let all =
        |posts: Query| posts.include("comments", |comments| comments.include("author", |author| author));
    let all = blog.db.query("users").include("posts", all).prepare().unwrap();
    include_all(&all, Handles::new(&all));
}

/// What a walk over the tree reads.
#[derive(Clone, Copy)]
struct Handles<'p> {
    posts: Nested<'p>,
    comments: Nested<'p>,
    author: Nested<'p>,
    name: Cells<'p>,
}

impl<'p> Handles<'p> {
    fn new(prepared: &'p Prepared) -> Handles<'p> {
        let posts = prepared.shape().relation("posts").unwrap();
        let comments = posts.shape().relation("comments").unwrap();
        let author = comments.shape().relation("author").unwrap();
        Handles { posts, comments, author, name: author.shape().column("name").unwrap() }
    }
}

#[inline(never)]
fn include_one<'p>(prepared: &'p Prepared, keys: &[i64], tree: Handles<'p>) {
    let mut by_key = prepared.by_key();
    for key in keys {
        let user = by_key.get(*key).unwrap().unwrap();
        let comments = user.rows(tree.posts).iter().flat_map(|post| post.rows(tree.comments));
        let names = comments.filter_map(|comment| tree.name.text(comment.row(tree.author)?));
        black_box(names.map(str::len).sum::<usize>());
    }
}

#[inline(never)]
fn include_all<'p>(prepared: &'p Prepared, tree: Handles<'p>) {
    let shown = prepared.each(|user| {
        let comments = user.rows(tree.posts).iter().flat_map(|post| post.rows(tree.comments));
        let names = comments.filter_map(|comment| tree.name.text(comment.row(tree.author)?));
        black_box(names.map(str::len).sum::<usize>());
    });
    shown.unwrap();
}

#[inline(never)]
fn scan_filter(db: &Database) {
    let posts = db.query("posts").filter(col("published").eq(true).and(col("score").gt(500)));
    black_box(posts.count().unwrap());
    black_box(posts.order_by(desc("score")).order_by(desc("id")).limit(100).all().unwrap());
}

#[inline(never)]
fn relation_filter(db: &Database) {
    let good = col("published").eq(true).and(col("score").gt(990));
    black_box(db.query("users").filter(rel("posts").some(good)).all().unwrap());
}

#[inline(never)]
fn insert_each(db: &Database, rows: Vec<Row>) {
    rows.into_iter().for_each(|row| _ = db.insert("comments", row).unwrap());
}

#[inline(never)]
fn insert_batch(db: &Database, rows: Vec<Row>) {
    db.insert_many("comments", rows).unwrap();
}

#[inline(never)]
fn cascade(db: &Database) {
    (1..=USERS).for_each(|user| assert_eq!(db.delete("users", Key::from(user)).unwrap(), 1));
}

#[inline(never)]
fn fork_and_write(db: &Database) {
    for post in 1..=FORKS {
        let fork = db.fork();
        fork.update("posts", Key::from(post), row! { score: 0 }).unwrap();
        black_box(fork);
    }
}
