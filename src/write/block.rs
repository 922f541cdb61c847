//! Rows of a load given as borrowed values, column by column in blocks.

use super::insert::MAX_SLOTS;
use super::load::Loading;
use super::normalise::{refuse_counter, require};
use crate::catalog::{Catalog, ColumnInfo, DefaultInfo, TableInfo};
use crate::column::staged::Staged;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::TableId;
use crate::value::{Value, ValueRef};
use std::sync::Arc;

/// Rows in a block.
const BLOCK: usize = 1024;

/// Rows of one table that wait to be written.
pub(crate) struct Block {
    catalog: Arc<Catalog>,
    table: TableId,
    /// How many values a row has.
    width: usize,
    /// For each column of the table, which of a row's values it gets.
    given: Vec<Option<usize>>,
    columns: Vec<Staged>,
    rows: usize,
}

impl Block {
    /// A block of rows that have values for the columns of these names.
    pub(super) fn new<'n>(
        catalog: Arc<Catalog>,
        table: TableId,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Block> {
        let info = catalog.table(table);
        let mut given = vec![None; info.columns.len()];
        let mut width = 0;
        for name in names {
            let column = info.column_id(name)?;
            refuse_counter(info.column(column)).map_err(|error| error.at(name))?;
            let place = given.get_mut(column.index()).filter(|place| place.is_none());
            let twice = || QueryMistake::ColumnGivenTwice { column: name.into() };
            *place.ok_or_else(|| Error::new(ErrorKind::InvalidQuery(twice())))? = Some(width);
            width += 1;
        }
        let columns = info.columns.iter().map(|column| Staged::new(&column.ty, column.nullable)).collect();
        Ok(Block { table, width, given, columns, rows: 0, catalog })
    }
}

impl Loading<'_> {
    /// Begins rows of a table that have values for the columns of these names.
    pub(crate) fn block<'n>(
        &mut self,
        table: TableId,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Block> {
        self.write_waiting(table);
        Block::new(self.store().shared_catalog(), table, names)
    }

    /// Takes a row; what isn't given is generated or by default. Amortised O(columns).
    pub(crate) fn push_refs(&mut self, block: &mut Block, values: &[ValueRef<'_>]) -> Result<()> {
        let pushed = self.stage(block, values);
        match pushed {
            Ok(()) => block.rows += 1,
            Err(_) => block.columns.iter_mut().for_each(|column| column.truncate(block.rows)),
        }
        if block.rows == BLOCK {
            self.write_block(block);
        }
        pushed
    }

    fn stage(&mut self, block: &mut Block, values: &[ValueRef<'_>]) -> Result<()> {
        if values.len() != block.width {
            let expected = ecow::eco_format!("a row of {} values", block.width);
            let found = ecow::eco_format!("{}", values.len());
            return Err(Error::new(ErrorKind::TypeMismatch { expected, found, column: None }));
        }
        if self.store().table(block.table).bound().saturating_add(block.rows) >= MAX_SLOTS {
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "slots", allowed: MAX_SLOTS as u64 }));
        }
        let info = block.catalog.table(block.table);
        for ((column, staged), given) in info.columns.iter().zip(&mut block.columns).zip(&block.given) {
            match given.and_then(|at| values.get(at)) {
                Some(value) => {
                    self.meet(info, column, *value)?;
                    let named = |error: Error| error.for_column(&info.name, &column.name);
                    staged.push(&column.ty, *value).map_err(named)?;
                }
                None => match &column.default {
                    Some(DefaultInfo::Constant(value)) => staged.push_value(&column.ty, value),
                    _ => staged.push_value(&column.ty, &self.not_given(info, column)?),
                },
            }
        }
        Ok(())
    }

    /// Refuses a null where none may be, and moves an identity past a value given by hand.
    #[inline]
    fn meet(&mut self, info: &TableInfo, column: &ColumnInfo, value: ValueRef<'_>) -> Result<()> {
        if value.is_null() && !column.nullable {
            return require(info, column, &Value::Null);
        }
        if column.generated {
            self.pass_identity(info.id, value);
        }
        Ok(())
    }

    /// Writes the rows that wait.
    pub(crate) fn write_block(&mut self, block: &mut Block) {
        self.append_staged(block.table, &mut block.columns, block.rows);
        block.rows = 0;
    }
}
