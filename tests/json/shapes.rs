//! Queries that mean nothing: what their writers are told.

use crate::{catalog, parse, refusal};
use relata::json::{Limits, Request};
use relata::{Database, ErrorKind};

#[test]
fn a_misspelt_option_gets_its_neighbour_and_the_list() {
    assert_eq!(
        refusal(r#"{"count": "users", "wehre": {}}"#),
        "no option `wehre` here\n    at: $.wehre (1:29)\n    help: did you mean `where`? there are: where, follow"
    );
    let message = refusal(r#"{"findMany": "users", "with": {"posts": {"lmit": 1}}}"#);
    assert!(message.starts_with(
        "no option `lmit` here\n    at: $.with.posts.lmit (1:50)\n    help: did you mean `limit`?"
    ));
}

#[test]
fn a_misspelt_method_gets_the_methods_there_are() {
    let methods = "there are: findMany, findFirst, count, exists, pluck, pick, ids, from, union, unionAll, intersect, \
                   intersectAll, except, exceptAll, insert, update, upsert, findOrCreate, delete, destroy, check, \
                   begin, commit, savepoint, rollback";
    assert_eq!(
        refusal(r#"{"findmany": "users", "limit": 1}"#),
        format!(
            "no option `findmany` here\n    at: $.findmany (1:14)\n    help: did you mean `findMany`? {methods}"
        )
    );
}

#[test]
fn a_request_has_one_method() {
    assert_eq!(
        refusal(r#"{"findMany": "users", "count": "posts"}"#),
        "expected one method, found `findMany` and `count`\n    at: $.count (1:32)"
    );
    assert!(refusal(r#"{"where": {}}"#).starts_with("expected one of findMany, findFirst, count,"));
    assert!(refusal("{}").ends_with("found no method\n    at: 1:1"));
    assert!(refusal(" []").ends_with("found an empty list\n    at: 1:2"));
}

#[test]
fn two_spellings_of_one_option_are_refused() {
    let cases = [
        ("columns", "select", "{}"),
        ("with", "include", "{}"),
        ("limit", "take", "1"),
        ("offset", "skip", "1"),
    ];
    for (ours, theirs, value) in cases {
        let message =
            refusal(&format!("{{\"findMany\": \"users\", \"{ours}\": {value}, \"{theirs}\": {value}}}"));
        assert!(
            message.starts_with(&format!("`{ours}` and `{theirs}` are two spellings of one option")),
            "{message}"
        );
        assert!(message.ends_with(&format!("help: keep `{ours}`")));
    }
}

#[test]
fn an_absent_filter_never_means_everything() {
    let absent = "a filter without a value would match everything";
    let help = "help: leave the filter out, or give it a value; null is written `null`";
    assert_eq!(
        refusal(r#"{"findMany": "users", "where": null}"#),
        format!("{absent}\n    at: $.where (1:32)\n    {help}")
    );
    for text in [
        r#"{"findMany": "users", "with": {"posts": {"where": null}}}"#,
        r#"{"findMany": "users", "extras": {"n": {"$count": "posts", "where": null}}}"#,
        r#"{"findMany": "users", "extras": {"n": {"$count": {"posts": null}}}}"#,
        r#"{"count": "users", "where": null}"#,
        r#"{"delete": "users", "where": null}"#,
    ] {
        assert!(refusal(text).starts_with(absent), "{text}");
    }
}

#[test]
fn a_limit_is_a_whole_number_from_0() {
    let kinds = [
        ("-1", "out_of_range"),
        ("99999999999999999999", "out_of_range"),
        ("1.5", "type_mismatch"),
        ("\"3\"", "type_mismatch"),
        ("null", "type_mismatch"),
    ];
    for (value, kind) in kinds {
        for option in ["limit", "offset", "take", "skip"] {
            let error = parse(&format!("{{\"findMany\": \"users\", \"{option}\": {value}}}")).unwrap_err();
            assert_eq!(error.kind().name(), kind, "{value}");
            assert_eq!(error.path().to_string(), option);
        }
    }
    assert_eq!(
        refusal(r#"{"findMany": "users", "limit": "soon"}"#),
        "expected a whole number from 0, found \"soon\"\n    at: $.limit (1:32)"
    );
    assert_eq!(
        refusal(r#"{"findMany": "users", "skip": -1}"#),
        "-1 is out of range for a whole number from 0\n    at: $.skip (1:31)"
    );
}

#[test]
fn one_row_needs_no_limit_and_a_count_nothing_but_a_filter() {
    assert!(refusal(r#"{"findFirst": "users", "limit": 1}"#).starts_with("no option `limit` here"));
    assert!(refusal(r#"{"count": "users", "limit": 1}"#).starts_with("no option `limit` here"));
}

#[test]
fn an_unknown_direction_gets_those_there_are() {
    assert_eq!(
        refusal(r#"{"findMany": "users", "orderBy": {"age": "descend"}}"#),
        "no option `descend` here\n    at: $.orderBy.age (1:42)\n    help: did you mean `desc`? there are: asc, desc"
    );
    assert!(
        refusal(r#"{"findMany": "users", "orderBy": [{"age": {"nulls": "top"}}]}"#)
            .contains("orderBy[0].age.nulls")
    );
    assert!(
        refusal(r#"{"findMany": "users", "orderBy": {"age": {"sort": "asc"}}}"#).contains("direction, nulls")
    );
    assert_eq!(
        refusal(r#"{"findMany": "users", "orderBy": "age"}"#),
        "expected an object like {\"name\": \"asc\"}, or a list of such, found \"age\"\n    at: $.orderBy (1:34)"
    );
}

#[test]
fn prisma_s_count_is_led_to_extras() {
    for text in [
        r#"{"findMany": "users", "include": {"_count": {"select": {"posts": true}}}}"#,
        r#"{"findMany": "users", "select": {"_count": true}}"#,
    ] {
        let help = "help: write \"extras\": {\"n\": {\"$count\": \"posts\"}}, and filter or order by `n`";
        assert!(refusal(text).ends_with(help), "{}", refusal(text));
    }
    let ordered = refusal(r#"{"findMany": "users", "orderBy": {"posts": {"_count": "desc"}}}"#);
    assert!(ordered.contains("at: $.orderBy.posts._count") && ordered.contains("extras"), "{ordered}");
}

#[test]
fn prisma_s_groups_and_aggregates_are_led_to_the_form_they_have_here() {
    let group = refusal(r#"{"groupBy": "posts", "by": ["user_id"], "_count": true}"#);
    assert!(group.starts_with("`groupBy` has another form here\n    at: $.groupBy (1:13)"), "{group}");
    assert!(group.contains(r#"help: write {"from": "posts", "groupBy": "user_id", "select""#), "{group}");
    let all = refusal(r#"{"aggregate": "posts", "_sum": {"id": true}}"#);
    assert!(all.contains(r#"help: write {"from": "posts", "select": {"n": {"count": true}"#), "{all}");
    let beside = refusal(r#"{"from": "posts", "groupBy": "user_id", "_sum": {"id": true}}"#);
    assert!(beside.ends_with(r#"help: write "select": {"n": {"sum": "likes"}} beside "from""#), "{beside}");
}

#[test]
fn values_of_another_shape_are_refused_where_they_stand() {
    let cases = [
        (r#""columns": {"id": 1}"#, "expected true or false, found 1", "columns.id"),
        (r#""columns": [1]"#, "expected a column's name, found 1", "columns[0]"),
        (r#""columns": {"posts": {}}"#, "expected true or false, found an empty object", "columns.posts"),
        (
            r#""columns": "id""#,
            "expected an object like {\"id\": true}, or a list of names, found \"id\"",
            "columns",
        ),
        (r#""where": []"#, "expected an object of columns and relations, found an empty list", "where"),
        (r#""with": ["posts"]"#, "expected an object like {\"posts\": true}, found a list", "with"),
        (r#""with": {"posts": 1}"#, "expected true, false or an object of options, found 1", "with.posts"),
        (r#""with": {"p": {"relation": 1}}"#, "expected a relation's name, found 1", "with.p.relation"),
        (
            r#""select": {"posts": null}"#,
            "expected true, false or an object of options, found null",
            "select.posts",
        ),
        (
            r#""extras": {"n": "posts"}"#,
            "expected {\"$count\": \"posts\"} or {\"$sum\": {\"lines\": \"amount\"}}, found \"posts\"",
            "extras.n",
        ),
        (r#""extras": {"n": {"$median": "id"}}"#, "no option `$median` here", "extras.n.$median"),
        (
            r#""extras": {"n": {"$count": null}}"#,
            "expected a relation's name, or {\"posts\": {...}} with its filter, found null",
            "extras.n.$count",
        ),
        (
            r#""extras": {"n": {}}"#,
            "expected {\"$count\": \"posts\"} or {\"$sum\": {\"lines\": \"amount\"}}, found no aggregate",
            "extras.n",
        ),
        (r#""cursor": {}"#, "expected a column and its value, found an empty object", "cursor"),
        (r#""distinct": []"#, "expected true, false or a list of columns, found an empty list", "distinct"),
        (r#""distinct": "id""#, "expected true, false or a list of columns, found \"id\"", "distinct"),
    ];
    for (option, message, path) in cases {
        let error = parse(&format!("{{\"findMany\": \"users\", {option}}}")).unwrap_err();
        assert_eq!(error.to_string(), message, "{option}");
        assert_eq!(error.path().to_string(), path, "{option}");
        assert!(error.position().is_some());
        assert!(matches!(error.kind(), ErrorKind::InvalidQuery(_) | ErrorKind::UnknownOption { .. }));
    }
    assert_eq!(refusal(r#"{"findMany": 1}"#), "expected a table's name, found 1\n    at: $.findMany (1:14)");
}

#[test]
fn long_values_are_named_and_not_repeated() {
    let text = format!("{{\"findMany\": \"users\", \"distinct\": \"{}\"}}", "x".repeat(1000));
    assert_eq!(
        parse(&text).unwrap_err().to_string(),
        "expected true, false or a list of columns, found a text"
    );
}

#[test]
fn a_filter_of_another_shape_says_what_it_may_be() {
    let db = Database::new(catalog().schema().clone()).unwrap();
    let asked = |filter: &str| {
        let found = db.query_json(&format!(r#"{{"findMany": "users", "where": {filter}}}"#));
        found.err().map_or_else(String::new, |error| format!("{error:#}"))
    };
    let cases = [
        ("7", "expected an object of columns and relations, found 7"),
        (r#"{"$expr": 7}"#, "expected a list of an expression and a test, found 7"),
        (r#"{"$expr": [{"column": "age"}]}"#, "expected a list of an expression and a test"),
        (r#"{"age": {"between": 7}}"#, "expected a list of two values, found 7"),
        (r#"{"age": {"between": [7]}}"#, "expected a list of two values"),
        (r#"{"age": {"isNull": 1}}"#, "expected true or false, found 1"),
        (r#"{"age": [1]}"#, "expected a value or operators (`in` takes a list)"),
        (r#"{"posts": null}"#, "a filter without a value would match everything"),
        (r#"{"age": {"eq": {"from": 1}}}"#, "expected int"),
        (r#"{"$expr": [{"$count": "posts"}, {"like": "x"}]}"#, "`like`"),
        (r#"{"$expr": [{"multiply": [{"column": "age"}, 2]}, {"like": "x"}]}"#, "the expression"),
    ];
    let others: Vec<_> = cases
        .into_iter()
        .map(|(filter, expected)| (filter, expected, asked(filter)))
        .filter(|(_, expected, message)| !message.contains(expected))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn a_filter_prints_as_the_document_that_asks_the_same() {
    use relata::{col, placeholder, rel};
    let catalog = catalog();
    for (filter, text) in [
        (col("name").not_like("a%"), r#"{"name":{"notLike":"a%"}}"#),
        (col("name").not_ilike("a%"), r#"{"name":{"notIlike":"a%"}}"#),
        (col("name").ilike("a%"), r#"{"name":{"ilike":"a%"}}"#),
        (col("age").not_between(1, 2), r#"{"age":{"notBetween":[1,2]}}"#),
        (col("age").gt_column("id"), r#"{"age":{"gt":{"column":"id"}}}"#),
        (col("age").eq(placeholder("age")), r#"{"age":{"eq":{"$":"age"}}}"#),
        (
            col("age").is_null().or(col("age").lt(3)).or(col("id").eq(1)),
            r#"{"OR":[{"age":{"isNull":true}},{"age":{"lt":3}},{"id":{"eq":1}}]}"#,
        ),
        (rel("posts").exists(), r#"{"posts":true}"#),
        (rel("posts").absent(), r#"{"posts":false}"#),
    ] {
        assert_eq!(filter.to_string(), text);
        let request = format!(r#"{{"findMany": "users", "where": {text}}}"#);
        Request::parse(&catalog, &request, &Limits::default())
            .unwrap_or_else(|error| panic!("{text}: {error:#}"));
    }
}

#[test]
fn a_flat_query_of_another_shape_says_what_it_may_be() {
    let db = Database::new(catalog().schema().clone()).unwrap();
    let asked = |text: &str| db.query_json(text).err().map_or_else(String::new, |error| format!("{error:#}"));
    let cases = [
        (r#"{"union": 7}"#, "expected a list of at least two queries"),
        (r#"{"union": [{"from": "users"}, {}]}"#, "expected a query with `from`, found none"),
        (r#"{"from": {"u": 7}, "select": ["id"]}"#, "expected a table's name, found 7"),
        (r#"{"from": 7, "select": ["id"]}"#, r#"expected a table's name, or {"alias": "table"}, found 7"#),
        (
            r#"{"from": "users", "innerJoin": {"posts": 7}}"#,
            "expected true, a relation's name, or an object with `on`",
        ),
    ];
    let others: Vec<_> = cases
        .into_iter()
        .map(|(text, expected)| (text, expected, asked(text)))
        .filter(|(_, expected, message)| !message.contains(expected))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}
