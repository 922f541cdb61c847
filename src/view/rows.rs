//! What a query found: slots and offsets, level by level.

use crate::id::Slot;
use crate::value::{Value, ValueRef};

/// The rows of one level, for all parents one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Level {
    /// [`Slot::NONE`] stands for a to-one that leads nowhere.
    pub(crate) slots: Vec<Slot>,
    /// For each extra, a value for each slot.
    pub(crate) extras: Vec<ExtraCells>,
    pub(crate) includes: Vec<Found>,
    /// Where the rows are that a recursive include found from these; they are rows of this level too.
    pub(crate) deeper: Deeper,
}

impl Level {
    /// Puts what was found from further rows behind what was found from these, in a level without
    /// recursion. `None` when there are more rows than offsets can say.
    pub(crate) fn append(&mut self, more: Level) -> Option<()> {
        self.slots.extend_from_slice(&more.slots);
        for (cells, more) in self.extras.iter_mut().zip(more.extras) {
            cells.counts.extend(more.counts);
            cells.totals.extend(more.totals);
        }
        self.includes.iter_mut().zip(more.includes).try_for_each(|(found, more)| found.append(more))
    }
}

/// The values of an extra, one a row, in one of the two.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExtraCells {
    counts: Vec<i64>,
    totals: Vec<Value>,
}

impl ExtraCells {
    /// No values yet, to become counts.
    pub(crate) fn counts(&mut self) -> &mut Vec<i64> {
        self.clear();
        &mut self.counts
    }

    /// No values yet, to become totals.
    pub(crate) fn totals(&mut self) -> &mut Vec<Value> {
        self.clear();
        &mut self.totals
    }

    fn clear(&mut self) {
        self.counts.clear();
        self.totals.clear();
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> ValueRef<'_> {
        match (self.counts.get(row), self.totals.get(row)) {
            (Some(count), _) => ValueRef::Integer(*count),
            (None, Some(total)) => total.as_ref(),
            (None, None) => ValueRef::Null,
        }
    }
}

/// The rows of a level that were found from rows of the same level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deeper {
    /// Where the rows found from each row begin, and where those of the last end.
    pub(crate) offsets: Vec<u32>,
    /// Whether each row was entered at all.
    pub(crate) entered: Vec<bool>,
}

impl Deeper {
    /// The places of the rows found from a row; `None` when the recursion doesn't go on from it.
    #[inline]
    pub(crate) fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        if self.entered.get(row) != Some(&true) {
            return None;
        }
        match self.offsets.get(row..row + 2) {
            Some([from, to]) => Some(*from as usize..*to as usize),
            _ => None,
        }
    }
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
    fn append(&mut self, more: Found) -> Option<()> {
        let base = u32::try_from(self.rows.slots.len()).ok()?;
        base.checked_add(more.offsets.last().copied().unwrap_or(0))?;
        self.offsets.extend(more.offsets.iter().skip(1).map(|offset| base + offset));
        self.others.iter_mut().zip(more.others).try_for_each(|(found, more)| found.append(more))?;
        self.rows.append(more.rows)
    }

    /// The places of the rows of a parent.
    #[inline]
    pub(crate) fn range(&self, parent: usize) -> std::ops::Range<usize> {
        match self.offsets.get(parent..parent + 2) {
            Some([from, to]) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }
}
