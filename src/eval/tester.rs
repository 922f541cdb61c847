//! A filter for many rows: slots, or a whole table chunk by chunk.

use super::node::{Node, Rows, sorted};
use super::{FALSE, TRUE};
use crate::column::bits::BitsView;
use crate::column::chunked::ROWS;
use crate::id::{Slot, TableId};
use crate::predicate::Predicate;
use crate::store::Store;
use crate::table::Table;

/// Words of a chunk's bits.
pub(super) const WORDS: usize = ROWS / 64;

/// Terms that cost more than this for a row are asked only about rows that the others left.
const CHEAP: u32 = 10;

/// A predicate bound to a store. It may learn from what it's asked, so it is asked mutably.
pub(crate) struct Tester<'a> {
    live: BitsView<'a>,
    /// Terms that are asked about whole chunks.
    cheap: Vec<Node<'a>>,
    /// Terms that are asked about single rows.
    dear: Vec<Node<'a>>,
    /// Rows of a chunk. Not on the stack, which filters inside filters share.
    slots: Vec<Slot>,
    truths: Vec<u8>,
    scratch: Scratch,
}

/// The rows of a batch that are still true.
#[derive(Default)]
struct Scratch {
    slots: Vec<Slot>,
    places: Vec<u16>,
    truths: Vec<u8>,
}

impl<'a> Tester<'a> {
    /// A filter of a table's rows; without a predicate every row passes.
    pub(crate) fn new(
        store: &'a Store,
        table: TableId,
        predicates: impl IntoIterator<Item = &'a Predicate>,
    ) -> Tester<'a> {
        let mut terms = Vec::new();
        for predicate in predicates {
            flatten(predicate, &mut terms);
        }
        let nodes = sorted(terms.into_iter().map(|term| Node::bind(store, table, term)).collect());
        let (cheap, dear) = nodes.into_iter().partition(|node| node.cost() <= CHEAP);
        let live = Table::live(store.table(table));
        Tester { live, cheap, dear, slots: Vec::new(), truths: Vec::new(), scratch: Scratch::default() }
    }

    /// Whether every row passes.
    pub(crate) fn is_empty(&self) -> bool {
        self.cheap.is_empty() && self.dear.is_empty()
    }

    /// Says how many rows will be asked about in all.
    pub(crate) fn expect(&mut self, rows: usize) {
        self.cheap.iter_mut().chain(&mut self.dear).for_each(|node| node.expect(rows));
    }

    /// Keeps the slots that pass, in their order. They must be of live rows.
    pub(crate) fn retain(&mut self, slots: &mut Vec<Slot>) {
        if self.is_empty() {
            return;
        }
        let mut truths = std::mem::take(&mut self.truths);
        self.mask(slots, &mut truths);
        let mut truth = truths.iter();
        slots.retain(|_| truth.next() == Some(&TRUE));
        self.truths = truths;
    }

    /// Writes the truth of any number of rows; what isn't true is false or unknown.
    pub(crate) fn mask(&mut self, slots: &[Slot], out: &mut Vec<u8>) {
        out.clear();
        out.resize(slots.len(), TRUE);
        for (slots, out) in slots.chunks(ROWS).zip(out.chunks_mut(ROWS)) {
            narrow(&mut self.cheap, &mut self.scratch, slots, out);
            narrow(&mut self.dear, &mut self.scratch, slots, out);
        }
    }

    /// Appends the slots of a chunk's rows that pass.
    pub(crate) fn chunk(&mut self, chunk: usize, out: &mut Vec<Slot>) {
        let words = self.words(chunk);
        for (word, first) in words.iter().zip((chunk * ROWS..).step_by(64)) {
            if *word == u64::MAX {
                let first = first as u32;
                out.extend((first..first + 64).map(|at| Slot::new(at as usize)));
            } else {
                out.extend(ones(&[*word]).map(|at| Slot::new(first + at)));
            }
        }
    }

    /// Bits of a chunk's rows that pass.
    pub(crate) fn words(&mut self, chunk: usize) -> [u64; WORDS] {
        let mut words = self.live.chunk(chunk);
        if self.is_empty() || words == [0; WORDS] {
            return words;
        }
        let rows = self.live.len().saturating_sub(chunk * ROWS).min(ROWS);
        for node in &mut self.cheap {
            if !node.narrow(chunk, &mut words) {
                narrow_by_truths(node, chunk, rows, &mut words);
            }
        }
        if !self.dear.is_empty() {
            self.narrow_words(chunk, &mut words);
        }
        words
    }

    fn narrow_words(&mut self, chunk: usize, words: &mut [u64; WORDS]) {
        let Tester { dear, slots, truths, scratch, .. } = self;
        slots.clear();
        slots.extend(ones(words).map(|at| Slot::new(chunk * ROWS + at)));
        truths.clear();
        truths.resize(slots.len(), TRUE);
        narrow(dear, scratch, slots, truths);
        for (slot, _) in slots.iter().zip(truths).filter(|(_, truth)| **truth != TRUE) {
            let at = slot.index() % ROWS;
            words[at / 64] &= !(1 << (at % 64));
        }
    }
}

/// Clears the bits of a chunk's rows that aren't true, by the truth of each of them.
#[inline(never)]
fn narrow_by_truths(node: &mut Node<'_>, chunk: usize, rows: usize, words: &mut [u64; WORDS]) {
    let mut truths = [FALSE; ROWS];
    node.fill(Rows::Chunk(chunk), &mut truths[..rows]);
    for (word, lane) in words.iter_mut().zip(truths.as_chunks::<64>().0) {
        *word &= gather_bits(lane);
    }
}

/// The terms of nested *and*s.
fn flatten<'a>(predicate: &'a Predicate, terms: &mut Vec<&'a Predicate>) {
    match predicate {
        Predicate::And(all) => all.iter().for_each(|term| flatten(term, terms)),
        term => terms.push(term),
    }
}

/// Asks each node about the rows of a batch that are still true.
fn narrow(nodes: &mut [Node<'_>], scratch: &mut Scratch, slots: &[Slot], out: &mut [u8]) {
    for node in nodes {
        let left = out.iter().filter(|truth| **truth == TRUE).count();
        if left == out.len() {
            node.fill(Rows::Slots(slots), out);
            continue;
        }
        if left == 0 {
            return;
        }
        scratch.slots.clear();
        scratch.places.clear();
        for (place, slot) in (0..).zip(slots).filter(|(place, _)| out[usize::from(*place)] == TRUE) {
            scratch.slots.push(*slot);
            scratch.places.push(place);
        }
        scratch.truths.resize(left, FALSE);
        node.fill(Rows::Slots(&scratch.slots), &mut scratch.truths);
        for (place, truth) in scratch.places.iter().zip(&scratch.truths) {
            out[usize::from(*place)] = *truth;
        }
    }
}

/// One bit for each of 64 truths that is true.
#[inline]
pub(super) fn gather_bits(truths: &[u8; 64]) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    /// Moves the lowest bit of byte `i` to bit `56 + i`, without a carry.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut word = 0;
    for (at, eight) in truths.as_chunks::<8>().0.iter().enumerate() {
        let bits = (u64::from_le_bytes(*eight) >> 1) & LOW;
        word |= (bits.wrapping_mul(GATHER) >> 56) << (8 * at);
    }
    word
}

/// The places of set bits, ascending.
#[inline]
pub(crate) fn ones(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(at * 64 + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_are_gathered_in_their_order(truths in proptest::collection::vec(0u8..3, 64)) {
            let mut lane = [0; 64];
            lane.copy_from_slice(&truths);
            let word = gather_bits(&lane);
            for (at, truth) in truths.iter().enumerate() {
                prop_assert_eq!(word >> at & 1 == 1, *truth == TRUE);
            }
            let expected: Vec<usize> = (0..64).filter(|at| truths[*at] == TRUE).collect();
            prop_assert_eq!(ones(&[word]).collect::<Vec<_>>(), expected);
        }
    }
}
