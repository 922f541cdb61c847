//! A hash table in shards, so that a write after a clone copies one of them.
//!
//! # Glossary
//!
//! - *bits*: the 32 bits of a hash that are kept with each entry.
//! - *shard*: one open-addressed table of the entries whose low bits agree. It is a flat slice: copying
//!   it needs no rehashing.
//! - *home*: the place that an entry's high bits give; a search goes on from there to the next vacant
//!   place, mostly within the same cache line.
//! - *split*: the shard whose turn it is hands half of its entries to a new one.
//!
//! # Invariants
//!
//! 1. With `n` shards and `2^k <= n < 2^(k + 1)`, an entry is in the shard given by the low `k + 1`
//!    bits, or by the low `k` when there is no such shard yet (linear hashing). Shards split in turn,
//!    one for every [`Hashed::SHARE`] entries, however the hashes are distributed: many equal hashes
//!    make their shard long and nothing else.
//! 2. At least a quarter of a shard is vacant, so every search ends, and most at once.
//! 3. No place between the home of an entry and the entry is vacant.

use crate::column::held::{COUNTS, Held};
use crate::column::spine::Spine;
use std::sync::Arc;

/// The smallest shard that isn't empty.
const SMALLEST: usize = 8;

/// An entry that knows its hash. The default is a vacant place.
pub(crate) trait Hashed: Clone + Default {
    /// Entries a shard has on average at most; a shard has up to twice as many.
    const SHARE: usize;

    /// The bits it was inserted with.
    fn bits(&self) -> u32;

    /// Whether there is no entry here.
    fn is_vacant(&self) -> bool;
}

/// The bits of a hash that are kept. Every bit of the hash has a part in the upper ones.
#[inline]
pub(crate) fn bits(hash: u64) -> u32 {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as u32
}

#[derive(Clone, Debug)]
struct Shard<T> {
    places: Arc<[T]>,
    /// The number of entries.
    len: u32,
}

impl<T> Default for Shard<T> {
    fn default() -> Self {
        Self { places: Arc::default(), len: 0 }
    }
}

impl<T: Hashed> Shard<T> {
    /// A shard of these entries, of which there are at most `len`. O(entries).
    fn new(len: usize, entries: impl Iterator<Item = T>) -> Self {
        Self { places: table(len, entries), len: len as u32 }
    }
}

/// Copy-on-write shards of entries. A clone costs a reference count.
#[derive(Clone, Debug)]
pub(crate) struct Shards<T> {
    shards: Spine<Shard<T>>,
    /// The low `k + 1` bits, as of the first invariant.
    mask: u32,
    len: usize,
}

impl<T: Hashed> Shards<T> {
    /// No shard. O(1).
    pub(crate) fn new() -> Self {
        Self { shards: Spine::default(), mask: 1, len: 0 }
    }

    /// Distributes entries over as many shards as they need. O(n).
    #[cfg(test)]
    pub(crate) fn collect(entries: Vec<T>) -> Self {
        let count = entries.len().div_ceil(T::SHARE);
        let (mask, len) = (mask(count), entries.len());
        let mut shards = vec![Vec::new(); count];
        for entry in entries {
            shards[place(entry.bits(), mask, count)].push(entry);
        }
        let shards = shards.into_iter().map(|shard| Shard::new(shard.len(), shard.into_iter()));
        Self { shards: shards.collect(), mask, len }
    }

    /// The number of entries. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    fn place(&self, bits: u32) -> usize {
        place(bits, self.mask, self.shards.len())
    }

    #[inline]
    fn places(&self, shard: usize) -> Option<&[T]> {
        self.shards.get(shard).map(|shard| &*shard.places)
    }

    /// The entry with these bits that `eq` accepts. O(1) expected.
    #[inline]
    pub(crate) fn find(&self, bits: u32, eq: impl FnMut(&T) -> bool) -> Option<&T> {
        let places = self.places(self.place(bits))?;
        places.get(locate(places, bits, eq)?)
    }

    /// The same, to change what isn't its bits. O(1) expected, or one shard copied after a clone.
    pub(crate) fn find_mut(&mut self, bits: u32, eq: impl FnMut(&T) -> bool) -> Option<&mut T> {
        let place = self.place(bits);
        let at = locate(self.places(place)?, bits, eq)?;
        Arc::make_mut(&mut self.shards.get_mut(place)?.places).get_mut(at)
    }

    /// Adds an entry. O(1) amortised and expected, or one shard copied after a clone.
    pub(crate) fn insert(&mut self, entry: T) {
        if self.len >= self.shards.len() * T::SHARE {
            self.split();
        }
        let place = self.place(entry.bits());
        let Some(Shard { places, len }) = self.shards.get_mut(place) else { return };
        *len += 1;
        self.len += 1;
        if capacity(*len as usize) > places.len() {
            *places = table(*len as usize, take(places).chain([entry]));
        } else {
            put(Arc::make_mut(places), entry);
        }
    }

    /// Takes out the entry with these bits that `eq` accepts. O(1) expected, or one shard copied.
    pub(crate) fn remove(&mut self, bits: u32, eq: impl FnMut(&T) -> bool) -> Option<T> {
        let place = self.place(bits);
        let at = locate(self.places(place)?, bits, eq)?;
        let Shard { places, len } = self.shards.get_mut(place)?;
        let entry = vacate(Arc::make_mut(places), at);
        *len -= 1;
        self.len -= 1;
        if self.len == 0 {
            *self = Self::new();
        } else if (*len as usize) < places.len() / 8 {
            *places = table(*len as usize, take(places));
        }
        Some(entry)
    }

    /// Adds a shard, with half of the entries of the one whose turn it is. O(shard).
    fn split(&mut self) {
        let new = self.shards.len();
        let mut moved = Shard::default();
        if let Some(old) = self.shards.get_mut(place(new as u32, self.mask, new)) {
            let (moving, staying): (Vec<T>, Vec<T>) =
                take(&mut old.places).partition(|entry| (entry.bits() & self.mask) as usize == new);
            *old = Shard::new(staying.len(), staying.into_iter());
            moved = Shard::new(moving.len(), moving.into_iter());
        }
        self.shards.push(moved);
        self.mask = mask(new + 1);
    }

    /// All entries, in no particular order. O(n).
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.shards.iter().flat_map(|shard| shard.places.iter()).filter(|entry| !entry.is_vacant())
    }

    /// Whether somebody else holds all of it too. O(1).
    pub(crate) fn is_shared(&self) -> bool {
        self.shards.is_shared()
    }

    /// Bytes on the heap, without what entries own. O(shards).
    pub(crate) fn memory(&self) -> Held {
        let places = |shard: &Shard<T>| Held::own(size_of_val(&*shard.places) + COUNTS).behind(&shard.places);
        self.shards.memory(places)
    }
}

impl<T: Hashed> Default for Shards<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The low `k + 1` bits for `2^k <= shards < 2^(k + 1)`. O(1).
fn mask(shards: usize) -> u32 {
    let bits = shards.max(1).ilog2() + 1;
    u32::MAX >> (u32::BITS - bits.min(u32::BITS))
}

/// The shard of an entry. O(1).
#[inline]
fn place(bits: u32, mask: u32, shards: usize) -> usize {
    let wide = (bits & mask) as usize;
    if wide < shards { wide } else { (bits & (mask >> 1)) as usize }
}

/// The places of a shard with this many entries: a quarter at least stays vacant. A shard that grows has
/// a third more places, or a half. O(1).
#[inline]
fn capacity(entries: usize) -> usize {
    if entries == 0 {
        return 0;
    }
    let needed = (entries + entries / 3 + 1).max(SMALLEST);
    needed.next_multiple_of(needed.next_power_of_two() / 4)
}

/// The place after this one, going round. O(1).
#[inline(always)]
fn after(at: usize, places: usize) -> usize {
    if at + 1 < places { at + 1 } else { 0 }
}

/// How far it is from one place on to another, going round. O(1).
#[inline(always)]
fn distance(from: usize, to: usize, places: usize) -> usize {
    if to >= from { to - from } else { to + places - from }
}

/// Where a search begins. The low bits are those that the entries of a shard agree in. O(1).
#[inline]
fn home(bits: u32, places: usize) -> usize {
    ((u64::from(bits) * places as u64) >> u32::BITS) as usize
}

/// Where the entry with these bits is that `eq` accepts. O(1) expected.
#[inline]
fn locate<T: Hashed>(shard: &[T], bits: u32, mut eq: impl FnMut(&T) -> bool) -> Option<usize> {
    let mut at = home(bits, shard.len());
    loop {
        let entry = shard.get(at)?;
        if entry.is_vacant() {
            return None;
        }
        if entry.bits() == bits && eq(entry) {
            return Some(at);
        }
        at = after(at, shard.len());
    }
}

/// Puts an entry into the first vacant place from its home on. O(1) expected.
fn put<T: Hashed>(shard: &mut [T], entry: T) {
    let mut at = home(entry.bits(), shard.len());
    while let Some(place) = shard.get_mut(at) {
        if place.is_vacant() {
            *place = entry;
            return;
        }
        at = after(at, shard.len());
    }
}

/// Takes an entry out and moves those that a search would miss now. O(1) expected.
fn vacate<T: Hashed>(shard: &mut [T], at: usize) -> T {
    let places = shard.len();
    let entry = std::mem::take(&mut shard[at]);
    let (mut hole, mut next) = (at, after(at, places));
    while !shard[next].is_vacant() {
        let home = home(shard[next].bits(), places);
        // The entry may move unless its home lies behind the hole, going round.
        if distance(home, next, places) >= distance(hole, next, places) {
            shard.swap(hole, next);
            hole = next;
        }
        next = after(next, places);
    }
    entry
}

/// A shard with room for `len` entries, of these entries. O(entries).
fn table<T: Hashed>(len: usize, entries: impl Iterator<Item = T>) -> Arc<[T]> {
    let mut places = vec![T::default(); capacity(len)];
    entries.for_each(|entry| put(&mut places, entry));
    places.into()
}

/// Moves the entries out of a shard, which is to be replaced. O(places).
fn take<T: Hashed>(shard: &mut Arc<[T]>) -> impl Iterator<Item = T> {
    Arc::make_mut(shard).iter_mut().filter(|place| !place.is_vacant()).map(std::mem::take)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Entry(Option<u32>);

    impl Hashed for Entry {
        const SHARE: usize = 16;

        fn bits(&self) -> u32 {
            self.0.unwrap_or_default()
        }

        fn is_vacant(&self) -> bool {
            self.0.is_none()
        }
    }

    #[test]
    fn entries_are_spread_over_shards_and_places() {
        let mut all = Shards::new();
        (0..10_000u64).for_each(|n| all.insert(Entry(Some(bits(n)))));
        let lens: Vec<usize> = all.shards.iter().map(|shard| shard.len as usize).collect();
        assert_eq!((lens.len(), lens.iter().sum::<usize>()), (10_000 / 16, 10_000));
        assert!(lens.into_iter().max() < Some(5 * Entry::SHARE));
        for shard in all.shards.iter() {
            let places = shard.places.len();
            assert!(4 * shard.len as usize <= 3 * places, "{} of {places}", shard.len);
            let far = shard.places.iter().enumerate().filter(|(_, entry)| !entry.is_vacant());
            let far = far.map(|(at, entry)| distance(home(entry.bits(), places), at, places)).sum::<usize>();
            assert!(far <= 4 * shard.len as usize, "{far} for {}", shard.len);
        }
    }

    #[test]
    fn a_quarter_of_the_places_is_vacant_and_never_half_of_many() {
        assert_eq!(capacity(0), 0);
        for entries in 1..5000 {
            let places = capacity(entries);
            assert!(4 * entries < 3 * places + 4, "{entries} in {places}");
            assert!(places <= SMALLEST.max(2 * entries + 2), "{entries} in {places}");
        }
        assert_eq!([1, 5, 6, 7].map(capacity), [8, 8, 12, 12]);
    }

    #[test]
    fn every_bit_of_a_hash_has_a_part() {
        for hash in [0, u64::MAX, 0x0123_4567_89AB_CDEF] {
            assert!((0..64).all(|bit| bits(hash ^ (1 << bit)) != bits(hash)));
        }
    }
}
