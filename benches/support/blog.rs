//! The data that every benchmark runs on.

use relata::{Action, Column, Database, Error, ForeignKey, Loader, Relation, Result, Schema, Table};

/// Keys in no order, the same ones each time.
pub(crate) struct Keys {
    state: u64,
    bound: i64,
}

impl Keys {
    /// Keys from 1 to `bound`.
    pub(crate) fn new(bound: i64) -> Keys {
        Keys { state: 7, bound }
    }

    pub(crate) fn draw(&mut self) -> i64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        1 + ((mixed >> 33) as i64) % self.bound
    }
}

/// Users, their posts, comments on them by users, and tags through a junction.
pub(crate) struct Blog {
    pub(crate) db: Database,
    pub(crate) users: i64,
    pub(crate) posts: i64,
    pub(crate) comments: i64,
}

impl Blog {
    pub(crate) fn new(posts: i64) -> Result<Blog> {
        let blog = Blog::empty(posts)?;
        blog.fill()?;
        Ok(blog)
    }

    pub(crate) fn empty(posts: i64) -> Result<Blog> {
        Blog::read_by(posts, 1)
    }

    /// Empty, to be read by so many threads.
    pub(crate) fn read_by(posts: i64, threads: usize) -> Result<Blog> {
        let db = Database::builder(schema()).read_threads(threads).build()?;
        Ok(Blog { db, users: posts / 10, posts, comments: posts * 4 })
    }

    /// How many rows [`fill`](Blog::fill) loads.
    pub(crate) fn rows(&self) -> u64 {
        (self.users + 3 * self.posts + self.comments + TAGS) as u64
    }

    pub(crate) fn fill(&self) -> Result<()> {
        let loaded = self.db.load(|loader| self.load(loader));
        loaded.map(|_| ()).map_err(|mut refused| refused.problems.remove(0).error)
    }

    fn load(&self, loader: &mut Loader<'_>) -> std::result::Result<(), Error> {
        let mut keys = Keys::new(i64::MAX);
        let mut users = loader.rows("users", ["id", "name", "email"])?;
        for id in 1..=self.users {
            users.push(&[id.into(), "Somebody".into(), email(id).as_str().into()])?;
        }
        drop(users);
        let mut posts = loader.rows("posts", ["id", "user_id", "title", "published", "score"])?;
        for id in 1..=self.posts {
            let (user, score) = (1 + keys.draw() % self.users, keys.draw() % 1_000);
            let title = "What happened while nobody was looking";
            posts.push(&[id.into(), user.into(), title.into(), (score % 5 > 0).into(), score.into()])?;
        }
        drop(posts);
        let mut comments = loader.rows("comments", ["id", "post_id", "author_id", "body"])?;
        for id in 1..=self.comments {
            let (post, author) = (1 + keys.draw() % self.posts, 1 + keys.draw() % self.users);
            comments.push(&[id.into(), post.into(), author.into(), "I beg to differ, as ever.".into()])?;
        }
        drop(comments);
        let mut tags = loader.rows("tags", ["id", "name"])?;
        (1..=TAGS).try_for_each(|id| tags.push(&[id.into(), format!("tag{id}").as_str().into()]))?;
        drop(tags);
        let mut posts_tags = loader.rows("posts_tags", ["post_id", "tag_id"])?;
        for post in 1..=self.posts {
            let tag = keys.draw() % (TAGS - 1);
            posts_tags.push(&[post.into(), (1 + tag).into()])?;
            posts_tags.push(&[post.into(), (2 + tag).into()])?;
        }
        Ok(())
    }
}

const TAGS: i64 = 100;

pub(crate) fn email(user: i64) -> String {
    format!("somebody.{user}@example.com")
}

fn schema() -> Schema {
    let id = || Column::integer("id").generated();
    let cascade = |column: &str, table: &str| ForeignKey::new([column], table).on_delete(Action::Cascade);
    let to_one = |from: &str, name: &str, to: &str, column: &str| {
        Relation::one(from, name, to).from([column]).to(["id"])
    };
    Schema::new()
        .table(
            Table::new("users")
                .column(id())
                .column(Column::text("name"))
                .column(Column::text("email").unique())
                .primary_key(["id"]),
        )
        .table(
            Table::new("posts")
                .column(id())
                .column(Column::integer("user_id"))
                .column(Column::text("title"))
                .column(Column::boolean("published"))
                .column(Column::integer("score"))
                .primary_key(["id"])
                .foreign_key(cascade("user_id", "users")),
        )
        .table(
            Table::new("comments")
                .column(id())
                .column(Column::integer("post_id"))
                .column(Column::integer("author_id"))
                .column(Column::text("body"))
                .primary_key(["id"])
                .foreign_key(cascade("post_id", "posts"))
                .foreign_key(cascade("author_id", "users")),
        )
        .table(Table::new("tags").column(id()).column(Column::text("name")).primary_key(["id"]))
        .table(
            Table::new("posts_tags")
                .column(Column::integer("post_id"))
                .column(Column::integer("tag_id"))
                .primary_key(["post_id", "tag_id"])
                .foreign_key(cascade("post_id", "posts"))
                .foreign_key(cascade("tag_id", "tags")),
        )
        .relation(to_one("posts", "user", "users", "user_id"))
        .relation(Relation::many("users", "posts", "posts"))
        .relation(to_one("comments", "post", "posts", "post_id"))
        .relation(Relation::many("posts", "comments", "comments"))
        .relation(to_one("comments", "author", "users", "author_id"))
        .relation(Relation::many("posts", "tags", "tags").from(["id"]).to(["id"]).through(
            "posts_tags",
            ["post_id"],
            ["tag_id"],
        ))
}
