//! Drizzle's pages on relations, both versions: one to one, one to many, many to many, and several
//! relations between one pair of tables.

use crate::{ask, open, refused, run};
use relata::Database;

/// A table of an integer `id` and some other columns, none of them required.
fn table(name: &str, columns: &str, more: &str) -> String {
    format!(
        r#""{name}": {{"columns": {{"id": {{"type": "integer", "generated": true}}, {columns}}}, "primaryKey": ["id"]{more}}}"#
    )
}

const INTEGER: &str = r#"{"type": "integer", "nullable": true}"#;
const TEXT: &str = r#"{"type": "text", "nullable": true}"#;

fn schema(tables: &[String], relations: &str) -> String {
    format!(r#"{{"tables": {{{}}}, "relations": {relations}}}"#, tables.join(","))
}

#[test]
fn one_to_one_with_itself_a_user_is_invited_by_a_user() {
    let users = table("users", &format!(r#""name": {TEXT}, "invited_by": {INTEGER}"#), "");
    let db = open(&schema(
        &[users],
        r#"{"users": {"inviter": {"one": "users", "from": ["invited_by"], "to": ["id"], "alias": "invitation"},
            "guests": {"many": "users", "alias": "invitation"}}}"#,
    ));
    run(
        &db,
        r#"{"insert": "users", "values": [{"name": "Ona"}, {"name": "Pim", "invited_by": 1}, {"name": "Quy", "invited_by": 1}]}"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "users", "columns": {"name": true}, "with": {"inviter": {"columns": {"name": true}}, "guests": {"columns": {"name": true}}}}"#
        ),
        r#"[{"name":"Ona","inviter":null,"guests":[{"name":"Pim"},{"name":"Quy"}]},{"name":"Pim","inviter":{"name":"Ona"},"guests":[]},{"name":"Quy","inviter":{"name":"Ona"},"guests":[]}]"#,
    );
}

fn profiles(key: &str, relations: &str) -> Database {
    let profile =
        table("profile_info", &format!(r#""user_id": {INTEGER}, "metadata": {{"type": "json"}}"#), key);
    let db = open(&schema(&[table("users", &format!(r#""name": {TEXT}"#), ""), profile], relations));
    run(
        &db,
        r#"[{"insert": "users", "values": [{"name": "Ona"}, {"name": "Pim"}]},
        {"insert": "profile_info", "values": {"user_id": 2, "metadata": {"height": 180, "tags": ["a", "b"]}}}]"#,
    );
    db
}

const PROFILES: &str = r#"[{"id":1,"name":"Ona","profile":null},{"id":2,"name":"Pim","profile":{"id":1,"user_id":2,"metadata":{"height":180,"tags":["a","b"]}}}]"#;

#[test]
fn one_to_one_by_a_key_in_the_other_table_is_nullable_however_it_is_declared() {
    let forms = [
        r#"{"users": {"profile": {"one": "profile_info", "from": ["id"], "to": ["user_id"]}}}"#,
        r#"{"users": {"profile": {"one": "profile_info"}}, "profile_info": {"user": {"one": "users", "from": ["user_id"], "to": ["id"]}}}"#,
    ];
    for relations in forms {
        let db = profiles("", relations);
        assert_eq!(ask(&db, r#"{"findMany": "users", "with": {"profile": true}}"#), PROFILES);
    }
}

#[test]
fn a_relation_answers_alike_with_a_foreign_key_and_without_but_only_the_key_guards_writes() {
    let relations = r#"{"users": {"profile": {"one": "profile_info", "from": ["id"], "to": ["user_id"]}}}"#;
    let key =
        r#", "foreignKeys": [{"columns": ["user_id"], "references": {"table": "users", "columns": ["id"]}}]"#;
    let (soft, hard) = (profiles("", relations), profiles(key, relations));
    for db in [&soft, &hard] {
        assert_eq!(ask(db, r#"{"findMany": "users", "with": {"profile": true}}"#), PROFILES);
    }
    let stray = r#"{"insert": "profile_info", "values": {"user_id": 77, "metadata": null}}"#;
    run(&soft, r#"{"insert": "profile_info", "values": {"user_id": 77, "metadata": {}}}"#);
    assert!(refused(&hard, &stray.replace("null", "{}")).contains("foreign_key_violation"));
    assert_eq!(ask(&soft, r#"{"findMany": "users", "with": {"profile": true}}"#), PROFILES);
}

/// Users write posts, which have comments.
fn blog() -> Database {
    let posts = table("posts", &format!(r#""content": {TEXT}, "author_id": {INTEGER}"#), "");
    let comments =
        table("comments", &format!(r#""text": {TEXT}, "author_id": {INTEGER}, "post_id": {INTEGER}"#), "");
    let db = open(&schema(
        &[table("users", &format!(r#""name": {TEXT}"#), ""), posts, comments],
        r#"{
            "posts": {"author": {"one": "users", "from": ["author_id"], "to": ["id"]}, "comments": {"many": "comments"}},
            "users": {"posts": {"many": "posts"}},
            "comments": {"post": {"one": "posts", "from": ["post_id"], "to": ["id"]}}
        }"#,
    ));
    run(
        &db,
        r#"[{"insert": "users", "values": [{"name": "Ona"}, {"name": "Pim"}]},
        {"insert": "posts", "values": [{"content": "on knots", "author_id": 1}, {"content": "on rope", "author_id": 1}, {"content": "adrift"}]},
        {"insert": "comments", "values": [{"text": "neat", "author_id": 2, "post_id": 2}, {"text": "tight", "post_id": 1}, {"text": "new?", "post_id": 2}]}]"#,
    );
    db
}

#[test]
fn one_to_many_a_user_has_posts_and_a_post_its_author() {
    let db = blog();
    assert_eq!(
        ask(&db, r#"{"findMany": "users", "with": {"posts": true}}"#),
        r#"[{"id":1,"name":"Ona","posts":[{"id":1,"content":"on knots","author_id":1},{"id":2,"content":"on rope","author_id":1}]},{"id":2,"name":"Pim","posts":[]}]"#,
    );
    assert_eq!(
        ask(&db, r#"{"findMany": "posts", "columns": {"content": true}, "with": {"author": true}}"#),
        r#"[{"content":"on knots","author":{"id":1,"name":"Ona"}},{"content":"on rope","author":{"id":1,"name":"Ona"}},{"content":"adrift","author":null}]"#,
    );
}

#[test]
fn one_to_many_again_posts_have_comments_inside_of_users() {
    assert_eq!(
        ask(
            &blog(),
            r#"{"findFirst": "users", "with": {"posts": {"columns": {"id": true}, "with": {"comments": {"columns": {"text": true}}}}}}"#
        ),
        r#"{"id":1,"name":"Ona","posts":[{"id":1,"comments":[{"text":"tight"}]},{"id":2,"comments":[{"text":"neat"},{"text":"new?"}]}]}"#,
    );
}

const JUNCTION: &str = r#""users_to_groups": {"columns": {"user_id": {"type": "integer"}, "group_id": {"type": "integer"}},
    "primaryKey": ["user_id", "group_id"], "foreignKeys": [
        {"columns": ["user_id"], "references": {"table": "users", "columns": ["id"]}},
        {"columns": ["group_id"], "references": {"table": "groups", "columns": ["id"]}}]}"#;

fn groups(relations: &str) -> Database {
    let name = format!(r#""name": {TEXT}"#);
    let db =
        open(&schema(&[table("users", &name, ""), table("groups", &name, ""), JUNCTION.into()], relations));
    run(
        &db,
        r#"[{"insert": "users", "values": [{"name": "Ona"}, {"name": "Pim"}, {"name": "Quy"}]},
        {"insert": "groups", "values": [{"name": "divers"}, {"name": "cooks"}]},
        {"insert": "users_to_groups", "values": [{"user_id": 1, "group_id": 2}, {"user_id": 3, "group_id": 1}, {"user_id": 1, "group_id": 1}]}]"#,
    );
    db
}

#[test]
fn many_to_many_reads_users_and_groups_through_the_junction_from_either_side() {
    let db = groups(
        r#"{"users": {"groups": {"many": "groups", "from": ["id"], "to": ["id"],
            "through": {"table": "users_to_groups", "from": ["user_id"], "to": ["group_id"]}}},
        "groups": {"participants": {"many": "users"}}}"#,
    );
    assert_eq!(
        ask(&db, r#"{"findMany": "users", "with": {"groups": true}}"#),
        r#"[{"id":1,"name":"Ona","groups":[{"id":2,"name":"cooks"},{"id":1,"name":"divers"}]},{"id":2,"name":"Pim","groups":[]},{"id":3,"name":"Quy","groups":[{"id":1,"name":"divers"}]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "groups", "columns": {"name": true}, "with": {"participants": {"columns": {"name": true}}}}"#
        ),
        r#"[{"name":"divers","participants":[{"name":"Quy"},{"name":"Ona"}]},{"name":"cooks","participants":[{"name":"Ona"}]}]"#,
    );
}

#[test]
fn many_to_many_by_hand_includes_the_junctions_rows_without_their_columns() {
    let db = groups(
        r#"{"users": {"users_to_groups": {"many": "users_to_groups"}}, "groups": {"users_to_groups": {"many": "users_to_groups"}},
        "users_to_groups": {"group": {"one": "groups", "from": ["group_id"], "to": ["id"]},
            "user": {"one": "users", "from": ["user_id"], "to": ["id"]}}}"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "users", "columns": {"name": true}, "with": {"users_to_groups": {"columns": {}, "with": {"group": {"columns": {"name": true}}}}}}"#
        ),
        r#"[{"name":"Ona","users_to_groups":[{"group":{"name":"cooks"}},{"group":{"name":"divers"}}]},{"name":"Pim","users_to_groups":[]},{"name":"Quy","users_to_groups":[{"group":{"name":"divers"}}]}]"#,
    );
}

#[test]
fn an_alias_tells_the_author_of_a_post_from_its_reviewer() {
    let posts = table("posts", &format!(r#""author_id": {INTEGER}, "reviewer_id": {INTEGER}"#), "");
    let db = open(&schema(
        &[table("users", &format!(r#""name": {TEXT}"#), ""), posts],
        r#"{
            "users": {"posts": {"many": "posts", "alias": "author"}, "reviewed": {"many": "posts", "alias": "reviewer"}},
            "posts": {"author": {"one": "users", "from": ["author_id"], "to": ["id"], "alias": "author"},
                "reviewer": {"one": "users", "from": ["reviewer_id"], "to": ["id"], "alias": "reviewer"}}
        }"#,
    ));
    run(
        &db,
        r#"[{"insert": "users", "values": [{"name": "Ona"}, {"name": "Pim"}]},
        {"insert": "posts", "values": [{"author_id": 1, "reviewer_id": 2}, {"author_id": 2}, {"author_id": 1, "reviewer_id": 1}]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "users", "columns": {"name": true}, "with": {"posts": {"columns": {"id": true}}, "reviewed": {"columns": {"id": true}}}}"#
        ),
        r#"[{"name":"Ona","posts":[{"id":1},{"id":3}],"reviewed":[{"id":3}]},{"name":"Pim","posts":[{"id":2}],"reviewed":[{"id":1}]}]"#,
    );
}

#[test]
fn messages_have_a_sender_and_a_receiver_and_a_user_those_sent_and_received() {
    let messages = table(
        "messages",
        &format!(
            r#""body": {TEXT}, "sender_id": {{"type": "integer"}}, "receiver_id": {{"type": "integer"}}"#
        ),
        "",
    );
    let db = open(&schema(
        &[table("users", &format!(r#""name": {TEXT}"#), ""), messages],
        r#"{
            "messages": {"sender": {"one": "users", "from": ["sender_id"], "to": ["id"], "alias": "sent"},
                "receiver": {"one": "users", "from": ["receiver_id"], "to": ["id"], "alias": "received"}},
            "users": {"sent": {"many": "messages", "alias": "sent"}, "received": {"many": "messages", "alias": "received"}}
        }"#,
    ));
    run(
        &db,
        r#"[{"insert": "users", "values": [{"name": "Ona"}, {"name": "Pim"}]},
        {"insert": "messages", "values": [{"body": "ahoy", "sender_id": 1, "receiver_id": 2}, {"body": "aye", "sender_id": 2, "receiver_id": 1},
            {"body": "note to self", "sender_id": 1, "receiver_id": 1}]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "messages", "columns": {"body": true}, "with": {"sender": {"columns": {"name": true}}, "receiver": {"columns": {"name": true}}}}"#
        ),
        r#"[{"body":"ahoy","sender":{"name":"Ona"},"receiver":{"name":"Pim"}},{"body":"aye","sender":{"name":"Pim"},"receiver":{"name":"Ona"}},{"body":"note to self","sender":{"name":"Ona"},"receiver":{"name":"Ona"}}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "users", "columns": {"name": true}, "with": {"sent": {"columns": {"body": true}}, "received": {"columns": {"body": true}}}}"#
        ),
        r#"[{"name":"Ona","sent":[{"body":"ahoy"},{"body":"note to self"}],"received":[{"body":"aye"},{"body":"note to self"}]},{"name":"Pim","sent":[{"body":"aye"}],"received":[{"body":"ahoy"}]}]"#,
    );
}

#[test]
fn categories_have_a_parent_and_children_to_any_depth() {
    let db = open(&schema(
        &[table("categories", &format!(r#""name": {TEXT}, "parent_id": {INTEGER}"#), "")],
        r#"{"categories": {"parent": {"one": "categories", "from": ["parent_id"], "to": ["id"], "alias": "tree"},
            "children": {"many": "categories", "alias": "tree"}}}"#,
    ));
    run(
        &db,
        r#"{"insert": "categories", "values": [{"name": "boats"}, {"name": "sails", "parent_id": 1}, {"name": "hulls", "parent_id": 1}, {"name": "jibs", "parent_id": 2}]}"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "categories", "columns": {"name": true}, "with": {"parent": {"columns": {"name": true}}, "children": {"columns": {"name": true}}}}"#
        ),
        r#"[{"name":"boats","parent":null,"children":[{"name":"sails"},{"name":"hulls"}]},{"name":"sails","parent":{"name":"boats"},"children":[{"name":"jibs"}]},{"name":"hulls","parent":{"name":"boats"},"children":[]},{"name":"jibs","parent":{"name":"sails"},"children":[]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findFirst": "categories", "columns": {"name": true}, "with": {"children": {"columns": {"name": true}, "recursive": true}}}"#
        ),
        r#"{"name":"boats","children":[{"name":"sails","children":[{"name":"jibs","children":[]}]},{"name":"hulls","children":[]}]}"#,
    );
}

#[test]
fn invoices_have_tags_through_a_junction_and_go_without_taking_them() {
    let junction = r#""invoices_tags": {"columns": {"invoice_id": {"type": "integer"}, "tag_id": {"type": "integer"}},
        "primaryKey": ["invoice_id", "tag_id"], "foreignKeys": [
            {"columns": ["invoice_id"], "references": {"table": "invoices"}, "onDelete": "cascade"},
            {"columns": ["tag_id"], "references": {"table": "tags"}, "onDelete": "cascade"}]}"#;
    let tables = [
        table("invoices", &format!(r#""number": {TEXT}"#), ""),
        table("tags", &format!(r#""name": {TEXT}"#), ""),
        junction.into(),
    ];
    let db = open(&schema(
        &tables,
        r#"{"invoices": {"tags": {"many": "tags", "from": ["id"], "to": ["id"],
            "through": {"table": "invoices_tags", "from": ["invoice_id"], "to": ["tag_id"]}}},
        "tags": {"invoices": {"many": "invoices"}}}"#,
    ));
    run(
        &db,
        r#"[{"insert": "invoices", "values": [{"number": "17"}, {"number": "18"}]}, {"insert": "tags", "values": [{"name": "paid"}, {"name": "late"}]},
        {"insert": "invoices_tags", "values": [{"invoice_id": 1, "tag_id": 2}, {"invoice_id": 1, "tag_id": 1}, {"invoice_id": 2, "tag_id": 1}]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "invoices", "columns": {"number": true}, "with": {"tags": {"columns": {"name": true}}}}"#
        ),
        r#"[{"number":"17","tags":[{"name":"late"},{"name":"paid"}]},{"number":"18","tags":[{"name":"paid"}]}]"#,
    );
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "invoices", "columns": {"number": true}, "where": {"tags": {"name": "late"}}}"#
        ),
        r#"[{"number":"17"}]"#,
    );
    run(&db, r#"{"delete": "invoices", "where": {"number": "17"}}"#);
    assert_eq!(
        ask(
            &db,
            r#"{"findMany": "tags", "columns": {"name": true}, "with": {"invoices": {"columns": {"number": true}}}}"#
        ),
        r#"[{"name":"paid","invoices":[{"number":"18"}]},{"name":"late","invoices":[]}]"#,
    );
}
