//! What a caller gives for a cell, and rows of it.

use super::{Literal, Type, Value};
use crate::error::{Error, ErrorKind, FlatMistake};
use crate::nested::Write;
use ecow::EcoString;
use std::fmt;

/// What a caller gives for a cell: a typed value, or a document's literal that its column's type
/// will read; and for a relation of a row that is written: what is written along it.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    /// A typed value.
    Value(Value),
    /// A literal of a document.
    Literal(Literal),
    /// What a prepared query is given under this name when it runs.
    Placeholder(EcoString),
    /// What is written along a relation.
    Nested(Box<Write>),
}

impl Input {
    /// The value this gives a column of type `ty`.
    ///
    /// # Errors
    /// As [`Type::accept`] and [`Type::read`]; `invalid_query` for a placeholder, which has no value.
    pub fn resolve(&self, ty: &Type) -> Result<Value, Error> {
        match self {
            Input::Value(value) => ty.accept(value.clone()),
            Input::Literal(literal) => ty.read(literal),
            Input::Placeholder(name) => Err(FlatMistake::UnboundPlaceholder { name: name.clone() }.into()),
            Input::Nested(_) => Err(Error::new(ErrorKind::TypeMismatch {
                expected: ecow::eco_format!("{ty}"),
                found: "rows of a relation".into(),
                column: None,
            })),
        }
    }

    /// Whether this is null, typed or written.
    pub fn is_null(&self) -> bool {
        matches!(self, Input::Value(Value::Null) | Input::Literal(Literal::Null))
    }
}

impl<T: Into<Value>> From<T> for Input {
    fn from(value: T) -> Input {
        Input::Value(value.into())
    }
}

impl From<Literal> for Input {
    fn from(literal: Literal) -> Input {
        Input::Literal(literal)
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Value(value) => write!(f, "{value:?}"),
            Input::Literal(literal) => write!(f, "{literal}"),
            Input::Placeholder(name) => write!(f, "${name}"),
            Input::Nested(write) => write!(f, "{write}"),
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The columns a row has room for when it gets its first.
const USUAL: usize = 6;

/// Columns and what they are given, in the order given. Made by the [`row!`](crate::row) macro.
///
/// ```
/// use relata::{Row, row};
/// let row = row! { title: "Dune", year: 1965 };
/// assert_eq!(row.to_string(), r#"{title: "Dune", year: 1965}"#);
/// assert_eq!(row, Row::new().set("title", "Dune").set("year", 1965));
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Row(Vec<(EcoString, Input)>);

impl Row {
    /// A row that gives nothing yet.
    pub fn new() -> Row {
        Row::default()
    }

    /// This row with `column` given `input` too.
    #[must_use]
    pub fn set(mut self, column: impl Into<EcoString>, input: impl Into<Input>) -> Row {
        // Most rows have several columns: growing by one, two and four would move them each time.
        if self.0.capacity() == 0 {
            self.0.reserve(USUAL);
        }
        self.0.push((column.into(), input.into()));
        self
    }

    /// The columns and what they are given, in the order given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&EcoString, &Input)> + DoubleEndedIterator {
        self.0.iter().map(|(column, input)| (column, input))
    }

    /// What the column at this place is given.
    #[inline]
    pub(crate) fn at(&self, place: usize) -> Option<&(EcoString, Input)> {
        self.0.get(place)
    }

    /// What is written along relations, by their names.
    pub(crate) fn nested(&self) -> impl Iterator<Item = (&EcoString, &Write)> {
        self.0.iter().filter_map(|(name, input)| match input {
            Input::Nested(write) => Some((name, &**write)),
            Input::Value(_) | Input::Literal(_) | Input::Placeholder(_) => None,
        })
    }

    /// The columns and what they are given, in the order given.
    #[cfg(feature = "typed")]
    pub(crate) fn into_pairs(self) -> impl Iterator<Item = (EcoString, Input)> {
        self.0.into_iter()
    }

    /// Whether no column is given anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many columns are given something.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<(EcoString, Input)> for Row {
    fn from_iter<I: IntoIterator<Item = (EcoString, Input)>>(iter: I) -> Row {
        Row(iter.into_iter().collect())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (column, input)) in self.0.iter().enumerate() {
            write!(f, "{}{column}: {input}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A [`Row`] from column names and values. A relation takes rows: see [`nested`](crate::nested).
///
/// ```
/// use relata::row;
/// let row = row! { title: "Dune", year: 1965, shelf: None::<i64> };
/// assert_eq!(row.len(), 3);
/// ```
#[macro_export]
macro_rules! row {
    ($($column:ident : $value:expr),* $(,)?) => {
        $crate::Row::new()$(.set(stringify!($column), $value))*
    };
}
