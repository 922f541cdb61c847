//! Rows by key: chains of rows with one key, ascending.

use crate::eval::vector::Vector;
use hashbrown::{HashMap, HashTable};
use std::hash::{BuildHasher, Hasher, RandomState};

/// No row.
const NONE: u32 = u32::MAX;

/// Rows by the values of some vectors. A row with a null in its key is in no chain.
pub(super) struct KeyTable<'a> {
    keys: Vec<Vector<'a>>,
    /// The next row with the same key.
    next: Vec<u32>,
    heads: Heads,
    state: RandomState,
}

/// The first row of each chain.
enum Heads {
    /// One integer whose values lie close together: from the least one on.
    Dense { least: i64, heads: Vec<u32> },
    /// One integer.
    Whole(HashMap<i64, u32, RandomState>),
    /// Anything else, with the hash of each row.
    Any(HashTable<u32>, Vec<u64>),
}

impl<'a> KeyTable<'a> {
    /// A table of `rows` rows. O(rows).
    pub(super) fn new(keys: Vec<Vector<'a>>, rows: usize) -> KeyTable<'a> {
        let state = RandomState::new();
        let mut next = vec![NONE; rows];
        let heads = match keys.as_slice() {
            [key] if key.is_whole() => whole(key, rows, &mut next, &state),
            _ => any(&keys, rows, &mut next, &state),
        };
        KeyTable { keys, next, heads, state }
    }

    /// Shows the rows whose key is that of a row of other vectors, ascending.
    #[inline]
    pub(super) fn find(&self, keys: &[Vector<'_>], row: usize, mut show: impl FnMut(u32)) {
        let mut at = self.head(keys, row);
        while at != NONE {
            show(at);
            at = self.next.get(at as usize).copied().unwrap_or(NONE);
        }
    }

    #[inline]
    fn head(&self, keys: &[Vector<'_>], row: usize) -> u32 {
        match (&self.heads, keys) {
            (Heads::Dense { least, heads }, [key]) => {
                let place = key.whole(row).and_then(|value| usize::try_from(value.checked_sub(*least)?).ok());
                place.and_then(|place| heads.get(place)).copied().unwrap_or(NONE)
            }
            (Heads::Whole(heads), [key]) => {
                key.whole(row).and_then(|value| heads.get(&value)).copied().unwrap_or(NONE)
            }
            (Heads::Any(heads, hashes), keys) => {
                if keys.iter().any(|key| key.is_null(row)) {
                    return NONE;
                }
                let hash = hash(&self.state, keys, row);
                let same = |other: &u32| {
                    hashes.get(*other as usize) == Some(&hash)
                        && self.keys.iter().zip(keys).all(|(a, b)| a.same(*other as usize, b, row))
                };
                heads.find(hash, same).copied().unwrap_or(NONE)
            }
            _ => NONE,
        }
    }
}

/// Chains are made from the last row to the first, so that they ascend.
fn whole(key: &Vector<'_>, rows: usize, next: &mut [u32], state: &RandomState) -> Heads {
    let (mut least, mut greatest) = (i64::MAX, i64::MIN);
    for value in (0..rows).filter_map(|row| key.whole(row)) {
        (least, greatest) = (least.min(value), greatest.max(value));
    }
    let width = greatest.checked_sub(least).and_then(|width| usize::try_from(width).ok());
    if let Some(width) = width.filter(|width| *width < rows.saturating_mul(4).saturating_add(1024)) {
        let mut heads = vec![NONE; width + 1];
        for row in (0..rows).rev() {
            let place = key.whole(row).and_then(|value| usize::try_from(value - least).ok());
            if let (Some(head), Some(next)) =
                (place.and_then(|place| heads.get_mut(place)), next.get_mut(row))
            {
                *next = std::mem::replace(head, row as u32);
            }
        }
        return Heads::Dense { least, heads };
    }
    let mut heads = HashMap::with_capacity_and_hasher(rows, state.clone());
    for row in (0..rows).rev() {
        if let (Some(value), Some(next)) = (key.whole(row), next.get_mut(row)) {
            *next = heads.insert(value, row as u32).unwrap_or(NONE);
        }
    }
    Heads::Whole(heads)
}

fn any(keys: &[Vector<'_>], rows: usize, next: &mut [u32], state: &RandomState) -> Heads {
    let hashes: Vec<u64> = (0..rows).map(|row| hash(state, keys, row)).collect();
    let mut heads: HashTable<u32> = HashTable::with_capacity(rows);
    for row in (0..rows).rev() {
        if keys.iter().any(|key| key.is_null(row)) {
            continue;
        }
        let hash = hashes.get(row).copied().unwrap_or_default();
        let same = |other: &u32| {
            hashes.get(*other as usize) == Some(&hash)
                && keys.iter().all(|key| key.same(row, key, *other as usize))
        };
        match heads.find_mut(hash, same) {
            Some(head) => {
                if let Some(next) = next.get_mut(row) {
                    *next = std::mem::replace(head, row as u32);
                }
            }
            None => {
                let rehash = |other: &u32| hashes.get(*other as usize).copied().unwrap_or_default();
                heads.insert_unique(hash, row as u32, rehash);
            }
        }
    }
    Heads::Any(heads, hashes)
}

/// The hash of a row's key, keyed so that no stranger can aim at it.
pub(super) fn hash(state: &RandomState, keys: &[Vector<'_>], row: usize) -> u64 {
    let mut hasher = state.build_hasher();
    keys.iter().for_each(|key| key.hash(row, &mut hasher));
    hasher.finish()
}
