//! Queries: what their documents mean.

use crate::parse;
use relata::json::{Limits, Request, read};
use relata::{Filter, Query, Row, asc, desc, row};

fn find(text: &str) -> Query {
    match parse(text).unwrap() {
        Request::FindMany(query) => query,
        other => panic!("{other:?}"),
    }
}

fn document(text: &str) -> Filter {
    Filter::Document(read(text, &Limits::default()).unwrap())
}

fn literal(text: &str) -> relata::Literal {
    read(text, &Limits::default()).unwrap()
}

#[test]
fn the_method_names_the_table() {
    assert_eq!(parse(r#"{"findMany": "users"}"#).unwrap(), Request::FindMany(Query::of("users")));
    assert_eq!(parse(r#"{"findFirst": "users"}"#).unwrap(), Request::FindFirst(Query::of("users").limit(1)));
    assert_eq!(parse(r#"{"count": "users"}"#).unwrap(), Request::Count(Query::of("users")));
    assert_eq!(parse(r#"{"where": {}, "count": "users"}"#).unwrap().table(), Some("users"));
}

#[test]
fn a_true_column_picks_and_only_false_ones_omit() {
    let users = || Query::of("users");
    assert_eq!(
        find(r#"{"findMany": "users", "columns": {"id": true, "name": false}}"#),
        users().columns(["id"])
    );
    assert_eq!(
        find(r#"{"findMany": "users", "columns": {"name": false}}"#),
        users().without_columns(["name"])
    );
    assert_eq!(find(r#"{"findMany": "users", "columns": {}}"#), users().columns([""; 0]));
    assert_eq!(find(r#"{"findMany": "users", "columns": ["id", "name"]}"#), users().columns(["id", "name"]));
    assert_eq!(find(r#"{"findMany": "users", "columns": []}"#), users().columns([""; 0]));
}

#[test]
fn a_filter_is_kept_as_written_and_an_empty_one_asks_nothing() {
    let query = Query::of("users").filter(document(r#"{"age": {"gte": 18.0}}"#));
    assert_eq!(find(r#"{"findMany": "users", "where": {"age": {"gte": 18.0}}}"#), query);
    assert_eq!(find(r#"{"findMany": "users", "where": {}}"#), Query::of("users"));
}

#[test]
fn relations_are_included_at_any_depth() {
    let text =
        r#"{"findMany": "users", "with": {"posts": {"limit": 2, "with": {"author": true, "x": false}}}}"#;
    let query =
        Query::of("users").include("posts", |posts| posts.limit(2).include("author", |author| author));
    assert_eq!(find(text), query);
}

#[test]
fn one_relation_is_included_twice_under_two_names() {
    let text = r#"{"findMany": "users", "with": {"posts": true, "drafts": {"relation": "posts", "where": {"id": 1}}}}"#;
    let query = Query::of("users")
        .include("posts", |posts| posts)
        .include_as("drafts", "posts", |posts| posts.filter(document(r#"{"id": 1}"#)));
    assert_eq!(find(text), query);
}

#[test]
fn relations_are_counted_with_or_without_a_filter() {
    let text = r#"{"findMany": "users", "extras": {
        "a": {"$count": "posts"}, "b": {"$count": "posts", "where": {"id": 1}}, "c": {"$count": {"posts": {"id": 2}}},
        "d": {"$count": {"posts": true}}, "e": {"$count": "posts", "where": {}}
    }}"#;
    let query = Query::of("users")
        .count_of("a", "posts")
        .count_where("b", "posts", document(r#"{"id": 1}"#))
        .count_where("c", "posts", document(r#"{"id": 2}"#))
        .count_of("d", "posts")
        .count_of("e", "posts");
    assert_eq!(find(text), query);
}

#[test]
fn an_order_is_an_object_or_a_list_of_them() {
    let query = Query::of("users").order_by(desc("age").nulls_last()).order_by(asc("id"));
    let nulls = r#"{"direction": "desc", "nulls": "last"}"#;
    assert_eq!(
        find(&format!(r#"{{"findMany": "users", "orderBy": {{"age": {nulls}, "id": "asc"}}}}"#)),
        query
    );
    assert_eq!(
        find(&format!(r#"{{"findMany": "users", "orderBy": [{{"age": {nulls}}}, {{"id": {{}}}}]}}"#)),
        query
    );
    assert_eq!(find(r#"{"findMany": "users", "orderBy": []}"#), Query::of("users"));
}

#[test]
fn a_page_is_a_limit_an_offset_and_a_cursor() {
    let text = r#"{"findMany": "users", "limit": 0, "offset": 5, "cursor": {"age": 1.0, "id": 7}}"#;
    let cursor = row! { age: literal("1.0"), id: literal("7") };
    assert_eq!(find(text), Query::of("users").limit(0).offset(5).after(cursor));
}

#[test]
fn distinct_is_a_switch_or_a_list_of_columns() {
    assert_eq!(find(r#"{"findMany": "users", "distinct": true}"#), Query::of("users").distinct());
    assert_eq!(find(r#"{"findMany": "users", "distinct": false}"#), Query::of("users"));
    assert_eq!(
        find(r#"{"findMany": "users", "distinct": ["age"]}"#),
        Query::of("users").distinct_on(["age"])
    );
}

#[test]
fn prisma_s_spelling_means_the_same() {
    let ours = r#"{"findMany": "users", "columns": {"id": true}, "limit": 1, "offset": 2,
        "with": {"posts": {"columns": {"id": true}, "limit": 3, "offset": 4, "with": {"author": true}}}}"#;
    let theirs = r#"{"findMany": "users", "select": {"id": true}, "take": 1, "skip": 2,
        "include": {"posts": {"select": {"id": true}, "take": 3, "skip": 4, "include": {"author": true}}}}"#;
    assert_eq!(find(ours), find(theirs));
}

#[test]
fn prisma_s_select_holds_relations_too() {
    let query = Query::of("users")
        .columns(["id"])
        .include("posts", |posts| posts.columns(["title"]).include("author", |author| author));
    let text = r#"{"findMany": "users", "select": {"id": true, "posts": {"select": {"title": true, "author": true}}}}"#;
    assert_eq!(find(text), query);
    // Only relations: no column is picked.
    let query = Query::of("users").columns([""; 0]).include("posts", |posts| posts);
    assert_eq!(find(r#"{"findMany": "users", "select": {"posts": true}}"#), query);
    // A relation that is switched off leaves the columns as they are.
    let query = Query::of("users").without_columns(["age"]);
    assert_eq!(find(r#"{"findMany": "users", "select": {"posts": false, "age": false}}"#), query);
}

#[test]
fn a_literal_means_the_same_as_its_text() {
    let text = r#"{"findMany": "users", "limit": 3}"#;
    assert_eq!(Request::from_literal(&crate::catalog(), literal(text)).unwrap(), parse(text).unwrap());
    assert_ne!(find(text), Query::of("users").after(Row::new()));
}
