//! Owned copies of results.

use super::row::RowView;
use crate::value::Value;
use ecow::EcoString;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// A row with everything included, owned: compared with `==`, kept after the snapshot is gone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OwnedRow(Vec<(EcoString, Owned)>);

/// What a name of an [`OwnedRow`] stands for.
#[derive(Clone, PartialEq, Eq)]
pub enum Owned {
    /// A column or an extra.
    Value(Value),
    /// A relation to one row.
    One(Option<OwnedRow>),
    /// A relation to many rows.
    Many(Vec<OwnedRow>),
}

impl OwnedRow {
    /// What stands under `name`. O(names).
    pub fn get(&self, name: &str) -> Option<&Owned> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, owned)| owned)
    }

    /// The value under `name`; `None` when there is none or it's a relation. O(names).
    pub fn value(&self, name: &str) -> Option<&Value> {
        if let Some(Owned::Value(value)) = self.get(name) { Some(value) } else { None }
    }

    /// The rows under `name`; none when it's no relation. O(names).
    pub fn rows(&self, name: &str) -> &[OwnedRow] {
        match self.get(name) {
            Some(Owned::Many(rows)) => rows,
            Some(Owned::One(Some(row))) => std::slice::from_ref(row),
            _ => &[],
        }
    }

    /// The names and what they stand for, in the order of the result.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Owned)> + DoubleEndedIterator {
        self.0.iter().map(|(name, owned)| (name.as_str(), owned))
    }
}

impl FromIterator<(EcoString, Owned)> for OwnedRow {
    fn from_iter<I: IntoIterator<Item = (EcoString, Owned)>>(names: I) -> OwnedRow {
        OwnedRow(names.into_iter().collect())
    }
}

impl RowView<'_> {
    /// An owned copy of the row and everything included with it. O(cells).
    pub fn to_owned_row(self) -> OwnedRow {
        let values = self.values().map(|(name, value)| (name.into(), Owned::Value(value.to_value())));
        let includes = self.includes().map(|(name, many, rows)| {
            let owned = if many {
                Owned::Many(rows.iter().map(RowView::to_owned_row).collect())
            } else {
                Owned::One(rows.first().map(RowView::to_owned_row))
            };
            (name.into(), owned)
        });
        OwnedRow(values.chain(includes).collect())
    }
}

impl Serialize for Owned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Owned::Value(value) => value.serialize(serializer),
            Owned::One(row) => row.serialize(serializer),
            Owned::Many(rows) => rows.serialize(serializer),
        }
    }
}

impl Serialize for OwnedRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, owned) in &self.0 {
            map.serialize_entry(name.as_str(), owned)?;
        }
        map.end()
    }
}

impl fmt::Debug for Owned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owned::Value(value) => fmt::Debug::fmt(value, f),
            Owned::One(Some(row)) => fmt::Debug::fmt(row, f),
            Owned::One(None) => f.write_str("null"),
            Owned::Many(rows) => fmt::Debug::fmt(rows, f),
        }
    }
}

impl fmt::Debug for OwnedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, owned) in &self.0 {
            map.entry(&format_args!("{name}"), owned);
        }
        map.finish()
    }
}
