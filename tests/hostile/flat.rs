//! Joins, groups and set operations that multiply.

use crate::{answered, asked, crowd, refused};
use relata::json::Limits;

/// Users beside themselves, `joins` times.
fn crossed(joins: usize, rest: &str) -> String {
    let all: Vec<String> = (0..joins).map(|n| format!(r#""u{n}": "users""#)).collect();
    format!(r#"{{"from": "users", "crossJoin": {{{}}}, "select": {{"n": "users.id"}}{rest}}}"#, all.join(","))
}

#[test]
fn products_are_refused_before_they_are_made() {
    let db = crowd(100);
    // 10^12 and 10^128 rows.
    for joins in [5, 63] {
        refused(&db, &crossed(joins, ""), "work");
        refused(&db, &crossed(joins, r#", "orderBy": {"n": "desc"}, "limit": 1"#), "work");
        refused(&db, &crossed(joins, r#", "distinct": true"#), "work");
        let counted = crossed(joins, "").replace(r#""users.id""#, r#"{"count": true}"#);
        refused(&db, &counted, "work");
        // A condition on all of them can only be asked of each.
        let sum =
            r#", "where": {"$expr": [{"add": ["users.id", "u0.id", "u1.id", "u2.id", "u3.id"]}, {"gt": 0}]}"#
                .replace(
                    r#""users.id", "u0.id", "u1.id", "u2.id", "u3.id""#,
                    r#""users.id", {"add": ["u0.id", {"add": ["u1.id", "u2.id"]}]}"#,
                );
        refused(&db, &crossed(joins, &sum), "work");
    }
    // What stops by itself is answered.
    answered(&db, &crossed(5, r#", "limit": 2"#), r#"[{"n":1},{"n":1}]"#);
    answered(&db, &crossed(5, r#", "limit": 2, "where": {"users.id": 7}"#), r#"[{"n":7},{"n":7}]"#);
}

#[test]
fn rows_and_work_of_a_join_are_allowed_up_to_the_limit_and_not_beyond() {
    let db = crowd(30);
    let text = crossed(1, "");
    for (rows, expected) in [(901, None), (900, None), (899, Some("rows"))] {
        assert_eq!(asked(&db, &text, &Limits::default().rows(rows)).err().as_deref(), expected, "{rows}");
    }
    // 30 rows of either side, 900 pairs, and the group's one value.
    let counted = text.replace(r#""users.id""#, r#"{"count": true}"#);
    for (work, expected) in [(961, None), (960, None), (959, Some("work"))] {
        assert_eq!(asked(&db, &counted, &Limits::default().work(work)).err().as_deref(), expected, "{work}");
    }
    let hashed = r#"{"from": "users", "innerJoin": {"p": {"table": "posts", "on": {"p.title": {"ne": {"column": "users.name"}}}}}, "select": {"n": {"count": true}}}"#;
    answered(&db, hashed, r#"[{"n":1800}]"#);
    assert_eq!(asked(&db, hashed, &Limits::default().work(1_800)), Err("work".into()));
    let equal = r#"{"from": {"a": "posts"}, "innerJoin": {"b": {"table": "posts", "on": {"a.title": {"column": "b.title"}}}}, "select": {"n": {"count": true}}}"#;
    answered(&db, equal, r#"[{"n":1800}]"#);
    assert_eq!(asked(&db, equal, &Limits::default().work(1_800)), Err("work".into()));
    let along = r#"{"from": "groups", "innerJoin": {"users": true}, "leftJoin": {"again": "users.groups", "most": "again.users"}, "select": {"n": {"count": true}}}"#;
    answered(&db, along, r#"[{"n":900}]"#);
    assert_eq!(asked(&db, along, &Limits::default().work(900)), Err("work".into()));
}

#[test]
fn only_so_many_tables_are_joined() {
    let db = crowd(1);
    for (joins, expected) in [(63, None), (64, None), (65, Some("joins")), (90_000, Some("joins"))] {
        let found = asked(&db, &crossed(joins, ""), &Limits::default());
        assert_eq!(found.err().as_deref(), expected, "{joins}");
    }
    let semi: Vec<String> =
        (0..20_000).map(|n| format!(r#""u{n}": {{"table": "users", "on": {{"u{n}.id": 1}}}}"#)).collect();
    refused(&db, &format!(r#"{{"from": "users", "semiJoin": {{{}}}}}"#, semi.join(",")), "joins");
}

#[test]
fn only_so_many_columns_are_given_grouped_and_ordered_by() {
    let db = crowd(2);
    for (n, expected) in [(1_023, None), (1_024, None), (1_025, Some("columns")), (40_000, Some("columns"))] {
        let select: Vec<String> = (0..n).map(|n| format!(r#""c{n}": "id""#)).collect();
        let list = vec![r#""id""#; n].join(",");
        let orders = vec![r#"{"id": "asc"}"#; n].join(",");
        for text in [
            format!(r#"{{"from": "users", "select": {{{}}}}}"#, select.join(",")),
            format!(r#"{{"from": "users", "select": ["id"], "groupBy": [{list}]}}"#),
            format!(r#"{{"from": "users", "select": ["id"], "orderBy": [{orders}]}}"#),
        ] {
            assert_eq!(asked(&db, &text, &Limits::default()).err().as_deref(), expected, "{n}");
        }
    }
}

#[test]
fn set_operations_stand_inside_each_other_only_so_deep() {
    let db = crowd(2);
    let one = r#"{"from": "users", "select": ["id"]}"#;
    for (queries, expected) in [(64, None), (65, None), (66, Some("set_depth")), (20_000, Some("set_depth"))]
    {
        for word in ["union", "unionAll", "intersect", "exceptAll"] {
            let text = format!(r#"{{"{word}": [{}]}}"#, vec![one; queries].join(","));
            assert_eq!(asked(&db, &text, &Limits::default()).err().as_deref(), expected, "{queries}");
        }
    }
    // Either side may be the deep one.
    let deep = |depth: usize| {
        (0..depth).fold(one.to_owned(), |inner, _| format!(r#"{{"union": [{one}, {inner}]}}"#))
    };
    let limits = Limits::default().depth(127);
    for (depth, expected) in [(40, None), (62, None), (63, Some("depth"))] {
        assert_eq!(asked(&db, &deep(depth), &limits).err().as_deref(), expected, "{depth}");
    }
    // A tree of 2^10 members doubles and doubles.
    let tree = (0..10).fold(one.to_owned(), |inner, _| format!(r#"{{"unionAll": [{inner}, {inner}]}}"#));
    for (rows, expected) in [(2_048, None), (2_047, Some("rows"))] {
        assert_eq!(asked(&db, &tree, &Limits::default().rows(rows)).err().as_deref(), expected, "{rows}");
    }
}

#[test]
fn groups_of_odd_keys_cost_no_memory() {
    let db = crowd(2);
    answered(&db, r#"{"update": "users", "where": {"id": 1}, "set": {"rank": 2147483647}}"#, "1");
    let text = r#"{"from": "users", "select": {"rank": "rank", "n": {"count": true}}, "groupBy": ["rank"]}"#;
    answered(&db, text, r#"[{"rank":2147483647,"n":1},{"rank":null,"n":1}]"#);
}
