//! The rows of the root, by the access that was planned.

use super::arrange::Arrange;
use super::arrange::Top;
use super::level::Bound;
use super::parts::{SCANNED, in_parts};
use super::reach::found;
use crate::column::chunked::ROWS;
use crate::eval::{Flat, Tester, fault, ones};
use crate::id::{IndexId, Slot};
use crate::plan::{Access, Level, Plan};
use crate::predicate::Predicate;
use crate::store::Store;
use std::ops::Bound::Unbounded;
use std::ops::Range;

/// The rows of the root in the order of the result.
pub(super) fn slots(store: &Store, plan: &Plan, bound: &mut Bound<'_>) -> Vec<Slot> {
    let level = &plan.root;
    if level.limit == Some(0) {
        return Vec::new();
    }
    let chunks = store.table(level.table).bound().div_ceil(ROWS);
    let slots = match &plan.access {
        Access::Scan if level.is_plain() => scan(store, level, &mut bound.filter, level.needed()),
        Access::Scan => {
            bound.filter.expect(store.table(level.table).row_count());
            if let Some(mut top) = Top::new(&mut bound.arrange) {
                if let Some(parts) = top_in_parts(store, level) {
                    for slots in &parts {
                        top.add(slots);
                    }
                } else {
                    add_top(store, level, &mut bound.filter, &mut top, 0..chunks);
                }
                return top.finish().get(level.offset..).unwrap_or_default().to_vec();
            }
            scan(store, level, &mut bound.filter, usize::MAX)
        }
        Access::Ordered { index, descending } => match ordered(store, plan, bound, *index, *descending) {
            Some(slots) => return slots,
            None => scan(store, level, &mut bound.filter, usize::MAX),
        },
        _ => {
            let plain = bound.filter.is_empty() && level.is_plain();
            let take = if plain { level.needed() } else { usize::MAX };
            let mut slots = found(store, plan, take).unwrap_or_default();
            if !matches!(plan.access, Access::Along { .. }) {
                arrange(store, level, &mut slots);
            }
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
    // Rows that don't lie in insertion order have to be arranged first.
    let whole = whole && store.table(level.table).ranks().is_none();
    whole.then(|| store.table(level.table).bound().div_ceil(ROWS))
}

/// Brings rows that lie otherwise into insertion order.
fn arrange(store: &Store, level: &Level, slots: &mut [Slot]) {
    if let Some(ranks) = store.table(level.table).ranks() {
        ranks.arrange(slots);
    }
}

/// Rows that pass, in insertion order, until `needed` are found.
fn scan(store: &Store, level: &Level, filter: &mut Tester<'_>, needed: usize) -> Vec<Slot> {
    let chunks = store.table(level.table).bound().div_ceil(ROWS);
    let mut slots = Vec::new();
    if needed == usize::MAX {
        let found = scan_in_parts(store, level, |filter, chunks| {
            let mut slots = Vec::new();
            chunks.for_each(|chunk| filter.chunk(chunk, &mut slots));
            slots
        });
        if let Some(parts) = found {
            slots = parts.concat();
            arrange(store, level, &mut slots);
            return slots;
        }
        filter.expect(chunks * ROWS);
    } else if store.table(level.table).ranks().is_some() {
        return first_in_order(store, level, filter, needed);
    }
    for chunk in 0..chunks {
        filter.chunk(chunk, &mut slots);
        if slots.len() >= needed {
            break;
        }
    }
    arrange(store, level, &mut slots);
    slots
}

/// Rows that are asked about one by one rather than with their whole chunk.
const FEW: u32 = 16;

/// The first rows that pass of a table whose rows don't lie in insertion order. O(rows up to the last).
fn first_in_order(store: &Store, level: &Level, filter: &mut Tester<'_>, needed: usize) -> Vec<Slot> {
    let mut rows = store.table(level.table).in_order();
    let (mut slots, mut block) = (Vec::new(), Vec::with_capacity(ROWS));
    while slots.len() < needed {
        block.clear();
        block.extend(rows.by_ref().take(ROWS));
        if block.is_empty() {
            break;
        }
        filter.retain(&mut block);
        slots.append(&mut block);
    }
    slots
}

/// Whether a scan is read in parts: on several threads, where it is long and its filter learns nothing that
/// each of them would have to learn anew.
fn is_long(store: &Store, level: &Level) -> bool {
    store.threads().count > 1
        && store.table(level.table).bound() / SCANNED >= store.threads().above
        && !level.filter.iter().any(Predicate::asks_along)
}

/// What each part of a table's chunks comes to; `None` where the scan isn't read in parts, or an expression
/// fails.
fn scan_in_parts<T: Send>(
    store: &Store,
    level: &Level,
    read: impl Fn(&mut Tester<'_>, Range<usize>) -> T + Sync,
) -> Option<Vec<T>> {
    if !is_long(store, level) || level.filter.is_empty() {
        return None;
    }
    let filter = || Tester::new(store, level.table, &level.filter);
    in_parts(
        store.threads().count,
        store.table(level.table).bound().div_ceil(ROWS),
        filter,
        |filter, chunks| {
            let found = read(filter, chunks);
            fault::collect().ok().map(|()| found)
        },
    )
}

/// The first rows in order of each part of a table, which the first of all are among.
fn top_in_parts(store: &Store, level: &Level) -> Option<Vec<Vec<Slot>>> {
    if !is_long(store, level) {
        return None;
    }
    let tools = || (Tester::new(store, level.table, &level.filter), Arrange::new(store, level));
    in_parts(
        store.threads().count,
        store.table(level.table).bound().div_ceil(ROWS),
        tools,
        |tools, chunks| {
            let (filter, arrange) = tools;
            let mut top = Top::new(arrange)?;
            add_top(store, level, filter, &mut top, chunks);
            fault::collect().ok().map(|()| top.finish())
        },
    )
}

/// Adds the rows of some chunks that may be among the first in order. Once enough are known, a row has to
/// pass the worst of them before anything else is asked.
fn add_top(
    store: &Store,
    level: &Level,
    filter: &mut Tester<'_>,
    top: &mut Top<'_, '_>,
    mut chunks: Range<usize>,
) {
    let mut slots = Vec::with_capacity(ROWS);
    while !chunks.is_empty() {
        let bar = top.bar();
        let mut above = Tester::new(store, level.table, &bar);
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
        rows.arrange(&mut group);
        bound.filter.retain(&mut group);
        found.extend_from_slice(&group);
        if found.len() >= level.needed() {
            found.truncate(level.needed());
            break;
        }
    }
    Some(found.get(level.offset..).unwrap_or_default().to_vec())
}

/// How many rows the root gives. O(1) or O(rows that pass); O(rows x log) where a cursor or distinct chooses.
pub(super) fn count(store: &Store, plan: &Plan) -> usize {
    let level = &plan.root;
    if level.cursor.is_some() || level.distinct.is_some() {
        return slots(store, plan, &mut Bound::root(store, level)).len();
    }
    passing(store, plan).saturating_sub(level.offset).min(level.limit.unwrap_or(usize::MAX))
}

/// How many rows pass the root's filter.
fn passing(store: &Store, plan: &Plan) -> usize {
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
            let count = |filter: &mut Tester<'_>, chunks: Range<usize>| {
                let ones =
                    |chunk| filter.words(chunk).iter().map(|word| word.count_ones() as usize).sum::<usize>();
                chunks.map(ones).sum::<usize>()
            };
            if let Some(parts) = scan_in_parts(store, level, count) {
                return parts.iter().sum();
            }
            let mut filter = Tester::new(store, level.table, &level.filter);
            filter.expect(store.table(level.table).row_count());
            count(&mut filter, 0..store.table(level.table).bound().div_ceil(ROWS))
        }
    }
}

/// Whether the root gives any row. O(rows up to the first), unless some are left out first.
pub(super) fn exists(store: &Store, plan: &Plan) -> bool {
    let level = &plan.root;
    if level.offset > 0 || level.limit == Some(0) || level.cursor.is_some() {
        return count(store, plan) > 0;
    }
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
