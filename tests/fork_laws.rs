//! Random writes to databases that were forked from each other: each is as if it were alone.
//!
//! `RELATA_LAWS_CASES` sets how many sequences are tried.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod model;

use model::run::run;
use model::shape::{SHAPES, schema};
use model::step::{Step, seed};
use proptest::collection::vec;
use proptest::prelude::*;
use relata::{Database, Schema, Snapshot};

fn cases() -> u32 {
    std::env::var("RELATA_LAWS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(128)
}

#[derive(Clone, Debug)]
enum Event {
    /// A statement on one of them.
    Write(usize, Vec<u8>),
    Fork(usize),
    Drop(usize),
    /// A transaction on one of them that is rolled back.
    Rollback(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => (any::<usize>(), vec(any::<u8>(), 0..24)).prop_map(|(at, bytes)| Event::Write(at, bytes)),
        3 => any::<usize>().prop_map(Event::Fork),
        1 => any::<usize>().prop_map(Event::Drop),
        1 => any::<usize>().prop_map(Event::Rollback),
    ]
}

/// All rows as text, which shares nothing with what it was made from.
fn copy(state: &Snapshot, schema: &Schema) -> String {
    let rows = |name: &str| serde_json::to_string(&state.query(name).all().unwrap()).unwrap();
    schema.tables.iter().map(|table| format!("{}: {}\n", table.name, rows(&table.name))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn writing_to_one_leaves_all_others_equal_to_their_deep_copies(
        shape in 0..SHAPES,
        actions in any::<[u8; 6]>(),
        events in vec(event(), 10..80),
    ) {
        const MOST: usize = 6;
        let schema = schema(shape, actions);
        let db = Database::new(schema.clone()).unwrap();
        for step in seed(&schema) {
            let _ = run(&db, &schema, &step);
        }
        let first = (db.snapshot(), copy(&db.snapshot(), &schema));
        let mut all = vec![(copy(&db.snapshot(), &schema), db)];
        for event in events {
            let (Event::Write(at, _) | Event::Fork(at) | Event::Drop(at) | Event::Rollback(at)) = &event;
            let at = at % all.len();
            match &event {
                Event::Write(_, bytes) => {
                    let _ = run(&all[at].1, &schema, &Step::decode(&schema, bytes));
                    all[at].0 = copy(&all[at].1.snapshot(), &schema);
                }
                Event::Fork(_) if all.len() < MOST => {
                    let fork = all[at].1.fork();
                    all.push((all[at].0.clone(), fork));
                }
                Event::Drop(_) if all.len() > 1 => drop(all.swap_remove(at)),
                Event::Rollback(_) => {
                    let mut tx = all[at].1.begin().unwrap();
                    schema.tables.iter().for_each(|table| _ = tx.delete(&table.name, relata::Rows::All));
                }
                Event::Fork(_) | Event::Drop(_) => {}
            }
            for (copied, db) in &all {
                prop_assert_eq!(copied, &copy(&db.snapshot(), &schema), "after {:?}", event);
            }
        }
        prop_assert_eq!(&first.1, &copy(&first.0, &schema));
        for (_, db) in &all {
            prop_assert_eq!(db.check(), vec![]);
        }
        prop_assert_eq!(first.0.check(), vec![]);
    }
}
