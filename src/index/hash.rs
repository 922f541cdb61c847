//! The core of a unique index: from a hash to the slot of the row that has it.
//!
//! Rows are compared by the caller, who alone knows their values. The hash is the caller's too; when
//! values come from outside it should be a keyed one.

mod shards;

use crate::column::held::Held;
use crate::id::Slot;

pub(crate) use shards::{Hashed, Shards, bits};

/// A slot and the bits of its hash: eight bytes. A vacant place has no slot.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    bits: u32,
    slot: Slot,
}

impl Hashed for Entry {
    // From 1,200 entries after a split to 2,400 before it, in 4,096 places at most.
    const SHARE: usize = 1200;

    #[inline]
    fn bits(&self) -> u32 {
        self.bits
    }

    #[inline]
    fn is_vacant(&self) -> bool {
        self.slot.is_none()
    }
}

/// Slots by hash. A clone costs a reference count; a write after it copies one shard.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlotTable {
    entries: Shards<Entry>,
}

impl SlotTable {
    /// An empty table. O(1).
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A table of many entries, each slot given once. O(n).
    #[cfg(test)]
    pub(crate) fn collect(len: usize, slots: impl IntoIterator<Item = (u64, Slot)>) -> Self {
        let mut entries = Vec::with_capacity(len);
        entries.extend(slots.into_iter().map(|(hash, slot)| Entry { bits: bits(hash), slot }));
        Self { entries: Shards::collect(entries) }
    }

    /// The slot under this hash that `eq` accepts. `eq` may be asked about rows with another value.
    /// O(1) expected.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut eq: impl FnMut(Slot) -> bool) -> Option<Slot> {
        self.entries.find(bits(hash), |entry| eq(entry.slot)).map(|entry| entry.slot)
    }

    /// Adds a slot, which must not be there. O(1) amortised and expected, or one shard copied.
    pub(crate) fn insert(&mut self, hash: u64, slot: Slot) {
        self.entries.insert(Entry { bits: bits(hash), slot });
    }

    /// Takes a slot out; false when it isn't under this hash. O(1) expected, or one shard copied.
    pub(crate) fn remove(&mut self, hash: u64, slot: Slot) -> bool {
        self.entries.remove(bits(hash), |entry| entry.slot == slot).is_some()
    }

    /// Puts one slot in the place of another; false when that isn't under this hash. O(1) expected,
    /// or one shard copied.
    #[cfg(test)]
    pub(crate) fn replace(&mut self, hash: u64, from: Slot, to: Slot) -> bool {
        let entry = self.entries.find_mut(bits(hash), |entry| entry.slot == from);
        entry.map(|entry| entry.slot = to).is_some()
    }

    /// The number of slots. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// All slots, in no particular order. O(n).
    pub(crate) fn iter(&self) -> impl Iterator<Item = Slot> {
        self.entries.iter().map(|entry| entry.slot)
    }

    /// Bytes on the heap. O(shards).
    pub(crate) fn memory(&self) -> Held {
        self.entries.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Few distinct hashes among many: collisions in full, in the bits kept, and none.
    fn hash() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), 0..4u64, any::<u64>()]
    }

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u64),
        Many(u64, usize),
        Remove(prop::sample::Index),
        Replace(prop::sample::Index),
        Fork,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => hash().prop_map(Step::Insert),
            1 => (hash(), 0..2000usize).prop_map(|(h, n)| Step::Many(h, n)),
            4 => any::<prop::sample::Index>().prop_map(Step::Remove),
            2 => any::<prop::sample::Index>().prop_map(Step::Replace),
            1 => Just(Step::Fork),
        ]
    }

    type Model = BTreeSet<(Slot, u64)>;

    fn check(table: &SlotTable, model: &Model) {
        assert_eq!(table.len(), model.len());
        assert!(model.iter().all(|(slot, hash)| table.find(*hash, |s| s == *slot) == Some(*slot)));
        let slots: BTreeSet<Slot> = table.iter().collect();
        assert!(slots.into_iter().eq(model.iter().map(|(slot, _)| *slot)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn behaves_as_a_set_of_hashed_slots(
            start in vec(hash(), 0..2000),
            steps in vec(step(), 0..40),
        ) {
            let slots = start.iter().enumerate().map(|(i, hash)| (*hash, Slot::new(i)));
            let mut model: Model = slots.clone().map(|(hash, slot)| (slot, hash)).collect();
            let mut table = SlotTable::collect(start.len(), slots);
            let (mut next, mut forks) = (start.len(), Vec::new());
            for step in steps {
                match step {
                    Step::Insert(_) | Step::Many(..) => {
                        let (hash, n) = match step { Step::Many(h, n) => (h, n), Step::Insert(h) => (h, 1), _ => (0, 0) };
                        for i in 0..n {
                            let hash = hash.wrapping_add(i as u64 / 100);
                            table.insert(hash, Slot::new(next));
                            model.insert((Slot::new(next), hash));
                            next += 1;
                        }
                    }
                    Step::Remove(at) if !model.is_empty() => {
                        let (slot, hash) = *at.get(&model.iter().copied().collect::<Vec<_>>());
                        prop_assert!(table.remove(hash, slot));
                        prop_assert!(!table.remove(hash, slot));
                        model.remove(&(slot, hash));
                    }
                    Step::Replace(at) if !model.is_empty() => {
                        let (slot, hash) = *at.get(&model.iter().copied().collect::<Vec<_>>());
                        prop_assert!(table.replace(hash, slot, Slot::new(next)));
                        model.remove(&(slot, hash));
                        model.insert((Slot::new(next), hash));
                        next += 1;
                    }
                    Step::Remove(_) | Step::Replace(_) => {}
                    Step::Fork => forks.push((table.clone(), model.clone())),
                }
            }
            check(&table, &model);
            forks.iter().for_each(|(table, model)| check(table, model));
        }
    }

    #[test]
    fn equal_hashes_and_poor_ones_stay_small() {
        let equal = SlotTable::collect(0, (0..5_000).map(|i| (7, Slot::new(i))));
        assert!(equal.memory().all < 5_000 * 40);
        let mut table = SlotTable::new();
        (0..200_000).for_each(|i| table.insert((i as u64) << 40, Slot::new(i)));
        assert!(table.memory().all < 200_000 * 25, "{}", table.memory().all);
        assert!((0..200_000).all(|i| table.find((i as u64) << 40, |s| s.index() == i).is_some()));
        (0..200_000).for_each(|i| assert!(table.remove((i as u64) << 40, Slot::new(i))));
        assert!(table.memory().all < 1_000);
    }

    #[test]
    fn what_comes_and_goes_leaves_no_room_behind() {
        let mut table = SlotTable::new();
        let hash = |i: usize| (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (0..20).for_each(|i| table.insert(hash(i), Slot::new(i)));
        let held = table.memory().all;
        for i in 20..20_000 {
            table.insert(hash(i), Slot::new(i));
            assert!(table.remove(hash(i - 20), Slot::new(i - 20)));
        }
        assert!(table.memory().all <= 2 * held, "{} of {held}", table.memory().all);
        (20_000..21_000).for_each(|i| table.insert(hash(i), Slot::new(i)));
        (19_981..21_000).for_each(|i| assert!(table.remove(hash(i), Slot::new(i))));
        assert_eq!(table.len(), 1);
        assert!(table.memory().all <= held, "{} of {held}", table.memory().all);
    }
}
