//! The words that documents use.

use super::{AggregateFunction, Arithmetic, Function, Part};

/// Declares the words of an enum, both ways.
macro_rules! words {
    ($ty:ident { $($variant:ident: $word:literal),* $(,)? }) => {
        impl $ty {
            /// All of them with their words, in the order they are documented.
            pub(crate) const ALL: &'static [($ty, &'static str)] = &[$(($ty::$variant, $word)),*];

            /// The word for it in a document.
            pub(crate) fn word(self) -> &'static str {
                match self { $($ty::$variant => $word),* }
            }

            /// What a document's word stands for.
            pub(crate) fn from_word(word: &str) -> Option<$ty> {
                $ty::ALL.iter().find(|(_, other)| *other == word).map(|(found, _)| *found)
            }
        }
    };
}

words!(Arithmetic {
    Add: "add",
    Subtract: "subtract",
    Multiply: "multiply",
    Divide: "divide",
    Modulo: "modulo",
});

words!(Function {
    Lower: "lower",
    Upper: "upper",
    Length: "length",
    Trim: "trim",
    TrimStart: "trimStart",
    TrimEnd: "trimEnd",
    Concat: "concat",
    Append: "append",
    Substring: "substring",
    Coalesce: "coalesce",
    Abs: "abs",
});

words!(Part {
    Year: "year",
    Quarter: "quarter",
    Month: "month",
    Week: "week",
    Day: "day",
    DayOfWeek: "dayOfWeek",
    DayOfYear: "dayOfYear",
    Hour: "hour",
    Minute: "minute",
    Second: "second",
});

words!(AggregateFunction {
    Count: "count",
    CountDistinct: "countDistinct",
    Sum: "sum",
    Avg: "avg",
    Min: "min",
    Max: "max",
    List: "list",
});

impl Arithmetic {
    /// The sign between the two.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Modulo => "%",
        }
    }
}

impl Function {
    /// The least and the greatest number of arguments.
    pub(crate) fn arity(self) -> (usize, usize) {
        match self {
            Function::Concat | Function::Append | Function::Coalesce => (1, usize::MAX),
            Function::Substring => (2, 3),
            _ => (1, 1),
        }
    }
}
