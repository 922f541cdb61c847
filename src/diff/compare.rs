//! Finding what differs.

use super::{CellDiff, Diff, RowChange, RowDiff, TableDiff};
use crate::catalog::TableInfo;
use crate::column::chunked::ROWS;
use crate::id::{ColumnId, Slot};
use crate::store::Store;
use crate::table::Table;
use crate::value::Value;
use std::cmp::Ordering;

impl Diff {
    /// What differs between two states of one schema. O(chunks + rows of chunks that differ + rows
    /// that differ x log).
    pub(crate) fn between(before: &Store, after: &Store) -> Diff {
        let tables = before.catalog().tables.iter();
        let differs = tables.filter_map(|info| {
            let rows = rows(info, before.table(info.id), after.table(info.id));
            (!rows.is_empty()).then(|| TableDiff {
                name: info.name.clone(),
                columns: info.columns.iter().map(|column| column.name.clone()).collect(),
                key: key_columns(info).iter().map(|id| id.index()).collect(),
                rows,
            })
        });
        Diff { tables: differs.collect() }
    }
}

impl TableDiff {
    /// Whether its rows have a value for each of a table's columns, in that order.
    pub(crate) fn columns_are(&self, info: &TableInfo) -> bool {
        self.columns.iter().eq(info.columns.iter().map(|column| &column.name))
    }
}

/// The columns of the primary key; none where there is none.
fn key_columns(info: &TableInfo) -> &[ColumnId] {
    info.primary_key.map_or(&[], |index| &info.index(index).columns)
}

/// A row of either side that the other side hasn't at the same slot.
struct Left {
    /// What it's matched by.
    key: Vec<Value>,
    slot: Slot,
}

fn rows(info: &TableInfo, before: &Table, after: &Table) -> Vec<RowDiff> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for chunk in 0..before.bound().max(after.bound()).div_ceil(ROWS) {
        if !before.shares_chunk(after, chunk) {
            unmatched(before, after, chunk, &mut old, &mut new);
        }
    }
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    let all: Vec<ColumnId> = (0..info.columns.len()).map(ColumnId::new).collect();
    let has_key = info.primary_key.is_some();
    let columns = if has_key { key_columns(info) } else { &all };
    let (old, new) = (sorted(before, columns, old, has_key), sorted(after, columns, new, has_key));
    let found = Found { info, before, after, all: &all, has_key };
    found.merge(old, new)
}

/// The slots of a chunk whose rows aren't the same on both sides.
fn unmatched(before: &Table, after: &Table, chunk: usize, old: &mut Vec<Slot>, new: &mut Vec<Slot>) {
    let pairs = before.columns().iter().zip(after.columns());
    let views: Vec<_> =
        pairs.filter(|(a, b)| !a.shares_chunk(b, chunk)).map(|(a, b)| (a.view(), b.view())).collect();
    let words = chunk * ROWS / 64..(chunk + 1) * ROWS / 64;
    let same = |word: &usize| {
        before.live().word(*word) == after.live().word(*word)
            && views.iter().all(|(a, b)| a.same_word(b, *word))
    };
    for slot in words.filter(|word| !same(word)).flat_map(|word| word * 64..(word + 1) * 64).map(Slot::new) {
        let (was, is) = (before.is_live(slot), after.is_live(slot));
        let differs =
            || views.iter().any(|(a, b)| a.get(slot).compare_exactly(b.get(slot)) != Ordering::Equal);
        if was != is || (was && differs()) {
            old.extend(was.then_some(slot));
            new.extend(is.then_some(slot));
        }
    }
}

/// Rows by what they are matched by.
fn sorted(table: &Table, columns: &[ColumnId], slots: Vec<Slot>, has_key: bool) -> Vec<Left> {
    let keys = table.keys(columns);
    let mut rows: Vec<Left> = slots.into_iter().map(|slot| Left { key: keys.values(slot), slot }).collect();
    rows.sort_by(|a, b| compare(has_key, &a.key, &b.key));
    rows
}

/// By primary key, or whole and exactly.
fn compare(has_key: bool, a: &[Value], b: &[Value]) -> Ordering {
    if has_key { a.cmp(b) } else { compare_rows(a, b) }
}

/// Orders rows so that only those which can't be told apart are equal.
pub(crate) fn compare_rows(a: &[Value], b: &[Value]) -> Ordering {
    let cells = a.iter().zip(b).map(|(a, b)| a.as_ref().compare_exactly(b.as_ref()));
    cells.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
}

/// The two sides of a table.
struct Found<'t> {
    info: &'t TableInfo,
    before: &'t Table,
    after: &'t Table,
    all: &'t [ColumnId],
    has_key: bool,
}

impl Found<'_> {
    fn merge(&self, old: Vec<Left>, new: Vec<Left>) -> Vec<RowDiff> {
        let mut found = Vec::new();
        let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return found,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => compare(self.has_key, &a.key, &b.key),
            };
            let was = if order.is_le() { old.next() } else { None };
            let is = if order.is_ge() { new.next() } else { None };
            found.extend(self.change(was, is));
        }
    }

    fn change(&self, was: Option<Left>, is: Option<Left>) -> Option<RowDiff> {
        let place = match (&was, &is) {
            (Some(was), _) => self.before.rank(was.slot),
            (None, Some(is)) => self.after.rank(is.slot),
            (None, None) => 0,
        };
        let whole = |table: &Table, row: &Left| table.keys(self.all).values(row.slot);
        let (change, row) = match (was, is) {
            (Some(was), Some(is)) => {
                let cells = self.cells(was.slot, is.slot);
                if cells.is_empty() {
                    return None;
                }
                (RowChange::Updated(cells), was)
            }
            (Some(was), None) => (RowChange::Deleted(whole(self.before, &was)), was),
            (None, Some(is)) => (RowChange::Inserted(whole(self.after, &is)), is),
            (None, None) => return None,
        };
        let key = if self.has_key { row.key.into_iter().collect() } else { Default::default() };
        Some(RowDiff { key, place, change })
    }

    fn cells(&self, was: Slot, is: Slot) -> Vec<CellDiff> {
        let columns = self.info.columns.iter().zip(self.before.columns().iter().zip(self.after.columns()));
        let cells = columns.filter_map(|(info, (before, after))| {
            let (before, after) = (before.get(was), after.get(is));
            (before.compare_exactly(after) != Ordering::Equal).then(|| CellDiff {
                column: info.name.clone(),
                before: before.to_value(),
                after: after.to_value(),
            })
        });
        cells.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::delta::Log;
    use crate::schema::{Column, Schema, Table as Definition};
    use crate::store::Change;
    use std::sync::Arc;

    #[test]
    fn only_the_chunk_that_was_written_is_read() {
        let schema = Schema::new().table(
            Definition::new("t")
                .column(Column::integer("id"))
                .column(Column::text("name"))
                .primary_key(["id"]),
        );
        let mut store = Store::new(Arc::new(Catalog::try_from(schema).unwrap()));
        let table = store.catalog().table_id("t").unwrap();
        let rows: Vec<Vec<Value>> = (0..10 * ROWS as i64).map(|n| vec![n.into(), "name".into()]).collect();
        store.append(table, &rows);
        store.index_from(&[0]);
        let mut after = store.clone();
        let cells = crate::delta::Cells {
            table,
            columns: vec![ColumnId::new(1)],
            rows: vec![(Slot::new(3 * ROWS + 7), smallvec::smallvec!["other".into()])],
        };
        after.apply(Change::Update(cells), &mut Log::default());
        let shares = |chunk: &usize| store.table(table).shares_chunk(after.table(table), *chunk);
        assert_eq!((0..11).filter(|chunk| !shares(chunk)).collect::<Vec<_>>(), [3]);
        assert_eq!(Diff::between(&store, &after).to_string(), "t\n  ~ 3079: name \"name\" -> \"other\"");
        assert!(Diff::between(&after, &after.clone()).is_empty());
    }
}
