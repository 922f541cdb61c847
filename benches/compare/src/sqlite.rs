//! SQLite in memory: typed schema, an index on every foreign key (posts by user also holds
//! created_at), ON DELETE CASCADE, counter caches by trigger, statements prepared once. Where
//! there are several sensible ways to ask, `calibrate` times each and keeps the fastest.

mod schema;

use crate::workload::*;
use hashbrown::HashMap;
use rusqlite::{
    CachedStatement, Connection, MAIN_DB, Row, Statement, config::DbConfig, params, types::ValueRef,
};
use schema::{INDEXES, PRAGMAS, TABLES};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

// json(): a scalar subquery loses the subtype that keeps its text from being quoted
const COMMENTS_JSON: &str =
    "json((SELECT json_group_array(json_object('id', c.id, 'body', c.body, 'author', a.name))
  FROM comments c JOIN users a ON a.id = c.author_id WHERE c.post_id = p.id))";

#[derive(Clone, Copy, Default)]
struct Choice {
    w5: usize,
    w6: usize,
    w9: usize,
    f: [usize; 4],
    fork: usize,
}

/// found by the first `calibrate`, kept for later loads
static BEST: OnceLock<Choice> = OnceLock::new();

pub struct Sqlite {
    pub db: Connection,
    best: Choice,
}

fn text<'a>(r: &'a Row, i: usize) -> &'a str {
    r.get_ref_unwrap(i).as_str().unwrap()
}
fn int(r: &Row, i: usize) -> i64 {
    r.get_ref_unwrap(i).as_i64().unwrap()
}
fn each(s: &mut Statement, p: impl rusqlite::Params, mut f: impl FnMut(&Row)) {
    let mut rows = s.query(p).unwrap();
    while let Some(r) = rows.next().unwrap() {
        f(r)
    }
}

impl Sqlite {
    /// Over a database that was loaded elsewhere.
    pub fn over(db: Connection) -> Sqlite {
        Sqlite::open(db, BEST.get().copied().unwrap_or_default())
    }

    fn open(db: Connection, best: Choice) -> Sqlite {
        db.set_prepared_statement_cache_capacity(64);
        db.execute_batch(PRAGMAS).unwrap();
        // without it a build with STAT4, as the bundled one, plans again whenever a parameter changes
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).unwrap();
        Sqlite { db, best }
    }

    /// Rows first in one transaction, unchecked; indexes, triggers and checks after.
    pub fn load(d: &Data) -> Sqlite {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch("PRAGMA foreign_keys=OFF;").unwrap();
        db.execute_batch(TABLES).unwrap();
        let tx = db.transaction().unwrap();
        {
            let mut s = tx.prepare("INSERT INTO users VALUES(?,?,?,?,?)").unwrap();
            for u in d.users() {
                s.execute(params![u.id, u.name, u.email, u.created_at, u.posts_count]).unwrap();
            }
            let mut s = tx.prepare("INSERT INTO profiles VALUES(?,?,?)").unwrap();
            for p in d.profiles() {
                s.execute(params![p.id, p.user_id, p.bio]).unwrap();
            }
            let mut s = tx.prepare("INSERT INTO posts VALUES(?,?,?,?,?,?)").unwrap();
            for p in d.posts() {
                s.execute(params![p.id, p.user_id, p.title, p.published, p.created_at, p.comments_count])
                    .unwrap();
            }
            let mut s = tx.prepare("INSERT INTO comments VALUES(?,?,?,?,?)").unwrap();
            for c in d.comments.iter() {
                s.execute(params![c.id, c.post_id, c.author_id, c.body, c.created_at]).unwrap();
            }
            let mut s = tx.prepare("INSERT INTO tags VALUES(?,?)").unwrap();
            for (id, name) in d.tags() {
                s.execute(params![id, name]).unwrap();
            }
            let mut s = tx.prepare("INSERT INTO posts_tags VALUES(?,?)").unwrap();
            for (p, t) in &d.posts_tags {
                s.execute(params![p, t]).unwrap();
            }
        }
        tx.commit().unwrap();
        db.execute_batch(INDEXES).unwrap();
        Sqlite::over(db)
    }

    fn st(&self, sql: &str) -> CachedStatement<'_> {
        self.db.prepare_cached(sql).unwrap()
    }

    fn user_node(&self, s: &mut Statement, id: i64) -> UserNode<String> {
        let mut node = None;
        each(s, [id], |r| {
            let bio = match r.get_ref_unwrap(2) {
                ValueRef::Null => None,
                v => Some(v.as_str().unwrap().to_string()),
            };
            node = Some(UserNode {
                id: int(r, 0),
                name: text(r, 1).to_string(),
                bio,
                posts: Vec::with_capacity(5),
            });
        });
        node.unwrap()
    }

    /// three levels, each a prepared statement; `batch`: the comments of all five posts by one IN list
    fn w5_levels(&self, users: &[i64], batch: bool) -> u64 {
        let mut user = self.st(
            "SELECT u.id, u.name, p.bio FROM users u LEFT JOIN profiles p ON p.user_id = u.id WHERE u.id = ?",
        );
        let mut posts = self.st("SELECT id, title, created_at FROM posts WHERE user_id = ? AND published ORDER BY created_at DESC, id DESC LIMIT 5");
        let mut one = self.st("SELECT c.id, c.body, a.name FROM comments c JOIN users a ON a.id = c.author_id WHERE c.post_id = ?");
        let mut five = self.st("SELECT c.id, c.body, a.name, c.post_id FROM comments c JOIN users a ON a.id = c.author_id WHERE c.post_id IN (?,?,?,?,?)");
        let comment = |r: &Row| CommentNode {
            id: int(r, 0),
            body: text(r, 1).to_string(),
            author: text(r, 2).to_string(),
        };
        let find_first = |id: i64| {
            let mut node = self.user_node(&mut user, id);
            let list = &mut node.posts;
            each(&mut posts, [id], |r| {
                list.push(PostNode {
                    id: int(r, 0),
                    title: text(r, 1).to_string(),
                    created_at: int(r, 2),
                    comments: vec![],
                })
            });
            if batch {
                let ids: [i64; 5] = std::array::from_fn(|i| list.get(i).map_or(0, |p| p.id));
                each(&mut five, ids, |r| {
                    let post = int(r, 3);
                    list.iter_mut().find(|p| p.id == post).unwrap().comments.push(comment(r));
                });
            } else {
                for p in list {
                    each(&mut one, [p.id], |r| p.comments.push(comment(r)));
                }
            }
            node
        };
        users.iter().copied().map(find_first).map(|n| n.walk()).sum()
    }

    /// two statements: user with profile, then posts left join comments
    fn w5_join(&self, users: &[i64]) -> u64 {
        let mut user = self.st(
            "SELECT u.id, u.name, p.bio FROM users u LEFT JOIN profiles p ON p.user_id = u.id WHERE u.id = ?",
        );
        let mut rest = self.st("SELECT p.id, p.title, p.created_at, c.id, c.body, a.name FROM (SELECT id, title, created_at FROM posts
               WHERE user_id = ? AND published ORDER BY created_at DESC, id DESC LIMIT 5) p
             LEFT JOIN comments c ON c.post_id = p.id LEFT JOIN users a ON a.id = c.author_id");
        let find_first = |id: i64| {
            let mut node = self.user_node(&mut user, id);
            each(&mut rest, [id], |r| {
                let post = int(r, 0);
                if node.posts.last().is_none_or(|p| p.id != post) {
                    node.posts.push(PostNode {
                        id: post,
                        title: text(r, 1).to_string(),
                        created_at: int(r, 2),
                        comments: vec![],
                    });
                }
                if let ValueRef::Integer(id) = r.get_ref_unwrap(3) {
                    let c = CommentNode { id, body: text(r, 4).to_string(), author: text(r, 5).to_string() };
                    node.posts.last_mut().unwrap().comments.push(c);
                }
            });
            node
        };
        users.iter().copied().map(find_first).map(|n| n.walk()).sum()
    }

    /// one statement with correlated json_group_array, parsed into typed nodes
    fn w5_json(&self, users: &[i64]) -> u64 {
        let mut s = self.st(&format!(
            "SELECT json_object('id', u.id, 'name', u.name, 'bio', pr.bio, 'posts', json((SELECT json_group_array(
               json_object('id', p.id, 'title', p.title, 'created_at', p.created_at, 'comments', {COMMENTS_JSON}))
               FROM (SELECT id, title, created_at FROM posts WHERE user_id = u.id AND published
                     ORDER BY created_at DESC, id DESC LIMIT 5) p)))
             FROM users u LEFT JOIN profiles pr ON pr.user_id = u.id WHERE u.id = ?"
        ));
        let mut sum = 0;
        for id in users {
            each(&mut s, [id], |r| {
                sum += serde_json::from_str::<UserNode<String>>(text(r, 0)).unwrap().walk()
            });
        }
        sum
    }

    /// batch preload: one scan per table, stitched by hash maps, then walked
    fn w6_preload(&self) -> u64 {
        let mut authors: HashMap<i64, String> = HashMap::new();
        each(&mut self.st("SELECT id, name FROM users"), [], |r| {
            authors.insert(int(r, 0), text(r, 1).to_string());
        });
        let mut comments: HashMap<i64, Vec<(i64, String, i64)>> = HashMap::new();
        each(&mut self.st("SELECT id, post_id, author_id, body FROM comments"), [], |r| {
            comments.entry(int(r, 1)).or_default().push((int(r, 0), text(r, 3).to_string(), int(r, 2)));
        });
        let mut posts: HashMap<i64, Vec<(i64, String, i64)>> = HashMap::new();
        each(&mut self.st("SELECT id, user_id, title, created_at FROM posts"), [], |r| {
            posts.entry(int(r, 1)).or_default().push((int(r, 0), text(r, 2).to_string(), int(r, 3)));
        });
        let mut sum = 0;
        for (id, name) in &authors {
            sum += ck_user(*id, name);
            for (id, title, created) in posts.get(id).into_iter().flatten() {
                sum += ck_post(*id, title, *created);
                for (id, body, author) in comments.get(id).into_iter().flatten() {
                    sum += ck_comment(*id, body, &authors[author]);
                }
            }
        }
        sum
    }

    /// prepared statement per level, streamed, nothing kept
    fn w6_levels(&self) -> u64 {
        let mut posts = self.st("SELECT id, title, created_at FROM posts WHERE user_id = ?");
        let mut comments = self.st("SELECT c.id, c.body, a.name FROM comments c JOIN users a ON a.id = c.author_id WHERE c.post_id = ?");
        let mut sum = 0;
        each(&mut self.st("SELECT id, name FROM users"), [], |r| {
            sum += ck_user(int(r, 0), text(r, 1));
            each(&mut posts, [int(r, 0)], |r| {
                sum += ck_post(int(r, 0), text(r, 1), int(r, 2));
                each(&mut comments, [int(r, 0)], |r| sum += ck_comment(int(r, 0), text(r, 1), text(r, 2)));
            });
        });
        sum
    }

    /// one left join, streamed; parents recognised by a change of id
    fn w6_join(&self) -> u64 {
        let (mut sum, mut user, mut post) = (0, 0, 0);
        let sql = "SELECT u.id, u.name, p.id, p.title, p.created_at, c.id, c.body, a.name FROM users u
            LEFT JOIN posts p ON p.user_id = u.id LEFT JOIN comments c ON c.post_id = p.id LEFT JOIN users a ON a.id = c.author_id
            ORDER BY u.id";
        each(&mut self.st(sql), [], |r| {
            if int(r, 0) != user {
                user = int(r, 0);
                sum += ck_user(user, text(r, 1));
            }
            let ValueRef::Integer(p) = r.get_ref_unwrap(2) else { return };
            if p != post {
                post = p;
                sum += ck_post(p, text(r, 3), int(r, 4));
            }
            let ValueRef::Integer(c) = r.get_ref_unwrap(5) else { return };
            sum += ck_comment(c, text(r, 6), text(r, 7));
        });
        sum
    }

    fn fork_backup(&self) -> Connection {
        let mut to = Connection::open_in_memory().unwrap();
        let b = rusqlite::backup::Backup::new(&self.db, &mut to).unwrap();
        b.run_to_completion(i32::MAX, Duration::ZERO, None).unwrap();
        drop(b);
        to
    }

    fn fork_deserialize(&mut self) -> Connection {
        let bytes = self.db.serialize(MAIN_DB).unwrap();
        let mut to = Connection::open_in_memory().unwrap();
        let rusqlite::serialize::Data::Owned(bytes) = bytes else { unreachable!() };
        to.deserialize(MAIN_DB, bytes, false).unwrap();
        to
    }

    fn insert_all(&self, rows: &Comments) -> u64 {
        let mut s = self.st("INSERT INTO comments VALUES(?,?,?,?,?)");
        rows.iter()
            .filter(|c| s.execute(params![c.id, c.post_id, c.author_id, c.body, c.created_at]).is_ok())
            .count() as u64
    }

    fn count(&self, sql: &str) -> u64 {
        self.db.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap() as u64
    }
}

const W5: [&str; 4] = [
    "statement per level and post",
    "statement per level, IN list",
    "user, then one left join",
    "json_group_array",
];
const W6: [&str; 3] = ["scan per table, stitched", "statement per parent", "one left join"];
const W9: [&str; 3] = [
    "SELECT u.id FROM users u WHERE EXISTS (SELECT 1 FROM posts p WHERE p.user_id = u.id AND p.published AND p.comments_count > 20)",
    "SELECT DISTINCT user_id FROM posts WHERE published AND comments_count > 20",
    "SELECT id FROM users WHERE id IN (SELECT user_id FROM posts WHERE published AND comments_count > 20)",
];
// rows in the order of the table, or of the index that the planner takes by itself
const F1: [&str; 3] = [
    "SELECT c.id, a.name FROM comments c JOIN users a ON a.id = c.author_id",
    "SELECT c.id, a.name FROM comments c NOT INDEXED CROSS JOIN users a ON a.id = c.author_id",
    "SELECT c.id, a.name FROM users a CROSS JOIN comments c ON a.id = c.author_id",
];
const F2: [&str; 2] = [
    "SELECT author_id, count(*), sum(created_at) FROM comments GROUP BY author_id",
    "SELECT author_id, count(*), sum(created_at) FROM comments NOT INDEXED GROUP BY author_id",
];
const F3: [&str; 4] = [
    "SELECT c.id FROM comments c JOIN posts p ON p.id = c.post_id WHERE p.published
        ORDER BY c.created_at DESC, c.id DESC LIMIT 100",
    "SELECT c.id FROM comments c NOT INDEXED CROSS JOIN posts p ON p.id = c.post_id WHERE p.published
        ORDER BY c.created_at DESC, c.id DESC LIMIT 100",
    "SELECT c.id FROM comments c WHERE c.post_id IN (SELECT id FROM posts WHERE published)
        ORDER BY c.created_at DESC, c.id DESC LIMIT 100",
    // what sorts first is looked at first
    "SELECT c.id FROM (SELECT id, post_id FROM comments NOT INDEXED ORDER BY created_at DESC, id DESC) c
        WHERE (SELECT published FROM posts WHERE id = c.post_id) LIMIT 100",
];
const F4: [&str; 4] = [
    "SELECT count(DISTINCT author_id) FROM comments",
    "SELECT count(*) FROM (SELECT DISTINCT author_id FROM comments)",
    "SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM comments WHERE author_id = users.id)",
    "WITH RECURSIVE t(x) AS (SELECT min(author_id) FROM comments UNION ALL
        SELECT (SELECT min(author_id) FROM comments WHERE author_id > x) FROM t WHERE x IS NOT NULL)
        SELECT count(x) FROM t",
];
const FORK: [&str; 2] = ["backup", "serialize + deserialize"];

impl Peer for Sqlite {
    fn calibrate(&mut self, q: &Queries, wanted: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut notes = vec![];
        if BEST.get().is_some() {
            return notes;
        }
        let mut choose = |what: &str, names: &[&str], run: &mut dyn FnMut(usize) -> u64| {
            if !wanted(what) {
                return 0;
            }
            let mut took = vec![];
            let mut answer = None;
            for (i, name) in names.iter().enumerate() {
                let a = run(i);
                let t = Instant::now();
                run(i);
                took.push((t.elapsed(), i));
                notes.push(format!(
                    "sqlite {what}: {:8.1} ms  {}",
                    took[i].0.as_secs_f64() * 1e3,
                    &name[..name.len().min(60)]
                ));
                assert_eq!(*answer.get_or_insert(a), a, "{what} {name}");
            }
            took.iter().min().unwrap().1
        };
        let mut best = Choice::default();
        best.w5 = choose("w5", &W5, &mut |i| {
            self.best.w5 = i;
            self.w5(&q.w5_users[..q.w5_users.len() / 4]).unwrap()
        });
        best.w6 = choose("w6", &W6, &mut |i| {
            self.best.w6 = i;
            self.w6().unwrap()
        });
        best.w9 = choose("w9", &W9, &mut |i| {
            self.best.w9 = i;
            self.w9().unwrap()
        });
        for (at, what, forms) in [(0, "f1", &F1[..]), (1, "f2", &F2), (2, "f3", &F3), (3, "f4", &F4)] {
            best.f[at] = choose(what, forms, &mut |i| {
                self.best.f[at] = i;
                crate::measure::read(self, what, q).unwrap()
            });
        }
        best.fork = choose("w12", &FORK, &mut |i| {
            self.best.fork = i;
            self.fork().is_some() as u64
        });
        self.best = *BEST.get_or_init(|| best);
        notes
    }
    fn w1(&self, posts: &[i64]) -> Option<u64> {
        let mut s = self.st("SELECT title, created_at FROM posts WHERE id = ?");
        let mut sum = 0;
        for id in posts {
            each(&mut s, [id], |r| sum += sig(text(r, 0)) + int(r, 1) as u64 % 1000);
        }
        Some(sum)
    }
    fn w2(&self, emails: &Strs) -> Option<u64> {
        let mut s = self.st("SELECT id FROM users WHERE email = ?");
        let mut sum = 0;
        for e in emails.iter() {
            each(&mut s, [e], |r| sum += int(r, 0) as u64);
        }
        Some(sum)
    }
    fn w3(&self, comments: &[i64]) -> Option<u64> {
        let mut s = self.st("SELECT a.name, u.name FROM comments c JOIN users a ON a.id = c.author_id
             JOIN posts p ON p.id = c.post_id JOIN users u ON u.id = p.user_id WHERE c.id = ?");
        let mut sum = 0;
        for id in comments {
            each(&mut s, [id], |r| sum += sig(text(r, 0)) + sig(text(r, 1)));
        }
        Some(sum)
    }
    fn w4(&self, users: &[i64]) -> Option<u64> {
        // covered by the index (user_id, created_at)
        let mut s = self.st("SELECT total(created_at) FROM posts WHERE user_id = ?");
        let mut sum = 0;
        for id in users {
            each(&mut s, [id], |r| sum += r.get_unwrap::<_, f64>(0) as u64);
        }
        Some(sum)
    }
    fn w5(&self, users: &[i64]) -> Option<u64> {
        Some(match self.best.w5 {
            0 => self.w5_levels(users, false),
            1 => self.w5_levels(users, true),
            2 => self.w5_join(users),
            _ => self.w5_json(users),
        })
    }
    fn w6(&self) -> Option<u64> {
        Some(match self.best.w6 {
            0 => self.w6_preload(),
            1 => self.w6_levels(),
            _ => self.w6_join(),
        })
    }
    fn w7(&self, posts: &[i64]) -> Option<u64> {
        let mut s =
            self.st("SELECT t.name FROM posts_tags pt JOIN tags t ON t.id = pt.tag_id WHERE pt.post_id = ?");
        let mut sum = 0;
        for id in posts {
            each(&mut s, [id], |r| sum += sig(text(r, 0)));
        }
        Some(sum)
    }
    fn w8(&self, after: i64) -> Option<u64> {
        let (mut count, mut top) = (0, vec![]);
        each(&mut self.st("SELECT count(*) FROM posts WHERE published AND created_at > ?"), [after], |r| {
            count = int(r, 0) as u64
        });
        let sql = "SELECT id FROM posts WHERE published AND created_at > ? ORDER BY created_at DESC, id DESC LIMIT 100";
        each(&mut self.st(sql), [after], |r| top.push(int(r, 0)));
        Some(ck_list(count, top.into_iter(), true))
    }
    fn w9(&self) -> Option<u64> {
        let mut ids = vec![];
        each(&mut self.st(W9[self.best.w9]), [], |r| ids.push(int(r, 0)));
        Some(ck_list(ids.len() as u64, ids.into_iter(), false))
    }
    fn f1(&self) -> Option<u64> {
        let mut sum = 0;
        each(&mut self.st(F1[self.best.f[0]]), [], |r| sum += ck_user(int(r, 0), text(r, 1)));
        Some(sum)
    }
    fn f2(&self) -> Option<u64> {
        let mut sum = 0;
        each(&mut self.st(F2[self.best.f[1]]), [], |r| {
            sum += (int(r, 0) * int(r, 1)) as u64 + int(r, 2) as u64 % 1000
        });
        Some(sum)
    }
    fn f3(&self) -> Option<u64> {
        let mut ids = vec![];
        each(&mut self.st(F3[self.best.f[2]]), [], |r| ids.push(int(r, 0)));
        Some(ck_list(ids.len() as u64, ids.into_iter(), true))
    }
    fn f4(&self) -> Option<u64> {
        Some(self.count(F4[self.best.f[3]]))
    }
    fn w10_each(&mut self, rows: &Comments) -> Option<u64> {
        Some(self.insert_all(rows))
    }
    fn w10_batch(&mut self, rows: &Comments) -> Option<u64> {
        self.db.execute_batch("BEGIN").unwrap();
        let n = self.insert_all(rows);
        self.db.execute_batch("COMMIT").unwrap();
        Some(n)
    }
    fn w11(&mut self, users: &[i64]) -> Option<u64> {
        let mut s = self.st("DELETE FROM users WHERE id = ?");
        Some(users.iter().map(|id| s.execute([id]).unwrap() as u64).sum())
    }
    fn transaction(&mut self, rows: &Comments) -> Option<u64> {
        self.w10_batch(rows)
    }
    fn fork(&mut self) -> Option<Box<dyn Peer>> {
        let db = if self.best.fork == 0 { self.fork_backup() } else { self.fork_deserialize() };
        Some(Box::new(Sqlite::open(db, self.best)))
    }
    fn digest(&mut self) -> Option<Digest> {
        Some(Digest {
            users: self.count("SELECT count(*) FROM users"),
            profiles: self.count("SELECT count(*) FROM profiles"),
            posts: self.count("SELECT count(*) FROM posts"),
            comments: self.count("SELECT count(*) FROM comments"),
            posts_tags: self.count("SELECT count(*) FROM posts_tags"),
            comments_count: Some(self.count("SELECT sum(comments_count) FROM posts")),
            tree: self.w6()?,
        })
    }
}
