//! A blog with comments: structs as tables, and a tree that the compiler knows.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use relata::typed::{Database, Id, Model, ModelEnum};

#[derive(Model)]
#[relata(has_many(posts: Post::author, counter = post_count))]
struct User {
    #[relata(key, generated)]
    id: Id<User>,
    #[relata(unique)]
    name: String,
    post_count: i64,
}

#[derive(ModelEnum, Clone, Copy, Debug, PartialEq)]
enum State {
    Draft,
    Published,
}

#[derive(Model)]
#[relata(has_many(comments: Comment::post))]
struct Post {
    #[relata(key, generated)]
    id: Id<Post>,
    #[relata(belongs_to(author: User, on_delete = cascade))]
    author_id: Id<User>,
    title: String,
    #[relata(default = State::Draft)]
    state: State,
}

#[derive(Model)]
struct Comment {
    #[relata(key, generated)]
    id: Id<Comment>,
    #[relata(belongs_to(post: Post, on_delete = cascade))]
    post_id: Id<Post>,
    /// Nobody's when its author is gone.
    #[relata(belongs_to(author: User, on_delete = set_null))]
    author_id: Option<Id<User>>,
    body: String,
}

fn main() -> relata::Result<()> {
    let db = Database::new::<(User, Post, Comment)>()?;

    let ann = db.insert(NewUser::new("Ann"))?;
    let bob = db.insert(NewUser::new("Bob"))?;
    let hello = db.insert(NewPost::new(ann, "Hello").state(State::Published))?;
    db.insert(NewPost::new(ann, "Unfinished"))?;
    db.insert_many([
        NewComment::new(hello, "Welcome!").author_id(bob),
        NewComment::new(hello, "First."),
        NewComment::new(hello, "Thank you.").author_id(ann),
    ])?;

    let page = db
        .query::<User>()
        .filter(|u| u.posts().some(|p| p.state().eq(State::Published)))
        .include(|u| {
            u.posts()
                .filter(|p| p.state().eq(State::Published))
                .include(|p| p.comments().order_by(|c| c.id().desc()).limit(2).include(|c| c.author()))
        })
        .all()?;
    for user in &page {
        println!("{} has written {} posts", user.name(), user.post_count());
        for post in user.posts() {
            println!("  {}", post.title());
            for comment in post.comments() {
                let author = comment.author().map_or("somebody", |author| author.name());
                println!("    {author}: {}", comment.body());
            }
        }
    }

    db.delete(bob)?;
    let orphans = db.query::<Comment>().filter(|c| c.author_id().is_null()).count()?;
    println!("{orphans} comments are nobody's, now that Bob is gone");
    Ok(())
}
