//! Loading many rows at once: constraints are checked when all are there.

use super::{Database, Transaction};
use crate::error::Error;
use crate::id::TableId;
use crate::store::Store;
use crate::value::{Row, Value, ValueRef};
use crate::write::{Block, Environment, Loading};
use ecow::EcoString;
use std::fmt;
use std::sync::Arc;

/// Takes the rows of a [`load`](Database::load). Rows may refer to rows that come later.
pub struct Loader<'e>(Loading<'e>);

/// Rows that can't be loaded: all of them.
#[derive(Debug)]
pub struct LoadError {
    /// What is wrong, by table and then by row.
    pub problems: Vec<LoadProblem>,
}

/// A row that can't be loaded, and why.
#[derive(Debug)]
pub struct LoadProblem {
    /// The table, where one is meant.
    pub table: Option<EcoString>,
    /// Which of the rows given for the table, from 0, where one is meant.
    pub row: Option<usize>,
    /// Why.
    pub error: Error,
}

impl From<Error> for LoadError {
    fn from(error: Error) -> LoadError {
        LoadError { problems: vec![LoadProblem { table: None, row: None, error }] }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [] => f.write_str("nothing could be loaded"),
            [problem] => write!(f, "{}", problem.error),
            [first, ..] => {
                write!(f, "{} rows can't be loaded, the first: {}", self.problems.len(), first.error)
            }
        }
    }
}

impl std::error::Error for LoadError {}

impl<'e> Loader<'e> {
    /// Takes a row by column names. Amortised O(columns).
    ///
    /// # Errors
    /// `unknown_table`, `unknown_column`, `type_mismatch`, `out_of_range`, `not_null_violation`. The
    /// row isn't taken; the load can go on.
    pub fn push(&mut self, table: &str, row: &Row) -> Result<(), Error> {
        let table = self.0.store().catalog().table_id(table)?;
        self.0.push_row(table, row)
    }

    /// The rows of a table, each with values for these columns; the others are generated or by default.
    /// The fastest way in: values go straight into the columns.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table};
    /// # let db = Database::new(Schema::new().table(Table::new("words").column(Column::integer("id").generated())
    /// #     .column(Column::text("word")).column(Column::integer("length")).primary_key(["id"])))?;
    /// db.load(|loader| {
    ///     let mut words = loader.rows("words", ["word", "length"])?;
    ///     ["ape", "bee"].into_iter().try_for_each(|word| words.push(&[word.into(), (word.len() as i64).into()]))
    /// }).unwrap();
    /// assert_eq!(db.query("words").count()?, 2);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_table`, `unknown_column`, and `invalid_query` for a column named twice.
    pub fn rows<'n>(
        &mut self,
        table: &str,
        columns: impl IntoIterator<Item = &'n str>,
    ) -> Result<RowLoader<'_, 'e>, Error> {
        let table = self.table(table)?;
        let block = self.0.block(table, columns)?;
        Ok(RowLoader { loading: &mut self.0, block })
    }

    /// The table whose rows [`push_values`](Loader::push_values) takes.
    ///
    /// # Errors
    /// `unknown_table`.
    pub fn table(&self, name: &str) -> Result<TableId, Error> {
        self.0.store().catalog().table_id(name)
    }

    /// Takes a row by column position; what is `None` or left out at the end is generated or by
    /// default. Amortised O(columns).
    ///
    /// # Errors
    /// `type_mismatch`, `out_of_range`, `not_null_violation`. The row isn't taken; the load can go on.
    pub fn push_values(&mut self, table: TableId, values: Vec<Option<Value>>) -> Result<(), Error> {
        self.0.push_values(table, values)
    }
}

/// Takes the rows of one table of a [`load`](Database::load) as borrowed values. Made by
/// [`Loader::rows`].
pub struct RowLoader<'l, 'e> {
    loading: &'l mut Loading<'e>,
    block: Block,
}

impl RowLoader<'_, '_> {
    /// Takes a row: a value for each of the columns that were named. Amortised O(columns).
    ///
    /// # Errors
    /// `type_mismatch`, `out_of_range`, `not_null_violation`. The row isn't taken; the load can go on.
    #[inline]
    pub fn push(&mut self, values: &[ValueRef<'_>]) -> Result<(), Error> {
        self.loading.push_refs(&mut self.block, values)
    }
}

impl Drop for RowLoader<'_, '_> {
    fn drop(&mut self) {
        self.loading.write_block(&mut self.block);
    }
}

impl Database {
    /// Loads what `fill` gives, all or nothing, and gives how many rows that was. Several times
    /// faster than inserts: indexes and relations are built at the end. Counters count what is loaded;
    /// nothing is touched, rows come in as they are. O(rows).
    ///
    /// ```
    /// # use relata::{Column, Database, ForeignKey, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("people")
    /// #     .column(Column::integer("id")).column(Column::integer("boss_id").nullable())
    /// #     .primary_key(["id"]).foreign_key(ForeignKey::new(["boss_id"], "people"))))?;
    /// let rows = db.load(|loader| {
    ///     loader.push("people", &row! { id: 1, boss_id: 2 })?;
    ///     loader.push("people", &row! { id: 2 })
    /// });
    /// assert_eq!(rows.unwrap(), 2);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// Every row that breaks a constraint, or what `fill` fails with; then nothing is loaded.
    pub fn load(&self, fill: impl FnOnce(&mut Loader<'_>) -> Result<(), Error>) -> Result<usize, LoadError> {
        let _turn = self.turn()?;
        let (store, rows) = loaded(&self.shared.published.read(), &self.shared.environment, fill)?;
        self.shared.publish(Arc::new(store));
        Ok(rows)
    }
}

impl Transaction<'_> {
    /// Loads rows as one statement of this transaction; see [`Database::load`]. Foreign keys have to match
    /// by its end, deferrable ones too.
    ///
    /// ```
    /// # use relata::{Column, Database, LoadError, Schema, Table, row};
    /// # let db = Database::new(Schema::new().table(Table::new("words")
    /// #     .column(Column::text("word")).primary_key(["word"])))?;
    /// let mut tx = db.begin()?;
    /// tx.savepoint("empty");
    /// tx.load(|loader| ["ape", "bee"].iter().try_for_each(|word| loader.push("words", &row! { word: *word })))?;
    /// assert_eq!(tx.query("words").count()?, 2);
    /// tx.rollback_to("empty")?;
    /// assert_eq!(tx.query("words").count()?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Database::load`]; then nothing is loaded, and the transaction goes on.
    pub fn load(
        &mut self,
        fill: impl FnOnce(&mut Loader<'_>) -> Result<(), Error>,
    ) -> Result<usize, LoadError> {
        let (store, rows) = loaded(self.store(), self.environment(), fill)?;
        self.replace(store);
        Ok(rows)
    }
}

/// What a state becomes with the rows that `fill` gives, and how many those are.
fn loaded(
    before: &Store,
    environment: &Arc<Environment>,
    fill: impl FnOnce(&mut Loader<'_>) -> Result<(), Error>,
) -> Result<(Store, usize), LoadError> {
    let mut loader = Loader(Loading::new(before.clone(), environment));
    fill(&mut loader)?;
    loader.0.finish().map_err(|problems| {
        let public = problems.into_iter().map(|problem| LoadProblem {
            table: Some(before.info(problem.table).name.clone()),
            row: problem.row,
            error: problem.error,
        });
        LoadError { problems: public.collect() }
    })
}
