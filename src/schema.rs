//! Definitions: plain data that says what tables and relations there are.
//!
//! Nothing here is checked; a [`Catalog`](crate::catalog::Catalog) is made from it and reports every
//! mistake at once.

mod association;
mod build;
mod link;
mod merge;
mod nested;
mod read;
mod relation;
mod serial;
mod shape;
mod write;

pub(crate) use link::UPDATED_AT;
pub use nested::{NestedAttributes, RejectIf};

use crate::filter::{Filter, OrderBy};
use crate::value::{Input, Type};
use ecow::EcoString;

/// Tables and the relations between them.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Schema {
    /// The tables, in declared order.
    pub tables: Vec<Table>,
    /// The relations, in declared order.
    pub relations: Vec<Relation>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Table {
    /// Its name.
    pub name: EcoString,
    /// Its columns, in declared order.
    pub columns: Vec<Column>,
    /// The columns of its primary key; empty for none.
    pub primary_key: Vec<EcoString>,
    /// Its unique constraints, those on single columns aside.
    pub unique: Vec<Unique>,
    /// Its secondary indexes.
    pub indexes: Vec<Index>,
    /// Its check constraints.
    pub checks: Vec<Check>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// The column that counts the changes of each row, by which a stale write is told.
    pub version: Option<EcoString>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: EcoString,
    /// What it holds.
    pub ty: Type,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it gets when an insert doesn't name it.
    pub default: Option<DefaultValue>,
    /// Whether it counts up from 1 when an insert doesn't name it.
    pub generated: bool,
    /// Whether its values are unique; nulls are distinct from each other.
    pub unique: bool,
}

/// What a column gets when an insert doesn't name it.
#[derive(Clone, Debug, PartialEq)]
pub enum DefaultValue {
    /// Always this.
    Constant(Input),
    /// The time of the statement, by the database's clock.
    Now,
    /// A new UUID, by the database's id source.
    Uuid,
}

/// A unique constraint over one or more columns.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Unique {
    /// Its name; made from table and columns when absent.
    pub name: Option<EcoString>,
    /// Its columns.
    pub columns: Vec<EcoString>,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Index {
    /// Its name; made from table and columns when absent.
    pub name: Option<EcoString>,
    /// Its columns.
    pub columns: Vec<EcoString>,
    /// Whether it also answers ranges and orders.
    pub ordered: bool,
    /// Whether its values are unique.
    pub unique: bool,
}

/// A check constraint: a filter that must not be false.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its name; made from table and column when absent.
    pub name: Option<EcoString>,
    /// What must not be false.
    pub filter: Filter,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ForeignKey {
    /// Its name; made from table and columns when absent.
    pub name: Option<EcoString>,
    /// The columns that hold the key.
    pub columns: Vec<EcoString>,
    /// The table it references.
    pub table: EcoString,
    /// The columns it references; the primary key when empty.
    pub references: Vec<EcoString>,
    /// What happens when the referenced row goes.
    pub on_delete: Action,
    /// What happens when the referenced key changes.
    pub on_update: Action,
    /// Whether it's checked at commit instead of at the end of the statement.
    pub deferrable: bool,
}

/// What a foreign key does when the row it references goes or changes its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Action {
    /// Refuse when rows still refer to it at the end of the statement, or at commit when deferred.
    #[default]
    NoAction,
    /// Refuse at once when rows refer to it.
    Restrict,
    /// Delete or change the rows that refer to it.
    Cascade,
    /// Set the referring columns to null.
    SetNull,
    /// Set the referring columns to their defaults.
    SetDefault,
}

/// A relation: how to walk from the rows of one table to rows of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// The table it starts from.
    pub source: EcoString,
    /// Its name.
    pub name: EcoString,
    /// The table it leads to. Empty on a polymorphic relation, and where its kind and its name tell.
    pub target: EcoString,
    /// Whether it leads to many rows.
    pub many: bool,
    /// By which conventions what isn't given is found; without one, only the reverse side is.
    pub kind: Option<RelationKind>,
    /// The tables it leads to one of, on a polymorphic relation.
    pub polymorphic: Option<Polymorphic>,
    /// The polymorphic relation of the target that leads back.
    pub as_: Option<EcoString>,
    /// The columns of the source it starts from; empty on the bare reverse side. On a polymorphic
    /// relation the type column and then those of the key.
    pub from: Vec<EcoString>,
    /// The columns of the target it leads to; empty on the bare reverse side.
    pub to: Vec<EcoString>,
    /// The junction it goes through.
    pub through: Option<Through>,
    /// The relations it follows one after the other instead of having columns: the first starts from
    /// the source, the last leads to the target.
    pub chain: Vec<EcoString>,
    /// The last relation of the chain, of the table that the others lead to.
    pub through_source: Option<EcoString>,
    /// The table that the last relation of the chain leads to, where that is polymorphic.
    pub source_type: Option<EcoString>,
    /// The relation of the target that this is the reverse side of.
    pub inverse: Option<EcoString>,
    /// Tells two relations between one pair of tables apart; the reverse side has the same.
    pub alias: Option<EcoString>,
    /// Which rows of the target it leads to.
    pub filter: Option<Filter>,
    /// The order of its rows; the query's own order comes first.
    pub order_by: Vec<OrderBy>,
    /// Whether a row that is reached twice is there once.
    pub distinct: bool,
    /// Whether a to-one may lead nowhere; `None` takes it from the key's nullability.
    pub optional: Option<bool>,
    /// The column of the source that counts the rows it leads to.
    pub counter_cache: Option<CounterCache>,
    /// The column of the target that gets the time whenever a row of the source comes, changes or
    /// goes.
    pub touch: Option<EcoString>,
    /// What becomes of its rows when a row of the source is destroyed.
    pub dependent: Option<Dependent>,
    /// Rules for rows that are written along it as nested attributes.
    pub nested: Option<NestedAttributes>,
}

/// What a relation is, where its table and columns are found by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// To the one row whose key the source holds.
    BelongsTo,
    /// To the one row that holds the source's key.
    HasOne,
    /// To the rows that hold the source's key.
    HasMany,
    /// To the rows that a junction joins with the source.
    ManyToMany,
}

/// The tables a polymorphic relation leads to one of, by what stands in the type column.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Polymorphic {
    /// The types; empty for every table that has a relation `as` this one.
    pub types: Vec<PolymorphicType>,
}

/// One of the tables a polymorphic relation leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolymorphicType {
    /// What stands in the type column; `None` for the table's name, or where the column is an enum
    /// without it, the label that names one row of it: `post` or `Post` for `posts`.
    pub label: Option<EcoString>,
    /// The table.
    pub table: EcoString,
}

/// What becomes of the rows along a relation when the row it starts from is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependent {
    /// They are destroyed, with dependents of their own.
    Destroy,
    /// They are deleted: foreign keys act, dependents don't.
    Delete,
    /// They stay, and the columns that refer to the row become null.
    Nullify,
    /// The row can't be destroyed while there are any.
    Restrict,
}

/// A column that counts the rows along a relation to many. No write may give it a value.
#[derive(Clone, Debug, PartialEq)]
pub struct CounterCache {
    /// The column; when empty `<relation>_count` or `<relation>Count`, whichever there is.
    pub column: EcoString,
    /// Which of the relation's rows count.
    pub filter: Option<Filter>,
}

/// A junction between the two ends of a relation.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Through {
    /// The junction table; empty where many-to-many finds it by name.
    pub table: EcoString,
    /// Its columns that hold the source's key; empty where many-to-many finds them by name.
    pub from: Vec<EcoString>,
    /// Its columns that hold the target's key; empty where many-to-many finds them by name.
    pub to: Vec<EcoString>,
}
