//! The naive model's recursion, traversals and totals.

use crate::model::{Cells, Select, Total, World, by_value, cell, target};
use relata::{Aggregate, FromValue, Value, rel};
use serde_json::Value as Json;

impl World {
    /// What an include gives a row: the last of `path`, which are the rows above along the recursion.
    pub fn included(&self, relation: &str, nested: &Select, table: &str, path: &[&Cells]) -> Json {
        let (target, many) = target(table, relation);
        let row = path[path.len() - 1];
        let rows = self.level(nested, target, self.related(relation, table, row));
        let mut documents = rows.into_iter().map(|found| {
            let mut document = self.document(nested, target, found);
            let Some(levels) = nested.recursive else { return document };
            let repeats = path.iter().any(|above| cell(above, "id") == cell(found, "id"));
            if !repeats && levels.is_none_or(|levels| path.len() < levels) {
                let deeper: Vec<&Cells> = path.iter().copied().chain([found]).collect();
                document[relation] = self.included(relation, nested, target, &deeper);
            }
            document
        });
        if many { documents.collect() } else { documents.next().unwrap_or(Json::Null) }
    }

    /// The rows that steps lead to, each once and in the order of their table.
    pub fn follow(&self, from: &'static str, steps: &[(Select, &'static str)], last: &Select) -> Json {
        let (mut table, mut rows): (_, Vec<&Cells>) = (from, self.table(from).iter().collect());
        for (select, relation) in steps {
            let (to, many) = target(table, relation);
            let from = self.level(select, table, rows);
            let mut reached: Vec<&Value> = Vec::new();
            for row in from {
                let related = self.related(relation, table, row);
                let count = if many { related.len() } else { 1 };
                reached.extend(related.iter().take(count).map(|row| cell(row, "id")));
            }
            rows = self.table(to).iter().filter(|row| reached.contains(&cell(row, "id"))).collect();
            table = to;
        }
        let rows = self.level(last, table, rows);
        rows.into_iter().map(|row| self.document(last, table, row)).collect()
    }

    pub fn total(&self, total: &Total, table: &str, row: &Cells) -> Value {
        let (to, _) = target(table, total.relation);
        let rows = self.related(total.relation, table, row).into_iter();
        let rows =
            rows.filter(|row| total.filter.as_ref().is_none_or(|ask| self.truth(ask, to, row) == Some(true)));
        let values: Vec<&Value> =
            rows.map(|row| cell(row, total.column)).filter(|value| !value.is_null()).collect();
        let floats = || values.iter().filter_map(|value| f64::from_value(value.as_ref()));
        let found = match total.function {
            _ if values.is_empty() => None,
            "min" => values.iter().copied().min_by(|a, b| by_value(a, b)).cloned(),
            "max" => values.iter().copied().max_by(|a, b| by_value(a, b)).cloned(),
            "avg" => Some(Value::from(floats().sum::<f64>() / values.len() as f64)),
            _ if total.column == "price" => Some(Value::from(floats().sum::<f64>())),
            _ => Some(Value::from(values.iter().filter_map(|v| i64::from_value(v.as_ref())).sum::<i64>())),
        };
        found.unwrap_or_default()
    }
}

impl Total {
    pub fn aggregate(&self) -> Aggregate {
        let along = rel(self.relation);
        let aggregate = match self.function {
            "min" => along.min(self.column),
            "max" => along.max(self.column),
            "avg" => along.avg(self.column),
            _ => along.sum(self.column),
        };
        match &self.filter {
            Some(filter) => aggregate.filter(filter.filter()),
            None => aggregate,
        }
    }
}
