//! A statement of many rows in which one is refused: whichever it is, nothing has changed, and the same
//! statement without that row's fault goes through.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{kind, rows, sound, table};
use relata::{
    Action, Column, Database, Dependent, Error, ForeignKey, Relation, Result, Row, Rows, Schema, col, row,
};

const TABLES: [&str; 4] = ["parents", "children", "leaves", "pairs"];

/// Statements of fewer rows go row by row, of more as a batch.
const SIZES: [i64; 2] = [5, 24];

fn schema() -> Schema {
    let parents = table("parents")
        .column(Column::text("code").nullable().unique())
        .column(Column::int("level").default(0))
        .column(Column::int("cap").default(10))
        .column(Column::integer("children_count").default(0))
        .check("capped", col("level").lte_column("cap"));
    let children = table("children")
        .column(Column::integer("parent_id"))
        .column(Column::text("tag"))
        .unique(["parent_id", "tag"])
        .foreign_key(
            ForeignKey::new(["parent_id"], "parents").on_delete(Action::Cascade).on_update(Action::Cascade),
        );
    let leaves = table("leaves")
        .column(Column::integer("child_id"))
        .foreign_key(ForeignKey::new(["child_id"], "children").on_delete(Action::Restrict));
    let pairs = table("pairs")
        .column(Column::integer("other"))
        .foreign_key(ForeignKey::new(["other"], "pairs").deferrable());
    Schema::new()
        .table(parents)
        .table(children)
        .table(leaves)
        .table(pairs)
        .relation(Relation::one("children", "parent", "parents").from(["parent_id"]).to(["id"]))
        .relation(
            Relation::many("parents", "children", "children")
                .dependent(Dependent::Destroy)
                .counter_cache("children_count"),
        )
        .relation(Relation::one("leaves", "child", "children").from(["child_id"]).to(["id"]))
        .relation(Relation::many("children", "leaves", "leaves").dependent(Dependent::Restrict))
}

/// So many parents with a child each.
fn seeded(n: i64) -> Database {
    let db = Database::new(schema()).unwrap();
    db.insert_many("parents", (0..n).map(|at| row! { code: format!("old {at}") }).collect()).unwrap();
    db.insert_many("children", (1..=n).map(|parent| row! { parent_id: parent, tag: "old" }).collect())
        .unwrap();
    db
}

/// What stands in the way of row `at`, if anything does, and the statement.
struct Case {
    name: &'static str,
    kind: &'static str,
    /// Whether identities are drawn, which aren't given back.
    gives_ids: bool,
    prepare: fn(&Database, i64),
    run: fn(&Database, i64, i64) -> Result<()>,
}

fn nothing(_: &Database, _: i64) {}

/// Rows of which the one at `at` is another.
fn with(n: i64, at: i64, row: impl Fn(i64) -> Row, wrong: Row) -> Vec<Row> {
    (0..n).map(|place| if place == at { wrong.clone() } else { row(place) }).collect()
}

fn parent(place: i64) -> Row {
    row! { code: format!("new {place}") }
}

fn child(place: i64) -> Row {
    row! { parent_id: 1, tag: format!("new {place}") }
}

/// Deletes are stopped by a leaf on the child of the parent at `at`.
fn leaf(db: &Database, at: i64) {
    db.insert("leaves", row! { child_id: at + 1 }).unwrap();
}

const CASES: [Case; 17] = [
    Case {
        name: "a taken key",
        kind: "unique_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| db.insert_many("parents", with(n, at, parent, row! { code: "old 0" })).map(drop),
    },
    Case {
        name: "a key of the same statement",
        kind: "unique_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| {
            // With one row before it there is another of its kind, else behind it.
            let twin = if at == 0 { 1 } else { 0 };
            db.insert_many("parents", with(n, at, parent, parent(if at < 0 { at } else { twin }))).map(drop)
        },
    },
    Case {
        name: "a check",
        kind: "check_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| db.insert_many("parents", with(n, at, parent, row! { level: 11 })).map(drop),
    },
    Case {
        name: "a null",
        kind: "not_null_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| db.insert_many("children", with(n, at, child, row! { parent_id: 1 })).map(drop),
    },
    Case {
        name: "another type",
        kind: "type_mismatch",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| db.insert_many("parents", with(n, at, parent, row! { level: "high" })).map(drop),
    },
    Case {
        name: "a number beyond range",
        kind: "out_of_range",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| {
            db.insert_many("parents", with(n, at, parent, row! { level: 1_i64 << 31 })).map(drop)
        },
    },
    Case {
        name: "a parent that isn't there",
        kind: "foreign_key_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| {
            db.insert_many("children", with(n, at, child, row! { parent_id: 999, tag: "x" })).map(drop)
        },
    },
    Case {
        name: "a check of a changed row",
        kind: "check_violation",
        gives_ids: false,
        prepare: |db, at| {
            db.update("parents", col("id").eq(at + 1), row! { cap: 4 }).unwrap();
        },
        run: |db, _, _| db.update("parents", Rows::All, row! { level: 5 }).map(drop),
    },
    Case {
        name: "a key taken by a changed row",
        kind: "unique_violation",
        gives_ids: false,
        prepare: |db, at| {
            db.insert("children", row! { parent_id: at + 1, tag: "new" }).unwrap();
        },
        run: |db, _, _| db.update("children", col("tag").eq("old"), row! { tag: "new" }).map(drop),
    },
    Case {
        name: "a row that may not go",
        kind: "restrict_violation",
        gives_ids: false,
        prepare: leaf,
        run: |db, _, _| db.delete("children", Rows::All).map(drop),
    },
    Case {
        name: "a row of a cascade that may not go",
        kind: "restrict_violation",
        gives_ids: false,
        prepare: leaf,
        run: |db, _, _| db.delete("parents", Rows::All).map(drop),
    },
    Case {
        name: "a dependent that may not go",
        kind: "restrict_violation",
        gives_ids: false,
        prepare: leaf,
        run: |db, _, _| db.destroy("parents", Rows::All).map(drop),
    },
    Case {
        name: "a nested row",
        kind: "not_null_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| {
            let children = with(n, at, |place| row! { tag: format!("nested {place}") }, Row::new());
            db.insert("parents", row! { code: "nested", children: children }).map(drop)
        },
    },
    Case {
        name: "a row nested in an update",
        kind: "unique_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| {
            let children = with(n, at, |place| row! { tag: format!("nested {place}") }, row! { tag: "old" });
            db.update("parents", col("id").eq(1), row! { level: 1, children: children }).map(drop)
        },
    },
    Case {
        name: "a loaded row",
        kind: "foreign_key_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| {
            let loaded = db.load(|loader| {
                for row in with(n, -1, parent, Row::new()) {
                    loader.push("parents", &row)?;
                }
                let rows = with(n, at, child, row! { parent_id: 999, tag: "x" });
                rows.iter().try_for_each(|row| loader.push("children", row))
            });
            loaded.map(drop).map_err(|mut error| error.problems.pop().unwrap().error)
        },
    },
    Case {
        name: "a key that is open at the commit",
        kind: "foreign_key_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| {
            db.transaction(|tx| {
                for place in 0..n {
                    let other = if place == at { 999 } else { (place + 1) % n + 100 };
                    tx.insert("pairs", row! { id: place + 100, other: other })?;
                }
                Ok(())
            })
        },
    },
    Case {
        name: "a statement of a transaction",
        kind: "unique_violation",
        gives_ids: true,
        prepare: nothing,
        run: |db, n, at| {
            db.transaction(|tx| {
                for place in 0..n {
                    tx.insert(
                        "parents",
                        if place == at {
                            row! { code: "old 0" }
                        } else {
                            parent(place)
                        },
                    )?;
                    tx.update("children", col("id").eq(place + 1), row! { tag: format!("t {place}") })?;
                    tx.savepoint("s");
                    tx.delete("children", Rows::All)?;
                    tx.rollback_to("s")?;
                }
                Ok(())
            })
        },
    },
];

fn shown(db: &Database) -> String {
    TABLES.map(|table| rows(db, table)).join("\n")
}

#[test]
fn whichever_row_of_a_statement_is_refused_nothing_has_changed() {
    for Case { name, kind: expected, gives_ids, prepare, run } in &CASES {
        for n in SIZES {
            let seed = seeded(n).snapshot();
            let good = seed.fork();
            run(&good, n, -1).unwrap_or_else(|error| panic!("{name}: {error}"));
            sound(&good);
            for at in 0..n {
                let db = seed.fork();
                prepare(&db, at);
                let (before, text) = (db.snapshot(), shown(&db));
                let error: Error = run(&db, n, at).err().unwrap_or_else(|| panic!("{name}: row {at} of {n}"));
                assert_eq!(kind(&error), *expected, "{name}: row {at} of {n}: {error}");
                assert!(before.diff(&db.snapshot()).unwrap().is_empty(), "{name}: row {at} of {n}");
                assert_eq!(shown(&db), text, "{name}: row {at} of {n}");
                sound(&db);
                if !gives_ids {
                    same_bytes(&before, &db.snapshot(), name);
                }
            }
            // After a refusal the store goes on as if nothing had been asked.
            let db = seed.fork();
            if run(&db, n, n - 1).is_err() {
                run(&db, n, -1).unwrap();
                let ids = |db: &Database| common::column(db, "parents", "code");
                assert_eq!(ids(&db), ids(&good), "{name}");
                sound(&db);
            }
        }
    }
}

#[cfg(feature = "files")]
fn same_bytes(a: &relata::Snapshot, b: &relata::Snapshot, name: &str) {
    assert_eq!(a.to_bytes().unwrap(), b.to_bytes().unwrap(), "{name}");
}

#[cfg(not(feature = "files"))]
fn same_bytes(_: &relata::Snapshot, _: &relata::Snapshot, _: &str) {}
