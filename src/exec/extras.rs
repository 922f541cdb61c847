//! Values beside the columns, for the rows of a level.

use crate::error::{Error, ErrorKind, Result};
use crate::eval::{Counter, Totals, Valued};
use crate::id::Slot;
use crate::plan::{Extra, Level};
use crate::predicate::{Computed, RelationTotal};
use crate::store::Store;
use crate::value::{Type, Value};
use crate::view::ExtraCells;
use ecow::eco_format;

/// An extra with its relation looked up.
pub(super) enum BoundExtra<'a> {
    Count(Counter<'a>),
    Total(Box<Totals<'a>>, &'a RelationTotal),
    Value(Valued<'a>),
}

impl<'a> BoundExtra<'a> {
    pub(super) fn new(store: &'a Store, level: &Level, extra: &'a Extra) -> BoundExtra<'a> {
        let info = store.catalog().table(level.table);
        match &extra.computed {
            Computed::Count(rows) => {
                BoundExtra::Count(Counter::new(store, info.relation(rows.relation), rows))
            }
            Computed::Value(scalar) => {
                BoundExtra::Value(Valued::Computed { store, table: level.table, scalar })
            }
            Computed::Total(total) => {
                BoundExtra::Total(Box::new(Totals::new(store, level.table, total)), total)
            }
        }
    }

    /// The value of each row, in a buffer that is used again.
    ///
    /// # Errors
    /// `out_of_range` for a sum that its type can't hold.
    pub(super) fn fill(
        &mut self,
        store: &Store,
        level: &Level,
        at: usize,
        slots: &[Slot],
        cells: &mut ExtraCells,
    ) -> Result<()> {
        match self {
            BoundExtra::Count(counter) => counter.append(slots, cells.counts()),
            BoundExtra::Value(valued) => valued.append(slots, cells.totals()),
            BoundExtra::Total(totals, total) => {
                let values = cells.totals();
                totals.append(slots, values);
                if let Some(value) = values.iter().find(|value| !fits(&total.ty, value)) {
                    return Err(too_great(store, level, at, total, value));
                }
            }
        }
        Ok(())
    }
}

/// Whether a sum is of the kind that its type has.
fn fits(ty: &Type, value: &Value) -> bool {
    match ty {
        Type::Integer => matches!(value, Value::Integer(_) | Value::Null),
        Type::Decimal => matches!(value, Value::Decimal(_) | Value::Null),
        _ => true,
    }
}

fn too_great(store: &Store, level: &Level, at: usize, total: &RelationTotal, value: &Value) -> Error {
    let relation = store.catalog().table(level.table).relation(total.rows.relation);
    let target = store.catalog().table(relation.target);
    let column = (target.name.clone(), target.column(total.column).name.clone());
    let (expected, found) = (eco_format!("{}", total.ty), eco_format!("a sum of {value}"));
    let error = Error::new(ErrorKind::OutOfRange { expected, found, column: Some(column) });
    let name = level.extras.get(at).map(|extra| extra.name.clone()).unwrap_or_default();
    let error = error.at(&name).at("extras");
    level.at.iter().rev().fold(error, |error, include| error.at(include).at("with"))
}
