//! The cells of one column for a block of rows, kept back to be written in one go.
//!
//! A cell goes into a plain vector here; the column's chunks are looked at once a block instead of
//! once a cell.

#[cfg(feature = "files")]
mod packed;

#[cfg(feature = "files")]
pub(crate) use packed::{Packed, PackedRef};

use super::{Column, Data};
use super::{bytes, date, decimal, float, int, integer, label, micros, small, text, uuid};
use crate::error::Error;
use crate::value::{Type, Value, ValueRef};
use rust_decimal::Decimal;

/// Cells that wait.
pub(crate) struct Staged {
    cells: Cells,
    /// `None` when the column is never null.
    nulls: Option<Vec<bool>>,
}

enum Cells {
    Boolean(Vec<bool>),
    Smallint(Vec<i16>),
    /// 32-bit integers and dates.
    Int(Vec<i32>),
    /// 64-bit integers and times.
    Integer(Vec<i64>),
    Float(Vec<f64>),
    Decimal(Vec<Decimal>),
    /// Texts and JSON, end to end, with where each ends.
    Text(String, Vec<usize>),
    Bytes(Vec<u8>, Vec<usize>),
    Uuid(Vec<u128>),
    Label(Vec<u16>),
}

impl Staged {
    /// No cells yet.
    pub(crate) fn new(ty: &Type, nullable: bool) -> Staged {
        Staged::with_room(ty, nullable, 0)
    }

    /// No cells yet, but room for this many.
    pub(crate) fn with_room(ty: &Type, nullable: bool, rows: usize) -> Staged {
        let cells = match ty {
            Type::Boolean => Cells::Boolean(Vec::with_capacity(rows)),
            Type::Smallint => Cells::Smallint(Vec::with_capacity(rows)),
            Type::Int | Type::Date => Cells::Int(Vec::with_capacity(rows)),
            Type::Integer | Type::Timestamp | Type::Timestamptz => Cells::Integer(Vec::with_capacity(rows)),
            Type::Float => Cells::Float(Vec::with_capacity(rows)),
            Type::Decimal => Cells::Decimal(Vec::with_capacity(rows)),
            Type::Text | Type::Json => Cells::Text(String::new(), Vec::with_capacity(rows)),
            Type::Bytes => Cells::Bytes(Vec::new(), Vec::with_capacity(rows)),
            Type::Uuid => Cells::Uuid(Vec::with_capacity(rows)),
            Type::Enum(_) => Cells::Label(Vec::with_capacity(rows)),
        };
        Staged { cells, nulls: nullable.then(|| Vec::with_capacity(rows)) }
    }

    /// Adds a cell. Amortised O(bytes).
    ///
    /// # Errors
    /// As [`Type::accept`]; then nothing is added.
    #[inline]
    pub(crate) fn push(&mut self, ty: &Type, value: ValueRef<'_>) -> Result<(), Error> {
        match (&mut self.cells, ty, value) {
            (Cells::Integer(v), Type::Integer, ValueRef::Integer(cell)) => v.push(cell),
            (Cells::Boolean(v), _, ValueRef::Boolean(cell)) => v.push(cell),
            (Cells::Float(v), _, ValueRef::Float(cell)) => v.push(cell),
            (Cells::Text(v, ends), Type::Text, ValueRef::Text(cell)) => {
                v.push_str(cell);
                ends.push(v.len());
            }
            _ => {
                self.push_value(ty, &ty.accept(value.to_value())?);
                return Ok(());
            }
        }
        if let Some(nulls) = &mut self.nulls {
            nulls.push(false);
        }
        Ok(())
    }

    /// Adds a cell whose value is of the column's type, or null.
    pub(crate) fn push_value(&mut self, ty: &Type, value: &Value) {
        match &mut self.cells {
            Cells::Boolean(v) => v.push(matches!(value, Value::Boolean(true))),
            Cells::Smallint(v) => v.push(small(value)),
            Cells::Int(v) => v.push(if *ty == Type::Date { date(value) } else { int(value) }),
            Cells::Integer(v) => v.push(if *ty == Type::Integer { integer(value) } else { micros(value) }),
            Cells::Float(v) => v.push(float(value)),
            Cells::Decimal(v) => v.push(decimal(value)),
            Cells::Text(v, ends) => {
                v.push_str(text(value));
                ends.push(v.len());
            }
            Cells::Bytes(v, ends) => {
                v.extend_from_slice(bytes(value));
                ends.push(v.len());
            }
            Cells::Uuid(v) => v.push(uuid(value)),
            Cells::Label(v) => v.push(if let Type::Enum(labels) = ty { label(labels, value) } else { 0 }),
        }
        if let Some(nulls) = &mut self.nulls {
            nulls.push(value.is_null());
        }
    }

    /// Drops the cells past `rows`.
    pub(crate) fn truncate(&mut self, rows: usize) {
        match &mut self.cells {
            Cells::Boolean(v) => v.truncate(rows),
            Cells::Smallint(v) => v.truncate(rows),
            Cells::Int(v) => v.truncate(rows),
            Cells::Integer(v) => v.truncate(rows),
            Cells::Float(v) => v.truncate(rows),
            Cells::Decimal(v) => v.truncate(rows),
            Cells::Text(v, ends) => {
                ends.truncate(rows);
                v.truncate(ends.last().copied().unwrap_or_default());
            }
            Cells::Bytes(v, ends) => {
                ends.truncate(rows);
                v.truncate(ends.last().copied().unwrap_or_default());
            }
            Cells::Uuid(v) => v.truncate(rows),
            Cells::Label(v) => v.truncate(rows),
        }
        if let Some(nulls) = &mut self.nulls {
            nulls.truncate(rows);
        }
    }
}

impl Column {
    /// Moves all staged cells to the end. O(cells), one uniqueness check a chunk.
    pub(crate) fn take_staged(&mut self, staged: &mut Staged) {
        match (&mut self.data, &mut staged.cells) {
            (Data::Boolean(v), Cells::Boolean(cells)) => v.extend_from_slice(cells),
            (Data::Smallint(v), Cells::Smallint(cells)) => v.extend_from_slice(cells),
            (Data::Int(v) | Data::Date(v), Cells::Int(cells)) => v.extend_from_slice(cells),
            (Data::Integer(v) | Data::Timestamp(v) | Data::Timestamptz(v), Cells::Integer(cells)) => {
                v.extend_from_slice(cells);
            }
            (Data::Float(v), Cells::Float(cells)) => v.extend_from_slice(cells),
            (Data::Decimal(v), Cells::Decimal(cells)) => v.extend_from_slice(cells),
            (Data::Text(v) | Data::Json(v), Cells::Text(all, ends)) => v.extend_packed(all, ends),
            (Data::Bytes(v), Cells::Bytes(all, ends)) => v.extend_packed(all, ends),
            (Data::Uuid(v), Cells::Uuid(cells)) => v.extend_from_slice(cells),
            (Data::Enum(v, _), Cells::Label(cells)) => v.extend_from_slice(cells),
            _ => debug_assert!(false, "staged cells of another type"),
        }
        if let (Some(nulls), Some(staged)) = (&mut self.nulls, &staged.nulls) {
            nulls.extend(staged.iter().copied());
        }
        staged.truncate(0);
    }
}
