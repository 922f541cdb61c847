//! The state that everybody reads, and how the one writer changes it.
//!
//! # Glossary
//!
//! - *published*: the last committed state. A reader takes a count of it and is gone.
//! - *in place*: a statement changes the published state itself, so readers are kept out until it is
//!   over. It costs nothing, and is for statements that are over at once, of a thread that nobody
//!   reads beside.
//! - *apart*: a statement changes a copy, which shares what it doesn't write, and publishes that.
//!   Nobody waits; every chunk that it touches is copied once.
//! - *alone*: [`QUIET`] statements and more have written since a thread read that wasn't the writing one.
//!
//! # Invariants
//!
//! 1. There is one [`Working`] at a time: whoever makes it has the writers' turn.
//! 2. What [`read`](Published::read) gives was committed whole, and nothing that was committed before
//!    the call is missing from it.
//! 3. A state that anybody holds is never changed.
//! 4. A statement that begins to write within [`QUIET`] statements of another thread's reading keeps
//!    nobody out. So a reader waits for a statement only when it's the first to read beside a writer that
//!    was alone, and for that one statement.
//! 5. Where a state was published to be [written apart](Writes::Apart), no reader waits for a statement.

use super::sync::{
    Arc, AtomicUsize, LOOKS, Ordering, QUIET, RwLock, RwLockWriteGuard, spin_loop, this_thread,
};
use std::ops::{Deref, DerefMut};

/// How many hold a state that no reader holds: the published one itself, and whoever works on it.
const UNHELD: usize = 2;

/// How statements change what is published.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Writes {
    /// In place while a thread writes alone, and otherwise apart.
    #[default]
    InPlaceAlone,
    Apart,
}

/// The state that is read from now on.
#[derive(Debug)]
pub(crate) struct Published<T> {
    current: RwLock<Arc<T>>,
    writes: Writes,
    /// The thread that wrote last, or made this.
    writer: AtomicUsize,
    /// How many statements have written since another thread read.
    unread: AtomicUsize,
}

/// A state being changed.
#[derive(Debug)]
pub(crate) struct Working<'p, T>(Access<'p, T>);

#[derive(Debug)]
enum Access<'p, T> {
    /// Nothing was written yet.
    Reading(&'p Published<T>, Arc<T>),
    InPlace(&'p Published<T>, RwLockWriteGuard<'p, Arc<T>>),
    Apart(&'p Published<T>, Arc<T>),
    /// A state that nobody else sees.
    Own(&'p mut T),
}

impl<T: Clone> Published<T> {
    /// Publishes a first state.
    pub(crate) fn new(state: Arc<T>, writes: Writes) -> Published<T> {
        let writer = AtomicUsize::new(this_thread());
        Published { current: RwLock::new(state), writes, writer, unread: AtomicUsize::new(QUIET) }
    }

    /// The last committed state. O(1); waits for a statement in place only.
    #[inline]
    pub(crate) fn read(&self) -> Arc<T> {
        let Some(current) = self.current.try_read() else { return self.wait() };
        let state = Arc::clone(&current);
        drop(current);
        // Only now, since what the writer noted before its last change is surely seen from here on.
        self.notice();
        state
    }

    /// Tells the writer that others read.
    #[inline]
    fn notice(&self) {
        if self.writer.load(Ordering::Relaxed) != this_thread() && self.unread.load(Ordering::Relaxed) > 0 {
            self.unread.store(0, Ordering::Relaxed);
        }
    }

    #[cold]
    fn wait(&self) -> Arc<T> {
        self.notice();
        let look = |_| {
            spin_loop();
            self.current.try_read()
        };
        let current = (0..LOOKS).find_map(look).unwrap_or_else(|| self.current.read());
        let state = Arc::clone(&current);
        drop(current);
        self.notice();
        state
    }

    /// Makes a state the one that is read from now on; gives the one before, whose last holder may
    /// be the caller. O(1). For whoever has the turn.
    pub(crate) fn publish(&self, state: Arc<T>) -> Arc<T> {
        std::mem::replace(&mut *self.current.write(), state)
    }

    /// Publishes what `change` makes of the state, if it makes anything of it. For whoever has the turn.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Arc<T>)) {
        let before = Arc::clone(&self.current.read());
        let mut after = Arc::clone(&before);
        change(&mut after);
        if !Arc::ptr_eq(&before, &after) {
            drop(self.publish(after));
        }
    }

    /// What `look` finds in the last committed state. For whoever has the turn, and shortly.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.current.read())
    }

    /// Begins to change the state. For whoever has the turn.
    pub(crate) fn work(&self) -> Working<'_, T> {
        let thread = this_thread();
        if self.writer.load(Ordering::Relaxed) != thread {
            self.writer.store(thread, Ordering::Relaxed);
        }
        Working(Access::Reading(self, Arc::clone(&self.current.read())))
    }
}

impl<'p, T: Clone> Working<'p, T> {
    /// Changes a state that nobody else sees.
    pub(crate) fn own(state: &'p mut T) -> Working<'p, T> {
        Working(Access::Own(state))
    }

    /// Whether readers are kept out.
    #[inline]
    pub(crate) fn is_in_place(&self) -> bool {
        matches!(self.0, Access::InPlace(..))
    }

    /// Whether readers are kept out or will be by the next write.
    #[inline]
    pub(crate) fn may_be_in_place(&self) -> bool {
        match self.0 {
            Access::InPlace(..) => true,
            Access::Reading(published, _) => published.writes == Writes::InPlaceAlone,
            Access::Apart(..) | Access::Own(_) => false,
        }
    }

    /// Whether a reader waits for the end of what is done in place.
    #[inline]
    pub(crate) fn is_awaited(&self) -> bool {
        matches!(&self.0, Access::InPlace(published, _) if published.unread.load(Ordering::Relaxed) == 0)
    }

    /// Goes on apart. Readers get the state as it was: a copy, from which `undo` takes back what was
    /// done so far. O(what `undo` takes).
    pub(crate) fn go_apart(&mut self, undo: impl FnOnce(&mut T)) {
        match &mut self.0 {
            Access::Own(_) | Access::Apart(..) => {}
            Access::Reading(published, state) => self.0 = Access::Apart(published, Arc::clone(state)),
            Access::InPlace(published, current) => {
                let mut before = T::clone(current);
                undo(&mut before);
                let changed = std::mem::replace(&mut **current, Arc::new(before));
                let published = *published;
                self.0 = Access::Apart(published, changed);
            }
        }
    }

    /// Publishes what was done. Gives the state before where only that one may have held it, to be
    /// dropped when readers can go on.
    pub(crate) fn commit(&mut self) -> Option<Arc<T>> {
        match &self.0 {
            Access::Own(_) | Access::Reading(..) => None,
            Access::InPlace(published, current) => {
                self.0 = Access::Reading(published, Arc::clone(current));
                None
            }
            Access::Apart(published, state) => {
                let before = published.publish(Arc::clone(state));
                self.0 = Access::Reading(published, Arc::clone(state));
                Some(before)
            }
        }
    }

    /// Leaves the state as it was: `undo` takes back what was done to it. What was done apart is
    /// dropped instead, once `salvage` has taken from it what outlives it.
    pub(crate) fn abandon(&mut self, undo: impl FnOnce(&mut T), salvage: impl FnOnce(&mut Arc<T>, &T)) {
        match &mut self.0 {
            Access::Reading(..) => {}
            Access::Own(state) => undo(state),
            Access::InPlace(published, current) => {
                undo(Arc::make_mut(current));
                self.0 = Access::Reading(published, Arc::clone(current));
            }
            Access::Apart(published, state) => {
                published.change(|current| salvage(current, state));
                self.0 = Access::Reading(published, published.read());
            }
        }
    }

    /// Shuts readers out where there are none; but not when somebody holds the state, since what is
    /// written would be copied anyway.
    #[inline]
    fn begin(&mut self) {
        let Access::Reading(published, state) = &self.0 else { return };
        let published: &'p Published<T> = published;
        let is_alone = || published.unread.fetch_add(1, Ordering::Relaxed) >= QUIET;
        if published.writes == Writes::InPlaceAlone && is_alone() && Arc::strong_count(state) == UNHELD {
            let current = published.current.write();
            // A reader may have come in between.
            if Arc::strong_count(state) == UNHELD {
                // What was read from is let go of here: nobody else holds the state from now on.
                self.0 = Access::InPlace(published, current);
                return;
            }
        }
        self.go_apart(|_| ());
    }
}

impl<T> Deref for Working<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match &self.0 {
            Access::Reading(_, state) | Access::Apart(_, state) => state,
            Access::InPlace(_, current) => current,
            Access::Own(state) => state,
        }
    }
}

impl<T: Clone> DerefMut for Working<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.begin();
        match &mut self.0 {
            Access::Reading(_, state) | Access::Apart(_, state) => Arc::make_mut(state),
            Access::InPlace(_, current) => Arc::make_mut(current),
            Access::Own(state) => state,
        }
    }
}
