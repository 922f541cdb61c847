//! Transactions and histories asked for what they can't do.

use ecow::EcoString;
use std::fmt;

/// Why a step of a transaction means nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TransactionMistake {
    /// A commit, rollback or savepoint where no transaction is open.
    NotOpen {
        /// What was asked for.
        step: &'static str,
    },
    /// A transaction was begun where one is open.
    AlreadyOpen,
    /// A write past the transaction of the same thread, for whose end it would wait for ever.
    HeldByThisThread,
    /// No savepoint has this name.
    UnknownSavepoint {
        /// The name.
        name: EcoString,
        /// The savepoints there are, oldest first.
        known: Vec<EcoString>,
    },
    /// No snapshot is kept under this name.
    UnknownSnapshot {
        /// The name.
        name: EcoString,
        /// The names there are, oldest first.
        known: Vec<EcoString>,
    },
    /// Steps were to be undone or redone where none are kept.
    NoHistory,
    /// A step of a transaction where every request stands for itself.
    NoSession {
        /// What was asked for.
        step: &'static str,
    },
}

impl TransactionMistake {
    /// The one thing to do about it.
    pub(super) fn help(&self) -> String {
        match self {
            TransactionMistake::NotOpen { .. } => "begin one first".into(),
            TransactionMistake::AlreadyOpen => "use a savepoint: they nest".into(),
            TransactionMistake::HeldByThisThread => {
                "write through the transaction or the hook's event, or end it first".into()
            }
            TransactionMistake::UnknownSavepoint { known, .. }
            | TransactionMistake::UnknownSnapshot { known, .. } => match known.as_slice() {
                [] => "there are none".into(),
                known => format!("there are: {}", known.join(", ")),
            },
            TransactionMistake::NoHistory => "build the database with `history`".into(),
            TransactionMistake::NoSession { .. } => "use a session or a script".into(),
        }
    }
}

impl fmt::Display for TransactionMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransactionMistake::NotOpen { step } => write!(f, "`{step}` without an open transaction"),
            TransactionMistake::AlreadyOpen => f.write_str("a transaction is open already"),
            TransactionMistake::HeldByThisThread => {
                f.write_str("this thread is writing already and would wait for itself")
            }
            TransactionMistake::UnknownSavepoint { name, .. } => write!(f, "no savepoint `{name}`"),
            TransactionMistake::UnknownSnapshot { name, .. } => write!(f, "no snapshot `{name}` is kept"),
            TransactionMistake::NoHistory => f.write_str("this database keeps no history"),
            TransactionMistake::NoSession { step } => write!(f, "`{step}` without a session to keep it"),
        }
    }
}
