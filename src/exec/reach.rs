//! The rows that a plan's access finds ahead: by look-ups, or by walks from other rows.

use super::level::Bound;
use super::root;
use crate::eval::{self, Flat, Tester, Walk};
use crate::id::Slot;
use crate::plan::{Access, Plan};
use crate::store::Store;

/// The rows that the access finds before what is left of the filter is asked, no more than `take` of them
/// where that saves anything; `None` for a scan and an ordered walk. Recursion is as deep as sets are
/// followed to sets.
pub(super) fn found(store: &Store, plan: &Plan, take: usize) -> Option<Vec<Slot>> {
    let catalog = store.catalog();
    match &plan.access {
        Access::Along { source, relation, from } => {
            let relation = catalog.table(*source).relation(*relation);
            let mut start = vec![*from];
            Tester::new(store, *source, &relation.source_filter).retain(&mut start);
            let mut flat = Flat::default();
            Walk::new(store, relation).gather(&start, take, &mut flat);
            Some(flat.slots)
        }
        Access::Reached { from, relation, levels } => {
            let mut bound = Bound::root(store, &from.root);
            let slots = root::slots(store, from, &mut bound);
            Some(eval::reach(store, catalog.table(from.root.table).relation(*relation), slots, *levels))
        }
        access => access.slots(store, plan.root.table),
    }
}
