//! What the core locks and counts with, by loom, in the shape that the library's have.

pub(crate) use loom::sync::atomic::{AtomicUsize, Ordering};
pub(crate) use loom::thread::yield_now as spin_loop;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Deref, DerefMut};

/// A reader that looks again and again adds nothing that one look and a sleep don't show.
pub(crate) const LOOKS: usize = 1;

/// One statement goes apart after another thread has read, and the next may be in place.
pub(crate) const QUIET: usize = 1;

/// A number that tells this thread from all others of the model.
pub(crate) fn this_thread() -> usize {
    let mut hasher = DefaultHasher::new();
    loom::thread::current().id().hash(&mut hasher);
    hasher.finish() as usize
}

/// A shared value.
#[derive(Debug)]
pub(crate) struct Arc<T>(loom::sync::Arc<T>);

impl<T> Arc<T> {
    pub(crate) fn new(value: T) -> Arc<T> {
        Arc(loom::sync::Arc::new(value))
    }

    pub(crate) fn strong_count(this: &Arc<T>) -> usize {
        loom::sync::Arc::strong_count(&this.0)
    }

    pub(crate) fn ptr_eq(this: &Arc<T>, other: &Arc<T>) -> bool {
        loom::sync::Arc::ptr_eq(&this.0, &other.0)
    }
}

impl<T: Clone> Arc<T> {
    pub(crate) fn make_mut(this: &mut Arc<T>) -> &mut T {
        if loom::sync::Arc::get_mut(&mut this.0).is_none() {
            *this = Arc::new(T::clone(this));
        }
        match loom::sync::Arc::get_mut(&mut this.0) {
            Some(value) => value,
            None => unreachable!("a value that was just made is held once"),
        }
    }
}

impl<T> Clone for Arc<T> {
    fn clone(&self) -> Arc<T> {
        Arc(loom::sync::Arc::clone(&self.0))
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A lock that isn't poisoned.
#[derive(Debug)]
pub(crate) struct RwLock<T>(loom::sync::RwLock<T>);

#[derive(Debug)]
pub(crate) struct RwLockWriteGuard<'l, T>(loom::sync::RwLockWriteGuard<'l, T>);

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> RwLock<T> {
        RwLock(loom::sync::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> loom::sync::RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn try_read(&self) -> Option<loom::sync::RwLockReadGuard<'_, T>> {
        self.0.try_read().ok()
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        RwLockWriteGuard(self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl<T> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
