//! Random levels of queries.

use super::Generator;
use crate::schema::Relation;
use crate::sql::effective_order;
use crate::tree::{Columns, Distinct, Extra, Include, Order, Select};
use crate::value::Value;

/// How deep relations are included.
const DEPTH: usize = 3;

const COUNTS: [&str; 3] = ["n1", "n2", "n3"];
const OTHER_NAMES: [&str; 4] = ["r1", "r2", "r3", "r4"];

impl Generator<'_> {
    /// What is asked of the rows of a table, reached along a relation or not.
    pub(super) fn select(
        &mut self,
        table: &'static str,
        relation: Option<&Relation>,
        depth: usize,
    ) -> Select {
        let extras = self.extras(table);
        let with = self.includes(table, depth);
        let alone = extras.is_empty() && with.is_empty();
        let mut select = Select { columns: self.columns(table, alone), with, ..Select::default() };
        if self.rng.chance(if depth == 0 { 70 } else { 40 }) {
            select.filter = Some(self.filter(table, &extras, 0));
        }
        select.order = self.order(table, &extras);
        let many = relation.is_none_or(|relation| relation.many);
        if self.rng.chance(if many { 35 } else { 5 }) {
            select.limit = Some(self.rng.skewed(8));
        }
        if self.rng.chance(if many { 15 } else { 3 }) {
            select.offset = self.rng.skewed(6);
        }
        if self.rng.chance(8) {
            let some = self.picked(table, 30);
            let selects_nothing = select.columns == Columns::Pick(Vec::new());
            select.distinct = match (some.is_empty(), selects_nothing) {
                (false, _) => Some(Distinct::On(some)),
                (true, false) => Some(Distinct::Selected),
                (true, true) => None,
            };
        } else if self.rng.chance(8) {
            let own = relation.map_or(&[][..], |relation| &relation.order);
            select.cursor = self.cursor(table, &select.order, own);
        }
        select.prisma = self.rng.chance(20);
        select.extras = extras;
        select
    }

    fn columns(&mut self, table: &'static str, alone: bool) -> Columns {
        match self.rng.below(4) {
            0 => match self.picked(table, 40) {
                none if none.is_empty() && alone => Columns::All,
                some => Columns::Pick(some),
            },
            1 => {
                let omitted = self.picked(table, 30);
                let all = omitted.len() == self.schema.table(table).columns.len();
                if all && alone { Columns::All } else { Columns::Omit(omitted) }
            }
            _ => Columns::All,
        }
    }

    fn picked(&mut self, table: &str, percent: usize) -> Vec<&'static str> {
        let names: Vec<&'static str> =
            self.schema.table(table).columns.iter().map(|column| column.name).collect();
        self.rng.some(&names, percent)
    }

    fn extras(&mut self, table: &'static str) -> Vec<Extra> {
        let schema = self.schema;
        let relations: Vec<&Relation> = schema.relations_of(table).collect();
        let count = if relations.is_empty() || self.rng.chance(70) { 0 } else { 1 + self.rng.skewed(2) };
        let mut extras = Vec::new();
        for name in COUNTS.iter().take(count) {
            let relation = relations[self.rng.below(relations.len())];
            let filter = self.rng.chance(50).then(|| self.filter(relation.target, &[], 1));
            extras.push(Extra { name, relation: relation.name, filter });
        }
        extras
    }

    fn includes(&mut self, table: &'static str, depth: usize) -> Vec<Include> {
        let schema = self.schema;
        let relations: Vec<&Relation> = schema.relations_of(table).collect();
        if depth == DEPTH || relations.is_empty() || self.rng.chance([30, 50, 70][depth.min(2)]) {
            return Vec::new();
        }
        let mut includes: Vec<Include> = Vec::new();
        for other in OTHER_NAMES.iter().take(1 + self.rng.skewed(3)) {
            let relation = relations[self.rng.below(relations.len())];
            let again = includes.iter().any(|include| include.name == relation.name);
            let name = if again || self.rng.chance(20) { other } else { relation.name };
            let select = if self.rng.chance(25) {
                Select::default()
            } else {
                self.select(relation.target, Some(relation), depth + 1)
            };
            includes.push(Include { name, relation: relation.name, select });
        }
        includes
    }

    fn order(&mut self, table: &'static str, extras: &[Extra]) -> Vec<Order> {
        if self.rng.chance(45) {
            return Vec::new();
        }
        let mut names: Vec<&'static str> =
            self.schema.table(table).columns.iter().map(|column| column.name).collect();
        names.extend(extras.iter().map(|extra| extra.name));
        self.rng.shuffle(&mut names);
        names.truncate(1 + self.rng.skewed(3));
        let mut order = Vec::new();
        for name in names {
            let nulls = self.rng.chance(25).then(|| self.rng.chance(50));
            order.push(Order { name, descending: self.rng.chance(50), nulls_first: nulls });
        }
        order
    }

    /// The values of one row in the order's columns; none when a count orders.
    fn cursor(&mut self, table: &'static str, order: &[Order], own: &[Order]) -> Option<Vec<Value>> {
        let keys = effective_order(order, own);
        let schema = self.schema;
        let columns = keys
            .iter()
            .map(|key| schema.table(table).column(key.name).map(|_| schema.table(table).place(key.name)));
        let places: Vec<usize> = columns.collect::<Option<_>>()?;
        let (_, rows) = self.rows.iter().find(|(name, _)| *name == table)?;
        let row = self.rng.pick(rows)?;
        (!places.is_empty()).then(|| places.iter().map(|at| row[*at].clone()).collect())
    }
}
