//! Filters and assignments of the generator as conditions and assignments of models.

use super::models::{Author, Book, Read, State};
use crate::tree::{Filter, Quantifier, Test};
use crate::value::Value;
use relata::typed::{Assign, Condition, Id, Model, Order};

/// What a column is asked, as a condition; leaves the function with `None` where that can't be said.
macro_rules! test {
    ($column:expr, $ty:ty, $asked:expr, $($other:tt)*) => {{
        let read = |value: &Value| <$ty>::read(value);
        let column = $column;
        match $asked {
            Test::Bare(value) | Test::Compare("eq", value) => column.eq(read(value)?),
            Test::Compare("ne", value) => column.ne(read(value)?),
            Test::Compare("gt", value) => column.gt(read(value)?),
            Test::Compare("gte", value) => column.gte(read(value)?),
            Test::Compare("lt", value) => column.lt(read(value)?),
            Test::Compare(_, value) => column.lte(read(value)?),
            Test::In(values, false) => column.is_in(values.iter().map(read).collect::<Option<Vec<$ty>>>()?),
            Test::In(values, true) => column.not_in(values.iter().map(read).collect::<Option<Vec<$ty>>>()?),
            Test::Between(least, greatest, false) => column.between(read(least)?, read(greatest)?),
            Test::Between(least, greatest, true) => column.not_between(read(least)?, read(greatest)?),
            $($other)*
            _ => return None,
        }
    }};
}

/// As [`test`], of a column that may be null.
macro_rules! nullable {
    ($column:expr, $ty:ty, $asked:expr) => {
        match $asked {
            Test::Bare(Value::Null) | Test::Null(false) => $column.is_null(),
            Test::Null(true) => $column.is_not_null(),
            asked => test!($column, $ty, asked,),
        }
    };
}

/// As [`test`], of a text.
macro_rules! text {
    ($column:expr, $asked:expr) => {
        match $asked {
            Test::Like { pattern, insensitive, negated } => match (insensitive, negated) {
                (false, false) => $column.like(pattern),
                (false, true) => $column.not_like(pattern),
                (true, false) => $column.ilike(pattern),
                (true, true) => $column.not_ilike(pattern),
            },
            asked => test!($column, String, asked,),
        }
    };
}

/// What is asked along a relation to many rows.
macro_rules! many {
    ($relation:expr, $quantifier:expr) => {
        match $quantifier {
            Quantifier::There(true) => $relation.exists(),
            Quantifier::There(false) => $relation.absent(),
            Quantifier::Bare(inner) | Quantifier::Some(inner) => {
                let inner = Fields::condition(inner)?;
                $relation.some(|_| inner)
            }
            Quantifier::Every(inner) => {
                let inner = Fields::condition(inner)?;
                $relation.every(|_| inner)
            }
            Quantifier::None(inner) => {
                let inner = Fields::condition(inner)?;
                $relation.none(|_| inner)
            }
            Quantifier::Is(_) | Quantifier::IsNot(_) => return None,
        }
    };
}

/// What is asked along a relation to one row.
macro_rules! one {
    ($relation:expr, $quantifier:expr) => {
        match $quantifier {
            Quantifier::There(true) => $relation.exists(),
            Quantifier::There(false) => $relation.absent(),
            Quantifier::Bare(inner) | Quantifier::Is(inner) => {
                let inner = Fields::condition(inner)?;
                $relation.is(|_| inner)
            }
            Quantifier::IsNot(inner) => {
                let inner = Fields::condition(inner)?;
                $relation.is_not(|_| inner)
            }
            _ => return None,
        }
    };
}

/// A model whose fields are known here by name. `None` is what can't be said of it.
pub(super) trait Fields: Model {
    /// A test of a column.
    fn test(name: &str, asked: &Test) -> Option<Condition<Self>>;

    /// A test along a relation.
    fn along(name: &str, quantifier: &Quantifier) -> Option<Condition<Self>>;

    /// A new value of a column.
    fn set(name: &str, value: &Value) -> Option<Assign<Self>>;

    /// An order by a column.
    fn order(name: &str, descending: bool) -> Option<Order<Self>>;

    /// A filter.
    fn condition(filter: &Filter) -> Option<Condition<Self>> {
        let each = |filters: &[Filter]| -> Option<Vec<Condition<Self>>> {
            // A list that asks nothing is left out, and what that means depends on where it stands.
            let some = (!filters.is_empty()).then_some(filters)?;
            some.iter().map(Self::condition).collect()
        };
        match filter {
            Filter::And(filters, _) => each(filters).map(Condition::all),
            Filter::Or(filters) => each(filters).map(Condition::any),
            Filter::Not(filters) => each(filters).map(|filters| !Condition::any(filters)),
            Filter::Column(name, asked) => Self::tested(name, asked),
            Filter::Relation(name, quantifier) => Self::along(name, quantifier),
        }
    }

    /// A test or several joined.
    fn tested(name: &str, asked: &Test) -> Option<Condition<Self>> {
        let each = |tests: &[Test]| -> Option<Vec<Condition<Self>>> {
            tests.iter().map(|asked| Self::tested(name, asked)).collect()
        };
        match asked {
            Test::And(tests) => each(tests).map(Condition::all),
            Test::Or(tests) => each(tests).map(Condition::any),
            Test::Not(tests) => each(tests).map(|tests| !Condition::any(tests)),
            asked => Self::test(name, asked),
        }
    }

    /// New values.
    fn assignment(set: &[(&'static str, Value)]) -> Option<Assign<Self>> {
        let all: Vec<Assign<Self>> =
            set.iter().map(|(name, value)| Self::set(name, value)).collect::<Option<_>>()?;
        Some(Assign::all(all))
    }
}

/// An order by a column, in either direction.
macro_rules! order {
    ($column:expr, $descending:expr) => {
        if $descending { $column.desc() } else { $column.asc() }
    };
}

impl Fields for Author {
    fn test(name: &str, asked: &Test) -> Option<Condition<Author>> {
        let a = Author::fields();
        Some(match name {
            "id" => test!(a.id(), Id<Author>, asked,),
            "name" => text!(a.name(), asked),
            "age" => nullable!(a.age(), i16, asked),
            "active" => test!(a.active(), bool, asked,),
            "score" => nullable!(a.score(), f64, asked),
            "mentor_id" => nullable!(a.mentor_id(), Id<Author>, asked),
            _ => return None,
        })
    }

    fn along(name: &str, quantifier: &Quantifier) -> Option<Condition<Author>> {
        let a = Author::fields();
        Some(match name {
            "books" => many!(a.books(), quantifier),
            "pupils" => many!(a.pupils(), quantifier),
            "mentor" => one!(a.mentor(), quantifier),
            _ => return None,
        })
    }

    fn set(name: &str, value: &Value) -> Option<Assign<Author>> {
        let a = Author::fields();
        Some(match name {
            "id" => a.id().set(Id::<Author>::read(value)?),
            "name" => a.name().set(String::read(value)?),
            "age" => a.age().set(Option::<i16>::read(value)?),
            "active" => a.active().set(bool::read(value)?),
            "score" => a.score().set(Option::<f64>::read(value)?),
            "mentor_id" => a.mentor_id().set(Option::<Id<Author>>::read(value)?),
            _ => return None,
        })
    }

    fn order(name: &str, descending: bool) -> Option<Order<Author>> {
        let a = Author::fields();
        Some(match name {
            "id" => order!(a.id(), descending),
            "name" => order!(a.name(), descending),
            "age" => order!(a.age(), descending),
            "active" => order!(a.active(), descending),
            "score" => order!(a.score(), descending),
            "mentor_id" => order!(a.mentor_id(), descending),
            _ => return None,
        })
    }
}

impl Fields for Book {
    fn test(name: &str, asked: &Test) -> Option<Condition<Book>> {
        let b = Book::fields();
        Some(match name {
            "id" => test!(b.id(), Id<Book>, asked,),
            "author_id" => test!(b.author_id(), Id<Author>, asked,),
            "title" => text!(b.title(), asked),
            "year" => nullable!(b.year(), i64, asked),
            "state" => test!(b.state(), State, asked,),
            _ => return None,
        })
    }

    fn along(name: &str, quantifier: &Quantifier) -> Option<Condition<Book>> {
        let b = Book::fields();
        Some(match name {
            "author" => one!(b.author(), quantifier),
            _ => return None,
        })
    }

    fn set(name: &str, value: &Value) -> Option<Assign<Book>> {
        let b = Book::fields();
        Some(match name {
            "id" => b.id().set(Id::<Book>::read(value)?),
            "author_id" => b.author_id().set(Id::<Author>::read(value)?),
            "title" => b.title().set(String::read(value)?),
            "year" => b.year().set(Option::<i64>::read(value)?),
            "state" => b.state().set(State::read(value)?),
            _ => return None,
        })
    }

    fn order(name: &str, descending: bool) -> Option<Order<Book>> {
        let b = Book::fields();
        Some(match name {
            "id" => order!(b.id(), descending),
            "author_id" => order!(b.author_id(), descending),
            "title" => order!(b.title(), descending),
            "year" => order!(b.year(), descending),
            "state" => order!(b.state(), descending),
            _ => return None,
        })
    }
}
