//! Ways to find rows without reading the whole table.

use super::Plan;
use crate::catalog::Hop;
use crate::eval::Tester;
use crate::id::{EdgeId, IndexId, RelationId, Slot, TableId};
use crate::predicate::Predicate;
use crate::store::Store;
use crate::value::Value;
use std::ops::Bound;

/// How the rows of a level are found before the rest of its filter is asked.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// Every row, chunk by chunk.
    Scan,
    /// Rows of a unique index by key.
    Unique { index: IndexId, keys: Vec<Vec<Value>> },
    /// Rows of any other index by key.
    Group { index: IndexId, keys: Vec<Vec<Value>> },
    /// The children of parents with these keys.
    Children { edge: EdgeId, keys: Vec<Vec<Value>> },
    /// A range of an ordered index.
    Range { index: IndexId, prefix: Vec<Value>, lower: Bound<Value>, upper: Bound<Value> },
    /// An ordered index from one end, until enough rows are found.
    Ordered { index: IndexId, descending: bool },
    /// The rows that lead along a relation to what is found in its target.
    Through { relation: RelationId, access: Box<Access>, filter: Vec<Predicate> },
    /// The rows that a relation leads to from one row, in the order of its hops and as often as they
    /// lead there; the relation's own filter aside.
    Along { source: TableId, relation: RelationId, from: Slot },
    /// The rows that a relation leads to from any of the rows of another plan, each once; and from those,
    /// this many times in all or without end.
    Reached { from: Box<Plan>, relation: RelationId, levels: Option<usize> },
}

impl Access {
    /// The rows it finds, ascending and each once; `None` for a scan and an ordered walk, which don't
    /// find rows ahead, and for walks, which take more than a look-up. O(result), and a look-up for
    /// each key.
    pub(crate) fn slots(&self, store: &Store, table: TableId) -> Option<Vec<Slot>> {
        let rows = store.table(table);
        let mut slots: Vec<Slot> = match self {
            Access::Scan | Access::Ordered { .. } | Access::Along { .. } | Access::Reached { .. } => {
                return None;
            }
            Access::Unique { index, keys } => keys.iter().filter_map(|key| rows.find(*index, key)).collect(),
            Access::Group { index, keys } => {
                let keys = keys.iter().filter(|key| !key.iter().any(Value::is_null));
                keys.flat_map(|key| rows.group(*index, key)).collect()
            }
            Access::Children { edge, keys } => {
                let info = store.catalog().edge(*edge);
                let parents = store.table(info.parent);
                let lists = store.edge(*edge).children();
                let parents = keys.iter().filter_map(|key| parents.find(info.parent_index, key));
                parents.flat_map(|parent| lists.of(parent)).copied().collect()
            }
            Access::Range { index, prefix, lower, upper } => {
                rows.range(*index, prefix, lower.as_ref(), upper.as_ref()).collect()
            }
            Access::Through { relation, access, filter } => {
                return Some(sources(store, table, *relation, access, filter));
            }
        };
        if !slots.is_sorted() {
            slots.sort_unstable();
        }
        slots.dedup();
        Some(slots)
    }
}

/// The rows of `table` that lead along a relation to rows that `access` finds and that pass.
fn sources(
    store: &Store,
    table: TableId,
    id: RelationId,
    access: &Access,
    filter: &[Predicate],
) -> Vec<Slot> {
    let relation = store.catalog().table(table).relation(id);
    let mut slots = match access.slots(store, relation.target) {
        Some(slots) => slots,
        None => store.table(relation.target).live().ones(0..usize::MAX).map(Slot::new).collect(),
    };
    let mut passes = Tester::new(store, relation.target, filter.iter().chain(&relation.filter));
    passes.expect(slots.len());
    passes.retain(&mut slots);
    for hop in relation.hops.iter().rev() {
        slots = match hop {
            Hop::ToChildren(edge) => {
                let parents = store.edge(*edge).parents();
                slots.iter().filter_map(|child| parents.at(child.index()).some()).collect()
            }
            Hop::ToParent(edge) => {
                let children = store.edge(*edge).children();
                slots.iter().flat_map(|parent| children.of(*parent)).copied().collect()
            }
            // Never planned: these can't be followed backwards.
            Hop::Lookup { .. } | Hop::Along { .. } => slots,
        };
        slots.sort_unstable();
        slots.dedup();
    }
    Tester::new(store, table, &relation.source_filter).retain(&mut slots);
    slots
}

/// Whether a relation can be followed from its target.
pub(super) fn is_reversible(store: &Store, table: TableId, relation: RelationId) -> bool {
    let relation = store.catalog().table(table).relation(relation);
    !relation.hops.is_empty()
        && !relation.hops.iter().any(|hop| matches!(hop, Hop::Lookup { .. } | Hop::Along { .. }))
}

/// About how many rows of the source lead to `found` rows of the target.
pub(super) fn sources_expected(store: &Store, table: TableId, relation: RelationId, found: usize) -> usize {
    let relation = store.catalog().table(table).relation(relation);
    let to_children = relation.hops.iter().all(|hop| matches!(hop, Hop::ToChildren(_)));
    let (source, target) = (store.table(table).row_count(), store.table(relation.target).row_count());
    if to_children { found.min(source) } else { found.saturating_mul(1 + source / target.max(1)).min(source) }
}
