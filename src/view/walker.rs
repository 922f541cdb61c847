//! Columns and relations of a table resolved once, for walks from row to row.

use super::shape;
use super::table::RowRef;
use crate::catalog::{Member, RelationInfo};
use crate::column::ColumnView;
use crate::column::chunked::Chunks;
use crate::eval::order::sort_rows;
use crate::eval::{Flat, Route, TRUE, Walk, truth};
use crate::id::{Slot, TableId};
use crate::predicate::Predicate;
use crate::store::Store;
#[cfg(feature = "typed")]
use crate::table::Table;
use crate::value::ValueRef;
use std::iter::FusedIterator;
use std::sync::Arc;

/// The cells of one column of a table. A row of another table gives null.
#[derive(Clone, Copy)]
pub struct TableCells<'s> {
    view: ColumnView<'s>,
    table: TableId,
}

impl<'s> TableCells<'s> {
    pub(super) fn new(view: ColumnView<'s>, table: TableId) -> TableCells<'s> {
        TableCells { view, table }
    }

    /// The row's cell. O(1).
    #[inline]
    pub fn get(&self, row: RowRef<'s>) -> ValueRef<'s> {
        if self.fits(row) { self.view.get(row.slot) } else { ValueRef::Null }
    }

    /// The row's cell of a text, JSON or enum column. O(1).
    #[inline]
    pub fn text(&self, row: RowRef<'s>) -> Option<&'s str> {
        if self.fits(row) { shape::text(&self.view, row.slot) } else { None }
    }

    /// The row's cell of an integer column of any width. O(1).
    #[inline]
    pub fn integer(&self, row: RowRef<'s>) -> Option<i64> {
        if self.fits(row) { shape::integer(&self.view, row.slot) } else { None }
    }

    /// The row's cell of a float column. O(1).
    #[inline]
    pub fn float(&self, row: RowRef<'s>) -> Option<f64> {
        if self.fits(row) { shape::float(&self.view, row.slot) } else { None }
    }

    /// The row's cell of a boolean column. O(1).
    #[inline]
    pub fn boolean(&self, row: RowRef<'s>) -> Option<bool> {
        if self.fits(row) { shape::boolean(&self.view, row.slot) } else { None }
    }

    #[inline]
    fn fits(&self, row: RowRef<'s>) -> bool {
        row.table == self.table
    }
}

/// A relation resolved once, to walk along from many rows.
pub struct Walker<'s> {
    store: &'s Arc<Store>,
    relation: &'s RelationInfo,
    source: TableId,
    target: TableId,
    route: Route<'s>,
    /// The ways to its tables, where it is polymorphic.
    members: Vec<Walker<'s>>,
}

impl<'s> Walker<'s> {
    pub(super) fn new(store: &'s Arc<Store>, relation: &'s RelationInfo) -> Walker<'s> {
        let open =
            relation.filter.is_none() && relation.source_filter.is_none() && relation.order_by.is_empty();
        let route = if open && !relation.is_polymorphic() {
            Walk::new(store, relation).route()
        } else {
            Route::Other
        };
        let source = store.catalog().table(relation.source);
        let member = |member: &Member| Walker::new(store, source.relation(member.relation));
        let members = relation.members.iter().map(member).collect();
        Walker { store, relation, source: relation.source, target: relation.target, route, members }
    }

    /// Whether it leads to many rows.
    pub fn is_many(&self) -> bool {
        self.relation.many
    }

    /// The rows of the table it leads to.
    #[cfg(feature = "typed")]
    pub(crate) fn target(&self) -> &'s Table {
        self.store.table(self.target)
    }

    /// The first row it leads to from `row`. O(1) along keys. From a row of another table it leads
    /// nowhere.
    #[inline]
    pub fn one(&self, row: RowRef<'s>) -> Option<RowRef<'s>> {
        if row.table != self.source {
            return None;
        }
        let slot = match self.route {
            Route::Parent(parents) => parents.at(row.slot.index()).some(),
            Route::Children(lists) => lists.of(row.slot).first().copied(),
            _ if !self.members.is_empty() => return self.members.iter().find_map(|member| member.one(row)),
            _ => self.first(row),
        };
        slot.map(|slot| RowRef::new(self.store, self.target, slot))
    }

    /// The rows it leads to from `row`, in the relation's order. O(rows), and along keys without
    /// allocating. From a row of another table it leads nowhere.
    #[inline]
    pub fn many(&self, row: RowRef<'s>) -> RowRefs<'s> {
        if let Some(member) = self.members.iter().find(|member| member.one(row).is_some()) {
            return member.many(row);
        }
        let slots = match self.route {
            _ if !self.members.is_empty() => Slots::Lent([].iter()),
            _ if row.table != self.source => Slots::Lent([].iter()),
            Route::Children(lists) => Slots::Lent(lists.of(row.slot).iter()),
            Route::Junction(lists, parents) => Slots::Joined(lists.of(row.slot).iter(), parents),
            _ => self.own(row),
        };
        RowRefs { store: self.store, table: self.target, slots }
    }

    // Apart, so that walks along keys stay small enough to be inlined.
    #[inline(never)]
    fn first(&self, row: RowRef<'s>) -> Option<Slot> {
        self.collect(row).first().copied()
    }

    #[inline(never)]
    fn own(&self, row: RowRef<'s>) -> Slots<'s> {
        Slots::Own(self.collect(row).into_iter())
    }

    /// The rows it leads to where it isn't simply along keys.
    fn collect(&self, row: RowRef<'s>) -> Vec<Slot> {
        let passes = |table, filter: &Option<Predicate>, slot| {
            filter.as_ref().is_none_or(|filter| truth(self.store, table, filter, slot) == TRUE)
        };
        if !passes(self.source, &self.relation.source_filter, row.slot) {
            return Vec::new();
        }
        let mut flat = Flat::default();
        Walk::new(self.store, self.relation).gather(&[row.slot], usize::MAX, &mut flat);
        let mut slots = flat.slots;
        slots.retain(|slot| passes(self.target, &self.relation.filter, *slot));
        sort_rows(self.store.table(self.target), &self.relation.order_by, &mut slots);
        slots
    }
}

/// The rows that a relation leads to from one row.
#[derive(Clone)]
pub struct RowRefs<'s> {
    store: &'s Arc<Store>,
    table: TableId,
    slots: Slots<'s>,
}

#[derive(Clone)]
enum Slots<'s> {
    Lent(std::slice::Iter<'s, Slot>),
    /// Rows of a junction and the parent that each leads to, if any.
    Joined(std::slice::Iter<'s, Slot>, Chunks<'s, Slot>),
    Own(std::vec::IntoIter<Slot>),
}

impl<'s> Iterator for RowRefs<'s> {
    type Item = RowRef<'s>;

    #[inline]
    fn next(&mut self) -> Option<RowRef<'s>> {
        let slot = match &mut self.slots {
            Slots::Lent(slots) => slots.next().copied(),
            Slots::Joined(slots, parents) => slots.find_map(|slot| parents.at(slot.index()).some()),
            Slots::Own(slots) => slots.next(),
        };
        slot.map(|slot| RowRef::new(self.store, self.table, slot))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.slots {
            Slots::Lent(slots) => slots.size_hint(),
            Slots::Joined(slots, parents) => {
                let len = slots.clone().filter(|slot| !parents.at(slot.index()).is_none()).count();
                (len, Some(len))
            }
            Slots::Own(slots) => slots.size_hint(),
        }
    }
}

impl DoubleEndedIterator for RowRefs<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let slot = match &mut self.slots {
            Slots::Lent(slots) => slots.next_back().copied(),
            Slots::Joined(slots, parents) => slots.rev().find_map(|slot| parents.at(slot.index()).some()),
            Slots::Own(slots) => slots.next_back(),
        };
        slot.map(|slot| RowRef::new(self.store, self.table, slot))
    }
}

impl ExactSizeIterator for RowRefs<'_> {}
impl FusedIterator for RowRefs<'_> {}
