//! What Relata is told: documents for schemas, queries and statements.

mod filter;
mod query;
mod schema;
mod statement;

pub use query::query;
pub use schema::schema;
pub use statement::{control, insert, row, statement};
