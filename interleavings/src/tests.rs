//! A state is two numbers that each statement raises one after the other: half a statement shows.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::published::{Published, Working, Writes};
use crate::sync::Arc;
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;

#[derive(Clone, Debug, PartialEq)]
struct Pair(u32, u32);

struct Shared {
    published: Published<Pair>,
    /// What is known to be committed.
    committed: AtomicU32,
    /// How many states were asked for, ...
    begun: AtomicU32,
    /// ... and how many of them were given.
    given: AtomicU32,
    turn: Mutex<()>,
}

impl Shared {
    fn new(writes: Writes) -> loom::sync::Arc<Shared> {
        let published = Published::new(Arc::new(Pair(0, 0)), writes);
        let [committed, begun, given] = [(); 3].map(|()| AtomicU32::new(0));
        loom::sync::Arc::new(Shared { published, committed, begun, given, turn: Mutex::new(()) })
    }

    /// One statement; `between` is what it does when half of it is done.
    fn statement(&self, between: impl FnOnce(&mut Working<'_, Pair>)) {
        let _turn = self.turn.lock().unwrap();
        let mut working = self.published.work();
        working.0 += 1;
        between(&mut working);
        working.1 += 1;
        let committed = working.0;
        drop(working.commit());
        self.committed.store(committed, Ordering::Release);
    }

    /// A statement that is refused when half of it is done.
    fn refused(&self, between: impl FnOnce(&mut Working<'_, Pair>)) {
        let _turn = self.turn.lock().unwrap();
        let mut working = self.published.work();
        working.0 += 1;
        between(&mut working);
        working.abandon(|state| state.0 -= 1, |_, _| ());
    }

    /// A statement after one at whose end `begun` states had been asked for: where one of the others was
    /// given since, it keeps nobody out. Gives whether it did.
    fn considerate(&self, begun: &mut u32) -> bool {
        let _turn = self.turn.lock().unwrap();
        let given = self.given.load(Ordering::Acquire);
        let mut working = self.published.work();
        working.0 += 1;
        let in_place = working.is_in_place();
        assert!(!in_place || given <= *begun, "a reader that was there before may have to wait again");
        thread::yield_now();
        working.1 += 1;
        drop(working.commit());
        *begun = self.begun.fetch_add(0, Ordering::AcqRel);
        in_place
    }

    /// Takes a state, which is whole, misses nothing, and stays as it is.
    fn look(&self) -> u32 {
        let known = self.committed.load(Ordering::Acquire);
        self.begun.fetch_add(1, Ordering::AcqRel);
        let state = self.published.read();
        self.given.fetch_add(1, Ordering::AcqRel);
        let Pair(first, second) = *state;
        assert_eq!(first, second, "half a statement shows");
        assert!(first >= known, "{known} were committed and {first} are there");
        thread::yield_now();
        assert_eq!(*state, Pair(first, second), "a state that is held has changed");
        first
    }
}

/// Tries every way in which threads can be switched at most this often where they needn't be.
fn check(switches: usize, run: impl Fn(loom::sync::Arc<Shared>) + Send + Sync + 'static) {
    check_where(Writes::default(), switches, run);
}

fn check_where(
    writes: Writes,
    switches: usize,
    run: impl Fn(loom::sync::Arc<Shared>) + Send + Sync + 'static,
) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(switches);
    model.check(move || run(Shared::new(writes)));
}

fn spawn(shared: &loom::sync::Arc<Shared>, run: impl FnOnce(&Shared) + 'static) -> thread::JoinHandle<()> {
    let shared = loom::sync::Arc::clone(shared);
    thread::spawn(move || run(&shared))
}

/// Takes back what the first half of a statement did.
fn step_aside(working: &mut Working<'_, Pair>) {
    working.go_apart(|before| before.0 -= 1);
}

#[test]
fn a_reader_sees_whole_states_in_their_order() {
    check(4, |shared| {
        let writer = spawn(&shared, |shared| (0..2).for_each(|_| shared.statement(|_| thread::yield_now())));
        let first = shared.look();
        assert!(first <= shared.look(), "a state came back");
        writer.join().unwrap();
        assert_eq!(shared.look(), 2);
    });
}

#[test]
fn a_statement_that_steps_aside_shows_what_was_before_it() {
    check(4, |shared| {
        let writer = spawn(&shared, |shared| {
            shared.statement(step_aside);
            shared.statement(|_| thread::yield_now());
        });
        let first = shared.look();
        assert!(first <= shared.look(), "a state came back");
        writer.join().unwrap();
        assert_eq!(shared.look(), 2);
    });
}

#[test]
fn a_statement_steps_aside_for_a_reader_that_waits() {
    check(4, |shared| {
        let writer = spawn(&shared, |shared| {
            shared.statement(|working| {
                thread::yield_now();
                if working.is_awaited() {
                    step_aside(working);
                }
            });
        });
        shared.look();
        writer.join().unwrap();
        assert_eq!(shared.look(), 1);
    });
}

#[test]
fn a_statement_after_a_read_of_another_thread_keeps_nobody_out() {
    check(3, |shared| {
        let writer = spawn(&shared, |shared| {
            // Who wrote before may have read as the one who writes.
            let mut begun = u32::MAX;
            (0..3).for_each(|_| _ = shared.considerate(&mut begun));
        });
        shared.look();
        shared.look();
        writer.join().unwrap();
        assert_eq!(shared.look(), 3);
    });
}

#[test]
fn a_thread_that_nobody_reads_beside_writes_in_place() {
    check(3, |shared| {
        let writer = spawn(&shared, |shared| {
            let mut begun = 0;
            assert!((0..3).all(|_| shared.considerate(&mut begun)));
        });
        writer.join().unwrap();
        assert_eq!(shared.look(), 3);
    });
}

#[test]
fn where_readers_never_wait_no_statement_keeps_them_out() {
    check_where(Writes::Apart, 4, |shared| {
        let writer = spawn(&shared, |shared| {
            for _ in 0..2 {
                shared.statement(|working| {
                    assert!(!working.is_in_place());
                    thread::yield_now();
                });
            }
        });
        let first = shared.look();
        assert!(first <= shared.look(), "a state came back");
        writer.join().unwrap();
        assert_eq!(shared.look(), 2);
    });
}

#[test]
fn a_refused_statement_never_shows() {
    check(4, |shared| {
        let writer = spawn(&shared, |shared| {
            shared.refused(|_| thread::yield_now());
            shared.refused(step_aside);
            shared.statement(|_| ());
        });
        assert!(shared.look() <= 1);
        writer.join().unwrap();
        assert_eq!(shared.look(), 1);
    });
}

#[test]
fn no_write_of_two_writers_is_lost() {
    check(3, |shared| {
        let writers = [
            spawn(&shared, |shared| shared.statement(|_| thread::yield_now())),
            spawn(&shared, |shared| shared.statement(step_aside)),
        ];
        let first = shared.look();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        assert!(first <= 2);
        assert_eq!(shared.look(), 2);
    });
}

#[test]
fn a_state_published_whole_is_read_by_all_from_then_on() {
    check(4, |shared| {
        let writer = spawn(&shared, |shared| {
            let _turn = shared.turn.lock().unwrap();
            let mut state = shared.published.read();
            *Arc::make_mut(&mut state) = Pair(7, 7);
            drop(shared.published.publish(state));
            shared.committed.store(7, Ordering::Release);
        });
        let other = spawn(&shared, |shared| assert!([0, 7].contains(&shared.look())));
        shared.look();
        writer.join().unwrap();
        other.join().unwrap();
        assert_eq!(shared.look(), 7);
    });
}
