//! What can be made of the rows along a relation.

use super::{Comparison, Filter, Operand, Rel, Test};
use crate::value::Literal;
use ecow::{EcoString, eco_format};

/// One value made of the rows along a relation, to be selected with
/// [`Query::aggregate`](crate::Query::aggregate). Made by [`Rel::sum`] and its like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an aggregate does nothing until a query selects it"]
pub struct Aggregate {
    pub(crate) relation: EcoString,
    pub(crate) of: Of,
    pub(crate) filter: Option<Filter>,
    /// An option that leaves rows out, which isn't for what is made of all of them.
    pub(crate) misplaced: Option<&'static str>,
}

/// What an aggregate is of.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        Aggregate { relation, of, filter: None, misplaced: None }
    }

    /// Of the rows that match only; several filters must all hold.
    pub fn filter(mut self, filter: Filter) -> Aggregate {
        self.filter = Some(match self.filter {
            Some(before) => before.and(filter),
            None => filter,
        });
        self
    }

    /// It passes a test: `rel("posts").count().test(Comparison::Gt, 3)`.
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let db = Database::new(Schema::new()
    /// #     .table(Table::new("orders").column(Column::integer("id")).primary_key(["id"]))
    /// #     .table(Table::new("lines").column(Column::integer("order_id")).column(Column::int("pieces")))
    /// #     .relation(Relation::one("lines", "order", "orders").from(["order_id"]).to(["id"]))
    /// #     .relation(Relation::many("orders", "lines", "lines")))?;
    /// # db.insert_many("orders", vec![row! { id: 1 }, row! { id: 2 }])?;
    /// # db.insert_many("lines", vec![row! { order_id: 1, pieces: 2 }, row! { order_id: 1, pieces: 3 }])?;
    /// use relata::{Comparison, rel};
    /// let large = db.query("orders").filter(rel("lines").sum("pieces").test(Comparison::Gte, 5));
    /// assert_eq!(large.count()?, 1);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn test(self, comparison: Comparison, value: impl Into<Operand>) -> Filter {
        Filter::Aggregate { of: Box::new(self), test: Test::Compare(comparison, value.into()) }
    }

    /// What an order calls it that names it: its document.
    #[cfg(feature = "typed")]
    pub(crate) fn name(&self) -> EcoString {
        eco_format!("{}", Literal::from(self))
    }

    /// The same of another relation.
    pub(crate) fn along(&self, relation: &str) -> Aggregate {
        Aggregate { relation: relation.into(), ..self.clone() }
    }

    /// What a document says, when it is an aggregate's: `{"$sum": {"lines": "amount"}, "where": {...}}`.
    pub(crate) fn from_literal(literal: &Literal) -> Option<Aggregate> {
        let Literal::Object(entries) = literal else { return None };
        let (made, filter) = match entries.as_slice() {
            [made] => (made, None),
            [made, (word, filter)] if word == "where" => (made, Some(Filter::Document(filter.clone()))),
            _ => return None,
        };
        let (relation, of) = match (made.0.as_str(), &made.1) {
            ("$count", Literal::Text(relation)) => (relation, Of::Rows),
            (word, Literal::Object(along)) => {
                let word = word.strip_prefix('$')?;
                let function = Function::ALL.into_iter().find(|function| function.word() == word)?;
                let [(relation, Literal::Text(column))] = along.as_slice() else { return None };
                (relation, Of::Column(function, column.clone()))
            }
            _ => return None,
        };
        Some(Aggregate { filter, ..Aggregate::new(relation.clone(), of) })
    }
}

/// As a document: `{"$count": "posts"}`, `{"$sum": {"lines": "amount"}, "where": {...}}`.
impl From<&Aggregate> for Literal {
    fn from(aggregate: &Aggregate) -> Literal {
        let made = match &aggregate.of {
            Of::Rows => ("$count".into(), Literal::Text(aggregate.relation.clone())),
            Of::Column(function, column) => {
                let along = vec![(aggregate.relation.clone(), Literal::Text(column.clone()))];
                (eco_format!("${}", function.word()), Literal::Object(along))
            }
        };
        let filter = aggregate.filter.as_ref().map(|filter| ("where".into(), Literal::from(filter)));
        Literal::Object(std::iter::once(made).chain(filter).collect())
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
