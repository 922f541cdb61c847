//! Statements: what their documents mean, and what is refused.

use crate::{parse, refusal};
use relata::json::{Control, Limits, Request, read};
use relata::{Filter, Literal, Row, Rows, Statement, row};

fn literal(text: &str) -> Literal {
    read(text, &Limits::default()).unwrap()
}

fn statement(text: &str) -> (Statement, bool) {
    match parse(text).unwrap() {
        Request::Statement { statement, single } => (statement, single),
        other => panic!("{other:?}"),
    }
}

fn ann() -> Row {
    row! { name: literal("\"Ann\""), age: literal("30") }
}

#[test]
fn an_insert_gives_one_row_or_a_list() {
    let insert = |rows| Statement::Insert { table: "users".into(), rows };
    let one = r#"{"insert": "users", "values": {"name": "Ann", "age": 30}}"#;
    assert_eq!(statement(one), (insert(vec![ann()]), true));
    let list = r#"{"insert": "users", "values": [{"name": "Ann", "age": 30}, {}]}"#;
    assert_eq!(statement(list), (insert(vec![ann(), Row::new()]), false));
    assert_eq!(statement(r#"{"insert": "users", "values": []}"#), (insert(vec![]), false));
}

#[test]
fn an_update_says_which_rows_and_what_to_set() {
    let filter = Filter::Document(literal(r#"{"id": 1}"#));
    let update = Statement::Update { table: "users".into(), rows: Rows::Where(filter), set: ann() };
    let text = r#"{"update": "users", "where": {"id": 1}, "set": {"name": "Ann", "age": 30}}"#;
    assert_eq!(statement(text), (update, false));
    let all = Statement::Update { table: "users".into(), rows: Rows::All, set: ann() };
    assert_eq!(
        statement(r#"{"update": "users", "all": true, "set": {"name": "Ann", "age": 30}}"#),
        (all, false)
    );
}

#[test]
fn an_upsert_may_name_its_columns_and_what_to_set() {
    let upsert = |on: Option<&[&str]>, set| Statement::Upsert {
        table: "users".into(),
        rows: vec![ann()],
        on: on.map(|on| on.iter().map(|name| (*name).into()).collect()),
        set,
    };
    let text = |more: &str| format!(r#"{{"upsert": "users", "values": {{"name": "Ann", "age": 30}}{more}}}"#);
    assert_eq!(statement(&text("")), (upsert(None, None), true));
    assert_eq!(statement(&text(r#", "on": "id""#)), (upsert(Some(&["id"]), None), true));
    let set = row! { age: literal("31") };
    let more = r#", "on": ["name", "age"], "set": {"age": 31}"#;
    assert_eq!(statement(&text(more)), (upsert(Some(&["name", "age"]), Some(set)), true));
}

#[test]
fn a_delete_says_which_rows_and_a_check_nothing() {
    let filter = Filter::Document(literal(r#"{"id": 1}"#));
    let delete = Statement::Delete { table: "users".into(), rows: Rows::Where(filter) };
    assert_eq!(statement(r#"{"delete": "users", "where": {"id": 1}}"#), (delete, false));
    assert_eq!(statement(r#"{"check": true}"#), (Statement::Check, false));
    assert_eq!(refusal(r#"{"check": false}"#), "expected true, found false\n    at: $.check (1:11)");
}

#[test]
fn a_write_that_names_no_rows_is_refused() {
    let set = r#", "set": {"age": 1}"#;
    for method in ["update", "delete"] {
        let set = if method == "update" { set } else { "" };
        for rows in [
            "",
            r#", "where": {}"#,
            r#", "all": false"#,
            r#", "where": {"AND": []}"#,
            r#", "where": {"OR": [{}, {"NOT": {}}], "AND": {}}"#,
        ] {
            let message = refusal(&format!("{{\"{method}\": \"users\"{rows}{set}}}"));
            assert!(message.starts_with("no filter says which rows are meant"), "{method}{rows}: {message}");
            assert!(message.ends_with("help: give `where`, or `\"all\": true` to mean every row"));
        }
        let message =
            refusal(&format!("{{\"{method}\": \"users\", \"where\": {{\"id\": 1}}, \"all\": true{set}}}"));
        assert!(message.starts_with("expected `where` or `all`, found both"), "{message}");
    }
}

#[test]
fn values_of_another_shape_are_refused_where_they_stand() {
    assert_eq!(
        refusal(r#"{"insert": "users"}"#),
        "expected `values`: a row or a list of rows, found none\n    at: 1:1"
    );
    assert_eq!(
        refusal(r#"{"insert": "users", "values": [{}, 1]}"#),
        "expected an object of columns and values, found 1\n    at: $.values[1] (1:36)"
    );
    assert!(
        refusal(r#"{"insert": "users", "values": 1}"#)
            .starts_with("expected a row or a list of rows, found 1")
    );
    assert!(refusal(r#"{"update": "users", "all": true}"#).starts_with("no column is given a value"));
    assert!(
        refusal(r#"{"update": "users", "all": 1, "set": {}}"#).starts_with("expected true or false, found 1")
    );
    assert!(
        refusal(r#"{"upsert": "users", "values": {}, "on": 1}"#)
            .starts_with("expected a column's name, or a list")
    );
}

#[test]
fn a_step_of_a_transaction_is_true_or_names_a_savepoint() {
    let control = |text: &str| match parse(text).unwrap() {
        Request::Control(control) => control,
        other => panic!("{other:?}"),
    };
    assert_eq!(control(r#"{"begin": true}"#), Control::Begin);
    assert_eq!(control(r#"{"commit": true}"#), Control::Commit);
    assert_eq!(control(r#"{"savepoint": "a"}"#), Control::Savepoint("a".into()));
    assert_eq!(control(r#"{"rollback": true}"#), Control::Rollback(None));
    assert_eq!(control(r#"{"rollback": "a"}"#), Control::Rollback(Some("a".into())));
    assert_eq!(refusal(r#"{"begin": 1}"#), "expected true, found 1\n    at: $.begin (1:11)");
    assert_eq!(
        refusal(r#"{"rollback": false}"#),
        "expected true or a savepoint's name, found false\n    at: $.rollback (1:14)"
    );
    assert!(refusal(r#"{"savepoint": true}"#).starts_with("expected a savepoint's name, found true"));
    assert!(refusal(r#"{"begin": true, "where": {}}"#).starts_with("no option `where` here"));
}
