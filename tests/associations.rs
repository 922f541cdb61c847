//! Random schemas of associations under random writes, beside a naive model that must agree in every
//! row of every table and along every relation after every step.
//!
//! `RELATA_LAWS_CASES` sets how many sequences are tried, `PROPTEST_RNG_SEED` which.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod model;

use model::Model;
use model::compare::{are_equal, is_same, same_relations, same_rows};
use model::hooked::hooked;
use model::random::random;
use model::run::{execute, run, statement};
use model::shape::{SHAPES, schema};
use model::step::{Step, seed};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use relata::{Database, Schema, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Forks beyond this many aren't made.
const MAX_FORKS: usize = 3;

/// How many steps can be undone.
const HISTORY: usize = 1_000;

fn config() -> ProptestConfig {
    let cases = std::env::var("RELATA_LAWS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(256);
    ProptestConfig { cases, max_shrink_iters: 4096, failure_persistence: None, ..ProptestConfig::default() }
}

/// What a sequence runs over. The model is run beside the database: no step needs to know what the
/// ones before it have done.
#[derive(Clone, Debug)]
struct Ground {
    schema: Arc<Schema>,
    /// Whether steps are kept to be undone.
    history: bool,
    /// Whether hooks run.
    hooks: bool,
}

/// A step on one of the forks.
#[derive(Clone, Debug)]
struct Transition {
    fork: u8,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Step(Step),
    /// Several steps, and whether they are committed in the end.
    Transaction(Vec<Event>, bool),
    /// Takes a step back, and makes it again or not.
    Undo(bool),
}

#[derive(Clone, Debug)]
enum Event {
    Step(Step),
    Savepoint(u8),
    RollbackTo(u8),
    Release(u8),
}

struct Associations;

fn step(schema: Arc<Schema>) -> impl Strategy<Value = Step> {
    vec(any::<u8>(), 0..28).prop_map(move |bytes| Step::decode(&schema, &bytes))
}

fn event(schema: Arc<Schema>) -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => step(schema).prop_map(Event::Step),
        2 => (0..2u8).prop_map(Event::Savepoint),
        2 => (0..2u8).prop_map(Event::RollbackTo),
        1 => (0..2u8).prop_map(Event::Release),
    ]
}

impl ReferenceStateMachine for Associations {
    type State = Ground;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Ground> {
        let fixed = (0..SHAPES, any::<[u8; 6]>()).prop_map(|(shape, actions)| schema(shape, actions));
        let schemas = prop_oneof![1 => fixed, 3 => vec(any::<u8>(), 220).prop_map(|bytes| random(&bytes))];
        let ground =
            |(schema, history, hooks)| Ground { schema: Arc::new(schema), history, hooks: hooks == 0 };
        // A simpler schema would give the steps another meaning.
        (schemas, any::<bool>(), 0..3u8).prop_map(ground).no_shrink().boxed()
    }

    fn transitions(ground: &Ground) -> BoxedStrategy<Transition> {
        let schema = || Arc::clone(&ground.schema);
        let what = prop_oneof![
            16 => step(schema()).prop_map(What::Step),
            2 => (vec(event(schema()), 1..8), any::<bool>())
                .prop_map(|(events, commits)| What::Transaction(events, commits)),
            1 => any::<bool>().prop_map(What::Undo),
        ];
        (any::<u8>(), what).prop_map(|(fork, what)| Transition { fork, what }).boxed()
    }

    fn apply(ground: Ground, _: &Transition) -> Ground {
        ground
    }
}

/// A database beside its model.
struct Side {
    db: Database,
    model: Model,
    /// The model before each step that can be undone.
    past: Vec<Model>,
}

struct Sides {
    sides: Vec<Side>,
    /// The one that the last step was on.
    last: usize,
    seconds: Arc<AtomicI64>,
}

impl Sides {
    fn new(ground: &Ground) -> Sides {
        let seconds = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&seconds);
        let now = move || jiff::Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap();
        let schema = Schema::clone(&ground.schema);
        let plain = Database::builder(schema.clone()).clock(now);
        let builder = if ground.hooks { hooked(&schema, plain) } else { plain };
        let db = builder.history(if ground.history { HISTORY } else { 0 }).build().unwrap();
        let first = Side { db, model: Model::new(schema, ground.hooks), past: Vec::new() };
        let mut sides = Sides { sides: vec![first], last: 0, seconds };
        for step in seed(&ground.schema) {
            sides.apply(ground, Transition { fork: 0, what: What::Step(step) });
        }
        sides
    }

    fn apply(&mut self, ground: &Ground, Transition { fork, what }: Transition) {
        let seconds = 1 + self.seconds.fetch_add(1, Ordering::Relaxed);
        let (fork, can_fork) = (usize::from(fork) % self.sides.len(), self.sides.len() < MAX_FORKS);
        self.last = fork;
        let side = &mut self.sides[fork];
        side.model.set_time(Value::Timestamptz(jiff::Timestamp::from_second(seconds).unwrap()));
        match what {
            What::Step(Step::Fork) if can_fork => {
                let fork = Side { db: side.db.fork(), model: side.model.clone(), past: Vec::new() };
                self.sides.push(fork);
            }
            What::Step(Step::Fork) => {
                self.sides.swap_remove(fork);
                self.last = 0;
            }
            What::Step(step) => side.step(&ground.schema, &step),
            What::Transaction(events, commits) => side.transaction(&ground.schema, &events, commits),
            What::Undo(again) if ground.history => side.undo(again, &ground.schema),
            What::Undo(_) => assert!(side.db.undo().is_err()),
        }
    }
}

/// Both did the same. What writes along relations has several parts, and a version or a hook refuses too:
/// where there is more than one reason to refuse, nobody promises which is looked at first.
fn agree<T: PartialEq + std::fmt::Debug, E: PartialEq + std::fmt::Debug>(
    found: &Result<T, E>,
    expected: &Result<T, E>,
    step: &Step,
) {
    let refused = |outcome: &Result<T, E>| {
        let refusal = format!("{:?}", outcome.as_ref().err());
        refusal.contains("conflict") || refusal.contains("refused")
    };
    let parts = matches!(step, Step::UpdateAlong { .. } | Step::InsertAlong { .. });
    if !((parts || refused(found) || refused(expected)) && found.is_err() && expected.is_err()) {
        assert_eq!(found, expected, "{step:?}");
    }
}

impl Side {
    fn step(&mut self, schema: &Schema, step: &Step) {
        let before = self.model.clone();
        agree(&run(&self.db, schema, step), &self.model.run(step), step);
        self.past.push(before);
    }

    fn transaction(&mut self, schema: &Schema, events: &[Event], commits: bool) {
        let committed = self.model.clone();
        let mut marks: Vec<(u8, Model)> = Vec::new();
        let mut tx = self.db.begin().unwrap();
        for event in events {
            match event {
                Event::Step(step) => {
                    let Some(statement) = statement(schema, step) else { continue };
                    agree(&execute(&mut tx, &statement), &self.model.run_inside(step), step);
                }
                Event::Savepoint(name) => {
                    tx.savepoint(name.to_string());
                    marks.push((*name, self.model.clone()));
                }
                Event::RollbackTo(name) => {
                    let at = marks.iter().rposition(|(other, _)| other == name);
                    assert_eq!(tx.rollback_to(&name.to_string()).is_ok(), at.is_some());
                    if let Some(at) = at {
                        self.model.go_back_to(&marks[at].1);
                        marks.truncate(at + 1);
                    }
                }
                Event::Release(name) => {
                    let at = marks.iter().rposition(|(other, _)| other == name);
                    assert_eq!(tx.release(&name.to_string()).is_ok(), at.is_some());
                    marks.truncate(at.unwrap_or(marks.len()));
                }
            }
            same_rows(&tx.snapshot(), &self.model, schema);
            assert!(tx.check().is_empty() || !self.model.foreign_keys_hold(true), "{:?}", tx.check());
            same_rows(&self.db.snapshot(), &committed, schema);
        }
        match commits {
            true if self.model.foreign_keys_hold(true) => {
                tx.commit().unwrap();
                self.past.push(committed);
                return;
            }
            true => assert_eq!(tx.commit().unwrap_err().kind().name(), "foreign_key_violation"),
            false => tx.rollback(),
        }
        self.model.go_back_to(&committed);
    }

    /// Takes a step back. What the database doesn't take for a step has changed no row.
    fn undo(&mut self, again: bool, schema: &Schema) {
        let now = self.model.clone();
        let is_undone = self.db.undo().unwrap();
        let has_changed = |past: &Model| !are_equal(past, &now, schema);
        if !is_undone {
            assert!(!self.past.iter().any(has_changed), "something is left to undo");
            self.past.clear();
            return;
        }
        let has_moved = !is_same(&self.db.snapshot(), &now, schema);
        while let Some(past) = self.past.pop() {
            let differs = has_changed(&past);
            if differs == has_moved {
                self.model.go_back_to(&past);
                break;
            }
            assert!(!differs, "a step was undone that had changed nothing");
        }
        same_rows(&self.db.snapshot(), &self.model, schema);
        if again {
            assert!(self.db.redo().unwrap());
            self.past.push(self.model.clone());
            self.model = now;
        }
    }
}

impl StateMachineTest for Associations {
    type SystemUnderTest = Sides;
    type Reference = Associations;

    fn init_test(ground: &Ground) -> Sides {
        Sides::new(ground)
    }

    fn apply(mut sides: Sides, ground: &Ground, transition: Transition) -> Sides {
        sides.apply(ground, transition);
        sides
    }

    fn check_invariants(sides: &Sides, ground: &Ground) {
        for (at, Side { db, model, .. }) in sides.sides.iter().enumerate() {
            let state = db.snapshot();
            same_rows(&state, model, &ground.schema);
            if at == sides.last {
                same_relations(&state, model, &ground.schema);
                assert_eq!(state.check(), []);
            }
        }
    }

    fn teardown(sides: Sides, ground: Ground) {
        for Side { db, model, .. } in &sides.sides {
            same_relations(&db.snapshot(), model, &ground.schema);
            assert_eq!(db.check(), []);
        }
    }
}

prop_state_machine! {
    #![proptest_config(config())]

    #[test]
    fn associations_do_what_the_model_does(sequential 60 => Associations);
}
