//! Numbers: overflow and division by zero are errors, as in PostgreSQL.

use super::{Data, Vector, decimal, either_null};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Arithmetic;
use crate::value::{Type, ValueRef};
use ecow::eco_format;
use std::fmt::Display;

/// Two numbers of one type, row by row.
///
/// # Errors
/// `out_of_range` for a result that the type can't hold, `division_by_zero`.
pub(super) fn arithmetic<'a>(
    operation: Arithmetic,
    ty: &Type,
    a: &Vector<'_>,
    b: &Vector<'_>,
    rows: usize,
) -> Result<Vector<'a>> {
    let constant = a.width() == 1 && b.width() == 1;
    let rows = if constant { 1 } else { rows };
    let nulls = either_null(a, b, rows);
    let out = Out { ty, operation, rows, nulls: nulls.as_deref() };
    let data = match (&a.data, &b.data) {
        (Data::Integer(a), Data::Integer(b)) => {
            let (least, greatest) = ty.integer_range().unwrap_or((i64::MIN, i64::MAX));
            let fit = |v: Option<i64>| v.filter(|v| (least..=greatest).contains(v));
            Data::Integer(match operation {
                Arithmetic::Add => out.each(a, b, |a, b| Ok(fit(a.checked_add(b))))?,
                Arithmetic::Subtract => out.each(a, b, |a, b| Ok(fit(a.checked_sub(b))))?,
                Arithmetic::Multiply => out.each(a, b, |a, b| Ok(fit(a.checked_mul(b))))?,
                Arithmetic::Divide => out.each(a, b, |a, b| Ok(fit(a.checked_div(nonzero(b, b == 0)?))))?,
                Arithmetic::Modulo => {
                    // The one case that overflows has no remainder.
                    out.each(a, b, |a, b| Ok(Some(a.checked_rem(nonzero(b, b == 0)?).unwrap_or(0))))?
                }
            })
        }
        (Data::Float(a), Data::Float(b)) => Data::Float(out.each(a, b, |a, b| float(operation, a, b))?),
        (Data::Decimal(a), Data::Decimal(b)) => {
            Data::Decimal(out.each(a, b, |a, b| decimal::arithmetic(operation, a, b))?)
        }
        _ => return Ok(Vector::null(ty)),
    };
    Ok(Vector { data, nulls })
}

/// Where a result goes.
struct Out<'o> {
    ty: &'o Type,
    operation: Arithmetic,
    rows: usize,
    nulls: Option<&'o [bool]>,
}

impl Out<'_> {
    #[inline(always)]
    fn each<T: Copy + Display + Default>(
        &self,
        a: &[T],
        b: &[T],
        operation: impl Fn(T, T) -> Result<Option<T>>,
    ) -> Result<Vec<T>> {
        let cell =
            |cells: &[T], row| cells.get(if cells.len() == 1 { 0 } else { row }).copied().unwrap_or_default();
        let mut out = Vec::with_capacity(self.rows);
        for row in 0..self.rows {
            if self.nulls.is_some_and(|nulls| nulls.get(row) == Some(&true)) {
                out.push(T::default());
                continue;
            }
            let (a, b) = (cell(a, row), cell(b, row));
            match operation(a, b)? {
                Some(value) => out.push(value),
                None => {
                    let found = eco_format!("{a} {} {b}", self.operation.sign());
                    return Err(out_of_range(self.ty, found));
                }
            }
        }
        Ok(out)
    }
}

/// The error of a value that a type can't hold.
pub(super) fn out_of_range(ty: &Type, found: impl Into<ecow::EcoString>) -> Error {
    let expected = eco_format!("{ty}");
    Error::new(ErrorKind::OutOfRange { expected, found: found.into(), column: None })
}

pub(super) fn nonzero<T>(value: T, is_zero: bool) -> Result<T> {
    if is_zero { Err(Error::new(ErrorKind::DivisionByZero)) } else { Ok(value) }
}

fn float(operation: Arithmetic, a: f64, b: f64) -> Result<Option<f64>> {
    let value = match operation {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / nonzero(b, b == 0.0)?,
        Arithmetic::Modulo => a % nonzero(b, b == 0.0)?,
    };
    let overflow = value.is_infinite() && a.is_finite() && b.is_finite();
    let underflow = match operation {
        Arithmetic::Multiply => value == 0.0 && a != 0.0 && b != 0.0,
        Arithmetic::Divide => value == 0.0 && a != 0.0 && b.is_finite(),
        _ => false,
    };
    Ok((!overflow && !underflow).then_some(value))
}

/// Numbers without their signs.
///
/// # Errors
/// `out_of_range` for the least integer.
pub(super) fn abs<'a>(ty: &Type, of: &Vector<'_>) -> Result<Vector<'a>> {
    let data = match &of.data {
        Data::Integer(cells) => {
            let (_, greatest) = ty.integer_range().unwrap_or((i64::MIN, i64::MAX));
            let mut out = Vec::with_capacity(cells.len());
            for (row, cell) in cells.iter().enumerate() {
                let null = of.is_null(row);
                let value = if null { Some(0) } else { cell.checked_abs().filter(|v| *v <= greatest) };
                let found = || eco_format!("abs({})", ValueRef::Integer(*cell));
                out.push(value.ok_or_else(|| out_of_range(ty, found()))?);
            }
            Data::Integer(out)
        }
        Data::Float(cells) => Data::Float(cells.iter().map(|cell| cell.abs()).collect()),
        Data::Decimal(cells) => Data::Decimal(cells.iter().map(|cell| cell.abs()).collect()),
        _ => return Ok(Vector::null(ty)),
    };
    Ok(Vector { data, nulls: of.nulls.clone() })
}
