//! Conditions over batches: three-valued.

use super::{Batch, Data, Vector, evaluate};
use crate::error::Result;
use crate::eval::{FALSE, TRUE, Tester, UNKNOWN, holds};
use crate::filter::{Comparison, Function};
use crate::id::Slot;
use crate::predicate::{Pattern, Predicate};
use crate::scalar::{Scalar, What};
use crate::value::{Value, ValueRef};
use std::cmp::Ordering;

/// How true a condition is of each row. O(rows x condition). Recursion is as deep as the condition.
///
/// # Errors
/// As [`evaluate`].
pub(crate) fn truths(scalar: &Scalar, batch: &Batch<'_, '_>) -> Result<Vec<u8>> {
    match &scalar.what {
        What::And(parts) => combine(parts, batch, TRUE, FALSE, u8::min),
        What::Or(parts) => combine(parts, batch, FALSE, TRUE, u8::max),
        What::Not(part) => {
            let mut out = truths(part, batch)?;
            out.iter_mut().for_each(|truth| *truth = TRUE - *truth);
            Ok(out)
        }
        What::Compare(comparison, a, b) => {
            let (a, b) = (evaluate(a, batch)?, evaluate(b, batch)?);
            Ok(compare(*comparison, &a, &b, batch.len))
        }
        What::In(of, values) => among(&evaluate(of, batch)?, values, batch),
        What::Like { of, pattern, insensitive } => {
            like(&evaluate(of, batch)?, &evaluate(pattern, batch)?, *insensitive, batch.len)
        }
        What::IsNull(of) => {
            let of = evaluate(of, batch)?;
            Ok((0..batch.len).map(|row| answer(of.is_null(row))).collect())
        }
        What::Rows(source, predicate) => Ok(rows(*source, predicate, batch)),
        _ => {
            let values = evaluate(scalar, batch)?;
            let truth = |row| match values.get(row) {
                ValueRef::Boolean(holds) => answer(holds),
                _ => UNKNOWN,
            };
            Ok((0..batch.len).map(truth).collect())
        }
    }
}

fn answer(holds: bool) -> u8 {
    if holds { TRUE } else { FALSE }
}

/// A part that can fail is asked only about rows that the parts before it left open.
fn combine(
    parts: &[Scalar],
    batch: &Batch<'_, '_>,
    start: u8,
    decided: u8,
    with: impl Fn(u8, u8) -> u8,
) -> Result<Vec<u8>> {
    let mut out = vec![start; batch.len];
    for part in parts {
        let open: Vec<u32> = if part.can_fail() {
            (0u32..).zip(&out).filter(|(_, truth)| **truth != decided).map(|(at, _)| at).collect()
        } else {
            Vec::new()
        };
        if !part.can_fail() || open.len() == batch.len {
            let found = truths(part, batch)?;
            out.iter_mut().zip(found).for_each(|(truth, found)| *truth = with(*truth, found));
        } else if !open.is_empty() {
            let found = truths(part, &batch.pick(&open))?;
            for (at, found) in open.iter().zip(found) {
                if let Some(truth) = out.get_mut(*at as usize) {
                    *truth = with(*truth, found);
                }
            }
        }
    }
    Ok(out)
}

fn compare(comparison: Comparison, a: &Vector<'_>, b: &Vector<'_>, rows: usize) -> Vec<u8> {
    match (&a.data, &b.data) {
        (Data::Integer(x), Data::Integer(y))
        | (Data::Timestamp(x), Data::Timestamp(y))
        | (Data::Timestamptz(x), Data::Timestamptz(y))
            if a.nulls.is_none() && b.nulls.is_none() =>
        {
            let cell = |cells: &[i64], row| {
                cells.get(if cells.len() == 1 { 0 } else { row }).copied().unwrap_or_default()
            };
            (0..rows).map(|row| answer(holds(comparison, cell(x, row).cmp(&cell(y, row))))).collect()
        }
        _ => (0..rows)
            .map(|row| {
                let null = a.is_null(row) || b.is_null(row);
                if null { UNKNOWN } else { answer(holds(comparison, a.compare(row, b, row))) }
            })
            .collect(),
    }
}

/// Nothing is among no values, not even unknown.
fn among(of: &Vector<'_>, values: &[Scalar], batch: &Batch<'_, '_>) -> Result<Vec<u8>> {
    let mut vectors = Vec::with_capacity(values.len());
    for value in values {
        vectors.push(evaluate(value, batch)?);
    }
    let truth = |row| {
        if vectors.is_empty() {
            return FALSE;
        }
        if of.is_null(row) {
            return UNKNOWN;
        }
        let mut unknown = false;
        for vector in &vectors {
            if vector.is_null(row) {
                unknown = true;
            } else if of.compare(row, vector, row) == Ordering::Equal {
                return TRUE;
            }
        }
        if unknown { UNKNOWN } else { FALSE }
    };
    Ok((0..batch.len).map(truth).collect())
}

fn like(of: &Vector<'_>, pattern: &Vector<'_>, insensitive: bool, rows: usize) -> Result<Vec<u8>> {
    let compiled = match pattern.get(0) {
        ValueRef::Text(text) if pattern.width() == 1 => Some(Pattern::compile(text, insensitive)?),
        _ => None,
    };
    let mut out = Vec::with_capacity(rows);
    for row in 0..rows {
        out.push(match (of.get(row), pattern.get(row), &compiled) {
            (ValueRef::Text(text), _, Some(pattern)) => answer(pattern.matches(text)),
            (ValueRef::Text(text), ValueRef::Text(pattern), None) => {
                answer(Pattern::compile(pattern, insensitive)?.matches(text))
            }
            _ => UNKNOWN,
        });
    }
    Ok(out)
}

/// What the rows of a source are asked; a row that is missing leads nowhere.
fn rows(source: usize, predicate: &Predicate, batch: &Batch<'_, '_>) -> Vec<u8> {
    let (Some(table), Some(slots)) = (batch.tables.get(source), batch.slots.get(source)) else {
        return vec![UNKNOWN; batch.len];
    };
    let there: Vec<Slot> = slots.iter().copied().filter(|slot| !slot.is_none()).collect();
    let mut found = Vec::new();
    let mut tester = Tester::new(batch.store, *table, [predicate]);
    tester.mask(&there, &mut found);
    if there.len() == slots.len() {
        return found;
    }
    let missing = of_nothing(predicate);
    let mut found = found.into_iter();
    let truth = |slot: &Slot| if slot.is_none() { missing } else { found.next().unwrap_or(UNKNOWN) };
    slots.iter().map(truth).collect()
}

/// How true a predicate is where there is no row.
fn of_nothing(predicate: &Predicate) -> u8 {
    match predicate {
        Predicate::And(parts) => parts.iter().map(of_nothing).min().unwrap_or(TRUE),
        Predicate::Or(parts) => parts.iter().map(of_nothing).max().unwrap_or(FALSE),
        Predicate::Not(part) => TRUE - of_nothing(part),
        Predicate::Some(..) => FALSE,
        Predicate::NoTotal(total) if total.function == Function::CountDistinct => FALSE,
        Predicate::Every(..) | Predicate::IsNull(_) | Predicate::NoTotal(_) => TRUE,
        Predicate::Count(_, comparison, number) => answer(holds(*comparison, 0.cmp(number))),
        Predicate::Total(total, comparison, Value::Integer(number))
            if total.function == Function::CountDistinct =>
        {
            answer(holds(*comparison, 0.cmp(number)))
        }
        Predicate::Compare(..)
        | Predicate::CompareColumns(..)
        | Predicate::In { .. }
        | Predicate::Like(..)
        | Predicate::Total(..)
        | Predicate::Expr(_) => UNKNOWN,
    }
}
