//! From a resolved query to the way it is answered: what is asked of a table before it is joined, in
//! which order tables are joined, and by what.

use super::JoinKind;
use super::SetOperation;
use super::matcher::{Candidate, Matcher};
use super::names::Place;
use super::resolve::{Group, Inner, Joined, Key, Resolved, Select};
use crate::catalog::{Hop, OrderInfo};
use crate::filter::Comparison;
use crate::id::TableId;
use crate::plan;
use crate::predicate::Predicate;
use crate::scalar::{Scalar, What};
use crate::store::Store;
use crate::value::Type;
use ecow::EcoString;

/// How a query is answered.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) body: Steps,
    pub(super) columns: Vec<(EcoString, Type)>,
    pub(super) order: Vec<Key>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    /// What is known when the query runs.
    pub(super) open: Vec<plan::Open>,
}

#[derive(Clone, Debug)]
pub(super) enum Steps {
    Select(Box<Joins>),
    Set(SetOperation, Box<Planned>, Box<Planned>),
}

/// The joins of a query in the order they are made.
#[derive(Clone, Debug)]
pub(super) struct Joins {
    /// As declared.
    pub(super) sources: Vec<Place>,
    pub(super) scans: Vec<Scan>,
    /// The source that is read first.
    pub(super) first: usize,
    pub(super) steps: Vec<Step>,
    /// Whether tuples have to be brought back into the declared order.
    pub(super) restore: bool,
    /// What is asked of whole tuples.
    pub(super) filter: Vec<Scalar>,
    pub(super) group: Option<Group>,
    pub(super) having: Vec<Scalar>,
    pub(super) outputs: Vec<Scalar>,
    pub(super) distinct: bool,
    /// Whether the scan of the only source gives the page: ordered, and within offset and limit.
    pub(super) paged: bool,
}

/// How the rows of a source are found by themselves.
#[derive(Clone, Debug)]
pub(super) struct Scan {
    pub(super) plan: plan::Plan,
    /// What is asked of the source by itself.
    pub(super) predicate: Predicate,
    pub(super) expected: f64,
}

/// One join.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) kind: JoinKind,
    pub(super) source: usize,
    pub(super) matcher: Matcher,
    /// What else is asked of a match.
    pub(super) on: Vec<Scalar>,
    pub(super) expected: f64,
}

impl Scan {
    /// Whether all rows of its table are found.
    pub(super) fn reads_all(&self) -> bool {
        let Predicate::And(terms) = &self.predicate else { return false };
        let root = &self.plan.root;
        terms.is_empty() && root.limit.is_none() && root.offset == 0
    }
}

impl Joins {
    /// What conditions, keys, aggregates and outputs are made of. O(query).
    pub(super) fn parts(&self) -> usize {
        let on = self.steps.iter().flat_map(|step| &step.on);
        let group = self.group.iter().flat_map(|group| {
            group.keys.iter().chain(group.aggregates.iter().filter_map(|aggregate| aggregate.of.as_ref()))
        });
        let all = self.filter.iter().chain(on).chain(group).chain(&self.having).chain(&self.outputs);
        all.map(Scalar::size).sum()
    }
}

impl Planned {
    /// Plans a query, for placeholders without values by what is so on average. O(query), and a few look-ups.
    pub(super) fn new(store: &Store, resolved: Resolved) -> Planned {
        let Resolved { body, columns, order, limit, offset, open } = resolved;
        let body = match body {
            Inner::Set(operation, left, right) => {
                let left = Planned::new(store, *left);
                Steps::Set(operation, Box::new(left), Box::new(Planned::new(store, *right)))
            }
            Inner::Select(select) => {
                let page = |order| plan::Part { order, limit, offset, open: open.clone() };
                Steps::Select(Box::new(joins(store, *select, page_order(&order).map(page))))
            }
        };
        Planned { body, columns, order, limit, offset, open }
    }

    /// The least number of rows that have to be found before no more are needed.
    pub(super) fn needed(&self) -> usize {
        self.limit.map_or(usize::MAX, |limit| self.offset.saturating_add(limit))
    }
}

fn joins(store: &Store, select: Select, page: Option<plan::Part>) -> Joins {
    let Select { sources, mut joins, filter, group, having, outputs, distinct } = select;
    let mut pushed: Vec<Vec<Scalar>> = sources.iter().map(|_| Vec::new()).collect();
    let mut left_over = Vec::new();
    let alone = joins.is_empty();
    for term in filter {
        match term.sources().as_slice() {
            // What can fail is asked only of tuples that the joins left.
            [source] if !is_kept(&joins, *source) && (alone || !term.can_fail()) => {
                pushed[*source].push(term);
            }
            _ => match keyed(&mut joins, &term) {
                Some(on) => on.push(term),
                None => left_over.push(term),
            },
        }
    }
    let mut pending = Vec::with_capacity(joins.len());
    for (at, join) in joins.into_iter().enumerate() {
        pending.push(Pending::new(store, &sources, at + 1, join, &mut pushed));
    }
    let plain = alone && group.is_none() && !distinct && left_over.is_empty();
    let mut page = page.filter(|_| plain);
    let paged = page.is_some();
    let scans: Vec<Scan> = sources
        .iter()
        .zip(pushed)
        .map(|(place, terms)| {
            let predicate =
                Predicate::And(terms.into_iter().map(Scalar::into_predicate).flat_map(flattened).collect());
            let page = page.take().unwrap_or_default();
            let plan = plan::Plan::of_page(store, place.table, predicate.clone(), page);
            let expected = plan.expected_rows();
            Scan { plan, predicate, expected }
        })
        .collect();
    let (first, steps) = ordered(store, &sources, &scans, pending);
    let restore = first != 0 || steps.iter().zip(1..).any(|(step, at)| step.source != at);
    Joins {
        sources,
        scans,
        first,
        steps,
        restore,
        filter: left_over,
        group,
        having,
        outputs,
        distinct,
        paged,
    }
}

fn flattened(predicate: Predicate) -> Vec<Predicate> {
    match predicate {
        Predicate::And(terms) => terms,
        term => vec![term],
    }
}

/// Whether what is asked of a source in the end can't be asked of its rows ahead: they may be missing
/// from a tuple, or come without having matched.
fn is_kept(joins: &[Joined], source: usize) -> bool {
    let own = source.checked_sub(1).and_then(|at| joins.get(at));
    own.is_some_and(|join| join.kind.may_miss_right() || join.kind.may_miss_left())
        || joins.iter().skip(source).any(|join| join.kind.may_miss_left())
}

/// The condition of the inner join that an equality of the filter is as good as a part of: one side is of the
/// joined source, the other of those before it, and no later join brings back what doesn't match.
fn keyed<'j>(joins: &'j mut [Joined], term: &Scalar) -> Option<&'j mut Vec<Scalar>> {
    let What::Compare(Comparison::Eq, a, b) = &term.what else { return None };
    let (a, b) = (a.sources(), b.sources());
    let source = *a.iter().chain(&b).max()?;
    let apart =
        |own: &[usize], other: &[usize]| own == [source] && other.last().is_some_and(|of| *of < source);
    let missed = joins.iter().skip(source).any(|join| join.kind.may_miss_left());
    let join = joins.get_mut(source.checked_sub(1)?)?;
    let fits = join.kind == JoinKind::Inner && !missed && !term.can_fail();
    (fits && (apart(&a, &b) || apart(&b, &a))).then_some(&mut join.on)
}

/// The order as the scan of a table can give it: by plain columns.
fn page_order(order: &[Key]) -> Option<Vec<plan::Key>> {
    let key = |key: &Key| match key.scalar.what {
        What::Column { column, .. } => Some(plan::Key::Column(OrderInfo {
            column,
            descending: key.descending,
            nulls_first: key.nulls_first,
        })),
        _ => None,
    };
    order.iter().map(key).collect()
}

/// A join whose place in the order isn't chosen yet.
pub(super) struct Pending {
    pub(super) kind: JoinKind,
    pub(super) source: usize,
    pub(super) terms: Vec<Scalar>,
    /// The way it has to go, where its condition says more than its terms.
    fixed: Option<Matcher>,
}

impl Pending {
    fn new(
        store: &Store,
        sources: &[Place],
        source: usize,
        join: Joined,
        pushed: &mut [Vec<Scalar>],
    ) -> Pending {
        let mut terms = Vec::with_capacity(join.on.len());
        for term in join.on {
            match (term.sources().as_slice(), pushed.get_mut(source)) {
                ([only], Some(pushed)) if *only == source && !term.can_fail() => pushed.push(term),
                _ => terms.push(term),
            }
        }
        let mut fixed = None;
        if let Some((from, table, id)) = join.relation {
            let catalog = store.catalog();
            let relation = catalog.table(table).relation(id);
            let plain = |edge| catalog.edge(edge).discriminator.is_none();
            let (edge, direct) = match relation.hops.as_slice() {
                // Rows of a polymorphic edge are those of one type, which no equality of columns says.
                [Hop::ToParent(edge)] => (plain(*edge).then_some((edge, true)), true),
                [Hop::ToChildren(edge)] => {
                    (plain(*edge).then_some((edge, false)), relation.many && !relation.distinct)
                }
                _ if relation.distinct => (None, false),
                hops => (None, relation.many || hops.iter().all(|hop| matches!(hop, Hop::ToParent(_)))),
            };
            if direct {
                let ask = |source, filter: &Predicate| {
                    Scalar::condition(What::Rows(source, Box::new(filter.clone())))
                };
                if let (Some(filter), Some(pushed)) = (&relation.filter, pushed.get_mut(source)) {
                    pushed.push(ask(source, filter));
                }
                terms.extend(relation.source_filter.as_ref().map(|filter| ask(from, filter)));
            }
            match edge.filter(|_| direct) {
                Some((edge, to_parent)) => {
                    let edge = catalog.edge(*edge);
                    let target = sources.get(source).map_or(table, |place| place.table);
                    let pairs = edge.child_columns.iter().zip(&edge.parent_columns);
                    terms.extend(pairs.map(|(child, parent)| {
                        let (a, b) = if to_parent { (child, parent) } else { (parent, child) };
                        let a = Scalar::column(catalog, from, table, *a);
                        let b = Scalar::column(catalog, source, target, *b);
                        Scalar::condition(What::Compare(Comparison::Eq, Box::new(a), Box::new(b)))
                    }));
                }
                None if direct => fixed = Some(Matcher::Walk { from, table, hops: relation.hops.clone() }),
                None => fixed = Some(Matcher::Along { from, table, relation: id }),
            }
        }
        Pending { kind: join.kind, source, terms, fixed }
    }
}

/// The source to begin with, and the joins in the order they are made. Inner joins that come first are
/// made in the order that keeps tuples few; all others as declared.
fn ordered(store: &Store, sources: &[Place], scans: &[Scan], pending: Vec<Pending>) -> (usize, Vec<Step>) {
    let free = pending.iter().take_while(|join| join.kind == JoinKind::Inner && join.fixed.is_none()).count();
    let mut rest = pending;
    let later = rest.split_off(free);
    let mut pool: Vec<Scalar> = rest.iter_mut().flat_map(|join| std::mem::take(&mut join.terms)).collect();
    let rows = |source: usize| scans.get(source).map_or(0.0, |scan| scan.expected);
    // Another order costs sorting tuples in the end.
    const WORTH: f64 = 8.0;
    let least = (0..=free).min_by(|a, b| rows(*a).total_cmp(&rows(*b))).unwrap_or(0);
    // Nor does it save anything where nothing narrows that source: its rows lead to all the tuples.
    let whole = |place: &Place| store.table(place.table).row_count() as f64;
    let narrowed = sources.get(least).is_some_and(|place| rows(least) < whole(place));
    let first = if narrowed && rows(least) * WORTH < rows(0) { least } else { 0 };
    let mut state = State { store, sources, scans, joined: vec![first], expected: rows(first) };
    let mut steps = Vec::with_capacity(free + later.len());
    let mut open: Vec<usize> = (0..=free).filter(|source| *source != first).collect();
    while !open.is_empty() {
        let mut best: Option<(usize, Candidate)> = None;
        for (at, source) in open.iter().enumerate() {
            let candidate = state.candidate(*source, &pool);
            let better = |other: &Candidate| {
                (candidate.connected && !other.connected)
                    || (candidate.connected == other.connected
                        && first != 0
                        && candidate.expected < other.expected)
            };
            if best.as_ref().is_none_or(|(_, other)| better(other)) {
                best = Some((at, candidate));
            }
            // In the declared order, as long as there is no reason for another.
            if first == 0 {
                break;
            }
        }
        let Some((at, candidate)) = best else { break };
        let source = open.remove(at);
        steps.push(state.join(JoinKind::Inner, source, candidate, &mut pool));
    }
    // Terms about no source of a join, such as constants, are asked with the last one.
    for join in later {
        let mut terms = join.terms;
        let step = match join.fixed {
            Some(matcher) => state.fixed(join.kind, join.source, matcher, terms),
            None => {
                let candidate = state.candidate(join.source, &terms);
                let mut step = state.join(join.kind, join.source, candidate, &mut terms);
                step.on.append(&mut terms);
                step
            }
        };
        steps.push(step);
    }
    if let Some(step) = steps.get_mut(free.saturating_sub(1)).filter(|_| free > 0) {
        step.on.append(&mut pool);
    }
    (first, steps)
}

/// What has been joined by now.
pub(super) struct State<'s> {
    pub(super) store: &'s Store,
    pub(super) sources: &'s [Place],
    pub(super) scans: &'s [Scan],
    pub(super) joined: Vec<usize>,
    pub(super) expected: f64,
}

impl State<'_> {
    pub(super) fn table(&self, source: usize) -> TableId {
        self.sources.get(source).map_or(TableId::new(0), |place| place.table)
    }

    fn join(&mut self, kind: JoinKind, source: usize, candidate: Candidate, terms: &mut Vec<Scalar>) -> Step {
        let mut on = Vec::new();
        let joined = |at: &usize| *at == source || self.joined.contains(at);
        let mut kept = Vec::new();
        for (place, term) in terms.drain(..).enumerate() {
            let of = term.sources();
            if candidate.used.contains(&place) {
                continue;
            }
            let own = of.contains(&source) || kind != JoinKind::Inner;
            if own && of.iter().all(joined) { on.push(term) } else { kept.push(term) }
        }
        *terms = kept;
        self.done(kind, source, candidate.matcher, on, candidate.expected)
    }

    fn fixed(&mut self, kind: JoinKind, source: usize, matcher: Matcher, on: Vec<Scalar>) -> Step {
        let (from, to) = match &matcher {
            Matcher::Walk { table, .. } | Matcher::Along { table, .. } => (*table, self.table(source)),
            _ => (self.table(source), self.table(source)),
        };
        let rows = |table| self.store.table(table).row_count() as f64;
        let expected = self.expected * (rows(to) / rows(from).max(1.0)).max(1.0);
        self.done(kind, source, matcher, on, expected)
    }

    fn done(
        &mut self,
        kind: JoinKind,
        source: usize,
        matcher: Matcher,
        on: Vec<Scalar>,
        matches: f64,
    ) -> Step {
        let right = self.scans.get(source).map_or(0.0, |scan| scan.expected);
        let expected = match kind {
            JoinKind::Inner => matches,
            JoinKind::Left => matches.max(self.expected),
            JoinKind::Right => matches.max(right),
            JoinKind::Full => matches.max(right).max(self.expected),
            JoinKind::Semi => matches.min(self.expected),
            JoinKind::Anti => (self.expected - matches).max(self.expected / 10.0),
        };
        if kind.shows_right() {
            self.joined.push(source);
        }
        self.expected = expected;
        Step { kind, source, matcher, on, expected }
    }
}
