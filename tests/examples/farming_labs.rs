//! FarmingLabs ORM's pages on relations and queries: one to one, one to many, many to many.

use crate::{ask, open, refused, run};
use relata::{Database, row};

fn auth() -> Database {
    let db = open(
        r#"{
        "tables": {
            "users": {"columns": {"id": {"type": "integer", "generated": true}, "name": {"type": "text"},
                "email": {"type": "text", "unique": true}}, "primaryKey": ["id"]},
            "profiles": {"columns": {"id": {"type": "integer", "generated": true},
                "userId": {"type": "integer", "unique": true}, "bio": {"type": "text", "nullable": true}},
                "primaryKey": ["id"], "foreignKeys": [{"columns": ["userId"], "references": {"table": "users"}}]},
            "sessions": {"columns": {"id": {"type": "integer", "generated": true}, "userId": {"type": "integer"},
                "token": {"type": "text", "unique": true}, "expiresAt": {"type": "date"}}, "primaryKey": ["id"],
                "foreignKeys": [{"columns": ["userId"], "references": {"table": "users"}}]},
            "organizations": {"columns": {"id": {"type": "integer", "generated": true}, "name": {"type": "text"}},
                "primaryKey": ["id"]},
            "memberships": {"columns": {"id": {"type": "integer", "generated": true}, "userId": {"type": "integer"},
                "organizationId": {"type": "integer"}, "role": {"type": "text"}}, "primaryKey": ["id"],
                "foreignKeys": [{"columns": ["userId"], "references": {"table": "users"}},
                    {"columns": ["organizationId"], "references": {"table": "organizations"}}]}
        },
        "relations": {
            "users": {
                "profile": {"hasOne": true},
                "sessions": {"hasMany": true},
                "organizations": {"many": "organizations", "from": ["id"],
                    "through": {"table": "memberships", "from": ["userId"], "to": ["organizationId"]}, "to": ["id"]}
            },
            "profiles": {"user": {"belongsTo": true}},
            "sessions": {"user": {"belongsTo": true}},
            "organizations": {"users": {"many": "users"}}
        }
    }"#,
    );
    run(
        &db,
        r#"[
        {"insert": "users", "values": [{"name": "Mary", "email": "mary@sea.example"}, {"name": "Nils", "email": "nils@sea.example"}]},
        {"insert": "profiles", "values": {"userId": 1, "bio": "keeps the light"}},
        {"insert": "sessions", "values": [
            {"userId": 1, "token": "web-1", "expiresAt": "2031-01-01"}, {"userId": 2, "token": "web-2", "expiresAt": "2031-05-01"},
            {"userId": 1, "token": "app-1", "expiresAt": "2031-03-01"}, {"userId": 1, "token": "web-3", "expiresAt": "2031-02-01"}]},
        {"insert": "organizations", "values": [{"name": "Harbour"}, {"name": "Museum"}, {"name": "Choir"}]},
        {"insert": "memberships", "values": [{"userId": 1, "organizationId": 3, "role": "alto"},
            {"userId": 2, "organizationId": 1, "role": "pilot"}, {"userId": 1, "organizationId": 1, "role": "keeper"},
            {"userId": 1, "organizationId": 2, "role": "guide"}]}
    ]"#,
    );
    db
}

#[test]
fn one_to_one_is_selected_from_the_side_without_the_key_and_from_the_other() {
    let db = auth();
    assert_eq!(
        ask(
            &db,
            r#"{"findFirst": "users", "where": {"email": "mary@sea.example"},
            "select": {"id": true, "profile": {"select": {"bio": true}}}}"#
        ),
        r#"{"id":1,"profile":{"bio":"keeps the light"}}"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findFirst": "users", "where": {"name": "Nils"}, "select": {"id": true, "profile": true}}"#
        ),
        r#"{"id":2,"profile":null}"#,
    );
    assert_eq!(
        ask(&db, r#"{"findMany": "profiles", "select": {"bio": true, "user": {"select": {"name": true}}}}"#),
        r#"[{"bio":"keeps the light","user":{"name":"Mary"}}]"#,
    );
}

#[test]
fn a_unique_key_makes_a_second_profile_impossible() {
    let answer = refused(&auth(), r#"{"insert": "profiles", "values": {"userId": 1}}"#);
    assert!(answer.contains("unique_violation") && answer.contains("userId"), "{answer}");
}

#[test]
fn one_to_many_takes_so_many_sessions_of_each_user() {
    assert_eq!(
        ask(
            &auth(),
            r#"{"findMany": "users", "select": {"id": true, "sessions": {"select": {"token": true}, "take": 2}}}"#
        ),
        r#"[{"id":1,"sessions":[{"token":"web-1"},{"token":"app-1"}]},{"id":2,"sessions":[{"token":"web-2"}]}]"#,
    );
}

#[test]
fn one_to_many_takes_a_filter_and_an_order_and_skips() {
    let db = auth();
    assert_eq!(
        ask(
            &db,
            r#"{"findFirst": "users", "where": {"email": "mary@sea.example"}, "select": {"id": true, "sessions": {
            "where": {"token": {"like": "web%"}}, "orderBy": {"expiresAt": "desc"}, "take": 5,
            "select": {"token": true, "expiresAt": true}}}}"#
        ),
        r#"{"id":1,"sessions":[{"token":"web-3","expiresAt":"2031-02-01"},{"token":"web-1","expiresAt":"2031-01-01"}]}"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findFirst": "users", "select": {"sessions": {"orderBy": {"expiresAt": "asc"}, "skip": 1, "take": 1, "select": {"token": true}}}}"#
        ),
        r#"{"sessions":[{"token":"web-3"}]}"#,
    );
    assert_eq!(ask(&db, r#"{"count": "sessions", "where": {"userId": 1}}"#), "3");
}

#[test]
fn many_to_many_takes_so_many_organizations_in_the_order_of_membership() {
    let db = auth();
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "users", "select": {"name": true, "organizations": {"select": {"name": true}, "take": 2}}}"#
        ),
        r#"[{"name":"Mary","organizations":[{"name":"Choir"},{"name":"Harbour"}]},{"name":"Nils","organizations":[{"name":"Harbour"}]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findFirst": "users", "select": {"organizations": {"select": {"name": true}, "orderBy": {"name": "desc"}, "take": 1, "skip": 1}}}"#
        ),
        r#"{"organizations":[{"name":"Harbour"}]}"#,
    );
}

#[test]
fn the_other_side_of_many_to_many_swaps_from_and_to() {
    assert_eq!(
        ask(&auth(), r#"{"findMany": "organizations", "include": {"users": {"select": {"name": true}}}}"#),
        r#"[{"id":1,"name":"Harbour","users":[{"name":"Nils"},{"name":"Mary"}]},{"id":2,"name":"Museum","users":[{"name":"Mary"}]},{"id":3,"name":"Choir","users":[{"name":"Mary"}]}]"#,
    );
}

#[test]
fn a_user_and_a_profile_are_written_in_one_transaction_or_not_at_all() {
    let db = auth();
    let write = |bio: Option<&str>, email: &str| {
        db.transaction(|tx| {
            let user = tx.insert("users", row! { name: "Olu", email: email })?;
            tx.insert("profiles", row! { userId: &user, bio: bio })?;
            match bio {
                Some(_) => Ok(()),
                None => tx.insert("profiles", row! { userId: &user }).map(drop),
            }
        })
    };
    write(Some("rows"), "olu@sea.example").unwrap();
    assert_eq!(write(None, "other@sea.example").unwrap_err().kind().name(), "unique_violation");
    assert_eq!(
        (ask(&db, r#"{"count": "users"}"#), ask(&db, r#"{"count": "profiles"}"#)),
        ("3".into(), "2".into())
    );
}
