//! Functions of texts, by character.

use super::{Data, Vector};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Function;
use crate::value::ValueRef;
use ecow::eco_format;
use std::borrow::Cow;

/// A function of texts and positions, row by row. Null of null, but for `concat`.
///
/// # Errors
/// `out_of_range` for a negative length.
pub(super) fn call<'a>(function: Function, parts: &[Vector<'_>], rows: usize) -> Result<Vector<'a>> {
    let rows = if parts.iter().all(|part| part.width() == 1) { 1 } else { rows };
    if function == Function::Length {
        return Ok(length(parts, rows));
    }
    let mut out: Vec<Cow<'a, str>> = Vec::with_capacity(rows);
    let mut nulls = Vec::with_capacity(rows);
    for row in 0..rows {
        let skips = function == Function::Concat;
        if !skips && parts.iter().any(|part| part.is_null(row)) {
            out.push(Cow::Borrowed(""));
            nulls.push(true);
            continue;
        }
        let of = parts.first().map_or("", |part| text(part, row));
        let made = match function {
            Function::Lower => of.to_lowercase(),
            Function::Upper => of.to_uppercase(),
            Function::Trim => of.trim_matches(' ').to_owned(),
            Function::TrimStart => of.trim_start_matches(' ').to_owned(),
            Function::TrimEnd => of.trim_end_matches(' ').to_owned(),
            Function::Substring => {
                let number = |at: usize| parts.get(at).and_then(|part| part.get(row).as_i64());
                substring(of, number(1).unwrap_or(1), number(2))?
            }
            _ => parts.iter().map(|part| text(part, row)).collect(),
        };
        out.push(Cow::Owned(made));
        nulls.push(false);
    }
    let nulls = nulls.contains(&true).then_some(nulls);
    Ok(Vector { data: Data::Text(out), nulls })
}

fn length<'a>(parts: &[Vector<'_>], rows: usize) -> Vector<'a> {
    let Some(of) = parts.first() else { return Vector { data: Data::Integer(vec![0]), nulls: None } };
    let count = |row| text(of, row).chars().count() as i64;
    Vector { data: Data::Integer((0..rows).map(count).collect()), nulls: of.nulls.clone() }
}

/// The text of a row; none of a null.
fn text<'v>(part: &'v Vector<'_>, row: usize) -> &'v str {
    if let ValueRef::Text(text) = part.get(row) { text } else { "" }
}

/// The characters from a position on, the first being 1; positions before it count too.
fn substring(of: &str, start: i64, length: Option<i64>) -> Result<String> {
    let end = match length {
        Some(length) if length < 0 => {
            let found = eco_format!("a length of {length}");
            let expected = "a substring".into();
            return Err(Error::new(ErrorKind::OutOfRange { expected, found, column: None }));
        }
        Some(length) => start.saturating_add(length),
        None => i64::MAX,
    };
    let from = usize::try_from(start.max(1) - 1).unwrap_or(usize::MAX);
    let taken = usize::try_from(end.saturating_sub(start.max(1))).unwrap_or(0);
    Ok(of.chars().skip(from).take(taken).collect())
}
