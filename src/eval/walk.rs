//! Walking a relation from many rows at once.

use super::row;
use crate::catalog::{Hop, RelationInfo};
use crate::column::chunked::Chunks;
use crate::document::Effort;
use crate::error::Result;
use crate::id::{ColumnId, IndexId, Slot, TableId};
use crate::index::lists::{Head, ListsView};
use crate::store::Store;
use crate::table::{RanksView, Table};
use hashbrown::HashSet;
use smallvec::SmallVec;
use std::hint::black_box;

/// Parents whose heads are read before the first list, and whose lists are reached before the first is
/// copied: independent loads.
const AHEAD: usize = 32;

/// The rows that each of some parents leads to, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flat {
    /// Where the rows of each parent begin, and where those of the last end.
    pub(crate) offsets: Vec<u32>,
    pub(crate) slots: Vec<Slot>,
}

impl Flat {
    /// No rows of no parent.
    pub(crate) fn clear(&mut self) {
        self.offsets.clear();
        self.offsets.push(0);
        self.slots.clear();
    }

    /// The rows since the last call are the next parent's.
    #[inline]
    pub(crate) fn close(&mut self) {
        self.offsets.push(self.slots.len() as u32);
    }

    /// Keeps the rows that `keep` says of, by place.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let (mut kept, mut from) = (0, 0);
        for offset in self.offsets.iter_mut().skip(1) {
            let to = *offset as usize;
            for at in from..to {
                self.slots[kept] = self.slots[at];
                kept += usize::from(keep(at));
            }
            *offset = kept as u32;
            from = to;
        }
        self.slots.truncate(kept);
    }
}

/// One hop with its adjacency hoisted.
#[derive(Clone, Copy)]
enum Step<'a> {
    Parent(Chunks<'a, Slot>),
    /// With what the lists are to be arranged by.
    Children(ListsView<'a>, Option<RanksView<'a>>),
    Lookup {
        from: &'a Table,
        columns: &'a [ColumnId],
        table: &'a Table,
        index: IndexId,
    },
    Along(&'a Store, &'a RelationInfo),
}

/// A walk from a single row, where it needs no buffer.
#[derive(Clone, Copy)]
pub(crate) enum Route<'a> {
    Parent(Chunks<'a, Slot>),
    Children(ListsView<'a>),
    /// To the rows of a junction, and from each to its parent.
    Junction(ListsView<'a>, Chunks<'a, Slot>),
    Other,
}

/// The hops of a relation, without its filters and order.
pub(crate) struct Walk<'a> {
    steps: SmallVec<[Step<'a>; 2]>,
    /// Whether rows that a parent leads to twice are there once.
    distinct: bool,
    spare: Flat,
}

impl<'a> Walk<'a> {
    /// The hops of `relation` in a store.
    pub(crate) fn new(store: &'a Store, relation: &'a RelationInfo) -> Walk<'a> {
        Walk { distinct: relation.distinct, ..Walk::of_hops(store, relation.source, &relation.hops) }
    }

    /// These hops from a table in a store.
    pub(crate) fn of_hops(store: &'a Store, source: TableId, hops: &'a [Hop]) -> Walk<'a> {
        let mut table = store.table(source);
        let steps = hops.iter().map(|hop| {
            let (step, next) = match hop {
                Hop::ToParent(edge) => {
                    (Step::Parent(store.edge(*edge).parents()), store.catalog().edge(*edge).parent)
                }
                Hop::ToChildren(edge) => {
                    let step = Step::Children(store.edge(*edge).children(), store.list_ranks(*edge));
                    (step, store.catalog().edge(*edge).child)
                }
                Hop::Lookup { from: columns, table: target, index } => {
                    let step =
                        Step::Lookup { from: table, columns, table: store.table(*target), index: *index };
                    (step, *target)
                }
                Hop::Along { source, relation, target } => {
                    (Step::Along(store, row::relation_of(store, *source, *relation)), *target)
                }
            };
            table = store.table(next);
            step
        });
        Walk { steps: steps.collect(), distinct: false, spare: Flat::default() }
    }

    /// Whether every hop goes to a parent, so that a row leads to one row or none.
    pub(crate) fn is_direct(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Parent(_)))
    }

    /// The one row that each parent leads to, or [`Slot::NONE`]; for direct walks. O(parents).
    pub(crate) fn direct(&self, parents: &[Slot], out: &mut Vec<Slot>) {
        out.clear();
        let mut steps = self.steps.iter();
        match steps.next() {
            Some(Step::Parent(cells)) => cells.copy(parents, out),
            _ => out.extend_from_slice(parents),
        }
        for step in steps {
            if let Step::Parent(cells) = step {
                out.iter_mut().for_each(|slot| *slot = cells.at(slot.index()));
            }
        }
    }

    /// Shows each hop as a walk of its own, in their order.
    pub(crate) fn steps_apart(&mut self, mut show: impl FnMut(&mut Walk<'a>)) {
        for step in &self.steps {
            let spare = std::mem::take(&mut self.spare);
            let mut one = Walk { steps: SmallVec::from_iter([*step]), distinct: false, spare };
            show(&mut one);
            self.spare = one.spare;
        }
    }

    /// The walk as one of the paths that a single row is walked along most.
    pub(crate) fn route(&self) -> Route<'a> {
        match self.steps.as_slice() {
            _ if self.distinct => Route::Other,
            [Step::Parent(parents)] => Route::Parent(*parents),
            [Step::Children(lists, None)] => Route::Children(*lists),
            [Step::Children(lists, None), Step::Parent(parents)] => Route::Junction(*lists, *parents),
            _ => Route::Other,
        }
    }

    /// The rows that each parent leads to, in the order of the first hop's rows and so on; at most
    /// `take` of each when the walk is one hop. O(rows reached).
    pub(crate) fn gather(&mut self, parents: &[Slot], take: usize, flat: &mut Flat) {
        self.reach(parents, take, usize::MAX, flat);
    }

    /// As [`gather`](Walk::gather), the rows of each hop taken off what may be come by.
    ///
    /// # Errors
    /// `limit_exceeded` soon after more rows are met than that.
    pub(crate) fn gather_within(
        &mut self,
        parents: &[Slot],
        take: usize,
        effort: &mut Effort,
        flat: &mut Flat,
    ) -> Result<()> {
        let met = self.reach(parents, take, effort.left(), flat);
        effort.spend(met)
    }

    /// The rows of all hops that were met; where they are more than `most`, not all rows are found.
    fn reach(&mut self, parents: &[Slot], take: usize, most: usize, flat: &mut Flat) -> usize {
        flat.clear();
        let single = self.steps.len() == 1;
        let mut steps = self.steps.iter();
        match steps.next() {
            Some(Step::Children(lists, None)) => {
                children(*lists, parents, if single { take } else { usize::MAX }, most, flat)
            }
            Some(Step::Children(lists, Some(ranks))) => {
                for block in parents.chunks(AHEAD) {
                    for parent in block {
                        let start = flat.slots.len();
                        arranged(*lists, *ranks, *parent, &mut flat.slots);
                        if single {
                            flat.slots.truncate(start.saturating_add(take));
                        }
                        flat.close();
                    }
                    if flat.slots.len() > most {
                        return flat.slots.len();
                    }
                }
            }
            Some(Step::Parent(cells)) => {
                for parent in parents {
                    flat.slots.extend(cells.at(parent.index()).some());
                    flat.close();
                }
            }
            Some(step) => {
                for block in parents.chunks(AHEAD) {
                    for parent in block {
                        step.extend(*parent, &mut flat.slots);
                        flat.close();
                    }
                    if flat.slots.len() > most {
                        return flat.slots.len();
                    }
                }
            }
            None => {
                for parent in parents {
                    flat.slots.push(*parent);
                    flat.close();
                }
            }
        }
        let mut met = flat.slots.len();
        for step in steps {
            if met > most {
                return met;
            }
            if let Step::Parent(cells) = step {
                flat.slots.iter_mut().for_each(|slot| *slot = cells.at(slot.index()));
                if flat.slots.iter().any(|slot| slot.is_none()) {
                    let gone: Vec<bool> = flat.slots.iter().map(|slot| slot.is_none()).collect();
                    flat.retain(|at| !gone[at]);
                }
                continue;
            }
            std::mem::swap(flat, &mut self.spare);
            flat.clear();
            further(step, &self.spare, most - met, flat);
            met += flat.slots.len();
        }
        if self.distinct {
            unite(flat);
        }
        met
    }
}

/// The rows that a further hop leads to from those of each parent; not all of them where they are more than
/// `most`.
fn further(step: &Step<'_>, before: &Flat, most: usize, flat: &mut Flat) {
    let mut from = 0;
    for to in before.offsets.iter().skip(1) {
        for block in before.slots.get(from..*to as usize).unwrap_or_default().chunks(AHEAD) {
            for slot in block {
                step.extend(*slot, &mut flat.slots);
            }
            if flat.slots.len() > most {
                return;
            }
        }
        flat.close();
        from = *to as usize;
    }
}

/// Keeps each row of a parent where it's met first.
fn unite(flat: &mut Flat) {
    let mut seen = HashSet::new();
    let mut kept = Vec::with_capacity(flat.slots.len());
    let mut from = 0;
    for to in flat.offsets.iter().skip(1).map(|offset| *offset as usize) {
        seen.clear();
        kept.extend(flat.slots.get(from..to).unwrap_or_default().iter().map(|slot| seen.insert(*slot)));
        from = to;
    }
    flat.retain(|at| kept.get(at).copied().unwrap_or_default());
}

impl Step<'_> {
    #[inline]
    fn extend(&self, from: Slot, out: &mut Vec<Slot>) {
        match self {
            Step::Parent(cells) => out.extend(cells.at(from.index()).some()),
            Step::Children(lists, None) => out.extend_from_slice(lists.of(from)),
            Step::Children(lists, Some(ranks)) => arranged(*lists, *ranks, from, out),
            Step::Lookup { from: source, columns, table, index } if !from.is_none() => {
                out.extend(row::lookup(table, *index, &source.keys(columns).values(from)));
            }
            Step::Lookup { .. } => {}
            Step::Along(store, relation) => out.extend(row::along(store, relation, from)),
        }
    }
}

/// Appends the children of a parent in insertion order.
fn arranged(lists: ListsView<'_>, ranks: RanksView<'_>, parent: Slot, out: &mut Vec<Slot>) {
    let start = out.len();
    out.extend_from_slice(lists.of(parent));
    ranks.arrange(out.get_mut(start..).unwrap_or_default());
}

fn children(lists: ListsView<'_>, parents: &[Slot], take: usize, most: usize, flat: &mut Flat) {
    let mut heads = [Head::default(); AHEAD];
    for block in parents.chunks(AHEAD) {
        for (head, parent) in heads.iter_mut().zip(block) {
            *head = lists.head(*parent);
        }
        let heads = &heads[..block.len()];
        heads.iter().for_each(|head| _ = black_box(lists.items(*head).first()));
        for head in heads {
            let items = lists.items(*head);
            flat.slots.extend_from_slice(items.get(..take).unwrap_or(items));
            flat.close();
        }
        if flat.slots.len() > most {
            return;
        }
    }
}
