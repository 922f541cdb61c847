//! Values as another type.

use super::arithmetic::out_of_range;
use super::{Data, Vector};
use crate::column::time::micros_to_timestamp;
use crate::error::Result;
use crate::value::{Type, Value, ValueRef};
use ecow::eco_format;
use jiff::Timestamp;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

const MICROS_A_DAY: i64 = 86_400_000_000;

/// A vector as another type. O(rows).
///
/// # Errors
/// `out_of_range` for what the type can't hold, `type_mismatch` for a text that isn't one of its values.
pub(super) fn cast<'a>(vector: Vector<'a>, from: &Type, to: &Type) -> Result<Vector<'a>> {
    if from == to {
        return Ok(vector);
    }
    if from.is_integer() && to.is_integer() && from.integer_range() < to.integer_range() {
        return fit(vector, to);
    }
    let rows = vector.width();
    let mut values = Vec::with_capacity(rows);
    for row in 0..rows {
        values.push(one(vector.get(row), to)?);
    }
    Ok(Vector::of_values(to, values.iter()))
}

/// Integers that may be too wide.
fn fit<'a>(vector: Vector<'a>, to: &Type) -> Result<Vector<'a>> {
    if let (Data::Integer(cells), Some((least, greatest))) = (&vector.data, to.integer_range()) {
        for (row, cell) in cells.iter().enumerate() {
            if !(least..=greatest).contains(cell) && !vector.is_null(row) {
                return Err(out_of_range(to, eco_format!("{cell}")));
            }
        }
    }
    Ok(vector)
}

fn one(value: ValueRef<'_>, to: &Type) -> Result<Value> {
    let range = || out_of_range(to, eco_format!("{value}"));
    let integer = |v: i64| match to.integer_range() {
        Some((least, greatest)) if !(least..=greatest).contains(&v) => Err(range()),
        _ => Ok(Value::Integer(v)),
    };
    let instant =
        |micros: i64| Timestamp::from_microsecond(micros).map(Value::Timestamptz).map_err(|_| range());
    Ok(match (value, to) {
        (ValueRef::Null, _) => Value::Null,
        (value, Type::Text) => Value::Text(eco_format!("{value}")),
        (ValueRef::Integer(v), Type::Float) => Value::Float(v as f64),
        (ValueRef::Integer(v), Type::Decimal) => Value::Decimal(v.into()),
        (ValueRef::Integer(v), Type::Boolean) => Value::Boolean(v != 0),
        (ValueRef::Integer(v), _) => integer(v)?,
        (ValueRef::Boolean(v), _) => Value::Integer(v.into()),
        (ValueRef::Decimal(v), Type::Float) => Value::Float(v.to_f64().ok_or_else(range)?),
        (ValueRef::Decimal(v), _) => {
            let whole = v.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            integer(whole.to_i64().ok_or_else(range)?)?
        }
        (ValueRef::Float(v), Type::Decimal) => {
            // As many digits as a double is sure of.
            let text = eco_format!("{v:.14e}");
            Value::Decimal(Decimal::from_scientific(&text).map_err(|_| range())?.normalize())
        }
        (ValueRef::Float(v), _) => {
            let whole = v.round_ties_even();
            // The doubles at both ends of the range: the upper one is beyond it.
            let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole);
            if fits { integer(whole as i64)? } else { return Err(range()) }
        }
        (ValueRef::Text(v), to) => to.read_text(v)?,
        (ValueRef::Date(v), Type::Timestamp) => Value::Timestamp(v.to_datetime(jiff::civil::Time::MIN)),
        (ValueRef::Date(v), _) => instant(i64::from(crate::column::time::date_to_days(v)) * MICROS_A_DAY)?,
        (ValueRef::Timestamp(v), Type::Date) => Value::Date(v.date()),
        (ValueRef::Timestamp(v), _) => instant(crate::column::time::timestamp_to_micros(v))?,
        (ValueRef::Timestamptz(v), Type::Date) => Value::Date(micros_to_timestamp(v.as_microsecond()).date()),
        (ValueRef::Timestamptz(v), _) => Value::Timestamp(micros_to_timestamp(v.as_microsecond())),
        (value, _) => value.to_value(),
    })
}
