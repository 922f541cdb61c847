//! Walking on: recursive includes, sets followed to sets, and strictness about what wasn't included.

use super::{Depth, Follow, Query};
use ecow::EcoString;

impl<S> Query<S> {
    /// Of an include whose relation leads back to its own table: repeats it from the rows it finds,
    /// under the same name, until there are no more. Filter, order, limit and what is included hold at
    /// every level.
    ///
    /// A row that stands above itself already isn't entered again: it is given without the relation.
    /// More than 256 levels are refused with `limit_exceeded`. Where many ways lead to one row, it is
    /// given at the end of each: name a depth for a dense graph.
    ///
    /// After [`follow`](Query::follow), the relation is followed again and again: all rows that it leads
    /// to in any number of steps, each once, whatever their number. Filters are asked of them afterwards.
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("categories")
    /// #     .column(Column::integer("id")).column(Column::integer("parent_id").nullable())
    /// #     .primary_key(["id"]))
    /// #     .relation(Relation::one("categories", "parent", "categories").from(["parent_id"]).to(["id"])
    /// #         .alias("tree"))
    /// #     .relation(Relation::many("categories", "children", "categories").alias("tree")))?;
    /// # db.insert_many("categories", vec![row! { id: 1 }, row! { id: 2, parent_id: 1 },
    /// #     row! { id: 3, parent_id: 2 }])?;
    /// let page = db.query("categories").filter(relata::col("id").eq(1)).columns(["id"])
    ///     .include("children", |children| children.columns(["id"]).recursive())
    ///     .all()?;
    /// assert_eq!(
    ///     serde_json::to_string(&page).unwrap(),
    ///     r#"[{"id":1,"children":[{"id":2,"children":[{"id":3,"children":[]}]}]}]"#,
    /// );
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn recursive(mut self) -> Self {
        self.select.recursive = Some(Depth::Exhausted);
        self
    }

    /// As [`recursive`](Query::recursive), for this many levels or steps: 1 is the include alone. Rows of
    /// the last level are given without the relation.
    pub fn recursive_to(mut self, levels: u64) -> Self {
        self.select.recursive = Some(Depth::Levels(levels));
        self
    }

    /// Goes on to the rows that `relation` leads to from any of the rows asked for so far: each once,
    /// in insertion order. What is called afterwards is asked of those.
    ///
    /// Filter, order, limit and so on of the rows before hold; they can't include anything, as they
    /// aren't in the result. O(rows reached).
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let id = |name: &str| Table::new(name).column(Column::integer("id")).primary_key(["id"]);
    /// # let db = Database::new(Schema::new().table(id("users"))
    /// #     .table(id("posts").column(Column::integer("user_id")).column(Column::integer("year")))
    /// #     .table(id("comments").column(Column::integer("post_id")).column(Column::integer("user_id")))
    /// #     .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
    /// #     .relation(Relation::many("users", "posts", "posts"))
    /// #     .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
    /// #     .relation(Relation::many("posts", "comments", "comments"))
    /// #     .relation(Relation::one("comments", "author", "users").from(["user_id"]).to(["id"])))?;
    /// # db.insert_many("users", vec![row! { id: 1 }, row! { id: 2 }, row! { id: 3 }])?;
    /// # db.insert_many("posts", vec![row! { id: 1, user_id: 1, year: 2024 }])?;
    /// # db.insert_many("comments", vec![row! { id: 1, post_id: 1, user_id: 3 },
    /// #     row! { id: 2, post_id: 1, user_id: 2 }, row! { id: 3, post_id: 1, user_id: 3 }])?;
    /// use relata::col;
    /// // Who commented on what user 1 wrote in 2024?
    /// let commenters = db.query("users").filter(col("id").eq(1))
    ///     .follow("posts").filter(col("year").eq(2024))
    ///     .follow("comments").follow("author")
    ///     .all()?;
    /// assert_eq!(serde_json::to_string(&commenters).unwrap(), r#"[{"id":2},{"id":3}]"#);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn follow(mut self, relation: impl Into<EcoString>) -> Self {
        let mut before = std::mem::take(&mut self.select);
        let mut follows = std::mem::take(&mut before.follows);
        self.select.strict = before.strict;
        follows.push(Follow { select: before, relation: relation.into() });
        self.select.follows = follows;
        self
    }

    /// Refuses to walk on from these rows, and from those included with them, along a relation that
    /// wasn't included: the error names the include to add.
    ///
    /// [`Builder::strict_loading`](crate::Builder::strict_loading) is the same for a whole database.
    pub fn strict_loading(mut self) -> Self {
        self.select.strict = true;
        self
    }
}
