//! Union, intersection and difference of rows, nulls being equal.

use super::SetOperation;
use super::arrange::row_of;
use crate::value::{Type, Value};
use std::collections::{HashMap, HashSet};

/// The rows of two results put together: those of the first before those of the second, in their
/// order. O(rows).
pub(super) fn combine(
    operation: SetOperation,
    types: impl Iterator<Item = Type>,
    mut left: (Vec<Vec<Value>>, usize),
    mut right: (Vec<Vec<Value>>, usize),
) -> (Vec<Vec<Value>>, usize) {
    for ((a, b), ty) in left.0.iter_mut().zip(&mut right.0).zip(types) {
        a.iter_mut().chain(b).for_each(|value| widen(value, &ty));
    }
    let ((mut a, a_rows), (b, b_rows)) = (left, right);
    let places: Vec<usize> = {
        match operation {
            SetOperation::UnionAll => (0..a_rows + b_rows).collect(),
            SetOperation::Union => {
                let mut seen = HashSet::new();
                let row = |at: usize| if at < a_rows { row_of(&a, at) } else { row_of(&b, at - a_rows) };
                (0..a_rows + b_rows).filter(|at| seen.insert(row(*at))).collect()
            }
            SetOperation::Intersect | SetOperation::Except => {
                let others: HashSet<_> = (0..b_rows).map(|at| row_of(&b, at)).collect();
                let mut seen = HashSet::new();
                let wanted = operation == SetOperation::Intersect;
                let keeps = |at: &usize| {
                    let row = row_of(&a, *at);
                    others.contains(&row) == wanted && seen.insert(row)
                };
                (0..a_rows).filter(keeps).collect()
            }
            SetOperation::IntersectAll | SetOperation::ExceptAll => {
                let mut left_over: HashMap<_, usize> = HashMap::new();
                (0..b_rows).for_each(|at| *left_over.entry(row_of(&b, at)).or_default() += 1);
                let wanted = operation == SetOperation::IntersectAll;
                let mut keeps = |at: &usize| {
                    let met = match left_over.get_mut(&row_of(&a, *at)) {
                        Some(count) if *count > 0 => {
                            *count -= 1;
                            true
                        }
                        _ => false,
                    };
                    met == wanted
                };
                (0..a_rows).filter(|at| keeps(at)).collect()
            }
        }
    };
    for (column, more) in a.iter_mut().zip(b) {
        column.extend(more);
        let picked = places.iter().map(|at| column.get(*at).cloned().unwrap_or_default()).collect();
        *column = picked;
    }
    (a, places.len())
}

/// A number as the wider type that both results have.
fn widen(value: &mut Value, ty: &Type) {
    match (&*value, ty) {
        (Value::Integer(v), Type::Decimal) => *value = Value::Decimal((*v).into()),
        (Value::Integer(v), Type::Float) => *value = Value::Float(*v as f64),
        (Value::Decimal(v), Type::Float) => {
            let double = rust_decimal::prelude::ToPrimitive::to_f64(v);
            *value = Value::Float(double.unwrap_or(f64::NAN));
        }
        _ => {}
    }
}
