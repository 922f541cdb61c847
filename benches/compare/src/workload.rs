//! What each peer answers, the check arithmetic they share so that their answers can be compared, and
//! the trait each implements.

pub use crate::data::{CommentRow, Comments, Data, Queries, Strs};

// ---- check arithmetic: sums small enough to stay exact in a JavaScript number ----

/// Touches the bytes of the string, not only its length.
#[inline(always)]
pub fn sig(s: &str) -> u64 {
    let b = s.as_bytes();
    match b {
        [] => 0,
        [first, ..] => b.len() as u64 * 31 + *first as u64 + b[b.len() - 1] as u64,
    }
}
#[inline(always)]
pub fn ck_user(id: i64, name: &str) -> u64 {
    id as u64 + sig(name)
}
#[inline(always)]
pub fn ck_post(id: i64, title: &str, created_at: i64) -> u64 {
    id as u64 + sig(title) + created_at as u64 % 1000
}
#[inline(always)]
pub fn ck_comment(id: i64, body: &str, author: &str) -> u64 {
    id as u64 + sig(body) + sig(author)
}
/// W8, W9: a count and the ids, weighted by place where the order is part of the answer
pub fn ck_list(count: u64, ids: impl Iterator<Item = i64>, ordered: bool) -> u64 {
    let sum: u64 =
        ids.enumerate().map(|(i, id)| if ordered { (i as u64 + 1) * id as u64 } else { id as u64 }).sum();
    count * 1_000_003 + sum
}

/// The nested result of W5; `S` is a borrowed or an owned string, as the peer can give it.
#[derive(serde::Deserialize)]
pub struct UserNode<S> {
    pub id: i64,
    pub name: S,
    pub bio: Option<S>,
    pub posts: Vec<PostNode<S>>,
}
#[derive(serde::Deserialize)]
pub struct PostNode<S> {
    pub id: i64,
    pub title: S,
    pub created_at: i64,
    pub comments: Vec<CommentNode<S>>,
}
#[derive(serde::Deserialize)]
pub struct CommentNode<S> {
    pub id: i64,
    pub body: S,
    pub author: S,
}
impl<S: AsRef<str>> UserNode<S> {
    /// What the consumer does with the tree; the order of posts counts, that of comments not.
    pub fn walk(&self) -> u64 {
        let mut sum = ck_user(self.id, self.name.as_ref()) + self.bio.as_ref().map_or(0, |b| sig(b.as_ref()));
        for (i, p) in self.posts.iter().enumerate() {
            sum += (i as u64 + 1) * ck_post(p.id, p.title.as_ref(), p.created_at);
            for c in &p.comments {
                sum += ck_comment(c.id, c.body.as_ref(), c.author.as_ref());
            }
        }
        sum
    }
}

/// Row counts and counter sums of a store, with W6 over it: what writes are checked by.
#[derive(Debug, PartialEq, Clone, Copy)]
pub struct Digest {
    pub users: u64,
    pub profiles: u64,
    pub posts: u64,
    pub comments: u64,
    pub posts_tags: u64,
    /// the sum of the counters; `None` where the peer keeps none
    pub comments_count: Option<u64>,
    pub tree: u64,
}

impl Digest {
    /// Whether both are of the same rows; a counter that one of them doesn't keep can't differ.
    pub fn agrees(&self, other: &Digest) -> bool {
        let comments_count = self.comments_count.and(other.comments_count);
        let same =
            |digest: &Digest| Digest { comments_count: digest.comments_count.and(comments_count), ..*digest };
        same(self) == same(other)
    }
}

/// One way of keeping and answering the workload. `None`: this peer does not do that one.
pub trait Peer {
    /// Untimed, after each load: choose between several ways of answering the workloads that are wanted;
    /// returns what it found, if new.
    fn calibrate(&mut self, _q: &Queries, _wanted: &dyn Fn(&str) -> bool) -> Vec<String> {
        vec![]
    }
    /// point get: title and created_at of each post
    fn w1(&self, _posts: &[i64]) -> Option<u64> {
        None
    }
    /// id by unique email; 0 for none
    fn w2(&self, _emails: &Strs) -> Option<u64> {
        None
    }
    /// comment.author.name and comment.post.user.name
    fn w3(&self, _comments: &[i64]) -> Option<u64> {
        None
    }
    /// sum of created_at over user.posts
    fn w4(&self, _users: &[i64]) -> Option<u64> {
        None
    }
    /// one findFirst each: user, profile, 5 newest published posts, their comments, their authors
    fn w5(&self, _users: &[i64]) -> Option<u64> {
        None
    }
    /// the whole tree: users, posts, comments, authors
    fn w6(&self) -> Option<u64> {
        None
    }
    /// names of post.tags
    fn w7(&self, _posts: &[i64]) -> Option<u64> {
        None
    }
    /// count of posts published after, and the newest 100 of all those, by (created_at, id) descending
    fn w8(&self, _after: i64) -> Option<u64> {
        None
    }
    /// users with a published post whose comments_count exceeds 20
    fn w9(&self) -> Option<u64> {
        None
    }
    /// every comment with its author's name
    fn f1(&self) -> Option<u64> {
        None
    }
    /// how many comments each author wrote, and the sum of their times
    fn f2(&self) -> Option<u64> {
        None
    }
    /// the newest 100 comments on published posts, by (created_at, id) descending
    fn f3(&self) -> Option<u64> {
        None
    }
    /// how many users wrote any comment
    fn f4(&self) -> Option<u64> {
        None
    }
    /// each row its own operation: refused on a broken foreign key, else inserted and counted; returns rows accepted
    fn w10_each(&mut self, _rows: &Comments) -> Option<u64> {
        None
    }
    /// all rows in one atomic batch
    fn w10_batch(&mut self, _rows: &Comments) -> Option<u64> {
        None
    }
    /// each row a statement of one transaction
    fn transaction(&mut self, _rows: &Comments) -> Option<u64> {
        None
    }
    /// delete each user with profile, posts (their comments, their tags) and authored comments
    fn w11(&mut self, _users: &[i64]) -> Option<u64> {
        None
    }
    /// an isolated, writable copy
    fn fork(&mut self) -> Option<Box<dyn Peer>> {
        None
    }
    fn digest(&mut self) -> Option<Digest> {
        None
    }
}
