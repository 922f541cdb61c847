//! Joins bound to a store: from a block of tuples to the next.

use super::JoinKind;
use super::keys::KeyTable;
use super::matcher::Matcher;
use super::plan::{Joins, Step};
use crate::document::Effort;
use crate::error::Result;
use crate::eval::vector::{Batch, Vector, evaluate, truths};
use crate::eval::{Flat, TRUE, Tester, Walk, along, fault};
use crate::exec;
use crate::id::{Slot, TableId};
use crate::scalar::Scalar;
use crate::store::Store;
use crate::table::Table;
use std::borrow::Cow;

/// Matches that a step without keys makes at once.
const LOOP_PAIRS: usize = 1 << 16;

/// Tuples that a step takes at once.
const BLOCK: usize = 1024;

/// Tuples whose matches are made before it's asked whether these are too many.
const FEW: usize = 16;

/// Tuples: a vector of slots for each source; an empty one for a source that isn't joined yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) slots: Vec<Vec<Slot>>,
    pub(super) len: usize,
}

impl Block {
    pub(super) fn empty(sources: usize) -> Block {
        Block { slots: vec![Vec::new(); sources], len: 0 }
    }

    /// The rows of one source.
    pub(super) fn of(sources: usize, source: usize, slots: Vec<Slot>) -> Block {
        let mut block = Block::empty(sources);
        block.len = slots.len();
        if let Some(of) = block.slots.get_mut(source) {
            *of = slots;
        }
        block
    }

    /// Some of the tuples, borrowed.
    pub(super) fn batch<'a, 'b>(
        &'b self,
        store: &'a Store,
        tables: &'b [TableId],
        from: usize,
        to: usize,
    ) -> Batch<'a, 'b> {
        let slots = self.slots.iter().map(|slots| Cow::Borrowed(slots.get(from..to).unwrap_or_default()));
        Batch { store, tables, slots: slots.collect(), outputs: Cow::Borrowed(&[]), len: to - from }
    }

    /// The tuples at some places.
    pub(super) fn pick(&self, places: &[u32]) -> Block {
        let slots = self.slots.iter().map(|slots| {
            if slots.is_empty() {
                return Vec::new();
            }
            places.iter().map(|at| slots.get(*at as usize).copied().unwrap_or_default()).collect()
        });
        Block { slots: slots.collect(), len: places.len() }
    }

    /// Keeps the tuples of which all conditions are true.
    pub(super) fn filter(self, store: &Store, tables: &[TableId], terms: &[Scalar]) -> Result<Block> {
        let mut block = self;
        for term in terms {
            let mut kept = Vec::with_capacity(block.len);
            for from in (0..block.len).step_by(BLOCK) {
                let to = block.len.min(from + BLOCK);
                let found = truths(term, &block.batch(store, tables, from, to))?;
                kept.extend((from as u32..).zip(found).filter(|(_, truth)| *truth == TRUE).map(|(at, _)| at));
            }
            fault::collect()?;
            if kept.len() < block.len {
                block = block.pick(&kept);
            }
        }
        Ok(block)
    }

    pub(super) fn append(&mut self, other: &Block) {
        for (slots, more) in self.slots.iter_mut().zip(&other.slots) {
            slots.extend_from_slice(more);
        }
        self.len += other.len;
    }
}

/// A step with everything looked up that it names.
pub(super) struct Joiner<'a> {
    store: &'a Store,
    tables: &'a [TableId],
    step: &'a Step,
    /// The sources whose rows stand in the tuples that come in.
    before: Vec<usize>,
    ways: Ways<'a>,
    /// The rows of a right side that were matched; where the others are wanted.
    matched: Option<Vec<u64>>,
}

enum Ways<'a> {
    Walk { from: usize, walk: Box<Walk<'a>>, filter: Tester<'a>, flat: Flat },
    Along { from: usize, table: TableId, relation: crate::id::RelationId, filter: Tester<'a> },
    Hash { left: &'a [Scalar], rights: Vec<Slot>, table: KeyTable<'a> },
    Loop { rights: Vec<Slot> },
}

impl<'a> Joiner<'a> {
    /// Looks up what a step needs; a hash table is filled. O(rows of the source) for that.
    pub(super) fn new(
        store: &'a Store,
        joins: &'a Joins,
        tables: &'a [TableId],
        step: &'a Step,
        before: Vec<usize>,
        effort: &mut Effort,
    ) -> Result<Joiner<'a>> {
        let table = tables.get(step.source).copied().unwrap_or(TableId::new(0));
        let scan = joins.scans.get(step.source);
        let filter = || Tester::new(store, table, scan.map(|scan| &scan.predicate));
        let mut rights = || {
            let rights = scan.map_or(Ok(Vec::new()), |scan| exec::root_slots(store, &scan.plan))?;
            effort.spend(rights.len()).map(|()| rights)
        };
        let ways = match &step.matcher {
            Matcher::Walk { from, table, hops } => Ways::Walk {
                from: *from,
                walk: Box::new(Walk::of_hops(store, *table, hops)),
                filter: filter(),
                flat: Flat::default(),
            },
            Matcher::Along { from, table, relation } => {
                Ways::Along { from: *from, table: *table, relation: *relation, filter: filter() }
            }
            Matcher::Hash { left, right } => {
                let rights = rights()?;
                let block = Block::of(tables.len(), step.source, rights);
                let keys = vectors(right, &block.batch(store, tables, 0, block.len))?;
                let rights = block.slots.into_iter().nth(step.source).unwrap_or_default();
                Ways::Hash { left, table: KeyTable::new(keys, rights.len()), rights }
            }
            Matcher::Loop => Ways::Loop { rights: rights()? },
        };
        let bound = store.table(table).bound();
        let matched = step.kind.may_miss_left().then(|| vec![0; bound.div_ceil(64)]);
        Ok(Joiner { store, tables, step, before, ways, matched })
    }

    /// How many tuples it makes of one, where it makes as many of each.
    pub(super) fn factor(&self) -> Option<usize> {
        let both =
            matches!(self.step.kind, JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full);
        match &self.ways {
            Ways::Loop { rights } if both && self.step.on.is_empty() => Some(rights.len()),
            _ => None,
        }
    }

    /// How many tuples to give it at once.
    pub(super) fn appetite(&self) -> usize {
        match &self.ways {
            Ways::Loop { rights } => (LOOP_PAIRS / rights.len().max(1)).clamp(1, BLOCK),
            _ => BLOCK,
        }
    }

    /// The tuples that come of some: those of the first before those of the second. O(matches).
    ///
    /// # Errors
    /// What an expression of the condition fails with, `limit_exceeded` for too many matches.
    pub(super) fn apply(&mut self, mut block: Block, effort: &mut Effort) -> Result<Block> {
        if self.direct(&mut block)? {
            return effort.spend(block.len).map(|()| block);
        }
        let block = &block;
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        self.candidates(block, effort, &mut lefts, &mut rights)?;
        fault::collect()?;
        if !self.step.on.is_empty() {
            let pairs = self.paired(block, &lefts, rights);
            let mut numbered = pairs;
            // The place of the left side goes along as another source.
            numbered.slots.push(lefts.iter().map(|at| Slot::new(*at as usize)).collect());
            let mut kept = numbered.filter(self.store, self.tables, &self.step.on)?;
            lefts = kept.slots.pop().unwrap_or_default().iter().map(|slot| slot.index() as u32).collect();
            rights = kept.slots.into_iter().nth(self.step.source).unwrap_or_default();
        }
        if let Some(matched) = &mut self.matched {
            for right in &rights {
                if let Some(word) = matched.get_mut(right.index() / 64) {
                    *word |= 1 << (right.index() % 64);
                }
            }
        }
        match self.step.kind {
            JoinKind::Inner | JoinKind::Right => {}
            JoinKind::Left | JoinKind::Full => pad(block.len, &mut lefts, &mut rights),
            JoinKind::Semi => {
                lefts.dedup();
                return Ok(block.pick(&lefts));
            }
            JoinKind::Anti => {
                let mut found = vec![false; block.len];
                lefts.iter().filter_map(|at| found.get_mut(*at as usize).map(|found| *found = true)).count();
                let alone: Vec<u32> =
                    (0u32..).zip(&found).filter(|(_, found)| !**found).map(|(at, _)| at).collect();
                return Ok(block.pick(&alone));
            }
        }
        Ok(self.paired(block, &lefts, rights))
    }

    /// The tuples of a join that leads each to one row or none, and asks of that row at most.
    fn direct(&mut self, block: &mut Block) -> Result<bool> {
        let Ways::Walk { from, walk, filter, .. } = &mut self.ways else { return Ok(false) };
        let plain = walk.is_direct() && self.step.on.is_empty();
        if !plain || !matches!(self.step.kind, JoinKind::Inner | JoinKind::Left) {
            return Ok(false);
        }
        let mut rights = block.slots.get_mut(self.step.source).map(std::mem::take).unwrap_or_default();
        let Some(parents) = block.slots.get(*from) else { return Ok(false) };
        walk.direct(parents, &mut rights);
        if !filter.is_empty() {
            let there: Vec<Slot> = rights.iter().copied().filter(|slot| !slot.is_none()).collect();
            let mut truths = Vec::new();
            filter.mask(&there, &mut truths);
            fault::collect()?;
            let mut truths = truths.into_iter();
            for slot in rights.iter_mut().filter(|slot| !slot.is_none()) {
                if truths.next() != Some(TRUE) {
                    *slot = Slot::NONE;
                }
            }
        }
        let misses = self.step.kind == JoinKind::Inner && Slot::any_none(&rights);
        let there: Vec<u32> = if misses {
            (0u32..).zip(&rights).filter(|(_, slot)| !slot.is_none()).map(|(at, _)| at).collect()
        } else {
            Vec::new()
        };
        if let Some(slots) = block.slots.get_mut(self.step.source) {
            *slots = rights;
        }
        if misses {
            *block = block.pick(&there);
        }
        Ok(true)
    }

    /// The rows of a right or full side that matched nothing, beside nothing.
    pub(super) fn unmatched(&self) -> Option<Block> {
        let matched = self.matched.as_ref()?;
        let table = self.store.table(*self.tables.get(self.step.source)?);
        let bit = |at: usize| matched.get(at / 64).is_none_or(|word| word >> (at % 64) & 1 == 0);
        let alone = |slot: &Slot| bit(slot.index());
        let slots: Vec<Slot> = table.in_order().filter(alone).collect();
        let mut block = Block::of(self.tables.len(), self.step.source, slots);
        for source in &self.before {
            if let Some(slots) = block.slots.get_mut(*source) {
                slots.resize(block.len, Slot::NONE);
            }
        }
        Some(block)
    }

    /// Tuples at some places, each with a row of the joined source.
    fn paired(&self, block: &Block, lefts: &[u32], rights: Vec<Slot>) -> Block {
        let each_once = lefts.len() == block.len && lefts.iter().zip(0..).all(|(left, at)| *left == at);
        let mut paired = if each_once { block.clone() } else { block.pick(lefts) };
        if let Some(slots) = paired.slots.get_mut(self.step.source) {
            *slots = rights;
        }
        paired
    }

    /// Pairs of a tuple's place and a row, by place and then by row.
    ///
    /// # Errors
    /// What an expression fails with, `limit_exceeded` soon after there are too many.
    fn candidates(
        &mut self,
        block: &Block,
        effort: &mut Effort,
        lefts: &mut Vec<u32>,
        rights: &mut Vec<Slot>,
    ) -> Result<()> {
        let most = effort.left();
        let none = Vec::new();
        let rows = self.store.table(self.tables.get(self.step.source).copied().unwrap_or(TableId::new(0)));
        match &mut self.ways {
            Ways::Walk { from, walk, filter, flat } => {
                let parents = block.slots.get(*from).unwrap_or(&none);
                walk.gather_within(parents, usize::MAX, effort, flat)?;
                spread(rows, flat, filter, lefts, rights);
            }
            Ways::Along { from, table, relation, filter } => {
                let parents = block.slots.get(*from).unwrap_or(&none);
                let relation = self.store.catalog().table(*table).relation(*relation);
                let mut flat = Flat::default();
                flat.clear();
                for parents in parents.chunks(FEW) {
                    for parent in parents {
                        flat.slots.extend(along(self.store, relation, *parent));
                        flat.close();
                    }
                    if flat.slots.len() > most {
                        break;
                    }
                }
                effort.spend(flat.slots.len())?;
                spread(rows, &mut flat, filter, lefts, rights);
            }
            Ways::Hash { left, rights: all, table } => {
                let keys = vectors(left, &block.batch(self.store, self.tables, 0, block.len))?;
                for from in (0..block.len).step_by(FEW) {
                    for row in from..block.len.min(from + FEW) {
                        table.find(&keys, row, |at| {
                            lefts.push(row as u32);
                            rights.push(all.get(at as usize).copied().unwrap_or_default());
                        });
                    }
                    if lefts.len() > most {
                        break;
                    }
                }
                effort.spend(lefts.len())?;
            }
            Ways::Loop { rights: all } => {
                effort.spend(all.len().saturating_mul(block.len))?;
                for row in 0..block.len {
                    lefts.resize(lefts.len() + all.len(), row as u32);
                    rights.extend_from_slice(all);
                }
            }
        }
        Ok(())
    }
}

/// The values of some scalars.
pub(super) fn vectors<'a>(scalars: &[Scalar], batch: &Batch<'a, '_>) -> Result<Vec<Vector<'a>>> {
    scalars.iter().map(|scalar| evaluate(scalar, batch)).collect()
}

/// The rows found for each tuple as pairs, in insertion order, without those that don't pass.
fn spread(
    rows: &Table,
    flat: &mut Flat,
    filter: &mut Tester<'_>,
    lefts: &mut Vec<u32>,
    rights: &mut Vec<Slot>,
) {
    let mut from = 0;
    for (row, to) in flat.offsets.iter().skip(1).enumerate() {
        let to = *to as usize;
        if let Some(slots) = flat.slots.get_mut(from..to) {
            rows.arrange(slots);
            lefts.resize(lefts.len() + slots.len(), row as u32);
        }
        from = to;
    }
    rights.append(&mut flat.slots);
    if !filter.is_empty() {
        let mut found = Vec::new();
        filter.mask(rights, &mut found);
        let mut truths = found.iter();
        lefts.retain(|_| truths.next() == Some(&TRUE));
        let mut truths = found.iter();
        rights.retain(|_| truths.next() == Some(&TRUE));
    }
}

/// A pair without a row for each tuple that has none.
fn pad(tuples: usize, lefts: &mut Vec<u32>, rights: &mut Vec<Slot>) {
    let (mut all_lefts, mut all_rights) = (Vec::with_capacity(lefts.len()), Vec::with_capacity(rights.len()));
    let mut pairs = lefts.iter().zip(rights.iter()).peekable();
    for row in 0..tuples as u32 {
        let before = all_lefts.len();
        while let Some((left, right)) = pairs.next_if(|(left, _)| **left == row) {
            all_lefts.push(*left);
            all_rights.push(*right);
        }
        if all_lefts.len() == before {
            all_lefts.push(row);
            all_rights.push(Slot::NONE);
        }
    }
    (*lefts, *rights) = (all_lefts, all_rights);
}
