//! Queries by name: plain data and the builder that makes it.
//!
//! One builder serves the root and every nested include. The documented order of calls is filter,
//! include, order_by, limit, then one that answers; any order means the same.

use crate::filter::{Filter, OrderBy};
use crate::value::Row;
use ecow::EcoString;

/// What is asked of one table and of the relations included with it.
///
/// `S` is what answers it: [`Unbound`] in an include and in a query that is kept for later, a
/// snapshot in one that can be run.
///
/// ```
/// use relata::{Query, col, desc};
/// let query = Query::of("users")
///     .filter(col("age").gte(18))
///     .include("posts", |posts| posts.order_by(desc("created_at")).limit(3))
///     .limit(10);
/// assert_eq!(query.table(), "users");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct Query<S = Unbound> {
    pub(crate) source: S,
    pub(crate) table: EcoString,
    pub(crate) select: Select,
}

/// Says that a query isn't bound to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Unbound;

/// What is asked of the rows of one level.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Select {
    pub(crate) columns: Columns,
    /// All of them must hold.
    pub(crate) filters: Vec<Filter>,
    pub(crate) includes: Vec<Include>,
    pub(crate) extras: Vec<Extra>,
    pub(crate) order_by: Vec<OrderBy>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: u64,
    /// Rows after the one with these values, in the query's order.
    pub(crate) cursor: Option<Row>,
    pub(crate) distinct: Option<Distinct>,
    /// What is asked besides of the rows of one table, along a polymorphic relation.
    pub(crate) on: Vec<(EcoString, Select)>,
}

/// Which columns a level gives.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) enum Columns {
    /// All, in declared order.
    #[default]
    All,
    /// These, in declared order.
    Pick(Vec<EcoString>),
    /// All but these.
    Omit(Vec<EcoString>),
}

/// A relation to include, under a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Include {
    /// The name in the result.
    pub(crate) name: EcoString,
    pub(crate) relation: EcoString,
    pub(crate) select: Select,
}

/// A computed value beside the columns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Extra {
    /// The name in the result.
    pub(crate) name: EcoString,
    /// How many rows along this relation ...
    pub(crate) relation: EcoString,
    /// ... match this.
    pub(crate) filter: Option<Filter>,
}

/// Which of several equal rows to keep: the first in the query's order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Distinct {
    /// Rows equal in every selected column.
    Selected,
    /// Rows equal in these columns.
    On(Vec<EcoString>),
}

impl Query {
    /// A query of a table, not bound to any database.
    pub fn of(table: impl Into<EcoString>) -> Query {
        Query { source: Unbound, table: table.into(), select: Select::default() }
    }

    /// A nested query; its table is the one its relation leads to.
    fn nested() -> Query {
        Query::of("")
    }

    /// This query, to be answered by `source`.
    pub(crate) fn bind<S>(self, source: S) -> Query<S> {
        Query { source, table: self.table, select: self.select }
    }
}

impl<S> Query<S> {
    /// The table that is asked.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Keeps rows that match; several filters must all hold.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.select.filters.push(filter);
        self
    }

    /// Gives the rows along `relation` too, under its own name.
    pub fn include(self, relation: &str, nested: impl FnOnce(Query) -> Query) -> Self {
        self.include_as(relation, relation, nested)
    }

    /// Gives the rows along `relation` too, under `name`: one relation can be included twice.
    pub fn include_as(mut self, name: &str, relation: &str, nested: impl FnOnce(Query) -> Query) -> Self {
        let select = nested(Query::nested()).select;
        self.select.includes.push(Include { name: name.into(), relation: relation.into(), select });
        self
    }

    /// Inside the include of a polymorphic relation: what is asked of its rows of this table, besides
    /// what is asked of all. What is asked of all and isn't there on some tables is left out on those.
    ///
    /// ```
    /// use relata::Query;
    /// let query = Query::of("comments").include("commentable", |target| target
    ///     .on_table("posts", |posts| posts.columns(["title"]).include("author", |author| author))
    ///     .on_table("photos", |photos| photos.columns(["url"])));
    /// assert_eq!(query.table(), "comments");
    /// ```
    pub fn on_table(mut self, table: &str, nested: impl FnOnce(Query) -> Query) -> Self {
        self.select.on.push((table.into(), nested(Query::nested()).select));
        self
    }

    /// Gives how many rows there are along `relation`, under `name`.
    pub fn count_of(mut self, name: &str, relation: &str) -> Self {
        self.select.extras.push(Extra { name: name.into(), relation: relation.into(), filter: None });
        self
    }

    /// Gives how many rows along `relation` match `filter`, under `name`.
    pub fn count_where(mut self, name: &str, relation: &str, filter: Filter) -> Self {
        self.select.extras.push(Extra { name: name.into(), relation: relation.into(), filter: Some(filter) });
        self
    }

    /// Gives only these columns.
    pub fn columns<I: IntoIterator<Item: Into<EcoString>>>(mut self, columns: I) -> Self {
        self.select.columns = Columns::Pick(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Gives all columns but these.
    pub fn without_columns<I: IntoIterator<Item: Into<EcoString>>>(mut self, columns: I) -> Self {
        self.select.columns = Columns::Omit(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Orders by this, after what the query is ordered by already. Without an order, rows come in
    /// insertion order.
    pub fn order_by(mut self, order: OrderBy) -> Self {
        self.select.order_by.push(order);
        self
    }

    /// Gives at most this many rows; in an include, for each parent.
    pub fn limit(mut self, rows: u64) -> Self {
        self.select.limit = Some(rows);
        self
    }

    /// Leaves out this many rows first; in an include, for each parent.
    pub fn offset(mut self, rows: u64) -> Self {
        self.select.offset = rows;
        self
    }

    /// Starts after the row with these values of the ordering columns. Without an order, the
    /// cursor's columns ascending are the order.
    pub fn after(mut self, cursor: Row) -> Self {
        self.select.cursor = Some(cursor);
        self
    }

    /// Keeps the first of the rows that are equal in every selected column.
    pub fn distinct(mut self) -> Self {
        self.select.distinct = Some(Distinct::Selected);
        self
    }

    /// Keeps the first of the rows that are equal in these columns.
    pub fn distinct_on<I: IntoIterator<Item: Into<EcoString>>>(mut self, columns: I) -> Self {
        self.select.distinct = Some(Distinct::On(columns.into_iter().map(Into::into).collect()));
        self
    }
}
