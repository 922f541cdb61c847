//! Flat queries of a database and its snapshots.

use super::{Database, Snapshot};
use crate::document::Limits;
use crate::error::Result;
use crate::flat::{FlatPage, FlatQuery, FlatRow, PreparedFlat, Source};
use crate::value::Row;
use std::ops::ControlFlow;

impl Database {
    /// A flat query from a table: joins, groups and expressions, over the rows as they are now.
    pub fn from(&self, source: impl Into<Source>) -> FlatQuery<Snapshot> {
        self.snapshot().from(source)
    }
}

impl Snapshot {
    /// A flat query from a table: joins, groups and expressions, over this state.
    pub fn from(&self, source: impl Into<Source>) -> FlatQuery<Snapshot> {
        FlatQuery::new(self.clone(), source.into())
    }
}

impl FlatQuery {
    /// This query, to be answered from a state of a database.
    pub fn on(self, snapshot: &Snapshot) -> FlatQuery<Snapshot> {
        self.bind(snapshot.clone())
    }
}

impl FlatQuery<Snapshot> {
    /// The rows. Without an order they come as the rows of the first table were inserted, for each of
    /// them as those of the second were, and so on; groups come as their first rows do.
    ///
    /// # Errors
    /// Names that don't exist or could be several, types that don't go together, and whatever an
    /// expression fails with.
    pub fn all(&self) -> Result<FlatPage> {
        self.prepare()?.all()
    }

    /// Shows each row in order, a block at a time in place of all at once: faster than
    /// [`all`](FlatQuery::all), and in no more memory than a block where rows are neither ordered,
    /// grouped, distinct nor united. O(rows).
    ///
    /// # Errors
    /// As [`all`](FlatQuery::all); rows before the one that failed may have been shown.
    pub fn each(&self, show: impl FnMut(FlatRow<'_>)) -> Result<()> {
        self.prepare()?.each(show)
    }

    /// Shows the rows in order, a page of about a thousand at a time, until `show` breaks: the fastest way to
    /// many rows, read column by column. See [`PreparedFlat::each_block`].
    ///
    /// # Errors
    /// As [`all`](FlatQuery::all), and whatever `show` fails with.
    pub fn each_block(&self, show: impl FnMut(&FlatPage) -> Result<ControlFlow<()>>) -> Result<()> {
        self.prepare()?.each_block(show)
    }

    /// This query with its names resolved and its types checked, to be answered many times.
    ///
    /// # Errors
    /// As [`all`](FlatQuery::all), but for what an expression fails with.
    pub fn prepare(&self) -> Result<PreparedFlat> {
        PreparedFlat::new(self.source.store(), self, Limits::none())
    }

    /// How many rows there are. O(rows).
    ///
    /// # Errors
    /// As [`all`](FlatQuery::all).
    pub fn count(&self) -> Result<u64> {
        Ok(self.all()?.len() as u64)
    }

    /// In words: how rows are found, joined and grouped, and how many are expected.
    ///
    /// # Errors
    /// As [`prepare`](FlatQuery::prepare).
    pub fn explain(&self) -> Result<String> {
        self.prepare()?.explain(Row::new())
    }

    /// Answers the query, and tells in words what each step has found and how long it took by the
    /// database's clock.
    ///
    /// # Errors
    /// As [`all`](FlatQuery::all).
    pub fn explain_analyze(&self) -> Result<String> {
        let clock = || (self.source.environment.clock)().as_nanosecond();
        self.prepare()?.analyze(&Row::new(), &clock)
    }
}
