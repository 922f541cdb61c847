//! A difference as a document: `{"users": {"inserted": [...], "updated": [...], "deleted": [...]}}`,
//! each as far as there are such rows.

use super::{CellDiff, Diff, RowChange, RowDiff, TableDiff};
use crate::value::Value;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

impl Serialize for Diff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.tables.iter().map(|table| (&table.name, table)))
    }
}

impl Serialize for TableDiff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let (mut inserted, mut updated, mut deleted) = (Vec::new(), Vec::new(), Vec::new());
        for row in &self.rows {
            match &row.change {
                RowChange::Inserted(values) => inserted.push(Whole(self, values)),
                RowChange::Updated(cells) => updated.push(Updated { table: self, row, cells }),
                RowChange::Deleted(values) => deleted.push(Whole(self, values)),
            }
        }
        if !inserted.is_empty() {
            map.serialize_entry("inserted", &inserted)?;
        }
        if !updated.is_empty() {
            map.serialize_entry("updated", &updated)?;
        }
        if !deleted.is_empty() {
            map.serialize_entry("deleted", &deleted)?;
        }
        map.end()
    }
}

struct Whole<'d>(&'d TableDiff, &'d [Value]);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.columns.iter().zip(self.1))
    }
}

struct Updated<'d> {
    table: &'d TableDiff,
    row: &'d RowDiff,
    cells: &'d [CellDiff],
}

impl Serialize for Updated<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("key", &Pairs(self.table.key_of(self.row).collect()))?;
        map.serialize_entry("cells", &Cells(self.cells))?;
        map.end()
    }
}

struct Pairs<'d>(Vec<(&'d str, &'d Value)>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

struct Cells<'d>(&'d [CellDiff]);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|cell| (&cell.column, Cell(cell))))
    }
}

struct Cell<'d>(&'d CellDiff);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("before", &self.0.before)?;
        map.serialize_entry("after", &self.0.after)?;
        map.end()
    }
}
