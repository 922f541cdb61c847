//! Random changes.

use super::{Generator, values};
use crate::schema::Table;
use crate::tree::{Filter, Statement, Test};
use crate::value::Value;

impl Generator<'_> {
    /// A change of some rows.
    pub(super) fn statement(&mut self) -> Statement {
        let schema = self.schema;
        let table = &schema.tables[self.rng.below(schema.tables.len())];
        let held = self.rows.iter().find(|(name, _)| *name == table.name).map_or(0, |(_, rows)| rows.len());
        // Tables neither run empty nor grow without end.
        let choice = match self.rng.below(10) {
            8..=9 if held < 4 => 0,
            0..=2 if held > self.most => 9,
            choice => choice,
        };
        match choice {
            0..=2 => {
                let count = 1 + self.rng.skewed(4);
                let keyed = self.rng.chance(20);
                Statement::Insert(table.name, (0..count).map(|_| self.new_row(table, keyed)).collect())
            }
            3..=6 => {
                let which = self.which(table);
                Statement::Update(table.name, which, self.assignments(table))
            }
            7 => {
                let keys = table.unique.iter().chain([&table.key]).filter(|columns| !columns.is_empty());
                let keys: Vec<_> = keys.collect();
                match self.rng.pick(&keys) {
                    Some(on) => {
                        let on = (*on).clone();
                        let mut row = self.new_row(table, true);
                        // The columns it's looked up by are given, or it would be a plain insert.
                        for name in &on {
                            let at = table.place(name);
                            if !table.columns[at].generated {
                                row[at] = Some(self.value_like(table.name, &table.columns[at]));
                            }
                        }
                        Statement::Upsert(table.name, row, on)
                    }
                    None => Statement::Delete(table.name, self.which(table)),
                }
            }
            _ => Statement::Delete(table.name, self.which(table)),
        }
    }

    /// Few rows as a rule, so that there is something left.
    fn which(&mut self, table: &Table) -> Option<Filter> {
        if self.rng.chance(2) {
            return None;
        }
        let column = &table.columns[self.rng.below(table.columns.len())];
        if self.rng.chance(60) {
            let value = self.value_like(table.name, column);
            return Some(Filter::Column(column.name, Test::Bare(value)));
        }
        let first = self.filter(table.name, &[], 1);
        let second = self.filter(table.name, &[], 2);
        Some(Filter::And(vec![first, second], true))
    }

    /// A row, with or without a value for a generated column.
    fn new_row(&mut self, table: &Table, keyed: bool) -> Vec<Option<Value>> {
        let mut row = Vec::new();
        for column in &table.columns {
            row.push(match self.rng.below(20) {
                _ if column.generated && !keyed => None,
                _ if column.generated => Some(Value::Integer(self.rng.below(100) as i64 - 20)),
                0..=1 if column.default.is_some() || column.nullable => None,
                2..=3 if column.nullable => Some(Value::Null),
                4..=9 if !column.generated => self.stored(table.name, column.name),
                _ => Some(values::value(self.rng, column.kind)),
            });
        }
        for link in &table.links {
            let schema = self.schema;
            let Some((_, parents)) = self.rows.iter().find(|(name, _)| *name == link.table) else { continue };
            let Some(parent) = parents.get(self.rng.skewed(parents.len())) else { continue };
            if self.rng.chance(80) {
                for (column, reference) in link.columns.iter().zip(&link.references) {
                    let value = parent[schema.table(link.table).place(reference)].clone();
                    row[table.place(column)] = Some(value);
                }
            }
        }
        row
    }

    fn assignments(&mut self, table: &Table) -> Vec<(&'static str, Value)> {
        let mut set: Vec<(&'static str, Value)> = Vec::new();
        let mut names: Vec<&'static str> = table.columns.iter().map(|column| column.name).collect();
        self.rng.shuffle(&mut names);
        names.truncate(1 + self.rng.skewed(3));
        let link = table.links.get(self.rng.below(table.links.len() + 1));
        if let Some(link) = link
            && self.rng.chance(60)
        {
            names = link.columns.clone();
        }
        for name in names {
            let column = &table.columns[table.place(name)];
            let null = column.nullable && self.rng.chance(15);
            let referenced = link.and_then(|link| {
                let at = link.columns.iter().position(|column| *column == name)?;
                Some((link.table, link.references[at]))
            });
            let parent = match referenced {
                _ if null => Some(Value::Null),
                Some((table, column)) if self.rng.chance(70) => self.stored(table, column),
                // Whether an update moves the sequence isn't asked here: no key is chosen that may come yet.
                _ if column.generated => Some(Value::Integer(-1 - self.rng.below(30) as i64)),
                _ => None,
            };
            let value = parent.unwrap_or_else(|| self.value_like(table.name, column));
            set.push((name, value));
        }
        set
    }
}
