//! The key of a row of a result, selected or not.

use super::row::RowView;
use crate::value::Row;

impl RowView<'_> {
    /// The columns of the primary key with their values; none where the table has none.
    pub(crate) fn key_row(self) -> Row {
        let info = self.info();
        let table = self.store.table(info.id);
        let columns = info.primary_key().iter().map(|id| {
            let value = table.column(*id).get(self.slot()).to_value();
            (info.column(*id).name.clone(), value.into())
        });
        columns.collect()
    }
}
