//! What all engines are given.

use crate::schema::Schema;
use crate::tree::{Control, Query, Statement};
use crate::value::Value;

/// Rows by table.
pub type Rows = Vec<(&'static str, Vec<Vec<Value>>)>;

/// A schema, rows and steps.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it was made from.
    pub seed: u64,
    /// The schema, with this case's indexes.
    pub schema: Schema,
    /// The rows proposed for each table: those that break something aren't used.
    pub rows: Rows,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// Whether Relata is given the rows as a load and not as inserts.
    pub loaded: bool,
}

/// One step.
#[derive(Clone, Debug)]
pub enum Step {
    /// A query, whose answers must be the same text.
    Query(Query),
    /// Relata leaves a fork behind, which must stay as it is.
    Fork,
    /// A statement, which must go the same way everywhere.
    Statement(Statement),
    /// A step of a transaction; one that means nothing at the time is left out.
    Control(Control),
}
