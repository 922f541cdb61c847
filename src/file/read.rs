//! Blocks into a state that nobody sees yet. Nothing that a file says is believed.

use super::content::{Cells, SchemaContent, TableContent};
use super::differ::differences;
use super::frame::{Frames, fingerprint};
use super::{ROWS, codec, corrupt, read_schema};
use crate::catalog::{Catalog, ColumnInfo, TableInfo};
use crate::column::staged::{PackedRef, Staged};
use crate::error::{Error, ErrorKind, Result};
use crate::id::Slot;
use crate::schema::{Schema, Table};
use crate::store::{Draft, Store};
use crate::value::{Literal, Value};
use crate::write::{Environment, Writer};
use ecow::eco_format;
use serde::Deserialize;
use std::sync::Arc;

/// The schema of a saved database. O(bytes), for its checksums.
pub(crate) fn schema(bytes: &[u8]) -> Result<Schema> {
    Ok(begin(bytes)?.0)
}

/// The state that was saved, of the stored schema or of `given`. What must hold of rows and
/// constraints is left to be checked. O(bytes x (indexes + edges)).
pub(crate) fn read(bytes: &[u8], given: Option<Schema>, environment: &Arc<Environment>) -> Result<Store> {
    let (stored, frames) = begin(bytes)?;
    let mut reader = Reader { frames, environment, now: None };
    let mut store = match given {
        None => {
            let reason = |error: Error| corrupt("schema", None, eco_format!("{error}"));
            let catalog = Arc::new(Catalog::try_from(stored).map_err(reason)?);
            let mut store = Store::new(Arc::clone(&catalog));
            reader.tables(&mut store, &catalog.schema().tables)?;
            store
        }
        Some(given) => {
            let differences = differences(&Literal::from(&stored), &Literal::from(&given));
            if !differences.is_empty() {
                return Err(ErrorKind::OtherSchema { differences }.into());
            }
            let mut store = Store::new(Arc::new(Catalog::try_from(given)?));
            reader.tables(&mut store, &stored.tables)?;
            store
        }
    };
    index(&mut store)?;
    Ok(store)
}

/// The stored schema, and the blocks that follow.
fn begin(bytes: &[u8]) -> Result<(Schema, Frames<'_>)> {
    let mut frames = Frames::open(bytes)?;
    let offset = frames.offset();
    let content: SchemaContent<'_> = next(&mut frames, "schema")?;
    if fingerprint(content.document) != frames.fingerprint {
        return Err(corrupt("schema", Some(offset), "it isn't the one that the header means"));
    }
    let schema = read_schema(content.document);
    let schema = schema.map_err(|error| corrupt("schema", Some(offset), eco_format!("{error}")))?;
    Ok((schema, frames))
}

/// The content of the next block.
fn next<'b, T: Deserialize<'b>>(frames: &mut Frames<'b>, part: &str) -> Result<T> {
    let offset = frames.offset();
    let content = frames.step().ok_or_else(|| corrupt(part, Some(offset), "it is missing"))?;
    codec::decode(content).map_err(|reason| corrupt(part, Some(offset), reason))
}

struct Reader<'b, 'e> {
    frames: Frames<'b>,
    environment: &'e Arc<Environment>,
    /// The time, once an added column has asked for it.
    now: Option<jiff::Timestamp>,
}

impl Reader<'_, '_> {
    /// The rows of all stored tables, after which nothing may come.
    fn tables(&mut self, store: &mut Store, stored: &[Table]) -> Result<()> {
        stored.iter().try_for_each(|table| self.table(store, table))?;
        let offset = self.frames.offset();
        match self.frames.step() {
            None => Ok(()),
            Some(_) => Err(corrupt("block", Some(offset), "it comes after all that the schema has")),
        }
    }

    /// The rows of a table.
    fn table(&mut self, store: &mut Store, stored: &Table) -> Result<()> {
        let catalog = store.shared_catalog();
        let info = catalog.table(catalog.table_id(&stored.name)?);
        let offset = self.frames.offset();
        let content: TableContent<'_> = next(&mut self.frames, &stored.name)?;
        let wrong = |reason: &str| corrupt(info.name(), Some(offset), reason);
        if content.name != stored.name {
            return Err(wrong("another table stands here"));
        }
        if content.sequence < 0 {
            return Err(wrong("an identity that never counted up"));
        }
        let rows = usize::try_from(content.rows).ok().filter(|rows| Slot::new(*rows).some().is_some());
        let rows = rows.ok_or_else(|| wrong("more rows than a table can have"))?;
        store.table_mut(info.id()).pass_identity(content.sequence);
        let mut left = rows;
        while left > 0 {
            let taken = self.group(store, info, stored, left)?;
            left -= taken;
        }
        Ok(())
    }

    /// One block of each column of a table; gives how many rows that was.
    fn group(&mut self, store: &mut Store, info: &TableInfo, stored: &Table, left: usize) -> Result<usize> {
        let mut rows = None;
        let mut staged: Vec<Option<Staged>> = info.columns().iter().map(|_| None).collect();
        for column in &stored.columns {
            let described = info.column(info.column_id(&column.name)?);
            let part = eco_format!("{}.{}", stored.name, column.name);
            let offset = self.frames.offset();
            let cells: Cells<'_> = next(&mut self.frames, &part)?;
            let wrong = |reason: &str| corrupt(part.clone(), Some(offset), reason);
            let found = usize::try_from(cells.rows).unwrap_or(usize::MAX);
            if !(1..=left.min(ROWS)).contains(&found) || rows.is_some_and(|rows| rows != found) {
                return Err(wrong("another number of rows than the table has"));
            }
            rows = Some(found);
            let nulls = cells.nulls.map(|nulls| nulls.0);
            let packed = PackedRef { rows: found, nulls, lengths: &cells.lengths, cells: cells.cells.0 };
            let unpacked = packed.unpack(described.column_type(), described.is_nullable()).map_err(wrong)?;
            if let Some(place) = staged.get_mut(described.id().index()) {
                *place = Some(unpacked);
            }
        }
        let Some(rows) = rows else {
            return Err(corrupt(info.name(), Some(self.frames.offset()), "rows without columns"));
        };
        let whole = info.columns().iter().zip(staged).map(|(column, staged)| match staged {
            Some(staged) => staged,
            None => self.added(store, info, column, rows),
        });
        let mut whole: Vec<Staged> = whole.collect();
        store.append_staged(info.id(), &mut whole, rows);
        Ok(rows)
    }

    /// The cells of a column that was added since, as an insert that doesn't name it would have them.
    fn added(&mut self, store: &mut Store, info: &TableInfo, column: &ColumnInfo, rows: usize) -> Staged {
        let mut staged = Staged::new(column.column_type(), column.is_nullable());
        for _ in 0..rows {
            let value = match column.is_generated() {
                true => store.table_mut(info.id()).next_identity().map_or(Value::Null, Value::Integer),
                false => {
                    let mut writer = Writer::new(Draft::own(store), self.environment).at(self.now);
                    let value = writer.default_of(column);
                    self.now = writer.clock_reading();
                    value
                }
            };
            staged.push_value(column.column_type(), &value);
        }
        staged
    }
}

/// Indexes and links all rows.
fn index(store: &mut Store) -> Result<()> {
    let catalog = store.shared_catalog();
    let starts = vec![0; catalog.tables().len()];
    let taken = store.index_from(&starts);
    for (info, taken) in catalog.tables().zip(taken) {
        let Some(first) = taken.first() else { continue };
        let index = info.index(first.index);
        let values = store.table(info.id()).keys(index.columns()).values(first.slot);
        let reason = eco_format!("two rows have {values:?} under {}", index.name());
        return Err(corrupt(info.name(), None, reason));
    }
    Ok(())
}
