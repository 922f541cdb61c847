//! One column of a table: typed chunks and null bits.
//!
//! The column's type is matched once, when a [`ColumnView`] is taken outside a loop; inside, a cell
//! is a chunk and a position. What lies under a null is the type's default and never looked at.

mod ahead;
pub(crate) mod bits;
pub(crate) mod chunked;
#[cfg(feature = "typed")]
mod direct;
mod gather;
pub(crate) mod held;
pub(crate) mod number;
pub(crate) mod spans;
pub(crate) mod spine;
pub(crate) mod staged;
pub(crate) mod time;

use self::bits::{Bits, BitsView};
use self::chunked::{Chunked, Chunks, ROWS};
use self::spans::{Spans, SpansView};
use crate::column::held::Held;
use crate::id::Slot;
use crate::value::{Type, Value, ValueRef};
use ecow::{EcoString, EcoVec};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A column's cells.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    data: Data,
    /// A set bit is a null. `None` when the column is never null.
    nulls: Option<Bits>,
}

#[derive(Clone, Debug)]
enum Data {
    Boolean(Chunked<bool>),
    Smallint(Chunked<i16>),
    Int(Chunked<i32>),
    Integer(Chunked<i64>),
    Float(Chunked<f64>),
    Decimal(Chunked<Decimal>),
    Text(Spans<String>),
    Bytes(Spans<Vec<u8>>),
    Date(Chunked<i32>),
    Timestamp(Chunked<i64>),
    Timestamptz(Chunked<i64>),
    Uuid(Chunked<u128>),
    Json(Spans<String>),
    Enum(Chunked<u16>, EcoVec<EcoString>),
}

/// A column's cells, hoisted out of a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnView<'a> {
    pub(crate) data: DataView<'a>,
    pub(crate) nulls: Option<BitsView<'a>>,
}

/// The chunks of a column, by what they hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DataView<'a> {
    Boolean(Chunks<'a, bool>),
    Smallint(Chunks<'a, i16>),
    Int(Chunks<'a, i32>),
    Integer(Chunks<'a, i64>),
    Float(Chunks<'a, f64>),
    Decimal(Chunks<'a, Decimal>),
    Text(SpansView<'a, String>),
    Bytes(SpansView<'a, Vec<u8>>),
    /// Days since 1970-01-01.
    Date(Chunks<'a, i32>),
    /// Microseconds since 1970-01-01T00:00:00.
    Timestamp(Chunks<'a, i64>),
    /// Microseconds since the epoch.
    Timestamptz(Chunks<'a, i64>),
    Uuid(Chunks<'a, u128>),
    Json(SpansView<'a, String>),
    /// Positions among the labels.
    Enum(Chunks<'a, u16>, &'a [EcoString]),
}

/// Runs `$body` with `$cells` bound to the chunks of whichever type the column has.
macro_rules! each_data {
    ($data:expr, $cells:ident => $body:expr) => {
        match $data {
            Data::Boolean($cells) => $body,
            Data::Smallint($cells) => $body,
            Data::Int($cells) | Data::Date($cells) => $body,
            Data::Integer($cells) | Data::Timestamp($cells) | Data::Timestamptz($cells) => $body,
            Data::Float($cells) => $body,
            Data::Decimal($cells) => $body,
            Data::Text($cells) | Data::Json($cells) => $body,
            Data::Bytes($cells) => $body,
            Data::Uuid($cells) => $body,
            Data::Enum($cells, _) => $body,
        }
    };
}

/// Runs `$test` with the chunks of two columns of one type; false for columns of two types.
macro_rules! both_data {
    ($left:expr, $right:expr, $a:ident, $b:ident => $test:expr) => {
        match ($left, $right) {
            (Data::Boolean($a), Data::Boolean($b)) => $test,
            (Data::Smallint($a), Data::Smallint($b)) => $test,
            (Data::Int($a), Data::Int($b)) | (Data::Date($a), Data::Date($b)) => $test,
            (Data::Integer($a), Data::Integer($b))
            | (Data::Timestamp($a), Data::Timestamp($b))
            | (Data::Timestamptz($a), Data::Timestamptz($b)) => $test,
            (Data::Float($a), Data::Float($b)) => $test,
            (Data::Decimal($a), Data::Decimal($b)) => $test,
            (Data::Text($a), Data::Text($b)) | (Data::Json($a), Data::Json($b)) => $test,
            (Data::Bytes($a), Data::Bytes($b)) => $test,
            (Data::Uuid($a), Data::Uuid($b)) => $test,
            (Data::Enum($a, _), Data::Enum($b, _)) => $test,
            _ => false,
        }
    };
}

/// Runs a test on the null bits of two columns, which pass it when neither has any.
fn both_nulls(a: &Column, b: &Column, test: impl FnOnce(&Bits, &Bits) -> bool) -> bool {
    match (&a.nulls, &b.nulls) {
        (Some(a), Some(b)) => test(a, b),
        (None, None) => true,
        _ => false,
    }
}

impl Column {
    /// An empty column.
    pub(crate) fn new(ty: &Type, nullable: bool) -> Column {
        let data = match ty {
            Type::Boolean => Data::Boolean(Chunked::new()),
            Type::Smallint => Data::Smallint(Chunked::new()),
            Type::Int => Data::Int(Chunked::new()),
            Type::Integer => Data::Integer(Chunked::new()),
            Type::Float => Data::Float(Chunked::new()),
            Type::Decimal => Data::Decimal(Chunked::new()),
            Type::Text => Data::Text(Spans::new()),
            Type::Bytes => Data::Bytes(Spans::new()),
            Type::Date => Data::Date(Chunked::new()),
            Type::Timestamp => Data::Timestamp(Chunked::new()),
            Type::Timestamptz => Data::Timestamptz(Chunked::new()),
            Type::Uuid => Data::Uuid(Chunked::new()),
            Type::Json => Data::Json(Spans::new()),
            Type::Enum(labels) => Data::Enum(Chunked::new(), labels.clone()),
        };
        Column { data, nulls: nullable.then(Bits::new) }
    }

    /// The cells, for a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> ColumnView<'_> {
        let data = match &self.data {
            Data::Boolean(v) => DataView::Boolean(v.view()),
            Data::Smallint(v) => DataView::Smallint(v.view()),
            Data::Int(v) => DataView::Int(v.view()),
            Data::Integer(v) => DataView::Integer(v.view()),
            Data::Float(v) => DataView::Float(v.view()),
            Data::Decimal(v) => DataView::Decimal(v.view()),
            Data::Text(v) => DataView::Text(v.view()),
            Data::Bytes(v) => DataView::Bytes(v.view()),
            Data::Date(v) => DataView::Date(v.view()),
            Data::Timestamp(v) => DataView::Timestamp(v.view()),
            Data::Timestamptz(v) => DataView::Timestamptz(v.view()),
            Data::Uuid(v) => DataView::Uuid(v.view()),
            Data::Json(v) => DataView::Json(v.view()),
            Data::Enum(v, labels) => DataView::Enum(v.view(), labels),
        };
        ColumnView { data, nulls: self.nulls.as_ref().map(Bits::view) }
    }

    /// The cell at `slot`. O(1); in a loop take a [`view`](Column::view) first.
    #[inline]
    pub(crate) fn get(&self, slot: Slot) -> ValueRef<'_> {
        match &self.data {
            _ if self.is_null(slot) => ValueRef::Null,
            // What keys are made of, without a view for a single cell.
            Data::Integer(v) => ValueRef::Integer(v.at(slot.index())),
            Data::Text(v) => ValueRef::Text(v.at(slot.index())),
            _ => self.view().get(slot),
        }
    }

    /// Whether a cell may be null.
    pub(crate) fn is_nullable(&self) -> bool {
        self.nulls.is_some()
    }

    /// Whether the cell at `slot` is null. O(1).
    #[inline]
    pub(crate) fn is_null(&self, slot: Slot) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.get(slot.index()))
    }

    /// Adds a cell. `value` is of the column's type, or null. Amortised O(1).
    pub(crate) fn push(&mut self, value: &Value) {
        if let Some(nulls) = &mut self.nulls {
            nulls.push(value.is_null());
        }
        match (&mut self.data, value) {
            (Data::Boolean(v), value) => v.push(matches!(value, Value::Boolean(true))),
            (Data::Smallint(v), value) => v.push(small(value)),
            (Data::Int(v), value) => v.push(int(value)),
            (Data::Integer(v), value) => v.push(integer(value)),
            (Data::Float(v), value) => v.push(float(value)),
            (Data::Decimal(v), value) => v.push(decimal(value)),
            (Data::Text(v) | Data::Json(v), value) => v.push(text(value)),
            (Data::Bytes(v), value) => v.push(bytes(value)),
            (Data::Date(v), value) => v.push(date(value)),
            (Data::Timestamp(v) | Data::Timestamptz(v), value) => v.push(micros(value)),
            (Data::Uuid(v), value) => v.push(uuid(value)),
            (Data::Enum(v, labels), value) => v.push(label(labels, value)),
        }
    }

    /// Adds the cell of each row of a batch, taken by `cell`. One uniqueness check a chunk.
    pub(crate) fn extend<'v, R>(&mut self, rows: &'v [R], cell: impl Fn(&'v R) -> &'v Value) {
        if let Some(nulls) = &mut self.nulls {
            nulls.extend(rows.iter().map(|row| cell(row).is_null()));
        }
        let cells = rows.iter().map(cell);
        match &mut self.data {
            Data::Boolean(v) => v.extend(cells.map(|value| matches!(value, Value::Boolean(true)))),
            Data::Smallint(v) => v.extend(cells.map(small)),
            Data::Int(v) => v.extend(cells.map(int)),
            Data::Integer(v) => v.extend(cells.map(integer)),
            Data::Float(v) => v.extend(cells.map(float)),
            Data::Decimal(v) => v.extend(cells.map(decimal)),
            Data::Text(v) | Data::Json(v) => v.extend(cells.map(text)),
            Data::Bytes(v) => v.extend(cells.map(bytes)),
            Data::Date(v) => v.extend(cells.map(date)),
            Data::Timestamp(v) | Data::Timestamptz(v) => v.extend(cells.map(micros)),
            Data::Uuid(v) => v.extend(cells.map(uuid)),
            Data::Enum(v, labels) => v.extend(cells.map(|value| label(labels, value))),
        }
    }

    /// Replaces the cell at `slot`. O(1), and a chunk's copy when it's shared.
    pub(crate) fn set(&mut self, slot: Slot, value: &Value) {
        let at = slot.index();
        if let Some(nulls) = &mut self.nulls {
            nulls.set(at, value.is_null());
        }
        match &mut self.data {
            Data::Boolean(v) => v.set(at, matches!(value, Value::Boolean(true))),
            Data::Smallint(v) => v.set(at, small(value)),
            Data::Int(v) => v.set(at, int(value)),
            Data::Integer(v) => v.set(at, integer(value)),
            Data::Float(v) => v.set(at, float(value)),
            Data::Decimal(v) => v.set(at, decimal(value)),
            Data::Text(v) | Data::Json(v) => v.set(at, text(value)),
            Data::Bytes(v) => v.set(at, bytes(value)),
            Data::Date(v) => v.set(at, date(value)),
            Data::Timestamp(v) | Data::Timestamptz(v) => v.set(at, micros(value)),
            Data::Uuid(v) => v.set(at, uuid(value)),
            Data::Enum(v, labels) => v.set(at, label(labels, value)),
        }
    }

    /// Drops the cells past `len`. O(dropped).
    pub(crate) fn truncate(&mut self, len: usize) {
        if let Some(nulls) = &mut self.nulls {
            nulls.truncate(len);
        }
        each_data!(&mut self.data, cells => cells.truncate(len));
    }

    /// Frees a text's or bytes' space; the cell is never read again.
    pub(crate) fn clear(&mut self, slot: Slot) {
        match &mut self.data {
            Data::Text(v) | Data::Json(v) => v.clear(slot.index()),
            Data::Bytes(v) => v.clear(slot.index()),
            _ => {}
        }
    }

    /// Frees the space of texts or bytes that are never read again, each once. O(cells).
    pub(crate) fn bury_all(&mut self, slots: impl Iterator<Item = Slot> + Clone) {
        match &mut self.data {
            Data::Text(v) | Data::Json(v) => v.bury_all(slots.map(Slot::index)),
            Data::Bytes(v) => v.bury_all(slots.map(Slot::index)),
            _ => {}
        }
    }

    /// Frees chunk `chunk`, none of whose rows is there any more. O(chunk).
    pub(crate) fn release(&mut self, chunk: usize) {
        each_data!(&mut self.data, cells => cells.release(chunk));
    }

    /// Whether both hold the very same chunk, so its cells are equal. O(1).
    pub(crate) fn shares_chunk(&self, other: &Column, chunk: usize) -> bool {
        both_nulls(self, other, |a, b| a.shares_chunk(b, chunk))
            && both_data!(&self.data, &other.data, a, b => a.shares_chunk(b, chunk))
    }

    /// Whether neither was written to since one was cloned from the other. O(1).
    pub(crate) fn shares_all(&self, other: &Column) -> bool {
        both_nulls(self, other, Bits::shares_all)
            && both_data!(&self.data, &other.data, a, b => a.shares_all(b))
    }

    /// Whether [`reclaim`](Column::reclaim) may have something to do. O(1).
    pub(crate) fn wants_reclaim(&self) -> bool {
        match &self.data {
            Data::Text(v) | Data::Json(v) => v.wants_reclaim(),
            Data::Bytes(v) => v.wants_reclaim(),
            _ => false,
        }
    }

    /// Moves what deleted texts leave behind out of the way: at most `rows` cells a call.
    pub(crate) fn reclaim(&mut self, rows: usize) {
        match &mut self.data {
            Data::Text(v) | Data::Json(v) => {
                v.reclaim(rows);
            }
            Data::Bytes(v) => {
                v.reclaim(rows);
            }
            _ => {}
        }
    }

    /// What is held.
    pub(crate) fn memory(&self) -> Held {
        let data = each_data!(&self.data, cells => cells.memory());
        data + self.nulls.as_ref().map_or(Held::default(), Bits::memory)
    }
}

impl<'a> ColumnView<'a> {
    /// Whether the cell at `slot` is null. O(1).
    #[inline]
    pub(crate) fn is_null(&self, slot: Slot) -> bool {
        self.nulls.is_some_and(|nulls| nulls.at(slot.index()))
    }

    /// Whether both surely hold the same in the 64 cells from `64 * word` on. Where only a look at each
    /// cell tells, it's false: equal decimals may differ in scale, floats in sign, texts in place. O(1).
    pub(crate) fn same_word(&self, other: &ColumnView<'_>, word: usize) -> bool {
        fn same<T: Copy + Default + PartialEq>(a: Chunks<'_, T>, b: Chunks<'_, T>, word: usize) -> bool {
            let (chunk, at) = (word * 64 / ROWS, word * 64 % ROWS);
            let (a, b) = (a.chunk(chunk), b.chunk(chunk));
            a.get(at..a.len().min(at + 64)) == b.get(at..b.len().min(at + 64))
        }
        let nulls = |view: &ColumnView<'_>| view.nulls.map_or(0, |nulls| nulls.word(word));
        let cells = match (&self.data, &other.data) {
            (DataView::Boolean(a), DataView::Boolean(b)) => same(*a, *b, word),
            (DataView::Smallint(a), DataView::Smallint(b)) => same(*a, *b, word),
            (DataView::Int(a), DataView::Int(b)) | (DataView::Date(a), DataView::Date(b)) => {
                same(*a, *b, word)
            }
            (DataView::Integer(a), DataView::Integer(b))
            | (DataView::Timestamp(a), DataView::Timestamp(b))
            | (DataView::Timestamptz(a), DataView::Timestamptz(b)) => same(*a, *b, word),
            (DataView::Uuid(a), DataView::Uuid(b)) => same(*a, *b, word),
            (DataView::Enum(a, _), DataView::Enum(b, _)) => same(*a, *b, word),
            _ => false,
        };
        cells && nulls(self) == nulls(other)
    }

    /// The cell at `slot`. O(1).
    #[inline]
    pub(crate) fn get(&self, slot: Slot) -> ValueRef<'a> {
        if self.is_null(slot) {
            return ValueRef::Null;
        }
        let at = slot.index();
        match self.data {
            DataView::Boolean(v) => ValueRef::Boolean(v.at(at)),
            DataView::Smallint(v) => ValueRef::Integer(v.at(at).into()),
            DataView::Int(v) => ValueRef::Integer(v.at(at).into()),
            DataView::Integer(v) => ValueRef::Integer(v.at(at)),
            DataView::Float(v) => ValueRef::Float(v.at(at)),
            DataView::Decimal(v) => ValueRef::Decimal(v.at(at)),
            DataView::Text(v) => ValueRef::Text(v.at(at)),
            DataView::Bytes(v) => ValueRef::Bytes(v.at(at)),
            DataView::Date(v) => ValueRef::Date(time::days_to_date(v.at(at))),
            DataView::Timestamp(v) => ValueRef::Timestamp(time::micros_to_timestamp(v.at(at))),
            DataView::Timestamptz(v) => ValueRef::Timestamptz(time::micros_to_instant(v.at(at))),
            DataView::Uuid(v) => ValueRef::Uuid(Uuid::from_u128(v.at(at))),
            DataView::Json(v) => ValueRef::Json(v.at(at)),
            DataView::Enum(v, labels) => {
                ValueRef::Text(labels.get(usize::from(v.at(at))).map_or("", EcoString::as_str))
            }
        }
    }
}

/// Declares how a value of the right type, or null, is stored.
macro_rules! stored {
    ($($name:ident -> $to:ty: $pattern:pat => $out:expr;)*) => {$(
        fn $name(value: &Value) -> $to {
            match value {
                $pattern => $out,
                _ => Default::default(),
            }
        }
    )*};
}

stored! {
    small -> i16: Value::Integer(v) => *v as i16;
    int -> i32: Value::Integer(v) => *v as i32;
    integer -> i64: Value::Integer(v) => *v;
    float -> f64: Value::Float(v) => *v;
    decimal -> Decimal: Value::Decimal(v) => *v;
    date -> i32: Value::Date(v) => time::date_to_days(*v);
    uuid -> u128: Value::Uuid(v) => v.as_u128();
}

fn micros(value: &Value) -> i64 {
    match value {
        Value::Timestamp(v) => time::timestamp_to_micros(*v),
        Value::Timestamptz(v) => time::instant_to_micros(*v),
        _ => 0,
    }
}

fn text(value: &Value) -> &str {
    match value {
        Value::Text(v) => v,
        Value::Json(v) => v.as_str(),
        _ => "",
    }
}

fn bytes(value: &Value) -> &[u8] {
    if let Value::Bytes(v) = value { v } else { &[] }
}

/// A label's position among an enum's labels. O(labels).
pub(crate) fn label(labels: &[EcoString], value: &Value) -> u16 {
    let position = match value {
        Value::Text(v) => labels.iter().position(|label| label == v),
        _ => None,
    };
    position.and_then(|at| u16::try_from(at).ok()).unwrap_or_default()
}
