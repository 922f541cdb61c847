//! Rows and verbs under the names of relations.

use relata::json::{Limits, Request};
use relata::{Database, Schema};

fn open() -> Database {
    let schema = r#"{
        "tables": {
            "users": {
                "columns": {
                    "id": {"type": "integer", "generated": true},
                    "name": {"type": "text", "nullable": true},
                    "email": {"type": "text", "nullable": true, "unique": true}
                },
                "primaryKey": ["id"]
            },
            "posts": {
                "columns": {
                    "id": {"type": "integer", "generated": true},
                    "title": {"type": "text"},
                    "user_id": {"type": "integer", "nullable": true}
                },
                "primaryKey": ["id"],
                "foreignKeys": [{"columns": ["user_id"], "references": {"table": "users"}}]
            },
            "tags": {
                "columns": {"name": {"type": "text"}, "set": {"type": "boolean", "default": false}},
                "primaryKey": ["name"]
            },
            "posts_tags": {
                "columns": {"post_id": {"type": "integer"}, "tag": {"type": "text"}},
                "primaryKey": ["post_id", "tag"]
            },
            "notes": {
                "columns": {
                    "post_id": {"type": "integer"},
                    "number": {"type": "integer"},
                    "data": {"type": "json", "nullable": true}
                },
                "primaryKey": ["post_id", "number"]
            }
        },
        "relations": {
            "posts": {
                "author": {"one": "users", "from": ["user_id"], "to": ["id"]},
                "tags": {"many": "tags", "from": ["id"], "to": ["name"],
                    "through": {"table": "posts_tags", "from": ["post_id"], "to": ["tag"]}},
                "notes": {"many": "notes", "nested": {"allowDestroy": true, "limit": 3, "rejectIf": {"number": {"lt": 0}}}}
            },
            "notes": {"post": {"one": "posts", "from": ["post_id"], "to": ["id"]}},
            "users": {"posts": {"many": "posts"}}
        }
    }"#;
    Database::new(Schema::from_json(schema).unwrap()).unwrap()
}

/// The lines that a script answers.
fn run(db: &Database, text: &str) -> Vec<String> {
    let lines = db.run_json(text).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(db.check(), []);
    lines
}

/// The answer to the last request of a script.
fn last(text: &str) -> String {
    run(&open(), text).pop().unwrap()
}

fn error(at: &str, message: &str, line: &str) {
    assert!(line.contains(&format!(r#""at":"{at}"#)) && line.contains(message), "{line}");
}

#[test]
fn an_insert_answers_with_the_rows_that_were_nested_in_it() {
    let text = r#"{"insert": "users", "values": {"name": "Ann", "posts": [
        {"title": "a", "tags": [{"name": "x"}, {"name": "y"}]}, {"title": "b"}]}}"#;
    assert_eq!(
        last(text),
        concat!(
            r#"{"result":{"id":1,"name":"Ann","email":null,"posts":["#,
            r#"{"id":1,"title":"a","user_id":1,"tags":[{"name":"x","set":false},{"name":"y","set":false}]},"#,
            r#"{"id":2,"title":"b","user_id":1,"tags":[]}]}}"#
        ),
    );
    let text =
        r#"{"insert": "posts", "values": [{"title": "a", "author": {"name": "Ann"}}, {"title": "b"}]}"#;
    assert_eq!(
        last(text),
        concat!(
            r#"{"result":[{"id":1,"title":"a","user_id":1,"author":{"id":1,"name":"Ann","email":null}},"#,
            r#"{"id":2,"title":"b","user_id":null,"author":null}]}"#
        ),
    );
}

#[test]
fn the_names_of_nested_attributes_are_those_of_rails_too() {
    for name in ["posts", "posts_attributes", "postsAttributes"] {
        let text = format!(r#"{{"insert": "users", "values": {{"{name}": [{{"title": "a"}}]}}}}"#);
        assert!(last(&text).ends_with(r#""posts":[{"id":1,"title":"a","user_id":1}]}}"#), "{name}");
    }
    let both = r#"{"insert": "users", "values": {"posts": [], "postsAttributes": []}}"#;
    error("$.values.postsAttributes (1:", "is given twice in one row", &last(both));
    let wrong = r#"{"insert": "users", "values": {"postsAttributes": [{"titel": "a"}]}}"#;
    error("$.values.postsAttributes[0].titel (1:", "no column `titel` on `posts`", &last(wrong));
}

#[test]
fn an_object_of_verbs_is_told_from_a_row() {
    let text = |posts: &str| format!(r#"{{"insert": "users", "values": {{"posts": {posts}}}}}"#);
    let one = r#""posts":[{"id":1,"title":"a","user_id":1}]}}"#;
    assert!(last(&text(r#"{"create": {"title": "a"}}"#)).ends_with(one));
    assert!(last(&text(r#"{"title": "a"}"#)).ends_with(one));
    error("$.values.posts.conect", "no option `conect` here", &last(&text(r#"{"create": [], "conect": 1}"#)));
    error("$.values.posts.create_many", "no option", &last(&text(r#"{"create_many": [], "connect": []}"#)));
    // A column named like a verb: alone it is the verb, and under `…Attributes` it's the column.
    let tags = |name: &str, tags: &str| {
        last(&format!(r#"{{"insert": "posts", "values": {{"title": "a", "{name}": {tags}}}}}"#))
    };
    assert!(tags("tags", r#"{"set": []}"#).ends_with(r#""tags":[]}}"#));
    let made = r#""tags":[{"name":"x","set":true}]}}"#;
    assert!(tags("tags", r#"{"name": "x", "set": true}"#).ends_with(made));
    assert!(tags("tags_attributes", r#"{"name": "x", "set": true}"#).ends_with(made));
    error("$.values.posts (1:", "expected a list of rows, or an object of verbs, found 3", &last(&text("3")));
    let author = r#"{"insert": "posts", "values": {"title": "a", "author": [{"name": "x"}]}}"#;
    error("$.values.author", "expected a row, or an object of verbs, found a list", &last(author));
}

const SEED: &str = r#"
    {"insert": "users", "values": [{"email": "a@x.org", "posts": [{"title": "a"}, {"title": "b"}]}, {"email": "b@x.org"}]}
    {"insert": "tags", "values": [{"name": "x"}, {"name": "y"}, {"name": "z"}]}
"#;

/// Titles and users of all posts after an update of the first user's.
fn after(posts: &str) -> String {
    let update = format!(r#"{{"update": "users", "where": {{"id": 1}}, "set": {{"posts": {posts}}}}}"#);
    let lines = run(&open(), &format!(r#"{SEED} {update} {{"findMany": "posts"}}"#));
    assert_eq!(lines[2], r#"{"result":1}"#, "{posts}");
    let rows: serde_json::Value = serde_json::from_str(&lines[3]).unwrap();
    let row = |row: &serde_json::Value| format!("{} {}", row["title"].as_str().unwrap(), row["user_id"]);
    rows["result"].as_array().unwrap().iter().map(row).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_verb_of_prisma_is_understood() {
    for (posts, expected) in [
        (r#"{"create": {"title": "c"}}"#, "a 1, b 1, c 1"),
        (
            r#"{"createMany": {"data": [{"title": "c"}, {"id": 1, "title": "d"}], "skipDuplicates": true}}"#,
            "a 1, b 1, c 1",
        ),
        (r#"{"createMany": [{"title": "c"}]}"#, "a 1, b 1, c 1"),
        (r#"{"connect": {"id": 2}}"#, "a 1, b 1"),
        (r#"{"disconnect": [1, {"id": 2}]}"#, "a null, b null"),
        (r#"{"set": 2}"#, "a null, b 1"),
        (r#"{"set": []}"#, "a null, b null"),
        (r#"{"update": {"where": {"id": 1}, "data": {"title": "A"}}}"#, "A 1, b 1"),
        (
            r#"{"update": [{"where": 1, "data": {"title": "A"}}, {"where": 2, "data": {"title": "B"}}]}"#,
            "A 1, B 1",
        ),
        (r#"{"updateMany": {"where": {"title": {"gt": "a"}}, "data": {"title": "B"}}}"#, "a 1, B 1"),
        (r#"{"updateMany": {"all": true, "data": {"title": "B"}}}"#, "B 1, B 1"),
        (
            r#"{"upsert": {"where": {"id": 9}, "create": {"title": "c"}, "update": {"title": "C"}}}"#,
            "a 1, b 1, c 1",
        ),
        (
            r#"{"upsert": {"where": {"id": 2}, "create": {"title": "c"}, "update": {"title": "C"}}}"#,
            "a 1, C 1",
        ),
        (r#"{"connectOrCreate": {"where": {"id": 2}, "create": {"title": "c"}}}"#, "a 1, b 1"),
        (r#"{"connectOrCreate": [{"where": {"id": 7}, "create": {"title": "c"}}]}"#, "a 1, b 1, c 1"),
        (r#"{"delete": {"id": 1}}"#, "b 1"),
        (r#"{"deleteMany": {"title": {"in": ["a", "c"]}}}"#, "b 1"),
        (r#"{"deleteMany": true}"#, ""),
        (r#"{"deleteMany": false, "delete": 2, "create": [{"title": "c"}]}"#, "a 1, c 1"),
        (r#"[{"id": 2, "title": "B"}, {"title": "c"}]"#, "a 1, B 1, c 1"),
    ] {
        assert_eq!(after(posts), expected, "{posts}");
    }
}

#[test]
fn verbs_along_a_relation_to_one_row_need_not_say_which() {
    let author = |verbs: &str| {
        let update = format!(r#"{{"update": "posts", "where": {{"id": 1}}, "set": {{"author": {verbs}}}}}"#);
        let find = r#"{"findFirst": "posts", "columns": {}, "with": {"author": {"columns": {"name": true, "id": true}}}}"#;
        run(&open(), &format!("{SEED} {update} {find}")).pop().unwrap()
    };
    let result = |author: &str| format!(r#"{{"result":{{"author":{author}}}}}"#);
    assert_eq!(author(r#"{"disconnect": true}"#), result("null"));
    assert_eq!(author(r#"{"disconnect": false}"#), result(r#"{"id":1,"name":null}"#));
    assert_eq!(author(r#"{"connect": {"email": "b@x.org"}}"#), result(r#"{"id":2,"name":null}"#));
    assert_eq!(author(r#"{"update": {"name": "Ann"}}"#), result(r#"{"id":1,"name":"Ann"}"#));
    assert_eq!(author(r#"{"update": {"data": {"name": "Ann"}}}"#), result(r#"{"id":1,"name":"Ann"}"#));
    let upsert = r#"{"upsert": {"create": {"name": "new"}, "update": {"name": "old"}}}"#;
    assert_eq!(author(upsert), result(r#"{"id":1,"name":"old"}"#));
    assert_eq!(author(r#"{"create": {"name": "Cy"}}"#), result(r#"{"id":3,"name":"Cy"}"#));
}

#[test]
fn mistakes_are_placed_where_they_stand() {
    let update = |set: &str| {
        last(&format!("{SEED}\n{{\"update\": \"users\", \"where\": {{\"id\": 1}}, \"set\": {set}}}"))
    };
    error(
        "$.set.posts.connect[0] (5:",
        "no row has posts.id = 9",
        &update(r#"{"posts": {"connect": {"id": 9}}}"#),
    );
    error(
        "$.set.posts.update[1].data.title (5:",
        "expected text for posts.title, found 3",
        &update(r#"{"posts": {"update": [{"where": 1, "data": {}}, {"where": 2, "data": {"title": 3}}]}}"#),
    );
    error(
        "$.set.posts.update[0] (5:",
        "no filter says which rows are meant",
        &update(r#"{"posts": {"update": {"data": {"title": "x"}}}}"#),
    );
    error(
        "$.set.posts.deleteMany[0] (5:",
        "no filter says which rows",
        &update(r#"{"posts": {"deleteMany": {}}}"#),
    );
    error(
        "$.set.posts.connect[0] (5:",
        "expected integer for posts.id",
        &update(r#"{"posts": {"connect": "x"}}"#),
    );
    error(
        "$.set.posts.upsert[0] (5:",
        "expected `create`, found none",
        &update(r#"{"posts": {"upsert": {"where": 1, "update": {}}}}"#),
    );
    error(
        "$.set.posts[1] (5:",
        "no row of `users.posts` has posts.id = 8",
        &update(r#"{"posts": [{"id": 1}, {"id": 8}]}"#),
    );
}

#[test]
fn rules_and_keys_of_several_columns_hold_in_documents() {
    let db = open();
    let lines = run(
        &db,
        r#"
        {"insert": "posts", "values": {"title": "a", "notes": [{"number": 1, "data": {"create": 1}}, {"number": -1}, {"number": 2}]}}
        {"update": "posts", "where": {"id": 1}, "set": {"notes": [{"number": 1, "_destroy": true}, {"number": 2, "data": [1]}]}}
        {"update": "posts", "where": {"id": 1}, "set": {"notes": [{}, {}, {}, {}]}}
        {"insert": "posts", "values": {"title": "b", "notes": {"connect": [[1, 2]]}}}
        {"findMany": "notes"}
        "#,
    );
    assert!(
        lines[0].ends_with(
            r#""notes":[{"post_id":1,"number":1,"data":{"create":1}},{"post_id":1,"number":2,"data":null}]}}"#
        ),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], r#"{"result":1}"#);
    error("$.set.notes (4:", "more than 3: the limit `limit`", &lines[2]);
    assert_eq!(lines[4], r#"{"result":[{"post_id":2,"number":2,"data":[1]}]}"#);
}

#[test]
fn find_or_create_answers_with_the_row() {
    let db = open();
    let find = r#"{"findOrCreate": "users", "where": {"email": "a@x.org"}, "values": {"name": "Ann", "posts": [{"title": "a"}]}}"#;
    let lines = run(&db, &[find, find, r#"{"count": "posts"}"#].join("\n"));
    let row =
        r#"{"result":{"id":1,"name":"Ann","email":"a@x.org","posts":[{"id":1,"title":"a","user_id":1}]}}"#;
    assert_eq!(lines, [row, row, r#"{"result":1}"#]);
    let refused =
        |text: &str, message: &str| assert!(run(&db, text)[0].contains(message), "{:?}", run(&db, text));
    refused(r#"{"findOrCreate": "users"}"#, "no filter says which rows are meant");
    refused(r#"{"findOrCreate": "users", "where": {}}"#, "no filter says which rows are meant");
    refused(r#"{"findOrCreate": "users", "where": {"id": {"gt": 1}}}"#, "expected integer for users.id");
    refused(r#"{"findOrCreate": "users", "set": {}, "where": {"id": 1}}"#, "no option `set` here");
}

#[test]
fn nested_rows_count_among_the_rows_of_a_request() {
    let db = open();
    let catalog = db.catalog();
    let text =
        r#"{"insert": "users", "values": {"posts": [{"title": "a", "tags": {"create": [{"name": "x"}]}}]}}"#;
    assert!(Request::parse(&catalog, text, &Limits::default().rows(3)).is_ok());
    let error = Request::parse(&catalog, text, &Limits::default().rows(2)).unwrap_err();
    assert_eq!(error.to_string(), "more than 2: the limit `rows`");
    let text = r#"{"update": "users", "all": true, "set": {"posts": [{"title": "a"}, {"title": "b"}]}}"#;
    let error = Request::parse(&catalog, text, &Limits::default().rows(1)).unwrap_err();
    assert_eq!(format!("{error:#}").lines().nth(1), Some("    at: $.set (1:41)"));
}

#[test]
fn a_transaction_of_a_script_holds_nested_writes_together() {
    let db = open();
    let lines = run(
        &db,
        r#"
        {"begin": true}
        {"insert": "users", "values": {"posts": [{"title": "a"}]}}
        {"insert": "users", "values": {"posts": [{"title": "b"}, {"title": null}]}}
        {"commit": true}
        {"findMany": "users", "columns": {"id": true}, "with": {"posts": {"columns": {"title": true}}}}
        "#,
    );
    error("$.values.posts[1].title (4:", "posts.title must have a value", &lines[2]);
    assert_eq!(lines[4], r#"{"result":[{"id":1,"posts":[{"title":"a"}]}]}"#);
}

/// What is refused, its place and what to do.
fn refused(text: &str) -> String {
    let db = open();
    db.run_json(r#"{"insert": "users", "values": {"name": "Ann"}}"#).unwrap();
    let before = db.snapshot();
    let answer: serde_json::Value = serde_json::from_str(&run(&db, text)[0]).unwrap();
    assert!(before.diff(&db.snapshot()).unwrap().is_empty());
    let part = |key: &str| answer["error"][key].as_str().unwrap_or_default().to_owned();
    let at = part("at");
    format!("{} @ {} | {}", part("message"), at.split(' ').next().unwrap(), part("help"))
}

#[test]
fn a_misspelt_verb_is_told_from_a_row() {
    assert_eq!(
        refused(r#"{"update": "users", "where": {"id": 1}, "set": {"posts": {"conect": 1}}}"#),
        "no option `conect` here @ $.set.posts.conect | did you mean `connect`? there are: create, createMany, \
         connect, connectOrCreate, disconnect, set, update, updateMany, upsert, delete, deleteMany"
    );
}

#[test]
fn a_misspelt_relation_finds_its_neighbour_among_columns_and_relations() {
    assert_eq!(
        refused(r#"{"insert": "users", "values": {"post": [{"title": "x"}]}}"#),
        "no column `post` on `users` @ $.values.post | did you mean `posts`? there are: id, name, email, posts"
    );
}

#[test]
fn null_along_a_relation_to_one_row_names_the_verb_that_takes_it_out() {
    assert_eq!(
        refused(r#"{"update": "posts", "all": true, "set": {"author": null}}"#),
        "expected a row, or an object of verbs like {\"disconnect\": true}, found null @ $.set.author | "
    );
}

#[test]
fn what_find_or_create_looks_for_is_refused_at_its_value() {
    assert_eq!(
        refused(r#"{"findOrCreate": "users", "where": {"name": {"like": "A%"}}}"#),
        "expected text for users.name, found {\"like\":\"A%\"} @ $.where.name | "
    );
    assert!(
        refused(r#"{"findOrCreate": "users", "where": {"id": 1, "name": {"like": "A%"}}}"#)
            .contains(" @ $.where.name | ")
    );
}
