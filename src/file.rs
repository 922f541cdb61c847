//! A database as bytes: what is saved, and everything that is checked before it is a database again.
//!
//! # Layout, every number in little-endian order
//!
//! | bytes | |
//! |---|---|
//! | 8 | `89 52 45 4C 41 54 41 0A` |
//! | 4 | version of the format: 1 |
//! | 16 | XXH3-128 of the schema document |
//! | 4 | CRC32 of the 28 bytes before |
//! | | blocks: 8 bytes of length, 4 of the CRC32 of length and content, the content |
//! | 8 | length of the whole file |
//! | 16 | XXH3-128 of everything before |
//!
//! The first block is the schema document. Then, table by table in declared order, come a block about
//! the table and the columns of its rows: up to [`ROWS`] rows at a time, a block for each column.
//! Content is in bincode. Rows stand in insertion order and without gaps, so equal states give equal
//! bytes whatever their past was.

mod codec;
mod content;
mod differ;
mod disk;
mod frame;
mod read;
mod write;

pub(crate) use disk::replace;
pub(crate) use read::{read, schema};
pub(crate) use write::write;

use crate::document::{self, Limits};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Schema;
use ecow::EcoString;

/// Rows in a block, at most.
const ROWS: usize = 16_384;

/// How much a schema document may hold: a thousand tables of ten columns. Each part can cost some
/// hundred bytes, which whoever sends a file shouldn't get for a few.
const SCHEMA_LIMITS: Limits = Limits::none().nodes(25_000);

fn corrupt(part: impl Into<EcoString>, offset: Option<u64>, reason: impl Into<EcoString>) -> Error {
    ErrorKind::CorruptFile { part: part.into(), offset, reason: reason.into() }.into()
}

/// The schema that a document is of.
fn read_schema(text: &str) -> Result<Schema> {
    Schema::try_from(&document::read(text, &SCHEMA_LIMITS)?)
}
