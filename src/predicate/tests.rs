//! What filters resolve to, from Rust and from documents.

use super::{Computed, Predicate, RelationCount, no_extras, resolve};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::filter::{Filter, col, rel};
use crate::schema::{Column, Relation, Schema, Table};
use crate::value::Literal;

fn catalog() -> Catalog {
    let users = Table::new("users")
        .column(Column::integer("id").generated())
        .column(Column::text("name"))
        .column(Column::smallint("age").nullable())
        .column(Column::int("score"))
        .column(Column::json("data").nullable())
        .column(Column::enumeration("role", ["guest", "admin"]))
        .column(Column::boolean("active"))
        .primary_key(["id"]);
    let posts = Table::new("posts")
        .column(Column::integer("id").generated())
        .column(Column::integer("owner_id"))
        .column(Column::text("title"))
        .column(Column::boolean("some"))
        .primary_key(["id"]);
    let schema = Schema::new()
        .table(users)
        .table(posts)
        .relation(Relation::one("posts", "author", "users").from(["owner_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts"));
    Catalog::try_from(schema).unwrap()
}

fn resolved(table: &str, filter: &Filter) -> Result<Predicate> {
    let catalog = catalog();
    let id = catalog.table_id(table).unwrap();
    resolve(&catalog, id, filter, &no_extras)
}

fn document(text: &str) -> Filter {
    serde_json::from_str(text).unwrap()
}

/// The predicate of a document on `users`, as the debug form shows it.
fn read(text: &str) -> Predicate {
    resolved("users", &document(text)).unwrap()
}

fn refused(table: &str, text: &str) -> Error {
    resolved(table, &document(text)).unwrap_err()
}

/// Message and path of what refuses a document on `users`.
fn message(text: &str) -> String {
    let error = refused("users", text);
    format!("{error} at {}", error.path())
}

fn typed(filter: Filter) -> Predicate {
    resolved("users", &filter).unwrap()
}

#[test]
fn documents_and_rust_resolve_alike() {
    let cases = [
        (r#"{"age": 3}"#, col("age").eq(3)),
        (r#"{"age": {"ne": 3}}"#, col("age").ne(3)),
        (r#"{"age": {"gt": 3, "lte": 9}}"#, col("age").gt(3).and(col("age").lte(9))),
        (r#"{"age": {"in": [2, 1, null, 2]}}"#, col("age").is_in([Some(1), None, Some(2)])),
        (r#"{"age": {"notIn": []}}"#, col("age").not_in(Vec::<i64>::new())),
        (r#"{"age": {"between": [1, 2]}}"#, col("age").between(1, 2)),
        (r#"{"age": {"notBetween": [1, 2]}}"#, col("age").not_between(1, 2)),
        (r#"{"name": {"like": "a%"}}"#, col("name").like("a%")),
        (r#"{"name": {"notIlike": "a%"}}"#, col("name").not_ilike("a%")),
        (r#"{"age": null}"#, col("age").is_null()),
        (r#"{"age": {"isNull": true}}"#, col("age").is_null()),
        (r#"{"age": {"isNull": false}}"#, col("age").is_not_null()),
        (r#"{"age": {"isNotNull": true}}"#, col("age").is_not_null()),
        (r#"{"age": {"eq": null}}"#, col("age").eq(None::<i64>)),
        (r#"{"age": {"lt": {"column": "score"}}}"#, col("age").lt_column("score")),
        (r#"{"age": 1, "name": "a"}"#, col("age").eq(1).and(col("name").eq("a"))),
        (r#"{"OR": [{"age": 1}, {"age": 2}]}"#, col("age").eq(1).or(col("age").eq(2))),
        (r#"{"NOT": {"age": 1}}"#, !col("age").eq(1)),
        (r#"{"NOT": [{"age": 1}, {"age": 2}]}"#, !col("age").eq(1).or(col("age").eq(2))),
        (r#"{"age": {"OR": [{"lt": 1}, 5]}}"#, col("age").lt(1).or(col("age").eq(5))),
        (r#"{"age": {"NOT": {"lt": 1}}}"#, !col("age").lt(1)),
        (r#"{"posts": true}"#, rel("posts").exists()),
        (r#"{"posts": {}}"#, rel("posts").exists()),
        (r#"{"posts": false}"#, rel("posts").absent()),
        (r#"{"posts": {"title": "x"}}"#, rel("posts").some(col("title").eq("x"))),
        (r#"{"posts": {"some": {"title": "x"}}}"#, rel("posts").some(col("title").eq("x"))),
        (r#"{"posts": {"every": {"title": "x"}}}"#, rel("posts").every(col("title").eq("x"))),
        (r#"{"posts": {"none": {"title": "x"}}}"#, rel("posts").none(col("title").eq("x"))),
        (
            r#"{"posts": {"author": {"is": {"age": 1}}}}"#,
            rel("posts").some(rel("author").is(col("age").eq(1))),
        ),
    ];
    for (text, filter) in cases {
        assert_eq!(read(text), typed(filter), "{text}");
    }
}

#[test]
fn what_is_written_by_serde_resolves_to_the_same() {
    let filters = [
        col("age").gte(1).and(!col("name").like("%x").or(col("age").is_in([1, 2]))),
        rel("posts").every(col("title").ne("x")),
        rel("posts").absent(),
        rel("posts").some(rel("author").is_not(col("score").gt_column("age"))),
        col("role").eq("admin").and(col("age").not_between(1, 5)).and(col("age").is_not_null()),
    ];
    for filter in filters {
        let text = serde_json::to_string(&filter).unwrap();
        assert_eq!(read(&text), typed(filter), "{text}");
    }
}

#[test]
fn a_to_one_takes_is_and_null() {
    let read = |text: &str| resolved("posts", &document(text)).unwrap();
    assert_eq!(read(r#"{"author": null}"#), read(r#"{"author": false}"#));
    assert_eq!(read(r#"{"author": {"is": null}}"#), read(r#"{"author": false}"#));
    assert_eq!(read(r#"{"author": {"isNot": null}}"#), read(r#"{"author": true}"#));
    assert_eq!(read(r#"{"author": {"age": 1}}"#), read(r#"{"author": {"is": {"age": 1}}}"#));
    let not = read(r#"{"author": {"isNot": {"age": 1}}}"#);
    assert_eq!(not, Predicate::Not(Box::new(read(r#"{"author": {"is": {"age": 1}}}"#))));
}

#[test]
fn a_word_is_a_quantifier_before_it_is_a_column() {
    let inner = rel("posts").some(col("some").eq(true));
    assert_eq!(read(r#"{"posts": {"some": {"some": true}}}"#), typed(inner.clone()));
    let both = rel("posts").some(col("some").eq(true).and(col("title").eq("x")));
    assert_eq!(read(r#"{"posts": {"some": true, "title": "x"}}"#), typed(both));
}

#[test]
fn parts_that_ask_nothing_are_left_out() {
    let nothing = Predicate::And(Vec::new());
    for text in
        [r"{}", r#"{"OR": []}"#, r#"{"AND": [], "NOT": []}"#, r#"{"NOT": {}}"#, r#"{"age": {"OR": []}}"#]
    {
        assert_eq!(read(text), nothing, "{text}");
    }
    assert_eq!(read(r#"{"OR": [{"age": 1}, {}]}"#), read(r#"{"age": 1}"#));
    assert_eq!(typed(Filter::all([])), nothing);
}

#[test]
fn what_is_absent_is_refused() {
    let absent = "a filter without a value would match everything at";
    for (text, path) in [
        (r"null", ""),
        (r#"{"age": {}}"#, "age"),
        (r#"{"AND": null}"#, "AND"),
        (r#"{"OR": [null]}"#, "OR[0]"),
        (r#"{"posts": null}"#, "posts"),
        (r#"{"posts": {"some": null}}"#, "posts.some"),
        (r#"{"posts": {"every": {}}}"#, "posts.every"),
        (r#"{"posts": {"every": {"OR": []}}}"#, "posts.every"),
    ] {
        assert_eq!(message(text), format!("{absent} {path}"), "{text}");
    }
}

#[test]
fn mistakes_say_what_and_where() {
    for (text, expected) in [
        (r#"{"age": "soon"}"#, r#"expected smallint for users.age, found "soon" at age"#),
        (r#"{"age": {"gte": "soon"}}"#, r#"expected smallint for users.age, found "soon" at age.gte"#),
        (r#"{"age": {"in": [1, true]}}"#, "expected smallint for users.age, found true at age.in[1]"),
        (
            r#"{"age": {"between": [1, "x"]}}"#,
            r#"expected smallint for users.age, found "x" at age.between[1]"#,
        ),
        (r#"{"age": 99999}"#, "99999 is out of range for smallint for users.age at age"),
        (r#"{"role": "king"}"#, r#"expected enum (guest, admin) for users.role, found "king" at role"#),
        (r#"{"age": {"gtr": 1}}"#, "no option `gtr` here at age.gtr"),
        (r#"{"age": {"in": 1}}"#, "expected a list, found 1 at age.in"),
        (r#"{"age": {"isNull": 1}}"#, "expected true or false, found 1 at age.isNull"),
        (r#"{"age": [1]}"#, "expected a value or operators (`in` takes a list), found a list at age"),
        (r#"{"age": {"like": "1%"}}"#, "`like` doesn't fit `age`, which is smallint at age.like"),
        (r#"{"data": {"gt": 1}}"#, "`gt` doesn't fit `data`, which is json at data.gt"),
        (
            r#"{"data": {"a": 1}}"#,
            "expected operators (a json column is compared with a document by `eq`), found an object at data",
        ),
        (r#"{"agee": 1}"#, "no column `agee` on `users` at agee"),
        (r#"{"AND": [{"name": "a"}, {"agee": {"gt": 1}}]}"#, "no column `agee` on `users` at AND[1].agee"),
        (r#"{"postss": {"title": "x"}}"#, "no relation `postss` on `users` at postss"),
        (r#"{"posts": {"titel": "x"}}"#, "no column `titel` on `posts` at posts.titel"),
        (
            r#"{"posts": {"is": {"title": "x"}}}"#,
            "`is` doesn't fit `posts`, which leads to many rows at posts.is",
        ),
        (r#"{"posts": 3}"#, "expected true, false or a filter object, found 3 at posts"),
        (r#"{"OR": {"age": 1}}"#, "expected a list of filters, found an object at OR"),
        (
            r#"{"age": {"lt": {"column": "name"}}}"#,
            "expected smallint for users.age, found `name`, which is text at age.lt",
        ),
    ] {
        assert_eq!(message(text), expected, "{text}");
    }
    let error = refused("posts", r#"{"author": {"some": {"age": 1}}}"#);
    assert_eq!(error.to_string(), "`some` doesn't fit `author`, which leads to one row");
}

#[test]
fn an_unknown_key_lists_columns_and_relations() {
    let error = refused("users", r#"{"post": true}"#);
    let help = error.help().unwrap();
    assert!(
        help.contains("did you mean `posts`?") && help.contains("age") && help.contains("posts"),
        "{help}"
    );
}

#[test]
fn rust_filters_have_paths_too() {
    let path = |filter: Filter| resolved("users", &filter).unwrap_err().path().to_string();
    assert_eq!(path(col("age").gte("soon")), "age.gte");
    assert_eq!(path(col("name").eq("a").and(col("age").is_in(["x"]))), "AND[1].age.in[0]");
    assert_eq!(path(!rel("posts").some(col("titel").eq("x"))), "NOT.posts.some.titel");
    assert_eq!(path(rel("author").exists()), "author");
    assert_eq!(path(rel("posts").every(Filter::all([]))), "posts.every");
}

#[test]
fn a_null_given_to_an_operator_is_unknown_and_a_bare_null_asks_for_null() {
    let unknown = typed(col("age").eq(None::<i64>));
    for text in [r#"{"age": {"gt": null}}"#, r#"{"age": {"in": null}}"#] {
        assert_eq!(read(text), unknown, "{text}");
    }
    assert_eq!(read(r#"{"data": {"eq": null}}"#), typed(col("data").eq(None::<i64>)));
    assert_eq!(read(r#"{"data": null}"#), typed(col("data").is_null()));
    assert_eq!(read(r#"{"data": {"eq": {"column": "age"}}}"#), {
        let literal: Literal = serde_json::from_str(r#"{"column": "age"}"#).unwrap();
        typed(col("data").eq(literal))
    });
}

#[test]
fn counts_are_asked_like_columns() {
    let catalog = catalog();
    let users = catalog.table_id("users").unwrap();
    let relation = catalog.table(users).relation_id("posts").unwrap();
    let count = RelationCount { relation, filter: None };
    let extras = |name: &str| (name == "n").then(|| Computed::Count(count.clone()));
    let read = |text: &str| resolve(&catalog, users, &document(text), &extras);
    assert!(matches!(read(r#"{"n": {"gt": 2}}"#).unwrap(), Predicate::Count(_, _, 2)));
    assert_eq!(read(r#"{"n": {"in": [1, 2]}}"#).unwrap(), read(r#"{"OR": [{"n": 1}, {"n": 2}]}"#).unwrap());
    assert_eq!(read(r#"{"n": null}"#).unwrap(), Predicate::Or(Vec::new()));
    let error = read(r#"{"n": {"like": "x"}}"#).unwrap_err();
    assert_eq!(error.to_string(), "`like` doesn't fit `the count`, which is integer");
    assert_eq!(read(r#"{"n": "x"}"#).unwrap_err().to_string(), r#"expected integer, found "x""#);
    assert_eq!(read(r#"{"posts": {"n": 1}}"#).unwrap_err().to_string(), "no column `n` on `posts`");
}

#[test]
fn filters_nest_to_a_limit() {
    let nested = |depth: usize| (0..depth).fold(col("age").eq(1), |inner, _| !inner);
    assert!(resolved("users", &nested(64)).is_ok());
    let error = resolved("users", &nested(65)).unwrap_err();
    assert_eq!(error.to_string(), "more than 64: the limit `filter_depth`");
    let text = format!("{}{{\"age\": 1}}{}", r#"{"AND": ["#.repeat(40), "]}".repeat(40));
    assert!(resolved("users", &document(&text)).is_ok());
}
