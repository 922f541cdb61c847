//! Expressions by name: plain data, typed where the table they're about is known.

mod build;
mod document;
mod words;

pub use build::{case, coalesce, concat, count, lit, placeholder};

use crate::filter::Filter;
use crate::value::{Input, Type};
use ecow::EcoString;

/// A value computed from a row. Built from [`col`](crate::col) and [`lit`](crate::lit), or read from
/// a document.
///
/// Types are checked when the query is built; null and overflow are as in PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an expression does nothing until it is selected or compared"]
pub enum Expr {
    /// A column, or the name of something else that the query gives.
    Column(EcoString),
    /// A value. It takes the type of what it's compared with.
    Input(Input),
    /// Two numbers.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// A function of some arguments.
    Call(Function, Vec<Expr>),
    /// A part of a date or time.
    Part(Part, Box<Expr>),
    /// The first expression whose filter is true, or the last, or null.
    Case(Vec<(Filter, Expr)>, Option<Box<Expr>>),
    /// The value as another type.
    Cast(Box<Expr>, Type),
    /// One value of many rows.
    Aggregate(AggregateFunction, Option<Box<Expr>>),
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// Their sum.
    Add,
    /// Their difference.
    Subtract,
    /// Their product.
    Multiply,
    /// Their quotient; of integers the whole part.
    Divide,
    /// What is left over, with the sign of the first.
    Modulo,
}

/// What is made of some arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The text in lower case.
    Lower,
    /// The text in upper case.
    Upper,
    /// The number of characters.
    Length,
    /// The text without spaces at both ends.
    Trim,
    /// The text without spaces at its start.
    TrimStart,
    /// The text without spaces at its end.
    TrimEnd,
    /// Texts one after the other; nulls are left out.
    Concat,
    /// Texts one after the other; null when any is.
    Append,
    /// The characters from a position, the first being 1, and at most so many.
    Substring,
    /// The first that isn't null.
    Coalesce,
    /// The number without its sign.
    Abs,
}

/// A part of a date or time; of an instant, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The year.
    Year,
    /// The quarter, from 1.
    Quarter,
    /// The month, from 1.
    Month,
    /// The week of the ISO calendar, from 1.
    Week,
    /// The day of the month, from 1.
    Day,
    /// The day of the week; Sunday is 0.
    DayOfWeek,
    /// The day of the year, from 1.
    DayOfYear,
    /// The hour, from 0.
    Hour,
    /// The minute.
    Minute,
    /// The second, without its fraction.
    Second,
}

/// One value of many rows. Nulls don't take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateFunction {
    /// How many rows, or how many values that aren't null.
    Count,
    /// How many different values.
    CountDistinct,
    /// Their sum; null of none.
    Sum,
    /// Their mean; null of none.
    Avg,
    /// The least; null of none.
    Min,
    /// The greatest; null of none.
    Max,
    /// All of them, nulls too, as a JSON list; null of none.
    List,
}

#[cfg(test)]
mod tests;
