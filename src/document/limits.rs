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
    /// Bytes of the whole text. By default 16 MiB.
    pub bytes: usize,
    /// Lists and objects inside each other, at most [`Limits::DEPTH_MAX`]. By default 64.
    pub depth: usize,
    /// Values in one request: each scalar, list and object is one. By default 100,000.
    pub nodes: usize,
    /// Rows that one request may write, or be answered with, nested ones too. By default 1,000,000.
    pub rows: usize,
    /// Rows that one query may come by on its way to the answer: found along relations and in joins,
    /// before a filter, a limit or a group takes any away, and values of theirs that are computed. A row
    /// that is asked many conditions counts once more for every 64 of them. By default 20,000,000.
    pub work: usize,
}

impl Limits {
    /// No document may nest deeper, whatever its limits say: trees are walked recursively, and a
    /// stored JSON document nested deeper could not be read back.
    pub const DEPTH_MAX: usize = 127;

    /// No limits but the depth of [`Limits::DEPTH_MAX`]: for documents that can be trusted.
    pub const fn none() -> Limits {
        let (bytes, nodes, rows, work) = (usize::MAX, usize::MAX, usize::MAX, usize::MAX);
        Limits { bytes, depth: Limits::DEPTH_MAX, nodes, rows, work }
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

    /// These limits with this many rows that a query comes by.
    #[must_use]
    pub const fn work(mut self, work: usize) -> Limits {
        self.work = work;
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

    /// What may still be come by within the limit `work`, which has been begun.
    pub(crate) fn effort(&self) -> Effort {
        Effort { left: self.work, allowed: self.work }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bytes: 16 << 20, depth: 64, nodes: 100_000, rows: 1_000_000, work: 20_000_000 }
    }
}

/// Conditions and parts of expressions that cost about as much as coming by a row.
const PARTS: usize = 64;

/// What is left of the limit `work`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    left: usize,
    allowed: usize,
}

impl Effort {
    /// How many rows may still be come by.
    pub(crate) fn left(self) -> usize {
        self.left
    }

    /// Takes off what it costs to ask rows something made of `parts`. A handful is as cheap as coming by
    /// the row.
    ///
    /// # Errors
    /// `limit_exceeded` when there is less left.
    #[inline]
    pub(crate) fn ask(&mut self, rows: usize, parts: usize) -> Result<(), Error> {
        self.spend(rows.saturating_mul(parts / PARTS))
    }

    /// Takes rows off.
    ///
    /// # Errors
    /// `limit_exceeded` when there are fewer left.
    #[inline]
    pub(crate) fn spend(&mut self, rows: usize) -> Result<(), Error> {
        let left = self.left.checked_sub(rows).ok_or_else(|| exceeded("work", self.allowed))?;
        // Without a limit nothing is counted.
        self.left = if self.allowed == usize::MAX { usize::MAX } else { left };
        Ok(())
    }
}

#[inline]
fn within(limit: &'static str, found: usize, allowed: usize) -> Result<(), Error> {
    if found <= allowed {
        return Ok(());
    }
    Err(exceeded(limit, allowed))
}

#[cold]
fn exceeded(limit: &'static str, allowed: usize) -> Error {
    Error::new(ErrorKind::LimitExceeded { limit, allowed: allowed.try_into().unwrap_or(u64::MAX) })
}
