//! Rust values into cells and back.

use super::{Json, Value, ValueRef};
use ecow::{EcoString, EcoVec};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Declares `From` for each Rust type that a variant holds.
macro_rules! from {
    ($($from:ty => |$v:ident| $into:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($v: $from) -> Value {
                $into
            }
        }
    )*};
}

from! {
    bool => |v| Value::Boolean(v),
    i8 => |v| Value::Integer(v.into()),
    i16 => |v| Value::Integer(v.into()),
    i32 => |v| Value::Integer(v.into()),
    i64 => |v| Value::Integer(v),
    u8 => |v| Value::Integer(v.into()),
    u16 => |v| Value::Integer(v.into()),
    u32 => |v| Value::Integer(v.into()),
    f32 => |v| Value::Float(v.into()),
    f64 => |v| Value::Float(v),
    Decimal => |v| Value::Decimal(v),
    &str => |v| Value::Text(v.into()),
    String => |v| Value::Text(v.into()),
    EcoString => |v| Value::Text(v),
    &[u8] => |v| Value::Bytes(v.into()),
    Vec<u8> => |v| Value::Bytes(v.into()),
    EcoVec<u8> => |v| Value::Bytes(v),
    Date => |v| Value::Date(v),
    DateTime => |v| Value::Timestamp(v),
    jiff::Timestamp => |v| Value::Timestamptz(v),
    Uuid => |v| Value::Uuid(v),
    Json => |v| Value::Json(v),
    ValueRef<'_> => |v| v.to_value(),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Value {
        v.map_or(Value::Null, Into::into)
    }
}

/// Declares `From` for each Rust type that a borrowed variant holds.
macro_rules! from_ref {
    ($($from:ty => |$v:ident| $into:expr),* $(,)?) => {$(
        impl<'a> From<$from> for ValueRef<'a> {
            #[inline]
            fn from($v: $from) -> ValueRef<'a> {
                $into
            }
        }
    )*};
}

from_ref! {
    bool => |v| ValueRef::Boolean(v),
    i16 => |v| ValueRef::Integer(v.into()),
    i32 => |v| ValueRef::Integer(v.into()),
    i64 => |v| ValueRef::Integer(v),
    u32 => |v| ValueRef::Integer(v.into()),
    f64 => |v| ValueRef::Float(v),
    Decimal => |v| ValueRef::Decimal(v),
    &'a str => |v| ValueRef::Text(v),
    &'a [u8] => |v| ValueRef::Bytes(v),
    Date => |v| ValueRef::Date(v),
    DateTime => |v| ValueRef::Timestamp(v),
    jiff::Timestamp => |v| ValueRef::Timestamptz(v),
    Uuid => |v| ValueRef::Uuid(v),
    &'a Value => |v| v.as_ref(),
}

impl<'a, T: Into<ValueRef<'a>>> From<Option<T>> for ValueRef<'a> {
    #[inline]
    fn from(v: Option<T>) -> ValueRef<'a> {
        v.map_or(ValueRef::Null, Into::into)
    }
}

/// A Rust type that a cell can be taken as. `Option` takes null as `None`.
///
/// ```
/// use relata::{FromValue, Value};
/// assert_eq!(i64::from_value(Value::from(3).as_ref()), Some(3));
/// assert_eq!(i64::from_value(Value::from("3").as_ref()), None);
/// ```
pub trait FromValue<'a>: Sized {
    /// The cell as this type, `None` when it holds something else or doesn't fit.
    fn from_value(value: ValueRef<'a>) -> Option<Self>;

    /// What makes this of an integer, where none is refused: a whole column is then copied, without a
    /// question about each of its cells.
    #[inline]
    fn of_integer() -> Option<fn(i64) -> Self> {
        None
    }

    /// What makes this of a text, where none is refused, as [`of_integer`](FromValue::of_integer).
    #[inline]
    fn of_text() -> Option<fn(&'a str) -> Self> {
        None
    }
}

/// Declares `FromValue` by the pattern a cell must match.
macro_rules! from_value {
    ($($to:ty: $pattern:pat => $out:expr),* $(,)?) => {$(
        impl<'a> FromValue<'a> for $to {
            #[inline]
            fn from_value(value: ValueRef<'a>) -> Option<Self> {
                match value {
                    $pattern => $out,
                    _ => None,
                }
            }
        }
    )*};
}

from_value! {
    bool: ValueRef::Boolean(v) => Some(v),
    i16: ValueRef::Integer(v) => v.try_into().ok(),
    i32: ValueRef::Integer(v) => v.try_into().ok(),
    u32: ValueRef::Integer(v) => v.try_into().ok(),
    u64: ValueRef::Integer(v) => v.try_into().ok(),
    f64: ValueRef::Float(v) => Some(v),
    Decimal: ValueRef::Decimal(v) => Some(v),
    &'a [u8]: ValueRef::Bytes(v) => Some(v),
    Vec<u8>: ValueRef::Bytes(v) => Some(v.to_vec()),
    Date: ValueRef::Date(v) => Some(v),
    DateTime: ValueRef::Timestamp(v) => Some(v),
    jiff::Timestamp: ValueRef::Timestamptz(v) => Some(v),
    Uuid: ValueRef::Uuid(v) => Some(v),
    Json: ValueRef::Json(v) => Some(Json::canonical(v.into())),
}

impl<'a> FromValue<'a> for i64 {
    #[inline]
    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        if let ValueRef::Integer(v) = value { Some(v) } else { None }
    }

    #[inline]
    fn of_integer() -> Option<fn(i64) -> i64> {
        Some(|integer| integer)
    }
}

impl<'a> FromValue<'a> for &'a str {
    #[inline]
    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        if let ValueRef::Text(v) | ValueRef::Json(v) = value { Some(v) } else { None }
    }

    #[inline]
    fn of_text() -> Option<fn(&'a str) -> &'a str> {
        Some(|text| text)
    }
}

impl<'a> FromValue<'a> for String {
    #[inline]
    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        if let ValueRef::Text(v) = value { Some(v.to_owned()) } else { None }
    }

    #[inline]
    fn of_text() -> Option<fn(&'a str) -> String> {
        Some(str::to_owned)
    }
}

impl<'a> FromValue<'a> for Value {
    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        Some(value.to_value())
    }
}

impl<'a> FromValue<'a> for ValueRef<'a> {
    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        Some(value)
    }
}

impl<'a, T: FromValue<'a>> FromValue<'a> for Option<T> {
    #[inline]
    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_value(value).map(Some) }
    }
}
