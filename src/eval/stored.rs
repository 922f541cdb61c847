//! Operands in the form that columns hold.

use crate::column::time;
use crate::value::Value;
use ecow::EcoString;
use rust_decimal::Decimal;

/// A fixed-width cell. Both comparisons are free of branches, so that a loop over a chunk becomes
/// vector instructions.
pub(super) trait Stored: Copy + Default {
    fn same(self, other: Self) -> bool;
    fn less(self, other: Self) -> bool;
}

macro_rules! stored {
    ($($ty:ty),*) => {$(
        impl Stored for $ty {
            #[inline(always)]
            fn same(self, other: Self) -> bool {
                self == other
            }
            #[inline(always)]
            fn less(self, other: Self) -> bool {
                self < other
            }
        }
    )*};
}

stored!(bool, i16, i32, i64, u16, u128, Decimal);

/// `NaN` equals itself and is above all else.
impl Stored for f64 {
    #[inline(always)]
    fn same(self, other: Self) -> bool {
        (self == other) | (self.is_nan() & other.is_nan())
    }
    #[inline(always)]
    fn less(self, other: Self) -> bool {
        (self < other) | (!self.is_nan() & other.is_nan())
    }
}

/// Declares how a value of the right type is stored; `None` for any other.
macro_rules! encode {
    ($($name:ident -> $to:ty: $pattern:pat => $out:expr;)*) => {$(
        pub(super) fn $name(value: &Value) -> Option<$to> {
            match value {
                $pattern => $out,
                _ => None,
            }
        }
    )*};
}

encode! {
    boolean -> bool: Value::Boolean(v) => Some(*v);
    small -> i16: Value::Integer(v) => i16::try_from(*v).ok();
    int -> i32: Value::Integer(v) => i32::try_from(*v).ok();
    integer -> i64: Value::Integer(v) => Some(*v);
    float -> f64: Value::Float(v) => Some(*v);
    decimal -> Decimal: Value::Decimal(v) => Some(*v);
    date -> i32: Value::Date(v) => Some(time::date_to_days(*v));
    timestamp -> i64: Value::Timestamp(v) => Some(time::timestamp_to_micros(*v));
    instant -> i64: Value::Timestamptz(v) => Some(time::instant_to_micros(*v));
    uuid -> u128: Value::Uuid(v) => Some(v.as_u128());
}

pub(super) fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(v) => Some(v),
        Value::Json(v) => Some(v.as_str()),
        _ => None,
    }
}

pub(super) fn bytes(value: &Value) -> Option<&[u8]> {
    if let Value::Bytes(v) = value { Some(v) } else { None }
}

/// A label's position among an enum's labels. O(labels).
pub(super) fn label(labels: &[EcoString], value: &Value) -> Option<u16> {
    let text = text(value)?;
    labels.iter().position(|label| label == text).and_then(|at| u16::try_from(at).ok())
}
