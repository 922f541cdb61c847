//! Values of some columns without the rows around them, along relations too.

use super::all;
use crate::catalog::{Catalog, TableInfo};
use crate::document::Limits;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::plan::{COLUMNS_MAX, INCLUDE_DEPTH_MAX};
use crate::query::{Columns, Distinct, Include, Query, Select};
use crate::store::Store;
use crate::value::Value;
use crate::view::{Page, RowView};
use ecow::EcoString;
use std::sync::Arc;

/// What is taken of the rows of a level.
#[derive(Default)]
struct Node {
    /// The places in the result, and the columns or extras that go there.
    values: Vec<(usize, EcoString)>,
    /// The relations to follow.
    below: Vec<(EcoString, Node)>,
}

/// The values of some columns of each row that answers a query. A path like `posts.title` follows a
/// relation: a row gives as many tuples as there are rows along it, and one of nulls where there is none.
///
/// # Errors
/// Everything that is wrong with the query, unknown names with their path, `limit_exceeded`.
pub(crate) fn pluck<S>(
    store: &Arc<Store>,
    query: &Query<S>,
    paths: &[EcoString],
    limits: Limits,
) -> Result<Vec<Vec<Value>>> {
    let catalog = store.catalog();
    let table = catalog.table(catalog.table_id(&query.table)?);
    let mut root = Node::default();
    if paths.len() > COLUMNS_MAX {
        let allowed = COLUMNS_MAX as u64;
        return Err(Error::new(ErrorKind::LimitExceeded { limit: "columns", allowed }).at("columns"));
    }
    for (place, path) in paths.iter().enumerate() {
        if path.split('.').nth(INCLUDE_DEPTH_MAX + 1).is_some() {
            let allowed = INCLUDE_DEPTH_MAX as u64;
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "include_depth", allowed }));
        }
        insert(catalog, table, &mut root, place, path, &query.select).map_err(|error| error.at(path))?;
    }
    if paths.is_empty() {
        return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::NothingSelected)));
    }
    let mut select = Select { columns: Columns::All, includes: Vec::new(), ..query.select.clone() };
    if select.distinct == Some(Distinct::Selected) {
        if !root.below.is_empty() {
            let (expected, found) =
                ("columns of the table itself".into(), "a relation, of distinct rows".into());
            return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::Shape { expected, found })));
        }
        select.distinct = Some(Distinct::On(root.values.iter().map(|(_, name)| name.clone()).collect()));
    }
    select.includes = includes(&root);
    let page = all(store, &Query { source: (), table: query.table.clone(), select }, limits)?;
    limits.effort().spend(page.len().saturating_mul(paths.len()))?;
    values(&page, &root, paths.len(), limits)
}

fn insert(
    catalog: &Catalog,
    table: &TableInfo,
    node: &mut Node,
    place: usize,
    path: &str,
    select: &Select,
) -> Result<()> {
    match path.split_once('.') {
        Some((relation, rest)) if !table.column_ids.contains_key(path) => {
            let target = table.relation(table.relation_id(relation)?).target;
            let at = node.below.iter().position(|(name, _)| name == relation).unwrap_or_else(|| {
                node.below.push((relation.into(), Node::default()));
                node.below.len() - 1
            });
            match node.below.get_mut(at) {
                Some((_, below)) => {
                    insert(catalog, catalog.table(target), below, place, rest, &Select::default())
                }
                None => Ok(()),
            }
        }
        _ => {
            if !select.extras.iter().any(|extra| extra.name == path) {
                table.column_id(path)?;
            }
            node.values.push((place, path.into()));
            Ok(())
        }
    }
}

/// Recursion is as deep as the longest path.
fn includes(node: &Node) -> Vec<Include> {
    let include = |query: Query, (relation, below): &(EcoString, Node)| {
        let columns = below.values.iter().map(|(_, name)| name.clone()).collect();
        let select =
            Select { columns: Columns::Pick(columns), includes: includes(below), ..Select::default() };
        query.include(relation, |nested| Query { select, ..nested })
    };
    node.below.iter().fold(Query::of(""), include).select.includes
}

fn values(page: &Page, root: &Node, width: usize, limits: Limits) -> Result<Vec<Vec<Value>>> {
    let mut out = Vec::with_capacity(page.len());
    for row in page {
        let mut tuples = vec![vec![Value::Null; width]];
        fill(root, Some(row), &mut tuples, limits)?;
        limits.check_rows(out.len() + tuples.len())?;
        out.append(&mut tuples);
    }
    Ok(out)
}

/// Puts the values of a row into each tuple, and multiplies the tuples by the rows along each relation.
/// Recursion is as deep as the longest path.
fn fill(node: &Node, row: Option<RowView<'_>>, tuples: &mut Vec<Vec<Value>>, limits: Limits) -> Result<()> {
    let Some(row) = row else { return Ok(()) };
    for (place, name) in &node.values {
        let value = row.value(name)?.to_value();
        for tuple in tuples.iter_mut() {
            if let Some(cell) = tuple.get_mut(*place) {
                *cell = value.clone();
            }
        }
    }
    for (relation, below) in &node.below {
        let rows = row.rows(row.shape().relation(relation)?);
        if rows.is_empty() {
            continue;
        }
        let before = std::mem::take(tuples);
        for tuple in before {
            for row in rows {
                let mut more = vec![tuple.clone()];
                fill(below, Some(row), &mut more, limits)?;
                tuples.append(&mut more);
                limits.check_rows(tuples.len())?;
            }
        }
    }
    Ok(())
}
