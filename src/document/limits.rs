//! How much a document from a stranger may ask for.

use crate::error::{Error, ErrorKind};

/// How much one document may hold and one request may ask for. What goes beyond is refused with
/// `limit_exceeded`, which names the limit.
///
/// ```
/// use relata::json::{Limits, read};
/// let limits = Limits::default().depth(2);
/// assert!(read("[[1]]", &limits).is_ok());
/// let error = read("[[[1]]]", &limits).unwrap_err();
/// assert_eq!(error.to_string(), "more than 2: the limit `depth`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the whole text. By default 64 MiB.
    pub bytes: usize,
    /// Lists and objects inside each other, at most [`Limits::DEPTH_MAX`]. By default 64.
    pub depth: usize,
    /// Values in one request: each scalar, list and object is one. By default 1,000,000.
    pub nodes: usize,
    /// Rows that one request may write, or be answered with, nested ones too. By default 1,000,000.
    pub rows: usize,
}

impl Limits {
    /// No document may nest deeper, whatever its limits say: trees are walked recursively, and a
    /// stored JSON document nested deeper could not be read back.
    pub const DEPTH_MAX: usize = 127;

    /// No limits but the depth of [`Limits::DEPTH_MAX`]: for documents that can be trusted.
    pub const fn none() -> Limits {
        Limits { bytes: usize::MAX, depth: Limits::DEPTH_MAX, nodes: usize::MAX, rows: usize::MAX }
    }

    /// These limits with this many bytes of text.
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Limits {
        self.bytes = bytes;
        self
    }

    /// These limits with this many lists and objects inside each other.
    #[must_use]
    pub const fn depth(mut self, depth: usize) -> Limits {
        self.depth = depth;
        self
    }

    /// These limits with this many values in one request.
    #[must_use]
    pub const fn nodes(mut self, nodes: usize) -> Limits {
        self.nodes = nodes;
        self
    }

    /// These limits with this many rows written or answered by one request.
    #[must_use]
    pub const fn rows(mut self, rows: usize) -> Limits {
        self.rows = rows;
        self
    }

    pub(crate) fn check_bytes(&self, bytes: usize) -> Result<(), Error> {
        within("bytes", bytes, self.bytes)
    }

    pub(crate) fn check_depth(&self, depth: usize) -> Result<(), Error> {
        within("depth", depth, self.depth.min(Limits::DEPTH_MAX))
    }

    pub(crate) fn check_nodes(&self, nodes: usize) -> Result<(), Error> {
        within("nodes", nodes, self.nodes)
    }

    pub(crate) fn check_rows(&self, rows: usize) -> Result<(), Error> {
        within("rows", rows, self.rows)
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bytes: 64 << 20, depth: 64, nodes: 1_000_000, rows: 1_000_000 }
    }
}

#[inline]
fn within(limit: &'static str, found: usize, allowed: usize) -> Result<(), Error> {
    if found <= allowed {
        return Ok(());
    }
    Err(Error::new(ErrorKind::LimitExceeded { limit, allowed: allowed.try_into().unwrap_or(u64::MAX) }))
}
