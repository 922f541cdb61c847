//! Showing rows as they are found, a block at a time.

use super::page::{FlatPage, FlatRow, Found};
use super::plan::{Joins, Planned, Steps};
use super::run::{Context, flow, page, shown};
use crate::error::Result;
use crate::eval::fault;
use crate::id::{Slot, TableId};
use crate::store::Store;
use std::ops::ControlFlow;
use std::sync::Arc;

type Show<'s> = &'s mut dyn FnMut(FlatRow<'_>) -> ControlFlow<()>;

/// Shows each row of a query until told to stop. What is ordered, grouped, distinct or united is
/// found first; anything else is shown block by block and not kept.
///
/// # Errors
/// What an expression fails with, and `limit_exceeded`; rows before it have been shown.
pub(super) fn each(
    store: &Arc<Store>,
    planned: &Planned,
    context: &mut Context<'_>,
    show: Show<'_>,
) -> Result<()> {
    match &planned.body {
        Steps::Select(joins)
            if joins.group.is_none() && !joins.distinct && (joins.paged || planned.order.is_empty()) =>
        {
            let streamed = stream(store, planned, joins, context, show);
            fault::collect().and(streamed)
        }
        _ => {
            let _ = page(store, planned, context)?.iter().try_for_each(show);
            Ok(())
        }
    }
}

fn stream(
    store: &Arc<Store>,
    planned: &Planned,
    joins: &Joins,
    context: &mut Context<'_>,
    show: Show<'_>,
) -> Result<()> {
    let tables: Vec<TableId> = joins.sources.iter().map(|place| place.table).collect();
    let (mut skip, mut left) =
        if joins.paged { (0, usize::MAX) } else { (planned.offset, planned.limit.unwrap_or(usize::MAX)) };
    if left == 0 {
        return Ok(());
    }
    let (mut shown_rows, limit) = (0, context.limit());
    let mut page = FlatPage::new(Arc::clone(store), planned, Found::default());
    flow(store, joins, &tables, context, &mut |block| {
        let from = skip.min(block.len);
        let to = block.len.min(from.saturating_add(left));
        (skip, left) = (skip - from, left - (to - from));
        shown_rows += to - from;
        limit.check(shown_rows)?;
        let batch = block.batch(store, &tables, from, to);
        let cells = joins.outputs.iter().map(|output| shown(output, &batch)).collect::<Result<_>>()?;
        fault::collect()?;
        let of = |slots: &Vec<Slot>| slots.get(from..to).unwrap_or_default().to_vec();
        page.refill(Found { cells, slots: block.slots.iter().map(of).collect(), len: to - from });
        let flow = (0..page.len()).try_for_each(|at| show(page.at(at)));
        Ok(if left == 0 { ControlFlow::Break(()) } else { flow })
    })
}
