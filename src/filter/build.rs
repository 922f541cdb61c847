//! Filters and orders as Rust writes them.

use super::{Comparison, Direction, Filter, Nulls, Operand, OrderBy, Quantifier, Test};
use crate::expr::Expr;
use crate::value::Input;
use ecow::EcoString;
use std::ops::Not;

/// A column, to be asked something.
///
/// A null given to an operator compares as unknown, as in SQL; [`Col::is_null`] asks for null.
///
/// ```
/// use relata::col;
/// let filter = col("year").gte(1965).and(!col("title").like("Dune%"));
/// assert_eq!(filter, col("year").gte(1965).and(!col("title").like("Dune%")));
/// ```
pub fn col(name: impl Into<EcoString>) -> Col {
    Col(name.into())
}

/// A relation, to be asked about the rows along it.
///
/// ```
/// use relata::{col, rel};
/// let filter = rel("posts").some(col("year").gte(2020)).or(rel("groups").absent());
/// assert_eq!(filter.to_string(),
///     r#"{"OR":[{"posts":{"some":{"year":{"gte":2020}}}},{"groups":false}]}"#);
/// ```
pub fn rel(name: impl Into<EcoString>) -> Rel {
    Rel(name.into())
}

/// The row that a polymorphic relation leads to is of this table, and matches where there is a filter.
///
/// ```
/// use relata::{col, on_table, rel};
/// let filter = rel("commentable").is(on_table("posts", col("title").eq("Dune")).or(on_table("photos", None)));
/// assert_eq!(filter.to_string(),
///     r#"{"commentable":{"is":{"OR":[{"posts":{"title":{"eq":"Dune"}}},{"photos":true}]}}}"#);
/// ```
pub fn on_table(table: impl Into<EcoString>, filter: impl Into<Option<Filter>>) -> Filter {
    Filter::On { table: table.into(), filter: filter.into().map(Box::new) }
}

/// Least first; nulls last.
pub fn asc(name: impl Into<EcoString>) -> OrderBy {
    OrderBy { name: name.into(), direction: Direction::Asc, nulls: None }
}

/// Greatest first; nulls first.
pub fn desc(name: impl Into<EcoString>) -> OrderBy {
    OrderBy { name: name.into(), direction: Direction::Desc, nulls: None }
}

/// A column, to be asked something. Made by [`col`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a column asks nothing until it's compared"]
pub struct Col(EcoString);

/// A relation, to be asked about the rows along it. Made by [`rel`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a relation asks nothing until it's given a quantifier or made into an aggregate"]
pub struct Rel(pub(super) EcoString);

/// Declares a comparison with a value and one with a column.
macro_rules! comparisons {
    ($($name:ident, $column:ident, $comparison:ident, $words:literal;)*) => {$(
        #[doc = concat!("Is ", $words, " a value or an expression.")]
        pub fn $name(self, value: impl Into<Operand>) -> Filter {
            self.test(Test::Compare(Comparison::$comparison, value.into()))
        }

        #[doc = concat!("Is ", $words, " another column of the row.")]
        pub fn $column(self, column: impl Into<EcoString>) -> Filter {
            self.test(Test::Compare(Comparison::$comparison, Operand::Column(column.into())))
        }
    )*};
}

impl Col {
    comparisons! {
        eq, eq_column, Eq, "equal to";
        ne, ne_column, Ne, "not equal to";
        gt, gt_column, Gt, "greater than";
        gte, gte_column, Gte, "greater than or equal to";
        lt, lt_column, Lt, "less than";
        lte, lte_column, Lte, "less than or equal to";
    }

    /// Is among these values. Among none is nothing.
    pub fn is_in<I: IntoIterator<Item: Into<Input>>>(self, values: I) -> Filter {
        self.test(Test::In(values.into_iter().map(Into::into).collect(), false))
    }

    /// Is not among these values. With a null among them this never holds.
    pub fn not_in<I: IntoIterator<Item: Into<Input>>>(self, values: I) -> Filter {
        self.test(Test::In(values.into_iter().map(Into::into).collect(), true))
    }

    /// Matches a pattern: `%` is any text, `_` any character, a backslash takes what follows as it is.
    pub fn like(self, pattern: impl Into<Input>) -> Filter {
        self.pattern(pattern.into(), false, false)
    }

    /// Matches a pattern, letters in either case.
    pub fn ilike(self, pattern: impl Into<Input>) -> Filter {
        self.pattern(pattern.into(), true, false)
    }

    /// Doesn't match a pattern.
    pub fn not_like(self, pattern: impl Into<Input>) -> Filter {
        self.pattern(pattern.into(), false, true)
    }

    /// Doesn't match a pattern, letters in either case.
    pub fn not_ilike(self, pattern: impl Into<Input>) -> Filter {
        self.pattern(pattern.into(), true, true)
    }

    /// Lies between two values, both included.
    pub fn between(self, least: impl Into<Input>, greatest: impl Into<Input>) -> Filter {
        self.test(Test::Between(least.into(), greatest.into(), false))
    }

    /// Lies outside two values.
    pub fn not_between(self, least: impl Into<Input>, greatest: impl Into<Input>) -> Filter {
        self.test(Test::Between(least.into(), greatest.into(), true))
    }

    /// Is null.
    pub fn is_null(self) -> Filter {
        self.test(Test::Null(false))
    }

    /// Isn't null.
    pub fn is_not_null(self) -> Filter {
        self.test(Test::Null(true))
    }

    fn test(self, test: Test) -> Filter {
        Filter::Column { name: self.0, test }
    }

    fn pattern(self, pattern: Input, insensitive: bool, negated: bool) -> Filter {
        self.test(Test::Like { pattern, insensitive, negated })
    }
}

impl Rel {
    /// The relation's name.
    pub(crate) fn name(&self) -> &EcoString {
        &self.0
    }

    /// At least one row along a to-many relation matches.
    pub fn some(self, filter: Filter) -> Filter {
        self.quantify(Quantifier::Some, Some(filter))
    }

    /// Every row along a to-many relation matches; so it does when there are none.
    pub fn every(self, filter: Filter) -> Filter {
        self.quantify(Quantifier::Every, Some(filter))
    }

    /// No row along a to-many relation matches.
    pub fn none(self, filter: Filter) -> Filter {
        self.quantify(Quantifier::None, Some(filter))
    }

    /// The row a to-one relation leads to matches.
    pub fn is(self, filter: Filter) -> Filter {
        self.quantify(Quantifier::Is, Some(filter))
    }

    /// The row a to-one relation leads to doesn't match, or there is none.
    pub fn is_not(self, filter: Filter) -> Filter {
        self.quantify(Quantifier::IsNot, Some(filter))
    }

    /// There is a row along the relation.
    pub fn exists(self) -> Filter {
        self.quantify(Quantifier::Some, None)
    }

    /// There is no row along the relation.
    pub fn absent(self) -> Filter {
        self.quantify(Quantifier::None, None)
    }

    fn quantify(self, quantifier: Quantifier, filter: Option<Filter>) -> Filter {
        Filter::Relation { name: self.0, quantifier, filter: filter.map(Box::new) }
    }
}

impl Filter {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Filter) -> Filter {
        match self {
            Filter::And(mut filters) => {
                filters.push(other);
                Filter::And(filters)
            }
            first => Filter::And(vec![first, other]),
        }
    }

    /// One of the two holds.
    #[must_use]
    pub fn or(self, other: Filter) -> Filter {
        match self {
            Filter::Or(mut filters) => {
                filters.push(other);
                Filter::Or(filters)
            }
            first => Filter::Or(vec![first, other]),
        }
    }

    /// All of these hold; an empty list is ignored.
    pub fn all(filters: impl IntoIterator<Item = Filter>) -> Filter {
        Filter::And(filters.into_iter().collect())
    }

    /// One of these holds; an empty list is ignored.
    pub fn any(filters: impl IntoIterator<Item = Filter>) -> Filter {
        Filter::Or(filters.into_iter().collect())
    }
}

/// The opposite; of what is unknown it is unknown too.
impl Not for Filter {
    type Output = Filter;

    fn not(self) -> Filter {
        Filter::Not(Box::new(self))
    }
}

impl OrderBy {
    /// This order, nulls before all values.
    #[must_use]
    pub fn nulls_first(self) -> OrderBy {
        OrderBy { nulls: Some(Nulls::First), ..self }
    }

    /// This order, nulls after all values.
    #[must_use]
    pub fn nulls_last(self) -> OrderBy {
        OrderBy { nulls: Some(Nulls::Last), ..self }
    }
}

impl<T: Into<Input>> From<T> for Operand {
    fn from(value: T) -> Operand {
        Operand::Input(value.into())
    }
}

impl From<Col> for Operand {
    fn from(column: Col) -> Operand {
        Operand::Column(column.0)
    }
}

impl From<Expr> for Operand {
    fn from(expr: Expr) -> Operand {
        match expr {
            Expr::Column(name) => Operand::Column(name),
            Expr::Input(input) => Operand::Input(input),
            expr => Operand::Expr(Box::new(expr)),
        }
    }
}

impl From<Col> for Expr {
    fn from(column: Col) -> Expr {
        Expr::Column(column.0)
    }
}

/// Ascending by a column.
impl From<&str> for OrderBy {
    fn from(name: &str) -> OrderBy {
        asc(name)
    }
}
