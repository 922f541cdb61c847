//! Long chains, wide fans and cycles, on a thread with a small stack: nothing is as deep as the rows.
//!
//! `RELATA_DEEP_ROWS` sets how many rows there are: by default a million in release.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "times and answers are printed for whoever asks")]

mod common;

use common::{sound, table};
use relata::{Action, Column, Database, Dependent, ForeignKey, Relation, Row, Schema, col, lit, rel, row};
use std::time::Instant;

const STACK_BYTES: usize = 256 << 10;

fn rows() -> i64 {
    let given = std::env::var("RELATA_DEEP_ROWS").ok().and_then(|text| text.parse().ok());
    given.unwrap_or(if cfg!(debug_assertions) { 20_000 } else { 1_000_000 })
}

/// Requests are as deep as they are written, within limits, and frames without optimisation many times as
/// large.
const REQUEST_STACK_BYTES: usize = if cfg!(debug_assertions) { 2 << 20 } else { STACK_BYTES };

/// Runs on a small stack, which everything is dropped on too.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    on_a_stack(STACK_BYTES, run);
}

fn on_a_stack(bytes: usize, run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(bytes).spawn(run).unwrap().join().unwrap();
}

/// Tells how long a step took, for whoever asks with `--nocapture`.
fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = run();
    println!("{what}: {:.0?}", start.elapsed());
    done
}

/// How rows hang together: the row above each, if any.
#[derive(Clone, Copy, Debug)]
enum Form {
    Chain,
    Fan,
    Cycle,
}

impl Form {
    fn above(self, id: i64, rows: i64) -> Option<i64> {
        match self {
            Form::Chain => (id > 1).then(|| id - 1),
            Form::Fan => (id > 1).then_some(1),
            Form::Cycle => Some(if id > 1 { id - 1 } else { rows }),
        }
    }
}

fn nodes(form: Form, action: Action, dependent: Option<Dependent>) -> Database {
    let nodes = table("nodes")
        .column(Column::integer("above_id").nullable())
        .column(Column::integer("below_count").default(0))
        .column(Column::timestamptz("touched_at").nullable())
        .foreign_key(ForeignKey::new(["above_id"], "nodes").on_delete(action));
    let below = Relation::many("nodes", "below", "nodes").alias("tree").counter_cache("below_count");
    let below = match dependent {
        Some(dependent) => below.dependent(dependent),
        None => below,
    };
    let above = Relation::one("nodes", "above", "nodes").from(["above_id"]).to(["id"]).alias("tree");
    let schema = Schema::new().table(nodes).relation(above.touch_column("touched_at")).relation(below);
    let db = Database::builder(schema).clock(|| "1970-01-01T00:00:00Z".parse().unwrap()).build().unwrap();
    let rows = rows();
    db.load(|loader| {
        (1..=rows).try_for_each(|id| loader.push("nodes", &row! { id: id, above_id: form.above(id, rows) }))
    })
    .unwrap();
    db
}

const FORMS: [Form; 3] = [Form::Chain, Form::Fan, Form::Cycle];

#[test]
fn deletes_cascade_over_chains_fans_and_cycles() {
    on_a_small_stack(|| {
        for form in FORMS {
            let db = nodes(form, Action::Cascade, None);
            let before = db.snapshot();
            let gone = timed(&format!("delete {form:?}"), || db.delete("nodes", col("id").eq(1)).unwrap());
            assert_eq!((gone, db.query("nodes").count().unwrap()), (1, 0));
            assert_eq!(before.query("nodes").count().unwrap() as i64, rows());
            sound(&db);
            timed(&format!("drop {form:?}"), || drop((db, before)));
        }
    });
}

#[test]
fn destroys_go_over_chains_fans_and_cycles() {
    on_a_small_stack(|| {
        for form in FORMS {
            let db = nodes(form, Action::NoAction, Some(Dependent::Destroy));
            timed(&format!("destroy {form:?}"), || db.destroy("nodes", col("id").eq(1)).unwrap());
            assert_eq!(db.query("nodes").count().unwrap(), 0);
            sound(&db);
        }
    });
}

#[test]
fn a_fan_is_set_to_null_and_a_refused_cascade_changes_nothing() {
    on_a_small_stack(|| {
        let db = nodes(Form::Fan, Action::SetNull, None);
        timed("set null Fan", || db.delete("nodes", col("id").eq(1)).unwrap());
        assert_eq!(db.query("nodes").filter(col("above_id").is_null()).count().unwrap() as i64, rows() - 1);
        let db = nodes(Form::Chain, Action::Cascade, None);
        db.transaction(|tx| {
            tx.savepoint("a");
            tx.delete("nodes", col("id").eq(1))?;
            assert_eq!(tx.query("nodes").count()?, 0);
            timed("roll back Chain", || tx.rollback_to("a"))
        })
        .unwrap();
        assert_eq!(db.query("nodes").count().unwrap() as i64, rows());
        sound(&db);
    });
}

#[test]
fn rows_along_chains_and_cycles_are_walked_to_their_end() {
    on_a_small_stack(|| {
        for form in FORMS {
            let db = nodes(form, Action::Cascade, None);
            let start = db.query("nodes").filter(col("id").eq(1));
            let all = start.follow("below").recursive();
            assert!(timed(&format!("follow {form:?}"), || all.count()).unwrap() as i64 >= rows() - 1);
            drop(
                timed(&format!("touch {form:?}"), || db.insert("nodes", row! { above_id: rows() })).unwrap(),
            );
            let touched = db.query("nodes").filter(col("id").eq(rows()));
            assert_eq!(
                touched.pluck::<i64>(["below_count"]).unwrap()[0],
                if matches!(form, Form::Cycle) { 2 } else { 1 }
            );
        }
    });
}

#[test]
fn the_deepest_queries_and_documents_that_are_taken_are_run_and_dropped() {
    on_a_stack(REQUEST_STACK_BYTES, || {
        let db = nodes(Form::Cycle, Action::Cascade, None).snapshot().fork();
        let filter = (0..60).fold(col("id").eq(1), |inner, _| !inner);
        assert_eq!(db.query("nodes").filter(filter).count().unwrap(), 1);
        let filter = (0..60).fold(col("id").eq(1), |inner, _| rel("above").is(inner));
        assert_eq!(db.query("nodes").filter(filter).count().unwrap(), 1);
        let sum = (0..60).fold(col("id") + lit(0), |sum, _| sum + lit(1));
        assert_eq!(db.from("nodes").select([("x", sum)]).limit(1).all().unwrap().len(), 1);
        assert_eq!(db.query("nodes").limit(1).include("below", |_| deep(60)).all().unwrap().len(), 1);
    });
}

fn deep(depth: usize) -> relata::Query {
    let query = relata::Query::of("nodes");
    if depth <= 1 { query } else { query.include("below", |_| deep(depth - 1)) }
}

#[test]
fn structures_deeper_than_is_taken_are_refused_and_dropped() {
    on_a_stack(REQUEST_STACK_BYTES, || {
        let db = nodes(Form::Fan, Action::Cascade, None);
        let not = (0..500).fold(col("id").eq(1), |inner, _| !inner);
        assert!(db.query("nodes").filter(not).count().is_err());
        let sum = (0..500).fold(col("id") + lit(0), |sum, _| sum + lit(1));
        assert!(db.from("nodes").select([("x", sum)]).all().is_err());
        drop(Row::new().set("id", 1));
    });
}

#[cfg(feature = "json")]
#[test]
fn documents_as_deep_as_may_be_are_read_answered_and_dropped() {
    on_a_stack(REQUEST_STACK_BYTES, || {
        use relata::json::{Limits, read};
        let limits = Limits::none();
        let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
        let text = nested("[", "]", 127);
        assert_eq!(read(&text, &limits).unwrap().to_string(), text);
        assert!(read(&nested("{\"a\":", "}", 1_000_000), &limits).is_err());
        let db = nodes(Form::Fan, Action::Cascade, None);
        for filter in [r#"{"NOT": "#, r#"{"AND": "#, r#"{"above": "#] {
            let filter = nested(filter, "}", 120).replace("1}", r#"{"id": 1}}"#);
            let answer =
                db.query_json_within(&format!(r#"{{"count": "nodes", "where": {filter}}}"#), &limits);
            assert!(answer.is_err());
        }
        let rows = nested(r#"{"below": "#, "}", 120).replacen('1', "{}", 1);
        let lines =
            db.run_json_within(&format!(r#"{{"insert": "nodes", "values": {rows}}}"#), &limits).unwrap();
        assert!(lines.contains("nested_depth"), "{lines}");
    });
}
