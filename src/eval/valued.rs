//! Values that are made for each of many rows: along a relation, or from the row itself.

use super::fault;
use super::total::Totals;
use super::vector::{Batch, evaluate};
use crate::id::{Slot, TableId};
use crate::scalar::Scalar;
use crate::store::Store;
use crate::value::Value;
use std::borrow::Cow;

/// Rows whose values are computed together.
const BLOCK: usize = 1024;

/// How a value of each row is made.
pub(crate) enum Valued<'a> {
    Total(Box<Totals<'a>>),
    Computed { store: &'a Store, table: TableId, scalar: &'a Scalar },
}

impl Valued<'_> {
    /// Appends the value of each row. What fails leaves its error and is null.
    pub(crate) fn append(&mut self, slots: &[Slot], out: &mut Vec<Value>) {
        match self {
            Valued::Total(totals) => totals.append(slots, out),
            Valued::Computed { store, table, scalar } => {
                for block in slots.chunks(BLOCK) {
                    let outputs = Cow::Borrowed([].as_slice());
                    let (tables, slots) = (&[*table], vec![Cow::Borrowed(block)]);
                    let batch = Batch { store, tables, slots, outputs, len: block.len() };
                    match evaluate(scalar, &batch) {
                        Ok(vector) => out.extend((0..block.len()).map(|row| vector.get(row).to_value())),
                        Err(error) => {
                            fault::leave(error);
                            out.resize(out.len() + block.len(), Value::Null);
                        }
                    }
                }
            }
        }
    }
}
