//! Scalars over batches.

use super::{Batch, Data, Vector, arithmetic, cast, gather, logic, text, time};
use crate::error::FlatMistake;
use crate::error::Result;
use crate::eval::{FALSE, TRUE, UNKNOWN};
use crate::expr::Function;
use crate::scalar::{Scalar, What};
use crate::value::{Type, Value};

/// The values of a scalar for the rows of a batch. O(rows x expression). Recursion is as deep as the
/// expression.
///
/// # Errors
/// `out_of_range`, `division_by_zero`, and `type_mismatch` for a cast that fails.
pub(crate) fn evaluate<'a>(scalar: &Scalar, batch: &Batch<'a, '_>) -> Result<Vector<'a>> {
    match &scalar.what {
        What::Column { source, column } => {
            let (Some(table), Some(slots)) = (batch.tables.get(*source), batch.slots.get(*source)) else {
                return Ok(Vector::null(&scalar.ty));
            };
            Ok(gather(batch.store.table(*table).column(*column).view(), &scalar.ty, slots))
        }
        What::Constant(value) => Ok(Vector::of_values(&scalar.ty, std::iter::once(value))),
        What::Placeholder(name) => Err(FlatMistake::UnboundPlaceholder { name: name.clone() }.into()),
        What::Output(place) => {
            Ok(batch.outputs.get(*place).cloned().unwrap_or_else(|| Vector::null(&scalar.ty)))
        }
        What::Arithmetic(operation, a, b) => {
            let (a, b) = (evaluate(a, batch)?, evaluate(b, batch)?);
            arithmetic::arithmetic(*operation, &scalar.ty, &a, &b, batch.len)
        }
        What::Call(Function::Coalesce, parts) => coalesce(&scalar.ty, parts, batch),
        What::Call(Function::Abs, parts) => {
            let of = first(parts, batch)?;
            arithmetic::abs(&scalar.ty, &of)
        }
        What::Call(function, parts) => {
            let parts = parts.iter().map(|part| evaluate(part, batch)).collect::<Result<Vec<_>>>()?;
            text::call(*function, &parts, batch.len)
        }
        What::Part(part, of) => Ok(time::part(*part, &evaluate(of, batch)?)),
        What::Case(cases, otherwise) => case(&scalar.ty, cases, otherwise.as_deref(), batch),
        What::Cast(of) => cast::cast(evaluate(of, batch)?, &of.ty, &scalar.ty),
        What::And(_)
        | What::Or(_)
        | What::Not(_)
        | What::Compare(..)
        | What::In(..)
        | What::Like { .. }
        | What::IsNull(_)
        | What::Rows(..) => Ok(of_truths(&logic::truths(scalar, batch)?)),
    }
}

fn first<'a>(parts: &[Scalar], batch: &Batch<'a, '_>) -> Result<Vector<'a>> {
    match parts.first() {
        Some(part) => evaluate(part, batch),
        None => Ok(Vector::null(&Type::Integer)),
    }
}

fn of_truths<'a>(truths: &[u8]) -> Vector<'a> {
    let unknown = truths.contains(&UNKNOWN);
    Vector {
        data: Data::Boolean(truths.iter().map(|truth| *truth == TRUE).collect()),
        nulls: unknown.then(|| truths.iter().map(|truth| *truth == UNKNOWN).collect()),
    }
}

/// Each part is asked only about the rows that are null by then, so that none fails in vain.
fn coalesce<'a>(ty: &Type, parts: &[Scalar], batch: &Batch<'a, '_>) -> Result<Vector<'a>> {
    let mut merged = Merge::new(ty, batch.len);
    let mut left: Vec<u32> = (0..batch.len as u32).collect();
    for part in parts {
        if left.is_empty() {
            break;
        }
        let found = evaluate(part, &batch.pick(&left))?;
        left = merged.take(&found, &left, true);
    }
    Ok(merged.finish())
}

/// Each condition is asked only about the rows that none before it fits, and each result only about
/// its own.
fn case<'a>(
    ty: &Type,
    cases: &[(Scalar, Scalar)],
    otherwise: Option<&Scalar>,
    batch: &Batch<'a, '_>,
) -> Result<Vector<'a>> {
    let mut merged = Merge::new(ty, batch.len);
    let mut left: Vec<u32> = (0..batch.len as u32).collect();
    for (when, then) in cases {
        if left.is_empty() {
            break;
        }
        let truths = logic::truths(when, &batch.pick(&left))?;
        let fits = left.iter().zip(&truths).filter(|(_, truth)| **truth == TRUE);
        let fits: Vec<u32> = fits.map(|(at, _)| *at).collect();
        let mut truth = truths.iter();
        left.retain(|_| truth.next().unwrap_or(&FALSE) != &TRUE);
        if !fits.is_empty() {
            merged.take(&evaluate(then, &batch.pick(&fits))?, &fits, false);
        }
    }
    if let Some(otherwise) = otherwise.filter(|_| !left.is_empty()) {
        merged.take(&evaluate(otherwise, &batch.pick(&left))?, &left, false);
    }
    Ok(merged.finish())
}

/// A vector that is put together from pieces.
struct Merge<'t> {
    ty: &'t Type,
    values: Vec<Value>,
}

impl<'t> Merge<'t> {
    fn new(ty: &'t Type, len: usize) -> Merge<'t> {
        Merge { ty, values: vec![Value::Null; len] }
    }

    /// Takes the values of the rows at some places; gives the places of those that were null.
    fn take(&mut self, found: &Vector<'_>, places: &[u32], keep_nulls: bool) -> Vec<u32> {
        let mut nulls = Vec::new();
        for (row, at) in places.iter().enumerate() {
            if found.is_null(row) {
                if keep_nulls {
                    nulls.push(*at);
                }
            } else if let Some(value) = self.values.get_mut(*at as usize) {
                *value = found.get(row).to_value();
            }
        }
        nulls
    }

    fn finish<'a>(self) -> Vector<'a> {
        Vector::of_values(self.ty, self.values.iter())
    }
}
