//! Relata by its typed models: every read, as a user would write it with them. Writes are as without.

use crate::relata::Relata;
use crate::workload::*;
use relata::typed::{Col, Database, Id, Model, Narrowed, count};

#[derive(Model)]
#[relata(has_one(profile: Profile::user), has_many(posts: Post::user, counter = posts_count))]
struct User {
    #[relata(key)]
    id: Id<User>,
    name: String,
    #[relata(unique)]
    email: String,
    created_at: i64,
    posts_count: i64,
}

#[derive(Model)]
struct Profile {
    #[relata(key)]
    id: Id<Profile>,
    #[relata(unique, belongs_to(user: User, on_delete = cascade))]
    user_id: Id<User>,
    bio: Option<String>,
}

#[derive(Model)]
#[relata(has_many(comments: Comment::post, counter = comments_count))]
#[relata(has_many(tags: Tag, through(PostTag::post, PostTag::tag)))]
struct Post {
    #[relata(key)]
    id: Id<Post>,
    #[relata(belongs_to(user: User, on_delete = cascade))]
    user_id: Id<User>,
    title: String,
    published: bool,
    created_at: i64,
    comments_count: i64,
}

#[derive(Model)]
struct Comment {
    #[relata(key)]
    id: Id<Comment>,
    #[relata(belongs_to(post: Post, on_delete = cascade))]
    post_id: Id<Post>,
    #[relata(belongs_to(author: User, on_delete = cascade))]
    author_id: Id<User>,
    body: String,
    created_at: i64,
}

#[derive(Model)]
struct Tag {
    #[relata(key)]
    id: Id<Tag>,
    name: String,
}

#[derive(Model)]
#[relata(table = "posts_tags")]
struct PostTag {
    #[relata(key, belongs_to(post: Post, on_delete = cascade))]
    post_id: Id<Post>,
    #[relata(key, belongs_to(tag: Tag, on_delete = cascade))]
    tag_id: Id<Tag>,
}

type Models = (User, Profile, Post, Comment, Tag, PostTag);

pub struct Typed {
    db: Database,
}

impl Typed {
    pub fn load(d: &Data) -> Typed {
        let db = Database::over::<Models>(Relata::load_typed(d).database().clone());
        Typed { db: db.unwrap() }
    }
}

/// The parts of a comment, and of a post with its comments.
type CommentParts =
    (Col<Comment, Id<Comment>>, Col<Comment, String>, Narrowed<CommentAuthor, Col<User, String>>);
type PostParts =
    (Col<Post, Id<Post>>, Col<Post, String>, Col<Post, i64>, Narrowed<PostComments, CommentParts>);

fn post(p: PostFields) -> PostParts {
    let comments = p.comments().select(|c| (c.id(), c.body(), c.author().select(|u| u.name())));
    (p.id(), p.title(), p.created_at(), comments)
}

fn keys<M>(keys: &[i64]) -> impl Iterator<Item = Id<M>> {
    keys.iter().copied().map(Id::new)
}

impl Peer for Typed {
    fn w1(&self, posts: &[i64]) -> Option<u64> {
        let query = self.db.query::<Post>().select(|p| (p.title(), p.created_at())).prepare().unwrap();
        let mut sum = 0;
        let found = query.by_key().each(keys(posts), |post| {
            let (title, created_at) = post.unwrap();
            sum += sig(title) + created_at as u64 % 1000;
        });
        found.unwrap();
        Some(sum)
    }

    fn w2(&self, emails: &Strs) -> Option<u64> {
        let query = self.db.query::<User>().select(|u| u.id()).prepare().unwrap();
        let mut sum = 0;
        let mut by_email = query.by_unique(|u| u.email()).unwrap();
        by_email.each(emails.iter(), |id| sum += id.map_or(0, |id| *id.get() as u64)).unwrap();
        Some(sum)
    }

    fn w3(&self, comments: &[i64]) -> Option<u64> {
        let query = self.db.query::<Comment>().select(|c| {
            (c.author().select(|u| u.name()), c.post().select(|p| p.user().select(|u| u.name())))
        });
        let mut sum = 0;
        let found = query.prepare().unwrap().by_key().each(keys(comments), |comment| {
            let (author, owner) = comment.unwrap();
            sum += sig(author.unwrap()) + sig(owner.unwrap().unwrap());
        });
        found.unwrap();
        Some(sum)
    }

    fn w4(&self, users: &[i64]) -> Option<u64> {
        let query = self.db.query::<User>().select(|u| u.posts().select(|p| p.created_at()));
        let mut sum = 0;
        let found = query.prepare().unwrap().by_key().each(keys(users), |posts| {
            sum += posts.unwrap().map(|created_at| created_at as u64).sum::<u64>();
        });
        found.unwrap();
        Some(sum)
    }

    fn w7(&self, posts: &[i64]) -> Option<u64> {
        let query = self.db.query::<Post>().select(|p| p.tags().select(|t| t.name()));
        let mut sum = 0;
        let found = query.prepare().unwrap().by_key().each(keys(posts), |tags| {
            sum += tags.unwrap().map(sig).sum::<u64>();
        });
        found.unwrap();
        Some(sum)
    }

    fn f1(&self) -> Option<u64> {
        let joined = self.db.from::<Comment>().inner_join(|c| c.author());
        let mut sum = 0;
        let read = joined.select(|(c, u)| (c.id(), u.name()));
        read.each(|(id, name)| sum += ck_user(*id.get(), name)).unwrap();
        Some(sum)
    }

    fn f2(&self) -> Option<u64> {
        let groups = self.db.query::<Comment>().group_by(|c| c.author_id());
        let groups = groups.select(|author, c| (author, count(), c.created_at().sum()));
        let mut sum = 0;
        let read =
            groups.each(|(author, n, at)| sum += (*author.get() * n) as u64 + at.unwrap() as u64 % 1000);
        read.unwrap();
        Some(sum)
    }

    fn f3(&self) -> Option<u64> {
        let joined =
            self.db.from::<Comment>().inner_join(|c| c.post()).filter(|(_, p)| p.published().eq(true));
        let newest =
            joined.order_by(|(c, _)| c.created_at().desc()).order_by(|(c, _)| c.id().desc()).limit(100);
        let ids = newest.select(|(c, _)| c.id()).all().unwrap();
        Some(ck_list(ids.len() as u64, ids.iter().map(|id| *id.get()), true))
    }

    fn f4(&self) -> Option<u64> {
        Some(self.db.query::<Comment>().aggregate(|c| c.author_id().count_distinct()).unwrap() as u64)
    }

    fn w5(&self, users: &[i64]) -> Option<u64> {
        let query = self.db.query::<User>().select(|u| {
            let newest = u.posts().filter(|p| p.published().eq(true)).order_by(|p| p.created_at().desc());
            let newest = newest.order_by(|p| p.id().desc()).limit(5);
            (u.id(), u.name(), u.profile().select(|profile| profile.bio()), newest.select(post))
        });
        let query = query.prepare().unwrap();
        let mut by_key = query.by_key();
        let mut sum = 0;
        for id in users {
            let (id, name, bio, posts) = by_key.get(Id::new(*id)).unwrap().unwrap();
            sum += ck_user(*id.get(), name) + bio.flatten().map_or(0, sig);
            for ((id, title, created_at, comments), place) in posts.zip(1..) {
                sum += place * ck_post(*id.get(), title, created_at);
                sum += comments
                    .map(|(id, body, author)| ck_comment(*id.get(), body, author.unwrap()))
                    .sum::<u64>();
            }
        }
        Some(sum)
    }

    fn w6(&self) -> Option<u64> {
        let query = self.db.query::<User>().select(|u| (u.id(), u.name(), u.posts().select(post)));
        let mut sum = 0;
        let shown = query.each(|(id, name, posts)| {
            sum += ck_user(*id.get(), name);
            for (id, title, created_at, comments) in posts {
                sum += ck_post(*id.get(), title, created_at);
                sum += comments
                    .map(|(id, body, author)| ck_comment(*id.get(), body, author.unwrap()))
                    .sum::<u64>();
            }
        });
        shown.unwrap();
        Some(sum)
    }

    fn w8(&self, after: i64) -> Option<u64> {
        let posts = || {
            self.db.query::<Post>().filter(|p| p.published().eq(true)).filter(|p| p.created_at().gt(after))
        };
        let count = posts().count().unwrap();
        let newest = posts().order_by(|p| p.created_at().desc()).order_by(|p| p.id().desc()).limit(100);
        let newest = newest.all().unwrap();
        Some(ck_list(count, newest.iter().map(|post| *post.id().get()), true))
    }

    fn w9(&self) -> Option<u64> {
        let users = self
            .db
            .query::<User>()
            .filter(|u| u.posts().some(|p| p.published().eq(true).and(p.comments_count().gt(20))));
        let users = users.all().unwrap();
        Some(ck_list(users.len() as u64, users.iter().map(|user| *user.id().get()), false))
    }
}
