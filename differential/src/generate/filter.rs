//! Random filters.

use super::Generator;
use crate::schema::{Column, Relation};
use crate::tree::{Extra, Filter, Quantifier, Test};
use crate::value::{Kind, Value};

const OPERATORS: [&str; 6] = ["eq", "ne", "gt", "gte", "lt", "lte"];

/// What a count is compared with.
const COUNTS: [i64; 6] = [0, 0, 1, 2, 3, 10];

impl Generator<'_> {
    /// A filter on the rows of a table; `depth` is how far in it stands.
    pub(super) fn filter(&mut self, table: &'static str, extras: &[Extra], depth: usize) -> Filter {
        let nested = depth < 3;
        match self.rng.below(20) {
            0..=2 if nested => Filter::And(self.filters(table, extras, depth), self.rng.chance(70)),
            3..=4 if nested => Filter::Or(self.filters(table, extras, depth)),
            5 if nested => Filter::Not(self.filters(table, extras, depth)),
            6..=10 if nested && self.schema.relations_of(table).next().is_some() => {
                self.relation_filter(table, depth)
            }
            11 if depth == 0 && !extras.is_empty() => {
                let name = self.rng.pick(extras).map_or("", |extra| extra.name);
                let operator = self.rng.pick(&OPERATORS).copied().unwrap_or("eq");
                let count = Value::Integer(self.rng.one_of(&COUNTS));
                Filter::Column(name, Test::Compare(operator, count))
            }
            12 if depth == 0 && self.rng.chance(20) => {
                let nothing = Filter::Or(Vec::new());
                Filter::And(vec![nothing, self.filter(table, extras, 1)], false)
            }
            _ => {
                let schema = self.schema;
                let columns = &schema.table(table).columns;
                let column = &columns[self.rng.below(columns.len())];
                Filter::Column(column.name, self.test(table, column, depth))
            }
        }
    }

    fn filters(&mut self, table: &'static str, extras: &[Extra], depth: usize) -> Vec<Filter> {
        let count = 1 + self.rng.skewed(3);
        (0..count).map(|_| self.filter(table, extras, depth + 1)).collect()
    }

    fn relation_filter(&mut self, table: &'static str, depth: usize) -> Filter {
        let schema = self.schema;
        let relations: Vec<&Relation> = schema.relations_of(table).collect();
        let relation = relations[self.rng.below(relations.len())];
        if self.rng.chance(30) {
            return Filter::Relation(relation.name, Quantifier::There(self.rng.chance(60)));
        }
        let inner = Box::new(self.filter(relation.target, &[], depth + 1));
        let quantifier = match (relation.many, self.rng.below(4)) {
            (_, 0) => Quantifier::Bare(inner),
            (true, 1) => Quantifier::Some(inner),
            (true, 2) => Quantifier::Every(inner),
            (true, _) => Quantifier::None(inner),
            (false, 1..=2) => Quantifier::Is(inner),
            (false, _) => Quantifier::IsNot(inner),
        };
        Filter::Relation(relation.name, quantifier)
    }

    fn test(&mut self, table: &'static str, column: &Column, depth: usize) -> Test {
        let value = |generator: &mut Self| generator.value_like(table, column);
        match self.rng.below(20) {
            0..=3 => Test::Bare(value(self)),
            4..=8 => Test::Compare(self.rng.pick(&OPERATORS).copied().unwrap_or("eq"), value(self)),
            9..=10 => {
                let count = self.rng.skewed(5);
                Test::In((0..count).map(|_| value(self)).collect(), self.rng.chance(40))
            }
            11..=14 if column.kind == Kind::Text => {
                let insensitive = self.rng.chance(50);
                let pattern = self.pattern(table, column.name, insensitive);
                Test::Like { pattern, insensitive, negated: self.rng.chance(30) }
            }
            11 => self.compare_column(table, column).unwrap_or(Test::Null(false)),
            12..=14 => Test::Between(value(self), value(self), self.rng.chance(30)),
            15..=16 => Test::Null(self.rng.chance(50)),
            17..=19 if depth < 3 => {
                let count = 1 + self.rng.skewed(3);
                let tests = (0..count).map(|_| self.test_within(table, column)).collect();
                match self.rng.below(3) {
                    0 => Test::And(tests),
                    1 => Test::Or(tests),
                    _ => Test::Not(tests),
                }
            }
            _ => Test::Compare("eq", value(self)),
        }
    }

    /// A test that can stand among others of a column, where a bare value can't.
    fn test_within(&mut self, table: &'static str, column: &Column) -> Test {
        match self.test(table, column, 3) {
            Test::Bare(_) => Test::Null(true),
            test => test,
        }
    }

    fn compare_column(&mut self, table: &'static str, column: &Column) -> Option<Test> {
        let schema = self.schema;
        let comparable = |other: &&Column| other.name != column.name && other.kind.compares_with(column.kind);
        let others: Vec<&Column> = schema.table(table).columns.iter().filter(comparable).collect();
        let other = self.rng.pick(&others)?.name;
        let operator = self.rng.pick(&OPERATORS).copied()?;
        Some(Test::CompareColumn(operator, other))
    }
}
