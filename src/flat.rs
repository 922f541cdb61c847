//! Flat reads: joins, expressions, groups and set operations.
//!
//! # Glossary
//!
//! - *source*: a table of a query under its name or an alias; the first is what the query is *from*.
//! - *tuple*: a row of each source; a missing side is no row.
//! - *block*: at most 1,024 tuples, as a vector of slots for each source.
//! - *matcher*: how a join finds the rows of its source for a tuple.
//! - *output*: a column of the result.
//!
//! A query by name is *resolved* once, to ids and types; then *planned* for a snapshot and its
//! placeholders' values; then *run*. Blocks go through the joins one after the other, so that a group
//! or a limit needs no more memory than what it keeps.

mod aggregate;
mod arrange;
mod bind;
mod build;
mod cells;
mod counted;
mod explain;
mod group;
mod join;
mod keys;
mod matcher;
mod names;
mod page;
mod plan;
mod prepared;
mod resolve;
mod run;
mod sets;
mod stream;
mod top;

pub use build::{On, Source, alias};
pub use page::{FlatPage, FlatRow, FlatRows};
pub use prepared::PreparedFlat;

#[cfg(feature = "json")]
pub(crate) use build::joined_as;
pub(crate) use resolve::Resolved;
#[cfg(feature = "json")]
pub(crate) use resolve::{JOINS_MAX, SETS_DEPTH_MAX};

#[cfg(feature = "json")]
use crate::document::Limits;
#[cfg(feature = "json")]
use crate::error::Result;
use crate::expr::Expr;
use crate::filter::{Direction, Filter, Nulls};
use crate::query::Unbound;
#[cfg(feature = "json")]
use crate::store::Store;
use crate::value::Input;
use ecow::EcoString;
#[cfg(feature = "json")]
use std::sync::Arc;

/// Rows of several tables side by side: joined, computed, grouped, united.
///
/// Made by `from` of a database or snapshot. Without a selection a row gives the row of each table;
/// with one it gives the columns that are named.
///
/// ```
/// # use relata::{Column, Database, ForeignKey, Schema, Table, row};
/// # let db = Database::new(Schema::new()
/// #     .table(Table::new("users").column(Column::integer("id")).column(Column::text("name")).primary_key(["id"]))
/// #     .table(Table::new("posts").column(Column::integer("id")).column(Column::integer("user_id"))
/// #         .primary_key(["id"]).foreign_key(ForeignKey::new(["user_id"], "users"))))?;
/// # db.insert_many("users", vec![row! { id: 1, name: "Ann" }, row! { id: 2, name: "Bob" }])?;
/// # db.insert_many("posts", vec![row! { id: 1, user_id: 1 }, row! { id: 2, user_id: 1 }])?;
/// use relata::col;
/// let page = db
///     .from("users")
///     .left_join("posts", col("users.id").eq(col("posts.user_id")))
///     .select([("name", col("users.name").upper()), ("posts", col("posts.id").count())])
///     .group_by(["users.id"])
///     .all()?;
/// assert_eq!(
///     serde_json::to_string(&page).unwrap(),
///     r#"[{"name":"ANN","posts":2},{"name":"BOB","posts":0}]"#,
/// );
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct FlatQuery<S = Unbound> {
    pub(crate) source: S,
    pub(crate) body: Body,
    pub(crate) order_by: Vec<FlatOrder>,
    pub(crate) limit: Option<u64>,
    /// In the place of the limit.
    pub(crate) limit_given: Option<Input>,
    pub(crate) offset: u64,
    /// In the place of the offset.
    pub(crate) offset_given: Option<Input>,
}

/// The rows of a query, at most so many.
///
/// # Errors
/// Everything that is wrong with the query, and `limit_exceeded`.
#[cfg(feature = "json")]
pub(crate) fn answer<S>(store: &Arc<Store>, query: &FlatQuery<S>, limits: Limits) -> Result<FlatPage> {
    PreparedFlat::new(store, query, limits)?.all()
}

/// Where the rows come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Select(Box<Selection>),
    Set(SetOperation, Box<FlatQuery>, Box<FlatQuery>),
    /// Something was asked of united rows that only joined ones can be asked.
    SelectedAfterSet,
}

/// Joined tables, and what is made of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selection {
    pub(crate) from: Source,
    pub(crate) joins: Vec<Join>,
    pub(crate) columns: Vec<(EcoString, Expr)>,
    /// All of them must hold.
    pub(crate) filters: Vec<Filter>,
    pub(crate) group_by: Vec<Expr>,
    pub(crate) having: Vec<Filter>,
    pub(crate) distinct: bool,
}

/// A table that is joined to those before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Join {
    pub(crate) kind: JoinKind,
    pub(crate) source: Source,
    pub(crate) on: On,
}

/// What becomes of rows that match nothing, and of those that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JoinKind {
    /// Only what matches.
    Inner,
    /// And the left side alone.
    Left,
    /// And the right side alone.
    Right,
    /// And either side alone.
    Full,
    /// The left side of what matches, once.
    Semi,
    /// The left side of what doesn't.
    Anti,
}

/// What is done with the rows of two queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetOperation {
    Union,
    UnionAll,
    Intersect,
    IntersectAll,
    Except,
    ExceptAll,
}

/// One part of an order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FlatOrder {
    pub(crate) expr: Expr,
    pub(crate) direction: Direction,
    pub(crate) nulls: Option<Nulls>,
}

impl JoinKind {
    /// All with their words in documents.
    pub(crate) const ALL: [(JoinKind, &'static str); 6] = [
        (JoinKind::Inner, "innerJoin"),
        (JoinKind::Left, "leftJoin"),
        (JoinKind::Right, "rightJoin"),
        (JoinKind::Full, "fullJoin"),
        (JoinKind::Semi, "semiJoin"),
        (JoinKind::Anti, "antiJoin"),
    ];

    /// Its word in a plan.
    fn word(self) -> &'static str {
        match self {
            JoinKind::Inner => "inner join",
            JoinKind::Left => "left join",
            JoinKind::Right => "right join",
            JoinKind::Full => "full join",
            JoinKind::Semi => "semi join",
            JoinKind::Anti => "anti join",
        }
    }

    /// Whether the rows of the joined table are part of the tuples.
    fn shows_right(self) -> bool {
        !matches!(self, JoinKind::Semi | JoinKind::Anti)
    }

    /// Whether the rows of the joined table may be missing from a tuple.
    fn may_miss_right(self) -> bool {
        matches!(self, JoinKind::Left | JoinKind::Full)
    }

    /// Whether the rows before the join may be missing from a tuple.
    fn may_miss_left(self) -> bool {
        matches!(self, JoinKind::Right | JoinKind::Full)
    }
}

impl SetOperation {
    /// All with their words in documents.
    pub(crate) const ALL: [(SetOperation, &'static str); 6] = [
        (SetOperation::Union, "union"),
        (SetOperation::UnionAll, "unionAll"),
        (SetOperation::Intersect, "intersect"),
        (SetOperation::IntersectAll, "intersectAll"),
        (SetOperation::Except, "except"),
        (SetOperation::ExceptAll, "exceptAll"),
    ];

    /// Its word in a document.
    pub(crate) fn word(self) -> &'static str {
        SetOperation::ALL.iter().find(|(operation, _)| *operation == self).map_or("", |(_, word)| word)
    }
}
