//! Errors as documents.

use crate::error::{Error, ErrorKind, Path, SchemaMistake, Step};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::fmt::Write;

/// An error as the document `{"error": {"kind": ..., "message": ...}}`, with the parts it has of
/// `table`, `constraint`, `columns`, `values`, `expected`, `found`, `at`, `help`; a schema's error has `mistakes` instead
/// of help. The kind of violation that a constraint refused always has columns and values.
///
/// ```
/// use relata::json::{ErrorDocument, Limits, read};
/// let error = read("{\"id\": 1,\n \"id\": 2}", &Limits::default()).unwrap_err();
/// assert_eq!(
///     serde_json::to_string(&ErrorDocument(&error)).unwrap(),
///     r#"{"error":{"kind":"parse","at":"$ (2:2)","message":"`id` stands twice in one object"}}"#,
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ErrorDocument<'a>(pub &'a Error);

impl Serialize for ErrorDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("error", &Body(self.0))?;
        map.end()
    }
}

struct Body<'a>(&'a Error);

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.0.kind();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", kind.name())?;
        if let Some(table) = kind.table() {
            map.serialize_entry("table", table)?;
        }
        if let Some(constraint) = kind.constraint() {
            map.serialize_entry("constraint", constraint)?;
        }
        if is_violation(kind) || !kind.columns().is_empty() {
            map.serialize_entry("columns", kind.columns())?;
        }
        if is_violation(kind) || !kind.values().is_empty() {
            map.serialize_entry("values", kind.values())?;
        }
        if let ErrorKind::Refused { hook, .. } = kind {
            map.serialize_entry("hook", hook)?;
        }
        if let ErrorKind::Conflict { expected, found, .. } = kind {
            map.serialize_entry("expected", expected)?;
            map.serialize_entry("found", found)?;
        }
        if let Some(place) = place(self.0) {
            map.serialize_entry("at", &place)?;
        }
        if let ErrorKind::InvalidSchema { mistakes } = kind {
            let mistakes: Vec<_> = mistakes.iter().map(Mistake).collect();
            map.serialize_entry("mistakes", &mistakes)?;
        } else if let ErrorKind::OtherSchema { differences } = kind {
            map.serialize_entry("differences", differences)?;
        } else if let Some(help) = self.0.help() {
            map.serialize_entry("help", &help)?;
        }
        map.serialize_entry("message", &kind.to_string())?;
        map.end()
    }
}

fn is_violation(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotNullViolation { .. }
            | ErrorKind::UniqueViolation { .. }
            | ErrorKind::ForeignKeyViolation { .. }
            | ErrorKind::CheckViolation { .. }
            | ErrorKind::RestrictViolation { .. }
    )
}

/// `$.where.year.gte (1:24)`, as much of it as is known.
fn place(error: &Error) -> Option<String> {
    if error.path().is_empty() && error.position().is_none() {
        return None;
    }
    let mut place = rooted(error.path());
    if let Some((line, column)) = error.position() {
        // Writing to a String can't fail.
        let _ = write!(place, " ({line}:{column})");
    }
    Some(place)
}

/// A path from the document's root.
fn rooted(path: &Path) -> String {
    let dot = if matches!(path.steps().next(), Some(Step::Key(_))) { "." } else { "" };
    format!("${dot}{path}")
}

struct Mistake<'a>(&'a SchemaMistake);

impl Serialize for Mistake<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let SchemaMistake { table, item, reason } = self.0;
        let mut map = serializer.serialize_map(None)?;
        if let Some(table) = table {
            map.serialize_entry("table", table)?;
        }
        if let Some(item) = item {
            map.serialize_entry("item", item)?;
        }
        map.serialize_entry("message", &reason.to_string())?;
        map.serialize_entry("help", &self.0.help())?;
        map.end()
    }
}
