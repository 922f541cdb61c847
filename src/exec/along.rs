//! Queries of the rows along a relation from one row.

use super::{Prepared, page, root};
use crate::document::Limits;
use crate::error::Result;
use crate::eval::fault;
use crate::plan::Plan;
use crate::query::Query;
use crate::view::{Along, Page};
use std::sync::Arc;

impl Query<Along<'_>> {
    fn plan(&self) -> Result<Plan> {
        Plan::along(self.source.store(), self, self.source.start())
    }

    /// The rows, in the relation's order and as often as it leads there: what an include gives.
    ///
    /// # Errors
    /// Names that don't exist, values of the wrong type, and whatever else makes a query mean nothing.
    pub fn all(&self) -> Result<Page> {
        page(self.source.store(), &Arc::new(self.plan()?), Limits::none())
    }

    /// The first row as a page of one or none; a limit of the query is taken as 1.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn first(&self) -> Result<Page> {
        let mut plan = self.plan()?;
        plan.root.limit = Some(plan.root.limit.unwrap_or(1).min(1));
        page(self.source.store(), &Arc::new(plan), Limits::none())
    }

    /// How many rows there are: limit, offset, cursor and distinct hold, and nothing is included. A relation
    /// to one row has at most one.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn count(&self) -> Result<u64> {
        let count = root::count(self.source.store(), &self.plan()?) as u64;
        fault::collect()?;
        let one = !self.source.is_many() && self.select.follows.is_empty();
        Ok(if one { count.min(1) } else { count })
    }

    /// Whether there is any row.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn exists(&self) -> Result<bool> {
        let exists = root::exists(self.source.store(), &self.plan()?);
        fault::collect().map(|()| exists)
    }

    /// This query with its names resolved, to be answered many times.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn prepare(&self) -> Result<Prepared> {
        Ok(Prepared::new(Arc::clone(self.source.store()), self.plan()?, Limits::none()))
    }

    /// In words: how the rows are found and how many are expected.
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn explain(&self) -> Result<String> {
        Ok(self.plan()?.explain(self.source.store()))
    }
}
