//! Tests of whole chunks whose answers are bits: no truth is written for a row by itself.
//!
//! Only what is true matters here, so a cell that is null counts as one that fails.

use super::TRUE;
use super::cells::{Cells, Test};
use super::stored::Stored;
use super::tester::{WORDS, gather_bits};
use crate::column::bits::BitsView;
use crate::filter::Comparison;

/// Bits of a chunk's rows.
pub(super) type Words = [u64; WORDS];

/// Clears the bits of the chunk's rows that fail the test, and says so; `false`, and no change, where the
/// test isn't one of a fixed-width cell against one value.
pub(super) fn narrow(
    cells: &Cells<'_>,
    nulls: Option<BitsView<'_>>,
    chunk: usize,
    words: &mut Words,
) -> bool {
    match cells {
        Cells::Boolean(v, Test::Compare(by, key)) => compare(v.chunk(chunk), *by, *key, words),
        Cells::Small(v, Test::Compare(by, key)) => compare(v.chunk(chunk), *by, *key, words),
        Cells::Int(v, Test::Compare(by, key)) => compare(v.chunk(chunk), *by, *key, words),
        Cells::Long(v, Test::Compare(by, key)) => compare(v.chunk(chunk), *by, *key, words),
        Cells::Float(v, Test::Compare(by, key)) => compare(v.chunk(chunk), *by, *key, words),
        Cells::Label(v, Test::Compare(by, key)) => compare(v.chunk(chunk), *by, *key, words),
        _ => return false,
    }
    if let Some(nulls) = nulls {
        for (word, at) in words.iter_mut().zip(chunk * WORDS..) {
            *word &= !nulls.word(at);
        }
    }
    true
}

fn compare<T: Stored>(cells: &[T], by: Comparison, key: T, words: &mut Words) {
    match by {
        Comparison::Eq => each(cells, words, |v| v.same(key)),
        Comparison::Ne => each(cells, words, |v| !v.same(key)),
        Comparison::Gt => each(cells, words, |v| key.less(v)),
        Comparison::Gte => each(cells, words, |v| !v.less(key)),
        Comparison::Lt => each(cells, words, |v| v.less(key)),
        Comparison::Lte => each(cells, words, |v| !key.less(v)),
    }
}

#[inline(always)]
fn each<T: Copy>(cells: &[T], words: &mut Words, test: impl Fn(T) -> bool) {
    let (lanes, rest) = cells.as_chunks::<64>();
    for (word, lane) in words.iter_mut().zip(lanes) {
        if *word != 0 {
            *word &= if size_of::<T>() < 8 { narrow_lane(lane, &test) } else { wide_lane(lane, &test) };
        }
    }
    if let Some(word) = words.get_mut(lanes.len()) {
        *word &= rest.iter().rev().fold(0, |word, cell| word << 1 | u64::from(test(*cell)));
    }
}

/// Narrow cells are compared many at a time; their truths are gathered afterwards.
#[inline(always)]
fn narrow_lane<T: Copy>(lane: &[T; 64], test: impl Fn(T) -> bool) -> u64 {
    let mut truths = [0; 64];
    for (truth, cell) in truths.iter_mut().zip(lane) {
        *truth = u8::from(test(*cell)) * TRUE;
    }
    gather_bits(&truths)
}

/// A wide comparison is a bit at once. Rows of eight bits don't wait for each other.
#[inline(always)]
fn wide_lane<T: Copy>(lane: &[T; 64], test: impl Fn(T) -> bool) -> u64 {
    let mut word = 0;
    for (at, eight) in lane.as_chunks::<8>().0.iter().enumerate() {
        let bits =
            eight.iter().zip(0..).fold(0, |bits, (cell, place)| bits | u64::from(test(*cell)) << place);
        word |= bits << (8 * at);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn check<T: Stored>(cells: &[T], key: T, before: u64) {
        use Comparison::{Eq, Gt, Gte, Lt, Lte, Ne};
        for by in [Eq, Ne, Gt, Gte, Lt, Lte] {
            let mut words = [before; WORDS];
            compare(cells, by, key, &mut words);
            for (at, cell) in cells.iter().enumerate() {
                let holds = match by {
                    Eq => cell.same(key),
                    Ne => !cell.same(key),
                    Gt => key.less(*cell),
                    Gte => !cell.less(key),
                    Lt => cell.less(key),
                    Lte => !key.less(*cell),
                };
                let bit = words[at / 64] >> (at % 64) & 1 == 1;
                assert_eq!(bit, holds && before >> (at % 64) & 1 == 1, "row {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_bit_is_left_where_the_comparison_holds(
            cells in vec(-3i64..3, 0..1024),
            key in -3i64..3,
            before in any::<u64>(),
        ) {
            check(&cells, key, before);
            check(&cells.iter().map(|v| *v as i16).collect::<Vec<_>>(), key as i16, before);
            check(&cells.iter().map(|v| *v > 0).collect::<Vec<_>>(), key > 0, before);
            let float = |v: i64| if v == 2 { f64::NAN } else { v as f64 };
            check(&cells.iter().map(|v| float(*v)).collect::<Vec<_>>(), float(key), before);
            check(&cells.iter().map(|v| v.wrapping_mul(i64::MAX / 2)).collect::<Vec<_>>(), key, before);
        }
    }
}
