//! A relation answered for every row of its source at once: the target is scanned, and what is found
//! is mapped back hop by hop.

use super::tester::{Tester, ones};
use super::{TRUE, row, truth};
use crate::catalog::{Hop, RelationInfo};
use crate::column::chunked::ROWS;
use crate::id::{Slot, TableId};
use crate::predicate::Predicate;
use crate::store::Store;

/// A bit for each slot of the source that leads to a row which passes `filter`, or with `failing`
/// to one which doesn't. O(source + target).
pub(super) fn sources(
    store: &Store,
    relation: &RelationInfo,
    filter: Option<&Predicate>,
    failing: bool,
) -> Vec<u64> {
    if relation.is_polymorphic() {
        let mut bits = bitmap(store, relation.source);
        for member in &relation.members {
            let member = row::relation_of(store, relation.source, member.relation);
            let found = sources(store, member, filter, failing);
            bits.iter_mut().zip(found).for_each(|(word, found)| *word |= found);
        }
        return bits;
    }
    let mut bits = targets(store, relation, filter, failing);
    for (table, hop) in backwards(store, relation) {
        bits = match hop {
            Hop::ToChildren(edge) => {
                let parents = store.edge(*edge).parents();
                let mut back = bitmap(store, table);
                for child in ones(&bits) {
                    set(&mut back, parents.at(child));
                }
                back
            }
            Hop::ToParent(edge) => children_of(store, table, *edge, &bits),
            Hop::Lookup { from, table: target, index } => each_live(store, table, |slot| {
                let key = store.table(table).keys(from).values(slot);
                row::lookup(store.table(*target), *index, &key).into_iter().any(|to| is_set(&bits, to))
            }),
            Hop::Along { source, relation, .. } => each_live(store, table, |slot| {
                let relation = row::relation_of(store, *source, *relation);
                row::along(store, relation, slot).into_iter().any(|to| is_set(&bits, to))
            }),
        };
    }
    if let Some(filter) = &relation.source_filter {
        for (at, word) in bits.iter_mut().enumerate() {
            for bit in ones(&[*word]).collect::<Vec<_>>() {
                if truth(store, relation.source, filter, Slot::new(at * 64 + bit)) != TRUE {
                    *word &= !(1 << bit);
                }
            }
        }
    }
    bits
}

/// For each slot of the source, to how many rows that pass `filter` it leads. O(source + target).
pub(super) fn counts(store: &Store, relation: &RelationInfo, filter: Option<&Predicate>) -> Vec<u64> {
    if relation.is_polymorphic() || relation.distinct {
        let live = store.table(relation.source).live();
        let bound = store.table(relation.source).bound();
        let mut counts = vec![0u64; bound];
        for slot in live.ones(0..bound).map(Slot::new) {
            add(&mut counts, slot, row::count(store, relation, filter, slot));
        }
        return counts;
    }
    let bits = targets(store, relation, filter, false);
    let mut counts = vec![0u64; store.table(relation.target).bound()];
    ones(&bits).for_each(|at| add(&mut counts, Slot::new(at), 1));
    for (table, hop) in backwards(store, relation) {
        let mut back = vec![0u64; store.table(table).bound()];
        match hop {
            Hop::ToChildren(edge) => {
                let parents = store.edge(*edge).parents();
                for (child, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                    add(&mut back, parents.at(child), *count);
                }
            }
            Hop::ToParent(edge) => {
                let parents = store.edge(*edge).parents();
                let live = store.table(table).live();
                for child in live.ones(0..back.len()) {
                    let count = counts.get(parents.at(child).index()).copied().unwrap_or_default();
                    add(&mut back, Slot::new(child), count);
                }
            }
            Hop::Lookup { from, table: target, index } => {
                for at in store.table(table).live().ones(0..back.len()) {
                    let key = store.table(table).keys(from).values(Slot::new(at));
                    let group = row::lookup(store.table(*target), *index, &key);
                    let count = group.into_iter().filter_map(|to| counts.get(to.index())).sum();
                    add(&mut back, Slot::new(at), count);
                }
            }
            Hop::Along { source, relation, .. } => {
                let relation = row::relation_of(store, *source, *relation);
                for slot in store.table(table).live().ones(0..back.len()).map(Slot::new) {
                    let rows = row::along(store, relation, slot);
                    let count = rows.into_iter().filter_map(|to| counts.get(to.index())).sum();
                    add(&mut back, slot, count);
                }
            }
        }
        counts = back;
    }
    if let Some(filter) = &relation.source_filter {
        for (at, count) in counts.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
            if truth(store, relation.source, filter, Slot::new(at)) != TRUE {
                *count = 0;
            }
        }
    }
    counts
}

/// A bit for each row of the target that the relation leads to and that passes, or fails.
fn targets(store: &Store, relation: &RelationInfo, filter: Option<&Predicate>, failing: bool) -> Vec<u64> {
    let table = relation.target;
    let own = relation.filter.as_ref();
    let rows = store.table(table).row_count();
    let mut leads = Tester::new(store, table, own);
    let mut passes = Tester::new(store, table, if failing { filter } else { None });
    if !failing {
        leads = Tester::new(store, table, own.into_iter().chain(filter));
    }
    leads.expect(rows);
    passes.expect(rows);
    let mut bits = Vec::with_capacity(store.table(table).bound().div_ceil(64));
    for chunk in 0..store.table(table).bound().div_ceil(ROWS) {
        let mut words = leads.words(chunk);
        if failing {
            let passed = passes.words(chunk);
            words.iter_mut().zip(passed).for_each(|(word, passed)| *word &= !passed);
        }
        bits.extend_from_slice(&words);
    }
    bits
}

/// The hops from last to first, each with the table it starts from.
fn backwards<'a>(store: &Store, relation: &'a RelationInfo) -> impl Iterator<Item = (TableId, &'a Hop)> {
    let mut table = relation.source;
    let mut hops = Vec::with_capacity(relation.hops.len());
    for hop in &relation.hops {
        hops.push((table, hop));
        table = match hop {
            Hop::ToParent(edge) => store.catalog().edge(*edge).parent,
            Hop::ToChildren(edge) => store.catalog().edge(*edge).child,
            Hop::Lookup { table, .. } | Hop::Along { target: table, .. } => *table,
        };
    }
    hops.into_iter().rev()
}

/// The children of marked parents: by their lists when few are marked, else by a scan.
fn children_of(store: &Store, table: TableId, edge: crate::id::EdgeId, bits: &[u64]) -> Vec<u64> {
    let adjacency = store.edge(edge);
    let (parents, children) = (adjacency.parents(), adjacency.children());
    let marked: usize = ones(bits).map(|parent| children.count(Slot::new(parent))).sum();
    let mut back = bitmap(store, table);
    if marked < store.table(table).bound() / 8 {
        for parent in ones(bits) {
            children.of(Slot::new(parent)).iter().for_each(|child| set(&mut back, *child));
        }
        return back;
    }
    // Of rows that are gone it isn't known whose children they are.
    let live = store.table(table).live();
    for (word, first) in back.iter_mut().zip((0..).step_by(64)) {
        *word = live.word(first / 64)
            & (0..64).fold(0, |word, bit| word | u64::from(is_set(bits, parents.at(first + bit))) << bit);
    }
    back
}

fn each_live(store: &Store, table: TableId, mut holds: impl FnMut(Slot) -> bool) -> Vec<u64> {
    let mut bits = bitmap(store, table);
    let rows = store.table(table);
    rows.live()
        .ones(0..rows.bound())
        .map(Slot::new)
        .filter(|slot| holds(*slot))
        .for_each(|slot| set(&mut bits, slot));
    bits
}

fn bitmap(store: &Store, table: TableId) -> Vec<u64> {
    vec![0; store.table(table).bound().div_ceil(64)]
}

#[inline]
fn set(bits: &mut [u64], slot: Slot) {
    if let Some(word) = bits.get_mut(slot.index() / 64) {
        *word |= 1 << (slot.index() % 64);
    }
}

#[inline]
fn is_set(bits: &[u64], slot: Slot) -> bool {
    bits.get(slot.index() / 64).is_some_and(|word| word >> (slot.index() % 64) & 1 == 1)
}

#[inline]
fn add(counts: &mut [u64], slot: Slot, by: u64) {
    if let Some(count) = counts.get_mut(slot.index()) {
        *count = count.saturating_add(by);
    }
}
