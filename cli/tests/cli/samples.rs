//! Real data and the conformance cases, where they are beside the project.

use crate::support::{relata, relata_with, shared};
use relata::Literal;
use serde_json::{Value, json};
use std::path::Path;

/// The answer to a query over one of the sample folders.
fn ask(folder: &Path, query: &Value) -> Value {
    let schema = folder.join("schema.json").display().to_string();
    let data = folder.display().to_string();
    let answer = relata(&["query", "--schema", &schema, "--data", &data, &query.to_string()]).ok();
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn the_samples_load_without_a_violation() {
    for (name, ok) in [
        ("chinook", "ok: 11 tables, 24 relations, 15607 rows\n"),
        ("northwind", "ok: 11 tables, 22 relations, 3308 rows\n"),
    ] {
        let Some(folder) = shared(&format!("data/{name}")) else { return };
        let schema = folder.join("schema.json").display().to_string();
        let data = folder.display().to_string();
        assert_eq!(relata(&["check", "--schema", &schema, "--data", &data]).ok(), ok);
    }
}

#[test]
fn chinook_answers_nested_questions() {
    let Some(chinook) = shared("data/chinook") else { return };
    let query = json!({
        "findMany": "artists", "where": {"name": {"like": "AC%"}},
        "with": {"albums": {
            "columns": ["title"],
            "with": {"tracks": {
                "columns": ["name", "milliseconds"], "orderBy": {"milliseconds": "desc"}, "limit": 2,
                "with": {"genre": {"columns": ["name"]}},
            }},
        }},
    });
    let rock = json!({"name": "Rock"});
    let expected = json!([{"id": 1, "name": "AC/DC", "albums": [
        {"title": "For Those About To Rock We Salute You", "tracks": [
            {"name": "For Those About To Rock (We Salute You)", "milliseconds": 343_719, "genre": rock},
            {"name": "Spellbound", "milliseconds": 270_863, "genre": rock},
        ]},
        {"title": "Let There Be Rock", "tracks": [
            {"name": "Overdose", "milliseconds": 369_319, "genre": rock},
            {"name": "Let There Be Rock", "milliseconds": 366_654, "genre": rock},
        ]},
    ]}]);
    assert_eq!(ask(&chinook, &query), expected);
    let jazz = json!({"invoices": {"some": {"lines": {"some": {"track": {"genre": {"name": "Jazz"}}}}}}});
    assert_eq!(ask(&chinook, &json!({"count": "customers", "where": jazz})), 32);
    assert_eq!(ask(&chinook, &json!({"count": "artists", "where": {"albums": false}})), 71);
}

#[test]
fn northwind_answers_nested_questions() {
    let Some(northwind) = shared("data/northwind") else { return };
    let query = json!({
        "findMany": "employees", "columns": ["id", "first_name"],
        "with": {
            "manager": {"columns": ["first_name"]},
            "territories": {"columns": ["id"], "with": {"region": {"columns": ["region_description"]}}},
        },
        "extras": {"order_count": {"$count": "orders"}},
    });
    let employees = ask(&northwind, &query);
    let employees = employees.as_array().unwrap();
    assert_eq!(employees.len(), 9);
    assert_eq!(
        employees[0],
        json!({
            "id": 1, "first_name": "Nancy", "order_count": 123, "manager": {"first_name": "Andrew"},
            "territories": [
                {"id": "06897", "region": {"region_description": "Eastern"}},
                {"id": "19713", "region": {"region_description": "Eastern"}},
            ],
        })
    );
    assert_eq!(employees[1]["manager"], Value::Null);
    let orders: i64 = employees.iter().map(|employee| employee["order_count"].as_i64().unwrap()).sum();
    let territories: usize =
        employees.iter().map(|employee| employee["territories"].as_array().unwrap().len()).sum();
    assert_eq!((orders, territories), (830, 49));
}

/// Literals keep the order of keys, which is part of what is expected.
#[test]
fn conformance_cases_pass_as_scripts() {
    let Some(path) = shared("conformance/relational.json") else { return };
    let document: Literal = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json").display().to_string();
    std::fs::write(&schema, document.get("schema").unwrap().to_string()).unwrap();
    let Some(Literal::List(cases)) = document.get("cases") else { panic!("no cases") };
    for case in cases {
        let Some(Literal::Text(fixture)) = case.get("fixture") else { panic!("{case} has no fixture") };
        let Some(Literal::Object(fixture)) = document.get("fixtures").unwrap().get(fixture) else {
            panic!("{case}")
        };
        let inserts =
            fixture.iter().map(|(table, rows)| format!("{{\"insert\": \"{table}\", \"values\": {rows}}}\n"));
        let script = inserts.collect::<String>() + &case.get("query").unwrap().to_string();
        let lines = relata_with(&script, &["run", "--strict", "--schema", &schema, "-"]).ok();
        let last: Literal = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        assert_eq!(last.get("result"), case.get("expect"), "{case}");
    }
    println!("{} cases", cases.len());
}
