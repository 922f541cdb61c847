//! An embedded in-memory relational store with association traversal.
//!
//! Relata keeps tables of typed columns in a process, with the keys and constraints of a relational
//! database, and walks the relations between them by array loads instead of SQL. It is for three
//! kinds of work: testing repository logic without a database, keeping relational data in a process
//! as a cache, and generating data in property tests that must stay referentially whole.
//!
//! # Start
//!
//! ```
//! use relata::{Action, Column, Database, ForeignKey, Relation, Schema, Table, col, desc, row};
//!
//! let schema = Schema::new()
//!     .table(Table::new("authors")
//!         .column(Column::integer("id").generated())
//!         .column(Column::text("name"))
//!         .primary_key(["id"]))
//!     .table(Table::new("books")
//!         .column(Column::integer("id").generated())
//!         .column(Column::integer("author_id"))
//!         .column(Column::text("title"))
//!         .column(Column::int("year"))
//!         .primary_key(["id"])
//!         .foreign_key(ForeignKey::new(["author_id"], "authors").on_delete(Action::Cascade)))
//!     .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]))
//!     .relation(Relation::many("authors", "books", "books"));
//!
//! let db = Database::new(schema)?;
//! let frank = db.insert("authors", row! { name: "Frank Herbert" })?;
//! db.insert("books", row! { author_id: &frank, title: "Dune", year: 1965 })?;
//! db.insert("books", row! { author_id: &frank, title: "Hellstrom's Hive", year: 1973 })?;
//!
//! let page = db
//!     .query("authors")
//!     .filter(col("name").like("Frank%"))
//!     .include("books", |books| books.order_by(desc("year")).limit(1))
//!     .all()?;
//! for author in &page {
//!     for book in author.many("books")? {
//!         println!("{} wrote {}", author.get::<&str>("name")?, book.get::<&str>("title")?);
//!     }
//! }
//!
//! let fork = db.fork(); // an isolated copy, whatever the size
//! fork.delete("authors", col("id").eq(1))?;
//! assert_eq!((db.query("books").count()?, fork.query("books").count()?), (2, 0));
//! # Ok::<(), relata::Error>(())
//! ```
//!
//! # Vocabulary
//!
//! - A *foreign key* guards writes; a *relation* says how to walk. One can be there without the other.
//! - A relation leads to *one* row or to *many*; *through* a junction it is many-to-many. It is
//!   declared once, on the side that holds the key; the bare reverse side finds its columns.
//! - An *include* gives the rows along a relation inside each row of a query. Its filter, order,
//!   limit, offset, cursor and distinct are per parent.
//! - A *recursive* include is repeated from the rows it finds; *following* a relation goes from a set of
//!   rows to the set of those it leads to; a *lazy walk* asks a relation of one row like a query.
//! - A *relation filter* keeps rows by what is along a relation ([`rel`]); it never repeats rows and
//!   never filters what is included.
//! - A *counter* is a column that always holds how many rows a relation leads to; a *touch* gives a
//!   parent the time when a child comes, changes or goes; a *dependent* is what becomes of the rows along
//!   a relation when a row is destroyed.
//! - A *statement* is one write, all or nothing, with everything that foreign keys and
//!   relations set off.
//! - A *transaction* is several statements, all or nothing; a *savepoint* is a moment in it to which
//!   it can go back.
//! - A *hook* is a closure that runs before or after the write of a row, or after its commit.
//! - A *snapshot* is one state, to be read; a *fork* is a database of its own that starts from one.
//!
//! # What holds
//!
//! Without an order, rows come in insertion order, in every query and include. Constraints and
//! comparisons are PostgreSQL's: null compares as unknown, ascending order puts nulls last, a
//! composite key matches as a tuple. The same operations give the same results: clock and ids can be
//! given ([`Builder`]). A refused statement has changed nothing, and [`Database::check`] finds
//! nothing, ever.
//!
//! # What it doesn't do
//!
//! No SQL, no log on disk, no server, no async, no migrations, no columns of arrays. No rows are
//! written along relations of several hops: those are for reading. A filter that is absent is an
//! error and never means everything.
//!
//! # Recipes
//!
//! The [`guide`] has pages on relations, constraints, queries, joins, writes, transactions and forks, models,
//! JSON documents, hooks, testing, files and reliability.
//!
//! - Declare tables and relations: [`Schema`], [`Table`], [`Column`], [`ForeignKey`], [`Relation`];
//!   from JSON with [`Schema::from_json`]; all mistakes at once from [`Catalog`].
//! - Let names tell tables and keys: [`Relation::belongs_to`], [`Relation::has_many`],
//!   [`Relation::many_to_many`]; lead to rows of several tables: [`Relation::polymorphic`].
//! - Write: [`Database::insert`], [`upsert`](Database::upsert), [`update`](Database::update),
//!   [`delete`](Database::delete), [`destroy`](Database::destroy), [`find_or_create_by`](Database::find_or_create_by),
//!   many rows at once with [`Database::load`].
//! - Write rows with the rows of their relations, and connect what is there: [`nested`]; rules for it
//!   with [`Relation::nested`]. Add to the rows of one relation and take from them: [`Database::relation`].
//! - Write several things as one: [`Database::transaction`], [`Database::begin`], [`Transaction`]; wait no
//!   longer than for a time: [`Builder::timeout`]; all about states in [`guide::transactions`].
//! - Read: [`Query`], filters with [`col`] and [`rel`], rows as [`RowView`], owned with
//!   [`Page::to_owned`](Page), one row with [`Snapshot::get`], planned once with [`Prepared`].
//! - Join, compute and group: [`FlatQuery`], [`Expr`], [`Database::from`]; values without rows by
//!   [`Query::pluck`], rows a few at a time by [`Database::in_batches`], values given later by [`placeholder`].
//! - Walk: a tree with [`Query::recursive`], from set to set with [`Query::follow`], lazily from one row
//!   with [`RowRef::relation`]; refuse what wasn't included with [`Query::strict_loading`].
//! - Sum up along a relation: [`Query::aggregate`].
//! - Keep parents up to date: [`Relation::counter_cache`], [`Relation::touch`]; what a write sets off, in
//!   words: [`Catalog::explain_writes`].
//! - Run code around writes and after commits: [`Builder::before_insert`] and its like, in [`guide::hooks`].
//! - Tell a stale write: [`Table::version`], [`Rows::at_version`].
//! - Seed once, fork in every test: [`Database::fork`].
//! - Lay children beside each other for walks over many parents: [`Database::compact_by`]; answer large queries
//!   on several threads: [`Builder::read_threads`].
//! - Take steps back, and keep moments by name: [`Database::undo`], [`Database::keep`].
//! - Assert what a piece of code changed: [`Snapshot::diff`].
//! - Save a state and load it again: `Database::save`, `Database::from_file` (feature `files`, with a page in
//!   the guide).
//! - Structs as tables, with queries that the compiler checks: the [`typed`] module (feature `typed`, on by
//!   default).
//! - Requests and answers as text: the [`json`] module (feature `json`, on by default).

#![forbid(unsafe_code)]

pub mod catalog;
mod column;
mod db;
mod delta;
mod diff;
#[cfg_attr(
    not(feature = "json"),
    allow(dead_code, unused_imports, unreachable_pub, reason = "what only the documents need")
)]
mod document;
mod error;
mod eval;
mod exec;
mod expr;
#[cfg(feature = "files")]
mod file;
mod filter;
mod flat;
pub mod guide;
mod id;
mod index;
#[cfg(feature = "json")]
pub mod json;
pub mod nested;
mod plan;
mod predicate;
mod query;
mod scalar;
mod schema;
mod statement;
mod store;
mod table;
#[cfg(feature = "typed")]
pub mod typed;
mod value;
mod view;
mod write;

pub use catalog::Catalog;
pub use db::{
    Builder, Collection, CommitEvent, Database, HookEvent, LoadError, LoadProblem, Loader, Outcome,
    RowLoader, Snapshot, Transaction,
};
pub use diff::{CellDiff, Diff, RowChange, RowDiff, TableDiff};
pub use error::{
    AssociationMistake, Conflict, ConflictReason, Error, ErrorKind, FlatMistake, NestedMistake, NestedReason,
    Path, QueryMistake, Result, SchemaChange, SchemaDifference, SchemaMistake, SchemaReason, Step,
    TransactionMistake, UpkeepMistake,
};
pub use exec::{ByKey, Prepared};
pub use expr::{
    AggregateFunction, Arithmetic, Expr, Function, Part, case, coalesce, concat, count, lit, placeholder,
};
pub use filter::{
    Aggregate, Col, Comparison, Direction, Filter, Nulls, Operand, OrderBy, Quantifier, Rel, Test, asc, col,
    desc, on_table, rel,
};
pub use flat::{FlatPage, FlatQuery, FlatRow, FlatRows, On, PreparedFlat, Source, alias};
pub use id::{ColumnId, EdgeId, ForeignKeyId, IndexId, RelationId, Slot, TableId};
pub use query::{Amount, Query, Unbound};
pub use schema::{
    Action, Check, Column, CounterCache, DefaultValue, Dependent, ForeignKey, Index, NestedAttributes,
    Polymorphic, PolymorphicType, RejectIf, Relation, RelationKind, Schema, Table, Through, Unique,
};
pub use statement::{Rows, Statement};
pub use store::{TableMemory, Violation};
pub use value::{FromValue, FromValues, Input, Json, Key, KeyRef, Literal, Row, Type, Value, ValueRef};
pub use view::{
    Along, Cells, Nested, Owned, OwnedRow, Page, RowImage, RowRef, RowRefs, RowView, RowViews, RowViewsIter,
    Shape, TableCells, TableRef, Tree, UniqueRef, Walker,
};
pub use write::Hook;
