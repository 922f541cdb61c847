//! Version columns: what counts the changes of each row.

use super::mistakes::{Mistakes, Site};
use super::upkeep::{is_key, unfit};
use super::{Catalog, TableInfo};
use crate::error::{SchemaReason, UpkeepMistake};
use crate::id::{ColumnId, TableId};
use ecow::EcoString;

/// Finds the version column of each table that has one. Counters are known by now.
pub(super) fn resolve(catalog: &mut Catalog, mistakes: &mut Mistakes) {
    for at in 0..catalog.tables.len() {
        let id = TableId::new(at);
        let Some(name) = catalog.schema.tables.get(at).and_then(|table| table.version.clone()) else {
            continue;
        };
        let found = find(catalog, catalog.table(id), &name);
        match found {
            Ok(column) => catalog.tables[at].version = Some(column),
            Err(reason) => mistakes.note(Site::item(&catalog.table(id).name, &name), reason),
        }
    }
}

fn find(catalog: &Catalog, info: &TableInfo, name: &EcoString) -> Result<ColumnId, SchemaReason> {
    let Some(id) = info.column_ids.get(name).copied() else {
        let known = info.columns.iter().map(|column| column.name.clone()).collect();
        return Err(SchemaReason::UnknownColumn { table: info.name.clone(), name: name.clone(), known });
    };
    let column = info.column(id);
    let found = unfit(column).or_else(|| column.counter.as_ref().map(|_| "counts rows".into()));
    match found {
        Some(found) => {
            let column = name.clone();
            Err(SchemaReason::Upkeep(UpkeepMistake::VersionColumn { column, found }))
        }
        None if is_key(catalog, info.id, id) => {
            Err(SchemaReason::Upkeep(UpkeepMistake::KeptKey { column: name.clone() }))
        }
        None => Ok(id),
    }
}
