//! Levels bound to a store: from parents to children.

mod recurse;

use super::Budget;
use super::arrange::Arrange;
use super::extras::BoundExtra;
use super::parts::in_parts;
use crate::catalog::TableInfo;
use crate::error::{Error, ErrorKind, Result};
use crate::eval::{Flat, TRUE, Tester, Walk, fault};
use crate::id::Slot;
use crate::plan::{Include, Level};
use crate::store::Store;
use crate::view::{ExtraCells, Found, FoundLevel};

/// Parents whose children are found together.
const PARENTS: usize = 1024;

/// A level with everything looked up that it names.
pub(super) struct Bound<'a> {
    pub(super) level: &'a Level,
    pub(super) filter: Tester<'a>,
    pub(super) arrange: Arrange<'a>,
    store: &'a Store,
    /// What filter and order are made of.
    parts: usize,
    extras: Vec<BoundExtra<'a>>,
    includes: Vec<Below<'a>>,
    /// How many threads may find what hangs on its rows, and about how much that is for one of them.
    threads: usize,
    each: usize,
}

/// How to get from a level to one that it includes.
struct Below<'a> {
    walk: Walk<'a>,
    many: bool,
    /// Which parents lead anywhere.
    source: Tester<'a>,
    bound: Bound<'a>,
    /// The same to other tables, where a parent leads along one at most.
    others: Vec<Below<'a>>,
    parents: Vec<Slot>,
    truths: Vec<u8>,
    flat: Flat,
}

impl<'a> Bound<'a> {
    pub(super) fn root(store: &'a Store, level: &'a Level) -> Bound<'a> {
        let threads = store.threads().count;
        let threads = if threads > 1 && level.is_divisible(store.catalog()) { threads } else { 1 };
        Bound::new(store, level, Tester::new(store, level.table, &level.filter), threads)
    }

    /// Recursion is as deep as includes may nest.
    fn new(store: &'a Store, level: &'a Level, filter: Tester<'a>, threads: usize) -> Bound<'a> {
        let info = store.catalog().table(level.table);
        let extras = level.extras.iter().map(|extra| BoundExtra::new(store, level, extra));
        Bound {
            level,
            filter,
            arrange: Arrange::new(store, level),
            store,
            parts: level.parts(),
            extras: extras.collect(),
            includes: level
                .includes
                .iter()
                .map(|include| Below::new(store, info, include, threads))
                .collect(),
            threads,
            each: if threads > 1 { level.rows_each(store) } else { 1 },
        }
    }

    /// Finds the extras and includes of rows that are known. Recursion is as deep as includes nest.
    ///
    /// # Errors
    /// `limit_exceeded` when the budget is used up.
    pub(super) fn expand(&mut self, found: &mut FoundLevel, budget: &mut Budget<'_>) -> Result<()> {
        fault::collect()?;
        if self.threads > 1 && self.expand_in_parts(found, budget).is_some() {
            return Ok(());
        }
        budget.effort.spend(found.slots.len().saturating_mul(self.extras.len()))?;
        found.extras.resize_with(self.extras.len(), ExtraCells::default);
        for (at, (extra, cells)) in self.extras.iter_mut().zip(&mut found.extras).enumerate() {
            extra.fill(self.store, self.level, at, &found.slots, cells)?;
        }
        found.includes.resize_with(self.includes.len(), Found::default);
        for (below, nested) in self.includes.iter_mut().zip(&mut found.includes) {
            below.expand(&found.slots, nested, budget)?;
        }
        fault::collect()
    }

    /// As [`expand`](Bound::expand), on several threads; `None`, and nothing found, where that isn't worth it
    /// or anything fails. Each part may take all that is left; what they take together is then taken off.
    fn expand_in_parts(&self, found: &mut FoundLevel, budget: &mut Budget<'_>) -> Option<()> {
        if budget.clock.is_some() {
            return None;
        }
        let leaf = self.extras.is_empty() && self.includes.is_empty();
        if leaf || found.slots.len().saturating_mul(self.each) < self.store.threads().above {
            return None;
        }
        let (store, level, slots) = (self.store, self.level, &found.slots);
        let (left, limits, effort, levels) = (budget.left, budget.limits, budget.effort, budget.levels);
        let parts = in_parts(
            self.threads,
            slots.len(),
            || Bound::new(store, level, Tester::new(store, level.table, []), 1),
            |bound, part| {
                let mut found = FoundLevel { slots: slots.get(part)?.to_vec(), ..FoundLevel::default() };
                let mut budget = Budget { left, effort, levels, ..Budget::new(limits) };
                let done = bound.expand(&mut found, &mut budget);
                fault::collect().and(done).ok()?;
                Some((found, left - budget.left, effort.left() - budget.effort.left()))
            },
        )?;
        let mut parts = parts.into_iter();
        let (mut all, mut rows, mut work) = parts.next()?;
        for (part, more_rows, more_work) in parts {
            all.append(part)?;
            rows += more_rows;
            work = work.saturating_add(more_work);
        }
        let (left, mut effort) = (left.checked_sub(rows)?, effort);
        effort.spend(work).ok()?;
        (budget.left, budget.effort) = (left, effort);
        (found.extras, found.includes) = (all.extras, all.includes);
        Some(())
    }
}

impl<'a> Below<'a> {
    fn new(store: &'a Store, info: &'a TableInfo, include: &'a Include, threads: usize) -> Below<'a> {
        let relation = info.relation(include.relation);
        let filter = relation.filter.iter().chain(&include.level.filter);
        Below {
            walk: Walk::new(store, relation),
            many: include.many,
            source: Tester::new(store, info.id, &relation.source_filter),
            bound: Bound::new(
                store,
                &include.level,
                Tester::new(store, include.level.table, filter),
                threads,
            ),
            others: include.others.iter().map(|other| Below::new(store, info, other, threads)).collect(),
            parents: Vec::new(),
            truths: Vec::new(),
            flat: Flat::default(),
        }
    }

    /// Finds the children of each parent and everything below them.
    fn expand(&mut self, parents: &[Slot], found: &mut Found, budget: &mut Budget<'_>) -> Result<()> {
        let start = budget.start();
        self.find(parents, found, budget)?;
        let levels = self.recurse(parents, found, budget)?;
        budget.note(start, &found.rows.slots);
        budget.levels += levels;
        self.bound.expand(&mut found.rows, budget)?;
        budget.levels -= levels;
        found.others.resize_with(self.others.len(), Found::default);
        for (other, found) in self.others.iter_mut().zip(&mut found.others) {
            other.expand(parents, found, budget)?;
        }
        Ok(())
    }

    /// Finds the children of each parent.
    fn find(&mut self, parents: &[Slot], found: &mut Found, budget: &mut Budget<'_>) -> Result<()> {
        found.offsets.clear();
        found.rows.slots.clear();
        let level = self.bound.level;
        let takes_first = level.cursor.is_none() && level.offset == 0 && level.limit != Some(0);
        if !self.many && self.walk.is_direct() && takes_first {
            return self.find_direct(parents, found, budget);
        }
        if self.many {
            found.offsets.push(0);
        }
        let plain = self.bound.filter.is_empty() && level.is_plain();
        let take = if plain { level.needed() } else { usize::MAX };
        for block in parents.chunks(PARENTS) {
            if self.source.is_empty() {
                self.walk.gather_within(block, take, &mut budget.effort, &mut self.flat)?;
            } else {
                self.start_from(block);
                self.walk.gather_within(&self.parents, take, &mut budget.effort, &mut self.flat)?;
            }
            budget.effort.ask(self.flat.slots.len(), self.bound.parts)?;
            filter_flat(&mut self.bound.filter, &mut self.truths, &mut self.flat);
            self.bound.arrange.arrange(&mut self.flat);
            if self.many {
                budget.take(self.flat.slots.len())?;
                append_many(&self.flat, found)?;
            } else {
                append_first(&self.flat, found, budget)?;
            }
        }
        Ok(())
    }

    /// Every parent has one place in the result, whether it leads anywhere or not.
    fn find_direct(&mut self, parents: &[Slot], found: &mut Found, budget: &mut Budget<'_>) -> Result<()> {
        budget.effort.ask(parents.len(), self.bound.parts)?;
        let slots = &mut found.rows.slots;
        if self.source.is_empty() {
            self.walk.direct(parents, slots);
        } else {
            self.start_from(parents);
            self.walk.direct(&self.parents, slots);
        }
        blank_failing(&mut self.bound.filter, &mut self.truths, slots);
        budget.take(slots.iter().filter(|slot| !slot.is_none()).count())
    }

    /// The parents that lead anywhere; the others become none.
    fn start_from(&mut self, parents: &[Slot]) {
        self.parents.clear();
        self.parents.extend_from_slice(parents);
        blank_failing(&mut self.source, &mut self.truths, &mut self.parents);
    }
}

/// Turns slots that don't pass into none.
fn blank_failing(tester: &mut Tester<'_>, truths: &mut Vec<u8>, slots: &mut [Slot]) {
    if tester.is_empty() {
        return;
    }
    tester.mask(slots, truths);
    for (slot, truth) in slots.iter_mut().zip(truths) {
        if *truth != TRUE {
            *slot = Slot::NONE;
        }
    }
}

/// Keeps the rows that pass.
fn filter_flat(tester: &mut Tester<'_>, truths: &mut Vec<u8>, flat: &mut Flat) {
    if tester.is_empty() {
        return;
    }
    tester.mask(&flat.slots, truths);
    flat.retain(|at| truths[at] == TRUE);
}

fn append_many(flat: &Flat, found: &mut Found) -> Result<()> {
    let slots = &mut found.rows.slots;
    let base = place(slots.len())?;
    place(slots.len() + flat.slots.len())?;
    slots.extend_from_slice(&flat.slots);
    found.offsets.extend(flat.offsets.iter().skip(1).map(|offset| base + offset));
    Ok(())
}

fn append_first(flat: &Flat, found: &mut Found, budget: &mut Budget<'_>) -> Result<()> {
    let mut from = 0;
    for to in flat.offsets.iter().skip(1).map(|offset| *offset as usize) {
        let first = flat.slots.get(from..to).and_then(<[Slot]>::first).copied();
        budget.take(usize::from(first.is_some()))?;
        found.rows.slots.push(first.unwrap_or_default());
        from = to;
    }
    Ok(())
}

/// A place among the rows of a level, of which there are at most 2^32.
fn place(at: usize) -> Result<u32> {
    let limit = || Error::new(ErrorKind::LimitExceeded { limit: "rows", allowed: u32::MAX.into() });
    u32::try_from(at).map_err(|_| limit())
}
