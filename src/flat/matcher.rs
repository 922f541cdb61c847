//! By what a join finds its rows: along an edge, by an index, by a hash table, or one by one.

use super::plan::State;
use crate::catalog::{Hop, TableInfo};
use crate::filter::Comparison;
use crate::id::{ColumnId, RelationId, TableId};
use crate::scalar::{Scalar, What};
use crate::value::Type;

/// How a join finds the rows of its source for a tuple.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    /// From the row of a source, hop by hop: resolved positions, or an index.
    Walk { from: usize, table: TableId, hops: Vec<Hop> },
    /// Along a relation that leads to the first of several rows.
    Along { from: usize, table: TableId, relation: RelationId },
    /// By a table of the source's rows by key; both lists have the same types.
    Hash { left: Vec<Scalar>, right: Vec<Scalar> },
    /// All of the source's rows.
    Loop,
}

/// A way to make a join.
pub(super) struct Candidate {
    pub(super) matcher: Matcher,
    /// The terms that it answers, by place.
    pub(super) used: Vec<usize>,
    pub(super) expected: f64,
    /// Whether any term leads from what is joined to the source.
    pub(super) connected: bool,
}

/// An equality between what is joined and a source.
struct Pair<'t> {
    place: usize,
    left: &'t Scalar,
    right: &'t Scalar,
}

impl Pair<'_> {
    /// The columns, where both sides are columns of types that join: source and column, and column.
    fn columns(&self) -> Option<(usize, ColumnId, ColumnId)> {
        match (&self.left.what, &self.right.what) {
            (What::Column { source, column }, What::Column { column: right, .. })
                if self.left.ty.joins_with(&self.right.ty) =>
            {
                Some((*source, *column, *right))
            }
            _ => None,
        }
    }
}

impl State<'_> {
    /// The best way to join a source by terms, of which some may be about sources that aren't joined yet.
    pub(super) fn candidate(&self, source: usize, terms: &[Scalar]) -> Candidate {
        let pairs: Vec<Pair<'_>> =
            terms.iter().enumerate().filter_map(|(place, term)| self.pair(place, term, source)).collect();
        let (scan, table) = (self.scans.get(source), self.store.table(self.table(source)));
        let right = scan.map_or(0.0, |scan| scan.expected);
        let rows = (table.row_count() as f64).max(1.0);
        if pairs.is_empty() {
            let expected = self.expected * right;
            return Candidate { matcher: Matcher::Loop, used: Vec::new(), expected, connected: false };
        }
        let share = right / rows;
        if let Some((from, hop, used)) = self.edge(source, &pairs) {
            let parents = match &hop {
                Hop::ToChildren(_) => (self.store.table(self.table(from)).row_count() as f64).max(1.0),
                _ => rows,
            };
            let expected = self.expected * rows / parents * share;
            let matcher = Matcher::Walk { from, table: self.table(from), hops: vec![hop] };
            return Candidate { matcher, used, expected, connected: true };
        }
        // A key on either side is met once; otherwise as often as there are rows of the smaller side.
        let expected =
            (self.expected * right / self.expected.max(right).max(1.0)).max(self.expected.min(right));
        if let Some((from, hop, used)) = self.index(source, &pairs)
            && self.expected * 4.0 < right
        {
            let matcher = Matcher::Walk { from, table: self.table(from), hops: vec![hop] };
            return Candidate { matcher, used, expected, connected: true };
        }
        let used = pairs.iter().map(|pair| pair.place).collect();
        let (left, right) = pairs.iter().map(|pair| (pair.left.clone(), pair.right.clone())).unzip();
        Candidate { matcher: Matcher::Hash { left, right }, used, expected, connected: true }
    }

    /// A term as an equality between what is joined and a source.
    fn pair<'t>(&self, place: usize, term: &'t Scalar, source: usize) -> Option<Pair<'t>> {
        let What::Compare(Comparison::Eq, a, b) = &term.what else { return None };
        let (x, y) = (a.sources(), b.sources());
        let joined =
            |of: &[usize]| !of.is_empty() && of.iter().all(|at| *at != source && self.joined.contains(at));
        // Keys of other types than each other's hash apart; what can fail isn't asked ahead.
        let alike = a.ty == b.ty || (a.ty.is_integer() && b.ty.is_integer());
        if !alike || a.ty == Type::Json || a.can_fail() || b.can_fail() {
            return None;
        }
        if joined(&x) && y == [source] {
            Some(Pair { place, left: a, right: b })
        } else if joined(&y) && x == [source] {
            Some(Pair { place, left: b, right: a })
        } else {
            None
        }
    }

    /// An edge that answers some pairs: where it starts, and which way it goes.
    fn edge(&self, source: usize, pairs: &[Pair<'_>]) -> Option<(usize, Hop, Vec<usize>)> {
        let target = self.table(source);
        let catalog = self.store.catalog();
        for from in &self.joined {
            let table = self.table(*from);
            // What is joined by columns alone is joined whatever its type.
            for edge in catalog.edges.iter().filter(|edge| edge.discriminator.is_none()) {
                let ways = [
                    (edge.child, edge.parent, &edge.child_columns, &edge.parent_columns, true),
                    (edge.parent, edge.child, &edge.parent_columns, &edge.child_columns, false),
                ];
                for (start, end, near, far, to_parent) in ways {
                    if start != table || end != target {
                        continue;
                    }
                    let answers = near.iter().zip(far).map(|(near, far)| {
                        let fits = |pair: &&Pair<'_>| pair.columns() == Some((*from, *near, *far));
                        pairs.iter().find(fits).map(|pair| pair.place)
                    });
                    if let Some(used) = answers.collect::<Option<Vec<_>>>() {
                        let hop = if to_parent { Hop::ToParent(edge.id) } else { Hop::ToChildren(edge.id) };
                        return Some((*from, hop, used));
                    }
                }
            }
        }
        None
    }

    /// An index of the source that answers some pairs, looked up from one source that is joined.
    fn index(&self, source: usize, pairs: &[Pair<'_>]) -> Option<(usize, Hop, Vec<usize>)> {
        let info: &TableInfo = self.store.catalog().table(self.table(source));
        for from in &self.joined {
            for index in &info.indexes {
                let answers = index.columns.iter().map(|column| {
                    pairs.iter().find_map(|pair| match pair.columns() {
                        Some((of, near, far)) if of == *from && far == *column => Some((near, pair.place)),
                        _ => None,
                    })
                });
                if let Some(answers) = answers.collect::<Option<Vec<_>>>() {
                    let (columns, used) = answers.into_iter().unzip();
                    let hop = Hop::Lookup { from: columns, table: info.id, index: index.id };
                    return Some((*from, hop, used));
                }
            }
        }
        None
    }
}
