//! Slots in an order that only the caller knows: the core of an ordered index.
//!
//! # Glossary
//!
//! - *leaf*: up to [`LEAF`] neighbouring slots behind one `Arc`.
//! - *branch*: up to [`BRANCH`] neighbouring leaves behind one `Arc`.
//! - *rank*: the number of slots before a place.
//!
//! # Invariants
//!
//! 1. No leaf and no branch is empty.
//! 2. `first` and `len` of a leaf or branch are those of the slots below it, so a search compares
//!    rows only and reads no leaf but the last.
//! 3. The slots ascend by the comparator that every call was given. It must be total: the caller
//!    breaks ties by slot.

mod iter;

use crate::column::held::{COUNTS, Held};
use crate::id::Slot;
use std::cmp::Ordering;
use std::sync::Arc;

pub(crate) use iter::OrderedIter;

/// Slots in a leaf at most.
const LEAF: usize = 512;

/// Leaves in a branch at most.
const BRANCH: usize = 256;

/// What a bulk load fills: the next insertion shouldn't split at once.
const PACKED: usize = LEAF / 8 * 7;

#[derive(Clone, Debug)]
struct Leaf {
    first: Slot,
    len: u32,
    slots: Arc<Vec<Slot>>,
}

impl Leaf {
    fn new(slots: Vec<Slot>) -> Self {
        let first = slots.first().copied().unwrap_or_default();
        Self { first, len: slots.len() as u32, slots: Arc::new(slots) }
    }

    /// Changes the slots, copying them first when a clone shares them.
    fn edit<R>(&mut self, change: impl FnOnce(&mut Vec<Slot>) -> R) -> R {
        let slots = Arc::make_mut(&mut self.slots);
        let result = change(slots);
        self.first = slots.first().copied().unwrap_or_default();
        self.len = slots.len() as u32;
        result
    }

    /// Adds a slot to a leaf that isn't full.
    fn insert(&mut self, at: usize, slot: Slot) {
        self.edit(|slots| {
            if slots.len() == slots.capacity() {
                // By doubling, but never past what a leaf can hold.
                slots.reserve_exact((2 * slots.len()).clamp(4, LEAF) - slots.len());
            }
            slots.insert(at, slot);
        });
    }
}

#[derive(Clone, Debug)]
struct Branch {
    first: Slot,
    len: usize,
    leaves: Arc<Vec<Leaf>>,
}

impl Branch {
    fn new(leaves: Vec<Leaf>) -> Self {
        let mut branch = Self { first: Slot::NONE, len: 0, leaves: Arc::new(leaves) };
        branch.sum();
        branch
    }

    fn sum(&mut self) {
        self.first = self.leaves.first().map_or(Slot::NONE, |leaf| leaf.first);
        self.len = self.leaves.iter().map(|leaf| leaf.len as usize).sum();
    }

    /// Changes the leaves, copying their references first when a clone shares them.
    fn edit<R>(&mut self, change: impl FnOnce(&mut Vec<Leaf>) -> R) -> R {
        let leaves = Arc::make_mut(&mut self.leaves);
        let result = change(leaves);
        self.first = leaves.first().map_or(Slot::NONE, |leaf| leaf.first);
        result
    }
}

/// A place between slots. It may be the end of a leaf.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    branch: usize,
    leaf: usize,
    at: usize,
}

/// Slots in the order of a comparator. A clone costs a reference count; a write after it copies one
/// leaf and the references of one branch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ordered {
    branches: Arc<Vec<Branch>>,
    len: usize,
}

impl Ordered {
    /// No slots. O(1).
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Gathers slots that are sorted already. O(n).
    pub(crate) fn collect(sorted: impl IntoIterator<Item = Slot>) -> Self {
        let mut slots = sorted.into_iter();
        let mut leaves = std::iter::from_fn(|| {
            let leaf: Vec<Slot> = slots.by_ref().take(PACKED).collect();
            (!leaf.is_empty()).then(|| Leaf::new(leaf))
        });
        let branches: Vec<Branch> = std::iter::from_fn(|| {
            let branch: Vec<Leaf> = leaves.by_ref().take(BRANCH / 8 * 7).collect();
            (!branch.is_empty()).then(|| Branch::new(branch))
        })
        .collect();
        Self { len: branches.iter().map(|branch| branch.len).sum(), branches: Arc::new(branches) }
    }

    /// The number of slots. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The first place whose slot is not below, in a leaf with a slot below if there is one.
    fn seek(&self, below: impl Fn(Slot) -> bool) -> Place {
        let branch = self.branches.partition_point(|branch| below(branch.first)).saturating_sub(1);
        let leaves = self.branches.get(branch).map_or(&[][..], |branch| &branch.leaves);
        let leaf = leaves.partition_point(|leaf| below(leaf.first)).saturating_sub(1);
        let at = leaves.get(leaf).map_or(0, |leaf| leaf.slots.partition_point(|slot| below(*slot)));
        Place { branch, leaf, at }
    }

    fn end(&self) -> Place {
        let branch = self.branches.len().saturating_sub(1);
        let leaves = self.branches.last().map_or(&[][..], |branch| &branch.leaves);
        let at = leaves.last().map_or(0, |leaf| leaf.len as usize);
        Place { branch, leaf: leaves.len().saturating_sub(1), at }
    }

    /// The last slot. O(1).
    pub(crate) fn last(&self) -> Option<Slot> {
        self.branches.last()?.leaves.last()?.slots.last().copied()
    }

    /// The first slot. O(1).
    pub(crate) fn first(&self) -> Option<Slot> {
        self.branches.first().map(|branch| branch.first)
    }

    fn rank(&self, place: Place) -> usize {
        let branches: usize = self.branches.iter().take(place.branch).map(|branch| branch.len).sum();
        let leaves = self.branches.get(place.branch).map_or(&[][..], |branch| &branch.leaves);
        branches + leaves.iter().take(place.leaf).map(|leaf| leaf.len as usize).sum::<usize>() + place.at
    }

    /// Adds a slot, which must not be there. O(log n) comparisons and one leaf moved; one comparison
    /// for the highest slot.
    pub(crate) fn insert(&mut self, slot: Slot, cmp: impl Fn(Slot, Slot) -> Ordering) {
        let highest = self.last().is_none_or(|last| cmp(last, slot).is_lt());
        let mut place = if highest { self.end() } else { self.seek(|other| cmp(other, slot).is_lt()) };
        self.len += 1;
        let branches = Arc::make_mut(&mut self.branches);
        let Some(mut branch) = branches.get_mut(place.branch) else {
            return branches.push(Branch::new(vec![Leaf::new(vec![slot])]));
        };
        if branch.leaves.len() == BRANCH {
            // The highest go into a branch and a leaf of their own: ascending keys leave full ones.
            let kept = if highest { BRANCH - 1 } else { BRANCH / 2 };
            let split = branch.edit(|leaves| leaves.split_off(kept));
            branch.sum();
            branches.insert(place.branch + 1, Branch::new(split));
            if place.leaf >= kept {
                place = Place { branch: place.branch + 1, leaf: place.leaf - kept, ..place };
            }
            branch = &mut branches[place.branch];
        }
        branch.len += 1;
        branch.edit(|leaves| {
            let leaf = &mut leaves[place.leaf];
            if leaf.slots.len() < LEAF {
                return leaf.insert(place.at, slot);
            }
            if highest {
                return leaves.insert(place.leaf + 1, Leaf::new(vec![slot]));
            }
            let mut split = Leaf::new(leaf.edit(|slots| slots.split_off(LEAF / 2)));
            if place.at <= LEAF / 2 {
                leaf.insert(place.at, slot);
            } else {
                split.insert(place.at - LEAF / 2, slot);
            }
            leaves.insert(place.leaf + 1, split);
        });
    }

    /// Takes a slot out; false when it isn't where the comparator says. O(log n) comparisons and one
    /// leaf moved.
    pub(crate) fn remove(&mut self, slot: Slot, cmp: impl Fn(Slot, Slot) -> Ordering) -> bool {
        let Place { branch: b, leaf: l, at } = self.seek(|other| cmp(other, slot).is_le());
        let leaf = self.branches.get(b).and_then(|branch| branch.leaves.get(l));
        let Some(at) =
            at.checked_sub(1).filter(|at| leaf.and_then(|leaf| leaf.slots.get(*at)) == Some(&slot))
        else {
            return false;
        };
        self.len -= 1;
        let branches = Arc::make_mut(&mut self.branches);
        let branch = &mut branches[b];
        branch.len -= 1;
        branch.edit(|leaves| {
            leaves[l].edit(|slots| {
                slots.remove(at);
                if slots.len() < slots.capacity() / 4 {
                    slots.shrink_to(slots.len() * 2);
                }
            });
            join_leaves(leaves, l);
        });
        join_branches(branches, b);
        true
    }

    /// The slots from the first that `below` refuses to the first that `upto` refuses. Each must hold
    /// for a front part of the order. O(log n) calls.
    pub(crate) fn range(&self, below: impl Fn(Slot) -> bool, upto: impl Fn(Slot) -> bool) -> OrderedIter<'_> {
        OrderedIter::new(self, self.seek(below), self.seek(upto))
    }

    /// The length of such a range. O(log n) calls.
    #[cfg(test)]
    pub(crate) fn count_range(&self, below: impl Fn(Slot) -> bool, upto: impl Fn(Slot) -> bool) -> usize {
        self.rank(self.seek(upto)).saturating_sub(self.rank(self.seek(below)))
    }

    /// All slots in order. O(1), and O(1) a step.
    pub(crate) fn iter(&self) -> OrderedIter<'_> {
        OrderedIter::new(self, Place::default(), self.end())
    }

    /// Bytes on the heap. O(leaves).
    pub(crate) fn memory(&self) -> Held {
        const VEC: usize = size_of::<Vec<Slot>>() + COUNTS;
        let leaf =
            |leaf: &Leaf| Held::own(leaf.slots.capacity() * size_of::<Slot>() + VEC).behind(&leaf.slots);
        let branch = |branch: &Branch| {
            let spine = Held::own(branch.leaves.capacity() * size_of::<Leaf>() + VEC);
            (branch.leaves.iter().map(leaf).sum::<Held>() + spine).behind(&branch.leaves)
        };
        let spine = Held::own(self.branches.capacity() * size_of::<Branch>() + VEC);
        (self.branches.iter().map(branch).sum::<Held>() + spine).behind(&self.branches)
    }
}

/// The left one of two neighbours that `at` and another make, if together they have at most `most`.
fn partner(at: usize, most: usize, len: impl Fn(usize) -> Option<usize>) -> Option<usize> {
    let short = len(at).filter(|short| *short < most / 2)?;
    let fits = |other: usize| len(other).is_some_and(|other| other + short <= most);
    if fits(at + 1) { Some(at) } else { at.checked_sub(1).filter(|left| fits(*left)) }
}

/// Drops a leaf that became empty, or joins one that became short with a neighbour. O(leaf).
fn join_leaves(leaves: &mut Vec<Leaf>, at: usize) {
    if leaves[at].slots.is_empty() {
        leaves.remove(at);
    } else if let Some(left) = partner(at, LEAF / 2, |i| leaves.get(i).map(|leaf| leaf.slots.len())) {
        let right = leaves.remove(left + 1);
        leaves[left].edit(|slots| slots.extend_from_slice(&right.slots));
    }
}

/// The same for branches. O(branch).
fn join_branches(branches: &mut Vec<Branch>, at: usize) {
    if branches[at].leaves.is_empty() {
        branches.remove(at);
    } else if let Some(left) = partner(at, BRANCH / 2, |i| branches.get(i).map(|b| b.leaves.len())) {
        let right = branches.remove(left + 1);
        branches[left].edit(|leaves| leaves.extend_from_slice(&right.leaves));
        branches[left].sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// An order that isn't that of slots.
    fn key(slot: Slot) -> (usize, Slot) {
        (slot.index() % 1009 / 3, slot)
    }

    fn by_key(a: Slot, b: Slot) -> Ordering {
        key(a).cmp(&key(b))
    }

    type Model = BTreeSet<(usize, Slot)>;

    fn check(all: &Ordered, model: &Model) {
        assert_eq!(all.len(), model.len());
        assert!(all.iter().eq(model.iter().map(|(_, slot)| *slot)));
        for branch in all.branches.iter() {
            assert!((1..=BRANCH).contains(&branch.leaves.len()));
            assert_eq!(branch.first, branch.leaves[0].first);
            assert_eq!(branch.len, branch.leaves.iter().map(|leaf| leaf.slots.len()).sum::<usize>());
            for leaf in branch.leaves.iter() {
                assert!((1..=LEAF).contains(&leaf.slots.len()));
                assert_eq!((leaf.first, leaf.len as usize), (leaf.slots[0], leaf.slots.len()));
            }
        }
    }

    fn check_range(all: &Ordered, model: &Model, from: usize, to: usize, ends: &[bool]) {
        let (below, upto) = (|s: Slot| key(s).0 < from, |s: Slot| key(s).0 < to);
        let mut found = all.range(below, upto);
        let slots: Vec<Slot> =
            model.iter().filter(|(k, _)| (from..to).contains(k)).map(|(_, s)| *s).collect();
        let mut expected = slots.iter().copied();
        assert_eq!(all.count_range(below, upto), slots.len());
        for front in ends {
            assert_eq!(found.len(), expected.len());
            if *front {
                assert_eq!(found.next(), expected.next());
            } else {
                assert_eq!(found.next_back(), expected.next_back());
            }
        }
        assert!(found.rev().eq(expected.rev()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn behaves_as_a_sorted_set(
            start in vec(0..100_000usize, 0..4000),
            steps in vec((0..5u8, 0..100_000usize, 0..600usize), 0..30),
            (from, to) in (0..340usize, 0..340usize),
            ends in vec(any::<bool>(), 0..1000),
        ) {
            let mut model: Model = start.into_iter().map(|i| key(Slot::new(i))).collect();
            let mut all = Ordered::collect(model.iter().map(|(_, slot)| *slot));
            check(&all, &model);
            let before = (all.clone(), model.clone());
            for (kind, at, n) in steps {
                for slot in (at..at + n).map(Slot::new) {
                    if kind > 2 {
                        prop_assert_eq!(all.remove(slot, by_key), model.remove(&key(slot)));
                    } else if model.insert(key(slot)) {
                        all.insert(slot, by_key);
                    }
                }
                check(&all, &model);
            }
            check_range(&all, &model, from, to, &ends);
            check(&before.0, &before.1);
        }
    }

    #[test]
    fn ascending_keys_leave_full_leaves_and_removal_gives_memory_back() {
        let mut all = Ordered::new();
        (0..300_000).for_each(|i| all.insert(Slot::new(i), |a, b| a.cmp(&b)));
        assert!(all.memory().all < 300_000 * 5, "{}", all.memory().all);
        check(&all, &(0..300_000).map(|i| (0, Slot::new(i))).collect());
        for i in (0..300_000).filter(|i| i % 50 != 0) {
            assert!(all.remove(Slot::new(i), |a, b| a.cmp(&b)));
        }
        assert!(all.memory().all < 6_000 * 40, "{}", all.memory().all);
        check(&all, &(0..300_000).step_by(50).map(|i| (0, Slot::new(i))).collect());
    }

    fn ascending(slots: impl Iterator<Item = usize>) -> Ordered {
        let mut all = Ordered::new();
        slots.for_each(|i| all.insert(Slot::new(i), |a, b| a.cmp(&b)));
        all
    }

    /// How many slots each leaf has, and how many leaves each branch.
    fn shape(all: &Ordered) -> (Vec<usize>, Vec<usize>) {
        let leaves = all.branches.iter().flat_map(|branch| branch.leaves.iter());
        let branches = all.branches.iter().map(|branch| branch.leaves.len());
        (leaves.map(|leaf| leaf.slots.len()).collect(), branches.collect())
    }

    #[test]
    fn a_bulk_leaves_an_eighth_of_the_room() {
        let all = Ordered::collect((0..448 * 225).map(Slot::new));
        assert_eq!(shape(&all), (vec![448; 225], vec![224, 1]));
    }

    #[test]
    fn a_leaf_has_no_more_room_than_twice_its_slots() {
        let mut all = Ordered::new();
        let room = |all: &Ordered| all.branches[0].leaves[0].slots.capacity();
        for len in 1..=LEAF {
            all.insert(Slot::new(len), |a, b| a.cmp(&b));
            assert_eq!(room(&all), if len == 1 { 1 } else { len.next_power_of_two().max(4) });
        }
        for len in (1..LEAF).rev() {
            let before = room(&all);
            assert!(all.remove(Slot::new(len + 1), |a, b| a.cmp(&b)));
            let expected = if len < before / 4 { 2 * len } else { before };
            assert_eq!(room(&all), expected, "{len}");
        }
        assert!(room(&all) <= 8);
    }

    #[test]
    fn a_full_leaf_and_a_full_branch_are_halved_by_what_comes_between() {
        let mut all = ascending((0..=BRANCH * LEAF).map(|i| 2 * i));
        assert_eq!(shape(&all).1, [BRANCH - 1, 2]);
        let mut model: Model = (0..=BRANCH * LEAF).map(|i| (0, Slot::new(2 * i))).collect();
        for odd in [1, 2 * LEAF + 1, 4 * LEAF + 1] {
            all.insert(Slot::new(odd), |a, b| a.cmp(&b));
            model.insert((0, Slot::new(odd)));
        }
        check(&all, &model);
        let (leaves, branches) = shape(&all);
        assert_eq!(leaves[..4], [LEAF / 2 + 1, LEAF / 2, LEAF / 2 + 1, LEAF / 2]);
        assert_eq!(branches, [BRANCH / 2 + 2, BRANCH / 2, 2]);
    }

    #[test]
    fn short_neighbours_are_joined() {
        let mut all = ascending(0..4 * LEAF);
        let keep = |i: &usize| i % LEAF < 128;
        (0..4 * LEAF).filter(|i| !keep(i)).for_each(|i| assert!(all.remove(Slot::new(i), |a, b| a.cmp(&b))));
        // A leaf of less than a quarter joins one with which it has at most half.
        assert_eq!(shape(&all).0, [128; 4]);
        assert!(all.remove(Slot::new(0), |a, b| a.cmp(&b)));
        assert_eq!(shape(&all).0, [255, 128, 128]);
        assert!(all.remove(Slot::new(3 * LEAF), |a, b| a.cmp(&b)));
        assert_eq!(shape(&all).0, [255, 255]);
        assert!(all.remove(Slot::new(1), |a, b| a.cmp(&b)));
        assert_eq!(shape(&all).0, [254, 255]);
    }

    #[test]
    fn short_branches_are_joined() {
        let mut all = ascending(0..=BRANCH * LEAF);
        assert_eq!(shape(&all).1, [BRANCH - 1, 2]);
        let mut cut = |leaves: std::ops::Range<usize>| {
            for i in (leaves.start * LEAF..leaves.end * LEAF).rev() {
                assert!(all.remove(Slot::new(i), |a, b| a.cmp(&b)));
            }
            shape(&all).1
        };
        // A branch of less than a quarter joins one with which it has at most half.
        assert_eq!(cut(BRANCH / 4..BRANCH - 1), [BRANCH / 4, 2]);
        assert_eq!(cut(BRANCH / 4 - 1..BRANCH / 4), [BRANCH / 4 + 1]);
    }
}
