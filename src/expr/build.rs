//! Expressions as Rust writes them.

use super::{AggregateFunction, Arithmetic, Expr, Function, Part};
use crate::filter::{Col, Comparison, Filter, Operand, Test};
use crate::value::{Input, Type};
use ecow::EcoString;
use std::ops::{Add, Div, Mul, Rem, Sub};

/// A value in an expression.
///
/// ```
/// use relata::{col, lit};
/// let shout = col("name").upper().append(lit("!"));
/// assert_eq!(shout.to_string(), r#"{"append":[{"upper":"name"},{"value":"!"}]}"#);
/// ```
pub fn lit(value: impl Into<Input>) -> Expr {
    Expr::Input(value.into())
}

/// A value that a prepared query is given when it runs.
///
/// ```
/// use relata::{col, placeholder};
/// let filter = col("id").eq(placeholder("id"));
/// assert_eq!(filter.to_string(), r#"{"id":{"eq":{"$":"id"}}}"#);
/// ```
pub fn placeholder(name: impl Into<EcoString>) -> Input {
    Input::Placeholder(name.into())
}

/// How many rows there are.
pub fn count() -> Expr {
    Expr::Aggregate(AggregateFunction::Count, None)
}

/// The first of some values that isn't null.
pub fn coalesce<I: IntoIterator<Item: Into<Expr>>>(values: I) -> Expr {
    Expr::Call(Function::Coalesce, values.into_iter().map(Into::into).collect())
}

/// Texts one after the other. Nulls are left out, as by PostgreSQL's `concat`; [`Expr::append`] is
/// null when any text is, as `||`.
pub fn concat<I: IntoIterator<Item: Into<Expr>>>(texts: I) -> Expr {
    Expr::Call(Function::Concat, texts.into_iter().map(Into::into).collect())
}

/// What a row gets whose filter is true; further cases by [`Expr::when`], the rest by
/// [`Expr::otherwise`]. Without a rest it is null.
///
/// ```
/// use relata::{case, col};
/// let era = case(col("year").lt(1950), "old").when(col("year").lt(2000), "modern").otherwise("new");
/// assert!(era.to_string().starts_with(r#"{"case":[{"when":{"year":{"lt":1950}},"then":{"value":"old"}}"#));
/// ```
pub fn case(filter: Filter, then: impl Into<Expr>) -> Expr {
    Expr::Case(vec![(filter, then.into())], None)
}

/// Declares comparisons with anything that has a value in the row.
macro_rules! comparisons {
    ($($name:ident, $comparison:ident, $words:literal;)*) => {$(
        #[doc = concat!("Is ", $words, " a value or another expression.")]
        pub fn $name(self, other: impl Into<Operand>) -> Filter {
            self.test(Test::Compare(Comparison::$comparison, other.into()))
        }
    )*};
}

impl Expr {
    comparisons! {
        eq, Eq, "equal to";
        ne, Ne, "not equal to";
        gt, Gt, "greater than";
        gte, Gte, "greater than or equal to";
        lt, Lt, "less than";
        lte, Lte, "less than or equal to";
    }

    /// Is among these values.
    pub fn is_in<I: IntoIterator<Item: Into<Input>>>(self, values: I) -> Filter {
        self.test(Test::In(values.into_iter().map(Into::into).collect(), false))
    }

    /// Is not among these values.
    pub fn not_in<I: IntoIterator<Item: Into<Input>>>(self, values: I) -> Filter {
        self.test(Test::In(values.into_iter().map(Into::into).collect(), true))
    }

    /// Matches a pattern of `%` and `_`.
    pub fn like(self, pattern: impl Into<Input>) -> Filter {
        self.test(Test::Like { pattern: pattern.into(), insensitive: false, negated: false })
    }

    /// Matches a pattern, letters in either case.
    pub fn ilike(self, pattern: impl Into<Input>) -> Filter {
        self.test(Test::Like { pattern: pattern.into(), insensitive: true, negated: false })
    }

    /// Lies between two values, both included.
    pub fn between(self, least: impl Into<Input>, greatest: impl Into<Input>) -> Filter {
        self.test(Test::Between(least.into(), greatest.into(), false))
    }

    /// Is null.
    pub fn is_null(self) -> Filter {
        self.test(Test::Null(false))
    }

    /// Isn't null.
    pub fn is_not_null(self) -> Filter {
        self.test(Test::Null(true))
    }

    /// A further case, for rows that none before it fits.
    pub fn when(self, filter: Filter, then: impl Into<Expr>) -> Expr {
        match self {
            Expr::Case(mut cases, otherwise) => {
                cases.push((filter, then.into()));
                Expr::Case(cases, otherwise)
            }
            other => Expr::Case(vec![(filter, then.into())], Some(Box::new(other))),
        }
    }

    /// What rows get that no case fits.
    pub fn otherwise(self, value: impl Into<Expr>) -> Expr {
        match self {
            Expr::Case(cases, _) => Expr::Case(cases, Some(Box::new(value.into()))),
            other => other,
        }
    }

    fn test(self, test: Test) -> Filter {
        match self {
            Expr::Column(name) => Filter::Column { name, test },
            expr => Filter::Expr { expr: Box::new(expr), test },
        }
    }
}

/// Declares what is made of one expression, on expressions and on columns.
macro_rules! makes {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) => |$of:ident| $make:expr;)*) => {
        impl Expr {$(
            $(#[$doc])*
            pub fn $name(self $(, $arg: $ty)*) -> Expr {
                let $of = self;
                $make
            }
        )*}

        impl Col {$(
            $(#[$doc])*
            pub fn $name(self $(, $arg: $ty)*) -> Expr {
                let $of = Expr::from(self);
                $make
            }
        )*}
    };
}

makes! {
    /// The text in lower case.
    lower() => |of| Expr::Call(Function::Lower, vec![of]);
    /// The text in upper case.
    upper() => |of| Expr::Call(Function::Upper, vec![of]);
    /// The number of characters.
    length() => |of| Expr::Call(Function::Length, vec![of]);
    /// The text without spaces at both ends.
    trim() => |of| Expr::Call(Function::Trim, vec![of]);
    /// The text without spaces at its start.
    trim_start() => |of| Expr::Call(Function::TrimStart, vec![of]);
    /// The text without spaces at its end.
    trim_end() => |of| Expr::Call(Function::TrimEnd, vec![of]);
    /// This text and then another; null when either is.
    append(other: impl Into<Expr>) => |of| Expr::Call(Function::Append, vec![of, other.into()]);
    /// The characters from a position on, the first being 1.
    substring_from(start: impl Into<Expr>) => |of| Expr::Call(Function::Substring, vec![of, start.into()]);
    /// At most `length` characters from a position on, the first being 1.
    substring(start: impl Into<Expr>, length: impl Into<Expr>) => |of|
        Expr::Call(Function::Substring, vec![of, start.into(), length.into()]);
    /// This, or `other` where it's null.
    or_else(other: impl Into<Expr>) => |of| Expr::Call(Function::Coalesce, vec![of, other.into()]);
    /// The number without its sign.
    abs() => |of| Expr::Call(Function::Abs, vec![of]);
    /// A part of a date or time.
    part(part: Part) => |of| Expr::Part(part, Box::new(of));
    /// The year of a date or time.
    year() => |of| Expr::Part(Part::Year, Box::new(of));
    /// The month of a date or time, from 1.
    month() => |of| Expr::Part(Part::Month, Box::new(of));
    /// The day of the month, from 1.
    day() => |of| Expr::Part(Part::Day, Box::new(of));
    /// The value as another type.
    cast(ty: Type) => |of| Expr::Cast(Box::new(of), ty);
    /// How many of the values aren't null.
    count() => |of| Expr::Aggregate(AggregateFunction::Count, Some(Box::new(of)));
    /// How many different values there are.
    count_distinct() => |of| Expr::Aggregate(AggregateFunction::CountDistinct, Some(Box::new(of)));
    /// The sum of the values; null of none.
    sum() => |of| Expr::Aggregate(AggregateFunction::Sum, Some(Box::new(of)));
    /// The mean of the values; null of none.
    avg() => |of| Expr::Aggregate(AggregateFunction::Avg, Some(Box::new(of)));
    /// The least of the values; null of none.
    min() => |of| Expr::Aggregate(AggregateFunction::Min, Some(Box::new(of)));
    /// The greatest of the values; null of none.
    max() => |of| Expr::Aggregate(AggregateFunction::Max, Some(Box::new(of)));
    /// All values as a JSON list, nulls too; null of none.
    list() => |of| Expr::Aggregate(AggregateFunction::List, Some(Box::new(of)));
}

/// Declares a sign between two expressions, the first of which may be a column.
macro_rules! signs {
    ($($name:ident, $method:ident, $arithmetic:ident;)*) => {$(
        impl<T: Into<Expr>> $name<T> for Expr {
            type Output = Expr;

            fn $method(self, other: T) -> Expr {
                Expr::Arithmetic(Arithmetic::$arithmetic, Box::new(self), Box::new(other.into()))
            }
        }

        impl<T: Into<Expr>> $name<T> for Col {
            type Output = Expr;

            fn $method(self, other: T) -> Expr {
                Expr::Arithmetic(Arithmetic::$arithmetic, Box::new(self.into()), Box::new(other.into()))
            }
        }
    )*};
}

signs! {
    Add, add, Add;
    Sub, sub, Subtract;
    Mul, mul, Multiply;
    Div, div, Divide;
    Rem, rem, Modulo;
}

/// A value, as [`lit`] gives.
impl<T: Into<Input>> From<T> for Expr {
    fn from(value: T) -> Expr {
        Expr::Input(value.into())
    }
}
