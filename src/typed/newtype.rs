//! Types of one's own around a scalar.

use super::field::{Cell, Scalar};
use crate::value::{Json, Type, Value, ValueRef};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A type of your own around a scalar. Its columns compare with it and with nothing else.
///
/// A row gives it as itself; around text, bytes or JSON it gives what is inside, borrowed.
///
/// ```
/// use relata::typed::{Database, Id, Model, Newtype};
///
/// #[derive(Clone, Debug, PartialEq)]
/// struct Cents(i64);
///
/// impl Newtype for Cents {
///     type Inner = i64;
///     fn wrap(cents: i64) -> Cents {
///         Cents(cents)
///     }
///     fn inner(&self) -> i64 {
///         self.0
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
    type Inner: Wrap;
    /// Wraps a value.
    fn wrap(inner: Self::Inner) -> Self;
    /// The value inside.
    fn inner(&self) -> Self::Inner;
}

/// A scalar that a [`Newtype`] can wrap: every type of column but an enum.
pub trait Wrap: Scalar {
    /// What a row gives of a newtype around it.
    type View<'a, N: Newtype<Inner = Self>>;
    /// What a row gives for a cell.
    #[doc(hidden)]
    fn view<N: Newtype<Inner = Self>>(read: Self::Ref<'_>) -> Self::View<'_, N>;
    /// An owned copy of what a row gave.
    #[doc(hidden)]
    fn take<N: Newtype<Inner = Self>>(view: Self::View<'_, N>) -> N;
}

/// Declares the scalars that are wrapped whenever they're read.
macro_rules! wrapped {
    ($($rust:ty),*) => {$(
        impl Wrap for $rust {
            type View<'a, N: Newtype<Inner = $rust>> = N;

            #[inline]
            fn view<N: Newtype<Inner = $rust>>(read: Self::Ref<'_>) -> Self::View<'_, N> {
                N::wrap(read)
            }

            fn take<N: Newtype<Inner = $rust>>(view: N) -> N {
                view
            }
        }
    )*};
}

wrapped!(bool, i16, i32, i64, f64, Decimal, Date, DateTime, jiff::Timestamp, Uuid);

/// Declares the scalars that are read borrowed.
macro_rules! borrowed {
    ($($rust:ty => $view:ty),*) => {$(
        impl Wrap for $rust {
            type View<'a, N: Newtype<Inner = $rust>> = &'a $view;

            #[inline]
            fn view<N: Newtype<Inner = $rust>>(read: Self::Ref<'_>) -> Self::View<'_, N> {
                read
            }

            fn take<N: Newtype<Inner = $rust>>(view: &$view) -> N {
                N::wrap(<$rust as Scalar>::own(view))
            }
        }
    )*};
}

borrowed!(String => str, Vec<u8> => [u8], Json => str);

#[diagnostic::do_not_recommend]
impl<T: Newtype> Scalar for T {
    type Ref<'a> = <T::Inner as Wrap>::View<'a, T>;

    fn column_type() -> Type {
        T::Inner::column_type()
    }

    #[inline]
    fn read(cell: Cell<'_>) -> Self::Ref<'_> {
        T::Inner::view::<T>(<T::Inner as Scalar>::read(cell))
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Option<Self::Ref<'_>> {
        <T::Inner as Scalar>::from_value(value).map(T::Inner::view::<T>)
    }

    #[inline]
    fn own(read: Self::Ref<'_>) -> T {
        T::Inner::take(read)
    }

    fn to_value(&self) -> Value {
        self.inner().to_value()
    }
}
