//! Typed columns: what closures are given to compare, order by and assign to.

use super::condition::{Assign, Condition, Order};
use super::field::{Field, Scalar, Text};
use super::key::Id;
use super::scope::At;
use crate::filter::{Comparison, Direction, Filter, Operand as Untyped, Test};
use crate::value::{Input, Value, ValueRef};
use ecow::EcoString;
use std::fmt;
use std::marker::PhantomData;

/// A column of the model `M` whose cells are of type `T`.
///
/// A derived model's closures get them by the names of its fields.
///
/// ```
/// use relata::typed::{Database, Id, Model};
/// #[derive(Model)]
/// struct Book {
///     #[relata(key, generated)]
///     id: Id<Book>,
///     title: String,
///     year: Option<i32>,
/// }
/// let db = Database::new::<Book>()?;
/// db.insert(NewBook { title: "Dune".into(), year: Some(1965) })?;
/// let old = db.query::<Book>().filter(|b| b.year().lt(1970).and(b.title().like("D%"))).count()?;
/// assert_eq!(old, 1);
/// # Ok::<(), relata::Error>(())
/// ```
#[must_use = "a column asks nothing until it's compared"]
pub struct Col<M, T> {
    pub(super) name: &'static str,
    pub(super) place: usize,
    at: At,
    marker: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Clone for Col<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Col<M, T> {}

impl<M, T> fmt::Debug for Col<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl<M, T> Col<M, T> {
    pub(super) const fn new(name: &'static str, place: usize, at: At) -> Col<M, T> {
        Col { name, place, at, marker: PhantomData }
    }

    /// The name of the column.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Its name in the query.
    pub(super) fn named(self) -> EcoString {
        self.at.named(self.name)
    }
}

impl<M, T: Field> Col<M, T> {
    // Written out: what a macro makes, the compiler shows whole with every mistake.

    /// Is equal to a value or another column of the row.
    pub fn eq(self, other: impl Operand<M, T::Scalar>) -> Condition<M> {
        self.compare(Comparison::Eq, other.operand())
    }

    /// Is not equal to a value or another column of the row.
    pub fn ne(self, other: impl Operand<M, T::Scalar>) -> Condition<M> {
        self.compare(Comparison::Ne, other.operand())
    }

    /// Is greater than a value or another column of the row.
    pub fn gt(self, other: impl Operand<M, T::Scalar>) -> Condition<M> {
        self.compare(Comparison::Gt, other.operand())
    }

    /// Is greater than or equal to a value or another column of the row.
    pub fn gte(self, other: impl Operand<M, T::Scalar>) -> Condition<M> {
        self.compare(Comparison::Gte, other.operand())
    }

    /// Is less than a value or another column of the row.
    pub fn lt(self, other: impl Operand<M, T::Scalar>) -> Condition<M> {
        self.compare(Comparison::Lt, other.operand())
    }

    /// Is less than or equal to a value or another column of the row.
    pub fn lte(self, other: impl Operand<M, T::Scalar>) -> Condition<M> {
        self.compare(Comparison::Lte, other.operand())
    }

    /// Is among these values. Among none is nothing.
    pub fn is_in<V: Gives<T::Scalar>>(self, values: impl IntoIterator<Item = V>) -> Condition<M> {
        self.test(Test::In(inputs(values), false))
    }

    /// Is not among these values.
    pub fn not_in<V: Gives<T::Scalar>>(self, values: impl IntoIterator<Item = V>) -> Condition<M> {
        self.test(Test::In(inputs(values), true))
    }

    /// Lies between two values, both included.
    pub fn between(self, least: impl Gives<T::Scalar>, greatest: impl Gives<T::Scalar>) -> Condition<M> {
        self.test(Test::Between(least.given().into(), greatest.given().into(), false))
    }

    /// Lies outside two values.
    pub fn not_between(self, least: impl Gives<T::Scalar>, greatest: impl Gives<T::Scalar>) -> Condition<M> {
        self.test(Test::Between(least.given().into(), greatest.given().into(), true))
    }

    /// Least first; nulls last.
    pub fn asc(self) -> Order<M> {
        self.order(Direction::Asc)
    }

    /// Greatest first; nulls first.
    pub fn desc(self) -> Order<M> {
        self.order(Direction::Desc)
    }

    /// Gives the column a value, in an update.
    pub fn set(self, value: impl Gives<T>) -> Assign<M> {
        Assign::new(self.name, value.given())
    }

    /// The value at which a page ended, in a cursor.
    pub fn at(self, value: impl Gives<T>) -> Assign<M> {
        Assign::new(self.name, value.given())
    }

    /// Is null.
    pub fn is_null(self) -> Condition<M>
    where
        T: Nullable,
    {
        self.test(Test::Null(false))
    }

    /// Isn't null.
    pub fn is_not_null(self) -> Condition<M>
    where
        T: Nullable,
    {
        self.test(Test::Null(true))
    }

    /// Is equal to a value, or null when there is none: what [`eq`](Col::eq) doesn't say, for which null
    /// is unknown.
    pub fn is(self, value: Option<T::Scalar>) -> Condition<M>
    where
        T: Nullable,
    {
        match value {
            Some(value) => self.eq(value),
            None => self.is_null(),
        }
    }

    /// Matches a pattern: `%` is any text, `_` any character, a backslash takes what follows as it is.
    pub fn like(self, pattern: &str) -> Condition<M>
    where
        T::Scalar: Text,
    {
        self.pattern(pattern, false, false)
    }

    /// Matches a pattern, letters in either case.
    pub fn ilike(self, pattern: &str) -> Condition<M>
    where
        T::Scalar: Text,
    {
        self.pattern(pattern, true, false)
    }

    /// Doesn't match a pattern.
    pub fn not_like(self, pattern: &str) -> Condition<M>
    where
        T::Scalar: Text,
    {
        self.pattern(pattern, false, true)
    }

    /// Doesn't match a pattern, letters in either case.
    pub fn not_ilike(self, pattern: &str) -> Condition<M>
    where
        T::Scalar: Text,
    {
        self.pattern(pattern, true, true)
    }

    fn pattern(self, pattern: &str, insensitive: bool, negated: bool) -> Condition<M> {
        self.test(Test::Like { pattern: Input::from(pattern), insensitive, negated })
    }

    fn compare(self, comparison: Comparison, other: Untyped) -> Condition<M> {
        self.test(Test::Compare(comparison, other))
    }

    fn test(self, test: Test) -> Condition<M> {
        Condition::new(Filter::Column { name: self.named(), test })
    }

    fn order(self, direction: Direction) -> Order<M> {
        Order::by_name(self.named(), direction)
    }
}

/// A field whose column may be null: an `Option`.
#[diagnostic::on_unimplemented(
    message = "a column of `{Self}` is never null",
    note = "the field isn't an `Option`, so its column isn't nullable"
)]
pub trait Nullable: Field {}

impl<T: Scalar> Nullable for Option<T> {}

fn inputs<T: Field, V: Gives<T>>(values: impl IntoIterator<Item = V>) -> Vec<Input> {
    values.into_iter().map(|value| value.given().into()).collect()
}

/// What a column of `T` can be given: a `T`, for text a `&str` too, and for an `Option` the value
/// itself too.
#[diagnostic::on_unimplemented(
    message = "a column of `{T}` can't be given a `{Self}`",
    label = "expected `{T}`"
)]
pub trait Gives<T: Field> {
    /// The value to store.
    fn given(self) -> Value;
    /// The same borrowed, where that can be.
    #[doc(hidden)]
    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T: Field> Gives<T> for T {
    fn given(self) -> Value {
        self.to_value()
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        Field::lend(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> Gives<Option<T>> for T {
    fn given(self) -> Value {
        Scalar::to_value(&self)
    }
}

/// What a column of the model `M` that holds `T` can be compared with: a value, or another such column.
/// An `Option` isn't: [`Col::is`] compares with one.
#[diagnostic::on_unimplemented(
    message = "a column of `{T}` can't be compared with `{Self}`",
    label = "expected `{T}`, or another column of `{T}` of this model",
    note = "`.is(option)` compares a nullable column with an `Option`"
)]
pub trait Operand<M, T: Scalar> {
    /// The other side of the comparison.
    #[doc(hidden)]
    fn operand(self) -> Untyped;
}

#[diagnostic::do_not_recommend]
impl<M, T: Scalar> Operand<M, T> for T {
    fn operand(self) -> Untyped {
        Untyped::Input(self.to_value().into())
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: Field> Operand<M, T::Scalar> for Col<M, T> {
    fn operand(self) -> Untyped {
        Untyped::Column(self.named())
    }
}

#[diagnostic::do_not_recommend]
impl<M> Operand<M, String> for &str {
    fn operand(self) -> Untyped {
        Untyped::Input(Value::from(self).into())
    }
}

#[diagnostic::do_not_recommend]
impl Gives<String> for &str {
    fn given(self) -> Value {
        Value::from(self)
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        Some(ValueRef::Text(self))
    }
}

#[diagnostic::do_not_recommend]
impl Gives<Option<String>> for &str {
    fn given(self) -> Value {
        Value::from(self)
    }
}

#[diagnostic::do_not_recommend]
impl<M> Operand<M, Vec<u8>> for &[u8] {
    fn operand(self) -> Untyped {
        Untyped::Input(Value::from(self).into())
    }
}

#[diagnostic::do_not_recommend]
impl Gives<Vec<u8>> for &[u8] {
    fn given(self) -> Value {
        Value::from(self)
    }
}

#[diagnostic::do_not_recommend]
impl Gives<Option<Vec<u8>>> for &[u8] {
    fn given(self) -> Value {
        Value::from(self)
    }
}

#[diagnostic::do_not_recommend]
impl<M> Operand<M, String> for &String {
    fn operand(self) -> Untyped {
        Untyped::Input(Value::from(self.as_str()).into())
    }
}

/// The key of a row whose key is text.
#[diagnostic::do_not_recommend]
impl<M, N: 'static> Operand<M, Id<N, String>> for Id<N, &str> {
    fn operand(self) -> Untyped {
        Untyped::Input(Value::from(*self.get()).into())
    }
}
