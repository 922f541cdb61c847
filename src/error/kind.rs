//! The kinds of refusal.

use super::{Conflict, QueryMistake, SchemaDifference, SchemaMistake};
use crate::value::Value;
use ecow::EcoString;

/// What went wrong, with names and values in fields.
///
/// [`name`](ErrorKind::name) gives the word that JSON documents use.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A column that isn't nullable has no value.
    NotNullViolation {
        /// The table.
        table: EcoString,
        /// The column.
        column: EcoString,
    },
    /// Another row has these values under a primary key or unique constraint.
    UniqueViolation {
        /// The table.
        table: EcoString,
        /// The constraint.
        constraint: EcoString,
        /// Its columns.
        columns: Vec<EcoString>,
        /// The values that stand there already.
        values: Vec<Value>,
        /// The primary key of the row that has them; empty when the table has none.
        existing: Vec<Value>,
    },
    /// A foreign key's values match no row of the table it references.
    ForeignKeyViolation {
        /// The table that holds the key.
        table: EcoString,
        /// The constraint.
        constraint: EcoString,
        /// Its columns.
        columns: Vec<EcoString>,
        /// The values that match nothing.
        values: Vec<Value>,
        /// The table it references.
        references: EcoString,
        /// The referenced columns.
        referenced: Vec<EcoString>,
        /// Whether they matched until the row they reference went or changed its key.
        bereft: bool,
    },
    /// Rows still refer to one that would go or change its key.
    RestrictViolation {
        /// The table of the row.
        table: EcoString,
        /// The row's referenced values.
        values: Vec<Value>,
        /// The constraint that forbids it.
        constraint: EcoString,
        /// The table that refers to the row.
        referrer: EcoString,
        /// The columns it refers by.
        columns: Vec<EcoString>,
        /// How many rows refer to it.
        count: usize,
        /// The primary keys of the first few.
        sample: Vec<Vec<Value>>,
    },
    /// A check constraint doesn't hold.
    CheckViolation {
        /// The table.
        table: EcoString,
        /// The constraint.
        constraint: EcoString,
        /// The columns it reads.
        columns: Vec<EcoString>,
        /// Their values.
        values: Vec<Value>,
    },
    /// A value of another type than was expected.
    TypeMismatch {
        /// The expected type.
        expected: EcoString,
        /// What was found, as a document would write it.
        found: EcoString,
        /// Table and column, where there is one.
        column: Option<(EcoString, EcoString)>,
    },
    /// A value that its type can't hold.
    OutOfRange {
        /// The type.
        expected: EcoString,
        /// What was found.
        found: EcoString,
        /// Table and column, where there is one.
        column: Option<(EcoString, EcoString)>,
    },
    /// A number was divided by zero.
    DivisionByZero,
    /// No such table.
    UnknownTable {
        /// The name that was asked for.
        name: EcoString,
        /// The tables there are.
        known: Vec<EcoString>,
    },
    /// No such column.
    UnknownColumn {
        /// The table.
        table: EcoString,
        /// The name that was asked for.
        name: EcoString,
        /// The columns there are.
        known: Vec<EcoString>,
    },
    /// No such relation.
    UnknownRelation {
        /// The table.
        table: EcoString,
        /// The name that was asked for.
        name: EcoString,
        /// The relations there are.
        known: Vec<EcoString>,
    },
    /// No such option.
    UnknownOption {
        /// The option that was given.
        name: EcoString,
        /// The options there are at that place.
        known: Vec<EcoString>,
    },
    /// A query or statement that means nothing.
    InvalidQuery(QueryMistake),
    /// A schema with mistakes, all of them.
    InvalidSchema {
        /// Every mistake that was found, in the order of the schema.
        mistakes: Vec<SchemaMistake>,
    },
    /// A row that has to be there isn't.
    NotFound {
        /// The table.
        table: EcoString,
        /// The columns it was looked up by.
        columns: Vec<EcoString>,
        /// The values looked for.
        values: Vec<Value>,
    },
    /// A row that a relation was to lead to isn't one that it leads to.
    NotRelated {
        /// The relation, with its table.
        relation: EcoString,
        /// The table of the row.
        table: EcoString,
        /// The columns it was looked up by; none where the relation leads to nothing.
        columns: Vec<EcoString>,
        /// The values looked for.
        values: Vec<Value>,
    },
    /// A row isn't at the version that a write stands on: somebody else has changed or deleted it.
    Conflict {
        /// The table.
        table: EcoString,
        /// The primary key of the row; empty when the table has none, and when no row is there.
        key: Vec<Value>,
        /// The version that the write stated.
        expected: i64,
        /// The version that the row has; none when no row is there.
        found: Option<i64>,
    },
    /// Rows aren't what a difference that is to be applied expects.
    Conflicts {
        /// Each of them, in the order of the difference.
        conflicts: Vec<Conflict>,
    },
    /// Other writers took longer than this one was to wait.
    Busy {
        /// How long it waited.
        waited: std::time::Duration,
    },
    /// A limit was passed.
    LimitExceeded {
        /// The limit's name.
        limit: &'static str,
        /// What it allows.
        allowed: u64,
    },
    /// A hook refused.
    Refused {
        /// The table.
        table: EcoString,
        /// Which hook, like `before_insert`.
        hook: &'static str,
        /// The hook's own words.
        reason: EcoString,
    },
    /// A file couldn't be read or written.
    Io {
        /// The path, as it was given.
        path: EcoString,
        /// The system's words.
        reason: EcoString,
    },
    /// Stored data that can't be right.
    Corrupt {
        /// What doesn't hold.
        reason: EcoString,
    },
    /// A saved database that can't be right.
    CorruptFile {
        /// What of it: `header`, `schema`, `books.title`.
        part: EcoString,
        /// Where in the file, in bytes, when it's one place.
        offset: Option<u64>,
        /// What doesn't hold.
        reason: EcoString,
    },
    /// A saved database that isn't of the schema it is loaded for.
    OtherSchema {
        /// All that differs, in the order of the stored schema.
        differences: Vec<SchemaDifference>,
    },
    /// Text that isn't what it should be.
    Parse {
        /// The parser's words.
        message: EcoString,
        /// The line, from 1; 0 when unknown.
        line: usize,
        /// The column, from 1; 0 when unknown.
        column: usize,
    },
}

impl ErrorKind {
    /// The word for this kind in JSON documents, like `unique_violation`.
    pub fn name(&self) -> &'static str {
        match self {
            ErrorKind::NotNullViolation { .. } => "not_null_violation",
            ErrorKind::UniqueViolation { .. } => "unique_violation",
            ErrorKind::ForeignKeyViolation { .. } => "foreign_key_violation",
            ErrorKind::RestrictViolation { .. } => "restrict_violation",
            ErrorKind::CheckViolation { .. } => "check_violation",
            ErrorKind::TypeMismatch { .. } => "type_mismatch",
            ErrorKind::OutOfRange { .. } => "out_of_range",
            ErrorKind::DivisionByZero => "division_by_zero",
            ErrorKind::UnknownTable { .. } => "unknown_table",
            ErrorKind::UnknownColumn { .. } => "unknown_column",
            ErrorKind::UnknownRelation { .. } => "unknown_relation",
            ErrorKind::UnknownOption { .. } => "unknown_option",
            ErrorKind::InvalidQuery(_) => "invalid_query",
            ErrorKind::InvalidSchema { .. } => "invalid_schema",
            ErrorKind::NotFound { .. } => "not_found",
            ErrorKind::NotRelated { .. } => "not_found",
            ErrorKind::Conflict { .. } => "conflict",
            ErrorKind::Conflicts { .. } => "conflict",
            ErrorKind::Busy { .. } => "busy",
            ErrorKind::LimitExceeded { .. } => "limit_exceeded",
            ErrorKind::Refused { .. } => "refused",
            ErrorKind::Io { .. } => "io",
            ErrorKind::Corrupt { .. } | ErrorKind::CorruptFile { .. } => "corrupt",
            ErrorKind::OtherSchema { .. } => "invalid_schema",
            ErrorKind::Parse { .. } => "parse",
        }
    }

    /// The table this is about, where there is one.
    pub fn table(&self) -> Option<&str> {
        match self {
            ErrorKind::NotNullViolation { table, .. }
            | ErrorKind::UniqueViolation { table, .. }
            | ErrorKind::ForeignKeyViolation { table, .. }
            | ErrorKind::RestrictViolation { table, .. }
            | ErrorKind::CheckViolation { table, .. }
            | ErrorKind::UnknownColumn { table, .. }
            | ErrorKind::UnknownRelation { table, .. }
            | ErrorKind::NotFound { table, .. }
            | ErrorKind::NotRelated { table, .. }
            | ErrorKind::Conflict { table, .. }
            | ErrorKind::Refused { table, .. }
            | ErrorKind::TypeMismatch { column: Some((table, _)), .. }
            | ErrorKind::OutOfRange { column: Some((table, _)), .. } => Some(table),
            _ => None,
        }
    }

    /// The constraint that was broken, where there is one.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            ErrorKind::UniqueViolation { constraint, .. }
            | ErrorKind::ForeignKeyViolation { constraint, .. }
            | ErrorKind::RestrictViolation { constraint, .. }
            | ErrorKind::CheckViolation { constraint, .. } => Some(constraint),
            _ => None,
        }
    }

    /// The columns this is about, none when it's about no column.
    pub fn columns(&self) -> &[EcoString] {
        match self {
            ErrorKind::NotNullViolation { column, .. } => std::slice::from_ref(column),
            ErrorKind::UniqueViolation { columns, .. }
            | ErrorKind::ForeignKeyViolation { columns, .. }
            | ErrorKind::RestrictViolation { columns, .. }
            | ErrorKind::CheckViolation { columns, .. }
            | ErrorKind::NotFound { columns, .. }
            | ErrorKind::NotRelated { columns, .. } => columns,
            ErrorKind::UnknownColumn { name, .. } => std::slice::from_ref(name),
            ErrorKind::TypeMismatch { column: Some((_, column)), .. }
            | ErrorKind::OutOfRange { column: Some((_, column)), .. } => std::slice::from_ref(column),
            _ => &[],
        }
    }

    /// The values this is about, none when it's about no value.
    pub fn values(&self) -> &[Value] {
        match self {
            ErrorKind::UniqueViolation { values, .. }
            | ErrorKind::ForeignKeyViolation { values, .. }
            | ErrorKind::RestrictViolation { values, .. }
            | ErrorKind::CheckViolation { values, .. }
            | ErrorKind::NotFound { values, .. }
            | ErrorKind::NotRelated { values, .. } => values,
            ErrorKind::Conflict { key, .. } => key,
            ErrorKind::NotNullViolation { .. } => &[Value::Null],
            _ => &[],
        }
    }
}
