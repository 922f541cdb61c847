//! Types of one's own around a scalar.

use super::field::{Cell, Scalar};
use crate::value::{Type, Value, ValueRef};

/// A type of your own around a [`Scalar`]. Its columns compare with it and with nothing else.
///
/// What a row gives without copying is up to it: itself where that is cheap, the borrowed text where
/// it isn't.
///
/// ```
/// use relata::typed::{Database, Id, Model, Newtype};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Cents(i64);
///
/// impl Newtype for Cents {
///     type Inner = i64;
///     type Ref<'a> = Cents;
///     fn inner(&self) -> i64 {
///         self.0
///     }
///     fn view(cents: i64) -> Cents {
///         Cents(cents)
///     }
///     fn own(cents: Cents) -> Cents {
///         cents
///     }
/// }
///
/// #[derive(Model)]
/// struct Item {
///     #[relata(key, generated)]
///     id: Id<Item>,
///     price: Cents,
/// }
///
/// let db = Database::new::<Item>()?;
/// db.insert(NewItem { price: Cents(250) })?;
/// let page = db.query::<Item>().filter(|item| item.price().lt(Cents(300))).all()?;
/// assert_eq!(page.first().unwrap().price(), Cents(250));
/// # Ok::<(), relata::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a field of a model",
    label = "no column holds this type",
    note = "for a type of your own, derive `ModelEnum` on an enum or implement `Newtype`"
)]
pub trait Newtype: Clone + 'static {
    /// What it wraps.
    type Inner: Scalar;
    /// What a row gives without copying.
    type Ref<'a>;
    /// The value inside.
    fn inner(&self) -> Self::Inner;
    /// What a row gives for a cell.
    fn view(inner: <Self::Inner as Scalar>::Ref<'_>) -> Self::Ref<'_>;
    /// An owned copy of what a row gave.
    fn own(view: Self::Ref<'_>) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Newtype> Scalar for T {
    type Ref<'a> = T::Ref<'a>;

    fn column_type() -> Type {
        T::Inner::column_type()
    }

    #[inline]
    fn read(cell: Cell<'_>) -> T::Ref<'_> {
        T::view(<T::Inner as Scalar>::read(cell))
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Option<T::Ref<'_>> {
        T::Inner::from_value(value).map(T::view)
    }

    #[inline]
    fn own(read: T::Ref<'_>) -> T {
        <T as Newtype>::own(read)
    }

    fn to_value(&self) -> Value {
        self.inner().to_value()
    }
}
