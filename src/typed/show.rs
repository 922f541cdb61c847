//! Typed rows compared, printed and as documents.

use super::view::{Nested, View, Views};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;

/// Equal cells, totals and included rows, each under equal names.
impl PartialEq for View<'_> {
    fn eq(&self, other: &View<'_>) -> bool {
        self.values().eq(other.values())
            && self.totals().eq(other.totals())
            && self.nested().eq(other.nested())
    }
}

impl PartialEq for Views<'_> {
    fn eq(&self, other: &Views<'_>) -> bool {
        self.len() == other.len() && Iterator::eq(*self, *other)
    }
}

/// Columns in declared order, totals, then what is included.
impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.values().len() + self.totals().count() + self.nested().count();
        let mut map = serializer.serialize_map(Some(names))?;
        self.values().try_for_each(|(name, value)| map.serialize_entry(name, &value))?;
        self.totals().try_for_each(|(name, total)| map.serialize_entry(name, &total))?;
        self.nested().try_for_each(|(name, nested)| map.serialize_entry(name, &nested))?;
        map.end()
    }
}

impl Serialize for Views<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for row in *self {
            list.serialize_element(&row)?;
        }
        list.end()
    }
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Nested::One(row) => row.serialize(serializer),
            Nested::Many(rows) => rows.serialize(serializer),
        }
    }
}

impl View<'_> {
    /// `Author { id: 1, name: "Ann", books: [{id: 7}] }`.
    pub fn debug(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let mut shown = f.debug_struct(name);
        self.values().for_each(|(name, value)| {
            shown.field(name, &value);
        });
        self.totals().for_each(|(name, total)| {
            shown.field(name, &total);
        });
        self.nested().for_each(|(name, nested)| {
            shown.field(name, &nested);
        });
        shown.finish()
    }
}

/// A name without quotes.
struct Bare<'a>(&'a str);

impl fmt::Debug for Bare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        map.entries(self.values().map(|(name, value)| (Bare(name), value)));
        map.entries(self.totals().map(|(name, total)| (Bare(name), total)));
        map.entries(self.nested().map(|(name, nested)| (Bare(name), nested)));
        map.finish()
    }
}

impl fmt::Debug for Views<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl fmt::Debug for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Nested::One(Some(row)) => row.fmt(f),
            Nested::One(None) => f.write_str("null"),
            Nested::Many(rows) => rows.fmt(f),
        }
    }
}
