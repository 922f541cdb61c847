//! What [`published`](super::published) is built on. The model checker puts its own in this place.

pub(super) use parking_lot::{RwLock, RwLockWriteGuard};
pub(super) use std::hint::spin_loop;
pub(super) use std::sync::Arc;
pub(super) use std::sync::atomic::{AtomicUsize, Ordering};

/// How often a reader looks again before it goes to sleep: some microseconds, longer than most
/// statements take.
pub(super) const LOOKS: usize = 1_000;

/// How many statements go apart after another thread has read: where one read comes, others do. Each
/// costs some microseconds more than in place.
pub(super) const QUIET: usize = 256;

/// A number that tells this thread from all others.
#[inline]
pub(super) fn this_thread() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}
