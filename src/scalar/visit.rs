//! Walking and rewriting scalars.

use super::{Scalar, What};
use crate::error::Result;
use crate::id::ColumnId;
use crate::predicate::Predicate;
use crate::value::{Type, Value};
use ecow::EcoString;

impl Scalar {
    /// Its parts, in order.
    pub(crate) fn parts(&self) -> Vec<&Scalar> {
        match &self.what {
            What::Column { .. }
            | What::Constant(_)
            | What::Placeholder(_)
            | What::Output(_)
            | What::Rows(..) => Vec::new(),
            What::Arithmetic(_, a, b) | What::Compare(_, a, b) => vec![a, b],
            What::Call(_, parts) | What::And(parts) | What::Or(parts) => parts.iter().collect(),
            What::Part(_, of) | What::Cast(of) | What::Not(of) | What::IsNull(of) => vec![of],
            What::Case(cases, otherwise) => {
                let cases = cases.iter().flat_map(|(when, then)| [when, then]);
                cases.chain(otherwise.as_deref()).collect()
            }
            What::In(of, values) => std::iter::once(&**of).chain(values).collect(),
            What::Like { of, pattern, .. } => vec![of, pattern],
        }
    }

    /// Its parts, to be changed.
    fn parts_mut(&mut self) -> Vec<&mut Scalar> {
        match &mut self.what {
            What::Column { .. }
            | What::Constant(_)
            | What::Placeholder(_)
            | What::Output(_)
            | What::Rows(..) => Vec::new(),
            What::Arithmetic(_, a, b) | What::Compare(_, a, b) => vec![a, b],
            What::Call(_, parts) | What::And(parts) | What::Or(parts) => parts.iter_mut().collect(),
            What::Part(_, of) | What::Cast(of) | What::Not(of) | What::IsNull(of) => vec![of],
            What::Case(cases, otherwise) => {
                let cases = cases.iter_mut().flat_map(|(when, then)| [when, then]);
                cases.chain(otherwise.as_deref_mut()).collect()
            }
            What::In(of, values) => std::iter::once(&mut **of).chain(values).collect(),
            What::Like { of, pattern, .. } => vec![of, pattern],
        }
    }

    /// Shows every part, itself first. Recursion is as deep as the expression.
    pub(crate) fn each(&self, show: &mut dyn FnMut(&Scalar)) {
        show(self);
        self.parts().into_iter().for_each(|part| part.each(show));
    }

    /// How many parts it is made of. O(n).
    pub(crate) fn size(&self) -> usize {
        let mut size = 0;
        self.each(&mut |part| {
            size += match &part.what {
                What::Rows(_, predicate) => predicate.size(),
                _ => 1,
            }
        });
        size
    }

    /// The sources it reads, ascending.
    pub(crate) fn sources(&self) -> Vec<usize> {
        let mut sources = Vec::new();
        self.each(&mut |part| match part.what {
            What::Column { source, .. } | What::Rows(source, _) => sources.push(source),
            _ => {}
        });
        sources.sort_unstable();
        sources.dedup();
        sources
    }

    /// The columns it reads, with their sources.
    pub(crate) fn columns(&self) -> Vec<(usize, ColumnId)> {
        let mut columns = Vec::new();
        self.each(&mut |part| {
            if let What::Column { source, column } = part.what {
                columns.push((source, column));
            }
        });
        columns
    }

    /// Whether any part is computed by what can fail.
    pub(crate) fn can_fail(&self) -> bool {
        let mut fails = false;
        self.each(&mut |part| {
            fails |= matches!(part.what, What::Arithmetic(..) | What::Cast(_) | What::Call(..));
        });
        fails
    }

    /// Puts other numbers in the place of its sources.
    pub(crate) fn renumber(&mut self, number: &dyn Fn(usize) -> usize) {
        if let What::Column { source, .. } | What::Rows(source, _) = &mut self.what {
            *source = number(*source);
        }
        self.parts_mut().into_iter().for_each(|part| part.renumber(number));
    }

    /// Shows every part, itself first, to be changed.
    pub(crate) fn each_mut(&mut self, change: &mut dyn FnMut(&mut Scalar)) {
        change(self);
        self.parts_mut().into_iter().for_each(|part| part.each_mut(change));
    }

    /// Reads what was computed before instead of computing it again, the largest parts first.
    pub(crate) fn reuse(&mut self, computed: &[Scalar]) {
        match computed.iter().position(|other| other == self) {
            Some(place) => self.what = What::Output(place),
            None => self.parts_mut().into_iter().for_each(|part| part.reuse(computed)),
        }
    }

    /// Puts values in the place of placeholders.
    ///
    /// # Errors
    /// Whatever `value` refuses.
    pub(crate) fn bind(&mut self, value: &dyn Fn(&EcoString, &Type) -> Result<Value>) -> Result<()> {
        match &mut self.what {
            What::Placeholder(name) => self.what = What::Constant(value(name, &self.ty)?),
            What::Rows(_, predicate) => predicate.bind(value)?,
            _ => {}
        }
        self.parts_mut().into_iter().try_for_each(|part| part.bind(value))
    }

    /// Shows every placeholder with its type.
    pub(crate) fn placeholders(&self, show: &mut dyn FnMut(&EcoString, &Type)) {
        self.each(&mut |part| match &part.what {
            What::Placeholder(name) => show(name, &part.ty),
            What::Rows(_, predicate) => predicate.placeholders(show),
            _ => {}
        });
    }

    /// The predicate of its source that asks the same: for a condition about one source.
    pub(crate) fn into_predicate(self) -> Predicate {
        match self.what {
            What::And(parts) => Predicate::And(parts.into_iter().map(Scalar::into_predicate).collect()),
            What::Or(parts) => Predicate::Or(parts.into_iter().map(Scalar::into_predicate).collect()),
            What::Not(part) => Predicate::Not(Box::new(part.into_predicate())),
            What::Rows(_, predicate) => *predicate,
            what => Scalar { ty: self.ty, what }.lowered(),
        }
    }

    fn lowered(mut self) -> Predicate {
        let plain = match &self.what {
            What::Compare(comparison, a, b) => match (&a.what, &b.what) {
                (What::Column { column, .. }, What::Constant(value)) if fits(a, b, value) => {
                    Some(Predicate::Compare(*column, *comparison, value.clone()))
                }
                (What::Column { column, .. }, What::Column { column: other, .. }) => {
                    Some(Predicate::CompareColumns(*column, *comparison, *other))
                }
                _ => None,
            },
            What::In(of, values) => match &of.what {
                What::Column { column, .. } => among(*column, of, values),
                _ => None,
            },
            What::Like { of, pattern, insensitive } => match (&of.what, &pattern.what) {
                (What::Column { column, .. }, What::Constant(Value::Text(text))) => {
                    let pattern = crate::predicate::Pattern::compile(text, *insensitive).ok();
                    pattern.map(|pattern| Predicate::Like(*column, pattern))
                }
                _ => None,
            },
            What::IsNull(of) => match &of.what {
                What::Column { column, .. } => Some(Predicate::IsNull(*column)),
                _ => None,
            },
            _ => None,
        };
        plain.unwrap_or_else(|| {
            self.renumber(&|_| 0);
            Predicate::Expr(Box::new(self))
        })
    }
}

/// Whether a value is one that the column's type holds.
fn fits(column: &Scalar, value: &Scalar, held: &Value) -> bool {
    held.is_null()
        || column.ty == value.ty
        || column
            .ty
            .accept(held.clone())
            .is_ok_and(|same| same == *held && same.as_ref().kind() == held.as_ref().kind())
}

fn among(column: ColumnId, of: &Scalar, values: &[Scalar]) -> Option<Predicate> {
    let mut sorted = Vec::with_capacity(values.len());
    let mut with_null = false;
    for value in values {
        match &value.what {
            What::Constant(Value::Null) => with_null = true,
            What::Constant(held) if fits(of, value, held) => sorted.push(held.clone()),
            _ => return None,
        }
    }
    sorted.sort_unstable();
    sorted.dedup();
    Some(Predicate::In { column, values: sorted, with_null })
}
