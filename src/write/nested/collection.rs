//! A row of a relation, ready to be added.

use super::{Place, Writer};
use crate::catalog::Link;
use crate::error::Result;
use crate::id::{Slot, TableId};
use crate::value::{Input, Row};
use std::sync::Arc;

impl Writer<'_> {
    /// The row with the key of `source` and what the relation's filter asks, where it doesn't say so
    /// itself. Writes nothing.
    pub(crate) fn build(&self, table: TableId, source: Slot, relation: &str, row: Row) -> Result<Row> {
        let catalog = Arc::clone(&self.catalog);
        let along = Place::top(&catalog, table).along(relation, Some(source))?;
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
