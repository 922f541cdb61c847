//! Associations that keep themselves right: an insert with two counters and a touch, re-parenting, a
//! destroy with dependents and a nested write, beside the same in Relata without upkeep and beside
//! SQLite with triggers and cascades by hand.

use relata::{Column, Database, Dependent, ForeignKey, Key, Relation, Row, Schema, Table, row};
use rusqlite::{Connection, params};
use std::time::{Duration, Instant};

/// Posts of each of the users that are destroyed, and comments on each of them.
const POSTS: usize = 1_000;
const COMMENTS: usize = 5;
/// Users that are destroyed in a round.
const DESTROYED: usize = 5;
/// Lines of an order.
const LINES: usize = 50;

/// How much there is of what.
struct Size {
    users: usize,
    posts: usize,
    writes: usize,
    orders: usize,
}

impl Size {
    /// Which post the `n`th write is of, and who wrote it: none is the neighbour of the one before.
    fn parents(&self, n: usize) -> (i64, i64) {
        ((n * 7919 % self.posts) as i64 + 1, (n * 104_729 % self.users) as i64 + 1)
    }
}

fn relata(size: &Size, upkeep: bool) -> Database {
    let id = |name: &str| Table::new(name).column(Column::integer("id").generated()).primary_key(["id"]);
    let counter = |relation: Relation, column: &str| match upkeep {
        true => relation.counter_cache(column).dependent(Dependent::Destroy),
        false => relation.dependent(Dependent::Destroy),
    };
    let one =
        |table: &str, name: &str, to: &str, key: &str| Relation::one(table, name, to).from([key]).to(["id"]);
    let post = one("comments", "post", "posts", "post_id");
    let schema = Schema::new()
        .table(id("users").column(Column::text("name")).column(Column::integer("comments_count").default(0)))
        .table(
            id("posts")
                .column(Column::integer("user_id"))
                .column(Column::text("title"))
                .column(Column::integer("comments_count").default(0))
                .column(Column::timestamptz("updated_at").nullable())
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .table(
            id("comments")
                .column(Column::integer("post_id"))
                .column(Column::integer("author_id"))
                .column(Column::text("body"))
                .foreign_key(ForeignKey::new(["post_id"], "posts"))
                .foreign_key(ForeignKey::new(["author_id"], "users")),
        )
        .table(id("orders").column(Column::text("buyer")))
        .table(
            id("lines")
                .column(Column::integer("order_id"))
                .column(Column::text("product"))
                .column(Column::integer("amount"))
                .foreign_key(ForeignKey::new(["order_id"], "orders")),
        )
        .relation(one("posts", "user", "users", "user_id"))
        .relation(Relation::many("users", "posts", "posts").dependent(Dependent::Destroy))
        .relation(if upkeep { post.touch() } else { post })
        .relation(counter(Relation::many("posts", "comments", "comments"), "comments_count"))
        .relation(one("comments", "author", "users", "author_id"))
        .relation(counter(Relation::many("users", "comments", "comments"), "comments_count"))
        .relation(one("lines", "order", "orders", "order_id"))
        .relation(Relation::many("orders", "lines", "lines"));
    let db = Database::new(schema).unwrap();
    db.insert_many("users", (0..size.users).map(|n| row! { name: format!("user {n}") }).collect()).unwrap();
    let post = |n: usize| row! { user_id: size.parents(n).1, title: format!("post {n}") };
    db.insert_many("posts", (0..size.posts).map(post).collect()).unwrap();
    for _ in 0..DESTROYED {
        let user = db.insert("users", row! { name: "busy" }).unwrap();
        let posts = (0..POSTS).map(|n| row! { user_id: &user, title: format!("post {n}") }).collect();
        let posts = db.insert_many("posts", posts).unwrap();
        let on = |post: &Key| {
            (0..COMMENTS).map(|_| row! { post_id: post, author_id: &user, body: "so" }).collect::<Vec<_>>()
        };
        db.insert_many("comments", posts.iter().flat_map(on).collect()).unwrap();
    }
    db
}

const SQL: &str = "
PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE;
PRAGMA foreign_keys=ON;
CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, comments_count INTEGER NOT NULL DEFAULT 0);
CREATE TABLE posts(id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
  title TEXT NOT NULL, comments_count INTEGER NOT NULL DEFAULT 0, updated_at INTEGER);
CREATE TABLE comments(id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES posts ON DELETE CASCADE,
  author_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, body TEXT NOT NULL);
CREATE TABLE orders(id INTEGER PRIMARY KEY, buyer TEXT NOT NULL);
CREATE TABLE lines(id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders, product TEXT NOT NULL,
  amount INTEGER NOT NULL);
CREATE INDEX posts_user ON posts(user_id); CREATE INDEX comments_post ON comments(post_id);
CREATE INDEX comments_author ON comments(author_id); CREATE INDEX lines_order ON lines(order_id);
CREATE TRIGGER comments_ai AFTER INSERT ON comments BEGIN
  UPDATE posts SET comments_count = comments_count + 1, updated_at = unixepoch() WHERE id = NEW.post_id;
  UPDATE users SET comments_count = comments_count + 1 WHERE id = NEW.author_id; END;
CREATE TRIGGER comments_ad AFTER DELETE ON comments BEGIN
  UPDATE posts SET comments_count = comments_count - 1, updated_at = unixepoch() WHERE id = OLD.post_id;
  UPDATE users SET comments_count = comments_count - 1 WHERE id = OLD.author_id; END;
CREATE TRIGGER comments_au AFTER UPDATE OF post_id ON comments WHEN OLD.post_id <> NEW.post_id BEGIN
  UPDATE posts SET comments_count = comments_count - 1, updated_at = unixepoch() WHERE id = OLD.post_id;
  UPDATE posts SET comments_count = comments_count + 1, updated_at = unixepoch() WHERE id = NEW.post_id; END;";

fn sqlite(size: &Size) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.set_prepared_statement_cache_capacity(64);
    db.execute_batch(SQL).unwrap();
    db.execute_batch("BEGIN").unwrap();
    let run =
        |sql: &str, params: &[&dyn rusqlite::ToSql]| db.prepare_cached(sql).unwrap().execute(params).unwrap();
    (0..size.users).for_each(|n| _ = run("INSERT INTO users(name) VALUES(?)", params![format!("user {n}")]));
    let post = "INSERT INTO posts(user_id, title) VALUES(?, ?)";
    (0..size.posts).for_each(|n| _ = run(post, params![size.parents(n).1, format!("post {n}")]));
    for _ in 0..DESTROYED {
        run("INSERT INTO users(name) VALUES('busy')", &[]);
        let user = db.last_insert_rowid();
        for n in 0..POSTS {
            run(post, params![user, format!("post {n}")]);
            let id = db.last_insert_rowid();
            let comment = "INSERT INTO comments(post_id, author_id, body) VALUES(?, ?, 'so')";
            (0..COMMENTS).for_each(|_| _ = run(comment, params![id, user]));
        }
    }
    db.execute_batch("COMMIT").unwrap();
    db.execute_batch("ANALYZE").unwrap();
    db
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

const WORK: [&str; 4] = [
    "insert, two counters and a touch",
    "re-parent, two counters and two touches",
    "destroy, user with 1,000 posts",
    "nested write, order of 50 lines",
];

fn with_relata(db: &Database, size: &Size) -> [Duration; 4] {
    let first = (DESTROYED * POSTS * COMMENTS) as i64 + 1;
    let comment = |n| {
        let (post, author) = size.parents(n);
        row! { post_id: post, author_id: author, body: "so it is" }
    };
    let insert = time(|| (0..size.writes).for_each(|n| _ = db.insert("comments", comment(n)).unwrap()));
    let other = |n: usize| row! { post_id: size.parents(n + 1).0 };
    let key = |n: usize| Key::from(first + n as i64);
    let give = time(|| (0..size.writes).for_each(|n| _ = db.update("comments", key(n), other(n)).unwrap()));
    let busy = |n: usize| Key::from((size.users + 1 + n) as i64);
    let destroy = time(|| (0..DESTROYED).for_each(|n| assert_eq!(db.destroy("users", busy(n)).unwrap(), 1)));
    let line = |n: usize| row! { product: format!("product {n}"), amount: n as i64 };
    let order = || row! { buyer: "Ann", lines: (0..LINES).map(line).collect::<Vec<Row>>() };
    let nested = time(|| (0..size.orders).for_each(|_| _ = db.insert("orders", order()).unwrap()));
    [insert, give, destroy, nested]
}

fn with_sqlite(db: &Connection, size: &Size) -> [Duration; 4] {
    let first = (DESTROYED * POSTS * COMMENTS) as i64 + 1;
    let prepared = |sql: &str| db.prepare(sql).unwrap();
    let mut s = prepared("INSERT INTO comments(post_id, author_id, body) VALUES(?, ?, 'so it is')");
    let insert = time(|| {
        for n in 0..size.writes {
            let (post, author) = size.parents(n);
            s.execute([post, author]).unwrap();
        }
    });
    let mut s = prepared("UPDATE comments SET post_id = ? WHERE id = ?");
    let give = time(|| {
        (0..size.writes).for_each(|n| _ = s.execute([size.parents(n + 1).0, first + n as i64]).unwrap())
    });
    let mut s = prepared("DELETE FROM users WHERE id = ?");
    let destroy = time(|| (0..DESTROYED).for_each(|n| _ = s.execute([(size.users + 1 + n) as i64]).unwrap()));
    let mut order = prepared("INSERT INTO orders(buyer) VALUES('Ann')");
    let mut line = prepared("INSERT INTO lines(order_id, product, amount) VALUES(?, ?, ?)");
    let nested = time(|| {
        for _ in 0..size.orders {
            db.execute_batch("BEGIN").unwrap();
            order.execute([]).unwrap();
            let id = db.last_insert_rowid();
            for n in 0..LINES {
                line.execute(params![id, format!("product {n}"), n as i64]).unwrap();
            }
            db.execute_batch("COMMIT").unwrap();
        }
    });
    [insert, give, destroy, nested]
}

/// Rows of each table, counters one by one, and posts that were touched: what the stores must agree in.
fn compare(ours: &Database, theirs: &Connection) {
    assert_eq!(ours.check(), vec![]);
    for table in ["users", "posts", "comments", "orders", "lines"] {
        let count: i64 =
            theirs.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(ours.query(table).count().unwrap(), count as u64, "rows of {table}");
    }
    for table in ["users", "posts"] {
        let page = ours.query(table).columns(["comments_count"]).all().unwrap();
        let counted = page.shape().column("comments_count").unwrap();
        let mut statement =
            theirs.prepare(&format!("SELECT comments_count FROM {table} ORDER BY id")).unwrap();
        let counts = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        assert!(
            page.iter().map(|row| counted.integer(row).unwrap()).eq(counts.map(Result::unwrap)),
            "{table}"
        );
    }
    let touched = ours.query("posts").filter(relata::col("updated_at").is_not_null()).count().unwrap();
    let sql = "SELECT count(*) FROM posts WHERE updated_at IS NOT NULL";
    assert_eq!(touched as i64, theirs.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap());
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Measures and prints.
pub fn run(scale: f64, rounds: usize) {
    let n = |full: f64| ((full * scale) as usize).max(100);
    let size = Size { users: n(1e5), posts: n(1e6), writes: n(2e5), orders: n(1e4) };
    let each = [size.writes, size.writes, DESTROYED, size.orders];
    let mut times: Vec<[[f64; 3]; 4]> = Vec::new();
    for round in 0..rounds.max(1) {
        let mut taken = [[0.0; 3]; 4];
        let (kept, plain, other) = (relata(&size, true), relata(&size, false), sqlite(&size));
        for turn in 0..3 {
            let peer = (turn + round) % 3;
            let found = match peer {
                0 => with_relata(&kept, &size),
                1 => with_relata(&plain, &size),
                _ => with_sqlite(&other, &size),
            };
            for ((line, found), ops) in taken.iter_mut().zip(found).zip(each) {
                line[peer] = found.as_secs_f64() * 1e9 / ops as f64;
            }
        }
        compare(&kept, &other);
        times.push(taken);
        eprintln!("round {} of {rounds}", round + 1);
    }
    println!("{} users, {} posts, {rounds} rounds: median time of one", size.users, size.posts);
    println!(
        "{:40}{:>12}{:>12}{:>12}{:>11}{:>11}",
        "", "relata", "no upkeep", "sqlite", "x plain", "x faster"
    );
    for (at, name) in WORK.iter().enumerate() {
        let of =
            |value: &dyn Fn(&[f64; 3]) -> f64| median(times.iter().map(|round| value(&round[at])).collect());
        let show = |ns: f64| if ns < 1e5 { format!("{ns:.0} ns") } else { format!("{:.1} us", ns / 1e3) };
        println!(
            "{name:40}{:>12}{:>12}{:>12}{:>11.2}{:>11.1}",
            show(of(&|t| t[0])),
            show(of(&|t| t[1])),
            show(of(&|t| t[2])),
            of(&|t| t[0] / t[1]),
            of(&|t| t[2] / t[0]),
        );
    }
}
