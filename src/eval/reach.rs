//! From a set of rows to the set of those that a relation leads to from any of them.

use super::{Flat, Tester, Walk, row};
use crate::catalog::RelationInfo;
use crate::id::Slot;
use crate::store::Store;

/// The rows that `relation` leads to from any of `slots`, ascending and each once. O(rows reached).
pub(crate) fn reach(store: &Store, relation: &RelationInfo, mut slots: Vec<Slot>) -> Vec<Slot> {
    unite(&mut slots);
    Tester::new(store, relation.source, &relation.source_filter).retain(&mut slots);
    let mut walk = Walk::new(store, relation);
    if relation.many || walk.is_direct() {
        let mut flat = Flat::default();
        walk.steps_apart(|step| {
            step.gather(&slots, usize::MAX, &mut flat);
            std::mem::swap(&mut slots, &mut flat.slots);
            unite(&mut slots);
        });
        let mut passes = Tester::new(store, relation.target, &relation.filter);
        passes.expect(slots.len());
        passes.retain(&mut slots);
        return slots;
    }
    // Which row is the one is known only by the relation's order.
    let mut reached: Vec<Slot> = slots.iter().flat_map(|slot| row::along(store, relation, *slot)).collect();
    unite(&mut reached);
    reached
}

/// Sorts slots and leaves each once: by a bit for each place where there are many, else by sorting.
fn unite(slots: &mut Vec<Slot>) {
    if slots.is_sorted() {
        slots.dedup();
        return;
    }
    let places = slots.iter().map(|slot| slot.index() + 1).max().unwrap_or(0);
    if slots.len() < places / 64 {
        slots.sort_unstable();
        slots.dedup();
        return;
    }
    let mut bits = vec![0u64; places.div_ceil(64)];
    for slot in slots.iter() {
        if let Some(word) = bits.get_mut(slot.index() / 64) {
            *word |= 1 << (slot.index() % 64);
        }
    }
    slots.clear();
    slots.extend(super::ones(&bits).map(Slot::new));
}
