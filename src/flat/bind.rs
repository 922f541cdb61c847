//! Plans of flat queries with values in the place of placeholders: how rows are found and joined stays.

use super::matcher::Matcher;
use super::plan::{Joins, Planned, Steps};
use crate::error::Result;
use crate::plan::{Given, Open, amount};
use crate::scalar::Scalar;
use crate::store::Store;

impl Planned {
    /// Puts values in the place of placeholders. O(query). Recursion is as deep as set operations nest.
    ///
    /// # Errors
    /// Whatever `value` refuses, `out_of_range` for a negative limit or offset.
    pub(super) fn bind(&mut self, store: &Store, value: Given<'_>) -> Result<()> {
        match &mut self.body {
            Steps::Set(_, left, right) => {
                left.bind(store, value)?;
                right.bind(store, value)?;
            }
            Steps::Select(joins) => {
                joins.scalars().try_for_each(|part| part.bind(value))?;
                for scan in &mut joins.scans {
                    scan.predicate.bind(value)?;
                    if scan.plan.unbound.is_some() {
                        scan.plan.take_values(store, value)?;
                        scan.expected = scan.plan.expected_rows();
                    }
                }
            }
        }
        for open in std::mem::take(&mut self.open) {
            let (name, ty) = open.placeholder();
            let rows = amount(&value(name, ty)?).map_err(|error| error.at(name))?;
            match open {
                Open::Offset(_) => self.offset = rows,
                Open::Limit(_) | Open::Cursor { .. } => self.limit = Some(rows),
            }
        }
        self.order.iter_mut().try_for_each(|key| key.scalar.bind(value))
    }
}

impl Joins {
    /// Every expression but what scans are asked.
    fn scalars(&mut self) -> impl Iterator<Item = &mut Scalar> {
        let steps = self.steps.iter_mut().flat_map(|step| {
            let (left, right) = match &mut step.matcher {
                Matcher::Hash { left, right } => (left.as_mut_slice(), right.as_mut_slice()),
                Matcher::Walk { .. } | Matcher::Along { .. } | Matcher::Loop => Default::default(),
            };
            step.on.iter_mut().chain(left).chain(right)
        });
        let group = self.group.iter_mut().flat_map(|group| {
            let of = group.aggregates.iter_mut().filter_map(|aggregate| aggregate.of.as_mut());
            group.keys.iter_mut().chain(of)
        });
        steps.chain(group).chain(&mut self.filter).chain(&mut self.having).chain(&mut self.outputs)
    }
}
