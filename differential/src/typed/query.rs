//! Queries of the generator as queries of models.

use super::filter::Fields;
use super::models::{Author, Book};
use super::shown;
use crate::engine::Result;
use crate::tree::{Columns, Method, Query, Select};
use relata::Error;
use relata::typed::{Query as TypedQuery, Snapshot};

/// The answer to a query; `None` where models can't ask it.
///
/// # Errors
/// What is refused.
pub(super) fn answer(snapshot: &Snapshot, asked: &Query) -> Result<Option<String>> {
    let plain = asked.select.columns == Columns::All
        && asked.select.extras.is_empty()
        && asked.select.distinct.is_none()
        && asked.select.cursor.is_none();
    let include = match asked.select.with.as_slice() {
        [] => None,
        [include] if include.name == include.relation && is_bare(&include.select) => Some(include.relation),
        _ => return Ok(None),
    };
    if !plain {
        return Ok(None);
    }
    if asked.table == "authors" {
        let Some(query) = bound::<Author>(snapshot.query(), &asked.select) else { return Ok(None) };
        match include {
            None => done(query, asked.method),
            Some("books") => done(query.include(|a| a.books()), asked.method),
            Some("pupils") => done(query.include(|a| a.pupils()), asked.method),
            _ => done(query.include(|a| a.mentor()), asked.method),
        }
    } else {
        let Some(query) = bound::<Book>(snapshot.query(), &asked.select) else { return Ok(None) };
        match include {
            None => done(query, asked.method),
            Some(_) => done(query.include(|b| b.author()), asked.method),
        }
    }
}

/// Whether nothing is asked of the rows of an include.
fn is_bare(select: &Select) -> bool {
    let Select { columns, filter, with, extras, order, limit, offset, distinct, cursor, prisma: _ } = select;
    let asks_nothing = filter.is_none() && limit.is_none() && distinct.is_none() && cursor.is_none();
    let gives_nothing = with.is_empty() && extras.is_empty() && order.is_empty();
    *columns == Columns::All && asks_nothing && gives_nothing && *offset == 0
}

/// The query with a filter, an order, a limit and an offset.
fn bound<M: Fields>(mut query: TypedQuery<M>, select: &Select) -> Option<TypedQuery<M>> {
    if let Some(filter) = &select.filter {
        let condition = M::condition(filter)?;
        query = query.filter(|_| condition);
    }
    for key in &select.order {
        let order = M::order(key.name, key.descending)?;
        let order = match key.nulls_first {
            None => order,
            Some(true) => order.nulls_first(),
            Some(false) => order.nulls_last(),
        };
        query = query.order_by(|_| order);
    }
    if let Some(limit) = select.limit {
        query = query.limit(limit as u64);
    }
    Some(query.offset(select.offset as u64))
}

fn done<M: Fields, I>(query: TypedQuery<M, I>, method: Method) -> Result<Option<String>> {
    let read = |error: Error| error.to_string();
    match method {
        Method::Many => shown(&query.all().map_err(read)?),
        Method::First => shown(&query.first().map_err(read)?),
        Method::Count => shown(&query.count().map_err(read)?),
    }
}
