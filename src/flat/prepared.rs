//! Flat queries resolved once, and answered with whatever values their placeholders are given.

use super::plan::Planned;
use super::run::{Context, page};
use super::stream::blocks;
use super::{FlatPage, FlatQuery, FlatRow, Resolved};
use crate::document::Limits;
use crate::error::Result;
use crate::plan::{Placeholders, bound, given, note};
use crate::store::Store;
use crate::value::{Row, Type};
use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

/// A flat query whose names are resolved and whose types are checked, for one snapshot.
///
/// Its placeholders have the types of what they are compared with. How rows are found and joined is chosen
/// when it is prepared, for values as they are on average: a run looks their keys up and nothing else. Where
/// they have so many rows that it's faster to read all, that is done.
///
/// ```
/// # use relata::{Column, Database, Schema, Table, row};
/// # let db = Database::new(Schema::new().table(Table::new("users").column(Column::integer("id"))
/// #     .column(Column::text("name")).primary_key(["id"])))?;
/// # db.insert_many("users", vec![row! { id: 1, name: "Ann" }, row! { id: 2, name: "Bob" }])?;
/// use relata::{col, placeholder};
/// let by_id = db.from("users").columns(["name"]).filter(col("id").eq(placeholder("id"))).prepare()?;
/// assert_eq!(by_id.run(row! { id: 2 })?.to_string(), r#"{name: "Bob"}"#);
/// assert_eq!(by_id.run(row! { id: "2" }).unwrap_err().to_string(), r#"expected integer, found "2""#);
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone)]
pub struct PreparedFlat {
    store: Arc<Store>,
    planned: Arc<Planned>,
    placeholders: Placeholders,
    limits: Limits,
}

impl PreparedFlat {
    pub(crate) fn new<S>(store: &Arc<Store>, query: &FlatQuery<S>, limits: Limits) -> Result<PreparedFlat> {
        let resolved = Resolved::new(store.catalog(), query)?;
        let mut placeholders = Placeholders::new();
        resolved.placeholders(&mut |name, ty| note(&mut placeholders, name, ty));
        let planned = Arc::new(Planned::new(store, resolved));
        Ok(PreparedFlat { store: Arc::clone(store), planned, placeholders, limits })
    }

    /// The placeholders and their types, in the order they are met.
    pub fn placeholders(&self) -> impl ExactSizeIterator<Item = (&str, &Type)> {
        self.placeholders.iter().map(|(name, ty)| (name.as_str(), ty))
    }

    /// The rows, with these values in the place of the placeholders.
    ///
    /// # Errors
    /// `invalid_query` for a placeholder without a value or a value without a placeholder,
    /// `type_mismatch` for a value of another type, and whatever an expression fails with.
    pub fn run(&self, values: Row) -> Result<FlatPage> {
        let planned = self.planned(&values)?;
        let mut context = Context::new(self.limits, None);
        page(&self.store, &planned, &mut context)
    }

    /// The rows of a query without placeholders.
    ///
    /// # Errors
    /// As [`run`](PreparedFlat::run).
    pub fn all(&self) -> Result<FlatPage> {
        self.run(Row::new())
    }

    /// Shows each row of a query without placeholders, in order, a block at a time until `show` breaks:
    /// faster than [`all`](PreparedFlat::all), and in no more memory than a block where rows are neither
    /// ordered, grouped, distinct nor united. O(rows).
    ///
    /// # Errors
    /// As [`run`](PreparedFlat::run); rows before the one that failed may have been shown.
    pub fn each_until(&self, mut show: impl FnMut(FlatRow<'_>) -> ControlFlow<()>) -> Result<()> {
        self.each_block(|block| {
            block.read_ahead();
            Ok(block.iter().try_for_each(&mut show))
        })
    }

    /// Shows the rows of a query without placeholders in order, a page of about a thousand at a time, until
    /// `show` breaks: the fastest way to many rows, read column by column. A query that is ordered, grouped,
    /// distinct or united gives all its rows as one page; nothing else is kept. O(rows).
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("items").column(Column::integer("id"))
    /// #     .column(Column::text("name")).primary_key(["id"])))?;
    /// # db.insert_many("items", vec![row! { id: 1, name: "tea" }, row! { id: 2, name: "salt" }])?;
    /// use std::ops::ControlFlow;
    /// let mut letters = 0;
    /// db.from("items").columns(["name"]).each_block(|page| {
    ///     letters += page.column::<&str>("name")?.iter().map(|name| name.len()).sum::<usize>();
    ///     Ok(ControlFlow::Continue(()))
    /// })?;
    /// assert_eq!(letters, 7);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](PreparedFlat::run), and whatever `show` fails with.
    pub fn each_block(&self, mut show: impl FnMut(&FlatPage) -> Result<ControlFlow<()>>) -> Result<()> {
        let planned = self.planned(&Row::new())?;
        let mut context = Context::new(self.limits, None);
        blocks(&self.store, &planned, &mut context, &mut show)
    }

    /// As [`each_until`](PreparedFlat::each_until), for all rows.
    ///
    /// # Errors
    /// As [`each_until`](PreparedFlat::each_until).
    pub fn each(&self, mut show: impl FnMut(FlatRow<'_>)) -> Result<()> {
        self.each_until(|row| {
            show(row);
            ControlFlow::Continue(())
        })
    }

    /// In words: how rows are found and joined, and how many are expected.
    ///
    /// # Errors
    /// As [`run`](PreparedFlat::run) for its values.
    pub fn explain(&self, values: Row) -> Result<String> {
        Ok(self.planned(&values)?.explain(&self.store, None))
    }

    /// As [`explain`](PreparedFlat::explain), with what was found and how long it took by a clock of
    /// nanoseconds.
    pub(crate) fn analyze(&self, values: &Row, clock: &dyn Fn() -> i128) -> Result<String> {
        let planned = self.planned(values)?;
        let mut context = Context::new(self.limits, Some(clock));
        let start = clock();
        let found = page(&self.store, &planned, &mut context)?;
        let total = (found.len(), clock() - start);
        let mut text = planned.explain(&self.store, Some(&context.stats));
        text.push_str(&crate::plan::total(total));
        Ok(text)
    }

    fn planned(&self, values: &Row) -> Result<Cow<'_, Planned>> {
        given(&self.placeholders, values)?;
        if self.placeholders.is_empty() {
            return Ok(Cow::Borrowed(&*self.planned));
        }
        let mut planned = Planned::clone(&self.planned);
        planned.bind(&self.store, &|name, ty| bound(values, name, ty))?;
        Ok(Cow::Owned(planned))
    }
}

impl fmt::Debug for PreparedFlat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedFlat").field("placeholders", &self.placeholders).finish_non_exhaustive()
    }
}
