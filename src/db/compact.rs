//! Choosing where rows lie.

use super::Database;
use crate::catalog::Hop;
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::store::Store;

impl Database {
    /// Lays the rows of a table next to those that belong to the same row along `relation`: comments of one
    /// post beside each other, in the order in which the posts lie. Walks to the children of many parents are
    /// two to four times faster then, where children came in any order. Nothing else changes: insertion order is
    /// what queries show, and what is saved.
    ///
    /// Rows that are inserted later come after all others and lie apart from their siblings until this is
    /// asked for again, and so do rows that go to another parent. What shows all rows of a clustered table
    /// in insertion order reads it in leaps and takes up to four times as long, and it holds eight bytes more a row. It is one statement: O(rows x (columns + indexes + relations)),
    /// ordered indexes O(rows log rows), with the old rows beside the new until it is over. Readers don't
    /// wait for it.
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let db = Database::new(Schema::new()
    /// #     .table(Table::new("posts").column(Column::integer("id")).primary_key(["id"]))
    /// #     .table(Table::new("comments").column(Column::integer("id")).column(Column::integer("post_id"))
    /// #         .primary_key(["id"]))
    /// #     .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
    /// #     .relation(Relation::many("posts", "comments", "comments")))?;
    /// db.insert_many("posts", (0..100).map(|n| row! { id: n }).collect())?;
    /// db.insert_many("comments", (0..1_000).map(|n| row! { id: n, post_id: n % 100 }).collect())?;
    /// db.compact_by("comments", "post")?;
    /// let ids: Vec<i64> = db.query("comments").limit(3).pluck(["id"])?;
    /// assert_eq!(ids, [0, 1, 2]);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_table`, `unknown_relation`; `invalid_query` for a relation that doesn't lead to one row by the
    /// table's own key.
    pub fn compact_by(&self, table: &str, relation: &str) -> Result<()> {
        let catalog = self.catalog();
        let info = catalog.table(catalog.table_id(table)?);
        let asked = info.relation(info.relation_id(relation)?);
        let [Hop::ToParent(edge)] = asked.hops.as_slice() else {
            let owned =
                info.relations.iter().filter(|other| matches!(other.hops.as_slice(), [Hop::ToParent(_)]));
            let known = owned.map(|other| other.name.clone()).collect();
            let (table, relation) = (info.name.clone(), asked.name.clone());
            return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::NotOwned {
                table,
                relation,
                known,
            })));
        };
        let mut transaction = self.begin()?;
        let mut store = Store::clone(transaction.store());
        store.cluster(*edge);
        transaction.replace(store);
        transaction.commit()
    }
}
