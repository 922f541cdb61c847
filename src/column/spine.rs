//! A copy-on-write vector of references to chunks.
//!
//! A flat vector of them would be copied whole by the first write after a clone: a reference count for
//! each 1,024 rows, each in memory of its own. Here that write counts one reference for each group and
//! one for each chunk of a single group.
//!
//! # Glossary
//!
//! - *group*: [`FAN`] neighbouring items behind one `Arc`.
//!
//! # Invariants
//!
//! 1. There are exactly `len.div_ceil(FAN)` groups.
//! 2. Items of the last group at and past `len` are `E::default()`.
//! 3. A write goes through `Arc::make_mut`, so items that a clone holds too never change.

use super::held::{COUNTS, Held};
use std::array;
use std::sync::Arc;

/// Items in a group. Counting a chunk misses every cache and counting a group seldom does, so groups
/// are small and many.
pub(crate) const FAN: usize = 32;

/// A copy-on-write vector. A clone costs a reference count.
#[derive(Clone, Debug)]
pub(crate) struct Spine<E> {
    groups: Arc<Vec<Arc<[E; FAN]>>>,
    len: usize,
}

impl<E: Clone + Default> Spine<E> {
    /// The number of items. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The item at `at`; past the end there may be a default one. O(1).
    #[inline]
    pub(crate) fn get(&self, at: usize) -> Option<&E> {
        self.view().get(at)
    }

    /// The item at `at`, to be changed, which must exist. O(1), and after a clone O(groups).
    #[inline]
    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut E> {
        if at >= self.len {
            return None;
        }
        let group = Arc::make_mut(&mut self.groups).get_mut(at / FAN)?;
        Some(&mut Arc::make_mut(group)[at % FAN])
    }

    /// The items, to be taken once outside a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> SpineView<'_, E> {
        SpineView { groups: &self.groups }
    }

    /// Appends an item. O(1) amortised, and after a clone O(groups).
    pub(crate) fn push(&mut self, item: E) {
        let at = self.len % FAN;
        let groups = Arc::make_mut(&mut self.groups);
        match groups.last_mut() {
            Some(last) if at > 0 => Arc::make_mut(last)[at] = item,
            _ => {
                let mut item = Some(item);
                groups.push(Arc::new(array::from_fn(|_| item.take().unwrap_or_default())));
            }
        }
        self.len += 1;
    }

    /// Drops the items at and past `len`. O(dropped), and after a clone O(groups).
    pub(crate) fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        let groups = Arc::make_mut(&mut self.groups);
        groups.truncate(len.div_ceil(FAN));
        if len % FAN > 0
            && let Some(last) = groups.last_mut()
        {
            Arc::make_mut(last)[len % FAN..].fill(E::default());
        }
        self.len = len;
    }

    /// All items. O(1), and O(1) a step.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &E> + ExactSizeIterator {
        let groups = &self.groups;
        (0..self.len).map(move |at| &groups[at / FAN][at % FAN])
    }

    /// Whether neither was written to since one was cloned from the other. O(1).
    pub(crate) fn shares_all(&self, other: &Self) -> bool {
        self.len == other.len && Arc::ptr_eq(&self.groups, &other.groups)
    }

    /// Whether somebody else holds all of it too. O(1).
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.groups) > 1
    }

    /// Bytes on the heap, with those that `item` says are behind each. O(items).
    pub(crate) fn memory(&self, item: impl Fn(&E) -> Held) -> Held {
        let group = |group: &Arc<[E; FAN]>| {
            let own = Held::own(size_of::<[E; FAN]>() + COUNTS);
            (group.iter().map(&item).sum::<Held>() + own).behind(group)
        };
        let spine = Held::own(self.groups.capacity() * size_of::<Arc<[E; FAN]>>());
        (self.groups.iter().map(group).sum::<Held>() + spine).behind(&self.groups)
    }
}

impl<E> Default for Spine<E> {
    fn default() -> Self {
        Self { groups: Arc::default(), len: 0 }
    }
}

impl<E: Clone + Default> FromIterator<E> for Spine<E> {
    fn from_iter<I: IntoIterator<Item = E>>(items: I) -> Self {
        let mut spine = Self::default();
        items.into_iter().for_each(|item| spine.push(item));
        spine
    }
}

/// The items of a [`Spine`].
#[derive(Debug)]
pub(crate) struct SpineView<'a, E> {
    groups: &'a [Arc<[E; FAN]>],
}

impl<E> Clone for SpineView<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for SpineView<'_, E> {}

impl<'a, E> SpineView<'a, E> {
    /// The item at `at`; past the end there may be a default one. O(1).
    #[inline(always)]
    pub(crate) fn get(self, at: usize) -> Option<&'a E> {
        self.groups.get(at / FAN).map(|group| &group[at % FAN])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_as_a_vector_in_every_fork(steps in vec((0..4u8, 0..200usize, any::<u32>()), 0..300)) {
            let (mut spine, mut model) = (Spine::<u32>::default(), Vec::new());
            let mut forks = Vec::new();
            for (kind, at, item) in steps {
                match kind {
                    0 if at < 10 => { spine.truncate(at * 10); model.truncate(at * 10); }
                    0 | 1 => { spine.push(item); model.push(item); }
                    2 => {
                        let places = [spine.get_mut(at), model.get_mut(at)];
                        prop_assert!(places[0].is_some() == places[1].is_some());
                        places.into_iter().flatten().for_each(|place| *place = item);
                    }
                    _ => forks.push((spine.clone(), model.clone())),
                }
            }
            forks.push((spine, model));
            for (spine, model) in forks {
                prop_assert!(spine.iter().eq(&model) && spine.iter().rev().eq(model.iter().rev()));
                prop_assert!((0..300).all(|at| spine.get(at).copied().unwrap_or_default()
                    == model.get(at).copied().unwrap_or_default()));
            }
        }
    }

    #[test]
    fn a_write_after_a_clone_counts_the_items_of_one_group() {
        let items: Vec<Arc<u32>> = (0..1_000).map(Arc::new).collect();
        let mut spine: Spine<Option<Arc<u32>>> = items.iter().cloned().map(Some).collect();
        let fork = spine.clone();
        *spine.get_mut(100).unwrap() = None;
        let counted = items.iter().filter(|item| Arc::strong_count(item) > 2).count();
        assert_eq!(counted, FAN - 1);
        drop(fork);
        assert!(items.iter().filter(|item| Arc::strong_count(item) == 2).count() == 999);
    }
}
