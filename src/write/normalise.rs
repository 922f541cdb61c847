//! From what a caller gives to a value of the right type for each column.

use super::Writer;
use crate::catalog::{ColumnInfo, DefaultInfo, TableInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::id::ColumnId;
use crate::value::{Input, Row, Type, Value};
use ecow::EcoString;
use std::borrow::Cow;

impl Writer<'_> {
    /// A value for every column of a new row: given, generated, by default or null, also where it may
    /// not be.
    pub(super) fn complete(&mut self, info: &TableInfo, row: &Row) -> Result<Vec<Value>> {
        let mut values: Vec<Option<Value>> = vec![None; info.columns.len()];
        for (place, (name, input)) in row.iter().enumerate() {
            let (column, value) = resolve(info, place, name, input)?;
            match values.get_mut(column.index()) {
                Some(Some(_)) => return Err(given_twice(name)),
                Some(slot) => *slot = Some(value),
                None => {}
            }
        }
        self.fill(info, values)
    }

    /// Fills what wasn't given, and sees to identities.
    pub(super) fn fill(&mut self, info: &TableInfo, values: Vec<Option<Value>>) -> Result<Vec<Value>> {
        let mut row = Vec::with_capacity(values.len());
        for (column, value) in info.columns.iter().zip(values) {
            let value = match value {
                Some(value) => {
                    if let (true, Value::Integer(given)) = (column.generated, &value) {
                        self.store.table_mut(info.id).pass_identity(*given);
                    }
                    value
                }
                None if column.generated => self.identity(info, column)?,
                None => self.default_of(column),
            };
            row.push(value);
        }
        Ok(row)
    }

    pub(super) fn identity(&mut self, info: &TableInfo, column: &ColumnInfo) -> Result<Value> {
        let next = match self.store.table_mut(info.id).next_identity() {
            Some(next) => column.ty.accept(Value::Integer(next)),
            None => Err(Error::new(ErrorKind::OutOfRange {
                expected: ecow::eco_format!("{}", column.ty),
                found: ecow::eco_format!("{}", i128::from(i64::MAX) + 1),
                column: None,
            })),
        };
        next.map_err(|error| error.for_column(&info.name, &column.name))
    }

    /// What a column gets when nothing is given: its default, or null.
    pub(crate) fn default_of(&mut self, column: &ColumnInfo) -> Value {
        match &column.default {
            None => Value::Null,
            Some(DefaultInfo::Constant(value)) => value.clone(),
            Some(DefaultInfo::Uuid) => Value::Uuid(self.new_uuid()),
            Some(DefaultInfo::Now) => self.time(&column.ty),
        }
    }

    /// The time of the statement as a type holds it.
    pub(super) fn time(&mut self, ty: &Type) -> Value {
        time_as(ty, self.now())
    }

    /// The columns an update changes, and to what.
    pub(super) fn assignments(&self, info: &TableInfo, set: &Row) -> Result<Vec<(ColumnId, Value)>> {
        if set.is_empty() {
            return Err(ErrorKind::InvalidQuery(QueryMistake::NothingToWrite).into());
        }
        let mut out: Vec<(ColumnId, Value)> = Vec::with_capacity(set.len());
        for (place, (name, input)) in set.iter().enumerate() {
            let (column, value) = resolve(info, place, name, input)?;
            if out.iter().any(|(known, _)| *known == column) {
                return Err(given_twice(name));
            }
            out.push((column, value));
        }
        Ok(out)
    }
}

/// The column of a name that may be given a value. Most rows name their columns in declared order and
/// leave a few out, so the columns from the name's own `place` on are looked at first.
fn writable<'i>(info: &'i TableInfo, place: usize, name: &EcoString) -> Result<&'i ColumnInfo> {
    /// How many of them.
    const NEAR: usize = 4;
    let near = info.columns.get(place..).unwrap_or_default().iter().take(NEAR);
    let column = match near.into_iter().find(|column| column.name == *name) {
        Some(column) => column,
        None => info.column(info.column_id(name).map_err(|error| error.at(name))?),
    };
    refuse_counter(column).map_err(|error| error.at(name))?;
    Ok(column)
}

/// As [`resolve`], for a value that may stay where it is.
pub(super) fn resolve_ref<'r>(
    info: &TableInfo,
    place: usize,
    name: &EcoString,
    input: &'r Input,
) -> Result<(ColumnId, Cow<'r, Value>)> {
    if let Input::Value(value) = input {
        let column = writable(info, place, name)?;
        if column.ty.takes(value) {
            return Ok((column.id, Cow::Borrowed(value)));
        }
    }
    resolve(info, place, name, input).map(|(column, value)| (column, Cow::Owned(value)))
}

/// The column of a name, and what it is given.
pub(crate) fn resolve(
    info: &TableInfo,
    place: usize,
    name: &EcoString,
    input: &Input,
) -> Result<(ColumnId, Value)> {
    let column = writable(info, place, name)?.id;
    let ty = &info.column(column).ty;
    let null = matches!(input, Input::Literal(crate::value::Literal::Null));
    let value = if null { Ok(Value::Null) } else { input.resolve(ty) };
    Ok((column, value.map_err(|error| error.for_column(&info.name, name).at(name))?))
}

pub(super) fn given_twice(name: &EcoString) -> Error {
    Error::new(ErrorKind::InvalidQuery(QueryMistake::ColumnGivenTwice { column: name.clone() })).at(name)
}

/// A counter takes no value from outside.
pub(super) fn refuse_counter(column: &ColumnInfo) -> Result<()> {
    let Some(counter) = &column.counter else { return Ok(()) };
    let mistake = QueryMistake::CounterGiven { column: column.name.clone(), relation: counter.what.clone() };
    Err(ErrorKind::InvalidQuery(mistake).into())
}

/// Every column of a row that isn't nullable must have a value.
pub(super) fn require_all<'v>(info: &TableInfo, row: impl IntoIterator<Item = &'v Value>) -> Result<()> {
    info.columns.iter().zip(row).try_for_each(|(column, value)| require(info, column, value))
}

/// A column that isn't nullable must have a value.
pub(super) fn require(info: &TableInfo, column: &ColumnInfo, value: &Value) -> Result<()> {
    if !value.is_null() || column.nullable {
        return Ok(());
    }
    let (table, name) = (info.name.clone(), column.name.clone());
    Err(Error::new(ErrorKind::NotNullViolation { table, column: name }).at(&column.name))
}

/// A point in time as a type holds it, to the microsecond.
pub(super) fn time_as(ty: &Type, now: jiff::Timestamp) -> Value {
    let civil = || jiff::tz::Offset::UTC.to_datetime(now);
    let value = match ty {
        Type::Date => Value::Date(civil().date()),
        Type::Timestamp => Value::Timestamp(civil()),
        _ => Value::Timestamptz(now),
    };
    ty.accept(value).unwrap_or_default()
}
