//! Typed writes, alone and in a transaction.

use super::condition::{Assign, Condition};
use super::database::{Database, Snapshot};
use super::key::{KeyOf, ModelKey};
use super::model::{FieldsOf, Insert, Model};
use super::query::Query;
use super::view::View;
use crate::db;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Input, Key, Row, Value};
use ecow::EcoString;
use std::fmt;

/// Several typed statements as one. Made by [`Database::transaction`].
pub struct Transaction<'t, 'd> {
    tx: &'t mut db::Transaction<'d>,
    database: &'t Database,
}

impl Database {
    /// Runs statements as one: committed when `run` gives `Ok`, rolled back when it gives an error or
    /// panics.
    ///
    /// ```
    /// # use relata::typed::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # struct Note { #[relata(key, generated)] id: Id<Note>, #[relata(unique)] body: String }
    /// # let db = Database::new::<Note>()?;
    /// let refused = db.transaction(|tx| {
    ///     tx.insert(NewNote { body: "Milk".into() })?;
    ///     tx.insert(NewNote { body: "Milk".into() })
    /// });
    /// assert!(refused.is_err());
    /// assert_eq!(db.query::<Note>().count()?, 0);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// What `run` gives, and as [`relata::Database::transaction`](crate::Database::transaction).
    pub fn transaction<T>(&self, run: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T>) -> Result<T> {
        self.db.transaction(|tx| run(&mut self.within(tx)))
    }

    /// The typed writes of a transaction that was begun by name.
    pub fn within<'t, 'd>(&'t self, tx: &'t mut db::Transaction<'d>) -> Transaction<'t, 'd> {
        Transaction { tx, database: self }
    }
}

/// Declares what a database and a transaction can both write.
macro_rules! writes {
    (($($receiver:tt)*) $this:ident => $inner:expr, $known:expr) => {
        /// Adds a row and gives its key: a whole model, or the struct without generated fields that the
        /// derive makes. O(columns + indexes).
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn insert<N: Insert>($($receiver)*, new: N) -> Result<<N::Model as Model>::Key> {
            let mut keys = $this.insert_many([new])?;
            keys.pop().ok_or_else(|| no_key::<N::Model>(&Key::default()))
        }

        /// Adds rows in order, all or none, and gives their keys.
        ///
        /// # Errors
        /// Whatever constraint refuses one of them; then nothing has changed.
        pub fn insert_many<N: Insert>(
            $($receiver)*,
            new: impl IntoIterator<Item = N>,
        ) -> Result<Vec<<N::Model as Model>::Key>> {
            $known.require::<N::Model>()?;
            let rows = new.into_iter().map(Insert::into_row).collect();
            let keys = $inner.insert_many(N::Model::TABLE, rows)?;
            keys.iter().map(key_of::<N::Model>).collect()
        }

        /// Adds a row together with what is written along its relations:
        /// `db.insert_with(NewOrder::new("Ann"), |o| o.lines().create(|l| l.sku().set("tea")))`.
        ///
        /// # Errors
        /// Whatever constraint refuses any of them, with its path; then nothing has changed.
        pub fn insert_with<N: Insert>(
            $($receiver)*,
            new: N,
            nested: impl FnOnce(FieldsOf<N::Model>) -> Assign<N::Model>,
        ) -> Result<<N::Model as Model>::Key> {
            $known.require::<N::Model>()?;
            let nested = nested(N::Model::fields()).into_row();
            let row = given::<N>(new).chain(nested.into_pairs()).collect();
            key_of::<N::Model>(&$inner.insert(N::Model::TABLE, row)?)
        }

        /// Adds a row of which only these columns and relations are given, and gives its key. That all
        /// required columns are given is checked when it runs.
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn create<M: Model>(
            $($receiver)*,
            row: impl FnOnce(FieldsOf<M>) -> Assign<M>,
        ) -> Result<M::Key> {
            $known.require::<M>()?;
            key_of::<M>(&$inner.insert(M::TABLE, row(M::fields()).into_row())?)
        }

        /// Adds a row, or changes the one that has its values under any unique constraint. Gives the key.
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn upsert<N: Insert>($($receiver)*, new: N) -> Result<<N::Model as Model>::Key> {
            $known.require::<N::Model>()?;
            key_of::<N::Model>(&$inner.upsert(N::Model::TABLE, new.into_row())?)
        }

        /// Changes columns of the row with this key: `db.update(id, |a| a.name().set("Ann"))`, several joined
        /// by `and`. Gives whether there was such a row.
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn update<M: Model>(
            $($receiver)*,
            key: impl KeyOf<M>,
            set: impl FnOnce(FieldsOf<M>) -> Assign<M>,
        ) -> Result<bool> {
            $known.require::<M>()?;
            Ok($inner.update(M::TABLE, key.key(), set(M::fields()).into_row())? > 0)
        }

        /// Changes columns of every row that matches. Gives how many there were.
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn update_where<M: Model>(
            $($receiver)*,
            filter: impl FnOnce(FieldsOf<M>) -> Condition<M>,
            set: impl FnOnce(FieldsOf<M>) -> Assign<M>,
        ) -> Result<u64> {
            $known.require::<M>()?;
            let (filter, set) = (filter(M::fields()).into_filter(), set(M::fields()).into_row());
            $inner.update(M::TABLE, filter, set)
        }

        /// Takes away the row with this key; foreign keys act. Gives whether there was such a row.
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn delete<M: Model>($($receiver)*, key: impl KeyOf<M>) -> Result<bool> {
            $known.require::<M>()?;
            Ok($inner.delete(M::TABLE, key.key())? > 0)
        }

        /// Takes away every row that matches; foreign keys act. Gives how many matched.
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn delete_where<M: Model>(
            $($receiver)*,
            filter: impl FnOnce(FieldsOf<M>) -> Condition<M>,
        ) -> Result<u64> {
            $known.require::<M>()?;
            $inner.delete(M::TABLE, filter(M::fields()).into_filter())
        }

        /// Takes away the row with this key with its dependents; then foreign keys act. Gives whether there
        /// was such a row.
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn destroy<M: Model>($($receiver)*, key: impl KeyOf<M>) -> Result<bool> {
            $known.require::<M>()?;
            Ok($inner.destroy(M::TABLE, key.key())? > 0)
        }

        /// Takes away every row that matches with its dependents. Gives how many matched.
        ///
        /// # Errors
        /// Whatever constraint refuses it; then nothing has changed.
        pub fn destroy_where<M: Model>(
            $($receiver)*,
            filter: impl FnOnce(FieldsOf<M>) -> Condition<M>,
        ) -> Result<u64> {
            $known.require::<M>()?;
            $inner.destroy(M::TABLE, filter(M::fields()).into_filter())
        }
    };
}

impl Database {
    writes! { (&self) self => self.db, self.known }

    /// Changes the model with this key, reading and writing as one: only the fields that differ afterwards
    /// are written. Gives whether there was such a row.
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn modify<M: Model>(&self, key: impl KeyOf<M>, change: impl FnOnce(&mut M)) -> Result<bool> {
        self.transaction(|tx| tx.modify(key, change))
    }
}

impl<'d> Transaction<'_, 'd> {
    writes! { (&mut self) self => self.tx, self.database.known }

    /// Changes the model with this key: only the fields that differ afterwards are written. Gives whether
    /// there was such a row.
    ///
    /// # Errors
    /// Whatever constraint refuses it; then nothing has changed.
    pub fn modify<M: Model>(&mut self, key: impl KeyOf<M>, change: impl FnOnce(&mut M)) -> Result<bool> {
        let key = key.key();
        let Some(mut model) = self.find::<M>(key.clone())? else { return Ok(false) };
        let before = model.write();
        change(&mut model);
        let is_same = |pair: &(EcoString, Input)| {
            before.iter().any(|(name, input)| (name, input) == (&pair.0, &pair.1))
        };
        let changed: Row = model.write().into_pairs().filter(|pair| !is_same(pair)).collect();
        if changed.is_empty() {
            return Ok(true);
        }
        Ok(self.tx.update(M::TABLE, key, changed)? > 0)
    }

    /// An owned copy of the row with this key, as this transaction sees it. O(columns).
    ///
    /// # Errors
    /// `unknown_table` when the database isn't made of `M`.
    pub fn get<M: Model>(&self, key: impl KeyOf<M>) -> Result<Option<M>> {
        self.find(key.key())
    }

    fn find<M: Model>(&self, key: Key) -> Result<Option<M>> {
        self.database.known.require::<M>()?;
        let snapshot = self.tx.snapshot();
        let row = snapshot.get(M::TABLE, key)?;
        Ok(row.map(|row| M::read(View::of_row(row))))
    }

    /// A query of a model, to be answered from the rows as this transaction sees them now.
    pub fn query<M: Model>(&self) -> Query<M> {
        self.snapshot().query()
    }

    /// The rows as this transaction sees them now. O(1).
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { snapshot: self.tx.snapshot(), known: self.database.known.clone() }
    }

    /// Runs statements as one inside this transaction: when `run` gives an error or panics, what was done
    /// in it is undone, and nothing else.
    ///
    /// # Errors
    /// What `run` gives.
    pub fn transaction<T>(&mut self, run: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T>) -> Result<T> {
        let database = self.database;
        self.tx.transaction(|tx| run(&mut database.within(tx)))
    }

    /// The same transaction, by name: savepoints, after-commit closures and the rest.
    pub fn untyped(&mut self) -> &mut db::Transaction<'d> {
        self.tx
    }
}

impl fmt::Debug for Transaction<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tx.fmt(f)
    }
}

/// The columns of a new row, but those that would be null without being given: a relation may give them.
fn given<N: Insert>(new: N) -> impl Iterator<Item = (EcoString, Input)> {
    let is_given = |(name, input): &(EcoString, Input)| {
        *input != Input::Value(Value::Null) || N::Model::DEFAULTS.contains(&name.as_str())
    };
    new.into_row().into_pairs().filter(is_given)
}

fn key_of<M: Model>(key: &Key) -> Result<M::Key> {
    M::Key::from_values(key.values()).ok_or_else(|| no_key::<M>(key))
}

/// The error for a key that isn't of the model's type: there is none, as the schema was checked.
fn no_key<M: Model>(key: &Key) -> Error {
    let expected = ecow::eco_format!("the key of {}", M::NAME);
    Error::new(ErrorKind::TypeMismatch { expected, found: ecow::eco_format!("{key}"), column: None })
}
