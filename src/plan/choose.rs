//! Choosing an access by the filter's terms: the one that finds the fewest rows.

use super::access::{Access, is_reversible, sources_expected};
use super::{Key, Level};
use crate::catalog::{IndexInfo, IndexKind, TableInfo};
use crate::filter::Comparison;
use crate::id::{ColumnId, EdgeId, RelationId, TableId};
use crate::predicate::Predicate;
use crate::store::Store;
use crate::value::Value;
use std::ops::Bound;

/// More keys than this aren't looked up one by one.
const KEYS_MAX: usize = 1 << 16;

/// An access that a filter allows.
pub(super) struct Candidate {
    access: Access,
    expected: usize,
    /// The terms it answers, by place.
    answers: Vec<usize>,
}

/// The access of a root level and how many rows it will find. Takes the terms it answers out of the
/// level's filter.
pub(super) fn choose(store: &Store, level: &mut Level) -> (Access, usize) {
    match best(store, level.table, &level.filter) {
        Some(best) => best.take(level),
        None => whole(store, level),
    }
}

/// The access to all rows, and how many there are: in an order that an index has, where that is wanted of a few.
pub(super) fn whole(store: &Store, level: &Level) -> (Access, usize) {
    let rows = store.table(level.table).row_count();
    if level.limit.is_some()
        && let Some((index, descending)) = ordering(store, level)
    {
        return (Access::Ordered { index: index.id, descending }, rows);
    }
    (Access::Scan, rows)
}

/// The access that finds the fewest rows, if it's worth more than a scan. Recursion is as deep as the
/// filter.
fn best(store: &Store, table: TableId, terms: &[Predicate]) -> Option<Candidate> {
    if terms.is_empty() {
        return None;
    }
    let info = store.catalog().table(table);
    let mut unique = info.indexes.iter().filter(|index| index.is_unique());
    if let Some(candidate) = unique.find_map(|index| by_unique(index, terms)) {
        return Some(candidate);
    }
    let mut all = Vec::new();
    all.extend(info.child_edges.iter().filter_map(|edge| by_parent(store, *edge, terms)));
    for index in &info.indexes {
        match index.kind {
            IndexKind::Primary | IndexKind::Unique => {}
            IndexKind::Hash => all.extend(by_group(store, info, index, terms)),
            IndexKind::Ordered => all.extend(by_range(store, info, index, terms)),
        }
    }
    all.extend(terms.iter().enumerate().filter_map(|(place, term)| by_relation(store, table, place, term)));
    let worth = worth(store.table(table).row_count());
    all.into_iter().filter(|candidate| candidate.expected <= worth).min_by_key(|candidate| candidate.expected)
}

/// How many of some rows are worth more than a scan, which reads rows in their order, several times faster
/// than an index leads to them.
pub(super) fn worth(rows: usize) -> usize {
    rows / 4 + 16
}

impl Candidate {
    /// Whether it's worth more than a scan.
    pub(super) fn is_worth(&self, store: &Store, table: TableId) -> bool {
        let is_unique = matches!(self.access, Access::Unique { .. });
        is_unique || self.expected <= worth(store.table(table).row_count())
    }

    /// Its access and how many rows that will find. Takes the terms it answers out of the level's filter.
    pub(super) fn take(self, level: &mut Level) -> (Access, usize) {
        let mut place = 0;
        level.filter.retain(|_| {
            place += 1;
            !self.answers.contains(&(place - 1))
        });
        (self.access, self.expected)
    }
}

/// Equality in all columns of a unique index.
pub(super) fn by_unique(index: &IndexInfo, terms: &[Predicate]) -> Option<Candidate> {
    let (keys, answers) = keys(&index.columns, terms)?;
    Some(Candidate { expected: keys.len(), access: Access::Unique { index: index.id, keys }, answers })
}

/// The values that a term says a column has.
fn values(term: &Predicate, column: ColumnId) -> Option<&[Value]> {
    match term {
        Predicate::Compare(of, Comparison::Eq, value) if *of == column => Some(std::slice::from_ref(value)),
        Predicate::In { column: of, values, .. } if *of == column => Some(values),
        _ => None,
    }
}

/// Every combination of the values that terms say these columns have, and the places of those terms.
fn keys(columns: &[ColumnId], terms: &[Predicate]) -> Option<(Vec<Vec<Value>>, Vec<usize>)> {
    let (mut keys, mut places) = (vec![Vec::with_capacity(columns.len())], Vec::new());
    for column in columns {
        let said = terms.iter().enumerate().filter_map(|(place, term)| Some((place, values(term, *column)?)));
        let (place, values) = said.min_by_key(|(_, values)| values.len())?;
        if keys.len().saturating_mul(values.len()) > KEYS_MAX {
            return None;
        }
        if let [only] = values {
            keys.iter_mut().for_each(|key| key.push(only.clone()));
        } else {
            let with = |key: &Vec<Value>, value: &Value| key.iter().chain([value]).cloned().collect();
            keys = keys.iter().flat_map(|key| values.iter().map(move |value| with(key, value))).collect();
        }
        places.push(place);
    }
    Some((keys, places))
}

/// Equality with a parent's key. Children whose key matches no parent aren't found that way, so every
/// key has to have its parent.
pub(super) fn by_parent(store: &Store, edge: EdgeId, terms: &[Predicate]) -> Option<Candidate> {
    let info = store.catalog().edge(edge);
    let (keys, mut answers) = keys(&info.child_columns, terms)?;
    if let Some(kind) = &info.discriminator {
        let says =
            |term: &Predicate| matches!(values(term, kind.column), Some([label]) if *label == kind.label);
        answers.push(terms.iter().position(says)?);
    }
    let (parents, lists) = (store.table(info.parent), store.edge(edge).children());
    let mut expected = 0;
    for key in &keys {
        match parents.find(info.parent_index, key) {
            Some(parent) => expected += lists.count(parent),
            None if store.edge(edge).orphan_count() == 0 || key.iter().any(Value::is_null) => {}
            None => return None,
        }
    }
    Some(Candidate { access: Access::Children { edge, keys }, expected, answers })
}

pub(super) fn by_group(
    store: &Store,
    info: &TableInfo,
    index: &IndexInfo,
    terms: &[Predicate],
) -> Option<Candidate> {
    let (keys, answers) = keys(&index.columns, terms)?;
    let expected = keys.iter().map(|key| store.table(info.id).group_count(index.id, key)).sum();
    Some(Candidate { access: Access::Group { index: index.id, keys }, expected, answers })
}

/// Equality in the first columns of an ordered index, and a range in the next one.
pub(super) fn by_range(
    store: &Store,
    info: &TableInfo,
    index: &IndexInfo,
    terms: &[Predicate],
) -> Option<Candidate> {
    if let Some(candidate) = by_group(store, info, index, terms) {
        return Some(candidate);
    }
    let (mut prefix, mut answers) = (Vec::new(), Vec::new());
    let (mut lower, mut upper) = (Bound::Unbounded, Bound::Unbounded);
    for column in &index.columns {
        let equal = terms.iter().enumerate().find_map(|(place, term)| match term {
            Predicate::Compare(of, Comparison::Eq, value) if of == column => Some((place, value)),
            _ => None,
        });
        if let Some((place, value)) = equal.filter(|(_, value)| !value.is_null()) {
            prefix.push(value.clone());
            answers.push(place);
            continue;
        }
        let mut places = Vec::new();
        for (place, term) in terms.iter().enumerate() {
            if let Predicate::Compare(of, comparison, value) = term
                && of == column
                && !value.is_null()
                && narrow(&mut lower, &mut upper, *comparison, value)
            {
                places.push(place);
            }
        }
        // Nulls lie at the end of an index, inside a range that is open there.
        if upper != Bound::Unbounded || !info.column(*column).nullable {
            answers.append(&mut places);
        }
        break;
    }
    if prefix.is_empty() && lower == Bound::Unbounded && upper == Bound::Unbounded {
        return None;
    }
    let expected = store.table(info.id).range(index.id, &prefix, lower.as_ref(), upper.as_ref()).len();
    Some(Candidate { access: Access::Range { index: index.id, prefix, lower, upper }, expected, answers })
}

/// Turns a comparison into the end of a range that is still open; whether it was.
fn narrow(lower: &mut Bound<Value>, upper: &mut Bound<Value>, comparison: Comparison, value: &Value) -> bool {
    let (end, bound) = match comparison {
        Comparison::Gt => (lower, Bound::Excluded(value.clone())),
        Comparison::Gte => (lower, Bound::Included(value.clone())),
        Comparison::Lt => (upper, Bound::Excluded(value.clone())),
        Comparison::Lte => (upper, Bound::Included(value.clone())),
        Comparison::Eq | Comparison::Ne => return false,
    };
    let open = *end == Bound::Unbounded;
    if open {
        *end = bound;
    }
    open
}

/// A relation filter whose target can be found directly.
pub(super) fn by_relation(
    store: &Store,
    table: TableId,
    place: usize,
    term: &Predicate,
) -> Option<Candidate> {
    let (relation, terms) = along(store, table, term)?;
    let target = store.catalog().table(table).relation(relation).target;
    let found = best(store, target, &terms)?;
    let expected = sources_expected(store, table, relation, found.expected);
    let access = Access::Through { relation, access: Box::new(found.access), filter: terms };
    Some(Candidate { access, expected, answers: vec![place] })
}

/// The relation that a term asks for a row along, where it can be followed back, and what is asked of the row.
pub(super) fn along(store: &Store, table: TableId, term: &Predicate) -> Option<(RelationId, Vec<Predicate>)> {
    let Predicate::Some(relation, Some(filter)) = term else { return None };
    let terms = match filter.as_ref() {
        Predicate::And(terms) => terms.clone(),
        term => vec![term.clone()],
    };
    is_reversible(store, table, *relation).then_some((*relation, terms))
}

/// An ordered index that has the level's order, forwards or backwards.
fn ordering<'a>(store: &'a Store, level: &Level) -> Option<(&'a IndexInfo, bool)> {
    if level.cursor.is_some() || level.distinct.is_some() {
        return None;
    }
    let info = store.catalog().table(level.table);
    let descending = level.order.first()?.is_descending();
    let fits = |key: &Key, column: &ColumnId| match key {
        Key::Column(order) => {
            let placed = order.nulls_first == descending || !info.column(*column).nullable;
            order.column == *column && order.descending == descending && placed
        }
        Key::Count { .. } | Key::Total { .. } | Key::Value { .. } => false,
    };
    let mut indexes = info.indexes.iter().filter(|index| index.kind == IndexKind::Ordered);
    let found = indexes.find(|index| {
        level.order.len() <= index.columns.len()
            && level.order.iter().zip(&index.columns).all(|(key, column)| fits(key, column))
    });
    found.map(|index| (index, descending))
}
