//! The rows of the root, by the access that was planned.

use super::arrange::Top;
use super::level::Bound;
use super::reach::found;
use crate::column::chunked::ROWS;
use crate::eval::{Flat, Tester, ones};
use crate::id::{IndexId, Slot};
use crate::plan::{Access, Plan};
use crate::store::Store;
use std::ops::Bound::Unbounded;

/// The rows of the root in the order of the result.
pub(super) fn slots(store: &Store, plan: &Plan, bound: &mut Bound<'_>) -> Vec<Slot> {
    let level = &plan.root;
    if level.limit == Some(0) {
        return Vec::new();
    }
    let chunks = store.table(level.table).bound().div_ceil(ROWS);
    let slots = match &plan.access {
        Access::Scan if level.is_plain() => scan(&mut bound.filter, chunks, level.needed()),
        Access::Scan => {
            bound.filter.expect(store.table(level.table).row_count());
            if let Some(top) = Top::new(&mut bound.arrange) {
                let slots = scan_top(store, plan, &mut bound.filter, top);
                return slots.get(level.offset..).unwrap_or_default().to_vec();
            }
            scan(&mut bound.filter, chunks, usize::MAX)
        }
        Access::Ordered { index, descending } => match ordered(store, plan, bound, *index, *descending) {
            Some(slots) => return slots,
            None => scan(&mut bound.filter, chunks, usize::MAX),
        },
        _ => {
            let plain = bound.filter.is_empty() && level.is_plain();
            let take = if plain { level.needed() } else { usize::MAX };
            let mut slots = found(store, plan, take).unwrap_or_default();
            bound.filter.expect(slots.len());
            bound.filter.retain(&mut slots);
            slots
        }
    };
    let mut flat = Flat { offsets: vec![0, u32::try_from(slots.len()).unwrap_or(u32::MAX)], slots };
    bound.arrange.arrange(&mut flat);
    flat.slots
}

/// How many chunks a scan reads whose rows come as they are found, all of them; `None` for any other
/// access.
pub(super) fn streamed(store: &Store, plan: &Plan) -> Option<usize> {
    let level = &plan.root;
    let whole = matches!(plan.access, Access::Scan) && level.is_plain();
    let whole = whole && level.limit.is_none() && level.offset == 0;
    whole.then(|| store.table(level.table).bound().div_ceil(ROWS))
}

/// Rows that pass, ascending, until `needed` are found.
fn scan(filter: &mut Tester<'_>, chunks: usize, needed: usize) -> Vec<Slot> {
    let mut slots = Vec::new();
    if needed == usize::MAX {
        filter.expect(chunks * ROWS);
    }
    for chunk in 0..chunks {
        filter.chunk(chunk, &mut slots);
        if slots.len() >= needed {
            break;
        }
    }
    slots
}

/// Rows that are asked about one by one rather than with their whole chunk.
const FEW: u32 = 16;

/// The first rows in order. Once enough are known, a row has to pass the worst of them before anything
/// else is asked.
fn scan_top(store: &Store, plan: &Plan, filter: &mut Tester<'_>, mut top: Top<'_, '_>) -> Vec<Slot> {
    let table = plan.root.table;
    let mut slots = Vec::with_capacity(ROWS);
    let mut chunks = 0..store.table(table).bound().div_ceil(ROWS);
    while !chunks.is_empty() {
        let bar = top.bar();
        let mut above = Tester::new(store, table, &bar);
        for chunk in chunks.by_ref() {
            let mut words = above.words(chunk);
            let left: u32 = words.iter().map(|word| word.count_ones()).sum();
            if left > FEW {
                words.iter_mut().zip(filter.words(chunk)).for_each(|(word, passed)| *word &= passed);
            }
            slots.clear();
            slots.extend(ones(&words).map(|at| Slot::new(chunk * ROWS + at)));
            if left <= FEW {
                filter.retain(&mut slots);
            }
            if top.add(&slots) {
                break;
            }
        }
    }
    top.finish()
}

/// The first rows that pass in the order of an index; `None` when too many would have to be read.
fn ordered(
    store: &Store,
    plan: &Plan,
    bound: &mut Bound<'_>,
    index: IndexId,
    descending: bool,
) -> Option<Vec<Slot>> {
    let (level, rows) = (&plan.root, store.table(plan.root.table));
    let columns = &store.catalog().table(level.table).index(index).columns;
    let keys = rows.keys(columns.get(..level.order.len())?);
    let mut left = if bound.filter.is_empty() { usize::MAX } else { rows.bound() / 16 + ROWS };
    let mut all = rows.range(index, &[], Unbounded, Unbounded);
    let mut next = || if descending { all.next_back() } else { all.next() };
    let (mut found, mut group): (Vec<Slot>, Vec<Slot>) = (Vec::new(), Vec::new());
    let mut ahead = next();
    while let Some(first) = ahead {
        // Rows that are equal in the order come as they were inserted.
        group.clear();
        while let Some(slot) = ahead.filter(|slot| group.is_empty() || keys.equals_row(*slot, &keys, first)) {
            group.push(slot);
            ahead = next();
        }
        left = left.checked_sub(group.len())?;
        group.sort_unstable();
        bound.filter.retain(&mut group);
        found.extend_from_slice(&group);
        if found.len() >= level.needed() {
            found.truncate(level.needed());
            break;
        }
    }
    Some(found.get(level.offset..).unwrap_or_default().to_vec())
}

/// How many rows pass the root's filter.
pub(super) fn count(store: &Store, plan: &Plan) -> usize {
    let level = &plan.root;
    match found(store, plan, usize::MAX) {
        Some(slots) if level.filter.is_empty() => slots.len(),
        Some(mut slots) => {
            let mut filter = Tester::new(store, level.table, &level.filter);
            filter.expect(slots.len());
            filter.retain(&mut slots);
            slots.len()
        }
        None if level.filter.is_empty() => store.table(level.table).row_count(),
        None => {
            let mut filter = Tester::new(store, level.table, &level.filter);
            filter.expect(store.table(level.table).row_count());
            let chunks = 0..store.table(level.table).bound().div_ceil(ROWS);
            chunks
                .map(|chunk| filter.words(chunk).iter().map(|w| w.count_ones() as usize).sum::<usize>())
                .sum()
        }
    }
}

/// Whether any row passes the root's filter.
pub(super) fn exists(store: &Store, plan: &Plan) -> bool {
    let level = &plan.root;
    let mut filter = Tester::new(store, level.table, &level.filter);
    match found(store, plan, usize::MAX) {
        Some(mut slots) => {
            filter.retain(&mut slots);
            !slots.is_empty()
        }
        None => {
            let mut chunks = 0..store.table(level.table).bound().div_ceil(ROWS);
            chunks.any(|chunk| filter.words(chunk).iter().any(|word| *word != 0))
        }
    }
}
