//! Statements, naively: on a copy that is kept when nothing refuses.

use super::rules::{default, fit};
use super::step::{Given, Route, Step, arbiter, place};
use super::{Key, Model, cells, run::Outcome};
use relata::{Action, Value};

pub(super) type Refusal = &'static str;

/// Cells to write: a row by its number, and a value for each column.
pub(super) type Changes = Vec<(u64, Vec<Value>)>;

impl Model {
    /// Carries out an operation other than a fork. All or nothing, but for identities.
    pub fn run(&mut self, step: &Step) -> Outcome {
        self.run_until(step, true)
    }

    /// As [`run`](Model::run), inside a transaction: deferrable keys hold at its commit.
    pub fn run_inside(&mut self, step: &Step) -> Outcome {
        self.run_until(step, false)
    }

    fn run_until(&mut self, step: &Step, is_over: bool) -> Outcome {
        if let Step::Load { rows, route } = step {
            return self.load(rows, *route);
        }
        let mut copy = self.clone();
        let done = copy.statement(step).and_then(|count| match copy.foreign_keys_hold(is_over) {
            true => Ok(count),
            false => Err("foreign_key_violation"),
        });
        match done {
            Ok(count) => {
                *self = copy;
                self.touch_all();
                self.count_children();
                self.log();
                Ok(count)
            }
            Err(refusal) => {
                for (own, tried) in self.tables.iter_mut().zip(&copy.tables) {
                    own.sequence = tried.sequence;
                }
                Err(vec![refusal.to_owned()])
            }
        }
    }

    fn statement(&mut self, step: &Step) -> Result<usize, Refusal> {
        match step {
            Step::Insert { table, rows } => {
                for given in rows {
                    let row = self.complete(*table, given)?;
                    self.add(*table, row)?;
                }
                Ok(rows.len())
            }
            Step::Update { table, which, set } => {
                let named = self.named(*table, which)?;
                let set = self.set(*table, set)?;
                self.assign(*table, &named, &set)?;
                Ok(named.len())
            }
            Step::Delete { table, which } => {
                let named = self.named(*table, which)?;
                self.delete(*table, &named)?;
                Ok(named.len())
            }
            Step::Destroy { table, which } => {
                let named = self.named(*table, which)?;
                self.destroy(*table, &named)?;
                Ok(named.len())
            }
            Step::Upsert { table, rows, on, set } => {
                self.upsert(*table, rows, *on, set.as_ref())?;
                Ok(rows.len())
            }
            Step::UpdateAlong { relation, on, key, acts } => self.update_along((*relation, *on), key, acts),
            Step::InsertAlong { relation, on, row, acts } => self.insert_along((*relation, *on), row, acts),
            Step::Load { .. } | Step::Fork => Ok(0),
        }
    }

    /// A value for every column of a new row. Values that don't fit are refused before missing ones.
    pub(super) fn complete(&mut self, table: usize, given: &Given) -> Result<Vec<Value>, Refusal> {
        let columns = &self.schema.tables[table].columns;
        given.iter().try_for_each(|(at, value)| fit(&columns[*at], value).map(drop))?;
        self.complete_in_order(table, given)
    }

    fn complete_in_order(&mut self, table: usize, given: &Given) -> Result<Vec<Value>, Refusal> {
        let columns = self.schema.tables[table].columns.clone();
        let mut row = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            let value = match given.iter().find(|(place, _)| *place == at) {
                Some((_, value)) => {
                    let value = fit(column, value)?;
                    self.pass(table, at, &value);
                    value
                }
                None if column.generated => {
                    self.tables[table].sequence += 1;
                    self.tables[table].sequence.into()
                }
                None => default(column),
            };
            if value.is_null() && !column.nullable {
                return Err("not_null_violation");
            }
            row.push(value);
        }
        Ok(row)
    }

    /// Moves the sequence past a generated key given by hand.
    fn pass(&mut self, table: usize, at: usize, value: &Value) {
        if let (true, Value::Integer(given)) = (self.schema.tables[table].columns[at].generated, value) {
            let sequence = &mut self.tables[table].sequence;
            *sequence = (*sequence).max(*given);
        }
    }

    pub(super) fn add(&mut self, table: usize, mut row: Vec<Value>) -> Result<(), Refusal> {
        self.before_insert(table, &mut row);
        let number = self.next;
        self.next += 1;
        if self.is_taken(table, number, &row) {
            return Err("unique_violation");
        }
        let passes = self.passes_checks(table, &row);
        self.tables[table].rows.push((number, row));
        self.touch_from(table, number);
        if passes { Ok(()) } else { Err("check_violation") }
    }

    fn set(&self, table: usize, set: &Given) -> Result<Given, Refusal> {
        if set.is_empty() {
            return Err("invalid_query");
        }
        let columns = &self.schema.tables[table].columns;
        set.iter().map(|(at, value)| Ok((*at, fit(&columns[*at], value)?))).collect()
    }

    pub(super) fn assign(&mut self, table: usize, rows: &[u64], set: &Given) -> Result<(), Refusal> {
        if !rows.is_empty() {
            set.iter().for_each(|(at, value)| self.pass(table, *at, value));
        }
        let columns: Vec<usize> = set.iter().map(|(at, _)| *at).collect();
        let values: Vec<Value> = set.iter().map(|(_, value)| value.clone()).collect();
        let changes = rows.iter().map(|row| (*row, values.clone())).collect();
        self.before_update(table, &columns, &changes)?;
        self.change(table, &columns, changes)
    }

    /// Changes cells, and whatever foreign keys set off: key by key, each to its end.
    pub(super) fn change(
        &mut self,
        table: usize,
        columns: &[usize],
        mut changes: Changes,
    ) -> Result<(), Refusal> {
        // A row may be gone by then: taken along by what had to make room for it.
        changes.retain(|(row, values)| {
            self.row(table, *row).is_some_and(|row| !same(&cells(row, columns), values))
        });
        if changes.is_empty() {
            return Ok(());
        }
        let described = self.schema.tables[table].clone();
        let is_missing = |(at, value): (&usize, &Value)| value.is_null() && !described.columns[*at].nullable;
        if changes.iter().any(|(_, values)| columns.iter().zip(values).any(is_missing)) {
            return Err("not_null_violation");
        }
        let before: Changes =
            changes.iter().map(|(row, _)| (*row, self.row(table, *row).unwrap().clone())).collect();
        changes.iter().for_each(|(row, _)| self.touch_from(table, *row));
        for (number, values) in &changes {
            let row = self.tables[table].rows.iter_mut().find(|(other, _)| other == number).unwrap();
            columns.iter().zip(values).for_each(|(at, value)| row.1[*at] = value.clone());
            if let Some(version) = &described.version {
                let at = place(&described, version);
                let Value::Integer(changes) = row.1[at] else { unreachable!("{row:?}") };
                row.1[at] = (changes + 1).into();
            }
        }
        changes.iter().for_each(|(row, _)| self.touch_from(table, *row));
        if changes.iter().any(|(row, _)| self.is_taken(table, *row, self.row(table, *row).unwrap())) {
            return Err("unique_violation");
        }
        if changes.iter().any(|(row, _)| !self.passes_checks(table, self.row(table, *row).unwrap())) {
            return Err("check_violation");
        }
        for key in self.keys().iter().filter(|key| key.parent == table) {
            self.follow_update(key, columns, &before)?;
        }
        Ok(())
    }

    /// What an update of referenced keys does along one foreign key.
    fn follow_update(&mut self, key: &Key, changed: &[usize], before: &Changes) -> Result<(), Refusal> {
        let mut changes = Changes::new();
        for (row, old) in before {
            let old_key = cells(old, &key.references);
            let new_key = cells(self.row(key.parent, *row).unwrap(), &key.references);
            // A row may change again on the way, by a key that leads back to it.
            if !key.references.iter().any(|at| changed.contains(at)) || old_key == new_key {
                continue;
            }
            let children = self.holders(key.child, &key.columns, &old_key);
            let values = match key.on_update {
                Action::NoAction => continue,
                Action::Restrict if children.is_empty() => continue,
                Action::Restrict => return Err("restrict_violation"),
                Action::Cascade if children.is_empty() => continue,
                Action::Cascade => self.fitting(key, new_key)?,
                Action::SetNull | Action::SetDefault => self.without(key, key.on_update),
            };
            changes.extend(children.into_iter().map(|child| (child, values.clone())));
        }
        self.change(key.child, &key.columns, changes)
    }

    fn fitting(&self, key: &Key, values: Vec<Value>) -> Result<Vec<Value>, Refusal> {
        let columns = &self.schema.tables[key.child].columns;
        key.columns.iter().zip(&values).map(|(at, value)| fit(&columns[*at], value)).collect()
    }

    /// What a foreign key's columns become when they lose their parent.
    fn without(&self, key: &Key, action: Action) -> Vec<Value> {
        let columns = &self.schema.tables[key.child].columns;
        let value =
            |at: &usize| if action == Action::SetDefault { default(&columns[*at]) } else { Value::Null };
        key.columns.iter().map(value).collect()
    }

    /// Takes rows away: all that goes is found first, then it goes, then what stays is changed.
    pub(super) fn delete(&mut self, table: usize, rows: &[u64]) -> Result<(), Refusal> {
        let mut gone = Vec::new();
        let mut bereft = Vec::new();
        self.condemn(table, rows, &mut gone, &mut bereft)?;
        self.take_away(&gone, bereft)
    }

    /// Takes condemned rows away, and a key from those that lost their parent by it.
    pub(super) fn take_away(
        &mut self,
        gone: &[(usize, u64)],
        bereft: Vec<(Key, Vec<u64>)>,
    ) -> Result<(), Refusal> {
        gone.iter().for_each(|(table, row)| self.touch_from(*table, *row));
        for (at, table) in self.tables.iter_mut().enumerate() {
            table.rows.retain(|(number, _)| !gone.contains(&(at, *number)));
        }
        for (key, children) in bereft {
            let values = self.without(&key, key.on_delete);
            let still = |child: &u64| {
                let Some(row) = self.row(key.child, *child) else { return false };
                let held = cells(row, &key.columns);
                !held.iter().any(Value::is_null)
                    && self.holders(key.parent, &key.references, &held).is_empty()
            };
            let changes: Changes =
                children.into_iter().filter(still).map(|child| (child, values.clone())).collect();
            self.change(key.child, &key.columns, changes)?;
        }
        Ok(())
    }

    /// Finds what goes with these rows: key by key, each to its end.
    fn condemn(
        &self,
        table: usize,
        rows: &[u64],
        gone: &mut Vec<(usize, u64)>,
        bereft: &mut Vec<(Key, Vec<u64>)>,
    ) -> Result<(), Refusal> {
        let rows: Vec<u64> = rows.iter().copied().filter(|row| !gone.contains(&(table, *row))).collect();
        if rows.is_empty() {
            return Ok(());
        }
        gone.extend(rows.iter().map(|row| (table, *row)));
        self.condemn_below(table, &rows, gone, bereft)
    }

    /// Finds what goes with rows that are condemned already.
    pub(super) fn condemn_below(
        &self,
        table: usize,
        rows: &[u64],
        gone: &mut Vec<(usize, u64)>,
        bereft: &mut Vec<(Key, Vec<u64>)>,
    ) -> Result<(), Refusal> {
        for key in self.keys().into_iter().filter(|key| key.parent == table) {
            let held = |row: &u64| cells(self.row(table, *row).unwrap(), &key.references);
            let children = rows.iter().flat_map(|row| self.holders(key.child, &key.columns, &held(row)));
            let mut children: Vec<u64> = children.collect();
            children.retain(|child| !gone.contains(&(key.child, *child)));
            match key.on_delete {
                Action::Cascade => self.condemn(key.child, &children, gone, bereft)?,
                Action::Restrict if !children.is_empty() => return Err("restrict_violation"),
                Action::SetNull | Action::SetDefault => bereft.push((key, children)),
                Action::NoAction | Action::Restrict => {}
            }
        }
        Ok(())
    }

    fn upsert(
        &mut self,
        table: usize,
        rows: &[Given],
        on: Option<usize>,
        set: Option<&Given>,
    ) -> Result<(), Refusal> {
        let mut arbiters = self.unique(table);
        if let Some(at) = on {
            let wanted = self.places(table, &arbiter(&self.schema.tables[table], at));
            arbiters.retain(|columns| *columns == wanted);
            if arbiters.is_empty() {
                return Err("invalid_query");
            }
        }
        let set = set.map(|set| self.set(table, set)).transpose()?;
        for given in rows {
            let row = self.complete(table, given)?;
            let mut holders =
                arbiters.iter().flat_map(|columns| self.holders(table, columns, &cells(&row, columns)));
            let Some(other) = holders.next() else {
                drop(holders);
                self.add(table, row)?;
                continue;
            };
            drop(holders);
            let own = given.iter().map(|(at, _)| (*at, row[*at].clone())).collect();
            self.assign(table, &[other], set.as_ref().unwrap_or(&own))?;
        }
        Ok(())
    }

    /// All rows or none; every row that can't stay is named.
    fn load(&mut self, rows: &[(usize, Given)], route: Route) -> Outcome {
        let mut copy = self.clone();
        let first = copy.next;
        for (table, given) in rows {
            let row = match route {
                // Borrowed values are taken column by column: the first mistake in that order counts.
                Route::Borrowed => copy.complete_in_order(*table, given),
                Route::ByName | Route::ByPlace => copy.complete(*table, given),
            };
            let row = row.map_err(|refusal| vec![refusal.to_owned()])?;
            copy.tables[*table].rows.push((copy.next, row));
            copy.next += 1;
        }
        let mut problems = Vec::new();
        for table in 0..copy.tables.len() {
            let all = &copy.tables[table].rows;
            let new = all.iter().filter(|(number, _)| *number >= first);
            for (at, (number, row)) in new.enumerate() {
                let name = &copy.schema.tables[table].name;
                let mut refuse = |kind: &str| problems.push(format!("{name} {at} {kind}"));
                for columns in copy.unique(table) {
                    let holders = copy.holders(table, &columns, &cells(row, &columns));
                    if holders.iter().any(|other| other < number) {
                        refuse("unique_violation");
                    }
                }
                for key in copy.keys().iter().filter(|key| key.child == table) {
                    let held = cells(row, &key.columns);
                    if !held.iter().any(Value::is_null)
                        && copy.holders(key.parent, &key.references, &held).is_empty()
                    {
                        refuse("foreign_key_violation");
                    }
                }
                if !copy.passes_checks(table, row) {
                    refuse("check_violation");
                }
            }
        }
        problems.sort();
        if problems.is_empty() {
            *self = copy;
            self.count_children();
            return Ok(rows.len());
        }
        Err(problems)
    }
}

/// Whether writing `b` over `a` changes nothing that can be seen: equal decimals differ in scale.
pub(super) fn same(a: &[Value], b: &[Value]) -> bool {
    format!("{a:?}") == format!("{b:?}")
}
