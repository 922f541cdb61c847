//! Relata as its users write it: the public API, names resolved once outside each loop.

use crate::workload::*;
use relata::{
    Action, Cells, Column, Database, ErrorKind, FlatPage, FlatRow, ForeignKey, Key, Loader, Nested, Query,
    Relation, Row, RowView, Schema, Shape, Table, col, count, desc, rel, row,
};

use std::ops::ControlFlow;

type Result<T> = std::result::Result<T, relata::Error>;

pub struct Relata {
    db: Database,
}

fn schema() -> Schema {
    let cascade = |column: &str, table: &str| ForeignKey::new([column], table).on_delete(Action::Cascade);
    let id = || Column::integer("id");
    Schema::new()
        .table(
            Table::new("users")
                .column(id())
                .column(Column::text("name"))
                .column(Column::text("email").unique())
                .column(Column::integer("created_at"))
                .column(Column::integer("posts_count").default(0))
                .primary_key(["id"]),
        )
        .table(
            Table::new("profiles")
                .column(id())
                .column(Column::integer("user_id").unique())
                .column(Column::text("bio").nullable())
                .primary_key(["id"])
                .foreign_key(cascade("user_id", "users")),
        )
        .table(
            Table::new("posts")
                .column(id())
                .column(Column::integer("user_id"))
                .column(Column::text("title"))
                .column(Column::boolean("published"))
                .column(Column::integer("created_at"))
                .column(Column::integer("comments_count").default(0))
                .primary_key(["id"])
                .foreign_key(cascade("user_id", "users")),
        )
        .table(
            Table::new("comments")
                .column(id())
                .column(Column::integer("post_id"))
                .column(Column::integer("author_id"))
                .column(Column::text("body"))
                .column(Column::integer("created_at"))
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
        .relation(Relation::one("profiles", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::one("users", "profile", "profiles"))
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count"))
        .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
        .relation(Relation::many("posts", "comments", "comments").counter_cache("comments_count"))
        .relation(Relation::one("comments", "author", "users").from(["author_id"]).to(["id"]))
        .relation(Relation::many("posts", "tags", "tags").from(["id"]).to(["id"]).through(
            "posts_tags",
            ["post_id"],
            ["tag_id"],
        ))
}

/// The handles of W5 and W6: names are looked up once, rows are read many times.
struct Tree<'p> {
    id: Cells<'p>,
    name: Cells<'p>,
    posts: Nested<'p>,
    post_id: Cells<'p>,
    title: Cells<'p>,
    created_at: Cells<'p>,
    comments: Nested<'p>,
    comment_id: Cells<'p>,
    body: Cells<'p>,
    author: Nested<'p>,
    author_name: Cells<'p>,
}

impl<'p> Tree<'p> {
    fn new(users: Shape<'p>) -> Result<Tree<'p>> {
        let posts = users.relation("posts")?;
        let comments = posts.shape().relation("comments")?;
        let author = comments.shape().relation("author")?;
        Ok(Tree {
            id: users.column("id")?,
            name: users.column("name")?,
            posts,
            post_id: posts.shape().column("id")?,
            title: posts.shape().column("title")?,
            created_at: posts.shape().column("created_at")?,
            comments,
            comment_id: comments.shape().column("id")?,
            body: comments.shape().column("body")?,
            author,
            author_name: author.shape().column("name")?,
        })
    }

    fn user(&self, user: RowView<'_>) -> u64 {
        ck_user(self.id.integer(user).unwrap(), self.name.text(user).unwrap())
    }

    fn post(&self, post: RowView<'_>) -> u64 {
        let id = self.post_id.integer(post).unwrap();
        ck_post(id, self.title.text(post).unwrap(), self.created_at.integer(post).unwrap())
    }

    fn comments(&self, post: RowView<'p>) -> u64 {
        let one = |comment: RowView<'p>| {
            let author = comment.rows(self.author).first().unwrap();
            let id = self.comment_id.integer(comment).unwrap();
            ck_comment(id, self.body.text(comment).unwrap(), self.author_name.text(author).unwrap())
        };
        post.rows(self.comments).iter().map(one).sum()
    }
}

fn with_comments(posts: Query) -> Query {
    posts.columns(["id", "title", "created_at"]).include("comments", |comments| {
        comments.columns(["id", "body"]).include("author", |author| author.columns(["name"]))
    })
}

pub fn comment(c: &CommentRow<'_>) -> Row {
    row! { id: c.id, post_id: c.post_id, author_id: c.author_id, body: c.body, created_at: c.created_at }
}

fn fill(loader: &mut Loader<'_>, d: &Data) -> Result<()> {
    let mut users = loader.rows("users", ["id", "name", "email", "created_at"])?;
    for u in d.users() {
        users.push(&[u.id.into(), u.name.into(), u.email.into(), u.created_at.into()])?;
    }
    drop(users);
    let mut profiles = loader.rows("profiles", ["id", "user_id", "bio"])?;
    for p in d.profiles() {
        profiles.push(&[p.id.into(), p.user_id.into(), p.bio.into()])?;
    }
    drop(profiles);
    let mut posts = loader.rows("posts", ["id", "user_id", "title", "published", "created_at"])?;
    for p in d.posts() {
        let written = p.created_at.into();
        posts.push(&[p.id.into(), p.user_id.into(), p.title.into(), p.published.into(), written])?;
    }
    drop(posts);
    let mut comments = loader.rows("comments", ["id", "post_id", "author_id", "body", "created_at"])?;
    for c in d.comments.iter() {
        comments.push(&[
            c.id.into(),
            c.post_id.into(),
            c.author_id.into(),
            c.body.into(),
            c.created_at.into(),
        ])?;
    }
    drop(comments);
    let mut tags = loader.rows("tags", ["id", "name"])?;
    for (id, name) in d.tags() {
        tags.push(&[id.into(), name.into()])?;
    }
    drop(tags);
    let mut posts_tags = loader.rows("posts_tags", ["post_id", "tag_id"])?;
    for (post, tag) in &d.posts_tags {
        posts_tags.push(&[(*post).into(), (*tag).into()])?;
    }
    Ok(())
}

impl Relata {
    pub fn load(d: &Data) -> Relata {
        let db = Database::new(schema()).unwrap();
        db.load(|loader| fill(loader, d)).unwrap();
        Relata { db }
    }

    /// The same, with posts lying by user and comments by post.
    pub fn load_clustered(d: &Data) -> Relata {
        let relata = Relata::load(d);
        relata.db.compact_by("posts", "user").unwrap();
        relata.db.compact_by("comments", "post").unwrap();
        relata
    }

    /// The same, where the junction leads to both its sides too: typed models lead through it by these.
    pub fn load_typed(d: &Data) -> Relata {
        let ends = schema()
            .relation(Relation::one("posts_tags", "post", "posts").from(["post_id"]).to(["id"]))
            .relation(Relation::one("posts_tags", "tag", "tags").from(["tag_id"]).to(["id"]));
        let db = Database::new(ends).unwrap();
        db.load(|loader| fill(loader, d)).unwrap();
        Relata { db }
    }

    pub fn database(&self) -> &Database {
        &self.db
    }

    fn get_posts(&self, ids: &[i64]) -> Result<u64> {
        let posts = self.db.query("posts").columns(["title", "created_at"]).prepare()?;
        let (title, created_at) = (posts.shape().column("title")?, posts.shape().column("created_at")?);
        let mut sum = 0;
        posts.by_key().each(ids.iter().copied(), |post| {
            let post = post.unwrap();
            sum += sig(title.text(post).unwrap()) + created_at.integer(post).unwrap() as u64 % 1000;
        })?;
        Ok(sum)
    }

    fn get_users_by_email(&self, emails: &Strs) -> Result<u64> {
        let users = self.db.query("users").columns(["id"]).prepare()?;
        let id = users.shape().column("id")?;
        let mut sum = 0;
        users.by_unique(["email"])?.each(emails.iter(), |user| {
            sum += user.map_or(0, |user| id.integer(user).unwrap() as u64);
        })?;
        Ok(sum)
    }

    fn walk_to_one(&self, ids: &[i64]) -> Result<u64> {
        let user = |user: Query| user.columns(["name"]);
        let comments = self
            .db
            .query("comments")
            .columns([""; 0])
            .include("author", user)
            .include("post", |post| post.columns([""; 0]).include("user", user))
            .prepare()?;
        let shape = comments.shape();
        let (author, post) = (shape.relation("author")?, shape.relation("post")?);
        let owner = post.shape().relation("user")?;
        let (author_name, owner_name) = (author.shape().column("name")?, owner.shape().column("name")?);
        let mut sum = 0;
        comments.by_key().each(ids.iter().copied(), |comment| {
            let comment = comment.unwrap();
            let (author, owner) =
                (comment.row(author).unwrap(), comment.row(post).unwrap().row(owner).unwrap());
            sum += sig(author_name.text(author).unwrap()) + sig(owner_name.text(owner).unwrap());
        })?;
        Ok(sum)
    }

    fn walk_to_many(&self, ids: &[i64]) -> Result<u64> {
        let users = self
            .db
            .query("users")
            .columns([""; 0])
            .include("posts", |posts| posts.columns(["created_at"]))
            .prepare()?;
        let posts = users.shape().relation("posts")?;
        let created_at = posts.shape().column("created_at")?;
        let mut sum = 0;
        users.by_key().each(ids.iter().copied(), |user| {
            let posts = user.unwrap().rows(posts);
            sum += posts.iter().map(|post| created_at.integer(post).unwrap() as u64).sum::<u64>();
        })?;
        Ok(sum)
    }

    fn find_first(&self, ids: &[i64]) -> Result<u64> {
        let snapshot = self.db.snapshot();
        let newest = |posts: Query| {
            let posts =
                posts.filter(col("published").eq(true)).order_by(desc("created_at")).order_by(desc("id"));
            with_comments(posts.limit(5))
        };
        let query = snapshot
            .query("users")
            .columns(["id", "name"])
            .include("profile", |profile| profile.columns(["bio"]))
            .include("posts", newest)
            .prepare()?;
        let shape = query.shape();
        let (tree, profile) = (Tree::new(shape)?, shape.relation("profile")?);
        let bio = profile.shape().column("bio")?;
        let mut by_key = query.by_key();
        let mut sum = 0;
        for id in ids {
            let user = by_key.get(*id)?.unwrap();
            sum += tree.user(user) + bio.text(user.rows(profile).first().unwrap()).map_or(0, sig);
            for (post, place) in user.rows(tree.posts).iter().zip(1..) {
                sum += place * tree.post(post) + tree.comments(post);
            }
        }
        Ok(sum)
    }

    fn everybody(&self) -> Result<u64> {
        let snapshot = self.db.snapshot();
        let query =
            snapshot.query("users").columns(["id", "name"]).include("posts", with_comments).prepare()?;
        let tree = Tree::new(query.shape())?;
        let mut sum = 0;
        query.each(|user| {
            sum += tree.user(user);
            sum +=
                user.rows(tree.posts).iter().map(|post| tree.post(post) + tree.comments(post)).sum::<u64>();
        })?;
        Ok(sum)
    }

    fn walk_many_to_many(&self, ids: &[i64]) -> Result<u64> {
        let posts = self
            .db
            .query("posts")
            .columns([""; 0])
            .include("tags", |tags| tags.columns(["name"]))
            .prepare()?;
        let tags = posts.shape().relation("tags")?;
        let name = tags.shape().column("name")?;
        let mut sum = 0;
        posts.by_key().each(ids.iter().copied(), |post| {
            let tags = post.unwrap().rows(tags);
            sum += tags.iter().map(|tag| sig(name.text(tag).unwrap())).sum::<u64>();
        })?;
        Ok(sum)
    }

    fn newest_published(&self, after: i64) -> Result<u64> {
        let posts = self.db.query("posts").filter(col("published").eq(true).and(col("created_at").gt(after)));
        let count = posts.count()?;
        let newest =
            posts.columns(["id"]).order_by(desc("created_at")).order_by(desc("id")).limit(100).all()?;
        let id = newest.shape().column("id")?;
        Ok(ck_list(count, newest.iter().map(|post| id.integer(post).unwrap()), true))
    }

    fn users_with_busy_posts(&self) -> Result<u64> {
        let busy = col("published").eq(true).and(col("comments_count").gt(20));
        let users = self.db.query("users").columns(["id"]).filter(rel("posts").some(busy)).all()?;
        let id = users.shape().column("id")?;
        Ok(ck_list(users.len() as u64, users.iter().map(|user| id.integer(user).unwrap()), false))
    }

    fn comments_counted(&self) -> Result<u64> {
        let posts = self.db.query("posts").columns(["comments_count"]).all()?;
        let counted = posts.shape().column("comments_count")?;
        Ok(posts.iter().map(|post| counted.integer(post).unwrap() as u64).sum())
    }

    fn count(&self, table: &str) -> u64 {
        self.db.query(table).count().unwrap()
    }
}

impl Peer for Relata {
    fn w1(&self, posts: &[i64]) -> Option<u64> {
        Some(self.get_posts(posts).unwrap())
    }
    fn w2(&self, emails: &Strs) -> Option<u64> {
        Some(self.get_users_by_email(emails).unwrap())
    }
    fn w3(&self, comments: &[i64]) -> Option<u64> {
        Some(self.walk_to_one(comments).unwrap())
    }
    fn w4(&self, users: &[i64]) -> Option<u64> {
        Some(self.walk_to_many(users).unwrap())
    }
    fn w5(&self, users: &[i64]) -> Option<u64> {
        Some(self.find_first(users).unwrap())
    }
    fn w6(&self) -> Option<u64> {
        Some(self.everybody().unwrap())
    }
    fn w7(&self, posts: &[i64]) -> Option<u64> {
        Some(self.walk_many_to_many(posts).unwrap())
    }
    fn w8(&self, after: i64) -> Option<u64> {
        Some(self.newest_published(after).unwrap())
    }
    fn w9(&self) -> Option<u64> {
        Some(self.users_with_busy_posts().unwrap())
    }
    fn f1(&self) -> Option<u64> {
        let query = self.db.from("comments").inner_join("users", rel("author"));
        let mut sum = 0;
        let read = |page: &FlatPage| {
            let (ids, names) = (page.column::<i64>("id")?, page.column::<&str>("name")?);
            sum += ids.into_iter().zip(names).map(|(id, name)| ck_user(id, name)).sum::<u64>();
            Ok(ControlFlow::Continue(()))
        };
        query.columns(["comments.id", "users.name"]).each_block(read).unwrap();
        Some(sum)
    }
    fn f2(&self) -> Option<u64> {
        let columns = [("author", col("author_id").into()), ("n", count()), ("at", col("created_at").sum())];
        let page = self.db.from("comments").group_by(["author_id"]).select(columns).all().unwrap();
        let cell = |row: FlatRow<'_>, at| row.cell(at).as_i64().unwrap();
        Some(page.iter().map(|row| (cell(row, 0) * cell(row, 1)) as u64 + cell(row, 2) as u64 % 1000).sum())
    }
    fn f3(&self) -> Option<u64> {
        let query =
            self.db.from("comments").inner_join("posts", rel("post")).filter(col("published").eq(true));
        let query = query.order_by(desc("comments.created_at")).order_by(desc("comments.id")).limit(100);
        let page = query.columns(["comments.id"]).all().unwrap();
        Some(ck_list(page.len() as u64, page.column::<i64>("id").unwrap().into_iter(), true))
    }
    fn f4(&self) -> Option<u64> {
        let page = self.db.from("comments").value("n", col("author_id").count_distinct()).all().unwrap();
        Some(page.first().unwrap().get::<i64>("n").unwrap() as u64)
    }
    fn w10_each(&mut self, rows: &Comments) -> Option<u64> {
        let accepted = |c: CommentRow<'_>| match self.db.insert("comments", comment(&c)) {
            Ok(_) => 1,
            Err(error) if matches!(error.kind(), ErrorKind::ForeignKeyViolation { .. }) => 0,
            Err(error) => panic!("{error}"),
        };
        Some(rows.iter().map(accepted).sum())
    }
    fn w10_batch(&mut self, rows: &Comments) -> Option<u64> {
        let rows = rows.iter().map(|c| comment(&c)).collect();
        Some(self.db.insert_many("comments", rows).unwrap().len() as u64)
    }
    fn w11(&mut self, users: &[i64]) -> Option<u64> {
        Some(users.iter().map(|id| self.db.delete("users", Key::from(*id)).unwrap()).sum())
    }
    fn transaction(&mut self, rows: &Comments) -> Option<u64> {
        let mut insert = self.db.begin().unwrap();
        let count = rows.iter().map(|c| insert.insert("comments", comment(&c)).unwrap()).count();
        insert.commit().unwrap();
        Some(count as u64)
    }
    fn fork(&mut self) -> Option<Box<dyn Peer>> {
        Some(Box::new(Relata { db: self.db.fork() }))
    }
    fn digest(&mut self) -> Option<Digest> {
        let found = self.db.check();
        assert!(found.is_empty(), "{} violations, the first {:?}", found.len(), found[0]);
        Some(Digest {
            users: self.count("users"),
            profiles: self.count("profiles"),
            posts: self.count("posts"),
            comments: self.count("comments"),
            posts_tags: self.count("posts_tags"),
            comments_count: Some(self.comments_counted().unwrap()),
            tree: self.w6()?,
        })
    }
}
