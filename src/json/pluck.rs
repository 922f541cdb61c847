//! Values without rows: `{"pluck": "users", "columns": "name"}`, `pick` for the first row's, `ids`.

use super::options::{Options, name, names, shape};
use super::request::Request;
use super::select;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::value::Literal;
use ecow::EcoString;

/// The options of `pluck`.
pub(super) const OPTIONS: [&str; 8] =
    ["columns", "where", "extras", "orderBy", "limit", "offset", "cursor", "distinct"];

/// Those of `pick`: without a limit.
pub(super) const FIRST_OPTIONS: [&str; 7] =
    ["columns", "where", "extras", "orderBy", "offset", "cursor", "distinct"];

/// Those of `ids`: without columns.
pub(super) const ID_OPTIONS: [&str; 6] = ["where", "extras", "orderBy", "limit", "offset", "cursor"];

pub(super) fn request(
    catalog: &Catalog,
    table: EcoString,
    mut options: Options,
    ids: bool,
    first: bool,
) -> Result<Request, Error> {
    const EXPECTED: &str = "a column, or a list of columns";
    let (columns, single) = match options.take("columns") {
        Some(Literal::List(items)) => (names(items).map_err(|error| error.at("columns"))?, false),
        Some(other) => (vec![name(other, EXPECTED).map_err(|error| error.at("columns"))?], true),
        None if ids => (Vec::new(), true),
        None => return Err(shape(EXPECTED, &Literal::Null).at("columns")),
    };
    let mut query = select::query(catalog, table, options, &OPTIONS)?;
    if first {
        query = query.limit(1);
    }
    Ok(Request::Pluck { query, columns, single, first })
}
