//! Statements, naively.

use super::filter::Reader;
use super::{Beside, Cells, Key, Naive, State};
use crate::engine::{Reason, Reasons};
use crate::schema::Table;
use crate::tree::{Filter, Statement};
use crate::value::Value;
use std::collections::VecDeque;

/// In which order foreign keys act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// After each row, as SQLite does it; else after all rows of a statement.
    by_row: bool,
    /// From the last row: where rows are found is up to a server.
    rows_reversed: bool,
    /// From the last key, which SQLite knows first; else as declared.
    keys_reversed: bool,
    /// In the order in which rows were changed, those changed by an action last, and a key without an action
    /// looks for its rows when its turn comes, as PostgreSQL does it; else each action to its end.
    queued: bool,
}

const DECLARED: Order = Order { by_row: false, rows_reversed: false, keys_reversed: false, queued: false };
const BY_ROW: Order = Order { by_row: true, ..DECLARED };
const QUEUED: Order = Order { queued: true, ..DECLARED };
const OTHERS: [Order; 7] = [
    Order { keys_reversed: true, ..DECLARED },
    BY_ROW,
    Order { keys_reversed: true, ..BY_ROW },
    Order { rows_reversed: true, ..BY_ROW },
    Order { rows_reversed: true, keys_reversed: true, ..BY_ROW },
    QUEUED,
    Order { rows_reversed: true, ..QUEUED },
];

impl Order {
    /// Those that an engine may have beside the declared one.
    pub(super) fn others(beside: Beside) -> &'static [Order] {
        if beside.postgres { &OTHERS } else { &OTHERS[..5] }
    }
}

/// A statement that is tried on a copy of the rows.
pub(super) struct Attempt<'n> {
    naive: &'n Naive<'n>,
    order: Order,
    pub(super) state: State,
    /// Why it is refused, as far as it has come.
    pub(super) refused: Reasons,
    /// How often a foreign key had rows to act on.
    pub(super) acted: usize,
    /// Changes that foreign keys haven't acted on yet, where they queue.
    queue: VecDeque<Event>,
}

/// A row that was changed or taken away.
enum Event {
    Changed(usize, u64, Cells),
    Deleted(usize, Cells),
}

/// Places and what to write there.
type Set = [(usize, Value)];

impl<'n> Attempt<'n> {
    pub(super) fn new(naive: &'n Naive<'n>, order: Order) -> Attempt<'n> {
        Attempt {
            naive,
            order,
            state: naive.state.clone(),
            refused: Reasons::default(),
            acted: 0,
            queue: VecDeque::new(),
        }
    }

    /// Does what is asked, and lets foreign keys act; how many rows were named.
    pub(super) fn statement(&mut self, statement: &Statement) -> u64 {
        let count = self.write(statement);
        while let Some(event) = self.queue.pop_front() {
            match event {
                Event::Changed(table, number, old) => {
                    let before = [(number, old)];
                    self.keys_to(table).into_iter().for_each(|key| self.follow_update(key, &before));
                    self.look_for_own_parents(table, number);
                }
                Event::Deleted(table, old) => {
                    let gone = [old];
                    self.keys_to(table).into_iter().for_each(|key| self.follow_delete(key, &gone));
                }
            }
        }
        count
    }

    fn write(&mut self, statement: &Statement) -> u64 {
        let schema = self.naive.schema;
        match statement {
            Statement::Insert(name, rows) => {
                let table = schema.place(name);
                for row in rows {
                    let row = complete(&schema.tables[table], row);
                    self.add(table, row);
                }
                rows.len() as u64
            }
            Statement::Update(name, which, set) => {
                let table = schema.place(name);
                let set: Vec<(usize, Value)> = set
                    .iter()
                    .map(|(name, value)| (schema.tables[table].place(name), value.clone()))
                    .collect();
                let rows = self.named(table, which.as_ref());
                for some in self.portions(&rows) {
                    self.change(table, &some, &set);
                }
                rows.len() as u64
            }
            Statement::Upsert(name, row, on) => {
                self.upsert(schema.place(name), row, on);
                1
            }
            Statement::Delete(name, which) => {
                let table = schema.place(name);
                let rows = self.named(table, which.as_ref());
                for some in self.portions(&rows) {
                    self.delete(table, &some);
                }
                rows.len() as u64
            }
        }
    }

    /// What must hold in the end: a deferrable key at the end of its transaction.
    pub(super) fn close(&mut self, is_over: bool) {
        for key in self.naive.keys.iter().filter(|key| is_over || !key.deferrable) {
            let is_open = |(_, row): &(u64, Cells)| {
                let held = cells(row, &key.columns);
                !held.contains(&Value::Null) && self.holders(key.parent, &key.references, &held).is_empty()
            };
            if self.state.tables[key.child].iter().any(is_open) {
                self.refused.add(Reason::ForeignKey);
            }
        }
    }

    fn named(&self, table: usize, which: Option<&Filter>) -> Vec<u64> {
        let reader = Reader { schema: self.naive.schema, state: &self.state };
        let rows = self.state.tables[table].iter();
        let named = rows.filter(|row| which.is_none_or(|filter| reader.passes(table, row, filter, &[])));
        named.map(|(number, _)| *number).collect()
    }

    /// The rows that are worked on before foreign keys act.
    fn portions(&self, rows: &[u64]) -> Vec<Vec<u64>> {
        let mut all: Vec<Vec<u64>> =
            if self.order.by_row { rows.iter().map(|row| vec![*row]).collect() } else { vec![rows.to_vec()] };
        if self.order.rows_reversed {
            all.reverse();
        }
        all
    }

    fn add(&mut self, table: usize, row: Vec<Value>) {
        self.note_row(table, &row);
        let number = self.state.next;
        self.state.next += 1;
        self.state.tables[table].push((number, row.into()));
        self.note_taken(table, number);
    }

    fn upsert(&mut self, table: usize, given: &[Option<Value>], on: &[&'static str]) {
        let info = &self.naive.schema.tables[table];
        let row = complete(info, given);
        // Nothing may be missing in what is proposed, even where another row is changed instead.
        self.note_missing(table, &row);
        let places: Vec<usize> = on.iter().map(|name| info.place(name)).collect();
        match self.holders(table, &places, &cells(&row, &places)).first() {
            None => self.add(table, row),
            Some(other) => {
                let set: Vec<(usize, Value)> =
                    given.iter().enumerate().filter_map(|(at, value)| Some((at, value.clone()?))).collect();
                self.change(table, &[*other], &set);
            }
        }
    }

    /// Writes cells of rows that are still there, and then foreign keys act.
    fn change(&mut self, table: usize, rows: &[u64], set: &Set) {
        let mut before: Vec<(u64, Cells)> = Vec::new();
        for (number, row) in &mut self.state.tables[table] {
            if rows.contains(number) && set.iter().any(|(at, value)| row[*at] != *value) {
                before.push((*number, row.clone()));
                let mut cells = row.to_vec();
                set.iter().for_each(|(at, value)| cells[*at] = value.clone());
                *row = cells.into();
            }
        }
        for (number, _) in &before {
            if let Some(row) = self.row(table, *number) {
                self.note_row(table, &row);
                self.note_taken(table, *number);
            }
        }
        if self.order.queued {
            self.enqueue(before.into_iter().map(|(number, old)| Event::Changed(table, number, old)));
            return;
        }
        for key in self.keys_to(table) {
            self.follow_update(key, &before);
        }
    }

    fn enqueue(&mut self, events: impl DoubleEndedIterator<Item = Event>) {
        if self.order.rows_reversed {
            self.queue.extend(events.rev());
        } else {
            self.queue.extend(events);
        }
    }

    fn follow_update(&mut self, key: &'n Key, before: &[(u64, Cells)]) {
        for (number, old) in before {
            let Some(new) = self.row(key.parent, *number) else { continue };
            let (old, new) = (cells(old, &key.references), cells(&new, &key.references));
            if same(&old, &new) {
                continue;
            }
            let children = self.holders(key.child, &key.columns, &old);
            if children.is_empty() {
                continue;
            }
            self.acted += 1;
            match key.on_update {
                "restrict" => self.refused.add(Reason::ForeignKey),
                "no_action" => self.look_for_parent(key, &old, false),
                "cascade" => {
                    let set: Vec<(usize, Value)> = key.columns.iter().copied().zip(new).collect();
                    self.change(key.child, &children, &set);
                }
                action => self.leave(key, &children, action),
            }
            if key.on_update == "set_default" {
                self.look_for_parent(key, &old, true);
            }
        }
    }

    fn delete(&mut self, table: usize, rows: &[u64]) {
        let mut gone: Vec<Cells> = Vec::new();
        self.state.tables[table].retain(|(number, row)| {
            let goes = rows.contains(number);
            gone.extend(goes.then(|| row.clone()));
            !goes
        });
        if self.order.queued {
            self.enqueue(gone.into_iter().map(|old| Event::Deleted(table, old)));
            return;
        }
        for key in self.keys_to(table) {
            self.follow_delete(key, &gone);
        }
    }

    fn follow_delete(&mut self, key: &'n Key, gone: &[Cells]) {
        let mut children = Vec::new();
        for row in gone {
            children.extend(self.holders(key.child, &key.columns, &cells(row, &key.references)));
        }
        if children.is_empty() {
            return;
        }
        self.acted += 1;
        for some in self.portions(&children) {
            match key.on_delete {
                "restrict" => self.refused.add(Reason::ForeignKey),
                "no_action" => {
                    for row in gone {
                        self.look_for_parent(key, &cells(row, &key.references), false);
                    }
                }
                "cascade" => self.delete(key.child, &some),
                action => self.leave(key, &some, action),
            }
        }
        if key.on_delete == "set_default" {
            for row in gone {
                self.look_for_parent(key, &cells(row, &key.references), true);
            }
        }
    }

    /// Where a key doesn't wait for the end, rows that hold it must have a parent now; `always` those that
    /// got it as a default, even where the key is deferrable.
    fn look_for_parent(&mut self, key: &Key, held: &[Value], always: bool) {
        let is_queued = self.order.queued && (always || !key.deferrable);
        if is_queued
            && !self.holders(key.child, &key.columns, held).is_empty()
            && self.holders(key.parent, &key.references, held).is_empty()
        {
            self.refused.add(Reason::ForeignKey);
        }
    }

    /// Whether what a changed row points to is there now, before anything else acts.
    fn look_for_own_parents(&mut self, table: usize, number: u64) {
        let Some(row) = self.row(table, number) else { return };
        for key in self.naive.keys.iter().filter(|key| key.child == table) {
            self.look_for_parent(key, &cells(&row, &key.columns), false);
        }
    }

    /// Takes the key from rows that lost their parent.
    fn leave(&mut self, key: &'n Key, children: &[u64], action: &str) {
        let table = &self.naive.schema.tables[key.child];
        let value = |at: &usize| match (action, &table.columns[*at].default) {
            ("set_default", Some(value)) => (*at, value.clone()),
            _ => (*at, Value::Null),
        };
        let set: Vec<(usize, Value)> = key.columns.iter().map(value).collect();
        self.change(key.child, children, &set);
    }

    /// The foreign keys that lead to a table, in the order they act.
    fn keys_to(&self, table: usize) -> Vec<&'n Key> {
        let mut keys: Vec<&Key> = self.naive.keys.iter().filter(|key| key.parent == table).collect();
        if self.order.keys_reversed {
            keys.reverse();
        }
        keys
    }

    fn row(&self, table: usize, number: u64) -> Option<Cells> {
        let rows = &self.state.tables[table];
        rows.iter().find(|(other, _)| *other == number).map(|(_, row)| row.clone())
    }

    /// The rows whose cells are this key; none for a key with a null.
    fn holders(&self, table: usize, columns: &[usize], key: &[Value]) -> Vec<u64> {
        let holds = |row: &Cells| {
            columns
                .iter()
                .zip(key)
                .all(|(at, value)| row[*at].compare(value).is_some_and(|found| found.is_eq()))
        };
        let rows = self.state.tables[table].iter();
        rows.filter(|(_, row)| holds(row)).map(|(number, _)| *number).collect()
    }

    /// Whether an update writes the key that it has to a row that points to itself.
    pub(super) fn rewrites_own_key(&self, statement: &Statement) -> bool {
        let Statement::Update(name, which, set) = statement else { return false };
        let table = self.naive.schema.place(name);
        let info = &self.naive.schema.tables[table];
        let is_set = |at: &usize| set.iter().any(|(name, _)| info.place(name) == *at);
        let to_itself =
            |key: &&Key| key.child == table && key.parent == table && key.references.iter().any(is_set);
        let keys: Vec<&Key> = self.naive.keys.iter().filter(to_itself).collect();
        !keys.is_empty()
            && self.named(table, which.as_ref()).into_iter().any(|number| {
                let Some(row) = self.row(table, number) else { return false };
                keys.iter().any(|key| same(&cells(&row, &key.columns), &cells(&row, &key.references)))
            })
    }

    /// Whether a row that is proposed breaks a check.
    pub(super) fn breaks_check(&self, table: usize, given: &[Option<Value>]) -> bool {
        self.is_refused_by_check(table, &complete(&self.naive.schema.tables[table], given))
    }

    /// Notes what is wrong with a row by itself.
    fn note_row(&mut self, table: usize, row: &[Value]) {
        self.note_missing(table, row);
        if self.is_refused_by_check(table, row) {
            self.refused.add(Reason::Check);
        }
    }

    fn note_missing(&mut self, table: usize, row: &[Value]) {
        let columns = self.naive.schema.tables[table].columns.iter();
        if columns.zip(row).any(|(column, value)| *value == Value::Null && !column.nullable) {
            self.refused.add(Reason::NotNull);
        }
    }

    fn is_refused_by_check(&self, table: usize, row: &[Value]) -> bool {
        let reader = Reader { schema: self.naive.schema, state: &self.state };
        let row: (u64, Cells) = (0, row.into());
        let checks = &self.naive.schema.tables[table].checks;
        checks.iter().any(|check| reader.truth(table, &row, check, &[]) == Some(Some(false)))
    }

    /// Notes a key that a row shares with another one.
    fn note_taken(&mut self, table: usize, number: u64) {
        let Some(row) = self.row(table, number) else { return };
        let naive = self.naive;
        let taken = |columns: &Vec<usize>| self.holders(table, columns, &cells(&row, columns)).len() > 1;
        if naive.unique[table].iter().any(taken) {
            self.refused.add(Reason::Unique);
        }
    }
}

/// A value for every column of a new row.
fn complete(table: &Table, given: &[Option<Value>]) -> Vec<Value> {
    let columns = table.columns.iter().zip(given);
    let value = |value: &Option<Value>, default: &Option<Value>| value.clone().or_else(|| default.clone());
    columns.map(|(column, given)| value(given, &column.default).unwrap_or(Value::Null)).collect()
}

fn cells(row: &[Value], columns: &[usize]) -> Vec<Value> {
    columns.iter().map(|at| row[*at].clone()).collect()
}

fn same(a: &[Value], b: &[Value]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.same(b))
}
