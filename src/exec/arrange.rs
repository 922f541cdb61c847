//! Order, cursor, distinct, offset and limit, for each parent apart.

use super::cursor::{Mark, is_after};
use crate::column::ColumnView;
use crate::eval::order::{Entry, Placing, compare_placed, of_column, of_counts, of_values};
use crate::eval::{Counter, Flat, Totals, Valued, compare_totals};
use crate::filter::Comparison;
use crate::id::Slot;
use crate::plan::{Key, Level};
use crate::predicate::Predicate;
use crate::store::Store;
use crate::table::RanksView;
use crate::value::{Type, Value, ValueRef};
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::collections::HashSet;

/// A key with its column looked up.
enum BoundKey<'a> {
    Column(ColumnView<'a>, Placing),
    /// The counts of the rows that are being arranged, by place.
    Count {
        counter: Counter<'a>,
        descending: bool,
        counts: Vec<i64>,
    },
    /// What is made of rows along a relation or of a row itself, of the rows that are being arranged, by place.
    Total {
        totals: Valued<'a>,
        ty: &'a Type,
        placing: Placing,
        values: Vec<Value>,
    },
}

/// What a level does with the rows that passed.
pub(super) struct Arrange<'a> {
    level: &'a Level,
    keys: Vec<BoundKey<'a>>,
    marks: Vec<Mark<'a>>,
    distinct: Option<Vec<ColumnView<'a>>>,
    entries: Vec<Entry>,
    /// Whether the entries' keys tell everything that the first key does.
    exact: bool,
    /// What tells which of two rows came first, where their slots don't.
    ranks: Option<RanksView<'a>>,
}

impl<'a> Arrange<'a> {
    pub(super) fn new(store: &'a Store, level: &'a Level) -> Arrange<'a> {
        let (rows, info) = (store.table(level.table), store.catalog().table(level.table));
        let key = |key: &'a Key| match key {
            Key::Column(order) => BoundKey::Column(rows.column(order.column).view(), Placing::of(order)),
            Key::Count { counted, descending, .. } => BoundKey::Count {
                counter: Counter::new(store, info.relation(counted.relation), counted),
                descending: *descending,
                counts: Vec::new(),
            },
            Key::Value { scalar, descending, nulls_first, .. } => BoundKey::Total {
                totals: Valued::Computed { store, table: level.table, scalar },
                ty: &scalar.ty,
                placing: Placing { descending: *descending, nulls_first: *nulls_first },
                values: Vec::new(),
            },
            Key::Total { total, descending, nulls_first, .. } => BoundKey::Total {
                totals: Valued::Total(Box::new(Totals::new(store, level.table, total))),
                ty: &total.ty,
                placing: Placing { descending: *descending, nulls_first: *nulls_first },
                values: Vec::new(),
            },
        };
        let keys: Vec<BoundKey<'a>> = level.order.iter().map(key).collect();
        let mark = |(key, value)| match key {
            &BoundKey::Column(column, placing) => Mark::Column { column, placing, value },
            BoundKey::Count { descending, .. } => {
                let placing = Placing { descending: *descending, nulls_first: *descending };
                Mark::Computed { ty: &Type::Integer, placing, value }
            }
            BoundKey::Total { ty, placing, .. } => Mark::Computed { ty, placing: *placing, value },
        };
        let marks = keys.iter().zip(level.cursor.iter().flatten()).map(mark).collect();
        let distinct = level.distinct.as_ref();
        let distinct = distinct.map(|columns| columns.iter().map(|id| rows.column(*id).view()).collect());
        Arrange { level, keys, marks, distinct, entries: Vec::new(), exact: false, ranks: rows.ranks() }
    }

    /// Whether it does nothing at all.
    pub(super) fn is_nothing(&self) -> bool {
        self.level.is_plain() && self.level.limit.is_none() && self.level.offset == 0
    }

    /// Arranges the rows of each parent. O(rows), and O(rows x log) where they are ordered.
    pub(super) fn arrange(&mut self, flat: &mut Flat) {
        if self.is_nothing() {
            return;
        }
        if self.level.limit == Some(0) {
            flat.retain(|_| false);
            return;
        }
        // A cursor is asked first, so that fewer rows are ordered; but which of several equal rows is
        // the one that counts is known only in order.
        if self.distinct.is_none() {
            self.skip_to_cursor(flat);
        }
        if !self.keys.is_empty() {
            self.order(flat);
        }
        if self.distinct.is_some() {
            self.unite(flat);
            self.skip_to_cursor(flat);
        }
        self.cut(flat);
    }

    fn skip_to_cursor(&mut self, flat: &mut Flat) {
        if self.marks.is_empty() {
            return;
        }
        self.compute(&flat.slots);
        let slots = std::mem::take(&mut flat.slots);
        let after = |at: usize| {
            let computed = |nth: usize| self.keys.get(nth).map_or(Value::Null, |key| key.computed(at));
            is_after(&self.marks, slots[at], computed)
        };
        let kept: Vec<bool> = (0..slots.len()).map(after).collect();
        flat.slots = slots;
        flat.retain(|at| kept[at]);
    }

    /// Values for the keys that are no columns.
    fn compute(&mut self, slots: &[Slot]) {
        for key in &mut self.keys {
            match key {
                BoundKey::Column(..) => {}
                BoundKey::Count { counter, counts, .. } => {
                    counts.clear();
                    counter.append(slots, counts);
                }
                BoundKey::Total { totals, values, .. } => {
                    values.clear();
                    totals.append(slots, values);
                }
            }
        }
    }

    fn order(&mut self, flat: &mut Flat) {
        self.compute(&flat.slots);
        self.entries.clear();
        self.exact = self.fill_entries(&flat.slots, 0);
        let keep = if self.distinct.is_some() { usize::MAX } else { self.level.needed() };
        let mut entries = std::mem::take(&mut self.entries);
        let (mut from, mut kept) = (0, 0);
        for offset in flat.offsets.iter_mut().skip(1) {
            let to = *offset as usize;
            let ordered = self.first(&mut entries[from..to], keep);
            for entry in ordered {
                flat.slots[kept] = entry.slot;
                kept += 1;
            }
            *offset = kept as u32;
            from = to;
        }
        flat.slots.truncate(kept);
        self.entries = entries;
    }

    /// Appends entries for slots by the first key, the first of them at `place`; whether the keys tell
    /// everything.
    pub(super) fn fill_entries(&mut self, slots: &[Slot], place: usize) -> bool {
        match self.keys.first() {
            Some(BoundKey::Column(column, placing)) => {
                of_column(*column, *placing, slots, place, &mut self.entries)
            }
            Some(BoundKey::Count { counts, descending, .. }) => {
                of_counts(counts, *descending, slots, &mut self.entries);
                true
            }
            Some(BoundKey::Total { values, placing, .. }) => {
                of_values(values, *placing, slots, &mut self.entries);
                false
            }
            None => true,
        }
    }

    /// The first `keep` entries in order.
    fn first<'e>(&self, entries: &'e mut [Entry], keep: usize) -> &'e [Entry] {
        let mut head = entries;
        if keep < head.len() / 2 {
            head.select_nth_unstable_by(keep, |a, b| self.compare(a, b));
            head = &mut head[..keep];
        }
        head.sort_unstable_by(|a, b| self.compare(a, b));
        let keep = keep.min(head.len());
        &head[..keep]
    }

    /// The whole order of two rows; equals keep the order they came in.
    #[inline]
    fn compare(&self, a: &Entry, b: &Entry) -> Ordering {
        a.coarse(b).then_with(|| self.compare_fine(a, b))
    }

    /// The order of two rows that their entries' keys don't tell apart.
    #[inline(never)]
    fn compare_fine(&self, a: &Entry, b: &Entry) -> Ordering {
        let rest = self.keys.iter().skip(usize::from(self.exact));
        let fine = rest.map(|key| key.compare(a, b)).find(|order| *order != Ordering::Equal);
        fine.unwrap_or_else(|| a.place.cmp(&b.place))
    }

    /// Keeps the first of the rows that are equal in the distinct columns.
    fn unite(&self, flat: &mut Flat) {
        let Some(columns) = &self.distinct else { return };
        let mut seen: HashSet<SmallVec<[ValueRef<'_>; 2]>> = HashSet::new();
        let mut kept = Vec::with_capacity(flat.slots.len());
        let mut from = 0;
        for to in flat.offsets.iter().skip(1).map(|offset| *offset as usize) {
            seen.clear();
            for slot in &flat.slots[from..to] {
                kept.push(seen.insert(columns.iter().map(|column| column.get(*slot)).collect()));
            }
            from = to;
        }
        flat.retain(|at| kept[at]);
    }

    /// Offset and limit.
    fn cut(&self, flat: &mut Flat) {
        let (offset, needed) = (self.level.offset, self.level.needed());
        if offset == 0 && needed >= flat.slots.len() {
            return;
        }
        let (mut kept, mut from) = (0, 0usize);
        for end in flat.offsets.iter_mut().skip(1) {
            let to = *end as usize;
            let (first, last) = (from.saturating_add(offset).min(to), from.saturating_add(needed).min(to));
            flat.slots.copy_within(first..last.max(first), kept);
            kept += last.saturating_sub(first);
            *end = kept as u32;
            from = to;
        }
        flat.slots.truncate(kept);
    }
}

impl BoundKey<'_> {
    /// The value of a row, by place, where this is no column.
    fn computed(&self, at: usize) -> Value {
        match self {
            BoundKey::Column(..) => Value::Null,
            BoundKey::Count { counts, .. } => Value::Integer(counts.get(at).copied().unwrap_or_default()),
            BoundKey::Total { values, .. } => values.get(at).cloned().unwrap_or_default(),
        }
    }

    fn compare(&self, a: &Entry, b: &Entry) -> Ordering {
        match self {
            BoundKey::Column(column, placing) => compare_placed(*column, *placing, a.slot, b.slot),
            BoundKey::Count { counts, descending, .. } => {
                let count = |entry: &Entry| counts.get(entry.place as usize).copied().unwrap_or_default();
                let order = count(a).cmp(&count(b));
                if *descending { order.reverse() } else { order }
            }
            BoundKey::Total { ty, placing, values, .. } => {
                let (a, b) = (values.get(a.place as usize), values.get(b.place as usize));
                let (Some(a), Some(b)) = (a, b) else { return Ordering::Equal };
                placing.order(a.is_null(), b.is_null(), || compare_totals(ty, a, b))
            }
        }
    }
}

/// The first rows of many, found while they go by.
pub(super) struct Top<'t, 'a> {
    arrange: &'t mut Arrange<'a>,
    keep: usize,
    seen: usize,
    /// Once `keep` rows were seen: nothing that is coarsely above this can be among the first.
    worst: Option<Entry>,
}

impl<'t, 'a> Top<'t, 'a> {
    /// `None` when the order needs more than the rows themselves, or all rows.
    pub(super) fn new(arrange: &'t mut Arrange<'a>) -> Option<Top<'t, 'a>> {
        let keep = arrange.level.needed();
        let fits = matches!(arrange.keys.first(), Some(BoundKey::Column(..)))
            && arrange.keys.iter().all(|key| matches!(key, BoundKey::Column(..)))
            && arrange.distinct.is_none()
            && arrange.marks.is_empty()
            && (1..=1 << 16).contains(&keep);
        arrange.entries.clear();
        if fits { Some(Top { arrange, keep, seen: 0, worst: None }) } else { None }
    }

    /// What the first key of a row must be for the row to be among the first; `None` while anything may
    /// be.
    pub(super) fn bar(&self) -> Option<Predicate> {
        let (worst, order) = (self.worst.filter(|worst| worst.rank == 1)?, self.arrange.level.order.first()?);
        let (Key::Column(order), Some(BoundKey::Column(column, _))) = (order, self.arrange.keys.first())
        else {
            return None;
        };
        let value = column.get(worst.slot).to_value();
        let comparison = if order.descending { Comparison::Gte } else { Comparison::Lte };
        let bar = Predicate::Compare(order.column, comparison, value);
        let nulls = order.nulls_first && column.nulls.is_some();
        Some(if nulls { Predicate::Or(vec![bar, Predicate::IsNull(order.column)]) } else { bar })
    }

    /// Takes more rows, those of equal keys in ascending order; says whether the bar is another one now.
    pub(super) fn add(&mut self, slots: &[Slot]) -> bool {
        if slots.is_empty() {
            return false;
        }
        let before = self.arrange.entries.len();
        self.arrange.exact = self.arrange.fill_entries(slots, self.seen);
        self.seen += slots.len();
        let mut entries = std::mem::take(&mut self.arrange.entries);
        if let Some(ranks) = self.arrange.ranks {
            entries.iter_mut().skip(before).for_each(|entry| entry.place = ranks.rank(entry.slot));
        }
        if let Some(worst) = self.worst {
            let mut kept = before;
            for at in before..entries.len() {
                entries[kept] = entries[at];
                kept += usize::from(entries[at].coarse(&worst).is_le());
            }
            entries.truncate(kept);
        }
        let full = entries.len() >= self.keep.saturating_mul(2).max(64);
        if full {
            entries.select_nth_unstable_by(self.keep - 1, |a, b| self.arrange.compare(a, b));
            entries.truncate(self.keep);
            self.worst = entries.last().copied();
        }
        self.arrange.entries = entries;
        full
    }

    /// The first rows in order, before offset and limit.
    pub(super) fn finish(self) -> Vec<Slot> {
        let mut entries = std::mem::take(&mut self.arrange.entries);
        self.arrange.first(&mut entries, self.keep).iter().map(|entry| entry.slot).collect()
    }
}
