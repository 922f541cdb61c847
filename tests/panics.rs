//! Whatever the user's code does in the middle of a write, the store is whole: at each of its calls it
//! panics once, and at each that may refuse it refuses once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{sound, table};
use relata::{
    Action, Builder, Column, Database, Dependent, ForeignKey, HookEvent, Literal, Relation, Result, Row,
    Rows, Schema, Snapshot, Table, Transaction, col, row,
};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};

const TABLES: [&str; 6] = ["users", "posts", "comments", "couples", "log", "plain"];

/// What the user's code does at its call number `at`, counted from 1.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Calm,
    Panic,
    Refuse,
}

#[derive(Default)]
struct Calls {
    mode: Option<(Mode, usize)>,
    seen: usize,
    /// The call that panicked or refused.
    struck: Option<&'static str>,
    kinds: BTreeSet<&'static str>,
}

/// All calls of the user's code, counted.
#[derive(Clone, Default)]
struct Fuse(Arc<Mutex<Calls>>);

impl Fuse {
    fn set(&self, mode: Mode, at: usize) {
        let mut calls = self.0.lock().unwrap();
        (calls.mode, calls.seen, calls.struck) = (Some((mode, at)), 0, None);
    }

    fn struck(&self) -> Option<&'static str> {
        self.0.lock().unwrap().struck
    }

    /// Whether it's the turn of this call to do as `mode` says.
    fn strikes(&self, kind: &'static str, mode: Mode) -> bool {
        let mut calls = self.0.lock().unwrap();
        if calls.mode.is_none_or(|(wanted, _)| wanted != mode) {
            return false;
        }
        calls.seen += 1;
        calls.kinds.insert(kind);
        let strikes = calls.mode.is_some_and(|(_, at)| at == calls.seen);
        if strikes {
            calls.struck = Some(kind);
        }
        strikes
    }

    /// A call that can only panic.
    fn call(&self, kind: &'static str) {
        if self.strikes(kind, Mode::Panic) {
            // Not `panic!`: nobody wants to read a thousand messages.
            resume_unwind(Box::new("struck"));
        }
    }

    /// A hook, which can refuse too.
    fn hook(&self, event: &HookEvent<'_>) -> Result<()> {
        self.call(event.hook().name());
        if self.strikes(event.hook().name(), Mode::Refuse) {
            return Err(event.refuse("struck"));
        }
        Ok(())
    }
}

fn schema() -> Schema {
    let at = || Column::timestamptz("at").default_now();
    let users = table("users")
        .column(Column::text("name").unique())
        .column(Column::uuid("uid").default_uuid().unique())
        .column(Column::integer("boss_id").nullable())
        .column(Column::integer("posts_count").default(0))
        .column(Column::timestamptz("touched_at").nullable())
        .column(Column::integer("lock_version").default(0))
        .column(at())
        .foreign_key(ForeignKey::new(["boss_id"], "users").on_delete(Action::SetNull))
        .version("lock_version");
    let posts = table("posts")
        .column(Column::json("data").nullable())
        .column(Column::integer("user_id"))
        .column(at())
        .foreign_key(ForeignKey::new(["user_id"], "users").on_update(Action::Cascade));
    let comments = table("comments")
        .column(Column::integer("post_id"))
        .column(at())
        .foreign_key(ForeignKey::new(["post_id"], "posts").on_delete(Action::Cascade));
    let couples = table("couples")
        .column(Column::integer("other"))
        .foreign_key(ForeignKey::new(["other"], "couples").deferrable());
    let log = Table::new("log").column(Column::text("line")).column(Column::uuid("uid").default_uuid());
    // Nothing leads from it to a table with hooks: it's written in place.
    let plain = table("plain").column(Column::uuid("uid").default_uuid()).column(at());
    Schema::new()
        .table(users)
        .table(posts)
        .table(comments)
        .table(couples)
        .table(log)
        .table(plain)
        .relation(
            Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]).touch_column("touched_at"),
        )
        .relation(
            Relation::many("users", "posts", "posts")
                .dependent(Dependent::Destroy)
                .counter_cache("posts_count"),
        )
        .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
        .relation(Relation::many("posts", "comments", "comments").dependent(Dependent::Destroy))
}

fn hooked(mut builder: Builder, fuse: &Fuse) -> Builder {
    for table in ["users", "posts", "comments"] {
        let hook = || {
            let fuse = fuse.clone();
            move |event: &mut HookEvent<'_>| {
                fuse.hook(event)?;
                let line = format!("{} {}", event.hook().name(), event.row().key());
                event.insert("log", row! { line: line })?;
                event.delete("log", col("line").like("before_update%")).map(drop)
            }
        };
        builder = builder
            .before_insert(table, hook())
            .after_insert(table, hook())
            .before_update(table, hook())
            .after_update(table, hook())
            .before_delete(table, hook())
            .after_delete(table, hook())
            .before_destroy(table, hook())
            .after_destroy(table, hook());
        let fuse = fuse.clone();
        builder = builder.after_commit(table, move |_| fuse.call("after_commit"));
    }
    let (inner, writes) = (fuse.clone(), fuse.clone());
    builder
        .before_insert("log", move |event| inner.hook(event))
        .before_delete("log", move |event| writes.hook(event))
}

/// A database with rows in every table; the fuse is calm.
fn seeded(fuse: &Fuse) -> Database {
    let (clock, ids) = (fuse.clone(), fuse.clone());
    let time = Mutex::new(0);
    let next = Mutex::new(0u128);
    let builder = Database::builder(schema())
        .clock(move || {
            clock.call("clock");
            let mut time = time.lock().unwrap();
            *time += 1;
            jiff::Timestamp::from_second(*time).unwrap()
        })
        .ids(move || {
            ids.call("ids");
            let mut next = next.lock().unwrap();
            *next += 1;
            uuid::Uuid::from_u128(*next)
        });
    let db = hooked(builder, fuse).build().unwrap();
    for name in ["ann", "bob", "cid"] {
        db.insert("users", row! { name: name }).unwrap();
    }
    db.update("users", col("id").gt(1), row! { boss_id: 1 }).unwrap();
    db.insert_many("posts", (0..6).map(|n| row! { user_id: n % 3 + 1 }).collect()).unwrap();
    db.insert_many("comments", (0..6).map(|n| row! { post_id: n + 1 }).collect()).unwrap();
    db
}

/// Text that is read or written by code that may panic.
struct Pipe<'f>(&'f Fuse, &'static [u8]);

impl Read for Pipe<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.0.call("deserialize");
        self.1.read(&mut out[..1])
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.call("serialize");
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn dump(state: &Snapshot) -> String {
    let rows = |table| serde_json::to_string(&state.query(table).all().unwrap()).unwrap();
    TABLES.map(rows).join("\n")
}

/// Runs a part of a transaction; when that fails, the part is undone and nothing else.
fn part<'d, T>(tx: &mut Transaction<'d>, run: impl FnOnce(&mut Transaction<'d>) -> Result<T>) -> Result<T> {
    let before = tx.snapshot();
    let done = catch_unwind(AssertUnwindSafe(|| run(tx)));
    if !matches!(done, Ok(Ok(_))) {
        let after = tx.snapshot();
        assert!(before.diff(&after).unwrap().is_empty());
        assert_eq!(dump(&before), dump(&after));
        assert_eq!(after.check(), before.check());
    }
    done.unwrap_or_else(|panic| resume_unwind(panic))
}

type Step = fn(&Database, &Fuse) -> Result<()>;

const STEPS: [Step; 9] = [
    |db, fuse| {
        let rows = ["dan", "eve", "fay"].into_iter().map(|name| {
            fuse.call("iterator");
            row! { name: name, boss_id: 2 }
        });
        db.insert_many("users", rows.collect()).map(drop)
    },
    |db, _| {
        db.upsert("users", row! { name: "ann", boss_id: 3 })?;
        Ok(())
    },
    |db, _| db.upsert("users", row! { name: "gil" }).map(drop),
    |db, _| db.update("posts", Rows::All, row! { user_id: 2 }).map(drop),
    |db, _| db.delete("posts", col("id").lt(3)).map(drop),
    |db, _| db.insert_many("plain", vec![row! {}, row! {}]).map(drop),
    whole_transaction,
    |db, fuse| {
        db.load(|loader| {
            let columns = ["name", "lock_version"].into_iter().inspect(|_| fuse.call("iterator"));
            let mut users = loader.rows("users", columns)?;
            for name in ["hal", "ida"] {
                fuse.call("iterator");
                users.push(&[name.into(), 4.into()])?;
            }
            drop(users);
            fuse.call("fill");
            loader.push("posts", &row! { user_id: 1 })
        })
        .map_err(|mut error| error.problems.pop().unwrap().error)
        .map(drop)
    },
    |db, _| db.destroy("users", col("name").gt("ann")).map(drop),
];

fn whole_transaction(db: &Database, fuse: &Fuse) -> Result<()> {
    db.transaction(|tx| {
        part(tx, |tx| tx.insert("users", row! { name: "jan" }))?;
        tx.after_commit(|| fuse.call("closure"));
        part(tx, |tx| {
            let data: Literal = serde_json::from_reader(Pipe(fuse, br#"{"a": [1, 2]}"#)).expect("a document");
            tx.insert("posts", Row::new().set("data", data).set("user_id", 1)).map(drop)
        })?;
        tx.savepoint("a");
        part(tx, |tx| tx.destroy("posts", col("user_id").eq(2)))?;
        tx.rollback_to("a")?;
        part(tx, |tx| {
            tx.transaction(|tx| {
                tx.insert("couples", row! { id: 1, other: 2 })?;
                fuse.call("transaction");
                tx.update("users", col("name").eq("bob"), row! { name: "rob", lock_version: 1 })?;
                tx.insert("couples", row! { id: 2, other: 1 })
            })
        })?;
        let page = tx.query("users").include("posts", |posts| {
            fuse.call("query");
            posts
        });
        serde_json::to_writer(Pipe(fuse, b""), &page.all()?).expect("a document");
        page.each(|_| fuse.call("row"))?;
        part(tx, |tx| tx.delete("comments", Rows::All)).map(drop)
    })
}

/// How many rows each table has.
fn counts(db: &Database) -> [u64; 6] {
    TABLES.map(|table| db.query(table).count().unwrap())
}

/// Runs a step with one call in it that strikes, then the same again; gives what that comes to.
fn strike(before: &Snapshot, step: Step, fuse: &Fuse, mode: Mode, at: usize) -> Database {
    let db = before.fork();
    fuse.set(mode, at);
    let done = catch_unwind(AssertUnwindSafe(|| step(&db, fuse)));
    let struck = fuse.struck().expect("every call up to the last strikes");
    fuse.set(Mode::Calm, 0);
    assert_eq!(done.is_err(), mode == Mode::Panic, "{struck} at {at}");
    sound(&db);
    if ["after_commit", "closure"].contains(&struck) {
        // The commit stands.
        assert!(!before.diff(&db.snapshot()).unwrap().is_empty(), "{struck} at {at}");
        return db;
    }
    assert!(before.diff(&db.snapshot()).unwrap().is_empty(), "{struck} at {at}");
    assert_eq!(dump(before), dump(&db.snapshot()), "{struck} at {at}");
    if let Ok(done) = done {
        assert_eq!(done.unwrap_err().kind().name(), "refused", "{struck} at {at}");
    }
    step(&db, fuse).expect("the same again");
    sound(&db);
    db
}

#[test]
fn a_panic_or_refusal_at_any_call_of_the_users_code_leaves_the_store_as_it_was() {
    let fuse = Fuse::default();
    let db = seeded(&fuse);
    sound(&db);
    let mut strikes = 0;
    for step in STEPS {
        let before = db.snapshot();
        let shown = dump(&before);
        for mode in [Mode::Panic, Mode::Refuse] {
            let counted = before.fork();
            fuse.set(mode, usize::MAX);
            step(&counted, &fuse).unwrap();
            let calls = fuse.0.lock().unwrap().seen;
            for at in 1..=calls {
                assert_eq!(counts(&strike(&before, step, &fuse, mode, at)), counts(&counted), "call {at}");
            }
            strikes += calls;
        }
        assert_eq!(dump(&before), shown, "forks of a state leave it alone");
        step(&db, &fuse).unwrap();
    }
    assert!(strikes > 300, "{strikes}");
    let kinds: Vec<&str> = fuse.0.lock().unwrap().kinds.iter().copied().collect();
    assert_eq!(
        kinds,
        [
            "after_commit",
            "after_delete",
            "after_destroy",
            "after_insert",
            "after_update",
            "before_delete",
            "before_destroy",
            "before_insert",
            "before_update",
            "clock",
            "closure",
            "deserialize",
            "fill",
            "ids",
            "iterator",
            "query",
            "row",
            "serialize",
            "transaction"
        ]
    );
}
