//! Errors as documents.

use crate::parse;
use relata::json::ErrorDocument;
use relata::{Error, ErrorKind, SchemaMistake, SchemaReason, Value};

fn document(error: &Error) -> String {
    serde_json::to_string(&ErrorDocument(error)).unwrap()
}

#[test]
fn a_violation_names_table_constraint_columns_and_values() {
    let error = Error::new(ErrorKind::ForeignKeyViolation {
        table: "books".into(),
        constraint: "books_author_id_fkey".into(),
        columns: vec!["author_id".into()],
        values: vec![Value::Integer(42)],
        references: "authors".into(),
        referenced: vec!["id".into()],
        bereft: false,
    });
    assert_eq!(
        document(&error),
        r#"{"error":{"kind":"foreign_key_violation","table":"books","constraint":"books_author_id_fkey","#
            .to_owned()
            + r#""columns":["author_id"],"values":[42],"help":"insert authors 42 first","#
            + r#""message":"books.author_id = 42 matches no row of authors"}}"#
    );
}

#[test]
fn what_an_error_doesnt_have_is_left_out_but_a_violation_s_columns_and_values() {
    let error = Error::new(ErrorKind::Corrupt { reason: "bits".into() });
    assert_eq!(document(&error), r#"{"error":{"kind":"corrupt","message":"corrupt data: bits"}}"#);
    let error = Error::new(ErrorKind::NotNullViolation { table: "users".into(), column: "name".into() });
    assert!(document(&error).contains(r#""columns":["name"],"values":[null]"#));
}

#[test]
fn a_place_is_a_path_from_the_root_with_line_and_column() {
    let at = |text: &str| {
        let document: serde_json::Value = serde_json::from_str(&document(&parse(text).unwrap_err())).unwrap();
        document["error"]["at"].as_str().unwrap().to_owned()
    };
    assert_eq!(at(r#"{"findMany": "users", "with": {"posts": {"take": "x"}}}"#), "$.with.posts.take (1:50)");
    assert_eq!(at(r#"{"findMany": "users", "orderBy": [{"a": 1}]}"#), "$.orderBy[0].a (1:41)");
    assert_eq!(at("{"), "$ (1:2)");
    let listed = Error::new(ErrorKind::Corrupt { reason: "".into() }).at(3);
    assert!(document(&listed).contains(r#""at":"$[3]""#));
}

#[test]
fn a_schema_s_error_lists_every_mistake() {
    let mistake = |table: Option<&str>, item: Option<&str>| SchemaMistake {
        table: table.map(Into::into),
        item: item.map(Into::into),
        reason: SchemaReason::Duplicate { what: "column", name: "id".into() },
    };
    let mistakes = vec![mistake(Some("users"), Some("id")), mistake(None, None)];
    let document: serde_json::Value =
        serde_json::from_str(&document(&Error::new(ErrorKind::InvalidSchema { mistakes }))).unwrap();
    let error = &document["error"];
    assert_eq!(error["kind"], "invalid_schema");
    assert!(error.get("help").is_none());
    assert_eq!(
        error["mistakes"].to_string(),
        r#"[{"help":"rename or remove one of them","item":"id","message":"two columns are named `id`","table":"users"},"#
            .to_owned()
            + r#"{"help":"rename or remove one of them","message":"two columns are named `id`"}]"#
    );
}
