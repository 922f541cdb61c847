//! Reading ahead: the cells of a block of rows, column by column, before anybody asks for them row by
//! row. The loads of a column don't wait for each other, those of a row do.

use crate::plan::Level;
use crate::store::Store;
use crate::view::FoundLevel;

/// Reads every cell of the rows of a block, but where they are read sparingly. Recursion is as deep as includes nest.
pub(super) fn warm(store: &Store, level: &Level, found: &FoundLevel) {
    let rows = store.table(level.table);
    for column in level.columns.iter().filter(|_| !level.sparing) {
        rows.column(*column).read_ahead(&found.slots);
    }
    for (include, nested) in level.includes.iter().zip(&found.includes) {
        warm(store, &include.level, &nested.rows);
        for (other, nested) in include.others.iter().zip(&nested.others) {
            warm(store, &other.level, &nested.rows);
        }
    }
}
