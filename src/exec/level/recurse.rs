//! Includes repeated from the rows they find, level after level.
//!
//! All rows lie one after the other in one list: those of the first level, then those found from
//! them, and so on. Nothing here or in the result is as deep as the rows.

use super::{Below, Budget, PARENTS, blank_failing, filter_flat, place};
use crate::error::Result;
use crate::id::Slot;
use crate::plan::{RECURSION_DEPTH_MAX, too_deep};
use crate::view::Found;

/// Which row each row was found from.
struct Above<'p> {
    /// The rows that the first level was found from.
    parents: &'p [Slot],
    /// How many rows the first level has.
    first: usize,
    /// The place of the row above: among the parents for the first level, else among the rows.
    places: Vec<u32>,
}

impl Above<'_> {
    /// Of the first level, whose rows are known.
    fn new<'p>(parents: &'p [Slot], found: &Found) -> Result<Above<'p>> {
        let first = found.rows.slots.len();
        let mut places = Vec::with_capacity(first);
        for at in 0..parents.len() {
            let rows = if found.offsets.is_empty() { at..at + 1 } else { found.range(at) };
            let above = place(at)?;
            places.extend(rows.map(|_| above));
        }
        Ok(Above { parents, first, places })
    }

    /// Whether the row at a place stands above itself too. O(depth).
    fn repeats(&self, slots: &[Slot], at: usize) -> bool {
        let Some(slot) = slots.get(at) else { return false };
        let mut below = at;
        while let Some(above) = self.places.get(below).map(|above| *above as usize) {
            if below < self.first {
                return self.parents.get(above) == Some(slot);
            }
            if slots.get(above) == Some(slot) {
                return true;
            }
            below = above;
        }
        false
    }
}

impl Below<'_> {
    /// Finds the rows along the relation from those that were found, as long as the recursion goes; how
    /// many levels there are then. A row that stands above itself isn't entered again. O(rows x depth).
    ///
    /// # Errors
    /// `limit_exceeded` when the budget is used up, and for too many levels.
    pub(super) fn recurse(
        &mut self,
        parents: &[Slot],
        found: &mut Found,
        budget: &mut Budget<'_>,
    ) -> Result<usize> {
        let Some(recursion) = &self.bound.level.recursion else { return Ok(0) };
        let mut above = Above::new(parents, found)?;
        let rows = &mut found.rows;
        rows.deeper.offsets.clear();
        rows.deeper.entered.clear();
        rows.deeper.offsets.push(place(rows.slots.len())?);
        let (mut from, mut level) = (0, 1);
        while from < rows.slots.len() {
            let to = rows.slots.len();
            if recursion.levels == Some(level) {
                rows.deeper.offsets.resize(to + 1, place(to)?);
                rows.deeper.entered.resize(to, false);
                return Ok(level);
            }
            if budget.levels + level > RECURSION_DEPTH_MAX {
                return Err(too_deep());
            }
            while from < to {
                let block = from..to.min(from + PARENTS);
                from = block.end;
                self.parents.clear();
                for at in block.clone() {
                    let slot = rows.slots.get(at).copied().unwrap_or_default();
                    let enters = !slot.is_none() && !above.repeats(&rows.slots, at);
                    rows.deeper.entered.push(enters);
                    self.parents.push(if enters { slot } else { Slot::NONE });
                }
                blank_failing(&mut self.source, &mut self.truths, &mut self.parents);
                self.walk.gather_within(&self.parents, usize::MAX, &mut budget.effort, &mut self.flat)?;
                budget.effort.ask(self.flat.slots.len(), self.bound.parts)?;
                filter_flat(&mut self.bound.filter, &mut self.truths, &mut self.flat);
                self.bound.arrange.arrange(&mut self.flat);
                budget.take(self.flat.slots.len())?;
                let base = place(rows.slots.len())?;
                place(rows.slots.len() + self.flat.slots.len())?;
                rows.slots.extend_from_slice(&self.flat.slots);
                let ends = self.flat.offsets.iter().skip(1);
                for (at, end) in block.zip(ends) {
                    rows.deeper.offsets.push(base + end);
                    above.places.resize((base + end) as usize, at as u32);
                }
            }
            level += 1;
        }
        Ok(level)
    }
}
