//! What a Rust engineer writes by hand in an afternoon: a hash map of structs per table, and a
//! hash map of id lists per foreign key, kept in step by hand.

use crate::workload::*;
use hashbrown::{HashMap, HashSet};

#[derive(Clone)]
#[allow(dead_code)]
struct User {
    id: i64,
    name: String,
    email: String,
    created_at: i64,
    posts_count: i64,
}
#[derive(Clone)]
#[allow(dead_code)]
struct Profile {
    id: i64,
    user_id: i64,
    bio: Option<String>,
}
#[derive(Clone)]
struct Post {
    id: i64,
    user_id: i64,
    title: String,
    published: bool,
    created_at: i64,
    comments_count: i64,
}
#[derive(Clone)]
#[allow(dead_code)]
struct Comment {
    id: i64,
    post_id: i64,
    author_id: i64,
    body: String,
    created_at: i64,
}

#[derive(Clone, Default)]
pub struct Structs {
    users: HashMap<i64, User>,
    user_by_email: HashMap<String, i64>,
    profiles: HashMap<i64, Profile>,
    profile_by_user: HashMap<i64, i64>,
    posts: HashMap<i64, Post>,
    posts_by_user: HashMap<i64, Vec<i64>>,
    comments: HashMap<i64, Comment>,
    comments_by_post: HashMap<i64, Vec<i64>>,
    comments_by_author: HashMap<i64, Vec<i64>>,
    tags: HashMap<i64, String>,
    tags_by_post: HashMap<i64, Vec<i64>>,
    posts_by_tag: HashMap<i64, Vec<i64>>,
}

fn many(map: &HashMap<i64, Vec<i64>>, id: i64) -> &[i64] {
    map.get(&id).map_or(&[], |v| v)
}
fn unlink(map: &mut HashMap<i64, Vec<i64>>, parent: i64, child: i64) {
    if let Some(v) = map.get_mut(&parent) {
        if let Some(i) = v.iter().position(|c| *c == child) {
            v.swap_remove(i);
        }
    }
}

impl Structs {
    pub fn load(d: &Data) -> Structs {
        let mut s = Structs::default();
        for u in d.users() {
            s.user_by_email.insert(u.email.to_string(), u.id);
            let user = User {
                id: u.id,
                name: u.name.to_string(),
                email: u.email.to_string(),
                created_at: u.created_at,
                posts_count: u.posts_count,
            };
            s.users.insert(u.id, user);
        }
        for p in d.profiles() {
            s.profile_by_user.insert(p.user_id, p.id);
            s.profiles.insert(p.id, Profile { id: p.id, user_id: p.user_id, bio: p.bio.map(str::to_string) });
        }
        for p in d.posts() {
            s.posts_by_user.entry(p.user_id).or_default().push(p.id);
            let post = Post {
                id: p.id,
                user_id: p.user_id,
                title: p.title.to_string(),
                published: p.published,
                created_at: p.created_at,
                comments_count: p.comments_count,
            };
            s.posts.insert(p.id, post);
        }
        for c in d.comments.iter() {
            s.link(&c);
        }
        for (id, name) in d.tags() {
            s.tags.insert(id, name.to_string());
        }
        for (post, tag) in &d.posts_tags {
            s.tags_by_post.entry(*post).or_default().push(*tag);
            s.posts_by_tag.entry(*tag).or_default().push(*post);
        }
        s
    }

    fn link(&mut self, c: &CommentRow) {
        self.comments_by_post.entry(c.post_id).or_default().push(c.id);
        self.comments_by_author.entry(c.author_id).or_default().push(c.id);
        let comment = Comment {
            id: c.id,
            post_id: c.post_id,
            author_id: c.author_id,
            body: c.body.to_string(),
            created_at: c.created_at,
        };
        self.comments.insert(c.id, comment);
    }

    fn insert(&mut self, c: &CommentRow) -> bool {
        if !self.users.contains_key(&c.author_id) {
            return false;
        }
        let Some(post) = self.posts.get_mut(&c.post_id) else { return false };
        post.comments_count += 1;
        self.link(c);
        true
    }

    fn find_first(&self, id: i64) -> UserNode<&str> {
        let u = &self.users[&id];
        let profile = &self.profiles[&self.profile_by_user[&id]];
        let mut posts: Vec<&Post> =
            many(&self.posts_by_user, id).iter().map(|p| &self.posts[p]).filter(|p| p.published).collect();
        posts.sort_unstable_by_key(|p| std::cmp::Reverse((p.created_at, p.id)));
        posts.truncate(5);
        UserNode {
            id: u.id,
            name: &u.name,
            bio: profile.bio.as_deref(),
            posts: posts
                .iter()
                .map(|p| PostNode {
                    id: p.id,
                    title: &*p.title,
                    created_at: p.created_at,
                    comments: many(&self.comments_by_post, p.id)
                        .iter()
                        .map(|c| {
                            let c = &self.comments[c];
                            CommentNode { id: c.id, body: &*c.body, author: &*self.users[&c.author_id].name }
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}

impl Peer for Structs {
    fn w1(&self, posts: &[i64]) -> Option<u64> {
        let one = |id| {
            let p = &self.posts[id];
            sig(&p.title) + p.created_at as u64 % 1000
        };
        Some(posts.iter().map(one).sum())
    }
    fn w2(&self, emails: &Strs) -> Option<u64> {
        Some(emails.iter().map(|e| self.user_by_email.get(e).map_or(0, |id| *id as u64)).sum())
    }
    fn w3(&self, comments: &[i64]) -> Option<u64> {
        let one = |id| {
            let c = &self.comments[id];
            sig(&self.users[&c.author_id].name) + sig(&self.users[&self.posts[&c.post_id].user_id].name)
        };
        Some(comments.iter().map(one).sum())
    }
    fn w4(&self, users: &[i64]) -> Option<u64> {
        let one = |id: &i64| {
            many(&self.posts_by_user, *id).iter().map(|p| self.posts[p].created_at as u64).sum::<u64>()
        };
        Some(users.iter().map(one).sum())
    }
    fn w5(&self, users: &[i64]) -> Option<u64> {
        Some(users.iter().map(|id| self.find_first(*id).walk()).sum())
    }
    fn w6(&self) -> Option<u64> {
        let mut sum = 0;
        for u in self.users.values() {
            sum += ck_user(u.id, &u.name);
            for p in many(&self.posts_by_user, u.id) {
                let p = &self.posts[p];
                sum += ck_post(p.id, &p.title, p.created_at);
                for c in many(&self.comments_by_post, p.id) {
                    let c = &self.comments[c];
                    sum += ck_comment(c.id, &c.body, &self.users[&c.author_id].name);
                }
            }
        }
        Some(sum)
    }
    fn w7(&self, posts: &[i64]) -> Option<u64> {
        let one = |id: &i64| many(&self.tags_by_post, *id).iter().map(|t| sig(&self.tags[t])).sum::<u64>();
        Some(posts.iter().map(one).sum())
    }
    fn w8(&self, after: i64) -> Option<u64> {
        let mut hits: Vec<(i64, i64)> = self
            .posts
            .values()
            .filter(|p| p.published && p.created_at > after)
            .map(|p| (p.created_at, p.id))
            .collect();
        let count = hits.len() as u64;
        if hits.len() > 100 {
            hits.select_nth_unstable_by(99, |a, b| b.cmp(a));
            hits.truncate(100);
        }
        hits.sort_unstable_by(|a, b| b.cmp(a));
        Some(ck_list(count, hits.iter().map(|h| h.1), true))
    }
    fn w9(&self) -> Option<u64> {
        let users: HashSet<i64> =
            self.posts.values().filter(|p| p.published && p.comments_count > 20).map(|p| p.user_id).collect();
        Some(ck_list(users.len() as u64, users.iter().copied(), false))
    }
    fn w10_each(&mut self, rows: &Comments) -> Option<u64> {
        Some(rows.iter().filter(|r| self.insert(r)).count() as u64)
    }
    fn w10_batch(&mut self, rows: &Comments) -> Option<u64> {
        // atomic: check all, then apply
        if !rows.iter().all(|r| self.users.contains_key(&r.author_id) && self.posts.contains_key(&r.post_id))
        {
            return Some(0);
        }
        Some(rows.iter().filter(|r| self.insert(r)).count() as u64)
    }
    fn w11(&mut self, users: &[i64]) -> Option<u64> {
        for id in users {
            let u = self.users.remove(id).unwrap();
            self.user_by_email.remove(&u.email);
            if let Some(p) = self.profile_by_user.remove(id) {
                self.profiles.remove(&p);
            }
            for post in self.posts_by_user.remove(id).unwrap_or_default() {
                for c in self.comments_by_post.remove(&post).unwrap_or_default() {
                    let c = self.comments.remove(&c).unwrap();
                    unlink(&mut self.comments_by_author, c.author_id, c.id);
                }
                for tag in self.tags_by_post.remove(&post).unwrap_or_default() {
                    unlink(&mut self.posts_by_tag, tag, post);
                }
                self.posts.remove(&post);
            }
            for c in self.comments_by_author.remove(id).unwrap_or_default() {
                let c = self.comments.remove(&c).unwrap();
                unlink(&mut self.comments_by_post, c.post_id, c.id);
                self.posts.get_mut(&c.post_id).unwrap().comments_count -= 1;
            }
        }
        Some(users.len() as u64)
    }
    fn fork(&mut self) -> Option<Box<dyn Peer>> {
        Some(Box::new(self.clone()))
    }
    fn digest(&mut self) -> Option<Digest> {
        let joins = self.tags_by_post.values().map(Vec::len).sum::<usize>();
        assert_eq!(joins, self.posts_by_tag.values().map(Vec::len).sum::<usize>());
        Some(Digest {
            users: self.users.len() as u64,
            profiles: self.profiles.len() as u64,
            posts: self.posts.len() as u64,
            comments: self.comments.len() as u64,
            posts_tags: joins as u64,
            comments_count: Some(self.posts.values().map(|p| p.comments_count as u64).sum()),
            tree: self.w6()?,
        })
    }
}
