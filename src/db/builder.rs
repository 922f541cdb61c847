//! What a database takes from outside, and how much of its past it keeps.

use super::Database;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::schema::Schema;
use crate::store::Store;
use crate::write::Environment;
use std::sync::Arc;
use uuid::Uuid;

/// Chooses a database's clock, ids and history; made by [`Database::builder`].
///
/// ```
/// use relata::{Column, Database, Schema, Table, row};
/// let schema = Schema::new().table(
///     Table::new("events").column(Column::integer("id").generated())
///         .column(Column::timestamptz("at").default_now()).primary_key(["id"]),
/// );
/// let db = Database::builder(schema).clock(|| "2024-02-29T12:00:00Z".parse().unwrap()).build()?;
/// db.insert("events", row! {})?;
/// assert_eq!(
///     serde_json::to_string(&db.query("events").all()?).unwrap(),
///     r#"[{"id":1,"at":"2024-02-29T12:00:00Z"}]"#,
/// );
/// # Ok::<(), relata::Error>(())
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    schema: Schema,
    environment: Environment,
    history: usize,
}

impl Builder {
    pub(super) fn new(schema: Schema) -> Builder {
        let (clock, ids) = (Box::new(jiff::Timestamp::now), Box::new(Uuid::new_v4));
        let environment = Environment { clock, ids, is_given: false };
        Builder { schema, environment, history: 0 }
    }

    /// Reads the time from `clock`, once a transaction or single statement that needs it. It's called in
    /// the middle of a write: it may read the database, which is as it was before, and can't write to it.
    pub fn clock(mut self, clock: impl Fn() -> jiff::Timestamp + Send + Sync + 'static) -> Builder {
        self.environment.clock = Box::new(clock);
        self.environment.is_given = true;
        self
    }

    /// Takes each new UUID from `ids`. It's called in the middle of a write: it may read the database,
    /// which is as it was before, and can't write to it.
    pub fn ids(mut self, ids: impl Fn() -> Uuid + Send + Sync + 'static) -> Builder {
        self.environment.ids = Box::new(ids);
        self.environment.is_given = true;
        self
    }

    /// Keeps the last `steps` steps, so that they can be [undone](Database::undo); none unless asked for.
    /// A kept step costs the chunks it has replaced. Forks keep as many, from where they begin.
    pub fn history(mut self, steps: usize) -> Builder {
        self.history = steps;
        self
    }

    /// An empty database.
    ///
    /// # Errors
    /// `invalid_schema` with every mistake of the schema.
    pub fn build(self) -> Result<Database> {
        let catalog = Catalog::try_from(self.schema)?;
        Ok(Database::with(Arc::new(Store::new(Arc::new(catalog))), Arc::new(self.environment), self.history))
    }
}
