//! Relata by models, over the one fixed schema that they declare.
//!
//! What goes through the typed layer: inserts of rows whose columns are all given, or all but the generated
//! and defaulted ones; updates and deletes whose filters and values are made of the tests below; queries of all
//! columns with such filters, an order by one column, a limit and offset, and at most one include without
//! anything of its own; transactions; reading all rows as structs. Filters may compare with values, be ranges,
//! lists, patterns and tests for null, joined by and, or and not, and ask along relations. Where a statement says
//! what models can't, a null in a required column for one, the same database is given it by name, so that it
//! stays comparable; a query of that kind isn't asked here.

mod filter;
mod models;
mod query;

use crate::case::Rows;
use crate::engine::{Engine, Kind, Ran, Result, Verdict};
use crate::schema::Schema;
use crate::schemas::LIBRARY;
use crate::tree::{Control, Query, Statement};
use crate::untyped::Untyped;
use crate::value::Value;
use filter::Fields;
use models::{Author, Book, Inserts};
use relata::typed::{Database as Typing, Transaction as TypedTransaction};
use relata::{Database, Error};

/// A database of models.
pub struct Typed<'d> {
    schema: &'d Schema,
    typing: Typing,
    /// What keeps the transaction, and is given what models can't say.
    by_name: Untyped<'d>,
}

/// Whether the models declare a schema.
pub fn is_for(schema: &Schema) -> bool {
    schema.name == LIBRARY
}

impl<'d> Typed<'d> {
    /// A database of the models.
    ///
    /// # Errors
    /// Where they don't make a schema.
    pub fn database() -> relata::Result<Database> {
        Typing::new::<(Author, Book)>().map(|typing| typing.untyped().clone())
    }

    /// Empty, over a database that [`database`](Typed::database) made.
    ///
    /// # Errors
    /// Where the models aren't those of the database.
    pub fn new(schema: &'d Schema, database: &'d Database) -> Result<Typed<'d>> {
        let typing = Typing::over::<(Author, Book)>(database.clone()).map_err(|error| error.to_string())?;
        Ok(Typed { schema, typing, by_name: Untyped::new(schema, database, false) })
    }

    /// Runs a write in the transaction that is open, or in one of its own.
    fn write(
        &mut self,
        write: impl FnOnce(&mut TypedTransaction<'_, '_>) -> relata::Result<Ran>,
    ) -> Result<Ran> {
        let done: std::result::Result<Ran, Error> = match self.by_name.open() {
            Some(transaction) => write(&mut self.typing.within(transaction)),
            None => self.typing.transaction(write),
        };
        done.or_else(|error| crate::untyped::refused(&error).map(Ran::from))
    }
}

/// So many rows, without keys.
fn counted(count: u64) -> Ran {
    Verdict::Done(count).into()
}

impl Engine for Typed<'_> {
    fn kind(&self) -> Kind {
        Kind::Typed
    }

    fn run(&mut self, statement: &Statement) -> Result<Ran> {
        let schema = self.schema;
        match statement {
            Statement::Insert("authors", rows) => match models::authors(schema, rows) {
                Some(Inserts::Whole(authors)) => self.write(|tx| models::insert(tx, authors)),
                Some(Inserts::New(authors)) => self.write(|tx| models::insert(tx, authors)),
                None => self.by_name.run(statement),
            },
            Statement::Insert(_, rows) => match models::books(schema, rows) {
                Some(Inserts::Whole(books)) => self.write(|tx| models::insert(tx, books)),
                Some(Inserts::New(books)) => self.write(|tx| models::insert(tx, books)),
                None => self.by_name.run(statement),
            },
            Statement::Update("authors", Some(which), set) => {
                match (Author::condition(which), Author::assignment(set)) {
                    (Some(which), Some(set)) => {
                        self.write(|tx| tx.update_where::<Author>(|_| which, |_| set).map(counted))
                    }
                    _ => self.by_name.run(statement),
                }
            }
            Statement::Update("books", Some(which), set) => {
                match (Book::condition(which), Book::assignment(set)) {
                    (Some(which), Some(set)) => {
                        self.write(|tx| tx.update_where::<Book>(|_| which, |_| set).map(counted))
                    }
                    _ => self.by_name.run(statement),
                }
            }
            Statement::Delete("authors", Some(which)) => match Author::condition(which) {
                Some(which) => self.write(|tx| tx.delete_where::<Author>(|_| which).map(counted)),
                None => self.by_name.run(statement),
            },
            Statement::Delete("books", Some(which)) => match Book::condition(which) {
                Some(which) => self.write(|tx| tx.delete_where::<Book>(|_| which).map(counted)),
                None => self.by_name.run(statement),
            },
            Statement::Update(..) | Statement::Upsert(..) | Statement::Delete(..) => {
                self.by_name.run(statement)
            }
        }
    }

    fn control(&mut self, control: Control) -> Result<Verdict> {
        self.by_name.control(control)
    }

    fn ask(&mut self, query: &Query) -> Result<Option<String>> {
        match self.by_name.open() {
            Some(transaction) => query::answer(&self.typing.within(transaction).snapshot(), query),
            None => query::answer(&self.typing.snapshot(), query),
        }
    }

    fn dump(&mut self) -> Result<Rows> {
        let snapshot = match self.by_name.open() {
            Some(transaction) => self.typing.within(transaction).snapshot(),
            None => self.typing.snapshot(),
        };
        let read = |error: Error| error.to_string();
        let authors = snapshot.query::<Author>().all().map_err(read)?.to_models();
        let books = snapshot.query::<Book>().all().map_err(read)?.to_models();
        let authors: Vec<Vec<Value>> = authors.into_iter().map(Author::cells).collect();
        Ok(vec![("authors", authors), ("books", books.into_iter().map(Book::cells).collect())])
    }

    fn check(&mut self) -> Option<String> {
        self.by_name.check()
    }

    fn draws_keys(&self) -> bool {
        true
    }
}

/// The document of an answer.
fn shown(answer: &impl serde::Serialize) -> Result<Option<String>> {
    serde_json::to_string(answer).map(Some).map_err(|error| error.to_string())
}
