//! Queries resolved and planned once, to be answered in one go, streamed, or over and over by key.

use super::reach::found;
use super::{Runner, each, page};
use crate::document::Limits;
use crate::error::Result;
use crate::eval::fault;
use crate::id::{IndexId, Slot};
use crate::plan::{Placeholders, Plan, given};
use crate::store::Store;
use crate::value::{KeyRef, Row, Type};
use crate::view::{Page, RowView, Shape, TableRef};
use ecow::EcoString;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Keys whose rows are found together.
const KEYS: usize = 64;

/// A query with its names resolved and its access chosen, for one snapshot.
///
/// ```
/// # use relata::{Column, Database, ForeignKey, Relation, Schema, Table, row};
/// # let db = Database::new(Schema::new()
/// #     .table(Table::new("authors").column(Column::integer("id")).column(Column::text("name"))
/// #         .primary_key(["id"]))
/// #     .table(Table::new("books").column(Column::integer("id")).column(Column::text("title"))
/// #         .column(Column::integer("author_id")).primary_key(["id"])
/// #         .foreign_key(ForeignKey::new(["author_id"], "authors")))
/// #     .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]))
/// #     .relation(Relation::many("authors", "books", "books")))?;
/// # db.insert("authors", row! { id: 1, name: "Frank" })?;
/// # db.insert("books", row! { id: 7, title: "Dune", author_id: 1 })?;
/// let prepared = db.query("authors").include("books", |books| books.columns(["title"])).prepare()?;
/// prepared.each(|author| println!("{author}"))?;
///
/// let mut by_key = prepared.by_key();
/// let frank = by_key.get(1)?;
/// assert_eq!(frank.unwrap().to_string(), r#"{id: 1, name: "Frank", books: [{title: "Dune"}]}"#);
/// assert!(by_key.get(2)?.is_none());
/// # Ok::<(), relata::Error>(())
/// ```
pub struct Prepared {
    store: Arc<Store>,
    plan: Arc<Plan>,
    limits: Limits,
    placeholders: Placeholders,
}

impl Prepared {
    pub(crate) fn new(store: Arc<Store>, plan: Plan, limits: Limits) -> Prepared {
        let placeholders = if plan.unbound.is_some() { plan.placeholders() } else { Placeholders::new() };
        Prepared { store, plan: Arc::new(plan), limits, placeholders }
    }

    /// The placeholders and their types, in the order they are met. A query with any answers only what
    /// [`bind`](Prepared::bind) gives.
    pub fn placeholders(&self) -> Vec<(EcoString, Type)> {
        self.placeholders.clone()
    }

    /// This query with values in the place of its placeholders. Names, types and the index or relation that
    /// rows are found by were looked at when it was prepared, for values as they are on average: only the
    /// keys are looked up now. Where they have so many rows that it's faster to read all, that is done.
    /// O(query).
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("users").column(Column::integer("id"))
    /// #     .column(Column::text("name")).primary_key(["id"])))?;
    /// # db.insert_many("users", vec![row! { id: 1, name: "Ann" }, row! { id: 2, name: "Bob" }])?;
    /// use relata::{col, placeholder};
    /// let by_id = db.query("users").filter(col("id").eq(placeholder("id"))).prepare()?;
    /// assert_eq!(by_id.bind(row! { id: 2 })?.all()?.one()?.get::<&str>("name")?, "Bob");
    /// assert_eq!(by_id.all().unwrap_err().to_string(), "the placeholder `id` has no value");
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_query` for a placeholder without a value or a value without a placeholder,
    /// `type_mismatch` for a value of another type.
    pub fn bind(&self, values: Row) -> Result<Prepared> {
        given(&self.placeholders, &values)?;
        let (store, limits) = (Arc::clone(&self.store), self.limits);
        if self.placeholders.is_empty() {
            return Ok(Prepared {
                store,
                plan: Arc::clone(&self.plan),
                limits,
                placeholders: Placeholders::new(),
            });
        }
        Ok(Prepared::new(store, self.plan.bind(&self.store, &values)?, limits))
    }

    /// The columns and relations of the rows it gives, to be resolved once for a loop.
    pub fn shape(&self) -> Shape<'_> {
        Shape::new(&self.store, &self.plan.root)
    }

    /// All rows, with everything included.
    ///
    /// # Errors
    /// `limit_exceeded` for more rows than are allowed.
    pub fn all(&self) -> Result<Page> {
        page(&self.store, &self.plan, self.limits)
    }

    /// Shows each row in order, a few at a time in buffers that are used again: faster than
    /// [`all`](Prepared::all), and in no more memory than the rows of a few.
    ///
    /// # Errors
    /// `limit_exceeded` for more rows than are allowed.
    pub fn each(&self, mut show: impl FnMut(RowView<'_>)) -> Result<()> {
        self.each_until(|row| {
            show(row);
            ControlFlow::Continue(())
        })
    }

    /// As [`each`](Prepared::each), until `show` breaks.
    ///
    /// # Errors
    /// `limit_exceeded` for more rows than are allowed.
    pub fn each_until(&self, show: impl FnMut(RowView<'_>) -> ControlFlow<()>) -> Result<()> {
        each(&self.store, &self.plan, self.limits, show)
    }

    /// Answers the query for one row after the other, got by primary key, in buffers that are used
    /// again. The query's filter and includes hold; its order, limit and the rest don't matter.
    pub fn by_key(&self) -> ByKey<'_> {
        let index = self.store.catalog().table(self.plan.root.table).primary_key;
        self.by(index)
    }

    /// As [`by_key`](Prepared::by_key), by the columns of a unique constraint.
    ///
    /// # Errors
    /// `unknown_column`, and `invalid_query` for columns that aren't unique in this order.
    pub fn by_unique<'n>(&self, columns: impl IntoIterator<Item = &'n str>) -> Result<ByKey<'_>> {
        let table = TableRef::new(&self.store, self.plan.root.table);
        Ok(self.by(Some(table.unique(columns)?.index())))
    }

    fn by(&self, index: Option<IndexId>) -> ByKey<'_> {
        let runner = Runner::new(&self.store, &self.plan, self.limits);
        ByKey { prepared: self, index, runner, among: None }
    }

    /// In words: how the rows are found and how many are expected.
    pub fn explain(&self) -> String {
        self.plan.explain(&self.store)
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

/// A [`Prepared`] query answered by key. Made by [`Prepared::by_key`] and [`Prepared::by_unique`].
pub struct ByKey<'q> {
    prepared: &'q Prepared,
    index: Option<IndexId>,
    runner: Runner<'q>,
    /// Once a key was asked for: the rows that the plan's access finds ahead, ascending, if it does. What
    /// is left of the filter is asked only of these.
    among: Option<Option<Vec<Slot>>>,
}

impl ByKey<'_> {
    /// The row with this key and all that is included; `None` when there is none, or it doesn't pass the
    /// filter. O(rows included).
    ///
    /// # Errors
    /// `limit_exceeded` for more rows than are allowed, and what an expression fails with.
    pub fn get<'k>(&mut self, key: impl Into<KeyRef<'k>>) -> Result<Option<RowView<'_>>> {
        self.find_ahead()?;
        let table = self.prepared.store.table(self.prepared.plan.root.table);
        let slot = self.index.and_then(|index| table.find(index, key)).and_then(Slot::some);
        let slot = slot.filter(|slot| self.is_among(*slot));
        slot.map_or(Ok(None), |slot| self.runner.row(slot))
    }

    /// Shows the row of each key with all that is included, in the order of the keys; `None` for a key
    /// without a row, or whose row doesn't pass the filter. O(rows included), and several times faster than
    /// one by one where rows are far apart in memory.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("users").column(Column::integer("id"))
    /// #     .column(Column::text("email").unique()).primary_key(["id"])))?;
    /// # db.insert_many("users", vec![row! { id: 1, email: "a@x.org" }, row! { id: 2, email: "b@x.org" }])?;
    /// let users = db.query("users").prepare()?;
    /// let (mut ids, id) = (Vec::new(), users.shape().column("id")?);
    /// users.by_unique(["email"])?.each(["b@x.org", "c@x.org"], |user| {
    ///     ids.push(user.and_then(|user| id.integer(user)));
    /// })?;
    /// assert_eq!(ids, [Some(2), None]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `limit_exceeded` for more rows than are allowed, and what an expression fails with.
    pub fn each<'k, K: Into<KeyRef<'k>>>(
        &mut self,
        keys: impl IntoIterator<Item = K>,
        mut show: impl FnMut(Option<RowView<'_>>),
    ) -> Result<()> {
        self.find_ahead()?;
        let table = self.prepared.store.table(self.prepared.plan.root.table);
        let mut keys = keys.into_iter().map(Into::into);
        let (mut block, mut slots) = (Vec::with_capacity(KEYS), Vec::with_capacity(KEYS));
        loop {
            block.clear();
            block.extend(keys.by_ref().take(KEYS));
            if block.is_empty() {
                return Ok(());
            }
            slots.clear();
            match self.index {
                Some(index) => table.find_many(index, &block, &mut slots),
                None => slots.resize(block.len(), Slot::NONE),
            }
            if let Some(Some(_)) = self.among {
                slots.iter_mut().filter(|slot| !self.is_among(**slot)).for_each(|slot| *slot = Slot::NONE);
            }
            self.runner.rows(&slots, &mut show)?;
        }
    }

    /// Finds the rows that the plan's access finds ahead, the first time.
    fn find_ahead(&mut self) -> Result<()> {
        if self.among.is_none() {
            let mut among = found(&self.prepared.store, &self.prepared.plan, usize::MAX);
            fault::collect()?;
            if let Some(slots) = &mut among {
                slots.sort_unstable();
            }
            self.among = Some(among);
        }
        Ok(())
    }

    fn is_among(&self, slot: Slot) -> bool {
        self.among.as_ref().and_then(Option::as_ref).is_none_or(|among| among.binary_search(&slot).is_ok())
    }
}
