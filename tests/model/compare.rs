//! A database beside its naive model: equal in every table and along every relation.

use super::Model;
use relata::{RowRef, RowView, Schema, Snapshot, Value};

/// Asserts that the tables have the rows of the model, in its order.
pub fn same_rows(state: &Snapshot, model: &Model, schema: &Schema) {
    for (at, table) in schema.tables.iter().enumerate() {
        let found = state.table(&table.name).unwrap().iter().map(values);
        same(found, model.rows(at), || format!("the rows of {}", table.name));
    }
}

/// Asserts that every relation leads from every row where nested loops lead, included and walked.
pub fn same_relations(state: &Snapshot, model: &Model, schema: &Schema) {
    for relation in &schema.relations {
        let along = |how: &str| format!("{how} {}.{}", relation.source, relation.name);
        let expected = model.walk(relation);
        let page = state.query(&relation.source).include(&relation.name, |q| q).all().unwrap();
        assert_eq!(page.len(), expected.len());
        let snapshot = state.table(&relation.source).unwrap();
        for ((view, row), expected) in page.iter().zip(snapshot.iter()).zip(expected) {
            let (included, walked): (Vec<_>, Vec<_>) = match relation.many {
                true => (
                    view.many(&relation.name).unwrap().iter().map(viewed).collect(),
                    row.many(&relation.name).unwrap().map(values).collect(),
                ),
                false => (
                    view.one(&relation.name).unwrap().map(viewed).into_iter().collect(),
                    row.one(&relation.name).unwrap().map(values).into_iter().collect(),
                ),
            };
            same(included.into_iter(), expected.clone(), || along("included"));
            same(walked.into_iter(), expected, || along("walked"));
        }
    }
}

/// Whether the tables have the rows of the model, in its order.
pub fn is_same(state: &Snapshot, model: &Model, schema: &Schema) -> bool {
    let tables = schema.tables.iter().enumerate();
    let mut tables = tables.map(|(at, table)| {
        let found: Vec<_> = state.table(&table.name).unwrap().iter().map(values).collect();
        are_alike(&found, &model.rows(at))
    });
    tables.all(|is_alike| is_alike)
}

/// Whether two models have the same rows.
pub fn are_equal(a: &Model, b: &Model, schema: &Schema) -> bool {
    (0..schema.tables.len()).all(|at| are_alike(&a.rows(at), &b.rows(at)))
}

fn same(found: impl Iterator<Item = Vec<Value>>, expected: Vec<Vec<Value>>, what: impl Fn() -> String) {
    let found: Vec<Vec<Value>> = found.collect();
    assert!(are_alike(&found, &expected), "{}:\n   found {found:?}\nexpected {expected:?}", what());
}

fn are_alike(found: &[Vec<Value>], expected: &[Vec<Value>]) -> bool {
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(is_alike))
}

/// Whether two values are equal in their form too: equal decimals may differ in scale.
fn is_alike((a, b): (&Value, &Value)) -> bool {
    match (a, b) {
        (Value::Decimal(_) | Value::Float(_), _) => format!("{a:?}") == format!("{b:?}"),
        _ => a == b,
    }
}

fn values(row: RowRef<'_>) -> Vec<Value> {
    row.values().map(|(_, value)| value.to_value()).collect()
}

fn viewed(row: RowView<'_>) -> Vec<Value> {
    row.values().map(|(_, value)| value.to_value()).collect()
}
