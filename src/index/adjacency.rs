//! Who belongs to whom along an edge, as slots.
//!
//! # Glossary
//!
//! - *child*: a row that holds a key; *parent*: the row with that key, unique on its side.
//! - *orphan*: a live child whose key has no null and matches no parent. It waits under the hash of
//!   its key and is adopted when a parent with that key appears.
//!
//! # Invariants, for live rows
//!
//! 1. `parents[c] = p` exactly when `c` stands in the list of `p`; lists ascend.
//! 2. A child with a null in its key has no parent and isn't an orphan.
//! 3. Every other child has a parent or is an orphan.
//! 4. Children come in the order of their slots and none is passed over, so `parents` has a place for each.
//!
//! `parents` says nothing of a row that isn't there: it may still name the parent that the row had.

use super::groups::{Group, GroupTable};
use super::key::{KeyView, hash_key};
use super::keyed::HashKeys;
use super::lists::{Lists, ListsView};
use crate::column::chunked::{Chunked, Chunks};
use crate::column::held::Held;
use crate::id::Slot;
use crate::value::Value;
use smallvec::SmallVec;

/// Lists that are looked at together: their loads don't wait for each other.
const AHEAD: usize = 32;

/// The rows on both ends of one edge.
#[derive(Clone, Debug)]
pub(crate) struct Adjacency {
    parents: Chunked<Slot>,
    children: Lists,
    orphans: GroupTable,
    state: HashKeys,
    shows: Shows,
}

/// Which order of the children the lists, which ascend by slots, show.
#[derive(Clone, Copy, Debug)]
enum Shows {
    /// Insertion order, in which the children lie.
    Lying,
    /// Insertion order, in which not all children lie; as long as only those from this slot on come to
    /// the lists.
    Until(usize),
    /// Another one.
    Other,
}

impl Adjacency {
    /// No rows on either end.
    pub(crate) fn new(state: HashKeys) -> Adjacency {
        let (parents, children, orphans) = (Chunked::new(), Lists::new(), GroupTable::new());
        Adjacency { parents, children, orphans, state, shows: Shows::Lying }
    }

    /// Whether the lists show insertion order as they are.
    #[inline]
    pub(crate) fn shows_order(&self) -> bool {
        !matches!(self.shows, Shows::Other)
    }

    /// Says that children lie in another order than that of insertion, and whether the lists show that all
    /// the same. Children from slot `bound` on will be newer than all others.
    pub(crate) fn set_order(&mut self, shown: bool, bound: usize) {
        self.shows = if shown { Shows::Until(bound) } else { Shows::Other };
    }

    /// The parent of each child slot.
    #[inline]
    pub(crate) fn parents(&self) -> Chunks<'_, Slot> {
        self.parents.view()
    }

    /// The parent of one child. O(1).
    #[inline]
    pub(crate) fn parent(&self, child: Slot) -> Slot {
        self.parents.at(child.index())
    }

    /// The number of children of one parent. O(1).
    #[inline]
    pub(crate) fn count(&self, parent: Slot) -> usize {
        self.children.count(parent)
    }

    /// The children of each parent slot.
    #[inline]
    pub(crate) fn children(&self) -> ListsView<'_> {
        self.children.view()
    }

    /// The children that hold `key`: those of `parent`, or orphans when there is none. O(them).
    pub(crate) fn holders(&self, keys: &KeyView<'_>, parent: Option<Slot>, key: &[Value]) -> Vec<Slot> {
        match parent {
            Some(parent) => self.children.view().of(parent).to_vec(),
            None => {
                self.orphans.find(hash_key(self.state, key), |child| keys.equals(child, key)).iter().collect()
            }
        }
    }

    /// Forgets children from slot `bound` on, which are attached no more. O(dropped).
    pub(crate) fn truncate(&mut self, bound: usize) {
        self.parents.truncate(bound);
    }

    /// Puts `child` under `parent`, or among the orphans. O(1) for the newest child.
    pub(crate) fn attach(&mut self, keys: &KeyView<'_>, child: Slot, parent: Option<Slot>) {
        match parent {
            Some(parent) => self.attach_to(parent, child),
            None => {
                self.note_parent(child, Slot::NONE);
                self.wait(keys, child);
            }
        }
    }

    /// Puts `child` under `parent`. O(1) for the newest child.
    pub(crate) fn attach_to(&mut self, parent: Slot, child: Slot) {
        self.note_parent(child, parent);
        self.children.insert(parent, child);
    }

    fn note_parent(&mut self, child: Slot, parent: Slot) {
        if matches!(self.shows, Shows::Until(bound) if child.index() < bound) {
            self.shows = Shows::Other;
        }
        match child.index() == self.parents.len() {
            true => self.parents.push(parent),
            false => self.parents.set(child.index(), parent),
        }
    }

    /// Reads what a child that comes to `parent` is written to.
    pub(crate) fn read_ahead(&self, parent: Slot) {
        self.children.read_end(parent);
    }

    /// Puts the newest children, from slot `first` on, each under the parent that was found for it, or
    /// among the orphans. O(children).
    pub(crate) fn attach_rows(&mut self, keys: &KeyView<'_>, first: usize, parents: &[Slot]) {
        self.parents.truncate(first);
        self.parents.extend_from_slice(parents);
        for (block, parents) in parents.chunks(AHEAD).enumerate() {
            self.children.read_ahead(parents);
            let first = first + block * AHEAD;
            self.children.insert_all(parents, first);
            for (child, _) in (first..).zip(parents).filter(|(_, parent)| parent.is_none()) {
                self.wait(keys, Slot::new(child));
            }
        }
    }

    /// Puts `child`, which has no parent, among the orphans if it has a key.
    fn wait(&mut self, keys: &KeyView<'_>, child: Slot) {
        if !keys.has_null(child) {
            let hash = keys.hash(self.state, child);
            self.orphans.insert(hash, child, |other| keys.equals_row(other, keys, child));
        }
    }

    /// Takes `child`, whose key is still written, from under its parent or from the orphans.
    pub(crate) fn detach(&mut self, keys: &KeyView<'_>, child: Slot) {
        match self.parents.get(child.index()).and_then(Slot::some) {
            Some(parent) => {
                self.children.remove(parent, child);
                self.parents.set(child.index(), Slot::NONE);
            }
            None if keys.has_null(child) => {}
            None => {
                let hash = keys.hash(self.state, child);
                self.orphans.remove(hash, child, |other| keys.equals_row(other, keys, child));
            }
        }
    }

    /// Which of the children that are gone, whose slots ascend, some parent's list or the orphans still
    /// hold: those whose parent stays or that had none. Each comes with its parent. O(children).
    pub(crate) fn lingering(&self, gone: &[Slot], stays: impl Fn(Slot) -> bool) -> Vec<(Slot, Slot)> {
        let above = self.parents.view().at_all(gone.iter().map(|child| child.index()));
        let are_waiting = self.orphans.len() > 0;
        // Neighbours are often siblings.
        let (mut last, mut lingers) = (Slot::NONE, are_waiting);
        let mut found = Vec::new();
        for (child, parent) in gone.iter().zip(above) {
            if parent != last {
                (last, lingers) = (parent, if parent.is_none() { are_waiting } else { stays(parent) });
            }
            if lingers {
                if found.is_empty() {
                    found.reserve(gone.len());
                }
                found.push((parent, *child));
            }
        }
        found
    }

    /// Takes [`lingering`](Adjacency::lingering) children from their parents' lists and from the orphans.
    /// O(children log children + lists).
    pub(crate) fn forget(&mut self, keys: &KeyView<'_>, mut lingering: Vec<(Slot, Slot)>) {
        // By parents, then by children; those without a parent come last.
        lingering
            .sort_unstable_by_key(|(parent, child)| ((parent.index() as u64) << 32) | child.index() as u64);
        let with = lingering.partition_point(|(parent, _)| !parent.is_none());
        let (listed, waiting) = lingering.split_at(with);
        waiting.iter().for_each(|(_, child)| self.detach(keys, *child));
        if !listed.is_empty() {
            let children: Vec<Slot> = listed.iter().map(|(_, child)| *child).collect();
            let mut left = children.as_slice();
            let families = listed.chunk_by(|(a, _), (b, _)| a == b).filter_map(|family| {
                let (theirs, later) = left.split_at_checked(family.len())?;
                left = later;
                Some((family.first()?.0, theirs))
            });
            let families: Vec<(Slot, &[Slot])> = families.collect();
            for families in families.chunks(AHEAD) {
                self.children.read_whole(families.iter().map(|(parent, _)| *parent));
                self.children.remove_all(families.iter().copied());
            }
        }
    }

    /// Which of the parents that are gone have children, and those children that stay, each with its parent.
    /// O(children).
    pub(crate) fn bereft(
        &self,
        gone: &[Slot],
        stays: impl Fn(Slot) -> bool,
    ) -> (Vec<Slot>, Vec<(Slot, Slot)>) {
        let (view, mut parents, mut left) = (self.children.view(), Vec::new(), Vec::new());
        for parent in gone {
            let list = view.of(*parent);
            if !list.is_empty() {
                parents.push(*parent);
                let staying = list.iter().filter(|child| stays(**child));
                left.extend(staying.map(|child| (*parent, *child)));
            }
        }
        (parents, left)
    }

    /// Takes their children from parents, and makes orphans of those of them that are left. O(both).
    pub(crate) fn abandon_all(&mut self, keys: &KeyView<'_>, parents: &[Slot], left: &[(Slot, Slot)]) {
        self.children.clear_all(parents);
        left.iter().for_each(|(_, child)| self.attach(keys, *child, None));
    }

    /// Gives `parent` the orphans that waited for its key. O(them).
    pub(crate) fn adopt(&mut self, keys: &KeyView<'_>, parent_keys: &KeyView<'_>, parent: Slot) {
        if self.orphans.len() == 0 {
            return;
        }
        let hash = parent_keys.hash(self.state, parent);
        let waiting = self.orphans.find(hash, |child| keys.equals_row(child, parent_keys, parent));
        let waiting: SmallVec<[Slot; 8]> = waiting.iter().collect();
        for child in waiting {
            self.orphans.remove(hash, child, |other| keys.equals_row(other, keys, child));
            self.attach_to(parent, child);
        }
    }

    /// Makes orphans of the children of `parent`. O(children).
    pub(crate) fn abandon(&mut self, keys: &KeyView<'_>, parent: Slot) {
        let left: SmallVec<[Slot; 8]> = SmallVec::from_slice(self.children.view().of(parent));
        self.children.clear(parent);
        left.into_iter().for_each(|child| self.attach(keys, child, None));
    }

    /// Builds everything anew from the parent of each child slot; nothing may be attached before.
    /// `orphan` says which children with no parent wait for one. O(children).
    pub(crate) fn build(
        &mut self,
        keys: &KeyView<'_>,
        parents: usize,
        of: Vec<Slot>,
        live: impl Fn(Slot) -> bool,
    ) {
        self.shows = Shows::Lying;
        self.children = Lists::build(parents, of.iter().copied());
        for (at, parent) in of.iter().enumerate() {
            let child = Slot::new(at);
            if parent.is_none() && live(child) && !keys.has_null(child) {
                let hash = keys.hash(self.state, child);
                self.orphans.insert(hash, child, |other| keys.equals_row(other, keys, child));
            }
        }
        self.parents = Chunked::new();
        self.parents.extend_from_slice(&of);
    }

    /// How many children wait for a parent.
    pub(crate) fn orphan_count(&self) -> usize {
        self.orphans.len()
    }

    /// How many keys children wait for. O(1).
    pub(crate) fn orphan_keys(&self) -> usize {
        self.orphans.group_count()
    }

    /// Every waiting child, in no particular order. For checks.
    pub(crate) fn orphans(&self) -> impl Iterator<Item = Slot> + '_ {
        self.orphans.groups().flat_map(Group::iter)
    }

    /// Whether [`reclaim`](Adjacency::reclaim) may have something to do. O(1).
    #[inline]
    pub(crate) fn wants_reclaim(&self) -> bool {
        self.children.wants_reclaim()
    }

    /// Moves dead space out of the lists: at most `parents` lists a call.
    pub(crate) fn reclaim(&mut self, parents: usize) {
        self.children.reclaim(parents);
    }

    /// What is held.
    pub(crate) fn memory(&self) -> Held {
        self.parents.memory() + self.children.memory() + self.orphans.memory()
    }
}
