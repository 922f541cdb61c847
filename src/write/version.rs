//! Optimistic locking: rows count their changes, and a write may state the version it stands on.

use super::Writer;
use crate::catalog::TableInfo;
use crate::delta::Cells;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::{ColumnId, Slot, TableId};
use crate::statement::Rows;
use crate::value::{Row, Value};

/// The cells that a write assigns to each of its rows.
pub(super) type Set = Vec<(ColumnId, Value)>;

impl Writer<'_> {
    /// Refuses rows of which one isn't at this version, and no rows at all. `key` is what they were
    /// looked up by, if by one. O(rows).
    fn expect_version(&self, table: TableId, slots: &[Slot], expected: i64, key: &[Value]) -> Result<()> {
        let info = self.catalog.table(table);
        let Some(column) = info.version else {
            return Err(ErrorKind::InvalidQuery(QueryMistake::NoVersion { table: info.name.clone() }).into());
        };
        let conflict = |key: Vec<Value>, found| {
            let table = info.name.clone();
            Err(Error::new(ErrorKind::Conflict { table, key, expected, found }))
        };
        if slots.is_empty() {
            return conflict(key.to_vec(), None);
        }
        let versions = self.store.table(table).column(column);
        for slot in slots {
            match versions.get(*slot).as_i64() {
                Some(found) if found != expected => return conflict(self.key_of(info, *slot), Some(found)),
                _ => {}
            }
        }
        Ok(())
    }

    /// As [`expect_version`](Writer::expect_version), for all that is stated of these rows.
    pub(crate) fn expect_versions(
        &self,
        table: TableId,
        slots: &[Slot],
        versions: &[i64],
        rows: &Rows,
    ) -> Result<()> {
        let key = if let Rows::Key(key) = rows { key.values() } else { &[] };
        versions.iter().try_for_each(|version| self.expect_version(table, slots, *version, key))
    }

    /// Takes the version that a set states out of it, once the rows are at it.
    pub(super) fn take_version(&self, info: &TableInfo, slots: &[Slot], set: &mut Set) -> Result<()> {
        let Some(at) = info.version.and_then(|id| set.iter().position(|(column, _)| *column == id)) else {
            return Ok(());
        };
        let (id, stated) = set.remove(at);
        let named = |error: Error| error.at(&info.column(id).name);
        match stated {
            Value::Integer(expected) => self.expect_version(info.id, slots, expected, &[]).map_err(named)?,
            _ => super::normalise::require(info, info.column(id), &stated)?,
        }
        if set.is_empty() {
            return Err(ErrorKind::InvalidQuery(QueryMistake::NothingToWrite).into());
        }
        Ok(())
    }

    /// Has the rows that are about to change count it.
    pub(super) fn raise_versions(&self, info: &TableInfo, cells: &mut Cells) -> Result<()> {
        let Some(id) = info.version.filter(|id| !cells.columns.contains(id)) else { return Ok(()) };
        let column = info.column(id);
        let versions = self.store.table(info.id).column(id);
        for (slot, values) in &mut cells.rows {
            let version = versions.get(*slot).as_i64().unwrap_or_default();
            let past = || {
                let (expected, found) = (ecow::eco_format!("{}", column.ty), i128::from(version) + 1);
                let found = ecow::eco_format!("{found}");
                Error::new(ErrorKind::OutOfRange { expected, found, column: None })
            };
            let next = version.checked_add(1).ok_or_else(past);
            let next = next.and_then(|next| column.ty.accept(Value::Integer(next)));
            values.push(next.map_err(|error| error.for_column(&info.name, &column.name))?);
        }
        cells.columns.push(id);
        Ok(())
    }
}

/// A new row states no version.
pub(super) fn refuse_version(info: &TableInfo, row: &Row) -> Result<()> {
    let Some(id) = info.version else { return Ok(()) };
    let column = &info.column(id).name;
    if row.iter().any(|(name, _)| name == column) {
        let mistake = QueryMistake::VersionGiven { column: column.clone() };
        return Err(Error::new(ErrorKind::InvalidQuery(mistake)).at(column));
    }
    Ok(())
}
