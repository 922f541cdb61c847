//! The validated, immutable schema, indexed by id.
//!
//! Glossary: a *foreign key* guards writes, a *relation* says how to walk, an *edge* is the pair of
//! column lists by which child rows find their parent. Foreign keys and relations over the same
//! columns share an edge. A *hop* is one join of a relation, along an edge or by an index.
//!
//! Invariants: every id stored in a catalog is in range; the index of a primary key is the first
//! of its table; `parent_columns` of an edge are the columns of its `parent_index`, in its order.

mod access;
mod build;
mod chains;
mod columns;
mod dependents;
mod explain;
mod filters;
mod hops;
mod infer;
mod inflect;
mod keys;
mod link;
mod mistakes;
mod names;
mod polymorphic;
mod relations;
mod upkeep;
mod version;

use crate::id::{ColumnId, EdgeId, ForeignKeyId, IndexId, RelationId, TableId};
use crate::predicate::Predicate;
use crate::schema::{Action, Dependent, Schema};
use crate::value::{Type, Value};
use ecow::EcoString;
use hashbrown::HashMap;

/// A schema whose every name is resolved and every rule checked. Made by `TryFrom<Schema>`.
#[derive(Debug)]
pub struct Catalog {
    pub(crate) schema: Schema,
    pub(crate) tables: Vec<TableInfo>,
    pub(crate) table_ids: HashMap<EcoString, TableId>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) foreign_keys: Vec<ForeignKeyInfo>,
}

/// A table of the catalog.
#[derive(Debug)]
pub struct TableInfo {
    pub(crate) id: TableId,
    pub(crate) name: EcoString,
    pub(crate) columns: Vec<ColumnInfo>,
    pub(crate) column_ids: HashMap<EcoString, ColumnId>,
    /// The index of the primary key, if there is one. Always the first index.
    pub(crate) primary_key: Option<IndexId>,
    pub(crate) indexes: Vec<IndexInfo>,
    pub(crate) checks: Vec<CheckInfo>,
    /// Those declared, and then the members of polymorphic ones, which have no name.
    pub(crate) relations: Vec<RelationInfo>,
    pub(crate) relation_ids: HashMap<EcoString, RelationId>,
    /// Foreign keys this table holds, in declared order.
    pub(crate) outgoing: Vec<ForeignKeyId>,
    /// Foreign keys that reference this table: in the order of the tables that hold them.
    pub(crate) incoming: Vec<ForeignKeyId>,
    /// Edges whose child this table is.
    pub(crate) child_edges: Vec<EdgeId>,
    /// Edges whose parent this table is.
    pub(crate) parent_edges: Vec<EdgeId>,
    /// The columns that count other rows.
    pub(crate) counters: Vec<ColumnId>,
    /// What a row of this table keeps up in its parents, by edge.
    pub(crate) upkeep: Vec<Upkeep>,
    /// What goes or changes with a row that is destroyed, in that order.
    pub(crate) dependents: Vec<DependentInfo>,
    /// The column that counts the changes of each row.
    pub(crate) version: Option<ColumnId>,
}

/// What becomes of the rows along a relation when a row is destroyed.
#[derive(Debug)]
pub(crate) struct DependentInfo {
    pub(crate) relation: RelationId,
    pub(crate) action: Dependent,
    pub(crate) way: Way,
}

/// Where the rows are that depend on a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// Those that hold its key.
    Children(EdgeId),
    /// Rows of a junction: those that join it, and by what they are joined with the target.
    Junction(EdgeId, EdgeId),
    /// The one it holds the key of.
    Parent,
}

/// What the children along an edge keep up in their parent.
#[derive(Debug)]
pub(crate) struct Upkeep {
    pub(crate) edge: EdgeId,
    pub(crate) parent: TableId,
    /// The parent's columns that count all the children.
    pub(crate) counters: Vec<ColumnId>,
    /// The parent's columns that count those of them that a filter holds for.
    pub(crate) filtered: Vec<ColumnId>,
    /// The parent's columns that get the time when a child comes, changes or goes.
    pub(crate) touches: Vec<ColumnId>,
}

/// What a column counts: children of its row.
#[derive(Debug)]
pub(crate) struct CounterInfo {
    /// Which rows they are, as errors say it: a relation to them, or their table where the relation
    /// that counts leads from them.
    pub(crate) what: EcoString,
    pub(crate) edge: EdgeId,
    /// Which of them count.
    pub(crate) filter: Option<Predicate>,
    /// The columns of the child that the filter reads.
    pub(crate) reads: Vec<ColumnId>,
}

/// A column of the catalog.
#[derive(Debug)]
pub struct ColumnInfo {
    pub(crate) id: ColumnId,
    pub(crate) name: EcoString,
    pub(crate) ty: Type,
    pub(crate) nullable: bool,
    pub(crate) default: Option<DefaultInfo>,
    pub(crate) generated: bool,
    /// Whether any index is over it.
    pub(crate) indexed: bool,
    /// What it counts, where that's all it is for.
    pub(crate) counter: Option<Box<CounterInfo>>,
}

/// What a column gets when an insert doesn't name it.
#[derive(Clone, Debug)]
pub enum DefaultInfo {
    /// Always this, of the column's type.
    Constant(Value),
    /// The time of the statement.
    Now,
    /// A new UUID.
    Uuid,
}

/// An index of the catalog.
#[derive(Debug)]
pub struct IndexInfo {
    pub(crate) id: IndexId,
    /// The constraint's name: `users_pkey`, `users_email_key`, `posts_year_idx`.
    pub(crate) name: EcoString,
    pub(crate) columns: Vec<ColumnId>,
    pub(crate) kind: IndexKind,
}

/// What an index promises and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKind {
    /// The primary key: unique, never null.
    Primary,
    /// Unique but for nulls.
    Unique,
    /// Rows by equal columns.
    Hash,
    /// Rows by equal columns, ranges and order.
    Ordered,
}

/// A check constraint of the catalog.
#[derive(Debug)]
pub struct CheckInfo {
    pub(crate) name: EcoString,
    /// The columns it reads.
    pub(crate) columns: Vec<ColumnId>,
    pub(crate) predicate: Predicate,
}

/// A pair of column lists by which child rows find the parent row with equal, unique columns.
/// Foreign keys and relations over the same columns share one.
#[derive(Debug)]
pub struct Edge {
    pub(crate) id: EdgeId,
    pub(crate) child: TableId,
    /// In the order of `parent_columns`.
    pub(crate) child_columns: Vec<ColumnId>,
    pub(crate) parent: TableId,
    /// In the order of the index's columns.
    pub(crate) parent_columns: Vec<ColumnId>,
    /// The primary key or unique index over `parent_columns`.
    pub(crate) parent_index: IndexId,
    /// What a row of the child must hold besides, for its key to mean a row of the parent.
    pub(crate) discriminator: Option<Discriminator>,
}

/// The type column of a polymorphic relation, and what stands in it for one of its tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Discriminator {
    pub(crate) column: ColumnId,
    pub(crate) label: Value,
}

/// A foreign key of the catalog.
#[derive(Debug)]
pub struct ForeignKeyInfo {
    pub(crate) id: ForeignKeyId,
    pub(crate) name: EcoString,
    pub(crate) edge: EdgeId,
    pub(crate) on_delete: Action,
    pub(crate) on_update: Action,
    pub(crate) deferrable: bool,
}

/// A relation of the catalog, resolved from both ends.
#[derive(Debug)]
pub struct RelationInfo {
    pub(crate) id: RelationId,
    pub(crate) name: EcoString,
    pub(crate) source: TableId,
    pub(crate) target: TableId,
    pub(crate) many: bool,
    /// How to get there, one join a hop.
    pub(crate) hops: Vec<Hop>,
    /// The relations it follows, each with the table it starts from, where it's a chain of them.
    pub(crate) parts: Vec<(TableId, RelationId)>,
    /// Which rows of the target it leads to.
    pub(crate) filter: Option<Predicate>,
    /// Which rows of the source it starts from: the filter of the other side, when that declared it.
    pub(crate) source_filter: Option<Predicate>,
    pub(crate) order_by: Vec<OrderInfo>,
    /// Whether a row that is reached twice is there once.
    pub(crate) distinct: bool,
    /// Whether a to-one may lead nowhere.
    pub(crate) optional: bool,
    /// The tables a polymorphic relation leads to one of. Such a relation has no hops of its own, and
    /// its source stands for its target.
    pub(crate) members: Vec<Member>,
    /// How rows are written along it; `None` where it's for reading only.
    pub(crate) link: Option<Link>,
    /// What its filter asks of every row by plain equality: what rows made along it get.
    pub(crate) scope: Vec<(ColumnId, Value)>,
    /// Rules for nested attributes, where it has any.
    pub(crate) nested: Option<Box<NestedInfo>>,
}

/// One of the tables a polymorphic relation leads to.
#[derive(Debug)]
pub struct Member {
    /// What stands for it in the type column.
    pub(crate) label: EcoString,
    pub(crate) target: TableId,
    /// The relation to that table alone, of the same source.
    pub(crate) relation: RelationId,
}

/// How rows are written along a relation.
#[derive(Clone, Debug)]
pub(crate) enum Link {
    /// The row holds the key of the other.
    Parent(EdgeId),
    /// The others hold the row's key.
    Children(EdgeId),
    /// Rows of a junction hold the keys of both.
    Junction(Junction),
}

/// The middle of a relation that goes through a junction.
#[derive(Clone, Debug)]
pub(crate) struct Junction {
    /// By this edge its rows belong to the row the relation starts from, ...
    pub(crate) near: EdgeId,
    /// ... and by this one to the row it leads to.
    pub(crate) far: EdgeId,
    pub(crate) table: TableId,
    /// Which of its rows join.
    pub(crate) filter: Option<Predicate>,
    /// What new rows of it get.
    pub(crate) scope: Vec<(ColumnId, Value)>,
}

/// Rules for the rows that are written along a relation as nested attributes.
#[derive(Debug)]
pub(crate) struct NestedInfo {
    pub(crate) allow_destroy: bool,
    pub(crate) limit: Option<usize>,
    pub(crate) update_only: bool,
    pub(crate) reject_if: Option<RejectInfo>,
}

/// Which rows nested attributes pass over.
#[derive(Debug)]
pub(crate) enum RejectInfo {
    /// Those that give nothing.
    AllBlank,
    /// Those that match as they are given.
    Where(Predicate),
}

/// One join of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// From a child to its parent.
    ToParent(EdgeId),
    /// From a parent to its children.
    ToChildren(EdgeId),
    /// To the rows of `table` whose indexed columns equal these of the row; for columns that are
    /// unique on neither side.
    Lookup {
        /// The columns of the row the hop starts from, in the order of the index's.
        from: Vec<ColumnId>,
        /// The table the hop leads to.
        table: TableId,
        /// Its index.
        index: IndexId,
    },
    /// Along a whole other relation, with its filters and its order, and to the first row only where
    /// it leads to one.
    Along {
        /// The table the relation starts from.
        source: TableId,
        /// The relation.
        relation: RelationId,
        /// The table it leads to.
        target: TableId,
    },
}

/// One part of an order, by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderInfo {
    pub(crate) column: ColumnId,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

#[cfg(test)]
mod tests;
