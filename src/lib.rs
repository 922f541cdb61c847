//! An embedded in-memory relational store with association traversal.

#![forbid(unsafe_code)]

pub mod catalog;
mod column;
mod db;
mod delta;
mod diff;
mod document;
mod error;
mod eval;
mod exec;
mod filter;
mod id;
mod index;
#[cfg(feature = "json")]
pub mod json;
mod plan;
mod predicate;
mod query;
mod schema;
mod statement;
mod store;
mod table;
mod value;
mod view;
mod write;

pub use catalog::Catalog;
pub use db::{Builder, Database, LoadError, LoadProblem, Loader, Outcome, RowLoader, Snapshot, Transaction};
pub use diff::{CellDiff, Diff, RowChange, RowDiff, TableDiff};
pub use error::{
    Conflict, ConflictReason, Error, ErrorKind, Path, QueryMistake, Result, SchemaMistake, SchemaReason,
    Step, TransactionMistake, UpkeepMistake,
};
pub use exec::{ByKey, Prepared};
pub use filter::{
    Col, Comparison, Direction, Filter, Nulls, Operand, OrderBy, Quantifier, Rel, Test, asc, col, desc, rel,
};
pub use id::{ColumnId, EdgeId, ForeignKeyId, IndexId, RelationId, Slot, TableId};
pub use query::{Query, Unbound};
pub use schema::{
    Action, Check, Column, CounterCache, DefaultValue, Dependent, ForeignKey, Index, Relation, Schema, Table,
    Through, Unique,
};
pub use statement::{Rows, Statement};
pub use store::{TableMemory, Violation};
pub use value::{FromValue, Input, Json, Key, Literal, Row, Type, Value, ValueRef};
pub use view::{
    Cells, Nested, Owned, OwnedRow, Page, RowRef, RowRefs, RowView, RowViews, RowViewsIter, Shape,
    TableCells, TableRef, Tree, UniqueRef, Walker,
};
