//! Groups: tuples that are equal in some expressions, in the order their first ones come.

use super::aggregate::Accumulator;
use super::join::{Block, vectors};
use super::keys::hash;
use super::resolve::Group;
use crate::error::{Error, ErrorKind, Result};
use crate::eval::vector::{Vector, evaluate};
use crate::id::TableId;
use crate::store::Store;
use crate::value::{Value, ValueRef};
use hashbrown::{HashMap, HashTable};
use std::hash::RandomState;

/// Integers from 0 up to this find their group by position.
const DENSE_MAX: i64 = 1 << 23;

/// Tuples that are grouped at once.
const BLOCK: usize = 1024;

/// No group.
const NONE: u32 = u32::MAX;

/// Groups by key.
pub(super) struct Groups<'p> {
    group: &'p Group,
    ids: Ids,
    state: RandomState,
    /// The keys of each group, column by column.
    keys: Vec<Vec<Value>>,
    /// How many tuples each group has had.
    rows: Vec<u64>,
    accumulators: Vec<Accumulator>,
}

/// The group of a key.
enum Ids {
    /// Everything is one group.
    One,
    /// One integer: by position, by hash, and that of null.
    Whole { dense: Vec<u32>, others: HashMap<i64, u32, RandomState>, null: u32 },
    /// Anything else, with the hash of each group.
    Any(HashTable<u32>, Vec<u64>),
}

impl<'p> Groups<'p> {
    pub(super) fn new(group: &'p Group) -> Groups<'p> {
        let single = group.keys.is_empty();
        let state = RandomState::new();
        let ids = match group.keys.as_slice() {
            [] => Ids::One,
            [key] if key.ty.is_integer() => {
                Ids::Whole { dense: Vec::new(), others: HashMap::with_hasher(state.clone()), null: NONE }
            }
            _ => Ids::Any(HashTable::new(), Vec::new()),
        };
        let accumulators = group.aggregates.iter().map(|aggregate| Accumulator::new(aggregate, single));
        let mut groups = Groups {
            group,
            ids,
            state,
            keys: vec![Vec::new(); group.keys.len()],
            rows: vec![0; usize::from(single)],
            accumulators: accumulators.collect(),
        };
        groups.grow();
        groups
    }

    /// Takes tuples. O(tuples x expressions).
    ///
    /// # Errors
    /// What an expression fails with, sums that are out of range, and more than 2^32 groups.
    pub(super) fn take(&mut self, store: &Store, tables: &[TableId], block: &Block) -> Result<()> {
        let mut ids = Vec::with_capacity(BLOCK);
        for from in (0..block.len).step_by(BLOCK) {
            let batch = block.batch(store, tables, from, block.len.min(from + BLOCK));
            let keys = vectors(&self.group.keys, &batch)?;
            self.ids(&keys, batch.len, &mut ids)?;
            self.grow();
            for (aggregate, accumulator) in self.group.aggregates.iter().zip(&mut self.accumulators) {
                if let Some(of) = &aggregate.of {
                    accumulator.take(&ids, &evaluate(of, &batch)?)?;
                }
            }
        }
        Ok(())
    }

    fn grow(&mut self) {
        let count = self.rows.len();
        self.accumulators.iter_mut().for_each(|accumulator| accumulator.grow(count));
    }

    /// The group of each row.
    fn ids(&mut self, keys: &[Vector<'_>], rows: usize, out: &mut Vec<u32>) -> Result<()> {
        out.clear();
        let mut fresh = Fresh { keys: &mut self.keys, rows: &mut self.rows };
        match (&mut self.ids, keys) {
            (Ids::Whole { dense, others, null }, [key]) => {
                let cells = key.wholes().filter(|cells| cells.len() == rows).unwrap_or_default();
                for row in 0..rows {
                    // Most rows are of a group that is there.
                    let known = cells.get(row).and_then(|cell| dense.get(usize::try_from(*cell).ok()?));
                    if let Some(id) = known.filter(|id| **id != NONE) {
                        fresh.count(*id);
                        out.push(*id);
                        continue;
                    }
                    let id = match key.whole(row) {
                        None => &mut *null,
                        Some(value) if (0..DENSE_MAX).contains(&value) => {
                            let at = value as usize;
                            if at >= dense.len() {
                                dense.resize((at + 1).next_power_of_two(), NONE);
                            }
                            match dense.get_mut(at) {
                                Some(id) => id,
                                None => &mut *null,
                            }
                        }
                        Some(value) => others.entry(value).or_insert(NONE),
                    };
                    if *id == NONE {
                        *id = fresh.add(keys, row)?;
                    }
                    fresh.count(*id);
                    out.push(*id);
                }
            }
            (Ids::Any(table, hashes), keys) => {
                for row in 0..rows {
                    let hash = hash(&self.state, keys, row);
                    let same = |id: &u32| {
                        hashes.get(*id as usize) == Some(&hash) && fresh.is(*id as usize, keys, row)
                    };
                    let id = match table.find(hash, same) {
                        Some(id) => *id,
                        None => {
                            let id = fresh.add(keys, row)?;
                            hashes.push(hash);
                            let rehash = |id: &u32| hashes.get(*id as usize).copied().unwrap_or_default();
                            table.insert_unique(hash, id, rehash);
                            id
                        }
                    };
                    fresh.count(id);
                    out.push(id);
                }
            }
            _ => {
                out.resize(rows, 0);
                fresh.rows.iter_mut().for_each(|count| *count += rows as u64);
            }
        }
        Ok(())
    }

    /// The columns of the groups: keys, then aggregates. Without keys there is one group, also of nothing.
    ///
    /// # Errors
    /// `out_of_range` for a sum that its type can't hold.
    pub(super) fn finish(self) -> Result<(Vec<Vec<Value>>, usize)> {
        let mut columns = self.keys;
        for accumulator in self.accumulators {
            columns.push(accumulator.finish(&self.rows)?);
        }
        Ok((columns, self.rows.len()))
    }
}

/// Where the keys of groups are kept.
struct Fresh<'g> {
    keys: &'g mut Vec<Vec<Value>>,
    rows: &'g mut Vec<u64>,
}

impl Fresh<'_> {
    #[inline]
    fn count(&mut self, id: u32) {
        if let Some(count) = self.rows.get_mut(id as usize) {
            *count += 1;
        }
    }

    fn add(&mut self, keys: &[Vector<'_>], row: usize) -> Result<u32> {
        let id = u32::try_from(self.rows.len()).ok().filter(|id| *id != NONE);
        let limit = || Error::new(ErrorKind::LimitExceeded { limit: "groups", allowed: NONE.into() });
        for (column, key) in self.keys.iter_mut().zip(keys) {
            column.push(key.get(row).to_value());
        }
        self.rows.push(0);
        id.ok_or_else(limit)
    }

    /// Whether a group has the key of a row.
    fn is(&self, id: usize, keys: &[Vector<'_>], row: usize) -> bool {
        self.keys.iter().zip(keys).all(|(column, key)| {
            let held = column.get(id).map(Value::as_ref).unwrap_or_default();
            match (held, key.get(row)) {
                (ValueRef::Text(a), ValueRef::Text(b)) => a == b,
                (a, b) => a == b,
            }
        })
    }
}
