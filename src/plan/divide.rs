//! Whether and when rows of a level are worth answering in parts, on several threads.

use super::{Include, Key, Level};
use crate::catalog::Catalog;
use crate::predicate::{Computed, Predicate, RelationCount, RelationTotal};
use crate::scalar::{Scalar, What};
use crate::store::Store;

impl Level {
    /// Whether what hangs on some of its rows can be found apart from what hangs on the others. A recursion
    /// lays the rows of all parents side by side. And where rows along a relation are asked what is computed,
    /// which of them are asked at all depends on how many were asked before. O(plan + relations).
    pub(crate) fn is_divisible(&self, catalog: &Catalog) -> bool {
        let mut asked = Asked::default();
        self.each_level(&mut |level| asked.add_level(level));
        let filters = catalog.tables.iter().flat_map(|table| &table.relations);
        let filters = filters.flat_map(|relation| relation.filter.iter().chain(&relation.source_filter));
        let computes = asked.computes || filters.into_iter().any(Predicate::has_expression);
        !(asked.along && computes || asked.recurses)
    }

    /// About how many rows one of its rows comes to, those that it includes among them. O(plan).
    pub(crate) fn rows_each(&self, store: &Store) -> usize {
        let below = self.includes.iter().map(|include| {
            let (from, to) =
                (store.table(self.table).row_count(), store.table(include.level.table).row_count());
            let found = if include.many { to / from.max(1) + 1 } else { 1 };
            found.min(include.level.needed()).saturating_mul(include.level.rows_each(store))
        });
        below.fold(1 + self.extras.len(), usize::saturating_add)
    }

    /// Shows this level and those it includes. Recursion is as deep as includes nest.
    fn each_level(&self, show: &mut dyn FnMut(&Level)) {
        show(self);
        for Include { level, others, .. } in &self.includes {
            level.each_level(show);
            others.iter().for_each(|other| other.level.each_level(show));
        }
    }
}

/// What a level's rows are asked.
#[derive(Default)]
struct Asked {
    /// Something about rows along a relation.
    along: bool,
    /// Something that is computed.
    computes: bool,
    recurses: bool,
}

impl Asked {
    fn add(&mut self, predicate: &Predicate) {
        self.along |= predicate.asks_along();
        self.computes |= predicate.has_expression();
    }

    fn add_level(&mut self, level: &Level) {
        self.recurses |= level.recursion.is_some();
        level.filter.iter().for_each(|predicate| self.add(predicate));
        for extra in &level.extras {
            match &extra.computed {
                Computed::Count(rows) | Computed::Total(RelationTotal { rows, .. }) => self.add_rows(rows),
                Computed::Value(scalar) => self.add_scalar(scalar),
            }
        }
        for key in &level.order {
            match key {
                Key::Count { counted: rows, .. } => self.add_rows(rows),
                Key::Total { total, .. } => self.add_rows(&total.rows),
                Key::Value { scalar, .. } => self.add_scalar(scalar),
                Key::Column(_) => {}
            }
        }
    }

    fn add_rows(&mut self, rows: &RelationCount) {
        self.along = true;
        rows.filter.iter().for_each(|predicate| self.add(predicate));
    }

    fn add_scalar(&mut self, scalar: &Scalar) {
        scalar.each(&mut |part| {
            if let What::Rows(_, predicate) = &part.what {
                self.add(predicate);
                self.computes = true;
            }
        });
    }
}
