//! What can be made of the rows along a relation.

use super::{Filter, Rel};
use ecow::EcoString;

/// One value made of the rows along a relation, to be selected with
/// [`Query::aggregate`](crate::Query::aggregate). Made by [`Rel::sum`] and its like.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an aggregate does nothing until a query selects it"]
pub struct Aggregate {
    pub(crate) relation: EcoString,
    pub(crate) of: Of,
    pub(crate) filter: Option<Filter>,
}

/// What an aggregate is of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Of {
    Rows,
    Column(Function, EcoString),
}

/// How the values of a column become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Sum,
    Avg,
    Min,
    Max,
    CountDistinct,
    List,
}

impl Function {
    #[cfg(feature = "json")]
    pub(crate) const ALL: [Function; 6] =
        [Function::Sum, Function::Avg, Function::Min, Function::Max, Function::CountDistinct, Function::List];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Function::Sum => "sum",
            Function::Avg => "avg",
            Function::Min => "min",
            Function::Max => "max",
            Function::CountDistinct => "countDistinct",
            Function::List => "list",
        }
    }
}

impl Aggregate {
    fn new(relation: EcoString, of: Of) -> Aggregate {
        Aggregate { relation, of, filter: None }
    }

    /// Of the rows that match only; several filters must all hold.
    pub fn filter(mut self, filter: Filter) -> Aggregate {
        self.filter = Some(match self.filter {
            Some(before) => before.and(filter),
            None => filter,
        });
        self
    }
}

impl Rel {
    /// How many rows there are.
    pub fn count(self) -> Aggregate {
        Aggregate::new(self.0, Of::Rows)
    }

    /// The sum of a column of numbers, nulls aside; null of none. Exact for integers and decimals: one
    /// that its type can't hold is an error.
    pub fn sum(self, column: impl Into<EcoString>) -> Aggregate {
        self.aggregate(Function::Sum, column)
    }

    /// The mean of a column of numbers, nulls aside; null of none. Of integers and decimals it is a
    /// decimal, with the digits that PostgreSQL gives.
    pub fn avg(self, column: impl Into<EcoString>) -> Aggregate {
        self.aggregate(Function::Avg, column)
    }

    /// The least value of a column, nulls aside; null of none.
    pub fn min(self, column: impl Into<EcoString>) -> Aggregate {
        self.aggregate(Function::Min, column)
    }

    /// The greatest value of a column, nulls aside; null of none.
    pub fn max(self, column: impl Into<EcoString>) -> Aggregate {
        self.aggregate(Function::Max, column)
    }

    /// How many different values a column has, nulls aside; 0 of none.
    pub fn count_distinct(self, column: impl Into<EcoString>) -> Aggregate {
        self.aggregate(Function::CountDistinct, column)
    }

    /// The values of a column as a JSON list, nulls too, in the order of the rows; null of none.
    pub fn list(self, column: impl Into<EcoString>) -> Aggregate {
        self.aggregate(Function::List, column)
    }

    fn aggregate(self, function: Function, column: impl Into<EcoString>) -> Aggregate {
        Aggregate::new(self.0, Of::Column(function, column.into()))
    }
}
