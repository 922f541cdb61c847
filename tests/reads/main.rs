//! Random queries over random rows, answered as the naive model answers them.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic)]

mod answers;
mod generate;
mod model;
mod naive;
mod threads;

use generate::{Chance, database, select, world};
use model::World;
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

/// A lazy walk gives what an include gives, and sets followed to sets what their rows' includes give.
fn lazy_walks_agree(chance: &mut Chance, world: &World, db: &Database, seed: u64) {
    let table = *chance.pick(&["authors", "books", "tags"]);
    let relation = *chance.pick(generate::relations(table));
    let (to, many) = model::target(table, relation);
    let mut asked = select(chance, world, to, 2);
    if matches!(relation, "recent" | "best_note") {
        asked.after.clear();
    }
    let snapshot = db.snapshot();
    let page = snapshot.query(table).include(relation, |nested| asked.query(nested)).all().unwrap();
    for (row, found) in snapshot.table(table).unwrap().iter().zip(&page) {
        let lazy = asked.query(row.relation(relation).unwrap());
        let walked = serde_json::to_value(lazy.all().unwrap()).unwrap();
        let again = asked.query(found.relation(relation).unwrap()).all().unwrap();
        assert_eq!(serde_json::to_value(again).unwrap(), walked);
        let included = match many {
            true => serde_json::to_value(found.many(relation).unwrap()).unwrap(),
            false => {
                Json::from_iter(found.one(relation).unwrap().map(|row| serde_json::to_value(row).unwrap()))
            }
        };
        assert_eq!(walked, included, "seed {seed}, {table}.{relation}: {asked:#?}");
        let count = walked.as_array().map_or(0, Vec::len) as u64;
        assert_eq!(lazy.count().unwrap(), count, "seed {seed}: {asked:#?}");
        assert_eq!(lazy.exists().unwrap(), count > 0);
        let first = serde_json::to_value(lazy.first().unwrap()).unwrap();
        assert_eq!(first.get(0), walked.get(0));
    }
    let mut reached: Vec<i64> = Vec::new();
    for row in &snapshot.query(table).include(relation, |nested| nested).all().unwrap() {
        let (_, _, rows) = row.includes().next().unwrap();
        reached.extend(rows.iter().map(|row| row.get::<i64>("id").unwrap()));
    }
    reached.sort_unstable();
    reached.dedup();
    let followed = snapshot.query(table).follow(relation).all().unwrap();
    let mut followed: Vec<i64> = followed.iter().map(|row| row.get("id").unwrap()).collect();
    followed.sort_unstable();
    assert_eq!(followed, reached, "seed {seed}: {table}.{relation}");
}

/// Sets followed to sets are those that the naive model finds.
fn traversals_agree(chance: &mut Chance, world: &World, db: &Database, seed: u64) {
    let table = *chance.pick(&["authors", "books", "tags"]);
    let (steps, last, _) = generate::steps(chance, world, table);
    let query =
        steps.iter().fold(db.query(table), |query, (select, relation)| select.query(query).follow(*relation));
    let query = last.query(query);
    let found = query.all().unwrap_or_else(|error| panic!("{error:#}\n{steps:#?}"));
    let expected = world.follow(table, &steps, &last);
    assert_eq!(serde_json::to_value(&found).unwrap(), expected, "seed {seed}: {table} {steps:#?} {last:#?}");
    assert_eq!(query.prepare().unwrap().all().unwrap().len(), found.len());
}

/// `depth` is how many levels of includes are spent already.
fn agree(seed: u64, rows: usize, queries: usize, depth: usize) {
    let mut chance = Chance::new(seed);
    let world = world(&mut chance, rows);
    let db = database(&mut chance, &world);
    generate::cluster(&mut chance, &db);
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
        assert_eq!(
            Some(count as usize),
            expected.as_array().map(Vec::len),
            "seed {seed}, {table}: {select:#?}\n{plan}"
        );
        traversals_agree(&mut chance, &world, &db, seed);
    }
    if rows < 100 {
        lazy_walks_agree(&mut chance, &world, &db, seed);
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
