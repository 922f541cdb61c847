//! Databases, snapshots and transactions of models.

use super::definition::{Declared, Known, Models};
use super::key::KeyOf;
use super::model::{Model, RowOf};
use super::query::Query;
use super::view::View;
use crate::db;
use crate::error::Result;
use crate::schema::Schema;
use std::fmt;
use std::ops::Deref;

/// A database whose tables are models.
///
/// It's a [`relata::Database`](crate::Database) underneath, which it gives by `Deref`: snapshots by name,
/// JSON, history, `check()` and the rest are there. A handle is cheap to clone; all clones are one
/// database.
///
/// ```
/// use relata::typed::{Database, Id, Model};
///
/// #[derive(Model, Clone, Debug, PartialEq)]
/// struct User {
///     #[relata(key, generated)]
///     id: Id<User>,
///     #[relata(unique)]
///     email: String,
///     #[relata(default = true)]
///     active: bool,
/// }
///
/// let db = Database::new::<User>()?;
/// let ann = db.insert(NewUser { email: "ann@x.org".into(), active: None })?;
/// assert!(db.get(ann)?.unwrap().active);
///
/// db.update(ann, |u| u.active().set(false))?;
/// db.modify(ann, |user| user.email = "ann@y.org".into())?;
/// assert_eq!(db.get(ann)?, Some(User { id: ann, email: "ann@y.org".into(), active: false }));
///
/// // The same rows by name, and as JSON.
/// assert_eq!(db.untyped().query("users").count()?, 1);
/// # #[cfg(feature = "json")]
/// assert_eq!(db.query_json(r#"{"findMany": "users", "columns": {"email": true}}"#)?, r#"[{"email":"ann@y.org"}]"#);
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone)]
pub struct Database {
    pub(super) db: db::Database,
    pub(super) known: Known,
}

impl Database {
    /// An empty database of one model or a tuple of them.
    ///
    /// # Errors
    /// `invalid_schema` with every mistake that the compiler can't see.
    pub fn new<S: Models>() -> Result<Database> {
        Database::build::<S>(|builder| builder)
    }

    /// As [`new`](Database::new), with a clock, ids or history that are chosen.
    ///
    /// ```
    /// # use relata::typed::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # struct Event { #[relata(key, generated)] id: Id<Event>, #[relata(default_now)] at: jiff::Timestamp }
    /// let db = Database::build::<Event>(|builder| builder.clock(|| jiff::Timestamp::UNIX_EPOCH))?;
    /// let event = db.insert(NewEvent { at: None })?;
    /// assert_eq!(db.get(event)?.unwrap().at, jiff::Timestamp::UNIX_EPOCH);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Database::new).
    pub fn build<S: Models>(choose: impl FnOnce(db::Builder) -> db::Builder) -> Result<Database> {
        let declared = Declared::of::<S>();
        let known = declared.check()?;
        Ok(Database { db: choose(db::Database::builder(declared.schema())).build()?, known })
    }

    /// A database that is there already, when its schema has all that the models declare: tables, columns
    /// in their order, keys, constraints and relations. It may have more tables and relations.
    ///
    /// ```
    /// use relata::typed::{Database, Id, Model};
    /// #[derive(Model)]
    /// struct User {
    ///     #[relata(key, generated)]
    ///     id: Id<User>,
    ///     name: String,
    /// }
    /// let schema = relata::Schema::from_json(r#"{"tables": {"users": {"primaryKey": ["id"], "columns": {
    ///     "id": {"type": "integer", "generated": true}, "name": {"type": "int"}
    /// }}}}"#)?;
    /// let refused = Database::over::<User>(relata::Database::new(schema)?).unwrap_err();
    /// assert!(refused.to_string().ends_with("users.name: the model declares text, there is int"));
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_schema` with everything that isn't as the models declare it.
    pub fn over<S: Models>(db: db::Database) -> Result<Database> {
        let declared = Declared::of::<S>();
        let known = declared.check()?;
        super::compare::compare(&declared, &db.catalog())?;
        Ok(Database { db, known })
    }

    /// The schema the models make, to be written down or merged.
    pub fn schema<S: Models>() -> Schema {
        Declared::of::<S>().schema()
    }

    /// The same database, by name.
    pub fn untyped(&self) -> &db::Database {
        &self.db
    }

    /// The rows as they are now. O(1).
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { snapshot: self.db.snapshot(), known: self.known.clone() }
    }

    /// An independent database with the same rows. O(1).
    #[must_use = "a fork that nobody holds is gone"]
    pub fn fork(&self) -> Database {
        Database { db: self.db.fork(), known: self.known.clone() }
    }

    /// A query of a model, to be answered from the rows as they are now.
    pub fn query<M: Model>(&self) -> Query<M> {
        self.snapshot().query()
    }

    /// An owned copy of the row with this key. O(columns).
    ///
    /// # Errors
    /// `unknown_table` when the database isn't made of `M`.
    pub fn get<M: Model>(&self, key: impl KeyOf<M>) -> Result<Option<M>> {
        Ok(self.snapshot().get(key)?.map(|row| M::read(row.view())))
    }
}

impl Deref for Database {
    type Target = db::Database;

    fn deref(&self) -> &db::Database {
        &self.db
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.db.fmt(f)
    }
}

/// The rows of a typed [`Database`] at one moment. Cheap to clone, and safe to keep: writes don't show in
/// it.
#[derive(Clone)]
pub struct Snapshot {
    pub(super) snapshot: db::Snapshot,
    pub(super) known: Known,
}

impl Snapshot {
    /// The same snapshot, by name.
    pub fn untyped(&self) -> &db::Snapshot {
        &self.snapshot
    }

    /// A query of a model, to be answered from this state.
    pub fn query<M: Model>(&self) -> Query<M> {
        Query::on(self.clone())
    }

    /// The row with this key, borrowed. O(1).
    ///
    /// # Errors
    /// `unknown_table` when the database isn't made of `M`.
    pub fn get<M: Model>(&self, key: impl KeyOf<M>) -> Result<Option<M::Row<'_, M::Bare>>> {
        self.require::<M>()?;
        let row = self.snapshot.get(M::TABLE, key.key())?;
        Ok(row.map(|row| M::row(View::of_row(row))))
    }

    /// An independent database that starts from this state. O(1).
    #[must_use = "a fork that nobody holds is gone"]
    pub fn fork(&self) -> Database {
        Database { db: self.snapshot.fork(), known: self.known.clone() }
    }

    pub(super) fn require<M: Model>(&self) -> Result<()> {
        self.known.require::<M>()
    }
}

impl Deref for Snapshot {
    type Target = db::Snapshot;

    fn deref(&self) -> &db::Snapshot {
        &self.snapshot
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot.fmt(f)
    }
}
