//! The naive model: rows in vectors, everything found by looking at every row.
//!
//! Written from what PostgreSQL documents; it shares no code with the store. A statement goes on after
//! something refuses it, so that every reason is known: a store may name any of them.

mod filter;
mod read;
mod write;

use crate::case::Rows;
use crate::engine::{Engine, Kind, Ran, Reason, Reasons, Result, Verdict};
use crate::schema::Schema;
use crate::tree::{Control, Query, Statement};
use crate::value::Value;
use std::rc::Rc;
use write::{Attempt, Order};

/// The cells of a row. A changed row is a new one, so that states share those that stay.
type Cells = Rc<[Value]>;

/// The rows of all tables, each with a number that ascends in insertion order.
#[derive(Clone, Debug, PartialEq)]
struct State {
    tables: Vec<Vec<(u64, Cells)>>,
    next: u64,
}

/// A foreign key, by places.
#[derive(Debug)]
struct Key {
    child: usize,
    columns: Vec<usize>,
    parent: usize,
    references: Vec<usize>,
    on_delete: &'static str,
    on_update: &'static str,
    deferrable: bool,
}

/// A database, naively.
pub struct Naive<'a> {
    schema: &'a Schema,
    keys: Vec<Key>,
    /// The unique constraints of each table.
    unique: Vec<Vec<Vec<usize>>>,
    state: State,
    /// Where a transaction is open: the state before it, and moments in it by name.
    open: Option<(State, Vec<(&'static str, State)>)>,
    /// The orders in which others may let foreign keys act.
    orders: &'static [Order],
    beside: Beside,
}

/// Which servers take part.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// SQLite does.
    pub sqlite: bool,
    /// PostgreSQL does.
    pub postgres: bool,
}

impl<'a> Naive<'a> {
    /// The empty tables of a schema.
    pub fn new(schema: &'a Schema, beside: Beside) -> Naive<'a> {
        let places = |table: usize, names: &[&str]| -> Vec<usize> {
            names.iter().map(|name| schema.tables[table].place(name)).collect()
        };
        let mut keys = Vec::new();
        for (child, table) in schema.tables.iter().enumerate() {
            for link in &table.links {
                let Some((on_delete, on_update)) = link.actions else { continue };
                let parent = schema.place(link.table);
                keys.push(Key {
                    child,
                    columns: places(child, &link.columns),
                    parent,
                    references: places(parent, &link.references),
                    on_delete,
                    on_update,
                    deferrable: link.deferrable,
                });
            }
        }
        let unique = schema.tables.iter().enumerate().map(|(at, table)| {
            let all = table.unique.iter().chain([&table.key]).filter(|names| !names.is_empty());
            all.map(|names| places(at, names)).collect()
        });
        let state = State { tables: vec![Vec::new(); schema.tables.len()], next: 0 };
        let orders = Order::others(beside);
        Naive { schema, keys, unique: unique.collect(), state, open: None, orders, beside }
    }

    /// A statement tried on a copy.
    fn attempt(&self, statement: &Statement, order: Order) -> (Attempt<'_>, u64) {
        let mut attempt = Attempt::new(self, order);
        let count = attempt.statement(statement);
        attempt.close(self.open.is_none());
        (attempt, count)
    }
}

impl Engine for Naive<'_> {
    fn kind(&self) -> Kind {
        Kind::Naive
    }

    fn run(&mut self, statement: &Statement) -> Result<Ran> {
        let (attempt, count) = self.attempt(statement, Order::default());
        let verdict = if attempt.refused.is_empty() {
            self.state = attempt.state;
            Verdict::Done(count)
        } else {
            // Which reason is found may depend on the order, too.
            let others = self.orders.iter().map(|order| self.attempt(statement, *order).0.refused);
            Verdict::Refused(others.fold(attempt.refused, Reasons::and))
        };
        Ok(verdict.into())
    }

    fn control(&mut self, control: Control) -> Result<Verdict> {
        if control == Control::Begin {
            self.open = Some((self.state.clone(), Vec::new()));
            return Ok(Verdict::Done(0));
        }
        let Some((before, moments)) = &mut self.open else { return Err("no transaction is open".into()) };
        match control {
            Control::Begin => {}
            Control::Savepoint(name) => moments.push((name, self.state.clone())),
            Control::RollbackTo(name) => {
                let at = moments.iter().rposition(|(other, _)| *other == name);
                let at = at.ok_or("there is no such savepoint")?;
                moments.truncate(at + 1);
                self.state = moments[at].1.clone();
            }
            Control::Rollback => {
                self.state = before.clone();
                self.open = None;
            }
            Control::Commit => {
                let mut attempt = Attempt::new(self, Order::default());
                attempt.close(true);
                let holds = attempt.refused.is_empty();
                let before = self.open.take().map(|(before, _)| before);
                if let (false, Some(before)) = (holds, before) {
                    self.state = before;
                    return Ok(Verdict::Refused(Reason::ForeignKey.into()));
                }
            }
        }
        Ok(Verdict::Done(0))
    }

    fn ask(&mut self, query: &Query) -> Result<Option<String>> {
        Ok(read::answer(self.schema, &self.state, query).map(|answer| answer.to_string()))
    }

    fn dump(&mut self) -> Result<Rows> {
        let rows = |table: &Vec<(u64, Cells)>| table.iter().map(|(_, row)| row.to_vec()).collect();
        let tables = self.schema.tables.iter().zip(&self.state.tables);
        Ok(tables.map(|(table, held)| (table.name, rows(held))).collect())
    }

    /// Where it matters which referential action comes first; where a row that an upsert proposes breaks a
    /// check: servers refuse it even if the row in the way would be a good one after the change; and where a
    /// row that points to itself is given the key that it has: SQLite miscounts its parents.
    fn leaves_out(&self, statement: &Statement) -> bool {
        if let Statement::Upsert(table, row, _) = statement
            && Attempt::new(self, Order::default()).breaks_check(self.schema.place(table), row)
        {
            return true;
        }
        if self.beside.sqlite && Attempt::new(self, Order::default()).rewrites_own_key(statement) {
            return true;
        }
        let table = match statement {
            Statement::Insert(..) => return false,
            Statement::Update(table, ..) | Statement::Upsert(table, ..) | Statement::Delete(table, _) => {
                table
            }
        };
        let table = self.schema.place(table);
        if self.keys.iter().all(|key| key.parent != table) {
            return false;
        }
        let (first, count) = self.attempt(statement, Order::default());
        if count == 0 || (count == 1 && first.acted == 0) {
            return false;
        }
        let came_to = |attempt: Attempt<'_>| attempt.refused.is_empty().then_some(attempt.state);
        let expected = came_to(first);
        self.orders.iter().any(|order| came_to(self.attempt(statement, *order).0) != expected)
    }
}
