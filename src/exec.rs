//! Answering plans, level by level over vectors of slots.
//!
//! # Glossary
//!
//! - *bound level*: a level of the plan with its columns, filters and walks looked up in a store.
//! - *flat*: the rows of several parents one after the other, with offsets.
//! - *arranging*: order, cursor, distinct, offset and limit, for each parent apart.
//!
//! A level is found for all parents of a block at once: its walk, its filter and its order each run
//! over one vector. Buffers are kept between blocks.

mod along;
mod arrange;
mod cursor;
mod extras;
mod level;
mod parts;
mod pluck;
mod prepared;
mod reach;
mod root;
mod warm;

pub(crate) use pluck::pluck;
pub use prepared::{ByKey, Prepared};

use crate::column::chunked::ROWS;
use crate::document::{Effort, Limits};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::eval::fault;
use crate::filter::Filter;
use crate::id::{Slot, TableId};
use crate::plan::{self, Level, Measure, Plan};
use crate::predicate::{self, Predicate};
use crate::query::Query;
use crate::store::Store;
use crate::view::{FoundLevel, Page, RowView};
use level::Bound;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Root rows that are answered together at first when rows are streamed, and at most.
const BLOCK: usize = 16;
const BLOCK_MAX: usize = 64;

/// Rows of all levels that are answered together then: few enough to stay in the processor's nearest
/// caches, and enough for their loads to overlap.
const NEAR: usize = 256;

/// How many rows an answer may still have and come by, and what its levels have found.
struct Budget<'c> {
    left: usize,
    limits: Limits,
    /// How many rows may still be come by on the way.
    effort: Effort,
    /// How many levels recursive includes have gone on for, above the include that is being found.
    levels: usize,
    /// Reads the time in nanoseconds, where an analysis asks for it.
    clock: Option<&'c dyn Fn() -> i128>,
    /// What each level has found, in the order of the plan's words.
    measures: Vec<Measure>,
}

impl<'c> Budget<'c> {
    fn new(limits: Limits) -> Budget<'c> {
        let (left, effort) = (limits.rows, limits.effort());
        Budget { left, limits, effort, levels: 0, clock: None, measures: Vec::new() }
    }

    /// The time before a level is found.
    fn start(&self) -> i128 {
        self.clock.map_or(0, |clock| clock())
    }

    /// Notes what a level has found.
    fn note(&mut self, start: i128, slots: &[Slot]) {
        if let Some(clock) = self.clock {
            let rows = slots.iter().filter(|slot| !slot.is_none()).count();
            self.measures.push((rows, clock() - start));
        }
    }

    /// Takes rows off.
    ///
    /// # Errors
    /// `limit_exceeded` when there are fewer left.
    fn take(&mut self, rows: usize) -> Result<()> {
        match self.left.checked_sub(rows) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => self.limits.check_rows(usize::MAX),
        }
    }
}

/// All rows that answer a query. O(rows read); see the query's `explain`.
///
/// # Errors
/// Everything that is wrong with the query, and `limit_exceeded` for more rows in all levels together
/// than `limits` allow.
pub(crate) fn all<S>(store: &Arc<Store>, query: &Query<S>, limits: Limits) -> Result<Page> {
    page(store, &Arc::new(Plan::new(store, query)?), limits)
}

/// The first row that answers a query, as a page of one or none.
///
/// # Errors
/// As [`all`].
pub(crate) fn first<S>(store: &Arc<Store>, query: &Query<S>, limits: Limits) -> Result<Page> {
    let mut plan = Plan::new(store, query)?;
    plan.root.limit = Some(plan.root.limit.unwrap_or(1).min(1));
    page(store, &Arc::new(plan), limits)
}

/// All rows that answer a plan.
///
/// # Errors
/// `limit_exceeded`.
pub(crate) fn page(store: &Arc<Store>, plan: &Arc<Plan>, limits: Limits) -> Result<Page> {
    let found = found(store, plan, &mut Budget::new(limits))?;
    Ok(Page::new(Arc::clone(store), Arc::clone(plan), found))
}

fn found(store: &Arc<Store>, plan: &Plan, budget: &mut Budget<'_>) -> Result<FoundLevel> {
    plan.ready()?;
    asked(store, plan, &mut budget.effort)?;
    let start = budget.start();
    let mut bound = Bound::root(store, &plan.root);
    let mut found = FoundLevel { slots: root::slots(store, plan, &mut bound), ..FoundLevel::default() };
    fault::collect()?;
    budget.note(start, &found.slots);
    budget.take(found.slots.len())?;
    budget.effort.spend(found.slots.len())?;
    bound.expand(&mut found, budget)?;
    Ok(found)
}

/// Answers a query, and tells in words what each level has found and how long it took by a clock of
/// nanoseconds.
///
/// # Errors
/// As [`all`].
pub(crate) fn analyze<S>(store: &Arc<Store>, query: &Query<S>, clock: &dyn Fn() -> i128) -> Result<String> {
    let plan = Plan::new(store, query)?;
    let mut budget = Budget { clock: Some(clock), ..Budget::new(Limits::none()) };
    let start = clock();
    let rows = found(store, &plan, &mut budget)?.slots.len();
    let took = clock() - start;
    Ok(plan.analyzed(store, &mut budget.measures.iter()) + &plan::total((rows, took)))
}

/// Rows that are known already, with what a query of their table includes.
///
/// # Errors
/// Everything that is wrong with the query.
pub(crate) fn page_of<S>(store: &Arc<Store>, query: &Query<S>, slots: Vec<Slot>) -> Result<Page> {
    let plan = Arc::new(Plan::new(store, query)?);
    plan.ready()?;
    let mut bound = Bound::root(store, &plan.root);
    let mut found = FoundLevel { slots, ..FoundLevel::default() };
    bound.expand(&mut found, &mut Budget::new(Limits::none()))?;
    drop(bound);
    Ok(Page::new(Arc::clone(store), plan, found))
}

/// Takes off what filter and order of a plan's root cost, if all rows are asked.
///
/// # Errors
/// `limit_exceeded`.
fn asked(store: &Store, plan: &Plan, effort: &mut Effort) -> Result<()> {
    effort.ask(store.table(plan.root.table).row_count(), plan.root.parts())
}

/// Shows each row that answers a plan, a block of rows at a time in buffers that are used again;
/// stops when told to. Same rows as [`page`], in less memory and time.
///
/// # Errors
/// `limit_exceeded`.
pub(crate) fn each(
    store: &Arc<Store>,
    plan: &Plan,
    limits: Limits,
    mut show: impl FnMut(RowView<'_>) -> ControlFlow<()>,
) -> Result<()> {
    plan.ready()?;
    let mut budget = Budget::new(limits);
    let mut bound = Bound::root(store, &plan.root);
    let slots = root::slots(store, plan, &mut bound);
    fault::collect()?;
    let mut found = FoundLevel::default();
    let (mut from, mut size) = (0, BLOCK);
    while let Some(block) = slots.get(from..slots.len().min(from + size)).filter(|block| !block.is_empty()) {
        let left = budget.left;
        budget.take(block.len())?;
        found.slots.clear();
        found.slots.extend_from_slice(block);
        bound.expand(&mut found, &mut budget)?;
        warm::warm(store, &plan.root, &found);
        for at in 0..block.len() {
            if show(RowView::new(store, &plan.root, &found, at)).is_break() {
                return Ok(());
            }
        }
        from += block.len();
        let each = (left - budget.left).div_ceil(block.len());
        size = (NEAR / each.max(1)).clamp(1, BLOCK_MAX);
    }
    Ok(())
}

/// One plan answered for root rows that the caller finds, over and over in the same buffers.
pub(crate) struct Runner<'a> {
    store: &'a Arc<Store>,
    plan: &'a Plan,
    level: &'a Level,
    bound: Bound<'a>,
    found: FoundLevel,
    limits: Limits,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(store: &'a Arc<Store>, plan: &'a Plan, limits: Limits) -> Runner<'a> {
        let bound = Bound::root(store, &plan.root);
        Runner { store, plan, level: &plan.root, bound, found: FoundLevel::default(), limits }
    }

    /// Forgets what filters have learnt from rows that failed.
    fn fresh(&mut self, done: Result<()>) -> Result<()> {
        if done.is_err() {
            self.bound = Bound::root(self.store, self.level);
        }
        done
    }

    /// The row at `slot` with all that is included; `None` when it isn't there or doesn't pass.
    ///
    /// # Errors
    /// `limit_exceeded`.
    pub(crate) fn row(&mut self, slot: Slot) -> Result<Option<RowView<'_>>> {
        self.plan.ready()?;
        let mut budget = Budget::new(self.limits);
        self.found.slots.clear();
        self.found.slots.push(slot);
        self.bound.filter.retain(&mut self.found.slots);
        let asked = fault::collect();
        self.fresh(asked)?;
        if self.found.slots.is_empty() {
            return Ok(None);
        }
        budget.take(1)?;
        let found = self.bound.expand(&mut self.found, &mut budget);
        self.fresh(found)?;
        warm::warm(self.store, self.level, &self.found);
        Ok(Some(RowView::new(self.store, self.level, &self.found, 0)))
    }

    /// Shows the rows at these slots with all that is included; nothing for [`Slot::NONE`] and for a row
    /// that doesn't pass.
    ///
    /// # Errors
    /// `limit_exceeded`.
    pub(crate) fn rows(&mut self, slots: &[Slot], show: &mut impl FnMut(Option<RowView<'_>>)) -> Result<()> {
        self.plan.ready()?;
        let mut budget = Budget::new(self.limits);
        self.found.slots.clear();
        self.found.slots.extend(slots.iter().copied().filter_map(Slot::some));
        self.bound.filter.retain(&mut self.found.slots);
        let asked = fault::collect();
        self.fresh(asked)?;
        budget.take(self.found.slots.len())?;
        let found = self.bound.expand(&mut self.found, &mut budget);
        self.fresh(found)?;
        warm::warm(self.store, self.level, &self.found);
        let mut at = 0;
        for slot in slots {
            let passed = !slot.is_none() && self.found.slots.get(at) == Some(slot);
            show(passed.then(|| RowView::new(self.store, self.level, &self.found, at)));
            at += usize::from(passed);
        }
        Ok(())
    }
}

/// How many rows a query gives.
///
/// # Errors
/// Everything that is wrong with the query.
pub(crate) fn count<S>(store: &Store, query: &Query<S>, limits: Limits) -> Result<u64> {
    let plan = Plan::new(store, query)?;
    plan.ready()?;
    asked(store, &plan, &mut limits.effort())?;
    let count = root::count(store, &plan) as u64;
    fault::collect().map(|()| count)
}

/// Whether a query gives any row.
///
/// # Errors
/// Everything that is wrong with the query.
pub(crate) fn exists<S>(store: &Store, query: &Query<S>, limits: Limits) -> Result<bool> {
    let plan = Plan::new(store, query)?;
    plan.ready()?;
    asked(store, &plan, &mut limits.effort())?;
    let exists = root::exists(store, &plan);
    fault::collect().map(|()| exists)
}

/// A query's plan in words.
///
/// # Errors
/// Everything that is wrong with the query.
pub(crate) fn explain<S>(store: &Store, query: &Query<S>) -> Result<String> {
    Ok(Plan::new(store, query)?.explain(store))
}

/// A query with its names resolved and its access chosen.
///
/// # Errors
/// Everything that is wrong with the query.
pub(crate) fn prepare<S>(store: &Arc<Store>, query: &Query<S>, limits: Limits) -> Result<Prepared> {
    Ok(Prepared::new(Arc::clone(store), Plan::new(store, query)?, limits))
}

/// The rows of a plan's root, in its order.
///
/// # Errors
/// What an expression in its filter fails with.
pub(crate) fn root_slots(store: &Store, plan: &Plan) -> Result<Vec<Slot>> {
    let slots = root::slots(store, plan, &mut Bound::root(store, &plan.root));
    fault::collect().map(|()| slots)
}

/// Shows the rows of a plan's root, in its order, a block at a time until told to stop. A scan that
/// needs nothing else reads its rows as they are shown.
///
/// # Errors
/// What an expression in its filter or `show` fails with.
pub(crate) fn root_blocks(
    store: &Store,
    plan: &Plan,
    mut show: impl FnMut(&[Slot]) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut bound = Bound::root(store, &plan.root);
    if let Some(chunks) = root::streamed(store, plan) {
        bound.filter.expect(chunks * ROWS);
        let mut slots = Vec::with_capacity(ROWS);
        for chunk in 0..chunks {
            slots.clear();
            bound.filter.chunk(chunk, &mut slots);
            fault::collect()?;
            if show(&slots)?.is_break() {
                break;
            }
        }
        return Ok(());
    }
    let slots = root::slots(store, plan, &mut bound);
    fault::collect()?;
    for block in slots.chunks(ROWS) {
        if show(block)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// The rows of a table that a filter lets through, ascending: by an index where one fits. Without a
/// filter all rows.
///
/// # Errors
/// Everything that is wrong with the filter, with its path inside it. A filter that asks nothing
/// names no rows: a write by it would be a write to all of them.
pub(crate) fn slots(store: &Store, table: TableId, filter: Option<&Filter>) -> Result<Vec<Slot>> {
    let terms = match filter {
        Some(filter) => predicate::resolve(store.catalog(), table, filter, &predicate::no_extras)?,
        None => Predicate::And(Vec::new()),
    };
    if filter.is_some() && matches!(&terms, Predicate::And(parts) if parts.is_empty()) {
        return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::NoRowsNamed)));
    }
    let plan = Plan::of_filter(store, table, terms);
    let mut bound = Bound::root(store, &plan.root);
    let slots = root::slots(store, &plan, &mut bound);
    fault::collect().map(|()| slots)
}
