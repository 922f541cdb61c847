//! What becomes of the places of rows that are gone.

use super::*;
use crate::catalog::Catalog;
use crate::id::TableId;
use crate::schema;

/// A table of so many rows, which are numbered from 0.
fn numbered(rows: usize) -> Table {
    let table = schema::Table::new("t").column(schema::Column::integer("n")).primary_key(["n"]);
    let catalog = Catalog::try_from(schema::Schema::new().table(table)).unwrap();
    let mut table = Table::new(catalog.table(TableId::new(0)), HashKeys::random());
    (0..rows).for_each(|n| _ = table.push(&[&Value::from(n as i64)]));
    table
}

fn slots(places: Range<usize>) -> Vec<Slot> {
    places.map(Slot::new).collect()
}

/// Takes rows away for good; gives how many bytes that gives back of the cells.
fn bury(table: &mut Table, places: Range<usize>) -> usize {
    let before = table.memory().0.all;
    table.kill(&slots(places.clone()));
    table.bury(&slots(places));
    before - table.memory().0.all
}

const CELLS: usize = ROWS * size_of::<i64>();

#[test]
fn a_chunk_goes_with_its_last_row_and_no_sooner() {
    let mut table = numbered(4 * ROWS + 10);
    assert!(bury(&mut table, ROWS..2 * ROWS) >= CELLS);
    assert_eq!(bury(&mut table, 2 * ROWS..3 * ROWS - 64), 0);
    assert_eq!(bury(&mut table, 3 * ROWS - 64..3 * ROWS - 1), 0);
    assert!(bury(&mut table, 3 * ROWS - 1..3 * ROWS) >= CELLS);
    // Several at once, and one that isn't full.
    assert!(bury(&mut table, 3 * ROWS - 1..3 * ROWS) == 0);
    table.rows += 1;
    assert_eq!(bury(&mut table, 4 * ROWS..4 * ROWS + 10), 0);
    let cell = |table: &Table, at: usize| table.column(ColumnId::new(0)).get(Slot::new(at)).as_i64();
    (0..10).for_each(|n| _ = table.push(&[&Value::from(n + 100_000)]));
    assert_eq!((cell(&table, 4 * ROWS + 10), cell(&table, 3 * ROWS)), (Some(100_000), Some(3 * ROWS as i64)));
    assert!(bury(&mut table, 0..ROWS) >= CELLS && bury(&mut table, 3 * ROWS..4 * ROWS) >= CELLS);
}

#[test]
fn chunks_go_together() {
    let mut table = numbered(5 * ROWS);
    assert!((3 * CELLS..4 * CELLS).contains(&bury(&mut table, ROWS - 1..4 * ROWS + 1)));
    let left = table.live().ones(0..table.bound()).count();
    assert_eq!(left, 2 * ROWS - 2);
}

#[test]
fn a_sweep_begins_when_most_places_are_dead_and_a_chunk_of_them() {
    for (rows, dead, wanted) in [
        (2 * ROWS, ROWS, false),
        (2 * ROWS, ROWS + 1, true),
        (ROWS + 10, ROWS - 1, false),
        (ROWS + 10, ROWS, true),
        (4 * ROWS, ROWS, false),
    ] {
        let mut table = numbered(rows);
        table.kill(&slots(0..dead));
        assert_eq!(table.wants_sweep(), wanted, "{dead} of {rows}");
    }
}

#[test]
fn a_sweep_moves_the_rows_behind_the_first_dead_place_and_no_other() {
    for (dead, expected) in [
        (vec![130, 140], vec![(131, 130), (132, 131)]),
        (vec![0], vec![(1, 0), (2, 1)]),
        (vec![192, 193], vec![(194, 192), (195, 193)]),
        (vec![298, 299], vec![]),
        (vec![], vec![]),
    ] {
        let mut table = numbered(300);
        table.kill(&dead.iter().copied().map(Slot::new).collect::<Vec<_>>());
        let mut moves = Vec::new();
        while let Some((from, to)) = table.next_move().filter(|_| moves.len() < 2) {
            moves.push((from.index(), to.index()));
            table.move_row(from, to);
        }
        assert_eq!(moves, expected, "{dead:?}");
    }
}
