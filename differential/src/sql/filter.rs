//! Filters, counts and orders as SQL.

use crate::schema::{Relation, Schema};
use crate::server::Dialect;
use crate::tree::{Extra, Filter, Order, Quantifier, Test};
use crate::value::{Value, quote};
use std::cell::Cell;

/// The rows a filter is about: a table under an alias, and the counts that are selected with them.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    writer: Writer<'a>,
    table: &'static str,
    extras: &'a [Extra],
    alias: Option<usize>,
}

/// What is the same for all scopes of a statement.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) schema: &'a Schema,
    pub(super) dialect: Dialect,
    /// The number of the next alias.
    pub(super) next: &'a Cell<usize>,
}

/// The SQL of a filter on the rows of `table`, which is named `t0`; `None` when it asks nothing.
pub(super) fn condition(
    schema: &Schema,
    dialect: Dialect,
    table: &'static str,
    filter: &Filter,
) -> Option<String> {
    Scope::new(Writer { schema, dialect, next: &Cell::new(0) }, table, &[]).filter(filter)
}

/// The SQL of a check, whose columns have no table before their names.
pub(super) fn check(
    schema: &Schema,
    dialect: Dialect,
    table: &'static str,
    filter: &Filter,
) -> Option<String> {
    let writer = Writer { schema, dialect, next: &Cell::new(0) };
    Scope { writer, table, extras: &[], alias: None }.filter(filter)
}

/// An order and then a relation's own, without columns that order already.
pub fn effective_order(order: &[Order], own: &[Order]) -> Vec<Order> {
    let mut kept: Vec<Order> = Vec::new();
    for key in order.iter().chain(own) {
        if !kept.iter().any(|other| other.name == key.name) {
            kept.push(key.clone());
        }
    }
    kept
}

impl<'a> Scope<'a> {
    /// Rows of a table under an alias of its own.
    pub(super) fn new(writer: Writer<'a>, table: &'static str, extras: &'a [Extra]) -> Scope<'a> {
        let alias = Some(writer.next.replace(writer.next.get() + 1));
        Scope { writer, table, extras, alias }
    }

    /// The name of the rows.
    pub(super) fn name(self) -> String {
        self.alias.map(|alias| format!("t{alias}")).unwrap_or_default()
    }

    pub(super) fn column(self, name: &str) -> String {
        self.alias.map(|alias| format!("t{alias}.\"{name}\"")).unwrap_or_else(|| format!("\"{name}\""))
    }

    /// The SQL of a filter; `None` when it asks nothing.
    pub(super) fn filter(self, filter: &Filter) -> Option<String> {
        match filter {
            Filter::And(filters, _) => self.join(filters, "AND"),
            Filter::Or(filters) => self.join(filters, "OR"),
            Filter::Not(filters) => self.join(filters, "OR").map(|sql| format!("NOT {sql}")),
            Filter::Column(name, asked) => Some(self.test(&self.subject(name), asked)),
            Filter::Relation(name, quantifier) => {
                Some(self.relation(self.writer.schema.relation(self.table, name), quantifier))
            }
        }
    }

    fn join(self, filters: &[Filter], word: &str) -> Option<String> {
        let parts: Vec<String> = filters.iter().filter_map(|filter| self.filter(filter)).collect();
        (!parts.is_empty()).then(|| format!("({})", parts.join(&format!(" {word} "))))
    }

    /// A column or a count.
    pub(super) fn subject(self, name: &str) -> String {
        let extra = self.extras.iter().find(|extra| extra.name == name);
        match (self.writer.schema.table(self.table).column(name), extra) {
            (None, Some(extra)) => self.count(extra),
            _ => self.column(name),
        }
    }

    /// The number of rows that an extra counts.
    pub(super) fn count(self, extra: &Extra) -> String {
        let relation = self.writer.schema.relation(self.table, extra.relation);
        format!("(SELECT count(*) FROM {})", self.along(relation, extra.filter.as_ref(), ""))
    }

    fn relation(self, relation: &Relation, quantifier: &Quantifier) -> String {
        let (not, filter, suffix) = match quantifier {
            Quantifier::There(there) => (!there, None, ""),
            Quantifier::Bare(filter) | Quantifier::Some(filter) | Quantifier::Is(filter) => {
                (false, Some(filter), "")
            }
            Quantifier::None(filter) | Quantifier::IsNot(filter) => (true, Some(filter), ""),
            Quantifier::Every(filter) => (true, Some(filter), " IS NOT TRUE"),
        };
        let not = if not { "NOT " } else { "" };
        format!("{not}EXISTS (SELECT 1 FROM {})", self.along(relation, filter.map(Box::as_ref), suffix))
    }

    /// The rows along a relation that match, as what follows `FROM`.
    fn along(self, relation: &Relation, filter: Option<&Filter>, suffix: &str) -> String {
        let target = Scope::new(self.writer, relation.target, &[]);
        let (mut tables, mut conditions) = (format!("\"{}\" {}", relation.target, target.name()), Vec::new());
        match &relation.through {
            None => equal(self, &relation.from, target, &relation.to, &mut conditions),
            Some((table, near, far)) => {
                let junction = Scope::new(self.writer, table, &[]);
                tables += &format!(", \"{table}\" {}", junction.name());
                equal(self, &relation.from, junction, near, &mut conditions);
                equal(junction, far, target, &relation.to, &mut conditions);
            }
        }
        conditions.extend(relation.source_filter.as_ref().and_then(|own| self.filter(own)));
        conditions.extend(relation.filter.as_ref().and_then(|own| target.filter(own)));
        conditions
            .extend(filter.and_then(|filter| target.filter(filter)).map(|sql| format!("({sql}){suffix}")));
        format!("{tables} WHERE {}", conditions.join(" AND "))
    }

    fn test(self, subject: &str, test: &Test) -> String {
        let all = |tests: &[Test], word: &str| {
            let parts: Vec<String> = tests.iter().map(|test| self.test(subject, test)).collect();
            parts.join(word)
        };
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        match test {
            Test::Bare(Value::Null) => format!("{subject} IS NULL"),
            Test::Bare(value) => format!("{subject} = {}", value.sql()),
            Test::Compare(word, value) => format!("{subject} {} {}", operator(word), value.sql()),
            Test::CompareColumn(word, other) => {
                format!("{subject} {} {}", operator(word), self.column(other))
            }
            Test::In(values, negated) if values.is_empty() => if *negated { "TRUE" } else { "FALSE" }.into(),
            Test::In(values, negated) => {
                let values: Vec<String> = values.iter().map(Value::sql).collect();
                format!("{subject} {}IN ({})", not(negated), values.join(", "))
            }
            Test::Like { pattern, insensitive: false, negated } => {
                format!("{subject} {}LIKE {} ESCAPE '\\'", not(negated), quote(pattern))
            }
            Test::Like { pattern, insensitive: true, negated } => {
                let fold = if self.writer.dialect == Dialect::Postgres { "pg_temp.fold" } else { "fold" };
                format!("{fold}({subject}) {}LIKE {fold}({}) ESCAPE '\\'", not(negated), quote(pattern))
            }
            Test::Between(least, greatest, negated) => {
                format!("{subject} {}BETWEEN {} AND {}", not(negated), least.sql(), greatest.sql())
            }
            Test::Null(negated) => format!("{subject} IS {}NULL", not(negated)),
            Test::And(tests) => format!("({})", all(tests, " AND ")),
            Test::Or(tests) => format!("({})", all(tests, " OR ")),
            Test::Not(tests) => format!("NOT ({})", all(tests, " OR ")),
        }
    }

    /// What follows `ORDER BY`.
    pub(super) fn order(self, keys: &[Order]) -> Vec<String> {
        let one = |key: &Order| {
            let direction = if key.descending { "DESC" } else { "ASC" };
            let nulls = if nulls_first(key) { "FIRST" } else { "LAST" };
            format!("{} {direction} NULLS {nulls}", self.subject(key.name))
        };
        keys.iter().map(one).collect()
    }

    /// Whether a row comes behind one with these values in an order.
    pub(super) fn behind(self, keys: &[Order], cursor: &[Value]) -> String {
        let (mut ways, mut equal) = (Vec::new(), Vec::new());
        for (key, value) in keys.iter().zip(cursor) {
            let subject = self.subject(key.name);
            let later = match (value, nulls_first(key)) {
                (Value::Null, true) => format!("{subject} IS NOT NULL"),
                (Value::Null, false) => "FALSE".into(),
                (value, first) => {
                    let operator = if key.descending { "<" } else { ">" };
                    let nulls = if first { "" } else { &format!(" OR {subject} IS NULL") };
                    format!("({subject} {operator} {}{nulls})", value.sql())
                }
            };
            let mut all: Vec<String> = equal.clone();
            all.push(later);
            ways.push(format!("({})", all.join(" AND ")));
            let is = if self.writer.dialect == Dialect::Postgres { "IS NOT DISTINCT FROM" } else { "IS" };
            equal.push(format!("{subject} {is} {}", value.sql()));
        }
        format!("({})", ways.join(" OR "))
    }
}

fn nulls_first(key: &Order) -> bool {
    key.nulls_first.unwrap_or(key.descending)
}

fn equal(from: Scope<'_>, columns: &[&str], to: Scope<'_>, others: &[&str], conditions: &mut Vec<String>) {
    let pairs = columns.iter().zip(others);
    conditions.extend(pairs.map(|(column, other)| format!("{} = {}", from.column(column), to.column(other))));
}

fn operator(word: &str) -> &'static str {
    match word {
        "eq" => "=",
        "ne" => "<>",
        "gt" => ">",
        "gte" => ">=",
        "lt" => "<",
        _ => "<=",
    }
}
