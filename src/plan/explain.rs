//! Plans in words: how each level's rows are found, and how many are expected.

use super::measured::{Measure, found};
use super::way::Way;
use super::words::{one_of, order, predicate, terms};
use super::{Access, Include, Level, Open, Plan, Recursion};
use crate::catalog::{Edge, Hop, IndexKind, RelationInfo, TableInfo};
use crate::filter::Comparison;
use crate::id::{ColumnId, IndexId, TableId};
use crate::predicate::{Computed, Predicate};
use crate::store::Store;
use crate::value::Value;
use std::ops::Bound;
use std::slice::Iter;

impl Plan {
    /// One line for each level, those of includes indented.
    pub(crate) fn explain(&self, store: &Store) -> String {
        self.analyzed(store, &mut [].iter())
    }

    /// As [`explain`](Plan::explain), with what each level has found, in the order of the lines.
    pub(crate) fn analyzed(&self, store: &Store, seen: &mut Iter<'_, Measure>) -> String {
        let info = store.catalog().table(self.root.table);
        let mut line = format!("{}: {}", info.name, way(store, self));
        let filter: Vec<&Predicate> = self.root.filter.iter().collect();
        let expected = Expected { rows: self.expected as f64, exact: true }.filtered(&filter);
        let ordered = matches!(self.access, Access::Ordered { .. });
        line.push_str(&rest(store, &self.root, &filter, Manner { ordered, ..Manner::default() }));
        let expected = expected.limited(&self.root, 1.0);
        line.push_str(&expected.words());
        line.push_str(&found(seen.next()));
        line.push('\n');
        for include in &self.root.includes {
            self::include(store, self.root.table, include, expected, 1, seen, &mut line);
        }
        line
    }
}

/// About how many rows a plan's root finds.
pub(super) fn expected(plan: &Plan) -> f64 {
    let filter: Vec<&Predicate> = plan.root.filter.iter().collect();
    Expected { rows: plan.expected as f64, exact: true }.filtered(&filter).limited(&plan.root, 1.0).rows
}

/// How the rows of a plan's root are found, and what else is asked of them.
pub(crate) fn access_words(store: &Store, plan: &Plan) -> String {
    let mut out = way(store, plan);
    let filter: Vec<&Predicate> = plan.root.filter.iter().collect();
    if !filter.is_empty() {
        out.push_str(&format!(", where {}", terms(store.catalog(), plan.root.table, &filter)));
    }
    out
}

/// Recursion is as deep as includes nest.
fn include(
    store: &Store,
    table: TableId,
    include: &Include,
    parents: Expected,
    depth: usize,
    seen: &mut Iter<'_, Measure>,
    out: &mut String,
) {
    let relation = store.catalog().table(table).relation(include.relation);
    let level = &include.level;
    let filter: Vec<&Predicate> = relation.filter.iter().chain(&level.filter).collect();
    let fan_out = fan_out(store, relation);
    let reached = Expected {
        rows: parents.rows * fan_out,
        exact: parents.exact && fan_out == 1.0 && !relation.optional,
    };
    let expected = reached.filtered(&filter).limited(level, parents.rows);
    out.push_str(&"  ".repeat(depth));
    out.push_str(&format!("{}: {}", include.name, walk(store, relation)));
    if let Some(source) = &relation.source_filter {
        out.push_str(&format!(", from those with {}", predicate(store.catalog(), table, source)));
    }
    let way = Manner { nested: true, to_one: !include.many, ordered: false };
    out.push_str(&rest(store, level, &filter, way));
    match &level.recursion {
        Some(Recursion { levels: Some(levels), .. }) => {
            out.push_str(&format!(", again to {levels} levels"));
        }
        Some(_) => out.push_str(", again as long as there are rows"),
        None => {}
    }
    out.push_str(&expected.words());
    out.push_str(&found(seen.next()));
    out.push('\n');
    for nested in &level.includes {
        self::include(store, level.table, nested, expected, depth + 1, seen, out);
    }
    for other in &include.others {
        self::include(store, table, other, parents, depth, seen, out);
    }
}

/// How a plan's rows are found, by keys that may not be known yet.
fn way(store: &Store, plan: &Plan) -> String {
    let info = store.catalog().table(plan.root.table);
    match plan.way {
        Some(Way::Unique(index) | Way::Group(index) | Way::Range(index)) => {
            format!("by {}", index_name(info, index))
        }
        Some(Way::Children(edge)) => {
            let parent = store.catalog().edge(edge).parent;
            format!("children of {}", store.catalog().table(parent).name)
        }
        Some(Way::Through(place)) => match plan.root.filter.get(place) {
            Some(Predicate::Some(relation, _)) => format!("back along {}", info.relation(*relation).name),
            _ => access(store, info.id, &plan.access),
        },
        Some(Way::Whole) | None => access(store, info.id, &plan.access),
    }
}

/// How rows are found.
fn access(store: &Store, table: TableId, access: &Access) -> String {
    let info = store.catalog().table(table);
    match access {
        Access::Scan => format!("scan of {}", counted(store.table(table).row_count() as f64, "row")),
        Access::Unique { index, keys } | Access::Group { index, keys } => {
            format!(
                "by {} ({})",
                index_name(info, *index),
                key_words(info, &info.index(*index).columns, keys)
            )
        }
        Access::Children { edge, keys } => {
            let edge = store.catalog().edge(*edge);
            let parent = store.catalog().table(edge.parent);
            format!("children of {} ({})", parent.name, key_words(info, &edge.child_columns, keys))
        }
        Access::Range { index, prefix, lower, upper } => {
            let columns = &info.index(*index).columns;
            format!("by {} ({})", index_name(info, *index), range(info, columns, prefix, lower, upper))
        }
        Access::Ordered { index, descending } => {
            let way = if *descending { ", backwards" } else { "" };
            format!("in the order of {}{way}, until enough are found", index_name(info, *index))
        }
        Access::Through { relation, access: inner, filter } => {
            let relation = info.relation(*relation);
            let filter: Vec<&Predicate> = filter.iter().collect();
            let target = &store.catalog().table(relation.target).name;
            let found = self::access(store, relation.target, inner);
            let asked = terms(store.catalog(), relation.target, &filter);
            format!("back along {} from {target} {found}, where {asked}", relation.name)
        }
        Access::Along { source, relation, .. } => {
            let info = store.catalog().table(*source);
            format!("{} of one row of {}", info.relation(*relation).name, info.name)
        }
        Access::Reached { from, relation, levels } => {
            let info = store.catalog().table(from.root.table);
            let filter: Vec<&Predicate> = from.root.filter.iter().collect();
            let found = self::access(store, from.root.table, &from.access);
            let asked = rest(store, &from.root, &filter, Manner::default());
            let relation = &info.relation(*relation).name;
            let again = match levels {
                Some(1) => String::new(),
                Some(levels) => format!(" in up to {levels} steps"),
                None => " in any number of steps".into(),
            };
            format!("each row once that {relation} leads to{again} from {} ({found}{asked})", info.name)
        }
    }
}

fn index_name(info: &TableInfo, id: IndexId) -> String {
    let index = info.index(id);
    match index.kind {
        IndexKind::Primary => "primary key".into(),
        IndexKind::Unique => format!("unique {}", index.name),
        IndexKind::Hash | IndexKind::Ordered => format!("index {}", index.name),
    }
}

fn key_words(info: &TableInfo, columns: &[ColumnId], keys: &[Vec<Value>]) -> String {
    match (columns, keys) {
        ([column], keys) => {
            let values: Vec<&Value> = keys.iter().filter_map(|key| key.first()).collect();
            format!("{} {}", info.column(*column).name, one_of(&values))
        }
        (columns, [key]) => {
            let parts = columns.iter().zip(key);
            let parts = parts.map(|(column, value)| format!("{} = {value:?}", info.column(*column).name));
            parts.collect::<Vec<_>>().join(" and ")
        }
        (columns, keys) => {
            let names = info.column_names(columns);
            format!("({}) in {} keys", names.join(", "), keys.len())
        }
    }
}

fn range(
    info: &TableInfo,
    columns: &[ColumnId],
    prefix: &[Value],
    lower: &Bound<Value>,
    upper: &Bound<Value>,
) -> String {
    let name = |at: usize| columns.get(at).map_or("", |column| info.column(*column).name.as_str());
    let mut parts: Vec<String> =
        prefix.iter().enumerate().map(|(at, value)| format!("{} = {value:?}", name(at))).collect();
    let next = name(prefix.len());
    parts.extend(match lower {
        Bound::Included(value) => Some(format!("{next} >= {value:?}")),
        Bound::Excluded(value) => Some(format!("{next} > {value:?}")),
        Bound::Unbounded => None,
    });
    parts.extend(match upper {
        Bound::Included(value) => Some(format!("{next} <= {value:?}")),
        Bound::Excluded(value) => Some(format!("{next} < {value:?}")),
        Bound::Unbounded => None,
    });
    parts.join(" and ")
}

/// How an include gets from parents to children.
fn walk(store: &Store, relation: &RelationInfo) -> String {
    let catalog = store.catalog();
    let names = |table: TableId, columns: &[ColumnId]| catalog.column_names(table, columns).join(", ");
    let labelled = |edge: &Edge| match &edge.discriminator {
        Some(kind) => {
            let column = &catalog.table(edge.child).column(kind.column).name;
            format!(" with {column} = {:?}", kind.label)
        }
        None => String::new(),
    };
    let hops = relation.hops.iter().map(|hop| match hop {
        Hop::ToParent(edge) => {
            let edge = catalog.edge(*edge);
            format!(
                "the {} row of {}{}",
                catalog.table(edge.parent).name,
                names(edge.child, &edge.child_columns),
                labelled(edge)
            )
        }
        Hop::ToChildren(edge) => {
            let edge = catalog.edge(*edge);
            format!(
                "adjacent {} by {}{}",
                catalog.table(edge.child).name,
                names(edge.child, &edge.child_columns),
                labelled(edge)
            )
        }
        Hop::Lookup { table, index, .. } => {
            let info = catalog.table(*table);
            format!(
                "{} by {} ({})",
                info.name,
                index_name(info, *index),
                names(*table, &info.index(*index).columns)
            )
        }
        Hop::Along { source, relation, .. } => {
            let info = catalog.table(*source);
            let each = info.relation(*relation);
            format!("{} of each of {}", each.name, info.name)
        }
    });
    hops.collect::<Vec<_>>().join(", then ")
}

/// How a level is reached, as far as its words depend on it.
#[derive(Clone, Copy, Default)]
struct Manner {
    nested: bool,
    to_one: bool,
    /// The rows come in order already.
    ordered: bool,
}

/// Filter, order and the rest of a level.
fn rest(store: &Store, level: &Level, filter: &[&Predicate], way: Manner) -> String {
    let info = store.catalog().table(level.table);
    let each = if way.nested && !way.to_one { " per parent" } else { "" };
    let mut out = String::new();
    if !filter.is_empty() {
        out.push_str(&format!(", where {}", terms(store.catalog(), level.table, filter)));
    }
    if level.cursor.is_some() {
        out.push_str(", after the cursor");
    }
    if let Some(columns) = &level.distinct {
        out.push_str(&format!(", distinct in {}", info.column_names(columns).join(", ")));
    }
    if level.offset > 0 {
        out.push_str(&format!(", without the first {}{each}", level.offset));
    }
    let keys = order(info, &level.order);
    for open in &level.open {
        match open {
            Open::Limit(name) => out.push_str(&format!(", first ${name}{each}")),
            Open::Offset(name) => out.push_str(&format!(", without the first ${name}{each}")),
            Open::Cursor { .. } => {}
        }
    }
    match level.limit {
        Some(limit) if !keys.is_empty() && !way.ordered => {
            out.push_str(&format!(", first {limit}{each} by {keys}"));
        }
        Some(limit) if !way.to_one => out.push_str(&format!(", first {limit}{each}")),
        None if !keys.is_empty() => out.push_str(&format!(", ordered by {keys}")),
        _ => {}
    }
    for extra in &level.extras {
        let name = &extra.name;
        let along = |id| &info.relation(id).name;
        match &extra.computed {
            Computed::Count(rows) => out.push_str(&format!(", {name} = count of {}", along(rows.relation))),
            Computed::Total(total) => {
                let target = info.relation(total.rows.relation).target;
                let column = &store.catalog().table(target).column(total.column).name;
                let (word, along) = (total.function.word(), along(total.rows.relation));
                out.push_str(&format!(", {name} = {word} of {along}.{column}"));
            }
            Computed::Value(scalar) => {
                let made = predicate(store.catalog(), level.table, &Predicate::Expr(scalar.clone()));
                out.push_str(&format!(", {name} = {made}"));
            }
        }
    }
    out
}

/// How many rows of the target there are for each of the source.
fn fan_out(store: &Store, relation: &RelationInfo) -> f64 {
    if !relation.many {
        return 1.0;
    }
    let mut fan_out = 1.0;
    let mut table = relation.source;
    for hop in &relation.hops {
        let (next, grows) = match hop {
            Hop::ToParent(edge) => (store.catalog().edge(*edge).parent, false),
            Hop::ToChildren(edge) => (store.catalog().edge(*edge).child, true),
            Hop::Lookup { table, .. } => (*table, true),
            Hop::Along { source, relation, target } => {
                (*target, store.catalog().table(*source).relation(*relation).many)
            }
        };
        if grows {
            let (from, to) = (store.table(table).row_count(), store.table(next).row_count());
            fan_out *= to as f64 / from.max(1) as f64;
        }
        table = next;
    }
    fan_out
}

/// A number of rows, and whether it is more than a guess.
#[derive(Clone, Copy)]
struct Expected {
    rows: f64,
    exact: bool,
}

impl Expected {
    fn filtered(self, terms: &[&Predicate]) -> Expected {
        let share: f64 = terms.iter().map(|term| share(term)).product();
        Expected { rows: self.rows * share, exact: self.exact && terms.is_empty() }
    }

    fn limited(self, level: &Level, parents: f64) -> Expected {
        let left = (self.rows - level.offset as f64 * parents).max(0.0);
        let most = level.limit.map_or(f64::INFINITY, |limit| limit as f64 * parents);
        let exact = self.exact && level.cursor.is_none() && level.distinct.is_none();
        Expected { rows: left.min(most), exact }
    }

    fn words(self) -> String {
        let about = if self.exact { "" } else { "about " };
        format!(", expects {about}{}", counted(self.rows, "row"))
    }
}

/// What share of rows a predicate is guessed to let through.
fn share(predicate: &Predicate) -> f64 {
    match predicate {
        Predicate::And(terms) => terms.iter().map(share).product(),
        Predicate::Or(terms) => terms.iter().map(share).sum::<f64>().min(1.0),
        Predicate::Not(term) => 1.0 - share(term),
        Predicate::Compare(_, Comparison::Eq, _) | Predicate::IsNull(_) => 0.1,
        Predicate::Compare(_, Comparison::Ne, _) => 0.9,
        Predicate::Compare(..) | Predicate::CompareColumns(..) | Predicate::Count(..) => 1.0 / 3.0,
        Predicate::Total(_, Comparison::Eq, _) | Predicate::NoTotal(_) => 0.1,
        Predicate::Total(..) => 1.0 / 3.0,
        Predicate::In { values, .. } => (values.len() as f64 * 0.1).min(0.5),
        Predicate::Like(..) => 0.25,
        Predicate::Expr(_) => 1.0 / 3.0,
        Predicate::Some(..) | Predicate::Every(..) => 0.5,
    }
}

/// `1 row`, `1,234 rows`.
pub(crate) fn counted(number: f64, word: &str) -> String {
    let number = number.round().max(0.0) as u64;
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out} {word}{}", if number == 1 { "" } else { "s" })
}
