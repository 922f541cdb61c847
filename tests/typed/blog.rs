//! The models that the tests share.

use relata::typed::{Database, Id, Model, ModelEnum};

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_many(posts: Post::author, counter = post_count, dependent = destroy))]
#[relata(has_many(drafts: Post::author, filter = |p| p.state().eq(State::Draft), order_by = |p| p.score().desc()))]
#[relata(has_many(comments: Comment::author))]
#[relata(has_one(profile: Profile::user))]
#[relata(has_many(read_comments: Comment, through(posts, comments)))]
pub(crate) struct User {
    #[relata(key, generated)]
    pub(crate) id: Id<User>,
    #[relata(unique)]
    pub(crate) email: String,
    pub(crate) nick: Option<String>,
    pub(crate) post_count: i64,
    #[relata(belongs_to(inviter: User, on_delete = set_null))]
    pub(crate) invited_by: Option<Id<User>>,
}

#[derive(ModelEnum, Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    Draft,
    #[relata(rename = "public")]
    Published,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_many(comments: Comment::post))]
#[relata(has_many(tags: Tag, through(Tagging::post, Tagging::tag)))]
#[relata(unique(author_id, title), check(scored: |p| p.score().gte(0)))]
pub(crate) struct Post {
    #[relata(key, generated)]
    pub(crate) id: Id<Post>,
    #[relata(belongs_to(author: User, on_delete = cascade))]
    pub(crate) author_id: Id<User>,
    pub(crate) title: String,
    #[relata(default = State::Draft)]
    pub(crate) state: State,
    #[relata(default = 0, ordered_index)]
    pub(crate) score: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
pub(crate) struct Comment {
    #[relata(key, generated)]
    pub(crate) id: Id<Comment>,
    #[relata(belongs_to(post: Post, on_delete = cascade))]
    pub(crate) post_id: Id<Post>,
    #[relata(belongs_to(author: User, on_delete = set_null))]
    pub(crate) author_id: Option<Id<User>>,
    pub(crate) body: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
pub(crate) struct Profile {
    #[relata(key, belongs_to(user: User, on_delete = cascade))]
    pub(crate) user_id: Id<User>,
    #[relata(rename = "biography")]
    pub(crate) bio: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_many(posts: Post, through(Tagging::tag, Tagging::post)))]
pub(crate) struct Tag {
    #[relata(key)]
    pub(crate) name: Id<Tag, String>,
}

#[derive(Model, Clone, Debug, PartialEq)]
pub(crate) struct Tagging {
    #[relata(key, belongs_to(post: Post, on_delete = cascade))]
    pub(crate) post_id: Id<Post>,
    #[relata(key, belongs_to(tag: Tag))]
    pub(crate) tag_name: Id<Tag, String>,
}

pub(crate) type Blog = (User, Post, Comment, Profile, Tag, Tagging);

/// Ann with two posts and a comment on each, Bob with one post, Cid with nothing.
pub(crate) fn filled() -> Database {
    let db = Database::new::<Blog>().unwrap();
    let [ann, bob, _] =
        ["ann@x.org", "bob@x.org", "cid@x.org"].map(|email| db.insert(NewUser::new(email)).unwrap());
    db.update(bob, |u| u.nick().set("Bobby").and(u.invited_by().set(ann))).unwrap();
    let dune = db.insert(NewPost::new(ann, "Dune").state(State::Published).score(7)).unwrap();
    let sand = db.insert(NewPost::new(ann, "Sand").score(3)).unwrap();
    db.insert(NewPost::new(bob, "Hive").score(5)).unwrap();
    db.insert(NewComment::new(dune, "great").author_id(bob)).unwrap();
    db.insert(NewComment::new(sand, "dry")).unwrap();
    db.insert(Profile { user_id: ann, bio: "Reads.".into() }).unwrap();
    db.insert_many(["scifi", "desert"].map(|name| Tag { name: Id::new(name.into()) })).unwrap();
    for (post, tag) in [(dune, "desert"), (dune, "scifi"), (sand, "desert")] {
        db.insert(Tagging { post_id: post, tag_name: Id::new(tag.into()) }).unwrap();
    }
    db
}
