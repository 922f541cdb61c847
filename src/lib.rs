//! An embedded in-memory relational store with association traversal.

#![forbid(unsafe_code)]

mod document;
mod error;
mod id;
mod value;

pub use error::{
    Conflict, ConflictReason, Error, ErrorKind, Path, QueryMistake, Result, SchemaMistake, SchemaReason,
    Step, TransactionMistake, UpkeepMistake,
};
pub use id::{ColumnId, EdgeId, ForeignKeyId, IndexId, RelationId, Slot, TableId};
pub use value::{FromValue, Input, Json, Key, Literal, Row, Type, Value, ValueRef};
