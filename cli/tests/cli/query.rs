//! `relata query`: where the query comes from, and how rows are written.

use crate::support::{Folder, relata_with};

const WITH_BOOKS: &str =
    r#"{"findMany": "authors", "columns": ["name"], "with": {"books": {"columns": ["title"]}}}"#;
const WITH_AUTHOR: &str =
    r#"{"findMany": "books", "columns": ["title"], "with": {"author": {"columns": ["name"]}}}"#;

#[test]
fn in_a_pipe_rows_are_json() {
    assert_eq!(
        Folder::library().relata("query", &[WITH_BOOKS]).ok(),
        "[{\"name\":\"Frank\",\"books\":[{\"title\":\"Dune\"}]},\
          {\"name\":\"Ursula, K.\",\"books\":[{\"title\":\"Rocannon\"}]}]\n"
    );
}

#[test]
fn a_query_may_be_a_file_or_standard_input() {
    let folder = Folder::library();
    let query = r#"{"count": "books"}"#;
    std::fs::write(folder.path("query.json"), query).unwrap();
    let file = format!("@{}", folder.text("query.json"));
    assert_eq!(folder.relata("query", &[&file]).ok(), "3\n");
    let (schema, data) = (folder.text("schema.json"), folder.text("data"));
    let run = relata_with(query, &["query", "--schema", &schema, "--data", &data, "-"]);
    assert_eq!(run.ok(), "3\n");
}

#[test]
fn ndjson_has_a_row_on_each_line() {
    let lines = Folder::library().relata("query", &["--mode", "ndjson", WITH_AUTHOR]).ok();
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(
        lines,
        [
            r#"{"title":"Dune","author":{"name":"Frank"}}"#,
            r#"{"title":"Rocannon","author":{"name":"Ursula, K."}}"#,
            r#"{"title":"Beowulf","author":null}"#,
        ]
    );
}

#[test]
fn a_tree_shows_what_is_nested() {
    let folder = Folder::library();
    assert_eq!(
        folder.relata("query", &["--mode", "tree", WITH_BOOKS]).ok(),
        "name \"Frank\"\n└─ books: 1\n   └─ title \"Dune\"\n\
         name \"Ursula, K.\"\n└─ books: 1\n   └─ title \"Rocannon\"\n"
    );
    let tree = folder.relata("query", &["--mode", "tree", WITH_AUTHOR]).ok();
    assert!(tree.contains("title \"Beowulf\"\n└─ author: null\n"), "{tree}");
    let none = r#"{"findMany": "books", "where": {"id": 9}}"#;
    assert_eq!(folder.relata("query", &["--mode", "tree", none]).ok(), "no rows\n");
}

#[test]
fn csv_tells_null_from_empty_text_and_reads_again_as_it_was() {
    let folder = Folder::library();
    let csv = folder.relata("query", &["--mode", "csv", r#"{"findMany": "authors"}"#]).ok();
    assert_eq!(csv, "id,name,born,motto\n1,Frank,1920-10-08,\n2,\"Ursula, K.\",,\"\"\n");
    assert_eq!(csv, std::fs::read_to_string(folder.path("data/authors.csv")).unwrap());
}

#[test]
fn csv_of_no_rows_still_has_a_header() {
    let none = r#"{"findMany": "books", "columns": ["title", "year"], "where": {"id": 9}}"#;
    assert_eq!(Folder::library().relata("query", &["--mode", "csv", none]).ok(), "title,year\n");
}

#[test]
fn csv_and_table_refuse_nesting_and_say_how_to_flatten() {
    let folder = Folder::library();
    for mode in ["csv", "table"] {
        let why = folder.relata("query", &["--mode", mode, WITH_AUTHOR]).refused();
        assert!(why.contains("`author` is a row of its own") && why.contains("--flatten"), "{why}");
        let why = folder.relata("query", &["--mode", mode, "--flatten", WITH_BOOKS]).refused();
        assert!(why.contains("`books` is a list") && why.contains("ask for `books`"), "{why}");
    }
}

#[test]
fn a_recursive_relation_to_one_row_cant_be_columns() {
    let folder = Folder::new(&[("nodes.csv", "id,up_id\n1,\n2,1\n")]);
    let schema = r#"{"tables": {"nodes": {"columns": {"id": {"type": "integer"},
        "up_id": {"type": "integer", "nullable": true}}, "primaryKey": ["id"]}},
        "relations": {"nodes": {"up": {"one": "nodes", "from": ["up_id"], "to": ["id"]}}}}"#;
    std::fs::write(folder.path("schema.json"), schema).unwrap();
    let query = r#"{"findMany": "nodes", "with": {"up": {"recursive": true}}}"#;
    let why = folder.relata("query", &["--mode", "csv", "--flatten", query]).refused();
    assert!(why.contains("`up` is repeated"), "{why}");
    let lines = folder.relata("query", &["--mode", "ndjson", query]).ok();
    let second = r#"{"id":2,"up_id":1,"up":{"id":1,"up_id":null,"up":null}}"#;
    assert_eq!(lines.lines().last(), Some(second));
}

#[test]
fn a_flattened_relation_becomes_columns() {
    let csv = Folder::library().relata("query", &["--mode", "csv", "--flatten", WITH_AUTHOR]).ok();
    assert_eq!(csv, "title,author.name\nDune,Frank\nRocannon,\"Ursula, K.\"\nBeowulf,\n");
}

#[test]
fn a_row_of_several_tables_is_no_columns() {
    let folder = Folder::new(&[("notes.csv", "id,on_type,on_id\n1,posts,7\n"), ("posts.csv", "id\n7\n")]);
    let id = r#""id": {"type": "integer"}"#;
    let schema = format!(
        r#"{{"tables": {{
            "posts": {{"columns": {{{id}}}, "primaryKey": "id"}},
            "photos": {{"columns": {{{id}, "url": {{"type": "text"}}}}, "primaryKey": "id"}},
            "notes": {{"columns": {{{id}, "on_type": {{"type": "text"}}, "on_id": {{"type": "integer"}}}}, "primaryKey": "id"}}
        }}, "relations": {{"notes": {{"on": {{"one": ["posts", "photos"]}}}}}}}}"#
    );
    std::fs::write(folder.path("schema.json"), schema).unwrap();
    let query = r#"{"findMany": "notes", "columns": ["id"], "with": {"on": true}}"#;
    let json = folder.relata("query", &["--mode", "json", query]).ok();
    assert_eq!(json.trim(), r#"[{"id":1,"on":{"id":7}}]"#);
    let why = folder.relata("query", &["--mode", "csv", "--flatten", query]).refused();
    assert!(why.contains("`on` may be a row of several tables"), "{why}");
}

#[test]
fn a_table_aligns_numbers_to_the_right() {
    let query = r#"{"findMany": "books", "columns": ["title", "price"]}"#;
    assert_eq!(
        Folder::library().relata("query", &["--mode", "table", query]).ok(),
        "title     price\n────────  ─────\nDune      12.50\nRocannon   7.00\nBeowulf       9\n"
    );
}

#[test]
fn text_for_people_cant_talk_to_the_terminal() {
    let folder = Folder::new(&[("authors.csv", "name\n\x1b[31mred\n")]);
    for mode in ["tree", "table"] {
        let text = folder.relata("query", &["--mode", mode, r#"{"findMany": "authors"}"#]).ok();
        assert!(!text.contains('\x1b') && text.contains("red"), "{text:?}");
    }
}

#[test]
fn find_first_is_one_row_or_null() {
    let folder = Folder::library();
    let first = folder.relata("query", &[r#"{"findFirst": "books", "columns": ["title"]}"#]).ok();
    assert_eq!(first, "{\"title\":\"Dune\"}\n");
    assert_eq!(folder.relata("query", &[r#"{"findFirst": "books", "where": {"id": 9}}"#]).ok(), "null\n");
}

#[test]
fn explain_says_how_rows_are_found() {
    let by_key = r#"{"findMany": "books", "where": {"id": 1}}"#;
    let plan = Folder::library().relata("query", &["--explain", by_key]).ok();
    assert!(plan.contains("books") && plan.contains("key"), "{plan}");
}

#[test]
fn a_misspelt_name_says_where_and_what_was_meant() {
    let query = r#"{"findMany": "books", "with": {"auther": true}}"#;
    let why = Folder::library().relata("query", &[query]).refused();
    assert!(why.starts_with("error: no relation `auther` on `books`\n"), "{why}");
    assert!(why.contains("(1:42)") && why.contains("did you mean `author`?"), "{why}");
}

#[test]
fn a_statement_is_refused_and_sent_to_run() {
    let why =
        Folder::library().relata("query", &[r#"{"insert": "books", "values": {"title": "x"}}"#]).refused();
    assert!(why.contains("relata run"), "{why}");
}

#[test]
fn limits_are_named_when_passed() {
    let folder = Folder::library();
    let all = r#"{"findMany": "books", "where": {"AND": [{"AND": []}]}}"#;
    for (limit, name) in
        [("--limit-bytes=9", "bytes"), ("--limit-depth=2", "depth"), ("--limit-nodes=3", "nodes")]
    {
        let why = folder.relata("query", &[limit, all]).refused();
        assert!(why.contains(&format!("the limit `{name}`")), "{why}");
    }
    let why = folder.relata("query", &["--limit-rows=2", r#"{"findMany": "books"}"#]).refused();
    assert!(why.contains("more than 2: the limit `rows`"), "{why}");
}

/// Titles with their authors' names, side by side.
const JOINED: &str = r#"{"from": "books", "leftJoin": {"authors": {"relation": "author"}},
    "select": ["books.title", "authors.name", "books.price"], "orderBy": {"books.id": "asc"}}"#;

#[test]
fn joined_rows_are_written_in_every_mode() {
    let folder = Folder::library();
    let shown = |mode: &str| folder.relata("query", &["--mode", mode, JOINED]).ok();
    let rows = [
        r#"{"title":"Dune","name":"Frank","price":"12.50"}"#,
        r#"{"title":"Rocannon","name":"Ursula, K.","price":"7.00"}"#,
        r#"{"title":"Beowulf","name":null,"price":"9"}"#,
    ];
    assert_eq!(shown("json"), format!("[{}]\n", rows.join(",")));
    assert_eq!(shown("ndjson"), format!("{}\n", rows.join("\n")));
    assert_eq!(
        shown("csv"),
        "title,name,price\nDune,Frank,12.50\nRocannon,\"Ursula, K.\",7.00\nBeowulf,,9\n"
    );
    assert_eq!(
        shown("table"),
        "title     name        price\n────────  ──────────  ─────\nDune      Frank       12.50\n\
         Rocannon  Ursula, K.   7.00\nBeowulf   null            9\n"
    );
    // There is nothing to indent.
    assert_eq!(shown("tree"), shown("json"));
}

#[test]
fn whole_rows_of_several_tables_are_no_columns() {
    let folder = Folder::library();
    let whole = r#"{"from": "books", "innerJoin": {"authors": {"relation": "author"}}}"#;
    for mode in ["csv", "table"] {
        let why = folder.relata("query", &["--mode", mode, whole]).refused();
        assert!(why.contains("no plain columns") && why.contains("--mode ndjson"), "{why}");
    }
    assert_eq!(folder.relata("query", &["--mode", "ndjson", whole]).ok().lines().count(), 2);
}

#[test]
fn a_count_is_a_column_where_columns_are_asked() {
    let folder = Folder::library();
    let shown = |mode: &str| folder.relata("query", &["--mode", mode, r#"{"count": "books"}"#]).ok();
    assert_eq!((shown("csv"), shown("table")), ("count\n3\n".into(), "count\n3\n".into()));
    assert_eq!((shown("json"), shown("tree")), ("3\n".into(), "3\n".into()));
    let exists = |mode: &str| folder.relata("query", &["--mode", mode, r#"{"exists": "books"}"#]).ok();
    assert_eq!((exists("csv"), exists("tree")), ("true\n".into(), "true\n".into()));
    let titles = r#"{"pluck": "books", "columns": ["title"]}"#;
    assert_eq!(
        folder.relata("query", &["--mode", "table", titles]).ok(),
        "[[\"Dune\"],[\"Rocannon\"],[\"Beowulf\"]]\n"
    );
}

#[test]
fn a_table_quotes_text_that_could_be_mistaken() {
    let rows = "id,name,motto\n1,null,plain\n2,\" x\",\n3,\"say \"\"hi\"\"\",\"\"\n";
    let folder = Folder::new(&[("authors.csv", rows)]);
    let query = r#"{"findMany": "authors", "columns": ["name", "motto"]}"#;
    assert_eq!(
        folder.relata("query", &["--mode", "table", query]).ok(),
        "name          motto\n────────────  ─────\n\"null\"        plain\n\" x\"          null\n\
         \"say \\\"hi\\\"\"  \"\"\n"
    );
}

#[test]
fn every_kind_of_query_says_how_rows_are_found() {
    let folder = Folder::library();
    for query in [
        JOINED,
        r#"{"findFirst": "books", "where": {"id": 1}}"#,
        r#"{"count": "books", "where": {"id": 1}}"#,
        r#"{"exists": "books", "where": {"id": 1}}"#,
        r#"{"pluck": "books", "columns": "title", "where": {"id": 1}}"#,
    ] {
        let plan = folder.relata("query", &["--explain", query]).ok();
        assert!(plan.starts_with("books"), "{query}\n{plan}");
    }
}
