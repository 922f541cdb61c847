//! Joins, groups, set operations and plucked values as documents.

use super::catalog;
use relata::{Database, row};

fn db() -> Database {
    let db = Database::new(catalog().schema().clone()).unwrap();
    db.insert_many(
        "users",
        vec![row! { name: "Ann", age: 30 }, row! { name: "Bob" }, row! { name: "Cid", age: 20 }],
    )
    .unwrap();
    db.insert_many(
        "posts",
        vec![
            row! { title: "Hello", user_id: 1 },
            row! { title: "Again", user_id: 2 },
            row! { title: "More", user_id: 1 },
        ],
    )
    .unwrap();
    db
}

fn ask(text: &str) -> String {
    db().query_json(text).unwrap_or_else(|error| format!("{error:#}"))
}

#[test]
fn joins_by_condition_and_by_relation() {
    let on = r#"{"posts.user_id": {"column": "users.id"}}"#;
    let query =
        |join: &str| format!(r#"{{"from": "users", {join}, "select": ["users.name", "posts.title"]}}"#);
    let left = r#"[{"name":"Ann","title":"Hello"},{"name":"Ann","title":"More"},{"name":"Bob","title":"Again"},{"name":"Cid","title":null}]"#;
    assert_eq!(ask(&query(&format!(r#""leftJoin": {{"posts": {{"on": {on}}}}}"#))), left);
    assert_eq!(ask(&query(r#""leftJoin": {"posts": true}"#)), left);
    assert_eq!(ask(&query(r#""leftJoin": {"posts": "users.posts"}"#)), left);
    let inner =
        r#"[{"name":"Ann","title":"Hello"},{"name":"Ann","title":"More"},{"name":"Bob","title":"Again"}]"#;
    assert_eq!(ask(&query(r#""innerJoin": [{"posts": {"relation": "posts", "table": "posts"}}]"#)), inner);
    assert_eq!(
        ask(
            r#"{"from": {"u": "users"}, "antiJoin": {"p": {"table": "posts", "on": {"p.user_id": {"eq": {"column": "u.id"}}}}}}"#
        ),
        r#"[{"u":{"id":3,"name":"Cid","age":20}}]"#
    );
    assert_eq!(
        ask(r#"{"from": "users", "crossJoin": "posts", "select": {"n": {"count": true}}}"#),
        r#"[{"n":9}]"#
    );
}

#[test]
fn joins_are_made_in_the_order_written() {
    let text = r#"{"from": "posts", "innerJoin": {"author": true}, "leftJoin": {"others": "author.posts"},
        "select": {"post": "posts.id", "other": "others.id"}, "where": {"posts.id": 1}}"#;
    assert_eq!(ask(text), r#"[{"post":1,"other":1},{"post":1,"other":3}]"#);
}

#[test]
fn groups_expressions_and_orders() {
    let text = r#"{"from": "users", "leftJoin": {"posts": true}, "groupBy": ["users.id"],
        "select": {"who": {"upper": "name"}, "posts": {"count": "posts.id"}, "titles": {"list": "title"}},
        "having": {"posts": {"gt": 0}}, "orderBy": [{"posts": "asc"}], "limit": 1}"#;
    assert_eq!(ask(text), r#"[{"who":"BOB","posts":1,"titles":["Again"]}]"#);
    let text = r#"{"from": "users", "select": {"name": true, "next": {"add": [{"coalesce": ["age", 0]}, 1]}},
        "where": {"$expr": [{"length": "name"}, {"gte": 3}]},
        "orderBy": {"$expr": {"substring": ["name", 2]}, "direction": "desc"}}"#;
    assert_eq!(ask(text), r#"[{"name":"Bob","next":1},{"name":"Ann","next":31},{"name":"Cid","next":21}]"#);
    let text = r#"{"from": "users", "select": {"band": {"case": [{"when": {"age": {"lt": 25}}, "then": {"value": "young"}},
        {"when": {"age": null}, "then": {"value": "?"}}, {"else": {"value": "old"}}]}}, "distinct": true}"#;
    assert_eq!(ask(text), r#"[{"band":"old"},{"band":"?"},{"band":"young"}]"#);
}

#[test]
fn set_operations_take_lists_of_queries() {
    let names = r#"{"from": "users", "select": {"x": "name"}}"#;
    let titles = r#"{"from": "posts", "select": {"x": "title"}}"#;
    assert_eq!(
        ask(&format!(r#"{{"union": [{names}, {titles}, {names}], "orderBy": {{"x": "asc"}}, "limit": 3}}"#)),
        r#"[{"x":"Again"},{"x":"Ann"},{"x":"Bob"}]"#
    );
    assert_eq!(
        ask(&format!(
            r#"{{"exceptAll": [{names}, {{"from": "users", "select": {{"x": "name"}}, "limit": 1}}]}}"#
        )),
        r#"[{"x":"Bob"},{"x":"Cid"}]"#
    );
    assert_eq!(
        ask(&format!(r#"{{"intersect": [{names}, {{"union": [{names}, {titles}]}}]}}"#)),
        r#"[{"x":"Ann"},{"x":"Bob"},{"x":"Cid"}]"#
    );
}

#[test]
fn plucked_values_keys_and_existence() {
    assert_eq!(ask(r#"{"pluck": "users", "columns": "name", "limit": 2}"#), r#"["Ann","Bob"]"#);
    assert_eq!(
        ask(r#"{"pluck": "users", "columns": ["name", "posts.title"], "where": {"id": {"ne": 1}}}"#),
        r#"[["Bob","Again"],["Cid",null]]"#
    );
    assert_eq!(
        ask(r#"{"pick": "users", "columns": ["id", "name"], "orderBy": {"id": "desc"}}"#),
        r#"[3,"Cid"]"#
    );
    assert_eq!(ask(r#"{"pick": "users", "columns": "id", "where": {"id": 9}}"#), "null");
    assert_eq!(ask(r#"{"ids": "users", "where": {"age": null}}"#), "[2]");
    assert_eq!(ask(r#"{"exists": "users", "where": {"name": "Bob"}}"#), "true");
    assert_eq!(ask(r#"{"exists": "users", "where": {"name": "Dan"}}"#), "false");
}

#[test]
fn expressions_in_nested_queries() {
    assert_eq!(
        ask(
            r#"{"findMany": "users", "columns": {"id": true}, "where": {"$expr": [{"lower": "name"}, {"in": ["ann", "cid"]}]}}"#
        ),
        r#"[{"id":1},{"id":3}]"#
    );
    assert_eq!(
        ask(
            r#"{"findMany": "users", "columns": {"id": true}, "extras": {"n": {"$count": "posts"}, "big": {"upper": "name"}}, "orderBy": {"big": "desc"}, "limit": 1}"#
        ),
        r#"[{"id":3,"n":0,"big":"CID"}]"#
    );
    assert_eq!(
        ask(
            r#"{"count": "users", "where": {"posts": {"some": {"$expr": [{"length": "title"}, {"lt": 5}]}}}}"#
        ),
        "1"
    );
    assert_eq!(
        ask(r#"{"count": "users", "where": {"age": {"gt": {"$expr": {"multiply": ["id", 7]}}}}}"#),
        "1"
    );
}

#[test]
fn mistakes_are_told_with_their_place() {
    assert_eq!(
        ask(r#"{"from": "users", "select": {"n": {"lowr": "name"}}}"#)
            .lines()
            .take(2)
            .collect::<Vec<_>>()
            .join("\n"),
        "no option `lowr` here\n    at: $.select.n.lowr (1:44)"
    );
    assert_eq!(
        ask(r#"{"from": "users", "leftJoin": {"posts": true}, "select": ["id"]}"#),
        "`id` is a column of several tables\n    at: $.select.id (1:59)\n    help: write one of users.id, posts.id"
    );
    assert_eq!(
        ask(r#"{"from": "users", "where": {"nmae": "x"}}"#),
        "no column `nmae` on `users`\n    at: $.where.nmae (1:37)\n    help: did you mean `name`? there are: id, name, age"
    );
    assert_eq!(
        ask(r#"{"from": "users", "leftJoin": {"posts": {}}}"#),
        "expected `on` or `relation`, found neither\n    at: $.leftJoin.posts (1:41)"
    );
    assert_eq!(
        ask(r#"{"from": "users", "where": {"$expr": [{"divide": [1, {"subtract": ["id", 1]}]}, 1]}}"#),
        "division by zero\n    at: 1:1\n    help: leave rows with a zero out, or divide inside a case"
    );
    assert!(
        ask(r#"{"from": "users", "selct": ["id"]}"#)
            .starts_with("no option `selct` here\n    at: $.selct (1:28)")
    );
}
