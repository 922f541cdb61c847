//! Many rows in one insert: the same as one after the other, whatever is wrong with one of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, rows, sound, table};
use proptest::collection::vec;
use proptest::prelude::*;
use relata::{
    Builder, Column, Database, ForeignKey, Literal, NestedAttributes, Relation, Row, Schema, Table, col,
    nested, row,
};

const TABLES: [&str; 3] = ["users", "rooms", "notes"];

fn schema() -> Schema {
    let count = |name: &str| Column::integer(name).default(0);
    Schema::new()
        .table(table("users").column(count("notes_count")).column(count("long_count")))
        .table(
            Table::new("rooms")
                .column(Column::text("name"))
                .column(Column::timestamptz("updated_at").nullable())
                .primary_key(["name"]),
        )
        .table(
            table("notes")
                .column(Column::integer("user_id").nullable())
                .column(Column::text("room").nullable())
                .column(Column::text("slug").nullable().unique())
                .column(Column::smallint("length").default(1))
                .column(Column::boolean("pinned").default(false))
                .column(Column::timestamptz("made_at").default_now())
                .index(["length"])
                .check("short", col("length").lt(100))
                .foreign_key(ForeignKey::new(["user_id"], "users")),
        )
        .relation(Relation::one("notes", "user", "users").from(["user_id"]).to(["id"]))
        .relation(
            Relation::many("users", "notes", "notes")
                .counter_cache("notes_count")
                .nested(NestedAttributes::new().allow_destroy()),
        )
        .relation(Relation::many("users", "lengthy", "notes").filter(col("length").eq(9)))
        .relation(
            Relation::many("users", "long", "notes").counter_cache_where("long_count", col("length").gt(5)),
        )
        .relation(Relation::one("notes", "place", "rooms").from(["room"]).to(["name"]).touch())
        .relation(Relation::many("rooms", "notes", "notes"))
}

/// Users and rooms; notes wait for rooms that aren't there.
fn filled(with: impl FnOnce(Builder) -> Builder) -> Database {
    let builder = Database::builder(schema()).clock(|| "2024-05-01T10:00:00Z".parse().unwrap());
    let db = with(builder).build().unwrap();
    db.insert_many("users", (0..4).map(|_| row! {}).collect()).unwrap();
    db.insert("rooms", row! { name: "r0" }).unwrap();
    db.insert("notes", row! { id: 50, slug: "s50", room: "r1" }).unwrap();
    db
}

/// A hook that does nothing has rows written one by one.
fn one_by_one(builder: Builder) -> Builder {
    TABLES.into_iter().fold(builder, |builder, table| builder.before_insert(table, |_| Ok(())))
}

/// A note: which columns it names, and what it gives them.
fn note() -> impl Strategy<Value = Row> {
    let id = prop_oneof![8 => Just(None), 1 => (1..90i64).prop_map(Some)];
    let user = prop_oneof![20 => (1..5i64).prop_map(Some), 5 => Just(None), 1 => Just(Some(9))];
    let length = prop_oneof![40 => 0..60i64, 1 => Just(100), 1 => Just(70_000)];
    let slug = prop_oneof![3 => Just(None), 1 => (0..400u32).prop_map(Some)];
    let kind =
        prop_oneof![40 => Just(0u8), 10 => Just(1), 10 => Just(2), 1 => Just(3), 1 => Just(4), 1 => Just(5)];
    (id, user, 0..4u8, slug, length, kind).prop_map(|(id, user, room, slug, length, kind)| {
        let named = |row: Row| match id {
            Some(id) => row.set("id", id),
            None => row,
        };
        let row = row! { user_id: user, room: format!("r{room}"), slug: slug.map(|n| format!("s{n}")) };
        match kind {
            0 => named(row.set("length", length)),
            1 => named(row! { length: length, pinned: true, user_id: user }),
            2 => named(row.set("length", Literal::Number(length.to_string().into()))),
            3 => named(row.set("pinned", 1)),
            4 => named(row.set("colour", "red")),
            _ => named(row.set("room", "twice")),
        }
    })
}

#[track_caller]
fn same(left: &Database, right: &Database) {
    for table in TABLES {
        assert_eq!(rows(left, table), rows(right, table));
    }
    sound(left);
    sound(right);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_batch_is_what_its_rows_are_one_by_one(batches in vec(vec(note(), 1..60), 1..4), room in 0..4u8) {
        let (together, apart) = (filled(|builder| builder), filled(one_by_one));
        for batch in batches {
            let kept = together.snapshot();
            let before = kept.query("notes").count().unwrap();
            let (a, b) = (together.insert_many("notes", batch.clone()), apart.insert_many("notes", batch));
            let shown = |answer: relata::Result<Vec<relata::Key>>| answer.map_err(|error| error.to_string());
            prop_assert_eq!(shown(a), shown(b));
            same(&together, &apart);
            prop_assert_eq!(kept.query("notes").count().unwrap(), before);
        }
        let rooms: Vec<Row> = (room..room + 20).map(|n| row! { name: format!("r{n}") }).collect();
        prop_assert_eq!(together.insert_many("rooms", rooms.clone()).is_ok(), apart.insert_many("rooms", rooms).is_ok());
        let next = row! { user_id: 1 };
        prop_assert_eq!(together.insert("notes", next.clone()).ok(), apart.insert("notes", next).ok());
        same(&together, &apart);
    }

    #[test]
    fn rows_along_a_relation_are_what_they_are_one_by_one(
        families in vec((vec(note(), 1..30), any::<bool>(), any::<bool>()), 1..5),
    ) {
        let (together, apart) = (filled(|builder| builder), filled(one_by_one));
        for (notes, attributes, long) in families {
            let name = if long { "lengthy" } else { "notes" };
            // A note that names its user may name another one.
            let own = |row: &Row| row.iter().filter(|(name, _)| *name != "user_id")
                .map(|(name, input)| (name.clone(), input.clone())).collect::<Row>();
            let notes: Vec<Row> = notes.iter().enumerate()
                .map(|(at, row)| if at % 29 == 28 { row.clone() } else { own(row) }).collect();
            let user = match attributes {
                true => Row::new().set(name, notes),
                false => Row::new().set(name, nested::create(notes)),
            };
            let (a, b) = (together.insert("users", user.clone()), apart.insert("users", user));
            let shown = |answer: relata::Result<relata::Key>| answer.map_err(|error| format!("{error:#}"));
            prop_assert_eq!(shown(a), shown(b));
            same(&together, &apart);
        }
    }
}

#[test]
fn a_row_along_a_relation_that_cannot_stay_is_named_by_its_path() {
    let db = filled(|builder| builder);
    let with = |bad: Row| {
        let mut notes: Vec<Row> = (0..10).map(|n| row! { slug: format!("n{n}") }).collect();
        notes[7] = bad;
        let fine: Vec<Row> = (0..10).map(|n| row! { length: n }).collect();
        let users = vec![row! { notes: fine.clone() }, row! { notes: nested::create(notes) }];
        db.insert_many("users", users).map_err(|error| format!("{error:#}"))
    };
    for bad in [row! { slug: "s50" }, row! { slug: "n3" }, row! { length: 200 }, row! { colour: "red" }] {
        let error = with(bad.clone()).unwrap_err();
        assert!(error.contains("values[1].notes.create[7]"), "{bad}: {error}");
        assert_eq!(column(&db, "users", "notes_count"), "0,0,0,0");
    }
    with(row! {}).unwrap();
    assert_eq!(column(&db, "users", "notes_count"), "0,0,0,0,10,10");
    // The filter of a relation asks of every row that is made along it, unless it gives it itself.
    let lengthy = |notes: Vec<Row>| db.insert("users", row! { lengthy: notes });
    lengthy((0..10).map(|_| row! {}).collect()).unwrap();
    assert_eq!(column(&db, "users", "long_count"), "0,0,0,0,4,0,10");
    let mut notes: Vec<Row> = (0..10).map(|_| row! { length: 9 }).collect();
    notes[4] = row! { length: 3 };
    let error = format!("{:#}", lengthy(notes).unwrap_err());
    assert!(error.contains("values.lengthy[4]"), "{error}");
    sound(&db);
}

#[test]
fn the_first_row_that_cannot_stay_is_named_and_no_key_is_lost_to_later_ones() {
    let db = filled(|builder| builder);
    let with = |bad: Vec<(usize, Row)>| {
        let mut all: Vec<Row> = (0..40).map(|n| row! { user_id: 1, slug: format!("n{n}") }).collect();
        bad.into_iter().for_each(|(at, row)| all[at] = row);
        db.insert_many("notes", all).map_err(|error| error.to_string())
    };
    let long = row! { user_id: 1, length: 200 };
    let error = with(vec![(30, row! { slug: "s50" }), (7, long), (3, row! { user_id: 8 })]).unwrap_err();
    assert_eq!(error, "check `short` doesn't hold: notes.length = 200");
    assert_eq!(column(&db, "users", "notes_count"), "0,0,0,0");
    assert_eq!(with(vec![]).unwrap().first().unwrap(), &relata::Key::from(59));
    assert_eq!(column(&db, "users", "notes_count"), "40,0,0,0");
    sound(&db);
}

#[test]
fn rows_that_are_parents_of_each_other_are_written_one_by_one() {
    let schema = Schema::new()
        .table(
            table("parts")
                .column(Column::integer("whole_id").nullable())
                .column(Column::integer("parts_count").default(0))
                .foreign_key(ForeignKey::new(["whole_id"], "parts")),
        )
        .relation(Relation::one("parts", "whole", "parts").from(["whole_id"]).to(["id"]))
        .relation(Relation::many("parts", "parts", "parts").counter_cache("parts_count"));
    let db = Database::new(schema).unwrap();
    let whole = |n: i64| if n == 19 { None } else { Some(n + 2) };
    db.insert_many("parts", (0..20).map(|n| row! { whole_id: whole(n) }).collect()).unwrap();
    assert_eq!(column(&db, "parts", "parts_count"), format!("0{}", ",1".repeat(19)));
    sound(&db);
}

#[test]
fn a_number_that_could_be_null_is_given_to_many_rows_as_to_one() {
    let table =
        Table::new("t").column(Column::integer("no").generated().nullable()).column(Column::text("s"));
    let db = Database::new(Schema::new().table(table)).unwrap();
    db.insert("t", row! { s: "a" }).unwrap();
    db.insert_many("t", (0..5).map(|_| row! { s: "b" }).collect()).unwrap();
    db.load(|loader| loader.push("t", &row! { s: "c" })).unwrap();
    assert_eq!(column(&db, "t", "no"), "1,2,3,4,5,6,7");
    sound(&db);
}
