//! Work in parts, on several threads where the database may use them.
//!
//! Parts are neighbouring ranges, and their results are put together in the order of the ranges, so
//! that nobody can tell how many threads there were. A part that fails says so and nothing else: the
//! caller does all of it again on one thread, which finds the error that one thread finds.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Rows that a scan passes in the time in which an include finds one.
pub(super) const SCANNED: usize = 8;

/// Parts for each thread: one that has less to do takes from what is left.
const PARTS: usize = 4;

/// What each part of `0..len` comes to, in order; `None` when any fails. `prepare` makes what a thread uses
/// again for each of its parts.
pub(super) fn in_parts<W, T: Send>(
    threads: usize,
    len: usize,
    prepare: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, Range<usize>) -> Option<T> + Sync,
) -> Option<Vec<T>> {
    let parts = threads.saturating_mul(PARTS).min(len);
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let run = || {
        let (mut own, mut done) = (prepare(), Vec::new());
        while !failed.load(Ordering::Relaxed) {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                break;
            }
            match work(&mut own, start(len, parts, part)..start(len, parts, part + 1)) {
                Some(result) => done.push((part, result)),
                None => failed.store(true, Ordering::Relaxed),
            }
        }
        done
    };
    let mut done = thread::scope(|scope| {
        // Where no thread is to be had, those that there are do its parts.
        let others =
            (1..threads.min(parts)).map_while(|_| thread::Builder::new().spawn_scoped(scope, run).ok());
        let others: Vec<_> = others.collect();
        let mut done = run();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    if failed.into_inner() {
        return None;
    }
    done.sort_unstable_by_key(|(part, _)| *part);
    Some(done.into_iter().map(|(_, result)| result).collect())
}

/// Where a part begins.
fn start(len: usize, parts: usize, part: usize) -> usize {
    len / parts * part + (len % parts).min(part)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_together_in_their_order() {
        for threads in 1..6 {
            for len in [0, 1, 2, 7, 100] {
                let parts = in_parts(threads, len, || (), |(), part| Some(part.collect::<Vec<_>>())).unwrap();
                assert!(parts.concat().into_iter().eq(0..len), "{len} in {threads}");
            }
        }
    }

    #[test]
    fn a_part_that_fails_fails_all() {
        let odd = |(): &mut (), part: Range<usize>| (!part.contains(&70)).then_some(part.len());
        assert_eq!(in_parts(3, 100, || (), odd), None);
        assert_eq!(in_parts(3, 60, || (), odd).unwrap().iter().sum::<usize>(), 60);
    }
}
