//! What differs between the schema of a saved database and the one it is loaded for.

use ecow::EcoString;
use serde::{Serialize, Serializer};
use std::fmt;

/// One difference between two schemas.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaDifference {
    /// Where: `books`, `books.year`, `books.year default`, `books primaryKey`, `relation books.author`.
    pub place: EcoString,
    /// What is different there, from the stored schema to the given one.
    pub change: SchemaChange,
}

/// How a place of the given schema differs from the stored one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SchemaChange {
    /// It isn't in the stored schema.
    Added,
    /// It's a column that the stored rows have no value for: it has no default and can't be null.
    AddedWithoutDefault,
    /// It's a unique column whose default would be the value of every row.
    AddedUnique,
    /// It's in the stored schema only.
    Removed,
    /// It is something else.
    Changed {
        /// What is stored, as a document writes it.
        stored: EcoString,
        /// What is given.
        given: EcoString,
    },
    /// What is there is the same, in another order.
    Reordered,
}

impl fmt::Display for SchemaDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        match &self.change {
            SchemaChange::Added => write!(f, "{place} added"),
            SchemaChange::AddedWithoutDefault => write!(f, "{place} added without a default"),
            SchemaChange::AddedUnique => write!(f, "{place} added as unique, with one default for all rows"),
            SchemaChange::Removed => write!(f, "{place} removed"),
            SchemaChange::Changed { stored, given } => write!(f, "{place} {stored} -> {given}"),
            SchemaChange::Reordered => write!(f, "{place} in another order"),
        }
    }
}

/// As its message.
impl Serialize for SchemaDifference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How many differences a message lists.
const LISTED: usize = 8;

/// What happened, in a line.
pub(super) fn line(f: &mut fmt::Formatter<'_>, differences: &[SchemaDifference]) -> fmt::Result {
    f.write_str("the file was written for another schema")?;
    match differences {
        [] => Ok(()),
        [difference] => write!(f, ": {difference}"),
        [first, ..] => write!(f, ", with {} differences, the first: {first}", differences.len()),
    }
}

/// All of them, unless there are many or the line has the only one, and what to do.
pub(super) fn help(f: &mut fmt::Formatter<'_>, differences: &[SchemaDifference]) -> fmt::Result {
    let listed = if differences.len() > 1 { differences } else { &[] };
    listed.iter().take(LISTED).try_for_each(|difference| write!(f, "\n    found: {difference}"))?;
    if listed.len() > LISTED {
        write!(f, "\n    and {} more", listed.len() - LISTED)?;
    }
    write!(f, "\n    help: load it with the schema it has, and copy what is needed")
}
