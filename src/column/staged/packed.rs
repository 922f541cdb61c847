//! Blocks of cells as bytes: fixed widths in little-endian order, texts end to end with their
//! lengths, nulls as bits. Whatever bytes come back, only values that the type can have are taken.

use super::{Cells, Staged};
use crate::column::{Column, Data, DataView, time};
use crate::id::Slot;
use crate::value::{Json, Type};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

/// Cells of a block on their way out.
#[derive(Default)]
pub(crate) struct Packed {
    /// A set bit is a null, the lowest first; empty for a column that is never null.
    pub(crate) nulls: Vec<u8>,
    /// The length of each text or bytes; empty for cells of a fixed width.
    pub(crate) lengths: Vec<u64>,
    /// The cells, what is under a null too.
    pub(crate) cells: Vec<u8>,
}

/// Cells of a block on their way in, believed in nothing.
#[derive(Clone, Copy)]
pub(crate) struct PackedRef<'a> {
    pub(crate) rows: usize,
    pub(crate) nulls: Option<&'a [u8]>,
    pub(crate) lengths: &'a [u64],
    pub(crate) cells: &'a [u8],
}

/// What doesn't hold of packed cells.
pub(crate) type Fault = &'static str;

impl Column {
    /// Whether its cells are texts or bytes, of any length.
    pub(crate) fn is_varying(&self) -> bool {
        matches!(self.data, Data::Text(_) | Data::Json(_) | Data::Bytes(_))
    }

    /// The bytes of a text at `slot`, none for cells of a fixed width. O(1).
    pub(crate) fn text_bytes(&self, slot: Slot) -> usize {
        match self.view().data {
            DataView::Text(v) | DataView::Json(v) => v.at(slot.index()).len(),
            DataView::Bytes(v) => v.at(slot.index()).len(),
            _ => 0,
        }
    }

    /// Packs the cells of these rows in place of what `into` held. O(bytes).
    pub(crate) fn pack(&self, slots: &[Slot], into: &mut Packed) {
        let Packed { nulls, lengths, cells } = into;
        nulls.clear();
        lengths.clear();
        cells.clear();
        let view = self.view();
        if view.nulls.is_some() {
            let byte = |eight: &[Slot]| {
                eight
                    .iter()
                    .enumerate()
                    .fold(0, |bits, (at, slot)| bits | u8::from(view.is_null(*slot)) << at)
            };
            nulls.extend(slots.chunks(8).map(byte));
        }
        let places = slots.iter().map(|slot| slot.index());
        match view.data {
            DataView::Boolean(v) => cells.extend(places.map(|at| u8::from(v.at(at)))),
            DataView::Smallint(v) => fixed(cells, places.map(|at| v.at(at).to_le_bytes())),
            DataView::Int(v) | DataView::Date(v) => fixed(cells, places.map(|at| v.at(at).to_le_bytes())),
            DataView::Integer(v) | DataView::Timestamp(v) | DataView::Timestamptz(v) => {
                fixed(cells, places.map(|at| v.at(at).to_le_bytes()));
            }
            DataView::Float(v) => fixed(cells, places.map(|at| v.at(at).to_le_bytes())),
            DataView::Decimal(v) => fixed(cells, places.map(|at| v.at(at).serialize())),
            DataView::Uuid(v) => fixed(cells, places.map(|at| v.at(at).to_le_bytes())),
            DataView::Enum(v, _) => fixed(cells, places.map(|at| v.at(at).to_le_bytes())),
            DataView::Text(v) | DataView::Json(v) => {
                varying(cells, lengths, places.map(|at| v.at(at).as_bytes()));
            }
            DataView::Bytes(v) => varying(cells, lengths, places.map(|at| v.at(at))),
        }
    }
}

fn fixed<const W: usize>(into: &mut Vec<u8>, cells: impl ExactSizeIterator<Item = [u8; W]>) {
    into.reserve(cells.len() * W);
    cells.for_each(|cell| into.extend_from_slice(&cell));
}

fn varying<'c>(into: &mut Vec<u8>, lengths: &mut Vec<u64>, cells: impl Iterator<Item = &'c [u8]>) {
    for cell in cells {
        into.extend_from_slice(cell);
        lengths.push(cell.len() as u64);
    }
}

impl PackedRef<'_> {
    /// The cells, to be moved to the end of a column. O(bytes); what is allocated is in proportion to
    /// the bytes that are there.
    ///
    /// # Errors
    /// What doesn't hold of them.
    pub(crate) fn unpack(self, ty: &Type, nullable: bool) -> Result<Staged, Fault> {
        let nulls = self.unpack_nulls(nullable)?;
        let null = nulls.as_deref().unwrap_or_default();
        let is_varying = matches!(ty, Type::Text | Type::Json | Type::Bytes);
        if !is_varying && !self.lengths.is_empty() {
            return Err("lengths for cells of a fixed width");
        }
        let cells = match ty {
            Type::Boolean => Cells::Boolean(self.each(null, |[cell]| match cell {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            })?),
            Type::Smallint => Cells::Smallint(self.each(null, |cell| Some(i16::from_le_bytes(cell)))?),
            Type::Int => Cells::Int(self.each(null, |cell| Some(i32::from_le_bytes(cell)))?),
            Type::Integer => Cells::Integer(self.each(null, |cell| Some(i64::from_le_bytes(cell)))?),
            Type::Float => Cells::Float(self.each(null, |cell| Some(f64::from_le_bytes(cell)))?),
            Type::Decimal => Cells::Decimal(self.each(null, decimal)?),
            Type::Uuid => Cells::Uuid(self.each(null, |cell| Some(u128::from_le_bytes(cell)))?),
            Type::Date => {
                let days = time::date_to_days(Date::MIN)..=time::date_to_days(Date::MAX);
                Cells::Int(
                    self.each(null, |cell| Some(i32::from_le_bytes(cell)).filter(|v| days.contains(v)))?,
                )
            }
            Type::Timestamp => self.micros(
                null,
                time::timestamp_to_micros(DateTime::MIN),
                time::timestamp_to_micros(DateTime::MAX),
            )?,
            Type::Timestamptz => self.micros(
                null,
                time::instant_to_micros(jiff::Timestamp::MIN),
                time::instant_to_micros(jiff::Timestamp::MAX),
            )?,
            Type::Enum(labels) => {
                let label = |cell| Some(u16::from_le_bytes(cell)).filter(|v| usize::from(*v) < labels.len());
                Cells::Label(self.each(null, label)?)
            }
            Type::Text | Type::Json => self.texts(null, *ty == Type::Json)?,
            Type::Bytes => Cells::Bytes(self.cells.to_vec(), self.ends(null)?),
        };
        Ok(Staged { cells, nulls })
    }

    fn unpack_nulls(&self, nullable: bool) -> Result<Option<Vec<bool>>, Fault> {
        let bytes = match (nullable, self.nulls) {
            (true, Some(bytes)) => bytes,
            (true, None) => return Err("no null bits for a column that may be null"),
            (false, None) => return Ok(None),
            (false, Some(_)) => return Err("null bits for a column that is never null"),
        };
        if bytes.len() != self.rows.div_ceil(8) {
            return Err("another number of null bits than of rows");
        }
        let mut bits: Vec<bool> = Vec::with_capacity(bytes.len() * 8);
        bytes.iter().for_each(|byte| bits.extend((0..8).map(|at| byte >> at & 1 != 0)));
        if bits.drain(self.rows..).any(|bit| bit) {
            return Err("null bits past the last row");
        }
        Ok(Some(bits))
    }

    /// Cells of a fixed width, each as `read` takes it.
    fn each<const W: usize, T: Default + PartialEq>(
        &self,
        nulls: &[bool],
        read: impl Fn([u8; W]) -> Option<T>,
    ) -> Result<Vec<T>, Fault> {
        let (cells, rest) = self.cells.as_chunks::<W>();
        if !rest.is_empty() || cells.len() != self.rows {
            return Err("another number of cells than of rows");
        }
        let read: Option<Vec<T>> = cells.iter().map(|cell| read(*cell)).collect();
        let read = read.ok_or("a value that its type doesn't have")?;
        let hidden = T::default();
        if nulls.iter().zip(&read).any(|(null, cell)| *null && *cell != hidden) {
            return Err("a value under a null");
        }
        Ok(read)
    }

    fn micros(&self, nulls: &[bool], first: i64, last: i64) -> Result<Cells, Fault> {
        let read = |cell| Some(i64::from_le_bytes(cell)).filter(|v| (first..=last).contains(v));
        self.each(nulls, read).map(Cells::Integer)
    }

    /// Where each text ends.
    fn ends(&self, nulls: &[bool]) -> Result<Vec<usize>, Fault> {
        if self.lengths.len() != self.rows {
            return Err("another number of lengths than of rows");
        }
        if nulls.iter().zip(self.lengths).any(|(null, length)| *null && *length > 0) {
            return Err("a value under a null");
        }
        let mut end = 0usize;
        let mut ends = Vec::with_capacity(self.rows);
        for length in self.lengths {
            let next = usize::try_from(*length).ok().and_then(|length| end.checked_add(length));
            end = next.filter(|end| *end <= self.cells.len()).ok_or("a text longer than its block")?;
            ends.push(end);
        }
        if end == self.cells.len() { Ok(ends) } else { Err("bytes that belong to no text") }
    }

    fn texts(&self, nulls: &[bool], is_json: bool) -> Result<Cells, Fault> {
        let ends = self.ends(nulls)?;
        let all = std::str::from_utf8(self.cells).map_err(|_| "text that is no UTF-8")?;
        let mut start = 0;
        for (at, end) in ends.iter().enumerate() {
            let text = all.get(start..*end).ok_or("text that is no UTF-8")?;
            let is_null = nulls.get(at).is_some_and(|null| *null);
            if is_json && !is_null && !Json::parse(text).is_ok_and(|json| json.as_str() == text) {
                return Err("JSON that isn't in its canonical form");
            }
            start = *end;
        }
        Ok(Cells::Text(all.to_owned(), ends))
    }
}

/// A decimal by its own layout: flags with scale and sign, then 96 bits of digits.
fn decimal(cell: [u8; 16]) -> Option<Decimal> {
    let [low, high, scale, sign, ..] = cell;
    let is_sound = low == 0 && high == 0 && scale <= 28 && sign & 0x7f == 0;
    is_sound.then(|| Decimal::deserialize(cell))
}
