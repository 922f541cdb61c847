//! Random rows, parents before children.

use super::{Rows, values};
use crate::rng::Rng;
use crate::schema::{Schema, Table};
use crate::value::Value;

/// Rows for all tables, at most so many each.
pub(super) fn rows(rng: &mut Rng, schema: &Schema, most: usize) -> Rows {
    let mut all = Rows::new();
    for table in &schema.tables {
        let count = if rng.chance(8) { 0 } else { 1 + rng.skewed(most) };
        let mut ids: Vec<i64> = (1..=count as i64).collect();
        match rng.below(4) {
            0 => rng.shuffle(&mut ids),
            1 => ids.iter_mut().for_each(|id| *id = *id * 7 - 20),
            _ => {}
        }
        all.push((table.name, Vec::new()));
        for id in ids {
            let row = row(rng, schema, table, id, &all);
            if let Some((_, rows)) = all.last_mut() {
                rows.push(row);
            }
        }
    }
    all
}

fn row(rng: &mut Rng, schema: &Schema, table: &Table, id: i64, all: &Rows) -> Vec<Value> {
    let cells = table.columns.iter().map(|column| match (column.generated, column.nullable) {
        (true, _) => Value::Integer(id),
        (_, true) if rng.chance(20) => Value::Null,
        _ => values::value(rng, column.kind),
    });
    let mut row: Vec<Value> = cells.collect();
    for link in &table.links {
        let dangling = link.actions.is_none() && rng.chance(20);
        let nullable = link.columns.iter().all(|name| table.columns[table.place(name)].nullable);
        if dangling || (nullable && rng.chance(15)) {
            let guarded = link.actions.is_some();
            for name in link.columns.iter().filter(|_| guarded) {
                row[table.place(name)] = Value::Null;
            }
            continue;
        }
        let parents = all.iter().find(|(name, _)| *name == link.table).map(|(_, rows)| rows.as_slice());
        let parents = parents.unwrap_or_default();
        let Some(parent) = parents.get(rng.skewed(parents.len())) else {
            // The first row of a tree, or one whose parents come later.
            for name in link.columns.iter().filter(|_| nullable) {
                row[table.place(name)] = Value::Null;
            }
            continue;
        };
        for (column, reference) in link.columns.iter().zip(&link.references) {
            row[table.place(column)] = parent[schema.table(link.table).place(reference)].clone();
            // A key with a null in one of its columns references nothing.
            if link.columns.len() > 1 && nullable && rng.chance(5) {
                row[table.place(column)] = Value::Null;
            }
        }
    }
    row
}
