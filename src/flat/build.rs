//! Flat queries as Rust writes them.

use super::{Body, FlatOrder, FlatQuery, Join, JoinKind, Selection, SetOperation};
use crate::expr::Expr;
#[cfg(feature = "json")]
use crate::filter::Nulls;
use crate::filter::{Direction, Filter, OrderBy, Rel};
use crate::query::{Amount, Unbound};
use ecow::EcoString;

/// A table of a query, under its own name or an alias. A text is a table under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub(crate) name: EcoString,
    /// The table; `None` when it's the one of that name, or the one a relation leads to.
    pub(crate) table: Option<EcoString>,
}

/// A table under another name, so that it can stand twice in a query.
///
/// ```
/// # use relata::{Column, Database, Schema, Table, row};
/// # let db = Database::new(Schema::new().table(Table::new("staff").column(Column::integer("id"))
/// #     .column(Column::integer("boss").nullable()).primary_key(["id"])))?;
/// # db.insert_many("staff", vec![row! { id: 1 }, row! { id: 2, boss: 1 }])?;
/// use relata::{alias, col};
/// let pairs = db
///     .from("staff")
///     .inner_join(alias("staff", "boss"), col("staff.boss").eq(col("boss.id")))
///     .select([("id", col("staff.id")), ("boss", col("boss.id"))])
///     .all()?;
/// assert_eq!(serde_json::to_string(&pairs).unwrap(), r#"[{"id":2,"boss":1}]"#);
/// # Ok::<(), relata::Error>(())
/// ```
pub fn alias(table: impl Into<EcoString>, name: impl Into<EcoString>) -> Source {
    Source { name: name.into(), table: Some(table.into()) }
}

impl From<&str> for Source {
    fn from(name: &str) -> Source {
        Source { name: name.into(), table: None }
    }
}

/// Which rows a join puts side by side: a filter, a relation by [`rel`](crate::rel), or a pair of both.
#[derive(Clone, Debug, PartialEq)]
pub enum On {
    /// Those of which this is true.
    Filter(Filter),
    /// Those that a relation of a table before leads to: `posts`, or `users.posts`.
    Relation(EcoString),
    /// Those that a relation leads to, and of which this is true.
    Matching(EcoString, Filter),
    /// Each with each.
    Always,
}

impl From<Filter> for On {
    fn from(filter: Filter) -> On {
        On::Filter(filter)
    }
}

impl From<Rel> for On {
    fn from(rel: Rel) -> On {
        On::Relation(rel.name().clone())
    }
}

impl From<(Rel, Filter)> for On {
    fn from((rel, filter): (Rel, Filter)) -> On {
        On::Matching(rel.name().clone(), filter)
    }
}

impl From<OrderBy> for FlatOrder {
    fn from(order: OrderBy) -> FlatOrder {
        FlatOrder { expr: Expr::Column(order.name), direction: order.direction, nulls: order.nulls }
    }
}

impl FlatQuery {
    /// A query from a table, not bound to any database.
    pub fn of(source: impl Into<Source>) -> FlatQuery {
        FlatQuery::new(Unbound, source.into())
    }
}

/// Declares the joins that take a condition.
macro_rules! joins {
    ($($(#[$doc:meta])* $name:ident, $kind:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(self, source: impl Into<Source>, on: impl Into<On>) -> Self {
            self.join(JoinKind::$kind, source.into(), on.into())
        }
    )*};
}

impl<S> FlatQuery<S> {
    pub(crate) fn new(source: S, from: Source) -> FlatQuery<S> {
        let selection = Selection {
            from,
            joins: Vec::new(),
            columns: Vec::new(),
            filters: Vec::new(),
            group_by: Vec::new(),
            having: Vec::new(),
            distinct: false,
        };
        FlatQuery {
            source,
            body: Body::Select(Box::new(selection)),
            order_by: Vec::new(),
            limit: None,
            limit_given: None,
            offset_given: None,
            offset: 0,
        }
    }

    joins! {
        /// Puts the rows of another table beside those that match.
        inner_join, Inner;
        /// Puts the rows of another table beside those that match, and none beside those that don't.
        left_join, Left;
        /// Gives every row of another table, beside those that match it or none.
        right_join, Right;
        /// Gives every row of either side, beside those that match it or none.
        full_join, Full;
        /// Keeps rows that match some row of another table, each once.
        semi_join, Semi;
        /// Keeps rows that match no row of another table.
        anti_join, Anti;
    }

    /// Puts every row of another table beside every row.
    pub fn cross_join(self, source: impl Into<Source>) -> Self {
        self.join(JoinKind::Inner, source.into(), On::Always)
    }

    /// Gives these columns: each an expression under a name.
    pub fn select<N: Into<EcoString>, E: Into<Expr>>(
        self,
        columns: impl IntoIterator<Item = (N, E)>,
    ) -> Self {
        let columns = columns.into_iter().map(|(name, expr)| (name.into(), expr.into()));
        self.with(|selection| selection.columns.extend(columns))
    }

    /// Gives these columns of the tables, each under its own name without the table's.
    pub fn columns<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let columns = names.into_iter().map(|name| (last(name), Expr::Column(name.into())));
        self.with(|selection| selection.columns.extend(columns))
    }

    /// Gives an expression under a name too.
    pub fn value(self, name: impl Into<EcoString>, expr: impl Into<Expr>) -> Self {
        self.with(|selection| selection.columns.push((name.into(), expr.into())))
    }

    /// Keeps tuples that match; several filters must all hold. A name is a column of one of the tables,
    /// with the table's name before it where several have it.
    pub fn filter(self, filter: Filter) -> Self {
        self.with(|selection| selection.filters.push(filter))
    }

    /// Makes one row of all that are equal in these columns.
    pub fn group_by<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let keys = names.into_iter().map(|name| Expr::Column(name.into()));
        self.with(|selection| selection.group_by.extend(keys))
    }

    /// Makes one row of all for which an expression is equal, within the groups there are.
    pub fn group_by_value(self, expr: impl Into<Expr>) -> Self {
        self.with(|selection| selection.group_by.push(expr.into()))
    }

    /// Keeps groups that match. A name is one of the result or a column that is grouped by.
    pub fn having(self, filter: Filter) -> Self {
        self.with(|selection| selection.having.push(filter))
    }

    /// Keeps the first of rows that are equal in every selected column.
    pub fn distinct(self) -> Self {
        self.with(|selection| selection.distinct = true)
    }

    /// Orders by a column of the result or of a table, after what the query is ordered by already.
    pub fn order_by(mut self, order: OrderBy) -> Self {
        self.order_by.push(order.into());
        self
    }

    /// Orders by an expression.
    pub fn order_by_value(mut self, expr: impl Into<Expr>, direction: Direction) -> Self {
        self.order_by.push(FlatOrder { expr: expr.into(), direction, nulls: None });
        self
    }

    /// Orders by an expression, nulls placed.
    #[cfg(feature = "json")]
    pub(crate) fn ordered_by(mut self, expr: Expr, direction: Direction, nulls: Option<Nulls>) -> Self {
        self.order_by.push(FlatOrder { expr, direction, nulls });
        self
    }

    /// Gives at most this many rows, or as many as a placeholder is given.
    pub fn limit(mut self, rows: impl Into<Amount>) -> Self {
        (self.limit, self.limit_given) = rows.into().parts();
        self
    }

    /// Leaves out this many rows first, or as many as a placeholder is given.
    pub fn offset(mut self, rows: impl Into<Amount>) -> Self {
        let (rows, given) = rows.into().parts();
        (self.offset, self.offset_given) = (rows.unwrap_or(0), given);
        self
    }

    /// The rows of either query, each once, in the order they come. Orders and limits that follow are
    /// of the whole.
    pub fn union<T>(self, other: FlatQuery<T>) -> Self {
        self.set(SetOperation::Union, other)
    }

    /// The rows of this query and then of the other.
    pub fn union_all<T>(self, other: FlatQuery<T>) -> Self {
        self.set(SetOperation::UnionAll, other)
    }

    /// The rows that both queries give, each once.
    pub fn intersect<T>(self, other: FlatQuery<T>) -> Self {
        self.set(SetOperation::Intersect, other)
    }

    /// The rows that both queries give, as often as both do.
    pub fn intersect_all<T>(self, other: FlatQuery<T>) -> Self {
        self.set(SetOperation::IntersectAll, other)
    }

    /// The rows that the other query doesn't give, each once.
    pub fn except<T>(self, other: FlatQuery<T>) -> Self {
        self.set(SetOperation::Except, other)
    }

    /// The rows that the other query doesn't give as often, as often as is left.
    pub fn except_all<T>(self, other: FlatQuery<T>) -> Self {
        self.set(SetOperation::ExceptAll, other)
    }

    pub(crate) fn set<T>(self, operation: SetOperation, other: FlatQuery<T>) -> Self {
        let (source, left) = self.unbind();
        let (_, right) = other.unbind();
        FlatQuery {
            source,
            body: Body::Set(operation, Box::new(left), Box::new(right)),
            order_by: Vec::new(),
            limit: None,
            limit_given: None,
            offset_given: None,
            offset: 0,
        }
    }

    pub(crate) fn join(self, kind: JoinKind, source: Source, on: On) -> Self {
        self.with(|selection| selection.joins.push(Join { kind, source, on }))
    }

    /// The table it is from; none of united rows.
    pub fn table(&self) -> Option<&str> {
        match &self.body {
            Body::Select(selection) => {
                Some(selection.from.table.as_ref().unwrap_or(&selection.from.name).as_str())
            }
            Body::Set(..) | Body::SelectedAfterSet => None,
        }
    }

    /// Changes the selection; rows that were united have none.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Selection)) -> Self {
        match &mut self.body {
            Body::Select(selection) => change(selection),
            Body::Set(..) | Body::SelectedAfterSet => self.body = Body::SelectedAfterSet,
        }
        self
    }

    fn unbind(self) -> (S, FlatQuery) {
        let FlatQuery { source, body, order_by, limit, limit_given, offset, offset_given } = self;
        let query = FlatQuery { source: Unbound, body, order_by, limit, limit_given, offset, offset_given };
        (source, query)
    }

    /// This query, to be answered by `source`.
    pub(crate) fn bind<T>(self, source: T) -> FlatQuery<T> {
        let FlatQuery { body, order_by, limit, limit_given, offset, offset_given, .. } = self;
        FlatQuery { source, body, order_by, limit, limit_given, offset, offset_given }
    }
}

/// A join by its word in a document.
#[cfg(feature = "json")]
pub(crate) fn joined_as(query: FlatQuery, word: &str, source: Source, on: On) -> FlatQuery {
    let kind =
        JoinKind::ALL.iter().find(|(_, other)| *other == word).map_or(JoinKind::Inner, |(kind, _)| *kind);
    query.join(kind, source, on)
}

/// The name of a column without its table's.
pub(crate) fn last(name: &str) -> EcoString {
    name.rsplit('.').next().unwrap_or(name).into()
}
