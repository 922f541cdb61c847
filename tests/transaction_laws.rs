//! Random transactions with nested savepoints on the database and on a naive model of it.
//!
//! `RELATA_LAWS_CASES` sets how many sequences are tried.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod model;

use model::Model;
use model::run::run;
use model::shape::{SHAPES, schema};
use model::step::{Step, along_row, arbiter, row, seed};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use relata::{Database, Outcome, Owned, Rows, Schema, Snapshot, Statement, Transaction, Value};

fn cases() -> u32 {
    std::env::var("RELATA_LAWS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(256)
}

/// What a transaction goes through.
#[derive(Clone, Debug)]
enum Event {
    Statement(Vec<u8>),
    Savepoint(u8),
    RollbackTo(u8),
    Release(u8),
    Commit,
    Rollback,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        10 => vec(any::<u8>(), 0..24).prop_map(Event::Statement),
        3 => (0..3u8).prop_map(Event::Savepoint),
        2 => (0..3u8).prop_map(Event::RollbackTo),
        1 => (0..3u8).prop_map(Event::Release),
        1 => Just(Event::Commit),
        1 => Just(Event::Rollback),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn transactions_and_savepoints_do_what_the_model_does(
        shape in 0..SHAPES,
        actions in any::<[u8; 6]>(),
        events in vec(event(), 10..60),
    ) {
        let schema = schema(shape, actions);
        let (db, mut committed) = (Database::new(schema.clone()).unwrap(), Model::new(schema.clone()));
        for step in seed(&schema) {
            prop_assert_eq!(run(&db, &schema, &step), committed.run(&step));
        }
        let mut model = committed.clone();
        let mut marks: Vec<(u8, Model)> = Vec::new();
        let mut tx = db.begin().unwrap();
        for event in events {
            match &event {
                Event::Statement(bytes) => {
                    let step = Step::decode(&schema, bytes);
                    let Some(statement) = statement(&schema, &step) else { continue };
                    prop_assert_eq!(execute(&mut tx, &statement), model.run(&step), "{:?}", step);
                }
                Event::Savepoint(name) => {
                    tx.savepoint(name.to_string());
                    marks.push((*name, model.clone()));
                }
                Event::RollbackTo(name) => {
                    let at = marks.iter().rposition(|(other, _)| other == name);
                    prop_assert_eq!(tx.rollback_to(&name.to_string()).is_ok(), at.is_some());
                    if let Some(at) = at {
                        model.go_back_to(&marks[at].1);
                        marks.truncate(at + 1);
                    }
                }
                Event::Release(name) => {
                    let at = marks.iter().rposition(|(other, _)| other == name);
                    prop_assert_eq!(tx.release(&name.to_string()).is_ok(), at.is_some());
                    marks.truncate(at.unwrap_or(marks.len()));
                }
                Event::Commit | Event::Rollback => {
                    marks.clear();
                    match event {
                        Event::Commit => tx.commit().unwrap(),
                        _ => {
                            tx.rollback();
                            model.go_back_to(&committed);
                        }
                    }
                    committed = model.clone();
                    tx = db.begin().unwrap();
                }
            }
            let after = |error| TestCaseError::fail(format!("after {event:?}: {error}"));
            same(&tx.snapshot(), &model, &schema).map_err(after)?;
            same(&db.snapshot(), &committed, &schema).map_err(after)?;
        }
        drop(tx);
        same(&db.snapshot(), &committed, &schema)?;
    }
}

/// What a step asks for as one statement, when it is one.
fn statement(schema: &Schema, step: &Step) -> Option<Statement> {
    let name = |table: &usize| schema.tables[*table].name.clone();
    Some(match step {
        Step::Insert { table, rows } => Statement::Insert {
            table: name(table),
            rows: rows.iter().map(|given| row(&schema.tables[*table], given)).collect(),
        },
        Step::Update { table, which, set } => Statement::Update {
            table: name(table),
            rows: which.rows(&schema.tables[*table]),
            set: row(&schema.tables[*table], set),
        },
        Step::Delete { table, which } => {
            Statement::Delete { table: name(table), rows: which.rows(&schema.tables[*table]) }
        }
        Step::Destroy { table, which } => {
            Statement::Destroy { table: name(table), rows: which.rows(&schema.tables[*table]) }
        }
        Step::Upsert { table, rows, on, set } => {
            let info = &schema.tables[*table];
            Statement::Upsert {
                table: name(table),
                rows: rows.iter().map(|given| row(info, given)).collect(),
                on: on.map(|at| arbiter(info, at).iter().map(|name| name.as_str().into()).collect()),
                set: set.as_ref().map(|set| row(info, set)),
            }
        }
        Step::UpdateAlong { relation, key, acts } => Statement::Update {
            table: schema.relations[*relation].source.clone(),
            rows: Rows::Key(key.iter().cloned().collect()),
            set: along_row(schema, *relation, &Vec::new(), acts),
        },
        Step::InsertAlong { relation, row, acts } => Statement::Insert {
            table: schema.relations[*relation].source.clone(),
            rows: vec![along_row(schema, *relation, row, acts)],
        },
        Step::Load { .. } | Step::Fork => return None,
    })
}

fn execute(tx: &mut Transaction<'_>, statement: &Statement) -> model::run::Outcome {
    match tx.execute(statement) {
        Ok(Outcome::Rows(page)) => Ok(page.len()),
        Ok(Outcome::Count(count)) => Ok(count as usize),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(vec![error.kind().name().to_owned()]),
    }
}

/// The state has the rows of the model in its order, and nothing is wrong with it.
fn same(state: &Snapshot, model: &Model, schema: &Schema) -> TestCaseResult {
    for (at, table) in schema.tables.iter().enumerate() {
        let page = state.query(&table.name).all().unwrap().to_owned_rows();
        let cells = |(_, owned): (_, &Owned)| match owned {
            Owned::Value(value) => Some(value.clone()),
            Owned::One(_) | Owned::Many(_) => None,
        };
        let rows: Vec<Vec<Value>> = page.iter().map(|row| row.iter().filter_map(cells).collect()).collect();
        prop_assert_eq!(format!("{rows:?}"), format!("{:?}", model.rows(at)), "the rows of {}", table.name);
    }
    prop_assert_eq!(state.check(), vec![]);
    Ok(())
}
