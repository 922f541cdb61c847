//! Rows that aren't what a difference or a write expects.

use crate::value::Value;
use ecow::EcoString;
use std::fmt;

/// A row that a difference can't be applied to.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The table.
    pub table: EcoString,
    /// The row's primary key, or all its values in a table without one.
    pub key: Vec<Value>,
    /// What stands in the way.
    pub reason: ConflictReason,
}

/// Why a difference can't be applied to a row.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConflictReason {
    /// It's to be changed or deleted, and isn't there.
    Missing,
    /// It's to be inserted, and is there.
    Exists,
    /// It holds something else than what is to be replaced or deleted.
    Differs {
        /// The columns that do.
        columns: Vec<EcoString>,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.table, super::message::Tuple(&self.key))?;
        match &self.reason {
            ConflictReason::Missing => f.write_str("isn't there"),
            ConflictReason::Exists => f.write_str("is there already"),
            ConflictReason::Differs { columns } => write!(f, "has another {}", columns.join(", ")),
        }
    }
}

/// A write that stands on a version which its row doesn't have.
pub(super) fn stale(
    f: &mut fmt::Formatter<'_>,
    table: &str,
    key: &[Value],
    expected: i64,
    found: Option<i64>,
) -> fmt::Result {
    match key {
        [] => write!(f, "a row of {table}")?,
        key => write!(f, "{table} {}", super::message::Tuple(key))?,
    }
    match found {
        Some(found) => write!(f, " is at version {found} by now, not {expected}"),
        None => write!(f, " was expected at version {expected} and is gone"),
    }
}

/// How many conflicts a message lists.
const LISTED: usize = 8;

/// What happened, in a line.
pub(super) fn line(f: &mut fmt::Formatter<'_>, conflicts: &[Conflict]) -> fmt::Result {
    match conflicts {
        [] => f.write_str("the difference doesn't fit"),
        [conflict] => write!(f, "the difference doesn't fit: {conflict}"),
        [first, ..] => {
            write!(f, "the difference doesn't fit in {} rows, the first: {first}", conflicts.len())
        }
    }
}

/// All of them, unless there are many or the line has the only one, and what to do.
pub(super) fn help(f: &mut fmt::Formatter<'_>, conflicts: &[Conflict]) -> fmt::Result {
    let listed = if conflicts.len() > 1 { conflicts } else { &[] };
    listed.iter().take(LISTED).try_for_each(|conflict| write!(f, "\n  {conflict}"))?;
    if listed.len() > LISTED {
        write!(f, "\n  and {} more", listed.len() - LISTED)?;
    }
    write!(f, "\n    help: compare with the rows as they are, then apply again")
}
