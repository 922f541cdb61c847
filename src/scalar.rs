//! Expressions with their names resolved and their types checked.
//!
//! A scalar is about a tuple of rows, one of each source; in a nested query there is one source. A
//! condition is a scalar of type boolean, null meaning unknown.

mod condition;
mod document;
mod resolve;
mod types;
mod visit;
mod words;

pub(crate) use condition::{condition, tested};
pub(crate) use resolve::expression;
pub(crate) use types::common;

use crate::catalog::Catalog;
use crate::error::{FlatMistake, Result};
use crate::expr::{AggregateFunction, Arithmetic, Function, Part};
use crate::filter::Comparison;
use crate::id::{ColumnId, TableId};
use crate::predicate::Predicate;
use crate::value::{Type, Value};
use ecow::EcoString;

/// A typed expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scalar {
    pub(crate) ty: Type,
    pub(crate) what: What,
}

/// What a scalar is computed by. Operands have the types that the operation works in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// A cell of the row of a source.
    Column {
        source: usize,
        column: ColumnId,
    },
    /// A value of the scalar's type, or null.
    Constant(Value),
    /// A value that is known when the query runs.
    Placeholder(EcoString),
    /// A value computed before, by place: a group's key or aggregate, or a column of the result.
    Output(usize),
    /// Two numbers of the scalar's type.
    Arithmetic(Arithmetic, Box<Scalar>, Box<Scalar>),
    Call(Function, Vec<Scalar>),
    Part(Part, Box<Scalar>),
    /// Conditions and what follows from them; `None` is null.
    Case(Vec<(Scalar, Scalar)>, Option<Box<Scalar>>),
    /// To the scalar's type.
    Cast(Box<Scalar>),
    And(Vec<Scalar>),
    Or(Vec<Scalar>),
    Not(Box<Scalar>),
    /// Two values of one type, or two numbers.
    Compare(Comparison, Box<Scalar>, Box<Scalar>),
    /// Among constants and placeholders.
    In(Box<Scalar>, Vec<Scalar>),
    /// A text and a pattern.
    Like {
        of: Box<Scalar>,
        pattern: Box<Scalar>,
        insensitive: bool,
    },
    IsNull(Box<Scalar>),
    /// What the row of a source is asked by itself.
    Rows(usize, Box<Predicate>),
}

/// What names stand for where an expression is written.
pub(crate) trait Names {
    /// The schema.
    fn catalog(&self) -> &Catalog;

    /// What a name stands for.
    ///
    /// # Errors
    /// `unknown_column`, and `invalid_query` for a name that could be several.
    fn column(&self, name: &str) -> Result<Scalar>;

    /// The source and table whose relation this is, and the relation's own name; `None` when no
    /// relation is named so.
    fn relation<'n>(&self, name: &'n str) -> Option<(usize, TableId, &'n str)>;

    /// One value of many rows.
    ///
    /// # Errors
    /// `invalid_query` where there are no groups.
    fn aggregate(&self, _: AggregateFunction, _: Option<&crate::expr::Expr>) -> Result<Scalar> {
        Err(FlatMistake::MisplacedAggregate.into())
    }
}

impl Scalar {
    pub(crate) fn new(ty: Type, what: What) -> Scalar {
        Scalar { ty, what }
    }

    pub(crate) fn condition(what: What) -> Scalar {
        Scalar { ty: Type::Boolean, what }
    }

    pub(crate) fn constant(ty: Type, value: Value) -> Scalar {
        Scalar { ty, what: What::Constant(value) }
    }

    /// A cell of a source.
    pub(crate) fn column(catalog: &Catalog, source: usize, table: TableId, column: ColumnId) -> Scalar {
        let ty = catalog.table(table).column(column).ty.clone();
        Scalar { ty, what: What::Column { source, column } }
    }

    /// All of these; `None` for none.
    pub(crate) fn all(mut parts: Vec<Scalar>) -> Option<Scalar> {
        if parts.len() > 1 { Some(Scalar::condition(What::And(parts))) } else { parts.pop() }
    }

    /// One of these; `None` for none.
    pub(crate) fn any(mut parts: Vec<Scalar>) -> Option<Scalar> {
        if parts.len() > 1 { Some(Scalar::condition(What::Or(parts))) } else { parts.pop() }
    }

    /// The opposite.
    pub(crate) fn negated(self) -> Scalar {
        Scalar::condition(What::Not(Box::new(self)))
    }

    /// The terms of the outermost *and*.
    pub(crate) fn terms(self) -> Vec<Scalar> {
        match self.what {
            What::And(parts) => parts.into_iter().flat_map(Scalar::terms).collect(),
            _ => vec![self],
        }
    }
}
