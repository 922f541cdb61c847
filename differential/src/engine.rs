//! What every engine does: one runner gives all of them the same steps and compares what they say.

use crate::case::Rows;
use crate::tree::{Control, Query, Statement};
use std::fmt;

/// What went wrong in the harness or the engine, in words; not a refusal.
pub type Result<T> = std::result::Result<T, String>;

/// A store that steps are tried on. It's made with a schema, and empty.
pub trait Engine {
    /// The name it has on the command line.
    fn kind(&self) -> Kind;

    /// Takes the rows at first, none of which breaks anything.
    ///
    /// # Errors
    /// Where it can't.
    fn fill(&mut self, rows: &Rows) -> Result<()> {
        for (table, rows) in rows.iter().filter(|(_, rows)| !rows.is_empty()) {
            let rows = rows.iter().map(|row| row.iter().cloned().map(Some).collect()).collect();
            match self.run(&Statement::Insert(table, rows))?.verdict {
                Verdict::Done(_) => {}
                other => return Err(format!("{} refuses rows of {table}: {other}", self.kind())),
            }
        }
        Ok(())
    }

    /// Carries out a statement, all or nothing.
    ///
    /// # Errors
    /// Where it fails for another reason than that it refuses.
    fn run(&mut self, statement: &Statement) -> Result<Ran>;

    /// Takes a step of a transaction, one that means something now.
    ///
    /// # Errors
    /// Where it fails for another reason than that a commit is refused.
    fn control(&mut self, control: Control) -> Result<Verdict>;

    /// The answer to a query as the text of a document; `None` where it's too long to compare, or where
    /// the engine can't be asked this.
    ///
    /// # Errors
    /// Where it refuses: no query that is asked may be refused.
    fn ask(&mut self, query: &Query) -> Result<Option<String>>;

    /// All rows of all tables, in insertion order.
    ///
    /// # Errors
    /// Where they can't be read.
    fn dump(&mut self) -> Result<Rows>;

    /// What the engine finds wrong with itself, if it can tell.
    fn check(&mut self) -> Option<String> {
        None
    }

    /// Leaves a copy behind that must stay as it is, where the engine can.
    ///
    /// # Errors
    /// Where the copy can't be read.
    fn fork(&mut self) -> Result<()> {
        Ok(())
    }

    /// Whether it draws the keys of generated columns itself. The others are told those.
    fn draws_keys(&self) -> bool {
        false
    }

    /// Whether what the statement comes to here says nothing about the others, by design: then none is given
    /// it. `tests/by_design.rs` has each reason.
    fn leaves_out(&self, _statement: &Statement) -> bool {
        false
    }
}

/// How a statement went, and the generated keys of the rows it gave.
#[derive(Clone, Debug)]
pub struct Ran {
    /// How it went.
    pub verdict: Verdict,
    /// The generated key of each row as stored, where the engine draws them.
    pub keys: Vec<i64>,
}

/// How a statement went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Carried out; so many rows were named.
    Done(u64),
    /// Refused for one of these reasons.
    Refused(Reasons),
}

/// Why a statement is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A null where none may be.
    NotNull,
    /// A key that is there already.
    Unique,
    /// A key that leads nowhere, or a row that others lead to.
    ForeignKey,
    /// A check.
    Check,
}

/// A set of reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reasons(u8);

/// The engines there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Relata by its Rust interface, without models.
    Untyped,
    /// Relata by documents.
    Json,
    /// Relata by models, over the one fixed schema that they are for.
    Typed,
    /// Rows in vectors, everything found by looking at every row.
    Naive,
    /// SQLite in memory.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Every engine under its name.
pub const KINDS: [(&str, Kind); 6] = [
    ("untyped", Kind::Untyped),
    ("json", Kind::Json),
    ("typed", Kind::Typed),
    ("model", Kind::Naive),
    ("sqlite", Kind::Sqlite),
    ("postgres", Kind::Postgres),
];

impl Kind {
    /// The engine of a name.
    pub fn named(name: &str) -> Option<Kind> {
        KINDS.iter().find(|(other, _)| *other == name).map(|(_, kind)| *kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(_, kind)| kind == self).map(|(name, _)| *name);
        f.write_str(name.unwrap_or_default())
    }
}

impl From<Verdict> for Ran {
    fn from(verdict: Verdict) -> Ran {
        Ran { verdict, keys: Vec::new() }
    }
}

impl Verdict {
    /// Whether an engine that was refused for one reason, or carried it out, may have said this where the
    /// naive model says `expected`: that knows every reason, and a store names the first it comes upon.
    pub fn agrees_with(&self, expected: &Verdict) -> bool {
        match (self, expected) {
            (Verdict::Refused(own), Verdict::Refused(all)) => own.0 & all.0 != 0,
            (own, expected) => own == expected,
        }
    }
}

impl Reasons {
    /// All of them, for where nobody knows which apply.
    pub const ANY: Reasons = Reasons(0b1111);

    /// Adds a reason.
    pub fn add(&mut self, reason: Reason) {
        self.0 |= Reasons::from(reason).0;
    }

    /// These and others.
    #[must_use]
    pub fn and(self, others: Reasons) -> Reasons {
        Reasons(self.0 | others.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl From<Reason> for Reasons {
    fn from(reason: Reason) -> Reasons {
        Reasons(1 << reason as u8)
    }
}

impl Reason {
    /// The reason that an error of Relata's is about, if it's one of these.
    pub fn of_kind(kind: &str) -> Option<Reason> {
        match kind {
            "not_null_violation" => Some(Reason::NotNull),
            "unique_violation" => Some(Reason::Unique),
            "foreign_key_violation" | "restrict_violation" => Some(Reason::ForeignKey),
            "check_violation" => Some(Reason::Check),
            _ => None,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = match self {
            Verdict::Done(count) => return write!(f, "done, {count} rows"),
            Verdict::Refused(reasons) => reasons,
        };
        f.write_str("refused:")?;
        let named = [
            (Reason::NotNull, "not null"),
            (Reason::Unique, "unique"),
            (Reason::ForeignKey, "foreign key"),
            (Reason::Check, "check"),
        ];
        let named = named.iter().filter(|(reason, _)| reasons.0 & Reasons::from(*reason).0 != 0);
        named.into_iter().try_for_each(|(_, name)| write!(f, " {name}"))
    }
}
