//! Plans of flat queries in words, and what their steps have found.

use super::counted;
use super::matcher::Matcher;
use super::names::{Aggregated, Kind};
use super::plan::{Joins, Planned, Step, Steps};
use super::resolve::Key;
use super::run::Stats;
use crate::catalog::Hop;
use crate::plan::{Measure, access_words, counted as rows, found, predicate};
use crate::predicate::Predicate;
use crate::scalar::{Scalar, What};
use crate::store::Store;

impl Planned {
    /// One line a step, in the order they are made.
    pub(super) fn explain(&self, store: &Store, stats: Option<&Stats>) -> String {
        let mut out = String::new();
        let mut seen = stats.map(|stats| stats.0.iter());
        self.write(store, 0, &mut seen, &mut out);
        out
    }

    /// Recursion is as deep as set operations nest.
    fn write(
        &self,
        store: &Store,
        depth: usize,
        seen: &mut Option<std::slice::Iter<'_, Measure>>,
        out: &mut String,
    ) {
        let indent = "  ".repeat(depth);
        let mut next = || found(seen.as_mut().and_then(Iterator::next));
        match &self.body {
            Steps::Set(operation, left, right) => {
                let page = self.page(&|what| self.output(what));
                out.push_str(&format!("{indent}{} of these{page}\n", operation.word()));
                left.write(store, depth + 1, seen, out);
                right.write(store, depth + 1, seen, out);
            }
            Steps::Select(joins) => {
                let words = Words { store, joins };
                out.push_str(&format!("{indent}{}{}\n", words.scan(), next()));
                for step in &joins.steps {
                    out.push_str(&format!("{indent}  {}{}\n", words.step(step), next()));
                }
                let rest = next();
                let mut tail = words.tail();
                if !joins.paged {
                    tail.push_str(&self.page(&|what| {
                        if joins.distinct {
                            self.output(what)
                        } else {
                            words.leaf(what, joins.group.is_some())
                        }
                    }));
                }
                if !tail.is_empty() || !rest.is_empty() {
                    let tail = tail.strip_prefix(", ").unwrap_or("all").to_owned();
                    out.push_str(&format!("{indent}  {tail}{rest}\n"));
                }
            }
        }
    }

    fn output(&self, what: &What) -> String {
        match what {
            What::Output(at) => self.columns.get(*at).map(|(name, _)| name.to_string()).unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Order, offset and limit.
    fn page(&self, leaf: &dyn Fn(&What) -> String) -> String {
        let mut out = String::new();
        if !self.order.is_empty() {
            let keys: Vec<String> = self.order.iter().map(|key| order(key, leaf)).collect();
            out.push_str(&format!(", ordered by {}", keys.join(", ")));
        }
        if self.offset > 0 {
            out.push_str(&format!(", without the first {}", self.offset));
        }
        if let Some(limit) = self.limit {
            out.push_str(&format!(", first {limit}"));
        }
        out
    }
}

fn order(key: &Key, leaf: &dyn Fn(&What) -> String) -> String {
    let mut out = key.scalar.words(leaf);
    out.push_str(if key.descending { " desc" } else { "" });
    if key.nulls_first != key.descending {
        out.push_str(if key.nulls_first { " nulls first" } else { " nulls last" });
    }
    out
}

/// What the words of a query's steps stand for.
#[derive(Clone, Copy)]
struct Words<'p> {
    store: &'p Store,
    joins: &'p Joins,
}

impl Words<'_> {
    /// A column, or what a row of a source is asked; in a grouped query a key or an aggregate.
    fn leaf(self, what: &What, grouped: bool) -> String {
        match what {
            What::Column { source, column } => {
                let Some(place) = self.joins.sources.get(*source) else { return String::new() };
                let column = &self.store.catalog().table(place.table).column(*column).name;
                if self.joins.sources.len() > 1 {
                    format!("{}.{column}", place.name)
                } else {
                    column.to_string()
                }
            }
            What::Rows(source, asked) => match self.joins.sources.get(*source) {
                Some(place) => {
                    format!("{}: {}", place.name, predicate(self.store.catalog(), place.table, asked))
                }
                None => String::new(),
            },
            What::Output(at) if grouped => {
                let Some(group) = &self.joins.group else { return String::new() };
                let keys = group.keys.len();
                match (group.keys.get(*at), at.checked_sub(keys).and_then(|at| group.aggregates.get(at))) {
                    (Some(key), _) => self.words(key),
                    (None, Some(aggregated)) => self.aggregate(aggregated),
                    (None, None) => String::new(),
                }
            }
            _ => String::new(),
        }
    }

    fn words(self, scalar: &Scalar) -> String {
        scalar.words(&|what| self.leaf(what, true))
    }

    fn all(self, terms: &[Scalar]) -> String {
        terms.iter().map(|term| self.words(term)).collect::<Vec<_>>().join(" and ")
    }

    fn aggregate(self, aggregated: &Aggregated) -> String {
        let of = aggregated.of.as_ref().map_or("*".to_owned(), |of| self.words(of));
        match aggregated.kind {
            Kind::Aggregate(aggregate) => format!("{}({of})", aggregate.word()),
            Kind::First => of,
        }
    }

    fn name(self, source: usize) -> String {
        self.joins.sources.get(source).map(|place| place.name.to_string()).unwrap_or_default()
    }

    /// How the first source is read.
    fn scan(self) -> String {
        let first = self.joins.first;
        let (Some(scan), Some(place)) = (self.joins.scans.get(first), self.joins.sources.get(first)) else {
            return String::new();
        };
        if self.joins.paged {
            let text = scan.plan.explain(self.store);
            let line = text.trim_end().split_once(": ").map_or("", |(_, line)| line);
            return format!("{}: {line}", place.name);
        }
        let mut out = format!("{}: {}", place.name, access_words(self.store, &scan.plan));
        out.push_str(&format!(", expects {}", rows(scan.expected, "row")));
        out
    }

    fn step(self, step: &Step) -> String {
        let name = self.name(step.source);
        let scan = self.joins.scans.get(step.source);
        let own = scan.map_or(&Predicate::And(Vec::new()), |scan| &scan.predicate).clone();
        let mut out = format!("{} {name}: ", step.kind.word());
        let table = self.joins.sources.get(step.source).map(|place| place.table);
        match &step.matcher {
            Matcher::Walk { from, table, hops } => out.push_str(&self.walk(*from, *table, hops)),
            Matcher::Along { from, table, relation } => {
                let relation = &self.store.catalog().table(*table).relation(*relation).name;
                out.push_str(&format!("along {}.{relation}", self.name(*from)));
            }
            Matcher::Hash { left, right } => {
                let pairs = left.iter().zip(right);
                let pairs: Vec<String> =
                    pairs.map(|(a, b)| format!("{} = {}", self.words(b), self.words(a))).collect();
                out.push_str(&format!("hash of {}", pairs.join(" and ")));
            }
            Matcher::Loop => out.push_str("each with each"),
        }
        match (&step.matcher, scan) {
            (Matcher::Hash { .. } | Matcher::Loop, Some(scan)) => {
                out.push_str(&format!(", {}", access_words(self.store, &scan.plan)));
            }
            _ => {
                if let (Some(table), false) = (table, own == Predicate::And(Vec::new())) {
                    out.push_str(&format!(", where {}", predicate(self.store.catalog(), table, &own)));
                }
            }
        }
        if !step.on.is_empty() {
            out.push_str(&format!(", on {}", self.all(&step.on)));
        }
        out.push_str(&format!(", expects about {}", rows(step.expected, "row")));
        out
    }

    fn walk(self, from: usize, table: crate::id::TableId, hops: &[Hop]) -> String {
        let catalog = self.store.catalog();
        let words = hops.iter().map(|hop| match hop {
            Hop::ToParent(edge) => {
                let edge = catalog.edge(*edge);
                let columns = catalog.column_names(edge.child, &edge.child_columns).join(", ");
                format!("the row of {} by {columns}", catalog.table(edge.parent).name)
            }
            Hop::ToChildren(edge) => {
                let edge = catalog.edge(*edge);
                let columns = catalog.column_names(edge.child, &edge.child_columns).join(", ");
                format!("adjacent {} by {columns}", catalog.table(edge.child).name)
            }
            Hop::Lookup { table, index, .. } => {
                let info = catalog.table(*table);
                format!("{} by index {}", info.name, info.index(*index).name)
            }
            Hop::Along { source, relation, .. } => {
                let info = catalog.table(*source);
                format!("{} of each of {}", info.relation(*relation).name, info.name)
            }
        });
        let _ = table;
        format!("from {} {}", self.name(from), words.collect::<Vec<_>>().join(", then "))
    }

    /// What is done with whole tuples: filter, groups, distinct.
    fn tail(self) -> String {
        let mut out = String::new();
        if self.joins.restore {
            out.push_str(", in declared order");
        }
        if !self.joins.filter.is_empty() {
            out.push_str(&format!(", where {}", self.all(&self.joins.filter)));
        }
        if let Some(group) = &self.joins.group {
            let keys: Vec<String> = group.keys.iter().map(|key| self.words(key)).collect();
            let by = if keys.is_empty() { "all".to_owned() } else { keys.join(", ") };
            let values: Vec<String> = group.aggregates.iter().map(|each| self.aggregate(each)).collect();
            out.push_str(&format!(", grouped by {by}"));
            if !values.is_empty() {
                out.push_str(&format!(" into {}", values.join(", ")));
            }
            if counted::columns(self.store, self.joins).is_some() {
                out.push_str(", counted by keys without reading rows");
            }
        }
        if !self.joins.having.is_empty() {
            out.push_str(&format!(", having {}", self.all(&self.joins.having)));
        }
        if self.joins.distinct {
            out.push_str(", distinct");
        }
        out
    }
}
