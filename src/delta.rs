//! The log of row changes: what it takes to undo them.
//!
//! A change is what was before; what is after stands in the store. Undone backwards, the log
//! restores rows, their order, indexes and adjacency exactly. Sequences don't go back.

use crate::id::{ColumnId, Slot, TableId};
use crate::value::Value;
use smallvec::SmallVec;
use std::ops::Range;

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
    /// Cells that no index and no edge reads were replaced: these of the log.
    Kept(Range<usize>),
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

/// Numbers that are put into cells together, those of a column after the other: mostly a counter or two and
/// a time.
pub(crate) type Keeps = SmallVec<[Kept; 4]>;

/// The changes since a transaction began, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    deltas: Vec<Delta>,
    /// The cells of all [`Delta::Kept`].
    kept: Keeps,
}

impl Log {
    /// Remembers a change. Amortised O(1).
    pub(crate) fn push(&mut self, delta: Delta) {
        self.deltas.push(delta);
    }

    /// Remembers what cells held that were replaced together. Amortised O(cells).
    pub(crate) fn push_kept(&mut self, before: &[Kept]) {
        let from = self.kept.len();
        self.kept.extend_from_slice(before);
        self.deltas.push(Delta::Kept(from..self.kept.len()));
    }

    /// Takes the changes past the first `mark` off, newest first. O(them).
    pub(crate) fn take_back(&mut self, mark: usize, mut undo: impl FnMut(&Delta, &[Kept])) {
        while self.deltas.len() > mark
            && let Some(delta) = self.deltas.pop()
        {
            undo(&delta, &self.kept);
            if let Delta::Kept(cells) = delta {
                self.kept.truncate(cells.start);
            }
        }
    }

    /// Forgets how to undo the changes; gives them, oldest first.
    pub(crate) fn end(&mut self) -> Vec<Delta> {
        self.kept.clear();
        std::mem::take(&mut self.deltas)
    }

    /// How many changes there are.
    pub(crate) fn len(&self) -> usize {
        self.deltas.len()
    }

    /// The changes, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Delta> {
        self.deltas.iter()
    }

    /// The cells that the changes name.
    pub(crate) fn kept(&self) -> &[Kept] {
        &self.kept
    }
}
