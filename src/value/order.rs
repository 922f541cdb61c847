//! Equality, order and hash of values.
//!
//! Values of one type compare as PostgreSQL compares them: text by code point, `NaN` equal to
//! itself and above every number, decimals by amount and not by scale. Integers, floats and
//! decimals compare across kinds; other kinds that differ compare by kind, so that the order is
//! total. Null is equal to null here and above everything: the three-valued comparison of filters
//! is made where filters are.

use super::{Value, ValueRef};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// Orders doubles as PostgreSQL does: `-0 = 0`, `NaN = NaN` above all else.
pub(crate) fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn compare_decimal_float(a: Decimal, b: f64) -> Ordering {
    match Decimal::try_from(b) {
        Ok(b) => a.cmp(&b),
        Err(_) => compare_floats(a.to_f64().unwrap_or(f64::NAN), b),
    }
}

impl ValueRef<'_> {
    /// Places values of different kinds; numbers share a place.
    fn rank(self) -> u8 {
        match self {
            ValueRef::Boolean(_) => 0,
            ValueRef::Integer(_) | ValueRef::Float(_) | ValueRef::Decimal(_) => 1,
            ValueRef::Text(_) => 2,
            ValueRef::Bytes(_) => 3,
            ValueRef::Date(_) => 4,
            ValueRef::Timestamp(_) => 5,
            ValueRef::Timestamptz(_) => 6,
            ValueRef::Uuid(_) => 7,
            ValueRef::Json(_) => 8,
            ValueRef::Null => 9,
        }
    }

    /// Orders values so that only those which can't be told apart are equal: of numbers that are,
    /// those of another scale or sign of zero still differ.
    pub(crate) fn compare_exactly(self, other: ValueRef<'_>) -> Ordering {
        self.cmp(&other).then_with(|| match (self, other) {
            (ValueRef::Decimal(a), ValueRef::Decimal(b)) => a.scale().cmp(&b.scale()),
            (ValueRef::Float(a), ValueRef::Float(b)) => a.to_bits().cmp(&b.to_bits()),
            _ => Ordering::Equal,
        })
    }
}

impl Ord for ValueRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        use ValueRef as V;
        match (*self, *other) {
            (V::Boolean(a), V::Boolean(b)) => a.cmp(&b),
            (V::Integer(a), V::Integer(b)) => a.cmp(&b),
            (V::Float(a), V::Float(b)) => compare_floats(a, b),
            (V::Decimal(a), V::Decimal(b)) => a.cmp(&b),
            (V::Integer(a), V::Decimal(b)) => Decimal::from(a).cmp(&b),
            (V::Decimal(a), V::Integer(b)) => a.cmp(&Decimal::from(b)),
            (V::Integer(a), V::Float(b)) => compare_decimal_float(a.into(), b),
            (V::Float(a), V::Integer(b)) => compare_decimal_float(b.into(), a).reverse(),
            (V::Decimal(a), V::Float(b)) => compare_decimal_float(a, b),
            (V::Float(a), V::Decimal(b)) => compare_decimal_float(b, a).reverse(),
            (V::Text(a), V::Text(b)) | (V::Json(a), V::Json(b)) => a.cmp(b),
            (V::Bytes(a), V::Bytes(b)) => a.cmp(b),
            (V::Date(a), V::Date(b)) => a.cmp(&b),
            (V::Timestamp(a), V::Timestamp(b)) => a.cmp(&b),
            (V::Timestamptz(a), V::Timestamptz(b)) => a.cmp(&b),
            (V::Uuid(a), V::Uuid(b)) => a.cmp(&b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

impl PartialOrd for ValueRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ValueRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ValueRef<'_> {}

/// Numbers that are equal hash alike, whatever their kind.
impl Hash for ValueRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match *self {
            ValueRef::Null => {}
            ValueRef::Boolean(v) => v.hash(state),
            ValueRef::Integer(v) => Decimal::from(v).hash(state),
            ValueRef::Decimal(v) => v.normalize().hash(state),
            ValueRef::Float(v) => match Decimal::try_from(v) {
                Ok(v) => v.normalize().hash(state),
                Err(_) if v.is_nan() => f64::NAN.to_bits().hash(state),
                Err(_) => v.to_bits().hash(state),
            },
            ValueRef::Text(v) | ValueRef::Json(v) => v.hash(state),
            ValueRef::Bytes(v) => v.hash(state),
            ValueRef::Date(v) => v.hash(state),
            ValueRef::Timestamp(v) => v.hash(state),
            ValueRef::Timestamptz(v) => v.hash(state),
            ValueRef::Uuid(v) => v.hash(state),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_ref().cmp(&other.as_ref())
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}
