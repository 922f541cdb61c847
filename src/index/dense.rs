//! Integer keys with few holes: the slot of a key at the key's own position.
//!
//! # Glossary
//!
//! - *page*: the slots of [`PAGE`] neighbouring keys. A page without a key has no allocation.
//! - *base*: the lowest key of the first page. It moves as keys come and go at the low end.
//! - *span*: the keys from the first page to the last.
//!
//! # Invariants
//!
//! 1. The first page and the last have a key; `live` of a page is the number of its keys.
//! 2. A key that isn't there reads as [`Slot::NONE`], within a page and outside.
//! 3. No insertion makes the span longer than four times the keys plus [`SLACK`].

use crate::column::held::{COUNTS, Held};
use crate::column::spine::{Spine, SpineView};
use crate::id::Slot;
use std::fmt;
use std::sync::Arc;

/// Keys in a page.
const PAGE: usize = 1024;

/// The span that is allowed whatever the number of keys.
const SLACK: usize = 4096;

#[derive(Clone, Default)]
struct Page {
    slots: Option<Arc<[Slot; PAGE]>>,
    live: u32,
}

/// Slots by dense keys. A clone costs a reference count; a write after it copies one page.
#[derive(Clone, Default)]
pub(crate) struct DenseMap {
    pages: Spine<Page>,
    base: i64,
    len: usize,
}

impl DenseMap {
    /// No keys. O(1).
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The number of keys. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The slot of a key, [`Slot::NONE`] when there is none. O(1).
    #[inline]
    pub(crate) fn get(&self, key: i64) -> Slot {
        self.view().get(key)
    }

    /// The keys, to be taken once outside a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> DenseView<'_> {
        DenseView { pages: self.pages.view(), base: self.base }
    }

    /// Maps a key to a slot; false, and no change, when the key is too far from the others for their
    /// number. [`Slot::NONE`] removes the key. O(1), or one page copied after a clone; O(pages) for a
    /// key below the base.
    pub(crate) fn set(&mut self, key: i64, slot: Slot) -> bool {
        if slot.is_none() {
            self.remove(key);
            return true;
        }
        let Some(at) = self.reach(key) else { return false };
        let Some(page) = self.pages.get_mut(at / PAGE) else { return false };
        let slots = Arc::make_mut(page.slots.get_or_insert_with(|| Arc::new([Slot::NONE; PAGE])));
        if std::mem::replace(&mut slots[at % PAGE], slot).is_none() {
            page.live += 1;
            self.len += 1;
        }
        true
    }

    /// Maps keys to slots with one uniqueness check for neighbours of one page; a key that has a slot
    /// keeps it and is told to `taken`. Stops at a key that is too far from the others, and says how many
    /// came before it. O(keys).
    pub(crate) fn extend(
        &mut self,
        keys: impl Iterator<Item = (i64, Slot)>,
        mut taken: impl FnMut(Slot, Slot),
    ) -> usize {
        let (mut done, mut keys) = (0, keys.peekable());
        while let Some((key, _)) = keys.peek() {
            let Some(first) = self.reach(*key).map(|at| at - at % PAGE) else { return done };
            let base = self.base;
            let within = |key: i64| (key.wrapping_sub(base) as u64).wrapping_sub(first as u64) < PAGE as u64;
            let Some(page) = self.pages.get_mut(first / PAGE) else { return done };
            let slots = Arc::make_mut(page.slots.get_or_insert_with(|| Arc::new([Slot::NONE; PAGE])));
            while let Some((key, slot)) = keys.next_if(|(key, _)| within(*key)) {
                let place = &mut slots[key.wrapping_sub(base) as usize % PAGE];
                if place.is_none() {
                    *place = slot;
                    page.live += 1;
                    self.len += 1;
                } else {
                    taken(slot, *place);
                }
                done += 1;
            }
        }
        done
    }

    /// Makes the pages span a key, if the policy allows; gives its position.
    fn reach(&mut self, key: i64) -> Option<usize> {
        // In pages, which no key is too far for.
        let page = key.div_euclid(PAGE as i64);
        if self.pages.len() == 0 {
            self.base = page * PAGE as i64;
        }
        let first = self.base.div_euclid(PAGE as i64);
        let before = usize::try_from(first - page).unwrap_or(0);
        let reached = usize::try_from(page - first).map_or(0, |page| page + 1);
        let after = reached.saturating_sub(self.pages.len());
        if before + after > 0 {
            let span = (self.pages.len() + before + after).saturating_mul(PAGE);
            if span > (4 * self.len).saturating_add(SLACK) {
                return None;
            }
            if before > 0 {
                let fresh = std::iter::repeat_n(Page::default(), before);
                self.pages = fresh.chain(self.pages.iter().cloned()).collect();
                self.base -= (before * PAGE) as i64;
            }
            (0..after).for_each(|_| self.pages.push(Page::default()));
        }
        Some((key - self.base) as usize)
    }

    /// Removes a key; its slot, or [`Slot::NONE`]. O(1), or one page copied after a clone; O(pages)
    /// when the first page goes.
    pub(crate) fn remove(&mut self, key: i64) -> Slot {
        let slot = self.get(key);
        if slot.is_none() {
            return slot;
        }
        let at = key.wrapping_sub(self.base) as usize;
        let Some(page) = self.pages.get_mut(at / PAGE) else { return Slot::NONE };
        page.live -= 1;
        self.len -= 1;
        if page.live > 0 {
            if let Some(slots) = &mut page.slots {
                Arc::make_mut(slots)[at % PAGE] = Slot::NONE;
            }
            return slot;
        }
        page.slots = None;
        self.trim();
        slot
    }

    /// Removes keys, with one uniqueness check for neighbours of one page. O(keys); O(pages) once when a
    /// page has no key left.
    pub(crate) fn remove_all(&mut self, keys: impl Iterator<Item = i64>) {
        let (base, mut is_emptied) = (self.base, false);
        let page_of = |key: i64| key.wrapping_sub(base) as u64 / PAGE as u64;
        let mut keys = keys.peekable();
        let DenseMap { pages, len, .. } = self;
        let mut pages = pages.edit();
        while let Some(first) = keys.next() {
            let at = page_of(first);
            let Some(page) = usize::try_from(at).ok().and_then(|at| pages.get_mut(at)) else { continue };
            let Some(slots) = page.slots.as_mut().map(Arc::make_mut) else { continue };
            let mut gone = 0;
            let mut key = Some(first);
            while let Some(one) = key {
                let place = &mut slots[one.wrapping_sub(base) as usize % PAGE];
                gone += u32::from(!std::mem::take(place).is_none());
                key = keys.next_if(|key| page_of(*key) == at);
            }
            page.live -= gone;
            *len -= gone as usize;
            if page.live == 0 {
                page.slots = None;
                is_emptied = true;
            }
        }
        if is_emptied {
            self.trim();
        }
    }

    /// Drops the pages at both ends that have no key.
    fn trim(&mut self) {
        let used = self.pages.iter().rposition(|page| page.live > 0).map_or(0, |last| last + 1);
        self.pages.truncate(used);
        let unused = self.pages.iter().take_while(|page| page.live == 0).count();
        if unused > 0 {
            self.pages = self.pages.iter().skip(unused).cloned().collect();
            self.base = self.base.wrapping_add((unused * PAGE) as i64);
        }
    }

    /// Whether the keys are still as dense as insertions have to keep them. Removals may leave a few
    /// keys on each of many pages; a hash table holds those in less. O(1).
    #[cfg(test)]
    pub(crate) fn is_dense(&self) -> bool {
        self.pages.len() * PAGE <= 4 * self.len + SLACK
    }

    /// All keys and their slots, ascending. O(span).
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, Slot)> {
        let keyed = self.pages.iter().zip(0..).flat_map(|(page, number)| {
            let slots = page.slots.iter().flat_map(|slots| slots.iter());
            slots.zip(number * PAGE as i64..)
        });
        keyed.filter(|(slot, _)| !slot.is_none()).map(|(slot, at)| (self.base + at, *slot))
    }

    /// Bytes on the heap. O(pages).
    pub(crate) fn memory(&self) -> Held {
        let one = |slots: &Arc<[Slot; PAGE]>| Held::own(size_of::<[Slot; PAGE]>() + COUNTS).behind(slots);
        self.pages.memory(|page| page.slots.as_ref().map_or(Held::default(), one))
    }
}

/// The slots of a [`DenseMap`].
#[derive(Clone, Copy)]
pub(crate) struct DenseView<'a> {
    pages: SpineView<'a, Page>,
    base: i64,
}

impl DenseView<'_> {
    /// The slot of a key, [`Slot::NONE`] when there is none. O(1).
    #[inline(always)]
    pub(crate) fn get(self, key: i64) -> Slot {
        // Keys below the base wrap round to positions past every page.
        let at = key.wrapping_sub(self.base) as u64;
        let page = usize::try_from(at / PAGE as u64).unwrap_or(usize::MAX);
        match self.pages.get(page) {
            Some(Page { slots: Some(slots), .. }) => slots[at as usize % PAGE],
            _ => Slot::NONE,
        }
    }
}

impl fmt::Debug for DenseMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DenseMap").field("base", &self.base).field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn check(map: &DenseMap, model: &BTreeMap<i64, Slot>) {
        assert_eq!(map.len(), model.len());
        assert!(map.iter().eq(model.iter().map(|(key, slot)| (*key, *slot))));
        assert!(model.iter().all(|(key, slot)| map.get(*key) == *slot));
        assert!(model.keys().all(|key| model.contains_key(&(key - 1)) || map.get(key - 1).is_none()));
        let pages = map.pages.iter().filter(|page| page.live > 0).count();
        assert!(map.memory().all <= (pages + 1) * 4200 + map.pages.len() * 64);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn behaves_as_a_map_of_the_keys_it_took(
            base in prop_oneof![Just(0), Just(10_000_000), Just(-3000), Just(i64::MIN), Just(i64::MAX - 20_000)],
            steps in vec((0..10u8, 0..20_000i64, 0..2000i64), 0..20),
        ) {
            let (mut map, mut model) = (DenseMap::new(), BTreeMap::new());
            let mut forks = Vec::new();
            for (kind, at, n) in steps {
                if kind >= 8 {
                    // In order, or in leaps that come back to a page; twice over, so that some aren't there.
                    let leap = if kind == 8 { 1 } else { 7919 };
                    let keys: Vec<i64> = (0..n).map(|i| base + (at + i * leap) % 20_000).collect();
                    map.remove_all(keys.iter().chain(&keys).copied());
                    keys.iter().for_each(|key| _ = model.remove(key));
                    check(&map, &model);
                    continue;
                }
                for key in (at..20_000.min(at + n)).map(|i| base + i) {
                    let slot = Slot::new(key.rem_euclid(1 << 20) as usize);
                    match kind {
                        0 => {
                            let mut by = None;
                            let placed = map.extend([(key, slot)].into_iter(), |_, other| by = Some(other));
                            prop_assert_eq!(by, model.get(&key).copied().filter(|_| placed == 1));
                            if placed == 1 { model.entry(key).or_insert(slot); }
                        }
                        1 => {
                            let run = (0..40).filter_map(|i| Some((key.checked_add(i)?, Slot::new(i as usize))));
                            let placed = map.extend(run.clone(), |_, _| {});
                            run.take(placed).for_each(|(key, slot)| { model.entry(key).or_insert(slot); });
                        }
                        2..=4 => if map.set(key, slot) { model.insert(key, slot); },
                        _ => prop_assert_eq!(map.remove(key), model.remove(&key).unwrap_or_default()),
                    }
                }
                check(&map, &model);
                forks.push((map.clone(), model.clone()));
            }
            forks.iter().for_each(|(map, model)| check(map, model));
        }

        #[test]
        fn any_key_can_be_asked_for(first in any::<i64>(), second in any::<i64>()) {
            let mut map = DenseMap::new();
            prop_assert!(map.set(first, Slot::new(0)));
            prop_assert_eq!(map.get(first), Slot::new(0));
            prop_assert_eq!(map.get(second).is_none(), first != second);
            let near = first.abs_diff(second) < 2048;
            prop_assert_eq!(map.set(second, Slot::new(1)), near);
        }
    }

    #[test]
    fn keys_that_move_on_take_their_pages_with_them() {
        let mut map = DenseMap::new();
        for key in 10_000_000..10_200_000 {
            assert!(map.set(key, Slot::new(7)));
            if key >= 10_005_000 {
                assert_eq!(map.remove(key - 5_000), Slot::new(7));
            }
        }
        assert!(map.is_dense() && map.memory().all < 50_000, "{}", map.memory().all);
        (10_000_000..10_200_000).for_each(|key| _ = map.remove(key));
        assert_eq!((map.len(), map.pages.len()), (0, 0));
    }

    #[test]
    fn every_key_pays_for_four_places_and_four_thousand_are_free() {
        let (slot, page) = (Slot::new(7), |pages: i64| pages * PAGE as i64);
        for (first, near, far) in [(0, page(4) - 1, page(4)), (page(10), page(7), page(7) - 1)] {
            let mut map = DenseMap::new();
            assert!(map.set(first, slot));
            assert!(!map.set(far, slot) && map.extend([(far, slot)].into_iter(), |_, _| {}) == 0);
            assert!(map.set(near, slot) && map.get(near) == slot && map.get(first) == slot);
            assert_eq!((map.len(), map.pages.len()), (2, 4));
        }
        // A fifth page costs 256 keys.
        for (keys, taken) in [(255, false), (256, true)] {
            let mut map = DenseMap::new();
            assert_eq!(map.extend((0..keys).map(|key| (key, slot)), |_, _| {}), keys as usize);
            assert_eq!(map.set(page(4), slot), taken, "{keys}");
        }
        let mut map = DenseMap::new();
        (0..1024).for_each(|key| assert!(map.set(key, slot)));
        assert!(!map.set(page(8), slot) && map.set(page(8) - 1, slot));
        // Where there are pages already, a key costs nothing.
        (1..1024).for_each(|key| _ = map.remove(key));
        assert!(map.set(5000, slot));
        assert_eq!((map.len(), map.pages.len()), (3, 8));
    }

    #[test]
    fn pages_without_a_key_go_however_their_keys_did() {
        let full = || {
            let mut map = DenseMap::new();
            map.extend((0..10_000).map(|key| (key, Slot::new(7))), |_, _| {});
            map
        };
        let pages = |map: &DenseMap| map.pages.iter().filter(|page| page.slots.is_some()).count();
        let mut map = full();
        map.remove_all(2048..9000);
        assert_eq!((map.len(), pages(&map), map.pages.len()), (3048, 4, 10));
        map.remove_all(9000..10_000);
        assert_eq!((map.len(), pages(&map), map.pages.len()), (2048, 2, 2));
        map.remove_all((0..2048).rev());
        assert_eq!((map.len(), map.pages.len()), (0, 0));
        let mut map = full();
        (1024..10_000).for_each(|key| _ = map.remove(key));
        assert_eq!((map.len(), map.pages.len()), (1024, 1));
    }
}
