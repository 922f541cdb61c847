//! One column's test over a batch: the column's type is matched once.

use super::node::Rows;
use super::stored::{self, Stored};
use super::{FALSE, TRUE, UNKNOWN};
use crate::column::chunked::{Chunks, ROWS};
use crate::column::spans::{Segment, SpansView};
use crate::column::{ColumnView, DataView};
use crate::filter::Comparison;
use crate::predicate::Pattern;
use crate::value::Value;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// What a column is asked, with the operands still as values.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    Compare(Comparison, &'a Value),
    /// Among values; with `true` one that isn't found is unknown.
    Among(&'a [Value], bool),
    Like(&'a Pattern),
}

/// A test with its operands as the column stores them.
pub(super) enum Test<T> {
    Compare(Comparison, T),
    /// Sorted, and what an unfound cell gives.
    Among(Vec<T>, u8),
}

/// A test of a text column.
pub(super) enum TextTest<'a> {
    Plain(Test<&'a str>),
    Like(&'a Pattern),
}

/// A column's cells and their test.
pub(super) enum Cells<'a> {
    Boolean(Chunks<'a, bool>, Test<bool>),
    Small(Chunks<'a, i16>, Test<i16>),
    Int(Chunks<'a, i32>, Test<i32>),
    Long(Chunks<'a, i64>, Test<i64>),
    Float(Chunks<'a, f64>, Test<f64>),
    Decimal(Chunks<'a, Decimal>, Test<Decimal>),
    Wide(Chunks<'a, u128>, Test<u128>),
    Label(Chunks<'a, u16>, Test<u16>),
    Text(SpansView<'a, String>, TextTest<'a>),
    Bytes(SpansView<'a, Vec<u8>>, Test<&'a [u8]>),
}

impl<'a> Cells<'a> {
    /// The test over the cells of a column; `None` when an operand isn't of the column's type.
    pub(super) fn bind(column: ColumnView<'a>, asked: Asked<'a>) -> Option<Cells<'a>> {
        Some(match column.data {
            DataView::Boolean(v) => Cells::Boolean(v, fixed(asked, stored::boolean)?),
            DataView::Smallint(v) => Cells::Small(v, fixed(asked, stored::small)?),
            DataView::Int(v) => Cells::Int(v, fixed(asked, stored::int)?),
            DataView::Date(v) => Cells::Int(v, fixed(asked, stored::date)?),
            DataView::Integer(v) => Cells::Long(v, fixed(asked, stored::integer)?),
            DataView::Timestamp(v) => Cells::Long(v, fixed(asked, stored::timestamp)?),
            DataView::Timestamptz(v) => Cells::Long(v, fixed(asked, stored::instant)?),
            DataView::Float(v) => Cells::Float(v, fixed(asked, stored::float)?),
            DataView::Decimal(v) => Cells::Decimal(v, fixed(asked, stored::decimal)?),
            DataView::Uuid(v) => Cells::Wide(v, fixed(asked, stored::uuid)?),
            DataView::Enum(v, labels) => Cells::Label(v, fixed(asked, |value| stored::label(labels, value))?),
            DataView::Text(v) | DataView::Json(v) => Cells::Text(
                v,
                match asked {
                    Asked::Like(pattern) => TextTest::Like(pattern),
                    asked => TextTest::Plain(plain(asked, stored::text)?),
                },
            ),
            DataView::Bytes(v) => Cells::Bytes(v, plain(asked, stored::bytes)?),
        })
    }

    /// How dear the test is for a row, roughly in fixed-width comparisons.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Cells::Decimal(..) => 4,
            Cells::Text(_, TextTest::Like(_)) => 24,
            Cells::Text(..) | Cells::Bytes(..) => 8,
            _ => 1,
        }
    }

    /// Writes the truth of each row of a batch, as if no cell was null.
    pub(super) fn fill(&self, rows: Rows<'_>, out: &mut [u8]) {
        match self {
            Cells::Boolean(v, test) => fill_fixed(*v, test, rows, out),
            Cells::Small(v, test) => fill_fixed(*v, test, rows, out),
            Cells::Int(v, test) => fill_fixed(*v, test, rows, out),
            Cells::Long(v, test) => fill_fixed(*v, test, rows, out),
            Cells::Float(v, test) => fill_fixed(*v, test, rows, out),
            Cells::Decimal(v, test) => fill_fixed(*v, test, rows, out),
            Cells::Wide(v, test) => fill_fixed(*v, test, rows, out),
            Cells::Label(v, test) => fill_fixed(*v, test, rows, out),
            Cells::Text(v, TextTest::Plain(test)) => fill_spans(*v, test, rows, out),
            Cells::Text(v, TextTest::Like(pattern)) => {
                each_span(*v, rows, out, |cell| if pattern.matches(cell) { TRUE } else { FALSE });
            }
            Cells::Bytes(v, test) => fill_spans(*v, test, rows, out),
        }
    }
}

fn fixed<T: Stored>(asked: Asked<'_>, encode: impl Fn(&Value) -> Option<T>) -> Option<Test<T>> {
    match asked {
        Asked::Compare(comparison, value) => Some(Test::Compare(comparison, encode(value)?)),
        Asked::Among(values, with_null) => {
            let mut values: Vec<T> = values.iter().map(encode).collect::<Option<_>>()?;
            values.sort_unstable_by(|a, b| order(*a, *b));
            Some(Test::Among(values, unfound(with_null)))
        }
        Asked::Like(_) => None,
    }
}

fn plain<'a, T: Ord>(asked: Asked<'a>, encode: impl Fn(&'a Value) -> Option<T>) -> Option<Test<T>> {
    match asked {
        Asked::Compare(comparison, value) => Some(Test::Compare(comparison, encode(value)?)),
        Asked::Among(values, with_null) => {
            let mut values: Vec<T> = values.iter().map(encode).collect::<Option<_>>()?;
            values.sort_unstable();
            Some(Test::Among(values, unfound(with_null)))
        }
        Asked::Like(_) => None,
    }
}

fn unfound(with_null: bool) -> u8 {
    if with_null { UNKNOWN } else { FALSE }
}

fn order<T: Stored>(a: T, b: T) -> Ordering {
    b.less(a).cmp(&a.less(b))
}

fn fill_fixed<T: Stored>(cells: Chunks<'_, T>, test: &Test<T>, rows: Rows<'_>, out: &mut [u8]) {
    match test {
        Test::Compare(comparison, key) => {
            let key = *key;
            match comparison {
                Comparison::Eq => each_cell(cells, rows, out, |v| u8::from(v.same(key)) * TRUE),
                Comparison::Ne => each_cell(cells, rows, out, |v| u8::from(!v.same(key)) * TRUE),
                Comparison::Gt => each_cell(cells, rows, out, |v| u8::from(key.less(v)) * TRUE),
                Comparison::Gte => each_cell(cells, rows, out, |v| u8::from(!v.less(key)) * TRUE),
                Comparison::Lt => each_cell(cells, rows, out, |v| u8::from(v.less(key)) * TRUE),
                Comparison::Lte => each_cell(cells, rows, out, |v| u8::from(!key.less(v)) * TRUE),
            }
        }
        Test::Among(keys, unfound) if keys.len() <= 8 => each_cell(cells, rows, out, |v| {
            let found = keys.iter().fold(false, |found, key| found | v.same(*key));
            if found { TRUE } else { *unfound }
        }),
        Test::Among(keys, unfound) => each_cell(cells, rows, out, |v| {
            if keys.binary_search_by(|key| order(*key, v)).is_ok() { TRUE } else { *unfound }
        }),
    }
}

#[inline(always)]
fn each_cell<T: Stored>(cells: Chunks<'_, T>, rows: Rows<'_>, out: &mut [u8], test: impl Fn(T) -> u8) {
    match rows {
        Rows::Chunk(chunk) => {
            for (truth, cell) in out.iter_mut().zip(cells.chunk(chunk)) {
                *truth = test(*cell);
            }
        }
        Rows::Slots(slots) => {
            for (truth, slot) in out.iter_mut().zip(slots) {
                *truth = test(cells.at(slot.index()));
            }
        }
    }
}

fn fill_spans<S: Segment>(cells: SpansView<'_, S>, test: &Test<&S::Cell>, rows: Rows<'_>, out: &mut [u8])
where
    S::Cell: Ord,
{
    match test {
        Test::Compare(Comparison::Eq, key) => {
            each_span(cells, rows, out, |v| u8::from(v == *key) * TRUE);
        }
        Test::Compare(comparison, key) => {
            each_span(cells, rows, out, |v| u8::from(super::holds(*comparison, v.cmp(*key))) * TRUE);
        }
        Test::Among(keys, unfound) => each_span(cells, rows, out, |v| {
            if keys.binary_search_by(|key| (**key).cmp(v)).is_ok() { TRUE } else { *unfound }
        }),
    }
}

#[inline(always)]
fn each_span<S: Segment>(
    cells: SpansView<'_, S>,
    rows: Rows<'_>,
    out: &mut [u8],
    test: impl Fn(&S::Cell) -> u8,
) {
    match rows {
        Rows::Chunk(chunk) => {
            for (at, truth) in out.iter_mut().enumerate() {
                *truth = test(cells.at(chunk * ROWS + at));
            }
        }
        Rows::Slots(slots) => {
            for (truth, slot) in out.iter_mut().zip(slots) {
                *truth = test(cells.at(slot.index()));
            }
        }
    }
}
