//! Joins of relations: along an edge where one side is unique, by an index where none is.

use super::Hop;
use super::build::{Build, Columns};
use super::keys::aligned;

impl Build {
    /// The join from these columns to those. Where both are unique, a foreign key says which side
    /// is the child, and without one `to_parent` does.
    pub(super) fn hop(&mut self, from: Columns<'_>, to: Columns<'_>, to_parent: bool) -> Hop {
        let to_unique = self.table(to.0).unique_index(to.1).is_some();
        let from_unique = self.table(from.0).unique_index(from.1).is_some();
        let to_parent = if to_unique && from_unique {
            self.is_guarded(from, to) || (to_parent && !self.is_guarded(to, from))
        } else {
            to_unique
        };
        let edge = if to_parent {
            self.edge(from, to).map(Hop::ToParent)
        } else {
            self.edge(to, from).map(Hop::ToChildren)
        };
        edge.unwrap_or_else(|| self.lookup(from, to))
    }

    /// The way back along a hop that leads from the columns `from` to the columns `to`.
    pub(super) fn hop_back(&mut self, hop: &Hop, from: Columns<'_>, to: Columns<'_>) -> Hop {
        match hop {
            Hop::ToParent(edge) => Hop::ToChildren(*edge),
            Hop::ToChildren(edge) => Hop::ToParent(*edge),
            Hop::Lookup { .. } | Hop::Along { .. } => self.lookup(to, from),
        }
    }

    fn lookup(&mut self, from: Columns<'_>, to: Columns<'_>) -> Hop {
        let id = self.lookup_index(to.0, to.1);
        let index = self.table(to.0).index(id);
        Hop::Lookup { from: aligned(index, to.1, from.1), table: to.0, index: id }
    }
}
