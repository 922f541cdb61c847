//! The rows along a relation of one row, to be written.

use super::scope::Scope;
use super::{Database, Transaction};
use crate::error::Result;
use crate::nested::{Picks, Verb};
use crate::value::{Key, Row};
use ecow::EcoString;
use std::fmt;

/// The rows along one relation of one row, to be written. Each call is a statement: it happens whole
/// or not at all.
///
/// ```
/// # use relata::{Column, Database, Relation, Schema, Table, row};
/// # let id = |name| Table::new(name).column(Column::integer("id").generated()).primary_key(["id"]);
/// # let db = Database::new(Schema::new().table(id("users")).table(id("groups"))
/// #     .table(Table::new("members").column(Column::integer("user_id")).column(Column::integer("group_id"))
/// #         .primary_key(["user_id", "group_id"]))
/// #     .relation(Relation::many("users", "groups", "groups")
/// #         .from(["id"]).through("members", ["user_id"], ["group_id"]).to(["id"])))?;
/// let ann = db.insert("users", row! {})?;
/// db.insert_many("groups", vec![row! {}, row! {}, row! {}])?;
///
/// let mut groups = db.relation("users", &ann, "groups")?;
/// groups.add([1, 2])?;
/// groups.replace([2, 3])?;
/// groups.remove(3)?;
/// assert!(groups.replace([2, 9]).is_err());
/// let page = db.query("users").include("groups", |g| g).all()?;
/// assert_eq!(serde_json::to_string(&page).unwrap(), r#"[{"id":1,"groups":[{"id":2}]}]"#);
/// # Ok::<(), relata::Error>(())
/// ```
pub struct Collection<'w, 'd> {
    on: On<'w, 'd>,
    table: EcoString,
    key: Key,
    relation: EcoString,
}

/// Where it is written.
enum On<'w, 'd> {
    Database(&'w Database),
    Transaction(&'w mut Transaction<'d>),
}

impl Database {
    /// The rows along a relation of the row with this key, to be written.
    ///
    /// # Errors
    /// `unknown_table`, `unknown_relation`, and `invalid_query` for a relation that is for reading only.
    /// Whether there is such a row is looked at when it's written.
    pub fn relation(&self, table: &str, key: impl Into<Key>, relation: &str) -> Result<Collection<'_, '_>> {
        let catalog = self.catalog();
        catalog.table(catalog.table_id(table)?).writable(&catalog, relation, &[])?;
        Ok(Collection::new(On::Database(self), table, key.into(), relation))
    }
}

impl<'d> Transaction<'d> {
    /// The rows along a relation of the row with this key, to be written; see [`Database::relation`].
    ///
    /// # Errors
    /// As [`Database::relation`].
    pub fn relation(
        &mut self,
        table: &str,
        key: impl Into<Key>,
        relation: &str,
    ) -> Result<Collection<'_, 'd>> {
        let catalog = self.catalog();
        catalog.table(catalog.table_id(table)?).writable(catalog, relation, &[])?;
        Ok(Collection::new(On::Transaction(self), table, key.into(), relation))
    }
}

impl<'w, 'd> Collection<'w, 'd> {
    fn new(on: On<'w, 'd>, table: &str, key: Key, relation: &str) -> Collection<'w, 'd> {
        Collection { on, table: table.into(), key, relation: relation.into() }
    }

    fn run<T>(&mut self, run: impl FnOnce(&mut Scope<'_>, &str, &Key, &EcoString) -> Result<T>) -> Result<T> {
        let (table, key, relation) = (&self.table, &self.key, &self.relation);
        match &mut self.on {
            On::Database(db) => db.write(|scope| run(scope, table, key, relation)),
            On::Transaction(transaction) => run(&mut transaction.scope(), table, key, relation),
        }
    }

    fn write(&mut self, verb: Verb) -> Result<()> {
        self.run(|scope, table, key, relation| {
            scope.update_one(table, key, &Row::new().set(relation.clone(), verb))
        })
    }

    /// Brings rows into the relation: they get the key, or a row of the junction joins them. One that is
    /// in it already stays as it is.
    ///
    /// # Errors
    /// `not_found` for a row that isn't there, and whatever constraint refuses it; then nothing has
    /// changed.
    pub fn add(&mut self, rows: impl Into<Picks>) -> Result<()> {
        self.write(Verb::Connect(rows.into().into_vec()))
    }

    /// Takes rows out of the relation in the way that its [`dependent`](crate::Relation::dependent) says:
    /// they're destroyed or deleted, or they lose the key. Without one they lose the key, and where they
    /// can't be without it they go, if the foreign key says `cascade`. Along a junction its rows go.
    ///
    /// # Errors
    /// `not_found` for a row that the relation doesn't lead to, `not_null_violation` for one that can't be
    /// without its key, and whatever constraint refuses it; then nothing has changed.
    pub fn remove(&mut self, rows: impl Into<Picks>) -> Result<()> {
        self.write(Verb::Remove(rows.into().into_vec()))
    }

    /// Takes all rows out of the relation, as [`remove`](Collection::remove) does.
    ///
    /// # Errors
    /// As [`remove`](Collection::remove).
    pub fn clear(&mut self) -> Result<()> {
        self.write(Verb::Replace(Vec::new()))
    }

    /// Leaves exactly these rows in the relation; only what differs is written. Along a relation to one
    /// row this is its assignment: the old row goes as [`remove`](Collection::remove) says, and the same
    /// row again changes nothing.
    ///
    /// # Errors
    /// `not_found` for a row that isn't there, before anything changes; as [`add`](Collection::add) and
    /// [`remove`](Collection::remove).
    pub fn replace(&mut self, rows: impl Into<Picks>) -> Result<()> {
        self.write(Verb::Replace(rows.into().into_vec()))
    }

    /// Makes a row of the relation and gives its primary key. Along a relation to one row it takes the
    /// place of the old one, which goes as [`remove`](Collection::remove) says.
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn create(&mut self, row: Row) -> Result<Key> {
        self.run(|scope, table, key, relation| scope.create_along(table, key, relation, &row))
    }

    /// A row to be inserted into the relation's table later: this one, with the key, and what the
    /// relation's filter asks where the row doesn't say. Writes nothing.
    ///
    /// # Errors
    /// `not_found` when the row that it's to belong to isn't there.
    pub fn build(&mut self, row: Row) -> Result<Row> {
        self.run(|scope, table, key, relation| scope.build(table, key, relation, row))
    }
}

impl fmt::Debug for Collection<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} of {}", self.table, self.relation, self.key)
    }
}
