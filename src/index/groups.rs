//! The core of an index that isn't unique: from a hash to the slots of all rows of one value.
//!
//! # Glossary
//!
//! - *group*: the ascending slots of the rows of one value.
//! - *representative*: any slot of a group; its row has the value of the group.
//!
//! A group is inline up to three slots, then a shared vector, and from [`TREE`] slots on a tree:
//! adding to it after a clone copies a leaf however long the group is.

use crate::column::held::{COUNTS, Held};
use crate::id::Slot;
use crate::index::hash::{Hashed, Shards, bits};
use crate::index::ordered::{Ordered, OrderedIter};
use std::iter::{Copied, FusedIterator};
use std::slice;
use std::sync::Arc;

/// Slots that fit into an entry.
const INLINE: usize = 3;

/// The length from which a group is a tree. One of less than half of it is a vector again.
const TREE: usize = 1024;

#[derive(Clone, Debug)]
enum Slots {
    Inline(u8, [Slot; INLINE]),
    Vector(Arc<Vec<Slot>>),
    Tree(Arc<Ordered>),
}

impl Default for Slots {
    fn default() -> Self {
        Slots::Inline(0, [Slot::NONE; INLINE])
    }
}

impl Slots {
    fn group(&self) -> Group<'_> {
        match self {
            Slots::Inline(len, slots) => Group::Slice(slots.get(..usize::from(*len)).unwrap_or_default()),
            Slots::Vector(slots) => Group::Slice(slots),
            Slots::Tree(slots) => Group::Tree(slots),
        }
    }

    /// Adds a slot; false when it was there.
    fn insert(&mut self, slot: Slot) -> bool {
        let Err(at) = self.group().search(slot) else { return false };
        match self {
            Slots::Inline(len, slots) if usize::from(*len) < INLINE => {
                slots.copy_within(at..usize::from(*len), at + 1);
                slots[at] = slot;
                *len += 1;
            }
            Slots::Inline(_, slots) => {
                let mut vector = Vec::with_capacity(2 * INLINE);
                vector.extend_from_slice(slots);
                vector.insert(at, slot);
                *self = Slots::Vector(Arc::new(vector));
            }
            Slots::Vector(slots) => {
                Arc::make_mut(slots).insert(at, slot);
                if slots.len() >= TREE {
                    *self = Slots::Tree(Arc::new(Ordered::collect(slots.iter().copied())));
                }
            }
            Slots::Tree(slots) => Arc::make_mut(slots).insert(slot, |a, b| a.cmp(&b)),
        }
        true
    }

    /// Takes a slot out; false when it wasn't there.
    fn remove(&mut self, slot: Slot) -> bool {
        let Ok(at) = self.group().search(slot) else { return false };
        match self {
            Slots::Inline(len, slots) => {
                slots.copy_within(at + 1.., at);
                *len -= 1;
            }
            Slots::Vector(slots) => {
                let vector = Arc::make_mut(slots);
                vector.remove(at);
                if vector.len() < vector.capacity() / 4 {
                    vector.shrink_to(vector.len() * 2);
                }
                if let [first, second] = vector[..] {
                    *self = Slots::Inline(2, [first, second, Slot::NONE]);
                }
            }
            Slots::Tree(slots) => {
                Arc::make_mut(slots).remove(slot, |a, b| a.cmp(&b));
                if slots.len() < TREE / 2 {
                    *self = Slots::Vector(Arc::new(slots.iter().collect()));
                }
            }
        }
        true
    }

    fn memory(&self) -> Held {
        match self {
            Slots::Inline(..) => Held::default(),
            Slots::Vector(slots) => {
                let bytes = slots.capacity() * size_of::<Slot>() + size_of::<Vec<Slot>>() + COUNTS;
                Held::own(bytes).behind(slots)
            }
            Slots::Tree(slots) => (slots.memory() + Held::own(size_of::<Ordered>() + COUNTS)).behind(slots),
        }
    }
}

/// A group and the bits of its hash. A vacant place has an empty group.
#[derive(Clone, Debug, Default)]
struct Entry {
    bits: u32,
    slots: Slots,
}

impl Hashed for Entry {
    // Long groups cost a reference count each when their shard is copied.
    const SHARE: usize = 150;

    #[inline]
    fn bits(&self) -> u32 {
        self.bits
    }

    #[inline]
    fn is_vacant(&self) -> bool {
        matches!(self.slots, Slots::Inline(0, _))
    }
}

impl Entry {
    /// Whether this is the group `slot` is in. Another member is asked when there is one: the row of
    /// `slot` may have changed already.
    fn holds(&self, slot: Slot, eq: &mut impl FnMut(Slot) -> bool) -> bool {
        let group = self.slots.group();
        group.search(slot).is_ok() && group.iter().find(|other| *other != slot).is_none_or(&mut *eq)
    }
}

/// Groups of slots by hash. A clone costs a reference count; a write after it copies one shard, and
/// of the group at most a part.
///
/// A slot is in one group at a time: when the value of a row changes, its slot is removed under the
/// old value before it is inserted under the new one.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupTable {
    entries: Shards<Entry>,
    len: usize,
}

impl GroupTable {
    /// An empty table. O(1).
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A table of many slots; `eq` says whether the rows of two slots have the same value. O(n)
    /// expected when slots ascend.
    #[cfg(test)]
    pub(crate) fn collect(
        slots: impl IntoIterator<Item = (u64, Slot)>,
        mut eq: impl FnMut(Slot, Slot) -> bool,
    ) -> Self {
        let mut all = Self::new();
        for (hash, slot) in slots {
            all.insert(hash, slot, |other| eq(other, slot));
        }
        all
    }

    /// The group under this hash whose representative `eq` accepts, or an empty one. O(1) expected.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut eq: impl FnMut(Slot) -> bool) -> Group<'_> {
        let entry = self.entries.find(bits(hash), |entry| entry.slots.group().first().is_some_and(&mut eq));
        entry.map_or(Group::Slice(&[]), |entry| entry.slots.group())
    }

    /// Adds a slot to the group whose representative `eq` accepts, or to a new one; false when it was
    /// there. Amortised O(1) expected for the highest slot of its group, else O(1,024).
    pub(crate) fn insert(&mut self, hash: u64, slot: Slot, mut eq: impl FnMut(Slot) -> bool) -> bool {
        let bits = bits(hash);
        let found = self.entries.find_mut(bits, |entry| {
            // Not the slot itself, whose row may not be there yet.
            let mut slots = entry.slots.group().iter();
            slots.find(|other| *other != slot).is_none_or(&mut eq)
        });
        let added = match found {
            Some(entry) => entry.slots.insert(slot),
            None => {
                let slots = Slots::Inline(1, [slot, Slot::NONE, Slot::NONE]);
                self.entries.insert(Entry { bits, slots });
                true
            }
        };
        self.len += usize::from(added);
        added
    }

    /// Takes a slot out of its group; false when there is none. `eq` is asked about other members
    /// only, so the row of `slot` may have changed already. Cost as of [`GroupTable::insert`].
    pub(crate) fn remove(&mut self, hash: u64, slot: Slot, mut eq: impl FnMut(Slot) -> bool) -> bool {
        let bits = bits(hash);
        let Some(entry) = self.entries.find_mut(bits, |entry| entry.holds(slot, &mut eq)) else {
            return false;
        };
        if entry.slots.group().len() > 1 {
            entry.slots.remove(slot);
        } else {
            let alone =
                |entry: &Entry| entry.slots.group().len() == 1 && entry.slots.group().first() == Some(slot);
            self.entries.remove(bits, alone);
        }
        self.len -= 1;
        true
    }

    /// Puts one slot in the place of another in its group; false, and no change, when the old one
    /// isn't there or the new one is. `eq` as of [`GroupTable::remove`].
    #[cfg(test)]
    pub(crate) fn replace(
        &mut self,
        hash: u64,
        from: Slot,
        to: Slot,
        mut eq: impl FnMut(Slot) -> bool,
    ) -> bool {
        let entry = self.entries.find_mut(bits(hash), |entry| entry.holds(from, &mut eq));
        entry.is_some_and(|entry| entry.slots.insert(to) && entry.slots.remove(from))
    }

    /// The number of slots in all groups. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The number of groups. O(1).
    #[inline]
    pub(crate) fn group_count(&self) -> usize {
        self.entries.len()
    }

    /// All groups, in no particular order. O(groups).
    pub(crate) fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        self.entries.iter().map(|entry| entry.slots.group())
    }

    /// Bytes on the heap. O(groups).
    pub(crate) fn memory(&self) -> Held {
        let groups = self.entries.iter().map(|entry| entry.slots.memory()).sum::<Held>();
        self.entries.memory() + groups.shared_if(self.entries.is_shared())
    }
}

/// The slots of one value, ascending.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Group<'a> {
    /// Neighbours in memory.
    Slice(&'a [Slot]),
    /// A large group.
    Tree(&'a Ordered),
}

impl<'a> Group<'a> {
    /// The number of slots. O(1).
    #[inline]
    pub(crate) fn len(self) -> usize {
        match self {
            Group::Slice(slots) => slots.len(),
            Group::Tree(slots) => slots.len(),
        }
    }

    /// Whether no row has the value. O(1).
    #[cfg(test)]
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The lowest slot. O(1).
    #[inline]
    pub(crate) fn first(self) -> Option<Slot> {
        match self {
            Group::Slice(slots) => slots.first().copied(),
            Group::Tree(slots) => slots.first(),
        }
    }

    /// The slots, ascending; from both ends. O(1), and O(1) a step.
    #[inline]
    pub(crate) fn iter(self) -> GroupIter<'a> {
        match self {
            Group::Slice(slots) => GroupIter::Slice(slots.iter().copied()),
            Group::Tree(slots) => GroupIter::Tree(slots.iter()),
        }
    }

    /// Whether the slot is a member. O(log n).
    pub(crate) fn contains(self, slot: Slot) -> bool {
        self.search(slot).is_ok()
    }

    /// Where the slot is, or would be in a slice.
    fn search(self, slot: Slot) -> Result<usize, usize> {
        match self {
            Group::Slice(slots) if slots.last().is_none_or(|last| *last < slot) => Err(slots.len()),
            Group::Slice(slots) => slots.binary_search(&slot),
            Group::Tree(slots) if slots.last().is_none_or(|last| last < slot) => Err(0),
            Group::Tree(slots) => slots.range(|s| s < slot, |s| s <= slot).next().map(|_| 0).ok_or(0),
        }
    }
}

/// The slots of a [`Group`].
#[derive(Clone, Debug)]
pub(crate) enum GroupIter<'a> {
    /// Of neighbours in memory.
    Slice(Copied<slice::Iter<'a, Slot>>),
    /// Of a large group.
    Tree(OrderedIter<'a>),
}

impl Iterator for GroupIter<'_> {
    type Item = Slot;

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        match self {
            GroupIter::Slice(slots) => slots.next(),
            GroupIter::Tree(slots) => slots.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            GroupIter::Slice(slots) => slots.size_hint(),
            GroupIter::Tree(slots) => slots.size_hint(),
        }
    }
}

impl DoubleEndedIterator for GroupIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Slot> {
        match self {
            GroupIter::Slice(slots) => slots.next_back(),
            GroupIter::Tree(slots) => slots.next_back(),
        }
    }
}

impl ExactSizeIterator for GroupIter<'_> {}
impl FusedIterator for GroupIter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Every slot has its value in its low digits; values share hashes in threes.
    fn value(slot: Slot) -> usize {
        slot.index() % 20
    }

    fn hash(slot: Slot) -> u64 {
        (value(slot) / 3) as u64
    }

    type Model = BTreeMap<usize, BTreeSet<Slot>>;

    fn check(table: &GroupTable, model: &Model) {
        assert_eq!(table.len(), model.values().map(BTreeSet::len).sum::<usize>());
        for v in 0..20 {
            let group = table.find((v / 3) as u64, |slot| value(slot) == v);
            let expected = model.get(&v).cloned().unwrap_or_default();
            assert_eq!((group.len(), group.is_empty()), (expected.len(), expected.is_empty()));
            assert!(group.iter().eq(expected.iter().copied()));
            assert!(group.iter().rev().eq(expected.iter().rev().copied()));
        }
        let all: BTreeSet<Slot> = table.groups().flat_map(Group::iter).collect();
        assert_eq!(all.len(), table.len());
        assert_eq!(table.group_count(), model.values().filter(|group| !group.is_empty()).count());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn behaves_as_sets_by_value(steps in vec((0..6u8, 0..2000usize, 0..9000usize), 0..40)) {
            let (mut table, mut model) = (GroupTable::new(), Model::new());
            let mut forks = Vec::new();
            for (kind, at, n) in steps {
                if kind == 0 {
                    forks.push((table.clone(), model.clone()));
                }
                // Mostly one value, so that its group becomes a tree and a vector again.
                for slot in (0..n / 20).map(|i| Slot::new(at + 20 * i + usize::from(i % 16 == 0))) {
                    let group = model.entry(value(slot)).or_default();
                    match kind {
                        0..=2 => {
                            let added = table.insert(hash(slot), slot, |s| value(s) == value(slot));
                            prop_assert_eq!(added, group.insert(slot));
                        }
                        3 | 4 => {
                            let removed = table.remove(hash(slot), slot, |s| value(s) == value(slot));
                            prop_assert_eq!(removed, group.remove(&slot));
                        }
                        _ => {
                            let to = Slot::new(slot.index() + 100_020);
                            let fits = group.contains(&slot) && !group.contains(&to);
                            let done = table.replace(hash(slot), slot, to, |s| value(s) == value(slot));
                            prop_assert_eq!(done, fits);
                            if fits {
                                group.remove(&slot);
                                group.insert(to);
                            }
                        }
                    }
                }
                check(&table, &model);
            }
            forks.iter().for_each(|(table, model)| check(table, model));
        }
    }

    #[test]
    fn one_huge_group_costs_little_more_than_its_slots() {
        let mut table = GroupTable::collect((0..300_000).map(|i| (1, Slot::new(i))), |_, _| true);
        assert!(table.memory().all < 300_000 * 5, "{}", table.memory().all);
        let fork = table.clone();
        assert!(table.remove(1, Slot::new(150_000), |_| true));
        assert!(!table.find(1, |_| true).contains(Slot::new(150_000)));
        assert!(fork.find(1, |_| true).contains(Slot::new(150_000)));
        (0..300_000).for_each(|i| _ = table.remove(1, Slot::new(i), |_| true));
        assert_eq!((table.len(), table.group_count()), (0, 0));
        assert!(table.memory().all < 1_000);
    }

    #[test]
    fn the_row_of_the_slot_itself_is_not_asked_about() {
        let mut table = GroupTable::collect([(1, Slot::new(1)), (1, Slot::new(2))], |_, _| true);
        assert!(table.remove(1, Slot::new(1), |slot| slot == Slot::new(2)));
        assert!(table.remove(1, Slot::new(2), |_| false));
        assert_eq!(table.len(), 0);
    }

    #[test]
    fn a_group_is_held_as_its_length_asks_for() {
        let kind = |slots: &Slots| match slots {
            Slots::Inline(..) => "inline",
            Slots::Vector(_) => "vector",
            Slots::Tree(_) => "tree",
        };
        let mut slots = Slots::default();
        for len in 1..=1100 {
            assert!(slots.insert(Slot::new(len)) && !slots.insert(Slot::new(len)));
            let expected = if len <= 3 {
                "inline"
            } else if len < TREE {
                "vector"
            } else {
                "tree"
            };
            assert_eq!((kind(&slots), slots.group().len()), (expected, len));
        }
        let mut room = 0;
        for len in (1..1100).rev() {
            assert!(slots.remove(Slot::new(len + 1)) && !slots.remove(Slot::new(len + 1)));
            let expected = if len <= 2 {
                "inline"
            } else if len < TREE / 2 {
                "vector"
            } else {
                "tree"
            };
            assert_eq!((kind(&slots), slots.group().len()), (expected, len));
            let capacity = if let Slots::Vector(vector) = &slots { vector.capacity() } else { 0 };
            // From the tree to a vector there is nothing to compare with.
            if capacity > 0 && room > 0 {
                assert_eq!(capacity, if len < room / 4 { 2 * len } else { room }, "{len}");
            }
            room = capacity;
        }
    }

    #[test]
    fn steps_through_a_group_know_how_many_are_left() {
        for len in [2, 10, 2000] {
            let table = GroupTable::collect((0..len).map(|i| (1, Slot::new(i))), |_, _| true);
            let mut all = table.find(1, |_| true).iter();
            for left in (1..=len).rev() {
                assert_eq!((all.len(), all.size_hint()), (left, (left, Some(left))));
                assert!(if left % 2 == 0 { all.next() } else { all.next_back() }.is_some());
            }
            let group = table.find(1, |_| true);
            assert!((0..len).all(|i| group.contains(Slot::new(i))) && !group.contains(Slot::new(len)));
        }
    }

    #[test]
    fn the_last_slot_of_a_group_goes_and_another_group_of_its_hash_stays() {
        for gone in [1, 2] {
            let mut table = GroupTable::collect([(1, Slot::new(1)), (1, Slot::new(2))], |_, _| false);
            assert!(table.remove(1, Slot::new(gone), |_| false));
            let left: Vec<Slot> = table.groups().flat_map(Group::iter).collect();
            assert_eq!(left, [Slot::new(3 - gone)]);
        }
    }
}
