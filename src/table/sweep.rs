//! Sliding rows down over the places of deleted ones, a few at a time.
//!
//! A sweep keeps two places: `to`, the first that isn't packed yet, and `from`, the first that wasn't
//! looked at. No row stands between them, so rows keep their order while they move and inserts can
//! go on at the end.

use super::Table;
use crate::column::chunked::ROWS;
use crate::id::Slot;

/// How far a sweep has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    to: usize,
    from: usize,
}

impl Table {
    /// Whether a sweep is under way or worth it: more places are dead than live, and a chunk of them
    /// at least. O(1).
    pub(crate) fn wants_sweep(&self) -> bool {
        let dead = self.bound() - self.rows;
        self.sweep.is_some() || (dead > self.rows && dead >= ROWS) || self.wastes_ranks()
    }

    /// The next row to move, and where to; `None` when all are packed. O(places passed over / 64).
    pub(crate) fn next_move(&mut self) -> Option<(Slot, Slot)> {
        let bound = self.bound();
        let mut sweep = self.sweep.unwrap_or(Sweep { to: 0, from: 0 });
        if sweep.to == sweep.from {
            let packed = self.packed_from(sweep.to);
            sweep = Sweep { to: packed, from: packed };
        }
        let from = self.live.ones(sweep.from..bound).next()?;
        self.sweep = Some(Sweep { to: sweep.to + 1, from: from + 1 });
        Some((Slot::new(from), Slot::new(sweep.to)))
    }

    /// The end of the rows that stand side by side from `start` on. O(rows / 64).
    fn packed_from(&self, start: usize) -> usize {
        let (live, bound) = (self.live.view(), self.bound());
        let mut at = start;
        while at < bound {
            if at.is_multiple_of(64) && live.word(at / 64) == u64::MAX {
                at += 64;
            } else if live.at(at) {
                at += 1;
            } else {
                break;
            }
        }
        at.min(bound)
    }

    /// Moves a row's cells and its place in every index. O(columns + indexes).
    pub(crate) fn move_row(&mut self, from: Slot, to: Slot) {
        for index in &mut self.indexes {
            index.remove(&self.columns, from);
        }
        for column in &mut self.columns {
            let value = column.get(from).to_value();
            column.set(to, &value);
            column.clear(from);
        }
        self.live.set(from.index(), false);
        self.live.set(to.index(), true);
        if let Some(ranks) = &mut self.ranks {
            ranks.moved(from, to);
        }
        self.index_row(to);
    }

    /// Ends a sweep after which no row stands past the packed ones: drops their places.
    pub(crate) fn end_sweep(&mut self) {
        let end = self.live.ones(0..self.bound()).next_back().map_or(0, |last| last + 1);
        self.live.truncate(end);
        for column in &mut self.columns {
            column.truncate(end);
        }
        if let Some(ranks) = &mut self.ranks {
            ranks.truncate(end);
        }
        self.sweep = None;
        self.renew_ranks();
    }
}
