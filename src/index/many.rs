//! Looking many keys up in a unique index, in steps whose loads don't wait for each other.

use super::hash::SlotTable;
use super::key::{KeyView, hash_text, hash_values};
use super::{Index, Kind};
use crate::column::Column;
use crate::column::spans::{Span, SpansView};
use crate::id::Slot;
use crate::value::{KeyRef, ValueRef};
use smallvec::SmallVec;

/// Keys that are looked up together.
const AHEAD: usize = 32;

impl Index {
    /// The rows with these keys, in a unique index, or [`Slot::NONE`]. O(keys), in steps whose loads don't
    /// wait for each other.
    pub(crate) fn find_many(&self, columns: &[Column], keys: &[KeyRef<'_>], found: &mut Vec<Slot>) {
        if let Kind::Dense(map) = &self.kind {
            let map = map.view();
            found.extend(keys.iter().map(|key| match key.single() {
                Some(ValueRef::Integer(key)) => map.get(key),
                _ => Slot::NONE,
            }));
            return;
        }
        let Kind::Unique(table) = &self.kind else {
            found.extend(keys.iter().map(|key| self.find(columns, *key).unwrap_or_default()));
            return;
        };
        let view = KeyView::new(columns, &self.columns);
        if let Some(cells) = view.texts() {
            return self.find_texts(table, cells, keys, found);
        }
        for keys in keys.chunks(AHEAD) {
            let hashes: SmallVec<[u64; AHEAD]> =
                keys.iter().map(|key| hash_values(self.state, key.values())).collect();
            // Almost always the row itself: another would have to have the same bits of its hash.
            let likely: SmallVec<[Slot; AHEAD]> =
                hashes.iter().map(|hash| table.find(*hash, |_| true).unwrap_or_default()).collect();
            view.read_ahead(&likely);
            found.extend(keys.iter().zip(hashes).zip(likely).map(|((key, hash), slot)| {
                if slot.is_none() || view.equals_ref(slot, *key) {
                    return slot;
                }
                table.find(hash, |slot| view.equals_ref(slot, *key)).unwrap_or_default()
            }));
        }
    }

    /// As [`find_many`](Index::find_many), where the key is one text.
    fn find_texts(
        &self,
        table: &SlotTable,
        cells: SpansView<'_, String>,
        keys: &[KeyRef<'_>],
        found: &mut Vec<Slot>,
    ) {
        for keys in keys.chunks(AHEAD) {
            let mut hashes = [0; AHEAD];
            let mut likely = [(Slot::NONE, Span::default()); AHEAD];
            for (hash, key) in hashes.iter_mut().zip(keys) {
                if let Some(ValueRef::Text(key)) = key.single() {
                    *hash = hash_text(self.state, key);
                }
            }
            for ((slot, _), hash) in likely.iter_mut().zip(hashes).take(keys.len()) {
                *slot = table.find(hash, |_| true).unwrap_or_default();
            }
            for (slot, span) in &mut likely {
                *span = cells.span(slot.index());
            }
            found.extend(keys.iter().zip(hashes).zip(likely).map(|((key, hash), (slot, span))| {
                let Some(ValueRef::Text(key)) = key.single() else { return Slot::NONE };
                if slot.is_none() || cells.resolve(span) == key {
                    return slot;
                }
                table.find(hash, |slot| cells.at(slot.index()) == key).unwrap_or_default()
            }));
        }
    }
}
