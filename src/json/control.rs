//! The steps of a transaction as requests.

use super::options::{name, shape};
use crate::error::Error;
use crate::value::Literal;
use ecow::EcoString;

/// A step of a transaction over several requests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Control {
    /// `{"begin": true}`
    Begin,
    /// `{"commit": true}`
    Commit,
    /// `{"savepoint": "a"}`
    Savepoint(EcoString),
    /// `{"rollback": true}`, or `{"rollback": "a"}` to a savepoint.
    Rollback(Option<EcoString>),
}

impl Control {
    /// The request's method.
    pub fn method(&self) -> &'static str {
        match self {
            Control::Begin => "begin",
            Control::Commit => "commit",
            Control::Savepoint(_) => "savepoint",
            Control::Rollback(_) => "rollback",
        }
    }

    /// A rollback of all, or to the savepoint that is named.
    pub(super) fn rollback(literal: Literal) -> Result<Control, Error> {
        match literal {
            Literal::Boolean(true) => Ok(Control::Rollback(None)),
            Literal::Text(savepoint) => Ok(Control::Rollback(Some(savepoint))),
            other => Err(shape("true or a savepoint's name", &other)),
        }
    }

    pub(super) fn savepoint(literal: Literal) -> Result<Control, Error> {
        name(literal, "a savepoint's name").map(Control::Savepoint)
    }
}

/// The only value of methods that are about nothing in particular.
pub(super) fn only_true(literal: Literal) -> Result<(), Error> {
    match literal {
        Literal::Boolean(true) => Ok(()),
        other => Err(shape("true", &other)),
    }
}
