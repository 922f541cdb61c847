//! Messages: what happened / `at:` where / `help:` one action.

use super::{Error, ErrorKind, SchemaMistake, conflict, difference, nearest};
use crate::value::Value;
use ecow::EcoString;
use std::fmt;

/// `a.b = 1` for one column, `a.(b, c) = (1, 2)` for several.
fn cells(f: &mut fmt::Formatter<'_>, table: &str, columns: &[EcoString], values: &[Value]) -> fmt::Result {
    match (columns, values) {
        ([column], [value]) => write!(f, "{table}.{column} = {value:?}"),
        _ => write!(f, "{table}.({}) = {}", columns.join(", "), Tuple(values)),
    }
}

/// `1` for one value, `(1, "a")` for several.
pub(super) struct Tuple<'a>(pub(super) &'a [Value]);

impl fmt::Display for Tuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [value] = self.0 {
            return write!(f, "{value:?}");
        }
        f.write_str("(")?;
        for (i, value) in self.0.iter().enumerate() {
            write!(f, "{}{value:?}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

/// A row that a relation doesn't lead to, or that it leads to none.
fn unrelated(
    f: &mut fmt::Formatter<'_>,
    relation: &str,
    table: &str,
    columns: &[EcoString],
    values: &[Value],
) -> fmt::Result {
    if columns.is_empty() {
        return write!(f, "`{relation}` leads to no row");
    }
    write!(f, "no row of `{relation}` has ")?;
    cells(f, table, columns, values)
}

/// ` on table.column` where a mismatch knows its column.
struct Owner<'a>(&'a Option<(EcoString, EcoString)>);

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((table, column)) => write!(f, " for {table}.{column}"),
            None => Ok(()),
        }
    }
}

fn corrupt_file(f: &mut fmt::Formatter<'_>, part: &str, offset: Option<u64>, reason: &str) -> fmt::Result {
    match offset {
        Some(offset) => write!(f, "corrupt file: {part} at byte {offset}: {reason}"),
        None => write!(f, "corrupt file: {part}: {reason}"),
    }
}

fn mistaken(f: &mut fmt::Formatter<'_>, mistakes: &[SchemaMistake]) -> fmt::Result {
    match mistakes {
        [mistake] => write!(f, "the schema has a mistake: {mistake}"),
        [first, ..] => write!(f, "the schema has {} mistakes, the first: {first}", mistakes.len()),
        [] => write!(f, "the schema has mistakes"),
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::NotNullViolation { table, column } => write!(f, "{table}.{column} must have a value"),
            ErrorKind::UniqueViolation { table, columns, values, existing, .. } => {
                cells(f, table, columns, values)?;
                if existing.is_empty() || existing == values {
                    write!(f, " is taken already")
                } else {
                    write!(f, " already belongs to {table} {}", Tuple(existing))
                }
            }
            ErrorKind::ForeignKeyViolation { table, columns, values, references, bereft, .. } => {
                cells(f, table, columns, values)?;
                write!(f, " {} no row of {references}", if *bereft { "would match" } else { "matches" })
            }
            ErrorKind::RestrictViolation { table, values, referrer, columns, count, sample, .. } => {
                let rows = if *count == 1 { "row of" } else { "rows of" };
                let refer = if *count == 1 { "refers" } else { "refer" };
                let named: Vec<String> =
                    sample.iter().filter(|key| !key.is_empty()).map(|key| Tuple(key).to_string()).collect();
                let more = if *count > sample.len() { ", …" } else { "" };
                write!(
                    f,
                    "can't change or delete {table} {}: {count} {rows} {referrer} {refer} to it ({}{more} by {})",
                    Tuple(values),
                    named.join(", "),
                    columns.join(", ")
                )
            }
            ErrorKind::CheckViolation { table, constraint, columns, values } => {
                write!(f, "check `{constraint}` doesn't hold: ")?;
                cells(f, table, columns, values)
            }
            ErrorKind::TypeMismatch { expected, found, column } => {
                write!(f, "expected {expected}{}, found {found}", Owner(column))
            }
            ErrorKind::OutOfRange { expected, found, column } => {
                write!(f, "{found} is out of range for {expected}{}", Owner(column))
            }
            ErrorKind::DivisionByZero => f.write_str("division by zero"),
            ErrorKind::UnknownTable { name, .. } => write!(f, "no table `{name}`"),
            ErrorKind::UnknownColumn { table, name, .. } => write!(f, "no column `{name}` on `{table}`"),
            ErrorKind::UnknownRelation { table, name, .. } => write!(f, "no relation `{name}` on `{table}`"),
            ErrorKind::UnknownOption { name, .. } => write!(f, "no option `{name}` here"),
            ErrorKind::InvalidQuery(mistake) => write!(f, "{mistake}"),
            ErrorKind::InvalidSchema { mistakes } => mistaken(f, mistakes),
            ErrorKind::NotFound { table, columns, values } => {
                f.write_str("no row has ")?;
                cells(f, table, columns, values)
            }
            ErrorKind::NotRelated { relation, table, columns, values } => {
                unrelated(f, relation, table, columns, values)
            }
            ErrorKind::Conflict { table, key, expected, found } => {
                conflict::stale(f, table, key, *expected, *found)
            }
            ErrorKind::Conflicts { conflicts } => conflict::line(f, conflicts),
            ErrorKind::Busy { waited } => write!(f, "other writers aren't done after {waited:?}"),
            ErrorKind::LimitExceeded { limit, allowed } => {
                write!(f, "more than {allowed}: the limit `{limit}`")
            }
            ErrorKind::Refused { table, hook, reason } => write!(f, "{hook} of {table} refused: {reason}"),
            ErrorKind::Io { path, reason } => write!(f, "{path}: {reason}"),
            ErrorKind::Corrupt { reason } => write!(f, "corrupt data: {reason}"),
            ErrorKind::CorruptFile { part, offset, reason } => corrupt_file(f, part, *offset, reason),
            ErrorKind::OtherSchema { differences } => difference::line(f, differences),
            ErrorKind::Parse { message, .. } => f.write_str(message),
        }
    }
}

/// What there is, with the likely meaning first.
fn known(f: &mut fmt::Formatter<'_>, name: &str, known: &[EcoString]) -> fmt::Result {
    f.write_str("\n    help: ")?;
    if let Some(near) = nearest(name, known.iter().map(EcoString::as_str)) {
        write!(f, "did you mean `{near}`?")?;
        if known.len() == 1 {
            return Ok(());
        }
        f.write_str(" ")?;
    }
    if known.is_empty() {
        f.write_str("there are none")
    } else {
        write!(f, "there are: {}", known.join(", "))
    }
}

fn help(f: &mut fmt::Formatter<'_>, kind: &ErrorKind) -> fmt::Result {
    match kind {
        ErrorKind::UnknownTable { name, known: names }
        | ErrorKind::UnknownColumn { name, known: names, .. }
        | ErrorKind::UnknownRelation { name, known: names, .. }
        | ErrorKind::UnknownOption { name, known: names } => known(f, name, names),
        ErrorKind::NotNullViolation { column, .. } => {
            write!(f, "\n    help: give `{column}` a value, or declare it nullable or with a default")
        }
        ErrorKind::UniqueViolation { .. } => write!(f, "\n    help: use upsert, or other values"),
        ErrorKind::ForeignKeyViolation { table, bereft: true, .. } => write!(
            f,
            "\n    help: delete or change the rows of {table} first, or declare another action on the foreign key"
        ),
        ErrorKind::ForeignKeyViolation { references, values, .. } => {
            write!(f, "\n    help: insert {references} {} first", Tuple(values))
        }
        ErrorKind::RestrictViolation { constraint, .. } => {
            write!(f, "\n    help: delete them first, or declare another action on `{constraint}`")
        }
        ErrorKind::LimitExceeded { limit: "recursion_depth", .. } => {
            write!(f, "\n    help: name a depth with `recursive`, or use `follow` with `recursive`")
        }
        ErrorKind::LimitExceeded { limit, .. } => write!(f, "\n    help: raise `{limit}` if that is meant"),
        ErrorKind::Conflicts { conflicts } => conflict::help(f, conflicts),
        ErrorKind::OtherSchema { differences } => difference::help(f, differences),
        ErrorKind::Busy { .. } => write!(f, "\n    help: wait longer, or keep transactions short"),
        ErrorKind::NotFound { .. } => write!(f, "\n    help: check the key, or insert the row first"),
        ErrorKind::NotRelated { columns, .. } if columns.is_empty() => {
            write!(f, "\n    help: create or connect one")
        }
        ErrorKind::NotRelated { .. } => {
            write!(f, "\n    help: name a row of the relation, or leave the key out to make one")
        }
        ErrorKind::Conflict { .. } => write!(f, "\n    help: read the row again, then repeat the change"),
        ErrorKind::InvalidQuery(mistake) => match mistake.help() {
            Some(help) => write!(f, "\n    help: {help}"),
            None => Ok(()),
        },
        ErrorKind::InvalidSchema { mistakes } => {
            // The only mistake is in the first line already.
            if let [mistake] = mistakes.as_slice() {
                return write!(f, "\n    help: {}", mistake.help());
            }
            for mistake in mistakes {
                write!(f, "\n  {mistake}\n    help: {}", mistake.help())?;
            }
            Ok(())
        }
        ErrorKind::DivisionByZero => {
            write!(f, "\n    help: leave rows with a zero out, or divide inside a case")
        }
        ErrorKind::CheckViolation { .. }
        | ErrorKind::TypeMismatch { .. }
        | ErrorKind::OutOfRange { .. }
        | ErrorKind::Refused { .. }
        | ErrorKind::Io { .. }
        | ErrorKind::Corrupt { .. }
        | ErrorKind::CorruptFile { .. }
        | ErrorKind::Parse { .. } => Ok(()),
    }
}

/// One line; with `{:#}` also where it happened and what to do.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind())?;
        if !f.alternate() {
            return Ok(());
        }
        match (self.path().is_empty(), self.position()) {
            (true, None) => {}
            (true, Some((line, column))) => write!(f, "\n    at: {line}:{column}")?,
            (false, None) => write!(f, "\n    at: $.{}", self.path())?,
            (false, Some((line, column))) => write!(f, "\n    at: $.{} ({line}:{column})", self.path())?,
        }
        help(f, self.kind())
    }
}

impl Error {
    /// The one thing to do about it, where there is one.
    pub fn help(&self) -> Option<String> {
        struct Help<'a>(&'a ErrorKind);
        impl fmt::Display for Help<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                help(f, self.0)
            }
        }
        let text = Help(self.kind()).to_string();
        let text = text.trim_start().strip_prefix("help: ").unwrap_or(text.trim_start()).to_owned();
        (!text.is_empty()).then_some(text)
    }
}
