//! Rust types that a field of a model may have, and how they are read from a column.

use super::include::Kind;
use super::newtype::Newtype;
use super::relation::{ToMaybe, ToOne};
use crate::column::Column;
use crate::id::Slot;
use crate::value::{Json, Type, Value, ValueRef};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A type that a field of a [`Model`](super::Model) may have: a [`Scalar`], or an `Option` of one for a
/// column that may be null.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a field of a model",
    label = "no column holds this type",
    note = "fields are bool, i16, i32, i64, f64, Decimal, String, Vec<u8>, jiff's Date, DateTime and Timestamp, Uuid, Json, Id<Model>, and an Option of these",
    note = "for a type of your own, derive `ModelEnum` on an enum or implement `Newtype`"
)]
pub trait Field: Clone + 'static {
    /// The type without its `Option`.
    type Scalar: Scalar;
    /// What a row gives without copying.
    type Ref<'a>;
    /// How many rows a relation leads to whose key this is.
    type Reference: Kind;
    /// Whether the column may be null.
    const NULLABLE: bool;
    /// Reads a cell. O(1).
    fn read(cell: Cell<'_>) -> Self::Ref<'_>;
    /// Takes a value; `None` for one that this type doesn't hold.
    fn of_value(value: ValueRef<'_>) -> Option<Self::Ref<'_>>;
    /// An owned copy of what was read.
    fn own(read: Self::Ref<'_>) -> Self;
    /// The value to store.
    fn to_value(&self) -> Value;
    /// The same borrowed, where that can be.
    #[doc(hidden)]
    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        None
    }
}

/// A type whose values fill the cells of one type of column.
///
/// Enums get it from `#[derive(ModelEnum)]`, other types of your own from [`Newtype`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a value of a column",
    note = "derive `ModelEnum` on an enum, or implement `Newtype` for a wrapper"
)]
pub trait Scalar: Clone + 'static {
    /// What a row gives without copying: the value itself, or a borrowed text or bytes.
    type Ref<'a>;
    /// The type of the column.
    fn column_type() -> Type;
    /// Reads a cell that isn't null. O(1).
    fn read(cell: Cell<'_>) -> Self::Ref<'_>;
    /// Takes a value of the column's type; `None` for another one.
    fn from_value(value: ValueRef<'_>) -> Option<Self::Ref<'_>>;
    /// An owned copy of what was read.
    fn own(read: Self::Ref<'_>) -> Self;
    /// The value to store.
    fn to_value(&self) -> Value;
    /// The same borrowed, where that can be.
    #[doc(hidden)]
    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        None
    }
}

/// A scalar that is text, which can be matched with a pattern.
#[diagnostic::on_unimplemented(
    message = "a column of `{Self}` isn't text, so it can't be matched with a pattern"
)]
pub trait Text: Scalar {}

impl Text for String {}

#[diagnostic::do_not_recommend]
impl<T: Newtype<Inner: Text>> Text for T {}

/// One cell of a row, before its type is known.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    column: &'a Column,
    slot: Slot,
}

impl<'a> Cell<'a> {
    #[inline]
    pub(super) fn new(column: &'a Column, slot: Slot) -> Cell<'a> {
        Cell { column, slot }
    }

    /// Whether it's null. O(1).
    #[inline]
    pub fn is_null(self) -> bool {
        self.column.is_null(self.slot)
    }

    /// The cell as a value. O(1).
    #[inline]
    pub fn value(self) -> ValueRef<'a> {
        self.column.get(self.slot)
    }

    /// The text of a text, JSON or enum cell; empty for another. O(1).
    #[inline]
    pub fn text(self) -> &'a str {
        self.column.text(self.slot)
    }

    /// The bytes of a bytes cell; empty for another. O(1).
    #[inline]
    pub fn bytes(self) -> &'a [u8] {
        if let ValueRef::Bytes(bytes) = self.value() { bytes } else { &[] }
    }

    /// The integer of an integer cell of any width; 0 for another. O(1).
    #[inline]
    pub fn integer(self) -> i64 {
        self.value().as_i64().unwrap_or_default()
    }

    /// The place of an enum's label among its labels; 0 for another cell. O(1).
    #[inline]
    pub fn ordinal(self) -> usize {
        self.column.ordinal(self.slot)
    }
}

/// Declares the scalars that are read by value.
macro_rules! scalars {
    ($($rust:ty, $ty:ident, $lent:ident: $cell:ident => $read:expr, $value:ident => $take:expr;)*) => {$(
        impl Scalar for $rust {
            type Ref<'a> = $rust;

            fn column_type() -> Type {
                Type::$ty
            }

            #[inline]
            fn read($cell: Cell<'_>) -> $rust {
                $read
            }

            #[inline]
            fn from_value($value: ValueRef<'_>) -> Option<$rust> {
                $take
            }

            #[inline]
            fn own(read: $rust) -> $rust {
                read
            }

            #[inline]
            fn to_value(&self) -> Value {
                Value::from(*self)
            }

            #[inline]
            fn lend(&self) -> Option<ValueRef<'_>> {
                Some(ValueRef::$lent((*self).into()))
            }
        }
    )*};
}

/// Declares the scalars that hold a value of a column as it is, and what stands for another.
macro_rules! held {
    ($($rust:ty, $ty:ident, else $else:expr;)*) => {
        scalars! {$(
            $rust, $ty, $ty: cell => Self::from_value(cell.value()).unwrap_or($else),
                value => if let ValueRef::$ty(held) = value { Some(held) } else { None };
        )*}
    };
}

held! {
    Decimal, Decimal, else Decimal::ZERO;
    Date, Date, else Date::ZERO;
    DateTime, Timestamp, else DateTime::ZERO;
    jiff::Timestamp, Timestamptz, else jiff::Timestamp::UNIX_EPOCH;
    Uuid, Uuid, else Uuid::nil();
}

/// Declares the integers, which are read without making a value.
macro_rules! integers {
    ($($rust:ty, $ty:ident, $read:ident;)*) => {
        scalars! {$(
            $rust, $ty, Integer: cell => cell.column.$read(cell.slot),
                value => value.as_i64().and_then(|integer| integer.try_into().ok());
        )*}
    };
}

integers! {
    i16, Smallint, smallint;
    i32, Int, int;
    i64, Integer, integer;
}

scalars! {
    bool, Boolean, Boolean: cell => cell.column.boolean(cell.slot), value => value.as_bool();
    f64, Float, Float: cell => cell.column.float(cell.slot), value => value.as_f64();
}

impl Scalar for String {
    type Ref<'a> = &'a str;

    fn column_type() -> Type {
        Type::Text
    }

    #[inline]
    fn read(cell: Cell<'_>) -> &str {
        cell.text()
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Option<&str> {
        value.as_str()
    }

    fn own(read: &str) -> String {
        read.to_owned()
    }

    fn to_value(&self) -> Value {
        Value::from(self.as_str())
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        Some(ValueRef::Text(self))
    }
}

impl Scalar for Vec<u8> {
    type Ref<'a> = &'a [u8];

    fn column_type() -> Type {
        Type::Bytes
    }

    #[inline]
    fn read(cell: Cell<'_>) -> &[u8] {
        cell.bytes()
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Option<&[u8]> {
        if let ValueRef::Bytes(bytes) = value { Some(bytes) } else { None }
    }

    fn own(read: &[u8]) -> Vec<u8> {
        read.to_vec()
    }

    fn to_value(&self) -> Value {
        Value::from(self.as_slice())
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        Some(ValueRef::Bytes(self))
    }
}

/// Read as its canonical text.
impl Scalar for Json {
    type Ref<'a> = &'a str;

    fn column_type() -> Type {
        Type::Json
    }

    #[inline]
    fn read(cell: Cell<'_>) -> &str {
        cell.text()
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Option<&str> {
        if let ValueRef::Json(text) = value { Some(text) } else { None }
    }

    fn own(read: &str) -> Json {
        Json::canonical(read.into())
    }

    fn to_value(&self) -> Value {
        Value::Json(self.clone())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> Field for T {
    type Scalar = T;
    type Ref<'a> = T::Ref<'a>;
    type Reference = ToOne;
    const NULLABLE: bool = false;

    #[inline]
    fn read(cell: Cell<'_>) -> T::Ref<'_> {
        <T as Scalar>::read(cell)
    }

    #[inline]
    fn of_value(value: ValueRef<'_>) -> Option<T::Ref<'_>> {
        <T as Scalar>::from_value(value)
    }

    #[inline]
    fn own(read: T::Ref<'_>) -> T {
        <T as Scalar>::own(read)
    }

    fn to_value(&self) -> Value {
        <T as Scalar>::to_value(self)
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        <T as Scalar>::lend(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> Field for Option<T> {
    type Scalar = T;
    type Ref<'a> = Option<T::Ref<'a>>;
    type Reference = ToMaybe;
    const NULLABLE: bool = true;

    #[inline]
    fn read(cell: Cell<'_>) -> Option<T::Ref<'_>> {
        if cell.is_null() { None } else { Some(T::read(cell)) }
    }

    #[inline]
    fn of_value(value: ValueRef<'_>) -> Option<Option<T::Ref<'_>>> {
        if value.is_null() { Some(None) } else { T::from_value(value).map(Some) }
    }

    #[inline]
    fn own(read: Option<T::Ref<'_>>) -> Option<T> {
        read.map(T::own)
    }

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }
}
