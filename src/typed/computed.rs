//! What is made of several rows: aggregates of groups, and of the rows along a relation.

use super::asked::Asked;
use super::column::{Col, Gives, Nullable};
use super::condition::{Assign, Condition, Order};
use super::field::{Field, Scalar};
use super::include::{Counted, Inclusion, State, Totalled};
use super::model::Of;
use super::newtype::Newtype;
use super::relation::Relation;
use super::scope::{Group, Ungrouped};
use crate::expr::{AggregateFunction, Expr};
use crate::filter::{Aggregate, Comparison, Direction, Filter, Operand, Test};
use ecow::{EcoString, eco_format};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use std::fmt;
use std::marker::PhantomData;
use uuid::Uuid;

/// A value made of several rows, to be selected, compared or ordered by: of a [`Group`], or of the rows
/// along the relation `R` of a row of the model `O`.
///
/// ```
/// use relata::typed::{Database, Id, Model, count};
/// # #[derive(Model)]
/// # #[relata(has_many(books: Book::author))]
/// # struct Author { #[relata(key, generated)] id: Id<Author>, name: String }
/// # #[derive(Model)]
/// # struct Book {
/// #     #[relata(key, generated)] id: Id<Book>,
/// #     #[relata(belongs_to(author: Author))] author_id: Id<Author>,
/// #     pages: i32,
/// # }
/// # let db = Database::new::<(Author, Book)>()?;
/// # let frank = db.insert(NewAuthor::new("Frank"))?;
/// # db.insert_many([NewBook::new(frank, 412), NewBook::new(frank, 256)])?;
/// // Of the rows along a relation: filtered by, ordered by, included.
/// let page = db.query::<Author>()
///     .filter(|a| a.books().count().gte(2))
///     .include(|a| a.books().sum(|b| b.pages()))
///     .order_by(|a| a.books().max(|b| b.pages()).desc())
///     .all()?;
/// assert_eq!(page.first().unwrap().books(), Some(668));
///
/// // Of all rows, or of those of each group.
/// let (books, longest) = db.query::<Book>().aggregate(|b| (count(), b.pages().max()))?;
/// assert_eq!((books, longest), (2, Some(412)));
/// # Ok::<(), relata::Error>(())
/// ```
#[must_use = "a value does nothing until it's selected, compared or ordered by"]
pub struct Computed<O, T, R = ()> {
    of: Made,
    /// Its name in the result, where it isn't its relation's.
    name: Option<&'static str>,
    marker: Of<(O, T, R)>,
}

/// What it is made of.
#[derive(Clone, Debug)]
enum Made {
    /// Rows of a query.
    Rows(Expr),
    /// Rows along a relation.
    Along(Aggregate),
}

/// How many rows there are in a group.
pub fn count() -> Computed<Group, i64> {
    Computed::of_rows(Expr::Aggregate(AggregateFunction::Count, None))
}

impl<O, T> Computed<O, T> {
    pub(super) fn of_rows(expr: Expr) -> Computed<O, T> {
        Computed { of: Made::Rows(expr), name: None, marker: PhantomData }
    }
}

impl<R: Relation, T> Computed<R::Source, T, R> {
    pub(super) fn along(aggregate: Aggregate) -> Computed<R::Source, T, R> {
        Computed { of: Made::Along(aggregate), name: None, marker: PhantomData }
    }

    /// Gives it under another name than its relation's, where rows are printed or become documents: so
    /// [`select`](super::Query::select) can be given several of one relation.
    pub fn named(self, name: &'static str) -> Computed<R::Source, T, R> {
        Computed { name: Some(name), ..self }
    }

    /// The value at which a page ended, in a cursor.
    pub fn at(self, value: impl Gives<T>) -> Assign<R::Source>
    where
        T: Field,
    {
        Assign::named(self.of.name(), value.given())
    }
}

impl Made {
    /// What an order calls it.
    fn name(&self) -> EcoString {
        match self {
            Made::Rows(expr) => eco_format!("{expr}"),
            Made::Along(aggregate) => aggregate.name(),
        }
    }
}

impl<O, T: Field, R> Computed<O, T, R> {
    /// Is equal to a value.
    pub fn eq(self, value: impl Gives<T::Scalar>) -> Condition<O> {
        self.compare(Comparison::Eq, value)
    }

    /// Is not equal to a value.
    pub fn ne(self, value: impl Gives<T::Scalar>) -> Condition<O> {
        self.compare(Comparison::Ne, value)
    }

    /// Is greater than a value.
    pub fn gt(self, value: impl Gives<T::Scalar>) -> Condition<O> {
        self.compare(Comparison::Gt, value)
    }

    /// Is greater than or equal to a value.
    pub fn gte(self, value: impl Gives<T::Scalar>) -> Condition<O> {
        self.compare(Comparison::Gte, value)
    }

    /// Is less than a value.
    pub fn lt(self, value: impl Gives<T::Scalar>) -> Condition<O> {
        self.compare(Comparison::Lt, value)
    }

    /// Is less than or equal to a value.
    pub fn lte(self, value: impl Gives<T::Scalar>) -> Condition<O> {
        self.compare(Comparison::Lte, value)
    }

    /// Is null: there was nothing to make it of.
    pub fn is_null(self) -> Condition<O>
    where
        T: Nullable,
    {
        self.test(Test::Null(false))
    }

    /// Isn't null.
    pub fn is_not_null(self) -> Condition<O>
    where
        T: Nullable,
    {
        self.test(Test::Null(true))
    }

    /// Least first; nulls last.
    pub fn asc(self) -> Order<O> {
        self.order(Direction::Asc)
    }

    /// Greatest first; nulls first.
    pub fn desc(self) -> Order<O> {
        self.order(Direction::Desc)
    }

    fn compare(self, comparison: Comparison, value: impl Gives<T::Scalar>) -> Condition<O> {
        self.test(Test::Compare(comparison, Operand::Input(value.given().into())))
    }

    fn test(self, test: Test) -> Condition<O> {
        Condition::new(match self.of {
            Made::Rows(Expr::Column(name)) => Filter::Column { name, test },
            Made::Rows(expr) => Filter::Expr { expr: Box::new(expr), test },
            Made::Along(of) => Filter::Aggregate { of: Box::new(of), test },
        })
    }

    fn order(self, direction: Direction) -> Order<O> {
        match self.of {
            Made::Rows(expr) => Order::by_value(expr, direction),
            Made::Along(of) => Order::along(of, direction),
        }
    }
}

impl<O, T> Computed<O, T> {
    pub(super) fn expr(&self) -> Expr {
        match &self.of {
            Made::Rows(expr) => expr.clone(),
            Made::Along(aggregate) => Expr::Column(aggregate.name()),
        }
    }
}

impl<O, T, R> Clone for Computed<O, T, R> {
    fn clone(&self) -> Self {
        Computed { of: self.of.clone(), name: self.name, marker: PhantomData }
    }
}

impl<O, T, R> fmt::Debug for Computed<O, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.of.fmt(f)
    }
}

// With the scalar as a parameter of the method, the compiler finds the method first and then says what is wrong
// with the scalar; an iterator has methods of these names, too.

/// Aggregates of the rows of a group.
impl<T: Field> Col<Ungrouped, T> {
    /// The sum of the values; `None` of none.
    pub fn sum<V: Summed>(self) -> Computed<Group, Option<V::Sum>>
    where
        T: Field<Scalar = V>,
    {
        self.make(AggregateFunction::Sum)
    }

    /// The mean of the values; `None` of none.
    pub fn avg<V: Summed>(self) -> Computed<Group, Option<V::Mean>>
    where
        T: Field<Scalar = V>,
    {
        self.make(AggregateFunction::Avg)
    }

    /// The least value; `None` of none.
    pub fn min<V: Ranked>(self) -> Computed<Group, Option<V>>
    where
        T: Field<Scalar = V>,
    {
        self.make(AggregateFunction::Min)
    }

    /// The greatest value; `None` of none.
    pub fn max<V: Ranked>(self) -> Computed<Group, Option<V>>
    where
        T: Field<Scalar = V>,
    {
        self.make(AggregateFunction::Max)
    }

    /// How many values aren't null.
    pub fn count(self) -> Computed<Group, i64> {
        self.make(AggregateFunction::Count)
    }

    /// How many different values there are.
    pub fn count_distinct(self) -> Computed<Group, i64> {
        self.make(AggregateFunction::CountDistinct)
    }

    fn make<U>(self, function: AggregateFunction) -> Computed<Group, U> {
        Computed::of_rows(Expr::Aggregate(function, Some(Box::new(Expr::Column(self.named())))))
    }
}

/// A scalar whose values have a sum and a mean.
#[diagnostic::on_unimplemented(
    message = "values of `{Self}` have no sum and no mean",
    label = "not a column of numbers"
)]
pub trait Summed: Scalar {
    /// What their sum is.
    type Sum: Scalar;
    /// What their mean is.
    type Mean: Scalar;
}

/// Declares numbers with the types of their sums and means.
macro_rules! summed {
    ($($rust:ty: $sum:ty, $mean:ty;)*) => {$(
        impl Summed for $rust {
            type Sum = $sum;
            type Mean = $mean;
        }
    )*};
}

summed! {
    i16: i64, Decimal;
    i32: i64, Decimal;
    i64: i64, Decimal;
    f64: f64, f64;
    Decimal: Decimal, Decimal;
}

/// As what it wraps.
#[diagnostic::do_not_recommend]
impl<T: Newtype<Inner: Summed>> Summed for T {
    type Sum = <T::Inner as Summed>::Sum;
    type Mean = <T::Inner as Summed>::Mean;
}

/// A scalar that isn't [`Ranked`] has neither a least value nor a greatest.
#[diagnostic::on_unimplemented(
    message = "values of `{Self}` have neither a least nor a greatest",
    label = "a column of another type is needed here"
)]
pub trait Ranked: Scalar {}

/// Declares scalars that are ranked.
macro_rules! ranked {
    ($($rust:ty),*) => {$(
        impl Ranked for $rust {}
    )*};
}

ranked!(i16, i32, i64, f64, Decimal, String, Vec<u8>, Date, DateTime, jiff::Timestamp, Uuid);

impl<M: 'static, K: Ranked> Ranked for super::Id<M, K> {}

#[diagnostic::do_not_recommend]
impl<T: Newtype<Inner: Ranked>> Ranked for T {}

/// What a value made of rows along a relation is, when it's included: a count, or an `Option`.
pub trait Amount: Field {
    /// What a row then knows of the relation.
    type State: State;
}

impl Amount for i64 {
    type State = Counted;
}

impl<T: Scalar> Amount for Option<T> {
    type State = Totalled<T>;
}

impl<R: Relation, T: Amount> Inclusion<R::Source> for Computed<R::Source, T, R> {
    type Relation = R;
    type State = T::State;

    fn add_to(self, asked: &mut Asked) {
        if let Made::Along(aggregate) = self.of {
            asked.place_total(R::PLACE, self.name.unwrap_or(R::NAME), aggregate);
        }
    }
}
