//! What went wrong, where, and what to do about it.
//!
//! An [`Error`] is one word wide. Its [`ErrorKind`] carries names and values in fields; nothing has
//! to be parsed out of a message. `{}` prints one line, `{:#}` adds where, what was found and one
//! thing to do.

mod association;
mod conflict;
mod difference;
mod flat;
mod kind;
mod message;
mod nearest;
mod nested;
mod path;
mod query;
mod schema;
mod transaction;
mod upkeep;

pub use association::AssociationMistake;
pub use conflict::{Conflict, ConflictReason};
pub use difference::{SchemaChange, SchemaDifference};
pub use flat::FlatMistake;
pub use kind::ErrorKind;
pub use nested::{NestedMistake, NestedReason};
pub use path::{Path, Step};
pub use query::QueryMistake;
pub use schema::{SchemaMistake, SchemaReason};
pub use transaction::TransactionMistake;
pub use upkeep::UpkeepMistake;

pub(crate) use nearest::nearest;

use std::fmt;

/// A refusal. Nothing was changed.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    /// Where in the query or statement, outermost step first.
    path: Path,
    /// Line and column in the document the path leads to, both from 1.
    position: Option<(usize, usize)>,
}

/// The result of anything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of this kind, at no place yet.
    pub fn new(kind: ErrorKind) -> Error {
        Error(Box::new(Inner { kind, path: Path::default(), position: None }))
    }

    /// An option that leaves rows out, of what is made of all of them.
    pub(crate) fn misplaced(option: &'static str) -> Error {
        let belongs = "where rows are read, not where something is made of all of them";
        Error::new(ErrorKind::InvalidQuery(QueryMistake::Misplaced { option, belongs })).at(option)
    }

    /// What went wrong, with names and values in fields.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Where in the query or statement: `where.year.gte`. Empty when the whole is meant.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Line and column in the document, both from 1, where there is a document.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.0.position
    }

    /// This error one level further out: `step` is put before its path.
    #[must_use]
    pub fn at(mut self, step: impl Into<Step>) -> Error {
        self.0.path.push_front(step.into());
        self
    }

    /// This error with its place in the document's text.
    #[must_use]
    pub fn with_position(mut self, line: usize, column: usize) -> Error {
        self.0.position = Some((line, column));
        self
    }

    /// This error about the column `table.column`, where its kind names one and it's still open.
    #[must_use]
    pub fn for_column(mut self, table: &str, name: &str) -> Error {
        if let ErrorKind::TypeMismatch { column, .. } | ErrorKind::OutOfRange { column, .. } =
            &mut self.0.kind
        {
            column.get_or_insert_with(|| (table.into(), name.into()));
        }
        self
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error::new(kind)
    }
}

impl std::error::Error for Error {}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}
