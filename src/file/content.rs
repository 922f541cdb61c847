//! What blocks hold.

use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;

/// The schema.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct SchemaContent<'b> {
    /// Its document in the canonical form.
    pub(super) document: &'b str,
}

/// What there is of a table beside its rows.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct TableContent<'b> {
    pub(super) name: &'b str,
    pub(super) rows: u64,
    /// The greatest key that its identity has given or passed.
    pub(super) sequence: i64,
}

/// Cells of one column.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Cells<'b> {
    pub(super) rows: u32,
    #[serde(borrow)]
    pub(super) nulls: Option<Bytes<'b>>,
    pub(super) lengths: Cow<'b, [u64]>,
    #[serde(borrow)]
    pub(super) cells: Bytes<'b>,
}

/// Bytes that are written in one go and borrowed when they are read.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}
