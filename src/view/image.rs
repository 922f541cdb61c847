//! A row's values at one moment, apart from the state it's in.

use super::row::wrong_read;
use crate::catalog::{ColumnInfo, TableInfo};
use crate::error::Result;
use crate::value::{FromValue, Key, Value, ValueRef};
use std::fmt;

/// A row as it was at one moment: before or after a write. Copying it is free.
#[derive(Clone, Copy)]
pub struct RowImage<'r> {
    info: &'r TableInfo,
    values: &'r [Value],
}

impl<'r> RowImage<'r> {
    pub(crate) fn new(info: &'r TableInfo, values: &'r [Value]) -> RowImage<'r> {
        RowImage { info, values }
    }

    /// The table the row is of.
    pub fn table(self) -> &'r str {
        &self.info.name
    }

    /// The cell of a column. O(1).
    ///
    /// # Errors
    /// `unknown_column`.
    pub fn value(self, name: &str) -> Result<ValueRef<'r>> {
        Ok(self.cell(self.info.column(self.info.column_id(name)?)))
    }

    /// The cell of a column as a Rust type; null only as an `Option`. O(1).
    ///
    /// # Errors
    /// `unknown_column`, and `invalid_query` for a cell that the type can't hold.
    pub fn get<T: FromValue<'r>>(self, name: &str) -> Result<T> {
        let value = self.value(name)?;
        T::from_value(value).ok_or_else(|| wrong_read::<T>(name, value))
    }

    /// The names and cells of all columns, in declared order.
    pub fn values(self) -> impl ExactSizeIterator<Item = (&'r str, ValueRef<'r>)> + DoubleEndedIterator {
        self.info.columns.iter().map(move |column| (column.name.as_str(), self.cell(column)))
    }

    /// The primary key; without values where the table has none.
    pub fn key(self) -> Key {
        let columns = self.info.primary_key.map_or(&[][..], |index| &self.info.index(index).columns);
        columns.iter().map(|id| self.cell(self.info.column(*id)).to_value()).collect()
    }

    fn cell(self, column: &ColumnInfo) -> ValueRef<'r> {
        self.values.get(column.id.index()).map_or(ValueRef::Null, Value::as_ref)
    }
}

impl fmt::Display for RowImage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, (name, value)) in self.values().enumerate() {
            write!(f, "{}{name}: {value:?}", if at == 0 { "" } else { ", " })?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for RowImage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for RowImage<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.values())
    }
}
