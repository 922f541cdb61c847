//! Requests answered, from text to text.

use relata::json::{Limits, Request, answer, script};
use relata::{Column, Database, ForeignKey, Relation, Schema, Table};

/// Authors with books, and all that a cell can hold.
pub(crate) fn library() -> Database {
    let authors = Table::new("authors")
        .column(Column::integer("id").generated())
        .column(Column::text("name").unique())
        .primary_key(["id"]);
    let books = Table::new("books")
        .column(Column::integer("id").generated())
        .column(Column::text("title"))
        .column(Column::int("year").nullable())
        .column(Column::decimal("price").default("1.50".parse::<rust_decimal::Decimal>().unwrap()))
        .column(Column::json("notes").nullable())
        .column(Column::integer("author_id"))
        .primary_key(["id"])
        .foreign_key(ForeignKey::new(["author_id"], "authors").named("book_author"));
    let schema = Schema::new()
        .table(authors)
        .table(books)
        .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]))
        .relation(Relation::many("authors", "books", "books"));
    let db = Database::new(schema).unwrap();
    let script = r#"
        {"insert": "authors", "values": [{"name": "Ann"}, {"name": "Bob"}]}
        {"insert": "books", "values": [
            {"title": "A", "year": 2001, "author_id": 1},
            {"title": "B", "year": 2005, "price": 12.50, "author_id": 1},
            {"title": "C", "notes": {"b": [1, 2.5], "a": null}, "author_id": 2}
        ]}"#;
    assert_eq!(run(&db, script).len(), 2);
    db
}

fn run(db: &Database, text: &str) -> Vec<String> {
    db.run_json(text).unwrap().lines().map(str::to_owned).collect()
}

/// The one line that a request gives.
fn line(db: &Database, text: &str) -> String {
    let lines = run(db, text);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.concat()
}

fn query(text: &str) -> String {
    library().query_json(text).unwrap()
}

fn refusal(text: &str) -> String {
    format!("{:#}", library().query_json(text).unwrap_err())
}

#[test]
fn rows_come_with_columns_then_extras_then_relations() {
    let text = r#"{"findMany": "authors", "with": {"books": {"columns": {"title": true}, "limit": 1}},
        "extras": {"n": {"$count": "books"}}}"#;
    let ann = r#"{"id":1,"name":"Ann","n":2,"books":[{"title":"A"}]}"#;
    let bob = r#"{"id":2,"name":"Bob","n":1,"books":[{"title":"C"}]}"#;
    assert_eq!(query(text), format!("[{ann},{bob}]"));
}

#[test]
fn numbers_and_documents_come_out_as_they_went_in() {
    assert_eq!(
        query(r#"{"findMany": "books", "columns": ["price", "notes"]}"#),
        r#"[{"price":"1.50","notes":null},{"price":"12.50","notes":null},{"price":"1.50","notes":{"a":null,"b":[1,2.5]}}]"#
    );
}

#[test]
fn the_first_row_is_one_row_or_null() {
    assert_eq!(
        query(r#"{"findFirst": "books", "columns": ["id"], "orderBy": {"id": "desc"}}"#),
        r#"{"id":3}"#
    );
    assert_eq!(query(r#"{"findFirst": "books", "columns": ["id"], "offset": 1}"#), r#"{"id":2}"#);
    assert_eq!(query(r#"{"findFirst": "books", "where": {"id": 9}}"#), "null");
}

#[test]
fn a_count_is_a_number() {
    assert_eq!(query(r#"{"count": "books"}"#), "3");
    assert_eq!(query(r#"{"count": "books", "where": {"author": {"name": "Ann"}}}"#), "2");
}

#[test]
fn both_spellings_answer_the_same() {
    let ours =
        r#"{"findMany": "authors", "columns": {"id": true}, "with": {"books": {"limit": 1, "offset": 1}}}"#;
    let theirs = r#"{"findMany": "authors", "select": {"id": true, "books": {"take": 1, "skip": 1}}}"#;
    assert_eq!(query(ours), query(theirs));
}

#[test]
fn names_that_dont_exist_are_refused_where_they_stand() {
    assert_eq!(
        refusal(r#"{"findMany": "autors"}"#),
        "no table `autors`\n    at: 1:1\n    help: did you mean `authors`? there are: authors, books"
    );
    assert_eq!(
        refusal(r#"{"findMany": "books", "with": {"auther": true}}"#),
        "no relation `auther` on `books`\n    at: $.with.auther (1:42)\n    help: did you mean `author`?"
    );
    assert_eq!(
        refusal(
            "{\"findMany\": \"authors\",\n \"include\": {\"books\": {\"where\": {\"year\": {\"gte\": \"soon\"}}}}}"
        ),
        "expected int for books.year, found \"soon\"\n    at: $.with.books.where.year.gte (2:50)"
    );
    assert!(
        refusal(r#"{"findMany": "books", "orderBy": [{"id": "asc"}, {"yaer": "asc"}]}"#).contains("(1:59)")
    );
    assert!(refusal(r#"{"findMany": "books", "columns": {"yaer": true}}"#).contains("columns.yaer (1:43)"));
    assert!(refusal(r#"{"findMany": "books", "select": {}}"#).starts_with("no column is picked"));
}

#[test]
fn a_query_never_writes() {
    let db = library();
    let error = db.query_json(r#"{"delete": "books", "all": true}"#).unwrap_err();
    assert_eq!(error.to_string(), "expected a query, found a statement");
    assert_eq!(db.query_json(r#"{"count": "books"}"#).unwrap(), "3");
}

#[test]
fn a_snapshot_answers_from_its_moment() {
    let db = library();
    let snapshot = db.snapshot();
    run(&db, r#"{"delete": "books", "all": true}"#);
    assert_eq!(snapshot.query_json(r#"{"count": "books"}"#).unwrap(), "3");
    assert_eq!(db.query_json(r#"{"count": "books"}"#).unwrap(), "0");
}

#[test]
fn an_insert_answers_with_what_is_stored_in_the_shape_it_was_given() {
    let db = library();
    let one = r#"{"insert": "authors", "values": {"name": "Cat"}}"#;
    assert_eq!(line(&db, one), r#"{"result":{"id":3,"name":"Cat"}}"#);
    let list = r#"{"insert": "authors", "values": [{"name": "Dan"}]}"#;
    assert_eq!(line(&db, list), r#"{"result":[{"id":4,"name":"Dan"}]}"#);
    assert_eq!(line(&db, r#"{"insert": "authors", "values": []}"#), r#"{"result":[]}"#);
}

#[test]
fn an_upsert_answers_with_the_rows_as_they_are_then() {
    let db = library();
    let text = r#"{"upsert": "authors", "values": {"name": "Bob"}, "on": "name"}"#;
    assert_eq!(line(&db, text), r#"{"result":{"id":2,"name":"Bob"}}"#);
    let text = r#"{"upsert": "authors", "values": [{"id": 1, "name": "Anne"}, {"id": 7, "name": "Eve"}]}"#;
    assert_eq!(line(&db, text), r#"{"result":[{"id":1,"name":"Anne"},{"id":7,"name":"Eve"}]}"#);
}

#[test]
fn a_write_answers_with_the_number_of_rows_it_named() {
    let db = library();
    assert_eq!(
        line(&db, r#"{"update": "books", "where": {"author_id": 1}, "set": {"year": 1}}"#),
        r#"{"result":2}"#
    );
    assert_eq!(line(&db, r#"{"update": "books", "all": true, "set": {"year": null}}"#), r#"{"result":3}"#);
    assert_eq!(line(&db, r#"{"delete": "books", "where": {"id": {"in": [1, 9]}}}"#), r#"{"result":1}"#);
    assert_eq!(line(&db, r#"{"check": true}"#), r#"{"result":{"violations":[]}}"#);
}

#[test]
fn a_refused_write_says_what_where_and_changes_nothing() {
    let db = library();
    let text = "{\"count\": \"books\"}\n{\"insert\": \"books\", \"values\": [\n{\"title\": \"D\", \"author_id\": 1},\n\
        {\"title\": \"E\", \"author_id\": 42}]}\n{\"count\": \"books\"}";
    let lines = run(&db, text);
    assert_eq!((lines[0].as_str(), lines[2].as_str()), (r#"{"result":3}"#, r#"{"result":3}"#));
    let error: serde_json::Value = serde_json::from_str(&lines[1]).unwrap();
    let error = &error["error"];
    assert_eq!(error["kind"], "foreign_key_violation");
    assert_eq!(error["table"], "books");
    assert_eq!(error["constraint"], "book_author");
    assert_eq!(error["columns"].to_string(), r#"["author_id"]"#);
    assert_eq!(error["values"].to_string(), "[42]");
    assert_eq!(error["message"], "books.author_id = 42 matches no row of authors");
}

#[test]
fn a_value_of_the_wrong_type_is_placed_in_its_row() {
    let db = library();
    let text = "{\"insert\": \"books\", \"values\": [\n{\"title\": \"D\", \"author_id\": 1},\n{\"title\": \"E\", \"year\": \"soon\"}]}";
    assert!(line(&db, text).contains(r#""at":"$.values[1].year (3:24)""#), "{}", line(&db, text));
    let text = r#"{"insert": "books", "values": [{"title": 5}]}"#;
    assert!(line(&db, text).contains(r#"title (1:42)""#), "{}", line(&db, text));
    let text = r#"{"update": "books", "all": true, "set": {"yaer": 5}}"#;
    assert!(line(&db, text).contains(r#""at":"$.set.yaer (1:50)""#), "{}", line(&db, text));
}

#[test]
fn answers_have_as_many_rows_as_allowed_with_nested_ones() {
    let db = library();
    let text = r#"{"findMany": "authors", "with": {"books": true}}"#;
    let limits = Limits::default();
    assert!(db.query_json_within(text, &limits.rows(5)).is_ok());
    let error = db.query_json_within(text, &limits.rows(4)).unwrap_err();
    assert_eq!(error.to_string(), "more than 4: the limit `rows`");
    assert!(db.query_json_within(r#"{"findFirst": "books"}"#, &limits.rows(1)).is_ok());
}

#[test]
fn only_too_many_bytes_stop_a_script_as_a_whole() {
    let db = library();
    assert!(db.run_json_within("{\"count\": \"books\"}\n?", &Limits::default().bytes(20)).is_ok());
    assert!(db.run_json_within("{\"count\": \"books\"}\n??", &Limits::default().bytes(20)).is_err());
    let lines = run(&db, "?\n{\"count\": \"books\"}");
    assert_eq!(
        lines[0],
        r#"{"error":{"kind":"parse","at":"$ (1:1)","message":"expected a value, found `?`"}}"#
    );
    assert_eq!(lines[1], r#"{"result":3}"#);
}

#[test]
fn a_script_can_be_answered_by_hand() {
    let db = library();
    let (catalog, limits) = (db.catalog(), Limits::default());
    let texts = script(&catalog, "[{\"count\": \"books\"}, {\"count\": \"authors\"}]", &limits).unwrap().map(
        |item| {
            let answer =
                answer(&db, item.request().unwrap(), &limits).map_err(|error| item.place(error)).unwrap();
            serde_json::to_string(&answer).unwrap()
        },
    );
    assert_eq!(texts.collect::<Vec<_>>(), ["3", "2"]);
    assert!(matches!(Request::parse(&catalog, "{\"count\": \"books\"}", &limits), Ok(Request::Count(_))));
}

#[test]
fn words_of_other_tools_are_answered_with_ours() {
    let cases = [
        (r#"{"createMany": "books", "data": []}"#, "did you mean `insert`?"),
        (r#"{"findMany": "books", "where": {"title": {"contains": "A"}}}"#, "did you mean `like`?"),
        (r#"{"findMany": "books", "where": {"title": {"not": "A"}}}"#, "did you mean `ne`?"),
        (r#"{"findMany": "books", "where": {"or": [{"title": "A"}]}}"#, "did you mean `OR`?"),
        (r#"{"findMany": "books", "orderBy": {"title": {"sort": "asc"}}}"#, "did you mean `direction`?"),
    ];
    for (text, part) in cases {
        let refusal = refusal(text);
        assert!(refusal.contains(part), "{refusal}");
    }
}
