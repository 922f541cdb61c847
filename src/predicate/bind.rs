//! Placeholders of predicates.

use super::{Computed, Predicate, RelationTotal};
use crate::error::Result;
use crate::scalar::{Scalar, What};
use crate::value::{Type, Value};
use ecow::EcoString;

impl Predicate {
    /// Puts values in the place of placeholders. Recursion is as deep as the predicate.
    ///
    /// # Errors
    /// Whatever `value` refuses.
    pub(crate) fn bind(&mut self, value: &dyn Fn(&EcoString, &Type) -> Result<Value>) -> Result<()> {
        match self {
            Predicate::And(parts) | Predicate::Or(parts) => {
                parts.iter_mut().try_for_each(|part| part.bind(value))
            }
            Predicate::Not(part) => part.bind(value),
            Predicate::Some(_, inner) => inner.iter_mut().try_for_each(|inner| inner.bind(value)),
            Predicate::Every(_, inner) => inner.bind(value),
            Predicate::Count(counted, ..) => {
                counted.filter.iter_mut().try_for_each(|filter| filter.bind(value))
            }
            Predicate::Total(total, ..) | Predicate::NoTotal(total) => {
                total.rows.filter.iter_mut().try_for_each(|filter| filter.bind(value))
            }
            Predicate::Expr(scalar) => {
                if let Some(plain) = compared(scalar, value)? {
                    *self = plain;
                    return Ok(());
                }
                scalar.bind(value)?;
                let bound = std::mem::replace(&mut **scalar, Scalar::constant(Type::Boolean, Value::Null));
                *self = bound.into_predicate();
                Ok(())
            }
            Predicate::Compare(..)
            | Predicate::CompareColumns(..)
            | Predicate::In { .. }
            | Predicate::Like(..)
            | Predicate::IsNull(_) => Ok(()),
        }
    }

    /// Shows every part, itself first, those about other tables too.
    pub(crate) fn each(&self, show: &mut dyn FnMut(&Predicate)) {
        show(self);
        match self {
            Predicate::And(parts) | Predicate::Or(parts) => parts.iter().for_each(|part| part.each(show)),
            Predicate::Not(part) => part.each(show),
            Predicate::Some(_, inner) => inner.iter().for_each(|inner| inner.each(show)),
            Predicate::Every(_, inner) => inner.each(show),
            Predicate::Count(counted, ..) => counted.filter.iter().for_each(|filter| filter.each(show)),
            Predicate::Total(total, ..) | Predicate::NoTotal(total) => {
                total.rows.filter.iter().for_each(|filter| filter.each(show));
            }
            Predicate::Expr(_)
            | Predicate::Compare(..)
            | Predicate::CompareColumns(..)
            | Predicate::In { .. }
            | Predicate::Like(..)
            | Predicate::IsNull(_) => {}
        }
    }

    /// Shows every placeholder with its type.
    pub(crate) fn placeholders(&self, show: &mut dyn FnMut(&EcoString, &Type)) {
        self.each(&mut |part| {
            if let Predicate::Expr(scalar) = part {
                scalar.placeholders(show);
            }
        });
    }

    /// Whether any part is computed.
    pub(crate) fn has_expression(&self) -> bool {
        let mut found = false;
        self.each(&mut |part| found |= matches!(part, Predicate::Expr(_)));
        found
    }
}

/// A column compared with a placeholder of its own type, with a value in its place: what is prepared most.
fn compared(
    scalar: &Scalar,
    value: &dyn Fn(&EcoString, &Type) -> Result<Value>,
) -> Result<Option<Predicate>> {
    let What::Compare(by, a, b) = &scalar.what else { return Ok(None) };
    match (&a.what, &b.what) {
        (What::Column { column, .. }, What::Placeholder(name)) if a.ty == b.ty => {
            Ok(Some(Predicate::Compare(*column, *by, value(name, &b.ty)?)))
        }
        _ => Ok(None),
    }
}

impl Computed {
    /// Puts values in the place of placeholders.
    ///
    /// # Errors
    /// Whatever `value` refuses.
    pub(crate) fn bind(&mut self, value: &dyn Fn(&EcoString, &Type) -> Result<Value>) -> Result<()> {
        match self {
            Computed::Count(rows) | Computed::Total(RelationTotal { rows, .. }) => {
                rows.filter.iter_mut().try_for_each(|filter| filter.bind(value))
            }
            Computed::Value(scalar) => scalar.bind(value),
        }
    }
}
