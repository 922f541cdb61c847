//! New rows of a relation that are written as one batch.

use super::{Along, DEPTH_MAX, DESTROY, Taking, Writer};
use crate::catalog::Link;
use crate::id::Slot;
use crate::predicate::Predicate;
use crate::value::Row;
use crate::write::batch::Common;

impl Writer<'_> {
    /// Makes rows of a relation together, where each of them is surely new and nothing is wrong with any.
    /// Gives whether it did; if not, nothing has changed, and one after the other shows what's wrong and
    /// where. O(cells + rows x (indexes + edges)).
    pub(super) fn create_together(&mut self, along: Along<'_>, rows: &[Row], taking: Taking) -> bool {
        let (Link::Children(edge), Some(source)) = (along.link, along.source) else { return false };
        let target = along.target.table;
        let filters = [&along.relation.filter, &along.relation.source_filter];
        // Each would be asked of when its siblings before it are there and those after it aren't.
        if filters.into_iter().flatten().any(Predicate::asks_along) {
            return false;
        }
        if !along.relation.many || along.target.depth > DEPTH_MAX {
            return false;
        }
        // What a row of nested attributes means may depend on what it gives.
        let rules = along.relation.nested.as_deref().filter(|_| taking != Taking::All);
        if rules.is_some_and(|rules| rules.reject_if.is_some() || rules.update_only)
            || (taking != Taking::All && target.column_ids.contains_key(DESTROY))
        {
            return false;
        }
        let edge = along.target.catalog.edge(*edge);
        let Ok(keys) = self.keys_of(edge, source) else { return false };
        let keyless = taking != Taking::All;
        let common = Common { keys: &keys, usual: &along.relation.scope, keyless };
        // A foreign key that matches nothing has the place of its row in its error.
        let matches = |writer: &Self, slot: Slot| {
            let edge = |key| writer.catalog.foreign_key(key).edge;
            target.outgoing.iter().all(|key| !writer.store.is_orphan(edge(*key), slot))
        };
        let stays = |writer: &Self, slot: Slot| matches(writer, slot) && writer.leads(along, slot);
        self.insert_batch(target, rows, common, stays).is_some()
    }
}
