//! Column types.

use ecow::{EcoString, EcoVec};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a column holds.
///
/// In JSON a type is its name in lower case, an enum `{"enum": ["draft", "sent"]}`.
///
/// ```
/// use relata::Type;
/// let status = Type::enumeration(["draft", "sent"]);
/// assert_eq!(status.to_string(), "enum (draft, sent)");
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// True or false.
    Boolean,
    /// A 16-bit integer.
    Smallint,
    /// A 32-bit integer.
    Int,
    /// A 64-bit integer.
    Integer,
    /// A double-precision number.
    Float,
    /// An exact decimal of up to 28 digits; its scale is kept.
    Decimal,
    /// Unicode text, compared by code point.
    Text,
    /// Bytes; base64 in documents.
    Bytes,
    /// A calendar date.
    Date,
    /// A date and time without zone, to the microsecond.
    Timestamp,
    /// An instant, to the microsecond; UTC in documents.
    Timestamptz,
    /// A UUID.
    Uuid,
    /// A JSON document; compared by its canonical text.
    Json,
    /// One of some labels, ordered as declared.
    Enum(EcoVec<EcoString>),
}

impl Type {
    /// The names a schema document may use, in the order they are documented.
    pub const NAMES: [&'static str; 13] = [
        "boolean",
        "smallint",
        "int",
        "integer",
        "float",
        "decimal",
        "text",
        "bytes",
        "date",
        "timestamp",
        "timestamptz",
        "uuid",
        "json",
    ];

    /// An enum of these labels, ordered as given.
    pub fn enumeration<I: IntoIterator<Item: Into<EcoString>>>(labels: I) -> Type {
        Type::Enum(labels.into_iter().map(Into::into).collect())
    }

    /// Whether an identity can count in this type.
    pub fn is_integer(&self) -> bool {
        matches!(self, Type::Smallint | Type::Int | Type::Integer)
    }

    /// The least and greatest value of an integer type.
    pub fn integer_range(&self) -> Option<(i64, i64)> {
        match self {
            Type::Smallint => Some((i16::MIN.into(), i16::MAX.into())),
            Type::Int => Some((i32::MIN.into(), i32::MAX.into())),
            Type::Integer => Some((i64::MIN, i64::MAX)),
            _ => None,
        }
    }

    /// Whether cells of the two types can be joined: same values, same order.
    pub fn joins_with(&self, other: &Type) -> bool {
        self == other || (self.is_integer() && other.is_integer())
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Type::Boolean => "boolean",
            Type::Smallint => "smallint",
            Type::Int => "int",
            Type::Integer => "integer",
            Type::Float => "float",
            Type::Decimal => "decimal",
            Type::Text => "text",
            Type::Bytes => "bytes",
            Type::Date => "date",
            Type::Timestamp => "timestamp",
            Type::Timestamptz => "timestamptz",
            Type::Uuid => "uuid",
            Type::Json => "json",
            Type::Enum(labels) => return write!(f, "enum ({})", labels.join(", ")),
        };
        f.write_str(name)
    }
}
