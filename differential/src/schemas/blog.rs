//! Users invite users, write posts and comments, and have a profile each.

use super::{INSTANTS, TIMESTAMPS, boolean, id, integer, labels, text};
use crate::schema::{Column, Relation, Schema, Table};
use crate::tree::{compare, desc};
use crate::value::{Kind, Value};

const ROLES: Kind = labels(&["reader", "author", "admin"]);

pub(super) fn schema() -> Schema {
    Schema { name: "blog", tables: tables(), relations: relations() }
}

fn tables() -> Vec<Table> {
    let users = vec![
        id(),
        text("name"),
        text("email").null(),
        boolean("verified").default(Value::Boolean(false)),
        Column::new("age", Kind::Smallint).null(),
        Column::new("score", Kind::Float).null(),
        Column::new("role", ROLES),
        integer("invited_by").null(),
        Column::new("joined", TIMESTAMPS).null(),
    ];
    let posts = vec![
        id(),
        text("title"),
        text("body").null(),
        integer("author_id").null(),
        integer("editor_id").null(),
        Column::new("rating", Kind::Decimal).null(),
        boolean("published"),
        Column::new("created_at", INSTANTS),
    ];
    let comments =
        vec![id(), text("content"), integer("post_id"), integer("user_id").null(), integer("likes")];
    let user = |table: Table, column, on_delete| {
        table.foreign_key(&[column], "users", &["id"], (on_delete, "cascade"))
    };
    let users = Table::new("users", users).key(&["id"]).unique(&["email"]);
    let posts = Table::new("posts", posts).key(&["id"]);
    let comments = Table::new("comments", comments).key(&["id"]);
    let profiles = Table::new("profiles", vec![id(), integer("user_id"), text("bio").null()]).key(&["id"]);
    vec![
        user(users, "invited_by", "set_null"),
        user(user(posts, "author_id", "cascade"), "editor_id", "set_null"),
        user(
            comments.foreign_key(&["post_id"], "posts", &["id"], ("cascade", "no_action")),
            "user_id",
            "set_null",
        ),
        user(profiles.unique(&["user_id"]), "user_id", "cascade"),
    ]
}

fn relations() -> Vec<Relation> {
    let inviter = Relation::new(("users", "inviter"), &["invited_by"], "users", &["id"]).alias("invite");
    let author = Relation::new(("posts", "author"), &["author_id"], "users", &["id"]);
    let editor = Relation::new(("posts", "editor"), &["editor_id"], "users", &["id"]).alias("editor");
    let verified_author = Relation::new(("posts", "verified_author"), &["author_id"], "users", &["id"])
        .alias("verified")
        .filter(compare("verified", "eq", Value::Boolean(true)));
    let published = Relation::new(("users", "published_posts"), &["id"], "posts", &["author_id"])
        .many()
        .alias("published")
        .filter(compare("published", "eq", Value::Boolean(true)))
        .order(desc("rating"));
    let post = Relation::new(("comments", "post"), &["post_id"], "posts", &["id"]);
    let writer = Relation::new(("comments", "writer"), &["user_id"], "users", &["id"]);
    let profile = Relation::new(("profiles", "user"), &["user_id"], "users", &["id"]);
    vec![
        inviter.reverse("invited"),
        inviter,
        author.reverse("posts"),
        author,
        editor.reverse("edited").order(desc("title")),
        editor,
        verified_author.reverse("posts_if_verified"),
        verified_author,
        published.reverse("author_if_published").one(),
        published,
        post.reverse("comments"),
        post,
        writer.reverse("comments"),
        writer,
        profile.reverse("profile").one(),
        profile,
    ]
}
