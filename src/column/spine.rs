//! A copy-on-write vector of references to chunks.
//!
//! A flat vector is what is fastest to read, but the first write after a clone would copy it whole: a
//! reference count for each 1,024 rows, each in a cache line and a page of its own. So that write leaves
//! the vector to the other holders and notes beside it what it replaces.
//!
//! # Glossary
//!
//! - *base*: the flat vector, with room at its end.
//! - *patch*: items that take the place of those of a base that somebody else holds too, with a *mark* for
//!   every place: 0 for the item of the base, else which one of the patch.
//!
//! # Invariants
//!
//! 1. Without a patch the base holds the items, and defaults where there is room. With one it is empty, so
//!    that a look-up has one thing to ask; the patch has the base then, and `len` marks.
//! 2. A patch holds less than a sixteenth of all items: one more, and both become a base of their own. So
//!    a write counts some sixteen references, on average.
//! 3. A base or patch that a clone holds too never changes.

use super::held::{COUNTS, Held};
use std::mem;
use std::sync::Arc;

/// A spine shorter than this is copied whole.
const SHORT: usize = 32;

/// Items of a patch: one for so many in all.
const SHARE: usize = 16;

/// A copy-on-write vector. A clone costs two reference counts.
#[derive(Clone, Debug)]
pub(crate) struct Spine<E> {
    base: Arc<[E]>,
    patch: Option<Arc<Patch<E>>>,
    len: usize,
}

#[derive(Clone, Debug)]
struct Patch<E> {
    base: Arc<[E]>,
    marks: Vec<u16>,
    items: Vec<E>,
}

impl<E> Spine<E> {
    /// The item at `at`, where nothing is patched; `None` where anything is, and past the end `None` or a
    /// default. For a single look-up: what takes many takes a view. O(1).
    #[inline(always)]
    pub(crate) fn near(&self, at: usize) -> Option<&E> {
        self.base.get(at)
    }

    /// The item at `at` where [`SpineView::near`] hasn't found it. Apart, so that reading what has no patch
    /// stays small.
    #[inline(never)]
    fn far(&self, at: usize) -> Option<&E> {
        let patch = self.patch.as_deref()?;
        match *patch.marks.get(at)? {
            0 => patch.base.get(at),
            mark => patch.items.get(usize::from(mark) - 1),
        }
    }
}

impl<E: Clone + Default> Spine<E> {
    /// The number of items. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The item at `at`, `None` past the end. O(1).
    #[inline]
    pub(crate) fn get(&self, at: usize) -> Option<&E> {
        self.view().get(at)
    }

    /// The items, to be taken once outside a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> SpineView<'_, E> {
        SpineView { base: self.base.get(..self.len).unwrap_or_default(), spine: self }
    }

    /// These items as if they were all of a spine, which has none. O(1).
    #[inline]
    pub(crate) fn view_of<'a>(&'a self, items: &'a [E]) -> SpineView<'a, E> {
        SpineView { base: items, spine: self }
    }

    /// The item at `at`, to be changed, which must exist. O(1); after a clone amortised O(1) references
    /// and two bytes an item.
    #[inline]
    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut E> {
        if at >= self.len {
            return None;
        }
        if self.is_own() {
            return Arc::make_mut(&mut self.base).get_mut(at);
        }
        let patch = Arc::make_mut(self.patch.as_mut()?);
        let mark = patch.marks.get_mut(at)?;
        if *mark == 0 {
            patch.items.push(patch.base.get(at)?.clone());
            *mark = patch.items.len() as u16;
        }
        patch.items.get_mut(usize::from(*mark) - 1)
    }

    /// The items, to be changed one after the other. Cost as of [`get_mut`](Spine::get_mut); where nobody else
    /// holds the base, that is looked at once.
    pub(crate) fn edit(&mut self) -> SpineEdit<'_, E> {
        let len = self.len;
        match self.is_own() {
            true => SpineEdit::Own(Arc::make_mut(&mut self.base).get_mut(..len).unwrap_or_default()),
            false => SpineEdit::Shared(self),
        }
    }

    /// Appends an item. Cost as of [`get_mut`](Spine::get_mut).
    pub(crate) fn push(&mut self, item: E) {
        if self.is_own() {
            if self.base.len() == self.len {
                self.base = moved(&mut self.base, 2 * self.len.max(2));
            }
            if let Some(place) = Arc::make_mut(&mut self.base).get_mut(self.len) {
                *place = item;
            }
        } else if let Some(patch) = &mut self.patch {
            let patch = Arc::make_mut(patch);
            patch.items.push(item);
            patch.marks.push(patch.items.len() as u16);
        }
        self.len += 1;
    }

    /// Drops the items at and past `len`. O(dropped), and after a clone as of [`get_mut`](Spine::get_mut).
    pub(crate) fn truncate(&mut self, len: usize) {
        if len < self.len {
            if self.is_own() {
                Arc::make_mut(&mut self.base).get_mut(len..).unwrap_or_default().fill_with(E::default);
            } else if let Some(patch) = &mut self.patch {
                Arc::make_mut(patch).marks.truncate(len);
            }
            self.len = len;
        }
    }

    /// Whether the base may be written to. If not, there is a patch that has room.
    #[inline]
    fn is_own(&mut self) -> bool {
        // The only holder alone could share it meanwhile, and whoever writes makes sure again.
        self.patch.is_none() && Arc::strong_count(&self.base) == 1 || self.settle()
    }

    /// Makes the base this spine's own where that costs little, or has been paid for; gives whether it is.
    #[cold]
    fn settle(&mut self) -> bool {
        let is_full =
            |patch: &Arc<Patch<E>>| patch.items.len() + 1 >= usize::from(u16::MAX).min(self.len / SHARE);
        if self.len < SHORT || self.patch.as_ref().is_some_and(is_full) {
            self.base = with_room(self.iter().cloned(), self.len + self.len / SHARE + 1);
            self.patch = None;
            return true;
        }
        let Some(patch) = &mut self.patch else {
            let base = mem::take(&mut self.base);
            self.patch = Some(Arc::new(Patch { base, marks: vec![0; self.len], items: Vec::new() }));
            return false;
        };
        let Some(patch) = Arc::get_mut(patch).filter(|patch| Arc::strong_count(&patch.base) == 1) else {
            return false;
        };
        self.base = mem::take(&mut patch.base);
        if self.base.len() < self.len {
            self.base = moved(&mut self.base, self.len + self.len / SHARE + 1);
        }
        let (items, room) = Arc::make_mut(&mut self.base).split_at_mut(self.len);
        for (place, mark) in items.iter_mut().zip(&patch.marks) {
            let item = usize::from(*mark).checked_sub(1).and_then(|at| patch.items.get_mut(at));
            item.into_iter().for_each(|item| *place = mem::take(item));
        }
        room.fill_with(E::default);
        self.patch = None;
        true
    }

    /// The item at `at`, which must exist, and whether it is of the patch.
    fn item(&self, at: usize) -> (&E, bool) {
        match self.patch.as_deref().map(|patch| (patch, usize::from(patch.marks[at]))) {
            Some((patch, 0)) => (&patch.base[at], false),
            Some((patch, mark)) => (&patch.items[mark - 1], true),
            None => (&self.base[at], false),
        }
    }

    /// All items. O(1), and O(1) a step.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &E> + ExactSizeIterator {
        (0..self.len).map(|at| self.item(at).0)
    }

    /// Whether neither was written to since one was cloned from the other. O(1).
    pub(crate) fn shares_all(&self, other: &Self) -> bool {
        let patches = match (&self.patch, &other.patch) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        self.len == other.len && Arc::ptr_eq(&self.base, &other.base) && patches
    }

    /// Whether somebody else holds all of it too. O(1).
    pub(crate) fn is_shared(&self) -> bool {
        match &self.patch {
            Some(patch) => Arc::strong_count(patch) > 1,
            None => self.len > 0 && Arc::strong_count(&self.base) > 1,
        }
    }

    /// Bytes on the heap, with those that `item` says are behind each. O(items).
    pub(crate) fn memory(&self, item: impl Fn(&E) -> Held) -> Held {
        let base = self.patch.as_ref().map_or(&self.base, |patch| &patch.base);
        let is_patch_shared = self.patch.as_ref().is_some_and(|patch| Arc::strong_count(patch) > 1);
        let is_base_shared = is_patch_shared || Arc::strong_count(base) > 1;
        let one = |at: usize| {
            let (found, is_patched) = self.item(at);
            item(found).shared_if(if is_patched { is_patch_shared } else { is_base_shared })
        };
        let patch = self.patch.as_ref().map_or(0, |patch| {
            patch.items.capacity() * size_of::<E>() + patch.marks.capacity() * size_of::<u16>() + COUNTS
        });
        let base = Held::own(size_of_val(&**base)).shared_if(is_base_shared);
        (0..self.len).map(one).sum::<Held>() + base + Held::own(patch).shared_if(is_patch_shared)
    }
}

/// So many places: these items, and defaults. O(places).
fn with_room<E: Default>(mut items: impl Iterator<Item = E>, places: usize) -> Arc<[E]> {
    (0..places).map(|_| items.next().unwrap_or_default()).collect()
}

/// So many places with the items of a base that nobody else holds. O(places).
fn moved<E: Clone + Default>(base: &mut Arc<[E]>, places: usize) -> Arc<[E]> {
    with_room(Arc::make_mut(base).iter_mut().map(mem::take), places)
}

impl<E> Default for Spine<E> {
    fn default() -> Self {
        Self { base: Arc::default(), patch: None, len: 0 }
    }
}

impl<E> FromIterator<E> for Spine<E> {
    fn from_iter<I: IntoIterator<Item = E>>(items: I) -> Self {
        let base: Arc<[E]> = items.into_iter().collect();
        Self { len: base.len(), base, patch: None }
    }
}

/// The items of a [`Spine`], to be changed.
pub(crate) enum SpineEdit<'a, E> {
    /// Nobody else holds the base.
    Own(&'a mut [E]),
    Shared(&'a mut Spine<E>),
}

impl<E: Clone + Default> SpineEdit<'_, E> {
    /// The item at `at`, which must exist.
    #[inline]
    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut E> {
        match self {
            SpineEdit::Own(items) => items.get_mut(at),
            SpineEdit::Shared(spine) => spine.get_mut(at),
        }
    }
}

/// The items of a [`Spine`]: where nothing is patched, a slice.
#[derive(Debug)]
pub(crate) struct SpineView<'a, E> {
    /// Empty where there is a patch, so that a look-up has one thing to ask.
    base: &'a [E],
    spine: &'a Spine<E>,
}

impl<E> Clone for SpineView<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for SpineView<'_, E> {}

impl<'a, E> SpineView<'a, E> {
    /// The item at `at`, `None` past the end. O(1).
    #[inline(always)]
    pub(crate) fn get(self, at: usize) -> Option<&'a E> {
        match self.near(at) {
            None => self.spine.far(at),
            found => found,
        }
    }

    /// The item at `at`, where nothing is patched; `None` past the end, and where anything is. O(1).
    #[inline(always)]
    pub(crate) fn near(&self, at: usize) -> Option<&'a E> {
        self.base.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn check(spine: &Spine<u32>, model: &[u32]) {
        assert!(spine.iter().eq(model) && spine.iter().rev().eq(model.iter().rev()));
        assert!((0..model.len() + 40).all(|at| spine.get(at) == model.get(at)));
        if let Some(patch) = &spine.patch {
            assert_eq!(patch.marks.len(), model.len());
        }
    }

    proptest! {
        #[test]
        fn behaves_as_a_vector_in_every_fork(
            start in vec(any::<u32>(), 0..200),
            steps in vec((0..10u8, 0..300usize, any::<u32>()), 0..300),
        ) {
            let (mut spine, mut model) = (start.iter().copied().collect::<Spine<u32>>(), start);
            let mut forks = Vec::new();
            for (kind, at, item) in steps {
                match kind {
                    0 if at < 100 => { spine.truncate(2 * at); model.truncate(2 * at); }
                    1 => forks.push((spine.clone(), model.clone())),
                    2 => forks.truncate(at % 3),
                    0 | 3..=5 => { spine.push(item); model.push(item); }
                    6 => {
                        let mut edit = spine.edit();
                        for at in (at..model.len() + 9).step_by(7) {
                            edit.get_mut(at).into_iter().for_each(|place| *place = item);
                            model.get_mut(at).into_iter().for_each(|place| *place = item);
                        }
                    }
                    _ => {
                        prop_assert_eq!(spine.get_mut(at).is_some(), at < model.len());
                        spine.get_mut(at).into_iter().for_each(|place| *place = item);
                        model.get_mut(at).into_iter().for_each(|place| *place = item);
                    }
                }
                check(&spine, &model);
            }
            forks.iter().for_each(|(spine, model)| check(spine, model));
        }
    }

    #[test]
    fn a_write_after_a_clone_counts_one_item_and_the_next_few_no_more() {
        let items: Vec<Arc<u32>> = (0..1_600).map(Arc::new).collect();
        let mut spine: Spine<Arc<u32>> = items.iter().cloned().collect();
        let fork = spine.clone();
        let twice = || items.iter().filter(|item| Arc::strong_count(item) > 2).count();
        *spine.get_mut(100).unwrap() = Arc::new(7);
        assert_eq!(twice(), 0);
        (0..98).for_each(|at| _ = spine.get_mut(3 * at).unwrap());
        assert_eq!(twice(), 98);
        assert!(spine.patch.is_some());
        (98..102).for_each(|at| _ = spine.get_mut(3 * at).unwrap());
        assert!(spine.patch.is_none() && twice() >= 1_598);
        drop(fork);
        assert_eq!(twice(), 0);
    }

    #[test]
    fn a_base_that_nobody_else_holds_any_more_takes_the_patch() {
        let mut spine: Spine<u32> = (0..1_000).collect();
        let fork = spine.clone();
        spine.truncate(900);
        *spine.get_mut(5).unwrap() = 7;
        spine.push(8);
        assert!(spine.patch.is_some());
        drop(fork);
        *spine.get_mut(6).unwrap() = 9;
        assert!(spine.patch.is_none());
        assert_eq!(
            (spine.get(5), spine.get(6), spine.get(900), spine.get(901)),
            (Some(&7), Some(&9), Some(&8), None)
        );
    }
}
