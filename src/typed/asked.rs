//! What is asked of one level: the query by name, its parts in the order of the model's relations.

use super::condition::{Condition, Order};
use super::include::Inclusion;
use super::model::{FieldsOf, Model};
use crate::filter::{Aggregate, Filter, Of};
use crate::query::{Columns, Distinct, Extra, Include, Select};
use ecow::EcoString;
use smallvec::SmallVec;

/// A query's level by name. Includes and counts stand in the order in which the model declares its
/// relations, so that their places are known to the compiler.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub(super) select: Select,
    /// The places of the relations whose rows are included, ascending.
    rows: Places,
    /// The same of those of whose rows something is made.
    counts: Places,
    /// Whether parts are given in the order in which they are asked for: a selection's are.
    is_listed: bool,
}

/// Few, and then in no memory of their own.
type Places = SmallVec<[usize; 4]>;

impl Asked {
    /// Nothing asked yet, and rows given whole: then few of their cells are read.
    pub(super) fn whole() -> Asked {
        let select = Select { sparing: true, ..Select::default() };
        Asked { select, ..Asked::default() }
    }

    pub(super) fn filter<M: Model>(&mut self, filter: impl FnOnce(FieldsOf<M>) -> Condition<M>) {
        self.select.filters.push(filter(M::fields()).into_filter());
    }

    pub(super) fn order_by<M: Model>(&mut self, order: impl FnOnce(FieldsOf<M>) -> Order<M>) {
        let (order, aggregate) = order(M::fields()).into_order();
        self.select.order_by.push(order);
        let unshown = aggregate.map(|what| Extra { name: what.name(), what });
        self.select.unshown.extend(unshown);
    }

    pub(super) fn include<M: Model>(&mut self, nested: impl Inclusion<M>) {
        nested.add_to(self);
    }

    /// Adds the rows along the relation at `place`.
    pub(super) fn place_rows(&mut self, place: usize, name: &'static str, nested: Asked) {
        let is_before = |other: &usize| self.is_listed || *other < place;
        let at = self.rows.partition_point(is_before);
        self.rows.insert(at, place);
        let include = Include { name: name.into(), relation: name.into(), select: nested.select };
        self.select.includes.insert(at, include);
    }

    /// Adds the row along the polymorphic relation at `place`, of whichever table it is.
    pub(super) fn place_branches(&mut self, place: usize, name: &'static str, on: Vec<(EcoString, Asked)>) {
        let on = on.into_iter().map(|(table, asked)| (table, asked.select)).collect();
        let select = Select { on, sparing: true, ..Select::default() };
        self.place_rows(place, name, Asked { select, ..Asked::default() });
    }

    /// Adds what is made of the rows along the relation at `place`.
    pub(super) fn place_total(&mut self, place: usize, name: &'static str, what: Aggregate) {
        let is_before = |other: &usize| self.is_listed || *other < place;
        let at = self.counts.partition_point(is_before);
        self.counts.insert(at, place);
        self.select.extras.insert(at, Extra { name: name.into(), what });
    }

    /// What is made of the rows that are asked for along a relation.
    pub(super) fn into_aggregate(self, relation: &'static str, of: Of) -> Aggregate {
        let misplaced = self.select.leaves_out();
        let filter = (!self.select.filters.is_empty()).then(|| Filter::all(self.select.filters));
        Aggregate { relation: relation.into(), of, filter, misplaced }
    }

    /// Gives these columns and nothing else, but for what is asked for afterwards.
    pub(super) fn leave_only(&mut self, columns: Vec<&'static str>) {
        self.select.columns = Columns::Pick(columns.into_iter().map(Into::into).collect());
        self.select.includes.clear();
        self.select.extras.clear();
        self.rows.clear();
        self.counts.clear();
        self.is_listed = true;
        self.select.sparing = false;
    }

    /// Gives a column more.
    pub(super) fn pick(&mut self, column: &'static str) {
        if let Columns::Pick(columns) = &mut self.select.columns {
            columns.push(column.into());
        }
    }

    /// Keeps the first of the rows that are equal in every selected column.
    pub(super) fn distinct(&mut self) {
        self.select.distinct = Some(Distinct::Selected);
    }

    /// Gives one row at most.
    pub(super) fn limit_to_first(&mut self) {
        self.select.limit = Some(self.select.limit.unwrap_or(1).min(1));
    }
}
