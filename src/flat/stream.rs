//! Showing rows as they are found, a block at a time.

use super::page::{FlatPage, Found};
use super::plan::{Joins, Planned, Steps};
use super::run::{Context, flow, page, shown};
use crate::error::Result;
use crate::eval::fault;
use crate::id::TableId;
use crate::store::Store;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Takes rows of a result, a page of them at a time.
type Show<'s> = &'s mut dyn FnMut(&FlatPage) -> Result<ControlFlow<()>>;

/// Shows the rows of a query in pages until told to stop. What is ordered, grouped, distinct or united
/// is one page; anything else is shown block by block and not kept.
///
/// # Errors
/// What an expression or `show` fails with, and `limit_exceeded`; rows before it have been shown.
pub(super) fn blocks(
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
            let all = page(store, planned, context)?;
            if !all.is_empty() {
                let _ = show(&all)?;
            }
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
    let (mut shown_rows, limits) = (0, context.limits());
    let mut page = FlatPage::new(Arc::clone(store), planned, Found::default());
    flow(store, joins, &tables, context, joins.restore, false, &mut |block| {
        let from = skip.min(block.len);
        let to = block.len.min(from.saturating_add(left));
        (skip, left) = (skip - from, left - (to - from));
        if from > 0 || to < block.len {
            let places: Vec<u32> = (from as u32..to as u32).collect();
            *block = block.pick(&places);
        }
        if block.len == 0 {
            return Ok(ControlFlow::Continue(()));
        }
        shown_rows += block.len;
        limits.check_rows(shown_rows)?;
        let batch = block.batch(store, &tables, 0, block.len);
        let cells = joins.outputs.iter().map(|output| shown(output, &batch)).collect::<Result<_>>()?;
        fault::collect()?;
        block.slots = page.refill(Found { cells, slots: std::mem::take(&mut block.slots), len: block.len });
        let flow = show(&page)?;
        Ok(if left == 0 { ControlFlow::Break(()) } else { flow })
    })
}
