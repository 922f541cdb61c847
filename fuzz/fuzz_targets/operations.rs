//! Random operations on a database and on the naive model, which must agree.

#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use model::Model;
use model::run::run;
use model::shape::schema;
use model::step::{Step, seed};
use relata::Database;

#[path = "../../tests/model/mod.rs"]
mod model;

/// Longer sequences aren't tried: they show little more.
const MAX_STEPS: usize = 60;

#[derive(Debug, Arbitrary)]
struct Input {
    shape: u8,
    actions: [u8; 6],
    steps: Vec<(bool, Vec<u8>)>,
}

fuzz_target!(|input: Input| {
    let schema = schema(input.shape, input.actions);
    let mut db = Database::new(schema.clone()).unwrap();
    let mut model = Model::new(schema.clone(), false);
    let mut fork = None;
    let steps = input.steps.iter().take(MAX_STEPS).map(|(swap, bytes)| (*swap, Step::decode(&schema, bytes)));
    for (swap, step) in seed(&schema).into_iter().map(|step| (false, step)).chain(steps) {
        if matches!(step, Step::Fork) {
            fork = Some((db.fork(), model.clone()));
            continue;
        }
        if let (true, Some((other, its_model))) = (swap, &mut fork) {
            std::mem::swap(&mut db, other);
            std::mem::swap(&mut model, its_model);
        }
        let (found, expected) = (run(&db, &schema, &step), model.run(&step));
        assert_eq!(found, expected, "{step:?}");
        assert_eq!(db.check(), [], "after {step:?}");
    }
    for (db, model) in fork.iter().map(|(db, model)| (db, model)).chain([(&db, &model)]) {
        assert_eq!(db.check(), []);
        for (at, table) in schema.tables.iter().enumerate() {
            let snapshot = db.snapshot();
            let rows = snapshot.table(&table.name).unwrap().iter();
            let rows: Vec<Vec<_>> =
                rows.map(|row| row.values().map(|(_, value)| value.to_value()).collect()).collect();
            assert_eq!(format!("{rows:?}"), format!("{:?}", model.rows(at)), "the rows of {}", table.name);
        }
    }
});
