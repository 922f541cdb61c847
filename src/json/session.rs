//! Requests one after another, with transactions over several of them.

use super::answer::{Answer, executed, read};
use super::control::Control;
use super::request::Request;
use crate::db::{Database, Snapshot, Transaction};
use crate::document::Limits;
use crate::error::{Error, TransactionMistake};

/// A database and the transaction that is open on it, if any. Dropped with one open, it rolls back.
///
/// ```
/// use relata::json::{Limits, Request, Session};
/// # use relata::{Column, Database, Schema, Table};
/// # let db = Database::new(Schema::new().table(Table::new("users")
/// #     .column(Column::integer("id").generated()).column(Column::text("name")).primary_key(["id"])))?;
/// let (catalog, limits) = (db.catalog(), Limits::default());
/// let mut session = Session::new(&db);
/// for text in [r#"{"begin": true}"#, r#"{"insert": "users", "values": {"name": "Ann"}}"#] {
///     session.answer(&Request::parse(&catalog, text, &limits)?, &limits)?;
/// }
/// assert_eq!((session.snapshot().query("users").count()?, db.query("users").count()?), (1, 0));
/// session.answer(&Request::parse(&catalog, r#"{"commit": true}"#, &limits)?, &limits)?;
/// assert_eq!(db.query("users").count()?, 1);
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a session with an open transaction rolls back when it is dropped"]
pub struct Session<'d> {
    database: &'d Database,
    transaction: Option<Transaction<'d>>,
}

impl<'d> Session<'d> {
    /// A session without a transaction.
    pub fn new(database: &'d Database) -> Session<'d> {
        Session { database, transaction: None }
    }

    /// Whether a transaction is open.
    pub fn is_in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// The rows as this session sees them: with what its open transaction wrote.
    pub fn snapshot(&self) -> Snapshot {
        match &self.transaction {
            Some(transaction) => transaction.snapshot(),
            None => self.database.snapshot(),
        }
    }

    /// The answer to a request. A refused statement undoes itself only; a refused commit ends the
    /// transaction and undoes all of it.
    ///
    /// # Errors
    /// As [`answer`](super::answer); `invalid_query` for a step that means nothing: a commit without
    /// a begin, a second begin, a savepoint that isn't there.
    pub fn answer(&mut self, request: &Request, limits: &Limits) -> Result<Answer, Error> {
        match (request, &mut self.transaction) {
            (Request::Control(control), _) => self.step(control).map(|()| Answer::Done),
            (Request::Statement { statement, single }, Some(transaction)) => {
                Ok(executed(transaction.execute(statement)?, *single))
            }
            (Request::Statement { statement, single }, None) => {
                Ok(executed(self.database.execute(statement)?, *single))
            }
            _ => read(&self.snapshot(), request, limits),
        }
    }

    fn step(&mut self, control: &Control) -> Result<(), Error> {
        let Some(mut transaction) = self.transaction.take() else {
            return match control {
                Control::Begin => {
                    self.transaction = Some(self.database.begin()?);
                    Ok(())
                }
                _ => Err(TransactionMistake::NotOpen { step: control.method() }.into()),
            };
        };
        let stepped = match control {
            Control::Commit => return transaction.commit(),
            Control::Rollback(None) => {
                transaction.rollback();
                return Ok(());
            }
            Control::Begin => Err(TransactionMistake::AlreadyOpen.into()),
            Control::Savepoint(name) => {
                transaction.savepoint(name.clone());
                Ok(())
            }
            Control::Rollback(Some(name)) => transaction.rollback_to(name),
        };
        self.transaction = Some(transaction);
        stepped.map_err(|error: Error| error.at(control.method()))
    }
}
