//! What a database says it holds is what the allocator gave it.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::table;
use relata::{Column, Database, Relation, Schema, Table, col, row};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn said(db: &Database) -> usize {
    db.memory().iter().map(relata::TableMemory::total).sum()
}

/// Parents and children: an index of each kind, links, children that wait and lists of every length.
fn family() -> Database {
    let parents = table("parents")
        .column(Column::text("name").nullable().unique())
        .column(Column::integer("kind"))
        .column(Column::integer("year").nullable())
        .index(["kind"])
        .ordered_index(["year"]);
    let children =
        Table::new("children").column(Column::integer("parent_id").nullable()).column(Column::text("text"));
    let schema = Schema::new()
        .table(parents)
        .table(children)
        .relation(Relation::one("children", "parent", "parents").from(["parent_id"]).to(["id"]))
        .relation(Relation::many("parents", "children", "children"));
    Database::new(schema).unwrap()
}

/// The only test of its file, so that no other thread allocates.
#[test]
fn memory_tells_what_is_allocated_and_who_else_has_it() {
    /// What a state holds besides its tables: a few counts and lists of tables.
    const BESIDES: usize = 500;
    let db = family();
    // The thread that runs the tests allocates too when it says that this one runs.
    let is_quiet = || {
        let region = Region::new(ALLOCATOR);
        std::thread::sleep(std::time::Duration::from_millis(50));
        region.change().allocations == 0
    };
    while !is_quiet() {}
    let (before, region) = (said(&db), Region::new(ALLOCATOR));
    let step = |name: &str, change: &dyn Fn()| {
        change();
        let change = region.change();
        let (held, told) = (change.bytes_allocated - change.bytes_deallocated, said(&db) - before);
        assert!((told..=told + BESIDES).contains(&held), "{name}: {told} of {held}");
    };
    step("parents", &|| {
        let kind = |n: i64| if n < 9_000 { n % 8 } else { n / 5 };
        let parents = (0..11_000i64).map(|n| {
            row! { name: format!("a name of some length {n}"), kind: kind(n), year: n * 7919 % 3000 }
        });
        db.insert_many("parents", parents.collect()).unwrap();
    });
    step("children, of whom many wait", &|| {
        for n in 0..30_000i64 {
            let parent = if n % 2 == 0 { n % 4 / 2 + 1 } else { n % 20_000 };
            db.insert("children", row! { parent_id: parent, text: format!("{n}") }).unwrap();
        }
    });
    step("children beside their siblings", &|| db.compact_by("children", "parent").unwrap());
    let fork = db.fork();
    assert!(db.memory().iter().all(|m| m.shared == m.total()));
    drop(fork);
    assert!(db.memory().iter().all(|m| m.shared == 0));
    step("nobody between", &|| _ = db.delete("parents", col("id").between(3, 10_000)).unwrap());
    step("no long lists", &|| _ = db.delete("children", col("parent_id").lt(3)).unwrap());
    step("few parents", &|| _ = db.delete("parents", col("id").gt(20)).unwrap());
}
