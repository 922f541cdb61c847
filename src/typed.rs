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
//! - *scope*: what the columns that a closure is given are columns of: a model, a tuple of joined rows, the
//!   rows of a group. Conditions, orders and selections know theirs.
//! - *side*: a table of a join, whose row is always there or may be missing.
//! - *complete*, *part*: an include that gives every row there is, or one that may leave some out.
//!
//! The guide's page on [models](crate::guide::models) shows all of it.

mod asked;
mod chosen;
mod column;
mod compare;
mod computed;
mod condition;
mod database;
mod definition;
mod field;
#[doc(hidden)]
pub mod generated;
mod group;
mod include;
mod join;
mod key;
mod model;
mod narrowed;
mod nested;
mod newtype;
mod page;
mod pick;
mod polymorphic;
mod prepared;
mod project;
mod projection;
mod query;
mod recursive;
mod relation;
mod rows;
mod scope;
mod show;
mod side;
mod table;
mod toward;
mod unique;
mod united;
mod view;
mod write;

pub use chosen::{Choices, Chosen, ManyChosen, MaybeChosen};
pub use column::{Col, Gives, Nullable, Operand};
pub use computed::{Amount, Computed, Ranked, Summed, count};
pub use condition::{Assign, Condition, Order};
pub use database::{Database, Snapshot};
pub use definition::Models;
pub use field::{Cell, Field, Scalar, Text};
pub use group::Groups;
pub use include::{
    Absent, Complete, Counted, Extent, Inclusion, Kind, Many, Maybe, NotIncluded, One, Part, Place, State,
    Totalled,
};
pub use join::{Along, Join, Matching, Tuples};
pub use key::{Id, KeyOf, ModelKey, Refers};
pub use model::{FieldsOf, Insert, Model, RowOf};
pub use narrowed::{Narrowed, Parts};
pub use newtype::{Newtype, Wrap};
pub use page::{First, Page};
pub use pick::{Pick, Picked, Picks};
pub use polymorphic::{
    Among, Branch, MaybeOneOf, On, OneOf, Polymorphic, PolymorphicKey, PolymorphicRelation, Shown,
};
pub use prepared::{ByKey, ByUnique, Entire, Prepared, Reads};
pub use project::Project;
pub use projection::{Projection, Reading, Selectable, Selected, Selection};
pub use query::Query;
pub use recursive::{Circular, ManyNodes, MaybeNode, Node, Nodes, NodesIter, Recursive};
pub use relata_derive::{Model, ModelEnum, Polymorphic, Project};
pub use relation::{Related, Relation, Several, Single, ToMany, ToMaybe, ToOne};
pub use rows::{Rows, RowsIter};
pub use scope::{Group, Inside, Outside, Scope, Tuple, Ungrouped, Whole};
pub use side::{Beside, Inner, Outer, Side, Sides};
pub use table::{Table, Walk, WalkOneOf, Walkable, Walked};
pub use toward::{LeadsTo, Member, Toward};
pub use unique::{Columns, UniqueRows, ValuesOf};
pub use united::{Alike, United, Unites};
pub use view::View;
pub use write::Transaction;
