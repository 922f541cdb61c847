//! Expressions over many rows at once: each part gives a vector, its type matched once a batch.

mod arithmetic;
mod calculate;
mod cast;
mod decimal;
mod gather;
mod logic;
mod order;
mod text;
mod time;

pub(crate) use calculate::evaluate;
pub(crate) use decimal::{add as add_decimals, mean};
pub(crate) use gather::gather;
pub(crate) use logic::truths;

use crate::column::time as columns;
use crate::id::{Slot, TableId};
use crate::store::Store;
use crate::value::{Type, Value, ValueRef};
use ecow::{EcoString, EcoVec};
use rust_decimal::Decimal;
use std::borrow::Cow;
use uuid::Uuid;

/// Values of one type, one a row; a single one stands for all rows.
#[derive(Clone, Debug)]
pub(crate) struct Vector<'a> {
    pub(crate) data: Data<'a>,
    /// Which of the values are null; as long as the data. `None` when none is.
    pub(crate) nulls: Option<Vec<bool>>,
}

/// The values, null or not. What lies under a null is never looked at.
#[derive(Clone, Debug)]
pub(crate) enum Data<'a> {
    Boolean(Vec<bool>),
    /// Integers of any width.
    Integer(Vec<i64>),
    Float(Vec<f64>),
    Decimal(Vec<Decimal>),
    Text(Vec<Cow<'a, str>>),
    Json(Vec<Cow<'a, str>>),
    Bytes(Vec<Cow<'a, [u8]>>),
    /// Days since 1970-01-01.
    Date(Vec<i32>),
    /// Microseconds, as columns hold them.
    Timestamp(Vec<i64>),
    Timestamptz(Vec<i64>),
    Uuid(Vec<u128>),
    /// Positions among the labels.
    Label(Vec<u16>, EcoVec<EcoString>),
}

/// Runs `$body` with `$cells` bound to the values of whichever type a vector has.
macro_rules! each {
    ($data:expr, $cells:ident => $body:expr) => {
        match $data {
            Data::Boolean($cells) => $body,
            Data::Integer($cells) => $body,
            Data::Float($cells) => $body,
            Data::Decimal($cells) => $body,
            Data::Text($cells) | Data::Json($cells) => $body,
            Data::Bytes($cells) => $body,
            Data::Date($cells) => $body,
            Data::Timestamp($cells) | Data::Timestamptz($cells) => $body,
            Data::Uuid($cells) => $body,
            Data::Label($cells, _) => $body,
        }
    };
}

/// The rows that an expression is about.
#[derive(Clone)]
pub(crate) struct Batch<'a, 'b> {
    pub(crate) store: &'a Store,
    /// The table of each source.
    pub(crate) tables: &'b [TableId],
    /// A row of each source for each tuple; none where its side of a join is missing.
    pub(crate) slots: Vec<Cow<'b, [Slot]>>,
    /// Values computed before.
    pub(crate) outputs: Cow<'b, [Vector<'a>]>,
    pub(crate) len: usize,
}

impl<'a> Batch<'a, '_> {
    /// The tuples at some places.
    pub(crate) fn pick(&self, places: &[u32]) -> Batch<'a, '_> {
        let slot = |slots: &[Slot], at: &u32| slots.get(*at as usize).copied().unwrap_or_default();
        Batch {
            store: self.store,
            tables: self.tables,
            slots: self
                .slots
                .iter()
                .map(|slots| Cow::Owned(places.iter().map(|at| slot(slots, at)).collect()))
                .collect(),
            outputs: self.outputs.iter().map(|vector| vector.pick(places)).collect(),
            len: places.len(),
        }
    }
}

impl<'a> Vector<'a> {
    /// How many values are held; 1 may stand for any number of rows.
    pub(crate) fn width(&self) -> usize {
        each!(&self.data, cells => cells.len())
    }

    /// Where the value of a row is held.
    #[inline]
    pub(crate) fn place(&self, row: usize) -> usize {
        if self.width() == 1 { 0 } else { row }
    }

    /// Whether the value of a row is null.
    #[inline]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        match &self.nulls {
            Some(nulls) => nulls.get(if nulls.len() == 1 { 0 } else { row }).copied().unwrap_or(true),
            None => false,
        }
    }

    /// The value of a row.
    pub(crate) fn get(&self, row: usize) -> ValueRef<'_> {
        if self.is_null(row) {
            return ValueRef::Null;
        }
        let at = self.place(row);
        let found = match &self.data {
            Data::Boolean(v) => v.get(at).map(|v| ValueRef::Boolean(*v)),
            Data::Integer(v) => v.get(at).map(|v| ValueRef::Integer(*v)),
            Data::Float(v) => v.get(at).map(|v| ValueRef::Float(*v)),
            Data::Decimal(v) => v.get(at).map(|v| ValueRef::Decimal(*v)),
            Data::Text(v) => v.get(at).map(|v| ValueRef::Text(v)),
            Data::Json(v) => v.get(at).map(|v| ValueRef::Json(v)),
            Data::Bytes(v) => v.get(at).map(|v| ValueRef::Bytes(v)),
            Data::Date(v) => v.get(at).map(|v| ValueRef::Date(columns::days_to_date(*v))),
            Data::Timestamp(v) => v.get(at).map(|v| ValueRef::Timestamp(columns::micros_to_timestamp(*v))),
            Data::Timestamptz(v) => v.get(at).map(|v| ValueRef::Timestamptz(columns::micros_to_instant(*v))),
            Data::Uuid(v) => v.get(at).map(|v| ValueRef::Uuid(Uuid::from_u128(*v))),
            Data::Label(v, labels) => {
                v.get(at).and_then(|v| labels.get(usize::from(*v))).map(|label| ValueRef::Text(label))
            }
        };
        found.unwrap_or_default()
    }

    /// A vector of values of a type, or null. O(n).
    pub(crate) fn of_values<'v>(ty: &Type, values: impl Iterator<Item = &'v Value> + Clone) -> Vector<'a> {
        /// Collects what a pattern finds, the default elsewhere.
        macro_rules! collect {
            ($pattern:pat => $out:expr) => {
                values
                    .clone()
                    .map(|value| match value {
                        $pattern => $out,
                        _ => Default::default(),
                    })
                    .collect()
            };
        }
        let data = match ty {
            Type::Boolean => Data::Boolean(collect!(Value::Boolean(v) => *v)),
            Type::Smallint | Type::Int | Type::Integer => Data::Integer(collect!(Value::Integer(v) => *v)),
            Type::Float => Data::Float(collect!(Value::Float(v) => *v)),
            Type::Decimal => Data::Decimal(collect!(Value::Decimal(v) => *v)),
            Type::Text => Data::Text(collect!(Value::Text(v) => Cow::Owned(v.as_str().to_owned()))),
            Type::Json => Data::Json(collect!(Value::Json(v) => Cow::Owned(v.as_str().to_owned()))),
            Type::Bytes => Data::Bytes(collect!(Value::Bytes(v) => Cow::Owned(v.to_vec()))),
            Type::Date => Data::Date(collect!(Value::Date(v) => columns::date_to_days(*v))),
            Type::Timestamp => {
                Data::Timestamp(collect!(Value::Timestamp(v) => columns::timestamp_to_micros(*v)))
            }
            Type::Timestamptz => {
                Data::Timestamptz(collect!(Value::Timestamptz(v) => columns::instant_to_micros(*v)))
            }
            Type::Uuid => Data::Uuid(collect!(Value::Uuid(v) => v.as_u128())),
            Type::Enum(labels) => Data::Label(collect!(Value::Text(v) => label(labels, v)), labels.clone()),
        };
        let nulls: Vec<bool> = values.map(Value::is_null).collect();
        let nulls = nulls.contains(&true).then_some(nulls);
        Vector { data, nulls }
    }

    /// Nulls of a type for every row.
    pub(crate) fn null(ty: &Type) -> Vector<'a> {
        Vector::of_values(ty, std::iter::once(&Value::Null))
    }

    /// The values at some places. O(places).
    pub(crate) fn pick(&self, places: &[u32]) -> Vector<'a> {
        if self.width() == 1 {
            return self.clone();
        }
        /// The picked cells.
        fn some<T: Clone + Default>(cells: &[T], places: &[u32]) -> Vec<T> {
            places.iter().map(|at| cells.get(*at as usize).cloned().unwrap_or_default()).collect()
        }
        let data = match &self.data {
            Data::Boolean(v) => Data::Boolean(some(v, places)),
            Data::Integer(v) => Data::Integer(some(v, places)),
            Data::Float(v) => Data::Float(some(v, places)),
            Data::Decimal(v) => Data::Decimal(some(v, places)),
            Data::Text(v) => Data::Text(some(v, places)),
            Data::Json(v) => Data::Json(some(v, places)),
            Data::Bytes(v) => Data::Bytes(some(v, places)),
            Data::Date(v) => Data::Date(some(v, places)),
            Data::Timestamp(v) => Data::Timestamp(some(v, places)),
            Data::Timestamptz(v) => Data::Timestamptz(some(v, places)),
            Data::Uuid(v) => Data::Uuid(some(v, places)),
            Data::Label(v, labels) => Data::Label(some(v, places), labels.clone()),
        };
        Vector { data, nulls: self.nulls.as_ref().map(|nulls| some(nulls, places)) }
    }
}

/// A label's position; what isn't among them lies past all.
fn label(labels: &[EcoString], label: &str) -> u16 {
    let place = labels.iter().position(|other| other == label);
    place.and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX)
}

/// Which rows of two vectors are null: either's.
pub(super) fn either_null(a: &Vector<'_>, b: &Vector<'_>, rows: usize) -> Option<Vec<bool>> {
    if a.nulls.is_none() && b.nulls.is_none() {
        return None;
    }
    Some((0..rows).map(|row| a.is_null(row) || b.is_null(row)).collect())
}
