//! What a database takes from outside, and how much of its past it keeps.

use super::Database;
use super::hooks::Declared;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::schema::Schema;
use crate::store::{Store, Threads, Writes};
use crate::write::{Environment, Hooks};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// What forks take over from their original.
#[derive(Clone, Copy, Default)]
pub(super) struct Settings {
    /// How many steps can be undone.
    pub(super) history: usize,
    /// How long a write waits for its turn.
    pub(super) timeout: Option<Duration>,
    pub(super) writes: Writes,
}

/// Chooses a database's clock, ids, history, timeout and hooks; made by [`Database::builder`].
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
    pub(super) schema: Schema,
    pub(super) environment: Environment,
    pub(super) settings: Settings,
    pub(super) strict: bool,
    pub(super) threads: Threads,
    pub(super) hooks: Declared,
}

impl Builder {
    pub(super) fn new(schema: Schema) -> Builder {
        let (clock, ids) = (Box::new(jiff::Timestamp::now), Box::new(Uuid::new_v4));
        let environment = Environment { clock, ids, is_given: false, hooks: None };
        Builder {
            schema,
            environment,
            settings: Settings::default(),
            strict: false,
            threads: Threads::default(),
            hooks: Declared::default(),
        }
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
        self.settings.history = steps;
        self
    }

    /// How long a write waits for those before it at most: then it's `busy`, and nothing has changed.
    /// Unless this is given, it waits for as long as it takes. Forks wait as long;
    /// [`with_timeout`](Database::with_timeout) chooses for some writes.
    ///
    /// ```
    /// # use relata::{Column, Database, ErrorKind, Schema, Table, row};
    /// # use std::time::Duration;
    /// # let schema = Schema::new().table(Table::new("notes").column(Column::text("body")));
    /// let db = Database::builder(schema).timeout(Duration::from_millis(1)).build()?;
    /// let held = db.begin()?;
    /// let refused = std::thread::scope(|threads| {
    ///     threads.spawn(|| db.insert("notes", row! { body: "Milk" })).join().unwrap().unwrap_err()
    /// });
    /// assert!(matches!(refused.kind(), ErrorKind::Busy { waited, .. } if waited.as_millis() == 1));
    /// # drop(held);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn timeout(mut self, longest: Duration) -> Builder {
        self.settings.timeout = Some(longest);
        self
    }

    /// Keeps no reader waiting for a write, ever: each statement works on a copy of the chunks that it
    /// touches, in this database and its forks. Unless this is asked for, a thread that has written 256
    /// statements while no other read goes on in place, which takes an insert a quarter of the time; the
    /// first reader of another thread then waits for the end of one statement, of 2,048 rows and links
    /// between them at most. For caches whose readers mustn't notice a write. A transaction of many writes
    /// copies a chunk once, and loses little.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let schema = Schema::new().table(Table::new("prices").column(Column::integer("cents")));
    /// let db = Database::builder(schema).readers_never_wait().build()?;
    /// db.insert("prices", row! { cents: 1200 })?;
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn readers_never_wait(mut self) -> Builder {
        self.settings.writes = Writes::Apart;
        self
    }

    /// Refuses to walk from a row along a relation that its query didn't include, in this database and
    /// its forks: the error names the include to add. For tests that no read hides in a loop.
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let schema = Schema::new()
    /// #     .table(Table::new("users").column(Column::integer("id")).primary_key(["id"]))
    /// #     .table(Table::new("posts").column(Column::integer("id")).column(Column::integer("user_id"))
    /// #         .primary_key(["id"]))
    /// #     .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
    /// #     .relation(Relation::many("users", "posts", "posts"));
    /// let db = Database::builder(schema).strict_loading().build()?;
    /// db.insert("users", row! { id: 1 })?;
    /// let page = db.query("users").all()?;
    /// let error = page.first().unwrap().relation("posts").unwrap_err();
    /// assert_eq!(error.path().to_string(), "with.posts");
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn strict_loading(mut self) -> Builder {
        self.strict = true;
        self
    }

    /// Lets a query use this many threads, in this database and its forks; one unless asked for. What is
    /// large is then found in parts: includes that are expected to come to 32,768 rows and more
    /// ([`read_threads_above`](Builder::read_threads_above)), and scans of eight times as many; anything else is
    /// answered by the thread that asks, as are recursive includes, flat queries and rows that are shown
    /// [one by one](crate::Query::each). Rows, their order and errors are the same with any number of
    /// threads. More of them than the machine has cores make nothing faster.
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let schema = Schema::new()
    /// #     .table(Table::new("users").column(Column::integer("id").generated()).primary_key(["id"]))
    /// #     .table(Table::new("posts").column(Column::integer("id").generated())
    /// #         .column(Column::integer("user_id")).primary_key(["id"]))
    /// #     .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
    /// #     .relation(Relation::many("users", "posts", "posts"));
    /// let db = Database::builder(schema).read_threads(2).build()?;
    /// db.insert_many("users", (0..10_000).map(|_| row! {}).collect())?;
    /// db.insert_many("posts", (0..30_000).map(|n| row! { user_id: 1 + n % 10_000 }).collect())?;
    /// let page = db.query("users").include("posts", |posts| posts.limit(2)).all()?;
    /// assert_eq!(page.total_rows(), 30_000);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn read_threads(mut self, threads: usize) -> Builder {
        self.threads.count = threads.max(1);
        self
    }

    /// From how many expected rows on several threads find what is included, and from eight times as many on
    /// they scan; 32,768 unless said otherwise. Of a thousand rows or two, starting a thread takes as long as finding them.
    pub fn read_threads_above(mut self, rows: usize) -> Builder {
        self.threads.above = rows;
        self
    }

    /// An empty database.
    ///
    /// # Errors
    /// `invalid_schema` with every mistake of the schema, and `unknown_table` for a hook of a table that
    /// isn't there.
    pub fn build(mut self) -> Result<Database> {
        let catalog = Catalog::try_from(self.schema)?;
        let hooks = self.hooks.resolve(&catalog)?;
        self.environment.hooks = hooks.map(|hooks| Box::new(hooks) as Box<dyn Hooks>);
        let store = Store::new(Arc::new(catalog)).strict_loading(self.strict).read_threads(self.threads);
        Ok(Database::with(Arc::new(store), Arc::new(self.environment), self.settings))
    }
}
