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
use crate::value::Literal;
use ecow::EcoString;

/// Rows in a block, at most.
const ROWS: usize = 16_384;

/// How much a schema document may hold. Reading it costs memory and time in proportion to this.
const SCHEMA_LIMITS: Limits = Limits::none().nodes(100_000);

fn corrupt(part: impl Into<EcoString>, offset: Option<u64>, reason: impl Into<EcoString>) -> Error {
    ErrorKind::CorruptFile { part: part.into(), offset, reason: reason.into() }.into()
}

/// A schema and its document.
fn read_schema(text: &str) -> Result<(Schema, Literal)> {
    let document = document::read(text, &SCHEMA_LIMITS)?;
    Ok((Schema::try_from(&document)?, document))
}
