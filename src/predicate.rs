//! Filters with their names resolved and their values typed.
//!
//! A predicate is true, false or unknown of a row; comparison with null is unknown.

mod bind;
mod document;
pub(crate) mod operator;
mod pattern;
mod polymorphic;
mod resolve;
mod test;
mod total;

pub(crate) use resolve::{aggregate, computed, no_extras, resolve};

use crate::filter::{Comparison, Function};
use crate::id::{ColumnId, RelationId};
use crate::scalar::{Scalar, What};
use crate::value::{Type, Value};

/// What a row is asked, by ids.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Predicate {
    /// All of these hold. An empty list is true.
    And(Vec<Predicate>),
    /// One of these holds. An empty list is false.
    Or(Vec<Predicate>),
    /// This doesn't hold.
    Not(Box<Predicate>),
    /// A column compared with a value of its own type; never null but to mean unknown.
    Compare(ColumnId, Comparison, Value),
    /// A column compared with another column of the same row.
    CompareColumns(ColumnId, Comparison, ColumnId),
    /// The value is among these: sorted, without repeats and without null.
    In {
        /// The column.
        column: ColumnId,
        /// The values.
        values: Vec<Value>,
        /// Whether a null stood among them: what isn't found is then unknown.
        with_null: bool,
    },
    /// The text matches a pattern.
    Like(ColumnId, Pattern),
    /// The value is null.
    IsNull(ColumnId),
    /// At least one row along the relation matches; without a filter: is there.
    Some(RelationId, Option<Box<Predicate>>),
    /// Every row along the relation matches; true when there are none.
    Every(RelationId, Box<Predicate>),
    /// How many rows along a relation match, compared with a number.
    Count(Box<RelationCount>, Comparison, i64),
    /// A condition that is computed from the row: its only source.
    Expr(Box<Scalar>),
    /// What is made of a column along a relation, compared with a value of its type; never null.
    Total(Box<RelationTotal>, Comparison, Value),
    /// Nothing can be made of a column along a relation: it has no values there.
    NoTotal(Box<RelationTotal>),
}

impl Predicate {
    /// What it asks of every row by plain equality: columns and their values, null among them. O(n).
    pub(crate) fn equalities(&self) -> Vec<(ColumnId, Value)> {
        let mut found = Vec::new();
        let mut stack = vec![self];
        while let Some(part) = stack.pop() {
            match part {
                Predicate::And(terms) => stack.extend(terms.iter().rev()),
                Predicate::Compare(column, Comparison::Eq, value) if !value.is_null() => {
                    found.push((*column, value.clone()));
                }
                Predicate::IsNull(column) => found.push((*column, Value::Null)),
                _ => {}
            }
        }
        found
    }

    /// How many conditions and parts of expressions it is made of. O(n).
    pub(crate) fn size(&self) -> usize {
        let within = |filter: &Option<Predicate>| filter.as_ref().map_or(0, Predicate::size);
        match self {
            Predicate::And(terms) | Predicate::Or(terms) => terms.iter().map(Predicate::size).sum(),
            Predicate::Not(inner) => inner.size(),
            Predicate::Some(_, filter) => 1 + filter.as_ref().map_or(0, |filter| filter.size()),
            Predicate::Every(_, filter) => 1 + filter.size(),
            Predicate::Count(rows, ..) => 1 + within(&rows.filter),
            Predicate::Total(total, ..) | Predicate::NoTotal(total) => 1 + within(&total.rows.filter),
            Predicate::Expr(scalar) => scalar.size(),
            Predicate::Compare(..)
            | Predicate::CompareColumns(..)
            | Predicate::In { .. }
            | Predicate::Like(..)
            | Predicate::IsNull(_) => 1,
        }
    }

    /// Whether it asks anything of rows along a relation. O(n).
    pub(crate) fn asks_along(&self) -> bool {
        match self {
            Predicate::And(terms) | Predicate::Or(terms) => terms.iter().any(Predicate::asks_along),
            Predicate::Not(inner) => inner.asks_along(),
            Predicate::Some(..)
            | Predicate::Every(..)
            | Predicate::Count(..)
            | Predicate::Total(..)
            | Predicate::NoTotal(_) => true,
            Predicate::Expr(scalar) => {
                let mut asks = false;
                scalar.each(&mut |part| asks |= matches!(part.what, What::Rows(..)));
                asks
            }
            Predicate::Compare(..)
            | Predicate::CompareColumns(..)
            | Predicate::In { .. }
            | Predicate::Like(..)
            | Predicate::IsNull(_) => false,
        }
    }
}

/// How many rows along a relation match a predicate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RelationCount {
    /// The relation.
    pub(crate) relation: RelationId,
    /// Which rows count.
    pub(crate) filter: Option<Predicate>,
}

/// What is made of a column of the rows along a relation that match a predicate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RelationTotal {
    pub(crate) rows: RelationCount,
    pub(crate) function: Function,
    /// The target's column.
    pub(crate) column: ColumnId,
    /// What it comes to.
    pub(crate) ty: Type,
}

/// A value that a query computes beside the columns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Computed {
    Count(RelationCount),
    Total(RelationTotal),
    /// From the row itself.
    Value(Box<Scalar>),
}

impl Computed {
    /// What it comes to.
    pub(crate) fn column_type(&self) -> &Type {
        match self {
            Computed::Count(_) => &Type::Integer,
            Computed::Total(total) => &total.ty,
            Computed::Value(scalar) => &scalar.ty,
        }
    }
}

/// A `like` pattern, taken apart once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) parts: Vec<Part>,
    pub(crate) insensitive: bool,
}

/// A part of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// This text, as it is (lower case when the pattern is insensitive).
    Text(String),
    /// Any one character.
    One,
    /// Any characters, also none.
    Many,
}

#[cfg(test)]
mod tests;
