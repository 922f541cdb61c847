//! Laying the children of each parent next to each other.

use super::Store;
use crate::catalog::Edge;
use crate::id::{EdgeId, Slot};
use crate::index::adjacency::Adjacency;
use crate::index::keyed::HashKeys;
use crate::table::RanksView;

use std::iter::Copied;
use std::slice;
use std::sync::Arc;

impl Store {
    /// Lays the children of each parent along an edge next to each other, in the order in which the
    /// parents lie; those without a parent come last. What shows insertion order shows what it did. Nobody
    /// may hold a slot meanwhile. O(rows x (columns + indexes + edges)), ordered indexes O(rows log rows).
    pub(crate) fn cluster(&mut self, id: EdgeId) {
        let catalog = self.shared_catalog();
        let edge = catalog.edge(id);
        let info = catalog.table(edge.child);
        let layout = self.layout(edge);
        self.tables[edge.child.index()] = Arc::new(self.table(edge.child).laid_out(info, &layout));
        let ends = |other: &&Edge| other.child == edge.child || other.parent == edge.child;
        for other in catalog.edges.iter().filter(ends) {
            self.edges[other.id.index()] = Arc::new(Adjacency::new(HashKeys::random()));
            self.link_from(other, &vec![0; catalog.tables.len()]);
            self.note_order(other);
        }
    }

    /// All children of an edge, as they are to lie.
    fn layout(&self, edge: &Edge) -> Vec<Slot> {
        let (children, parents) = (self.table(edge.child), self.table(edge.parent));
        let mut layout = Vec::with_capacity(children.row_count());
        for parent in parents.live().ones(0..parents.bound()).map(Slot::new) {
            layout.extend(self.children_of(edge.id, parent));
        }
        let above = self.edge(edge.id).parents();
        layout.extend(children.in_order().filter(|child| above.at(child.index()).is_none()));
        layout
    }

    /// Notes whether the lists of an edge, which was built just now, show insertion order as they are.
    fn note_order(&mut self, edge: &Edge) {
        let Some(ranks) = self.table(edge.child).ranks() else { return };
        let (lists, bound) = (self.edge(edge.id).children(), self.table(edge.child).bound());
        let mut parents = (0..self.table(edge.parent).bound()).map(Slot::new);
        let shown = parents.all(|parent| ranks.are_in_order(lists.of(parent)));
        Arc::make_mut(&mut self.edges[edge.id.index()]).set_order(shown, bound);
    }

    /// What the lists of an edge have to be arranged by to show insertion order; `None` where they show it
    /// as they are. O(1).
    #[inline]
    pub(crate) fn list_ranks(&self, edge: EdgeId) -> Option<RanksView<'_>> {
        if self.edge(edge).shows_order() {
            return None;
        }
        self.table(self.catalog.edge(edge).child).ranks()
    }

    /// The children of a parent along an edge, in insertion order. O(children).
    pub(crate) fn children_of(&self, edge: EdgeId, parent: Slot) -> Children<'_> {
        let list = self.edge(edge).children().of(parent);
        match self.list_ranks(edge) {
            Some(ranks) if !ranks.are_in_order(list) => {
                let mut own = list.to_vec();
                ranks.arrange(&mut own);
                Children::Own(own.into_iter())
            }
            _ => Children::Lent(list.iter().copied()),
        }
    }
}

/// The children of a parent, in insertion order.
pub(crate) enum Children<'s> {
    Lent(Copied<slice::Iter<'s, Slot>>),
    Own(std::vec::IntoIter<Slot>),
}

impl Iterator for Children<'_> {
    type Item = Slot;

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        match self {
            Children::Lent(slots) => slots.next(),
            Children::Own(slots) => slots.next(),
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Children::Lent(slots) => slots.size_hint(),
            Children::Own(slots) => slots.size_hint(),
        }
    }
}
