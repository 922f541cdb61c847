//! Results as documents, straight from the columns: columns in declared order, extras, then what is
//! included in the order asked.

use super::page::Page;
use super::row::{RowView, RowViews};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;

impl Serialize for RowView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.values().len() + self.includes().len();
        let mut map = serializer.serialize_map(Some(names))?;
        for (name, value) in self.values() {
            map.serialize_entry(name, &value)?;
        }
        for (name, many, rows) in self.includes() {
            match rows.first() {
                _ if many => map.serialize_entry(name, &rows)?,
                row => map.serialize_entry(name, &row)?,
            }
        }
        map.end()
    }
}

impl Serialize for RowViews<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for row in self.iter() {
            list.serialize_element(&row)?;
        }
        list.end()
    }
}

impl Serialize for Page {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows().serialize(serializer)
    }
}

/// `{id: 1, name: "Ann", posts: [{id: 7}]}`.
impl fmt::Display for RowView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        let mut between = "";
        for (name, value) in self.values() {
            write!(f, "{between}{name}: {value:?}")?;
            between = ", ";
        }
        for (name, many, rows) in self.includes() {
            write!(f, "{between}{name}: ")?;
            match rows.first() {
                _ if many => write!(f, "{rows}")?,
                Some(row) => write!(f, "{row}")?,
                None => f.write_str("null")?,
            }
            between = ", ";
        }
        f.write_str("}")
    }
}

/// Rows in brackets.
impl fmt::Display for RowViews<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (at, row) in self.iter().enumerate() {
            write!(f, "{}{row}", if at == 0 { "" } else { ", " })?;
        }
        f.write_str("]")
    }
}

/// Each row on a line.
impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, row) in self.iter().enumerate() {
            write!(f, "{}{row}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for RowView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for RowViews<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.rows(), f)
    }
}
