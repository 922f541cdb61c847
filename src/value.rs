//! Values, their types, their order and their text forms.
//!
//! A [`Value`] owns its content, a [`ValueRef`] borrows it from a column. A [`Literal`] is what a
//! JSON or CSV document says before its column's [`Type`] is known; [`Type::read`] turns it into a
//! value and [`Type::accept`] checks one that is typed already.

mod accept;
mod base64;
mod convert;
mod input;
mod json;
mod key;
mod key_ref;
mod literal;
mod order;
mod text;
mod tuple;
mod types;

pub use convert::FromValue;
pub use input::{Input, Row};
pub use json::Json;
pub use key::Key;
pub use key_ref::KeyRef;
pub use literal::Literal;
pub use tuple::FromValues;
pub use types::Type;

pub(crate) use accept::round_instant;

use ecow::{EcoString, EcoVec};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use uuid::Uuid;

/// One cell, owned.
///
/// Small integers of every width are [`Value::Integer`]; an enum's label is [`Value::Text`].
/// Cloning is O(1): long texts and bytes are shared.
///
/// ```
/// use relata::Value;
/// assert_eq!(Value::from(7), Value::Integer(7));
/// assert_eq!(Value::from(None::<i64>), Value::Null);
/// ```
#[derive(Clone, Default)]
pub enum Value {
    /// A missing value.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer of any width.
    Integer(i64),
    /// A double-precision number.
    Float(f64),
    /// An exact decimal of up to 28 digits.
    Decimal(Decimal),
    /// Text, or an enum's label.
    Text(EcoString),
    /// Bytes.
    Bytes(EcoVec<u8>),
    /// A calendar date.
    Date(Date),
    /// A date and time without zone, to the microsecond.
    Timestamp(DateTime),
    /// An instant, to the microsecond.
    Timestamptz(jiff::Timestamp),
    /// A UUID.
    Uuid(Uuid),
    /// A JSON document.
    Json(Json),
}

/// One cell, borrowed from its column.
#[derive(Clone, Copy, Default)]
pub enum ValueRef<'a> {
    /// A missing value.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer of any width.
    Integer(i64),
    /// A double-precision number.
    Float(f64),
    /// An exact decimal.
    Decimal(Decimal),
    /// Text, or an enum's label.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A calendar date.
    Date(Date),
    /// A date and time without zone.
    Timestamp(DateTime),
    /// An instant.
    Timestamptz(jiff::Timestamp),
    /// A UUID.
    Uuid(Uuid),
    /// A JSON document in its canonical text.
    Json(&'a str),
}

impl Value {
    /// This value, borrowed. O(1).
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Boolean(v) => ValueRef::Boolean(*v),
            Value::Integer(v) => ValueRef::Integer(*v),
            Value::Float(v) => ValueRef::Float(*v),
            Value::Decimal(v) => ValueRef::Decimal(*v),
            Value::Text(v) => ValueRef::Text(v),
            Value::Bytes(v) => ValueRef::Bytes(v),
            Value::Date(v) => ValueRef::Date(*v),
            Value::Timestamp(v) => ValueRef::Timestamp(*v),
            Value::Timestamptz(v) => ValueRef::Timestamptz(*v),
            Value::Uuid(v) => ValueRef::Uuid(*v),
            Value::Json(v) => ValueRef::Json(v.as_str()),
        }
    }

    /// Whether this is [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

impl<'a> ValueRef<'a> {
    /// An owned copy. O(n) in the length of a text.
    pub fn to_value(self) -> Value {
        match self {
            ValueRef::Null => Value::Null,
            ValueRef::Boolean(v) => Value::Boolean(v),
            ValueRef::Integer(v) => Value::Integer(v),
            ValueRef::Float(v) => Value::Float(v),
            ValueRef::Decimal(v) => Value::Decimal(v),
            ValueRef::Text(v) => Value::Text(v.into()),
            ValueRef::Bytes(v) => Value::Bytes(v.into()),
            ValueRef::Date(v) => Value::Date(v),
            ValueRef::Timestamp(v) => Value::Timestamp(v),
            ValueRef::Timestamptz(v) => Value::Timestamptz(v),
            ValueRef::Uuid(v) => Value::Uuid(v),
            ValueRef::Json(v) => Value::Json(Json::canonical(v.into())),
        }
    }

    /// Whether this is [`ValueRef::Null`].
    pub fn is_null(self) -> bool {
        matches!(self, ValueRef::Null)
    }

    /// The text of a text or enum cell.
    pub fn as_str(self) -> Option<&'a str> {
        if let ValueRef::Text(v) = self { Some(v) } else { None }
    }

    /// The integer of an integer cell of any width.
    pub fn as_i64(self) -> Option<i64> {
        if let ValueRef::Integer(v) = self { Some(v) } else { None }
    }

    /// The number of a float cell.
    pub fn as_f64(self) -> Option<f64> {
        if let ValueRef::Float(v) = self { Some(v) } else { None }
    }

    /// The truth of a boolean cell.
    pub fn as_bool(self) -> Option<bool> {
        if let ValueRef::Boolean(v) = self { Some(v) } else { None }
    }

    /// What kind of value this is, in words an error can use.
    pub fn kind(self) -> &'static str {
        match self {
            ValueRef::Null => "null",
            ValueRef::Boolean(_) => "boolean",
            ValueRef::Integer(_) => "integer",
            ValueRef::Float(_) => "float",
            ValueRef::Decimal(_) => "decimal",
            ValueRef::Text(_) => "text",
            ValueRef::Bytes(_) => "bytes",
            ValueRef::Date(_) => "date",
            ValueRef::Timestamp(_) => "timestamp",
            ValueRef::Timestamptz(_) => "timestamptz",
            ValueRef::Uuid(_) => "uuid",
            ValueRef::Json(_) => "json",
        }
    }
}
