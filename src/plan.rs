//! From a query by name to a plan by id.
//!
//! # Glossary
//!
//! - *level*: what is asked of the rows of one table; the root's, and one for each include.
//! - *access*: how the root's rows are found before what is left of the filter is asked.
//! - *key*: one part of an order.
//! - *recursion*: an include that is repeated from the rows it finds, which all are rows of one level.
//!
//! A plan is made for one snapshot: its choices look at how many rows there are.

mod access;
mod bind;
mod choose;
mod divide;
mod explain;
mod extras;
mod level;
mod measured;
mod polymorphic;
mod recursion;
mod walk;
mod way;
mod words;

pub(crate) use access::Access;
pub(crate) use bind::{Given, Open, Placeholders, amount, bound, given, note, opened};
pub(crate) use explain::{access_words, counted};
pub(crate) use measured::{Measure, found, total};
pub(crate) use recursion::too_deep;
pub(crate) use way::Way;
pub(crate) use words::predicate;

use crate::catalog::{Catalog, OrderInfo, RelationInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::{ColumnId, RelationId, TableId};
use crate::predicate::{Computed, Predicate, RelationCount, RelationTotal};
use crate::query::Query;
use crate::scalar::Scalar;
use crate::store::Store;
use crate::value::Value;
use ecow::EcoString;

/// How deep includes may nest, so that a document can't exhaust the stack.
pub(crate) const INCLUDE_DEPTH_MAX: usize = 64;

/// How many columns a result may have, be grouped by and be ordered by: names are looked for among them.
pub(crate) const COLUMNS_MAX: usize = 1024;

/// How many levels recursive includes may have inside each other: a nested result is written
/// recursively.
pub(crate) const RECURSION_DEPTH_MAX: usize = 256;

/// How a query is answered.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) root: Level,
    pub(crate) access: Access,
    /// How many rows the access is expected to find.
    pub(crate) expected: usize,
    /// A placeholder that has no value yet.
    pub(crate) unbound: Option<EcoString>,
    /// Then: which access it will have.
    pub(crate) way: Option<Way>,
}

/// What is asked of the rows of one table.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) table: TableId,
    /// The columns it gives, in declared order.
    pub(crate) columns: Vec<ColumnId>,
    /// All of them hold; the relation's own filters aside. At the root without those that the access
    /// answers.
    pub(crate) filter: Vec<Predicate>,
    pub(crate) order: Vec<Key>,
    /// A value for each key: rows come after it.
    pub(crate) cursor: Option<Vec<Value>>,
    /// Rows equal in these columns are one: the first.
    pub(crate) distinct: Option<Vec<ColumnId>>,
    pub(crate) limit: Option<usize>,
    pub(crate) offset: usize,
    /// What is known when the query runs.
    pub(crate) open: Vec<Open>,
    pub(crate) extras: Vec<Extra>,
    pub(crate) includes: Vec<Include>,
    /// Of an include: how it is repeated.
    pub(crate) recursion: Option<Recursion>,
    /// Whether its rows are walked only along what is included.
    pub(crate) strict: bool,
    /// Whether cells are read when they're asked for and not ahead.
    pub(crate) sparing: bool,
    /// The names of the includes that lead here from the root.
    pub(crate) at: Vec<EcoString>,
}

/// An include that is repeated from the rows it finds.
#[derive(Clone, Debug)]
pub(crate) struct Recursion {
    /// The include's name.
    pub(crate) name: EcoString,
    pub(crate) many: bool,
    /// How many levels there are at most; none: as long as there are rows.
    pub(crate) levels: Option<usize>,
}

/// A value beside the columns.
#[derive(Clone, Debug)]
pub(crate) struct Extra {
    pub(crate) name: EcoString,
    pub(crate) computed: Computed,
}

/// A relation that is included.
#[derive(Clone, Debug)]
pub(crate) struct Include {
    /// Its name in the result.
    pub(crate) name: EcoString,
    pub(crate) relation: RelationId,
    pub(crate) many: bool,
    pub(crate) level: Level,
    /// The same for further tables, where the relation is polymorphic: a row leads along one at most.
    pub(crate) others: Vec<Include>,
}

/// One part of an order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    /// By a column.
    Column(OrderInfo),
    /// By how many rows there are along a relation.
    Count { name: EcoString, counted: RelationCount, descending: bool },
    /// By what is computed from the row.
    Value { name: EcoString, scalar: Box<Scalar>, descending: bool, nulls_first: bool },
    /// By what is made of the rows along a relation.
    Total { name: EcoString, total: Box<RelationTotal>, descending: bool, nulls_first: bool },
}

/// The part of a plan's rows that is wanted, in their order.
#[derive(Default)]
pub(crate) struct Part {
    pub(crate) order: Vec<Key>,
    pub(crate) limit: Option<usize>,
    pub(crate) offset: usize,
    pub(crate) open: Vec<Open>,
}

impl Plan {
    /// Resolves a query and chooses how to find its rows.
    ///
    /// # Errors
    /// Unknown names, values that don't fit and parts that mean nothing, each with its path.
    pub(crate) fn new<S>(store: &Store, query: &Query<S>) -> Result<Plan> {
        let catalog = store.catalog();
        let table = catalog.table_id(&query.table)?;
        walk::following(store, &query.select, |select| {
            recursion::none(select)?;
            let mut root = level::resolve(catalog, table, select, None)?;
            if root.unbound().is_some() {
                return Ok(Plan::open(store, root));
            }
            let (access, expected) = choose::choose(store, &mut root);
            Ok(Plan { root, access, expected, unbound: None, way: None })
        })
    }

    /// A plan that finds the rows a predicate is true of.
    pub(crate) fn of_filter(store: &Store, table: TableId, predicate: Predicate) -> Plan {
        Plan::of_page(store, table, predicate, Part::default())
    }

    /// A plan that finds the rows a predicate is true of, in an order, as many as a page holds.
    pub(crate) fn of_page(store: &Store, table: TableId, predicate: Predicate, page: Part) -> Plan {
        let Part { order, limit, offset, open } = page;
        let mut root = Level { order, limit, offset, open, ..Level::of_rows(store, table) };
        root.filter = match predicate {
            Predicate::And(terms) => terms,
            term => vec![term],
        };
        if root.unbound().is_some() {
            return Plan::open(store, root);
        }
        let (access, expected) = choose::choose(store, &mut root);
        Plan { root, access, expected, unbound: None, way: None }
    }

    /// About how many rows it finds.
    pub(crate) fn expected_rows(&self) -> f64 {
        explain::expected(self)
    }

    /// A plan that gives all columns of rows that are known already.
    pub(crate) fn of_rows(store: &Store, table: TableId) -> Plan {
        let root = Level::of_rows(store, table);
        Plan { root, access: Access::Scan, expected: 0, unbound: None, way: None }
    }
}

impl Level {
    /// How many conditions, parts of expressions and keys its filter and order are made of. O(level).
    pub(crate) fn parts(&self) -> usize {
        self.order.len() + self.filter.iter().map(Predicate::size).sum::<usize>()
    }

    /// All columns of a table's rows.
    fn of_rows(store: &Store, table: TableId) -> Level {
        Level {
            table,
            columns: store.catalog().table(table).columns.iter().map(|column| column.id).collect(),
            filter: Vec::new(),
            order: Vec::new(),
            cursor: None,
            distinct: None,
            limit: None,
            offset: 0,
            open: Vec::new(),
            extras: Vec::new(),
            includes: Vec::new(),
            recursion: None,
            strict: false,
            sparing: false,
            at: Vec::new(),
        }
    }

    /// The least number of rows that have to be found before no more are needed.
    pub(crate) fn needed(&self) -> usize {
        self.limit.map_or(usize::MAX, |limit| self.offset.saturating_add(limit))
    }

    /// Whether rows are given as they are found, all that lie within offset and limit.
    pub(crate) fn is_plain(&self) -> bool {
        self.order.is_empty() && self.cursor.is_none() && self.distinct.is_none()
    }
}

/// Refuses what needs one table along a relation that leads to several.
fn one_table(catalog: &Catalog, relation: &RelationInfo) -> Result<()> {
    if !relation.is_polymorphic() {
        return Ok(());
    }
    let (relation, known) = (relation.name.clone(), catalog.member_tables(relation));
    Err(mistake(QueryMistake::PolymorphicFilter { relation, known }))
}

/// An error about a query that means nothing.
pub(crate) fn mistake(mistake: QueryMistake) -> Error {
    Error::new(ErrorKind::InvalidQuery(mistake))
}
