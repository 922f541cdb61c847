//! What is asked of both engines.

use crate::generate::Rows;
use crate::model::Schema;
use crate::tree::{Query, Statement};

/// A schema, rows and steps.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it was made from.
    pub seed: u64,
    /// The schema, with this case's indexes.
    pub schema: Schema,
    /// The rows proposed for each table.
    pub rows: Rows,
    /// What is asked, in order.
    pub steps: Vec<Step>,
    /// Whether Relata is given the rows as a load and not as inserts.
    pub loaded: bool,
}

/// One thing asked.
#[derive(Clone, Debug)]
pub enum Step {
    /// A query, whose answers must be the same text.
    Query(Query),
    /// Relata goes on with a fork; what is left behind must stay as it is.
    Fork,
    /// A statement, after which both must have gone the same way and have the same rows.
    Statement(Statement),
}
