//! The rows that answer a query.

use super::owned::OwnedRow;
use super::row::{RowViews, RowViewsIter};
use super::rows::Level as FoundLevel;
use super::shape::Shape;
use super::tree::Tree;
use crate::error::{ErrorKind, Result};
use crate::id::{Slot, TableId};
use crate::plan::Plan;
use crate::store::Store;
use crate::view::RowView;
use std::sync::Arc;

/// The rows that answer a query, with everything included, over the snapshot they were found in.
///
/// It holds the snapshot, and of each row its position: later writes change nothing in it, and no
/// cell is copied. Cloning copies the positions.
#[derive(Clone)]
pub struct Page {
    store: Arc<Store>,
    plan: Arc<Plan>,
    found: FoundLevel,
}

impl Page {
    pub(crate) fn new(store: Arc<Store>, plan: Arc<Plan>, found: FoundLevel) -> Page {
        Page { store, plan, found }
    }

    /// All columns of rows that are known already.
    pub(crate) fn from_slots(store: Arc<Store>, table: TableId, slots: Vec<Slot>) -> Page {
        let plan = Arc::new(Plan::of_rows(&store, table));
        Page { store, plan, found: FoundLevel { slots, ..FoundLevel::default() } }
    }

    /// The rows.
    #[inline]
    pub fn rows(&self) -> RowViews<'_> {
        RowViews::all(&self.store, &self.plan.root, &self.found)
    }

    /// The rows, from both ends.
    #[inline]
    pub fn iter(&self) -> RowViewsIter<'_> {
        self.rows().iter()
    }

    /// How many rows there are, those included aside. O(1).
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Whether there are no rows. O(1).
    pub fn is_empty(&self) -> bool {
        self.rows().is_empty()
    }

    /// The row at a place, from 0. O(1).
    pub fn get(&self, at: usize) -> Option<RowView<'_>> {
        self.rows().get(at)
    }

    /// The row at a place that is there.
    #[cfg(feature = "typed")]
    pub(crate) fn at(&self, at: usize) -> RowView<'_> {
        RowView::new(&self.store, &self.plan.root, &self.found, at)
    }

    /// The first row. O(1).
    pub fn first(&self) -> Option<RowView<'_>> {
        self.get(0)
    }

    /// The first row.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub fn one(&self) -> Result<RowView<'_>> {
        let missing = || ErrorKind::NotFound {
            table: self.shape().table().into(),
            columns: Vec::new(),
            values: Vec::new(),
        };
        self.first().ok_or_else(|| missing().into())
    }

    /// The columns and relations of the rows, to be resolved once for a loop.
    pub fn shape(&self) -> Shape<'_> {
        Shape::new(&self.store, &self.plan.root)
    }

    /// The table the rows are of.
    pub fn table(&self) -> &str {
        self.shape().table()
    }

    /// The rows as an indented tree, for people to read.
    pub fn tree(&self) -> Tree<'_> {
        Tree::new(self.rows())
    }

    /// An owned copy of everything. O(cells).
    pub fn to_owned_rows(&self) -> Vec<OwnedRow> {
        self.iter().map(RowView::to_owned_row).collect()
    }

    /// How many rows it holds on all levels together. O(levels).
    pub fn total_rows(&self) -> usize {
        fn total(level: &FoundLevel) -> usize {
            let here = level.slots.iter().filter(|slot| !slot.is_none()).count();
            let below = level.includes.iter().flat_map(|found| std::iter::once(found).chain(&found.others));
            here + below.map(|found| total(&found.rows)).sum::<usize>()
        }
        total(&self.found)
    }
}

impl<'p> IntoIterator for &'p Page {
    type Item = RowView<'p>;
    type IntoIter = RowViewsIter<'p>;

    fn into_iter(self) -> RowViewsIter<'p> {
        self.iter()
    }
}
