//! The database: where reads and writes meet.

mod builder;
mod change;
mod collection;
mod committed;
mod compact;
mod diff;
mod event;
#[cfg(feature = "files")]
mod file;
mod flat;
mod history;
mod hooks;
mod load;
mod named;
mod pluck;
mod scope;
mod snapshot;
mod transaction;
mod turn;

pub use builder::Builder;
pub use change::Outcome;
pub use collection::Collection;
pub use committed::CommitEvent;
pub use event::HookEvent;
pub use load::{LoadError, LoadProblem, Loader, RowLoader};
#[cfg(feature = "json")]
pub(crate) use pluck::key_columns;
pub use snapshot::Snapshot;
pub use transaction::Transaction;

use crate::catalog::Catalog;
use crate::error::Result;
use crate::query::Query;
use crate::schema::Schema;
use crate::store::{Published, Store, TableMemory, Violation};
use crate::write::Environment;
use builder::Settings;
use history::History;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use turn::{Turn, Turns};

/// Tables of rows, kept whole.
///
/// A handle is cheap to clone and to send to other threads; all clones are one database. An
/// independent copy is a [`fork`](Database::fork).
///
/// ```
/// use relata::{Column, Database, ForeignKey, Relation, Schema, Table, row};
///
/// let db = Database::new(
///     Schema::new()
///         .table(Table::new("authors").column(Column::integer("id").generated())
///             .column(Column::text("name")).primary_key(["id"]))
///         .table(Table::new("books").column(Column::integer("id").generated())
///             .column(Column::text("title")).column(Column::integer("author_id")).primary_key(["id"])
///             .foreign_key(ForeignKey::new(["author_id"], "authors")))
///         .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]))
///         .relation(Relation::many("authors", "books", "books")),
/// )?;
/// let frank = db.insert("authors", row! { name: "Frank" })?;
/// db.insert("books", row! { title: "Dune", author_id: &frank })?;
///
/// let page = db.query("authors").include("books", |books| books.columns(["title"])).all()?;
/// assert_eq!(
///     serde_json::to_string(&page).unwrap(),
///     r#"[{"id":1,"name":"Frank","books":[{"title":"Dune"}]}]"#,
/// );
/// let error = db.insert("books", row! { title: "Lost", author_id: 9 }).unwrap_err();
/// assert_eq!(error.to_string(), "books.author_id = 9 matches no row of authors");
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
    /// Whether what is written through this handle touches parents.
    touching: bool,
    /// How long what is written through this handle waits for its turn.
    timeout: Option<Duration>,
}

struct Shared {
    turns: turn::Turns,
    published: Published<Store>,
    environment: Arc<Environment>,
    history: History,
    settings: Settings,
}

impl Shared {
    /// Makes a state the one that is read from now on, as one step.
    fn publish(&self, store: Arc<Store>) {
        let before = self.published.publish(Arc::clone(&store));
        self.history.record(Some(before), &store);
    }
}

impl Database {
    /// An empty database of this schema.
    ///
    /// # Errors
    /// `invalid_schema` with every mistake of the schema.
    pub fn new(schema: Schema) -> Result<Database> {
        Database::builder(schema).build()
    }

    /// A database whose clock and ids are to be chosen.
    pub fn builder(schema: Schema) -> Builder {
        Builder::new(schema)
    }

    fn with(store: Arc<Store>, environment: Arc<Environment>, settings: Settings) -> Database {
        let (turns, history) = (Turns::default(), History::new(settings.history));
        let shared = Shared {
            turns,
            published: Published::new(store, settings.writes),
            environment,
            history,
            settings,
        };
        Database { shared: Arc::new(shared), touching: true, timeout: settings.timeout }
    }

    /// Waits for the writers' turn.
    fn turn(&self) -> Result<Turn<'_>> {
        self.shared.turns.take(self.timeout)
    }

    /// A handle to the same database through which writes touch no parent. Counters are kept as ever.
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let db = Database::new(Schema::new()
    /// #     .table(Table::new("users").column(Column::integer("id").generated())
    /// #         .column(Column::timestamptz("updated_at").nullable()).primary_key(["id"]))
    /// #     .table(Table::new("posts").column(Column::integer("id").generated())
    /// #         .column(Column::integer("user_id")).primary_key(["id"]))
    /// #     .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]).touch()))?;
    /// let ann = db.insert("users", row! {})?;
    /// db.without_touching().insert("posts", row! { user_id: &ann })?;
    /// assert!(db.snapshot().get("users", 1)?.unwrap().value("updated_at")?.is_null());
    /// db.insert("posts", row! { user_id: &ann })?;
    /// assert!(!db.snapshot().get("users", 1)?.unwrap().value("updated_at")?.is_null());
    /// # Ok::<(), relata::Error>(())
    /// ```
    #[must_use = "writes through the handle it was asked of touch as before"]
    pub fn without_touching(&self) -> Database {
        Database { touching: false, ..self.clone() }
    }

    /// A handle to the same database whose writes wait for those before them no longer than this:
    /// statements, transactions, loads, steps back and forth. After that they are `busy`, and nothing has
    /// changed. Reads wait for no turn.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # use std::time::Duration;
    /// # let db = Database::new(Schema::new().table(Table::new("notes").column(Column::text("body"))))?;
    /// let hasty = db.with_timeout(Duration::from_millis(1));
    /// let held = db.begin()?;
    /// let refused = std::thread::scope(|threads| {
    ///     threads.spawn(|| hasty.insert("notes", row! { body: "Milk" })).join().unwrap().unwrap_err()
    /// });
    /// assert_eq!(refused.to_string(), "other writers aren't done after 1ms");
    /// held.commit()?;
    /// hasty.insert("notes", row! { body: "Milk" })?;
    /// # Ok::<(), relata::Error>(())
    /// ```
    #[must_use = "writes through the handle it was asked of wait as before"]
    pub fn with_timeout(&self, longest: Duration) -> Database {
        Database { timeout: Some(longest), ..self.clone() }
    }

    /// The rows as they were last committed. What is written later doesn't show in it. O(1), some 40 ns
    /// at any size.
    ///
    /// It waits for no writer: transactions, long statements, and every statement that begins while threads
    /// other than the writing one read, are carried out on a copy. Only where a thread has written 256
    /// statements and more with no other thread reading does it change the rows in place; the first reader
    /// to come beside it may have to wait for the end of that one statement, which is a microsecond or two
    /// for a row and at most 2,048 rows and links between rows. Besides, a reader and a commit each hold a
    /// lock for as long as it takes to copy a pointer.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot_of(self.shared.published.read())
    }

    fn snapshot_of(&self, store: Arc<Store>) -> Snapshot {
        Snapshot::new(store, Arc::clone(&self.shared.environment), self.shared.settings)
    }

    /// An independent database with the same rows: writing to either never shows in the other. O(1), a
    /// microsecond at any size. What it costs comes with the writes: the first to each chunk of 1,024 rows
    /// of a column copies that chunk, on either side, and two bytes for each chunk there is.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("notes")
    /// #     .column(Column::integer("id").generated()).primary_key(["id"])))?;
    /// let fork = db.fork();
    /// fork.insert("notes", row! {})?;
    /// assert_eq!((db.query("notes").count()?, fork.query("notes").count()?), (0, 1));
    /// # Ok::<(), relata::Error>(())
    /// ```
    #[must_use = "a fork that nobody holds is gone"]
    pub fn fork(&self) -> Database {
        self.snapshot().fork()
    }

    /// A query of a table, to be answered from the rows as they are now.
    pub fn query(&self, table: &str) -> Query<Snapshot> {
        self.snapshot().query(table)
    }

    /// The validated schema. O(1).
    pub fn catalog(&self) -> Arc<Catalog> {
        self.shared.published.read().shared_catalog()
    }

    /// Everything that must hold of rows, indexes, relations and constraints and doesn't: nothing,
    /// unless Relata itself is at fault. O(rows x (indexes + edges)).
    pub fn check(&self) -> Vec<Violation> {
        self.snapshot().check()
    }

    /// How much memory each table holds, in declared order, and how much of it snapshots and forks hold
    /// too. O(chunks).
    ///
    /// ```
    /// # use relata::{Column, Database, Key, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("notes")
    /// #     .column(Column::integer("id").generated()).column(Column::text("body")).primary_key(["id"])))?;
    /// # db.insert_many("notes", (0..5_000).map(|n| row! { body: format!("note {n}") }).collect())?;
    /// assert_eq!(db.memory()[0].shared, 0);
    /// let fork = db.fork();
    /// assert_eq!(fork.memory()[0].shared, fork.memory()[0].total());
    /// fork.update("notes", Key::from(1), row! { body: "changed" })?;
    /// let own = fork.memory()[0].total() - fork.memory()[0].shared;
    /// assert!(0 < own && own < fork.memory()[0].total() / 3);
    /// drop(db);
    /// assert_eq!(fork.memory()[0].shared, 0);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn memory(&self) -> Vec<TableMemory> {
        // The database has it and so does this very call.
        const HERE: usize = 2;
        let store = self.shared.published.read();
        store.memory(Arc::strong_count(&store) > HERE)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}
