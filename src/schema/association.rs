//! Relations that find their tables and columns by name, as Rust declares them.

use super::{CounterCache, Polymorphic, PolymorphicType, Relation, RelationKind, Through};
use ecow::EcoString;

impl Relation {
    /// A relation of `source` to the one row whose key it holds. The table is the plural of its name, and
    /// the key's column `<name>_id` or `<name>Id`, whichever there is. [`target`](Relation::target),
    /// [`from`](Relation::from) and [`to`](Relation::to) say otherwise.
    ///
    /// ```
    /// use relata::{Catalog, Column, Relation, Schema, Table};
    /// let id = |name: &str| Table::new(name).column(Column::integer("id")).primary_key(["id"]);
    /// let schema = Schema::new()
    ///     .table(id("people"))
    ///     .table(id("line_items").column(Column::integer("person_id")).column(Column::integer("payer_id")))
    ///     .relation(Relation::belongs_to("line_items", "person"))
    ///     .relation(Relation::belongs_to("line_items", "payer").target("people"))
    ///     .relation(Relation::has_many("people", "line_items"));
    /// assert!(Catalog::try_from(schema).is_ok());
    /// ```
    pub fn belongs_to(source: impl Into<EcoString>, name: impl Into<EcoString>) -> Relation {
        Relation::of_kind(source.into(), name.into(), RelationKind::BelongsTo)
    }

    /// A relation of `source` to the one row that holds its key. The table is the plural of its name, and
    /// the key's column there that of the singular of `source`.
    pub fn has_one(source: impl Into<EcoString>, name: impl Into<EcoString>) -> Relation {
        Relation::of_kind(source.into(), name.into(), RelationKind::HasOne)
    }

    /// A relation of `source` to the rows that hold its key. The table has its name, and the key's column
    /// there is that of the singular of `source`: `users` are meant by `user_id` or `userId`.
    pub fn has_many(source: impl Into<EcoString>, name: impl Into<EcoString>) -> Relation {
        Relation::of_kind(source.into(), name.into(), RelationKind::HasMany)
    }

    /// A relation of `source` to the rows that a junction joins with it. The junction has the names of
    /// both tables, in either order (`posts_tags`), and a column for each key.
    ///
    /// ```
    /// use relata::{Catalog, Column, Relation, Schema, Table};
    /// let id = |name: &str| Table::new(name).column(Column::integer("id")).primary_key(["id"]);
    /// let schema = Schema::new()
    ///     .table(id("posts"))
    ///     .table(id("tags"))
    ///     .table(Table::new("posts_tags")
    ///         .column(Column::integer("post_id")).column(Column::integer("tag_id")))
    ///     .relation(Relation::many_to_many("posts", "tags"))
    ///     .relation(Relation::many_to_many("tags", "posts"));
    /// assert!(Catalog::try_from(schema).is_ok());
    /// ```
    pub fn many_to_many(source: impl Into<EcoString>, name: impl Into<EcoString>) -> Relation {
        Relation::of_kind(source.into(), name.into(), RelationKind::ManyToMany)
    }

    /// As [`many_to_many`](Relation::many_to_many).
    pub fn has_and_belongs_to_many(source: impl Into<EcoString>, name: impl Into<EcoString>) -> Relation {
        Relation::many_to_many(source, name)
    }

    /// A relation of `source` to one row of one of several tables: a type column says which, by default
    /// with the table's name. Its columns are `<name>_type` and `<name>_id`, or camelCase;
    /// [`from`](Relation::from) names others, the type column first. The tables are those with a relation
    /// [`as_`](Relation::as_) this one, unless [`types`](Relation::types) lists them.
    ///
    /// A row of another type, or without a key, leads nowhere. With
    /// [`optional(false)`](Relation::optional) it's refused.
    ///
    /// ```
    /// use relata::{Column, Database, Relation, Schema, Table, row};
    ///
    /// let id = |name: &str| Table::new(name).column(Column::integer("id").generated()).primary_key(["id"]);
    /// let db = Database::new(
    ///     Schema::new()
    ///         .table(id("posts"))
    ///         .table(id("photos"))
    ///         .table(id("comments").column(Column::text("commentable_type"))
    ///             .column(Column::integer("commentable_id")))
    ///         .relation(Relation::polymorphic("comments", "commentable"))
    ///         .relation(Relation::has_many("posts", "comments").as_("commentable"))
    ///         .relation(Relation::has_many("photos", "comments").as_("commentable")),
    /// )?;
    /// db.insert("photos", row! {})?;
    /// db.insert("comments", row! { commentable_type: "photos", commentable_id: 1 })?;
    /// let page = db.query("comments").include("commentable", |target| target).all()?;
    /// assert_eq!(page.first().unwrap().one("commentable")?.unwrap().table(), "photos");
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn polymorphic(source: impl Into<EcoString>, name: impl Into<EcoString>) -> Relation {
        let relation = Relation::of_kind(source.into(), name.into(), RelationKind::BelongsTo);
        Relation { polymorphic: Some(Polymorphic::default()), ..relation }
    }

    fn of_kind(source: EcoString, name: EcoString, kind: RelationKind) -> Relation {
        let many = matches!(kind, RelationKind::HasMany | RelationKind::ManyToMany);
        Relation { kind: Some(kind), ..Relation::new(source, name, EcoString::new(), many) }
    }

    /// This relation, leading to this table.
    #[must_use]
    pub fn target(self, table: impl Into<EcoString>) -> Relation {
        Relation { target: table.into(), ..self }
    }

    /// This polymorphic relation, leading to one of these tables too.
    #[must_use]
    pub fn types<I: IntoIterator<Item: Into<EcoString>>>(mut self, tables: I) -> Relation {
        let types = tables.into_iter().map(|table| PolymorphicType { label: None, table: table.into() });
        self.polymorphic.get_or_insert_with(Polymorphic::default).types.extend(types);
        self
    }

    /// This polymorphic relation, leading to `table` too, where `label` stands in the type column.
    #[must_use]
    pub fn type_label(mut self, label: impl Into<EcoString>, table: impl Into<EcoString>) -> Relation {
        let (label, table) = (label.into(), table.into());
        let label = Some(label).filter(|label| *label != table);
        self.polymorphic
            .get_or_insert_with(Polymorphic::default)
            .types
            .push(PolymorphicType { label, table });
        self
    }

    /// This relation as the other side of a polymorphic relation of the target. Where the target has
    /// none of that name, its columns `<name>_type` and `<name>_id` are meant.
    #[must_use]
    pub fn as_(self, name: impl Into<EcoString>) -> Relation {
        Relation { as_: Some(name.into()), ..self }
    }

    /// This relation as the other side of a relation of the target, by its name: instead of an alias, and
    /// on either side.
    #[must_use]
    pub fn inverse(self, name: impl Into<EcoString>) -> Relation {
        Relation { inverse: Some(name.into()), ..self }
    }

    /// This many-to-many relation through a junction whose columns are found by name.
    #[must_use]
    pub fn through_table(self, table: impl Into<EcoString>) -> Relation {
        Relation { through: Some(Through { table: table.into(), ..Through::default() }), ..self }
    }

    /// This relation through others, ending with the relation of this name. Without it, a chain that
    /// doesn't lead to the target goes on along the relation that has this one's name, or its singular.
    #[must_use]
    pub fn through_source(self, name: impl Into<EcoString>) -> Relation {
        Relation { through_source: Some(name.into()), ..self }
    }

    /// This relation through others of which the last is polymorphic: it leads to rows of this table.
    #[must_use]
    pub fn source_type(self, table: impl Into<EcoString>) -> Relation {
        Relation { source_type: Some(table.into()), ..self }
    }

    /// This relation, in which a row that is reached twice is there once: where it was reached first.
    #[must_use]
    pub fn distinct(self) -> Relation {
        Relation { distinct: true, ..self }
    }

    /// As [`counter_cache`](Relation::counter_cache), in the column `<name>_count` or `<name>Count`,
    /// whichever there is; of a relation to a parent, by the name of the source.
    #[must_use]
    pub fn counted(self) -> Relation {
        Relation { counter_cache: Some(CounterCache { column: EcoString::new(), filter: None }), ..self }
    }
}
