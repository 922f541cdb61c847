//! Relation filters and counts: from the row's end for few rows, from the target's for many.

use super::node::Rows;
use super::{FALSE, TRUE, holds, row, whole};
use crate::catalog::{Hop, RelationInfo};
use crate::filter::Comparison;
use crate::id::Slot;
use crate::predicate::{Predicate, RelationCount};
use crate::store::Store;

/// What is asked about the rows along a relation.
#[derive(Clone, Copy)]
pub(super) enum Question<'a> {
    Some(Option<&'a Predicate>),
    Every(&'a Predicate),
    Count(Option<&'a Predicate>, Comparison, i64),
}

/// When answering for all rows at once is worth it.
#[derive(Clone, Copy)]
struct Price {
    /// What one row costs, walked from its own end.
    forward: usize,
    /// What all rows cost, answered from the target's end.
    whole: usize,
    spent: usize,
}

impl Price {
    fn of(store: &Store, relation: &RelationInfo, filtered: bool) -> Price {
        /// A walk reads scattered rows, a scan neighbouring ones: about this many times faster.
        const SCATTERED: usize = 8;
        const LOOKUP: usize = 64;
        let (source, target) = (store.table(relation.source), store.table(relation.target));
        let filtered = filtered || relation.filter.is_some();
        let fan_out = target.row_count() / source.row_count().max(1);
        let lookups = relation.hops.iter().any(|hop| matches!(hop, Hop::Lookup { .. } | Hop::Along { .. }));
        Price {
            forward: if filtered { SCATTERED * (1 + fan_out) } else { relation.hops.len() * 2 },
            whole: target.bound() + source.bound() / 16 + if lookups { LOOKUP * source.bound() } else { 0 },
            spent: 0,
        }
    }

    /// Whether what was spent on single rows by now would have paid for all.
    fn spend(&mut self, rows: usize) -> bool {
        self.spent = self.spent.saturating_add(rows.saturating_mul(self.forward));
        self.spent > self.whole
    }
}

/// A relation filter of the rows of its source.
pub(super) struct Semi<'a> {
    store: &'a Store,
    relation: &'a RelationInfo,
    question: Question<'a>,
    price: Price,
    /// A bit for each slot of the source.
    whole: Option<Vec<u64>>,
}

impl<'a> Semi<'a> {
    pub(super) fn new(store: &'a Store, relation: &'a RelationInfo, question: Question<'a>) -> Semi<'a> {
        let filtered = !matches!(question, Question::Some(None) | Question::Count(None, ..));
        Semi { store, relation, question, price: Price::of(store, relation, filtered), whole: None }
    }

    pub(super) fn cost(&self) -> u32 {
        100 + u32::try_from(self.price.forward).unwrap_or(u32::MAX / 2)
    }

    pub(super) fn expect(&mut self, rows: usize) {
        if self.price.spend(rows) {
            self.price.spent = self.price.whole;
        } else {
            self.price.spent = 0;
        }
    }

    pub(super) fn fill(&mut self, rows: Rows<'_>, out: &mut [u8]) {
        if self.whole.is_none() && self.price.spend(out.len()) {
            self.whole = Some(self.answer_all());
        }
        for (at, truth) in out.iter_mut().enumerate() {
            let slot = rows.slot(at);
            let holds = match &self.whole {
                Some(bits) => {
                    bits.get(slot.index() / 64).is_some_and(|word| word >> (slot.index() % 64) & 1 == 1)
                }
                None => self.answer(slot),
            };
            *truth = if holds { TRUE } else { FALSE };
        }
    }

    fn answer(&self, slot: Slot) -> bool {
        let (store, relation) = (self.store, self.relation);
        match self.question {
            Question::Some(filter) => row::some(store, relation, filter, slot),
            Question::Every(filter) => row::every(store, relation, filter, slot),
            Question::Count(filter, comparison, number) => {
                holds(comparison, row::order_count(row::count(store, relation, filter, slot), number))
            }
        }
    }

    fn answer_all(&self) -> Vec<u64> {
        let (store, relation) = (self.store, self.relation);
        match self.question {
            Question::Some(filter) => whole::sources(store, relation, filter, false),
            Question::Every(filter) => {
                let mut bits = whole::sources(store, relation, Some(filter), true);
                bits.iter_mut().for_each(|word| *word = !*word);
                bits
            }
            Question::Count(filter, comparison, number) => {
                let counts = whole::counts(store, relation, filter);
                let mut bits = vec![0u64; counts.len().div_ceil(64)];
                for (at, count) in counts.into_iter().enumerate() {
                    let holds = holds(comparison, row::order_count(count, number));
                    bits[at / 64] |= u64::from(holds) << (at % 64);
                }
                bits
            }
        }
    }
}

/// How many rows there are along a relation, for many rows.
pub(crate) struct Counter<'a> {
    store: &'a Store,
    relation: &'a RelationInfo,
    filter: Option<&'a Predicate>,
    price: Price,
    whole: Option<Vec<u64>>,
}

impl<'a> Counter<'a> {
    /// A count along a relation of the table that `counted` is of.
    pub(crate) fn new(
        store: &'a Store,
        relation: &'a RelationInfo,
        counted: &'a RelationCount,
    ) -> Counter<'a> {
        let filter = counted.filter.as_ref();
        Counter { store, relation, filter, price: Price::of(store, relation, filter.is_some()), whole: None }
    }

    /// Appends the count of each row. O(rows along the relation), or O(target) once.
    pub(crate) fn append(&mut self, slots: &[Slot], out: &mut Vec<i64>) {
        if self.whole.is_none() && self.price.spend(slots.len()) {
            self.whole = Some(whole::counts(self.store, self.relation, self.filter));
        }
        let count = |slot: &Slot| {
            let count = match &self.whole {
                Some(counts) => counts.get(slot.index()).copied().unwrap_or_default(),
                None => row::count(self.store, self.relation, self.filter, *slot),
            };
            i64::try_from(count).unwrap_or(i64::MAX)
        };
        out.extend(slots.iter().map(count));
    }
}
