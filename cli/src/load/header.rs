//! The first record of a file: which column each field is for.

use super::file::text;
use crate::csv::Record;
use crate::source::malformed;
use relata::Error;
use relata::catalog::TableInfo;

/// For each field of a record, the position of its column in the table.
pub(super) struct Header {
    pub(super) columns: Vec<usize>,
}

impl Header {
    /// The columns that a header names, in any order.
    ///
    /// # Errors
    /// All that is wrong with it: unknown and repeated columns, and missing ones that need a value.
    pub(super) fn read(table: &TableInfo, record: &Record) -> Result<Header, Vec<Error>> {
        let mut columns = Vec::with_capacity(record.len());
        let mut errors = Vec::new();
        for field in record.iter() {
            match column(table, field.unwrap_or_default()) {
                Ok(column) if columns.contains(&column) => {
                    let name = table.columns().get(column).map(|info| info.name()).unwrap_or_default();
                    errors.push(malformed(format!("the header names `{name}` twice")));
                }
                Ok(column) => columns.push(column),
                Err(error) => errors.push(error),
            }
        }
        for (at, column) in table.columns().iter().enumerate() {
            if !columns.contains(&at) && !column.is_nullable() && !column.has_default() {
                let name = column.name();
                errors.push(malformed(format!(
                    "the header lacks `{name}`, which has no default and can't be null"
                )));
            }
        }
        if errors.is_empty() { Ok(Header { columns }) } else { Err(errors) }
    }
}

fn column(table: &TableInfo, field: &[u8]) -> Result<usize, Error> {
    Ok(table.column_id(text(field)?)?.index())
}
