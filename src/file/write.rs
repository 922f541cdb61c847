//! A state into blocks.

use super::content::{Bytes, Cells, SchemaContent, TableContent};
use super::frame::{Framer, fingerprint};
use super::{ROWS, read_schema};
use crate::catalog::TableInfo;
use crate::column::Column;
use crate::column::staged::Packed;
use crate::error::{ErrorKind, Result};
use crate::id::Slot;
use crate::store::Store;
use crate::table::Table;
use crate::value::Literal;
use std::borrow::Cow;
use std::io::{self, Write};

/// Rows whose texts take this many bytes are enough for a block.
const TEXT_BYTES: usize = 1 << 20;

/// Writes a state. Equal rows under one schema give equal bytes. O(bytes), and holds one block.
///
/// # Errors
/// What the writer gives; an [`Error`](crate::Error) inside for a schema that couldn't be read back.
pub(crate) fn write(store: &Store, out: impl Write) -> io::Result<()> {
    let document = document(store).map_err(io::Error::other)?;
    let mut framer = Framer::begin(out, fingerprint(&document))?;
    framer.block(&SchemaContent { document: &document })?;
    let mut packed = Packed::default();
    for info in store.catalog().tables() {
        write_table(info, store.table(info.id()), &mut framer, &mut packed)?;
    }
    framer.end()
}

/// The schema's document, which reading takes for the same schema.
fn document(store: &Store) -> Result<String> {
    let document = Literal::from(store.catalog().schema());
    let text = document.to_string();
    if Literal::from(&read_schema(&text)?) != document {
        let reason = "the schema's document doesn't stand for the schema".into();
        return Err(ErrorKind::Corrupt { reason }.into());
    }
    Ok(text)
}

fn write_table(
    info: &TableInfo,
    table: &Table,
    framer: &mut Framer<impl Write>,
    packed: &mut Packed,
) -> io::Result<()> {
    let (rows, sequence) = (table.row_count() as u64, table.sequence());
    framer.block(&TableContent { name: info.name(), rows, sequence })?;
    let mut slots = table.in_order();
    let mut group = Vec::with_capacity(ROWS.min(table.row_count()));
    loop {
        next_group(table, &mut slots, &mut group);
        if group.is_empty() {
            return Ok(());
        }
        for column in table.columns() {
            column.pack(&group, packed);
            write_cells(column, group.len(), packed, framer)?;
        }
    }
}

fn write_cells(
    column: &Column,
    rows: usize,
    packed: &Packed,
    framer: &mut Framer<impl Write>,
) -> io::Result<()> {
    framer.block(&Cells {
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
        nulls: column.is_nullable().then_some(Bytes(&packed.nulls)),
        lengths: Cow::Borrowed(&packed.lengths),
        cells: Bytes(&packed.cells),
    })
}

/// The next rows, as many as a block has.
fn next_group(table: &Table, slots: &mut impl Iterator<Item = Slot>, group: &mut Vec<Slot>) {
    group.clear();
    let mut bytes = 0;
    let texts: Vec<&Column> = table.columns().iter().filter(|column| column.is_varying()).collect();
    while group.len() < ROWS && bytes < TEXT_BYTES {
        let Some(slot) = slots.next() else { return };
        bytes += texts.iter().map(|column| column.text_bytes(slot)).sum::<usize>();
        group.push(slot);
    }
}
