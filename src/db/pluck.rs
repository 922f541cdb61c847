//! Short ways to values, keys and batches.

use super::{Database, Snapshot};
use crate::document::Limits;
use crate::error::{Error, ErrorKind, FlatMistake, QueryMistake, Result};
use crate::exec;
use crate::filter::{Filter, Test, asc};
use crate::query::Query;
use crate::value::{FromValues, Key, Row};
use crate::view::Page;
use ecow::EcoString;
use std::ops::ControlFlow;

impl Query<Snapshot> {
    /// The values of some columns of each row: one column gives values, several give tuples. Filter,
    /// order, limit and the like are the query's.
    ///
    /// A path like `posts.title` follows a relation: a row gives a tuple for each row along it, and one
    /// of nulls where there is none. Extras can be plucked by their names.
    ///
    /// ```
    /// # use relata::{Column, Database, ForeignKey, Relation, Schema, Table, row};
    /// # let db = Database::new(Schema::new()
    /// #     .table(Table::new("users").column(Column::integer("id")).column(Column::text("name")).primary_key(["id"]))
    /// #     .table(Table::new("posts").column(Column::integer("id")).column(Column::text("title"))
    /// #         .column(Column::integer("user_id")).primary_key(["id"]))
    /// #     .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
    /// #     .relation(Relation::many("users", "posts", "posts")))?;
    /// # db.insert_many("users", vec![row! { id: 1, name: "Ann" }, row! { id: 2, name: "Bob" }])?;
    /// # db.insert_many("posts", vec![row! { id: 1, title: "Hello", user_id: 1 }])?;
    /// let names: Vec<String> = db.query("users").pluck(["name"])?;
    /// assert_eq!(names, ["Ann", "Bob"]);
    /// let pairs: Vec<(i64, Option<String>)> = db.query("users").pluck(["id", "posts.title"])?;
    /// assert_eq!(pairs, [(1, Some("Hello".to_owned())), (2, None)]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`all`](Query::all); `invalid_query` for values that the Rust type can't hold; `limit_exceeded` for
    /// more than 1,024 columns.
    pub fn pluck<T: FromValues>(&self, columns: impl IntoIterator<Item: Into<EcoString>>) -> Result<Vec<T>> {
        let columns: Vec<EcoString> = columns.into_iter().map(Into::into).collect();
        let tuples = exec::pluck(self.source.store(), self, &columns, Limits::none())?;
        let read = |values: Vec<_>| {
            T::from_values(&values).ok_or_else(|| {
                let name = EcoString::from(columns.join(", "));
                let holds = match values.as_slice() {
                    [value] => value.as_ref().kind(),
                    _ => "these values",
                };
                let mistake = QueryMistake::WrongRead { name, holds, wanted: std::any::type_name::<T>() };
                Error::new(ErrorKind::InvalidQuery(mistake))
            })
        };
        tuples.into_iter().map(read).collect()
    }

    /// The values of some columns of the first row; `None` when there is none.
    ///
    /// # Errors
    /// As [`pluck`](Query::pluck).
    pub fn pick<T: FromValues>(
        &self,
        columns: impl IntoIterator<Item: Into<EcoString>>,
    ) -> Result<Option<T>> {
        let mut first = self.clone();
        first.select.limit = Some(self.select.limit.unwrap_or(1).min(1));
        Ok(first.pluck(columns)?.into_iter().next())
    }

    /// The primary keys of the rows.
    ///
    /// # Errors
    /// As [`all`](Query::all); `invalid_query` for a table without a primary key.
    pub fn ids(&self) -> Result<Vec<Key>> {
        let columns = key_columns(&self.source, &self.table)?;
        let tuples = exec::pluck(self.source.store(), self, &columns, Limits::none())?;
        Ok(tuples.into_iter().map(|values| values.into_iter().collect()).collect())
    }

    /// The first row with these values, as a page of one or none. A null means is null.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("users").column(Column::integer("id"))
    /// #     .column(Column::text("email").unique()).primary_key(["id"])))?;
    /// # db.insert("users", row! { id: 7, email: "ann@x.org" })?;
    /// let page = db.query("users").find_by(row! { email: "ann@x.org" })?;
    /// assert_eq!(page.one()?.get::<i64>("id")?, 7);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`all`](Query::all); `invalid_query` for no values, which would mean any row.
    pub fn find_by(&self, values: Row) -> Result<Page> {
        if values.is_empty() {
            return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::AbsentFilter)));
        }
        let equal = |(name, input): (&EcoString, &crate::value::Input)| {
            let test = if input.is_null() {
                Test::Null(false)
            } else {
                Test::Compare(crate::filter::Comparison::Eq, input.clone().into())
            };
            Filter::Column { name: name.clone(), test }
        };
        self.clone().filter(Filter::all(values.iter().map(equal))).first()
    }
}

impl Database {
    /// Shows all rows that match a query, `size` at a time and by primary key ascending, until `show`
    /// breaks. Each batch is read when the one before is done, from the rows as they are then: whatever
    /// is changed in between, a row isn't shown twice, and one whose key is greater than those shown
    /// isn't missed.
    ///
    /// ```
    /// # use relata::{Column, Database, Query, Schema, Table, col, row};
    /// # let db = Database::new(Schema::new().table(Table::new("jobs").column(Column::integer("id").generated())
    /// #     .column(Column::boolean("done")).primary_key(["id"])))?;
    /// # db.insert_many("jobs", (0..5).map(|_| row! { done: false }).collect::<Vec<_>>())?;
    /// use std::ops::ControlFlow;
    /// db.in_batches(Query::of("jobs").filter(col("done").eq(false)), 2, |jobs| {
    ///     let ids: Vec<i64> = jobs.iter().map(|job| job.get("id")).collect::<Result<_, _>>()?;
    ///     db.update("jobs", col("id").is_in(ids), row! { done: true })?;
    ///     Ok(ControlFlow::Continue(()))
    /// })?;
    /// assert_eq!(db.query("jobs").filter(col("done").eq(true)).count()?, 5);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`all`](Query::all), and whatever `show` fails with; `invalid_query` for a query with an order,
    /// limit, offset, cursor or distinct of its own, for batches of no rows, and for a table without a
    /// primary key.
    pub fn in_batches(
        &self,
        query: Query,
        size: u64,
        mut show: impl FnMut(&Page) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let select = &query.select;
        let arranged = !select.order_by.is_empty()
            || select.limit.is_some()
            || select.limit_given.is_some()
            || select.offset > 0
            || select.offset_given.is_some()
            || select.cursor.is_some()
            || select.distinct.is_some();
        if arranged || size == 0 {
            return Err(FlatMistake::BatchesOrdered.into());
        }
        let columns = key_columns(&self.snapshot(), &query.table)?;
        let ordered = columns.iter().fold(query, |query, column| query.order_by(asc(column.clone())));
        let ordered = ordered.limit(size);
        let mut next = ordered.clone();
        loop {
            let page = next.on(&self.snapshot()).all()?;
            let Some(last) = page.iter().next_back() else { return Ok(()) };
            let cursor = last.key_row();
            if show(&page)?.is_break() {
                return Ok(());
            }
            next = ordered.clone().after(cursor);
        }
    }
}

/// The names of a table's primary key.
pub(crate) fn key_columns(snapshot: &Snapshot, table: &str) -> Result<Vec<EcoString>> {
    let info = snapshot.catalog().table(snapshot.catalog().table_id(table)?);
    let columns = info.column_names(info.primary_key());
    if columns.is_empty() {
        let mistake = QueryMistake::NoPrimaryKey { table: info.name.clone() };
        return Err(Error::new(ErrorKind::InvalidQuery(mistake)));
    }
    Ok(columns)
}
