//! Random queries over random rows, answered as the naive model answers them.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic)]

mod answers;
mod generate;
mod model;

use generate::{Chance, database, select, world};
use proptest::prelude::*;
use relata::Database;
use serde_json::Value as Json;

fn answer(db: &Database, select: &model::Select, table: &str) -> Json {
    let page = select.query(db.query(table)).all().unwrap_or_else(|error| panic!("{error:#}\n{select:#?}"));
    let written = serde_json::to_value(&page).unwrap();
    assert_eq!(serde_json::to_value(page.to_owned_rows()).unwrap(), written);
    let mut streamed = Vec::new();
    select.query(db.query(table)).each(|row| streamed.push(serde_json::to_value(row).unwrap())).unwrap();
    assert_eq!(Json::Array(streamed), written);
    written
}

/// A walk from row to row leads where an include leads.
fn walks_agree(db: &Database) {
    let snapshot = db.snapshot();
    for table in ["authors", "books", "tags", "notes"] {
        for relation in generate::relations(table) {
            let many = *relation != model::POLYMORPHIC && model::target(table, relation).1;
            let page = snapshot.query(table).include(relation, |nested| nested).all().unwrap();
            for (found, row) in page.iter().zip(snapshot.table(table).unwrap().iter()) {
                let walked: Vec<String> = match many {
                    true => row.many(relation).unwrap().map(|row| row.to_string()).collect(),
                    false => row.one(relation).unwrap().iter().map(|row| row.to_string()).collect(),
                };
                let (_, _, included) = found.includes().next().unwrap();
                assert_eq!(walked, included.iter().map(|row| row.to_string()).collect::<Vec<_>>());
            }
        }
    }
}

/// `depth` is how many levels of includes are spent already.
fn agree(seed: u64, rows: usize, queries: usize, depth: usize) {
    let mut chance = Chance::new(seed);
    let world = world(&mut chance, rows);
    let db = database(&mut chance, &world);
    assert!(db.check().is_empty());
    walks_agree(&db);
    for _ in 0..queries {
        let table = *chance.pick(&["authors", "books", "tags", "notes"]);
        let select = select(&mut chance, &world, table, depth);
        let expected = world.answer(&select, table);
        let found = answer(&db, &select, table);
        let plan = select.query(db.query(table)).explain().unwrap();
        assert_eq!(found, expected, "seed {seed}, {table}: {select:#?}\n{plan}");
        let count = select.query(db.query(table)).count().unwrap();
        assert_eq!(count, world.count(&select, table) as u64, "seed {seed}, {table}: {select:#?}\n{plan}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn random_queries_agree_with_the_naive_model(seed: u64, rows in 0usize..40) {
        agree(seed, rows, 12, 0);
    }
}

#[test]
fn queries_over_several_chunks_agree_with_the_naive_model() {
    for seed in 0..3 {
        agree(seed, 1_300, 4, 2);
    }
}
