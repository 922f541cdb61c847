//! Queries that several threads answer: the same rows in the same order, and the same errors.

use crate::generate::{Chance, cluster, fill, schema, select, world};
use crate::model::World;
use proptest::prelude::*;
use relata::{Column, Database, Filter, Query, Schema, Snapshot, Table, asc, col, desc};
use std::sync::OnceLock;

/// The same rows under one, two and three threads, which answer in parts whatever there is of it.
fn alike(seed: u64, rows: usize) -> (World, Vec<Snapshot>) {
    let world = world(&mut Chance::new(seed), rows);
    let open = |threads| {
        let db = Database::builder(schema()).read_threads(threads).read_threads_above(1).build().unwrap();
        fill(&db, &mut Chance::new(seed), &world);
        cluster(&mut Chance::new(seed), &db);
        db.snapshot()
    };
    let all = (1..=3).map(open).collect();
    (world, all)
}

/// What a query gives with one thread, having asserted that it gives so with more.
fn asked(query: impl Fn(Query<Snapshot>) -> Query<Snapshot>, table: &str, among: &[Snapshot]) -> String {
    let answer = |snapshot: &Snapshot| {
        let query = query(snapshot.query(table));
        let count = query.count().map_err(|error| format!("{error:#}"));
        let mut text = format!("{count:?}");
        match query.all() {
            Ok(page) if table == "numbers" => {
                let id = page.shape().column("id").unwrap();
                page.iter().for_each(|row| text += &format!(" {:?}", id.integer(row)));
            }
            Ok(page) => text += &serde_json::to_string(&page).unwrap(),
            Err(error) => text += &format!("{error:#}"),
        }
        text
    };
    let one = answer(&among[0]);
    for more in &among[1..] {
        assert!(answer(more) == one, "several threads answer otherwise: {table}");
    }
    one
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn several_threads_answer_as_one_does(seed: u64, rows in 0usize..60) {
        let (world, all) = alike(seed, rows);
        let mut chance = Chance::new(seed);
        for _ in 0..6 {
            let table = *chance.pick(&["authors", "books", "tags", "notes"]);
            let select = select(&mut chance, &world, table, 0);
            asked(|query| select.query(query), table, &all);
        }
    }
}

#[test]
fn several_chunks_are_answered_by_several_threads_as_by_one() {
    let (world, all) = alike(5, 3_000);
    let mut chance = Chance::new(5);
    for _ in 0..12 {
        let table = *chance.pick(&["authors", "books", "tags", "notes"]);
        let select = select(&mut chance, &world, table, 0);
        asked(|query| select.query(query), table, &all);
    }
}

#[test]
fn what_an_include_computes_fails_as_it_does_with_one_thread() {
    let (_, all) = alike(9, 300);
    for below in [0, 5, 700, 100_000] {
        let price = |books: Query| books.value("share", col("year") / (col("id") - below));
        asked(|query| query.include("books", price), "authors", &all);
        let filtered = |books: Query| books.filter((col("year") / (col("id") - below)).lt(3));
        asked(|query| query.include("books", filtered).include("notes", |n| n), "authors", &all);
        let both = |books: Query| {
            books.filter((col("year") / (col("id") - below)).lt(3)).value("a", col("id") + i64::MAX)
        };
        asked(|query| query.include("notes", |n| n).include("books", both), "authors", &all);
    }
    let failing = |books: Query| books.value("share", col("year") / (col("id") - col("id")));
    let answer = asked(|query| query.include("books", failing), "authors", &all);
    assert!(answer.contains("zero"), "{answer}");
}

/// Numbers in a table that is long enough to be scanned in parts.
fn numbers() -> &'static [Snapshot] {
    static NUMBERS: OnceLock<Vec<Snapshot>> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let table = Table::new("numbers")
            .column(Column::integer("id"))
            .column(Column::int("few").nullable())
            .column(Column::int("many"))
            .primary_key(["id"]);
        let open = |threads| {
            let schema = Schema::new().table(table.clone());
            let db = Database::builder(schema).read_threads(threads).build().unwrap();
            let mut chance = Chance::new(3);
            db.load(|loader| {
                let mut rows = loader.rows("numbers", ["id", "few", "many"])?;
                for id in 0..300_000i64 {
                    let few = chance.below(9) as i64;
                    let few = if few == 0 { relata::Value::Null } else { few.into() };
                    rows.push(&[id.into(), few.as_ref(), (chance.below(50_000) as i64).into()])?;
                }
                Ok(())
            })
            .unwrap();
            db.snapshot()
        };
        (1..=3).map(open).collect()
    })
}

#[test]
fn long_scans_give_the_same_rows_with_several_threads() {
    let filters: [Option<Filter>; 4] = [
        None,
        Some(col("many").lt(900)),
        Some(col("many").lt(300).or(col("few").is_null()).and(col("id").gt(250_000))),
        Some((col("many") % 7).eq(0).and(col("few").lte(2))),
    ];
    for filter in filters {
        for order in [&[][..], &[("few", true)], &[("many", false), ("few", false)], &[("few", false)]] {
            let limits = if filter.is_none() { &[Some(3), Some(900)][..] } else { &[None, Some(900)] };
            for limit in limits {
                let ask = |query: Query<Snapshot>| {
                    let query = filter.iter().fold(query, |query, filter| query.filter(filter.clone()));
                    let query = order.iter().fold(query, |query, (column, down)| match down {
                        true => query.order_by(desc(*column)),
                        false => query.order_by(asc(*column)),
                    });
                    limit.iter().fold(query, |query, limit| query.limit(*limit).offset(2))
                };
                asked(ask, "numbers", numbers());
            }
        }
    }
}

#[test]
fn a_scan_that_fails_fails_as_it_does_with_one_thread() {
    for at in [0, 150_000, 299_999, 300_000] {
        let ask = |query: Query<Snapshot>| query.filter((col("many") / (col("id") - at)).gt(10_000));
        let answer = asked(ask, "numbers", numbers());
        assert_eq!(answer.contains("zero"), at < 300_000, "{at}");
        asked(|query| ask(query).order_by(asc("few")).limit(4), "numbers", numbers());
    }
}
