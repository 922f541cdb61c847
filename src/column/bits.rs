//! One bit a row: null marks, live marks and boolean columns.
//!
//! # Glossary
//!
//! - *word*: 64 neighbouring bits, the lowest first.
//! - *chunk*: [`WORDS`] words, the unit of copying.
//!
//! # Invariants
//!
//! 1. There are exactly `len.div_ceil(64)` words.
//! 2. Bits at and past `len` are zero, so words can be counted and combined without a mask.

use crate::column::chunked::{Chunked, Chunks, ROWS};
use crate::column::held::Held;
use std::ops::Range;

/// Words in a chunk: 512 bytes to copy, 4,096 rows.
const WORDS: usize = 64;

/// A copy-on-write vector of bits. A clone costs two reference counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits {
    words: Chunked<u64, WORDS>,
    len: usize,
}

impl Bits {
    /// An empty vector. O(1).
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Gathers bits without an atomic operation for each. O(n).
    #[cfg(test)]
    pub(crate) fn collect(bits: impl IntoIterator<Item = bool>) -> Self {
        let mut all = Self::new();
        all.extend(bits);
        all
    }

    /// The number of bits. O(1).
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The bit at `index`, false past the end. O(1).
    #[inline]
    pub(crate) fn get(&self, index: usize) -> bool {
        self.words.at(index / 64) >> (index % 64) & 1 == 1
    }

    /// The words, to be taken once outside a loop. O(1).
    #[inline]
    pub(crate) fn view(&self) -> BitsView<'_> {
        BitsView { words: self.words.view(), len: self.len }
    }

    /// Appends a bit. O(1) amortised.
    #[inline]
    pub(crate) fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(u64::from(bit));
        } else if bit {
            self.write(self.len, true);
        }
        self.len += 1;
    }

    /// Overwrites the bit at `index`, which must exist. O(1), or one chunk copied after a clone; a bit
    /// that has this value already costs neither.
    #[inline]
    pub(crate) fn set(&mut self, index: usize, bit: bool) {
        self.replace(index, bit);
    }

    /// Clears the bit at `index`; gives whether it was set, which past the end none is. Cost as of
    /// [`set`](Bits::set).
    pub(crate) fn unset(&mut self, index: usize) -> bool {
        index < self.len && self.replace(index, false)
    }

    /// Grows to `len` bits, if there are fewer; new ones are clear. O(chunks added).
    pub(crate) fn grow(&mut self, len: usize) {
        self.words.grow(len.div_ceil(64));
        self.len = self.len.max(len);
    }

    /// As [`set`](Bits::set); gives the bit that was there.
    #[inline]
    pub(crate) fn replace(&mut self, index: usize, bit: bool) -> bool {
        debug_assert!(index < self.len, "bit {index} of {}", self.len);
        let before = self.get(index);
        if index < self.len && before != bit {
            self.write(index, bit);
        }
        before
    }

    /// Clears the bits at these indices, which must exist. O(n); one uniqueness check for those of a chunk
    /// that follow each other.
    pub(crate) fn clear_all(&mut self, indices: impl Iterator<Item = usize>) {
        self.change_all(indices, |word, bit| *word &= !bit);
    }

    /// Sets the bits at these indices, which must exist. Cost as of [`clear_all`](Bits::clear_all).
    pub(crate) fn set_all(&mut self, indices: impl Iterator<Item = usize>) {
        self.change_all(indices, |word, bit| *word |= bit);
    }

    fn change_all(&mut self, indices: impl Iterator<Item = usize>, change: impl Fn(&mut u64, u64)) {
        let len = self.len;
        let within = indices.filter(|index| *index < len);
        self.words.each_mut(within.map(|index| (index / 64, 1 << (index % 64))), change);
    }

    fn write(&mut self, index: usize, bit: bool) {
        let mask = 1 << (index % 64);
        let write = |word: &mut u64, ()| if bit { *word |= mask } else { *word &= !mask };
        self.words.each_mut(std::iter::once((index / 64, ())), write);
    }

    /// Appends what an iterator gives, by whole words. O(n).
    pub(crate) fn extend(&mut self, bits: impl IntoIterator<Item = bool>) {
        let mut bits = bits.into_iter();
        while !self.len.is_multiple_of(64) {
            let Some(bit) = bits.next() else { return };
            self.push(bit);
        }
        let len = &mut self.len;
        self.words.extend(std::iter::from_fn(|| {
            let mut word = u64::from(bits.next()?);
            let mut filled = 1;
            for bit in bits.by_ref().take(63) {
                word |= u64::from(bit) << filled;
                filled += 1;
            }
            *len += filled;
            Some(word)
        }));
    }

    /// Grows or shrinks to `len` bits; new ones are `bit`. O(n).
    #[cfg(test)]
    pub(crate) fn resize(&mut self, len: usize, bit: bool) {
        self.truncate(len);
        self.extend(std::iter::repeat_n(bit, len - self.len));
    }

    /// Drops the bits at and past `len`. O(chunks dropped).
    pub(crate) fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.words.truncate(len.div_ceil(64));
            self.len = len;
            self.trim();
        }
    }

    /// Clears the bits past the end.
    fn trim(&mut self) {
        let (at, last) = (self.len % 64, self.len / 64);
        if at > 0 {
            self.words.set(last, self.words.view().at(last) & !(!0 << at));
        }
    }

    /// How many bits are set. O(n / 64).
    #[cfg(test)]
    pub(crate) fn count_ones(&self) -> usize {
        self.words.view().iter(0).map(|word| word.count_ones() as usize).sum()
    }

    /// The positions of the set bits in a range, ascending; from both ends. O(range / 64 + found).
    pub(crate) fn ones(&self, range: Range<usize>) -> Ones<'_> {
        self.view().ones(range)
    }

    /// Whether both hold the same bits for the [`ROWS`] rows of this chunk of a column. O(1).
    pub(crate) fn shares_chunk(&self, other: &Self, chunk: usize) -> bool {
        const A_CHUNK: usize = ROWS / 64;
        let (mine, theirs) = (self.view(), other.view());
        let words = chunk * A_CHUNK..(chunk + 1) * A_CHUNK;
        self.words.shares_chunk(&other.words, words.start / WORDS)
            || words.into_iter().all(|w| mine.word(w) == theirs.word(w))
    }

    /// Whether neither was written to since one was cloned from the other. O(1).
    pub(crate) fn shares_all(&self, other: &Self) -> bool {
        self.len == other.len && self.words.shares_all(&other.words)
    }

    /// Bytes on the heap. O(chunks · log).
    pub(crate) fn memory(&self) -> Held {
        self.words.memory()
    }
}

/// The words of a [`Bits`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct BitsView<'a> {
    words: Chunks<'a, u64, WORDS>,
    len: usize,
}

impl<'a> BitsView<'a> {
    /// The bit at `index`, false past the end. O(1).
    #[inline(always)]
    pub(crate) fn at(self, index: usize) -> bool {
        self.words.at(index / 64) >> (index % 64) & 1 != 0
    }

    /// The bits from `64 * word` on, the lowest first; zero past the end. O(1).
    #[inline(always)]
    pub(crate) fn word(self, word: usize) -> u64 {
        self.words.at(word)
    }

    /// The bits of the [`ROWS`] rows of a chunk of a column, the lowest first; zero past the end. O(1).
    #[inline]
    pub(crate) fn chunk(self, chunk: usize) -> [u64; ROWS / 64] {
        const EACH: usize = WORDS / (ROWS / 64);
        let mut all = [0; ROWS / 64];
        let words = self.words.chunk(chunk / EACH).chunks(ROWS / 64).nth(chunk % EACH).unwrap_or_default();
        all.iter_mut().zip(words).for_each(|(to, word)| *to = *word);
        all
    }

    /// The number of bits. O(1).
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.len
    }

    /// The positions of the set bits in a range, ascending; from both ends. O(range / 64 + found).
    pub(crate) fn ones(self, range: Range<usize>) -> Ones<'a> {
        let (from, to) = (range.start, range.end.min(self.len));
        if from >= to {
            return Ones { words: self.words, front: 0, back: 0, head: 0, tail: 0 };
        }
        let (front, back) = (from / 64, (to - 1) / 64);
        let (low, high) = (!0 << (from % 64), !0 >> (63 - (to - 1) % 64));
        if front == back {
            return Ones { words: self.words, front, back, head: self.word(front) & low & high, tail: 0 };
        }
        Ones { words: self.words, front, back, head: self.word(front) & low, tail: self.word(back) & high }
    }
}

/// The positions of set bits, from both ends.
///
/// `head` and `tail` hold what is left of the words `front` and `back`; when both are one word, its
/// bits are in `head`.
#[derive(Clone, Debug)]
pub(crate) struct Ones<'a> {
    words: Chunks<'a, u64, WORDS>,
    front: usize,
    back: usize,
    head: u64,
    tail: u64,
}

impl Iterator for Ones<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.head == 0 {
            if self.front == self.back {
                return None;
            }
            self.front += 1;
            self.head = if self.front == self.back {
                std::mem::take(&mut self.tail)
            } else {
                self.words.at(self.front)
            };
        }
        let bit = self.head.trailing_zeros() as usize;
        self.head &= self.head - 1;
        Some(self.front * 64 + bit)
    }
}

impl DoubleEndedIterator for Ones<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<usize> {
        while self.front != self.back && self.tail == 0 {
            self.back -= 1;
            if self.front != self.back {
                self.tail = self.words.at(self.back);
            }
        }
        let left = if self.front == self.back { &mut self.head } else { &mut self.tail };
        let bit = left.checked_ilog2()?;
        *left &= !(1 << bit);
        Some(self.back * 64 + bit as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push(bool),
        Set(usize, bool),
        Extend(Vec<bool>),
        Resize(usize, bool),
        Truncate(usize),
        WriteAll(Vec<usize>, bool),
        Unset(usize),
        Grow(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<bool>().prop_map(Step::Push),
            (0..600usize, any::<bool>()).prop_map(|(i, b)| Step::Set(i, b)),
            vec(any::<bool>(), 0..200).prop_map(Step::Extend),
            (0..600usize, any::<bool>()).prop_map(|(n, b)| Step::Resize(n, b)),
            (0..600usize).prop_map(Step::Truncate),
            (vec(0..600usize, 0..50), any::<bool>()).prop_map(|(at, b)| Step::WriteAll(at, b)),
            (0..600usize).prop_map(Step::Unset),
            (0..600usize).prop_map(Step::Grow),
        ]
    }

    fn check(bits: &Bits, model: &[bool]) {
        assert_eq!(bits.len(), model.len());
        assert_eq!(bits.count_ones(), model.iter().filter(|b| **b).count());
        for index in 0..model.len() + 130 {
            assert_eq!(bits.get(index), model.get(index).copied().unwrap_or_default());
            let chunk = bits.view().chunk(index / ROWS);
            assert_eq!(chunk[index % ROWS / 64], bits.view().word(index / 64));
        }
    }

    proptest! {
        #[test]
        fn behaves_as_a_vector_of_bools(steps in vec(step(), 0..30)) {
            let (mut bits, mut model) = (Bits::new(), Vec::new());
            let mut forks = Vec::new();
            for step in steps {
                forks.push((bits.clone(), model.clone()));
                match step {
                    Step::Push(b) => { bits.push(b); model.push(b); }
                    Step::Set(i, b) if i < model.len() => { bits.set(i, b); model[i] = b; }
                    Step::Set(..) => {}
                    Step::Extend(bs) => { bits.extend(bs.iter().copied()); model.extend(bs); }
                    Step::Resize(n, b) => { bits.resize(n, b); model.resize(n, b); }
                    Step::Truncate(n) => { bits.truncate(n); model.truncate(n); }
                    Step::WriteAll(at, b) => {
                        let all = at.iter().copied();
                        if b { bits.set_all(all) } else { bits.clear_all(all) }
                        at.into_iter().for_each(|i| model.get_mut(i).into_iter().for_each(|bit| *bit = b));
                    }
                    Step::Unset(i) => {
                        let bit = model.get_mut(i).map(std::mem::take);
                        assert_eq!(bits.unset(i), bit.unwrap_or_default());
                    }
                    Step::Grow(n) => { bits.grow(n); model.resize(n.max(model.len()), false); }
                }
                check(&bits, &model);
            }
            forks.iter().for_each(|(bits, model)| check(bits, model));
        }

        #[test]
        fn ones_meet_in_the_middle(
            model in vec(prop::bool::weighted(0.1), 0..700),
            range in (0..800usize, 0..800usize),
            ends in vec(any::<bool>(), 0..900),
        ) {
            let bits = Bits::collect(model.iter().copied());
            let range = range.0..range.1;
            let mut ones = bits.ones(range.clone());
            let mut expected = range.filter(|i| model.get(*i) == Some(&true));
            for front in ends {
                if front {
                    prop_assert_eq!(ones.next(), expected.next());
                } else {
                    prop_assert_eq!(ones.next_back(), expected.next_back());
                }
            }
            prop_assert!(ones.eq(expected));
        }
    }

    #[test]
    fn sharing_is_told_by_the_rows_of_a_column_chunk() {
        let old = Bits::collect((0..20 * ROWS).map(|i| i % 3 == 0));
        let mut new = old.clone();
        new.set(5 * ROWS + 1, !old.get(5 * ROWS + 1));
        new.push(true);
        let changed: Vec<usize> = (0..22).filter(|c| !new.shares_chunk(&old, *c)).collect();
        assert_eq!(changed, [5, 20]);
    }
}
