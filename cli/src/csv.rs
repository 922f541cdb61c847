//! Comma-separated values after RFC 4180, in and out.
//!
//! An empty field is a null and a quoted empty one an empty text. Common readers don't tell the two
//! apart, and they take broken quotes for text, so this one is written by hand: strict, with the
//! line where a record begins.

mod read;
mod write;

pub(crate) use read::{Fault, Reader, Record};
pub(crate) use write::write_record;
