//! Keys to look rows up by, borrowed.

use super::{Key, Value, ValueRef};

/// A key to look a row up by: one value, or several for a composite key. It borrows its texts, so that a
/// look-up allocates nothing.
///
/// ```
/// # use relata::{Column, Database, Schema, Table, row};
/// # let db = Database::new(Schema::new().table(Table::new("seats").column(Column::text("row"))
/// #     .column(Column::integer("number")).primary_key(["row", "number"])))?;
/// # db.insert("seats", row! { row: "B", number: 7 })?;
/// let snapshot = db.snapshot();
/// let seats = snapshot.table("seats")?;
/// assert!(seats.get(&["B".into(), 7.into()]).is_some());
/// assert!(seats.get("B").is_none());
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct KeyRef<'k>(Parts<'k>);

#[derive(Clone, Copy, Debug)]
enum Parts<'k> {
    One(ValueRef<'k>),
    /// Not one, so that a key has one form.
    Some(&'k [Value]),
}

impl<'k> KeyRef<'k> {
    /// The components, in the order of the key's columns.
    #[inline]
    pub fn values(self) -> impl ExactSizeIterator<Item = ValueRef<'k>> {
        let (one, some) = match self.0 {
            Parts::One(value) => (Some(value), &[][..]),
            Parts::Some(values) => (None, values),
        };
        let len = usize::from(one.is_some()) + some.len();
        (0..len).map(move |at| one.or_else(|| some.get(at).map(Value::as_ref)).unwrap_or_default())
    }

    /// The value of a key that has one.
    #[inline]
    pub(crate) fn single(self) -> Option<ValueRef<'k>> {
        match self.0 {
            Parts::One(value) => Some(value),
            Parts::Some(_) => None,
        }
    }
}

impl<'k> From<ValueRef<'k>> for KeyRef<'k> {
    #[inline]
    fn from(value: ValueRef<'k>) -> KeyRef<'k> {
        KeyRef(Parts::One(value))
    }
}

impl<'k> From<&'k [Value]> for KeyRef<'k> {
    #[inline]
    fn from(values: &'k [Value]) -> KeyRef<'k> {
        KeyRef(if let [value] = values { Parts::One(value.as_ref()) } else { Parts::Some(values) })
    }
}

impl<'k, const N: usize> From<&'k [Value; N]> for KeyRef<'k> {
    #[inline]
    fn from(values: &'k [Value; N]) -> KeyRef<'k> {
        values.as_slice().into()
    }
}

impl<'k> From<&'k Vec<Value>> for KeyRef<'k> {
    fn from(values: &'k Vec<Value>) -> KeyRef<'k> {
        values.as_slice().into()
    }
}

impl<'k> From<&'k Key> for KeyRef<'k> {
    fn from(key: &'k Key) -> KeyRef<'k> {
        key.values().into()
    }
}

impl<'k> From<&'k Value> for KeyRef<'k> {
    #[inline]
    fn from(value: &'k Value) -> KeyRef<'k> {
        value.as_ref().into()
    }
}

impl<'k> From<&'k str> for KeyRef<'k> {
    #[inline]
    fn from(value: &'k str) -> KeyRef<'k> {
        ValueRef::Text(value).into()
    }
}

impl From<uuid::Uuid> for KeyRef<'_> {
    fn from(value: uuid::Uuid) -> Self {
        ValueRef::Uuid(value).into()
    }
}

macro_rules! integers {
    ($($from:ty),*) => {$(
        impl From<$from> for KeyRef<'_> {
            #[inline]
            fn from(value: $from) -> Self {
                ValueRef::Integer(value.into()).into()
            }
        }
    )*};
}

integers!(i16, i32, i64, u32);
