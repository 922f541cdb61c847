//! Queries with a part less.

use crate::tree::{Columns, Filter, Quantifier, Query, Select, Test};

/// The query with a part less, the largest parts first.
pub(super) fn smaller(query: &Query) -> Vec<Query> {
    let with = |select| Query { select, ..query.clone() };
    smaller_selects(&query.select).into_iter().map(with).collect()
}

fn smaller_selects(select: &Select) -> Vec<Select> {
    let mut all = Vec::new();
    let mut push = |change: &dyn Fn(&mut Select)| {
        let mut smaller = select.clone();
        change(&mut smaller);
        all.push(smaller);
    };
    for at in 0..select.with.len() {
        push(&|s| {
            s.with.remove(at);
        });
    }
    if select.filter.is_some() {
        push(&|s| s.filter = None);
    }
    if select.distinct.is_some() {
        push(&|s| s.distinct = None);
    }
    if select.cursor.is_some() {
        push(&|s| s.cursor = None);
    }
    if select.limit.is_some() {
        push(&|s| s.limit = None);
    }
    if select.offset > 0 {
        push(&|s| s.offset = 0);
    }
    for at in (0..select.order.len()).filter(|_| select.cursor.is_none()) {
        push(&|s| {
            s.order.remove(at);
        });
    }
    for at in 0..select.extras.len() {
        push(&|s| {
            s.extras.remove(at);
        });
        if select.extras[at].filter.is_some() {
            push(&|s| s.extras[at].filter = None);
        }
    }
    if select.columns != Columns::All {
        push(&|s| s.columns = Columns::All);
    }
    if select.prisma {
        push(&|s| s.prisma = false);
    }
    for filter in select.filter.iter().flat_map(smaller_filters) {
        push(&|s| s.filter = Some(filter.clone()));
    }
    for (at, extra) in select.extras.iter().enumerate() {
        for filter in extra.filter.iter().flat_map(smaller_filters) {
            push(&|s| s.extras[at].filter = Some(filter.clone()));
        }
    }
    for (at, include) in select.with.iter().enumerate() {
        for smaller in smaller_selects(&include.select) {
            push(&|s| s.with[at].select = smaller.clone());
        }
    }
    all
}

/// The filter with a part less.
pub(super) fn smaller_filters(filter: &Filter) -> Vec<Filter> {
    match filter {
        Filter::And(filters, merged) => {
            lists(filters, smaller_filters, |filters| Filter::And(filters, *merged), true)
        }
        Filter::Or(filters) => lists(filters, smaller_filters, Filter::Or, true),
        Filter::Not(filters) => lists(filters, smaller_filters, Filter::Not, true),
        Filter::Column(name, test) => {
            smaller_tests(test).into_iter().map(|test| Filter::Column(name, test)).collect()
        }
        Filter::Relation(name, quantifier) => smaller_quantifiers(quantifier)
            .into_iter()
            .map(|smaller| Filter::Relation(name, smaller))
            .collect(),
    }
}

/// Each item alone, the list without one, and the list with a smaller one.
fn lists<T: Clone>(
    items: &[T],
    smaller: impl Fn(&T) -> Vec<T>,
    list: impl Fn(Vec<T>) -> T,
    alone: bool,
) -> Vec<T> {
    let mut all: Vec<T> = if alone { items.to_vec() } else { Vec::new() };
    for at in 0..items.len() {
        if items.len() > 1 {
            let rest = items.iter().enumerate().filter(|(other, _)| *other != at);
            all.push(list(rest.map(|(_, item)| item.clone()).collect()));
        }
        for item in smaller(&items[at]) {
            let mut items = items.to_vec();
            items[at] = item;
            all.push(list(items));
        }
    }
    all
}

fn smaller_tests(test: &Test) -> Vec<Test> {
    match test {
        Test::And(tests) => lists(tests, smaller_tests, Test::And, true),
        Test::Or(tests) => lists(tests, smaller_tests, Test::Or, true),
        Test::Not(tests) => lists(tests, smaller_tests, Test::Not, true),
        Test::In(values, negated) => (0..values.len())
            .map(|at| {
                let mut values = values.clone();
                values.remove(at);
                Test::In(values, *negated)
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn smaller_quantifiers(quantifier: &Quantifier) -> Vec<Quantifier> {
    let each = |inner: &Filter, make: fn(Box<Filter>) -> Quantifier| -> Vec<Quantifier> {
        smaller_filters(inner).into_iter().map(|inner| make(Box::new(inner))).collect()
    };
    match quantifier {
        Quantifier::There(_) => Vec::new(),
        Quantifier::Bare(inner) => [vec![Quantifier::There(true)], each(inner, Quantifier::Bare)].concat(),
        Quantifier::Some(inner) => [vec![Quantifier::There(true)], each(inner, Quantifier::Some)].concat(),
        Quantifier::Is(inner) => [vec![Quantifier::There(true)], each(inner, Quantifier::Is)].concat(),
        Quantifier::None(inner) => [vec![Quantifier::There(false)], each(inner, Quantifier::None)].concat(),
        Quantifier::IsNot(inner) => [vec![Quantifier::There(false)], each(inner, Quantifier::IsNot)].concat(),
        Quantifier::Every(inner) => each(inner, Quantifier::Every),
    }
}
