//! Keys that know whose they are.

use super::Model;
use super::field::{Cell, Scalar};
use super::newtype::Newtype;
use crate::error::Result;
use crate::value::{Key, KeyRef, Type, Value, ValueRef};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use uuid::Uuid;

/// The key of a model `M`, which no key of another model is mixed up with: a 64-bit integer, or another
/// scalar `K`.
///
/// ```
/// use relata::typed::{Id, Model};
/// #[derive(Model)]
/// struct Country {
///     #[relata(key)]
///     code: Id<Country, String>,
/// }
/// #[derive(Model)]
/// struct City {
///     #[relata(key, generated)]
///     id: Id<City>,
///     #[relata(belongs_to(country: Country))]
///     country_code: Id<Country, String>,
/// }
/// let paris: Id<City> = Id::new(7);
/// assert_eq!((paris.to_string(), paris.get()), ("7".to_owned(), &7));
/// ```
pub struct Id<M, K = i64> {
    key: K,
    model: PhantomData<fn() -> M>,
}

impl<M, K> Id<M, K> {
    /// The key with this value.
    pub const fn new(key: K) -> Id<M, K> {
        Id { key, model: PhantomData }
    }

    /// Its value.
    pub const fn get(&self) -> &K {
        &self.key
    }

    /// Its value.
    pub fn into_inner(self) -> K {
        self.key
    }
}

impl<M: 'static, K: Scalar> Scalar for Id<M, K> {
    type Ref<'a> = Id<M, K::Ref<'a>>;

    fn column_type() -> Type {
        K::column_type()
    }

    #[inline]
    fn read(cell: Cell<'_>) -> Id<M, K::Ref<'_>> {
        Id::new(K::read(cell))
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Option<Id<M, K::Ref<'_>>> {
        K::from_value(value).map(Id::new)
    }

    #[inline]
    fn own(read: Id<M, K::Ref<'_>>) -> Id<M, K> {
        Id::new(K::own(read.key))
    }

    #[inline]
    fn to_value(&self) -> Value {
        self.key.to_value()
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        self.key.lend()
    }
}

impl<M, K: Clone> Clone for Id<M, K> {
    fn clone(&self) -> Id<M, K> {
        Id::new(self.key.clone())
    }
}

impl<M, K: Copy> Copy for Id<M, K> {}

impl<M, K: PartialEq<L>, L> PartialEq<Id<M, L>> for Id<M, K> {
    fn eq(&self, other: &Id<M, L>) -> bool {
        self.key == other.key
    }
}

impl<M, K: Eq> Eq for Id<M, K> {}

impl<M, K: PartialOrd<L>, L> PartialOrd<Id<M, L>> for Id<M, K> {
    fn partial_cmp(&self, other: &Id<M, L>) -> Option<Ordering> {
        self.key.partial_cmp(&other.key)
    }
}

impl<M, K: Ord> Ord for Id<M, K> {
    fn cmp(&self, other: &Id<M, K>) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl<M, K: Hash> Hash for Id<M, K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl<M, K: fmt::Display> fmt::Display for Id<M, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

impl<M, K: fmt::Debug> fmt::Debug for Id<M, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Id").field(&self.key).finish()
    }
}

/// As its value.
impl<M, K: Serialize> Serialize for Id<M, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.key.serialize(serializer)
    }
}

impl<'de, M, K: Deserialize<'de>> Deserialize<'de> for Id<M, K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Id<M, K>, D::Error> {
        K::deserialize(deserializer).map(Id::new)
    }
}

/// The type of a model's primary key: a scalar, or a tuple of them for a composite key.
pub trait ModelKey: Sized + Clone + 'static {
    /// The key with these values; `None` when they don't fit.
    fn from_values(values: &[Value]) -> Option<Self>;
    /// Its values.
    fn to_key(&self) -> Key;
}

impl<T: Scalar> ModelKey for T {
    fn from_values(values: &[Value]) -> Option<T> {
        if let [value] = values { T::from_value(value.as_ref()).map(T::own) } else { None }
    }

    #[inline]
    fn to_key(&self) -> Key {
        Key::of_one(self.to_value())
    }
}

/// What names a row of the model `M`: its [`Id`], or whatever its key is. A key that is the `Id` of
/// another model is given as a tuple of one: `db.get::<Profile>((user,))`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a key of `{M}`",
    label = "the key of another model, or of another type"
)]
pub trait KeyOf<M: Model> {
    /// The values of the key.
    fn key(self) -> Key;

    /// The same borrowed, where that can be: of a key of one value.
    #[doc(hidden)]
    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        None
    }
}

impl<M: Model<Key = Id<M, K>>, K: Scalar> KeyOf<M> for Id<M, K> {
    #[inline]
    fn key(self) -> Key {
        self.to_key()
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        self.key.lend()
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model<Key = T>, T: Newtype> KeyOf<M> for T {
    fn key(self) -> Key {
        self.to_key()
    }
}

/// Any key, also one that is the [`Id`] of another model.
impl<M: Model<Key = K>, K: ModelKey> KeyOf<M> for (K,) {
    fn key(self) -> Key {
        self.0.to_key()
    }
}

/// A key that is text, borrowed.
impl<M: Model<Key = String>> KeyOf<M> for &str {
    fn key(self) -> Key {
        Key::from(self)
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        Some(ValueRef::Text(self))
    }
}

/// How many keys are looked up together at most.
const BLOCK: usize = 256;

/// What keys are shown to, a block at a time. A trait, so that what becomes of them is compiled with them.
pub(super) trait Take {
    /// Takes a block of keys.
    ///
    /// # Errors
    /// Whatever becomes of them.
    fn take<'k>(&mut self, keys: impl Iterator<Item = KeyRef<'k>>) -> Result<()>;
}

/// Looks something up by a key, borrowed where it can be.
#[inline]
pub(super) fn by_one<K, T>(
    key: K,
    lend: impl FnOnce(&K) -> Option<ValueRef<'_>>,
    held: impl FnOnce(K) -> Key,
    look_up: impl FnOnce(KeyRef<'_>) -> T,
) -> T {
    match lend(&key) {
        Some(value) => look_up(value.into()),
        None => look_up(KeyRef::from(&held(key))),
    }
}

/// Shows keys some at a time, borrowed where they can be. O(keys).
///
/// # Errors
/// What `take` fails with.
#[inline]
pub(super) fn in_blocks<K>(
    keys: impl IntoIterator<Item = K>,
    lend: impl Fn(&K) -> Option<ValueRef<'_>>,
    held: impl Fn(K) -> Key,
    mut take: impl Take,
) -> Result<()> {
    let mut keys = keys.into_iter();
    let mut block = Vec::with_capacity(keys.size_hint().0.min(BLOCK));
    loop {
        block.extend(keys.by_ref().take(BLOCK));
        match block.first() {
            None => return Ok(()),
            Some(first) if lend(first).is_some() => {
                take.take(block.iter().map(|key| lend(key).unwrap_or_default().into()))?;
                block.clear();
            }
            Some(_) => {
                let block: Vec<Key> = block.drain(..).map(&held).collect();
                take.take(block.iter().map(KeyRef::from))?;
            }
        }
    }
}

/// Declares the scalars that are keys by themselves.
macro_rules! plain_keys {
    ($($rust:ty),*) => {$(
        impl<M: Model<Key = $rust>> KeyOf<M> for $rust {
            fn key(self) -> Key {
                self.to_key()
            }

            #[inline]
            fn lend(&self) -> Option<ValueRef<'_>> {
                Scalar::lend(self)
            }
        }
    )*};
}

plain_keys!(i16, i32, i64, String, Uuid, Date);

/// Declares tuples of scalars as keys.
macro_rules! composite_keys {
    ($(($($name:ident $at:tt),*))*) => {$(
        impl<$($name: Scalar),*> ModelKey for ($($name,)*) {
            fn from_values(values: &[Value]) -> Option<Self> {
                const COUNT: usize = [$($at),*].len();
                if values.len() != COUNT {
                    return None;
                }
                Some(($($name::from_value(values.get($at)?.as_ref()).map($name::own)?,)*))
            }

            fn to_key(&self) -> Key {
                [$(self.$at.to_value()),*].into_iter().collect()
            }
        }

        impl<M: Model<Key = ($($name,)*)>, $($name: Scalar),*> KeyOf<M> for ($($name,)*) {
            fn key(self) -> Key {
                self.to_key()
            }
        }
    )*};
}

composite_keys! {
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
}

/// A type that can hold the key of a row of `M`: what a foreign key to it is made of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't refer to `{M}`",
    label = "not the type of the key of `{M}`",
    note = "a `belongs_to` field has the type of the key it refers to, or an `Option` of it"
)]
pub trait Refers<M: Model>: Scalar {}

#[diagnostic::do_not_recommend]
impl<M: Model<Key = T>, T: Scalar> Refers<M> for T {}
