//! Flat queries: joins, expressions, groups and set operations, asked of Relata and of a SQL engine.
//!
//! A query is made once and written twice, as a document and as SQL. Rows without groups have to come in
//! the same order; groups and united rows are compared as multisets.

pub mod generate;
pub mod run;
pub mod write;

pub use crate::server::Dialect;

/// The tables, in the order that `k` of one points to `id` of the next.
pub const TABLES: [&str; 3] = ["a", "b", "c"];

/// An expression of a type that its maker knows.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A column of a source.
    Column(usize, &'static str),
    /// An integer.
    Number(i64),
    /// A text.
    Text(&'static str),
    /// Null.
    Null,
    /// A word of documents, and its arguments.
    Call(&'static str, Vec<Expr>),
    /// A case of one condition.
    Case(Box<Condition>, Box<Expr>, Box<Expr>),
    /// As text.
    CastText(Box<Expr>),
    /// An aggregate, of rows or of an expression.
    Aggregate(&'static str, Option<Box<Expr>>),
}

/// A three-valued condition.
#[derive(Clone, Debug)]
pub enum Condition {
    /// All of them.
    And(Vec<Condition>),
    /// One of them.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A comparison by its word in documents.
    Compare(Expr, &'static str, Expr),
    /// Among constants.
    In(Expr, Vec<Expr>),
    /// Null.
    IsNull(Expr),
    /// A pattern.
    Like(Expr, &'static str),
    /// Between two constants.
    Between(Expr, i64, i64),
}

/// How a table is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only what matches.
    Inner,
    /// And the left side.
    Left,
    /// And the right side.
    Right,
    /// And both.
    Full,
    /// Each with each.
    Cross,
    /// The left side of what matches.
    Semi,
    /// The left side of what doesn't.
    Anti,
}

/// One join: the table, and what is asked of a match.
#[derive(Clone, Debug)]
pub struct Join {
    /// How.
    pub kind: Kind,
    /// The table.
    pub table: usize,
    /// What is asked; nothing of a cross join.
    pub on: Option<Condition>,
    /// Whether the document names the relation from the source before instead.
    pub relation: Option<(usize, &'static str)>,
}

/// A flat query of one selection.
#[derive(Clone, Debug)]
pub struct Select {
    /// The first table.
    pub from: usize,
    /// The others.
    pub joins: Vec<Join>,
    /// The columns `x0`, `x1` and so on.
    pub columns: Vec<Expr>,
    /// What is asked of rows.
    pub filter: Option<Condition>,
    /// What rows are grouped by.
    pub group: Vec<Expr>,
    /// Whether rows are grouped at all.
    pub grouped: bool,
    /// What is asked of groups.
    pub having: Option<Condition>,
    /// Whether equal rows are one.
    pub distinct: bool,
    /// An order by columns of the result, and then by the order of rows.
    pub order: Vec<(usize, bool)>,
    /// At most so many rows.
    pub limit: Option<usize>,
    /// Without the first.
    pub offset: usize,
}

/// A flat query.
#[derive(Clone, Debug)]
pub enum Query {
    /// One selection.
    Select(Box<Select>),
    /// Two with a set operation, by its word in documents.
    Set(&'static str, Box<Select>, Box<Select>),
}

impl Query {
    /// Whether rows come in an order that both engines have to keep.
    pub fn is_ordered(&self) -> bool {
        matches!(self, Query::Select(select) if !select.grouped && !select.distinct)
    }
}
