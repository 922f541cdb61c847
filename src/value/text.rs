//! The text forms of values, one for documents, CSV, messages and debugging.
//!
//! Dates are `2021-01-31`, timestamps `2021-01-31T09:30:00` with a fraction only when there is
//! one, instants end in `Z`, decimals keep their scale, floats are in their shortest form and
//! bytes in base64.

use super::{Value, ValueRef, base64};
use serde::{Serialize, Serializer};
use std::fmt;

/// Writes text as a JSON string.
pub(crate) fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// A double's shortest text; JSON has no infinities, so they are words.
fn float(f: &mut fmt::Formatter<'_>, v: f64) -> fmt::Result {
    if v.is_nan() {
        f.write_str("NaN")
    } else if v.is_infinite() {
        f.write_str(if v > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        write!(f, "{v:?}")
    }
}

/// The bare text form: what a CSV cell holds.
impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ValueRef::Null => f.write_str("null"),
            ValueRef::Boolean(v) => write!(f, "{v}"),
            ValueRef::Integer(v) => write!(f, "{v}"),
            ValueRef::Float(v) => float(f, v),
            ValueRef::Decimal(v) => write!(f, "{v}"),
            ValueRef::Text(v) | ValueRef::Json(v) => f.write_str(v),
            ValueRef::Bytes(v) => f.write_str(&base64::encode(v)),
            ValueRef::Date(v) => write!(f, "{v}"),
            ValueRef::Timestamp(v) => write!(f, "{v}"),
            ValueRef::Timestamptz(v) => write!(f, "{v}"),
            ValueRef::Uuid(v) => write!(f, "{v}"),
        }
    }
}

/// As in [`Display`](fmt::Display), with texts quoted: what a message shows.
impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ValueRef::Text(v) => quote(f, v),
            other => fmt::Display::fmt(&other, f),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_ref(), f)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_ref(), f)
    }
}

impl Serialize for ValueRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            ValueRef::Null => serializer.serialize_unit(),
            ValueRef::Boolean(v) => serializer.serialize_bool(v),
            ValueRef::Integer(v) => serializer.serialize_i64(v),
            ValueRef::Float(v) if v.is_finite() => serializer.serialize_f64(v),
            ValueRef::Text(v) => serializer.serialize_str(v),
            ValueRef::Json(v) => super::json::serialize(v, serializer),
            other => serializer.collect_str(&other),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().serialize(serializer)
    }
}
