//! Rows on their way out of the store, found before any of them goes.

use crate::id::{ForeignKeyId, Slot, TableId};
use crate::store::Store;
use hashbrown::HashMap;
use smallvec::SmallVec;
use std::cell::Cell;

/// Rows on their way out.
#[derive(Default)]
pub(super) struct Doomed {
    met: Met,
    /// What goes, in the order it was met.
    pub(super) rows: Vec<(TableId, Vec<Slot>)>,
    /// Rows that lose the parent they have by this key. Some of them may go as well.
    pub(super) bereft: Vec<(ForeignKeyId, Vec<Slot>)>,
    /// Rows that go and that others may refer to by this key, which are looked at when all that goes is gone.
    pub(super) referred: Vec<(ForeignKeyId, Vec<Slot>)>,
}

/// Rows that were met together.
pub(super) struct Family {
    pub(super) table: TableId,
    pub(super) slots: Vec<Slot>,
    /// The next of what there is to follow from the table: foreign keys that reference it, or its
    /// dependents.
    pub(super) next: usize,
}

impl Doomed {
    /// Condemns those of `slots` that weren't met before.
    pub(super) fn meet(&mut self, table: TableId, slots: impl Iterator<Item = Slot>) -> Option<Family> {
        let slots = self.met.add_all(table, slots);
        if slots.is_empty() {
            return None;
        }
        match self.rows.last_mut() {
            Some((last, rows)) if *last == table => rows.extend_from_slice(&slots),
            _ => self.rows.push((table, slots.clone())),
        }
        Some(Family { table, slots, next: 0 })
    }

    /// Forgets rows that are gone already.
    pub(super) fn forget_gone(&mut self, store: &Store) {
        for (table, slots) in &mut self.rows {
            slots.retain(|slot| store.table(*table).is_live(*slot));
        }
        self.rows.retain(|(_, slots)| !slots.is_empty());
    }

    /// How many rows are on their way out.
    pub(super) fn len(&self) -> usize {
        self.met.rows
    }

    /// Whether a row is on its way out.
    #[inline]
    pub(super) fn has(&self, table: TableId, slot: Slot) -> bool {
        self.met.has(table, slot)
    }

    /// What goes, each table once and its rows in the order they lie in.
    pub(super) fn take_rows(&mut self) -> Vec<(TableId, Vec<Slot>)> {
        let mut all: Vec<(TableId, Vec<Slot>)> = Vec::with_capacity(self.rows.len());
        for (table, slots) in self.rows.drain(..) {
            match all.iter_mut().find(|(other, _)| *other == table) {
                Some((_, rows)) => rows.extend_from_slice(&slots),
                None => all.push((table, slots)),
            }
        }
        for (_, slots) in all.iter_mut().filter(|(_, slots)| !slots.is_sorted()) {
            slots.sort_unstable();
        }
        all
    }
}

/// How many words are looked through one by one.
const FEW: usize = 8;

/// A set of rows of all tables: 64 neighbours of one table in a word.
#[derive(Default)]
struct Met {
    /// Which neighbours, and a bit for each of them.
    words: SmallVec<[(u64, u64); FEW]>,
    /// Where the word of some neighbours is, once there are more than a few.
    places: HashMap<u64, usize>,
    /// The place that was found last: rows that are met together mostly lie together.
    last: Cell<usize>,
    rows: usize,
}

impl Met {
    #[inline]
    fn name(table: TableId, slot: Slot) -> (u64, u64) {
        (((table.index() as u64) << 32) | (slot.index() as u64 / 64), 1 << (slot.index() % 64))
    }

    /// The word of some neighbours.
    #[inline]
    fn word(&self, name: u64) -> Option<u64> {
        match self.words.get(self.last.get()) {
            Some((last, word)) if *last == name => Some(*word),
            _ => self.search(name),
        }
    }

    fn search(&self, name: u64) -> Option<u64> {
        let place = match self.words.len() {
            0..=FEW => self.words.iter().position(|(other, _)| *other == name),
            _ => self.places.get(&name).copied(),
        };
        place.and_then(|place| {
            self.last.set(place);
            self.words.get(place).map(|(_, word)| *word)
        })
    }

    #[inline]
    fn has(&self, table: TableId, slot: Slot) -> bool {
        let (name, bit) = Met::name(table, slot);
        self.word(name).is_some_and(|word| word & bit != 0)
    }

    /// Adds rows; gives those that weren't there.
    fn add_all(&mut self, table: TableId, slots: impl Iterator<Item = Slot>) -> Vec<Slot> {
        let mut added = Vec::with_capacity(slots.size_hint().0);
        // The word of the last row is written back when a row of another one comes.
        let (mut near, mut near_word) = (None, 0);
        for slot in slots {
            let (name, bit) = Met::name(table, slot);
            if near != Some(name) {
                self.put(near_word);
                near_word = match self.word(name) {
                    Some(word) => word,
                    None => self.begin(name),
                };
                near = Some(name);
            }
            if near_word & bit == 0 {
                near_word |= bit;
                added.push(slot);
            }
        }
        if near.is_some() {
            self.put(near_word);
        }
        self.rows += added.len();
        added
    }

    /// Writes the word that was found last.
    fn put(&mut self, word: u64) {
        if let Some(place) = self.words.get_mut(self.last.get()) {
            place.1 |= word;
        }
    }

    fn begin(&mut self, name: u64) -> u64 {
        let place = self.words.len();
        self.words.push((name, 0));
        self.last.set(place);
        if place == FEW {
            self.places.reserve(8 * FEW);
            self.places.extend(self.words.iter().enumerate().map(|(at, (name, _))| (*name, at)));
        } else if place > FEW {
            self.places.insert(name, place);
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn rows_are_met_once_and_taken_in_the_order_they_lie_in(
            steps in vec((0..3usize, vec(prop_oneof![0..200usize, 0..1_000_000usize], 0..40)), 0..20),
        ) {
            let (mut doomed, mut model) = (Doomed::default(), BTreeSet::new());
            for (table, slots) in steps {
                let table = TableId::new(table);
                let slots: Vec<Slot> = slots.into_iter().map(Slot::new).collect();
                prop_assert!(slots.iter().all(|slot| doomed.has(table, *slot) == model.contains(&(table, *slot))));
                let new: Vec<Slot> = slots.iter().copied().filter(|slot| model.insert((table, *slot))).collect();
                let family = doomed.meet(table, slots.into_iter());
                prop_assert_eq!(family.map_or(Vec::new(), |family| family.slots), new);
                prop_assert_eq!(doomed.len(), model.len());
            }
            let mut all = doomed.take_rows();
            all.sort_unstable();
            let flat = all.iter().flat_map(|(table, slots)| slots.iter().map(|slot| (*table, *slot)));
            prop_assert!(flat.eq(model));
        }
    }

    #[test]
    fn rows_far_apart_are_met_once_however_many_they_are() {
        let mut doomed = Doomed::default();
        let (table, far) = (TableId::new(0), |at: usize| Slot::new(at * 1000));
        for count in 1..40 {
            assert!(doomed.meet(table, (0..count).map(far)).is_some());
            // The newest again, after another one.
            assert!(doomed.meet(table, [far(0), far(count - 1)].into_iter()).is_none());
            assert_eq!(doomed.len(), count);
        }
    }
}
