//! ActiveDrizzle's page on nested attributes.

use crate::{ask, open, refused, run};
use relata::Database;

fn accounts() -> Database {
    open(
        r#"{
        "tables": {
            "users": {"columns": {"id": {"type": "integer", "generated": true}, "email": {"type": "text"}},
                "primaryKey": ["id"]},
            "profiles": {"columns": {"id": {"type": "integer", "generated": true}, "userId": {"type": "integer"},
                "bio": {"type": "text", "nullable": true}}, "primaryKey": ["id"],
                "foreignKeys": [{"columns": ["userId"], "references": {"table": "users"}}]},
            "posts": {"columns": {"id": {"type": "integer", "generated": true}, "title": {"type": "text"},
                "userId": {"type": "integer"}}, "primaryKey": ["id"],
                "foreignKeys": [{"columns": ["userId"], "references": {"table": "users"}}]}
        },
        "relations": {
            "users": {
                "profile": {"hasOne": true},
                "posts": {"hasMany": true, "nested": {"allowDestroy": true, "rejectIf": {"title": ""}, "limit": 3}}
            },
            "posts": {"user": {"belongsTo": true}}
        }
    }"#,
    )
}

const EVERYTHING: &str = r#"{"findFirst": "users", "with": {"profile": {"columns": {"id": true, "bio": true}},
    "posts": {"columns": {"id": true, "title": true}}}}"#;

const CREATE: &str = r#"{"insert": "users", "values": {"email": "ida@north.example", "profileAttributes": {"bio": "writes"},
    "postsAttributes": [{"title": "Tides"}, {"title": "Sand"}]}}"#;

#[test]
fn a_user_is_created_with_a_profile_and_posts_in_one_statement() {
    let db = accounts();
    run(&db, CREATE);
    assert_eq!(
        ask(&db, EVERYTHING),
        r#"{"id":1,"email":"ida@north.example","profile":{"id":1,"bio":"writes"},"posts":[{"id":1,"title":"Tides"},{"id":2,"title":"Sand"}]}"#,
    );
}

#[test]
fn a_nested_row_with_its_key_is_updated() {
    let db = accounts();
    run(&db, CREATE);
    run(
        &db,
        r#"{"update": "users", "where": {"id": 1}, "set": {"profileAttributes": {"id": 1, "bio": "sails"}}}"#,
    );
    assert_eq!(ask(&db, r#"{"findMany": "profiles"}"#), r#"[{"id":1,"userId":1,"bio":"sails"}]"#);
}

#[test]
fn a_nested_row_is_destroyed_where_that_is_allowed_and_refused_elsewhere() {
    let db = accounts();
    run(&db, CREATE);
    run(
        &db,
        r#"{"update": "users", "where": {"id": 1}, "set": {"postsAttributes": [{"id": 1, "_destroy": true}]}}"#,
    );
    assert_eq!(ask(&db, r#"{"findMany": "posts"}"#), r#"[{"id":2,"title":"Sand","userId":1}]"#);
    let answer = refused(
        &db,
        r#"{"update": "users", "where": {"id": 1}, "set": {"profileAttributes": {"id": 1, "_destroy": true}}}"#,
    );
    assert!(answer.contains("allow_destroy") || answer.contains("allowDestroy"), "{answer}");
    assert_eq!(ask(&db, r#"{"count": "profiles"}"#), "1");
}

#[test]
fn rows_without_a_title_are_passed_over_and_too_many_are_refused() {
    let db = accounts();
    run(&db, r#"{"insert": "users", "values": {"email": "a", "posts": [{"title": ""}, {"title": "kept"}]}}"#);
    assert_eq!(ask(&db, r#"{"findMany": "posts"}"#), r#"[{"id":1,"title":"kept","userId":1}]"#);
    let many = r#"{"update": "users", "where": {"id": 1}, "set": {"posts": [{"title": ""}, {"title": ""}, {"title": ""}, {"title": ""}]}}"#;
    let answer = refused(&db, many);
    assert!(answer.contains("limit_exceeded"), "{answer}");
}
