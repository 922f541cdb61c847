//! Where lists are: an arena of chunks for short ones, and long ones apart.

use super::is_next;
use super::long::Long;
use crate::column::held::{COUNTS, Held};
use crate::column::spine::{Spine, SpineView};
use crate::id::Slot;
use smallvec::SmallVec;
use std::sync::Arc;

/// Slots in a full-grown chunk. A longer list is a [`Long`].
pub(super) const CHUNK: usize = 1 << 12;

/// Slots in the first chunk of an arena; each further one has four times as many, up to [`CHUNK`].
const FIRST: usize = 1 << 6;

/// The smallest capacity of a list that grew.
const SMALLEST: usize = 4;

/// The capacity class that marks a long list.
const LONG: u32 = 15;

/// Where a list is and how long: chunk, then place in it (12 bits), length (13) and capacity class
/// (4; 0 is a capacity of the length, `c` one of `1 << (c - 1)`). The default is the empty list.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Head {
    chunk: u32,
    place: u32,
}

impl Head {
    /// A list in a chunk. `capacity` is `None` for exactly the length, else a power of two.
    pub(super) fn new(chunk: usize, at: usize, len: usize, capacity: Option<usize>) -> Self {
        let class = capacity.map_or(0, |capacity| capacity.trailing_zeros() + 1);
        Self { chunk: chunk as u32, place: (at as u32) << 20 | (len as u32) << 4 | class }
    }

    pub(super) fn long(place: usize) -> Self {
        Self { chunk: place as u32, place: LONG }
    }

    #[inline(always)]
    pub(super) fn chunk(self) -> usize {
        self.chunk as usize
    }

    #[inline(always)]
    pub(super) fn at(self) -> usize {
        (self.place >> 20) as usize
    }

    /// The number of items of a list that isn't long.
    #[inline(always)]
    pub(super) fn len(self) -> usize {
        (self.place >> 4) as usize & 0x1FFF
    }

    #[inline(always)]
    pub(super) fn is_long(self) -> bool {
        self.place & 15 == LONG
    }

    /// A capacity that isn't simply the length.
    pub(super) fn room(self) -> Option<usize> {
        (self.place & 15).checked_sub(1).map(|shift| 1 << shift)
    }

    pub(super) fn capacity(self) -> usize {
        self.room().unwrap_or(self.len())
    }

    /// The same place with another length and capacity.
    pub(super) fn with(self, len: usize, capacity: Option<usize>) -> Self {
        Self::new(self.chunk(), self.at(), len, capacity)
    }
}

/// How much of a chunk belongs to no list any more, and whether its lists are being moved away.
#[derive(Clone, Copy, Default)]
struct Fill {
    dead: u16,
    leaving: bool,
}

/// Chunks of short lists, and long lists.
#[derive(Clone, Default)]
pub(super) struct Arena {
    chunks: Spine<Arc<[Slot]>>,
    fills: Vec<Fill>,
    vacant: Vec<u32>,
    /// The chunk that gives room, and how much of it is given; past the end before the first one.
    open: usize,
    used: usize,
    longs: Spine<Option<Arc<Long>>>,
    long_vacant: Vec<u32>,
    /// How many slots are dead in chunks that are more than half dead.
    sparse: usize,
    /// More of them came since the last marking.
    due: bool,
}

impl Arena {
    /// Packed chunks, none of them open. O(chunks).
    pub(super) fn packed(chunks: Vec<Arc<[Slot]>>, longs: Vec<Option<Arc<Long>>>) -> Self {
        Self {
            fills: vec![Fill::default(); chunks.len()],
            open: chunks.len(),
            chunks: chunks.into_iter().collect(),
            longs: longs.into_iter().collect(),
            ..Self::default()
        }
    }

    pub(super) fn chunks(&self) -> SpineView<'_, Arc<[Slot]>> {
        self.chunks.view()
    }

    pub(super) fn longs(&self) -> SpineView<'_, Option<Arc<Long>>> {
        self.longs.view()
    }

    /// The slots that a chunk has, given out or not.
    fn size(&self, chunk: usize) -> usize {
        self.chunks.get(chunk).map_or(0, |chunk| chunk.len())
    }

    /// Slots that belong to no list.
    #[cfg(test)]
    pub(super) fn dead(&self) -> usize {
        let fills = || {
            self.chunks.iter().zip(&self.fills).map(|(chunk, fill)| (usize::from(fill.dead), chunk.len() / 2))
        };
        assert_eq!(
            self.sparse,
            fills().filter(|(dead, half)| dead > half).map(|(dead, _)| dead).sum::<usize>()
        );
        fills().map(|(dead, _)| dead).sum()
    }

    /// Room for `capacity` slots, at most [`CHUNK`]: its chunk and place. O(1) amortised.
    pub(super) fn room(&mut self, capacity: usize) -> (usize, usize) {
        let left = self.size(self.open).saturating_sub(self.used);
        let leaving = self.fills.get(self.open).is_none_or(|fill| fill.leaving);
        if leaving || left < capacity {
            let closed = std::mem::replace(&mut self.open, usize::MAX);
            self.bury(closed, left);
            self.open = self.install(capacity);
            self.used = 0;
        }
        let at = self.used;
        self.used += capacity;
        (self.open, at)
    }

    fn install(&mut self, capacity: usize) -> usize {
        let usual = CHUNK.min(FIRST << (2 * self.chunks.len()).min(6));
        let slots: Arc<[Slot]> = std::iter::repeat_n(Slot::NONE, usual.max(capacity)).collect();
        let place = self.vacant.pop().map_or(self.chunks.len(), |place| place as usize);
        match self.chunks.get_mut(place) {
            Some(vacant) => *vacant = slots,
            None => {
                self.chunks.push(slots);
                self.fills.push(Fill::default());
            }
        }
        place
    }

    /// Takes slots of a chunk out of use; a chunk without any other is dropped. O(1).
    pub(super) fn bury(&mut self, chunk: usize, slots: usize) {
        let open = chunk == self.open;
        let all = if open { self.used } else { self.size(chunk) };
        let half = self.size(chunk) / 2;
        let Some(fill) = self.fills.get_mut(chunk) else { return };
        let before = usize::from(fill.dead);
        let dead = before + slots;
        let counted = if before > half { before } else { 0 };
        if dead < all {
            fill.dead = dead as u16;
            if dead > half {
                self.sparse += dead - counted;
                self.due = true;
            }
        } else if all > 0 {
            self.sparse -= counted;
            *fill = Fill::default();
            if open {
                self.used = 0;
            } else if let Some(place) = self.chunks.get_mut(chunk) {
                *place = Arc::default();
                self.vacant.push(chunk as u32);
            }
        }
    }

    /// The slots of a chunk, to write to. O(1), or one chunk copied after a clone.
    pub(super) fn chunk_mut(&mut self, chunk: usize) -> &mut [Slot] {
        self.chunks.get_mut(chunk).map_or(&mut [], |chunk| Arc::make_mut(chunk))
    }

    /// Stores a list with room for `capacity`, or packed. O(items).
    pub(super) fn store(&mut self, items: &[Slot], capacity: Option<usize>) -> Head {
        let (chunk, at) = self.room(capacity.unwrap_or(items.len()));
        if let Some(place) = self.chunk_mut(chunk).get_mut(at..at + items.len()) {
            place.copy_from_slice(items);
        }
        Head::new(chunk, at, items.len(), capacity)
    }

    /// The items of a list that isn't long.
    fn list(&self, head: Head) -> &[Slot] {
        let chunk = self.chunks.get(head.chunk());
        chunk.and_then(|chunk| chunk.get(head.at()..head.at() + head.len())).unwrap_or_default()
    }

    /// The first `len` places of a list that isn't long, which are within its capacity.
    fn list_mut(&mut self, head: Head, len: usize) -> &mut [Slot] {
        self.chunk_mut(head.chunk()).get_mut(head.at()..head.at() + len).unwrap_or_default()
    }

    /// Adds a child to a list; gives where the list is then, `None` when the child was there. Amortised O(1)
    /// for the highest child, else O(list), of a long list O(log).
    pub(super) fn add(&mut self, head: Head, child: Slot) -> Option<Head> {
        if head.is_long() {
            return self.long_mut(head).is_some_and(|list| list.insert(child)).then_some(head);
        }
        let items = self.list(head);
        let len = items.len();
        let at = match items.last() {
            Some(last) if *last >= child => items.binary_search(&child).err()?,
            _ => len,
        };
        if len < head.capacity() {
            let list = self.list_mut(head, len + 1);
            list.copy_within(at..len, at + 1);
            list[at] = child;
            return Some(head.with(len + 1, head.room()));
        }
        let mut grown: SmallVec<[Slot; 64]> = SmallVec::from_slice(items);
        grown.insert(at, child);
        Some(self.regrow(head, &grown))
    }

    /// Moves a list to a place with room to double.
    fn regrow(&mut self, old: Head, items: &[Slot]) -> Head {
        let capacity = (items.len() + items.len() / 4).next_power_of_two().max(SMALLEST);
        self.free(old);
        if capacity <= CHUNK {
            return self.store(items, Some(capacity));
        }
        let mut long = Vec::with_capacity(capacity);
        long.extend_from_slice(items);
        self.store_long(Long::new(long))
    }

    /// Takes sorted children out of a list; gives where it is then and how many were there. O(list +
    /// children), of a long list at most O(children log).
    pub(super) fn take(&mut self, head: Head, children: &[Slot]) -> (Head, usize) {
        if head.is_long() {
            return self.take_long(head, children);
        }
        let items = self.list(head);
        let len = items.len();
        if let [child] = children {
            let Ok(at) = items.binary_search(child) else { return (head, 0) };
            if at + 1 < len {
                self.list_mut(head, len).copy_within(at + 1.., at);
            }
            return (self.shorten(head, len - 1), 1);
        }
        let mut left: SmallVec<[Slot; 64]> = SmallVec::from_slice(items);
        let mut gone = children.iter().peekable();
        left.retain(|item| !is_next(&mut gone, *item));
        let removed = len - left.len();
        if removed == 0 {
            return (head, 0);
        }
        self.list_mut(head, left.len()).copy_from_slice(&left);
        (self.shorten(head, left.len()), removed)
    }

    /// As [`take`](Arena::take). A list that became short moves to a chunk.
    fn take_long(&mut self, head: Head, children: &[Slot]) -> (Head, usize) {
        /// A list is walked for so many of its children, one in this many.
        const WALKED: usize = 16;
        let Some(list) = self.long_mut(head) else { return (head, 0) };
        let removed = match children.len() < list.len() / WALKED {
            true => children.iter().filter(|child| list.remove(**child)).count(),
            false => list.remove_many(children),
        };
        if list.len() > CHUNK / 4 {
            return (head, removed);
        }
        let items = list.slots().to_vec();
        self.free(head);
        (if items.is_empty() { Head::default() } else { self.store(&items, None) }, removed)
    }

    /// The head of a list whose first `len` items are what is left.
    fn shorten(&mut self, head: Head, len: usize) -> Head {
        let mut room = head.room();
        while let Some(capacity) = room.filter(|capacity| *capacity > SMALLEST && len <= capacity / 4) {
            room = Some(capacity / 2);
        }
        let new = if len == 0 { Head::default() } else { head.with(len, room) };
        let kept = if len == 0 { 0 } else { new.capacity() };
        if kept < head.capacity() {
            self.bury(head.chunk(), head.capacity() - kept);
        }
        new
    }

    /// Stores a long list. O(1).
    pub(super) fn store_long(&mut self, list: Long) -> Head {
        let place = self.long_vacant.pop().map_or(self.longs.len(), |place| place as usize);
        match self.longs.get_mut(place) {
            Some(vacant) => *vacant = Some(Arc::new(list)),
            None => self.longs.push(Some(Arc::new(list))),
        }
        Head::long(place)
    }

    /// A long list, to change. O(1), or the list copied after a clone.
    pub(super) fn long_mut(&mut self, head: Head) -> Option<&mut Long> {
        self.longs.get_mut(head.chunk()).and_then(Option::as_mut).map(Arc::make_mut)
    }

    /// Frees the room of a list. O(1).
    pub(super) fn free(&mut self, head: Head) {
        if !head.is_long() {
            self.bury(head.chunk(), head.capacity());
        } else if self.longs.get_mut(head.chunk()).and_then(Option::take).is_some() {
            self.long_vacant.push(head.chunk);
        }
    }

    /// Whether marking frees at least `worth` slots. O(1).
    #[inline]
    pub(super) fn is_due(&self, worth: usize) -> bool {
        self.due && self.sparse >= worth
    }

    /// Marks the chunks that are more than half dead. O(chunks).
    pub(super) fn mark(&mut self) {
        self.due = false;
        for (chunk, fill) in self.chunks.iter().zip(&mut self.fills) {
            fill.leaving = usize::from(fill.dead) > chunk.len() / 2;
        }
    }

    /// Whether the list is to be moved to another chunk. O(1).
    #[inline]
    pub(super) fn is_leaving(&self, head: Head) -> bool {
        head.len() > 0 && !head.is_long() && self.fills.get(head.chunk()).is_some_and(|fill| fill.leaving)
    }

    pub(super) fn memory(&self) -> Held {
        let slots = |chunk: &Arc<[Slot]>| Held::own(size_of_val(&**chunk) + COUNTS).behind(chunk);
        let long = |list: &Arc<Long>| Held::own(list.memory() + COUNTS).behind(list);
        let places = self.fills.capacity() * size_of::<Fill>()
            + (self.vacant.capacity() + self.long_vacant.capacity()) * size_of::<u32>();
        self.chunks.memory(slots)
            + self.longs.memory(|list| list.as_ref().map_or(Held::default(), long))
            + Held::own(places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_tells_of_long_lists_and_of_the_room_to_keep_count_of_all() {
        let mut arena = Arena::default();
        let head = arena.store_long(Long::new((0..5000).map(Slot::new).collect()));
        let (with, list) = (arena.memory().all, arena.long_mut(head).map_or(0, |list| list.memory()));
        arena.free(head);
        let without = arena.memory().all;
        let place = arena.long_vacant.capacity() * size_of::<u32>();
        assert_eq!(with - (without - place), list + COUNTS);

        let plain = without - place;
        arena.fills.reserve_exact(100);
        arena.vacant.reserve_exact(1000);
        let fills = arena.fills.capacity() * size_of::<Fill>();
        let vacant = (arena.vacant.capacity() + arena.long_vacant.capacity()) * size_of::<u32>();
        assert!(fills >= 400 && vacant > 4000);
        assert_eq!(arena.memory().all, plain + fills + vacant);
    }
}
