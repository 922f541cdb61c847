//! One value of many: typed accumulators, one cell a group.

use super::names::{Aggregated, Kind};
use crate::column::time::{days_to_date, micros_to_instant, micros_to_timestamp};
use crate::error::{Error, ErrorKind, FlatMistake, Result};
use crate::eval::list;
use crate::eval::vector::{Data, Vector, add_decimals, mean};
use crate::expr::AggregateFunction;
use crate::value::{Type, Value};
use ecow::{EcoString, eco_format};
use hashbrown::HashTable;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Whole numbers up to this are told apart by a bit each when there is one group.
const BITS_MAX: i64 = 1 << 27;

/// The type of an aggregate of values of a type.
///
/// # Errors
/// `invalid_query` for a type that it has no meaning for.
pub(super) fn result_type(aggregate: AggregateFunction, of: Option<&Type>) -> Result<Type> {
    let Some(of) = of else {
        return match aggregate {
            AggregateFunction::Count => Ok(Type::Integer),
            _ => Err(FlatMistake::MisplacedAggregate.into()),
        };
    };
    let found = match (aggregate, of) {
        (AggregateFunction::Count | AggregateFunction::CountDistinct, _) => Some(Type::Integer),
        (AggregateFunction::List, _) => Some(Type::Json),
        (AggregateFunction::Sum, ty) if ty.is_integer() => Some(Type::Integer),
        (AggregateFunction::Avg, ty) if ty.is_integer() => Some(Type::Decimal),
        (AggregateFunction::Sum | AggregateFunction::Avg, Type::Decimal | Type::Float) => Some(of.clone()),
        (AggregateFunction::Min | AggregateFunction::Max, Type::Json) => None,
        (AggregateFunction::Min | AggregateFunction::Max, ty) => Some(ty.clone()),
        _ => None,
    };
    found.ok_or_else(|| {
        let (operation, types) = (eco_format!("`{}`", aggregate.word()), vec![eco_format!("{of}")]);
        FlatMistake::Incompatible { operation, types }.into()
    })
}

/// The values of one aggregate, one a group.
pub(super) struct Accumulator {
    ty: Type,
    /// How many nulls each group has had, as far as any had some.
    nulls: Vec<u64>,
    cells: Cells,
}

enum Cells {
    Count,
    Whole(Vec<i128>, bool),
    Float(Vec<f64>, bool),
    Decimal(Vec<Decimal>, bool),
    /// The least or greatest of what is stored as an integer.
    Extreme(Vec<i64>, Ordering),
    ExtremeValue(Vec<Value>, Ordering),
    Bits(Vec<u64>),
    DistinctWhole(HashSet<(u32, i64)>),
    Distinct(Kinds),
    List(Vec<Vec<Value>>),
    First(Vec<Option<Value>>),
}

impl Accumulator {
    /// An accumulator without groups. `single` says that there will be one.
    pub(super) fn new(aggregated: &Aggregated, single: bool) -> Accumulator {
        let of = aggregated.of.as_ref().map(|of| &of.ty);
        let is_whole = of.is_some_and(|ty| {
            ty.is_integer()
                || matches!(
                    ty,
                    Type::Boolean | Type::Date | Type::Timestamp | Type::Timestamptz | Type::Enum(_)
                )
        });
        let mean = aggregated.kind == Kind::Aggregate(AggregateFunction::Avg);
        let cells = match aggregated.kind {
            Kind::First => Cells::First(Vec::new()),
            Kind::Aggregate(AggregateFunction::Count) => Cells::Count,
            Kind::Aggregate(AggregateFunction::CountDistinct) if is_whole && single => {
                Cells::Bits(Vec::new())
            }
            Kind::Aggregate(AggregateFunction::CountDistinct) if is_whole => {
                Cells::DistinctWhole(HashSet::new())
            }
            Kind::Aggregate(AggregateFunction::CountDistinct) => Cells::Distinct(Kinds::default()),
            Kind::Aggregate(AggregateFunction::List) => Cells::List(Vec::new()),
            Kind::Aggregate(AggregateFunction::Sum | AggregateFunction::Avg) => match of {
                Some(Type::Float) => Cells::Float(Vec::new(), mean),
                Some(Type::Decimal) => Cells::Decimal(Vec::new(), mean),
                _ => Cells::Whole(Vec::new(), mean),
            },
            Kind::Aggregate(aggregate @ (AggregateFunction::Min | AggregateFunction::Max)) => {
                let wanted =
                    if aggregate == AggregateFunction::Min { Ordering::Less } else { Ordering::Greater };
                if is_whole {
                    Cells::Extreme(Vec::new(), wanted)
                } else {
                    Cells::ExtremeValue(Vec::new(), wanted)
                }
            }
        };
        Accumulator { ty: aggregated.ty.clone(), nulls: Vec::new(), cells }
    }

    /// Makes room for groups.
    pub(super) fn grow(&mut self, groups: usize) {
        match &mut self.cells {
            Cells::Whole(cells, _) => cells.resize(groups, 0),
            Cells::Float(cells, _) => cells.resize(groups, 0.0),
            Cells::Decimal(cells, _) => cells.resize(groups, Decimal::ZERO),
            // What any value goes before.
            Cells::Extreme(cells, Ordering::Less) => cells.resize(groups, i64::MAX),
            Cells::Extreme(cells, _) => cells.resize(groups, i64::MIN),
            Cells::ExtremeValue(cells, _) => cells.resize(groups, Value::Null),
            Cells::List(cells) => cells.resize(groups, Vec::new()),
            Cells::First(cells) => cells.resize(groups, None),
            Cells::Count | Cells::Bits(_) | Cells::DistinctWhole(_) | Cells::Distinct(_) => {}
        }
    }

    /// Takes the values of some rows, whose groups are given.
    ///
    /// # Errors
    /// `out_of_range` for a sum that its type can't hold.
    pub(super) fn take(&mut self, groups: &[u32], values: &Vector<'_>) -> Result<()> {
        self.count_nulls(groups, values);
        match (&mut self.cells, &values.data) {
            (Cells::Whole(sums, _), Data::Integer(cells))
                if values.nulls.is_none() && cells.len() == groups.len() =>
            {
                for (group, cell) in groups.iter().zip(cells) {
                    if let Some(sum) = sums.get_mut(*group as usize) {
                        *sum += i128::from(*cell);
                    }
                }
            }
            (Cells::Whole(sums, _), Data::Integer(cells)) => each(groups, values, |group, row| {
                if let (Some(sum), Some(cell)) = (sums.get_mut(group), cells.get(row)) {
                    *sum += i128::from(*cell);
                }
            }),
            (Cells::Float(sums, _), Data::Float(cells)) => {
                let mut overflow = None;
                each(groups, values, |group, row| {
                    if let (Some(sum), Some(cell)) = (sums.get_mut(group), cells.get(row)) {
                        let next = *sum + cell;
                        if next.is_infinite() && sum.is_finite() && cell.is_finite() {
                            overflow = Some((*sum, *cell));
                        }
                        *sum = next;
                    }
                });
                if let Some((a, b)) = overflow {
                    return Err(self.out_of_range(eco_format!("{a} + {b}")));
                }
            }
            (Cells::Decimal(sums, _), Data::Decimal(cells)) => {
                let mut overflow = None;
                each(groups, values, |group, row| {
                    if let (Some(sum), Some(cell)) = (sums.get_mut(group), cells.get(row)) {
                        match add_decimals(*sum, *cell) {
                            Some(next) => *sum = next,
                            None => overflow = Some((*sum, *cell)),
                        }
                    }
                });
                if let Some((a, b)) = overflow {
                    return Err(self.out_of_range(eco_format!("{a} + {b}")));
                }
            }
            (Cells::List(lists), _) => {
                for (row, group) in groups.iter().enumerate() {
                    if let Some(list) = lists.get_mut(*group as usize) {
                        list.push(values.get(row).to_value());
                    }
                }
            }
            (Cells::First(firsts), _) => {
                for (row, group) in groups.iter().enumerate() {
                    if let Some(first @ None) = firsts.get_mut(*group as usize) {
                        *first = Some(values.get(row).to_value());
                    }
                }
            }
            _ => self.take_compared(groups, values),
        }
        Ok(())
    }

    /// A list has nulls too, and the values that are told apart are counted in the end.
    fn count_nulls(&mut self, groups: &[u32], values: &Vector<'_>) {
        let counted = !matches!(self.cells, Cells::List(_) | Cells::First(_));
        if values.nulls.is_none() || !counted {
            return;
        }
        let nulls = groups.iter().enumerate().filter(|(row, _)| values.is_null(*row));
        for group in nulls.map(|(_, group)| *group as usize) {
            if group >= self.nulls.len() {
                self.nulls.resize(group + 1, 0);
            }
            if let Some(count) = self.nulls.get_mut(group) {
                *count += 1;
            }
        }
    }

    /// As [`take`](Accumulator::take), for what compares values.
    fn take_compared(&mut self, groups: &[u32], values: &Vector<'_>) {
        match &mut self.cells {
            Cells::Extreme(cells, wanted) => {
                for (row, group) in groups.iter().enumerate() {
                    if let (Some(value), Some(cell)) = (values.whole(row), cells.get_mut(*group as usize))
                        && value.cmp(cell) == *wanted
                    {
                        *cell = value;
                    }
                }
            }
            Cells::ExtremeValue(cells, wanted) => each(groups, values, |group, row| {
                let value = values.get(row);
                if let Some(cell) = cells.get_mut(group)
                    && (cell.is_null() || value.cmp(&cell.as_ref()) == *wanted)
                {
                    *cell = value.to_value();
                }
            }),
            Cells::Bits(bits) => {
                if let Data::Integer(cells) = &values.data
                    && values.nulls.is_none()
                    && let Some(greatest) =
                        cells.iter().copied().max().filter(|greatest| *greatest < BITS_MAX)
                    && cells.iter().all(|cell| *cell >= 0)
                {
                    let words = greatest as usize / 64 + 1;
                    if words > bits.len() {
                        bits.resize(words.next_power_of_two(), 0);
                    }
                    for cell in cells {
                        if let Some(word) = bits.get_mut(*cell as usize / 64) {
                            *word |= 1 << (cell % 64);
                        }
                    }
                    return;
                }
                for row in 0..groups.len() {
                    let Some(value) = values.whole(row) else { continue };
                    if !(0..BITS_MAX).contains(&value) {
                        return self.widen(groups, values);
                    }
                    let word = value as usize / 64;
                    if word >= bits.len() {
                        bits.resize(word + 1, 0);
                    }
                    if let Some(word) = bits.get_mut(word) {
                        *word |= 1 << (value % 64);
                    }
                }
            }
            Cells::DistinctWhole(seen) => {
                let rows = groups.iter().enumerate();
                seen.extend(rows.filter_map(|(row, group)| Some((*group, values.whole(row)?))));
            }
            Cells::Distinct(seen) => {
                for (row, group) in groups.iter().enumerate().filter(|(row, _)| !values.is_null(*row)) {
                    seen.insert(*group, values, row);
                }
            }
            _ => {}
        }
    }

    /// Goes on with a set: some value has no bit.
    fn widen(&mut self, groups: &[u32], values: &Vector<'_>) {
        if let Cells::Bits(bits) = &self.cells {
            let seen = crate::eval::ones(bits).map(|value| (0, value as i64)).collect();
            self.cells = Cells::DistinctWhole(seen);
            self.take_compared(groups, values);
        }
    }

    /// The value of every group, which has had so many rows.
    ///
    /// # Errors
    /// `out_of_range` for a sum that its type can't hold.
    pub(super) fn finish(self, rows: &[u64]) -> Result<Vec<Value>> {
        let mut distinct = vec![0i64; rows.len()];
        let mut count = |group: u32| {
            if let Some(count) = distinct.get_mut(group as usize) {
                *count += 1;
            }
        };
        match &self.cells {
            Cells::Bits(bits) => crate::eval::ones(bits).for_each(|_| count(0)),
            Cells::DistinctWhole(seen) => seen.iter().for_each(|(group, _)| count(*group)),
            Cells::Distinct(seen) => seen.groups().for_each(count),
            _ => return rows.iter().enumerate().map(|(group, rows)| self.one(group, *rows)).collect(),
        }
        Ok(distinct.into_iter().map(Value::Integer).collect())
    }

    fn one(&self, group: usize, rows: u64) -> Result<Value> {
        let count = rows - self.nulls.get(group).copied().unwrap_or_default();
        if let Cells::Count = self.cells {
            return Ok(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)));
        }
        if let Cells::First(cells) = &self.cells {
            return Ok(cells.get(group).cloned().flatten().unwrap_or_default());
        }
        if count == 0 {
            return Ok(Value::Null);
        }
        let range = |found: &dyn std::fmt::Display| self.out_of_range(eco_format!("{found}"));
        Ok(match &self.cells {
            Cells::Whole(cells, false) => {
                let sum = cells.get(group).copied().unwrap_or_default();
                Value::Integer(i64::try_from(sum).map_err(|_| range(&sum))?)
            }
            Cells::Whole(cells, true) => {
                let sum = cells.get(group).copied().unwrap_or_default();
                let exact = Decimal::try_from_i128_with_scale(sum, 0).map_err(|_| range(&sum))?;
                Value::Decimal(mean(exact, count).ok_or_else(|| range(&sum))?)
            }
            Cells::Float(cells, is_mean) => {
                let sum = cells.get(group).copied().unwrap_or_default();
                Value::Float(if *is_mean { sum / count as f64 } else { sum })
            }
            Cells::Decimal(cells, is_mean) => {
                let sum = cells.get(group).copied().unwrap_or_default();
                let value = if *is_mean { mean(sum, count) } else { Some(sum) };
                Value::Decimal(value.ok_or_else(|| range(&sum))?)
            }
            Cells::Extreme(cells, _) => of_whole(&self.ty, cells.get(group).copied().unwrap_or_default()),
            Cells::ExtremeValue(cells, _) => cells.get(group).cloned().unwrap_or_default(),
            Cells::List(lists) => list(lists.get(group).into_iter().flatten().map(Value::as_ref)),
            Cells::Count
            | Cells::First(_)
            | Cells::Bits(_)
            | Cells::DistinctWhole(_)
            | Cells::Distinct(_) => Value::Null,
        })
    }

    fn out_of_range(&self, found: EcoString) -> Error {
        let expected = eco_format!("{}", self.ty);
        Error::new(ErrorKind::OutOfRange { expected, found, column: None })
    }
}

/// The different values of each group.
#[derive(Default)]
struct Kinds {
    table: HashTable<(u64, u32, Value)>,
    state: RandomState,
}

impl Kinds {
    /// Notes a value that isn't null; what is there already isn't copied.
    fn insert(&mut self, group: u32, values: &Vector<'_>, row: usize) {
        let mut hasher = self.state.build_hasher();
        hasher.write_u32(group);
        values.hash(row, &mut hasher);
        let (hash, value) = (hasher.finish(), values.get(row));
        let same =
            |(other, of, held): &(u64, u32, Value)| *other == hash && *of == group && held.as_ref() == value;
        if self.table.find(hash, same).is_none() {
            self.table.insert_unique(hash, (hash, group, value.to_value()), |(hash, ..)| *hash);
        }
    }

    fn groups(&self) -> impl Iterator<Item = u32> + '_ {
        self.table.iter().map(|(_, group, _)| *group)
    }
}

/// Shows the group and the place of each value that isn't null.
#[inline(always)]
fn each(groups: &[u32], values: &Vector<'_>, mut show: impl FnMut(usize, usize)) {
    let single = values.width() == 1;
    for (row, group) in groups.iter().enumerate() {
        if values.nulls.is_none() || !values.is_null(row) {
            show(*group as usize, if single { 0 } else { row });
        }
    }
}

/// The value that a column stores as this integer.
fn of_whole(ty: &Type, whole: i64) -> Value {
    match ty {
        Type::Boolean => Value::Boolean(whole != 0),
        Type::Date => Value::Date(days_to_date(i32::try_from(whole).unwrap_or_default())),
        Type::Timestamp => Value::Timestamp(micros_to_timestamp(whole)),
        Type::Timestamptz => Value::Timestamptz(micros_to_instant(whole)),
        Type::Enum(labels) => {
            let label = usize::try_from(whole).ok().and_then(|at| labels.get(at));
            label.map_or(Value::Null, |label| Value::Text(label.clone()))
        }
        _ => Value::Integer(whole),
    }
}
