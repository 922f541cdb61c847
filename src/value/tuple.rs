//! Several cells as a tuple.

use super::{FromValue, Value};

/// A Rust type that the values of some columns can be taken as: one value, or a tuple of several.
///
/// ```
/// use relata::{FromValues, Value};
/// let values = [Value::from(1), Value::from("Ann")];
/// assert_eq!(<(i64, String)>::from_values(&values), Some((1, "Ann".to_owned())));
/// assert_eq!(i64::from_values(&values[..1]), Some(1));
/// assert_eq!(i64::from_values(&values), None);
/// ```
pub trait FromValues: Sized {
    /// The values as this type; `None` when there are more or fewer, or one of them is something else.
    fn from_values(values: &[Value]) -> Option<Self>;
}

impl<T: for<'a> FromValue<'a>> FromValues for T {
    fn from_values(values: &[Value]) -> Option<Self> {
        if let [value] = values { T::from_value(value.as_ref()) } else { None }
    }
}

/// Declares tuples of so many values.
macro_rules! tuples {
    ($(($($name:ident $value:ident),*);)*) => {$(
        impl<$($name: for<'a> FromValue<'a>),*> FromValues for ($($name,)*) {
            fn from_values(values: &[Value]) -> Option<Self> {
                if let [$($value),*] = values {
                    Some(($($name::from_value($value.as_ref())?,)*))
                } else {
                    None
                }
            }
        }
    )*};
}

tuples! {
    (A a);
    (A a, B b);
    (A a, B b, C c);
    (A a, B b, C c, D d);
    (A a, B b, C c, D d, E e);
    (A a, B b, C c, D d, E e, F f);
}
