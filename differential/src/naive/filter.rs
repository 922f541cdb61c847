//! Conditions on rows, three-valued.

use super::{Cells, State};
use crate::schema::{Relation, Schema};
use crate::tree::{Extra, Filter, Quantifier, Test};
use crate::value::Value;
use std::cmp::Ordering;

/// A state that is asked.
#[derive(Clone, Copy)]
pub(super) struct Reader<'s> {
    pub(super) schema: &'s Schema,
    pub(super) state: &'s State,
}

pub(super) type Row = (u64, Cells);

/// Whether something is true; `None` where that is unknown.
type Truth = Option<bool>;

impl<'s> Reader<'s> {
    /// Whether a filter is true of a row.
    pub(super) fn passes(self, table: usize, row: &Row, filter: &Filter, extras: &[Extra]) -> bool {
        self.truth(table, row, filter, extras).is_none_or(|truth| truth == Some(true))
    }

    /// What a filter is of a row; `None` where it asks nothing.
    pub(super) fn truth(self, table: usize, row: &Row, filter: &Filter, extras: &[Extra]) -> Option<Truth> {
        let any = |filters: &[Filter]| {
            let parts = filters.iter().filter_map(|filter| self.truth(table, row, filter, extras));
            join(parts, true)
        };
        match filter {
            Filter::And(filters, _) => {
                join(filters.iter().filter_map(|filter| self.truth(table, row, filter, extras)), false)
            }
            Filter::Or(filters) => any(filters),
            Filter::Not(filters) => any(filters).map(not),
            Filter::Column(name, asked) => {
                let info = &self.schema.tables[table];
                let value = match info.column(name) {
                    Some(_) => row.1[info.place(name)].clone(),
                    None => {
                        let extra = extras.iter().find(|extra| extra.name == *name);
                        extra.map_or(Value::Null, |extra| Value::Integer(self.count(table, row, extra)))
                    }
                };
                let other = |name: &str| row.1[info.place(name)].clone();
                Some(test(&value, asked, &other))
            }
            Filter::Relation(name, quantifier) => {
                let relation = self.schema.relation(info_name(self.schema, table), name);
                Some(Some(self.quantified(table, row, relation, quantifier)))
            }
        }
    }

    fn quantified(self, table: usize, row: &Row, relation: &Relation, quantifier: &Quantifier) -> bool {
        let (filter, wanted, negated) = match quantifier {
            Quantifier::There(there) => return self.along(table, row, relation).is_empty() != *there,
            Quantifier::Bare(filter) | Quantifier::Some(filter) | Quantifier::Is(filter) => {
                (filter, true, false)
            }
            Quantifier::None(filter) | Quantifier::IsNot(filter) => (filter, true, true),
            // None of which it isn't true.
            Quantifier::Every(filter) => (filter, false, true),
        };
        let target = self.schema.place(relation.target);
        let meets = |row: &Row| self.passes(target, row, filter, &[]) == wanted;
        self.along(table, row, relation).iter().any(meets) != negated
    }

    /// How many rows an extra counts.
    pub(super) fn count(self, table: usize, row: &Row, extra: &Extra) -> i64 {
        let relation = self.schema.relation(info_name(self.schema, table), extra.relation);
        let target = self.schema.place(relation.target);
        let counts =
            |row: &&Row| extra.filter.as_ref().is_none_or(|filter| self.passes(target, row, filter, &[]));
        self.along(table, row, relation).iter().filter(counts).count() as i64
    }

    /// The rows along a relation, in the order of the junction's rows and of their own.
    pub(super) fn along(self, table: usize, row: &Row, relation: &Relation) -> Vec<Row> {
        if relation.source_filter.as_ref().is_some_and(|own| !self.passes(table, row, own, &[])) {
            return Vec::new();
        }
        let target = self.schema.place(relation.target);
        let key = self.cells(table, row, &relation.from);
        let mut found = match &relation.through {
            None => self.holders(target, &relation.to, &key),
            Some((junction, near, far)) => {
                let junction = self.schema.place(junction);
                let between = self.holders(junction, near, &key);
                let end = |row: &Row| self.holders(target, &relation.to, &self.cells(junction, row, far));
                between.iter().flat_map(end).collect()
            }
        };
        if let Some(own) = &relation.filter {
            found.retain(|row| self.passes(target, row, own, &[]));
        }
        found
    }

    fn cells(self, table: usize, row: &Row, names: &[&str]) -> Vec<Value> {
        names.iter().map(|name| row.1[self.schema.tables[table].place(name)].clone()).collect()
    }

    fn holders(self, table: usize, names: &[&str], key: &[Value]) -> Vec<Row> {
        let places: Vec<usize> = names.iter().map(|name| self.schema.tables[table].place(name)).collect();
        let holds = |row: &&Row| {
            places.iter().zip(key).all(|(at, value)| row.1[*at].compare(value) == Some(Ordering::Equal))
        };
        self.state.tables[table].iter().filter(holds).cloned().collect()
    }
}

fn info_name(schema: &Schema, table: usize) -> &'static str {
    schema.tables[table].name
}

fn not(truth: Truth) -> Truth {
    truth.map(|truth| !truth)
}

/// Whether one part is true, or all are; `None` where nothing is asked.
fn join(parts: impl Iterator<Item = Truth>, one: bool) -> Option<Truth> {
    let mut joined: Option<Truth> = None;
    for part in parts {
        joined = Some(match (joined.unwrap_or(Some(!one)), part) {
            (a, b) if a == Some(one) || b == Some(one) => Some(one),
            (Some(_), Some(_)) => Some(!one),
            _ => None,
        });
    }
    joined
}

fn test(value: &Value, asked: &Test, other: &dyn Fn(&str) -> Value) -> Truth {
    let each = |tests: &[Test], one| join(tests.iter().map(|asked| test(value, asked, other)), one);
    let is_null = *value == Value::Null;
    match asked {
        Test::Bare(Value::Null) | Test::Null(false) => Some(is_null),
        Test::Null(true) => Some(!is_null),
        Test::Bare(given) => compare(value, "eq", given),
        Test::Compare(word, given) => compare(value, word, given),
        Test::CompareColumn(word, name) => compare(value, word, &other(name)),
        Test::In(values, negated) => {
            let found = join(values.iter().map(|given| compare(value, "eq", given)), true);
            let found = found.unwrap_or(Some(false));
            if *negated { not(found) } else { found }
        }
        Test::Like { pattern, insensitive, negated } => {
            let Value::Text(text) = value else { return None };
            let fold = |text: &str| if *insensitive { text.to_lowercase() } else { text.to_owned() };
            let (text, pattern): (Vec<char>, Vec<char>) =
                (fold(text).chars().collect(), fold(pattern).chars().collect());
            Some(like(&text, &pattern) != *negated)
        }
        Test::Between(least, greatest, negated) => {
            let ends = [compare(value, "gte", least), compare(value, "lte", greatest)];
            let between = join(ends.into_iter(), false).unwrap_or(None);
            if *negated { not(between) } else { between }
        }
        Test::And(tests) => each(tests, false).unwrap_or(Some(true)),
        Test::Or(tests) => each(tests, true).unwrap_or(Some(true)),
        Test::Not(tests) => each(tests, true).map_or(Some(true), not),
    }
}

fn compare(value: &Value, word: &str, other: &Value) -> Truth {
    let order = value.compare(other)?;
    Some(match word {
        "eq" => order.is_eq(),
        "ne" => order.is_ne(),
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        "lt" => order.is_lt(),
        _ => order.is_le(),
    })
}

/// Whether a text matches a pattern; texts are short.
fn like(text: &[char], pattern: &[char]) -> bool {
    match (pattern, text) {
        ([], text) => text.is_empty(),
        (['%', rest @ ..], text) => (0..=text.len()).any(|skipped| like(&text[skipped..], rest)),
        (['_', rest @ ..], [_, text @ ..]) => like(text, rest),
        (['\\', wanted, rest @ ..] | [wanted, rest @ ..], [found, text @ ..]) => {
            wanted == found && like(text, rest)
        }
        _ => false,
    }
}
