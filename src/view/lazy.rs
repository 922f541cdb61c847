//! A relation of one row as a query, before any of its rows is read.

use super::row::{RowView, index_of};
use super::table::RowRef;
use crate::catalog::{RelationInfo, TableInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::eval;
use crate::id::{RelationId, Slot, TableId};
use crate::query::Query;
use crate::store::Store;
use ecow::EcoString;
use std::fmt;
use std::sync::Arc;

/// Answers a [`Query`] of the rows that a relation leads to from one row. Made by
/// [`RowRef::relation`] and [`RowView::relation`].
#[derive(Clone, Copy)]
pub struct Along<'s> {
    store: &'s Arc<Store>,
    table: TableId,
    relation: RelationId,
    slot: Slot,
}

impl<'s> Along<'s> {
    fn query(store: &'s Arc<Store>, table: TableId, name: &str, slot: Slot) -> Result<Query<Along<'s>>> {
        let info = store.catalog().table(table);
        let mut relation = info.relation(info.relation_id(name)?);
        if relation.is_polymorphic() {
            // A row leads to one of the tables; one that leads to none is given none.
            let members: Vec<_> =
                relation.members.iter().map(|member| info.relation(member.relation)).collect();
            let leads = |member: &&RelationInfo| !eval::along(store, member, slot).is_empty();
            let first = members.first().copied().unwrap_or(relation);
            relation = members.iter().copied().find(leads).unwrap_or(first);
        }
        let target = &store.catalog().table(relation.target).name;
        Ok(Query::of(target.clone()).bind(Along { store, table, relation: relation.id, slot }))
    }

    pub(crate) fn store(self) -> &'s Arc<Store> {
        self.store
    }

    /// The table, the relation and the row that it starts from.
    pub(crate) fn start(self) -> (TableId, RelationId, Slot) {
        (self.table, self.relation, self.slot)
    }

    /// Whether the relation leads to many rows.
    pub(crate) fn is_many(self) -> bool {
        self.store.catalog().table(self.table).relation(self.relation).many
    }
}

impl fmt::Debug for Along<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.store.catalog().table(self.table);
        write!(
            f,
            "{} of {:?}",
            info.relation(self.relation).name,
            RowRef::new(self.store, self.table, self.slot)
        )
    }
}

impl<'s> RowRef<'s> {
    /// The rows along a relation as a query: filtered, ordered, limited or counted before any is read.
    /// What it gives is what an include gives. O(1) until it's asked.
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let db = Database::new(Schema::new()
    /// #     .table(Table::new("users").column(Column::integer("id")).primary_key(["id"]))
    /// #     .table(Table::new("posts").column(Column::integer("id")).column(Column::integer("user_id"))
    /// #         .column(Column::int("year")).primary_key(["id"]))
    /// #     .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
    /// #     .relation(Relation::many("users", "posts", "posts")))?;
    /// # db.insert("users", row! { id: 1 })?;
    /// # db.insert_many("posts", vec![row! { id: 1, user_id: 1, year: 2020 },
    /// #     row! { id: 2, user_id: 1, year: 2024 }, row! { id: 3, user_id: 1, year: 2023 }])?;
    /// use relata::{col, desc};
    /// let snapshot = db.snapshot();
    /// let user = snapshot.get("users", 1)?.unwrap();
    /// let recent = user.relation("posts")?.filter(col("year").gt(2021));
    /// assert_eq!(recent.count()?, 2);
    /// let latest = recent.order_by(desc("year")).limit(1).all()?;
    /// assert_eq!(latest.one()?.get::<i64>("id")?, 2);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_relation`; `invalid_query` where the database loads strictly.
    pub fn relation(self, name: &str) -> Result<Query<Along<'s>>> {
        let query = Along::query(self.store, self.table, name, self.slot)?;
        if self.store.is_strict() {
            return Err(not_loaded(self.store.catalog().table(self.table), name, &[]));
        }
        Ok(query)
    }
}

impl<'p> RowView<'p> {
    /// The rows along a relation of its table as a query, whether or not the relation was included:
    /// see [`RowRef::relation`].
    ///
    /// # Errors
    /// `unknown_relation`; `invalid_query` for one that wasn't included where the query or the database
    /// loads strictly.
    pub fn relation(self, name: &str) -> Result<Query<Along<'p>>> {
        let query = Along::query(self.store, self.level.table, name, self.slot())?;
        let (_, relation, _) = query.source.start();
        let strict = self.level.strict || self.store.is_strict();
        let included = self.level.includes.iter().any(|include| include.relation == relation);
        if strict && !included && index_of(self.level, name).is_none() {
            return Err(not_loaded(self.info(), name, &self.level.at));
        }
        Ok(query)
    }
}

/// The error of walking on where loading is strict, with the path of the include to add: `at` are the
/// includes that lead to the row.
pub(super) fn not_loaded(info: &TableInfo, name: &str, at: &[EcoString]) -> Error {
    let wrong = QueryMistake::NotLoaded { relation: name.into(), table: info.name.clone() };
    let error = Error::new(ErrorKind::InvalidQuery(wrong)).at(name).at("with");
    at.iter().rev().fold(error, |error, include| error.at(include).at("with"))
}
