//! One row, straight from the predicate: for checks, single look-ups and short walks.

use super::order::sort_rows;
use super::total::{Totals, compare_known};
use super::vector::{Batch, truths};
use super::{FALSE, TRUE, UNKNOWN, fault, holds, stored};
use crate::catalog::{Hop, Member, RelationInfo};
use crate::column::{ColumnView, DataView};
use crate::filter::Comparison;
use crate::id::{RelationId, Slot, TableId};
use crate::predicate::Predicate;
use crate::scalar::Scalar;
use crate::store::Store;
use crate::table::Table;
use crate::value::{Value, ValueRef};
use hashbrown::HashSet;
use std::borrow::Cow;
use std::cmp::Ordering;

/// How true a predicate is of a row. Recursion is as deep as the predicate.
pub(crate) fn truth(store: &Store, table: TableId, predicate: &Predicate, slot: Slot) -> u8 {
    let rows = store.table(table);
    match predicate {
        Predicate::And(terms) => least(terms.iter().map(|term| truth(store, table, term, slot))),
        Predicate::Or(terms) => TRUE - least(terms.iter().map(|term| TRUE - truth(store, table, term, slot))),
        Predicate::Not(term) => TRUE - truth(store, table, term, slot),
        Predicate::Compare(column, comparison, value) => {
            compare(*comparison, order_value(rows.column(*column).view(), slot, value))
        }
        Predicate::CompareColumns(a, comparison, b) => {
            compare(*comparison, order_columns(rows.column(*a).view(), rows.column(*b).view(), slot))
        }
        Predicate::In { column, values, with_null } => {
            among(rows.column(*column).view().get(slot), values, *with_null)
        }
        Predicate::Like(column, pattern) => match rows.column(*column).view().get(slot) {
            ValueRef::Text(text) => answer(pattern.matches(text)),
            _ => UNKNOWN,
        },
        Predicate::IsNull(column) => answer(rows.column(*column).view().is_null(slot)),
        Predicate::Some(relation, filter) => {
            answer(some(store, relation_of(store, table, *relation), filter.as_deref(), slot))
        }
        Predicate::Every(relation, filter) => {
            answer(every(store, relation_of(store, table, *relation), filter, slot))
        }
        Predicate::Count(counted, comparison, number) => {
            let relation = relation_of(store, table, counted.relation);
            let found = count(store, relation, counted.filter.as_ref(), slot);
            answer(holds(*comparison, order_count(found, *number)))
        }
        Predicate::Expr(scalar) => {
            let mut truth = [UNKNOWN];
            computed(store, table, scalar, &[slot], &mut truth);
            truth[0]
        }
        Predicate::Total(total, comparison, value) => {
            let found = Totals::new(store, table, total).one(slot);
            compare(*comparison, compare_known(&total.ty, &found, value))
        }
        Predicate::NoTotal(total) => answer(Totals::new(store, table, total).one(slot).is_null()),
    }
}

/// How true a condition is of each of some rows.
pub(super) fn computed(store: &Store, table: TableId, scalar: &Scalar, slots: &[Slot], out: &mut [u8]) {
    let (slots, outputs) = (vec![Cow::Borrowed(slots)], Cow::Borrowed([].as_slice()));
    let batch = Batch { store, tables: &[table], slots, outputs, len: out.len() };
    match truths(scalar, &batch) {
        Ok(found) => out.iter_mut().zip(found).for_each(|(truth, found)| *truth = found),
        Err(error) => {
            fault::leave(error);
            out.fill(UNKNOWN);
        }
    }
}

/// The order of a count against any integer.
pub(super) fn order_count(count: u64, number: i64) -> Ordering {
    i64::try_from(count).unwrap_or(i64::MAX).cmp(&number)
}

pub(super) fn relation_of(store: &Store, table: TableId, relation: RelationId) -> &RelationInfo {
    store.catalog().table(table).relation(relation)
}

fn least(truths: impl Iterator<Item = u8>) -> u8 {
    let mut least = TRUE;
    for truth in truths {
        least = least.min(truth);
        if least == FALSE {
            break;
        }
    }
    least
}

fn answer(holds: bool) -> u8 {
    if holds { TRUE } else { FALSE }
}

fn compare(comparison: Comparison, order: Option<Ordering>) -> u8 {
    order.map_or(UNKNOWN, |order| answer(holds(comparison, order)))
}

/// The order of a cell against a value; `None` when either is null.
fn order_value(column: ColumnView<'_>, slot: Slot, value: &Value) -> Option<Ordering> {
    if column.is_null(slot) || value.is_null() {
        return None;
    }
    match column.data {
        DataView::Enum(cells, labels) => Some(cells.at(slot.index()).cmp(&stored::label(labels, value)?)),
        _ => Some(column.get(slot).cmp(&value.as_ref())),
    }
}

/// The order of two cells of one row; `None` when either is null.
fn order_columns(a: ColumnView<'_>, b: ColumnView<'_>, slot: Slot) -> Option<Ordering> {
    if a.is_null(slot) || b.is_null(slot) {
        return None;
    }
    match (a.data, b.data) {
        (DataView::Enum(a, labels), DataView::Enum(b, others)) if labels == others => {
            Some(a.at(slot.index()).cmp(&b.at(slot.index())))
        }
        _ => Some(a.get(slot).cmp(&b.get(slot))),
    }
}

/// Nothing is among no values, not even unknown.
fn among(cell: ValueRef<'_>, values: &[Value], with_null: bool) -> u8 {
    if values.is_empty() && !with_null {
        return FALSE;
    }
    if cell.is_null() {
        return UNKNOWN;
    }
    let found = values.binary_search_by(|value| value.as_ref().cmp(&cell)).is_ok();
    if !found && with_null { UNKNOWN } else { answer(found) }
}

/// Whether a row along a relation matches.
pub(super) fn some(store: &Store, relation: &RelationInfo, filter: Option<&Predicate>, from: Slot) -> bool {
    visit(store, relation, from, &mut |to| {
        filter.is_none_or(|filter| truth(store, relation.target, filter, to) == TRUE)
    })
}

/// Whether no row along a relation fails to match.
pub(super) fn every(store: &Store, relation: &RelationInfo, filter: &Predicate, from: Slot) -> bool {
    !visit(store, relation, from, &mut |to| truth(store, relation.target, filter, to) != TRUE)
}

/// How many rows along a relation match. O(1) for all children of a row, else O(rows).
pub(super) fn count(store: &Store, relation: &RelationInfo, filter: Option<&Predicate>, from: Slot) -> u64 {
    if let ([Hop::ToChildren(edge)], None, None, None) =
        (relation.hops.as_slice(), filter, &relation.filter, &relation.source_filter)
    {
        return store.edge(*edge).count(from) as u64;
    }
    let mut found = 0;
    visit(store, relation, from, &mut |to| {
        found += u64::from(filter.is_none_or(|filter| truth(store, relation.target, filter, to) == TRUE));
        false
    });
    found
}

/// Shows the rows along a relation, its own filters applied, until one is found; whether one was.
pub(super) fn visit(
    store: &Store,
    relation: &RelationInfo,
    from: Slot,
    found: &mut dyn FnMut(Slot) -> bool,
) -> bool {
    let starts = |filter| truth(store, relation.source, filter, from) == TRUE;
    if from.is_none() || !relation.source_filter.as_ref().is_none_or(starts) {
        return false;
    }
    if relation.is_polymorphic() {
        let member = |member: &Member| relation_of(store, relation.source, member.relation);
        return relation.members.iter().any(|one| visit(store, member(one), from, found));
    }
    let leads = |to| relation.filter.as_ref().is_none_or(|f| truth(store, relation.target, f, to) == TRUE);
    let mut seen = relation.distinct.then(HashSet::new);
    let mut is_new = |to| seen.as_mut().is_none_or(|seen| seen.insert(to));
    follow(store, relation.source, &relation.hops, from, &mut |to| leads(to) && is_new(to) && found(to))
}

/// Follows hops from one row. Recursion is as deep as there are hops.
fn follow(
    store: &Store,
    table: TableId,
    hops: &[Hop],
    from: Slot,
    found: &mut dyn FnMut(Slot) -> bool,
) -> bool {
    let Some((hop, rest)) = hops.split_first() else { return found(from) };
    let catalog = store.catalog();
    match hop {
        Hop::ToParent(id) => {
            let parent = store.edge(*id).parent(from);
            !parent.is_none() && follow(store, catalog.edge(*id).parent, rest, parent, found)
        }
        Hop::ToChildren(id) => {
            let child = catalog.edge(*id).child;
            store.children_of(*id, from).any(|slot| follow(store, child, rest, slot, found))
        }
        Hop::Lookup { from: columns, table: target, index } => {
            let key = store.table(table).keys(columns).values(from);
            let group = lookup(store.table(*target), *index, &key);
            group.into_iter().any(|slot| follow(store, *target, rest, slot, found))
        }
        Hop::Along { source, relation, target } => {
            let along = along(store, relation_of(store, *source, *relation), from);
            along.into_iter().any(|slot| follow(store, *target, rest, slot, found))
        }
    }
}

/// The rows along a relation in its order, or the first of them where it leads to one.
pub(crate) fn along(store: &Store, relation: &RelationInfo, from: Slot) -> Vec<Slot> {
    let mut slots = Vec::new();
    // Without an order the first that is met is the first.
    let enough = !relation.many && relation.order_by.is_empty();
    visit(store, relation, from, &mut |to| {
        slots.push(to);
        enough
    });
    sort_rows(store.table(relation.target), &relation.order_by, &mut slots);
    if !relation.many {
        slots.truncate(1);
    }
    slots
}

/// The rows with this key; none for a key with a null.
pub(super) fn lookup(table: &Table, index: crate::id::IndexId, key: &[Value]) -> Vec<Slot> {
    if key.iter().any(Value::is_null) { Vec::new() } else { table.group(index, key) }
}
