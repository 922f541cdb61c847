//! The children of each parent: one ascending list of slots a parent.
//!
//! # Glossary
//!
//! - *head*: eight bytes a parent that say where its list is, how long, and with how much room.
//! - *arena*: chunks that short lists lie in, packed by a bulk load, with room to grow otherwise.
//! - *long list*: one of more than 4,096 children; it has an allocation of its own.
//! - *dead slots*: places of a chunk that belong to no list any more.
//! - *sweep*: one walk of [`Lists::reclaim`] over all parents, in steps.
//!
//! # Invariants
//!
//! 1. A list ascends strictly: a child is in it once.
//! 2. A list that isn't long lies within one chunk, and no two lists overlap.
//! 3. The slots given out of a chunk are those within the capacity of a list and the dead ones, so a
//!    chunk that is dead to its whole length is dropped at once.
//! 4. The open chunk is never marked for evacuation when room is given, so one sweep empties the
//!    marked ones.

mod arena;
mod long;

use crate::column::chunked::{Chunked, Chunks};
use crate::column::held::Held;
use crate::column::spine::SpineView;
use crate::id::Slot;
use arena::{Arena, CHUNK};
use long::Long;
use smallvec::SmallVec;
use std::fmt;
use std::hint::black_box;
use std::iter::Peekable;
use std::slice;
use std::sync::Arc;

pub(crate) use arena::Head;

/// Children of parents, by the parent's slot. A clone costs two reference counts.
#[derive(Clone, Default)]
pub(crate) struct Lists {
    heads: Chunked<Head>,
    arena: Arc<Arena>,
    /// Where the sweep goes on, if one is under way.
    sweep: Option<usize>,
}

impl Lists {
    /// No parents. O(1).
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The lists when child `i` has the `i`th of these parents, packed. O(parents + children).
    pub(crate) fn build(parents: usize, parent_of: impl Iterator<Item = Slot> + Clone) -> Self {
        Self::build_pairs(parents, parent_of.enumerate().map(|(child, parent)| (parent, Slot::new(child))))
    }

    /// The lists of (parent, child) pairs, packed. The children of one parent must come in ascending
    /// order; a pair without a parent is skipped. O(parents + pairs).
    pub(crate) fn build_pairs(parents: usize, pairs: impl Iterator<Item = (Slot, Slot)> + Clone) -> Self {
        let mut ends = vec![0u32; parents];
        for (parent, _) in pairs.clone().filter(|(parent, _)| !parent.is_none()) {
            if parent.index() >= ends.len() {
                ends.resize(parent.index() + 1, 0);
            }
            ends[parent.index()] += 1;
        }
        let mut all = 0;
        for end in &mut ends {
            all += std::mem::replace(end, all);
        }
        let mut items = vec![Slot::NONE; all as usize];
        for (parent, child) in pairs.filter(|(parent, _)| !parent.is_none()) {
            let end = &mut ends[parent.index()];
            items[*end as usize] = child;
            *end += 1;
        }
        Self::pack(&ends, &items)
    }

    /// Cuts lists that lie one after the other into chunks.
    fn pack(ends: &[u32], items: &[Slot]) -> Self {
        let (mut chunks, mut longs) = (Vec::new(), Vec::new());
        // Where the chunk that is being filled began, and where the list before this one ended.
        let (mut first, mut from) = (0, 0);
        let heads = Chunked::collect(ends.iter().map(|end| {
            let end = *end as usize;
            let (len, start) = (end - from, from);
            from = end;
            if len > CHUNK {
                // The items on both sides of it aren't neighbours: the chunk ends here.
                if start > first {
                    chunks.push(items[first..start].into());
                }
                first = end;
                longs.push(Some(Arc::new(Long::new(items[start..end].to_vec()))));
                return Head::long(longs.len() - 1);
            }
            if end - first > CHUNK {
                chunks.push(items[first..start].into());
                first = start;
            }
            if len == 0 { Head::default() } else { Head::new(chunks.len(), start - first, len, None) }
        }));
        if from > first {
            chunks.push(items[first..from].into());
        }
        Self { heads, arena: Arc::new(Arena::packed(chunks, longs)), sweep: None }
    }

    /// The number of parents there are lists for. O(1).
    pub(crate) fn len(&self) -> usize {
        self.heads.len()
    }

    /// Makes room for the heads of this many parents. O(parents added / 1,024).
    pub(crate) fn grow(&mut self, parents: usize) {
        self.heads.grow(parents);
    }

    /// The lists, to be taken once outside a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> ListsView<'_> {
        ListsView { heads: self.heads.view(), chunks: self.arena.chunks(), longs: self.arena.longs() }
    }

    /// The number of children of one parent. O(1), without reading its list.
    #[inline]
    pub(crate) fn count(&self, parent: Slot) -> usize {
        let head = self.heads.at(parent.index());
        if head.is_long() { self.view().count(parent) } else { head.len() }
    }

    /// Adds a child, growing the heads as needed; false when it was there or there is no parent.
    /// Amortised O(1) for the highest child, else O(list) up to 4,096 and O(log) beyond.
    pub(crate) fn insert(&mut self, parent: Slot, child: Slot) -> bool {
        if parent.is_none() {
            return false;
        }
        self.grow(parent.index() + 1);
        let head = self.heads.view().at(parent.index());
        let Some(new) = Arc::make_mut(&mut self.arena).add(head, child) else { return false };
        // A long list stays where it is.
        if !new.is_long() || !head.is_long() {
            self.heads.set(parent.index(), new);
        }
        true
    }

    /// Adds children that follow each other, from `first` on, each to its parent's list; those without a
    /// parent are passed over. As [`insert`](Lists::insert), with what is shared looked at once.
    pub(crate) fn insert_all(&mut self, parents: &[Slot], first: usize) {
        let known = || parents.iter().filter(|parent| !parent.is_none());
        let Some(last) = known().max() else { return };
        self.grow(last.index() + 1);
        let arena = Arc::make_mut(&mut self.arena);
        let pairs = parents.iter().zip(first..).filter(|(parent, _)| !parent.is_none());
        let pairs = pairs.map(|(parent, child)| (parent.index(), Slot::new(child)));
        self.heads.each_mut(pairs, |head, child| *head = arena.add(*head, child).unwrap_or(*head));
    }

    /// Reads the end of a parent's list before anybody adds to it.
    pub(crate) fn read_end(&self, parent: Slot) {
        let view = self.view();
        view.read_end(view.head(parent));
    }

    /// Reads the ends of these parents' lists before anybody adds to them.
    pub(crate) fn read_ahead(&self, parents: &[Slot]) {
        let view = self.view();
        let heads: SmallVec<[Head; 32]> = parents.iter().map(|parent| view.head(*parent)).collect();
        heads.into_iter().for_each(|head| view.read_end(head));
    }

    /// Reads these parents' lists before anybody takes from them.
    pub(crate) fn read_whole(&self, parents: impl Iterator<Item = Slot>) {
        let view = self.view();
        let heads: SmallVec<[Head; 32]> = parents.map(|parent| view.head(parent)).collect();
        heads.into_iter().for_each(|head| view.read_whole(head));
    }

    /// Takes a child out; false when it wasn't there. O(list) up to 4,096 children, amortised O(log)
    /// beyond.
    pub(crate) fn remove(&mut self, parent: Slot, child: Slot) -> bool {
        let head = self.heads.view().at(parent.index());
        if !head.is_long() && head.len() == 0 {
            return false;
        }
        let (new, removed) = Arc::make_mut(&mut self.arena).take(head, &[child]);
        if removed > 0 && !(head.is_long() && new.is_long()) {
            self.heads.set(parent.index(), new);
        }
        removed > 0
    }

    /// Takes children out of the lists of some parents, which come once each, with their sorted children. As
    /// [`remove`](Lists::remove), with what is shared looked at once; O(list + children) where there are many.
    pub(crate) fn remove_all<'c>(&mut self, families: impl Iterator<Item = (Slot, &'c [Slot])>) {
        let arena = Arc::make_mut(&mut self.arena);
        let families = families.map(|(parent, children)| (parent.index(), children));
        self.heads.each_mut(families, |head, children| *head = arena.take(*head, children).0);
    }

    /// Puts one child in the place of another; false, and no change, when the old one isn't there or
    /// the new one is. Cost as of [`Lists::remove`].
    #[cfg(test)]
    pub(crate) fn replace(&mut self, parent: Slot, from: Slot, to: Slot) -> bool {
        let head = self.view().head(parent);
        if head.is_long() {
            let Some(list) = self.long_mut(head) else { return false };
            if !list.remove(from) {
                return false;
            }
            let replaced = list.insert(to);
            if !replaced {
                list.insert(from);
            }
            return replaced;
        }
        let items = self.view().items(head);
        let (len, Ok(old), Err(new)) = (items.len(), items.binary_search(&from), items.binary_search(&to))
        else {
            return false;
        };
        let list = self.list_mut(head, len);
        if new > old {
            list.copy_within(old + 1..new, old);
            list[new - 1] = to;
        } else {
            list.copy_within(new..old, new + 1);
            list[new] = to;
        }
        true
    }

    /// Takes all children out. O(1).
    pub(crate) fn clear(&mut self, parent: Slot) {
        let head = self.view().head(parent);
        if head.is_long() || head.len() > 0 {
            Arc::make_mut(&mut self.arena).free(head);
            self.heads.set(parent.index(), Head::default());
        }
    }

    /// Takes all children of these parents out. O(parents).
    pub(crate) fn clear_all(&mut self, parents: &[Slot]) {
        let arena = Arc::make_mut(&mut self.arena);
        self.heads.each_mut(parents.iter().map(|parent| (parent.index(), ())), |head, ()| {
            let head = std::mem::take(head);
            if head.is_long() || head.len() > 0 {
                arena.free(head);
            }
        });
    }

    /// Whether [`reclaim`](Lists::reclaim) may have something to do. O(1).
    #[inline]
    pub(crate) fn wants_reclaim(&self) -> bool {
        self.sweep.is_some() || self.arena.is_due(self.worth())
    }

    /// How many dead slots a sweep has to free.
    fn worth(&self) -> usize {
        (self.len() / 4).max(64)
    }

    /// Moves lists out of chunks that are more than half dead, so that those can be dropped. Walks at
    /// most `parents` heads and says whether the sweep needs more steps. Lists never change by it.
    ///
    /// A sweep begins only when it frees at least a slot for every four heads it walks. O(parents +
    /// slots moved), and O(1) when nothing is due.
    pub(crate) fn reclaim(&mut self, parents: usize) -> bool {
        if !self.wants_reclaim() {
            return false;
        }
        if self.sweep.is_none() {
            Arc::make_mut(&mut self.arena).mark();
        }
        let from = self.sweep.unwrap_or(0);
        let to = self.len().min(from.saturating_add(parents));
        let heads = self.heads.view();
        let leaving = (from..to).map(|parent| (parent, heads.at(parent)));
        let leaving: Vec<(usize, Head)> = leaving.filter(|(_, head)| self.arena.is_leaving(*head)).collect();
        for (parent, head) in leaving {
            let items: SmallVec<[Slot; 64]> = SmallVec::from_slice(self.view().items(head));
            let arena = Arc::make_mut(&mut self.arena);
            // What has grown keeps its room, or the next child would move it again.
            let moved = arena.store(&items, head.room());
            arena.free(head);
            self.heads.set(parent, moved);
        }
        self.sweep = (to < self.len()).then_some(to);
        self.sweep.is_some()
    }

    /// Slots of the arena that belong to no list. O(1).
    #[cfg(test)]
    pub(crate) fn dead_slots(&self) -> usize {
        self.arena.dead()
    }

    /// Bytes on the heap. O(chunks · log).
    pub(crate) fn memory(&self) -> Held {
        self.heads.memory() + (self.arena.memory() + Held::own(size_of::<Arena>())).behind(&self.arena)
    }

    #[cfg(test)]
    fn long_mut(&mut self, head: Head) -> Option<&mut Long> {
        Arc::make_mut(&mut self.arena).long_mut(head)
    }

    /// The first `len` places of a list in the arena, which are within its capacity.
    #[cfg(test)]
    fn list_mut(&mut self, head: Head, len: usize) -> &mut [Slot] {
        let chunk = Arc::make_mut(&mut self.arena).chunk_mut(head.chunk());
        chunk.get_mut(head.at()..head.at() + len).unwrap_or_default()
    }
}

impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists").field("heads", &self.heads).finish_non_exhaustive()
    }
}

/// Whether an item is among the sorted slots, of which those before it are passed over.
fn is_next(slots: &mut Peekable<slice::Iter<'_, Slot>>, item: Slot) -> bool {
    while slots.next_if(|slot| **slot < item).is_some() {}
    slots.peek() == Some(&&item)
}

/// The lists of a [`Lists`].
#[derive(Clone, Copy)]
pub(crate) struct ListsView<'a> {
    heads: Chunks<'a, Head>,
    chunks: SpineView<'a, Arc<[Slot]>>,
    longs: SpineView<'a, Option<Arc<Long>>>,
}

impl<'a> ListsView<'a> {
    /// The children of a parent, ascending; none for an unknown parent. O(1), and O(list) once after
    /// an edit in the middle of a long list.
    #[inline]
    pub(crate) fn of(self, parent: Slot) -> &'a [Slot] {
        self.items(self.head(parent))
    }

    /// Where the list of a parent is, to be resolved later: a batch reads all heads before the first
    /// list. O(1).
    #[inline(always)]
    pub(crate) fn head(self, parent: Slot) -> Head {
        self.heads.at(parent.index())
    }

    /// The list of a head taken from this view. Cost as of [`ListsView::of`].
    #[inline]
    pub(crate) fn items(self, head: Head) -> &'a [Slot] {
        if head.is_long() {
            return self.long(head).map_or(&[], Long::slots);
        }
        let chunk = self.chunks.get(head.chunk());
        chunk.and_then(|chunk| chunk.get(head.at()..head.at() + head.len())).unwrap_or_default()
    }

    /// The number of children of a parent. O(1), without reading the list.
    #[inline]
    pub(crate) fn count(self, parent: Slot) -> usize {
        let head = self.head(parent);
        if head.is_long() { self.long(head).map_or(0, Long::len) } else { head.len() }
    }

    /// Reads what adding to a list reads: its end, and all of what a full one takes along to another place.
    #[inline]
    fn read_end(self, head: Head) {
        if head.len() == head.capacity() {
            self.read_whole(head);
        } else if !head.is_long() {
            black_box(self.items(head).last());
        }
    }

    /// Reads all of a list that isn't long.
    #[inline]
    fn read_whole(self, head: Head) {
        /// Slots in a cache line.
        const LINE: usize = 16;
        /// Lines that are read one by one; the processor sees by then where it goes.
        const LINES: usize = 6;
        if !head.is_long() {
            let items = self.items(head);
            black_box(items.last());
            items.iter().step_by(LINE).take(LINES).for_each(|item| _ = black_box(*item));
        }
    }

    #[cold]
    fn long(self, head: Head) -> Option<&'a Long> {
        self.longs.get(head.chunk()).and_then(Option::as_deref)
    }

    /// The number of parents there are lists for. O(1).
    #[cfg(test)]
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.heads.len()
    }
}

impl fmt::Debug for ListsView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListsView").field("heads", &self.heads).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
