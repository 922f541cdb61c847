//! Values against types: nothing is coerced silently.
//!
//! A typed value must be of its column's kind; an integer is taken where a float or a decimal is
//! expected when it loses nothing. A literal is read by the column's type, in the text forms that
//! results are printed in.

use super::{Json, Literal, Type, Value, base64};
use crate::error::{Error, ErrorKind};
use ecow::EcoString;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, Unit};
use rust_decimal::Decimal;
use std::fmt::Display;
use uuid::Uuid;

/// Integers beyond this lose digits as doubles.
const EXACT_FLOAT: u64 = 1 << 53;

impl Type {
    /// The value as this type holds it; null passes, whether it is allowed is the column's matter.
    ///
    /// Timestamps are rounded to the microsecond, as in PostgreSQL.
    ///
    /// # Errors
    /// `type_mismatch` for a value of another kind, `out_of_range` for one that doesn't fit.
    pub fn accept(&self, value: Value) -> Result<Value, Error> {
        match (self, value) {
            (_, Value::Null) => Ok(Value::Null),
            (Type::Smallint | Type::Int | Type::Integer, Value::Integer(v)) => self.fit(v),
            (Type::Boolean, v @ Value::Boolean(_))
            | (Type::Float, v @ Value::Float(_))
            | (Type::Decimal, v @ Value::Decimal(_))
            | (Type::Text, v @ Value::Text(_))
            | (Type::Bytes, v @ Value::Bytes(_))
            | (Type::Date, v @ Value::Date(_))
            | (Type::Uuid, v @ Value::Uuid(_))
            | (Type::Json, v @ Value::Json(_)) => Ok(v),
            (Type::Float, Value::Integer(v)) if v.unsigned_abs() <= EXACT_FLOAT => Ok(Value::Float(v as f64)),
            (Type::Float, Value::Integer(v)) => Err(self.out_of_range(&v)),
            (Type::Decimal, Value::Integer(v)) => Ok(Value::Decimal(v.into())),
            (Type::Timestamp, Value::Timestamp(v)) => round_timestamp(v).ok_or_else(|| self.out_of_range(&v)),
            (Type::Timestamptz, Value::Timestamptz(v)) => {
                round_instant(v).map(Value::Timestamptz).ok_or_else(|| self.out_of_range(&v))
            }
            (Type::Enum(labels), Value::Text(v)) if labels.contains(&v) => Ok(Value::Text(v)),
            (_, value) => Err(self.mismatch(&format_args!("{value:?}"))),
        }
    }

    /// Whether [`accept`](Type::accept) surely gives this value back as it is. O(1).
    #[inline]
    pub(crate) fn takes(&self, value: &Value) -> bool {
        matches!(
            (self, value),
            (_, Value::Null)
                | (Type::Integer, Value::Integer(_))
                | (Type::Boolean, Value::Boolean(_))
                | (Type::Float, Value::Float(_))
                | (Type::Decimal, Value::Decimal(_))
                | (Type::Text, Value::Text(_))
                | (Type::Bytes, Value::Bytes(_))
                | (Type::Date, Value::Date(_))
                | (Type::Uuid, Value::Uuid(_))
                | (Type::Json, Value::Json(_))
        )
    }

    /// The value that a literal of a document stands for in a column of this type.
    ///
    /// # Errors
    /// `type_mismatch` for a literal of another kind or a text in another form, `out_of_range` for
    /// a number that doesn't fit.
    pub fn read(&self, literal: &Literal) -> Result<Value, Error> {
        match (self, literal) {
            (Type::Json, literal) => Json::from_literal(literal).map(Value::Json),
            (_, Literal::Null) => Ok(Value::Null),
            (Type::Boolean, Literal::Boolean(v)) => Ok(Value::Boolean(*v)),
            (
                Type::Smallint | Type::Int | Type::Integer | Type::Float | Type::Decimal,
                Literal::Number(text),
            ) => self.read_text(text),
            (Type::Boolean | Type::Smallint | Type::Int | Type::Integer, literal @ Literal::Text(_)) => {
                Err(self.mismatch(literal))
            }
            (Type::Float, Literal::Text(text))
                if !matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") =>
            {
                Err(self.mismatch(literal))
            }
            (_, Literal::Text(text)) => self.read_text(text),
            (_, literal) => Err(self.mismatch(literal)),
        }
    }

    /// The value whose text form this is: what a CSV cell holds.
    ///
    /// # Errors
    /// `type_mismatch` for text in another form, `out_of_range` for a number that doesn't fit.
    pub fn read_text(&self, text: &str) -> Result<Value, Error> {
        let mismatch = || self.mismatch(&Literal::Text(text.into()));
        match self {
            Type::Boolean => match text {
                "true" | "t" | "1" => Ok(Value::Boolean(true)),
                "false" | "f" | "0" => Ok(Value::Boolean(false)),
                _ => Err(mismatch()),
            },
            Type::Smallint | Type::Int | Type::Integer => match text.parse::<i64>() {
                Ok(v) => self.fit(v),
                Err(_) if is_whole(text) => Err(self.out_of_range(&text)),
                Err(_) => Err(mismatch()),
            },
            Type::Float => self.read_float(text),
            Type::Decimal => self.read_decimal(text),
            Type::Text => Ok(Value::Text(text.into())),
            Type::Bytes => base64::decode(text).map(|v| Value::Bytes(v.into())).ok_or_else(mismatch),
            Type::Date => {
                // A date parser takes timestamps too; only the printed form is a date here.
                let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
                date.map(Value::Date).ok_or_else(mismatch)
            }
            Type::Timestamp => {
                let parsed = text.parse::<DateTime>().map_err(|_| mismatch())?;
                round_timestamp(parsed).ok_or_else(|| self.out_of_range(&text))
            }
            Type::Timestamptz => {
                let parsed = text.parse::<Timestamp>().map_err(|_| mismatch())?;
                round_instant(parsed).map(Value::Timestamptz).ok_or_else(|| self.out_of_range(&text))
            }
            Type::Uuid => text.parse::<Uuid>().map(Value::Uuid).map_err(|_| mismatch()),
            Type::Json => Json::parse(text).map(Value::Json),
            Type::Enum(labels) => {
                labels.iter().find(|l| *l == text).map(|l| Value::Text(l.clone())).ok_or_else(mismatch)
            }
        }
    }

    fn read_float(&self, text: &str) -> Result<Value, Error> {
        match text.parse::<f64>() {
            Ok(v) if v.is_finite() || matches!(text, "NaN" | "Infinity" | "-Infinity") => Ok(Value::Float(v)),
            Ok(v) if v.is_infinite() && text.contains(is_digit) => Err(self.out_of_range(&text)),
            _ => Err(self.mismatch(&Literal::Text(text.into()))),
        }
    }

    fn read_decimal(&self, text: &str) -> Result<Value, Error> {
        let parsed = if text.contains(['e', 'E']) {
            Decimal::from_scientific(text)
        } else {
            Decimal::from_str_exact(text)
        };
        match parsed {
            Ok(v) => Ok(Value::Decimal(v)),
            // What reads as a number at all is one that a decimal can't hold.
            Err(_) if text.parse::<f64>().is_ok_and(|v| !v.is_nan()) && text.contains(is_digit) => {
                Err(self.out_of_range(&text))
            }
            Err(_) => Err(self.mismatch(&Literal::Text(text.into()))),
        }
    }

    fn fit(&self, v: i64) -> Result<Value, Error> {
        match self.integer_range() {
            Some((least, greatest)) if (least..=greatest).contains(&v) => Ok(Value::Integer(v)),
            _ => Err(self.out_of_range(&v)),
        }
    }

    /// `found` is shown as a document would write it.
    fn mismatch(&self, found: &dyn Display) -> Error {
        let found = shown(found);
        Error::new(ErrorKind::TypeMismatch { expected: ecow::eco_format!("{self}"), found, column: None })
    }

    fn out_of_range(&self, found: &dyn Display) -> Error {
        let found = shown(found);
        Error::new(ErrorKind::OutOfRange { expected: ecow::eco_format!("{self}"), found, column: None })
    }
}

/// What was found, cut to what a message can hold.
fn shown(found: &dyn Display) -> EcoString {
    const LENGTH_MAX: usize = 100;
    let text = ecow::eco_format!("{found}");
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => ecow::eco_format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn round_timestamp(v: DateTime) -> Option<Value> {
    v.round(Unit::Microsecond).ok().map(Value::Timestamp)
}

/// To the nearest microsecond, halves away from the epoch; none past the last one.
pub(crate) fn round_instant(v: Timestamp) -> Option<Timestamp> {
    let nanos = v.subsec_nanosecond();
    if nanos % 1_000 == 0 {
        return Some(v);
    }
    let micros = i64::from((nanos + 500 * nanos.signum()) / 1_000);
    Timestamp::from_microsecond(v.as_second() * 1_000_000 + micros).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_instant_is_rounded_as_its_library_rounds_it(seconds in -10_000i64..10_000, nanos in -999_999_999i32..=999_999_999) {
            let at = Timestamp::new(seconds, nanos).unwrap();
            let halves = Timestamp::new(seconds, nanos / 500 * 500).unwrap();
            for at in [at, halves] {
                let rounded = at.round(Unit::Microsecond).ok();
                prop_assert_eq!(round_instant(at), rounded);
            }
        }
    }
}
