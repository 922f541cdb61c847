//! Filters and orders by name: plain data, checked when a schema is built or a query is planned.

mod aggregate;
mod build;
mod comparison;
mod write;

pub use aggregate::Aggregate;
pub use build::{Col, Rel, asc, col, desc, on_table, rel};

use crate::expr::Expr;
pub(crate) use aggregate::{Function, Of};

use crate::value::{Input, Literal};
use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// Which rows are meant. Built by [`col`] and [`rel`], or read from a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of these hold; an empty list is ignored.
    And(Vec<Filter>),
    /// One of these holds; an empty list is ignored.
    Or(Vec<Filter>),
    /// This doesn't hold.
    Not(Box<Filter>),
    /// A column passes a test.
    Column {
        /// The column, or an extra of the same query.
        name: EcoString,
        /// The test.
        test: Test,
    },
    /// What is computed from the row passes a test.
    Expr {
        /// The expression.
        expr: Box<Expr>,
        /// The test.
        test: Test,
    },
    /// What is made of the rows along a relation passes a test.
    Aggregate {
        /// What is made of them.
        of: Box<Aggregate>,
        /// The test.
        test: Test,
    },
    /// Rows along a relation do.
    Relation {
        /// The relation.
        name: EcoString,
        /// How many of them have to.
        quantifier: Quantifier,
        /// What they have to do; `None` asks whether they are there.
        filter: Option<Box<Filter>>,
    },
    /// The row along a polymorphic relation is of this table and matches; inside [`Rel::is`] and
    /// [`Rel::is_not`] of one.
    On {
        /// The table.
        table: EcoString,
        /// What the row has to do; `None` for nothing more.
        filter: Option<Box<Filter>>,
    },
    /// A filter as a JSON document writes it.
    Document(Literal),
}

/// What a column is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// A comparison with a value or another column.
    Compare(Comparison, Operand),
    /// The value is among these, or with `true` isn't.
    In(Vec<Input>, bool),
    /// The text matches a pattern of `%` and `_`.
    Like {
        /// The pattern; a backslash takes the next character as it is.
        pattern: Input,
        /// Whether letters match in either case.
        insensitive: bool,
        /// Whether it must not match.
        negated: bool,
    },
    /// The value lies between two others, both included, or with `true` doesn't.
    Between(Input, Input, bool),
    /// The value is null, or with `true` isn't.
    Null(bool),
}

/// The other side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A value.
    Input(Input),
    /// Another column of the same row.
    Column(EcoString),
    /// What is computed from the row.
    Expr(Box<Expr>),
}

/// A comparison. With null on either side it is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

/// How many rows along a relation have to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// All; true when there are none.
    Every,
    /// Not one.
    None,
    /// The one there is.
    Is,
    /// Not the one there is, or there is none.
    IsNot,
}

/// One part of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// The column, or an extra of the same query.
    pub name: EcoString,
    /// Which way.
    pub direction: Direction,
    /// Where nulls go; by default last ascending and first descending.
    pub nulls: Option<Nulls>,
}

/// Which way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Least first.
    #[default]
    Asc,
    /// Greatest first.
    Desc,
}

/// Where nulls go in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nulls {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

#[cfg(test)]
mod tests;
