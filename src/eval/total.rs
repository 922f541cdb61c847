//! What is made of a column of the rows along a relation, for many rows.

mod exact;
mod list;

use super::node::Rows;
use super::order::compare_cells;
use super::row::relation_of;
use super::tester::Tester;
use super::walk::{Flat, Walk};
use super::{FALSE, TRUE, UNKNOWN, holds};
use crate::column::{ColumnView, DataView};
use crate::filter::{Comparison, Function};
use crate::id::{Slot, TableId};
use crate::predicate::RelationTotal;
use crate::store::Store;
use crate::value::{Type, Value};
use exact::Exact;
pub(crate) use list::list;
use std::cmp::Ordering;
use std::collections::HashSet;

/// Rows whose totals are made together.
const BLOCK: usize = 1024;

/// Makes a total for each of many rows.
pub(crate) struct Totals<'a> {
    total: &'a RelationTotal,
    column: ColumnView<'a>,
    walk: Walk<'a>,
    /// Which rows lead anywhere.
    source: Tester<'a>,
    passes: Tester<'a>,
    starts: Vec<Slot>,
    truths: Vec<u8>,
    flat: Flat,
}

impl<'a> Totals<'a> {
    /// Totals along a relation of `table`.
    pub(crate) fn new(store: &'a Store, table: TableId, total: &'a RelationTotal) -> Totals<'a> {
        let relation = relation_of(store, table, total.rows.relation);
        let filter = relation.filter.iter().chain(&total.rows.filter);
        Totals {
            total,
            column: store.table(relation.target).column(total.column).view(),
            walk: Walk::new(store, relation),
            source: Tester::new(store, table, &relation.source_filter),
            passes: Tester::new(store, relation.target, filter),
            starts: Vec::new(),
            truths: Vec::new(),
            flat: Flat::default(),
        }
    }

    /// Appends the total of each row, null where there is nothing to make it of. O(rows along the
    /// relation).
    ///
    /// A sum that its type can't hold is a value of another kind.
    pub(crate) fn append(&mut self, slots: &[Slot], out: &mut Vec<Value>) {
        for block in slots.chunks(BLOCK) {
            self.starts.clear();
            self.starts.extend_from_slice(block);
            if !self.source.is_empty() {
                self.source.mask(block, &mut self.truths);
                for (start, truth) in self.starts.iter_mut().zip(&self.truths) {
                    *start = if *truth == TRUE { *start } else { Slot::NONE };
                }
            }
            self.walk.gather(&self.starts, usize::MAX, &mut self.flat);
            if !self.passes.is_empty() {
                self.passes.mask(&self.flat.slots, &mut self.truths);
                let truths = &self.truths;
                self.flat.retain(|at| truths.get(at) == Some(&TRUE));
            }
            let mut from = 0;
            for to in self.flat.offsets.iter().skip(1).map(|offset| *offset as usize) {
                out.push(total_of(
                    self.total,
                    self.column,
                    self.flat.slots.get(from..to).unwrap_or_default(),
                ));
                from = to;
            }
        }
    }

    /// The total of one row.
    pub(super) fn one(&mut self, slot: Slot) -> Value {
        let mut out = Vec::with_capacity(1);
        self.append(&[slot], &mut out);
        out.pop().unwrap_or_default()
    }
}

/// The total of a column's cells, null where all are.
fn total_of(total: &RelationTotal, column: ColumnView<'_>, slots: &[Slot]) -> Value {
    let cells = slots.iter().copied().filter(|slot| !column.is_null(*slot));
    let better = match total.function {
        Function::Min => Ordering::Less,
        Function::Max => Ordering::Greater,
        Function::Sum | Function::Avg => return summed(total.function, column, cells),
        Function::CountDistinct => {
            let seen: HashSet<Value> = cells.map(|slot| column.get(slot).to_value()).collect();
            return Value::Integer(i64::try_from(seen.len()).unwrap_or(i64::MAX));
        }
        Function::List if slots.is_empty() => return Value::Null,
        Function::List => return list(slots.iter().map(|slot| column.get(*slot))),
    };
    let best =
        cells.reduce(|best, slot| if compare_cells(column, slot, best) == better { slot } else { best });
    best.map_or(Value::Null, |slot| column.get(slot).to_value())
}

fn summed(function: Function, column: ColumnView<'_>, cells: impl Iterator<Item = Slot>) -> Value {
    let at = cells.map(Slot::index);
    let exact = match column.data {
        DataView::Smallint(v) => at.map(|at| (i128::from(v.at(at)), 0)).collect::<Exact>(),
        DataView::Int(v) => at.map(|at| (i128::from(v.at(at)), 0)).collect(),
        DataView::Integer(v) => at.map(|at| (i128::from(v.at(at)), 0)).collect(),
        DataView::Decimal(v) => at.map(|at| (v.at(at).mantissa(), v.at(at).scale())).collect(),
        DataView::Float(v) => {
            let (sum, count) = at.fold((0.0, 0u64), |(sum, count), at| (sum + v.at(at), count + 1));
            return match (count, function) {
                (0, _) => Value::Null,
                (_, Function::Avg) => Value::Float(sum / count as f64),
                _ => Value::Float(sum),
            };
        }
        _ => return Value::Null,
    };
    let integer = !matches!(column.data, DataView::Decimal(_));
    if function == Function::Avg { exact.mean() } else { exact.sum(integer) }
}

/// The order of two totals of a type, neither null: enums as declared.
pub(crate) fn compare_totals(ty: &Type, a: &Value, b: &Value) -> Ordering {
    match (ty, a, b) {
        (Type::Enum(labels), Value::Text(a), Value::Text(b)) => {
            let place = |label| labels.iter().position(|other| other == label);
            place(a).cmp(&place(b))
        }
        _ => a.cmp(b),
    }
}

/// The order of two totals; `None` when either is null.
pub(super) fn compare_known(ty: &Type, a: &Value, b: &Value) -> Option<Ordering> {
    if a.is_null() || b.is_null() { None } else { Some(compare_totals(ty, a, b)) }
}

/// A comparison of totals with a value, or whether there is none.
pub(super) struct TotalTest<'a> {
    totals: Totals<'a>,
    asked: Option<(Comparison, &'a Value)>,
    slots: Vec<Slot>,
    values: Vec<Value>,
}

impl<'a> TotalTest<'a> {
    pub(super) const COST: u32 = 200;

    pub(super) fn new(
        store: &'a Store,
        table: TableId,
        total: &'a RelationTotal,
        asked: Option<(Comparison, &'a Value)>,
    ) -> TotalTest<'a> {
        let totals = Totals::new(store, table, total);
        TotalTest { totals, asked, slots: Vec::new(), values: Vec::new() }
    }

    pub(super) fn fill(&mut self, rows: Rows<'_>, out: &mut [u8]) {
        self.slots.clear();
        self.slots.extend((0..out.len()).map(|at| rows.slot(at)));
        self.values.clear();
        self.totals.append(&self.slots, &mut self.values);
        let ty = &self.totals.total.ty;
        for (out, found) in out.iter_mut().zip(&self.values) {
            let holds = match self.asked {
                Some((comparison, value)) => {
                    compare_known(ty, found, value).map(|order| holds(comparison, order))
                }
                None => Some(found.is_null()),
            };
            *out = holds.map_or(UNKNOWN, |holds| if holds { TRUE } else { FALSE });
        }
    }
}
