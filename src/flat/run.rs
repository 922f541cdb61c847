//! Answering a planned query: blocks of tuples through the joins into whatever collects them.

use super::arrange::{self, places};
use super::cells::Cells;
use super::counted;
use super::group::Groups;
use super::join::{Block, Joiner};
use super::page::{FlatPage, Found};
use super::plan::{Joins, Planned, Steps};
use super::sets::combine;
use super::top::Top;
use crate::document::{Effort, Limits};
use crate::error::Result;
use crate::eval::vector::{Batch, Vector, evaluate, truths};
use crate::eval::{TRUE, fault};
use crate::exec;
use crate::id::{Slot, TableId};
use crate::plan::Measure;
use crate::scalar::{Scalar, What};
use crate::store::Store;
use crate::value::Value;
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What an answer may take and tells.
pub(super) struct Context<'c> {
    limits: Limits,
    /// How many rows may still be come by on the way.
    effort: Effort,
    /// Reads the time in nanoseconds; only where an analysis asks for it.
    clock: Option<&'c dyn Fn() -> i128>,
    pub(super) stats: Stats,
}

/// What was found and how long it took: the first scan, each join, and the whole, query by query.
#[derive(Default)]
pub(super) struct Stats(pub(super) Vec<Measure>);

impl<'c> Context<'c> {
    pub(super) fn new(limits: Limits, clock: Option<&'c dyn Fn() -> i128>) -> Context<'c> {
        Context { limits, effort: limits.effort(), clock, stats: Stats::default() }
    }

    fn now(&self) -> i128 {
        self.clock.map_or(0, |clock| clock())
    }

    /// What the answer may take.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }
}

/// The rows of a query. See its `explain` for the cost.
///
/// # Errors
/// What an expression fails with, and `limit_exceeded`.
pub(super) fn page(store: &Arc<Store>, planned: &Planned, context: &mut Context<'_>) -> Result<FlatPage> {
    let found = found(store, planned, context);
    // Nothing that failed is left for another query.
    let found = fault::collect().and(found)?;
    Ok(FlatPage::new(Arc::clone(store), planned, found))
}

/// Recursion is as deep as set operations nest.
fn found(store: &Store, planned: &Planned, context: &mut Context<'_>) -> Result<Found> {
    let found = match &planned.body {
        Steps::Select(joins) if joins.group.is_some() => grouped(store, planned, joins, context)?,
        Steps::Select(joins) => plain(store, planned, joins, context)?,
        Steps::Set(operation, left, right) => {
            let mut values = |planned: &Planned| -> Result<_> {
                let found = found(store, planned, context)?;
                let len = found.len;
                Ok((found.into_values(store), len))
            };
            let (left, right) = (values(left)?, values(right)?);
            let types = planned.columns.iter().map(|(_, ty)| ty.clone());
            let (columns, len) = combine(*operation, types, left, right);
            arranged(store, planned, columns, len)?
        }
    };
    context.limits.check_rows(found.len)?;
    Ok(found)
}

/// Columns of values in the order and within the limits of a query.
fn arranged(store: &Store, planned: &Planned, columns: Vec<Vec<Value>>, len: usize) -> Result<Found> {
    let vectors: Vec<Vector<'_>> = if planned.order.is_empty() {
        Vec::new()
    } else {
        planned
            .columns
            .iter()
            .zip(&columns)
            .map(|((_, ty), column)| Vector::of_values(ty, column.iter()))
            .collect()
    };
    let batch = Batch { store, tables: &[], slots: Vec::new(), outputs: Cow::Borrowed(&vectors), len };
    Ok(match places(planned, &batch)? {
        Some(places) => Found {
            cells: columns.into_iter().map(|column| Cells::Values(arrange::pick(column, &places))).collect(),
            slots: Vec::new(),
            len: places.len(),
        },
        None => Found { cells: columns.into_iter().map(Cells::Values).collect(), slots: Vec::new(), len },
    })
}

/// The outputs of a batch, of equal rows the first, in the order and within the limits of a query.
fn distinct(store: &Store, planned: &Planned, joins: &Joins, batch: &Batch<'_, '_>) -> Result<Found> {
    let columns = values(&joins.outputs, batch)?;
    let places = arrange::distinct(&columns, batch.len);
    let columns = columns.into_iter().map(|column| arrange::pick(column, &places)).collect();
    arranged(store, planned, columns, places.len())
}

fn plain(store: &Store, planned: &Planned, joins: &Joins, context: &mut Context<'_>) -> Result<Found> {
    let tables: Vec<TableId> = joins.sources.iter().map(|place| place.table).collect();
    let enough = planned.order.is_empty() && !joins.distinct;
    let wanted = if enough { planned.needed() } else { usize::MAX };
    let mut all = Block::empty(tables.len());
    if let Some(mut top) = Top::new(store, planned, joins, &tables) {
        flow(store, joins, &tables, context, false, true, &mut |block| {
            top.take(block)?;
            Ok(ControlFlow::Continue(()))
        })?;
        all = top.finish();
    } else {
        // All rows but those that are skipped are the answer: as soon as they are too many it's refused.
        let (limits, whole) = (context.limits, !joins.distinct && planned.limit.is_none());
        flow(store, joins, &tables, context, joins.restore, wanted == usize::MAX, &mut |block| {
            all.append(block);
            if whole {
                limits.check_rows(all.len.saturating_sub(planned.offset))?;
            }
            let full = all.len >= wanted;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    if joins.distinct {
        let batch = all.batch(store, &tables, 0, all.len);
        return distinct(store, planned, joins, &batch);
    }
    if !joins.paged {
        let batch = all.batch(store, &tables, 0, all.len);
        if let Some(places) = places(planned, &batch)? {
            all = all.pick(&places);
        }
    }
    context.limits.check_rows(all.len)?;
    context.effort.spend(all.len.saturating_mul(joins.outputs.len()))?;
    let mut cells = Vec::with_capacity(joins.outputs.len());
    for output in &joins.outputs {
        cells.push(shown(output, &all.batch(store, &tables, 0, all.len))?);
    }
    Ok(Found { cells, len: all.len, slots: all.slots })
}

fn grouped(store: &Store, planned: &Planned, joins: &Joins, context: &mut Context<'_>) -> Result<Found> {
    let tables: Vec<TableId> = joins.sources.iter().map(|place| place.table).collect();
    let Some(group) = &joins.group else { return plain(store, planned, joins, context) };
    if let [only] = tables.as_slice() {
        context.effort.ask(store.table(*only).row_count(), group.aggregates.len())?;
    }
    let (columns, mut len) = match counted::columns(store, joins) {
        Some(columns) => {
            context.stats.0.resize(context.stats.0.len() + 2, (0, 0));
            (columns, 1)
        }
        None => {
            let mut groups = Groups::new(group);
            flow(store, joins, &tables, context, joins.restore, true, &mut |block| {
                groups.take(store, &tables, block)?;
                Ok(ControlFlow::Continue(()))
            })?;
            groups.finish()?
        }
    };
    let types = group.keys.iter().map(|key| &key.ty).chain(group.aggregates.iter().map(|each| &each.ty));
    let mut vectors: Vec<Vector<'_>> =
        types.zip(&columns).map(|(ty, column)| Vector::of_values(ty, column.iter())).collect();
    for term in &joins.having {
        let batch = Batch { store, tables: &[], slots: Vec::new(), outputs: Cow::Borrowed(&vectors), len };
        let found = truths(term, &batch)?;
        let kept: Vec<u32> =
            (0u32..).zip(found).filter(|(_, truth)| *truth == TRUE).map(|(at, _)| at).collect();
        len = kept.len();
        vectors = vectors.iter().map(|vector| vector.pick(&kept)).collect();
    }
    let batch = Batch { store, tables: &[], slots: Vec::new(), outputs: Cow::Borrowed(&vectors), len };
    if joins.distinct {
        return distinct(store, planned, joins, &batch);
    }
    let columns = match places(planned, &batch)? {
        Some(places) => {
            len = places.len();
            values(&joins.outputs, &batch.pick(&places))?
        }
        None => values(&joins.outputs, &batch)?,
    };
    Ok(Found { cells: columns.into_iter().map(Cells::Values).collect(), slots: Vec::new(), len })
}

/// The cells of an output: a column's stay where they are.
pub(super) fn shown(output: &Scalar, batch: &Batch<'_, '_>) -> Result<Cells> {
    Ok(match &output.what {
        What::Column { source, column } => {
            let table = batch.tables.get(*source).copied().unwrap_or(TableId::new(0));
            Cells::Stored { source: *source, table, column: *column }
        }
        _ => Cells::Values(values(std::slice::from_ref(output), batch)?.pop().unwrap_or_default()),
    })
}

/// The values of some scalars, column by column.
fn values(scalars: &[Scalar], batch: &Batch<'_, '_>) -> Result<Vec<Vec<Value>>> {
    let column = |scalar: &Scalar| {
        let vector = evaluate(scalar, batch)?;
        Ok((0..batch.len).map(|row| vector.get(row).to_value()).collect())
    };
    scalars.iter().map(column).collect()
}

/// Takes tuples; what it leaves of their vectors is used again.
pub(super) type Sink<'s> = &'s mut dyn FnMut(&mut Block) -> Result<ControlFlow<()>>;

/// Lets all tuples of a query's joins flow into a sink until it breaks, which `whole` says it doesn't; with
/// `restore` in declared order.
///
/// # Errors
/// What an expression fails with, and `limit_exceeded` for too many rows on the way, at once where all
/// of them are wanted and their number is plain.
pub(super) fn flow(
    store: &Store,
    joins: &Joins,
    tables: &[TableId],
    context: &mut Context<'_>,
    restore: bool,
    whole: bool,
    sink: Sink<'_>,
) -> Result<()> {
    for scan in &joins.scans {
        context.effort.ask(store.table(scan.plan.root.table).row_count(), scan.predicate.size())?;
    }
    let base = context.stats.0.len();
    context.stats.0.resize(base + joins.steps.len() + 2, (0, 0));
    let begun = context.now();
    let mut joiners = Vec::with_capacity(joins.steps.len());
    let mut before = vec![joins.first];
    for (at, step) in joins.steps.iter().enumerate() {
        let start = context.now();
        joiners.push(Joiner::new(store, joins, tables, step, before.clone(), &mut context.effort)?);
        note(context, base + at + 1, 0, start);
        if step.kind.shows_right() {
            before.push(step.source);
        }
    }
    if whole {
        let mut effort = context.effort;
        effort.spend(certain(store, joins, &joiners))?;
    }
    let (mut kept, mut all) = (0, Block::empty(tables.len()));
    let mut taken = |block: &mut Block| {
        if restore {
            all.append(block);
            return Ok(ControlFlow::Continue(()));
        }
        kept += block.len;
        sink(block)
    };
    let parts = joins.parts();
    Pipe { store, joins, tables, joiners, parts, context, base, sink: &mut taken }.run()?;
    if restore {
        let mut all = all.pick(&declared_order(store, tables, &all));
        kept = all.len;
        let _ = sink(&mut all)?;
    }
    note(context, base + joins.steps.len() + 1, kept, begun);
    Ok(())
}

/// The rows that joins can't but make: of tables that are put side by side as they are.
fn certain(store: &Store, joins: &Joins, joiners: &[Joiner<'_>]) -> usize {
    let Some(scan) = joins.scans.get(joins.first).filter(|scan| scan.reads_all()) else { return 0 };
    let mut rows = store.table(scan.plan.root.table).row_count();
    let mut all = rows;
    for factor in joiners.iter().map_while(Joiner::factor) {
        rows = rows.saturating_mul(factor);
        all = all.saturating_add(rows);
    }
    all
}

fn note(context: &mut Context<'_>, at: usize, rows: usize, start: i128) {
    let took = context.now() - start;
    if let Some((found, time)) = context.stats.0.get_mut(at) {
        *found += rows;
        *time += took;
    }
}

/// The places of tuples in the declared order: by the row of the first source, then of the second.
pub(super) fn declared_order(store: &Store, tables: &[TableId], block: &Block) -> Vec<u32> {
    let mut places: Vec<u32> = (0..block.len as u32).collect();
    let key = |table: TableId, slots: &[Slot], at: u32| {
        store.table(table).rank(slots.get(at as usize).copied().unwrap_or_default())
    };
    places.sort_by(|a, b| {
        let sources = block.slots.iter().zip(tables).filter(|(slots, _)| !slots.is_empty());
        sources
            .map(|(slots, table)| key(*table, slots, *a).cmp(&key(*table, slots, *b)))
            .find(|order| order.is_ne())
            .unwrap_or(a.cmp(b))
    });
    places
}

/// Joins one after the other.
struct Pipe<'p, 'a, 'c> {
    store: &'a Store,
    joins: &'a Joins,
    tables: &'a [TableId],
    joiners: Vec<Joiner<'a>>,
    /// What is asked of a tuple is made of.
    parts: usize,
    context: &'p mut Context<'c>,
    base: usize,
    sink: Sink<'p>,
}

impl Pipe<'_, '_, '_> {
    fn run(&mut self) -> Result<()> {
        let (store, joins, sources) = (self.store, self.joins, self.tables.len());
        let mut stopped = false;
        if let Some(scan) = joins.scans.get(joins.first) {
            let mut start = self.context.now();
            exec::root_blocks(store, &scan.plan, |rows| {
                self.context.effort.spend(rows.len())?;
                note(self.context, self.base, rows.len(), start);
                let flow = self.push(0, Block::of(sources, joins.first, rows.to_vec()))?;
                stopped = flow.is_break();
                start = self.context.now();
                Ok(flow)
            })?;
        }
        if stopped {
            return Ok(());
        }
        // Sides that matched nothing come last, and go on through the joins that follow.
        for at in 0..self.joiners.len() {
            let unmatched = self.joiners.get(at).and_then(Joiner::unmatched);
            if let Some(block) = unmatched
                && self.push(at + 1, block)?.is_break()
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Recursion is as deep as there are joins.
    fn push(&mut self, at: usize, mut block: Block) -> Result<ControlFlow<()>> {
        if block.len == 0 {
            return Ok(ControlFlow::Continue(()));
        }
        let Some(joiner) = self.joiners.get_mut(at) else {
            self.context.effort.ask(block.len, self.parts)?;
            block = block.filter(self.store, self.tables, &self.joins.filter)?;
            if block.len == 0 {
                return Ok(ControlFlow::Continue(()));
            }
            return (self.sink)(&mut block);
        };
        let appetite = joiner.appetite();
        if block.len <= appetite {
            return self.join(at, block);
        }
        for from in (0..block.len).step_by(appetite) {
            let places: Vec<u32> = (from as u32..block.len.min(from + appetite) as u32).collect();
            if self.join(at, block.pick(&places))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn join(&mut self, at: usize, block: Block) -> Result<ControlFlow<()>> {
        let Some(joiner) = self.joiners.get_mut(at) else { return Ok(ControlFlow::Continue(())) };
        let start = self.context.now();
        let next = joiner.apply(block, &mut self.context.effort)?;
        note(self.context, self.base + at + 1, next.len, start);
        self.push(at + 1, next)
    }
}
