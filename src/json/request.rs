//! Requests: one method, the table it's about, and its options.

use super::control::{Control, only_true};
use super::locate::place;
use super::options::{Options, entries, invalid, name, other_form, unknown};
use super::{flat, pluck, select, statement};
use crate::catalog::Catalog;
use crate::document::{Limits, read};
use crate::error::{Error, QueryMistake};
use crate::flat::{FlatQuery, SetOperation};
use crate::query::Query;
use crate::statement::Statement;
use crate::value::{Literal, Row};
use ecow::{EcoString, eco_format};

/// What one JSON document asks for.
///
/// ```
/// use relata::json::{Limits, Request};
/// # let catalog = relata::Schema::default().try_into()?;
/// let text = r#"{"findMany": "users", "where": {"age": {"gte": 18}}, "limit": 3}"#;
/// let request = Request::parse(&catalog, text, &Limits::default())?;
/// assert!(matches!(request, Request::FindMany(query) if query.table() == "users"));
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// The rows that match.
    FindMany(Query),
    /// The first row that matches, or null.
    FindFirst(Query),
    /// How many rows match.
    Count(Query),
    /// Whether any row matches.
    Exists(Query),
    /// The values of some columns of the rows that match.
    Pluck {
        /// The rows.
        query: Query,
        /// The columns, or paths along relations; the primary key when there are none.
        columns: Vec<EcoString>,
        /// Whether values are given and not lists of them.
        single: bool,
        /// Whether only the first row's are given.
        first: bool,
    },
    /// Joined, grouped or united rows.
    Flat(FlatQuery),
    /// A change, or a check.
    Statement {
        /// The statement.
        statement: Statement,
        /// Whether one row was given and not a list, so that the answer is one row too.
        single: bool,
    },
    /// A step of a transaction; it needs a [`Session`](super::Session).
    Control(Control),
}

/// What a request does. The key of the same name holds its table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    FindMany,
    FindFirst,
    Count,
    Exists,
    Pluck,
    Pick,
    Ids,
    From,
    Set(SetOperation),
    Insert,
    Update,
    Upsert,
    FindOrCreate,
    Delete,
    Destroy,
    Check,
    Begin,
    Commit,
    Savepoint,
    Rollback,
}

const METHODS: [(&str, Method); 25] = [
    ("findMany", Method::FindMany),
    ("findFirst", Method::FindFirst),
    ("count", Method::Count),
    ("exists", Method::Exists),
    ("pluck", Method::Pluck),
    ("pick", Method::Pick),
    ("ids", Method::Ids),
    ("from", Method::From),
    ("union", Method::Set(SetOperation::Union)),
    ("unionAll", Method::Set(SetOperation::UnionAll)),
    ("intersect", Method::Set(SetOperation::Intersect)),
    ("intersectAll", Method::Set(SetOperation::IntersectAll)),
    ("except", Method::Set(SetOperation::Except)),
    ("exceptAll", Method::Set(SetOperation::ExceptAll)),
    ("insert", Method::Insert),
    ("update", Method::Update),
    ("upsert", Method::Upsert),
    ("findOrCreate", Method::FindOrCreate),
    ("delete", Method::Delete),
    ("destroy", Method::Destroy),
    ("check", Method::Check),
    ("begin", Method::Begin),
    ("commit", Method::Commit),
    ("savepoint", Method::Savepoint),
    ("rollback", Method::Rollback),
];

impl Method {
    fn of(key: &str) -> Option<Method> {
        METHODS.iter().find(|(name, _)| *name == key).map(|(_, method)| *method)
    }

    /// The options that go with it.
    fn options(self) -> &'static [&'static str] {
        match self {
            Method::FindMany => &select::OPTIONS,
            Method::FindFirst => &select::FIRST_OPTIONS,
            Method::Count | Method::Exists => &select::COUNT_OPTIONS,
            Method::Pluck => &pluck::OPTIONS,
            Method::Pick => &pluck::FIRST_OPTIONS,
            Method::Ids => &pluck::ID_OPTIONS,
            Method::From => &flat::OPTIONS,
            Method::Set(_) => &flat::SET_OPTIONS,
            Method::Insert => &["values"],
            Method::Update => &["where", "all", "set", "ifVersion"],
            Method::Upsert => &["values", "on", "set"],
            Method::FindOrCreate => &["where", "values"],
            Method::Delete | Method::Destroy => &["where", "all", "ifVersion"],
            Method::Check | Method::Begin | Method::Commit | Method::Savepoint | Method::Rollback => &[],
        }
    }
}

impl Request {
    /// The request that a text holds. O(n).
    ///
    /// The catalog tells the relations among the names of a Prisma `select` from the columns; other
    /// names are looked up when the request is answered.
    ///
    /// # Errors
    /// `parse` and `limit_exceeded` as [`read`], the latter also for more rows than `limits` allow;
    /// otherwise as [`Request::from_literal`], with line and column.
    pub fn parse(catalog: &Catalog, text: &str, limits: &Limits) -> Result<Request, Error> {
        let literal = read(text, limits)?;
        Request::within(catalog, literal, limits).map_err(|error| place(text, error))
    }

    /// The request that a literal stands for. O(n).
    ///
    /// # Errors
    /// `invalid_query` for a document of another shape, `unknown_option` for an option or method
    /// that isn't there, `type_mismatch` and `out_of_range` for a number that isn't one or can't be
    /// meant.
    pub fn from_literal(catalog: &Catalog, literal: Literal) -> Result<Request, Error> {
        let mut entries = entries(literal, "an object like {\"findMany\": \"users\"}")?;
        let method = method_of(&entries)?;
        if method == Method::From {
            return flat::query(entries).map(Request::Flat);
        }
        let position = entries.iter().position(|(key, _)| Method::of(key) == Some(method));
        let Some((key, value)) = position.map(|at| entries.remove(at)) else {
            return Err(no_method(&entries));
        };
        let options = Options::of(Literal::Object(entries), method.options())?;
        let table = |value| name(value, "a table's name").map_err(|error| error.at(&key));
        let query = |value, options| select::query(catalog, table(value)?, options, method.options());
        let whole = |value| only_true(value).map_err(|error| error.at(&key));
        match method {
            Method::FindMany => query(value, options).map(Request::FindMany),
            Method::FindFirst => query(value, options).map(|query| Request::FindFirst(query.limit(1))),
            Method::Count => query(value, options).map(Request::Count),
            Method::Exists => query(value, options).map(Request::Exists),
            Method::Pluck | Method::Pick | Method::Ids => {
                pluck::request(catalog, table(value)?, options, method == Method::Ids, method == Method::Pick)
            }
            Method::From => Err(no_method(&[])),
            Method::Set(operation) => flat::set(operation, value, options).map(Request::Flat),
            Method::Insert => statement::insert(catalog, table(value)?, options),
            Method::Update => statement::update(catalog, table(value)?, options),
            Method::Upsert => statement::upsert(catalog, table(value)?, options),
            Method::FindOrCreate => statement::find_or_create(catalog, table(value)?, options),
            Method::Delete => statement::delete(table(value)?, options),
            Method::Destroy => statement::destroy(table(value)?, options),
            Method::Check => whole(value).map(|()| statement::whole(Statement::Check)),
            Method::Begin => whole(value).map(|()| Request::Control(Control::Begin)),
            Method::Commit => whole(value).map(|()| Request::Control(Control::Commit)),
            Method::Savepoint => {
                Control::savepoint(value).map(Request::Control).map_err(|error| error.at(&key))
            }
            Method::Rollback => {
                Control::rollback(value).map(Request::Control).map_err(|error| error.at(&key))
            }
        }
    }

    /// As [`Request::from_literal`], for no more rows than `limits` allow.
    pub(super) fn within(catalog: &Catalog, literal: Literal, limits: &Limits) -> Result<Request, Error> {
        let request = Request::from_literal(catalog, literal)?;
        let (rows, at) = request.rows_given();
        limits.check_rows(rows).map_err(|error| error.at(at))?;
        Ok(request)
    }

    /// The table this is about; none for a check or a step of a transaction.
    pub fn table(&self) -> Option<&str> {
        match self {
            Request::FindMany(query)
            | Request::FindFirst(query)
            | Request::Count(query)
            | Request::Exists(query)
            | Request::Pluck { query, .. } => Some(query.table()),
            Request::Flat(query) => query.table(),
            Request::Statement { statement, .. } => statement.table(),
            Request::Control(_) => None,
        }
    }

    /// How many rows it writes by what it gives, and under which option.
    fn rows_given(&self) -> (usize, &'static str) {
        let sum = |rows: &[Row]| rows.iter().map(Row::count_rows).sum();
        match self {
            Request::Statement { statement, .. } => match statement {
                Statement::Insert { rows, .. } | Statement::Upsert { rows, .. } => (sum(rows), "values"),
                Statement::FindOrCreate { values, .. } => (values.count_rows(), "values"),
                Statement::Update { set, .. } => (set.count_rows() - 1, "set"),
                _ => (0, "values"),
            },
            _ => (0, "values"),
        }
    }
}

/// The one method among an object's keys.
fn method_of(entries: &[(EcoString, Literal)]) -> Result<Method, Error> {
    let mut found = entries.iter().filter_map(|(key, _)| Some((key, Method::of(key)?)));
    match (found.next(), found.next()) {
        (Some((_, method)), None) => Ok(method),
        (Some((first, _)), Some((second, _))) => {
            let found = eco_format!("`{first}` and `{second}`");
            Err(invalid(QueryMistake::Shape { expected: "one method".into(), found }).at(second))
        }
        (None, _) => Err(no_method(entries)),
    }
}

/// The error of a request without a method: about the key that should be one, if there is such.
fn no_method(entries: &[(EcoString, Literal)]) -> Error {
    if let Some(error) = other_form(entries.iter().map(|(key, _)| key)) {
        return error;
    }
    let methods = METHODS.map(|(name, _)| name);
    let is_option =
        |key: &EcoString| METHODS.iter().any(|(_, method)| method.options().contains(&key.as_str()));
    match entries.iter().find(|(key, _)| !is_option(key)) {
        Some((key, _)) => unknown(key, &methods).at(key),
        None => {
            let expected = eco_format!("one of {}", methods.join(", "));
            invalid(QueryMistake::Shape { expected, found: "no method".into() })
        }
    }
}
