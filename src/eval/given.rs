//! Predicates over a row that isn't stored.

use super::{FALSE, TRUE, UNKNOWN, holds, stored};
use crate::catalog::TableInfo;
use crate::id::ColumnId;
use crate::predicate::Predicate;
use crate::value::{Type, Value};
use std::cmp::Ordering;

/// How true a predicate is of a row that has a value of the right type for every column. Such a row
/// has no relations: what asks for their rows is false. Recursion is as deep as the predicate.
pub(crate) fn truth_of(info: &TableInfo, predicate: &Predicate, row: &[Value]) -> u8 {
    let cell = |column: &ColumnId| row.get(column.index()).unwrap_or(&Value::Null);
    let answer = |holds: bool| if holds { TRUE } else { FALSE };
    let compared = |order: Option<Ordering>, comparison| match order {
        Some(order) => answer(holds(comparison, order)),
        None => UNKNOWN,
    };
    match predicate {
        Predicate::And(terms) => terms.iter().map(|term| truth_of(info, term, row)).min().unwrap_or(TRUE),
        Predicate::Or(terms) => terms.iter().map(|term| truth_of(info, term, row)).max().unwrap_or(FALSE),
        Predicate::Not(term) => TRUE - truth_of(info, term, row),
        Predicate::Compare(column, comparison, value) => {
            compared(order(&info.column(*column).ty, cell(column), value), *comparison)
        }
        Predicate::CompareColumns(a, comparison, b) => {
            compared(order(&info.column(*a).ty, cell(a), cell(b)), *comparison)
        }
        Predicate::In { values, with_null, .. } if values.is_empty() && !with_null => FALSE,
        Predicate::In { column, values, with_null } => match cell(column) {
            Value::Null => UNKNOWN,
            value if values.contains(value) => TRUE,
            _ if *with_null => UNKNOWN,
            _ => FALSE,
        },
        Predicate::Like(column, pattern) => match cell(column) {
            Value::Text(text) => answer(pattern.matches(text)),
            _ => UNKNOWN,
        },
        Predicate::IsNull(column) => answer(cell(column).is_null()),
        Predicate::Some(..) | Predicate::Every(..) | Predicate::Count(..) | Predicate::Total(..) => FALSE,
        Predicate::NoTotal(_) => TRUE,
        // Filters that are asked of such rows are a schema's, which has no expressions.
        Predicate::Expr(_) => UNKNOWN,
    }
}

/// The order of two values of a type; `None` when either is null.
fn order(ty: &Type, a: &Value, b: &Value) -> Option<Ordering> {
    if a.is_null() || b.is_null() {
        return None;
    }
    match ty {
        Type::Enum(labels) => Some(stored::label(labels, a)?.cmp(&stored::label(labels, b)?)),
        _ => Some(a.cmp(b)),
    }
}
