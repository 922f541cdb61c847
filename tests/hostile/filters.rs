//! Filters and expressions that would cost more than they say.

use crate::{answered, ask, asked, crowd, refused};
use relata::json::Limits;

#[test]
fn patterns_that_would_be_exponential_are_answered() {
    let db = crowd(2);
    let long = "a".repeat(200_000);
    ask(&db, &format!(r#"{{"insert": "users", "values": {{"name": "{long}"}}}}"#)).unwrap();
    for (pattern, found) in [
        ("%a".repeat(1_000), "1"),
        ("%a".repeat(1_000) + "b", "0"),
        ("%a%".repeat(1_000) + "b%", "0"),
        ("%".repeat(100_000) + "a", "1"),
        (format!("%{}%", "a".repeat(100_000)), "1"),
        (format!("%{}b", "a".repeat(100_000)), "0"),
        (format!("%{}b%", "a".repeat(100_000)), "0"),
        ("_".repeat(200_000), "1"),
        ("_".repeat(200_001), "0"),
    ] {
        answered(
            &db,
            &format!(r#"{{"count": "users", "where": {{"name": {{"like": "{pattern}"}}}}}}"#),
            found,
        );
    }
    refused(&db, r#"{"count": "users", "where": {"name": {"like": "%a\\"}}}"#, "invalid_query");
}

#[test]
fn filters_nest_as_deep_as_allowed_and_not_deeper() {
    let db = crowd(2);
    let limits = Limits::default().depth(127);
    let count = |filter: &str| format!(r#"{{"count": "users", "where": {filter}}}"#);
    let nots = |depth: usize| r#"{"NOT": "#.repeat(depth) + r#"{"id": 1}"# + &"}".repeat(depth);
    for (depth, expected) in
        [(62, Ok("1")), (63, Ok("1")), (64, Ok("1")), (65, Err("filter_depth")), (100, Err("filter_depth"))]
    {
        let found = asked(&db, &count(&nots(depth)), &limits);
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(found, if depth % 2 == 1 { expected.map(|_| "1".into()) } else { expected }, "{depth}");
    }
    let bosses = r#"{"boss": "#.repeat(40) + r#"{"id": 1}"# + &"}".repeat(40);
    answered(&db, &count(&bosses), "1");
    let staff = r#"{"staff": {"some": "#.repeat(30) + r#"{"id": 1}"# + &"}}".repeat(30);
    answered(&db, &count(&staff), "1");
}

#[test]
fn expressions_nest_as_deep_as_allowed_and_not_deeper() {
    let db = crowd(2);
    let limits = Limits::default().depth(127);
    let sum = |depth: usize| r#"{"abs": "#.repeat(depth) + r#""id""# + &"}".repeat(depth);
    let query = |expr: &str| format!(r#"{{"from": "users", "select": {{"x": {expr}}}, "limit": 1}}"#);
    assert_eq!(asked(&db, &query(&sum(63)), &limits).as_deref(), Ok(r#"[{"x":1}]"#));
    for depth in [64, 65, 100] {
        let found = asked(&db, &query(&sum(depth)), &limits);
        assert!(found == Ok(r#"[{"x":1}]"#.into()) && depth == 64 || found == Err("expression_depth".into()));
    }
}

#[test]
fn wide_filters_are_answered_and_their_cost_is_bounded() {
    let db = crowd(20);
    let terms: Vec<String> = (0..45_000).map(|n| format!(r#"{{"id": {n}}}"#)).collect();
    let or = |n: usize| format!(r#"{{"count": "users", "where": {{"OR": [{}]}}}}"#, terms[..n].join(","));
    answered(&db, &or(45_000), "20");
    let and: Vec<String> = (0..10_000).map(|n| format!(r#"{{"id": {{"ne": {}}}}}"#, n + 1_000)).collect();
    answered(&db, &format!(r#"{{"count": "users", "where": {{"AND": [{}]}}}}"#, and.join(",")), "20");
    // 20 rows are asked 6,400 conditions: as much as coming by 2,000 rows.
    for (work, expected) in [(2_001, Ok("20")), (2_000, Ok("20")), (1_999, Err("work"))] {
        let found = asked(&db, &or(6_400), &Limits::default().work(work));
        assert_eq!(found.as_deref().map_err(String::as_str), expected);
    }
    let page = or(6_400).replace("count", "findMany");
    assert_eq!(asked(&db, &page, &Limits::default().work(1_999)), Err("work".into()));
    let exists = or(6_400).replace("count", "exists");
    assert_eq!(asked(&db, &exists, &Limits::default().work(1_999)), Err("work".into()));
}

#[test]
fn long_lists_are_looked_up_and_not_compared_one_by_one() {
    let db = crowd(20);
    let list: Vec<String> = (0..90_000).map(|n| n.to_string()).collect();
    let list = list.join(",");
    answered(&db, &format!(r#"{{"count": "users", "where": {{"id": {{"in": [{list}]}}}}}}"#), "20");
    answered(&db, &format!(r#"{{"count": "users", "where": {{"id": {{"notIn": [{list}]}}}}}}"#), "0");
    answered(
        &db,
        &format!(r#"{{"count": "posts", "where": {{"author": {{"boss_id": {{"in": [{list}]}}}}}}}}"#),
        "40",
    );
    let names: Vec<String> = (0..90_000).map(|n| format!(r#""user {n}""#)).collect();
    let names = names.join(",");
    answered(&db, &format!(r#"{{"count": "users", "where": {{"name": {{"in": [{names}]}}}}}}"#), "20");
}

#[test]
fn many_orders_are_answered() {
    let db = crowd(20);
    let orders = vec![r#"{"boss_id": "asc"}"#; 5_000].join(",");
    answered(
        &db,
        &format!(r#"{{"pluck": "users", "columns": "id", "orderBy": [{orders}], "limit": 2}}"#),
        "[2,3]",
    );
}
