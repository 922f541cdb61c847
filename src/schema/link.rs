//! Foreign keys and relations as Rust declares them.

use super::build::names;
use super::{Action, CounterCache, Dependent, ForeignKey, Relation, Through};
use crate::filter::{Filter, OrderBy};
use ecow::EcoString;

/// The column that a touch writes unless it's told another.
pub(crate) const UPDATED_AT: &str = "updated_at";

impl ForeignKey {
    /// A foreign key over `columns` that references the primary key of `table`.
    ///
    /// ```
    /// use relata::{Action, ForeignKey};
    /// let key = ForeignKey::new(["country", "code"], "regions")
    ///     .references(["country", "code"])
    ///     .on_delete(Action::SetNull)
    ///     .deferrable();
    /// assert_eq!(key.table, "regions");
    /// ```
    pub fn new<I: IntoIterator<Item: Into<EcoString>>>(
        columns: I,
        table: impl Into<EcoString>,
    ) -> ForeignKey {
        ForeignKey { columns: names(columns), table: table.into(), ..ForeignKey::default() }
    }

    /// This key, which references these columns instead of the primary key.
    #[must_use]
    pub fn references<I: IntoIterator<Item: Into<EcoString>>>(self, columns: I) -> ForeignKey {
        ForeignKey { references: names(columns), ..self }
    }

    /// This key under a name.
    #[must_use]
    pub fn named(self, name: impl Into<EcoString>) -> ForeignKey {
        ForeignKey { name: Some(name.into()), ..self }
    }

    /// This key with what happens when the referenced row goes.
    #[must_use]
    pub fn on_delete(self, action: Action) -> ForeignKey {
        ForeignKey { on_delete: action, ..self }
    }

    /// This key with what happens when the referenced key changes.
    #[must_use]
    pub fn on_update(self, action: Action) -> ForeignKey {
        ForeignKey { on_update: action, ..self }
    }

    /// This key, checked at commit instead of at the end of the statement.
    #[must_use]
    pub fn deferrable(self) -> ForeignKey {
        ForeignKey { deferrable: true, ..self }
    }
}

impl Relation {
    /// A relation of `source` that leads to one row of `target`, or none.
    ///
    /// Declare it with `from` and `to` on the side that holds the key. Without them it is the
    /// reverse side, whose columns come from the relation that leads back.
    ///
    /// ```
    /// use relata::{Relation, desc};
    /// let author = Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]);
    /// let books = Relation::many("authors", "books", "books").order_by(desc("year"));
    /// assert!(books.from.is_empty() && author.from == ["author_id"]);
    /// ```
    pub fn one(
        source: impl Into<EcoString>,
        name: impl Into<EcoString>,
        target: impl Into<EcoString>,
    ) -> Relation {
        Relation::new(source.into(), name.into(), target.into(), false)
    }

    /// A relation of `source` that leads to any number of rows of `target`.
    ///
    /// ```
    /// use relata::Relation;
    /// let groups = Relation::many("users", "groups", "groups")
    ///     .from(["id"])
    ///     .through("memberships", ["user_id"], ["group_id"])
    ///     .to(["id"]);
    /// assert!(groups.many);
    /// ```
    pub fn many(
        source: impl Into<EcoString>,
        name: impl Into<EcoString>,
        target: impl Into<EcoString>,
    ) -> Relation {
        Relation::new(source.into(), name.into(), target.into(), true)
    }

    pub(super) fn new(source: EcoString, name: EcoString, target: EcoString, many: bool) -> Relation {
        Relation {
            source,
            name,
            target,
            many,
            kind: None,
            polymorphic: None,
            as_: None,
            from: Vec::new(),
            to: Vec::new(),
            through: None,
            chain: Vec::new(),
            through_source: None,
            source_type: None,
            inverse: None,
            alias: None,
            filter: None,
            order_by: Vec::new(),
            distinct: false,
            optional: None,
            counter_cache: None,
            touch: None,
            dependent: None,
            nested: None,
        }
    }

    /// This relation, starting from these columns of the source.
    #[must_use]
    pub fn from<I: IntoIterator<Item: Into<EcoString>>>(self, columns: I) -> Relation {
        Relation { from: names(columns), ..self }
    }

    /// This relation, leading to these columns of the target.
    #[must_use]
    pub fn to<I: IntoIterator<Item: Into<EcoString>>>(self, columns: I) -> Relation {
        Relation { to: names(columns), ..self }
    }

    /// This relation by way of a junction: `from` are its columns that hold the source's key, `to`
    /// those that hold the target's.
    #[must_use]
    pub fn through<I, J>(self, table: impl Into<EcoString>, from: I, to: J) -> Relation
    where
        I: IntoIterator<Item: Into<EcoString>>,
        J: IntoIterator<Item: Into<EcoString>>,
    {
        Relation { through: Some(Through { table: table.into(), from: names(from), to: names(to) }), ..self }
    }

    /// This relation by way of other relations, one after the other: the first is one of the source,
    /// each further one is of the table that the one before it leads to, and the last leads to the
    /// target. Each may lead to one row or to many, and follow a chain itself.
    ///
    /// A row that is reached twice is there twice; [`distinct`](crate::Query::distinct) keeps one.
    ///
    /// ```
    /// use relata::Relation;
    /// let patients = Relation::many("doctors", "patients", "patients")
    ///     .through_relations(["appointments", "patient"]);
    /// assert_eq!(patients.chain, ["appointments", "patient"]);
    /// ```
    #[must_use]
    pub fn through_relations<I: IntoIterator<Item: Into<EcoString>>>(self, relations: I) -> Relation {
        Relation { chain: names(relations), ..self }
    }

    /// This relation with an alias, which tells it apart from others between the two tables. The
    /// reverse side has the same.
    #[must_use]
    pub fn alias(self, alias: impl Into<EcoString>) -> Relation {
        Relation { alias: Some(alias.into()), ..self }
    }

    /// This relation, leading to matching rows of the target only. The reverse side starts from
    /// those only.
    #[must_use]
    pub fn filter(self, filter: Filter) -> Relation {
        let filter = match self.filter {
            Some(first) => first.and(filter),
            None => filter,
        };
        Relation { filter: Some(filter), ..self }
    }

    /// This relation with its rows in an order; further calls break ties.
    #[must_use]
    pub fn order_by(mut self, order: impl Into<OrderBy>) -> Relation {
        self.order_by.push(order.into());
        self
    }

    /// This to-one relation, which may or may not lead nowhere. By default a required foreign key
    /// says that it can't. Foreign keys guard writes, not this; but for a polymorphic relation, which can't
    /// have one, `false` is the guard: a row needs a type that is one of its own and a key that matches.
    #[must_use]
    pub fn optional(self, optional: bool) -> Relation {
        Relation { optional: Some(optional), ..self }
    }

    /// This relation to many with a column of the source that always holds how many rows there are.
    /// It's an integer, not null and 0 by default; only the store writes it. A filter of the relation
    /// counts too. On a relation to a parent, which has no filter then, it's a column of the parent that
    /// holds how many rows of the source it has.
    ///
    /// ```
    /// use relata::{Column, Database, ForeignKey, Relation, Schema, Table, Value, row};
    ///
    /// let db = Database::new(
    ///     Schema::new()
    ///         .table(Table::new("users").column(Column::integer("id").generated())
    ///             .column(Column::integer("posts_count").default(0)).primary_key(["id"]))
    ///         .table(Table::new("posts").column(Column::integer("id").generated())
    ///             .column(Column::integer("user_id")).primary_key(["id"])
    ///             .foreign_key(ForeignKey::new(["user_id"], "users")))
    ///         .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
    ///         .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count")),
    /// )?;
    /// let ann = db.insert("users", row! {})?;
    /// db.insert_many("posts", vec![row! { user_id: &ann }, row! { user_id: &ann }])?;
    /// assert_eq!(db.snapshot().get("users", 1)?.unwrap().get::<i64>("posts_count")?, 2);
    ///
    /// let error = db.update("users", ann, row! { posts_count: 7 }).unwrap_err();
    /// assert_eq!(error.to_string(), "`posts_count` can't be written by hand: it counts the rows of `users.posts`");
    /// # Ok::<(), relata::Error>(())
    /// ```
    #[must_use]
    pub fn counter_cache(self, column: impl Into<EcoString>) -> Relation {
        Relation { counter_cache: Some(CounterCache { column: column.into(), filter: None }), ..self }
    }

    /// As [`counter_cache`](Relation::counter_cache), for those of its rows that match.
    #[must_use]
    pub fn counter_cache_where(self, column: impl Into<EcoString>, filter: Filter) -> Relation {
        Relation { counter_cache: Some(CounterCache { column: column.into(), filter: Some(filter) }), ..self }
    }

    /// This relation to a parent, whose `updated_at` (or `updatedAt`, where it has that) gets the time
    /// of the statement whenever a row of the source comes, changes or goes; and so on up the touches of
    /// the parent.
    #[must_use]
    pub fn touch(self) -> Relation {
        self.touch_column(UPDATED_AT)
    }

    /// As [`touch`](Relation::touch), for another column of the parent.
    #[must_use]
    pub fn touch_column(self, column: impl Into<EcoString>) -> Relation {
        Relation { touch: Some(column.into()), ..self }
    }

    /// This relation with what becomes of its rows when a row of the source is destroyed. Along a
    /// junction it's the rows of the junction that go; a filter of the relation says which do.
    ///
    /// ```
    /// use relata::{Column, Database, Dependent, Relation, Rows, Schema, Table, row};
    ///
    /// let db = Database::new(
    ///     Schema::new()
    ///         .table(Table::new("users").column(Column::integer("id").generated()).primary_key(["id"]))
    ///         .table(Table::new("posts").column(Column::integer("user_id")))
    ///         .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
    ///         .relation(Relation::many("users", "posts", "posts").dependent(Dependent::Destroy)),
    /// )?;
    /// let ann = db.insert("users", row! {})?;
    /// db.insert("posts", row! { user_id: &ann })?;
    /// db.destroy("users", ann)?;
    /// assert_eq!(db.query("posts").count()?, 0);
    /// # Ok::<(), relata::Error>(())
    /// ```
    #[must_use]
    pub fn dependent(self, dependent: Dependent) -> Relation {
        Relation { dependent: Some(dependent), ..self }
    }
}
