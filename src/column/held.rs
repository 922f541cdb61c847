//! How much memory something holds, and how much of it is its own.

use std::iter::Sum;
use std::ops::Add;
use std::sync::Arc;

/// Bytes of the two reference counts of an `Arc`.
pub(crate) const COUNTS: usize = 2 * size_of::<usize>();

/// Bytes on the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// All of them.
    pub(crate) all: usize,
    /// Those that nobody else holds.
    pub(crate) own: usize,
}

impl Held {
    /// Bytes that nobody else holds.
    pub(crate) fn own(bytes: usize) -> Held {
        Held { all: bytes, own: bytes }
    }

    /// These bytes, which are reached through `shared` only.
    pub(crate) fn behind<T: ?Sized>(self, shared: &Arc<T>) -> Held {
        // Empty slices are all one, whoever has them.
        self.shared_if(Arc::strong_count(shared) > 1 && self.all > COUNTS)
    }

    /// These bytes, which somebody else holds too or doesn't.
    pub(crate) fn shared_if(self, is_shared: bool) -> Held {
        if is_shared { Held { own: 0, ..self } } else { self }
    }

    /// The bytes that somebody else holds too.
    pub(crate) fn shared(self) -> usize {
        self.all - self.own
    }
}

impl Add for Held {
    type Output = Held;

    fn add(self, other: Held) -> Held {
        Held { all: self.all + other.all, own: self.own + other.own }
    }
}

impl Sum for Held {
    fn sum<I: Iterator<Item = Held>>(all: I) -> Held {
        all.fold(Held::default(), Held::add)
    }
}
