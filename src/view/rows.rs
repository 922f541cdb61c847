//! What a query found: slots and offsets, level by level.

use crate::id::Slot;

/// The rows of one level, for all parents one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Level {
    /// [`Slot::NONE`] stands for a to-one that leads nowhere.
    pub(crate) slots: Vec<Slot>,
    /// For each extra, a count for each slot.
    pub(crate) extras: Vec<Vec<i64>>,
    pub(crate) includes: Vec<Found>,
}

/// The rows of an include.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Where the rows of each parent begin, and where those of the last end. Empty for a to-one, which
    /// has exactly one slot for each parent.
    pub(crate) offsets: Vec<u32>,
    pub(crate) rows: Level,
    /// The same for further tables of a polymorphic relation.
    pub(crate) others: Vec<Found>,
}

impl Found {
    /// The places of the rows of a parent.
    #[inline]
    pub(crate) fn range(&self, parent: usize) -> std::ops::Range<usize> {
        match self.offsets.get(parent..parent + 2) {
            Some([from, to]) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }
}
