//! The log of row changes: what it takes to undo them.
//!
//! A change is what was before; what is after stands in the store. Undone backwards, the log
//! restores rows, their order, indexes and adjacency exactly. Sequences don't go back.

use crate::id::{ColumnId, Slot, TableId};
use crate::value::Value;
use smallvec::SmallVec;

/// One change, in the form that undoes it.
#[derive(Clone, Debug)]
pub(crate) enum Delta {
    /// Rows were added one after the other.
    Inserted {
        /// Their table.
        table: TableId,
        /// Where the first stands: they are the newest of their table when this is undone.
        first: Slot,
        /// How many there are.
        rows: usize,
    },
    /// Cells of some rows were replaced together.
    Updated(Cells),
    /// Cells that no index and no edge reads were replaced; those of a column stand together.
    Kept(Vec<Kept>),
    /// Rows were taken away together; their cells are still there.
    Deleted(Vec<(TableId, Vec<Slot>)>),
}

/// A row's values for some columns: mostly one or two, such as a key or a counter and a time.
pub(crate) type Values = SmallVec<[Value; 2]>;

/// Values for the same columns of some rows of one table.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    /// The table.
    pub(crate) table: TableId,
    /// The columns.
    pub(crate) columns: Vec<ColumnId>,
    /// Each row with a value for each of the columns.
    pub(crate) rows: Vec<(Slot, Values)>,
}

/// A cell of a column of whole numbers or times that no index and no edge reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kept {
    /// Its table.
    pub(crate) table: TableId,
    /// Its column.
    pub(crate) column: ColumnId,
    /// Its row.
    pub(crate) slot: Slot,
    /// What it gets or held: a time as the column holds it, `None` for null.
    pub(crate) number: Option<i64>,
}

/// The changes since a transaction began, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Vec<Delta>);

impl Log {
    /// Remembers a change. Amortised O(1).
    pub(crate) fn push(&mut self, delta: Delta) {
        self.0.push(delta);
    }

    /// Takes the newest change off.
    pub(crate) fn pop(&mut self) -> Option<Delta> {
        self.0.pop()
    }

    /// Whether there is no change.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many changes there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The changes, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Delta> {
        self.0.iter()
    }
}
