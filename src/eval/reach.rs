//! From a set of rows to the set of those that a relation leads to from any of them.

use super::{Flat, Tester, Walk, row};
use crate::catalog::RelationInfo;
use crate::id::Slot;
use crate::store::Store;

/// The rows that `relation` leads to from any of `slots` in at most `levels` steps, or in any number of
/// them; ascending and each once. O(rows reached).
pub(crate) fn reach(
    store: &Store,
    relation: &RelationInfo,
    slots: Vec<Slot>,
    levels: Option<usize>,
) -> Vec<Slot> {
    let mut step = Step {
        store,
        relation,
        walk: Walk::new(store, relation),
        source: Tester::new(store, relation.source, &relation.source_filter),
        target: Tester::new(store, relation.target, &relation.filter),
    };
    let mut reached = step.take(slots);
    if levels == Some(1) {
        return reached;
    }
    let mut seen = vec![0u64; store.table(relation.target).bound().div_ceil(64)];
    let (mut latest, mut level) = (reached.clone(), 1);
    mark(&mut seen, &mut latest);
    while !latest.is_empty() && levels.is_none_or(|levels| level < levels) {
        latest = step.take(latest);
        mark(&mut seen, &mut latest);
        reached.extend_from_slice(&latest);
        level += 1;
    }
    unite(&mut reached);
    reached
}

/// A relation looked up, to be followed from one set to the next.
struct Step<'a> {
    store: &'a Store,
    relation: &'a RelationInfo,
    walk: Walk<'a>,
    source: Tester<'a>,
    target: Tester<'a>,
}

impl Step<'_> {
    fn take(&mut self, mut slots: Vec<Slot>) -> Vec<Slot> {
        unite(&mut slots);
        self.source.retain(&mut slots);
        if self.relation.many || self.walk.is_direct() {
            let mut flat = Flat::default();
            self.walk.steps_apart(|step| {
                step.gather(&slots, usize::MAX, &mut flat);
                std::mem::swap(&mut slots, &mut flat.slots);
                unite(&mut slots);
            });
            self.target.retain(&mut slots);
            return slots;
        }
        // Which row is the one is known only by the relation's order.
        let along = slots.iter().flat_map(|slot| row::along(self.store, self.relation, *slot));
        let mut reached: Vec<Slot> = along.collect();
        unite(&mut reached);
        reached
    }
}

/// Marks slots as seen, and leaves those that weren't.
fn mark(seen: &mut [u64], slots: &mut Vec<Slot>) {
    slots.retain(|slot| {
        let Some(word) = seen.get_mut(slot.index() / 64) else { return false };
        let bit = 1 << (slot.index() % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    });
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
