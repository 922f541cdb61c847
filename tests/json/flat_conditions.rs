//! Conditions of flat queries as documents, and what is wrong with them.

use super::catalog;
use relata::{Database, row};

fn ask(filter: &str) -> String {
    let db = Database::new(catalog().schema().clone()).unwrap();
    let users = [row! { name: "Ann", age: 30 }, row! { name: "Bob" }, row! { name: "Cid", age: 20 }];
    db.insert_many("users", users.to_vec()).unwrap();
    let post = |title: &str, user: i64| row! { title: title, user_id: user };
    db.insert_many("posts", vec![post("Hello", 1), post("Again", 2), post("More", 1)]).unwrap();
    let query = format!(
        r#"{{"from": "users", "innerJoin": {{"posts": "users.posts"}}, "where": {filter}, "select": ["posts.id"]}}"#
    );
    match db.query_json(&query) {
        Ok(answer) => answer.replace(r#"{"id":"#, "").replace('}', ""),
        // Its place in the line is the query's around it.
        Err(error) => format!("{error} @ {}", error.path()),
    }
}

#[test]
fn conditions_ask_columns_expressions_and_rows_of_several_tables() {
    for (filter, ids) in [
        (r#"{"name": "Ann", "title": {"ne": "More"}}"#, "[1]"),
        (r#"{"users.age": null}"#, "[2]"),
        (r#"{"users.age": {"gte": 20, "lt": 40}}"#, "[1,3]"),
        (r#"{"users.age": {"between": [10, 30]}}"#, "[1,3]"),
        (r#"{"users.age": {"notBetween": [10, 20]}}"#, "[1,3]"),
        (r#"{"OR": [{"name": "Bob"}, {"title": "More"}]}"#, "[3,2]"),
        (r#"{"AND": [{"name": "Ann"}, {"title": "More"}]}"#, "[3]"),
        (r#"{"NOT": {"name": "Ann"}}"#, "[2]"),
        (r#"{"NOT": [{"name": "Ann"}, {"title": "Again"}]}"#, "[]"),
        (r#"{"posts.id": {"OR": [1, {"gt": 2}]}}"#, "[1,3]"),
        (r#"{"posts.id": {"NOT": {"in": [1, 2]}}}"#, "[3]"),
        (r#"{"posts.id": {"AND": [{"gt": 1}, {"lt": 3}]}}"#, "[2]"),
        (r#"{"posts.id": {"column": "users.id"}}"#, "[1,2]"),
        (r#"{"posts.id": {"gt": {"column": "users.id"}}}"#, "[3]"),
        (r#"{"$expr": [{"add": ["posts.id", "users.id"]}, {"gte": 4}]}"#, "[3,2]"),
        (r#"{"$expr": [{"lower": "posts.title"}, {"like": "%o%"}]}"#, "[1,3]"),
        (
            r#"{"$expr": [{"case": [{"when": {"name": "Ann"}, "then": {"value": "first"}}, {"else": "posts.title"}]}, {"in": ["first", "Again"]}]}"#,
            "[1,3,2]",
        ),
        (r#"{"$expr": [{"cast": ["posts.id", "text"]}, "2"]}"#, "[2]"),
        (r#"{"users.posts": {"some": {"title": "Again"}}}"#, "[2]"),
        (r#"{"posts.author": {"is": {"age": {"gt": 20}}}}"#, "[1,3]"),
    ] {
        assert_eq!(ask(filter), ids, "{filter}");
    }
}

/// Conditions with what is wrong about them, and where.
const WRONG: &[(&str, &str)] = &[
    (r#"null"#, "a filter without a value would match everything @ where"),
    (r#"7"#, "expected an object of columns and relations, found 7 @ where"),
    (r#"{"AND": null}"#, "a filter without a value would match everything @ where.AND"),
    (r#"{"name": {}}"#, "a filter without a value would match everything @ where.name"),
    (r#"{"name": ["Ann"]}"#, "expected a value or operators (`in` takes a list), found a list @ where.name"),
    (r#"{"nmae": "Ann"}"#, "no column `nmae` on `users` and `posts` @ where.nmae"),
    (r#"{"users.nmae": "Ann"}"#, "no column `nmae` on `users` @ where.users.nmae"),
    (r#"{"people.name": "Ann"}"#, "no table `people` in this query @ where.people.name"),
    (r#"{"id": 1}"#, "`id` is a column of several tables @ where.id"),
    (r#"{"name": {"likes": "A%"}}"#, "no option `likes` here @ where.name.likes"),
    (
        r#"{"users.age": {"like": "3%"}}"#,
        "`like` doesn't fit `users.age`, which is int @ where.users.age.like",
    ),
    (
        r#"{"users.age": {"between": [1]}}"#,
        "expected a list of two values, found a list @ where.users.age.between",
    ),
    (r#"{"users.age": {"gt": "x"}}"#, r#"expected int, found "x" @ where.users.age.gt"#),
    (
        r#"{"users.age": {"gt": {"column": "posts.title"}}}"#,
        "`gt` doesn't fit int and text @ where.users.age.gt",
    ),
    (r#"{"$expr": 1}"#, "expected a list of an expression and a test, found 1 @ where.$expr"),
    (
        r#"{"$expr": [{"add": ["posts.id", "posts.title"]}, 1]}"#,
        "`add` doesn't fit integer and text @ where.$expr[0]",
    ),
    (r#"{"$expr": [{"plus": ["posts.id", 1]}, 1]}"#, "no option `plus` here @ where.$expr[0].plus"),
    (
        r#"{"$expr": [{"substring": "posts.title"}, "a"]}"#,
        "expected 2 or 3 arguments, found 1 @ where.$expr[0].substring",
    ),
    (r#"{"$expr": [{"column": 1}, "a"]}"#, "expected a column's name, found 1 @ where.$expr[0].column"),
    (r#"{"$expr": [{"$": 1}, "a"]}"#, "expected a placeholder's name, found 1 @ where.$expr[0].$"),
    (
        r#"{"$expr": [{"case": 1}, "a"]}"#,
        r#"expected a list of {"when": ..., "then": ...}, found 1 @ where.$expr[0].case"#,
    ),
    (
        r#"{"$expr": [{"case": [1]}, "a"]}"#,
        "expected an object with `when` and `then`, or `else`, found 1 @ where.$expr[0].case[0]",
    ),
    (
        r#"{"$expr": [{"case": [{"if": 1}]}, "a"]}"#,
        "expected `when` and `then`, or at the end `else`, found an object @ where.$expr[0].case[0]",
    ),
    (r#"{"$expr": [{"cast": ["posts.id", "txt"]}, "a"]}"#, "no option `txt` here @ where.$expr[0].cast[1]"),
    (r#"{"$expr": [{"cast": ["posts.id", 7]}, "a"]}"#, "expected a type, found 7 @ where.$expr[0].cast[1]"),
    (
        r#"{"$expr": [{"lower": "a", "upper": "b"}, "a"]}"#,
        "expected an object of one function, found an object @ where.$expr[0]",
    ),
    (r#"{"$expr": [{"count": "users.comments"}, 1]}"#, "an aggregate can't stand here @ where.$expr[0]"),
    (r#"{"users.comments": {"some": {}}}"#, "no column `comments` on `users` @ where.users.comments"),
    (
        r#"{"posts.author": {"some": {}}}"#,
        "`some` doesn't fit `author`, which leads to one row @ where.posts.author.some",
    ),
    (
        r#"{"users.posts": {"is": {}}}"#,
        "`is` doesn't fit `posts`, which leads to many rows @ where.users.posts.is",
    ),
    (
        r#"{"users.posts": {"some": {"titel": 1}}}"#,
        "no column `titel` on `posts` @ where.users.posts.some.titel",
    ),
];

#[test]
fn what_is_wrong_with_a_condition_is_told_with_its_place() {
    for (filter, message) in WRONG {
        assert_eq!(ask(filter), *message, "{filter}");
    }
}
