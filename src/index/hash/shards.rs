//! A hash table in shards, so that a write after a clone copies one of them.
//!
//! # Glossary
//!
//! - *bits*: the 32 bits of a hash that are kept with each entry.
//! - *shard*: one open-addressed table of the entries whose low bits agree. It is a flat slice behind
//!   the spine: copying it needs no rehashing.
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
struct Spine<T> {
    shards: Vec<Arc<[T]>>,
    /// The number of entries in each.
    lens: Vec<u32>,
}

/// Copy-on-write shards of entries. A clone costs a reference count.
#[derive(Clone, Debug)]
pub(crate) struct Shards<T> {
    spine: Arc<Spine<T>>,
    /// The low `k + 1` bits, as of the first invariant.
    mask: u32,
    len: usize,
}

impl<T: Hashed> Shards<T> {
    /// One empty shard. O(1).
    pub(crate) fn new() -> Self {
        Self { spine: Arc::new(Spine { shards: vec![Arc::default()], lens: vec![0] }), mask: 1, len: 0 }
    }

    /// Distributes entries over as many shards as they need. O(n).
    #[cfg(test)]
    pub(crate) fn collect(entries: Vec<T>) -> Self {
        let count = entries.len().div_ceil(T::SHARE).max(1);
        let (mask, len) = (mask(count), entries.len());
        let mut lens = vec![0; count];
        entries.iter().for_each(|entry| lens[place(entry.bits(), mask, count)] += 1);
        let mut shards: Vec<Vec<T>> = lens.iter().map(|len| Vec::with_capacity(*len as usize)).collect();
        for entry in entries {
            shards[place(entry.bits(), mask, count)].push(entry);
        }
        let shards = shards.into_iter().map(|shard| table(shard.len(), shard.into_iter())).collect();
        Self { spine: Arc::new(Spine { shards, lens }), mask, len }
    }

    /// The number of entries. O(1).
    #[cfg(test)]
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    fn place(&self, bits: u32) -> usize {
        place(bits, self.mask, self.spine.shards.len())
    }

    /// The entry with these bits that `eq` accepts. O(1) expected.
    #[inline]
    pub(crate) fn find(&self, bits: u32, eq: impl FnMut(&T) -> bool) -> Option<&T> {
        let shard = self.spine.shards.get(self.place(bits))?;
        shard.get(locate(shard, bits, eq)?)
    }

    /// The same, to change what isn't its bits. O(1) expected, or one shard copied after a clone.
    pub(crate) fn find_mut(&mut self, bits: u32, eq: impl FnMut(&T) -> bool) -> Option<&mut T> {
        let place = self.place(bits);
        let at = locate(self.spine.shards.get(place)?, bits, eq)?;
        let shard = Arc::make_mut(&mut self.spine).shards.get_mut(place)?;
        Arc::make_mut(shard).get_mut(at)
    }

    /// Adds an entry. O(1) amortised and expected, or one shard copied after a clone.
    pub(crate) fn insert(&mut self, entry: T) {
        if self.len >= self.spine.shards.len() * T::SHARE {
            self.split();
        }
        let place = self.place(entry.bits());
        let Spine { shards, lens } = Arc::make_mut(&mut self.spine);
        let (Some(shard), Some(len)) = (shards.get_mut(place), lens.get_mut(place)) else { return };
        *len += 1;
        self.len += 1;
        if capacity(*len as usize) > shard.len() {
            *shard = table(*len as usize, take(shard).chain([entry]));
        } else {
            put(Arc::make_mut(shard), entry);
        }
    }

    /// Takes out the entry with these bits that `eq` accepts. O(1) expected, or one shard copied.
    pub(crate) fn remove(&mut self, bits: u32, eq: impl FnMut(&T) -> bool) -> Option<T> {
        let place = self.place(bits);
        let at = locate(self.spine.shards.get(place)?, bits, eq)?;
        let Spine { shards, lens } = Arc::make_mut(&mut self.spine);
        let (shard, len) = (shards.get_mut(place)?, lens.get_mut(place)?);
        let entry = vacate(Arc::make_mut(shard), at);
        *len -= 1;
        self.len -= 1;
        if self.len == 0 {
            *self = Self::new();
        } else if (*len as usize) < shard.len() / 8 {
            *shard = table(*len as usize, take(shard));
        }
        Some(entry)
    }

    /// Hands half of the shard whose turn it is to a new one. O(shard).
    fn split(&mut self) {
        let Spine { shards, lens } = Arc::make_mut(&mut self.spine);
        let new = shards.len();
        let old = place(new as u32, self.mask, new);
        let (Some(shard), Some(len)) = (shards.get_mut(old), lens.get_mut(old)) else { return };
        let (moving, staying): (Vec<T>, Vec<T>) =
            take(shard).partition(|entry| (entry.bits() & self.mask) as usize == new);
        *len = staying.len() as u32;
        *shard = table(staying.len(), staying.into_iter());
        lens.push(moving.len() as u32);
        shards.push(table(moving.len(), moving.into_iter()));
        self.mask = mask(new + 1);
    }

    /// All entries, in no particular order. O(n).
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.spine.shards.iter().flat_map(|shard| shard.iter()).filter(|entry| !entry.is_vacant())
    }

    /// Whether somebody else holds all of it too. O(1).
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.spine) > 1
    }

    /// Bytes on the heap, without what entries own. O(shards).
    pub(crate) fn memory(&self) -> Held {
        let Spine { shards, lens } = &*self.spine;
        let one = |shard: &Arc<[T]>| Held::own(size_of_val(&**shard) + COUNTS).behind(shard);
        let spine = shards.capacity() * size_of::<Arc<[T]>>() + lens.capacity() * size_of::<u32>();
        (shards.iter().map(one).sum::<Held>() + Held::own(spine + size_of::<Spine<T>>())).behind(&self.spine)
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
