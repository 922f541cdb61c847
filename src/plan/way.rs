//! The access of a query whose placeholders have no values yet.
//!
//! A *way* is an access without its keys. It is chosen once, by what the terms are about and by how many
//! rows there are for a key on average; values are then looked up in that way and in no other. One that
//! leads to too many rows for these values is left for a scan.

use super::access::sources_expected;
use super::choose::{self, Candidate};
use super::{Access, Level};
use crate::catalog::{IndexInfo, IndexKind, TableInfo};
use crate::filter::Comparison;
use crate::id::{ColumnId, EdgeId, IndexId, TableId};
use crate::predicate::Predicate;
use crate::scalar::{Scalar, What};
use crate::store::Store;

/// How the rows of a level are found, whatever the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A unique index by key.
    Unique(IndexId),
    /// Any other index by key.
    Group(IndexId),
    /// The children of parents by key.
    Children(EdgeId),
    /// A range of an ordered index.
    Range(IndexId),
    /// Back along a relation from what the term at a place asks for.
    Through(usize),
    /// All rows, or an index in the order that is wanted.
    Whole,
}

/// Of how many rows one has a key of an ordered index, as long as nobody has counted.
const RARE: usize = 200;

/// Of how many rows one lies in a range that is open at one end.
const HALF_OPEN: usize = 5;

/// The way that finds the fewest rows for values that aren't known, and about how many. O(query).
pub(super) fn choose(store: &Store, level: &Level) -> (Way, usize) {
    let rows = store.table(level.table).row_count();
    best(store, level.table, &level.filter).unwrap_or((Way::Whole, rows))
}

/// Recursion is as deep as the filter.
fn best(store: &Store, table: TableId, terms: &[Predicate]) -> Option<(Way, usize)> {
    let (info, rows) = (store.catalog().table(table), store.table(table).row_count());
    for index in info.indexes.iter().filter(|index| index.is_unique()) {
        if let Some(keys) = keys(&index.columns, terms) {
            return Some((Way::Unique(index.id), keys));
        }
    }
    let mut ways = Vec::new();
    for edge in &info.child_edges {
        let edge = store.catalog().edge(*edge);
        let each = rows / store.table(edge.parent).row_count().max(1);
        ways.extend(keys(&edge.child_columns, terms).map(|keys| (Way::Children(edge.id), keys * each)));
    }
    ways.extend(info.indexes.iter().filter_map(|index| by_index(store, info, index, terms, rows)));
    for (place, term) in terms.iter().enumerate() {
        if let Some((relation, terms)) = choose::along(store, table, term) {
            let target = store.catalog().table(table).relation(relation).target;
            let expected =
                best(store, target, &terms).map(|(_, found)| sources_expected(store, table, relation, found));
            ways.extend(expected.map(|expected| (Way::Through(place), expected)));
        }
    }
    let best = ways.into_iter().filter(|(_, expected)| *expected <= choose::worth(rows));
    best.min_by_key(|(_, expected)| *expected)
}

fn by_index(
    store: &Store,
    info: &TableInfo,
    index: &IndexInfo,
    terms: &[Predicate],
    rows: usize,
) -> Option<(Way, usize)> {
    match index.kind {
        IndexKind::Primary | IndexKind::Unique => None,
        IndexKind::Hash => {
            let all = store.table(info.id).index(index.id).key_count().unwrap_or(rows);
            Some((Way::Group(index.id), keys(&index.columns, terms)? * (rows / all.max(1))))
        }
        IndexKind::Ordered => {
            if let Some(keys) = keys(&index.columns, terms) {
                return Some((Way::Range(index.id), keys * (rows / RARE)));
            }
            let says = |column: &ColumnId| terms.iter().any(|term| count(term, *column).is_some());
            let prefix = index.columns.iter().take_while(|column| says(column)).count();
            let next = index.columns.get(prefix)?;
            let ends = terms.iter().filter(|term| is_end(term, *next)).count();
            match (prefix, ends) {
                (0, 0) => None,
                (0, 1) => Some((Way::Range(index.id), rows / HALF_OPEN)),
                _ => Some((Way::Range(index.id), rows / RARE)),
            }
        }
    }
}

/// How many keys terms say that these columns have, each of them.
fn keys(columns: &[ColumnId], terms: &[Predicate]) -> Option<usize> {
    columns.iter().try_fold(1usize, |keys, column| {
        let values = terms.iter().filter_map(|term| count(term, *column)).min()?;
        keys.checked_mul(values)
    })
}

/// How many values a term says a column has one of.
fn count(term: &Predicate, column: ColumnId) -> Option<usize> {
    match term {
        Predicate::Compare(of, Comparison::Eq, _) if *of == column => Some(1),
        Predicate::In { column: of, values, .. } if *of == column => Some(values.len()),
        Predicate::Expr(scalar) => match &scalar.what {
            What::Compare(Comparison::Eq, a, b) if is_open(a, b, column) => Some(1),
            What::In(of, values) if is_column(of, column) => Some(values.len()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a term is the end of a range of a column.
fn is_end(term: &Predicate, column: ColumnId) -> bool {
    let narrows = |by: &Comparison| !matches!(by, Comparison::Eq | Comparison::Ne);
    match term {
        Predicate::Compare(of, by, _) => *of == column && narrows(by),
        Predicate::Expr(scalar) => {
            matches!(&scalar.what, What::Compare(by, a, b) if narrows(by) && is_open(a, b, column))
        }
        _ => false,
    }
}

/// Whether a column is compared with what is given later.
fn is_open(a: &Scalar, b: &Scalar, column: ColumnId) -> bool {
    is_column(a, column) && matches!(b.what, What::Placeholder(_))
}

fn is_column(scalar: &Scalar, column: ColumnId) -> bool {
    matches!(scalar.what, What::Column { column: of, .. } if of == column)
}

impl Way {
    /// The access that goes this way with the values that the level has got by now, and how many rows it
    /// will find. Takes the terms it answers out of the level's filter. Values that lead nowhere this way,
    /// such as a key without a parent where children have lost theirs, have their access chosen anew.
    pub(super) fn access(self, store: &Store, level: &mut Level) -> (Access, usize) {
        match self.candidate(store, level.table, &level.filter) {
            _ if self == Way::Whole => choose::whole(store, level),
            Some(found) if found.is_worth(store, level.table) => found.take(level),
            Some(_) => choose::whole(store, level),
            None => choose::choose(store, level),
        }
    }

    fn candidate(self, store: &Store, table: TableId, terms: &[Predicate]) -> Option<Candidate> {
        let info = store.catalog().table(table);
        match self {
            Way::Unique(index) => choose::by_unique(info.index(index), terms),
            Way::Group(index) => choose::by_group(store, info, info.index(index), terms),
            Way::Range(index) => choose::by_range(store, info, info.index(index), terms),
            Way::Children(edge) => choose::by_parent(store, edge, terms),
            Way::Through(place) => choose::by_relation(store, table, place, terms.get(place)?),
            Way::Whole => None,
        }
    }
}
