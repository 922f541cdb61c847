//! Drizzle's relations that carry a filter, and what foreign keys do when their target goes.

use crate::{ask, open, refused, run};
use relata::Database;

fn groups() -> Database {
    let db = open(
        r#"{
        "tables": {
            "users": {"columns": {"id": {"type": "integer", "generated": true}, "name": {"type": "text"},
                "verified": {"type": "boolean"}}, "primaryKey": ["id"]},
            "groups": {"columns": {"id": {"type": "integer", "generated": true}, "title": {"type": "text"}},
                "primaryKey": ["id"]},
            "users_to_groups": {"columns": {"user_id": {"type": "integer"}, "group_id": {"type": "integer"}},
                "primaryKey": ["group_id", "user_id"], "foreignKeys": [
                    {"columns": ["user_id"], "references": {"table": "users"}, "onDelete": "cascade"},
                    {"columns": ["group_id"], "references": {"table": "groups"}, "onDelete": "cascade"}]},
            "posts": {"columns": {"id": {"type": "integer", "generated": true}, "owner_id": {"type": "integer"},
                "approved": {"type": "boolean"}}, "primaryKey": ["id"]}
        },
        "relations": {
            "groups": {
                "users": {"many": "users", "from": ["id"], "to": ["id"], "alias": "all",
                    "through": {"table": "users_to_groups", "from": ["group_id"], "to": ["user_id"]}},
                "verified_users": {"many": "users", "from": ["id"], "to": ["id"], "alias": "verified",
                    "through": {"table": "users_to_groups", "from": ["group_id"], "to": ["user_id"]},
                    "where": {"verified": true}}
            },
            "posts": {"author": {"one": "users", "from": ["owner_id"], "to": ["id"], "alias": "verified author",
                "where": {"verified": true}}},
            "users": {"feed": {"many": "posts", "from": ["id"], "to": ["owner_id"], "alias": "approved",
                "where": {"approved": true}}}
        }
    }"#,
    );
    run(
        &db,
        r#"[{"insert": "users", "values": [{"name": "Rui", "verified": true}, {"name": "Sam", "verified": false}, {"name": "Tove", "verified": true}]},
        {"insert": "groups", "values": [{"title": "crew"}, {"title": "guests"}]},
        {"insert": "users_to_groups", "values": [{"user_id": 2, "group_id": 1}, {"user_id": 3, "group_id": 1}, {"user_id": 1, "group_id": 1}, {"user_id": 2, "group_id": 2}]},
        {"insert": "posts", "values": [{"owner_id": 2, "approved": true}, {"owner_id": 1, "approved": false}, {"owner_id": 1, "approved": true}]}]"#,
    );
    db
}

#[test]
fn a_predefined_filter_on_a_junction_keeps_the_verified_users_of_a_group() {
    let db = groups();
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "groups", "columns": {"title": true}, "with": {
            "users": {"columns": {"name": true}}, "verified_users": {"columns": {"name": true}}}}"#
        ),
        r#"[{"title":"crew","users":[{"name":"Sam"},{"name":"Tove"},{"name":"Rui"}],"verified_users":[{"name":"Tove"},{"name":"Rui"}]},{"title":"guests","users":[{"name":"Sam"}],"verified_users":[]}]"#,
    );
    assert_eq!(
        ask(&db, r#"{"findMany": "groups", "columns": {"title": true}, "where": {"verified_users": false}}"#),
        r#"[{"title":"guests"}]"#,
    );
}

#[test]
fn a_query_filters_further_what_a_predefined_filter_has_left() {
    assert_eq!(
        ask(
            &groups(),
            r#"{"findFirst": "groups", "columns": {}, "with": {"verified_users": {"columns": {"name": true}, "where": {"name": {"like": "T%"}}}}}"#
        ),
        r#"{"verified_users":[{"name":"Tove"}]}"#,
    );
}

#[test]
fn a_predefined_filter_to_one_makes_an_unverified_author_null() {
    assert_eq!(
        ask(
            &groups(),
            r#"{"findMany": "posts", "columns": {"id": true}, "with": {"author": {"columns": {"name": true}}}}"#
        ),
        r#"[{"id":1,"author":null},{"id":2,"author":{"name":"Rui"}},{"id":3,"author":{"name":"Rui"}}]"#,
    );
}

#[test]
fn a_predefined_filter_to_many_makes_a_feed_of_approved_posts() {
    assert_eq!(
        ask(
            &groups(),
            r#"{"findMany": "users", "columns": {"name": true}, "with": {"feed": {"columns": {"id": true}}}}"#
        ),
        r#"[{"name":"Rui","feed":[{"id":3}]},{"name":"Sam","feed":[{"id":1}]},{"name":"Tove","feed":[]}]"#,
    );
}

#[test]
fn a_cascade_takes_the_junctions_rows_with_either_side() {
    let db = groups();
    run(&db, r#"[{"delete": "users", "where": {"id": 3}}, {"delete": "groups", "where": {"id": 2}}]"#);
    assert_eq!(
        ask(&db, r#"{"findMany": "users_to_groups"}"#),
        r#"[{"user_id":2,"group_id":1},{"user_id":1,"group_id":1}]"#,
    );
}

/// Posts of users whose foreign key acts so; the author is 1 by default.
fn posts(action: &str, nullable: bool) -> Database {
    let db = open(&format!(
        r#"{{
        "tables": {{
            "users": {{"columns": {{"id": {{"type": "integer", "generated": true}}}}, "primaryKey": ["id"]}},
            "posts": {{"columns": {{"id": {{"type": "integer", "generated": true}},
                "author": {{"type": "integer", "nullable": {nullable}, "default": 1}}}}, "primaryKey": ["id"],
                "foreignKeys": [{{"columns": ["author"], "references": {{"table": "users"}},
                    "onDelete": "{action}", "onUpdate": "{action}"}}]}}
        }}
    }}"#
    ));
    run(
        &db,
        r#"[{"insert": "users", "values": [{}, {}]}, {"insert": "posts", "values": [{"author": 2}, {"author": 1}]}]"#,
    );
    db
}

#[test]
fn each_foreign_key_action_does_what_it_says_on_delete_and_on_update() {
    let rows = |db: &Database| ask(db, r#"{"findMany": "posts"}"#);
    let (delete, update) = (
        r#"{"delete": "users", "where": {"id": 2}}"#,
        r#"{"update": "users", "where": {"id": 2}, "set": {"id": 9}}"#,
    );
    let after = |action: &str, statement: &str| {
        let db = posts(action, true);
        run(&db, statement);
        rows(&db)
    };
    assert_eq!(after("cascade", delete), r#"[{"id":2,"author":1}]"#);
    assert_eq!(after("cascade", update), r#"[{"id":1,"author":9},{"id":2,"author":1}]"#);
    for statement in [delete, update] {
        assert_eq!(after("set null", statement), r#"[{"id":1,"author":null},{"id":2,"author":1}]"#);
        assert_eq!(after("set default", statement), r#"[{"id":1,"author":1},{"id":2,"author":1}]"#);
        for (action, kind) in [("restrict", "restrict_violation"), ("no action", "foreign_key_violation")] {
            let db = posts(action, true);
            assert!(refused(&db, statement).contains(kind), "{action}");
            assert_eq!(rows(&db), r#"[{"id":1,"author":2},{"id":2,"author":1}]"#);
        }
    }
}
