//! Indexes: from a key to the rows that have it, and from a row to its parent and children.
//!
//! A closed set of kinds, each made of one primitive below. An index never owns cells: it holds
//! slots and compares them through the columns of its table.

pub(crate) mod adjacency;
pub(crate) mod dense;
pub(crate) mod groups;
pub(crate) mod hash;
pub(crate) mod key;
pub(crate) mod keyed;
pub(crate) mod lists;
mod many;
pub(crate) mod ordered;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

use self::dense::DenseMap;
use self::groups::{Group, GroupTable};
use self::hash::SlotTable;
use self::key::{KeyView, hash_key, hash_values};
use self::keyed::HashKeys;
use self::ordered::Ordered;
use crate::catalog::{IndexInfo, IndexKind};
use crate::column::Column;
use crate::column::held::Held;
use crate::id::{ColumnId, Slot};
use crate::value::{KeyRef, Type, Value, ValueRef};
use smallvec::SmallVec;
use std::ops::{Bound, Range};

/// An index over some columns of one table.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    columns: Vec<ColumnId>,
    state: HashKeys,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// One integer column whose keys are dense: a key is a position.
    Dense(DenseMap),
    /// Unique keys by hash. Keys with a null are left out.
    Unique(SlotTable),
    /// Rows by hash of their key. Keys with a null are left out.
    Groups(GroupTable),
    /// All rows by order of their key, nulls last.
    Ordered(Ordered),
}

impl Index {
    /// An empty index as the catalog describes it; `types` are those of its columns.
    pub(crate) fn new(info: &IndexInfo, types: &[&Type], state: HashKeys) -> Index {
        let kind = match info.kind {
            IndexKind::Primary | IndexKind::Unique if matches!(types, [ty] if ty.is_integer()) => {
                Kind::Dense(DenseMap::new())
            }
            IndexKind::Primary | IndexKind::Unique => Kind::Unique(SlotTable::new()),
            IndexKind::Hash => Kind::Groups(GroupTable::new()),
            IndexKind::Ordered => Kind::Ordered(Ordered::new()),
        };
        Index { columns: info.columns.clone(), state, kind }
    }

    /// The indexed columns.
    pub(crate) fn columns(&self) -> &[ColumnId] {
        &self.columns
    }

    /// Whether a key leads to at most one row.
    pub(crate) fn is_unique(&self) -> bool {
        matches!(self.kind, Kind::Dense(_) | Kind::Unique(_))
    }

    /// How many keys without a null there are, where that is known. O(1).
    pub(crate) fn key_count(&self) -> Option<usize> {
        match &self.kind {
            Kind::Dense(map) => Some(map.len()),
            Kind::Unique(table) => Some(table.len()),
            Kind::Groups(groups) => Some(groups.group_count()),
            Kind::Ordered(_) => None,
        }
    }

    /// Whether rows stand in order of their keys.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(self.kind, Kind::Ordered(_))
    }

    /// The row with this key, in a unique index. O(1).
    #[inline]
    pub(crate) fn find(&self, columns: &[Column], key: KeyRef<'_>) -> Option<Slot> {
        match (&self.kind, key.single()) {
            (Kind::Dense(map), Some(ValueRef::Integer(key))) => map.get(key).some(),
            (Kind::Unique(table), _) => self.find_hashed(table, columns, key),
            _ => None,
        }
    }

    // Apart, so that a look-up by a dense key stays small enough to be inlined.
    #[inline(never)]
    fn find_hashed(&self, table: &SlotTable, columns: &[Column], key: KeyRef<'_>) -> Option<Slot> {
        if key.values().any(ValueRef::is_null) {
            return None;
        }
        let view = KeyView::new(columns, &self.columns);
        table.find(hash_values(self.state, key.values()), |slot| view.equals_ref(slot, key))
    }

    /// The row whose key is the values that `row`, a value for every column of some table, has in the columns
    /// `ids` of that table. O(1).
    #[inline]
    pub(crate) fn find_values(&self, columns: &[Column], row: &[&Value], ids: &[ColumnId]) -> Option<Slot> {
        let cell = |id: &ColumnId| row.get(id.index()).copied();
        match ids {
            [id] => self.find(columns, cell(id)?.as_ref().into()),
            ids => {
                let key: SmallVec<[Value; 3]> = ids.iter().filter_map(cell).cloned().collect();
                self.find(columns, key.as_slice().into())
            }
        }
    }

    /// The row of this table whose key equals that of `other`'s row `at`, in a unique index. O(1).
    #[inline]
    pub(crate) fn find_row(&self, columns: &[Column], other: &KeyView<'_>, at: Slot) -> Option<Slot> {
        if other.has_null(at) {
            return None;
        }
        match &self.kind {
            Kind::Dense(map) => other.integer(at).and_then(|key| map.get(key).some()),
            Kind::Unique(table) => {
                let view = KeyView::new(columns, &self.columns);
                table.find(other.hash(self.state, at), |slot| view.equals_row(slot, other, at))
            }
            Kind::Groups(_) | Kind::Ordered(_) => None,
        }
    }

    /// As [`find_row`](Index::find_row) for the rows at these slots of another table: [`Slot::NONE`] for a
    /// key with a null or without a row. O(rows), in loads that don't wait for each other.
    pub(crate) fn find_rows(
        &self,
        columns: &[Column],
        other: &KeyView<'_>,
        slots: Range<usize>,
    ) -> Vec<Slot> {
        if let (Kind::Dense(map), Some(cells)) = (&self.kind, other.integers(slots.start)) {
            let map = map.view();
            return cells.take(slots.len()).map(|key| map.get(key)).collect();
        }
        let find = |at| self.find_row(columns, other, Slot::new(at)).unwrap_or_default();
        slots.map(find).collect()
    }

    /// The rows with this key, ascending. O(result).
    pub(crate) fn group(&self, columns: &[Column], key: &[Value]) -> Vec<Slot> {
        if key.iter().any(Value::is_null) {
            return Vec::new();
        }
        match &self.kind {
            Kind::Dense(_) | Kind::Unique(_) => self.find(columns, key.into()).into_iter().collect(),
            Kind::Groups(groups) => {
                let view = KeyView::new(columns, &self.columns);
                groups.find(hash_key(self.state, key), |slot| view.equals(slot, key)).iter().collect()
            }
            Kind::Ordered(_) => {
                let mut slots: Vec<Slot> =
                    self.range(columns, key, Bound::Unbounded, Bound::Unbounded).collect();
                slots.sort_unstable();
                slots
            }
        }
    }

    /// How many rows have this key. O(1) expected, O(log n) in an ordered index.
    pub(crate) fn group_count(&self, columns: &[Column], key: &[Value]) -> usize {
        if key.iter().any(Value::is_null) {
            return 0;
        }
        match &self.kind {
            Kind::Dense(_) | Kind::Unique(_) => usize::from(self.find(columns, key.into()).is_some()),
            Kind::Groups(groups) => {
                let view = KeyView::new(columns, &self.columns);
                groups.find(hash_key(self.state, key), |slot| view.equals(slot, key)).len()
            }
            Kind::Ordered(_) => self.range(columns, key, Bound::Unbounded, Bound::Unbounded).len(),
        }
    }

    /// The rows whose key starts with `prefix` and goes on between two bounds, in key order; only an
    /// ordered index has any. Nulls lie past every upper bound but an open one. O(log n + result).
    pub(crate) fn range<'i>(
        &'i self,
        columns: &[Column],
        prefix: &[Value],
        lower: Bound<&Value>,
        upper: Bound<&Value>,
    ) -> ordered::OrderedIter<'i> {
        let Kind::Ordered(ordered) = &self.kind else { return ordered::OrderedIter::default() };
        let view = KeyView::new(columns, &self.columns);
        let with = |value: &Value| -> Vec<Value> { prefix.iter().chain([value]).cloned().collect() };
        let (low, low_open) = match lower {
            Bound::Included(value) => (with(value), false),
            Bound::Excluded(value) => (with(value), true),
            Bound::Unbounded => (prefix.to_vec(), false),
        };
        let (high, high_open) = match upper {
            Bound::Included(value) => (with(value), false),
            Bound::Excluded(value) => (with(value), true),
            Bound::Unbounded => (prefix.to_vec(), false),
        };
        ordered.range(
            |slot| if low_open { view.compare(slot, &low).is_le() } else { view.compare(slot, &low).is_lt() },
            |slot| {
                if high_open { view.compare(slot, &high).is_lt() } else { view.compare(slot, &high).is_le() }
            },
        )
    }

    /// Adds the row at `slot`, whose cells are written. Amortised O(1), ordered O(log n).
    pub(crate) fn insert(&mut self, columns: &[Column], slot: Slot) {
        let view = KeyView::new(columns, &self.columns);
        self.insert_key(&view, slot);
    }

    /// Adds the rows at these slots, but for those whose key an earlier row has in a unique index:
    /// they are told to `taken` with that row. Amortised O(slots), ordered O(slots x log n).
    pub(crate) fn insert_new(
        &mut self,
        columns: &[Column],
        slots: Range<usize>,
        mut taken: impl FnMut(Slot, Slot),
    ) {
        let view = KeyView::new(columns, &self.columns);
        let mut left = slots.clone();
        match &mut self.kind {
            Kind::Ordered(ordered) if ordered.len() == 0 => {
                let mut sorted: Vec<Slot> = slots.map(Slot::new).collect();
                sorted.sort_unstable_by(|a, b| view.compare_rows(*a, *b));
                *ordered = Ordered::collect(sorted);
                return;
            }
            Kind::Dense(map) => {
                if let Some(keys) = view.integers(slots.start) {
                    left.start += map.extend(keys.zip(slots.map(Slot::new)), &mut taken);
                }
            }
            _ => {}
        }
        if let Kind::Unique(table) = &mut self.kind {
            for slot in left.map(Slot::new).filter(|slot| !view.has_null(*slot)) {
                let hash = view.hash(self.state, slot);
                match table.find(hash, |other| view.equals_row(other, &view, slot)) {
                    Some(by) => taken(slot, by),
                    None => table.insert(hash, slot),
                }
            }
            return;
        }
        for slot in left.map(Slot::new) {
            match self.taken_by(&view, slot) {
                Some(by) => taken(slot, by),
                None => self.insert_key(&view, slot),
            }
        }
    }

    /// The row of this table that has the key of the row at `slot` in a unique index.
    fn taken_by(&self, view: &KeyView<'_>, slot: Slot) -> Option<Slot> {
        match &self.kind {
            Kind::Dense(map) => view.integer(slot).and_then(|key| map.get(key).some()),
            Kind::Unique(table) => {
                table.find(view.hash(self.state, slot), |other| view.equals_row(other, view, slot))
            }
            Kind::Groups(_) | Kind::Ordered(_) => None,
        }
    }

    fn insert_key(&mut self, view: &KeyView<'_>, slot: Slot) {
        if !matches!(self.kind, Kind::Ordered(_)) && view.has_null(slot) {
            return;
        }
        match &mut self.kind {
            Kind::Dense(map) => {
                let Some(key) = view.integer(slot) else { return };
                if !map.set(key, slot) {
                    let mut table = SlotTable::new();
                    for row in map.iter().map(|(_, row)| row).chain([slot]) {
                        table.insert(view.hash(self.state, row), row);
                    }
                    self.kind = Kind::Unique(table);
                }
            }
            Kind::Unique(table) => {
                table.insert(view.hash(self.state, slot), slot);
            }
            Kind::Groups(groups) => {
                groups.insert(view.hash(self.state, slot), slot, |other| view.equals_row(other, view, slot));
            }
            Kind::Ordered(ordered) => ordered.insert(slot, |a, b| view.compare_rows(a, b)),
        }
    }

    /// Removes the row at `slot`, whose cells still hold the key. O(1), ordered O(log n).
    pub(crate) fn remove(&mut self, columns: &[Column], slot: Slot) {
        let view = KeyView::new(columns, &self.columns);
        self.remove_key(&view, slot);
    }

    /// Removes the rows at these slots, whose cells still hold their keys. O(slots), ordered
    /// O(slots x log n).
    pub(crate) fn remove_all(&mut self, columns: &[Column], slots: &[Slot]) {
        let view = KeyView::new(columns, &self.columns);
        if let (Kind::Dense(map), Some(keys)) = (&mut self.kind, view.integers_at(slots)) {
            map.remove_all(keys);
            return;
        }
        slots.iter().for_each(|slot| self.remove_key(&view, *slot));
    }

    fn remove_key(&mut self, view: &KeyView<'_>, slot: Slot) {
        if !matches!(self.kind, Kind::Ordered(_)) && view.has_null(slot) {
            return;
        }
        match &mut self.kind {
            Kind::Dense(map) => {
                if let Some(key) = view.integer(slot) {
                    map.remove(key);
                }
            }
            Kind::Unique(table) => {
                table.remove(view.hash(self.state, slot), slot);
            }
            Kind::Groups(groups) => {
                let hash = view.hash(self.state, slot);
                groups.remove(hash, slot, |other| view.equals_row(other, view, slot));
            }
            Kind::Ordered(ordered) => {
                ordered.remove(slot, |a, b| view.compare_rows(a, b));
            }
        }
    }

    /// Whether the row at `slot` is found by its key. For checks.
    pub(crate) fn holds(&self, columns: &[Column], slot: Slot) -> bool {
        let view = KeyView::new(columns, &self.columns);
        match &self.kind {
            Kind::Dense(_) | Kind::Unique(_) => self.find_row(columns, &view, slot) == Some(slot),
            Kind::Groups(groups) => {
                let hash = view.hash(self.state, slot);
                groups.find(hash, |other| view.equals_row(other, &view, slot)).contains(slot)
            }
            Kind::Ordered(ordered) => {
                let place = ordered.range(
                    |other| view.compare_rows(other, slot).is_lt(),
                    |other| view.compare_rows(other, slot).is_le(),
                );
                place.into_iter().eq([slot])
            }
        }
    }

    /// What is held.
    pub(crate) fn memory(&self) -> Held {
        match &self.kind {
            Kind::Dense(map) => map.memory(),
            Kind::Unique(table) => table.memory(),
            Kind::Groups(groups) => groups.memory(),
            Kind::Ordered(ordered) => ordered.memory(),
        }
    }

    /// Every row the index holds, in no particular order. For checks.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        match &self.kind {
            Kind::Dense(map) => map.iter().map(|(_, slot)| slot).collect(),
            Kind::Unique(table) => table.iter().collect(),
            Kind::Groups(groups) => groups.groups().flat_map(Group::iter).collect(),
            Kind::Ordered(ordered) => ordered.iter().collect(),
        }
    }
}
