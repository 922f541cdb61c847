//! A list too long for an arena chunk: one sorted vector, with edits in its middle put off.
//!
//! # Glossary
//!
//! - *items*: the sorted vector; what lies before `start` was removed from the front.
//! - *flip*: a slot whose membership is the opposite of what the items say.
//! - *merged*: items and flips as one vector, made by the first read after an edit in the middle.
//!
//! # Invariants
//!
//! 1. `len` is the number of slots that are in exactly one of items and flips.
//! 2. `merged` is empty while there are no flips.

use crate::id::Slot;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// An edit moves at most this many slots at once; one further from both ends is put off.
const NEAR: usize = 1024;

/// Edits that are done in place, wherever they are, once a read had to merge: reads and edits take
/// turns then, and moving half of the list is far cheaper than merging it again.
const DIRECT: u32 = 64;

/// A sorted list. Edits near its ends are done in place; the others wait for the next read or for a
/// quarter of the list to have changed, so that a mass edit in any order isn't quadratic.
#[derive(Debug, Default)]
pub(super) struct Long {
    items: Vec<Slot>,
    start: usize,
    flips: BTreeSet<Slot>,
    merged: OnceLock<Vec<Slot>>,
    len: usize,
    /// How many of the [`DIRECT`] edits are left.
    direct: u32,
}

impl Long {
    /// A list of sorted slots. O(1).
    pub(super) fn new(items: Vec<Slot>) -> Self {
        Self { len: items.len(), items, ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The slots. O(1), or O(n) once after an edit in the middle.
    #[inline]
    pub(super) fn slots(&self) -> &[Slot] {
        if self.flips.is_empty() {
            return self.items.get(self.start..).unwrap_or_default();
        }
        self.merged.get_or_init(|| self.merge())
    }

    fn merge(&self) -> Vec<Slot> {
        let mut merged = Vec::with_capacity(self.len + self.len / 8);
        let mut flips = self.flips.iter().copied().peekable();
        for item in self.items.iter().skip(self.start) {
            while let Some(added) = flips.next_if(|flip| flip < item) {
                merged.push(added);
            }
            if flips.next_if_eq(item).is_none() {
                merged.push(*item);
            }
        }
        merged.extend(flips);
        merged
    }

    /// Makes the merged vector the items.
    fn settle(&mut self) {
        if !self.flips.is_empty() {
            self.items = self.merged.take().unwrap_or_else(|| self.merge());
            self.start = 0;
            self.flips.clear();
        }
    }

    /// Settles when that costs nothing, or when enough has been put off to pay for it. Returns how
    /// many slots the edit may move.
    fn prepare(&mut self) -> usize {
        if self.merged.get().is_some() {
            self.settle();
            self.direct = DIRECT;
        } else if self.flips.len() > NEAR.max(self.len / 4) {
            self.settle();
        }
        if self.direct == 0 {
            return NEAR;
        }
        self.direct -= 1;
        usize::MAX
    }

    fn find(&self, slot: Slot) -> Result<usize, usize> {
        let at = self.start;
        let found = self.items.get(at..).unwrap_or_default().binary_search(&slot);
        found.map(|i| at + i).map_err(|i| at + i)
    }

    /// Adds a slot; false when it was there. Amortised O(1) at the end, O(log n) elsewhere.
    pub(super) fn insert(&mut self, slot: Slot) -> bool {
        let near = self.prepare();
        let added = match self.find(slot) {
            Ok(_) => self.flips.remove(&slot),
            Err(_) if self.flips.contains(&slot) => false,
            Err(at) if self.items.len() - at <= near => {
                self.items.insert(at, slot);
                true
            }
            Err(at) if self.start > 0 && at - self.start <= near => {
                self.items.copy_within(self.start..at, self.start - 1);
                self.start -= 1;
                self.items[at - 1] = slot;
                true
            }
            Err(_) => self.flips.insert(slot),
        };
        self.len += usize::from(added);
        added
    }

    /// Takes a slot out; false when it wasn't there. Amortised O(log n).
    pub(super) fn remove(&mut self, slot: Slot) -> bool {
        let near = self.prepare();
        let removed = match self.find(slot) {
            Err(_) => self.flips.remove(&slot),
            Ok(_) if self.flips.contains(&slot) => false,
            Ok(at) if self.items.len() - at <= near => {
                self.items.remove(at);
                true
            }
            Ok(at) if at - self.start <= near => {
                self.items.copy_within(self.start..at, self.start + 1);
                self.start += 1;
                true
            }
            Ok(_) => self.flips.insert(slot),
        };
        self.len -= usize::from(removed);
        self.shrink();
        removed
    }

    /// Gives back what was removed, once it is three quarters of the room.
    fn shrink(&mut self) {
        if self.start > self.items.len() / 2 {
            self.items.drain(..self.start);
            self.start = 0;
        }
        if self.items.len() < self.items.capacity() / 4 {
            self.items.shrink_to(self.items.len() * 2);
        }
    }

    /// Takes sorted slots out; returns how many were there. O(n + slots).
    pub(super) fn remove_many(&mut self, slots: &[Slot]) -> usize {
        self.settle();
        let before = self.len;
        self.items.drain(..self.start);
        self.start = 0;
        let mut gone = slots.iter().peekable();
        self.items.retain(|item| !super::is_next(&mut gone, *item));
        self.len = self.items.len();
        self.shrink();
        before - self.len
    }

    pub(super) fn memory(&self) -> usize {
        // A node of the set is about two thirds full; a slot in it costs some eight bytes.
        let merged = self.merged.get().map_or(0, Vec::capacity);
        (self.items.capacity() + merged + 2 * self.flips.len()) * size_of::<Slot>() + size_of::<Self>()
    }
}

impl Clone for Long {
    /// Copies the slots as one vector, with room to grow. O(n).
    fn clone(&self) -> Self {
        if !self.flips.is_empty() && self.merged.get().is_none() {
            return Self::new(self.merge());
        }
        let slots = self.slots();
        let mut items = Vec::with_capacity(slots.len() + slots.len() / 8);
        items.extend_from_slice(slots);
        Self::new(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn behaves_as_a_set(
            start in 0..12_000usize,
            steps in vec((0..4u8, 0..24_000usize), 0..200),
            read_every in 1..50usize,
        ) {
            // Even slots at first: every second insertion is new.
            let mut model: BTreeSet<Slot> = (0..start).map(|i| Slot::new(2 * i)).collect();
            let mut list = Long::new(model.iter().copied().collect());
            for (i, (kind, at)) in steps.into_iter().enumerate() {
                match kind {
                    0 => prop_assert_eq!(list.insert(Slot::new(at)), model.insert(Slot::new(at))),
                    1 | 2 => {
                        let at = Slot::new(if kind == 1 { at & !1 } else { at });
                        prop_assert_eq!(list.remove(at), model.remove(&at));
                    }
                    _ if i % 7 == 0 => {
                        let gone: Vec<Slot> = (at..at + 500).map(Slot::new).collect();
                        let there = gone.iter().filter(|s| model.remove(s)).count();
                        prop_assert_eq!(list.remove_many(&gone), there);
                    }
                    _ => list = list.clone(),
                }
                prop_assert_eq!(list.len(), model.len());
                if i % read_every == 0 {
                    prop_assert!(list.slots().iter().eq(&model));
                }
            }
            prop_assert!(list.slots().iter().eq(&model));
        }
    }

    /// Even slots, some of which in the middle were edited long before the list was cut there.
    fn edited() -> Long {
        let mut list = Long::new((0..4000).map(|i| Slot::new(2 * i)).collect());
        assert!(list.insert(Slot::new(2401)) && list.remove(Slot::new(2402)));
        for i in (1210..4000).rev() {
            assert!(list.remove(Slot::new(2 * i)));
        }
        list
    }

    #[test]
    fn an_edit_that_was_put_off_is_not_done_again_when_its_place_is_near_the_end() {
        let mut list = edited();
        assert!(!list.insert(Slot::new(2401)) && !list.remove(Slot::new(2402)));
        assert_eq!(list.len(), 1210);
        let expected = (0..1210).map(|i| 2 * i).filter(|i| *i != 2402).chain([2401]);
        let expected: BTreeSet<Slot> = expected.map(Slot::new).collect();
        assert!(list.slots().iter().eq(&expected));
        assert!(list.insert(Slot::new(2402)) && list.remove(Slot::new(2401)));
        assert_eq!(list.len(), 1210);
    }

    #[test]
    fn what_is_removed_is_given_back_from_either_end() {
        let n = 20_000;
        for front in [false, true] {
            let mut list = Long::new((0..n).map(Slot::new).collect());
            for len in (1..n).rev() {
                assert!(list.remove(Slot::new(if front { n - 1 - len } else { len })));
                let room = list.items.capacity();
                assert!(len < room && room <= 8 * len.max(4), "{room} of {len}");
                assert!(list.items.len() <= 2 * len + 1, "{} of {len}", list.items.len());
            }
        }
    }

    #[test]
    fn memory_tells_of_items_of_what_was_put_off_and_of_both_merged() {
        let mut list = Long::new((0..4000).map(|i| Slot::new(2 * i)).collect());
        let plain = list.memory();
        assert_eq!(plain, list.items.capacity() * size_of::<Slot>() + size_of::<Long>());
        (2401..2407).step_by(2).for_each(|odd| assert!(list.insert(Slot::new(odd))));
        assert_eq!(list.memory(), plain + 6 * size_of::<Slot>());
        let merged = list.slots().len() + list.slots().len() / 8;
        assert_eq!(list.memory(), plain + (6 + merged) * size_of::<Slot>());
    }
}
