//! The limit: struct of arrays, foreign keys resolved to u32 row slots at load, children in
//! compressed adjacency rows, ids mapped by direct array. Written for this schema by hand and
//! for reading: no generality, no undo, appended children chain beside the packed rows and
//! deleted rows leave tombstones that only a dirty store looks for.

mod parts;

use crate::workload::*;
use hashbrown::{DefaultHashBuilder, HashTable};
use parts::{Chain, Col, Csr, IdMap, NONE, Texts, at, prefetch};
use std::hash::BuildHasher;

#[derive(Clone, Default)]
pub struct Limit {
    users: IdMap,
    user_id: Vec<i64>,
    user_name: Texts,
    user_email: Texts,
    user_created: Vec<i64>,
    user_posts_count: Vec<i64>,
    user_profile: Vec<u32>,
    by_email: HashTable<u32>,
    hash: DefaultHashBuilder,
    profile_id: Vec<i64>,
    profile_bio: Texts,
    profile_bio_null: Vec<bool>,
    posts: IdMap,
    post_id: Vec<i64>,
    post_user: Vec<u32>,
    post_title: Texts,
    post_published: Vec<bool>,
    post_created: Vec<i64>,
    post_comments_count: Vec<i64>,
    comments: IdMap,
    comment_id: Col<i64>,
    comment_post: Col<u32>,
    /// NONE: a tombstone
    comment_author: Col<u32>,
    comment_body: Texts,
    comment_created: Col<i64>,
    tag_id: Vec<i64>,
    tag_name: Texts,
    user_posts: Csr,
    post_comments: Csr,
    author_comments: Csr,
    post_tags: Csr,
    tag_posts: Csr,
    post_fresh: Chain,
    author_fresh: Chain,
    dirty: bool,
    gone: Gone,
}
#[derive(Clone, Default)]
struct Gone {
    users: usize,
    posts: usize,
    comments: usize,
    posts_tags: usize,
}

impl Limit {
    /// Rows kept in the order they came.
    pub fn load(d: &Data) -> Limit {
        Limit::load_in(d, 0..d.posts().count(), 0..d.comments.id.len())
    }

    /// Posts stored by user and comments by post, so that siblings are neighbours: what
    /// clustering could gain. It would not survive inserts.
    pub fn load_clustered(d: &Data) -> Limit {
        let (mut posts, mut comments): (Vec<_>, Vec<_>) =
            ((0..d.posts().count()).collect(), (0..d.comments.id.len()).collect());
        posts.sort_by_key(|i| d.post(*i).user_id);
        let mut place = IdMap::default();
        let mut rank = vec![0; posts.len()];
        posts.iter().enumerate().for_each(|(r, i): (_, &usize)| rank[*i] = r as u32);
        d.posts().enumerate().for_each(|(i, p)| place.push(p.id, rank[i] as usize));
        comments.sort_by_cached_key(|i| place.at(d.comments.post_id[*i]) as u32);
        Limit::load_in(d, posts.into_iter(), comments.into_iter())
    }

    fn load_in(d: &Data, posts: impl Iterator<Item = usize>, comments: impl Iterator<Item = usize>) -> Limit {
        let mut s = Limit::default();
        for (i, u) in d.users().enumerate() {
            s.users.push(u.id, i);
            s.user_id.push(u.id);
            s.user_name.push(u.name);
            s.user_email.push(u.email);
            s.user_created.push(u.created_at);
            s.user_posts_count.push(u.posts_count);
            let (emails, hash) = (&s.user_email, &s.hash);
            s.by_email
                .insert_unique(hash.hash_one(u.email), i as u32, |j| hash.hash_one(emails.get(*j as usize)));
        }
        s.user_profile = vec![NONE; s.user_id.len()];
        for (i, p) in d.profiles().enumerate() {
            s.profile_id.push(p.id);
            s.user_profile[s.users.get(p.user_id).unwrap()] = i as u32;
            s.profile_bio.push(p.bio.unwrap_or(""));
            s.profile_bio_null.push(p.bio.is_none());
        }
        for (i, p) in posts.map(|i| d.post(i)).enumerate() {
            s.posts.push(p.id, i);
            s.post_id.push(p.id);
            s.post_user.push(s.users.get(p.user_id).unwrap() as u32);
            s.post_title.push(p.title);
            s.post_published.push(p.published);
            s.post_created.push(p.created_at);
            s.post_comments_count.push(p.comments_count);
        }
        for (i, c) in comments.map(|i| d.comments.row(i)).enumerate() {
            s.comments.push(c.id, i);
            s.comment_id.push(c.id);
            s.comment_post.push(s.posts.get(c.post_id).unwrap() as u32);
            s.comment_author.push(s.users.get(c.author_id).unwrap() as u32);
            s.comment_body.push(c.body);
            s.comment_created.push(c.created_at);
        }
        let mut tags = IdMap::default();
        for (i, (id, name)) in d.tags().enumerate() {
            tags.push(id, i);
            s.tag_id.push(id);
            s.tag_name.push(name);
        }
        let pt_post: Vec<u32> = d.posts_tags.iter().map(|r| s.posts.get(r.0).unwrap() as u32).collect();
        let pt_tag: Vec<u32> = d.posts_tags.iter().map(|r| tags.get(r.1).unwrap() as u32).collect();

        let (users, posts, comments) = (s.user_id.len(), s.post_id.len(), s.comment_id.len());
        s.user_posts = Csr::build(users, &s.post_user, 0..);
        s.post_comments = Csr::build(posts, &s.comment_post, 0..);
        s.author_comments = Csr::build(users, &s.comment_author, 0..);
        s.post_tags = Csr::build(posts, &pt_post, pt_tag.iter().copied());
        s.tag_posts = Csr::build(s.tag_id.len(), &pt_tag, pt_post.iter().copied());
        s.post_fresh = Chain { base: comments, head: vec![NONE; posts], next: vec![] };
        s.author_fresh = Chain { base: comments, head: vec![NONE; users], next: vec![] };
        s
    }

    #[inline(always)]
    fn ck_comment(&self, c: u32) -> u64 {
        let a = at!(self.comment_author, c);
        ck_comment(at!(self.comment_id, c), self.comment_body.get(c as usize), self.user_name.get(a as usize))
    }

    /// Prefetches what a walk over these comments reads, so that their misses overlap.
    fn warm(&self, comments: &[u32]) {
        for c in comments {
            prefetch(&self.comment_author, *c);
            prefetch(self.comment_body.off(), *c);
            prefetch(&self.comment_id, *c);
        }
        for c in comments {
            prefetch(self.comment_body.text().as_bytes(), at!(self.comment_body.off(), *c));
            prefetch(self.user_name.off(), at!(self.comment_author, *c));
        }
    }

    /// W6. Each user's comments are gathered before they are walked.
    fn tree<const DIRTY: bool>(&self) -> u64 {
        let mut sum = 0;
        let mut batch: Vec<u32> = vec![];
        for u in 0..self.user_id.len() {
            if DIRTY && self.users.get(self.user_id[u]).is_none() {
                continue;
            }
            sum += ck_user(self.user_id[u], self.user_name.get(u));
            batch.clear();
            for p in self.user_posts.of(u) {
                prefetch(&self.post_id, *p);
                prefetch(&self.post_created, *p);
                prefetch(self.post_title.off(), *p);
                prefetch(&self.post_comments.off, *p);
            }
            for p in self.user_posts.of(u) {
                prefetch(self.post_title.text().as_bytes(), at!(self.post_title.off(), *p));
                prefetch(&self.post_comments.items, at!(self.post_comments.off, *p));
            }
            for p in self.user_posts.of(u) {
                sum += ck_post(
                    at!(self.post_id, *p),
                    self.post_title.get(*p as usize),
                    at!(self.post_created, *p),
                );
                batch.extend_from_slice(self.post_comments.of(*p as usize));
                if DIRTY {
                    batch.extend(self.post_fresh.of(*p as usize));
                }
            }
            for part in batch.chunks(256) {
                self.warm(part);
                for c in part {
                    if !DIRTY || at!(self.comment_author, *c) != NONE {
                        sum += self.ck_comment(*c);
                    }
                }
            }
        }
        sum
    }

    /// W8, by blocks: counted without branches, then looked through again, from cache, for the top.
    #[inline(always)]
    fn scan(&self, after: i64) -> u64 {
        let (mut count, mut floor) = (0, after + 1);
        let mut top: Vec<(i64, i64)> = vec![];
        for (b, (published, created)) in
            self.post_published.chunks(1024).zip(self.post_created.chunks(1024)).enumerate()
        {
            let rows = || published.iter().zip(created);
            count += rows().map(|(p, c)| *p as i64 & (*c > after) as i64).sum::<i64>();
            if rows().map(|(p, c)| *p as i64 & (*c >= floor) as i64).sum::<i64>() == 0 {
                continue;
            }
            for (i, (_, c)) in rows().enumerate().filter(|(_, (p, c))| **c >= floor && **p) {
                top.push((*c, self.post_id[b * 1024 + i]));
            }
            if top.len() > 200 {
                top.select_nth_unstable_by(99, |a, b| b.cmp(a));
                top.truncate(100);
                floor = top[99].0;
            }
        }
        top.sort_unstable_by(|a, b| b.cmp(a));
        ck_list(count as u64, top.iter().take(100).map(|t| t.1), true)
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn scan_avx2(&self, after: i64) -> u64 {
        self.scan(after)
    }

    fn insert(&mut self, r: &CommentRow) -> bool {
        let (Some(post), Some(author)) = (self.posts.get(r.post_id), self.users.get(r.author_id)) else {
            return false;
        };
        let slot = self.comment_id.len();
        self.comments.push(r.id, slot);
        self.comment_id.push(r.id);
        self.comment_post.push(post as u32);
        self.comment_author.push(author as u32);
        self.comment_body.push(r.body);
        self.comment_created.push(r.created_at);
        self.post_fresh.link(post, slot);
        self.author_fresh.link(author, slot);
        self.post_comments_count[post] += 1;
        true
    }

    fn bury(&mut self, c: u32) {
        if std::mem::replace(&mut self.comment_author[c as usize], NONE) != NONE {
            self.comments.0[self.comment_id[c as usize] as usize] = NONE;
            self.post_comments_count[self.comment_post[c as usize] as usize] -= 1;
            self.gone.comments += 1;
        }
    }
}

impl Peer for Limit {
    fn w1(&self, posts: &[i64]) -> Option<u64> {
        let one = |id: &i64| {
            let p = self.posts.at(*id);
            sig(self.post_title.get(p)) + at!(self.post_created, p) as u64 % 1000
        };
        Some(posts.iter().map(one).sum())
    }
    fn w2(&self, emails: &Strs) -> Option<u64> {
        let one = |e: &str| {
            let found = self.by_email.find(self.hash.hash_one(e), |u| self.user_email.get(*u as usize) == e);
            found.map_or(0, |u| self.user_id[*u as usize] as u64)
        };
        Some(emails.iter().map(one).sum())
    }
    fn w3(&self, comments: &[i64]) -> Option<u64> {
        let one = |id: &i64| {
            let c = self.comments.at(*id);
            let (author, post) = (at!(self.comment_author, c), at!(self.comment_post, c));
            let user = at!(self.post_user, post);
            sig(self.user_name.get(author as usize)) + sig(self.user_name.get(user as usize))
        };
        Some(comments.iter().map(one).sum())
    }
    fn w4(&self, users: &[i64]) -> Option<u64> {
        let one = |id: &i64| {
            self.user_posts
                .of(self.users.at(*id))
                .iter()
                .map(|p| at!(self.post_created, *p) as u64)
                .sum::<u64>()
        };
        Some(users.iter().map(one).sum())
    }
    fn w5(&self, users: &[i64]) -> Option<u64> {
        let (mut top, mut slots, mut posts, mut comments) = (vec![], vec![], vec![], vec![]);
        let mut sum = 0;
        for id in users {
            // the result: posts with the range of their comments in one flat list
            let u = self.users.at(*id);
            let profile = self.user_profile[u] as usize;
            top.clear();
            posts.clear();
            comments.clear();
            let all = self.user_posts.of(u);
            for p in all {
                prefetch(&self.post_published, *p);
                prefetch(&self.post_created, *p);
                prefetch(&self.post_id, *p);
            }
            let published = all.iter().filter(|p| at!(self.post_published, **p));
            top.extend(published.map(|p| (at!(self.post_created, *p), at!(self.post_id, *p), *p)));
            top.sort_unstable_by(|a, b| b.cmp(a));
            top.truncate(5);
            for (_, _, p) in &top {
                prefetch(self.post_title.off(), *p);
                prefetch(&self.post_comments.off, *p);
            }
            for (_, _, p) in &top {
                prefetch(self.post_title.text().as_bytes(), at!(self.post_title.off(), *p));
                prefetch(&self.post_comments.items, at!(self.post_comments.off, *p));
            }
            slots.clear();
            for (created, id, p) in &top {
                let first = slots.len();
                slots.extend_from_slice(self.post_comments.of(*p as usize));
                posts.push((*id, self.post_title.get(*p as usize), *created, first..slots.len()));
            }
            for part in slots.chunks(256) {
                self.warm(part);
                comments.extend(part.iter().map(|c| {
                    let author = at!(self.comment_author, *c);
                    (
                        at!(self.comment_id, *c),
                        self.comment_body.get(*c as usize),
                        self.user_name.get(author as usize),
                    )
                }));
            }
            let bio = (!self.profile_bio_null[profile]).then(|| self.profile_bio.get(profile));
            // the consumer
            sum += ck_user(*id, self.user_name.get(u)) + bio.map_or(0, sig);
            for (i, (id, title, created, range)) in posts.iter().enumerate() {
                sum += (i as u64 + 1) * ck_post(*id, title, *created);
                for (id, body, author) in &comments[range.clone()] {
                    sum += ck_comment(*id, body, author);
                }
            }
        }
        Some(sum)
    }
    fn w6(&self) -> Option<u64> {
        Some(if self.dirty { self.tree::<true>() } else { self.tree::<false>() })
    }
    fn w7(&self, posts: &[i64]) -> Option<u64> {
        let one = |id: &i64| {
            self.post_tags
                .of(self.posts.at(*id))
                .iter()
                .map(|t| sig(self.tag_name.get(*t as usize)))
                .sum::<u64>()
        };
        Some(posts.iter().map(one).sum())
    }
    fn w8(&self, after: i64) -> Option<u64> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            return Some(unsafe { self.scan_avx2(after) });
        }
        Some(self.scan(after))
    }
    fn w9(&self) -> Option<u64> {
        let mut hit = vec![false; self.user_id.len()];
        for (p, n) in self.post_comments_count.iter().enumerate() {
            if *n > 20 && self.post_published[p] {
                hit[self.post_user[p] as usize] = true;
            }
        }
        let ids = || hit.iter().zip(&self.user_id).filter(|(h, _)| **h).map(|(_, id)| *id);
        Some(ck_list(ids().count() as u64, ids(), false))
    }
    fn w10_each(&mut self, rows: &Comments) -> Option<u64> {
        self.dirty = true;
        Some(rows.iter().filter(|r| self.insert(r)).count() as u64)
    }
    fn w10_batch(&mut self, rows: &Comments) -> Option<u64> {
        self.w10_each(rows)
    }
    fn w11(&mut self, users: &[i64]) -> Option<u64> {
        self.dirty = true;
        for id in users {
            let u = self.users.get(*id).unwrap();
            self.users.0[*id as usize] = NONE;
            let email = self.user_email.get(u);
            self.by_email.find_entry(self.hash.hash_one(email), |j| *j == u as u32).ok().unwrap().remove();
            self.user_profile[u] = NONE;
            self.gone.users += 1;
            for i in 0..self.user_posts.of(u).len() {
                let p = self.user_posts.of(u)[i] as usize;
                for j in 0..self.post_comments.of(p).len() {
                    self.bury(self.post_comments.of(p)[j]);
                }
                for c in self.post_fresh.of(p).collect::<Vec<_>>() {
                    self.bury(c);
                }
                self.posts.0[self.post_id[p] as usize] = NONE;
                self.gone.posts += 1;
                self.gone.posts_tags += self.post_tags.of(p).len();
            }
            for j in 0..self.author_comments.of(u).len() {
                self.bury(self.author_comments.of(u)[j]);
            }
            for c in self.author_fresh.of(u).collect::<Vec<_>>() {
                self.bury(c);
            }
        }
        Some(users.len() as u64)
    }
    fn fork(&mut self) -> Option<Box<dyn Peer>> {
        Some(Box::new(self.clone()))
    }
    fn digest(&mut self) -> Option<Digest> {
        Some(Digest {
            users: (self.user_id.len() - self.gone.users) as u64,
            profiles: self.user_profile.iter().filter(|p| **p != NONE).count() as u64,
            posts: (self.post_id.len() - self.gone.posts) as u64,
            comments: (self.comment_id.len() - self.gone.comments) as u64,
            posts_tags: (self.post_tags.items.len() - self.gone.posts_tags) as u64,
            comments_count: Some(self.post_comments_count.iter().sum::<i64>() as u64),
            tree: self.w6()?,
        })
    }
}
