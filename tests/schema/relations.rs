//! Mistakes of relations, and of the filters of relations and checks.

use super::{mistakes, table, users_and_posts};
use relata::{Column, Relation, Schema, Table, col, desc, rel};

#[test]
fn a_relation_gives_both_lists_or_none() {
    let schema = users_and_posts()
        .relation(Relation::one("posts", "a", "users").from(["user_id"]))
        .relation(Relation::one("posts", "b", "users").to(["id"]))
        .relation(Relation::one("posts", "c", "users").from(["user_id"]).to(["id", "age"]))
        .relation(Relation::one("posts", "d", "users").from(["user_id", "user_id"]).to(["id", "age"]));
    assert_eq!(
        mistakes(schema),
        [
            "posts.a: `from` is given without `to` | give `to` too, or leave out both for the reverse side",
            "posts.b: `to` is given without `from` | give `from` too, or leave out both for the reverse side",
            "posts.c: (user_id) and (id, age) aren't of equal length | \
             name as many columns on both sides, pair by pair",
            "posts.d: `user_id` is listed twice | list it once",
        ]
    );
}

#[test]
fn a_relation_uses_columns_of_its_own_tables_and_types() {
    let schema = users_and_posts()
        .table(Table::new("tags").column(Column::text("name")))
        .relation(Relation::one("posts", "a", "users").from(["age"]).to(["id"]))
        .relation(Relation::one("posts", "b", "users").from(["user_id"]).to(["user_id"]))
        .relation(Relation::one("posts", "c", "users").from(["usr_id"]).to(["id"]))
        .relation(Relation::many("posts", "d", "tags").from(["id"]).to(["name"]));
    assert_eq!(
        mistakes(schema),
        [
            "posts.a: `age` is a column of `users`, not of `posts` | name a column of `posts`",
            "posts.b: `user_id` is a column of `posts`, not of `users` | name a column of `users`",
            "posts.c: no column `usr_id` on `posts` | did you mean `user_id`? there are: id, user_id",
            "posts.d: `posts.id` is integer and `tags.name` is text: they can't be joined | \
             give both columns one type",
        ]
    );
}

#[test]
fn a_reverse_side_is_found_by_tables_and_alias() {
    let declared = |name: &str| Relation::one("posts", name, "users").from(["user_id"]).to(["id"]);
    let schema = users_and_posts()
        .relation(declared("author"))
        .relation(declared("editor"))
        .relation(Relation::many("users", "posts", "posts"));
    assert_eq!(
        mistakes(schema),
        ["users.posts: `author`, `editor` of `posts` lead back without an alias | \
          give this side and the one it belongs to an `alias` of their own"]
    );
    let schema = users_and_posts()
        .relation(declared("author").alias("wrote"))
        .relation(Relation::many("users", "posts", "posts"))
        .relation(Relation::many("users", "read", "posts").alias("reads"));
    assert_eq!(
        mistakes(schema),
        [
            "users.posts: no relation of `posts` leads back to `users` without an alias | \
             give it the `alias` of `author`, or `from` and `to`",
            "users.read: no relation of `posts` leads back to `users` with alias `reads` | \
             give it the `alias` of `author`, or `from` and `to`",
        ]
    );
    let schema = users_and_posts().relation(Relation::many("users", "posts", "posts"));
    assert_eq!(
        mistakes(schema),
        ["users.posts: no relation of `posts` leads back to `users` without an alias | \
          declare a relation to `users` there, or give this one `from` and `to`"]
    );
}

#[test]
fn a_mistake_on_one_side_is_not_blamed_on_the_other() {
    let schema = users_and_posts()
        .relation(Relation::one("posts", "author", "users").from(["user_idd"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").filter(rel("author").exists()))
        .relation(Relation::one("posts", "gone", "nowhere").from(["id"]).to(["id"]))
        .relation(Relation::one("posts", "late", "users").from(["user_id"]).to(["id"]).alias("l"))
        .relation(Relation::many("users", "late", "posts").alias("l").filter(rel("gone").is(col("x").eq(1))));
    assert_eq!(
        mistakes(schema),
        [
            "posts.author: no column `user_idd` on `posts` | did you mean `user_id`? there are: id, user_id",
            "posts.gone: no table `nowhere` | there are: users, posts",
        ]
    );
}

#[test]
fn a_junction_is_joined_on_both_sides() {
    let members = table("members", &["user_id", "post_id"]);
    let schema = users_and_posts()
        .table(members)
        .relation(
            Relation::many("users", "a", "posts")
                .from(["id"])
                .through("members", ["user_id"], Vec::<&str>::new())
                .to(["id"]),
        )
        .relation(Relation::many("users", "b", "posts").through("members", ["user_id"], ["post_id"]))
        .relation(
            Relation::many("users", "c", "posts")
                .from(["id"])
                .through("members", ["user_id"], ["post_id"])
                .to(["id"])
                .alias("z"),
        )
        .relation(Relation::many("posts", "d", "users").from(["id"]).to(["id"]).alias("z"))
        .relation(
            Relation::many("users", "e", "posts")
                .from(["id"])
                .through("members", ["age"], ["post_id"])
                .to(["id"]),
        )
        .relation(
            Relation::many("users", "f", "posts")
                .from(["id"])
                .through("members", ["user_id", "post_id"], ["post_id"])
                .to(["id"]),
        );
    assert_eq!(
        mistakes(schema),
        [
            "users.a: `through` joins `members` on one side only: `to` is missing | give `through` its `to`",
            "users.b: `through` is given without `from` and `to` | \
             give `from` and `to`, or leave out `through` for the reverse side",
            "users.e: `age` is a column of `users`, not of `members` | name a column of `members`",
            "users.f: (id) and (user_id, post_id) aren't of equal length | \
             name as many columns on both sides, pair by pair",
            "posts.d: `c` has the same alias, and only one of the two goes through a junction | \
             declare `through` on one side and leave the other bare",
        ]
    );
}

#[test]
fn a_relation_is_not_named_like_a_column() {
    let schema =
        users_and_posts().relation(Relation::one("posts", "user_id", "users").from(["user_id"]).to(["id"]));
    assert_eq!(
        mistakes(schema),
        ["posts.user_id: the relation is named like a column of its table | rename the relation"]
    );
}

#[test]
fn filters_and_orders_of_relations_are_checked_on_their_target() {
    let author = |name: &str| Relation::one("posts", name, "users").from(["user_id"]).to(["id"]);
    let schema = users_and_posts()
        .relation(author("a").filter(col("agee").gt(1)))
        .relation(author("b").filter(col("age").gt("x")))
        .relation(author("c").order_by(desc("agee")));
    assert_eq!(
        mistakes(schema),
        [
            "posts.a: where.agee: no column `agee` on `users` | did you mean `age`? there are: id, age",
            "posts.b: where.age.gt: expected integer for users.age, found \"x\" | give a value of that type",
            "posts.c: orderBy.agee: no column `agee` on `users` | did you mean `age`? there are: id, age",
        ]
    );
}

#[test]
fn a_relation_filter_does_not_need_itself() {
    let schema = users_and_posts()
        .relation(
            Relation::one("posts", "author", "users")
                .from(["user_id"])
                .to(["id"])
                .filter(rel("posts").exists()),
        )
        .relation(
            Relation::many("users", "posts", "posts")
                .from(["id"])
                .to(["user_id"])
                .filter(rel("author").exists()),
        );
    assert_eq!(
        mistakes(schema),
        [
            "users.posts: the relation's filter needs itself: `users.posts` -> `posts.author` -> `users.posts` | \
          take one of the relations out of the filters"
        ]
    );
}

#[test]
fn a_check_reads_its_own_row_and_asks_something() {
    let schema = Schema::new()
        .table(
            table("users", &["id", "age"])
                .check("typed", col("age").gt("x"))
                .check("related", rel("posts").exists())
                .check("empty", relata::Filter::all([])),
        )
        .table(table("posts", &["id", "user_id"]))
        .relation(Relation::many("users", "posts", "posts").from(["id"]).to(["user_id"]));
    assert_eq!(
        mistakes(schema),
        [
            "users.typed: where.age.gt: expected integer for users.age, found \"x\" | give a value of that type",
            "users.related: a check sees its own row only, not the relation `posts` | \
             use columns of the table only",
            "users.empty: where: a filter without a value would match everything | \
             leave the filter out, or give it a value; null is written `null`",
        ]
    );
}
