//! Predicates bound to a store, answered a batch at a time.

use super::cells::{Asked, Cells};
use super::semi::{Question, Semi};
use super::total::TotalTest;
use super::words::{self, Words};
use super::{FALSE, TRUE, UNKNOWN, row};
use crate::column::bits::BitsView;
use crate::column::chunked::ROWS;
use crate::id::{ColumnId, Slot, TableId};
use crate::predicate::Predicate;
use crate::scalar::Scalar;
use crate::store::Store;
use smallvec::SmallVec;

/// The rows of a batch: a chunk of the table from its start, or at most [`ROWS`] slots.
#[derive(Clone, Copy)]
pub(super) enum Rows<'r> {
    Chunk(usize),
    Slots(&'r [Slot]),
}

impl Rows<'_> {
    /// The slot of the row at a place of the batch.
    #[inline]
    pub(super) fn slot(self, at: usize) -> Slot {
        match self {
            Rows::Chunk(chunk) => Slot::new(chunk * ROWS + at),
            Rows::Slots(slots) => slots.get(at).copied().unwrap_or_default(),
        }
    }
}

/// A part of a predicate.
pub(super) enum Node<'a> {
    Known(u8),
    All(Vec<Node<'a>>),
    Any(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    Cells(Cells<'a>, Option<BitsView<'a>>),
    Null(Option<BitsView<'a>>),
    Semi(Box<Semi<'a>>),
    /// What is computed.
    Computed(&'a Store, TableId, &'a Scalar),
    Total(Box<TotalTest<'a>>),
    /// Whatever compares columns with each other or has odd operands: row by row.
    Each(&'a Store, TableId, &'a Predicate),
}

impl<'a> Node<'a> {
    /// Looks up what the predicate names. Recursion is as deep as the predicate.
    pub(super) fn bind(store: &'a Store, table: TableId, predicate: &'a Predicate) -> Node<'a> {
        let all = |terms: &'a [Predicate]| terms.iter().map(|term| Node::bind(store, table, term)).collect();
        let cells = |column: ColumnId, asked| {
            let view = store.table(table).column(column).view();
            match Cells::bind(view, asked) {
                Some(cells) => Node::Cells(cells, view.nulls),
                None => Node::Each(store, table, predicate),
            }
        };
        let semi = |relation, question| {
            Node::Semi(Box::new(Semi::new(store, row::relation_of(store, table, relation), question)))
        };
        match predicate {
            Predicate::And(terms) => Node::All(sorted(all(terms))),
            Predicate::Or(terms) => Node::Any(sorted(all(terms))),
            Predicate::Not(term) => Node::Not(Box::new(Node::bind(store, table, term))),
            Predicate::Compare(_, _, value) if value.is_null() => Node::Known(UNKNOWN),
            Predicate::Compare(column, comparison, value) => {
                cells(*column, Asked::Compare(*comparison, value))
            }
            Predicate::CompareColumns(..) => Node::Each(store, table, predicate),
            Predicate::Expr(scalar) => Node::Computed(store, table, scalar),
            Predicate::In { values, with_null, .. } if values.is_empty() => {
                Node::Known(if *with_null { UNKNOWN } else { FALSE })
            }
            Predicate::In { column, values, with_null } => cells(*column, Asked::Among(values, *with_null)),
            Predicate::Like(column, pattern) => cells(*column, Asked::Like(pattern)),
            Predicate::IsNull(column) => Node::Null(store.table(table).column(*column).view().nulls),
            Predicate::Some(relation, filter) => semi(*relation, Question::Some(filter.as_deref())),
            Predicate::Every(relation, filter) => semi(*relation, Question::Every(filter)),
            Predicate::Count(counted, comparison, number) => {
                semi(counted.relation, Question::Count(counted.filter.as_ref(), *comparison, *number))
            }
            Predicate::Total(total, comparison, value) => {
                Node::Total(Box::new(TotalTest::new(store, table, total, Some((*comparison, value)))))
            }
            Predicate::NoTotal(total) => Node::Total(Box::new(TotalTest::new(store, table, total, None))),
        }
    }

    /// How dear the node is for a row, roughly in fixed-width comparisons.
    pub(super) fn cost(&self) -> u32 {
        let sum = |nodes: &[Node<'_>]| nodes.iter().map(Node::cost).fold(0, u32::saturating_add);
        match self {
            Node::Known(_) => 0,
            Node::Null(_) => 1,
            Node::All(nodes) | Node::Any(nodes) => sum(nodes),
            Node::Not(node) => node.cost(),
            Node::Cells(cells, _) => cells.cost(),
            Node::Each(..) => 12,
            Node::Computed(..) => 100,
            Node::Semi(semi) => semi.cost(),
            Node::Total(_) => TotalTest::COST,
        }
    }

    /// Says how many rows will be asked about in all, so that a relation filter can choose its end.
    pub(super) fn expect(&mut self, rows: usize) {
        match self {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter_mut().for_each(|node| node.expect(rows)),
            Node::Not(node) => node.expect(rows),
            Node::Semi(semi) => semi.expect(rows),
            Node::Known(_)
            | Node::Cells(..)
            | Node::Null(_)
            | Node::Computed(..)
            | Node::Total(_)
            | Node::Each(..) => {}
        }
    }

    /// Clears the bits of a chunk's rows that aren't true, where that takes no truth of each row; says
    /// whether it did.
    pub(super) fn narrow(&self, chunk: usize, words: &mut Words) -> bool {
        match self {
            Node::Cells(cells, nulls) => words::narrow(cells, *nulls, chunk, words),
            _ => false,
        }
    }

    /// Writes the truth of each row of a batch.
    pub(super) fn fill(&mut self, rows: Rows<'_>, out: &mut [u8]) {
        match self {
            Node::Known(truth) => out.fill(*truth),
            Node::All(nodes) => {
                out.fill(TRUE);
                combine(nodes, rows, out, u8::min);
            }
            Node::Any(nodes) => {
                out.fill(FALSE);
                combine(nodes, rows, out, u8::max);
            }
            Node::Not(node) => {
                node.fill(rows, out);
                out.iter_mut().for_each(|truth| *truth = TRUE - *truth);
            }
            Node::Cells(cells, nulls) => {
                cells.fill(rows, out);
                if let Some(nulls) = nulls {
                    each_null(*nulls, rows, out, UNKNOWN);
                }
            }
            Node::Null(nulls) => {
                out.fill(FALSE);
                if let Some(nulls) = nulls {
                    each_null(*nulls, rows, out, TRUE);
                }
            }
            Node::Semi(semi) => semi.fill(rows, out),
            Node::Computed(store, table, scalar) => {
                let slots: SmallVec<[Slot; 64]> = (0..out.len()).map(|at| rows.slot(at)).collect();
                row::computed(store, *table, scalar, &slots, out);
            }
            Node::Total(total) => total.fill(rows, out),
            Node::Each(store, table, predicate) => {
                for (at, truth) in out.iter_mut().enumerate() {
                    *truth = row::truth(store, *table, predicate, rows.slot(at));
                }
            }
        }
    }
}

/// Cheap nodes first; equals in their order.
pub(super) fn sorted(mut nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
    nodes.sort_by_key(Node::cost);
    nodes
}

fn combine(nodes: &mut [Node<'_>], rows: Rows<'_>, out: &mut [u8], with: impl Fn(u8, u8) -> u8) {
    let mut buffer = [FALSE; ROWS];
    for node in nodes {
        let Some(truths) = buffer.get_mut(..out.len()) else { return };
        node.fill(rows, truths);
        for (out, truth) in out.iter_mut().zip(truths) {
            *out = with(*out, *truth);
        }
    }
}

/// Writes `truth` where a cell is null.
fn each_null(nulls: BitsView<'_>, rows: Rows<'_>, out: &mut [u8], truth: u8) {
    match rows {
        Rows::Chunk(chunk) => {
            for (at, lane) in out.chunks_mut(64).enumerate() {
                let mut word = nulls.word(chunk * (ROWS / 64) + at);
                while word != 0 {
                    if let Some(out) = lane.get_mut(word.trailing_zeros() as usize) {
                        *out = truth;
                    }
                    word &= word - 1;
                }
            }
        }
        Rows::Slots(slots) => {
            for (out, slot) in out.iter_mut().zip(slots) {
                if nulls.at(slot.index()) {
                    *out = truth;
                }
            }
        }
    }
}
