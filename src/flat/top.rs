//! The first tuples of an order, kept while all of them flow by.

use super::arrange::{Bar, sorted};
use super::join::Block;
use super::plan::{Joins, Planned};
use super::run::declared_order;
use crate::error::Result;
use crate::id::TableId;
use crate::store::Store;

/// Tuples that are kept beside the first ones before the order is looked at again.
const SPARE: usize = 4096;

/// A buffer of the tuples that may be among the first.
pub(super) struct Top<'p> {
    store: &'p Store,
    planned: &'p Planned,
    tables: &'p [TableId],
    restore: bool,
    kept: Block,
    /// What a tuple must not come after in the first part of the order.
    bar: Option<Bar<'p>>,
    room: usize,
}

impl<'p> Top<'p> {
    /// Whether a query wants the first tuples of an order, which can be found without all at once. What
    /// fails is computed of every tuple, so that the error doesn't depend on what is kept.
    pub(super) fn fits(planned: &Planned, joins: &Joins) -> bool {
        let some = !planned.order.is_empty() && planned.limit.is_some();
        some && !joins.paged && !joins.distinct && !planned.order.iter().any(|key| key.scalar.can_fail())
    }

    pub(super) fn new(
        store: &'p Store,
        planned: &'p Planned,
        joins: &'p Joins,
        tables: &'p [TableId],
    ) -> Option<Top<'p>> {
        Top::fits(planned, joins).then(|| Top {
            store,
            planned,
            tables,
            restore: joins.restore,
            kept: Block::empty(tables.len()),
            bar: None,
            room: planned.needed().saturating_mul(2).saturating_add(SPARE),
        })
    }

    /// Takes tuples. O(tuples), and now and then O(kept x log).
    ///
    /// # Errors
    /// What an expression of the order fails with.
    pub(super) fn take(&mut self, block: &Block) -> Result<()> {
        match &self.bar {
            Some(bar) => {
                let batch = block.batch(self.store, self.tables, 0, block.len);
                let places = bar.passed(&batch)?;
                if !places.is_empty() {
                    self.kept.append(&block.pick(&places));
                }
            }
            None => self.kept.append(block),
        }
        if self.kept.len >= self.room {
            self.prune()?;
        }
        Ok(())
    }

    /// Keeps the first tuples only.
    fn prune(&mut self) -> Result<()> {
        let needed = self.planned.needed();
        if self.restore {
            let places = declared_order(self.store, self.tables, &self.kept);
            self.kept = self.kept.pick(&places);
        }
        let batch = self.kept.batch(self.store, self.tables, 0, self.kept.len);
        let mut places = sorted(&self.planned.order, &batch, needed)?;
        places.truncate(needed);
        let last = places.last().copied();
        let kept = self.kept.pick(&places);
        self.bar = match (self.planned.order.first(), last) {
            (Some(head), Some(_)) if kept.len >= needed => {
                Bar::new(head, &kept.batch(self.store, self.tables, kept.len - 1, kept.len))?
            }
            _ => None,
        };
        self.kept = kept;
        Ok(())
    }

    /// All that may be among the first, equals in declared order.
    pub(super) fn finish(self) -> Block {
        if !self.restore {
            return self.kept;
        }
        self.kept.pick(&declared_order(self.store, self.tables, &self.kept))
    }
}
