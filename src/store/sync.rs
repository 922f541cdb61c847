//! What [`published`](super::published) is built on. The model checker puts its own in this place.

pub(super) use parking_lot::{RwLock, RwLockWriteGuard};
pub(super) use std::sync::Arc;
pub(super) use std::sync::atomic::{AtomicUsize, Ordering};

/// How often a reader looks again before it goes to sleep: some microseconds, longer than most
/// statements take.
pub(super) const LOOKS: usize = 1_000;

pub(super) use std::hint::spin_loop;
