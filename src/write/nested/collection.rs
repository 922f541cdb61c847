//! Rows of a relation of one row: made at once, or ready to be.

use super::{Place, Taking, Writer};
use crate::catalog::Link;
use crate::error::Result;
use crate::id::{Slot, TableId};
use crate::value::{Input, Row};
use std::sync::Arc;

impl Writer<'_> {
    /// Makes a row of a relation; gives its table, and where it stands.
    pub(crate) fn create_one(
        &mut self,
        table: TableId,
        source: Slot,
        relation: &str,
        row: &Row,
    ) -> Result<(TableId, Slot)> {
        let catalog = Arc::clone(&self.catalog);
        let along = Place::top(&catalog, table).along(relation, &[], Some(source))?;
        match along.link {
            Link::Parent(edge) => {
                let slot = self.make(along, row, Taking::All, &[])?;
                let keys = self.keys_of(catalog.edge(*edge), slot)?;
                self.assign(table, vec![source], keys)?;
                self.claim(along, slot)?;
                Ok((along.target.table.id, slot))
            }
            Link::Children(_) | Link::Junction(_) => {
                Ok((along.target.table.id, self.create(along, row, Taking::All)?))
            }
        }
    }

    /// The row with the key of `source` and what the relation's filter asks, where it doesn't say so
    /// itself. Writes nothing.
    pub(crate) fn build(&self, table: TableId, source: Slot, relation: &str, row: Row) -> Result<Row> {
        let catalog = Arc::clone(&self.catalog);
        let along = Place::top(&catalog, table).along(relation, &[], Some(source))?;
        let keys = match along.link {
            Link::Children(edge) => self.keys_of(catalog.edge(*edge), source)?,
            Link::Parent(_) | Link::Junction(_) => Vec::new(),
        };
        let given: Vec<_> = row.iter().map(|(name, _)| name.clone()).collect();
        let more = keys.into_iter().chain(along.relation.scope.iter().cloned());
        let more = more.map(|(column, value)| (along.target.table.column(column).name.clone(), value));
        let more = more.filter(|(name, _)| !given.contains(name));
        Ok(more.fold(row, |row, (name, value)| row.set(name, Input::Value(value))))
    }
}
