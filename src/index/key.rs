//! Keys: hashing and comparing the cells of some columns.
//!
//! Keys may come from strangers, so they are hashed with a keyed hash that no timing gives away.

use crate::column::spans::SpansView;
use crate::column::{Column, DataView};
use crate::id::{ColumnId, Slot};
use crate::index::keyed::HashKeys;
use crate::value::{KeyRef, Value, ValueRef};
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A key's columns, looked up once.
#[derive(Clone, Debug)]
pub(crate) struct KeyView<'a> {
    columns: SmallVec<[&'a Column; 2]>,
    /// What a row must hold besides for its key to count.
    only: Option<(&'a Column, &'a Value)>,
}

impl<'a> KeyView<'a> {
    /// The columns `ids` among those of a table; ids the table doesn't have are left out.
    pub(crate) fn new(columns: &'a [Column], ids: &[ColumnId]) -> Self {
        KeyView { columns: ids.iter().filter_map(|id| columns.get(id.index())).collect(), only: None }
    }

    /// These keys, those of rows with another value in a column taken for null.
    pub(crate) fn only(self, column: Option<&'a Column>, value: &'a Value) -> Self {
        KeyView { only: column.map(|column| (column, value)), ..self }
    }

    /// Whether any component at `slot` is null: such a key refers to nothing. Nor does that of a row
    /// whose keys don't count.
    #[inline]
    pub(crate) fn has_null(&self, slot: Slot) -> bool {
        self.columns.iter().any(|column| column.is_null(slot))
            || self.only.is_some_and(|(column, value)| !same(column.get(slot), value.as_ref()))
    }

    /// The hash of the key at `slot`.
    #[inline]
    pub(crate) fn hash(&self, keys: HashKeys, slot: Slot) -> u64 {
        hash_values(keys, self.columns.iter().map(|column| column.get(slot)))
    }

    /// Whether the key at `slot` equals `key`.
    #[inline]
    pub(crate) fn equals(&self, slot: Slot, key: &[Value]) -> bool {
        self.columns.iter().zip(key).all(|(column, value)| same(column.get(slot), value.as_ref()))
    }

    /// Whether the key at `slot` equals `key`, which has as many components.
    #[inline]
    pub(crate) fn equals_ref(&self, slot: Slot, key: KeyRef<'_>) -> bool {
        let mut values = key.values();
        values.len() == self.columns.len()
            && self
                .columns
                .iter()
                .all(|column| values.next().is_some_and(|value| same(column.get(slot), value)))
    }

    /// Reads the keys at these slots before anybody compares them. The loads of a column don't wait for
    /// each other, those of a comparison do.
    pub(crate) fn read_ahead(&self, slots: &[Slot]) {
        self.columns.iter().for_each(|column| column.read_ahead(slots));
    }

    /// Whether the key at `slot` equals that of `other` at `at`.
    #[inline]
    pub(crate) fn equals_row(&self, slot: Slot, other: &KeyView<'_>, at: Slot) -> bool {
        self.columns.iter().zip(&other.columns).all(|(a, b)| same(a.get(slot), b.get(at)))
    }

    /// The order of two rows: by key, nulls last, then by slot.
    pub(crate) fn compare_rows(&self, a: Slot, b: Slot) -> Ordering {
        let keys = self.columns.iter().map(|column| column_order(column, a, b));
        keys.fold(Ordering::Equal, Ordering::then).then(a.cmp(&b))
    }

    /// The order of the row at `slot` against a key of as many components or fewer.
    pub(crate) fn compare(&self, slot: Slot, key: &[Value]) -> Ordering {
        let keys = self.columns.iter().zip(key).map(|(column, value)| order(column, slot, value));
        keys.fold(Ordering::Equal, Ordering::then)
    }

    /// The integer at `slot`, where the key is one integer.
    #[inline]
    pub(crate) fn integer(&self, slot: Slot) -> Option<i64> {
        self.columns.first().and_then(|column| column.get(slot).as_i64())
    }

    /// The cells from `start` on, where the key is one integer of 64 bits that is never null.
    pub(crate) fn integers(&self, start: usize) -> Option<impl Iterator<Item = i64>> {
        match self.columns.as_slice() {
            [column] if self.only.is_none() && !column.is_nullable() => match column.view().data {
                DataView::Integer(cells) => Some(cells.iter(start)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The cells at these slots, where the key is one integer of 64 bits that is never null.
    pub(crate) fn integers_at(&self, slots: &[Slot]) -> Option<impl Iterator<Item = i64>> {
        match self.columns.as_slice() {
            [column] if self.only.is_none() && !column.is_nullable() => match column.view().data {
                DataView::Integer(cells) => Some(cells.at_all(slots.iter().map(|slot| slot.index()))),
                _ => None,
            },
            _ => None,
        }
    }

    /// The cells, where the key is one text.
    pub(crate) fn texts(&self) -> Option<SpansView<'a, String>> {
        match self.columns.as_slice() {
            [column] if self.only.is_none() => match column.view().data {
                DataView::Text(cells) => Some(cells),
                _ => None,
            },
            _ => None,
        }
    }

    /// The values at `slot`, owned.
    pub(crate) fn values(&self, slot: Slot) -> Vec<Value> {
        self.columns.iter().map(|column| column.get(slot).to_value()).collect()
    }
}

/// Enums are ordered as declared, everything else by value; nulls come last.
fn column_order(column: &Column, a: Slot, b: Slot) -> Ordering {
    match (column.view().data, column.is_null(a) || column.is_null(b)) {
        (DataView::Enum(cells, _), false) => cells.at(a.index()).cmp(&cells.at(b.index())),
        _ => column.get(a).cmp(&column.get(b)),
    }
}

fn order(column: &Column, slot: Slot, value: &Value) -> Ordering {
    use crate::column::label;
    match column.view().data {
        DataView::Enum(cells, labels) if !column.is_null(slot) && !value.is_null() => {
            cells.at(slot.index()).cmp(&label(labels, value))
        }
        _ => column.get(slot).cmp(&value.as_ref()),
    }
}

/// Equality of two cells of columns that join.
#[inline]
pub(crate) fn same(a: ValueRef<'_>, b: ValueRef<'_>) -> bool {
    match (a, b) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a == b,
        (ValueRef::Text(a), ValueRef::Text(b)) => a == b,
        _ => a == b,
    }
}

/// The hash of a key given as values.
pub(crate) fn hash_key(keys: HashKeys, key: &[Value]) -> u64 {
    hash_values(keys, key.iter().map(Value::as_ref))
}

/// The hash of a key given as borrowed values.
#[inline]
pub(crate) fn hash_values<'v>(keys: HashKeys, values: impl Iterator<Item = ValueRef<'v>>) -> u64 {
    let mut hasher = keys.hasher();
    for value in values {
        match value {
            ValueRef::Integer(v) => hasher.write_i64(v),
            ValueRef::Text(v) => hasher.write(v.as_bytes()),
            other => other.hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// The hash of a key that is one text.
#[inline]
pub(crate) fn hash_text(keys: HashKeys, text: &str) -> u64 {
    let mut hasher = keys.hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}
