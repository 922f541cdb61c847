//! Tables as Rust declares them.

use super::{Check, Column, DefaultValue, ForeignKey, Index, Relation, Schema, Table, Unique};
use crate::filter::Filter;
use crate::value::{Input, Type};
use ecow::EcoString;

/// The names in a list of them.
pub(super) fn names<I: IntoIterator<Item: Into<EcoString>>>(names: I) -> Vec<EcoString> {
    names.into_iter().map(Into::into).collect()
}

impl Schema {
    /// A schema without tables.
    pub fn new() -> Schema {
        Schema::default()
    }

    /// This schema with a table more.
    #[must_use]
    pub fn table(mut self, table: Table) -> Schema {
        self.tables.push(table);
        self
    }

    /// This schema with a relation more.
    #[must_use]
    pub fn relation(mut self, relation: Relation) -> Schema {
        self.relations.push(relation);
        self
    }
}

impl Table {
    /// A table without columns.
    ///
    /// ```
    /// use relata::{Action, Column, ForeignKey, Table, col};
    /// let books = Table::new("books")
    ///     .column(Column::integer("id").generated())
    ///     .column(Column::text("title"))
    ///     .column(Column::int("year").nullable())
    ///     .column(Column::integer("author_id"))
    ///     .primary_key(["id"])
    ///     .unique(["author_id", "title"])
    ///     .ordered_index("year")
    ///     .check("printed", col("year").gte(1450))
    ///     .foreign_key(ForeignKey::new(["author_id"], "authors").on_delete(Action::Cascade));
    /// assert_eq!(books.columns.len(), 4);
    /// ```
    pub fn new(name: impl Into<EcoString>) -> Table {
        Table { name: name.into(), ..Table::default() }
    }

    /// This table with a column more.
    #[must_use]
    pub fn column(mut self, column: Column) -> Table {
        self.columns.push(column);
        self
    }

    /// This table with these columns as its primary key.
    #[must_use]
    pub fn primary_key<I: IntoIterator<Item: Into<EcoString>>>(mut self, columns: I) -> Table {
        self.primary_key = names(columns);
        self
    }

    /// This table with a unique constraint: over a column, a list of them, or a named [`Unique`].
    #[must_use]
    pub fn unique(mut self, unique: impl Into<Unique>) -> Table {
        self.unique.push(unique.into());
        self
    }

    /// This table with a secondary index: over a column, a list of them, or an [`Index`].
    #[must_use]
    pub fn index(mut self, index: impl Into<Index>) -> Table {
        self.indexes.push(index.into());
        self
    }

    /// This table with a secondary index that also answers ranges and orders.
    #[must_use]
    pub fn ordered_index(self, index: impl Into<Index>) -> Table {
        self.index(index.into().ordered())
    }

    /// This table with a check constraint: rows of which the filter is false are refused.
    #[must_use]
    pub fn check(mut self, name: impl Into<EcoString>, filter: Filter) -> Table {
        self.checks.push(Check { name: Some(name.into()), filter });
        self
    }

    /// This table with a check constraint named after the table and its column.
    #[must_use]
    pub fn unnamed_check(mut self, filter: Filter) -> Table {
        self.checks.push(Check { name: None, filter });
        self
    }

    /// This table with a foreign key.
    #[must_use]
    pub fn foreign_key(mut self, foreign_key: ForeignKey) -> Table {
        self.foreign_keys.push(foreign_key);
        self
    }

    /// This table with a version column, for optimistic locking: it goes up by one with each change of
    /// a row, and a write that states another version than the row has is a `conflict`. It must be an
    /// integer, not null and 0 by default. Counters and touched times don't raise it: nobody can lose
    /// what is kept up. See [`Rows::at_version`](crate::Rows::at_version).
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, col, row};
    /// let posts = Table::new("posts").column(Column::integer("id").generated())
    ///     .column(Column::text("title")).column(Column::integer("lock_version").default(0))
    ///     .primary_key(["id"]).version("lock_version");
    /// let db = Database::new(Schema::new().table(posts))?;
    /// let key = db.insert("posts", row! { title: "Draft" })?;
    /// db.update("posts", key.clone(), row! { title: "Final", lock_version: 0 })?;
    /// let stale = db.update("posts", key, row! { title: "Mine", lock_version: 0 }).unwrap_err();
    /// assert_eq!(stale.to_string(), "posts 1 is at version 1 by now, not 0");
    /// # Ok::<(), relata::Error>(())
    /// ```
    #[must_use]
    pub fn version(self, column: impl Into<EcoString>) -> Table {
        Table { version: Some(column.into()), ..self }
    }
}

/// Declares a constructor for each type without parts.
macro_rules! columns {
    ($($name:ident => $ty:ident, $words:literal;)*) => {$(
        #[doc = concat!("A column that holds ", $words, ".")]
        pub fn $name(name: impl Into<EcoString>) -> Column {
            Column::new(name, Type::$ty)
        }
    )*};
}

impl Column {
    /// A column of this type: not nullable, without default.
    pub fn new(name: impl Into<EcoString>, ty: Type) -> Column {
        Column { name: name.into(), ty, nullable: false, default: None, generated: false, unique: false }
    }

    columns! {
        boolean => Boolean, "true or false";
        smallint => Smallint, "16-bit integers";
        int => Int, "32-bit integers";
        integer => Integer, "64-bit integers";
        float => Float, "double-precision numbers";
        decimal => Decimal, "exact decimals";
        text => Text, "text";
        bytes => Bytes, "bytes";
        date => Date, "calendar dates";
        timestamp => Timestamp, "dates and times without zone";
        timestamptz => Timestamptz, "instants";
        uuid => Uuid, "UUIDs";
        json => Json, "JSON documents";
    }

    /// A column that holds one of these labels, ordered as given.
    pub fn enumeration<I: IntoIterator<Item: Into<EcoString>>>(
        name: impl Into<EcoString>,
        labels: I,
    ) -> Column {
        Column::new(name, Type::enumeration(labels))
    }

    /// This column, which may be null.
    #[must_use]
    pub fn nullable(self) -> Column {
        Column { nullable: true, ..self }
    }

    /// This column, which counts up from 1 when an insert doesn't name it.
    #[must_use]
    pub fn generated(self) -> Column {
        Column { generated: true, ..self }
    }

    /// This column, whose values are unique; nulls are distinct from each other.
    #[must_use]
    pub fn unique(self) -> Column {
        Column { unique: true, ..self }
    }

    /// This column, which gets `value` when an insert doesn't name it.
    #[must_use]
    pub fn default(self, value: impl Into<Input>) -> Column {
        Column { default: Some(DefaultValue::Constant(value.into())), ..self }
    }

    /// This column, which gets the time of the statement when an insert doesn't name it.
    #[must_use]
    pub fn default_now(self) -> Column {
        Column { default: Some(DefaultValue::Now), ..self }
    }

    /// This column, which gets a new UUID when an insert doesn't name it.
    #[must_use]
    pub fn default_uuid(self) -> Column {
        Column { default: Some(DefaultValue::Uuid), ..self }
    }
}

impl Unique {
    /// A unique constraint over these columns.
    pub fn on<I: IntoIterator<Item: Into<EcoString>>>(columns: I) -> Unique {
        Unique { name: None, columns: names(columns) }
    }

    /// This constraint under a name.
    #[must_use]
    pub fn named(self, name: impl Into<EcoString>) -> Unique {
        Unique { name: Some(name.into()), ..self }
    }
}

impl Index {
    /// An index over these columns, by equality.
    pub fn on<I: IntoIterator<Item: Into<EcoString>>>(columns: I) -> Index {
        Index { columns: names(columns), ..Index::default() }
    }

    /// This index under a name.
    #[must_use]
    pub fn named(self, name: impl Into<EcoString>) -> Index {
        Index { name: Some(name.into()), ..self }
    }

    /// This index, which also answers ranges and orders.
    #[must_use]
    pub fn ordered(self) -> Index {
        Index { ordered: true, ..self }
    }

    /// This index, whose values are unique.
    #[must_use]
    pub fn unique(self) -> Index {
        Index { unique: true, ..self }
    }
}

/// Declares what stands for a list of columns.
macro_rules! from_columns {
    ($($to:ident),*) => {$(
        impl From<&str> for $to {
            fn from(column: &str) -> $to {
                $to::on([column])
            }
        }

        impl<S: Into<EcoString>, const N: usize> From<[S; N]> for $to {
            fn from(columns: [S; N]) -> $to {
                $to::on(columns)
            }
        }

        impl<S: Into<EcoString>> From<Vec<S>> for $to {
            fn from(columns: Vec<S>) -> $to {
                $to::on(columns)
            }
        }
    )*};
}

from_columns!(Unique, Index);
