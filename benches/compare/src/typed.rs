//! Relata by its typed models: the reads that a user would write with them. The rest is as without.

use crate::relata::Relata;
use crate::workload::*;
use relata::typed::{Database, Id, Model};

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

pub struct Typed {
    db: Database,
}

impl Typed {
    pub fn load(d: &Data) -> Typed {
        let db = Database::over::<(User, Profile, Post, Comment)>(Relata::load(d).database().clone());
        Typed { db: db.unwrap() }
    }
}

impl Peer for Typed {
    fn w1(&self, posts: &[i64]) -> Option<u64> {
        let snapshot = self.db.snapshot();
        let rows = snapshot.rows_of::<Post>().unwrap();
        let one = |id: &i64| {
            let post = rows.get(Id::new(*id)).unwrap();
            sig(post.title()) + post.created_at() as u64 % 1000
        };
        Some(posts.iter().map(one).sum())
    }

    fn w3(&self, comments: &[i64]) -> Option<u64> {
        let snapshot = self.db.snapshot();
        let (rows, posts) = (snapshot.rows_of::<Comment>().unwrap(), snapshot.rows_of::<Post>().unwrap());
        let (author, post) = (rows.walk(|c| c.author()).unwrap(), rows.walk(|c| c.post()).unwrap());
        let user = posts.walk(|p| p.user()).unwrap();
        let one = |id: &i64| {
            let comment = rows.get(Id::new(*id)).unwrap();
            let (author, owner) =
                (author.one(comment).unwrap(), user.one(post.one(comment).unwrap()).unwrap());
            sig(author.name()) + sig(owner.name())
        };
        Some(comments.iter().map(one).sum())
    }

    fn w4(&self, users: &[i64]) -> Option<u64> {
        let snapshot = self.db.snapshot();
        let rows = snapshot.rows_of::<User>().unwrap();
        let posts = rows.walk(|u| u.posts()).unwrap();
        let one = |id: &i64| {
            let user = rows.get(Id::new(*id)).unwrap();
            posts.from(user).map(|post| post.created_at() as u64).sum::<u64>()
        };
        Some(users.iter().map(one).sum())
    }

    fn w5(&self, users: &[i64]) -> Option<u64> {
        let query = self.db.snapshot().query::<User>().include(|u| u.profile()).include(|u| {
            u.posts()
                .filter(|p| p.published().eq(true))
                .order_by(|p| p.created_at().desc())
                .order_by(|p| p.id().desc())
                .limit(5)
                .include(|p| p.comments().include(|c| c.author()))
        });
        let query = query.prepare().unwrap();
        let mut by_key = query.by_key();
        let mut sum = 0;
        for id in users {
            let user = by_key.get(Id::new(*id)).unwrap().unwrap();
            sum += ck_user(*user.id().get(), user.name());
            sum += user.profile().and_then(|profile| profile.bio()).map_or(0, sig);
            for (post, place) in user.posts().into_iter().zip(1..) {
                sum += place * ck_post(*post.id().get(), post.title(), post.created_at());
                for comment in post.comments() {
                    sum += ck_comment(*comment.id().get(), comment.body(), comment.author().name());
                }
            }
        }
        Some(sum)
    }

    fn w6(&self) -> Option<u64> {
        let query = self.db.snapshot().query::<User>();
        let query = query.include(|u| u.posts().include(|p| p.comments().include(|c| c.author())));
        let mut sum = 0;
        let shown = query.each(|user| {
            sum += ck_user(*user.id().get(), user.name());
            for post in user.posts() {
                sum += ck_post(*post.id().get(), post.title(), post.created_at());
                for comment in post.comments() {
                    sum += ck_comment(*comment.id().get(), comment.body(), comment.author().name());
                }
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
