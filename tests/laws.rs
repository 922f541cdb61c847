//! Random operations on the database and on a naive model of it, which must agree in everything.
//!
//! `RELATA_LAWS_CASES` sets how many sequences are tried.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod model;

use model::Model;
use model::run::run;
use model::shape::{SHAPES, schema};
use model::step::{Step, seed};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use relata::{Database, Owned, OwnedRow, Schema, Value};

/// Forks beyond this many aren't made.
const MAX_FORKS: usize = 4;

fn cases() -> u32 {
    std::env::var("RELATA_LAWS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(256)
}

/// A step is some bytes, of which the first chooses which of the forks it is for.
fn steps() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    vec((any::<u8>(), vec(any::<u8>(), 0..24)), 10..70)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_statement_does_what_the_model_does(
        shape in 0..SHAPES,
        actions in any::<[u8; 6]>(),
        steps in steps(),
    ) {
        let schema = schema(shape, actions);
        let mut sides = vec![(Database::new(schema.clone()).unwrap(), Model::new(schema.clone()))];
        for step in seed(&schema) {
            let (db, model) = &mut sides[0];
            prop_assert_eq!(run(db, &schema, &step), model.run(&step), "{:?}", step);
        }
        for (side, bytes) in steps {
            let side = usize::from(side) % sides.len();
            let step = Step::decode(&schema, &bytes);
            if matches!(step, Step::Fork) {
                if sides.len() < MAX_FORKS {
                    let fork = (sides[side].0.fork(), sides[side].1.clone());
                    sides.push(fork);
                }
                continue;
            }
            let (db, model) = &mut sides[side];
            let before = format!("{db:?}");
            let (found, expected) = (run(db, &schema, &step), model.run(&step));
            prop_assert_eq!(&found, &expected, "{:?} on {}", step, before);
            let after = |error| TestCaseError::fail(format!("after {step:?}: {error}"));
            same_rows(db, model, &schema).and_then(|()| holds_together(db, model, &schema)).map_err(after)?;
            // What is written on one side must not show in the others.
            for (db, model) in &sides {
                same_rows(db, model, &schema).map_err(after)?;
            }
        }
        for (db, model) in &sides {
            holds_together(db, model, &schema)?;
        }
    }
}

/// The tables have the rows of the model, in its order.
fn same_rows(db: &Database, model: &Model, schema: &Schema) -> TestCaseResult {
    for (at, table) in schema.tables.iter().enumerate() {
        let page = db.query(&table.name).all().unwrap().to_owned_rows();
        let rows: Vec<Vec<Value>> = page.iter().map(values).collect();
        let expected = model.rows(at);
        // As text, in which equal decimals of different scales differ.
        prop_assert_eq!(format!("{rows:?}"), format!("{expected:?}"), "the rows of {}", table.name);
    }
    Ok(())
}

/// Every invariant holds, and every relation leads from every row where nested loops lead.
fn holds_together(db: &Database, model: &Model, schema: &Schema) -> TestCaseResult {
    prop_assert_eq!(db.check(), vec![]);
    for relation in &schema.relations {
        let page = db.query(&relation.source).include(&relation.name, |q| q).all().unwrap().to_owned_rows();
        let included: Vec<Vec<Vec<Value>>> =
            page.iter().map(|row| row.rows(&relation.name).iter().map(values).collect()).collect();
        let expected = model.walk(relation);
        prop_assert_eq!(
            format!("{included:?}"),
            format!("{expected:?}"),
            "along {} {}",
            relation.source,
            relation.name
        );
        let snapshot = db.snapshot();
        for (row, expected) in snapshot.table(&relation.source).unwrap().iter().zip(expected) {
            let walked: Vec<Vec<Value>> = match relation.many {
                true => row.many(&relation.name).unwrap().map(walked).collect(),
                false => row.one(&relation.name).unwrap().map(walked).into_iter().collect(),
            };
            prop_assert_eq!(format!("{walked:?}"), format!("{expected:?}"), "walking {}", relation.name);
        }
    }
    Ok(())
}

fn values(row: &OwnedRow) -> Vec<Value> {
    let value = |owned: &Owned| match owned {
        Owned::Value(value) => Some(value.clone()),
        Owned::One(_) | Owned::Many(_) => None,
    };
    row.iter().filter_map(|(_, owned)| value(owned)).collect()
}

fn walked(row: relata::RowRef<'_>) -> Vec<Value> {
    row.values().map(|(_, value)| value.to_value()).collect()
}
