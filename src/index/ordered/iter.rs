//! Slots of a range in order, from both ends.

use super::{Branch, Leaf, Ordered, Place};
use crate::id::Slot;
use std::iter::FusedIterator;

/// Slots in order. Each end holds what it has left of its leaf, of its branch and of all branches;
/// `left` keeps the ends from passing each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderedIter<'a> {
    front: Ends<'a>,
    back: Ends<'a>,
    left: usize,
}

#[derive(Clone, Debug, Default)]
struct Ends<'a> {
    slots: &'a [Slot],
    leaves: &'a [Leaf],
    branches: &'a [Branch],
}

impl<'a> OrderedIter<'a> {
    pub(super) fn new(all: &'a Ordered, from: Place, to: Place) -> Self {
        let left = all.rank(to).saturating_sub(all.rank(from));
        let mut iter = Self { front: Ends::default(), back: Ends::default(), left };
        if let Some((branch, later)) = all.branches.get(from.branch..).and_then(<[_]>::split_first)
            && let Some((leaf, leaves)) = branch.leaves.get(from.leaf..).and_then(<[_]>::split_first)
        {
            iter.front =
                Ends { slots: leaf.slots.get(from.at..).unwrap_or_default(), leaves, branches: later };
        }
        if let Some((branch, earlier)) = all.branches.get(..=to.branch).and_then(<[_]>::split_last)
            && let Some((leaf, leaves)) = branch.leaves.get(..=to.leaf).and_then(<[_]>::split_last)
        {
            iter.back =
                Ends { slots: leaf.slots.get(..to.at).unwrap_or_default(), leaves, branches: earlier };
        }
        iter
    }
}

impl Iterator for OrderedIter<'_> {
    type Item = Slot;

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        self.left = self.left.checked_sub(1)?;
        let ends = &mut self.front;
        loop {
            if let Some((slot, slots)) = ends.slots.split_first() {
                ends.slots = slots;
                return Some(*slot);
            }
            if let Some((leaf, leaves)) = ends.leaves.split_first() {
                (ends.slots, ends.leaves) = (&leaf.slots, leaves);
            } else {
                let (branch, branches) = ends.branches.split_first()?;
                (ends.leaves, ends.branches) = (&branch.leaves, branches);
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl DoubleEndedIterator for OrderedIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Slot> {
        self.left = self.left.checked_sub(1)?;
        let ends = &mut self.back;
        loop {
            if let Some((slot, slots)) = ends.slots.split_last() {
                ends.slots = slots;
                return Some(*slot);
            }
            if let Some((leaf, leaves)) = ends.leaves.split_last() {
                (ends.slots, ends.leaves) = (&leaf.slots, leaves);
            } else {
                let (branch, branches) = ends.branches.split_last()?;
                (ends.leaves, ends.branches) = (&branch.leaves, branches);
            }
        }
    }
}

impl ExactSizeIterator for OrderedIter<'_> {}
impl FusedIterator for OrderedIter<'_> {}
