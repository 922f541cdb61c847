//! Primary keys as values.

use super::Value;
use ecow::{EcoString, eco_format};
use serde::{Serialize, Serializer};
use smallvec::SmallVec;
use std::fmt;

/// The primary key of a row: one value, or several for a composite key.
///
/// ```
/// use relata::Key;
/// assert_eq!(Key::from(7).to_string(), "7");
/// assert_eq!(Key::from((1, "s2")).to_string(), "(1, s2)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key(SmallVec<[Value; 1]>);

impl Key {
    /// The key of this one value. O(1).
    #[cfg(feature = "typed")]
    #[inline]
    pub(crate) fn of_one(value: Value) -> Key {
        Key(SmallVec::from_buf([value]))
    }

    /// So many values, in words.
    pub(crate) fn length(values: usize) -> EcoString {
        eco_format!("{values} value{}", if values == 1 { "" } else { "s" })
    }

    /// The components, in the order of the key's columns; none where a table has no primary key.
    pub fn values(&self) -> &[Value] {
        &self.0
    }
}

impl FromIterator<Value> for Key {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Key {
        Key(values.into_iter().collect())
    }
}

/// A single value is a key; what is no value by itself is given as a tuple.
macro_rules! single {
    ($($from:ty),* $(,)?) => {$(
        impl From<$from> for Key {
            fn from(value: $from) -> Key {
                Key([Value::from(value)].into_iter().collect())
            }
        }
    )*};
}

single!(i16, i32, i64, u32, &str, String, uuid::Uuid, Value);

impl From<&Key> for Key {
    fn from(key: &Key) -> Key {
        key.clone()
    }
}

impl<A: Into<Value>, B: Into<Value>> From<(A, B)> for Key {
    fn from((a, b): (A, B)) -> Key {
        [a.into(), b.into()].into_iter().collect()
    }
}

impl<A: Into<Value>, B: Into<Value>, C: Into<Value>> From<(A, B, C)> for Key {
    fn from((a, b, c): (A, B, C)) -> Key {
        [a.into(), b.into(), c.into()].into_iter().collect()
    }
}

/// The value of a single-column key. A composite key gives null, which no key column takes.
impl From<&Key> for Value {
    fn from(key: &Key) -> Value {
        if let [value] = key.values() { value.clone() } else { Value::Null }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [value] = self.values() {
            return write!(f, "{value}");
        }
        f.write_str("(")?;
        for (at, value) in self.0.iter().enumerate() {
            write!(f, "{}{value}", if at == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.values() {
            [value] => value.serialize(serializer),
            values => values.serialize(serializer),
        }
    }
}
