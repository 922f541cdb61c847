//! JSON documents as cells.

use super::Literal;
use crate::document::{Limits, read};
use crate::error::{Error, ErrorKind};
use ecow::EcoString;
use serde::{Serialize, Serializer};
use std::fmt;

/// A JSON document in canonical text: compact, keys sorted, numbers as they were written.
///
/// Two documents are equal when their canonical texts are.
///
/// ```
/// use relata::Json;
/// let a = Json::parse(r#"{"b": 1, "a": [true, null]}"#)?;
/// assert_eq!(a.as_str(), r#"{"a":[true,null],"b":1}"#);
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json(EcoString);

impl Json {
    /// Reads a document from its text. O(n log n) in its keys.
    ///
    /// # Errors
    /// `parse` when the text isn't JSON, `out_of_range` for a number that a double can't carry
    /// digit for digit.
    pub fn parse(text: &str) -> Result<Json, Error> {
        Json::from_literal(&read(text, &Limits::none())?)
    }

    /// The document a literal stands for.
    ///
    /// # Errors
    /// `out_of_range` for a number that a double can't carry digit for digit.
    pub fn from_literal(literal: &Literal) -> Result<Json, Error> {
        let mut literal = literal.clone();
        canonicalise(&mut literal)?;
        Ok(Json(ecow::eco_format!("{literal}")))
    }

    /// Wraps text that is canonical already.
    pub(crate) fn canonical(text: EcoString) -> Json {
        Json(text)
    }

    /// The canonical text. O(1).
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Sorts keys at every depth. Recursion is bounded by the depth limit of whatever parsed the text.
fn canonicalise(literal: &mut Literal) -> Result<(), Error> {
    match literal {
        Literal::Number(text) => check_number(text),
        Literal::List(items) => items.iter_mut().try_for_each(canonicalise),
        Literal::Object(entries) => {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.iter_mut().try_for_each(|(_, value)| canonicalise(value))
        }
        Literal::Null | Literal::Boolean(_) | Literal::Text(_) => Ok(()),
    }
}

/// A number must read back from a double with the digits it was written with, or be an integer.
fn check_number(text: &str) -> Result<(), Error> {
    if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() {
        return Ok(());
    }
    let exact = text.parse::<f64>().is_ok_and(|v| v.is_finite() && digits(&format!("{v:e}")) == digits(text));
    if exact {
        return Ok(());
    }
    Err(Error::new(ErrorKind::OutOfRange {
        expected: "json number".into(),
        found: text.into(),
        column: None,
    }))
}

/// The significant digits of a number, without sign, point, exponent and outer zeros.
fn digits(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

/// Serialises canonical text as the document it stands for, in any format.
pub(super) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let literal = read(text, &Limits::none()).map_err(serde::ser::Error::custom)?;
    literal.serialize(serializer)
}
