//! What holds of flat queries whatever the data: joins are their nested loops, an index changes nothing,
//! a predicate parts the rows in three, an include is the join regrouped, a limit is the head.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{sound, table};
use proptest::prelude::*;
use relata::{
    Column, Database, Filter, FlatQuery, Index, Relation, Schema, Snapshot, asc, case, col, count, desc, rel,
    row,
};

/// A row of either table: a key that may point anywhere, a number, a text.
type Cells = (Option<i64>, Option<i32>, String);

fn cells() -> impl Strategy<Value = Cells> {
    (prop::option::of(1i64..6), prop::option::of(-2i32..3), "[ab]{0,2}")
}

fn database(left: &[Cells], right: &[Cells], indexed: bool) -> Database {
    let shape = |name: &str| {
        let table = table(name)
            .column(Column::integer("key").nullable())
            .column(Column::int("n").nullable())
            .column(Column::text("t"));
        if indexed { table.index(Index::on(["n"])).index(Index::on(["key", "n"]).ordered()) } else { table }
    };
    let mut schema = Schema::new().table(shape("l")).table(shape("r"));
    if indexed {
        schema = schema
            .relation(Relation::one("r", "left", "l").from(["key"]).to(["id"]).optional(true))
            .relation(Relation::many("l", "rights", "r"));
    }
    let db = Database::new(schema).unwrap();
    for (name, rows) in [("l", left), ("r", right)] {
        let rows = rows.iter().map(|(key, n, t)| row! { key: *key, n: *n, t: t.clone() });
        db.insert_many(name, rows.collect::<Vec<_>>()).unwrap();
    }
    sound(&db);
    db
}

/// A condition on a pair of rows, as a filter and by hand.
#[derive(Clone, Copy, Debug)]
enum On {
    Key,
    Number,
    Both,
    Less,
    KeyAndText,
}

impl On {
    fn filter(self) -> Filter {
        match self {
            On::Key => col("l.id").eq(col("r.key")),
            On::Number => col("r.n").eq(col("l.n")),
            On::Both => col("l.key").eq(col("r.key")).and(col("l.n").eq(col("r.n"))),
            On::Less => col("l.n").lt(col("r.n")),
            On::KeyAndText => col("l.id").eq(col("r.key")).and(col("r.t").length().gt(0)),
        }
    }

    fn holds(self, id: i64, l: &Cells, r: &Cells) -> bool {
        match self {
            On::Key => r.0 == Some(id),
            On::Number => l.1.is_some() && l.1 == r.1,
            On::Both => l.0.is_some() && l.0 == r.0 && l.1.is_some() && l.1 == r.1,
            On::Less => matches!((l.1, r.1), (Some(a), Some(b)) if a < b),
            On::KeyAndText => r.0 == Some(id) && !r.2.is_empty(),
        }
    }
}

fn on() -> impl Strategy<Value = On> {
    prop::sample::select(vec![On::Key, On::Number, On::Both, On::Less, On::KeyAndText])
}

fn pairs(query: FlatQuery<Snapshot>) -> Vec<(Option<i64>, Option<i64>)> {
    let page = query.all().unwrap();
    let id = |row: relata::FlatRow<'_>, name| row.row(name).unwrap().map(|row| row.get::<i64>("id").unwrap());
    page.iter().map(|row| (id(row, "l"), id(row, "r"))).collect()
}

/// Which sides a join keeps that match nothing.
fn nested_loop(
    left: &[Cells],
    right: &[Cells],
    on: On,
    keeps: (bool, bool),
) -> Vec<(Option<i64>, Option<i64>)> {
    let mut out = Vec::new();
    let mut matched = vec![false; right.len()];
    for (l, id) in left.iter().zip(1..) {
        let before = out.len();
        for (at, r) in right.iter().enumerate() {
            if on.holds(id, l, r) {
                matched[at] = true;
                out.push((Some(id), Some(at as i64 + 1)));
            }
        }
        if out.len() == before && keeps.0 {
            out.push((Some(id), None));
        }
    }
    if keeps.1 {
        out.extend(matched.iter().zip(1..).filter(|(matched, _)| !**matched).map(|(_, id)| (None, Some(id))));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_join_is_its_nested_loop(
        left in prop::collection::vec(cells(), 0..8),
        right in prop::collection::vec(cells(), 0..8),
        on in on(),
        indexed: bool,
    ) {
        let db = database(&left, &right, indexed);
        let from = || db.from("l");
        let expected = |keeps| nested_loop(&left, &right, on, keeps);
        prop_assert_eq!(pairs(from().inner_join("r", on.filter())), expected((false, false)));
        prop_assert_eq!(pairs(from().left_join("r", on.filter())), expected((true, false)));
        prop_assert_eq!(pairs(from().right_join("r", on.filter())), expected((false, true)));
        prop_assert_eq!(pairs(from().full_join("r", on.filter())), expected((true, true)));
        let ids = |query: FlatQuery<Snapshot>| query.columns(["id"]).all().unwrap().column::<i64>("id").unwrap();
        let (there, missing): (Vec<i64>, Vec<i64>) = (1..=left.len() as i64)
            .partition(|id| right.iter().any(|r| on.holds(*id, &left[*id as usize - 1], r)));
        prop_assert_eq!(ids(from().semi_join("r", on.filter())), there);
        prop_assert_eq!(ids(from().anti_join("r", on.filter())), missing);
    }

    #[test]
    fn an_index_changes_nothing(
        left in prop::collection::vec(cells(), 0..10),
        right in prop::collection::vec(cells(), 0..30),
        on in on(),
        n in -2i32..3,
    ) {
        let ask = |indexed| {
            let db = database(&left, &right, indexed);
            let query = db.from("l").inner_join("r", on.filter()).filter(col("r.n").eq(n));
            (pairs(query.clone()), pairs(query.filter(col("l.t").ne("a")).order_by(desc("r.id")).limit(3)))
        };
        prop_assert_eq!(ask(true), ask(false));
    }

    #[test]
    fn a_predicate_parts_the_rows_in_three(rows in prop::collection::vec(cells(), 0..20), n in -2i32..3) {
        let db = database(&rows, &[], true);
        for filter in [col("n").gt(n), (col("key") + col("n")).lt(3), col("n").not_in([Some(n), None]), col("t").like("a%")] {
            let all = db.from("l").count().unwrap();
            let held = db.from("l").filter(filter.clone()).count().unwrap();
            let failed = db.from("l").filter(!filter.clone()).count().unwrap();
            let part = case(filter.clone(), "true").when(!filter.clone(), "false").otherwise("unknown");
            let parts = db.from("l").group_by(["part"]).select([("part", part), ("n", count())]).all().unwrap();
            let of = |name: &str| {
                parts.iter().filter(|row| row.get::<&str>("part").unwrap() == name)
                    .map(|row| row.get::<i64>("n").unwrap() as u64).sum::<u64>()
            };
            prop_assert_eq!((of("true"), of("false")), (held, failed));
            prop_assert_eq!(held + failed + of("unknown"), all);
            prop_assert_eq!(held, db.query("l").filter(filter).count().unwrap());
        }
    }

    #[test]
    fn an_include_is_the_join_regrouped(
        left in prop::collection::vec(cells(), 0..8),
        right in prop::collection::vec(cells(), 0..16),
    ) {
        let db = database(&left, &right, true);
        let page = db.query("l").include("rights", |rights| rights).all().unwrap();
        let mut nested = Vec::new();
        for row in &page {
            let rights = row.many("rights").unwrap();
            let id = row.get::<i64>("id").unwrap();
            if rights.is_empty() {
                nested.push((Some(id), None));
            }
            nested.extend(rights.iter().map(|right| (Some(id), Some(right.get::<i64>("id").unwrap()))));
        }
        prop_assert_eq!(&pairs(db.from("l").left_join("r", rel("rights"))), &nested);
        let plucked: Vec<(Option<i64>, Option<i64>)> = db.query("l").pluck(["id", "rights.id"]).unwrap();
        prop_assert_eq!(plucked, nested);
        let counted = db.from("l").left_join("r", rel("rights")).group_by(["l.id"])
            .select([("n", col("r.id").count())]).all().unwrap().column::<i64>("n").unwrap();
        let counts: Vec<i64> = db.query("l").count_of("many", "rights").pluck(["many"]).unwrap();
        prop_assert_eq!(counted, counts);
    }

    #[test]
    fn a_limit_of_an_order_is_the_head_of_the_whole(
        left in prop::collection::vec(cells(), 0..20),
        right in prop::collection::vec(cells(), 0..10),
        limit in 0u64..8,
        offset in 0u64..4,
        joined: bool,
    ) {
        let db = database(&left, &right, false);
        let query = db.from("l");
        let query = if joined { query.left_join("r", col("l.n").eq(col("r.n"))) } else { query };
        let query = query.select([("id", col("l.id")), ("t", col("l.t"))]).order_by(desc("t")).order_by(desc("l.n"));
        let whole: Vec<i64> = query.clone().all().unwrap().column("id").unwrap();
        let head: Vec<i64> = query.limit(limit).offset(offset).all().unwrap().column("id").unwrap();
        let expected: Vec<i64> = whole.into_iter().skip(offset as usize).take(limit as usize).collect();
        prop_assert_eq!(head, expected);
    }

    #[test]
    fn keys_of_a_whole_table_are_counted_as_they_are_read(
        left in prop::collection::vec(cells(), 0..6),
        right in prop::collection::vec(cells(), 0..20),
        gone in prop::collection::vec(1i64..20, 0..6),
    ) {
        let db = database(&left, &right, true);
        for table in ["r", "l"] {
            db.delete(table, col("id").is_in(gone.clone())).unwrap();
        }
        sound(&db);
        for column in ["id", "key", "n", "t"] {
            let counted = |query: FlatQuery<Snapshot>| {
                query.value("kinds", col(column).count_distinct()).all().unwrap().column::<i64>("kinds").unwrap()
            };
            prop_assert_eq!(counted(db.from("r")), counted(db.from("r").filter(col("id").gt(0))), "{}", column);
        }
    }

    #[test]
    fn set_operations_add_up(
        left in prop::collection::vec(cells(), 0..12),
        right in prop::collection::vec(cells(), 0..12),
    ) {
        let db = database(&left, &right, false);
        let (l, r) = (db.from("l").columns(["n", "t"]), db.from("r").columns(["n", "t"]));
        let count = |query: FlatQuery<Snapshot>| query.count().unwrap();
        let (both, only) = (l.clone().intersect_all(r.clone()), l.clone().except_all(r.clone()));
        prop_assert_eq!(count(both) + count(only), left.len() as u64);
        let distinct = count(l.clone().distinct());
        prop_assert_eq!(count(l.clone().intersect(r.clone())) + count(l.clone().except(r.clone())), distinct);
        let union = count(l.clone().union(r.clone()));
        prop_assert_eq!(union, distinct + count(r.clone().except(l.clone())));
        prop_assert_eq!(count(l.union_all(r)), (left.len() + right.len()) as u64);
    }
}

/// So many tuples that those which can't be among the first are dropped on the way.
#[test]
fn the_head_of_many_tuples_is_that_of_the_whole_in_any_order_of_joins() {
    let left = |id: i32| ((id * 7919) % 31 != 0).then_some((id * 7919) % 31);
    let rows: Vec<Cells> = (1..=6000).map(|id| (Some(id % 90), left(id as i32), String::new())).collect();
    let right: Vec<Cells> =
        (0..90).map(|id| (Some(id), Some(i32::from(id % 10 == 0)), String::new())).collect();
    let db = database(&rows, &right, false);
    let joined = db.from("l").inner_join("r", col("l.key").eq(col("r.key")));
    let narrowed = joined.clone().filter(col("r.n").eq(0));
    assert!(narrowed.explain().unwrap().starts_with("r: "), "{}", narrowed.explain().unwrap());
    for query in [joined, narrowed] {
        let query = query.select([("id", col("l.id")), ("n", col("l.n"))]);
        for order in [desc("n"), desc("n").nulls_last(), asc("n")] {
            let query = query.clone().order_by(order).order_by(asc("r.n"));
            let whole: Vec<i64> = query.clone().all().unwrap().column("id").unwrap();
            assert!(whole.len() > 5000);
            for (offset, limit) in [(0, 1), (3, 40), (0, 300), (5990, 40)] {
                let head: Vec<i64> =
                    query.clone().offset(offset).limit(limit).all().unwrap().column("id").unwrap();
                let all = whole.iter().copied();
                assert_eq!(head, all.skip(offset as usize).take(limit as usize).collect::<Vec<_>>());
            }
        }
    }
}
