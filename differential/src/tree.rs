//! Queries and statements that belong to neither engine.

use crate::value::Value;

/// A query.
#[derive(Clone, Debug)]
pub struct Query {
    /// The table.
    pub table: &'static str,
    /// What is wanted of it.
    pub method: Method,
    /// What is asked.
    pub select: Select,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// All rows.
    Many,
    /// The first row.
    First,
    /// How many.
    Count,
}

/// What is asked of one level.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Which columns.
    pub columns: Columns,
    /// Which rows.
    pub filter: Option<Filter>,
    /// Relations.
    pub with: Vec<Include>,
    /// Counts.
    pub extras: Vec<Extra>,
    /// In which order.
    pub order: Vec<Order>,
    /// How many.
    pub limit: Option<usize>,
    /// Leaving out how many.
    pub offset: usize,
    /// The first of equal rows only.
    pub distinct: Option<Distinct>,
    /// Behind the row with these values of the order's columns.
    pub cursor: Option<Vec<Value>>,
    /// Whether the document uses `include`, `take` and `skip`.
    pub prisma: bool,
}

/// Which columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Columns {
    /// All.
    #[default]
    All,
    /// These.
    Pick(Vec<&'static str>),
    /// All but these.
    Omit(Vec<&'static str>),
}

/// A relation under a name.
#[derive(Clone, Debug)]
pub struct Include {
    /// The name.
    pub name: &'static str,
    /// The relation.
    pub relation: &'static str,
    /// What is asked of its rows.
    pub select: Select,
}

/// A count under a name.
#[derive(Clone, Debug)]
pub struct Extra {
    /// The name.
    pub name: &'static str,
    /// The relation whose rows count ...
    pub relation: &'static str,
    /// ... if they match.
    pub filter: Option<Filter>,
}

/// A part of an order.
#[derive(Clone, Debug)]
pub struct Order {
    /// A column or an extra.
    pub name: &'static str,
    /// Greatest first.
    pub descending: bool,
    /// Whether nulls come first, where it's said.
    pub nulls_first: Option<bool>,
}

/// By what rows are equal.
#[derive(Clone, Debug)]
pub enum Distinct {
    /// What is selected.
    Selected,
    /// These columns.
    On(Vec<&'static str>),
}

/// Which rows.
#[derive(Clone, Debug)]
pub enum Filter {
    /// All hold; written as one object where its keys differ and `true` stands here.
    And(Vec<Filter>, bool),
    /// One holds.
    Or(Vec<Filter>),
    /// None holds.
    Not(Vec<Filter>),
    /// A column or an extra passes.
    Column(&'static str, Test),
    /// Rows along a relation do.
    Relation(&'static str, Quantifier),
}

/// What a column is asked.
#[derive(Clone, Debug)]
pub enum Test {
    /// A bare value.
    Bare(Value),
    /// An operator (`eq`, `ne`, `gt`, `gte`, `lt`, `lte`) and a value.
    Compare(&'static str, Value),
    /// An operator and another column.
    CompareColumn(&'static str, &'static str),
    /// Among these, or not.
    In(Vec<Value>, bool),
    /// A pattern.
    Like {
        /// The pattern.
        pattern: String,
        /// In either case.
        insensitive: bool,
        /// Doesn't match.
        negated: bool,
    },
    /// Between, or not.
    Between(Value, Value, bool),
    /// Null, or not null with `true`.
    Null(bool),
    /// All of these.
    And(Vec<Test>),
    /// One of these.
    Or(Vec<Test>),
    /// None of these.
    Not(Vec<Test>),
}

/// What rows along a relation are asked.
#[derive(Clone, Debug)]
pub enum Quantifier {
    /// Whether there are any.
    There(bool),
    /// A filter without a word: one matches.
    Bare(Box<Filter>),
    /// One matches.
    Some(Box<Filter>),
    /// All match.
    Every(Box<Filter>),
    /// None matches.
    None(Box<Filter>),
    /// The one there is matches.
    Is(Box<Filter>),
    /// The one there is doesn't match, or isn't there.
    IsNot(Box<Filter>),
}

/// A change.
#[derive(Clone, Debug)]
pub enum Statement {
    /// New rows; a value for each column, or nothing given.
    Insert(&'static str, Vec<Vec<Option<Value>>>),
    /// New values of matching rows; `None` for all rows.
    Update(&'static str, Option<Filter>, Vec<(&'static str, Value)>),
    /// A new row, or new values of the one with these columns.
    Upsert(&'static str, Vec<Option<Value>>, Vec<&'static str>),
    /// Matching rows go; `None` for all rows.
    Delete(&'static str, Option<Filter>),
}

/// A step of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Opens it.
    Begin,
    /// Keeps a moment by name.
    Savepoint(&'static str),
    /// Goes back to the last moment of a name.
    RollbackTo(&'static str),
    /// Takes all of it back.
    Rollback,
    /// Keeps all of it.
    Commit,
}

/// Least first, nulls last.
pub fn asc(name: &'static str) -> Order {
    Order { name, descending: false, nulls_first: None }
}

/// Greatest first, nulls first.
pub fn desc(name: &'static str) -> Order {
    Order { name, descending: true, nulls_first: None }
}

/// A column compared with a value.
pub fn compare(column: &'static str, operator: &'static str, value: Value) -> Filter {
    Filter::Column(column, Test::Compare(operator, value))
}

impl Order {
    /// This order with its nulls first, or last.
    #[must_use]
    pub fn nulls(self, first: bool) -> Order {
        Order { nulls_first: Some(first), ..self }
    }
}
