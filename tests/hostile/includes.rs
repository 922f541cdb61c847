//! Includes that multiply.

use crate::{answered, ask, asked, crowd, crowd_read_by, refused};
use relata::json::Limits;

/// `depth` includes of these relations inside each other, in turn.
fn nested(relations: &[&str], depth: usize) -> String {
    let inner = (0..depth).rev().fold(String::from("true"), |inner, at| {
        format!(
            r#"{{"columns": {{"id": true}}, "with": {{"{}": {inner}}}}}"#,
            relations[at % relations.len()]
        )
    });
    inner.replacen('{', r#"{"findMany": "users", "#, 1)
}

#[test]
fn includes_nest_as_deep_as_allowed_and_not_deeper() {
    let db = crowd(2);
    let limits = Limits::default().depth(127);
    for (depth, expected) in [(60, None), (62, None), (63, None)] {
        assert_eq!(asked(&db, &nested(&["boss"], depth), &limits).err(), expected, "{depth}");
    }
    refused(&db, &nested(&["boss"], 1_000), "depth");
    for (depth, expected) in [(63, None), (64, None), (65, Some("include_depth"))] {
        let mut query = relata::Query::of("users");
        query = deep(query, depth);
        let found = db.snapshot().query("users").include("boss", |_| query).all();
        let found = found.err().map(|error| match error.kind() {
            relata::ErrorKind::LimitExceeded { limit, .. } => *limit,
            _ => "another",
        });
        assert_eq!(found, expected, "{depth}");
    }
}

fn deep(query: relata::Query, depth: usize) -> relata::Query {
    if depth <= 1 { query } else { query.include("boss", |nested| deep(nested, depth - 1)) }
}

#[test]
fn includes_along_a_cycle_stop_at_the_rows_that_are_allowed() {
    let db = crowd(30);
    // Each step multiplies by thirty.
    refused(&db, &nested(&["groups", "users"], 20), "rows");
    let deepest = nested(&["groups", "users"], 60);
    assert_eq!(asked(&db, &deepest, &Limits::default().depth(127)), Err("rows".into()));
    // 30 users, 30 times the group, 900 users.
    let text = nested(&["groups", "users"], 2);
    for (rows, expected) in [(961, None), (960, None), (959, Some("rows"))] {
        assert_eq!(asked(&db, &text, &Limits::default().rows(rows)).err().as_deref(), expected, "{rows}");
    }
}

#[test]
fn what_is_found_in_parts_by_several_threads_is_counted_once() {
    let (alone, together) = (crowd(30), crowd_read_by(3, 30));
    let text = nested(&["groups", "users"], 2);
    for limit in (0..1_000).step_by(37).chain(955..965) {
        for limits in [Limits::default().rows(limit), Limits::default().work(limit)] {
            assert_eq!(asked(&together, &text, &limits), asked(&alone, &text, &limits), "{limits:?}");
        }
    }
    // One part alone would do.
    assert_eq!(asked(&together, &text, &Limits::default().rows(959)), Err("rows".into()));
    assert_eq!(asked(&together, &text, &Limits::default().work(959)), Err("work".into()));
    assert!(asked(&together, &text, &Limits::default().rows(960).work(960)).is_ok());
}

#[test]
fn rows_that_an_include_leaves_out_are_work_all_the_same() {
    let db = crowd(30);
    let text = r#"{"findMany": "users", "with": {"groups": {"with": {"users": {"orderBy": {"name": "asc"}, "limit": 1}}}}}"#;
    // 30 users, the group of each, and its 30 users for each of them.
    for (work, expected) in [(961, None), (960, None), (959, Some("work"))] {
        assert_eq!(asked(&db, text, &Limits::default().work(work)).err().as_deref(), expected, "{work}");
    }
    let filtered = text.replace(r#""limit": 1"#, r#""where": {"id": 0}"#);
    assert_eq!(asked(&db, &filtered, &Limits::default().work(959)), Err("work".into()));
    let recursive =
        r#"{"findMany": "users", "with": {"staff": {"recursive": true, "where": {"id": {"gt": 0}}}}}"#;
    assert_eq!(asked(&db, recursive, &Limits::default().work(500)), Err("work".into()));
}

#[test]
fn recursion_on_a_cycle_ends() {
    let db = crowd(30);
    let text = |relation: &str| {
        format!(
            r#"{{"findMany": "users", "limit": 1, "columns": {{"id": true}}, "with": {{"{relation}": {{"recursive": true, "columns": {{"id": true}}}}}}}}"#
        )
    };
    for relation in ["boss", "staff"] {
        let answer = ask(&db, &text(relation)).unwrap();
        // The first row is met again at the end, and not entered again.
        assert_eq!(answer.matches(r#""id""#).count(), 31, "{answer}");
    }
    let long = crowd(300);
    for relation in ["boss", "staff"] {
        refused(&long, &text(relation), "recursion_depth");
    }
    let everybody = r#"{"findMany": "users", "limit": 1, "follow": [{"staff": {"recursive": true, "columns": {"id": true}}}]}"#;
    assert!(ask(&long, everybody).is_ok_and(|answer| answer.matches(r#""id""#).count() == 300));
}

#[test]
fn many_names_for_one_relation_are_bounded_by_rows() {
    let db = crowd(30);
    let names: Vec<String> = (0..2_000)
        .map(|n| format!(r#""p{n}": {{"relation": "posts", "columns": {{"id": true}}}}"#))
        .collect();
    let text = format!(r#"{{"findMany": "users", "with": {{{}}}}}"#, names.join(","));
    let limits = Limits::default().rows(100_000);
    assert_eq!(asked(&db, &text, &limits), Err("rows".into()));
    assert!(asked(&db, &text, &limits.rows(120_030)).is_ok());
}

#[test]
fn follows_come_by_each_row_once_and_only_so_often() {
    let db = crowd(30);
    let steps = |n: usize| vec![r#""groups", "users""#; n / 2].join(",");
    let text = |n: usize| format!(r#"{{"count": "users", "follow": [{}]}}"#, steps(n));
    for n in [62, 64] {
        answered(&db, &text(n), "30");
    }
    refused(&db, &text(66), "follow");
}

#[test]
fn plucked_relations_multiply_only_up_to_the_rows_that_are_allowed() {
    let db = crowd(30);
    let text = |paths: &[&str]| {
        format!(
            r#"{{"pluck": "groups", "columns": [{}]}}"#,
            paths.iter().map(|path| format!("\"{path}\"")).collect::<Vec<_>>().join(",")
        )
    };
    // 30 users of the group, each with 2 posts and 1 group of 30 users.
    let paths = ["users.posts.id", "users.groups.users.id"];
    for (rows, expected) in [(1_801, None), (1_800, None), (1_799, Some("rows"))] {
        assert_eq!(
            asked(&db, &text(&paths), &Limits::default().rows(rows)).err().as_deref(),
            expected,
            "{rows}"
        );
    }
    let path = "users.groups.".repeat(4) + "users.id";
    assert_eq!(asked(&db, &text(&[&path]), &Limits::default().rows(100_000)), Err("rows".into()));
}

#[test]
fn long_paths_are_refused_before_they_are_walked() {
    let db = crowd(1);
    let path = |depth: usize| format!(r#"{{"pluck": "users", "columns": "{}id"}}"#, "boss.".repeat(depth));
    for depth in [63, 64] {
        answered(&db, &path(depth), "[1]");
    }
    for depth in [65, 1_000, 1_000_000] {
        refused(&db, &path(depth), "include_depth");
    }
}

#[test]
fn as_many_columns_are_plucked_as_selected() {
    let db = crowd(1);
    let text = |n: usize| format!(r#"{{"pluck": "users", "columns": [{}]}}"#, vec![r#""id""#; n].join(","));
    for n in [1_023, 1_024] {
        assert!(ask(&db, &text(n)).is_ok());
    }
    for n in [1_025, 90_000] {
        refused(&db, &text(n), "columns");
    }
    assert_eq!(asked(&db, &text(1_024), &Limits::default().work(1_000)), Err("work".into()));
}

#[test]
fn many_extras_are_work() {
    let db = crowd(30);
    let extras: Vec<String> = (0..2_000).map(|n| format!(r#""e{n}": {{"$count": "posts"}}"#)).collect();
    let text = format!(r#"{{"findMany": "users", "extras": {{{}}}}}"#, extras.join(","));
    for (work, expected) in [(60_030, None), (60_029, Some("work"))] {
        assert_eq!(asked(&db, &text, &Limits::default().work(work)).err().as_deref(), expected, "{work}");
    }
}
