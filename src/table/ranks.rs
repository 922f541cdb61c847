//! Insertion order in a table whose rows don't lie in it.
//!
//! # Glossary
//!
//! - *rank*: a row's place in insertion order, among those of rows that are gone too.
//! - *ranked*: a table whose rows were laid out in another order. Any other table keeps no ranks: its
//!   rows lie in insertion order, and slots ascend as ranks would.
//!
//! Indexes, lists and sets of bits go by slots in every table. Whoever shows rows in insertion order
//! asks the table for it: [`arrange`](Table::arrange) and [`in_order`](Table::in_order).
//!
//! # Invariants
//!
//! 1. `of` has a rank for each slot, those of live rows all different.
//! 2. `at[of[s]] = s` for each live row `s`. What else stands in `at` is stale.

use super::Table;
use crate::column::bits::Ones;
use crate::column::chunked::{Chunked, Chunks, ROWS};
use crate::column::held::Held;
use crate::id::Slot;
use std::ops::Range;

/// The ranks of a table's rows.
#[derive(Clone, Debug)]
pub(crate) struct Ranks {
    /// By slot.
    of: Chunked<u32>,
    /// By rank.
    at: Chunked<Slot>,
}

impl Ranks {
    /// Of rows whose slots these are, in insertion order, among places up to `bound`; `None` where slots
    /// ascend anyway. O(bound).
    pub(super) fn new(order: Vec<Slot>, bound: usize) -> Option<Ranks> {
        if order.is_sorted() {
            return None;
        }
        let mut of = vec![0; bound];
        for (rank, slot) in (0u32..).zip(&order) {
            if let Some(place) = of.get_mut(slot.index()) {
                *place = rank;
            }
        }
        Some(Ranks { of: Chunked::collect(of), at: Chunked::collect(order) })
    }

    /// Ranks the newest rows, up to slot `bound`, behind all others. Amortised O(rows).
    pub(super) fn grow(&mut self, bound: usize) {
        for slot in self.of.len()..bound {
            self.of.push(Slot::new(self.at.len()).index() as u32);
            self.at.push(Slot::new(slot));
        }
    }

    /// Takes the newest rows back, from slot `bound` on. O(dropped).
    pub(super) fn withdraw(&mut self, bound: usize) {
        if let Some(first) = self.of.get(bound) {
            self.at.truncate(first as usize);
            self.of.truncate(bound);
        }
    }

    /// A row got another slot.
    pub(super) fn moved(&mut self, from: Slot, to: Slot) {
        let rank = self.view().rank(from);
        self.of.set(to.index(), rank);
        self.at.set(rank as usize, to);
    }

    /// Forgets slots from `bound` on, which have no rows. O(dropped).
    pub(super) fn truncate(&mut self, bound: usize) {
        self.of.truncate(bound);
    }

    pub(super) fn view(&self) -> RanksView<'_> {
        RanksView { of: self.of.view() }
    }

    pub(super) fn memory(&self) -> Held {
        self.of.memory() + self.at.memory()
    }
}

/// Ranks by slot, hoisted out of a loop.
#[derive(Clone, Copy)]
pub(crate) struct RanksView<'a> {
    of: Chunks<'a, u32>,
}

impl RanksView<'_> {
    /// The rank of a row. O(1).
    #[inline]
    pub(crate) fn rank(self, slot: Slot) -> u32 {
        if slot.is_none() { u32::MAX } else { self.of.at(slot.index()) }
    }

    /// Whether rows stand in insertion order. O(rows).
    pub(crate) fn are_in_order(self, slots: &[Slot]) -> bool {
        slots.is_sorted_by_key(|slot| self.rank(*slot))
    }

    /// Brings rows into insertion order. O(rows), and O(rows log rows) where they aren't in it.
    pub(crate) fn arrange(self, slots: &mut [Slot]) {
        if !self.are_in_order(slots) {
            slots.sort_unstable_by_key(|slot| self.rank(*slot));
        }
    }
}

impl Table {
    /// The ranks of the rows; `None` where their slots ascend in insertion order.
    #[inline]
    pub(crate) fn ranks(&self) -> Option<RanksView<'_>> {
        self.ranks.as_ref().map(Ranks::view)
    }

    /// A row's place in insertion order, to be compared with those of others. O(1).
    #[inline]
    pub(crate) fn rank(&self, slot: Slot) -> usize {
        self.ranks().map_or(slot.index(), |ranks| ranks.rank(slot) as usize)
    }

    /// Brings rows into insertion order. O(rows), and O(rows log rows) where they aren't in it.
    pub(crate) fn arrange(&self, slots: &mut [Slot]) {
        match self.ranks() {
            Some(ranks) => ranks.arrange(slots),
            None if slots.is_sorted() => {}
            None => slots.sort_unstable(),
        }
    }

    /// The rows in insertion order, from both ends. O(rows passed over) in all.
    pub(crate) fn in_order(&self) -> InOrder<'_> {
        match &self.ranks {
            None => InOrder::Slots(self.live().ones(0..self.bound())),
            Some(ranks) => InOrder::Ranks(self, ranks, 0..ranks.at.len()),
        }
    }

    /// The live row of a rank.
    fn at_rank(&self, ranks: &Ranks, rank: usize) -> Option<Slot> {
        let slot = ranks.at.get(rank)?;
        (self.is_live(slot) && ranks.of.get(slot.index()) == Some(rank as u32)).then_some(slot)
    }

    /// Whether most ranks are of rows that are gone, a chunk of them at least.
    pub(super) fn wastes_ranks(&self) -> bool {
        self.ranks.as_ref().is_some_and(|ranks| ranks.at.len() > 2 * self.rows + ROWS)
    }

    /// Ranks rows anew when most ranks are of rows that are gone. O(ranks) then.
    pub(super) fn renew_ranks(&mut self) {
        if self.wastes_ranks() {
            let order = self.in_order().collect();
            self.ranks = Ranks::new(order, self.bound());
        }
    }

    /// The rows whose ranks are wrong. O(rows).
    pub(crate) fn misranked(&self) -> Vec<Slot> {
        let Some(ranks) = &self.ranks else { return Vec::new() };
        let known = |slot: &Slot| {
            let rank = ranks.view().rank(*slot) as usize;
            ranks.of.len() == self.bound() && self.at_rank(ranks, rank) == Some(*slot)
        };
        let live = self.live().ones(0..self.bound()).map(Slot::new);
        live.filter(|slot| !known(slot)).collect()
    }
}

/// The rows of a table in insertion order.
pub(crate) enum InOrder<'t> {
    Slots(Ones<'t>),
    Ranks(&'t Table, &'t Ranks, Range<usize>),
}

impl Iterator for InOrder<'_> {
    type Item = Slot;

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        match self {
            InOrder::Slots(ones) => ones.next().map(Slot::new),
            InOrder::Ranks(table, ranks, left) => left.find_map(|rank| table.at_rank(ranks, rank)),
        }
    }
}

impl DoubleEndedIterator for InOrder<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Slot> {
        match self {
            InOrder::Slots(ones) => ones.next_back().map(Slot::new),
            InOrder::Ranks(table, ranks, left) => left.rev().find_map(|rank| table.at_rank(ranks, rank)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::id::TableId;
    use crate::schema;
    use crate::value::Value;

    /// Rows that came in the opposite of the order in which they lie.
    fn reversed(rows: usize) -> Table {
        let table = schema::Table::new("t").column(schema::Column::integer("n"));
        let catalog = Catalog::try_from(schema::Schema::new().table(table)).unwrap();
        let info = catalog.table(TableId::new(0));
        let mut table = Table::new(info, crate::index::keyed::HashKeys::random());
        (0..rows).for_each(|n| _ = table.push(&[&Value::from(n as i64)]));
        let layout: Vec<Slot> = (0..rows).rev().map(Slot::new).collect();
        table.laid_out(info, &layout)
    }

    #[test]
    fn rows_come_in_insertion_order_from_both_ends() {
        let mut table = reversed(100);
        table.kill(&[Slot::new(3), Slot::new(99)]);
        let expected: Vec<Slot> = (0..99).rev().filter(|at| *at != 3).map(Slot::new).collect();
        assert!(table.in_order().eq(expected.iter().copied()));
        assert!(table.in_order().rev().eq(expected.iter().rev().copied()));
    }

    #[test]
    fn ranks_are_renewed_when_most_are_of_rows_that_are_gone() {
        for (rows, left, wasted) in [(4000, 1489, false), (4000, 1487, true), (ROWS + 4, 2, false)] {
            let mut table = reversed(rows);
            table.kill(&(left..rows).map(Slot::new).collect::<Vec<_>>());
            assert_eq!(table.wastes_ranks(), wasted, "{left} of {rows}");
            let order: Vec<Slot> = table.in_order().collect();
            table.renew_ranks();
            assert_eq!(
                table.ranks.as_ref().map(|ranks| ranks.at.len()),
                Some(if wasted { left } else { rows })
            );
            assert!(table.in_order().eq(order));
            assert_eq!(table.misranked(), []);
        }
    }

    #[test]
    fn a_rank_that_leads_elsewhere_is_found() {
        let wrong = |change: fn(&mut Ranks)| {
            let mut table = reversed(10);
            change(table.ranks.as_mut().unwrap());
            table.misranked()
        };
        assert_eq!(wrong(|_| {}), []);
        assert_eq!(wrong(|ranks| ranks.at.set(0, Slot::new(4))), [Slot::new(9)]);
        assert_eq!(wrong(|ranks| ranks.of.set(2, 5)), [Slot::new(2)]);
        assert_eq!(wrong(|ranks| ranks.of.push(10)).len(), 10);
    }
}
