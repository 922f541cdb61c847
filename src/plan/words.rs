//! Predicates and orders in words.

use super::Key;
use crate::catalog::{Catalog, TableInfo};
use crate::id::TableId;
use crate::predicate::{Part, Pattern, Predicate, RelationTotal};
use crate::scalar::What;
use crate::value::Value;
use std::fmt::Write;

/// More values than this are counted instead of listed.
const LISTED_MAX: usize = 5;

/// `published = true and (year > 1990 or year is null)`.
pub(crate) fn predicate(catalog: &Catalog, table: TableId, predicate: &Predicate) -> String {
    let mut out = String::new();
    Words { catalog, info: catalog.table(table) }.write(predicate, false, &mut out);
    out
}

/// Terms that must all hold.
pub(super) fn terms(catalog: &Catalog, table: TableId, terms: &[&Predicate]) -> String {
    let words = Words { catalog, info: catalog.table(table) };
    let mut out = String::new();
    for (at, term) in terms.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { " and " });
        words.write(term, terms.len() > 1, &mut out);
    }
    out
}

/// `year desc, title`.
pub(super) fn order(info: &TableInfo, keys: &[Key]) -> String {
    let one = |key: &Key| {
        let mut out = key.name(info).to_string();
        if key.is_descending() {
            out.push_str(" desc");
        }
        if let Key::Total { descending, nulls_first, .. } | Key::Value { descending, nulls_first, .. } = key
            && nulls_first != descending
        {
            out.push_str(if *nulls_first { " nulls first" } else { " nulls last" });
        }
        if let Key::Column(order) = key
            && order.nulls_first != order.descending
            && info.column(order.column).nullable
        {
            out.push_str(if order.nulls_first { " nulls first" } else { " nulls last" });
        }
        out
    };
    keys.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `= 7`, or `in (7, 8)`.
pub(super) fn one_of(values: &[&Value]) -> String {
    match values {
        [value] => format!("= {value:?}"),
        values if values.len() > LISTED_MAX => format!("in {} values", values.len()),
        values => {
            let shown: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            format!("in ({})", shown.join(", "))
        }
    }
}

/// What names stand for.
#[derive(Clone, Copy)]
struct Words<'a> {
    catalog: &'a Catalog,
    info: &'a TableInfo,
}

impl Words<'_> {
    /// Recursion is as deep as the predicate. `inner` asks for brackets around lists.
    fn write(self, predicate: &Predicate, inner: bool, out: &mut String) {
        let name = |column| self.info.column(column).name.as_str();
        // Writing to a string can't fail.
        let _ = match predicate {
            Predicate::And(terms) => return self.list(terms, " and ", "true", inner, out),
            Predicate::Or(terms) => return self.list(terms, " or ", "false", inner, out),
            Predicate::Not(term) => {
                out.push_str("not ");
                return self.write(term, true, out);
            }
            Predicate::Compare(column, comparison, value) => {
                write!(out, "{} {} {value:?}", name(*column), comparison.sign())
            }
            Predicate::CompareColumns(a, comparison, b) => {
                write!(out, "{} {} {}", name(*a), comparison.sign(), name(*b))
            }
            Predicate::In { column, values, with_null } => {
                let values: Vec<&Value> = values.iter().chain(with_null.then_some(&Value::Null)).collect();
                write!(out, "{} {}", name(*column), one_of(&values))
            }
            Predicate::Like(column, pattern) => {
                let word = if pattern.insensitive { "ilike" } else { "like" };
                write!(out, "{} {word} {:?}", name(*column), text(pattern))
            }
            Predicate::IsNull(column) => write!(out, "{} is null", name(*column)),
            Predicate::Some(relation, filter) => {
                let relation = self.info.relation(*relation);
                let _ = write!(out, "some {}", relation.name);
                return self.filter(relation.target, filter.as_deref(), out);
            }
            Predicate::Every(relation, filter) => {
                let relation = self.info.relation(*relation);
                let _ = write!(out, "every {}", relation.name);
                return self.filter(relation.target, Some(filter), out);
            }
            Predicate::Expr(scalar) => {
                let leaf = |what: &What| match what {
                    What::Column { column, .. } => name(*column).to_owned(),
                    What::Rows(_, asked) => self::predicate(self.catalog, self.info.id, asked),
                    _ => String::new(),
                };
                write!(out, "{}", scalar.words(&leaf))
            }
            Predicate::Count(counted, comparison, number) => {
                let relation = self.info.relation(counted.relation);
                let _ = write!(out, "count of {}", relation.name);
                self.filter(relation.target, counted.filter.as_ref(), out);
                write!(out, " {} {number}", comparison.sign())
            }
            Predicate::Total(total, comparison, value) => {
                self.total(total, out);
                write!(out, " {} {value:?}", comparison.sign())
            }
            Predicate::NoTotal(total) => {
                self.total(total, out);
                write!(out, " is null")
            }
        };
    }

    fn list(self, terms: &[Predicate], between: &str, none: &str, inner: bool, out: &mut String) {
        if terms.is_empty() {
            out.push_str(none);
        }
        let brackets = inner && terms.len() > 1;
        out.push_str(if brackets { "(" } else { "" });
        for (at, term) in terms.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { between });
            self.write(term, true, out);
        }
        out.push_str(if brackets { ")" } else { "" });
    }

    fn total(self, total: &RelationTotal, out: &mut String) {
        let relation = self.info.relation(total.rows.relation);
        let column = &self.catalog.table(relation.target).column(total.column).name;
        let _ = write!(out, "{} of {}.{column}", total.function.word(), relation.name);
        self.filter(relation.target, total.rows.filter.as_ref(), out);
    }

    fn filter(self, target: TableId, filter: Option<&Predicate>, out: &mut String) {
        if let Some(filter) = filter {
            out.push_str(" (");
            Words { info: self.catalog.table(target), ..self }.write(filter, false, out);
            out.push(')');
        }
    }
}

/// The pattern as it was written, its escapes made anew.
fn text(pattern: &Pattern) -> String {
    let mut out = String::new();
    for part in &pattern.parts {
        match part {
            Part::One => out.push('_'),
            Part::Many => out.push('%'),
            Part::Text(text) => {
                for c in text.chars() {
                    if matches!(c, '%' | '_' | '\\') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out
}
