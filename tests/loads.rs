//! Loading many rows at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, library, sound, table};
use relata::{Action, Column, Database, Json, LoadError, Relation, Row, Schema, Table, Value, ValueRef, row};

fn load(db: &Database, name: &str, rows: Vec<Row>) -> Result<usize, LoadError> {
    db.load(|loader| rows.iter().try_for_each(|row| loader.push(name, row)))
}

/// The rows that can't be loaded, each with the kind of its error.
fn problems(error: &LoadError) -> Vec<(usize, &'static str)> {
    error.problems.iter().map(|problem| (problem.row.unwrap(), kind(&problem.error))).collect()
}

#[test]
fn a_key_that_is_there_already_is_refused() {
    let schema = Schema::new()
        .table(table("dense").column(Column::text("name").nullable()))
        .table(Table::new("hashed").column(Column::text("id")).primary_key(["id"]));
    let db = Database::new(schema).unwrap();
    db.insert("dense", row! { id: 2 }).unwrap();
    db.insert("hashed", row! { id: "b" }).unwrap();

    let error = load(&db, "dense", vec![row! { id: 1 }, row! { id: 2 }]).unwrap_err();
    assert_eq!(problems(&error), [(1, "unique_violation")]);
    let error = load(&db, "hashed", vec![row! { id: "a" }, row! { id: "b" }]).unwrap_err();
    assert_eq!(problems(&error), [(1, "unique_violation")]);
    assert_eq!((column(&db, "dense", "id"), column(&db, "hashed", "id")), ("2".into(), r#""b""#.into()));
    assert_eq!(load(&db, "dense", vec![row! { id: 1 }, row! {}]).unwrap(), 2);
    assert_eq!(column(&db, "dense", "id"), "2,1,3");
    sound(&db);
}

#[test]
fn all_rows_of_a_key_but_the_first_are_reported() {
    let schema = Schema::new()
        .table(table("dense"))
        .table(Table::new("hashed").column(Column::text("id")).primary_key(["id"]));
    let db = Database::new(schema).unwrap();
    let error =
        load(&db, "dense", vec![row! { id: 7 }, row! { id: 1 }, row! { id: 7 }, row! { id: 7 }]).unwrap_err();
    assert_eq!(problems(&error), [(2, "unique_violation"), (3, "unique_violation")]);
    let error = load(&db, "hashed", ["x", "y", "x", "x"].map(|id| row! { id: id }).to_vec()).unwrap_err();
    assert_eq!(problems(&error), [(2, "unique_violation"), (3, "unique_violation")]);
    sound(&db);
}

#[test]
fn every_row_that_breaks_a_constraint_is_reported_and_nothing_is_loaded() {
    let db = library(Action::Cascade);
    let error = db
        .load(|loader| {
            loader.push("authors", &row! { name: "Ann", email: "a" })?;
            loader.push("authors", &row! { name: "Bob", email: "a" })?;
            loader.push("books", &row! { title: "Lost", author_id: 9 })?;
            loader.push("books", &row! { title: "Found", author_id: 2 })
        })
        .unwrap_err();
    assert_eq!(problems(&error), [(1, "unique_violation"), (0, "foreign_key_violation")]);
    assert_eq!(
        error.to_string(),
        r#"2 rows can't be loaded, the first: authors.email = "a" already belongs to authors 1"#,
    );
    assert_eq!((db.query("authors").count().unwrap(), db.query("books").count().unwrap()), (0, 0));
    sound(&db);
}

#[test]
fn rows_that_wait_for_a_parent_find_it_in_a_later_load() {
    // A relation without a foreign key: a visit may come before its page.
    let schema = Schema::new()
        .table(table("pages"))
        .table(table("visits").column(Column::integer("page")))
        .relation(Relation::one("visits", "page_of", "pages").from(["page"]).to(["id"]))
        .relation(Relation::many("pages", "visits", "visits"));
    let db = Database::new(schema).unwrap();
    load(&db, "visits", vec![row! { page: 2 }, row! { page: 1 }, row! { page: 2 }]).unwrap();
    sound(&db);
    load(&db, "pages", vec![row! {}, row! {}]).unwrap();
    load(&db, "visits", vec![row! { page: 2 }, row! { page: 3 }]).unwrap();
    sound(&db);
    let pages = db.query("pages").include("visits", |visits| visits.columns(["id"])).all().unwrap();
    assert_eq!(
        serde_json::to_string(&pages).unwrap(),
        r#"[{"id":1,"visits":[{"id":2}]},{"id":2,"visits":[{"id":1},{"id":3},{"id":4}]}]"#,
    );
}

#[test]
fn more_values_than_columns_are_refused() {
    let db = library(Action::Cascade);
    let error = db
        .load(|loader| {
            let authors = loader.table("authors")?;
            loader.push_values(authors, vec![None, Some("Ann".into()), None, Some(Value::from(1))])
        })
        .unwrap_err();
    assert_eq!(error.to_string(), "expected at most 3 values for authors, found 4");
}

/// A table with a column of every type, each of them nullable.
fn everything() -> Database {
    let mut table = Table::new("all").column(Column::integer("id").generated()).primary_key(["id"]);
    let columns = [
        Column::boolean("boolean"),
        Column::smallint("smallint"),
        Column::int("int"),
        Column::float("float"),
        Column::decimal("decimal"),
        Column::text("text"),
        Column::bytes("bytes"),
        Column::date("date"),
        Column::timestamp("timestamp"),
        Column::timestamptz("timestamptz"),
        Column::uuid("uuid"),
        Column::json("json"),
        Column::enumeration("enum", ["low", "high"]),
    ];
    for column in columns {
        table = table.column(column.nullable());
    }
    Database::new(Schema::new().table(table)).unwrap()
}

#[test]
fn borrowed_rows_are_stored_as_rows_by_name_are() {
    let (borrowed, named) = (everything(), everything());
    let row = row! {
        boolean: true, smallint: -7, int: 1 << 20, float: 2, decimal: 12, text: "long enough not to be inline",
        bytes: vec![1u8, 2], date: "2024-02-29".parse::<jiff::civil::Date>().unwrap(),
        timestamp: "2024-02-29T12:30:00.5".parse::<jiff::civil::DateTime>().unwrap(),
        timestamptz: "2024-02-29T12:30:00Z".parse::<jiff::Timestamp>().unwrap(),
        uuid: uuid::Uuid::from_u128(7), json: Json::parse(r#"{"a":[1]}"#).unwrap(), enum: "high",
    };
    named.insert_many("all", (0..1500).flat_map(|_| [row.clone(), row! {}]).collect()).unwrap();
    let values: Vec<Value> = named
        .snapshot()
        .get("all", 1)
        .unwrap()
        .unwrap()
        .values()
        .skip(1)
        .map(|(_, cell)| cell.to_value())
        .collect();
    let names: Vec<String> = row.iter().map(|(name, _)| name.to_string()).collect();
    let rows = borrowed.load(|loader| {
        let mut rows = loader.rows("all", names.iter().map(String::as_str))?;
        let (given, nulls): (Vec<ValueRef<'_>>, _) =
            (values.iter().map(Into::into).collect(), [ValueRef::Null; 13]);
        (0..1500).try_for_each(|_| rows.push(&given).and_then(|()| rows.push(&nulls)))
    });
    assert_eq!(rows.unwrap(), 3000);
    let all = |db: &Database| serde_json::to_string(&db.query("all").all().unwrap()).unwrap();
    assert!(all(&borrowed) == all(&named));
    assert!(borrowed.check().is_empty());
}

#[test]
fn a_refused_borrowed_row_leaves_nothing_behind() {
    let db = everything();
    let rows = db.load(|loader| {
        assert_eq!(loader.rows("all", ["text", "text"]).err().unwrap().kind().name(), "invalid_query");
        let mut rows = loader.rows("all", ["text", "int", "enum"])?;
        rows.push(&["first".into(), 1.into(), "low".into()])?;
        let refused = [
            (vec!["a".into(), (1i64 << 40).into(), "low".into()], "out_of_range"),
            (vec!["b".into(), 2.into(), "middling".into()], "type_mismatch"),
            (vec!["c".into()], "type_mismatch"),
        ];
        for (values, kind) in refused {
            assert_eq!(rows.push(&values).unwrap_err().kind().name(), kind);
        }
        rows.push(&["last".into(), 2.into(), "high".into()])
    });
    assert_eq!(rows.unwrap(), 2);
    let page = db.query("all").columns(["text", "int", "enum"]).all().unwrap();
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        r#"[{"int":1,"text":"first","enum":"low"},{"int":2,"text":"last","enum":"high"}]"#
    );
    assert!(db.check().is_empty());
}

#[test]
fn a_load_is_a_statement_of_its_transaction() {
    let db = library(Action::Cascade);
    let mut tx = db.begin().unwrap();
    tx.insert("authors", row! { name: "Ann" }).unwrap();
    let books = |tx: &mut relata::Transaction<'_>, author: i64| {
        tx.load(|loader| {
            ["One", "Two"]
                .iter()
                .try_for_each(|title| loader.push("books", &row! { title: *title, author_id: author }))
        })
    };
    assert_eq!(
        problems(&books(&mut tx, 9).unwrap_err()),
        [(0, "foreign_key_violation"), (1, "foreign_key_violation")]
    );
    assert_eq!(tx.query("books").count().unwrap(), 0);
    assert_eq!(books(&mut tx, 1).unwrap(), 2);
    tx.savepoint("here");
    books(&mut tx, 1).unwrap();
    tx.rollback_to("here").unwrap();
    assert_eq!((tx.query("books").count().unwrap(), tx.check()), (2, vec![]));
    assert_eq!(db.query("books").count().unwrap(), 0);
    tx.commit().unwrap();
    assert_eq!(column(&db, "books", "title"), r#""One","Two""#);
    sound(&db);
}

#[test]
fn a_row_that_a_check_is_false_of_is_reported() {
    let schema = table("t").column(Column::integer("n").nullable()).check("some", relata::col("n").gt(0));
    let db = Database::new(Schema::new().table(schema)).unwrap();
    let given = vec![row! { n: 1 }, row! { n: 0 }, row! {}, row! { n: -1 }];
    let error = load(&db, "t", given).unwrap_err();
    assert_eq!(problems(&error), [(1, "check_violation"), (3, "check_violation")]);
    assert_eq!(db.query("t").count().unwrap(), 0);
}

#[test]
fn borrowed_rows_are_refused_at_nulls_and_move_the_identity() {
    let schema =
        table("t").column(Column::integer("n")).column(Column::text("text").nullable().default("usual"));
    let db = Database::new(Schema::new().table(schema)).unwrap();
    db.load(|loader| {
        let mut rows = loader.rows("t", ["id", "n", "text"])?;
        let refused = rows.push(&[1.into(), ValueRef::Null, "a".into()]).unwrap_err();
        assert_eq!(kind(&refused), "not_null_violation");
        rows.push(&[100.into(), 1.into(), ValueRef::Null])
    })
    .unwrap();
    db.load(|loader| loader.rows("t", ["n"])?.push(&[2.into()])).unwrap();
    assert_eq!(common::rows(&db, "t"), r#"[{"id":100,"n":1,"text":null},{"id":101,"n":2,"text":"usual"}]"#);
}
