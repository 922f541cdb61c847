//! The JSON documents, as whoever writes them meets them.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is wrong")]

mod answers;
mod anything;
mod errors;
mod flat;
mod flat_conditions;
mod limits;
mod nested;
mod places;
mod reading;
mod requests;
mod script;
mod shapes;
mod statements;

use relata::json::{Limits, Request};
use relata::{Catalog, Column, Error, ForeignKey, Relation, Schema, Table};

/// Users with posts and comments on them, for every test here.
fn catalog() -> Catalog {
    let users = Table::new("users")
        .column(Column::integer("id").generated())
        .column(Column::text("name"))
        .column(Column::int("age").nullable())
        .primary_key(["id"]);
    let posts = Table::new("posts")
        .column(Column::integer("id").generated())
        .column(Column::text("title"))
        .column(Column::integer("user_id"))
        .primary_key(["id"])
        .foreign_key(ForeignKey::new(["user_id"], "users"));
    let schema = Schema::new()
        .table(users)
        .table(posts)
        .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts"));
    schema.try_into().unwrap()
}

fn parse(text: &str) -> Result<Request, Error> {
    Request::parse(&catalog(), text, &Limits::default())
}

/// The whole message of the error that a request gives.
fn refusal(text: &str) -> String {
    format!("{:#}", parse(text).unwrap_err())
}
