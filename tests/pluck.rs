//! Values, keys and batches without the rows around them.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{kind, table};
use relata::{Action, Column, Database, Key, Query, Schema, Table, asc, col, desc, rel, row};
use std::ops::ControlFlow;

fn library() -> Database {
    let db = common::library(Action::Cascade);
    db.insert_many(
        "authors",
        vec![row! { name: "Ann", email: "ann@x.org" }, row! { name: "Bob" }, row! { name: "Cid" }],
    )
    .unwrap();
    db.insert_many(
        "books",
        vec![
            row! { title: "A", author_id: 1 },
            row! { title: "B", author_id: 2 },
            row! { title: "C", author_id: 1 },
            row! { title: "D" },
        ],
    )
    .unwrap();
    db
}

#[test]
fn one_column_gives_values_and_several_give_tuples() {
    let db = library();
    let names: Vec<String> = db.query("authors").order_by(desc("name")).limit(2).pluck(["name"]).unwrap();
    assert_eq!(names, ["Cid", "Bob"]);
    let pairs: Vec<(i64, Option<String>)> =
        db.query("authors").filter(col("id").lt(3)).pluck(["id", "email"]).unwrap();
    assert_eq!(pairs, [(1, Some("ann@x.org".to_owned())), (2, None)]);
    let counts: Vec<(String, i64)> = db.query("authors").count_of("n", "books").pluck(["name", "n"]).unwrap();
    assert_eq!(counts[0], ("Ann".to_owned(), 2));
    let distinct: Vec<Option<i64>> = db.query("books").distinct().limit(2).pluck(["author_id"]).unwrap();
    assert_eq!(distinct, [Some(1), Some(2)]);
}

#[test]
fn paths_go_along_relations_and_lead_to_null_where_nothing_is() {
    let db = library();
    let authors: Vec<(String, Option<String>)> = db.query("books").pluck(["title", "author.name"]).unwrap();
    let shown: Vec<_> = authors.iter().map(|(a, b)| format!("{a}{}", b.as_deref().unwrap_or("-"))).collect();
    assert_eq!(shown, ["AAnn", "BBob", "CAnn", "D-"]);
    let titles: Vec<(Option<String>, String)> = db.query("authors").pluck(["books.title", "name"]).unwrap();
    let shown: Vec<_> = titles.iter().map(|(a, b)| format!("{}{b}", a.as_deref().unwrap_or("-"))).collect();
    assert_eq!(shown, ["AAnn", "CAnn", "BBob", "-Cid"]);
    let far: Vec<Option<String>> = db.query("books").limit(1).pluck(["author.books.title"]).unwrap();
    assert_eq!(far.into_iter().flatten().collect::<String>(), "AC");
}

#[test]
fn what_cannot_be_plucked_is_refused() {
    let db = library();
    let error = db.query("books").pluck::<String>(["titel"]).unwrap_err();
    assert_eq!((kind(&error), error.path().to_string().as_str()), ("unknown_column", "titel"));
    let error = db.query("books").pluck::<String>(["auther.name"]).unwrap_err();
    assert_eq!(kind(&error), "unknown_relation");
    let error = db.query("books").pluck::<i64>(["title"]).unwrap_err();
    assert_eq!(error.to_string(), "`title` holds text, not i64");
    let error = db.query("books").pluck::<String>([] as [&str; 0]).unwrap_err();
    assert_eq!(error.to_string(), "no column is picked and nothing is included");
    let error = db.query("books").distinct().pluck::<String>(["author.name"]).unwrap_err();
    assert_eq!(error.to_string(), "expected columns of the table itself, found a relation, of distinct rows");
}

#[test]
fn pick_exists_ids_and_find_by() {
    let db = library();
    assert_eq!(
        db.query("books").order_by(desc("title")).pick::<String>(["title"]).unwrap().as_deref(),
        Some("D")
    );
    assert_eq!(db.query("books").filter(col("id").gt(9)).pick::<String>(["title"]).unwrap(), None);
    assert!(db.query("authors").filter(rel("books").exists()).exists().unwrap());
    assert_eq!(db.query("authors").filter(rel("books").absent()).ids().unwrap(), [Key::from(3)]);
    assert_eq!(
        db.query("authors").find_by(row! { name: "Bob" }).unwrap().one().unwrap().get::<i64>("id").unwrap(),
        2
    );
    let page = db.query("authors").order_by(asc("name")).find_by(row! { email: None::<&str> }).unwrap();
    assert_eq!(page.one().unwrap().get::<&str>("name").unwrap(), "Bob");
    assert!(db.query("authors").find_by(row! { name: "Dan" }).unwrap().is_empty());
    let error = db.query("authors").find_by(row! {}).unwrap_err();
    assert_eq!(error.to_string(), "a filter without a value would match everything");
    let keyless = Database::new(Schema::new().table(Table::new("t").column(Column::int("n")))).unwrap();
    assert_eq!(keyless.query("t").ids().unwrap_err().to_string(), "`t` has no primary key");
}

#[test]
fn batches_go_by_key_while_rows_change() {
    let schema = Schema::new().table(table("jobs").column(Column::int("state")));
    let db = Database::new(schema).unwrap();
    db.insert_many("jobs", (0..10).map(|_| row! { state: 0 }).collect::<Vec<_>>()).unwrap();
    let mut seen = Vec::new();
    db.in_batches(Query::of("jobs").columns(["state"]).filter(col("state").eq(0)), 4, |jobs| {
        let ids: Vec<i64> =
            db.query("jobs").filter(col("state").eq(0)).limit(jobs.len() as u64).pluck(["id"])?;
        seen.push(ids.clone());
        db.update("jobs", col("id").is_in(ids.clone()), row! { state: 1 })?;
        // A row that comes is met when its key is still ahead, one that goes isn't.
        if seen.len() == 1 {
            db.insert("jobs", row! { id: 20, state: 0 })?;
            db.delete("jobs", col("id").eq(6))?;
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    assert_eq!(seen, [vec![1, 2, 3, 4], vec![5, 7, 8, 9], vec![10, 20]]);
    let mut batches = 0;
    db.in_batches(Query::of("jobs"), 3, |_| {
        batches += 1;
        Ok(ControlFlow::Break(()))
    })
    .unwrap();
    assert_eq!(batches, 1);
    let refused = |query| db.in_batches(query, 3, |_| Ok(ControlFlow::Continue(()))).unwrap_err().to_string();
    assert_eq!(refused(Query::of("jobs").limit(2)), "batches go by key, and have no other order");
}

#[test]
fn batches_of_composite_keys_go_by_the_whole_key() {
    let schema = Schema::new().table(
        Table::new("t").column(Column::integer("a")).column(Column::integer("b")).primary_key(["a", "b"]),
    );
    let db = Database::new(schema).unwrap();
    let rows: Vec<_> =
        [(2, 1), (1, 2), (1, 1), (2, 2), (1, 3)].into_iter().map(|(a, b)| row! { a: a, b: b }).collect();
    db.insert_many("t", rows).unwrap();
    let mut seen = Vec::new();
    db.in_batches(Query::of("t"), 2, |page| {
        for row in page {
            seen.push((row.get::<i64>("a")?, row.get::<i64>("b")?));
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    assert_eq!(seen, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]);
}

#[test]
fn a_cursor_goes_on_per_parent() {
    let db = library();
    let query = db.query("authors").include("books", |books| {
        books.columns(["title"]).order_by(asc("title")).after(row! { title: "A" }).limit(1)
    });
    let page = query.columns(["name"]).limit(2).all().unwrap();
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        r#"[{"name":"Ann","books":[{"title":"C"}]},{"name":"Bob","books":[{"title":"B"}]}]"#
    );
}
