//! Typed models: Rust structs in, typed trees out.
//!
//! A struct is a table and a field a column; what a query includes is known to the compiler. The storage
//! is the same: a typed row is a place in it, and reading a field reads a column.
//!
//! # Glossary
//!
//! - *model*: a struct that is a table, by `#[derive(Model)]`.
//! - *fields*: what closures are given, the model's columns and relations as values.
//! - *row*: a borrowed view of one row. Its type says what was included: it has a *state* for each
//!   relation of the model.
//! - *complete*, *part*: an include that gives every row there is, or one that may leave some out.
//!
//! The guide's page on [models](crate::guide::models) shows all of it.

mod asked;
mod column;
mod compare;
mod condition;
mod database;
mod definition;
mod field;
#[doc(hidden)]
pub mod generated;
mod include;
mod key;
mod model;
mod nested;
mod newtype;
mod page;
mod polymorphic;
mod projection;
mod query;
mod relation;
mod rows;
mod show;
mod table;
mod view;
mod write;

pub use column::{Col, Gives, Nullable, Operand};
pub use condition::{Assign, Condition, Order};
pub use database::{Database, Snapshot};
pub use definition::Models;
pub use field::{Cell, Field, Scalar, Text};
pub use include::{
    Absent, Complete, Counted, Extent, Inclusion, Kind, Many, Maybe, NotIncluded, One, Part, Place, State,
};
pub use key::{Id, KeyOf, ModelKey, Refers};
pub use model::{FieldsOf, Insert, Model, RowOf};
pub use newtype::{Newtype, Wrap};
pub use page::{First, Page};
pub use polymorphic::{Among, Branch, MaybeOneOf, On, OneOf, Polymorphic, PolymorphicRelation, Shown};
pub use projection::{Project, Projection, Selected, Selection};
pub use query::{ByKey, Prepared, Query};
pub use relata_derive::{Model, ModelEnum, Polymorphic, Project};
pub use relation::{Count, Related, Relation, Several, Single, ToMany, ToMaybe, ToOne};
pub use rows::{Rows, RowsIter};
pub use table::{Table, Walk, Walked};
pub use view::View;
pub use write::Transaction;
