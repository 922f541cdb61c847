//! Which types go together.

use super::{Scalar, What};
use crate::error::{Error, FlatMistake, Result};
use crate::value::{Type, Value};
use ecow::{EcoString, eco_format};

/// Whether values of the type are numbers.
pub(super) fn is_number(ty: &Type) -> bool {
    ty.is_integer() || matches!(ty, Type::Decimal | Type::Float)
}

/// The place of a number's type among those it can be widened to.
fn width(ty: &Type) -> Option<u8> {
    match ty {
        Type::Smallint => Some(0),
        Type::Int => Some(1),
        Type::Integer => Some(2),
        Type::Decimal => Some(3),
        Type::Float => Some(4),
        _ => None,
    }
}

/// The type that holds the values of both: the same, or the wider of two numbers'.
pub(crate) fn common(a: &Type, b: &Type) -> Option<Type> {
    match (width(a), width(b)) {
        (Some(x), Some(y)) => Some(if x >= y { a.clone() } else { b.clone() }),
        _ if a == b => Some(a.clone()),
        _ => None,
    }
}

/// The scalar as another type. A constant is converted now.
pub(super) fn widened(scalar: Scalar, ty: &Type) -> Scalar {
    if scalar.ty == *ty {
        return scalar;
    }
    match scalar.what {
        What::Constant(Value::Null) => Scalar::constant(ty.clone(), Value::Null),
        What::Constant(Value::Integer(v)) if ty.is_integer() => {
            Scalar::constant(ty.clone(), Value::Integer(v))
        }
        What::Constant(Value::Integer(v)) if *ty == Type::Decimal => {
            Scalar::constant(ty.clone(), Value::Decimal(v.into()))
        }
        what => Scalar::new(ty.clone(), What::Cast(Box::new(Scalar { ty: scalar.ty, what }))),
    }
}

/// The error of types that don't go together.
pub(super) fn incompatible(operation: impl Into<EcoString>, types: &[&Type]) -> Error {
    let types = types.iter().map(|ty| eco_format!("{ty}")).collect();
    FlatMistake::Incompatible { operation: operation.into(), types }.into()
}

/// Refuses a scalar of another type than `fits`.
pub(super) fn expect(scalar: &Scalar, operation: &str, fits: impl Fn(&Type) -> bool) -> Result<()> {
    if fits(&scalar.ty) { Ok(()) } else { Err(incompatible(eco_format!("`{operation}`"), &[&scalar.ty])) }
}

/// Whether a value of one type can be cast to another.
pub(super) fn casts(from: &Type, to: &Type) -> bool {
    let textual = |ty: &Type| matches!(ty, Type::Text | Type::Enum(_));
    match (from, to) {
        _ if from == to => true,
        (Type::Text, _) | (_, Type::Text) => true,
        (a, b) if is_number(a) && is_number(b) => true,
        (Type::Boolean, b) if b.is_integer() => true,
        (a, Type::Boolean) if a.is_integer() => true,
        (
            Type::Date | Type::Timestamp | Type::Timestamptz,
            Type::Date | Type::Timestamp | Type::Timestamptz,
        ) => true,
        (a, b) => textual(a) && textual(b),
    }
}
