//! The options of statements.

use super::nested;
use super::options::{Options, boolean, count, invalid, name, names, shape};
use super::request::Request;
use super::select::{filter, row as plain_row};
use crate::catalog::Catalog;
use crate::error::{Error, QueryMistake};
use crate::statement::{Rows, Statement};
use crate::value::{Literal, Row};
use ecow::EcoString;

/// The table whose rows are given.
#[derive(Clone, Copy)]
struct Target<'t> {
    catalog: &'t Catalog,
    table: &'t EcoString,
}

impl Target<'_> {
    /// A row; of a table that isn't there without relations, which is reported when it's written.
    fn row(self, literal: Literal) -> Result<Row, Error> {
        let info = self.catalog.table_id(self.table).ok().map(|id| self.catalog.table(id));
        nested::row(self.catalog, info, literal)
    }
}

/// A statement whose answer is a list or a number.
pub(super) fn whole(statement: Statement) -> Request {
    Request::Statement { statement, single: false }
}

pub(super) fn insert(catalog: &Catalog, table: EcoString, mut options: Options) -> Result<Request, Error> {
    let (rows, single) = values(Target { catalog, table: &table }, &mut options)?;
    Ok(Request::Statement { statement: Statement::Insert { table, rows }, single })
}

pub(super) fn update(catalog: &Catalog, table: EcoString, mut options: Options) -> Result<Request, Error> {
    let rows = rows(&mut options)?;
    let set = set(Target { catalog, table: &table }, &mut options)?;
    let set = set.ok_or_else(|| invalid(QueryMistake::NothingToWrite))?;
    Ok(whole(Statement::Update { table, rows, set }))
}

pub(super) fn upsert(catalog: &Catalog, table: EcoString, mut options: Options) -> Result<Request, Error> {
    let (rows, single) = values(Target { catalog, table: &table }, &mut options)?;
    let on = options.take("on").map(columns).transpose().map_err(|error| error.at("on"))?;
    let set = set(Target { catalog, table: &table }, &mut options)?;
    Ok(Request::Statement { statement: Statement::Upsert { table, rows, on, set }, single })
}

pub(super) fn find_or_create(
    catalog: &Catalog,
    table: EcoString,
    mut options: Options,
) -> Result<Request, Error> {
    let condition = options.take("where").ok_or_else(|| invalid(QueryMistake::NoRowsNamed))?;
    let by = plain_row(condition).map_err(|error| error.at("where"))?;
    let target = Target { catalog, table: &table };
    let values = options.take("values").map(|values| target.row(values)).transpose();
    let values = values.map_err(|error| error.at("values"))?.unwrap_or_default();
    Ok(Request::Statement { statement: Statement::FindOrCreate { table, by, values }, single: true })
}

pub(super) fn delete(table: EcoString, mut options: Options) -> Result<Request, Error> {
    let rows = rows(&mut options)?;
    Ok(whole(Statement::Delete { table, rows }))
}

pub(super) fn destroy(table: EcoString, mut options: Options) -> Result<Request, Error> {
    let rows = rows(&mut options)?;
    Ok(whole(Statement::Destroy { table, rows }))
}

/// The rows to write, and whether one was given and not a list.
fn values(target: Target<'_>, options: &mut Options) -> Result<(Vec<Row>, bool), Error> {
    const EXPECTED: &str = "a row or a list of rows";
    let rows = match options.take("values") {
        Some(Literal::List(items)) => {
            let rows = items.into_iter().enumerate();
            let rows: Result<_, Error> =
                rows.map(|(at, item)| target.row(item).map_err(|error| error.at(at))).collect();
            rows.map(|rows| (rows, false))
        }
        Some(item @ Literal::Object(_)) => target.row(item).map(|row| (vec![row], true)),
        Some(other) => Err(shape(EXPECTED, &other)),
        None => {
            let expected = ecow::eco_format!("`values`: {EXPECTED}");
            return Err(invalid(QueryMistake::Shape { expected, found: "none".into() }));
        }
    };
    rows.map_err(|error| error.at("values"))
}

fn set(target: Target<'_>, options: &mut Options) -> Result<Option<Row>, Error> {
    options.take("set").map(|set| target.row(set)).transpose().map_err(|error| error.at("set"))
}

/// One column, or several that are unique together.
fn columns(literal: Literal) -> Result<Vec<EcoString>, Error> {
    match literal {
        Literal::List(items) => names(items),
        other => name(other, "a column's name, or a list of them").map(|column| vec![column]),
    }
}

/// Which rows are meant, and at which version where one is stated.
fn rows(options: &mut Options) -> Result<Rows, Error> {
    let version = options.take("ifVersion").as_ref().map(count).transpose();
    let version = version.map_err(|error| error.at("ifVersion"))?;
    let rows = rows_named(options)?;
    Ok(match version {
        // No row gets so far as what 64 bits with a sign can't hold.
        Some(version) => rows.at_version(i64::try_from(version).unwrap_or(i64::MAX)),
        None => rows,
    })
}

/// Which rows are meant. A filter that would ask nothing names none.
fn rows_named(options: &mut Options) -> Result<Rows, Error> {
    let all = options.take("all").as_ref().map(boolean).transpose().map_err(|error| error.at("all"))?;
    let condition = options.take("where");
    if all == Some(true) && condition.is_some() {
        let mistake = QueryMistake::Shape { expected: "`where` or `all`".into(), found: "both".into() };
        return Err(invalid(mistake).at("all"));
    }
    match condition {
        Some(literal) if asks_nothing(&literal) => Err(invalid(QueryMistake::NoRowsNamed).at("where")),
        Some(literal) => {
            let filter = filter(literal).map_err(|error| error.at("where"))?;
            filter.map(Rows::Where).ok_or_else(|| invalid(QueryMistake::NoRowsNamed).at("where"))
        }
        None if all == Some(true) => Ok(Rows::All),
        None => Err(invalid(QueryMistake::NoRowsNamed)),
    }
}

/// Whether a filter is made of nothing but empty `AND`, `OR` and `NOT`, which are ignored.
/// Recursion is bounded by the depth of the document.
fn asks_nothing(literal: &Literal) -> bool {
    match literal {
        Literal::Object(entries) => entries
            .iter()
            .all(|(key, value)| matches!(key.as_str(), "AND" | "OR" | "NOT") && asks_nothing(value)),
        Literal::List(items) => items.iter().all(asks_nothing),
        _ => false,
    }
}
